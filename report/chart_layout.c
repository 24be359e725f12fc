#include "report/chart_layout.h"

#include <string.h>

/* At labels of 10 points; all of it grows and shrinks with them. */
enum {
    PAD = 3,           /* between a label and the lifelines beside it */
    GAP_LEAST = 62, GAP_MOST = 170, /* between lifelines, where the width is free */
    GAP_TIGHT = 26,    /* the least where it is not */
    GAP_HOLDS = 14,    /* an arrow and a number */
    NAME_PAD = 12, NAME_LEAST = 40, NAME_LEAST_TIGHT = 16, NAME_GAP = 5,
    GUTTER = 18,       /* between the worlds */
    EDGE = 1,
    PAGE_LEAST = 440,  /* titles are not broken for less */
    LEADING = 12,      /* from line to line */
    OVER_ARROW = 4,    /* label above its arrow */
    ROW_FREE = 17, ROW_TIGHT = 9, /* of a row without its label */
    UNDER_ARROW = 5,
    BAR = 24, STRIP = 22,
};
enum { LABEL_LINES = 3, SHORT_LINES = 2, NAME_LINES = 3, LEGEND_LINES = 8 };
#define SIZE_FREE 10.0
#define SIZE_TIGHT 7.0 /* what journals ask for at least */

static bool tight(const RepLayout *l) { return l->style.width > 0; }

/* ---- sizes of text ---- */

static const struct { double size; bool bold; } face_of[REP_TEXTS] = {
    [REP_TEXT_TITLE] = { 14, true }, [REP_TEXT_VERDICT] = { 11, false }, [REP_TEXT_SUBTITLE] = { 9, false },
    [REP_TEXT_HEADING] = { 12, true }, [REP_TEXT_NAME] = { 10.5, false }, [REP_TEXT_LABEL] = { 10, false },
    [REP_TEXT_NUMBER] = { 8.5, false }, [REP_TEXT_WORDS] = { 10, true }, [REP_TEXT_LEGEND] = { 8.5, false },
};
#define SMALLEST 6.0

/* Computer Modern comes in these sizes; TeX takes another one, and says so, where it is asked for one between. */
static double tex_size(double size)
{
    static const double of[] = { 5, 6, 7, 8, 9, 10, 10.95, 12, 14.4, 17.28, 20.74, 24.88 };
    unsigned best = 0;
    for (unsigned i = 1; i < G_N_ELEMENTS(of); i++)
        best = ABS(of[i] - size) < ABS(of[best] - size) ? i : best;
    return of[best];
}

RepFace rep_layout_face(const RepLayout *l, RepTextRole role)
{
    double label = l->style.size, size = face_of[role].size * l->unit;
    if (size < label) /* what is small stays readable */
        size = MAX(size, MIN(label, SMALLEST));
    if (l->style.metric == REP_COMPUTER_MODERN)
        size = tex_size(size);
    return (RepFace){ l->style.metric, size, face_of[role].bold };
}

double rep_layout_height(const RepLayout *l, RepTextRole role, unsigned lines)
{
    return lines * rep_layout_face(l, role).size * LEADING / 10;
}

static double text_width(const RepLayout *l, RepTextRole role, const char *text)
{
    const RepFace face = rep_layout_face(l, role);
    return rep_text_width(&face, text);
}

/* ---- gaps: all of both worlds in one list, from the left ---- */

typedef struct {
    RepWorld world;
    unsigned place;          /* right of this lifeline */
    double least, want, width;
} Gap;

/* A world with one lifeline has one gap all the same, right of it: something must be said somewhere. */
static unsigned gaps_of(const RepChart *chart, RepWorld world)
{
    unsigned lifelines = rep_chart_width(chart, world);
    return lifelines > 1 ? lifelines - 1 : lifelines;
}

/* Beside who writes, on the side of who reads; what goes nowhere stands right of the lifeline where there is a gap. */
static unsigned gap_of(const RepChart *chart, const RepEvent *e)
{
    unsigned from = rep_lifeline(chart, e->from)->place, to = rep_lifeline(chart, e->to)->place;
    unsigned last = gaps_of(chart, e->world) - 1;
    if (from < to || (from == to && from <= last))
        return from;
    return from ? from - 1 : 0;
}

static Gap *find_gap(const GArray *gaps, RepWorld world, unsigned place)
{
    for (guint i = 0; i < gaps->len; i++) {
        Gap *gap = &g_array_index(gaps, Gap, i);
        if (gap->world == world && gap->place == place)
            return gap;
    }
    g_assert_not_reached();
}

/* The width in which a label takes as few lines as the widest gap allows. */
static double wanted(const RepLayout *l, const char *label)
{
    const RepFace face = rep_layout_face(l, REP_TEXT_LABEL);
    const double pads = 2 * PAD * l->unit, most = GAP_MOST * l->unit - pads;
    g_autofree char *lines = rep_wrap(&face, label, most, LABEL_LINES);
    return pads + 0.5 + (lines ? rep_text_width(&face, lines) : most);
}

