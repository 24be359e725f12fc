/* What a machine may look at and call: every call of simulator/machine.h and bytes.h that could show it something, by every
 * kind of machine, in an activation and in the set-up (docs/model.md, "Machines are kept honest"). */
#include <stdlib.h>
#include <string.h>

#include "simulator/filestore.h"
#include "tests/support/suite.h"

/* ---- machines that try something ---- */

enum { TELL = UC_M_USER, KINDS_END }; /* bytes, number */
static const UcMessageKind message_kinds[] = { { "tell", { { "bytes", UC_BYTES }, { "number", UC_INT } } } };
static const UcMessageTable messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

enum { KEPT = UC_FIRST_KIND, HEADED, KIND_OF_NOBODY };
static const UcRegionKind kinds[] = { { .name = "kept", .flags = UC_STABLE, .item_words = 2, .item_handles = 1 },
                                      { .name = "headed", .head_words = 1 } };

static UcWord secret, own, input; /* handles: what never reached anybody, what lies in its region, what Z writes */

typedef UcResult Try(UcCtx *ctx);

static UcResult say(UcCtx *ctx, UcMessage m)
{
    static const uint16_t to[] = { [UC_A] = UC_Z, [UC_S] = UC_A, [UC_F] = UC_PARTY_0, [UC_PARTY_0] = UC_Z };
    return uc_send_peer(to[uc_self(ctx)], UC_PARTY_0, m);
}

static UcResult tell(UcCtx *ctx, UcWord bytes) { return say(ctx, (UcMessage){ TELL, { bytes } }); }

static UcResult pass(void) { return uc_pass("tried"); }
static UcResult pass_only(UcCtx *ctx) { return (void)ctx, pass(); }
static UcResult peek(UcCtx *ctx, uint16_t machine, unsigned kind)
{
    uc_peek(ctx, machine, kind, 0, NULL);
    return pass();
}

