/* An exploration from end to end: bounds, search, deepening over the budget of faults, and what it found as a
 * schedule, shrunk, that replays without any of this (docs/exploration.md).
 *
 * A finding of the search is not believed: its schedule is run again in fresh worlds, with no memory of earlier runs,
 * and must give the same kind of verdict there, or the exploration ends as broken.
 */
#ifndef ENVIRONMENTS_GENERAL_EXPLORER_H
#define ENVIRONMENTS_GENERAL_EXPLORER_H

#include "environments/general/general.h"
#include "environments/worlds/replay.h"
#include "simulator/explore/search.h"

typedef struct {
    EnvWorld which;         /* ENV_WORLDS: both in lock step; else that one under its watchers */
    EnvAlphabet alphabet;   /* settled */
    UcSearchOptions search;
    bool deepen;            /* bfs: budgets of 0, 1, ... faults, so that what is found needs the fewest */
    bool symmetry;          /* of parties that are alike, see env_general_set_symmetry(); no prefix */
    const GArray *prefix;   /* UcEnvelope, may be NULL */
    GByteArray *checkpoint; /* bfs: where it stood when it was stopped is appended; may be NULL */
    const GByteArray *resume; /* bfs: such bytes of the same exploration; may be NULL */
    unsigned shrink_tries;  /* 0: do not shrink */
} EnvExploration;

typedef struct {
    UcVerdict verdict;      /* UC_INDISTINGUISHABLE: nothing was found */
    char *rule, *why;       /* of what was found; may be NULL */
    UcVerdict replayed;     /* what a replay of it says, in both worlds: of a search of one world it may be another */
    char *replayed_rule;    /* may be NULL */
    UcSchedule *schedule;   /* as found; NULL: nothing was found */
    UcSchedule *shrunk;     /* no move of it can be left out; NULL: not shrunk */
    unsigned tries;         /* of the shrinker */
    UcSearchEnd end;        /* of the last search */
    UcSearchFigures figures;
    UcLockstepFigures worlds;
    uint32_t faults, fault_budget; /* the last budget searched, and the sum of the bounds of faults */
    UcSearchFigures resumed; /* with `resume`: what the checkpoint says was done before; taken on trust */
    uint32_t resumed_faults; /* in the search with this budget */
    uint32_t depth_found;   /* moves of the schedule as found */
    uint64_t walk;
    UcCoverage *coverage;
    char *broken;           /* with UC_SEARCH_BROKEN: how */
} EnvExplored;

/* The worlds are borrowed; fresh ones are started from them. NULL: symmetry does not apply, or there is no alphabet;
 * the error says why. */
EnvExplored *env_explore(EnvWorlds *worlds, const EnvExploration *exploration, GError **error);
void env_explored_free(EnvExplored *explored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvExplored, env_explored_free)

/* The schedule without what can be left out while the kind of verdict stays (the verdict, the rule's name, and
 * the rule that the schedule expects where that broke). NULL
 * when the schedule finds nothing or does not replay. */
UcSchedule *env_shrink(EnvWorlds *worlds, EnvWorld which, const UcSchedule *schedule, unsigned max_tries,
                       unsigned *tries, bool *minimal, GError **error);

#endif
