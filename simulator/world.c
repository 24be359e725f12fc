#include "simulator/world.h"

#include <string.h>

#include "simulator/internal.h"

/* S and F between two activations of Z or A: more means that machines do not give control back. */
enum { INTERNAL_LIMIT = 100000 };

typedef struct {
    UcObserver call;
    void *data;
} Observer;

/* A machine that is refused something is broken off there (uc_refuse): false. */
static bool run_held(UcWorld *world, void (*code)(void *data), void *data)
{
    world->refusable = true;
    if (_setjmp(world->refused)) {
        world->refusable = false;
        world->private_from = 0;
        uc_rollback(world, 0, false);
        uc_honesty_reset(world);
        return false;
    }
    code(data);
    world->refusable = false;
    return true;
}

static void setup(void *data)
{
    UcCtx *ctx = data;
    UcFrame before = uc_honesty_enter(ctx, NULL);
    ctx->machine->class->setup(ctx);
    uc_honesty_leave(ctx, &(UcResult){ .code = UC_PASS }, before);
}

typedef struct {
    UcCtx ctx, *look;
    const char *wrong;
} Checking;

static void check(void *data)
{
    Checking *c = data;
    UcFrame before = uc_honesty_enter(&c->ctx, NULL);
    c->wrong = c->ctx.machine->class->check(&c->ctx, c->look);
    uc_honesty_leave(&c->ctx, &(UcResult){ .code = UC_PASS }, before);
}

const char *uc_party_check(UcWorld *world, uint16_t party)
{
    g_autofree UcCtx *look = uc_world_look(world);
    Checking c = { .look = look };
    uc_ctx_init(&c.ctx, world, party);
    c.ctx.inside = false;
    if (!c.ctx.machine->class->check)
        return NULL;
    return run_held(world, check, &c) ? c.wrong : uc_world_why(world);
}

static void run_setup(UcWorld *world, uint16_t machine)
{
    const UcRow *row = &world->row[machine];
    if (row->role == UC_ROLE_NONE || !row->machine->class || !row->machine->class->setup)
        return;
    UcCtx ctx;
    uc_ctx_init(&ctx, world, machine);
    run_held(world, setup, &ctx);
    uc_commit(world);
}

static void run_setups(UcWorld *world)
{
    const UcWorldSpec *spec = world->spec;
    run_setup(world, UC_Z);
    run_setup(world, UC_A);
    for (unsigned i = 0; i < uc_session_count(spec); i++) {
        uint16_t first = uc_session_first(spec, i), party;
        for (uint16_t m = first; m < first + UC_PARTY_0 - UC_S; m++)
            run_setup(world, m);
        for (UcWord pid = 0; (party = uc_session_party(spec, i, pid)) != UC_NOBODY; pid++) {
            run_setup(world, party);
            run_setup(world, uc_sandbox_machine(spec, party));
        }
    }
}

static void take_sessions(UcWorld *world)
{
    uint64_t machines = UC_S;
    for (unsigned i = 0; i < uc_session_count(world->spec); i++) {
        const UcSession *s = &world->session[i];
        world->session[i] = uc_session(world->spec, i);
        g_assert(s->parties > 0 && (s->sid || !world->spec->sessions));
        machines += UC_PARTY_0 - UC_S + 2 * (uint64_t)s->parties + s->watchers;
    }
    g_assert(machines < UINT16_MAX);
}

UcWorld *uc_world_new(const UcWorldSpec *spec, UcStore *store, UcLayout *layout, const uint8_t seed[UC_SEED_BYTES])
{
    g_assert(spec && store && layout && uc_session_count(spec) <= UC_SESSIONS);
    UcWorld *world = g_new0(UcWorld, 1);
    world->spec = spec;
    take_sessions(world);
    world->row = uc_rows_new(spec, &world->rows);
    world->store = store;
    world->layout = layout;
    memcpy(world->seed, seed, UC_SEED_BYTES);
    world->undo = g_array_new(FALSE, FALSE, sizeof(UcUndo));
    world->view = g_array_new(FALSE, FALSE, sizeof(UcViewEntry));
    world->marks = g_array_new(FALSE, FALSE, sizeof(UcMark));
    world->broken = g_ptr_array_new();
    world->observers = g_array_new(FALSE, FALSE, sizeof(Observer));
    world->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    world->next = (UcEnvelope){ .to = UC_Z };
    world->channel = "start";
    world->honesty = uc_honesty_new(world);
    if (spec->torture)
        world->past = uc_past_new();
    if (spec->sessions)
        world->devices = uc_devices_new();
    run_setups(world);
    return world;
}

