/* Verdicts: what two runs of one environment say (docs/model.md, "View and verdict").
 * A verdict is never an error; errors of machines and scripts are stops of their own.
 */
#ifndef SIMULATOR_VERDICT_H
#define SIMULATOR_VERDICT_H

#include "simulator/world.h"

typedef enum {
    UC_INDISTINGUISHABLE,
    UC_DISTINGUISHED,
    UC_SIMULATION_FAILED,
    UC_NO_PROGRESS,      /* equal views, but a progress rule does not hold */
    UC_INVARIANT_BROKEN, /* equal views, but an invariant watched from outside does not hold */
    UC_ASSERTION_FAILED, /* equal views, but the script's own assertion does not hold */
    UC_LIMIT,
    UC_ERROR,            /* a machine or the script broke the rules: not a verdict */
    UC_VERDICTS
} UcVerdict;
extern const char *const uc_verdict_name[UC_VERDICTS + 1];

typedef struct {
    UcVerdict verdict;
    size_t entry;     /* first view entry that differs, or one past the shorter view */
    const char *why;  /* owned by the world it comes from */
    const UcWorld *world; /* where it stopped; NULL: both */
} UcComparison;

/* Can a driven run go on after this? Equal so far, or a watched rule broken that the views may yet show. */
bool uc_verdict_is_open(UcVerdict verdict);

/* What a run comes to, or is to come to, as scenarios, schedules and traces write it: "no progress", or with the rule that
 * breaks, "no progress: A1". */
typedef struct {
    UcVerdict verdict;
    const char *rule; /* NULL: none is named */
} UcOutlook;
/* False: the text is none. The rule lies in `text`. */
bool uc_outlook_read(const char *text, UcOutlook *out);
/* Of the rule the name, without what stands behind its colon. Free with g_free(). */
char *uc_outlook_print(UcOutlook outlook);

/* The watched rule that the verdict names, with its text; NULL: it names none. Owned by the world. */
const char *uc_comparison_rule(const UcComparison *comparison);

/* The verdict of a run in which this rule, given by its name or text, breaks first. `rules` (may be NULL) say which are of
 * progress. */
UcVerdict uc_verdict_of_rule(const UcRule *rules, const char *rule);

/* By the names of rules, which stand before their colons, as strcmp() does; NULL, no rule, comes first. */
int uc_rule_compare(const char *a, const char *b);

/* Compares the views from entry `from` on, and how the runs stopped. A run that is still going on (driven from
 * outside) has stopped with UC_STOP_Z. For lock.c, which turns the worlds too. */
UcComparison uc_compare(const UcWorld *real, UcStop real_stop, const UcWorld *ideal, UcStop ideal_stop, size_t from);

#endif
