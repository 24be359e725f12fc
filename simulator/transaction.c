/* Regions as an activation sees them, with undo: FAIL, crashes and torture mode take back what was written. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simulator/internal.h"
#include "simulator/record.h"

static const UcRegionKind engine_region[UC_FIRST_KIND] = {
    [UC_KIND_FAULT] = { .name = "fault", .head_words = sizeof(UcFault) / sizeof(UcWord) },
    [UC_KIND_TAPE] = { .name = "tape", .item_words = 2, .item_handles = 1 },
    [UC_KIND_VERSION] = { .name = "version", .flags = UC_STABLE, .head_words = 1 },
    [UC_KIND_RECORD] = { .name = "record", .head_words = 2, .head_handles = 3 },
};

static const UcRegionKind *kind_of(const UcRegionKind *own, unsigned kinds, uint32_t kind)
{
    kind &= UC_KIND_MASK;
    if (kind < UC_FIRST_KIND)
        return &engine_region[kind];
    g_assert(kind - UC_FIRST_KIND < kinds);
    return &own[kind - UC_FIRST_KIND];
}

/* Of one that is not a watcher; `place`: which one of its session. */
static const UcMachine *machine_in(const UcWorldSpec *spec, unsigned session, unsigned place)
{
    const UcSession *of = spec->sessions ? &spec->sessions[session] : NULL;
    unsigned parties = of ? of->parties : spec->parties;
    if (place == 0)
        return of ? &of->simulator : &spec->machine[UC_S];
    if (place == 1)
        return of ? &of->functionality : &spec->machine[UC_F];
    if (place - 2 < parties)
        return of ? &of->party : &spec->party;
    return of ? &of->sandbox : &spec->sandbox;
}

static const UcRegionKind *kinds_of(const UcWorldSpec *spec, uint16_t machine, unsigned *count)
{
    const UcMachine *found = NULL;
    if (machine < UC_S) {
        found = &spec->machine[machine];
    } else {
        unsigned session = spec->sessions ? uc_session_of(spec, machine) : 0;
        unsigned parties = spec->sessions ? spec->sessions[session].parties : spec->parties;
        unsigned place = machine - (spec->sessions ? uc_session_first(spec, session) : UC_S);
        if (place >= 2 + 2 * parties) {
            const UcWatcher *w = (spec->sessions ? spec->sessions[session].watcher : spec->watcher) + place - 2 - 2 * parties;
            *count = w->kinds;
            return w->kind;
        }
        found = machine_in(spec, session, place);
    }
    *count = found->class ? found->class->kinds : 0;
    return found->class ? found->class->kind : NULL;
}

const UcRegionKind *uc_region_kind(const UcWorldSpec *spec, UcSlotKey key)
{
    unsigned count;
    const UcRegionKind *own = kinds_of(spec, (uint16_t)key.machine, &count);
    return kind_of(own, count, key.kind);
}

const UcRegionKind *uc_record_kind(const UcClass *class, uint64_t kind)
{
    g_assert(class);
    if (kind >= UC_FIRST_KIND + (uint64_t)class->kinds)
        return NULL;
    const UcRegionKind *found = kind_of(class->kind, class->kinds, (uint32_t)kind);
    return found->flags & (UC_STABLE | UC_VOLATILE) ? found : NULL;
}

bool uc_has_kind(const UcWorld *world, uint16_t machine, unsigned kind)
{
    if (machine >= world->rows || !world->row[machine].role)
        return false;
    kind &= UC_KIND_MASK;
    return kind < UC_FIRST_KIND || kind - UC_FIRST_KIND < uc_machine_kinds(world->spec, machine);
}

unsigned uc_machine_kinds(const UcWorldSpec *spec, uint16_t machine)
{
    unsigned count;
    kinds_of(spec, machine, &count);
    return count;
}

