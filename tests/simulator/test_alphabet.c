/* Alphabets that do not fit their messages are refused, with the row and what was expected; one that fits is planned. */
#include <stdlib.h>

#include "simulator/alphabet.h"
#include "tests/support/suite.h"

enum { BORROW = UC_M_USER, HAND_BACK, MOVE_ON, ODD, BORROWED, MOVED };
static const char *const nothing[] = { NULL };
static const UcMessageKind kinds[] = {
    { "borrow", { { "title", UC_TEXT }, { "days", UC_INT }, { "from", UC_PARTY } } },
    { "hand-back", { { "book", UC_BYTES }, { "to", UC_PARTY } } },
    { "move-on", { { "book", UC_BYTES } } },
    { "odd", { { "at", UC_POINT } } },
    { "borrowed", { { "book", UC_BYTES }, { "list", UC_INTERVALS } } },
    { "moved", { { "empty", UC_CODE, nothing } } },
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };

#define BOOK { "book", BORROWED, "book", .unknown = 2, .input = BORROW, .attribute = { { "of", UC_OF_SPEAKER }, { "days", UC_OF_INPUT, "days" } } }
static const UcObject good_object[] = { BOOK };
static const UcNumbers good_list[] = { { "days", NULL, { { 1 } }, 1 } };
static const UcInput good_input[] = {
    { HAND_BACK, .turn = 2, .argument = { { "book", .object = "book", .actor = "of" }, { "to", .like = { "book", "of" } } } },
    { BORROW, .turn = 1, .argument = { { "days" } } },
    { MOVE_ON, .as = HAND_BACK, .turn = 2, .argument = { { "book", .object = "book" } } },
};
#define GOOD .object = good_object, .objects = 1, .input = good_input, .inputs = 3, .list = good_list, .lists = 1
static const UcAlphabet good = { GOOD };

START_TEST(a_table_that_fits_is_planned)
{
    char *wrong = NULL;
    g_autofree UcAlphabetPlan *plan = uc_alphabet_plan_new(&good, &messages, &wrong);
    ck_assert_msg(plan && !wrong, "%s", wrong);
    const UcPlannedInput *borrow = &plan->input[0], *back = &plan->input[1], *on = &plan->input[2];
    ck_assert_uint_eq(plan->item_words, UC_ITEM_MORE);
    ck_assert_uint_eq(borrow->number, 1);
    ck_assert_uint_eq(back->number, 0);
    ck_assert_uint_eq(on->number, 2);
    ck_assert(borrow->turn != back->turn && back->turn == on->turn);
    ck_assert_uint_eq(borrow->arguments, 3); /* the named one first */
    ck_assert_uint_eq(borrow->argument[0].field, 1);
    ck_assert_uint_eq(borrow->argument[1].takes, UC_TAKES_TEXTS);
    ck_assert_uint_eq(borrow->argument[2].takes, UC_TAKES_PARTIES);
    ck_assert_uint_eq(back->argument[0].actor, UC_ITEM_PARTY);
    ck_assert_uint_eq(back->argument[1].like, 1);
    ck_assert_uint_eq(back->argument[1].like_word, UC_ITEM_PARTY);
}
END_TEST

#define OBJECT(...) .object = (const UcObject[]){ __VA_ARGS__ }, .objects = 1, .input = good_input, .inputs = 3, \
                    .list = good_list, .lists = 1
#define INPUT(...) .object = good_object, .objects = 1, .list = good_list, .lists = 1, .inputs = 2, \
                   .input = (const UcInput[]){ __VA_ARGS__, { BORROW, .turn = 1 } }
