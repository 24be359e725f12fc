/* Payloads and signatures that no honest party made: what a corrupted holder can put in, and what a leaked secret is
 * good for. */
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/stolen.h"
#include "driver.h"
#include "protocol/ticketed/keys.h"
#include "protocol/ticketed/payload.h"
#include "tests/support/suite.h"

static UcMessage made; /* the effect of the last keygen in the real world: kid, vk, seed in words 1 to 3 */

static void note(void *data, const UcWorld *world, const UcActivation *a)
{
    if (a->outcome.has_effect && a->outcome.effect.kind == DKM_EFFECT && a->in.message.kind == DKM_KEYGEN)
        made = a->outcome.effect;
}

static void start(DkmTrust trust)
{
    EnvOptions o = env_default_options();
    dkm_settings(&o.interface)->trust = trust;
    driver_start(&o);
    uc_world_observe(env_pair_world(driver_pair(), ENV_REAL), note, NULL);
}

static const uint8_t *bytes(UcWord handle) { return uc_store_get(env_worlds_store(driver_worlds()), handle, NULL); }

typedef struct {
    UcWord ticket;
    uint64_t a, b;
    int bad_kid, bad_seed;
} Forgery;

/* From 0 to 1 under the enclave's master key, for the key in `made`. */
static UcWord forge(Forgery f)
{
    const Sigma *sigma = ((const DkmOptions *)env_worlds_setup(driver_worlds()))->sigma[0];
    uint8_t out[1024], plain[512], master[SEAL_KEY_BYTES], seed[256];
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = 0, .to = 1 };
    PayloadBody body = { .vk = bytes(made.w[2]), .seed = seed, .a = f.a, .b = f.b };
    Seal *seal = seal_real_new();
    size_t size = payload_body_size(sigma);
    payload_scheme_id(sigma, header.scheme);
    payload_enclave_id("enclave", header.enclave);
    memcpy(header.ticket, bytes(f.ticket), sizeof header.ticket);
    memcpy(body.kid, bytes(made.w[1]), sizeof body.kid);
    memcpy(seed, bytes(made.w[3]), sigma->seed_size);
    body.kid[0] ^= (uint8_t)f.bad_kid;
    seed[3] ^= (uint8_t)f.bad_seed;
    payload_write_header(&header, out);
    payload_write_body(sigma, &body, plain);
    keys_master(env_worlds_options(driver_worlds())->seed, "enclave", master);
    seal_close(seal, master, out, PAYLOAD_HEADER_BYTES, plain, size, out + PAYLOAD_HEADER_BYTES, NULL);
    seal_free(seal);
    return uc_store_put(env_worlds_store(driver_worlds()), out, PAYLOAD_HEADER_BYTES + size + 16);
}

START_TEST(a_corrupted_holder_injects)
{
    start(DKM_TRUST_ENCLAVE);
    UcWord kid = keygen(0), four = request(1, kid, 4, 0), any = request(1, UC_NONE, 4, 0);
    corrupt(0);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ four, 0, 4 })).kind, DKM_RECEIVED);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ four, 4, 8 })).kind, UC_M_EMPTY);  /* the ticket is closed */
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 8, 12, .bad_kid = 1 })).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 8, 12, .bad_seed = 1 })).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 8, 11 })).kind, UC_M_EMPTY);  /* of another length */
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 8, 8 })).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 8, 4 })).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 30, 34 })).kind, UC_M_EMPTY); /* there are 32 */
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, UINT64_MAX - 1, 2 })).kind, UC_M_EMPTY);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 3, 7 })).kind, UC_M_EMPTY);   /* overlaps what it owns */
    ck_assert_uint_eq(deliver(1, forge((Forgery){ any, 4, 8 })).kind, DKM_RECEIVED);
    ck_assert_uint_eq(sign(1, kid, "m").w[1], 0);
    driver_stop();
}
END_TEST

