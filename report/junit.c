#include "report/junit.h"

#include <string.h>

/* XML 1.0, section 2.2: most control characters cannot be written at all; they become U+FFFD. */
static void escaped(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        switch (c) {
        case '&': g_string_append(out, "&amp;"); break;
        case '<': g_string_append(out, "&lt;"); break;
        case '>': g_string_append(out, "&gt;"); break;
        case '"': g_string_append(out, "&quot;"); break;
        default:
            if ((c < 0x20 && c != '\n' && c != '\t') || c == 0xfffe || c == 0xffff)
                c = 0xfffd;
            g_string_append_unichar(out, c);
        }
    }
}

static void attribute(GString *out, const char *name, const char *text)
{
    g_autofree char *line = g_strdelimit(g_strdup(text), "\n\t", ' ');
    g_string_append_printf(out, " %s=\"", name);
    escaped(out, line);
    g_string_append_c(out, '"');
}

static void problem(GString *out, const RepResult *r)
{
    const char *element = r->error ? "error" : "failure";
    g_autofree char *message = r->error ? g_strdup(r->error)
                                        : g_strdup_printf("%s, expected %s", r->verdict, r->expect);
    g_string_append_printf(out, "    <%s", element);
    attribute(out, "message", message);
    attribute(out, "type", r->error ? "error" : r->verdict);
    g_string_append_c(out, '>');
    escaped(out, r->details ? r->details : r->why ? r->why : "");
    if (r->reproduce) {
        g_string_append(out, "\nreproduce: ");
        escaped(out, r->reproduce);
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "</%s>\n", element);
}

static void notes(GString *out, const RepResult *r)
{
    if (!r->runs && !r->compromised)
        return;
    g_string_append(out, "    <system-out>");
    if (r->runs)
        g_string_append_printf(out, "%u seed%s: %u keys, %u tickets and %u payloads compared\n", r->runs,
                               r->runs == 1 ? "" : "s", r->keys, r->tickets, r->payloads);
    if (r->compromised)
        g_string_append_printf(out, "compromised: key %s\n", r->compromised);
    g_string_append(out, "</system-out>\n");
}

static void testcase(GString *out, const RepResult *r)
{
    g_autofree char *folder = g_path_get_dirname(r->file), *class = g_path_get_basename(folder);
    g_string_append(out, "  <testcase");
    attribute(out, "classname", class);
    attribute(out, "name", r->title ? r->title : r->file);
    attribute(out, "file", r->file);
    if (r->as_expected && !r->runs && !r->compromised) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    if (!r->as_expected)
        problem(out, r);
    notes(out, r);
    g_string_append(out, "  </testcase>\n");
}

void rep_junit(GString *out, const RepResult *result, unsigned results)
{
    g_assert(out && (result || !results));
    unsigned failures = 0, errors = 0;
    for (unsigned i = 0; i < results; i++) {
        errors += result[i].error != NULL;
        failures += !result[i].error && !result[i].as_expected;
    }
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_string_append_printf(out, "<testsuite name=\"ucsim check\" tests=\"%u\" failures=\"%u\" errors=\"%u\">\n",
                           results, failures, errors);
    for (unsigned i = 0; i < results; i++)
        testcase(out, &result[i]);
    g_string_append(out, "</testsuite>\n");
}
