#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/base/file.h"
#include "simulator/base/lines.h"
#include "simulator/base/nearest.h"

enum { CLI_OPTIONS_MAX = 64 };

int cli_fail(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *whole = g_strdup_vprintf(format, args), *message = uc_shortened(whole);
    va_end(args);
    g_autoptr(GString) lines = g_string_new(NULL);
    uc_lines(lines, "ucsim: ", message, strlen(message));
    fputs(lines->str, stderr);
    return code;
}

/* ", did you mean '--json'?" for the first long option that is not there; NULL: nothing to say. Free with g_free(). */
static char *meant_option(const GOptionEntry *entries, int argc, char **argv)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const GOptionEntry *e = entries; e->long_name; e++)
        g_ptr_array_add(names, (gpointer)e->long_name);
    g_ptr_array_add(names, NULL);
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        g_autofree char *name = g_str_has_prefix(argv[i], "--") ? g_strndup(argv[i] + 2, strcspn(argv[i] + 2, "=")) : NULL;
        if (!name || g_strv_contains((const char *const *)names->pdata, name))
            continue;
        const char *near = uc_nearest(name, (const char *const *)names->pdata);
        return near ? g_strdup_printf(", did you mean '--%s'?", near) : NULL;
    }
    return NULL;
}

/* "--harvest=no", which GOption would take for --harvest: the first switch that is given a value; NULL: none is. */
static const char *switch_with_value(const GOptionEntry *entries, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        size_t length = strcspn(argv[i], "=");
        if (!g_str_has_prefix(argv[i], "--") || !argv[i][length])
            continue;
        for (const GOptionEntry *e = entries; e->long_name; e++) {
            bool named = strlen(e->long_name) == length - 2 && !strncmp(argv[i] + 2, e->long_name, length - 2);
            if (named && (e->arg == G_OPTION_ARG_NONE || e->flags & G_OPTION_FLAG_NO_ARG))
                return argv[i];
        }
    }
    return NULL;
}

/* ---- numbers: GOption takes 0x10, 010, +1 and blanks ---- */

static bool is_number(GOptionArg arg)
{
    return arg == G_OPTION_ARG_INT || arg == G_OPTION_ARG_INT64 || arg == G_OPTION_ARG_DOUBLE;
}

/* The same options with numbers as texts; free with g_free(). */
static GOptionEntry *with_texts(const GOptionEntry *entries, char **text)
{
    size_t n = 0;
    while (entries[n].long_name)
        n++;
    GOptionEntry *copy = g_memdup2(entries, (n + 1) * sizeof *copy);
    for (size_t i = 0; i < n; i++) {
        if (is_number(copy[i].arg)) {
            copy[i].arg = G_OPTION_ARG_STRING;
            copy[i].arg_data = &text[i];
        }
    }
    return copy;
}

bool cli_whole(const char *text, gint64 *out)
{
    const char *digits = text + (*text == '-');
    if (!*digits || digits[strspn(digits, "0123456789")])
        return false;
    *out = g_ascii_strtoll(text, NULL, 10); /* too large a number becomes the largest */
    return true;
}

bool cli_decimal(const char *text, double *out)
{
    const char *digits = text + (*text == '-');
    size_t whole = strspn(digits, "0123456789"), dot = whole && digits[whole] == '.';
    size_t part = dot ? strspn(digits + whole + 1, "0123456789") : 0;
    if (!whole || dot > part || digits[whole + dot + part])
        return false;
    *out = g_ascii_strtod(text, NULL);
    return true;
}

static bool read_number(const GOptionEntry *e, const char *text)
{
    gint64 value = 0;
    if (e->arg == G_OPTION_ARG_DOUBLE)
        return cli_decimal(text, e->arg_data);
    errno = 0;
    if (!cli_whole(text, &value) || errno == ERANGE || (e->arg == G_OPTION_ARG_INT && (value < G_MININT || value > G_MAXINT)))
        return false;
    if (e->arg == G_OPTION_ARG_INT64)
        *(gint64 *)e->arg_data = value;
    else
        *(gint *)e->arg_data = (gint)value;
    return true;
}

