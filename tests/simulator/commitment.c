#include "commitment.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define WORDS(type) (sizeof(type) / sizeof(UcWord))

static const UcMessageKind message_kinds[COM_KINDS_END - UC_M_USER] = {
    { "commit", { { "to", UC_PARTY }, { "text", UC_TEXT } } },
    { "open", { { "to", UC_PARTY } } },
    { "receipt", { { "from", UC_PARTY } } },
    { "opened", { { "from", UC_PARTY }, { "text", UC_TEXT } } },
    { "refused", {} },
    { "committed", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "text", UC_TEXT } } },
    { "opening", { { "from", UC_PARTY }, { "to", UC_PARTY } } },
    { "allow-receipt", { { "from", UC_PARTY }, { "to", UC_PARTY } } },
    { "allow-opened", { { "from", UC_PARTY }, { "to", UC_PARTY } } },
};
const UcMessageTable com_toy_messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

/* ---- the protocol ---- */

enum { MADE = UC_FIRST_KIND, GOT };
typedef struct {
    UcWord to, coins, text;
} Made;
typedef struct {
    UcWord from, commitment, opened;
} Got;
static const UcRegionKind party_kinds[] = {
    { .name = "made", .flags = UC_STABLE, .item_words = WORDS(Made), .item_handles = 6 },
    { .name = "got", .flags = UC_STABLE, .item_words = WORDS(Got), .item_handles = 2 },
};

enum { COINS = 16, HASH = 32, HEADER = 3, SEALED = HEADER + 2 * HASH };

static void hash(const uint8_t *coins, const uint8_t *text, size_t length, uint8_t out[HASH])
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_byte_array_append(all, coins, COINS);
    g_byte_array_append(all, text, (guint)length);
    g_assert(EVP_Digest(all->data, all->len, out, NULL, EVP_sha256(), NULL));
}

static void tag(const uint8_t *bytes, uint8_t out[HASH])
{
    static const uint8_t key[] = "the session's key, from a set-up";
    unsigned n = HASH;
    g_assert(HMAC(EVP_sha256(), key, sizeof key, bytes, HEADER + HASH, out, &n));
}

static void header(UcCtx *ctx, uint8_t letter, UcWord to, uint8_t out[HEADER])
{
    out[0] = letter;
    out[1] = (uint8_t)uc_pid(ctx);
    out[2] = (uint8_t)to;
}

static Made *made_to(UcCtx *ctx, UcWord to)
{
    size_t n;
    Made *m = (void *)uc_items(ctx, MADE, 0, &n);
    for (size_t i = 0; i < n; i++) {
        if (m[i].to == to)
            return &m[i];
    }
    return NULL;
}

static UcResult refused(void) { return uc_output((UcMessage){ COM_ERROR, { 0 } }); }

static bool other(UcCtx *ctx, UcWord to) { return to < uc_party_count(ctx) && to != uc_pid(ctx); }

static UcResult commit(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    uint8_t coins[COINS], payload[SEALED];
    size_t length, n;
    if (!other(ctx, w[0]) || made_to(ctx, w[0]))
        return refused();
    const uint8_t *text = uc_store_get(store, w[1], &length);
    uc_draw(ctx, "coins", coins, sizeof coins);
    header(ctx, 'C', w[0], payload);
    hash(coins, text, length, payload + HEADER);
    tag(payload, payload + HEADER + HASH);
    uc_items(ctx, MADE, 0, &n);
    *(Made *)(void *)uc_item_insert(ctx, MADE, 0, n) = (Made){ w[0], uc_store_put(store, coins, COINS), w[1] };
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { w[0], uc_store_put(store, payload, sizeof payload) } });
}

static UcResult open_to(UcCtx *ctx, const UcWord *w)
{
    UcStore *store = uc_ctx_store(ctx);
    const Made *m = made_to(ctx, w[0]);
    if (!m)
        return refused();
    size_t length;
    const uint8_t *text = uc_store_get(store, m->text, &length);
    g_autofree uint8_t *payload = g_malloc(HEADER + COINS + length);
    header(ctx, 'O', w[0], payload);
    memcpy(payload + HEADER, uc_store_get(store, m->coins, NULL), COINS);
    memcpy(payload + HEADER + COINS, text, length);
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { w[0], uc_store_put(store, payload, HEADER + COINS + length) } });
}

