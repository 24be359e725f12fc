/* The bad events that the proof bounds, seen from outside in one run: an observer watches activations and effects, so
 * neither the protocol nor the UC simulator counts anything itself. Until one of them happens the two worlds of a
 * coupled run behave alike, so no environment's advantage is above the probability of a bad event (the usual
 * argument "identical until bad"; docs/advantage.md).
 *
 * In the ideal world they are met by the UC simulator (its sandboxed parties) and, for signatures, by F. A run in
 * which a party was corrupted has none from then on: who holds the keys does not forge.
 */
#ifndef ENVIRONMENTS_BAD_EVENTS_H
#define ENVIRONMENTS_BAD_EVENTS_H

#include "functionality/interface.h"

typedef enum {
    ENV_BAD_SEAL,      /* a payload was accepted that no party had made */
    ENV_BAD_TICKET,    /* a party drew a ticket that it had drawn before */
    ENV_BAD_KEY,       /* a public key was drawn that was there before */
    ENV_BAD_SIGNATURE, /* a signature verifies under a known key on a message that was not signed with it */
    ENV_BADS
} EnvBad;
extern const char *const env_bad_name[ENV_BADS + 1];

typedef struct EnvBadEvents EnvBadEvents;

EnvBadEvents *env_bad_events_new(void);
void env_bad_events_free(EnvBadEvents *bad);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvBadEvents, env_bad_events_free)
/* Starts to watch a world that has not run yet; forgets the run before. */
void env_bad_events_watch(EnvBadEvents *bad, UcWorld *world);
/* The observer itself, for whoever registers it before the world starts; call env_bad_events_clear() first. */
void env_bad_events_observe(void *bad, const UcWorld *world, const UcActivation *activation);
void env_bad_events_clear(EnvBadEvents *bad);
/* Bit i: event i happened. */
uint32_t env_bad_events_seen(const EnvBadEvents *bad);

#endif