void uc_ctx_init(UcCtx *ctx, UcWorld *world, uint16_t machine)
{
    const UcRow *row = &world->row[machine];
    *ctx = (UcCtx){ .world = world, .row = row, .machine = row->machine, .owner = machine };
    if (row->machine && row->machine->class) {
        ctx->kind = row->machine->class->kind;
        ctx->kinds = row->machine->class->kinds;
    }
    bool scripted = row->machine && row->machine->host;
    ctx->inside = !scripted && row->role != UC_ROLE_ENVIRONMENT && row->role != UC_ROLE_WATCHER;
    ctx->start = ctx->persist_mark = world->undo->len;
}

UcRegion *uc_slot_get(UcWorld *world, uint32_t slot)
{
    if (world->probe)
        world->probe(world->probe_data, slot);
    return slot < world->state.slots ? world->state.slot[slot] : NULL;
}

/* The newest undo entry of a slot that is private to this activation, or NULL. */
static UcUndo *private_entry(UcWorld *world, uint32_t slot)
{
    for (guint i = world->undo->len; i > world->private_from; i--) {
        UcUndo *u = &g_array_index(world->undo, UcUndo, i - 1);
        if (u->slot == slot)
            return u;
    }
    return NULL;
}

void uc_slot_set(UcWorld *world, uint32_t slot, UcRegion *region)
{
    if (world->probe) /* what is written is looked at too: a search must know what was there */
        world->probe(world->probe_data, slot);
    uc_state_reserve(&world->state, slot + 1);
    UcRegion **at = &world->state.slot[slot];
    if (private_entry(world, slot)) {
        uc_region_unref(*at);
    } else {
        UcUndo u = { slot, *at };
        g_array_append_val(world->undo, u);
    }
    *at = region;
}

/* Neither coins nor hardware counters come back by a crash. */
static bool never_moves_back(UcWorld *world, uint32_t slot)
{
    uint32_t kind = uc_layout_key(world->layout, slot).kind;
    return kind == UC_KIND_TAPE || kind == UC_KIND_FAULT;
}

void uc_rollback(UcWorld *world, guint mark, bool keep_tapes)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(UcUndo));
    for (guint i = world->undo->len; i > mark; i--) {
        UcUndo u = g_array_index(world->undo, UcUndo, i - 1);
        if (keep_tapes && never_moves_back(world, u.slot)) {
            g_array_prepend_val(kept, u);
            continue;
        }
        uc_region_unref(world->state.slot[u.slot]);
        world->state.slot[u.slot] = u.old;
    }
    g_array_set_size(world->undo, mark);
    g_array_append_vals(world->undo, kept->data, kept->len);
}

void uc_commit(UcWorld *world)
{
    if (world->past)
        uc_past_keep(world->past, world->undo);
    for (guint i = 0; !world->past && i < world->undo->len; i++)
        uc_region_unref(g_array_index(world->undo, UcUndo, i).old);
    g_array_set_size(world->undo, 0);
    world->private_from = 0;
}

static UcSlotKey key_of(const UcCtx *ctx, unsigned kind, UcWord index)
{
    return (UcSlotKey){ ctx->owner, kind, index };
}

static const UcWord *peek_key(UcCtx *ctx, UcSlotKey key, size_t *words)
{
    /* The slot is made even for reading, so that a search sees a read of an absent region as one. */
    uint32_t slot = uc_layout_slot(ctx->world->layout, key);
    uc_honesty_look(ctx, slot);
    const UcRegion *region = uc_slot_get(ctx->world, slot);
    if (words)
        *words = region ? region->words : 0;
    return region && region->words ? region->word : NULL; /* an empty region is an absent one */
}

const UcWord *uc_own_read(UcCtx *ctx, unsigned kind, UcWord index, size_t *words)
{
    return peek_key(ctx, key_of(ctx, kind, index), words);
}

const UcWord *uc_peek(UcCtx *ctx, uint16_t machine, unsigned kind, UcWord index, size_t *words)
{
    if (uc_may_look(ctx, machine, kind))
        return peek_key(ctx, (UcSlotKey){ machine, kind, index }, words);
    if (words)
        *words = 0;
    return NULL;
}

