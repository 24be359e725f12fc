#include "report/chart_scene.h"

#include <string.h>

typedef struct {
    const RepLayout *l;
    const RepPage *page;
    unsigned number, pages;
    RepScene *scene;
    double y;      /* where the next thing goes */
    double *top;   /* of every line of the page, and of what is below the last */
} Draw;

static RepShape *add(Draw *d, RepShape shape)
{
    g_array_append_val(d->scene->shape, shape);
    return &g_array_index(d->scene->shape, RepShape, d->scene->shape->len - 1);
}

static double unit(const Draw *d) { return d->l->unit; }

static bool shown(const RepLayout *l, RepWorld world) { return rep_chart_width(l->chart, world) > 0; }

static const RepLine *line_of(const Draw *d, guint i) { return rep_line(d->l, d->page->first + i); }

/* ---- texts from the left, one below the other ---- */

enum { TEXT_LINES = 6 };

static void paragraph(Draw *d, RepTextRole role, const char *text, bool alarm)
{
    const RepFace face = rep_layout_face(d->l, role);
    g_autofree char *line = rep_visible(text);
    bool cut;
    char *lines = rep_wrap_cut(&face, line, d->l->width - 2, TEXT_LINES, &cut);
    const double height = rep_layout_height(d->l, role, rep_text_lines(lines));
    add(d, (RepShape){ .kind = REP_SHAPE_TEXT, .role = role, .x0 = 1, .y0 = d->y, .x1 = d->l->width - 1, .y1 = d->y + height,
                       .alarm = alarm, .text = lines });
    d->y += height;
}

static void draw_title(Draw *d)
{
    const RepChart *c = d->l->chart;
    if (d->l->style.untitled)
        return;
    g_autofree char *paged = d->pages > 1 ? g_strdup_printf("%s — page %u of %u", c->title, d->number + 1, d->pages) : NULL;
    paragraph(d, REP_TEXT_TITLE, paged ? paged : c->title, false);
    d->y += 3 * unit(d);
    paragraph(d, REP_TEXT_VERDICT, c->verdict, c->difference >= 0 || !c->as_expected);
    d->y += 3 * unit(d);
    paragraph(d, REP_TEXT_SUBTITLE, c->subtitle, false);
    d->y += 10 * unit(d);
}

/* Whole headings where two lines hold each of them, else their first words. */
static char *heading(const RepLayout *l, RepWorld w)
{
    static const char *const brief[REP_WORLDS] = { "Real world", "Ideal world" };
    const RepFace face = rep_layout_face(l, REP_TEXT_HEADING);
    bool whole = true, cut;
    for (RepWorld other = 0; other < REP_WORLDS; other++) {
        g_autofree char *lines = rep_wrap(&face, rep_world_heading[other], l->right[other] - l->left[other], 2);
        whole &= lines || !shown(l, other);
    }
    const double width = l->right[w] - l->left[w];
    return whole ? rep_wrap(&face, rep_world_heading[w], width, 2) : rep_wrap_cut(&face, brief[w], width, 2, &cut);
}

/* A world alone in an untitled figure is named by the words below it. */
static bool headed(const RepLayout *l)
{
    return !l->style.untitled || (shown(l, REP_REAL) && shown(l, REP_IDEAL));
}

static void draw_headings(Draw *d)
{
    double bottom = d->y;
    for (RepWorld w = 0; headed(d->l) && w < REP_WORLDS; w++) {
        if (!shown(d->l, w))
            continue;
        char *text = heading(d->l, w);
        const double height = rep_layout_height(d->l, REP_TEXT_HEADING, rep_text_lines(text));
        add(d, (RepShape){ .kind = REP_SHAPE_HEADING, .role = REP_TEXT_HEADING, .x0 = d->l->left[w], .y0 = d->y,
                           .x1 = d->l->right[w], .y1 = d->y + height, .text = text });
        bottom = MAX(bottom, d->y + height + 5 * unit(d));
    }
    d->y = bottom;
}

static void draw_names(Draw *d)
{
    double height = 0;
    for (guint i = 0; i < d->l->chart->lifeline->len; i++) {
        if (d->l->name[i])
            height = MAX(height, rep_layout_height(d->l, REP_TEXT_NAME, rep_text_lines(d->l->name[i])) + 8 * unit(d));
    }
    for (guint i = 0; i < d->l->chart->lifeline->len; i++) {
        if (!d->l->name[i])
            continue;
        const double half = d->l->box[i] / 2;
        add(d, (RepShape){ .kind = REP_SHAPE_BOX, .role = REP_TEXT_NAME, .x0 = d->l->x[i] - half, .y0 = d->y,
                           .x1 = d->l->x[i] + half, .y1 = d->y + height, .line = rep_lifeline(d->l->chart, i),
                           .text = g_strdup(d->l->name[i]) });
    }
    d->y += height;
}

