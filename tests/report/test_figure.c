/* Figures: no label crosses a lifeline and nothing leaves the page, in any width; pages; lines of text. */
#include <string.h>

#include "functionality/dkm/interface.h"
#include "report/export.h"
#include "tests/support/suite.h"

/* ---- the rule ---- */

static bool is_text(const RepShape *s) { return s->text && *s->text; }
static bool is_free(const RepShape *s) { return s->kind == REP_SHAPE_LABEL || s->kind == REP_SHAPE_NUMBER; }

enum { HAIR = 1000 }; /* parts of a point that rounding may take */

static char *fault_of(const RepShape *s, const char *what)
{
    return g_strdup_printf("'%s' %s", s->text, what);
}

static bool overlaps(const RepShape *a, const RepShape *b, double hair)
{
    return a->x0 < b->x1 - hair && b->x0 < a->x1 - hair && a->y0 < b->y1 - hair && b->y0 < a->y1 - hair;
}

static const char *fault_between(const RepShape *text, const RepShape *other, double hair)
{
    const bool line = other->kind == REP_SHAPE_LIFELINE || other->kind == REP_SHAPE_DOWN;
    if (is_free(text) && line && text->x0 < other->x0 - hair && other->x0 + hair < text->x1 && text->y0 < other->y1 && other->y0 < text->y1)
        return "crosses a lifeline";
    return is_text(other) && text != other && overlaps(text, other, hair) ? "lies over another text" : NULL;
}

/* What is wrong with a page: a text over a lifeline, over another text, beyond the page, or wider than its place; NULL:
 * nothing. The caller frees. */
static char *scene_fault(const RepLayout *l, const RepScene *scene)
{
    const double hair = 1.0 / HAIR;
    for (guint i = 0; i < scene->shape->len; i++) {
        const RepShape *s = &g_array_index(scene->shape, RepShape, i);
        if (!is_text(s))
            continue;
        const RepFace face = rep_layout_face(l, s->role);
        if (s->x0 < -hair || s->x1 > scene->width + hair || s->y0 < -hair || s->y1 > scene->height + hair)
            return fault_of(s, "leaves the page");
        if (rep_text_width(&face, s->text) > s->x1 - s->x0 + hair)
            return fault_of(s, "is wider than its place");
        for (guint k = 0; k < scene->shape->len; k++) {
            const char *what = fault_between(s, &g_array_index(scene->shape, RepShape, k), hair);
            if (what)
                return fault_of(s, what);
        }
    }
    return NULL;
}

/* ---- charts ---- */

static const char *const fixture[] = { "differs", "equal", "hostile", "one-world", "empty" };

