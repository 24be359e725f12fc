/* Storage models (docs/model.md, "Storage models"). Snapshots are copies of slots, so they cost pointers. */
#include <string.h>

#include "simulator/internal.h"
#include "simulator/record.h"

enum { CACHE_WRITES = 2 };

const char *const uc_storage_name[UC_STORAGES + 1] = { "atomic", "rollback", "monotonic", "torn", "cache", "lying",
                                                       NULL };

static bool has_snapshots(UcStorage storage)
{
    return storage == UC_STORAGE_ROLLBACK || storage == UC_STORAGE_MONOTONIC || storage == UC_STORAGE_CACHE ||
           storage == UC_STORAGE_LYING;
}

static bool is_stable(UcWorld *world, UcSlotKey key)
{
    return key.kind == (key.kind & UC_KIND_MASK) && uc_region_kind(world->spec, key)->flags & UC_STABLE;
}

static uint32_t snapshot_slot(UcWorld *world, UcSlotKey key, UcWord number)
{
    key.kind |= UC_SNAPSHOT | (uint32_t)number << UC_SNAPSHOT_SHIFT;
    return uc_layout_slot(world->layout, key);
}

/* The slots of a machine as they are now: taking snapshots makes new ones. */
static GArray *slots_of(UcWorld *world, uint16_t owner)
{
    GArray *copy = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t slot = uc_layout_first(world->layout, owner); slot != UINT32_MAX;
         slot = uc_layout_next(world->layout, slot))
        g_array_append_val(copy, slot);
    return copy;
}

/* A persist writes the slot that holds the record before the last one. */
enum { RECORD_LAST, RECORD_BEFORE, RECORDS };

/* The record that lies in the slot that a torn write destroys, or nothing. */
static UcWord old_record(UcCtx *ctx)
{
    size_t words;
    const UcWord *w = uc_own_read(ctx, UC_KIND_RECORD, 0, &words);
    return words ? w[RECORD_BEFORE] : UC_NONE;
}

static void load(UcCtx *ctx, const GArray *regions)
{
    g_autoptr(GArray) slots = slots_of(ctx->world, ctx->owner);
    for (guint i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i);
        if (is_stable(ctx->world, uc_layout_key(ctx->world->layout, slot)))
            uc_slot_set(ctx->world, slot, NULL);
    }
    for (guint i = 0; i < regions->len; i++) {
        const UcRecordRegion *r = &g_array_index(regions, UcRecordRegion, i);
        uc_slot_set(ctx->world, uc_layout_slot(ctx->world->layout, r->key), uc_region_ref(r->region));
        uc_honesty_load(ctx, r->region, uc_region_kind(ctx->world->spec, r->key));
    }
}

static void pad(GByteArray *bytes, size_t length)
{
    guint have = bytes->len;
    g_byte_array_set_size(bytes, (guint)length);
    memset(bytes->data + have, 0, length - have);
}

/* One half of the record is new, the other what lay there before (what was never written reads as zero), cut to the
 * length that its head claims. */
static GByteArray *torn_record(UcCtx *ctx, const GByteArray *whole)
{
    UcWorld *world = ctx->world;
    g_autoptr(GByteArray) fresh = g_byte_array_new();
    g_byte_array_append(fresh, whole->data, whole->len);
    g_autoptr(GByteArray) old = g_byte_array_new();
    size_t n = 0;
    const uint8_t *bytes = old_record(ctx) != UC_NONE ? uc_store_get(world->store, old_record(ctx), &n) : NULL;
    g_byte_array_append(old, bytes, (guint)n);
    size_t length = MAX(fresh->len, n), half = whole->len / 2;
    pad(fresh, length);
    pad(old, length);
    bool head = ctx->armed == UC_POINT_TORN_HEAD;
    GByteArray *torn = g_byte_array_new();
    g_byte_array_append(torn, head ? fresh->data : old->data, (guint)half);
    g_byte_array_append(torn, (head ? old->data : fresh->data) + half, (guint)(length - half));
    g_byte_array_set_size(torn, (guint)MIN(length, uc_record_claims(torn->data, torn->len)));
    return torn;
}

