/* The most general environment: every move that Z and the dummy adversary can make in a session, from a fixed alphabet
 * and within bounds. Exploration drives it in place of a script (docs/exploration.md).
 *
 * Inputs carry every combination of arguments from the interface's alphabet (simulator/alphabet.h): constants, the texts "m0",
 * "m1", every party and every object that Z knows, one unknown of each. `wrong` cuts the alphabet: at most
 * so many arguments of an input may be of no use (an object that nobody knows, a number that was not asked for, ...): 0 explores
 * what useful inputs can do, more explores the order of errors too. Deliveries carry every payload seen so far to
 * every party, unchanged or, within the bound `mutate`, changed.
 * With the state of a corrupted party, A makes what the protocol's attack kit (simulator/attack.h) can: payloads within the bound
 * `forge`, bytes for inputs within the bound `counterfeit`.
 * A move that changes nothing and teaches Z nothing is tried in every state and uses up no bound.
 */
#ifndef ENVIRONMENTS_GENERAL_GENERAL_H
#define ENVIRONMENTS_GENERAL_GENERAL_H

#include "environments/general/alphabet.h"

/* extra[] of a move: what the bytes in its last argument were made from (handles), where they are not named as they came. */
enum { ENV_SOURCE_0 = 2, ENV_SOURCES = 2 };

typedef struct EnvGeneral EnvGeneral;

/* Borrows the worlds. NULL and an error where the interface has no alphabet, or one that does not fit its messages. */
EnvGeneral *env_general_new(EnvWorlds *worlds, const EnvAlphabet *domain, GError **error);
void env_general_free(EnvGeneral *general);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvGeneral, env_general_free)
/* Symmetry, off at first: with crypto ideal, parties that start alike and that no bound names (docs/exploration.md). False
 * and an error that says why when it does not apply to this session. */
bool env_general_set_symmetry(EnvGeneral *general, GError **error);
/* The table of moves; `which`: ENV_WORLDS for both in lock step, else one world alone. */
UcLockstepSetup env_general_setup(EnvGeneral *general, EnvWorld which);

#endif