static UcResult reads_own(UcCtx *ctx) { return uc_read(ctx, KEPT, 0, NULL), pass(); }
static UcResult peeks_own(UcCtx *ctx) { return peek(ctx, uc_self(ctx), KEPT); }
static UcResult peeks_z(UcCtx *ctx) { return peek(ctx, UC_Z, UC_KIND_TAPE); }
static UcResult peeks_a(UcCtx *ctx) { return peek(ctx, UC_A, UC_KIND_TAPE); }
static UcResult peeks_s(UcCtx *ctx) { return peek(ctx, UC_S, UC_KIND_TAPE); }
static UcResult peeks_f(UcCtx *ctx) { return peek(ctx, UC_F, UC_KIND_TAPE); }
static UcResult peeks_party(UcCtx *ctx) { return peek(ctx, UC_PARTY_0 + 1, KEPT); }
static UcResult peeks_sandbox(UcCtx *ctx) { return peek(ctx, uc_sandbox_of(ctx, 1), KEPT); }
static UcResult peeks_sandbox_tape(UcCtx *ctx) { return peek(ctx, uc_sandbox_of(ctx, 1), UC_KIND_TAPE); }
static UcResult peeks_nobody(UcCtx *ctx) { return peek(ctx, uc_sandbox_of(ctx, 2), KEPT); }
static UcResult peeks_watcher(UcCtx *ctx) { return peek(ctx, UC_PARTY_0 + 4, UC_KIND_TAPE); }
static UcResult reads_tape(UcCtx *ctx) { return uc_read(ctx, UC_KIND_TAPE, 0, NULL), pass(); }
static UcResult reads_fault(UcCtx *ctx) { return uc_read(ctx, UC_KIND_FAULT, 0, NULL), pass(); }
static UcResult reads_record(UcCtx *ctx) { return uc_read(ctx, UC_KIND_RECORD, 0, NULL), pass(); }
static UcResult reads_shadow(UcCtx *ctx) { return uc_read(ctx, KEPT | UC_SHADOW, 0, NULL), pass(); }
static UcResult reads_lost(UcCtx *ctx) { return uc_read(ctx, KEPT | UC_LOST, 0, NULL), pass(); }
static UcResult reads_snapshot(UcCtx *ctx) { return uc_read(ctx, KEPT | UC_SNAPSHOT | 1u << UC_SNAPSHOT_SHIFT, 0, NULL), pass(); }
static UcResult counts_snapshots(UcCtx *ctx) { return uc_regions(ctx, KEPT | UC_SNAPSHOT | 1u << UC_SNAPSHOT_SHIFT), pass(); }
static UcResult writes_tape(UcCtx *ctx) { return uc_write(ctx, UC_KIND_TAPE, 0, 0), pass(); }
static UcResult writes_fault(UcCtx *ctx) { return uc_write(ctx, UC_KIND_FAULT, 0, 0), pass(); }
static UcResult writes_shadow(UcCtx *ctx) { return uc_write(ctx, KEPT | UC_SHADOW, 0, 0), pass(); }
static UcResult orders(UcCtx *ctx) { return uc_fault(ctx, 0, false), pass(); }
static UcResult sandbox_status(UcCtx *ctx) { return uc_fault(ctx, 0, true), pass(); }
static UcResult status_of_none(UcCtx *ctx) { return uc_fault(ctx, UC_NO_PARTY, true), pass(); }
static UcResult status_above(UcCtx *ctx) { return uc_fault(ctx, 2, true), pass(); }
static UcResult orders_above(UcCtx *ctx) { return uc_fault(ctx, 2, false), pass(); }
static UcResult world(UcCtx *ctx) { return uc_ctx_world(ctx), pass(); }
static UcResult stops(UcCtx *ctx) { return uc_stop_script(ctx, UC_STOP_LIMIT, "enough"), pass(); }
static UcResult feed(UcCtx *ctx, UcWord pid, UcWord bytes)
{
    return uc_sandbox_order(ctx, pid, (UcMessage){ TELL, { bytes, 1 } }), pass();
}
static UcResult runs_sandbox(UcCtx *ctx) { return feed(ctx, 1, input); }
static UcResult calls_sandbox(UcCtx *ctx) { return uc_sandbox_input(ctx, 1, (UcMessage){ TELL, { input, 1 } }), pass(); }
static UcResult runs_nobody(UcCtx *ctx) { return feed(ctx, 2, input); }
static UcResult feeds_guess(UcCtx *ctx) { return feed(ctx, 1, secret); }
static UcResult gets_guess(UcCtx *ctx) { return uc_store_get(uc_ctx_store(ctx), secret, NULL), pass(); }
static UcResult asks_for_guess(UcCtx *ctx) { return uc_store_knows(uc_ctx_store(ctx), secret), pass(); }
static UcResult digests_guess(UcCtx *ctx) { return uc_store_digest(uc_ctx_store(ctx), secret), pass(); }
static UcResult reads_guess(UcCtx *ctx) { return uc_store_reader(uc_ctx_store(ctx), secret), pass(); }
static UcResult gets_none(UcCtx *ctx) { return uc_store_knows(uc_ctx_store(ctx), UC_NONE), pass(); }
static UcResult gets_input(UcCtx *ctx) { return uc_store_get(uc_ctx_store(ctx), input, NULL), pass(); }
static UcResult gets_unread(UcCtx *ctx) { return uc_store_get(uc_ctx_store(ctx), own, NULL), pass(); }
static UcResult gets_read(UcCtx *ctx) { return reads_own(ctx), gets_unread(ctx); }
static UcResult gets_made(UcCtx *ctx)
{
    return uc_store_get(uc_ctx_store(ctx), uc_store_text(uc_ctx_store(ctx), "secret"), NULL), pass();
}
static UcResult counts(UcCtx *ctx) { return uc_store_count(uc_ctx_store(ctx)), pass(); }
static UcResult weighs(UcCtx *ctx) { return uc_store_memory(uc_ctx_store(ctx)), pass(); }
static UcResult stores_guess(UcCtx *ctx) { return *uc_item_insert(ctx, KEPT, 0, 0) = secret, pass(); }
static UcResult edits_to_guess(UcCtx *ctx) { return *uc_item_edit(ctx, KEPT, 0, 0) = secret, pass(); }
static UcResult stores_number(UcCtx *ctx) { return uc_item_insert(ctx, KEPT, 0, 0)[1] = secret, pass(); }
static UcResult gets_number(UcCtx *ctx) { return stores_number(ctx), gets_guess(ctx); }
static UcResult sends_guess(UcCtx *ctx) { return tell(ctx, secret); }
static UcResult sends_unread(UcCtx *ctx) { return tell(ctx, own); }
static UcResult sends_read(UcCtx *ctx) { return reads_own(ctx), tell(ctx, own); }
static UcResult reports_guess(UcCtx *ctx) { return uc_effect(ctx, &(UcMessage){ TELL, { secret } }), pass(); }
static UcResult reports_input(UcCtx *ctx) { return uc_effect(ctx, &(UcMessage){ TELL, { input } }), pass(); }
static UcResult reports_twice(UcCtx *ctx) { return reports_input(ctx), reports_input(ctx); }
static UcResult calls_all_that_is_free(UcCtx *ctx)
{
    uint8_t coin;
    uc_draw(ctx, "a coin", &coin, 1);
    uc_draw(ctx, "another", &coin, 1);
    uc_draw(ctx, "a coin", &coin, 1);
    uc_mark(ctx, (UcMark){ 1, 2, 3 });
    uc_persist(ctx);
    UcEnvelope in = { .from = UC_PARTY_0, .peer = UC_PARTY_0 };
    if (uc_from(ctx, &in) == UC_CALLER && uc_peer(ctx, &in) == uc_pid_of(ctx, uc_party_machine(ctx, uc_pid(ctx))))
        return uc_pass("its own caller");
    return uc_pass(uc_reason(ctx, "%s of %u, %u", uc_party_name(ctx, 1), uc_party_count(ctx), uc_used_by(ctx, uc_self(ctx), 0)));
}

