/* Scripts for triples that no registry knows: loaded as for F_DKM, run and looked at by lint with the other triple. */
#ifndef TESTS_ENVIRONMENTS_FOREIGN_H
#define TESTS_ENVIRONMENTS_FOREIGN_H

#include "environments/runs/run.h"

typedef struct {
    const UcTriple *triple;
    const char *environment; /* the body; its first line is line 2 */
    UcVerdict verdict;
    const char *why;         /* all of it; NULL: whatever */
} ForeignRow;

/* EnvScenario*, one; freed with the array. */
GPtrArray *foreign_scenario(const char *environment, const UcTriple *triple);
/* Both worlds, in torture mode. */
void foreign_run(const ForeignRow *row);
/* Lint finds these, by their ends (":2: z has no 'x'"), NULL-terminated. */
void foreign_lint(const char *environment, const UcTriple *triple, const char *const *expected);

#endif
