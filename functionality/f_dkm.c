#include "functionality/f_dkm.h"

#include <string.h>

#include "functionality/owner_map.h"

/* ---- state (docs/functionality.md, "State") ---- */

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
static const UcRegionKind kinds[] = {
    [KIND_HELD - UC_FIRST_KIND] = { .name = "held", .item_words = WORDS(Held), .item_handles = 1 },
    [KIND_KEY - UC_FIRST_KIND] = { .name = "key", .head_words = WORDS(Key), .head_handles = 7 },
    [KIND_OWNER - UC_FIRST_KIND] = { .name = "owner", .item_words = WORDS(Owned) },
    [KIND_TICKETS - UC_FIRST_KIND] = { .name = "tickets", .item_words = WORDS(Ticket), .item_handles = 3 },
    [KIND_TRANSFERS - UC_FIRST_KIND] = { .name = "transfers", .item_words = WORDS(Transfer), .item_handles = 6 },
    [KIND_SIGNED - UC_FIRST_KIND] = { .name = "signed", .item_words = WORDS(Signed), .item_handles = 2 },
    [KIND_PARTY - UC_FIRST_KIND] = { .name = "party", .head_words = WORDS(Party) },
    [KIND_PENDING - UC_FIRST_KIND] = { .name = "pending", .head_words = 2 + UC_MESSAGE_WORDS },
    [KIND_INJECTED - UC_FIRST_KIND] = { .name = "injected", .item_words = WORDS(DkmInterval) },
};

static const DkmOptions *options(UcCtx *ctx) { return uc_config(ctx); }

static Party party_of(UcCtx *ctx, UcWord party)
{
    const UcWord *w = uc_read(ctx, KIND_PARTY, party, NULL);
    return w ? *(const Party *)(const void *)w : (Party){ 0 };
}

static void set_party(UcCtx *ctx, UcWord party, Party p)
{
    bool usual = p.status == UC_UP && !p.corrupted;
    UcWord *w = uc_write(ctx, KIND_PARTY, party, usual ? 0 : WORDS(Party));
    if (!usual)
        memcpy(w, &p, sizeof p);
}

static void set_status(UcCtx *ctx, UcWord party, UcStatus status)
{
    Party p = party_of(ctx, party);
    p.status = status;
    set_party(ctx, party, p);
}

static bool corrupted(UcCtx *ctx, UcWord party) { return party_of(ctx, party).corrupted; }

static const Key *key_of(UcCtx *ctx, UcWord kid)
{
    if (!uc_store_knows(uc_ctx_store(ctx), kid))
        return NULL;
    const Key *key = (const void *)uc_read(ctx, KIND_KEY, dkm_key_index(uc_ctx_store(ctx), kid), NULL);
    return key && key->kid == kid ? key : NULL;
}

static bool holds(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n;
    const Held *held = (const void *)uc_items(ctx, KIND_HELD, party, &n);
    for (size_t i = 0; i < n; i++) {
        if (held[i].kid == kid)
            return true;
    }
    return false;
}

static void hold(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n;
    uc_items(ctx, KIND_HELD, party, &n);
    if (!holds(ctx, party, kid))
        *(Held *)(void *)uc_item_insert(ctx, KIND_HELD, party, n) = (Held){ kid };
}

static size_t key_count(UcCtx *ctx, UcWord party)
{
    size_t n;
    uc_items(ctx, KIND_HELD, party, &n);
    return n;
}

static Key *edit_key(UcCtx *ctx, UcWord kid)
{
    return (Key *)(void *)uc_write(ctx, KIND_KEY, dkm_key_index(uc_ctx_store(ctx), kid), WORDS(Key));
}

/* Once a block was injected, own sets may overlap: every party then has a map of its own. */
static UcWord split_index(UcCtx *ctx, UcWord kid, UcWord party)
{
    uint64_t both[] = { dkm_key_index(uc_ctx_store(ctx), kid), party };
    return uc_digest(both, sizeof both).lo;
}

static OwnerMap map_of(UcCtx *ctx, UcWord kid, UcWord party)
{
    const Key *key = key_of(ctx, kid);
    if (key && key->split)
        return (OwnerMap){ ctx, KIND_OWNER, split_index(ctx, kid, party) };
    return (OwnerMap){ ctx, KIND_OWNER, dkm_key_index(uc_ctx_store(ctx), kid) };
}

static void split(UcCtx *ctx, UcWord kid)
{
    if (key_of(ctx, kid)->split)
        return;
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        size_t words;
        const UcWord *common = uc_read(ctx, KIND_OWNER, dkm_key_index(uc_ctx_store(ctx), kid), &words);
        memcpy(uc_write(ctx, KIND_OWNER, split_index(ctx, kid, p), words), common, words * sizeof *common);
    }
    edit_key(ctx, kid)->split = 1;
}

