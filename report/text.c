#include "report/text.h"

#include <string.h>

static const RepTextOptions plain_options = { 0 };
enum { VALUE_ROOM = 34, BRIEF_ROOM = 24 };

/* ---- cells ---- */

/* Printable, one column per character: control characters are escaped, so a hostile trace cannot drive a terminal. */
static char *printable(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || !g_unichar_isprint(c) || g_unichar_iszerowidth(c) ||
            g_unichar_iswide(c))
            g_string_append_printf(out, "\\u{%x}", c);
        else
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

void rep_text_value(GString *out, const char *text, size_t room, long differs)
{
    g_assert(out && text);
    g_autofree char *shown = printable(text);
    size_t length = (size_t)g_utf8_strlen(shown, -1);
    if (length <= room) {
        g_string_append(out, shown);
        return;
    }
    bool hex = strspn(shown, "0123456789abcdef") == strlen(shown) && length % 2 == 0;
    g_autofree char *size = hex ? g_strdup_printf("(%zu bytes)", length / 2) : g_strdup_printf("(%zu long)", length);
    if (differs >= 0 && (size_t)differs + 2 < length && differs > 6) { /* from a whole byte on */
        long from = hex ? differs & ~1L : differs;
        g_autofree char *there = g_utf8_substring(shown, from, MIN((long)length, from + 8));
        g_autofree char *begin = g_utf8_substring(shown, 0, 6);
        g_string_append_printf(out, "%s..%s..%s at %ld", begin, there, size, hex ? from / 2 : from);
        return;
    }
    g_autofree char *begin = g_utf8_substring(shown, 0, 12);
    g_autofree char *end = g_utf8_substring(shown, (glong)length - 6, (glong)length);
    g_string_append_printf(out, "%s..%s %s", begin, end, size);
}

static char *fit(const char *text, long room)
{
    long length = g_utf8_strlen(text, -1);
    if (length > room) {
        g_autofree char *cut = g_utf8_substring(text, 0, room - 2);
        return g_strconcat(cut, "..", NULL);
    }
    return g_strdup_printf("%s%*s", text, (int)(room - length), "");
}

typedef struct {
    GPtrArray *text; /* char* */
    GArray *mark;    /* gboolean: differs from the other side */
} Column;

static Column column_new(void)
{
    return (Column){ g_ptr_array_new_with_free_func(g_free), g_array_new(FALSE, FALSE, sizeof(gboolean)) };
}

static void column_clear(Column *c)
{
    g_ptr_array_unref(c->text);
    g_array_unref(c->mark);
}

static void cell(Column *c, gboolean mark, char *text)
{
    g_ptr_array_add(c->text, text);
    g_array_append_val(c->mark, mark);
}

static void rule(GString *out)
{
    g_string_append(out, "  ");
    for (int i = 0; i < 2 * REP_TEXT_CELL + 5; i++)
        g_string_append_c(out, i == REP_TEXT_CELL + 3 ? '+' : '-');
    g_string_append_c(out, '\n');
}

static void append_cell(GString *out, const Column *c, guint row, bool color, bool last)
{
    const char *text = row < c->text->len ? c->text->pdata[row] : "";
    bool mark = row < c->text->len && g_array_index(c->mark, gboolean, row);
    g_autofree char *wide = fit(text, REP_TEXT_CELL);
    if (last)
        g_strchomp(wide);
    g_string_append(out, mark ? "* " : "  ");
    g_string_append_printf(out, "%s%s%s", mark && color ? "\033[1;31m" : "", wide, mark && color ? "\033[0m" : "");
}

