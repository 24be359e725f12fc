#include "environments/logs/judge.h"

#include <string.h>

#include "environments/worlds/worlds.h"
#include "simulator/explore/visited.h"
#include "simulator/lock.h"

const char *const env_answer_name[ENV_ANSWERS + 1] = { "accepted", "rejected", "undecided", NULL };

enum { LOOK = 256, QUOTED = 16, SHORTEN = 500000 };

/* ---- S, who says what a way wants ---- */

typedef struct {
    UcMessage says; /* kind 0: nothing */
} Scribe;

static UcResult scribe_step(UcCtx *ctx, const UcEnvelope *in)
{
    Scribe *scribe = uc_host(ctx);
    UcMessage says = scribe->says;
    scribe->says = (UcMessage){ 0 };
    return says.kind ? uc_command(says) : uc_pass(NULL);
}

static const UcClass scribe_class = { .name = "S of a log", .step = scribe_step };

/* ---- the search ---- */

typedef struct {
    uint32_t slot;
    UcRegion *old; /* owned */
} Undo;

/* A state on the way, and what is still to be tried from it. */
typedef struct {
    guint trail;         /* its length when the state was reached */
    UcDigest digest;
    EnvExplained made;   /* the move that was made from it */
    uint32_t only;       /* the party whose ways are followed; UINT32_MAX: all */
    uint32_t party, way; /* the next to be tried */
} Frame;

typedef struct {
    EnvLog *log;
    const EnvJudgeLimits *limits;
    const UcWitness *witness;
    void *setup;
    EnvWorlds *worlds;
    UcWorldSpec spec;
    Scribe scribe;
    UcLayout *layout;
    UcLock lock;
    UcCtx *look;
    UcDigest digest;     /* of the state of F */
    GArray *trail;       /* Undo */
    GArray *stamp;       /* uint64_t by slot: the try that looked at it last */
    uint64_t tries;
    GArray *event;       /* UcLogged, as in the log, and prepared */
    GArray **row;        /* by party: uint32_t, its events; of those that are not trusted none */
    guint *at, *end;     /* by party: how many are done, and how many there are to do */
    uint32_t parties, done, all, current, faults;
    GArray *frame;
    guint open;          /* frames that have something left to try */
    guint settled;       /* so many from the bottom have nothing, and what their moves changed is not kept */
    UcVisited *visited;
    gint64 began;
    EnvJudgement *out;
    uint32_t deepest;
    char *why;           /* why the last way did not do: what F said, or */
    UcMessage got;       /* what reached Z */
    unsigned ways;       /* how many there were of the event that was tried last */
    uint64_t budget;     /* of tries, 0: none */
    bool showing;
} Search;

static bool is_same(const UcMessage *got, const UcMessage *logged, uint8_t missing)
{
    if (got->kind != logged->kind)
        return false;
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++) {
        if (got->w[i] != logged->w[i] && !(missing >> i & 1))
            return false;
    }
    return true;
}

/* ---- changes, and their undoing ---- */

static void probe(void *data, uint32_t slot)
{
    Search *s = data;
    if (slot >= s->stamp->len)
        g_array_set_size(s->stamp, slot * 2 + 64);
    if (g_array_index(s->stamp, uint64_t, slot) == s->tries)
        return;
    g_array_index(s->stamp, uint64_t, slot) = s->tries;
    const UcState *state = uc_world_state(s->lock.world[0]);
    Undo u = { slot, slot < state->slots ? uc_region_ref(state->slot[slot]) : NULL };
    g_array_append_val(s->trail, u);
}

static UcDigest digest_of(const Search *s, uint32_t slot, const UcRegion *region)
{
    if (!region || !region->words)
        return (UcDigest){ 0, 0 };
    UcSlotKey key = uc_layout_key(s->layout, slot);
    return uc_slot_digest(key, uc_region_digest(region, uc_region_kind(&s->spec, key), s->log->store));
}