static const Ticket *ticket_of(UcCtx *ctx, UcWord party, UcWord ticket, size_t *at)
{
    size_t n;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, party, &n);
    for (size_t i = 0; i < n; i++) {
        if (t[i].ticket == ticket) {
            if (at)
                *at = i;
            return &t[i];
        }
    }
    return NULL;
}

static size_t open_tickets(UcCtx *ctx, UcWord party)
{
    size_t n, open = 0;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, party, &n);
    for (size_t i = 0; i < n; i++)
        open += t[i].open;
    return open;
}

static void close_ticket(UcCtx *ctx, UcWord party, UcWord ticket)
{
    size_t at;
    const Ticket *t = ticket_of(ctx, party, ticket, &at);
    g_assert(t && t->open);
    ((Ticket *)(void *)uc_item_edit(ctx, KIND_TICKETS, party, at))->open = 0;
}

static const Transfer *transfer_of(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket, size_t *at)
{
    size_t n;
    const Transfer *t = (const void *)uc_items(ctx, KIND_TRANSFERS, from, &n);
    for (size_t i = 0; i < n; i++) {
        if (t[i].to == to && t[i].ticket == ticket) {
            if (at)
                *at = i;
            return &t[i];
        }
    }
    return NULL;
}

/* docs/functionality.md, "Compromise", evaluated at every use. */
static bool exposed_to(UcCtx *ctx, const Key *key, UcWord p)
{
    if (!corrupted(ctx, p))
        return false;
    if (holds(ctx, p, key->kid))
        return true;
    bool enclave = options(ctx)->trust == DKM_TRUST_ENCLAVE;
    if (!key->transited || (enclave && !options(ctx)->enclave_of))
        return key->transited;
    for (UcWord from = 0; from < uc_party_count(ctx); from++) {
        size_t n;
        bool shares = enclave && dkm_key_sharers(options(ctx), from) == dkm_key_sharers(options(ctx), p);
        const Transfer *t = (const void *)uc_items(ctx, KIND_TRANSFERS, from, &n);
        for (size_t i = 0; i < n; i++) {
            if (t[i].kid == key->kid && (from == p || t[i].to == p || shares))
                return true;
        }
    }
    return false;
}

static bool compromised(UcCtx *ctx, const Key *key)
{
    if (key->registered)
        return true;
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (exposed_to(ctx, key, p))
            return true;
    }
    return false;
}

/* ---- errors, decided before any consult (docs/functionality.md, "Errors") ---- */

static DkmError check_transfer(UcCtx *ctx, UcWord p, const UcWord *w)
{
    size_t sent;
    if (!holds(ctx, p, w[0]))
        return DKM_UNKNOWN_KEY;
    if (!dkm_other_party(ctx, options(ctx), p, w[2]))
        return DKM_NO_SUCH_PARTY;
    if (!dkm_count_ok(w[1]))
        return DKM_BAD_COUNT;
    if (!dkm_ticket_ok(uc_ctx_store(ctx), w[3]))
        return DKM_BAD_TICKET;
    if (transfer_of(ctx, p, w[2], w[3], NULL))
        return DKM_TICKET_USED;
    uc_items(ctx, KIND_TRANSFERS, p, &sent);
    if (sent >= options(ctx)->limits.transfers)
        return DKM_TOO_MANY_TRANSFERS;
    DkmInterval block;
    return owner_map_top(map_of(ctx, w[0], p), p, w[1], &block) ? DKM_OK : DKM_INSUFFICIENT;
}

static DkmError check_request(UcCtx *ctx, UcWord p, const UcWord *w)
{
    if (!dkm_other_party(ctx, options(ctx), p, w[2]))
        return DKM_NO_SUCH_PARTY;
    if (!dkm_count_ok(w[1]))
        return DKM_BAD_COUNT;
    return open_tickets(ctx, p) < options(ctx)->limits.tickets ? DKM_OK : DKM_TOO_MANY_TICKETS;
}

