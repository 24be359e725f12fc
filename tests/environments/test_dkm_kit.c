/* The attack kit of distributed key management by itself: exactly what it makes of known states, tickets and payloads, in
 * order. Exploration of a right program misses nothing when a forgery is no longer tried; these tests do. */
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/harvest.h"
#include "driver.h"
#include "protocol/ticketed/keys.h"
#include "tests/support/suite.h"

enum { A, B, C, PARTIES, CAPACITY = 8, KNOWN = 16 };

/* ---- what is known ---- */

typedef struct {
    const char *name; /* in the lists that are compared */
    UcWord handle;
} Named;

static Named named[64];
static size_t names;
static UcKnown known[KNOWN];
static size_t count;
static UcAttacker attacker;
static UcStore *store;
static const PiConfig *config;
static Sigma *sigma;

static UcWord label(const char *name, UcWord handle)
{
    named[names++] = (Named){ name, handle };
    return handle;
}

static const char *name_of(UcWord handle)
{
    for (size_t i = 0; i < names; i++) {
        if (named[i].handle == handle)
            return named[i].name;
    }
    return handle == UC_NONE ? "-" : "?";
}

static const uint8_t *bytes_of(UcWord handle) { return uc_store_get(store, handle, NULL); }

static void start(bool ideal, DkmTrust trust, const char *const *enclave_of)
{
    static const char *const party[] = { "a", "b", "c", NULL };
    EnvOptions o = env_default_options();
    DkmSettings *dkm = dkm_settings(&o.interface);
    o.crypto_ideal = ideal;
    o.party = party;
    dkm->trust = trust;
    dkm->capacity = ideal ? CAPACITY : 0;
    dkm->enclave_of = enclave_of;
    driver_start(&o);
    store = env_worlds_store(driver_worlds());
    config = env_worlds_protocol(driver_worlds());
    sigma = config->dkm->sigma[0];
    attacker = (UcAttacker){ store, config, PARTIES, false, NULL };
    names = count = 0;
}

static void start_enclave(void) { start(true, DKM_TRUST_ENCLAVE, NULL); }

static void stop(void)
{
    g_free(attacker.own);
    driver_stop();
}

static void know(UcKnown k) { known[count++] = k; }

static UcWord know_state(const char *name, UcWord of)
{
    UcWord state = label(name, corrupt(of));
    know((UcKnown){ UC_KNOWN_STATE, state, { of } });
    return state;
}

static UcWord know_ticket(const char *sixteen, UcWord of, UcWord from, UcWord n)
{
    UcWord ticket = label(sixteen, text(sixteen));
    know((UcKnown){ UC_KNOWN_OBJECT, ticket, { of, from, UC_NONE, n } });
    return ticket;
}

static UcMessage key_with(UcWord party, const char *kid, const char *vk)
{
    UcMessage m = input(party, (UcMessage){ DKM_KEYGEN, { text(sigma->name) } });
    ck_assert_uint_eq(m.kind, DKM_KEY);
    label(kid, m.w[0]);
    label(vk, m.w[1]);
    return m;
}

static AdversaryKey key_of_seed(uint8_t byte)
{
    g_autofree uint8_t *seed = g_malloc(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    memset(seed, byte, sigma->seed_size);
    ck_assert(sigma_public(sigma, seed, vk));
    UcWord public = uc_store_put(store, vk, sigma->public_size);
    return (AdversaryKey){ dkm_kid(store, public), public, uc_store_put(store, seed, sigma->seed_size) };
}

static UcWord master_of(const char *enclave)
{
    uint8_t master[SEAL_KEY_BYTES];
    keys_master(env_worlds_options(driver_worlds())->seed, enclave, master);
    return uc_store_put(store, master, sizeof master);
}

static UcWord pair_of(uint32_t one, uint32_t other)
{
    uint8_t key[SEAL_KEY_BYTES];
    keys_pair(env_worlds_options(driver_worlds())->seed, "enclave", one, other, key);
    return uc_store_put(store, key, sizeof key);
}

/* ---- what a state has ---- */

static GArray *secrets_of(UcWord state)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(UcSecret));
    size_t length;
    const uint8_t *bytes = uc_store_get(store, state, &length);
    dkm_kit.read(store, bytes, length, out);
    return out;
}

/* The seed is right where it makes the key. */
static bool is_seed_of(UcWord seed, UcWord vk)
{
    g_autofree uint8_t *made = g_malloc(sigma->public_size);
    size_t length;
    const uint8_t *bytes = uc_store_get(store, seed, &length);
    return length == sigma->seed_size && sigma_public(sigma, bytes, made) && !memcmp(made, bytes_of(vk), sigma->public_size);
}

static void append_secret(GString *out, const UcSecret *s)
{
    const UcWord *w = s->row.w;
    const char *table = dkm_kit.secrets[s->table].name;
    bool keys = !strcmp(table, "keys");
    if (keys)
        g_string_append_printf(out, "%s %s %s%s\n", table, name_of(w[0]), name_of(w[1]), is_seed_of(w[2], w[1]) ? "" : ", another seed");
    else
        g_string_append_printf(out, "%s %d %s\n", table, w[0] == UC_NO_PARTY ? -1 : (int)w[0], name_of(w[1]));
    for (size_t i = keys ? 3 : 2; i < UC_ATTACK_WORDS; i++)
        ck_assert_uint_eq(w[i], 0);
}

static void assert_secrets(UcWord state, const char *expected)
{
    g_autoptr(GArray) secrets = secrets_of(state);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < secrets->len; i++)
        append_secret(out, &g_array_index(secrets, UcSecret, i));
    ck_assert_str_eq(out->str, expected);
}

