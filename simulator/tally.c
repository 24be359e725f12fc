#include "simulator/tally.h"

#include <math.h>
#include <string.h>

UcTally *uc_tally_new(void)
{
    UcTally *t = g_new0(UcTally, 1);
    for (unsigned i = 0; i < UC_SHAPES; i++)
        t->shape[i].first = UINT64_MAX;
    return t;
}

void uc_tally_free(UcTally *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < UC_COLUMNS; i++)
        g_free(t->column[i]);
    for (unsigned i = 0; i < UC_FEATURES; i++) {
        if (t->number[i])
            g_array_unref(t->number[i]);
    }
    g_free(t);
}

/* ---- views ---- */

enum { SHAPE_WORDS = 256 };
typedef struct {
    UcTally *tally;
    const UcStore *store;
    UcWord named[UC_COLUMNS]; /* handles in order of appearance */
    unsigned names;
    uint64_t word[SHAPE_WORDS]; /* word 0 chains the digest of what came before */
    unsigned words;
} Walk;

static void shape_word(Walk *walk, uint64_t word)
{
    if (walk->words == SHAPE_WORDS) {
        walk->word[0] = uc_digest(walk->word, sizeof walk->word).lo;
        walk->words = 1;
    }
    walk->word[walk->words++] = word;
}

static void count_bytes(Walk *walk, unsigned number, const uint8_t *bytes, size_t length)
{
    UcColumn **column = &walk->tally->column[number];
    if (!*column)
        *column = g_new0(UcColumn, 1);
    size_t edge = MIN(length, (size_t)UC_EDGE_BYTES);
    for (size_t i = 0; i < edge; i++)
        (*column)->at[i][bytes[i]]++;
    size_t back = MIN(length - edge, (size_t)UC_EDGE_BYTES);
    for (size_t i = 1; i <= back; i++)
        (*column)->at[UC_COLUMN_POSITIONS - i][bytes[length - i]]++;
}

/* The name of a string is the order of its first appearance, so that fresh random strings look alike. */
static void walk_bytes(Walk *walk, UcWord handle)
{
    size_t length;
    unsigned i = 0;
    if (!uc_store_knows(walk->store, handle)) {
        shape_word(walk, UINT64_MAX);
        return;
    }
    const uint8_t *bytes = uc_store_get(walk->store, handle, &length);
    while (i < walk->names && walk->named[i] != handle)
        i++;
    if (i == walk->names && i < UC_COLUMNS) {
        walk->named[walk->names++] = handle;
        count_bytes(walk, i, bytes, length);
    }
    shape_word(walk, i);
    shape_word(walk, length);
}

static void walk_message(Walk *walk, const UcMessageTable *table, const UcMessage *m)
{
    const UcMessageKind *kind = uc_message_kind(table, m->kind);
    shape_word(walk, m->kind);
    for (unsigned f = 0; kind && f < uc_message_fields(kind); f++) {
        switch (kind->field[f].type) {
        case UC_BYTES:
            walk_bytes(walk, m->w[f]);
            break;
        case UC_TEXT:
        case UC_INTERVALS:
        case UC_PARTIES: /* their contents are structure */
            shape_word(walk, uc_store_knows(walk->store, m->w[f]) ? uc_store_digest(walk->store, m->w[f]).lo : 0);
            break;
        default:
            shape_word(walk, m->w[f]);
        }
    }
}

static uint64_t walk_view(UcTally *tally, const UcWorld *world, const UcSample *sample, size_t *entries)
{
    Walk walk;
    walk.tally = tally;
    walk.store = uc_world_store(world);
    walk.names = 0;
    walk.words = 1;
    walk.word[0] = 0;
    const UcViewEntry *view = uc_world_view(world, entries);
    for (size_t i = 0; i < *entries; i++) {
        shape_word(&walk, (uint64_t)view[i].from << 32 | view[i].peer);
        walk_message(&walk, uc_messages_between(uc_world_spec(world), view[i].from, UC_Z, view[i].peer), &view[i].message);
    }
    shape_word(&walk, (uint64_t)sample->guess);
    shape_word(&walk, sample->simulation_failed);
    return uc_digest(walk.word, walk.words * sizeof *walk.word).lo;
}

/* ---- one sample ---- */

static void add_feature(UcTally *t, unsigned i, double value, uint64_t number)
{
    if (isnan(value))
        return;
    value += 0.0; /* no negative zero: it has another digest */
    t->feature[i].n++;
    t->feature[i].hits += value != 0;
    t->feature_counts[i] |= value != 0 && value != 1;
    t->bucket[i][uc_digest(&value, sizeof value).lo % UC_SHAPES]++;
    if (number >= UC_KEPT)
        return;
    if (!t->number[i])
        t->number[i] = g_array_new(FALSE, FALSE, sizeof(double));
    g_array_append_val(t->number[i], value);
}

void uc_tally_add(UcTally *t, const UcWorld *world, const UcSample *s)
{
    g_assert(t && world && s && s->features <= UC_FEATURES && (s->guess == 0 || s->guess == 1));
    size_t entries;
    UcShape *shape = &t->shape[walk_view(t, world, s, &entries) % UC_SHAPES];
    shape->count++;
    shape->first = MIN(shape->first, s->number);
    t->length[MIN(entries, (size_t)UC_LENGTHS - 1)]++;
    t->n++;
    t->ones += (unsigned)s->guess;
    t->failed += s->simulation_failed;
    t->bad_any += s->bad != 0;
    for (unsigned i = 0; i < UC_BAD_EVENTS; i++)
        t->bad[i] += s->bad >> i & 1;
    t->features = MAX(t->features, s->features);
    for (unsigned i = 0; i < s->features; i++)
        add_feature(t, i, s->feature[i], s->number);
}

static void merge_features(UcTally *t, const UcTally *more)
{
    t->features = MAX(t->features, more->features);
    for (unsigned i = 0; i < more->features; i++) {
        t->feature[i].hits += more->feature[i].hits;
        t->feature[i].n += more->feature[i].n;
        t->feature_counts[i] |= more->feature_counts[i];
        for (unsigned k = 0; k < UC_SHAPES; k++)
            t->bucket[i][k] += more->bucket[i][k];
        if (!more->number[i])
            continue;
        if (!t->number[i])
            t->number[i] = g_array_new(FALSE, FALSE, sizeof(double));
        g_array_append_vals(t->number[i], more->number[i]->data, more->number[i]->len);
    }
}

static void merge_column(UcColumn *to, const UcColumn *from)
{
    for (unsigned i = 0; i < UC_COLUMN_POSITIONS; i++) {
        for (unsigned v = 0; v < 256; v++)
            to->at[i][v] += from->at[i][v];
    }
}

void uc_tally_merge(UcTally *t, const UcTally *more)
{
    g_assert(t && more && t != more);
    t->n += more->n;
    t->ones += more->ones;
    t->failed += more->failed;
    t->bad_any += more->bad_any;
    for (unsigned i = 0; i < UC_BAD_EVENTS; i++)
        t->bad[i] += more->bad[i];
    for (unsigned i = 0; i < UC_LENGTHS; i++)
        t->length[i] += more->length[i];
    for (unsigned i = 0; i < UC_SHAPES; i++) {
        t->shape[i].count += more->shape[i].count;
        t->shape[i].first = MIN(t->shape[i].first, more->shape[i].first);
    }
    for (unsigned i = 0; i < UC_COLUMNS; i++) {
        if (!more->column[i])
            continue;
        if (!t->column[i])
            t->column[i] = g_new0(UcColumn, 1);
        merge_column(t->column[i], more->column[i]);
    }
    merge_features(t, more);
}
