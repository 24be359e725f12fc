/* Worlds of several sessions: numbers and names, coins, who calls whom, what S plays, devices (simulator/world.h, devices.c).
 *
 * The triple here: sealed bids. alice bids and reveals, bob hears of both. The protocol calls F_COM, a commitment that A
 * schedules; F_BID is the same with S in A's place, which plays F_COM for A.
 */
#include <check.h>
#include <string.h>

#include "adversary/dummy.h"
#include "simulator/lock.h"
#include "tests/support/suite.h"

enum { BID = UC_M_USER, REVEAL, SEALED, REVEALED, HOLD, BIDDING, REVEALING, ALLOW, CORRUPT_PARTY, CORRUPTED_PARTY, BID_END };
static const UcMessageKind bid_kinds[BID_END - UC_M_USER] = {
    { "bid", { { "amount", UC_INT } } }, { "reveal", {} }, { "sealed", {} }, { "revealed", { { "amount", UC_INT } } }, { "hold", {} },
    { "bidding", {} }, { "revealing", {} }, { "allow", { { "what", UC_INT } } }, { "corrupt-party", { { "party", UC_PARTY } } },
    { "corrupted-party", { { "party", UC_PARTY } } },
};
/* Of the same numbers, and other things: */
enum { COMMIT = UC_M_USER, OPEN, RECEIPT, OPENED, COMMITTED, OPENING, ALLOW_RECEIPT, ALLOW_OPEN, COM_END };
static const UcMessageKind com_kinds[COM_END - UC_M_USER] = {
    { "commit", { { "value", UC_INT } } }, { "open", {} }, { "receipt", {} }, { "opened", { { "value", UC_INT } } }, { "committed", {} },
    { "opening", {} }, { "allow-receipt", {} }, { "allow-open", {} },
};
enum { ALICE, BOB, R = UC_FIRST_KIND };

/* ---- F_COM: one bit of state, one value ---- */

static UcResult com(UcCtx *ctx, const UcEnvelope *in)
{
    size_t n;
    switch (in->message.kind) {
    case COMMIT: uc_write(ctx, R, 0, 1)[0] = in->message.w[0]; return uc_backdoor((UcMessage){ COMMITTED, { 0 } });
    case OPEN: return uc_backdoor((UcMessage){ OPENING, { 0 } });
    case ALLOW_RECEIPT: return uc_output_to(BOB, (UcMessage){ RECEIPT, { 0 } });
    case ALLOW_OPEN: return uc_output_to(BOB, (UcMessage){ OPENED, { uc_read(ctx, R, 0, &n)[0] } });
    default: return uc_fail("F_COM knows no such message");
    }
}
static const UcRegionKind one_word[] = { { .name = "value", .head_words = 1 } };
static const UcClass f_com = { .name = "F_COM", .kind = one_word, .kinds = 1, .step = com };

/* ---- the protocol ---- */

static UcResult bidder(UcCtx *ctx, const UcEnvelope *in)
{
    static const UcWord answer[] = { [RECEIPT - UC_M_USER] = SEALED, [OPENED - UC_M_USER] = REVEALED };
    if (uc_from(ctx, in) == UC_SUBROUTINE)
        return uc_output((UcMessage){ answer[in->message.kind - UC_M_USER], { in->message.w[0] } });
    if (uc_from(ctx, in) != UC_CALLER)
        return uc_fail("nothing comes over the network");
    if (in->message.kind == HOLD)
        return uc_pass("held");
    return uc_call(0, (UcMessage){ in->message.kind == BID ? COMMIT : OPEN, { in->message.w[0] } });
}
static const UcClass protocol = { .name = "bids by commitments", .step = bidder };

/* ---- F_BID ---- */

enum { F_VALUE = UC_FIRST_KIND, F_CORRUPTED };

static UcResult bid(UcCtx *ctx, const UcEnvelope *in)
{
    size_t n;
    uc_read(ctx, F_CORRUPTED, uc_peer(ctx, in), &n);
    if (uc_from(ctx, in) == UC_CALLER && n)
        return uc_backdoor_of(uc_peer(ctx, in), in->message);
    bool speaks = uc_from(ctx, in) == UC_BACKDOOR && uc_relayed(in); /* S, as a corrupted party */
    switch (in->message.kind) {
    case BID: uc_write(ctx, R, 0, 1)[0] = in->message.w[0]; return uc_backdoor((UcMessage){ BIDDING, { 0 } });
    case REVEAL: return uc_backdoor((UcMessage){ REVEALING, { 0 } });
    case HOLD: return uc_pass("held");
    case ALLOW:
        return uc_output_to(BOB, in->message.w[0] ? (UcMessage){ REVEALED, { uc_read(ctx, R, 0, &n)[0] } } : (UcMessage){ SEALED, { 0 } });
    case CORRUPT_PARTY:
        uc_write(ctx, F_CORRUPTED, in->message.w[0], 1)[0] = 1;
        return uc_backdoor((UcMessage){ CORRUPTED_PARTY, { in->message.w[0] } });
    default: return speaks ? uc_output_to(uc_peer(ctx, in), in->message) : uc_fail("F_BID knows no such message");
    }
}
static const UcRegionKind two_kinds[] = { { .name = "value", .head_words = 1 }, { .name = "corrupted", .head_words = 1 } };
static const UcClass f_bid = { .name = "F_BID", .kind = two_kinds, .kinds = 2, .step = bid };

