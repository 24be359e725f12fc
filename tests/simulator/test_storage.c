/* The fault layer against a second model of stable storage, written here with arrays and no line of the engine's.
 *
 * Both worlds of a run share the fault layer, so comparing them never shows a fault in it. A machine that forgets to
 * persist in all kinds of ways runs here under every storage model, as a party and as a sandbox of S, and what it holds,
 * what a restart finds, what a thief finds and which coins it draws must be what the second model says (docs/model.md,
 * "Faults are the adversary's", "Storage models"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/record.h"
#include "simulator/world.h"
#include "tests/support/suite.h"

/* ck_assert_msg writes down its place each time that it holds, which is most of what these many runs would take. */
#define require(holds, ...) ((holds) ? (void)0 : (void)ck_abort_msg(__VA_ARGS__))

/* ---- the machine: what it does in an activation is written in the message ---- */

enum { RUN = UC_M_USER, LOOK, TOLD, HELD, KINDS_END };
enum { STABLES = 4, VOLATILES = 2, OPS = 24, VALUES = 6 };
enum { OP_END, OP_STABLE, OP_VOLATILE, OP_PERSIST, OP_DRAW };
static const char *const purpose[] = { "toy", "another", "third" }; /* of OP_DRAW: each has coins of its own */
enum { PURPOSES = G_N_ELEMENTS(purpose) };
enum { END_SEND, END_PASS, END_FAIL, END_SEND_THEN_PERSIST, ENDS };

typedef struct {
    uint8_t op[OPS]; /* kind << 5 | which << 3 | value */
    UcWord end;
} Program;

static const UcMessageKind message_kind[KINDS_END - UC_M_USER] = {
    { "run", { { "one", UC_INT }, { "two", UC_INT }, { "three", UC_INT }, { "end", UC_INT } } },
    { "look", {} },
    { "told", { { "coins", UC_INT } } },
    { "held", { { "s0", UC_INT }, { "s1", UC_INT }, { "s2", UC_INT }, { "s3", UC_INT }, { "v0", UC_INT }, { "v1", UC_INT } } },
};
enum { KEPT = UC_FIRST_KIND, FLEETING };
static const UcRegionKind region_kind[] = {
    { .name = "kept", .flags = UC_STABLE, .item_words = 1 },
    { .name = "fleeting", .flags = UC_VOLATILE, .item_words = 1 },
};

/* A value v is a region of v words, each of them 100 * which + v; 0 is an empty one. */
static void put(UcCtx *ctx, unsigned kind, unsigned which, unsigned value)
{
    UcWord *w = uc_write(ctx, kind, which, value);
    for (unsigned i = 0; i < value; i++)
        w[i] = 100 * which + value;
}

static UcWord value_of(const UcWord *w, size_t words, unsigned which)
{
    for (size_t i = 0; i < words; i++) {
        if (w[i] != 100 * which + words)
            return 99;
    }
    return words;
}

static UcWord get(UcCtx *ctx, unsigned kind, unsigned which)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, which, &words);
    return value_of(w, words, which);
}

static UcResult look(UcCtx *ctx)
{
    UcMessage m = { HELD, { 0 } };
    for (unsigned i = 0; i < STABLES; i++)
        m.w[i] = get(ctx, KEPT, i);
    for (unsigned i = 0; i < VOLATILES; i++)
        m.w[STABLES + i] = get(ctx, FLEETING, i);
    return uc_send(UC_Z, m);
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (in->message.kind == LOOK)
        return look(ctx);
    Program p;
    memcpy(p.op, in->message.w, OPS);
    UcWord coins = 0;
    for (int i = 0; i < OPS && p.op[i]; i++) {
        unsigned which = p.op[i] >> 3 & 3, value = p.op[i] & 7;
        uint8_t coin;
        switch (p.op[i] >> 5) {
        case OP_STABLE: put(ctx, KEPT, which, value); break;
        case OP_VOLATILE: put(ctx, FLEETING, which, value); break;
        case OP_DRAW:
            uc_draw(ctx, purpose[which], &coin, 1);
            coins = coins << 8 | coin;
            break;
        default:
            if (uc_persist(ctx))
                return uc_pass("crashed");
        }
    }
    UcResult r = uc_send(UC_Z, (UcMessage){ TOLD, { coins } });
    r.persist_after = in->message.w[3] == END_SEND_THEN_PERSIST;
    return in->message.w[3] == END_PASS ? uc_pass("nothing to say") : in->message.w[3] == END_FAIL ? uc_fail("no") : r;
}
static const UcClass toy = { .name = "toy", .kind = region_kind, .kinds = G_N_ELEMENTS(region_kind), .step = step };

