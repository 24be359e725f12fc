#include "report/escape.h"

#include <stdbool.h>
#include <string.h>

/* What replaces a character: NULL keeps it. */
typedef const char *(*Replace)(gunichar c);

/* Control characters, and marks that turn the order of what follows. */
static bool unseen(gunichar c)
{
    return g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT || c == 0xfffe || c == 0xffff;
}

static char *escape(const char *text, Replace replace, const char *line_break)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        const char *instead = c == '\n' ? line_break : replace(c);
        if (instead)
            g_string_append(out, instead);
        else if (unseen(c))
            g_string_append_unichar(out, 0xfffd);
        else
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

/* Graphviz expands \n, \N, ... and the entities of HTML in every string. */
static const char *dot(gunichar c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '&': return "&amp;";
    default: return NULL;
    }
}

static const char *html(gunichar c)
{
    switch (c) {
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return NULL;
    }
}

static const char *tex(gunichar c)
{
    switch (c) {
    case '\\': return "\\textbackslash{}";
    case '{': return "\\{";
    case '}': return "\\}";
    case '$': return "\\$";
    case '&': return "\\&";
    case '#': return "\\#";
    case '%': return "\\%";
    case '_': return "\\_";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '<': return "\\textless{}";
    case '>': return "\\textgreater{}";
    case '"': return "\\textquotedbl{}";
    case '\'': return "\\textquotesingle{}";
    case '|': return "\\textbar{}";
    case '`': return "\\textasciigrave{}";
    case '-': return "{-}"; /* no ligatures */
    case 0x2026: return "\\ldots{}";
    case 0x2013: return "--";
    case 0x2260: return "";
    case 0x3c0: return "\\ensuremath{\\pi}";
    case 0x2014: return "---";
    case 0xb7: return "\\textperiodcentered{}";
    default: return c < 0x180 ? NULL : "\\rule{.6em}{.6em}"; /* what T1 fonts lack */
    }
}

/* Mermaid reads #number; as a character, ; as the end of a statement, and < > as markup. */
static const char *mermaid(gunichar c)
{
    switch (c) {
    case '#': return "#35;";
    case ';': return "#59;";
    case '&': return "#38;";
    case '<': return "#60;";
    case '>': return "#62;";
    case '"': return "#34;";
    case ':': return "#58;";
    case '%': return "#37;";
    case '{': return "#123;";
    case '}': return "#125;";
    case '\\': return "#92;";
    case '`': return "#96;";
    case '$': return "#36;";
    default: return NULL;
    }
}

/* PlantUML's Creole marks are made of these; the form <U+XXXX> stands for a plain character everywhere. */
static const char *plantuml(gunichar c)
{
    static const char *const hex[128] = {
        ['"'] = "<U+0022>", ['*'] = "<U+002A>", ['/'] = "<U+002F>", ['_'] = "<U+005F>", ['-'] = "<U+002D>",
        ['~'] = "<U+007E>", ['<'] = "<U+003C>", ['>'] = "<U+003E>", ['\\'] = "<U+005C>", ['%'] = "<U+0025>",
        ['['] = "<U+005B>", [']'] = "<U+005D>", ['$'] = "<U+0024>", ['!'] = "<U+0021>", ['\''] = "<U+0027>",
        ['#'] = "<U+0023>", ['&'] = "<U+0026>", ['|'] = "<U+007C>", ['='] = "<U+003D>", ['^'] = "<U+005E>",
        ['@'] = "<U+0040>", ['{'] = "<U+007B>", ['}'] = "<U+007D>", [';'] = "<U+003B>", ['`'] = "<U+0060>",
    };
    return c < 128 ? hex[c] : NULL;
}

static const char *gnuplot(gunichar c)
{
    return c == '\'' ? "''" : NULL;
}

static const char *host(gunichar c)
{
    return g_unichar_isspace(c) ? "_" : c == '{' || c == '}' || c == '"' ? "'" : NULL;
}

char *rep_escape_dot(const char *text) { g_assert(text); return escape(text, dot, "\\n"); }
char *rep_escape_html(const char *text) { g_assert(text); return escape(text, html, "\n"); }
char *rep_escape_tex(const char *text) { g_assert(text); return escape(text, tex, " "); }
char *rep_escape_mermaid(const char *text) { g_assert(text); return escape(text, mermaid, "<br/>"); }
char *rep_escape_plantuml(const char *text) { g_assert(text); return escape(text, plantuml, "\\n"); }
char *rep_escape_gnuplot(const char *text) { g_assert(text); return escape(text, gnuplot, " "); }
char *rep_escape_host(const char *text) { g_assert(text); return escape(text, host, "_"); }
