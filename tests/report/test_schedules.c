/* Schedules: text to moves and back, what is refused, recording, replay. */
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/stolen.h"
#include "environments/general/explorer.h"
#include "environments/worlds/replay.h"
#include "protocol/ticketed/party.h"
#include "tests/support/suite.h"

#define START "ucsim-schedule 1\noption parties hsm1 hsm2 hsm3\noption crypto ideal\n"
#define SET "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8"
#define KEY "keygen hsm1 " SET "\n"

static UcSchedule *parse(const char *text)
{
    GError *error = NULL;
    UcSchedule *s = uc_schedule_read(text, strlen(text), "dir/x.schedule", &error);
    ck_assert_msg(s != NULL, "%s", error ? error->message : "");
    return s;
}

START_TEST(print_is_the_inverse_of_read)
{
    static const char text[] =
        "ucsim-schedule 1\n"
        "option note \"\"\n"
        "option title \"a \\\"title\\\" with \\\\ and \\x0a\"\n"
        "option parties hsm1 hsm2\n"
        "keygen hsm1 " SET "\n"
        "request hsm2 none -1 party:7\n"
        "deliver hsm2 payload@3.bytes flip:0 cut:12 extend:00ff set:2:abcd\n"
        "deliver hsm2 hex:00 extend:01\n"
        "deliver hsm2 made:70ab flip:3 from:1\n"
        "deliver hsm2 hex:00 from:1 from:2\n"
        "deliver hsm2 payload@3 flip:0 from:1\n"
        "sign hsm2 key@1 \"firmware 1.0\"\n"
        "sign hsm2 key@1 \"none\"\n"
        "sign hsm2 key@1 \"\"\n"
        "sign hsm2 key@1 \"gr\xc3\xbc\xc3\x9f\"\n"
        "crash hsm1 before\n"
        "corrupted\n";
    g_autoptr(UcSchedule) s = parse(text);
    g_autofree char *printed = uc_schedule_print(s);
    ck_assert_str_eq(printed, text);
}
END_TEST

static void refused(const char *text, size_t length, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcSchedule) s = uc_schedule_read(text, length, "dir/x.schedule", &error);
    ck_assert_msg(s == NULL, "accepted: %s", text);
    ck_assert_msg(strstr(error->message, why) != NULL, "expected \"%s\", got \"%s\"", why, error->message);
    ck_assert(g_str_has_prefix(error->message, "x.schedule:"));
}

