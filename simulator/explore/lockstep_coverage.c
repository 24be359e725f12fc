/* What a search went through. */
#include "simulator/explore/lockstep_internal.h"

/* Most are set already, and threads that only look do not disturb each other. */
static void note_bit(uint64_t *bits, unsigned bit)
{
    if (!(__atomic_load_n(bits, __ATOMIC_RELAXED) >> bit & 1))
        __atomic_fetch_or(bits, UINT64_C(1) << bit, __ATOMIC_RELAXED);
}

void lockstep_observe(void *data, const UcWorld *world, const UcActivation *a)
{
    Worker *w = data;
    const UcMessage *message[] = { &a->in.message, &a->outcome.result.message, &a->outcome.effect };
    for (int i = 0; i < 2 + a->outcome.has_effect; i++) {
        UcWord kind = message[i]->kind;
        const UcMessageKind *k = uc_message_kind(&uc_world_spec(world)->messages, kind);
        if (!k || kind >= KINDS_MAX || (i == 1 && a->outcome.result.code != UC_SEND))
            continue;
        note_bit(&w->l->kinds_seen[kind / 64], kind % 64);
        for (unsigned f = 0, fields = uc_message_fields(k); f < fields; f++) {
            if ((k->field[f].type == UC_CODE || k->field[f].type == UC_POINT) && message[i]->w[f] < 64)
                note_bit(&w->l->codes_seen[kind][f], (unsigned)message[i]->w[f]);
        }
    }
    const char *reason = a->outcome.result.reason;
    if (reason && g_hash_table_add(w->reasons, (gpointer)reason)) {
        g_mutex_lock(&w->l->lock);
        g_hash_table_add(w->l->reasons, g_strdup_printf("%s: %s", a->outcome.result.code == UC_FAIL ? "refused" : "passed",
                                                        reason));
        g_mutex_unlock(&w->l->lock);
    }
}

static void cover(UcCoverage *c, bool reached, const char *kind, const char *field, const char *code)
{
    char *text = field ? g_strdup_printf("%s %s %s", kind, field, code) : g_strdup(kind);
    g_ptr_array_add(reached ? c->seen : c->missing, text);
}

static void cover_codes(UcCoverage *c, const UcLockstep *l, const UcMessageKind *kind, unsigned number)
{
    for (unsigned f = 0; f < uc_message_fields(kind); f++) {
        const char *const *name = kind->field[f].type == UC_POINT ? uc_point_name
                                : kind->field[f].type == UC_CODE ? kind->field[f].names : NULL;
        for (unsigned i = 0; name && name[i] && i < 64; i++)
            cover(c, l->codes_seen[number][f] >> i & 1, kind->name, kind->field[f].name, name[i]);
    }
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *sorted_reasons(UcLockstep *l)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer reason;
    g_hash_table_iter_init(&iter, l->reasons);
    while (g_hash_table_iter_next(&iter, &reason, NULL))
        g_ptr_array_add(all, reason);
    g_ptr_array_sort(all, by_text); /* never in the order of a hash table */
    return all;
}

UcCoverage *uc_lockstep_coverage(UcLockstep *l)
{
    g_assert(l);
    UcCoverage *c = g_new0(UcCoverage, 1);
    const UcMessageTable *table = &l->set.spec[0]->messages;
    g_autoptr(GPtrArray) reasons = sorted_reasons(l);
    c->seen = g_ptr_array_new_with_free_func(g_free);
    c->missing = g_ptr_array_new_with_free_func(g_free);
    c->reasons = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = UC_M_EMPTY + 1; i < MIN(UC_M_USER + table->kinds, (unsigned)KINDS_MAX); i++) {
        const UcMessageKind *kind = uc_message_kind(table, i);
        if (!kind)
            continue;
        cover(c, l->kinds_seen[i / 64] >> i % 64 & 1, kind->name, NULL, NULL);
        cover_codes(c, l, kind, i);
    }
    for (guint i = 0; i < reasons->len; i++)
        g_ptr_array_add(c->reasons, g_strdup(reasons->pdata[i]));
    return c;
}

void uc_coverage_free(UcCoverage *c)
{
    if (!c)
        return;
    g_ptr_array_unref(c->seen);
    g_ptr_array_unref(c->missing);
    g_ptr_array_unref(c->reasons);
    g_free(c);
}

/* ---- for a search that goes on later ---- */

void uc_lockstep_save_reached(UcLockstep *l, GByteArray *out)
{
    g_autoptr(GPtrArray) reasons = sorted_reasons(l);
    for (size_t i = 0; i < G_N_ELEMENTS(l->kinds_seen); i++)
        uc_append_u64(out, l->kinds_seen[i]);
    for (size_t i = 0; i < KINDS_MAX; i++) {
        for (unsigned f = 0; f < UC_MESSAGE_WORDS; f++)
            uc_append_u64(out, l->codes_seen[i][f]);
    }
    uc_append_u64(out, reasons->len);
    for (guint i = 0; i < reasons->len; i++)
        g_byte_array_append(out, reasons->pdata[i], (guint)strlen(reasons->pdata[i]) + 1);
}

size_t uc_lockstep_load_reached(UcLockstep *l, const uint8_t *bytes, size_t length)
{
    enum { SEEN = KINDS_MAX / 64, WORDS = SEEN + KINDS_MAX * UC_MESSAGE_WORDS + 1 };
    if (length < WORDS * 8)
        return 0;
    for (size_t i = 0; i < SEEN; i++)
        l->kinds_seen[i] |= uc_read_u64(bytes + 8 * i);
    for (size_t i = 0; i < KINDS_MAX * UC_MESSAGE_WORDS; i++)
        l->codes_seen[i / UC_MESSAGE_WORDS][i % UC_MESSAGE_WORDS] |= uc_read_u64(bytes + 8 * (SEEN + i));
    uint64_t reasons = uc_read_u64(bytes + 8 * (WORDS - 1));
    size_t at = WORDS * 8;
    for (; reasons; reasons--) {
        size_t n = strnlen((const char *)bytes + at, length - at);
        if (at + n >= length)
            return 0;
        g_hash_table_add(l->reasons, g_strdup((const char *)bytes + at));
        at += n + 1;
    }
    return at;
}
