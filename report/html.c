#include "report/html.h"

#include <string.h>

#include "report/audit.h"
#include "report/escape.h"
#include "report/plot.h"
#include "simulator/base/json.h"

extern const char rep_asset_css[], rep_asset_js[]; /* report.css, report.js; made by the Makefile */

static void text(GString *out, const char *plain)
{
    g_autofree char *escaped = rep_escape_html(plain ? plain : "");
    g_string_append(out, escaped);
}

static void element(GString *out, const char *tag, const char *plain)
{
    g_string_append_printf(out, "<%s>", tag);
    text(out, plain);
    g_string_append_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static const char *or_none(const char *plain) { return plain && *plain ? plain : "none"; }

/* ---- what the page's script reads: one object per event, with what changed in its world ---- */

static void json_text(GString *out, const char *plain)
{
    g_autoptr(GString) quoted = g_string_new(NULL);
    uc_json_text(quoted, plain);
    /* a "</script>" in a string must not end the script */
    for (const char *p = quoted->str; *p; p++) {
        if (*p == '<')
            g_string_append(out, "\\u003c");
        else
            g_string_append_c(out, *p);
    }
}

typedef struct {
    GString *out;
    RepOwnership *holds;
    GPtrArray *told;      /* last text told per holder */
    GPtrArray *status;    /* per party: "", "down", ...; not owned */
} States;

static char *holder_text(const States *s, unsigned h)
{
    g_autofree char *holds = rep_ownership_text(s->holds, h);
    const char *status = h < s->holds->party->len ? s->status->pdata[h] : "";
    return g_strdup_printf("%s%s%s", status, *status && *holds ? ", " : "", holds);
}

static void set_status(States *s, const char *party, const char *status)
{
    for (guint i = 0; i < s->holds->party->len; i++) {
        if (!strcmp(s->holds->party->pdata[i], party))
            s->status->pdata[i] = (char *)status;
    }
}

static const char *field_of(const UcTraceMessage *m, const char *name)
{
    for (unsigned i = 0; m && i < m->fields; i++) {
        if (!strcmp(m->field[i].name, name))
            return m->field[i].text;
    }
    return "";
}

/* Up or down: in the real world off the marks, in the ideal world off what S commands F. */
static void status_step(States *s, const UcTraceActivation *t)
{
    const UcLedgerStatus *command = t->out && s->holds->ledger ? s->holds->ledger->status : NULL;
    while (command && command->kind && strcmp(command->kind, t->out->kind))
        command++;
    if (t->world == UC_TRACE_REAL) {
        if (t->crash || t->down)
            set_status(s, t->machine, "down");
        else if (!strcmp(t->in.kind, "restart") && t->result != UC_FAIL && !t->ignored)
            set_status(s, t->machine, t->reason && g_str_has_prefix(t->reason, "disabled") ? "disabled" : ""); /* simulator/faults.c */
    } else if (command && command->kind) {
        set_status(s, field_of(t->out, command->party), command->status);
    }
}

static void tell_changes(States *s)
{
    const char *before = ",\"s\":{";
    for (unsigned h = 0; h < rep_ownership_holders(s->holds); h++) {
        char *now = holder_text(s, h);
        if (strcmp(now, s->told->pdata[h])) {
            g_string_append(s->out, before);
            json_text(s->out, rep_ownership_holder(s->holds, h));
            g_string_append_c(s->out, ':');
            json_text(s->out, now);
            before = ",";
        }
        g_free(s->told->pdata[h]);
        s->told->pdata[h] = now;
    }
    if (*before == ',' && !before[1])
        g_string_append_c(s->out, '}');
}

static void event_json(States *s, const RepChart *chart, const RepEvent *e, bool changed)
{
    g_string_append_printf(s->out, "{\"n\":%" G_GUINT64_FORMAT ",\"row\":%u,\"from\":", e->number, e->row);
    json_text(s->out, rep_lifeline(chart, e->from)->name);
    g_string_append(s->out, ",\"to\":");
    json_text(s->out, rep_lifeline(chart, e->to)->name);
    g_string_append(s->out, ",\"text\":");
    json_text(s->out, e->full);
    if (e->diverges)
        g_string_append(s->out, ",\"differs\":true");
    if (changed)
        tell_changes(s);
    g_string_append_c(s->out, '}');
}

/* The events of one world in their order, states along with them: what folded machines did belongs to the next event
 * that is drawn. */
static void world_json(GString *out, const RepHtmlItem *item, const RepChart *chart, RepWorld world)
{
    const UcTrace *trace = item->trace;
    UcTraceWorld w = world == REP_REAL ? UC_TRACE_REAL : UC_TRACE_IDEAL;
    States s = { .out = out, .holds = rep_ownership_new(trace, item->interface, world == REP_IDEAL) };
    s.told = g_ptr_array_new_with_free_func(g_free);
    s.status = g_ptr_array_new();
    for (unsigned h = 0; h < rep_ownership_holders(s.holds); h++)
        g_ptr_array_add(s.told, g_strdup(""));
    for (guint i = 0; i < s.holds->party->len; i++)
        g_ptr_array_add(s.status, (char *)"");
    g_string_append_c(out, '[');
    const char *comma = "";
    bool changed = false;
    unsigned a = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        if (e->world != world)
            continue;
        for (; a < uc_trace_activations(trace, w) && uc_trace_activation(trace, w, a)->n <= e->number; a++) {
            const UcTraceActivation *t = uc_trace_activation(trace, w, a);
            status_step(&s, t);
            changed = rep_ownership_step(s.holds, t) || t->crash || t->down || t->out || !strcmp(t->in.kind, "restart") ||
                      changed;
        }
        g_string_append(out, comma);
        event_json(&s, chart, e, changed);
        comma = ",\n";
        changed = false;
    }
    g_string_append_c(out, ']');
    g_ptr_array_unref(s.told);
    g_ptr_array_unref(s.status);
    rep_ownership_free(s.holds);
}

