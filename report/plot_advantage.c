#include "report/plot_advantage.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "report/plot.h"
#include "simulator/base/document.h"
#include "simulator/base/statistics.h"

typedef struct {
    double x, estimate, bad_estimate, bound; /* bound: NAN when there is none */
    UcInterval advantage, bad;
} Point;

/* In gnuplot's single quotes only the quote itself is special. */
static char *quoted(const char *text)
{
    g_auto(GStrv) part = g_strsplit_set(text, "\n\r", -1);
    g_autofree char *line = g_strjoinv(" ", part);
    g_auto(GStrv) piece = g_strsplit(line, "'", -1);
    return g_strjoinv("''", piece);
}

/* ---- reading ---- */

static bool wrong(GError **error, const char *expected)
{
    g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                "expected the output of 'ucsim advantage --json', with %s", expected);
    return false;
}

static JsonNode *member(JsonObject *o, const char *name, JsonNodeType type)
{
    JsonNode *n = o ? json_object_get_member(o, name) : NULL;
    return n && JSON_NODE_TYPE(n) == type ? n : NULL;
}

static double number(JsonObject *o, const char *name)
{
    JsonNode *n = member(o, name, JSON_NODE_VALUE);
    GType type = n ? json_node_get_value_type(n) : G_TYPE_INVALID;
    return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double(n) : NAN;
}

static const char *text(JsonObject *o, const char *name)
{
    JsonNode *n = member(o, name, JSON_NODE_VALUE);
    return n && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_get_string(n) : NULL;
}

static JsonObject *object(JsonObject *o, const char *name)
{
    JsonNode *n = member(o, name, JSON_NODE_OBJECT);
    return n ? json_node_get_object(n) : NULL;
}

static bool interval(JsonObject *o, const char *name, UcInterval *out)
{
    JsonNode *n = member(o, name, JSON_NODE_ARRAY);
    JsonArray *a = n ? json_node_get_array(n) : NULL;
    if (!a || json_array_get_length(a) != 2)
        return false;
    for (guint i = 0; i < 2; i++) {
        JsonNode *e = json_array_get_element(a, i);
        if (JSON_NODE_TYPE(e) != JSON_NODE_VALUE)
            return false;
        *(i ? &out->high : &out->low) = json_node_get_double(e);
    }
    return out->low >= 0 && out->low <= out->high && out->high <= 1;
}

static bool read_point(JsonNode *node, const char *swept, Point *p, GError **error)
{
    JsonObject *o = JSON_NODE_TYPE(node) == JSON_NODE_OBJECT ? json_node_get_object(node) : NULL, *first = NULL;
    JsonNode *list = member(o, "distinguishers", JSON_NODE_ARRAY);
    if (list && json_array_get_length(json_node_get_array(list))) {
        JsonNode *d = json_array_get_element(json_node_get_array(list), 0);
        first = JSON_NODE_TYPE(d) == JSON_NODE_OBJECT ? json_node_get_object(d) : NULL;
    }
    p->x = swept ? number(object(o, "parameters"), swept) : 1;
    p->estimate = fabs(number(first, "difference"));
    p->bound = number(o, "bound");
    p->bad_estimate = number(object(o, "bad"), "ideal_runs_with_any") / number(o, "samples");
    if (!(p->x > 0))
        return wrong(error, "the swept parameter at each point");
    if (!rep_number_fits(swept ? swept : "", p->x, error) || (!isnan(p->bound) && !rep_number_fits("bound", p->bound, error)))
        return false;
    if (!(p->estimate <= 1) || !(p->bad_estimate <= 1) || !interval(first, "advantage_exact", &p->advantage) ||
        !interval(object(o, "bad"), "probability_exact", &p->bad))
        return wrong(error, "intervals at each point");
    return true;
}

static gint by_x(gconstpointer a, gconstpointer b)
{
    double x = ((const Point *)a)->x, y = ((const Point *)b)->x;
    return (x > y) - (x < y);
}

static GArray *read_points(JsonObject *root, const char *swept, GError **error)
{
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(Point));
    JsonNode *list = member(root, "points", JSON_NODE_ARRAY);
    guint n = list ? json_array_get_length(json_node_get_array(list)) : 0;
    if (g_strcmp0(text(root, "ucsim"), "advantage") || !n) {
        wrong(error, "at least one point");
        return NULL;
    }
    for (guint i = 0; i < n; i++) {
        Point p;
        if (!read_point(json_array_get_element(json_node_get_array(list), i), swept, &p, error))
            return NULL;
        g_array_append_val(points, p);
    }
    g_array_sort(points, by_x);
    return g_steal_pointer(&points);
}

/* ---- drawing ---- */

static void put(GString *out, double value)
{
    char room[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, " %s", g_ascii_formatd(room, sizeof room, "%.8g", value));
}

/* Below everything positive that is to be seen. */
static double lower_edge(const GArray *points)
{
    double least = 1;
    for (guint i = 0; i < points->len; i++) {
        const Point *p = &g_array_index(points, Point, i);
        double seen[] = { p->estimate, p->bound, p->advantage.low, p->advantage.high, p->bad.high };
        for (size_t k = 0; k < G_N_ELEMENTS(seen); k++) {
            if (seen[k] > 0)
                least = MIN(least, seen[k]);
        }
    }
    return pow(10, floor(log10(MAX(least, 1 / REP_NUMBER_MAX)) - 0.1));
}