void uc_world_free(UcWorld *world)
{
    if (!world)
        return;
    uc_state_clear(&world->state);
    g_array_unref(world->undo);
    g_array_unref(world->view);
    g_array_unref(world->marks);
    g_array_unref(world->observers);
    uc_honesty_free(world->honesty);
    uc_past_free(world->past);
    uc_devices_free(world->devices);
    g_ptr_array_unref(world->broken);
    g_hash_table_unref(world->reasons);
    g_free(world->why);
    g_free(world->row);
    g_free(world);
}

void uc_stop(UcWorld *world, UcStop how, char *why)
{
    if (world->stopped) {
        g_free(why);
        return;
    }
    world->stopped = true;
    world->stop = how;
    g_free(world->why);
    world->why = why;
}

void uc_stop_script(UcCtx *ctx, UcStop how, const char *why)
{
    g_assert(how == UC_STOP_SCRIPT || how == UC_STOP_ASSERTION || how == UC_STOP_LIMIT);
    uc_refuse_call(ctx, "stops the run");
    uc_stop(ctx->world, how, g_strdup(why));
}

void uc_refuse(UcWorld *world, const char *what)
{
    if (!world->refusable)
        g_error("outside of an activation: a machine %s", what);
    uint16_t owner = uc_honesty_owner(world) ? uc_honesty_owner(world) : world->next.to;
    const UcRow *row = &world->row[owner];
    const UcRole role = row->role;
    const char *name = role == UC_ROLE_WATCHER ? world->session[row->session].watcher[owner - uc_watcher_machine(world->spec, row->session)].name
                                               : uc_machine_name(world->spec, owner);
    uc_stop(world, UC_STOP_DISCIPLINE,
            g_strdup_printf("discipline violation in activation %" G_GUINT64_FORMAT ": %s%s %s", world->activations,
                            role == UC_ROLE_SANDBOX ? "the sandboxed " : role == UC_ROLE_WATCHER ? "the watcher " : "", name, what));
    longjmp(world->refused, 1);
}

static void discipline(UcWorld *world, uint16_t from, uint16_t to, const char *rule)
{
    const UcWorldSpec *spec = world->spec;
    uc_stop(world, UC_STOP_DISCIPLINE,
            g_strdup_printf("discipline violation in activation %" G_GUINT64_FORMAT ": %s writes to %s: %s",
                            world->activations, uc_machine_name(spec, from), uc_receiver_name(spec, to), rule));
}

/* ---- one activation ---- */

static UcOutcome run_step(UcCtx *ctx, const UcEnvelope *in)
{
    UcFrame before = uc_honesty_enter(ctx, in);
    UcOutcome out = { .result = ctx->machine->class->step(ctx, in) };
    uc_honesty_leave(ctx, &out.result, before);
    if (out.result.code == UC_FAIL)
        uc_rollback(ctx->world, 0, false);
    uc_place(ctx->world, ctx->owner, &out.result);
    out.has_effect = ctx->has_effect && out.result.code != UC_FAIL;
    out.effect = ctx->effect;
    return out;
}

static UcOutcome run_code(UcWorld *world, UcActivation *a)
{
    UcCtx ctx;
    uc_ctx_init(&ctx, world, a->machine);
    g_array_set_size(world->marks, 0);
    UcRunsAs as = world->session[world->row[a->machine].session].as;
    bool party = a->role == UC_ROLE_PARTY && (as == UC_AS_PROTOCOL || as == UC_AS_HYBRID);
    UcOutcome out = party ? uc_party_activate(&ctx, &a->in) : run_step(&ctx, &a->in);
    a->crash = ctx.crash_point;
    a->persists = ctx.persists;
    a->mark = (const UcMark *)(const void *)world->marks->data;
    a->marks = world->marks->len;
    return out;
}

