/* What Z knows: interned, packed, and freed with the levels that used it.
 *
 * It differs in nearly every state, and most of it is of use in one level only: as long as its moves are not made it is a few
 * bytes. Numbers are never given twice. What Z knows is the same where its digest is, as with states.
 */
#include "simulator/explore/lockstep_internal.h"

enum { PAGE_BITS = 12, PAGE = 1 << PAGE_BITS, ENOUGH = 1 << 14 /* so many new ones are worth a look at what is of use */,
       WORD_MOST = 10 /* bytes of a packed word */, FEW = 1 << 12, MANY_ABSORBED = 1 << 20 };

static Lore *lore_at(const UcLockstep *l, uint32_t number)
{
    Lore **page = uc_chunks_at(&l->lore.pages, number >> PAGE_BITS, sizeof *page);
    g_assert(*page);
    return *page + (number & (PAGE - 1));
}

Lore *lockstep_lore(const UcLockstep *l, uint32_t number)
{
    g_assert(number && number < __atomic_load_n(&l->lore.count, __ATOMIC_ACQUIRE));
    Lore *lore = lore_at(l, number);
    g_assert(lore->packed); /* else it was freed, and something still names it */
    return lore;
}

UcDigest lockstep_lore_digest(const UcLockstep *l, uint32_t number)
{
    return number ? lockstep_lore(l, number)->digest : (UcDigest){ 0, 0 };
}

uint32_t lockstep_used(const UcLockstep *l, uint32_t number)
{
    return number ? lockstep_lore(l, number)->units : l->lore.units_of_none;
}

/* ---- packing ---- */

static size_t packed_size(const UcRegion *region)
{
    size_t bytes = 1;
    for (uint32_t n = region->words; n >= 0x80; n >>= 7)
        bytes++;
    for (uint32_t i = 0; i < region->words; i++)
        bytes += region->word[i] ? (70 - (unsigned)__builtin_clzll(region->word[i])) / 7 : 1;
    return bytes;
}

static uint8_t *put_word(uint8_t *at, UcWord word)
{
    for (; word >= 0x80; word >>= 7)
        *at++ = (uint8_t)(word | 0x80);
    *at++ = (uint8_t)word;
    return at;
}

static const uint8_t *pack(UcArena *arena, const UcRegion *region)
{
    uint8_t *packed = uc_arena_get(arena, packed_size(region), 1), *at = put_word(packed, region->words);
    for (uint32_t i = 0; i < region->words; i++)
        at = put_word(at, region->word[i]);
    return packed;
}

static UcWord take_word(const uint8_t **at)
{
    UcWord word = 0;
    for (unsigned shift = 0; shift < 7 * WORD_MOST; shift += 7) {
        uint8_t byte = *(*at)++;
        word |= (UcWord)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            break;
    }
    return word;
}

UcRegion *lockstep_knowledge(const UcLockstep *l, uint32_t number)
{
    if (!number)
        return NULL;
    const uint8_t *at = lockstep_lore(l, number)->packed;
    UcRegion *region = uc_region_new(take_word(&at));
    for (uint32_t i = 0; i < region->words; i++)
        region->word[i] = take_word(&at);
    return region;
}

/* ---- interning ---- */

static uint64_t hash_of(const void *data, uint32_t number) { return lore_at(data, number)->digest.lo; }

static uint32_t find(const UcLockstep *l, UcDigest d)
{
    for (UcProbe p = uc_probe(&l->lore.index, d.lo); uc_probe_next(&p);) {
        const Lore *known = lore_at(l, p.number);
        if (known->digest.lo == d.lo && known->digest.hi == d.hi)
            return p.number;
    }
    return 0;
}