START_TEST(a_state_has_its_keys_and_sealing_keys)
{
    start_enclave();
    label("master", master_of("enclave"));
    key_with(A, "kid 1", "vk 1");
    key_with(A, "kid 2", "vk 2");
    assert_secrets(corrupt(A), "keys kid 1 vk 1\nkeys kid 2 vk 2\nsealing -1 master\n");
    assert_secrets(corrupt(B), "sealing -1 master\n");
    stop();
    start(true, DKM_TRUST_PAIRWISE, NULL);
    label("of a and b", pair_of(A, B));
    label("of b and c", pair_of(B, C));
    assert_secrets(corrupt(B), "sealing 0 of a and b\nsealing 2 of b and c\n");
    stop();
}
END_TEST

/* ---- payloads ---- */

/* Bit 0 of the first byte, and nothing else. */
static bool is_flipped(UcWord bytes, UcWord of)
{
    size_t n, m;
    const uint8_t *one = uc_store_get(store, bytes, &n), *other = uc_store_get(store, of, &m);
    return n == m && (one[0] ^ other[0]) == 1 && !memcmp(one + 1, other + 1, n - 1);
}

static const char *seed_word(const AdversaryKey *key)
{
    if (is_seed_of(key->seed, key->vk))
        return "";
    for (size_t i = 0; i < names; i++) {
        if (!strncmp(named[i].name, "seed", 4) && is_flipped(key->seed, named[i].handle))
            return ", seed flipped";
    }
    return ", another seed";
}

static const char *kid_word(const AdversaryKey *key)
{
    UcWord kid = dkm_kid(store, key->vk);
    return key->kid == kid ? "" : is_flipped(key->kid, kid) ? ", kid flipped" : ", another kid";
}

static const char *enclave_word(const uint8_t id[16])
{
    static const char *const names_of[] = { "enclave", "left", "right" };
    for (size_t i = 0; i < G_N_ELEMENTS(names_of); i++) {
        uint8_t made[16];
        payload_enclave_id(names_of[i], made);
        if (!memcmp(made, id, sizeof made))
            return names_of[i];
    }
    return "nowhere";
}

/* The sealing key, among those with a name, that opens it. */
static const char *opened(UcWord payload, AdversaryKey *key, DkmInterval *block)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    for (size_t i = 0; i < names; i++) {
        size_t n;
        const uint8_t *with = uc_store_get(store, named[i].handle, &n);
        if (n == SEAL_KEY_BYTES && adversary_open(store, config, with, bytes, length, key, block))
            return named[i].name;
    }
    ck_abort_msg("nothing opens it");
}

static void append_payload(GString *out, const UcMadePayload *made)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, made->bytes, &length);
    AdversaryKey key = { 0 };
    DkmInterval block = { 0 };
    PayloadHeader h = { 0 };
    uint8_t scheme[8];
    const char *with = opened(made->bytes, &key, &block);
    ck_assert_int_eq(payload_read_header(bytes, length, &h), PAYLOAD_OK);
    payload_scheme_id(sigma, scheme);
    ck_assert_mem_eq(h.scheme, scheme, sizeof scheme);
    ck_assert_uint_eq(h.version, PAYLOAD_VERSION);
    ck_assert_mem_eq(h.ticket, bytes_of(made->source[0]), sizeof h.ticket);
    g_string_append_printf(out, "%u: %u>%u %s [%u,%u) %s, %s%s%s; %s, %s\n", (unsigned)made->to, h.from, h.to, enclave_word(h.enclave),
                           (unsigned)block.a, (unsigned)block.b, name_of(key.vk), with, kid_word(&key), seed_word(&key),
                           name_of(made->source[0]), name_of(made->source[1]));
}

static void assert_payloads(const char *expected)
{
    g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(UcMadePayload));
    g_autoptr(GString) out = g_string_new(NULL);
    dkm_kit.payloads(&attacker, known, count, made);
    for (guint i = 0; i < made->len; i++)
        append_payload(out, &g_array_index(made, UcMadePayload, i));
    ck_assert_str_eq(out->str, expected);
}

/* Each stolen key in each state for each ticket: the first block of the count and the last; one if that is the whole key. Nothing for
 * a count that no key has. */
START_TEST(blocks_for_each_ticket)
{
    start_enclave();
    label("master", master_of("enclave"));
    key_with(A, "kid 1", "vk 1");
    know_ticket("ticket of b  - 3", B, A, 3);
    know((UcKnown){ UC_KNOWN_PAYLOAD, text("no ticket"), { B, A, UC_NONE, 2 } });
    know_state("state of a", A);
    know_ticket("ticket of c  - 8", C, A, CAPACITY);
    know_ticket("ticket of c  - 9", C, A, CAPACITY + 1);
    know_ticket("ticket of c  - 0", C, A, 0);
    know_ticket("ticket of b  - 1", B, C, 1);
    assert_payloads("1: 0>1 enclave [0,3) vk 1, master; ticket of b  - 3, state of a\n"
                    "1: 0>1 enclave [5,8) vk 1, master; ticket of b  - 3, state of a\n"
                    "2: 0>2 enclave [0,8) vk 1, master; ticket of c  - 8, state of a\n"
                    "1: 2>1 enclave [0,1) vk 1, master; ticket of b  - 1, state of a\n"
                    "1: 2>1 enclave [7,8) vk 1, master; ticket of b  - 1, state of a\n");
    stop();
}
END_TEST