static void zip(GString *out, const Column *left, const Column *right, bool color)
{
    for (guint i = 0; i < MAX(left->text->len, right->text->len); i++) {
        g_string_append(out, "  ");
        append_cell(out, left, i, color, false);
        g_string_append(out, " | ");
        append_cell(out, right, i, color, true);
        while (out->len && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
}

/* ---- messages ---- */

static const UcTraceField *field_of(const UcTraceMessage *m, const char *name)
{
    for (unsigned i = 0; m && i < m->fields; i++) {
        if (!strcmp(m->field[i].name, name))
            return &m->field[i];
    }
    return NULL;
}

static long first_difference(const char *a, const char *b)
{
    long at = 0;
    while (a[at] && a[at] == b[at])
        at++;
    return a[at] == b[at] ? -1 : at;
}

/* One line: "opened text=8a1f0c.. count=28". The values as such stand where entries differ. */
static char *brief(const UcTraceMessage *m)
{
    GString *out = g_string_new(strcmp(m->kind, "empty") ? m->kind : "(nothing: control came back)");
    for (unsigned i = 0; i < m->fields; i++) {
        g_autofree char *shown = printable(m->field[i].text);
        bool hex = strlen(shown) > BRIEF_ROOM && strspn(shown, "0123456789abcdef") == strlen(shown);
        g_autofree char *value = g_utf8_strlen(shown, -1) > BRIEF_ROOM
                                     ? g_utf8_substring(shown, 0, hex ? 6 : BRIEF_ROOM - 2) : g_strdup(shown);
        g_string_append_printf(out, " %s=%s%s", m->field[i].name, value, strcmp(value, shown) ? ".." : "");
    }
    return g_string_free(out, FALSE);
}

/* ---- the entry that differs ---- */

static void field_cell(Column *c, const char *name, const char *value, const char *other)
{
    GString *text = g_string_new(NULL);
    gboolean mark = !value || !other || strcmp(value, other);
    if (!value) {
        g_string_free(text, TRUE);
        cell(c, FALSE, g_strdup(""));
        return;
    }
    g_string_append_printf(text, "%-12s ", name);
    rep_text_value(text, value, VALUE_ROOM, mark && other ? first_difference(value, other) : -1);
    cell(c, mark, g_string_free(text, FALSE));
}

static void entry_side(Column *c, const UcTraceActivation *mine, const UcTraceActivation *other, unsigned entry)
{
    if (!mine) {
        cell(c, TRUE, g_strdup_printf("(no entry %u: the view ends before it)", entry));
        return;
    }
    const char *from = mine->from ? mine->from : "nobody", *kind = mine->in.kind;
    field_cell(c, "from", from, other ? other->from ? other->from : "nobody" : NULL);
    if (mine->from && strcmp(mine->from, mine->peer))
        field_cell(c, "about", mine->peer, other ? other->peer : NULL);
    field_cell(c, "message", !strcmp(kind, "empty") ? "none: control came back" : kind,
               !other ? NULL : !strcmp(other->in.kind, "empty") ? "none: control came back" : other->in.kind);
    bool same_kind = other && !strcmp(kind, other->in.kind);
    for (unsigned i = 0; i < mine->in.fields; i++) {
        const UcTraceField *f = &mine->in.field[i], *g = same_kind ? field_of(&other->in, f->name) : NULL;
        field_cell(c, f->name, f->text, g ? g->text : NULL);
    }
}

/* ---- how it came about ---- */

/* "[persists, crash after] ", or nothing. */
static void append_marks(GString *out, const UcTraceActivation *a)
{
    g_autoptr(GString) marks = g_string_new(NULL);
    if (a->persists)
        g_string_append(marks, a->persists > 1 ? ", persists more than once" : ", persists");
    if (a->crash)
        g_string_append_printf(marks, ", crash %s", a->crash);
    if (a->ignored)
        g_string_append(marks, ", ignored");
    if (a->down)
        g_string_append(marks, ", then down");
    if (marks->len)
        g_string_append_printf(out, "[%s] ", marks->str + 2);
}

static char *activation_text(const UcTraceActivation *a)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%4" G_GUINT64_FORMAT " %-6s ", a->n, a->machine);
    append_marks(out, a);
    if (a->result == UC_SEND) {
        g_autofree char *message = brief(a->out);
        g_string_append_printf(out, "-> %-6s %s", a->to, message);
    } else if (a->result == UC_HALT) {
        g_string_append_printf(out, "ends the run with guess bit %d", a->bit);
    } else {
        g_string_append(out, a->result == UC_FAIL ? "refuses" : "passes");
        if (a->reason) {
            g_autofree char *reason = printable(a->reason);
            g_string_append_printf(out, ": %s", reason);
        }
    }
    return g_string_free(out, FALSE);
}

/* From Z's last write before `end` on: the activations [start, end). */
static unsigned chain_start(const UcTrace *t, UcTraceWorld world, unsigned end)
{
    unsigned i = end;
    while (i > 0 && strcmp(uc_trace_activation(t, world, i - 1)->machine, "Z"))
        i--;
    return i > 0 ? i - 1 : 0;
}

/* How often Z acted up to and with activation `last` (an index). */
static unsigned turns_of_z(const UcTrace *t, UcTraceWorld world, unsigned last)
{
    unsigned turns = 0;
    for (unsigned i = 0; i <= last && i < uc_trace_activations(t, world); i++)
        turns += !strcmp(uc_trace_activation(t, world, i)->machine, "Z");
    return turns;
}

/* Where Z acts for the `turns`th time; `end` if it does not. */
static unsigned turn_of_z(const UcTrace *t, UcTraceWorld world, unsigned turns, unsigned end)
{
    for (unsigned i = 0; i < end; i++) {
        turns -= !strcmp(uc_trace_activation(t, world, i)->machine, "Z");
        if (!turns)
            return i;
    }
    return end;
}

static void chain_side(Column *c, const UcTrace *t, UcTraceWorld world, unsigned start, unsigned end)
{
    for (unsigned i = start; i < end; i++)
        cell(c, FALSE, activation_text(uc_trace_activation(t, world, i)));
}

/* The activation (as an index) that reads what is to be explained: the chain ends before it. */
static unsigned chain_end(const UcTrace *t, UcTraceWorld world)
{
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    bool read = v->entry >= 0 && v->activation[world];
    if (read)
        return (unsigned)v->activation[world] - 1;
    if (v->entry < 0 && v->activation[world]) /* a rule broken in this activation: it is part of the chain */
        return (unsigned)v->activation[world];
    return uc_trace_activations(t, world);
}

static void chain(GString *out, const UcTrace *t, bool color)
{
    static const char *const name[] = { "real", "ideal" };
    Column side[UC_TRACE_WORLDS];
    unsigned start[UC_TRACE_WORLDS], end[UC_TRACE_WORLDS];
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    const bool failed = !strcmp(v->verdict, "simulation failed");
    for (UcTraceWorld w = UC_TRACE_REAL; w < UC_TRACE_WORLDS; w++) {
        end[w] = chain_end(t, w);
        start[w] = chain_start(t, w, end[w]);
    }
    if (failed && end[UC_TRACE_IDEAL]) /* the real world went on: what it made of the same input is what matters */
        start[UC_TRACE_REAL] = turn_of_z(t, UC_TRACE_REAL, turns_of_z(t, UC_TRACE_IDEAL, start[UC_TRACE_IDEAL]), end[UC_TRACE_REAL]);
    for (int w = 0; w < UC_TRACE_WORLDS; w++) {
        side[w] = column_new();
        if (!v->world || v->entry >= 0 || !strcmp(v->world, name[w]) || failed)
            chain_side(&side[w], t, (UcTraceWorld)w, start[w], end[w]);
    }
    g_string_append(out, "\n  How it came about, from Z's last write (number of the activation, machine, what it did):\n");
    rule(out);
    zip(out, &side[0], &side[1], color);
    for (int w = 0; w < UC_TRACE_WORLDS; w++)
        column_clear(&side[w]);
}

/* ---- the view before it ---- */

static void equal_entries(GString *out, const UcTrace *t, unsigned end, unsigned before)
{
    unsigned from = end > before ? end - before : 0;
    if (from > 0)
        g_string_append_printf(out, "  entries 0 to %u: identical in the view of Z\n", from - 1);
    for (unsigned i = from; i < end; i++) {
        const UcTraceActivation *a = uc_trace_view(t, UC_TRACE_REAL, i);
        if (!a)
            break;
        g_autofree char *message = brief(&a->in);
        g_autofree char *line = g_strdup_printf("%-6s %s", a->from ? a->from : "", message);
        g_autofree char *wide = fit(line, 2 * REP_TEXT_CELL - 6);
        g_string_append_printf(out, "  %5u =  %s\n", i, g_strchomp(wide));
    }
}

static void heading(GString *out, const UcTrace *t)
{
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    g_autofree char *title = printable(uc_trace_header(t).title ? uc_trace_header(t).title : "(no title)");
    g_autofree char *why = printable(v->why ? v->why : "");
    g_string_append_printf(out, "%s\n  %s", title, v->verdict);
    if (v->rule)
        g_string_append_printf(out, ": %s", v->rule);
    else if (*why && strcmp(why, v->verdict))
        g_string_append_printf(out, ": %s", g_str_has_prefix(why, v->verdict) ? why + MIN(strlen(why), strlen(v->verdict) + 2) : why);
    if (v->world)
        g_string_append_printf(out, " (%s world)", v->world);
    g_string_append_c(out, '\n');
}

static void differing_entry(GString *out, const UcTrace *t, bool color)
{
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    const UcTraceActivation *entry[UC_TRACE_WORLDS];
    Column side[UC_TRACE_WORLDS];
    for (int w = 0; w < UC_TRACE_WORLDS; w++)
        entry[w] = uc_trace_view(t, (UcTraceWorld)w, (unsigned)v->entry);
    for (int w = 0; w < UC_TRACE_WORLDS; w++) {
        side[w] = column_new();
        entry_side(&side[w], entry[w], entry[!w], (unsigned)v->entry);
    }
    g_string_append_printf(out, "  %5u *  differs:\n\n", (unsigned)v->entry);
    Column left = column_new(), right = column_new();
    cell(&left, FALSE, g_strdup("REAL WORLD"));
    cell(&right, FALSE, g_strdup("IDEAL WORLD"));
    zip(out, &left, &right, false);
    column_clear(&left);
    column_clear(&right);
    rule(out);
    zip(out, &side[0], &side[1], color);
    for (int w = 0; w < UC_TRACE_WORLDS; w++)
        column_clear(&side[w]);
}

char *rep_text_divergence(const UcTrace *t, const RepTextOptions *options)
{
    g_assert(t);
    const RepTextOptions *o = options ? options : &plain_options;
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    GString *out = g_string_new(NULL);
    if (!v->verdict || !strcmp(v->verdict, "indistinguishable")) {
        g_string_append_printf(out, "no divergence: %s\n", v->verdict ? v->verdict : "one world only");
        return g_string_free(out, FALSE);
    }
    heading(out, t);
    unsigned before = o->before ? o->before : REP_TEXT_BEFORE;
    unsigned real = uc_trace_view_entries(t, UC_TRACE_REAL), ideal = uc_trace_view_entries(t, UC_TRACE_IDEAL);
    g_string_append(out, "\n  The view of Z:\n");
    equal_entries(out, t, v->entry >= 0 ? (unsigned)v->entry : MIN(real, ideal), before);
    if (v->entry >= 0)
        differing_entry(out, t, o->color);
    chain(out, t, o->color);
    return g_string_free(out, FALSE);
}

/* ---- one world ---- */

char *rep_text_run(const UcTrace *t, UcTraceWorld world, const RepTextOptions *options)
{
    g_assert(t && world < UC_TRACE_WORLDS);
    GString *out = g_string_new(NULL);
    g_autofree char *title = printable(uc_trace_header(t).title ? uc_trace_header(t).title : "(no title)");
    g_autofree char *seed = uc_trace_seed(t);
    g_string_append_printf(out, "%s\n  %s world, seed %s\n\n", title, world == UC_TRACE_REAL ? "real" : "ideal", seed);
    bool color = options && options->color;
    for (unsigned i = 0; i < uc_trace_activations(t, world); i++) {
        const UcTraceActivation *a = uc_trace_activation(t, world, i);
        g_autofree char *text = activation_text(a);
        bool z = !strcmp(a->machine, "Z");
        if (a->view >= 0) {
            g_autofree char *read = brief(&a->in);
            g_string_append_printf(out, "                   Z reads %s (entry %" G_GINT64_FORMAT ")\n", read, a->view);
        }
        g_string_append_printf(out, "%s%s%s\n", z && color ? "\033[1m" : "", text, z && color ? "\033[0m" : "");
    }
    const UcTraceVerdict *v = uc_trace_verdict_of(t);
    g_autofree char *why = printable(v->why ? v->why : "");
    g_string_append_printf(out, "\n%s%s%s\n", why, v->rule ? "; broken rule: " : "", v->rule ? v->rule : "");
    return g_string_free(out, FALSE);
}
