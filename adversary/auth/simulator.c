#include "adversary/auth/simulator.h"

#include "functionality/auth/f_auth.h"

/* By stream, from and to: the payload of each text that F has recorded, in F's order; UC_NONE: it never left. */
enum { KIND_MADE = UC_FIRST_KIND };
static const UcRegionKind kinds[] = { { .name = "made", .item_words = 1, .item_handles = 1 } };

static UcWord stream(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }

/* ---- from F ---- */

static UcResult consult(UcCtx *ctx, const UcWord *w)
{
    size_t n;
    UcWord from = w[0], to = w[1];
    UcOutcome out = uc_sandbox_input(ctx, from, (UcMessage){ AUTH_SEND, { to, w[2] } });
    bool wrote = out.result.code == UC_SEND && out.result.side == UC_BACKDOOR && out.result.message.kind == UC_M_PAYLOAD;
    if (out.ignored || (!out.crashed && !wrote))
        return uc_simulation_failed(uc_reason(ctx, "the sandboxed %s does not send", uc_party_name(ctx, from)));
    uc_items(ctx, KIND_MADE, stream(ctx, from, to), &n);
    if (uc_crash_outcome(&out) != UC_ABORT)
        *uc_item_insert(ctx, KIND_MADE, stream(ctx, from, to), n) = wrote ? out.result.message.w[1] : UC_NONE;
    return uc_command((UcMessage){ AUTH_ANSWER, { uc_crash_outcome(&out) } });
}

static UcResult sent(UcCtx *ctx, const UcWord *w)
{
    size_t n;
    const UcWord *made = uc_items(ctx, KIND_MADE, stream(ctx, w[0], w[1]), &n);
    if (!n || n != w[2])
        return uc_simulation_failed("F reports a text that the sandboxed party did not send");
    return uc_backdoor_of(w[0], (UcMessage){ UC_M_PAYLOAD, { w[1], made[n - 1] } });
}

static UcResult from_f(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_relayed(in)) /* what Z says to a corrupted party */
        return uc_backdoor_of(uc_peer(ctx, in), in->message);
    switch (in->message.kind) {
    case AUTH_CONSULT: return consult(ctx, w);
    case AUTH_SENT: return sent(ctx, w);
    case AUTH_CORRUPTED: return uc_fate_show(ctx, w[0]);
    default: return uc_simulation_failed("S does not know what F reports");
    }
}

/* ---- from A ---- */

/* Which text of this stream it is, from 1; 0: none. A sender whose storage was rolled back may make one payload twice. */
static UcWord number_of(UcCtx *ctx, UcWord from, UcWord to, UcWord payload)
{
    size_t n;
    const UcWord *made = uc_items(ctx, KIND_MADE, stream(ctx, from, to), &n);
    for (size_t i = 0; i < n; i++) {
        if (made[i] == payload)
            return i + 1;
    }
    return 0;
}

static UcResult deliver(UcCtx *ctx, UcWord to, UcWord payload, const UcOutcome *out)
{
    UcCrashOutcome outcome = uc_crash_outcome(out);
    UcWord from = out->effect.w[1], text = out->effect.w[3]; /* operation, peer, counter, text */
    UcWord number = uc_fault(ctx, from, true).corrupted ? 0 : number_of(ctx, from, to, payload);
    return number ? uc_command((UcMessage){ AUTH_ALLOW, { from, to, number, outcome } })
                  : uc_command((UcMessage){ AUTH_INJECT, { from, to, text, outcome } });
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_FUNCTIONALITY ? from_f(ctx, in) : uc_fate_order(ctx, &auth_fates, in, deliver);
}

static const UcClass class = { .name = "UC simulator", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
const UcSimulatorRow auth_simulators[] = { { "uc", &class }, { NULL, NULL } };
