#include "report/chart_dot.h"

#include <string.h>

#include "report/escape.h"

#define FONT "DejaVu Sans,Verdana,Arial,sans-serif"
#define RED "#b80000"
#define BAND "#fde2e2"
#define BAR "#efefef"
#define GREY "#8c8c8c"
#define INK "#202020"

/* Points. */
enum {
    MARGIN = 45,      /* from the edge of a world to its first lifeline */
    NUMBERS = 40,     /* column of event numbers left of a world */
    WORDS = 84,       /* column right of a world for the words at the first difference */
    PITCH_LEAST = 84, PITCH_MOST = 150,
    WORLD_LEAST = 330, PAGE_LEAST = 520,
    TITLE_Y = 10, VERDICT_Y = 29, SUBTITLE_Y = 45, HEADING_Y = 74, BOX_Y = 98, FIRST_ROW_Y = 138,
    LABEL_UP = 10,    /* label above its arrow */
};

typedef struct {
    int row;              /* or -1 */
    const RepFold *fold;  /* or NULL */
} Line;

typedef struct {
    const RepChart *chart;
    GString *out;
    GArray *line;              /* of this page */
    GHashTable *line_of_row;   /* row + 1 -> line + 1 */
    int left[REP_WORLDS], width[REP_WORLDS], pitch[REP_WORLDS];
    bool shown[REP_WORLDS];
    int right;                 /* of everything */
    unsigned page, pages;
    unsigned anchors;
    GString *labels;           /* nodes with text, written after the edges' ends */
} Draw;

/* ---- how wide a text is: an estimate for DejaVu Sans, on the safe side ---- */

static double char_em(gunichar c)
{
    if (c >= 0x1100 && g_unichar_iswide(c))
        return 1.05;
    if (c < 128 && strchr("iljI.,:;|!'()[]tfr -\"", (int)c))
        return 0.40;
    if (c < 128 && strchr("mwMW@%", (int)c))
        return 0.95;
    return c == 0x2026 || c == 0x2260 ? 0.95 : 0.64;
}

static double text_points(const char *text, double size)
{
    double em = 0;
    for (const char *p = text; *p; p = g_utf8_next_char(p))
        em += char_em(g_utf8_get_char(p));
    return em * size;
}

/* Cuts until it fits. */
static char *fit(const char *text, double size, double points)
{
    if (text_points(text, size) <= points)
        return g_strdup(text);
    glong chars = g_utf8_strlen(text, -1);
    while (chars > 2) {
        g_autofree char *cut = rep_cut(text, --chars);
        if (text_points(cut, size) <= points)
            return g_steal_pointer(&cut);
    }
    return g_strdup("…");
}

/* ---- lines and pages ---- */

static GArray *all_lines(const RepChart *chart)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    for (unsigned row = 0; row < chart->rows; row++) {
        const RepFold *fold = rep_chart_fold_at(chart, row);
        Line line = { fold ? -1 : (int)row, fold };
        g_array_append_val(lines, line);
        if (fold)
            row = fold->last;
    }
    return lines;
}

unsigned rep_chart_lines(const RepChart *chart)
{
    g_assert(chart);
    g_autoptr(GArray) lines = all_lines(chart);
    return lines->len;
}

unsigned rep_chart_pages(const RepChart *chart, unsigned rows)
{
    unsigned lines = rep_chart_lines(chart);
    return rows && lines ? (lines + rows - 1) / rows : 1;
}

static void take_page(Draw *d, unsigned rows)
{
    d->line = all_lines(d->chart);
    if (rows) {
        guint from = MIN((d->page - 1) * rows, d->line->len), keep = MIN(rows, d->line->len - from);
        g_array_remove_range(d->line, from + keep, d->line->len - from - keep);
        g_array_remove_range(d->line, 0, from);
    }
    d->line_of_row = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < d->line->len; i++) {
        int row = g_array_index(d->line, Line, i).row;
        if (row >= 0)
            g_hash_table_insert(d->line_of_row, GINT_TO_POINTER(row + 1), GUINT_TO_POINTER(i + 1));
    }
}

/* ---- geometry ---- */

static int line_y(unsigned line) { return FIRST_ROW_Y + (int)line * REP_ROW_POINTS; }