static DkmError check(UcCtx *ctx, UcWord p, const UcMessage *m)
{
    UcWord index;
    const Ticket *ticket;
    switch (m->kind) {
    case DKM_KEYGEN:
        if (!dkm_sigma(options(ctx), uc_ctx_store(ctx), m->w[0], NULL))
            return DKM_NOT_SUPPORTED;
        return key_count(ctx, p) < options(ctx)->limits.keys ? DKM_OK : DKM_TOO_MANY_KEYS;
    case DKM_REQUEST:
        return check_request(ctx, p, m->w);
    case DKM_CANCEL:
        ticket = ticket_of(ctx, p, m->w[0], NULL);
        return ticket && ticket->open ? DKM_OK : DKM_NO_SUCH_TICKET;
    case DKM_TRANSFER:
        return check_transfer(ctx, p, m->w);
    case DKM_RESEND:
        if (!dkm_other_party(ctx, options(ctx), p, m->w[0]))
            return DKM_NO_SUCH_PARTY;
        return transfer_of(ctx, p, m->w[0], m->w[1], NULL) ? DKM_OK : DKM_NO_SUCH_TRANSFER;
    case DKM_SIGN:
        if (!holds(ctx, p, m->w[0]))
            return DKM_UNKNOWN_KEY;
        return owner_map_lowest(map_of(ctx, m->w[0], p), p, &index) ? DKM_OK : DKM_EXHAUSTED;
    case DKM_STATUS:
        return holds(ctx, p, m->w[0]) ? DKM_OK : DKM_UNKNOWN_KEY;
    default:
        return DKM_OK;
    }
}

/* ---- inputs ---- */

static UcResult output(UcWord party, UcMessage message)
{
    return uc_send(uc_party(party), message);
}

static UcWord signed_index(UcCtx *ctx, UcWord kid, UcWord message)
{
    UcDigest k = uc_store_digest(uc_ctx_store(ctx), kid), m = uc_store_digest(uc_ctx_store(ctx), message);
    uint64_t both[] = { k.lo, k.hi, m.lo, m.hi };
    return uc_digest(both, sizeof both).lo;
}

static bool core_verify(Sigma *sigma, UcStore *store, UcWord vk, UcWord message, UcWord signature)
{
    size_t nv, nm, ns;
    const uint8_t *v = uc_store_get(store, vk, &nv), *m = uc_store_get(store, message, &nm),
                  *s = uc_store_get(store, signature, &ns);
    return sigma_verify(sigma, v, nv, m, nm, s, ns);
}

/* docs/functionality.md, verify: recorded -> 1; known key, not compromised, never signed -> 0; otherwise
 * Sigma.verify. */
static bool verify(UcCtx *ctx, const UcMessage *m)
{
    UcStore *store = uc_ctx_store(ctx);
    for (unsigned i = 0; i < 3; i++) {
        if (!uc_store_knows(store, m->w[i]))
            return false;
    }
    UcWord kid = dkm_kid(store, m->w[0]);
    const Key *key = key_of(ctx, kid);
    if (key && key->vk == m->w[0]) {
        size_t n;
        const Signed *s = (const void *)uc_items(ctx, KIND_SIGNED, signed_index(ctx, kid, m->w[1]), &n);
        for (size_t i = 0; i < n; i++) {
            if (s[i].signature == m->w[2])
                return true;
        }
        if (n == 0 && !compromised(ctx, key))
            return false;
        return core_verify(options(ctx)->sigma[key->sigma], store, m->w[0], m->w[1], m->w[2]);
    }
    for (unsigned i = 0; i < options(ctx)->sigmas; i++) {
        if (core_verify(options(ctx)->sigma[i], store, m->w[0], m->w[1], m->w[2]))
            return true;
    }
    return false;
}

static UcMessage status(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n = owner_map_of(map_of(ctx, kid, party), party, NULL, 0);
    g_autofree DkmInterval *all = g_new(DkmInterval, n + 1);
    owner_map_of(map_of(ctx, kid, party), party, all, n);
    UcWord remaining = 0;
    for (size_t i = 0; i < n; i++)
        remaining += all[i].b - all[i].a;
    return (UcMessage){ DKM_STATUS_IS, { kid, dkm_intervals(uc_ctx_store(ctx), all, n), remaining } };
}

static UcMessage sent_message(DkmKind kind, UcWord from, const Transfer *t)
{
    return (UcMessage){ kind, { from, t->to, t->ticket, t->kid, t->a, t->b } };
}

static UcResult resend(UcCtx *ctx, UcWord p, const UcMessage *m)
{
    return uc_send(UC_S, sent_message(DKM_RESENT, p, transfer_of(ctx, p, m->w[0], m->w[1], NULL)));
}

