#include "functionality/auth/f_auth.h"

/* From and to give the number of a stream. */
enum { KIND_SENT = UC_FIRST_KIND, KIND_DELIVERED, KIND_PARTY, KIND_PENDING };
enum { WORDS_PENDING = 3 };
static const UcRegionKind kinds[] = {
    { .name = "sent", .item_words = 1, .item_handles = 1 },
    { .name = "delivered", .head_words = 1 }, /* the number of the last one */
    [KIND_PARTY - UC_FIRST_KIND] = UC_FATE_REGION,
    { .name = "pending", .head_words = WORDS_PENDING, .head_handles = 4 }, /* from, to, text: S was asked about it */
};

const UcFates auth_fates = { AUTH_CRASH_PARTY, AUTH_RESTART_PARTY, AUTH_DISABLE_PARTY, AUTH_CORRUPT_PARTY, AUTH_CORRUPTED, KIND_PARTY };

static UcWord stream(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }

static const UcWord *sent(UcCtx *ctx, UcWord from, UcWord to, size_t *count)
{
    return uc_items(ctx, KIND_SENT, stream(ctx, from, to), count);
}

static UcWord word_of(UcCtx *ctx, unsigned kind, UcWord index, unsigned word)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? w[word] : 0;
}

static bool corrupted(UcCtx *ctx, UcWord party) { return uc_fate_corrupted(ctx, &auth_fates, party); }

/* ---- inputs ---- */

static UcResult input(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord from = uc_peer(ctx, in), to = in->message.w[0];
    if (corrupted(ctx, from)) /* whatever it is */
        return uc_backdoor_of(from, in->message);
    if (in->message.kind != AUTH_SEND)
        return uc_fail("not an input of this functionality");
    if (uc_fate_status(ctx, &auth_fates, from) != UC_UP)
        return uc_pass("down: ignored");
    size_t count = 0;
    if (to < uc_party_count(ctx))
        sent(ctx, from, to, &count);
    AuthError error = auth_error_of(ctx, uc_config(ctx), from, to, count);
    if (error != AUTH_OK)
        return uc_output_to(from, auth_error(error));
    UcWord *pending = uc_write(ctx, KIND_PENDING, 0, WORDS_PENDING);
    pending[0] = from;
    pending[1] = to;
    pending[2] = in->message.w[1];
    return uc_backdoor((UcMessage){ AUTH_CONSULT, { from, to, in->message.w[1] } });
}

/* ---- what S answers ---- */

static UcResult answer(UcCtx *ctx, UcWord outcome)
{
    size_t count;
    if (!word_of(ctx, KIND_PENDING, 0, 2))
        return uc_simulation_failed("S answers, but was not asked");
    UcWord from = word_of(ctx, KIND_PENDING, 0, 0), to = word_of(ctx, KIND_PENDING, 0, 1), text = word_of(ctx, KIND_PENDING, 0, 2);
    const char *refused = uc_fate_refused(ctx, from, outcome);
    if (refused)
        return uc_simulation_failed(refused);
    uc_write(ctx, KIND_PENDING, 0, 0);
    sent(ctx, from, to, &count);
    if (outcome != UC_ABORT)
        *uc_item_insert(ctx, KIND_SENT, stream(ctx, from, to), count) = text;
    return uc_fate_finish(ctx, &auth_fates, from, outcome, uc_backdoor((UcMessage){ AUTH_SENT, { from, to, count + 1 } }));
}

/* ---- deliveries ---- */

static const char *receiver_refused(UcCtx *ctx, UcWord from, UcWord to, UcWord outcome)
{
    if (from >= uc_party_count(ctx) || to >= uc_party_count(ctx))
        return "deliver: no such party";
    if (!uc_fate_hears(ctx, &auth_fates, to))
        return "deliver: the receiver is not honest and up";
    return uc_fate_refused(ctx, to, outcome);
}

static UcResult receive(UcCtx *ctx, UcWord from, UcWord to, UcWord text, UcWord outcome)
{
    return uc_fate_finish(ctx, &auth_fates, to, outcome, uc_output_to(to, (UcMessage){ AUTH_RECEIVED, { from, text } }));
}

static UcResult allow(UcCtx *ctx, UcWord from, UcWord to, UcWord number, UcWord outcome)
{
    size_t count;
    const char *refused = receiver_refused(ctx, from, to, outcome);
    if (refused)
        return uc_simulation_failed(refused);
    const UcWord *text = sent(ctx, from, to, &count);
    if (number < 1 || number > count)
        return uc_simulation_failed("deliver: no such text was sent");
    UcWord which = text[number - 1];
    if (number <= word_of(ctx, KIND_DELIVERED, stream(ctx, from, to), 0))
        return uc_simulation_failed("deliver: this text, or a later one, was delivered before");
    if (outcome != UC_ABORT)
        uc_write(ctx, KIND_DELIVERED, stream(ctx, from, to), 1)[0] = number;
    return receive(ctx, from, to, which, outcome);
}

static UcResult inject(UcCtx *ctx, UcWord from, UcWord to, UcWord text, UcWord outcome)
{
    const char *refused = receiver_refused(ctx, from, to, outcome);
    if (!refused && !corrupted(ctx, from))
        refused = "inject: the sender is not corrupted";
    return refused ? uc_simulation_failed(refused) : receive(ctx, from, to, text, outcome);
}

/* ---- commands ---- */

static UcResult command(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (word_of(ctx, KIND_PENDING, 0, 2) && in->message.kind != AUTH_ANSWER)
        return uc_simulation_failed("S was asked and did not answer first");
    if (uc_relayed(in))
        return uc_fate_command(ctx, &auth_fates, in);
    switch (in->message.kind) {
    case AUTH_ANSWER: return answer(ctx, w[0]);
    case AUTH_ALLOW: return allow(ctx, w[0], w[1], w[2], w[3]);
    case AUTH_INJECT: return inject(ctx, w[0], w[1], w[2], w[3]);
    default: return uc_fate_command(ctx, &auth_fates, in);
    }
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return command(ctx, in);
    if (word_of(ctx, KIND_PENDING, 0, 2))
        return uc_simulation_failed("S was asked and did not answer");
    return input(ctx, in);
}

UcWord f_auth_next(UcCtx *look, UcWord from, UcWord to, UcWord text)
{
    if (from >= uc_party_count(look))
        return 0;
    uint16_t machine = uc_used_by(look, uc_party_machine(look, to), 0);
    size_t count, words;
    const UcWord *sent_texts = uc_peek(look, machine, KIND_SENT, stream(look, from, to), &count);
    const UcWord *delivered = uc_peek(look, machine, KIND_DELIVERED, stream(look, from, to), &words);
    for (size_t i = words ? *delivered : 0; i < count; i++) {
        if (sent_texts[i] == text)
            return i + 1;
    }
    return 0;
}

static const UcOrderRule order[] = {
    UC_FATE_ORDERS(AUTH_CRASH_PARTY, AUTH_DISABLE_PARTY, AUTH_CORRUPT_PARTY),
};
static const UcClass class = { .name = "F_AUTH", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
const UcFunctionality f_auth = { .name = "F_AUTH", .interface = &auth_interface, .class = &class, .order = order,
                                 .orders = G_N_ELEMENTS(order), .witness = &auth_witness };
