/* Charts as texts of other drawing languages: Mermaid, PlantUML. */
#include <string.h>

#include "report/escape.h"
#include "report/export.h"

typedef char *(*Escape)(const char *);

/* A lifeline's identifier: R0, R1, ... in the real world, I0, ... in the ideal one. */
static char *id_of(const RepChart *chart, unsigned line)
{
    const RepLifeline *l = rep_lifeline(chart, line);
    return g_strdup_printf("%c%u", l->world == REP_REAL ? 'R' : 'I', l->place);
}

/* The outermost lifelines of a world; false when it is not drawn. */
static bool ends_of(const RepChart *chart, RepWorld world, char **first, char **last)
{
    unsigned width = rep_chart_width(chart, world);
    *first = *last = NULL;
    if (!width)
        return false;
    char c = world == REP_REAL ? 'R' : 'I';
    *first = g_strdup_printf("%c0", c);
    *last = g_strdup_printf("%c%u", c, width - 1);
    return true;
}

/* The marks in words, for languages without marks on lifelines; escaped already (plain ASCII). */
static char *marks_of(const RepEvent *e)
{
    GString *out = g_string_new(NULL);
    if (e->persists)
        g_string_append(out, " [persist]");
    if (e->crash)
        g_string_append_printf(out, " [down: %s]", e->crash);
    if (e->restart)
        g_string_append(out, " [up]");
    return g_string_free(out, FALSE);
}

static char *text_of(const RepEvent *e, Escape escape)
{
    g_autofree char *marks = marks_of(e);
    g_autofree char *plain = g_strdup_printf("%" G_GUINT64_FORMAT " %s%s", e->number, e->label, marks);
    return escape(plain);
}

typedef struct {
    const RepChart *chart;
    GString *out;
    void (*fold)(GString *out, const char *first, const char *last, const char *text);
    void (*event)(GString *out, const RepEvent *e, const char *from, const char *to, const char *text);
    void (*difference)(GString *out, const RepChart *chart, bool begin);
    Escape escape;
} Writer;

static void write_fold(Writer *w, const RepFold *fold)
{
    for (int world = 0; world < REP_WORLDS; world++) {
        g_autofree char *first = NULL, *last = NULL;
        if (!ends_of(w->chart, world, &first, &last))
            continue;
        g_autofree char *plain = rep_chart_fold_text(w->chart, fold, world), *text = w->escape(plain);
        w->fold(w->out, first, last, text);
    }
}

/* Both worlds' events of a row stand one after the other: these languages give every arrow a row of its own. */
static void write_line(Writer *w, const RepLine *line)
{
    const bool differs = !line->fold && (int)line->row == w->chart->difference;
    if (line->fold)
        write_fold(w, line->fold);
    if (differs)
        w->difference(w->out, w->chart, true);
    for (guint i = line->first; !line->fold && i < line->first + line->events; i++) {
        const RepEvent *e = rep_event(w->chart, i);
        g_autofree char *from = id_of(w->chart, e->from), *to = id_of(w->chart, e->to), *text = text_of(e, w->escape);
        w->event(w->out, e, from, to, text);
    }
    if (differs)
        w->difference(w->out, w->chart, false);
}

static void write_lines(Writer *w, const RepLayout *l, const RepPage *page)
{
    for (guint i = page->first; i < page->first + page->count; i++)
        write_line(w, rep_line(l, i));
}

/* Of what the writer has written, and starts anew. */
static double taken(Writer *w)
{
    double chars = (double)g_utf8_strlen(w->out->str, -1);
    g_string_truncate(w->out, 0);
    return chars;
}

/* "title — page 2 of 3", escaped. */
static char *title_of(const RepChart *chart, unsigned number, unsigned pages, Escape escape)
{
    g_autofree char *paged = pages > 1 ? g_strdup_printf("%s — page %u of %u", chart->title, number + 1, pages) : NULL;
    return escape(paged ? paged : chart->title);
}

/* ---- Mermaid ---- */

static void mermaid_fold(GString *out, const char *first, const char *last, const char *text)
{
    g_string_append_printf(out, "  Note over %s,%s: … %s …\n", first, last, text);
}

