/* Moves and states by contents, for a search that is to go on later (model.h). */
#include "simulator/explore/lockstep_internal.h"

uint32_t lockstep_moves_now(void *data) { return uc_chunks_count(&((const UcLockstep *)data)->moves); }

void lockstep_save_move(void *data, uint32_t move, GByteArray *out)
{
    const UcLockstep *l = data;
    const UcChoice *m = move_at(l, move);
    uint64_t head[] = { m->write.from, m->write.to, m->write.peer, m->write.message.kind, m->counter,
                        m->actor, m->tag, m->names };
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        uc_append_u64(out, head[i]);
    for (unsigned i = 0; i < MOVE_WORDS; i++) {
        UcWord word = lockstep_word_of(m, i);
        size_t length;
        bool bytes = lockstep_word_is_bytes(l, m, i) && word != UC_NONE;
        uc_append_u8(out, bytes);
        if (bytes) {
            const uint8_t *b = uc_store_get(l->set.store, word, &length);
            uc_append_u64(out, length);
            g_byte_array_append(out, b, (guint)length);
        } else {
            uc_append_u64(out, word);
        }
    }
}

/* Numbers of a move that are places in tables: a checksum says that they arrived, not that there are such places. */
static bool has_places(const UcLockstep *l, const uint64_t head[])
{
    const UcWorldSpec *spec = l->set.spec[0];
    for (int i = 0; i < 3; i++) {
        if (head[i] >= (uint64_t)UC_PARTY_0 + spec->parties)
            return false;
    }
    return uc_message_kind(&spec->messages, head[3]) &&
           (head[4] < l->set.chooser.counters || head[4] == UC_NO_COUNTER) && head[5] < l->set.chooser.actors &&
           head[6] < l->set.chooser.tags && head[7] <= UINT32_MAX;
}

size_t lockstep_load_move(void *data, uint32_t number, const uint8_t *bytes, size_t length)
{
    UcLockstep *l = data;
    enum { HEAD_WORDS = 8 };
    uint64_t head[HEAD_WORDS];
    UcChoice m;
    size_t at = 0;
    memset(&m, 0, sizeof m);
    if (length < sizeof head)
        return 0;
    for (; at < HEAD_WORDS; at++)
        head[at] = uc_read_u64(bytes + 8 * at);
    at *= 8;
    if (!has_places(l, head))
        return 0;
    m.write.from = (uint16_t)head[0];
    m.write.to = (uint16_t)head[1];
    m.write.peer = (uint16_t)head[2];
    m.write.message.kind = head[3];
    m.counter = (uint8_t)head[4];
    m.actor = (uint16_t)head[5];
    m.tag = (uint8_t)head[6];
    m.names = (uint32_t)head[7];
    for (unsigned i = 0; i < MOVE_WORDS; i++) {
        if (length - at < 9)
            return 0;
        bool handle = bytes[at];
        UcWord word = uc_read_u64(bytes + at + 1);
        at += 9;
        if ((handle && word > length - at) || handle != (lockstep_word_is_bytes(l, &m, i) && (handle || word != UC_NONE)))
            return 0;
        size_t taken = handle ? word : 0;
        if (handle)
            word = uc_store_put(l->set.store, bytes + at, taken);
        at += taken;
        *(i < UC_MESSAGE_WORDS ? &m.write.message.w[i] : &m.extra[i - UC_MESSAGE_WORDS]) = word;
    }
    return lockstep_intern_move(l, &m) == number ? at : 0;
}

/* ---- rows ---- */

/* A region as it lies in slots of one kind, which says what of it are handles. */
typedef struct {
    const UcRegionKind *kind;
    uint32_t number;
    uint32_t column;  /* that `digest` is of; 0: of none yet */
    UcDigest digest;
} Seen;

/* Columns, regions and bytes have numbers of the saver's own, in the order in which they come, and are written when they come first.
 * Columns before the slots are the same in all runs. */
typedef struct {
    UcLockstep *l;
    uint32_t last[UC_ROW_MAX]; /* without the head */
    uint32_t first;            /* column of a slot */
    GArray *columns;           /* uint32_t, by number: columns of slots */
    uint32_t number_of[UC_ROW_MAX]; /* by column: + 1; 0: none yet */
    GArray *regions;           /* Seen, by number */
    GHashTable *region_of;     /* Seen* of kind and number -> number + 1; when saving */
    GArray *bytes;             /* UcWord, by number */
    GHashTable *bytes_of;      /* UcWord* -> number + 1; when saving */
    UcDigest hash;             /* of the last row, when loading */
    UcDigest digest[UC_ROW_MAX]; /* of its columns */
} Saver;

static guint seen_hash(gconstpointer p) { return ((const Seen *)p)->number * 2654435761u; }

static gboolean seen_equal(gconstpointer a, gconstpointer b)
{
    const Seen *x = a, *y = b;
    return x->number == y->number && x->kind == y->kind;
}

