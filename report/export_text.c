/* Charts as texts of other drawing languages: Mermaid, PlantUML, TikZ. */
#include <string.h>

#include "report/chart_dot.h"
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
static void write_rows(Writer *w)
{
    const RepFold *told = NULL;
    bool inside = false;
    for (guint i = 0; i < w->chart->event->len; i++) {
        const RepEvent *e = rep_event(w->chart, i);
        const RepFold *fold = rep_chart_fold_at(w->chart, e->row);
        bool here = (int)e->row == w->chart->difference;
        if (here != inside && !(fold && fold == told))
            w->difference(w->out, w->chart, inside = here);
        if (fold) {
            if (fold != told)
                write_fold(w, fold);
            told = fold;
            continue;
        }
        g_autofree char *from = id_of(w->chart, e->from), *to = id_of(w->chart, e->to), *text = text_of(e, w->escape);
        w->event(w->out, e, from, to, text);
    }
    if (inside)
        w->difference(w->out, w->chart, false);
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

char *rep_export_mermaid(const RepChart *chart)
{
    g_assert(chart);
    Writer w = { chart, g_string_new(NULL), mermaid_fold, mermaid_event, mermaid_difference, rep_escape_mermaid };
    g_autofree char *title = rep_escape_mermaid(chart->title), *verdict = rep_escape_mermaid(chart->verdict);
    g_string_append_printf(w.out, "sequenceDiagram\n  title %s — %s\n", title, verdict);
    for (int world = 0; world < REP_WORLDS; world++) {
        if (!rep_chart_width(chart, world))
            continue;
        g_autofree char *heading = rep_escape_mermaid(rep_world_heading[world]);
        g_string_append_printf(w.out, "  box %s %s\n", box_colour[world], heading);
        for (guint i = 0; i < chart->lifeline->len; i++) {
            const RepLifeline *l = rep_lifeline(chart, i);
            g_autofree char *id = id_of(chart, i), *plain = rep_visible(l->name), *name = rep_escape_mermaid(plain);
            if (l->used && (int)l->world == world)
                g_string_append_printf(w.out, "    participant %s as %s\n", id, name);
        }
        g_string_append(w.out, "  end\n");
    }
    write_rows(&w);
    return g_string_free(w.out, FALSE);
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

char *rep_export_plantuml(const RepChart *chart)
{
    g_assert(chart);
    Writer w = { chart, g_string_new(NULL), plantuml_fold, plantuml_event, plantuml_difference, rep_escape_plantuml };
    g_autofree char *title = rep_escape_plantuml(chart->title), *verdict = rep_escape_plantuml(chart->verdict);
    g_string_append_printf(w.out, "@startuml\nhide footbox\ntitle %s\\n%s\n", title, verdict);
    for (int world = 0; world < REP_WORLDS; world++) {
        if (!rep_chart_width(chart, world))
            continue;
        g_autofree char *heading = rep_escape_plantuml(rep_world_heading[world]);
        g_string_append_printf(w.out, "box \"%s\"\n", heading);
        for (guint i = 0; i < chart->lifeline->len; i++) {
            const RepLifeline *l = rep_lifeline(chart, i);
            g_autofree char *id = id_of(chart, i), *plain = rep_visible(l->name), *name = rep_escape_plantuml(plain);
            if (l->used && (int)l->world == world)
                g_string_append_printf(w.out, "participant \"%s\" as %s\n", name, id);
        }
        g_string_append(w.out, "end box\n");
    }
    write_rows(&w);
    g_string_append(w.out, "@enduml\n");
    return g_string_free(w.out, FALSE);
}

/* ---- TikZ: real rows side by side, lengths in the columns' and rows' units, so that a paper can rescale ---- */

enum { GAP_COLUMNS = 1 };

static double tikz_x(const RepChart *chart, unsigned line)
{
    const RepLifeline *l = rep_lifeline(chart, line);
    unsigned left = l->world == REP_IDEAL && rep_chart_width(chart, REP_REAL)
        ? rep_chart_width(chart, REP_REAL) + GAP_COLUMNS : 0;
    return left + l->place;
}

static void tikz_event(GString *out, const RepChart *chart, const RepEvent *e, unsigned line)
{
    g_autofree char *text = rep_escape_tex(e->label);
    const char *style = e->diverges ? "ucdiff" : e->after ? "ucafter" : e->what != REP_WRITE ? "ucnothing"
                      : e->visible ? "ucseen" : "ucinner";
    double x0 = tikz_x(chart, e->from), x1 = tikz_x(chart, e->to);
    if (e->from == e->to)
        g_string_append_printf(out, "  \\node[uclabel,anchor=west] at (%g,-%u) {%s};\n", x0, line, text);
    else
        g_string_append_printf(out, "  \\draw[%s] (%g,-%u) -- node[uclabel,above=2.2pt] {%s} (%g,-%u);\n", style, x0, line, text,
                               x1, line);
    const char *mark[] = { e->persists ? "ucpersist" : NULL, e->restart ? "ucup" : NULL,
                           e->what == REP_DROP ? "ucrefuse" : NULL };
    for (unsigned i = 0; i < G_N_ELEMENTS(mark); i++) {
        if (mark[i])
            g_string_append_printf(out, "  \\node[%s] at (%g,-%u) {};\n", mark[i], x0, line);
    }
    if (e->crash)
        g_string_append_printf(out, "  \\node[uccrash] at (%g,-%u) {$\\times$};\n", x0, line);
}

static void tikz_band(GString *out, const RepChart *chart, unsigned line)
{
    for (int world = 0; world < REP_WORLDS; world++) {
        unsigned width = rep_chart_width(chart, world);
        if (!width)
            continue;
        double x = world == REP_IDEAL && rep_chart_width(chart, REP_REAL)
            ? rep_chart_width(chart, REP_REAL) + GAP_COLUMNS : 0;
        g_string_append_printf(out, "  \\fill[ucband] (%g,-%u.4) rectangle (%g,-%u.4);\n", x - 0.4, line - 1,
                               x + width - 0.6, line);
    }
    unsigned real = rep_chart_width(chart, REP_REAL);
    g_autofree char *one = flat(chart->difference_text), *words = rep_escape_tex(one);
    g_string_append_printf(out, "  \\node[uclabel,red!70!black,fill=none,text width=1.9cm,align=center] at (%g,-%u) {$\\neq$ %s};\n",
                           (real ? real : rep_chart_width(chart, REP_IDEAL)) - 0.02, line, words);
}

static unsigned tikz_fold(GString *out, const RepChart *chart, const RepFold *fold, unsigned line)
{
    double x = 0;
    for (int world = 0; world < REP_WORLDS; world++) {
        unsigned width = rep_chart_width(chart, world);
        if (!width)
            continue;
        g_autofree char *plain = rep_chart_fold_text(chart, fold, world), *text = rep_escape_tex(plain);
        g_string_append_printf(out, "  \\fill[ucbar] (%g,-%u.4) rectangle (%g,-%u.4);\n"
                               "  \\node[uclabel,fill=none] at (%g,-%u) {%s};\n", x - 0.4, line - 1, x + width - 0.6, line,
                               x + (width - 1) / 2.0, line, text);
        x += width + GAP_COLUMNS;
    }
    return line + 1;
}

static void tikz_lifelines(GString *out, const RepChart *chart, unsigned lines)
{
    for (guint i = 0; i < chart->lifeline->len; i++) {
        const RepLifeline *l = rep_lifeline(chart, i);
        if (!l->used)
            continue;
        g_autofree char *cut = rep_cut(l->name, 14), *name = rep_escape_tex(cut);
        g_string_append_printf(out, "  \\draw[uclife] (%g,0) -- (%g,-%u.5);\n  \\node[ucbox] at (%g,0.2) {%s};\n",
                               tikz_x(chart, i), tikz_x(chart, i), lines, tikz_x(chart, i), name);
    }
}

static unsigned tikz_rows(GString *out, const RepChart *chart)
{
    unsigned line = 1, row = 0;
    const RepFold *told = NULL;
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        const RepFold *fold = rep_chart_fold_at(chart, e->row);
        if (fold && fold != told)
            line = tikz_fold(out, chart, fold, i ? line + 1 : line) - 1;
        told = fold ? fold : told;
        if (!fold) {
            if (i && e->row != row)
                line++;
            if ((int)e->row == chart->difference && (!i || rep_event(chart, i - 1)->row != e->row))
                tikz_band(out, chart, line);
            tikz_event(out, chart, e, line);
        }
        row = e->row;
    }
    return line;
}

static const char tikz_styles[] =
    "  \\tikzset{uclabel/.style={font=\\scriptsize,inner sep=1pt,fill=white,fill opacity=0.85,text opacity=1},\n"
    "    uclife/.style={densely dashed,gray!60}, ucbox/.style={draw,rounded corners=2pt,fill=white,font=\\small},\n"
    "    ucinner/.style={->,thin}, ucseen/.style={->,very thick}, ucnothing/.style={->,dashed,thin},\n"
    "    ucdiff/.style={->,ultra thick,red!70!black,every node/.append style={fill=none}}, ucafter/.style={->,thin,gray},\n"
    "    ucband/.style={red!12}, ucbar/.style={gray!15},\n"
    "    ucpersist/.style={fill,inner sep=1.5pt}, ucup/.style={draw,circle,fill=white,inner sep=1.5pt},\n"
    "    ucrefuse/.style={fill,inner xsep=0.6pt,inner ysep=3pt}, uccrash/.style={inner sep=0pt,below=1pt}}\n";

char *rep_export_tikz(const RepChart *chart)
{
    g_assert(chart);
    g_autofree char *title = rep_escape_tex(chart->title), *verdict = rep_escape_tex(chart->verdict);
    GString *rows = g_string_new(NULL);
    unsigned lines = tikz_rows(rows, chart);
    GString *out = g_string_new("% \\usepackage{tikz}\\usepackage{textcomp}\\usepackage[T1]{fontenc}; \\input this file\n"
                                "\\begin{tikzpicture}[x=2.6cm,y=6.5mm,>=latex]\n");
    g_string_append(out, tikz_styles);
    g_string_append_printf(out, "  \\node[anchor=west,font=\\bfseries] at (-0.4,2.6) {%s};\n"
                           "  \\node[anchor=west,font=\\small] at (-0.4,1.8) {%s};\n", title, verdict);
    tikz_lifelines(out, chart, lines);
    g_string_append_len(out, rows->str, (gssize)rows->len);
    double x = 0;
    static const char *const heading[] = { "Real world: protocol $\\pi$ with adversary A",
                                           "Ideal world: functionality F with simulator S" };
    for (int world = 0; world < REP_WORLDS; world++) {
        unsigned width = rep_chart_width(chart, world);
        if (width)
            g_string_append_printf(out, "  \\node[font=\\bfseries\\small] at (%g,1) {%s};\n", x + (width - 1) / 2.0,
                                   heading[world]);
        x += width ? width + GAP_COLUMNS : 0;
    }
    g_string_append(out, "\\end{tikzpicture}\n");
    g_string_free(rows, TRUE);
    return g_string_free(out, FALSE);
}
