/* What happened, read off the activations of either world, and the order in which the rules are asked. */
#include "functionality/dkm/watchers.h"

#include <string.h>

#include "functionality/dkm/watchers_internal.h"

const UcRule dkm_rules[] = {
    { "I1" }, { "I2" }, { "I3" }, { "I4" }, { "I5" }, { "I6" }, { "I7" }, { "I8" },
    { "A1", .progress = true }, { "A2", .progress = true }, { "A3", .progress = true }, { "A4", .progress = true },
    { "A5", .progress = true }, { NULL },
};

#define ITEMS(slot, text, type, handles) \
    [(slot) - UC_FIRST_KIND] = { .name = (text), .item_words = WATCH_WORDS(type), .item_handles = (handles) }
#define HEAD(slot, text, words, handles) \
    [(slot) - UC_FIRST_KIND] = { .name = (text), .head_words = (words), .head_handles = (handles) }
enum { PENDING_WORDS = 3 + UC_MESSAGE_WORDS }; /* party, input kind, index to sign with, the input's words */
static const UcRegionKind kinds[WATCH_KINDS_END - UC_FIRST_KIND] = {
    HEAD(WATCH_KEY, "key", WATCH_WORDS(WatchKey), 3),
    HEAD(WATCH_VK, "public key", 1, 1),
    ITEMS(WATCH_HELD, "held", UcWord, 1),
    ITEMS(WATCH_OWN, "own", UcWord, 0),
    ITEMS(WATCH_USED, "used", WatchUsed, 2),
    HEAD(WATCH_ONE_TIME, "one-time key", 2, 0),
    ITEMS(WATCH_SAID, "said", UcWord, 1),
    HEAD(WATCH_TRANSFER, "transfer", WATCH_WORDS(WatchTransfer), 1),
    HEAD(WATCH_PAYLOAD, "payload", WATCH_WORDS(WatchPayload), 4),
    HEAD(WATCH_TICKET, "ticket", WATCH_WORDS(WatchTicket), 1),
    ITEMS(WATCH_EXPOSED, "exposed", UcWord, 1),
    HEAD(WATCH_COMPROMISED, "compromised", 1, 1),
    HEAD(WATCH_STREAM, "stream", 1, 1),
    HEAD(WATCH_SEALED, "sealed", 1, 1),
    HEAD(WATCH_PENDING, "pending", PENDING_WORDS, 0),
};

const char *watch_party_name(UcCtx *ctx, UcWord party)
{
    return uc_party_name(ctx, party);
}

const char *watch_key_name(UcCtx *ctx, UcWord kid)
{
    size_t length;
    if (!uc_store_knows(uc_ctx_store(ctx), kid))
        return "?";
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), kid, &length);
    g_autofree char *hex = uc_hex(bytes, MIN(length, 4));
    return uc_reason(ctx, "%s..", hex);
}

/* ---- the rules of one change of state ---- */

static const char *first(const char *a, const char *b) { return a ? a : b; }

static const char *changed(UcCtx *ctx, const WatchEvent *e)
{
    const char *rule = watch_release(ctx, e);
    rule = first(rule, watch_move(ctx, e));
    return first(rule, watch_compare(ctx, e->party));
}

/* An answer that changes nothing. */
static const char *answered(UcCtx *ctx, UcWord party, const UcMessage *input, const UcMessage *output)
{
    switch (output->kind) {
    case DKM_VERIFIED: return watch_verified(ctx, input->w[0], input->w[1], output->w[0]);
    case DKM_STATUS_IS: return watch_status(ctx, party, output);
    default: return NULL;
    }
}

static void fill_from_input(WatchEvent *e, const UcMessage *in)
{
    const UcWord *w = in->w;
    switch (in->kind) {
    case DKM_KEYGEN: e->set = w[0]; break;
    case DKM_REQUEST: e->kid = w[0]; e->count = w[1]; e->other = w[2]; break;
    case DKM_CANCEL: e->ticket = w[0]; break;
    case DKM_TRANSFER: e->kid = w[0]; e->count = w[1]; e->other = w[2]; e->ticket = w[3]; break;
    case DKM_SIGN: e->kid = w[0]; e->message = w[1]; break;
    default: break;
    }
}

