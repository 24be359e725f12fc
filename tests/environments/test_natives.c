/* The environments in C that ticketed transfer brings along: exactly what each of them writes, when it stops, what it guesses
 * in either world, and the bounds that it is measured against. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "environments/runs/advantage.h"
#include "protocol/ticketed/measured.h"
#include "protocol/ticketed/party.h"
#include "simulator/trace/schedule.h"
#include "tests/support/suite.h"

typedef struct {
    const char *native;
    uint64_t queries, tag_bytes, ticket_bytes;
    uint64_t seed; /* one in which it goes as expected */
    const char *scheme;
    int guess[ENV_WORLDS];
    bool fails; /* the simulation, where the attack works */
    const char *moves; /* in the real world, without the options */
    const char *limited; /* NULL, or what a party may have no more of than */
    uint64_t to;
} Play;

static uint64_t *limit_of(DkmLimits *limits, const char *name)
{
    return !strcmp(name, "keys") ? &limits->keys : !strcmp(name, "tickets") ? &limits->tickets : &limits->transfers;
}

static EnvMeasure measure_of(const Play *p)
{
    EnvMeasure m = { 0 };
    ck_assert(env_measure_native(&m, p->native));
    if (p->queries)
        m.effort.queries = p->queries;
    if (p->tag_bytes)
        pi_settings(&m.options.protocol)->tag_bytes = (unsigned)p->tag_bytes;
    if (p->ticket_bytes)
        dkm_settings(&m.options.interface)->ticket_bytes = p->ticket_bytes;
    if (p->scheme)
        dkm_settings(&m.options.interface)->scheme = p->scheme;
    if (p->limited)
        *limit_of(&dkm_settings(&m.options.interface)->limits, p->limited) = p->to;
    env_seed(p->seed, m.options.seed);
    return m;
}

static void record(void *recorder, const UcWorld *world, const UcActivation *a) { uc_recorder_observe(recorder, world, a); }

/* Without the options; of many moves the first and the last, and how many there are between. */
static char *shortened(const char *schedule)
{
    enum { FIRST = 6, LAST = 3 };
    g_auto(GStrv) line = g_strsplit(schedule, "\n", -1);
    GString *out = g_string_new(NULL);
    size_t from = 0, to = g_strv_length(line) - 1; /* nothing stands behind the last end of line */
    while (from < to && (g_str_has_prefix(line[from], "ucsim-schedule") || g_str_has_prefix(line[from], "option")))
        from++;
    for (size_t i = from; i < to; i++) {
        if (to - from <= FIRST + LAST + 1 || i < from + FIRST || i >= to - LAST)
            g_string_append_printf(out, "%s\n", line[i]);
        else if (i == from + FIRST)
            g_string_append_printf(out, "... %zu\n", to - from - FIRST - LAST);
    }
    return g_string_free(out, FALSE);
}

/* The moves; free with g_free(). */
static char *played(const Play *p, const EnvMeasure *m, EnvWorlds *worlds, EnvWorld which, int *guess)
{
    EnvOptions options = m->options;
    UcSessionPlan plan = env_session_plan(&options);
    g_autoptr(UcRecorder) recorder = uc_recorder_new(env_worlds_spec(worlds, which), env_worlds_store(worlds));
    g_autoptr(UcWorld) world = env_worlds_start(worlds, which);
    uc_world_observe(world, record, recorder);
    UcPlay play = { .world = world, .stop = UC_STOP_Z, .plan = &plan, .setup = env_worlds_protocol(worlds), .effort = &m->effort };
    *guess = m->native->play(&play);
    ck_assert_int_eq(play.stop, which == ENV_IDEAL && p->fails ? UC_STOP_SIMULATION : UC_STOP_Z);
    g_autofree char *text = uc_schedule_print(uc_recorder_schedule(recorder));
    return shortened(text);
}

static void assert_played(const Play *p)
{
    EnvMeasure m = measure_of(p);
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&m.options, NULL);
    ck_assert_ptr_nonnull(worlds);
    int guess[ENV_WORLDS];
    g_autofree char *moves = played(p, &m, worlds, ENV_REAL, &guess[ENV_REAL]);
    g_autofree char *ideal = played(p, &m, worlds, ENV_IDEAL, &guess[ENV_IDEAL]);
    ck_assert_msg(!strcmp(moves, p->moves), "%s, seed %d: guesses %d %d\n%s", p->native, (int)p->seed, guess[0], guess[1], moves);
    ck_assert_int_eq(guess[ENV_REAL], p->guess[ENV_REAL]);
    ck_assert_int_eq(guess[ENV_IDEAL], p->guess[ENV_IDEAL]);
}