static void undo(Search *s, guint to)
{
    UcState *state = uc_world_state(s->lock.world[0]);
    while (s->trail->len > to) {
        Undo u = g_array_index(s->trail, Undo, s->trail->len - 1);
        if (u.slot < state->slots) {
            uc_region_unref(state->slot[u.slot]);
            state->slot[u.slot] = u.old;
        }
        g_array_set_size(s->trail, s->trail->len - 1);
    }
}

/* Keeps of the trail since `from` what was changed. */
static void settle(Search *s, guint from)
{
    const UcState *state = uc_world_state(s->lock.world[0]);
    guint kept = from;
    for (guint i = from; i < s->trail->len; i++) {
        Undo u = g_array_index(s->trail, Undo, i);
        const UcRegion *now = u.slot < state->slots ? state->slot[u.slot] : NULL;
        if (now == u.old) {
            uc_region_unref(u.old);
            continue;
        }
        UcDigest before = digest_of(s, u.slot, u.old), after = digest_of(s, u.slot, now);
        s->digest.lo += after.lo - before.lo;
        s->digest.hi += after.hi - before.hi;
        g_array_index(s->trail, Undo, kept++) = u;
    }
    g_array_set_size(s->trail, kept);
}

static void forget_trail(Search *s)
{
    for (guint i = 0; i < s->trail->len; i++)
        uc_region_unref(g_array_index(s->trail, Undo, i).old);
    g_array_set_size(s->trail, 0);
    s->settled = s->frame->len;
}

/* ---- one way of an event ---- */

/* Did exactly the output of the event reach Z (of NULL: none)? */
static bool answers(Search *s, uint32_t party, const UcLogged *e)
{
    size_t n;
    const UcViewEntry *view = uc_world_view(s->lock.world[0], &n);
    bool seen = false;
    for (size_t i = 0; i < n; i++) {
        if (view[i].message.kind == UC_M_EMPTY)
            continue;
        s->got = view[i].message;
        if (seen || !e || !e->has_out || view[i].from != uc_party(party) || !is_same(&view[i].message, &e->out, e->out_missing))
            return false;
        seen = true;
    }
    return seen == (e && e->has_out);
}

/* Leaves the state as it was unless it is true. */
static bool make(Search *s, uint32_t party, const UcLogged *e, const UcWay *way)
{
    guint from = s->trail->len;
    s->tries++;
    s->out->tried++;
    s->got = (UcMessage){ 0 };
    g_clear_pointer(&s->why, g_free);
    if (!s->showing)
        uc_lock_rewind(&s->lock);
    bool good = true;
    for (unsigned i = 0; i < way->steps && good; i++) {
        const UcWayStep *step = &way->step[i];
        UcEnvelope write = step->input ? uc_input(party, e->in) : uc_order(party, (UcMessage){ step->order, { 0 } });
        s->scribe.says = step->says;
        UcComparison c = uc_lock_turn(&s->lock, &write);
        good = uc_verdict_is_open(c.verdict);
        if (!good)
            s->why = g_strdup(uc_world_why(s->lock.world[0]));
    }
    s->scribe.says = (UcMessage){ 0 };
    if (s->showing || (good && answers(s, party, e))) {
        settle(s, from);
        return true;
    }
    undo(s, from);
    return false;
}

/* ---- where the search stands ---- */

static const UcLogged *next_event(const Search *s, uint32_t party, uint32_t *event)
{
    if (s->at[party] >= s->end[party])
        return NULL;
    *event = g_array_index(s->row[party], uint32_t, s->at[party]);
    return &g_array_index(s->event, UcLogged, *event);
}

/* May the event come now, as far as clocks are to be believed? */
static bool is_due(const Search *s, const UcLogged *e)
{
    uint32_t event;
    if (s->limits->skew < 0 || e->time == UC_LOGGED_NO_TIME)
        return true;
    for (uint32_t p = 0; p < s->parties; p++) {
        const UcLogged *other = next_event(s, p, &event);
        if (other && other->time != UC_LOGGED_NO_TIME && other->time < e->time && e->time - other->time > s->limits->skew)
            return false;
    }
    return true;
}

