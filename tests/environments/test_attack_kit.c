/* Scripts, lint, exploration and the attacker that harvests know what an attacker can do by the descriptors alone: of a triple with a
 * kit that no registry knows, and of one without. */
#include <stdlib.h>

#include "environments/general/explorer.h"
#include "foreign.h"
#include "stamps.h"
#include "tests/support/suite.h"

/* ---- scripts ---- */

#define STOLEN "local s = z:corrupt('hsm1') local p = z:stamp { with = s.stamps[2], to = 'hsm3', letter = 'yo' }\n"
#define KEY "('k'):rep(16)"

static const ForeignRow rows[] = {
    /* what a stolen state has, what is made of it, and that it works */
    { &stamps, STOLEN "assert(#s.stamps == 3 and s.stamps[2].owner == 'hsm2' and #s.stamps[2].key == 16 and s.keys == nil)\n"
      "assert(p.kind == 'payload' and p.from == 'hsm2' and p.to == 'hsm3' and #p.bytes == 13)\n"
      "local r = z:deliver('hsm3', p) assert(r.kind == 'received' and r.from == 'hsm2' and r.letter == 'yo')",
      UC_INDISTINGUISHABLE, NULL },
    /* what is left out */
    { &stamps, STOLEN "local q = z:stamp { with = { key = s.stamps[1].key }, to = 'hsm2', letter = 'yo' }\n"
      "assert(q.from == 'hsm1' and z:deliver('hsm2', q).from == 'hsm1')\n"
      "assert(z:deliver('hsm2', z:stamp { with = s.stamps[1], to = 'hsm2', letter = 'yo', format = 1 }).letter == 'yo')\n"
      "local other = z:stamp { with = s.stamps[1], to = 'hsm2', letter = 'yo', format = 255 }\n"
      "assert(other:header().format == 255 and z:deliver('hsm2', other) == nil)", UC_INDISTINGUISHABLE, NULL },
    /* rows, and the same without what is optional; nothing; bytes */
    { &stamps, STOLEN "local l = z:look(p) assert(l.letter == 'yo' and l.from == 'hsm2' and l.sort == 1 and l.key == nil)\n"
      "assert(z:look(p, s.stamps[3]).key == s.stamps[3].key and z:look(p.bytes, s.stamps[1].key).key == s.stamps[1].key)\n"
      "assert(z:look('short') == nil and z:tear(p, 4) == p.bytes:sub(1, 4))", UC_INDISTINGUISHABLE, NULL },
    /* the payload's fields */
    { &stamps, STOLEN "local h = p:header() assert(h.format == 1 and h.from == 'hsm2' and h.to == 'hsm3' and h.letter == 'yo')\n"
      "assert(p:set('letter', 'ya').bytes == p:patch(3, 'ya').bytes and p:set('letter', p:header()).bytes == p.bytes)\n"
      "assert(p:set('format', 7):header().format == 7 and p:set('to', 'hsm1'):header().to == 'hsm1')\n"
      "assert(z:deliver('hsm3', p:set('from', 'hsm1')) == nil and z:deliver('hsm3', p:set('letter', 'ya')) == nil)\n"
      "assert(p:cut(4):header() == nil and p:cut(5):header().letter == 'yo')", UC_INDISTINGUISHABLE, NULL },
    /* wrong */
    { &stamps, "z:stamp(3)", UC_ERROR, "t.lua:2: stamp: expected a table of its arguments, got 3" },
    { &stamps, "z:stamp { wiht = 1 }", UC_ERROR, "t.lua:2: stamp: unknown field 'wiht'; did you mean 'with'?" },
    { &stamps, "z:stamp { owner = 1 }", UC_ERROR, "t.lua:2: stamp: unknown field 'owner'" },
    { &stamps, "z:stamp { with = 'x' }", UC_ERROR, "t.lua:2: with: expected a table with key, got 'x'" },
    { &stamps, "z:stamp { with = {} }", UC_ERROR, "t.lua:2: key: expected its bytes or a table that has them, got an empty table" },
    { &stamps, "z:stamp { with = { key = 'x' } }", UC_ERROR, "t.lua:2: key: expected 16 bytes, got 1" },
    { &stamps, "z:stamp { with = { key = " KEY ", owner = 'hsm9' } }", UC_ERROR,
      "t.lua:2: owner: expected the name of a party, got 'hsm9'; did you mean 'hsm1'?" },
    { &stamps, "z:stamp { with = { key = " KEY " }, letter = 'yo' }", UC_ERROR, "t.lua:2: to: expected the name of a party, got nil" },
    { &stamps, "z:stamp { with = { key = " KEY " }, to = 'hsm1' }", UC_ERROR,
      "t.lua:2: letter: expected its bytes or a table that has them, got nil" },
    { &stamps, "z:stamp { with = { key = " KEY " }, to = 'hsm1', letter = 'yo', format = 256 }", UC_ERROR,
      "t.lua:2: format: expected 0 to 255, got 256" },
    { &stamps, "z:stamp { with = { key = " KEY " }, to = 'hsm1', letter = 'yo', format = -1 }", UC_ERROR,
      "t.lua:2: format: expected 0 to 255, got -1" },
    { &stamps, "z:stamp { with = { key = " KEY " }, to = 'hsm1', letter = 'yo', format = 'x' }", UC_ERROR,
      "t.lua:2: format: expected an integer, got 'x'" },
    { &stamps, "z:stamp { with = { key = " KEY " }, to = 'hsm1', letter = 'no' }", UC_ERROR,
      "t.lua:2: stamp: expected a letter other than 'no'" },
    { &stamps, "z:look()", UC_ERROR, "t.lua:2: bad argument #1 to 'look' (value expected)" },
    { &stamps, "z:look('x', 'y')", UC_ERROR, "t.lua:2: with: expected 16 bytes, got 1" },
    { &stamps, "z:tear('x', 'y')", UC_ERROR, "t.lua:2: left of tear: expected an integer, got 'y'" },
    { &stamps, "z:tear('x', 14)", UC_ERROR, "t.lua:2: left of tear: expected 0 to 13, got 14" },
    { &stamps, "z:tear('x', 0)", UC_ERROR, "t.lua:2: tear: expected something to be left" },
    { &stamps, "z:stmap {}", UC_ERROR, "t.lua:2: z has no 'stmap'; did you mean 'stamp'?" },
    { &stamps, STOLEN "p:set('lettre', 'xx')", UC_ERROR,
      "t.lua:3: field of the header: expected 'format', 'from', 'to' or 'letter', got 'lettre'; did you mean 'letter'?" },
    { &stamps, STOLEN "p:set('letter', 'x')", UC_ERROR, "t.lua:3: letter: expected 2 bytes, got 1" },
    { &stamps, STOLEN "p:cut(4):set('letter', 'xx')", UC_ERROR,
      "t.lua:3: set: expected a payload with a whole header, got 4 bytes" },
    /* words of another protocol's kit; a protocol without a kit, and one that declares no payload */
    { &stamps, "z:seal {}", UC_ERROR,
      "t.lua:2: z:seal: expected a protocol with an attack kit that has this, such as 'ticketed-transfer', got 'stamps'" },
    { &stamps_without_kit, "z:open('x', 'y')", UC_ERROR,
      "t.lua:2: z:open: expected a protocol with an attack kit that has this, such as 'ticketed-transfer', got 'plain'" },
    { &stamps_without_kit, "z:stamp {}", UC_ERROR, "t.lua:2: z has no 'stamp'" },
    { &stamps_without_kit, "z:send('hsm1', 'hsm2', 'yo'):header()", UC_ERROR,
      "t.lua:2: header: expected a protocol that declares the fields of its payloads, got 'plain'" },
    { &stamps_without_kit, "z:send('hsm1', 'hsm2', 'yo'):set('from', 'hsm2')", UC_ERROR,
      "t.lua:2: set: expected a protocol that declares the fields of its payloads, got 'plain'" },
    /* what needs no codec works there too */
    { &stamps_without_kit, "local p = z:send('hsm1', 'hsm2', 'yo') assert(z:deliver('hsm2', p:flip(-1)) == nil)\n"
      "assert(z:deliver('hsm2', p:cut(-1)) == nil and z:deliver('hsm2', p).letter == 'yo')\n"
      "local s = z:corrupt('hsm1') assert(#s.bytes > 0 and s.stamps == nil)", UC_INDISTINGUISHABLE, NULL },
};

