#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int cli_code_of(const GError *error)
{
    g_assert(error);
    return g_error_matches(error, ENV_ERROR, ENV_ERROR_LIMIT) ? CLI_LIMIT : CLI_USAGE;
}

int cli_fail_error(GError *error)
{
    int code = cli_code_of(error);
    cli_fail(code, "%s", error->message);
    g_error_free(error);
    return code;
}

int cli_code_of_verdict(UcVerdict verdict, bool as_expected)
{
    if (as_expected)
        return CLI_OK;
    return verdict == UC_LIMIT ? CLI_LIMIT : verdict == UC_ERROR ? CLI_INTERNAL : CLI_UNEXPECTED;
}

/* ---- files ---- */

const char *cli_scenario_folder(void)
{
    static const char here[] = "environments/scenarios";
    if (g_file_test(here, G_FILE_TEST_IS_DIR))
        return here;
    g_autofree char *with_program = g_build_filename(env_data_folder(), "scenarios", NULL);
    return g_intern_string(with_program);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool cli_is_scenario(const char *path) { return g_str_has_suffix(path, ".lua"); }

/* The files below that `wanted` takes, sorted. What begins with a dot is not meant (editors leave such files), and a link to a
 * folder is not followed: it may lead back. */
static bool walk(const char *folder, bool (*wanted)(const char *path), GPtrArray *files, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return false;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (name[0] == '.')
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            bool below = !g_file_test(path, G_FILE_TEST_IS_SYMLINK) && (wanted != cli_is_scenario || strcmp(name, "lib"));
            if (below && !walk(path, wanted, files, error))
                return false;
        } else if (wanted(path)) {
            g_ptr_array_add(files, g_steal_pointer(&path));
        }
    }
    return true;
}

/* The scenario, here or built in, whose name is nearest to that of a file that is not there. */
static void set_missing(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free), known = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path);
    g_autoptr(GDir) beside = g_dir_open(folder, 0, NULL);
    for (const char *name; beside && (name = g_dir_read_name(beside));) {
        if (g_str_has_suffix(name, ".lua"))
            g_ptr_array_add(known, g_build_filename(folder, name, NULL));
    }
    g_ptr_array_sort(known, by_name);
    walk(cli_scenario_folder(), cli_is_scenario, known, NULL);
    for (guint i = 0; i < known->len; i++)
        g_ptr_array_add(names, g_path_get_basename(known->pdata[i]));
    g_ptr_array_add(names, NULL);
    g_autofree char *wanted = g_str_has_suffix(base, ".lua") ? g_strdup(base) : g_strconcat(base, ".lua", NULL);
    const char *near = cli_nearest(wanted, (const char *const *)names->pdata);
    for (guint i = 0; near && i < known->len; i++) {
        if (names->pdata[i] == near)
            near = known->pdata[i];
    }
    g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: No such file or directory%s%s%s", path,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

bool cli_scenario_files(const char *path, GPtrArray *files, GError **error)
{
    g_assert(path && files);
    guint before = files->len;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        set_missing(path, error);
        return false;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return true;
    }
    if (!walk(path, cli_is_scenario, files, error))
        return false;
    if (files->len == before)
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected scenarios (*.lua), got a folder without any", path);
    return files->len > before;
}

/* By its name, or by how it begins: one that was cut off or spoilt is not passed over. */
bool cli_is_schedule(const char *path)
{
    static const char *const suffix[] = { ".schedule", ".jsonl", ".trace" };
    char begins[32] = "";
    for (size_t i = 0; i < G_N_ELEMENTS(suffix); i++) {
        if (g_str_has_suffix(path, suffix[i]))
            return true;
    }
    FILE *file = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? fopen(path, "rb") : NULL;
    size_t length = file ? fread(begins, 1, sizeof begins - 1, file) : 0;
    if (file)
        fclose(file);
    return uc_schedule_is_one(begins, length) || g_str_has_prefix(begins, "{\"ucsim-trace\"");
}

bool cli_schedule_files(const char *path, GPtrArray *files, GError **error)
{
    g_assert(path && files);
    guint before = files->len;
    if (access(path, F_OK)) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: %s", path, g_strerror(errno));
        return false;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return true;
    }
    if (!walk(path, cli_is_schedule, files, error))
        return false;
    if (files->len == before)
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected schedules or traces (*.schedule, *.jsonl), got a folder "
                    "without any", path);
    return files->len > before;
}

