/* The tables of a search in lock step: columns, moves, lists of moves, digests. */
#include "simulator/explore/lockstep_internal.h"

enum { SPARE = UC_ROW_MAX - HEAD - 1 /* the column of slots that find no room */ };

guint lockstep_move_hash(gconstpointer p) { return (guint)uc_digest(p, sizeof(UcChoice)).lo; }
gboolean lockstep_move_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcChoice)); }

const UcChoice *uc_lockstep_move(const UcLockstep *l, uint32_t move)
{
    return move_at(l, move);
}

const UcFinding *uc_lockstep_finding(const UcLockstep *l, uint32_t finding)
{
    g_assert(finding > 0 && finding <= l->findings->len);
    return l->findings->pdata[finding - 1];
}

uint32_t lockstep_column_for(UcLockstep *l, unsigned world, uint32_t slot)
{
    if (slot >= SLOTS_MAX) {
        lockstep_set_full(l);
        return SPARE;
    }
    uint32_t *at = &l->column_of[world][slot], known = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (known)
        return known - 1;
    g_mutex_lock(&l->lock);
    if (!*at && l->columns < SPARE) {
        l->column[l->columns] = (Column){ world, slot };
        __atomic_store_n(&l->columns, l->columns + 1, __ATOMIC_RELEASE);
        __atomic_store_n(at, l->columns, __ATOMIC_RELEASE);
    }
    known = *at;
    g_mutex_unlock(&l->lock);
    if (!known)
        lockstep_set_full(l);
    return known ? known - 1 : SPARE;
}

bool lockstep_word_is_bytes(const UcLockstep *l, const UcChoice *m, unsigned i)
{
    const UcMessageKind *kind = uc_message_kind(&l->set.spec[0]->messages, m->write.message.kind);
    if (i >= UC_MESSAGE_WORDS)
        return l->set.chooser.extra_handles >> (i - UC_MESSAGE_WORDS) & 1;
    return kind && uc_message_handle(kind, i);
}

static uint64_t hash_of_text(const char *text) { return text ? uc_digest(text, strlen(text)).lo : 0; }

/* A number that tells moves apart and depends on nothing but what they are: names of kinds, parties and bytes; not on
 * handles, the order of a table, or when the move was first met. */
static uint64_t contents_of(const UcLockstep *l, const UcChoice *m)
{
    const UcMessageKind *kind = uc_message_kind(&l->set.spec[0]->messages, m->write.message.kind);
    const UcChooser *z = &l->set.chooser;
    uint64_t flat[2 * MOVE_WORDS + 4] = { m->write.to, m->write.peer, hash_of_text(kind ? kind->name : NULL),
                                          hash_of_text(z->name(z->data, m)) };
    for (unsigned i = 0; i < MOVE_WORDS; i++) {
        UcWord word = lockstep_word_of(m, i);
        bool bytes = lockstep_word_is_bytes(l, m, i);
        UcDigest d = bytes && uc_store_knows(l->set.store, word) ? uc_store_digest(l->set.store, word)
                                                                 : (UcDigest){ word, bytes };
        flat[4 + 2 * i] = d.lo;
        flat[5 + 2 * i] = d.hi;
    }
    return uc_digest(flat, sizeof flat).lo;
}

static uint32_t bit_of(uint8_t counter) { return counter == UC_NO_COUNTER ? 0 : UINT32_C(1) << counter; }

Listed lockstep_listed(const UcLockstep *l, uint32_t number)
{
    const UcChoice *m = move_at(l, number);
    return (Listed){ number, m->names, bit_of(m->counter) };
}

uint32_t lockstep_intern_move(UcLockstep *l, const UcChoice *given)
{
    gpointer known;
    UcChoice clean, *move = &clean; /* moves are told apart by their bytes: nothing may lie in the gaps */
    memset(&clean, 0, sizeof clean);
    clean.write.from = given->write.from;
    clean.write.to = given->write.to;
    clean.write.peer = given->write.peer;
    clean.write.message = given->write.message;
    clean.counter = given->counter;
    clean.actor = given->actor;
    clean.tag = given->tag;
    clean.names = given->names;
    memcpy(clean.extra, given->extra, sizeof clean.extra);
    if (g_hash_table_lookup_extended(l->move_of, move, NULL, &known))
        return GPOINTER_TO_UINT(known);
    Known fresh = { clean, contents_of(l, move) };
    uint32_t n = uc_chunks_add(&l->moves, &fresh, sizeof fresh), uses = lockstep_listed(l, n).counters;
    __atomic_store_n(&l->counters, l->counters | uses, __ATOMIC_RELAXED);
    g_hash_table_insert(l->move_of, move_at(l, n), GUINT_TO_POINTER(n));
    return n;
}