/* A hands on what Z and the parties say; S has one sandbox and shows A what it says. */
static UcResult hand_on(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_CALLER ? uc_send(in->peer, in->message) : uc_report(in->peer, in->message);
}
static const UcClass adversary = { .name = "adversary", .step = hand_on };

static UcResult in_a_sandbox(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = uc_sandbox_order(ctx, uc_peer(ctx, in), in->message).result;
    return r.code == UC_SEND ? uc_backdoor_of(uc_peer(ctx, in), r.message) : r;
}
static const UcClass simulator = { .name = "simulator", .step = in_a_sandbox };
static UcResult idle(UcCtx *ctx, const UcEnvelope *in) { return uc_pass(NULL); }
static const UcClass functionality = { .name = "functionality", .step = idle };

/* ---- the second model ---- */

enum { WRITES = 200 };
typedef struct {
    uint8_t stable[STABLES];
    unsigned version; /* monotonic: the counter when it was written */
} Disk;

typedef struct {
    UcStorage storage;
    uint8_t stable[STABLES], fleeting[VOLATILES]; /* working memory */
    Disk disk, written[WRITES + 1];               /* written[n]: by the n-th write */
    unsigned writes, counter, coins[PURPOSES];
    bool down, disabled;
    UcPoint armed;
} Model;

typedef struct {
    bool answers;
    UcWord coins; /* of the activation */
} Told;

static uint8_t coin_at[PURPOSES][800]; /* the tapes, drawn without any fault */

static void model_down(Model *m)
{
    m->down = true;
    m->armed = UC_POINT_NONE;
    memcpy(m->stable, m->disk.stable, STABLES);
    memset(m->fleeting, 0, VOLATILES);
}

/* True: power fails in this write. */
static bool model_persist(Model *m)
{
    if (m->armed == UC_POINT_BEFORE || m->armed == UC_POINT_TORN_HEAD || m->armed == UC_POINT_TORN_TAIL)
        return true;
    m->counter += m->storage == UC_STORAGE_MONOTONIC;
    if (m->armed == UC_POINT_BETWEEN)
        return true;
    memcpy(m->disk.stable, m->stable, STABLES);
    m->disk.version = m->counter;
    m->written[++m->writes] = m->disk;
    return m->armed == UC_POINT_MIDDLE;
}

static Told model_run(Model *m, const Program *p)
{
    Told told = { .answers = p->end == END_SEND || p->end == END_SEND_THEN_PERSIST };
    Model before = *m;
    bool stable = false;
    if (m->down || m->disabled)
        return (Told){ false, 0 };
    for (int i = 0; i < OPS && p->op[i]; i++) {
        unsigned which = p->op[i] >> 3 & 3, value = p->op[i] & 7;
        switch (p->op[i] >> 5) {
        case OP_STABLE: m->stable[which] = (uint8_t)value; break;
        case OP_VOLATILE: m->fleeting[which] = (uint8_t)value; break;
        case OP_DRAW: told.coins = told.coins << 8 | coin_at[which][m->coins[which]++]; break;
        default:
            if (model_persist(m)) {
                model_down(m);
                return (Told){ false, 0 };
            }
            stable = true;
        }
    }
    if (p->end == END_FAIL)
        *m = before;
    else if (p->end == END_SEND_THEN_PERSIST && model_persist(m))
        model_down(m);
    else if (m->armed == UC_POINT_AFTER && (stable || p->end == END_SEND_THEN_PERSIST))
        model_down(m);
    return told;
}

