#include "functionality/dkm/f_dkm_internal.h"

#include <string.h>

/* What every arrival needs, by whatever way: deliver and inject. */
static const char *arrival_refused(UcCtx *ctx, UcWord to, UcWord ticket_value, UcWord kid, DkmInterval block,
                                   UcWord from)
{
    const Ticket *ticket = f_ticket_of(ctx, to, ticket_value, NULL);
    if (f_corrupted(ctx, to) || f_party_of(ctx, to).status != UC_UP)
        return "deliver: the receiver is not honest and up";
    if (!ticket || !ticket->open)
        return "deliver: the ticket is not open";
    if ((ticket->kid != UC_NONE && ticket->kid != kid) || ticket->count != block.b - block.a || ticket->from != from)
        return "deliver: the block does not fit the request";
    if (!f_holds(ctx, to, kid) && f_key_count(ctx, to) >= f_options(ctx)->limits.keys)
        return "deliver: too many keys at the receiver";
    if (!f_key_of(ctx, kid))
        return NULL;
    if (owner_map_overlaps(f_map_of(ctx, kid, to), to, block))
        return "deliver: the block overlaps what the receiver owns";
    if (owner_map_count_after(f_map_of(ctx, kid, to), to, block) > f_options(ctx)->limits.intervals)
        return "deliver: too many intervals at the receiver";
    return NULL;
}

static const char *crash_refused(UcCtx *ctx, UcWord party, UcWord outcome)
{
    if (outcome >= DKM_OUTCOMES)
        return "S names an unknown outcome";
    if (outcome != DKM_PROCEED && !(uc_fault(ctx, party, false).ordered & UC_ORDER_CRASH))
        return "S reports a crash that A did not order";
    return NULL;
}

/* The block into own[to], the ticket closed, the receiver a holder; then the outcome. */
static UcResult arrive(UcCtx *ctx, UcWord to, UcWord ticket, UcWord kid, DkmInterval block, UcWord from,
                       DkmOutcome outcome)
{
    if (outcome != DKM_ABORT) {
        owner_map_set(f_map_of(ctx, kid, to), block, to);
        f_close_ticket(ctx, to, ticket);
        f_hold(ctx, to, kid);
    }
    return f_finish(ctx, to, outcome,
                    uc_output_to(to, (UcMessage){ DKM_RECEIVED, { kid, from, ticket, block.a, block.b } }));
}

static UcResult deliver(UcCtx *ctx, const UcMessage *m)
{
    UcWord from = m->w[0], to = m->w[1], outcome = m->w[3];
    size_t at;
    unsigned parties = uc_party_count(ctx);
    const Transfer *found = from < parties && to < parties ? f_transfer_of(ctx, from, to, m->w[2], &at) : NULL;
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
    if (f_options(ctx)->trust == DKM_TRUST_PAIRWISE)
        return f_corrupted(ctx, in->from) ? NULL : "inject: the sender is not corrupted";
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (f_corrupted(ctx, p) && dkm_key_sharers(f_options(ctx), p) == dkm_key_sharers(f_options(ctx), in->to))
            return NULL;
    }
    return "inject: nobody who has the sealing key is corrupted";
}

/* The scheme under which SK gives vk, or NULL. */
static Sigma *sigma_of_key(UcCtx *ctx, UcWord sk, UcWord vk, unsigned *number)
{
    for (*number = 0; *number < f_options(ctx)->sigmas; ++*number) {
        Sigma *sigma = f_options(ctx)->sigma[*number];
        if (f_gives_public(uc_ctx_store(ctx), sigma, sk, vk))
            return sigma;
    }
    return NULL;
}

static void register_key(UcCtx *ctx, const Injection *in, UcWord kid, unsigned number, UcWord capacity)
{
    Key key = { .kid = kid, .vk = in->vk, .sk = in->sk, .sigma = number, .capacity = capacity, .registered = 1 };
    *f_edit_key(ctx, kid) = key;
    owner_map_init(f_map_of(ctx, kid, 0), capacity, OWNER_LOST); /* nobody honest owns any of it */
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
    const Key *key = f_key_of(ctx, kid);
    if (in.a >= in.b || in.b > sigma->capacity)
        refused = "inject: the block is not in [0,N)";
    else if (key && (!f_compromised(ctx, key) || key->sk != in.sk))
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
        f_split(ctx, kid);
        size_t n;
        UcWord at = dkm_key_index(uc_ctx_store(ctx), kid);
        uc_items(ctx, KIND_INJECTED, at, &n);
        *(DkmInterval *)(void *)uc_item_insert(ctx, KIND_INJECTED, at, n) = block;
    }
    return arrive(ctx, in.to, in.ticket, kid, block, in.from, (DkmOutcome)in.outcome);
}

