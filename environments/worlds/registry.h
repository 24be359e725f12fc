/* The triples that there are: one row each. Everything else above functionality/ and protocol/ knows them by their
 * descriptors (simulator/triple/triple.h).
 */
#ifndef ENVIRONMENTS_WORLDS_REGISTRY_H
#define ENVIRONMENTS_WORLDS_REGISTRY_H

#include "simulator/triple/triple.h"

extern const UcTriple env_triple[]; /* by protocol; ended by one without */
extern const unsigned env_triples;
/* The one with a protocol of this name, or NULL. */
const UcTriple *env_triple_find(const char *protocol);

#endif
