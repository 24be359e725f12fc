/* The text of schedules: reading, printing, leaving moves out. */
#include "simulator/trace/schedule.h"

#include <stdarg.h>
#include <string.h>

#include "simulator/base/json.h"

G_DEFINE_QUARK(ucsim-schedule-error, uc_schedule_error)

#define FIRST_WORD "ucsim-schedule"
#define HEX "hex:"
#define MADE "made:"

/* Past blanks, empty lines and comments. */
static size_t first_word(const char *text, size_t length)
{
    size_t at = 0;
    bool comment = false;
    for (; at < length && (comment || text[at] == '#' || (text[at] && strchr(" \t\r\n", text[at]))); at++)
        comment = text[at] == '#' || (comment && text[at] != '\n');
    return at;
}

bool uc_schedule_is_one(const char *text, size_t length)
{
    g_assert(text || !length);
    size_t at = first_word(text, length);
    text += at;
    length -= at;
    return length >= strlen(FIRST_WORD) && !memcmp(text, FIRST_WORD, strlen(FIRST_WORD));
}

/* ---- options ---- */

static void option_free(gpointer data)
{
    UcOption *o = data;
    g_free(o->name);
    g_strfreev(o->value);
    g_free(o);
}

UcOptions *uc_options_new(void)
{
    return g_ptr_array_new_with_free_func(option_free);
}

static void add_option(UcOptions *options, const char *name, const char *const *values, bool list)
{
    UcOption *o = g_new0(UcOption, 1);
    o->name = g_strdup(name);
    o->value = g_strdupv((char **)values);
    o->list = list;
    g_ptr_array_add(options, o);
}

void uc_options_add(UcOptions *options, const char *name, const char *value)
{
    g_assert(options && name && value);
    const char *const one[] = { value, NULL };
    add_option(options, name, one, false);
}

void uc_options_add_list(UcOptions *options, const char *name, const char *const *values)
{
    g_assert(options && name && values);
    add_option(options, name, values, true);
}

void uc_options_place(UcOptions *options, guint first, unsigned line)
{
    g_assert(options);
    for (guint i = first; i < options->len; i++)
        ((UcOption *)options->pdata[i])->line = line;
}

const UcOption *uc_options_get(const UcOptions *options, const char *name)
{
    g_assert(options && name);
    for (guint i = 0; i < options->len; i++) {
        const UcOption *o = options->pdata[i];
        if (!strcmp(o->name, name))
            return o;
    }
    return NULL;
}

void uc_options_set(UcOptions *options, const char *name, const char *value)
{
    g_assert(options && name && value);
    for (guint i = 0; i < options->len; i++) {
        UcOption *o = options->pdata[i];
        if (strcmp(o->name, name))
            continue;
        g_strfreev(o->value);
        o->value = g_new0(char *, 2);
        o->value[0] = g_strdup(value);
        o->list = false;
        return;
    }
    uc_options_add(options, name, value);
}

/* ---- moves ---- */

static void mutation_clear(gpointer data)
{
    UcMutation *m = data;
    g_clear_pointer(&m->bytes, g_byte_array_unref);
}

static void term_free(gpointer data)
{
    UcTerm *t = data;
    g_free(t->text);
    g_free(t->field);
    g_clear_pointer(&t->bytes, g_byte_array_unref);
    g_clear_pointer(&t->mutation, g_array_unref);
    g_clear_pointer(&t->source, g_array_unref);
    g_free(t);
}

static void move_free(gpointer data)
{
    UcMove *m = data;
    g_free(m->name);
    g_ptr_array_unref(m->term);
    g_free(m);
}

UcMove *uc_schedule_append(UcSchedule *s, const char *name, unsigned line)
{
    g_assert(s && name);
    UcMove *m = g_new0(UcMove, 1);
    m->name = g_strdup(name);
    m->term = g_ptr_array_new_with_free_func(term_free);
    m->line = line;
    g_ptr_array_add(s->move, m);
    return m;
}

UcTerm *uc_move_term(UcMove *m, UcTermType type)
{
    g_assert(m);
    UcTerm *t = g_new0(UcTerm, 1);
    t->type = type;
    g_ptr_array_add(m->term, t);
    return t;
}

bool uc_term_is_bytes(const UcTerm *t)
{
    return t->type == UC_TERM_HEX || t->type == UC_TERM_MADE || t->type == UC_TERM_REFERENCE;
}

