#include "stage.h"

#include <check.h>
#include <string.h>

DkmOptions options;
UcStorage storage;
bool is_ideal;
const char *real_set;
Act act;
Holds holds[PARTIES];

static UcStore *store;
static UcLayout *layout;
static UcWorldSpec spec;
static UcWatcher watcher;
static UcWorld *world;
static Sigma *sigma;
static DkmWatch *watch;
static const char *(*watching)(UcCtx *ctx, const UcActivation *a);
static const char *said;
static void (*looking)(UcCtx *ctx);

/* ---- the machines ---- */

/* A machine may say what it made itself: so it makes what a test puts into its mouth. */
static UcMessage made(UcCtx *ctx, UcMessage m)
{
    const UcMessageKind *kind = uc_message_kind(&dkm_messages, m.kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        size_t n;
        if (!uc_message_handle(kind, i) || !uc_store_knows(store, m.w[i]))
            continue;
        const uint8_t *b = uc_store_get(store, m.w[i], &n);
        g_autofree uint8_t *copy = g_memdup2(b, n);
        m.w[i] = uc_store_put(uc_ctx_store(ctx), copy, n);
    }
    return m;
}

static UcResult makes(UcCtx *ctx, UcResult r)
{
    r.message = made(ctx, r.message);
    return r;
}

static UcResult actor_step(UcCtx *ctx, const UcEnvelope *in)
{
    static UcWord serial;
    (void)in;
    for (unsigned i = 0; i < act.marks; i++)
        uc_mark(ctx, act.mark[i]);
    if (act.coins) {
        g_autofree uint8_t *coins = g_malloc(act.coins);
        uc_draw(ctx, "coins", coins, act.coins);
    }
    for (unsigned i = 0; i < act.writes; i++) {
        *uc_write(ctx, UC_FIRST_KIND, 0, 1) = ++serial;
        if (uc_persist(ctx))
            return uc_pass("crashed");
    }
    if (act.unsaved)
        *uc_write(ctx, UC_FIRST_KIND, 0, 1) = ++serial;
    if (act.effect.kind) {
        UcMessage effect = made(ctx, act.effect);
        uc_effect(ctx, &effect);
    }
    return makes(ctx, act.result);
}

static UcResult carrier_step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_CALLER ? uc_send(in->peer, in->message) : uc_report(in->peer, in->message);
}

static const UcRegionKind actor_kinds[] = { { .name = "kept", .flags = UC_STABLE, .head_words = 1 } };
static const UcClass actor = { .name = "actor", .kind = actor_kinds, .kinds = 1, .step = actor_step };
static const UcClass carrier = { .name = "carrier", .step = carrier_step };

/* The ideal world: F consults S about what changes the state, S answers, F says what the party would. */
static UcResult to_party(UcWord party) { return uc_output_to(party, act.result.message); }

static UcResult sent_by(UcWord kind, UcWord from, const UcMessage *in)
{
    const UcWord *e = act.effect.w, *w = in->w;
    bool resent = kind == DKM_RESENT;
    UcMessage m = { kind, { from, resent ? w[0] : e[7], resent ? w[1] : e[4], e[1], e[5], e[6] } };
    return uc_backdoor(m);
}

static DkmOutcome outcome(void)
{
    return act.abort ? DKM_ABORT : act.result.code == UC_SEND ? DKM_PROCEED : DKM_SILENT;
}

static UcResult functions(UcCtx *ctx, const UcEnvelope *in)
{
    static UcWord asking;
    static UcMessage input;
    const UcWord *e = act.effect.w, *w = in->message.w;
    if (uc_from(ctx, in) == UC_CALLER) {
        asking = uc_peer(ctx, in);
        input = in->message;
        if (act.effect.kind) /* keygen, request, cancel, transfer; resend has no consult */
            return uc_backdoor((UcMessage){ input.kind == DKM_SIGN ? DKM_CONSULT_SIGN : DKM_CONSULT_KEYGEN + e[0],
                                            { asking, e[1], e[5] } });
        if (input.kind == DKM_RESEND && act.result.code == UC_SEND && act.result.side == UC_BACKDOOR)
            return sent_by(DKM_RESENT, asking, &input);
        return act.result.code == UC_SEND ? to_party(asking) : act.result;
    }
    if (act.abort)
        return uc_pass("it never happened");
    switch (in->message.kind) {
    case DKM_ANSWER:
        if (act.result.code != UC_SEND)
            return act.result;
        return act.result.side == UC_BACKDOOR ? sent_by(DKM_SENT, asking, &input) : to_party(asking);
    case DKM_ALLOW_DELIVERY: return act.result.code == UC_SEND ? to_party(w[1]) : act.result;
    case DKM_INJECT: return act.result.code == UC_SEND ? to_party(w[0]) : act.result;
    case DKM_CRASH_PARTY: holds[w[0]].down = true; return uc_pass(NULL);
    case DKM_RESTART_PARTY: holds[w[0]].down = false; return uc_pass(NULL);
    default: return uc_pass(NULL);
    }
}

