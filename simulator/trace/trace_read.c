/* The reader. Every line is checked by a table of its keys; what a trace cannot contain is an error with its line. */
#include <stdarg.h>
#include <string.h>

#include "simulator/base/file.h"
#include "simulator/base/json.h"
#include "simulator/trace/trace.h"

G_DEFINE_QUARK(ucsim-trace-error, uc_trace_error)

struct UcTrace {
    char *name;                           /* for messages */
    GStringChunk *strings;                /* every text of the trace */
    GPtrArray *blocks;                    /* fields and messages */
    UcTraceHeader header;                 /* options: those of the header line */
    UcOptions *options;
    const char *program;
    UcSchedule *schedule;
    GPtrArray *activation[UC_TRACE_WORLDS]; /* UcTraceActivation, in blocks */
    GPtrArray *view[UC_TRACE_WORLDS];       /* the ones that read an entry */
    UcTraceVerdict verdict;
    bool has_header, has_verdict;
};

typedef struct {
    UcTrace *trace;
    unsigned line;
    GError **error;
} Reader;

static bool fail(const Reader *r, UcTraceErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool fail(const Reader *r, UcTraceErrorCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uc_file_wrong(r->error, UC_TRACE_ERROR, (int)code, r->trace->name, r->line, format, args);
    va_end(args);
    return false;
}

/* What is shown of a value in a message. */
static char *got(const UcJson *v)
{
    if (!v)
        return g_strdup("nothing");
    if (v->type == UC_JSON_STRING) {
        g_autofree char *safe = g_strescape(v->text, NULL);
        return g_strdup_printf("\"%.60s\"", safe);
    }
    return v->type == UC_JSON_INT ? g_strdup_printf("%" G_GINT64_FORMAT, v->number)
                                  : g_strdup(uc_json_type_name(v->type));
}

static bool expected(const Reader *r, const char *key, const char *what, const UcJson *v)
{
    g_autofree char *value = got(v);
    return fail(r, UC_TRACE_SYNTAX, "expected %s as \"%s\", got %s", what, key, value);
}

static void *block(UcTrace *t, size_t count, size_t size)
{
    void *memory = g_malloc0_n(count ? count : 1, size);
    g_ptr_array_add(t->blocks, memory);
    return memory;
}

static const char *keep(UcTrace *t, const char *text)
{
    return text ? g_string_chunk_insert_const(t->strings, text) : NULL;
}

/* ---- values by key ---- */

static bool read_text(const Reader *r, const UcJson *line, const char *key, bool needed, const char **out)
{
    const UcJson *v = uc_json_get(line, key);
    *out = NULL;
    if ((!v && !needed) || (v && v->type == UC_JSON_NULL && !needed))
        return true;
    if (!v || v->type != UC_JSON_STRING)
        return expected(r, key, "a string", v);
    *out = keep(r->trace, v->text);
    return true;
}

static bool read_number(const Reader *r, const UcJson *line, const char *key, int64_t otherwise, int64_t *out)
{
    const UcJson *v = uc_json_get(line, key);
    *out = otherwise;
    if (!v || v->type == UC_JSON_NULL)
        return true;
    if (v->type != UC_JSON_INT || v->number < 0)
        return expected(r, key, "a number from 0", v);
    *out = v->number;
    return true;
}

static bool read_name(const Reader *r, const UcJson *line, const char *key, const char *const *names, const char *what,
                      unsigned *out)
{
    const UcJson *v = uc_json_get(line, key);
    for (unsigned i = 0; v && v->type == UC_JSON_STRING && names[i]; i++) {
        if (!strcmp(names[i], v->text)) {
            *out = i;
            return true;
        }
    }
    return expected(r, key, what, v);
}

static bool only_keys(const Reader *r, const UcJson *line, const char *const *known)
{
    for (const UcJson *m = line->first; m; m = m->next) {
        if (!g_strv_contains(known, m->key)) {
            g_autofree char *safe = g_strescape(m->key, NULL);
            return fail(r, UC_TRACE_SYNTAX, "expected a key of a trace, got \"%.60s\"", safe);
        }
    }
    return true;
}

/* ---- the header ---- */

static bool option(const Reader *r, const UcJson *v)
{
    UcOptions *to = r->trace->options;
    if (v->type == UC_JSON_INT) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, v->number);
        uc_options_add(to, v->key, text);
        return true;
    }
    if (v->type == UC_JSON_STRING) {
        uc_options_add(to, v->key, v->text);
        return true;
    }
    if (v->type != UC_JSON_ARRAY || !v->members)
        return expected(r, v->key, "a string, a number or a list of strings", v);
    g_autoptr(GStrvBuilder) row = g_strv_builder_new();
    for (const UcJson *m = v->first; m; m = m->next) {
        if (m->type != UC_JSON_STRING)
            return expected(r, v->key, "a list of strings", m);
        g_strv_builder_add(row, m->text);
    }
    g_auto(GStrv) values = g_strv_builder_end(row);
    uc_options_add_list(to, v->key, (const char *const *)values);
    return true;
}