/* A key that nobody here made comes in with a payload of a corrupted member: F promises nothing for it. */
START_TEST(an_unknown_key_is_injected)
{
    start(DKM_TRUST_ENCLAVE);
    UcStore *store = env_worlds_store(driver_worlds());
    Sigma *sigma = ((const DkmOptions *)env_worlds_setup(driver_worlds()))->sigma[0];
    uint8_t seed[256] = { 1, 2, 3 }, vk[256];
    g_autofree uint8_t *signature = g_malloc(sigma->signature_size);
    ck_assert(sigma_public(sigma, seed, vk));
    UcWord known = uc_store_put(store, vk, sigma->public_size);
    made = (UcMessage){ DKM_EFFECT, { 0, dkm_kid(store, known), known, uc_store_put(store, seed, sigma->seed_size) } };
    UcWord ticket = request(1, UC_NONE, 4, 0);
    corrupt(0);
    ck_assert_uint_eq(deliver(1, forge((Forgery){ ticket, 0, 4 })).kind, DKM_RECEIVED);
    ck_assert(sigma_sign(sigma, seed, 20, (const uint8_t *)"outside", 7, signature));
    ck_assert(!sigma_sign(sigma, seed, sigma->capacity, (const uint8_t *)"beyond", 6, signature));
    ck_assert(!sigma_sign(sigma, seed, UINT64_MAX, (const uint8_t *)"beyond", 6, signature));
    UcWord s = uc_store_put(store, signature, sigma->signature_size);
    ck_assert_uint_eq(input(2, (UcMessage){ DKM_VERIFY, { known, text("outside"), s } }).w[0], 1);
    driver_stop();
}
END_TEST

static bool opens(UcWord payload, const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t plain[512];
    size_t n;
    const uint8_t *p = uc_store_get(env_worlds_store(driver_worlds()), payload, &n);
    Seal *seal = seal_real_new();
    bool ok = seal_open(seal, key, p, PAYLOAD_HEADER_BYTES, p + PAYLOAD_HEADER_BYTES, n - PAYLOAD_HEADER_BYTES, plain);
    seal_free(seal);
    return ok;
}

START_TEST(only_the_two_of_a_pair_can_open)
{
    uint8_t master[SEAL_KEY_BYTES], pair[SEAL_KEY_BYTES], third[SEAL_KEY_BYTES];
    start(_i ? DKM_TRUST_PAIRWISE : DKM_TRUST_ENCLAVE);
    const uint8_t *seed = env_worlds_options(driver_worlds())->seed;
    UcWord kid = keygen(0), payload = transfer(0, kid, 2, 1, request(1, kid, 2, 0));
    keys_master(seed, "enclave", master);
    keys_pair(seed, "enclave", 0, 1, pair);
    keys_pair(seed, "enclave", 1, 2, third);
    ck_assert_int_eq(opens(payload, master), !_i);
    ck_assert_int_eq(opens(payload, pair), _i);
    ck_assert(!opens(payload, third));
    driver_stop();
}
END_TEST

/* Somebody knows SK and nobody is corrupted: the real world accepts, F does not, and the watcher says why. */
START_TEST(a_leaked_secret_is_told_apart)
{
    start(DKM_TRUST_ENCLAVE);
    keygen(0);
    Sigma *sigma = ((const DkmOptions *)env_worlds_setup(driver_worlds()))->sigma[0];
    g_autofree uint8_t *signature = g_malloc(sigma->signature_size);
    ck_assert(sigma_sign(sigma, bytes(made.w[3]), 20, (const uint8_t *)"forged", 6, signature));
    UcWord s = uc_store_put(env_worlds_store(driver_worlds()), signature, sigma->signature_size);
    UcComparison c = verdict(uc_input(2, (UcMessage){ DKM_VERIFY, { made.w[2], text("forged"), s } }));
    ck_assert_int_eq(c.verdict, UC_DISTINGUISHED);
    const char *rule = uc_world_broken_rule(env_pair_world(driver_pair(), ENV_REAL), NULL);
    ck_assert_msg(rule && g_str_has_prefix(rule, "I7: "), "%s", rule ? rule : "no rule");
    driver_stop();
}
END_TEST

/* ---- what exploration makes of a stolen state ---- */

static GArray *made_from(void (*make)(const UcAttacker *, const UcKnown *, size_t, GArray *), size_t size, const UcKnown *known, size_t count)
{
    const UcAttacker by = { .store = env_worlds_store(driver_worlds()), .setup = env_worlds_protocol(driver_worlds()), .parties = 3 };
    GArray *out = g_array_new(FALSE, FALSE, (guint)size);
    make(&by, known, count, out);
    return out;
}