START_TEST(blocks_of_each_key_and_state)
{
    start_enclave();
    label("master", master_of("enclave"));
    key_with(A, "kid 1", "vk 1");
    key_with(A, "kid 2", "vk 2");
    key_with(B, "kid 3", "vk 3");
    know_state("state of a", A);
    know_state("state of c", C);
    know_ticket("ticket of c  - 8", C, A, CAPACITY);
    know_state("state of b", B);
    assert_payloads("2: 0>2 enclave [0,8) vk 1, master; ticket of c  - 8, state of a\n"
                    "2: 0>2 enclave [0,8) vk 2, master; ticket of c  - 8, state of a\n"
                    "2: 0>2 enclave [0,8) vk 3, master; ticket of c  - 8, state of b\n");
    count--; /* b's state is not known any more */
    assert_payloads("2: 0>2 enclave [0,8) vk 1, master; ticket of c  - 8, state of a\n"
                    "2: 0>2 enclave [0,8) vk 2, master; ticket of c  - 8, state of a\n");
    stop();
}
END_TEST

/* One flaw each. The enclave that is wrong is the thief's. */
START_TEST(flaws_one_by_one)
{
    static const char *const of[] = { "left", "left", "right", NULL };
    start(true, DKM_TRUST_ENCLAVE, of);
    label("right's", master_of("right"));
    key_with(C, "kid 1", "vk 1");
    UcWord state = know_state("state of c", C);
    g_autoptr(GArray) secrets = secrets_of(state);
    label("seed", g_array_index(secrets, UcSecret, 0).row.w[2]);
    know_ticket("ticket of b  - 3", B, A, 3);
    attacker.flawed = true;
    assert_payloads("1: 0>1 left [0,3) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [5,8) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [6,9) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [0,4) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [0,3) vk 1, right's, kid flipped; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [0,3) vk 1, right's, seed flipped; ticket of b  - 3, state of c\n"
                    "1: 0>1 right [0,3) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>0 left [0,3) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>1 left [0,3) vk 1, right's; ticket of b  - 3, state of c\n"
                    "1: 0>2 left [0,3) vk 1, right's; ticket of b  - 3, state of c\n");
    stop();
}
END_TEST

/* Every flaw of a payload for the whole key; in one enclave the thief's is no other. */
#define FLAWED(to, from, with, ticket) \
    to ": " from ">" to " enclave [1,9) vk 1, " with "; " ticket ", state of b\n" \
    to ": " from ">" to " enclave [0,9) vk 1, " with "; " ticket ", state of b\n" \
    to ": " from ">" to " enclave [0,8) vk 1, " with ", kid flipped; " ticket ", state of b\n" \
    to ": " from ">" to " enclave [0,8) vk 1, " with ", seed flipped; " ticket ", state of b\n" \
    to ": " from ">" to " enclave [0,8) vk 1, " with "; " ticket ", state of b\n" \
    to ": " from ">0 enclave [0,8) vk 1, " with "; " ticket ", state of b\n" \
    to ": " from ">1 enclave [0,8) vk 1, " with "; " ticket ", state of b\n" \
    to ": " from ">2 enclave [0,8) vk 1, " with "; " ticket ", state of b\n"
#define WHOLE(to, from, with, ticket) to ": " from ">" to " enclave [0,8) vk 1, " with "; " ticket ", state of b\n"

/* The key of the pair, in either direction. With flaws also what does not fit, as it is. */
START_TEST(pairs_of_the_ticket)
{
    start(true, DKM_TRUST_PAIRWISE, NULL);
    label("ab", pair_of(A, B));
    label("bc", pair_of(B, C));
    key_with(B, "kid 1", "vk 1");
    UcWord state = know_state("state of b", B);
    g_autoptr(GArray) secrets = secrets_of(state);
    label("seed", g_array_index(secrets, UcSecret, 0).row.w[2]);
    know_ticket("a from b      ab", A, B, CAPACITY);
    know_ticket("b from c      bc", B, C, CAPACITY);
    know_ticket("c from a      --", C, A, CAPACITY);
    know_ticket("a from a      --", A, A, CAPACITY);
    assert_payloads(WHOLE("0", "1", "ab", "a from b      ab") WHOLE("1", "2", "bc", "b from c      bc"));
    attacker.flawed = true;
    assert_payloads(
        WHOLE("0", "1", "ab", "a from b      ab") FLAWED("0", "1", "ab", "a from b      ab")
        WHOLE("0", "1", "bc", "a from b      ab") WHOLE("1", "2", "ab", "b from c      bc")
        WHOLE("1", "2", "bc", "b from c      bc") FLAWED("1", "2", "bc", "b from c      bc")
        WHOLE("2", "0", "ab", "c from a      --") WHOLE("2", "0", "bc", "c from a      --")
        WHOLE("0", "0", "ab", "a from a      --") WHOLE("0", "0", "bc", "a from a      --"));
    stop();
}
END_TEST

/* ---- a key of its own ---- */

/* The kid, where memory that is given out anew is full of this byte. */
static UcWord prepared_over(uint8_t byte)
{
    void *dirty[8];
    for (size_t i = 0; i < G_N_ELEMENTS(dirty); i++)
        dirty[i] = memset(g_malloc(sigma->seed_size), byte, sigma->seed_size);
    for (size_t i = 0; i < G_N_ELEMENTS(dirty); i++)
        g_free(dirty[i]);
    g_autofree AdversaryKey *own = dkm_kit.prepare(&attacker);
    return own ? own->kid : UC_NONE;
}

/* The same every time. */
START_TEST(only_with_flaws_a_key_of_its_own)
{
    start_enclave();
    ck_assert_ptr_null(dkm_kit.prepare(&attacker));
    attacker.flawed = true;
    UcWord first = prepared_over(0xaa);
    ck_assert_uint_eq(prepared_over(0x55), first);
    const AdversaryKey *own = attacker.own = dkm_kit.prepare(&attacker);
    ck_assert_ptr_nonnull(own);
    ck_assert_uint_eq(own->kid, first);
    ck_assert(is_seed_of(own->seed, own->vk));
    ck_assert_uint_eq(own->kid, dkm_kid(store, own->vk));
    label("own", own->vk);
    label("master", master_of("enclave"));
    key_with(B, "kid 1", "vk 1");
    know_state("state of b", B);
    know_ticket("ticket of c  - 8", C, A, CAPACITY);
    attacker.flawed = false;
    assert_payloads("2: 0>2 enclave [0,8) vk 1, master; ticket of c  - 8, state of b\n"
                    "2: 0>2 enclave [0,8) own, master; ticket of c  - 8, state of b\n");
    stop();
}
END_TEST