static bool model_has(UcStorage s, UcPoint point)
{
    switch (point) {
    case UC_POINT_BETWEEN: return s == UC_STORAGE_MONOTONIC;
    case UC_POINT_TORN_HEAD: case UC_POINT_TORN_TAIL: return s == UC_STORAGE_TORN;
    case UC_POINT_LOSE: return s == UC_STORAGE_CACHE || s == UC_STORAGE_LYING;
    case UC_POINT_REORDER: return s == UC_STORAGE_CACHE;
    default: return point > UC_POINT_NONE && point < UC_POINTS;
    }
}

static void model_reorder(Model *m)
{
    if (m->writes < 2)
        return;
    Disk last = m->written[m->writes], middle = m->written[m->writes - 1], first = m->written[m->writes - 2];
    for (int i = 0; i < STABLES; i++)
        m->disk.stable[i] = last.stable[i] != middle.stable[i] ? last.stable[i] : first.stable[i];
    m->written[--m->writes] = m->disk; /* the write before never took place */
}

static void model_crash(Model *m, UcPoint point, unsigned lost)
{
    if (!model_has(m->storage, point) || m->down || m->disabled)
        return;
    if (point == UC_POINT_LOSE && (lost > m->writes || (m->storage == UC_STORAGE_CACHE && lost > 2)))
        return;
    if (point != UC_POINT_NOW && point != UC_POINT_LOSE && point != UC_POINT_REORDER) {
        m->armed = point;
        return;
    }
    if (point == UC_POINT_LOSE)
        m->disk = m->written[m->writes -= lost];
    if (point == UC_POINT_REORDER)
        model_reorder(m);
    model_down(m);
}

static void model_restart(Model *m)
{
    m->armed = UC_POINT_NONE;
    if (!m->down || m->disabled)
        return;
    m->down = false;
    m->disabled = m->storage == UC_STORAGE_MONOTONIC && m->disk.version != m->counter;
}

static void model_restore(Model *m, unsigned snapshot)
{
    if ((m->storage != UC_STORAGE_ROLLBACK && m->storage != UC_STORAGE_MONOTONIC) || snapshot > m->writes)
        return;
    m->disk = m->written[snapshot];
    if (!m->disabled)
        model_down(m);
}

/* ---- one run of both ---- */

static UcStore *store;
static UcLayout *layout[2];
static UcWorldSpec spec[2];
static UcWorld *world;
static Model model;
static bool sandboxed;
static GString *history; /* what was done, for the text of a failure */

enum { ONE_IN = 10 };         /* in one run of so many, since it takes long */
static unsigned runs;
static bool looking;
static GHashTable *looked_at; /* slots */

static void note_look(void *data, uint32_t slot) { g_hash_table_add(data, GUINT_TO_POINTER(slot)); }

static const char *const names[] = { "one", NULL };

static void set_up(void)
{
    store = uc_store_new();
    history = g_string_new(NULL);
    looked_at = g_hash_table_new(NULL, NULL);
    for (int ideal = 0; ideal < 2; ideal++) {
        layout[ideal] = uc_layout_new();
        UcMachine machine = { .class = &toy, .role = "toy" };
        spec[ideal] = (UcWorldSpec){ .name = ideal ? "ideal" : "real", .ideal = ideal, .parties = 1, .party_name = names,
                                     .session = "storage", .messages = { message_kind, G_N_ELEMENTS(message_kind) },
                                     .party = machine };
        spec[ideal].machine[UC_A].class = &adversary;
        if (ideal) {
            spec[ideal].party.class = &uc_dummy_party;
            spec[ideal].sandbox = machine;
            spec[ideal].machine[UC_S].class = &simulator;
            spec[ideal].machine[UC_F].class = &functionality;
        }
    }
}

static void tear_down(void)
{
    for (int ideal = 0; ideal < 2; ideal++)
        uc_layout_free(layout[ideal]);
    uc_store_free(store);
    g_string_free(history, TRUE);
    g_hash_table_unref(looked_at);
}

