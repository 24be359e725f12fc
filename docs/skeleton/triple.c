/* F_UPPER, a protocol that realises it, and a UC simulator for the two: a triple of your own, to start from.
 *
 *   make                builds NAME.so
 *   make check          runs NAME.lua in both worlds and compares what Z saw
 *   make explore        tries every schedule within the bounds that NAME.lua gives
 *
 * What it does: a party says a text to another one, who hears it. Nobody can change a text or say it in another's name; whoever has
 * the network may drop texts, keep them, and deliver them as often as it likes.
 *
 * Take any of it away and see what 'make check' makes of that. The comparison of MACs in take() is a good first one.
 * The page own-triple.md of ucsim's documents goes through a larger triple, which also keeps state in storage.
 */
#include <openssl/crypto.h>
#include <simulator/base/hmac.h>
#include <simulator/triple/abi.h>
#include <simulator/triple/fates.h>

/* ==== the interface: what Z and a session say to each other =========================================================== */

enum {
    SAY = UC_M_USER, /* Z: to, text */
    HEARD,           /* to Z: from, text */
    REFUSED,         /* to Z: code */
    SAID,            /* F to S: from, to, text */
    CORRUPTED,       /* F to S: party */
    ALLOW,           /* S to F: from, to, text */
    CRASH, RESTART, DISABLE, CORRUPT, /* S to F: party */
    EFFECT,          /* what an activation of a party did, for S: from, text */
    KINDS_END
};

