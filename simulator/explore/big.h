/* Large zeroed arrays on huge pages where the kernel has them (madvise(2), MADV_HUGEPAGE): a first touch of each 4 KiB
 * page and a walk through the page table for each probe cost more than the search itself. Only the time depends on it.
 */
#ifndef SIMULATOR_EXPLORE_BIG_H
#define SIMULATOR_EXPLORE_BIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed; ends the program where there is no memory, as GLib does. Free with uc_big_free and the same size. */
void *uc_big_new(size_t bytes);
void uc_big_free(void *memory, size_t bytes); /* memory may be NULL */

/* Memory that is only ever added to, and freed as a whole. Zeroed: empty. One thread at a time. */
typedef struct {
    void *blocks;      /* the newest, which leads to those before it */
    uint8_t *free;
    size_t left, memory;
} UcArena;
void *uc_arena_get(UcArena *arena, size_t bytes, size_t alignment); /* zeroed; alignment: a power of two, at most 64 */
void uc_arena_free(UcArena *arena);

/* For a whole program, once: malloc takes memory from the kernel far ahead and gives none back, so that large regions that
 * are copied again and again do not cost first touches, and uc_big_heap_follow() comes in time. */
void uc_big_heap(void);
/* All threads take from that heap, of which one alone would have small pages elsewhere. */
void uc_big_heap_for_all(void);
/* Asks for huge pages for what the heap has grown by since `end`, which moves on; NULL at first. */
void uc_big_heap_follow(char **end);

/* Bytes of memory that this program has now; that the machine has, or this program may have of it. 0: not known. */
size_t uc_big_resident(void);
size_t uc_big_machine(void);
/* Bytes of address space that this program may have (ulimit -v); SIZE_MAX: no limit. Has it most of them by now? */
size_t uc_big_allowed(void);
bool uc_big_is_short(void);

#endif
