#include "cli/cli.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cli_fail(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("ucsim: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return code;
}

bool cli_parse(const char *command, const char *usage, const char *text, const GOptionEntry *entries, int *argc,
               char ***argv, int *code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *parameters = g_strdup_printf("%s", usage);
    g_autoptr(GOptionContext) context = g_option_context_new(parameters);
    g_autofree char *program = g_strdup_printf("ucsim %s", command);
    g_set_prgname(program);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_description(context, text);
    for (int i = 1; i < *argc && strcmp((*argv)[i], "--"); i++) {
        if (!strcmp((*argv)[i], "--help") || !strcmp((*argv)[i], "-h")) {
            g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
            fputs(help, stdout);
            *code = CLI_OK;
            return false;
        }
    }
    if (!g_option_context_parse(context, argc, argv, &error)) {
        *code = cli_fail(CLI_USAGE, "%s: %s; see '%s --help'", command, error->message, program);
        return false;
    }
    return true;
}

bool cli_color(const char *when)
{
    if (when && !strcmp(when, "always"))
        return true;
    if (when && !strcmp(when, "never"))
        return false;
    const char *no = g_getenv("NO_COLOR"), *term = g_getenv("TERM");
    return !(no && *no) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* Levenshtein distance, two rows. */
static size_t distance(const char *a, const char *b)
{
    size_t nb = strlen(b);
    g_autofree size_t *row = g_new(size_t, nb + 1);
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t up = row[j];
            row[j] = MIN(MIN(up, row[j - 1]) + 1, corner + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1])));
            corner = up;
        }
    }
    return row[nb];
}

const char *cli_nearest(const char *name, const char *const *candidate)
{
    g_assert(name && candidate);
    const char *best = NULL;
    size_t least = strlen(name) / 2 + 1;
    for (; *candidate; candidate++) {
        size_t d = distance(name, *candidate);
        if (d < least) {
            least = d;
            best = *candidate;
        }
    }
    return best;
}

bool cli_write_file(const char *path, const void *bytes, size_t length, GError **error)
{
    g_assert(path && (bytes || !length));
    /* g_file_set_contents writes a temporary file beside it and renames. */
    return g_file_set_contents(path, length ? bytes : "", (gssize)length, error);
}
