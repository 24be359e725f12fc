/* The attacker that harvests, by itself: a seed is hidden in a text in every way that it looks for, and in ways that differ
 * in one byte; what it finds must be the seed, and what it forges must verify. */
#include <string.h>

#include "adversary/ticketed/harvest.h"
#include "environments/worlds/worlds.h"
#include "protocol/ticketed/party.h"
#include "protocol/ticketed/party_internal.h"
#include "tests/support/suite.h"

enum { LENGTH = 400, AT = 131, FROM_PAYLOAD = 1, FROM_STATE, FROM_OUTPUT };
static const char LMS[] = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1"; /* the quickest */

static EnvWorlds *worlds;
static Harvest *harvest;
static const PiConfig *config;
static Sigma *sigma;
static UcStore *store;

static const char *const three[] = { "left", "middle", "right", NULL };

/* `enclave_of`: NULL, all are in one. */
static void start_in(const char *const *enclave_of, const char *scheme, bool ideal, uint64_t most)
{
    static const char *const party[] = { "a", "b", "c", NULL };
    EnvOptions o = env_default_options();
    dkm_settings(&o.interface)->scheme = scheme;
    o.crypto_ideal = ideal;
    o.party = party;
    dkm_settings(&o.interface)->enclave_of = enclave_of;
    worlds = env_worlds_new(&o, NULL);
    ck_assert_ptr_nonnull(worlds);
    store = env_worlds_store(worlds);
    config = env_worlds_spec(worlds, ENV_REAL)->party.config;
    sigma = config->dkm->sigma[0];
    harvest = harvest_new(store, config, most);
    harvest_begin(harvest);
}
static void start_bounded(uint64_t most) { start_in(three, LMS, false, most); }
static void start(const char *scheme, bool ideal) { start_in(three, scheme, ideal, HARVEST_GUESSES); }

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
    harvest_see(harvest, 0, &(UcMessage){ DKM_KEY, { key.kid, key.vk, sigma->capacity } });
    return key;
}

static void see_payload(const uint8_t *bytes, size_t length)
{
    harvest_see(harvest, FROM_PAYLOAD, &(UcMessage){ UC_M_PAYLOAD, { 0, uc_store_put(store, bytes, length) } });
}

static void append_bytes(GByteArray *out, const void *bytes, size_t length)
{
    uc_append_u32(out, (uint32_t)length);
    g_byte_array_append(out, bytes, (guint)length);
}

static void append_handle(GByteArray *out, UcWord handle)
{
    size_t length;
    const uint8_t *bytes = handle == UC_NONE ? NULL : uc_store_get(store, handle, &length);
    if (bytes)
        append_bytes(out, bytes, length);
    else
        uc_append_u32(out, UINT32_MAX);
}

/* A state as A gets it (simulator/record.h, with the sealing keys behind it) of a party that holds the keys,
 * remembers the text, unless NULL, as what it sent, and seals with what lies at `sealing`. */
static void see_state_of(size_t keys, const AdversaryKey *key, const uint8_t *text, unsigned sealings, const uint8_t *sealing)
{
    static const uint8_t zeros[32];
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_byte_array_append(out, zeros, 4 + 8); /* magic, version */
    uc_append_u32(out, 0);
    uc_append_u32(out, (keys > 0) + (text != NULL));
    if (keys) {
        uc_append_u32(out, KIND_KEYS);
        uc_append_u64(out, 0);
        uc_append_u32(out, (uint32_t)(keys * WORDS(Key)));
    }
    for (size_t i = 0; i < keys; i++) {
        append_handle(out, key[i].kid);
        append_handle(out, key[i].vk);
        append_handle(out, key[i].seed);
        uc_append_u64(out, 0);
    }
    if (text) {
        uc_append_u32(out, KIND_SENT);
        uc_append_u64(out, 0);
        uc_append_u32(out, WORDS(Sent));
        uc_append_u64(out, 1);
        append_handle(out, UC_NONE);
        append_bytes(out, text, LENGTH);
    }
    g_byte_array_append(out, zeros, 32);
    uc_append_u32(out, sealings);
    for (unsigned i = 0; i < sealings; i++) {
        uc_append_u32(out, i ? i : UINT32_MAX);
        g_byte_array_append(out, sealing + i * SEAL_KEY_BYTES, SEAL_KEY_BYTES);
    }
    harvest_see(harvest, FROM_STATE, &(UcMessage){ UC_M_STATE, { uc_store_put(store, out->data, out->len) } });
}

static void see_state(const AdversaryKey *key, const uint8_t *text, const uint8_t *sealing)
{
    see_state_of(key != NULL, key, text, sealing != NULL, sealing);
}