static Got *got_from(UcCtx *ctx, UcWord from, size_t *at)
{
    size_t n;
    Got *g = (void *)uc_items(ctx, GOT, 0, &n);
    for (*at = 0; *at < n; ++*at) {
        if (g[*at].from == from)
            return &g[*at];
    }
    return NULL;
}

static UcResult got_commitment(UcCtx *ctx, UcWord from, const uint8_t *bytes, size_t length)
{
    uint8_t expected[HASH];
    size_t at;
    if (length != SEALED)
        return uc_fail("commitment: wrong length");
    tag(bytes, expected);
    if (memcmp(expected, bytes + HEADER + HASH, HASH))
        return uc_fail("commitment: not authentic");
    if (got_from(ctx, from, &at))
        return uc_fail("commitment: seen before");
    *(Got *)(void *)uc_item_insert(ctx, GOT, 0, at) =
        (Got){ from, uc_store_put(uc_ctx_store(ctx), bytes + HEADER, HASH), 0 };
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_output((UcMessage){ COM_RECEIPT, { from } });
}

static UcResult got_opening(UcCtx *ctx, UcWord from, const uint8_t *bytes, size_t length)
{
    UcStore *store = uc_ctx_store(ctx);
    const ComConfig *config = uc_config(ctx);
    uint8_t c[HASH];
    size_t at;
    const Got *g = got_from(ctx, from, &at);
    if (length < HEADER + COINS || !g || g->opened)
        return uc_fail("opening: of no open commitment");
    hash(bytes + HEADER, bytes + HEADER + COINS, length - HEADER - COINS, c);
    if (!config->opening_not_checked && memcmp(c, uc_store_get(store, g->commitment, NULL), HASH))
        return uc_fail("opening: does not open the commitment");
    ((Got *)(void *)uc_item_edit(ctx, GOT, 0, at))->opened = 1;
    if (uc_persist(ctx))
        return uc_pass("crashed");
    UcWord text = uc_store_put(store, bytes + HEADER + COINS, length - HEADER - COINS);
    return uc_output((UcMessage){ COM_OPENED, { from, text } });
}

static UcResult delivered(UcCtx *ctx, UcWord payload)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), payload, &length);
    if (length < HEADER || bytes[2] != uc_pid(ctx))
        return uc_fail("payload: not for this party");
    if (bytes[0] == 'C')
        return got_commitment(ctx, bytes[1], bytes, length);
    return bytes[0] == 'O' ? got_opening(ctx, bytes[1], bytes, length) : uc_fail("payload: of no kind");
}

static UcResult protocol_step(UcCtx *ctx, const UcEnvelope *in)
{
    switch (in->message.kind) {
    case COM_COMMIT: return commit(ctx, in->message.w);
    case COM_OPEN: return open_to(ctx, in->message.w);
    case UC_M_DELIVER: return delivered(ctx, in->message.w[0]);
    default: return uc_fail("not for this protocol");
    }
}

const UcClass com_protocol = { .name = "commitment by hash", .kind = party_kinds, .kinds = G_N_ELEMENTS(party_kinds),
                               .step = protocol_step };

/* ---- F_COM ---- */

enum { COMMITMENTS = UC_FIRST_KIND };
typedef struct {
    UcWord from, to, text, received, opening, opened;
} Commitment;
static const UcRegionKind functionality_kinds[] = {
    { .name = "commitments", .item_words = WORDS(Commitment), .item_handles = 4 },
};

static bool find(UcCtx *ctx, UcWord from, UcWord to, size_t *at)
{
    size_t n;
    const Commitment *c = (const void *)uc_items(ctx, COMMITMENTS, 0, &n);
    for (*at = 0; *at < n; ++*at) {
        if (c[*at].from == from && c[*at].to == to)
            return true;
    }
    return false;
}

static Commitment *edit(UcCtx *ctx, size_t at) { return (Commitment *)(void *)uc_item_edit(ctx, COMMITMENTS, 0, at); }

static UcResult functionality_input(UcCtx *ctx, UcWord p, const UcMessage *m)
{
    size_t at = 0;
    UcWord to = m->w[0];
    bool there = to < uc_party_count(ctx) && to != p && find(ctx, p, to, &at);
    if (m->kind == COM_OPEN && there) {
        edit(ctx, at)->opening = 1;
        return uc_backdoor((UcMessage){ COM_OPENING, { p, to } });
    }
    if (m->kind != COM_COMMIT || there || to >= uc_party_count(ctx) || to == p)
        return uc_output_to(p, (UcMessage){ COM_ERROR, { 0 } });
    *(Commitment *)(void *)uc_item_insert(ctx, COMMITMENTS, 0, at) = (Commitment){ .from = p, .to = to, .text = m->w[1] };
    return uc_backdoor((UcMessage){ COM_COMMITTED, { p, to, m->w[1] } });
}

