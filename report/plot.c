#include "report/plot.h"

#include <math.h>
#include <string.h>

#include "report/escape.h"

enum { PANELS_MOST = 6, WHOLE_ASSET = 96, NAMES_MOST = 60, TITLE_CHARS = 96 };

/* Okabe and Ito's colours, which colour-blind readers can tell apart; gnuplot's patterns go with them. */
static const char *const colour[] = { "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999933", "#882255" };
static const int pattern[] = { 4, 5, 2, 1, 6, 7, 3, 8 };

const char *rep_plot_terminal(const char *path)
{
    g_assert(path);
    static const char *const known[] = { "svg", "png", "pdf" };
    const char *dot = strrchr(path, '.');
    for (unsigned i = 0; dot && i < G_N_ELEMENTS(known); i++) {
        if (!strcmp(dot + 1, known[i]))
            return known[i];
    }
    return NULL;
}

GBytes *rep_plot_draw(const char *script, const char *terminal, GError **error)
{
    g_assert(script && terminal);
    const char *set = !strcmp(terminal, "svg") ? "svg size 960,540 font 'DejaVu Sans,12' background '#ffffff'"
                    : !strcmp(terminal, "png") ? "pngcairo size 1440,810 font 'DejaVu Sans,11' fontscale 1.5"
                                               : "pdfcairo size 24cm,13.5cm font 'DejaVu Sans,11'";
    g_autofree char *whole = g_strdup_printf("set terminal %s noenhanced\nset encoding utf8\n%s", set, script);
    const char *argv[] = { "gnuplot", "-d", "-", NULL };
    GBytes *out = rep_tool_run(argv, "gnuplot-nox", whole, error);
    return out && !strcmp(terminal, "pdf") ? rep_pdf_undated(out) : out;
}

static void head(GString *out, const char *title, const char *x, const char *y)
{
    g_autofree char *cut = rep_cut(title, TITLE_CHARS), *t = rep_escape_gnuplot(cut), *ex = rep_escape_gnuplot(x), *ey = rep_escape_gnuplot(y);
    g_string_append_printf(out, "set title '%s'\nset xlabel '%s'\nset ylabel '%s'\n", t, ex, ey);
}

/* A number as gnuplot reads it, whatever the locale. */
static const char *number(double value, char room[G_ASCII_DTOSTR_BUF_SIZE])
{
    return g_ascii_formatd(room, G_ASCII_DTOSTR_BUF_SIZE, "%.10g", value);
}

/* ---- ownership ---- */

static const RepStretch *stretch(const RepOwnership *o, guint i) { return &g_array_index(o->done, RepStretch, i); }

static bool has(const RepOwnership *o, unsigned asset, unsigned holder)
{
    for (guint i = 0; i < o->done->len; i++) {
        if (stretch(o, i)->asset == asset && stretch(o, i)->holder == holder)
            return true;
    }
    return false;
}

/* What one panel shows: parts [low, high) of an asset. */
typedef struct {
    unsigned asset;
    uint64_t low, high;
} Panel;

static int by_index(const void *a, const void *b)
{
    const RepStretch *x = a, *y = b;
    return x->a < y->a ? -1 : x->a > y->a;
}

static void add_panel(GArray *panels, unsigned asset, uint64_t low, uint64_t high, uint64_t capacity)
{
    uint64_t margin = (high - low) / 10 + 2 + (high >> 50); /* numbers are gnuplot's, which are floating */
    Panel p = { asset, low > margin ? low - margin : 0, MIN(high + margin, capacity) };
    g_array_append_val(panels, p);
}

/* The parts that something happens to; of a small asset all. Who uses parts may take them from one end and who gives them away
 * from the other, so of a large asset both ends are shown, the upper one first, without the untouched middle. */
static void panels_of(const RepOwnership *o, unsigned asset, GArray *panels)
{
    uint64_t capacity = g_array_index(o->capacity, uint64_t, asset), reach = 0, gap_from = 0, gap_to = 0;
    g_autoptr(GArray) touched = g_array_new(FALSE, FALSE, sizeof(RepStretch));
    for (guint i = 0; i < o->done->len; i++) {
        if (stretch(o, i)->asset == asset && stretch(o, i)->holder >= o->party->len)
            g_array_append_val(touched, *stretch(o, i));
    }
    if (capacity <= WHOLE_ASSET || !touched->len) {
        Panel whole = { asset, 0, MAX(MIN(capacity, (uint64_t)WHOLE_ASSET), 1) };
        g_array_append_val(panels, whole);
        return;
    }
    g_array_sort(touched, by_index);
    uint64_t low = g_array_index(touched, RepStretch, 0).a;
    for (guint i = 0; i < touched->len; i++) {
        const RepStretch *s = &g_array_index(touched, RepStretch, i);
        if (i && s->a > reach && s->a - reach > gap_to - gap_from) {
            gap_from = reach;
            gap_to = s->a;
        }
        reach = MAX(reach, s->b);
    }
    bool split = gap_to - gap_from > WHOLE_ASSET && gap_to - gap_from > (reach - low) / 2;
    if (split)
        add_panel(panels, asset, gap_to, reach, capacity);
    add_panel(panels, asset, low, split ? gap_from : reach, capacity);
}

