#include "simulator/record.h"

#include <openssl/evp.h>
#include <string.h>

#include "simulator/internal.h"

static const uint8_t MAGIC[4] = { 'U', 'C', 'R', '1' };
enum { HEAD = 4 + 8 + 4, SUM = 32, WORDS_MAX = 1 << 24 };

static void checksum(const uint8_t *bytes, size_t length, uint8_t out[SUM])
{
    if (!EVP_Digest(bytes, length, out, NULL, EVP_sha256(), NULL))
        g_error("libcrypto cannot compute SHA-256");
}

static int by_key(gconstpointer a, gconstpointer b)
{
    const UcRecordRegion *x = a, *y = b;
    if (x->key.kind != y->key.kind)
        return x->key.kind < y->key.kind ? -1 : 1;
    return x->key.index < y->key.index ? -1 : x->key.index > y->key.index;
}

/* What of a slot belongs into the record; NULL: nothing. */
static const UcRegion *part_of(UcWorld *world, UcSlotKey key, uint32_t slot, UcRecordPart part)
{
    if (key.kind == UC_KIND_TAPE)
        return part == UC_RECORD_KEPT ? uc_slot_get(world, slot) : NULL;
    unsigned flags = uc_region_kind(world->spec, key)->flags;
    if (key.kind & ~(uint32_t)UC_KIND_MASK || !(flags & (UC_STABLE | UC_VOLATILE)))
        return NULL;
    const UcRegion *region = uc_slot_get(world, slot);
    if (flags & UC_VOLATILE)
        return part == UC_RECORD_ALL ? region : NULL;
    if (part == UC_RECORD_STABLE) {
        key.kind |= UC_SHADOW;
        uint32_t shadow = uc_layout_find(world->layout, key);
        const UcRegion *stable = shadow == UINT32_MAX ? NULL : uc_slot_get(world, shadow);
        return stable ? stable : region;
    }
    return region;
}

GByteArray *uc_record_encode(UcWorld *world, uint16_t owner, UcRecordPart part, uint64_t version)
{
    g_autoptr(GArray) regions = g_array_new(FALSE, TRUE, sizeof(UcRecordRegion));
    for (uint32_t slot = uc_layout_first(world->layout, owner); slot != UINT32_MAX;
         slot = uc_layout_next(world->layout, slot)) {
        UcSlotKey key = uc_layout_key(world->layout, slot);
        const UcRegion *region = part_of(world, key, slot, part);
        UcRecordRegion r = { key, (UcRegion *)region };
        if (region && region->words)
            g_array_append_val(regions, r);
    }
    g_array_sort(regions, by_key);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, MAGIC, sizeof MAGIC);
    uc_append_u64(out, version);
    uc_append_u32(out, 0);
    uc_append_u32(out, regions->len);
    for (guint i = 0; i < regions->len; i++) {
        const UcRecordRegion *r = &g_array_index(regions, UcRecordRegion, i);
        uc_append_u32(out, r->key.kind);
        uc_append_u64(out, r->key.index);
        uc_append_u32(out, r->region->words);
        uc_region_canonical(r->region, uc_region_kind(world->spec, r->key), world->store, out);
    }
    uint32_t length = GUINT32_TO_BE(out->len - HEAD);
    memcpy(out->data + HEAD - 4, &length, 4);
    uint8_t sum[SUM];
    checksum(out->data, out->len, sum);
    g_byte_array_append(out, sum, SUM);
    return out;
}

static UcWord take_word(UcReader *r, bool handle, UcStore *store)
{
    if (!handle)
        return uc_take(r, 8);
    uint64_t length = uc_take(r, 4);
    const uint8_t *bytes = length == UINT32_MAX ? NULL : uc_take_bytes(r, length);
    return bytes ? uc_store_put(store, bytes, length) : UC_NONE;
}

static bool take_region(UcReader *r, UcWorld *world, uint16_t owner, UcRecordRegion *out)
{
    out->key = (UcSlotKey){ .machine = owner, .kind = (uint32_t)uc_take(r, 4) };
    out->key.index = uc_take(r, 8); /* apart: C leaves the order within a list open */
    uint64_t words = uc_take(r, 4);
    if (r->bad || out->key.kind >= UC_FIRST_KIND + uc_machine_kinds(world->spec, owner) || words > WORDS_MAX ||
        words > r->left) /* every word takes at least four bytes */
        return false;
    const UcRegionKind *kind = uc_region_kind(world->spec, out->key);
    out->region = uc_region_new(words);
    for (size_t i = 0; i < words; i++)
        out->region->word[i] = take_word(r, uc_region_is_handle(kind, i), world->store);
    if (r->bad)
        uc_region_unref(out->region);
    return !r->bad;
}

static void clear_region(gpointer r)
{
    uc_region_unref(((UcRecordRegion *)r)->region);
}

size_t uc_record_claims(const uint8_t *bytes, size_t length)
{
    if (length < HEAD)
        return SIZE_MAX;
    UcReader r = { bytes + HEAD - 4, 4 };
    return uc_take(&r, 4) + HEAD + SUM;
}

static const char *check_frame(const uint8_t *bytes, size_t length)
{
    uint8_t sum[SUM];
    if (length < HEAD + SUM || memcmp(bytes, MAGIC, sizeof MAGIC))
        return "not a record of this program";
    if (uc_record_claims(bytes, length) != length)
        return "torn record: wrong length";
    checksum(bytes, length - SUM, sum);
    return memcmp(sum, bytes + length - SUM, SUM) ? "torn record: wrong checksum" : NULL;
}

GArray *uc_record_decode(UcWorld *world, uint16_t owner, const uint8_t *bytes, size_t length, uint64_t *version,
                         const char **why)
{
    g_assert(bytes && why);
    *why = check_frame(bytes, length);
    if (*why)
        return NULL;
    UcReader r = { bytes + sizeof MAGIC, length - sizeof MAGIC - SUM };
    uint64_t number = uc_take(&r, 8);
    uc_take(&r, 4); /* the length, checked with the frame */
    uint64_t count = uc_take(&r, 4);
    g_autoptr(GArray) regions = g_array_new(FALSE, TRUE, sizeof(UcRecordRegion));
    g_array_set_clear_func(regions, clear_region);
    for (uint64_t i = 0; i < count; i++) {
        UcRecordRegion one = { 0 };
        if (!take_region(&r, world, owner, &one)) {
            *why = "malformed record";
            return NULL;
        }
        g_array_append_val(regions, one);
    }
    if (r.left || r.bad) {
        *why = "malformed record: trailing bytes";
        return NULL;
    }
    if (version)
        *version = number;
    return g_steal_pointer(&regions);
}

/* ---- devices ---- */

void uc_device_state_add(GByteArray *out, const char *sid, const uint8_t *state, size_t length)
{
    uc_append_u32(out, (uint32_t)strlen(sid));
    g_byte_array_append(out, (const uint8_t *)sid, (guint)strlen(sid));
    uc_append_u32(out, (uint32_t)length);
    g_byte_array_append(out, state, (guint)length);
}

bool uc_device_state_take(UcReader *r, char **sid, const uint8_t **state, size_t *length)
{
    if (r->bad || !r->left)
        return false;
    size_t n = uc_take(r, 4);
    const uint8_t *name = uc_take_bytes(r, n);
    *length = uc_take(r, 4);
    *state = uc_take_bytes(r, *length);
    if (r->bad)
        return false;
    *sid = g_strndup((const char *)name, n);
    return true;
}
