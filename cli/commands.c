/* One table of subcommands. */
#include "cli/commands.h"

#include "cli/cli.h"

const CliCommand cli_commands[] = {
    { "advantage", "measures how well Z tells the worlds apart, with honest intervals", cli_advantage },
    { "list", "protocols, schemes, storage models, scenarios", cli_list },
    { "sig", "keys and signatures by hand: keygen, sign, verify, sets", cli_sig },
    { NULL, NULL, NULL },
};
