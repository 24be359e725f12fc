/* F_DKM's options in files: which are always there, in which order, which only where they are another than by default; and which
 * stand under the title of a chart. */
#include <string.h>

#include "environments/worlds/options.h"
#include "functionality/dkm/interface.h"
#include "report/chart.h"
#include "report/rows.h"
#include "tests/support/suite.h"

/* "name value value; name value" */
static char *printed(const EnvOptions *o)
{
    g_autoptr(GPtrArray) options = env_options_print(o);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < options->len; i++) {
        const UcOption *option = options->pdata[i];
        g_autofree char *value = g_strjoinv(" ", option->value);
        g_string_append_printf(out, "%s%s %s", i ? "; " : "", option->name, value);
    }
    return g_string_free(out, FALSE);
}

START_TEST(files_have_what_decides)
{
    EnvOptions o = env_default_options();
    g_autofree char *got = printed(&o);
    ck_assert_str_eq(got, "parties hsm1 hsm2 hsm3; scheme LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8; protocol ticketed-transfer; "
                          "crypto real; trust enclave; storage atomic; enclave enclave; capacity 0; reservation 0");
}
END_TEST

/* Everything is another than by default. */
START_TEST(files_have_what_was_changed)
{
    static const char *const enclave_of[] = { "a", "b", "a", NULL };
    EnvOptions o = env_default_options();
    DkmSettings *s = dkm_settings(&o.interface);
    *s = (DkmSettings){ .scheme = "XMSS-SHA2_10_256", .trust = DKM_TRUST_PAIRWISE, .enclave = "plant", .enclave_of = enclave_of,
                        .shared_master = true, .seal_real = true, .capacity = 9, .reservation = 2, .ticket_bytes = 3,
                        .limits = { .keys = 4, .tickets = 5, .transfers = 6, .intervals = 7 } };
    o.crypto_ideal = o.independent = true;
    ck_assert(env_option_set(&o, "tag-bytes", 8));
    g_autofree char *got = printed(&o);
    ck_assert_str_eq(got, "parties hsm1 hsm2 hsm3; scheme XMSS-SHA2_10_256; protocol ticketed-transfer; crypto ideal; trust pairwise; "
                          "storage atomic; enclave plant; enclaves a b a; master shared; seal real; coins independent; capacity 9; "
                          "reservation 2; limit-keys 4; limit-tickets 5; limit-transfers 6; limit-intervals 7; tag-bytes 8; ticket-bytes 3");
}
END_TEST

START_TEST(charts_have_some_under_their_title)
{
    GError *error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_load("tests/report/fixtures/equal.jsonl", &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    RepChartOptions options = { .interface = &dkm_interface };
    g_autoptr(RepChart) chart = rep_chart_new(trace, &options);
    ck_assert_str_eq(chart->subtitle, "replay.lua · ticketed-transfer · LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8 · crypto real · enclave · atomic"
                                      " · seed 1");
}
END_TEST

/* Smaller values of these let guesses come true; the table says how small. */
START_TEST(toy_parameters)
{
    static const char *const toy[] = { "ticket_bytes", "hash_bytes" };
    EnvOptions o = env_default_options();
    for (size_t i = 0; i < G_N_ELEMENTS(toy); i++) {
        EnvOptionPlace p;
        ck_assert(env_option_of_toy(&o, toy[i], &p) && p.table == &dkm_interface.options);
        for (uint64_t n = 1; n <= p.row->high; n++) {
            uc_option_set_number(p.row, p.values, n);
            ck_assert_uint_eq(uc_option_number(p.row, p.values), n);
            ck_assert_uint_eq(i ? dkm_toy_hash_bytes(&o.interface) : dkm_settings(&o.interface)->ticket_bytes, n);
            g_autoptr(GError) error = NULL;
            g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, &error);
            ck_assert_msg(worlds != NULL, "%s %u: %s", toy[i], (unsigned)n, error ? error->message : "");
        }
    }
}
END_TEST

START_TEST(values_that_may_not_be)
{
    static const char *const two[] = { "a", "b", NULL };
    static const struct {
        const char *const *enclave_of;
        uint64_t ticket_bytes;
        const char *says;
    } row[] = {
        { NULL, 0, "ticket_bytes: expected 1 to 16, got 0" }, { NULL, 17, "ticket_bytes: expected 1 to 16, got 17" },
        { two, 16, "enclaves: expected one for each of 3 parties, got 2" }, { NULL, 1, NULL }, { NULL, 16, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        EnvOptions o = env_default_options();
        dkm_settings(&o.interface)->enclave_of = row[i].enclave_of;
        dkm_settings(&o.interface)->ticket_bytes = row[i].ticket_bytes;
        g_autoptr(GError) error = NULL;
        g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, &error);
        ck_assert(!worlds == !!row[i].says);
        ck_assert_pstr_eq(error ? error->message : NULL, row[i].says);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *c = tcase_create("options");
    tcase_set_timeout(c, 120); /* a busy machine */
    tcase_add_test(c, files_have_what_decides);
    tcase_add_test(c, files_have_what_was_changed);
    tcase_add_test(c, charts_have_some_under_their_title);
    tcase_add_test(c, toy_parameters);
    tcase_add_test(c, values_that_may_not_be);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