static UcResult delivers(UcWord to)
{
    const UcWord *e = act.effect.w; /* operation, kid, vk, sk, ticket, a, b, other */
    if (!act.effect.kind)
        return act.result;
    if (act.inject)
        return uc_command((UcMessage){ DKM_INJECT, { to, e[4], e[2], e[3], e[5], e[6], e[7], outcome() } });
    return uc_command((UcMessage){ DKM_ALLOW_DELIVERY, { e[7], to, e[4], outcome() } });
}

static UcResult simulates(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *e = act.effect.w, *w = in->message.w;
    UcWord party = uc_peer(ctx, in);
    switch (in->message.kind) {
    case DKM_SENT:
    case DKM_RESENT: return uc_backdoor_of(w[0], act.result.message);
    case UC_M_DELIVER: return delivers(party);
    case UC_M_CRASH:
        uc_sandbox_order(ctx, party, in->message);
        return w[0] == UC_POINT_NOW ? uc_command((UcMessage){ DKM_CRASH_PARTY, { party } }) : uc_pass(NULL);
    case UC_M_RESTORE: return uc_pass("no snapshots");
    case UC_M_RESTART: return uc_command((UcMessage){ DKM_RESTART_PARTY, { party, uc_store_text(uc_ctx_store(ctx), "") } });
    case UC_M_CORRUPT: return uc_command((UcMessage){ DKM_CORRUPT_PARTY, { party } });
    default: return uc_command((UcMessage){ DKM_ANSWER, { outcome(), e[3], e[2], e[4] } });
    }
}

static UcResult functionality_step(UcCtx *ctx, const UcEnvelope *in) { return makes(ctx, functions(ctx, in)); }
static UcResult simulator_step(UcCtx *ctx, const UcEnvelope *in) { return makes(ctx, simulates(ctx, in)); }

static const UcClass functionality = { .name = "functionality", .step = functionality_step };
static const UcClass simulator = { .name = "simulator", .step = simulator_step };
static const UcOrderRule rules[] = { { DKM_CORRUPT_PARTY, 0, UC_ORDER_CORRUPT } };

/* ---- the inspector ---- */

static unsigned key_number(UcWord id)
{
    unsigned k = 0;
    while (k < KEYS && kid(k) != id)
        k++;
    return k;
}

/* Every index an interval of its own, where it is an odd party: neighbours need not be joined. */
static size_t held_own(UcCtx *ctx, uint16_t machine, UcWord id, DkmInterval *out, size_t room)
{
    unsigned k = key_number(id);
    size_t n = 0;
    uint64_t own = k < KEYS ? holds[machine - UC_PARTY_0].own[k] : 0;
    (void)ctx;
    for (UcWord i = 0, end; i < 64; i = end) {
        end = i + 1;
        if (!(own >> i & 1))
            continue;
        while (machine % 2 == 0 && end < 64 && own >> end & 1)
            end++;
        if (n < room)
            out[n] = (DkmInterval){ i, end };
        n++;
    }
    return n;
}

static size_t held_keys(UcCtx *ctx, uint16_t machine, UcWord *id, size_t room)
{
    (void)ctx, (void)id, (void)room;
    return holds[machine - UC_PARTY_0].keys;
}

static UcStatus held_status(UcCtx *ctx, uint16_t machine)
{
    int status = holds[machine - UC_PARTY_0].status;
    if (is_ideal && status < 0)
        return holds[machine - UC_PARTY_0].down ? UC_DOWN : UC_UP;
    return status < 0 ? (UcStatus)uc_fault(ctx, uc_pid_of(ctx, machine), false).status : (UcStatus)status;
}

static size_t held_clear(size_t length) { return MIN(length, (size_t)CLEAR); }

static const DkmInspector inspector = { .own = held_own, .keys = held_keys, .status = held_status, .clear = held_clear };

/* ---- the stage ---- */

static const char *spy(UcCtx *ctx, const UcActivation *a)
{
    if (a->machine >= UC_PARTY_0 && looking) {
        looking(ctx);
        looking = NULL;
        return NULL;
    }
    const char *rule = watching(ctx, a);
    if (rule && !said)
        said = rule;
    return rule;
}

