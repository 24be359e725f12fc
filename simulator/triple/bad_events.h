/* The bad events that the proof of a protocol bounds, seen from outside in one run: an observer watches activations and
 * effects, so neither the protocol nor the UC simulator counts anything itself. Until one of them happens the two worlds of a
 * coupled run behave alike, so no environment's advantage is above the probability of a bad event (the usual argument
 * "identical until bad"; docs/advantage.md). A protocol brings them along (UcProtocol.bad).
 */
#ifndef SIMULATOR_TRIPLE_BAD_EVENTS_H
#define SIMULATOR_TRIPLE_BAD_EVENTS_H

#include "simulator/world.h"

struct UcBadEvents {
    const char *const *name; /* NULL-terminated, at most UC_BAD_EVENTS (tally.h) */
    void *(*new)(void);
    void (*free)(void *bad);
    void (*clear)(void *bad);  /* another run */
    UcObserver observe;        /* its data: what new() gave. Registered before the world starts */
    uint32_t (*seen)(const void *bad); /* bit i: event i happened */
};

#endif
