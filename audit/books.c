/* The books: what modules may use, what they say is left, and what is in hand; who came before whom. */
#include "audit/internal.h"

#include "simulator/base/nearest.h"

enum { LISTED = 20 }; /* intervals in one finding */

/* ---- indices ---- */

static gint by_index(gconstpointer x, gconstpointer y)
{
    const Seen *a = x, *b = y;
    return a->index != b->index ? (a->index > b->index) - (a->index < b->index) : (a->item > b->item) - (a->item < b->item);
}

GArray *audit_indices(const Audit *a, uint32_t key)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Seen));
    g_autoptr(GHashTable) reused = g_hash_table_new(NULL, NULL);
    for (guint p = 0; p < a->proofs->len; p++)
        for (unsigned k = 0; k < 2; k++)
            g_hash_table_add(reused, GUINT_TO_POINTER(((Proof *)g_ptr_array_index(a->proofs, p))->item[k] + 1));
    for (guint i = 0; i < a->items->len; i++) {
        const Item *item = audit_item(a, i);
        Seen seen = { item->index, i, g_hash_table_contains(reused, GUINT_TO_POINTER(i + 1)) };
        if (item->key == key && item->state != ITEM_FAILED)
            g_array_append_val(all, seen);
    }
    g_array_sort(all, by_index);
    guint kept = 0;
    for (guint i = 0; i < all->len; i++) {
        const Seen s = g_array_index(all, Seen, i);
        Seen *last = kept ? &g_array_index(all, Seen, kept - 1) : NULL;
        if (last && last->index == s.index)
            last->reused |= s.reused;
        else
            g_array_index(all, Seen, kept++) = s;
    }
    g_array_set_size(all, kept);
    return all;
}

void audit_in_hand(const Audit *a, size_t key, void (*tell)(void *data, uint64_t index, const char *name), void *data)
{
    g_autoptr(GArray) all = audit_indices(a, (uint32_t)key);
    for (guint i = 0; i < all->len; i++) {
        g_autofree char *name = audit_item_name(a, g_array_index(all, Seen, i).item);
        tell(data, g_array_index(all, Seen, i).index, name);
    }
}

const uint8_t *audit_key_bytes(const Audit *a, size_t key, size_t *length)
{
    *length = audit_key(a, key)->key.length;
    return audit_key(a, key)->key.bytes;
}

typedef struct {
    GString *text;
    uint64_t count;
    unsigned intervals;
} Missing;

static void miss(Missing *m, uint64_t from, uint64_t end)
{
    g_autofree char *interval = audit_interval(from, end);
    if (from >= end)
        return;
    m->count += end - from;
    if (m->intervals++ < LISTED)
        g_string_append_printf(m->text, "%s%s", m->text->len ? ", " : "", interval);
}

/* What of [from, end) is not among the indices seen. */
static Missing missing(const GArray *seen, uint64_t from, uint64_t end)
{
    Missing m = { g_string_new(NULL), 0, 0 };
    uint64_t next = from;
    for (guint i = 0; i < seen->len; i++) {
        const uint64_t index = g_array_index(seen, Seen, i).index;
        if (index < from || index >= end)
            continue;
        miss(&m, next, index);
        next = index + 1;
    }
    miss(&m, next, end);
    if (m.intervals > LISTED)
        g_string_append_printf(m.text, " and %u more", m.intervals - LISTED);
    return m;
}

static uint64_t count_in(const GArray *seen, uint64_t from, uint64_t end, uint64_t *last)
{
    uint64_t count = 0;
    for (guint i = 0; i < seen->len; i++) {
        const uint64_t index = g_array_index(seen, Seen, i).index;
        if (index >= from && index < end) {
            count++;
            *last = index;
        }
    }
    return count;
}

/* ---- counts ---- */

/* One book: so many of [from, end) are used, of which `have` are in hand. */
static void reconcile(Audit *a, const char *who, const GArray *seen, uint64_t from, uint64_t end, uint64_t left)
{
    uint64_t last = 0;
    const uint64_t have = count_in(seen, from, end, &last), room = end - from;
    if (left > room) {
        audit_find(a, AUDIT_INDICATION, "counts", who, "%s: %" G_GUINT64_FORMAT " are said to be left of %" G_GUINT64_FORMAT,
                   who, left, room);
        return;
    }
    const uint64_t used = room - left;
    if (have > used)
        audit_find(a, AUDIT_INDICATION, "counts", who,
                   "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " are said to be used, and %" G_GUINT64_FORMAT
                   " indices are in hand: the state was set back, or others signed",
                   who, used, room, have);
    if (have && last - from >= used)
        audit_find(a, AUDIT_INDICATION, "counts", who,
                   "%s: index %" G_GUINT64_FORMAT " is in hand, beyond the first %" G_GUINT64_FORMAT " that are said to be used", who,
                   last, used);
    if (have < used) {
        Missing m = missing(seen, from, from + used);
        audit_find(a, AUDIT_INDICATION, "unseen", who,
                   "%s: %" G_GUINT64_FORMAT " used, %" G_GUINT64_FORMAT " in hand; a reuse among the others would not be seen; if the lowest are used first: %s",
                   who, used, have, m.text->str);
        g_string_free(m.text, TRUE);
    }
}

