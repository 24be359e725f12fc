/* Charts as logs for other tools: ShiViz (vector clocks) and ITF (Apalache). */
#include <json-glib/json-glib.h>
#include <string.h>

#include "report/escape.h"
#include "report/export.h"

/* ---- ShiViz: a line "host {clock}" and a line with the event; a write is a send and a receive ---- */

static void print_clock(GString *out, const RepChart *chart, unsigned host, const unsigned *clock, char **name)
{
    unsigned n = chart->lifeline->len;
    const char *comma = "";
    g_string_append_printf(out, "%s {", name[host]);
    for (unsigned i = 0; i < n; i++) {
        if (!clock[host * n + i])
            continue;
        g_autofree char *escaped = g_strescape(name[i], "");
        g_string_append_printf(out, "%s\"%s\":%u", comma, escaped, clock[host * n + i]);
        comma = ",";
    }
    g_string_append(out, "}\n");
}

static void tick(unsigned *clock, unsigned n, unsigned host, unsigned from)
{
    for (unsigned i = 0; i < n; i++)
        clock[host * n + i] = MAX(clock[host * n + i], clock[from * n + i]);
    clock[host * n + host]++;
}

/* Two parties may have names that escape alike: the lifeline's number keeps them apart. */
static char **host_names(const RepChart *chart)
{
    unsigned n = chart->lifeline->len;
    char **name = g_new0(char *, n + 1);
    for (unsigned i = 0; i < n; i++) {
        name[i] = rep_escape_host(rep_lifeline(chart, i)->name);
        for (unsigned j = 0; j < i; j++) {
            if (rep_lifeline(chart, j)->world == rep_lifeline(chart, i)->world && !strcmp(name[i], name[j])) {
                char *more = g_strdup_printf("%s#%u", name[i], i);
                g_free(name[i]);
                name[i] = more;
            }
        }
    }
    return name;
}

static void one_line(GString *out, const char *text)
{
    g_autofree char *copy = g_strdelimit(g_strdup(text), "\n\r", ' ');
    g_string_append(out, copy);
}

static void shiviz_world(GString *out, const RepChart *chart, RepWorld world, char **name)
{
    unsigned n = chart->lifeline->len;
    g_autofree unsigned *clock = g_new0(unsigned, (size_t)n * n + 1);
    g_string_append_printf(out, "=== %s world ===\n", rep_world_word[world]);
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        if (e->world != world)
            continue;
        tick(clock, n, e->from, e->from);
        print_clock(out, chart, e->from, clock, name);
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " ", e->number);
        one_line(out, e->label);
        g_string_append_c(out, '\n');
        if (e->from == e->to)
            continue;
        tick(clock, n, e->to, e->from);
        print_clock(out, chart, e->to, clock, name);
        g_string_append(out, e->diverges ? "FIRST DIFFERENCE: from " : "from ");
        g_string_append_printf(out, "%s: ", name[e->from]);
        one_line(out, e->label);
        g_string_append_c(out, '\n');
    }
}

char *rep_export_shiviz(const RepChart *chart)
{
    g_assert(chart);
    GString *out = g_string_new(NULL);
    char **name = host_names(chart);
    for (int world = 0; world < REP_WORLDS; world++) {
        if (rep_chart_width(chart, world))
            shiviz_world(out, chart, world, name);
    }
    g_strfreev(name);
    return g_string_free(out, FALSE);
}

/* ---- ITF ---- */

static void add_integer(JsonBuilder *b, const char *name, guint64 value)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    json_builder_set_member_name(b, name);
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "#bigint");
    json_builder_add_string_value(b, digits);
    json_builder_end_object(b);
}

static void add_text(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_string_value(b, value);
}

static void add_bool(JsonBuilder *b, const char *name, bool value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_boolean_value(b, value);
}

