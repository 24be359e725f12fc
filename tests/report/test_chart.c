/* Charts from fixed traces: rows, the first difference, folds, ownership, escapes, tidy SVG. */
#include <stdlib.h>
#include <string.h>

#include "functionality/dkm/interface.h"
#include "report/chart_dot.h"
#include "report/escape.h"
#include "report/export.h"
#include "report/plot.h"
#include "report/rows.h"
#include "report/svg.h"
#include "tests/support/suite.h"

static UcTrace *load(const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/report/fixtures/%s.jsonl", name);
    GError *error = NULL;
    UcTrace *trace = uc_trace_load(path, &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    return trace;
}

static RepChart *chart_of(const char *name, bool whole, unsigned context)
{
    g_autoptr(UcTrace) trace = load(name);
    RepChartOptions options = { .interface = &dkm_interface, .whole = whole, .context = context };
    return rep_chart_new(trace, &options);
}

static const RepEvent *with_entry(const RepChart *chart, RepWorld world, int64_t entry)
{
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        if (e->world == world && e->entry == entry)
            return e;
    }
    return NULL;
}

START_TEST(entries_stand_side_by_side)
{
    const char *name[] = { "equal", "differs", "hostile" };
    for (unsigned t = 0; t < G_N_ELEMENTS(name); t++) {
        g_autoptr(RepChart) chart = chart_of(name[t], true, 0);
        unsigned entries = 0, last = 0;
        for (int64_t entry = 0;; entry++, entries++) {
            const RepEvent *real = with_entry(chart, REP_REAL, entry), *ideal = with_entry(chart, REP_IDEAL, entry);
            ck_assert(!real == !ideal);
            if (!real)
                break;
            ck_assert_uint_eq(real->row, ideal->row);
            ck_assert(entry == 0 || real->row > last);
            last = real->row;
        }
        ck_assert_uint_gt(entries, 8);
    }
}
END_TEST

START_TEST(one_write_of_a_world_per_row)
{
    g_autoptr(RepChart) chart = chart_of("differs", true, 0);
    for (guint i = 1; i < chart->event->len; i++) {
        const RepEvent *a = rep_event(chart, i - 1), *b = rep_event(chart, i);
        ck_assert(a->row < b->row || (a->row == b->row && a->world < b->world));
        ck_assert_uint_lt(b->row, chart->rows);
    }
}
END_TEST

START_TEST(the_first_difference)
{
    g_autoptr(RepChart) chart = chart_of("differs", true, 0);
    const RepEvent *real = with_entry(chart, REP_REAL, 12), *ideal = with_entry(chart, REP_IDEAL, 12);
    ck_assert(real->diverges && ideal->diverges);
    ck_assert_int_eq(chart->difference, (int)real->row);
    ck_assert_str_eq(real->label, "signature(k1, 4, s6)");
    ck_assert_str_eq(ideal->label, "hsm1: signature(k1, 5, s6)");
    ck_assert_str_eq(chart->difference_text, "≠ first\ndifference:\nindex");
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        ck_assert(e->after == ((int)e->row > chart->difference));
        ck_assert(e->diverges == (e == real || e == ideal));
    }
    g_autoptr(RepChart) equal = chart_of("equal", true, 0);
    ck_assert_int_eq(equal->difference, -1);
    ck_assert(equal->as_equal);
}
END_TEST

START_TEST(folds_hide_rows_far_from_the_difference_only)
{
    g_autoptr(RepChart) chart = chart_of("differs", false, 3);
    unsigned hidden = 0;
    ck_assert_uint_eq(chart->folds, 2);
    for (unsigned row = 0; row < chart->rows; row++) {
        bool near = (int)row >= chart->difference - 3 && (int)row <= chart->difference + 3;
        ck_assert(!near || !rep_chart_fold_at(chart, row));
        hidden += rep_chart_fold_at(chart, row) != NULL;
    }
    g_autoptr(GArray) lines = rep_chart_lines(chart);
    ck_assert_uint_eq(lines->len, chart->rows - hidden + 2);
    g_autofree char *text = rep_chart_fold_text(chart, &chart->fold[0], REP_REAL);
    ck_assert_str_eq(text, "events 1–29: identical in the view of Z");
    g_autoptr(RepChart) whole = chart_of("differs", true, 3);
    ck_assert_uint_eq(whole->folds, 0);
    g_autoptr(RepChart) equal = chart_of("equal", false, 3);
    ck_assert_uint_eq(equal->folds, 0);
}
END_TEST

