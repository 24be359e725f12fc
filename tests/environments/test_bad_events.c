/* The bad events of ticketed transfer by themselves: activations as an observer sees them, and what each of them makes of
 * the run, on both sides of every condition. */
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/stolen.h"
#include "driver.h"
#include "protocol/ticketed/measured.h"
#include "tests/support/suite.h"

enum { A, B, SEAL = 1 << PI_BAD_SEAL, TICKET = 1 << PI_BAD_TICKET, KEY = 1 << PI_BAD_KEY, SIGNATURE = 1 << PI_BAD_SIGNATURE };

static void *bad;

static void start(void)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    driver_start(&o);
    bad = pi_bad_events.new();
}

static void stop(void)
{
    pi_bad_events.free(bad);
    driver_stop();
}

static uint32_t seen(void) { return pi_bad_events.seen(bad); }
static UcWorld *world_of(EnvWorld which) { return env_pair_world(driver_pair(), which); }

/* The first machine of this role, or that of a party. */
static uint16_t machine_of(EnvWorld which, UcRole role, UcWord pid)
{
    const UcRow *row;
    for (uint16_t i = 0; (row = uc_world_row(world_of(which), i)); i++) {
        if (row->role == role && (role != UC_ROLE_PARTY || row->pid == pid))
            return i;
    }
    ck_abort_msg("no such machine");
}

/* ---- activations ---- */

static UcActivation activation(EnvWorld which, UcRole role, UcWord pid, UcMessage in, UcMessage out)
{
    UcActivation a = { .role = role, .pid = pid, .machine = machine_of(which, role, pid), .side = UC_CALLER };
    a.in.message = in;
    a.outcome.result = (UcResult){ .code = UC_SEND, .side = UC_CALLER, .message = out };
    return a;
}

static void observe(EnvWorld which, UcActivation a) { pi_bad_events.observe(bad, world_of(which), &a); }

static void party(EnvWorld which, UcWord pid, UcMessage in, UcMessage out)
{
    observe(which, activation(which, UC_ROLE_PARTY, pid, in, out));
}
static void real_party(UcWord pid, UcMessage in, UcMessage out) { party(ENV_REAL, pid, in, out); }
static void simulator(UcMessage in, UcMessage out) { observe(ENV_IDEAL, activation(ENV_IDEAL, UC_ROLE_SIMULATOR, UC_NO_PARTY, in, out)); }

static void sends(EnvWorld which, UcRole role, UcWord payload, UcSide side)
{
    UcActivation a = activation(which, role, A, (UcMessage){ DKM_TRANSFER, { 0 } }, (UcMessage){ UC_M_PAYLOAD, { B, payload } });
    a.outcome.result.side = side;
    observe(which, a);
}

static void corrupted(void)
{
    observe(ENV_REAL, activation(ENV_REAL, UC_ROLE_ADVERSARY, UC_NO_PARTY, (UcMessage){ UC_M_EMPTY, { 0 } }, (UcMessage){ UC_M_CORRUPT, { 0 } }));
}

static UcMessage handed(UcWord payload) { return (UcMessage){ UC_M_DELIVER, { payload } }; }
static const UcMessage received = { DKM_RECEIVED, { 0 } }, refused = { DKM_ERROR, { 0 } };

/* ---- seals ---- */

START_TEST(a_payload_that_nobody_made)
{
    start();
    UcWord one = text("one"), two = text("two");
    real_party(B, handed(one), refused);
    party(ENV_IDEAL, B, handed(one), received); /* a dummy party */
    ck_assert_uint_eq(seen(), 0);
    sends(ENV_REAL, UC_ROLE_PARTY, one, UC_BACKDOOR);
    real_party(B, handed(one), received);
    ck_assert_uint_eq(seen(), 0);
    UcActivation silent = activation(ENV_REAL, UC_ROLE_PARTY, B, handed(two), received);
    silent.outcome.result.code = UC_PASS;
    observe(ENV_REAL, silent);
    real_party(B, (UcMessage){ DKM_RESEND, { two } }, received);
    ck_assert_uint_eq(seen(), 0);
    real_party(B, handed(two), received);
    ck_assert_uint_eq(seen(), SEAL);
    stop();
}
END_TEST

