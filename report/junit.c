#include "report/junit.h"

#include <stdbool.h>
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

static void element(GString *out, const char *name, const char *text)
{
    g_string_append_printf(out, "<%s>", name);
    escaped(out, text);
    g_string_append_printf(out, "</%s>\n", name);
}

static void problem(GString *out, const RepResult *r)
{
    const char *kind = r->error ? "error" : "failure";
    g_autofree char *message = r->error ? g_strdup(r->error)
                                        : g_strdup_printf("%s, expected %s", r->verdict, r->expect);
    g_string_append_printf(out, "    <%s", kind);
    attribute(out, "message", message);
    attribute(out, "type", r->error ? "error" : r->verdict);
    g_string_append_c(out, '>');
    escaped(out, r->details ? r->details : r->why ? r->why : "");
    if (r->reproduce) {
        g_string_append(out, "\nreproduce: ");
        escaped(out, r->reproduce);
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "</%s>\n", kind);
}

/* The path as a class in packages: files of one name in different folders are told apart. Without what a path may lack. */
static char *class_of(const RepResult *r)
{
    g_auto(GStrv) part = g_strsplit(r->file, "/", -1);
    guint parts = g_strv_length(part);
    GString *class = g_string_new(NULL);
    char *dot = parts ? strrchr(part[parts - 1], '.') : NULL;
    if (dot && dot != part[parts - 1])
        *dot = 0;
    for (guint i = 0; i < parts; i++) {
        if (strspn(part[i], ".") < strlen(part[i]))
            g_string_append_printf(class, "%s%s", class->len ? "." : "", part[i]);
    }
    g_strdelimit(class->str, "\n\r\t", ' ');
    return g_strstrip(g_string_free(class, FALSE));
}

/* Two cases of one class and name would be one to those who read this. */
static char *unique(GHashTable *seen, const char *class, const RepResult *r)
{
    const char *title = r->title && *r->title ? r->title : r->file;
    char *name = g_strdup(title);
    for (unsigned i = 2;; i++) {
        char *key = g_strjoin("\n", class, name, NULL);
        if (g_hash_table_add(seen, key))
            return name;
        g_free(name);
        name = g_strdup_printf("%s [%s, %u]", title, r->file, i);
    }
}

static void testcase(GString *out, const RepResult *r, GHashTable *seen, double seconds)
{
    g_autofree char *class = class_of(r), *name = unique(seen, class, r);
    g_string_append(out, "  <testcase");
    attribute(out, "classname", class);
    attribute(out, "name", name);
    g_string_append_printf(out, " time=\"%.3f\"", seconds);
    if (r->as_expected) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append(out, ">\n");
    problem(out, r);
    g_string_append(out, "  </testcase>\n");
}

/* "3 books, 2 stamps and 1 seals" */
static void counts(GString *out, const UcNamedCount *c)
{
    for (const char *before = ""; c && c->name; c++) {
        g_string_append_printf(out, "%s%u %s", before, c->count, c->name);
        before = c[1].name && c[2].name ? ", " : " and ";
    }
}

/* The schemas know text of a suite only. */
static char *notes(const RepResult *result, unsigned results)
{
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < results; i++) {
        const RepResult *r = &result[i];
        if (r->runs) {
            g_string_append_printf(out, "%s: %u seed%s: ", r->file, r->runs, r->runs == 1 ? "" : "s");
            counts(out, r->compared);
            g_string_append_printf(out, "%s compared\n", r->compared && r->compared->name ? "" : "nothing");
        }
        if (r->compromised)
            g_string_append_printf(out, "%s: compromised: %s %s\n", r->file, r->asset, r->compromised);
    }
    return g_string_free(out, FALSE);
}

static const RepJunitRun constant = { .started = "1970-01-01T00:00:00", .host = "localhost" };

void rep_junit(GString *out, const char *suite, const RepResult *result, unsigned results, const RepJunitRun *run)
{
    g_assert(out && (result || !results));
    unsigned failures = 0, errors = 0;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = notes(result, results);
    for (unsigned i = 0; i < results; i++) {
        errors += result[i].error != NULL;
        failures += !result[i].error && !result[i].as_expected;
    }
    const RepJunitRun *r = run ? run : &constant;
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_string_append_printf(out, "<testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\" "
                           "time=\"%.3f\"", suite, results, failures, errors, r->seconds);
    attribute(out, "timestamp", r->started);
    attribute(out, "hostname", *r->host ? r->host : constant.host);
    g_string_append(out, ">\n  <properties/>\n");
    for (unsigned i = 0; i < results; i++)
        testcase(out, &result[i], seen, run ? result[i].seconds : 0);
    g_string_append(out, "  ");
    element(out, "system-out", text);
    g_string_append(out, "  ");
    element(out, "system-err", "");
    g_string_append(out, "</testsuite>\n");
}
