/* The UC simulator S for distributed key management.
 *
 * S is handed the same adversary A as the real world and must give it the same network. It runs the protocol's own
 * party code inside itself (sandboxed parties, same tapes) on what F tells it, so a change of the protocol needs no
 * change of S as long as inputs are answered to whom F answers them (transfer and resend to the network, all else to Z):
 * F, not S, holds the line. Of the protocol S reads only its inspection functions and effects.
 * Source: docs/protocol.md, "The UC simulator S".
 */
#ifndef ADVERSARY_TICKETED_UC_SIMULATOR_H
#define ADVERSARY_TICKETED_UC_SIMULATOR_H

#include "functionality/dkm/interface.h"

/* Its regions, for an S that has more behind them (dictated.h). */
#define UC_SIMULATOR_KINDS { .name = "outbox", .head_words = 2, .head_handles = 2 }, { .name = "made", .item_words = 1, .item_handles = 1 }

extern const UcClass uc_simulator_class; /* config: const DkmInspector of the sandboxed protocol */

#endif