/* The line of an event on this page, or -1. */
static int event_line(const Draw *d, const RepEvent *e)
{
    return (int)GPOINTER_TO_UINT(g_hash_table_lookup(d->line_of_row, GUINT_TO_POINTER(e->row + 1))) - 1;
}

static int lifeline_x(const Draw *d, unsigned line)
{
    const RepLifeline *l = rep_lifeline(d->chart, line);
    return d->left[l->world] + MARGIN + (int)l->place * d->pitch[l->world];
}

static unsigned span(const RepChart *chart, const RepEvent *e)
{
    unsigned a = rep_lifeline(chart, e->from)->place, b = rep_lifeline(chart, e->to)->place;
    return a > b ? a - b : b - a;
}

/* As wide as most labels need, within bounds. */
static int pitch_of(const RepChart *chart, RepWorld world)
{
    double pitch = PITCH_LEAST;
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        unsigned n = span(chart, e);
        if (e->world == world && n > 0)
            pitch = MAX(pitch, (text_points(e->label, 10) + 20) / n);
    }
    for (guint i = 0; i < chart->lifeline->len; i++) {
        const RepLifeline *l = rep_lifeline(chart, i);
        if (l->world == world && l->used)
            pitch = MAX(pitch, text_points(l->name, 10.5) + 24);
    }
    return (int)MIN(pitch, PITCH_MOST);
}

static void measure(Draw *d)
{
    int x = 0;
    for (int w = 0; w < REP_WORLDS; w++) {
        int lifelines = (int)rep_chart_width(d->chart, w);
        d->shown[w] = lifelines > 0;
        if (!d->shown[w])
            continue;
        d->pitch[w] = pitch_of(d->chart, w);
        d->left[w] = x + NUMBERS;
        d->width[w] = MAX((lifelines - 1) * d->pitch[w] + 2 * MARGIN, WORLD_LEAST);
        if (lifelines > 1) /* spread over the least width */
            d->pitch[w] = (d->width[w] - 2 * MARGIN) / (lifelines - 1);
        x = d->left[w] + d->width[w] + (d->chart->difference >= 0 ? WORDS : 16);
    }
    d->right = MAX(x, PAGE_LEAST);
}

/* ---- pieces ---- */

static void text_node(Draw *d, double x, double y, double width, double height, const char *text, const char *attributes)
{
    g_autofree char *escaped = rep_escape_dot(text);
    g_string_append_printf(d->labels, "  t%u [pos=\"%.0f,%.0f\",width=%.3f,height=%.3f,label=\"%s\"%s];\n", d->anchors++,
                           x, -y, width / 72, height / 72, escaped, attributes);
}

/* Left-aligned; the text is cut to fit. */
static void left_text(Draw *d, double x, double y, double room, double size, const char *text, const char *attributes)
{
    g_autofree char *cut = fit(text, size, room), *escaped = rep_escape_dot(cut);
    g_string_append_printf(d->labels, "  t%u [pos=\"%.0f,%.0f\",width=%.3f,height=%.3f,fontsize=%g,label=\"%s\\l\"%s];\n",
                           d->anchors++, x + room / 2, -y, room / 72, size * 1.4 / 72, size, escaped, attributes);
}

static void edge(Draw *d, double x0, double y0, double x1, double y1, const char *attributes)
{
    unsigned n = d->anchors;
    d->anchors += 2;
    g_string_append_printf(d->out, "  a%u [pos=\"%.0f,%.1f\"]; a%u [pos=\"%.0f,%.1f\"]; a%u -> a%u [%s];\n", n, x0, -y0,
                           n + 1, x1, -y1, n, n + 1, attributes);
}

static void strip(Draw *d, RepWorld w, int y, const char *colour, int thick)
{
    g_autofree char *a = g_strdup_printf("color=\"%s\",penwidth=%d,arrowhead=none", colour, thick);
    edge(d, d->left[w], y, d->left[w] + d->width[w], y, a);
}

/* ---- bands and bars, behind everything ---- */

static void draw_bar(Draw *d, const RepFold *fold, unsigned line)
{
    for (int w = 0; w < REP_WORLDS; w++) {
        if (!d->shown[w])
            continue;
        strip(d, w, line_y(line) - 4, BAR, 22);
        g_autofree char *text = rep_chart_fold_text(d->chart, fold, w), *shown = g_strdup_printf("… %s …", text);
        g_autofree char *cut = fit(shown, 10, d->width[w] - 10);
        text_node(d, d->left[w] + d->width[w] / 2.0, line_y(line) - 4, text_points(cut, 10), 14, cut,
                  ",fillcolor=\"" BAR "\",color=\"" BAR "\",fontcolor=\"#505050\"");
    }
}

