/* Which moves about one machine do nothing in a state, remembered for all of them together.
 *
 * Most of what a state allows does nothing there, and the moves about one machine look at much the same places: asking
 * once for all of them costs little more than asking for one. An outcome holds for every row that agrees with what those
 * moves looked at that it calls idle; the others are open and are asked for one by one, as what they look at differs more
 * than what they have in common. Which outcomes there are, and in which order a trie looks, depends on what was met
 * first: what the moves do does not.
 */
#include "simulator/explore/lockstep_internal.h"

uint32_t lockstep_exhausted(const UcLockstep *l, const uint32_t *column)
{
    const UcChooser *z = &l->set.chooser;
    uint32_t exhausted = 0, faults = 0;
    for (uint32_t left = __atomic_load_n(&l->counters, __ATOMIC_RELAXED); left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left), used = column[COUNTER_0 + i];
        faults += z->fault[i] ? used : 0;
        exhausted |= (uint32_t)(used >= z->limit[i]) << i;
    }
    return faults < l->set.fault_budget ? exhausted : exhausted | l->faults;
}

bool lockstep_possible(const Listed *move, uint32_t exhausted)
{
    return !(move->counters & exhausted);
}

/* Of the parties of a class, are those that are involved after the move the first ones? */
static bool in_order(const UcLockstep *l, uint32_t names)
{
    for (int i = 0; i < UC_ALIKE_MAX && l->set.chooser.alike[i]; i++) {
        uint32_t class = l->set.chooser.alike[i];
        uint32_t first = (names & class) / (class & -class);
        if (first & (first + 1))
            return false;
    }
    return true;
}

/* ---- groups ---- */

guint lockstep_group_hash(gconstpointer p)
{
    const Group *g = p;
    return (guint)uc_digest(g->move, g->count * sizeof(Listed)).lo;
}

gboolean lockstep_group_equal(gconstpointer a, gconstpointer b)
{
    const Group *x = a, *y = b;
    return x->count == y->count && !memcmp(x->move, y->move, x->count * sizeof(Listed));
}

Group *lockstep_group(UcLockstep *l, const GArray *moves)
{
    size_t bytes = sizeof(Group) + moves->len * sizeof(Listed);
    Group *g = lockstep_listed_new(l, bytes);
    g->count = moves->len;
    memcpy(g->move, moves->data, moves->len * sizeof(Listed));
    Group *known = g_hash_table_lookup(l->groups, g);
    if (known) {
        lockstep_listed_free(l, g, bytes);
        return known;
    }
    for (uint32_t i = 0; i < g->count; i++) {
        g->counters |= g->move[i].counters;
        g->names |= g->move[i].names;
    }
    g_hash_table_add(l->groups, g);
    return g;
}

void lockstep_group_free(gpointer p)
{
    Group *g = p;
    for (Allowed *a = g->allowed, *next; a; a = next) {
        next = a->next;
        g_free(a);
    }
    g_free(g);
}

/* ---- what is within bounds ---- */

static const Allowed *find_allowed(const Group *g, uint64_t bounds)
{
    const Allowed *a = __atomic_load_n(&g->allowed, __ATOMIC_ACQUIRE);
    while (a && a->bounds != bounds)
        a = a->next;
    return a;
}

static Allowed *make_allowed(UcLockstep *l, Group *g, uint64_t bounds)
{
    Allowed *a = lockstep_listed_new(l, sizeof(Allowed) + g->count * sizeof(uint32_t));
    for (uint32_t i = 0; i < g->count; i++) {
        if (lockstep_possible(&g->move[i], (uint32_t)bounds) && in_order(l, (uint32_t)(bounds >> 32) | g->move[i].names))
            a->at[a->count++] = i;
    }
    a->bounds = bounds;
    a->trie = l->outcome_tries++;
    a->next = g->allowed;
    return a;
}

const Allowed *lockstep_allowed(UcLockstep *l, Group *g, const uint32_t *column, uint32_t exhausted)
{
    uint64_t named = g->names ? column[involved(l)] : 0, bounds = (exhausted & g->counters) | named << 32;
    const Allowed *a = find_allowed(g, bounds);
    if (a)
        return a;
    g_mutex_lock(&l->lock);
    a = find_allowed(g, bounds); /* somebody may have been faster */
    if (!a) {
        Allowed *fresh = make_allowed(l, g, bounds);
        __atomic_store_n(&g->allowed, fresh, __ATOMIC_RELEASE);
        a = fresh;
    }
    g_mutex_unlock(&l->lock);
    return a;
}

/* ---- outcomes ---- */

static void look_at(Worker *w, const GArray *path)
{
    for (guint i = 0; i < path->len; i++) {
        uint32_t column = g_array_index(path, uint32_t, i);
        if (w->looked[column] != w->looking)
            g_array_append_val(w->columns, column);
        w->looked[column] = w->looking;
    }
}