/* Whom a write of Z is about: an order to A is about the party that it names. */
static uint32_t machine_of(const UcChoice *m) { return m->write.to >= UC_PARTY_0 ? m->write.to : m->write.peer; }

uint32_t lockstep_used_in(const UcLockstep *l, const UcRegion *knowledge)
{
    const UcChooser *z = &l->set.chooser;
    return z->used ? z->used(z->data, knowledge) : 0;
}

enum { BLOCK_HEAD = 16 }; /* what the allocator takes besides */

void *lockstep_listed_new(UcLockstep *l, size_t bytes)
{
    __atomic_fetch_add(&l->listed, bytes + BLOCK_HEAD, __ATOMIC_RELAXED);
    return g_malloc0(bytes);
}

void lockstep_listed_free(UcLockstep *l, void *what, size_t bytes)
{
    __atomic_fetch_sub(&l->listed, bytes + BLOCK_HEAD, __ATOMIC_RELAXED);
    g_free(what);
}

/* Moves of one machine, while a list is made. */
typedef struct {
    uint32_t machine;
    GArray *moves;  /* Listed */
    GArray *place;  /* uint32_t */
} Gathered;

static Gathered *gathered_for(GArray *all, uint32_t machine)
{
    guint i = 0;
    while (i < all->len && g_array_index(all, Gathered, i).machine != machine)
        i++;
    if (i == all->len) {
        Gathered fresh = { machine, g_array_new(FALSE, FALSE, sizeof(Listed)), g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
        g_array_append_val(all, fresh);
    }
    return &g_array_index(all, Gathered, i);
}

guint lockstep_mix_hash(gconstpointer p)
{
    const Mix *m = p;
    return (guint)uc_digest(m->place, m->words * sizeof *m->place).lo;
}

gboolean lockstep_mix_equal(gconstpointer a, gconstpointer b)
{
    const Mix *x = a, *y = b;
    return x->words == y->words && x->parts == y->parts && !memcmp(x->place, y->place, x->words * sizeof *x->place);
}

static const Mix *mix_of(UcLockstep *l, const GArray *all, uint32_t moves)
{
    const size_t bytes = sizeof(Mix) + (moves + all->len) * sizeof(uint32_t);
    Mix *mix = lockstep_listed_new(l, bytes);
    mix->parts = all->len;
    for (guint i = 0; i < all->len; i++) {
        const GArray *place = g_array_index(all, Gathered, i).place;
        mix->place[mix->words++] = place->len;
        memcpy(mix->place + mix->words, place->data, place->len * sizeof *mix->place);
        mix->words += place->len;
    }
    const Mix *known = g_hash_table_lookup(l->mixes, mix);
    if (known)
        lockstep_listed_free(l, mix, bytes);
    else
        g_hash_table_add(l->mixes, mix);
    return known ? known : mix;
}

static List *make_list(UcLockstep *l, const GArray *moves)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Gathered));
    for (guint i = 0; i < moves->len; i++) {
        const UcChoice *move = &g_array_index(moves, UcChoice, i);
        Gathered *g = gathered_for(all, machine_of(move));
        Listed listed = lockstep_listed(l, lockstep_intern_move(l, move));
        g_array_append_val(g->moves, listed);
        g_array_append_val(g->place, i);
    }
    List *list = lockstep_listed_new(l, sizeof(List) + all->len * sizeof(Group *));
    list->mix = mix_of(l, all, moves->len);
    for (guint i = 0; i < all->len; i++) {
        Gathered *g = &g_array_index(all, Gathered, i);
        list->group[i] = lockstep_group(l, g->moves);
        g_array_unref(g->place);
        g_array_unref(g->moves);
    }
    return list;
}

