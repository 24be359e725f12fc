#include "report/advantage.h"

#include <json-glib/json-glib.h>
#include <math.h>

const char *const rep_conclusion_name[REP_CONCLUSIONS + 1] = {
    "no difference found", "a difference within the bound of the bad events",
    "a difference that the bad events do not account for", NULL,
};

RepConclusion rep_advantage_conclusion(const RepMeasured *m)
{
    g_assert(m && m->advantage);
    const UcAdvantage *a = m->advantage;
    bool shown = a->distinguisher[0].exact.low > 0 || a->rejected > 0;
    if (a->exceeds_bad || a->views_exceed_bad || (m->has_bound && a->distinguisher[0].exact.low > m->bound) || (shown && a->bad_any == 0))
        return REP_EXCEEDS_BOUND;
    return shown ? REP_WITHIN_BOUND : REP_NOTHING_FOUND;
}

/* ---- text ---- */

static double half_width(UcInterval in) { return (in.high - in.low) / 2; }

static void text_parameters(GString *out, const RepMeasured *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(m->parameter) && m->parameter[i].name; i++)
        g_string_append_printf(out, "%s%s %.10g", i ? ", " : "", m->parameter[i].name, m->parameter[i].value);
}

static void text_head(GString *out, const RepMeasured *m)
{
    const UcAdvantage *a = m->advantage;
    g_string_append(out, "\n");
    text_parameters(out, m);
    g_string_append_printf(out, "%s%" G_GUINT64_FORMAT " samples of each world, alpha %.4g",
                           m->parameter[0].name ? ": " : "", a->n, a->plan.alpha);
    if (a->plan.sequential)
        g_string_append_printf(out, ", sequential, stopped at look %u (of its share %.4g)", a->plan.look + 1,
                               a->each * 2 * (a->distinguishers + 1));
    if (a->plan.interrupted)
        g_string_append_printf(out, "; INTERRUPTED, %" G_GUINT64_FORMAT " were asked for: the intervals are wider",
                               a->plan.asked);
    g_string_append(out, "\n");
}