static UcResult corrupt(UcCtx *ctx, UcWord party)
{
    if (party >= uc_party_count(ctx) || f_corrupted(ctx, party))
        return uc_simulation_failed("corrupt: no such honest party");
    UcWord held = dkm_holdings(ctx, &f_dkm_inspector, uc_party_machine(ctx, party));
    Party p = f_party_of(ctx, party);
    p.corrupted = 1;
    f_set_party(ctx, party, p);
    return uc_backdoor((UcMessage){ DKM_HOLDINGS, { party, held } });
}

/* S speaks as a corrupted party. */
static UcResult speak(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = uc_peer(ctx, in);
    if (!f_corrupted(ctx, party))
        return uc_simulation_failed("output: the party is not corrupted");
    return uc_output_to(party, in->message);
}

/* ---- crashes and restarts ---- */

static UcResult change_status(UcCtx *ctx, UcWord party, UcStatus from, UcStatus to, const char *refused)
{
    if (party >= uc_party_count(ctx) || f_party_of(ctx, party).status != from)
        return uc_simulation_failed(refused);
    f_set_status(ctx, party, to);
    return uc_pass(NULL);
}

/* burned: owned by the party, at most R indices per key, so each key once. */
static const char *burn(UcCtx *ctx, UcWord party, UcWord burned)
{
    UcStore *store = uc_ctx_store(ctx);
    UcReader r = uc_store_reader(store, burned);
    g_autoptr(GArray) named = g_array_new(FALSE, FALSE, sizeof(UcWord));
    while (r.left) {
        UcWord kid, sum = 0;
        size_t n;
        g_autofree DkmInterval *row = dkm_burned_next(store, &r, &kid, &n);
        if (!row)
            break;
        for (guint i = 0; i < named->len; i++) {
            if (g_array_index(named, UcWord, i) == kid)
                return "restart: names a key twice";
        }
        g_array_append_val(named, kid);
        for (size_t i = 0; i < n; i++) {
            if (!f_key_of(ctx, kid) || !owner_map_owns(f_map_of(ctx, kid, party), party, row[i]))
                return "restart: burns what the party does not own";
            owner_map_set(f_map_of(ctx, kid, party), row[i], OWNER_LOST);
            sum += row[i].b - row[i].a;
        }
        if (sum > f_options(ctx)->reservation)
            return "restart: burns more than the reservation window";
    }
    return r.bad ? "restart: what it burns is malformed" : NULL;
}

static UcResult restart(UcCtx *ctx, const UcMessage *m)
{
    UcResult changed = change_status(ctx, m->w[0], UC_DOWN, UC_UP, "restart: the party is not down");
    const char *refused = changed.simulation_failed || m->w[1] == UC_NONE ? NULL : burn(ctx, m->w[0], m->w[1]);
    return refused ? uc_simulation_failed(refused) : changed;
}

UcResult f_command(UcCtx *ctx, const UcEnvelope *in)
{
    const UcMessage *m = &in->message;
    UcWord party = m->w[0];
    size_t asked;
    uc_read(ctx, KIND_PENDING, 0, &asked);
    if (asked && m->kind != DKM_ANSWER)
        return uc_simulation_failed("S was asked and did not answer first");
    if (uc_relayed(in))
        return speak(ctx, in);
    switch (m->kind) {
    case DKM_ANSWER: return f_answer(ctx, m);
    case DKM_ALLOW_DELIVERY: return deliver(ctx, m);
    case DKM_CRASH_PARTY: return change_status(ctx, party, UC_UP, UC_DOWN, "crash: the party is not up");
    case DKM_RESTART_PARTY: return restart(ctx, m);
    case DKM_DISABLE_PARTY: return change_status(ctx, party, UC_DOWN, UC_DISABLED, "disable: the party is not down");
    case DKM_CORRUPT_PARTY: return corrupt(ctx, party);
    case DKM_INJECT: return inject(ctx, m);
    default: return uc_simulation_failed("unknown command");
    }
}
