#include "simulator/triple/ledger.h"

#include <string.h>

#include "simulator/base/nearest.h"

/* What is looked at. */
typedef struct {
    const UcMessageTable *messages;
    const UcMessageKind *kind;
    const UcLedgerRow *row;
    char *wrong; /* NULL so far */
} Look;

static const char *const type_name[] = { [UC_INT] = "a number", [UC_PARTY] = "a party", [UC_BYTES] = "bytes", [UC_TEXT] = "a text",
                                         [UC_INTERVALS] = "intervals", [UC_PARTIES] = "parties", [UC_POINT] = "a crash point",
                                         [UC_CODE] = "a code" };

static bool refuse(Look *l, char *wrong)
{
    if (l->wrong)
        g_free(wrong);
    else
        l->wrong = wrong;
    return false;
}

/* ", got 'recieved'; did you mean 'received'?" Free with g_free(). */
static char *got(const char *name, const GPtrArray *known)
{
    g_autofree char *near = uc_did_you_mean(name ? uc_nearest(name, (const char *const *)known->pdata) : NULL);
    return name ? g_strdup_printf(", got '%s'%s", name, near) : g_strdup(", got none");
}

static bool find_kind(Look *l, const char *name)
{
    int number = name ? uc_message_find(l->messages, name) : -1;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    l->kind = number >= 0 ? uc_message_kind(l->messages, (UcWord)number) : NULL;
    if (l->kind)
        return true;
    for (unsigned i = 0; l->messages && i < l->messages->kinds; i++) {
        if (l->messages->kind[i].name)
            g_ptr_array_add(known, (gpointer)l->messages->kind[i].name);
    }
    g_ptr_array_add(known, NULL);
    g_autofree char *end = got(name, known);
    return refuse(l, g_strconcat("expected a kind of message", end, NULL));
}

/* A field of the kind, of one of two types. */
static const UcField *find_field(Look *l, const char *what, const char *name, UcFieldType type, UcFieldType or)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const unsigned fields = uc_message_fields(l->kind);
    for (unsigned i = 0; i < fields; i++) {
        const UcField *f = &l->kind->field[i];
        g_ptr_array_add(known, (gpointer)f->name);
        if (!name || strcmp(f->name, name))
            continue;
        if (f->type == type || f->type == or)
            return f;
        refuse(l, g_strdup_printf("%s: expected %s, got '%s', which is %s", what, type_name[type], name, type_name[f->type]));
        return NULL;
    }
    g_ptr_array_add(known, NULL);
    g_autofree char *end = got(name, known);
    refuse(l, g_strdup_printf("%s: expected a field of '%s'%s", what, l->kind->name, end));
    return NULL;
}

/* ---- one row ---- */

static bool condition_ok(Look *l)
{
    const UcLedgerRow *r = l->row;
    if (!r->field && !r->is)
        return true;
    if (!r->field || !r->is)
        return refuse(l, g_strdup("expected a field and what it is, got one of them"));
    const UcField *f = find_field(l, "condition", r->field, UC_CODE, UC_TEXT);
    if (!f || f->type == UC_TEXT || g_strv_contains(f->names, r->is))
        return f != NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)f->names);
    return refuse(l, g_strdup_printf("%s: expected one of %s, got '%s'", r->field, list, r->is));
}

static bool range_ok(Look *l)
{
    const UcLedgerRow *r = l->row;
    if (!r->asset)
        return (!r->first && !r->end && r->from.who == UC_LEDGER_OFFERED) ||
               refuse(l, g_strdup("expected an asset and its range, or neither of what was offered"));
    if (!r->first && !r->end)
        return refuse(l, g_strdup("expected a first part, the end, or both, got neither"));
    return find_field(l, "asset", r->asset, UC_BYTES, UC_TEXT) && (!r->first || find_field(l, "first", r->first, UC_INT, UC_INT)) &&
           (!r->end || find_field(l, "end", r->end, UC_INT, UC_INT));
}

static bool is_party(UcLedgerWho who) { return who == UC_LEDGER_SELF || who == UC_LEDGER_RECEIVER || who == UC_LEDGER_FIELD; }