/* Who tries. S is the only one with sandboxes; a sandboxed party is one to itself. */
enum { PARTY, SANDBOXED, S, F, A, WHO };
static const char *const who_name[WHO] = { "one", "the sandboxed one", "S", "F", "A" };
enum { P_ = 1 << PARTY, B_ = 1 << SANDBOXED, S_ = 1 << S, F_ = 1 << F, A_ = 1 << A, ALL = (1 << WHO) - 1 };

#define INTO "looks into "
#define KEEPS "looks at what the engine keeps of it"
#define WRITES "writes what the engine keeps of it"
#define ORDERED "looks at what A ordered at a party"
#define NO_SANDBOX "runs a party that is not its sandbox's"
/* Mistakes that have nothing to do with what it may know. */
static UcResult reads_no_kind(UcCtx *ctx) { return uc_read(ctx, KIND_OF_NOBODY, 0, NULL), pass(); }
static UcResult peeks_no_kind(UcCtx *ctx) { return peek(ctx, uc_sandbox_of(ctx, 1), KIND_OF_NOBODY); }
static UcResult counts_no_kind(UcCtx *ctx) { return uc_regions(ctx, KIND_OF_NOBODY), pass(); }
static UcResult writes_no_kind(UcCtx *ctx) { return uc_write(ctx, KIND_OF_NOBODY, 0, 1), pass(); }
static UcResult writes_half(UcCtx *ctx) { return uc_write(ctx, KEPT, 0, 3), pass(); }
static UcResult lists_head(UcCtx *ctx) { return uc_items(ctx, HEADED, 0, &(size_t){ 0 }), pass(); }
static UcResult lists_no_kind(UcCtx *ctx) { return uc_items(ctx, KIND_OF_NOBODY, 0, &(size_t){ 0 }), pass(); }
static UcResult edits_beyond(UcCtx *ctx) { return uc_item_edit(ctx, KEPT, 5, 0), pass(); }
static UcResult inserts_beyond(UcCtx *ctx) { return uc_item_insert(ctx, KEPT, 5, 1), pass(); }
static UcResult removes_beyond(UcCtx *ctx) { return uc_item_remove(ctx, KEPT, 5, 0), pass(); }
static UcResult gets_no_bytes(UcCtx *ctx) { return uc_store_get(uc_ctx_store(ctx), UC_NONE, NULL), pass(); }
static UcResult puts_too_much(UcCtx *ctx) { return uc_store_put(uc_ctx_store(ctx), "", (size_t)UINT32_MAX + 1), pass(); }
static UcResult draws_for_nothing(UcCtx *ctx) { return uc_draw(ctx, NULL, &(UcWord){ 0 }, sizeof(UcWord)), pass(); }
static UcResult fails_mutely(UcCtx *ctx) { return (void)ctx, uc_fail(NULL); }
static UcResult ends_oddly(UcCtx *ctx) { return (void)ctx, (UcResult){ .code = UC_HALT + 1 }; }
static UcResult sends_no_state(UcCtx *ctx) { return say(ctx, (UcMessage){ UC_M_STATE, { UC_NONE } }); }
static UcResult reports_no_kind(UcCtx *ctx) { return uc_effect(ctx, &(UcMessage){ KINDS_END, { 0 } }), pass(); }

