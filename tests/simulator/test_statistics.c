/* Statistics against published tables, closed forms and their own promises. The independent tool: test_statistics_oracle.c. */
#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "simulator/base/statistics.h"
#include "simulator/tape.h"
#include "tests/support/suite.h"

#define NEAR(got, want, relative) \
    ck_assert_msg(fabs((got) - (want)) <= (relative) * fabs(want), "%s: got %.15g, expected %.15g", #got, (double)(got), (double)(want))

START_TEST(closed_forms)
{
    for (double x = 0.01; x < 1; x += 0.07) {
        NEAR(uc_beta_regularised(1, 1, x), x, 1e-13);
        NEAR(uc_beta_regularised(7, 1, x), pow(x, 7), 1e-13);                       /* DLMF 8.17.7 with b = 1 */
        NEAR(uc_beta_regularised(0.5, 0.5, x), 2 / G_PI * asin(sqrt(x)), 1e-13);    /* the arcsine law */
        NEAR(uc_beta_regularised(3.5, 9, x), 1 - uc_beta_regularised(9, 3.5, 1 - x), 1e-10); /* DLMF 8.17.4 */
    }
    for (double x = 0.1; x < 60; x *= 1.7) {
        NEAR(uc_gamma_upper(1, x), exp(-x), 1e-12);
        NEAR(uc_gamma_upper(0.5, x), erfc(sqrt(x)), 1e-11);                         /* DLMF 7.11.2 */
        NEAR(uc_gamma_upper(3, x), exp(-x) * (1 + x + x * x / 2), 1e-12);           /* DLMF 8.4.10 */
    }
    ck_assert(uc_beta_regularised(2, 3, 0) == 0 && uc_beta_regularised(2, 3, 1) == 1);
}
END_TEST

/* Critical values: Abramowitz and Stegun, table 26.8 (chi-squared). */
START_TEST(chi_squared_table)
{
    static const struct {
        double freedom, at, p;
    } row[] = {
        { 1, 3.84146, 0.05 }, { 1, 6.63490, 0.01 }, { 1, 10.828, 0.001 }, { 2, 5.99146, 0.05 }, { 5, 11.0705, 0.05 },
        { 10, 18.3070, 0.05 }, { 10, 23.2093, 0.01 }, { 30, 43.7729, 0.05 }, { 100, 124.342, 0.05 }, { 5, 1.145476, 0.95 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++)
        NEAR(uc_gamma_upper(row[i].freedom / 2, row[i].at / 2), row[i].p, 5e-4);
}
END_TEST

/* Exact 95 % limits to four digits, as tabulated since Clopper and Pearson (1934). */
START_TEST(clopper_pearson_table)
{
    static const struct {
        uint64_t k, n;
        double low, high;
    } row[] = {
        { 0, 10, 0, 0.3085 },      { 1, 10, 0.0025, 0.4450 }, { 5, 10, 0.1871, 0.8129 }, { 8, 10, 0.4439, 0.9748 },
        { 10, 10, 0.6915, 1 },     { 0, 20, 0, 0.1684 },      { 10, 20, 0.2720, 0.7280 }, { 0, 100, 0, 0.0362 },
        { 10, 100, 0.0490, 0.1762 }, { 50, 100, 0.3983, 0.6017 }, { 0, 1, 0, 0.975 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        UcInterval c = uc_clopper_pearson(row[i].k, row[i].n, 0.05), h = uc_hoeffding(row[i].k, row[i].n, 0.05);
        ck_assert_msg(fabs(c.low - row[i].low) < 5.1e-5 && fabs(c.high - row[i].high) < 5.1e-5, "row %zu: %.5f %.5f",
                      i, c.low, c.high);
        double half = c.high - c.low;
        ck_assert(h.high - h.low >= half * 0.99 || h.low == 0 || h.high == 1);
    }
}
END_TEST

START_TEST(large_counts)
{
    UcInterval c = uc_clopper_pearson(0, 1000000000, 0.05);
    NEAR(c.high, 3.6888794473e-9, 1e-6); /* 1 - 0.025^(1/n) */
    c = uc_clopper_pearson(500000000, 1000000000, 0.05);
    NEAR(c.high - 0.5, 1.959963985 * 0.5 / sqrt(1e9), 1e-4); /* the normal limit */
    NEAR(0.5 - c.low, 1.959963985 * 0.5 / sqrt(1e9), 1e-4);
    c = uc_clopper_pearson(3, 1000000000, 0.05);
    NEAR(c.high, 8.767273e-9, 1e-4); /* Poisson limits of 3: 0.618672, 8.767273 */
    NEAR(c.low, 0.618672e-9, 1e-4);
}
END_TEST

START_TEST(inverse_inverts)
{
    for (double a = 0.5; a < 2e6; a *= 9) {
        for (double b = 1; b < 2e6; b *= 13) {
            for (double p = 1e-9; p < 1; p = p < 0.1 ? p * 30 : p + 0.21)
                NEAR(uc_beta_regularised(a, b, uc_beta_inverse(a, b, p)), p, 1e-8);
        }
    }
}
END_TEST

START_TEST(differences)
{
    UcCount r = { 60, 100 }, i = { 40, 100 };
    UcInterval d = uc_difference_exact(r, i, 0.05), h = uc_difference_hoeffding(r, i, 0.05), a = uc_absolute(d);
    UcInterval cr = uc_clopper_pearson(60, 100, 0.025), ci = uc_clopper_pearson(40, 100, 0.025);
    ck_assert(d.low == cr.low - ci.high && d.high == cr.high - ci.low);
    NEAR(h.high - h.low, 2 * sqrt(log(40) / 100), 1e-12);
    ck_assert(a.low == MAX(0, d.low) && a.high == d.high);
    a = uc_absolute((UcInterval){ -0.3, 0.1 });
    ck_assert(a.low == 0 && a.high == 0.3);
    a = uc_absolute((UcInterval){ -0.3, -0.1 });
    ck_assert(a.low == 0.1 && a.high == 0.3);
}
END_TEST

START_TEST(fisher)
{
    NEAR(uc_test_proportions((UcCount){ 3, 4 }, (UcCount){ 1, 4 }), 2 * 17 / 70.0, 1e-12); /* the lady tasting tea */
    NEAR(uc_test_proportions((UcCount){ 4, 4 }, (UcCount){ 0, 4 }), 2 / 70.0, 1e-12);
    NEAR(uc_test_proportions((UcCount){ 0, 4 }, (UcCount){ 4, 4 }), 2 / 70.0, 1e-12);
    ck_assert(uc_test_proportions((UcCount){ 2, 4 }, (UcCount){ 2, 4 }) == 1);
    ck_assert(uc_test_proportions((UcCount){ 0, 4 }, (UcCount){ 0, 9 }) == 1);
    ck_assert(uc_test_proportions((UcCount){ 0, 0 }, (UcCount){ 3, 9 }) == 1);
    /* unequal sizes: 3 of 5 against 0 of 10: C(5,3)/C(15,3) = 10/455 */
    NEAR(uc_test_proportions((UcCount){ 3, 5 }, (UcCount){ 0, 10 }), 2 * 10 / 455.0, 1e-12);
    NEAR(uc_test_proportions((UcCount){ 0, 10 }, (UcCount){ 3, 5 }), 2 * 10 / 455.0, 1e-12);
}
END_TEST

START_TEST(categories)
{
    const uint64_t r[] = { 100, 200, 300, 0, 2 }, i[] = { 130, 190, 280, 0, 1 };
    UcTest t = uc_test_categories(r, i, 3);
    /* by hand: n = m = 600, sum of (r-i)^2/(r+i) = 900/230 + 100/390 + 400/580 */
    NEAR(t.statistic, 900 / 230.0 + 100 / 390.0 + 400 / 580.0, 1e-12);
    NEAR(t.p, exp(-t.statistic / 2), 1e-12); /* two degrees of freedom */
    ck_assert_uint_eq(t.classes, 3);
    UcTest rare = uc_test_categories(r, i, 5); /* the rare one is no class, yet costs its degree of freedom */
    ck_assert_uint_eq(rare.classes, 3);
    ck_assert(rare.p > t.p);
    const uint64_t one[] = { 600 }, none[] = { 0 };
    ck_assert(uc_test_categories(one, one, 1).p == 1 && uc_test_categories(one, one, 1).classes == 1);
    ck_assert(uc_test_categories(one, none, 1).p == 1);
}
END_TEST

START_TEST(numbers)
{
    double a[1000], b[1000], c[3] = { 1, 2, 3 }, d[3] = { 1, 2, 3 }, e[2] = { 7, 7 }, f[2] = { 7, 7 };
    for (int i = 0; i < 1000; i++) {
        a[i] = 999 - i;
        b[i] = i + 100; /* shifted by 100 of 1000 */
    }
    UcTest t = uc_test_numbers(a, 1000, b, 1000);
    NEAR(t.statistic, 0.1, 1e-12);
    NEAR(t.p, 2 * exp(-2 * 0.01 * 500), 1e-12);
    t = uc_test_numbers(c, 3, d, 3);
    ck_assert(t.statistic == 0 && t.p == 1 && t.classes == 3);
    t = uc_test_numbers(e, 2, f, 2); /* constant: nothing to test */
    ck_assert(t.p == 1 && t.classes == 1);
}
END_TEST

START_TEST(holm)
{
    double p[] = { 0.04, 0.001, 0.03, 0.013, 1 };
    bool reject[5];
    ck_assert_uint_eq(uc_holm(p, 5, 0.05, reject), 1); /* 0.001 <= 0.01; 0.013 > 0.0125 */
    ck_assert(reject[1] && !reject[0] && !reject[2] && !reject[3] && !reject[4]);
    p[3] = 0.012;
    ck_assert_uint_eq(uc_holm(p, 5, 0.05, reject), 2); /* 0.012 <= 0.0125; 0.03 > 0.05/3 */
    ck_assert(reject[1] && reject[3] && !reject[2]);
}
END_TEST

START_TEST(spending)
{
    double sum = 0;
    for (unsigned k = 0; k < 100000; k++)
        sum += uc_spend(0.05, k);
    ck_assert(sum < 0.05 && sum > 0.0499);
    ck_assert_uint_eq(uc_look_size(1000, 0, 5000), 1000);
    ck_assert_uint_eq(uc_look_size(1000, 2, 5000), 4000);
    ck_assert_uint_eq(uc_look_size(1000, 3, 5000), 5000);
    ck_assert_uint_eq(uc_look_size(1000, 63, 5000), 5000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statistics");
    TCase *c = tcase_create("statistics");
    tcase_add_test(c, closed_forms);
    tcase_add_test(c, chi_squared_table);
    tcase_add_test(c, clopper_pearson_table);
    tcase_add_test(c, large_counts);
    tcase_add_test(c, inverse_inverts);
    tcase_add_test(c, differences);
    tcase_add_test(c, fisher);
    tcase_add_test(c, categories);
    tcase_add_test(c, numbers);
    tcase_add_test(c, holm);
    tcase_add_test(c, spending);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
