#include "protocol/party.h"

#include <openssl/crypto.h>
#include <string.h>

#include "protocol/own_set.h"
#include "protocol/payload.h"

/* ---- stable state (docs/protocol.md, "Stable state") ---- */

enum { KIND_KEYS = UC_FIRST_KIND, KIND_OWN, KIND_TICKETS, KIND_SENT };

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
static const UcRegionKind kinds[] = {
    [KIND_KEYS - UC_FIRST_KIND] = { .name = "keys", .flags = UC_STABLE, .item_words = WORDS(Key), .item_handles = 7 },
    [KIND_OWN - UC_FIRST_KIND] = { .name = "own", .flags = UC_STABLE, .item_words = WORDS(DkmInterval) },
    [KIND_TICKETS - UC_FIRST_KIND] = { .name = "tickets", .flags = UC_STABLE, .item_words = WORDS(Ticket),
                                       .item_handles = 3 },
    [KIND_SENT - UC_FIRST_KIND] = { .name = "sent", .flags = UC_STABLE, .item_words = WORDS(Sent), .item_handles = 6 },
};

static const PiConfig *config(UcCtx *ctx) { return uc_config(ctx); }
static const DkmLimits *limits(UcCtx *ctx) { return &config(ctx)->dkm->limits; }

static const Key *keys_of(UcCtx *ctx, size_t *count) { return (const void *)uc_items(ctx, KIND_KEYS, 0, count); }

static const Key *key_of(UcCtx *ctx, UcWord kid)
{
    size_t n;
    const Key *key = keys_of(ctx, &n);
    for (size_t i = 0; i < n; i++) {
        if (key[i].kid == kid)
            return &key[i];
    }
    return NULL;
}

static OwnSet own_of(UcCtx *ctx, UcWord kid)
{
    return (OwnSet){ ctx, KIND_OWN, dkm_key_index(uc_ctx_store(ctx), kid) };
}

static const Ticket *ticket_of(UcCtx *ctx, UcWord ticket, size_t *at)
{
    size_t n;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, 0, &n);
    for (*at = 0; *at < n; ++*at) {
        if (t[*at].ticket == ticket)
            return &t[*at];
    }
    return NULL;
}

static const Sent *sent_of(UcCtx *ctx, UcWord to, UcWord ticket)
{
    size_t n;
    const Sent *s = (const void *)uc_items(ctx, KIND_SENT, 0, &n);
    for (size_t i = 0; i < n; i++) {
        if (s[i].to == to && s[i].ticket == ticket)
            return &s[i];
    }
    return NULL;
}

static void add_key(UcCtx *ctx, Key key)
{
    size_t n;
    keys_of(ctx, &n);
    *(Key *)(void *)uc_item_insert(ctx, KIND_KEYS, 0, n) = key;
}

static Sigma *sigma_of(UcCtx *ctx, UcWord number) { return config(ctx)->dkm->sigma[number]; }

static void effect(UcCtx *ctx, UcWord operation, const Key *key, UcWord ticket, DkmInterval block, UcWord party)
{
    UcMessage m = { DKM_EFFECT, { operation, key ? key->kid : UC_NONE, key ? key->vk : UC_NONE,
                                  key ? key->seed : UC_NONE, ticket, block.a, block.b, party } };
    uc_effect(ctx, &m);
}

static UcWord operation(DkmKind input) { return input - DKM_KEYGEN; }
enum { OPERATION_RECEIVED = DKM_STATUS + 1 - DKM_KEYGEN };

/* A handler returns this after a persist that reported a crash; the engine ignores it. */
static UcResult crashed(void) { return uc_pass("crashed"); }

/* ---- inputs (docs/protocol.md, the table of handlers) ---- */