/* ---- S ---- */

/* A writes to what S plays: to F_COM, or to a corrupted party of that session. */
static UcResult played(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = uc_peer(ctx, in);
    switch (in->message.kind) {
    case ALLOW_RECEIPT: return uc_command((UcMessage){ ALLOW, { 0 } });
    case ALLOW_OPEN: return uc_command((UcMessage){ ALLOW, { 1 } });
    case COMMIT: return uc_command_as(party, (UcMessage){ BID, { in->message.w[0] } });
    case OPEN: return uc_command_as(party, (UcMessage){ REVEAL, { 0 } });
    default: return uc_pass("nothing of S");
    }
}

static UcResult simulate(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = uc_peer(ctx, in);
    if (uc_from(ctx, in) == UC_FUNCTIONALITY) {
        switch (in->message.kind) {
        case BIDDING: return uc_backdoor_of_used(0, UC_NO_PARTY, (UcMessage){ COMMITTED, { 0 } });
        case REVEALING: return uc_backdoor_of_used(0, UC_NO_PARTY, (UcMessage){ OPENING, { 0 } });
        case CORRUPTED_PARTY:
            party = in->message.w[0];
            return uc_backdoor_of(party, uc_sandbox_order(ctx, party, (UcMessage){ .kind = UC_M_CORRUPT }).result.message);
        default: return uc_backdoor_of(party, in->message);
        }
    }
    if (uc_peer_slot(ctx, in) == 0)
        return played(ctx, in);
    if (in->message.kind == UC_M_CORRUPT)
        return uc_command((UcMessage){ CORRUPT_PARTY, { party } });
    return uc_sandbox_order(ctx, party, in->message).result;
}
static const UcClass simulator = { .name = "S", .step = simulate };

/* ---- worlds ---- */

static const char *const both[] = { "alice", "bob", NULL }, *const three[] = { "carol", "bob", "alice", NULL };
enum { AUCTION, COM };
static const uint16_t uses_com[] = { COM };
static const UcOrderRule orders[] = { { CORRUPT_PARTY, 0, UC_ORDER_CORRUPT } };

typedef struct {
    UcStore *store;
    UcLayout *layout[2];
    UcSession session[2][2];
    UcWorldSpec spec[2];
    UcWorld *world[2];
    UcLock lock;
} Pair;

static void describe(Pair *p, bool ideal)
{
    static const UcMachine parties = { .class = &protocol, .role = "party" }, dummies = { .class = &uc_dummy_party, .role = "dummy" };
    UcSession *s = p->session[ideal];
    s[AUCTION] = (UcSession){ .sid = "auction", .as = ideal ? UC_AS_IDEAL : UC_AS_PROTOCOL, .parties = 2, .party_name = both,
                              .uses = uses_com, .slots = 1, .messages = { bid_kinds, G_N_ELEMENTS(bid_kinds) },
                              .party = ideal ? dummies : parties, .sandbox = parties, .order_rule = orders, .order_rules = 1 };
    s[COM] = (UcSession){ .sid = "com", .as = ideal ? UC_AS_PLAYED : UC_AS_HYBRID, .parties = 3, .party_name = three,
                          .messages = { com_kinds, G_N_ELEMENTS(com_kinds) }, .party = dummies };
    s[COM].functionality = (UcMachine){ .class = &f_com, .role = "functionality" };
    s[AUCTION].simulator = (UcMachine){ .class = ideal ? &simulator : NULL, .role = "simulator" };
    s[AUCTION].functionality = (UcMachine){ .class = ideal ? &f_bid : NULL, .role = "functionality" };
    p->spec[ideal] = (UcWorldSpec){ .name = ideal ? "ideal" : "real", .ideal = ideal, .sessions = s, .session_count = 2, .torture = true };
    p->spec[ideal].machine[UC_A].class = &adversary_dummy;
}

static void open_pair(Pair *p)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 7 };
    *p = (Pair){ .store = uc_store_new(), .layout = { uc_layout_new(), uc_layout_new() }, .lock = { .worlds = 2 } };
    for (int i = 0; i < 2; i++) {
        describe(p, i);
        p->lock.world[i] = p->world[i] = uc_world_new(&p->spec[i], p->store, p->layout[i], seed);
    }
}