void *lockstep_saver_new(void *data)
{
    Saver *s = g_new0(Saver, 1);
    s->l = data;
    s->first = COUNTER_0 + s->l->set.chooser.counters;
    s->columns = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    s->regions = g_array_new(FALSE, FALSE, sizeof(Seen));
    s->bytes = g_array_new(FALSE, FALSE, sizeof(UcWord));
    s->region_of = g_hash_table_new_full(seen_hash, seen_equal, g_free, NULL);
    s->bytes_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return s;
}

void lockstep_saver_free(void *saver)
{
    Saver *s = saver;
    g_array_unref(s->columns);
    g_array_unref(s->regions);
    g_array_unref(s->bytes);
    g_hash_table_unref(s->region_of);
    g_hash_table_unref(s->bytes_of);
    g_free(s);
}

static const UcRegionKind *kind_of(const Saver *s, uint32_t column)
{
    if (column == KNOWLEDGE)
        return &s->l->set.chooser.knowledge;
    Column c = s->l->column[column];
    return uc_region_kind(s->l->set.spec[c.world], uc_layout_key(s->l->set.layout[c.world], c.slot));
}

static bool holds_region(const Saver *s, uint32_t column) { return column == KNOWLEDGE || column >= s->first; }

static void save_bytes(Saver *s, UcWord handle, GByteArray *out)
{
    gint64 key = (gint64)handle;
    uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(s->bytes_of, &key));
    if (handle == UC_NONE || known) {
        uc_append_number(out, known);
        return;
    }
    size_t length;
    const uint8_t *bytes = uc_store_get(s->l->set.store, handle, &length);
    g_array_append_val(s->bytes, handle);
    g_hash_table_insert(s->bytes_of, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(s->bytes->len));
    uc_append_number(out, s->bytes->len);
    uc_append_number(out, length);
    g_byte_array_append(out, bytes, (guint)length);
}

static void save_region(Saver *s, uint32_t column, uint32_t number, GByteArray *out)
{
    Seen seen = { kind_of(s, column), number, 0, { 0, 0 } };
    uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(s->region_of, &seen));
    if (!number || known) {
        uc_append_number(out, known);
        return;
    }
    UcRegion *region = column == KNOWLEDGE ? lockstep_knowledge(s->l, number) : uc_region_ref(uc_pool_get(s->l->pool, number));
    g_array_append_val(s->regions, seen);
    g_hash_table_insert(s->region_of, g_memdup2(&seen, sizeof seen), GUINT_TO_POINTER(s->regions->len));
    uc_append_number(out, s->regions->len);
    uc_append_number(out, region->words);
    for (uint32_t i = 0; i < region->words; i++) {
        if (uc_region_is_handle(seen.kind, i))
            save_bytes(s, region->word[i], out);
        else
            uc_append_number(out, region->word[i]);
    }
    uc_region_unref(region);
}

static void save_column(Saver *s, uint32_t column, GByteArray *out)
{
    if (column < s->first) {
        uc_append_number(out, column);
        return;
    }
    if (s->number_of[column]) {
        uc_append_number(out, s->first + s->number_of[column] - 1);
        return;
    }
    Column c = s->l->column[column];
    UcSlotKey key = uc_layout_key(s->l->set.layout[c.world], c.slot);
    uc_append_number(out, s->first + s->columns->len);
    g_array_append_val(s->columns, column);
    s->number_of[column] = s->columns->len;
    uc_append_number(out, c.world);
    uc_append_number(out, key.machine);
    uc_append_number(out, key.kind);
    uc_append_number(out, key.index);
}

void lockstep_save_row(void *saver, const uint32_t *row, GByteArray *out)
{
    Saver *s = saver;
    const uint32_t *column = row + HEAD, columns = s->l->columns;
    UcDigest h = row_hash(row);
    uint32_t changes = 0;
    for (uint32_t c = 0; c < columns; c++)
        changes += column[c] != s->last[c];
    uc_append_u64(out, h.lo);
    uc_append_u64(out, h.hi);
    uc_append_number(out, changes);
    for (uint32_t c = 0; c < columns; c++) {
        if (column[c] == s->last[c])
            continue;
        s->last[c] = column[c];
        save_column(s, c, out);
        if (holds_region(s, c))
            save_region(s, c, column[c], out);
        else
            uc_append_number(out, column[c]);
    }
}

static UcWord load_bytes(Saver *s, UcReader *r)
{
    uint64_t number = uc_take_number(r);
    r->bad = r->bad || number > s->bytes->len + UINT64_C(1);
    if (r->bad || !number)
        return UC_NONE;
    if (number == s->bytes->len + UINT64_C(1)) {
        uint64_t length = uc_take_number(r);
        const uint8_t *bytes = uc_take_bytes(r, length);
        if (!bytes)
            return UC_NONE;
        UcWord fresh = uc_store_put(s->l->set.store, bytes, length);
        g_array_append_val(s->bytes, fresh);
    }
    return g_array_index(s->bytes, UcWord, number - 1);
}