static void counts(Audit *a, const AuditKey *k, const GArray *seen)
{
    uint64_t left = 0, last = 0;
    bool all = a->modules->len > 0, any = false;
    const uint64_t capacity = k->set ? sig_set_capacity(k->set) : 0;
    for (guint i = 0; i < a->modules->len; i++) {
        const Module *m = g_ptr_array_index(a->modules, i);
        all = all && m->counted;
        any = any || m->counted;
        left += m->counted ? m->left : 0;
        if (m->owned && m->counted)
            reconcile(a, m->name, seen, m->from, m->end, m->left);
    }
    if (all && capacity)
        reconcile(a, k->path, seen, 0, capacity, left);
    if (any && !all)
        audit_find(a, AUDIT_INFORMATION, "counts-incomplete", k->path,
                   "not every module says what is left, so the books of %s are not closed", k->path);
    if (any || !count_in(seen, 0, UINT64_MAX, &last))
        return;
    Missing m = missing(seen, 0, last);
    if (m.count)
        audit_find(a, AUDIT_INFORMATION, "gaps", k->path,
                   "%s: %" G_GUINT64_FORMAT " indices below the highest in hand (%" G_GUINT64_FORMAT ") are not: %s; if they were used, a reuse there would not be seen",
                   k->path, m.count, last, m.text->str);
    g_string_free(m.text, TRUE);
}

/* ---- sectors ---- */

/* Modules whose indices lie among each other's. */
static void sectors(Audit *a, uint32_t key)
{
    const guint n = a->modules->len;
    g_autofree uint64_t *low = g_new(uint64_t, n + 1), *high = g_new0(uint64_t, n + 1), *out = g_new0(uint64_t, n + 1),
                        *one = g_new0(uint64_t, n + 1);
    for (guint m = 0; m <= n; m++)
        low[m] = UINT64_MAX;
    for (guint i = 0; i < a->items->len; i++) {
        const Item *item = audit_item(a, i);
        if (item->key != key || !item->module || item->state == ITEM_FAILED)
            continue;
        const guint m = item->module - 1;
        const Module *own = g_ptr_array_index(a->modules, m);
        low[m] = MIN(low[m], item->index);
        high[m] = MAX(high[m], item->index);
        if (own->owned && (item->index < own->from || item->index >= own->end)) {
            one[m] = out[m]++ ? one[m] : item->index;
        }
    }
    for (guint m = 0; m < n; m++) {
        const Module *own = g_ptr_array_index(a->modules, m);
        g_autofree char *sector = audit_interval(own->from, own->end);
        if (out[m])
            audit_find(a, AUDIT_INDICATION, "outside", own->name,
                       "%s signed %" G_GUINT64_FORMAT " times outside its sector %s, first at index %" G_GUINT64_FORMAT, own->name,
                       out[m], sector, one[m]);
        for (guint o = 0; o < m; o++) {
            const Module *other = g_ptr_array_index(a->modules, o);
            if (low[m] <= high[o] && low[o] <= high[m] && low[m] != UINT64_MAX && low[o] != UINT64_MAX && !(own->owned && other->owned))
                audit_find(a, AUDIT_INDICATION, "interleaved", own->name,
                           "%s and %s signed in one interval: [%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "] and [%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]",
                           other->name, own->name, low[o], high[o], low[m], high[m]);
        }
    }
}

/* ---- time ---- */

static gint by_time(gconstpointer x, gconstpointer y, gpointer data)
{
    const Item *a = audit_item(data, *(const guint *)x), *b = audit_item(data, *(const guint *)y);
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->module != b->module)
        return a->module < b->module ? -1 : 1;
    return (a->time > b->time) - (a->time < b->time);
}