static uint32_t add(UcLockstep *l, UcDigest d, const UcRegion *region)
{
    uint32_t number = l->lore.count;
    Lore **page = uc_chunks_reach(&l->lore.pages, number >> PAGE_BITS, sizeof *page);
    if (!*page) {
        __atomic_store_n(page, g_new0(Lore, PAGE), __ATOMIC_RELEASE);
        l->lore.live_pages++;
    }
    *lore_at(l, number) = (Lore){ .digest = d, .packed = pack(&l->lore.packed, region), .seen = l->lore.level - 1,
                                  .units = lockstep_used_in(l, region) };
    __atomic_store_n(&l->lore.count, number + 1, __ATOMIC_RELEASE);
    uc_index_add(&l->lore.index, d.lo, number, hash_of, l);
    return number;
}

uint32_t lockstep_know(UcLockstep *l, const UcRegion *region)
{
    if (!region)
        return 0;
    UcDigest d = uc_slot_digest((UcSlotKey){ UINT32_MAX, 0, Z_WORLD },
                                uc_region_digest(region, &l->set.chooser.knowledge, l->set.store));
    uint32_t number = find(l, d);
    if (number)
        return number;
    g_mutex_lock(&l->lock);
    number = find(l, d); /* somebody may have been faster */
    if (!number)
        number = add(l, d, region);
    g_mutex_unlock(&l->lock);
    return number;
}

/* ---- what a lesson makes of it ---- */

static uint64_t hash_of_pair(uint64_t pair)
{
    uint64_t h = pair * UINT64_C(0x9e3779b97f4a7c15);
    return (h ^ h >> 29) * UINT64_C(0xd6e8feb86659fd93);
}

/* Some of what was absorbed lately, each in the one place that its hash says: what falls on another goes. A writer takes a place
 * away, then names the pair, then says what comes of it; a reader takes that only if it is still there after the pair was read.
 * It holds some bits of the hash, so that it belongs to no other pair. */
static Absorbed *place_of_pair(const UcLockstep *l, uint64_t hash) { return &l->lore.absorbed[hash & l->lore.absorbed_mask]; }

static uint64_t tagged(uint64_t hash, uint32_t after) { return hash >> 32 << 32 | after; }

static bool find_absorbed(const UcLockstep *l, uint64_t pair, uint64_t hash, uint32_t *after)
{
    const Absorbed *a = place_of_pair(l, hash);
    uint64_t result = __atomic_load_n(&a->result, __ATOMIC_ACQUIRE);
    bool same = __atomic_load_n(&a->pair, __ATOMIC_ACQUIRE) == pair;
    *after = (uint32_t)result;
    return same && result && result >> 32 == hash >> 32 && __atomic_load_n(&a->result, __ATOMIC_ACQUIRE) == result;
}

static void note_absorbed(UcLockstep *l, uint64_t pair, uint64_t hash, uint32_t after)
{
    Absorbed *a = place_of_pair(l, hash);
    g_mutex_lock(&l->lock);
    __atomic_store_n(&a->result, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&a->pair, pair, __ATOMIC_SEQ_CST);
    __atomic_store_n(&a->result, tagged(hash, after), __ATOMIC_SEQ_CST);
    g_mutex_unlock(&l->lock);
}

static uint32_t absorb(UcLockstep *l, uint32_t lesson, uint32_t knowledge)
{
    UcRegion *before = lockstep_knowledge(l, knowledge);
    UcRegion *after = l->set.chooser.absorb(l->set.chooser.data, before, uc_pool_get(l->pool, lesson));
    uint32_t number = after ? lockstep_know(l, after) : knowledge;
    uc_region_unref(before);
    uc_region_unref(after);
    return number;
}

uint32_t lockstep_absorb(UcLockstep *l, uint32_t lesson, uint32_t knowledge)
{
    uint64_t pair = (uint64_t)lesson << 32 | knowledge, hash = hash_of_pair(pair);
    uint32_t after;
    if (!lesson || find_absorbed(l, pair, hash, &after))
        return lesson ? after : knowledge;
    after = absorb(l, lesson, knowledge);
    note_absorbed(l, pair, hash, after);
    return after;
}

