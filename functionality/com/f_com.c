#include "functionality/com/f_com.h"

/* From and to give the number of a commitment. */
enum { KIND_COMMITMENT = UC_FIRST_KIND, KIND_PARTY, KIND_PENDING };
enum { TEXT, RECEIVED, OPENING, OPENED, WORDS_COMMITMENT };
enum { PENDING_FROM, PENDING_TO, PENDING_TEXT, WORDS_PENDING };
static const UcRegionKind kinds[] = {
    { .name = "commitment", .head_words = WORDS_COMMITMENT, .head_handles = 1 << TEXT },
    [KIND_PARTY - UC_FIRST_KIND] = UC_FATE_REGION,
    { .name = "pending", .head_words = WORDS_PENDING, .head_handles = 1 << PENDING_TEXT }, /* S was asked about it */
};

const UcFates com_fates = { COM_CRASH_PARTY, COM_RESTART_PARTY, COM_DISABLE_PARTY, COM_CORRUPT_PARTY, COM_CORRUPTED, KIND_PARTY };

static UcWord number(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }
static bool there(UcCtx *ctx, UcWord party) { return party < uc_party_count(ctx); }

static UcWord word_of(UcCtx *ctx, unsigned kind, UcWord index, unsigned word)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? w[word] : 0;
}

static UcWord commitment(UcCtx *ctx, UcWord from, UcWord to, unsigned word)
{
    return word_of(ctx, KIND_COMMITMENT, number(ctx, from, to), word);
}

static void note(UcCtx *ctx, UcWord from, UcWord to, unsigned word, UcWord value)
{
    uc_write(ctx, KIND_COMMITMENT, number(ctx, from, to), WORDS_COMMITMENT)[word] = value;
}

static bool corrupted(UcCtx *ctx, UcWord party) { return uc_fate_corrupted(ctx, &com_fates, party); }
static bool asked(UcCtx *ctx) { return word_of(ctx, KIND_PENDING, 0, PENDING_TEXT) != UC_NONE; }

/* ---- inputs ---- */

static UcResult commit(UcCtx *ctx, UcWord from, UcWord to, UcWord text)
{
    if (!there(ctx, to) || to == from || commitment(ctx, from, to, TEXT))
        return uc_output_to(from, com_refused());
    UcWord *pending = uc_write(ctx, KIND_PENDING, 0, WORDS_PENDING);
    pending[PENDING_FROM] = from;
    pending[PENDING_TO] = to;
    pending[PENDING_TEXT] = text;
    return uc_backdoor((UcMessage){ COM_CONSULT, { from, to, text } });
}

static UcResult open_to(UcCtx *ctx, UcWord from, UcWord to)
{
    if (!there(ctx, to) || to == from || !commitment(ctx, from, to, TEXT))
        return uc_output_to(from, com_refused());
    note(ctx, from, to, OPENING, 1);
    return uc_backdoor((UcMessage){ COM_OPENING, { from, to } });
}

static UcResult input(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord from = uc_peer(ctx, in);
    const UcWord *w = in->message.w;
    if (corrupted(ctx, from)) /* whatever it is */
        return uc_backdoor_of(from, in->message);
    if (in->message.kind != COM_COMMIT && in->message.kind != COM_OPEN)
        return uc_fail("not an input of this functionality");
    if (uc_fate_status(ctx, &com_fates, from) != UC_UP)
        return uc_pass("down: ignored");
    return in->message.kind == COM_COMMIT ? commit(ctx, from, w[0], w[1]) : open_to(ctx, from, w[0]);
}

/* ---- what S answers ---- */

static UcResult answer(UcCtx *ctx, UcWord outcome)
{
    if (!asked(ctx))
        return uc_simulation_failed("S answers, but was not asked");
    UcWord from = word_of(ctx, KIND_PENDING, 0, PENDING_FROM), to = word_of(ctx, KIND_PENDING, 0, PENDING_TO);
    UcWord text = word_of(ctx, KIND_PENDING, 0, PENDING_TEXT);
    const char *refused = uc_fate_refused(ctx, from, outcome);
    if (refused)
        return uc_simulation_failed(refused);
    uc_write(ctx, KIND_PENDING, 0, 0);
    if (outcome != UC_ABORT)
        note(ctx, from, to, TEXT, text);
    return uc_fate_finish(ctx, &com_fates, from, outcome, uc_backdoor((UcMessage){ COM_COMMITTED, { from, to } }));
}

