/* A plain breadth-first search over worlds: no memory of moves, no packed rows, no incremental hashes, no reduction.
 * Every move of every state is run, every state is told by the full digests of its worlds. Slow; what the explorer
 * must agree with on small bounds.
 */
#ifndef TESTS_ENVIRONMENTS_REFERENCE_SEARCH_H
#define TESTS_ENVIRONMENTS_REFERENCE_SEARCH_H

#include "environments/general/general.h"

typedef struct {
    uint64_t states, edges, idle;
    UcVerdict verdict;   /* of the first finding; then the search stopped */
    unsigned depth;      /* moves to it */
} Reference;

/* What a symmetric search must visit, by a plain search that leaves nothing out. It tells states apart by the order too
 * in which the parties from `first` on, which must be alike, were first involved; exchanging the names of such parties
 * must then give as many states for each order, and one of each orbit has the order that the symmetric search keeps. */
typedef struct {
    uint64_t states;     /* in which parties were involved in the order of their numbers; told apart by which are involved */
    uint64_t orders;     /* orders that were met */
    bool named;          /* every move says of these parties which it involves */
    bool even;           /* orders that differ in names only have as many states */
    UcVerdict verdict;
} Orbits;

Orbits reference_orbits(const UcLockstepSetup *setup, uint32_t fault_budget, unsigned first, unsigned parties);

Reference reference_search(const UcLockstepSetup *setup, uint32_t fault_budget);

#endif
