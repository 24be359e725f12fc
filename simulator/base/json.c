#include "simulator/base/json.h"

#include <string.h>

G_DEFINE_QUARK(ucsim-json-error, uc_json_error)

bool uc_json_plain(const char *text, size_t length)
{
    g_assert(text || !length);
    return !length || (!memchr(text, 0, length) && g_utf8_validate_len(text, length, NULL));
}

void uc_json_string(GString *out, const char *text, size_t length)
{
    g_assert(out && (text || !length));
    g_string_append_c(out, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        switch (c) {
        case '"': g_string_append(out, "\\\""); break;
        case '\\': g_string_append(out, "\\\\"); break;
        case '\n': g_string_append(out, "\\n"); break;
        case '\t': g_string_append(out, "\\t"); break;
        default:
            if (c < 0x20 || c == 0x7f)
                g_string_append_printf(out, "\\u%04x", c);
            else
                g_string_append_c(out, (char)c);
        }
    }
    g_string_append_c(out, '"');
}

void uc_json_text(GString *out, const char *text)
{
    g_assert(out);
    if (!text) {
        g_string_append(out, "null");
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    uc_json_string(out, valid, strlen(valid));
}

/* ---- reading ---- */

typedef struct {
    const char *start, *at, *end;
    unsigned depth;
    GError **error;
} Reader;

static void *wrong(Reader *r, const char *expected)
{
    g_autofree char *got = NULL;
    if (r->at >= r->end)
        got = g_strdup("the end of the line");
    else if (*r->at > 0x20 && *r->at < 0x7f)
        got = g_strdup_printf("'%c'", *r->at);
    else
        got = g_strdup_printf("byte 0x%02x", (unsigned char)*r->at);
    g_set_error(r->error, UC_JSON_ERROR, 0, "expected %s, got %s (column %zu)", expected, got,
                (size_t)(r->at - r->start) + 1);
    return NULL;
}

static void blanks(Reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

static bool take(Reader *r, char c)
{
    blanks(r);
    if (r->at >= r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool hex4(Reader *r, gunichar *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        if (r->at >= r->end || !g_ascii_isxdigit(*r->at))
            return wrong(r, "four hex digits") != NULL;
        *out = *out << 4 | (gunichar)g_ascii_xdigit_value(*r->at);
    }
    return true;
}

static bool escaped_code(Reader *r, GString *text)
{
    gunichar c, low;
    if (!hex4(r, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00) { /* a surrogate pair */
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
            return wrong(r, "the second half of a surrogate pair") != NULL;
        r->at += 2;
        if (!hex4(r, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return wrong(r, "the second half of a surrogate pair") != NULL;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c == 0 || (c >= 0xdc00 && c <= 0xdfff))
        return wrong(r, "a character other than NUL") != NULL;
    g_string_append_unichar(text, c);
    return true;
}

static bool escape(Reader *r, GString *text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = r->at < r->end && *r->at ? strchr(from, *r->at) : NULL;
    if (found) {
        r->at++;
        g_string_append_c(text, to[found - from]);
        return true;
    }
    if (r->at < r->end && *r->at == 'u') {
        r->at++;
        return escaped_code(r, text);
    }
    return wrong(r, "an escape") != NULL;
}

/* After the opening quote; NULL on error. */
static char *string(Reader *r)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (;;) {
        const char *plain = r->at;
        while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20)
            r->at++;
        g_string_append_len(text, plain, r->at - plain);
        if (r->at < r->end && *r->at == '"')
            break;
        if (r->at >= r->end || *r->at != '\\')
            return wrong(r, "the closing quote of a string");
        r->at++;
        if (!escape(r, text))
            return NULL;
    }
    if (!uc_json_plain(text->str, text->len))
        return wrong(r, "valid UTF-8 before this quote");
    r->at++;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static UcJson *value(Reader *r);

static UcJson *node(UcJsonType type)
{
    UcJson *v = g_new0(UcJson, 1);
    v->type = type;
    return v;
}

/* Members of an array or an object up to its closing bracket. */
static bool members(Reader *r, UcJson *parent, char close)
{
    g_autoptr(GHashTable) keys = parent->type == UC_JSON_OBJECT ? g_hash_table_new(g_str_hash, g_str_equal) : NULL;
    UcJson **tail = &parent->first;
    if (take(r, close))
        return true;
    do {
        g_autofree char *key = NULL;
        if (keys) {
            if (!take(r, '"'))
                return wrong(r, "a key in quotes") != NULL;
            if (!(key = string(r)))
                return false;
            if (g_hash_table_contains(keys, key))
                return wrong(r, "no key twice in an object") != NULL;
            if (!take(r, ':'))
                return wrong(r, "':'") != NULL;
        }
        if (!(*tail = value(r)))
            return false;
        (*tail)->key = g_steal_pointer(&key);
        if (keys)
            g_hash_table_add(keys, (*tail)->key);
        tail = &(*tail)->next;
        parent->members++;
    } while (take(r, ','));
    return take(r, close) || wrong(r, close == ']' ? "',' or ']'" : "',' or '}'");
}

static UcJson *container(Reader *r, UcJsonType type, char close)
{
    if (++r->depth > UC_JSON_DEPTH)
        return wrong(r, "fewer levels of brackets");
    g_autoptr(UcJson) v = node(type);
    bool ok = members(r, v, close);
    r->depth--;
    return ok ? g_steal_pointer(&v) : NULL;
}

static UcJson *integer(Reader *r)
{
    const char *start = r->at;
    bool negative = *r->at == '-';
    r->at += negative;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, n = 0;
    const char *digits = r->at;
    for (; r->at < r->end && g_ascii_isdigit(*r->at); r->at++) {
        unsigned d = (unsigned)(*r->at - '0');
        if (n > (limit - d) / 10 || (r->at > digits && *digits == '0')) {
            r->at = start;
            return wrong(r, "an integer of 64 bits without leading zeros");
        }
        n = n * 10 + d;
    }
    if (r->at == digits)
        return wrong(r, "a value");
    if (r->at < r->end && strchr(".eE", *r->at) && *r->at)
        return wrong(r, "an integer");
    UcJson *v = node(UC_JSON_INT);
    v->number = negative ? (int64_t)(0 - n) : (int64_t)n;
    return v;
}

static UcJson *word(Reader *r)
{
    static const struct {
        const char *text;
        UcJsonType type;
        int64_t number;
    } words[] = { { "null", UC_JSON_NULL, 0 }, { "true", UC_JSON_BOOL, 1 }, { "false", UC_JSON_BOOL, 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t length = strlen(words[i].text);
        if ((size_t)(r->end - r->at) >= length && !memcmp(r->at, words[i].text, length)) {
            r->at += length;
            UcJson *v = node(words[i].type);
            v->number = words[i].number;
            return v;
        }
    }
    return wrong(r, "a value");
}

static UcJson *value(Reader *r)
{
    blanks(r);
    if (r->at >= r->end)
        return wrong(r, "a value");
    if (*r->at == '-' || g_ascii_isdigit(*r->at))
        return integer(r);
    if (take(r, '{'))
        return container(r, UC_JSON_OBJECT, '}');
    if (take(r, '['))
        return container(r, UC_JSON_ARRAY, ']');
    if (!take(r, '"'))
        return word(r);
    char *text = string(r);
    if (!text)
        return NULL;
    UcJson *v = node(UC_JSON_STRING);
    v->text = text;
    return v;
}

UcJson *uc_json_read(const char *text, size_t length, GError **error)
{
    g_assert(text || !length);
    Reader r = { text, text, text + length, 0, error };
    g_autoptr(UcJson) v = value(&r);
    if (!v)
        return NULL;
    blanks(&r);
    if (r.at < r.end)
        return wrong(&r, "the end of the line");
    return g_steal_pointer(&v);
}

void uc_json_free(UcJson *v)
{
    while (v) { /* siblings in a loop, so that depth is bounded by UC_JSON_DEPTH */
        UcJson *next = v->next;
        uc_json_free(v->first);
        g_free(v->key);
        g_free(v->text);
        g_free(v);
        v = next;
    }
}

const UcJson *uc_json_get(const UcJson *object, const char *key)
{
    g_assert(object && key);
    for (const UcJson *m = object->first; m; m = m->next) {
        if (m->key && !strcmp(m->key, key))
            return m;
    }
    return NULL;
}

const char *uc_json_type_name(UcJsonType type)
{
    static const char *const name[] = { "null", "true or false", "an integer", "a string", "an array", "an object" };
    g_assert(type <= UC_JSON_OBJECT);
    return name[type];
}
