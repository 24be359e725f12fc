/* ucsim new: a scenario to start from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
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

/* What scenarios of all interfaces begin with, and what they say of Z and of A. */
static const char head[] =
    "-- What this scenario is about, in a sentence.\n"
    "--   ucsim check FILE         runs it in both worlds and compares what Z saw\n"
    "--   ucsim lint FILE          finds misspelt names without running it\n"
    "--   ucsim watch FILE         checks again whenever the file changes\n"
    "--   ucsim explore FILE       tries every schedule within the bounds of 'explore'\n"
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
    int code = write_new(path, out->str);
    if (code == CLI_OK)
        printf("%s written; next: ucsim check %s\n", path, path);
    return code;
}

int cli_new(int argc, char **argv)
{
    g_autofree char *protocol = NULL;
    const GOptionEntry entries[] = {
        { "protocol", 0, 0, G_OPTION_ARG_STRING, &protocol, "of the protocol of this name (default: the first of 'ucsim list')", "NAME" },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL } };
    int code;
    if (!cli_parse("new", "[OPTION…] NAME", "Writes NAME.lua: a scenario with comments that passes 'ucsim check', to start from. A "
                   "file that is there\nis never overwritten. NAME may have a folder in front.", entries, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return cli_fail(CLI_USAGE, "new: expected one name, got %d", argc - 1);
    EnvOptions options = env_default_options();
    g_autofree char *wrong = protocol ? env_options_use(&options, protocol) : NULL;
    return wrong ? cli_fail(CLI_USAGE, "new: --protocol: %s", wrong) : make(argv[1], options.triple->protocol->interface);
}
