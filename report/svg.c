#include "report/svg.h"

#include <string.h>

static gboolean starts(const char *at, const char *end, const char *what)
{
    gsize n = strlen(what);
    return (gsize)(end - at) >= n && !memcmp(at, what, n);
}

static const char *find(const char *at, const char *end, const char *what)
{
    const char *found = g_strstr_len(at, end - at, what);
    return found ? found : end;
}

/* <a xlink:title="...">: returns behind it. */
static const char *tooltip(GString *out, const char *at, const char *end, gboolean keep)
{
    const char *text = at + strlen("<a xlink:title=\""), *quote = find(text, end, "\""), *close = find(quote, end, ">");
    g_string_append(out, "<a>");
    if (keep) {
        g_string_append(out, "<title>");
        g_string_append_len(out, text, quote - text);
        g_string_append(out, "</title>");
    }
    return close < end ? close + 1 : end;
}

/* Pango takes "family bold" for a name and a weight; in SVG the weight is an attribute of its own. */
static void text_tag(GString *out, const char *at, const char *tag_end)
{
    static const char bold[] = " bold\"";
    const char *word = find(at, tag_end, bold);
    g_string_append_len(out, at, word - at);
    if (word == tag_end)
        return;
    g_string_append(out, "\" font-weight=\"bold\"");
    word += strlen(bold);
    g_string_append_len(out, word, tag_end - word);
}

char *rep_svg_tidy(const char *svg, gsize length, const char *prefix)
{
    g_assert(svg);
    const char *end = svg + length, *at = prefix ? find(svg, end, "<svg") : svg;
    GString *out = g_string_sized_new(length);
    while (at < end) {
        const char *tag = find(at, end, "<");
        g_string_append_len(out, at, tag - at);
        at = tag;
        if (at == end)
            break;
        if (starts(at, end, "<title>")) {
            at = find(at, end, "</title>");
            at = at < end ? at + strlen("</title>") : end;
            if (at < end && *at == '\n')
                at++;
        } else if (starts(at, end, "<!-- ") && prefix) {
            at = find(at, end, "-->");
            at = at < end ? at + 3 : end;
        } else if (starts(at, end, "<a xlink:title=\"")) {
            at = tooltip(out, at, end, !prefix);
        } else if (starts(at, end, "<g id=\"") && prefix) {
            g_string_append_printf(out, "<g id=\"%s", prefix);
            at += strlen("<g id=\"");
        } else if (starts(at, end, "<text ")) {
            const char *close = find(at, end, ">");
            text_tag(out, at, close);
            at = close;
        } else {
            g_string_append_c(out, *at++);
        }
    }
    return g_string_free(out, FALSE);
}