static bool limited(const Search *s) { return s->limits->faults >= 0; }

static UcDigest state_hash(const Search *s)
{
    UcDigest d = uc_digest(s->at, s->parties * sizeof *s->at);
    return (UcDigest){ d.lo + s->digest.lo + (limited(s) ? s->faults : 0), d.hi + s->digest.hi };
}

/* May this way still be taken? */
static bool is_affordable(const Search *s, const UcWay *way)
{
    return !way->fault || !limited(s) || s->faults < s->limits->faults;
}

static bool has_unseen(const Search *s, uint32_t party)
{
    UcWay way = { .steps = 0 };
    return s->witness->unseen && s->witness->unseen(s->setup, s->look, party, 0, &way) && is_affordable(s, &way);
}

/* Tries the way of this number; false: it is none, or it does not do. *more: there may be further ones. */
static bool try_way(Search *s, uint32_t party, uint32_t number, bool *more, EnvExplained *made)
{
    UcWay way[UC_WAYS];
    uint32_t event = ENV_NO_EVENT;
    const UcLogged *e = next_event(s, party, &event);
    unsigned ways = e && !e->never && is_due(s, e) ? s->witness->ways(s->setup, s->look, e, way) : 0;
    *more = true;
    s->ways = 0;
    for (unsigned i = 0; i < ways; i++)
        s->ways += is_affordable(s, &way[i]);
    if (number < ways) {
        *made = (EnvExplained){ event, party, number, way[number].what, way[number].fault };
        if (!is_affordable(s, &way[number]) || !make(s, party, e, &way[number]))
            return false;
        s->faults += made->fault;
        s->at[party]++;
        s->done++;
        return true;
    }
    UcWay unseen = { .steps = 0 };
    *more = s->witness->unseen && s->witness->unseen(s->setup, s->look, party, number - ways, &unseen);
    *made = (EnvExplained){ ENV_NO_EVENT, party, number - ways, unseen.what, unseen.fault };
    bool good = *more && is_affordable(s, &unseen) && make(s, party, NULL, &unseen);
    s->faults += good && made->fault;
    return good;
}

static void take_back(Search *s, const Frame *f)
{
    undo(s, f->trail);
    s->digest = f->digest;
    s->faults -= f->made.fault;
    if (f->made.event != ENV_NO_EVENT) {
        s->at[f->made.party]--;
        s->done--;
    }
}

/* ---- what is reported ---- */

static void value_text(const EnvLog *log, const UcField *f, UcWord value, GString *out)
{
    size_t length;
    const uint8_t *bytes;
    switch (f->type) {
    case UC_INT: g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)value); return;
    case UC_PARTY:
        g_string_append(out, value == UC_NO_PARTY ? "none" : value < log->module->len - 1 ? g_ptr_array_index(log->module, value) : "nobody");
        return;
    case UC_CODE: case UC_POINT:
        g_string_append(out, uc_name_of(f->type == UC_CODE ? f->names : uc_point_name, value) ?: "?");
        return;
    default: break;
    }
    if (!uc_store_knows(log->store, value)) {
        g_string_append(out, "none");
        return;
    }
    bytes = uc_store_get(log->store, value, &length);
    g_autofree char *shown = f->type == UC_TEXT ? g_utf8_make_valid((const char *)bytes, (gssize)MIN(length, QUOTED))
                                                : uc_hex(bytes, MIN(length, QUOTED / 2));
    g_autofree char *safe = g_strescape(shown, NULL);
    bool cut = length > (size_t)(f->type == UC_TEXT ? QUOTED : QUOTED / 2);
    g_string_append_printf(out, f->type == UC_TEXT ? "\"%s%s\"" : "%s%s", safe, cut ? ".." : "");
}

