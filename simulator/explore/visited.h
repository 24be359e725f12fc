/* The visited set of a search: 128-bit hashes of states, each with the state it was first reached from and by which
 * move, so that the way to any state can be told.
 *
 * States are numbered from 0 in the order of their adding. Memory: 24 bytes for each (hash, parent, move) and an index
 * of 8 bytes an entry, at most three quarters and, after growing, at least three eighths full: 35 to 46 bytes a state.
 * Two states with one hash are taken for one: the probability that any pair of n states collides is about
 * n^2 / 2^129, which every report prints (hash compaction: Wolper and Leroy, Reliable Hashing without Collision
 * Detection, CAV 1993). Limit: 2^32 - 2 states.
 *
 * Adding one by one is for one thread. Many threads add a batch in three steps, with everybody through with one before
 * the next: grow by room for the whole batch; claim each hash, with its rank in the batch; settle those claims that
 * hold. Of several claims of one state that with the lowest rank holds, so what is added does not depend on who was
 * first.
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

/* Room for so many more states. True: the index was outgrown, and its places 0 .. uc_visited_outgrown()-1 must be moved to
 * the new one, in pieces, by any number of threads; then one of them says that all were. */
bool uc_visited_grow(UcVisited *visited, uint32_t more);
uint64_t uc_visited_outgrown(const UcVisited *visited);
void uc_visited_move(UcVisited *visited, uint64_t from, uint64_t to);
void uc_visited_moved(UcVisited *visited);
/* The number of the state with this hash; it is added if new. */
uint32_t uc_visited_add(UcVisited *visited, UcDigest hash, uint32_t parent, uint32_t move, bool *fresh);

#define UC_NO_PLACE UINT64_MAX
/* Where in the index the claim stands, or UC_NO_PLACE: the state is known, or claimed with a lower rank. */
uint64_t uc_visited_claim(UcVisited *visited, UcDigest hash, uint32_t rank);
/* When all are claimed: does this one hold? May be asked until the claim itself is settled. */
bool uc_visited_holds(const UcVisited *visited, uint64_t place, uint32_t rank);
/* The state gets the number count + rank, `rank` now being that among the claims that hold, in the same order. */
void uc_visited_settle(UcVisited *visited, uint64_t place, uint32_t rank, UcDigest hash, uint32_t parent, uint32_t move);
void uc_visited_settled(UcVisited *visited, uint32_t states); /* one thread, at last: so many were */

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
