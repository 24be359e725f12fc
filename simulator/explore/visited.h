/* The visited set of a search: 128-bit hashes of states. Of all that were visited, or of one level, where no state comes again
 * in another one.
 *
 * States are numbered from 0 in the order of their adding. Memory: 24 bytes for each and an index of 8 bytes an entry, at
 * most three quarters and, after growing, at least three eighths full: 35 to 46 bytes a state. Beside the hash lies the state
 * that it was first reached from, and by which move (dfs), or a path hash (bfs).
 * Two states with one hash are taken for one: the probability that any pair of n states collides is about
 * n^2 / 2^129, which every report prints (hash compaction: Wolper and Leroy, Reliable Hashing without Collision
 * Detection, CAV 1993). Limit: 2^32 - 2 states.
 *
 * Adding one by one is for one thread. Many threads add a batch in three steps, with everybody through with one before
 * the next: grow by room for the whole batch; claim each hash, with its path hash and its rank in the batch; settle those
 * claims that hold. Of several claims of one state that with the least path hash holds, of those the one with the lowest rank,
 * so what is added does not depend on who was first. States of the level that is being reached are open: a claim of a later
 * batch with a lesser path hash takes such a state over.
 */
#ifndef SIMULATOR_EXPLORE_VISITED_H
#define SIMULATOR_EXPLORE_VISITED_H

#include "simulator/base/bytes.h"

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

/* From this number on states are open: those added so far are known. */
void uc_visited_open(UcVisited *visited, uint32_t first);
#define UC_NO_PLACE UINT64_MAX
/* Where in the index the claim stands, or UC_NO_PLACE: the state is known, or claimed by a better claim. */
uint64_t uc_visited_claim(UcVisited *visited, UcDigest hash, uint64_t path, uint32_t rank);
/* When all are claimed: does this one hold? Then `taken` is the open state that it takes over, UC_NO_STATE for none. May be
 * asked until the first claim is settled. */
bool uc_visited_holds(const UcVisited *visited, uint64_t place, uint32_t rank, uint32_t *taken);
/* The state gets this number: that of the open state that is taken over, or count + how many claims before it are of new states. */
void uc_visited_settle(UcVisited *visited, uint64_t place, uint32_t number, UcDigest hash, uint64_t path);
void uc_visited_settled(UcVisited *visited, uint32_t states); /* one thread, at last: so many were new */
uint64_t uc_visited_path(const UcVisited *visited, uint32_t state); /* of an open one */
/* An open state that is not there yet, one by one. False: it is. */
bool uc_visited_add_open(UcVisited *visited, UcDigest hash, uint64_t path);
/* Forgets all states, and gives most of the memory back. The index has room for about so many. */
void uc_visited_forget(UcVisited *visited, uint32_t expected);

/* A dependent probe into a gigabyte costs some 300 ns, an overlapped one some 30: call these ahead. */
void uc_visited_prefetch(const UcVisited *visited, UcDigest hash);       /* far ahead */
void uc_visited_prefetch_state(const UcVisited *visited, UcDigest hash); /* then, near */
void uc_visited_prefetch_number(const UcVisited *visited, uint32_t state);

uint32_t uc_visited_count(const UcVisited *visited);
UcDigest uc_visited_hash(const UcVisited *visited, uint32_t state); /* all bits of it */
/* Where it was first reached from: UC_NO_STATE for a root. Of those that uc_visited_add() added. */
uint32_t uc_visited_parent(const UcVisited *visited, uint32_t state, uint32_t *move);
size_t uc_visited_memory(const UcVisited *visited);
/* The probability, at most, that one of so many states was taken for another. */
double uc_visited_omission(const UcVisited *visited, uint64_t states);

#endif