static double box_width(const RepLayout *l, const char *name)
{
    const double least = tight(l) ? NAME_LEAST_TIGHT : NAME_LEAST;
    return CLAMP(text_width(l, REP_TEXT_NAME, name) + NAME_PAD * l->unit, least * l->unit, GAP_MOST * l->unit);
}

/* Half of the box of a lifeline as it would like to be. */
static double half_box(const RepLayout *l, const RepLifeline *line)
{
    g_autofree char *name = rep_visible(line->name);
    return box_width(l, name) / 2;
}

static void want_names(const RepLayout *l, const GArray *gaps)
{
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        const RepLifeline *line = rep_lifeline(l->chart, i);
        if (!line->used)
            continue;
        const double half = half_box(l, line) + NAME_GAP * l->unit / 2;
        const unsigned last = gaps_of(l->chart, line->world) - 1;
        if (line->place)
            find_gap(gaps, line->world, line->place - 1)->least += half;
        if (line->place <= last)
            find_gap(gaps, line->world, line->place)->least += half;
    }
}

static GArray *list_gaps(const RepLayout *l)
{
    GArray *gaps = g_array_new(FALSE, TRUE, sizeof(Gap));
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        for (unsigned i = 0; i < gaps_of(l->chart, w); i++) {
            Gap gap = { .world = w, .place = i };
            g_array_append_val(gaps, gap);
        }
    }
    want_names(l, gaps);
    for (guint i = 0; i < gaps->len; i++) {
        Gap *gap = &g_array_index(gaps, Gap, i);
        gap->want = MAX(gap->least, GAP_LEAST * l->unit);
        gap->least = tight(l) ? MIN(gap->least, GAP_TIGHT * l->unit) : gap->want;
    }
    for (guint i = 0; i < l->chart->event->len; i++) {
        const RepEvent *e = rep_event(l->chart, i);
        if (rep_chart_fold_at(l->chart, e->row))
            continue;
        Gap *gap = find_gap(gaps, e->world, gap_of(l->chart, e));
        gap->want = MAX(gap->want, wanted(l, e->label));
    }
    return gaps;
}

/* What all gaps take when none is wider than `most`. */
static double total(const GArray *gaps, double most)
{
    double sum = 0;
    for (guint i = 0; i < gaps->len; i++) {
        const Gap *gap = &g_array_index(gaps, Gap, i);
        sum += MAX(gap->least, MIN(gap->want, most));
    }
    return sum;
}

enum { HALVINGS = 30 };

/* Gives every gap what it wants, or all of them as much as there is room for; what is left is spread evenly. */
static void share(GArray *gaps, double room)
{
    double low = 0, high = G_MAXINT;
    if (total(gaps, high) > room) {
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            *(total(gaps, middle) > room ? &high : &low) = middle;
        }
        high = low;
    }
    const double rest = (room - total(gaps, high)) / MAX(gaps->len, 1); /* below 0: not even the least fits */
    for (guint i = 0; i < gaps->len; i++) {
        Gap *gap = &g_array_index(gaps, Gap, i);
        gap->width = MAX(gap->least, MIN(gap->want, high)) + rest;
    }
}

/* ---- lifelines ---- */

static double number_width(const RepLayout *l, RepWorld world)
{
    uint64_t most = 0;
    for (guint i = 0; i < l->chart->event->len; i++) {
        const RepEvent *e = rep_event(l->chart, i);
        if (e->world == world && !rep_chart_fold_at(l->chart, e->row))
            most = MAX(most, e->number);
    }
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, most);
    return text_width(l, REP_TEXT_NUMBER, text) + PAD * l->unit;
}

/* Of the first lifeline, or the last one, from the end of its world. */
static double margin(const RepLayout *l, RepWorld world, bool last)
{
    unsigned width = rep_chart_width(l->chart, world);
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        const RepLifeline *line = rep_lifeline(l->chart, i);
        if (line->used && line->world == world && line->place == (last ? width - 1 : 0))
            return tight(l) ? MIN(half_box(l, line), GAP_TIGHT * l->unit) : half_box(l, line);
    }
    return 0;
}

/* Everything but the gaps. */
static double fixed(const RepLayout *l)
{
    double sum = 2 * EDGE;
    unsigned worlds = 0;
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        if (!rep_chart_width(l->chart, w))
            continue;
        sum += l->numbers[w] + margin(l, w, false) + margin(l, w, true);
        worlds++;
    }
    return sum + (worlds > 1 ? GUTTER * l->unit : 0);
}