#define BACK(...) INPUT({ HAND_BACK, .argument = { __VA_ARGS__ } })
static const struct {
    UcAlphabet table;
    const char *why;
} bad[] = {
    { { OBJECT({ NULL, BORROWED, "book" }) }, "object: expected a name that no other object has, got none" },
    { { OBJECT({ "book", BORROWED, "bok" }) }, "object 'book': expected a field of an output with bytes or a text in it, got 'bok'" },
    { { OBJECT({ "book", BORROWED, "list" }) }, "object 'book': expected a field of an output with bytes or a text in it, got 'list'" },
    { { OBJECT({ "book", UC_M_PAYLOAD, "bytes" }) },
      "object 'book': expected a field of an output with bytes or a text in it, got 'bytes'" },
    { { OBJECT({ "book", BORROWED, "book", .input = MOVED }) }, "object 'book': expected an answer to one of the inputs, got another message" },
    { { OBJECT({ "book", BORROWED, "book", .attribute = { { "days", UC_OF_INPUT, "days" } } }) },
      "object 'book', 'days': expected a field of the input that the output answers, got 'days'" },
    { { OBJECT({ "book", BORROWED, "book", .attribute = { { "days", UC_OF_OUTPUT, "days" } } }) },
      "object 'book', 'days': expected a field of the output, got 'days'" },
    { { OBJECT({ "book", BORROWED, "book", .attribute = { { "list", UC_OF_OUTPUT, "list" } } }) },
      "object 'book', 'list': expected a field of bytes, text, a party or a number, got 'list'" },
    { { OBJECT({ "book", BORROWED, "book", .attribute = { { "of", UC_OF_SPEAKER }, { "of", UC_OF_SPEAKER } } }) },
      "object 'book', 'of': expected a name that no other attribute has, got 'of'" },
    { { INPUT({ UC_M_DELIVER }) }, "input 'deliver': expected a kind of message of the interface, got another" },
    { { INPUT({ HAND_BACK }) }, "input 'hand-back', 'book': expected an object or constants: the type of the field has no values, got none of them" },
    { { INPUT({ ODD }) }, "input 'odd', 'at': expected an object or constants: the type of the field has no values, got none of them" },
    { { INPUT({ MOVED }) }, "input 'moved', 'empty': expected codes with names, got none" },
    { { INPUT({ BORROW, .as = HAND_BACK }) }, "input 'borrow': expected a bound that follows an input whose own follows none, got another" },
    { { INPUT({ BORROW, .with = BORROW }) }, "input 'borrow': expected a bound that follows an input whose own follows none, got another" },
    { { INPUT({ BORROW, .first = "by" }) }, "input 'borrow': expected a cut of parties, got 'by'" },
    { { INPUT({ BORROW, .argument = { { "dyas" } } }) }, "input 'borrow', 'dyas': expected a field of the message, once, got 'dyas'" },
    { { INPUT({ BORROW, .argument = { { "days" }, { "days" } } }) }, "input 'borrow', 'days': expected a field of the message, once, got 'days'" },
    { { INPUT({ BORROW, .argument = { { "days", .numbers = "dyas" } } }) }, "input 'borrow', 'days': expected a list of numbers, got 'dyas'" },
    { { INPUT({ BORROW, .argument = { { "days", .not_self = true } } }) }, "input 'borrow', 'days': expected not_self of a party, got 'days'" },
    { { INPUT({ BORROW, .argument = { { "days", .object = "book" } } }) }, "input 'borrow', 'days': expected values of the field's type, got 'book'" },
    { { INPUT({ BORROW, .argument = { { "from", (const UcConstant[]){ { "x" }, { NULL } } } } }) },
      "input 'borrow', 'from': expected no texts for a field of this type, got some" },
    { { BACK({ "book", .object = "bok" }) }, "input 'hand-back', 'book': expected a kind of object, got 'bok'" },
    { { BACK({ "book", .object = "book", .value = "on" }) }, "input 'hand-back', 'book': expected an attribute of the object, got 'on'" },
    { { BACK({ "to", .object = "book", .value = "of" }) }, "input 'hand-back', 'to': expected no unknown one, which has no attributes, got 'book'" },
    { { BACK({ "book", .object = "book", .value = "of", .unknown = UC_UNKNOWN_NEVER }) },
      "input 'hand-back', 'book': expected values of the field's type, got 'of'" },
    { { OBJECT({ "book", BORROWED, "book" }) }, "input 'hand-back', 'book': expected no unknown one, which the object has none of, got 'book'" },
    { { BACK({ "book", .object = "book", .actor = "days" }) }, "input 'hand-back', 'book': expected an attribute that is a party, got 'days'" },
    { { BACK({ "book", .object = "book", .none = "any" }) }, "input 'hand-back', 'book': expected a cut that is a switch, got 'any'" },
    { { BACK({ "to", .like = { "book", "of" } }, { "book", .object = "book" }) },
      "input 'hand-back', 'to': expected like an object in an earlier field, got 'book'" },
    { { BACK({ "book", .object = "book" }, { "to", .like = { "book", "days" } }) },
      "input 'hand-back', 'to': expected like an attribute of this type, got 'days'" },
    { { .object = good_object, .objects = 1, .list = good_list, .lists = 1, .inputs = 2,
        .input = (const UcInput[]){ { MOVE_ON, .turn = 1, .argument = { { "book", .object = "book" } } }, { BORROW, .turn = 1 } } },
      "input 'borrow': expected in one turn with others, outermost the same objects as those, got other values" },
    { { GOOD, .cut = { { "a", UC_CUT_FIRST }, { "b", UC_CUT_FIRST }, { "c", UC_CUT_FIRST } } },
      "alphabet: expected at most 2 cuts of parties, got more" },
    { { GOOD, .says = &(const UcInput){ BORROWED, .argument = { { "book", .object = "book" } } } },
      "input 'borrowed', 'list': expected an object or constants: the type of the field has no values, got none of them" },
    { { .input = (const UcInput[]){ { BORROW } }, .inputs = 1 }, "input 'borrow', 'days': expected a list of numbers, got none" },
    { { .input = (const UcInput[]){ { ODD } }, .inputs = 25 }, "alphabet: expected at most 8 kinds of objects, 24 inputs and 2 lists, got more" },
    { { .list = (const UcNumbers[]){ { "days", NULL, { { 0 } }, 0 } }, .lists = 1 }, "list 'days': expected a name and 1 to 8 numbers, got another list" },
};

START_TEST(a_table_that_does_not_fit_is_refused)
{
    char *wrong = NULL;
    ck_assert_ptr_null(uc_alphabet_plan_new(&bad[_i].table, &messages, &wrong));
    ck_assert_str_eq(wrong, bad[_i].why);
    g_free(wrong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables of alphabets");
    TCase *tc = tcase_create("tables");
    tcase_add_test(tc, a_table_that_fits_is_planned);
    tcase_add_loop_test(tc, a_table_that_does_not_fit_is_refused, 0, G_N_ELEMENTS(bad));
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
