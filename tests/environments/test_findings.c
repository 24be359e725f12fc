/* Every kind of finding, made early and late in a run, in either world: a script, a replay, every search, a plain search,
 * recording and shrinking must all say the same of it (simulator/lock.h). */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/uc_simulator.h"
#include "environments/general/explorer.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/run.h"
#include "protocol/ticketed/party.h"
#include "functionality/dkm/f_dkm.h"
#include "tests/environments/reference_search.h"
#include "tests/support/suite.h"

/* ---- machines and watchers that go wrong: when the first key is there, or when HSM 2 has signed ---- */

typedef enum { SILENT, FAILS, RULE, SEALS, LIMIT, ASSERTION, ERROR } What;

static const struct {
    const char *name;
    EnvWorld world;
    What what;
    const char *rule;
    UcVerdict verdict;
} fault[] = {
    { "silent", ENV_REAL, SILENT, NULL, UC_DISTINGUISHED },
    { "silent", ENV_IDEAL, SILENT, NULL, UC_DISTINGUISHED },
    { "S fails", ENV_IDEAL, FAILS, NULL, UC_SIMULATION_FAILED },
    { "progress", ENV_REAL, RULE, "A5: made up", UC_NO_PROGRESS },
    { "progress", ENV_IDEAL, RULE, "A5: made up", UC_NO_PROGRESS },
    { "invariant", ENV_REAL, RULE, "I9: made up", UC_INVARIANT_BROKEN },
    { "invariant", ENV_IDEAL, RULE, "I9: made up", UC_INVARIANT_BROKEN },
    { "one key seals two texts, far apart", ENV_REAL, SEALS, "I8: a sealing key sealed two plaintexts", UC_INVARIANT_BROKEN },
    { "limit", ENV_REAL, LIMIT, NULL, UC_LIMIT },
    { "limit", ENV_IDEAL, LIMIT, NULL, UC_LIMIT },
    { "assertion", ENV_REAL, ASSERTION, NULL, UC_ASSERTION_FAILED },
    { "assertion", ENV_IDEAL, ASSERTION, NULL, UC_ASSERTION_FAILED },
    { "only Z halts", ENV_REAL, ERROR, NULL, UC_ERROR },
    { "only Z halts", ENV_IDEAL, ERROR, NULL, UC_ERROR },
};
static unsigned made; /* which of them */
static bool late;

static void seal(UcCtx *ctx, const char *what)
{
    UcStore *store = uc_ctx_store(ctx);
    uc_mark(ctx, (UcMark){ DKM_MARK_SEALED, uc_store_text(store, "a key"), uc_store_text(store, what) });
}

static UcResult go_wrong(UcCtx *ctx, UcResult r)
{
    switch (fault[made].what) {
    case SEALS: seal(ctx, "another text"); return r;
    case SILENT: return uc_pass("made up");
    case ERROR: return uc_halt(0);
    default: return r;
    }
}

static bool is_the_moment(const UcResult *r, uint16_t party)
{
    return r->code == UC_SEND && r->message.kind == (late ? DKM_SIGNATURE : DKM_KEY) && (!late || party == uc_party(1));
}

static UcResult party_step(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = pi_class.step(ctx, in);
    if (fault[made].what == SEALS && in->message.kind == DKM_KEYGEN)
        seal(ctx, "a text");
    return is_the_moment(&r, in->to) ? go_wrong(ctx, r) : r;
}

static UcResult f_step(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = f_dkm_class.step(ctx, in);
    return is_the_moment(&r, uc_party(r.peer - 1u)) ? go_wrong(ctx, r) : r; /* a pid plus 1, for now */
}

static UcResult s_step(UcCtx *ctx, const UcEnvelope *in)
{
    bool moment = in->message.kind == (late ? DKM_CONSULT_SIGN : DKM_CONSULT_KEYGEN) && (!late || in->message.w[0] == 1);
    return moment ? uc_simulation_failed("made up") : uc_simulator_class.step(ctx, in);
}

static const char *watch(UcCtx *ctx, const UcActivation *a)
{
    if (a->machine < UC_PARTY_0 || !is_the_moment(&a->outcome.result, a->machine))
        return NULL;
    if (fault[made].what == LIMIT || fault[made].what == ASSERTION)
        uc_stop_script(ctx, fault[made].what == LIMIT ? UC_STOP_LIMIT : UC_STOP_ASSERTION, "made up");
    return fault[made].rule;
}

