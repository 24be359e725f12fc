/* The commitment triple: the same engine, another functionality. */
#include <stdlib.h>
#include <string.h>

#include "commitment.h"
#include "environments/general/explorer.h"
#include "tests/support/suite.h"

static ComPair pair;

static void set_up(void) { com_pair_init(&pair, (ComConfig){ false }); }
static void set_up_broken(void) { com_pair_init(&pair, (ComConfig){ true }); }
static void tear_down(void) { com_pair_clear(&pair); }

static UcWord text(const char *t) { return uc_store_text(pair.store, t); }

static UcMessage same(uint16_t to, uint16_t peer, UcMessage m)
{
    UcMessage reply = com_turn(&pair, to, peer, m);
    ck_assert_msg(pair.lock.last.verdict == UC_INDISTINGUISHABLE, "%s: %s", uc_verdict_name[pair.lock.last.verdict], pair.lock.last.why);
    return reply;
}

static UcMessage commit(UcWord from, UcWord to, const char *t)
{
    return same(uc_party(from), 0, (UcMessage){ COM_COMMIT, { to, text(t) } });
}
static UcMessage open_to(UcWord from, UcWord to) { return same(uc_party(from), 0, (UcMessage){ COM_OPEN, { to } }); }
static UcMessage deliver(UcWord to, UcWord bytes) { return same(UC_A, uc_party(to), (UcMessage){ UC_M_DELIVER, { bytes } }); }

/* The same payload with the last byte changed. */
static UcWord altered(UcWord payload)
{
    size_t n;
    const uint8_t *bytes = uc_store_get(pair.store, payload, &n);
    g_autofree uint8_t *copy = g_memdup2(bytes, n);
    copy[n - 1] ^= 1;
    return uc_store_put(pair.store, copy, n);
}

START_TEST(commit_then_open)
{
    UcMessage c = commit(0, 1, "heads");
    ck_assert_uint_eq(c.kind, UC_M_PAYLOAD);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, COM_RECEIPT);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, UC_M_EMPTY); /* replayed */
    ck_assert_uint_eq(deliver(2, c.w[1]).kind, UC_M_EMPTY); /* redirected */
    UcMessage o = open_to(0, 1);
    UcMessage opened = deliver(1, o.w[1]);
    ck_assert_uint_eq(opened.kind, COM_OPENED);
    ck_assert_uint_eq(opened.w[1], text("heads"));
    ck_assert_uint_eq(deliver(1, o.w[1]).kind, UC_M_EMPTY);
}
END_TEST

START_TEST(errors_and_forgeries)
{
    ck_assert_uint_eq(open_to(0, 1).kind, COM_ERROR);
    ck_assert_uint_eq(commit(0, 0, "self").kind, COM_ERROR);
    ck_assert_uint_eq(commit(0, 9, "nobody").kind, COM_ERROR);
    UcMessage c = commit(0, 1, "heads");
    ck_assert_uint_eq(commit(0, 1, "tails").kind, COM_ERROR);
    ck_assert_uint_eq(deliver(1, altered(c.w[1])).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, text("junk")).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, text("")).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, c.w[1]).kind, COM_RECEIPT);
    UcMessage o = open_to(0, 1);
    ck_assert_uint_eq(deliver(1, altered(o.w[1])).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, o.w[1]).w[1], text("heads"));
}
END_TEST

START_TEST(broken_protocol_is_told_apart)
{
    UcMessage c = commit(0, 1, "heads");
    deliver(1, c.w[1]);
    UcMessage o = open_to(0, 1);
    UcMessage lie = com_turn(&pair, UC_A, uc_party(1), (UcMessage){ UC_M_DELIVER, { altered(o.w[1]) } });
    ck_assert_uint_eq(lie.kind, COM_OPENED);
    ck_assert_uint_ne(lie.w[1], text("heads"));
    ck_assert_int_eq(pair.lock.last.verdict, UC_DISTINGUISHED);
}
END_TEST

/* Without an open input F does not open, whatever the simulator asks for. */
START_TEST(simulation_can_fail)
{
    UcMessage c = commit(0, 1, "heads");
    deliver(1, c.w[1]);
    uint8_t forged[] = { 'O', 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 'x' };
    com_turn(&pair, UC_A, uc_party(1), (UcMessage){ UC_M_DELIVER, { uc_store_put(pair.store, forged, sizeof forged) } });
    ck_assert(pair.lock.last.verdict == UC_DISTINGUISHED || pair.lock.last.verdict == UC_SIMULATION_FAILED);
    ck_assert_msg(strstr(uc_world_why(pair.lock.world[1]), "not being opened") != NULL, "%s", uc_world_why(pair.lock.world[1]));
}
END_TEST

