/* An S that does to F what A dictates: to look at F alone, at what it refuses and what it says (`simulator = "dictated"`).
 *
 * What F refuses an honest S never asks. This one is S (adversary/ticketed/uc_simulator.h) but for deliveries of bytes that begin
 * with F and a mark; a party takes them for no payload:
 *   "Fc" message   S writes the message to F at once
 *   "Fa" message   S writes it in the place of its next answer to a consult; of no kind that there is: it writes nothing
 *   "Fh" kind      the next thing that F says to S is to be of this kind, or the simulation has failed; after those that are
 *                  to come before it
 *   message        u8 speaker (a party's number plus 1: S speaks as that party; 0: it does not) | u8 length, kind |
 *                  words: '-' (none), 'n' and 8 bytes (a number), 'o', u8 length and the name of an outcome, 'b', u16
 *                  length and bytes
 *   kind           the message's name and those of its fields, a blank between each
 * Integers are big endian. Source: docs/scenario-language.md, "What F refuses".
 */
#ifndef ADVERSARY_TICKETED_DICTATED_H
#define ADVERSARY_TICKETED_DICTATED_H

#include "adversary/ticketed/uc_simulator.h"

/* The class has regions of its own behind those of S; its configuration is that of S. */
extern const UcClass dictated_class;

#endif
