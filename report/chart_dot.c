#include "report/chart_dot.h"

#include <string.h>

#include "report/escape.h"

#define FONT "DejaVu Sans,Verdana,Arial,sans-serif"
#define RED "#b80000"
#define BAND "#fde2e2"
#define BAR "#efefef"
#define GREY "#8c8c8c"
#define INK "#202020"

typedef struct {
    const RepLayout *l;
    GString *out, *nodes; /* nodes with text are written after the ends of edges */
    unsigned named;
    char *font, *bold;    /* escaped */
} Dot;

/* ---- pieces ---- */

static void edge(Dot *d, const RepShape *s, const char *attributes)
{
    const unsigned n = d->named;
    d->named += 2;
    g_string_append_printf(d->out, "  a%u [pos=\"%.1f,%.1f\"]; a%u [pos=\"%.1f,%.1f\"]; a%u -> a%u [%s];\n", n, s->x0, -s->y0,
                           n + 1, s->x1, -s->y1, n, n + 1, attributes);
}

/* `text` is escaped. */
static void node(Dot *d, double x, double y, double width, double height, const char *text, const char *attributes)
{
    g_string_append_printf(d->nodes, "  t%u [pos=\"%.1f,%.1f\",width=%.3f,height=%.3f,label=\"%s\"%s];\n", d->named++, x, -y,
                           width / 72, height / 72, text, attributes);
}

/* Lines centred, or from the left. */
static char *lines_of(const char *text, bool left)
{
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; line[i]; i++) {
        g_autofree char *escaped = rep_escape_dot(line[i]);
        g_string_append_printf(out, "%s%s", i && !left ? "\\n" : "", escaped);
        if (left)
            g_string_append(out, "\\l");
    }
    return g_string_free(out, FALSE);
}

static void text_node(Dot *d, const RepShape *s, const char *attributes)
{
    const RepFace face = rep_layout_face(d->l, s->role);
    g_autofree char *lines = lines_of(s->text, s->kind == REP_SHAPE_TEXT);
    g_autofree char *all = g_strdup_printf(",fontsize=%.4g%s%s%s%s", face.size, face.bold ? ",fontname=\"" : "",
                                           face.bold ? d->bold : "", face.bold ? "\"" : "", attributes);
    node(d, (s->x0 + s->x1) / 2, (s->y0 + s->y1) / 2, s->x1 - s->x0, s->y1 - s->y0, lines, all);
}

static const char *ink(const RepEvent *e)
{
    return e->diverges ? RED : e->after ? GREY : INK;
}

/* ---- shapes ---- */

static void draw_lifeline(Dot *d, const RepShape *s)
{
    edge(d, s, s->kind == REP_SHAPE_DOWN ? "class=lifeline,style=dotted,color=\"#707070\",penwidth=1.6,arrowhead=none"
                                         : "class=lifeline,style=dashed,color=\"#b4b4b4\",penwidth=0.8,arrowhead=none");
}

static char *arrow_style(const Dot *d, const RepEvent *e)
{
    const double u = MAX(d->l->unit, 0.6);
    const bool message = e->what == REP_WRITE;
    const double pen = e->diverges ? 2.6 : !message ? 0.8 : e->visible ? 1.9 : 0.9;
    const double head = e->diverges ? 0.9 : !message ? 0.6 : e->visible ? 0.8 : 0.7;
    return g_strdup_printf("penwidth=%.3g,arrowsize=%.3g%s", pen * u, head * u,
                           message ? "" : e->diverges ? ",style=dashed" : ",style=dashed,arrowhead=vee");
}

static void draw_arrow(Dot *d, const RepShape *s)
{
    g_autofree char *tip = rep_escape_dot(s->event->full), *style = arrow_style(d, s->event);
    g_autofree char *a = g_strdup_printf("id=\"%s-%" G_GUINT64_FORMAT "\",color=\"%s\",%s,tooltip=\"%s\"",
                                         rep_world_word[s->event->world], s->event->number, ink(s->event), style, tip);
    edge(d, s, a);
}

/* A thick line: edges lie behind nodes, and bands behind arrows. */
static void draw_band(Dot *d, const RepShape *s)
{
    const double y = (s->y0 + s->y1) / 2;
    const RepShape line = { .x0 = s->x0, .x1 = s->x1, .y0 = y, .y1 = y };
    g_autofree char *a = g_strdup_printf("color=\"" BAND "\",penwidth=%.1f,arrowhead=none", s->y1 - s->y0);
    edge(d, &line, a);
}

static const char *role_fill(RepRole role)
{
    switch (role) {
    case REP_ROLE_Z: return "#e6edfa";
    case REP_ROLE_F: return "#e4f4e2";
    case REP_ROLE_A: case REP_ROLE_S: return "#fdecd8";
    default: return "white";
    }
}

static void draw_box(Dot *d, const RepShape *s)
{
    g_autofree char *name = rep_visible(s->line->name), *tip = rep_escape_dot(name);
    g_autofree char *a = g_strdup_printf(",shape=box,style=\"rounded,filled\",fillcolor=\"%s\",color=\"#404040\",tooltip=\"%s\"",
                                         role_fill(s->line->role), tip);
    text_node(d, s, a);
}

