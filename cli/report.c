#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/files.h"
#include "environments/worlds/options.h"
#include "report/audit.h"
#include "report/html.h"

static const char text[] =
    "Writes one HTML file about traces and audits: a table of verdicts with a filter, and for each trace its chart to zoom and\n"
    "step through, what both worlds hold, who has what, and the command that reproduces it. The file\n"
    "needs nothing else: it can be mailed and read offline.\n"
    "\n"
    "A folder stands for the *.jsonl in it; a file named *.json is what 'ucsim audit signatures --json' wrote. Examples:\n"
    "  ucsim check --trace traces/ scenarios/\n"
    "  ucsim report traces/ -o report.html\n"
    "  ucsim report audit.json -o report.html";

static void free_item(void *data)
{
    RepHtmlItem *item = data;
    g_free(item->name);
    uc_trace_free(item->trace);
    g_free(item);
}

static bool add_audit(GPtrArray *audits, const char *path, GError **error)
{
    RepAudit *audit = rep_audit_load(path, error);
    if (audit)
        g_ptr_array_add(audits, audit);
    return audit != NULL;
}

static bool add_file(GPtrArray *items, const char *path, GError **error)
{
    UcTrace *trace = uc_trace_load(path, error);
    if (!trace)
        return false;
    RepHtmlItem *item = g_new0(RepHtmlItem, 1);
    item->name = g_strdup(path);
    item->trace = trace;
    item->interface = env_trace_interface(trace);
    item->program = cli_program();
    g_ptr_array_add(items, item);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_trace(const char *path) { return g_str_has_suffix(path, ".jsonl"); }

/* Files in the order of their names, whatever the file system says. */
static bool add_folder(GPtrArray *items, const char *path, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    if (!dir)
        return false;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        if (name[0] != '.' && is_trace(name))
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        if (!add_file(items, names->pdata[i], error))
            return false;
    }
    return true;
}

static int check_files(int argc, char **argv, const char *output)
{
    g_autofree CliFile *files = g_new0(CliFile, (gsize)argc);
    files[0] = (CliFile){ .what = "-o", .path = output, .writes = true };
    for (int i = 1; i < argc; i++)
        files[i] = (CliFile){ .path = argv[i], .takes = g_file_test(argv[i], G_FILE_TEST_IS_DIR) ? is_trace : NULL };
    return cli_check_files("report", files, (size_t)argc);
}

static int write_report(const GPtrArray *items, const GPtrArray *audits, const char *title, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *page = rep_html(items, audits, title, &error);
    if (!page)
        return cli_fail(error->code == REP_ERROR_MISSING ? CLI_USAGE : CLI_INTERNAL, "report: %s", error->message);
    if (!cli_write_file(path, page, strlen(page), &error))
        return cli_fail(CLI_USAGE, "report: %s", error->message);
    return CLI_OK;
}

static int report(int argc, char **argv, const char *output, const char *title)
{
    if (argc < 2)
        return cli_fail(CLI_USAGE, "report: expected traces or folders of traces; see 'ucsim report --help'");
    if (!output)
        return cli_fail(CLI_USAGE, "report: where to? give -o FILE, for example -o report.html");
    int code = check_files(argc, argv, output);
    if (code != CLI_OK)
        return code;
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(free_item);
    g_autoptr(GPtrArray) audits = g_ptr_array_new_with_free_func((GDestroyNotify)rep_audit_free);
    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;
        bool folder = g_file_test(argv[i], G_FILE_TEST_IS_DIR);
        bool audit = !folder && g_str_has_suffix(argv[i], ".json");
        if (!(folder ? add_folder : audit ? add_audit : add_file)(audit ? audits : items, argv[i], &error))
            return cli_fail(CLI_USAGE, "report: %s", error->message);
    }
    if (!items->len && !audits->len)
        return cli_fail(CLI_USAGE, "report: no *.jsonl in what was given");
    return write_report(items, audits, title ? title : "ucsim report", output);
}

int cli_report(int argc, char **argv)
{
    g_autofree char *output = NULL, *title = NULL;
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "the page", "FILE" },
        { "title", 0, 0, G_OPTION_ARG_STRING, &title, "heading of the page", "TEXT" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    if (!cli_parse("report", "TRACE... -o FILE", text, entries, &argc, &argv, &code))
        return code;
    return report(argc, argv, output, title);
}