char *cli_quote(const char *word)
{
    g_assert(word);
    const char *c = word;
    while (g_ascii_isalnum(*c) || (*c && strchr("_-./+:=,@%", *c)))
        c++;
    return *word && !*c ? g_strdup(word) : g_shell_quote(word);
}

/* ---- traces ---- */

bool cli_script_stopped(EnvRun *run, const UcWorld *world)
{
    g_assert(run);
    for (EnvWorld which = ENV_REAL; world && which < ENV_WORLDS; which++) {
        if (env_run_world(run, which) == world)
            return env_run_stop(run, which) == UC_STOP_SCRIPT;
    }
    return false;
}

static char *title_of(const EnvScenario *s)
{
    return s->instance ? g_strdup_printf("%s (%s)", s->title, s->instance) : g_strdup(s->title);
}

typedef struct {
    GString *text;
    UcTraceWriter *writer;
} Capture;

static Capture capture_scenario(const EnvScenario *s, bool hidden)
{
    Capture c = { .text = g_string_new(NULL) };
    g_autofree char *title = title_of(s);
    g_autoptr(GPtrArray) options = env_options_print(&s->options);
    g_autofree char *expect = uc_outlook_print((UcOutlook){ s->expect, s->expect_rule });
    UcTraceHeader header = { title, env_scenario_file(s), s->hash, env_seed_number(s->options.seed), options,
                             expect, hidden };
    c.writer = uc_trace_writer_new(uc_trace_to_string, c.text, &header);
    return c;
}

static GString *captured(Capture *c, bool ok)
{
    uc_trace_writer_free(c->writer);
    if (!ok)
        g_string_free(g_steal_pointer(&c->text), TRUE);
    return c->text;
}

GString *cli_trace_scenario(const EnvScenario *s, EnvRun **run, GError **error)
{
    g_assert(s);
    Capture c = capture_scenario(s, false);
    g_autoptr(EnvRun) r = env_run_both(s, uc_trace_observe, c.writer, error);
    if (r) {
        UcComparison verdict = env_run_comparison(r);
        uc_trace_verdict(c.writer, &verdict, env_run_world(r, ENV_REAL), env_run_world(r, ENV_IDEAL));
    }
    GString *text = captured(&c, r != NULL);
    if (run)
        *run = g_steal_pointer(&r);
    return text;
}

GString *cli_trace_one(const EnvScenario *s, EnvWorld which, bool hidden, EnvRun **run, GError **error)
{
    g_assert(s);
    Capture c = capture_scenario(s, hidden);
    g_autoptr(EnvRun) r = env_run_one(s, which, uc_trace_observe, c.writer, error);
    if (r)
        uc_trace_end(c.writer, env_run_world(r, which));
    GString *text = captured(&c, r != NULL);
    if (run)
        *run = g_steal_pointer(&r);
    return text;
}

static GString *trace_replay(const UcSchedule *schedule, const UcTraceHeader *header, bool torture, EnvReplay **replay,
                             GError **error)
{
    Capture c = { .text = g_string_new(NULL) };
    c.writer = uc_trace_writer_new(uc_trace_to_string, c.text, header);
    uc_trace_writer_follow(c.writer, schedule);
    g_autoptr(EnvReplay) r = env_replay_run(schedule, torture, uc_trace_observe, c.writer, error);
    if (r) {
        UcComparison verdict = env_replay_comparison(r);
        uc_trace_verdict(c.writer, &verdict, env_replay_world(r, ENV_REAL), env_replay_world(r, ENV_IDEAL));
    }
    *replay = g_steal_pointer(&r);
    return captured(&c, *replay != NULL);
}

GString *cli_trace_replay(const UcSchedule *schedule, bool torture, EnvReplay **replay, GError **error)
{
    g_assert(schedule && replay);
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return NULL;
    GString *text = trace_replay(schedule, &origin.header, torture, replay, error);
    if (text && env_replay_meets(*replay, origin.expect) && !uc_lock_meets(env_replay_lock(*replay), origin.expect)) {
        /* cut off before the rule that is expected too: the trace must not expect what cannot be in it */
        origin.header.expect = uc_verdict_name[origin.expect.verdict];
        env_replay_free(*replay);
        g_string_free(text, TRUE);
        text = trace_replay(schedule, &origin.header, torture, replay, error);
    }
    env_origin_clear(&origin);
    return text;
}