START_TEST(bad_text)
{
    static const struct {
        const char *text, *why;
    } row[] = {
        { "", "x.schedule:1: expected 'ucsim-schedule 1' as the first line, got an empty file" },
        { "# nothing\n\n", "got an empty file" },
        { "keygen hsm1 x\n", "x.schedule:1: expected 'ucsim-schedule 1' as the first line" },
        { "ucsim-schedule 2\n", "expected version 1 of the schedule format, got version '2'" },
        { "ucsim-schedule 1\noption x\n", "x.schedule:2: expected option NAME VALUE" },
        { "ucsim-schedule 1\noption x 1 hex:00ff flip:3\n", "expected a word or a text as the value of an option, got hex:00ff flip:3" },
        { "ucsim-schedule 1\noption x hex:\n", "expected a word or a text as the value of an option, got hex:" },
        { "ucsim-schedule 1\noption x a@1\n", "expected a word or a text as the value of an option, got a@1" },
        { "ucsim-schedule 1\noption x 1\noption x 2\n", "x.schedule:3: expected every option once, got 'x' again" },
        { "ucsim-schedule 1\na b\noption x 1\n", "expected options before the first move" },
        { "ucsim-schedule 1\n\"a\" b\n", "expected the name of a move" },
        { "ucsim-schedule 1\na b \"c\n", "expected a closing quote" },
        { "ucsim-schedule 1\na b \"c\"d\n", "expected a blank after a closing quote" },
        { "ucsim-schedule 1\na b \"\\q\"\n", "expected one of" },
        { "ucsim-schedule 1\na b hex:0\n", "expected an even number of hex digits, got 'hex:0'" },
        { "ucsim-schedule 1\na b key@0\n", "expected a name such as object@3" },
        { "ucsim-schedule 1\na b key@99999999999999999999\n", "expected a name such as object@3" },
        { "ucsim-schedule 1\na b @1\n", "expected a name such as object@3" },
        { "ucsim-schedule 1\na b key@1. \n", "expected a name such as object@3" },
        { "ucsim-schedule 1\na b flip:1\n", "expected bytes before a mutation, got 'flip:1'" },
        { "ucsim-schedule 1\na b c@1 flip:x\n", "expected flip:BIT" },
        { "ucsim-schedule 1\na b from:1\n", "expected bytes, then from: and the number of a move, got 'from:1'" },
        { "ucsim-schedule 1\na b hex:00 from:0\n", "expected bytes, then from: and the number of a move, got 'from:0'" },
        { "ucsim-schedule 1\na b hex:00 from:x\n", "expected bytes, then from: and the number of a move, got 'from:x'" },
        { "ucsim-schedule 1\na b c@1 set:1\n", "expected set:OFFSET:HEX" },
        { "ucsim-schedule 1\na b c@1 extend:zz\n", "expected an even number of hex digits" },
        { "ucsim-schedule 1\na b \x01\n", "expected printable ASCII" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++)
        refused(row[i].text, strlen(row[i].text), row[i].why);
    g_autoptr(GString) terms = g_string_new("ucsim-schedule 1\na");
    for (unsigned i = 1; i < UC_SCHEDULE_TERMS; i++)
        g_string_append(terms, " 1");
    g_autoptr(UcSchedule) longest = parse(terms->str);
    ck_assert_uint_eq(uc_schedule_move(longest, 1)->term->len, UC_SCHEDULE_TERMS - 1);
    g_string_append(terms, " 1\n");
    refused(terms->str, terms->len, "x.schedule:2: expected at most 1024 terms in a line, got more");
    refused("ucsim-schedule 1\na \0\n", 21, "expected printable ASCII (or a text in quotes), got byte 0x00");
}
END_TEST

static void does_not_replay(const char *moves, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(START, moves, NULL);
    g_autoptr(UcSchedule) s = parse(text);
    g_autoptr(EnvReplay) r = env_replay_run(s, false, NULL, NULL, &error);
    ck_assert_msg(r == NULL, "replayed: %s", moves);
    ck_assert_msg(strstr(error->message, why) != NULL, "expected \"%s\", got \"%s\"", why, error->message);
}

START_TEST(what_does_not_replay)
{
    static const struct {
        const char *moves, *why;
    } row[] = {
        { "dance hsm1\n", "x.schedule:4: expected an input or an order, got 'dance'" },
        { "payload hsm1 hsm2 none\n", "expected an input or an order, got 'payload'" },
        { "keygen\n", "expected a party after 'keygen', got the end of the line" },
        { "keygen hsm9 x\n", "expected a party after 'keygen', got hsm9" },
        { "keygen \"hsm1\" x\n", "expected a party after 'keygen'" },
        { "keygen hsm1\n", "expected 1 argument after the party of 'keygen': set, got 0" },
        { "restart hsm1 now\n", "expected 0 arguments after the party of 'restart', got 1" },
        { "crash hsm1 sideways\n", "expected a crash point for 'point', got sideways" },
        { "request hsm2 none four hsm1\n", "expected a number for 'count', got four" },
        { "request hsm2 none 4 hsm9\n", "expected a party for 'from', got hsm9" },
        { "request hsm2 4 4 hsm1\n", "expected bytes (object@N, hex:..., made:... or none) for 'kid', got 4" },
        { "status hsm1 key@1\n", "expected the name of something an earlier move brought, got 'key@1' in move 1" },
        { KEY "status hsm1 key@2\n", "x.schedule:5: expected the name of something an earlier move brought" },
        { KEY "status hsm1 ticket@1\n", "expected move 1 to bring 'ticket', got 'key'" },
        { KEY "crash hsm1 now\nstatus hsm1 key@2\n", "expected move 2 to bring 'key', got 'nothing'" },
        { KEY "status hsm1 key@1.colour\n", "expected a field of 'key' with bytes, got 'colour'" },
        { KEY "status hsm1 key@1.capacity\n", "expected a field of 'key' with bytes, got 'capacity'" },
        { KEY "status hsm1 key@1 flip:128\n", "expected a bit of 16 bytes, got flip:128" },
        { KEY "status hsm1 key@1 cut:17\n", "expected at most 16 bytes to keep, got cut:17" },
        { KEY "status hsm1 key@1 set:17:\n", "expected bytes within 16 bytes, got set:17 of 0" },
        { KEY "status hsm1 hex: set:0: extend:\nstatus hsm1 hex: flip:0\n", "x.schedule:6: expected a bit of 0 bytes, got flip:0" },
        { KEY "status hsm1 key@1 set:15:0000\n", "expected bytes within 16 bytes, got set:15 of 2" },
        { KEY "deliver hsm1 hex:00 from:2\n", "x.schedule:5: expected from: and the number of an earlier move, got from:2" },
        { KEY "crash hsm1 now\ndeliver hsm2 hex:00 from:2\n", "expected move 2 to bring something that bytes can be made" },
        { "speak hsm1\n", "expected a party and a kind of message after 'speak'" },
        { "speak hsm1 dance\n", "expected a party and a kind of message after 'speak'" },
        { "speak hsm1 crash now\n", "expected a party and a kind of message after 'speak'" },
        { "speak hsm1 verified yes\n", "expected a number for 'valid', got yes" },
        { "corrupted hsm1\n", "expected nothing after 'corrupted'" },
        { "deliver hsm1 made:\n", "expected what this protocol's adversary can make, got made:" },
        { "deliver hsm1 made:78ff\n", "expected what this protocol's adversary can make, got made:78ff" },
        { "deliver hsm1 made:70ff\n", "expected what this protocol's adversary can make, got made:70ff" }, /* no whole payload */
        { "deliver hsm1 made:6b0011223344556677\n", "expected what this protocol's adversary can make" }, /* no such set */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++)
        does_not_replay(row[i].moves, row[i].why);
}
END_TEST

START_TEST(bad_options)
{
    static const struct {
        const char *option, *why;
    } row[] = {
        { "option colour red\n", "x.schedule:2: option colour: there is no such option" },
        { "option crypto wooden\n", "option crypto: expected one of real, ideal, got 'wooden'" },
        { "option storage cloud\n", "option storage: expected one of atomic" },
        { "option trust nobody\n", "option trust: expected one of enclave, pairwise" },
        { "option capacity many\n", "option capacity: expected a number" },
        { "option capacity 1 2\n", "option capacity: expected one value" },
        { "option parties a a\n", "option parties: expected different names" },
        { "option scheme \"\"\n", "option scheme: expected a text, got ''" },
        { "option enclave \"\"\n", "option enclave: expected a text, got ''" },
        { "option enclaves x \"\" x\n", "option enclaves: expected names that are not empty, got 'x'" },
        { "option crypto \"\"\n", "option crypto: expected one of real, ideal, got ''" },
        { "option parties a \"\"\n", "option parties: expected" },
        { "option scheme ROT13\n", "scheme: unknown parameter set 'ROT13'" },
        { "option protocol none-such\n", "x.schedule:2: option protocol: expected" },
        { "option seed -1\n", "option seed: expected a number" },
        { "option found \"no progress: \"\n", "option found: expected a verdict" },
        { "option expect wonders\n", "option expect: expected a verdict" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat("ucsim-schedule 1\n", row[i].option, NULL);
        g_autoptr(UcSchedule) s = parse(text);
        g_autoptr(EnvReplay) r = env_replay_run(s, false, NULL, NULL, &error);
        ck_assert_msg(r == NULL, "replayed with %s", row[i].option);
        ck_assert_msg(strstr(error->message, row[i].why) != NULL, "%s", error->message);
        ck_assert_msg(strstr(error->message, "x.schedule:2: ") != NULL, "no line: %s", error->message);
    }
}
END_TEST

/* Files and scripts have names of their own for an option, or none. */
START_TEST(options_have_two_names)
{
    EnvOptions o = env_default_options();
    EnvOptionPlace p;
    ck_assert(env_option_find(&o, "tag-bytes", &p) && env_option_of_script(&o, "tag_bytes", &p));
    ck_assert(!env_option_find(&o, "tag_bytes", &p) && !env_option_of_script(&o, "tag-bytes", &p));
    ck_assert(env_option_of_script(&o, "budget", &p) && !env_option_find(&o, "budget", &p)); /* not in files */
    ck_assert(env_option_find(&o, "coins", &p) && !env_option_of_script(&o, "coins", &p));
    ck_assert(!env_option_find(&o, "capacit", &p) && !env_option_find(&o, "", &p));
}
END_TEST

/* Options of a run, printed and read again, are the same. */
START_TEST(options_go_both_ways)
{
    static const char *const party[] = { "a", "b", NULL }, *const enclave_of[] = { "test", "prod", NULL };
    EnvOptions o = env_default_options(), back;
    o.party = party;
    o.crypto_ideal = dkm_settings(&o.interface)->seal_real = o.independent = true;
    ck_assert_ptr_null(env_options_use_simulator(&o, "dictated"));
    dkm_settings(&o.interface)->capacity = 7;
    o.storage = UC_STORAGE_TORN;
    dkm_settings(&o.interface)->trust = DKM_TRUST_PAIRWISE;
    dkm_settings(&o.interface)->reservation = 3;
    pi_settings(&o.protocol)->tag_bytes = 2;
    dkm_settings(&o.interface)->ticket_bytes = 1;
    dkm_settings(&o.interface)->limits = (DkmLimits){ 1, 2, 3, 4 };
    dkm_settings(&o.interface)->enclave = "x y";
    dkm_settings(&o.interface)->enclave_of = enclave_of;
    dkm_settings(&o.interface)->shared_master = true;
    g_autoptr(UcSchedule) s = uc_schedule_new("x");
    g_ptr_array_unref(s->options);
    s->options = env_options_print(&o);
    uc_options_add(s->options, "seed", "5");
    g_autofree char *text = uc_schedule_print(s);
    g_autoptr(UcSchedule) again = parse(text);
    ck_assert(env_options_parse(again, &back, NULL));
    ck_assert_str_eq(back.party[1], "b");
    ck_assert_str_eq(dkm_settings(&back.interface)->enclave, "x y");
    ck_assert_str_eq(dkm_settings(&back.interface)->enclave_of[0], "test");
    ck_assert_str_eq(dkm_settings(&back.interface)->enclave_of[1], "prod");
    ck_assert(!dkm_settings(&back.interface)->enclave_of[2] && dkm_settings(&back.interface)->shared_master);
    ck_assert(back.crypto_ideal && dkm_settings(&back.interface)->seal_real && back.independent && back.simulator == o.simulator);
    ck_assert(dkm_settings(&back.interface)->capacity == 7 && back.storage == UC_STORAGE_TORN && dkm_settings(&back.interface)->trust == DKM_TRUST_PAIRWISE);
    ck_assert(dkm_settings(&back.interface)->reservation == 3 && pi_settings(&back.protocol)->tag_bytes == 2 && dkm_settings(&back.interface)->ticket_bytes == 1);
    ck_assert(!memcmp(&dkm_settings(&back.interface)->limits, &dkm_settings(&o.interface)->limits, sizeof dkm_settings(&o.interface)->limits));
    ck_assert_uint_eq(env_seed_number(back.seed), 5);
}
END_TEST

/* ---- recording ---- */

typedef struct {
    EnvWorlds *worlds;
    UcRecorder *recorder;
    UcStore *store;
} Record;

static Record record_on(const EnvOptions *o)
{
    Record r = { .worlds = env_worlds_new(o, NULL) };
    r.store = env_worlds_store(r.worlds);
    r.recorder = uc_recorder_new(env_worlds_spec(r.worlds, ENV_REAL), r.store);
    return r;
}

static Record record_new(void)
{
    EnvOptions o = env_default_options();
    return record_on(&o);
}

static void record_free(Record *r)
{
    uc_recorder_free(r->recorder);
    env_worlds_free(r->worlds);
}

static void recorded(Record *r, const UcEnvelope *write, const char *want)
{
    g_autofree char *got = uc_move_print(uc_recorder_move(r->recorder, write));
    ck_assert_str_eq(got, want);
}

static UcWord altered(Record *r, const uint8_t *from, size_t length, size_t at, uint8_t with)
{
    g_autofree uint8_t *copy = g_memdup2(from, length);
    copy[at] = with;
    return uc_store_put(r->store, copy, length);
}

START_TEST(recording_names_what_was_seen)
{
    Record r = record_new();
    uint8_t bytes[64];
    for (int i = 0; i < 64; i++)
        bytes[i] = (uint8_t)i;
    UcWord kid = uc_store_text(r.store, "kid-kid-kid-kid-"), vk = uc_store_text(r.store, "the public key"),
           ticket = uc_store_text(r.store, "ticket-ticket-ti"), payload = uc_store_put(r.store, bytes, 64);
    UcEnvelope e = uc_input(0, (UcMessage){ DKM_KEYGEN, { uc_store_text(r.store, SET) } });
    recorded(&r, &e, "keygen hsm1 " SET);
    uc_recorder_brought(r.recorder, 0, &(UcMessage){ DKM_KEY, { kid, vk, 32 } });
    e = uc_input(1, (UcMessage){ DKM_REQUEST, { kid, (UcWord)-1, 9 } });
    recorded(&r, &e, "request hsm2 key@1 -1 party:9");
    uc_recorder_brought(r.recorder, 0, &(UcMessage){ DKM_REQUESTED, { ticket } });
    e = uc_input(0, (UcMessage){ DKM_TRANSFER, { kid, 4, 1, ticket } });
    recorded(&r, &e, "transfer hsm1 key@1 4 hsm2 ticket@2");
    uc_recorder_brought(r.recorder, 0, &(UcMessage){ UC_M_PAYLOAD, { 1, payload } });
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { payload } });
    recorded(&r, &e, "deliver hsm2 payload@3");
    e = uc_input(2, (UcMessage){ DKM_VERIFY, { vk, UC_NONE, kid } });
    recorded(&r, &e, "verify hsm3 key@1 none key@1");
    e = uc_input(2, (UcMessage){ DKM_STATUS, { vk } });
    recorded(&r, &e, "status hsm3 key@1.vk"); /* not the field that the argument's name means */
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { altered(&r, bytes, 64, 15, 15 ^ 0x20) } });
    recorded(&r, &e, "deliver hsm2 payload@3 flip:122");
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { altered(&r, bytes, 64, 15, 0) } });
    recorded(&r, &e, "deliver hsm2 payload@3 set:15:00");
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { uc_store_put(r.store, bytes, 63) } });
    recorded(&r, &e, "deliver hsm2 payload@3 cut:63");
    uint8_t longer[66] = { 0 };
    memcpy(longer, bytes, 64);
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { uc_store_put(r.store, longer, 66) } });
    recorded(&r, &e, "deliver hsm2 payload@3 extend:0000");
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { uc_store_text(r.store, "forged") } });
    recorded(&r, &e, "deliver hsm2 hex:666f72676564");
    e = uc_input(0, (UcMessage){ DKM_SIGN, { kid, uc_store_put(r.store, "\xff\0", 2) } });
    recorded(&r, &e, "sign hsm1 key@1 hex:ff00");
    e = uc_order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } });
    recorded(&r, &e, "crash hsm1 after");
    e = uc_order(1, (UcMessage){ DKM_VERIFIED, { 1 } });
    recorded(&r, &e, "speak hsm2 verified 1");
    record_free(&r);
}
END_TEST

