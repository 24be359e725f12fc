#include "report/rows.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
    const char *x, *y, *by;
    GPtrArray *series;
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

static RepSeries *series_of(Wanted *w, JsonObject *object)
{
    g_autofree char *name = series_name(object, w);
    for (guint i = 0; i < w->series->len; i++) {
        RepSeries *s = w->series->pdata[i];
        if (!strcmp(s->name, name))
            return s;
    }
    g_ptr_array_add(w->series, rep_series_new(name));
    return w->series->pdata[w->series->len - 1];
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
        rep_series_add(series_of(w, object), x, y);
        return;
    }
    g_autoptr(GList) names = json_object_get_members(object); /* in the order of the file */
    for (GList *n = names; n; n = n->next)
        collect(json_object_get_member(object, n->data), w);
}

static bool collect_text(const char *text, Wanted *w, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_data(parser, text, -1, error))
        return false;
    if (json_parser_get_root(parser))
        collect(json_parser_get_root(parser), w);
    return true;
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

GPtrArray *rep_rows_json(const char *path, const char *x, const char *y, const char *by, GError **error)
{
    g_assert(path && x && y);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_autoptr(GPtrArray) series = new_series_list();
    Wanted w = { x, y, by, series };
    if (!collect_text(text, &w, NULL)) {
        g_ptr_array_set_size(series, 0);
        if (!collect_lines(text, &w, error)) {
            g_prefix_error(error, "%s: ", path);
            return NULL;
        }
    }
    if (!series->len) {
        g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s: expected objects with the numbers '%s' and '%s', found none",
                    path, x, y);
        return NULL;
    }
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
    if (!g_file_get_contents(path, &text, NULL, error))
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