static UcMessage consult_message(UcCtx *ctx, UcWord p, const UcMessage *m)
{
    UcWord index = 0;
    size_t length = 0;
    switch (m->kind) {
    case DKM_KEYGEN: return (UcMessage){ DKM_CONSULT_KEYGEN, { p, m->w[0] } };
    case DKM_REQUEST: return (UcMessage){ DKM_CONSULT_REQUEST, { p, m->w[0], m->w[1], m->w[2] } };
    case DKM_CANCEL: return (UcMessage){ DKM_CONSULT_CANCEL, { p, m->w[0] } };
    case DKM_TRANSFER: return (UcMessage){ DKM_CONSULT_TRANSFER, { p, m->w[0], m->w[1], m->w[2], m->w[3] } };
    default:
        owner_map_lowest(map_of(ctx, m->w[0], p), p, &index);
        if (uc_store_knows(uc_ctx_store(ctx), m->w[1]))
            uc_store_get(uc_ctx_store(ctx), m->w[1], &length);
        return (UcMessage){ DKM_CONSULT_SIGN, { p, m->w[0], index, length } };
    }
}

static UcResult input(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord p = in->from - (UcWord)UC_PARTY_0;
    if (corrupted(ctx, p)) /* whatever it is */
        return uc_send_peer(UC_S, in->from, in->message);
    if (!dkm_is_input(in->message.kind))
        return uc_fail("not an input of this functionality");
    if (party_of(ctx, p).status != UC_UP)
        return uc_pass("down: ignored");
    DkmError error = check(ctx, p, &in->message);
    if (error)
        return output(p, dkm_error_message(error));
    switch (in->message.kind) {
    case DKM_VERIFY: return output(p, (UcMessage){ DKM_VERIFIED, { verify(ctx, &in->message) } });
    case DKM_STATUS: return output(p, status(ctx, p, in->message.w[0]));
    case DKM_RESEND: return resend(ctx, p, &in->message);
    default: break;
    }
    UcWord *pending = uc_write(ctx, KIND_PENDING, 0, 2 + UC_MESSAGE_WORDS);
    pending[0] = p;
    pending[1] = in->message.kind;
    memcpy(pending + 2, in->message.w, sizeof in->message.w);
    return uc_send(UC_S, consult_message(ctx, p, &in->message));
}

/* ---- the answers of S to consults ---- */

typedef struct {
    UcWord party;
    UcMessage input;
    const UcWord *answer; /* outcome, sk, vk, ticket */
    bool release;         /* the outcome has an output */
} Consult;

/* Sigma.public(SK) = vk */
static bool gives_public(UcStore *store, Sigma *sigma, UcWord sk, UcWord vk)
{
    size_t ns, nv;
    if (!uc_store_knows(store, sk) || !uc_store_knows(store, vk))
        return false;
    const uint8_t *seed = uc_store_get(store, sk, &ns), *given = uc_store_get(store, vk, &nv);
    g_autofree uint8_t *computed = g_malloc(sigma->public_size);
    return ns == sigma->seed_size && nv == sigma->public_size && sigma_public(sigma, seed, computed) &&
           !memcmp(computed, given, nv);
}

static UcResult answer_keygen(UcCtx *ctx, const Consult *c)
{
    UcStore *store = uc_ctx_store(ctx);
    unsigned number = 0;
    Sigma *sigma = dkm_sigma(options(ctx), store, c->input.w[0], &number);
    UcWord sk = c->answer[1], vk = c->answer[2];
    if (!gives_public(store, sigma, sk, vk))
        return uc_simulation_failed("keygen: Sigma.public(SK) is not vk");
    UcWord kid = dkm_kid(store, vk);
    if (key_of(ctx, kid))
        return uc_simulation_failed("keygen: the key is not new");
    Key key = { .kid = kid, .vk = vk, .sk = sk, .sigma = number, .capacity = sigma->capacity };
    memcpy(uc_write(ctx, KIND_KEY, dkm_key_index(store, kid), WORDS(Key)), &key, sizeof key);
    owner_map_init(map_of(ctx, kid, c->party), sigma->capacity, c->party);
    hold(ctx, c->party, kid);
    return output(c->party, (UcMessage){ DKM_KEY, { kid, vk, sigma->capacity } });
}

static UcResult answer_request(UcCtx *ctx, const Consult *c)
{
    UcWord ticket = c->answer[3];
    if (!dkm_ticket_ok(uc_ctx_store(ctx), ticket))
        return uc_simulation_failed("request: the ticket is not of 128 bits");
    if (ticket_of(ctx, c->party, ticket, NULL))
        return uc_simulation_failed("request: the ticket is not new");
    size_t n;
    uc_items(ctx, KIND_TICKETS, c->party, &n);
    *(Ticket *)(void *)uc_item_insert(ctx, KIND_TICKETS, c->party, n) =
        (Ticket){ ticket, c->input.w[0], c->input.w[1], c->input.w[2], 1 };
    return output(c->party, (UcMessage){ DKM_REQUESTED, { ticket } });
}