static const char *const error_name[] = { "no-such-party", NULL };
#define SLOT(kind) [(kind) - UC_M_USER]
static const UcMessageKind message_kinds[KINDS_END - UC_M_USER] = {
    SLOT(SAY) = { "say", { { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(HEARD) = { "heard", { { "from", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(REFUSED) = { "error", { { "code", UC_CODE, error_name } }, .error = true },
    SLOT(SAID) = { "said", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(CORRUPTED) = { "corrupted-party", { { "party", UC_PARTY } } },
    SLOT(ALLOW) = { "allow", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
    SLOT(CRASH) = { "crash-party", { { "party", UC_PARTY } } },
    SLOT(RESTART) = { "restart-party", { { "party", UC_PARTY } } },
    SLOT(DISABLE) = { "disable-party", { { "party", UC_PARTY } } },
    SLOT(CORRUPT) = { "corrupt-party", { { "party", UC_PARTY } } },
    SLOT(EFFECT) = { "effect", { { "from", UC_PARTY }, { "text", UC_TEXT, .said = true } } },
};
static const UcMessageTable messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

/* Words of scripts: z:say(party, to, text). */
static const UcCall calls[] = { { "say", SAY }, { NULL, 0 } };

/* Exploration gives `say` every other party, one that does not exist, and every text of the scenario. */
static const UcInput inputs[] = { { SAY, .otherwise = 1, .sends = true, .argument = { { "to", .not_self = true }, { "text" } } } };
static const UcAlphabet alphabet = { .input = inputs, .inputs = G_N_ELEMENTS(inputs) };

/* Which of the messages above tell of the fate of parties; F keeps it in regions of kind 1. */
enum { KIND_TEXTS = UC_FIRST_KIND, KIND_PARTY };
static const UcFates fates = { CRASH, RESTART, DISABLE, CORRUPT, CORRUPTED, KIND_PARTY };

/* ==== what is promised, asserted from outside in both worlds ========================================================== */

static const UcRule rules[] = { { "U1" }, { NULL } };

/* Texts by the pair of parties: what the one said to the other. F and the watchers each keep their own. */
static const UcRegionKind kinds[] = { { .name = "texts", .item_words = 1, .item_handles = 1 }, UC_FATE_REGION };
static UcWord pair(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }

static bool contains(UcCtx *ctx, UcWord index, UcWord text, size_t *count)
{
    const UcWord *list = uc_items(ctx, KIND_TEXTS, index, count);
    for (size_t i = 0; i < *count; i++) {
        if (list[i] == text)
            return true;
    }
    return false;
}

static void remember(UcCtx *ctx, UcWord index, UcWord text)
{
    size_t count;
    if (!contains(ctx, index, text, &count))
        *uc_item_insert(ctx, KIND_TEXTS, index, count) = text;
}

static const char *watch(UcCtx *ctx, const UcActivation *a)
{
    size_t count;
    if (a->role != UC_ROLE_PARTY || uc_fault(ctx, a->pid, false).corrupted)
        return NULL;
    const UcMessage *in = &a->in.message, *out = uc_wrote(a, UC_CALLER);
    if (uc_is_input(a) && in->kind == SAY && in->w[0] < uc_party_count(ctx))
        remember(ctx, pair(ctx, a->pid, in->w[0]), in->w[1]);
    if (!out || out->kind != HEARD || uc_fault(ctx, out->w[0], false).corrupted)
        return NULL;
    return contains(ctx, pair(ctx, out->w[0], a->pid), out->w[1], &count)
               ? NULL : uc_reason(ctx, "U1: %s hears what %s did not say", uc_party_name(ctx, a->pid), uc_party_name(ctx, out->w[0]));
}

static UcWatcher watcher(const void *setup)
{
    return (UcWatcher){ .name = "watchers", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .watch = watch };
}

static const char *const parties[] = { "alice", "bob", "carol", NULL };
static const UcInterface interface = { .name = "F_UPPER", .messages = &messages, .parties = parties, .calls = calls, .alphabet = &alphabet,
                                       .rules = rules, .watcher = watcher };

/* ==== F: the ideal functionality ====================================================================================== */

static UcResult f_input(UcCtx *ctx, UcWord from, const UcMessage *m)
{
    UcWord to = m->w[0], text = m->w[1];
    if (uc_fate_corrupted(ctx, &fates, from))
        return uc_backdoor_of(from, *m); /* its inputs are the adversary's */
    if (uc_fate_status(ctx, &fates, from) != UC_UP)
        return uc_pass("down: ignored");
    if (to >= uc_party_count(ctx) || to == from)
        return uc_output_to(from, (UcMessage){ .kind = REFUSED });
    remember(ctx, pair(ctx, from, to), text);
    return uc_backdoor((UcMessage){ SAID, { from, to, text } });
}

/* A condition that does not hold ends the run with "simulation failed". */
static UcResult f_allow(UcCtx *ctx, const UcWord *w)
{
    size_t count;
    UcWord from = w[0], to = w[1], text = w[2];
    if (!uc_fate_hears(ctx, &fates, to))
        return uc_simulation_failed("allow: the receiver is not honest and up");
    if (from >= uc_party_count(ctx) || (!contains(ctx, pair(ctx, from, to), text, &count) && !uc_fate_corrupted(ctx, &fates, from)))
        return uc_simulation_failed("allow: nobody said this");
    return uc_output_to(to, (UcMessage){ HEARD, { from, text } });
}

static UcResult f_step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) != UC_BACKDOOR)
        return f_input(ctx, uc_peer(ctx, in), &in->message);
    return !uc_relayed(in) && in->message.kind == ALLOW ? f_allow(ctx, in->message.w) : uc_fate_command(ctx, &fates, in);
}

static const UcOrderRule orders[] = { UC_FATE_ORDERS(CRASH, DISABLE, CORRUPT) };
static const UcClass f_class = { .name = "F_UPPER", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = f_step };
static const UcFunctionality functionality = { .name = "F_UPPER", .interface = &interface, .class = &f_class, .order = orders,
                                               .orders = G_N_ELEMENTS(orders) };

/* ==== the protocol: what one party runs =============================================================================== */
/* payload: from u32 | to u32 | text | HMAC-SHA-256(key of the pair, all before it) */

enum { KEY = 32, CLEAR = 8 };
typedef struct {
    const uint8_t *seed;
} Config;

/* The set-up: a key for each pair of parties. */
static void key_of(UcCtx *ctx, UcWord one, UcWord other, uint8_t key[KEY])
{
    const Config *c = uc_config(ctx);
    char purpose[32];
    g_snprintf(purpose, sizeof purpose, "with %u", (unsigned)MAX(one, other));
    uc_tape_read(c->seed, &(UcTapeLabel){ "NAME", NULL, (uint32_t)MIN(one, other), purpose, NULL }, 0, key, KEY);
}

static UcResult say(UcCtx *ctx, UcWord to, UcWord text)
{
    uint8_t key[KEY], mac[KEY];
    size_t length;
    UcWord self = uc_pid(ctx);
    if (to >= uc_party_count(ctx) || to == self)
        return uc_output((UcMessage){ .kind = REFUSED });
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), text, &length);
    g_autoptr(GByteArray) out = g_byte_array_new();
    uc_append_u32(out, (uint32_t)self);
    uc_append_u32(out, (uint32_t)to);
    g_byte_array_append(out, bytes, (guint)length);
    key_of(ctx, self, to, key);
    uc_hmac(key, KEY, out->data, out->len, mac);
    g_byte_array_append(out, mac, KEY);
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, uc_store_put(uc_ctx_store(ctx), out->data, out->len) } });
}

