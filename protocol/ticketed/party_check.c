/* A party's stable state that comes from outside the run: is it one that this protocol writes? Every rule that the
 * handlers keep when they write is asked for again, since a record may have been edited by somebody who can make its
 * checksums (docs/model.md, "A store on disk"). */
#include "protocol/ticketed/party_internal.h"

#include <openssl/crypto.h>
#include <string.h>

static const DkmOptions *options(UcCtx *ctx) { return ((const PiConfig *)uc_config(ctx))->dkm; }

static bool is_bytes(UcCtx *ctx, UcWord handle, size_t length)
{
    size_t n = 0;
    if (handle == UC_NONE || !uc_store_knows(uc_ctx_store(ctx), handle))
        return false;
    uc_store_get(uc_ctx_store(ctx), handle, &n);
    return n == length;
}

/* The first four bytes of a kid or a ticket, for people. */
static const char *start_of(UcCtx *ctx, UcWord handle)
{
    g_autofree char *hex = uc_hex(uc_store_get(uc_ctx_store(ctx), handle, NULL), 4);
    return uc_reason(ctx, "%s", hex);
}

/* ---- keys and what is owned of them ---- */

static const char *check_key(UcCtx *ctx, const Key *key, size_t at)
{
    UcStore *store = uc_ctx_store(ctx);
    if (key[at].sigma >= options(ctx)->sigmas)
        return "key: of no scheme of this set-up";
    Sigma *sigma = options(ctx)->sigma[key[at].sigma];
    if (!is_bytes(ctx, key[at].kid, DKM_KID_BYTES) || !is_bytes(ctx, key[at].vk, sigma->public_size) ||
        !is_bytes(ctx, key[at].seed, sigma->seed_size))
        return "key: kid, public key or seed of a wrong length";
    const char *name = start_of(ctx, key[at].kid);
    for (size_t i = 0; i < at; i++) {
        if (key[i].kid == key[at].kid)
            return uc_reason(ctx, "key %s..: stands there twice", name);
    }
    if (dkm_kid(store, key[at].vk) != key[at].kid)
        return uc_reason(ctx, "key %s..: the public key does not give the kid", name);
    g_autofree uint8_t *vk = g_malloc(sigma->public_size);
    if (!sigma_public(sigma, uc_store_get(store, key[at].seed, NULL), vk) ||
        memcmp(vk, uc_store_get(store, key[at].vk, NULL), sigma->public_size))
        return uc_reason(ctx, "key %s..: the seed does not give the public key", name);
    return NULL;
}

/* Somebody before this party owns a part of the block. */
static const char *owned_twice(UcCtx *ctx, UcCtx *look, UcWord index, DkmInterval block, const char *name)
{
    for (UcWord other = 0; other < uc_pid(ctx); other++) {
        size_t words;
        const DkmInterval *own = (const void *)uc_peek(look, uc_party_machine(look, other), KIND_OWN, index, &words);
        for (size_t i = 0; i < words / WORDS(DkmInterval); i++) {
            if (own[i].a < block.b && block.a < own[i].b)
                return uc_reason(ctx, "own, key %s..: [%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ") overlaps what another "
                                 "party owns", name, block.a, block.b);
        }
    }
    return NULL;
}

static const char *check_own(UcCtx *ctx, UcCtx *look, const Key *key)
{
    size_t n;
    UcWord index = dkm_key_index(uc_ctx_store(ctx), key->kid);
    const DkmInterval *own = own_set_get((OwnSet){ ctx, KIND_OWN, index }, &n);
    uint64_t capacity = options(ctx)->sigma[key->sigma]->capacity, limit = options(ctx)->limits.intervals;
    const char *name = start_of(ctx, key->kid), *why = NULL;
    if (n > limit)
        return uc_reason(ctx, "own, key %s..: expected at most %" G_GUINT64_FORMAT " intervals, got %zu", name, limit, n);
    for (size_t i = 0; i < n && !why; i++) {
        if (own[i].a >= own[i].b || own[i].b > capacity)
            return uc_reason(ctx, "own, key %s..: expected an interval within [0,%" G_GUINT64_FORMAT "), got [%"
                             G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ")", name, capacity, own[i].a, own[i].b);
        if (i && own[i].a <= own[i - 1].b)
            return uc_reason(ctx, "own, key %s..: expected intervals in order and apart, got [%" G_GUINT64_FORMAT ",%"
                             G_GUINT64_FORMAT ") after [%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ")", name, own[i].a,
                             own[i].b, own[i - 1].a, own[i - 1].b);
        why = owned_twice(ctx, look, index, own[i], name);
    }
    return why;
}

static const char *check_keys(UcCtx *ctx, UcCtx *look)
{
    size_t n, rows = 0, words;
    const Key *key = (const void *)uc_items(ctx, KIND_KEYS, 0, &n);
    if (n > options(ctx)->limits.keys)
        return uc_reason(ctx, "keys: expected at most %" G_GUINT64_FORMAT ", got %zu", options(ctx)->limits.keys, n);
    for (size_t i = 0; i < n; i++) {
        const char *why = check_key(ctx, key, i);
        if (!why)
            why = check_own(ctx, look, &key[i]);
        if (why)
            return why;
        uc_read(ctx, KIND_OWN, dkm_key_index(uc_ctx_store(ctx), key[i].kid), &words);
        rows += words > 0;
    }
    return uc_regions(ctx, KIND_OWN) == rows ? NULL : "own: of a key that is not there";
}

/* ---- tickets ---- */