/* ---- signatures ---- */

static void append_input(GString *out, const UcMadeInput *made)
{
    const UcWord *w = made->message.w;
    UcWord seed = UC_NONE;
    for (size_t i = 0; i < names; i++) {
        if (!strncmp(named[i].name, "seed", 4) && is_seed_of(named[i].handle, w[0]))
            seed = named[i].handle;
    }
    ck_assert_uint_eq(made->message.kind, DKM_VERIFY);
    ck_assert_uint_eq(w[1], text("signed by nobody"));
    ck_assert_uint_eq(w[2], seed == UC_NONE ? UC_NONE : adversary_sign(store, config, seed, 0, w[1]));
    g_string_append_printf(out, "%s; %s, %s\n", name_of(w[0]), name_of(made->source[0]), name_of(made->source[1]));
}

static void assert_inputs(const char *expected)
{
    g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(UcMadeInput));
    g_autoptr(GString) out = g_string_new(NULL);
    dkm_kit.inputs(&attacker, known, count, made);
    for (guint i = 0; i < made->len; i++)
        append_input(out, &g_array_index(made, UcMadeInput, i));
    ck_assert_str_eq(out->str, expected);
}

/* A sealed payload with this key, from C to A, that the key `with` opens. */
static UcWord payload_of(const char *name, const AdversaryKey *key, UcWord with, UcWord kind)
{
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = C, .to = A };
    payload_scheme_id(sigma, header.scheme);
    UcWord payload = label(name, adversary_seal(store, config, bytes_of(with), &header, false, key, (DkmInterval){ 0, 4 }));
    know((UcKnown){ kind, payload, { C, A } });
    return payload;
}

/* Once for each seed, which is of a state or of a payload that a sealing key of one opens; then the key of A's own. */
START_TEST(a_signature_for_each_stolen_seed)
{
    start_enclave();
    UcWord master = master_of("enclave");
    AdversaryKey key[6];
    static const char *const vk[] = { "vk 0", "vk 1", "vk 2", "vk 3", "vk 4", "vk 5" },
        *const seed[] = { "seed 0", "seed 1", "seed 2", "seed 3", "seed 4", "seed 5" };
    for (uint8_t i = 0; i < G_N_ELEMENTS(key); i++) {
        key[i] = key_of_seed(i + 1);
        label(vk[i], key[i].vk);
        label(seed[i], key[i].seed);
    }
    payload_of("payload 0", &key[0], master, UC_KNOWN_PAYLOAD);
    key_with(A, "kid a", "vk a");
    key_with(A, "kid b", "vk b");
    UcWord state = know_state("state of a", A);
    g_autoptr(GArray) secrets = secrets_of(state);
    label("seed a", g_array_index(secrets, UcSecret, 0).row.w[2]);
    label("seed b", g_array_index(secrets, UcSecret, 1).row.w[2]);
    payload_of("payload 1", &key[1], master, UC_KNOWN_PAYLOAD);
    payload_of("of another enclave", &key[2], master_of("right"), UC_KNOWN_PAYLOAD);
    payload_of("no payload", &key[3], master, UC_KNOWN_OBJECT);
    payload_of("payload 1 again", &key[1], master, UC_KNOWN_PAYLOAD);
    payload_of("a key of the state", &(AdversaryKey){ g_array_index(secrets, UcSecret, 0).row.w[0], g_array_index(secrets, UcSecret, 0).row.w[1],
                                                      g_array_index(secrets, UcSecret, 0).row.w[2] }, master, UC_KNOWN_PAYLOAD);
    know_state("state of b", B);
    payload_of("payload 4", &key[4], master, UC_KNOWN_PAYLOAD);
    attacker.own = g_memdup2(&key[5], sizeof key[5]);
    assert_inputs("vk a; state of a, -\nvk b; state of a, -\nvk 0; state of a, payload 0\nvk 1; state of a, payload 1\n"
                  "vk 4; state of a, payload 4\nvk 5; -, -\n");
    count--;
    assert_inputs("vk a; state of a, -\nvk b; state of a, -\nvk 0; state of a, payload 0\nvk 1; state of a, payload 1\nvk 5; -, -\n");
    stop();
}
END_TEST

START_TEST(the_key_of_the_pair_opens)
{
    start(true, DKM_TRUST_PAIRWISE, NULL);
    AdversaryKey one = key_of_seed(1), two = key_of_seed(2), three = key_of_seed(3);
    label("vk 1", one.vk);
    label("seed 1", one.seed);
    label("vk 2", two.vk);
    label("seed 2", two.seed);
    label("vk 3", three.vk);
    know_state("state of b", B);
    payload_of("of c", &one, pair_of(C, B), UC_KNOWN_PAYLOAD);
    payload_of("of a", &two, pair_of(A, B), UC_KNOWN_PAYLOAD);
    payload_of("of a and c", &three, pair_of(A, C), UC_KNOWN_PAYLOAD);
    assert_inputs("vk 1; state of b, of c\nvk 2; state of b, of a\n");
    known[0].kind = UC_KNOWN_OBJECT;
    assert_inputs("");
    stop();
}
END_TEST