static void close_pair(Pair *p)
{
    for (int i = 0; i < 2; i++) {
        uc_world_halt(p->world[i], 0); /* torture runs backwards */
        ck_assert_msg(!strcmp(uc_world_why(p->world[i]), "Z halted"), "%s", uc_world_why(p->world[i]));
        uc_world_free(p->world[i]);
        uc_layout_free(p->layout[i]);
    }
    uc_store_free(p->store);
}

static uint16_t named(const Pair *p, const char *name)
{
    uint16_t machine = uc_machine_named(&p->spec[0], name);
    ck_assert_uint_ne(machine, UC_NOBODY);
    ck_assert_uint_eq(machine, uc_machine_named(&p->spec[1], name));
    ck_assert_str_eq(uc_machine_name(&p->spec[0], machine), name);
    return machine;
}

/* An input, or an order to A; and what reached Z then, in both worlds alike. */
static void turn(Pair *p, bool order, const char *to, UcMessage message, const char *from, UcWord kind, UcWord word)
{
    uint16_t machine = named(p, to);
    UcEnvelope e = order ? (UcEnvelope){ UC_Z, UC_A, machine, message } : (UcEnvelope){ UC_Z, machine, 0, message };
    UcComparison c = uc_lock_turn(&p->lock, &e);
    ck_assert_msg(c.verdict == UC_INDISTINGUISHABLE, "%s: %s: %s; %s; %s", to, uc_verdict_name[c.verdict], c.why ? c.why : "",
                  uc_world_why(p->world[0]), uc_world_why(p->world[1]));
    UcViewEntry got = uc_lock_reply(&p->lock);
    ck_assert_uint_eq(got.message.kind, kind);
    if (kind == UC_M_EMPTY)
        return;
    ck_assert_str_eq(uc_machine_name(&p->spec[0], got.peer), from);
    if (kind != UC_M_STATE)
        ck_assert_uint_eq(got.message.w[0], word);
}

START_TEST(honest)
{
    Pair p;
    open_pair(&p);
    turn(&p, false, "auction.alice", (UcMessage){ BID, { 30 } }, "com.F", COMMITTED, 0);
    turn(&p, true, "com.F", (UcMessage){ ALLOW_RECEIPT, { 0 } }, "auction.bob", SEALED, 0);
    turn(&p, false, "auction.alice", (UcMessage){ REVEAL, { 0 } }, "com.F", OPENING, 0);
    turn(&p, true, "com.F", (UcMessage){ ALLOW_OPEN, { 0 } }, "auction.bob", REVEALED, 30);
    close_pair(&p);
}
END_TEST

/* A corrupted party still has its F: A speaks to that as the party, and hears what it answers. */
START_TEST(corrupted_uses_its_f)
{
    Pair p;
    open_pair(&p);
    turn(&p, true, "auction.alice", (UcMessage){ .kind = UC_M_CORRUPT }, "auction.alice", UC_M_STATE, 0);
    turn(&p, false, "auction.alice", (UcMessage){ BID, { 5 } }, "auction.alice", BID, 5); /* to A */
    turn(&p, true, "com.alice", (UcMessage){ COMMIT, { 31 } }, "com.F", COMMITTED, 0);
    turn(&p, true, "com.F", (UcMessage){ ALLOW_RECEIPT, { 0 } }, "auction.bob", SEALED, 0);
    turn(&p, true, "com.alice", (UcMessage){ OPEN, { 0 } }, "com.F", OPENING, 0);
    turn(&p, true, "com.F", (UcMessage){ ALLOW_OPEN, { 0 } }, "auction.bob", REVEALED, 31);
    close_pair(&p);
}
END_TEST

/* Neither A nor Z can tell who is not there: F_BID and S in the real world, F_COM in the ideal one. */
START_TEST(nobody_else)
{
    static const char *const who[] = { "auction.F", "auction.S", "com.S" };
    Pair p;
    open_pair(&p);
    for (size_t i = 0; i < G_N_ELEMENTS(who); i++)
        turn(&p, true, who[i], (UcMessage){ .kind = UC_M_RESTART }, NULL, UC_M_EMPTY, 0);
    UcEnvelope e = { UC_Z, named(&p, "com.alice"), 0, { COMMIT, { 1 } } }; /* a used session is not Z's to call */
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(uc_world_turn(p.world[i], &e), UC_STOP_DISCIPLINE);
        uc_world_free(p.world[i]);
        uc_layout_free(p.layout[i]);
    }
    uc_store_free(p.store);
}
END_TEST