/* Within a module an index goes up; clocks too, in the order of the manifest. */
static void times(Audit *a)
{
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree int64_t *latest = g_new(int64_t, a->modules->len + 1);
    g_autofree uint64_t *clocks = g_new0(uint64_t, a->modules->len + 1);
    for (guint m = 0; m <= a->modules->len; m++)
        latest[m] = INT64_MIN;
    for (guint i = 0; i < a->items->len; i++) {
        const Item *item = audit_item(a, i);
        if (item->time == AUDIT_NO_TIME || item->state == ITEM_FAILED)
            continue;
        g_array_append_val(order, i);
        clocks[item->module] += item->time < latest[item->module];
        latest[item->module] = MAX(latest[item->module], item->time);
    }
    g_array_sort_with_data(order, by_time, a);
    uint64_t back = 0;
    const Item *before = NULL;
    for (guint i = 0; i <= order->len; i++) {
        const Item *item = i < order->len ? audit_item(a, g_array_index(order, guint, i)) : NULL;
        const bool same = item && before && item->key == before->key && item->module == before->module;
        if (!same && back) {
            const char *name = before->module ? audit_module_at(a, before->module)->name : "no module";
            audit_find(a, AUDIT_INDICATION, "index-back", name,
                       "%s: the index goes back %" G_GUINT64_FORMAT " times in the order of time: a state set back, or a transfer", name, back);
        }
        back = same ? back + (item->index < before->index && item->time > before->time) : 0;
        before = item;
    }
    for (guint m = 0; m <= a->modules->len; m++) {
        const char *name = m ? audit_module_at(a, m)->name : "no module";
        if (clocks[m])
            audit_find(a, AUDIT_INFORMATION, "clock-back", name, "%s: times go back %" G_GUINT64_FORMAT " times in the order of the manifest",
                       name, clocks[m]);
    }
}

/* Modules that were named, and of which nothing is said to be: perhaps a slip. */
static void unseen_modules(Audit *a)
{
    g_autofree uint64_t *count = g_new0(uint64_t, a->modules->len + 1);
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    for (guint i = 0; i < a->items->len; i++)
        count[audit_item(a, i)->module]++;
    for (guint m = 1; m <= a->modules->len; m++)
        if (count[m])
            g_ptr_array_add(seen, audit_module_at(a, m)->name);
    g_ptr_array_add(seen, NULL);
    for (guint m = 1; m <= a->modules->len; m++) {
        const Module *own = audit_module_at(a, m);
        g_autofree char *near = uc_did_you_mean(count[m] ? NULL : uc_nearest(own->name, (const char *const *)seen->pdata));
        if (!count[m] && (own->owned || own->counted))
            audit_find(a, AUDIT_INFORMATION, "module-unseen", own->name,
                       "%s: no signature in hand is said to be of this module, so none was held against its sector%s", own->name, near);
    }
}

guint audit_count_gone(const Audit *a, guint *signatures, const char **first)
{
    guint files = 0;
    for (guint f = 0; f < a->files->len; f++) {
        if (!audit_is_there(audit_file(a, f)) && !files++)
            *first = audit_file(a, f)->path;
    }
    *signatures = 0;
    for (guint i = 0; files && i < a->items->len; i++)
        *signatures += !audit_is_there(audit_file(a, audit_item(a, i)->file));
    return files;
}

/* What the ledger knows, and nobody can look at any more. */
static void gone(Audit *a)
{
    guint signatures;
    const char *first = NULL;
    const guint files = audit_count_gone(a, &signatures, &first);
    g_autofree char *of = audit_count(files, "file"), *with = audit_count(signatures, "signature");
    if (files)
        audit_find(a, AUDIT_INFORMATION, "gone", first,
                   "%s of the ledger, with %s, %s, first %s; another use of these one-time keys would be seen, and could not be proven",
                   of, with, files == 1 ? "is not there any more as it was" : "are not there any more as they were", first);
}

void audit_books(Audit *a)
{
    gone(a);
    for (guint k = 0; k < a->keys->len; k++) {
        g_autoptr(GArray) seen = audit_indices(a, k);
        const AuditKey *key = audit_key(a, k);
        sectors(a, k);
        counts(a, key, seen);
        if (!key->seen)
            audit_find(a, AUDIT_INFORMATION, "key-unused", key->path, "no signature of %s is in hand", key->path);
        else if (sig_set_capacity(key->set) == INT64_MAX)
            audit_find(a, AUDIT_INFORMATION, "capped", key->path,
                       "%s has 2^63 one-time keys or more; indices and counts are capped there", key->path);
    }
    times(a);
    unseen_modules(a);
    if (a->given_twice)
        audit_find(a, AUDIT_INFORMATION, "given-twice", NULL, "%" G_GUINT64_FORMAT " files or folders were given more than once and gone through once",
                   a->given_twice);
    if (a->found_again)
        audit_find(a, AUDIT_INFORMATION, "found-again", NULL,
                   "%" G_GUINT64_FORMAT " files of the ledger are in another place and were found by their contents, first %s", a->found_again,
                   a->found_first);
    g_autofree char *duplicates = audit_count(a->duplicates, "signature");
    if (a->duplicates)
        audit_find(a, AUDIT_INFORMATION, "duplicates", NULL, "%s %s in hand more than once", duplicates, a->duplicates == 1 ? "is" : "are");
    if (a->passed_over)
        audit_find(a, AUDIT_INFORMATION, "passed-over", NULL, "%" G_GUINT64_FORMAT " files are keys, or known from the ledger, and were passed over",
                   a->passed_over);
}