/* ---- the end of a level ---- */

/* Nothing is absorbed yet, and there is room for about as much as came lately. */
static void new_absorbed(UcLore *lore)
{
    uint32_t places = FEW;
    while (places < MANY_ABSORBED && places < lore->count - lore->looked_at)
        places *= 2;
    g_free(lore->absorbed);
    lore->absorbed = g_new0(Absorbed, places);
    lore->absorbed_mask = places - 1;
}

void lockstep_lore_init(UcLockstep *l)
{
    l->lore.count = 1; /* 0: Z knows nothing */
    l->lore.units_of_none = lockstep_used_in(l, NULL);
    uc_index_init(&l->lore.index, FEW);
    new_absorbed(&l->lore);
}

/* Packed anew, in the arena of the next levels. */
static void keep(UcLockstep *l, UcArena *packed, uint32_t number)
{
    Lore *lore = lore_at(l, number);
    UcRegion *region = lockstep_knowledge(l, number);
    lore->packed = pack(packed, region);
    uc_region_unref(region);
    uc_index_add(&l->lore.index, lore->digest.lo, number, hash_of, l);
}

/* True: something of the page is of use. */
static bool keep_page(UcLockstep *l, UcArena *packed, uint32_t page)
{
    bool any = false;
    for (uint32_t i = 0; i < PAGE; i++) {
        uint32_t number = page * PAGE + i;
        Lore *lore = lore_at(l, number);
        if (!lore->packed)
            continue;
        if (lore->seen == l->lore.level || number == g_array_index(l->root, uint32_t, HEAD + KNOWLEDGE)) {
            keep(l, packed, number);
            any = true;
        } else {
            lockstep_list_free(l, lore->list);
            *lore = (Lore){ .packed = NULL };
        }
    }
    return any || page == l->lore.count >> PAGE_BITS;
}

static void free_page(UcLockstep *l, uint32_t page)
{
    Lore **at = uc_chunks_at(&l->lore.pages, page, sizeof *at);
    g_free(*at);
    l->lore.live_pages -= *at != NULL;
    *at = NULL;
}

void lockstep_level_over(void *data)
{
    UcLockstep *l = data;
    UcLore *lore = &l->lore;
    if (lore->count - lore->looked_at >= (l->set.forget_beyond ? l->set.forget_beyond : ENOUGH)) {
        UcArena packed = { 0 };
        uc_index_free(&lore->index);
        uc_index_init(&lore->index, FEW);
        new_absorbed(lore);
        for (uint32_t page = 0; page <= lore->count >> PAGE_BITS && page < uc_chunks_count(&lore->pages); page++) {
            if (*(Lore **)uc_chunks_at(&lore->pages, page, sizeof(Lore *)) && !keep_page(l, &packed, page))
                free_page(l, page);
        }
        uc_arena_free(&lore->packed);
        lore->packed = packed;
        lore->looked_at = lore->count;
    }
    lore->level++;
}

void lockstep_lore_free(UcLockstep *l)
{
    for (uint32_t page = 0; page < uc_chunks_count(&l->lore.pages); page++) {
        Lore *lore = *(Lore **)uc_chunks_at(&l->lore.pages, page, sizeof(Lore *));
        for (uint32_t i = 0; lore && i < PAGE; i++)
            lockstep_list_free(l, lore[i].list);
        free_page(l, page);
    }
    uc_chunks_free(&l->lore.pages);
    uc_index_free(&l->lore.index);
    g_free(l->lore.absorbed);
    uc_arena_free(&l->lore.packed);
}

size_t lockstep_lore_memory(const UcLockstep *l)
{
    return l->lore.packed.memory + l->lore.live_pages * PAGE * sizeof(Lore) + uc_index_memory(&l->lore.index);
}

size_t lockstep_absorbed_memory(const UcLockstep *l)
{
    return (l->lore.absorbed_mask + (size_t)1) * sizeof(Absorbed);
}
