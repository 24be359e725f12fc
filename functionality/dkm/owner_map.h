/* F's book-keeping of one key: a map from index intervals to owners, a row of sorted, disjoint, half-open intervals
 * [a,b) that together make [0,N). Protocol and watchers keep their own books in their own ways on purpose: shared
 * interval code would hide its own faults from the comparison (docs/architecture.md, "Rules of the house").
 * Source: docs/functionality.md, "State".
 */
#ifndef FUNCTIONALITY_DKM_OWNER_MAP_H
#define FUNCTIONALITY_DKM_OWNER_MAP_H

#include "functionality/dkm/interface.h"

typedef struct {
    UcWord a, b;
    UcWord owner; /* number of a party, or one of these: */
} Owned;
#define OWNER_TRANSIT ((UcWord)UINT64_MAX - 1)
#define OWNER_USED ((UcWord)UINT64_MAX - 2)
#define OWNER_LOST ((UcWord)UINT64_MAX - 3)

/* Which region it lies in. */
typedef struct {
    UcCtx *ctx;
    unsigned kind;
    UcWord index;
} OwnerMap;

void owner_map_init(OwnerMap map, UcWord capacity, UcWord owner);
/* Gives [a,b) to one owner. F sees to it that [a,b) lies in [0,N); an F that does not is for the watchers to find, so it
 * is not asserted. */
void owner_map_set(OwnerMap map, DkmInterval block, UcWord owner);
/* The lowest index of an owner. */
bool owner_map_lowest(OwnerMap map, UcWord owner, UcWord *index);
/* The top `count` of its highest interval that is at least that long. */
bool owner_map_top(OwnerMap map, UcWord owner, UcWord count, DkmInterval *block);
bool owner_map_owns(OwnerMap map, UcWord owner, DkmInterval block);     /* all of it */
bool owner_map_overlaps(OwnerMap map, UcWord owner, DkmInterval block); /* any of it */
/* Its intervals in order; returns how many there are, writes up to `room`. */
size_t owner_map_of(OwnerMap map, UcWord owner, DkmInterval *out, size_t room);
/* How many intervals it would have with `block` added. */
size_t owner_map_count_after(OwnerMap map, UcWord owner, DkmInterval block);

#endif
