/* One table of subcommands. */
#include "cli/commands.h"

#include "cli/cli.h"

const CliCommand cli_commands[] = {
    { "advantage", "measures how well Z tells the worlds apart, with honest intervals", cli_advantage },
    { "audit", "did any one-time key sign twice? Looks through released signatures, and logs", cli_audit },
    { "check", "runs scenarios through both worlds and compares what Z saw", cli_check },
    { "diagram", "draws a trace as a sequence chart (svg, png, pdf, dot, mermaid, plantuml, tikz, shiviz, itf)", cli_diagram },
    { "explore", "every schedule within bounds: finds the shortest way to tell the worlds apart", cli_explore },
    { "lint", "finds misspelt names in scenarios without running them", cli_lint },
    { "list", "protocols, schemes, storage models, scenarios", cli_list },
    { "new", "writes a commented scenario to start from", cli_new },
    { "plot", "plots who has what (such as one-time keys), sweeps, explorations, lengths of counterexamples", cli_plot },
    { "replay", "runs a recorded trace or schedule again", cli_replay },
    { "report", "one HTML file about many traces: verdicts, charts, plots", cli_report },
    { "run", "runs a scenario in one world and shows what happens", cli_run },
    { "shrink", "leaves out of a schedule what it does not need", cli_shrink },
    { "sig", "keys and signatures by hand: inspect, keygen, sign, verify, sets", cli_sig },
    { "watch", "checks scenarios again whenever they change", cli_watch },
    { NULL, NULL, NULL },
};