static UcResult functionality_step(UcCtx *ctx, const UcEnvelope *in)
{
    size_t at;
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_CALLER)
        return functionality_input(ctx, uc_peer(ctx, in), &in->message);
    if (!find(ctx, w[0], w[1], &at))
        return uc_simulation_failed("no such commitment");
    Commitment *c = edit(ctx, at);
    if (in->message.kind == COM_ALLOW_RECEIPT) {
        if (c->received)
            return uc_simulation_failed("the receipt was given before");
        c->received = 1;
        return uc_output_to(w[1], (UcMessage){ COM_RECEIPT, { w[0] } });
    }
    if (!c->received || !c->opening || c->opened)
        return uc_simulation_failed("the commitment is not being opened");
    c->opened = 1;
    return uc_output_to(w[1], (UcMessage){ COM_OPENED, { w[0], c->text } });
}

const UcClass com_functionality = { .name = "F_COM", .kind = functionality_kinds,
                                    .kinds = G_N_ELEMENTS(functionality_kinds), .step = functionality_step };

/* ---- its UC simulator ---- */

static UcResult simulator_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_FUNCTIONALITY) {
        UcMessage input = in->message.kind == COM_COMMITTED ? (UcMessage){ COM_COMMIT, { w[1], w[2] } }
                                                            : (UcMessage){ COM_OPEN, { w[1] } };
        UcOutcome out = uc_sandbox_input(ctx, w[0], input);
        return out.result.side == UC_BACKDOOR ? uc_backdoor_of(w[0], out.result.message) : out.result;
    }
    UcWord to = uc_peer(ctx, in);
    UcOutcome out = uc_sandbox_order(ctx, to, in->message);
    if (out.result.code != UC_SEND)
        return out.result;
    UcWord kind = out.result.message.kind == COM_RECEIPT ? COM_ALLOW_RECEIPT : COM_ALLOW_OPENED;
    return uc_command((UcMessage){ kind, { out.result.message.w[0], to } });
}

const UcClass com_simulator = { .name = "simulator of F_COM", .step = simulator_step };

/* ---- the pair ---- */

static UcResult dummy_adversary_step(UcCtx *ctx, const UcEnvelope *in)
{
    return uc_from(ctx, in) == UC_CALLER ? uc_send(in->peer, in->message) : uc_report(in->peer, in->message);
}
static const UcClass dummy_adversary = { .name = "dummy adversary", .step = dummy_adversary_step };

void com_pair_init(ComPair *pair, ComConfig config)
{
    static const char *const names[] = { "alice", "bob", "carol", NULL };
    static const uint8_t seed[UC_SEED_BYTES] = { 7 };
    *pair = (ComPair){ .config = config, .store = uc_store_new() };
    UcMachine protocol = { .class = &com_protocol, .config = &pair->config, .role = "party" };
    for (int i = 0; i < 2; i++) {
        pair->layout[i] = uc_layout_new();
        pair->spec[i] = (UcWorldSpec){ .name = i ? "ideal" : "real", .ideal = i, .parties = 3, .party_name = names,
                                       .session = "commitments", .messages = com_toy_messages, .torture = true,
                                       .budget = 1000 };
        pair->spec[i].machine[UC_A].class = &dummy_adversary;
    }
    pair->spec[0].party = protocol;
    pair->spec[1].party.class = &uc_dummy_party;
    pair->spec[1].sandbox = protocol;
    pair->spec[1].machine[UC_S].class = &com_simulator;
    pair->spec[1].machine[UC_F].class = &com_functionality;
    pair->lock.worlds = 2;
    for (int i = 0; i < 2; i++)
        pair->lock.world[i] = uc_world_new(&pair->spec[i], pair->store, pair->layout[i], seed);
}

void com_pair_clear(ComPair *pair)
{
    for (int i = 0; i < 2; i++) {
        uc_world_free(pair->lock.world[i]);
        uc_layout_free(pair->layout[i]);
    }
    uc_store_free(pair->store);
}

UcMessage com_turn(ComPair *pair, uint16_t to, uint16_t peer, UcMessage message)
{
    UcEnvelope write = { UC_Z, to, peer, message };
    uc_lock_turn(&pair->lock, &write);
    return uc_lock_reply(&pair->lock).message;
}