static void place(RepLayout *l, const GArray *gaps)
{
    double x = EDGE;
    guint gap = 0;
    l->narrowest = G_MAXDOUBLE;
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        const unsigned lifelines = rep_chart_width(l->chart, w);
        l->left[w] = l->right[w] = x;
        if (!lifelines)
            continue;
        l->left[w] = x += l->numbers[w];
        x += margin(l, w, false);
        for (guint i = 0; i < l->chart->lifeline->len; i++) {
            const RepLifeline *line = rep_lifeline(l->chart, i);
            if (!line->used || line->world != w)
                continue;
            l->x[i] = x;
            if (line->place + 1 < lifelines || lifelines == 1) {
                l->narrowest = MIN(l->narrowest, g_array_index(gaps, Gap, gap).width);
                x += g_array_index(gaps, Gap, gap++).width;
            }
        }
        x += margin(l, w, true);
        l->right[w] = x;
        x += GUTTER * l->unit;
    }
}

/* The room for the box of a lifeline, by its neighbours. */
static double room_of(const RepLayout *l, guint line)
{
    const RepLifeline *me = rep_lifeline(l->chart, line);
    double room = 2 * MIN(l->x[line] - l->left[me->world], l->right[me->world] - l->x[line]);
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        const RepLifeline *other = rep_lifeline(l->chart, i);
        if (i != line && other->used && other->world == me->world)
            room = MIN(room, ABS(l->x[i] - l->x[line]) - NAME_GAP * l->unit / 2);
    }
    return room;
}

static void name_lifelines(RepLayout *l)
{
    const RepFace face = rep_layout_face(l, REP_TEXT_NAME);
    for (guint i = 0; i < l->chart->lifeline->len; i++) {
        if (!rep_lifeline(l->chart, i)->used)
            continue;
        g_autofree char *name = rep_visible(rep_lifeline(l->chart, i)->name);
        const double room = room_of(l, i), pad = NAME_PAD * l->unit / 2;
        l->name[i] = rep_wrap_cut(&face, name, MAX(room - pad, 1), NAME_LINES, &l->name_cut[i]);
        l->box[i] = MIN(box_width(l, l->name[i]), room);
    }
}

/* ---- labels ---- */

/* "alice: send(bob, "x")" becomes "alice: send(…)", "send(…)", "send", "alice: corrupt" becomes "corrupt"; of a reason the
 * words before its first colon stay. */
static char *shorter(const RepEvent *e, unsigned step)
{
    const char *label = e->label, *open = e->what == REP_WRITE ? strchr(label, '(') : NULL, *colon = strstr(label, ": ");
    const char *kind = colon && (!open || colon < open) ? colon + 2 : label;
    if (!open && (step || !colon))
        return NULL;
    if (!open)
        return e->what == REP_WRITE ? g_strdup(kind) : g_strndup(label, (gsize)(colon - label));
    switch (step) {
    case 0: return g_strdup_printf("%.*s(…)", (int)(open - label), label);
    case 1: return g_strdup_printf("%.*s(…)", (int)(open - kind), kind);
    case 2: return g_strndup(kind, (gsize)(open - kind));
    default: return NULL;
    }
}

static char *fitting(const RepFace *face, const RepEvent *e, double width, bool *shortened)
{
    char *lines = rep_wrap(face, e->label, width, LABEL_LINES);
    *shortened = !lines;
    for (unsigned step = 0; !lines; step++) {
        g_autofree char *text = shorter(e, step);
        if (!text)
            break;
        lines = rep_wrap(face, text, width, SHORT_LINES);
    }
    g_autofree char *number = g_strdup_printf("(%" G_GUINT64_FORMAT ")", e->number);
    return lines ? lines : rep_text_width(face, number) <= width ? g_steal_pointer(&number) : g_strdup("");
}

static void place_labels(RepLayout *l, const GArray *gaps)
{
    const RepFace face = rep_layout_face(l, REP_TEXT_LABEL);
    for (guint i = 0; i < l->chart->event->len; i++) {
        const RepEvent *e = rep_event(l->chart, i);
        if (rep_chart_fold_at(l->chart, e->row))
            continue;
        const unsigned gap = gap_of(l->chart, e);
        const double pad = PAD * l->unit;
        double left = 0;
        for (guint k = 0; k < l->chart->lifeline->len; k++) {
            const RepLifeline *line = rep_lifeline(l->chart, k);
            if (line->used && line->world == e->world && line->place == gap)
                left = l->x[k];
        }
        RepLabel *label = &l->label[i];
        label->left = left + pad;
        label->right = MAX(left + find_gap(gaps, e->world, gap)->width - pad, label->left);
        label->text = fitting(&face, e, label->right - label->left, &label->legend);
    }
}

/* ---- all ---- */

