/* ucsim new: a scenario to start from, or a triple in C. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "environments/worlds/registry.h"
#include "environments/worlds/options.h"

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

/* Never over a file that is there, not even in a race. */
static int write_new(const char *path, const char *bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return cli_fail(CLI_USAGE, "new: %s is there already; it was left as it is", path);
    if (fd < 0)
        return cli_fail(CLI_USAGE, "new: %s: %s", path, g_strerror(errno));
    bool ok = write_all(fd, bytes, strlen(bytes));
    if ((close(fd) || !ok) && !unlink(path))
        return cli_fail(CLI_USAGE, "new: %s: expected to write it, got an error", path);
    return CLI_OK;
}

static bool name_ok(const char *name)
{
    const char *c = name;
    while (g_ascii_isalnum(*c) || (*c && strchr("-_.", *c)))
        c++;
    return *name && *name != '.' && *name != '-' && !*c;
}

/* ---- a scenario ---- */

/* What scenarios of all interfaces begin with, and what they say of Z and of A. */
static const char head[] =
    "-- What this scenario is about, in a sentence.\n"
    "--   PROGRAM check FILE         runs it in both worlds and compares what Z saw\n"
    "--   PROGRAM lint FILE          finds misspelt names without running it\n"
    "--   PROGRAM watch FILE         checks again whenever the file changes\n"
    "--   PROGRAM explore FILE       tries every schedule within the bounds of 'explore'\n"
    "return scenario {\n";
static const char environment[] =
    "  -- Z, the environment: gives the parties their inputs and sees their outputs. Every call is one activation, and\n"
    "  -- returns the message that came back, or nil.\n";
static const char adversary[] =
    "  -- A, the adversary: is the network, and may crash, restore and corrupt parties. Without this function A is the\n"
    "  -- dummy adversary, and Z gives the orders: z:deliver(...), z:crash(...), ...\n"
    "  adversary = function (a)\n"
    "    a:on_send(function (payload) a:deliver(payload.to, payload) end)\n"
    "    a:on_ask(\"replay\", function ()\n"
    "      for _, p in ipairs(a:seen()) do a:deliver(p.to, p) end\n"
    "    end)\n"
    "  end,\n";

static char *title_of(const char *name)
{
    size_t length = strlen(name) - (g_str_has_suffix(name, ".lua") ? 4 : 0);
    char *title = g_strndup(name, length);
    return g_strdelimit(title, "-_", ' ');
}

static int make(const char *given, const UcInterface *interface)
{
    g_autofree char *name = g_path_get_basename(given);
    if (g_str_has_suffix(given, "/") || !name_ok(name) || !strcmp(name, ".lua"))
        return cli_fail(CLI_USAGE, "new: expected a name of letters, digits, '-', '_' and '.' (not '-' or '.' first), got '%s'", given);
    g_autofree char *path = g_str_has_suffix(given, ".lua") ? g_strdup(given) : g_strconcat(given, ".lua", NULL);
    g_autofree char *title = title_of(name), *file = g_path_get_basename(path);
    if (!interface->first_script)
        return cli_fail(CLI_USAGE, "new: %s has no scenario to start from", interface->name);
    g_autoptr(GString) out = g_string_new(head);
    g_string_append_printf(out, "%s}\n", interface->first_script);
    g_string_replace(out, "ENVIRONMENT", environment, 1);
    g_string_replace(out, "ADVERSARY", adversary, 1);
    g_string_replace(out, "TITLE", title, 1);
    g_string_replace(out, "FILE", file, 0);
    g_string_replace(out, "PROGRAM", cli_program(), 0);
    int code = write_new(path, out->str);
    if (code == CLI_OK)
        printf("%s written; next: %s check %s\n", path, cli_program(), path);
    return code;
}

/* ---- a triple in C ---- */

/* docs/skeleton, as the Makefile puts it into strings. */
extern const char cli_skeleton_c[], cli_skeleton_lua[], cli_skeleton_make[];

/* The names of protocols (simulator/triple/triple.h), and of files. */
static bool protocol_name_ok(const char *name)
{
    const char *c = name;
    while (g_ascii_islower(*c) || (c > name && (g_ascii_isdigit(*c) || *c == '-')))
        c++;
    return c > name && !*c;
}

