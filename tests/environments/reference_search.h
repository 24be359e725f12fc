/* A plain breadth-first search over worlds: no memory of moves, no packed rows, no incremental hashes, no reduction.
 * Every move of every state is run, every state is told by the full digests of its worlds. Slow; what the explorer
 * must agree with on small bounds.
 */
#ifndef TESTS_ENVIRONMENTS_REFERENCE_SEARCH_H
#define TESTS_ENVIRONMENTS_REFERENCE_SEARCH_H

#include "environments/general.h"

typedef struct {
    uint64_t states, edges, idle;
    UcVerdict verdict;   /* of the first finding; then the search stopped */
    unsigned depth;      /* moves to it */
} Reference;

Reference reference_search(const UcLockstepSetup *setup, uint32_t fault_budget);

#endif