static void scenario_json(GString *out, const RepHtmlItem *item, const RepChart *chart, unsigned number)
{
    g_autoptr(RepOwnership) names = rep_ownership_new(item->trace, item->interface, false);
    g_string_append_printf(out, "<script type=\"application/json\" id=\"s%u-data\">{\"difference\":%d,\"parties\":%u,"
                           "\"holders\":[", number, chart->difference, names->party->len);
    for (unsigned h = 0; h < rep_ownership_holders(names); h++) {
        g_string_append(out, h ? "," : "");
        json_text(out, rep_ownership_holder(names, h));
    }
    g_string_append(out, "],\n\"real\":");
    world_json(out, item, chart, REP_REAL);
    g_string_append(out, ",\n\"ideal\":");
    world_json(out, item, chart, REP_IDEAL);
    g_string_append(out, "}</script>\n");
}

/* ---- one scenario ---- */

static const char *expected_of(const UcTrace *trace) { return or_none(uc_trace_header(trace).expect); }
static const char *verdict_of(const UcTrace *trace) { return or_none(uc_trace_verdict_of(trace)->verdict); }

typedef enum { AS_EXPECTED, NOT_AS_EXPECTED, NO_VERDICT, OUTCOMES } Outcome;
static const char *const outcome_class[OUTCOMES] = { "good", "bad", "none" };
static const char *const outcome_words[OUTCOMES] = { "✓ as expected", "✗ not as expected", "no verdict: one world" };

static Outcome outcome_of(const UcTrace *trace)
{
    return !uc_trace_verdict_of(trace)->verdict ? NO_VERDICT : uc_trace_as_expected(trace) ? AS_EXPECTED : NOT_AS_EXPECTED;
}

