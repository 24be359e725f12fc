#include "simulator/region.h"

#include <string.h>

#include "simulator/base/growing.h"

/* malloc and memset: calloc takes a lock that malloc does without, and a search makes regions all the time. */
static UcRegion *make_region(size_t words)
{
    UcRegion *region = g_malloc(sizeof(UcRegion) + words * sizeof(UcWord));
    region->references = 1;
    region->words = (uint32_t)words;
    return region;
}

UcRegion *uc_region_new(size_t words)
{
    UcRegion *region = make_region(words);
    memset(region->word, 0, words * sizeof(UcWord));
    return region;
}

UcRegion *uc_region_copy(const UcRegion *from, size_t words)
{
    UcRegion *region = make_region(words);
    size_t kept = from ? MIN(words, from->words) : 0;
    if (kept)
        memcpy(region->word, from->word, kept * sizeof(UcWord));
    memset(region->word + kept, 0, (words - kept) * sizeof(UcWord));
    return region;
}

UcRegion *uc_region_ref(UcRegion *region)
{
    if (region && region->references != UC_REGION_KEPT)
        region->references++;
    return region;
}

void uc_region_unref(UcRegion *region)
{
    if (region && region->references != UC_REGION_KEPT && --region->references == 0)
        g_free(region);
}

void uc_region_free_kept(UcRegion *region)
{
    g_assert(!region || region->references == UC_REGION_KEPT);
    g_free(region);
}

/* A slot: its key, and the next one of the same machine + 1. */
typedef struct {
    UcSlotKey key;
    uint32_t next;
} Slot;

typedef struct {
    uint32_t first, last; /* slot + 1 */
} Machine;

struct UcLayout {
    UcChunks slots;      /* Slot */
    UcIndex index;
    UcChunks machines;   /* Machine */
    GMutex lock;         /* for adding */
};

static const Slot *slot_at(const UcLayout *layout, uint32_t slot)
{
    g_assert(slot < uc_chunks_count(&layout->slots));
    return uc_chunks_at(&layout->slots, slot, sizeof(Slot));
}

