#include "cli/session.h"

#include <stdio.h>
#include <string.h>

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

static bool walk(const char *folder, GPtrArray *files, GError **error)
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
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            if (name[0] != '.' && strcmp(name, "lib") && !walk(path, files, error))
                return false;
        } else if (g_str_has_suffix(name, ".lua")) {
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
    walk(cli_scenario_folder(), known, NULL);
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
    if (!walk(path, files, error))
        return false;
    if (files->len == before)
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected scenarios (*.lua), got a folder without any", path);
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

static Capture capture_scenario(const EnvScenario *s)
{
    Capture c = { .text = g_string_new(NULL) };
    g_autofree char *title = title_of(s);
    g_autoptr(GPtrArray) options = env_options_print(&s->options);
    UcTraceHeader header = { title, env_scenario_file(s), s->hash, env_seed_number(s->options.seed), options,
                             uc_verdict_name[s->expect] };
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
    Capture c = capture_scenario(s);
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

GString *cli_trace_one(const EnvScenario *s, EnvWorld which, EnvRun **run, GError **error)
{
    g_assert(s);
    Capture c = capture_scenario(s);
    g_autoptr(EnvRun) r = env_run_one(s, which, uc_trace_observe, c.writer, error);
    if (r)
        uc_trace_end(c.writer, env_run_world(r, which));
    GString *text = captured(&c, r != NULL);
    if (run)
        *run = g_steal_pointer(&r);
    return text;
}

GString *cli_trace_replay(const UcSchedule *schedule, bool torture, EnvReplay **replay, GError **error)
{
    g_assert(schedule);
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return NULL;
    Capture c = { .text = g_string_new(NULL) };
    c.writer = uc_trace_writer_new(uc_trace_to_string, c.text, &origin.header);
    uc_trace_writer_follow(c.writer, schedule);
    g_autoptr(EnvReplay) r = env_replay_run(schedule, torture, uc_trace_observe, c.writer, error);
    if (r) {
        UcComparison verdict = env_replay_comparison(r);
        uc_trace_verdict(c.writer, &verdict, env_replay_world(r, ENV_REAL), env_replay_world(r, ENV_IDEAL));
    }
    env_origin_clear(&origin);
    if (replay)
        *replay = g_steal_pointer(&r);
    return captured(&c, replay ? *replay != NULL : r != NULL);
}