/* alice is one device: what she calls is down with her. */
START_TEST(one_device)
{
    Pair p;
    open_pair(&p);
    turn(&p, false, "auction.alice", (UcMessage){ BID, { 30 } }, "com.F", COMMITTED, 0);
    uint16_t com_alice = named(&p, "com.alice"), com_bob = named(&p, "com.bob");
    UcEnvelope crash = { UC_Z, UC_A, named(&p, "auction.alice"), { UC_M_CRASH, { UC_POINT_NOW } } };
    UcEnvelope restart = { UC_Z, UC_A, named(&p, "com.alice"), { .kind = UC_M_RESTART } };
    g_autofree UcCtx *look = uc_world_look(p.world[0]);
    ck_assert_int_eq(uc_world_turn(p.world[0], &crash), UC_STOP_Z);
    size_t n;
    const UcWord *w = uc_peek(look, com_alice, UC_KIND_FAULT, 0, &n);
    ck_assert_uint_eq(((const UcFault *)(const void *)w)->status, UC_DOWN);
    ck_assert_ptr_null(uc_peek(look, com_bob, UC_KIND_FAULT, 0, &n));
    ck_assert_int_eq(uc_world_turn(p.world[0], &restart), UC_STOP_Z);
    w = uc_peek(look, named(&p, "auction.alice"), UC_KIND_FAULT, 0, &n);
    ck_assert(!w || ((const UcFault *)(const void *)w)->status == UC_UP);
    p.lock.worlds = 1;
    close_pair(&p);
}
END_TEST

/* ---- coins ---- */

static UcResult toss(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord coins;
    (void)in;
    uc_draw(ctx, "coins", &coins, sizeof coins);
    return uc_output((UcMessage){ REVEALED, { coins } });
}
static const UcClass tosser = { .name = "tosser", .step = toss };

/* What the parties of these sessions draw, by their names. */
static GHashTable *drawn(const char *const *sid, unsigned sessions, bool independent)
{
    static const uint8_t seed[UC_SEED_BYTES] = { 9 };
    GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    UcSession session[UC_SESSIONS];
    for (unsigned i = 0; i < sessions; i++)
        session[i] = (UcSession){ .sid = sid[i], .as = UC_AS_PROTOCOL, .parties = i % 2 ? 3 : 2, .party_name = i % 2 ? three : both,
                                  .messages = { bid_kinds, G_N_ELEMENTS(bid_kinds) }, .party = { .class = &tosser, .role = "party" } };
    UcWorldSpec spec = { .name = "real", .sessions = session, .session_count = sessions, .independent = independent };
    spec.machine[UC_A].class = &adversary_dummy;
    UcStore *store = uc_store_new();
    UcLayout *layout = uc_layout_new();
    UcWorld *world = uc_world_new(&spec, store, layout, seed);
    for (uint16_t m = UC_PARTY_0; m < uc_machines(&spec); m++) {
        size_t n;
        if (uc_world_pid(world, m) == UC_NO_PARTY)
            continue;
        ck_assert_int_eq(uc_world_turn(world, &(UcEnvelope){ UC_Z, m, 0, { BID, { 0 } } }), UC_STOP_Z);
        const UcViewEntry *view = uc_world_view(world, &n);
        g_hash_table_insert(all, (gpointer)uc_machine_name(&spec, m), g_memdup2(&view[n - 1].message.w[0], sizeof(UcWord)));
    }
    uc_world_free(world);
    uc_layout_free(layout);
    uc_store_free(store);
    return all;
}

/* No two parties of any sessions share coins; and what one draws does not depend on which sessions there are besides. */
START_TEST(coins)
{
    static const char *const sid[] = { "a", "b", "c" }, *const other[] = { "b", "a" };
    g_autoptr(GHashTable) all = drawn(sid, 3, _i);
    g_autoptr(GHashTable) fewer = drawn(other, 1, _i);
    g_autoptr(GHashTable) values = g_hash_table_new(g_int64_hash, g_int64_equal);
    GHashTableIter at;
    gpointer name, value;
    ck_assert_uint_eq(g_hash_table_size(all), 7);
    g_hash_table_iter_init(&at, all);
    while (g_hash_table_iter_next(&at, &name, &value))
        ck_assert_msg(g_hash_table_add(values, value), "%s draws what another one drew", (const char *)name);
    ck_assert_uint_eq(*(UcWord *)g_hash_table_lookup(all, "b.bob"), *(UcWord *)g_hash_table_lookup(fewer, "b.bob"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sessions");
    TCase *t = tcase_create("sessions");
    tcase_add_test(t, honest);
    tcase_add_test(t, corrupted_uses_its_f);
    tcase_add_test(t, nobody_else);
    tcase_add_test(t, one_device);
    tcase_add_loop_test(t, coins, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