static bool version_ok(const Reader *r, const UcJson *line)
{
    const UcJson *v = uc_json_get(line, "ucsim-trace");
    if (!v)
        return fail(r, UC_TRACE_SYNTAX, "expected the header of a trace (\"ucsim-trace\"), got another line");
    if (v->type != UC_JSON_INT)
        return expected(r, "ucsim-trace", "a version", v);
    return (v->number >= 1 && v->number <= UC_TRACE_VERSION) ||
           fail(r, UC_TRACE_VERSION_UNKNOWN, "expected trace version 1 to %d, got %" G_GINT64_FORMAT
                " (written by another version of ucsim)", UC_TRACE_VERSION, v->number);
}

static void add_origin(UcTrace *t)
{
    const UcTraceHeader *h = &t->header;
    UcOptions *to = t->schedule->options;
    g_autofree char *seed = uc_trace_seed(t);
    const struct {
        const char *name, *value;
    } row[] = { { "title", h->title }, { "file", h->file }, { "hash", h->hash }, { "seed", seed },
                { "expect", h->expect } };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        if (row[i].value)
            uc_options_add(to, row[i].name, row[i].value);
    }
    for (guint i = 0; i < t->options->len; i++) {
        const UcOption *o = t->options->pdata[i];
        if (o->list)
            uc_options_add_list(to, o->name, (const char *const *)o->value);
        else
            uc_options_add(to, o->name, o->value[0]);
    }
    uc_options_place(to, 0, 1); /* the header is the first line */
}

static bool header(const Reader *r, const UcJson *line)
{
    static const char *const known[] = { "ucsim-trace", "version", "title", "file", "hash", "seed", "options", "expect",
                                         NULL };
    UcTrace *t = r->trace;
    UcTraceHeader *h = &t->header;
    int64_t seed;
    if (!version_ok(r, line) || !only_keys(r, line, known) || !read_text(r, line, "version", true, &t->program) ||
        !read_text(r, line, "title", false, &h->title) || !read_text(r, line, "file", false, &h->file) ||
        !read_text(r, line, "hash", false, &h->hash) || !read_text(r, line, "expect", false, &h->expect) ||
        !read_number(r, line, "seed", 0, &seed))
        return false;
    h->seed = (uint64_t)seed;
    const UcJson *shown = uc_json_get(line, "seed");
    h->hidden = shown && shown->type == UC_JSON_NULL;
    const UcJson *options = uc_json_get(line, "options");
    if (!options || options->type != UC_JSON_OBJECT)
        return expected(r, "options", "an object", options);
    for (const UcJson *m = options->first; m; m = m->next) {
        static const char *const taken[] = { "title", "file", "hash", "seed", "expect", "found", NULL };
        if (g_strv_contains(taken, m->key))
            return expected(r, m->key, "no such option (it is a key of the header)", m);
        if (!option(r, m))
            return false;
    }
    h->options = t->options;
    add_origin(t);
    t->has_header = true;
    return true;
}

/* ---- messages ---- */

