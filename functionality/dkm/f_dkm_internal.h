/* Shared by the files of F_DKM only: its state and what its inputs and the commands of S do with it in common.
 * Source: docs/functionality.md, "State". */
#ifndef FUNCTIONALITY_DKM_F_DKM_INTERNAL_H
#define FUNCTIONALITY_DKM_F_DKM_INTERNAL_H

#include "functionality/dkm/f_dkm.h"
#include "functionality/dkm/owner_map.h"

enum { KIND_HELD = UC_FIRST_KIND, KIND_KEY, KIND_OWNER, KIND_TICKETS, KIND_TRANSFERS, KIND_SIGNED, KIND_PARTY,
       KIND_PENDING, KIND_INJECTED };

typedef struct {
    UcWord kid; /* the keys a party knows */
} Held;
typedef struct {
    UcWord kid, vk, sk, sigma, capacity;
    UcWord transited;  /* was it ever in transit */
    UcWord split;      /* a block was injected: from then on every party has a map of its own */
    UcWord registered; /* became known by an injection: compromised from the start */
} Key;
typedef struct {
    UcWord ticket, kid, count, from, open;
} Ticket;
typedef struct {
    UcWord to, ticket, kid, a, b, delivered;
} Transfer;
typedef struct {
    UcWord index, signature;
} Signed; /* released signatures of one (key, H(m)) */
typedef struct {
    UcWord status, corrupted;
} Party;

#define WORDS(type) (sizeof(type) / sizeof(UcWord))

static inline const DkmOptions *f_options(UcCtx *ctx) { return uc_config(ctx); }

/* f_dkm_state.c. What is found is valid until the next write; NULL: there is none. */
Party f_party_of(UcCtx *ctx, UcWord party);
void f_set_party(UcCtx *ctx, UcWord party, Party p);
void f_set_status(UcCtx *ctx, UcWord party, UcStatus status);
bool f_corrupted(UcCtx *ctx, UcWord party);

const Key *f_key_of(UcCtx *ctx, UcWord kid);
Key *f_edit_key(UcCtx *ctx, UcWord kid);
bool f_compromised(UcCtx *ctx, const Key *key);
bool f_holds(UcCtx *ctx, UcWord party, UcWord kid);
void f_hold(UcCtx *ctx, UcWord party, UcWord kid);
size_t f_key_count(UcCtx *ctx, UcWord party); /* how many it holds */

OwnerMap f_map_of(UcCtx *ctx, UcWord kid, UcWord party);
void f_split(UcCtx *ctx, UcWord kid); /* from now on every party has a map of its own */

const Ticket *f_ticket_of(UcCtx *ctx, UcWord party, UcWord ticket, size_t *at);
size_t f_open_tickets(UcCtx *ctx, UcWord party);
void f_close_ticket(UcCtx *ctx, UcWord party, UcWord ticket); /* an open one */
const Transfer *f_transfer_of(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket, size_t *at);

/* f_dkm.c: inputs of Z and the answers of S to consults */
bool f_gives_public(UcStore *store, Sigma *sigma, UcWord sk, UcWord vk);
UcResult f_finish(UcCtx *ctx, UcWord party, DkmOutcome outcome, UcResult result);
UcResult f_answer(UcCtx *ctx, const UcMessage *m);

/* witness.c: F where S chooses what of its own a party uses */
UcResult f_any_step(UcCtx *ctx, const UcEnvelope *in);
extern const UcClass f_any_class; /* f_dkm.c */

/* f_dkm_commands.c: whatever S writes to F */
UcResult f_command(UcCtx *ctx, const UcEnvelope *in);

#endif
