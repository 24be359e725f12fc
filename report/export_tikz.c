/* A page of a chart as a tikzpicture: one package, tikz, and no other; text in the fonts of the paper. */
#include <string.h>

#include "report/chart_scene.h"
#include "report/escape.h"
#include "report/export.h"

typedef struct {
    const RepLayout *l;
    GString *out;
} Tikz;

static double pen(const Tikz *t) { return MAX(t->l->unit, 0.6); }

static const char *style_of(const RepShape *s)
{
    switch (s->kind) {
    case REP_SHAPE_BOX: return "ucname";
    case REP_SHAPE_STRIP: return "ucstrip";
    case REP_SHAPE_BAR: return "ucbar";
    case REP_SHAPE_HEADING: return "ucheading";
    case REP_SHAPE_NUMBER: return s->alarm ? "ucnumber,ucred" : "ucnumber";
    case REP_SHAPE_LABEL: return s->event->diverges ? "uclabel,ucred" : s->event->after ? "uclabel,ucgrey" : "uclabel";
    default: break;
    }
    return s->role == REP_TEXT_TITLE ? "uctitle" : s->role == REP_TEXT_LEGEND ? "uclegend" : s->role == REP_TEXT_SUBTITLE ? "ucsubtitle"
         : s->alarm ? "ucverdict,ucred" : "ucverdict";
}

static void draw_text(Tikz *t, const RepShape *s)
{
    g_autofree char *lines = rep_escape_tex(s->text); /* where the paper's font is wider than was thought, TeX breaks once more */
    const bool filled = s->kind == REP_SHAPE_BOX || s->kind == REP_SHAPE_STRIP || s->kind == REP_SHAPE_BAR;
    const bool left = s->kind == REP_SHAPE_TEXT, label = s->kind == REP_SHAPE_LABEL;
    const double x = left ? s->x0 : (s->x0 + s->x1) / 2, y = left ? s->y0 : label ? s->y1 : (s->y0 + s->y1) / 2;
    g_string_append_printf(t->out, "  \\node[%s,", style_of(s));
    if (filled)
        g_string_append_printf(t->out, "minimum width=%.1fbp,minimum height=%.1fbp,", s->x1 - s->x0, s->y1 - s->y0);
    /* a strut, so that baselines do not hang on the letters */
    g_string_append_printf(t->out, "text width=%.1fbp] at (%.1f,%.1f) {%s%s%s};\n", s->x1 - s->x0, x, -y, left ? "\\strut " : "",
                           lines, label ? "\\strut" : "");
}

static const char *arrow_style(const RepEvent *e)
{
    bool message = e->what == REP_WRITE;
    if (e->diverges)
        return message ? "ucdiff" : "ucdiff,dashed";
    if (e->after)
        return message ? "ucinner,ucgrey" : "ucnothing,ucgrey";
    return !message ? "ucnothing" : e->visible ? "ucseen" : "ucinner";
}

static void draw_line(Tikz *t, const RepShape *s)
{
    const char *style = s->kind == REP_SHAPE_LIFELINE ? "uclife" : s->kind == REP_SHAPE_DOWN ? "ucdown" : arrow_style(s->event);
    g_string_append_printf(t->out, "  \\draw[%s] (%.1f,%.1f) -- (%.1f,%.1f);\n", style, s->x0, -s->y0, s->x1, -s->y1);
}

static void draw_mark(Tikz *t, const RepShape *s)
{
    static const char *const style[] = { [REP_SHAPE_PERSISTS] = "ucpersist", [REP_SHAPE_UP] = "ucup", [REP_SHAPE_REFUSES] = "ucrefuse" };
    if (s->kind != REP_SHAPE_DOWN_HERE) {
        g_string_append_printf(t->out, "  \\node[%s] at (%.1f,%.1f) {};\n", style[s->kind], s->x0, -s->y0);
        return;
    }
    const double r = 3.5 * pen(t), y = s->y0 + (s->event->persists ? 9 * pen(t) : 0);
    g_string_append_printf(t->out, "  \\draw[uccross] (%.1f,%.1f) -- (%.1f,%.1f) (%.1f,%.1f) -- (%.1f,%.1f);\n", s->x0 - r,
                           -(y - r), s->x0 + r, -(y + r), s->x0 - r, -(y + r), s->x0 + r, -(y - r));
}

