#include "simulator/base/statistics.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

enum { FRACTION_STEPS = 1000000 };
static const double TINY = 1e-300, EPSILON = 1e-16;

/* ---- densities without cancellation (Loader) ---- */

/* log n! minus Stirling's leading terms: DLMF 5.11.1. */
static double stirling_rest(double n)
{
    if (n < 16)
        return lgamma(n + 1) - (n + 0.5) * log(n) + n - 0.5 * log(2 * G_PI);
    double s = 1 / (n * n);
    return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 * s) * s) * s) * s) / n;
}

/* x log(x/m) + m - x, by a series where the terms would cancel: x/m = (1+v)/(1-v). */
static double deviance(double x, double m)
{
    double d = x - m, v = d / (x + m);
    if (fabs(v) > 0.1)
        return x * log(x / m) - d;
    double sum = d * v, power = 2 * x * v;
    for (int j = 3; j < 1000; j += 2) {
        power *= v * v;
        double next = sum + power / j;
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* log of x^a (1-x)^b / B(a,b). */
static double log_beta_front(double a, double b, double x)
{
    double n = a + b;
    return 0.5 * log(a * b / (2 * G_PI * n)) + stirling_rest(n) - stirling_rest(a) - stirling_rest(b) -
           deviance(a, n * x) - deviance(b, n * (1 - x));
}

/* ---- continued fractions by the modified Lentz method (W. Lentz 1976, I. Thompson and A. Barnett 1986) ---- */

typedef struct {
    double value, c, d;
    bool done;
} Lentz;

static Lentz lentz_start(double first)
{
    double v = fabs(first) < TINY ? TINY : first;
    return (Lentz){ v, v, 0, false };
}

static void lentz_step(Lentz *f, double numerator, double denominator)
{
    f->d = denominator + numerator * f->d;
    f->c = denominator + numerator / f->c;
    f->d = 1 / (fabs(f->d) < TINY ? TINY : f->d);
    f->c = fabs(f->c) < TINY ? TINY : f->c;
    double delta = f->c * f->d;
    f->value *= delta;
    f->done = fabs(delta - 1) < 4 * EPSILON;
}

/* DLMF 8.17.22: converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    Lentz f = lentz_start(1);
    for (int m = 0; m < FRACTION_STEPS && !f.done; m++) {
        if (m > 0)
            lentz_step(&f, m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1);
        lentz_step(&f, -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1);
    }
    return 1 / f.value;
}

double uc_beta_regularised(double a, double b, double x)
{
    g_assert(a > 0 && b > 0 && x >= 0 && x <= 1);
    if (x == 0 || x == 1)
        return x;
    double front = exp(log_beta_front(a, b, x));
    if (x < (a + 1) / (a + b + 2))
        return CLAMP(front * beta_fraction(a, b, x) / a, 0, 1);
    return CLAMP(1 - front * beta_fraction(b, a, 1 - x) / b, 0, 1);
}

/* Newton inside a bracket, every other step a bisection, so that it always ends. */
double uc_beta_inverse(double a, double b, double p)
{
    g_assert(a > 0 && b > 0 && p >= 0 && p <= 1);
    double low = 0, high = 1, x = a / (a + b);
    if (p == 0 || p == 1)
        return p;
    for (int i = 0; i < 2200 && high - low > 4 * EPSILON * high; i++) {
        double f = uc_beta_regularised(a, b, x) - p;
        if (f == 0)
            return x;
        *(f > 0 ? &high : &low) = x;
        double newton = x - f * x * (1 - x) / exp(log_beta_front(a, b, x));
        if (i % 2 == 0 && newton > low && newton < high) {
            if (fabs(newton - x) < 4 * EPSILON * x)
                return newton;
            x = newton;
        } else {
            x = low + (high - low) / 2;
        }
    }
    return x;
}

/* x^a e^-x / Gamma(a+1) */
static double poisson(double a, double x)
{
    return exp(-stirling_rest(a) - deviance(a, x)) / sqrt(2 * G_PI * a);
}

/* P by the series DLMF 8.7.1 below the mean, Q by the continued fraction DLMF 8.9.2 above it. */
double uc_gamma_upper(double a, double x)
{
    g_assert(a > 0 && x >= 0);
    if (x == 0)
        return 1;
    if (x < a + 1) {
        double term = 1, sum = 1;
        for (int k = 1; k < FRACTION_STEPS && term > sum * EPSILON; k++) {
            term *= x / (a + k);
            sum += term;
        }
        return CLAMP(1 - poisson(a, x) * sum, 0, 1);
    }
    Lentz f = lentz_start(x + 1 - a);
    for (int k = 1; k < FRACTION_STEPS && !f.done; k++)
        lentz_step(&f, k * (a - k), x + 2 * k + 1 - a);
    return CLAMP(poisson(a, x) * a / f.value, 0, 1);
}

/* ---- one proportion ---- */

UcInterval uc_clopper_pearson(uint64_t hits, uint64_t n, double alpha)
{
    g_assert(n > 0 && hits <= n && alpha > 0 && alpha < 1);
    double k = (double)hits, m = (double)(n - hits), tail = alpha / 2;
    UcInterval in = { 0, 1 };
    if (hits > 0)
        in.low = uc_beta_inverse(k, m + 1, tail);
    if (hits < n) /* by symmetry, so that the tail asked for is the small one and keeps its digits */
        in.high = hits ? 1 - uc_beta_inverse(m, k + 1, tail) : -expm1(log(tail) / (double)n);
    return in;
}

static UcInterval around(double centre, double half, double least)
{
    return (UcInterval){ MAX(least, centre - half), MIN(1, centre + half) };
}

UcInterval uc_hoeffding(uint64_t hits, uint64_t n, double alpha)
{
    g_assert(n > 0 && hits <= n && alpha > 0 && alpha < 1);
    return around((double)hits / (double)n, sqrt(log(2 / alpha) / (2 * (double)n)), 0);
}

/* ---- differences ---- */

UcInterval uc_difference_exact(UcCount real, UcCount ideal, double alpha)
{
    UcInterval r = uc_clopper_pearson(real.hits, real.n, alpha / 2);
    UcInterval i = uc_clopper_pearson(ideal.hits, ideal.n, alpha / 2);
    return (UcInterval){ r.low - i.high, r.high - i.low };
}

UcInterval uc_difference_hoeffding(UcCount real, UcCount ideal, double alpha)
{
    g_assert(real.n > 0 && ideal.n > 0 && alpha > 0 && alpha < 1);
    double n = (double)real.n, m = (double)ideal.n;
    double half = sqrt(log(2 / alpha) * (1 / n + 1 / m) / 2);
    return around((double)real.hits / n - (double)ideal.hits / m, half, -1);
}

UcInterval uc_absolute(UcInterval d)
{
    g_assert(d.low <= d.high);
    return (UcInterval){ MAX(0, MAX(d.low, -d.high)), MAX(fabs(d.low), fabs(d.high)) };
}

/* ---- tests ---- */

static double log_choose(double n, double k)
{
    if (k <= 0 || k >= n)
        return 0;
    double r = n - k;
    return stirling_rest(n) - stirling_rest(k) - stirling_rest(r) + n * log(n) - k * log(k) - r * log(r) +
           0.5 * log(n / (2 * G_PI * k * r));
}

/* Pr[X <= k] for X hypergeometric: `hits` marked among n + m, n drawn. Terms from k downwards. */
static double lower_tail(double k, double n, double m, double hits)
{
    double term = exp(log_choose(n, k) + log_choose(m, hits - k) - log_choose(n + m, hits)), sum = term;
    for (double x = k; x > 0 && hits - x < m && term > sum * EPSILON; x--) {
        term *= x * (m - hits + x) / ((n - x + 1) * (hits - x + 1));
        sum += term;
    }
    return MIN(sum, 1);
}

double uc_test_proportions(UcCount real, UcCount ideal)
{
    g_assert(real.hits <= real.n && ideal.hits <= ideal.n);
    uint64_t hits = real.hits + ideal.hits;
    if (!real.n || !ideal.n || hits == 0 || hits == real.n + ideal.n)
        return 1;
    double n = (double)real.n, m = (double)ideal.n, k = (double)real.hits, j = (double)ideal.hits;
    bool low = k * m <= j * n; /* the side on which the real world lies */
    double tail = low ? lower_tail(k, n, m, k + j) : lower_tail(j, m, n, k + j);
    return MIN(1, 2 * tail);
}

static double chi_term(double real, double ideal, double n, double m)
{
    double pooled = real + ideal, d = real * sqrt(m / n) - ideal * sqrt(n / m);
    return pooled > 0 ? d * d / pooled : 0;
}

UcTest uc_test_categories(const uint64_t *real, const uint64_t *ideal, size_t categories)
{
    g_assert(real && ideal);
    double n = 0, m = 0, rest_real = 0, rest_ideal = 0;
    UcTest t = { 0, 1, 0 };
    for (size_t i = 0; i < categories; i++) {
        n += (double)real[i];
        m += (double)ideal[i];
    }
    if (n == 0 || m == 0)
        return t;
    for (size_t i = 0; i < categories; i++) {
        double r = (double)real[i], d = (double)ideal[i];
        if ((r + d) * MIN(n, m) < UC_CHI_EXPECTED * (n + m)) {
            rest_real += r;
            rest_ideal += d;
            continue;
        }
        t.classes++;
        t.statistic += chi_term(r, d, n, m);
    }
    double rest = rest_real + rest_ideal;
    bool whole = rest * MIN(n, m) >= UC_CHI_EXPECTED * (n + m);
    if (whole) {
        t.classes++;
        t.statistic += chi_term(rest_real, rest_ideal, n, m);
    }
    /* A rest too small to be a class costs its degree of freedom but adds nothing: the p-value only grows. */
    double freedom = (double)t.classes - (whole || rest == 0 ? 1 : 0);
    if (t.classes > 1)
        t.p = uc_gamma_upper(freedom / 2, t.statistic / 2);
    return t;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double ks_bound(double distance, double n, double m)
{
    double c = n == m && n >= 458 ? 2 : G_E;
    return MIN(1, c * exp(-2 * distance * distance * n * m / (n + m)));
}

UcTest uc_test_ordered(const uint64_t *real, const uint64_t *ideal, size_t values)
{
    g_assert(real && ideal);
    double n = 0, m = 0, i = 0, j = 0;
    UcTest t = { 0, 1, 0 };
    for (size_t v = 0; v < values; v++) {
        n += (double)real[v];
        m += (double)ideal[v];
        t.classes += real[v] || ideal[v];
    }
    if (n == 0 || m == 0 || t.classes < 2)
        return t;
    for (size_t v = 0; v < values; v++) {
        i += (double)real[v];
        j += (double)ideal[v];
        t.statistic = MAX(t.statistic, fabs(i / n - j / m));
    }
    t.p = ks_bound(t.statistic, n, m);
    return t;
}

UcTest uc_test_numbers(double *real, size_t n, double *ideal, size_t m)
{
    UcTest t = { 0, 1, 0 };
    if (!n || !m)
        return t;
    qsort(real, n, sizeof *real, by_value);
    qsort(ideal, m, sizeof *ideal, by_value);
    for (size_t i = 0, j = 0; i < n || j < m; t.classes++) {
        double at = j >= m || (i < n && real[i] <= ideal[j]) ? real[i] : ideal[j];
        while (i < n && real[i] <= at)
            i++;
        while (j < m && ideal[j] <= at)
            j++;
        t.statistic = MAX(t.statistic, fabs((double)i / (double)n - (double)j / (double)m));
    }
    if (t.classes > 1)
        t.p = ks_bound(t.statistic, (double)n, (double)m);
    return t;
}

/* ---- error budgets ---- */

typedef struct {
    double p;
    size_t at;
} Ranked;

static int by_p(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : (x->at > y->at) - (x->at < y->at);
}

size_t uc_holm(const double *p, size_t count, double alpha, bool *reject)
{
    g_assert((p && reject) || !count);
    g_autofree Ranked *rank = g_new(Ranked, count + 1);
    size_t rejected = 0;
    for (size_t i = 0; i < count; i++) {
        rank[i] = (Ranked){ p[i], i };
        reject[i] = false;
    }
    qsort(rank, count, sizeof *rank, by_p);
    while (rejected < count && rank[rejected].p <= alpha / (double)(count - rejected))
        reject[rank[rejected++].at] = true;
    return rejected;
}

double uc_spend(double alpha, unsigned look)
{
    g_assert(alpha > 0 && alpha < 1);
    return alpha / (((double)look + 1) * ((double)look + 2));
}

uint64_t uc_look_size(uint64_t first, unsigned look, uint64_t limit)
{
    g_assert(first > 0);
    return look >= 40 || first > limit >> look ? limit : first << look;
}