static UcTrace *load(const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/report/fixtures/%s.jsonl", name);
    GError *error = NULL;
    UcTrace *trace = uc_trace_load(path, &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    return trace;
}

static RepChart *chart_of(const char *name, const RepChartOptions *other)
{
    g_autoptr(UcTrace) trace = load(name);
    RepChartOptions options = *other;
    options.interface = &dkm_interface;
    return rep_chart_new(trace, &options);
}

static RepScene *scene_of(const RepLayout *layout)
{
    const RepPage all = { 0, layout->line->len };
    return rep_scene_new(layout, &all, 0, 1);
}

static void holds_in(const RepChart *chart, const RepStyle *style, const char *name)
{
    g_autoptr(RepLayout) layout = rep_layout_new(chart, style);
    if (!rep_layout_holds(layout))
        return;
    g_autoptr(RepScene) scene = scene_of(layout);
    g_autofree char *fault = scene_fault(layout, scene);
    ck_assert_msg(!fault, "%s, width %g: %s", name, style->width, fault);
    ck_assert(style->width <= 0 || ABS(scene->width - style->width) < 0.01);
}

static const double width_of[] = { 0, 55 * REP_MM, 84 * REP_MM, 120 * REP_MM, 174 * REP_MM };

START_TEST(no_label_crosses_a_lifeline)
{
    for (unsigned t = 0; t < G_N_ELEMENTS(fixture); t++) {
        for (unsigned k = 0; k < 8; k++) {
            const RepChartOptions options = { .whole = k & 1, .context = 4, .dummy = k & 4, .hide = { [REP_IDEAL] = k & 2 } };
            g_autoptr(RepChart) chart = chart_of(fixture[t], &options);
            for (unsigned w = 0; w < 2 * G_N_ELEMENTS(width_of); w++) {
                const RepStyle style = { .width = width_of[w / 2], .untitled = k & 1, .metric = w % 2 ? REP_COMPUTER_MODERN : REP_DEJAVU };
                holds_in(chart, &style, fixture[t]);
            }
        }
    }
}
END_TEST

/* Long labels and long names, of the kind that scenarios have. */
START_TEST(long_labels_and_names)
{
    const RepChartOptions options = { .whole = true };
    g_autoptr(RepChart) chart = chart_of("equal", &options);
    for (guint i = 0; i < chart->event->len; i++) {
        RepEvent *e = rep_event(chart, i);
        g_free(e->label);
        e->label = i % 3 ? g_strdup("hsm1: consult-something(alice, \"what is said at length, and more of it\", 12)")
                         : g_strdup("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW");
    }
    for (guint i = 0; i < chart->lifeline->len; i++) {
        g_free(rep_lifeline(chart, i)->name);
        rep_lifeline(chart, i)->name = g_strdup("hardware-security-module-of-the-second-site-in-the-North");
    }
    for (unsigned w = 0; w < G_N_ELEMENTS(width_of); w++) {
        const RepStyle style = { .width = width_of[w] };
        holds_in(chart, &style, "long");
    }
    const RepStyle style = { .width = 84 * REP_MM };
    g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
    ck_assert(layout->label[0].legend && strlen(layout->label[0].text) < 12); /* and the legend has it whole */
    g_autofree char *legend = rep_layout_legend(layout, 0);
    ck_assert(strstr(legend, "WWWWWWWWWWWWWWWWWWWWWW"));
}
END_TEST

/* The check itself: a label that is too long, one that is moved, and a lifeline that is. */
START_TEST(faults_are_seen)
{
    const RepChartOptions options = { .whole = true };
    g_autoptr(RepChart) chart = chart_of("differs", &options);
    const RepStyle style = { .width = 174 * REP_MM };
    static const char *const want[] = { "wider than its place", "crosses a lifeline", "crosses a lifeline", "leaves the page",
                                        "over another text" };
    for (unsigned k = 0; k < G_N_ELEMENTS(want); k++) {
        g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
        g_autoptr(RepScene) scene = scene_of(layout);
        RepShape *label = NULL, *last = NULL;
        for (guint i = 0; i < scene->shape->len; i++) {
            RepShape *s = &g_array_index(scene->shape, RepShape, i);
            last = s->kind == REP_SHAPE_LABEL ? s : last;
            label = label ? label : last;
        }
        if (k == 0) {
            g_free(label->text);
            label->text = g_strdup("a label that nobody has broken into lines, and that is longer than its gap is wide");
        }
        label->x1 += k == 1 ? 40 : 0;
        label->x0 -= k == 2 ? 8 : 0;
        last->y1 += k == 3 ? 400 : 0;
        label->y0 -= k == 4 ? 30 : 0;
        g_autofree char *fault = scene_fault(layout, scene);
        ck_assert_msg(fault && strstr(fault, want[k]), "%u: %s", k, fault ? fault : "no fault seen");
    }
}
END_TEST

/* ---- what is drawn ---- */

static unsigned arrows_of(const RepScene *scene)
{
    unsigned arrows = 0;
    for (guint i = 0; i < scene->shape->len; i++)
        arrows += g_array_index(scene->shape, RepShape, i).kind == REP_SHAPE_ARROW;
    return arrows;
}

START_TEST(pages_cover_every_event_once)
{
    const RepChartOptions options = { .whole = true };
    g_autoptr(RepChart) chart = chart_of("equal", &options);
    const RepStyle style = { 0 };
    g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
    g_autoptr(GArray) by_rows = rep_layout_pages(layout, 7, 0, NULL), by_height = rep_layout_pages(layout, 0, 300, rep_line_cost);
    GArray *const way[] = { by_rows, by_height };
    unsigned arrows = 0;
    for (guint i = 0; i < chart->event->len; i++)
        arrows += rep_event(chart, i)->from != rep_event(chart, i)->to;
    ck_assert_uint_eq(by_rows->len, (chart->rows + 6) / 7);
    for (unsigned k = 0; k < G_N_ELEMENTS(way); k++) {
        unsigned seen = 0;
        for (guint i = 0; i < way[k]->len; i++) {
            g_autoptr(RepScene) scene = rep_scene_new(layout, &g_array_index(way[k], RepPage, i), i, way[k]->len);
            seen += arrows_of(scene);
            ck_assert(k == 0 || scene->height <= 300 + rep_scene_frame(layout) + 0.01);
        }
        ck_assert_uint_eq(seen, arrows);
    }
}
END_TEST

START_TEST(one_world)
{
    const RepChartOptions both = { .whole = true };
    g_autoptr(RepChart) all = chart_of("differs", &both);
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        const RepChartOptions options = { .whole = true, .hide = { w != REP_REAL, w != REP_IDEAL } };
        g_autoptr(RepChart) chart = chart_of("differs", &options);
        ck_assert_uint_eq(rep_chart_width(chart, !w), 0);
        ck_assert_uint_eq(rep_chart_width(chart, w), rep_chart_width(all, w));
        ck_assert_uint_eq(chart->rows, chart->event->len); /* one write a row, and no empty one */
        ck_assert_str_eq(chart->verdict, all->verdict);
        for (guint i = 0; i < chart->event->len; i++) {
            ck_assert(rep_event(chart, i)->world == w);
            ck_assert(rep_event(chart, i)->diverges == ((int)rep_event(chart, i)->row == chart->difference));
        }
    }
}
END_TEST

