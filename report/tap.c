#include "report/tap.h"

#include <string.h>

/* '#' starts a directive and a backslash escapes (TAP 14 keeps this for descriptions). */
static void description(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, (unsigned char)*text < 0x20 ? ' ' : *text);
    }
}

static void comment(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line || line[1])
            g_string_append_printf(out, "#%s%s\n", **line ? " " : "", *line);
    }
}

static void point(GString *out, const RepResult *r, unsigned number)
{
    g_string_append_printf(out, "%s %u - ", r->as_expected ? "ok" : "not ok", number);
    description(out, r->title ? r->title : r->file);
    g_string_append(out, ": ");
    description(out, r->error ? "error" : r->verdict);
    if (r->runs)
        g_string_append_printf(out, " (%u seed%s)", r->runs, r->runs == 1 ? "" : "s");
    g_string_append_c(out, '\n');
    if (r->compromised)
        g_string_append_printf(out, "# compromised: key %s\n", r->compromised);
    if (r->as_expected)
        return;
    if (r->error)
        comment(out, r->error);
    else
        g_string_append_printf(out, "# expected: %s\n", r->expect);
    if (r->why && *r->why)
        comment(out, r->why);
    if (r->details)
        comment(out, r->details);
    if (r->reproduce)
        g_string_append_printf(out, "# reproduce: %s\n", r->reproduce);
}

void rep_tap(GString *out, const RepResult *result, unsigned results)
{
    g_assert(out && (result || !results));
    g_string_append_printf(out, "TAP version 13\n1..%u\n", results);
    for (unsigned i = 0; i < results; i++)
        point(out, &result[i], i + 1);
}