#define SET "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8"
#define TOY "TOY-LMS_SHAKE_M1_H2/LMOTS_SHAKE_N1_W2"
#define HAND_OVER(n) "keygen hsm1 " SET "\nrequest hsm2 key@1 " n " hsm1\ntransfer hsm1 key@1 " n " hsm2 ticket@2\n"
/* The last byte of each end of [28,32), made [24,28), under the tag, in a seal that was made with seed 1. */
#define TAGGED(tag) "deliver hsm2 payload@3 set:209:e5e8820a193ff5487f" tag "\n"
#define ASK "request hsm2 none 1 hsm1\n"
#define AGAIN "request hsm2 key@1 1 hsm1\n"
#define REPLAYED "deliver hsm2 payload@3\n"
#define ONCE HAND_OVER("1") REPLAYED "sign hsm2 key@1 once\n" AGAIN
#define SIGNED(set) "keygen hsm1 " set "\nsign hsm1 key@1 hex:0000000000000000\n"

#define KEYGEN "keygen hsm1 " SET "\n"

static const Play play[] = {
    /* where a move of the hand-over is refused, nothing follows and nothing is guessed */
    { "hand-over", 0, 0, 0, 1, NULL, { 0, 0 }, false, KEYGEN, "keys", 0 },
    { "hand-over", 0, 0, 0, 1, NULL, { 0, 0 }, false, KEYGEN "request hsm2 key@1 4 hsm1\n", "tickets", 0 },
    { "hand-over", 0, 0, 0, 1, NULL, { 0, 0 }, false, HAND_OVER("4"), "transfers", 0 },
    { "tag-guess", 3, 1, 0, 1, NULL, { 0, 0 }, false, KEYGEN, "keys", 0 },
    { "ticket-replay", 3, 0, 0, 1, NULL, { 0, 0 }, false, KEYGEN, "keys", 0 },
    { "onetime-forgery", 9, 0, 0, 1, NULL, { 0, 0 }, false, "keygen hsm1 " TOY "\n", "keys", 0 },
    /* whole */
    { "hand-over", 0, 0, 0, 1, NULL, { 0, 0 }, false,
      HAND_OVER("4") REPLAYED REPLAYED "sign hsm2 key@1 \"firmware 1.0\"\nsign hsm1 key@1 \"firmware 1.1\"\n"
      "verify hsm3 key@1 \"firmware 1.0\" signature@6\nstatus hsm1 key@1\nstatus hsm2 key@1\n", NULL, 0 },
    { "tag-guess", 3, 1, 0, 1, NULL, { 0, 0 }, false, HAND_OVER("4") TAGGED("00") TAGGED("01") TAGGED("02"), NULL, 0 },
    { "tag-guess", 256, 1, 0, 1, NULL, { 1, 0 }, true,
      HAND_OVER("4") TAGGED("00") TAGGED("01") TAGGED("02") "... 26\n" TAGGED("1d") TAGGED("1e") TAGGED("1f"), NULL, 0 },
    { "tag-guess", 2, 2, 0, 1, NULL, { 0, 0 }, false, HAND_OVER("4") TAGGED("0000") TAGGED("0100"), NULL, 0 },
    { "ticket-collision", 4, 0, 0, 1, NULL, { 0, 0 }, false, ASK ASK ASK ASK, NULL, 0 },
    { "ticket-collision", 60, 0, 1, 1, NULL, { 1, 0 }, true, ASK ASK ASK ASK ASK ASK "... 6\n" ASK ASK ASK, NULL, 0 },
    { "ticket-replay", 2, 0, 0, 1, NULL, { 0, 0 }, false, ONCE REPLAYED AGAIN REPLAYED, NULL, 0 },
    { "ticket-collision", 4, 0, 1, 1, NULL, { 0, 0 }, false, ASK ASK, "tickets", 1 }, /* the second is refused */
    { "ticket-replay", 3, 0, 0, 1, NULL, { 0, 0 }, false, ONCE REPLAYED AGAIN AGAIN, "tickets", 1 },
    { "ticket-replay", 200, 0, 1, 5, NULL, { 1, 0 }, true, ONCE "... 53\n" AGAIN REPLAYED "sign hsm2 key@1 twice\n", NULL, 0 },
    { "onetime-forgery", 1, 0, 0, 1, NULL, { 0, 0 }, false, SIGNED(TOY), NULL, 0 },
    { "onetime-forgery", 600, 0, 0, 1, NULL, { 1, 0 }, false, SIGNED(TOY) "verify hsm2 key@1 hex:5600000000000000 signature@2\n", NULL, 0 },
    { "onetime-forgery", 86, 0, 0, 1, NULL, { 1, 0 }, false, SIGNED(TOY) "verify hsm2 key@1 hex:5600000000000000 signature@2\n", NULL, 0 },
    { "onetime-forgery", 85, 0, 0, 1, NULL, { 0, 0 }, false, SIGNED(TOY), NULL, 0 },
};

