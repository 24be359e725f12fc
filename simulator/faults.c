/* The fault layer: crash points, restart and the adversary's orders around the code of a party. The same code
 * surrounds real parties and the ones that the UC simulator runs inside itself. */
#include <string.h>

#include "simulator/internal.h"
#include "simulator/record.h"

const char *const uc_crash_outcome_name[UC_CRASH_OUTCOMES + 1] = { "proceed", "abort", "silent", "last", NULL };

UcFault uc_fault_read(UcWorld *world, uint16_t owner)
{
    uint32_t slot = uc_layout_slot(world->layout, (UcSlotKey){ owner, UC_KIND_FAULT, 0 });
    const UcRegion *region = uc_slot_get(world, slot);
    return region ? *(const UcFault *)(const void *)region->word : (UcFault){ 0 };
}

void uc_fault_write(UcWorld *world, uint16_t owner, UcFault fault)
{
    uint32_t slot = uc_layout_slot(world->layout, (UcSlotKey){ owner, UC_KIND_FAULT, 0 });
    UcFault none = { 0 };
    if (!memcmp(&fault, &none, sizeof fault)) { /* the usual state is the absent region */
        uc_slot_set(world, slot, NULL);
        return;
    }
    UcRegion *region = uc_region_new(sizeof fault / sizeof(UcWord));
    memcpy(region->word, &fault, sizeof fault);
    uc_slot_set(world, slot, region);
}

UcFault uc_fault(UcCtx *ctx, UcWord pid, bool sandboxed)
{
    uc_refuse_fault(ctx, pid, sandboxed);
    return uc_fault_read(ctx->world, sandboxed ? uc_sandbox_of(ctx, pid) : uc_machine_of(ctx->world, ctx->row->session, pid));
}

/* A's orders, noted where A writes them, in both worlds: S may command only what is covered (world.c), and a party
 * may go down only by them. */
void uc_note_order(UcWorld *world, const UcEnvelope *order)
{
    UcFault fault = uc_fault_read(world, order->peer);
    UcWord before = fault.ordered;
    switch (order->message.kind) {
    case UC_M_CRASH:
        fault.ordered |= UC_ORDER_CRASH | (order->message.w[0] == UC_POINT_BETWEEN ? UC_ORDER_DISABLE : 0u);
        break;
    case UC_M_RESTORE: fault.ordered |= UC_ORDER_CRASH | UC_ORDER_DISABLE; break;
    case UC_M_CORRUPT: fault.ordered |= UC_ORDER_CORRUPT; break;
    case UC_M_RESTART: fault.ordered &= ~(UcWord)UC_ORDER_CRASH; break;
    default: break;
    }
    if (fault.ordered != before)
        uc_fault_write(world, order->peer, fault);
}

static UcOutcome outcome(UcResult result)
{
    return (UcOutcome){ .result = result };
}

static void go_down(UcCtx *ctx, UcPoint point)
{
    ctx->crash_point = point;
    uc_rollback(ctx->world, ctx->persist_mark, true);
    uc_stable_crash(ctx);
    UcFault fault = uc_fault_read(ctx->world, ctx->owner);
    fault.status = UC_DOWN;
    fault.armed = UC_POINT_NONE;
    uc_fault_write(ctx->world, ctx->owner, fault);
}

static UcOutcome order_crash(UcCtx *ctx, UcFault fault, const UcWord *w)
{
    UcPoint point = (UcPoint)w[0];
    const char *refused = uc_storage_allows(ctx->world->spec, fault, point, w[1]);
    if (refused)
        return outcome(uc_fail(refused));
    if (fault.status != UC_UP)
        return outcome(uc_pass("already down"));
    if (point == UC_POINT_NOW || point == UC_POINT_LOSE || point == UC_POINT_REORDER) {
        go_down(ctx, point);
        if (point == UC_POINT_LOSE)
            uc_storage_lose(ctx, w[1]);
        if (point == UC_POINT_REORDER)
            uc_storage_reorder(ctx);
        return outcome(uc_pass("crashed"));
    }
    fault.armed = point;
    uc_fault_write(ctx->world, ctx->owner, fault);
    return outcome(uc_pass("crash armed"));
}