/* ---- what arrives ---- */

static const char *receiver_refused(UcCtx *ctx, UcWord from, UcWord to, UcWord outcome)
{
    if (!there(ctx, from) || !there(ctx, to) || from == to)
        return "no such parties";
    if (!uc_fate_hears(ctx, &com_fates, to))
        return "the receiver is not honest and up";
    return uc_fate_refused(ctx, to, outcome);
}

static UcResult receive(UcCtx *ctx, UcWord from, UcWord to, UcWord outcome)
{
    if (commitment(ctx, from, to, RECEIVED))
        return uc_simulation_failed("receipt: it was given before");
    if (outcome != UC_ABORT)
        note(ctx, from, to, RECEIVED, 1);
    return uc_fate_finish(ctx, &com_fates, to, outcome, uc_output_to(to, (UcMessage){ COM_RECEIPT, { from } }));
}

static UcResult allow_receipt(UcCtx *ctx, UcWord from, UcWord to, UcWord outcome)
{
    if (!commitment(ctx, from, to, TEXT))
        return uc_simulation_failed("receipt: nothing was committed to");
    return receive(ctx, from, to, outcome);
}

/* In the name of a corrupted party; what it committed to before, but nobody has received, is forgotten. */
static UcResult inject(UcCtx *ctx, UcWord from, UcWord to, UcWord text, UcWord outcome)
{
    if (!corrupted(ctx, from))
        return uc_simulation_failed("inject: the committer is not corrupted");
    if (!text)
        return uc_simulation_failed("inject: no text");
    if (outcome != UC_ABORT && !commitment(ctx, from, to, RECEIVED))
        note(ctx, from, to, TEXT, text);
    return receive(ctx, from, to, outcome);
}

static UcResult allow_opened(UcCtx *ctx, UcWord from, UcWord to, UcWord outcome)
{
    if (!commitment(ctx, from, to, RECEIVED))
        return uc_simulation_failed("opened: there was no receipt");
    if (commitment(ctx, from, to, OPENED))
        return uc_simulation_failed("opened: it was before");
    if (!commitment(ctx, from, to, OPENING) && !corrupted(ctx, from))
        return uc_simulation_failed("opened: the committer does not open it");
    if (outcome != UC_ABORT)
        note(ctx, from, to, OPENED, 1);
    return uc_fate_finish(ctx, &com_fates, to, outcome, uc_output_to(to, (UcMessage){ COM_OPENED, { from, commitment(ctx, from, to, TEXT) } }));
}

static UcResult arrival(UcCtx *ctx, const UcMessage *m)
{
    const UcWord *w = m->w;
    UcWord outcome = w[m->kind == COM_INJECT ? 3 : 2];
    const char *refused = receiver_refused(ctx, w[0], w[1], outcome);
    if (refused)
        return uc_simulation_failed(refused);
    switch (m->kind) {
    case COM_ALLOW_RECEIPT: return allow_receipt(ctx, w[0], w[1], outcome);
    case COM_ALLOW_OPENED: return allow_opened(ctx, w[0], w[1], outcome);
    default: return inject(ctx, w[0], w[1], w[2], outcome);
    }
}

/* ---- commands ---- */

static UcResult command(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (asked(ctx) && in->message.kind != COM_ANSWER)
        return uc_simulation_failed("S was asked and did not answer first");
    if (uc_relayed(in))
        return uc_fate_command(ctx, &com_fates, in);
    switch (in->message.kind) {
    case COM_ANSWER: return answer(ctx, w[0]);
    case COM_ALLOW_RECEIPT: case COM_ALLOW_OPENED: case COM_INJECT: return arrival(ctx, &in->message);
    default: return uc_fate_command(ctx, &com_fates, in);
    }
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return command(ctx, in);
    if (asked(ctx))
        return uc_simulation_failed("S was asked and did not answer");
    return input(ctx, in);
}

static const UcOrderRule order[] = {
    UC_FATE_ORDERS(COM_CRASH_PARTY, COM_DISABLE_PARTY, COM_CORRUPT_PARTY),
};
static const UcClass class = { .name = "F_COM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
const UcFunctionality f_com = { .name = "F_COM", .interface = &com_interface, .class = &class, .order = order,
                                .orders = G_N_ELEMENTS(order) };