static bool list_text(const Reader *r, const UcJson *list, GString *out)
{
    for (const UcJson *m = list->first; m; m = m->next) {
        bool pair = m->type == UC_JSON_ARRAY && m->members == 2 && m->first->type == UC_JSON_INT &&
                    m->first->next->type == UC_JSON_INT;
        if (pair)
            g_string_append_printf(out, "%s[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ")", out->len ? " " : "",
                                   m->first->number, m->first->next->number);
        else if (m->type == UC_JSON_STRING || m->type == UC_JSON_INT) {
            g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, m->number);
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", m->text ? m->text : number);
        } else
            return expected(r, list->key, "names or pairs [a,b]", m);
    }
    return true;
}

static bool value(const Reader *r, const UcJson *v, UcTraceField *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const UcJson *hex = v->type == UC_JSON_OBJECT ? uc_json_get(v, "hex") : NULL;
    out->name = keep(r->trace, v->key);
    switch (v->type) {
    case UC_JSON_NULL:
        out->type = UC_VALUE_NONE;
        g_string_append(text, "none");
        break;
    case UC_JSON_INT:
        out->type = UC_VALUE_NUMBER;
        g_string_append_printf(text, "%" G_GINT64_FORMAT, v->number);
        break;
    case UC_JSON_STRING:
        out->type = UC_VALUE_TEXT;
        g_string_append(text, v->text);
        break;
    case UC_JSON_ARRAY:
        out->type = UC_VALUE_LIST;
        if (!list_text(r, v, text))
            return false;
        break;
    default:
        if (!hex || hex->type != UC_JSON_STRING || v->members != 1)
            return expected(r, v->key, "a number, a string, null, a list or {\"hex\":...}", v);
        out->type = UC_VALUE_TEXT;
        g_string_append_printf(text, "hex:%s", hex->text);
    }
    out->text = keep(r->trace, text->str);
    return true;
}

static bool message(const Reader *r, const UcJson *line, const char *key, UcTraceMessage *out)
{
    const UcJson *m = uc_json_get(line, key), *kind = m && m->type == UC_JSON_OBJECT ? m->first : NULL;
    if (!kind || !kind->key || strcmp(kind->key, "kind") || kind->type != UC_JSON_STRING)
        return expected(r, key, "a message ({\"kind\":...})", m);
    if (m->members - 1 > UC_MESSAGE_WORDS)
        return fail(r, UC_TRACE_SYNTAX, "expected at most %d fields in a message, got %u", UC_MESSAGE_WORDS,
                    m->members - 1);
    out->kind = keep(r->trace, kind->text);
    out->fields = m->members - 1;
    UcTraceField *field = block(r->trace, out->fields, sizeof *field);
    out->field = field;
    for (const UcJson *v = kind->next; v; v = v->next) {
        if (!value(r, v, field++))
            return false;
    }
    return true;
}

static bool optional_message(const Reader *r, const UcJson *line, const char *key, const UcTraceMessage **out)
{
    if (!uc_json_get(line, key))
        return true;
    UcTraceMessage *m = block(r->trace, 1, sizeof *m);
    *out = m;
    return message(r, line, key, m);
}

/* ---- activations ---- */

static const char *const world_names[] = { "real", "ideal", NULL };
static const char *const result_names[] = { "send", "pass", "fail", "halt", NULL };

static bool marks(const Reader *r, const UcJson *line, UcTraceActivation *a)
{
    static const char *const known[] = { "persists", "crash", "ignored", "down", NULL };
    const UcJson *m = uc_json_get(line, "marks");
    int64_t persists;
    if (!m)
        return true;
    if (m->type != UC_JSON_OBJECT)
        return expected(r, "marks", "an object", m);
    if (!only_keys(r, m, known) || !read_number(r, m, "persists", 0, &persists) ||
        !read_text(r, m, "crash", false, &a->crash))
        return false;
    a->persists = (unsigned)MIN(persists, UINT_MAX);
    const UcJson *ignored = uc_json_get(m, "ignored"), *down = uc_json_get(m, "down");
    if ((ignored && ignored->type != UC_JSON_BOOL) || (down && down->type != UC_JSON_BOOL))
        return expected(r, "marks", "true or false in its marks", ignored ? ignored : down);
    a->ignored = ignored && ignored->number;
    a->down = down && down->number;
    return true;
}

