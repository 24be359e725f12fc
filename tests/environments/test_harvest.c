/* The attacker that harvests, by itself: a seed is hidden in a text in every way that it looks for, and in ways that differ
 * in one byte; what it finds must be the seed, and what it forges must verify. */
#include <check.h>
#include <string.h>

#include "adversary/harvest.h"
#include "environments/worlds.h"

enum { LENGTH = 400, AT = 131 };

static EnvWorlds *worlds;
static Harvest *harvest;
static const PiConfig *config;
static Sigma *sigma;
static UcStore *store;

static void start(const char *scheme, bool ideal)
{
    EnvOptions o = env_default_options();
    o.scheme = scheme;
    o.crypto_ideal = ideal;
    worlds = env_worlds_new(&o, NULL);
    ck_assert_ptr_nonnull(worlds);
    store = env_worlds_store(worlds);
    config = env_worlds_spec(worlds, ENV_REAL)->party.config;
    sigma = config->dkm->sigma[0];
    harvest = harvest_new(store, config);
    harvest_begin(harvest);
}

static void stop(void)
{
    harvest_free(harvest);
    env_worlds_free(worlds);
}

/* Bytes that look like chance, a function of the number. */
static void fill(unsigned number, uint8_t *out, size_t length)
{
    uint8_t seed[UC_SEED_BYTES];
    env_seed(number, seed);
    UcTapeLabel label = { "test", NULL, 0, "bytes", NULL };
    uc_tape_read(seed, &label, 0, out, length);
}