#define BEYOND "takes an item beyond the end of its list"
#define NO_LIST "takes for a list what is none"
#define NO_KIND "looks at a region of a kind that there is not"
#define READS "reads bytes that never reached it"
static const struct {
    const char *name;
    Try *try;
    unsigned may;      /* who */
    const char *rule;  /* for the others */
    bool first;        /* it tries the same in its set-up, when nothing has reached it and its region is empty */
} tries[] = {
    { "reads its region", reads_own, ALL, NULL, true },
    { "peeks at itself", peeks_own, ALL & ~B_, INTO "one", true }, /* its number is that of a dummy party */
    { "peeks at Z", peeks_z, 0, INTO "Z", true },
    { "peeks at A", peeks_a, 0, NULL, true },
    { "peeks at S", peeks_s, 0, NULL, true },
    { "peeks at F", peeks_f, 0, NULL, true },
    { "peeks at a party", peeks_party, 0, INTO "two", true },
    { "peeks at a sandbox", peeks_sandbox, S_, INTO "another machine", true },
    { "peeks at a sandbox's tape", peeks_sandbox_tape, S_, INTO "another machine", true },
    { "peeks at a sandbox of nobody", peeks_nobody, 0, INTO "another machine", true },
    { "peeks at a watcher", peeks_watcher, 0, INTO "another machine", true },
    { "reads its tape", reads_tape, 0, KEEPS, true },
    { "reads its faults", reads_fault, 0, KEEPS, true },
    { "reads its record", reads_record, 0, KEEPS, true },
    { "reads its shadow", reads_shadow, 0, KEEPS, true },
    { "reads what it lost", reads_lost, 0, KEEPS, true },
    { "reads its snapshot", reads_snapshot, 0, KEEPS, true },
    { "counts its snapshots", counts_snapshots, 0, KEEPS, true },
    { "writes its tape", writes_tape, 0, WRITES, true },
    { "writes its faults", writes_fault, 0, WRITES, true },
    { "writes its shadow", writes_shadow, 0, WRITES, true },
    { "asks what was ordered", orders, F_, ORDERED, true },
    { "asks for the status of a sandbox", sandbox_status, S_, ORDERED, true },
    { "asks for the status of a sandbox of nobody", status_of_none, 0, ORDERED, true },
    { "asks for the status of a sandbox above all", status_above, 0, ORDERED, true },
    { "asks what was ordered at nobody", orders_above, 0, ORDERED, true },
    { "asks for the world", world, 0, "asks for the world", true },
    { "stops the run", stops, 0, "stops the run", true },
    { "runs a sandbox", runs_sandbox, S_, NO_SANDBOX, false },
    { "calls a sandbox", calls_sandbox, S_, NO_SANDBOX, false },
    { "runs nobody", runs_nobody, 0, NO_SANDBOX, true },
    { "feeds a sandbox a guess", feeds_guess, 0, NULL, true },
    { "gets a guess", gets_guess, 0, READS, true },
    { "asks whether there is a guess", asks_for_guess, 0, READS, true },
    { "digests a guess", digests_guess, 0, READS, true },
    { "reads a guess", reads_guess, 0, READS, true },
    { "asks for no bytes", gets_none, ALL, NULL, true },
    { "gets what came", gets_input, ALL, NULL, false },
    { "gets what lies in a region that it did not look at", gets_unread, 0, READS, true },
    { "gets what lies in its region", gets_read, ALL, NULL, false },
    { "gets what it made", gets_made, ALL, NULL, true },
    { "counts the strings", counts, 0, READS, true },
    { "weighs the strings", weighs, 0, READS, true },
    { "stores a guess", stores_guess, 0, "stores bytes that never reached it", true },
    { "changes a handle to a guess", edits_to_guess, 0, "stores bytes that never reached it", false },
    { "stores a number", stores_number, ALL, NULL, true },
    { "reads what it stored as a number", gets_number, 0, READS, true },
    { "sends a guess", sends_guess, 0, "sends bytes that never reached it", false },
    { "sends what it did not look at", sends_unread, 0, "sends bytes that never reached it", false },
    { "sends what it looked at", sends_read, ALL, NULL, false },
    { "reports a guess", reports_guess, 0, "reports bytes that never reached it", true },
    { "reports what came", reports_input, ALL, NULL, false },
    { "reports twice", reports_twice, 0, "reports two effects of one activation", false },
    { "reads a region of no kind", reads_no_kind, 0, NO_KIND, true },
    { "peeks at a region of no kind", peeks_no_kind, 0, NULL, true },
    { "counts regions of no kind", counts_no_kind, 0, NO_KIND, true },
    { "writes a region of no kind", writes_no_kind, 0, "writes a region of a kind that it does not have", true },
    { "writes half an item", writes_half, 0, "writes a region of a size that its kind does not have", true },
    { "lists what has a head", lists_head, 0, NO_LIST, true },
    { "lists a region of no kind", lists_no_kind, 0, NO_KIND, true },
    { "edits beyond the end", edits_beyond, 0, BEYOND, true },
    { "inserts beyond the end", inserts_beyond, 0, BEYOND, true },
    { "removes beyond the end", removes_beyond, 0, BEYOND, true },
    { "gets no bytes", gets_no_bytes, 0, "reads bytes that are none", true },
    { "puts away too much", puts_too_much, 0, "makes bytes that are too many for a handle", true },
    { "draws for nothing", draws_for_nothing, 0, "draws coins without saying what for", true },
    { "fails without a reason", fails_mutely, 0, "refuses a message without a reason", false },
    { "ends oddly", ends_oddly, 0, "ends without one of the results that there are", false },
    { "sends no state", sends_no_state, A_, "sends a payload, a state or a text without bytes", false },
    { "reports no kind", reports_no_kind, 0, "reports an effect of a kind that there is not", true },
    { "calls what is free", calls_all_that_is_free, ALL, NULL, true },
};

