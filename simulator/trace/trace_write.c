#include <string.h>

#include "simulator/base/json.h"
#include "simulator/trace/trace.h"

struct UcTraceWriter {
    UcTraceSink sink;
    void *data;
    GString *line;
    const UcWorld *first;  /* the world that moves are recorded from */
    UcRecorder *recorder;
    const UcSchedule *followed; /* may be NULL */
    bool hidden;           /* secret fields are null */
};

void uc_trace_to_string(void *string, const char *text, size_t length)
{
    g_string_append_len(string, text, (gssize)length);
}

static void flush(UcTraceWriter *w)
{
    g_string_append_c(w->line, '\n');
    w->sink(w->data, w->line->str, w->line->len);
    g_string_truncate(w->line, 0);
}

/* Keys of a line: `"key":` with a comma before it unless it opens the object. */
static GString *key(GString *out, const char *name)
{
    char last = out->len ? out->str[out->len - 1] : '{';
    g_string_append_printf(out, "%s\"%s\":", last == '{' ? "" : ",", name);
    return out;
}

static void key_text(GString *out, const char *name, const char *text)
{
    uc_json_text(key(out, name), text);
}

static void key_number(GString *out, const char *name, uint64_t number)
{
    g_string_append_printf(key(out, name), "%" G_GUINT64_FORMAT, number);
}

/* ---- the header ---- */

static bool is_number(const char *text)
{
    guint64 n;
    return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &n, NULL) && (text[0] != '0' || !text[1]) &&
           g_ascii_isdigit(text[0]);
}

static void option_value(GString *out, const char *text, bool list)
{
    if (!list && is_number(text))
        g_string_append(out, text);
    else
        uc_json_text(out, text);
}

static void options(GString *out, const UcOptions *row)
{
    g_string_append_c(out, '{');
    for (guint i = 0; row && i < row->len; i++) {
        const UcOption *o = row->pdata[i];
        key(out, o->name);
        if (o->list)
            g_string_append_c(out, '[');
        for (unsigned j = 0; o->value[j]; j++) {
            g_string_append(out, j ? "," : "");
            option_value(out, o->value[j], o->list);
        }
        if (o->list)
            g_string_append_c(out, ']');
    }
    g_string_append_c(out, '}');
}

static void header_line(UcTraceWriter *w, const UcTraceHeader *h)
{
    g_autofree char *base = h->file ? g_path_get_basename(h->file) : NULL;
    GString *out = g_string_append_c(w->line, '{');
    key_number(out, "ucsim-trace", UC_TRACE_VERSION);
    key_text(out, "version", UCSIM_VERSION);
    key_text(out, "title", h->title);
    key_text(out, "file", base);
    key_text(out, "hash", h->hash);
    if (h->hidden)
        key_text(out, "seed", NULL);
    else
        key_number(out, "seed", h->seed);
    options(key(out, "options"), h->options);
    key_text(out, "expect", h->expect);
    g_string_append_c(out, '}');
    flush(w);
}

UcTraceWriter *uc_trace_writer_new(UcTraceSink sink, void *data, const UcTraceHeader *header)
{
    g_assert(sink && header && header->seed <= G_MAXINT64);
    UcTraceWriter *w = g_new0(UcTraceWriter, 1);
    w->sink = sink;
    w->data = data;
    w->line = g_string_new(NULL);
    w->hidden = header->hidden;
    header_line(w, header);
    return w;
}

void uc_trace_writer_free(UcTraceWriter *w)
{
    if (!w)
        return;
    g_string_free(w->line, TRUE);
    uc_recorder_free(w->recorder);
    g_free(w);
}

/* ---- messages ---- */

static void hex(GString *out, const uint8_t *bytes, size_t length)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        g_string_append_c(out, digit[bytes[i] >> 4]);
        g_string_append_c(out, digit[bytes[i] & 15]);
    }
}

static void party(GString *out, const UcSession *s, uint64_t number)
{
    if (number < s->parties)
        uc_json_text(out, s->party_name[number]);
    else if (number == UC_NO_PARTY)
        g_string_append(out, "null");
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)number);
}

static void named(GString *out, const char *const *names, UcWord number)
{
    const char *name = uc_name_of(names, number);
    if (name)
        uc_json_text(out, name);
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)number);
}

/* Rows of a fixed width; bytes that are no such row are shown as {"hex":...}, never guessed. */
static void rows(GString *out, const UcSession *s, UcFieldType type, const uint8_t *bytes, size_t length)
{
    size_t width = type == UC_INTERVALS ? 16 : 4;
    if (length % width) {
        g_string_append(out, "{\"hex\":\"");
        hex(out, bytes, length);
        g_string_append(out, "\"}");
        return;
    }
    g_string_append_c(out, '[');
    for (UcReader r = { bytes, length }; r.left;) {
        g_string_append(out, r.left < length ? "," : "");
        if (type == UC_PARTIES) {
            party(out, s, uc_take(&r, 4));
        } else {
            gint64 a = (gint64)uc_take(&r, 8), b = (gint64)uc_take(&r, 8);
            g_string_append_printf(out, "[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "]", a, b);
        }
    }
    g_string_append_c(out, ']');
}