static void message_text(const EnvLog *log, const UcMessage *m, uint8_t missing, GString *out)
{
    const UcMessageKind *kind = uc_message_kind(log->triple->protocol->interface->messages, m->kind);
    g_string_append(out, kind ? kind->name : "nothing");
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (missing >> i & 1)
            continue;
        g_string_append_printf(out, " %s=", kind->field[i].name);
        value_text(log, &kind->field[i], m->w[i], out);
    }
}

char *env_event_text(const EnvLog *log, const UcLogged *e)
{
    GString *out = g_string_new(NULL);
    if (e->has_in)
        message_text(log, &e->in, e->in_missing, out);
    if (e->has_in)
        g_string_append(out, e->has_out ? " -> " : " -> (no output)");
    if (e->has_out)
        message_text(log, &e->out, e->out_missing, out);
    return g_string_free(out, FALSE);
}

/* Why the party's next event does not do here. */
static char *why_not(Search *s, uint32_t party)
{
    bool more;
    EnvExplained made;
    uint32_t event;
    const UcLogged *e = next_event(s, party, &event);
    if (e->never)
        return g_strdup("no F gives such an output: it does not verify, or lacks what F needs");
    if (!is_due(s, e))
        return g_strdup("an earlier event of another module is not explained");
    Frame here = { .trail = s->trail->len, .digest = s->digest };
    if (try_way(s, party, 0, &more, &made)) {
        here.made = made;
        take_back(s, &here);
        return g_strdup("possible here, and then something else is not");
    }
    if (s->why)
        return g_strdup(s->why);
    GString *out = g_string_new("F answers ");
    if (s->got.kind)
        message_text(s->log, &s->got, 0, out);
    else
        g_string_append(out, "nothing");
    return g_string_free(out, FALSE);
}

static void clear_stuck(gpointer p) { g_free(((EnvStuck *)p)->why); }

/* Where the search never got beyond. */
static void note_deepest(Search *s)
{
    uint32_t event;
    if (s->done < s->deepest || (s->done == s->deepest && s->out->stuck->len))
        return;
    s->deepest = s->done;
    g_array_set_size(s->out->stuck, 0);
    g_array_set_size(s->out->explained, 0);
    for (guint i = 0; i < s->frame->len; i++)
        g_array_append_val(s->out->explained, g_array_index(s->frame, Frame, i).made);
    for (uint32_t p = 0; p < s->parties; p++) {
        if (!next_event(s, p, &event))
            continue;
        EnvStuck stuck = { event, why_not(s, p) };
        g_array_append_val(s->out->stuck, stuck);
    }
}

static const char *limit_reached(Search *s)
{
    size_t memory = uc_visited_memory(s->visited) + s->trail->len * sizeof(Undo) + s->frame->len * sizeof(Frame) +
                    uc_store_memory(s->log->store);
    s->out->memory = MAX(s->out->memory, memory);
    if (s->limits->memory && memory > s->limits->memory)
        return "memory";
    if (s->budget && s->out->tried > s->budget)
        return "tries";
    if (s->limits->seconds > 0 && (double)(g_get_monotonic_time() - s->began) / G_USEC_PER_SEC > s->limits->seconds)
        return "time";
    return NULL;
}

/* ---- depth first ---- */

static void push(Search *s, Frame f)
{
    g_array_append_val(s->frame, f);
    s->open++;
}

/* The party whose next event is possible in its likeliest way, and which other modules' events have nothing to do with; the move
 * has been made. The one that moved last comes first: so each log is gone through once. */
static bool find_alone(Search *s, Frame *f)
{
    uint32_t event;
    bool more;
    for (uint32_t i = 0; i < s->parties; i++) {
        uint32_t p = (s->current + i) % s->parties;
        const UcLogged *e = next_event(s, p, &event);
        if (!e || e->shared || has_unseen(s, p) || !try_way(s, p, 0, &more, &f->made))
            continue;
        s->current = p;
        f->only = f->party = p;
        f->way = 1;
        return true;
    }
    return false;
}