static UcResult take(UcCtx *ctx, UcWord payload)
{
    uint8_t key[KEY], mac[KEY];
    UcReader r = uc_store_reader(uc_ctx_store(ctx), payload);
    const uint8_t *bytes = r.at;
    size_t length = r.left;
    UcWord from = uc_take(&r, 4), to = uc_take(&r, 4);
    if (r.bad || r.left < KEY)
        return uc_fail("payload: too short");
    if (to != uc_pid(ctx) || from == to || from >= uc_party_count(ctx))
        return uc_fail("payload: not for this party, or from no other");
    key_of(ctx, from, to, key);
    uc_hmac(key, KEY, bytes, length - KEY, mac);
    if (CRYPTO_memcmp(mac, bytes + length - KEY, KEY))
        return uc_fail("payload: the MAC is wrong");
    UcWord text = uc_store_put(uc_ctx_store(ctx), r.at, r.left - KEY);
    uc_effect(ctx, &(UcMessage){ EFFECT, { from, text } });
    return uc_output((UcMessage){ HEARD, { from, text } });
}

static UcResult party_step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) == UC_BACKDOOR) /* the network */
        return in->message.kind == UC_M_DELIVER ? take(ctx, in->message.w[0]) : uc_fail("not a delivery");
    return in->message.kind == SAY ? say(ctx, in->message.w[0], in->message.w[1]) : uc_fail("not an input");
}

static void *setup_new(const UcSessionPlan *plan, void *interface_setup, char **wrong)
{
    return g_memdup2(&(Config){ plan->seed }, sizeof(Config));
}

/* What a break-in finds besides the party's regions: its keys, in the order of the others. */
static void reveal(UcCtx *ctx, GByteArray *out)
{
    uint8_t key[KEY];
    for (UcWord other = 0; other < uc_party_count(ctx); other++) {
        if (other == uc_pid(ctx))
            continue;
        key_of(ctx, uc_pid(ctx), other, key);
        g_byte_array_append(out, key, KEY);
    }
}

/* What payloads show in clear: scripts change it with p:set("from", ...), exploration by itself. */
static const UcPayloadField fields[] = { { "from", 0, 4, UC_PARTY }, { "to", 4, 4, UC_PARTY } };
static const UcPayloadCodec codec = { CLEAR, fields, G_N_ELEMENTS(fields) };

/* A party that keeps something has regions here (.kind, .kinds), with UC_STABLE what a crash must not take, and calls uc_persist()
 * before it writes. Then a crash can fall into it, and S must ask F, or F S, how that ended: see F_AUTH. */
static const UcClass party_class = { .name = "NAME", .step = party_step, .reveal = reveal };
static const UcProtocol protocol = { .name = "NAME", .title = "texts with a MAC under the key of the two parties", .interface = &interface,
                                     .class = &party_class, .setup_new = setup_new, .setup_free = g_free, .codec = &codec };

/* ==== S: the UC simulator ============================================================================================= */
/* It runs the protocol's own code inside itself on what F tells it, and hands A what that writes. */

static UcResult s_deliver(UcCtx *ctx, UcWord to, UcWord payload, const UcOutcome *out)
{
    return uc_command((UcMessage){ ALLOW, { out->effect.w[0], to, out->effect.w[1] } }); /* from, text */
}

static UcResult s_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) != UC_FUNCTIONALITY)
        return uc_fate_order(ctx, &fates, in, s_deliver);
    if (uc_relayed(in)) /* what Z says to a corrupted party */
        return uc_backdoor_of(uc_peer(ctx, in), in->message);
    if (in->message.kind == CORRUPTED)
        return uc_fate_show(ctx, w[0]);
    UcOutcome out = uc_sandbox_input(ctx, w[0], (UcMessage){ SAY, { w[1], w[2] } });
    return out.result.side == UC_BACKDOOR ? uc_backdoor_of(w[0], out.result.message)
                                          : uc_simulation_failed("the sandboxed party does not send");
}

static const UcClass s_class = { .name = "UC simulator", .step = s_step };
static const UcSimulatorRow simulators[] = { { "uc", &s_class }, { NULL, NULL } };

/* ==== all of it, for 'ucsim --triple' ================================================================================= */

UC_EXPORT_TRIPLE(&protocol, &functionality, simulators, NULL); /* the last one: what A can do with stolen secrets (simulator/attack.h) */