static UcResult answer_transfer(UcCtx *ctx, const Consult *c)
{
    const UcWord *w = c->input.w;
    DkmInterval block;
    OwnerMap map = map_of(ctx, w[0], c->party);
    bool found = owner_map_top(map, c->party, w[1], &block);
    g_assert(found); /* nothing has moved since the check */
    owner_map_set(map, block, OWNER_TRANSIT);
    edit_key(ctx, w[0])->transited = 1;
    size_t n;
    uc_items(ctx, KIND_TRANSFERS, c->party, &n);
    Transfer t = { w[2], w[3], w[0], block.a, block.b, 0 };
    *(Transfer *)(void *)uc_item_insert(ctx, KIND_TRANSFERS, c->party, n) = t;
    return uc_send(UC_S, sent_message(DKM_SENT, c->party, &t));
}

static UcResult answer_sign(UcCtx *ctx, const Consult *c)
{
    UcStore *store = uc_ctx_store(ctx);
    const Key key = *key_of(ctx, c->input.w[0]);
    UcWord index, message = c->input.w[1];
    OwnerMap map = map_of(ctx, key.kid, c->party);
    bool found = owner_map_lowest(map, c->party, &index);
    g_assert(found);
    owner_map_set(map, (DkmInterval){ index, index + 1 }, OWNER_USED);
    if (!c->release)
        return uc_pass(NULL);
    Sigma *sigma = options(ctx)->sigma[key.sigma];
    size_t length;
    const uint8_t *m = uc_store_get(store, message, &length);
    g_autofree uint8_t *bytes = g_malloc(sigma->signature_size);
    if (!sigma_sign(sigma, uc_store_get(store, key.sk, NULL), index, m, length, bytes))
        return uc_simulation_failed("sign: the signing core failed");
    UcWord signature = uc_store_put(store, bytes, sigma->signature_size);
    if (!core_verify(sigma, store, key.vk, message, signature))
        return uc_simulation_failed("sign: Sigma.verify refuses the signature");
    size_t n;
    UcWord at = signed_index(ctx, key.kid, message);
    uc_items(ctx, KIND_SIGNED, at, &n);
    *(Signed *)(void *)uc_item_insert(ctx, KIND_SIGNED, at, n) = (Signed){ index, signature };
    return output(c->party, (UcMessage){ DKM_SIGNATURE, { key.kid, index, signature } });
}

static UcResult apply(UcCtx *ctx, const Consult *c)
{
    switch (c->input.kind) {
    case DKM_KEYGEN: return answer_keygen(ctx, c);
    case DKM_REQUEST: return answer_request(ctx, c);
    case DKM_TRANSFER: return answer_transfer(ctx, c);
    case DKM_SIGN: return answer_sign(ctx, c);
    default:
        close_ticket(ctx, c->party, c->input.w[0]);
        return output(c->party, (UcMessage){ DKM_CANCELLED, { c->input.w[0] } });
    }
}

/* docs/functionality.md, "Inputs from Z": proceed, abort, silent, last. */
static UcResult finish(UcCtx *ctx, UcWord party, DkmOutcome outcome, UcResult result)
{
    if (result.simulation_failed)
        return result;
    if (outcome != DKM_PROCEED)
        set_status(ctx, party, UC_DOWN);
    return outcome == DKM_PROCEED || outcome == DKM_LAST ? result : uc_pass("crashed");
}

static UcResult answer(UcCtx *ctx, const UcMessage *m)
{
    size_t words;
    const UcWord *pending = uc_read(ctx, KIND_PENDING, 0, &words);
    if (!words)
        return uc_simulation_failed("S answers, but was not asked");
    if (m->w[0] >= DKM_OUTCOMES)
        return uc_simulation_failed("S answers with an unknown outcome");
    DkmOutcome outcome = (DkmOutcome)m->w[0];
    Consult c = { .party = pending[0], .input = { .kind = pending[1] }, .answer = m->w,
                  .release = outcome == DKM_PROCEED || outcome == DKM_LAST };
    memcpy(c.input.w, pending + 2, sizeof c.input.w);
    uc_write(ctx, KIND_PENDING, 0, 0);
    if (outcome != DKM_PROCEED && !(uc_fault(ctx, uc_party(c.party), false).ordered & UC_ORDER_CRASH))
        return uc_simulation_failed("S reports a crash that A did not order");
    return finish(ctx, c.party, outcome, outcome == DKM_ABORT ? uc_pass(NULL) : apply(ctx, &c));
}

/* ---- commands of S ---- */