/* The next move from the state on top; false: there is none. */
static bool advance(Search *s, Frame *f)
{
    bool more;
    for (; f->party < s->parties; f->party++, f->way = 0) {
        if (f->only != UINT32_MAX && f->party != f->only)
            return false;
        do {
            if (try_way(s, f->party, f->way++, &more, &f->made))
                return true;
        } while (more);
    }
    return false;
}

/* Leaves the state on top, and those below from which everything was tried. */
static bool go_back(Search *s)
{
    note_deepest(s);
    while (s->frame->len) {
        Frame *f = &g_array_index(s->frame, Frame, s->frame->len - 1);
        if (s->frame->len <= s->settled)
            return false;
        take_back(s, f);
        s->out->steps_back++;
        bool closed = f->party == UINT32_MAX;
        if (!closed && advance(s, f))
            return true;
        s->open -= !closed;
        g_array_set_size(s->frame, s->frame->len - 1);
    }
    return false;
}

/* From the state that was just reached: a move that leads on, or back. False: nothing is left. */
static bool go_on(Search *s)
{
    bool fresh = true;
    Frame f = { .trail = s->trail->len, .digest = s->digest, .only = UINT32_MAX };
    if (s->open)
        uc_visited_add(s->visited, state_hash(s), UC_NO_STATE, 0, &fresh);
    if (!fresh)
        return go_back(s);
    if (!s->limits->plain && find_alone(s, &f)) {
        bool closed = s->ways == 1; /* there is nothing to come back for */
        if (closed)
            f.party = UINT32_MAX;
        push(s, f);
        s->open -= closed;
        if (!s->open)
            forget_trail(s);
        return true;
    }
    if (!s->open)
        uc_visited_add(s->visited, state_hash(s), UC_NO_STATE, 0, &fresh);
    if (advance(s, &f)) {
        push(s, f);
        return true;
    }
    return go_back(s);
}

static EnvAnswer search(Search *s)
{
    for (uint64_t round = 0; s->done < s->all; round++) {
        s->out->limit = round % LOOK ? NULL : limit_reached(s);
        if (s->out->limit) {
            note_deepest(s);
            return ENV_UNDECIDED;
        }
        if (go_on(s))
            continue;
        s->out->limit = s->witness->left_out ? s->witness->left_out(s->setup) : NULL;
        return s->out->limit ? ENV_UNDECIDED : ENV_REJECTED;
    }
    note_deepest(s);
    return ENV_ACCEPTED;
}

/* ---- the world ---- */

static void start_world(Search *s)
{
    s->layout = uc_layout_new();
    s->lock = (UcLock){ .worlds = 1, .last = { .verdict = UC_INDISTINGUISHABLE, .why = "" } };
    s->lock.world[0] = uc_world_new(&s->spec, s->log->store, s->layout, env_worlds_options(s->worlds)->seed);
    s->look = uc_world_look(s->lock.world[0]);
    for (uint32_t p = 0; p < s->parties && s->witness->corrupt; p++) {
        if (!g_array_index(s->log->untrusted, bool, p))
            continue;
        UcEnvelope order = uc_order(p, (UcMessage){ UC_M_CORRUPT, { 0 } });
        s->scribe.says = s->witness->corrupt(p);
        uc_lock_turn(&s->lock, &order);
    }
}

static void stop_world(Search *s)
{
    g_clear_pointer(&s->look, g_free);
    uc_world_free(s->lock.world[0]);
    uc_layout_free(s->layout);
}

static void forget_search(Search *s)
{
    forget_trail(s);
    g_array_set_size(s->frame, 0);
    g_array_set_size(s->stamp, 0);
    memset(s->at, 0, s->parties * sizeof *s->at);
    s->digest = (UcDigest){ 0, 0 };
    s->done = s->open = s->settled = s->current = s->faults = 0;
}

