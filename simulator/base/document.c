#include "simulator/base/document.h"

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <string.h>

/* Where a text is read: what is wrong is told by line and column. */
typedef struct {
    const char *at, *end, *line;
    unsigned number, levels;
    bool quoted;
} Place;

/* Always false. */
static bool wrong(const Place *p, const char *what, GError **error)
{
    g_autofree char *line = p->number > 1 ? g_strdup_printf("line %u, ", p->number) : g_strdup("");
    g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, "%scolumn %zu: expected %s", line,
                (size_t)(p->at - p->line) + 1, what);
    return false;
}

static bool too_deep(const Place *p, GError **error)
{
    g_autofree char *what = g_strdup_printf("at most %d levels of brackets, got more", UC_DOCUMENT_LEVELS);
    return wrong(p, what, error);
}

static bool no_json(const Place *p, GError **error)
{
    const unsigned char c = (unsigned char)*p->at;
    g_autofree char *what = g_strdup_printf(c > ' ' && c < 0x7f ? "JSON, got '%c'" : "JSON, got byte 0x%02x", c);
    return wrong(p, what, error);
}

/* RFC 8259 outside of strings: blanks, brackets, commas, colons, numbers and words. */
static bool may_stand(char c)
{
    return g_ascii_isalnum(c) || (c && strchr(" \t\r\n{}[]:,\"+-.", c));
}

static void step(Place *p)
{
    const char c = *p->at;
    if (c == '"')
        p->quoted = !p->quoted;
    else if (p->quoted && c == '\\' && p->at + 1 < p->end)
        p->at++;
    else if (!p->quoted && (c == '[' || c == '{'))
        p->levels++;
    else if (!p->quoted && (c == ']' || c == '}'))
        p->levels -= p->levels > 0;
    if (*p->at == '\n') {
        p->number++;
        p->line = p->at + 1;
    }
    p->at++;
}

static bool is_shallow(const char *text, size_t length, GError **error)
{
    Place p = { text, text + length, text, 1, 0, false };
    while (p.at < p.end) {
        if (!p.quoted && !may_stand(*p.at))
            return no_json(&p, error);
        if (!p.quoted && (*p.at == '[' || *p.at == '{') && p.levels == UC_DOCUMENT_LEVELS)
            return too_deep(&p, error);
        step(&p);
    }
    return true;
}

JsonNode *uc_document(const char *text, size_t length, GError **error)
{
    g_assert(text || !length);
    if (!is_shallow(text, length, error))
        return NULL;
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    if (!json_parser_load_from_data(parser, text, (gssize)length, error))
        return NULL;
    JsonNode *root = json_parser_steal_root(parser);
    if (!root)
        g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, "expected JSON, got nothing");
    return root;
}
