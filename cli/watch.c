/* ucsim watch: checks again when a script, or something that it may use, changes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/session.h"

enum { SETTLE_MS = 100, MISSING_MS = 200, EVENT_BYTES = 8192 };

typedef struct {
    char **path; /* as given */
    int changes, signals;
} Watch;

/* Folders, not files: editors replace files by new ones. A library lies beside the script, in lib or in ../lib. */
static void watch_folders_of(const Watch *w, const char *file)
{
    static const char *const place[] = { ".", "lib", "../lib" };
    g_autofree char *folder = g_path_get_dirname(file);
    for (size_t i = 0; i < G_N_ELEMENTS(place); i++) {
        g_autofree char *path = g_build_filename(folder, place[i], NULL);
        inotify_add_watch(w->changes, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR);
    }
}

/* New scripts and folders are found by looking again; watching a folder twice does no harm. */
static bool watch_all(const Watch *w, GError **error)
{
    for (char **path = w->path; *path; path++) {
        g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
        if (!cli_scenario_files(*path, files, error))
            return false;
        for (guint i = 0; i < files->len; i++)
            watch_folders_of(w, files->pdata[i]);
    }
    return true;
}

/* In the child: Ctrl-C ends it, as it ends us. */
static void let_signals_in(gpointer data)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A process of its own: whatever a script does to it, watching goes on. */
static bool check(const Watch *w, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_auto(GStrv) triples = cli_triple_words();
    g_ptr_array_add(argv, (gpointer)"/proc/self/exe");
    for (char **word = triples; *word; word++)
        g_ptr_array_add(argv, *word);
    g_ptr_array_add(argv, (gpointer)"check");
    g_ptr_array_add(argv, (gpointer)"--");
    for (char **path = w->path; *path; path++)
        g_ptr_array_add(argv, *path);
    g_ptr_array_add(argv, NULL);
    bool ok = g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_CHILD_INHERITS_STDIN, let_signals_in, NULL, NULL, NULL,
                           NULL, error);
    if (ok)
        puts("waiting for changes; Ctrl-C ends");
    fflush(stdout);
    return ok;
}

/* Reads what is there: did a script change? */
static bool script_changed(const Watch *w)
{
    char buffer[EVENT_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n = read(w->changes, buffer, sizeof buffer);
    bool changed = false;
    for (ssize_t i = 0; i < n;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(buffer + i);
        changed |= (event->mask & IN_Q_OVERFLOW) || (event->len && g_str_has_suffix(event->name, ".lua"));
        i += (ssize_t)(sizeof *event + event->len);
    }
    return changed;
}

/* Until a script has changed, if none has yet, and the changes have settled. False: somebody wants an end. */
static bool wait_for_change(const Watch *w, bool changed)
{
    struct pollfd ready[] = { { w->changes, POLLIN, 0 }, { w->signals, POLLIN, 0 } };
    while (true) {
        int n = poll(ready, G_N_ELEMENTS(ready), changed ? SETTLE_MS : -1);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0 && ready[1].revents)
            return false;
        if (n > 0 && ready[0].revents)
            changed |= script_changed(w);
        if (n == 0)
            return true;
    }
}

/* Until all scripts are there: editors take them away for a moment, and their folder may go too, so nothing but looking tells.
 * False: somebody wants an end. */
static bool wait_for_all(const Watch *w)
{
    struct pollfd ends = { w->signals, POLLIN, 0 };
    g_autoptr(GError) error = NULL;
    if (watch_all(w, &error))
        return true;
    printf("%s; waiting for it; Ctrl-C ends\n", error->message);
    fflush(stdout);
    do {
        int n = poll(&ends, 1, MISSING_MS);
        if (n > 0 || (n < 0 && errno != EINTR))
            return false;
    } while (!watch_all(w, NULL));
    return wait_for_change(w, true); /* what came back may not be whole yet */
}

static int watch(const Watch *w)
{
    GError *error = NULL;
    if (!watch_all(w, &error))
        return cli_fail_error(error);
    do {
        if (!check(w, &error))
            return cli_fail_error(error);
    } while (wait_for_change(w, false) && wait_for_all(w));
    return CLI_OK;
}

static int start(char **path)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    Watch w = { path, inotify_init1(IN_CLOEXEC), signalfd(-1, &ends, SFD_CLOEXEC) };
    int code = w.changes < 0 || w.signals < 0 ? cli_fail(CLI_LIMIT, "watch: %s", g_strerror(errno)) : watch(&w);
    if (w.changes >= 0)
        close(w.changes);
    if (w.signals >= 0)
        close(w.signals);
    return code;
}

int cli_watch(int argc, char **argv)
{
    g_auto(GStrv) path = NULL;
    const GOptionEntry entries[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &path, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (!cli_parse("watch", "SCENARIO...", "Runs 'ucsim check' on scripts or folders of scripts, and again whenever a "
                   "script in their folders or a\nlibrary that they may use changes. Ctrl-C ends it, with exit code 0.",
                   entries, &argc, &argv, &code))
        return code;
    if (!path)
        return cli_fail(CLI_USAGE, "watch: expected scripts or folders of scripts, got none; see 'ucsim watch --help'");
    return start(path);
}
