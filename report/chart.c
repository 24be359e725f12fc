#include <string.h>

#include "report/chart_internal.h"

const char *const rep_world_heading[REP_WORLDS] = {
    "Real world: protocol π with adversary A",
    "Ideal world: functionality F with simulator S",
};
const char *const rep_world_word[REP_WORLDS] = { "real", "ideal" };

enum { CONTEXT_ROWS = 10 };

RepChartOptions rep_chart_default_options(void)
{
    return (RepChartOptions){ .context = CONTEXT_ROWS };
}

static void clear_lifeline(void *data)
{
    g_free(((RepLifeline *)data)->name);
}

static void clear_event(void *data)
{
    RepEvent *e = data;
    g_free(e->crash);
    g_free(e->label);
    g_free(e->full);
    g_free(e->move);
    g_free(e->machine);
    g_free(e->kind);
    if (e->argument)
        g_array_unref(e->argument);
}

static void clear_argument(void *data)
{
    RepArgument *a = data;
    g_free(a->name);
    g_free(a->text);
}

void rep_chart_free(RepChart *chart)
{
    if (!chart)
        return;
    g_array_unref(chart->lifeline);
    g_array_unref(chart->event);
    g_free(chart->title);
    g_free(chart->verdict);
    g_free(chart->subtitle);
    g_free(chart->difference_text);
    g_free(chart->rule);
    for (int w = 0; w < REP_WORLDS; w++)
        rep_ownership_free(chart->owned[w]);
    g_free(chart);
}

/* ---- lifelines ---- */

static unsigned add_lifeline(RepChart *chart, RepWorld world, RepRole role, const char *name)
{
    RepLifeline line = { .name = g_strdup(name), .world = world, .role = role };
    g_array_append_val(chart->lifeline, line);
    return chart->lifeline->len - 1;
}

/* What is built while the trace is read. */
typedef struct {
    const RepChartOptions *options;
    RepChart *chart;
    RepWords *words;
    GHashTable *line[REP_WORLDS]; /* machine's name -> lifeline + 1 */
    int64_t entries[REP_WORLDS];
    const UcSchedule *schedule;   /* of the trace */
} Builder;

static void name_line(Builder *b, RepWorld world, const char *name, unsigned line)
{
    g_hash_table_insert(b->line[world], g_strdup(name), GUINT_TO_POINTER(line + 1));
}

static void new_line(Builder *b, RepWorld world, RepRole role, const char *name)
{
    name_line(b, world, name, add_lifeline(b->chart, world, role, name));
}

/* "S" of "keys.S": with several sessions the names of machines begin with their sids. */
static const char *own_name(const char *machine)
{
    const char *dot = strrchr(machine, '.');
    return dot ? dot + 1 : machine;
}

static bool is_party(const char *machine)
{
    static const char *const others[] = { "Z", "A", "S", "F", NULL };
    return !g_strv_contains(others, own_name(machine));
}

static const char *const *option_of(const UcSchedule *schedule, const char *name)
{
    static const char *const nothing[] = { NULL };
    const UcOption *o = uc_options_get(schedule->options, name);
    return o ? (const char *const *)o->value : nothing;
}

/* The lifeline of "SID.OWN". */
static unsigned session_line(Builder *b, RepWorld world, RepRole role, const char *sid, const char *own)
{
    g_autofree char *name = g_strconcat(sid, ".", own, NULL);
    new_line(b, world, role, name);
    return b->chart->lifeline->len - 1;
}

/* One session of several: side by side, each with its parties, F and S. */
static void session_lifelines(Builder *b, RepWorld world, const char *sid)
{
    g_autofree char *parties = g_strconcat(sid, ".parties", NULL);
    const char *const *party = option_of(b->schedule, parties);
    bool ideal = !g_strv_contains(option_of(b->schedule, rep_world_word[world]), sid) &&
                 (world == REP_IDEAL || option_of(b->schedule, "real")[0]);
    bool folded = ideal && !b->options->dummy;
    for (unsigned i = 0; !folded && party[i]; i++)
        session_line(b, world, REP_ROLE_PARTY, sid, party[i]);
    unsigned f = ideal ? session_line(b, world, REP_ROLE_F, sid, "F") : 0;
    for (unsigned i = 0; folded && party[i]; i++) {
        g_autofree char *name = g_strconcat(sid, ".", party[i], NULL);
        name_line(b, world, name, f);
    }
    if (ideal)
        session_line(b, world, REP_ROLE_S, sid, "S");
}

