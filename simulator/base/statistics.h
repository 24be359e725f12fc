/* Statistics of measured runs: intervals for proportions, tests of two samples, error budgets.
 *
 * Engine-agnostic: counts and numbers in, intervals and p-values out. What is promised is said at each function:
 * `exact` holds for every sample size, `asymptotic` only where the expected counts are large. Error probabilities
 * (alpha) lie in (0,1); counts go up to 2^53. Everything is a function of its arguments: no state, no locale.
 *
 * Special functions from their closed forms in the Digital Library of Mathematical Functions (https://dlmf.nist.gov,
 * cited by number); densities in the form of C. Loader, "Fast and Accurate Computation of Binomial Probabilities"
 * (2000), which keeps its digits at 10^9 trials. Relative accuracy about 1e-12 (tests/simulator/test_statistics.c).
 */
#ifndef SIMULATOR_BASE_STATISTICS_H
#define SIMULATOR_BASE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- special functions ---- */

/* I_x(a,b), the regularised incomplete beta function (DLMF 8.17.2); a, b > 0, x in [0,1]. */
double uc_beta_regularised(double a, double b, double x);
/* The x with I_x(a,b) = p. */
double uc_beta_inverse(double a, double b, double p);
/* Q(a,x), the regularised upper incomplete gamma function (DLMF 8.2.4); a > 0, x >= 0. */
double uc_gamma_upper(double a, double x);

/* ---- one proportion ---- */

typedef struct {
    double low, high;
} UcInterval;

/* C. Clopper, E. Pearson, Biometrika 26 (1934): exact, covers with probability at least 1 - alpha. hits <= n, n > 0. */
UcInterval uc_clopper_pearson(uint64_t hits, uint64_t n, double alpha);
/* W. Hoeffding, JASA 58 (1963), theorem 1: exact, wider. */
UcInterval uc_hoeffding(uint64_t hits, uint64_t n, double alpha);

/* ---- the difference of two: real minus ideal ---- */

typedef struct {
    uint64_t hits, n;
} UcCount;

/* From two Clopper-Pearson intervals of alpha/2 each (Bonferroni): exact, whatever the dependence. */
UcInterval uc_difference_exact(UcCount real, UcCount ideal, double alpha);
/* Hoeffding for the difference of two means of independent samples: 2 exp(-2 t^2 / (1/n + 1/m)). */
UcInterval uc_difference_hoeffding(UcCount real, UcCount ideal, double alpha);
/* Of the absolute value, from an interval of the signed difference: covers whenever that one does. */
UcInterval uc_absolute(UcInterval difference);

/* ---- tests of two samples: p-values under "both worlds have one distribution" ---- */

/* One yes/no question: twice the smaller tail of the hypergeometric distribution given the totals (R. Fisher), at
 * most 1. Exact. 1 when a sample is empty or everything is alike. */
double uc_test_proportions(UcCount real, UcCount ideal);

typedef struct {
    double statistic, p;
    size_t classes; /* that took part; below 2 there was nothing to test and p = 1 */
} UcTest;

/* Chi-squared of two samples over categories. Asymptotic: classes in which a world expects fewer than
 * UC_CHI_EXPECTED are merged into one first. */
enum { UC_CHI_EXPECTED = 10 };
UcTest uc_test_categories(const uint64_t *real, const uint64_t *ideal, size_t categories);

/* Kolmogorov-Smirnov. The p-value is the two-sample Dvoretzky-Kiefer-Wolfowitz bound C exp(-2 D^2 nm/(n+m)) with
 * C = 2 for n = m >= 458 and C = e otherwise: F. Wei, R. Dudley, Statistics and Probability Letters 82 (2012). It is a
 * bound, not an approximation (proved for n = m; for n != m by computation and conjecture there), and stays one when
 * values are tied. Sorts both arrays. */
UcTest uc_test_numbers(double *real, size_t n, double *ideal, size_t m);
/* The same for values that were counted: class i holds how often value number i (in rising order) was seen. */
UcTest uc_test_ordered(const uint64_t *real, const uint64_t *ideal, size_t values);

/* ---- error budgets ---- */

/* S. Holm, Scandinavian Journal of Statistics 6 (1979): rejects hypothesis i where reject[i] comes back true; the
 * probability of any false rejection is at most alpha, whatever the dependence. Returns how many. */
size_t uc_holm(const double *p, size_t count, double alpha, bool *reject);

/* Sequential stopping: looks at n_k = first * 2^k samples, k = 0, 1, ...; look k may err with alpha / ((k+1)(k+2)).
 * These sum to alpha, so the intervals of all looks hold together with probability 1 - alpha and a rule that stops at
 * any look, for whatever reason, keeps the promise (union bound; alpha spending after K. Lan, D. DeMets, Biometrika 70
 * (1983)). */
double uc_spend(double alpha, unsigned look);
/* Samples at a look, at most `limit`. */
uint64_t uc_look_size(uint64_t first, unsigned look, uint64_t limit);

#endif