typedef struct {
    EnvWorlds *worlds;
    UcClass class;
    UcWatcher watcher[2];
} Setup;

static void put_class(Setup *s, UcMachine *machine, UcResult (*step)(UcCtx *, const UcEnvelope *))
{
    s->class = *machine->class;
    s->class.step = step;
    machine->class = &s->class;
}

static void begin(Setup *s)
{
    static const char *const two[] = { "hsm1", "hsm2", NULL };
    EnvOptions o = env_default_options();
    o.party = two;
    o.crypto_ideal = true;
    dkm_settings(&o.interface)->capacity = 2;
    s->worlds = env_worlds_new(&o, NULL);
    UcWorldSpec *spec = env_worlds_spec(s->worlds, fault[made].world);
    s->watcher[0] = spec->watcher[0];
    s->watcher[1] = (UcWatcher){ .name = "made up", .watch = watch };
    if (fault[made].what == RULE || fault[made].what == LIMIT || fault[made].what == ASSERTION) {
        spec->watcher = s->watcher;
        spec->watchers = 2;
    } else if (fault[made].what == FAILS) {
        put_class(s, &spec->machine[UC_S], s_step);
    } else if (fault[made].world == ENV_REAL) {
        put_class(s, &spec->party, party_step);
    } else {
        put_class(s, &spec->machine[UC_F], f_step);
    }
}

static void end(Setup *s) { env_worlds_free(s->worlds); }

static void judge(const char *who, UcComparison c)
{
    const char *rule = uc_comparison_rule(&c);
    ck_assert_msg(c.verdict == fault[made].verdict && !g_strcmp0(rule, fault[made].rule),
                  "%s (%s in the %s world, %s): expected %s%s%s, got %s (%s)", who, fault[made].name,
                  env_world_name[fault[made].world], late ? "late" : "early", uc_verdict_name[fault[made].verdict],
                  fault[made].rule ? ": " : "", fault[made].rule ? fault[made].rule : "", uc_verdict_name[c.verdict], c.why);
}

/* What a script or schedule says that it expects, this verdict and rule, is met, whichever world it happens in; another rule is not. */
static void meets(const char *who, const UcLock *lock)
{
    const char *rule = fault[made].rule;
    g_autofree char *name = rule ? g_strndup(rule, strcspn(rule, ":")) : NULL;
    ck_assert_msg(uc_lock_meets(lock, (UcOutlook){ fault[made].verdict, name }), "%s: %s in the %s world is not met", who,
                  name ? name : fault[made].name, env_world_name[fault[made].world]);
    ck_assert(!uc_lock_breaks(lock, "A8") && !uc_lock_meets(lock, (UcOutlook){ fault[made].verdict, "A8" }));
}

/* ---- who judges ---- */

static const char lua[] =
    "return scenario { title = 't', parties = { 'hsm1', 'hsm2' }, crypto = 'ideal', capacity = 2, environment = function (z)\n"
    "local key = z:keygen('hsm1')\n"
    "local ticket = z:request('hsm2', { key = key, count = 1, from = 'hsm1' })\n"
    "z:transfer('hsm1', { key = key, count = 1, to = 'hsm2', ticket = ticket })\n"
    "z:sign('hsm2', key, 'm')\n"
    "z:status('hsm1', key) end, adversary = function (a) end }\n";

static void a_script(void)
{
    Setup s;
    GError *error = NULL;
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("ucsim-XXXXXX.lua", &path, NULL);
    ck_assert(file >= 0 && g_close(file, NULL) && g_file_set_contents(path, lua, -1, NULL));
    g_autoptr(GPtrArray) all = env_scenario_load(path, &error);
    g_remove(path);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    begin(&s);
    g_autoptr(EnvRun) run = env_run_both_on(s.worlds, all->pdata[0], NULL, NULL, &error);
    ck_assert_msg(run != NULL, "%s", error ? error->message : "");
    judge("check", env_run_comparison(run));
    meets("check", env_run_lock(run));
    g_clear_pointer(&run, env_run_free);
    end(&s);
}

static UcSchedule *schedule(void)
{
    static const char text[] = "ucsim-schedule 1\n"
                               "keygen hsm1 LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8\n"
                               "status hsm2 key@1\n"
                               "request hsm2 key@1 1 hsm1\n"
                               "transfer hsm1 key@1 1 hsm2 ticket@3\n"
                               "deliver hsm2 payload@4\n"
                               "sign hsm2 key@1 m\n"
                               "status hsm1 key@1\n";
    return uc_schedule_read(text, sizeof text - 1, "t", NULL);
}