/* What was recorded resolves to the same write. */
START_TEST(recorded_mutations_resolve)
{
    Record r = record_new();
    g_autoptr(UcResolver) resolver = uc_resolver_new(env_worlds_spec(r.worlds, ENV_REAL), r.store);
    uint8_t bytes[40] = { 1, 2, 3 };
    UcMessage payload = { UC_M_PAYLOAD, { 1, uc_store_put(r.store, bytes, 40) } };
    UcEnvelope first = uc_order(0, (UcMessage){ UC_M_RESTART, { 0 } });
    uc_recorder_move(r.recorder, &first);
    uc_recorder_brought(r.recorder, 0, &payload);
    uc_resolver_brought(resolver, 0, &payload);
    for (unsigned bit = 0; bit < 320; bit += 7) {
        UcEnvelope e = uc_order(1, (UcMessage){ UC_M_DELIVER, { altered(&r, bytes, 40, bit / 8,
                                                                         bytes[bit / 8] ^ (0x80 >> bit % 8)) } }), got;
        const UcMove *m = uc_recorder_move(r.recorder, &e);
        g_autofree char *text = uc_move_print(m), *want = g_strdup_printf("deliver hsm2 payload@1 flip:%u", bit);
        ck_assert_str_eq(text, want);
        ck_assert(uc_resolver_write(resolver, uc_recorder_schedule(r.recorder), m, &got, NULL));
        ck_assert(!memcmp(&got, &e, sizeof e));
    }
    record_free(&r);
}
END_TEST

