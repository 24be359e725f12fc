/* The attacker that harvests: out of everything that reaches A or Z it tries to get signing seeds, and forges with those
 * that it gets.
 *
 * What is read: payloads, the states of corrupted parties, signatures and public keys. What is tried on it:
 *   - every run of bytes that is as long as the secret part of a seed, as it is, backwards, inverted, and combined by
 *     exclusive-or with what is public (kid, public key, header, ticket, enclave; at every offset) or with a seed that was
 *     found before;
 *   - the same runs as the seed of a lower tree of HSS, whose public key stands in a signature (XMSS^MT has one seed for all);
 *   - the sealing keys of revealed states, constants, digests of enclaves' names, and every run of bytes of a payload that is as long as a sealing key,
 *     on the payloads;
 *   - two payloads of equal length, one over the other (a keystream that was used twice), with seeds found before.
 * Whether a guess makes a public key is told by the keys that the signing core remembers (sigma_remember_keys): the same
 * answer as making a tree for each, at the cost of a comparison. Their number is bounded in each world. All this is local
 * computation, a function of what was seen. Source: docs/protocol.md, "What equality cannot see"; rule I8.
 */
#ifndef ADVERSARY_TICKETED_HARVEST_H
#define ADVERSARY_TICKETED_HARVEST_H

#include "adversary/ticketed/stolen.h"

enum { HARVEST_GUESSES = 100000000 };

typedef struct Harvest Harvest;

/* How a seed was got. */
typedef enum {
    HARVEST_PLAIN, HARVEST_BACKWARDS, HARVEST_INVERTED, HARVEST_KID, HARVEST_VK, HARVEST_HEADER, HARVEST_TICKET,
    HARVEST_ENCLAVE, HARVEST_SEED, HARVEST_OPENED, HARVEST_HELD
} HarvestWay;

/* Where it was. */
typedef enum { HARVEST_NOWHERE, HARVEST_PAYLOAD, HARVEST_STATE, HARVEST_OUTPUT, HARVEST_TWO_PAYLOADS } HarvestPlace;

typedef struct {
    UcWord kid, vk;
    UcWord seed;        /* UC_NONE: not found */
    HarvestWay way;
    HarvestPlace place;
    unsigned level;     /* HSS: of the lower tree whose seed it is, from 1; 0: the key's own seed */
    UcWord signature;   /* level > 0: in which the tree's public key stands */
    UcWord from;        /* whose payload, state or output it was: number of the party */
} HarvestKey;

/* Borrows. Before the first key is made. `most`: guesses in a world, HARVEST_GUESSES as a rule. */
Harvest *harvest_new(UcStore *store, const PiConfig *config, uint64_t most);
void harvest_free(Harvest *harvest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Harvest, harvest_free)
/* Another world of the same store: nothing is known of it yet. What was tried is not tried again. */
void harvest_begin(Harvest *harvest);
/* A message that reached A or Z; `from` is the pid of the party it is from, or UC_NO_PARTY. */
void harvest_see(Harvest *harvest, UcWord from, const UcMessage *message);
/* Looks for seeds in everything seen so far. */
void harvest_search(Harvest *harvest);
/* The keys heard of, in order; valid until the next call. */
const HarvestKey *harvest_keys(const Harvest *harvest, size_t *count);
/* A signature of the message with the found seed, at the highest index that no signature seen has used. UC_NONE: not. */
UcWord harvest_forge(Harvest *harvest, size_t key, UcWord message);
/* Guesses tested in this world, those remembered included; reached the bound? */
uint64_t harvest_guesses(const Harvest *harvest, bool *bounded);
/* "in a payload of hsm1, exclusive-or with its header". Free with g_free(). */
char *harvest_where(const HarvestKey *key, const UcWorldSpec *spec);

#endif
