#include <stdio.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "protocol/party.h"

int cli_list(int argc, char **argv)
{
    int code;
    static const GOptionEntry none[] = { { NULL, 0, 0, 0, NULL, NULL, NULL } };
    if (!cli_parse("list", "", "Prints what scenarios can use.", none, &argc, &argv, &code))
        return code;
    printf("protocols\n  %s\n", pi_class.name);
    return CLI_OK;
}