/* A region of this kind that comes for the first time. */
static void load_contents(Saver *s, UcReader *r, uint32_t column, const UcRegionKind *kind)
{
    uint64_t words = uc_take_number(r);
    bool fits = words <= r->left && (!words || (kind->item_words ? words >= kind->head_words && (words - kind->head_words) % kind->item_words == 0
                                                                 : words == kind->head_words));
    r->bad = r->bad || !fits;
    if (r->bad)
        return;
    UcRegion *region = uc_region_new(words);
    for (uint64_t i = 0; i < words; i++)
        region->word[i] = uc_region_is_handle(kind, i) ? load_bytes(s, r) : uc_take_number(r);
    Seen seen = { .kind = kind };
    if (!r->bad)
        seen.number = column == KNOWLEDGE ? lockstep_know(s->l, region) : uc_pool_put(s->l->pool, region);
    uc_region_unref(region);
    g_array_append_val(s->regions, seen);
}

/* The number of the region that a column gets, and the digest of both. */
static uint32_t load_region(Saver *s, UcReader *r, uint32_t column, UcDigest *digest)
{
    const UcRegionKind *kind = kind_of(s, column);
    uint64_t number = uc_take_number(r), known = s->regions->len;
    *digest = (UcDigest){ 0, 0 };
    r->bad = r->bad || number > known + 1;
    if (r->bad || !number)
        return 0;
    if (number == known + 1)
        load_contents(s, r, column, kind);
    r->bad = r->bad || g_array_index(s->regions, Seen, number - 1).kind != kind;
    if (r->bad)
        return 0;
    Seen *seen = &g_array_index(s->regions, Seen, number - 1);
    if (seen->column != column || column == KNOWLEDGE) {
        seen->digest = lockstep_column_digest(s->l, column, seen->number);
        seen->column = column;
    }
    *digest = seen->digest;
    return seen->number;
}

static bool is_slot(const UcWorldSpec *spec, uint64_t machine, uint64_t kind)
{
    return machine < uc_machines(spec) && kind <= UINT32_MAX &&
           (kind & UC_KIND_MASK) < (uint64_t)UC_FIRST_KIND + uc_machine_kinds(spec, (uint16_t)machine);
}

/* UC_ROW_MAX: there is no such column. */
static uint32_t load_column(Saver *s, UcReader *r)
{
    uint64_t number = uc_take_number(r);
    if (number < s->first)
        return (uint32_t)number;
    number -= s->first;
    if (number < s->columns->len)
        return g_array_index(s->columns, uint32_t, number);
    uint64_t world = uc_take_number(r), machine = uc_take_number(r), kind = uc_take_number(r), index = uc_take_number(r);
    UcSlotKey key = { (uint32_t)machine, (uint32_t)kind, index };
    r->bad = r->bad || number > s->columns->len || world >= s->l->set.worlds || !is_slot(s->l->set.spec[world], machine, kind);
    if (r->bad)
        return UC_ROW_MAX;
    uint32_t column = lockstep_column_for(s->l, (unsigned)world, uc_layout_slot(s->l->set.layout[world], key));
    r->bad = lockstep_is_full(s->l);
    g_array_append_val(s->columns, column);
    return r->bad ? UC_ROW_MAX : column;
}

static void set_column(Saver *s, uint32_t column, uint32_t value, UcDigest digest)
{
    digest_take(&s->hash, s->digest[column]);
    digest_add(&s->hash, digest);
    s->digest[column] = digest;
    s->last[column] = value;
}

uint32_t lockstep_load_row(void *saver, UcReader *r, UcChange *out)
{
    Saver *s = saver;
    UcDigest h = { uc_take(r, 8), 0 };
    h.hi = uc_take(r, 8);
    uint64_t changes = uc_take_number(r);
    uint32_t n = 0, hash[HEAD];
    r->bad = r->bad || changes > UC_CHANGES_MAX - HEAD;
    for (uint64_t i = 0; i < changes && !r->bad; i++) {
        UcDigest digest;
        uint32_t column = load_column(s, r), value;
        if (r->bad)
            break;
        if (holds_region(s, column)) {
            value = load_region(s, r, column, &digest);
        } else {
            uint64_t counted = uc_take_number(r);
            r->bad = r->bad || counted > UINT32_MAX;
            value = (uint32_t)counted;
            digest = counter_digest(s->l, column - COUNTER_0, value);
        }
        set_column(s, column, value, digest);
        out[n++] = (UcChange){ HEAD + column, value };
    }
    r->bad = r->bad || s->hash.lo != h.lo || s->hash.hi != h.hi;
    memcpy(hash, &h, sizeof hash);
    for (uint32_t i = 0; i < HEAD; i++)
        out[n++] = (UcChange){ i, hash[i] };
    return r->bad ? UC_NO_ROW_READ : n;
}
