/* A third triple, which no registry knows: letters. For tests of what is made from descriptors alone.
 *
 * F: send(to, letter) tells S all of it; the receiver gets it when S says so. It promises nothing of who wrote it. Two more inputs
 * are answered at once, so that there are answers that are no messages: how long a letter is, and whether it is empty.
 * Protocol: the number of the sender and the letter, in clear. UC simulator: runs it inside itself.
 */
#ifndef TESTS_ENVIRONMENTS_COURIER_H
#define TESTS_ENVIRONMENTS_COURIER_H

#include "simulator/triple/triple.h"

extern const UcTriple courier;

#endif