/* What every arrival needs, by whatever way: deliver and inject. */
static const char *arrival_refused(UcCtx *ctx, UcWord to, UcWord ticket_value, UcWord kid, DkmInterval block,
                                   UcWord from)
{
    const Ticket *ticket = ticket_of(ctx, to, ticket_value, NULL);
    if (corrupted(ctx, to) || party_of(ctx, to).status != UC_UP)
        return "deliver: the receiver is not honest and up";
    if (!ticket || !ticket->open)
        return "deliver: the ticket is not open";
    if ((ticket->kid != UC_NONE && ticket->kid != kid) || ticket->count != block.b - block.a || ticket->from != from)
        return "deliver: the block does not fit the request";
    if (!holds(ctx, to, kid) && key_count(ctx, to) >= options(ctx)->limits.keys)
        return "deliver: too many keys at the receiver";
    if (!key_of(ctx, kid))
        return NULL;
    if (owner_map_overlaps(map_of(ctx, kid, to), to, block))
        return "deliver: the block overlaps what the receiver owns";
    if (owner_map_count_after(map_of(ctx, kid, to), to, block) > options(ctx)->limits.intervals)
        return "deliver: too many intervals at the receiver";
    return NULL;
}

static const char *crash_refused(UcCtx *ctx, UcWord party, UcWord outcome)
{
    if (outcome >= DKM_OUTCOMES)
        return "S names an unknown outcome";
    if (outcome != DKM_PROCEED && !(uc_fault(ctx, uc_party(party), false).ordered & UC_ORDER_CRASH))
        return "S reports a crash that A did not order";
    return NULL;
}

/* The block into own[to], the ticket closed, the receiver a holder; then the outcome. */
static UcResult arrive(UcCtx *ctx, UcWord to, UcWord ticket, UcWord kid, DkmInterval block, UcWord from,
                       DkmOutcome outcome)
{
    if (outcome != DKM_ABORT) {
        owner_map_set(map_of(ctx, kid, to), block, to);
        close_ticket(ctx, to, ticket);
        hold(ctx, to, kid);
    }
    return finish(ctx, to, outcome, output(to, (UcMessage){ DKM_RECEIVED, { kid, from, ticket, block.a, block.b } }));
}

static UcResult deliver(UcCtx *ctx, const UcMessage *m)
{
    UcWord from = m->w[0], to = m->w[1], outcome = m->w[3];
    size_t at;
    unsigned parties = uc_party_count(ctx);
    const Transfer *found = from < parties && to < parties ? transfer_of(ctx, from, to, m->w[2], &at) : NULL;
    if (!found)
        return uc_simulation_failed("deliver: no such transfer");
    Transfer t = *found;
    DkmInterval block = { t.a, t.b };
    const char *refused = t.delivered ? "deliver: the block is not in transit"
                                      : arrival_refused(ctx, to, t.ticket, t.kid, block, from);
    if (!refused)
        refused = crash_refused(ctx, to, outcome);
    if (refused)
        return uc_simulation_failed(refused);
    if (outcome != DKM_ABORT)
        ((Transfer *)(void *)uc_item_edit(ctx, KIND_TRANSFERS, from, at))->delivered = 1;
    return arrive(ctx, to, t.ticket, t.kid, block, from, (DkmOutcome)outcome);
}

/* ---- what a corrupted member can do to an honest party (docs/functionality.md, inject) ---- */

typedef struct {
    UcWord to, ticket, vk, sk, a, b, from, outcome; /* as in the message */
} Injection;

static const char *injector_refused(UcCtx *ctx, const Injection *in)
{
    if (in->to >= uc_party_count(ctx) || in->from >= uc_party_count(ctx))
        return "inject: no such party";
    if (options(ctx)->trust == DKM_TRUST_PAIRWISE)
        return corrupted(ctx, in->from) ? NULL : "inject: the sender is not corrupted";
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (corrupted(ctx, p) && dkm_key_sharers(options(ctx), p) == dkm_key_sharers(options(ctx), in->to))
            return NULL;
    }
    return "inject: nobody who has the sealing key is corrupted";
}

/* The scheme under which SK gives vk, or NULL. */
static Sigma *sigma_of_key(UcCtx *ctx, UcWord sk, UcWord vk, unsigned *number)
{
    for (*number = 0; *number < options(ctx)->sigmas; ++*number) {
        Sigma *sigma = options(ctx)->sigma[*number];
        if (gives_public(uc_ctx_store(ctx), sigma, sk, vk))
            return sigma;
    }
    return NULL;
}

static void register_key(UcCtx *ctx, const Injection *in, UcWord kid, unsigned number, UcWord capacity)
{
    Key key = { .kid = kid, .vk = in->vk, .sk = in->sk, .sigma = number, .capacity = capacity, .registered = 1 };
    *edit_key(ctx, kid) = key;
    owner_map_init(map_of(ctx, kid, 0), capacity, OWNER_LOST); /* nobody honest owns any of it */
}

