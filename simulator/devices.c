/* Parties as devices (docs/model.md, "Devices"): in a world with a table of sessions, the parties of one name share their fate.
 *
 * What A orders, it orders one of them. Once control is about to come back to Z or A, the engine hands the same order to the
 * others, one after the other; in the ideal process to the S of each. What came of the order itself waits until then. So
 * Z and A see one event, in both worlds, and every machine has one message an activation as ever.
 */
#include <string.h>

#include "simulator/internal.h"
#include "simulator/record.h"

typedef struct {
    uint16_t machine; /* a party */
    UcWord order;
} Fate;

typedef struct {
    uint16_t session;
    UcWord state;
} Part;

struct UcDevices {
    GArray *fate; /* Fate, in order */
    GArray *part; /* Part: what a corruption has shown so far */
    bool waits;   /* what came of the order: */
    UcEnvelope next;
    const char *channel;
};

UcDevices *uc_devices_new(void)
{
    UcDevices *d = g_new0(UcDevices, 1);
    d->fate = g_array_new(FALSE, FALSE, sizeof(Fate));
    d->part = g_array_new(FALSE, FALSE, sizeof(Part));
    return d;
}

void uc_devices_free(UcDevices *d)
{
    if (!d)
        return;
    g_array_unref(d->fate);
    g_array_unref(d->part);
    g_free(d);
}

/* ---- what happened to a party ---- */

/* Where its status stands: in the ideal process that of the party inside S. UC_NOBODY: there is no such party. */
static uint16_t bearer(const UcWorld *world, uint16_t party)
{
    UcRunsAs as = world->session[world->row[party].session].as;
    return as == UC_AS_PLAYED ? UC_NOBODY : as == UC_AS_IDEAL ? uc_sandbox_machine(world->spec, party) : party;
}

/* Is there nothing left for this order to do? */
static bool is_done(UcWorld *world, const Fate *fate)
{
    uint16_t at = bearer(world, fate->machine);
    if (at == UC_NOBODY)
        return true;
    UcFault f = uc_fault_read(world, at);
    return fate->order == UC_M_CORRUPT ? f.corrupted : f.status != (fate->order == UC_M_CRASH ? UC_UP : UC_DOWN);
}

static void share(UcWorld *world, uint16_t party, UcWord order)
{
    const UcSession *own = &world->session[world->row[party].session];
    const char *name = own->party_name[world->row[party].pid];
    for (unsigned i = 0; i < world->spec->session_count; i++) {
        for (UcWord pid = 0; &world->session[i] != own && pid < world->session[i].parties; pid++) {
            Fate fate = { uc_session_party(world->spec, i, pid), order };
            if (!strcmp(world->session[i].party_name[pid], name) && !is_done(world, &fate))
                g_array_append_val(world->devices->fate, fate);
        }
    }
}

static UcFault fault_of(const UcRegion *region)
{
    UcFault f = { 0 };
    if (region)
        memcpy(&f, region->word, sizeof f);
    return f;
}

static void look_at(UcWorld *world, const UcRow *row, UcFault was, UcFault now)
{
    if (was.status == UC_UP && now.status != UC_UP)
        share(world, row->self, UC_M_CRASH);
    if (was.status == UC_DOWN && now.status != UC_DOWN)
        share(world, row->self, UC_M_RESTART);
    if (!was.corrupted && now.corrupted)
        share(world, row->self, UC_M_CORRUPT);
}

void uc_devices_look(UcWorld *world)
{
    for (guint i = 0; i < world->undo->len; i++) {
        const UcUndo *u = &g_array_index(world->undo, UcUndo, i);
        UcSlotKey key = uc_layout_key(world->layout, u->slot);
        const UcRow *row = &world->row[key.machine];
        if (key.kind == UC_KIND_FAULT && row->pid != UC_NO_PARTY && bearer(world, row->self) == key.machine)
            look_at(world, row, fault_of(u->old), fault_of(world->state.slot[u->slot]));
    }
}

bool uc_devices_loses(const UcWorld *world, uint16_t machine)
{
    const GArray *fate = world->devices ? world->devices->fate : NULL;
    for (guint i = 0; fate && i < fate->len; i++) {
        const Fate *f = &g_array_index(fate, Fate, i);
        if (f->machine == machine && f->order == UC_M_CRASH)
            return true;
    }
    return false;
}

/* ---- the others on the device ---- */

/* What one of them answers: its state, or nothing. */
static bool take_answer(UcWorld *world)
{
    const UcEnvelope *e = &world->next;
    if (e->to == UC_A && e->message.kind == UC_M_STATE) {
        Part part = { world->row[e->peer].session, e->message.w[0] };
        if (world->session[part.session].as != UC_AS_HYBRID) /* a dummy party has no state */
            g_array_append_val(world->devices->part, part);
        return true;
    }
    if (e->message.kind == UC_M_EMPTY)
        return true;
    uc_stop(world, UC_STOP_DISCIPLINE,
            g_strdup_printf("discipline violation in activation %" G_GUINT64_FORMAT ": %s writes while its device goes down, comes up or is corrupted",
                            world->activations, uc_machine_name(world->spec, e->from)));
    return false;
}

static bool hand_on(UcWorld *world)
{
    GArray *fate = world->devices->fate;
    while (fate->len) {
        Fate f = g_array_index(fate, Fate, 0);
        g_array_remove_index(fate, 0);
        if (is_done(world, &f))
            continue;
        UcEnvelope e = { UC_A, f.machine, f.machine, { f.order, { f.order == UC_M_CRASH ? UC_POINT_NOW : 0 } } };
        uc_write_of_a(world, &e);
        world->next = e;
        world->channel = "device";
        return true;
    }
    return false;
}

static gint by_session(gconstpointer a, gconstpointer b)
{
    return (int)((const Part *)a)->session - (int)((const Part *)b)->session;
}

/* One state, a part for each session. */
static UcWord all_parts(UcWorld *world)
{
    UcDevices *d = world->devices;
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_array_sort(d->part, by_session);
    for (guint i = 0; i < d->part->len; i++) {
        const Part *part = &g_array_index(d->part, Part, i);
        size_t length;
        const uint8_t *bytes = uc_store_get(world->store, part->state, &length);
        uc_device_state_add(all, world->session[part->session].sid, bytes, length);
    }
    return uc_store_put(world->store, all->data, all->len);
}

bool uc_devices_settle(UcWorld *world)
{
    UcDevices *d = world->devices;
    bool shown = world->next.to == UC_A && world->next.message.kind == UC_M_STATE;
    if (!d->waits && !d->fate->len && !shown)
        return true;
    if (shown || d->waits ? !take_answer(world) : false)
        return false;
    if (!d->waits) {
        d->next = world->next;
        d->channel = world->channel;
        d->waits = true;
    }
    if (hand_on(world))
        return false;
    world->next = d->next;
    world->channel = d->channel;
    if (world->next.message.kind == UC_M_STATE)
        world->next.message.w[0] = all_parts(world);
    g_array_set_size(d->part, 0);
    d->waits = false;
    return true;
}