typedef struct {
    UcWorld *world;
    UcActivation *activation;
    UcOutcome out;
} Running;

static void run_it(void *data)
{
    Running *r = data;
    r->out = run_code(r->world, r->activation);
}

UcOutcome uc_run_machine(UcWorld *world, UcActivation *a)
{
    Running r = { .world = world, .activation = a };
    return run_held(world, run_it, &r) ? r.out : (UcOutcome){ .result = uc_fail("refused") };
}

static void tell(UcWorld *world, const UcActivation *a)
{
    for (guint i = 0; i < world->observers->len; i++) {
        Observer *o = &g_array_index(world->observers, Observer, i);
        o->call(o->data, world, a);
    }
}

static void note_broken(UcWorld *world, const char *rule, uint64_t activation)
{
    if (!world->broken_rule) {
        world->broken_rule = rule;
        world->broken_at = activation;
    }
    if (!uc_world_breaks(world, rule))
        g_ptr_array_add(world->broken, (gpointer)rule);
}

typedef struct {
    UcCtx ctx;
    const UcWatcher *watcher;
    const UcActivation *activation;
    const char *rule;
} Watching;

static void watch_it(void *data)
{
    Watching *w = data;
    UcFrame before = uc_honesty_enter(&w->ctx, NULL);
    w->rule = w->watcher->watch(&w->ctx, w->activation);
    uc_honesty_leave(&w->ctx, &(UcResult){ .code = UC_PASS }, before);
}

/* What a watcher says of a session that has a name: "keys.I1: ...". */
static const char *rule_of(UcCtx *ctx, const char *rule)
{
    const char *sid = ctx->world->session[ctx->row->session].sid;
    return rule && sid ? uc_reason(ctx, "%s.%s", sid, rule) : rule;
}

static void watch_session(UcWorld *world, const UcActivation *a, unsigned session)
{
    const UcSession *s = &world->session[session];
    for (unsigned i = 0; i < s->watchers && !world->stopped; i++) {
        const UcWatcher *w = &s->watcher[i];
        UcMachine row = { .config = w->config, .role = w->name };
        Watching running = { .watcher = w, .activation = a };
        uc_ctx_init(&running.ctx, world, (uint16_t)(uc_watcher_machine(world->spec, session) + i));
        running.ctx.machine = &row;
        running.ctx.kind = w->kind;
        running.ctx.kinds = w->kinds;
        run_held(world, watch_it, &running);
        const char *rule = rule_of(&running.ctx, running.rule);
        uc_commit(world);
        if (rule)
            note_broken(world, rule, a->number);
    }
}

/* Those of the machine's session; of what Z and A do there is nothing to say but of the only one. */
static void watch(UcWorld *world, const UcActivation *a)
{
    if (!world->spec->sessions || a->machine >= UC_S)
        watch_session(world, a, world->row[a->machine].session);
}

/* ---- where control goes ---- */

/* Is what S commands covered by an order of A? Corruption becomes what the session answers when Z asks. */
static bool order_is_covered(UcWorld *world, const UcEnvelope *command)
{
    uint16_t session = world->row[command->from].session;
    const UcSession *s = &world->session[session];
    for (unsigned i = 0; i < s->order_rules; i++) {
        const UcOrderRule *rule = &s->order_rule[i];
        UcWord party = command->message.w[rule->field];
        if (rule->kind != command->message.kind || party >= s->parties)
            continue;
        uint16_t machine = uc_machine_of(world, session, party);
        UcFault fault = uc_fault_read(world, machine);
        if (!(fault.ordered & rule->order))
            return false;
        if (rule->order == UC_ORDER_CORRUPT) {
            fault.corrupted = 1;
            uc_fault_write(world, machine, fault);
            uc_commit(world);
        }
    }
    return true;
}

