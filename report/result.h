/* One checked scenario, as the machine-readable reports see it. Strings are borrowed; NULL where there is nothing. */
#ifndef REPORT_RESULT_H
#define REPORT_RESULT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "simulator/triple/over_runs.h"

typedef struct {
    const char *file;      /* as given on the command line, or as found below a folder that was */
    const char *title;     /* with the instance of a sweep; NULL: the scenario could not be loaded */
    uint64_t seed;
    const char *verdict;   /* NULL: it did not come to one (error) */
    const char *expect;    /* verdict, with the rule where one is expected: "no progress: A1" */
    const char *rule;      /* broken, found by a watcher */
    const char *compromised; /* names of those that corruption has compromised, or NULL: the promise speaks of others */
    const char *asset;     /* what they are: "key"; UcInterface.asset */
    const char *world;     /* where it stopped or the rule broke; NULL: both */
    const char *why;       /* one line */
    int64_t entry;         /* of Z's view, the first that differs; -1: none */
    bool as_expected;
    unsigned runs;         /* with seeds one after the other, `seed` the last; 0: one run only */
    const UcNamedCount *compared; /* over them; NULL: nothing */
    bool harvested;        /* the attacker that harvests was there, with */
    uint64_t guesses;
    unsigned seeds, forgeries; /* found; accepted by an honest party */
    const char *error;     /* "file:line: message" */
    const char *details;   /* lines: the divergence (text.h) */
    const char *reproduce; /* a command */
    double seconds;        /* it took; only JUnit with times shows it */
} RepResult;

typedef struct {
    unsigned total, as_expected, unexpected, limits, errors, internal;
} RepSummary;

#endif