/* A seed that is of no scheme signs nothing, and nothing is asked. */
START_TEST(no_signature_no_input)
{
    start_enclave();
    AdversaryKey odd = key_of_seed(1);
    odd.seed = text("short");
    attacker.own = g_memdup2(&odd, sizeof odd);
    assert_inputs("");
    know_state("state of a", A);
    know_ticket("ticket of c  - 8", C, A, CAPACITY);
    assert_payloads(""); /* nor is it sealed */
    stop();
}
END_TEST

/* ---- what scripts can say ---- */

static void append_fields(GString *out, const UcAttackField *field)
{
    for (; field && field->name; field++) {
        g_string_append_printf(out, " %s:%d:%zu", field->name, (int)field->type, field->bytes);
        if (field->high)
            g_string_append_printf(out, ":to %u", (unsigned)field->high);
        g_string_append_printf(out, "%s%s%s", field->optional ? "?" : "", field->inside ? " in " : "", field->inside ? field->inside : "");
    }
    g_string_append_c(out, '\n');
}

/* UC_INT 0, UC_PARTY 1, UC_BYTES 2; then so many bytes, 0: any. */
START_TEST(names_and_types_of_what_scripts_say)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const UcSecretTable *t = dkm_kit.secrets; t->name; t++) {
        g_string_append(out, t->name);
        append_fields(out, t->field);
    }
    for (const UcAttackCall *c = dkm_kit.call; c->name; c++) {
        g_string_append_printf(out, "%s%s %d (%s)", c->name, c->named ? " {}" : "", (int)c->makes, c->expected ? c->expected : "");
        append_fields(out, c->argument);
        append_fields(out, c->result);
    }
    ck_assert_str_eq(out->str,
        "keys kid:2:16 vk:2:0 seed:2:0\n"
        "sealing party:1:0 key:2:32\n"
        "seal {} 2 (vk and seed of a scheme's sizes) from:1:0 to:1:0 version:0:0:to 65535? scheme:2:8? enclave:2:16? ticket:2:16"
        " digest:2:32? a:0:0 b:0:0 key.vk:2:0 key.seed:2:0 key.kid:2:16? with:2:32 in key\n\n"
        "open 0 () with:2:32 in key payload:2:0 in bytes\n"
        " kid:2:0 vk:2:0 seed:2:0 a:0:0 b:0:0\n"
        "forge 1 (a seed of the scheme and an index that it has) seed:2:0 index:0:0 message:2:0\n\n");
    ck_assert_str_eq(dkm_kit.objects[0], "ticket");
    ck_assert_ptr_null(dkm_kit.objects[1]);
    ck_assert_str_eq(dkm_kit.flag, "seal");
}
END_TEST

static const UcAttackCall *call_named(const char *name)
{
    const UcAttackCall *c = dkm_kit.call;
    while (strcmp(c->name, name) != 0)
        c++;
    return c;
}

/* Which words a call has by these names. */
static uint32_t set_word(const UcAttackCall *c, UcAttackRow *row, const char *name, UcWord word)
{
    for (unsigned i = 0; c->argument[i].name; i++) {
        if (strcmp(c->argument[i].name, name))
            continue;
        row->w[i] = word;
        return 1u << i;
    }
    ck_abort_msg("no argument %s", name);
}

/* The arguments of seal { }, one left out after the other. */
enum { LEFT_VERSION = 1, LEFT_SCHEME = 2, LEFT_ENCLAVE = 4, LEFT_DIGEST = 8, LEFT_KID = 16, LEFT_ALL = 31 };

typedef struct {
    AdversaryKey key;
    UcWord with, scheme, enclave, ticket, digest;
} SealCase;

static UcWord sealed(const SealCase *s, unsigned left)
{
    const UcAttackCall *c = call_named("seal");
    const struct {
        const char *name;
        UcWord word;
        unsigned left;
    } row[] = {
        { "from", C, 0 }, { "to", A, 0 }, { "version", 300, LEFT_VERSION }, { "scheme", s->scheme, LEFT_SCHEME },
        { "enclave", s->enclave, LEFT_ENCLAVE }, { "ticket", s->ticket, 0 }, { "digest", s->digest, LEFT_DIGEST }, { "a", 3, 0 },
        { "b", 7, 0 }, { "key.vk", s->key.vk, 0 }, { "key.seed", s->key.seed, 0 }, { "key.kid", s->ticket, LEFT_KID }, { "with", s->with, 0 },
    };
    UcAttackRow argument = { { 0 } }, made = { { 0 } };
    uint32_t given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        if (!(row[i].left & left))
            given |= set_word(c, &argument, row[i].name, row[i].word);
    }
    ck_assert(c->make(store, config, &argument, given, &made));
    ck_assert_uint_eq(made.w[0], C);
    ck_assert_uint_eq(made.w[1], A);
    return made.w[2];
}

/* Of any version. */
static PayloadHeader header_in(const uint8_t *bytes, size_t length)
{
    PayloadHeader h = { 0 };
    g_autofree uint8_t *copy = g_memdup2(bytes, length);
    uc_payload_put(&payload_field[PAYLOAD_VERSION_FIELD], PAYLOAD_VERSION, copy);
    ck_assert_int_eq(payload_read_header(copy, length, &h), PAYLOAD_OK);
    h.version = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return h;
}

