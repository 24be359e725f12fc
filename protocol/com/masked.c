#include "protocol/com/masked.h"

#include <openssl/crypto.h>
#include <string.h>

#include "simulator/base/hmac.h"

/* By peer. */
enum { KIND_MADE = UC_FIRST_KIND, KIND_GOT };
enum { MASKED, OPENED, WORDS_GOT };
static const UcRegionKind kinds[] = {
    { .name = "made", .flags = UC_STABLE, .head_words = 1, .head_handles = 1 }, /* the text that it is committed to */
    { .name = "got", .flags = UC_STABLE, .head_words = WORDS_GOT, .head_handles = 1 << MASKED },
};

typedef struct {
    const uint8_t *seed; /* of the run */
} Config;
static const uint8_t *seed(UcCtx *ctx) { return ((const Config *)uc_config(ctx))->seed; }

static UcWord word_of(UcCtx *ctx, unsigned kind, UcWord peer, unsigned word)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, peer, &words);
    return words ? w[word] : 0;
}

static void effect(UcCtx *ctx, ComOperation operation, UcWord peer, UcWord text)
{
    uc_effect(ctx, &(UcMessage){ COM_EFFECT, { operation, peer, text } });
}

/* ---- what the set-up gives ---- */

static void key_of(const uint8_t *run, const char *what, UcWord one, UcWord other, uint8_t out[MASKED_KEY_BYTES])
{
    g_autofree char *purpose = g_strdup_printf("%s %u", what, (unsigned)other);
    UcTapeLabel label = { "keys", NULL, (uint32_t)one, purpose, NULL };
    uc_tape_read(run, &label, 0, out, MASKED_KEY_BYTES);
}

static void commitment_key(const uint8_t *run, UcWord from, UcWord to, uint8_t out[MASKED_KEY_BYTES])
{
    key_of(run, "commitment to", from, to, out);
}

static void mac_key(const uint8_t *run, UcWord one, UcWord other, uint8_t out[MASKED_KEY_BYTES])
{
    key_of(run, "MAC with", MIN(one, other), MAX(one, other), out);
}

/* All that a receiver has of the key. */
static void hash_of_key(const uint8_t *run, UcWord from, UcWord to, uint8_t out[MASKED_KEY_BYTES])
{
    uint8_t key[MASKED_KEY_BYTES];
    commitment_key(run, from, to, key);
    uc_sha256(key, sizeof key, out);
    OPENSSL_cleanse(key, sizeof key);
}

/* ---- payloads ---- */

static GByteArray *begin(const MaskedHeader *h)
{
    GByteArray *out = g_byte_array_new();
    uc_append_u16(out, (uint16_t)h->version);
    uc_append_u8(out, (uint8_t)h->part);
    uc_append_u32(out, h->from);
    uc_append_u32(out, h->to);
    return out;
}

/* To the text and back. */
static void mask(const uint8_t key[MASKED_KEY_BYTES], const uint8_t *bytes, size_t length, GByteArray *out)
{
    uint8_t block[MASKED_KEY_BYTES] = { 0 };
    for (size_t i = 0; i < length; i++) {
        if (i % sizeof block == 0) {
            const uint32_t number = GUINT32_TO_BE((uint32_t)(i / sizeof block));
            uc_hmac(key, MASKED_KEY_BYTES, &number, sizeof number, block);
        }
        uc_append_u8(out, bytes[i] ^ block[i % sizeof block]);
    }
}

UcWord masked_commitment(UcStore *store, const MaskedHeader *header, const uint8_t key[MASKED_KEY_BYTES],
                         const uint8_t mac_with[MASKED_KEY_BYTES], UcWord text)
{
    size_t length;
    uint8_t mac[MASKED_KEY_BYTES];
    const uint8_t *bytes = uc_store_get(store, text, &length);
    g_autoptr(GByteArray) out = begin(header);
    mask(key, bytes, length, out);
    uc_hmac(mac_with, MASKED_KEY_BYTES, out->data, out->len, mac);
    g_byte_array_append(out, mac, sizeof mac);
    return uc_store_put(store, out->data, out->len);
}

UcWord masked_opening(UcStore *store, const MaskedHeader *header, const uint8_t key[MASKED_KEY_BYTES])
{
    g_autoptr(GByteArray) out = begin(header);
    g_byte_array_append(out, key, MASKED_KEY_BYTES);
    return uc_store_put(store, out->data, out->len);
}

static UcWord unmasked(UcStore *store, const uint8_t key[MASKED_KEY_BYTES], const uint8_t *bytes, size_t length)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    mask(key, bytes, length, out);
    return uc_store_put(store, out->data, out->len);
}

