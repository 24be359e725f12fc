/* Payloads on the wire: known bytes, a second decoder, every bit and length altered, what the sealing key depends on. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "decoder.h"
#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"
#include "protocol/ticketed/keys.h"
#include "protocol/ticketed/payload.h"
#include "tests/support/suite.h"

static const char SET[] = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8";

/* Made by Python: hashlib, hmac, and HKDF and AESGCM of the `cryptography` package, from the description in protocol.md.
 * Sealing key 00 01 .. 1f; from 0 to 1, ticket a0 .. af, enclave "enclave"; kid 16 times 11, public key bytes 3 i,
 * seed bytes 5 i + 1, block [28, 0x0102030405060708). */
static const char PINNED[] =
    "00025bd177a25d54bfd59748358c94bed99b4329ed919659957f0000000000000001a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    "f5777b1983df84afd7c4c9bf860f0f4daa28a6bb8f7a65343d719ec2a0de098f6f83816618edbeae902e7f80835cf2610a5d"
    "4227045b7ab38e8e81e271114253d1a3f80e671164196795106303aeacbd55ef543f92873e31783cc342f7bf5f1d9c5f8a77"
    "abb70ad5eb73c0809f0f6b726b680f944713ab99358203915535c4aa7e8cee0b95a69831d58667577dd6458f208d79d49b98"
    "224cb65a89902812a9076fd37ba00f99d3a421ac6a715ac9ed1020100b0f123f7339";
/* The same in version 1, whose K was no function of the body: no longer taken. */
static const char VERSION_1[] =
    "00015bd177a25d54bfd59748358c94bed99b4329ed919659957f0000000000000001a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    "e1ced71acb9188d2e0bb1d963c4e1fcd9d4d4cb8c0aec75b17214c05b45fbaa0c75ac53424c2f169a6d2a585a91515e14e20"
    "90e2140a513e03d1cd78f49838a92e40a33018f0fd2a537b44752d8b827decab0677f3d35b6ee50b1be52a83ffc0052325f0"
    "48b73cda3ca63cb0a0f527a2ce3f00f169ea733abea227b93271665ff1e6a0b0f54515561a7b870a13e9eb37bc29012481f3"
    "b3fc";

enum { VK = 56, SEED = 48, BODY = 16 + VK + SEED + 16, LENGTH = PAYLOAD_HEADER_BYTES + BODY + 16 };

static Sigma *sigma;
static Seal *sealer;
static uint8_t key[32];

