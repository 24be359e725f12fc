/* Could this log have come from a system that keeps the promise? Is there an order of its events, and an S with faults that
 * nobody logged, with which F gives exactly these outputs?
 *
 * The search runs F itself, one event after the other, depth first: each module's events in the order of its log, the orders of
 * different modules free (but for `skew`). Where the likeliest way of an event is possible and no other module's event depends on
 * when it came, only ways of this event are followed from there: all others give the same states later. States are remembered by
 * the positions in the logs and a digest of F. Steps back undo what moves changed, so a log without choices takes as much memory
 * as F itself.
 * A log that nothing explains is cut down: no module's log can be made shorter, and the event is still the one that nothing explains.
 * Source: docs/audit.md, "Logs". The search depends on no clock unless `seconds` stops it.
 */
#ifndef ENVIRONMENTS_LOGS_JUDGE_H
#define ENVIRONMENTS_LOGS_JUDGE_H

#include "environments/logs/log.h"

typedef struct {
    double seconds;   /* 0: no limit */
    size_t memory;    /* bytes of the search; 0: no limit */
    uint64_t tries;   /* of ways of events; 0: no limit */
    int64_t faults;   /* at most so many that nobody logged; < 0: any number */
    int64_t skew;     /* clocks of two modules differ by at most so many milliseconds; < 0: they say nothing */
    bool any;         /* modules use their own in any order, not in F's (UcWitness.any) */
    bool plain;       /* for tests: all orders of modules are followed */
    bool answer_only; /* what is rejected is not cut down */
    UcObserver observe; /* sees the explanation, or the longest that there is, run once more; may be NULL */
    void (*shown)(void *data, const UcWorld *world); /* and then it is over */
    void *observe_data;
} EnvJudgeLimits;

typedef enum { ENV_ACCEPTED, ENV_REJECTED, ENV_UNDECIDED, ENV_ANSWERS } EnvAnswer;
extern const char *const env_answer_name[ENV_ANSWERS + 1];

#define ENV_NO_EVENT UINT32_MAX
typedef struct {
    uint32_t event;    /* number in the log; ENV_NO_EVENT: something that no log shows */
    uint32_t party, way; /* way: its number (witness.h) */
    const char *what;  /* NULL: as logged; else what happened besides. A constant */
    bool fault;        /* that was a fault (UcWay) */
} EnvExplained;

typedef struct {
    uint32_t event;
    char *why;         /* what F says to it where it was tried last */
} EnvStuck;

typedef struct {
    EnvAnswer answer;
    const char *limit;  /* of undecided: which one */
    uint64_t tried;     /* ways of events that were tried */
    uint64_t steps_back;
    uint32_t events, left_out, said; /* in the search; of modules that are not trusted; that say what F must answer */
    GArray *explained;  /* EnvExplained: the order; of what is not accepted, the longest that was found */
    GArray *stuck;      /* EnvStuck: the next events then, one for each module that has any */
    uint32_t culprit;   /* rejected: the event that nothing explains; ENV_NO_EVENT: no single one was found */
    GArray *needed;     /* uint32_t: the events before it, in their order, without which it could be explained */
    size_t memory;      /* at most, bytes */
} EnvJudgement;

/* NULL and an error when the options of the session are wrong. */
EnvJudgement *env_judge(EnvLog *log, const EnvJudgeLimits *limits, GError **error);
void env_judgement_free(EnvJudgement *judgement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvJudgement, env_judgement_free)

/* How much a log says: the same log with one event left out, told twice, or its output changed by one, one at a time. Of how many
 * there are, how many are rejected. */
typedef struct {
    uint32_t made, rejected, undecided;
} EnvSensitivity;
enum { ENV_DROPPED, ENV_REPEATED, ENV_ALTERED, ENV_CHANGES };
bool env_sensitivity(EnvLog *log, const EnvJudgeLimits *limits, EnvSensitivity out[ENV_CHANGES], GError **error);

/* An event as people read it: "send to=bob text=m0 -> (no output)"; g_free. */
char *env_event_text(const EnvLog *log, const UcLogged *event);

#endif