/* Where the row leaves what is remembered of these moves, in columns[]. */
static void follow(Worker *w, const Allowed *a, uint32_t version, const uint32_t *column)
{
    w->looking++;
    g_array_set_size(w->columns, 0);
    g_array_set_size(w->path, 0);
    uc_memo_trace(w->l->outcomes, a->trie, version, column, w->path);
    look_at(w, w->path);
}

static void keep(Worker *w, const Allowed *a, uint32_t version, const uint32_t *column)
{
    UcLockstep *l = w->l;
    size_t size = w->open->len * sizeof(uint32_t);
    g_mutex_lock(&l->lock);
    Outcome *o = uc_arena_get(&l->effects, sizeof(Outcome) + size, sizeof(uint32_t));
    g_mutex_unlock(&l->lock);
    o->open = w->open->len;
    if (size)
        memcpy(o->at, w->open->data, size);
    /* where others changed the trie meanwhile it is not kept */
    uc_memo_add(l->outcomes, a->trie, version, column, (const uint32_t *)(const void *)w->columns->data,
                w->columns->len, o, NULL);
}

static inline void note_tried(Worker *w, const Part *part, uint32_t at, const Effect *effect, UcEdges *out)
{
    if (effect == w->l->idle) {
        out->idle++;
        return;
    }
    if (w->tries == w->tried_room) {
        w->tried_room = 2 * w->tried_room + 64;
        w->tried = g_renew(Tried, w->tried, w->tried_room);
    }
    w->tried[w->tries++] = (Tried){ &part->group->move[at], effect, part->place[at] };
}

/* Asked after every MANY moves of a state, of which there are `more` now. */
static bool told_to_stop(Worker *w, uint32_t more, UcEdges *out)
{
    w->unasked += more;
    if (w->unasked < MANY)
        return false;
    w->unasked = 0;
    out->stopped = out->stop && out->stop(out->stop_data);
    return out->stopped;
}

static const Effect *effect_of(Worker *w, uint32_t number, uint32_t *version, const uint32_t *column, UcEdges *out)
{
    const Effect *effect = lockstep_effect_of(w, number, version, column);
    out->stopped = out->stopped || (!effect && lockstep_is_full(w->l));
    return effect;
}

/* Tries the moves one by one. */
static bool try_all(Worker *w, const Part *part, const Allowed *a, uint32_t *version, const uint32_t *column, UcEdges *out)
{
    uint32_t before = *version;
    follow(w, a, before, column);
    g_array_set_size(w->open, 0);
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t number = part->group->move[a->at[i]].number;
        const Effect *effect = told_to_stop(w, 1, out) ? NULL : effect_of(w, number, version, column, out);
        if (!effect)
            return false;
        g_array_set_size(w->path, 0);
        bool idle = effect == w->l->idle && uc_memo_trace(w->l->memo, number, before, column, w->path);
        if (idle)
            look_at(w, w->path);
        else
            g_array_append_val(w->open, a->at[i]);
        note_tried(w, part, a->at[i], effect, out);
    }
    if (*version == before)
        keep(w, a, before, column);
    return true;
}

/* The n-th move that is known to be idle. */
static uint32_t idle_at(const Allowed *a, const Outcome *o, uint32_t n)
{
    uint32_t i = 0, open = 0;
    for (;; i++) {
        if (open < o->open && o->at[open] == a->at[i])
            open++;
        else if (n-- == 0)
            return a->at[i];
    }
}

/* So many hits more: is one of them to be run again, and does it do the same? */
static bool count_hits(Worker *w, const Group *g, const Allowed *a, const Outcome *o, const uint32_t *column)
{
    uint32_t idle = a->count - o->open, left = idle;
    w->hits += idle;
    for (; left >= w->due; w->due = w->l->set.recheck) {
        left -= (uint32_t)w->due;
        if (!lockstep_recheck(w, g->move[idle_at(a, o, idle - left - 1)].number, w->l->idle, column))
            return false;
    }
    w->due -= left;
    return true;
}

bool lockstep_try(Worker *w, const Part *part, const Allowed *a, uint32_t *version, const uint32_t *column, UcEdges *out)
{
    const Outcome *known = uc_memo_find(w->l->outcomes, a->trie, *version, column);
    if (!known)
        return try_all(w, part, a, version, column, out);
    if (told_to_stop(w, a->count, out) || !count_hits(w, part->group, a, known, column))
        return false;
    out->idle += a->count - known->open;
    for (uint32_t i = 0; i < known->open; i++)
        uc_memo_prefetch(w->l->memo, part->group->move[known->at[i]].number);
    for (uint32_t i = 0; i < known->open; i++) {
        const Effect *effect = effect_of(w, part->group->move[known->at[i]].number, version, column, out);
        if (!effect)
            return false;
        note_tried(w, part, known->at[i], effect, out);
    }
    return true;
}