START_TEST(chosen_events)
{
    const RepChartOptions options = { .first = 28, .last = 32 };
    g_autoptr(RepChart) chart = chart_of("differs", &options);
    g_autoptr(GArray) lines = rep_chart_lines(chart);
    uint64_t first = G_MAXUINT64, last = 0;
    for (guint i = 0; i < lines->len; i++) {
        const RepLine *line = &g_array_index(lines, RepLine, i);
        for (guint k = line->first; !line->fold && k < line->first + line->events; k++) {
            if (rep_event(chart, k)->world == REP_REAL) {
                first = MIN(first, rep_event(chart, k)->number);
                last = MAX(last, rep_event(chart, k)->number);
            }
        }
    }
    ck_assert(first == 28 && last == 32);
    ck_assert_uint_eq(chart->folds, 2);
    g_autofree char *text = rep_chart_fold_text(chart, &chart->fold[0], REP_REAL);
    ck_assert_str_eq(text, "events 1–27: not shown here");
    ck_assert_uint_eq(rep_chart_width(chart, REP_REAL), 2); /* Z and hsm1: nobody else acts there */
}
END_TEST

/* Mermaid reads 50,000 characters, and PlantUML draws 4,096 pixels. */
START_TEST(texts_keep_to_the_limits_of_their_tools)
{
    const RepChartOptions options = { .whole = true };
    g_autoptr(RepChart) chart = chart_of("equal", &options);
    for (guint i = 0; i < chart->event->len; i++) { /* of a length that needs pages */
        g_free(rep_event(chart, i)->label);
        rep_event(chart, i)->label = g_strnfill(1500, 'x');
    }
    const RepStyle style = { 0 };
    g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
    const RepFormat *mermaid = rep_format_named("mermaid");
    g_autoptr(GArray) pages = rep_format_pages(mermaid, layout, 0);
    ck_assert_uint_gt(pages->len, 1);
    guint lines = 0;
    for (guint i = 0; i < pages->len; i++) {
        const RepPage *page = &g_array_index(pages, RepPage, i);
        g_autofree char *text = rep_export_mermaid(layout, page, i, pages->len);
        ck_assert_int_le(g_utf8_strlen(text, -1), 50000);
        ck_assert_uint_eq(page->first, lines);
        lines += page->count;
    }
    ck_assert_uint_eq(lines, layout->line->len);
    const RepFormat *plantuml = rep_format_named("plantuml");
    g_autoptr(GArray) one = rep_format_pages(plantuml, layout, 0);
    ck_assert_uint_eq(one->len, 1);
    ck_assert(plantuml->limit.across(layout) > 4096); /* so wide a label */
}
END_TEST

/* ---- lines of text ---- */

START_TEST(lines)
{
    const RepFace face = { REP_DEJAVU, 10, false };
    static const struct { const char *text; double width; unsigned most; const char *want; } row[] = {
        { "deliver(p1)", 100, 3, "deliver(p1)" },
        { "send(bob, \"sent before\")", 90, 3, "send(bob,\n\"sent before\")" }, /* not within the quotation marks */
        { "send(bob, \"sent before\")", 60, 3, "send(bob,\n\"sent\nbefore\")" },
        { "consult-sign(k1)", 60, 2, "consult-\nsign(k1)" },
        { "one two three four", 60, 2, "one two\nthree four" }, /* about the same length */
        { "one two three four", 30, 2, NULL },
        { "Donaudampfschiff", 40, 9, NULL },
        { "", 10, 1, "" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autofree char *got = rep_wrap(&face, row[i].text, row[i].width, row[i].most);
        ck_assert_msg(!g_strcmp0(got, row[i].want), "%u: %s", i, got ? got : "NULL");
        ck_assert(!got || rep_text_width(&face, got) <= row[i].width);
    }
    bool cut;
    g_autofree char *anywhere = rep_wrap_cut(&face, "Donaudampfschiff", 40, 9, &cut);
    ck_assert(!cut && rep_text_width(&face, anywhere) <= 40 && rep_text_lines(anywhere) == 3);
    g_autofree char *less = rep_wrap_cut(&face, "Donaudampfschiff", 40, 2, &cut);
    ck_assert(cut && g_str_has_suffix(less, "…") && rep_text_width(&face, less) <= 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("figure");
    TCase *c = tcase_create("figure");
    tcase_add_test(c, no_label_crosses_a_lifeline);
    tcase_add_test(c, long_labels_and_names);
    tcase_add_test(c, faults_are_seen);
    tcase_add_test(c, pages_cover_every_event_once);
    tcase_add_test(c, one_world);
    tcase_add_test(c, chosen_events);
    tcase_add_test(c, texts_keep_to_the_limits_of_their_tools);
    tcase_add_test(c, lines);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
