/* ucsim list: what scenarios can use, and which there are. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/advantage.h"
#include "signing/signing.h"
#include "simulator/triple/calls.h"
#include "simulator/triple/play.h"

static void print_protocols(void)
{
    puts("protocols ('ucsim list NAME' says more about one)");
    for (const UcTriple *t = env_triple; t->protocol; t++)
        printf("  %-17s %s\n", t->protocol->name, t->protocol->title);
}

/* ---- one triple ---- */

/* "\n  HEAD  a, b": comma separated, under a head that stands once. */
static void append(GString *line, const char *text) { g_string_append_printf(line, "%s%s", line->len ? ", " : "", text); }

static void print_line(const char *head, GString *line)
{
    if (line->len)
        printf("  %-11s %s\n", head, line->str);
    g_string_truncate(line, 0);
}

static void print_calls(const UcInterface *interface)
{
    for (const UcCall *c = interface->calls; c && c->word; c++) {
        g_autoptr(GString) line = g_string_new(NULL);
        const char *name;
        for (unsigned i = 0; (name = uc_call_argument(interface->messages, c, i)); i++)
            append(line, name);
        printf("  %-11s z:%s(party%s%s%s)\n", c == interface->calls ? "inputs" : "", c->word, !line->len ? "" : c->named ? ", { " : ", ",
               line->str, c->named && line->len ? " }" : "");
    }
}

static void print_attacks(const UcAttackKit *kit)
{
    for (const UcAttackCall *c = kit ? kit->call : NULL; c && c->name; c++) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (const UcAttackField *f = c->argument; f->name; f++)
            append(line, f->name);
        printf("  %-11s a:%s%s%s%s\n", c == kit->call ? "attacks" : "", c->name, c->named ? " { " : "(", line->str, c->named ? " }" : ")");
    }
}

static void print_option(const UcOptionTable *table, const UcOptionRow *row, bool first)
{
    UcSettings values;
    uc_settings_default(table, &values);
    g_autofree char *names = row->names ? g_strjoinv(", ", (char **)row->names) : NULL;
    printf("  %-11s %s", first ? "options" : "", row->script);
    if (row->type == UC_OPTION_NUMBER && row->high)
        printf(": 1 to %" G_GUINT64_FORMAT, row->high);
    if (names && row->type != UC_OPTION_FLAG)
        printf(": %s", names);
    if (row->type == UC_OPTION_NUMBER)
        printf(" (%" G_GUINT64_FORMAT ")", uc_option_number(row, &values));
    else if (names && row->type != UC_OPTION_FLAG)
        printf(" (%s)", row->names[uc_option_number(row, &values)]);
    putchar('\n');
}

static unsigned print_options(const UcOptionTable *table, unsigned printed)
{
    for (size_t i = 0; i < table->rows; i++) {
        if (table->row[i].script)
            print_option(table, &table->row[i], printed++ == 0);
    }
    return printed;
}

static void print_bounds(const UcInterface *interface)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (unsigned i = 0; interface->alphabet && i < interface->alphabet->inputs; i++)
        append(line, uc_input_bound(&interface->alphabet->input[i], interface->messages));
    print_line("bounds", line);
}

/* What a scenario can say to it, its default in brackets. */
static void print_triple(const UcTriple *t)
{
    const UcInterface *interface = t->protocol->interface;
    g_autoptr(GString) line = g_string_new(NULL);
    printf("%s: %s\n  %-11s %s\n", t->protocol->name, t->protocol->title, "realises", t->functionality->name);
    for (const UcSimulatorRow *s = t->simulator; s->name; s++)
        append(line, s->name);
    print_line("simulators", line);
    print_calls(interface);
    print_options(&t->protocol->options, print_options(&interface->options, 0));
    print_bounds(interface);
    for (const UcRule *rule = interface->rules; rule && rule->name; rule++)
        append(line, rule->name);
    print_line("rules", line);
    for (unsigned i = 0; t->protocol->codec && i < t->protocol->codec->fields; i++)
        append(line, t->protocol->codec->field[i].name);
    print_line("payload", line);
    print_attacks(t->kit);
    for (const UcNative *n = t->protocol->natives; n && n->name; n++)
        append(line, n->name);
    print_line("native", line);
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
    puts("\ncrypto\n  real         the primitives of the protocol\n"
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
    if (!cli_parse("list", "[schemes|PROTOCOL|FOLDER]", "Prints what scenarios can use, and the scenarios of a folder (default: "
                   "the built-in ones). Of a protocol:\nits functionality, inputs, options with their defaults, bounds, rules, "
                   "fields of payloads, attacks.", none, &argc, &argv, &code))
        return code;
    if (argc > 2)
        return cli_fail(CLI_USAGE, "list: expected one folder, got %d", argc - 1);
    if (argc == 2 && !strcmp(argv[1], "schemes")) {
        print_schemes(true);
        return CLI_OK;
    }
    const UcTriple *triple = argc == 2 ? env_triple_find(argv[1]) : NULL;
    if (triple) {
        print_triple(triple);
        return CLI_OK;
    }
    const char *folder = argc > 1 ? argv[1] : cli_scenario_folder();
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    const bool there = g_file_test(folder, G_FILE_TEST_IS_DIR);
    if (!there && argc > 1)
        return cli_fail(CLI_USAGE, "list: expected a folder, a protocol or 'schemes', got '%s'", folder);
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