/* A record half written. A record carries its number, so the two halves are never of records that look alike: the
 * checksum finds it out, and the other slot, which holds the last whole record, counts. It counts too where an older record
 * stayed whole, since its number is higher. The numbers in one slot differ by two; written as that and 0, because numbers
 * that grow would make every state a new one. */
static void tear(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    g_autoptr(GByteArray) whole = uc_record_encode(world, ctx->owner, UC_RECORD_WRITTEN, RECORDS);
    g_autoptr(GByteArray) torn = torn_record(ctx, whole);
    const char *why;
    uint64_t number = 0;
    g_autoptr(GArray) regions = uc_record_decode(world, ctx->owner, torn->data, torn->len, &number, &why);
    if (!regions || number < RECORDS)
        return;
    /* Nobody checked: what was not in the record goes as in every crash, what was in it is the stable state. */
    uc_rollback(world, ctx->persist_mark, true);
    uc_shadows_clear(ctx);
    load(ctx, regions);
    ctx->persist_mark = world->private_from = world->undo->len;
}

bool uc_storage_before_write(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    UcStorage storage = world->spec->storage;
    if (storage == UC_STORAGE_MONOTONIC) {
        /* step the counter, then write the state that carries the new value */
        UcFault fault = uc_fault_read(world, ctx->owner);
        fault.counter++;
        uc_fault_write(world, ctx->owner, fault);
        if (ctx->armed == UC_POINT_BETWEEN) {
            ctx->crashed = true;
            ctx->crash_point = UC_POINT_BETWEEN;
            return true;
        }
        uc_own_write(ctx, UC_KIND_VERSION, 0, 1)[0] = fault.counter;
    }
    if (storage == UC_STORAGE_TORN && (ctx->armed == UC_POINT_TORN_HEAD || ctx->armed == UC_POINT_TORN_TAIL)) {
        ctx->crashed = true;
        ctx->crash_point = ctx->armed;
        tear(ctx);
        return true;
    }
    return false;
}

void uc_storage_written(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    UcStorage storage = world->spec->storage;
    if (storage == UC_STORAGE_TORN) {
        g_autoptr(GByteArray) record = uc_record_encode(world, ctx->owner, UC_RECORD_WRITTEN, 0);
        size_t words;
        uc_own_read(ctx, UC_KIND_RECORD, 0, &words);
        UcWord *w = uc_own_write(ctx, UC_KIND_RECORD, 0, RECORDS);
        w[RECORD_BEFORE] = words ? w[RECORD_LAST] : UC_NONE;
        w[RECORD_LAST] = uc_store_put(world->store, record->data, record->len);
    }
    if (!has_snapshots(storage))
        return;
    UcFault fault = uc_fault_read(world, ctx->owner);
    if (fault.snapshots >= UC_SNAPSHOTS_MAX)
        return; /* older ones stay restorable */
    fault.snapshots++;
    uc_fault_write(world, ctx->owner, fault);
    g_autoptr(GArray) slots = slots_of(world, ctx->owner);
    for (guint i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i);
        UcSlotKey key = uc_layout_key(world->layout, slot);
        UcRegion *region = is_stable(world, key) ? uc_slot_get(world, slot) : NULL;
        if (region)
            uc_slot_set(world, snapshot_slot(world, key, fault.snapshots), uc_region_ref(region));
    }
}