static void handle(GString *out, const UcSession *s, const UcStore *store, UcFieldType type, UcWord value)
{
    size_t length;
    if (value == UC_NONE) {
        g_string_append(out, "null");
        return;
    }
    const uint8_t *bytes = uc_store_get(store, value, &length);
    bool plain = type == UC_TEXT && uc_json_plain((const char *)bytes, length);
    if (plain) {
        uc_json_string(out, (const char *)bytes, length);
    } else if (type == UC_INTERVALS || type == UC_PARTIES) {
        rows(out, s, type, bytes, length);
    } else {
        g_string_append(out, type == UC_TEXT ? "{\"hex\":\"" : "\"");
        hex(out, bytes, length);
        g_string_append(out, type == UC_TEXT ? "\"}" : "\"");
    }
}

static void field(GString *out, const UcSession *s, const UcStore *store, const UcField *f, UcWord value)
{
    switch (f->type) {
    case UC_INT: g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)value); break;
    case UC_PARTY: party(out, s, value); break;
    case UC_POINT: named(out, uc_point_name, value); break;
    case UC_CODE: named(out, f->names, value); break;
    default: handle(out, s, store, f->type, value);
    }
}

void uc_trace_message(GString *out, const UcSession *session, const UcStore *store, const UcMessage *m, unsigned without)
{
    const UcMessageKind *kind = uc_message_kind(&session->messages, m->kind);
    g_string_append_c(out, '{');
    if (kind) {
        key_text(out, "kind", kind->name);
    } else { /* a discipline violation: shown as what it is */
        g_autofree char *number = g_strdup_printf("unknown-%" G_GUINT64_FORMAT, m->kind);
        key_text(out, "kind", number);
    }
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (!(without >> i & 1))
            field(key(out, kind->field[i].name), session, store, &kind->field[i], m->w[i]);
    }
    g_string_append_c(out, '}');
}

static void message(const UcTraceWriter *w, GString *out, const UcWorld *world, uint16_t session, const UcMessage *m)
{
    UcSession s = uc_session(uc_world_spec(world), session);
    const UcMessageKind *kind = uc_message_kind(&s.messages, m->kind);
    UcMessage shown = *m;
    for (unsigned i = 0; kind && w->hidden && i < uc_message_fields(kind); i++)
        shown.w[i] = kind->field[i].secret ? UC_NONE : m->w[i];
    uc_trace_message(out, &s, uc_world_store(world), &shown, 0);
}

/* ---- activations ---- */

static void marks(GString *out, const UcActivation *a)
{
    const UcOutcome *o = &a->outcome;
    if (!a->persists && a->crash == UC_POINT_NONE && !o->ignored && !o->down_after)
        return;
    g_string_append_c(key(out, "marks"), '{');
    if (a->persists)
        key_number(out, "persists", a->persists);
    if (a->crash != UC_POINT_NONE)
        key_text(out, "crash", uc_point_name[a->crash]);
    if (o->ignored)
        g_string_append(key(out, "ignored"), "true");
    if (o->down_after)
        g_string_append(key(out, "down"), "true");
    g_string_append_c(out, '}');
}

static void result(const UcTraceWriter *w, GString *out, const UcWorld *world, uint16_t from, const UcResult *r)
{
    static const char *const name[] = { "send", "pass", "fail", "halt" };
    const UcWorldSpec *spec = uc_world_spec(world);
    key_text(out, "result", name[r->code]);
    if (r->code == UC_SEND) {
        key_text(out, "to", uc_receiver_name(spec, r->to));
        if (r->peer)
            key_text(out, "peer-out", uc_machine_name(spec, r->peer));
        message(w, key(out, "out"), world, uc_session_between(spec, from, r->to, r->peer), &r->message);
    } else if (r->code == UC_HALT) {
        key_number(out, "bit", r->bit != 0);
    } else if (r->reason) {
        key_text(out, "reason", r->reason);
    }
}

static void activation_line(UcTraceWriter *w, const UcWorld *world, const UcActivation *a)
{
    const UcWorldSpec *spec = uc_world_spec(world);
    GString *out = g_string_append_c(w->line, '{');
    key_text(out, "world", spec->ideal ? "ideal" : "real");
    key_number(out, "n", a->number);
    key_text(out, "machine", uc_machine_name(spec, a->machine));
    if (a->channel[0])
        key_text(out, "channel", a->channel);
    if (a->in.message.kind != UC_M_EMPTY) {
        key_text(out, "from", uc_machine_name(spec, a->in.from));
        if (a->in.peer != a->in.from)
            key_text(out, "peer", uc_machine_name(spec, a->in.peer));
    }
    message(w, key(out, "in"), world, uc_session_between(spec, a->in.from, a->machine, a->in.peer), &a->in.message);
    result(w, out, world, a->machine, &a->outcome.result);
    marks(out, a);
    if (a->outcome.has_effect)
        message(w, key(out, "effect"), world, uc_world_row(world, a->machine)->session, &a->outcome.effect);
    if (a->view)
        key_number(out, "view", a->view - 1);
    g_string_append_c(out, '}');
    flush(w);
}