static bool holder_ok(Look *l, const char *what, UcLedgerHolder h)
{
    if ((unsigned)h.who >= UC_LEDGER_WHOS)
        return refuse(l, g_strdup_printf("%s: unknown holder", what));
    if (h.who == UC_LEDGER_FIELD)
        return find_field(l, what, h.field, UC_PARTY, UC_PARTY) != NULL;
    if (h.field)
        return refuse(l, g_strdup_printf("%s: expected no field, got '%s'", what, h.field));
    if (h.who == UC_LEDGER_SELF && l->row->by != UC_LEDGER_PARTY)
        return refuse(l, g_strdup_printf("%s: expected another than itself: F and S hold nothing", what));
    return true;
}

/* Can it go from there to there? */
static bool way_ok(Look *l)
{
    UcLedgerWho from = l->row->from.who, to = l->row->to.who;
    if (from == UC_LEDGER_USED || from == UC_LEDGER_LOST || from == UC_LEDGER_BACK)
        return refuse(l, g_strdup("from: what is used or lost stays so"));
    if (from == UC_LEDGER_NOBODY && to == UC_LEDGER_NOBODY)
        return refuse(l, g_strdup("expected somebody that it comes from or goes to"));
    if (to == UC_LEDGER_OFFERED && !is_party(from))
        return refuse(l, g_strdup("from: expected a party, to which it is offered"));
    if (to == UC_LEDGER_BACK && from != UC_LEDGER_OFFERED)
        return refuse(l, g_strdup("from: expected what was offered, as it goes back"));
    if (l->row->held && !is_party(from))
        return refuse(l, g_strdup("from: expected a party, which holds it or not"));
    return true;
}

static bool row_ok(Look *l)
{
    const UcLedgerRow *r = l->row;
    if (r->by > UC_LEDGER_S || r->when > UC_LEDGER_UNWRITTEN)
        return refuse(l, g_strdup("unknown writer or condition"));
    return find_kind(l, r->kind) && condition_ok(l) && range_ok(l) && holder_ok(l, "from", r->from) && holder_ok(l, "to", r->to) &&
           way_ok(l);
}

/* ---- a table ---- */

/* Does the first fit wherever the second does? */
static bool hides(const UcLedgerRow *first, const UcLedgerRow *second)
{
    return first->by == second->by && !strcmp(first->kind, second->kind) && (!first->when || first->when == second->when) &&
           (!first->field || (second->field && !strcmp(first->field, second->field) && !strcmp(first->is, second->is)));
}

static bool has(const UcLedgerTable *t, bool to, UcLedgerWho who)
{
    for (unsigned i = 0; i < t->rows; i++) {
        if ((to ? t->row[i].to : t->row[i].from).who == who)
            return true;
    }
    return false;
}

static char *table_wrong(const UcLedgerTable *t, const UcMessageTable *messages, const char *world)
{
    for (unsigned i = 0; i < t->rows; i++) {
        Look l = { .messages = messages, .row = &t->row[i] };
        row_ok(&l);
        for (unsigned j = 0; !l.wrong && j < i; j++) {
            if (hides(&t->row[j], l.row))
                refuse(&l, g_strdup_printf("is never reached: row %u fits wherever it does", j + 1));
        }
        g_autofree char *wrong = l.wrong;
        if (wrong)
            return g_strdup_printf("%s world, row %u: %s", world, i + 1, wrong);
    }
    if (has(t, true, UC_LEDGER_OFFERED) != has(t, false, UC_LEDGER_OFFERED))
        return g_strdup_printf("%s world: expected rows to what is offered and from it, got one of them", world);
    return NULL;
}

static char *status_wrong(const UcLedgerStatus *s, const UcMessageTable *messages)
{
    for (unsigned i = 0; s && s[i].kind; i++) {
        Look l = { .messages = messages };
        if (find_kind(&l, s[i].kind) && find_field(&l, "party", s[i].party, UC_PARTY, UC_PARTY) && !s[i].status)
            refuse(&l, g_strdup("expected a status, got none"));
        g_autofree char *wrong = l.wrong;
        if (wrong)
            return g_strdup_printf("status, row %u: %s", i + 1, wrong);
    }
    return NULL;
}

static bool is_word(const char *text) { return text && *text; }

char *uc_ledger_wrong(const UcLedger *ledger, const UcMessageTable *messages)
{
    g_assert(ledger);
    if (!is_word(ledger->stem) || !is_word(ledger->part) || !is_word(ledger->parts))
        return g_strdup("expected a stem and words for one part and for several");
    char *wrong = table_wrong(&ledger->real, messages, "real");
    wrong = wrong ? wrong : table_wrong(&ledger->ideal, messages, "ideal");
    return wrong ? wrong : status_wrong(ledger->status, messages);
}