START_TEST(leaving_moves_out)
{
    g_autoptr(UcSchedule) s = parse(START "a p\nb p\nc p x@1\nd p y@2 z@1\n");
    const bool without_two[] = { true, false, true, false }, without_one[] = { false, true, true, false };
    g_autoptr(UcSchedule) kept = uc_schedule_subset(s, without_two);
    g_autofree char *text = uc_schedule_print(kept);
    ck_assert_str_eq(text, START "a p\nc p x@1\n");
    ck_assert(uc_schedule_subset(s, without_one) == NULL); /* c names move 1 */
    const bool shifted[] = { true, true, false, true };
    g_autoptr(UcSchedule) all = uc_schedule_subset(s, shifted);
    g_autofree char *again = uc_schedule_print(all);
    ck_assert_str_eq(again, START "a p\nb p\nd p y@2 z@1\n");
}
END_TEST

/* In the place of what is gone comes the last object of that name that is left before the move, or none; a change of it goes
 * with it, and what bytes were made from has no such place. */
START_TEST(something_else_in_the_place_of_what_is_gone)
{
    g_autoptr(UcSchedule) s = parse(START "a p\nb p x@1\na p\na p\nc p x@3.f flip:2 y@2\nd p x@4\ne p hex:00 from:2\n");
    static const struct {
        bool keep[7], others;
        const char *text; /* NULL: cannot be */
    } row[] = {
        { { true, true, false, true, true, true, false }, true, "a p\nb p x@1\na p\nc p x@3.f flip:2 y@2\nd p x@3\n" },
        { { true, true, false, true, true, true, false }, false, "a p\nb p x@1\na p\nc p none y@2\nd p x@3\n" },
        { { false, true, true, false, true, true, false }, true, "b p none\na p\nc p x@2.f flip:2 y@1\nd p x@2\n" },
        { { true, false, true, false, true, false, false }, true, "a p\na p\nc p x@2.f flip:2 none\n" },
        { { true, false, true, true, true, true, true }, true, NULL },
        { { true, true, true, true, true, true, true }, true, "a p\nb p x@1\na p\na p\nc p x@3.f flip:2 y@2\nd p x@4\ne p hex:00 from:2\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(UcSchedule) got = uc_schedule_mended(s, row[i].keep, row[i].others);
        ck_assert_msg(!got == !row[i].text, "row %zu", i);
        if (!got)
            continue;
        g_autofree char *text = uc_schedule_print(got), *want = g_strconcat(START, row[i].text, NULL);
        ck_assert_str_eq(text, want);
    }
}
END_TEST

/* What A made from something stays only while that stays, and is renumbered with it. */
START_TEST(what_bytes_were_made_from_stays)
{
    g_autoptr(UcSchedule) s = parse(START "a p\nb p\nc p\nd p hex:00 from:3 from:1\n");
    const bool without_two[] = { true, false, true, true }, without_three[] = { true, true, false, true };
    g_autoptr(UcSchedule) kept = uc_schedule_subset(s, without_two);
    g_autofree char *text = uc_schedule_print(kept), *whole = uc_schedule_print(s);
    ck_assert_str_eq(text, START "a p\nc p\nd p hex:00 from:2 from:1\n");
    ck_assert(uc_schedule_subset(s, without_three) == NULL);
    ck_assert_str_eq(whole, START "a p\nb p\nc p\nd p hex:00 from:3 from:1\n"); /* a subset is a copy */
}
END_TEST

/* The true program, shown bytes that happen to be a signature under hsm2's key, which A could not make. */
#define SIGNATURE "hex:6c75666bcaa6c26b4a62c5b38c919de60000000000000000c05529afd548ff6858ff675a17a6f8732d76b4e4d0c20477fa51d9b813" \
                  "02350769b671cf6370d756a895cd6023fbfd503d59bc5f4a1440993356e36d876934cc"
#define GUESSED "ucsim-schedule 1\noption parties hsm1 hsm2\noption crypto ideal\noption capacity 3\nkeygen hsm1 " SET \
                "\nkeygen hsm2 " SET "\ntransfer hsm1 key@1 1 hsm2 none\nverify hsm2 key@2 \"signed by nobody\" " SIGNATURE

/* What A made from something stays only while that is the same: the transfer would bring another error without the key. */
START_TEST(what_bytes_were_made_from_stays_the_same)
{
    static const struct {
        const char *text;
        unsigned moves; /* after shrinking */
    } row[] = { { GUESSED "\n", 2 }, { GUESSED " from:2\n", 2 }, { GUESSED " from:3\n", 4 } };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(UcSchedule) s = parse(row[i].text);
        EnvOptions options;
        ck_assert(env_options_parse(s, &options, NULL));
        EnvWorlds *worlds = env_options_worlds(s, &options, NULL);
        unsigned tries;
        UcSchedule *small = env_shrink(worlds, ENV_WORLDS, s, 100, &tries, NULL, NULL);
        ck_assert_msg(small && small->move->len == row[i].moves, "row %zu: %u moves", i, small ? small->move->len : 0);
        uc_schedule_free(small);
        env_worlds_free(worlds);
    }
}
END_TEST

