/* The verbs of ucsim audit. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

int cli_audit_log(int argc, char **argv); /* audit_log.c */

#endif
