#include "report/rows.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "simulator/base/document.h"
#include "simulator/base/file.h"

typedef struct {
    const char *x, *y, *by;
    GPtrArray *series;
    const char *parts; /* of the first trace */
    GError *wrong;     /* the first number that no plot can show */
} Wanted;

static GPtrArray *new_series_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)rep_series_free);
}

/* ---- JSON ---- */

static JsonNode *member(JsonObject *object, const char *path)
{
    g_auto(GStrv) part = g_strsplit(path, ".", -1);
    JsonNode *node = NULL;
    for (unsigned i = 0; part[i]; i++) {
        node = object ? json_object_get_member(object, part[i]) : NULL;
        object = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    }
    return node;
}

static bool number_of(JsonObject *object, const char *path, double *out)
{
    JsonNode *node = member(object, path);
    if (!node || !JSON_NODE_HOLDS_VALUE(node))
        return false;
    if (json_node_get_value_type(node) != G_TYPE_STRING) {
        *out = json_node_get_double(node);
        return json_node_get_value_type(node) == G_TYPE_INT64 || json_node_get_value_type(node) == G_TYPE_DOUBLE;
    }
    char *end;
    const char *text = json_node_get_string(node);
    *out = g_ascii_strtod(text, &end);
    return *text && !*end;
}

static char *series_name(JsonObject *object, const Wanted *w)
{
    JsonNode *node = w->by ? member(object, w->by) : NULL;
    if (!w->by)
        return g_strdup(w->y);
    if (!node || !JSON_NODE_HOLDS_VALUE(node))
        return g_strdup("none");
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_dup_string(node);
    char room[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup_printf("%s %s", w->by, g_ascii_formatd(room, sizeof room, "%g", json_node_get_double(node)));
}

static RepSeries *series_named(GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++) {
        if (!strcmp(((RepSeries *)list->pdata[i])->name, name))
            return list->pdata[i];
    }
    g_ptr_array_add(list, rep_series_new(name));
    return list->pdata[list->len - 1];
}

static RepSeries *series_of(const Wanted *w, JsonObject *object)
{
    g_autofree char *name = series_name(object, w);
    return series_named(w->series, name);
}

static void collect(JsonNode *node, Wanted *w)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            collect(json_array_get_element(array, i), w);
    }
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return;
    JsonObject *object = json_node_get_object(node);
    double x, y;
    if (number_of(object, w->x, &x) && number_of(object, w->y, &y)) {
        if (!w->wrong && rep_number_fits(w->x, x, &w->wrong) && rep_number_fits(w->y, y, &w->wrong))
            rep_series_add(series_of(w, object), x, y);
        return;
    }
    g_autoptr(GList) names = json_object_get_members(object); /* in the order of the file */
    for (GList *n = names; n; n = n->next)
        collect(json_object_get_member(object, n->data), w);
}

static bool collect_text(const char *text, Wanted *w, GError **error)
{
    g_autoptr(JsonNode) document = uc_document(text, strlen(text), error);
    if (document)
        collect(document, w);
    return document != NULL;
}

static bool collect_lines(const char *text, Wanted *w, GError **error)
{
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; line[i]; i++) {
        g_autoptr(GError) inner = NULL;
        if (*g_strstrip(line[i]) && !collect_text(line[i], w, &inner)) {
            g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "line %u: expected JSON: %s", i + 1, inner->message);
            return false;
        }
    }
    return true;
}

static bool collect_file(const char *path, Wanted *w, GError **error)
{
    g_autofree char *text = NULL;
    if (!uc_file_text(path, UC_FILE_SMALL, &text, NULL, error))
        return false;
    bool read = collect_text(text, w, NULL) || collect_lines(text, w, error);
    if (read && !w->wrong)
        return true;
    if (read)
        g_propagate_error(error, g_steal_pointer(&w->wrong));
    g_prefix_error(error, "%s: ", path);
    return false;
}

GPtrArray *rep_rows_json(const char *const *path, const char *x, const char *y, const char *by, GError **error)
{
    g_assert(path && path[0] && x && y);
    g_autoptr(GPtrArray) series = new_series_list();
    Wanted w = { .x = x, .y = y, .by = by, .series = series };
    for (unsigned i = 0; path[i]; i++) {
        if (!collect_file(path[i], &w, error))
            return NULL;
    }
    if (!series->len) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s: expected objects with the numbers '%s' and '%s', found none",
                    path[0], x, y);
        return NULL;
    }
    return g_steal_pointer(&series);
}

/* ---- traces ---- */

/* An option of the header, or "name=value" in the title. The caller frees; NULL: neither. */
static char *value_of(const UcTrace *trace, const char *name)
{
    const UcOption *o = uc_options_get(uc_trace_schedule(trace)->options, name);
    if (o && o->value[0])
        return g_strdup(o->value[0]);
    const char *title = uc_trace_header(trace).title, *at = title;
    g_autofree char *key = g_strdup_printf("%s=", name);
    while (at && (at = strstr(at, key)) && at > title && !strchr("( ,", at[-1]))
        at++;
    return at ? g_strndup(at + strlen(key), strcspn(at + strlen(key), ",) ")) : NULL;
}