static void see_output(const uint8_t *bytes, size_t length)
{
    UcMessage m = { DKM_SIGNATURE, { UC_NONE, 0, uc_store_put(store, bytes, length) } };
    harvest_see(harvest, FROM_OUTPUT, &m);
}

/* What a way combines a text with, beginning with its byte number `phase`. */
typedef struct {
    const uint8_t *bytes;
    size_t length, phase;
} Mask;

static Mask mask_of(const AdversaryKey *key, HarvestWay way, const uint8_t *text)
{
    static const uint8_t ones[] = { 0xff };
    Mask m = { 0 };
    switch (way) {
    case HARVEST_INVERTED: return (Mask){ ones, 1, 0 };
    case HARVEST_KID: m.bytes = uc_store_get(store, key->kid, &m.length); break;
    case HARVEST_VK: m.bytes = uc_store_get(store, key->vk, &m.length); break;
    case HARVEST_HEADER: m = (Mask){ text, 82, 0 }; break;
    case HARVEST_ENCLAVE: m = (Mask){ text + 10, 16, 0 }; break; /* protocol/ticketed/payload.h */
    case HARVEST_TICKET: m = (Mask){ text + 34, 16, 0 }; break;
    default: break;
    }
    return m;
}

/* Hides the secret part of the key's seed in a text. */
static void put(const AdversaryKey *key, HarvestWay way, Mask mask, uint8_t *at)
{
    size_t bytes = sigma_seed_secret(sigma);
    const uint8_t *seed = uc_store_get(store, key->seed, NULL);
    for (size_t i = 0; i < bytes; i++) {
        uint8_t byte = seed[way == HARVEST_BACKWARDS ? bytes - 1 - i : i];
        at[i] = mask.bytes ? byte ^ mask.bytes[(i + mask.phase) % mask.length] : byte;
    }
}

static void hide(const AdversaryKey *key, HarvestWay way, uint8_t text[LENGTH])
{
    fill(99, text, LENGTH);
    Mask mask = mask_of(key, way, text);
    mask.phase = mask.length > 1 ? 7 : 0;
    put(key, way, mask, text + AT);
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

START_TEST(lms) { every_way(LMS, false); }
END_TEST
START_TEST(lms_n24) { every_way("LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W4", false); }
END_TEST
START_TEST(hss) { every_way("HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4", false); }
END_TEST
START_TEST(xmss) { every_way("XMSS-SHA2_10_256", false); }
END_TEST
START_TEST(xmssmt) { every_way("XMSSMT-SHA2_20/4_192", false); }
END_TEST
START_TEST(ideal) { every_way(LMS, true); }
END_TEST

/* Two payloads under one keystream: nothing, until the seed in one of them is known. */
START_TEST(keystream_used_twice)
{
    uint8_t one[LENGTH], other[LENGTH], known[LENGTH];
    size_t bytes;
    start(LMS, false);
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
        start(LMS, ideal_crypto);
        payload_scheme_id(sigma, header.scheme);
        AdversaryKey key = make_key(1);
        fill(5, sealing, sizeof sealing);
        UcWord closed = adversary_seal(store, config, sealing, &header, false, &key, (DkmInterval){ 0, 4 });
        harvest_see(harvest, 1, &(UcMessage){ UC_M_PAYLOAD, { 2, closed } });
        ck_assert_ptr_null(search());
        memset(sealing, 0, sizeof sealing);
        UcWord open = adversary_seal(store, config, sealing, &header, false, &key, (DkmInterval){ 0, 4 });
        harvest_see(harvest, 1, &(UcMessage){ UC_M_PAYLOAD, { 2, open } });
        const HarvestKey *found = search();
        ck_assert_ptr_nonnull(found);
        ck_assert_int_eq(found->way, HARVEST_OPENED);
        forged(0, key.vk);
        stop();
    }
}
END_TEST

