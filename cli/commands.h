/* The subcommands; each in its own file. argv[0] is the subcommand's name; returns the exit code. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

int cli_advantage(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_diagram(int argc, char **argv);
int cli_explore(int argc, char **argv);
int cli_lint(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_new(int argc, char **argv);
int cli_plot(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_shrink(int argc, char **argv);
int cli_sig(int argc, char **argv);
int cli_watch(int argc, char **argv);

#endif