/* Every S is another one, so A has a lifeline of its own. */
static void lifelines_of_sessions(Builder *b, const char *const *sid)
{
    for (RepWorld world = REP_REAL; world < REP_WORLDS; world++) {
        new_line(b, world, REP_ROLE_Z, "Z");
        for (unsigned i = 0; sid[i]; i++)
            session_lifelines(b, world, sid[i]);
        new_line(b, world, REP_ROLE_A, "A");
    }
}

/* Dummy parties only pass messages between Z and F, and S plays the network to A: by default they are drawn as one. */
static void make_lifelines(Builder *b)
{
    const char *const *party = option_of(b->schedule, "parties"), *const *sid = option_of(b->schedule, "sessions");
    if (sid[0]) {
        lifelines_of_sessions(b, sid);
        return;
    }
    bool dummy = b->options->dummy;
    new_line(b, REP_REAL, REP_ROLE_Z, "Z");
    for (unsigned i = 0; party[i]; i++)
        new_line(b, REP_REAL, REP_ROLE_PARTY, party[i]);
    new_line(b, REP_REAL, REP_ROLE_F, "F");
    new_line(b, REP_REAL, REP_ROLE_A, "A");
    new_line(b, REP_IDEAL, REP_ROLE_Z, "Z");
    for (unsigned i = 0; dummy && party[i]; i++)
        new_line(b, REP_IDEAL, REP_ROLE_PARTY, party[i]);
    unsigned f = add_lifeline(b->chart, REP_IDEAL, REP_ROLE_F, "F");
    unsigned s = add_lifeline(b->chart, REP_IDEAL, REP_ROLE_S, "S");
    name_line(b, REP_IDEAL, "F", f);
    name_line(b, REP_IDEAL, "S", s);
    for (unsigned i = 0; !dummy && party[i]; i++)
        name_line(b, REP_IDEAL, party[i], f);
    if (dummy)
        new_line(b, REP_IDEAL, REP_ROLE_A, "A");
    else
        name_line(b, REP_IDEAL, "A", s);
}

static unsigned line_of(Builder *b, RepWorld world, const char *machine)
{
    unsigned line = GPOINTER_TO_UINT(g_hash_table_lookup(b->line[world], machine));
    if (!line) { /* a party that the header does not name */
        new_line(b, world, REP_ROLE_PARTY, machine);
        return line_of(b, world, machine);
    }
    return line - 1;
}

unsigned rep_chart_width(const RepChart *chart, RepWorld world)
{
    g_assert(chart);
    unsigned width = 0;
    for (guint i = 0; i < chart->lifeline->len; i++) {
        RepLifeline *line = rep_lifeline(chart, i);
        width += line->used && line->world == world;
    }
    return width;
}

uint64_t rep_chart_last(const RepChart *chart, RepWorld world)
{
    g_assert(chart);
    uint64_t last = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        if (rep_event(chart, i)->world == world)
            last = MAX(last, rep_event(chart, i)->number);
    }
    return last;
}

RepWorld rep_chart_left(const RepChart *chart)
{
    return rep_chart_last(chart, REP_REAL) ? REP_REAL : REP_IDEAL;
}

static void place_lifelines(RepChart *chart)
{
    unsigned next[REP_WORLDS] = { 0 };
    bool seen[REP_WORLDS] = { false };
    for (guint i = 0; i < chart->event->len; i++) {
        RepEvent *e = rep_event(chart, i);
        const RepFold *fold = rep_chart_fold_at(chart, e->row);
        if (fold && fold->why == REP_FOLD_CHOSEN)
            continue;
        rep_lifeline(chart, e->from)->used = rep_lifeline(chart, e->to)->used = true;
        seen[e->world] = true;
    }
    for (guint i = 0; i < chart->lifeline->len; i++) {
        RepLifeline *line = rep_lifeline(chart, i);
        line->used = line->used || (line->role == REP_ROLE_Z && seen[line->world]);
        if (line->used)
            line->place = next[line->world]++;
    }
}

