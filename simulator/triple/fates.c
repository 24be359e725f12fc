#include "simulator/triple/fates.h"

enum { STATUS, CORRUPTED, WORDS };

static UcWord word_of(UcCtx *ctx, const UcFates *f, UcWord party, unsigned word)
{
    size_t words;
    const UcWord *w = uc_read(ctx, f->kind, party, &words);
    return words ? w[word] : 0;
}

static void set(UcCtx *ctx, const UcFates *f, UcWord party, unsigned word, UcWord value)
{
    uc_write(ctx, f->kind, party, WORDS)[word] = value;
}

/* ---- F ---- */

UcStatus uc_fate_status(UcCtx *ctx, const UcFates *f, UcWord party) { return (UcStatus)word_of(ctx, f, party, STATUS); }
bool uc_fate_corrupted(UcCtx *ctx, const UcFates *f, UcWord party) { return word_of(ctx, f, party, CORRUPTED) != 0; }

bool uc_fate_hears(UcCtx *ctx, const UcFates *f, UcWord party)
{
    return party < uc_party_count(ctx) && !uc_fate_corrupted(ctx, f, party) && uc_fate_status(ctx, f, party) == UC_UP;
}

const char *uc_fate_refused(UcCtx *ctx, UcWord party, UcWord outcome)
{
    if (outcome >= UC_CRASH_OUTCOMES)
        return "S names an unknown outcome";
    if (outcome != UC_PROCEED && !(uc_fault(ctx, party, false).ordered & UC_ORDER_CRASH))
        return "S reports a crash that A did not order";
    return NULL;
}

UcResult uc_fate_finish(UcCtx *ctx, const UcFates *f, UcWord party, UcWord outcome, UcResult result)
{
    if (outcome != UC_PROCEED)
        set(ctx, f, party, STATUS, UC_DOWN);
    return outcome == UC_PROCEED || outcome == UC_LAST ? result : uc_pass("crashed");
}

static UcResult corrupt(UcCtx *ctx, const UcFates *f, UcWord party)
{
    if (party >= uc_party_count(ctx) || uc_fate_corrupted(ctx, f, party))
        return uc_simulation_failed("corrupt: no such honest party");
    set(ctx, f, party, CORRUPTED, 1);
    return uc_backdoor((UcMessage){ f->corrupted, { party } });
}

static UcResult change(UcCtx *ctx, const UcFates *f, UcWord party, UcStatus from, UcStatus to, const char *refused)
{
    if (party >= uc_party_count(ctx) || uc_fate_status(ctx, f, party) != from)
        return uc_simulation_failed(refused);
    set(ctx, f, party, STATUS, to);
    return uc_pass(NULL);
}

UcResult uc_fate_command(UcCtx *ctx, const UcFates *f, const UcEnvelope *in)
{
    UcWord kind = in->message.kind, party = in->message.w[0];
    if (uc_relayed(in)) /* S speaks as a party */
        return uc_fate_corrupted(ctx, f, uc_peer(ctx, in)) ? uc_output_to(uc_peer(ctx, in), in->message)
                                                           : uc_simulation_failed("output: the party is not corrupted");
    if (kind == f->crash)
        return change(ctx, f, party, UC_UP, UC_DOWN, "crash: the party is not up");
    if (kind == f->restart)
        return change(ctx, f, party, UC_DOWN, UC_UP, "restart: the party is not down");
    if (kind == f->disable)
        return change(ctx, f, party, UC_DOWN, UC_DISABLED, "disable: the party is not down");
    return kind == f->corrupt ? corrupt(ctx, f, party) : uc_simulation_failed("unknown command");
}

/* ---- S ---- */

UcResult uc_fate_show(UcCtx *ctx, UcWord party)
{
    return uc_backdoor_of(party, uc_sandbox_order(ctx, party, (UcMessage){ .kind = UC_M_CORRUPT }).result.message);
}

static UcResult delivered(UcCtx *ctx, const UcFates *f, UcWord to, UcWord payload, const UcOutcome *out, UcFateDeliver deliver)
{
    if (out->ignored || out->result.code == UC_FAIL)
        return out->result;
    if (uc_crash_outcome(out) == UC_ABORT) /* nothing but the receiver down */
        return uc_command((UcMessage){ f->crash, { to } });
    if (!out->has_effect)
        return out->result.code == UC_PASS ? out->result : uc_simulation_failed("a delivery without an effect");
    return deliver(ctx, to, payload, out);
}

UcResult uc_fate_order(UcCtx *ctx, const UcFates *f, const UcEnvelope *in, UcFateDeliver deliver)
{
    UcWord party = uc_peer(ctx, in);
    UcFault before = uc_fault(ctx, party, true);
    if (in->message.kind == UC_M_CORRUPT && !before.corrupted)
        return uc_command((UcMessage){ f->corrupt, { party } });
    if (in->message.kind >= UC_M_USER && before.corrupted)
        return uc_command_as(party, in->message);
    UcOutcome out = uc_sandbox_order(ctx, party, in->message);
    if (in->message.kind == UC_M_DELIVER)
        return delivered(ctx, f, party, in->message.w[0], &out, deliver);
    UcWord now = uc_fault(ctx, party, true).status;
    if (before.status == UC_UP && now == UC_DOWN)
        return uc_command((UcMessage){ f->crash, { party } });
    if (before.status == UC_DOWN && now != UC_DOWN)
        return uc_command((UcMessage){ now == UC_UP ? f->restart : f->disable, { party } });
    return out.result;
}