void uc_term_mutate(UcTerm *t, UcMutation m)
{
    g_assert(t);
    if (!t->mutation) {
        t->mutation = g_array_new(FALSE, FALSE, sizeof(UcMutation));
        g_array_set_clear_func(t->mutation, mutation_clear);
    }
    g_array_append_val(t->mutation, m);
}

void uc_term_made_from(UcTerm *t, unsigned move)
{
    g_assert(t);
    if (!t->source)
        t->source = g_array_new(FALSE, FALSE, sizeof move);
    g_array_append_val(t->source, move);
}

int uc_schedule_field(const UcMessageKind *kind, const char *asked, const char *argument)
{
    g_assert(kind && argument);
    int first = -1;
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        const UcField *f = &kind->field[i];
        if (!uc_message_handle(kind, i))
            continue;
        if (!strcmp(f->name, asked ? asked : argument))
            return (int)i;
        first = first < 0 ? (int)i : first;
    }
    return asked ? -1 : first;
}

UcSchedule *uc_schedule_new(const char *file)
{
    UcSchedule *s = g_new0(UcSchedule, 1);
    s->file = file ? g_path_get_basename(file) : g_strdup("schedule");
    s->options = uc_options_new();
    s->move = g_ptr_array_new_with_free_func(move_free);
    return s;
}

void uc_schedule_free(UcSchedule *s)
{
    if (!s)
        return;
    g_free(s->file);
    g_ptr_array_unref(s->options);
    g_ptr_array_unref(s->move);
    g_free(s);
}

const UcMove *uc_schedule_move(const UcSchedule *s, unsigned number)
{
    g_assert(s && number >= 1 && number <= s->move->len);
    return s->move->pdata[number - 1];
}

/* ---- reading ---- */

typedef struct {
    const char *file;
    unsigned line;
    const char *at, *end;
    GError **error;
} Lexer;

static bool wrong(const Lexer *l, const char *expected, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool wrong(const Lexer *l, const char *expected, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *raw = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *valid = g_utf8_make_valid(raw, -1);
    g_autofree char *got = g_strescape(valid, NULL);
    g_set_error(l->error, UC_SCHEDULE_ERROR, UC_SCHEDULE_SYNTAX, "%s:%u: expected %s, got %.80s", l->file, l->line,
                expected, got);
    return false;
}

static bool quoted(Lexer *l, UcTerm *t)
{
    t->type = UC_TERM_TEXT;
    t->bytes = g_byte_array_new();
    while (++l->at < l->end && *l->at != '"') {
        uint8_t c = (uint8_t)*l->at;
        if (c == '\\') {
            const char *e = l->at + 1 < l->end ? strchr("\"\\nt", l->at[1]) : NULL;
            if (e && *e) {
                c = l->at[1] == 'n' ? '\n' : l->at[1] == 't' ? '\t' : (uint8_t)l->at[1];
                l->at++;
            } else if (l->end - l->at > 3 && l->at[1] == 'x' && g_ascii_isxdigit(l->at[2]) && g_ascii_isxdigit(l->at[3])) {
                c = (uint8_t)(g_ascii_xdigit_value(l->at[2]) << 4 | g_ascii_xdigit_value(l->at[3]));
                l->at += 3;
            } else {
                return wrong(l, "one of \\\" \\\\ \\n \\t \\xHH", "another escape");
            }
        }
        uc_append_u8(t->bytes, c);
    }
    if (l->at >= l->end)
        return wrong(l, "a closing quote", "the end of the line");
    l->at++;
    if (l->at < l->end && !strchr(" \t\r", *l->at))
        return wrong(l, "a blank after a closing quote", "'%.1s'", l->at);
    return true;
}

static bool number(const char *text, uint64_t *out)
{
    return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, out, NULL);
}

static bool is_name(const char *text)
{
    if (!g_ascii_isalpha(*text))
        return false;
    for (; *text; text++) {
        if (!g_ascii_isalnum(*text) && *text != '-' && *text != '_')
            return false;
    }
    return true;
}

static bool reference(const Lexer *l, const char *word, UcTerm *t)
{
    const char *sign = strchr(word, '@');
    g_autofree char *tail = g_strdup(sign + 1);
    char *dot = strchr(tail, '.');
    uint64_t move;
    if (dot)
        *dot++ = 0;
    t->type = UC_TERM_REFERENCE;
    t->text = g_strndup(word, (gsize)(sign - word));
    if (!is_name(t->text) || !number(tail, &move) || move < 1 || move > UC_SCHEDULE_MOVES || (dot && !is_name(dot)))
        return wrong(l, "a name such as object@3 or object@3.field", "'%s'", word);
    t->move = (unsigned)move;
    t->field = g_strdup(dot);
    return true;
}

