/* Shared by the strategies only. */
#ifndef SIMULATOR_EXPLORE_SEARCH_INTERNAL_H
#define SIMULATOR_EXPLORE_SEARCH_INTERNAL_H

#include "simulator/explore/row.h"
#include "simulator/explore/search.h"

typedef struct {
    const UcModel *model;
    const UcSearchOptions *options;
    UcSearchResult *result;
    UcVisited *visited;
    uint64_t forgotten; /* states that the visited set does not hold any more */
    double began, told;
    char *heap_end;  /* see uc_big_heap_follow() */
    size_t resident; /* what the program had when the search began */
    UcSearchEnd limit; /* reached while moves were tried; UC_SEARCH_ENDS: none */
} UcSearch;

/* Threads that work side by side, one step after the other; each has a job of its own. */
typedef struct UcCrew UcCrew;
UcCrew *uc_crew_new(void **job, unsigned jobs); /* the caller is the first of them */
void uc_crew_free(UcCrew *crew);
/* Everybody does work(own job); returns when all are through. Where `hands` are enough of them, 1 say, only the caller. */
void uc_crew_work(UcCrew *crew, void (*work)(void *job), unsigned hands);

/* Blocks of walks that jobs do side by side and enter one after the other, so that what comes out does not depend on
 * how many jobs there are. */
typedef struct {
    GMutex lock;
    GCond turned;
    uint64_t next, turn, blocks;
    bool stopped;
} UcOrdered;

void uc_ordered_init(UcOrdered *ordered, uint64_t blocks);
void uc_ordered_clear(UcOrdered *ordered);
/* The next block to work on; false: there are no more. */
bool uc_ordered_take(UcOrdered *ordered, uint64_t *block);
/* Waits until it is this block's turn; false: the work was stopped. Then the block is entered, by one job at a time. */
bool uc_ordered_wait(UcOrdered *ordered, uint64_t block);
void uc_ordered_done(UcOrdered *ordered, bool go_on);

void uc_search_bfs(UcSearch *search);
void uc_search_dfs(UcSearch *search);
void uc_search_walks(UcSearch *search);

/* Makes the row, and packs the first state as number 0. Returns its hash. */
UcDigest uc_search_root(UcSearch *search, UcRow *row, UcRows *rows);
/* The way to a state of the visited set, as uc_visited_add() knows it, and one move more. */
void uc_search_path(UcSearch *search, uint32_t state, uint32_t last_move);
/* The end: the model is broken. `how` is taken over; NULL: the model knows. */
void uc_search_broken(UcSearch *search, char *how);
/* The end: the model says that it is graded, and this move did not use up one unit. */
void uc_search_ungraded(UcSearch *search, uint32_t move);
/* Does a state that so many moves lead to have so many units used up? */
static inline bool uc_search_graded(const UcSearch *s, void *worker, const uint32_t *row, uint32_t moves)
{
    return !s->model->depth || s->model->depth(worker, row) == moves;
}
static inline bool uc_search_edge_graded(const UcSearch *s, const UcEdge *edge)
{
    return edge->units == 1 || edge->finding || !s->model->depth;
}
/* How many states there may be. */
uint64_t uc_search_states(const UcSearch *search);

/* The path hash of a state grows with every move by a number that depends on what the move is and on how many came before.
 * A sum, because the least sum that leads to a state goes with the reduction of moves that commute: see skips_after() of
 * bfs.c. The same move weighs more the later it comes, so two moves are in the same order everywhere, and the reduction
 * leaves out most; a few bits that are spread (splitmix64: Steele, Lea and Flood, OOPSLA 2014) tell the same moves in orders
 * of equal weight apart. Up to 5792 moves without an overflow. */
static inline uint64_t uc_path_part(uint64_t contents, uint32_t moves_before)
{
    uint64_t z = contents + (moves_before + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (contents >> 24) * (moves_before + UINT64_C(1)) + ((z ^ z >> 31) >> 40);
}

/* For UcEdges: a limit is reached, and uc_search_go_on() will say which. Any thread. */
bool uc_search_stop(void *search);
/* False: a limit was reached; the result says which. */
bool uc_search_go_on(UcSearch *search, UcMemoryParts own /* of the strategy */);

#endif
