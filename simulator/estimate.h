/* The advantage of Z, measured: what samples of both worlds say about |Pr[guess 1 | real] - Pr[guess 1 | ideal]|,
 * whether anything else in the views differs, and how that compares with the bad events that the proof bounds.
 *
 * One error probability alpha covers the whole report (docs/advantage.md, "The error budget"): half of it is shared
 * equally by the intervals (Z's guess, each named feature, the probability of a bad event), a quarter by the two-sample
 * tests (Holm), a quarter by the intervals behind `views_exceed_bad` (Bonferroni). A sequential run spends
 * uc_spend(alpha, look) of it at each look.
 */
#ifndef SIMULATOR_ESTIMATE_H
#define SIMULATOR_ESTIMATE_H

#include "simulator/tally.h"

typedef struct {
    const char *name;
    UcCount real, ideal;
    double estimate;              /* real minus ideal */
    UcInterval signed_exact;      /* of the difference */
    UcInterval exact, hoeffding;  /* of its absolute value, the advantage */
} UcDistinguisher;

typedef struct {
    char *what;          /* e.g. "byte 3 of string 2, bit 0" */
    const char *test;    /* "Fisher", "chi-squared", "Kolmogorov-Smirnov" */
    double statistic, p; /* of Fisher's test the statistic is the difference of the two shares */
    bool rejected;       /* the worlds differ here */
} UcTestResult;

typedef struct {
    uint64_t asked;                   /* samples per world */
    double alpha;
    bool sequential, interrupted;
    unsigned look;                    /* sequential: number of the last look, from 0 */
    const char *const *feature_name;  /* as many as the tallies have features */
    const char *const *bad_name;      /* NULL-terminated, at most UC_BAD_EVENTS */
} UcPlan;

typedef struct {
    UcPlan plan;
    uint64_t n;                   /* samples per world that were made */
    double each;                  /* error probability of one interval */
    UcDistinguisher *distinguisher; /* the first is Z's guess */
    unsigned distinguishers;
    uint64_t failed;              /* failed simulations */
    uint64_t bad[UC_BAD_EVENTS];  /* in the ideal world, where the UC simulator meets them */
    uint64_t bad_any, bad_any_real;
    UcInterval bad_exact;         /* of Pr[bad | ideal] */
    bool exceeds_bad;             /* the advantage is surely greater than Pr[bad]: the bad events do not explain it */
    bool views_exceed_bad;        /* the same for some yes/no question about the views */
    size_t tests;                 /* that had something to test */
    UcTestResult *result;         /* rejected ones first, by p; at most UC_TEST_RESULTS */
    unsigned results;
    size_t rejected;
    bool constant;                /* every view of both worlds looked the same: nothing could be told apart */
    uint64_t real_first, ideal_first; /* samples that show the strongest shape that differs; UINT64_MAX: none */
} UcAdvantage;
enum { UC_TEST_RESULTS = 8 };

UcAdvantage *uc_advantage_new(const UcPlan *plan, const UcTally *real, const UcTally *ideal);
void uc_advantage_free(UcAdvantage *advantage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcAdvantage, uc_advantage_free)

/* May a sequential run stop here: a difference is shown, or the advantage is known to within `precision`. */
bool uc_advantage_settled(const UcAdvantage *advantage, double precision);

#endif
