#include "simulator/estimate.h"

#include <math.h>
#include <string.h>

/* ---- intervals ---- */

static UcDistinguisher distinguisher(const char *name, UcCount real, UcCount ideal, double alpha)
{
    UcDistinguisher d = { .name = name, .real = real, .ideal = ideal, .signed_exact = { -1, 1 }, .exact = { 0, 1 },
                          .hoeffding = { 0, 1 } };
    if (!real.n || !ideal.n)
        return d;
    d.estimate = (double)real.hits / (double)real.n - (double)ideal.hits / (double)ideal.n;
    d.signed_exact = uc_difference_exact(real, ideal, alpha);
    d.exact = uc_absolute(d.signed_exact);
    d.hoeffding = uc_absolute(uc_difference_hoeffding(real, ideal, alpha));
    return d;
}

static void fill_intervals(UcAdvantage *a, const UcTally *real, const UcTally *ideal)
{
    unsigned features = MAX(real->features, ideal->features);
    a->each = a->each / 2 / (features + 2);
    a->distinguisher = g_new0(UcDistinguisher, features + 1);
    a->distinguishers = features + 1;
    a->distinguisher[0] = distinguisher("Z's guess", (UcCount){ real->ones, real->n },
                                        (UcCount){ ideal->ones, ideal->n }, a->each);
    for (unsigned i = 0; i < features; i++)
        a->distinguisher[i + 1] = distinguisher(a->plan.feature_name[i], real->feature[i], ideal->feature[i], a->each);
    a->failed = ideal->failed;
    memcpy(a->bad, ideal->bad, sizeof a->bad);
    a->bad_any = ideal->bad_any;
    a->bad_any_real = real->bad_any;
    a->bad_exact = ideal->n ? uc_clopper_pearson(ideal->bad_any, ideal->n, a->each) : (UcInterval){ 0, 1 };
    a->exceeds_bad = a->distinguisher[0].exact.low > a->bad_exact.high;
}

/* ---- tests of whole views ---- */

typedef struct {
    const UcTally *real, *ideal;
    GArray *result; /* UcTestResult */
    GArray *share;   /* UcCount: real, ideal of finding i; both 0 where it is no yes/no question */
} Battery;

static void enter_with(Battery *b, char *what, const char *test, UcTest t, UcCount real, UcCount ideal)
{
    if (t.classes < 2) { /* nothing to test: not a test */
        g_free(what);
        return;
    }
    UcTestResult f = { what, test, t.statistic, t.p, false };
    g_array_append_val(b->result, f);
    g_array_append_val(b->share, real);
    g_array_append_val(b->share, ideal);
}

static void enter(Battery *b, char *what, const char *test, UcTest t)
{
    enter_with(b, what, test, t, (UcCount){ 0, 0 }, (UcCount){ 0, 0 });
}

static void enter_share(Battery *b, char *what, UcCount real, UcCount ideal)
{
    uint64_t hits = real.hits + ideal.hits;
    bool possible = real.n && ideal.n && hits && hits < real.n + ideal.n;
    double share = possible ? (double)real.hits / (double)real.n - (double)ideal.hits / (double)ideal.n : 0;
    UcTest t = { share, uc_test_proportions(real, ideal), possible ? 2 : 1 };
    enter_with(b, what, "Fisher", t, real, ideal);
}

static void test_shapes(Battery *b)
{
    uint64_t real[UC_SHAPES], ideal[UC_SHAPES];
    for (unsigned i = 0; i < UC_SHAPES; i++) {
        real[i] = b->real->shape[i].count;
        ideal[i] = b->ideal->shape[i].count;
        if (real[i] || ideal[i])
            enter_share(b, g_strdup_printf("shape class %u of the view", i), (UcCount){ real[i], b->real->n },
                        (UcCount){ ideal[i], b->ideal->n });
    }
    enter(b, g_strdup("shape of the view"), "chi-squared", uc_test_categories(real, ideal, UC_SHAPES));
    enter(b, g_strdup("length of the view"), "Kolmogorov-Smirnov",
          uc_test_ordered(b->real->length, b->ideal->length, UC_LENGTHS));
}

