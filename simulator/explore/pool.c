#include "simulator/explore/pool.h"

#include <string.h>

#include "simulator/base/growing.h"

typedef struct {
    UcRegion *region;
    uint64_t hash;
} Pooled;

struct UcPool {
    GMutex lock;       /* for adding */
    UcChunks regions;  /* Pooled, by number */
    UcIndex index;
    size_t memory;
};

static const Pooled *pooled(const UcPool *p, uint32_t number)
{
    g_assert(number < uc_chunks_count(&p->regions));
    return uc_chunks_at(&p->regions, number, sizeof(Pooled));
}

static uint64_t hash_of(const void *pool, uint32_t number) { return pooled(pool, number)->hash; }

static UcRegion *kept(const UcRegion *region, size_t words)
{
    UcRegion *copy = uc_region_copy(region, words);
    copy->references = UC_REGION_KEPT;
    return copy;
}

UcPool *uc_pool_new(void)
{
    UcPool *p = g_new0(UcPool, 1);
    g_mutex_init(&p->lock);
    uc_index_init(&p->index, 1 << 12);
    uc_chunks_add(&p->regions, &(Pooled){ NULL, 0 }, sizeof(Pooled));
    uc_chunks_add(&p->regions, &(Pooled){ kept(NULL, 0), 0 }, sizeof(Pooled));
    return p;
}

void uc_pool_free(UcPool *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->regions.count; i++)
        uc_region_free_kept(pooled(p, i)->region);
    uc_chunks_free(&p->regions);
    uc_index_free(&p->index);
    g_mutex_clear(&p->lock);
    g_free(p);
}

UcRegion *uc_pool_get(const UcPool *p, uint32_t number) { return pooled(p, number)->region; }

static uint32_t find(const UcPool *p, uint64_t hash, const UcRegion *region)
{
    for (UcProbe probe = uc_probe(&p->index, hash); uc_probe_next(&probe);) {
        const Pooled *known = pooled(p, probe.number);
        if (known->hash == hash && known->region->words == region->words &&
            !memcmp(known->region->word, region->word, region->words * sizeof(UcWord)))
            return probe.number;
    }
    return 0;
}

uint32_t uc_pool_put(UcPool *p, const UcRegion *region)
{
    if (!region)
        return 0;
    if (region->words == 0)
        return 1;
    uint64_t hash = uc_digest(region->word, region->words * sizeof(UcWord)).lo;
    uint32_t number = find(p, hash, region);
    if (number)
        return number;
    g_mutex_lock(&p->lock);
    number = find(p, hash, region); /* somebody may have been faster */
    if (!number) {
        Pooled fresh = { kept(region, region->words), hash };
        number = uc_chunks_add(&p->regions, &fresh, sizeof fresh);
        uc_index_add(&p->index, hash, number, hash_of, p);
        p->memory += sizeof *region + region->words * sizeof(UcWord);
    }
    g_mutex_unlock(&p->lock);
    return number;
}

uint32_t uc_pool_count(const UcPool *p) { return uc_chunks_count(&p->regions); }

size_t uc_pool_memory(const UcPool *p)
{
    return p->memory + uc_chunks_memory(&p->regions, sizeof(Pooled)) + uc_index_memory(&p->index);
}
