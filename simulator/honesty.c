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
    UcStore *view, *all; /* of a machine; of those who look from outside, for their mistakes */
    UcFrame now;
    GArray *heard;  /* UcWord: handles, of the running machine behind those of the one that it is sandboxed in */
    GArray *looked; /* uint32_t: slots, likewise */
    struct {
        unsigned kinds;
        uint8_t *handles; /* by kind of message: which of its words are handles */
    } of[UC_SESSIONS];
};
G_STATIC_ASSERT(UC_MESSAGE_WORDS <= 8);

/* Machine code that is running, and not one that looks from outside. */
static inline bool held(const UcCtx *ctx) { return ctx->inside && ctx->world->refusable; }

static bool is_own(unsigned kind) { return kind >= UC_FIRST_KIND && kind == (kind & UC_KIND_MASK); }

static bool is(const UcWorld *world, uint16_t machine, UcRole role)
{
    return machine < world->rows && world->row[machine].role == role;
}

void uc_refuse_call(UcCtx *ctx, const char *what)
{
    if (held(ctx))
        uc_refuse(ctx->world, what);
}

/* Somebody can write to it. */
static bool is_seen(const UcWorld *world, uint16_t machine) { return strcmp(uc_receiver_name(world->spec, machine), "?") != 0; }

static void refuse_look(UcCtx *ctx, uint16_t machine, unsigned kind)
{
    const UcWorld *world = ctx->world;
    if (ctx->row->role == UC_ROLE_SIMULATOR && is(world, machine, UC_ROLE_SANDBOX) &&
        world->row[machine].session == ctx->row->session)
        return;
    if (ctx->owner != machine)
        uc_refuse(ctx->world, uc_reason(ctx, "looks into %s", is_seen(world, machine) ? uc_machine_name(world->spec, machine)
                                                                                      : "another machine"));
    if (!is_own(kind))
        uc_refuse(ctx->world, "looks at what the engine keeps of it");
}

static bool has(const UcCtx *ctx, unsigned kind) { return kind - UC_FIRST_KIND < ctx->kinds; }

bool uc_may_look(UcCtx *ctx, uint16_t machine, unsigned kind)
{
    if (G_LIKELY(ctx->owner == machine && has(ctx, kind)))
        return true;
    if (held(ctx))
        refuse_look(ctx, machine, kind);
    bool there = uc_has_kind(ctx->world, machine, kind);
    if (!there && ctx->world->refusable)
        uc_refuse(ctx->world, "looks at a region of a kind that there is not");
    return there;
}

void uc_refuse_write(UcCtx *ctx, unsigned kind)
{
    if (G_LIKELY(has(ctx, kind)))
        return;
    if (!is_own(kind))
        uc_refuse_call(ctx, "writes what the engine keeps of it");
    uc_refuse(ctx->world, "writes a region of a kind that it does not have");
}

/* S: its sandboxes. F: what A ordered at a party, for F refuses S what A did not order. A party: nothing. */
void uc_refuse_fault(UcCtx *ctx, UcWord pid, bool sandboxed)
{
    if (pid < uc_party_count(ctx) && ctx->row->role == (sandboxed ? UC_ROLE_SIMULATOR : UC_ROLE_FUNCTIONALITY))
        return;
    uc_refuse_call(ctx, "looks at what A ordered at a party");
}

void uc_refuse_sandbox(UcCtx *ctx, UcWord pid, uint16_t session, const UcMessage *in)
{
    if (ctx->row->role != UC_ROLE_SIMULATOR || pid >= uc_party_count(ctx))
        uc_refuse(ctx->world, "runs a party that is not its sandbox's");
    uc_honesty_check(ctx->world, session, in, "feeds a sandbox bytes that never reached it");
}

UcStore *uc_honesty_store(UcCtx *ctx)
{
    const UcWorld *world = ctx->world;
    if (held(ctx))
        return world->honesty->view;
    return world->refusable ? world->honesty->all : world->store;
}