START_TEST(scripts_know_the_kit)
{
    foreign_run(&rows[_i]);
}
END_TEST

START_TEST(lint_knows_the_kit)
{
    static const char *const expected[] = {
        ":3: unknown field 'stmaps'; did you mean 'stamps'?",
        ":4: stamp: unknown field 'leter'; did you mean 'letter'?",
        ":5: unknown field 'ownr'; did you mean 'owner'?",
        ":6: unknown field 'fromat'; did you mean 'format'?",
        ":7: z has no 'seal'; did you mean 'send'?",
        ":8: unknown field 'seed'", NULL
    };
    foreign_lint("local s = z:corrupt('hsm1')\n"
                 "assert(#s.stamps == #s.stmaps)\n"
                 "local p = z:stamp { with = s.stamps[1], to = 'hsm2', leter = 'x', letter = 'yo' }\n"
                 "assert(s.stamps[1].owner == s.stamps[1].ownr)\n"
                 "assert(p:header().format == p:header().fromat and z:look(p).sort)\n"
                 "z:seal {}\n"
                 "assert(s.stamps[1].seed)", &stamps, expected);
}
END_TEST

/* ---- harvesting ---- */

static EnvHarvested harvested(const char *environment, EnvWorld which, bool broken)
{
    GError *error = NULL;
    EnvHarvested got;
    g_autoptr(GPtrArray) all = foreign_scenario(environment, &stamps);
    EnvScenario *s = all->pdata[0];
    s->options.harvest = true;
    g_autoptr(EnvRun) run = env_run_one(s, which, NULL, NULL, &error);
    ck_assert_msg(run != NULL, "%s", error ? error->message : "");
    ck_assert(env_run_harvested(run, which, &got));
    ck_assert_int_eq(uc_world_breaks(env_run_world(run, which), "T1"), broken);
    return got;
}

