/* Scripts speak to a triple by its descriptor alone: words, arguments, answers, errors, lint. Its own stands in no registry. */
#include <stdlib.h>

#include "courier.h"
#include "environments/worlds/options.h"
#include "foreign.h"
#include "tests/support/suite.h"

static const ForeignRow rows[] = {
    /* good */
    { &courier, "local p = z:send('hsm1', { to = 'hsm2', letter = 'come' })\n"
      "assert(p.kind == 'payload' and p.from == 'hsm1' and p.to == 'hsm2' and p.bytes == '\\0come')\n"
      "local r = z:deliver('hsm2', p)\n"
      "assert(r.kind == 'received' and r.from == 'hsm1' and r.text == 'come' and r.party == 'hsm2')\n"
      "assert(tostring(r) == 'received from=hsm1 text=come')\n"
      "assert(z:weigh('hsm3', r) == 4 and z:weigh('hsm3', 'letter') == 6)\n" /* a message that has the field will do */
      "assert(z:is_empty('hsm3', '') == true and z:is_empty('hsm3', r) == false)\n"
      "assert(#z:view() == 6 and z:view()[3].bytes == 4)", UC_INDISTINGUISHABLE, NULL },
    /* left out: the value of the option */
    { &courier, "local r = z:deliver('hsm1', z:send('hsm3', { to = 'hsm1' }))\nassert(r.text == 'good day')", UC_INDISTINGUISHABLE, NULL },
    /* the triple's errors: a party that does not exist is given as a number */
    { &courier, "local e = z:send('hsm1', { to = 4 })\nassert(e.kind == 'refused' and e.error == 'no-such-party' and e.code == nil)\n"
      "assert(tostring(e) == 'refused error=no-such-party')\n"
      "assert(z:send('hsm1', { to = 'hsm2', letter = '' }).error == 'nothing-to-say')", UC_INDISTINGUISHABLE, NULL },
    /* any kind of message that the triple has */
    { &courier, "assert(z:speak('hsm1', 'received', { from = 'hsm2', text = 'x' }) == nil)", UC_INDISTINGUISHABLE, NULL },
    { &courier, "assert(z:speak('hsm1', 'pages', { of = { { a = 1, b = 3 } } }) == nil)\nz:speak('hsm1', 'pages', { of = { { a = 1 } } })", UC_ERROR,
      "t.lua:3: b: expected an integer, got nil" },
    /* wrong */
    { &courier, "z:sned('hsm1', { to = 'hsm2' })", UC_ERROR, "t.lua:2: z has no 'sned'; did you mean 'send'?" },
    { &courier, "z:keygen('hsm1')", UC_ERROR, "t.lua:2: z has no 'keygen'" },
    { &courier, "z:send('hsm1', { to = 'hsm2', lettre = 'come' })", UC_ERROR,
      "t.lua:2: send: unknown field 'lettre'; did you mean 'letter'?" },
    { &courier, "z:send('hsm1', { to = 'hsm2', text = 'come' })", UC_ERROR, "t.lua:2: send: unknown field 'text'" },
    { &courier, "z:send('hsm1', { letter = 'come' })", UC_ERROR, "t.lua:2: to of send: expected the name of a party, got nil" },
    { &courier, "z:send('hsm1', { to = 'hsm2', letter = 5 })", UC_ERROR,
      "t.lua:2: letter of send: expected its bytes or a message that has them, got 5" },
    { &courier, "z:send('hsm1', 'hsm2', 'come')", UC_ERROR, "t.lua:2: send: expected at most 2 arguments, got 3" },
    { &courier, "z:send('hsm1')", UC_ERROR, "t.lua:2: send: expected a table of its arguments, got no value" },
    { &courier, "z:weigh('hsm1')", UC_ERROR,
      "t.lua:2: letter of weigh: expected its bytes or a message that has them, got nil" },
    { &courier, "z:weigh('hsm1', z:send('hsm1', { to = 9 }))", UC_ERROR,
      "t.lua:2: letter of weigh: expected its bytes or a message that has them, got the error 'no-such-party'" },
    { &courier, "z:speak('hsm1', 'recieved', {})", UC_ERROR,
      "t.lua:2: expected the kind of a message, got 'recieved'; did you mean 'received'?" },
    { &courier, "z:speak('hsm1', 'refused', { code = 'nothing-to-sya' })", UC_ERROR,
      "t.lua:2: code of refused: expected 'no-such-party' or 'nothing-to-say', got 'nothing-to-sya'; did you mean 'nothing-to-say'?" },
};

START_TEST(calls_are_the_descriptors)
{
    foreign_run(&rows[_i]);
}
END_TEST

/* Another value of the option. */
/* An interface without rules cannot be expected to break one. */
START_TEST(rules_are_the_descriptors)
{
    g_autofree char *none = env_rule_wrong(courier.protocol->interface, UC_INVARIANT_BROKEN, "I1");
    ck_assert_str_eq(none, "expected no rule, as F_LETTERS has none, got 'I1'");
}
END_TEST

START_TEST(options_give_what_is_left_out)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) all = foreign_scenario("assert(z:deliver('hsm1', z:send('hsm3', { to = 'hsm1' })).text == 'hello')", &courier);
    EnvScenario *s = all->pdata[0];
    EnvOptionPlace greeting;
    UcOption hello = { .name = (char *)"greeting", .value = (char *[]){ (char *)"hello", NULL } };
    ck_assert(env_option_of_script(&s->options, "greeting", &greeting));
    ck_assert_ptr_null(uc_option_parse(greeting.row, &hello, greeting.values));
    g_autoptr(EnvRun) run = env_run_both(s, NULL, NULL, &error);
    ck_assert_msg(run != NULL, "%s", error ? error->message : "");
    ck_assert_int_eq(env_run_comparison(run).verdict, UC_INDISTINGUISHABLE);
}
END_TEST

START_TEST(lint_knows_the_words)
{
    static const char *const expected[] = {
        ":2: z has no 'sned'; did you mean 'send'?",
        ":3: send: unknown field 'leter'; did you mean 'letter'?",
        ":4: no message has the kind 'recieved'; did you mean 'received'?",
        ":5: unknown field 'txet'; did you mean 'text'?",
        ":6: there is no error 'nothing-to-asy'; did you mean 'nothing-to-say'?",
        ":7: z has no 'keygen'",
        ":10: unknown field 'c'", NULL
    };
    foreign_lint("local p = z:sned('hsm1', { to = 'hsm2' })\n"
                 "local q = z:send('hsm1', { to = 'hsm2', leter = 'x' })\n"
                 "assert(q.kind == 'recieved' or q.kind == 'received')\n"
                 "assert(q.txet or q.text)\n"
                 "assert(q.error == 'nothing-to-asy' or q.error == 'nothing-to-say')\n"
                 "z:keygen('hsm1')\n"
                 "assert(z:weigh('hsm1', q) == 1 and z:is_empty('hsm1', q))\n"
                 "assert(q.of.a == q.of.b)\nassert(q.of.c == nil)", &courier, expected);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calls");
    TCase *c = tcase_create("calls");
    tcase_add_loop_test(c, calls_are_the_descriptors, 0, G_N_ELEMENTS(rows));
    tcase_add_test(c, rules_are_the_descriptors);
    tcase_add_test(c, options_give_what_is_left_out);
    tcase_add_test(c, lint_knows_the_words);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
