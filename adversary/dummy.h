/* The dummy adversary: Z gives every order itself and sees everything. By the dummy-adversary theorem it is the
 * general case (Canetti, ePrint 2000/067, "The dummy adversary"). It forwards what Z writes to the backdoor of the
 * party named by the envelope's peer, and reports to Z whatever reaches it. It has no state.
 */
#ifndef ADVERSARY_DUMMY_H
#define ADVERSARY_DUMMY_H

#include "simulator/world.h"

extern const UcClass adversary_dummy;

#endif
