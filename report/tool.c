#include "report/tool.h"

#include <gio/gio.h>
#include <string.h>

G_DEFINE_QUARK(rep-error-quark, rep_error)

static GSubprocess *start(const char *const *argv, const char *package, GError **error)
{
    g_autoptr(GError) inner = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
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
    g_autoptr(GSubprocess) process = start(argv, package, error);
    if (!process)
        return NULL;
    g_autoptr(GBytes) in = g_bytes_new_static(input, strlen(input));
    g_autoptr(GBytes) out = NULL, said = NULL;
    g_autoptr(GError) inner = NULL;
    if (!g_subprocess_communicate(process, in, NULL, &out, &said, &inner)) {
        g_set_error(error, REP_ERROR, REP_ERROR_FAILED, "%s: %s", argv[0], inner->message);
        return NULL;
    }
    if (!g_subprocess_get_successful(process) || g_bytes_get_size(out) == 0) {
        gsize n = g_bytes_get_size(said);
        g_autofree char *text = g_strndup(n ? g_bytes_get_data(said, NULL) : "it gave no reason", n ? n : 17);
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