START_TEST(marks_on_lifelines)
{
    g_autoptr(RepChart) chart = chart_of("one-world", true, 0);
    unsigned persists = 0, down = 0, up = 0, drops = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        persists += e->persists;
        down += e->down;
        up += e->restart;
        drops += e->what == REP_DROP;
        ck_assert(!e->down || !strcmp(e->crash, "before"));
    }
    ck_assert_uint_eq(persists, 4); /* keygen, request, transfer, the import; not the one that a crash came before */
    ck_assert_uint_eq(down, 1);
    ck_assert_uint_eq(up, 1);
    ck_assert_uint_eq(drops, 1);
    ck_assert_uint_eq(rep_chart_width(chart, REP_IDEAL), 0);
}
END_TEST

START_TEST(folded_machines_are_not_drawn)
{
    g_autoptr(UcTrace) trace = load("equal");
    RepChartOptions options = rep_chart_default_options();
    g_autoptr(RepChart) folded = rep_chart_new(trace, &options);
    options.dummy = true;
    g_autoptr(RepChart) dummies = rep_chart_new(trace, &options);
    ck_assert_uint_eq(rep_chart_width(folded, REP_IDEAL), 3);
    ck_assert_uint_eq(rep_chart_width(dummies, REP_IDEAL), 3 + 2 + 1); /* hsm1, hsm2, and A */
    ck_assert_uint_gt(dummies->event->len, folded->event->len);
}
END_TEST

START_TEST(nothing_happened)
{
    g_autoptr(RepChart) chart = chart_of("empty", false, 10);
    ck_assert_uint_eq(chart->rows, 0);
    const RepStyle style = { 0 };
    g_autoptr(RepLayout) layout = rep_layout_new(chart, &style);
    g_autoptr(GArray) pages = rep_layout_pages(layout, 5, 0, NULL);
    ck_assert_uint_eq(pages->len, 1);
    const RepPage *page = &g_array_index(pages, RepPage, 0);
    g_autoptr(RepScene) scene = rep_scene_new(layout, page, 0, 1);
    g_autofree char *dot = rep_chart_dot(layout, scene), *mermaid = rep_export_mermaid(layout, page, 0, 1), *itf = rep_export_itf(chart);
    ck_assert(strstr(dot, "nothing happened") && strstr(mermaid, "nothing happened") && strstr(itf, "\"states\" : []"));
}
END_TEST

/* ---- ownership ---- */

static const char *who_holds(const RepOwnership *o, uint64_t index, uint64_t event)
{
    for (guint i = 0; i < o->done->len; i++) {
        const RepStretch *s = &g_array_index(o->done, RepStretch, i);
        if (index >= s->a && index < s->b && event >= s->from && event < s->to)
            return s->holder < o->party->len ? o->party->pdata[s->holder] : rep_fate_name[s->holder - o->party->len];
    }
    return "nobody";
}

START_TEST(ownership_over_time)
{
    g_autoptr(UcTrace) trace = load("equal");
    g_autoptr(RepOwnership) real = rep_ownership_of(trace, &dkm_interface, false, NULL), ideal = rep_ownership_of(trace, &dkm_interface, true, NULL);
    ck_assert_str_eq(who_holds(real, 30, 1), "nobody");
    ck_assert_str_eq(who_holds(real, 30, 2), "hsm1");
    ck_assert_str_eq(who_holds(real, 30, 6), "in transit");
    ck_assert_str_eq(who_holds(real, 30, 10), "hsm2");
    ck_assert_str_eq(who_holds(real, 28, 20), "hsm2");
    ck_assert_str_eq(who_holds(real, 28, 21), "used");
    ck_assert_str_eq(who_holds(real, 2, 26), "hsm1");
    ck_assert_str_eq(who_holds(ideal, 30, ideal->now - 1), "hsm2");
    ck_assert_str_eq(who_holds(ideal, 28, ideal->now - 1), "used");
    ck_assert_str_eq(who_holds(ideal, 0, ideal->now - 1), "used");
    ck_assert_str_eq(who_holds(ideal, 2, ideal->now - 1), "hsm1");
}
END_TEST

/* A real world in which index 0 is signed with twice, 1 dies in a crash, and both parties come to hold 2. */
static const char twice[] =
    "{\"ucsim-trace\":1,\"version\":\"0.1.0\",\"title\":\"t\",\"file\":null,\"hash\":null,\"seed\":1,"
    "\"options\":{\"parties\":[\"a\",\"b\"]},\"expect\":null}\n"
    "LINE(1,a,keygen,0,4,send)LINE(2,a,sign,0,1,send)LINE(3,b,received,2,3,send)LINE(4,a,sign,0,1,send)LINE(5,a,sign,1,2,pass)"
    "{\"verdict\":null,\"entry\":null,\"world\":\"real\",\"rule\":null,\"why\":\"\",\"real-activation\":null,"
    "\"ideal-activation\":null}\n";

