/* A triple with an attack kit, which no registry knows: stamped letters. For tests of what is made from the kit alone.
 *
 * F: send(to, letter), a letter of two bytes, tells S all of it; the receiver gets it when S says so, as often as S likes, and only
 * if it was sent or its sender is corrupted. Protocol: letter and stamp, 8 bytes of a hash under a key of the sender that all
 * parties have. A corrupted party shows all keys. UC simulator: runs the protocol inside itself.
 *   payload   format u8 (1) | from u8 | to u8 | letter 2 bytes | stamp 8 bytes
 */
#ifndef TESTS_ENVIRONMENTS_STAMPS_H
#define TESTS_ENVIRONMENTS_STAMPS_H

#include "simulator/triple/triple.h"

extern const UcTriple stamps;
/* Broken: each takes payloads that were changed in one way, and no others. */
typedef enum {
    LOOSE_NOT, LOOSE_FORMAT, LOOSE_FROM, LOOSE_TO, LOOSE_LETTER, /* this field is not covered by the stamp */
    LOOSE_LAST,                                                  /* the last byte of the stamp may be another one */
    LOOSE_LONGER, LOOSE_SHORTER, LOOSES
} Loose;
extern const UcTriple stamps_loose[LOOSES];
extern const UcTriple stamps_zz_is_lost;   /* the protocol sends everything but the letter "zz" */
extern const UcTriple stamps_f_is_strict;  /* F delivers nothing that was not sent, whoever is corrupted */
extern const UcTriple stamps_without_kit;

#endif
