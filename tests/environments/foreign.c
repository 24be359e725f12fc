#include "foreign.h"

#include <check.h>
#include <glib/gstdio.h>

#include "environments/lua/lint.h"
#include "environments/lua/lua_load.h"

GPtrArray *foreign_scenario(const char *environment, const UcTriple *triple)
{
    GError *error = NULL;
    g_autofree char *folder = g_dir_make_tmp("ucsim-foreign-XXXXXX", &error), *path = g_build_filename(folder, "t.lua", NULL);
    g_autofree char *text = g_strdup_printf("return scenario { title = 't', crypto = 'ideal', torture = true, environment = function (z)\n"
                                            "%s\nend }\n", environment);
    ck_assert(g_file_set_contents(path, text, -1, &error));
    GPtrArray *all = env_scenario_load(path, &error);
    g_remove(path);
    g_rmdir(folder);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    env_options_take(&((EnvScenario *)all->pdata[0])->options, triple);
    return all;
}

void foreign_run(const ForeignRow *row)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) all = foreign_scenario(row->environment, row->triple);
    g_autoptr(EnvRun) run = env_run_both(all->pdata[0], NULL, NULL, &error);
    ck_assert_msg(run != NULL, "%s", error ? error->message : "");
    UcComparison c = env_run_comparison(run);
    ck_assert_msg(c.verdict == row->verdict, "%s: got %s (%s)", row->environment, uc_verdict_name[c.verdict], c.why);
    if (row->why)
        ck_assert_str_eq(c.why, row->why);
}

void foreign_lint(const char *environment, const UcTriple *triple, const char *const *expected)
{
    guint wanted = g_strv_length((char **)expected);
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) all = foreign_scenario(environment, triple);
    env_lint_scenario(all->pdata[0], findings);
    for (guint i = 0; i < findings->len; i++)
        ck_assert_msg(i < wanted && g_str_has_suffix(findings->pdata[i], expected[i]), "%u: %s", i, (char *)findings->pdata[i]);
    ck_assert_uint_eq(findings->len, wanted);
}
