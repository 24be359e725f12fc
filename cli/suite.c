#include "cli/suite.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/files.h"
#include "simulator/base/lines.h"

/* ---- a row ---- */

void cli_row_clear(CliRow *r)
{
    g_assert(r);
    char *texts[] = { r->file, r->title, r->verdict, r->expect, r->rule, r->world, r->why, r->error, r->details, r->reproduce };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    if (r->trace)
        g_string_free(r->trace, TRUE);
}

void cli_row_fail(CliRow *r, int code, const char *message)
{
    g_assert(r && message);
    g_autofree char *base = g_path_get_basename(r->file);
    size_t n = strlen(base);
    bool named = !strncmp(message, base, n) && message[n] == ':';
    g_autofree char *whole = g_strconcat(named ? r->file : "", message + (named ? n : 0), NULL);
    g_free(r->error);
    r->error = uc_shortened(whole);
    r->code = code;
}

RepResult cli_row_result(const CliRow *r)
{
    g_assert(r);
    bool ok = r->code == CLI_OK;
    return (RepResult){ .file = r->file, .title = r->title, .verdict = r->verdict, .expect = r->expect, .rule = r->rule,
                        .world = r->world, .why = r->why, .entry = r->entry, .as_expected = ok, .error = r->error,
                        .details = r->details, .reproduce = ok ? NULL : r->reproduce };
}

/* ---- all of them ---- */

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

static void count(RepSummary *s, int code)
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

RepSummary cli_suite_count(const GPtrArray *row)
{
    g_assert(row);
    RepSummary s = { 0 };
    for (guint i = 0; i < row->len; i++)
        count(&s, ((const CliRow *)row->pdata[i])->code);
    return s;
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

void cli_suite_print_mark(const CliRow *r, bool color)
{
    g_assert(r);
    const char *word = r->error ? "error  " : r->code == CLI_OK ? "ok     " : "FAILED ";
    if (color)
        printf("%s%s\033[0m", r->code == CLI_OK ? "\033[32m" : "\033[1;31m", word);
    else
        fputs(word, stdout);
}

/* ---- files ---- */

/* Of row number i, from 0. Free with g_free(). */
static char *trace_path(const char *to, guint i, const char *file)
{
    static const char *const suffix[] = { ".lua", ".schedule", ".jsonl", ".trace" };
    if (!g_file_test(to, G_FILE_TEST_IS_DIR))
        return g_strdup(to);
    g_autofree char *base = g_path_get_basename(file);
    for (size_t s = 0; s < G_N_ELEMENTS(suffix); s++) {
        if (g_str_has_suffix(base, suffix[s]))
            base[strlen(base) - strlen(suffix[s])] = 0;
    }
    g_autofree char *name = g_strdup_printf("%03u-%s.jsonl", i + 1, base);
    return g_build_filename(to, name, NULL);
}

int cli_suite_check_files(const char *command, const CliSuiteFiles *to, const char *const *path,
                          bool (*takes)(const char *path), const GPtrArray *row)
{
    g_assert(command && to && path && takes && row);
    if (to->trace && row->len != 1 && !g_file_test(to->trace, G_FILE_TEST_IS_DIR))
        return cli_fail(CLI_USAGE, "%s: --trace %s: expected a folder that exists for %u traces", command, to->trace, row->len);
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(CliFile));
    g_autoptr(GPtrArray) traces = g_ptr_array_new_with_free_func(g_free);
    CliFile junit = { .what = "--junit", .path = to->junit, .writes = true };
    g_array_append_val(files, junit);
    for (guint i = 0; i < row->len; i++) {
        const char *file = ((const CliRow *)row->pdata[i])->file;
        CliFile in = { .path = file }, out = { .what = "--trace", .path = to->trace, .writes = true };
        if (to->trace)
            g_ptr_array_add(traces, (gpointer)(out.path = trace_path(to->trace, i, file)));
        g_array_append_val(files, in);
        g_array_append_val(files, out);
    }
    for (; *path; path++) {
        CliFile given = { .path = *path, .takes = g_file_test(*path, G_FILE_TEST_IS_DIR) ? takes : NULL };
        g_array_append_val(files, given);
    }
    return cli_check_files(command, (const CliFile *)(void *)files->data, files->len);
}

bool cli_suite_write_files(const char *command, const CliSuiteFiles *to, const GPtrArray *row, const RepResult *result,
                           const RepJunitRun *run, GError **error)
{
    g_assert(command && to && row && result);
    if (to->junit) {
        g_autoptr(GString) xml = g_string_new(NULL);
        g_autofree char *suite = g_strconcat("ucsim ", command, NULL);
        rep_junit(xml, suite, result, row->len, run);
        if (!cli_write_file(to->junit, xml->str, xml->len, error))
            return false;
    }
    for (guint i = 0; to->trace && i < row->len; i++) {
        const CliRow *r = row->pdata[i];
        g_autofree char *path = trace_path(to->trace, i, r->file);
        if (r->trace && !cli_write_file(path, r->trace->str, r->trace->len, error))
            return false;
    }
    return true;
}

int cli_check_jobs(int jobs)
{
    return jobs >= 1 && jobs <= CLI_JOBS_MAX ? CLI_OK
           : cli_fail(CLI_USAGE, "--jobs: expected 1 to %d, got %d", CLI_JOBS_MAX, jobs);
}
