/* Search over a model: breadth first, depth first, random walks, priority-based walks.
 *
 * bfs visits every state, shortest way first, and finds a shortest counterexample: of those the one with the least path
 * hash, which is made of what its moves are. Its result does not depend on the number of jobs, on the order in which
 * a level is worked out, or on numbers of tables. dfs visits every state with hardly any frontier; with a limit of
 * depth it may miss what it first met at the limit. Walks (random, pct) go from
 * the root until nothing is possible any more, by seed. pct: every actor has a random priority, the highest that can
 * move does, and at d-1 random steps the one that moved falls to the lowest (Burckhardt et al., A Randomized Scheduler
 * with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010).
 * Source: docs/exploration.md. A search ends by itself, at a finding, or at a limit, and says which.
 */
#ifndef SIMULATOR_EXPLORE_SEARCH_H
#define SIMULATOR_EXPLORE_SEARCH_H

#include <signal.h>

#include "simulator/explore/model.h"
#include "simulator/explore/visited.h"

typedef enum { UC_BFS, UC_DFS, UC_RANDOM, UC_PCT, UC_STRATEGIES } UcStrategy;
extern const char *const uc_strategy_name[UC_STRATEGIES + 1];

typedef enum {
    UC_SEARCH_COMPLETE,    /* everything there is was visited; walks: as many as asked for */
    UC_SEARCH_FOUND,
    UC_SEARCH_MEMORY,      /* the limit of memory was reached */
    UC_SEARCH_TIME,
    UC_SEARCH_DEPTH,       /* everything up to the limit of depth was visited, and there is more */
    UC_SEARCH_STATES,      /* as many states as were allowed, or can be numbered */
    UC_SEARCH_FULL,        /* a table of the model holds no more */
    UC_SEARCH_INTERRUPTED,
    UC_SEARCH_BROKEN,      /* the model is not deterministic, or says that it is graded and is not */
    UC_SEARCH_NOT_RESUMED, /* what it was to go on from is not of this search */
    UC_SEARCH_ENDS
} UcSearchEnd;
extern const char *const uc_search_end_name[UC_SEARCH_ENDS + 1];

typedef struct {
    uint64_t states, edges, idle, skipped, walks;
    uint64_t frontier, waiting; /* states of this depth and of the next */
    uint32_t depth;
    size_t memory;              /* all of it, bytes */
    size_t visited_memory;
    size_t peak;                /* the most that `memory` was */
    size_t counted;             /* the most that the parts came to, */
    UcMemoryParts parts;        /* and the parts then; what the peak has more is the allocator's, and what is used in between */
    double omission;
} UcSearchFigures;

typedef struct {
    UcStrategy strategy;
    unsigned jobs;          /* bfs and walks; 0 or 1: one */
    size_t memory;          /* bytes; 0: no limit */
    double seconds;         /* 0: no limit */
    uint32_t states;        /* 0: as many as can be numbered: 2^32 - 2 of those whose hashes are kept */
    uint32_t depth;         /* moves; 0: no limit (walks: 1000) */
    uint64_t walks;
    uint64_t seed;
    unsigned change_points; /* pct: d */
    unsigned hash_bits;     /* 0: 128 */
    bool commute;           /* bfs: of two orders of moves that commute, follow one */
    bool all_hashes;        /* bfs: keep those of all levels also where no state can come again: the same in the end, for tests */
    GByteArray *checkpoint; /* bfs: where it stands is appended when it stops at a limit or is interrupted; may be NULL */
    const GByteArray *resume; /* bfs: a checkpoint to go on from; may be NULL */
    const volatile sig_atomic_t *interrupt; /* may be NULL */
    void (*progress)(void *data, const UcSearchFigures *figures);
    void *progress_data;
} UcSearchOptions;

typedef struct {
    UcSearchEnd end;
    UcSearchFigures figures;
    uint32_t finding;       /* with UC_SEARCH_FOUND */
    char *broken;           /* with UC_SEARCH_BROKEN: how */
    GArray *path;           /* uint32_t moves, with the one that found it */
    uint64_t walk;          /* walks: which one found it, from 0 */
    UcSearchFigures resumed; /* with options->resume: what the checkpoint says was done, and was not done again */
} UcSearchResult;

/* A search that follows another one in the same report: sums, and the higher peaks of the two. */
void uc_figures_add(UcSearchFigures *sum, const UcSearchFigures *last);

/* Free the result. A search that was stopped and resumed ends like one that was not. */
UcSearchResult *uc_search(const UcModel *model, const UcSearchOptions *options);
void uc_search_result_free(UcSearchResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcSearchResult, uc_search_result_free)

/* A checkpoint in a file: a line with the version and what the search is about, the bytes of uc_search(), and a digest of both,
 * which tells a damaged file. It is no secret: whoever writes a file may say of any state that it was worked out. */
#define UC_CHECKPOINT_HEAD "ucsim-explore-checkpoint "
enum { UC_CHECKPOINT_VERSION = 6 }; /* 5: ties go by path hashes. 6: states of one level by contents */
typedef enum { UC_CHECKPOINT_OK, UC_CHECKPOINT_OTHER /* something else */, UC_CHECKPOINT_OTHER_VERSION, UC_CHECKPOINT_DAMAGED } UcCheckpointFile;

/* `about`: one line, without its end. Free the bytes. A file that is cut off within that line is damaged. */
GByteArray *uc_checkpoint_pack(const char *about, const GByteArray *search);
/* The bytes of uc_search() in *out with UC_CHECKPOINT_OK, to be freed; *version with UC_CHECKPOINT_OTHER_VERSION. */
UcCheckpointFile uc_checkpoint_unpack(const char *about, const void *file, size_t length, GByteArray **out, uint64_t *version);
/* What a file says that it is about; NULL: it is no checkpoint of this version. Free with g_free(). */
char *uc_checkpoint_about(const void *file, size_t length);

#endif