static char *expand(const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new("LINE\\((\\d),(\\w),(\\w+),(\\d),(\\d),(\\w+)\\)", 0, 0, NULL);
    return g_regex_replace(regex, text, -1, 0,
        "{\"world\":\"real\",\"n\":\\1,\"machine\":\"\\2\",\"channel\":\"z2p\",\"from\":\"Z\",\"in\":{\"kind\":\"x\"},"
        "\"result\":\"\\6\",\"effect\":{\"kind\":\"effect\",\"operation\":\"\\3\","
        "\"kid\":\"00112233445566778899aabbccddeeff\",\"a\":\\4,\"b\":\\5}}\n", 0, NULL);
}

START_TEST(reuse_shows)
{
    g_autofree char *lines = expand(twice);
    g_autoptr(GRegex) send = g_regex_new("\"result\":\"send\"", 0, 0, NULL);
    g_autofree char *text = g_regex_replace_literal(send, lines, -1, 0,
        "\"result\":\"send\",\"to\":\"Z\",\"out\":{\"kind\":\"y\"}", 0, NULL);
    GError *error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_read(text, strlen(text), "twice", &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    g_autoptr(RepOwnership) o = rep_ownership_new(trace, &dkm_interface, false);
    for (unsigned i = 0; i < uc_trace_activations(trace, UC_TRACE_REAL); i++)
        ck_assert(rep_ownership_step(o, uc_trace_activation(trace, UC_TRACE_REAL, i)));
    const char *want[] = { "k1: 2–3", "k1: 2", "", "k1: 0", "k1: 1", "k1: 0" };
    for (unsigned h = 0; h < G_N_ELEMENTS(want); h++) {
        g_autofree char *text_of = rep_ownership_text(o, h);
        ck_assert_msg(!strcmp(text_of, want[h]), "holder %u: %s", h, text_of);
    }
}
END_TEST

/* Of a key with 2^20 indices, of which 0 is signed with and the highest goes into transit, both ends are shown. */
START_TEST(large_keys_show_both_ends)
{
    g_autoptr(UcTrace) trace = load("equal");
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, &dkm_interface, false, NULL);
    g_autofree char *small = rep_plot_ownership(o, "t");
    ck_assert(strstr(small, "set yrange [0:32]") && !strstr(small, "multiplot"));
    g_array_index(o->capacity, uint64_t, 0) = 1 << 20;
    for (guint i = 0; i < o->done->len; i++) {
        RepStretch *s = &g_array_index(o->done, RepStretch, i);
        s->a = s->a >= 28 ? s->a + (1 << 20) - 32 : s->a;
        s->b = s->b > 28 ? s->b + (1 << 20) - 32 : s->b;
    }
    g_autofree char *large = rep_plot_ownership(o, "it's");
    ck_assert(strstr(large, "set multiplot layout 2,1") && strstr(large, "set title 'it''s'"));
    ck_assert(strstr(large, "set yrange [1048570:1048576]") && strstr(large, "set yrange [0:4]"));
}
END_TEST

/* Of a key with 2^60 indices the last one: gnuplot, which counts in floating numbers, still sees a range. */
START_TEST(indices_beyond_floating_numbers)
{
    g_autoptr(UcTrace) trace = load("equal");
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, &dkm_interface, false, NULL);
    const uint64_t whole = (uint64_t)1 << 60;
    g_array_index(o->capacity, uint64_t, 0) = whole;
    for (guint i = 0; i < o->done->len; i++) {
        RepStretch *s = &g_array_index(o->done, RepStretch, i);
        s->a = whole - 1;
        s->b = whole;
    }
    g_autofree char *script = rep_plot_ownership(o, "t");
    char *range = strstr(script, "set yrange [") + strlen("set yrange ["), *end;
    double low = g_ascii_strtod(range, &end), high = g_ascii_strtod(end + 1, NULL);
    ck_assert_msg(low < high && high == (double)whole, "%.40s", range);
}
END_TEST

/* ---- escapes and SVG ---- */

