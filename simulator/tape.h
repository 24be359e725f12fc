/* Random tapes: the only source of coins in a run.
 *
 * A tape is a pseudorandom generator keyed by (run seed, label): block j of the tape is
 * HMAC-SHA-256(run seed, label || j), j a 64-bit big-endian counter. A label is (role, session, party, purpose),
 * each length-prefixed, and does not name the world: by default a real party and the party that the UC simulator
 * runs inside itself draw the same coins (a coupled run). In an independent run the world is mixed in.
 * Source: docs/model.md, "Randomness". Positions are kept by the engine and are never moved back.
 */
#ifndef SIMULATOR_TAPE_H
#define SIMULATOR_TAPE_H

#include <stddef.h>
#include <stdint.h>

enum { UC_SEED_BYTES = 32 };

typedef struct {
    const char *role;
    const char *session;
    uint32_t party;
    const char *purpose;
    const char *world; /* NULL in a coupled run */
} UcTapeLabel;

/* `count` bytes of the tape from byte `position` on. */
void uc_tape_read(const uint8_t seed[UC_SEED_BYTES], const UcTapeLabel *label, uint64_t position, uint8_t *out,
                  size_t count);

#endif