START_TEST(recording_says_what_bytes_were_made_from)
{
    Record r = record_new();
    UcWord state = uc_store_text(r.store, "a stolen state"), unseen = uc_store_text(r.store, "never seen");
    UcEnvelope e = uc_order(0, (UcMessage){ UC_M_CORRUPT, { 0 } });
    uc_recorder_move(r.recorder, &e);
    uc_recorder_brought(r.recorder, 0, &(UcMessage){ UC_M_STATE, { state } });
    e = uc_order(1, (UcMessage){ UC_M_DELIVER, { uc_store_text(r.store, "forged") } });
    const UcMove *m = uc_recorder_move(r.recorder, &e);
    uc_recorder_made_from(r.recorder, state);
    uc_recorder_made_from(r.recorder, unseen);
    g_autofree char *text = uc_move_print(m);
    ck_assert_str_eq(text, "deliver hsm2 hex:666f72676564 from:1");
    record_free(&r);
}
END_TEST

/* ---- what only the process knows ---- */

typedef struct {
    Record by;
    UcWord payload, vk;
    uint8_t key[SEAL_KEY_BYTES];
} Forger;

static Record record_of_ideal(void)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    return record_on(&o);
}

/* An adversary with a key of its own, and a payload with it. */
static Forger forger_new(void)
{
    Forger f = { .by = record_of_ideal(), .key = { 7 } };
    const PiConfig *config = env_worlds_protocol(f.by.worlds);
    Sigma *sigma = config->dkm->sigma[0];
    g_autofree uint8_t *seed = g_malloc0(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    ck_assert(sigma_public(sigma, seed, vk));
    f.vk = uc_store_put(f.by.store, vk, sigma->public_size);
    AdversaryKey key = { dkm_kid(f.by.store, f.vk), f.vk, uc_store_put(f.by.store, seed, sigma->seed_size) };
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = 0, .to = 1 };
    payload_scheme_id(sigma, header.scheme);
    f.payload = adversary_seal(f.by.store, config, f.key, &header, false, &key, (DkmInterval){ 0, 4 });
    return f;
}