RepLayout *rep_layout_new(const RepChart *chart, const RepStyle *style)
{
    g_assert(chart && style);
    RepLayout *l = g_new0(RepLayout, 1);
    l->chart = chart;
    l->style = *style;
    if (l->style.size <= 0)
        l->style.size = tight(l) ? SIZE_TIGHT : SIZE_FREE;
    if (l->style.metric == REP_COMPUTER_MODERN)
        l->style.size = tex_size(l->style.size);
    l->unit = l->style.size / SIZE_FREE;
    l->x = g_new0(double, chart->lifeline->len);
    l->box = g_new0(double, chart->lifeline->len);
    l->name = g_new0(char *, chart->lifeline->len);
    l->name_cut = g_new0(bool, chart->lifeline->len);
    l->label = g_new0(RepLabel, chart->event->len);
    l->line = rep_chart_lines(chart);
    for (RepWorld w = 0; w < REP_WORLDS; w++)
        l->numbers[w] = number_width(l, w);
    g_autoptr(GArray) gaps = list_gaps(l);
    const double needed = fixed(l) + total(gaps, G_MAXINT);
    share(gaps, (tight(l) ? l->style.width : needed) - fixed(l));
    l->width = tight(l) ? l->style.width : MAX(needed, PAGE_LEAST * l->unit);
    place(l, gaps);
    name_lifelines(l);
    place_labels(l, gaps);
    return l;
}

void rep_layout_free(RepLayout *l)
{
    if (!l)
        return;
    for (guint i = 0; i < l->chart->lifeline->len; i++)
        g_free(l->name[i]);
    for (guint i = 0; i < l->chart->event->len; i++)
        g_free(l->label[i].text);
    g_array_unref(l->line);
    g_free(l->name_cut);
    g_free(l->name);
    g_free(l->box);
    g_free(l->label);
    g_free(l->x);
    g_free(l);
}

bool rep_layout_holds(const RepLayout *l)
{
    g_assert(l);
    return l->narrowest >= GAP_HOLDS * l->unit;
}

/* ---- lines and pages ---- */

double rep_line_strip(const RepLayout *l, const RepLine *line)
{
    return !line->fold && (int)line->row == l->chart->difference ? STRIP * l->unit : 0;
}

/* Lines of the highest label above the arrows. */
static unsigned label_lines(const RepLayout *l, const RepLine *line)
{
    unsigned most = 1;
    for (guint i = line->first; i < line->first + line->events; i++)
        most = MAX(most, rep_text_lines(l->label[i].text));
    return most;
}

double rep_line_arrow(const RepLayout *l, const RepLine *line)
{
    return rep_line_height(l, line) - UNDER_ARROW * l->unit;
}

double rep_line_height(const RepLayout *l, const RepLine *line)
{
    if (line->fold)
        return BAR * l->unit;
    const double row = tight(l) ? ROW_TIGHT : ROW_FREE;
    return rep_line_strip(l, line) + row * l->unit + rep_layout_height(l, REP_TEXT_LABEL, label_lines(l, line));
}

char *rep_layout_legend(const RepLayout *l, guint event)
{
    const RepEvent *e = rep_event(l->chart, event);
    const bool both = rep_chart_width(l->chart, REP_REAL) && rep_chart_width(l->chart, REP_IDEAL);
    g_autofree char *text = g_strdup_printf("%s%s%" G_GUINT64_FORMAT ": %s", both ? rep_world_word[e->world] : "", both ? " " : "",
                                            e->number, e->label);
    const RepFace face = rep_layout_face(l, REP_TEXT_LEGEND);
    bool cut;
    return rep_wrap_cut(&face, text, l->width - 2 * EDGE, LEGEND_LINES, &cut);
}

double rep_line_cost(const RepLayout *l, const RepLine *line)
{
    double sum = rep_line_height(l, line);
    for (guint i = line->first; !line->fold && i < line->first + line->events; i++) {
        g_autofree char *legend = l->label[i].legend ? rep_layout_legend(l, i) : NULL;
        sum += legend ? rep_layout_height(l, REP_TEXT_LEGEND, rep_text_lines(legend)) : 0;
    }
    return sum;
}

GArray *rep_layout_pages(const RepLayout *l, unsigned rows, double most,
                         double (*cost)(const RepLayout *, const RepLine *))
{
    g_assert(l && (cost || most <= 0));
    GArray *pages = g_array_new(FALSE, FALSE, sizeof(RepPage));
    RepPage page = { 0, 0 };
    double filled = 0;
    for (guint i = 0; i < l->line->len; i++) {
        const double next = most > 0 ? cost(l, rep_line(l, i)) : 0;
        const bool full = (rows && page.count >= rows) || (most > 0 && filled + next > most);
        if (full && page.count) {
            g_array_append_val(pages, page);
            page = (RepPage){ i, 0 };
            filled = 0;
        }
        page.count++;
        filled += next;
    }
    g_array_append_val(pages, page);
    return pages;
}
