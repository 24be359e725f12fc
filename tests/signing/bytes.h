/* Helpers of the signing tests: hex, seeds made of a label, vector files. */
#ifndef TESTS_SIGNING_BYTES_H
#define TESTS_SIGNING_BYTES_H

#include "signing/signing.h"

#include <stdio.h>

/* Bytes of a hex text in a fresh buffer (g_free); NULL text gives length 0. Aborts on bad hex. */
uint8_t *bytes_from_hex(const char *hex, size_t *length);
/* A private seed for the set that depends on the label only: SHA-256 in counter mode. Caller frees (g_free). */
uint8_t *bytes_seed(const SigSet *set, const char *label);
/* The same for any length. */
void bytes_fill(uint8_t *out, size_t length, const char *label);
/* Folder of the shared vectors with a trailing slash, or NULL (then the test is to exit 77). */
const char *bytes_vectors(void);
/* The set, or a failed test. */
const SigSet *bytes_set(const char *name);
/* Name of an LMS set from its two typecodes. Static buffer of the caller. */
void bytes_lms_name(uint32_t type, uint32_t ots, char *out, size_t room);

#endif
