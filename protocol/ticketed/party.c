#include "protocol/ticketed/party_internal.h"

#include <openssl/crypto.h>
#include <string.h>

#include "protocol/ticketed/keys.h"

/* ---- stable state (docs/protocol.md, "Stable state") ---- */

static const UcRegionKind kinds[] = {
    [KIND_KEYS - UC_FIRST_KIND] = { .name = "keys", .flags = UC_STABLE, .item_words = WORDS(Key), .item_handles = 7 },
    [KIND_OWN - UC_FIRST_KIND] = { .name = "own", .flags = UC_STABLE, .item_words = WORDS(DkmInterval) },
    [KIND_TICKETS - UC_FIRST_KIND] = { .name = "tickets", .flags = UC_STABLE, .item_words = WORDS(Ticket),
                                       .item_handles = 3 },
    /* docs/protocol.md, "Reservation": taken out of the stable own set, not yet used */
    [KIND_RESERVE - UC_FIRST_KIND] = { .name = "reserve", .flags = UC_VOLATILE, .item_words = WORDS(DkmInterval) },
    [KIND_SENT - UC_FIRST_KIND] = { .name = "sent", .flags = UC_STABLE, .item_words = WORDS(Sent), .item_handles = 6 },
};

static const PiConfig *config(UcCtx *ctx) { return uc_config(ctx); }
static const DkmLimits *limits(UcCtx *ctx) { return &config(ctx)->dkm->limits; }
static const char *enclave_of(UcCtx *ctx) { return dkm_enclave_of(config(ctx)->dkm, uc_pid(ctx)); }
static bool other_party(UcCtx *ctx, UcWord other) { return dkm_other_party(ctx, config(ctx)->dkm, uc_pid(ctx), other); }

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

static OwnSet reserve_of(UcCtx *ctx, UcWord kid)
{
    return (OwnSet){ ctx, KIND_RESERVE, dkm_key_index(uc_ctx_store(ctx), kid) };
}

static bool reserves(UcCtx *ctx) { return config(ctx)->dkm->reservation > 0; }

/* All that is owned of a key, reserved or not; free with g_free. */
static DkmInterval *owned(UcCtx *ctx, UcWord kid, size_t *count)
{
    size_t n;
    if (!reserves(ctx)) {
        const DkmInterval *own = own_set_get(own_of(ctx, kid), count);
        return g_memdup2(own, *count * sizeof *own);
    }
    n = own_set_union(own_of(ctx, kid), reserve_of(ctx, kid), NULL, 0);
    DkmInterval *all = g_new(DkmInterval, n + 1);
    *count = own_set_union(own_of(ctx, kid), reserve_of(ctx, kid), all, n);
    return all;
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
    sigma_draw(sigma, seed);
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
    return uc_output((UcMessage){ DKM_KEY, { key.kid, key.vk, sigma->capacity } });
}

static UcResult request(UcCtx *ctx, const UcWord *w)
{
    size_t open;
    if (!other_party(ctx, w[2]))
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
    return uc_output((UcMessage){ DKM_REQUESTED, { t.ticket } });
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
    return uc_output((UcMessage){ DKM_CANCELLED, { w[0] } });
}

static PayloadHeader header_for(UcCtx *ctx, const Sigma *sigma, UcWord to, UcWord ticket)
{
    PayloadHeader h = { .version = PAYLOAD_VERSION, .from = (uint32_t)uc_pid(ctx), .to = (uint32_t)to };
    payload_scheme_id(sigma, h.scheme);
    payload_enclave_id(enclave_of(ctx), h.enclave);
    memcpy(h.ticket, uc_store_get(uc_ctx_store(ctx), ticket, NULL), sizeof h.ticket);
    return h;
}

static void sealing_key(UcCtx *ctx, UcWord peer, uint8_t out[SEAL_KEY_BYTES])
{
    const PiConfig *c = config(ctx);
    if (c->dkm->trust == DKM_TRUST_PAIRWISE)
        keys_pair(c->seed, enclave_of(ctx), (uint32_t)uc_pid(ctx), (uint32_t)peer, out);
    else
        keys_master(c->seed, c->dkm->shared_master ? c->dkm->enclave : enclave_of(ctx), out);
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
    uint8_t k[SEAL_KEY_BYTES];
    SealUse use;
    sealing_key(ctx, to, k);
    seal_close(config(ctx)->seal, k, out, PAYLOAD_HEADER_BYTES, plain, size, out + PAYLOAD_HEADER_BYTES, &use);
    uc_mark(ctx, (UcMark){ DKM_MARK_SEALED, uc_store_put(store, use.key, sizeof use.key),
                           uc_store_put(store, use.content, sizeof use.content) });
    OPENSSL_cleanse(plain, size);
    OPENSSL_cleanse(k, sizeof k);
    return uc_store_put(store, out, total);
}

