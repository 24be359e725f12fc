#include "functionality/dkm/f_dkm_internal.h"

#include <string.h>

/* ---- errors, decided before any consult (docs/functionality.md, "Errors") ---- */

static DkmError check_transfer(UcCtx *ctx, UcWord p, const UcWord *w)
{
    size_t sent;
    if (!f_holds(ctx, p, w[0]))
        return DKM_UNKNOWN_KEY;
    if (!dkm_other_party(ctx, f_options(ctx), p, w[2]))
        return DKM_NO_SUCH_PARTY;
    if (!dkm_count_ok(w[1]))
        return DKM_BAD_COUNT;
    if (!dkm_ticket_ok(uc_ctx_store(ctx), w[3]))
        return DKM_BAD_TICKET;
    if (f_transfer_of(ctx, p, w[2], w[3], NULL))
        return DKM_TICKET_USED;
    uc_items(ctx, KIND_TRANSFERS, p, &sent);
    if (sent >= f_options(ctx)->limits.transfers)
        return DKM_TOO_MANY_TRANSFERS;
    DkmInterval block;
    return owner_map_top(f_map_of(ctx, w[0], p), p, w[1], &block) ? DKM_OK : DKM_INSUFFICIENT;
}

static DkmError check_request(UcCtx *ctx, UcWord p, const UcWord *w)
{
    if (!dkm_other_party(ctx, f_options(ctx), p, w[2]))
        return DKM_NO_SUCH_PARTY;
    if (!dkm_count_ok(w[1]))
        return DKM_BAD_COUNT;
    return f_open_tickets(ctx, p) < f_options(ctx)->limits.tickets ? DKM_OK : DKM_TOO_MANY_TICKETS;
}

static DkmError check(UcCtx *ctx, UcWord p, const UcMessage *m)
{
    UcWord index;
    const Ticket *ticket;
    switch (m->kind) {
    case DKM_KEYGEN:
        if (!dkm_sigma(f_options(ctx), uc_ctx_store(ctx), m->w[0], NULL))
            return DKM_NOT_SUPPORTED;
        return f_key_count(ctx, p) < f_options(ctx)->limits.keys ? DKM_OK : DKM_TOO_MANY_KEYS;
    case DKM_REQUEST:
        return check_request(ctx, p, m->w);
    case DKM_CANCEL:
        ticket = f_ticket_of(ctx, p, m->w[0], NULL);
        return ticket && ticket->open ? DKM_OK : DKM_NO_SUCH_TICKET;
    case DKM_TRANSFER:
        return check_transfer(ctx, p, m->w);
    case DKM_RESEND:
        if (!dkm_other_party(ctx, f_options(ctx), p, m->w[0]))
            return DKM_NO_SUCH_PARTY;
        return f_transfer_of(ctx, p, m->w[0], m->w[1], NULL) ? DKM_OK : DKM_NO_SUCH_TRANSFER;
    case DKM_SIGN:
        if (!f_holds(ctx, p, m->w[0]))
            return DKM_UNKNOWN_KEY;
        return owner_map_lowest(f_map_of(ctx, m->w[0], p), p, &index) ? DKM_OK : DKM_EXHAUSTED;
    case DKM_STATUS:
        return f_holds(ctx, p, m->w[0]) ? DKM_OK : DKM_UNKNOWN_KEY;
    default:
        return DKM_OK;
    }
}

/* ---- inputs ---- */

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
    const Key *key = f_key_of(ctx, kid);
    if (key && key->vk == m->w[0]) {
        size_t n;
        const Signed *s = (const void *)uc_items(ctx, KIND_SIGNED, signed_index(ctx, kid, m->w[1]), &n);
        for (size_t i = 0; i < n; i++) {
            if (s[i].signature == m->w[2])
                return true;
        }
        if (n == 0 && !f_compromised(ctx, key))
            return false;
        return core_verify(f_options(ctx)->sigma[key->sigma], store, m->w[0], m->w[1], m->w[2]);
    }
    for (unsigned i = 0; i < f_options(ctx)->sigmas; i++) {
        if (core_verify(f_options(ctx)->sigma[i], store, m->w[0], m->w[1], m->w[2]))
            return true;
    }
    return false;
}

static UcMessage status(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n = owner_map_of(f_map_of(ctx, kid, party), party, NULL, 0);
    g_autofree DkmInterval *all = g_new(DkmInterval, n + 1);
    owner_map_of(f_map_of(ctx, kid, party), party, all, n);
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
    return uc_backdoor(sent_message(DKM_RESENT, p, f_transfer_of(ctx, p, m->w[0], m->w[1], NULL)));
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
        owner_map_lowest(f_map_of(ctx, m->w[0], p), p, &index);
        uc_store_get(uc_ctx_store(ctx), m->w[1], &length);
        return (UcMessage){ DKM_CONSULT_SIGN, { p, m->w[0], index, length } };
    }
}

