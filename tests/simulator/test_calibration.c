/* Do the intervals cover and do the tests err as often as they say? Pairs of worlds whose advantage is known - a coin
 * of bias 1/2 + e, a nonce with one fixed bit, equal worlds - are measured again and again.
 *
 *   test_calibration [REPETITIONS]      quick without; tests/simulator/long_calibration.sh asks for 1000
 *
 * Coins are tapes under fixed seeds, so the outcome is always the same: nothing here fails by bad luck. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/estimate.h"

/* ---- two worlds that show one coin and one nonce ---- */

enum { SHOW = UC_M_USER, SHOWN, NONCE_BYTES = 8 };
static const UcMessageKind kinds[] = {
    { "show", { { NULL } } },
    { "shown", { { "coin", UC_INT }, { "nonce", UC_BYTES } } },
};

typedef struct {
    double heads;   /* probability */
    bool fixed_bit; /* of the nonce */
} Coin;

static UcResult show(UcCtx *ctx, const UcEnvelope *in)
{
    const Coin *coin = uc_config(ctx);
    uint8_t draw[4], nonce[NONCE_BYTES];
    uc_draw(ctx, "coin", draw, sizeof draw);
    uc_draw(ctx, "nonce", nonce, sizeof nonce);
    if (coin->fixed_bit)
        nonce[3] |= 0x10;
    double uniform = ((draw[0] * 256.0 + draw[1]) * 256 + draw[2]) / 16777216;
    UcMessage m = { SHOWN, { uniform < coin->heads, uc_store_put(uc_ctx_store(ctx), nonce, sizeof nonce) } };
    return uc_send(in->from, m);
}

static const UcClass shows = { .name = "shows", .step = show };
static const char *const names[] = { "party", NULL };

typedef struct {
    Coin real, ideal;
    UcWorldSpec spec[2];
    UcStore *store;
    UcLayout *layout[2];
    UcTally *tally[2];
} Pair;

static Pair *pair_new(Coin real, Coin ideal)
{
    Pair *p = g_new0(Pair, 1);
    p->real = real;
    p->ideal = ideal;
    p->store = uc_store_new();
    for (int w = 0; w < 2; w++) {
        p->layout[w] = uc_layout_new();
        p->spec[w] = (UcWorldSpec){ .name = w ? "ideal" : "real", .ideal = w, .parties = 1, .party_name = names,
                                    .session = "s", .messages = { kinds, G_N_ELEMENTS(kinds) }, .independent = true };
    }
    p->spec[0].party = (UcMachine){ .class = &shows, .config = &p->real, .role = "party" };
    p->spec[1].party = (UcMachine){ .class = &uc_dummy_party, .role = "dummy" };
    p->spec[1].sandbox = p->spec[0].party;
    p->spec[1].machine[UC_F] = (UcMachine){ .class = &shows, .config = &p->ideal, .role = "functionality" };
    return p;
}

static void pair_free(Pair *p)
{
    for (int w = 0; w < 2; w++)
        uc_layout_free(p->layout[w]);
    uc_store_free(p->store);
    g_free(p);
}

/* One run: Z asks once and guesses the coin. */
static void sample(Pair *p, int w, uint64_t number, uint64_t repetition)
{
    uint8_t seed[UC_SEED_BYTES];
    UcTapeLabel label = { "calibration", NULL, (uint32_t)repetition, "seed", w ? "ideal" : "real" };
    static const uint8_t base[UC_SEED_BYTES] = { 1 };
    uc_tape_read(base, &label, number * UC_SEED_BYTES, seed, sizeof seed);
    uc_store_clear(p->store);
    uc_layout_clear(p->layout[w]);
    UcWorld *world = uc_world_new(&p->spec[w], p->store, p->layout[w], seed);
    UcEnvelope ask = { UC_Z, UC_PARTY_0, 0, { SHOW, { 0 } } };
    size_t entries;
    if (uc_world_turn(world, &ask) != UC_STOP_Z)
        g_error("calibration: %s", uc_world_why(world));
    const UcViewEntry *view = uc_world_view(world, &entries);
    UcSample s = { .number = number, .guess = (int)view[entries - 1].message.w[0], .features = 1,
                   .feature = { (double)view[entries - 1].message.w[0] } };
    uc_tally_add(p->tally[w], world, &s);
    uc_world_free(world);
}

