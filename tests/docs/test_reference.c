/* The reference of the scenario language takes its tables from the code: docs/scenario-language.md holds them between
 * markers, and this test compares. UPDATE=yes in the environment writes them anew. Runs in the root of the source. */
#include <stdlib.h>
#include <string.h>

#include "functionality/dkm/interface.h"
#include "simulator/machine.h"
#include "tests/support/suite.h"

static const char document[] = "docs/scenario-language.md";
static const char begin[] = "<!-- from the code, see tests/docs/test_reference.c -->\n";
static const char end[] = "<!-- end -->\n";

static const char *type_of(const UcField *field)
{
    switch (field->type) {
    case UC_INT: return "integer";
    case UC_PARTY: return "party";
    case UC_BYTES: return "bytes";
    case UC_TEXT: return "text";
    case UC_INTERVALS: return "list of `{ a=, b= }`";
    case UC_PARTIES: return "list of parties";
    case UC_POINT: return "crash point";
    default: return "name";
    }
}

static void add_fields(GString *out, UcWord kind)
{
    const UcMessageKind *row = uc_message_kind(&dkm_messages, kind);
    ck_assert(row != NULL);
    g_string_append_printf(out, "| `%s` |", row->name);
    for (unsigned i = 0; i < uc_message_fields(row); i++)
        g_string_append_printf(out, "%s `%s`: %s", i ? "," : "", row->field[i].name, type_of(&row->field[i]));
    g_string_append(out, uc_message_fields(row) ? " |" : " none |");
}

static void add_inputs(GString *out)
{
    g_string_append(out, "| input | fields | errors, in the order in which they are decided |\n| --- | --- | --- |\n");
    for (UcWord kind = DKM_KEYGEN; dkm_is_input(kind); kind++) {
        const DkmError *error = dkm_errors_of(kind);
        add_fields(out, kind);
        for (unsigned i = 0; error[i] != DKM_OK; i++)
            g_string_append_printf(out, "%s %s", i ? "," : "", dkm_error_name[error[i]]);
        g_string_append(out, error[0] == DKM_OK ? " none |\n" : " |\n");
    }
}

static void add_outputs(GString *out)
{
    g_string_append(out, "\n| output | fields |\n| --- | --- |\n");
    for (UcWord kind = DKM_KEY; kind <= DKM_ERROR; kind++) {
        add_fields(out, kind);
        g_string_append_c(out, '\n');
    }
}

static void add_names(GString *out, const char *what, const char *const *name)
{
    g_string_append_printf(out, "| %s |", what);
    for (unsigned i = 0; name[i]; i++)
        g_string_append_printf(out, "%s `%s`", i ? "," : "", name[i]);
    g_string_append(out, " |\n");
}

static char *tables(void)
{
    GString *out = g_string_new(NULL);
    add_inputs(out);
    add_outputs(out);
    g_string_append(out, "\n| names | |\n| --- | --- |\n");
    add_names(out, "crash points", uc_point_name + 1);
    add_names(out, "storage models", uc_storage_name);
    add_names(out, "trust", dkm_trust_name);
    add_names(out, "errors", dkm_error_name + 1);
    g_string_append_printf(out, "\nLimits: %" G_GUINT64_FORMAT " keys, %" G_GUINT64_FORMAT " open tickets, %"
                           G_GUINT64_FORMAT " transfers for each party; %" G_GUINT64_FORMAT
                           " intervals for each key and party.\n", dkm_settings_default.limits.keys, dkm_settings_default.limits.tickets,
                           dkm_settings_default.limits.transfers, dkm_settings_default.limits.intervals);
    return g_string_free(out, FALSE);
}

START_TEST(reference_is_current)
{
    g_autofree char *text = NULL, *expected = tables();
    ck_assert_msg(g_file_get_contents(document, &text, NULL, NULL), "%s: cannot be read", document);
    char *from = strstr(text, begin), *to = from ? strstr(from, end) : NULL;
    ck_assert_msg(from && to, "%s: the markers are not there", document);
    from += strlen(begin);
    if (g_strcmp0(g_getenv("UPDATE"), "yes") == 0) {
        g_autofree char *head = g_strndup(text, (gsize)(from - text));
        g_autofree char *whole = g_strconcat(head, expected, to, NULL);
        ck_assert(g_file_set_contents(document, whole, -1, NULL));
        return;
    }
    g_autofree char *found = g_strndup(from, (gsize)(to - from));
    ck_assert_msg(!strcmp(found, expected), "%s is not current: run UPDATE=yes %s", document, "tests/docs/test_reference");
}
END_TEST

/* What F and S say to each other stands in no document for scripts, and in every trace of an ideal world: its names are
 * a format. */
START_TEST(words_between_f_and_s_keep_their_names)
{
    static const char expected[] = "consult-keygen party set\nconsult-request party kid count from\n"
        "consult-cancel party ticket\nconsult-transfer party kid count to ticket\nconsult-sign party kid index length\n"
        "sent from to ticket kid a b\nresent from to ticket kid a b\nanswer outcome sk vk ticket\n"
        "allow-delivery from to ticket outcome\ncrash-party party\nrestart-party party burned\ndisable-party party\n"
        "corrupt-party party\ninject to ticket vk sk a b from outcome\nholdings party held\n"
        "effect operation kid vk sk ticket a b party\n";
    static const char operations[] = "keygen request cancel transfer resend sign verify status received";
    g_autoptr(GString) out = g_string_new(NULL);
    for (UcWord kind = DKM_CONSULT_KEYGEN; kind < DKM_KINDS_END; kind++) {
        const UcMessageKind *row = uc_message_kind(&dkm_messages, kind);
        g_string_append(out, row->name);
        for (unsigned i = 0; i < uc_message_fields(row); i++)
            g_string_append_printf(out, " %s", row->field[i].name);
        g_string_append_c(out, '\n');
    }
    ck_assert_str_eq(out->str, expected);
    g_autofree char *names = g_strjoinv(" ", (char **)uc_message_kind(&dkm_messages, DKM_EFFECT)->field[0].names);
    ck_assert_str_eq(names, operations);
    g_autofree char *outcomes = g_strjoinv(" ", (char **)uc_crash_outcome_name);
    ck_assert_str_eq(outcomes, "proceed abort silent last");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *tables_case = tcase_create("tables");
    tcase_add_test(tables_case, reference_is_current);
    tcase_add_test(tables_case, words_between_f_and_s_keep_their_names);
    suite_add_tcase(suite, tables_case);
    return run_suite(suite);
}