static void itf_arguments(JsonBuilder *b, const GArray *all)
{
    static const char *const type[] = { [UC_VALUE_NONE] = "none", [UC_VALUE_NUMBER] = "number", [UC_VALUE_TEXT] = "text",
                                        [UC_VALUE_LIST] = "list" };
    json_builder_set_member_name(b, "arguments");
    json_builder_begin_array(b);
    for (guint i = 0; all && i < all->len; i++) {
        const RepArgument *a = &g_array_index(all, RepArgument, i);
        json_builder_begin_object(b);
        add_text(b, "name", a->name);
        add_text(b, "type", type[a->type]);
        add_text(b, "value", a->text);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

/* A world's write of a row; without one: event 0 and empty names, so that every state has the same type. */
static void itf_event(JsonBuilder *b, const RepChart *chart, const char *name, const RepEvent *e)
{
    json_builder_set_member_name(b, name);
    json_builder_begin_object(b);
    add_integer(b, "event", e ? e->number : 0);
    add_text(b, "from", e ? rep_lifeline(chart, e->from)->name : "");
    add_text(b, "to", e ? rep_lifeline(chart, e->to)->name : "");
    add_text(b, "message", e ? e->label : "");
    add_text(b, "action", e && e->move ? e->move : "");
    add_text(b, "kind", e ? e->kind : "");
    itf_arguments(b, e ? e->argument : NULL);
    add_bool(b, "written", e && e->what == REP_WRITE);
    add_bool(b, "reaches_Z", e && e->entry != REP_NO_ENTRY);
    json_builder_end_object(b);
}

static int by_holder(gconstpointer x, gconstpointer y)
{
    const RepStretch *a = x, *b = y;
    if (a->holder != b->holder || a->asset != b->asset)
        return a->holder != b->holder ? (a->holder > b->holder ? 1 : -1) : (a->asset > b->asset ? 1 : -1);
    return (a->a > b->a) - (a->a < b->a);
}

/* Who holds what when the event of this number is over. */
static void itf_holdings(JsonBuilder *b, const char *name, const RepOwnership *o, uint64_t event)
{
    g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    for (guint i = 0; o && i < o->done->len; i++) {
        RepStretch s = g_array_index(o->done, RepStretch, i);
        if (s.from <= event && event < s.to)
            g_array_append_val(held, s);
    }
    g_array_sort(held, by_holder);
    json_builder_set_member_name(b, name);
    json_builder_begin_array(b);
    for (guint i = 0; i < held->len; i++) {
        const RepStretch *s = &g_array_index(held, RepStretch, i);
        json_builder_begin_object(b);
        add_text(b, "holder", rep_ownership_holder(o, s->holder));
        add_text(b, "asset", g_ptr_array_index(o->asset, s->asset));
        add_integer(b, "first", s->a);
        add_integer(b, "end", s->b);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void itf_head(JsonBuilder *b, const RepChart *chart)
{
    static const char *const variable[] = { "row", "real", "ideal", "difference", "holdings", "rule" };
    json_builder_set_member_name(b, "#meta");
    json_builder_begin_object(b);
    add_text(b, "format", "ITF");
    add_text(b, "format-description", "https://apalache-mc.org/docs/adr/015adr-trace.html");
    add_text(b, "source", chart->title);
    add_text(b, "description", chart->verdict);
    json_builder_end_object(b);
    json_builder_set_member_name(b, "vars");
    json_builder_begin_array(b);
    for (unsigned i = 0; i < G_N_ELEMENTS(variable); i++)
        json_builder_add_string_value(b, variable[i]);
    json_builder_end_array(b);
}

/* From the row on in which it was decided. */
static const char *rule_at(const RepChart *chart, unsigned row)
{
    unsigned decided = chart->difference >= 0 ? (unsigned)chart->difference : chart->rows - 1;
    return chart->rule && row >= decided ? chart->rule : "";
}

/* now: by world, the number of its last event. */
static void itf_state(JsonBuilder *b, const RepChart *chart, unsigned row, const RepEvent *const *event, const uint64_t *now)
{
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "#meta");
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "index");
    json_builder_add_int_value(b, row);
    json_builder_end_object(b);
    add_integer(b, "row", row);
    itf_event(b, chart, "real", event[REP_REAL]);
    itf_event(b, chart, "ideal", event[REP_IDEAL]);
    add_bool(b, "difference", (int)row == chart->difference);
    json_builder_set_member_name(b, "holdings");
    json_builder_begin_object(b);
    itf_holdings(b, "real", chart->owned[REP_REAL], now[REP_REAL]);
    itf_holdings(b, "ideal", chart->owned[REP_IDEAL], now[REP_IDEAL]);
    json_builder_end_object(b);
    add_text(b, "rule", rule_at(chart, row));
    json_builder_end_object(b);
}

char *rep_export_itf(const RepChart *chart)
{
    g_assert(chart);
    g_autoptr(JsonBuilder) b = json_builder_new();
    json_builder_begin_object(b);
    itf_head(b, chart);
    json_builder_set_member_name(b, "states");
    json_builder_begin_array(b);
    uint64_t now[REP_WORLDS] = { 0 };
    for (unsigned row = 0, i = 0; row < chart->rows; row++) {
        const RepEvent *event[REP_WORLDS] = { NULL };
        for (; i < chart->event->len && rep_event(chart, i)->row == row; i++) {
            event[rep_event(chart, i)->world] = rep_event(chart, i);
            now[rep_event(chart, i)->world] = rep_event(chart, i)->number;
        }
        itf_state(b, chart, row, event, now);
    }
    json_builder_end_array(b);
    json_builder_end_object(b);
    g_autoptr(JsonNode) root = json_builder_get_root(b);
    g_autofree char *text = json_to_string(root, TRUE);
    return g_strconcat(text, "\n", NULL);
}
