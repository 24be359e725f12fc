#include "environments/logs/books.h"

#include <stdarg.h>
#include <string.h>

const char *const env_finding_class_name[ENV_CLASSES + 1] = { "proof", "indication", "information", NULL };

typedef struct {
    UcWord first, end;
} Range;

typedef struct {
    uint32_t made;      /* event + 1 in which it became known; 0: in none */
    bool told;          /* that it was not made in the log */
    GHashTable *used;   /* part + 1: event + 1 */
    GArray **had;       /* by party: Range, all that ever came to it */
} Asset;

struct EnvBooks {
    const EnvLog *log;
    uint32_t parties;
    bool untrusted;        /* some module is */
    GHashTable *asset;     /* handle: Asset */
    GHashTable *alias;     /* handle of other bytes of the message that made one: handle of its name */
    GArray *finding;
    GHashTable *count;     /* kind: how many */
};

static Asset *asset_new(uint32_t parties)
{
    Asset *a = g_new0(Asset, 1);
    a->used = g_hash_table_new(NULL, NULL);
    a->had = g_new0(GArray *, parties);
    return a;
}

static void asset_free(EnvBooks *b, Asset *a)
{
    g_hash_table_unref(a->used);
    for (uint32_t p = 0; p < b->parties; p++) {
        if (a->had[p])
            g_array_unref(a->had[p]);
    }
    g_free(a->had);
    g_free(a);
}

static Asset *asset_of(EnvBooks *b, UcWord name)
{
    Asset *a = g_hash_table_lookup(b->asset, GSIZE_TO_POINTER(name));
    if (!a)
        g_hash_table_insert(b->asset, GSIZE_TO_POINTER(name), a = asset_new(b->parties));
    return a;
}

/* ---- findings ---- */

static void find(EnvBooks *b, EnvFindingClass class, const char *kind, const char *format, ...) G_GNUC_PRINTF(4, 5);
static void find(EnvBooks *b, EnvFindingClass class, const char *kind, const char *format, ...)
{
    size_t count = GPOINTER_TO_SIZE(g_hash_table_lookup(b->count, kind)) + 1;
    g_hash_table_insert(b->count, (gpointer)kind, GSIZE_TO_POINTER(count));
    if (count > ENV_FINDINGS)
        return;
    va_list args;
    va_start(args, format);
    EnvFinding f = { class, kind, g_strdup_vprintf(format, args) };
    va_end(args);
    g_array_append_val(b->finding, f);
}

static const UcLogged *event_of(const EnvBooks *b, uint32_t number) { return &g_array_index(b->log->event, UcLogged, number); }
static const char *name_of(const EnvBooks *b, uint32_t party) { return g_ptr_array_index(b->log->module, party); }

/* "hsm1 at FILE:LINE" */
static char *where(const EnvBooks *b, uint32_t event)
{
    const UcLogged *e = event_of(b, event);
    g_autofree char *place = env_log_place(b->log, e->file, e->line);
    return g_strdup_printf("%s at %s", name_of(b, e->party), place);
}

static char *called(const EnvBooks *b, UcWord name)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(b->log->store, name, &length);
    g_autofree char *hex = uc_hex(bytes, MIN(length, 8));
    return g_strdup_printf("%s %s%s", b->log->triple->protocol->interface->asset ?: "asset", hex, length > 8 ? ".." : "");
}

/* ---- rows of the ledger ---- */

static int field_of(const UcMessageKind *kind, const char *name)
{
    for (unsigned i = 0; name && i < uc_message_fields(kind); i++) {
        if (!strcmp(kind->field[i].name, name))
            return (int)i;
    }
    return -1;
}

/* The word of this field, or `otherwise` where the row names none; false: it is not logged. */
static bool word(const UcLogged *e, const UcMessageKind *kind, const char *name, UcWord otherwise, UcWord *out)
{
    int i = field_of(kind, name);
    *out = i < 0 ? otherwise : e->out.w[i];
    return i < 0 || !(e->out_missing >> i & 1);
}

static void comes(EnvBooks *b, uint32_t event, Asset *a, Range range)
{
    uint32_t party = event_of(b, event)->party;
    if (!a->had[party])
        a->had[party] = g_array_new(FALSE, FALSE, sizeof(Range));
    g_array_append_val(a->had[party], range);
}

static void is_made(EnvBooks *b, uint32_t event, UcWord name, const UcMessageKind *kind)
{
    Asset *a = asset_of(b, name);
    if (a->made) {
        g_autofree char *one = where(b, a->made - 1), *other = where(b, event), *who = called(b, name);
        find(b, ENV_PROOF, "made-twice", "%s was made twice: %s, and %s", who, one, other);
    }
    a->made = event + 1;
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        UcWord other = event_of(b, event)->out.w[i];
        if (uc_message_handle(kind, i) && other != UC_NONE)
            g_hash_table_insert(b->alias, GSIZE_TO_POINTER(other), GSIZE_TO_POINTER(name));
    }
}