UcWord masked_text(UcStore *store, const uint8_t key[MASKED_KEY_BYTES], UcWord payload)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    g_assert(length >= MASKED_CLEAR_BYTES + MASKED_KEY_BYTES);
    return unmasked(store, key, bytes + MASKED_CLEAR_BYTES, length - MASKED_CLEAR_BYTES - MASKED_KEY_BYTES);
}

/* ---- inputs ---- */

static bool peer(UcCtx *ctx, UcWord pid) { return pid < uc_party_count(ctx) && pid != uc_pid(ctx); }
static MaskedHeader header(UcCtx *ctx, MaskedPart part, UcWord to)
{
    return (MaskedHeader){ MASKED_VERSION, part, (uint32_t)uc_pid(ctx), (uint32_t)to };
}

static UcResult commit(UcCtx *ctx, UcWord to, UcWord text)
{
    uint8_t key[MASKED_KEY_BYTES], mac_with[MASKED_KEY_BYTES];
    if (!peer(ctx, to) || word_of(ctx, KIND_MADE, to, 0))
        return uc_output(com_refused());
    MaskedHeader h = header(ctx, MASKED_COMMITMENT, to);
    commitment_key(seed(ctx), h.from, to, key);
    mac_key(seed(ctx), h.from, to, mac_with);
    UcWord payload = masked_commitment(uc_ctx_store(ctx), &h, key, mac_with, text);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(mac_with, sizeof mac_with);
    uc_write(ctx, KIND_MADE, to, 1)[0] = text;
    effect(ctx, COM_WAS_COMMITTED, to, text);
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, payload } });
}

/* As often as it is asked to: payloads get lost. */
static UcResult open_to(UcCtx *ctx, UcWord to)
{
    uint8_t key[MASKED_KEY_BYTES];
    if (!peer(ctx, to) || !word_of(ctx, KIND_MADE, to, 0))
        return uc_output(com_refused());
    MaskedHeader h = header(ctx, MASKED_OPENING, to);
    commitment_key(seed(ctx), h.from, to, key);
    UcWord payload = masked_opening(uc_ctx_store(ctx), &h, key);
    OPENSSL_cleanse(key, sizeof key);
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, payload } });
}

/* ---- payloads that arrive ---- */

static bool mac_is_right(UcCtx *ctx, UcWord from, const uint8_t *payload, size_t covered)
{
    uint8_t key[MASKED_KEY_BYTES], mac[MASKED_KEY_BYTES];
    mac_key(seed(ctx), from, uc_pid(ctx), key);
    uc_hmac(key, sizeof key, payload, covered, mac);
    OPENSSL_cleanse(key, sizeof key);
    return !CRYPTO_memcmp(mac, payload + covered, sizeof mac);
}

static bool key_is_right(UcCtx *ctx, UcWord from, const uint8_t *key)
{
    uint8_t expected[MASKED_KEY_BYTES], hash[MASKED_KEY_BYTES];
    hash_of_key(seed(ctx), from, uc_pid(ctx), expected);
    uc_sha256(key, MASKED_KEY_BYTES, hash);
    return !CRYPTO_memcmp(hash, expected, sizeof hash);
}

static UcResult take_commitment(UcCtx *ctx, UcWord from, const uint8_t *payload, UcReader body)
{
    if (body.left < MASKED_KEY_BYTES)
        return uc_fail("commitment: too short");
    size_t length = body.left - MASKED_KEY_BYTES;
    if (!mac_is_right(ctx, from, payload, MASKED_CLEAR_BYTES + length))
        return uc_fail("commitment: the MAC is wrong");
    if (word_of(ctx, KIND_GOT, from, MASKED))
        return uc_fail("commitment: there is one of this party");
    uc_write(ctx, KIND_GOT, from, WORDS_GOT)[MASKED] = uc_store_put(uc_ctx_store(ctx), body.at, length);
    effect(ctx, COM_WAS_RECEIVED, from, UC_NONE);
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_output((UcMessage){ COM_RECEIPT, { from } });
}

static UcResult take_opening(UcCtx *ctx, UcWord from, UcReader body)
{
    size_t length;
    UcWord masked = word_of(ctx, KIND_GOT, from, MASKED);
    if (body.left != MASKED_KEY_BYTES)
        return uc_fail("opening: not a key");
    if (!masked || word_of(ctx, KIND_GOT, from, OPENED))
        return uc_fail("opening: of nothing that is closed");
    if (!key_is_right(ctx, from, body.at))
        return uc_fail("opening: not the key of the set-up");
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), masked, &length);
    UcWord text = unmasked(uc_ctx_store(ctx), body.at, bytes, length);
    uc_write(ctx, KIND_GOT, from, WORDS_GOT)[OPENED] = 1;
    effect(ctx, COM_WAS_OPENED, from, text);
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_output((UcMessage){ COM_OPENED, { from, text } });
}