static UcResult keygen(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    unsigned number;
    size_t known;
    Sigma *sigma = dkm_sigma(config(ctx)->dkm, store, w[0], &number);
    if (!sigma)
        return dkm_error(DKM_NOT_SUPPORTED);
    keys_of(ctx, &known);
    if (known >= limits(ctx)->keys)
        return dkm_error(DKM_TOO_MANY_KEYS);
    g_autofree uint8_t *seed = g_malloc(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    uc_draw(ctx, "keygen", seed, sigma->seed_size);
    if (!sigma_public(sigma, seed, vk))
        return uc_fail("the signing core failed");
    Key key = { .vk = uc_store_put(store, vk, sigma->public_size), .seed = uc_store_put(store, seed, sigma->seed_size),
                .sigma = number };
    OPENSSL_cleanse(seed, sigma->seed_size);
    key.kid = dkm_kid(store, key.vk);
    add_key(ctx, key);
    own_set_add(own_of(ctx, key.kid), (DkmInterval){ 0, sigma->capacity });
    effect(ctx, operation(DKM_KEYGEN), &key, UC_NONE, (DkmInterval){ 0, sigma->capacity }, UC_NO_PARTY);
    if (uc_persist(ctx))
        return crashed();
    return uc_send(UC_Z, (UcMessage){ DKM_KEY, { key.kid, key.vk, sigma->capacity } });
}

static UcResult request(UcCtx *ctx, const UcWord *w)
{
    size_t open;
    if (!dkm_other_party(ctx, w[2]))
        return dkm_error(DKM_NO_SUCH_PARTY);
    if (!dkm_count_ok(w[1]))
        return dkm_error(DKM_BAD_COUNT);
    uc_items(ctx, KIND_TICKETS, 0, &open);
    if (open >= limits(ctx)->tickets)
        return dkm_error(DKM_TOO_MANY_TICKETS);
    uint8_t fresh[DKM_TICKET_BYTES] = { 0 }; /* a toy ticket has fewer coins; the format stays */
    uc_draw(ctx, "ticket", fresh, dkm_ticket_coins(config(ctx)->dkm));
    Ticket t = { uc_store_put(uc_ctx_store(ctx), fresh, sizeof fresh), w[0], w[1], w[2] };
    *(Ticket *)(void *)uc_item_insert(ctx, KIND_TICKETS, 0, open) = t;
    effect(ctx, operation(DKM_REQUEST), NULL, t.ticket, (DkmInterval){ 0, 0 }, t.from);
    if (uc_persist(ctx))
        return crashed();
    return uc_send(UC_Z, (UcMessage){ DKM_REQUESTED, { t.ticket } });
}

static UcResult cancel(UcCtx *ctx, const UcWord *w)
{
    size_t at;
    if (!ticket_of(ctx, w[0], &at))
        return dkm_error(DKM_NO_SUCH_TICKET);
    uc_item_remove(ctx, KIND_TICKETS, 0, at);
    effect(ctx, operation(DKM_CANCEL), NULL, w[0], (DkmInterval){ 0, 0 }, UC_NO_PARTY);
    if (uc_persist(ctx))
        return crashed();
    return uc_send(UC_Z, (UcMessage){ DKM_CANCELLED, { w[0] } });
}

static PayloadHeader header_for(UcCtx *ctx, const Sigma *sigma, UcWord to, UcWord ticket)
{
    PayloadHeader h = { .version = PAYLOAD_VERSION, .from = (uint32_t)(uc_self(ctx) - UC_PARTY_0),
                        .to = (uint32_t)to };
    payload_scheme_id(sigma, h.scheme);
    payload_enclave_id(config(ctx)->dkm->enclave, h.enclave);
    memcpy(h.ticket, uc_store_get(uc_ctx_store(ctx), ticket, NULL), sizeof h.ticket);
    return h;
}

static UcWord seal_payload(UcCtx *ctx, const Key *key, DkmInterval block, UcWord to, UcWord ticket)
{
    UcStore *store = uc_ctx_store(ctx);
    const Sigma *sigma = sigma_of(ctx, key->sigma);
    PayloadHeader header = header_for(ctx, sigma, to, ticket);
    PayloadBody body = { .vk = uc_store_get(store, key->vk, NULL), .seed = uc_store_get(store, key->seed, NULL),
                         .a = block.a, .b = block.b };
    memcpy(body.kid, uc_store_get(store, key->kid, NULL), sizeof body.kid);
    size_t size = payload_body_size(sigma), total = PAYLOAD_HEADER_BYTES + size + seal_overhead(config(ctx)->seal);
    g_autofree uint8_t *plain = g_malloc(size), *out = g_malloc(total);
    payload_write_header(&header, out);
    payload_write_body(sigma, &body, plain);
    seal_close(config(ctx)->seal, config(ctx)->master, out, PAYLOAD_HEADER_BYTES, plain, size,
               out + PAYLOAD_HEADER_BYTES);
    OPENSSL_cleanse(plain, size);
    return uc_store_put(store, out, total);
}

static DkmError check_transfer(UcCtx *ctx, const UcWord *w)
{
    size_t sent;
    if (!key_of(ctx, w[0]))
        return DKM_UNKNOWN_KEY;
    if (!dkm_other_party(ctx, w[2]))
        return DKM_NO_SUCH_PARTY;
    if (!dkm_count_ok(w[1]))
        return DKM_BAD_COUNT;
    if (!dkm_ticket_ok(uc_ctx_store(ctx), w[3]))
        return DKM_BAD_TICKET;
    if (sent_of(ctx, w[2], w[3]))
        return DKM_TICKET_USED;
    uc_items(ctx, KIND_SENT, 0, &sent);
    if (sent >= limits(ctx)->transfers)
        return DKM_TOO_MANY_TRANSFERS;
    return own_set_has(own_of(ctx, w[0]), w[1]) ? DKM_OK : DKM_INSUFFICIENT;
}

static UcMessage payload_message(UcWord to, UcWord payload)
{
    return (UcMessage){ UC_M_PAYLOAD, { to, payload } };
}

static UcResult transfer(UcCtx *ctx, const UcWord *w)
{
    size_t sent;
    DkmError error = check_transfer(ctx, w);
    if (error)
        return dkm_error(error);
    Key key = *key_of(ctx, w[0]);
    DkmInterval block = { 0, 0 };
    own_set_take_top(own_of(ctx, key.kid), w[1], &block);
    Sent record = { w[2], w[3], seal_payload(ctx, &key, block, w[2], w[3]) };
    uc_items(ctx, KIND_SENT, 0, &sent);
    *(Sent *)(void *)uc_item_insert(ctx, KIND_SENT, 0, sent) = record;
    effect(ctx, operation(DKM_TRANSFER), &key, w[3], block, w[2]);
    if (uc_persist(ctx))
        return crashed();
    return uc_send(UC_A, payload_message(record.to, record.payload));
}

static UcResult resend(UcCtx *ctx, const UcWord *w)
{
    if (!dkm_other_party(ctx, w[0]))
        return dkm_error(DKM_NO_SUCH_PARTY);
    const Sent *record = sent_of(ctx, w[0], w[1]);
    if (!record)
        return dkm_error(DKM_NO_SUCH_TRANSFER);
    return uc_send(UC_A, payload_message(record->to, record->payload));
}

static UcResult sign(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    const Key *known = key_of(ctx, w[0]);
    if (!known)
        return dkm_error(DKM_UNKNOWN_KEY);
    Key key = *known;
    UcWord index;
    if (!own_set_take_lowest(own_of(ctx, key.kid), &index))
        return dkm_error(DKM_EXHAUSTED);
    effect(ctx, operation(DKM_SIGN), &key, UC_NONE, (DkmInterval){ index, index + 1 }, UC_NO_PARTY);
    if (uc_persist(ctx))
        return crashed();
    Sigma *sigma = sigma_of(ctx, key.sigma);
    size_t length;
    const uint8_t *message = uc_store_get(store, w[1], &length);
    g_autofree uint8_t *signature = g_malloc(sigma->signature_size);
    if (!sigma_sign(sigma, uc_store_get(store, key.seed, NULL), index, message, length, signature))
        return uc_pass("the signing core failed");
    return uc_send(UC_Z, (UcMessage){ DKM_SIGNATURE,
                                      { key.kid, index, uc_store_put(store, signature, sigma->signature_size) } });
}

static UcResult verify(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    bool valid = false;
    size_t nv, nm, ns;
    if (uc_store_knows(store, w[0]) && uc_store_knows(store, w[1]) && uc_store_knows(store, w[2])) {
        const uint8_t *vk = uc_store_get(store, w[0], &nv), *m = uc_store_get(store, w[1], &nm),
                      *s = uc_store_get(store, w[2], &ns);
        for (unsigned i = 0; i < config(ctx)->dkm->sigmas; i++)
            valid = valid || sigma_verify(sigma_of(ctx, i), vk, nv, m, nm, s, ns);
    }
    return uc_send(UC_Z, (UcMessage){ DKM_VERIFIED, { valid } });
}

static UcResult status(UcCtx *ctx, const UcWord *w)
{
    if (!key_of(ctx, w[0]))
        return dkm_error(DKM_UNKNOWN_KEY);
    size_t n;
    const DkmInterval *own = own_set_get(own_of(ctx, w[0]), &n);
    UcWord intervals = dkm_intervals(uc_ctx_store(ctx), own, n);
    return uc_send(UC_Z, (UcMessage){ DKM_STATUS_IS, { w[0], intervals, own_set_remaining(own_of(ctx, w[0])) } });
}

/* ---- payloads from the network ---- */

typedef struct {
    PayloadHeader header;
    Ticket ticket;
    size_t ticket_at;
    unsigned sigma;
    Key key;
    DkmInterval block;
} Import;

static const char *read_envelope(UcCtx *ctx, const uint8_t *bytes, size_t length, Import *in)
{
    uint8_t id[16];
    if (!payload_read_header(bytes, length, &in->header))
        return "payload: malformed header";
    payload_enclave_id(config(ctx)->dkm->enclave, id);
    if (memcmp(id, in->header.enclave, sizeof id))
        return "payload: of another enclave";
    for (in->sigma = 0; in->sigma < config(ctx)->dkm->sigmas; in->sigma++) {
        payload_scheme_id(sigma_of(ctx, in->sigma), id);
        if (!memcmp(id, in->header.scheme, sizeof in->header.scheme))
            break;
    }
    if (in->sigma == config(ctx)->dkm->sigmas)
        return "payload: unknown scheme";
    if (uc_party(in->header.to) != uc_self(ctx))
        return "payload: for another party";
    const Ticket *open = ticket_of(ctx, uc_store_put(uc_ctx_store(ctx), in->header.ticket, DKM_TICKET_BYTES),
                                   &in->ticket_at);
    if (!open)
        return "payload: no such open ticket";
    in->ticket = *open;
    return in->ticket.from == in->header.from ? NULL : "payload: not from the requested party";
}

static const char *check_body(UcCtx *ctx, const PayloadBody *body, Import *in)
{
    UcStore *store = uc_ctx_store(ctx);
    Sigma *sigma = sigma_of(ctx, in->sigma);
    g_autofree uint8_t *vk = g_malloc(sigma->public_size);
    if (!sigma_public(sigma, body->seed, vk) || memcmp(vk, body->vk, sigma->public_size))
        return "payload: the seed does not give the public key";
    in->key = (Key){ uc_store_put(store, body->kid, DKM_KID_BYTES), uc_store_put(store, vk, sigma->public_size),
                     uc_store_put(store, body->seed, sigma->seed_size), in->sigma };
    in->block = (DkmInterval){ body->a, body->b };
    if (dkm_kid(store, in->key.vk) != in->key.kid)
        return "payload: the public key does not give the kid";
    if (in->block.a >= in->block.b || in->block.b > sigma->capacity)
        return "payload: the block is not in [0,N)";
    if (in->ticket.kid != UC_NONE && in->ticket.kid != in->key.kid)
        return "payload: another key was requested";
    if (in->block.b - in->block.a != in->ticket.count)
        return "payload: another number of keys was requested";
    return NULL;
}

static const char *open_payload(UcCtx *ctx, const uint8_t *bytes, size_t length, Import *in)
{
    const char *reason = read_envelope(ctx, bytes, length, in);
    if (reason)
        return reason;
    const Sigma *sigma = sigma_of(ctx, in->sigma);
    size_t size = payload_body_size(sigma);
    if (length != PAYLOAD_HEADER_BYTES + size + seal_overhead(config(ctx)->seal))
        return "payload: wrong length";
    g_autofree uint8_t *plain = g_malloc(size);
    if (!seal_open(config(ctx)->seal, config(ctx)->master, bytes, PAYLOAD_HEADER_BYTES,
                   bytes + PAYLOAD_HEADER_BYTES, length - PAYLOAD_HEADER_BYTES, plain))
        return "payload: the seal does not open";
    PayloadBody body;
    payload_read_body(sigma, plain, size, &body);
    reason = check_body(ctx, &body, in);
    OPENSSL_cleanse(plain, size);
    return reason;
}

static const char *room_for(UcCtx *ctx, const Import *in)
{
    size_t known;
    keys_of(ctx, &known);
    if (!key_of(ctx, in->key.kid) && known >= limits(ctx)->keys)
        return "payload: too many keys";
    if (own_set_overlaps(own_of(ctx, in->key.kid), in->block))
        return "payload: overlaps what is owned";
    if (own_set_count_after(own_of(ctx, in->key.kid), in->block) > limits(ctx)->intervals)
        return "payload: too many intervals";
    return NULL;
}

static UcResult payload(UcCtx *ctx, UcWord handle)
{
    if (!uc_store_knows(uc_ctx_store(ctx), handle))
        return uc_fail("payload: no bytes");
    size_t length;
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), handle, &length);
    Import in;
    const char *reason = open_payload(ctx, bytes, length, &in);
    if (!reason)
        reason = room_for(ctx, &in);
    if (reason)
        return uc_fail(reason);
    if (!key_of(ctx, in.key.kid))
        add_key(ctx, in.key);
    own_set_add(own_of(ctx, in.key.kid), in.block);
    uc_item_remove(ctx, KIND_TICKETS, 0, in.ticket_at);
    effect(ctx, OPERATION_RECEIVED, &in.key, in.ticket.ticket, in.block, in.ticket.from);
    if (uc_persist(ctx))
        return crashed();
    return uc_send(UC_Z, (UcMessage){ DKM_RECEIVED, { in.key.kid, in.ticket.from, in.ticket.ticket, in.block.a,
                                                      in.block.b } });
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (in->from == UC_A)
        return in->message.kind == UC_M_DELIVER ? payload(ctx, w[0]) : uc_fail("not a delivery");
    switch (in->message.kind) {
    case DKM_KEYGEN: return keygen(ctx, w);
    case DKM_REQUEST: return request(ctx, w);
    case DKM_CANCEL: return cancel(ctx, w);
    case DKM_TRANSFER: return transfer(ctx, w);
    case DKM_RESEND: return resend(ctx, w);
    case DKM_SIGN: return sign(ctx, w);
    case DKM_VERIFY: return verify(ctx, w);
    case DKM_STATUS: return status(ctx, w);
    default: return uc_fail("not an input of this protocol");
    }
}