void uc_honesty_look(UcCtx *ctx, uint32_t slot)
{
    if (!held(ctx))
        return;
    GArray *looked = ctx->world->honesty->looked;
    for (guint i = looked->len, end = ctx->world->honesty->now.looked; i > end; i--) {
        if (g_array_index(looked, uint32_t, i - 1) == slot)
            return;
    }
    g_array_append_val(looked, slot);
}

/* For every word of the message that is a handle. */
#define FOR_HANDLES(honesty, session, message, i)                                     \
    for (unsigned left_ = handles_of(honesty, session, (message)->kind), i;               \
         left_ && (i = (unsigned)__builtin_ctz(left_), true); left_ &= left_ - 1)

static inline unsigned handles_of(const UcHonesty *h, uint16_t session, UcWord kind)
{
    return kind < h->of[session].kinds ? h->of[session].handles[kind] : 0;
}

void uc_honesty_hear(UcWorld *world, uint16_t session, const UcMessage *message)
{
    FOR_HANDLES(world->honesty, session, message, i)
        g_array_append_val(world->honesty->heard, message->w[i]);
}

/* The undo entry that the machine's code made first of this slot, or their number. */
static guint first_undo(const UcWorld *world, uint32_t slot)
{
    guint i = world->honesty->now.undo;
    while (i < world->undo->len && g_array_index(world->undo, UcUndo, i).slot != slot)
        i++;
    return i;
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
static const UcRegion *at_start(const UcWorld *world, uint32_t slot)
{
    guint i = first_undo(world, slot);
    if (i < world->undo->len)
        return g_array_index(world->undo, UcUndo, i).old;
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

/* What stood there when the code began it knows as long as it runs: it is looked for once. */
static bool stands_in(UcWorld *world, uint32_t slot, UcWord handle)
{
    UcSlotKey key = uc_layout_key(world->layout, slot);
    const UcRegionKind *kind = uc_region_kind(world->spec, key);
    if (has_handle(at_start(world, slot), kind, handle)) {
        g_array_append_val(world->honesty->heard, handle);
        return true;
    }
    return key.machine != world->honesty->now.owner && has_handle(world->state.slot[slot], kind, handle);
}

static bool known(UcWorld *world, UcWord handle)
{
    const UcHonesty *h = world->honesty;
    for (guint i = h->heard->len; i > h->now.heard; i--) {
        if (g_array_index(h->heard, UcWord, i - 1) == handle)
            return true;
    }
    if (handle == UC_NONE)
        return true;
    for (guint i = h->now.looked; i < h->looked->len; i++) {
        uint32_t slot = g_array_index(h->looked, uint32_t, i);
        if (slot < world->state.slots && stands_in(world, slot, handle))
            return true;
    }
    return false;
}

static void look(void *data, UcWord handle)
{
    if (!known(data, handle))
        uc_refuse(data, "reads bytes that never reached it");
}

static void mistake(void *data, const char *what) { uc_refuse(data, what); }

static void made(void *data, UcWord handle)
{
    g_array_append_val(((UcWorld *)data)->honesty->heard, handle);
}

UcFrame uc_honesty_enter(UcCtx *ctx, const UcEnvelope *in)
{
    UcWorld *world = ctx->world;
    UcHonesty *h = world->honesty;
    UcFrame before = h->now;
    h->now = (UcFrame){ ctx->owner, h->heard->len, h->looked->len, world->undo->len };
    if (in)
        uc_honesty_hear(world, uc_session_between(world->spec, in->from, in->to, in->peer), &in->message);
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

void uc_honesty_check(UcWorld *world, uint16_t session, const UcMessage *message, const char *refused)
{
    FOR_HANDLES(world->honesty, session, message, i) {
        if (!known(world, message->w[i]))
            uc_refuse(world, refused);
    }
}

/* The session whose messages it speaks: A's by whom it names, of a call the called one. */
static uint16_t session_of_result(const UcCtx *ctx, const UcResult *result)
{
    const UcWorld *world = ctx->world;
    const UcSession *own = &world->session[ctx->row->session];
    if (ctx->owner == UC_A)
        return uc_session_between(world->spec, UC_A, result->to, result->peer);
    UcSide side = result->used ? (UcSide)(UC_SUBROUTINE + result->used - 1) : result->side;
    return uc_session_of_side(own, ctx->row->session, side);
}

/* What the engine's own messages are for is in their bytes: payloads, states, texts. A hands on whatever Z has it say. */
static bool lacks_bytes(const UcCtx *ctx, const UcResult *result)
{
    bool lacks = false;
    FOR_HANDLES(ctx->world->honesty, session_of_result(ctx, result), &result->message, i)
        lacks |= result->message.w[i] == UC_NONE;
    return lacks && result->message.kind < UC_M_USER && ctx->row->role != UC_ROLE_ADVERSARY;
}

static void check_result(UcCtx *ctx, const UcResult *result)
{
    UcWorld *world = ctx->world;
    if (result->code > UC_HALT)
        uc_refuse(world, "ends without one of the results that there are");
    if (result->code == UC_FAIL && !result->reason)
        uc_refuse(world, "refuses a message without a reason");
    if (result->code == UC_SEND && lacks_bytes(ctx, result))
        uc_refuse(world, "sends a payload, a state or a text without bytes");
}

static void check_end(UcCtx *ctx, const UcResult *result)
{
    UcWorld *world = ctx->world;
    if (ctx->has_effect && !uc_message_kind(&world->session[ctx->row->session].messages, ctx->effect.kind))
        uc_refuse(world, "reports an effect of a kind that there is not");
    for (guint i = world->honesty->now.undo; i < world->undo->len; i++) {
        UcUndo u = g_array_index(world->undo, UcUndo, i);
        UcSlotKey key = uc_layout_key(world->layout, u.slot);
        if (key.machine == ctx->owner && is_own(key.kind) && first_undo(world, u.slot) == i)
            check_stored(world, u.old, world->state.slot[u.slot], uc_region_kind(world->spec, key));
    }
    if (ctx->has_effect)
        uc_honesty_check(world, ctx->row->session, &ctx->effect, "reports bytes that never reached it");
    if (result->code == UC_SEND)
        uc_honesty_check(world, session_of_result(ctx, result), &result->message, "sends bytes that never reached it");
}

void uc_honesty_leave(UcCtx *ctx, const UcResult *result, UcFrame before)
{
    UcHonesty *h = ctx->world->honesty;
    if (held(ctx))
        check_result(ctx, result);
    if (held(ctx) && result->code != UC_FAIL)
        check_end(ctx, result);
    h->heard->len = h->now.heard;
    h->looked->len = h->now.looked;
    h->now = before;
}

void uc_honesty_reset(UcWorld *world)
{
    g_array_set_size(world->honesty->heard, 0);
    g_array_set_size(world->honesty->looked, 0);
    world->honesty->now = (UcFrame){ .owner = UC_Z };
}

uint16_t uc_honesty_owner(const UcWorld *world) { return world->honesty->now.owner; }

static void take_handles(UcHonesty *h, unsigned session, const UcMessageTable *messages)
{
    unsigned kinds = UC_M_USER + messages->kinds;
    h->of[session].kinds = kinds;
    h->of[session].handles = g_malloc0(kinds);
    for (unsigned i = 0; i < kinds; i++) {
        const UcMessageKind *kind = uc_message_kind(messages, i);
        h->of[session].handles[i] = kind ? (uint8_t)uc_message_handles(kind) : 0;
    }
}

UcHonesty *uc_honesty_new(UcWorld *world)
{
    UcHonesty *h = g_new0(UcHonesty, 1);
    for (unsigned i = 0; i < uc_session_count(world->spec); i++)
        take_handles(h, i, &world->session[i].messages);
    h->view = uc_store_view_new(world->store, (UcStoreGuard){ look, made, mistake, world });
    h->all = uc_store_view_new(world->store, (UcStoreGuard){ .mistake = mistake, .data = world });
    h->heard = g_array_new(FALSE, FALSE, sizeof(UcWord));
    h->looked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return h;
}

void uc_honesty_free(UcHonesty *h)
{
    for (unsigned i = 0; i < UC_SESSIONS; i++)
        g_free(h->of[i].handles);
    uc_store_free(h->view);
    uc_store_free(h->all);
    g_array_unref(h->heard);
    g_array_unref(h->looked);
    g_free(h);
}
