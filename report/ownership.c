#include "report/ownership.h"

#include <string.h>

#include "report/tool.h"

const char *const rep_fate_name[REP_FATES] = { "in transit", "used", "lost", "used twice" };

RepOwnership *rep_ownership_new(const UcTrace *trace, const UcInterface *interface, bool ideal)
{
    g_assert(trace);
    RepOwnership *o = g_new0(RepOwnership, 1);
    o->interface = interface;
    o->ledger = interface ? interface->ledger : NULL;
    o->ideal = ideal;
    o->party = g_ptr_array_new_with_free_func(g_free);
    o->asset = g_ptr_array_new_with_free_func(g_free);
    o->capacity = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    o->done = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    o->open = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    o->asset_number = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const UcOption *parties = uc_options_get(uc_trace_schedule(trace)->options, "parties");
    for (unsigned i = 0; parties && parties->value[i]; i++)
        g_ptr_array_add(o->party, g_strdup(parties->value[i]));
    return o;
}

void rep_ownership_free(RepOwnership *o)
{
    if (!o)
        return;
    g_ptr_array_unref(o->party);
    g_ptr_array_unref(o->asset);
    g_array_unref(o->capacity);
    g_array_unref(o->done);
    g_array_unref(o->open);
    g_hash_table_unref(o->asset_number);
    g_free(o);
}

unsigned rep_ownership_holders(const RepOwnership *o)
{
    g_assert(o);
    return o->party->len + (o->ledger ? REP_FATES : 0);
}

const char *rep_ownership_holder(const RepOwnership *o, unsigned holder)
{
    g_assert(o && holder < rep_ownership_holders(o));
    return holder < o->party->len ? o->party->pdata[holder] : rep_fate_name[holder - o->party->len];
}

/* ---- fields of messages ---- */

static const UcTraceField *field_of(const UcTraceMessage *m, const char *name)
{
    for (unsigned i = 0; m && i < m->fields; i++) {
        if (!strcmp(m->field[i].name, name))
            return &m->field[i];
    }
    return NULL;
}

static const char *text_of(const UcTraceMessage *m, const char *name)
{
    const UcTraceField *f = field_of(m, name);
    return f && f->type == UC_VALUE_TEXT ? f->text : "";
}

static bool number_of(const UcTraceMessage *m, const char *name, uint64_t *out)
{
    const UcTraceField *f = field_of(m, name);
    return f && f->type == UC_VALUE_NUMBER && g_ascii_string_to_unsigned(f->text, 10, 0, G_MAXINT64, out, NULL);
}