static bool hex(const Lexer *l, const char *word, const char *digits, GByteArray **out)
{
    *out = uc_unhex(digits);
    return *out || wrong(l, "an even number of hex digits", "'%s'", word);
}

static UcTerm *bytes_before(const GPtrArray *terms)
{
    UcTerm *last = terms->len ? terms->pdata[terms->len - 1] : NULL;
    return last && uc_term_is_bytes(last) ? last : NULL;
}

/* from:N behind bytes, like a mutation: made from what move N brought. False with *is_one when it is one and wrong. */
static bool source(const Lexer *l, const char *word, GPtrArray *terms, bool *is_one)
{
    static const char prefix[] = "from:";
    UcTerm *last = bytes_before(terms);
    uint64_t move;
    *is_one = g_str_has_prefix(word, prefix);
    if (!*is_one)
        return true;
    if (!last || !number(word + strlen(prefix), &move) || move < 1 || move > UC_SCHEDULE_MOVES)
        return wrong(l, "bytes, then from: and the number of a move", "'%s'", word);
    uc_term_made_from(last, (unsigned)move);
    return true;
}

/* A mutation belongs to the term before it. False with *is_one when it is one and wrong. */
static bool mutation(const Lexer *l, const char *word, GPtrArray *terms, bool *is_one)
{
    static const char *const prefix[] = { "flip:", "cut:", "extend:", "set:" };
    UcMutation m = { 0 };
    unsigned type = 0;
    while (type < G_N_ELEMENTS(prefix) && !g_str_has_prefix(word, prefix[type]))
        type++;
    *is_one = type < G_N_ELEMENTS(prefix);
    if (!*is_one)
        return true;
    m.type = (UcMutationType)type;
    g_autofree char *rest = g_strdup(word + strlen(prefix[type]));
    char *colon = m.type == UC_MUTATE_SET ? strchr(rest, ':') : NULL;
    UcTerm *last = bytes_before(terms);
    if (!last)
        return wrong(l, "bytes before a mutation", "'%s'", word);
    if (colon)
        *colon++ = 0;
    if (m.type != UC_MUTATE_EXTEND && !number(rest, &m.at))
        return wrong(l, "flip:BIT, cut:BYTES, extend:HEX or set:OFFSET:HEX", "'%s'", word);
    if (m.type == UC_MUTATE_SET && !colon)
        return wrong(l, "set:OFFSET:HEX", "'%s'", word);
    if (m.type >= UC_MUTATE_EXTEND && !hex(l, word, colon ? colon : rest, &m.bytes))
        return false;
    uc_term_mutate(last, m);
    return true;
}

static bool term(Lexer *l, GPtrArray *terms)
{
    UcTerm *t = g_new0(UcTerm, 1);
    g_ptr_array_add(terms, t);
    if (*l->at == '"')
        return quoted(l, t);
    const char *start = l->at;
    while (l->at < l->end && !(*l->at && strchr(" \t\r\"", *l->at))) {
        if ((unsigned char)*l->at < 0x21 || (unsigned char)*l->at > 0x7e)
            return wrong(l, "printable ASCII (or a text in quotes)", "byte 0x%02x", (unsigned char)*l->at);
        l->at++;
    }
    g_autofree char *word = g_strndup(start, (gsize)(l->at - start));
    bool made = g_str_has_prefix(word, MADE);
    if (made || g_str_has_prefix(word, HEX)) {
        t->type = made ? UC_TERM_MADE : UC_TERM_HEX;
        return hex(l, word, word + strlen(made ? MADE : HEX), &t->bytes);
    }
    if (strchr(word, '@'))
        return reference(l, word, t);
    g_ptr_array_set_size(terms, (gint)terms->len - 1);
    bool is_mutation, is_source;
    if (!mutation(l, word, terms, &is_mutation) || !source(l, word, terms, &is_source))
        return false;
    if (is_mutation || is_source)
        return true;
    t = g_new0(UcTerm, 1);
    g_ptr_array_add(terms, t);
    t->type = UC_TERM_WORD;
    t->text = g_steal_pointer(&word);
    return true;
}

