#include "protocol/auth/macs.h"

#include <openssl/crypto.h>
#include <string.h>

#include "simulator/base/hmac.h"

/* By peer. */
enum { KIND_SENT = UC_FIRST_KIND, KIND_TAKEN };
static const UcRegionKind kinds[] = {
    { .name = "sent", .flags = UC_STABLE, .head_words = 1 },  /* the counter of the last text to it */
    { .name = "taken", .flags = UC_STABLE, .head_words = 1 }, /* of the last one that was taken from it */
};

static const MacsConfig *config(UcCtx *ctx) { return uc_config(ctx); }

static UcWord counter_of(UcCtx *ctx, unsigned kind, UcWord peer)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, peer, &words);
    return words ? w[0] : 0;
}

static void key_of_pair(const uint8_t *seed, UcWord one, UcWord other, uint8_t out[MACS_KEY_BYTES])
{
    g_autofree char *with = g_strdup_printf("MAC with %u", (unsigned)MAX(one, other));
    UcTapeLabel label = { "keys", NULL, (uint32_t)MIN(one, other), with, NULL };
    uc_tape_read(seed, &label, 0, out, MACS_KEY_BYTES);
}

static void effect(UcCtx *ctx, AuthOperation operation, UcWord peer, UcWord counter, UcWord text)
{
    uc_effect(ctx, &(UcMessage){ AUTH_EFFECT, { operation, peer, counter, text } });
}

/* ---- payloads ---- */

UcWord macs_payload(UcStore *store, const MacsConfig *c, const uint8_t key[MACS_KEY_BYTES], const MacsHeader *header, UcWord text)
{
    size_t length;
    uint8_t mac[MACS_MAC_BYTES];
    const uint8_t *bytes = uc_store_get(store, text, &length);
    g_autoptr(GByteArray) out = g_byte_array_new();
    uc_append_u16(out, (uint16_t)header->version);
    uc_append_u32(out, header->from);
    uc_append_u32(out, header->to);
    uc_append_u64(out, header->counter);
    g_byte_array_append(out, bytes, (guint)length);
    uc_hmac(key, MACS_KEY_BYTES, out->data, out->len, mac);
    g_byte_array_append(out, mac, (guint)c->mac_bytes);
    return uc_store_put(store, out->data, out->len);
}

static bool mac_is_right(UcCtx *ctx, UcWord from, const uint8_t *payload, size_t covered)
{
    uint8_t key[MACS_KEY_BYTES], mac[MACS_MAC_BYTES];
    key_of_pair(config(ctx)->seed, from, uc_pid(ctx), key);
    uc_hmac(key, sizeof key, payload, covered, mac);
    OPENSSL_cleanse(key, sizeof key);
    return !CRYPTO_memcmp(mac, payload + covered, config(ctx)->mac_bytes);
}

/* ---- activations ---- */

static UcResult send(UcCtx *ctx, UcWord to, UcWord text)
{
    UcWord self = uc_pid(ctx), counter = to < uc_party_count(ctx) ? counter_of(ctx, KIND_SENT, to) : 0;
    AuthError error = auth_error_of(ctx, config(ctx)->auth, self, to, counter);
    if (error != AUTH_OK)
        return uc_output(auth_error(error));
    uint8_t key[MACS_KEY_BYTES];
    MacsHeader header = { MACS_VERSION, (uint32_t)self, (uint32_t)to, counter + 1 };
    key_of_pair(config(ctx)->seed, self, to, key);
    UcWord payload = macs_payload(uc_ctx_store(ctx), config(ctx), key, &header, text);
    OPENSSL_cleanse(key, sizeof key);
    uc_write(ctx, KIND_SENT, to, 1)[0] = counter + 1;
    effect(ctx, AUTH_WAS_SENT, to, counter + 1, text);
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { to, payload } });
}

static UcResult take(UcCtx *ctx, UcWord payload)
{
    UcReader r = uc_store_reader(uc_ctx_store(ctx), payload);
    const uint8_t *bytes = r.at;
    size_t length = r.left, mac = config(ctx)->mac_bytes;
    MacsHeader h = { (uint32_t)uc_take(&r, 2), (uint32_t)uc_take(&r, 4), (uint32_t)uc_take(&r, 4), uc_take(&r, 8) };
    if (r.bad || r.left < mac)
        return uc_fail("payload: too short");
    if (h.version != MACS_VERSION)
        return uc_fail("payload: of another version");
    if (h.to != uc_pid(ctx))
        return uc_fail("payload: for another party");
    if (h.from >= uc_party_count(ctx) || h.from == h.to)
        return uc_fail("payload: from no other party");
    if (!mac_is_right(ctx, h.from, bytes, length - mac))
        return uc_fail("payload: the MAC is wrong");
    if (h.counter <= counter_of(ctx, KIND_TAKEN, h.from))
        return uc_fail("payload: the counter is not new");
    UcWord text = uc_store_put(uc_ctx_store(ctx), r.at, r.left - mac);
    uc_write(ctx, KIND_TAKEN, h.from, 1)[0] = h.counter;
    effect(ctx, AUTH_WAS_RECEIVED, h.from, h.counter, text);
    if (uc_persist(ctx))
        return uc_pass("crashed");
    return uc_output((UcMessage){ AUTH_RECEIVED, { h.from, text } });
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return in->message.kind == UC_M_DELIVER ? take(ctx, w[0]) : uc_fail("not a delivery");
    return in->message.kind == AUTH_SEND ? send(ctx, w[0], w[1]) : uc_fail("not an input of this protocol");
}

