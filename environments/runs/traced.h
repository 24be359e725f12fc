/* Runs with their traces, as text in memory; to be freed with g_string_free(). NULL and an error where there is no run. */
#ifndef ENVIRONMENTS_RUNS_TRACED_H
#define ENVIRONMENTS_RUNS_TRACED_H

#include "environments/runs/run.h"
#include "environments/worlds/replay.h"

/* `run` may be NULL. */
GString *env_trace_scenario(const EnvScenario *scenario, EnvRun **run, GError **error);
/* `hidden`: without the seed and what else is secret. */
GString *env_trace_one(const EnvScenario *scenario, EnvWorld which, bool hidden, EnvRun **run, GError **error);
GString *env_trace_replay(const UcSchedule *schedule, bool torture, EnvReplay **replay, GError **error);

#endif
