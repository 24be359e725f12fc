#include "adversary/com/simulator.h"

#include "functionality/com/f_com.h"
#include "protocol/com/masked.h"

enum { KIND_MADE = UC_FIRST_KIND, KIND_STATE };
static const UcRegionKind kinds[] = {
    { .name = "made", .head_words = 1, .head_handles = 1 },  /* by from and to: the payload that an honest party committed with */
    { .name = "state", .head_words = 1, .head_handles = 1 }, /* of a corrupted party */
};

static UcWord number(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }

static UcWord handle(UcCtx *ctx, unsigned kind, UcWord index)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? w[0] : UC_NONE;
}

/* ---- from F ---- */

static bool wrote_payload(const UcOutcome *out)
{
    return out->result.code == UC_SEND && out->result.side == UC_BACKDOOR && out->result.message.kind == UC_M_PAYLOAD;
}

static UcResult does_not(UcCtx *ctx, UcWord party, const char *what)
{
    return uc_simulation_failed(uc_reason(ctx, "the sandboxed %s does not %s", uc_party_name(ctx, party), what));
}

static UcResult consult(UcCtx *ctx, UcWord from, UcWord to, UcWord text)
{
    UcOutcome out = uc_sandbox_input(ctx, from, (UcMessage){ COM_COMMIT, { to, text } });
    bool wrote = wrote_payload(&out);
    if (out.ignored || (!out.crashed && !wrote))
        return does_not(ctx, from, "commit");
    if (wrote)
        uc_write(ctx, KIND_MADE, number(ctx, from, to), 1)[0] = out.result.message.w[1];
    return uc_command((UcMessage){ COM_ANSWER, { uc_crash_outcome(&out) } });
}

static UcResult committed(UcCtx *ctx, UcWord from, UcWord to)
{
    UcWord payload = handle(ctx, KIND_MADE, number(ctx, from, to));
    if (!payload)
        return uc_simulation_failed("F reports a commitment that the sandboxed party did not make");
    return uc_backdoor_of(from, (UcMessage){ UC_M_PAYLOAD, { to, payload } });
}

/* Nothing is written to storage, so no crash can fall into it. */
static UcResult opening(UcCtx *ctx, UcWord from, UcWord to)
{
    UcOutcome out = uc_sandbox_input(ctx, from, (UcMessage){ COM_OPEN, { to } });
    return wrote_payload(&out) && !out.down_after ? uc_backdoor_of(from, out.result.message) : does_not(ctx, from, "open");
}

static UcResult corrupted(UcCtx *ctx, UcWord party)
{
    UcResult state = uc_fate_show(ctx, party);
    uc_write(ctx, KIND_STATE, party, 1)[0] = state.message.w[0];
    return state;
}

static UcResult from_f(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_relayed(in)) /* what Z says to a corrupted party */
        return uc_backdoor_of(uc_peer(ctx, in), in->message);
    switch (in->message.kind) {
    case COM_CONSULT: return consult(ctx, w[0], w[1], w[2]);
    case COM_COMMITTED: return committed(ctx, w[0], w[1]);
    case COM_OPENING: return opening(ctx, w[0], w[1]);
    case COM_CORRUPTED: return corrupted(ctx, w[0]);
    default: return uc_simulation_failed("S does not know what F reports");
    }
}

/* ---- from A ---- */

/* The text in a commitment of a corrupted party: its state had the key. */
static UcWord extract(UcCtx *ctx, UcWord from, UcWord to, UcWord payload)
{
    size_t length;
    UcStore *store = uc_ctx_store(ctx);
    const uint8_t *state = uc_store_get(store, handle(ctx, KIND_STATE, from), &length);
    g_autoptr(GArray) stolen = g_array_new(FALSE, FALSE, sizeof(UcSecret));
    com_read_state(store, state, length, stolen);
    for (guint i = 0; i < stolen->len; i++) {
        const UcWord *w = g_array_index(stolen, UcSecret, i).row.w;
        if (w[COM_STOLEN_PEER] == to)
            return masked_text(store, uc_store_get(store, w[COM_STOLEN_KEY], NULL), payload);
    }
    return UC_NONE;
}

static UcResult received(UcCtx *ctx, UcWord from, UcWord to, UcWord payload, UcCrashOutcome outcome)
{
    if (uc_fault(ctx, from, true).corrupted)
        return uc_command((UcMessage){ COM_INJECT, { from, to, extract(ctx, from, to, payload), outcome } });
    if (handle(ctx, KIND_MADE, number(ctx, from, to)) != payload)
        return uc_simulation_failed(uc_reason(ctx, "a commitment that %s did not make is accepted", uc_party_name(ctx, from)));
    return uc_command((UcMessage){ COM_ALLOW_RECEIPT, { from, to, outcome } });
}

static UcResult deliver(UcCtx *ctx, UcWord to, UcWord payload, const UcOutcome *out)
{
    UcCrashOutcome outcome = uc_crash_outcome(out);
    UcWord from = out->effect.w[1]; /* operation, peer, text */
    return out->effect.w[0] == COM_WAS_RECEIVED ? received(ctx, from, to, payload, outcome)
                                                : uc_command((UcMessage){ COM_ALLOW_OPENED, { from, to, outcome } });
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_FUNCTIONALITY ? from_f(ctx, in) : uc_fate_order(ctx, &com_fates, in, deliver);
}

static const UcClass class = { .name = "UC simulator", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
const UcSimulatorRow com_simulators[] = { { "uc", &class }, { NULL, NULL } };