static UcResult take(UcCtx *ctx, UcWord payload)
{
    UcReader r = uc_store_reader(uc_ctx_store(ctx), payload);
    const uint8_t *bytes = r.at;
    MaskedHeader h = { (uint32_t)uc_take(&r, 2), (uint32_t)uc_take(&r, 1), (uint32_t)uc_take(&r, 4), (uint32_t)uc_take(&r, 4) };
    if (r.bad)
        return uc_fail("payload: too short");
    if (h.version != MASKED_VERSION || h.part >= MASKED_PARTS)
        return uc_fail("payload: of another version");
    if (h.to != uc_pid(ctx))
        return uc_fail("payload: for another party");
    if (!peer(ctx, h.from))
        return uc_fail("payload: from no other party");
    return h.part == MASKED_COMMITMENT ? take_commitment(ctx, h.from, bytes, r) : take_opening(ctx, h.from, r);
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return in->message.kind == UC_M_DELIVER ? take(ctx, w[0]) : uc_fail("not a delivery");
    switch (in->message.kind) {
    case COM_COMMIT: return commit(ctx, w[0], w[1]);
    case COM_OPEN: return open_to(ctx, w[0]);
    default: return uc_fail("not an input of this protocol");
    }
}

/* ---- state, from outside ---- */

/* What the set-up gave a party: how many u32, then for each peer u32, commitment key, MAC key, hash of the peer's key. */
static void reveal(UcCtx *ctx, GByteArray *out)
{
    uint8_t key[MASKED_KEY_BYTES];
    UcWord self = uc_pid(ctx);
    uc_append_u32(out, uc_party_count(ctx) - 1);
    for (uint32_t other = 0; other < uc_party_count(ctx); other++) {
        if (other == self)
            continue;
        uc_append_u32(out, other);
        commitment_key(seed(ctx), self, other, key);
        g_byte_array_append(out, key, sizeof key);
        mac_key(seed(ctx), self, other, key);
        g_byte_array_append(out, key, sizeof key);
        hash_of_key(seed(ctx), other, self, key);
        g_byte_array_append(out, key, sizeof key);
    }
    OPENSSL_cleanse(key, sizeof key);
}

/* No run commits to itself, or opens what it has not. */
static const char *check(UcCtx *ctx, UcCtx *look)
{
    size_t made = 0, got = 0;
    for (UcWord other = 0; other < uc_party_count(ctx); other++) {
        bool committed = word_of(ctx, KIND_MADE, other, 0), masked = word_of(ctx, KIND_GOT, other, MASKED);
        if (other == uc_pid(ctx) && (committed || masked))
            return "commitment: of a party to itself";
        if (word_of(ctx, KIND_GOT, other, OPENED) > 1)
            return "commitment: opened more than once";
        made += committed;
        got += masked;
    }
    bool all = uc_regions(ctx, KIND_MADE) == made && uc_regions(ctx, KIND_GOT) == got;
    return all ? NULL : "commitment: of a party that there is not, or empty";
}

/* ---- the descriptor ---- */

static void *setup_new(const UcSessionPlan *plan, void *interface_setup, char **wrong)
{
    return g_memdup2(&(Config){ plan->seed }, sizeof(Config));
}

static void describe(const UcSessionPlan *plan, GString *out) { g_string_append_printf(out, "payloads %u\n", MASKED_VERSION); }

static const UcPayloadField fields[] = {
    { "version", 0, 2, UC_INT, .other = MASKED_VERSION + 1 }, { "part", 2, 1, UC_INT, .other = MASKED_OPENING },
    { "from", 3, 4, UC_PARTY }, { "to", 7, 4, UC_PARTY },
};
static const UcPayloadCodec codec = { MASKED_CLEAR_BYTES, fields, G_N_ELEMENTS(fields) };

static const UcClass class = { .name = "masked-texts", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step, .reveal = reveal,
                               .check = check };

const UcProtocol masked_texts = {
    .name = "masked-texts", .title = "a text masked with a key of the set-up, whose hash the receiver has", .interface = &com_interface,
    .setup_new = setup_new, .setup_free = g_free, .class = &class, .describe = describe, .codec = &codec,
};