/* What is left out is as an honest party would write it; what is given is there as it was given. */
static void assert_sealed(const SealCase *s, unsigned left)
{
    size_t length;
    UcWord payload = sealed(s, left);
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    PayloadHeader h = header_in(bytes, length);
    uint8_t scheme[8], enclave[16];
    payload_scheme_id(sigma, scheme);
    payload_enclave_id("left", enclave);
    ck_assert_uint_eq(h.version, left & LEFT_VERSION ? PAYLOAD_VERSION : 300);
    ck_assert_mem_eq(h.scheme, left & LEFT_SCHEME ? scheme : bytes_of(s->scheme), 8);
    ck_assert_mem_eq(h.enclave, left & LEFT_ENCLAVE ? enclave : bytes_of(s->enclave), 16);
    ck_assert_uint_eq(h.from, C);
    ck_assert_uint_eq(h.to, A);
    ck_assert_mem_eq(h.ticket, bytes_of(s->ticket), 16);
    ck_assert_int_eq(!memcmp(h.digest, bytes_of(s->digest), SEAL_DIGEST_BYTES), !(left & LEFT_DIGEST));
    if ((left | LEFT_ENCLAVE | LEFT_KID) != LEFT_ALL)
        return; /* nobody opens another version, scheme or digest */
    AdversaryKey key;
    DkmInterval block;
    ck_assert(adversary_open(store, config, bytes_of(s->with), bytes, length, &key, &block));
    ck_assert_uint_eq(key.vk, s->key.vk);
    ck_assert_uint_eq(key.seed, s->key.seed);
    ck_assert_uint_eq(key.kid, left & LEFT_KID ? s->key.kid : s->ticket);
    ck_assert_uint_eq(block.a, 3);
    ck_assert_uint_eq(block.b, 7);
}

static SealCase seal_case(void)
{
    return (SealCase){ key_of_seed(9), master_of("left"), text("a scheme"), text("an other enclave"), text("sixteen of these"),
                       text("a digest which has thirty-two of") };
}

START_TEST(seal_takes_what_is_given)
{
    static const char *const of[] = { "left", "right", "right", NULL };
    start(true, DKM_TRUST_ENCLAVE, of);
    SealCase s = seal_case();
    for (unsigned left = 0; left <= LEFT_ALL; left++)
        assert_sealed(&s, left);
    stop();
}
END_TEST

/* Sizes of no scheme: it says that it cannot. */
START_TEST(seal_and_forge_say_when_they_cannot)
{
    start_enclave();
    const UcAttackCall *seal = call_named("seal"), *forge = call_named("forge");
    UcAttackRow argument = { { 0 } }, made = { { 0 } };
    UcWord ticket = text("sixteen of these"), short_seed = text("short");
    uint32_t given = set_word(seal, &argument, "ticket", ticket) | set_word(seal, &argument, "with", master_of("enclave")) |
        set_word(seal, &argument, "key.vk", key_of_seed(1).vk) | set_word(seal, &argument, "key.seed", short_seed);
    ck_assert(!seal->make(store, config, &argument, given, &made));
    ck_assert(!forge->make(store, config, &(UcAttackRow){ { short_seed, 0, ticket } }, 7, &made));
    ck_assert(!forge->make(store, config, &(UcAttackRow){ { key_of_seed(1).seed, CAPACITY, ticket } }, 7, &made));
    stop();
}
END_TEST

START_TEST(forge_signs_at_the_index)
{
    start_enclave();
    AdversaryKey key = key_of_seed(1);
    UcAttackRow argument = { { key.seed, CAPACITY - 1, text("message") } }, made = { { 0 } };
    ck_assert(call_named("forge")->make(store, config, &argument, 7, &made));
    ck_assert_uint_eq(made.w[0], adversary_sign(store, config, key.seed, CAPACITY - 1, text("message")));
    stop();
}
END_TEST

START_TEST(open_shows_what_is_sealed)
{
    start_enclave();
    AdversaryKey key = key_of_seed(1);
    key.kid = text("sixteen of these");
    UcWord with = master_of("enclave"), payload = payload_of("payload", &key, with, UC_KNOWN_PAYLOAD);
    const UcAttackCall *open = call_named("open");
    UcAttackRow made = { { 0 } };
    ck_assert(open->make(store, config, &(UcAttackRow){ { with, payload } }, 3, &made));
    UcAttackRow expected = { { key.kid, key.vk, key.seed, 0, 4 } };
    ck_assert_mem_eq(&made, &expected, sizeof made);
    ck_assert(!open->make(store, config, &(UcAttackRow){ { master_of("right"), payload } }, 3, &made));
    ck_assert(!open->make(store, config, &(UcAttackRow){ { with, text("short") } }, 3, &made));
    stop();
}
END_TEST

/* ---- harvesting ---- */

static void *harvester(void)
{
    void *h = dkm_kit.harvest->new(store, config);
    ck_assert_ptr_nonnull(h);
    dkm_kit.harvest->begin(h);
    return h;
}

static UcWorld *real_world(void) { return env_pair_world(driver_pair(), ENV_REAL); }

static UcMessage made_key(void *h, UcWord party)
{
    UcMessage m = input(party, (UcMessage){ DKM_KEYGEN, { text(sigma->name) } });
    dkm_kit.harvest->see(h, party, &m);
    return m;
}

/* The seed of this key, in clear, reaches A. */
static UcWord leak(void *h, const UcMessage *key)
{
    const uint8_t *secret = sigma_remembered(sigma, bytes_of(key->w[1]));
    g_autofree uint8_t *whole = g_malloc0(sigma->seed_size + 100);
    ck_assert_ptr_nonnull(secret);
    memcpy(whole + 50, secret, sigma->seed_size);
    UcWord bytes = uc_store_put(store, whole, sigma->seed_size + 100);
    dkm_kit.harvest->see(h, B, &(UcMessage){ UC_M_PAYLOAD, { A, bytes } });
    return uc_store_put(store, secret, sigma->seed_size);
}

static bool asks(void *h, size_t number, UcMessage *out) { return dkm_kit.harvest->question(h, store, number, out); }