/* The input that S was asked about. Which of its words are handles depends on its kind, so they stand apart. */
typedef struct {
    UcWord party, kind, number[UC_MESSAGE_WORDS], bytes[UC_MESSAGE_WORDS];
} Pending;

static Pending pending_of(UcWord party, const UcMessage *input)
{
    Pending p = { .party = party, .kind = input->kind };
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++)
        *(uc_message_handle(uc_message_kind(&dkm_messages, input->kind), i) ? &p.bytes[i] : &p.number[i]) = input->w[i];
    return p;
}

static UcMessage pending_input(const Pending *p)
{
    UcMessage input = { .kind = p->kind };
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++)
        input.w[i] = p->number[i] | p->bytes[i];
    return input;
}

static UcResult input(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord p = uc_peer(ctx, in);
    if (f_corrupted(ctx, p)) /* whatever it is */
        return uc_backdoor_of(p, in->message);
    if (!dkm_input_ok(uc_ctx_store(ctx), &in->message))
        return uc_fail("not an input of this functionality");
    if (f_party_of(ctx, p).status != UC_UP)
        return uc_pass("down: ignored");
    DkmError error = check(ctx, p, &in->message);
    if (error)
        return uc_output_to(p, dkm_error_message(error));
    switch (in->message.kind) {
    case DKM_VERIFY: return uc_output_to(p, (UcMessage){ DKM_VERIFIED, { verify(ctx, &in->message) } });
    case DKM_STATUS: return uc_output_to(p, status(ctx, p, in->message.w[0]));
    case DKM_RESEND: return resend(ctx, p, &in->message);
    default: break;
    }
    *(Pending *)(void *)uc_write(ctx, KIND_PENDING, 0, WORDS(Pending)) = pending_of(p, &in->message);
    return uc_backdoor(consult_message(ctx, p, &in->message));
}

/* ---- the answers of S to consults ---- */

typedef struct {
    UcWord party;
    UcMessage input;
    const UcWord *answer; /* outcome, sk, vk, ticket */
    bool release;         /* the outcome has an output */
} Consult;

/* Sigma.public(SK) = vk */
bool f_gives_public(UcStore *store, Sigma *sigma, UcWord sk, UcWord vk)
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
    Sigma *sigma = dkm_sigma(f_options(ctx), store, c->input.w[0], &number);
    UcWord sk = c->answer[1], vk = c->answer[2];
    if (!f_gives_public(store, sigma, sk, vk))
        return uc_simulation_failed("keygen: Sigma.public(SK) is not vk");
    UcWord kid = dkm_kid(store, vk);
    if (f_key_of(ctx, kid))
        return uc_simulation_failed("keygen: the key is not new");
    Key key = { .kid = kid, .vk = vk, .sk = sk, .sigma = number, .capacity = sigma->capacity };
    memcpy(uc_write(ctx, KIND_KEY, dkm_key_index(store, kid), WORDS(Key)), &key, sizeof key);
    owner_map_init(f_map_of(ctx, kid, c->party), sigma->capacity, c->party);
    f_hold(ctx, c->party, kid);
    return uc_output_to(c->party, (UcMessage){ DKM_KEY, { kid, vk, sigma->capacity } });
}

static UcResult answer_request(UcCtx *ctx, const Consult *c)
{
    UcWord ticket = c->answer[3];
    if (!dkm_ticket_ok(uc_ctx_store(ctx), ticket))
        return uc_simulation_failed("request: the ticket is not of 128 bits");
    if (f_ticket_of(ctx, c->party, ticket, NULL))
        return uc_simulation_failed("request: the ticket is not new");
    size_t n;
    uc_items(ctx, KIND_TICKETS, c->party, &n);
    *(Ticket *)(void *)uc_item_insert(ctx, KIND_TICKETS, c->party, n) =
        (Ticket){ ticket, c->input.w[0], c->input.w[1], c->input.w[2], 1 };
    return uc_output_to(c->party, (UcMessage){ DKM_REQUESTED, { ticket } });
}

static UcResult answer_transfer(UcCtx *ctx, const Consult *c)
{
    const UcWord *w = c->input.w;
    DkmInterval block;
    OwnerMap map = f_map_of(ctx, w[0], c->party);
    bool found = owner_map_top(map, c->party, w[1], &block);
    g_assert(found); /* nothing has moved since the check */
    owner_map_set(map, block, OWNER_TRANSIT);
    f_edit_key(ctx, w[0])->transited = 1;
    size_t n;
    uc_items(ctx, KIND_TRANSFERS, c->party, &n);
    Transfer t = { w[2], w[3], w[0], block.a, block.b, 0 };
    *(Transfer *)(void *)uc_item_insert(ctx, KIND_TRANSFERS, c->party, n) = t;
    return uc_backdoor(sent_message(DKM_SENT, c->party, &t));
}