static double parts_at_end(const RepOwnership *o, const char *what)
{
    double sum = 0;
    for (guint i = 0; i < o->done->len; i++) {
        const RepStretch *s = &g_array_index(o->done, RepStretch, i);
        unsigned parties = o->party->len, fate = s->holder - parties;
        bool held = s->holder < parties, used = !held && (fate == REP_USED || fate == REP_USED_TWICE);
        bool wanted = !strcmp(what, "held") ? held : !strcmp(what, "used") ? used : !held && !used;
        if (wanted && s->to == o->now)
            sum += (double)(s->b - s->a);
    }
    return sum;
}

static void sort_points(RepSeries *s)
{
    double *x = (double *)(void *)s->x->data, *y = (double *)(void *)s->y->data;
    for (guint i = 1; i < s->x->len; i++) {
        for (guint j = i; j && x[j - 1] > x[j]; j--) {
            double a = x[j], b = y[j];
            x[j] = x[j - 1];
            y[j] = y[j - 1];
            x[j - 1] = a;
            y[j - 1] = b;
        }
    }
}

static bool add_trace(const char *path, Wanted *w, RepInterfaceOf interface_of, GError **error)
{
    g_autoptr(UcTrace) trace = uc_trace_load(path, error);
    if (!trace)
        return false;
    char *end = NULL;
    g_autofree char *x = value_of(trace, w->x), *by = w->by ? value_of(trace, w->by) : NULL;
    double value = x ? g_ascii_strtod(x, &end) : 0;
    if (x && end != x && !*end && !rep_number_fits(w->x, value, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    if (!x || end == x || *end) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s: expected a number for '%s' among the options or in the title, got %s",
                    path, w->x, x ? x : "none");
        return false;
    }
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, interface_of(trace), false, error);
    if (!o) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    if (!w->parts)
        w->parts = o->ledger->parts;
    g_autofree char *name = w->by ? g_strdup_printf("%s %s", w->by, by ? by : "none") : g_strdup(w->y);
    rep_series_add(series_named(w->series, name), value, parts_at_end(o, w->y));
    return true;
}

GPtrArray *rep_rows_traces(const char *const *path, const char *x, const char *y, const char *by, RepInterfaceOf interface_of,
                           const char **parts, GError **error)
{
    g_assert(path && path[0] && x && y && interface_of && parts);
    if (strcmp(y, "lost") && strcmp(y, "used") && strcmp(y, "held")) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "expected lost, used or held to count in traces, got '%s'", y);
        return NULL;
    }
    g_autoptr(GPtrArray) series = new_series_list();
    Wanted w = { .x = x, .y = y, .by = by, .series = series };
    for (unsigned i = 0; path[i]; i++) {
        if (!add_trace(path[i], &w, interface_of, error))
            return NULL;
    }
    for (guint i = 0; i < series->len; i++)
        sort_points(series->pdata[i]);
    *parts = w.parts;
    return g_steal_pointer(&series);
}

/* ---- tables ---- */

static bool length_line(char *line, GPtrArray *names, const GPtrArray *series)
{
    g_auto(GStrv) part = g_strsplit_set(line, " \t", -1);
    const char *word[3] = { NULL };
    unsigned words = 0;
    for (unsigned i = 0; part[i]; i++) {
        if (*part[i] && words++ < 3)
            word[words - 1] = part[i];
    }
    guint64 found, shrunk;
    if (words != 3 || !g_ascii_string_to_unsigned(word[1], 10, 0, G_MAXINT32, &found, NULL) ||
        !g_ascii_string_to_unsigned(word[2], 10, 0, G_MAXINT32, &shrunk, NULL))
        return false;
    double at = names->len;
    rep_series_add(series->pdata[0], at - 0.2, (double)found);
    rep_series_add(series->pdata[1], at + 0.2, (double)shrunk);
    g_ptr_array_add(names, g_strdup(word[0]));
    return true;
}

GPtrArray *rep_rows_lengths(const char *path, GPtrArray **names, GError **error)
{
    g_assert(path && names);
    g_autofree char *text = NULL;
    if (!uc_file_text(path, UC_FILE_SMALL, &text, NULL, error))
        return NULL;
    g_autoptr(GPtrArray) series = new_series_list(), list = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(series, rep_series_new("found"));
    g_ptr_array_add(series, rep_series_new("shrunk"));
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; line[i]; i++) {
        line[i][strcspn(line[i], "#")] = 0;
        if (*g_strstrip(line[i]) && !length_line(line[i], list, series)) {
            g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s:%u: expected NAME FOUND SHRUNK, got '%s'", path, i + 1, line[i]);
            return NULL;
        }
    }
    if (!list->len) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s: expected lines NAME FOUND SHRUNK, found none", path);
        return NULL;
    }
    *names = g_steal_pointer(&list);
    return g_steal_pointer(&series);
}