/* A party that fails leaves its state as it was. */
static void take_back(UcCtx *ctx)
{
    if (ctx->committed)
        uc_refuse(ctx->world, "refuses a message after it persisted");
    uc_rollback(ctx->world, ctx->start, false);
}

/* The party's own code, with an armed crash falling where it was ordered. */
static UcOutcome run_step(UcCtx *ctx, UcFault fault, UcResult (*step)(UcCtx *, const UcEnvelope *),
                          const UcEnvelope *in)
{
    ctx->armed = (UcPoint)fault.armed;
    UcFrame before = uc_honesty_enter(ctx, in);
    UcOutcome out = outcome(step(ctx, in));
    uc_honesty_leave(ctx, &out.result, before);
    if (out.result.code == UC_FAIL && !ctx->crashed) {
        take_back(ctx);
        return out;
    }
    bool send = out.result.code == UC_SEND;
    if (send && !ctx->crashed && out.result.persist_after && uc_persist(ctx)) {
        out.down_after = true;
        go_down(ctx, ctx->crash_point);
    } else if (ctx->crashed) {
        out.crashed = true;
        go_down(ctx, ctx->crash_point);
        out.result = uc_pass("crashed");
    } else {
        out.unsaved = uc_stable_finish(ctx);
        if (ctx->armed == UC_POINT_AFTER && ctx->committed) {
            out.down_after = true;
            go_down(ctx, UC_POINT_AFTER);
        }
    }
    out.persisted = ctx->committed;
    out.has_effect = ctx->has_effect && (!out.crashed || ctx->committed);
    out.effect = ctx->effect;
    return out;
}

static UcOutcome order_restore(UcCtx *ctx, UcFault fault, UcWord snapshot)
{
    const char *refused = uc_storage_restorable(ctx->world->spec, fault, snapshot);
    if (refused)
        return outcome(uc_fail(refused));
    if (fault.status == UC_UP)
        go_down(ctx, UC_POINT_NOW); /* a restore implies a crash */
    uc_storage_restore(ctx, snapshot);
    return outcome(uc_pass("restored"));
}

static UcOutcome order_restart(UcCtx *ctx, UcFault fault)
{
    if (fault.status == UC_DISABLED)
        return outcome(uc_pass("disabled for ever"));
    fault.armed = UC_POINT_NONE;
    bool was_down = fault.status == UC_DOWN;
    bool trusted = !was_down || uc_storage_trusted(ctx);
    fault.status = trusted ? UC_UP : UC_DISABLED;
    uc_fault_write(ctx->world, ctx->owner, fault);
    if (!was_down)
        return outcome(uc_pass("already up"));
    uc_forget_lost(ctx);
    if (!trusted)
        return outcome(uc_pass("disabled: the storage was rolled back, or a counter step was lost"));
    ctx->start = ctx->persist_mark = ctx->world->undo->len;
    if (!ctx->machine->class->restart)
        return outcome(uc_pass("restarted"));
    UcFrame before = uc_honesty_enter(ctx, NULL);
    UcOutcome out = outcome(ctx->machine->class->restart(ctx));
    uc_honesty_leave(ctx, &out.result, before);
    if (out.result.code == UC_FAIL)
        take_back(ctx);
    else
        out.unsaved = uc_stable_finish(ctx);
    return out;
}

/* docs/model.md, "Faults are the adversary's": A gets the whole state (of a party that is down: what lies on its
 * storage), receives its inputs and speaks for it from then on. */
static UcOutcome order_corrupt(UcCtx *ctx, UcFault fault)
{
    if (fault.corrupted)
        return outcome(uc_pass("already corrupted"));
    bool up = fault.status == UC_UP;
    g_autoptr(GByteArray) state =
        uc_record_encode(ctx->world, ctx->owner, up ? UC_RECORD_ALL : UC_RECORD_STABLE, fault.counter);
    if (ctx->machine->class->reveal) {
        UcFrame before = uc_honesty_enter(ctx, NULL);
        ctx->machine->class->reveal(ctx, state);
        uc_honesty_leave(ctx, &(UcResult){ .code = UC_PASS }, before);
    }
    fault.corrupted = 1;
    fault.armed = UC_POINT_NONE;
    uc_fault_write(ctx->world, ctx->owner, fault);
    return outcome(uc_backdoor((UcMessage){ UC_M_STATE, { uc_store_put(ctx->world->store, state->data, state->len) } }));
}

