/* How each state of a breadth-first search was first reached: the state of the level before, by its place there, and the move.
 *
 * Levels are added one after the other and never change. A record takes as many bytes as the numbers of its level need, 5
 * or 6 in most searches; a place in a level is one of at most 2^40.
 */
#ifndef SIMULATOR_EXPLORE_LOG_H
#define SIMULATOR_EXPLORE_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct UcLog UcLog;

UcLog *uc_log_new(void);
void uc_log_free(UcLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcLog, uc_log_free)

/* A level of so many states, reached from one of `parents` (0: the root's, of which nothing is kept) by moves below `moves`. */
void uc_log_level(UcLog *log, uint64_t states, uint64_t parents, uint64_t moves);
/* Of the last level; any thread, each place once. */
void uc_log_put(UcLog *log, uint64_t place, uint64_t parent, uint32_t move);
uint64_t uc_log_get(const UcLog *log, uint32_t level, uint64_t place, uint32_t *move);
uint32_t uc_log_levels(const UcLog *log);
uint64_t uc_log_states(const UcLog *log, uint32_t level);
uint64_t uc_log_moves(const UcLog *log, uint32_t level); /* as uc_log_level() was told */
size_t uc_log_memory(const UcLog *log);

/* A level as bytes: what uc_log_level() was told is to be told again. NULL: it has none. */
const uint8_t *uc_log_bytes(const UcLog *log, uint32_t level, size_t *length);
/* Puts such bytes into the last level. False: they name a place or a move that there is not. */
bool uc_log_set(UcLog *log, const uint8_t *bytes, size_t length);

#endif
