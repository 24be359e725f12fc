/* F_AUTH, authenticated messages as a stream: what Z and a session of it say to each other.
 *
 * An honest party gives send(to, text); the other gets received(from, text). Whoever corrupted nobody can drop texts and choose
 * when they arrive, and nothing else: no text that was not sent, none twice, none before an earlier one that arrives too.
 * Source: R. Canetti, Universally Composable Signatures, Certification and Authentication, ePrint 2003/239 (its F_AUTH is for
 * one message; this one is for a stream of them, told apart by their order); docs/triples/auth.md.
 */
#ifndef FUNCTIONALITY_AUTH_INTERFACE_H
#define FUNCTIONALITY_AUTH_INTERFACE_H

#include "simulator/triple/fates.h"
#include "simulator/triple/triple.h"

typedef enum {
    /* inputs of Z, outputs to Z */
    AUTH_SEND = UC_M_USER, /* to, text */
    AUTH_RECEIVED,         /* from, text */
    AUTH_ERROR,            /* code */
    /* F to S */
    AUTH_CONSULT,          /* from, to, text: what does the sender's fate come to? Answered at once */
    AUTH_SENT,             /* from, to, number: it is recorded, and goes on the network */
    AUTH_CORRUPTED,        /* party */
    /* S to F */
    AUTH_ANSWER,           /* outcome */
    AUTH_ALLOW,            /* from, to, number, outcome */
    AUTH_INJECT,           /* from, to, text, outcome */
    AUTH_CRASH_PARTY,      /* party; so the next three */
    AUTH_RESTART_PARTY,
    AUTH_DISABLE_PARTY,
    AUTH_CORRUPT_PARTY,
    AUTH_EFFECT,           /* of a party's activation: operation, peer, counter, text */
    AUTH_KINDS_END
} AuthKind;

typedef enum { AUTH_NO_SUCH_PARTY, AUTH_TOO_MANY_TEXTS, AUTH_OK } AuthError;
typedef enum { AUTH_WAS_SENT, AUTH_WAS_RECEIVED } AuthOperation;

typedef struct {
    uint64_t texts; /* that a party sends to another one, at most */
} AuthOptions;

extern const UcMessageTable auth_messages;
extern const UcInterface auth_interface; /* set-up: AuthOptions */

/* What F and a party say of a text before anything happens; `sent` is how many were sent to this receiver. */
AuthError auth_error_of(UcCtx *ctx, const AuthOptions *options, UcWord from, UcWord to, uint64_t sent);
static inline UcMessage auth_error(AuthError error) { return (UcMessage){ AUTH_ERROR, { error } }; }

/* U1, U2, A1 (functionality/auth/watchers.c). */
extern const UcRule auth_rules[];
UcWatcher auth_watcher(const void *watch);

#endif
