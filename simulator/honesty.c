/* What S may look at (docs/model.md, "S is kept honest").
 *
 * S knows a handle when it stands in the message that S got, in what its sandboxes answered, in a region of S or of a
 * sandbox that S looked at in this activation, or when S made it. So what it knows is a function of what it looked at: it
 * is undone and crashed with that, and a search that remembers moves sees all that it depends on. What S stores and sends
 * must be known too, so that a number does not become a handle by being written down.
 */
#include <string.h>

#include "simulator/internal.h"

struct UcHonesty {
    UcStore *view;
    GArray *heard;  /* UcWord: handles */
    GArray *looked; /* uint32_t: slots */
};

void uc_refuse_look(UcCtx *ctx, uint16_t machine)
{
    const UcWorldSpec *spec = ctx->world->spec;
    uint16_t owner = ctx->owner;
    bool eye = owner == UC_Z || owner == UC_A || owner >= uc_watcher_machine(spec, 0);
    bool sandbox = owner == UC_S && machine >= uc_sandbox_machine(spec, UC_PARTY_0) &&
                   machine < uc_watcher_machine(spec, 0);
    if (eye || sandbox || owner == machine)
        return;
    uc_refuse(ctx->world, uc_reason(ctx, "looks into %s", machine < UC_PARTY_0 + spec->parties
                                        ? uc_machine_name(spec, machine) : "another machine"));
}

void uc_honesty_look(UcCtx *ctx, uint32_t slot)
{
    if (ctx->owner != UC_S)
        return;
    GArray *looked = ctx->world->honesty->looked;
    for (guint i = looked->len; i > 0; i--) {
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

/* As it was when the activation began. */
static const UcRegion *at_start(UcWorld *world, uint32_t slot)
{
    for (guint i = 0; i < world->undo->len; i++) {
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
           (key.machine != UC_S && has_handle(world->state.slot[slot], kind, handle));
}

static bool known(UcWorld *world, UcWord handle)
{
    const UcHonesty *h = world->honesty;
    for (guint i = 0; i < h->heard->len; i++) {
        if (g_array_index(h->heard, UcWord, i) == handle)
            return true;
    }
    for (guint i = 0; i < h->looked->len; i++) {
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

void uc_honesty_start(UcWorld *world, const UcMessage *in)
{
    g_array_set_size(world->honesty->heard, 0);
    g_array_set_size(world->honesty->looked, 0);
    uc_honesty_hear(world, in);
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

void uc_honesty_end(UcCtx *ctx, const UcResult *result)
{
    UcWorld *world = ctx->world;
    if (result->code == UC_FAIL)
        return;
    for (guint i = 0; i < world->undo->len; i++) {
        const UcUndo *u = &g_array_index(world->undo, UcUndo, i);
        UcSlotKey key = uc_layout_key(world->layout, u->slot);
        if (key.machine == UC_S && key.kind >= UC_FIRST_KIND)
            check_stored(world, at_start(world, u->slot), world->state.slot[u->slot], uc_region_kind(world->spec, key));
    }
    const UcMessageKind *kind = uc_message_kind(&world->spec->messages, result->message.kind);
    for (unsigned i = 0; result->code == UC_SEND && kind && i < uc_message_fields(kind); i++) {
        if (uc_message_handle(kind, i) && !known(world, result->message.w[i]))
            uc_refuse(world, "sends bytes that never reached it");
    }
}

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
    if (!h)
        return;
    uc_store_free(h->view);
    g_array_unref(h->heard);
    g_array_unref(h->looked);
    g_free(h);
}

UcStore *uc_honesty_store(UcHonesty *h) { return h->view; }
