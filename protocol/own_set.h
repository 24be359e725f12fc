/* What a party owns of one key: sorted, disjoint, half-open intervals that do not touch each other.
 * The protocol's own book-keeping, on purpose not shared with F or the watchers.
 * Source: docs/protocol.md, "Stable state".
 */
#ifndef PROTOCOL_OWN_SET_H
#define PROTOCOL_OWN_SET_H

#include "functionality/interface.h"

/* Which region it lies in. */
typedef struct {
    UcCtx *ctx;
    unsigned kind;
    UcWord index;
} OwnSet;

const DkmInterval *own_set_get(OwnSet set, size_t *count);
UcWord own_set_remaining(OwnSet set);
/* Takes the lowest index out. False if empty. */
bool own_set_take_lowest(OwnSet set, UcWord *index);
/* Is there an interval of this length? Looks only. */
bool own_set_has(OwnSet set, UcWord count);
/* Takes the top `count` of the highest interval of that length out. False if there is none. */
bool own_set_take_top(OwnSet set, UcWord count, DkmInterval *block);
bool own_set_overlaps(OwnSet set, DkmInterval block);
/* Adds a block that overlaps nothing and joins it to its neighbours. */
void own_set_add(OwnSet set, DkmInterval block);
/* How many intervals there would be after adding. */
size_t own_set_count_after(OwnSet set, DkmInterval block);

#endif