const UcClass pi_class = { .name = "ticketed-transfer", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };

/* ---- inspection (docs/protocol.md, "Inspection") ---- */

static size_t inspect_own(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room)
{
    size_t words;
    const UcWord *w = uc_peek(ctx, machine, KIND_OWN, dkm_key_index(uc_ctx_store(ctx), kid), &words);
    size_t n = words / WORDS(DkmInterval);
    if (n)
        memcpy(out, w, MIN(n, room) * sizeof *out);
    return n;
}

static size_t inspect_keys(UcCtx *ctx, uint16_t machine, UcWord *kid, size_t room)
{
    size_t words;
    const Key *key = (const void *)uc_peek(ctx, machine, KIND_KEYS, 0, &words);
    for (size_t i = 0; i < words / WORDS(Key) && i < room; i++)
        kid[i] = key[i].kid;
    return words / WORDS(Key);
}

static bool inspect_ticket(UcCtx *ctx, uint16_t machine, UcWord ticket, DkmTicket *out)
{
    size_t words;
    const Ticket *t = (const void *)uc_peek(ctx, machine, KIND_TICKETS, 0, &words);
    for (size_t i = 0; i < words / WORDS(Ticket); i++) {
        if (t[i].ticket == ticket) {
            *out = (DkmTicket){ t[i].ticket, t[i].kid, t[i].count, t[i].from };
            return true;
        }
    }
    return false;
}

static size_t inspect_tickets(UcCtx *ctx, uint16_t machine)
{
    size_t words;
    uc_peek(ctx, machine, KIND_TICKETS, 0, &words);
    return words / WORDS(Ticket);
}

static UcStatus inspect_status(UcCtx *ctx, uint16_t machine)
{
    const UcWord *w = uc_peek(ctx, machine, UC_KIND_FAULT, 0, NULL);
    return w ? (UcStatus)((const UcFault *)(const void *)w)->status : UC_UP;
}

const DkmInspector pi_inspector = {
    inspect_own, inspect_keys, inspect_ticket, inspect_tickets, inspect_status,
};
