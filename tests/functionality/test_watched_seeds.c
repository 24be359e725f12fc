/* A4 over runs, told by hand what they make: at the bound of every clause, on both sides. docs/functionality.md, "Progress". */
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "tests/support/suite.h"

enum { SECRET = 32, ENOUGH = 6 /* of a kind, for a byte to be constant */ };

static void *seeds;
static DkmOptions with;
static unsigned serial;

static void set_up(void)
{
    with = (DkmOptions){ 0 };
    serial = 0;
    seeds = dkm_over_runs.begin();
}

static void tear_down(void) { dkm_over_runs.free(seeds); }

static void begin(void)
{
    options = with;
    stage_open();
    uc_world_observe(stage_world(), dkm_over_runs.observe, seeds);
}

static void end(void)
{
    dkm_over_runs.end_run(seeds, stage_world());
    stage_close();
}

/* Bytes that never come again, and differ from the others of their kind in each byte; of them, one may be kept constant. */
static UcWord fresh(size_t length, int constant)
{
    uint8_t b[64];
    serial++;
    uint8_t place[] = { (uint8_t)serial, (uint8_t)(serial >> 8), 0 }, digest[32];
    for (size_t i = 0; i < length; i++) {
        place[2] = (uint8_t)i;
        uc_sha256(place, sizeof place, digest);
        b[i] = (int)i == constant ? 9 : digest[0];
    }
    return bytes(b, length);
}

static void key(UcWord party, UcWord vk_bytes, UcWord secret, size_t coins)
{
    UcMessage m = keygen_of(party, 0);
    act.effect.w[2] = vk_bytes;
    act.effect.w[3] = secret;
    act.coins = coins;
    go(party, m);
}

static void asks(UcWord party, UcWord bytes_of_ticket, size_t coins)
{
    UcMessage m = request_of(party, UC_NONE, 1, 0, bytes_of_ticket);
    act.coins = coins;
    go(party, m);
}

static void sends(UcWord payload) { go(0, transfer_of(0, 0, 0, 1, 1, ticket(serial), payload)); }

static void holds_still(const char *rule)
{
    const char *broken = dkm_over_runs.broken(seeds);
    if (rule)
        ck_assert_msg(broken && !strcmp(broken, rule), "expected %s, got %s", rule, broken ? broken : "nothing");
    else
        ck_assert_msg(!broken, "%s", broken);
}

/* Two runs of which one thing is the same; or one run in which it comes twice, which is another rule's. */
typedef enum { NOTHING, A_SEED, A_KEY, A_TICKET, A_PAYLOAD, A_KEY_IN_ONE_RUN, A_TOY_TICKET, AN_ALMOST_WHOLE_TICKET, SAMES } Same;

START_TEST(what_runs_make_differs)
{
    static const char *const rule[SAMES] = {
        [A_SEED] = "A4: a signing seed is the same in run 1 and in run 3",
        [A_KEY] = "A4: a public key is the same in run 1 and in run 3",
        [A_TICKET] = "A4: a ticket is the same in run 1 and in run 3",
        [A_PAYLOAD] = "A4: a payload is the same in run 1 and in run 3",
    };
    with.ticket_bytes = _i == A_TOY_TICKET ? 1 : _i == AN_ALMOST_WHOLE_TICKET ? DKM_TICKET_BYTES - 1 : 0;
    for (int run = 0; run < 3; run++) {
        begin();
        bool again = run != 1;
        UcWord same = bytes("the same thirty-two bytes again.", SECRET), same_ticket = bytes("sixteen of them.", 16);
        bool ticket_again = _i == A_TICKET || _i == A_TOY_TICKET || _i == AN_ALMOST_WHOLE_TICKET;
        key(0, again && _i == A_KEY ? same : fresh(SECRET, -1), again && _i == A_SEED ? same : fresh(SECRET, -1), 64);
        if (_i == A_KEY_IN_ONE_RUN && !run) {
            key(1, same, fresh(SECRET, -1), 64);
            key(2, same, fresh(SECRET, -1), 64);
        }
        asks(1, again && ticket_again ? same_ticket : fresh(DKM_TICKET_BYTES, -1), 64);
        sends(again && _i == A_PAYLOAD ? same : fresh(SECRET, -1));
        end();
        if (!run)
            holds_still(NULL);
    }
    holds_still(rule[_i]);
    const UcNamedCount want[] = { { "keys", _i == A_KEY_IN_ONE_RUN ? 5 : 3 }, { "tickets", 3 }, { "payloads", 3 } };
    g_autofree UcNamedCount *got = dkm_over_runs.compared(seeds);
    for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
        ck_assert_pstr_eq(got[i].name, want[i].name);
        ck_assert_uint_eq(got[i].count, want[i].count);
    }
    ck_assert_ptr_null(got[G_N_ELEMENTS(want)].name);
}
END_TEST

