#include "puppet.h"

#include <string.h>

static const UcMessageKind message_kinds[PUPPET_KINDS_END - UC_M_USER] = {
    { "say", { { "to", UC_INT }, { "kind", UC_INT } } },
    { "end", { { "code", UC_INT } } },
    { "store", { { "value", UC_INT }, { "how", UC_INT } } },
    { "look", {} },
    { "count", {} },
    { "draw", { { "how", UC_INT } } },
    { "ping", {} },
    { "fail-simulation", {} },
    { "world", {} },
    { "told", { { "stable", UC_INT }, { "volatile", UC_INT } } },
};
const UcMessageTable puppet_messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

enum { KEPT = UC_FIRST_KIND, FLEETING };
static const UcRegionKind region_kinds[] = {
    { .name = "kept", .flags = UC_STABLE, .head_words = 1 },
    { .name = "fleeting", .flags = UC_VOLATILE, .head_words = 1 },
};

static UcWord word(UcCtx *ctx, unsigned kind)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, 0, &words);
    return words ? *w : 0;
}

static UcResult tell(UcCtx *ctx, const UcEnvelope *in, UcWord a, UcWord b)
{
    UcWord pid = uc_pid(ctx) == UC_NO_PARTY ? uc_peer(ctx, in) : UC_NO_PARTY;
    UcMessage told = { TOLD, { a, b } };
    return pid == UC_NO_PARTY ? uc_output(told) : uc_output_to(pid, told);
}

static UcResult store(UcCtx *ctx, const UcEnvelope *in, UcWord value, UcWord how)
{
    *uc_write(ctx, KEPT, 0, 1) = value;
    *uc_write(ctx, FLEETING, 0, 1) = value;
    if (how == STORE_FAIL)
        return uc_fail("told to fail");
    if ((how == STORE_PERSIST || how == STORE_TWICE) && uc_persist(ctx))
        return uc_pass("crashed");
    if (how == STORE_TWICE && uc_persist(ctx))
        return uc_pass("crashed");
    UcResult r = tell(ctx, in, value, value);
    r.persist_after = how == STORE_SEND_THEN_PERSIST;
    return r;
}

static UcResult draw(UcCtx *ctx, const UcEnvelope *in, UcWord how)
{
    UcWord coins = 0;
    uc_draw(ctx, "puppet", &coins, sizeof coins);
    return store(ctx, in, coins, how);
}

static UcResult end(UcWord code)
{
    if (code == UC_HALT)
        return uc_halt(1);
    return code == UC_FAIL ? uc_fail("told to") : uc_pass("told to");
}

static UcResult puppet_step(UcCtx *ctx, const UcEnvelope *in)
{
    static UcWord hidden;
    const UcWord *w = in->message.w;
    bool f = uc_pid(ctx) == UC_NO_PARTY;
    switch (in->message.kind) {
    case DO_SAY: return uc_send((uint16_t)w[0], (UcMessage){ w[1], { 0 } });
    case DO_END: return end(w[0]);
    case DO_STORE:
        uc_mark(ctx, (UcMark){ DO_STORE, w[0], w[1] });
        return store(ctx, in, w[0], w[1]);
    case DO_LOOK: return tell(ctx, in, word(ctx, KEPT), word(ctx, FLEETING));
    case DO_COUNT: return tell(ctx, in, ++hidden, 0);
    case DO_DRAW: return draw(ctx, in, w[0]);
    case DO_PING: return f ? uc_output_to(uc_peer(ctx, in), in->message) : uc_call(0, in->message);
    case DO_FAIL_SIMULATION: return f ? uc_simulation_failed("told to fail") : tell(ctx, in, 0, 0);
    case DO_WORLD: return tell(ctx, in, f, 0);
    default: return uc_fail("what?");
    }
}
const UcClass puppet = { .name = "puppet", .kind = region_kinds, .kinds = G_N_ELEMENTS(region_kinds),
                         .step = puppet_step };

static UcResult parrot_step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) != UC_CALLER)
        return uc_report(in->peer, in->message);
    if (in->message.kind == DO_SAY)
        return uc_send((uint16_t)in->message.w[0], (UcMessage){ in->message.w[1], { 0 } });
    return uc_send(in->peer, in->message);
}
const UcClass parrot = { .name = "parrot", .step = parrot_step };

/* The UC simulator of the stage: what reaches a sandboxed party, it answers to A. */
static UcResult stage_simulator(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_sandbox_order(ctx, uc_peer(ctx, in), in->message).result;
}
static const UcClass simulator = { .name = "simulator", .step = stage_simulator };

static const char *find_rule(UcCtx *ctx, const UcActivation *a)
{
    bool party = uc_is_input(a) && a->in.message.kind == DO_STORE;
    if (party && a->in.message.w[0] == 666)
        return uc_reason(ctx, "A-lost: %d was stored", 666);
    return party && a->in.message.w[0] == 667 ? "late: 667 was stored" : NULL;
}

void stage_init(Stage *stage, bool ideal, UcStore *store)
{
    static const char *const names[] = { "one", "two", NULL };
    static const UcRule rules[] = { { "lat", false }, { "late", .progress = true }, { "A-lost", false }, { NULL, false } };
    *stage = (Stage){ .store = store, .layout = uc_layout_new(), .watcher = { .name = "test", .watch = find_rule } };
    UcMachine machine = { .class = &puppet, .role = "puppet" };
    UcWorldSpec *s = &stage->spec;
    *s = (UcWorldSpec){ .name = ideal ? "ideal" : "real", .ideal = ideal, .parties = 2, .party_name = names,
                        .session = "stage", .messages = puppet_messages, .party = machine, .watchers = 1,
                        .rules = rules };
    s->machine[UC_A].class = &parrot;
    if (ideal) {
        s->party.class = &uc_dummy_party;
        s->sandbox = machine;
        s->machine[UC_F] = machine;
        s->machine[UC_S].class = &simulator;
    }
}

void stage_open(Stage *stage)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 1, 2, 3 };
    stage->spec.watcher = &stage->watcher;
    stage->world = uc_world_new(&stage->spec, stage->store, stage->layout, seed);
    stage->stop = UC_STOP_Z;
}

void stage_clear(Stage *stage)
{
    uc_world_free(stage->world);
    uc_layout_free(stage->layout);
}

UcMessage stage_write(Stage *stage, uint16_t to, uint16_t peer, UcMessage message)
{
    UcEnvelope write = { UC_Z, to, peer, message };
    size_t before, n;
    uc_world_view(stage->world, &before);
    stage->stop = uc_world_turn(stage->world, &write);
    const UcViewEntry *view = uc_world_view(stage->world, &n);
    return n > before ? view[n - 1].message : (UcMessage){ 0 };
}

UcMessage stage_input(Stage *stage, UcMessage message) { return stage_write(stage, UC_PARTY_0, 0, message); }
UcMessage stage_order(Stage *stage, UcMessage message) { return stage_write(stage, UC_A, UC_PARTY_0, message); }