static void set_up(void)
{
    sigma = sigma_real_new(SET, 0, NULL, NULL);
    sealer = seal_real_new();
    for (int i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
}

static void tear_down(void)
{
    sigma_free(sigma);
    seal_free(sealer);
}

static PayloadHeader a_header(void)
{
    PayloadHeader h = { .version = PAYLOAD_VERSION, .from = 0, .to = 1 };
    payload_scheme_id(sigma, h.scheme);
    payload_enclave_id("enclave", h.enclave);
    for (int i = 0; i < 16; i++)
        h.ticket[i] = (uint8_t)(0xa0 + i);
    return h;
}

static void a_payload(uint8_t out[LENGTH])
{
    uint8_t vk[VK], seed[SEED], plain[BODY];
    PayloadHeader h = a_header();
    PayloadBody body = { .vk = vk, .seed = seed, .a = 28, .b = 0x0102030405060708u };
    memset(body.kid, 0x11, sizeof body.kid);
    for (int i = 0; i < VK; i++)
        vk[i] = (uint8_t)(3 * i);
    for (int i = 0; i < SEED; i++)
        seed[i] = (uint8_t)(5 * i + 1);
    payload_write_header(&h, out);
    payload_write_body(sigma, &body, plain);
    seal_close(sealer, key, out, PAYLOAD_HEADER_BYTES, plain, BODY, out + PAYLOAD_HEADER_BYTES, NULL);
}

START_TEST(known_bytes)
{
    uint8_t payload[LENGTH];
    ck_assert_uint_eq(sigma->public_size, VK);
    ck_assert_uint_eq(sigma->seed_size, SEED);
    ck_assert_uint_eq(payload_body_size(sigma), BODY);
    a_payload(payload);
    g_autofree char *hex = uc_hex(payload, sizeof payload);
    ck_assert_str_eq(hex, PINNED);
}
END_TEST

START_TEST(the_second_decoder_reads_known_bytes)
{
    Decoded d;
    g_autoptr(GByteArray) bytes = uc_unhex(PINNED);
    ck_assert_ptr_null(decode_payload(key, bytes->data, bytes->len, VK, SEED, &d));
    ck_assert(d.version == 2 && d.from == 0 && d.to == 1 && d.a == 28 && d.b == 0x0102030405060708u);
    ck_assert(d.kid[15] == 0x11 && d.vk[VK - 1] == 3 * (VK - 1) % 256 && d.seed[2] == 11 && d.ticket[15] == 0xaf);
    for (guint i = 0; i < bytes->len; i++) {
        bytes->data[i] ^= 0x80;
        ck_assert_ptr_nonnull(decode_payload(key, bytes->data, bytes->len, VK, SEED, &d));
        bytes->data[i] ^= 0x80;
    }
}
END_TEST

START_TEST(headers)
{
    uint8_t bytes[PAYLOAD_HEADER_BYTES];
    PayloadHeader h = a_header(), again;
    memset(h.digest, 0xd1, sizeof h.digest);
    payload_write_header(&h, bytes);
    ck_assert_int_eq(payload_read_header(bytes, sizeof bytes, &again), PAYLOAD_OK);
    ck_assert_mem_eq(again.digest, h.digest, sizeof h.digest);
    ck_assert(again.from == h.from && again.to == h.to && !memcmp(again.ticket, h.ticket, 16) &&
              !memcmp(again.scheme, h.scheme, 8) && !memcmp(again.enclave, h.enclave, 16));
    for (size_t n = 0; n < sizeof bytes; n++)
        ck_assert_int_eq(payload_read_header(bytes, n, &again), PAYLOAD_SHORT);
    for (int version = 0; version < 65536; version++) {
        bytes[0] = (uint8_t)(version >> 8);
        bytes[1] = (uint8_t)version;
        ck_assert_int_eq(payload_read_header(bytes, sizeof bytes, &again), version == 2 ? PAYLOAD_OK : PAYLOAD_OTHER_VERSION);
        ck_assert_int_eq(again.version, version);
    }
}
END_TEST

/* The table by which others look into headers says where the writer puts things: every field, no gap, no overlap. */
START_TEST(fields)
{
    uint8_t blank[PAYLOAD_HEADER_BYTES], bytes[PAYLOAD_HEADER_BYTES];
    size_t at = 0;
    for (unsigned i = 0; i < PAYLOAD_FIELDS; i++) {
        PayloadHeader none = { .version = 0 }, h = none;
        payload_write_header(&none, blank);
        switch (i) {
        case PAYLOAD_VERSION_FIELD: h.version = 0xffff; break;
        case PAYLOAD_SCHEME: memset(h.scheme, 0xff, sizeof h.scheme); break;
        case PAYLOAD_ENCLAVE: memset(h.enclave, 0xff, sizeof h.enclave); break;
        case PAYLOAD_FROM: h.from = UINT32_MAX; break;
        case PAYLOAD_TO: h.to = UINT32_MAX; break;
        case PAYLOAD_TICKET: memset(h.ticket, 0xff, sizeof h.ticket); break;
        case PAYLOAD_DIGEST: memset(h.digest, 0xff, sizeof h.digest); break;
        }
        payload_write_header(&h, bytes);
        ck_assert_uint_eq(payload_field[i].offset, at);
        for (size_t k = 0; k < sizeof bytes; k++)
            ck_assert_int_eq(bytes[k] != blank[k], k >= at && k < at + payload_field[i].bytes);
        at += payload_field[i].bytes;
    }
    ck_assert_uint_eq(at, PAYLOAD_HEADER_BYTES);
}
END_TEST

START_TEST(bodies)
{
    uint8_t bytes[BODY + 1] = { 0 };
    PayloadBody body;
    for (size_t n = 0; n <= sizeof bytes; n++)
        ck_assert_int_eq(payload_read_body(sigma, bytes, n, &body), n == BODY);
    memset(bytes + BODY - 16, 0xff, 16);
    ck_assert(payload_read_body(sigma, bytes, BODY, &body));
    ck_assert(body.a == UINT64_MAX && body.b == UINT64_MAX);
}
END_TEST

/* ---- seals ---- */

enum { REAL, IDEAL, REMEMBERING, REMEMBERING_FEW, IDEAL_REMEMBERING, PROVIDERS };

static Seal *seal_of(int provider)
{
    if (provider == IDEAL || provider == IDEAL_REMEMBERING) {
        seal_free(sealer);
        sealer = seal_ideal_new();
    }
    if (provider >= REMEMBERING)
        seal_remember_answers(sealer, provider == REMEMBERING_FEW ? 3 : 10000);
    return sealer;
}

/* The same plaintext under another key or header: no byte of the stream may stay, or the key derivation leaves it
 * out. (One sealed byte in 256 is equal by chance; runs of eight are not.) */
static void streams_differ(const uint8_t *a, const uint8_t *b, int at)
{
    for (int i = 0; i + 8 <= BODY; i += 8)
        ck_assert_msg(memcmp(a + i, b + i, 8), "byte %d does not enter the key", at);
}

/* K, apart from the digest: a thief seals a header as it is. */
START_TEST(every_byte_enters_the_key)
{
    Seal *s = seal_of(_i);
    uint8_t header[PAYLOAD_HEADER_BYTES], plain[BODY] = { 0 }, one[BODY + 16], other[BODY + 16];
    PayloadHeader h = a_header();
    payload_write_header(&h, header);
    seal_close_stolen(s, key, header, sizeof header, plain, BODY, one);
    for (int at = 0; at < PAYLOAD_HEADER_BYTES; at++) {
        header[at] ^= 1;
        seal_close_stolen(s, key, header, sizeof header, plain, BODY, other);
        streams_differ(one, other, at);
        header[at] ^= 1;
    }
    for (int at = 0; at < 32; at++) {
        key[at] ^= 1;
        seal_close_stolen(s, key, header, sizeof header, plain, BODY, other);
        streams_differ(one, other, 1000 + at);
        key[at] ^= 1;
    }
}
END_TEST

/* The digest moves with every bit of all that is sealed and of the sealing key, and with nothing else; and so does the
 * stream. */
START_TEST(every_bit_enters_the_digest)
{
    Seal *s = seal_of(_i);
    uint8_t header[PAYLOAD_HEADER_BYTES], plain[BODY] = { 0 }, one[BODY + 16], other[BODY + 16], digest[SEAL_DIGEST_BYTES];
    PayloadHeader h = a_header();
    const struct {
        uint8_t *at;
        size_t bytes;
    } part[] = { { header, PAYLOAD_HEADER_BYTES - SEAL_DIGEST_BYTES }, { plain, BODY }, { key, sizeof key } };
    payload_write_header(&h, header);
    seal_close(s, key, header, sizeof header, plain, BODY, one, NULL);
    memcpy(digest, header + sizeof header - sizeof digest, sizeof digest);
    for (size_t p = 0; p < G_N_ELEMENTS(part); p++) {
        for (size_t bit = 0; bit < 8 * part[p].bytes; bit++) {
            part[p].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
            seal_close(s, key, header, sizeof header, plain, BODY, other, NULL);
            ck_assert_mem_ne(header + sizeof header - sizeof digest, digest, sizeof digest);
            streams_differ(one, other, (int)(1000 * p + bit / 8));
            part[p].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    memset(header + sizeof header - sizeof digest, 0x77, sizeof digest); /* what was there before is nothing */
    seal_close(s, key, header, sizeof header, plain, BODY, other, NULL);
    ck_assert_mem_eq(header + sizeof header - sizeof digest, digest, sizeof digest);
    ck_assert_mem_eq(one, other, sizeof one);
}
END_TEST

/* A thief of the sealing key may write any digest, and the tag is right. */
START_TEST(another_digest_does_not_open)
{
    Seal *s = seal_of(_i);
    uint8_t header[PAYLOAD_HEADER_BYTES], plain[BODY], sealed[BODY + 16], out[BODY];
    PayloadHeader h = a_header();
    payload_write_header(&h, header);
    memset(plain, 0x5a, sizeof plain);
    uint8_t *digest = header + payload_field[PAYLOAD_DIGEST].offset;
    seal_digest(s, key, header, sizeof header, plain, BODY, digest);
    seal_close_stolen(s, key, header, sizeof header, plain, BODY, sealed);
    ck_assert(seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
    for (int at = 0; at < SEAL_DIGEST_BYTES; at++) {
        digest[at] ^= 0x10;
        seal_close_stolen(s, key, header, sizeof header, plain, BODY, sealed);
        ck_assert(!seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
        for (int i = 0; i + 8 <= BODY; i += 8)
            ck_assert(memcmp(out + i, plain + i, 8));
        digest[at] ^= 0x10;
    }
}
END_TEST

START_TEST(only_what_was_sealed_opens)
{
    Seal *s = seal_of(_i);
    uint8_t header[PAYLOAD_HEADER_BYTES], plain[BODY], sealed[BODY + 16], out[BODY + 17];
    PayloadHeader h = a_header();
    payload_write_header(&h, header);
    memset(plain, 0x5a, sizeof plain);
    seal_close(s, key, header, sizeof header, plain, BODY, sealed, NULL);
    ck_assert(seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
    ck_assert_mem_eq(out, plain, BODY);
    for (size_t n = 0; n < sizeof sealed; n++)
        ck_assert(!seal_open(s, key, header, sizeof header, sealed, n, out));
    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof header; bit++) {
        header[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
        header[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 256; bit++) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert(!seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    ck_assert(seal_open(s, key, header, sizeof header, sealed, sizeof sealed, out));
}
END_TEST

/* What is remembered is what would be made anew, also where something else was asked in between. */
START_TEST(remembered_is_the_same)
{
    Seal *s = seal_of(_i), *anew = _i == IDEAL_REMEMBERING ? seal_ideal_new() : seal_real_new();
    uint8_t header[PAYLOAD_HEADER_BYTES], again[PAYLOAD_HEADER_BYTES], plain[BODY] = { 0 }, one[BODY + 16], other[BODY + 16], out[BODY];
    SealUse a, b;
    PayloadHeader h = a_header();
    payload_write_header(&h, header);
    for (int round = 0; round < 3; round++) {
        for (uint8_t i = 0; i < 5; i++) {
            plain[7] = i;
            header[40] = i / 2;
            memcpy(again, header, sizeof again);
            seal_close(s, key, header, sizeof header, plain, BODY, one, &a);
            seal_close(anew, key, again, sizeof again, plain, BODY, other, &b);
            ck_assert_mem_eq(header, again, sizeof header);
            ck_assert_mem_eq(one, other, sizeof one);
            ck_assert_mem_eq(&a, &b, sizeof a);
            ck_assert(seal_open(s, key, header, sizeof header, one, sizeof one, out) && out[7] == i);
        }
    }
    seal_free(anew);
}
END_TEST

/* What an audit is told: the same for the same, another key for every other plaintext or header. */
START_TEST(what_was_sealed_is_told)
{
    Seal *s = seal_of(_i);
    uint8_t plain[BODY] = { 0 }, out[BODY + 16], header[PAYLOAD_HEADER_BYTES] = { 0 };
    SealUse one, same, other;
    seal_close(s, key, header, sizeof header, plain, BODY, out, &one);
    seal_close(s, key, header, sizeof header, plain, BODY, out, &same);
    ck_assert_mem_eq(&one, &same, sizeof one);
    for (int what = 0; what < 3; what++) {
        uint8_t *at = what == 0 ? plain + BODY - 1 : what == 1 ? header + 49 : key + 31;
        *at ^= 1;
        seal_close(s, key, header, sizeof header, plain, BODY, out, &other);
        *at ^= 1;
        ck_assert_mem_ne(one.key, other.key, sizeof one.key);
        ck_assert_mem_ne(one.content, other.content, sizeof one.content);
    }
}
END_TEST

START_TEST(remembered_keys_seal_the_same)
{
    Seal *plain_one = seal_real_new(), *s = seal_of(_i);
    uint8_t plain[BODY] = { 0 }, expected[BODY + 16], sealed[BODY + 16], header[41] = "a header";
    for (int n = 0; n < 40; n++) { /* five headers, shorter and longer, under two keys, again and again */
        size_t nh = sizeof header - n % 2;
        header[0] = (uint8_t)(n * n % 5);
        key[0] = (uint8_t)(n / 2 % 2);
        plain[0] = (uint8_t)n;
        seal_close_stolen(plain_one, key, header, nh, plain, BODY, expected);
        seal_close_stolen(s, key, header, nh, plain, BODY, sealed);
        ck_assert_mem_eq(sealed, expected, sizeof sealed);
    }
    seal_free(plain_one);
}
END_TEST

START_TEST(remembered_keys_stay_few)
{
    enum { MANY = 2000 };
    Seal *s = seal_of(REMEMBERING_FEW);
    uint8_t sealed[BODY + 16], plain[BODY] = { 0 };
    size_t held = 0;
    for (uint32_t n = 0; n <= MANY; n++) {
        uint8_t header[PAYLOAD_HEADER_BYTES] = { (uint8_t)n, (uint8_t)(n >> 8) };
        seal_close_stolen(s, key, header, sizeof header, plain, BODY, sealed);
        if (n == 0)
            held = mallinfo2().uordblks; /* after libcrypto has what it keeps */
    }
    ck_assert_uint_lt(mallinfo2().uordblks, held + MANY * 32); /* asan counts nothing */
}
END_TEST

/* ---- what the protocol sends ---- */

static EnvWorlds *worlds;
static EnvPair *pair;

static UcMessage turn(UcEnvelope write)
{
    UcComparison c = env_pair_turn(pair, &write);
    ck_assert_msg(c.verdict == UC_INDISTINGUISHABLE, "%s: %s", uc_verdict_name[c.verdict], c.why);
    return env_pair_reply(pair).message;
}

static UcMessage deliver(const uint8_t *bytes, size_t n)
{
    return turn(uc_order(1, (UcMessage){ UC_M_DELIVER, { uc_store_put(env_worlds_store(worlds), bytes, n) } }));
}

static UcWord kid, ticket, payload;

static void set_up_pair(void)
{
    EnvOptions o = env_default_options();
    GError *error = NULL;
    o.budget = 0;
    worlds = env_worlds_new(&o, &error);
    ck_assert_msg(worlds != NULL, "%s", error ? error->message : "");
    pair = env_pair_new(worlds);
    UcWord set = uc_store_text(env_worlds_store(worlds), SET);
    kid = turn(uc_input(0, (UcMessage){ DKM_KEYGEN, { set } })).w[0];
    ticket = turn(uc_input(1, (UcMessage){ DKM_REQUEST, { kid, 4, 0 } })).w[0];
    payload = turn(uc_input(0, (UcMessage){ DKM_TRANSFER, { kid, 4, 1, ticket } })).w[1];
}

static void tear_down_pair(void)
{
    env_pair_free(pair);
    env_worlds_free(worlds);
}

START_TEST(the_second_decoder_reads_what_the_protocol_sends)
{
    UcStore *store = env_worlds_store(worlds);
    Sigma *s = ((const DkmOptions *)env_worlds_setup(worlds))->sigma[0];
    uint8_t master[32], vk[VK];
    size_t n;
    Decoded d;
    keys_master(env_worlds_options(worlds)->seed, "enclave", master);
    const uint8_t *bytes = uc_store_get(store, payload, &n);
    ck_assert_ptr_null(decode_payload(master, bytes, n, VK, SEED, &d));
    ck_assert(d.version == 2 && d.from == 0 && d.to == 1 && d.a == 28 && d.b == 32);
    ck_assert_mem_eq(d.ticket, uc_store_get(store, ticket, NULL), 16);
    ck_assert_mem_eq(d.kid, uc_store_get(store, kid, NULL), 16);
    ck_assert(sigma_public(s, d.seed, vk));
    ck_assert_mem_eq(vk, d.vk, VK);
    ck_assert_uint_eq(dkm_kid(store, uc_store_put(store, vk, VK)), kid);
    /* nothing of the seed is to be seen outside the seal */
    for (size_t i = 0; i + 8 <= n; i++)
        for (size_t j = 0; j + 8 <= SEED; j++)
            ck_assert_msg(memcmp(bytes + i, d.seed + j, 8), "seed byte %zu in clear at %zu", j, i);
}
END_TEST

static UcActivation seen_last;

static void see(void *data, const UcWorld *world, const UcActivation *a)
{
    (void)data, (void)world;
    if (a->machine == uc_party(1))
        seen_last = *a;
}

/* Refused, and the reason says which version it is. */
START_TEST(a_payload_of_version_1_is_refused)
{
    g_autoptr(GByteArray) old = uc_unhex(VERSION_1);
    uc_world_observe(env_pair_world(pair, ENV_REAL), see, NULL);
    ck_assert_uint_eq(deliver(old->data, old->len).kind, UC_M_EMPTY);
    ck_assert_int_eq(seen_last.outcome.result.code, UC_FAIL);
    ck_assert_str_eq(seen_last.outcome.result.reason, "payload: expected version 2, got version 1");
    ck_assert_uint_eq(deliver(old->data, 2).kind, UC_M_EMPTY);
    ck_assert_str_eq(seen_last.outcome.result.reason, "payload: expected version 2, got version 1");
    ck_assert_uint_eq(deliver(old->data, 1).kind, UC_M_EMPTY);
    ck_assert_str_eq(seen_last.outcome.result.reason, "payload: malformed header");
}
END_TEST

/* Not the low half of it alone, in which a machine's number would have room. */
START_TEST(every_bit_of_the_receiver_counts)
{
    size_t n;
    PayloadHeader header;
    const uint8_t *bytes = uc_store_get(env_worlds_store(worlds), payload, &n);
    ck_assert_int_eq(payload_read_header(bytes, n, &header), PAYLOAD_OK);
    g_autofree uint8_t *copy = g_memdup2(bytes, n);
    uc_world_observe(env_pair_world(pair, ENV_REAL), see, NULL);
    for (int bit = 0; bit < 32; bit++) {
        PayloadHeader other = header;
        other.to ^= (uint32_t)1 << bit;
        payload_write_header(&other, copy);
        ck_assert_uint_eq(deliver(copy, n).kind, UC_M_EMPTY);
        ck_assert_str_eq(seen_last.outcome.result.reason, "payload: for another party");
    }
}
END_TEST

START_TEST(every_altered_payload_is_dropped)
{
    size_t n;
    const uint8_t *bytes = uc_store_get(env_worlds_store(worlds), payload, &n);
    g_autofree uint8_t *copy = g_malloc0(n + 1);
    memcpy(copy, bytes, n);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_uint_eq(deliver(copy, n).kind, UC_M_EMPTY);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < n; cut++)
        ck_assert_uint_eq(deliver(copy, cut).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(copy, n + 1).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(copy, n).kind, DKM_RECEIVED);
    ck_assert_uint_eq(deliver(copy, n).kind, UC_M_EMPTY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("payloads");
    TCase *codec = tcase_create("codec"), *protocol = tcase_create("protocol");
    tcase_add_checked_fixture(codec, set_up, tear_down);
    tcase_add_test(codec, known_bytes);
    tcase_add_test(codec, the_second_decoder_reads_known_bytes);
    tcase_add_test(codec, headers);
    tcase_add_test(codec, fields);
    tcase_add_test(codec, bodies);
    tcase_add_loop_test(codec, every_byte_enters_the_key, 0, PROVIDERS);
    tcase_add_loop_test(codec, every_bit_enters_the_digest, 0, PROVIDERS);
    tcase_add_loop_test(codec, another_digest_does_not_open, 0, PROVIDERS);
    tcase_add_loop_test(codec, only_what_was_sealed_opens, 0, PROVIDERS);
    tcase_add_loop_test(codec, what_was_sealed_is_told, 0, PROVIDERS);
    tcase_add_loop_test(codec, remembered_is_the_same, REMEMBERING, PROVIDERS);
    tcase_add_test(codec, remembered_keys_stay_few);
    tcase_add_loop_test(codec, remembered_keys_seal_the_same, REMEMBERING, IDEAL_REMEMBERING);
    tcase_add_checked_fixture(protocol, set_up_pair, tear_down_pair);
    tcase_add_test(protocol, the_second_decoder_reads_what_the_protocol_sends);
    tcase_add_test(protocol, a_payload_of_version_1_is_refused);
    tcase_add_test(protocol, every_bit_of_the_receiver_counts);
    tcase_add_test(protocol, every_altered_payload_is_dropped);
    suite_add_tcase(suite, codec);
    suite_add_tcase(suite, protocol);
    return run_suite(suite);
}