static void command(GString *out, const RepHtmlItem *item)
{
    g_autofree char *base = g_path_get_basename(item->name), *quoted = g_shell_quote(base);
    const char *plain = strspn(base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(base)
        ? base : quoted;
    g_autofree char *line = g_strdup_printf("%s replay %s", item->program ? item->program : "ucsim", plain);
    g_string_append(out, "<p class=\"command\">To reproduce: ");
    element(out, "code", line);
    g_string_append(out, " <button type=\"button\" data-do=\"copy\">Copy</button></p>\n");
}

/* Nothing where there is nothing to hold. */
static bool ownership_plot(GString *out, const RepHtmlItem *item, GError **error)
{
    if (!item->interface || !item->interface->ledger)
        return true;
    g_autoptr(RepOwnership) o = rep_ownership_of(item->trace, item->interface, uc_trace_activations(item->trace, UC_TRACE_REAL) == 0,
                                                 error);
    if (!o->asset->len)
        return true;
    g_autofree char *part = rep_escape_html(o->ledger->part), *title = g_strdup_printf("Who holds which %s", o->ledger->part);
    g_autofree char *script = rep_plot_ownership(o, title);
    g_autoptr(GBytes) svg = rep_plot_draw(script, "svg", error);
    if (!svg)
        return false;
    gsize n;
    const guchar *data = g_bytes_get_data(svg, &n);
    g_autofree char *base64 = g_base64_encode(data, n);
    g_string_append_printf(out, "<details open><summary>Who holds which %s (%s world)</summary>\n"
                           "<img class=\"plot\" alt=\"Event number on x, %s index on y, one pattern per party\" "
                           "src=\"data:image/svg+xml;base64,%s\"></details>\n", part, o->ideal ? "ideal" : "real", part, base64);
    return true;
}

static const char tools[] =
    "<div class=\"tools\" role=\"toolbar\" aria-label=\"Chart\">"
    "<button type=\"button\" data-do=\"first\" title=\"Home\">« first</button>"
    "<button type=\"button\" data-do=\"back\" title=\"k or ↑\">‹ back</button>"
    "<button type=\"button\" data-do=\"step\" title=\"j or ↓\">step ›</button>"
    "<button type=\"button\" data-do=\"last\" title=\"End\">last »</button>"
    "<button type=\"button\" data-do=\"difference\" title=\"d\">first difference</button>"
    "<span class=\"gap\"></span>"
    "<button type=\"button\" data-do=\"smaller\" title=\"-\">−</button>"
    "<button type=\"button\" data-do=\"fit\" title=\"0\">fit</button>"
    "<button type=\"button\" data-do=\"larger\" title=\"+\">+</button></div>\n";

static void panel(GString *out, const char *world)
{
    g_string_append_printf(out, "<section class=\"world\" data-world=\"%s\"><h3>%s world</h3>"
                           "<pre class=\"event\">–</pre><table class=\"state\"><tbody></tbody></table></section>\n",
                           world, *world == 'r' ? "Real" : "Ideal");
}

static bool scenario(GString *out, const RepHtmlItem *item, unsigned number, GError **error)
{
    RepChartOptions options = rep_chart_default_options();
    options.interface = item->interface;
    g_autoptr(RepChart) chart = rep_chart_new(item->trace, &options);
    g_autofree char *prefix = g_strdup_printf("s%u-", number), *svg = rep_export_inline_svg(chart, prefix, error);
    if (!svg)
        return false;
    g_string_append_printf(out, "<article class=\"scenario\" id=\"s%u\" hidden>\n", number);
    element(out, "h2", chart->title);
    g_string_append_printf(out, "<p class=\"verdict %s\">", chart->as_equal && chart->as_expected ? "equal" : "differs");
    text(out, chart->verdict);
    g_string_append(out, "</p>\n<p class=\"sub\">");
    text(out, chart->subtitle);
    g_string_append(out, "</p>\n");
    command(out, item);
    g_string_append(out, tools);
    g_string_append_printf(out, "<div class=\"split\"><div class=\"chart\" tabindex=\"0\" role=\"group\" aria-label=\"Sequence chart\">%s</div>\n"
                           "<aside class=\"side\" aria-live=\"polite\"><p class=\"row\"></p>\n", svg);
    panel(out, "real");
    panel(out, "ideal");
    g_string_append(out, "</aside></div>\n");
    scenario_json(out, item, chart, number);
    if (!ownership_plot(out, item, error))
        return false;
    g_string_append(out, "</article>\n");
    return true;
}

/* ---- the page ---- */

static void table_row(GString *out, const RepHtmlItem *item, unsigned number)
{
    const UcTrace *t = item->trace;
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    UcTraceHeader header = uc_trace_header(t);
    Outcome outcome = outcome_of(t);
    g_string_append_printf(out, "<tr class=\"%s\"><td>%u</td><td><a href=\"#s%u\">", outcome_class[outcome], number, number);
    text(out, header.title ? header.title : "untitled");
    g_string_append(out, "</a></td>");
    element(out, "td", verdict_of(t));
    element(out, "td", expected_of(t));
    element(out, "td", outcome_words[outcome]);
    g_autofree char *entry = v->entry >= 0 ? g_strdup_printf("entry %" G_GINT64_FORMAT, v->entry) : g_strdup("");
    element(out, "td", entry);
    g_autofree char *events = g_strdup_printf("%u / %u", uc_trace_activations(t, UC_TRACE_REAL),
                                              uc_trace_activations(t, UC_TRACE_IDEAL));
    element(out, "td", events);
    element(out, "td", header.file ? header.file : "");
    g_string_append(out, "</tr>\n");
}

static void overview(GString *out, const GPtrArray *items)
{
    unsigned count[OUTCOMES] = { 0 };
    for (guint i = 0; i < items->len; i++)
        count[outcome_of(((const RepHtmlItem *)items->pdata[i])->trace)]++;
    g_string_append_printf(out, "<p class=\"summary\"><strong>%u</strong> scenario%s: <strong>%u</strong> as expected, "
                           "<strong>%u</strong> not", items->len, items->len == 1 ? "" : "s", count[AS_EXPECTED],
                           count[NOT_AS_EXPECTED]);
    if (count[NO_VERDICT])
        g_string_append_printf(out, ", <strong>%u</strong> without a verdict", count[NO_VERDICT]);
    g_string_append(out, ".</p>\n");
    g_string_append(out,
        "<div class=\"filter\"><label>Filter <input type=\"search\" id=\"filter\" placeholder=\"words in the row\"></label>\n"
        "<label>Show <select id=\"which\"><option value=\"\">all</option><option value=\"bad\">not as expected</option>"
        "<option value=\"good\">as expected</option></select></label> <span id=\"count\" role=\"status\"></span></div>\n"
        "<div class=\"scroll\"><table id=\"verdicts\"><thead><tr><th>#</th><th>Scenario</th><th>Verdict</th><th>Expected</th>"
        "<th>Result</th><th>First difference</th><th>Events real / ideal</th><th>File</th></tr></thead><tbody>\n");
    for (guint i = 0; i < items->len; i++)
        table_row(out, items->pdata[i], i + 1);
    g_string_append(out, "</tbody></table></div>\n");
}

static const char help[] =
    "<p class=\"help\">Keys: <kbd>n</kbd> <kbd>p</kbd> next and previous scenario, <kbd>j</kbd> <kbd>k</kbd> step and back, "
    "<kbd>d</kbd> first difference, <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> zoom, <kbd>/</kbd> filter, "
    "<kbd>Esc</kbd> back to the table. What a verdict says: a difference refutes that this simulator simulates this "
    "protocol; equality covers these environments, seeds and parameters, and no more.</p>\n";

char *rep_html(const GPtrArray *items, const GPtrArray *audits, const char *title, GError **error)
{
    g_assert(items && audits && title);
    g_autoptr(GString) out = g_string_new("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\n");
    element(out, "title", title);
    g_string_append_printf(out, "\n<style>\n%s</style></head>\n<body><header id=\"top\">", rep_asset_css);
    element(out, "h1", title);
    if (items->len || !audits->len) {
        overview(out, items);
        g_string_append(out, help);
    }
    g_string_append(out, "</header>\n<main>\n");
    for (guint i = 0; i < audits->len; i++)
        rep_audit_html(audits->pdata[i], out);
    for (guint i = 0; i < items->len; i++) {
        if (!scenario(out, items->pdata[i], i + 1, error))
            return NULL;
    }
    g_string_append_printf(out, "</main>\n<script>\n%s</script></body></html>\n", rep_asset_js);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