static void draw_strips(Draw *d)
{
    for (guint i = 0; i < d->line->len; i++) {
        const Line *line = &g_array_index(d->line, Line, i);
        if (line->fold)
            draw_bar(d, line->fold, i);
        for (int w = 0; w < REP_WORLDS && !line->fold && line->row == d->chart->difference; w++) {
            if (d->shown[w])
                strip(d, w, line_y(i) - 4, BAND, 27);
        }
    }
}

/* ---- lifelines, dotted while the machine is down ---- */

static void lifeline_piece(Draw *d, int x, double from, double to, bool down)
{
    if (to > from)
        edge(d, x, from, x, to, down ? "style=dotted,color=\"#707070\",penwidth=1.6,arrowhead=none"
                                     : "style=dashed,color=\"#b4b4b4\",penwidth=0.8,arrowhead=none");
}

/* Where an event stands on this page; before it: the top, after it: the bottom. */
static double event_y(const Draw *d, const RepEvent *e, double top, double bottom)
{
    int line = event_line(d, e);
    if (line >= 0)
        return line_y((unsigned)line);
    for (guint i = 0; i < d->line->len; i++) {
        const Line *l = &g_array_index(d->line, Line, i);
        unsigned first = l->fold ? l->fold->first : (unsigned)l->row, last = l->fold ? l->fold->last : first;
        if (e->row >= first && e->row <= last)
            return line_y(i);
        if (e->row < first)
            return i ? line_y(i) : top;
    }
    return d->line->len ? bottom : top;
}

static void draw_lifeline(Draw *d, unsigned line)
{
    double top = BOX_Y + 11, bottom = line_y(d->line->len) - REP_ROW_POINTS / 3.0, y = top;
    bool down = false;
    int x = lifeline_x(d, line);
    for (guint i = 0; i < d->chart->event->len; i++) {
        const RepEvent *e = rep_event(d->chart, i);
        if (e->from != line || (!e->down && !e->restart))
            continue;
        double at = CLAMP(event_y(d, e, top, bottom), y, bottom);
        lifeline_piece(d, x, y, at, down);
        y = at;
        down = e->down;
    }
    lifeline_piece(d, x, y, bottom, down);
}

/* ---- arrows ---- */

static const char *ink(const RepEvent *e)
{
    return e->diverges ? RED : e->after ? GREY : INK;
}

static const char *arrow_style(const RepEvent *e)
{
    if (e->diverges)
        return e->what == REP_WRITE ? "penwidth=2.6,arrowsize=0.9" : "penwidth=2.6,arrowsize=0.9,style=dashed";
    if (e->what != REP_WRITE)
        return "penwidth=0.8,style=dashed,arrowhead=vee,arrowsize=0.6";
    return e->visible ? "penwidth=1.9,arrowsize=0.8" : "penwidth=0.9,arrowsize=0.7";
}

static void draw_arrow(Draw *d, const RepEvent *e, int line)
{
    if (e->from == e->to)
        return;
    g_autofree char *tip = rep_escape_dot(e->full);
    g_autofree char *a = g_strdup_printf("id=\"%s-%" G_GUINT64_FORMAT "\",color=\"%s\",%s,tooltip=\"%s\"",
                                         rep_world_word[e->world], e->number, ink(e), arrow_style(e), tip);
    edge(d, lifeline_x(d, e->from), line_y((unsigned)line), lifeline_x(d, e->to), line_y((unsigned)line), a);
}