const UcWord *uc_read(UcCtx *ctx, unsigned kind, UcWord index, size_t *words)
{
    return uc_peek(ctx, ctx->owner, kind, index, words);
}

/* A region is empty, or a head and so many items: nothing in between, which a handle would be looked for in. */
static bool fits(const UcRegionKind *kind, size_t words)
{
    size_t items = words - kind->head_words;
    return kind->name && (!words || (words >= kind->head_words && (kind->item_words ? items % kind->item_words == 0 : !items)));
}

UcWord *uc_own_write(UcCtx *ctx, unsigned kind, UcWord index, size_t words)
{
    UcWorld *world = ctx->world;
    uint32_t slot = uc_layout_slot(world->layout, key_of(ctx, kind, index));
    uc_honesty_look(ctx, slot);
    UcRegion *old = uc_slot_get(world, slot);
    if (old && old->words == words && old->references == 1 && private_entry(world, slot))
        return old->word;
    UcRegion *fresh = uc_region_copy(old, words);
    uc_slot_set(world, slot, fresh);
    return fresh->word;
}

UcWord *uc_write(UcCtx *ctx, unsigned kind, UcWord index, size_t words)
{
    uc_refuse_write(ctx, kind);
    if (!fits(kind_of(ctx->kind, ctx->kinds, kind), words))
        uc_refuse(ctx->world, "writes a region of a size that its kind does not have");
    return uc_own_write(ctx, kind, index, words);
}

/* The words of an item; the machine has such a list. */
static unsigned width_of(UcCtx *ctx, unsigned kind)
{
    const UcRegionKind *k = uc_may_look(ctx, ctx->owner, kind) ? kind_of(ctx->kind, ctx->kinds, kind) : NULL;
    if (!k || !k->item_words || k->head_words)
        uc_refuse(ctx->world, "takes for a list what is none");
    return k->item_words;
}

/* How many items; the one that is wanted is below `above` more than that. */
static size_t count_for(UcCtx *ctx, unsigned kind, UcWord index, size_t wanted, size_t above)
{
    size_t items;
    uc_items(ctx, kind, index, &items);
    if (wanted >= items + above)
        uc_refuse(ctx->world, "takes an item beyond the end of its list");
    return items;
}

const UcWord *uc_items(UcCtx *ctx, unsigned kind, UcWord index, size_t *items)
{
    unsigned width = width_of(ctx, kind);
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    *items = words / width;
    return w;
}

UcWord *uc_item_edit(UcCtx *ctx, unsigned kind, UcWord index, size_t item)
{
    unsigned width = width_of(ctx, kind);
    size_t items = count_for(ctx, kind, index, item, 0);
    return uc_write(ctx, kind, index, items * width) + item * width;
}

UcWord *uc_item_insert(UcCtx *ctx, unsigned kind, UcWord index, size_t before)
{
    unsigned width = width_of(ctx, kind);
    size_t items = count_for(ctx, kind, index, before, 1);
    UcWord *w = uc_write(ctx, kind, index, (items + 1) * width);
    UcWord *at = w + before * width;
    memmove(at + width, at, (items - before) * width * sizeof *w);
    memset(at, 0, width * sizeof *w);
    return at;
}

void uc_item_remove(UcCtx *ctx, unsigned kind, UcWord index, size_t item)
{
    unsigned width = width_of(ctx, kind);
    size_t items = count_for(ctx, kind, index, item, 0);
    UcWord *w = uc_write(ctx, kind, index, items * width), *at = w + item * width;
    memmove(at, at + width, (items - item - 1) * width * sizeof *w);
    uc_write(ctx, kind, index, (items - 1) * width);
}

/* ---- stable storage ---- */

static UcSlotKey shadow_of(UcSlotKey key)
{
    key.kind |= UC_SHADOW;
    return key;
}

