#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "environments/worlds/data_folder.h"
#include "simulator/base/nearest.h"

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

/* What a file is called, without ".lua", in which all are alike. Free with g_free(). */
static char *stem_of(const char *path)
{
    char *base = g_path_get_basename(path);
    if (cli_is_scenario(base))
        base[strlen(base) - strlen(".lua")] = 0;
    return base;
}

/* The scenario, here or built in, whose name is nearest to that of a file that is not there. */
static void set_missing(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free), known = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GDir) beside = g_dir_open(folder, 0, NULL);
    for (const char *name; beside && (name = g_dir_read_name(beside));) {
        if (g_str_has_suffix(name, ".lua"))
            g_ptr_array_add(known, g_build_filename(folder, name, NULL));
    }
    g_ptr_array_sort(known, by_name);
    walk(cli_scenario_folder(), cli_is_scenario, known, NULL);
    for (guint i = 0; i < known->len; i++)
        g_ptr_array_add(names, stem_of(known->pdata[i]));
    g_ptr_array_add(names, NULL);
    g_autofree char *wanted = stem_of(path);
    const char *near = uc_nearest(wanted, (const char *const *)names->pdata);
    for (guint i = 0; near && i < known->len; i++) {
        if (names->pdata[i] == near)
            near = known->pdata[i];
    }
    g_autofree char *meant = uc_did_you_mean(near);
    g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: No such file or directory%s", path, meant);
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
    enum { HEAD = 1 << 16 };
    for (size_t i = 0; i < G_N_ELEMENTS(suffix); i++) {
        if (g_str_has_suffix(path, suffix[i]))
            return true;
    }
    FILE *file = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? fopen(path, "rb") : NULL;
    g_autofree char *head = file ? g_malloc(HEAD) : NULL;
    size_t length = file ? fread(head, 1, HEAD, file) : 0;
    if (file)
        fclose(file);
    return env_replay_is_one(head, length);
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

/* ---- triples from outside ---- */

static const char *loaded[ENV_TRIPLES_MAX]; /* files */
static unsigned loads;

const char *cli_program(void)
{
    g_autoptr(GString) out = g_string_new("ucsim");
    for (unsigned i = 0; i < loads; i++) {
        g_autofree char *file = cli_quote(loaded[i]);
        g_string_append_printf(out, " --triple %s", file);
    }
    return g_intern_string(out->str);
}

int cli_load_triple(const char *path)
{
    g_autoptr(GError) error = NULL;
    if (!env_triple_load(path, &error))
        return cli_fail(CLI_USAGE, "--triple: %s: %s", path, error->message);
    loaded[loads++] = path;
    return CLI_OK;
}

char **cli_triple_words(void)
{
    char **words = g_new0(char *, 2 * loads + 1);
    for (unsigned i = 0; i < loads; i++) {
        words[2 * i] = g_strdup("--triple");
        words[2 * i + 1] = g_strdup(loaded[i]);
    }
    return words;
}