static void draw_label(Draw *d, const RepEvent *e, int line)
{
    double room = d->width[e->world] - 8, left = d->left[e->world] + 4;
    g_autofree char *cut = fit(e->label, 10, room), *tip = rep_escape_dot(e->full);
    double width = text_points(cut, 10), x0 = lifeline_x(d, e->from), x1 = lifeline_x(d, e->to);
    bool beside = e->from == e->to && e->what != REP_DROP; /* no arrow that it could stand above */
    double x = beside ? x0 + 10 + width / 2 : (x0 + x1) / 2;
    x = CLAMP(x, left + width / 2, MAX(left + room - width / 2, left + width / 2));
    const char *fill = (int)e->row == d->chart->difference ? BAND : "white";
    g_autofree char *a = g_strdup_printf(",id=\"%s-%" G_GUINT64_FORMAT "-label\",fillcolor=\"%s\",color=\"%s\","
                                         "fontcolor=\"%s\",tooltip=\"%s\"", rep_world_word[e->world], e->number, fill,
                                         fill, ink(e), tip);
    text_node(d, x, line_y((unsigned)line) - (beside ? 0 : LABEL_UP), width, 11, cut, a);
}

/* A square where the machine persists, a cross where it goes down, a ring where it is up again, a bar where it
 * refuses: on the lifeline of who does it. */
static void draw_marks(Draw *d, const RepEvent *e, int line)
{
    int x = lifeline_x(d, e->from);
    double y = line_y((unsigned)line);
    g_autofree char *square = g_strdup_printf(",shape=square,fillcolor=\"%s\",color=\"%s\",tooltip=\"persists: %u\"",
                                              ink(e), ink(e), e->persists);
    g_autofree char *cross = g_strdup_printf(",style=\"\",fontsize=15,fontcolor=\"%s\",tooltip=\"goes down: %s\"", ink(e),
                                             e->crash ? e->crash : "");
    g_autofree char *ring = g_strdup_printf(",shape=circle,fillcolor=white,color=\"%s\",tooltip=\"up again\"", ink(e));
    g_autofree char *stop = g_strdup_printf(",shape=box,fillcolor=\"%s\",color=\"%s\",tooltip=\"refuses\"", ink(e), ink(e));
    if (e->what == REP_DROP)
        text_node(d, x, y, 3, 14, "", stop);
    if (e->persists)
        text_node(d, x, y, 6, 6, "", square);
    if (e->restart)
        text_node(d, x, y, 8, 8, "", ring);
    if (e->crash)
        text_node(d, x, y + (e->persists ? 12 : 0), 18, 20, "✕", cross);
}

static void draw_number(Draw *d, const RepEvent *e, int line)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, e->number);
    double width = text_points(text, 8.5) + 2;
    text_node(d, d->left[e->world] - 5 - width / 2, line_y((unsigned)line), width, 11, text,
              e->diverges ? ",fontsize=8.5,fontcolor=\"" RED "\"" : ",fontsize=8.5,fontcolor=\"#707070\"");
}

static void draw_events(Draw *d)
{
    for (guint i = 0; i < d->chart->event->len; i++) {
        const RepEvent *e = rep_event(d->chart, i);
        int line = event_line(d, e);
        if (line < 0)
            continue;
        draw_arrow(d, e, line);
        draw_label(d, e, line);
        draw_marks(d, e, line);
        draw_number(d, e, line);
    }
}

/* ---- head, words, legend ---- */

static const char *role_fill(RepRole role)
{
    switch (role) {
    case REP_ROLE_Z: return "#e6edfa";
    case REP_ROLE_F: return "#e4f4e2";
    case REP_ROLE_A: case REP_ROLE_S: return "#fdecd8";
    default: return "white";
    }
}

static void draw_box(Draw *d, unsigned line)
{
    const RepLifeline *l = rep_lifeline(d->chart, line);
    g_autofree char *line_of = rep_visible(l->name), *name = fit(line_of, 10.5, d->pitch[l->world] - 14);
    g_autofree char *tip = rep_escape_dot(line_of);
    g_autofree char *a = g_strdup_printf(",fontsize=10.5,style=\"rounded,filled\",fillcolor=\"%s\",color=\"#404040\","
                                         "tooltip=\"%s\"", role_fill(l->role), tip);
    text_node(d, lifeline_x(d, line), BOX_Y, MAX(text_points(name, 10.5) + 14, 44), 22, name, a);
}