static void test_position(Battery *b, const char *where, const uint32_t *r, const uint32_t *i)
{
    uint64_t real[256], ideal[256];
    UcCount rb[8] = { { 0, 0 } }, ib[8] = { { 0, 0 } };
    for (unsigned v = 0; v < 256; v++) {
        real[v] = r[v];
        ideal[v] = i[v];
        for (unsigned bit = 0; bit < 8; bit++) {
            rb[bit].n += r[v];
            ib[bit].n += i[v];
            rb[bit].hits += v >> bit & 1 ? r[v] : 0;
            ib[bit].hits += v >> bit & 1 ? i[v] : 0;
        }
    }
    enter(b, g_strdup(where), "chi-squared", uc_test_categories(real, ideal, 256));
    for (unsigned bit = 0; bit < 8; bit++)
        enter_share(b, g_strdup_printf("%s, bit %u", where, bit), rb[bit], ib[bit]);
}

static void test_columns(Battery *b)
{
    for (unsigned c = 0; c < UC_COLUMNS; c++) {
        if (!b->real->column[c] || !b->ideal->column[c])
            continue; /* a string that one world never shows is a difference of shape */
        for (unsigned i = 0; i < UC_COLUMN_POSITIONS; i++) {
            g_autofree char *where = i < UC_EDGE_BYTES
                ? g_strdup_printf("byte %u of string %u", i + 1, c + 1)
                : g_strdup_printf("byte %u from the end of string %u", UC_COLUMN_POSITIONS - i, c + 1);
            test_position(b, where, b->real->column[c]->at[i], b->ideal->column[c]->at[i]);
        }
    }
}

/* uc_test_numbers() sorts, so it gets copies. */
static UcTest compare_numbers(const GArray *real, const GArray *ideal)
{
    if (!real || !ideal)
        return (UcTest){ 0, 1, 0 };
    g_autofree double *r = g_memdup2(real->data, real->len * sizeof(double));
    g_autofree double *i = g_memdup2(ideal->data, ideal->len * sizeof(double));
    return uc_test_numbers(r, real->len, i, ideal->len);
}

static void test_features(Battery *b, const UcPlan *plan)
{
    for (unsigned i = 0; i < MAX(b->real->features, b->ideal->features); i++) {
        const char *name = plan->feature_name[i];
        UcCount named[] = { { b->real->feature[i].n, b->real->n }, { b->ideal->feature[i].n, b->ideal->n } };
        enter_share(b, g_strdup_printf("feature '%s' is named", name), named[0], named[1]);
        if (!b->real->feature_counts[i] && !b->ideal->feature_counts[i]) {
            enter_share(b, g_strdup_printf("feature '%s'", name), b->real->feature[i], b->ideal->feature[i]);
            continue;
        }
        enter(b, g_strdup_printf("feature '%s'", name), "chi-squared",
              uc_test_categories(b->real->bucket[i], b->ideal->bucket[i], UC_SHAPES));
        enter(b, g_strdup_printf("feature '%s'", name), "Kolmogorov-Smirnov",
              compare_numbers(b->real->number[i], b->ideal->number[i]));
    }
}

static gint by_p(gconstpointer a, gconstpointer b)
{
    const UcTestResult *x = a, *y = b;
    if (x->rejected != y->rejected)
        return x->rejected ? -1 : 1;
    if (x->p != y->p)
        return (x->p > y->p) - (x->p < y->p);
    int order = strcmp(x->what, y->what);
    return order ? order : strcmp(x->test, y->test);
}

/* Until a bad event the worlds are alike, so no question about the views may be answered differently with a greater
 * probability than that of a bad event. Is there one that surely is? Intervals by Bonferroni over all of them. */
