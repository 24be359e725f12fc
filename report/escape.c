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

/* All of it is there in LaTeX's first encoding, OT1, and in every family of it, without any package. */
static const char *tex(gunichar c)
{
    switch (c) {
    case '\\': return "\\ensuremath{\\backslash}";
    case '{': return "\\ensuremath{\\{}";
    case '}': return "\\ensuremath{\\}}";
    case '$': return "\\$";
    case '&': return "\\&";
    case '#': return "\\#";
    case '%': return "\\%";
    case '_': return "\\_";
    case '~': return "\\textasciitilde{}";
    case '^': return "\\textasciicircum{}";
    case '<': return "\\ensuremath{<}";
    case '>': return "\\ensuremath{>}";
    case '"': return "\\textquotedblright{}";
    case '\'': return "\\textquoteright{}";
    case '|': return "\\ensuremath{|}";
    case '`': return "\\textquoteleft{}";
    case '-': return "{-}"; /* no ligatures */
    case '[': return "{[}"; /* no argument of a line break */
    case '*': return "{*}";
    case 0x2026: return "\\ldots{}";
    case 0x2013: return "--";
    case 0x2014: return "---";
    case 0x2260: return "\\ensuremath{\\neq}";
    case 0x2205: return "\\ensuremath{\\emptyset}";
    case 0x3c0: return "\\ensuremath{\\pi}";
    case 0xb7: return "\\ensuremath{\\cdot}";
    case 0x2715: return "\\ensuremath{\\times}";
    case 0x25cb: return "\\ensuremath{\\circ}";
    case 0x258c: return "\\rule{.15em}{.65em}";
    case 0x25a0: return "\\rule{.45em}{.45em}";
    case 0xdf: return "\\ss{}";
    case 0xc6: return "\\AE{}";
    case 0xe6: return "\\ae{}";
    case 0x152: return "\\OE{}";
    case 0x153: return "\\oe{}";
    case 0xd8: return "\\O{}";
    case 0xf8: return "\\o{}";
    case 0x141: return "\\L{}";
    case 0x142: return "\\l{}";
    case 0x131: return "\\i{}";
    default: return c < 128 ? NULL : "\\rule{.6em}{.6em}";
    }
}

/* A letter with an accent as TeX's accent over the letter; NULL: it is none. The caller frees. */
static char *tex_accented(gunichar c)
{
    static const struct { gunichar mark; const char *command; } accent[] = {
        { 0x300, "\\`" }, { 0x301, "\\'" }, { 0x302, "\\^" }, { 0x303, "\\~" }, { 0x304, "\\=" }, { 0x306, "\\u" },
        { 0x307, "\\." }, { 0x308, "\\\"" }, { 0x30a, "\\r" }, { 0x30b, "\\H" }, { 0x30c, "\\v" }, { 0x327, "\\c" },
    };
    gunichar letter, mark;
    if (c < 128 || !g_unichar_decompose(c, &letter, &mark) || letter >= 128)
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(accent); i++) {
        if (accent[i].mark == mark && (letter == 'i' || letter == 'j'))
            return g_strdup_printf("%s{\\%c}", accent[i].command, (char)letter);
        if (accent[i].mark == mark)
            return g_strdup_printf("%s{%c}", accent[i].command, (char)letter);
    }
    return NULL;
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
/* Quotation marks come in pairs; accents are written before the rest is escaped. */
char *rep_escape_tex(const char *text)
{
    g_assert(text);
    GString *out = g_string_new(NULL);
    bool open = false;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        g_autofree char *one = g_strndup(p, (gsize)(g_utf8_next_char(p) - p));
        g_autofree char *accented = tex_accented(g_utf8_get_char(p));
        g_autofree char *plain = accented ? NULL : escape(one, tex, "\\\\");
        open ^= *p == '"';
        g_string_append(out, *p == '"' && open ? "\\textquotedblleft{}" : accented ? accented : plain);
    }
    return g_string_free(out, FALSE);
}

char *rep_escape_mermaid(const char *text) { g_assert(text); return escape(text, mermaid, "<br/>"); }
char *rep_escape_plantuml(const char *text) { g_assert(text); return escape(text, plantuml, "\\n"); }
char *rep_escape_gnuplot(const char *text) { g_assert(text); return escape(text, gnuplot, " "); }
char *rep_escape_host(const char *text) { g_assert(text); return escape(text, host, "_"); }
