/* What a party owns of one key: sorted, disjoint, half-open intervals that do not touch each other.
 * The protocol's own book-keeping, on purpose not shared with F or the watchers. Nothing is asserted of a block: a protocol
 * that adds what it owns already, or what is no interval at all, must go on to where F and the watchers can judge it.
 * Source: docs/protocol.md, "Stable state".
 */
#ifndef PROTOCOL_TICKETED_OWN_SET_H
#define PROTOCOL_TICKETED_OWN_SET_H

#include "functionality/dkm/interface.h"

/* Which region it lies in. */
typedef struct {
    UcCtx *ctx;
    unsigned kind;
    UcWord index;
} OwnSet;

const DkmInterval *own_set_get(OwnSet set, size_t *count);
UcWord own_set_remaining(OwnSet set);
/* What is in either of two disjoint sets, in order and joined. Returns how many intervals, writes up to `room`. */
size_t own_set_union(OwnSet one, OwnSet other, DkmInterval *out, size_t room);
/* Takes out of the set what of it lies in the block. */
void own_set_subtract(OwnSet set, DkmInterval block);
/* Takes the lowest index out. False if empty. */
bool own_set_take_lowest(OwnSet set, UcWord *index);
/* The top `count` of the highest interval of at least that length, in a row of intervals. False if there is none. */
bool own_set_top(const DkmInterval *own, size_t intervals, UcWord count, DkmInterval *block);
bool own_set_overlaps(OwnSet set, DkmInterval block);
/* Adds a block and joins it to its neighbours. Who adds what is owned already must look first: own_set_overlaps. */
void own_set_add(OwnSet set, DkmInterval block);
/* How many intervals a row would have with `block` added. */
size_t own_set_count_after(const DkmInterval *own, size_t intervals, DkmInterval block);

#endif
