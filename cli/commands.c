/* One table of subcommands. */
#include "cli/commands.h"

#include "cli/cli.h"

const CliCommand cli_commands[] = {
    { "advantage", "measures how well Z tells the worlds apart, with honest intervals", cli_advantage },
    { "check", "runs scenarios through both worlds and compares what Z saw", cli_check },
    { "list", "protocols, schemes, storage models, scenarios", cli_list },
    { "replay", "runs a recorded trace or schedule again", cli_replay },
    { "run", "runs a scenario in one world and shows what happens", cli_run },
    { "sig", "keys and signatures by hand: keygen, sign, verify, sets", cli_sig },
    { NULL, NULL, NULL },
};
