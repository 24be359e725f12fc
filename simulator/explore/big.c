#include "simulator/explore/big.h"

#include <glib.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20, AHEAD = 256 << 20, TOGETHER = 32 << 20, FIRST_BLOCK = 1 << 16, LINE = 64 };

/* Begins where a large page can, so that no part is left to small ones. */
void *uc_big_new(size_t bytes)
{
    g_assert(bytes > 0);
    size_t gap = bytes >= HUGE_PAGE ? HUGE_PAGE : 0, page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *all = mmap(NULL, bytes + gap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        g_error("cannot get %" G_GSIZE_FORMAT " bytes of memory", bytes);
    size_t before = gap ? -(uintptr_t)all & (HUGE_PAGE - 1) : 0;
    if (before)
        munmap(all, before);
    if (gap > before)
        munmap(all + before + (bytes + page - 1) / page * page, gap - before);
    madvise(all + before, bytes, MADV_HUGEPAGE); /* it may be refused: then the pages are small */
    return all + before;
}

void uc_big_free(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

typedef struct {
    void *before;
    size_t bytes;
} Block;

/* Blocks grow up to a huge page, so that small searches take little. */
static void add_block(UcArena *a, size_t bytes)
{
    bytes = MAX(bytes + LINE, CLAMP(a->memory, (size_t)FIRST_BLOCK, (size_t)HUGE_PAGE));
    Block *block = uc_big_new(bytes);
    *block = (Block){ a->blocks, bytes };
    a->blocks = block;
    a->free = (uint8_t *)block + LINE;
    a->left = bytes - LINE;
    a->memory += bytes;
}

void *uc_arena_get(UcArena *a, size_t bytes, size_t alignment)
{
    g_assert(bytes > 0 && alignment && alignment <= LINE && !(alignment & (alignment - 1)));
    size_t gap = -(uintptr_t)a->free & (alignment - 1);
    if (gap + bytes > a->left) {
        add_block(a, bytes);
        gap = 0;
    }
    uint8_t *at = a->free + gap;
    a->free = at + bytes;
    a->left -= gap + bytes;
    return at;
}

void uc_arena_free(UcArena *a)
{
    for (Block *block = a->blocks, *before; block; block = before) {
        before = block->before;
        uc_big_free(block, block->bytes);
    }
    *a = (UcArena){ 0 };
}

void uc_big_heap_for_all(void) { mallopt(M_ARENA_MAX, 1); }

void uc_big_heap(void)
{
    mallopt(M_TOP_PAD, (int)MIN((size_t)AHEAD, uc_big_allowed() / 16)); /* not a large part of what there is */
    if (uc_big_allowed() != SIZE_MAX)
        uc_big_heap_for_all(); /* other heaps take 64 MiB of address space each, and are tried for again and again */
    mallopt(M_TRIM_THRESHOLD, G_MAXINT);
    mallopt(M_MMAP_THRESHOLD, TOGETHER);
}

void uc_big_heap_follow(char **end)
{
    char *now = sbrk(0), *from = *end;
    if (now == from)
        return;
    if (!from)
        from = now - MIN((uintptr_t)now, (uintptr_t)AHEAD);
    from = (char *)(((uintptr_t)from + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (now > from)
        madvise(from, (size_t)(now - from), MADV_HUGEPAGE); /* refused where it is not the heap's */
    *end = now;
}

/* Pages of the address space, and those of them that are in memory. */
static void pages_now(unsigned long *all, unsigned long *resident)
{
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu %lu", all, resident) != 2)
        *all = *resident = 0;
    if (file)
        fclose(file);
}

size_t uc_big_resident(void)
{
    unsigned long all, resident;
    pages_now(&all, &resident);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

size_t uc_big_allowed(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur;
}

bool uc_big_is_short(void)
{
    size_t allowed = uc_big_allowed();
    unsigned long all, resident;
    if (allowed == SIZE_MAX)
        return false;
    pages_now(&all, &resident);
    return (size_t)all * (size_t)sysconf(_SC_PAGESIZE) > allowed - allowed / 4; /* a level's tables come in one piece */
}

size_t uc_big_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    size_t machine = pages > 0 ? (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
    return MIN(machine, uc_big_allowed());
}
