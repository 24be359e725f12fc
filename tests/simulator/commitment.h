/* A triple on the engine alone, without descriptors, to show that the engine knows no signatures: commitments. The F_COM that
 * scenarios know is another one (functionality/com/).
 *
 * F_COM: commit(to, text) gives the receiver a receipt, open(to) later gives it the text, and nothing else; each party
 * commits at most once to each other party. It promises binding and authenticity. It does not promise to hide the
 * text from the network (S is told it), so that no random oracle has to be programmed.
 * Protocol: c = SHA-256(r || text) with an HMAC under a key of the session; the opening is (r, text), checked against c.
 * UC simulator: runs the protocol's own code inside itself on what F tells it.
 */
#ifndef TESTS_SIMULATOR_COMMITMENT_H
#define TESTS_SIMULATOR_COMMITMENT_H

#include "simulator/lock.h"

enum {
    COM_COMMIT = UC_M_USER, /* to, text */
    COM_OPEN,               /* to */
    COM_RECEIPT,            /* from */
    COM_OPENED,             /* from, text */
    COM_ERROR,
    COM_COMMITTED,          /* F to S: from, to, text */
    COM_OPENING,            /* F to S: from, to */
    COM_ALLOW_RECEIPT,      /* S to F: from, to */
    COM_ALLOW_OPENED,       /* S to F: from, to */
    COM_KINDS_END
};
extern const UcMessageTable com_toy_messages;

typedef struct {
    bool opening_not_checked; /* the broken protocol */
} ComConfig;

extern const UcClass com_protocol, com_functionality, com_simulator;

/* Both worlds in lock step, Z driven by the test. */
typedef struct {
    ComConfig config;
    UcStore *store;
    UcLayout *layout[2];
    UcWorldSpec spec[2];
    UcLock lock;
} ComPair;

void com_pair_init(ComPair *pair, ComConfig config); /* torture mode on */
void com_pair_clear(ComPair *pair);
/* Returns what reached Z first in the real world. */
UcMessage com_turn(ComPair *pair, uint16_t to, uint16_t peer, UcMessage message);

#endif