static uint64_t hash_of_key(UcSlotKey key)
{
    return (key.index ^ ((uint64_t)key.machine << 32 | key.kind)) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static uint64_t hash_of(const void *layout, uint32_t slot) { return hash_of_key(slot_at(layout, slot)->key); }

UcLayout *uc_layout_new(void)
{
    UcLayout *layout = g_new0(UcLayout, 1);
    uc_index_init(&layout->index, 64);
    g_mutex_init(&layout->lock);
    return layout;
}

void uc_layout_free(UcLayout *layout)
{
    if (!layout)
        return;
    uc_chunks_free(&layout->slots);
    uc_chunks_free(&layout->machines);
    uc_index_free(&layout->index);
    g_mutex_clear(&layout->lock);
    g_free(layout);
}

void uc_layout_clear(UcLayout *layout)
{
    g_assert(layout);
    for (uint32_t i = 0; i < layout->machines.count; i++)
        *(Machine *)uc_chunks_at(&layout->machines, i, sizeof(Machine)) = (Machine){ 0, 0 };
    layout->slots.count = 0;
    uc_index_clear(&layout->index);
}

uint32_t uc_layout_find(const UcLayout *layout, UcSlotKey key)
{
    for (UcProbe p = uc_probe(&layout->index, hash_of_key(key)); uc_probe_next(&p);) {
        const UcSlotKey *k = &slot_at(layout, p.number)->key;
        if (k->index == key.index && k->machine == key.machine && k->kind == key.kind)
            return p.number;
    }
    return UINT32_MAX;
}

static uint32_t add_slot(UcLayout *layout, UcSlotKey key)
{
    Slot fresh = { key, 0 };
    uint32_t slot = uc_chunks_add(&layout->slots, &fresh, sizeof fresh);
    Machine *m = uc_chunks_reach(&layout->machines, key.machine, sizeof *m);
    uint32_t *link = m->last ? &((Slot *)uc_chunks_at(&layout->slots, m->last - 1, sizeof(Slot)))->next : &m->first;
    __atomic_store_n(link, slot + 1, __ATOMIC_RELEASE);
    m->last = slot + 1;
    uc_index_add(&layout->index, hash_of_key(key), slot, hash_of, layout);
    return slot;
}

uint32_t uc_layout_slot(UcLayout *layout, UcSlotKey key)
{
    uint32_t slot = uc_layout_find(layout, key);
    if (slot != UINT32_MAX)
        return slot;
    g_mutex_lock(&layout->lock);
    slot = uc_layout_find(layout, key); /* somebody may have been faster */
    if (slot == UINT32_MAX)
        slot = add_slot(layout, key);
    g_mutex_unlock(&layout->lock);
    return slot;
}

UcSlotKey uc_shadows_of(uint32_t machine) { return (UcSlotKey){ machine, UC_SHADOW, UINT64_MAX }; }
UcSlotKey uc_layout_key(const UcLayout *layout, uint32_t slot) { return slot_at(layout, slot)->key; }
uint32_t uc_layout_count(const UcLayout *layout) { return uc_chunks_count(&layout->slots); }

uint32_t uc_layout_first(const UcLayout *layout, uint32_t machine)
{
    if (machine >= uc_chunks_count(&layout->machines))
        return UINT32_MAX;
    const Machine *m = uc_chunks_at(&layout->machines, machine, sizeof *m);
    return __atomic_load_n(&m->first, __ATOMIC_ACQUIRE) - 1;
}

uint32_t uc_layout_next(const UcLayout *layout, uint32_t slot)
{
    return __atomic_load_n(&slot_at(layout, slot)->next, __ATOMIC_ACQUIRE) - 1;
}

void uc_state_reserve(UcState *state, uint32_t slots)
{
    if (slots <= state->slots)
        return;
    uint32_t size = MAX(slots, state->slots * 2);
    state->slot = g_renew(UcRegion *, state->slot, size);
    memset(state->slot + state->slots, 0, (size - state->slots) * sizeof *state->slot);
    state->slots = size;
}

void uc_state_clear(UcState *state)
{
    for (uint32_t i = 0; i < state->slots; i++)
        uc_region_unref(state->slot[i]);
    g_free(state->slot);
    *state = (UcState){ 0 };
}

void uc_state_copy(UcState *to, const UcState *from)
{
    g_assert(to != from);
    uc_state_clear(to);
    uc_state_reserve(to, from->slots);
    for (uint32_t i = 0; i < from->slots; i++)
        to->slot[i] = uc_region_ref(from->slot[i]);
}

bool uc_region_same(const UcRegion *a, const UcRegion *b)
{
    uint32_t na = a ? a->words : 0, nb = b ? b->words : 0;
    return na == nb && (!na || !memcmp(a->word, b->word, na * sizeof(UcWord)));
}

bool uc_region_is_handle(const UcRegionKind *kind, size_t word)
{
    if (word < kind->head_words)
        return kind->head_handles >> word & 1;
    return kind->item_words && (kind->item_handles >> (word - kind->head_words) % kind->item_words & 1);
}

void uc_region_canonical(const UcRegion *region, const UcRegionKind *kind, const UcStore *store, GByteArray *out)
{
    for (size_t i = 0; i < region->words; i++) {
        if (!uc_region_is_handle(kind, i)) {
            uc_append_u64(out, region->word[i]);
        } else if (region->word[i] == UC_NONE) {
            uc_append_u32(out, UINT32_MAX);
        } else {
            size_t length;
            const uint8_t *bytes = uc_store_get(store, region->word[i], &length);
            uc_append_u32(out, (uint32_t)length);
            g_byte_array_append(out, bytes, (guint)length);
        }
    }
}

UcDigest uc_region_digest(const UcRegion *region, const UcRegionKind *kind, const UcStore *store)
{
    uint64_t small[128] = { 0 }, *flat = small;
    size_t n = 0, words = region ? region->words : 0;
    if (2 * words > G_N_ELEMENTS(small))
        flat = g_new(uint64_t, 2 * words);
    for (size_t i = 0; i < words; i++) {
        if (uc_region_is_handle(kind, i)) {
            UcDigest d = uc_store_digest(store, region->word[i]);
            flat[n++] = d.lo;
            flat[n++] = d.hi;
        } else {
            flat[n++] = region->word[i];
        }
    }
    UcDigest digest = uc_digest(flat, n * sizeof *flat);
    if (flat != small)
        g_free(flat);
    return digest;
}

UcDigest uc_slot_digest(UcSlotKey key, UcDigest contents)
{
    uint64_t flat[] = { key.machine, key.kind, key.index, contents.lo, contents.hi };
    return uc_digest(flat, sizeof flat);
}