static UcResult inject(UcCtx *ctx, const UcMessage *m)
{
    Injection in;
    unsigned number;
    memcpy(&in, m->w, sizeof in);
    const char *refused = injector_refused(ctx, &in);
    Sigma *sigma = refused ? NULL : sigma_of_key(ctx, in.sk, in.vk, &number);
    if (!refused && !sigma)
        refused = "inject: Sigma.public(SK) is not vk";
    if (refused)
        return uc_simulation_failed(refused);
    UcWord kid = dkm_kid(uc_ctx_store(ctx), in.vk);
    DkmInterval block = { in.a, in.b };
    const Key *key = key_of(ctx, kid);
    if (in.a >= in.b || in.b > sigma->capacity)
        refused = "inject: the block is not in [0,N)";
    else if (key && (!compromised(ctx, key) || key->sk != in.sk))
        refused = "inject: the key is not compromised";
    else
        refused = arrival_refused(ctx, in.to, in.ticket, kid, block, in.from);
    if (!refused)
        refused = crash_refused(ctx, in.to, in.outcome);
    if (refused)
        return uc_simulation_failed(refused);
    if (in.outcome != DKM_ABORT) {
        if (!key)
            register_key(ctx, &in, kid, number, sigma->capacity);
        split(ctx, kid);
        size_t n;
        UcWord at = dkm_key_index(uc_ctx_store(ctx), kid);
        uc_items(ctx, KIND_INJECTED, at, &n);
        *(DkmInterval *)(void *)uc_item_insert(ctx, KIND_INJECTED, at, n) = block;
    }
    return arrive(ctx, in.to, in.ticket, kid, block, in.from, (DkmOutcome)in.outcome);
}

static UcResult corrupt(UcCtx *ctx, UcWord party)
{
    if (party >= uc_party_count(ctx) || corrupted(ctx, party))
        return uc_simulation_failed("corrupt: no such honest party");
    UcWord held = dkm_holdings(ctx, &f_dkm_inspector, uc_party(party));
    Party p = party_of(ctx, party);
    p.corrupted = 1;
    set_party(ctx, party, p);
    return uc_send(UC_S, (UcMessage){ DKM_HOLDINGS, { party, held } });
}

/* S speaks as a corrupted party. */
static UcResult speak(UcCtx *ctx, const UcEnvelope *in)
{
    if (!corrupted(ctx, in->peer - (UcWord)UC_PARTY_0))
        return uc_simulation_failed("output: the party is not corrupted");
    return uc_send(in->peer, in->message);
}

/* ---- crashes and restarts ---- */

static UcResult change_status(UcCtx *ctx, UcWord party, UcStatus from, UcStatus to, const char *refused)
{
    if (party >= uc_party_count(ctx) || party_of(ctx, party).status != from)
        return uc_simulation_failed(refused);
    set_status(ctx, party, to);
    return uc_pass(NULL);
}

/* burned: owned by the party, at most R indices per key, each key once. */
static const char *burn(UcCtx *ctx, UcWord party, UcWord burned)
{
    UcWord kid, sum;
    size_t at = 0, n;
    DkmInterval *block;
    while (dkm_burned_next(uc_ctx_store(ctx), burned, &at, &kid, &block, &n)) {
        g_autofree DkmInterval *row = block;
        sum = 0;
        for (size_t i = 0; i < n; i++) {
            if (!key_of(ctx, kid) || !owner_map_owns(map_of(ctx, kid, party), party, row[i]))
                return "restart: burns what the party does not own";
            owner_map_set(map_of(ctx, kid, party), row[i], OWNER_LOST);
            sum += row[i].b - row[i].a;
        }
        if (sum > options(ctx)->reservation)
            return "restart: burns more than the reservation window";
    }
    return NULL;
}

static UcResult restart(UcCtx *ctx, const UcMessage *m)
{
    UcResult changed = change_status(ctx, m->w[0], UC_DOWN, UC_UP, "restart: the party is not down");
    const char *refused = changed.simulation_failed || m->w[1] == UC_NONE ? NULL : burn(ctx, m->w[0], m->w[1]);
    return refused ? uc_simulation_failed(refused) : changed;
}