static void draw_head(Draw *d)
{
    const RepChart *c = d->chart;
    g_autofree char *paged = d->pages > 1 ? g_strdup_printf("%s — page %u of %u", c->title, d->page, d->pages) : NULL;
    left_text(d, 0, TITLE_Y, d->right, 14, paged ? paged : c->title, ",fontname=\"" FONT " bold\"");
    left_text(d, 0, VERDICT_Y, d->right, 11, c->verdict, c->difference < 0 && c->as_expected ? "" : ",fontcolor=\"" RED "\"");
    left_text(d, 0, SUBTITLE_Y, d->right, 9, c->subtitle, ",fontcolor=\"#606060\"");
    for (int w = 0; w < REP_WORLDS; w++) {
        if (d->shown[w])
            text_node(d, d->left[w] + d->width[w] / 2.0, HEADING_Y, d->width[w], 16, rep_world_heading[w],
                      ",fontsize=12,fontname=\"" FONT " bold\"");
    }
}

static void draw_words(Draw *d)
{
    int line = d->chart->difference < 0 ? -1
        : (int)GPOINTER_TO_UINT(g_hash_table_lookup(d->line_of_row, GINT_TO_POINTER(d->chart->difference + 1))) - 1;
    if (line < 0)
        return;
    int w = d->shown[REP_REAL] ? REP_REAL : REP_IDEAL;
    text_node(d, d->left[w] + d->width[w] + 38, line_y((unsigned)line) - 4, 72, 26, d->chart->difference_text,
              ",fontsize=9,fontcolor=\"" RED "\"");
}

static bool any(const Draw *d, bool (*is)(const RepEvent *))
{
    for (guint i = 0; i < d->chart->event->len; i++) {
        if (event_line(d, rep_event(d->chart, i)) >= 0 && is(rep_event(d->chart, i)))
            return true;
    }
    return false;
}

static bool persists(const RepEvent *e) { return e->persists > 0; }
static bool crashes(const RepEvent *e) { return e->down; }
static bool drops(const RepEvent *e) { return e->what == REP_DROP; }
static bool returns(const RepEvent *e) { return e->what == REP_NOTHING || e->what == REP_DROP; }

static void draw_legend(Draw *d)
{
    static const char small[] = ",fontcolor=\"#606060\"";
    GString *marks = g_string_new("numbers: events of each world");
    g_autofree char *arrows = g_strconcat("bold arrow: Z sees the message",
                                          any(d, returns) ? "   ·   dashed arrow: Z sees that nothing came" : "", NULL);
    if (any(d, drops))
        g_string_append(marks, "   ·   ▌ refuses the message");
    if (any(d, persists))
        g_string_append(marks, "   ·   ■ persists");
    if (any(d, crashes))
        g_string_append(marks, "   ·   ✕ goes down, dotted until ○ up again");
    left_text(d, 0, line_y(d->line->len) + 8, d->right, 8.5, arrows, small);
    left_text(d, 0, line_y(d->line->len) + 21, d->right, 8.5, marks->str, small);
    g_string_free(marks, TRUE);
}

static void draw_all(Draw *d)
{
    draw_strips(d);
    draw_head(d);
    for (guint i = 0; i < d->chart->lifeline->len; i++) {
        if (!rep_lifeline(d->chart, i)->used)
            continue;
        draw_lifeline(d, i);
        draw_box(d, i);
    }
    draw_events(d);
    draw_words(d);
    draw_legend(d);
}

char *rep_chart_dot(const RepChart *chart, unsigned rows, unsigned page)
{
    g_assert(chart && page >= 1 && page <= rep_chart_pages(chart, rows));
    Draw d = { .chart = chart, .out = g_string_new(NULL), .labels = g_string_new(NULL), .page = page,
               .pages = rep_chart_pages(chart, rows) };
    take_page(&d, rows);
    measure(&d);
    g_autofree char *title = rep_escape_dot(chart->title);
    g_string_append_printf(d.out, "// draw with: neato -n2 -Tsvg\ndigraph chart {\n"
        "  graph [splines=line,outputorder=edgesfirst,bgcolor=white,pad=0.15,charset=\"UTF-8\",tooltip=\"%s\"];\n"
        "  edge [fontname=\"" FONT "\"];\n"
        "  node [shape=point,width=0.001,height=0.001,style=invis,label=\"\",fixedsize=true];\n", title);
    draw_all(&d);
    g_string_append_printf(d.out, "  node [shape=box,style=filled,fillcolor=white,color=white,fontname=\"" FONT
                           "\",fontsize=10,margin=0,penwidth=0.8];\n%s}\n", d.labels->str);
    g_string_free(d.labels, TRUE);
    g_array_unref(d.line);
    g_hash_table_unref(d.line_of_row);
    return g_string_free(d.out, FALSE);
}