void stage_open(void)
{
    static const char *const names[] = { "one", "two", "three", NULL };
    static const uint8_t seed[UC_SEED_BYTES] = { 1 };
    store = uc_store_new();
    layout = uc_layout_new();
    if (!options.limits.keys)
        options.limits = dkm_settings_default.limits;
    sigma = real_set ? sigma_real_new(real_set, CAPACITY, NULL, NULL)
                     : sigma_ideal_new("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", CAPACITY, NULL);
    options.sigma = &sigma;
    options.sigmas = 1;
    options.enclave = "enclave";
    watch = dkm_watch_new(&options, &inspector, is_ideal);
    watcher = dkm_watcher(watch);
    watching = watcher.watch;
    watcher.watch = spy;
    spec = (UcWorldSpec){ .name = "real", .parties = PARTIES, .party_name = names, .session = "stage",
                          .messages = dkm_messages, .party = { .class = &actor, .role = "actor" }, .watcher = &watcher,
                          .watchers = 1, .storage = storage };
    spec.machine[UC_A].class = &carrier;
    if (is_ideal) {
        spec.name = "ideal";
        spec.ideal = true;
        spec.machine[UC_F] = (UcMachine){ .class = &functionality, .role = "functionality" };
        spec.machine[UC_S] = (UcMachine){ .class = &simulator, .role = "simulator" };
        spec.sandbox = spec.party;
        spec.party.class = &uc_dummy_party;
        spec.order_rule = rules;
        spec.order_rules = G_N_ELEMENTS(rules);
    }
    for (UcWord p = 0; p < PARTIES; p++)
        holds[p] = (Holds){ .status = -1 };
    act = (Act){ 0 };
    said = NULL;
    world = uc_world_new(&spec, store, layout, seed);
}

void stage_close(void)
{
    uc_world_free(world);
    uc_layout_free(layout);
    uc_store_free(store);
    dkm_watch_free(watch);
    g_clear_pointer(&sigma, sigma_free);
    options = (DkmOptions){ 0 };
    storage = UC_STORAGE_ATOMIC;
    real_set = NULL;
}

UcWorld *stage_world(void) { return world; }
Sigma *stage_sigma(void) { return sigma; }

/* ---- handles ---- */

UcWord bytes(const void *b, size_t length) { return uc_store_put(store, b, length); }
UcWord text(const char *t) { return uc_store_text(store, t); }

static void seed_of(unsigned key, uint8_t *seed)
{
    for (size_t i = 0; i < sigma->seed_size; i++)
        seed[i] = (uint8_t)(17 * (key + 1) + 5 * i);
}

UcWord sk(unsigned key)
{
    uint8_t seed[256];
    seed_of(key, seed);
    return bytes(seed, sigma->seed_size);
}

UcWord vk(unsigned key)
{
    uint8_t seed[256], public[256];
    seed_of(key, seed);
    ck_assert(sigma_public(sigma, seed, public));
    return bytes(public, sigma->public_size);
}

UcWord kid(unsigned key) { return dkm_kid(store, vk(key)); }

UcWord ticket(unsigned number)
{
    uint8_t b[DKM_TICKET_BYTES] = { (uint8_t)number };
    return bytes(b, sizeof b);
}

UcWord signature(unsigned key, UcWord index, UcWord message)
{
    uint8_t seed[256];
    size_t n;
    g_autofree uint8_t *out = g_malloc(sigma->signature_size);
    const uint8_t *m = uc_store_get(store, message, &n);
    seed_of(key, seed);
    ck_assert(sigma_sign(sigma, seed, index, m, n, out));
    return bytes(out, sigma->signature_size);
}

const char *name(unsigned key)
{
    static char names[KEYS][16];
    size_t n;
    const uint8_t *b = uc_store_get(store, kid(key), &n);
    g_snprintf(names[key], sizeof names[key], "%02x%02x%02x%02x..", b[0], b[1], b[2], b[3]);
    return names[key];
}

/* ---- an honest party ---- */

static uint64_t bits(UcWord a, UcWord b) { return ((UINT64_C(1) << (b - a)) - 1) << a; }

/* The act of an input that changes the state: one write. */
static void does(UcWord operation, unsigned key, UcWord t, UcWord a, UcWord b, UcWord other, UcResult result)
{
    act = (Act){ .writes = 1, .result = result };
    act.effect = (UcMessage){ DKM_EFFECT, { operation - DKM_KEYGEN, kid(key), vk(key), sk(key), t, a, b, other } };
}