/* What an early fault leaves without a key cannot go on; the moves before it can. */
static UcSchedule *up_to_the_fault(void)
{
    bool keep[7] = { true, late, late, late, late, late, false };
    g_autoptr(UcSchedule) all = schedule();
    return uc_schedule_subset(all, keep);
}

static void a_replay(const UcSchedule *schedule, const char *who)
{
    Setup s;
    GError *error = NULL;
    begin(&s);
    g_autoptr(EnvReplay) r = env_replay_on(s.worlds, ENV_WORLDS, schedule, NULL, NULL, &error);
    ck_assert_msg(r != NULL, "%s: %s", who, error ? error->message : "");
    judge(who, env_replay_comparison(r));
    meets(who, env_replay_lock(r));
    g_clear_pointer(&r, env_replay_free);
    end(&s);
}

static void shrinking(void)
{
    Setup s;
    unsigned tries;
    g_autoptr(UcSchedule) from = schedule();
    begin(&s);
    g_autoptr(UcSchedule) small = env_shrink(s.worlds, ENV_WORLDS, from, 100, &tries, NULL, NULL);
    end(&s);
    ck_assert_msg(small != NULL, "%s: shrinking finds nothing", fault[made].name);
    ck_assert_uint_eq(small->move->len, late ? 5 : 1);
    a_replay(small, "what is left after shrinking");
}

static EnvAlphabet alphabet(void)
{
    static const struct {
        const char *name;
        int value;
    } bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 1 }, { "wrong", 0 }, { "any", 0 },
                  { "messages", 1 }, { "parties", 2 } };
    EnvAlphabet a = env_default_alphabet(env_triple);
    for (size_t i = 0; i < G_N_ELEMENTS(bound); i++)
        ck_assert(env_alphabet_set(&a, bound[i].name, bound[i].value, NULL));
    env_alphabet_settle(&a);
    return a;
}

static void a_search(UcStrategy strategy, const GArray *prefix)
{
    Setup s;
    begin(&s);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = alphabet(), .deepen = true, .shrink_tries = 100, .prefix = prefix,
                         .search = { .strategy = strategy, .walks = 1000, .seed = 3, .change_points = 2 } };
    g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
    ck_assert_msg(e->end == UC_SEARCH_FOUND, "%s, %s: %s", uc_strategy_name[strategy], fault[made].name,
                  e->broken ? e->broken : uc_search_end_name[e->end]);
    ck_assert_msg(e->verdict == fault[made].verdict && e->replayed == fault[made].verdict, "%s, %s: found %s, replayed %s",
                  uc_strategy_name[strategy], fault[made].name, uc_verdict_name[e->verdict], uc_verdict_name[e->replayed]);
    ck_assert_pstr_eq(e->rule, fault[made].rule);
    ck_assert_ptr_nonnull(e->shrunk);
    end(&s);
    a_replay(e->schedule, "what a search recorded");
    a_replay(e->shrunk, "what a search shrank");
}

static void the_way_to_a_search(void)
{
    Setup s;
    begin(&s);
    g_autoptr(GArray) prefix = g_array_new(FALSE, FALSE, sizeof(UcEnvelope));
    UcWord set = uc_store_text(env_worlds_store(s.worlds), ((const DkmOptions *)env_worlds_setup(s.worlds))->sigma[0]->name);
    UcEnvelope keygen = uc_input(0, (UcMessage){ DKM_KEYGEN, { set } });
    g_array_append_val(prefix, keygen);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = alphabet(), .prefix = prefix };
    g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
    ck_assert_int_eq(e->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(e->verdict, fault[made].verdict);
    ck_assert_pstr_eq(e->rule, fault[made].rule);
    end(&s);
}

static void a_plain_search(void)
{
    Setup s;
    EnvAlphabet a = alphabet();
    begin(&s);
    g_autoptr(EnvGeneral) general = env_general_new(s.worlds, &a, NULL);
    UcLockstepSetup setup = env_general_setup(general, ENV_WORLDS);
    Reference r = reference_search(&setup, setup.fault_budget);
    ck_assert_int_eq(r.verdict, fault[made].verdict);
    ck_assert_uint_eq(r.depth, late ? 5 : 1);
    g_clear_pointer(&general, env_general_free);
    end(&s);
}

