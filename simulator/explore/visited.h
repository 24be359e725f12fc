/* The visited set of a search: 128-bit hashes of states, each with the state it was first reached from and by which
 * move, so that the way to any state can be told.
 *
 * States are numbered from 0 in the order of their adding. Memory: 24 bytes for each (hash, parent, move) and an index
 * of 8 bytes an entry, at most three quarters and, after growing, at least three eighths full: 35 to 46 bytes a state.
 * Two states with one hash are taken for one: the probability that any pair of n states collides is about
 * n^2 / 2^129, which every report prints (hash compaction: Wolper and Leroy, Reliable Hashing without Collision
 * Detection, CAV 1993). Limit: 2^32 - 2 states. Adding is for one thread; asking may go on meanwhile when the caller
 * keeps uc_visited_reserve() apart from it.
 */
#ifndef SIMULATOR_EXPLORE_VISITED_H
#define SIMULATOR_EXPLORE_VISITED_H

#include "simulator/bytes.h"

#define UC_NO_STATE UINT32_MAX

typedef struct UcVisited UcVisited;

/* `bits` of the hash are kept, 1 to 128: fewer than 128 only to test what collisions do. */
UcVisited *uc_visited_new(unsigned bits);
void uc_visited_free(UcVisited *visited);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcVisited, uc_visited_free)

/* Room for so many more states without moving anything. */
void uc_visited_reserve(UcVisited *visited, uint32_t more);
/* The number of the state with this hash; it is added if new. */
uint32_t uc_visited_add(UcVisited *visited, UcDigest hash, uint32_t parent, uint32_t move, bool *fresh);
/* A dependent probe into a gigabyte costs some 300 ns, an overlapped one some 30: call these ahead. */
void uc_visited_prefetch(const UcVisited *visited, UcDigest hash);       /* far ahead */
void uc_visited_prefetch_state(const UcVisited *visited, UcDigest hash); /* then, near */

uint32_t uc_visited_count(const UcVisited *visited);
UcDigest uc_visited_hash(const UcVisited *visited, uint32_t state);
/* Where it was first reached from: UC_NO_STATE for a root. */
uint32_t uc_visited_parent(const UcVisited *visited, uint32_t state, uint32_t *move);
size_t uc_visited_memory(const UcVisited *visited);
/* The probability, at most, that a state was taken for another. */
double uc_visited_omission(const UcVisited *visited);

#endif