/* ---- lifelines, dotted while the machine is down ---- */

static void lifeline_piece(Draw *d, guint line, double from, double to, bool down)
{
    if (to > from)
        add(d, (RepShape){ .kind = down ? REP_SHAPE_DOWN : REP_SHAPE_LIFELINE, .x0 = d->l->x[line], .y0 = from,
                           .x1 = d->l->x[line], .y1 = to, .line = rep_lifeline(d->l->chart, line) });
}

/* Where an event stands on this page; before it: the top, after it: the bottom. */
static double event_y(const Draw *d, guint event, double top, double bottom)
{
    for (guint i = 0; i < d->page->count; i++) {
        const RepLine *line = line_of(d, i);
        if (event < line->first)
            return i ? d->top[i] : top;
        if (event < line->first + line->events)
            return d->top[i] + (line->fold ? rep_line_height(d->l, line) / 2 : rep_line_arrow(d->l, line));
    }
    return bottom;
}

static void draw_lifeline(Draw *d, guint line, double top)
{
    const double bottom = d->top[d->page->count];
    double y = top;
    bool down = false;
    for (guint i = 0; i < d->l->chart->event->len; i++) {
        const RepEvent *e = rep_event(d->l->chart, i);
        if (e->from != line || (!e->down && !e->restart))
            continue;
        const double at = CLAMP(event_y(d, i, top, bottom), y, bottom);
        lifeline_piece(d, line, y, at, down);
        y = at;
        down = e->down;
    }
    lifeline_piece(d, line, y, bottom, down);
}

/* ---- lines of the page ---- */

static void draw_bar(Draw *d, const RepLine *line, double top)
{
    const RepFace face = rep_layout_face(d->l, REP_TEXT_LEGEND);
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        if (!shown(d->l, w))
            continue;
        g_autofree char *text = rep_chart_fold_text(d->l->chart, line->fold, w), *dots = g_strdup_printf("… %s …", text);
        bool cut;
        add(d, (RepShape){ .kind = REP_SHAPE_BAR, .role = REP_TEXT_LEGEND, .x0 = d->l->left[w], .y0 = top + 2 * unit(d),
                           .x1 = d->l->right[w], .y1 = top + rep_line_height(d->l, line) - 2 * unit(d),
                           .text = rep_wrap_cut(&face, dots, d->l->right[w] - d->l->left[w] - 4 * unit(d), 2, &cut) });
    }
}

static char *on_one_line(const char *text)
{
    g_auto(GStrv) part = g_strsplit(text, "\n", -1);
    return g_strjoinv(" ", part);
}

static void draw_band(Draw *d, const RepLine *line, double top)
{
    const double strip = rep_line_strip(d->l, line);
    for (RepWorld w = 0; strip > 0 && w < REP_WORLDS; w++) {
        if (shown(d->l, w)) /* its upper end is behind the strip */
            add(d, (RepShape){ .kind = REP_SHAPE_BAND, .x0 = d->l->left[w], .y0 = top + strip - unit(d), .x1 = d->l->right[w],
                               .y1 = top + rep_line_height(d->l, line) });
    }
}

/* The words stand in the left world, and in the other one, too: each may be looked at alone. */
static void draw_strip(Draw *d, const RepLine *line, double top)
{
    const double strip = rep_line_strip(d->l, line);
    const RepFace face = rep_layout_face(d->l, REP_TEXT_WORDS);
    for (RepWorld w = 0; strip > 0 && w < REP_WORLDS; w++) {
        if (!shown(d->l, w))
            continue;
        g_autofree char *words = on_one_line(d->l->chart->difference_text);
        bool cut;
        add(d, (RepShape){ .kind = REP_SHAPE_STRIP, .role = REP_TEXT_WORDS, .x0 = d->l->left[w], .y0 = top + 4 * unit(d),
                           .x1 = d->l->right[w], .y1 = top + strip, .alarm = true,
                           .text = rep_wrap_cut(&face, words, d->l->right[w] - d->l->left[w] - 4 * unit(d), 1, &cut) });
    }
}