static void says(UcMessage output) { act = (Act){ .result = uc_output(output) }; }

UcMessage keygen_of(UcWord party, unsigned key)
{
    does(DKM_KEYGEN, key, UC_NONE, 0, 0, 0, uc_output((UcMessage){ DKM_KEY, { kid(key), vk(key), CAPACITY } }));
    holds[party].own[key] = bits(0, CAPACITY);
    holds[party].keys++;
    return (UcMessage){ DKM_KEYGEN, { text(sigma->name) } };
}

UcMessage request_of(UcWord party, UcWord key_id, UcWord count, UcWord from, UcWord t)
{
    (void)party;
    does(DKM_REQUEST, 0, t, 0, 0, 0, uc_output((UcMessage){ DKM_REQUESTED, { t } }));
    act.effect.w[1] = key_id;
    return (UcMessage){ DKM_REQUEST, { key_id, count, from } };
}

UcMessage cancel_of(UcWord t)
{
    does(DKM_CANCEL, 0, t, 0, 0, 0, uc_output((UcMessage){ DKM_CANCELLED, { t } }));
    return (UcMessage){ DKM_CANCEL, { t } };
}

UcMessage transfer_of(UcWord party, unsigned key, UcWord a, UcWord b, UcWord to, UcWord t, UcWord payload)
{
    does(DKM_TRANSFER, key, t, a, b, to, uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, payload } }));
    holds[party].own[key] &= ~bits(a, b);
    return (UcMessage){ DKM_TRANSFER, { kid(key), b - a, to, t } };
}

UcMessage resend_of(UcWord to, UcWord t, UcWord payload)
{
    act = (Act){ .result = uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, payload } }) };
    return (UcMessage){ DKM_RESEND, { to, t } };
}

UcMessage delivery_of(UcWord party, unsigned key, UcWord a, UcWord b, UcWord from, UcWord t, UcWord payload)
{
    does(WATCH_RECEIVED, key, t, a, b, from, uc_output((UcMessage){ DKM_RECEIVED, { kid(key), from, t, a, b } }));
    holds[party].keys += !holds[party].own[key];
    holds[party].own[key] |= bits(a, b);
    return (UcMessage){ UC_M_DELIVER, { payload } };
}

UcMessage sign_of(UcWord party, unsigned key, UcWord index, const char *message)
{
    UcWord m = text(message), s = index < CAPACITY ? signature(key, index, m) : signature(key, 0, m);
    does(DKM_SIGN, key, UC_NONE, index, index + 1, 0, uc_output((UcMessage){ DKM_SIGNATURE, { kid(key), index, s } }));
    holds[party].own[key] &= ~bits(index, index + 1);
    return (UcMessage){ DKM_SIGN, { kid(key), m } };
}

UcMessage verify_of(unsigned key, const char *message, UcWord valid)
{
    says((UcMessage){ DKM_VERIFIED, { valid } });
    return (UcMessage){ DKM_VERIFY, { vk(key), text(message), text("signature") } };
}

UcMessage status_of(unsigned key, UcWord remaining)
{
    says((UcMessage){ DKM_STATUS_IS, { kid(key), UC_NONE, remaining } });
    return (UcMessage){ DKM_STATUS, { kid(key) } };
}

UcMessage error_of(UcMessage input, DkmError error)
{
    says(dkm_error_message(error));
    return input;
}

/* ---- turns ---- */

static void turn(UcEnvelope write)
{
    said = NULL;
    UcStop stop = uc_world_turn(world, &write);
    ck_assert_msg(stop == UC_STOP_Z, "%s", uc_world_why(world));
}

void go(UcWord party, UcMessage input)
{
    if (input.kind == UC_M_DELIVER)
        order(party, input);
    else
        turn((UcEnvelope){ UC_Z, uc_party(party), 0, input });
}

void order(UcWord party, UcMessage message) { turn((UcEnvelope){ UC_Z, UC_A, uc_party(party), message }); }

void is_quiet(void) { ck_assert_msg(!said, "expected no rule, got %s", said); }

void quietly(UcWord party, UcMessage input)
{
    go(party, input);
    is_quiet();
}

void speaks(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *expected = g_strdup_vprintf(format, args);
    va_end(args);
    ck_assert_msg(said != NULL, "expected %s, got no rule", expected);
    ck_assert_str_eq(said, expected);
}

void stage_look(void (*look)(UcCtx *ctx))
{
    looking = look;
    act = (Act){ .result = uc_pass("looked") };
    turn((UcEnvelope){ UC_Z, uc_party(0), 0, { DKM_STATUS, { UC_NONE } } });
}