START_TEST(all_say_the_same)
{
    made = (unsigned)_i;
    for (int i = 0; i < 2; i++) {
        late = i;
        g_autoptr(UcSchedule) moves = up_to_the_fault();
        a_script();
        a_replay(moves, "replay");
        if (late || fault[made].what != SILENT)
            shrinking();
        for (UcStrategy strategy = UC_BFS; strategy <= UC_PCT; strategy = (UcStrategy)(strategy + 1))
            a_search(strategy, NULL);
        a_plain_search();
    }
    late = false;
    the_way_to_a_search();
}
END_TEST

/* ---- two rules of one kind ---- */

static const char *watch_both(UcCtx *ctx, const UcActivation *a)
{
    static const char *const rule[] = { "I9: made up", "I8: made up as well" };
    const UcResult *r = &a->outcome.result;
    bool key = a->machine >= UC_PARTY_0 && r->code == UC_SEND && r->message.kind == DKM_KEY;
    (void)ctx;
    return key && a->machine <= uc_party(1) ? rule[a->machine - uc_party(0)] : NULL;
}

/* Each finding has its own rule, though the other was met before: a walk tells the rule of the way that it took. */
START_TEST(findings_of_other_rules_are_others)
{
    unsigned found[2] = { 0 };
    for (uint64_t seed = 1; seed <= 12; seed++) {
        Setup s;
        made = 0;
        while (fault[made].what != RULE || fault[made].world != ENV_REAL || fault[made].verdict != UC_INVARIANT_BROKEN)
            made++;
        begin(&s);
        s.watcher[1].watch = watch_both;
        EnvExploration x = { .which = ENV_WORLDS, .alphabet = alphabet(), .search = { .strategy = UC_RANDOM, .walks = 10, .seed = seed } };
        ck_assert(env_alphabet_set(&x.alphabet, "keygen-by", 2, NULL));
        g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
        ck_assert_msg(e->end == UC_SEARCH_FOUND, "%s", e->broken ? e->broken : uc_search_end_name[e->end]);
        ck_assert_pstr_eq(e->rule, e->replayed_rule);
        found[0] += !strcmp(e->rule, "I9: made up");
        found[1] += !strcmp(e->rule, "I8: made up as well");
        end(&s);
    }
    ck_assert(found[0] && found[1] && found[0] + found[1] == 12);
}
END_TEST

/* A way that breaks one rule, of which a part breaks another: shrinking stays with the one that the whole breaks. */
static const char *watch_less(UcCtx *ctx, const UcActivation *a)
{
    const UcResult *r = &a->outcome.result;
    size_t words;
    if (a->machine != uc_party(0) || r->code != UC_SEND || r->message.kind != DKM_STATUS_IS)
        return NULL;
    for (unsigned kind = 0; kind < pi_class.kinds; kind++) {
        if (!strcmp(pi_class.kind[kind].name, "sent") && uc_peek(ctx, a->machine, UC_FIRST_KIND + kind, 0, &words) && words)
            return "I9: after a transfer";
    }
    return "I8: without a transfer";
}

START_TEST(shrinking_keeps_the_rule)
{
    Setup s;
    unsigned tries;
    g_autoptr(UcSchedule) from = schedule();
    made = 5;
    begin(&s);
    s.watcher[1].watch = watch_less;
    g_autoptr(EnvReplay) whole = env_replay_on(s.worlds, ENV_WORLDS, from, NULL, NULL, NULL);
    UcComparison was = env_replay_comparison(whole);
    ck_assert_pstr_eq(uc_comparison_rule(&was), "I9: after a transfer");
    g_autoptr(UcSchedule) small = env_shrink(s.worlds, ENV_WORLDS, from, 100, &tries, NULL, NULL);
    ck_assert(small && small->move->len < from->move->len);
    g_autoptr(EnvReplay) part = env_replay_on(s.worlds, ENV_WORLDS, small, NULL, NULL, NULL);
    UcComparison is = env_replay_comparison(part);
    ck_assert_pstr_eq(uc_comparison_rule(&is), "I9: after a transfer");
    g_clear_pointer(&whole, env_replay_free);
    g_clear_pointer(&part, env_replay_free);
    end(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("findings");
    TCase *c = tcase_create("findings");
    tcase_add_loop_test(c, all_say_the_same, 0, G_N_ELEMENTS(fault));
    tcase_add_test(c, findings_of_other_rules_are_others);
    tcase_add_test(c, shrinking_keeps_the_rule);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
