#include "adversary/uc_simulator.h"

/* The payload between F's consult and F's "sent". */
enum { KIND_OUTBOX = UC_FIRST_KIND };
typedef struct {
    UcWord to, payload;
} Outbox;

static const UcRegionKind kinds[] = {
    { .name = "outbox", .head_words = sizeof(Outbox) / sizeof(UcWord), .head_handles = 2 },
};

static UcOutcome sandbox_input(UcCtx *ctx, UcWord party, UcMessage input)
{
    UcEnvelope e = { UC_Z, uc_party(party), UC_Z, input };
    return uc_sandbox(ctx, uc_party(party), &e);
}

static DkmOutcome outcome_of(const UcOutcome *out)
{
    if (out->crashed)
        return out->persisted ? DKM_SILENT : DKM_ABORT;
    return out->down_after ? DKM_LAST : DKM_PROCEED;
}

static const char *name_of_party(UcCtx *ctx, UcWord party)
{
    return uc_machine_name(uc_world_spec(uc_ctx_world(ctx)), uc_party(party));
}

/* Why a sandboxed party that F holds to be up did not do what F asked; NULL if it did. */
static const char *refusal(UcCtx *ctx, UcWord party, const UcOutcome *out, uint16_t expected_to)
{
    const char *name = name_of_party(ctx, party);
    if (out->ignored)
        return uc_reason(ctx, "the sandboxed %s is down while F holds it to be up", name);
    if (out->crashed)
        return NULL;
    if (out->result.code != UC_SEND)
        return uc_reason(ctx, "the sandboxed %s refuses: %s", name, out->result.reason ? out->result.reason : "silent");
    if (out->result.message.kind == DKM_ERROR)
        return uc_reason(ctx, "the sandboxed %s answers error %s", name, dkm_error_name[out->result.message.w[0]]);
    if (out->result.to != expected_to)
        return uc_reason(ctx, "the sandboxed %s writes to %s", name, expected_to == UC_A ? "Z" : "the network");
    return NULL;
}

static UcResult answer(UcCtx *ctx, UcWord party, UcMessage input)
{
    UcOutcome out = sandbox_input(ctx, party, input);
    bool network = input.kind == DKM_TRANSFER;
    const char *why = refusal(ctx, party, &out, network ? UC_A : UC_Z);
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
        return uc_send(UC_F, (UcMessage){ DKM_ANSWER, { outcome } });
    return uc_send(UC_F, (UcMessage){ DKM_ANSWER, { outcome, e[3], e[2], e[4] } });
}

/* A message of this length whose signature never leaves S. */
static UcWord dummy_message(UcCtx *ctx, UcWord length)
{
    g_autofree uint8_t *zero = g_malloc0(length + 1);
    return uc_store_put(uc_ctx_store(ctx), zero, length);
}

static UcResult sent(UcCtx *ctx, UcWord from)
{
    size_t words;
    const Outbox *box = (const void *)uc_read(ctx, KIND_OUTBOX, 0, &words);
    if (!words)
        return uc_simulation_failed("F reports a transfer that the sandboxed party did not make");
    UcMessage m = { UC_M_PAYLOAD, { box->to, box->payload } };
    uc_write(ctx, KIND_OUTBOX, 0, 0);
    return uc_send_peer(UC_A, uc_party(from), m);
}

static UcResult resent(UcCtx *ctx, const UcWord *w)
{
    UcOutcome out = sandbox_input(ctx, w[0], (UcMessage){ DKM_RESEND, { w[1], w[2] } });
    const char *why = refusal(ctx, w[0], &out, UC_A);
    if (why)
        return uc_simulation_failed(why);
    return uc_send_peer(UC_A, uc_party(w[0]), out.result.message);
}

static UcResult from_f(UcCtx *ctx, const UcMessage *m)
{
    const UcWord *w = m->w;
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
    default: return uc_simulation_failed("S does not know what F reports");
    }
}

/* A delivery: what the sandboxed receiver accepts, F must allow. */
static UcResult deliver(UcCtx *ctx, UcWord party, const UcOutcome *out)
{
    if (out->ignored || out->result.code == UC_FAIL)
        return out->result;
    DkmOutcome outcome = outcome_of(out);
    if (outcome == DKM_ABORT) /* nothing but the receiver down */
        return uc_send(UC_F, (UcMessage){ DKM_CRASH_PARTY, { party } });
    if (!out->has_effect)
        return out->result.code == UC_PASS ? out->result : uc_simulation_failed("a delivery without an effect");
    const UcWord *e = out->effect.w; /* ticket in 4, the sender in 7 */
    return uc_send(UC_F, (UcMessage){ DKM_ALLOW_DELIVERY, { e[7], party, e[4], outcome } });
}

static UcResult from_a(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = in->peer - (UcWord)UC_PARTY_0;
    UcEnvelope inner = { UC_A, in->peer, in->peer, in->message };
    UcWord before = uc_fault(ctx, in->peer, true).status;
    UcOutcome out = uc_sandbox(ctx, in->peer, &inner);
    if (in->message.kind == UC_M_DELIVER)
        return deliver(ctx, party, &out);
    UcWord now = uc_fault(ctx, in->peer, true).status;
    if (before == UC_UP && now == UC_DOWN)
        return uc_send(UC_F, (UcMessage){ DKM_CRASH_PARTY, { party } });
    if (before == UC_DOWN && now == UC_UP)
        return uc_send(UC_F, (UcMessage){ DKM_RESTART_PARTY, { party } });
    return out.result;
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    return in->from == UC_F ? from_f(ctx, &in->message) : from_a(ctx, in);
}

const UcClass uc_simulator_class = { .name = "UC simulator", .kind = kinds, .kinds = G_N_ELEMENTS(kinds),
                                     .step = step };
