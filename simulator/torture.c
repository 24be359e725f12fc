/* Torture mode: what a machine does is a function of its regions and of what it is told, or it has hidden state.
 *
 * Every activation runs twice. That does not find what one activation leaves in hidden state for another, as both of its runs
 * find the same there. So when Z halts, all activations run once more, the last one first: each then finds what later ones left.
 */
#include <string.h>

#include "simulator/internal.h"

struct UcPast {
    GArray *undo; /* UcUndo, of all that was committed */
    GArray *done; /* Done */
};

typedef struct {
    UcActivation activation;
    UcMark *mark; /* owned */
    UcDigest after;
    guint undo;   /* where what was committed since it began to run starts */
} Done;

static void free_done(void *data) { g_free(((Done *)data)->mark); }

UcPast *uc_past_new(void)
{
    UcPast *past = g_new0(UcPast, 1);
    past->undo = g_array_new(FALSE, FALSE, sizeof(UcUndo));
    past->done = g_array_new(FALSE, FALSE, sizeof(Done));
    g_array_set_clear_func(past->done, free_done);
    return past;
}

void uc_past_forget(UcPast *past)
{
    if (!past)
        return;
    for (guint i = 0; i < past->undo->len; i++)
        uc_region_unref(g_array_index(past->undo, UcUndo, i).old);
    g_array_set_size(past->undo, 0);
    g_array_set_size(past->done, 0);
}

void uc_past_free(UcPast *past)
{
    if (!past)
        return;
    uc_past_forget(past);
    g_array_unref(past->undo);
    g_array_unref(past->done);
    g_free(past);
}

void uc_past_keep(UcPast *past, const GArray *undo) { g_array_append_vals(past->undo, undo->data, undo->len); }

static Done run(UcWorld *world, UcActivation a)
{
    Done d = { .activation = a, .undo = world->past->undo->len };
    d.activation.outcome = uc_run_machine(world, &d.activation);
    d.mark = g_memdup2(d.activation.mark, d.activation.marks * sizeof *d.mark);
    d.after = uc_world_digest(world);
    return d;
}

static void take_back(UcWorld *world)
{
    uc_rollback(world, 0, false);
    world->private_from = 0;
}

static bool same_result(const UcOutcome *a, const UcOutcome *b)
{
    return a->result.code == b->result.code && a->result.to == b->result.to && a->result.peer == b->result.peer &&
           uc_message_equal(&a->result.message, &b->result.message) &&
           a->crashed == b->crashed && a->down_after == b->down_after && a->persisted == b->persisted &&
           a->unsaved == b->unsaved &&
           a->has_effect == b->has_effect && uc_message_equal(&a->effect, &b->effect);
}

static bool same(const Done *a, const Done *b)
{
    unsigned marks = a->activation.marks;
    return same_result(&a->activation.outcome, &b->activation.outcome) && a->after.lo == b->after.lo &&
           a->after.hi == b->after.hi && marks == b->activation.marks &&
           (!marks || !memcmp(a->mark, b->mark, marks * sizeof *a->mark));
}

static void differ(UcWorld *world, const UcActivation *a, const char *what)
{
    uc_stop(world, UC_STOP_DISCIPLINE,
            g_strdup_printf("torture mode: %s has hidden state, two runs of activation %" G_GUINT64_FORMAT " differ%s",
                            uc_machine_name(world->spec, a->machine), a->number, what));
}

UcOutcome uc_torture(UcWorld *world, UcActivation *a)
{
    Done first = run(world, *a);
    take_back(world);
    Done second = run(world, *a);
    *a = second.activation;
    if (!same(&first, &second))
        differ(world, a, "");
    g_array_append_val(world->past->done, second);
    g_free(first.mark);
    return a->outcome;
}

/* To the state before this one ran. */
static void go_back(UcWorld *world, const Done *to)
{
    GArray *undo = world->past->undo;
    for (guint i = undo->len; i > to->undo; i--) {
        UcUndo u = g_array_index(undo, UcUndo, i - 1);
        uc_region_unref(world->state.slot[u.slot]);
        world->state.slot[u.slot] = u.old;
    }
    g_array_set_size(undo, to->undo);
}

void uc_torture_backwards(UcWorld *world)
{
    UcState end = { 0 };
    uc_state_copy(&end, &world->state);
    UcEnvelope next = world->next;
    UcKeeper keep = world->keep;
    world->keep = NULL; /* what lies outside the run stays as it is */
    for (guint i = world->past->done->len; i > 0 && !world->stopped; i--) {
        const Done *then = &g_array_index(world->past->done, Done, i - 1);
        go_back(world, then);
        world->next = then->activation.in;
        Done now = run(world, then->activation);
        take_back(world);
        if (!same(then, &now))
            differ(world, &then->activation, " when later ones have run");
        g_free(now.mark);
    }
    uc_past_forget(world->past);
    uc_state_clear(&world->state);
    world->state = end;
    world->next = next;
    world->keep = keep;
}