static UcEnvelope delivery(const Forger *f) { return uc_order(1, (UcMessage){ UC_M_DELIVER, { f->payload } }); }

/* In the worlds of another process, as it were. */
static bool resolve(EnvWorlds *worlds, const char *move, UcEnvelope *out, GError **error)
{
    g_autofree char *text = g_strdup_printf(START "%s\n", move);
    g_autoptr(UcSchedule) s = parse(text);
    g_autoptr(UcResolver) r = uc_resolver_new(env_worlds_spec(worlds, ENV_REAL), env_worlds_store(worlds));
    return uc_resolver_write(r, s, uc_schedule_move(s, 1), out, error);
}

static bool opens(EnvWorlds *worlds, const Forger *f, UcWord payload)
{
    UcStore *store = env_worlds_store(worlds);
    size_t length;
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    AdversaryKey key;
    DkmInterval block;
    return adversary_open(store, env_worlds_protocol(worlds), f->key, bytes, length, &key, &block) && block.b == 4;
}

START_TEST(a_token_is_made_again_elsewhere)
{
    Forger f = forger_new(), other = { .by = record_of_ideal() };
    UcEnvelope e = delivery(&f), got;
    g_autofree char *text = uc_move_print(uc_recorder_move(f.by.recorder, &e));
    ck_assert_msg(g_str_has_prefix(text, "deliver hsm2 made:70"), "%s", text);
    ck_assert(resolve(other.by.worlds, text, &got, NULL));
    size_t n, m;
    const uint8_t *bytes = uc_store_get(f.by.store, f.payload, &n), *again = uc_store_get(other.by.store, got.message.w[0], &m);
    ck_assert_mem_eq(bytes, again, MIN(n, m));
    ck_assert_uint_eq(n, m);
    ck_assert(opens(other.by.worlds, &f, got.message.w[0]));
    g_autofree char *flipped = g_strconcat(text, " flip:700", NULL);
    ck_assert(resolve(other.by.worlds, flipped, &got, NULL));
    ck_assert(!opens(other.by.worlds, &f, got.message.w[0]));
    record_free(&f.by);
    record_free(&other.by);
}
END_TEST

