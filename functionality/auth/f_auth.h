/* F_AUTH: for each pair of parties the list of texts that the one sent the other, and how far it was delivered.
 *
 * S may deliver what was sent, in order, leaving out what it likes; in the name of a corrupted party it may deliver any text. A
 * command whose condition does not hold ends the run with "simulation failed" and names the condition.
 * Source: docs/triples/auth.md.
 */
#ifndef FUNCTIONALITY_AUTH_F_AUTH_H
#define FUNCTIONALITY_AUTH_F_AUTH_H

#include "functionality/auth/interface.h"
#include "simulator/triple/witness.h"

extern const UcWitness auth_witness; /* witness.c */
extern const UcFunctionality f_auth;
extern const UcFates auth_fates;

/* Of this text the number of the first that may still be delivered; 0: there is none. Looked at from outside. */
UcWord f_auth_next(UcCtx *look, UcWord from, UcWord to, UcWord text);

#endif
