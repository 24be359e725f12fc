/* Shared by party.c and party_check.c only: the stable state of a party (docs/protocol.md, "Stable state"). */
#ifndef PROTOCOL_TICKETED_PARTY_INTERNAL_H
#define PROTOCOL_TICKETED_PARTY_INTERNAL_H

#include "protocol/ticketed/own_set.h"
#include "protocol/ticketed/party.h"
#include "protocol/ticketed/payload.h"

enum { KIND_KEYS = UC_FIRST_KIND, KIND_OWN, KIND_TICKETS, KIND_SENT, KIND_RESERVE };

typedef struct {
    UcWord kid, vk, seed, sigma;
} Key;
typedef struct {
    UcWord ticket, kid, count, from; /* open; kid: UC_NONE = any */
} Ticket;
typedef struct {
    UcWord to, ticket, payload;
} Sent;

#define WORDS(type) (sizeof(type) / sizeof(UcWord))

/* Opens what the party sealed for somebody else: `plain` has room for payload_body_size(), `body` points into it. False
 * when it is not of this party, receiver, ticket and scheme. */
bool pi_open_sent(UcCtx *ctx, const Sent *sent, const Sigma *sigma, uint8_t *plain, PayloadBody *body);

/* UcClass.check: what no party of this set-up would have written. */
const char *pi_check(UcCtx *ctx, UcCtx *look);

#endif