static void start(UcStorage storage, bool ideal)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 7 };
    sandboxed = ideal;
    spec[ideal].storage = storage;
    world = uc_world_new(&spec[ideal], store, layout[ideal], seed);
    looking = runs++ % ONE_IN == 1;
    uc_world_probe(world, looking ? note_look : NULL, looked_at);
    model = (Model){ .storage = storage };
    g_string_printf(history, "%s, %s:", uc_storage_name[storage], ideal ? "sandbox" : "party");
}

/* What a turn changes it has looked at: a search that remembers moves sees only what they looked at. */
static bool has_looked_at(uint32_t slot) { return g_hash_table_contains(looked_at, GUINT_TO_POINTER(slot)); }

static void changed_where_it_looked(const UcState *before)
{
    const UcState *after = uc_world_state(world);
    for (uint32_t slot = 0; slot < after->slots; slot++) {
        const UcRegion *old = slot < before->slots ? before->slot[slot] : NULL;
        require(uc_region_same(old, after->slot[slot]) || has_looked_at(slot), "%s: changes slot %u and does not look at it",
                      history->str, slot);
    }
}

static void turn(const UcEnvelope *write)
{
    UcState before = { 0 };
    if (looking)
        uc_state_copy(&before, uc_world_state(world));
    g_hash_table_remove_all(looked_at);
    UcStop stop = uc_world_turn(world, write);
    require(stop == UC_STOP_Z, "%s: the world stops: %s", history->str, uc_world_why(world));
    if (looking)
        changed_where_it_looked(&before);
    uc_state_clear(&before);
}

/* A write and a crash look at all that was not written, whether there is any or not. */
static void looks_at_shadows(const Model *before)
{
    uint16_t owner = sandboxed ? uc_sandbox_machine(&spec[1], UC_PARTY_0) : UC_PARTY_0;
    uint32_t shadows = uc_layout_find(layout[sandboxed], uc_shadows_of(owner));
    if (looking && (model.writes > before->writes || model.down > before->down))
        require(has_looked_at(shadows), "%s: does not look at what was not written",
                      history->str);
}

/* What Z got, UC_M_EMPTY if nothing. Everything goes through A, so that both worlds take it alike. */
static UcMessage tell(UcMessage m)
{
    UcEnvelope write = { UC_Z, UC_A, UC_PARTY_0, m };
    size_t before, after;
    uc_world_view(world, &before);
    turn(&write);
    const UcViewEntry *view = uc_world_view(world, &after);
    return after > before ? view[after - 1].message : (UcMessage){ 0 };
}

static void run(Program p)
{
    UcMessage m = { RUN, { 0 } };
    memcpy(m.w, p.op, OPS);
    m.w[3] = p.end;
    g_string_append(history, " run(");
    for (int i = 0; i < OPS && p.op[i]; i++)
        g_string_append_printf(history, "%c%u%u ", "?svpd???"[p.op[i] >> 5], p.op[i] >> 3 & 3, p.op[i] & 7);
    g_string_append_printf(history, "%s)", (const char *[]){ "send", "pass", "fail", "send, persist" }[p.end]);
    UcMessage got = tell(m);
    Model before = model;
    Told told = model_run(&model, &p);
    looks_at_shadows(&before);
    require((got.kind == TOLD) == told.answers, "%s: %s", history->str, told.answers ? "no answer" : "an answer");
    require(!told.answers || got.w[0] == told.coins, "%s: other coins", history->str);
}

static void crash(UcPoint point, unsigned lost)
{
    g_string_append_printf(history, " crash(%s %u)", point < UC_POINTS ? uc_point_name[point] : "?", lost);
    Model before = model;
    tell((UcMessage){ UC_M_CRASH, { point, lost } });
    model_crash(&model, point, lost);
    looks_at_shadows(&before);
}

static void restart(void)
{
    g_string_append(history, " restart");
    tell((UcMessage){ UC_M_RESTART, { 0 } });
    model_restart(&model);
}

static void restore(unsigned snapshot)
{
    g_string_append_printf(history, " restore(%u)", snapshot);
    tell((UcMessage){ UC_M_RESTORE, { snapshot } });
    model_restore(&model, snapshot);
}