typedef enum { MEASURED, NOT_SEEN, BAD, BOUND } Block;

/* x y low high; estimates of 0 are drawn at the upper end of their interval, as another kind of mark. */
static guint put_block(GString *out, const GArray *points, Block block, double edge, bool wide)
{
    static const char *const name[] = { "measured", "notseen", "bad", "bound" };
    guint rows = 0;
    g_string_append_printf(out, "$%s << END\n", name[block]);
    for (guint i = 0; i < points->len; i++) {
        const Point *p = &g_array_index(points, Point, i);
        UcInterval in = block == BAD ? p->bad : p->advantage;
        double estimate = block == BAD ? p->bad_estimate : p->estimate;
        double y = block == BOUND ? p->bound : estimate > 0 ? estimate : in.high;
        if ((block == BOUND && !(y > 0)) || (block == MEASURED && p->estimate == 0) ||
            (block == NOT_SEEN && p->estimate > 0))
            continue;
        put(out, block != BAD ? p->x : wide ? p->x * 1.12 : p->x + 0.06); /* beside the other */
        put(out, y);
        put(out, MAX(in.low, edge));
        put(out, in.high);
        g_string_append_c(out, '\n');
        rows++;
    }
    g_string_append(out, "END\n");
    return rows;
}

static void put_axes(GString *out, const GArray *points, const char *swept, double edge, bool wide)
{
    double first = g_array_index(points, Point, 0).x, last = g_array_index(points, Point, points->len - 1).x;
    bool falls = g_array_index(points, Point, 0).advantage.high > g_array_index(points, Point, points->len - 1).advantage.high;
    g_autofree char *x = quoted(swept ? swept : "");
    g_string_append_printf(out, "set xlabel '%s%s' noenhanced\nset ylabel 'advantage of Z (log scale)'\nset logscale y 10\n"
                           "set format y '10^{%%T}'\nset grid ytics lt 1 lw 0.5 lc rgb '#cccccc'\nset key top %s Left reverse\n", x,
                           wide ? " (log scale)" : "", falls ? "right" : "left");
    if (wide)
        g_string_append(out, "set logscale x 2\n");
    g_string_append(out, "set xrange [");
    put(out, wide ? first / 1.6 : first - 0.6);
    g_string_append(out, " :");
    put(out, wide ? last * 1.6 : last + 0.6);
    g_string_append(out, " ]\nset yrange [");
    put(out, edge);
    g_string_append(out, " : 1.5 ]\nset xtics (");
    for (guint i = 0; i < points->len; i++) {
        double at = g_array_index(points, Point, i).x;
        char room[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(out, "%s'%s'", i ? ", " : "", g_ascii_formatd(room, sizeof room, "%.10g", at));
        put(out, at);
    }
    g_string_append(out, " )\n");
}

static char *make_script(JsonObject *root, const GArray *points, const char *swept, const char *title)
{
    GString *out = g_string_new(NULL);
    const char *own = text(root, "title"), *law = text(root, "bound_text");
    double edge = lower_edge(points), first = g_array_index(points, Point, 0).x;
    bool wide = g_array_index(points, Point, points->len - 1).x >= 8 * first;
    g_autofree char *head = quoted(title ? title : own ? own : "measured advantage");
    g_autofree char *bound = quoted(law ? law : "the bound");
    g_string_append_printf(out, "set termoption enhanced\nset title '%s' noenhanced\n", head);
    put_axes(out, points, swept, edge, wide);
    put_block(out, points, MEASURED, edge, wide);
    guint unseen = put_block(out, points, NOT_SEEN, edge, wide);
    put_block(out, points, BAD, edge, wide);
    guint bounds = put_block(out, points, BOUND, edge, wide);
    g_string_append(out, "plot ");
    if (bounds)
        g_string_append_printf(out, "$bound using 1:2 with %s lw 2 dt 2 lc rgb '#444444' title 'bound: %s' noenhanced, \\\n"
                               "     ", bounds > 1 ? "lines" : "points pt 2", bound);
    g_string_append(out, "$bad using 1:2:3:4 with yerrorbars pt 5 ps 0.7 lw 1.5 lc rgb '#E69F00' title 'Pr[bad], interval', "
                    "\\\n     $measured using 1:2:3:4 with yerrorbars pt 7 ps 0.9 lw 2 lc rgb '#0072B2' "
                    "title 'measured advantage, interval'");
    if (unseen)
        g_string_append(out, ", \\\n     $notseen using 1:2:3:4 with yerrorbars pt 10 ps 1.1 lw 2 lc rgb '#0072B2' "
                        "title 'no success seen: at most this'");
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *rep_plot_advantage(const char *json, const char *title, GError **error)
{
    g_assert(json);
    g_autoptr(JsonNode) node = uc_document(json, strlen(json), error);
    if (!node)
        return NULL;
    JsonObject *root = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *swept = text(root, "swept");
    g_autoptr(GArray) points = read_points(root, swept, error);
    return points ? make_script(root, points, swept, title) : NULL;
}