static void mermaid_event(GString *out, const RepEvent *e, const char *from, const char *to, const char *text)
{
    if (e->from == e->to)
        g_string_append_printf(out, "  Note right of %s: %s\n", from, text);
    else if (e->what == REP_WRITE)
        g_string_append_printf(out, "  %s%s%s: %s\n", from, "->>", to, text);
    else
        g_string_append_printf(out, "  %s%s%s: %s\n", from, e->what == REP_DROP ? "--x" : "--)", to, text);
}

static char *flat(const char *text)
{
    char **part = g_strsplit(text, "\n", -1);
    char *one = g_strjoinv(" ", part);
    g_strfreev(part);
    return one;
}

static void mermaid_difference(GString *out, const RepChart *chart, bool begin)
{
    if (!begin) {
        g_string_append(out, "  end\n");
        return;
    }
    g_autofree char *one = flat(chart->difference_text), *text = rep_escape_mermaid(one);
    g_string_append(out, "  rect rgb(253, 226, 226)\n");
    g_string_append_printf(out, "  Note over %s: %s\n", rep_chart_width(chart, REP_REAL) ? "R0" : "I0", text);
}

static const char *const box_colour[REP_WORLDS] = { "rgb(246, 248, 252)", "rgb(246, 251, 246)" };

static Writer mermaid_writer(const RepChart *chart)
{
    return (Writer){ chart, g_string_new(NULL), mermaid_fold, mermaid_event, mermaid_difference, rep_escape_mermaid };
}

static void mermaid_head(Writer *w, const RepLayout *l, unsigned number, unsigned pages)
{
    const RepChart *chart = l->chart;
    g_autofree char *title = title_of(chart, number, pages, rep_escape_mermaid), *verdict = rep_escape_mermaid(chart->verdict);
    g_string_append(w->out, "sequenceDiagram\n");
    if (!l->style.untitled)
        g_string_append_printf(w->out, "  title %s — %s\n", title, verdict);
    for (RepWorld world = 0; world < REP_WORLDS; world++) {
        if (!rep_chart_width(chart, world))
            continue;
        g_autofree char *heading = rep_escape_mermaid(rep_world_heading[world]);
        g_string_append_printf(w->out, "  box %s %s\n", box_colour[world], heading);
        for (guint i = 0; i < chart->lifeline->len; i++) {
            const RepLifeline *line = rep_lifeline(chart, i);
            g_autofree char *id = id_of(chart, i), *plain = rep_visible(line->name), *name = rep_escape_mermaid(plain);
            if (line->used && line->world == world)
                g_string_append_printf(w->out, "    participant %s as %s\n", id, name);
        }
        g_string_append(w->out, "  end\n");
    }
}

char *rep_export_mermaid(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages)
{
    g_assert(l && page && number < pages);
    Writer w = mermaid_writer(l->chart);
    mermaid_head(&w, l, number, pages);
    write_lines(&w, l, page);
    return g_string_free(w.out, FALSE);
}

double rep_mermaid_frame(const RepLayout *l)
{
    Writer w = mermaid_writer(l->chart);
    mermaid_head(&w, l, 9998, 9999);
    const double chars = taken(&w);
    g_string_free(w.out, TRUE);
    return chars;
}

double rep_mermaid_cost(const RepLayout *l, const RepLine *line)
{
    Writer w = mermaid_writer(l->chart);
    write_line(&w, line);
    const double chars = taken(&w);
    g_string_free(w.out, TRUE);
    return chars;
}

/* ---- PlantUML ---- */

static void plantuml_fold(GString *out, const char *first, const char *last, const char *text)
{
    g_string_append_printf(out, "hnote over %s, %s : … %s …\n", first, last, text);
}

static void plantuml_event(GString *out, const RepEvent *e, const char *from, const char *to, const char *text)
{
    const char *colour = e->diverges ? "[#b80000,bold]" : e->after ? "[#8c8c8c]" : e->visible ? "[#202020,bold]" : "[#404040]";
    if (e->from == e->to)
        g_string_append_printf(out, "rnote over %s : %s\n", from, text);
    else if (e->what == REP_WRITE)
        g_string_append_printf(out, "%s -%s> %s : %s\n", from, colour, to, text);
    else
        g_string_append_printf(out, "%s -%s-%s %s : %s\n", from, colour, e->what == REP_DROP ? ">x" : ">>", to, text);
}

