#include "report/chart_words.h"

#include <string.h>

enum { HEX_LEAST = 16 }; /* shorter strings of hex digits are taken for texts */

struct RepWords {
    const UcMessageTable *messages;
    GHashTable *name;    /* hex -> "k1" */
    GHashTable *counter; /* "k" -> how many */
};

RepWords *rep_words_new(const UcMessageTable *messages)
{
    RepWords *words = g_new0(RepWords, 1);
    words->messages = messages;
    words->name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    words->counter = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return words;
}

void rep_words_free(RepWords *words)
{
    if (!words)
        return;
    g_hash_table_unref(words->name);
    g_hash_table_unref(words->counter);
    g_free(words);
}

static bool is_hex(const char *text)
{
    size_t n = strspn(text, "0123456789abcdef");
    return n >= HEX_LEAST && n % 2 == 0 && !text[n];
}

static bool is_said(const RepWords *words, const char *kind, const char *field)
{
    int number = uc_message_find(words->messages, kind);
    const UcMessageKind *k = number >= 0 ? uc_message_kind(words->messages, (UcWord)number) : NULL;
    for (unsigned i = 0; k && i < uc_message_fields(k); i++) {
        if (!strcmp(k->field[i].name, field))
            return k->field[i].said;
    }
    return false;
}

/* One or two letters say it all; of longer names the first letter does. A payload's bytes are called by its kind. */
static char *stem(const char *kind, const char *field)
{
    const char *of = strcmp(field, "bytes") ? field : kind;
    return strlen(of) <= 2 ? g_strdup(of) : g_utf8_substring(of, 0, 1);
}

static void learn(RepWords *words, const char *kind, const char *field, const char *hex)
{
    if (g_hash_table_contains(words->name, hex))
        return;
    char *key = stem(kind, field);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(words->counter, key)) + 1;
    g_hash_table_insert(words->name, g_strdup(hex), g_strdup_printf("%s%u", key, number));
    g_hash_table_insert(words->counter, key, GUINT_TO_POINTER(number));
}

void rep_words_learn(RepWords *words, const UcTraceMessage *message)
{
    g_assert(words);
    if (!message)
        return;
    for (unsigned i = 0; i < message->fields; i++) {
        const UcTraceField *f = &message->field[i];
        if (f->type == UC_VALUE_TEXT && is_hex(f->text) && !is_said(words, message->kind, f->name))
            learn(words, message->kind, f->name, f->text);
    }
}

const char *rep_words_name(RepWords *words, const char *hex)
{
    g_assert(words && hex);
    return g_hash_table_lookup(words->name, hex);
}

char *rep_cut(const char *text, glong chars)
{
    g_assert(text && chars > 0);
    if (g_utf8_strlen(text, -1) <= chars)
        return g_strdup(text);
    g_autofree char *head = g_utf8_substring(text, 0, chars - 1);
    return g_strconcat(head, "…", NULL);
}

/* Control characters would break lines and files. */
char *rep_visible(const char *text)
{
    g_assert(text);
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == '\n')
            g_string_append(out, "\\n");
        else if (g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff)
            g_string_append_unichar(out, 0xfffd);
        else
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

/* ---- one value ---- */

static char *short_text(RepWords *words, const char *kind, const char *field, const char *text)
{
    const bool said = is_said(words, kind, field);
    const char *name = said ? NULL : rep_words_name(words, text);
    if (name)
        return g_strdup(name);
    g_autofree char *shown = rep_visible(text);
    g_autofree char *cut = rep_cut(shown, REP_TEXT_CHARS);
    return said ? g_strdup_printf("\"%s\"", cut) : g_steal_pointer(&cut);
}

static char *full_text(RepWords *words, const char *text)
{
    const char *name = rep_words_name(words, text);
    if (!name) {
        g_autofree char *shown = rep_visible(text);
        return rep_cut(shown, 4 * REP_TOOLTIP_BYTES);
    }
    size_t bytes = strlen(text) / 2;
    if (bytes <= REP_TOOLTIP_BYTES)
        return g_strdup_printf("%s = %s", name, text);
    return g_strdup_printf("%s = %.*s… (%zu bytes)", name, 2 * REP_TOOLTIP_BYTES, text, bytes);
}

static char *value(RepWords *words, const char *kind, const UcTraceField *f, bool full)
{
    switch (f->type) {
    case UC_VALUE_NONE: return g_strdup("none");
    case UC_VALUE_NUMBER: return g_strdup(f->text);
    case UC_VALUE_TEXT: return full ? full_text(words, f->text) : short_text(words, kind, f->name, f->text);
    default: return rep_cut(*f->text || full ? f->text : "∅", full ? 4 * REP_TOOLTIP_BYTES : REP_TEXT_CHARS);
    }
}

/* What says nothing in a label: a field without a value, and how many writes a crash loses where it loses none. */
static bool is_noise(const UcTraceMessage *message, const UcTraceField *f)
{
    return f->type == UC_VALUE_NONE ||
           (!strcmp(message->kind, "crash") && !strcmp(f->name, "lost") && !strcmp(f->text, "0"));
}

/* ---- messages ---- */

char *rep_words_label(RepWords *words, const UcTraceMessage *message)
{
    g_assert(words);
    if (!message)
        return g_strdup("");
    g_autofree char *kind = rep_visible(message->kind);
    GString *out = g_string_new(kind);
    const char *comma = "(";
    for (unsigned i = 0; i < message->fields; i++) {
        if (is_noise(message, &message->field[i]))
            continue;
        g_autofree char *item = value(words, message->kind, &message->field[i], false);
        g_string_append_printf(out, "%s%s", comma, item);
        comma = ", ";
    }
    if (comma[0] == ',')
        g_string_append_c(out, ')');
    char *cut = rep_cut(out->str, REP_LABEL_CHARS);
    g_string_free(out, TRUE);
    return cut;
}

char *rep_words_full(RepWords *words, const UcTraceMessage *message)
{
    g_assert(words);
    if (!message)
        return g_strdup("");
    g_autofree char *kind = rep_visible(message->kind);
    GString *out = g_string_new(kind);
    for (unsigned i = 0; i < message->fields; i++) {
        g_autofree char *item = value(words, message->kind, &message->field[i], true);
        g_autofree char *field = rep_visible(message->field[i].name);
        g_string_append_printf(out, "\n  %s = %s", field, item);
    }
    return g_string_free(out, FALSE);
}