/* The corrupted parties, as the session itself answers it (docs/functionality.md, "corrupted?"). */
static UcMessage corrupted_parties(UcWorld *world, uint16_t session)
{
    g_autoptr(GByteArray) list = g_byte_array_new();
    for (unsigned i = 0; i < world->session[session].parties; i++) {
        if (uc_fault_read(world, uc_machine_of(world, session, i)).corrupted)
            uc_append_u32(list, i);
    }
    return (UcMessage){ UC_M_CORRUPTED, { uc_store_put(world->store, list->data, list->len) } };
}

/* One that S plays. */
static bool is_played(const UcRow *row) { return row->role == UC_ROLE_NONE && row->backdoor != UC_NOBODY && row->backdoor != UC_A; }

void uc_write_of_a(UcWorld *world, UcEnvelope *e)
{
    const UcRow *to = e->to < world->rows ? &world->row[e->to] : NULL;
    if (!to || (to->role != UC_ROLE_PARTY && !is_played(to)))
        return;
    e->peer = e->to;
    if (to->pid != UC_NO_PARTY) {
        uc_note_order(world, e);
        uc_commit(world);
    }
    if (to->backdoor != UC_A)
        e->to = to->backdoor;
}

static void control_to_z(UcWorld *world)
{
    world->next = (UcEnvelope){ .to = UC_Z };
    world->channel = "";
}

static void route(UcWorld *world, uint16_t from, const UcResult *result)
{
    const UcWorldSpec *spec = world->spec;
    UcEnvelope e = { from, result->to, result->peer ? result->peer : from, result->message };
    if (from == UC_A)
        uc_write_of_a(world, &e);
    if (from == UC_Z && e.to == UC_Z && e.message.kind == UC_M_CORRUPTED) {
        world->next = (UcEnvelope){ UC_Z, UC_Z, e.peer, corrupted_parties(world, world->row[e.peer].session) };
        world->channel = "session";
        return;
    }
    const char *rule = NULL;
    const char *channel = uc_channel(world, from, e.to, &rule);
    if (from == UC_A && result->to < world->rows && world->row[result->to].role == UC_ROLE_SIMULATOR)
        rule = UC_NO_CHANNEL; /* A knows no S; what it sends to parties goes there by itself */
    const UcMessageKind *kind = uc_message_kind(uc_messages_between(spec, from, e.to, e.peer), e.message.kind);
    if (channel && !kind)
        rule = "unknown kind of message";
    if (rule) {
        discipline(world, from, e.to, rule);
        return;
    }
    if (world->row[from].role == UC_ROLE_SIMULATOR && e.to == world->row[from].functionality && !order_is_covered(world, &e)) {
        uc_stop(world, UC_STOP_SIMULATION,
             g_strdup_printf("simulation failed: S commands %s, but A did not order it", kind->name));
        return;
    }
    if (uc_devices_loses(world, e.to)) {
        control_to_z(world);
        return;
    }
    world->next = e;
    world->channel = channel;
}

static void after(UcWorld *world, UcActivation *a)
{
    const UcResult *r = &a->outcome.result;
    switch (r->code) {
    case UC_SEND:
        route(world, a->machine, r);
        break;
    case UC_FAIL:
        if (r->simulation_failed) {
            uc_stop(world, UC_STOP_SIMULATION, g_strdup_printf("simulation failed: %s", r->reason));
            return;
        }
        control_to_z(world);
        break;
    case UC_PASS:
        control_to_z(world);
        break;
    case UC_HALT:
        if (a->machine != UC_Z) {
            discipline(world, a->machine, a->machine, "only Z halts");
            return;
        }
        world->bit = r->bit;
        if (world->past)
            uc_torture_backwards(world);
        uc_stop(world, UC_STOP_HALT, g_strdup("Z halted"));
        break;
    }
}

static void enter_view(UcWorld *world)
{
    UcViewEntry v = { world->activations + 1, world->next.from, world->next.peer, world->next.message };
    if (world->next.message.kind == UC_M_EMPTY)
        v.from = v.peer = 0;
    g_array_append_val(world->view, v);
}

static bool adversary_busy(UcWorld *world)
{
    const UcMachine *a = &world->spec->machine[UC_A];
    return a->class && a->class->idle && !a->class->idle(a->host);
}