static void draw_label(Dot *d, const RepShape *s)
{
    g_autofree char *tip = rep_escape_dot(s->event->full);
    g_autofree char *a = g_strdup_printf(",id=\"%s-%" G_GUINT64_FORMAT "-label\",fontcolor=\"%s\",tooltip=\"%s\"",
                                         rep_world_word[s->event->world], s->event->number, ink(s->event), tip);
    text_node(d, s, a);
}

/* A square where the machine persists, a cross where it goes down, a ring where it is up again, a bar where it refuses. */
static void draw_mark(Dot *d, const RepShape *s)
{
    const RepEvent *e = s->event;
    const double u = MAX(d->l->unit, 0.6);
    const char *colour = ink(e);
    g_autofree char *a = NULL;
    switch (s->kind) {
    case REP_SHAPE_REFUSES:
        a = g_strdup_printf(",shape=box,style=filled,fillcolor=\"%s\",color=\"%s\",tooltip=\"refuses\"", colour, colour);
        node(d, s->x0, s->y0, 3 * u, 14 * u, "", a);
        return;
    case REP_SHAPE_PERSISTS:
        a = g_strdup_printf(",shape=square,style=filled,fillcolor=\"%s\",color=\"%s\",tooltip=\"persists: %u\"", colour, colour,
                            e->persists);
        node(d, s->x0, s->y0, 6 * u, 6 * u, "", a);
        return;
    case REP_SHAPE_UP:
        a = g_strdup_printf(",shape=circle,style=filled,fillcolor=white,color=\"%s\",tooltip=\"up again\"", colour);
        node(d, s->x0, s->y0, 8 * u, 8 * u, "", a);
        return;
    default:
        a = g_strdup_printf(",fontsize=%.3g,fontcolor=\"%s\",tooltip=\"goes down: %s\"", 15 * u, colour, e->crash);
        node(d, s->x0, s->y0 + (e->persists ? 12 : 0) * u, 18 * u, 20 * u, "✕", a);
    }
}

static void draw_shape(Dot *d, const RepShape *s)
{
    switch (s->kind) {
    case REP_SHAPE_LIFELINE: case REP_SHAPE_DOWN: draw_lifeline(d, s); return;
    case REP_SHAPE_ARROW: draw_arrow(d, s); return;
    case REP_SHAPE_BAND: draw_band(d, s); return;
    case REP_SHAPE_STRIP:
        text_node(d, s, ",shape=box,style=filled,fillcolor=\"" BAND "\",color=\"" BAND "\",fontcolor=\"" RED "\"");
        return;
    case REP_SHAPE_BAR:
        text_node(d, s, ",shape=box,style=filled,fillcolor=\"" BAR "\",color=\"" BAR "\",fontcolor=\"#505050\"");
        return;
    case REP_SHAPE_BOX: draw_box(d, s); return;
    case REP_SHAPE_LABEL: draw_label(d, s); return;
    case REP_SHAPE_NUMBER: text_node(d, s, s->alarm ? ",fontcolor=\"" RED "\"" : ",fontcolor=\"#707070\""); return;
    case REP_SHAPE_HEADING: text_node(d, s, ""); return;
    case REP_SHAPE_TEXT:
        text_node(d, s, s->alarm ? ",fontcolor=\"" RED "\""
                      : s->role == REP_TEXT_SUBTITLE || s->role == REP_TEXT_LEGEND ? ",fontcolor=\"#606060\"" : "");
        return;
    default: draw_mark(d, s);
    }
}

char *rep_chart_dot(const RepLayout *l, const RepScene *scene)
{
    g_assert(l && scene);
    Dot d = { .l = l, .out = g_string_new(NULL), .nodes = g_string_new(NULL) };
    d.font = rep_escape_dot(l->style.font ? l->style.font : FONT);
    d.bold = g_strconcat(d.font, " bold", NULL);
    g_autofree char *title = rep_escape_dot(l->chart->title);
    g_string_append_printf(d.out, "// draw with: neato -n2 -Tsvg\ndigraph chart {\n"
        "  graph [splines=line,outputorder=edgesfirst,bgcolor=white,pad=%s,margin=0,charset=\"UTF-8\",tooltip=\"%s\"];\n"
        "  node [shape=point,width=0.001,height=0.001,style=invis,label=\"\",fixedsize=true];\n"
        "  a [pos=\"0,0\"]; b [pos=\"%.1f,%.1f\"];\n", l->style.width > 0 ? "0" : "0.15", title, scene->width, -scene->height);
    for (guint i = 0; i < scene->shape->len; i++)
        draw_shape(&d, &g_array_index(scene->shape, RepShape, i));
    g_string_append_printf(d.out, "  node [shape=none,style=\"\",fontname=\"%s\",margin=0,penwidth=%.2g];\n%s}\n", d.font,
                           0.8 * MAX(l->unit, 0.6), d.nodes->str);
    g_string_free(d.nodes, TRUE);
    g_free(d.font);
    g_free(d.bold);
    return g_string_free(d.out, FALSE);
}