START_TEST(names_are_escaped)
{
    static const char name[] = "a\"\\N<b>&'x_%\n\x01\u202e;#";
    struct {
        char *(*escape)(const char *);
        const char *want;
    } row[] = {
        { rep_escape_dot, "a\\\"\\\\N<b>&amp;'x_%\\n\uFFFD\uFFFD;#" },
        { rep_escape_html, "a&quot;\\N&lt;b&gt;&amp;&#39;x_%\n\uFFFD\uFFFD;#" },
        { rep_escape_mermaid, "a#34;#92;N#60;b#62;#38;'x_#37;<br/>\uFFFD\uFFFD#59;#35;" },
        { rep_escape_gnuplot, "a\"\\N<b>&''x_% \uFFFD\uFFFD;#" },
        { rep_escape_host, "a'\\N<b>&'x_%_\uFFFD\uFFFD;#" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autofree char *got = row[i].escape(name);
        ck_assert_str_eq(got, row[i].want);
    }
    g_autofree char *tex = rep_escape_tex(name), *plantuml = rep_escape_plantuml(name);
    ck_assert(!strpbrk(plantuml, "\"%#;&'"));
    ck_assert(strstr(tex, "\\ensuremath{\\backslash}N\\ensuremath{<}b\\ensuremath{>}\\&\\textquoteright{}x\\_\\%\\\\"));
    g_autofree char *accents = rep_escape_tex("\"Žižka\" \"Łó\nж");
    ck_assert_str_eq(accents, "\\textquotedblleft{}\\v{Z}i\\v{z}ka\\textquotedblright{} \\textquotedblleft{}\\L{}\\'{o}\\\\\\rule{.6em}{.6em}");
}
END_TEST

START_TEST(svg_is_tidy)
{
    static const char svg[] = "<?xml?>\n<!-- c -->\n<svg>\n<title>g</title>\n<g id=\"real-1\" class=\"edge\">\n<title>a&#45;b</title>\n"
        "<g id=\"a_real-1\"><a xlink:title=\"x &lt;b&gt;\">\n<text font-family=\"F bold\" x=\"1\">t</text></a></g></g></svg>";
    g_autofree char *alone = rep_svg_tidy(svg, strlen(svg), NULL), *inside = rep_svg_tidy(svg, strlen(svg), "s1-");
    ck_assert_str_eq(alone, "<?xml?>\n<!-- c -->\n<svg>\n<g id=\"real-1\" class=\"edge\">\n<g id=\"a_real-1\"><a>"
        "<title>x &lt;b&gt;</title>\n<text font-family=\"F\" font-weight=\"bold\" x=\"1\">t</text></a></g></g></svg>");
    ck_assert_str_eq(inside, "<svg>\n<g id=\"s1-real-1\" class=\"edge\">\n<g id=\"s1-a_real-1\"><a>"
        "\n<text font-family=\"F\" font-weight=\"bold\" x=\"1\">t</text></a></g></g></svg>");
    for (size_t cut = 0; cut < strlen(svg); cut++) { /* whatever is missing, it ends */
        g_autofree char *part = rep_svg_tidy(svg, cut, cut % 2 ? "p" : NULL);
        ck_assert(part != NULL);
    }
}
END_TEST

START_TEST(drawn_svg_is_xml)
{
    g_autofree char *neato = g_find_program_in_path("neato");
    if (!neato)
        return;
    const char *name[] = { "hostile", "differs", "empty" };
    for (unsigned i = 0; i < G_N_ELEMENTS(name); i++) {
        g_autoptr(RepChart) chart = chart_of(name[i], false, 10);
        g_autoptr(GError) error = NULL;
        g_autofree char *svg = rep_export_inline_svg(chart, "p-", &error);
        ck_assert_msg(svg != NULL, "%s", error ? error->message : "");
        static const GMarkupParser nothing = { NULL };
        g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&nothing, 0, NULL, NULL);
        ck_assert_msg(g_markup_parse_context_parse(context, svg, -1, &error), "%s", error ? error->message : "");
        ck_assert_msg(g_markup_parse_context_end_parse(context, &error), "%s", error ? error->message : "");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chart");
    TCase *c = tcase_create("chart"), *o = tcase_create("ownership"), *e = tcase_create("escapes");
    tcase_add_test(c, entries_stand_side_by_side);
    tcase_add_test(c, one_write_of_a_world_per_row);
    tcase_add_test(c, the_first_difference);
    tcase_add_test(c, folds_hide_rows_far_from_the_difference_only);
    tcase_add_test(c, marks_on_lifelines);
    tcase_add_test(c, folded_machines_are_not_drawn);
    tcase_add_test(c, nothing_happened);
    tcase_add_test(o, ownership_over_time);
    tcase_add_test(o, reuse_shows);
    tcase_add_test(o, large_keys_show_both_ends);
    tcase_add_test(o, indices_beyond_floating_numbers);
    tcase_add_test(e, names_are_escaped);
    tcase_add_test(e, svg_is_tidy);
    tcase_add_test(e, drawn_svg_is_xml);
    suite_add_tcase(suite, c);
    suite_add_tcase(suite, o);
    suite_add_tcase(suite, e);
    return run_suite(suite);
}