/* The terms of a line up to its end or a comment. */
static bool terms_of(Lexer *l, GPtrArray *terms)
{
    for (;;) {
        while (l->at < l->end && *l->at && strchr(" \t\r", *l->at))
            l->at++;
        if (l->at >= l->end || *l->at == '#')
            return true;
        if (terms->len >= UC_SCHEDULE_TERMS)
            return wrong(l, "at most " G_STRINGIFY(UC_SCHEDULE_TERMS) " terms in a line", "more");
        if (!term(l, terms))
            return false;
    }
}

static bool add_terms(UcSchedule *s, const Lexer *l, GPtrArray *terms)
{
    const UcTerm *name = terms->pdata[0];
    if (name->type != UC_TERM_WORD || !is_name(name->text))
        return wrong(l, "the name of a move", "something else");
    if (s->move->len >= UC_SCHEDULE_MOVES)
        return wrong(l, "at most a million moves", "more");
    UcMove *m = uc_schedule_append(s, name->text, l->line);
    while (terms->len > 1)
        g_ptr_array_add(m->term, g_ptr_array_steal_index(terms, 1));
    return true;
}

bool uc_schedule_add(UcSchedule *s, const char *text, size_t length, unsigned line, GError **error)
{
    g_assert(s && (text || !length));
    Lexer l = { s->file, line, text, text + length, error };
    g_autoptr(GPtrArray) terms = g_ptr_array_new_with_free_func(term_free);
    if (!terms_of(&l, terms))
        return false;
    return terms->len ? add_terms(s, &l, terms) : wrong(&l, "a move", "an empty line");
}

static void print_term(GString *out, const UcTerm *t);

static char *plain_value(const UcTerm *t)
{
    if (t->type == UC_TERM_WORD)
        return g_strdup(t->text);
    if (t->type == UC_TERM_TEXT && uc_json_plain((const char *)t->bytes->data, t->bytes->len))
        return uc_text_of(t->bytes);
    return NULL;
}

static bool add_option_line(UcSchedule *s, const Lexer *l, GPtrArray *terms)
{
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();
    const UcTerm *name = terms->len > 2 ? terms->pdata[1] : NULL;
    if (!name || name->type != UC_TERM_WORD)
        return wrong(l, "option NAME VALUE...", "something else");
    if (uc_options_get(s->options, name->text))
        return wrong(l, "every option once", "'%s' again", name->text);
    if (s->move->len)
        return wrong(l, "options before the first move", "option %s", name->text);
    for (guint i = 2; i < terms->len; i++) {
        g_autofree char *value = plain_value(terms->pdata[i]);
        if (!value) {
            g_autoptr(GString) got = g_string_new(NULL);
            print_term(got, terms->pdata[i]);
            return wrong(l, "a word or a text as the value of an option", "%s", got->str + 1);
        }
        g_strv_builder_add(values, value);
    }
    g_auto(GStrv) row = g_strv_builder_end(values);
    add_option(s->options, name->text, (const char *const *)row, terms->len > 3);
    uc_options_place(s->options, s->options->len - 1, l->line);
    return true;
}

/* Another kind of file is not taken apart: what is wrong with its first line is that it is none of ours. */
static bool begins(const Lexer *l)
{
    const char *at = l->at + first_word(l->at, (size_t)(l->end - l->at));
    size_t length = (size_t)(l->end - at);
    return !length || uc_schedule_is_one(at, length) ||
           wrong(l, "'ucsim-schedule 1' as the first line", "'%.*s'", (int)MIN(length, 40), at);
}

static bool first_line(const Lexer *l, GPtrArray *terms)
{
    const UcTerm *name = terms->len == 2 ? terms->pdata[0] : NULL, *version = name ? terms->pdata[1] : NULL;
    if (!name || name->type != UC_TERM_WORD || strcmp(name->text, FIRST_WORD))
        return wrong(l, "'ucsim-schedule 1' as the first line", "something else");
    if (version->type != UC_TERM_WORD || strcmp(version->text, "1"))
        return wrong(l, "version 1 of the schedule format", "version '%s'",
                     version->text ? version->text : "?");
    return true;
}