/* Seeds of the trees below the top, of which a signature tells: at every level, in every place and way of that place. */
START_TEST(lower_trees)
{
    static const char small[] = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1";
    enum { INDEX = 5 << 10 | 7 << 5 | 9 };
    const unsigned level = 1 + (unsigned)_i % 2;
    const HarvestWay way = _i < 10 ? (HarvestWay)(_i / 2) : HARVEST_PLAIN;
    const HarvestPlace place = _i < 10 ? HARVEST_PAYLOAD : _i < 12 ? HARVEST_STATE : HARVEST_OUTPUT;
    uint8_t text[LENGTH], seed[SIG_LOWER_SEED];
    g_autofree char *scheme = g_strdup_printf("HSS:%s,%s,%s", small, small, small);
    start(scheme, false);
    for (int wrong = 1; wrong >= 0; wrong--) {
        harvest_begin(harvest);
        AdversaryKey key = make_key(1), lower = key;
        g_autofree uint8_t *signature = g_malloc(sigma->signature_size);
        ck_assert(sigma_sign(sigma, uc_store_get(store, key.seed, NULL), INDEX, (const uint8_t *)"m", 1, signature));
        UcMessage said = { DKM_SIGNATURE, { key.kid, INDEX, uc_store_put(store, signature, sigma->signature_size) } };
        harvest_see(harvest, 0, &said);
        sig_lower_seed(sigma->set, uc_store_get(store, key.seed, NULL), INDEX, level, seed);
        lower.seed = uc_store_put(store, seed, sizeof seed);
        hide(&lower, way, text);
        text[AT + 31] ^= (uint8_t)wrong;
        if (place == HARVEST_PAYLOAD)
            see_payload(text, LENGTH);
        else if (place == HARVEST_STATE)
            see_state(NULL, text, NULL);
        else
            see_output(text, LENGTH);
        const HarvestKey *got = search();
        ck_assert_int_eq(got == NULL, wrong);
        if (!got)
            continue;
        ck_assert_uint_eq(got->seed, lower.seed);
        ck_assert_uint_eq(got->level, level);
        ck_assert_int_eq(got->way, way);
        ck_assert_int_eq(got->place, place);
        forged(0, key.vk);
    }
    stop();
}
END_TEST

/* The index of a forgery is one that no signature has shown. */
START_TEST(forges_at_a_fresh_index)
{
    uint8_t text[LENGTH];
    start(LMS, false);
    AdversaryKey key = make_key(1);
    UcWord message = uc_store_text(store, "never signed");
    hide(&key, HARVEST_PLAIN, text);
    see_payload(text, LENGTH);
    ck_assert_ptr_nonnull(search());
    for (UcWord index = 31; index > 28; index--) {
        const uint8_t *s = uc_store_get(store, harvest_forge(harvest, 0, message), NULL);
        ck_assert_uint_eq(s[3], index); /* RFC 8554, section 5.4: q comes first */
        harvest_see(harvest, 0, &(UcMessage){ DKM_SIGNATURE, { key.kid, index, message } });
    }
    stop();
}
END_TEST

/* ---- where, how, from whom, after how many guesses ---- */

static void expect(size_t number, const AdversaryKey *key, HarvestWay way, HarvestPlace place, UcWord from)
{
    size_t n;
    const HarvestKey *got = harvest_keys(harvest, &n);
    ck_assert_uint_lt(number, n);
    got += number;
    ck_assert_uint_eq(got->kid, key->kid);
    ck_assert_uint_eq(got->vk, key->vk);
    ck_assert_msg(got->seed == key->seed, "key %zu: no seed, or another, in %d by %d", number, (int)place, (int)way);
    ck_assert_int_eq(got->way, way);
    ck_assert_int_eq(got->place, place);
    ck_assert_uint_eq(got->from, from);
}

static void expect_guesses(uint64_t guesses, bool bounded)
{
    bool is_bounded = !bounded;
    ck_assert_uint_eq(harvest_guesses(harvest, &is_bounded), guesses);
    ck_assert_int_eq(is_bounded, bounded);
}

typedef struct {
    HarvestPlace place;
    HarvestWay way;
    enum { FRONT, MIDDLE, BACK } at;
    bool found;
} Plant;

/* Masks are tried from PLAIN on in the order of HarvestWay; each is laid at each of its bytes. */
static const Plant plant[] = {
    { HARVEST_PAYLOAD, HARVEST_PLAIN, FRONT, true },       { HARVEST_PAYLOAD, HARVEST_PLAIN, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_BACKWARDS, FRONT, true },   { HARVEST_PAYLOAD, HARVEST_BACKWARDS, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_INVERTED, FRONT, true },    { HARVEST_PAYLOAD, HARVEST_INVERTED, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_KID, FRONT, true },         { HARVEST_PAYLOAD, HARVEST_KID, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_VK, FRONT, true },          { HARVEST_PAYLOAD, HARVEST_VK, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_HEADER, MIDDLE, true },     { HARVEST_PAYLOAD, HARVEST_HEADER, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_ENCLAVE, MIDDLE, true },    { HARVEST_PAYLOAD, HARVEST_ENCLAVE, BACK, true },
    { HARVEST_PAYLOAD, HARVEST_TICKET, MIDDLE, true },     { HARVEST_PAYLOAD, HARVEST_TICKET, BACK, true },
    { HARVEST_STATE, HARVEST_PLAIN, MIDDLE, true },        { HARVEST_STATE, HARVEST_BACKWARDS, MIDDLE, true },
    { HARVEST_STATE, HARVEST_INVERTED, MIDDLE, true },     { HARVEST_STATE, HARVEST_KID, BACK, true },
    { HARVEST_STATE, HARVEST_VK, BACK, true },             { HARVEST_STATE, HARVEST_HEADER, MIDDLE, false },
    { HARVEST_STATE, HARVEST_ENCLAVE, MIDDLE, false },     { HARVEST_STATE, HARVEST_TICKET, MIDDLE, false },
    { HARVEST_OUTPUT, HARVEST_PLAIN, FRONT, true },        { HARVEST_OUTPUT, HARVEST_PLAIN, BACK, true },
    { HARVEST_OUTPUT, HARVEST_BACKWARDS, MIDDLE, false },  { HARVEST_OUTPUT, HARVEST_INVERTED, MIDDLE, false },
    { HARVEST_OUTPUT, HARVEST_KID, MIDDLE, false },        { HARVEST_OUTPUT, HARVEST_VK, MIDDLE, false },
};
enum { STATE_BEFORE = 12 + 4 + 4 + 16 + 8 + 4 + 4, STATE_BEHIND = 32 + 4 }; /* of a text in a state */

