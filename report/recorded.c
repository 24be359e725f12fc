#include "report/recorded.h"

#include <string.h>

#include "report/text.h"

static bool same_message(const UcTraceMessage *a, const UcTraceMessage *b)
{
    if (!a || !b)
        return a == b;
    if (strcmp(a->kind, b->kind) || a->fields != b->fields)
        return false;
    for (unsigned i = 0; i < a->fields; i++) {
        if (strcmp(a->field[i].name, b->field[i].name) || strcmp(a->field[i].text, b->field[i].text))
            return false;
    }
    return true;
}

static bool same(const UcTraceActivation *a, const UcTraceActivation *b)
{
    return !strcmp(a->machine, b->machine) && same_message(&a->in, &b->in) && a->result == b->result &&
           !g_strcmp0(a->to, b->to) && same_message(a->out, b->out) && same_message(a->effect, b->effect);
}

static void add_message(GString *out, const UcTraceMessage *m)
{
    enum { ROOM = 24 };
    g_string_append(out, m->kind);
    for (unsigned i = 0; i < m->fields; i++) {
        g_string_append_printf(out, " %s=", m->field[i].name);
        rep_text_value(out, m->field[i].text, ROOM, -1);
    }
}

static void add_activation(GString *out, const UcTraceActivation *a)
{
    static const char *const result[] = { "sends", "passes", "fails", "halts" };
    if (!a) {
        g_string_append(out, "nothing more");
        return;
    }
    g_string_append_printf(out, "%s reads ", a->machine);
    add_message(out, &a->in);
    g_string_append_printf(out, " and %s", result[a->result]);
    if (a->out) {
        g_string_append_c(out, ' ');
        add_message(out, a->out);
        g_string_append_printf(out, " to %s", a->to);
    }
    if (a->effect) {
        g_string_append(out, ", ");
        add_message(out, a->effect);
    }
}

/* The next activation of a machine other than Z and A; NULL: there is none. */
static const UcTraceActivation *next(const UcTrace *t, UcTraceWorld world, unsigned *i)
{
    while (*i < uc_trace_activations(t, world)) {
        const UcTraceActivation *a = uc_trace_activation(t, world, (*i)++);
        if (strcmp(a->machine, "Z") && strcmp(a->machine, "A"))
            return a;
    }
    return NULL;
}

static char *difference_in(const UcTrace *recorded, const UcTrace *replayed, UcTraceWorld world, bool whole)
{
    unsigned i = 0, j = 0;
    const UcTraceActivation *a, *b;
    do {
        a = next(recorded, world, &i);
        b = next(replayed, world, &j);
    } while (a && b && same(a, b));
    if ((!a && !b) || ((!a || !b) && !whole))
        return NULL;
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "entry %" G_GUINT64_FORMAT " of the %s world: recorded was that ", a ? a->n : b->n,
                           world == UC_TRACE_REAL ? "real" : "ideal");
    add_activation(out, a);
    g_string_append(out, "; replayed, ");
    add_activation(out, b);
    return g_string_free(out, FALSE);
}

char *rep_recorded_difference(const UcTrace *recorded, const UcTrace *replayed, bool whole)
{
    g_assert(recorded && replayed);
    char *found = NULL;
    for (UcTraceWorld world = UC_TRACE_REAL; world < UC_TRACE_WORLDS && !found; world++) {
        if (uc_trace_activations(recorded, world)) /* the trace of one world has only that */
            found = difference_in(recorded, replayed, world, whole);
    }
    return found;
}