bool pi_open_sent(UcCtx *ctx, const Sent *sent, const Sigma *sigma, uint8_t *plain, PayloadBody *body)
{
    Seal *seal = config(ctx)->seal;
    size_t length, size = payload_body_size(sigma);
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), sent->payload, &length);
    if (length != PAYLOAD_HEADER_BYTES + size + seal_overhead(seal))
        return false;
    PayloadHeader header = header_for(ctx, sigma, sent->to, sent->ticket);
    uint8_t expected[PAYLOAD_HEADER_BYTES], k[SEAL_KEY_BYTES];
    payload_write_header(&header, expected);
    sealing_key(ctx, sent->to, k);
    bool good = !memcmp(bytes, expected, sizeof expected - SEAL_DIGEST_BYTES) && /* the seal checks its digest */
                seal_open(seal, k, bytes, PAYLOAD_HEADER_BYTES, bytes + PAYLOAD_HEADER_BYTES, length - PAYLOAD_HEADER_BYTES,
                          plain) && payload_read_body(sigma, plain, size, body);
    OPENSSL_cleanse(k, sizeof k);
    return good;
}

static DkmError check_transfer(UcCtx *ctx, const UcWord *w)
{
    size_t sent;
    if (!key_of(ctx, w[0]))
        return DKM_UNKNOWN_KEY;
    if (!other_party(ctx, w[2]))
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
    DkmInterval block;
    size_t n;
    g_autofree DkmInterval *own = owned(ctx, w[0], &n);
    return own_set_top(own, n, w[1], &block) ? DKM_OK : DKM_INSUFFICIENT;
}

/* Takes the block out of what is owned, reserved or not. */
static DkmInterval take_block(UcCtx *ctx, UcWord kid, UcWord count)
{
    DkmInterval block = { 0, 0 };
    size_t n;
    g_autofree DkmInterval *own = owned(ctx, kid, &n);
    own_set_top(own, n, count, &block);
    own_set_subtract(own_of(ctx, kid), block);
    if (reserves(ctx))
        own_set_subtract(reserve_of(ctx, kid), block);
    return block;
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
    DkmInterval block = take_block(ctx, key.kid, w[1]);
    Sent record = { w[2], w[3], seal_payload(ctx, &key, block, w[2], w[3]) };
    uc_items(ctx, KIND_SENT, 0, &sent);
    *(Sent *)(void *)uc_item_insert(ctx, KIND_SENT, 0, sent) = record;
    effect(ctx, operation(DKM_TRANSFER), &key, w[3], block, w[2]);
    if (uc_persist(ctx))
        return crashed();
    return uc_backdoor(payload_message(record.to, record.payload));
}

static UcResult resend(UcCtx *ctx, const UcWord *w)
{
    if (!other_party(ctx, w[0]))
        return dkm_error(DKM_NO_SUCH_PARTY);
    const Sent *record = sent_of(ctx, w[0], w[1]);
    if (!record)
        return dkm_error(DKM_NO_SUCH_TRANSFER);
    return uc_backdoor(payload_message(record->to, record->payload));
}

/* Takes the lowest owned index out; *persist tells whether stable state changed. With a window, indices after it are
 * reserved in the same write, up to R of them (docs/protocol.md, "Reservation"). */
static bool take_index(UcCtx *ctx, UcWord kid, UcWord *index, bool *persist)
{
    OwnSet own = own_of(ctx, kid), reserve = reserve_of(ctx, kid);
    *persist = true;
    if (!reserves(ctx))
        return own_set_take_lowest(own, index);
    size_t n, reserved;
    const DkmInterval *o = own_set_get(own, &n), *r = own_set_get(reserve, &reserved);
    if (reserved && (!n || r[0].a < o[0].a)) {
        *persist = false;
        return own_set_take_lowest(reserve, index);
    }
    if (!own_set_take_lowest(own, index))
        return false;
    UcWord more;
    for (UcWord room = config(ctx)->dkm->reservation - own_set_remaining(reserve); room > 0; room--) {
        if (!own_set_take_lowest(own, &more))
            break;
        own_set_add(reserve, (DkmInterval){ more, more + 1 });
    }
    return true;
}