static void draw_arrow(Draw *d, guint event, double y)
{
    const RepEvent *e = rep_event(d->l->chart, event);
    if (e->from != e->to)
        add(d, (RepShape){ .kind = REP_SHAPE_ARROW, .x0 = d->l->x[e->from], .y0 = y, .x1 = d->l->x[e->to], .y1 = y, .event = e });
}

/* Above its arrow; without one, beside the lifeline. */
static void draw_label(Draw *d, guint event, double y)
{
    const RepEvent *e = rep_event(d->l->chart, event);
    const RepLabel *label = &d->l->label[event];
    const double height = rep_layout_height(d->l, REP_TEXT_LABEL, rep_text_lines(label->text));
    const double bottom = e->from == e->to ? y + 4 * unit(d) : y - (d->l->style.width > 0 ? 1.5 : 3) * unit(d);
    if (*label->text)
        add(d, (RepShape){ .kind = REP_SHAPE_LABEL, .role = REP_TEXT_LABEL, .x0 = label->left, .y0 = bottom - height,
                           .x1 = label->right, .y1 = bottom, .event = e, .text = g_strdup(label->text) });
}

static void draw_number(Draw *d, const RepEvent *e, double y)
{
    const double height = rep_layout_height(d->l, REP_TEXT_NUMBER, 1), right = d->l->left[e->world];
    add(d, (RepShape){ .kind = REP_SHAPE_NUMBER, .role = REP_TEXT_NUMBER, .x0 = right - d->l->numbers[e->world],
                       .y0 = y - height / 2, .x1 = right, .y1 = y + height / 2, .event = e, .alarm = e->diverges,
                       .text = g_strdup_printf("%" G_GUINT64_FORMAT, e->number) });
}

/* On the lifeline of who does it. */
static void draw_marks(Draw *d, const RepEvent *e, double y)
{
    RepShape mark = { .x0 = d->l->x[e->from], .y0 = y, .event = e };
    const struct { bool is; RepShapeKind kind; } of[] = {
        { e->what == REP_DROP, REP_SHAPE_REFUSES }, { e->persists > 0, REP_SHAPE_PERSISTS }, { e->restart, REP_SHAPE_UP },
        { e->crash != NULL, REP_SHAPE_DOWN_HERE },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(of); i++) {
        mark.kind = of[i].kind;
        if (of[i].is)
            add(d, mark);
    }
}

typedef enum { BEHIND, ARROWS, TEXTS } Layer;

static void draw_row(Draw *d, Layer layer, const RepLine *line, double top)
{
    const double y = top + rep_line_arrow(d->l, line);
    if (layer == BEHIND)
        draw_band(d, line, top);
    if (layer == TEXTS)
        draw_strip(d, line, top);
    for (guint i = line->first; i < line->first + line->events; i++) {
        if (layer == ARROWS)
            draw_arrow(d, i, y);
        if (layer != TEXTS)
            continue;
        draw_label(d, i, y);
        draw_marks(d, rep_event(d->l->chart, i), y);
        draw_number(d, rep_event(d->l->chart, i), y);
    }
}

static void draw_lines(Draw *d, Layer layer)
{
    for (guint i = 0; i < d->page->count; i++) {
        const RepLine *line = line_of(d, i);
        if (!line->fold)
            draw_row(d, layer, line, d->top[i]);
        else if (layer == TEXTS)
            draw_bar(d, line, d->top[i]);
    }
}

/* ---- legend ---- */

static bool persists(const RepEvent *e) { return e->persists > 0; }
static bool crashes(const RepEvent *e) { return e->down; }
static bool refuses(const RepEvent *e) { return e->what == REP_DROP; }
static bool returns(const RepEvent *e) { return e->what == REP_NOTHING || e->what == REP_DROP; }

static bool any(const Draw *d, bool (*is)(const RepEvent *))
{
    for (guint i = 0; i < d->page->count; i++) {
        const RepLine *line = line_of(d, i);
        for (guint k = line->first; !line->fold && k < line->first + line->events; k++) {
            if (is(rep_event(d->l->chart, k)))
                return true;
        }
    }
    return false;
}

/* Entries side by side, as many as a line holds. */
static void flow(Draw *d, const char *const *entry, unsigned entries)
{
    const RepFace face = rep_layout_face(d->l, REP_TEXT_LEGEND);
    g_autofree char *line = NULL;
    for (unsigned i = 0; i < entries; i++) {
        g_autofree char *longer = line ? g_strdup_printf("%s · %s", line, entry[i]) : g_strdup(entry[i]);
        if (line && rep_text_width(&face, longer) > d->l->width - 2) {
            paragraph(d, REP_TEXT_LEGEND, line, false);
            g_free(g_steal_pointer(&longer));
            longer = g_strdup(entry[i]);
        }
        g_free(line);
        line = g_steal_pointer(&longer);
    }
    paragraph(d, REP_TEXT_LEGEND, line, false);
}

