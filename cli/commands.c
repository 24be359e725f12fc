/* One table of subcommands. */
#include "cli/commands.h"

#include "cli/cli.h"

const CliCommand cli_commands[] = {
    { "list", "protocols, schemes, storage models, scenarios", cli_list },
    { NULL, NULL, NULL },
};
