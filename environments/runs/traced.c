#include "environments/runs/traced.h"

#include <string.h>

typedef struct {
    GString *text;
    UcTraceWriter *writer;
} Capture;

static Capture capture_scenario(const EnvScenario *s, bool hidden, bool went_on)
{
    Capture c = { .text = g_string_new(NULL) };
    g_autofree char *title = env_scenario_title(s);
    g_autoptr(GPtrArray) options = env_options_print(&s->options);
    if (went_on)
        uc_options_add(options, UC_TRACE_STORE, "used");
    g_autofree char *expect = uc_outlook_print((UcOutlook){ s->expect, s->expect_rule });
    UcTraceHeader header = { title, env_scenario_file(s), s->hash, env_seed_number(s->options.seed), options,
                             expect, hidden };
    c.writer = uc_trace_writer_new(uc_trace_to_string, c.text, &header);
    return c;
}

static GString *captured(Capture *c, bool ok)
{
    uc_trace_writer_free(c->writer);
    if (!ok)
        g_string_free(g_steal_pointer(&c->text), TRUE);
    return c->text;
}

GString *env_trace_scenario(const EnvScenario *s, EnvRun **run, GError **error)
{
    g_assert(s);
    Capture c = capture_scenario(s, false, false);
    g_autoptr(EnvRun) r = env_run_both(s, uc_trace_observe, c.writer, error);
    if (r) {
        UcComparison verdict = env_run_comparison(r);
        uc_trace_verdict(c.writer, &verdict, env_run_world(r, ENV_REAL), env_run_world(r, ENV_IDEAL));
    }
    GString *text = captured(&c, r != NULL);
    if (run)
        *run = g_steal_pointer(&r);
    return text;
}

/* The header again, of a run that went on from a store. */
static void renew_header(Capture *c, const EnvScenario *s, bool hidden)
{
    Capture header = capture_scenario(s, hidden, true);
    GString *text = captured(&header, true);
    g_string_erase(c->text, 0, strchr(c->text->str, '\n') + 1 - c->text->str);
    g_string_prepend_len(c->text, text->str, (gssize)text->len);
    g_string_free(text, TRUE);
}

GString *env_trace_one(const EnvScenario *s, EnvWorld which, bool hidden, EnvRun **run, GError **error)
{
    g_assert(s);
    Capture c = capture_scenario(s, hidden, false);
    g_autoptr(EnvRun) r = env_run_one(s, which, uc_trace_observe, c.writer, error);
    if (r)
        uc_trace_end(c.writer, env_run_world(r, which));
    if (r && env_run_went_on(r)) /* which is known when the run has opened the store */
        renew_header(&c, s, hidden);
    GString *text = captured(&c, r != NULL);
    if (run)
        *run = g_steal_pointer(&r);
    return text;
}

static GString *trace_replay(const UcSchedule *schedule, const UcTraceHeader *header, bool torture, EnvReplay **replay,
                             GError **error)
{
    Capture c = { .text = g_string_new(NULL) };
    c.writer = uc_trace_writer_new(uc_trace_to_string, c.text, header);
    uc_trace_writer_follow(c.writer, schedule);
    g_autoptr(EnvReplay) r = env_replay_run(schedule, torture, uc_trace_observe, c.writer, error);
    if (r) {
        UcComparison verdict = env_replay_comparison(r);
        uc_trace_verdict(c.writer, &verdict, env_replay_world(r, ENV_REAL), env_replay_world(r, ENV_IDEAL));
    }
    *replay = g_steal_pointer(&r);
    return captured(&c, *replay != NULL);
}

GString *env_trace_replay(const UcSchedule *schedule, bool torture, EnvReplay **replay, GError **error)
{
    g_assert(schedule && replay);
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return NULL;
    GString *text = trace_replay(schedule, &origin.header, torture, replay, error);
    if (text && env_replay_meets(*replay, origin.expect) && !uc_lock_meets(env_replay_lock(*replay), origin.expect)) {
        /* cut off before the rule that is expected too: the trace must not expect what cannot be in it */
        origin.header.expect = uc_verdict_name[origin.expect.verdict];
        env_replay_free(*replay);
        g_string_free(text, TRUE);
        text = trace_replay(schedule, &origin.header, torture, replay, error);
    }
    env_origin_clear(&origin);
    return text;
}