/* The public key is looked at first, as it is. Of a payload every run of bytes is tried as a sealing key before. */
static uint64_t guesses_of(const Plant *p, const AdversaryKey *key, Mask mask, size_t at)
{
    static const HarvestWay last[] = { [HARVEST_PAYLOAD] = HARVEST_TICKET, [HARVEST_STATE] = HARVEST_VK,
                                       [HARVEST_OUTPUT] = HARVEST_PLAIN };
    static const HarvestWay order[] = { HARVEST_PLAIN, HARVEST_BACKWARDS, HARVEST_INVERTED, HARVEST_KID, HARVEST_VK,
                                        HARVEST_HEADER, HARVEST_ENCLAVE, HARVEST_TICKET };
    size_t secret = sigma_seed_secret(sigma), before = p->place == HARVEST_STATE ? STATE_BEFORE : 0;
    size_t length = p->place == HARVEST_STATE ? STATE_BEFORE + LENGTH + STATE_BEHIND : LENGTH, runs = length - secret + 1;
    uint64_t guesses = sigma->public_size - secret + 1 + (p->place == HARVEST_PAYLOAD ? LENGTH - SEAL_KEY_BYTES + 1 : 0);
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        static const uint8_t text[LENGTH];
        Mask m = mask_of(key, order[i], text);
        if (p->found && order[i] == p->way)
            return guesses + mask.phase * runs + before + at + 1;
        guesses += (m.bytes ? m.length : 1) * runs;
        if (order[i] == last[p->place])
            break;
    }
    return guesses;
}

/* Plants it and searches, in two worlds of one store: what is remembered of the first changes nothing. */
static void planted(const Plant *p, uint64_t most, uint64_t *guesses)
{
    static const UcWord from[] = { [HARVEST_PAYLOAD] = FROM_PAYLOAD, [HARVEST_STATE] = FROM_STATE, [HARVEST_OUTPUT] = FROM_OUTPUT };
    start_bounded(most);
    for (int world = 0; world < 2; world++) {
        uint8_t text[LENGTH];
        harvest_begin(harvest);
        AdversaryKey key = make_key(1);
        fill(99, text, LENGTH);
        Mask mask = mask_of(&key, p->way, text);
        mask.phase = p->at == BACK && mask.length ? mask.length - 1 : 0;
        size_t at = p->at == FRONT ? 0 : p->at == MIDDLE ? AT : LENGTH - sigma_seed_secret(sigma);
        put(&key, p->way, mask, text + at);
        if (p->place == HARVEST_PAYLOAD)
            see_payload(text, LENGTH);
        else if (p->place == HARVEST_STATE)
            see_state(NULL, text, NULL);
        else
            see_output(text, LENGTH);
        *guesses = guesses_of(p, &key, mask, at);
        harvest_search(harvest);
        bool found = p->found && *guesses <= most;
        expect(0, found ? &key : &(AdversaryKey){ key.kid, key.vk, UC_NONE }, found ? p->way : HARVEST_PLAIN,
               found ? p->place : HARVEST_NOWHERE, found ? from[p->place] : UC_NO_PARTY);
        if (*guesses <= most)
            expect_guesses(*guesses, false);
        else
            harvest_guesses(harvest, &found), ck_assert(found); /* bounded */
    }
    stop();
}

START_TEST(every_place)
{
    uint64_t guesses;
    planted(&plant[_i], HARVEST_GUESSES, &guesses);
    planted(&plant[_i], guesses, &guesses);
    planted(&plant[_i], guesses - 1, &guesses);
}
END_TEST