static bool had(const Asset *a, uint32_t party, UcWord part)
{
    const GArray *all = a->had[party];
    for (guint i = all ? all->len : 0; i > 0; i--) {
        const Range *r = &g_array_index(all, Range, i - 1);
        if (part >= r->first && part < r->end)
            return true;
    }
    return false;
}

static void is_used(EnvBooks *b, uint32_t event, UcWord name, UcWord part)
{
    Asset *a = asset_of(b, name);
    const char *unit = b->log->triple->protocol->interface->ledger->part;
    gpointer key = GSIZE_TO_POINTER(part + 1);
    size_t before = GPOINTER_TO_SIZE(g_hash_table_lookup(a->used, key));
    g_autofree char *who = before || !a->made || !had(a, event_of(b, event)->party, part) ? called(b, name) : NULL;
    g_autofree char *here = who ? where(b, event) : NULL;
    if (before) {
        g_autofree char *there = where(b, (uint32_t)before - 1);
        find(b, b->untrusted ? ENV_INDICATION : ENV_PROOF, "reuse", "%s: %s %" G_GUINT64_FORMAT " was used twice: %s, and %s", who, unit, part, there, here);
        return;
    }
    g_hash_table_insert(a->used, key, GSIZE_TO_POINTER((size_t)event + 1));
    if (!a->made && !a->told && !had(a, event_of(b, event)->party, part)) {
        find(b, ENV_INDICATION, "begins-late", "%s: the log begins in the middle: nobody made it, and %s uses it", who, here);
        a->told = true;
    } else if (a->made && !had(a, event_of(b, event)->party, part)) {
        find(b, ENV_INDICATION, "not-owned", "%s: %s %" G_GUINT64_FORMAT " was used by one that it never came to, as far as is logged: %s", who, unit, part, here);
    }
}

static void take_row(EnvBooks *b, uint32_t event, const UcLedgerRow *row, const UcMessageKind *kind)
{
    const UcLogged *e = event_of(b, event);
    UcWord name, first, end;
    if (!word(e, kind, row->asset, UC_NONE, &name) || name == UC_NONE || !word(e, kind, row->first, 0, &first) ||
        !word(e, kind, row->end, first + 1, &end))
        return;
    if (row->to.who == UC_LEDGER_USED) {
        is_used(b, event, name, first);
    } else if (row->to.who == UC_LEDGER_RECEIVER || row->to.who == UC_LEDGER_SELF) {
        comes(b, event, asset_of(b, name), (Range){ first, end });
    }
}

/* What F outputs is what modules log. */
static const UcLedgerRow *row_of(const UcLedger *ledger, const char *kind)
{
    for (unsigned i = 0; ledger && i < ledger->ideal.rows; i++) {
        const UcLedgerRow *row = &ledger->ideal.row[i];
        if (row->by == UC_LEDGER_F && !row->is && !strcmp(row->kind, kind))
            return row;
    }
    return NULL;
}

static void take(EnvBooks *b, uint32_t event)
{
    const UcInterface *interface = b->log->triple->protocol->interface;
    const UcLogged *e = event_of(b, event);
    const UcMessageKind *kind = e->has_out ? uc_message_kind(interface->messages, e->out.kind) : NULL;
    const UcLedgerRow *row = kind ? row_of(interface->ledger, kind->name) : NULL;
    if (row && !g_array_index(b->log->untrusted, bool, e->party))
        take_row(b, event, row, kind);
}

/* Of all that modules make, first: a log may come before that of the module that made what it uses. */
static void take_makers(EnvBooks *b)
{
    const UcInterface *interface = b->log->triple->protocol->interface;
    for (uint32_t i = 0; i < b->log->event->len; i++) {
        const UcLogged *e = event_of(b, i);
        const UcMessageKind *kind = e->has_out ? uc_message_kind(interface->messages, e->out.kind) : NULL;
        const UcLedgerRow *row = kind ? row_of(interface->ledger, kind->name) : NULL;
        UcWord name;
        if (row && row->from.who == UC_LEDGER_NOBODY && row->to.who != UC_LEDGER_USED && word(e, kind, row->asset, UC_NONE, &name) &&
            name != UC_NONE)
            is_made(b, i, name, kind);
    }
}

/* ---- clocks ---- */

static void take_clocks(EnvBooks *b)
{
    g_autofree int64_t *last = g_new(int64_t, b->parties);
    g_autofree uint32_t *back = g_new0(uint32_t, b->parties), *first = g_new0(uint32_t, b->parties);
    for (uint32_t p = 0; p < b->parties; p++)
        last[p] = UC_LOGGED_NO_TIME;
    for (uint32_t i = 0; i < b->log->event->len; i++) {
        const UcLogged *e = event_of(b, i);
        if (e->time == UC_LOGGED_NO_TIME)
            continue;
        if (e->time < last[e->party] && !back[e->party]++)
            first[e->party] = i;
        last[e->party] = e->time;
    }
    for (uint32_t p = 0; p < b->parties; p++) {
        g_autofree char *place = back[p] ? where(b, first[p]) : NULL;
        if (back[p])
            find(b, ENV_INDICATION, "clock-back", "the clock goes back %u times, first %s", back[p], place);
    }
}