static void move_line(UcTraceWriter *w, const UcMove *move)
{
    g_autofree char *text = uc_move_print(move);
    GString *out = g_string_append_c(w->line, '{');
    key_number(out, "move", uc_recorder_schedule(w->recorder)->move->len);
    key_text(out, "text", text);
    g_string_append_c(out, '}');
    flush(w);
}

void uc_trace_writer_follow(UcTraceWriter *w, const UcSchedule *schedule)
{
    g_assert(w && schedule);
    w->followed = schedule;
}

/* Of the last move. */
static void take_sources(UcTraceWriter *w)
{
    const UcSchedule *made = uc_recorder_schedule(w->recorder);
    unsigned number = made->move->len;
    if (!w->followed || number > w->followed->move->len)
        return;
    const UcMove *from = uc_schedule_move(w->followed, number), *to = uc_schedule_move(made, number);
    for (guint i = 0; i < MIN(from->term->len, to->term->len); i++) {
        const UcTerm *t = from->term->pdata[i];
        for (guint s = 0; t->source && s < t->source->len; s++)
            uc_term_made_from(to->term->pdata[i], g_array_index(t->source, unsigned, s));
    }
}

void uc_trace_observe(void *writer, const UcWorld *world, const UcActivation *activation)
{
    UcTraceWriter *w = writer;
    g_assert(w && world && activation);
    if (!w->first) {
        w->first = world;
        w->recorder = uc_recorder_new(uc_world_spec(world), uc_world_store(world));
        if (w->hidden)
            uc_recorder_hide(w->recorder);
    }
    const UcMove *move = world == w->first ? uc_recorder_observe(w->recorder, world, activation) : NULL;
    if (move) {
        take_sources(w);
        move_line(w, move);
    }
    activation_line(w, world, activation);
}

/* ---- the end ---- */

/* The activation in which the verdict was decided: Z reading the entry that differs, or a broken rule. */
static void deciding_activation(GString *out, const char *name, const UcComparison *c, const UcWorld *world)
{
    size_t n;
    uint64_t at = 0;
    const UcViewEntry *view = uc_world_view(world, &n);
    if (c->verdict == UC_DISTINGUISHED && c->entry < n)
        at = MIN(view[c->entry].activation, uc_world_activations(world));
    else if (c->world == world && (c->verdict == UC_NO_PROGRESS || c->verdict == UC_INVARIANT_BROKEN))
        uc_world_broken_rule(world, &at);
    if (at)
        key_number(out, name, at);
    else
        key_text(out, name, NULL);
}

/* Names of the rules that broke, each once. */
static void broken_rules(GString *out, const UcWorld *const world[], unsigned worlds)
{
    const char *rule;
    bool any = false;
    g_string_append_c(key(out, "rules"), '[');
    for (unsigned w = 0; w < worlds; w++) {
        for (unsigned i = 0; (rule = uc_world_broken(world[w], i)); i++) {
            if (w && uc_world_breaks(world[0], rule))
                continue;
            g_string_append(out, any ? "," : "");
            uc_json_string(out, rule, strcspn(rule, ":"));
            any = true;
        }
    }
    g_string_append_c(out, ']');
}

void uc_trace_verdict(UcTraceWriter *w, const UcComparison *c, const UcWorld *real, const UcWorld *ideal)
{
    g_assert(w && c && real && ideal && c->verdict < UC_VERDICTS);
    const UcWorld *world = c->world;
    GString *out = g_string_append_c(w->line, '{');
    key_text(out, "verdict", uc_verdict_name[c->verdict]);
    if (c->verdict == UC_DISTINGUISHED)
        key_number(out, "entry", c->entry);
    else
        key_text(out, "entry", NULL);
    key_text(out, "world", world ? uc_world_spec(world)->ideal ? "ideal" : "real" : NULL);
    key_text(out, "rule", world ? uc_world_broken_rule(world, NULL) : NULL);
    broken_rules(out, (const UcWorld *const[]){ real, ideal }, 2);
    key_text(out, "why", c->why);
    deciding_activation(out, "real-activation", c, real);
    deciding_activation(out, "ideal-activation", c, ideal);
    g_string_append_c(out, '}');
    flush(w);
}

void uc_trace_end(UcTraceWriter *w, const UcWorld *world)
{
    g_assert(w && world);
    GString *out = g_string_append_c(w->line, '{');
    key_text(out, "verdict", NULL);
    key_text(out, "entry", NULL);
    key_text(out, "world", uc_world_spec(world)->ideal ? "ideal" : "real");
    key_text(out, "rule", uc_world_broken_rule(world, NULL));
    broken_rules(out, &world, 1);
    key_text(out, "why", uc_world_why(world));
    key_text(out, "real-activation", NULL);
    key_text(out, "ideal-activation", NULL);
    g_string_append_c(out, '}');
    flush(w);
}