static void compare(void)
{
    UcMessage held = tell((UcMessage){ LOOK, { 0 } });
    if (model.down || model.disabled) {
        require(held.kind == UC_M_EMPTY, "%s: answers while down", history->str);
        return;
    }
    require(held.kind == HELD, "%s: does not answer", history->str);
    for (int i = 0; i < STABLES; i++)
        require(held.w[i] == model.stable[i], "%s: stable %d is %d, not %d", history->str, i, (int)held.w[i],
                      model.stable[i]);
    for (int i = 0; i < VOLATILES; i++)
        require(held.w[STABLES + i] == model.fleeting[i], "%s: volatile %d is %d, not %d", history->str, i,
                      (int)held.w[STABLES + i], model.fleeting[i]);
}

/* What a thief finds: of a party that is up all it has, of one that is down what lies on its storage. */
static void steal(void)
{
    g_string_append(history, " steal");
    UcMessage state = tell((UcMessage){ UC_M_CORRUPT, { 0 } });
    require(state.kind == UC_M_STATE, "%s: no state", history->str);
    UcReader r = uc_store_reader(store, state.w[0]);
    uint8_t stable[STABLES] = { 0 }, fleeting[VOLATILES] = { 0 };
    bool up = !model.down && !model.disabled;
    uc_take_bytes(&r, 4);
    require(uc_take(&r, 8) == model.counter, "%s: other counter", history->str);
    uc_take(&r, 4);
    for (uint64_t left = uc_take(&r, 4); left > 0; left--) {
        uint64_t kind = uc_take(&r, 4), index = uc_take(&r, 8), words = uc_take(&r, 4), word = 0;
        for (uint64_t i = 0; i < words; i++)
            word = uc_take(&r, 8);
        if (kind == UC_KIND_VERSION) {
            require(word == model.disk.version, "%s: other version", history->str);
            continue;
        }
        require(word == 100 * index + words, "%s: strange words", history->str);
        if (kind == KEPT)
            stable[index] = (uint8_t)words;
        else
            fleeting[index] = (uint8_t)words;
    }
    require(!r.bad && r.left == 32, "%s: malformed state", history->str);
    require(!memcmp(stable, up ? model.stable : model.disk.stable, STABLES), "%s: other stable state", history->str);
    require(!memcmp(fleeting, model.fleeting, VOLATILES), "%s: other volatile state", history->str);
}

/* Crash and restart at the end show what really lies on the storage. */
static void finish(bool stolen)
{
    compare();
    if (stolen)
        steal();
    if (!stolen) {
        crash(UC_POINT_NOW, 0);
        restart();
        compare();
        run((Program){ { OP_DRAW << 5 }, END_SEND });
    }
    uc_world_free(world);
}

/* The coins of a run without faults: what every other run must draw, in this order, none twice. */
static void draw_the_tape(void)
{
    start(UC_STORAGE_ATOMIC, false);
    for (size_t at = 0; at < PURPOSES * sizeof coin_at[0]; at += 8) {
        unsigned which = at / sizeof coin_at[0];
        size_t i = at % sizeof coin_at[0];
        Program p = { { 0 }, END_SEND };
        memset(p.op, (int)(OP_DRAW << 5 | which << 3), 8);
        UcMessage m = { RUN, { 0 } };
        memcpy(m.w, p.op, OPS);
        UcWord coins = tell(m).w[0];
        for (int k = 7; k >= 0; k--, coins >>= 8)
            coin_at[which][i + (size_t)k] = (uint8_t)coins;
    }
    uc_world_free(world);
}

/* ---- random runs ---- */

static unsigned below(GRand *r, unsigned n) { return (unsigned)g_rand_int_range(r, 0, (gint32)n); }