START_TEST(harvesting_is_the_kits)
{
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        EnvHarvested none = harvested("z:send('hsm1', 'hsm2', 'yo')", which, false), all = harvested("z:corrupt('hsm1')", which, true);
        ck_assert_uint_eq(none.seeds, 0);
        ck_assert_uint_eq(none.accepted, 0);
        ck_assert_uint_eq(all.seeds, 3);
        ck_assert_uint_eq(all.accepted, 2);
        ck_assert_uint_eq(all.guesses, 7);
        ck_assert(!all.bounded);
    }
    /* who is down does not answer: the next one is asked; when nobody is left, nobody answers */
    ck_assert_uint_eq(harvested("z:corrupt('hsm1') z:crash('hsm2')", ENV_REAL, true).accepted, 2);
    ck_assert_uint_eq(harvested("z:corrupt('hsm1') z:crash('hsm2') z:crash('hsm3')", ENV_REAL, true).accepted, 0);
    ck_assert_uint_eq(harvested("z:corrupt('hsm1') z:corrupt('hsm2') z:corrupt('hsm3')", ENV_REAL, true).accepted, 0);
}
END_TEST

START_TEST(nothing_harvests_without_a_kit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = foreign_scenario("z:corrupt('hsm1')", &stamps_without_kit);
    EnvScenario *s = all->pdata[0];
    s->options.harvest = true;
    ck_assert_ptr_null(env_run_both(s, NULL, NULL, &error));
    ck_assert_str_eq(error->message, "harvest: expected a protocol with an attacker that harvests, got 'plain'");
}
END_TEST

/* ---- exploration ---- */

typedef struct {
    const char *name;
    int64_t value;
} Bound;

/* Small: a letter sent, what the bounds add, each once. NULL: `error` says why not. */
static EnvExplored *explored(const UcTriple *triple, const Bound *bound, EnvWorlds **worlds, GError **error)
{
    static const Bound small[] = { { "send", 1 }, { "deliver", 1 }, { "messages", 1 }, { "wrong", 0 } };
    EnvOptions o = env_default_options();
    env_options_take(&o, triple);
    o.crypto_ideal = true;
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(triple), .deepen = true, .shrink_tries = 100 };
    for (unsigned i = 0; i < G_N_ELEMENTS(small); i++)
        ck_assert(env_alphabet_set(&x.alphabet, small[i].name, small[i].value, NULL));
    for (; bound->name; bound++)
        ck_assert(env_alphabet_set(&x.alphabet, bound->name, bound->value, NULL));
    env_alphabet_settle(&x.alphabet);
    *worlds = env_worlds_new(&o, error);
    ck_assert_ptr_nonnull(*worlds);
    return env_explore(*worlds, &x, error);
}

