/* Progress rule A4 over seeds (docs/functionality.md, "Invariants"): runs that differ in their seed only have other keys,
 * tickets, payloads and signatures, in every byte that coins make; and the tapes say how many coins were taken. A protocol
 * whose keys are constant gives two worlds that look alike. */
#include <string.h>

#include "adversary/ticketed/stolen.h"
#include "tests/environments/driver.h"
#include "tests/support/suite.h"

enum { SEEDS = 8, REQUESTS = 3 };

/* What the coins of one run made. */
typedef struct {
    GBytes *vk, *ticket[REQUESTS], *payload, *secret, *signature;
} Made;

static GBytes *bytes_of(UcWord handle)
{
    size_t n;
    const uint8_t *bytes = uc_store_get(env_worlds_store(driver_worlds()), handle, &n);
    return g_bytes_new(bytes, n);
}

/* Bytes that the party has drawn from its tape for this purpose. */
static uint64_t drawn(UcWord party, const char *purpose)
{
    size_t words;
    UcCtx *look = uc_world_look(env_pair_world(driver_pair(), ENV_REAL));
    const UcWord *item = uc_peek(look, uc_party(party), UC_KIND_TAPE, 0, &words);
    UcWord name = text(purpose), count = 0;
    for (size_t i = 0; i + 1 < words; i += 2) {
        if (item[i] == name)
            count = item[i + 1];
    }
    g_free(look);
    return count;
}

static GBytes *stolen_secret(UcWord party)
{
    UcStore *store = env_worlds_store(driver_worlds());
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(AdversaryKey));
    g_autoptr(GArray) sealing = g_array_new(FALSE, FALSE, sizeof(AdversarySealing));
    size_t n;
    const uint8_t *state = uc_store_get(store, corrupt(party), &n);
    adversary_read_state(store, state, n, keys, sealing);
    ck_assert_uint_eq(keys->len, 1);
    return bytes_of(g_array_index(keys, AdversaryKey, 0).seed);
}

static Made run(const char *scheme, bool ideal, uint64_t seed)
{
    EnvOptions o = env_default_options();
    dkm_settings(&o.interface)->scheme = scheme;
    o.crypto_ideal = ideal;
    env_seed(seed, o.seed);
    driver_start(&o);
    Made made = { 0 };
    UcMessage key = input(0, (UcMessage){ DKM_KEYGEN, { text(((const DkmOptions *)env_worlds_setup(driver_worlds()))->sigma[0]->name) } });
    ck_assert_uint_eq(key.kind, DKM_KEY);
    made.vk = bytes_of(key.w[1]);
    UcWord ticket = UC_NONE;
    for (unsigned i = 0; i < REQUESTS; i++) {
        ticket = request(1, key.w[0], 2, 0);
        made.ticket[i] = bytes_of(ticket);
    }
    made.payload = bytes_of(transfer(0, key.w[0], 2, 1, ticket));
    made.signature = bytes_of(sign(0, key.w[0], "firmware").w[2]);
    made.secret = stolen_secret(0);
    ck_assert_uint_ge(drawn(0, "keygen"), g_bytes_get_size(made.secret));
    ck_assert_uint_ge(drawn(0, "keygen"), 32); /* n of these sets */
    ck_assert_uint_eq(drawn(1, "ticket"), REQUESTS * DKM_TICKET_BYTES);
    driver_stop();
    return made;
}

static void forget(Made *made)
{
    GBytes *all[] = { made->vk, made->payload, made->secret, made->signature };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_bytes_unref(all[i]);
    for (unsigned i = 0; i < REQUESTS; i++)
        g_bytes_unref(made->ticket[i]);
}

static void differ(GBytes *a, GBytes *b, const char *what)
{
    ck_assert_msg(!g_bytes_equal(a, b), "A4: %s is the same with another seed", what);
}

/* Every byte takes more than one value over the seeds: none is constant, none is left out. */
static void every_byte_moves(GBytes *const *value, unsigned count, const char *what)
{
    size_t n;
    const uint8_t *first = g_bytes_get_data(value[0], &n);
    for (size_t at = 0; at < n; at++) {
        bool moves = false;
        for (unsigned i = 1; i < count; i++)
            moves = moves || ((const uint8_t *)g_bytes_get_data(value[i], NULL))[at] != first[at];
        ck_assert_msg(moves, "A4: byte %u of %s is the same with %u seeds", (unsigned)at, what, count);
    }
}

static void over_seeds(const char *scheme, bool ideal)
{
    Made made[SEEDS];
    GBytes *secret[SEEDS], *ticket[SEEDS * REQUESTS];
    for (unsigned s = 0; s < SEEDS; s++) {
        made[s] = run(scheme, ideal, s + 1);
        secret[s] = made[s].secret;
        memcpy(ticket + s * REQUESTS, made[s].ticket, sizeof made[s].ticket);
        for (unsigned t = 0; t < s; t++) {
            differ(made[s].vk, made[t].vk, "the public key");
            differ(made[s].payload, made[t].payload, "a payload");
            differ(made[s].signature, made[t].signature, "a signature");
        }
    }
    every_byte_moves(secret, SEEDS, "the secret");
    every_byte_moves(ticket, SEEDS * REQUESTS, "a ticket");
    for (unsigned i = 0; i < SEEDS * REQUESTS; i++) {
        for (unsigned j = 0; j < i; j++)
            differ(ticket[i], ticket[j], "a ticket");
    }
    for (unsigned s = 0; s < SEEDS; s++)
        forget(&made[s]);
}

START_TEST(real_crypto) { over_seeds("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false); }
END_TEST
START_TEST(ideal_crypto) { over_seeds("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", true); }
END_TEST
START_TEST(another_scheme) { over_seeds("XMSS-SHA2_10_256", true); }
END_TEST

/* And the other way round: with one seed there is one run. */
START_TEST(one_seed_one_run)
{
    Made one = run("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false, 7);
    Made other = run("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", false, 7);
    ck_assert(g_bytes_equal(one.secret, other.secret) && g_bytes_equal(one.payload, other.payload));
    ck_assert(g_bytes_equal(one.signature, other.signature));
    forget(&one);
    forget(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coins over seeds");
    TCase *c = tcase_create("all");
    tcase_add_test(c, real_crypto);
    tcase_add_test(c, ideal_crypto);
    tcase_add_test(c, another_scheme);
    tcase_add_test(c, one_seed_one_run);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