/* ---- real world: the effect of a party's activation ---- */

static WatchEvent real_event(const UcActivation *a, UcWord party)
{
    const UcWord *x = a->outcome.effect.w; /* operation, kid, vk, sk, ticket, a, b, other party */
    const UcResult *r = &a->outcome.result;
    WatchEvent e = { .operation = DKM_KEYGEN + x[0], .party = party };
    fill_from_input(&e, &a->in.message);
    if (e.operation != DKM_REQUEST)
        e.kid = x[1];
    e.vk = x[2];
    e.ticket = x[4];
    e.block = (DkmInterval){ x[5], x[6] };
    if (e.operation != DKM_REQUEST)
        e.other = x[7];
    e.output = r->code == UC_SEND ? &r->message : NULL;
    return e;
}

static const char *refuses(UcCtx *ctx, UcWord party)
{
    return uc_reason(ctx, "A1: %s does not accept a genuine payload for its open ticket", watch_party_name(ctx, party));
}

static void real_payload(UcCtx *ctx, const UcActivation *a, UcWord party)
{
    const UcMessage *in = &a->in.message, *out = &a->outcome.result.message;
    if (a->outcome.result.code != UC_SEND || out->kind != UC_M_PAYLOAD)
        return;
    bool again = in->kind == DKM_RESEND;
    if (again || in->kind == DKM_TRANSFER)
        watch_note_payload(ctx, out->w[1], party, in->w[again ? 0 : 2], in->w[again ? 1 : 3]);
}

static bool looks_only(const UcActivation *a)
{
    UcWord kind = a->in.message.kind;
    return a->outcome.result.code == UC_FAIL || kind == DKM_VERIFY || kind == DKM_STATUS;
}

static const char *real_input(UcCtx *ctx, const UcActivation *a, UcWord party)
{
    const UcResult *r = &a->outcome.result;
    const char *rule = r->code == UC_SEND ? answered(ctx, party, &a->in.message, &r->message) : NULL;
    return a->outcome.crashed ? rule : first(rule, watch_answer(ctx, party, &a->in.message, r));
}

static const char *real(UcCtx *ctx, const UcActivation *a)
{
    const UcOutcome *out = &a->outcome;
    UcWord party = a->pid;
    if (uc_is_order(a, UC_M_CORRUPT))
        watch_corrupted(ctx, party);
    if (uc_fault(ctx, party, false).corrupted)
        return NULL; /* it is the adversary's own */
    if (uc_is_order(a, UC_M_RESTART))
        watch_restarted(ctx, party);
    if (out->ignored)
        return watch_down(ctx, party);
    bool delivery = uc_is_order(a, UC_M_DELIVER);
    bool owed = delivery && !out->has_effect && !out->crashed && watch_acceptable(ctx, party, a->in.message.w[0]) &&
                uc_fault(ctx, party, false).armed == UC_POINT_NONE;
    const char *rule = first(watch_stable(ctx, a), first(watch_secret(ctx, a), watch_stream(ctx, a)));
    rule = first(rule, watch_sealed(ctx, a));
    real_payload(ctx, a, party);
    if (out->has_effect) {
        WatchEvent e = real_event(a, party);
        rule = first(rule, changed(ctx, &e));
    } else if (!looks_only(a)) {
        rule = first(rule, watch_compare(ctx, party));
    }
    if (uc_is_input(a) && dkm_input_ok(uc_ctx_store(ctx), &a->in.message))
        rule = first(rule, real_input(ctx, a, party));
    if (owed)
        rule = first(rule, refuses(ctx, party));
    return first(rule, watch_down(ctx, party));
}

/* ---- ideal world: what F is asked and told ---- */

static void ask(UcCtx *ctx, UcWord party, const UcMessage *input, const UcMessage *consult)
{
    UcWord *w = uc_write(ctx, WATCH_PENDING, 0, PENDING_WORDS);
    w[0] = party;
    w[1] = input->kind;
    w[2] = consult->w[2]; /* sign: the index */
    memcpy(w + 3, input->w, sizeof input->w);
}