static void explores(const UcTriple *triple, const Bound *bound, UcVerdict verdict)
{
    GError *error = NULL;
    g_autoptr(EnvWorlds) worlds = NULL;
    g_autoptr(EnvExplored) e = explored(triple, bound, &worlds, &error);
    ck_assert_msg(e != NULL, "%s", error ? error->message : "");
    ck_assert_msg(e->verdict == verdict, "got %s: %s", uc_verdict_name[e->verdict], e->why);
    ck_assert_int_eq(e->end, verdict == UC_INDISTINGUISHABLE ? UC_SEARCH_COMPLETE : UC_SEARCH_FOUND);
}

static const Bound all[] = { { "corrupt", 1 }, { "mutate", 1 }, { "counterfeit", 1 }, { "messages", 2 }, { "send", 2 }, { NULL } };
static const Bound mutate[] = { { "mutate", 1 }, { "messages", 2 }, { "send", 2 }, { NULL } };
static const Bound nothing_changed[] = { { "messages", 2 }, { "send", 2 }, { NULL } };
static const Bound corrupt[] = { { "corrupt", 1 }, { NULL } }, no_forgery[] = { { "corrupt", 1 }, { "forge", 0 }, { NULL } };
static const Bound counterfeit[] = { { "corrupt", 1 }, { "counterfeit", 1 }, { NULL } };

START_TEST(what_is_right_stays_indistinguishable)
{
    explores(&stamps, all, UC_INDISTINGUISHABLE);
}
END_TEST

/* Every way to change a payload finds the protocol that takes it, and nothing else does. */
START_TEST(every_change_is_tried)
{
    explores(&stamps_loose[_i], nothing_changed, UC_INDISTINGUISHABLE);
    explores(&stamps_loose[_i], mutate, UC_SIMULATION_FAILED);
}
END_TEST

/* By default as many as corruptions. */
START_TEST(what_the_kit_makes_is_tried)
{
    explores(&stamps_f_is_strict, no_forgery, UC_INDISTINGUISHABLE);
    explores(&stamps_f_is_strict, corrupt, UC_SIMULATION_FAILED);
    explores(&stamps_zz_is_lost, corrupt, UC_INDISTINGUISHABLE);
    explores(&stamps_zz_is_lost, counterfeit, UC_SIMULATION_FAILED);
}
END_TEST

