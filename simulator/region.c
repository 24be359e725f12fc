#include "simulator/region.h"

#include <string.h>

UcRegion *uc_region_new(size_t words)
{
    UcRegion *region = g_malloc0(sizeof(UcRegion) + words * sizeof(UcWord));
    region->references = 1;
    region->words = (uint32_t)words;
    return region;
}

UcRegion *uc_region_copy(const UcRegion *from, size_t words)
{
    UcRegion *region = uc_region_new(words);
    if (from)
        memcpy(region->word, from->word, MIN(words, from->words) * sizeof(UcWord));
    return region;
}

UcRegion *uc_region_ref(UcRegion *region)
{
    if (region)
        region->references++;
    return region;
}

void uc_region_unref(UcRegion *region)
{
    if (region && --region->references == 0)
        g_free(region);
}

struct UcLayout {
    GArray *keys;        /* UcSlotKey by slot */
    uint32_t *bucket;    /* open addressing: slot + 1, 0 = free */
    uint32_t buckets;    /* a power of two */
    GPtrArray *machines; /* GArray of slots by machine */
};

static uint32_t *bucket_of(const UcLayout *layout, UcSlotKey key)
{
    uint64_t h = (key.index ^ ((uint64_t)key.machine << 32 | key.kind)) * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t at = (uint32_t)(h >> 32);; at++) {
        uint32_t *b = &layout->bucket[at & (layout->buckets - 1)];
        if (!*b)
            return b;
        const UcSlotKey *k = &g_array_index(layout->keys, UcSlotKey, *b - 1);
        if (k->index == key.index && k->machine == key.machine && k->kind == key.kind)
            return b;
    }
}

static void grow(UcLayout *layout)
{
    layout->buckets *= 2;
    layout->bucket = g_renew(uint32_t, layout->bucket, layout->buckets);
    memset(layout->bucket, 0, layout->buckets * sizeof *layout->bucket);
    for (uint32_t slot = 0; slot < layout->keys->len; slot++)
        *bucket_of(layout, g_array_index(layout->keys, UcSlotKey, slot)) = slot + 1;
}

static void free_slots(gpointer slots)
{
    if (slots)
        g_array_unref(slots);
}

UcLayout *uc_layout_new(void)
{
    UcLayout *layout = g_new0(UcLayout, 1);
    layout->keys = g_array_new(FALSE, FALSE, sizeof(UcSlotKey));
    layout->buckets = 64;
    layout->bucket = g_new0(uint32_t, layout->buckets);
    layout->machines = g_ptr_array_new_with_free_func(free_slots);
    return layout;
}

void uc_layout_free(UcLayout *layout)
{
    if (!layout)
        return;
    g_array_unref(layout->keys);
    g_free(layout->bucket);
    g_ptr_array_unref(layout->machines);
    g_free(layout);
}

void uc_layout_clear(UcLayout *layout)
{
    g_assert(layout);
    g_array_set_size(layout->keys, 0);
    memset(layout->bucket, 0, layout->buckets * sizeof *layout->bucket);
    for (guint i = 0; i < layout->machines->len; i++) {
        if (layout->machines->pdata[i])
            g_array_set_size(layout->machines->pdata[i], 0);
    }
}

uint32_t uc_layout_find(const UcLayout *layout, UcSlotKey key)
{
    return *bucket_of(layout, key) - 1; /* 0, a free bucket: UINT32_MAX */
}

uint32_t uc_layout_slot(UcLayout *layout, UcSlotKey key)
{
    uint32_t slot = uc_layout_find(layout, key);
    if (slot != UINT32_MAX)
        return slot;
    slot = layout->keys->len;
    g_array_append_val(layout->keys, key);
    if (2 * layout->keys->len > layout->buckets)
        grow(layout);
    else
        *bucket_of(layout, key) = slot + 1;
    if (layout->machines->len <= key.machine)
        g_ptr_array_set_size(layout->machines, (gint)key.machine + 1);
    gpointer *mine = &layout->machines->pdata[key.machine];
    if (!*mine)
        *mine = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_val((GArray *)*mine, slot);
    return slot;
}

UcSlotKey uc_layout_key(const UcLayout *layout, uint32_t slot)
{
    g_assert(slot < layout->keys->len);
    return g_array_index(layout->keys, UcSlotKey, slot);
}

uint32_t uc_layout_count(const UcLayout *layout)
{
    return layout->keys->len;
}

const uint32_t *uc_layout_machine(const UcLayout *layout, uint32_t machine, uint32_t *count)
{
    GArray *slots = machine < layout->machines->len ? layout->machines->pdata[machine] : NULL;
    *count = slots ? slots->len : 0;
    return slots ? (const uint32_t *)(void *)slots->data : NULL;
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

bool uc_region_is_handle(const UcRegionKind *kind, size_t word)
{
    if (word < kind->head_words)
        return kind->head_handles >> word & 1;
    return kind->item_words && (kind->item_handles >> (word - kind->head_words) % kind->item_words & 1);
}

void uc_region_canonical(const UcRegion *region, const UcRegionKind *kind, const UcStore *store, GByteArray *out)
{
    for (size_t i = 0; region && i < region->words; i++) {
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
