#include "simulator/base/growing.h"

#include <string.h>

static void make_chunk(UcChunks *c, unsigned chunk, size_t size)
{
    g_assert(chunk < UC_CHUNKS);
    if (!c->chunk[chunk])
        __atomic_store_n(&c->chunk[chunk], g_malloc0(size << (chunk + UC_FIRST_CHUNK_BITS)), __ATOMIC_RELEASE);
}

void *uc_chunks_reach(UcChunks *c, uint32_t number, size_t size)
{
    uint32_t at;
    unsigned last = uc_chunk_of(number, &at);
    for (unsigned i = 0; i <= last; i++)
        make_chunk(c, i, size);
    if (number >= c->count)
        __atomic_store_n(&c->count, number + 1, __ATOMIC_RELEASE);
    return (char *)c->chunk[last] + at * size;
}

uint32_t uc_chunks_add(UcChunks *c, const void *element, size_t size)
{
    g_assert(element);
    uint32_t at, number = c->count;
    unsigned chunk = uc_chunk_of(number, &at);
    make_chunk(c, chunk, size);
    memcpy((char *)c->chunk[chunk] + at * size, element, size);
    __atomic_store_n(&c->count, number + 1, __ATOMIC_RELEASE);
    return number;
}

void uc_chunks_free(UcChunks *c)
{
    for (unsigned i = 0; i < UC_CHUNKS; i++)
        g_free(c->chunk[i]);
    *c = (UcChunks){ 0 };
}

size_t uc_chunks_memory(const UcChunks *c, size_t size)
{
    size_t sum = 0;
    for (unsigned i = 0; i < UC_CHUNKS; i++)
        sum += c->chunk[i] ? size << (i + UC_FIRST_CHUNK_BITS) : 0;
    return sum;
}

static size_t bytes_of(uint32_t places) { return sizeof(UcPlaces) + places * sizeof(uint32_t); }

static UcPlaces *places_new(uint32_t places)
{
    UcPlaces *p = g_malloc0(bytes_of(places));
    p->mask = places - 1;
    return p;
}

void uc_index_init(UcIndex *index, uint32_t places)
{
    g_assert(places && !(places & (places - 1)));
    *index = (UcIndex){ .places = places_new(places), .outgrown = g_ptr_array_new_with_free_func(g_free) };
}

void uc_index_clear(UcIndex *index)
{
    memset(index->places->number, 0, (index->places->mask + UINT64_C(1)) * sizeof(uint32_t));
    g_ptr_array_set_size(index->outgrown, 0);
    index->used = 0;
}

void uc_index_free(UcIndex *index)
{
    g_free(index->places);
    g_ptr_array_unref(index->outgrown);
    *index = (UcIndex){ 0 };
}

size_t uc_index_memory(const UcIndex *index)
{
    return 2 * bytes_of(index->places->mask + 1); /* with those it has outgrown */
}

static void place(UcPlaces *p, uint64_t hash, uint32_t number)
{
    uint32_t at = (uint32_t)hash & p->mask;
    while (p->number[at])
        at = (at + 1) & p->mask;
    __atomic_store_n(&p->number[at], number + 1, __ATOMIC_RELEASE);
}

void uc_index_add(UcIndex *index, uint64_t hash, uint32_t number, uint64_t (*hash_of)(const void *data, uint32_t number),
                  const void *data)
{
    g_assert(hash_of);
    UcPlaces *old = index->places;
    if (2 * ++index->used <= old->mask) {
        place(old, hash, number);
        return;
    }
    UcPlaces *fresh = places_new(2 * (old->mask + 1));
    for (uint32_t i = 0; i <= old->mask; i++) {
        if (old->number[i])
            place(fresh, hash_of(data, old->number[i] - 1), old->number[i] - 1);
    }
    place(fresh, hash, number);
    g_ptr_array_add(index->outgrown, old);
    __atomic_store_n(&index->places, fresh, __ATOMIC_RELEASE);
}