START_TEST(bounds_need_a_kit)
{
    static const struct {
        const char *bound, *expected;
    } row[] = {
        { "mutate", "bound mutate: expected a protocol that declares the fields of its payloads, got 'plain'" },
        { "forge", "bound forge: expected a protocol with an attack kit that makes payloads, got 'plain'" },
        { "counterfeit", "bound counterfeit: expected a protocol with an attack kit that makes inputs, got 'plain'" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(EnvWorlds) worlds = NULL;
        ck_assert_ptr_null(explored(&stamps_without_kit, (Bound[]){ { row[i].bound, 1 }, { NULL } }, &worlds, &error));
        ck_assert_str_eq(error->message, row[i].expected);
    }
    explores(&stamps_without_kit, corrupt, UC_INDISTINGUISHABLE);
}
END_TEST

/* ---- tables that do not fit ---- */

static bool made(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *out) { return true; }
static void read_nothing(UcStore *store, const uint8_t *state, size_t length, GArray *secrets) {}

#define FIELD(...) .field = (UcPayloadField){ "to", __VA_ARGS__ }
#define CALL(...) .call = { { "seal", __VA_ARGS__ }, { NULL } }
#define ARGUMENTS(...) (UcAttackField[]){ __VA_ARGS__, { NULL } }
static const UcAttackField one[] = { { "key", UC_BYTES }, { NULL } };

/* A codec of one field with 4 bytes in clear, if the field has a name; a kit with one call, if that has a name. */
static const struct {
    UcPayloadField field;
    unsigned more; /* fields */
    UcAttackCall call[2];
    UcAttackKit kit;
    const char *wrong;
} wrongs[] = {
    { FIELD(0, 4, UC_PARTY), .wrong = NULL },
    { FIELD(0, 5, UC_PARTY), .wrong = "payload field 'to': expected bytes within what is in clear" },
    { FIELD(1, 4, UC_BYTES), .wrong = "payload field 'to': expected bytes within what is in clear" },
    { FIELD(SIZE_MAX, 2, UC_BYTES), .wrong = "payload field 'to': expected bytes within what is in clear" },
    { FIELD(0, 0, UC_INT), .wrong = "payload field 'to': expected bytes within what is in clear" },
    { FIELD(0, 9, UC_INT), .wrong = "payload field 'to': expected a number of at most 8 bytes" },
    { FIELD(0, 4, UC_INTERVALS), .wrong = "payload field 'to': expected a number, a party or bytes" },
    { FIELD(0, 4, UC_INT, .object = "letter"), .wrong = "payload field 'to': expected bytes, to put objects in their place" },
    { FIELD(0, 4, UC_BYTES, .object = "letter"), .wrong = NULL },
    { FIELD(0, 4, UC_BYTES, .object = "lettre"), .wrong = "payload field 'to': expected a kind of objects of the alphabet" },
    { FIELD(0, 4, UC_BYTES), .more = UC_PAYLOAD_FIELDS, .wrong = "payload: expected at most 16 fields, got 17" },
    { CALL(true, one, UC_MAKES_BYTES, NULL, "a key", made), .wrong = NULL },
    { CALL(true, one, UC_MAKES_ROW, one, NULL, made), .wrong = NULL },
    { CALL(true, one, UC_MAKES_ROW, NULL, NULL, made), .wrong = "call 'seal': expected fields of its result if it makes a row, else none" },
    { CALL(true, one, UC_MAKES_BYTES, one, "a key", made), .wrong = "call 'seal': expected fields of its result if it makes a row, else none" },
    { CALL(true, one, UC_MAKES_PAYLOAD, NULL, NULL, made), .wrong = "call 'seal': expected words for when it fails" },
    { CALL(true, NULL, UC_MAKES_ROW, one, NULL, made), .wrong = "call 'seal': expected arguments and what makes something of them" },
    { CALL(true, one, UC_MAKES_ROW, one, NULL, NULL), .wrong = "call 'seal': expected arguments and what makes something of them" },
    { CALL(true, ARGUMENTS({ "key.vk", UC_BYTES }), UC_MAKES_ROW, one, NULL, made), .wrong = NULL },
    { CALL(false, ARGUMENTS({ "key.vk", UC_BYTES }), UC_MAKES_ROW, one, NULL, made),
      .wrong = "call 'seal', field 'key.vk': expected a name without a dot" },
    { CALL(true, ARGUMENTS({ "key", UC_CODE }), UC_MAKES_ROW, one, NULL, made),
      .wrong = "call 'seal', field 'key': expected a number, a party or bytes" },
    { CALL(true, one, UC_MAKES_ROW, ARGUMENTS({ "key", UC_TEXT }), NULL, made),
      .wrong = "call 'seal', field 'key': expected a number, a party or bytes" },
    { CALL(true, ARGUMENTS({ "a", UC_INT }, { "b", UC_INT }, { "c", UC_INT }, { "d", UC_INT }, { "e", UC_INT }, { "f", UC_INT },
                           { "g", UC_INT }, { "h", UC_INT }, { "i", UC_INT }, { "j", UC_INT }, { "k", UC_INT }, { "l", UC_INT },
                           { "m", UC_INT }, { "n", UC_INT }, { "o", UC_INT }, { "p", UC_INT }, { "q", UC_INT }), UC_MAKES_ROW, one, NULL, made),
      .wrong = "call 'seal', field 'q': expected no more fields" },
    { CALL(false, ARGUMENTS({ "a", UC_INT, .optional = true }, { "b", UC_INT }), UC_MAKES_ROW, one, NULL, made),
      .wrong = "call 'seal': expected arguments that may be left out behind all others" },
    { CALL(true, ARGUMENTS({ "a", UC_INT, .optional = true }, { "b", UC_INT }), UC_MAKES_ROW, one, NULL, made), .wrong = NULL },
    { .kit.read = read_nothing, .wrong = "attack kit: expected both lists of secrets and what reads them, or neither" },
    { .kit.secrets = (UcSecretTable[]){ { "keys", one }, { NULL } },
      .wrong = "attack kit: expected both lists of secrets and what reads them, or neither" },
    { .kit = { .read = read_nothing, .secrets = (UcSecretTable[]){ { "keys", ARGUMENTS({ "a.b", UC_BYTES }) }, { NULL } } },
      .wrong = "secrets 'keys', field 'a.b': expected a name without a dot" },
    { .kit.objects = (const char *[]){ "letter", NULL }, .wrong = NULL },
    { .kit.objects = (const char *[]){ "letter", "ticket", NULL },
      .wrong = "attack kit: expected at most 8 kinds of objects of the alphabet, got 'ticket'" },
    { .kit.objects = (const char *[]){ "letter", "letter", "letter", "letter", "letter", "letter", "letter", "letter", "letter", NULL },
      .wrong = "attack kit: expected at most 8 kinds of objects of the alphabet, got 'letter'" },
    { .kit.harvest = &(UcHarvest){ .new = NULL }, .wrong = "attack kit: expected a whole attacker that harvests" },
};

START_TEST(tables_that_do_not_fit_are_refused)
{
    UcPayloadField field[UC_PAYLOAD_FIELDS + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(field); i++)
        field[i] = wrongs[_i].field;
    const UcPayloadCodec codec = { 4, field, 1 + wrongs[_i].more };
    UcAttackKit kit = wrongs[_i].kit;
    kit.call = wrongs[_i].call;
    g_autofree char *wrong = uc_attack_wrong(wrongs[_i].field.name ? &codec : NULL, &kit, stamps.protocol->interface->alphabet);
    ck_assert_msg(!g_strcmp0(wrong, wrongs[_i].wrong), "%s", wrong ? wrong : "nothing is wrong");
}
END_TEST

START_TEST(regions_of_parties_say_what_a_crash_does)
{
    const UcRegionKind kinds[] = { { .name = "kept", .flags = UC_VOLATILE, .head_words = 1 }, { .name = "lost", .head_words = 1 } };
    UcClass class = *stamps.protocol->class;
    class.kind = kinds;
    UcProtocol protocol = *stamps.protocol;
    protocol.class = &class;
    UcTriple triple = stamps;
    triple.protocol = &protocol;
    class.kinds = 1;
    g_autofree char *first = uc_triple_wrong(&triple);
    ck_assert_msg(!first || !strstr(first, "of parties"), "%s", first);
    class.kinds = 2;
    g_autofree char *wrong = uc_triple_wrong(&triple);
    ck_assert_str_eq(wrong, "stamps, region 'lost' of parties: expected UC_STABLE or UC_VOLATILE: what a crash does to it");
}
END_TEST

START_TEST(worlds_are_made_of_what_fits)
{
    g_autoptr(GError) error = NULL;
    const UcAttackKit kit = { .objects = (const char *[]){ "ticket", NULL } };
    UcTriple broken = stamps;
    broken.kit = &kit;
    EnvOptions o = env_default_options();
    env_options_take(&o, &broken);
    ck_assert_ptr_null(env_worlds_new(&o, &error));
    ck_assert_str_eq(error->message, "protocol stamps: attack kit: expected at most 8 kinds of objects of the alphabet, got 'ticket'");
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        ck_assert_ptr_null(uc_triple_wrong(t));
        ck_assert_ptr_null(env_options_clash(t));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("the attack kit");
    TCase *c = tcase_create("kit");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, scripts_know_the_kit, 0, G_N_ELEMENTS(rows));
    tcase_add_test(c, lint_knows_the_kit);
    tcase_add_test(c, harvesting_is_the_kits);
    tcase_add_test(c, nothing_harvests_without_a_kit);
    tcase_add_test(c, what_is_right_stays_indistinguishable);
    tcase_add_loop_test(c, every_change_is_tried, LOOSE_FORMAT, LOOSES);
    tcase_add_test(c, what_the_kit_makes_is_tried);
    tcase_add_test(c, bounds_need_a_kit);
    tcase_add_loop_test(c, tables_that_do_not_fit_are_refused, 0, G_N_ELEMENTS(wrongs));
    tcase_add_test(c, regions_of_parties_say_what_a_crash_does);
    tcase_add_test(c, worlds_are_made_of_what_fits);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