static Program random_program(GRand *r)
{
    Program p = { .end = below(r, 8) ? below(r, 2) ? END_SEND : END_PASS : below(r, 2) ? END_FAIL : END_SEND_THEN_PERSIST };
    unsigned n = below(r, 7), draws = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned kind = 1 + below(r, 4);
        if (kind == OP_DRAW && ++draws > 8)
            kind = OP_STABLE;
        if (kind == OP_PERSIST && p.end == END_FAIL)
            kind = OP_VOLATILE; /* another test */
        unsigned which = kind == OP_VOLATILE ? below(r, VOLATILES) : kind == OP_DRAW ? below(r, PURPOSES) : below(r, STABLES);
        p.op[i] = (uint8_t)(kind << 5 | (kind != OP_PERSIST ? which << 3 : 0) | (kind <= OP_VOLATILE ? below(r, VALUES) : 0));
    }
    return p;
}

static void random_step(GRand *r)
{
    switch (below(r, 10)) {
    case 0: crash(UC_POINT_NOW, 0); break;
    case 1: case 2: crash((UcPoint)below(r, UC_POINTS + 1), below(r, 4)); break;
    case 3: case 4: restart(); break;
    case 5: restore(below(r, 6)); break;
    default: run(random_program(r)); break;
    }
}

START_TEST(random_runs)
{
    UcStorage storage = (UcStorage)(_i / 2);
    GRand *r = g_rand_new_with_seed((guint32)(1000 + _i));
    draw_the_tape();
    for (int n = 0; n < 120; n++) {
        start(storage, _i % 2);
        for (int i = 0; i < 25; i++) {
            random_step(r);
            if (below(r, 2))
                compare();
        }
        finish(below(r, 3) == 0);
    }
    g_rand_free(r);
}
END_TEST

/* ---- every short run over a small alphabet ---- */

#define S(which, value) (OP_STABLE << 5 | (which) << 3 | (value))
#define V(value) (OP_VOLATILE << 5 | (value))
#define P (OP_PERSIST << 5)
#define D (OP_DRAW << 5)
static const Program alphabet[] = {
    { { S(0, 1), V(1), D, P }, END_SEND },
    { { S(0, 2), V(2) }, END_SEND },                /* not persisted */
    { { S(0, 0), S(1, 3), P, S(0, 4) }, END_SEND }, /* emptied; a first region; a write after the persist */
    { { P, S(1, 0), V(0), D }, END_SEND },          /* emptied after the persist */
    { { S(1, 5), D }, END_SEND_THEN_PERSIST },
    { { S(0, 5), V(3), D }, END_FAIL },
};
static const struct {
    UcPoint point;
    unsigned lost;
} orders[] = { { UC_POINT_NOW, 0 }, { UC_POINT_BEFORE, 0 }, { UC_POINT_BETWEEN, 0 }, { UC_POINT_MIDDLE, 0 },
               { UC_POINT_AFTER, 0 }, { UC_POINT_TORN_HEAD, 0 }, { UC_POINT_TORN_TAIL, 0 }, { UC_POINT_LOSE, 1 },
               { UC_POINT_LOSE, 2 }, { UC_POINT_REORDER, 0 } };
enum { PROGRAMS = G_N_ELEMENTS(alphabet), ORDERS = G_N_ELEMENTS(orders), RESTORES = 2,
       STEPS = PROGRAMS + ORDERS + RESTORES + 1, LONG = 3 };

static bool useful(unsigned s)
{
    if (s >= PROGRAMS && s < PROGRAMS + ORDERS)
        return model_has(model.storage, orders[s - PROGRAMS].point);
    bool restores = s >= PROGRAMS + ORDERS && s < PROGRAMS + ORDERS + RESTORES;
    return !restores || model.storage == UC_STORAGE_ROLLBACK || model.storage == UC_STORAGE_MONOTONIC;
}

static void take_step(unsigned s)
{
    if (s < PROGRAMS)
        run(alphabet[s]);
    else if (s < PROGRAMS + ORDERS)
        crash(orders[s - PROGRAMS].point, orders[s - PROGRAMS].lost);
    else if (s < PROGRAMS + ORDERS + RESTORES)
        restore(s - PROGRAMS - ORDERS);
    else
        restart();
}