/* From the beginning, up to `end` of each party. */
static EnvAnswer search_again(Search *s)
{
    forget_search(s);
    s->all = 0;
    for (uint32_t p = 0; p < s->parties; p++)
        s->all += s->end[p];
    s->deepest = 0;
    g_array_set_size(s->out->stuck, 0);
    s->visited = uc_visited_new(128);
    start_world(s);
    uc_world_probe(s->lock.world[0], probe, s);
    EnvAnswer answer = search(s);
    forget_search(s);
    stop_world(s);
    uc_visited_free(s->visited);
    return answer;
}

/* ---- the shortest part of a log that nothing explains ---- */

/* Is this much of the logs explained without the party's last event, and not with it? */
static bool still_stuck(Search *s, uint32_t party)
{
    EnvAnswer with = search_again(s), without = ENV_UNDECIDED;
    if (with != ENV_REJECTED)
        return false;
    s->end[party]--;
    without = search_again(s);
    s->end[party]++;
    return without == ENV_ACCEPTED;
}

/* The least end of this party's log, and where halves do not tell, one event less at a time. */
static void shorten(Search *s, uint32_t party, uint32_t culprit)
{
    guint low = 0, high = s->end[party];
    while (low < high) {
        guint middle = low + (high - low) / 2;
        s->end[party] = middle;
        if (still_stuck(s, culprit))
            high = middle;
        else
            low = middle + 1;
    }
    s->end[party] = high;
}

static void note_needed(Search *s, uint32_t party)
{
    g_autofree guint *next = g_new0(guint, s->parties);
    for (guint i = 0; i < s->event->len; i++) {
        const UcLogged *e = &g_array_index(s->event, UcLogged, i);
        guint place = next[e->party];
        if (g_array_index(s->log->untrusted, bool, e->party) || place >= s->end[e->party])
            continue;
        next[e->party]++;
        if (e->party != party || place + 1 < s->end[party])
            g_array_append_val(s->out->needed, i);
    }
}

/* One of the events at which the search ended: without it what was explained is explained, with it nothing is. */
static void find_culprit(Search *s)
{
    g_autoptr(GArray) stuck = g_array_copy(s->out->stuck), order = g_array_copy(s->out->explained);
    g_autofree guint *cut = g_new0(guint, s->parties);
    s->out->stuck = (g_array_set_clear_func(s->out->stuck, NULL), g_array_unref(s->out->stuck), g_array_new(FALSE, FALSE, sizeof(EnvStuck)));
    g_array_set_clear_func(s->out->stuck, clear_stuck);
    g_array_set_clear_func(stuck, clear_stuck);
    for (guint i = 0; i < order->len; i++) {
        const EnvExplained *x = &g_array_index(order, EnvExplained, i);
        cut[x->party] += x->event != ENV_NO_EVENT;
    }
    for (guint i = 0; i < stuck->len && s->out->culprit == ENV_NO_EVENT; i++) {
        uint32_t event = g_array_index(stuck, EnvStuck, i).event, party = g_array_index(s->event, UcLogged, event).party;
        memcpy(s->end, cut, s->parties * sizeof *cut);
        s->end[party]++;
        if (!still_stuck(s, party))
            continue;
        for (uint32_t p = 0; p < s->parties; p++) {
            if (p != party)
                shorten(s, p, party);
        }
        s->out->culprit = event;
        note_needed(s, party);
    }
    g_array_set_clear_func(stuck, NULL);
    g_array_set_size(s->out->stuck, 0);
    g_array_append_vals(s->out->stuck, stuck->data, stuck->len);
    g_array_set_size(s->out->explained, 0);
    g_array_append_vals(s->out->explained, order->data, order->len);
}

/* ---- the explanation once more, for those who look on ---- */