/* ---- every schedule, from a table of two rows ---- */

static const UcInput inputs[] = { { COM_COMMIT, .otherwise = 1, .sends = true }, { COM_OPEN, .as = COM_COMMIT } };
static const UcAlphabet alphabet = { .input = inputs, .inputs = G_N_ELEMENTS(inputs) };
static const UcInterface interface = { .name = "F_COM", .messages = &com_toy_messages, .alphabet = &alphabet };

static void *honest_new(const UcSessionPlan *plan, void *setup, char **wrong) { return g_new0(ComConfig, 1); }
static void *broken_new(const UcSessionPlan *plan, void *setup, char **wrong)
{
    ComConfig *config = g_new(ComConfig, 1);
    config->opening_not_checked = true;
    return config;
}

static const UcPayloadField fields[] = { { "kind", 0, 1, UC_INT, .other = 'X' }, { "from", 1, 1, UC_PARTY }, { "to", 2, 1, UC_PARTY } };
static const UcPayloadCodec codec = { 3, fields, G_N_ELEMENTS(fields) };
#define PROTOCOL(id, name_, new_) static const UcProtocol id = { .name = name_, .title = "commitments", .interface = &interface, \
    .class = &com_protocol, .setup_new = new_, .setup_free = g_free, .codec = &codec }
PROTOCOL(good_protocol, "commitment by hash", honest_new);
PROTOCOL(bad_protocol, "opening not checked", broken_new);
static const UcFunctionality f_com = { .name = "F_COM", .interface = &interface, .class = &com_functionality };
static const UcSimulatorRow simulators[] = { { "uc", &com_simulator }, { NULL, NULL } };

static EnvExplored *explore(const UcProtocol *protocol)
{
    static const char *const two[] = { "alice", "bob", NULL };
    const UcTriple triple = { protocol, &f_com, simulators };
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(&triple), .deepen = true,
                         .search = { .strategy = UC_BFS, .jobs = 1, .commute = true } };
    ck_assert(env_alphabet_set(&x.alphabet, "commit", 2, NULL) && env_alphabet_set(&x.alphabet, "mutate", 1, NULL) &&
              env_alphabet_set(&x.alphabet, "wrong", 1, NULL));
    env_alphabet_settle(&x.alphabet);
    EnvOptions o = env_default_options();
    env_options_take(&o, &triple);
    o.party = two;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    g_autoptr(GError) error = NULL;
    EnvExplored *e = worlds ? env_explore(worlds, &x, &error) : NULL;
    ck_assert_msg(e != NULL, "%s", error ? error->message : "no worlds");
    return e;
}

static bool came_up(const EnvExplored *e, const char *what)
{
    for (guint i = 0; i < e->coverage->seen->len; i++) {
        if (!strcmp(e->coverage->seen->pdata[i], what))
            return true;
    }
    return false;
}

START_TEST(every_schedule_is_the_same)
{
    g_autoptr(EnvExplored) e = explore(&good_protocol);
    ck_assert_int_eq(e->end, UC_SEARCH_COMPLETE);
    ck_assert_msg(e->verdict == UC_INDISTINGUISHABLE, "%s", e->why);
    ck_assert(came_up(e, "receipt") && came_up(e, "opened") && came_up(e, "refused"));
    ck_assert_uint_gt(e->figures.states, 50);
}
END_TEST

/* commit, its delivery, open, a changed opening */
START_TEST(a_lie_is_found)
{
    g_autoptr(EnvExplored) e = explore(&bad_protocol);
    ck_assert_int_eq(e->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(e->verdict, UC_DISTINGUISHED);
    ck_assert_uint_eq(e->depth_found, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("commitment triple");
    TCase *good = tcase_create("good"), *broken = tcase_create("broken"), *explored = tcase_create("explored");
    tcase_add_checked_fixture(good, set_up, tear_down);
    tcase_add_test(good, commit_then_open);
    tcase_add_test(good, errors_and_forgeries);
    tcase_add_checked_fixture(broken, set_up_broken, tear_down);
    tcase_add_test(broken, broken_protocol_is_told_apart);
    tcase_add_test(broken, simulation_can_fail);
    suite_add_tcase(suite, good);
    tcase_add_test(explored, every_schedule_is_the_same);
    tcase_add_test(explored, a_lie_is_found);
    suite_add_tcase(suite, broken);
    suite_add_tcase(suite, explored);
    return run_suite(suite);
}