static const struct { const char *text; bool (*is)(const RepEvent *); } mark_words[] = {
    { "bold arrow: Z sees the message", NULL }, { "dashed arrow: Z sees that nothing came", returns },
    { "numbers: events of each world", NULL }, { "▌ refuses the message", refuses }, { "■ persists", persists },
    { "✕ goes down, dotted until ○ up again", crashes },
};

static void draw_marks_legend(Draw *d)
{
    const char *entry[G_N_ELEMENTS(mark_words)];
    unsigned entries = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(mark_words); i++) {
        if (!mark_words[i].is || any(d, mark_words[i].is))
            entry[entries++] = mark_words[i].text;
    }
    flow(d, entry, entries);
}

static void draw_names_legend(Draw *d)
{
    for (guint i = 0; i < d->l->chart->lifeline->len; i++) {
        if (!d->l->name_cut[i])
            continue;
        g_autofree char *first = on_one_line(d->l->name[i]);
        g_autofree char *text = g_strdup_printf("%s is %s", first, rep_lifeline(d->l->chart, i)->name);
        paragraph(d, REP_TEXT_LEGEND, text, false);
    }
}

static void legend_text(Draw *d, guint event)
{
    char *text = rep_layout_legend(d->l, event);
    const double height = rep_layout_height(d->l, REP_TEXT_LEGEND, rep_text_lines(text));
    add(d, (RepShape){ .kind = REP_SHAPE_TEXT, .role = REP_TEXT_LEGEND, .x0 = 1, .y0 = d->y, .x1 = d->l->width - 1,
                       .y1 = d->y + height, .text = text });
    d->y += height;
}

/* One world's entries after the other's. */
static void draw_labels_legend(Draw *d)
{
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        for (guint i = 0; i < d->page->count; i++) {
            const RepLine *line = line_of(d, i);
            for (guint k = line->first; !line->fold && k < line->first + line->events; k++) {
                if (d->l->label[k].legend && rep_event(d->l->chart, k)->world == w)
                    legend_text(d, k);
            }
        }
    }
}

static void draw_legend(Draw *d)
{
    d->y += 6 * unit(d);
    draw_marks_legend(d);
    draw_names_legend(d);
    draw_labels_legend(d);
}

/* ---- all ---- */

static void draw_head(Draw *d)
{
    draw_title(d);
    draw_headings(d);
    draw_names(d);
}

RepScene *rep_scene_new(const RepLayout *l, const RepPage *page, unsigned number, unsigned pages)
{
    g_assert(l && page && number < pages);
    RepScene *scene = g_new0(RepScene, 1);
    scene->width = l->width;
    scene->shape = g_array_new(FALSE, FALSE, sizeof(RepShape));
    Draw d = { .l = l, .page = page, .number = number, .pages = pages, .scene = scene, .y = 1,
               .top = g_new0(double, page->count + 1) };
    draw_head(&d);
    const double top = d.y;
    d.y += 4 * unit(&d);
    for (guint i = 0; i < page->count; i++) {
        d.top[i] = d.y;
        d.y += rep_line_height(l, line_of(&d, i));
    }
    d.top[page->count] = d.y += 4 * unit(&d);
    draw_lines(&d, BEHIND);
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        if (rep_lifeline(l->chart, i)->used)
            draw_lifeline(&d, i, top);
    }
    draw_lines(&d, ARROWS);
    draw_lines(&d, TEXTS);
    draw_legend(&d);
    scene->height = d.y + 1;
    g_free(d.top);
    return scene;
}

void rep_scene_free(RepScene *scene)
{
    if (!scene)
        return;
    for (guint i = 0; i < scene->shape->len; i++)
        g_free(g_array_index(scene->shape, RepShape, i).text);
    g_array_unref(scene->shape);
    g_free(scene);
}

double rep_scene_frame(const RepLayout *l)
{
    const RepPage none = { 0, 0 }, all = { 0, l->line->len };
    g_autoptr(RepScene) head = rep_scene_new(l, &none, 98, 99);
    Draw d = { .l = l, .page = &all, .scene = head, .y = head->height };
    draw_marks_legend(&d); /* at most as much again */
    return d.y;
}