static Try *tried;

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    (void)in;
    return tried(ctx);
}

/* The region is filled by an activation of its own, before. */
static UcResult fill(UcCtx *ctx)
{
    *uc_item_insert(ctx, KEPT, 0, 0) = uc_store_text(uc_ctx_store(ctx), "own");
    return pass();
}

static void setup(UcCtx *ctx) { tried(ctx); }
static const UcClass trying = { .name = "trying", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
static const UcClass trying_first = { .name = "trying first", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step,
                                      .setup = setup };

static UcResult carry(UcCtx *ctx, const UcEnvelope *in)
{
    if (in->from != UC_Z)
        return uc_report(in->peer, in->message);
    return uc_send(uc_self(ctx) == UC_A ? in->peer : UC_Z, in->message);
}
static const UcClass carrier = { .name = "carrier", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = carry };

static UcResult run_sandbox(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = uc_sandbox_order(ctx, uc_peer(ctx, in), in->message).result;
    return r.code == UC_SEND ? uc_backdoor_of(uc_peer(ctx, in), r.message) : r;
}
static const UcClass sandboxing = { .name = "sandboxing", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = run_sandbox };

/* ---- the worlds that they try it in ---- */

static const char *watch(UcCtx *ctx, const UcActivation *a) { return (void)ctx, (void)a, NULL; }
static const UcWatcher watcher = { .name = "watcher", .watch = watch };
static UcStore *store;
static UcLayout *layout;
static UcWorldSpec spec;

static void set_up(unsigned who, const UcClass *class)
{
    static const char *const names[] = { "one", "two", NULL };
    store = uc_store_new();
    layout = uc_layout_new();
    secret = uc_store_text(store, "secret");
    own = uc_store_text(store, "own");
    input = uc_store_text(store, "input");
    UcMachine machine = { .class = &carrier, .role = "machine" };
    spec = (UcWorldSpec){ .name = "world", .ideal = who != PARTY, .parties = 2, .party_name = names, .session = "session",
                          .messages = messages, .watcher = &watcher, .watchers = 1, .party = machine,
                          .machine[UC_A] = machine, .sandbox = machine };
    if (spec.ideal) {
        spec.party.class = &uc_dummy_party;
        spec.machine[UC_F] = spec.machine[UC_S] = machine;
        spec.machine[UC_S].class = &sandboxing;
    }
    UcMachine *const place[WHO] = { &spec.party, &spec.sandbox, &spec.machine[UC_S], &spec.machine[UC_F], &spec.machine[UC_A] };
    place[who]->class = class;
}

static void tear_down(UcWorld *w)
{
    uc_world_free(w);
    uc_layout_free(layout);
    uc_store_free(store);
}

static UcWorld *start(void)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 7 };
    return uc_world_new(&spec, store, layout, seed);
}