/* The keys of a party: how many u32, then for each peer u32 and key. */
static void reveal(UcCtx *ctx, GByteArray *out)
{
    uc_append_u32(out, uc_party_count(ctx) - 1);
    for (uint32_t peer = 0; peer < uc_party_count(ctx); peer++) {
        uint8_t key[MACS_KEY_BYTES];
        if (peer == uc_pid(ctx))
            continue;
        key_of_pair(config(ctx)->seed, uc_pid(ctx), peer, key);
        uc_append_u32(out, peer);
        g_byte_array_append(out, key, sizeof key);
        OPENSSL_cleanse(key, sizeof key);
    }
}

/* Of a state from outside: no run counts for itself, or sends more than it may. */
static const char *check(UcCtx *ctx, UcCtx *look)
{
    size_t peers[] = { 0, 0 };
    for (UcWord peer = 0; peer < uc_party_count(ctx); peer++) {
        UcWord sent = counter_of(ctx, KIND_SENT, peer), taken = counter_of(ctx, KIND_TAKEN, peer);
        if (peer == uc_pid(ctx) && (sent || taken))
            return "counter: of the party itself";
        if (sent > config(ctx)->auth->texts)
            return uc_reason(ctx, "counter: %s was sent more texts than the limit", uc_party_name(ctx, peer));
        peers[0] += sent > 0;
        peers[1] += taken > 0;
    }
    bool all = uc_regions(ctx, KIND_SENT) == peers[0] && uc_regions(ctx, KIND_TAKEN) == peers[1];
    return all ? NULL : "counter: of a party that there is not, or 0";
}

/* ---- the descriptor ---- */

typedef struct {
    uint64_t mac_bytes;
} Settings;
static const Settings defaults = { MACS_MAC_BYTES };
static const UcOptionRow rows[] = {
    { "mac-bytes", "mac_bytes", UC_OPTION_NUMBER, offsetof(Settings, mac_bytes), .place = 170, .toy = "mac_bytes", .high = MACS_MAC_BYTES },
};

static uint64_t mac_bytes(const UcSessionPlan *plan) { return ((const Settings *)(const void *)plan->protocol)->mac_bytes; }

static void *setup_new(const UcSessionPlan *plan, void *interface_setup, char **wrong)
{
    uint64_t bytes = mac_bytes(plan);
    if (bytes < 1 || bytes > MACS_MAC_BYTES) {
        *wrong = g_strdup_printf("mac_bytes: expected 1 to %u, got %" G_GUINT64_FORMAT, MACS_MAC_BYTES, bytes);
        return NULL;
    }
    return g_memdup2(&(MacsConfig){ interface_setup, plan->seed, (size_t)bytes }, sizeof(MacsConfig));
}

static void describe(const UcSessionPlan *plan, GString *out)
{
    g_string_append_printf(out, "payloads %u\nmac %" G_GUINT64_FORMAT "\n", MACS_VERSION, mac_bytes(plan));
}

static const UcPayloadField fields[] = {
    { "version", 0, 2, UC_INT, .other = MACS_VERSION + 1 }, { "from", 2, 4, UC_PARTY }, { "to", 6, 4, UC_PARTY },
    { "counter", 10, 8, UC_INT, .other = 1 << 20 },
};
static const UcPayloadCodec codec = { MACS_CLEAR_BYTES, fields, G_N_ELEMENTS(fields) };

static const UcClass class = { .name = "counted-macs", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step, .reveal = reveal,
                               .check = check };

const UcProtocol counted_macs = {
    .name = "counted-macs", .title = "each text with a counter and a MAC under the key of the two parties", .interface = &auth_interface,
    .options = { rows, G_N_ELEMENTS(rows), &defaults, sizeof defaults },
    .setup_new = setup_new, .setup_free = g_free, .class = &class, .describe = describe, .codec = &codec,
    .bad = &macs_bad_events,
};