/* Of what a ticket asks for the first indices and the last ones: under the key of its two parties, and no other. */
START_TEST(both_ends_of_a_key_are_forged)
{
    static const struct {
        UcWord count;
        guint made;
        DkmInterval block[2];
    } row[] = { { 4, 2, { { 0, 4 }, { 28, 32 } } }, { 1, 2, { { 0, 1 }, { 31, 32 } } }, { 31, 2, { { 0, 31 }, { 1, 32 } } }, { 32, 1, { { 0, 32 } } },
                { 33, 0, { { 0 } } } };
    const DkmTrust trust = _i % 2 ? DKM_TRUST_PAIRWISE : DKM_TRUST_ENCLAVE;
    const UcWord thief = (UcWord)_i / 2; /* the sender, the receiver, the third */
    const bool fits = trust == DKM_TRUST_ENCLAVE || thief < 2;
    for (size_t r = 0; r < G_N_ELEMENTS(row); r++) {
        uint8_t key[SEAL_KEY_BYTES];
        start(trust);
        const uint8_t *seed = env_worlds_options(driver_worlds())->seed;
        if (trust == DKM_TRUST_PAIRWISE)
            keys_pair(seed, "enclave", 0, 1, key);
        else
            keys_master(seed, "enclave", key);
        UcWord kid = keygen(thief), ticket = request(1, kid, row[r].count, 0);
        const UcKnown known[] = { { UC_KNOWN_OBJECT, ticket, { 1, 0, kid, row[r].count } }, { UC_KNOWN_STATE, corrupt(thief), { thief } } };
        g_autoptr(GArray) out = made_from(dkm_kit.payloads, sizeof(UcMadePayload), known, 2);
        ck_assert_uint_eq(out->len, fits ? row[r].made : 0);
        for (guint i = 0; i < out->len; i++) {
            size_t length;
            AdversaryKey what;
            DkmInterval block;
            const UcMadePayload *p = &g_array_index(out, UcMadePayload, i);
            const uint8_t *sealed = uc_store_get(env_worlds_store(driver_worlds()), p->bytes, &length);
            ck_assert(adversary_open(env_worlds_store(driver_worlds()), env_worlds_protocol(driver_worlds()), key, sealed, length, &what, &block));
            ck_assert(what.kid == kid && p->to == 1 && p->source[0] == ticket && p->source[1] == known[1].bytes);
            ck_assert(block.a == row[r].block[i].a && block.b == row[r].block[i].b);
        }
        driver_stop();
    }
}
END_TEST

/* A member that was sent two keys by two others, and took neither, opens both. */
START_TEST(every_stolen_sealing_key_is_tried)
{
    UcWord vk[2];
    UcKnown known[3] = { { 0 } };
    start(_i ? DKM_TRUST_PAIRWISE : DKM_TRUST_ENCLAVE);
    for (UcWord from = 0; from < 2; from++) {
        UcWord kid = keygen(from), payload = transfer(from, kid, 2, 2, request(2, kid, 2, from));
        vk[from] = made.w[2];
        known[from] = (UcKnown){ UC_KNOWN_PAYLOAD, payload, { from, 2 } };
    }
    known[2] = (UcKnown){ UC_KNOWN_STATE, corrupt(2), { 2 } };
    g_autoptr(GArray) out = made_from(dkm_kit.inputs, sizeof(UcMadeInput), known, 3);
    ck_assert_uint_eq(out->len, 2);
    for (guint i = 0; i < 2; i++) {
        const UcMadeInput *in = &g_array_index(out, UcMadeInput, i);
        ck_assert(in->message.kind == DKM_VERIFY && in->message.w[0] == vk[i] && in->source[0] == known[2].bytes && in->source[1] == known[i].bytes);
        ck_assert_uint_eq(input(0, in->message).w[0], 1);
    }
    driver_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forged");
    TCase *t = tcase_create("forged");
    tcase_add_test(t, a_corrupted_holder_injects);
    tcase_add_test(t, an_unknown_key_is_injected);
    tcase_add_loop_test(t, only_the_two_of_a_pair_can_open, 0, 2);
    tcase_add_test(t, a_leaked_secret_is_told_apart);
    tcase_add_loop_test(t, both_ends_of_a_key_are_forged, 0, 6);
    tcase_add_loop_test(t, every_stolen_sealing_key_is_tried, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