static UcStop turn(UcWorld *w, unsigned who)
{
    bool party = who == PARTY || who == F;
    UcEnvelope e = { UC_Z, party ? UC_PARTY_0 : UC_A, UC_PARTY_0, { TELL, { input } } };
    return uc_world_turn(w, &e);
}

static const char *rule_of(unsigned i, unsigned who)
{
    static const uint16_t number[WHO] = { UC_PARTY_0, UC_PARTY_0, UC_S, UC_F, UC_A };
    static char text[64];
    static const struct { Try *try; uint16_t machine; } at[] = { { peeks_a, UC_A }, { peeks_s, UC_S }, { peeks_f, UC_F } };
    for (unsigned k = 0; k < G_N_ELEMENTS(at); k++) {
        if (tries[i].try == at[k].try && number[who] == at[k].machine)
            return KEEPS;
        if (tries[i].try == at[k].try) {
            g_snprintf(text, sizeof text, INTO "%s", uc_machine_name(&spec, at[k].machine));
            return text;
        }
    }
    if (tries[i].try == peeks_no_kind)
        return who == S ? NO_KIND : INTO "another machine";
    if (tries[i].try == feeds_guess)
        return who == S ? "feeds a sandbox bytes that never reached it" : NO_SANDBOX;
    return tries[i].rule;
}

static void judge(UcWorld *w, UcStop stop, unsigned i, unsigned who, unsigned activation)
{
    const char *why = uc_world_why(w);
    if (tries[i].may >> who & 1) {
        ck_assert_msg(stop != UC_STOP_DISCIPLINE, "%s %s: %s", who_name[who], tries[i].name, why);
        return;
    }
    g_autofree char *expected =
        g_strdup_printf("discipline violation in activation %u: %s %s", activation, who_name[who], rule_of(i, who));
    ck_assert_msg(stop == UC_STOP_DISCIPLINE && !strcmp(why, expected), "%s %s: expected '%s', got '%s'", who_name[who],
                  tries[i].name, expected, why);
}

