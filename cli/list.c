/* ucsim list: what scenarios can use, and which there are. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "environments/advantage.h"
#include "environments/lua_load.h"
#include "signing/signing.h"

static void print_protocols(void)
{
    puts("protocols");
    for (const UcTriple *t = env_triple; t->protocol; t++)
        printf("  %-12s %s\n", t->protocol->name, t->protocol->title);
}

static void print_schemes(bool all)
{
    size_t sets = 0;
    while (sig_set_at(sets))
        sets++;
    printf("\nschemes (parameter sets by their IANA or NIST names, with the number of one-time keys)\n");
    for (size_t i = 0; i < sets && (all || i == 0); i++)
        printf("  %-68s %" G_GUINT64_FORMAT "\n", sig_set_name(sig_set_at(i)), sig_set_capacity(sig_set_at(i)));
    puts("  HSS:LMS,LMS,...  1 to 8 LMS sets, top first");
    if (!all)
        printf("  and %zu more of LMS, XMSS and XMSS^MT: 'ucsim list schemes'\n", sets - 1);
}

/* Options that are one of several names, with what each means. */
static void print_names(const UcOptionTable *table)
{
    for (size_t i = 0; i < table->rows; i++) {
        const UcOptionRow *row = &table->row[i];
        if (!row->meaning)
            continue;
        printf("\n%s\n", row->name);
        for (unsigned n = 0; row->names[n]; n++)
            printf("  %-12s %s\n", row->names[n], row->meaning[n]);
    }
}

static void print_choices(void)
{
    static const char *const storage[UC_STORAGES] = {
        [UC_STORAGE_ATOMIC] = "a write is all or nothing, and stays",
        [UC_STORAGE_ROLLBACK] = "the adversary may restore any earlier snapshot",
        [UC_STORAGE_MONOTONIC] = "the same, with a hardware counter that is compared at restart",
        [UC_STORAGE_TORN] = "a crash may leave a record half written",
        [UC_STORAGE_CACHE] = "a crash may lose the last writes, or their order",
        [UC_STORAGE_LYING] = "a crash may lose writes that were acknowledged",
    };
    puts("\nstorage models");
    for (unsigned i = 0; i < UC_STORAGES; i++)
        printf("  %-12s %s\n", uc_storage_name[i], storage[i]);
    for (const UcTriple *t = env_triple; t->protocol; t++)
        print_names(&t->protocol->interface->options);
    puts("\ncrypto\n  real         the signatures of the scheme, AES-256-GCM payloads\n"
         "  ideal        the same interfaces without cryptography: for exploring");
}

static void print_natives(void)
{
    puts("\nenvironments in C, for 'ucsim advantage native:NAME'");
    const UcNative *native;
    for (unsigned i = 0; (native = env_native_at(i, NULL)); i++)
        printf("  %-16s %s\n", native->name, native->title);
}

static int print_scenarios(const char *folder, const GPtrArray *files)
{
    GError *error = NULL;
    printf("\nscenarios in %s\n", folder);
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GPtrArray) instances = env_scenario_load(files->pdata[i], &error);
        if (!instances)
            return cli_fail_error(error);
        const EnvScenario *s = instances->pdata[0];
        const char *name = (const char *)files->pdata[i] + strlen(folder) + (folder[strlen(folder) - 1] != '/');
        printf("  %-44s %s%s", name, s->title, instances->len > 1 ? "" : "\n");
        if (instances->len > 1)
            printf(" (%u instances)\n", instances->len);
    }
    return CLI_OK;
}

int cli_list(int argc, char **argv)
{
    static const GOptionEntry none[] = { { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL } };
    int code;
    if (!cli_parse("list", "[schemes|FOLDER]", "Prints what scenarios can use, and the scenarios of a folder (default: "
                   "the built-in ones).", none, &argc, &argv, &code))
        return code;
    if (argc > 2)
        return cli_fail(CLI_USAGE, "list: expected one folder, got %d", argc - 1);
    if (argc == 2 && !strcmp(argv[1], "schemes")) {
        print_schemes(true);
        return CLI_OK;
    }
    const char *folder = argc > 1 ? argv[1] : cli_scenario_folder();
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    const bool there = g_file_test(folder, G_FILE_TEST_IS_DIR);
    if (!there && argc > 1)
        return cli_fail(CLI_USAGE, "list: expected a folder or 'schemes', got '%s'", folder);
    if (there && !cli_scenario_files(folder, files, &error)) /* before anything is printed */
        return cli_fail_error(error);
    if (argc == 1) {
        print_protocols();
        print_schemes(false);
        print_choices();
    print_natives();
    }
    return there ? print_scenarios(folder, files)
                 : cli_fail(CLI_USAGE, "list: the built-in scenarios are neither beside the program nor in '%s'", folder);
}