static bool read_result(const Reader *r, const UcJson *line, UcTraceActivation *a)
{
    unsigned result;
    int64_t bit;
    if (!read_name(r, line, "result", result_names, "send, pass, fail or halt", &result) ||
        !read_number(r, line, "bit", 0, &bit) || !read_text(r, line, "to", result == UC_SEND, &a->to) ||
        !read_text(r, line, "peer-out", false, &a->peer_out) || !optional_message(r, line, "out", &a->out) ||
        !optional_message(r, line, "effect", &a->effect) || !read_text(r, line, "reason", false, &a->reason))
        return false;
    a->result = (UcResultCode)result;
    a->bit = bit != 0;
    if (a->result == UC_SEND && !a->out)
        return expected(r, "out", "a message", NULL);
    return true;
}

/* Numbers of activations and of view entries go up by one, so that nothing was cut out. */
static bool in_order(const Reader *r, const UcTraceActivation *a)
{
    GPtrArray *row = r->trace->activation[a->world], *view = r->trace->view[a->world];
    if (a->n != row->len + 1)
        return fail(r, UC_TRACE_SYNTAX, "expected activation %u of the %s world, got %" G_GUINT64_FORMAT, row->len + 1,
                    world_names[a->world], a->n);
    if (a->view >= 0 && a->view != view->len)
        return fail(r, UC_TRACE_SYNTAX, "expected entry %u of Z's view, got %" G_GINT64_FORMAT, view->len, a->view);
    return true;
}

static bool activation(const Reader *r, const UcJson *line)
{
    static const char *const known[] = { "world", "n", "machine", "channel", "from", "peer", "in", "result", "to",
                                         "peer-out", "out", "reason", "marks", "effect", "bit", "view", NULL };
    UcTrace *t = r->trace;
    UcTraceActivation *a = block(t, 1, sizeof *a);
    unsigned world;
    int64_t n;
    if (!only_keys(r, line, known) || !read_name(r, line, "world", world_names, "real or ideal", &world) ||
        !read_number(r, line, "n", 0, &n) || !read_number(r, line, "view", -1, &a->view) ||
        !read_text(r, line, "machine", true, &a->machine) || !read_text(r, line, "channel", false, &a->channel) ||
        !read_text(r, line, "from", false, &a->from) || !read_text(r, line, "peer", false, &a->peer) ||
        !message(r, line, "in", &a->in) || !read_result(r, line, a) || !marks(r, line, a))
        return false;
    a->world = (UcTraceWorld)world;
    a->n = (uint64_t)n;
    a->move = t->schedule->move->len;
    if (a->from && !a->peer)
        a->peer = a->from;
    if (!in_order(r, a))
        return false;
    g_ptr_array_add(t->activation[world], a);
    if (a->view >= 0)
        g_ptr_array_add(t->view[world], a);
    return true;
}

/* ---- moves and the verdict ---- */

static bool move(const Reader *r, const UcJson *line)
{
    static const char *const known[] = { "move", "text", NULL };
    const char *text;
    int64_t number;
    if (!only_keys(r, line, known) || !read_number(r, line, "move", 0, &number) ||
        !read_text(r, line, "text", true, &text))
        return false;
    if (number != (int64_t)r->trace->schedule->move->len + 1)
        return fail(r, UC_TRACE_SYNTAX, "expected move %u, got %" G_GINT64_FORMAT, r->trace->schedule->move->len + 1,
                    number);
    if (strchr(text, '\n'))
        return expected(r, "text", "one line", uc_json_get(line, "text"));
    return uc_schedule_add(r->trace->schedule, text, strlen(text), r->line, r->error);
}

/* Version 1 names one rule at most. */
static bool read_rules(const Reader *r, const UcJson *line, UcTraceVerdict *v)
{
    const UcJson *list = uc_json_get(line, "rules");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (list && list->type != UC_JSON_ARRAY)
        return expected(r, "rules", "a list of names", list);
    for (const UcJson *m = list ? list->first : NULL; m; m = m->next) {
        if (m->type != UC_JSON_STRING)
            return expected(r, "rules", "a list of names", m);
        g_ptr_array_add(names, (gpointer)keep(r->trace, m->text));
    }
    if (!list && v->rule) {
        g_autofree char *name = g_strndup(v->rule, strcspn(v->rule, ":"));
        g_ptr_array_add(names, (gpointer)keep(r->trace, name));
    }
    const char **out = block(r->trace, names->len + 1, sizeof *out);
    for (guint i = 0; i < names->len; i++)
        out[i] = names->pdata[i];
    v->rules = out;
    return true;
}

