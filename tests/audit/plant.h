/* Signatures that no honest signer makes, with the core's own tools: other randomisers, other roots below an upper leaf. */
#ifndef TESTS_AUDIT_PLANT_H
#define TESTS_AUDIT_PLANT_H

#include <glib.h>

#include "signing/signing.h"

const SigSet *plant_set(const char *name);
/* A private seed that depends on the label only (g_free), and the public key (g_free). */
uint8_t *plant_seed(const SigSet *set, const char *label);
uint8_t *plant_public(const SigSet *set, const uint8_t *seed);
/* An honest signature (g_free). */
uint8_t *plant_sign(const SigSet *set, const uint8_t *seed, uint64_t index, const char *message);

/* An LMS signature with a randomiser of one's own, every byte of it `c` (g_free). */
uint8_t *plant_lms(const SigSet *set, const uint8_t *seed, uint32_t q, uint8_t c, const void *message, size_t length);
/* An XMSS^MT signature whose layers below `layer` belong to another secret: `layer` signs a root that is not its own. */
uint8_t *plant_upper(const SigSet *set, const uint8_t *seed, uint64_t index, unsigned layer, const char *message);
/* The seed of the tree below leaf q of an LMS tree (g_free). */
uint8_t *plant_child_seed(const SigSet *set, const uint8_t *seed, uint32_t q);

#endif