static void text_distinguishers(GString *out, const UcAdvantage *a)
{
    g_string_append_printf(out, "  %-22s %17s %17s %11s  %-23s %-23s\n", "distinguisher", "1 in the real", "1 in the ideal",
                           "difference", "advantage, exact", "advantage, Hoeffding");
    for (unsigned i = 0; i < a->distinguishers; i++) {
        const UcDistinguisher *d = &a->distinguisher[i];
        g_autofree char *real = g_strdup_printf("%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, d->real.hits, d->real.n);
        g_autofree char *ideal = g_strdup_printf("%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, d->ideal.hits, d->ideal.n);
        g_autofree char *exact = g_strdup_printf("[%.4g, %.4g]", d->exact.low, d->exact.high);
        g_autofree char *hoeffding = g_strdup_printf("[%.4g, %.4g]", d->hoeffding.low, d->hoeffding.high);
        g_string_append_printf(out, "  %-22s %17s %17s %+11.4g  %-23s %s\n", d->name, real, ideal, d->estimate, exact,
                               hoeffding);
    }
}

static void text_bad(GString *out, const RepAdvantage *r, const RepMeasured *m)
{
    const UcAdvantage *a = m->advantage;
    g_string_append_printf(out, "  bad events in the ideal world: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                           " runs, Pr[bad] in [%.4g, %.4g]", a->bad_any, a->n, a->bad_exact.low, a->bad_exact.high);
    for (unsigned i = 0; a->plan.bad_name[i]; i++) {
        if (a->bad[i])
            g_string_append_printf(out, "; %s: %" G_GUINT64_FORMAT, a->plan.bad_name[i], a->bad[i]);
    }
    if (a->failed)
        g_string_append_printf(out, "; the simulation failed in %" G_GUINT64_FORMAT, a->failed);
    g_string_append_printf(out, "\n  check: advantage <= Pr[bad] %s\n", a->exceeds_bad ? "DOES NOT HOLD" : "holds");
    g_string_append_printf(out, "  check: every difference of the views <= Pr[bad] %s\n",
                           a->views_exceed_bad ? "DOES NOT HOLD" : "holds");
    if (m->has_bound)
        g_string_append_printf(out, "  check: advantage <= %s = %.4g %s\n", r->bound_text, m->bound,
                               a->distinguisher[0].exact.low > m->bound ? "DOES NOT HOLD" : "holds");
}

static void text_tests(GString *out, const UcAdvantage *a)
{
    if (a->constant) {
        g_string_append(out, "  two-sample tests: every view of both worlds looked the same, there was nothing to test\n");
        return;
    }
    g_string_append_printf(out, "  two-sample tests: %zu, family-wise error %.4g (Holm); differ: %zu\n", a->tests,
                           a->each * (a->distinguishers + 1) / 2, a->rejected);
    for (unsigned i = 0; i < a->results && a->result[i].rejected; i++)
        g_string_append_printf(out, "    %s: %s %.4g, p = %.3g\n", a->result[i].what, a->result[i].test,
                               a->result[i].statistic, a->result[i].p);
    if (a->rejected > a->results)
        g_string_append_printf(out, "    and %zu more\n", a->rejected - a->results);
}

/* What a referee may hold us to. */
static void text_paragraph(GString *out, const RepAdvantage *r, const RepMeasured *m)
{
    const UcAdvantage *a = m->advantage;
    const UcDistinguisher *z = &a->distinguisher[0];
    RepConclusion c = rep_advantage_conclusion(m);
    g_string_append_printf(out, "  Result: %s. In %" G_GUINT64_FORMAT " independent runs of each world (crypto %s) this one "
                           "environment guessed the real world in %.4g of the real and %.4g of the ideal runs; its "
                           "advantage lies in [%.4g, %.4g]. ", rep_conclusion_name[c], a->n, r->crypto,
                           (double)z->real.hits / (double)z->real.n, (double)z->ideal.hits / (double)z->ideal.n,
                           z->exact.low, z->exact.high);
    if (a->bad_any)
        g_string_append_printf(out, "The events that the proof bounds happened with a probability in [%.4g, %.4g], %s. ",
                               a->bad_exact.low, a->bad_exact.high,
                               a->exceeds_bad || a->views_exceed_bad
                                   ? "which is less than the difference of the worlds: they do not account for it"
                                   : "which is not contradicted as a bound of the advantage");
    else
        g_string_append_printf(out, "No event that the proof bounds was seen, so their probability is at most %.4g. ",
                               a->bad_exact.high);
    g_string_append_printf(out, "These statements%s hold together with probability at least %.4g over the choice of the "
                           "samples; the chi-squared tests among them are asymptotic, everything else is exact. ",
                           a->tests ? " and the tests' rejections" : "", 1 - a->plan.alpha);
    if (m->told_apart_expected)
        g_string_append(out, "The scenario expects the worlds to be told apart. ");
    g_string_append_printf(out, "Not shown: anything about other environments, adversaries, parameters or bounds; "
                           "differences of the guess smaller than about %.2g; differences of the views that the tests do "
                           "not look for (docs/advantage.md); the hardness assumptions behind the primitives.\n",
                           half_width(z->signed_exact));
}

static void text_one(GString *out, const RepAdvantage *r, const RepMeasured *m)
{
    const UcAdvantage *a = m->advantage;
    text_head(out, m);
    text_distinguishers(out, a);
    text_bad(out, r, m);
    text_tests(out, a);
    const UcDistinguisher *z = &a->distinguisher[0];
    if ((z->real.hits == 0 && z->ideal.hits == 0) || (z->real.hits == z->real.n && z->ideal.hits == z->ideal.n))
        g_string_append(out, "  note: Z guessed the same in every run of both worlds; only the tests could tell anything\n");
    if (a->real_first != UINT64_MAX || a->ideal_first != UINT64_MAX) {
        g_string_append(out, "  the views differ most in a shape first seen in");
        if (a->real_first != UINT64_MAX)
            g_string_append_printf(out, " sample %" G_GUINT64_FORMAT " of the real world", a->real_first);
        if (a->ideal_first != UINT64_MAX)
            g_string_append_printf(out, "%s sample %" G_GUINT64_FORMAT " of the ideal world",
                                   a->real_first != UINT64_MAX ? " and" : "", a->ideal_first);
        g_string_append(out, "\n");
    }
    text_paragraph(out, r, m);
}

char *rep_advantage_text(const RepAdvantage *r)
{
    g_assert(r && r->count);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s: %s\n", r->scenario, r->title);
    for (size_t i = 0; i < r->count; i++)
        text_one(out, r, &r->measured[i]);
    g_string_append_printf(out, "\nreproduce: %s\n", r->command);
    return g_string_free(out, FALSE);
}

/* ---- JSON ---- */

static void put_string(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_string_value(b, value);
}

static void put_number(JsonBuilder *b, const char *name, double value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_double_value(b, value);
}

static void put_count(JsonBuilder *b, const char *name, uint64_t value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_int_value(b, (gint64)value);
}

static void put_bool(JsonBuilder *b, const char *name, bool value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_boolean_value(b, value);
}

static void put_interval(JsonBuilder *b, const char *name, UcInterval in)
{
    json_builder_set_member_name(b, name);
    json_builder_begin_array(b);
    json_builder_add_double_value(b, in.low);
    json_builder_add_double_value(b, in.high);
    json_builder_end_array(b);
}

static void json_distinguisher(JsonBuilder *b, const UcDistinguisher *d)
{
    json_builder_begin_object(b);
    put_string(b, "name", d->name);
    put_count(b, "real_ones", d->real.hits);
    put_count(b, "real_runs", d->real.n);
    put_count(b, "ideal_ones", d->ideal.hits);
    put_count(b, "ideal_runs", d->ideal.n);
    put_number(b, "difference", d->estimate);
    put_interval(b, "difference_exact", d->signed_exact);
    put_interval(b, "advantage_exact", d->exact);
    put_interval(b, "advantage_hoeffding", d->hoeffding);
    json_builder_end_object(b);
}

static void json_bad(JsonBuilder *b, const UcAdvantage *a)
{
    json_builder_set_member_name(b, "bad");
    json_builder_begin_object(b);
    put_count(b, "ideal_runs_with_any", a->bad_any);
    put_count(b, "real_runs_with_any", a->bad_any_real);
    put_interval(b, "probability_exact", a->bad_exact);
    put_count(b, "failed_simulations", a->failed);
    for (unsigned i = 0; a->plan.bad_name[i]; i++)
        put_count(b, a->plan.bad_name[i], a->bad[i]);
    json_builder_end_object(b);
    put_bool(b, "advantage_within_bad", !a->exceeds_bad);
    put_bool(b, "views_within_bad", !a->views_exceed_bad);
}

static void json_tests(JsonBuilder *b, const UcAdvantage *a)
{
    put_count(b, "tests", a->tests);
    put_number(b, "tests_family_error", a->each * (a->distinguishers + 1) / 2);
    put_count(b, "tests_rejected", a->rejected);
    json_builder_set_member_name(b, "smallest_p");
    json_builder_begin_array(b);
    for (unsigned i = 0; i < a->results; i++) {
        json_builder_begin_object(b);
        put_string(b, "what", a->result[i].what);
        put_string(b, "test", a->result[i].test);
        put_number(b, "statistic", a->result[i].statistic);
        put_number(b, "p", a->result[i].p);
        put_bool(b, "rejected", a->result[i].rejected);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void json_one(JsonBuilder *b, const RepMeasured *m)
{
    const UcAdvantage *a = m->advantage;
    json_builder_begin_object(b);
    json_builder_set_member_name(b, "parameters");
    json_builder_begin_object(b);
    for (size_t i = 0; i < G_N_ELEMENTS(m->parameter) && m->parameter[i].name; i++)
        put_number(b, m->parameter[i].name, m->parameter[i].value);
    json_builder_end_object(b);
    put_count(b, "samples", a->n);
    put_count(b, "samples_asked", a->plan.asked);
    put_bool(b, "interrupted", a->plan.interrupted);
    put_bool(b, "sequential", a->plan.sequential);
    put_count(b, "looks", a->plan.look + 1);
    put_number(b, "error_each_interval", a->each);
    json_builder_set_member_name(b, "distinguishers");
    json_builder_begin_array(b);
    for (unsigned i = 0; i < a->distinguishers; i++)
        json_distinguisher(b, &a->distinguisher[i]);
    json_builder_end_array(b);
    json_bad(b, a);
    if (m->has_bound)
        put_number(b, "bound", m->bound);
    json_tests(b, a);
    put_string(b, "conclusion", rep_conclusion_name[rep_advantage_conclusion(m)]);
    json_builder_end_object(b);
}

char *rep_advantage_json(const RepAdvantage *r)
{
    g_assert(r && r->count);
    g_autoptr(JsonBuilder) b = json_builder_new();
    json_builder_begin_object(b);
    put_string(b, "ucsim", "advantage");
    put_string(b, "version", UCSIM_VERSION);
    put_string(b, "scenario", r->scenario);
    put_string(b, "title", r->title);
    put_string(b, "crypto", r->crypto);
    put_count(b, "seed", r->seed);
    put_number(b, "alpha", r->measured[0].advantage->plan.alpha);
    if (r->bound_text)
        put_string(b, "bound_text", r->bound_text);
    if (r->swept)
        put_string(b, "swept", r->swept);
    json_builder_set_member_name(b, "points");
    json_builder_begin_array(b);
    for (size_t i = 0; i < r->count; i++)
        json_one(b, &r->measured[i]);
    json_builder_end_array(b);
    json_builder_end_object(b);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = json_builder_get_root(b);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    char *text = json_generator_to_data(generator, NULL);
    char *line = g_strconcat(text, "\n", NULL);
    g_free(text);
    return line;
}