/* ---- events ---- */

static bool is_empty(const char *text) { return !text || !*text; }

/* The party a write is about, when neither end of its arrow shows it. */
static const char *unseen_party(Builder *b, const UcTraceActivation *t, const RepEvent *e)
{
    const char *candidate[] = { t->machine, t->to, t->peer_out };
    for (unsigned i = 0; i < G_N_ELEMENTS(candidate); i++) {
        const char *name = candidate[i];
        if (is_empty(name) || !is_party(name))
            continue;
        if (strcmp(rep_lifeline(b->chart, e->from)->name, name) && strcmp(rep_lifeline(b->chart, e->to)->name, name))
            return name;
    }
    return NULL;
}

static char *label_of(Builder *b, const UcTraceActivation *t, const RepEvent *e)
{
    g_autofree char *text = NULL;
    switch (e->what) {
    case REP_WRITE: text = rep_words_label(b->words, t->out); break;
    case REP_NOTHING: text = g_strdup(is_empty(t->reason) ? "nothing" : t->reason); break;
    case REP_DROP: text = g_strdup_printf("refused: %s", is_empty(t->reason) ? "no reason given" : t->reason); break;
    case REP_HALT: text = g_strdup_printf("guess bit %d", t->bit); break;
    }
    const char *party = unseen_party(b, t, e);
    g_autofree char *whole = party ? g_strdup_printf("%s: %s", party, text) : g_steal_pointer(&text);
    g_autofree char *line = rep_visible(whole);
    return rep_cut(line, REP_LABEL_CHARS);
}

/* What A writes to a party reaches S in the ideal world, whatever the trace calls it: S plays the network. */
static const char *receiver_of(const Builder *b, const UcTraceActivation *t)
{
    bool played = t->world == UC_TRACE_IDEAL && !strcmp(t->machine, "A") && strcmp(t->to, "Z");
    if (!played || own_name(t->to) == t->to)
        return played ? "S" : t->to;
    g_autofree char *sid = g_strndup(t->to, (gsize)(own_name(t->to) - t->to - 1)), *s = g_strconcat(sid, ".S", NULL);
    bool protocol = g_strv_contains(option_of(b->schedule, rep_world_word[REP_IDEAL]), sid);
    return protocol ? t->to : g_intern_string(s);
}

static void append_marks(GString *out, const RepEvent *e)
{
    if (e->persists)
        g_string_append_printf(out, "\npersists: %u", e->persists);
    if (e->crash)
        g_string_append_printf(out, "\ngoes down, crash point: %s", e->crash);
    if (e->restart)
        g_string_append(out, "\nis up again");
    if (e->visible)
        g_string_append_printf(out, "\nentry %" G_GINT64_FORMAT " of the view of Z", e->entry);
    else if (e->entry != REP_NO_ENTRY)
        g_string_append_printf(out, "\nentry %" G_GINT64_FORMAT " of the view of Z: empty", e->entry);
    if (e->move)
        g_string_append_printf(out, "\nmove: %s", e->move);
}

static char *full_of(Builder *b, const UcTraceActivation *t, const RepEvent *e)
{
    g_autofree char *body = rep_words_full(b->words, t->out);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s world, event %" G_GUINT64_FORMAT ": %s", rep_world_word[e->world], e->number,
                           t->machine);
    if (e->what == REP_WRITE)
        g_string_append_printf(out, " writes to %s\n%s", receiver_of(b, t), body);
    else
        g_string_append_printf(out, ": %s", e->label);
    if (!is_empty(t->reason) && e->what == REP_WRITE)
        g_string_append_printf(out, "\nreason: %s", t->reason);
    append_marks(out, e);
    char *cut = rep_cut(out->str, REP_FULL_CHARS);
    g_string_free(out, TRUE);
    return cut;
}

