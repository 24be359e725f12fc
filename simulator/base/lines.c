#include "simulator/base/lines.h"

#include <stdbool.h>
#include <string.h>

static bool unseen(gunichar c)
{
    return c != '\t' && (g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT ||
                         g_unichar_type(c) == G_UNICODE_LINE_SEPARATOR || g_unichar_type(c) == G_UNICODE_PARAGRAPH_SEPARATOR);
}

void uc_lines(GString *out, const char *prefix, const char *text, size_t length)
{
    g_assert(out && prefix && (text || !length));
    g_autofree char *valid = g_utf8_make_valid(length ? text : "", (gssize)length);
    g_string_append(out, prefix);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == '\n')
            g_string_append_printf(out, "\n%s", prefix);
        else if (unseen(c))
            g_string_append_printf(out, "\\u{%x}", c);
        else
            g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '\n');
}

enum { LONG_LINE = 1000, LINE_BEGIN = 600, LINE_END = 200 };

char *uc_shortened(const char *message)
{
    g_assert(message);
    GString *out = g_string_new(NULL);
    while (*message) {
        size_t length = strcspn(message, "\n");
        if (length > LONG_LINE) {
            g_string_append_len(out, message, LINE_BEGIN);
            g_string_append_printf(out, "... (%" G_GSIZE_FORMAT " bytes left out) ...", length - LINE_BEGIN - LINE_END);
            g_string_append_len(out, message + length - LINE_END, LINE_END);
        } else {
            g_string_append_len(out, message, (gssize)length);
        }
        message += length;
        if (*message)
            g_string_append_c(out, *message++);
    }
    return g_string_free(out, FALSE);
}