static UcResult sign(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    const Key *known = key_of(ctx, w[0]);
    if (!known)
        return dkm_error(DKM_UNKNOWN_KEY);
    Key key = *known;
    UcWord index;
    bool persist;
    if (!take_index(ctx, key.kid, &index, &persist))
        return dkm_error(DKM_EXHAUSTED);
    effect(ctx, operation(DKM_SIGN), &key, UC_NONE, (DkmInterval){ index, index + 1 }, UC_NO_PARTY);
    if (persist && uc_persist(ctx))
        return crashed();
    Sigma *sigma = sigma_of(ctx, key.sigma);
    size_t length;
    const uint8_t *message = uc_store_get(store, w[1], &length);
    g_autofree uint8_t *signature = g_malloc(sigma->signature_size);
    if (!sigma_sign(sigma, uc_store_get(store, key.seed, NULL), index, message, length, signature))
        return uc_pass("the signing core failed");
    return uc_output((UcMessage){ DKM_SIGNATURE,
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
    return uc_output((UcMessage){ DKM_VERIFIED, { valid } });
}

static UcResult status(UcCtx *ctx, const UcWord *w)
{
    if (!key_of(ctx, w[0]))
        return dkm_error(DKM_UNKNOWN_KEY);
    size_t n;
    g_autofree DkmInterval *own = owned(ctx, w[0], &n);
    UcWord remaining = 0;
    for (size_t i = 0; i < n; i++)
        remaining += own[i].b - own[i].a;
    return uc_output((UcMessage){ DKM_STATUS_IS, { w[0], dkm_intervals(uc_ctx_store(ctx), own, n), remaining } });
}

/* ---- payloads from the network ---- */

typedef struct {
    PayloadHeader header;
    Ticket ticket;
    size_t ticket_at;
    Sigma *sigma;
    unsigned number; /* of sigma */
    Key key;
    DkmInterval block;
} Import;

static const char *read_envelope(UcCtx *ctx, const uint8_t *bytes, size_t length, Import *in)
{
    uint8_t id[16];
    switch (payload_read_header(bytes, length, &in->header)) {
    case PAYLOAD_OK: break;
    case PAYLOAD_SHORT: return "payload: malformed header";
    case PAYLOAD_OTHER_VERSION:
        return uc_reason(ctx, "payload: expected version %d, got version %u", PAYLOAD_VERSION, in->header.version);
    }
    payload_enclave_id(enclave_of(ctx), id);
    if (memcmp(id, in->header.enclave, sizeof id))
        return "payload: of another enclave";
    in->sigma = payload_scheme(config(ctx)->dkm, in->header.scheme, &in->number);
    if (!in->sigma)
        return "payload: unknown scheme";
    if (in->header.to != uc_pid(ctx))
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
    Sigma *sigma = in->sigma;
    g_autofree uint8_t *vk = g_malloc(sigma->public_size);
    if (!sigma_public(sigma, body->seed, vk) || memcmp(vk, body->vk, sigma->public_size))
        return "payload: the seed does not give the public key";
    in->key = (Key){ uc_store_put(store, body->kid, DKM_KID_BYTES), uc_store_put(store, vk, sigma->public_size),
                     uc_store_put(store, body->seed, sigma->seed_size), in->number };
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
    const Sigma *sigma = in->sigma;
    size_t size = payload_body_size(sigma);
    if (length != PAYLOAD_HEADER_BYTES + size + seal_overhead(config(ctx)->seal))
        return "payload: wrong length";
    g_autofree uint8_t *plain = g_malloc(size);
    uint8_t k[SEAL_KEY_BYTES];
    sealing_key(ctx, in->header.from, k);
    bool opened = seal_open(config(ctx)->seal, k, bytes, PAYLOAD_HEADER_BYTES, bytes + PAYLOAD_HEADER_BYTES,
                            length - PAYLOAD_HEADER_BYTES, plain);
    OPENSSL_cleanse(k, sizeof k);
    if (!opened)
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
    if (own_set_overlaps(own_of(ctx, in->key.kid), in->block) ||
        (reserves(ctx) && own_set_overlaps(reserve_of(ctx, in->key.kid), in->block)))
        return "payload: overlaps what is owned";
    size_t n;
    g_autofree DkmInterval *own = owned(ctx, in->key.kid, &n);
    if (own_set_count_after(own, n, in->block) > limits(ctx)->intervals)
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
    return uc_output((UcMessage){ DKM_RECEIVED, { in.key.kid, in.ticket.from, in.ticket.ticket, in.block.a,
                                                  in.block.b } });
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return in->message.kind == UC_M_DELIVER ? payload(ctx, w[0]) : uc_fail("not a delivery");
    if (!dkm_input_ok(uc_ctx_store(ctx), &in->message))
        return uc_fail("not an input of this protocol");
    switch (in->message.kind) {
    case DKM_KEYGEN: return keygen(ctx, w);
    case DKM_REQUEST: return request(ctx, w);
    case DKM_CANCEL: return cancel(ctx, w);
    case DKM_TRANSFER: return transfer(ctx, w);
    case DKM_RESEND: return resend(ctx, w);
    case DKM_SIGN: return sign(ctx, w);
    case DKM_VERIFY: return verify(ctx, w);
    default: return status(ctx, w);
    }
}

/* The sealing keys of a member: how many u32, then for each peer u32 (0xffffffff: everybody) and key. */
static void reveal(UcCtx *ctx, GByteArray *out)
{
    bool pairwise = config(ctx)->dkm->trust == DKM_TRUST_PAIRWISE;
    uint32_t count = 0, parties = uc_party_count(ctx);
    for (uint32_t i = 0; i < parties; i++)
        count += other_party(ctx, i);
    uc_append_u32(out, pairwise ? count : 1);
    for (uint32_t i = 0; i < (pairwise ? parties : 1); i++) {
        if (pairwise && !other_party(ctx, i))
            continue;
        uint8_t k[SEAL_KEY_BYTES];
        uc_append_u32(out, pairwise ? i : UINT32_MAX);
        sealing_key(ctx, i, k);
        g_byte_array_append(out, k, sizeof k);
        OPENSSL_cleanse(k, sizeof k);
    }
}

const UcClass pi_class = {
    .name = "ticketed-transfer", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step, .reveal = reveal,
    .check = pi_check,
};

/* ---- inspection (docs/protocol.md, "Inspection") ---- */

static int by_start(gconstpointer a, gconstpointer b)
{
    const DkmInterval *x = a, *y = b;
    return x->a < y->a ? -1 : x->a > y->a;
}

/* The intervals of one or two regions, in order and joined. */
static size_t peek_union(UcCtx *ctx, uint16_t machine, UcWord kid, unsigned one, unsigned other, DkmInterval *out,
                         size_t room)
{
    UcWord index = dkm_key_index(uc_ctx_store(ctx), kid);
    size_t n = 0, words;
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(DkmInterval));
    const UcWord *w = uc_peek(ctx, machine, one, index, &words);
    g_array_append_vals(all, w, (guint)(words / WORDS(DkmInterval)));
    if (other != one) {
        w = uc_peek(ctx, machine, other, index, &words);
        g_array_append_vals(all, w, (guint)(words / WORDS(DkmInterval)));
    }
    g_array_sort(all, by_start);
    DkmInterval last = { 0, 0 };
    for (guint i = 0; i < all->len; i++) {
        DkmInterval next = g_array_index(all, DkmInterval, i);
        if (n && last.b == next.a) {
            last.b = next.b;
        } else {
            last = next;
            n++;
        }
        if (n <= room)
            out[n - 1] = last;
    }
    return n;
}

static size_t inspect_own(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room)
{
    return peek_union(ctx, machine, kid, KIND_OWN, KIND_RESERVE, out, room);
}

static size_t inspect_lost(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room)
{
    return peek_union(ctx, machine, kid, KIND_RESERVE | UC_LOST, KIND_RESERVE | UC_LOST, out, room);
}

static size_t inspect_keys(UcCtx *ctx, uint16_t machine, UcWord *kid, size_t room)
{
    size_t words;
    const Key *key = (const void *)uc_peek(ctx, machine, KIND_KEYS, 0, &words);
    for (size_t i = 0; i < words / WORDS(Key) && i < room; i++)
        kid[i] = key[i].kid;
    return words / WORDS(Key);
}

static size_t inspect_tickets(UcCtx *ctx, uint16_t machine, DkmTicket *out, size_t room)
{
    size_t words;
    const Ticket *t = (const void *)uc_peek(ctx, machine, KIND_TICKETS, 0, &words);
    for (size_t i = 0; i < words / WORDS(Ticket) && i < room; i++)
        out[i] = (DkmTicket){ t[i].ticket, t[i].kid, t[i].count, t[i].from };
    return words / WORDS(Ticket);
}

static UcStatus inspect_status(UcCtx *ctx, uint16_t machine)
{
    const UcWord *w = uc_peek(ctx, machine, UC_KIND_FAULT, 0, NULL);
    return w ? (UcStatus)((const UcFault *)(const void *)w)->status : UC_UP;
}

static size_t inspect_clear(size_t length) { return MIN(length, (size_t)PAYLOAD_HEADER_BYTES); }

const DkmInspector pi_inspector = {
    inspect_own, inspect_keys, inspect_tickets, inspect_status, inspect_lost, inspect_clear,
};
