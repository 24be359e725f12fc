/* Traces and their reports: golden files byte for byte, the reader against what it must refuse, replays. */
#include <stdlib.h>
#include <string.h>

#include "environments/worlds/replay.h"
#include "protocol/ticketed/party.h"
#include "report/text.h"
#include "tests/support/suite.h"

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
    g_autoptr(EnvReplay) replay = env_replay_on(worlds, ENV_WORLDS, schedule, uc_trace_observe, writer, &error);
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

/* ---- what the reader refuses ---- */

#define HEADER "{\"ucsim-trace\":1,\"version\":\"x\",\"title\":\"t\",\"file\":null,\"hash\":null,\"seed\":1," \
               "\"options\":{\"parties\":[\"p\"]},\"expect\":null}\n"
#define FIRST "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{\"kind\":\"empty\"},\"result\":\"pass\"}\n"
#define LAST "{\"verdict\":\"indistinguishable\",\"entry\":null,\"world\":null,\"rule\":null,\"why\":\"\"," \
             "\"real-activation\":null,\"ideal-activation\":null}\n"

static void refused(const char *text, size_t length, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) t = uc_trace_read(text, length, "/some/where/x.trace", &error);
    ck_assert_msg(t == NULL, "accepted: %s", text);
    ck_assert_msg(strstr(error->message, why) != NULL, "expected \"%s\", got \"%s\"", why, error->message);
    ck_assert_msg(g_str_has_prefix(error->message, "x.trace:"), "no file and line: %s", error->message);
}

