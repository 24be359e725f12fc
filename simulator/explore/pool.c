#include "simulator/explore/pool.h"

#include <string.h>

enum { CHUNK_BITS = 12, CHUNK = 1 << CHUNK_BITS, CHUNKS = 1 << 18 };

struct UcPool {
    GMutex lock;
    UcRegion ***chunk;
    uint32_t count;    /* numbers given out */
    uint64_t *index;   /* tag << 32 | number; 0: free */
    uint64_t mask;
    size_t memory;
};

static void append(UcPool *p, const UcRegion *region)
{
    uint32_t n = p->count;
    g_assert(n >> CHUNK_BITS < CHUNKS);
    if (!p->chunk[n >> CHUNK_BITS])
        __atomic_store_n(&p->chunk[n >> CHUNK_BITS], g_new0(UcRegion *, CHUNK), __ATOMIC_RELEASE);
    UcRegion *copy = region ? uc_region_copy(region, region->words) : NULL;
    p->memory += copy ? sizeof *copy + copy->words * sizeof(UcWord) : 0;
    __atomic_store_n(&p->chunk[n >> CHUNK_BITS][n & (CHUNK - 1)], copy, __ATOMIC_RELEASE);
    __atomic_store_n(&p->count, n + 1, __ATOMIC_RELEASE);
}

UcPool *uc_pool_new(void)
{
    UcPool *p = g_new0(UcPool, 1);
    g_mutex_init(&p->lock);
    p->chunk = g_new0(UcRegion **, CHUNKS);
    p->mask = (1 << 12) - 1;
    p->index = g_new0(uint64_t, p->mask + 1);
    UcRegion empty = { 0 };
    append(p, NULL);
    append(p, &empty);
    return p;
}

void uc_pool_free(UcPool *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->count; i++)
        uc_region_unref(p->chunk[i >> CHUNK_BITS][i & (CHUNK - 1)]);
    for (uint32_t c = 0; c < CHUNKS; c++)
        g_free(p->chunk[c]);
    g_free(p->chunk);
    g_free(p->index);
    g_mutex_clear(&p->lock);
    g_free(p);
}

const UcRegion *uc_pool_get(const UcPool *p, uint32_t number)
{
    g_assert(number < __atomic_load_n(&p->count, __ATOMIC_ACQUIRE));
    return p->chunk[number >> CHUNK_BITS][number & (CHUNK - 1)];
}

static void index_put(UcPool *p, uint64_t hash, uint32_t number)
{
    uint64_t at = hash & p->mask;
    while (p->index[at])
        at = (at + 1) & p->mask;
    p->index[at] = (hash >> 32) << 32 | number;
}

static void grow(UcPool *p)
{
    p->mask = p->mask * 2 + 1;
    g_free(p->index);
    p->index = g_new0(uint64_t, p->mask + 1);
    for (uint32_t i = 2; i < p->count; i++) {
        const UcRegion *r = uc_pool_get(p, i);
        index_put(p, uc_digest(r->word, r->words * sizeof(UcWord)).lo, i);
    }
}

static uint32_t put(UcPool *p, const UcRegion *region)
{
    size_t bytes = region->words * sizeof(UcWord);
    uint64_t hash = uc_digest(region->word, bytes).lo;
    for (uint64_t at = hash & p->mask; p->index[at]; at = (at + 1) & p->mask) {
        if (p->index[at] >> 32 != hash >> 32)
            continue;
        const UcRegion *known = uc_pool_get(p, (uint32_t)p->index[at]);
        if (known->words == region->words && !memcmp(known->word, region->word, bytes))
            return (uint32_t)p->index[at];
    }
    append(p, region);
    index_put(p, hash, p->count - 1);
    if (p->count * UINT64_C(2) > p->mask)
        grow(p);
    return p->count - 1;
}

uint32_t uc_pool_put(UcPool *p, const UcRegion *region)
{
    if (!region)
        return 0;
    if (region->words == 0)
        return 1;
    g_mutex_lock(&p->lock);
    uint32_t number = put(p, region);
    g_mutex_unlock(&p->lock);
    return number;
}

uint32_t uc_pool_count(const UcPool *p) { return p->count; }
size_t uc_pool_memory(const UcPool *p) { return p->memory + (p->mask + 1) * sizeof *p->index; }
