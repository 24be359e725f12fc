/* What a machine may look at and call (docs/model.md, "Machines are kept honest").
 *
 * A machine knows a handle when it stands in the message that it got, in what its sandboxes answered, in a region of its
 * own or of a sandbox that it looked at in this activation, or when it made it. So what it knows is a function of what it
 * looked at: it is undone and crashed with that, and a search that remembers moves sees all that it depends on. What it
 * stores, sends, reports and feeds to a sandbox must be known too, so that a number does not become a handle by being
 * written down.
 *
 * Z, scripted machines and watchers look from outside and are not held to any of this.
 */
#include <string.h>

#include "simulator/internal.h"

struct UcHonesty {
    UcStore *view;
    UcFrame now;
    GArray *heard;  /* UcWord: handles, of the running machine behind those of the one that it is sandboxed in */
    GArray *looked; /* uint32_t: slots, likewise */
};

/* Machine code that is running, and not one that looks from outside. */
static bool held(const UcCtx *ctx)
{
    const UcWorld *world = ctx->world;
    bool scripted = ctx->machine && ctx->machine->host;
    return world->refusable && !scripted && ctx->owner != UC_Z && ctx->owner < uc_watcher_machine(world->spec, 0);
}

static bool is_party(const UcWorldSpec *spec, uint16_t machine)
{
    return machine >= UC_PARTY_0 && machine < UC_PARTY_0 + spec->parties;
}

static bool is_sandbox(const UcWorldSpec *spec, uint16_t machine)
{
    return machine >= uc_sandbox_machine(spec, UC_PARTY_0) && machine < uc_watcher_machine(spec, 0);
}

void uc_refuse_call(UcCtx *ctx, const char *what)
{
    if (held(ctx))
        uc_refuse(ctx->world, what);
}

void uc_refuse_look(UcCtx *ctx, uint16_t machine, unsigned kind)
{
    const UcWorldSpec *spec = ctx->world->spec;
    if (!held(ctx) || (ctx->owner == UC_S && is_sandbox(spec, machine)))
        return;
    if (ctx->owner != machine)
        uc_refuse(ctx->world, uc_reason(ctx, "looks into %s", machine < UC_PARTY_0 + spec->parties
                                            ? uc_machine_name(spec, machine) : "another machine"));
    if (kind < UC_FIRST_KIND || kind != (kind & UC_KIND_MASK))
        uc_refuse(ctx->world, "looks at what the engine keeps of it");
}

void uc_refuse_write(UcCtx *ctx, unsigned kind)
{
    if (kind < UC_FIRST_KIND || kind != (kind & UC_KIND_MASK))
        uc_refuse_call(ctx, "writes what the engine keeps of it");
}

/* S: its sandboxes. F: what A ordered at a party, for F refuses S what A did not order. A party: nothing. */
void uc_refuse_fault(UcCtx *ctx, uint16_t party, bool sandboxed)
{
    const UcWorldSpec *spec = ctx->world->spec;
    if (is_party(spec, party) && ctx->owner == (sandboxed ? UC_S : UC_F))
        return;
    uc_refuse_call(ctx, "looks at what A ordered at a party");
}

void uc_refuse_sandbox(UcCtx *ctx, uint16_t party, const UcMessage *in)
{
    const UcWorldSpec *spec = ctx->world->spec;
    if (ctx->owner != UC_S || !is_party(spec, party))
        uc_refuse(ctx->world, "runs a party that is not its sandbox's");
    uc_honesty_check(ctx->world, in, "feeds a sandbox bytes that never reached it");
}

UcStore *uc_honesty_store(UcCtx *ctx) { return held(ctx) ? ctx->world->honesty->view : ctx->world->store; }

void uc_honesty_look(UcCtx *ctx, uint32_t slot)
{
    if (!held(ctx))
        return;
    GArray *looked = ctx->world->honesty->looked;
    for (guint i = looked->len; i > ctx->world->honesty->now.looked; i--) {
        if (g_array_index(looked, uint32_t, i - 1) == slot)
            return;
    }
    g_array_append_val(looked, slot);
}

void uc_honesty_hear(UcWorld *world, const UcMessage *message)
{
    const UcMessageKind *kind = uc_message_kind(&world->spec->messages, message->kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (uc_message_handle(kind, i))
            g_array_append_val(world->honesty->heard, message->w[i]);
    }
}

void uc_honesty_load(UcCtx *ctx, const UcRegion *region, const UcRegionKind *kind)
{
    UcHonesty *h = ctx->world->honesty;
    for (size_t i = 0; h->now.owner == ctx->owner && i < region->words; i++) {
        if (uc_region_is_handle(kind, i))
            g_array_append_val(h->heard, region->word[i]);
    }
}

/* As it was when the machine's code began to run. */
static const UcRegion *at_start(UcWorld *world, uint32_t slot)
{
    for (guint i = world->honesty->now.undo; i < world->undo->len; i++) {
        if (g_array_index(world->undo, UcUndo, i).slot == slot)
            return g_array_index(world->undo, UcUndo, i).old;
    }
    return slot < world->state.slots ? world->state.slot[slot] : NULL;
}