/* Of the machine whose turn it is. */
static UcActivation begin(UcWorld *world)
{
    uint16_t machine = world->next.to;
    const UcRow *row = &world->row[machine];
    return (UcActivation){ .number = ++world->activations, .machine = machine, .role = row->role, .pid = row->pid,
                           .side = uc_side(world, machine, world->next.from), .channel = world->channel, .in = world->next,
                           .view = machine == UC_Z ? world->view->len : 0 };
}

static void activate(UcWorld *world)
{
    UcActivation a = begin(world);
    bool scripted = world->row[a.machine].machine->host != NULL;
    a.outcome = world->past && !scripted ? uc_torture(world, &a) : uc_run_machine(world, &a);
    if (world->devices)
        uc_devices_look(world);
    uc_commit(world);
    if (!world->stopped)
        after(world, &a);
    tell(world, &a);
    if (!world->stopped)
        watch(world, &a);
}

/* Z writes, without code of its own. */
static void write_of_z(UcWorld *world, UcResult result)
{
    UcActivation a = begin(world);
    a.outcome.result = result;
    uc_place(world, UC_Z, &a.outcome.result);
    after(world, &a);
    tell(world, &a);
    if (!world->stopped)
        watch(world, &a);
}

static bool charge(UcWorld *world)
{
    if (world->next.to != UC_Z && world->next.to != UC_A)
        return true;
    if (world->spec->budget && world->charged >= world->spec->budget) {
        uc_stop(world, UC_STOP_LIMIT,
             g_strdup_printf("limit: %" G_GUINT64_FORMAT " activations of Z and A", world->spec->budget));
        return false;
    }
    world->charged++;
    return true;
}

/* Runs until the end, or until Z is to write and is driven from outside. */
static UcStop run(UcWorld *world)
{
    bool driven = world->spec->machine[UC_Z].class == NULL;
    unsigned internal = 0;
    while (!world->stopped) {
        bool to_z = world->next.to == UC_Z;
        internal = to_z || world->next.to == UC_A ? 0 : internal + 1;
        if (internal > INTERNAL_LIMIT) {
            discipline(world, world->next.from, world->next.to, "control does not come back to Z or A");
            break;
        }
        if (world->devices && (to_z || world->next.to == UC_A) && !uc_devices_settle(world))
            continue;
        to_z = world->next.to == UC_Z; /* what was held back may be for the other one */
        if (!charge(world))
            break;
        if (to_z && strcmp(world->channel, "start"))
            enter_view(world);
        if (to_z && adversary_busy(world)) /* Z hands its activation on while A has moves left */
            write_of_z(world, uc_send(UC_A, (UcMessage){ UC_M_RESUME, { 0 } }));
        else if (to_z && driven)
            return UC_STOP_Z;
        else
            activate(world);
    }
    return world->stop;
}

UcStop uc_world_run(UcWorld *world)
{
    g_assert(world->spec->machine[UC_Z].class);
    return run(world);
}

void uc_world_halt(UcWorld *world, int bit)
{
    g_assert(!world->spec->machine[UC_Z].class && (world->stopped || world->next.to == UC_Z));
    if (world->stopped)
        return;
    UcActivation a = begin(world);
    a.outcome.result = uc_halt(bit);
    after(world, &a);
    tell(world, &a);
}

UcStop uc_world_turn(UcWorld *world, const UcEnvelope *write)
{
    g_assert(!world->spec->machine[UC_Z].class && (world->stopped || world->next.to == UC_Z));
    if (!world->stopped)
        write_of_z(world, uc_send_peer(write->to, write->peer, write->message));
    return run(world);
}

void uc_world_rewind(UcWorld *world)
{
    g_assert(!world->spec->machine[UC_Z].class && world->undo->len == 0);
    bool broken_in_setup = world->stopped && !world->activations;
    world->next = (UcEnvelope){ .to = UC_Z };
    world->channel = "start";
    world->activations = world->charged = world->broken_at = 0;
    world->stopped &= broken_in_setup;
    world->broken_rule = NULL;
    g_ptr_array_set_size(world->broken, 0);
    g_array_set_size(world->view, 0);
    uc_past_forget(world->past);
}

