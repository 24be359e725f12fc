#include "report/tap.h"

#include <string.h>

#include "simulator/base/lines.h"

/* '#' starts a directive and a backslash escapes (TAP 14 keeps this for descriptions). One line, whatever is in it. */
static void description(GString *out, const char *text)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *words = g_strdelimit(g_strdup(text), "\n\r\t", ' ');
    uc_lines(line, "", words, strlen(words));
    g_string_truncate(line, line->len - 1);
    for (const char *c = line->str; *c; c++) {
        if (*c == '#' || *c == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
}

static void comment(GString *out, const char *text)
{
    size_t length = strlen(text);
    uc_lines(out, "# ", text, length && text[length - 1] == '\n' ? length - 1 : length);
}

static void note(GString *out, const char *what, const char *text)
{
    g_autofree char *line = g_strconcat(what, " ", text, NULL);
    comment(out, line);
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
        note(out, "compromised: key", r->compromised);
    if (r->as_expected)
        return;
    if (r->error)
        comment(out, r->error);
    else
        note(out, "expected:", r->expect);
    if (r->why && *r->why)
        comment(out, r->why);
    if (r->details)
        comment(out, r->details);
    if (r->reproduce)
        note(out, "reproduce:", r->reproduce);
}

void rep_tap(GString *out, const RepResult *result, unsigned results)
{
    g_assert(out && (result || !results));
    g_string_append_printf(out, "TAP version 13\n1..%u\n", results);
    for (unsigned i = 0; i < results; i++)
        point(out, &result[i], i + 1);
}
