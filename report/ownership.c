#include "report/ownership.h"

#include <string.h>

const char *const rep_fate_name[REP_FATES] = { "in transit", "used", "lost", "used twice" };

RepOwnership *rep_ownership_new(const UcTrace *trace, bool ideal)
{
    g_assert(trace);
    RepOwnership *o = g_new0(RepOwnership, 1);
    o->ideal = ideal;
    o->party = g_ptr_array_new_with_free_func(g_free);
    o->key = g_ptr_array_new_with_free_func(g_free);
    o->capacity = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    o->done = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    o->open = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    o->key_number = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
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
    g_ptr_array_unref(o->key);
    g_array_unref(o->capacity);
    g_array_unref(o->done);
    g_array_unref(o->open);
    g_hash_table_unref(o->key_number);
    g_free(o);
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

static unsigned key_of(RepOwnership *o, const char *kid)
{
    gpointer number = g_hash_table_lookup(o->key_number, kid);
    if (number)
        return GPOINTER_TO_UINT(number) - 1;
    uint64_t none = 0;
    g_ptr_array_add(o->key, g_strdup_printf("k%u", o->key->len + 1));
    g_array_append_val(o->capacity, none);
    g_hash_table_insert(o->key_number, g_strdup(kid), GUINT_TO_POINTER(o->key->len));
    return o->key->len - 1;
}

/* ---- holdings ---- */

static unsigned fate(const RepOwnership *o, RepFate f) { return o->party->len + f; }

static bool meets(const RepStretch *s, unsigned key, unsigned holder, uint64_t a, uint64_t b)
{
    return s->key == key && s->holder == holder && s->a < b && a < s->b;
}

static bool holds_any(const RepOwnership *o, unsigned key, unsigned holder, uint64_t a, uint64_t b)
{
    for (guint i = 0; i < o->open->len; i++) {
        if (meets(&g_array_index(o->open, RepStretch, i), key, holder, a, b))
            return true;
    }
    return false;
}

static void end(RepOwnership *o, RepStretch s)
{
    s.to = o->now;
    if (s.to > s.from)
        g_array_append_val(o->done, s);
}

static void take(RepOwnership *o, unsigned key, unsigned holder, uint64_t a, uint64_t b)
{
    for (guint i = 0; i < o->open->len;) {
        RepStretch s = g_array_index(o->open, RepStretch, i);
        if (!meets(&s, key, holder, a, b)) {
            i++;
            continue;
        }
        g_array_remove_index(o->open, i);
        RepStretch gone = s, below = s, above = s;
        gone.a = MAX(s.a, a);
        gone.b = MIN(s.b, b);
        end(o, gone);
        below.b = gone.a;
        above.a = gone.b;
        if (above.a < above.b)
            g_array_insert_val(o->open, i, above);
        if (below.a < below.b)
            g_array_insert_val(o->open, i, below);
        i += (below.a < below.b) + (above.a < above.b);
    }
}

static void give(RepOwnership *o, unsigned key, unsigned holder, uint64_t a, uint64_t b)
{
    if (a >= b)
        return;
    uint64_t *capacity = &g_array_index(o->capacity, uint64_t, key);
    *capacity = MAX(*capacity, b);
    take(o, key, holder, a, b);
    RepStretch s = { key, holder, a, b, o->now, 0 };
    g_array_append_val(o->open, s);
}

/* Used once: used. Used again: the one thing that must never happen. */
static void use(RepOwnership *o, unsigned key, uint64_t a, uint64_t b, bool output)
{
    bool again = output && holds_any(o, key, fate(o, REP_USED), a, b);
    take(o, key, fate(o, REP_LOST), a, b);
    give(o, key, fate(o, again ? REP_USED_TWICE : output ? REP_USED : REP_LOST), a, b);
}

static void move(RepOwnership *o, unsigned key, unsigned from, unsigned to, uint64_t a, uint64_t b)
{
    take(o, key, from, a, b);
    give(o, key, to, a, b);
}

/* ---- what events say ---- */

/* Real world: {"kind":"effect","operation":...,"kid":...,"a":...,"b":...} of the party itself. */
static bool real_step(RepOwnership *o, const UcTraceActivation *t)
{
    const char *operation = text_of(t->effect, "operation"), *kid = text_of(t->effect, "kid");
    uint64_t a, b;
    unsigned self;
    if (!*kid || !number_of(t->effect, "a", &a) || !number_of(t->effect, "b", &b) || a >= b ||
        !party_of(o, t->machine, &self))
        return false;
    unsigned key = key_of(o, kid);
    if (!strcmp(operation, "keygen")) {
        give(o, key, self, a, b);
    } else if (!strcmp(operation, "received")) {
        move(o, key, fate(o, REP_TRANSIT), self, a, b);
    } else if (!strcmp(operation, "transfer")) {
        move(o, key, self, fate(o, REP_TRANSIT), a, b);
    } else if (!strcmp(operation, "sign")) {
        take(o, key, self, a, b);
        use(o, key, a, b, t->result == UC_SEND);
    } else if (!strcmp(operation, "restart")) { /* what a reservation burns */
        take(o, key, self, a, b);
        use(o, key, a, b, false);
    } else {
        return false;
    }
    return true;
}

/* S answers F's offer of an index: without a signature that comes out, the index is lost. */
static bool answer_step(RepOwnership *o, const UcTraceActivation *t)
{
    const char *outcome = text_of(t->out, "outcome");
    if (!o->offer.open || strcmp(t->out->kind, "answer") || !strcmp(outcome, "proceed") || !strcmp(outcome, "last"))
        return false;
    o->offer.open = false;
    if (!strcmp(outcome, "abort"))
        return false; /* the input had no effect */
    take(o, o->offer.key, o->offer.party, o->offer.index, o->offer.index + 1);
    use(o, o->offer.key, o->offer.index, o->offer.index + 1, false);
    return true;
}

static void signature_step(RepOwnership *o, unsigned key, uint64_t index)
{
    if (o->offer.open)
        take(o, key, o->offer.party, index, index + 1);
    o->offer.open = false;
    use(o, key, index, index + 1, true);
}

/* Ideal world: F's outputs and leaks. */
static bool ideal_step(RepOwnership *o, const UcTraceActivation *t)
{
    if (t->result == UC_SEND && t->out && !strcmp(t->machine, "S"))
        return answer_step(o, t);
    const char *kind = t->out ? t->out->kind : "", *kid = text_of(t->out, "kid");
    uint64_t a = 0, b = 0;
    unsigned who = 0;
    if (t->result != UC_SEND || strcmp(t->machine, "F") || !*kid)
        return false;
    unsigned key = key_of(o, kid);
    bool to_party = party_of(o, t->to, &who);
    if (!strcmp(kind, "key") && to_party && number_of(t->out, "capacity", &b)) {
        give(o, key, who, 0, b);
    } else if (!strcmp(kind, "received") && to_party && number_of(t->out, "a", &a) && number_of(t->out, "b", &b)) {
        move(o, key, fate(o, REP_TRANSIT), who, a, b);
    } else if (!strcmp(kind, "sent") && party_of(o, text_of(t->out, "from"), &who) && number_of(t->out, "a", &a) &&
               number_of(t->out, "b", &b)) {
        move(o, key, who, fate(o, REP_TRANSIT), a, b);
    } else if (!strcmp(kind, "consult-sign") && party_of(o, text_of(t->out, "party"), &who) &&
               number_of(t->out, "index", &a)) {
        o->offer.open = true;
        o->offer.key = key;
        o->offer.party = who;
        o->offer.index = a;
        return false;
    } else if (!strcmp(kind, "signature") && number_of(t->out, "index", &a)) {
        signature_step(o, key, a);
    } else {
        return false;
    }
    return true;
}

bool rep_ownership_step(RepOwnership *o, const UcTraceActivation *event)
{
    g_assert(o && event);
    if ((event->world == UC_TRACE_IDEAL) != o->ideal)
        return false;
    o->now = event->n;
    return o->ideal ? ideal_step(o, event) : real_step(o, event);
}

static int by_place(const void *a, const void *b)
{
    const RepStretch *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->holder != y->holder)
        return x->holder < y->holder ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->a < y->a ? -1 : x->a > y->a;
}

RepOwnership *rep_ownership_of(const UcTrace *trace, bool ideal)
{
    RepOwnership *o = rep_ownership_new(trace, ideal);
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

static int by_index(const void *a, const void *b)
{
    const RepStretch *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : x->a < y->a ? -1 : x->a > y->a;
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
        bool same_key = i && g_array_index(mine, RepStretch, i - 1).key == s.key;
        for (i++; i < mine->len && g_array_index(mine, RepStretch, i).key == s.key &&
                  g_array_index(mine, RepStretch, i).a <= s.b; i++)
            s.b = MAX(s.b, g_array_index(mine, RepStretch, i).b);
        if (same_key)
            g_string_append(out, ", ");
        else
            g_string_append_printf(out, "%s%s: ", out->len ? "; " : "", (char *)o->key->pdata[s.key]);
        append_range(out, s.a, s.b);
    }
    return g_string_free(out, FALSE);
}
