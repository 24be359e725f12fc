/* Options by table: what files say becomes values and back; what they may not say is told. */
#include <string.h>

#include "simulator/triple/option.h"
#include "tests/support/suite.h"

typedef struct {
    uint64_t many, few;
    unsigned choice;
    bool named, flag;
    const char *text;
    const char *const *groups;
} Values;

static const char *const colour[] = { "red", "green", "blue", NULL }, *const truth[] = { "no", "yes", NULL };
static const Values defaults = { .many = 7, .few = 3, .choice = 1, .text = "as it was" };
static const UcOptionRow rows[] = {
    { "many", "many", UC_OPTION_NUMBER, offsetof(Values, many), .always = true },
    { "few", "few", UC_OPTION_NUMBER, offsetof(Values, few), .toy = "few", .high = 3 },
    { "choice", "choice", UC_OPTION_CHOICE, offsetof(Values, choice), colour },
    { "named", "named", UC_OPTION_NAMED, offsetof(Values, named), truth },
    { "flag", "flag", UC_OPTION_FLAG, offsetof(Values, flag), truth },
    { "text", "text", UC_OPTION_TEXT, offsetof(Values, text) },
    { "groups", "groups", UC_OPTION_GROUPS, offsetof(Values, groups) },
    { NULL, "script", UC_OPTION_FLAG, offsetof(Values, flag) },
    { NULL, NULL, UC_OPTION_PICK, offsetof(Values, text), colour, .toy = "hue", .high = 3 },
};
static const UcOptionTable table = { rows, G_N_ELEMENTS(rows), &defaults, sizeof defaults };

static const UcOptionRow *row_of(const char *name)
{
    for (size_t i = 0; i < table.rows; i++) {
        if (table.row[i].name && !strcmp(table.row[i].name, name))
            return &table.row[i];
    }
    ck_abort_msg("no row %s", name);
    return NULL;
}

static UcOptions *printed(const Values *v)
{
    UcOptions *out = uc_options_new();
    for (size_t i = 0; i < table.rows; i++) {
        if (table.row[i].name)
            uc_option_print(&table, &table.row[i], v, out);
    }
    return out;
}

/* Only what must always stand there. */
START_TEST(defaults_are_left_out)
{
    g_autoptr(GPtrArray) out = printed(&defaults);
    ck_assert_uint_eq(out->len, 1);
    ck_assert_str_eq(uc_options_get(out, "many")->value[0], "7");
}
END_TEST

START_TEST(picks_are_texts_by_number)
{
    const UcOptionRow *hue = &rows[G_N_ELEMENTS(rows) - 1];
    Values v = defaults;
    ck_assert_uint_eq(uc_option_number(hue, &v), 0);
    ck_assert(uc_option_is_default(&table, hue, &v));
    for (unsigned i = 1; i <= 3; i++) {
        uc_option_set_number(hue, &v, i);
        ck_assert_str_eq(v.text, colour[i - 1]);
        ck_assert_uint_eq(uc_option_number(hue, &v), i);
        ck_assert(!uc_option_is_default(&table, hue, &v));
    }
}
END_TEST

START_TEST(every_type_goes_both_ways)
{
    static const char *const groups[] = { "a", "b", "a", NULL };
    Values v = { (uint64_t)INT64_MAX, 1, 2, true, true, "another", groups }, back = defaults;
    g_autoptr(GPtrArray) out = printed(&v);
    ck_assert_uint_eq(out->len, 7);
    for (guint i = 0; i < out->len; i++) {
        const UcOption *o = out->pdata[i];
        const UcOptionRow *row = row_of(o->name);
        ck_assert(!uc_option_is_default(&table, row, &v));
        ck_assert_ptr_null(uc_option_parse(row, o, &back));
    }
    ck_assert(back.many == v.many && back.few == 1 && back.choice == 2 && back.named && back.flag);
    ck_assert_str_eq(back.text, "another");
    for (size_t i = 0; i < G_N_ELEMENTS(groups) - 1; i++)
        ck_assert_str_eq(back.groups[i], groups[i]);
    ck_assert_ptr_null(back.groups[3]);
}
END_TEST

static const struct {
    const char *name, *value, *expected;
} bad[] = {
    { "many", "", "a number from 0 to 2^63 - 1" }, { "many", "-1", "a number from 0 to 2^63 - 1" },
    { "many", "9223372036854775808", "a number from 0 to 2^63 - 1" }, { "many", "0x10", "a number from 0 to 2^63 - 1" },
    { "choice", "Red", "one of red, green, blue" }, { "named", "true", "one of no, yes" }, { "flag", "1", "one of no, yes" },
};

START_TEST(what_does_not_fit_changes_nothing)
{
    Values v = defaults;
    g_autoptr(GPtrArray) given = uc_options_new();
    uc_options_add(given, bad[_i].name, bad[_i].value);
    g_autofree char *expected = uc_option_parse(row_of(bad[_i].name), given->pdata[0], &v);
    ck_assert_str_eq(expected, bad[_i].expected);
    ck_assert_mem_eq(&v, &defaults, sizeof v);
}
END_TEST

START_TEST(one_value_each)
{
    static const char *const two[] = { "1", "2", NULL }, *const none[] = { NULL };
    Values v = defaults;
    for (size_t i = 0; i < 6; i++) {
        g_autoptr(GPtrArray) given = uc_options_new();
        uc_options_add_list(given, rows[i].name, two);
        uc_options_add_list(given, rows[i].name, none);
        for (guint k = 0; k < 2; k++) {
            g_autofree char *expected = uc_option_parse(&rows[i], given->pdata[k], &v);
            ck_assert_str_eq(expected, "one value");
        }
    }
}
END_TEST

START_TEST(programs_use_names)
{
    UcSettings room;
    uc_settings_default(&table, &room);
    ck_assert_uint_eq(uc_option_number(row_of("many"), &room), 7);
    uc_option_set_number(row_of("many"), &room, UINT64_MAX);
    uc_option_set_number(row_of("choice"), &room, 0);
    uc_option_set_number(row_of("named"), &room, 2);
    ck_assert_uint_eq(uc_option_number(row_of("many"), &room), UINT64_MAX);
    ck_assert_uint_eq(uc_option_number(row_of("choice"), &room), 0);
    ck_assert_uint_eq(uc_option_number(row_of("named"), &room), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *t = tcase_create("tables");
    tcase_add_test(t, defaults_are_left_out);
    tcase_add_test(t, picks_are_texts_by_number);
    tcase_add_test(t, every_type_goes_both_ways);
    tcase_add_loop_test(t, what_does_not_fit_changes_nothing, 0, G_N_ELEMENTS(bad));
    tcase_add_test(t, one_value_each);
    tcase_add_test(t, programs_use_names);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
