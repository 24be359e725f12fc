/* Traces and their reports: golden files byte for byte, the reader against what it must refuse, replays. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "environments/replay.h"
#include "report/text.h"

/* A protocol that is wrong in one place: a party reports one one-time key more than it has. */
static UcResult counts_wrong(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = pi_class.step(ctx, in);
    if (r.code == UC_SEND && r.message.kind == DKM_STATUS_IS)
        r.message.w[2]++;
    return r;
}

static UcSchedule *golden_schedule(void)
{
    GError *error = NULL;
    UcSchedule *s = env_replay_load("tests/golden/replay-after-use.schedule", NULL, &error);
    ck_assert_msg(s != NULL, "%s", error ? error->message : "");
    return s;
}

/* The trace of a schedule; broken: with the wrong protocol in the real world. */
static GString *trace_of(const UcSchedule *schedule, bool broken, bool torture)
{
    GError *error = NULL;
    EnvOptions options;
    EnvOrigin origin;
    ck_assert(env_options_parse(schedule, &options, &error) && env_origin_of(schedule, &origin, &error));
    options.torture = torture;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&options, &error);
    ck_assert(worlds != NULL);
    UcClass wrong = pi_class;
    wrong.step = counts_wrong;
    if (broken)
        env_worlds_spec(worlds, ENV_REAL)->party.class = &wrong;
    GString *text = g_string_new(NULL);
    g_autoptr(UcTraceWriter) writer = uc_trace_writer_new(uc_trace_to_string, text, &origin.header);
    g_autoptr(EnvReplay) replay = env_replay_on(worlds, schedule, uc_trace_observe, writer, &error);
    ck_assert_msg(replay != NULL, "%s", error ? error->message : "");
    UcComparison c = env_replay_comparison(replay);
    uc_trace_verdict(writer, &c, env_replay_world(replay, ENV_REAL), env_replay_world(replay, ENV_IDEAL));
    env_origin_clear(&origin);
    return text;
}

static UcTrace *read_trace(const GString *text)
{
    GError *error = NULL;
    UcTrace *t = uc_trace_read(text->str, text->len, "trace", &error);
    ck_assert_msg(t != NULL, "%s", error ? error->message : "");
    return t;
}

/* Byte for byte; UCSIM_GOLDEN=write writes them instead, for a look at the difference with git. */
static void golden(const char *path, const char *text, size_t length)
{
    g_autofree char *want = NULL;
    gsize size = 0;
    if (!g_strcmp0(g_getenv("UCSIM_GOLDEN"), "write"))
        ck_assert(g_file_set_contents(path, text, (gssize)length, NULL));
    ck_assert_msg(g_file_get_contents(path, &want, &size, NULL), "no %s", path);
    ck_assert_msg(size == length && !memcmp(want, text, size),
                  "%s differs; UCSIM_GOLDEN=write writes the new one, git shows the difference", path);
}

START_TEST(golden_traces)
{
    g_autoptr(UcSchedule) schedule = golden_schedule();
    for (int torture = 0; torture < 2; torture++) {
        GString *good = trace_of(schedule, false, torture), *bad = trace_of(schedule, true, torture);
        golden("tests/golden/indistinguishable.trace", good->str, good->len);
        golden("tests/golden/distinguished.trace", bad->str, bad->len);
        g_autoptr(UcTrace) trace = read_trace(bad);
        g_autofree char *text = rep_text_divergence(trace, NULL);
        golden("tests/golden/distinguished.txt", text, strlen(text));
        g_autoptr(UcTrace) quiet = read_trace(good);
        g_autofree char *run = rep_text_run(quiet, UC_TRACE_IDEAL, NULL);
        golden("tests/golden/ideal-world.txt", run, strlen(run));
        g_string_free(good, TRUE);
        g_string_free(bad, TRUE);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traces");
    TCase *t = tcase_create("golden");
    tcase_add_test(t, golden_traces);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