static void show(Search *s)
{
    if (!s->limits->observe)
        return;
    forget_search(s);
    start_world(s);
    uc_world_observe(s->lock.world[0], s->limits->observe, s->limits->observe_data);
    s->showing = true;
    for (guint i = 0; i < s->out->explained->len; i++) {
        const EnvExplained *x = &g_array_index(s->out->explained, EnvExplained, i);
        UcWay way[UC_WAYS];
        const UcLogged *e = x->event == ENV_NO_EVENT ? NULL : &g_array_index(s->event, UcLogged, x->event);
        if (e)
            s->witness->ways(s->setup, s->look, e, way);
        else
            s->witness->unseen(s->setup, s->look, x->party, x->way, &way[0]);
        make(s, x->party, e, &way[e ? x->way : 0]);
    }
    s->showing = false;
    s->limits->shown(s->limits->observe_data, s->lock.world[0]);
    stop_world(s);
}

/* ---- set-up ---- */

static void take_events(Search *s)
{
    const GArray *all = s->log->event;
    s->row = g_new0(GArray *, s->parties);
    for (uint32_t p = 0; p < s->parties; p++)
        s->row[p] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    s->at = g_new0(guint, s->parties);
    s->end = g_new0(guint, s->parties);
    for (uint32_t i = 0; i < all->len; i++) {
        const UcLogged *e = &g_array_index(all, UcLogged, i);
        if (g_array_index(s->log->untrusted, bool, e->party)) {
            s->out->left_out++;
            continue;
        }
        g_array_append_val(s->row[e->party], i);
        s->end[e->party]++;
        s->out->said += e->has_out;
    }
    g_array_append_vals(s->event, all->data, all->len);
    s->out->events = all->len - s->out->left_out;
    s->witness->prepare(s->setup, s->log->store, (UcLogged *)(void *)s->event->data, s->event->len,
                        (const bool *)(void *)s->log->untrusted->data);
}

static bool set_up(Search *s, GError **error)
{
    EnvOptions options;
    UcSchedule *schedule = s->log->options;
    uc_options_set(schedule->options, "protocol", s->log->triple->protocol->name);
    const UcOption *before = uc_options_get(schedule->options, "parties");
    if (before)
        g_ptr_array_remove(schedule->options, (gpointer)before);
    uc_options_add_list(schedule->options, "parties", (const char *const *)s->log->module->pdata);
    if (!env_options_parse(schedule, &options, error))
        return false;
    s->worlds = env_options_worlds(schedule, &options, error);
    if (!s->worlds)
        return false;
    g_autofree char *wrong = NULL;
    options = *env_worlds_options(s->worlds);
    UcSessionPlan plan = env_session_plan(&options);
    s->setup = s->witness->setup_new(&plan, &wrong);
    if (!s->setup) {
        g_set_error_literal(error, ENV_LOG_ERROR, 0, wrong);
        return false;
    }
    s->spec = *env_worlds_spec(s->worlds, ENV_IDEAL);
    s->spec.machine[UC_S] = (UcMachine){ .class = &scribe_class, .host = &s->scribe, .role = "simulator" };
    s->spec.machine[UC_F].config = s->setup;
    if (s->limits->any) {
        if (!s->witness->any_class) {
            g_set_error(error, ENV_LOG_ERROR, 0, "--any-index: %s has no order in which a module uses its own", s->log->triple->functionality->name);
            return false;
        }
        s->witness->any(s->setup);
        s->spec.machine[UC_F].class = s->witness->any_class;
    }
    s->spec.watchers = 0;
    s->spec.budget = 0;
    return true;
}

static void search_free(Search *s)
{
    if (s->setup)
        s->witness->setup_free(s->setup);
    env_worlds_free(s->worlds);
    for (uint32_t p = 0; s->row && p < s->parties; p++)
        g_array_unref(s->row[p]);
    GArray *arrays[] = { s->trail, s->stamp, s->event, s->frame };
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_unref(arrays[i]);
    g_free(s->row);
    g_free(s->at);
    g_free(s->end);
    g_free(s->why);
    g_free(s);
}