/* A world in which the search was cut short does not say for another that nothing was there. */
START_TEST(cut_is_not_remembered)
{
    uint8_t text[LENGTH], other[LENGTH];
    start_bounded(40000);
    for (int world = 0; world < 2; world++) {
        harvest_begin(harvest);
        AdversaryKey key = make_key(1);
        hide(&key, HARVEST_VK, text);
        fill(98, other, LENGTH);
        bool bounded, first = world == 0;
        if (first)
            see_payload(other, LENGTH);
        see_payload(text, LENGTH);
        ck_assert_int_eq(search() == NULL, first);
        harvest_guesses(harvest, &bounded);
        ck_assert_int_eq(bounded, first);
    }
    stop();
}
END_TEST

/* A key that a state holds needs no guess. Who sent what is not a party's is nobody. */
START_TEST(held)
{
    uint8_t text[LENGTH];
    start(LMS, false);
    AdversaryKey key = make_key(1), half[] = { key, key };
    half[0].seed = UC_NONE;
    half[1].vk = UC_NONE;
    see_state(&half[0], NULL, NULL);
    see_state(&half[1], NULL, NULL);
    size_t n;
    harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 1);
    expect(0, &(AdversaryKey){ key.kid, key.vk, UC_NONE }, HARVEST_PLAIN, HARVEST_NOWHERE, UC_NO_PARTY);
    see_state(&key, NULL, NULL);
    harvest_search(harvest);
    expect(0, &key, HARVEST_HELD, HARVEST_STATE, FROM_STATE);
    expect_guesses(0, false);
    hide(&key, HARVEST_PLAIN, text); /* what was found first stays */
    see_payload(text, LENGTH);
    harvest_search(harvest);
    expect(0, &key, HARVEST_HELD, HARVEST_STATE, FROM_STATE);
    harvest_begin(harvest);
    harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 0);
    key = make_key(1);
    harvest_see(harvest, UC_NO_PARTY, &(UcMessage){ UC_M_PAYLOAD, { 0, uc_store_put(store, text, LENGTH) } });
    harvest_search(harvest);
    expect(0, &key, HARVEST_PLAIN, HARVEST_PAYLOAD, UC_NO_PARTY);
    stop();
}
END_TEST

/* What is no text, what was seen before, and what is shorter than a seed. */
START_TEST(nothing_to_try)
{
    uint8_t text[LENGTH];
    start(LMS, false);
    harvest_search(harvest);
    expect_guesses(0, false);
    UcWord nowhere = UINT64_MAX - 1;
    harvest_see(harvest, 0, &(UcMessage){ DKM_KEY, { uc_store_text(store, "kid"), nowhere, 1 } });
    harvest_see(harvest, 0, &(UcMessage){ UC_M_PAYLOAD, { 0, nowhere } });
    harvest_see(harvest, 0, &(UcMessage){ UC_M_STATE, { nowhere } });
    harvest_see(harvest, 0, &(UcMessage){ DKM_SIGNATURE, { 0, 0, nowhere } });
    size_t n, secret = sigma_seed_secret(sigma), key_runs = sigma->public_size - secret + 1;
    harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 0);
    AdversaryKey key = make_key(1);
    make_key(1);
    hide(&key, HARVEST_PLAIN, text);
    harvest_see(harvest, 0, &(UcMessage){ DKM_REQUESTED, { 0, uc_store_put(store, text, LENGTH) } });
    see_output(text, secret - 1);
    see_output(text, secret);
    see_output(text, secret);
    harvest_search(harvest);
    harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 1);
    expect_guesses(key_runs + 1, false);
    harvest_begin(harvest);
    make_key(1);
    see_payload(text, PAYLOAD_HEADER_BYTES); /* no more than a header: nothing in it to combine with */
    harvest_search(harvest);
    expect_guesses(key_runs + (PAYLOAD_HEADER_BYTES - SEAL_KEY_BYTES + 1) +
                   (1 + 1 + 1 + DKM_KID_BYTES + sigma->public_size) * (PAYLOAD_HEADER_BYTES - secret + 1), false);
    harvest_begin(harvest); /* one key for each text: the wrong one is looked for too */
    AdversaryKey a = make_key(1), b = make_key(2);
    see_output(text, secret);
    harvest_search(harvest);
    expect_guesses(2 * (2 * key_runs + 1), false);
    expect(0, &(AdversaryKey){ a.kid, a.vk, UC_NONE }, HARVEST_PLAIN, HARVEST_NOWHERE, UC_NO_PARTY);
    expect(1, &(AdversaryKey){ b.kid, b.vk, UC_NONE }, HARVEST_PLAIN, HARVEST_NOWHERE, UC_NO_PARTY);
    stop();
}
END_TEST