static UcAdvantage *measure(Pair *p, uint64_t n, double alpha, uint64_t repetition)
{
    static const char *const feature[] = { "coin", NULL }, *const bad[] = { NULL };
    UcPlan plan = { .asked = n, .alpha = alpha, .feature_name = feature, .bad_name = bad };
    for (int w = 0; w < 2; w++) {
        p->tally[w] = uc_tally_new();
        for (uint64_t i = 0; i < n; i++)
            sample(p, w, i, repetition);
    }
    UcAdvantage *a = uc_advantage_new(&plan, p->tally[0], p->tally[1]);
    for (int w = 0; w < 2; w++)
        uc_tally_free(p->tally[w]);
    return a;
}

/* ---- counting errors ---- */

static int failures;

/* `errors` of n must be consistent with a probability of at most `promised`. */
static void promise(const char *what, unsigned errors, unsigned n, double promised)
{
    UcInterval c = uc_clopper_pearson(errors, n, 0.01);
    bool kept = c.low <= promised;
    printf("%s %-64s %4u of %u, promised at most %.4f\n", kept ? "ok  " : "FAIL", what, errors, n, promised);
    failures += !kept;
}

/* The other way round: something that must be seen is seen. */
static void at_least(const char *what, unsigned seen, unsigned n, double share)
{
    bool enough = seen >= share * n;
    printf("%s %-64s %4u of %u, expected at least %.2f\n", enough ? "ok  " : "FAIL", what, seen, n, share);
    failures += !enough;
}

static void calibrate_pair(const char *name, Coin real, Coin ideal, unsigned repetitions, uint64_t n)
{
    const double alpha = 0.2, each = alpha / 2 / 3; /* the guess, one feature, Pr[bad] share one half */
    double truth = fabs(real.heads - ideal.heads);
    bool equal = truth == 0 && real.fixed_bit == ideal.fixed_bit;
    unsigned exact = 0, hoeffding = 0, different = 0, rejected = 0, shown = 0;
    Pair *p = pair_new(real, ideal);
    for (unsigned r = 0; r < repetitions; r++) {
        g_autoptr(UcAdvantage) a = measure(p, n, alpha, r);
        const UcDistinguisher *z = &a->distinguisher[0];
        if (fabs(a->each - each) > 1e-12)
            g_error("calibration: an interval may err with %g, expected %g", a->each, each);
        exact += truth < z->exact.low || truth > z->exact.high;
        hoeffding += truth < z->hoeffding.low || truth > z->hoeffding.high;
        rejected += a->rejected > 0;
        shown += z->exact.low > 0;
        different += a->rejected > 0 || z->exact.low > 0;
    }
    pair_free(p);
    printf("%s: advantage %.3g, %u repetitions of %" G_GUINT64_FORMAT " samples, alpha %.2g\n", name, truth, repetitions, n,
           alpha);
    promise("exact interval of the advantage misses the truth", exact, repetitions, each);
    promise("Hoeffding interval of the advantage misses the truth", hoeffding, repetitions, each);
    if (equal)
        promise("equal worlds are called different", different, repetitions, alpha);
    if (real.fixed_bit != ideal.fixed_bit)
        at_least("the fixed bit is found", rejected, repetitions, 0.99);
    if (truth > 0.15)
        at_least("the advantage is shown", shown, repetitions, 0.9);
}

/* ---- the parts, with more repetitions ---- */

