#include "adversary/ticketed/uc_simulator.h"

/* The payload between F's consult and F's "sent"; and the payloads that S has handed to A for transfers of a party, which
 * S must know even when the sandboxed party's storage was rolled back since. */
enum { KIND_OUTBOX = UC_FIRST_KIND, KIND_MADE };
typedef struct {
    UcWord to, payload;
} Outbox;

static const UcRegionKind kinds[] = { UC_SIMULATOR_KINDS };

static DkmOutcome outcome_of(const UcOutcome *out)
{
    return (DkmOutcome)uc_crash_outcome(out);
}

/* Why a sandboxed party that F holds to be up did not do what F asked; NULL if it did. */
static const char *refusal(UcCtx *ctx, UcWord party, const UcOutcome *out, UcSide expected)
{
    const char *name = uc_party_name(ctx, party);
    if (out->ignored)
        return uc_reason(ctx, "the sandboxed %s is down while F holds it to be up", name);
    if (out->crashed)
        return NULL;
    if (out->result.code != UC_SEND)
        return uc_reason(ctx, "the sandboxed %s refuses: %s", name, out->result.reason ? out->result.reason : "silent");
    if (out->result.message.kind == DKM_ERROR) {
        const char *error = uc_name_of(dkm_error_name, out->result.message.w[0]);
        return uc_reason(ctx, "the sandboxed %s answers error %s", name, error ? error : "of no name");
    }
    if (out->result.side != expected)
        return uc_reason(ctx, "the sandboxed %s writes to %s", name, expected == UC_BACKDOOR ? "Z" : "the network");
    return NULL;
}

static UcResult answer(UcCtx *ctx, UcWord party, UcMessage input)
{
    UcOutcome out = uc_sandbox_input(ctx, party, input);
    bool network = input.kind == DKM_TRANSFER;
    const char *why = refusal(ctx, party, &out, network ? UC_BACKDOOR : UC_CALLER);
    if (why)
        return uc_simulation_failed(why);
    DkmOutcome outcome = outcome_of(&out);
    if (outcome != DKM_ABORT && !out.has_effect)
        return uc_simulation_failed("the sandboxed party reports no effect");
    if (network && !out.crashed) {
        Outbox *box = (Outbox *)(void *)uc_write(ctx, KIND_OUTBOX, 0, sizeof(Outbox) / sizeof(UcWord));
        *box = (Outbox){ out.result.message.w[0], out.result.message.w[1] };
    }
    const UcWord *e = out.effect.w; /* operation, kid, vk, sk, ticket */
    if (!out.has_effect)
        return uc_command((UcMessage){ DKM_ANSWER, { outcome } });
    return uc_command((UcMessage){ DKM_ANSWER, { outcome, e[3], e[2], e[4] } });
}

/* A message of this length whose signature never leaves S. */
static UcWord dummy_message(UcCtx *ctx, UcWord length)
{
    g_autofree uint8_t *zero = g_malloc0(length + 1);
    return uc_store_put(uc_ctx_store(ctx), zero, length);
}

static bool made(UcCtx *ctx, UcWord from, UcWord payload)
{
    size_t n;
    const UcWord *known = uc_items(ctx, KIND_MADE, from, &n);
    for (size_t i = 0; i < n; i++) {
        if (known[i] == payload)
            return true;
    }
    return false;
}

static void note_made(UcCtx *ctx, UcWord from, UcWord payload)
{
    if (!made(ctx, from, payload))
        *uc_item_insert(ctx, KIND_MADE, from, 0) = payload;
}

static UcResult sent(UcCtx *ctx, UcWord from)
{
    size_t words;
    const Outbox *box = (const void *)uc_read(ctx, KIND_OUTBOX, 0, &words);
    if (!words)
        return uc_simulation_failed("F reports a transfer that the sandboxed party did not make");
    UcMessage m = { UC_M_PAYLOAD, { box->to, box->payload } };
    uc_write(ctx, KIND_OUTBOX, 0, 0);
    note_made(ctx, from, m.w[1]);
    return uc_backdoor_of(from, m);
}

static UcResult resent(UcCtx *ctx, const UcWord *w)
{
    UcOutcome out = uc_sandbox_input(ctx, w[0], (UcMessage){ DKM_RESEND, { w[1], w[2] } });
    const char *why = refusal(ctx, w[0], &out, UC_BACKDOOR);
    if (why)
        return uc_simulation_failed(why);
    note_made(ctx, w[0], out.result.message.w[1]); /* of a transfer that crashed before it was sent */
    return uc_backdoor_of(w[0], out.result.message);
}

static const DkmInspector *inspector(UcCtx *ctx) { return uc_config(ctx); }