/* The bytes alone are not enough: what the schedule must have more is what it tests. */
START_TEST(bytes_alone_open_where_they_were_made)
{
    Forger f = forger_new(), other = { .by = record_of_ideal() };
    UcEnvelope e = delivery(&f), got;
    uc_recorder_hide(f.by.recorder);
    g_autofree char *text = uc_move_print(uc_recorder_move(f.by.recorder, &e));
    ck_assert_msg(g_str_has_prefix(text, "deliver hsm2 hex:0002"), "%s", text);
    ck_assert(resolve(f.by.worlds, text, &got, NULL) && opens(f.by.worlds, &f, got.message.w[0]));
    ck_assert(resolve(other.by.worlds, text, &got, NULL) && !opens(other.by.worlds, &f, got.message.w[0]));
    record_free(&f.by);
    record_free(&other.by);
}
END_TEST

/* Its signatures verify where the key is known. */
START_TEST(a_key_of_its_own_is_known_elsewhere)
{
    Forger f = forger_new(), other = { .by = record_of_ideal() };
    UcEnvelope e = uc_input(1, (UcMessage){ DKM_VERIFY, { f.vk, uc_store_text(f.by.store, "m"), uc_store_text(f.by.store, "s") } }), got;
    g_autofree char *text = uc_move_print(uc_recorder_move(f.by.recorder, &e));
    ck_assert_msg(g_str_has_prefix(text, "verify hsm2 made:6b"), "%s", text);
    Sigma *there = ((const PiConfig *)env_worlds_protocol(other.by.worlds))->dkm->sigma[0];
    const uint8_t *vk = uc_store_get(f.by.store, f.vk, NULL);
    ck_assert_ptr_null(sigma_remembered(there, vk));
    ck_assert(resolve(other.by.worlds, text, &got, NULL));
    ck_assert_ptr_nonnull(sigma_remembered(there, vk));
    ck_assert_mem_eq(uc_store_get(other.by.store, got.message.w[0], NULL), vk, there->public_size);
    Record real = record_new(); /* where a key is all in its bytes, none is made, which may take hours */
    ck_assert(!resolve(real.worlds, text, &got, NULL));
    record_free(&real);
    record_free(&f.by);
    record_free(&other.by);
}
END_TEST

