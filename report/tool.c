#include "report/tool.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SAID_BYTES = 400 }; /* of what a program says when it fails */

G_DEFINE_QUARK(rep-error-quark, rep_error)

/* The input as a file in memory: a program that ends before it has read everything breaks no pipe, and what it says on
 * stderr is not lost. */
static int input_file(const char *input)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t left = strlen(input);
    while (fd >= 0 && left > 0) {
        ssize_t n = write(fd, input, left);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        input += n;
        left -= (size_t)n;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static GSubprocess *start(const char *const *argv, const char *package, const char *input, GError **error)
{
    int fd = input_file(input);
    if (fd < 0) {
        g_set_error(error, REP_ERROR, REP_ERROR_FAILED, "%s: no memory for its input", argv[0]);
        return NULL;
    }
    g_autoptr(GError) inner = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_take_stdin_fd(launcher, fd);
    /* numbers and sorting must not depend on who runs it */
    g_subprocess_launcher_setenv(launcher, "LC_ALL", "C.UTF-8", TRUE);
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &inner);
    if (!process && g_error_matches(inner, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
        g_set_error(error, REP_ERROR, REP_ERROR_MISSING, "%s is not installed or not in PATH; on Debian: apt-get install %s",
                    argv[0], package);
    else if (!process)
        g_set_error(error, REP_ERROR, REP_ERROR_FAILED, "%s: %s", argv[0], inner->message);
    return process;
}

GBytes *rep_tool_run(const char *const *argv, const char *package, const char *input, GError **error)
{
    g_assert(argv && argv[0] && package && input);
    g_autoptr(GSubprocess) process = start(argv, package, input, error);
    if (!process)
        return NULL;
    g_autoptr(GBytes) out = NULL, said = NULL;
    g_autoptr(GError) inner = NULL;
    if (!g_subprocess_communicate(process, NULL, NULL, &out, &said, &inner)) {
        g_set_error(error, REP_ERROR, REP_ERROR_FAILED, "%s: %s", argv[0], inner->message);
        return NULL;
    }
    if (!g_subprocess_get_successful(process) || !out || g_bytes_get_size(out) == 0) {
        gsize n = said ? MIN(g_bytes_get_size(said), (gsize)SAID_BYTES) : 0;
        g_autofree char *raw = n ? g_strndup(g_bytes_get_data(said, NULL), n) : g_strdup("it gave no reason");
        g_autofree char *text = g_utf8_make_valid(raw, -1);
        g_set_error(error, REP_ERROR, REP_ERROR_FAILED, "%s failed: %s", argv[0], g_strchomp(text));
        return NULL;
    }
    return g_steal_pointer(&out);
}

GBytes *rep_pdf_undated(GBytes *pdf)
{
    static const char key[] = "/CreationDate (D:", none[] = "19700101000000";
    gsize n = 0, least = strlen(key) + strlen(none);
    const void *data = g_bytes_get_data(pdf, &n);
    char *copy = g_memdup2(data, n);
    for (gsize i = 0; n >= least && i <= n - least; i++) {
        if (!memcmp(copy + i, key, strlen(key)))
            memcpy(copy + i + strlen(key), none, strlen(none));
    }
    g_bytes_unref(pdf);
    return g_bytes_new_take(copy, n);
}