static bool read_line(UcSchedule *s, Lexer *l, bool *begun)
{
    g_autoptr(GPtrArray) terms = g_ptr_array_new_with_free_func(term_free);
    if ((!*begun && !begins(l)) || !terms_of(l, terms))
        return false;
    if (!terms->len)
        return true;
    if (!*begun) {
        *begun = true;
        return first_line(l, terms);
    }
    const UcTerm *name = terms->pdata[0];
    if (name->type == UC_TERM_WORD && !strcmp(name->text, "option"))
        return add_option_line(s, l, terms);
    return add_terms(s, l, terms);
}

UcSchedule *uc_schedule_read(const char *text, size_t length, const char *file, GError **error)
{
    g_assert(text || !length);
    g_autoptr(UcSchedule) s = uc_schedule_new(file);
    bool begun = false;
    unsigned line = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        Lexer l = { s->file, ++line, at, stop, error };
        if (!read_line(s, &l, &begun))
            return NULL;
        at = stop + 1;
    }
    Lexer l = { s->file, line + 1, text, text, error };
    if (!begun) {
        wrong(&l, "'ucsim-schedule 1' as the first line", "an empty file");
        return NULL;
    }
    return g_steal_pointer(&s);
}

/* ---- printing ---- */

static bool is_bare(const uint8_t *text, size_t length)
{
    if (length == 0 || length > 80 || !g_ascii_isalnum(text[0]))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && !strchr("_-./+", text[i]))
            return false;
    }
    /* words that mean something else */
    return !(length == 4 && !memcmp(text, "none", 4)) && !(length == 3 && !memcmp(text, "any", 3));
}

static void print_hex(GString *out, const char *prefix, const GByteArray *bytes)
{
    g_autofree char *digits = uc_hex(bytes->data, bytes->len);
    g_string_append_printf(out, "%s%s", prefix, digits);
}

static void print_text(GString *out, const uint8_t *text, size_t length)
{
    if (is_bare(text, length)) {
        g_string_append_len(out, (const char *)text, (gssize)length);
        return;
    }
    g_string_append_c(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            g_string_append_printf(out, "\\%c", text[i]);
        else if (text[i] < 0x20 || text[i] == 0x7f)
            g_string_append_printf(out, "\\x%02x", text[i]);
        else
            g_string_append_c(out, (char)text[i]);
    }
    g_string_append_c(out, '"');
}

static void print_mutation(GString *out, const UcMutation *m)
{
    static const char *const name[] = { " flip:", " cut:", " extend:", " set:" };
    g_string_append(out, name[m->type]);
    if (m->type != UC_MUTATE_EXTEND)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, m->at);
    if (m->bytes)
        print_hex(out, m->type == UC_MUTATE_SET ? ":" : "", m->bytes);
}

static void print_term(GString *out, const UcTerm *t)
{
    g_string_append_c(out, ' ');
    switch (t->type) {
    case UC_TERM_WORD: g_string_append(out, t->text); break;
    case UC_TERM_TEXT: print_text(out, t->bytes->data, t->bytes->len); break;
    case UC_TERM_HEX: print_hex(out, HEX, t->bytes); break;
    case UC_TERM_MADE: print_hex(out, MADE, t->bytes); break;
    case UC_TERM_REFERENCE:
        g_string_append_printf(out, "%s@%u%s%s", t->text, t->move, t->field ? "." : "", t->field ? t->field : "");
        break;
    }
    for (guint i = 0; t->mutation && i < t->mutation->len; i++)
        print_mutation(out, &g_array_index(t->mutation, UcMutation, i));
    for (guint i = 0; t->source && i < t->source->len; i++)
        g_string_append_printf(out, " from:%u", g_array_index(t->source, unsigned, i));
}

char *uc_move_print(const UcMove *m)
{
    g_assert(m);
    GString *out = g_string_new(m->name);
    for (guint i = 0; i < m->term->len; i++)
        print_term(out, m->term->pdata[i]);
    return g_string_free(out, FALSE);
}

char *uc_schedule_print(const UcSchedule *s)
{
    g_assert(s);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, FIRST_WORD " %d\n", UC_SCHEDULE_VERSION);
    for (guint i = 0; i < s->options->len; i++) {
        const UcOption *o = s->options->pdata[i];
        g_string_append_printf(out, "option %s", o->name);
        for (char **v = o->value; *v; v++) {
            g_string_append_c(out, ' ');
            print_text(out, (const uint8_t *)*v, strlen(*v));
        }
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < s->move->len; i++) {
        g_autofree char *line = uc_move_print(s->move->pdata[i]);
        g_string_append_printf(out, "%s\n", line);
    }
    return g_string_free(out, FALSE);
}

