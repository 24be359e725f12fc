/* Watchers: the invariants and progress rules of F_DKM, asserted from outside in both worlds.
 *
 * They keep books of their own, in regions of their own, the naive way, and share no code with F's owner map or the
 * protocol's own sets on purpose: the three must agree, and each has been seen to go red when the same fault is put
 * into it alone (tests/must_diverge). They learn what happens from the activations only: inputs, outputs, the
 * effect of a party's activation (real world), the commands of S (ideal world), and what an inspector says a party
 * holds. A rule that does not hold is returned as a text that starts with its name, "I1: ..." or "A2: ...".
 *
 * Watched here: I1 to I8, A1 to A3, A5; A4 over several runs. Source: docs/functionality.md, "Invariants" and "Progress".
 * Cost: every activation does work proportional to what it changed and to the number of intervals that the one
 * party holds, never to N or to the number of parties.
 */
#ifndef FUNCTIONALITY_DKM_WATCHERS_H
#define FUNCTIONALITY_DKM_WATCHERS_H

#include "functionality/dkm/interface.h"

/* "I1" to "I8", "A1" to "A5"; ended by NULL. */
extern const UcRule dkm_rules[];

typedef struct DkmWatch DkmWatch;

/* For the worlds of one set-up, in any number of threads. Both are borrowed. */
DkmWatch *dkm_watch_new(const DkmOptions *options, const DkmInspector *inspector, bool ideal);
void dkm_watch_free(DkmWatch *watch);
/* The keys that corruption has compromised in a run whose first watcher is this one, for reports: "8bc0af.., .." in
 * order, or NULL. Free with g_free. */
char *dkm_watch_compromised(UcWorld *world);
/* Is this a key that somebody made and that is not compromised, in such a run? */
bool dkm_watch_key_is_safe(UcWorld *world, UcWord kid);
/* The row for the description of a world; `watch` outlives it. */
UcWatcher dkm_watcher(const DkmWatch *watch);

/* A4: of each run a watcher of this module is the first. That a byte is constant is said of six or more of a kind only. */
extern const UcOverRuns dkm_over_runs;

#endif