/* What was found, for a schedule that goes on without the trace. */
static void add_found(UcTrace *t)
{
    UcOutlook found = { 0 };
    if (!t->verdict.verdict || !uc_outlook_read(t->verdict.verdict, &found))
        return;
    if (t->header.expect && uc_trace_as_expected(t)) {
        uc_options_add(t->schedule->options, "found", t->header.expect);
        return;
    }
    if (found.verdict == UC_NO_PROGRESS || found.verdict == UC_INVARIANT_BROKEN)
        found.rule = t->verdict.rule;
    g_autofree char *text = uc_outlook_print(found);
    uc_options_add(t->schedule->options, "found", text);
}

static bool verdict(const Reader *r, const UcJson *line)
{
    static const char *const known[] = { "verdict", "entry", "world", "rule", "rules", "why", "real-activation",
                                         "ideal-activation", NULL };
    UcTraceVerdict *v = &r->trace->verdict;
    int64_t real, ideal;
    if (!only_keys(r, line, known) || !read_text(r, line, "verdict", false, &v->verdict) ||
        !read_text(r, line, "world", false, &v->world) || !read_text(r, line, "rule", false, &v->rule) ||
        !read_rules(r, line, v) ||
        !read_text(r, line, "why", false, &v->why) || !read_number(r, line, "entry", -1, &v->entry) ||
        !read_number(r, line, "real-activation", 0, &real) || !read_number(r, line, "ideal-activation", 0, &ideal))
        return false;
    if (v->verdict && !g_strv_contains(uc_verdict_name, v->verdict))
        return expected(r, "verdict", "a verdict", uc_json_get(line, "verdict"));
    v->activation[UC_TRACE_REAL] = (uint64_t)real;
    v->activation[UC_TRACE_IDEAL] = (uint64_t)ideal;
    for (int i = 0; i < UC_TRACE_WORLDS; i++) {
        if (v->activation[i] > r->trace->activation[i]->len)
            return fail(r, UC_TRACE_SYNTAX, "expected an activation of the %s world up to %u, got %" G_GUINT64_FORMAT,
                        world_names[i], r->trace->activation[i]->len, v->activation[i]);
    }
    r->trace->has_verdict = true;
    add_found(r->trace);
    return true;
}

/* ---- the file ---- */

static bool read_line(const Reader *r, const char *text, size_t length)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(UcJson) line = uc_json_read(text, length, &why);
    if (!line)
        return fail(r, UC_TRACE_SYNTAX, "%s", why->message);
    if (line->type != UC_JSON_OBJECT)
        return fail(r, UC_TRACE_SYNTAX, "expected an object, got %s", uc_json_type_name(line->type));
    if (r->trace->has_verdict)
        return fail(r, UC_TRACE_SYNTAX, "expected the end of the file after the verdict, got another line");
    if (!r->trace->has_header)
        return header(r, line);
    if (uc_json_get(line, "move"))
        return move(r, line);
    if (uc_json_get(line, "n"))
        return activation(r, line);
    if (uc_json_get(line, "verdict"))
        return verdict(r, line);
    return fail(r, UC_TRACE_SYNTAX, "expected a move, an activation or the verdict, got another object");
}

static UcTrace *trace_new(const char *name)
{
    UcTrace *t = g_new0(UcTrace, 1);
    t->name = g_path_get_basename(name);
    t->strings = g_string_chunk_new(4096);
    t->blocks = g_ptr_array_new_with_free_func(g_free);
    t->options = uc_options_new();
    t->schedule = uc_schedule_new(name);
    for (int i = 0; i < UC_TRACE_WORLDS; i++) {
        t->activation[i] = g_ptr_array_new();
        t->view[i] = g_ptr_array_new();
    }
    return t;
}

void uc_trace_free(UcTrace *t)
{
    if (!t)
        return;
    g_free(t->name);
    g_string_chunk_free(t->strings);
    g_ptr_array_unref(t->blocks);
    g_ptr_array_unref(t->options);
    uc_schedule_free(t->schedule);
    for (int i = 0; i < UC_TRACE_WORLDS; i++) {
        g_ptr_array_unref(t->activation[i]);
        g_ptr_array_unref(t->view[i]);
    }
    g_free(t);
}