/* ---- looking at a world ---- */

bool uc_view_entry_equal(const UcViewEntry *a, const UcViewEntry *b)
{
    return a->from == b->from && a->peer == b->peer && uc_message_equal(&a->message, &b->message);
}

const UcViewEntry *uc_world_view(const UcWorld *world, size_t *entries)
{
    *entries = world->view->len;
    return (const UcViewEntry *)(const void *)world->view->data;
}

UcDigest uc_world_digest(const UcWorld *world)
{
    UcDigest sum = { 0, 0 };
    for (uint32_t i = 0; i < world->state.slots; i++) {
        const UcRegion *region = world->state.slot[i];
        UcSlotKey key;
        if (!region || (key = uc_layout_key(world->layout, i), !region->words && !(key.kind & UC_SHADOW)))
            continue;
        UcDigest d = uc_slot_digest(key, uc_region_digest(region, uc_region_kind(world->spec, key), world->store));
        sum.lo += d.lo;
        sum.hi += d.hi;
    }
    return sum;
}

UcCtx *uc_world_look(UcWorld *world)
{
    UcCtx *ctx = g_new0(UcCtx, 1);
    uc_ctx_init(ctx, world, UC_Z);
    return ctx;
}

void uc_world_observe(UcWorld *world, UcObserver observer, void *data)
{
    Observer o = { observer, data };
    g_array_append_val(world->observers, o);
}

void uc_world_keep(UcWorld *world, UcKeeper keep, void *data)
{
    g_assert(world && !world->spec->ideal);
    world->keep = keep;
    world->keep_data = data;
}

void uc_world_probe(UcWorld *world, void (*probe)(void *data, uint32_t slot), void *data)
{
    world->probe = probe;
    world->probe_data = data;
}

const char *uc_world_why(const UcWorld *world) { return world->why ? world->why : ""; }

void uc_world_note_rule(UcWorld *world, const char *rule)
{
    g_assert(world && rule);
    UcCtx ctx;
    uc_ctx_init(&ctx, world, UC_Z);
    note_broken(world, uc_reason(&ctx, "%s", rule), world->activations);
}

bool uc_world_breaks(const UcWorld *world, const char *rule)
{
    g_assert(rule);
    size_t name = strcspn(rule, ":");
    for (guint i = 0; i < world->broken->len; i++) {
        const char *known = g_ptr_array_index(world->broken, i);
        if (!strncmp(known, rule, name) && known[name] == ':')
            return true;
    }
    return false;
}

const char *uc_world_broken(const UcWorld *world, unsigned i)
{
    return i < world->broken->len ? world->broken->pdata[i] : NULL;
}

const char *uc_world_broken_rule(const UcWorld *world, uint64_t *activation)
{
    if (activation)
        *activation = world->broken_at;
    return world->broken_rule;
}

const UcRow *uc_world_row(const UcWorld *world, uint16_t machine)
{
    return machine < world->rows ? &world->row[machine] : NULL;
}

UcWord uc_world_pid(const UcWorld *world, uint16_t machine)
{
    const UcRow *row = uc_world_row(world, machine);
    return row && (row->role == UC_ROLE_PARTY || is_played(row)) ? row->pid : UC_NO_PARTY;
}

bool uc_world_has_backdoor(const UcWorld *world, uint16_t machine)
{
    const UcRow *row = uc_world_row(world, machine);
    return row && (row->role == UC_ROLE_PARTY || is_played(row) || (row->role == UC_ROLE_FUNCTIONALITY && row->backdoor == UC_A));
}

int uc_world_bit(const UcWorld *world) { return world->bit; }
const UcWorldSpec *uc_world_spec(const UcWorld *world) { return world->spec; }
UcStore *uc_world_store(const UcWorld *world) { return world->store; }
UcState *uc_world_state(UcWorld *world) { return &world->state; }
UcLayout *uc_world_layout(UcWorld *world) { return world->layout; }
uint64_t uc_world_activations(const UcWorld *world) { return world->activations; }
