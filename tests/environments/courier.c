#include "courier.h"

#include <string.h>

#include "simulator/triple/calls.h"

enum {
    SEND = UC_M_USER, /* to, text */
    WEIGH,            /* text */
    IS_EMPTY,         /* text */
    RECEIVED,         /* from, text */
    WEIGHT,           /* bytes */
    EMPTY,            /* 0 or 1 */
    REFUSED,          /* code */
    SENT,             /* F to S: from, to, text */
    ALLOW,            /* S to F: from, to, text */
    PAGES,            /* nobody says it: intervals */
};

static const char *const refusal[] = { "no-such-party", "nothing-to-say", NULL };
static const UcMessageKind kinds[] = {
    { "send", { { "to", UC_PARTY }, { "text", UC_TEXT } } },
    { "weigh", { { "text", UC_TEXT } } },
    { "is-empty", { { "text", UC_TEXT } } },
    { "received", { { "from", UC_PARTY }, { "text", UC_TEXT } } },
    { "weight", { { "bytes", UC_INT } }, .answer = UC_ANSWER_FIELD },
    { "empty-is", { { "yes", UC_INT } }, .answer = UC_ANSWER_TRUTH },
    { "refused", { { "code", UC_CODE, refusal } }, .error = true },
    { "sent", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT } } },
    { "allow", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT } } },
    { "pages", { { "of", UC_INTERVALS } } },
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };

static const UcCall calls[] = {
    { "send", SEND, .named = true, .argument = { { NULL }, { "letter", .optional = true, .option = "greeting" } } },
    { "weigh", WEIGH, .argument = { { "letter" } } },
    { "is_empty", IS_EMPTY, .argument = { { "letter" } } },
    { NULL, 0 },
};

typedef struct {
    const char *greeting;
} Settings;
static const Settings defaults = { "good day" };
static const UcOptionRow options[] = { { "greeting", "greeting", UC_OPTION_TEXT, offsetof(Settings, greeting) } };

/* What is answered at once; UC_M_EMPTY: it is not. */
static UcMessage answer(UcCtx *ctx, const UcMessage *m)
{
    size_t length;
    if (m->kind == SEND && m->w[0] >= uc_party_count(ctx))
        return (UcMessage){ REFUSED, { 0 } };
    uc_store_get(uc_ctx_store(ctx), m->w[m->kind == SEND], &length);
    if (m->kind == SEND)
        return length ? (UcMessage){ UC_M_EMPTY, { 0 } } : (UcMessage){ REFUSED, { 1 } };
    return m->kind == WEIGH ? (UcMessage){ WEIGHT, { length } } : (UcMessage){ EMPTY, { !length } };
}

static bool is_input(UcWord kind) { return kind == SEND || kind == WEIGH || kind == IS_EMPTY; }

/* ---- the protocol ---- */

static UcResult delivered(UcCtx *ctx, UcWord payload)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), payload, &length);
    if (length < 2)
        return uc_fail("payload: no letter");
    return uc_output((UcMessage){ RECEIVED, { bytes[0], uc_store_put(uc_ctx_store(ctx), bytes + 1, length - 1) } });
}

static UcResult party_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcMessage *m = &in->message;
    if (m->kind == UC_M_DELIVER)
        return delivered(ctx, m->w[0]);
    if (!is_input(m->kind))
        return uc_fail("not for this protocol");
    UcMessage now = answer(ctx, m);
    if (now.kind != UC_M_EMPTY)
        return uc_output(now);
    size_t length;
    const uint8_t *text = uc_store_get(uc_ctx_store(ctx), m->w[1], &length);
    g_autofree uint8_t *payload = g_malloc(length + 1);
    payload[0] = (uint8_t)uc_pid(ctx);
    memcpy(payload + 1, text, length);
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { m->w[0], uc_store_put(uc_ctx_store(ctx), payload, length + 1) } });
}

static const UcClass party_class = { .name = "letters in clear", .step = party_step };

/* ---- F ---- */

static UcResult f_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    UcWord from = uc_peer(ctx, in);
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return uc_output_to(w[1], (UcMessage){ RECEIVED, { w[0], w[2] } });
    UcMessage now = is_input(in->message.kind) ? answer(ctx, &in->message) : (UcMessage){ REFUSED, { 0 } };
    if (now.kind != UC_M_EMPTY)
        return uc_output_to(from, now);
    return uc_backdoor((UcMessage){ SENT, { from, w[0], w[1] } });
}

static const UcClass f_class = { .name = "F of letters", .step = f_step };

/* ---- S ---- */

static UcResult s_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_FUNCTIONALITY)
        return uc_backdoor_of(w[0], uc_sandbox_input(ctx, w[0], (UcMessage){ SEND, { w[1], w[2] } }).result.message);
    UcOutcome out = uc_sandbox_order(ctx, uc_peer(ctx, in), in->message);
    if (out.result.code != UC_SEND)
        return out.result;
    w = out.result.message.w;
    return uc_command((UcMessage){ ALLOW, { w[0], uc_peer(ctx, in), w[1] } });
}

static const UcClass s_class = { .name = "simulator of letters", .step = s_step };

/* ---- the descriptors ---- */

static const UcInterface interface = {
    .name = "F_LETTERS", .messages = &messages, .calls = calls,
    .options = { options, G_N_ELEMENTS(options), &defaults, sizeof defaults },
};
static const UcFunctionality functionality = { .name = "F_LETTERS", .interface = &interface, .class = &f_class };
static const UcProtocol protocol = { .name = "letters", .title = "letters in clear", .interface = &interface, .class = &party_class };
static const UcSimulatorRow simulators[] = { { "uc", &s_class }, { NULL, NULL } };

const UcTriple courier = { &protocol, &functionality, simulators };