UcTrace *uc_trace_read(const char *text, size_t length, const char *name, GError **error)
{
    g_assert((text || !length) && name);
    g_autoptr(UcTrace) t = trace_new(name);
    g_autoptr(GError) mine = NULL;
    Reader r = { t, 0, &mine };
    bool ok = true;
    for (const char *at = text, *end = text + length; ok && at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        r.line++;
        ok = stop ? read_line(&r, at, (size_t)(stop - at))
                  : fail(&r, UC_TRACE_CUT_OFF, "expected a line feed, got the end of the file: the trace is cut off");
        at = stop ? stop + 1 : end;
    }
    r.line++;
    if (ok && !t->has_verdict)
        fail(&r, UC_TRACE_CUT_OFF, "expected %s, got the end of the file: the trace is cut off",
             t->has_header ? "the verdict" : "the header");
    if (mine) {
        g_propagate_error(error, g_steal_pointer(&mine));
        return NULL;
    }
    return g_steal_pointer(&t);
}

UcTrace *uc_trace_load(const char *path, GError **error)
{
    g_assert(path);
    g_autofree char *text = NULL;
    size_t length;
    if (!uc_file_text(path, UC_FILE_MAX, &text, &length, error))
        return NULL;
    if (!uc_schedule_is_one(text, length)) {
        GError *wrong = NULL;
        UcTrace *trace = uc_trace_read(text, length, path, &wrong);
        if (wrong) {
            uc_file_name_whole(wrong, path);
            g_propagate_error(error, wrong);
        }
        return trace;
    }
    g_set_error(error, UC_TRACE_ERROR, UC_TRACE_SYNTAX,
                "%s:1: expected a trace, got a schedule: 'ucsim replay --trace FILE' makes one of it", path);
    return NULL;
}

bool uc_trace_is_one(const char *text, size_t length)
{
    g_assert(text || !length);
    while (length && g_ascii_isspace(*text)) {
        text++;
        length--;
    }
    return length && *text == '{';
}

UcTraceHeader uc_trace_header(const UcTrace *t) { return t->header; }

char *uc_trace_seed(const UcTrace *t)
{
    return t->header.hidden ? g_strdup(UC_TRACE_HIDDEN) : g_strdup_printf("%" G_GUINT64_FORMAT, t->header.seed);
}

const char *uc_trace_program(const UcTrace *t) { return t->program; }
const UcSchedule *uc_trace_schedule(const UcTrace *t) { return t->schedule; }
UcSchedule *uc_trace_take_schedule(UcTrace *t) { return g_steal_pointer(&t->schedule); }
const UcTraceVerdict *uc_trace_verdict_of(const UcTrace *t) { return &t->verdict; }

bool uc_trace_as_expected(const UcTrace *t)
{
    const UcTraceVerdict *v = &t->verdict;
    UcOutlook expect;
    if (!v->verdict || !t->header.expect)
        return true;
    if (!uc_outlook_read(t->header.expect, &expect))
        return !strcmp(t->header.expect, v->verdict);
    return !strcmp(uc_verdict_name[expect.verdict], v->verdict) && (!expect.rule || g_strv_contains(v->rules, expect.rule));
}

unsigned uc_trace_activations(const UcTrace *t, UcTraceWorld world)
{
    g_assert(t && world < UC_TRACE_WORLDS);
    return t->activation[world]->len;
}

const UcTraceActivation *uc_trace_activation(const UcTrace *t, UcTraceWorld world, unsigned i)
{
    g_assert(i < uc_trace_activations(t, world));
    return t->activation[world]->pdata[i];
}

unsigned uc_trace_view_entries(const UcTrace *t, UcTraceWorld world)
{
    g_assert(t && world < UC_TRACE_WORLDS);
    return t->view[world]->len;
}

const UcTraceActivation *uc_trace_view(const UcTrace *t, UcTraceWorld world, unsigned entry)
{
    return entry < uc_trace_view_entries(t, world) ? t->view[world]->pdata[entry] : NULL;
}