static void plantuml_difference(GString *out, const RepChart *chart, bool begin)
{
    g_autofree char *one = flat(begin ? chart->difference_text : "after the first difference");
    g_autofree char *text = rep_escape_plantuml(one);
    g_string_append_printf(out, "== %s ==\n", text);
}

char *rep_export_plantuml(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages)
{
    g_assert(l && page && number < pages);
    const RepChart *chart = l->chart;
    Writer w = { chart, g_string_new(NULL), plantuml_fold, plantuml_event, plantuml_difference, rep_escape_plantuml };
    g_autofree char *title = title_of(chart, number, pages, rep_escape_plantuml), *verdict = rep_escape_plantuml(chart->verdict);
    g_string_append(w.out, "@startuml\nhide footbox\n");
    if (!l->style.untitled)
        g_string_append_printf(w.out, "title %s\\n%s\n", title, verdict);
    for (RepWorld world = 0; world < REP_WORLDS; world++) {
        if (!rep_chart_width(chart, world))
            continue;
        g_autofree char *heading = rep_escape_plantuml(rep_world_heading[world]);
        g_string_append_printf(w.out, "box \"%s\"\n", heading);
        for (guint i = 0; i < chart->lifeline->len; i++) {
            const RepLifeline *line = rep_lifeline(chart, i);
            g_autofree char *id = id_of(chart, i), *plain = rep_visible(line->name), *name = rep_escape_plantuml(plain);
            if (line->used && line->world == world)
                g_string_append_printf(w.out, "participant \"%s\" as %s\n", name, id);
        }
        g_string_append(w.out, "end box\n");
    }
    write_lines(&w, l, page);
    g_string_append(w.out, "@enduml\n");
    return g_string_free(w.out, FALSE);
}

/* Of the picture that PlantUML draws, as versions 1.2020 to 1.2024 do; on the safe side. */
enum { ARROW_PIXELS = 31, NOTE_PIXELS = 42, HEAD_PIXELS = 190, EDGE_PIXELS = 60, ARROW_HEAD_PIXELS = 24, FONT_PIXELS = 13 };

double rep_plantuml_frame(const RepLayout *l) { return HEAD_PIXELS; }

double rep_plantuml_cost(const RepLayout *l, const RepLine *line)
{
    const bool differs = !line->fold && (int)line->row == l->chart->difference;
    double pixels = line->fold ? 2 * NOTE_PIXELS : differs ? 2 * NOTE_PIXELS : 0;
    for (guint i = line->first; !line->fold && i < line->first + line->events; i++)
        pixels += rep_event(l->chart, i)->from == rep_event(l->chart, i)->to ? NOTE_PIXELS : ARROW_PIXELS;
    return pixels;
}

/* The gap right of a lifeline is as wide as the longest label over it alone; longer arrows have room. */
double rep_plantuml_across(const RepLayout *l)
{
    const RepFace face = { REP_DEJAVU, FONT_PIXELS, false };
    g_autofree double *gap = g_new0(double, l->chart->lifeline->len + 1);
    for (guint i = 0; i < l->chart->event->len; i++) {
        const RepEvent *e = rep_event(l->chart, i);
        const unsigned left = MIN(e->from, e->to), right = MAX(e->from, e->to);
        if (rep_chart_fold_at(l->chart, e->row) || right == left)
            continue;
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " %s", e->number, e->label);
        const unsigned span = rep_lifeline(l->chart, right)->place - rep_lifeline(l->chart, left)->place;
        gap[left] = MAX(gap[left], (rep_text_width(&face, text) + ARROW_HEAD_PIXELS) / MAX(span, 1));
    }
    double pixels = EDGE_PIXELS;
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        if (rep_lifeline(l->chart, i)->used)
            pixels += MAX(gap[i], rep_text_width(&face, rep_lifeline(l->chart, i)->name) + ARROW_HEAD_PIXELS);
    }
    return pixels;
}