START_TEST(hostile_traces)
{
    static const struct {
        const char *text, *why;
    } row[] = {
        { "", "x.trace:1: expected the header, got the end of the file" },
        { "\n", "x.trace:1: expected a value" },
        { "null\n", "expected an object, got null" },
        { "{}\n", "expected the header of a trace" },
        { "{\"ucsim-trace\":3}\n", "expected trace version 1 to 2, got 3" },
        { "{\"ucsim-trace\":\"1\"}\n", "expected a version" },
        { "{\"ucsim-trace\":1,\"ucsim-trace\":1}\n", "expected no key twice" },
        { "{\"ucsim-trace\":1,\"version\":\"x\",\"options\":{},\"colour\":1}\n", "got \"colour\"" },
        { "{\"ucsim-trace\":1,\"version\":\"x\",\"options\":{\"seed\":3}}\n", "no such option" },
        { HEADER, "x.trace:2: expected the verdict, got the end of the file: the trace is cut off" },
        { HEADER FIRST "{\"world\":\"real\"", "x.trace:3: expected a line feed" },
        { HEADER HEADER, "x.trace:2: expected a move, an activation or the verdict" },
        { HEADER LAST "{}\n", "after the verdict" },
        { HEADER FIRST FIRST, "x.trace:3: expected activation 2 of the real world, got 1" },
        { HEADER "{\"world\":\"dream\",\"n\":1}\n", "expected real or ideal as \"world\", got \"dream\"" },
        { HEADER "{\"world\":\"real\",\"n\":-1}\n", "expected a number from 0 as \"n\", got -1" },
        { HEADER "{\"world\":\"real\",\"n\":1.5}\n", "expected an integer" },
        { HEADER "{\"world\":\"real\",\"n\":99999999999999999999}\n", "integer of 64 bits" },
        { HEADER "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{},\"result\":\"pass\"}\n", "expected a message" },
        { HEADER "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{\"kind\":\"k\",\"a\":true},\"result\":\"pass\"}\n",
          "as \"a\", got true or false" },
        { HEADER "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{\"kind\":\"empty\"},\"result\":\"send\"}\n",
          "expected a string as \"to\"" },
        { HEADER "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{\"kind\":\"k\",\"a\":1,\"b\":1,\"c\":1,\"d\":1,"
          "\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1},\"result\":\"pass\"}\n", "at most 8 fields" },
        { HEADER "{\"world\":\"real\",\"n\":1,\"machine\":\"Z\",\"in\":{\"kind\":\"empty\"},\"result\":\"pass\",\"view\":7}\n",
          "expected entry 0 of Z's view, got 7" },
        { HEADER "{\"move\":2,\"text\":\"x p\"}\n", "expected move 1, got 2" },
        { HEADER "{\"move\":1,\"text\":\"x@\"}\n", "x.trace:2: expected a name such as object@3" },
        { HEADER "{\"move\":1,\"text\":\"a\\nb\"}\n", "expected one line" },
        { HEADER "{\"verdict\":\"fine\"}\n", "expected a verdict as \"verdict\", got \"fine\"" },
        { HEADER "{\"verdict\":\"distinguished\",\"entry\":0,\"real-activation\":9}\n", "up to 0, got 9" },
        { "{\"ucsim-trace\":1,\"version\":\"\xff\"}\n", "expected valid UTF-8" },
        { "{\"a\":\"\\u0000\"}\n", "other than NUL" },
        { "{\"a\":\"\\ud800x\"}\n", "second half of a surrogate pair" },
        { "{\"a\":01}\n", "leading zeros" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++)
        refused(row[i].text, strlen(row[i].text), row[i].why);
    g_autofree char *deep = g_strnfill(1000000, '[');
    deep[999999] = '\n';
    refused(deep, 1000000, "expected fewer levels of brackets");
    refused(HEADER "\0\n", sizeof HEADER + 1, "got byte 0x00");
}
END_TEST

/* Every prefix and, at many places, every changed byte: an error or a trace, never a crash; a prefix never a trace. */
START_TEST(truncated_traces)
{
    g_autofree char *text = NULL;
    gsize size;
    ck_assert(g_file_get_contents("tests/golden/distinguished.trace", &text, &size, NULL));
    for (gsize n = 0; n < size; n += 1 + n / 40) {
        g_autoptr(GError) error = NULL;
        g_autoptr(UcTrace) t = uc_trace_read(text, n, "x", &error);
        ck_assert_msg(t == NULL && error != NULL, "a prefix of %zu bytes is a trace", n);
    }
    for (gsize at = 0; at < size; at += 1 + at / 30) {
        char old = text[at];
        text[at] = (char)(old ^ (1 << at % 8));
        g_autoptr(GError) error = NULL;
        g_autoptr(UcTrace) t = uc_trace_read(text, size, "x", &error);
        ck_assert((t == NULL) == (error != NULL));
        if (t) {
            g_autofree char *shown = rep_text_divergence(t, NULL);
            ck_assert(g_utf8_validate(shown, -1, NULL));
        }
        text[at] = old;
    }
}
END_TEST

START_TEST(the_reader_gives_what_was_written)
{
    GString *text = g_string_new(NULL);
    g_autofree char *bytes = NULL;
    gsize size;
    ck_assert(g_file_get_contents("tests/golden/distinguished.trace", &bytes, &size, NULL));
    g_string_append_len(text, bytes, (gssize)size);
    g_autoptr(UcTrace) t = read_trace(text);
    g_string_free(text, TRUE);
    ck_assert_str_eq(uc_trace_header(t).title, "a payload is replayed, and the books are wrong");
    ck_assert_uint_eq(uc_trace_header(t).seed, 1);
    ck_assert_str_eq(uc_options_get(uc_trace_header(t).options, "parties")->value[2], "hsm3");
    ck_assert_uint_eq(uc_trace_schedule(t)->move->len, 9); /* the tenth comes after the divergence */
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    ck_assert_str_eq(v->verdict, "distinguished");
    ck_assert_int_eq(v->entry, 8);
    const UcTraceActivation *a = uc_trace_view(t, UC_TRACE_REAL, 8);
    ck_assert(a && a->n == v->activation[UC_TRACE_REAL]);
    ck_assert_str_eq(a->machine, "Z");
    ck_assert_str_eq(a->from, "hsm2");
    ck_assert_str_eq(a->in.kind, "status-is");
    ck_assert_str_eq(a->in.field[1].text, "[29,32)");
    ck_assert_str_eq(a->in.field[2].text, "4");
    ck_assert(uc_trace_view(t, UC_TRACE_REAL, 9) == NULL);
    const UcTraceActivation *persisted = uc_trace_activation(t, UC_TRACE_REAL, 1);
    ck_assert_str_eq(persisted->machine, "hsm1");
    ck_assert_uint_eq(persisted->persists, 1);
    ck_assert_str_eq(persisted->effect->kind, "effect");
}
END_TEST

/* A title that a terminal would obey is shown, not obeyed. */
START_TEST(reports_do_not_drive_a_terminal)
{
    static const char text[] = "{\"ucsim-trace\":1,\"version\":\"x\",\"title\":\"\\u001b[2Jred\",\"seed\":1,"
                               "\"options\":{}}\n{\"verdict\":\"limit\",\"world\":\"real\",\"why\":\"a\\u0007b\"}\n";
    g_autoptr(UcTrace) t = uc_trace_read(text, sizeof text - 1, "x", NULL);
    ck_assert(t != NULL);
    g_autofree char *shown = rep_text_divergence(t, NULL);
    ck_assert(!strchr(shown, 27) && !strchr(shown, 7));
    ck_assert(strstr(shown, "\\u{1b}[2Jred"));
}
END_TEST

#define AT(world, n, machine) "{\"world\":\"" world "\",\"n\":" #n ",\"machine\":\"" machine "\",\"in\":{\"kind\":\"empty\"},"
#define SENDS(world, n, machine, to, what) AT(world, n, machine) "\"result\":\"send\",\"to\":\"" to "\",\"out\":{\"kind\":\"" what "\"}}\n"

/* F refuses an input in the ideal world; the report shows what the real world made of the same input, not Z's next turn. */
START_TEST(failed_simulations_show_one_input_in_both_worlds)
{
    static const char text[] = HEADER
        SENDS("real", 1, "Z", "p", "hello") SENDS("real", 2, "p", "Z", "welcome")
        SENDS("real", 3, "Z", "p", "again") SENDS("real", 4, "p", "Z", "accepted")
        AT("real", 5, "Z") "\"result\":\"pass\",\"reason\":\"the script stops\"}\n"
        SENDS("ideal", 1, "Z", "p", "hello") SENDS("ideal", 2, "F", "Z", "welcome") SENDS("ideal", 3, "Z", "p", "again")
        AT("ideal", 4, "F") "\"result\":\"fail\",\"reason\":\"not allowed\"}\n"
        "{\"verdict\":\"simulation failed\",\"entry\":null,\"world\":\"ideal\",\"rule\":null,\"why\":\"not allowed\","
        "\"real-activation\":null,\"ideal-activation\":null}\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) t = uc_trace_read(text, sizeof text - 1, "x", &error);
    ck_assert_msg(t != NULL, "%s", error ? error->message : "");
    g_autofree char *shown = rep_text_divergence(t, NULL);
    const char *chain = strstr(shown, "How it came about"), *again = strstr(chain, "   3 Z      -> p      again");
    ck_assert_msg(again && strstr(again, "|") && strstr(strstr(again, "|"), "   3 Z      -> p      again"), "%s", shown);
    ck_assert_msg(strstr(again, "   4 p      -> Z      accepted") && strstr(again, "   5 Z      passes: the script stops") &&
                  strstr(again, "   4 F      refuses: not allowed"), "%s", shown);
    ck_assert_msg(!strstr(chain, "welcome"), "%s", shown);
}
END_TEST

/* Two long byte strings that differ late: the place is shown on both sides. */
START_TEST(long_bytes_show_where_they_differ)
{
    g_autofree char *a = g_strnfill(2000, 'a');
    g_autoptr(GString) one = g_string_new(NULL), two = g_string_new(NULL);
    rep_text_value(one, a, 34, -1);
    ck_assert_str_eq(one->str, "aaaaaaaaaaaa..aaaaaa (1000 bytes)");
    a[1501] = 'b';
    rep_text_value(two, a, 34, 1501);
    ck_assert_str_eq(two->str, "aaaaaa..abaaaaaa..(1000 bytes) at 750");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traces");
    TCase *t = tcase_create("golden"), *r = tcase_create("reader");
    tcase_add_test(t, golden_traces);
    tcase_add_test(r, hostile_traces);
    tcase_add_test(r, truncated_traces);
    tcase_add_test(r, the_reader_gives_what_was_written);
    tcase_add_test(r, reports_do_not_drive_a_terminal);
    tcase_add_test(r, long_bytes_show_where_they_differ);
    tcase_add_test(r, failed_simulations_show_one_input_in_both_worlds);
    suite_add_tcase(suite, t);
    suite_add_tcase(suite, r);
    return run_suite(suite);
}