/* Of three keys the second leaks: one seed, rule I8 of a key that nobody gave up, a question for that key alone. */
START_TEST(a_leaked_seed_is_noted_and_asked_about)
{
    start_enclave();
    const UcHarvest *kit = dkm_kit.harvest;
    void *h = harvester();
    UcMessage none = made_key(h, A), key = made_key(h, B), last = made_key(h, C), question = { 0 };
    ck_assert_uint_eq(kit->search(h, real_world()), 0);
    ck_assert_ptr_null(uc_world_broken_rule(real_world(), NULL));
    UcWord seed = leak(h, &key);
    ck_assert_uint_eq(kit->search(h, real_world()), 1);
    g_autofree char *hex = uc_hex(bytes_of(key.w[0]), 4);
    g_autofree char *rule = g_strdup_printf("I8: the seed of key %s.. is found in a payload of b", hex);
    ck_assert_str_eq(uc_world_broken_rule(real_world(), NULL), rule);
    ck_assert(none.w[1] != last.w[1] && asks(h, 0, &question));
    ck_assert_uint_eq(question.kind, UC_M_EMPTY);
    ck_assert(asks(h, 1, &question));
    UcWord message = text("what nobody signed");
    UcMessage expected = { DKM_VERIFY, { key.w[1], message, adversary_sign(store, config, seed, sigma->capacity - 1, message) } };
    ck_assert_mem_eq(&question, &expected, sizeof question);
    ck_assert(asks(h, 2, &question));
    UcMessage empty = { UC_M_EMPTY, { 0 } };
    ck_assert_mem_eq(&question, &empty, sizeof question);
    ck_assert(!asks(h, 3, &question));
    kit->free(h);
    stop();
}
END_TEST

/* A key whose holder was corrupted, then one that is safe: both seeds are counted, one breaks the rule. */
START_TEST(what_was_given_up_breaks_no_rule)
{
    start_enclave();
    const UcHarvest *kit = dkm_kit.harvest;
    void *h = harvester();
    UcMessage given = made_key(h, A), safe = made_key(h, B);
    corrupt(A);
    leak(h, &given);
    ck_assert_uint_eq(kit->search(h, real_world()), 1);
    ck_assert_ptr_null(uc_world_broken_rule(real_world(), NULL));
    leak(h, &safe);
    ck_assert_uint_eq(kit->search(h, real_world()), 2);
    g_autofree char *hex = uc_hex(bytes_of(safe.w[0]), 4);
    ck_assert_ptr_nonnull(strstr(uc_world_broken_rule(real_world(), NULL), hex));
    kit->free(h);
    stop();
}
END_TEST

/* Guesses are counted, the bound is the one that harvest.h tells, and another world begins with nothing. */
START_TEST(guesses_of_each_world)
{
    start_enclave();
    const UcHarvest *kit = dkm_kit.harvest;
    void *h = harvester();
    bool bounded = true;
    ck_assert_uint_eq(kit->guesses(h, &bounded), 0);
    UcMessage key = made_key(h, A), question;
    leak(h, &key);
    kit->search(h, real_world());
    ck_assert_uint_gt(kit->guesses(h, &bounded), 10);
    ck_assert(!bounded);
    kit->begin(h);
    ck_assert_uint_eq(kit->guesses(h, &bounded), 0);
    ck_assert(!asks(h, 0, &question));
    kit->free(h);
    stop();
}
END_TEST

START_TEST(answers)
{
    const UcHarvest *kit = dkm_kit.harvest;
    bool accepted = false;
    ck_assert(kit->answer(&(UcMessage){ DKM_VERIFIED, { 1 } }, &accepted) && accepted);
    ck_assert(kit->answer(&(UcMessage){ DKM_VERIFIED, { 0, 1 } }, &accepted) && !accepted);
    ck_assert(!kit->answer(&(UcMessage){ DKM_ERROR, { 1 } }, &accepted));
    ck_assert(!kit->answer(&(UcMessage){ UC_M_EMPTY, { 0 } }, &accepted));
}
END_TEST

/* ---- what only this process knows ---- */

static GByteArray *made_of(UcWord handle)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, handle, &length);
    return dkm_kit.made_of(config, bytes, length);
}

static UcWord made_again(const GByteArray *description, size_t length)
{
    return dkm_kit.make_again(store, config, description->data, length);
}

/* 'k', the set, the seed: whole it makes the key again, and nothing shorter or of another kind does. */
START_TEST(a_key_is_its_set_and_seed)
{
    start_enclave();
    AdversaryKey key = key_of_seed(3);
    uint8_t expected[9] = { 'k' };
    payload_scheme_id(sigma, expected + 1);
    g_autoptr(GByteArray) d = made_of(key.vk);
    ck_assert_ptr_nonnull(d);
    ck_assert_uint_eq(d->len, sizeof expected + sigma->seed_size);
    ck_assert_mem_eq(d->data, expected, sizeof expected);
    ck_assert_mem_eq(d->data + sizeof expected, bytes_of(key.seed), sigma->seed_size);
    ck_assert_uint_eq(made_again(d, d->len), key.vk);
    for (guint i = 0; i < d->len; i++)
        ck_assert_uint_eq(made_again(d, i), UC_NONE);
    g_byte_array_append(d, expected, 1);
    ck_assert_uint_eq(made_again(d, d->len), UC_NONE);
    g_byte_array_set_size(d, d->len - 1);
    d->data[0] = 'q';
    ck_assert_uint_eq(made_again(d, d->len), UC_NONE);
    d->data[0] = 'k';
    d->data[8] ^= 1;
    ck_assert_uint_eq(made_again(d, d->len), UC_NONE);
    stop();
}
END_TEST