/* A public key that nobody made has no seed to be found, nor has one of a length that no scheme has. */
START_TEST(keys_of_nobody)
{
    uint8_t text[LENGTH];
    start(LMS, false);
    fill(8, text, LENGTH);
    for (size_t length = sigma->public_size; length < sigma->public_size + 2; length++) {
        UcWord vk = uc_store_put(store, text, length);
        harvest_see(harvest, 0, &(UcMessage){ DKM_KEY, { dkm_kid(store, vk), vk, 1 } });
    }
    see_payload(text, LENGTH);
    ck_assert_ptr_null(search());
    expect_guesses(LENGTH - SEAL_KEY_BYTES + 1, false);
    for (size_t i = 0; i < 2; i++)
        ck_assert_uint_eq(harvest_forge(harvest, i, uc_store_text(store, "m")), UC_NONE);
    stop();
}
END_TEST

/* Each seed leads to the next, which is asked for before it. */
START_TEST(chain_of_seeds)
{
    enum { KEYS = 4 };
    uint8_t text[LENGTH];
    AdversaryKey key[KEYS];
    start(LMS, false);
    for (unsigned i = 0; i < KEYS; i++)
        key[i] = make_key(i + 1);
    for (unsigned i = 0; i + 1 < KEYS; i++) {
        Mask mask = { .phase = i };
        mask.bytes = uc_store_get(store, key[i + 1].seed, &mask.length);
        fill(50 + i, text, LENGTH);
        put(&key[i], HARVEST_SEED, mask, text + AT);
        if (i == 1)
            see_state(NULL, text, NULL);
        else
            see_payload(text, LENGTH);
    }
    ck_assert_ptr_null(search());
    hide(&key[KEYS - 1], HARVEST_PLAIN, text);
    see_output(text, LENGTH);
    harvest_search(harvest);
    expect(0, &key[0], HARVEST_SEED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    expect(1, &key[1], HARVEST_SEED, HARVEST_STATE, FROM_STATE);
    expect(2, &key[2], HARVEST_SEED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    expect(3, &key[3], HARVEST_PLAIN, HARVEST_OUTPUT, FROM_OUTPUT);
    stop();
}
END_TEST

/* Of two keys under one keystream, with texts between them, and other lengths and places. */
START_TEST(two_over_each_other)
{
    static const struct {
        unsigned between;
        size_t longer;
        bool state, output, found;
    } row[] = { { 0, 0, false, false, true }, { 7, 0, false, false, true }, { 8, 0, false, false, false },
                { 0, 1, false, false, false }, { 0, 0, true, false, false }, { 0, 0, false, true, false } };
    uint8_t one[LENGTH + 1], two[LENGTH + 1], known[LENGTH];
    start(LMS, false);
    for (size_t r = 0; r < G_N_ELEMENTS(row); r++) {
        harvest_begin(harvest);
        AdversaryKey a = make_key(1), b = make_key(2);
        see_state(&a, NULL, NULL);
        fill(3, one, sizeof one);
        memcpy(two, one, sizeof one);
        Mask mask = { .bytes = one + AT, .length = LENGTH - AT };
        put(&a, HARVEST_SEED, mask, two + AT);
        mask.bytes = two + AT;
        put(&b, HARVEST_SEED, mask, two + AT); /* one over two: a over b */
        if (row[r].output)
            see_output(one, LENGTH);
        else
            see_payload(one, LENGTH);
        for (unsigned i = 0; i < row[r].between; i++) {
            fill(60 + i, known, LENGTH);
            see_payload(known, LENGTH - 40);
        }
        if (row[r].state)
            see_state(NULL, two, NULL);
        else
            see_payload(two, LENGTH + row[r].longer);
        harvest_search(harvest);
        if (row[r].found)
            expect(1, &b, HARVEST_SEED, HARVEST_TWO_PAYLOADS, FROM_PAYLOAD);
        else
            expect(1, &(AdversaryKey){ b.kid, b.vk, UC_NONE }, HARVEST_PLAIN, HARVEST_NOWHERE, UC_NO_PARTY);
    }
    stop();
}
END_TEST

/* ---- sealing keys ---- */

/* Carried: the fields of the header from the enclave on are the sealing key. */
static void see_sealed(const uint8_t *sealing, const AdversaryKey *key, bool carried)
{
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = 1, .to = 2 };
    payload_scheme_id(sigma, header.scheme);
    if (carried) {
        memcpy(header.enclave, sealing, 16);
        header.from = (uint32_t)(uc_read_u64(sealing + 16) >> 32);
        header.to = (uint32_t)uc_read_u64(sealing + 16);
        memcpy(header.ticket, sealing + 24, 8);
    }
    UcWord bytes = adversary_seal(store, config, sealing, &header, false, key, (DkmInterval){ 0, 4 });
    harvest_see(harvest, FROM_PAYLOAD, &(UcMessage){ UC_M_PAYLOAD, { 2, bytes } });
}

/* A state of several keys, and of several sealing keys. */
START_TEST(all_that_a_state_has)
{
    uint8_t sealing[3 * SEAL_KEY_BYTES];
    start(LMS, false);
    AdversaryKey key[] = { make_key(1), make_key(2), make_key(3), make_key(4), make_key(5), make_key(6) };
    fill(7, sealing, sizeof sealing);
    for (size_t i = 0; i < 3; i++)
        see_sealed(sealing + i * SEAL_KEY_BYTES, &key[i + 3], false);
    see_state_of(3, key, NULL, 3, sealing);
    harvest_search(harvest);
    for (size_t i = 0; i < 3; i++) {
        expect(i, &key[i], HARVEST_HELD, HARVEST_STATE, FROM_STATE);
        expect(i + 3, &key[i + 3], HARVEST_OPENED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    }
    stop();
}
END_TEST

/* What a payload is sealed with, and whether that is found. */
START_TEST(sealing_keys)
{
    static const struct {
        int constant;     /* or -1 */
        const char *name; /* the digest of it, or NULL: something else, which lies */
        bool in_a_state, in_itself, found;
    } row[] = { { 0, NULL, false, false, true }, { 1, NULL, false, false, true }, { 255, NULL, false, false, true },
                { -1, "left", false, false, true }, { -1, "middle", false, false, true }, { -1, "right", false, false, true },
                { -1, "elsewhere", false, false, false }, { -1, NULL, false, false, false },
                { -1, NULL, true, false, true }, { -1, NULL, false, true, true }, { -1, NULL, false, false, false } };
    start(LMS, false);
    for (int world = 0; world < 2; world++) {
        for (size_t r = 0; r < G_N_ELEMENTS(row); r++) {
            uint8_t sealing[SEAL_KEY_BYTES];
            harvest_begin(harvest);
            AdversaryKey key = make_key(1);
            fill(7, sealing, sizeof sealing);
            if (row[r].constant >= 0)
                memset(sealing, row[r].constant, sizeof sealing);
            if (row[r].name)
                uc_sha256(row[r].name, strlen(row[r].name), sealing);
            see_sealed(sealing, &key, row[r].in_itself);
            if (row[r].in_a_state)
                see_state(NULL, NULL, sealing);
            harvest_search(harvest);
            bool found = row[r].found;
            expect(0, found ? &key : &(AdversaryKey){ key.kid, key.vk, UC_NONE }, found ? HARVEST_OPENED : HARVEST_PLAIN,
                   found ? HARVEST_PAYLOAD : HARVEST_NOWHERE, found ? FROM_PAYLOAD : UC_NO_PARTY);
        }
    }
    stop();
}
END_TEST

START_TEST(sealing_key_of_the_only_enclave)
{
    uint8_t sealing[SEAL_KEY_BYTES];
    start_in(NULL, LMS, false, HARVEST_GUESSES);
    const char *name = config->dkm->enclave;
    uc_sha256(name, strlen(name), sealing);
    AdversaryKey key = make_key(1);
    see_sealed(sealing, &key, false);
    harvest_search(harvest);
    expect(0, &key, HARVEST_OPENED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    stop();
}
END_TEST

/* A payload may say of a key that it has a seed which it has not; and tell of a key that was not heard of. */
START_TEST(what_opens_is_checked)
{
    static const uint8_t zeros[SEAL_KEY_BYTES];
    size_t n;
    uint8_t text[LENGTH];
    start(LMS, false);
    AdversaryKey a = make_key(1), b = make_key(2);
    harvest_begin(harvest);
    fill(8, text, LENGTH);
    AdversaryKey mixed = { a.kid, a.vk, b.seed }, none = { a.kid, uc_store_put(store, text, sigma->public_size), a.seed };
    see_sealed(zeros, &mixed, false);
    see_sealed(zeros, &none, false);
    harvest_search(harvest);
    harvest_keys(harvest, &n);
    ck_assert_uint_eq(n, 0);
    see_sealed(zeros, &a, false);
    harvest_search(harvest);
    expect(0, &a, HARVEST_OPENED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    stop();
}
END_TEST

/* One sealing key that was found opens what came before it; of a long payload so many runs are tried. */
START_TEST(carried_key_opens_others)
{
    enum { LONG = 6000 };
    uint8_t sealing[SEAL_KEY_BYTES];
    start(LMS, false);
    AdversaryKey a = make_key(1), b = make_key(2);
    fill(7, sealing, sizeof sealing);
    see_sealed(sealing, &a, false);
    see_sealed(sealing, &b, true);
    harvest_search(harvest);
    expect(0, &a, HARVEST_OPENED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    expect(1, &b, HARVEST_OPENED, HARVEST_PAYLOAD, FROM_PAYLOAD);
    g_autofree uint8_t *text = g_malloc(LONG);
    fill(9, text, LONG);
    harvest_begin(harvest);
    see_payload(text, LONG);
    harvest_search(harvest);
    expect_guesses(4096, false);
    harvest_begin(harvest);
    see_payload(text, SEAL_KEY_BYTES - 1);
    see_payload(text, SEAL_KEY_BYTES);
    harvest_search(harvest);
    expect_guesses(1, false);
    stop();
}
END_TEST

/* ---- forgeries and words ---- */

static UcWord index_of_forgery(size_t number)
{
    UcWord bytes = harvest_forge(harvest, number, uc_store_text(store, "never signed"));
    return bytes == UC_NONE ? UC_NONE : uc_store_get(store, bytes, NULL)[3]; /* RFC 8554, section 5.4: q comes first */
}

/* Only its own signatures count, of this world; when all indices are used up, the first is used again. */
START_TEST(indices_of_forgeries)
{
    start(LMS, false);
    for (int world = 0; world < 2; world++) {
        harvest_begin(harvest);
        AdversaryKey a = make_key(1), b = make_key(2);
        see_state(&a, NULL, NULL);
        ck_assert_uint_eq(index_of_forgery(0), 31);
        ck_assert_uint_eq(index_of_forgery(1), UC_NONE);
        for (UcWord index = 0; index < 31; index++)
            harvest_see(harvest, 0, &(UcMessage){ DKM_SIGNATURE, { a.kid, index, UC_NONE } });
        harvest_see(harvest, 0, &(UcMessage){ DKM_SIGNATURE, { b.kid, 31, UC_NONE } });
        ck_assert_uint_eq(index_of_forgery(0), 31);
        harvest_see(harvest, 0, &(UcMessage){ DKM_SIGNATURE, { a.kid, 31, UC_NONE } });
        ck_assert_uint_eq(index_of_forgery(0), 0);
    }
    stop();
}
END_TEST

START_TEST(words)
{
    static const struct {
        HarvestPlace place;
        HarvestWay way;
        UcWord from;
        const char *text;
        unsigned level;
    } row[] = {
        { HARVEST_NOWHERE, HARVEST_PLAIN, UC_NO_PARTY, "nowhere nobody" },
        { HARVEST_PAYLOAD, HARVEST_PLAIN, 0, "in a payload of a" },
        { HARVEST_STATE, HARVEST_BACKWARDS, 1, "in the state of b, backwards" },
        { HARVEST_OUTPUT, HARVEST_INVERTED, 2, "in an output of c, inverted" },
        { HARVEST_TWO_PAYLOADS, HARVEST_SEED, 0, "in two payloads, the first of a, exclusive-or with another seed" },
        { HARVEST_PAYLOAD, HARVEST_KID, 0, "in a payload of a, exclusive-or with the kid" },
        { HARVEST_PAYLOAD, HARVEST_VK, 0, "in a payload of a, exclusive-or with the public key" },
        { HARVEST_PAYLOAD, HARVEST_HEADER, 0, "in a payload of a, exclusive-or with its header" },
        { HARVEST_PAYLOAD, HARVEST_ENCLAVE, 0, "in a payload of a, exclusive-or with the enclave's id" },
        { HARVEST_PAYLOAD, HARVEST_TICKET, 0, "in a payload of a, exclusive-or with its ticket" },
        { HARVEST_PAYLOAD, HARVEST_OPENED, UC_NO_PARTY, "in a payload of nobody, opened" },
        { HARVEST_STATE, HARVEST_HELD, 0, "in the state of a, as a key that it holds" },
        { HARVEST_OUTPUT, HARVEST_PLAIN, 1, "in an output of b, of a tree of level 2", 2 },
    };
    start(LMS, false);
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        HarvestKey key = { .place = row[i].place, .way = row[i].way, .from = row[i].from, .level = row[i].level };
        g_autofree char *text = harvest_where(&key, env_worlds_spec(worlds, ENV_REAL));
        ck_assert_str_eq(text, row[i].text);
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
    tcase_add_loop_test(c, lower_trees, 0, 14);
    tcase_add_test(c, forges_at_a_fresh_index);
    tcase_add_loop_test(c, every_place, 0, G_N_ELEMENTS(plant));
    tcase_add_test(c, cut_is_not_remembered);
    tcase_add_test(c, held);
    tcase_add_test(c, nothing_to_try);
    tcase_add_test(c, keys_of_nobody);
    tcase_add_test(c, chain_of_seeds);
    tcase_add_test(c, two_over_each_other);
    tcase_add_test(c, all_that_a_state_has);
    tcase_add_test(c, sealing_keys);
    tcase_add_test(c, sealing_key_of_the_only_enclave);
    tcase_add_test(c, what_opens_is_checked);
    tcase_add_test(c, carried_key_opens_others);
    tcase_add_test(c, indices_of_forgeries);
    tcase_add_test(c, words);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