/* F, activated by a party. */
static const char *ideal_input(UcCtx *ctx, const UcActivation *a)
{
    UcWord party = uc_peer(ctx, &a->in);
    const UcMessage *input = &a->in.message;
    const UcResult *r = &a->outcome.result;
    if (uc_fault(ctx, party, false).corrupted)
        return NULL;
    if (watch_config(ctx)->inspector->status(ctx, a->in.from) != UC_UP)
        return watch_down(ctx, party);
    const UcMessage *consult = uc_wrote(a, UC_BACKDOOR);
    if (consult) {
        if (input->kind != DKM_RESEND)
            ask(ctx, party, input, consult);
        return NULL;
    }
    const char *rule = r->code == UC_SEND ? answered(ctx, party, input, &r->message) : NULL;
    return first(rule, watch_answer(ctx, party, input, r));
}

static void ideal_block(UcCtx *ctx, WatchEvent *e, UcWord index, const UcResult *r)
{
    if (e->operation == DKM_SIGN)
        e->block = (DkmInterval){ index, index + 1 };
    if (e->operation == DKM_TRANSFER && r->code == UC_SEND)
        e->block = (DkmInterval){ r->message.w[4], r->message.w[5] };
    else if (e->operation == DKM_TRANSFER) /* silent: nobody is told */
        watch_top(ctx, e->party, e->kid, e->count, &e->block);
}

/* F, told by S what became of a consult. */
static const char *ideal_answer(UcCtx *ctx, const UcActivation *a)
{
    size_t words;
    const UcWord *w = uc_read(ctx, WATCH_PENDING, 0, &words), *told = a->in.message.w; /* outcome, sk, vk, ticket */
    const UcResult *r = &a->outcome.result;
    if (!words)
        return NULL; /* F has refused it, or will be found out by what it does to an own set */
    UcMessage input = { .kind = w[1] };
    UcWord index = w[2];
    WatchEvent e = { .operation = w[1], .party = w[0] };
    memcpy(input.w, w + 3, sizeof input.w);
    uc_write(ctx, WATCH_PENDING, 0, 0);
    const char *rule = NULL;
    if (told[0] != DKM_ABORT) {
        fill_from_input(&e, &input);
        if (e.operation == DKM_KEYGEN) {
            e.vk = told[2];
            e.kid = dkm_kid(uc_ctx_store(ctx), e.vk);
        }
        if (e.operation == DKM_REQUEST)
            e.ticket = told[3];
        ideal_block(ctx, &e, index, r);
        e.output = r->code == UC_SEND ? &r->message : NULL;
        rule = changed(ctx, &e);
    } else {
        rule = watch_compare(ctx, e.party);
    }
    if (told[0] == DKM_PROCEED)
        rule = first(rule, watch_answer(ctx, e.party, &input, r));
    return first(rule, watch_down(ctx, e.party));
}

static const char *ideal_delivery(UcCtx *ctx, const UcActivation *a)
{
    const UcWord *w = a->in.message.w; /* from, to, ticket, outcome */
    const UcResult *r = &a->outcome.result;
    const WatchTransfer *t = watch_transfer(ctx, w[0], w[1], w[2]);
    WatchEvent e = { .operation = WATCH_RECEIVED, .party = w[1], .other = w[0], .ticket = w[2] };
    if (w[3] == DKM_ABORT || (!t && r->code != UC_SEND))
        return first(watch_compare(ctx, w[1]), watch_down(ctx, w[1]));
    if (r->code == UC_SEND) {
        e.kid = r->message.w[0];
        e.block = (DkmInterval){ r->message.w[3], r->message.w[4] };
        e.output = &r->message;
    } else {
        e.kid = t->kid;
        e.block = (DkmInterval){ t->a, t->b };
    }
    return first(changed(ctx, &e), watch_down(ctx, w[1]));
}

static const char *ideal_injection(UcCtx *ctx, const UcActivation *a)
{
    const UcWord *w = a->in.message.w; /* to, ticket, vk, sk, a, b, from, outcome */
    const UcResult *r = &a->outcome.result;
    WatchEvent e = { .operation = WATCH_RECEIVED, .party = w[0], .other = w[6], .ticket = w[1],
                     .kid = dkm_kid(uc_ctx_store(ctx), w[2]), .vk = w[2], .block = { w[4], w[5] },
                     .output = r->code == UC_SEND ? &r->message : NULL };
    return w[7] == DKM_ABORT ? watch_down(ctx, e.party) : first(changed(ctx, &e), watch_down(ctx, e.party));
}

