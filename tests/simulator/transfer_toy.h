/* ../shared/bench/transfer_model.pml by hand, as a model for the explorer core (simulator/explore/model.h): N = 3
 * parties, K one-time keys as bits, hand-overs in flight, replays and drops. Its states and transitions must equal
 * those of SPIN, which knows nothing of our search. Parameters as there.
 */
#ifndef TESTS_SIMULATOR_TRANSFER_TOY_H
#define TESTS_SIMULATOR_TRANSFER_TOY_H

#include "simulator/explore/model.h"

typedef enum { TOY_SOUND, TOY_FORGETS, TOY_REMEMBERS_LAST } ToyBug;

typedef struct {
    unsigned k;
    bool canonical; /* messages in flight kept sorted */
    ToyBug bug;
    bool before; /* start one step earlier, before party 0 gets the keys: SPIN counts that state too */
} Toy;

UcModel toy_model(Toy *toy); /* borrows */

#endif