static void block_name(GString *out, unsigned asset, unsigned holder)
{
    g_string_append_printf(out, "$k%uh%u", asset, holder);
}

static void data_blocks(GString *out, const RepOwnership *o)
{
    for (guint i = 0; i < o->done->len;) {
        unsigned asset = stretch(o, i)->asset, holder = stretch(o, i)->holder;
        block_name(out, asset, holder);
        g_string_append(out, " << E\n");
        for (; i < o->done->len && stretch(o, i)->asset == asset && stretch(o, i)->holder == holder; i++) {
            const RepStretch *s = stretch(o, i);
            g_string_append_printf(out, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                                   "\n", s->from, s->to, s->a, s->b);
        }
        g_string_append(out, "E\n");
    }
}

/* Boxes from (event, index) to (event, index). */
static void holder_style(GString *out, const RepOwnership *o, unsigned holder)
{
    static const char *const fate_style[REP_FATES] = {
        "fc rgb '#303030' fs pattern 0 border lc rgb '#303030'", "fc rgb '#cfcfcf' fs solid 1.0 noborder",
        "fc rgb '#404040' fs solid 1.0 noborder", "fc rgb '#b80000' fs solid 1.0 noborder",
    };
    if (holder >= o->party->len)
        g_string_append(out, fate_style[holder - o->party->len]);
    else
        g_string_append_printf(out, "fc rgb '%s' fs transparent pattern %d noborder",
                               colour[holder % G_N_ELEMENTS(colour)], pattern[holder % G_N_ELEMENTS(pattern)]);
}

/* Words in boxes that are large enough: the legend is then not needed to read it. */
static void names_in_boxes(GString *out, const RepOwnership *o, unsigned asset, uint64_t low, uint64_t high)
{
    unsigned left = NAMES_MOST;
    for (guint i = 0; i < o->done->len && left; i++) {
        const RepStretch *s = stretch(o, i);
        uint64_t a = MAX(s->a, low), b = MIN(s->b, high);
        if (s->asset != asset || a >= b || s->holder >= o->party->len + REP_USED || (s->to - s->from) * 8 < o->now ||
            (b - a) * 12 < high - low)
            continue;
        g_autofree char *text = rep_escape_gnuplot(rep_ownership_holder(o, s->holder));
        char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(out, "set label %u '%s' at %s,%s center front boxed\n", left--, text,
                               number((double)(s->from + s->to) / 2, x), number((double)(a + b) / 2, y));
    }
}

static void draw_panel(GString *out, const RepOwnership *o, const Panel *p, bool last, const char *title)
{
    unsigned asset = p->asset;
    g_autofree char *y = g_strdup_printf("index of %s", (char *)o->asset->pdata[asset]);
    head(out, title, last ? "event" : "", y);
    g_string_append_printf(out, "unset label\nset xrange [0:%" G_GUINT64_FORMAT "]\nset yrange [%" G_GUINT64_FORMAT ":%"
                           G_GUINT64_FORMAT "]\n", o->now + 1, p->low, p->high);
    names_in_boxes(out, o, asset, p->low, p->high);
    const char *comma = "plot ";
    for (unsigned h = 0; h < rep_ownership_holders(o); h++) {
        if (!has(o, asset, h))
            continue;
        g_autofree char *name = rep_escape_gnuplot(rep_ownership_holder(o, h));
        g_string_append(out, comma);
        block_name(out, asset, h);
        g_string_append(out, " using (($1+$2)/2.0):(($3+$4)/2.0):1:2:3:4 with boxxyerror ");
        holder_style(out, o, h);
        g_string_append_printf(out, " title '%s'", name);
        comma = ", \\\n  ";
    }
    /* marks where a part is used, lost, used twice: a cross, a filled square, a star */
    static const int point[REP_FATES] = { 0, 2, 5, 3 };
    for (int f = REP_USED; f < REP_FATES; f++) {
        unsigned h = o->party->len + (unsigned)f;
        if (!has(o, asset, h))
            continue;
        g_string_append(out, comma);
        block_name(out, asset, h);
        g_string_append_printf(out, " using 1:($3+0.5) with points pt %d ps %s lc rgb '%s' notitle", point[f],
                               f == REP_USED_TWICE ? "1.6" : "0.6", f == REP_USED_TWICE ? "#b80000" : "#000000");
        comma = ", \\\n  ";
    }
    g_string_append(out, "\n");
}

