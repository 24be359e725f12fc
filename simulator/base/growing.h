/* Tables that grow while others read them: elements with numbers that never move, and an index from hashes to numbers.
 *
 * Adding is for one thread at a time (the owner's lock); reading needs no lock. What is published is complete: an
 * element before its number, an index before its use. An index that was outgrown is kept until the owner clears it,
 * as somebody may still be looking at it; all of them together are smaller than the one in use.
 * Limit: 2^31 elements.
 */
#ifndef SIMULATOR_BASE_GROWING_H
#define SIMULATOR_BASE_GROWING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { UC_FIRST_CHUNK_BITS = 6, UC_CHUNKS = 26 };

/* Chunk k has 2^(k + UC_FIRST_CHUNK_BITS) elements. Zeroed: empty. */
typedef struct {
    void *chunk[UC_CHUNKS];
    uint32_t count;
} UcChunks;

static inline unsigned uc_chunk_of(uint32_t number, uint32_t *at)
{
    uint32_t n = number + (1u << UC_FIRST_CHUNK_BITS);
    unsigned bits = 31u - (unsigned)__builtin_clz(n);
    *at = n - (1u << bits);
    return bits - UC_FIRST_CHUNK_BITS;
}

static inline uint32_t uc_chunks_count(const UcChunks *chunks)
{
    return __atomic_load_n(&chunks->count, __ATOMIC_ACQUIRE);
}

/* `size`: of an element, the same in all calls. */
static inline void *uc_chunks_at(const UcChunks *chunks, uint32_t number, size_t size)
{
    uint32_t at;
    unsigned chunk = uc_chunk_of(number, &at);
    return (char *)__atomic_load_n(&chunks->chunk[chunk], __ATOMIC_ACQUIRE) + at * size;
}

/* Adds a copy; its number. */
uint32_t uc_chunks_add(UcChunks *chunks, const void *element, size_t size);
/* The element with this number, and zeros for all before it that are new. */
void *uc_chunks_reach(UcChunks *chunks, uint32_t number, size_t size);
void uc_chunks_free(UcChunks *chunks);
size_t uc_chunks_memory(const UcChunks *chunks, size_t size);

typedef struct {
    uint32_t mask;   /* a power of two less one */
    uint32_t number[]; /* + 1; 0: free */
} UcPlaces;

typedef struct {
    UcPlaces *places;
    GPtrArray *outgrown;
    uint32_t used;
} UcIndex;

void uc_index_init(UcIndex *index, uint32_t places); /* a power of two */
/* Nobody reads meanwhile. Keeps the memory. */
void uc_index_clear(UcIndex *index);
void uc_index_free(UcIndex *index);
size_t uc_index_memory(const UcIndex *index);
/* hash_of gives the hash of an element again, when the index grows. */
void uc_index_add(UcIndex *index, uint64_t hash, uint32_t number, uint64_t (*hash_of)(const void *data, uint32_t number),
                  const void *data);

/* All numbers that may have this hash, until the loop is left: for (UcProbe p = uc_probe(i, h); uc_probe_next(&p);) */
typedef struct {
    const UcPlaces *places;
    uint32_t at, number;
} UcProbe;

static inline UcProbe uc_probe(const UcIndex *index, uint64_t hash)
{
    return (UcProbe){ __atomic_load_n(&index->places, __ATOMIC_ACQUIRE), (uint32_t)hash, 0 };
}

static inline bool uc_probe_next(UcProbe *p)
{
    uint32_t n = __atomic_load_n(&p->places->number[p->at++ & p->places->mask], __ATOMIC_ACQUIRE);
    p->number = n - 1;
    return n != 0;
}

#endif