static const char *check_tickets(UcCtx *ctx, UcCtx *look)
{
    size_t n;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, 0, &n);
    if (n > options(ctx)->limits.tickets)
        return uc_reason(ctx, "tickets: expected at most %" G_GUINT64_FORMAT ", got %zu", options(ctx)->limits.tickets, n);
    for (size_t i = 0; i < n; i++) {
        if (!is_bytes(ctx, t[i].ticket, DKM_TICKET_BYTES) || (t[i].kid != UC_NONE && !is_bytes(ctx, t[i].kid, DKM_KID_BYTES)))
            return "ticket: ticket or kid of a wrong length";
        const char *name = start_of(ctx, t[i].ticket);
        if (!dkm_count_ok(t[i].count) || !dkm_other_party(ctx, options(ctx), uc_pid(ctx), t[i].from))
            return uc_reason(ctx, "ticket %s..: number of keys or party out of range", name);
        for (size_t k = 0; k < i; k++) {
            if (t[k].ticket == t[i].ticket)
                return uc_reason(ctx, "ticket %s..: stands there twice", name);
        }
    }
    return NULL;
}

/* ---- what was sent ---- */

static bool holds_key(UcCtx *ctx, unsigned sigma, const PayloadBody *body)
{
    size_t n;
    UcStore *store = uc_ctx_store(ctx);
    const Sigma *set = options(ctx)->sigma[sigma];
    const Key *key = (const void *)uc_items(ctx, KIND_KEYS, 0, &n);
    for (size_t i = 0; i < n; i++) {
        if (key[i].sigma == sigma && !memcmp(uc_store_get(store, key[i].kid, NULL), body->kid, DKM_KID_BYTES))
            return !memcmp(uc_store_get(store, key[i].vk, NULL), body->vk, set->public_size) &&
                   !memcmp(uc_store_get(store, key[i].seed, NULL), body->seed, set->seed_size);
    }
    return false;
}

/* To a block of a key that the party knows. */
static bool sealed_well(UcCtx *ctx, const Sent *sent, unsigned number)
{
    const Sigma *sigma = options(ctx)->sigma[number];
    size_t size = payload_body_size(sigma);
    g_autofree uint8_t *plain = g_malloc(size);
    PayloadBody body;
    bool good = pi_open_sent(ctx, sent, sigma, plain, &body) && body.a < body.b && body.b <= sigma->capacity &&
                holds_key(ctx, number, &body);
    OPENSSL_cleanse(plain, size);
    return good;
}

static const char *check_one_sent(UcCtx *ctx, const Sent *sent, size_t at)
{
    bool good = false;
    if (!dkm_other_party(ctx, options(ctx), uc_pid(ctx), sent[at].to) ||
        !is_bytes(ctx, sent[at].ticket, DKM_TICKET_BYTES))
        return "sent: party or ticket out of range";
    const char *name = start_of(ctx, sent[at].ticket);
    for (size_t i = 0; i < at; i++) {
        if (sent[i].to == sent[at].to && sent[i].ticket == sent[at].ticket)
            return uc_reason(ctx, "sent, ticket %s..: stands there twice", name);
    }
    for (unsigned s = 0; s < options(ctx)->sigmas && sent[at].payload != UC_NONE; s++)
        good = good || sealed_well(ctx, &sent[at], s);
    return good ? NULL : uc_reason(ctx, "sent, ticket %s..: the payload does not open to a block of a key that is there", name);
}

static const char *check_sent(UcCtx *ctx, UcCtx *look)
{
    size_t n;
    const Sent *sent = (const void *)uc_items(ctx, KIND_SENT, 0, &n);
    const char *why = NULL;
    if (n > options(ctx)->limits.transfers)
        return uc_reason(ctx, "sent: expected at most %" G_GUINT64_FORMAT ", got %zu", options(ctx)->limits.transfers, n);
    for (size_t i = 0; i < n && !why; i++)
        why = check_one_sent(ctx, sent, i);
    return why;
}

/* ---- tapes ---- */

typedef struct {
    UcWord purpose, position; /* name, bytes */
} Tape;

/* Positions are those after whole draws. */
static const char *check_tapes(UcCtx *ctx, UcCtx *look)
{
    size_t n, open;
    const Tape *tape = (const void *)uc_items(ctx, UC_KIND_TAPE, 0, &n);
    UcStore *store = uc_ctx_store(ctx);
    UcWord keygen = uc_store_text(store, "keygen"), ticket = uc_store_text(store, "ticket"), tickets = 0;
    size_t coins = dkm_ticket_coins(options(ctx)), seed = options(ctx)->sigmas == 1 ? options(ctx)->sigma[0]->seed_size : 1;
    for (size_t i = 0; i < n; i++) {
        if (tape[i].purpose != keygen && tape[i].purpose != ticket)
            return "tape: of a purpose that this protocol does not have";
        if (i && tape[i].purpose == tape[0].purpose)
            return "tape: stands there twice";
        if (!tape[i].position || tape[i].position % (tape[i].purpose == ticket ? coins : seed))
            return "tape: a position between two draws";
        tickets = tape[i].purpose == ticket ? tape[i].position / coins : tickets;
    }
    uc_items(ctx, KIND_TICKETS, 0, &open);
    return open <= tickets ? NULL : "tape: more open tickets than were drawn";
}

const char *pi_check(UcCtx *ctx, UcCtx *look)
{
    static const char *(*const check[])(UcCtx *ctx, UcCtx *look) = { check_keys, check_tickets, check_sent, check_tapes };
    static const unsigned single[] = { KIND_KEYS, KIND_TICKETS, KIND_SENT, UC_KIND_TAPE };
    const char *why = uc_regions(ctx, UC_KIND_VERSION) ? "version: of a storage that this set-up does not have" : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(check) && !why; i++) {
        size_t items;
        uc_items(ctx, single[i], 0, &items);
        why = uc_regions(ctx, single[i]) == (items > 0) ? check[i](ctx, look) : "a row with a number that this protocol does not use";
    }
    return why;
}