static void draw_shape(Tikz *t, const RepShape *s)
{
    switch (s->kind) {
    case REP_SHAPE_LIFELINE: case REP_SHAPE_DOWN: case REP_SHAPE_ARROW: draw_line(t, s); return;
    case REP_SHAPE_BAND:
        g_string_append_printf(t->out, "  \\fill[ucband] (%.1f,%.1f) rectangle (%.1f,%.1f);\n", s->x0, -s->y0, s->x1, -s->y1);
        return;
    case REP_SHAPE_PERSISTS: case REP_SHAPE_DOWN_HERE: case REP_SHAPE_UP: case REP_SHAPE_REFUSES: draw_mark(t, s); return;
    default: draw_text(t, s);
    }
}

/* ---- styles, which a paper can set anew behind them ---- */

static const struct { const char *name, *style; RepTextRole role; } text_style[] = {
    { "uctitle", "anchor=north west,align=flush left", REP_TEXT_TITLE },
    { "ucverdict", "anchor=north west,align=flush left", REP_TEXT_VERDICT },
    { "ucsubtitle", "anchor=north west,align=flush left,gray", REP_TEXT_SUBTITLE },
    { "uclegend", "anchor=north west,align=flush left,black!65", REP_TEXT_LEGEND },
    { "ucheading", "align=flush center", REP_TEXT_HEADING },
    { "ucname", "draw,rounded corners=2pt,fill=white,align=flush center", REP_TEXT_NAME },
    { "uclabel", "anchor=south,align=flush center", REP_TEXT_LABEL },
    { "ucnumber", "align=flush center,gray", REP_TEXT_NUMBER },
    { "ucstrip", "fill=red!12,text=red!70!black,align=flush center", REP_TEXT_WORDS },
    { "ucbar", "fill=gray!15,text=black!70,align=flush center", REP_TEXT_LEGEND },
};

static const char *family_of(const char *font)
{
    return !font ? "" : !strcmp(font, "serif") ? "\\rmfamily" : !strcmp(font, "sans") ? "\\sffamily"
         : !strcmp(font, "mono") ? "\\ttfamily" : "";
}

static void write_styles(Tikz *t)
{
    const double p = pen(t);
    g_string_append_printf(t->out, "  \\tikzset{ucred/.style={red!70!black}, ucgrey/.style={gray}, ucband/.style={red!12},\n"
        "    uclife/.style={densely dashed,gray!60,line width=%.2fpt}, ucdown/.style={densely dotted,black!60,line width=%.2fpt},\n"
        "    ucinner/.style={->,line width=%.2fpt}, ucseen/.style={->,line width=%.2fpt},\n"
        "    ucnothing/.style={->,dashed,line width=%.2fpt}, ucdiff/.style={->,red!70!black,line width=%.2fpt},\n"
        "    ucpersist/.style={fill,inner sep=%.2fpt}, ucup/.style={draw,circle,fill=white,inner sep=%.2fpt},\n"
        "    ucrefuse/.style={fill,inner xsep=%.2fpt,inner ysep=%.2fpt}, uccross/.style={line width=%.2fpt},\n",
        0.6 * p, 1.2 * p, 0.6 * p, 1.5 * p, 0.6 * p, 2.2 * p, 2.7 * p, 2.5 * p, 0.9 * p, 5 * p, 1.2 * p);
    for (unsigned i = 0; i < G_N_ELEMENTS(text_style); i++) {
        const RepFace face = rep_layout_face(t->l, text_style[i].role);
        g_string_append_printf(t->out, "    %s/.style={inner sep=0pt,%s,font=\\fontsize{%.4g}{%.4g}%s%s\\selectfont}%s\n",
                               text_style[i].name, text_style[i].style, face.size, face.size * 1.2, family_of(t->l->style.font),
                               face.bold ? "\\bfseries" : "", i + 1 < G_N_ELEMENTS(text_style) ? "," : "}");
    }
}

char *rep_export_tikz(const RepLayout *layout, const RepScene *scene)
{
    g_assert(layout && scene);
    Tikz t = { layout, g_string_new(NULL) };
    g_string_append_printf(t.out, "%% \\usepackage{tikz}, then \\input this file; it is %.0f mm wide, %.0f mm high.\n"
                           "\\begingroup\\hyphenpenalty=10000\\exhyphenpenalty=10000\n"
                           "\\begin{tikzpicture}[x=1bp,y=1bp,>=latex]\n", scene->width / REP_MM, scene->height / REP_MM);
    write_styles(&t);
    g_string_append_printf(t.out, "  \\path (0,0) rectangle (%.1f,%.1f);\n", scene->width, -scene->height);
    for (guint i = 0; i < scene->shape->len; i++)
        draw_shape(&t, &g_array_index(scene->shape, RepShape, i));
    g_string_append(t.out, "\\end{tikzpicture}%\n\\endgroup\n");
    return g_string_free(t.out, FALSE);
}