static UcResult command(UcCtx *ctx, const UcEnvelope *in)
{
    const UcMessage *m = &in->message;
    UcWord party = m->w[0];
    size_t asked;
    uc_read(ctx, KIND_PENDING, 0, &asked);
    if (asked && m->kind != DKM_ANSWER)
        return uc_simulation_failed("S was asked and did not answer first");
    if (in->peer >= UC_PARTY_0)
        return speak(ctx, in);
    switch (m->kind) {
    case DKM_ANSWER: return answer(ctx, m);
    case DKM_ALLOW_DELIVERY: return deliver(ctx, m);
    case DKM_CRASH_PARTY: return change_status(ctx, party, UC_UP, UC_DOWN, "crash: the party is not up");
    case DKM_RESTART_PARTY: return restart(ctx, m);
    case DKM_DISABLE_PARTY: return change_status(ctx, party, UC_DOWN, UC_DISABLED, "disable: the party is not down");
    case DKM_CORRUPT_PARTY: return corrupt(ctx, party);
    case DKM_INJECT: return inject(ctx, m);
    default: return uc_simulation_failed("unknown command");
    }
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    size_t asked;
    if (in->from == UC_S)
        return command(ctx, in);
    uc_read(ctx, KIND_PENDING, 0, &asked);
    if (asked)
        return uc_simulation_failed("S was asked and did not answer");
    return input(ctx, in);
}

const UcClass f_dkm_class = {
    .name = "F_DKM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step,
};

const UcOrderRule f_dkm_order_rules[] = {
    { DKM_CRASH_PARTY, 0, UC_ORDER_CRASH },
    { DKM_DISABLE_PARTY, 0, UC_ORDER_DISABLE },
    { DKM_CORRUPT_PARTY, 0, UC_ORDER_CORRUPT },
};
const unsigned f_dkm_order_rule_count = G_N_ELEMENTS(f_dkm_order_rules);

/* ---- inspection: `machine` is the dummy party that asks ---- */

static size_t inspect_own(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room)
{
    size_t words, n = 0;
    UcWord index = dkm_key_index(uc_ctx_store(ctx), kid);
    const Key *key = (const void *)uc_peek(ctx, UC_F, KIND_KEY, index, NULL);
    if (key && key->split)
        index = split_index(ctx, kid, machine - (UcWord)UC_PARTY_0);
    const Owned *o = (const void *)uc_peek(ctx, UC_F, KIND_OWNER, index, &words);
    for (size_t i = 0; i < words / WORDS(Owned); i++) {
        if (o[i].owner != machine - (UcWord)UC_PARTY_0)
            continue;
        if (n < room)
            out[n] = (DkmInterval){ o[i].a, o[i].b };
        n++;
    }
    return n;
}

static size_t inspect_keys(UcCtx *ctx, uint16_t machine, UcWord *kid, size_t room)
{
    size_t words;
    const Held *h = (const void *)uc_peek(ctx, UC_F, KIND_HELD, machine - (UcWord)UC_PARTY_0, &words);
    for (size_t i = 0; i < words / WORDS(Held) && i < room; i++)
        kid[i] = h[i].kid;
    return words / WORDS(Held);
}

static const Ticket *inspect_row(UcCtx *ctx, uint16_t machine, size_t *count)
{
    size_t words;
    const Ticket *t = (const void *)uc_peek(ctx, UC_F, KIND_TICKETS, machine - (UcWord)UC_PARTY_0, &words);
    *count = words / WORDS(Ticket);
    return t;
}

static bool inspect_ticket(UcCtx *ctx, uint16_t machine, UcWord ticket, DkmTicket *out)
{
    size_t n;
    const Ticket *t = inspect_row(ctx, machine, &n);
    for (size_t i = 0; i < n; i++) {
        if (t[i].ticket == ticket && t[i].open) {
            *out = (DkmTicket){ ticket, t[i].kid, t[i].count, t[i].from };
            return true;
        }
    }
    return false;
}

static size_t inspect_tickets(UcCtx *ctx, uint16_t machine, DkmTicket *out, size_t room)
{
    size_t n, open = 0;
    const Ticket *t = inspect_row(ctx, machine, &n);
    for (size_t i = 0; i < n; i++) {
        if (!t[i].open)
            continue;
        if (open < room)
            out[open] = (DkmTicket){ t[i].ticket, t[i].kid, t[i].count, t[i].from };
        open++;
    }
    return open;
}

static UcStatus inspect_status(UcCtx *ctx, uint16_t machine)
{
    const UcWord *w = uc_peek(ctx, UC_F, KIND_PARTY, machine - (UcWord)UC_PARTY_0, NULL);
    return w ? (UcStatus)((const Party *)(const void *)w)->status : UC_UP;
}

const DkmInspector f_dkm_inspector = {
    inspect_own, inspect_keys, inspect_ticket, inspect_tickets, inspect_status, NULL, NULL, NULL,
};