static bool more_than_bad(const Battery *b, const double *p, double bad, double alpha)
{
    const UcCount *share = (const UcCount *)(const void *)b->share->data;
    double each = alpha / MAX(1, b->result->len);
    for (guint i = 0; i < b->result->len; i++) {
        /* an interval that excludes 0 comes with a small p: the others need not be computed */
        if (share[2 * i].n && p[i] < each &&
            uc_absolute(uc_difference_exact(share[2 * i], share[2 * i + 1], each)).low > bad)
            return true;
    }
    return false;
}

static void run_battery(UcAdvantage *a, Battery *b, double alpha)
{
    enter_share(b, g_strdup("the simulation failed"), (UcCount){ b->real->failed, b->real->n },
                (UcCount){ b->ideal->failed, b->ideal->n });
    test_shapes(b);
    test_columns(b);
    test_features(b, &a->plan);
    UcTestResult *f = (UcTestResult *)(void *)b->result->data;
    a->tests = b->result->len;
    g_autofree double *p = g_new(double, a->tests + 1);
    g_autofree bool *reject = g_new(bool, a->tests + 1);
    for (size_t i = 0; i < a->tests; i++)
        p[i] = f[i].p;
    a->rejected = uc_holm(p, a->tests, alpha / 2, reject);
    a->views_exceed_bad = more_than_bad(b, p, a->bad_exact.high, alpha / 2);
    for (size_t i = 0; i < a->tests; i++)
        f[i].rejected = reject[i];
    g_array_sort(b->result, by_p);
    for (size_t i = UC_TEST_RESULTS; i < a->tests; i++)
        g_free(f[i].what);
    a->results = (unsigned)MIN(a->tests, (size_t)UC_TEST_RESULTS);
    a->result = (UcTestResult *)(void *)g_array_free(b->result, FALSE);
}

/* Examples for people: the shape with the greatest difference, and a sample of each world that shows it or its
 * most frequent other. */
static void find_examples(UcAdvantage *a, const UcTally *real, const UcTally *ideal)
{
    double most = 0;
    for (unsigned i = 0; i < UC_SHAPES; i++) {
        double d = fabs((double)real->shape[i].count / (double)MAX(1, real->n) -
                        (double)ideal->shape[i].count / (double)MAX(1, ideal->n));
        if (d > most) {
            most = d;
            a->real_first = real->shape[i].first;
            a->ideal_first = ideal->shape[i].first;
        }
    }
}

UcAdvantage *uc_advantage_new(const UcPlan *plan, const UcTally *real, const UcTally *ideal)
{
    g_assert(plan && real && ideal && real->n == ideal->n && plan->alpha > 0 && plan->alpha < 1);
    UcAdvantage *a = g_new0(UcAdvantage, 1);
    a->plan = *plan;
    a->n = real->n;
    double alpha = plan->sequential ? uc_spend(plan->alpha, plan->look) : plan->alpha;
    a->each = alpha;
    fill_intervals(a, real, ideal);
    Battery battery = { real, ideal, g_array_new(FALSE, FALSE, sizeof(UcTestResult)),
                        g_array_new(FALSE, FALSE, sizeof(UcCount)) };
    run_battery(a, &battery, alpha / 2);
    g_array_unref(battery.share);
    a->constant = a->tests == 0;
    a->real_first = a->ideal_first = UINT64_MAX;
    if (a->rejected)
        find_examples(a, real, ideal);
    return a;
}

void uc_advantage_free(UcAdvantage *a)
{
    if (!a)
        return;
    for (unsigned i = 0; i < a->results; i++)
        g_free(a->result[i].what);
    g_free(a->result);
    g_free(a->distinguisher);
    g_free(a);
}

bool uc_advantage_settled(const UcAdvantage *a, double precision)
{
    g_assert(a && precision > 0);
    const UcDistinguisher *z = &a->distinguisher[0];
    return z->exact.low > 0 || a->rejected > 0 ||
           (z->signed_exact.high - z->signed_exact.low) / 2 <= precision;
}