static UcResult answer_sign(UcCtx *ctx, const Consult *c)
{
    UcStore *store = uc_ctx_store(ctx);
    const Key key = *f_key_of(ctx, c->input.w[0]);
    UcWord index, message = c->input.w[1];
    OwnerMap map = f_map_of(ctx, key.kid, c->party);
    bool found = owner_map_lowest(map, c->party, &index);
    g_assert(found);
    owner_map_set(map, (DkmInterval){ index, index + 1 }, OWNER_USED);
    if (!c->release)
        return uc_pass(NULL);
    Sigma *sigma = f_options(ctx)->sigma[key.sigma];
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
    return uc_output_to(c->party, (UcMessage){ DKM_SIGNATURE, { key.kid, index, signature } });
}

static UcResult apply(UcCtx *ctx, const Consult *c)
{
    switch (c->input.kind) {
    case DKM_KEYGEN: return answer_keygen(ctx, c);
    case DKM_REQUEST: return answer_request(ctx, c);
    case DKM_TRANSFER: return answer_transfer(ctx, c);
    case DKM_SIGN: return answer_sign(ctx, c);
    default:
        f_close_ticket(ctx, c->party, c->input.w[0]);
        return uc_output_to(c->party, (UcMessage){ DKM_CANCELLED, { c->input.w[0] } });
    }
}

/* docs/functionality.md, "Inputs from Z": proceed, abort, silent, last. */
UcResult f_finish(UcCtx *ctx, UcWord party, DkmOutcome outcome, UcResult result)
{
    if (result.simulation_failed)
        return result;
    if (outcome != DKM_PROCEED)
        f_set_status(ctx, party, UC_DOWN);
    return outcome == DKM_PROCEED || outcome == DKM_LAST ? result : uc_pass("crashed");
}

UcResult f_answer(UcCtx *ctx, const UcMessage *m)
{
    size_t words;
    const Pending *pending = (const void *)uc_read(ctx, KIND_PENDING, 0, &words);
    if (!words)
        return uc_simulation_failed("S answers, but was not asked");
    if (m->w[0] >= DKM_OUTCOMES)
        return uc_simulation_failed("S answers with an unknown outcome");
    DkmOutcome outcome = (DkmOutcome)m->w[0];
    Consult c = { .party = pending->party, .input = pending_input(pending), .answer = m->w,
                  .release = outcome == DKM_PROCEED || outcome == DKM_LAST };
    uc_write(ctx, KIND_PENDING, 0, 0);
    if (outcome != DKM_PROCEED && !(uc_fault(ctx, c.party, false).ordered & UC_ORDER_CRASH))
        return uc_simulation_failed("S reports a crash that A did not order");
    return f_finish(ctx, c.party, outcome, outcome == DKM_ABORT ? uc_pass(NULL) : apply(ctx, &c));
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    size_t asked;
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return f_command(ctx, in);
    uc_read(ctx, KIND_PENDING, 0, &asked);
    if (asked)
        return uc_simulation_failed("S was asked and did not answer");
    return input(ctx, in);
}

static const UcRegionKind kinds[] = {
    [KIND_HELD - UC_FIRST_KIND] = { .name = "held", .item_words = WORDS(Held), .item_handles = 1 },
    [KIND_KEY - UC_FIRST_KIND] = { .name = "key", .head_words = WORDS(Key), .head_handles = 7 },
    [KIND_OWNER - UC_FIRST_KIND] = { .name = "owner", .item_words = WORDS(Owned) },
    [KIND_TICKETS - UC_FIRST_KIND] = { .name = "tickets", .item_words = WORDS(Ticket), .item_handles = 3 },
    [KIND_TRANSFERS - UC_FIRST_KIND] = { .name = "transfers", .item_words = WORDS(Transfer), .item_handles = 6 },
    [KIND_SIGNED - UC_FIRST_KIND] = { .name = "signed", .item_words = WORDS(Signed), .item_handles = 2 },
    [KIND_PARTY - UC_FIRST_KIND] = { .name = "party", .head_words = WORDS(Party) },
    [KIND_PENDING - UC_FIRST_KIND] = { .name = "pending", .head_words = WORDS(Pending),
                                     .head_handles = ((1u << UC_MESSAGE_WORDS) - 1) << (2 + UC_MESSAGE_WORDS) },
    [KIND_INJECTED - UC_FIRST_KIND] = { .name = "injected", .item_words = WORDS(DkmInterval) },
};

const UcClass f_dkm_class = {
    .name = "F_DKM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step,
};

const UcClass f_any_class = { .name = "F_DKM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = f_any_step };

static const UcOrderRule order[] = {
    { DKM_CRASH_PARTY, 0, UC_ORDER_CRASH },
    { DKM_DISABLE_PARTY, 0, UC_ORDER_DISABLE },
    { DKM_CORRUPT_PARTY, 0, UC_ORDER_CORRUPT },
};

const UcFunctionality f_dkm = { .name = "F_DKM", .interface = &dkm_interface, .class = &f_dkm_class, .inspector = &f_dkm_inspector,
                                .order = order, .orders = G_N_ELEMENTS(order), .witness = &dkm_witness };
