/* What ticketed transfer brings to measurements of advantage (docs/advantage.md): environments in C, and the bad events
 * that its proof bounds.
 *
 * In the ideal world the events are met by the UC simulator (its sandboxed parties) and, for signatures, by F. A run in
 * which a party was corrupted has none from then on: who holds the keys does not forge.
 */
#ifndef PROTOCOL_TICKETED_MEASURED_H
#define PROTOCOL_TICKETED_MEASURED_H

#include "simulator/triple/bad_events.h"
#include "simulator/triple/play.h"

typedef enum {
    PI_BAD_SEAL,      /* a payload was accepted that no party had made */
    PI_BAD_TICKET,    /* a party drew a ticket that it had drawn before */
    PI_BAD_KEY,       /* a public key was drawn that was there before */
    PI_BAD_SIGNATURE, /* a signature verifies under a known key on a message that was not signed with it */
    PI_BADS
} PiBad;

extern const UcBadEvents pi_bad_events;
extern const UcNative pi_natives[]; /* ended by one without a name */

#endif
