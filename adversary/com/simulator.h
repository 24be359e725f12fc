/* The UC simulator of F_COM for masked texts, and what an attacker can do with them.
 *
 * S runs the protocol's own code inside itself on what F tells it. When a sandboxed receiver takes a commitment that its honest
 * committer made, S asks F for the receipt. What a corrupted party commits to S extracts: the keys that its state showed
 * take the mask away, at the time of the receipt, so that F has the text before anybody opens it.
 * Source: docs/triples/com.md, "The UC simulator S".
 */
#ifndef ADVERSARY_COM_SIMULATOR_H
#define ADVERSARY_COM_SIMULATOR_H

#include "simulator/triple/triple.h"

extern const UcSimulatorRow com_simulators[];
extern const UcAttackKit com_kit;

/* What a stolen state holds for each peer (UcSecret.row): the peer, its keys for commitments to it and for MACs, and the hash of
 * the peer's key for commitments, as handles. */
enum { COM_STOLEN_PEER, COM_STOLEN_KEY, COM_STOLEN_MAC, COM_STOLEN_HASH };
void com_read_state(UcStore *store, const uint8_t *state, size_t length, GArray *out);

#endif