static const char *ideal_status(UcCtx *ctx, UcWord party, UcWord command)
{
    if (party >= uc_party_count(ctx))
        return NULL;
    if (command == DKM_CORRUPT_PARTY)
        watch_corrupted(ctx, party);
    if (command == DKM_RESTART_PARTY)
        watch_restarted(ctx, party);
    if (uc_fault(ctx, party, false).corrupted)
        return NULL;
    return first(watch_compare(ctx, party), watch_down(ctx, party));
}

static const char *ideal_functionality(UcCtx *ctx, const UcActivation *a)
{
    if (a->outcome.result.code == UC_FAIL)
        return NULL; /* simulation failed, or not an input */
    if (a->side != UC_BACKDOOR)
        return ideal_input(ctx, a);
    switch (a->in.message.kind) {
    case DKM_ANSWER: return ideal_answer(ctx, a);
    case DKM_ALLOW_DELIVERY: return ideal_delivery(ctx, a);
    case DKM_INJECT: return ideal_injection(ctx, a);
    default: return uc_relayed(&a->in) ? NULL : ideal_status(ctx, a->in.message.w[0], a->in.message.kind);
    }
}

/* S, between A and F: the payloads that it shows A, and what becomes of those that A delivers. */
static const char *ideal_simulator(UcCtx *ctx, const UcActivation *a)
{
    const UcWord *w = a->in.message.w;
    const UcResult *r = &a->outcome.result;
    UcWord party = uc_peer(ctx, &a->in);
    if ((a->in.message.kind == DKM_SENT || a->in.message.kind == DKM_RESENT) && r->code == UC_SEND &&
        r->message.kind == UC_M_PAYLOAD)
        watch_note_payload(ctx, r->message.w[1], w[0], w[1], w[2]);
    if (!uc_is_order(a, UC_M_DELIVER) || uc_fault(ctx, party, false).corrupted ||
        r->code == UC_SEND || party >= uc_party_count(ctx) ||
        watch_config(ctx)->inspector->status(ctx, a->in.peer) != UC_UP || !watch_acceptable(ctx, party, w[0]) ||
        uc_fault(ctx, party, true).armed != UC_POINT_NONE)
        return NULL;
    return refuses(ctx, party);
}

static const char *ideal(UcCtx *ctx, const UcActivation *a)
{
    if (a->role == UC_ROLE_FUNCTIONALITY)
        return ideal_functionality(ctx, a);
    return a->role == UC_ROLE_SIMULATOR ? ideal_simulator(ctx, a) : NULL;
}

static const char *watch(UcCtx *ctx, const UcActivation *a)
{
    if (watch_config(ctx)->ideal)
        return ideal(ctx, a);
    return a->role == UC_ROLE_PARTY ? real(ctx, a) : NULL;
}

/* ---- set-up ---- */

static guint triple_hash(gconstpointer p) { return (guint)uc_digest(p, 3 * sizeof(UcWord)).lo; }
static gboolean triple_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, 3 * sizeof(UcWord)); }

DkmWatch *dkm_watch_new(const DkmOptions *options, const DkmInspector *inspector, bool is_ideal)
{
    g_assert(options && inspector);
    DkmWatch *watch = g_new0(DkmWatch, 1);
    *watch = (DkmWatch){ options, inspector, is_ideal,
                         g_hash_table_new_full(triple_hash, triple_equal, g_free, g_free), g_new0(GMutex, 1) };
    g_mutex_init(watch->lock);
    return watch;
}

void dkm_watch_free(DkmWatch *w)
{
    if (!w)
        return;
    g_hash_table_unref(w->verified);
    g_mutex_clear(w->lock);
    g_free(w->lock);
    g_free(w);
}

UcWatcher dkm_watcher(const DkmWatch *w)
{
    g_assert(w);
    return (UcWatcher){ .name = "F_DKM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .config = w, .watch = watch };
}