/* Calls for every slot of the machine that exists. Slots made meanwhile are seen too. */
#define FOR_SLOTS(world, owner, slot)                                                      \
    for (uint32_t slot = uc_layout_first((world)->layout, (owner)); slot != UINT32_MAX;    \
         slot = uc_layout_next((world)->layout, slot))

static void look_at_shadows(UcCtx *ctx)
{
    uc_slot_get(ctx->world, uc_layout_slot(ctx->world->layout, uc_shadows_of(ctx->owner)));
}

void uc_shadows_clear(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    look_at_shadows(ctx);
    FOR_SLOTS(world, ctx->owner, slot) {
        if ((uc_layout_key(world->layout, slot).kind & UC_SHADOW) && uc_slot_get(world, slot))
            uc_slot_set(world, slot, NULL);
    }
}

/* False: what lies outside the run could not be written, and the party stops before the write. */
static bool kept_outside(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    const char *why = world->keep ? world->keep(world->keep_data, world, ctx->owner) : NULL;
    if (!why)
        return true;
    ctx->crashed = true;
    ctx->crash_point = UC_POINT_BEFORE;
    uc_stop(world, UC_STOP_SCRIPT, g_strdup(why));
    return false;
}

bool uc_persist(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    if (ctx->crashed)
        uc_refuse(world, "goes on after a crash");
    ctx->persists++;
    if (ctx->armed == UC_POINT_BEFORE) {
        ctx->crashed = true;
        ctx->crash_point = UC_POINT_BEFORE;
        return true;
    }
    if (uc_storage_before_write(ctx) || !kept_outside(ctx))
        return true;
    uc_shadows_clear(ctx);
    uc_storage_written(ctx);
    ctx->persist_mark = world->private_from = world->undo->len;
    ctx->committed = true;
    if (ctx->armed == UC_POINT_MIDDLE) {
        ctx->crashed = true;
        ctx->crash_point = UC_POINT_MIDDLE;
    }
    return ctx->crashed;
}

bool uc_stable_finish(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    guint written = world->undo->len;
    bool left = false;
    for (guint i = ctx->persist_mark; i < written; i++) {
        UcUndo u = g_array_index(world->undo, UcUndo, i);
        UcSlotKey key = uc_layout_key(world->layout, u.slot);
        if (key.machine != ctx->owner || key.kind != (key.kind & UC_KIND_MASK) ||
            !(uc_region_kind(world->spec, key)->flags & UC_STABLE) || uc_region_same(u.old, world->state.slot[u.slot]))
            continue;
        uint32_t shadow = uc_layout_slot(world->layout, shadow_of(key));
        if (!uc_slot_get(world, shadow))
            uc_slot_set(world, shadow, u.old ? uc_region_ref(u.old) : uc_region_new(0));
        left = true;
    }
    return left;
}

/* What was in volatile memory stays visible to inspection until the restart. */
static void lose(UcWorld *world, UcSlotKey key, uint32_t slot)
{
    UcRegion *region = uc_slot_get(world, slot);
    key.kind |= UC_LOST;
    uint32_t lost = uc_layout_slot(world->layout, key);
    if (region || uc_slot_get(world, lost))
        uc_slot_set(world, lost, uc_region_ref(region));
    if (region)
        uc_slot_set(world, slot, NULL);
}

void uc_stable_crash(UcCtx *ctx)
{
    UcWorld *world = ctx->world;
    look_at_shadows(ctx);
    FOR_SLOTS(world, ctx->owner, slot) {
        UcSlotKey key = uc_layout_key(world->layout, slot);
        if (key.kind & UC_SHADOW) {
            UcRegion *stable = uc_slot_get(world, slot);
            if (!stable)
                continue;
            key.kind &= ~(uint32_t)UC_SHADOW;
            uc_slot_set(world, uc_layout_slot(world->layout, key), stable->words ? uc_region_ref(stable) : NULL);
            uc_slot_set(world, slot, NULL);
        } else if (key.kind == (key.kind & UC_KIND_MASK) && uc_region_kind(world->spec, key)->flags & UC_VOLATILE) {
            lose(world, key, slot);
        }
    }
}

