/* The UC simulator of F_AUTH for counted MACs, and what an attacker can do with them.
 *
 * S runs the protocol's own code inside itself on what F tells it: F hides nothing from it, so every payload is made as in the
 * real world. What a sandboxed receiver takes, F must allow: by the payload S knows which text of an honest sender it is; all
 * else is an injection, which F takes in the name of corrupted parties only.
 * Source: docs/triples/auth.md, "The UC simulator S".
 */
#ifndef ADVERSARY_AUTH_SIMULATOR_H
#define ADVERSARY_AUTH_SIMULATOR_H

#include "simulator/triple/triple.h"

extern const UcSimulatorRow auth_simulators[];
extern const UcAttackKit auth_kit;

#endif
