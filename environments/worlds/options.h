/* The options of a scenario in files: schedules, traces. Engine, interface and protocol each have a table of them
 * (simulator/triple/option.h); who reads or writes options goes through all three.
 */
#ifndef ENVIRONMENTS_WORLDS_OPTIONS_H
#define ENVIRONMENTS_WORLDS_OPTIONS_H

#include "environments/worlds/worlds.h"
#include "simulator/trace/trace.h"
#include "simulator/verdict.h"

/* A row and where its values lie. */
typedef struct {
    const UcOptionTable *table;
    const UcOptionRow *row;
    void *values;
} EnvOptionPlace;

/* All rows of these options, in the order in which files have them; of several sessions those that are common to all. Free with
 * g_array_unref(). */
GArray *env_options_rows(EnvOptions *options);
/* NULL, or which option of a triple is called like another one that its scenarios have; to be freed with g_free(). */
char *env_options_clash(const UcTriple *triple);
bool env_option_is_common(const UcOptionRow *row); /* the engine's: of all sessions */
/* By their name in files; the triple has such an option or not. */
bool env_option_find(EnvOptions *options, const char *name, EnvOptionPlace *out);
/* By their name in scripts. */
bool env_option_of_script(EnvOptions *options, const char *name, EnvOptionPlace *out);
/* By their name as toy parameters. */
bool env_option_of_toy(EnvOptions *options, const char *name, EnvOptionPlace *out);
/* For programs, of numbers and choices. False: the triple has no such option. */
bool env_option_set(EnvOptions *options, const char *name, uint64_t number);
/* The toy parameters in files that are another than by default. Free with g_array_unref(). */
GArray *env_options_toys(EnvOptions *options);

/* The triple with this protocol, its options as by default; another S. NULL, or what is wrong ("expected ..., got ..."), to be
 * freed with g_free(). */
char *env_options_use(EnvOptions *options, const char *protocol);
char *env_options_use_simulator(EnvOptions *options, const char *simulator);

/* The rule for names of parties, in scripts and in files: what it must be one of. `none` is no party in schedules. */
#define ENV_PARTY_NAMES "different names of letters, digits, '-' and '_', none of them Z, A, S, F or none"
bool env_party_name_ok(const char *name);

/* What a run depends on, as options of a schedule or trace: not seed, budget and torture mode. */
UcOptions *env_options_print(const EnvOptions *options);
/* Back from there; texts are borrowed from the schedule. Errors name file, line and option. */
bool env_options_parse(const UcSchedule *schedule, EnvOptions *out, GError **error);
/* env_worlds_new(); an error names the line of the schedule's option. */
EnvWorlds *env_options_worlds(const UcSchedule *schedule, const EnvOptions *options, GError **error);
/* By its protocol; of one that names none, the first of the registry's. NULL: it names another, or has several sessions. */
const UcInterface *env_schedule_interface(const UcSchedule *schedule);
const UcInterface *env_trace_interface(const UcTrace *trace);
/* The number of env_seed(). */
uint64_t env_seed_number(const uint8_t seed[UC_SEED_BYTES]);

/* ---- where a schedule comes from: the options that are not for worlds ---- */
/* Why no run with this interface can come to this verdict with this rule ("I1"); NULL: one can. Free with g_free(). */
char *env_rule_wrong(const UcInterface *interface, UcVerdict verdict, const char *rule);
/* The same of these options, where rules of several sessions have their sids ("keys.I1"). */
char *env_options_rule_wrong(const EnvOptions *options, UcVerdict verdict, const char *rule);

/* Of a script's own assertions and limits: a replay, which has neither, never comes to it. */
bool env_verdict_of_script(UcVerdict verdict);
/* False, and an error that names the line: it expects such a verdict. A trace may, which says what its scenario expects. */
bool env_schedule_can_meet(const UcSchedule *schedule, GError **error);

typedef struct {
    UcTraceHeader header;  /* borrows from the schedule and from `rest` */
    UcOptions *rest;       /* owned: options without those */
    UcOutlook expect;      /* UC_INDISTINGUISHABLE when the schedule does not say */
    UcOutlook found;       /* the same; rules lie in the schedule */
    bool has_found;        /* false: the schedule does not say */
} EnvOrigin;
bool env_origin_of(const UcSchedule *schedule, EnvOrigin *out, GError **error);
void env_origin_clear(EnvOrigin *origin);

#endif