START_TEST(every_short_run)
{
    UcStorage storage = (UcStorage)(_i / 2);
    draw_the_tape();
    unsigned all = 1, steps[LONG];
    for (int i = 0; i < LONG; i++)
        all *= STEPS;
    for (unsigned n = 0; n < all; n++) {
        bool all_useful = true;
        model.storage = storage;
        for (unsigned i = 0, left = n; i < LONG; i++, left /= STEPS)
            all_useful = useful(steps[i] = left % STEPS) && all_useful;
        if (!all_useful || steps[0] >= PROGRAMS) /* what comes before the first program does nothing */
            continue;
        start(storage, _i % 2);
        for (int i = 0; i < LONG; i++)
            take_step(steps[i]);
        finish(false);
    }
}
END_TEST

/* What one fault leaves is what the next one finds: any two of them, each with a restart, after writes of all kinds. */
START_TEST(a_fault_after_a_fault)
{
    enum { KINDS = 3 };
    static const Program writes[KINDS] = { { { S(0, 1), P }, END_SEND }, { { S(0, 2), S(1, 3), P }, END_SEND },
                                           { { S(1, 1), S(2, 2), P }, END_SEND } };
    draw_the_tape();
    for (unsigned n = 0; n < KINDS * KINDS * KINDS * ORDERS * ORDERS; n++) {
        unsigned first = n % ORDERS, second = n / ORDERS % ORDERS, kinds = n / ORDERS / ORDERS;
        model.storage = (UcStorage)(_i / 2);
        if (!model_has(model.storage, orders[first].point) || !model_has(model.storage, orders[second].point))
            continue;
        start((UcStorage)(_i / 2), _i % 2);
        for (unsigned i = 0; i < KINDS; i++, kinds /= KINDS)
            run(writes[kinds % KINDS]);
        for (int i = 0; i < 2; i++) {
            crash(orders[i ? second : first].point, orders[i ? second : first].lost);
            restart();
            compare();
        }
        finish(false);
    }
}
END_TEST

/* ---- records ---- */

/* Of a party that wrote its regions in this order, or in the other one. */
static GByteArray *record_of(bool backwards)
{
    Program p = { { 0 }, END_SEND };
    for (int i = 0; i < STABLES; i++) {
        int which = backwards ? STABLES - 1 - i : i;
        p.op[i] = (uint8_t)S(which, which + 1);
    }
    p.op[STABLES] = P;
    set_up();
    start(UC_STORAGE_ATOMIC, false);
    run(p);
    GByteArray *record = uc_record_encode(world, uc_party(0), UC_RECORD_ALL, 1);
    uc_world_free(world);
    tear_down();
    return record;
}

START_TEST(records_do_not_depend_on_the_order_of_writing)
{
    g_autoptr(GByteArray) forwards = record_of(false), backwards = record_of(true);
    ck_assert_uint_eq(forwards->len, backwards->len);
    ck_assert(!memcmp(forwards->data, backwards->data, forwards->len));
}
END_TEST

/* ---- what is no storage at all ---- */

static void breaks_the_rules(Program p, const char *text)
{
    UcMessage m = { RUN, { 0 } };
    memcpy(m.w, p.op, OPS);
    m.w[3] = p.end;
    UcEnvelope write = { UC_Z, UC_A, UC_PARTY_0, m };
    start(UC_STORAGE_ATOMIC, false);
    ck_assert_int_eq(uc_world_turn(world, &write), UC_STOP_DISCIPLINE);
    ck_assert_ptr_nonnull(strstr(uc_world_why(world), text));
    uc_world_free(world);
}

START_TEST(a_write_cannot_be_refused)
{
    breaks_the_rules((Program){ { S(0, 1), P }, END_FAIL }, "refuses a message after it persisted");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("storage");
    TCase *t = tcase_create("fault layer");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, random_runs, 0, 2 * UC_STORAGES);
    tcase_add_loop_test(t, every_short_run, 0, 2 * UC_STORAGES);
    tcase_add_loop_test(t, a_fault_after_a_fault, 0, 2 * UC_STORAGES);
    tcase_add_test(t, a_write_cannot_be_refused);
    suite_add_tcase(s, t);
    TCase *records = tcase_create("records");
    tcase_add_test(records, records_do_not_depend_on_the_order_of_writing);
    suite_add_tcase(s, records);
    return run_suite(s);
}
