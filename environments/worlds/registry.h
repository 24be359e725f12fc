/* The triples that there are: one row each, and behind them those that were loaded. Everything else above functionality/ and protocol/
 * knows them by their descriptors (simulator/triple/triple.h).
 */
#ifndef ENVIRONMENTS_WORLDS_REGISTRY_H
#define ENVIRONMENTS_WORLDS_REGISTRY_H

#include "simulator/triple/triple.h"

enum { ENV_TRIPLES_MAX = 32 };

extern const UcTriple *const env_triple; /* by protocol; ended by one without */
unsigned env_triples(void);
/* The one with a protocol of this name, or NULL. */
const UcTriple *env_triple_find(const char *protocol);

/* Before anything else is asked of this file: adds the triple that a shared object exports (simulator/triple/abi.h), which stays
 * loaded. False and an error without the file's name: it is no shared object or needs what the program does not export, it
 * has no such symbol, is made for another version, its tables are wrong, or its protocol is called like another one. */
bool env_triple_load(const char *path, GError **error);

#endif