/* What it calls gives it outputs, which A gets as that one's. Of a dummy party the caller is corrupted too: what A says there is
 * for the functionality. */
static UcOutcome act_corrupted(UcCtx *ctx, const UcEnvelope *in, UcSide side)
{
    const UcSession *own = &ctx->world->session[ctx->row->session];
    const UcMessage *m = &in->message;
    bool dummy = own->as == UC_AS_HYBRID, called = side >= UC_SUBROUTINE && side - UC_SUBROUTINE < own->slots;
    if (side != UC_BACKDOOR)
        return outcome(called ? uc_backdoor_of_used(side - UC_SUBROUTINE, uc_peer(ctx, in), *m) : uc_backdoor(*m));
    if (m->kind >= UC_M_USER)
        return outcome(dummy ? uc_call(0, *m) : uc_output(*m));
    return outcome(uc_pass("corrupted: the adversary's own"));
}

static UcOutcome act(UcCtx *ctx, const UcEnvelope *in)
{
    UcFault fault = uc_fault_read(ctx->world, ctx->owner);
    bool ordered = uc_from(ctx, in) == UC_BACKDOOR;
    if (fault.corrupted && in->message.kind != UC_M_CORRUPT)
        return act_corrupted(ctx, in, ordered ? UC_BACKDOOR : uc_from(ctx, in));
    if (ordered) {
        switch (in->message.kind) {
        case UC_M_CRASH: return order_crash(ctx, fault, in->message.w);
        case UC_M_RESTART: return order_restart(ctx, fault);
        case UC_M_RESTORE: return order_restore(ctx, fault, in->message.w[0]);
        case UC_M_CORRUPT: return order_corrupt(ctx, fault);
        default: break;
        }
    }
    if (fault.status != UC_UP) {
        UcOutcome out = outcome(uc_pass(fault.status == UC_DOWN ? "down: ignored" : "disabled: ignored"));
        out.ignored = true;
        return out;
    }
    return run_step(ctx, fault, ctx->machine->class->step, in);
}

UcOutcome uc_party_activate(UcCtx *ctx, const UcEnvelope *in)
{
    UcOutcome out = act(ctx, in);
    uc_place(ctx->world, ctx->owner, &out.result);
    return out;
}

static UcOutcome sandbox(UcCtx *ctx, UcWord pid, UcSide side, UcMessage message)
{
    UcWorld *world = ctx->world;
    uint16_t own = ctx->row->session;
    uc_refuse_sandbox(ctx, pid, uc_session_of_side(&world->session[own], own, side), &message);
    guint private_from = world->private_from;
    world->private_from = world->undo->len;
    UcCtx inner;
    uc_ctx_init(&inner, world, uc_sandbox_of(ctx, pid));
    const UcRow *row = inner.row;
    uint16_t from = uc_at_side(row, side);
    UcEnvelope in = { from, row->self, side == UC_BACKDOOR ? row->self : from, message };
    UcOutcome out = uc_party_activate(&inner, &in);
    world->private_from = private_from;
    uc_honesty_hear(world, uc_session_of_side(&world->session[own], own, out.result.side), &out.result.message);
    if (out.has_effect)
        uc_honesty_hear(world, own, &out.effect);
    return out;
}

UcOutcome uc_sandbox_input(UcCtx *ctx, UcWord pid, UcMessage input) { return sandbox(ctx, pid, UC_CALLER, input); }
UcOutcome uc_sandbox_order(UcCtx *ctx, UcWord pid, UcMessage order) { return sandbox(ctx, pid, UC_BACKDOOR, order); }
UcOutcome uc_sandbox_output(UcCtx *ctx, UcWord pid, unsigned slot, UcMessage output)
{
    return sandbox(ctx, pid, (UcSide)(UC_SUBROUTINE + slot), output);
}

uint16_t uc_sandbox_of(UcCtx *ctx, UcWord pid)
{
    const UcWorld *world = ctx->world;
    return pid < uc_party_count(ctx) ? uc_sandbox_machine(world->spec, uc_machine_of(world, ctx->row->session, pid)) : UC_NOBODY;
}
