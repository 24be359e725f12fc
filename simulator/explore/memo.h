/* What a move does, remembered as a decision trie over the parts of the state that it looks at.
 *
 * A state is a row of small numbers, one per slot. Running a move is deterministic, so which slot it looks at next
 * depends only on the values seen so far: a node names a slot, its children are told apart by the value there, and a
 * effect says what the move did. A hit costs one small hash look-up a slot and runs no machine.
 * Effects are opaque here. Reading needs no lock; adding is done under the memo's own. A memo never moves or frees a
 * node before its end.
 */
#ifndef SIMULATOR_EXPLORE_MEMO_H
#define SIMULATOR_EXPLORE_MEMO_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct UcMemo UcMemo;

UcMemo *uc_memo_new(void);
void uc_memo_free(UcMemo *memo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcMemo, uc_memo_free)

/* The effect of this trie for the row, or NULL. A trie whose version is another one
 * is forgotten: versions say which slots there were to look at. */
const void *uc_memo_find(const UcMemo *memo, uint32_t trie, uint32_t version, const uint32_t *row);
/* The same, and appends the slots that were looked at to `slots` (uint32_t), in the order of looking. */
const void *uc_memo_trace(const UcMemo *memo, uint32_t trie, uint32_t version, const uint32_t *row, GArray *slots);
/* A find costs some misses one after the other: call this ahead. */
void uc_memo_prefetch(const UcMemo *memo, uint32_t trie);
/* Adds an effect, which stays the caller's, for the values that the row has in the slots read, in the order of reading.
 * False when what was read does not follow the trie, so the move is not deterministic. `kept` gets the effect that
 * counts: an equal one may have been added meanwhile. */
bool uc_memo_add(UcMemo *memo, uint32_t trie, uint32_t version, const uint32_t *row,
                 const uint32_t *read, uint32_t reads, const void *effect, const void **kept);

size_t uc_memo_memory(const UcMemo *memo); /* bytes, without the effects */
uint64_t uc_memo_effects(const UcMemo *memo);

#endif