START_TEST(moves_and_guess)
{
    assert_played(&play[_i]);
}
END_TEST

/* ---- bounds and parameters ---- */

static double bound_of(const char *native, uint64_t queries, uint64_t tag_bytes, uint64_t ticket_bytes, const char *scheme)
{
    Play p = { .native = native, .queries = queries, .tag_bytes = tag_bytes, .ticket_bytes = ticket_bytes, .scheme = scheme };
    EnvMeasure m = measure_of(&p);
    UcSessionPlan plan = env_session_plan(&m.options);
    return m.native->bound(&plan, &m.effort);
}

START_TEST(bounds)
{
    ck_assert_double_eq(bound_of("tag-guess", 3, 1, 0, NULL), 3.0 / 256);
    ck_assert_double_eq(bound_of("tag-guess", 3, 2, 0, NULL), 3.0 / 65536);
    ck_assert_double_eq(bound_of("tag-guess", 257, 1, 0, NULL), 1);
    ck_assert_double_eq(bound_of("ticket-collision", 5, 0, 1, NULL), 10.0 / 256);
    ck_assert_double_eq(bound_of("ticket-collision", 5, 0, 2, NULL), 10.0 / 65536);
    ck_assert_double_eq(bound_of("ticket-collision", 1, 0, 1, NULL), 0);
    ck_assert_double_eq(bound_of("ticket-collision", 100, 0, 1, NULL), 1);
    ck_assert_double_eq(bound_of("ticket-replay", 3, 0, 1, NULL), 3.0 / 256);
    ck_assert_double_eq(bound_of("ticket-replay", 3, 0, 2, NULL), 3.0 / 65536);
    ck_assert_double_eq(bound_of("onetime-forgery", 3, 0, 0, NULL), 3.0 / 256);
    ck_assert_double_eq(bound_of("onetime-forgery", 3, 0, 0, "TOY-LMS_SHAKE_M2_H2/LMOTS_SHAKE_N2_W2"), 3.0 / 65536);
}
END_TEST

/* What a native is started with, as docs/advantage.md tells. */
START_TEST(parameters)
{
    static const struct {
        const char *name;
        uint64_t queries, most;
        const char *preset;
    } row[] = {
        { "hand-over", 0, 0, "" },
        { "tag-guess", 16, 65536, "seal=1 tag-bytes=1 " },
        { "ticket-collision", 32, 1000, "ticket-bytes=2 limit-tickets=1000 " },
        { "ticket-replay", 32, 900, "ticket-bytes=2 limit-tickets=1000 " },
        { "onetime-forgery", 16, 65536, "crypto=0 hash_bytes=1 " },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        const UcNative *n = &pi_natives[i];
        g_autoptr(GString) preset = g_string_new(NULL);
        for (const UcPreset *p = n->preset; p && p->option; p++)
            g_string_append_printf(preset, "%s=%u ", p->option, (unsigned)p->number);
        ck_assert_str_eq(n->name, row[i].name);
        ck_assert_uint_eq(n->queries, row[i].queries);
        ck_assert_uint_eq(n->queries_max, row[i].most);
        ck_assert_str_eq(preset->str, row[i].preset);
        ck_assert(!n->bound == !row[i].queries && n->title && !n->feature_name);
    }
    ck_assert_ptr_null(pi_natives[G_N_ELEMENTS(row)].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("natives");
    TCase *t = tcase_create("natives");
    tcase_add_loop_test(t, moves_and_guess, 0, G_N_ELEMENTS(play));
    tcase_add_test(t, bounds);
    tcase_add_test(t, parameters);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