/* F tells what the party held; the sandboxed party must hold the same, if it is up. Then A gets its state. */
static UcResult holdings(UcCtx *ctx, const UcWord *w)
{
    UcWord party = w[0];
    uint16_t sandbox = uc_sandbox_of(ctx, party);
    bool up = uc_fault(ctx, party, true).status == UC_UP;
    if (up && dkm_holdings(ctx, inspector(ctx), sandbox) != w[1])
        return uc_simulation_failed("corrupt: the sandboxed party holds other keys or tickets than F says");
    UcOutcome out = uc_sandbox_order(ctx, party, (UcMessage){ .kind = UC_M_CORRUPT });
    return uc_backdoor_of(party, out.result.message);
}

static UcResult from_f(UcCtx *ctx, const UcEnvelope *in)
{
    const UcMessage *m = &in->message;
    const UcWord *w = m->w;
    if (uc_relayed(in)) /* what Z says to a corrupted party */
        return uc_backdoor_of(uc_peer(ctx, in), *m);
    switch (m->kind) {
    case DKM_CONSULT_KEYGEN: return answer(ctx, w[0], (UcMessage){ DKM_KEYGEN, { w[1] } });
    case DKM_CONSULT_REQUEST: return answer(ctx, w[0], (UcMessage){ DKM_REQUEST, { w[1], w[2], w[3] } });
    case DKM_CONSULT_CANCEL: return answer(ctx, w[0], (UcMessage){ DKM_CANCEL, { w[1] } });
    case DKM_CONSULT_TRANSFER:
        return answer(ctx, w[0], (UcMessage){ DKM_TRANSFER, { w[1], w[2], w[3], w[4] } });
    case DKM_CONSULT_SIGN:
        return answer(ctx, w[0], (UcMessage){ DKM_SIGN, { w[1], dummy_message(ctx, w[3]) } });
    case DKM_SENT: return sent(ctx, w[0]);
    case DKM_RESENT: return resent(ctx, w);
    case DKM_HOLDINGS: return holdings(ctx, w);
    default: return uc_simulation_failed("S does not know what F reports");
    }
}

/* A delivery: what the sandboxed receiver accepts, F must allow: a transfer that the sender's sandboxed party made, or
 * else an injection, which a corrupted member must have made. */
static UcResult deliver(UcCtx *ctx, UcWord party, UcWord payload, const UcOutcome *out)
{
    if (out->ignored || out->result.code == UC_FAIL)
        return out->result;
    DkmOutcome outcome = outcome_of(out);
    if (outcome == DKM_ABORT) /* nothing but the receiver down */
        return uc_command((UcMessage){ DKM_CRASH_PARTY, { party } });
    if (!out->has_effect)
        return out->result.code == UC_PASS ? out->result : uc_simulation_failed("a delivery without an effect");
    const UcWord *e = out->effect.w; /* operation, kid, vk, sk, ticket, a, b, the sender */
    if (!made(ctx, e[7], payload))
        return uc_command((UcMessage){ DKM_INJECT, { party, e[4], e[2], e[3], e[5], e[6], e[7], outcome } });
    return uc_command((UcMessage){ DKM_ALLOW_DELIVERY, { e[7], party, e[4], outcome } });
}

/* What the restart of a party that is down will lose: asked before it happens. */
static UcWord burned_by_restart(UcCtx *ctx, UcWord party, UcWord order)
{
    if (order != UC_M_RESTART || uc_fault(ctx, party, true).status != UC_DOWN)
        return UC_NONE;
    return dkm_burned(ctx, inspector(ctx), uc_sandbox_of(ctx, party));
}

static UcResult from_a(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = uc_peer(ctx, in);
    if (in->message.kind == UC_M_CORRUPT && !uc_fault(ctx, party, true).corrupted)
        return uc_command((UcMessage){ DKM_CORRUPT_PARTY, { party } });
    if (in->message.kind >= UC_M_USER && uc_fault(ctx, party, true).corrupted)
        return uc_command_as(party, in->message);
    UcWord burned = burned_by_restart(ctx, party, in->message.kind);
    UcWord before = uc_fault(ctx, party, true).status;
    UcOutcome out = uc_sandbox_order(ctx, party, in->message);
    if (in->message.kind == UC_M_DELIVER)
        return deliver(ctx, party, in->message.w[0], &out);
    UcWord now = uc_fault(ctx, party, true).status;
    if (before == UC_UP && now == UC_DOWN)
        return uc_command((UcMessage){ DKM_CRASH_PARTY, { party } });
    if (before == UC_DOWN && now == UC_UP)
        return uc_command((UcMessage){ DKM_RESTART_PARTY, { party, burned } });
    if (before == UC_DOWN && now == UC_DISABLED)
        return uc_command((UcMessage){ DKM_DISABLE_PARTY, { party } });
    return out.result;
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_FUNCTIONALITY ? from_f(ctx, in) : from_a(ctx, in);
}

const UcClass uc_simulator_class = { .name = "UC simulator", .kind = kinds, .kinds = G_N_ELEMENTS(kinds),
                                     .step = step };
