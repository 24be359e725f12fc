#include "simulator/explore/shrink.h"

#include <glib.h>
#include <string.h>

#include "simulator/base/bytes.h"

typedef struct {
    size_t count;
    bool *keep, *attempt;
    bool (*holds)(void *data, const bool *keep);
    void *data;
    unsigned tries, max_tries;
    GHashTable *tried; /* digests of what was tried in vain */
} Shrink;

static guint digest_hash(gconstpointer p) { return (guint)((const UcDigest *)p)->lo; }
static gboolean digest_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcDigest)); }

/* Leaves out the kept moves number from .. to-1 (counted among the kept) if it holds without them. */
static bool without(Shrink *s, size_t from, size_t to)
{
    size_t n = 0;
    memcpy(s->attempt, s->keep, s->count * sizeof *s->keep);
    for (size_t i = 0; i < s->count; i++) {
        if (s->keep[i] && n++ >= from && n <= to)
            s->attempt[i] = false;
    }
    UcDigest d = uc_digest(s->attempt, s->count * sizeof *s->attempt);
    if (g_hash_table_contains(s->tried, &d) || s->tries >= s->max_tries)
        return false;
    s->tries++;
    if (!s->holds(s->data, s->attempt)) {
        g_hash_table_add(s->tried, g_memdup2(&d, sizeof d));
        return false;
    }
    memcpy(s->keep, s->attempt, s->count * sizeof *s->keep);
    return true;
}

static size_t kept(const Shrink *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        n += s->keep[i];
    return n;
}

/* Pieces of this size from the end on, where what follows from nothing else stands. True: some could go. */
static bool pass(Shrink *s, size_t size)
{
    bool any = false;
    for (size_t to = kept(s); to > 0;) {
        size_t from = to > size ? to - size : 0;
        any = without(s, from, to) || any;
        to = from;
    }
    return any;
}

UcShrunk uc_shrink(size_t count, bool *keep, bool (*holds)(void *data, const bool *keep), void *data,
                   unsigned max_tries)
{
    g_assert(keep && holds && count > 0);
    g_autofree bool *attempt = g_new(bool, count);
    g_autoptr(GHashTable) tried = g_hash_table_new_full(digest_hash, digest_equal, g_free, NULL);
    Shrink s = { count, keep, attempt, holds, data, 0, max_tries, tried };
    for (size_t size = kept(&s) / 2; size > 1; size /= 2)
        pass(&s, size);
    while (pass(&s, 1))
        ;
    return (UcShrunk){ kept(&s), s.tries, s.tries < max_tries };
}