void uc_forget_lost(UcCtx *ctx)
{
    FOR_SLOTS(ctx->world, ctx->owner, slot) {
        if (uc_layout_key(ctx->world->layout, slot).kind & UC_LOST)
            uc_slot_set(ctx->world, slot, NULL);
    }
}

/* ---- the rest of a context ---- */

size_t uc_regions(UcCtx *ctx, unsigned kind)
{
    size_t count = 0;
    if (!uc_may_look(ctx, ctx->owner, kind))
        return 0;
    FOR_SLOTS(ctx->world, ctx->owner, slot) {
        const UcRegion *region = uc_slot_get(ctx->world, slot);
        count += uc_layout_key(ctx->world->layout, slot).kind == kind && region && region->words;
    }
    return count;
}

void uc_draw(UcCtx *ctx, const char *purpose, void *out, size_t count)
{
    const UcWorldSpec *spec = ctx->world->spec;
    if (!purpose)
        uc_refuse(ctx->world, "draws coins without saying what for");
    UcWord name = uc_store_text(ctx->world->store, purpose);
    size_t n, i;
    const UcWord *item = uc_own_read(ctx, UC_KIND_TAPE, 0, &n);
    for (i = 0; i < n && item[i] != name; i += 2)
        ;
    UcWord *at = uc_own_write(ctx, UC_KIND_TAPE, 0, MAX(n, i + 2)) + i;
    at[0] = name;
    const char *sid = ctx->world->session[ctx->row->session].sid;
    UcTapeLabel label = { ctx->machine->role ? ctx->machine->role : "machine", sid ? sid : spec->session,
                          uc_place_in_session(ctx->world, ctx->row->self), purpose, spec->independent ? spec->name : NULL };
    uc_tape_read(ctx->world->seed, &label, at[1], out, count);
    at[1] += count;
}

void uc_effect(UcCtx *ctx, const UcMessage *effect)
{
    if (ctx->has_effect)
        uc_refuse(ctx->world, "reports two effects of one activation");
    ctx->has_effect = true;
    ctx->effect = *effect;
}

void uc_mark(UcCtx *ctx, UcMark mark) { g_array_append_val(ctx->world->marks, mark); }

UcStore *uc_ctx_store(UcCtx *ctx) { return uc_honesty_store(ctx); }

const void *uc_config(UcCtx *ctx) { return ctx->machine->config; }
void *uc_host(UcCtx *ctx) { return ctx->machine->host; }

UcResult uc_step_of(UcCtx *ctx, const UcMachine *other, const UcEnvelope *in)
{
    g_assert(ctx && other && other->class && in);
    const UcMachine *own = ctx->machine;
    ctx->machine = other;
    UcResult result = other->class->step(ctx, in);
    ctx->machine = own;
    return result;
}

UcWord uc_pid(UcCtx *ctx) { return ctx->row->pid; }
static const UcSession *session_of(UcCtx *ctx) { return &ctx->world->session[ctx->row->session]; }
unsigned uc_party_count(UcCtx *ctx) { return session_of(ctx)->parties; }
const char *uc_party_name(UcCtx *ctx, UcWord pid) { return pid < uc_party_count(ctx) ? session_of(ctx)->party_name[pid] : "?"; }
uint16_t uc_self(UcCtx *ctx) { return ctx->row->self; }
uint16_t uc_party_machine(UcCtx *ctx, UcWord pid) { return uc_machine_of(ctx->world, ctx->row->session, pid); }

UcWord uc_pid_of(UcCtx *ctx, uint16_t machine) { return uc_world_pid(ctx->world, machine); }