void lockstep_list_free(UcLockstep *l, List *list)
{
    if (list)
        lockstep_listed_free(l, list, sizeof(List) + list->mix->parts * sizeof(Group *));
}

const List *lockstep_list_of(UcLockstep *l, uint32_t knowledge)
{
    List **at = knowledge ? &lockstep_lore(l, knowledge)->list : &l->list_of_none, *list = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (list)
        return list;
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    UcRegion *region = lockstep_knowledge(l, knowledge);
    l->set.chooser.moves(l->set.chooser.data, region, moves);
    uc_region_unref(region);
    g_mutex_lock(&l->lock);
    if (!*at) /* else somebody was faster */
        __atomic_store_n(at, make_list(l, moves), __ATOMIC_RELEASE);
    list = *at;
    g_mutex_unlock(&l->lock);
    return list;
}

/* Crashes and persists look at every slot that a party has by then, so what they did holds only as long as the
 * parties have no others: the version of what is remembered counts them. */
uint32_t lockstep_count_slots(UcLockstep *l)
{
    bool more = false;
    for (unsigned w = 0; w < l->set.worlds; w++)
        more = more || __atomic_load_n(&l->scanned[w], __ATOMIC_ACQUIRE) < uc_layout_count(l->set.layout[w]);
    if (!more)
        return __atomic_load_n(&l->version, __ATOMIC_ACQUIRE);
    g_mutex_lock(&l->lock);
    uint32_t version = l->version;
    for (unsigned w = 0; w < l->set.worlds; w++) {
        uint32_t slots = uc_layout_count(l->set.layout[w]), at = l->scanned[w];
        for (; at < slots; at++) {
            uint32_t machine = uc_layout_key(l->set.layout[w], at).machine;
            version += machine >= UC_PARTY_0 && machine < uc_watcher_machine(l->set.spec[w], 0);
        }
        __atomic_store_n(&l->version, version, __ATOMIC_RELEASE);
        __atomic_store_n(&l->scanned[w], slots, __ATOMIC_RELEASE);
    }
    g_mutex_unlock(&l->lock);
    return version;
}

UcDigest lockstep_make_counter_digest(uint32_t counter, uint32_t value)
{
    uint64_t flat[] = { UINT64_C(0x636f756e746572), counter, value };
    return value ? uc_digest(flat, sizeof flat) : (UcDigest){ 0, 0 };
}

UcDigest lockstep_column_digest(UcLockstep *l, uint32_t column, uint32_t value)
{
    if (value == 0)
        return (UcDigest){ 0, 0 };
    if (column == KNOWLEDGE)
        return lockstep_lore_digest(l, value);
    if (column < COUNTER_0 + l->set.chooser.counters)
        return counter_digest(l, column - COUNTER_0, value);
    Column c = l->column[column];
    UcSlotKey key = uc_layout_key(l->set.layout[c.world], c.slot);
    UcDigest d = uc_slot_digest(key, uc_region_digest(uc_pool_get(l->pool, value),
                                                      uc_region_kind(l->set.spec[c.world], key), l->set.store));
    if (c.world == 0)
        return d;
    uint64_t flat[] = { d.lo, d.hi, c.world };
    return uc_digest(flat, sizeof flat);
}

uint64_t lockstep_contents(void *data, uint32_t move)
{
    const UcLockstep *l = data;
    return ((const Known *)uc_chunks_at(&l->moves, move, sizeof(Known)))->contents;
}

/* "deliver to party 2 (deliver)": enough to know which kind of move it is. */
char *lockstep_name(void *data, uint32_t move)
{
    const UcLockstep *l = data;
    const UcChoice *m = move_at(l, move);
    const UcMessageKind *kind = uc_message_kind(&l->set.spec[0]->messages, m->write.message.kind);
    uint32_t machine = machine_of(m);
    const char *message = kind ? kind->name : "?";
    const char *name = l->set.chooser.name(l->set.chooser.data, m);
    return machine >= UC_PARTY_0 ? g_strdup_printf("%s: %s, party %u", name, message, machine - (uint32_t)UC_PARTY_0)
                                 : g_strdup_printf("%s: %s", name, message);
}