/* A protocol whose kit says what bytes were made from and cannot make them: an error, and no verdict without them. */
START_TEST(what_cannot_be_made_again_does_not_replay)
{
    Forger f = forger_new();
    UcWorldSpec *spec = env_worlds_spec(f.by.worlds, ENV_REAL);
    UcAttackKit without = *spec->kit;
    const UcAttackKit *const kits[] = { &without, NULL };
    without.make_again = NULL;
    UcEnvelope e = delivery(&f), got;
    g_autofree char *text = uc_move_print(uc_recorder_move(f.by.recorder, &e));
    for (size_t i = 0; i < G_N_ELEMENTS(kits); i++) {
        g_autoptr(GError) error = NULL;
        spec->kit = kits[i];
        ck_assert(!resolve(f.by.worlds, text, &got, &error));
        ck_assert(g_error_matches(error, UC_SCHEDULE_ERROR, UC_SCHEDULE_NO_REPLAY));
        ck_assert_msg(strstr(error->message, "x.schedule:4: expected a protocol whose attack kit makes again") != NULL, "%s",
                      error->message);
    }
    record_free(&f.by);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedules");
    TCase *t = tcase_create("schedules");
    tcase_add_test(t, print_is_the_inverse_of_read);
    tcase_add_test(t, bad_text);
    tcase_add_test(t, what_does_not_replay);
    tcase_add_test(t, bad_options);
    tcase_add_test(t, options_have_two_names);
    tcase_add_test(t, options_go_both_ways);
    tcase_add_test(t, recording_names_what_was_seen);
    tcase_add_test(t, recorded_mutations_resolve);
    tcase_add_test(t, leaving_moves_out);
    tcase_add_test(t, something_else_in_the_place_of_what_is_gone);
    tcase_add_test(t, what_bytes_were_made_from_stays);
    tcase_add_test(t, what_bytes_were_made_from_stays_the_same);
    tcase_add_test(t, recording_says_what_bytes_were_made_from);
    tcase_add_test(t, a_token_is_made_again_elsewhere);
    tcase_add_test(t, bytes_alone_open_where_they_were_made);
    tcase_add_test(t, a_key_of_its_own_is_known_elsewhere);
    tcase_add_test(t, what_cannot_be_made_again_does_not_replay);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