char *rep_plot_ownership(const RepOwnership *o, const char *title)
{
    g_assert(o && o->ledger && title);
    g_autofree char *indices = g_strdup_printf("%s index", o->ledger->part);
    g_autoptr(GArray) panels = g_array_new(FALSE, FALSE, sizeof(Panel));
    for (unsigned asset = 0; asset < o->asset->len; asset++)
        panels_of(o, asset, panels);
    unsigned shown = MIN(panels->len, (guint)PANELS_MOST);
    GString *out = g_string_new("set key outside right top vertical\nset tics out nomirror\nset border 3\n"
                                "set style textbox opaque noborder margins 0.4,0.4\nset format y '%.0f'\nset lmargin 13\n");
    data_blocks(out, o);
    if (!shown) {
        g_autofree char *asset = rep_escape_gnuplot(o->interface->asset);
        head(out, title, "event", indices);
        g_string_append_printf(out, "set label 1 'no %s in this trace' at graph 0.5,0.5 center\nset xrange [0:1]\n"
                                    "set yrange [0:1]\nplot NaN notitle\n", asset);
        return g_string_free(out, FALSE);
    }
    if (shown > 1)
        g_string_append_printf(out, "set multiplot layout %u,1\n", shown);
    for (unsigned i = 0; i < shown; i++)
        draw_panel(out, o, &g_array_index(panels, Panel, i), i + 1 == shown, i ? "" : title);
    if (shown > 1)
        g_string_append(out, "unset multiplot\n");
    return g_string_free(out, FALSE);
}

/* ---- series ---- */

RepSeries *rep_series_new(const char *name)
{
    RepSeries *s = g_new0(RepSeries, 1);
    s->name = g_strdup(name);
    s->x = g_array_new(FALSE, FALSE, sizeof(double));
    s->y = g_array_new(FALSE, FALSE, sizeof(double));
    return s;
}

bool rep_number_fits(const char *field, double value, GError **error)
{
    g_assert(field);
    char most[G_ASCII_DTOSTR_BUF_SIZE], got[G_ASCII_DTOSTR_BUF_SIZE];
    if (fabs(value) <= REP_NUMBER_MAX)
        return true;
    g_set_error(error, REP_ERROR, REP_ERROR_INPUT, "%s: expected a number from -%s to %s, got %s", field,
                number(REP_NUMBER_MAX, most), number(REP_NUMBER_MAX, most), number(value, got));
    return false;
}

void rep_series_add(RepSeries *series, double x, double y)
{
    g_assert(series);
    g_array_append_val(series->x, x);
    g_array_append_val(series->y, y);
}

void rep_series_free(RepSeries *series)
{
    if (!series)
        return;
    g_free(series->name);
    g_array_unref(series->x);
    g_array_unref(series->y);
    g_free(series);
}

static void series_block(GString *out, const RepSeries *s, guint number_of)
{
    char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, "$s%u << E\n", number_of);
    for (guint i = 0; i < s->x->len; i++)
        g_string_append_printf(out, "%s %s\n", number(g_array_index(s->x, double, i), x),
                               number(g_array_index(s->y, double, i), y));
    g_string_append(out, "E\n");
}

static GString *series_head(const GPtrArray *series, const char *title, const char *x, const char *y)
{
    GString *out = g_string_new("set key outside right top vertical\nset tics out nomirror\nset border 3\nset grid ytics\n"
                                "set offsets graph 0.03,graph 0.03,graph 0.05,0\nset yrange [*<0:0<*]\n");
    head(out, title, x, y);
    for (guint i = 0; i < series->len; i++)
        series_block(out, series->pdata[i], i);
    return out;
}

static void plot_one(GString *out, const RepSeries *s, guint i, const char *with)
{
    g_autofree char *name = rep_escape_gnuplot(s->name);
    g_string_append_printf(out, "%s$s%u using 1:2 with %s lc rgb '%s' title '%s'", i ? ", \\\n  " : "plot ", i, with,
                           colour[i % G_N_ELEMENTS(colour)], name);
}

char *rep_plot_series(const GPtrArray *series, const char *title, const char *x, const char *y)
{
    g_assert(series && series->len);
    GString *out = series_head(series, title, x, y);
    for (guint i = 0; i < series->len; i++) {
        g_autofree char *with = g_strdup_printf("linespoints dt %u pt %u lw 2", i % 5 + 1, i % 13 + 4);
        plot_one(out, series->pdata[i], i, with);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *rep_plot_bars(const GPtrArray *series, const GPtrArray *names, const char *title, const char *y)
{
    g_assert(series && series->len && names);
    GString *out = series_head(series, title, "", y);
    g_string_append_printf(out, "set boxwidth 0.38\nset xrange [-0.6:%u.6]\nset xtics rotate by -35 (",
                           names->len ? names->len - 1 : 0);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *name = rep_escape_gnuplot(names->pdata[i]);
        g_string_append_printf(out, "%s'%s' %u", i ? "," : "", name, i);
    }
    g_string_append(out, ")\n");
    for (guint i = 0; i < series->len; i++) {
        g_autofree char *with = g_strdup_printf("boxes fs pattern %d", pattern[i % G_N_ELEMENTS(pattern)]);
        plot_one(out, series->pdata[i], i, with);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
