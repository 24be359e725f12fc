/* What a machine may look at and call: every call of simulator/machine.h and bytes.h that could show it something, by every
 * kind of machine, in an activation and in the set-up (docs/model.md, "Machines are kept honest"). */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/world.h"

/* ---- machines that try something ---- */

enum { TELL = UC_M_USER, KINDS_END }; /* bytes, number */
static const UcMessageKind message_kinds[] = { { "tell", { { "bytes", UC_BYTES }, { "number", UC_INT } } } };
static const UcMessageTable messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

enum { KEPT = UC_FIRST_KIND };
static const UcRegionKind kinds[] = { { .name = "kept", .flags = UC_STABLE, .item_words = 2, .item_handles = 1 } };

static UcWord secret, own, input; /* handles: what never reached anybody, what lies in its region, what Z writes */

typedef UcResult Try(UcCtx *ctx);

static UcResult tell(UcCtx *ctx, UcWord bytes)
{
    static const uint16_t to[] = { [UC_A] = UC_Z, [UC_S] = UC_A, [UC_F] = UC_PARTY_0, [UC_PARTY_0] = UC_Z };
    return uc_send_peer(to[uc_self(ctx)], UC_PARTY_0, (UcMessage){ TELL, { bytes } });
}

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

int main(void)
{
    Suite *suite = suite_create("honesty");
    TCase *t = tcase_create("machines");
    tcase_add_loop_test(t, machines_are_held, 0, G_N_ELEMENTS(tries) * WHO);
    tcase_add_loop_test(t, set_ups_are_held, 0, G_N_ELEMENTS(tries) * WHO);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