static bool party_of(const RepOwnership *o, const char *name, unsigned *out)
{
    for (guint i = 0; i < o->party->len; i++) {
        if (!strcmp(o->party->pdata[i], name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static unsigned asset_of(RepOwnership *o, const char *asset)
{
    gpointer number = g_hash_table_lookup(o->asset_number, asset);
    if (number)
        return GPOINTER_TO_UINT(number) - 1;
    uint64_t none = 0;
    g_ptr_array_add(o->asset, g_strdup_printf("%s%u", o->ledger->stem, o->asset->len + 1));
    g_array_append_val(o->capacity, none);
    g_hash_table_insert(o->asset_number, g_strdup(asset), GUINT_TO_POINTER(o->asset->len));
    return o->asset->len - 1;
}

/* ---- holdings ---- */

static unsigned fate(const RepOwnership *o, RepFate f) { return o->party->len + f; }

static bool meets(const RepStretch *s, unsigned asset, unsigned holder, uint64_t a, uint64_t b)
{
    return s->asset == asset && s->holder == holder && s->a < b && a < s->b;
}

static bool holds_any(const RepOwnership *o, unsigned asset, unsigned holder, uint64_t a, uint64_t b)
{
    for (guint i = 0; i < o->open->len; i++) {
        if (meets(&g_array_index(o->open, RepStretch, i), asset, holder, a, b))
            return true;
    }
    return false;
}

static void end(RepOwnership *o, RepStretch s)
{
    s.to = o->now;
    g_array_append_val(o->done, s);
}

static void take(RepOwnership *o, unsigned asset, unsigned holder, uint64_t a, uint64_t b)
{
    for (guint i = 0; i < o->open->len;) {
        RepStretch s = g_array_index(o->open, RepStretch, i);
        if (!meets(&s, asset, holder, a, b)) {
            i++;
            continue;
        }
        g_array_remove_index_fast(o->open, i);
        RepStretch gone = s, below = s, above = s;
        gone.a = below.b = MAX(s.a, a);
        gone.b = above.a = MIN(s.b, b);
        end(o, gone);
        if (below.a < below.b)
            g_array_append_val(o->open, below);
        if (above.a < above.b)
            g_array_append_val(o->open, above);
    }
}

static void give(RepOwnership *o, unsigned asset, unsigned holder, uint64_t a, uint64_t b)
{
    uint64_t *capacity = &g_array_index(o->capacity, uint64_t, asset);
    *capacity = MAX(*capacity, b);
    take(o, asset, holder, a, b);
    RepStretch s = { asset, holder, a, b, o->now, 0 };
    g_array_append_val(o->open, s);
}

/* Used once: used. Used again: the one thing that must never happen. */
static void use(RepOwnership *o, unsigned asset, uint64_t a, uint64_t b, bool output)
{
    bool again = output && holds_any(o, asset, fate(o, REP_USED), a, b);
    take(o, asset, fate(o, REP_LOST), a, b);
    give(o, asset, fate(o, again ? REP_USED_TWICE : output ? REP_USED : REP_LOST), a, b);
}

/* ---- what the ledger says of an event ---- */

enum { NOBODY = G_MAXUINT };

static bool holder_of(const RepOwnership *o, UcLedgerHolder h, const UcTraceActivation *t, const UcTraceMessage *m, unsigned *out)
{
    *out = NOBODY;
    switch (h.who) {
    case UC_LEDGER_SELF: return party_of(o, t->machine, out);
    case UC_LEDGER_RECEIVER: return t->to && party_of(o, t->to, out);
    case UC_LEDGER_FIELD: return party_of(o, text_of(m, h.field), out);
    case UC_LEDGER_TRANSIT: *out = fate(o, REP_TRANSIT); break;
    case UC_LEDGER_OFFERED: *out = o->offer.open ? o->offer.party : NOBODY; break;
    default: break;
    }
    return true;
}

/* What the row speaks of; false: the message does not say. */
static bool range_of(RepOwnership *o, const UcLedgerRow *r, const UcTraceMessage *m, RepStretch *out)
{
    if (!r->asset) {
        *out = (RepStretch){ .asset = o->offer.asset, .a = o->offer.a, .b = o->offer.b };
        return o->offer.open;
    }
    if (!*text_of(m, r->asset) || (r->first && !number_of(m, r->first, &out->a)))
        return false;
    out->b = out->a + 1;
    if ((r->end && !number_of(m, r->end, &out->b)) || out->a >= out->b)
        return false;
    out->asset = asset_of(o, text_of(m, r->asset));
    return true;
}

/* False: nobody holds anything else than before. */
static bool apply(RepOwnership *o, const UcLedgerRow *r, RepStretch s, unsigned from, unsigned to)
{
    if (r->from.who == UC_LEDGER_OFFERED)
        o->offer.open = false;
    if (r->to.who == UC_LEDGER_BACK)
        return false;
    if (r->to.who == UC_LEDGER_OFFERED) {
        o->offer.open = true;
        o->offer.asset = s.asset;
        o->offer.party = from;
        o->offer.a = s.a;
        o->offer.b = s.b;
        return false;
    }
    if (from != NOBODY)
        take(o, s.asset, from, s.a, s.b);
    if (r->to.who == UC_LEDGER_USED || r->to.who == UC_LEDGER_LOST)
        use(o, s.asset, s.a, s.b, r->to.who == UC_LEDGER_USED);
    else if (to != NOBODY)
        give(o, s.asset, to, s.a, s.b);
    return true;
}

static bool is_by(const RepOwnership *o, UcLedgerBy by, const char *machine)
{
    unsigned party;
    switch (by) {
    case UC_LEDGER_F: return !strcmp(machine, "F");
    case UC_LEDGER_S: return !strcmp(machine, "S");
    default: return party_of(o, machine, &party);
    }
}

/* The message or effect that the row is about; NULL: the row does not fit. */
static const UcTraceMessage *fitting(const RepOwnership *o, const UcLedgerRow *r, const UcTraceActivation *t)
{
    const UcTraceMessage *out = t->result == UC_SEND ? t->out : NULL,
                         *m = t->effect && !strcmp(t->effect->kind, r->kind) ? t->effect
                              : out && !strcmp(out->kind, r->kind) ? out : NULL;
    bool fits = m && is_by(o, r->by, t->machine) && (!r->field || !strcmp(text_of(m, r->field), r->is)) &&
                (!r->when || (r->when == UC_LEDGER_WRITTEN) == (t->result == UC_SEND));
    return fits ? m : NULL;
}

static bool table_step(RepOwnership *o, const UcLedgerTable *table, const UcTraceActivation *t)
{
    for (unsigned i = 0; i < table->rows; i++) {
        const UcLedgerRow *r = &table->row[i];
        const UcTraceMessage *m = fitting(o, r, t);
        RepStretch s = { 0 };
        unsigned from, to;
        if (m)
            return holder_of(o, r->from, t, m, &from) && holder_of(o, r->to, t, m, &to) && range_of(o, r, m, &s) &&
                   (!r->held || holds_any(o, s.asset, from, s.a, s.b)) && apply(o, r, s, from, to);
    }
    return false;
}

bool rep_ownership_step(RepOwnership *o, const UcTraceActivation *event)
{
    g_assert(o && event);
    if ((event->world == UC_TRACE_IDEAL) != o->ideal)
        return false;
    o->now = event->n;
    return o->ledger && table_step(o, o->ideal ? &o->ledger->ideal : &o->ledger->real, event);
}

static int compare(uint64_t x, uint64_t y) { return (x > y) - (x < y); }

static int by_index(const void *a, const void *b)
{
    const RepStretch *x = a, *y = b;
    return x->asset != y->asset ? compare(x->asset, y->asset) : compare(x->a, y->a);
}

static int by_place(const void *a, const void *b)
{
    const RepStretch *x = a, *y = b;
    if (x->asset == y->asset && x->holder != y->holder)
        return compare(x->holder, y->holder);
    return x->asset == y->asset && x->from != y->from ? compare(x->from, y->from) : by_index(a, b);
}

RepOwnership *rep_ownership_of(const UcTrace *trace, const UcInterface *interface, bool ideal, GError **error)
{
    if (!interface || !interface->ledger) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "expected a trace of an interface with a ledger of who has what, got one of %s",
                    interface ? interface->name : "an unknown protocol");
        return NULL;
    }
    RepOwnership *o = rep_ownership_new(trace, interface, ideal);
    UcTraceWorld world = ideal ? UC_TRACE_IDEAL : UC_TRACE_REAL;
    for (unsigned i = 0; i < uc_trace_activations(trace, world); i++)
        rep_ownership_step(o, uc_trace_activation(trace, world, i));
    o->now++;
    for (guint i = 0; i < o->open->len; i++)
        end(o, g_array_index(o->open, RepStretch, i));
    g_array_set_size(o->open, 0);
    g_array_sort(o->done, by_place);
    return o;
}

static void append_range(GString *out, uint64_t a, uint64_t b)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, a);
    if (b > a + 1)
        g_string_append_printf(out, "–%" G_GUINT64_FORMAT, b - 1);
}

char *rep_ownership_text(const RepOwnership *o, unsigned holder)
{
    g_assert(o);
    g_autoptr(GArray) mine = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    for (guint i = 0; i < o->open->len; i++) {
        if (g_array_index(o->open, RepStretch, i).holder == holder)
            g_array_append_val(mine, g_array_index(o->open, RepStretch, i));
    }
    g_array_sort(mine, by_index);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < mine->len;) {
        RepStretch s = g_array_index(mine, RepStretch, i);
        bool same_key = i && g_array_index(mine, RepStretch, i - 1).asset == s.asset;
        for (i++; i < mine->len && g_array_index(mine, RepStretch, i).asset == s.asset &&
                  g_array_index(mine, RepStretch, i).a <= s.b; i++)
            s.b = MAX(s.b, g_array_index(mine, RepStretch, i).b);
        if (same_key)
            g_string_append(out, ", ");
        else
            g_string_append_printf(out, "%s%s: ", out->len ? "; " : "", (char *)o->asset->pdata[s.asset]);
        append_range(out, s.a, s.b);
    }
    return g_string_free(out, FALSE);
}
