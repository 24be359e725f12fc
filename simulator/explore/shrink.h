/* Shrinking: which moves of a schedule can be left out.
 *
 * Delta debugging (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 2002) cuts large
 * pieces first; then each move alone is tried until none can go. What was tried is remembered. The cap counts tries,
 * not seconds, so the result is the same on every machine.
 */
#ifndef SIMULATOR_EXPLORE_SHRINK_H
#define SIMULATOR_EXPLORE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t kept;      /* moves that are left */
    unsigned tries;   /* runs */
    bool minimal;     /* false: the cap was reached first */
} UcShrunk;

/* keep[0..count) is true on entry and says what is left on return. `holds` runs the schedule that is kept and tells
 * whether it still finds the same kind of thing; it is not asked for the whole. */
UcShrunk uc_shrink(size_t count, bool *keep, bool (*holds)(void *data, const bool *keep), void *data,
                   unsigned max_tries);

#endif