/* ---- leaving moves out ---- */

static UcTerm *term_copy(const UcTerm *t)
{
    UcTerm *c = g_new0(UcTerm, 1);
    c->type = t->type;
    c->text = g_strdup(t->text);
    c->field = g_strdup(t->field);
    c->move = t->move;
    c->bytes = t->bytes ? g_byte_array_ref(t->bytes) : NULL;
    c->mutation = t->mutation ? g_array_ref(t->mutation) : NULL; /* neither is changed after reading */
    for (guint i = 0; t->source && i < t->source->len; i++)
        uc_term_made_from(c, g_array_index(t->source, unsigned, i));
    return c;
}

/* What becomes of a name whose move is left out. */
typedef enum { MISSED, ANOTHER, NOTHING } Dangling;

typedef struct {
    const UcSchedule *from;
    unsigned *renumbered; /* by old numbers; 0: left out */
    Dangling dangling;
} Subset;

/* The new number of the last move before `at` that stays and brought an object of this name, or 0. That it brought one is
 * known where the schedule names it. */
static unsigned another(const Subset *s, const char *name, unsigned at)
{
    unsigned last = 0;
    for (guint i = 0; i < s->from->move->len; i++) {
        const UcMove *m = s->from->move->pdata[i];
        for (guint j = 0; j < m->term->len; j++) {
            const UcTerm *t = m->term->pdata[j];
            if (t->type == UC_TERM_REFERENCE && !strcmp(t->text, name) && t->move < at)
                last = MAX(last, s->renumbered[t->move]);
        }
    }
    return last;
}

static void become_none(UcTerm *t)
{
    t->type = UC_TERM_WORD;
    g_free(t->text);
    t->text = g_strdup("none");
    g_clear_pointer(&t->field, g_free);
    g_clear_pointer(&t->mutation, g_array_unref);
}

static bool name_again(const Subset *s, UcTerm *t, unsigned at)
{
    unsigned old = t->move;
    t->move = old < at ? s->renumbered[old] : 0;
    if (!t->move && s->dangling == ANOTHER)
        t->move = another(s, t->text, at);
    if (!t->move && s->dangling != MISSED && old < at)
        become_none(t);
    return t->move > 0 || t->type != UC_TERM_REFERENCE;
}

/* The moves that a term of move number `at` names, by their new numbers. False when one has none. */
static bool renumber(const Subset *s, UcTerm *t, unsigned at)
{
    bool all = t->type != UC_TERM_REFERENCE || name_again(s, t, at);
    for (guint i = 0; t->source && i < t->source->len; i++) {
        unsigned *move = &g_array_index(t->source, unsigned, i);
        *move = *move < at ? s->renumbered[*move] : 0;
        all = all && *move > 0;
    }
    return all;
}

static bool copy_move(const Subset *s, UcSchedule *out, const UcMove *from, unsigned number)
{
    bool all = true;
    UcMove *m = uc_schedule_append(out, from->name, from->line);
    s->renumbered[number] = out->move->len;
    for (guint j = 0; j < from->term->len; j++) {
        UcTerm *t = term_copy(from->term->pdata[j]);
        g_ptr_array_add(m->term, t);
        all = renumber(s, t, number) && all;
    }
    return all;
}

static UcSchedule *subset(const UcSchedule *s, const bool *keep, Dangling dangling)
{
    g_autoptr(UcSchedule) out = uc_schedule_new(s->file);
    g_autofree unsigned *renumbered = g_new0(unsigned, s->move->len + 1);
    Subset how = { s, renumbered, dangling };
    for (guint i = 0; i < s->options->len; i++) {
        const UcOption *o = s->options->pdata[i];
        add_option(out->options, o->name, (const char *const *)o->value, o->list);
    }
    for (guint i = 0; i < s->move->len; i++) {
        if (keep[i] && !copy_move(&how, out, s->move->pdata[i], i + 1))
            return NULL;
    }
    return g_steal_pointer(&out);
}

UcSchedule *uc_schedule_subset(const UcSchedule *s, const bool *keep)
{
    g_assert(s && keep);
    return subset(s, keep, MISSED);
}

UcSchedule *uc_schedule_mended(const UcSchedule *s, const bool *keep, bool others)
{
    g_assert(s && keep);
    return subset(s, keep, others ? ANOTHER : NOTHING);
}