START_TEST(only_what_a_party_or_s_puts_on_the_network_is_made)
{
    start();
    UcWord one = text("one");
    sends(ENV_REAL, UC_ROLE_PARTY, one, UC_CALLER);
    sends(ENV_REAL, UC_ROLE_ADVERSARY, one, UC_BACKDOOR);
    sends(ENV_IDEAL, UC_ROLE_PARTY, one, UC_BACKDOOR);
    real_party(B, handed(one), received);
    ck_assert_uint_eq(seen(), SEAL);
    pi_bad_events.clear(bad);
    sends(ENV_IDEAL, UC_ROLE_SIMULATOR, one, UC_BACKDOOR);
    simulator(handed(one), (UcMessage){ DKM_ALLOW_DELIVERY, { 0 } });
    ck_assert_uint_eq(seen(), 0);
    stop();
}
END_TEST

START_TEST(what_is_handed_to_s)
{
    static const UcWord accepts[] = { DKM_ALLOW_DELIVERY, DKM_INJECT };
    for (size_t i = 0; i < G_N_ELEMENTS(accepts); i++) {
        start();
        simulator(handed(text("one")), (UcMessage){ DKM_CRASH_PARTY, { 0 } });
        simulator((UcMessage){ UC_M_CRASH, { text("one") } }, (UcMessage){ accepts[i], { 0 } });
        ck_assert_uint_eq(seen(), 0);
        simulator(handed(text("one")), (UcMessage){ accepts[i], { 0 } });
        ck_assert_uint_eq(seen(), SEAL);
        stop();
    }
}
END_TEST

/* From then on who has the keys does not forge; another run begins without. */
START_TEST(after_a_corruption_nothing_is_forged)
{
    start();
    UcActivation orders = activation(ENV_REAL, UC_ROLE_ADVERSARY, UC_NO_PARTY, (UcMessage){ UC_M_EMPTY, { 0 } }, (UcMessage){ UC_M_CRASH, { 0 } });
    observe(ENV_REAL, orders);
    observe(ENV_REAL, activation(ENV_REAL, UC_ROLE_ENVIRONMENT, UC_NO_PARTY, (UcMessage){ UC_M_EMPTY, { 0 } }, (UcMessage){ UC_M_CORRUPT, { 0 } }));
    real_party(B, handed(text("one")), received);
    ck_assert_uint_eq(seen(), SEAL);
    pi_bad_events.clear(bad);
    corrupted();
    real_party(B, handed(text("one")), received);
    ck_assert_uint_eq(seen(), 0);
    pi_bad_events.clear(bad);
    real_party(B, handed(text("one")), received);
    ck_assert_uint_eq(seen(), SEAL);
    stop();
}
END_TEST

/* ---- tickets and keys ---- */

static const UcMessage asks = { DKM_REQUEST, { 0 } }, wants_key = { DKM_KEYGEN, { 0 } };

START_TEST(a_ticket_drawn_twice)
{
    start();
    UcMessage one = { DKM_REQUESTED, { text("one") } }, two = { DKM_REQUESTED, { text("two") } }, none = { DKM_REQUESTED, { UC_NONE } };
    real_party(A, asks, one);
    real_party(A, asks, two);
    real_party(B, asks, one);
    real_party(A, asks, none);
    real_party(A, asks, none);
    real_party(A, asks, (UcMessage){ DKM_CANCELLED, { one.w[0] } });
    party(ENV_IDEAL, A, asks, one);
    ck_assert_uint_eq(seen(), 0);
    real_party(A, asks, two);
    ck_assert_uint_eq(seen(), TICKET);
    pi_bad_events.clear(bad);
    real_party(A, asks, one);
    ck_assert_uint_eq(seen(), 0);
    real_party(A, asks, one);
    ck_assert_uint_eq(seen(), TICKET);
    stop();
}
END_TEST

START_TEST(a_ticket_drawn_twice_by_s)
{
    start();
    UcMessage answer = { DKM_ANSWER, { 0, 0, 0, text("one") } }, for_a = { DKM_CONSULT_REQUEST, { A } }, for_b = { DKM_CONSULT_REQUEST, { B } };
    simulator(for_a, answer);
    simulator(for_b, answer);
    simulator((UcMessage){ DKM_CONSULT_CANCEL, { A } }, answer);
    simulator(for_a, (UcMessage){ DKM_SENT, { 0, 0, 0, answer.w[3] } });
    simulator(for_a, (UcMessage){ DKM_ANSWER, { answer.w[3], answer.w[3], answer.w[3], text("two") } });
    ck_assert_uint_eq(seen(), 0);
    simulator(for_a, answer);
    ck_assert_uint_eq(seen(), TICKET);
    stop();
}
END_TEST