static double uniform(uint64_t stream, uint64_t number)
{
    static const uint8_t base[UC_SEED_BYTES] = { 2 };
    uint8_t b[8];
    uint64_t v = 0;
    UcTapeLabel label = { "calibration", NULL, (uint32_t)stream, "uniform", NULL };
    uc_tape_read(base, &label, number * 8, b, 8);
    for (int i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return (double)(v >> 11) / 9007199254740992.0;
}

static uint64_t binomial(uint64_t n, double p, uint64_t stream, uint64_t *at)
{
    uint64_t hits = 0;
    for (uint64_t i = 0; i < n; i++)
        hits += uniform(stream, (*at)++) < p;
    return hits;
}

static void calibrate_tests(unsigned repetitions)
{
    enum { N = 300, CATEGORIES = 12 };
    unsigned chi = 0, ks = 0, fisher = 0;
    for (unsigned r = 0; r < repetitions; r++) {
        uint64_t count[2][CATEGORIES] = { { 0 } }, at = 0;
        double value[2][N];
        for (int w = 0; w < 2; w++) {
            for (int i = 0; i < N; i++) {
                double u = uniform(1000 + r, at++);
                value[w][i] = u;
                count[w][(int)(u * u * CATEGORIES)]++; /* unequal categories */
            }
        }
        UcCount first[] = { { count[0][0], N }, { count[1][0], N } };
        chi += uc_test_categories(count[0], count[1], CATEGORIES).p <= 0.05;
        fisher += uc_test_proportions(first[0], first[1]) <= 0.05;
        ks += uc_test_numbers(value[0], N, value[1], N).p <= 0.05;
    }
    promise("chi-squared rejects equal samples at 0.05", chi, repetitions, 0.05);
    promise("Fisher's test rejects equal samples at 0.05", fisher, repetitions, 0.05);
    promise("Kolmogorov-Smirnov rejects equal samples at 0.05", ks, repetitions, 0.05);
}

/* Looks at 100, 200, 400, ... and stops as soon as the interval of the difference misses the truth, as an adversary
 * of the statistician would. */
static void calibrate_sequential(unsigned repetitions)
{
    unsigned wrong = 0, naive = 0;
    for (unsigned r = 0; r < repetitions; r++) {
        UcCount real = { 0, 0 }, ideal = { 0, 0 };
        uint64_t at = 0;
        bool missed = false, missed_naive = false;
        for (unsigned look = 0; look < 6; look++) {
            uint64_t n = uc_look_size(100, look, 100000) - real.n;
            real = (UcCount){ real.hits + binomial(n, 0.5, 500000 + r, &at), real.n + n };
            ideal = (UcCount){ ideal.hits + binomial(n, 0.4, 500000 + r, &at), ideal.n + n };
            UcInterval in = uc_difference_exact(real, ideal, uc_spend(0.2, look));
            missed |= 0.1 < in.low || 0.1 > in.high;
            in = uc_difference_hoeffding(real, ideal, 0.9);
            missed_naive |= 0.1 < in.low || 0.1 > in.high;
        }
        wrong += missed;
        naive += missed_naive;
    }
    promise("sequential: some look's interval misses the truth", wrong, repetitions, 0.2);
    at_least("control: looking six times at 0.9 without a budget errs", naive, repetitions, 0.1);
}

int main(int argc, char **argv)
{
    unsigned repetitions = argc > 1 ? (unsigned)atoi(argv[1]) : 60;
    uint64_t n = 300;
    Coin fair = { 0.5, false }, bent = { 0.7, false }, slightly = { 0.55, false }, fixed = { 0.5, true };
    g_return_val_if_fail(repetitions > 0, 2);
    calibrate_pair("equal worlds", fair, fair, repetitions, n);
    calibrate_pair("a coin of bias 1/2 + 0.2", bent, fair, repetitions, n);
    calibrate_pair("a coin of bias 1/2 + 0.05", slightly, fair, repetitions, n);
    calibrate_pair("a nonce with one fixed bit", fixed, fair, repetitions, n);
    calibrate_tests(2 * repetitions);
    calibrate_sequential(repetitions);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