uint16_t uc_used_by(UcCtx *ctx, uint16_t machine, unsigned slot)
{
    const UcRow *row = uc_world_row(ctx->world, machine);
    return row && slot < row->subroutines ? row->subroutine[slot] : UC_NOBODY;
}

UcSide uc_from(UcCtx *ctx, const UcEnvelope *in) { return uc_side(ctx->world, ctx->owner, in->from); }
unsigned uc_peer_slot(UcCtx *ctx, const UcEnvelope *in)
{
    uint16_t session = uc_session_of(ctx->world->spec, in->peer);
    const UcSession *own = session_of(ctx);
    for (unsigned slot = 0; session != ctx->row->session && slot < own->slots; slot++) {
        if (own->uses[slot] == session)
            return slot;
    }
    return UC_NO_SLOT;
}

bool uc_has_backdoor(UcCtx *ctx, uint16_t machine) { return uc_world_has_backdoor(ctx->world, machine); }

UcWord uc_peer(UcCtx *ctx, const UcEnvelope *in) { return uc_pid_of(ctx, in->peer); }

const UcWorld *uc_ctx_world(UcCtx *ctx)
{
    uc_refuse_call(ctx, "asks for the world"); /* with the seed, the tables of seals and signatures, and Z's view */
    return ctx->world;
}

const char *uc_reason(UcCtx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    GHashTable *reasons = ctx->world->reasons;
    const char *known = g_hash_table_lookup(reasons, text);
    if (known) {
        g_free(text);
        return known;
    }
    g_hash_table_add(reasons, text);
    return text;
}

static UcResult to_side(UcSide side, uint16_t peer, UcMessage message)
{
    return (UcResult){ .code = UC_SEND, .side = side, .to = UC_NOBODY, .peer = peer, .message = message };
}

static uint16_t plus_1(UcWord pid) { return pid < UC_NOBODY ? (uint16_t)(pid + 1) : UC_NOBODY; }

UcResult uc_output(UcMessage message) { return to_side(UC_CALLER, 0, message); }
UcResult uc_output_to(UcWord pid, UcMessage message) { return to_side(UC_CALLER, plus_1(pid), message); }
UcResult uc_call(unsigned slot, UcMessage message) { return to_side((UcSide)(UC_SUBROUTINE + slot), 0, message); }
UcResult uc_backdoor(UcMessage message) { return to_side(UC_BACKDOOR, 0, message); }
UcResult uc_backdoor_of(UcWord pid, UcMessage message) { return to_side(UC_BACKDOOR, plus_1(pid), message); }
UcResult uc_backdoor_of_used(unsigned slot, UcWord pid, UcMessage message)
{
    UcResult r = to_side(UC_BACKDOOR, plus_1(pid), message);
    r.used = (uint8_t)(slot + 1);
    return r;
}

UcResult uc_command(UcMessage message) { return to_side(UC_FUNCTIONALITY, 0, message); }
UcResult uc_command_as(UcWord pid, UcMessage message) { return to_side(UC_FUNCTIONALITY, plus_1(pid), message); }
UcResult uc_report(uint16_t peer, UcMessage message) { return uc_send_peer(UC_Z, peer, message); }

UcResult uc_send(uint16_t to, UcMessage message)
{
    return (UcResult){ .code = UC_SEND, .to = to, .message = message };
}

UcResult uc_send_peer(uint16_t to, uint16_t peer, UcMessage message)
{
    return (UcResult){ .code = UC_SEND, .to = to, .peer = peer, .message = message };
}

UcResult uc_pass(const char *reason) { return (UcResult){ .code = UC_PASS, .reason = reason }; }

UcResult uc_fail(const char *reason)
{
    return (UcResult){ .code = UC_FAIL, .reason = reason };
}

UcResult uc_simulation_failed(const char *reason)
{
    UcResult r = uc_fail(reason);
    r.simulation_failed = true;
    return r;
}

UcResult uc_halt(int bit) { return (UcResult){ .code = UC_HALT, .bit = bit }; }