START_TEST(a_key_drawn_twice)
{
    start();
    UcMessage one = { DKM_KEY, { text("k"), text("one") } }, two = { DKM_KEY, { text("k"), text("two") } }, none = { DKM_KEY, { 0, UC_NONE } };
    real_party(A, wants_key, one);
    real_party(B, wants_key, two);
    real_party(A, wants_key, none);
    real_party(A, wants_key, none);
    real_party(A, wants_key, (UcMessage){ DKM_RECEIVED, { text("k"), text("one") } });
    party(ENV_IDEAL, A, wants_key, one);
    ck_assert_uint_eq(seen(), 0);
    real_party(B, wants_key, one);
    ck_assert_uint_eq(seen(), KEY);
    pi_bad_events.clear(bad);
    real_party(B, wants_key, one);
    ck_assert_uint_eq(seen(), 0);
    stop();
}
END_TEST

START_TEST(a_key_drawn_twice_by_s)
{
    start();
    UcMessage answer = { DKM_ANSWER, { 0, 0, text("one"), 0 } }, consult = { DKM_CONSULT_KEYGEN, { A } };
    simulator(consult, answer);
    simulator((UcMessage){ DKM_CONSULT_SIGN, { A } }, answer);
    simulator(consult, (UcMessage){ DKM_SENT, { 0, 0, answer.w[2] } });
    simulator(consult, (UcMessage){ DKM_ANSWER, { answer.w[2], answer.w[2], text("two"), answer.w[2] } });
    ck_assert_uint_eq(seen(), 0);
    simulator(consult, answer);
    ck_assert_uint_eq(seen(), KEY);
    stop();
}
END_TEST

/* ---- signatures ---- */

typedef struct {
    UcWord vk, kid, message, signature, garbage;
} Signed;