/* A log that is missing looks like that of a module that did nothing. */
static void take_silent(EnvBooks *b)
{
    g_autofree bool *spoke = g_new0(bool, b->parties);
    for (uint32_t i = 0; i < b->log->event->len; i++)
        spoke[event_of(b, i)->party] = true;
    for (uint32_t p = 0; p < b->parties; p++) {
        if (!spoke[p] && !g_array_index(b->log->untrusted, bool, p))
            find(b, ENV_INFORMATION, "no-events", "%s has none; if its log is missing, it is not to be trusted", name_of(b, p));
    }
}

static void take_remarks(EnvBooks *b)
{
    for (guint i = 0; i < b->log->remark->len; i++) {
        const EnvLogRemark *r = &g_array_index(b->log->remark, EnvLogRemark, i);
        g_autofree char *place = env_log_place(b->log, r->file, r->line);
        find(b, ENV_INDICATION, "remark", "%s: %s at %s", r->text, name_of(b, r->party), place);
    }
}

/* A slip in a value of `when` looks like an operation that never was. */
static void take_idle(EnvBooks *b)
{
    for (guint i = 0; i < b->log->idle->len; i++)
        find(b, ENV_INDICATION, "never-applied", "%s", (const char *)b->log->idle->pdata[i]);
}

static void tell_counts(EnvBooks *b)
{
    for (guint i = 0, all = b->finding->len; i < all; i++) {
        EnvFinding *f = &g_array_index(b->finding, EnvFinding, i);
        gpointer count = g_hash_table_lookup(b->count, f->kind);
        if (GPOINTER_TO_SIZE(count) <= ENV_FINDINGS)
            continue;
        g_hash_table_remove(b->count, f->kind);
        EnvFinding more = { f->class, f->kind, g_strdup_printf("and %" G_GSIZE_FORMAT " more", GPOINTER_TO_SIZE(count) - ENV_FINDINGS) };
        g_array_append_val(b->finding, more);
    }
}

static void finding_clear(gpointer p) { g_free(((EnvFinding *)p)->text); }

/* Proofs first; of one class in the order of the log. */
static void sort(EnvBooks *b)
{
    GArray *sorted = g_array_new(FALSE, FALSE, sizeof(EnvFinding));
    for (unsigned class = 0; class < ENV_CLASSES; class++) {
        for (guint i = 0; i < b->finding->len; i++) {
            EnvFinding f = g_array_index(b->finding, EnvFinding, i);
            if (f.class == class)
                g_array_append_val(sorted, f);
        }
    }
    g_array_set_clear_func(b->finding, NULL);
    g_array_unref(b->finding);
    b->finding = sorted;
    g_array_set_clear_func(b->finding, finding_clear);
}

EnvBooks *env_books_new(const EnvLog *log)
{
    g_assert(log && log->triple);
    EnvBooks *b = g_new0(EnvBooks, 1);
    b->log = log;
    b->parties = log->module->len - 1;
    b->asset = g_hash_table_new(NULL, NULL);
    b->alias = g_hash_table_new(NULL, NULL);
    b->count = g_hash_table_new(g_str_hash, g_str_equal);
    b->finding = g_array_new(FALSE, FALSE, sizeof(EnvFinding));
    g_array_set_clear_func(b->finding, finding_clear);
    for (uint32_t p = 0; p < b->parties; p++)
        b->untrusted |= g_array_index(log->untrusted, bool, p);
    take_makers(b);
    for (uint32_t i = 0; i < log->event->len; i++)
        take(b, i);
    take_clocks(b);
    take_remarks(b);
    take_idle(b);
    take_silent(b);
    tell_counts(b);
    sort(b);
    return b;
}

void env_books_free(EnvBooks *b)
{
    if (!b)
        return;
    GHashTableIter iter;
    gpointer asset;
    g_hash_table_iter_init(&iter, b->asset);
    while (g_hash_table_iter_next(&iter, NULL, &asset))
        asset_free(b, asset);
    g_hash_table_unref(b->asset);
    g_hash_table_unref(b->alias);
    g_hash_table_unref(b->count);
    g_array_unref(b->finding);
    g_free(b);
}

const GArray *env_books_findings(const EnvBooks *b) { return b->finding; }

bool env_books_prove(const EnvBooks *b)
{
    return b->finding->len && g_array_index(b->finding, EnvFinding, 0).class == ENV_PROOF;
}

bool env_books_used(const EnvBooks *b, const void *asset, size_t length, uint64_t part, bool *known)
{
    UcWord handle = uc_store_put(b->log->store, asset, length);
    gpointer name = g_hash_table_lookup(b->alias, GSIZE_TO_POINTER(handle));
    const Asset *a = g_hash_table_lookup(b->asset, name ? name : GSIZE_TO_POINTER(handle));
    *known = a != NULL;
    return a && g_hash_table_contains(a->used, GSIZE_TO_POINTER(part + 1));
}