/* Of a number that was refused for its size, what would fit. */
static const char *range_of(const GOptionEntry *e, const char *text)
{
    gint64 value;
    bool whole = e->arg != G_OPTION_ARG_DOUBLE && cli_whole(text, &value);
    return !whole ? "" : e->arg == G_OPTION_ARG_INT ? " from -2^31 to 2^31 - 1" : " from -2^63 to 2^63 - 1";
}

/* CLI_OK, or what cli_fail() returned. Frees the texts. */
static int read_numbers(const char *command, const GOptionEntry *entries, char **text)
{
    int code = CLI_OK;
    for (size_t i = 0; entries[i].long_name; i++) {
        if (text[i] && code == CLI_OK && !read_number(&entries[i], text[i]))
            code = cli_fail(CLI_USAGE, "%s: --%s: expected a decimal number%s, got '%s'", command, entries[i].long_name,
                            range_of(&entries[i], text[i]), text[i]);
        g_free(text[i]);
    }
    return code;
}

/* ---- names of files ---- */

/* "--junit=" and "" where a file is meant. */
static int check_names(const char *command, const GOptionEntry *entries)
{
    for (const GOptionEntry *e = entries; e->long_name; e++) {
        const char *one = e->arg == G_OPTION_ARG_FILENAME ? *(char **)e->arg_data : NULL;
        char **several = e->arg == G_OPTION_ARG_FILENAME_ARRAY ? *(char ***)e->arg_data : NULL;
        if ((one && !*one) || (several && g_strv_contains((const char *const *)several, "")))
            return cli_fail(CLI_USAGE, "%s: %s%s%sexpected the name of a file, got an empty one", command,
                            *e->long_name ? "--" : "", e->long_name, *e->long_name ? ": " : "");
    }
    return CLI_OK;
}

/* GOption leaves the "--" before a word that begins with a dash: here it has done its work. */
static void drop_separator(int *argc, char **argv)
{
    int at = 1;
    while (at < *argc && strcmp(argv[at], "--"))
        at++;
    if (at >= *argc)
        return;
    memmove(argv + at, argv + at + 1, (size_t)(*argc - at) * sizeof *argv); /* with the NULL at the end */
    --*argc;
}

bool cli_parse(const char *command, const char *usage, const char *text, const GOptionEntry *entries, int *argc,
               char ***argv, int *code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *parameters = g_strdup_printf("%s", usage);
    g_autoptr(GOptionContext) context = g_option_context_new(parameters);
    g_autofree char *program = g_strdup_printf("ucsim %s", command);
    g_set_prgname(program);
    char *text_of[CLI_OPTIONS_MAX] = { NULL };
    g_autofree GOptionEntry *texts = with_texts(entries, text_of);
    g_option_context_add_main_entries(context, texts, NULL);
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
    const char *valued = switch_with_value(entries, *argc, *argv);
    if (valued) {
        *code = cli_fail(CLI_USAGE, "%s: %.*s takes no value, got '%s'; see '%s --help'", command,
                         (int)strcspn(valued, "="), valued, valued + strcspn(valued, "=") + 1, program);
        return false;
    }
    g_autofree char *meant = meant_option(entries, *argc, *argv);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        bool unknown = g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
        *code = cli_fail(CLI_USAGE, "%s: %s%s; see '%s --help'", command, error->message, unknown && meant ? meant : "",
                         program);
        return false;
    }
    drop_separator(argc, *argv);
    *code = read_numbers(command, entries, text_of);
    if (*code == CLI_OK)
        *code = check_names(command, entries);
    return *code == CLI_OK;
}