static int write_part(const char *path, const char *text, const char *name)
{
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_autoptr(GString) out = g_string_new(text);
    g_strdelimit(upper, "-", '_');
    g_string_replace(out, "NAME", name, 0);
    g_string_replace(out, "UPPER", upper, 0);
    return write_new(path, out->str);
}

/* All parts or none, unless somebody else writes there at the same time. */
static int write_parts(const char *name, const char *folder)
{
    const struct {
        char *path;
        const char *text;
    } part[] = { { g_strdup_printf("%s/%s.c", folder, name), cli_skeleton_c }, { g_strdup_printf("%s/%s.lua", folder, name), cli_skeleton_lua },
                 { g_build_filename(folder, "Makefile", NULL), cli_skeleton_make } };
    int code = CLI_OK;
    for (unsigned i = 0; i < G_N_ELEMENTS(part) && code == CLI_OK; i++) {
        if (g_file_test(part[i].path, G_FILE_TEST_EXISTS) || g_file_test(part[i].path, G_FILE_TEST_IS_SYMLINK))
            code = cli_fail(CLI_USAGE, "new: %s is there already; nothing was written", part[i].path);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(part) && code == CLI_OK; i++)
        code = write_part(part[i].path, part[i].text, name);
    for (unsigned i = 0; i < G_N_ELEMENTS(part); i++)
        g_free(part[i].path);
    return code;
}

static int make_triple(const char *name, const char *folder)
{
    if (!protocol_name_ok(name))
        return cli_fail(CLI_USAGE, "new: expected a name of lower-case letters, digits and '-' that begins with a letter, got '%s'", name);
    if (env_triple_find(name))
        return cli_fail(CLI_USAGE, "new: expected a name that no protocol has, got '%s'", name);
    if (g_mkdir_with_parents(folder, 0777))
        return cli_fail(CLI_USAGE, "new: %s: %s", folder, g_strerror(errno));
    g_autofree char *quoted = cli_quote(folder);
    int code = write_parts(name, folder);
    if (code == CLI_OK)
        printf("%s.c, %s.lua and Makefile written in %s; next: make -C %s check\n", name, name, quoted, quoted);
    return code;
}

int cli_new(int argc, char **argv)
{
    gboolean triple = FALSE, in_c = FALSE;
    g_autofree char *protocol = NULL;
    const GOptionEntry entries[] = {
        { "triple", 0, 0, G_OPTION_ARG_NONE, &triple, "a triple of your own instead: interface, functionality, protocol, UC simulator", NULL },
        { "c", 0, 0, G_OPTION_ARG_NONE, &in_c, "--triple: in C, with a scenario and a Makefile", NULL },
        { "protocol", 0, 0, G_OPTION_ARG_STRING, &protocol, "of the protocol of this name (default: the first of 'ucsim list')", "NAME" },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL } };
    int code;
    if (!cli_parse("new", "[OPTION…] NAME [FOLDER]", "Writes NAME.lua: a scenario with comments that passes 'ucsim check', to start from. A "
                   "file that is there\nis never overwritten. NAME may have a folder in front.\n\n  ucsim new --triple --c NAME [FOLDER]\n\n"
                   "writes a triple: NAME.c, NAME.lua and a Makefile into FOLDER (NAME, unless it is given), for\n'ucsim --triple'.",
                   entries, &argc, &argv, &code))
        return code;
    if (triple != in_c)
        return cli_fail(CLI_USAGE, triple ? "new: --triple: expected --c too, as triples are written in C" : "new: --c: expected --triple too");
    if (triple && protocol)
        return cli_fail(CLI_USAGE, "new: --protocol: expected none with --triple, which writes a protocol");
    if (triple && (argc < 2 || argc > 3))
        return cli_fail(CLI_USAGE, "new: expected a name, and a folder if need be, got %d words", argc - 1);
    if (triple)
        return make_triple(argv[1], argv[argc - 1]);
    if (argc != 2)
        return cli_fail(CLI_USAGE, "new: expected one name, got %d", argc - 1);
    EnvOptions options = env_default_options();
    g_autofree char *wrong = protocol ? env_options_use(&options, protocol) : NULL;
    return wrong ? cli_fail(CLI_USAGE, "new: --protocol: %s", wrong) : make(argv[1], options.triple->protocol->interface);
}