/* A key that a party has drawn, and a message of which nobody asked for a signature, with one that verifies and one that does not. */
static Signed forged(void)
{
    UcStore *store = env_worlds_store(driver_worlds());
    const PiConfig *config = env_worlds_protocol(driver_worlds());
    Sigma *sigma = config->dkm->sigma[0];
    g_autofree uint8_t *seed = g_malloc0(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    ck_assert(sigma_public(sigma, seed, vk));
    Signed s = { .vk = uc_store_put(store, vk, sigma->public_size), .message = text("m"), .garbage = text("garbage") };
    s.kid = dkm_kid(store, s.vk);
    s.signature = adversary_sign(store, config, uc_store_put(store, seed, sigma->seed_size), 0, s.message);
    ck_assert_uint_ne(s.signature, UC_NONE);
    return s;
}

static UcMessage verify(UcWord vk, UcWord message, UcWord signature) { return (UcMessage){ DKM_VERIFY, { vk, message, signature } }; }
static UcMessage answer(UcWord valid) { return (UcMessage){ DKM_VERIFIED, { valid } }; }
static void knows_key(UcWord vk) { real_party(A, wants_key, (UcMessage){ DKM_KEY, { text("k"), vk } }); }

static void asked_to_sign(UcWord kid, UcWord message, UcMessage what, UcRole role, uint16_t to)
{
    UcActivation a = activation(ENV_REAL, role, UC_NO_PARTY, (UcMessage){ UC_M_EMPTY, { 0 } }, what);
    a.outcome.result.message.w[0] = kid;
    a.outcome.result.message.w[1] = message;
    a.outcome.result.to = to;
    observe(ENV_REAL, a);
}

START_TEST(a_party_accepts_what_nobody_signed)
{
    start();
    Signed s = forged();
    real_party(B, verify(s.vk, s.message, s.signature), answer(1)); /* not a key of this run */
    ck_assert_uint_eq(seen(), 0);
    knows_key(s.vk);
    real_party(B, verify(s.vk, s.message, s.signature), answer(0));
    real_party(B, verify(s.vk, s.message, s.signature), (UcMessage){ DKM_ERROR, { 1 } });
    party(ENV_IDEAL, B, verify(s.vk, s.message, s.signature), answer(1));
    real_party(B, verify(UC_NONE, s.message, s.signature), answer(1));
    ck_assert_uint_eq(seen(), 0);
    real_party(B, verify(s.vk, s.message, s.garbage), answer(1)); /* whatever the scheme says */
    ck_assert_uint_eq(seen(), SIGNATURE);
    stop();
}
END_TEST

START_TEST(what_a_party_was_asked_to_sign_is_no_forgery)
{
    start();
    Signed s = forged();
    const UcMessage sign = { DKM_SIGN, { 0 } };
    uint16_t a = machine_of(ENV_REAL, UC_ROLE_PARTY, A), adversary = machine_of(ENV_REAL, UC_ROLE_ADVERSARY, UC_NO_PARTY);
    knows_key(s.vk);
    asked_to_sign(s.kid, s.message, sign, UC_ROLE_ENVIRONMENT, a);
    real_party(B, verify(s.vk, s.message, s.signature), answer(1));
    ck_assert_uint_eq(seen(), 0);
    pi_bad_events.clear(bad);
    real_party(B, verify(s.vk, s.message, s.signature), answer(1)); /* neither key nor message are of this run */
    ck_assert_uint_eq(seen(), 0);
    knows_key(s.vk);
    asked_to_sign(text("another kid"), s.message, sign, UC_ROLE_ENVIRONMENT, a);
    asked_to_sign(s.kid, text("another"), sign, UC_ROLE_ENVIRONMENT, a);
    asked_to_sign(s.kid, s.message, sign, UC_ROLE_ADVERSARY, a);
    asked_to_sign(s.kid, s.message, sign, UC_ROLE_ENVIRONMENT, adversary);
    asked_to_sign(s.kid, s.message, (UcMessage){ DKM_STATUS, { 0 } }, UC_ROLE_ENVIRONMENT, a);
    ck_assert_uint_eq(seen(), 0);
    real_party(B, verify(s.vk, s.message, s.signature), answer(1));
    ck_assert_uint_eq(seen(), SIGNATURE);
    stop();
}
END_TEST

START_TEST(after_a_corruption_no_signature_is_forged)
{
    start();
    Signed s = forged();
    knows_key(s.vk);
    corrupted();
    real_party(B, verify(s.vk, s.message, s.signature), answer(1));
    ck_assert_uint_eq(seen(), 0);
    stop();
}
END_TEST

static void functionality(UcMessage in, UcMessage out)
{
    observe(ENV_IDEAL, activation(ENV_IDEAL, UC_ROLE_FUNCTIONALITY, UC_NO_PARTY, in, out));
}

/* F refuses what nobody signed: what counts is what the scheme says. */
START_TEST(where_f_answers_the_scheme_decides)
{
    start();
    Signed s = forged();
    knows_key(s.vk);
    functionality(verify(s.vk, s.message, s.garbage), answer(1));
    functionality(verify(s.vk, UC_NONE, s.signature), answer(0));
    functionality(verify(s.vk, s.message, UC_NONE), answer(0));
    functionality(verify(s.vk, text("another"), s.signature), answer(0));
    functionality((UcMessage){ DKM_STATUS, { s.vk, s.message, s.signature } }, answer(1));
    ck_assert_uint_eq(seen(), 0);
    functionality(verify(s.vk, s.message, s.signature), answer(0));
    ck_assert_uint_eq(seen(), SIGNATURE);
    stop();
}
END_TEST

START_TEST(events_have_names_and_add_up)
{
    static const char *const name[] = { "forged seal accepted", "ticket collision", "key collision", "forged signature accepted" };
    start();
    for (size_t i = 0; i < PI_BADS; i++)
        ck_assert_str_eq(pi_bad_events.name[i], name[i]);
    ck_assert_ptr_null(pi_bad_events.name[PI_BADS]);
    real_party(B, handed(text("one")), received);
    real_party(A, asks, (UcMessage){ DKM_REQUESTED, { text("one") } });
    real_party(A, asks, (UcMessage){ DKM_REQUESTED, { text("one") } });
    ck_assert_uint_eq(seen(), SEAL | TICKET);
    stop();
    pi_bad_events.free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad_events");
    TCase *t = tcase_create("bad_events");
    tcase_add_test(t, a_payload_that_nobody_made);
    tcase_add_test(t, only_what_a_party_or_s_puts_on_the_network_is_made);
    tcase_add_test(t, what_is_handed_to_s);
    tcase_add_test(t, after_a_corruption_nothing_is_forged);
    tcase_add_test(t, a_ticket_drawn_twice);
    tcase_add_test(t, a_ticket_drawn_twice_by_s);
    tcase_add_test(t, a_key_drawn_twice);
    tcase_add_test(t, a_key_drawn_twice_by_s);
    tcase_add_test(t, a_party_accepts_what_nobody_signed);
    tcase_add_test(t, what_a_party_was_asked_to_sign_is_no_forgery);
    tcase_add_test(t, after_a_corruption_no_signature_is_forged);
    tcase_add_test(t, where_f_answers_the_scheme_decides);
    tcase_add_test(t, events_have_names_and_add_up);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