/* 'p', the sealing key, the header, the plaintext. */
START_TEST(a_token_is_what_it_stands_for)
{
    start_enclave();
    AdversaryKey key = key_of_seed(3);
    UcWord with = master_of("enclave"), payload = payload_of("payload", &key, with, UC_KNOWN_PAYLOAD);
    g_autoptr(GByteArray) d = made_of(payload);
    ck_assert_ptr_nonnull(d);
    ck_assert_uint_eq(d->len, 1 + SEAL_KEY_BYTES + PAYLOAD_HEADER_BYTES + payload_body_size(sigma));
    ck_assert_uint_eq(d->data[0], 'p');
    ck_assert_mem_eq(d->data + 1, bytes_of(with), SEAL_KEY_BYTES);
    ck_assert_mem_eq(d->data + 1 + SEAL_KEY_BYTES, bytes_of(payload), PAYLOAD_HEADER_BYTES);
    PayloadBody body;
    ck_assert(payload_read_body(sigma, d->data + 1 + SEAL_KEY_BYTES + PAYLOAD_HEADER_BYTES, payload_body_size(sigma), &body));
    ck_assert_mem_eq(body.seed, bytes_of(key.seed), sigma->seed_size);
    ck_assert_uint_eq(body.b, 4);
    ck_assert_uint_eq(made_again(d, d->len), payload);
    for (guint i = 0; i < 1 + SEAL_KEY_BYTES + PAYLOAD_HEADER_BYTES; i++)
        ck_assert_uint_eq(made_again(d, i), UC_NONE);
    d->data[0] = 'k';
    ck_assert_uint_eq(made_again(d, d->len), UC_NONE);
    stop();
}
END_TEST

/* Bytes that are all there is to know, of every length about those of a header and of a key. */
START_TEST(other_bytes_are_all_there_is)
{
    start_enclave();
    for (size_t n = 0; n < 300; n++) {
        g_autofree uint8_t *bytes = g_malloc0(n + 1);
        ck_assert_ptr_null(dkm_kit.made_of(config, bytes, n));
    }
    AdversaryKey key = key_of_seed(3);
    size_t length;
    const uint8_t *vk = uc_store_get(store, key.vk, &length);
    g_autofree uint8_t *longer = g_malloc0(length + 1);
    memcpy(longer, vk, length);
    ck_assert_ptr_null(dkm_kit.made_of(config, longer, length + 1));
    ck_assert_ptr_null(dkm_kit.made_of(config, longer, length - 1));
    stop();
}
END_TEST

/* Of several sets the one that the key is of, wherever it stands; nothing is read past the last. */
START_TEST(a_key_of_any_set)
{
    start_enclave();
    AdversaryKey key = key_of_seed(3);
    Sigma *other = sigma_ideal_new("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1", CAPACITY, NULL), *in_order[] = { other, sigma, NULL };
    ck_assert_ptr_nonnull(other);
    DkmOptions dkm = *config->dkm;
    PiConfig two = *config;
    dkm.sigma = in_order;
    dkm.sigmas = 2;
    two.dkm = &dkm;
    uint8_t set[8];
    size_t length;
    const uint8_t *vk = uc_store_get(store, key.vk, &length);
    payload_scheme_id(sigma, set);
    g_autoptr(GByteArray) d = dkm_kit.made_of(&two, vk, length);
    ck_assert_ptr_nonnull(d);
    ck_assert_mem_eq(d->data + 1, set, sizeof set);
    ck_assert_uint_eq(dkm_kit.make_again(store, &two, d->data, d->len), key.vk);
    g_autofree uint8_t *unknown = g_malloc0(length);
    ck_assert_ptr_null(dkm_kit.made_of(&two, unknown, length));
    sigma_free(other);
    stop();
}
END_TEST

/* With real primitives nobody knows more than the bytes, and no tree is made for a description from elsewhere. */
START_TEST(nothing_is_made_again_of_real_ones)
{
    start_enclave();
    AdversaryKey key = key_of_seed(3);
    g_autoptr(GByteArray) d = made_of(key.vk);
    stop();
    start(false, DKM_TRUST_ENCLAVE, NULL);
    UcWord vk = keygen(A) == UC_NONE ? UC_NONE : key_with(A, "kid", "vk").w[1];
    ck_assert_ptr_null(made_of(vk));
    ck_assert_uint_eq(made_again(d, d->len), UC_NONE);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dkm_kit");
    TCase *t = tcase_create("dkm_kit");
    tcase_add_test(t, a_state_has_its_keys_and_sealing_keys);
    tcase_add_test(t, blocks_for_each_ticket);
    tcase_add_test(t, blocks_of_each_key_and_state);
    tcase_add_test(t, flaws_one_by_one);
    tcase_add_test(t, pairs_of_the_ticket);
    tcase_add_test(t, only_with_flaws_a_key_of_its_own);
    tcase_add_test(t, a_signature_for_each_stolen_seed);
    tcase_add_test(t, the_key_of_the_pair_opens);
    tcase_add_test(t, no_signature_no_input);
    tcase_add_test(t, names_and_types_of_what_scripts_say);
    tcase_add_test(t, seal_takes_what_is_given);
    tcase_add_test(t, seal_and_forge_say_when_they_cannot);
    tcase_add_test(t, forge_signs_at_the_index);
    tcase_add_test(t, open_shows_what_is_sealed);
    tcase_add_test(t, a_leaked_seed_is_noted_and_asked_about);
    tcase_add_test(t, what_was_given_up_breaks_no_rule);
    tcase_add_test(t, guesses_of_each_world);
    tcase_add_test(t, answers);
    tcase_add_test(t, a_key_is_its_set_and_seed);
    tcase_add_test(t, a_token_is_what_it_stands_for);
    tcase_add_test(t, other_bytes_are_all_there_is);
    tcase_add_test(t, a_key_of_any_set);
    tcase_add_test(t, nothing_is_made_again_of_real_ones);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