static RepWhat what_of(UcResultCode result)
{
    switch (result) {
    case UC_SEND: return REP_WRITE;
    case UC_FAIL: return REP_DROP;
    case UC_HALT: return REP_HALT;
    default: return REP_NOTHING;
    }
}

static const char *kind_of(const UcTraceMessage *message)
{
    return message ? message->kind : "";
}

/* Crash points are orders of A: at once, or armed for an activation that persists. */
static void fill_marks(const UcTraceActivation *t, RepEvent *e)
{
    e->crash = is_empty(t->crash) ? NULL : g_strdup(t->crash);
    /* the last one is where it went down: nothing was written */
    bool unwritten = e->crash && (!strcmp(e->crash, "before") || !strcmp(e->crash, "between"));
    e->persists = t->persists - (t->persists && unwritten ? 1 : 0);
    e->down = e->crash || t->down;
    e->restart = t->result != UC_FAIL && !strcmp(kind_of(&t->in), "restart") && !t->ignored &&
                 is_party(t->machine);
}

/* A move can hold a whole message. */
static char *shown_move(const UcMove *move)
{
    g_autofree char *text = uc_move_print(move), *line = rep_visible(text);
    return rep_cut(line, REP_MOVE_CHARS);
}

static GArray *arguments_of(const UcTraceMessage *m)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(RepArgument));
    g_array_set_clear_func(all, clear_argument);
    for (unsigned i = 0; i < m->fields; i++) {
        RepArgument a = { g_strdup(m->field[i].name), g_strdup(m->field[i].text), m->field[i].type };
        g_array_append_val(all, a);
    }
    return all;
}

static void add_event(Builder *b, const UcTraceActivation *t)
{
    RepWorld world = t->world == UC_TRACE_IDEAL ? REP_IDEAL : REP_REAL;
    RepEvent e = { .world = world, .what = what_of(t->result), .number = t->n, .entry = REP_NO_ENTRY };
    bool to_z = (e.what == REP_WRITE && !strcmp(t->to, "Z")) || e.what == REP_NOTHING || e.what == REP_DROP;
    e.from = line_of(b, world, t->machine);
    e.to = e.what == REP_HALT ? e.from : line_of(b, world, e.what == REP_WRITE ? receiver_of(b, t) : "Z");
    rep_words_learn(b->words, &t->in);
    rep_words_learn(b->words, t->out);
    if (e.what == REP_WRITE && e.from == e.to && strcmp(t->machine, "Z"))
        return; /* within what is drawn as one */
    if (to_z)
        e.entry = b->entries[world]++;
    e.visible = e.what == REP_WRITE && to_z;
    e.kind = g_strdup(e.what == REP_WRITE ? kind_of(t->out) : "");
    e.argument = e.what == REP_WRITE && t->out ? arguments_of(t->out) : NULL;
    e.resumed = !strcmp(e.kind, "resume");
    if (t->move)
        e.move = shown_move(uc_schedule_move(b->schedule, t->move));
    e.machine = g_strdup(t->machine);
    fill_marks(t, &e);
    e.label = label_of(b, t, &e);
    e.full = full_of(b, t, &e);
    g_array_append_val(b->chart->event, e);
}

/* ---- words at the top ---- */

static void subtitle_option(GString *out, const UcOption *o)
{
    if (o && !is_empty(o->value[0]))
        g_string_append_printf(out, "%s%s%s", out->len ? " · " : "", strcmp(o->name, "crypto") ? "" : "crypto ", o->value[0]);
}

/* The engine's own, and those that the interface says. */
static bool is_titled(const UcInterface *interface, const char *option)
{
    bool titled = !strcmp(option, "crypto") || !strcmp(option, "storage");
    for (size_t i = 0; interface && i < interface->options.rows; i++)
        titled |= interface->options.row[i].titled && !g_strcmp0(interface->options.row[i].name, option);
    return titled;
}