int cli_check_color(const char *when)
{
    static const char *const known[] = { "always", "never", "auto", NULL };
    return !when || g_strv_contains(known, when) ? CLI_OK
           : cli_fail(CLI_USAGE, "--color: expected always, never or auto, got '%s'", when);
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

/* "-", and /dev/stdout when the shell made it a file: behind what was said there. */
static bool is_standard_output(const char *path, const struct stat *s)
{
    struct stat out;
    return !strcmp(path, "-") || (s && S_ISREG(s->st_mode) && !fstat(STDOUT_FILENO, &out) && out.st_dev == s->st_dev &&
                                  out.st_ino == s->st_ino);
}

enum { LINKS_MAX = 40 }; /* as the kernel has it */

static char *target_of(const char *path, unsigned links)
{
    char real[PATH_MAX];
    if (realpath(path, real))
        return g_strdup(real);
    g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path), *to = g_file_read_link(path, NULL);
    if (!to)
        return realpath(folder, real) ? g_build_filename(real, base, NULL) : g_canonicalize_filename(path, NULL);
    g_autofree char *next = g_path_is_absolute(to) ? g_strdup(to) : g_build_filename(folder, to, NULL);
    errno = ELOOP;
    return links ? target_of(next, links - 1) : NULL;
}

char *cli_target(const char *path)
{
    g_assert(path);
    return target_of(path, LINKS_MAX);
}

int cli_open_device(const char *path)
{
    g_assert(path);
    enum { WAIT_MS = 1000, STEP_MS = 10 };
    int fd = -1;
    for (int waited = 0; waited <= WAIT_MS; waited += STEP_MS) {
        fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0 || errno != ENXIO)
            break;
        g_usleep(STEP_MS * 1000);
        errno = ENXIO;
    }
    if (fd >= 0 && fcntl(fd, F_SETFL, 0)) { /* whoever reads may take time */
        int number = errno;
        close(fd);
        errno = number;
        return -1;
    }
    return fd;
}

const char *cli_why_unwritable(int number)
{
    return number == ENXIO ? "a pipe that nobody reads from" : g_strerror(number);
}

/* Always false. */
static bool unwritable(const char *path, const char *why, GError **error)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot be written: %s", path, why);
    return false;
}

/* /dev/stdout, /dev/null, a pipe: a rename would replace the device itself, for everybody on the machine. */
static bool write_through(const char *path, FILE *file, const void *bytes, size_t length, GError **error)
{
    bool ok = file && fwrite(bytes, 1, length, file) == length;
    int number = errno;
    if (file && (file == stdout ? fflush(file) : fclose(file))) {
        number = ok ? errno : number;
        ok = false;
    }
    return ok || unwritable(path, g_strerror(number), error);
}

static bool write_device(const char *path, const void *bytes, size_t length, GError **error)
{
    int fd = cli_open_device(path);
    return fd < 0 ? unwritable(path, cli_why_unwritable(errno), error)
                  : write_through(path, fdopen(fd, "wb"), bytes, length, error);
}

/* A temporary file beside it, then a rename. GLib's error names the temporary file; what went wrong stands behind it. */
static bool replace(const char *path, const void *bytes, size_t length, GError **error)
{
    g_autofree char *target = cli_target(path);
    g_autoptr(GError) inner = NULL;
    if (!target)
        return unwritable(path, g_strerror(errno), error);
    if (g_file_set_contents(target, length ? bytes : "", (gssize)length, &inner))
        return true;
    const char *why = g_strrstr(inner->message, ": ");
    return unwritable(path, why ? why + 2 : inner->message, error);
}

bool cli_write_file(const char *path, const void *bytes, size_t length, GError **error)
{
    g_assert(path && (bytes || !length));
    struct stat s;
    bool exists = strcmp(path, "-") && stat(path, &s) == 0;
    fflush(stdout); /* what was said comes first when `path` is /dev/stdout */
    if (is_standard_output(path, exists ? &s : NULL))
        return write_through(path, stdout, bytes, length, error);
    if (exists && uc_file_was_read(&s)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s: expected another file to write to, this one was read", path);
        return false;
    }
    if (exists && !S_ISREG(s.st_mode))
        return write_device(path, bytes, length, error);
    return replace(path, bytes, length, error);
}