static const unsigned hops[WHO] = { 2, 3, 3, 3, 2 }; /* activations until it is its turn */

START_TEST(machines_are_held)
{
    unsigned i = (unsigned)_i / WHO, who = (unsigned)_i % WHO;
    set_up(who, &trying);
    UcWorld *w = start();
    tried = fill;
    ck_assert_int_eq(turn(w, who), UC_STOP_Z);
    tried = tries[i].try;
    unsigned before = (unsigned)uc_world_activations(w);
    UcStop stop = turn(w, who);
    judge(w, stop, i, who, before + hops[who]);
    tear_down(w);
}
END_TEST

/* What is refused in the set-up stops the world before anything happens, and a search that begins anew does not revive it. */
START_TEST(set_ups_are_held)
{
    unsigned i = (unsigned)_i / WHO, who = (unsigned)_i % WHO;
    if (!tries[i].first)
        return;
    set_up(who, &trying_first);
    tried = tries[i].try;
    UcWorld *w = start();
    tried = pass_only;
    judge(w, turn(w, who), i, who, 0);
    if (!(tries[i].may >> who & 1)) {
        uc_world_rewind(w);
        judge(w, turn(w, who), i, who, 0);
    }
    tear_down(w);
}
END_TEST

/* ---- who looks from outside may look everywhere, and makes mistakes all the same ---- */

static UcResult fault_of_nobody(UcCtx *ctx) { return uc_fault(ctx, 7, false), pass(); }
static UcResult gets_nonsense(UcCtx *ctx) { return uc_store_get(uc_ctx_store(ctx), 4711, NULL), pass(); }
static UcResult peeks_beyond(UcCtx *ctx) { return peek(ctx, 99, KEPT); }

static const struct {
    Try *try;
    const char *rule; /* NULL: it may */
} mistakes[] = {
    { peeks_party, NULL },
    { gets_guess, NULL },
    { gets_none, NULL },
    { counts, NULL },
    { fault_of_nobody, NULL },
    { reads_no_kind, NO_KIND },
    { peeks_beyond, NO_KIND },
    { counts_no_kind, NO_KIND },
    { writes_no_kind, "writes a region of a kind that it does not have" },
    { writes_half, "writes a region of a size that its kind does not have" },
    { lists_head, NO_LIST },
    { edits_beyond, BEYOND },
    { inserts_beyond, BEYOND },
    { removes_beyond, BEYOND },
    { gets_no_bytes, "reads bytes that are none" },
    { gets_nonsense, "reads bytes of a handle that is none" },
};

static const char *watch_wrongly(UcCtx *ctx, const UcActivation *a)
{
    (void)a;
    tried(ctx);
    return NULL;
}

START_TEST(watchers_make_mistakes)
{
    static const UcWatcher wrong = { .name = "of it all", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .watch = watch_wrongly };
    set_up(PARTY, &carrier);
    spec.watcher = &wrong;
    tried = mistakes[_i].try;
    UcWorld *w = start();
    UcStop stop = turn(w, PARTY);
    g_autofree char *expected = g_strdup_printf("discipline violation in activation 1: the watcher of it all %s", mistakes[_i].rule);
    if (!mistakes[_i].rule)
        ck_assert_msg(stop == UC_STOP_Z, "%d: %s", _i, uc_world_why(w));
    else
        ck_assert_msg(stop == UC_STOP_DISCIPLINE && !strcmp(uc_world_why(w), expected), "%d: %s", _i, uc_world_why(w));
    tear_down(w);
}
END_TEST

/* A restart that fails leaves the state as it was, and what it did not persist a crash takes. */
static UcResult restart(UcCtx *ctx) { return tried(ctx); }
static UcResult stores_guess_and_fails(UcCtx *ctx) { return stores_guess(ctx), uc_fail("no"); }
static UcResult persists_and_fails(UcCtx *ctx) { return uc_persist(ctx), uc_fail("no"); }