static char *subtitle_of(const UcTrace *trace, const UcInterface *interface)
{
    UcTraceHeader header = uc_trace_header(trace);
    const UcOptions *options = uc_trace_schedule(trace)->options;
    GString *out = g_string_new(header.file);
    subtitle_option(out, uc_options_get(options, "protocol"));
    for (guint i = 0; i < options->len; i++) {
        const UcOption *o = options->pdata[i];
        if (is_titled(interface, o->name))
            subtitle_option(out, o);
    }
    g_autofree char *seed = uc_trace_seed(trace);
    g_string_append_printf(out, "%sseed %s", out->len ? " · " : "", seed);
    return g_string_free(out, FALSE);
}

static uint64_t difference_number(const RepChart *chart, RepWorld world)
{
    for (guint i = 0; i < chart->event->len; i++) {
        if (rep_event(chart, i)->diverges && rep_event(chart, i)->world == world)
            return rep_event(chart, i)->number;
    }
    return 0;
}

static const char *why_of(const UcTraceVerdict *v)
{
    size_t n = v->verdict ? strlen(v->verdict) : 0;
    bool repeats = n && !strncmp(v->why, v->verdict, n) && v->why[n] == ':' && v->why[n + 1] == ' ';
    return repeats ? v->why + n + 2 : v->why;
}

static char *verdict_text(const RepChart *chart, const UcTrace *trace)
{
    const UcTraceVerdict *v = uc_trace_verdict_of(trace);
    GString *out = g_string_new(NULL);
    if (is_empty(v->verdict))
        g_string_append_printf(out, "no verdict: %s world only", is_empty(v->world) ? "one" : v->world);
    else if (!uc_trace_as_expected(trace))
        g_string_append_printf(out, "Verdict: expected %s, found %s", uc_trace_header(trace).expect, v->verdict);
    else
        g_string_append_printf(out, "Verdict: %s%s", v->verdict,
                               !chart->as_equal && uc_trace_header(trace).expect ? ", as expected" : "");
    if (!is_empty(v->rule))
        g_string_append_printf(out, " (%s)", v->rule);
    if (!is_empty(v->why) && g_strcmp0(v->why, v->rule)) /* "simulation failed: ..." repeats the verdict */
        g_string_append_printf(out, " — %s", why_of(v));
    const char *before = g_strcmp0(v->verdict, "distinguished") ? " — in" : " — first difference:";
    for (int w = 0; w < REP_WORLDS && chart->difference >= 0; w++) {
        uint64_t number = difference_number(chart, w);
        if (number)
            g_string_append_printf(out, "%s event %" G_GUINT64_FORMAT " (%s)", before, number, rep_world_word[w]);
        before = number ? "," : before;
    }
    return g_string_free(out, FALSE);
}

static const UcTraceActivation *activation_of(const UcTrace *trace, const RepChart *chart, RepWorld world)
{
    uint64_t number = difference_number(chart, world);
    UcTraceWorld w = world == REP_REAL ? UC_TRACE_REAL : UC_TRACE_IDEAL;
    for (unsigned i = 0; number && i < uc_trace_activations(trace, w); i++) {
        if (uc_trace_activation(trace, w, i)->n == number)
            return uc_trace_activation(trace, w, i);
    }
    return NULL;
}

/* Where the two messages differ: "kind", or names of fields. */
static char *differing_fields(const UcTrace *trace, const RepChart *chart)
{
    const UcTraceActivation *real = activation_of(trace, chart, REP_REAL), *ideal = activation_of(trace, chart, REP_IDEAL);
    if (!real || !ideal || !real->out || !ideal->out)
        return NULL;
    if (strcmp(real->out->kind, ideal->out->kind))
        return g_strdup("kind");
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < MIN(real->out->fields, ideal->out->fields); i++) {
        if (strcmp(real->out->field[i].text, ideal->out->field[i].text))
            g_string_append_printf(out, "%s%s", out->len ? ",\n" : "", real->out->field[i].name);
    }
    return g_string_free(out, out->len == 0);
}

static char *difference_words(const UcTrace *trace, const RepChart *chart)
{
    g_autofree char *fields = differing_fields(trace, chart);
    g_autofree char *cut = fields ? rep_cut(fields, 40) : NULL;
    return g_strconcat("≠ first\ndifference", cut ? ":\n" : NULL, cut, NULL);
}

