/* Rules that only many runs show: of one scenario, that differ in their seed alone.
 *
 * An interface may bring such rules along (UcInterface.over_runs). Whoever runs a scenario often makes an object for it, lets
 * it observe every run, tells it each end, and asks at last. Source: docs/functionality.md, "Progress".
 */
#ifndef SIMULATOR_TRIPLE_OVER_RUNS_H
#define SIMULATOR_TRIPLE_OVER_RUNS_H

#include "simulator/verdict.h"

/* How many of what: "keys", 8. */
typedef struct {
    const char *name; /* static; a row of these ends with NULL */
    unsigned count;
} UcNamedCount;

typedef struct {
    const char *rule;    /* its name, with which texts begin: "A4"; what it comes to stands in UcInterface.rules */
    void *(*begin)(void);
    void (*free)(void *runs);
    UcObserver observe;  /* data: what `begin` returned; of both worlds of every run */
    void (*end_run)(void *runs, UcWorld *real);
    const char *(*broken)(void *runs); /* NULL, or what does not hold: "A4: ...". Owned by `runs` */
    UcNamedCount *(*compared)(const void *runs); /* over them; free with g_free() */
} UcOverRuns;

#endif