/* ---- how much a log says ---- */

/* The same log with one event changed; false: there is no such change of this event. */
static bool change(GArray *event, uint32_t number, unsigned how, const UcMessageTable *messages)
{
    UcLogged *e = &g_array_index(event, UcLogged, number);
    const UcMessageKind *kind = e->has_out ? uc_message_kind(messages, e->out.kind) : NULL;
    UcLogged again = *e;
    if (how == ENV_DROPPED)
        g_array_remove_index(event, number);
    if (how == ENV_REPEATED)
        g_array_insert_val(event, number + 1, again);
    for (unsigned i = 0; how == ENV_ALTERED && kind && i < uc_message_fields(kind); i++) {
        if (kind->field[i].type != UC_INT || e->out_missing >> i & 1)
            continue;
        e->out.w[i]++;
        return true;
    }
    return how != ENV_ALTERED;
}

bool env_sensitivity(EnvLog *log, const EnvJudgeLimits *limits, EnvSensitivity out[ENV_CHANGES], GError **error)
{
    GArray *as_it_is = log->event;
    EnvJudgeLimits quick = *limits;
    bool good = true;
    quick.observe = NULL;
    quick.answer_only = true;
    memset(out, 0, ENV_CHANGES * sizeof *out);
    for (uint32_t i = 0; i < as_it_is->len && good; i++) {
        for (unsigned how = 0; how < ENV_CHANGES && good; how++) {
            log->event = g_array_copy(as_it_is);
            bool changed = !g_array_index(log->untrusted, bool, g_array_index(as_it_is, UcLogged, i).party) &&
                           change(log->event, i, how, log->triple->protocol->interface->messages);
            g_autoptr(EnvJudgement) j = changed ? env_judge(log, &quick, error) : NULL;
            good = !changed || j;
            out[how].made += j != NULL;
            out[how].rejected += j && j->answer == ENV_REJECTED;
            out[how].undecided += j && j->answer == ENV_UNDECIDED;
            g_array_unref(log->event);
        }
    }
    log->event = as_it_is;
    return good;
}

static EnvJudgement *judgement_new(void)
{
    EnvJudgement *out = g_new0(EnvJudgement, 1);
    out->explained = g_array_new(FALSE, FALSE, sizeof(EnvExplained));
    out->stuck = g_array_new(FALSE, FALSE, sizeof(EnvStuck));
    out->needed = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    out->culprit = ENV_NO_EVENT;
    g_array_set_clear_func(out->stuck, clear_stuck);
    return out;
}

void env_judgement_free(EnvJudgement *out)
{
    if (!out)
        return;
    g_array_unref(out->explained);
    g_array_unref(out->stuck);
    g_array_unref(out->needed);
    g_free(out);
}

EnvJudgement *env_judge(EnvLog *log, const EnvJudgeLimits *limits, GError **error)
{
    g_assert(log && limits && log->triple && log->triple->functionality->witness);
    Search *s = g_new0(Search, 1);
    g_autoptr(EnvJudgement) out = judgement_new();
    *s = (Search){ .log = log, .limits = limits, .witness = log->triple->functionality->witness, .parties = log->module->len - 1,
                   .out = out, .began = g_get_monotonic_time() };
    s->trail = g_array_new(FALSE, FALSE, sizeof(Undo));
    s->stamp = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    s->event = g_array_new(FALSE, FALSE, sizeof(UcLogged));
    s->frame = g_array_new(FALSE, FALSE, sizeof(Frame));
    bool good = set_up(s, error);
    if (good) {
        take_events(s);
        s->budget = limits->tries;
        out->answer = search_again(s);
        s->budget = limits->tries ? limits->tries : out->tried + SHORTEN;
        if (out->answer == ENV_REJECTED && !limits->answer_only)
            find_culprit(s);
        show(s);
    }
    search_free(s);
    return good ? g_steal_pointer(&out) : NULL;
}
