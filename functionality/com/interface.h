/* F_COM, commitments between the parties of a session: what Z and a session of it say to each other.
 *
 * An honest party gives commit(to, text), and the other gets receipt(from); then open(to), and the other gets opened(from, text).
 * Once for each ordered pair of parties. What is opened is what was committed to, and nobody commits in another's name. The
 * adversary is told the text when it is committed to: hiding is not promised (docs/decisions.md says why it cannot be where
 * views are compared by bytes).
 * Source: R. Canetti, M. Fischlin, Universally Composable Commitments, ePrint 2001/055, with the differences of docs/triples/com.md.
 */
#ifndef FUNCTIONALITY_COM_INTERFACE_H
#define FUNCTIONALITY_COM_INTERFACE_H

#include "simulator/triple/fates.h"
#include "simulator/triple/triple.h"

typedef enum {
    /* inputs of Z, outputs to Z */
    COM_COMMIT = UC_M_USER, /* to, text */
    COM_OPEN,               /* to */
    COM_RECEIPT,            /* from */
    COM_OPENED,             /* from, text */
    COM_ERROR,              /* code */
    /* F to S */
    COM_CONSULT,            /* from, to, text: what does the committer's fate come to? Answered at once */
    COM_COMMITTED,          /* from, to: it is recorded, and goes on the network */
    COM_OPENING,            /* from, to: Z has it opened */
    COM_CORRUPTED,          /* party */
    /* S to F */
    COM_ANSWER,             /* outcome */
    COM_ALLOW_RECEIPT,      /* from, to, outcome */
    COM_ALLOW_OPENED,       /* from, to, outcome */
    COM_INJECT,             /* from, to, text, outcome: a corrupted party has committed to this */
    COM_CRASH_PARTY,        /* party; so the next three */
    COM_RESTART_PARTY,
    COM_DISABLE_PARTY,
    COM_CORRUPT_PARTY,
    COM_EFFECT,             /* of a party's activation: operation, peer, text */
    COM_KINDS_END
} ComKind;

typedef enum { COM_WAS_COMMITTED, COM_WAS_RECEIVED, COM_WAS_OPENED } ComOperation;

extern const UcMessageTable com_messages;
extern const UcInterface com_interface; /* set-up: none */

/* The one error: no such party, committed to it before, or nothing to open. */
static inline UcMessage com_refused(void) { return (UcMessage){ .kind = COM_ERROR }; }

/* U1, U2, U3, A1 (functionality/com/watchers.c). */
extern const UcRule com_rules[];
UcWatcher com_watcher(const void *watch);

#endif