static AdversaryKey make_key(unsigned number)
{
    g_autofree uint8_t *seed = g_malloc(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    fill(number, seed, sigma->seed_size);
    ck_assert(sigma_public(sigma, seed, vk));
    AdversaryKey key = { .vk = uc_store_put(store, vk, sigma->public_size), .seed = uc_store_put(store, seed, sigma->seed_size) };
    key.kid = dkm_kid(store, key.vk);
    harvest_see(harvest, UC_PARTY_0, &(UcMessage){ DKM_KEY, { key.kid, key.vk, sigma->capacity } });
    return key;
}

static void see_payload(const uint8_t *bytes, size_t length)
{
    harvest_see(harvest, UC_PARTY_0 + 1, &(UcMessage){ UC_M_PAYLOAD, { 0, uc_store_put(store, bytes, length) } });
}

/* Hides the secret part of the key's seed at AT of a text. */
static void hide(const AdversaryKey *key, HarvestWay way, uint8_t text[LENGTH])
{
    size_t n, bytes = sigma_seed_secret(sigma), phase = 7;
    const uint8_t *seed = uc_store_get(store, key->seed, NULL), *mask = NULL;
    fill(99, text, LENGTH);
    switch (way) {
    case HARVEST_KID: mask = uc_store_get(store, key->kid, &n); break;
    case HARVEST_VK: mask = uc_store_get(store, key->vk, &n); break;
    case HARVEST_HEADER: mask = text; n = PAYLOAD_HEADER_BYTES; break;
    case HARVEST_ENCLAVE: mask = text + payload_field[PAYLOAD_ENCLAVE].offset; n = 16; break;
    case HARVEST_TICKET: mask = text + payload_field[PAYLOAD_TICKET].offset; n = 16; break;
    default: break;
    }
    for (size_t i = 0; i < bytes; i++) {
        uint8_t byte = seed[way == HARVEST_BACKWARDS ? bytes - 1 - i : i];
        text[AT + i] = mask ? byte ^ mask[(i + phase) % n] : way == HARVEST_INVERTED ? (uint8_t)~byte : byte;
    }
}

/* The first key of whose seed something is known. */
static const HarvestKey *search(void)
{
    size_t n;
    harvest_search(harvest);
    const HarvestKey *key = harvest_keys(harvest, &n);
    for (size_t i = 0; i < n; i++) {
        if (key[i].seed != UC_NONE)
            return &key[i];
    }
    return NULL;
}

static void forged(size_t number, UcWord vk)
{
    size_t nv, nm, ns;
    UcWord message = uc_store_text(store, "never signed"), forgery = harvest_forge(harvest, number, message);
    ck_assert(forgery != UC_NONE);
    const uint8_t *v = uc_store_get(store, vk, &nv), *m = uc_store_get(store, message, &nm),
                  *s = uc_store_get(store, forgery, &ns);
    ck_assert(sigma_verify(sigma, v, nv, m, nm, s, ns));
}

static void every_way(const char *scheme, bool ideal)
{
    start(scheme, ideal);
    for (HarvestWay way = HARVEST_PLAIN; way <= HARVEST_ENCLAVE; way++) {
        uint8_t text[LENGTH];
        harvest_begin(harvest);
        AdversaryKey key = make_key(1);
        ck_assert_ptr_null(search());
        hide(&key, way, text);
        text[AT + 3] ^= 1;
        see_payload(text, LENGTH);
        ck_assert_msg(!search(), "way %d: another seed is taken for it", (int)way);
        text[AT + 3] ^= 1;
        see_payload(text, LENGTH);
        const HarvestKey *found = search();
        ck_assert_msg(found, "way %d: not found", (int)way);
        ck_assert_int_eq(found->way, way);
        ck_assert_int_eq(found->place, HARVEST_PAYLOAD);
        ck_assert_uint_eq(found->from, 1);
        forged(0, key.vk);
    }
    stop();
}

START_TEST(lms) { every_way("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false); }
END_TEST
START_TEST(lms_n24) { every_way("LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W4", false); }
END_TEST
START_TEST(hss) { every_way("HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4", false); }
END_TEST
START_TEST(xmss) { every_way("XMSS-SHA2_10_256", false); }
END_TEST
START_TEST(xmssmt) { every_way("XMSSMT-SHA2_20/4_192", false); }
END_TEST
START_TEST(ideal) { every_way("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", true); }
END_TEST

/* Two payloads under one keystream: nothing, until the seed in one of them is known. */
START_TEST(keystream_used_twice)
{
    uint8_t one[LENGTH], other[LENGTH], known[LENGTH];
    size_t bytes;
    start("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false);
    AdversaryKey a = make_key(1), b = make_key(2);
    bytes = sigma_seed_secret(sigma);
    fill(3, one, LENGTH);
    memcpy(other, one, LENGTH);
    for (size_t i = 0; i < bytes; i++) {
        one[AT + i] ^= uc_store_get(store, a.seed, NULL)[i];
        other[AT + i] ^= uc_store_get(store, b.seed, NULL)[i];
    }
    see_payload(one, LENGTH);
    see_payload(other, LENGTH);
    ck_assert_ptr_null(search());
    hide(&a, HARVEST_PLAIN, known);
    see_payload(known, LENGTH);
    ck_assert_ptr_nonnull(search());
    size_t n;
    const HarvestKey *key = harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(key[1].place, HARVEST_TWO_PAYLOADS);
    ck_assert_int_eq(key[1].way, HARVEST_SEED);
    forged(1, b.vk);
    stop();
}
END_TEST

/* A payload sealed with zeros opens; one sealed with something else does not, unless it carries the key. */
START_TEST(payloads_are_opened)
{
    uint8_t sealing[SEAL_KEY_BYTES] = { 0 };
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = 1, .to = 2 };
    for (int ideal_crypto = 0; ideal_crypto < 2; ideal_crypto++) {
        start("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", ideal_crypto);
        payload_scheme_id(sigma, header.scheme);
        AdversaryKey key = make_key(1);
        fill(5, sealing, sizeof sealing);
        UcWord closed = adversary_seal(store, config, sealing, &header, false, &key, (DkmInterval){ 0, 4 });
        harvest_see(harvest, UC_PARTY_0 + 1, &(UcMessage){ UC_M_PAYLOAD, { 2, closed } });
        ck_assert_ptr_null(search());
        memset(sealing, 0, sizeof sealing);
        UcWord open = adversary_seal(store, config, sealing, &header, false, &key, (DkmInterval){ 0, 4 });
        harvest_see(harvest, UC_PARTY_0 + 1, &(UcMessage){ UC_M_PAYLOAD, { 2, open } });
        const HarvestKey *found = search();
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->way, HARVEST_OPENED);
        forged(0, key.vk);
        stop();
    }
}
END_TEST

/* The index of a forgery is one that no signature has shown. */
START_TEST(forges_at_a_fresh_index)
{
    uint8_t text[LENGTH];
    start("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false);
    AdversaryKey key = make_key(1);
    UcWord message = uc_store_text(store, "never signed");
    hide(&key, HARVEST_PLAIN, text);
    see_payload(text, LENGTH);
    ck_assert_ptr_nonnull(search());
    for (UcWord index = 31; index > 28; index--) {
        const uint8_t *s = uc_store_get(store, harvest_forge(harvest, 0, message), NULL);
        ck_assert_uint_eq(s[3], index); /* RFC 8554, section 5.4: q comes first */
        harvest_see(harvest, UC_PARTY_0, &(UcMessage){ DKM_SIGNATURE, { key.kid, index, message } });
    }
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("the attacker that harvests");
    TCase *c = tcase_create("all");
    tcase_add_test(c, lms);
    tcase_add_test(c, lms_n24);
    tcase_add_test(c, hss);
    tcase_add_test(c, xmss);
    tcase_add_test(c, xmssmt);
    tcase_add_test(c, ideal);
    tcase_add_test(c, keystream_used_twice);
    tcase_add_test(c, payloads_are_opened);
    tcase_add_test(c, forges_at_a_fresh_index);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