static void mark_difference(RepChart *chart, const UcTrace *trace)
{
    const UcTraceVerdict *v = uc_trace_verdict_of(trace);
    bool differs = !g_strcmp0(v->verdict, "distinguished");
    if (chart->as_equal || is_empty(v->verdict) || !chart->event->len)
        return;
    if (differs)
        rep_chart_mark_difference(chart, v->entry, true, true);
    else
        rep_chart_mark_difference(chart, REP_NO_ENTRY, g_strcmp0(v->world, "ideal") != 0, g_strcmp0(v->world, "real") != 0);
    chart->difference_text = differs ? difference_words(trace, chart) : g_strdelimit(g_strdup(v->verdict), " ", '\n');
}

static void read_events(Builder *b, const UcTrace *trace)
{
    for (int w = 0; w < UC_TRACE_WORLDS; w++) {
        for (unsigned i = 0; i < uc_trace_activations(trace, w); i++)
            add_event(b, uc_trace_activation(trace, w, i));
    }
}

/* F or S refused and the ideal world ended there: control did not go back to Z. */
static void end_of_simulation(RepChart *chart, const UcTrace *trace)
{
    if (g_strcmp0(uc_trace_verdict_of(trace)->verdict, "simulation failed"))
        return;
    for (guint i = chart->event->len; i-- > 0;) {
        RepEvent *e = rep_event(chart, i);
        if (e->world != REP_IDEAL)
            continue;
        if (e->what == REP_DROP) {
            e->to = e->from;
            e->entry = REP_NO_ENTRY;
        }
        return;
    }
}

/* With its words where one decided the verdict, else the names of all that broke. */
static char *rules_of(const UcTraceVerdict *v)
{
    if (v->rule || !v->rules || !v->rules[0])
        return g_strdup(v->rule);
    return g_strjoinv(", ", (char **)v->rules);
}

RepChart *rep_chart_new(const UcTrace *trace, const RepChartOptions *options)
{
    g_assert(trace && options);
    RepChart *chart = g_new0(RepChart, 1);
    chart->lifeline = g_array_new(FALSE, FALSE, sizeof(RepLifeline));
    chart->event = g_array_new(FALSE, FALSE, sizeof(RepEvent));
    g_array_set_clear_func(chart->lifeline, clear_lifeline);
    g_array_set_clear_func(chart->event, clear_event);
    g_autoptr(RepWords) words = rep_words_new(options->interface ? options->interface->messages : NULL);
    Builder b = { .options = options, .chart = chart, .words = words, .schedule = uc_trace_schedule(trace) };
    for (int w = 0; w < REP_WORLDS; w++)
        b.line[w] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    make_lifelines(&b);
    read_events(&b, trace);
    for (int w = 0; w < REP_WORLDS; w++)
        g_hash_table_unref(b.line[w]);
    end_of_simulation(chart, trace);
    rep_chart_align(chart);
    chart->difference = -1;
    chart->as_expected = uc_trace_as_expected(trace);
    chart->as_equal = !g_strcmp0(uc_trace_verdict_of(trace)->verdict, "indistinguishable");
    mark_difference(chart, trace);
    chart->verdict = verdict_text(chart, trace);
    for (RepWorld w = 0; w < REP_WORLDS; w++) {
        if (options->hide[w])
            rep_chart_hide(chart, w);
    }
    if (options->last)
        rep_chart_choose(chart, options->first, options->last);
    else if (!options->whole)
        rep_chart_make_folds(chart, options->context);
    place_lifelines(chart);
    chart->title = g_strdup(is_empty(uc_trace_header(trace).title) ? "untitled" : uc_trace_header(trace).title);
    chart->subtitle = subtitle_of(trace, options->interface);
    chart->rule = rules_of(uc_trace_verdict_of(trace));
    for (int w = 0; w < REP_WORLDS && options->interface && options->interface->ledger; w++)
        chart->owned[w] = rep_ownership_of(trace, options->interface, w == REP_IDEAL, NULL);
    return chart;
}