const char *uc_storage_allows(const UcWorldSpec *spec, UcFault fault, UcPoint point, UcWord lost)
{
    UcStorage storage = spec->storage;
    switch (point) {
    case UC_POINT_BETWEEN:
        return storage == UC_STORAGE_MONOTONIC ? NULL : "this crash point needs storage = monotonic";
    case UC_POINT_TORN_HEAD:
    case UC_POINT_TORN_TAIL:
        return storage == UC_STORAGE_TORN ? NULL : "this crash point needs storage = torn";
    case UC_POINT_REORDER:
        return storage == UC_STORAGE_CACHE ? NULL : "this crash point needs storage = cache";
    case UC_POINT_LOSE:
        if (storage != UC_STORAGE_CACHE && storage != UC_STORAGE_LYING)
            return "this crash point needs storage = cache or lying";
        if (lost > fault.snapshots || (storage == UC_STORAGE_CACHE && lost > CACHE_WRITES))
            return "that many writes cannot be lost";
        return NULL;
    default:
        return point == UC_POINT_NONE || point >= UC_POINTS ? "no such crash point" : NULL;
    }
}

const char *uc_storage_restorable(const UcWorldSpec *spec, UcFault fault, UcWord snapshot)
{
    if (spec->storage != UC_STORAGE_ROLLBACK && spec->storage != UC_STORAGE_MONOTONIC)
        return "the storage model does not allow a restore";
    return snapshot <= fault.snapshots ? NULL : "no such snapshot";
}

void uc_storage_restore(UcCtx *ctx, UcWord snapshot)
{
    UcWorld *world = ctx->world;
    g_autoptr(GArray) slots = slots_of(world, ctx->owner);
    for (guint i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i);
        UcSlotKey key = uc_layout_key(world->layout, slot);
        if (is_stable(world, key)) {
            UcRegion *old = snapshot ? uc_slot_get(world, snapshot_slot(world, key, snapshot)) : NULL;
            uc_slot_set(world, slot, uc_region_ref(old));
        }
    }
}

/* From now on there were only so many writes: those after them never took place and are lost in no other crash. */
static void forget_writes_after(UcCtx *ctx, UcWord writes)
{
    UcWorld *world = ctx->world;
    UcFault fault = uc_fault_read(world, ctx->owner);
    fault.snapshots = writes;
    uc_fault_write(world, ctx->owner, fault);
    g_autoptr(GArray) slots = slots_of(world, ctx->owner);
    for (guint i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i), kind = uc_layout_key(world->layout, slot).kind;
        if (kind & UC_SNAPSHOT && kind >> UC_SNAPSHOT_SHIFT > writes && uc_slot_get(world, slot))
            uc_slot_set(world, slot, NULL);
    }
}

void uc_storage_lose(UcCtx *ctx, UcWord lost)
{
    UcWord left = uc_fault_read(ctx->world, ctx->owner).snapshots - lost;
    uc_storage_restore(ctx, left);
    forget_writes_after(ctx, left);
}

/* Of the last two writes only the later reached the medium: what it changed is new, the rest is two writes old. */
void uc_storage_reorder(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    UcWord last = uc_fault_read(world, ctx->owner).snapshots;
    if (last < 2)
        return;
    g_autoptr(GArray) slots = slots_of(world, ctx->owner);
    for (guint i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i);
        UcSlotKey key = uc_layout_key(world->layout, slot);
        if (!is_stable(world, key))
            continue;
        UcRegion *before = uc_slot_get(world, snapshot_slot(world, key, last - 1));
        if (!uc_region_same(uc_slot_get(world, slot), before))
            continue;
        UcRegion *older = last > 2 ? uc_slot_get(world, snapshot_slot(world, key, last - 2)) : NULL;
        uc_slot_set(world, slot, uc_region_ref(older));
    }
    forget_writes_after(ctx, last - 2);
    uc_storage_written(ctx);
}

bool uc_storage_trusted(UcCtx *ctx)
{
    if (ctx->world->spec->storage != UC_STORAGE_MONOTONIC)
        return true;
    const UcWord *version = uc_own_read(ctx, UC_KIND_VERSION, 0, NULL);
    return (version ? version[0] : 0) == uc_fault_read(ctx->world, ctx->owner).counter;
}
