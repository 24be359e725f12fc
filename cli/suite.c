#include "cli/suite.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    void (*run)(void *row);
    GAsyncQueue *done; /* rows, as they finish */
} Work;

static void work(gpointer row, gpointer data)
{
    Work *w = data;
    w->run(row);
    OPENSSL_thread_stop(); /* what libcrypto keeps for this thread: the program may end before the thread does */
    g_async_queue_push(w->done, row);
}

void cli_suite_run(GPtrArray *row, void (*run)(void *row), const char *what, int jobs, bool quiet)
{
    g_assert(row && run && what);
    Work w = { run, g_async_queue_new() };
    bool terminal = isatty(STDERR_FILENO) && !quiet, shown = false;
    gint64 start = g_get_monotonic_time();
    GThreadPool *pool = g_thread_pool_new(work, &w, CLAMP(jobs, 1, CLI_JOBS_MAX), FALSE, NULL);
    for (guint i = 0; i < row->len; i++)
        g_thread_pool_push(pool, row->pdata[i], NULL);
    for (guint done = 0; done < row->len;) {
        bool one = g_async_queue_timeout_pop(w.done, G_USEC_PER_SEC / 5) != NULL;
        done += one;
        if (!one && !g_thread_pool_get_num_threads(pool) && g_thread_pool_unprocessed(pool)) /* else it would wait for ever */
            exit(cli_fail(CLI_LIMIT, "out of memory: no thread can begin (see ulimit -v)"));
        if (terminal && g_get_monotonic_time() - start > G_USEC_PER_SEC) {
            fprintf(stderr, "\r%u of %u %ss", done, row->len, what);
            shown = true;
        }
    }
    if (shown)
        fputs("\r\033[K", stderr);
    g_thread_pool_free(pool, FALSE, TRUE);
    g_async_queue_unref(w.done);
}

void cli_suite_count(RepSummary *s, int code)
{
    s->total++;
    switch (code) {
    case CLI_OK: s->as_expected++; break;
    case CLI_UNEXPECTED: s->unexpected++; break;
    case CLI_LIMIT: s->limits++; break;
    case CLI_INTERNAL: s->internal++; break;
    default: s->errors++;
    }
}

int cli_suite_code(const RepSummary *s)
{
    return s->internal ? CLI_INTERNAL : s->errors ? CLI_USAGE : s->unexpected ? CLI_UNEXPECTED
           : s->limits ? CLI_LIMIT : CLI_OK;
}

void cli_suite_print_summary(const RepSummary *s, const char *what)
{
    const struct {
        unsigned count;
        const char *how;
    } row[] = { { s->as_expected, "as expected" }, { s->unexpected, "another verdict than expected" },
                { s->limits, "ran into a limit" }, { s->errors, "with an error" }, { s->internal, "internal errors" } };
    printf("%u %s%s:", s->total, what, s->total == 1 ? "" : "s");
    bool first = true;
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        if (!row[i].count && i)
            continue;
        printf("%s %u %s", first ? "" : ",", row[i].count, row[i].how);
        first = false;
    }
    putchar('\n');
}

void cli_suite_print_mark(int code, bool error, bool color)
{
    const char *word = error ? "error  " : code == CLI_OK ? "ok     " : "FAILED ";
    if (color)
        printf("%s%s\033[0m", code == CLI_OK && !error ? "\033[32m" : "\033[1;31m", word);
    else
        fputs(word, stdout);
}

int cli_check_jobs(int jobs)
{
    return jobs >= 1 && jobs <= CLI_JOBS_MAX ? CLI_OK
           : cli_fail(CLI_USAGE, "--jobs: expected 1 to %d, got %d", CLI_JOBS_MAX, jobs);
}

bool cli_suite_traces_fit(const char *to, guint rows) { return !to || rows == 1 || g_file_test(to, G_FILE_TEST_IS_DIR); }

bool cli_suite_write_trace(const char *to, guint i, const char *file, const GString *trace, GError **error)
{
    static const char *const suffix[] = { ".lua", ".schedule", ".jsonl", ".trace" };
    g_autofree char *base = g_path_get_basename(file);
    for (size_t s = 0; s < G_N_ELEMENTS(suffix); s++) {
        if (g_str_has_suffix(base, suffix[s]))
            base[strlen(base) - strlen(suffix[s])] = 0;
    }
    g_autofree char *path = g_file_test(to, G_FILE_TEST_IS_DIR) ? g_strdup_printf("%s/%03u-%s.jsonl", to, i + 1, base)
                                                                : g_strdup(to);
    return !trace || cli_write_file(path, trace->str, trace->len, error);
}