static unsigned crash_and_restart(Try *what, UcStop *stop)
{
    static const UcClass restarting = { .name = "restarting", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step,
                                        .restart = restart };
    static const UcMessage order[] = { { UC_M_CRASH, { UC_POINT_NOW } }, { UC_M_RESTART, { 0 } }, { UC_M_CRASH, { UC_POINT_NOW } } };
    size_t words;
    set_up(PARTY, &restarting);
    tried = what;
    UcWorld *w = start();
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
        UcEnvelope e = { UC_Z, UC_A, UC_PARTY_0, order[i] };
        *stop = uc_world_turn(w, &e);
        uc_world_digest(w);
    }
    g_autofree UcCtx *look = uc_world_look(w);
    uc_peek(look, UC_PARTY_0, KEPT, 0, &words);
    tear_down(w);
    return (unsigned)words;
}

START_TEST(restarts_are_held)
{
    UcStop stop;
    ck_assert_uint_eq(crash_and_restart(stores_guess_and_fails, &stop), 0);
    ck_assert_int_eq(stop, UC_STOP_Z);
    ck_assert_uint_eq(crash_and_restart(fill, &stop), 0);
    ck_assert_int_eq(stop, UC_STOP_Z);
    crash_and_restart(persists_and_fails, &stop);
    ck_assert_int_eq(stop, UC_STOP_DISCIPLINE);
}
END_TEST

/* What looks at a state that comes from outside makes mistakes too; the folder stays as it is. */
static const char *checks(UcCtx *ctx, UcCtx *look)
{
    return tried(ctx), tried(look), NULL;
}

static bool attach(const char *folder, UcWorld *w, UcFileStore **files, GError **error)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 7 };
    *files = uc_filestore_open(folder, "trying", seed, spec.parties, error);
    return *files && uc_filestore_attach(*files, w, error);
}

static UcResult fill_for_good(UcCtx *ctx) { return fill(ctx), uc_persist(ctx), pass(); }

START_TEST(checks_make_mistakes)
{
    static const UcClass checking = { .name = "checking", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step, .check = checks };
    static const struct {
        Try *try;
        const char *wrong; /* NULL: nothing is */
    } row[] = {
        { pass_only, NULL }, { peeks_party, NULL }, { gets_none, NULL },
        { gets_no_bytes, "one reads bytes that are none" }, { gets_nonsense, "one reads bytes of a handle that is none" },
        { reads_no_kind, "one " NO_KIND }, { removes_beyond, "one " BEYOND },
    };
    GError *error = NULL;
    g_autofree char *folder = g_dir_make_tmp("ucsim-honesty-XXXXXX", &error), *stored = g_build_filename(folder, "s", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        UcFileStore *files;
        set_up(PARTY, &checking);
        tried = pass_only;
        UcWorld *w = start();
        tried = i ? row[i].try : pass_only;
        bool taken = attach(stored, w, &files, &error);
        ck_assert_msg(taken == !row[i].wrong, "%zu: %s", i, error ? error->message : "taken");
        ck_assert_msg(taken || g_str_has_suffix(error->message, row[i].wrong), "%zu: %s", i, error ? error->message : "");
        g_clear_error(&error);
        tried = fill_for_good;
        if (!i)
            turn(w, PARTY);
        tear_down(w);
        uc_filestore_close(files);
    }
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", folder);
    ck_assert_int_eq(system(remove), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("honesty");
    TCase *t = tcase_create("machines");
    tcase_add_loop_test(t, machines_are_held, 0, G_N_ELEMENTS(tries) * WHO);
    tcase_add_loop_test(t, set_ups_are_held, 0, G_N_ELEMENTS(tries) * WHO);
    tcase_add_loop_test(t, watchers_make_mistakes, 0, G_N_ELEMENTS(mistakes));
    tcase_add_test(t, restarts_are_held);
    tcase_add_test(t, checks_make_mistakes);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