static bool has_handle(const UcRegion *region, const UcRegionKind *kind, UcWord handle)
{
    for (size_t i = 0; region && i < region->words; i++) {
        if (region->word[i] == handle && uc_region_is_handle(kind, i))
            return true;
    }
    return false;
}

static bool stands_in(UcWorld *world, uint32_t slot, UcWord handle)
{
    UcSlotKey key = uc_layout_key(world->layout, slot);
    const UcRegionKind *kind = uc_region_kind(world->spec, key);
    return has_handle(at_start(world, slot), kind, handle) ||
           (key.machine != world->honesty->now.owner && has_handle(world->state.slot[slot], kind, handle));
}

static bool known(UcWorld *world, UcWord handle)
{
    const UcHonesty *h = world->honesty;
    for (guint i = h->now.heard; i < h->heard->len; i++) {
        if (g_array_index(h->heard, UcWord, i) == handle)
            return true;
    }
    for (guint i = h->now.looked; i < h->looked->len; i++) {
        uint32_t slot = g_array_index(h->looked, uint32_t, i);
        if (slot < world->state.slots && stands_in(world, slot, handle))
            return true;
    }
    return handle == UC_NONE;
}

static void look(void *data, UcWord handle)
{
    if (!known(data, handle))
        uc_refuse(data, "reads bytes that never reached it");
}

static void made(void *data, UcWord handle)
{
    g_array_append_val(((UcWorld *)data)->honesty->heard, handle);
}

UcFrame uc_honesty_enter(UcCtx *ctx, const UcMessage *in)
{
    UcWorld *world = ctx->world;
    UcHonesty *h = world->honesty;
    UcFrame before = h->now;
    h->now = (UcFrame){ ctx->owner, h->heard->len, h->looked->len, world->undo->len };
    if (in)
        uc_honesty_hear(world, in);
    return before;
}

/* Of a list in which an item came or went all but that item stands before or behind, as it did. */
static void check_stored(UcWorld *world, const UcRegion *old, const UcRegion *fresh, const UcRegionKind *kind)
{
    size_t was = old ? old->words : 0, words = fresh ? fresh->words : 0, from = 0, end = words;
    while (from < MIN(was, words) && old->word[from] == fresh->word[from])
        from++;
    while (end > from && was > from && old->word[was - 1] == fresh->word[end - 1])
        end--, was--;
    for (size_t i = from; i < end; i++) {
        if (uc_region_is_handle(kind, i) && !known(world, fresh->word[i]))
            uc_refuse(world, "stores bytes that never reached it");
    }
}

void uc_honesty_check(UcWorld *world, const UcMessage *message, const char *refused)
{
    const UcMessageKind *kind = uc_message_kind(&world->spec->messages, message->kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (uc_message_handle(kind, i) && !known(world, message->w[i]))
            uc_refuse(world, refused);
    }
}

static void check_end(UcCtx *ctx, const UcResult *result)
{
    UcWorld *world = ctx->world;
    for (guint i = world->honesty->now.undo; i < world->undo->len; i++) {
        uint32_t slot = g_array_index(world->undo, UcUndo, i).slot;
        UcSlotKey key = uc_layout_key(world->layout, slot);
        if (key.machine == ctx->owner && key.kind >= UC_FIRST_KIND && key.kind == (key.kind & UC_KIND_MASK))
            check_stored(world, at_start(world, slot), world->state.slot[slot], uc_region_kind(world->spec, key));
    }
    if (ctx->has_effect)
        uc_honesty_check(world, &ctx->effect, "reports bytes that never reached it");
    if (result->code == UC_SEND)
        uc_honesty_check(world, &result->message, "sends bytes that never reached it");
}

void uc_honesty_leave(UcCtx *ctx, const UcResult *result, UcFrame before)
{
    UcHonesty *h = ctx->world->honesty;
    if (held(ctx) && result->code != UC_FAIL)
        check_end(ctx, result);
    g_array_set_size(h->heard, h->now.heard);
    g_array_set_size(h->looked, h->now.looked);
    h->now = before;
}

void uc_honesty_reset(UcWorld *world)
{
    g_array_set_size(world->honesty->heard, 0);
    g_array_set_size(world->honesty->looked, 0);
    world->honesty->now = (UcFrame){ .owner = UC_Z };
}

uint16_t uc_honesty_owner(const UcWorld *world) { return world->honesty->now.owner; }

UcHonesty *uc_honesty_new(UcWorld *world)
{
    UcHonesty *h = g_new0(UcHonesty, 1);
    h->view = uc_store_view_new(world->store, (UcStoreGuard){ look, made, world });
    h->heard = g_array_new(FALSE, FALSE, sizeof(UcWord));
    h->looked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return h;
}

void uc_honesty_free(UcHonesty *h)
{
    uc_store_free(h->view);
    g_array_unref(h->heard);
    g_array_unref(h->looked);
    g_free(h);
}