/* One byte of what coins make is the same in all that were made: six of them show it, five may be chance. */
START_TEST(no_byte_is_constant)
{
    for (int at = 0; at < SECRET; at++) {
        for (int made = ENOUGH - 1; made <= ENOUGH; made++) {
            for (unsigned toy = 0; toy < (at < DKM_TICKET_BYTES ? 3 : 1); toy++) {
                tear_down();
                set_up();
                bool of_ticket = toy > 0; /* 1: whole tickets; 2: of as many coins as lie before the byte */
                with.ticket_bytes = toy == 2 ? (unsigned)at : 0;
                if (toy == 2 && !at)
                    continue;
                for (int i = 0; i < made; i++) {
                    begin();
                    key(0, fresh(SECRET, -1), fresh(SECRET, of_ticket ? -1 : at), 64);
                    asks(1, fresh(DKM_TICKET_BYTES, of_ticket ? at : -1), 64);
                    end();
                }
                g_autofree char *rule = g_strdup_printf("A4: byte %d of %s is the same in all %d of %d runs", at,
                                                        of_ticket ? "a ticket" : "a signing seed", made, made);
                holds_still(made == ENOUGH && toy < 2 ? rule : NULL);
            }
        }
    }
}
END_TEST

/* Keys and tickets cost coins of the party that makes them. */
START_TEST(coins_are_drawn)
{
    size_t secret = 0;
    for (int lacks = 0; lacks < 4; lacks++) { /* nobody; of a key; of a ticket; party two draws what one should */
        tear_down();
        set_up();
        begin();
        secret = sig_bound_seed_secret(stage_sigma()->set);
        key(0, fresh(SECRET, -1), fresh(SECRET, -1), secret - (lacks == 1) - (lacks == 3 ? secret : 0));
        asks(1, fresh(DKM_TICKET_BYTES, -1), DKM_TICKET_BYTES + (lacks == 3 ? secret : 0));
        asks(1, fresh(DKM_TICKET_BYTES, -1), DKM_TICKET_BYTES - (lacks == 2));
        asks(2, fresh(DKM_TICKET_BYTES, -1), 64);
        end();
        g_autofree char *of_key = g_strdup_printf("A4: one draws %zu bytes of coins where its keys and tickets need %zu",
                                                  lacks == 1 ? secret - 1 : 0, secret);
        holds_still(!lacks ? NULL : lacks == 2 ? "A4: two draws 31 bytes of coins where its keys and tickets need 32" : of_key);
        begin(); /* the next run owes nothing for this one */
        end();
    }
    tear_down();
    set_up();
    with.ticket_bytes = 1;
    begin();
    asks(1, fresh(DKM_TICKET_BYTES, -1), 1);
    end();
    begin();
    end();
    holds_still(NULL);
}
END_TEST

/* In one run no eight bytes come twice in what coins make: at any offsets, of seeds, of tickets, of a ticket and a seed, and
 * within one seed; seven may, and so may tickets of fewer coins, and any number in two runs that differ elsewhere. */
START_TEST(no_stretch_comes_twice)
{
    enum { OF_SEEDS, OF_TICKETS, OF_BOTH, OF_ITSELF, OF_RUNS, KINDS };
    static const size_t offset[] = { 0, 1, DKM_TICKET_BYTES - 8 };
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t k = 0; k < 2 * G_N_ELEMENTS(offset); k++) {
            size_t at = offset[k / 2], length = 7 + k % 2;
            for (unsigned toy = 0; toy < 2; toy++) {
                uint8_t one[SECRET], two[SECRET];
                tear_down();
                set_up();
                with.ticket_bytes = toy ? DKM_TICKET_BYTES - 1 : 0;
                begin();
                memcpy(one, uc_store_get(uc_world_store(stage_world()), fresh(SECRET, -1), NULL), SECRET);
                memcpy(two, uc_store_get(uc_world_store(stage_world()), fresh(SECRET, -1), NULL), SECRET);
                if (kind == OF_ITSELF)
                    memcpy(one + SECRET - 8, one + at, length);
                memcpy(two + (at + 3) % 9, one + at, kind == OF_ITSELF ? 0 : length);
                if (kind == OF_TICKETS)
                    asks(0, bytes(one, DKM_TICKET_BYTES), 64);
                else
                    key(0, fresh(SECRET, -1), bytes(one, SECRET), 64);
                if (kind == OF_RUNS) {
                    end();
                    begin();
                }
                if (kind == OF_TICKETS || kind == OF_BOTH)
                    asks(1, bytes(two, DKM_TICKET_BYTES), 64);
                else
                    key(1, fresh(SECRET, -1), bytes(two, SECRET), 64);
                end();
                bool of_ticket = kind == OF_TICKETS || kind == OF_BOTH, right = length < 8 || kind == OF_RUNS || (of_ticket && toy);
                g_autofree char *rule = g_strdup_printf("A4: in run 1, 8 bytes of %s come twice",
                                                        of_ticket ? "a ticket" : "a signing seed");
                holds_still(right ? NULL : rule);
            }
        }
    }
}
END_TEST

/* The first that is found is said, however often one asks. */
START_TEST(the_first_is_said)
{
    begin();
    key(0, fresh(SECRET, -1), fresh(SECRET, -1), 0);
    key(1, fresh(SECRET, -1), fresh(SECRET, -1), 1);
    end();
    g_autofree char *first = g_strdup(dkm_over_runs.broken(seeds));
    ck_assert(g_str_has_prefix(first, "A4: one draws 0 bytes"));
    holds_still(first);
    begin();
    asks(1, fresh(DKM_TICKET_BYTES, -1), 0);
    end();
    holds_still(first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watched seeds");
    TCase *t = tcase_create("A4");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, what_runs_make_differs, 0, SAMES);
    tcase_add_test(t, no_byte_is_constant);
    tcase_add_test(t, no_stretch_comes_twice);
    tcase_add_test(t, coins_are_drawn);
    tcase_add_test(t, the_first_is_said);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
