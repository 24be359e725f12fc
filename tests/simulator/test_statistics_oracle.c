/* The special functions against an independent tool: python3 sums binomial, hypergeometric and Poisson probabilities
 * exactly. Skipped (77) where there is no python3. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/base/statistics.h"

static const char ORACLE[] =
    "import sys\n"
    "from fractions import Fraction as F\n"
    "from decimal import Decimal as D, getcontext\n"
    "from math import comb\n"
    "getcontext().prec = 60\n"
    "for line in sys.argv[1].splitlines():\n"
    "    what, *w = line.split()\n"
    "    if what == 'beta':\n" /* I_x(a,b) = Pr[at least a of a+b-1] for whole a, b: DLMF 8.17.5 */
    "        a, b, x = int(w[0]), int(w[1]), F(float.fromhex(w[2])); n = a + b - 1\n"
    "        p = sum(comb(n, j) * x**j * (1 - x)**(n - j) for j in range(a, n + 1))\n"
    "    elif what == 'fisher':\n"
    "        k, n, j, m = map(int, w); h = k + j\n"
    "        pr = lambda i: F(comb(n, i) * comb(m, h - i), comb(n + m, h))\n"
    "        low = sum(pr(i) for i in range(max(0, h - m), k + 1))\n"
    "        high = sum(pr(i) for i in range(k, min(n, h) + 1))\n"
    "        p = min(F(1), 2 * (low if k * m <= j * n else high))\n"
    "    else:\n" /* Q(a,x) = Pr[Poisson(x) < a] for whole a: DLMF 8.4.10 */
    "        a, x = int(w[0]), D(float.fromhex(w[1])); t = s = D(1)\n"
    "        for k in range(1, a):\n"
    "            t = t * x / k; s += t\n"
    "        p = s * (-x).exp()\n"
    "    print(repr(float(p)))\n";

typedef struct {
    GString *questions;
    GArray *ours; /* double */
} Quiz;

static void ask(Quiz *quiz, double ours, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void ask(Quiz *quiz, double ours, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(quiz->questions, format, args);
    va_end(args);
    g_array_append_val(quiz->ours, ours);
}

static void ask_beta(Quiz *quiz)
{
    static const unsigned whole[] = { 1, 2, 7, 40, 300 };
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(whole); j++) {
            for (double x = 1 / 1024.0; x < 1; x = x < 0.1 ? x * 8 : x + 0.3125)
                ask(quiz, uc_beta_regularised(whole[i], whole[j], x), "beta %u %u %a\n", whole[i], whole[j], x);
        }
    }
    /* the limits of Clopper and Pearson put the binomial tails at alpha/2 */
    static const unsigned hits[] = { 1, 3, 50, 199 };
    for (size_t i = 0; i < G_N_ELEMENTS(hits); i++) {
        UcInterval c = uc_clopper_pearson(hits[i], 200, 0.01);
        ask(quiz, 0.005, "beta %u %u %a\n", hits[i], 200 - hits[i] + 1, c.low);
        ask(quiz, 0.995, "beta %u %u %a\n", hits[i] + 1, 200 - hits[i], c.high);
    }
}

static void ask_fisher(Quiz *quiz)
{
    for (unsigned k = 0; k <= 60; k += 6) {
        for (unsigned j = 0; j <= 90; j += 9)
            ask(quiz, uc_test_proportions((UcCount){ k, 60 }, (UcCount){ j, 90 }), "fisher %u 60 %u 90\n", k, j);
    }
}

static void ask_gamma(Quiz *quiz)
{
    for (unsigned a = 1; a < 300; a *= 3) {
        for (double x = 0.25; x < 2000; x *= 2.5) {
            double q = uc_gamma_upper(a, x);
            if (q > 1e-290)
                ask(quiz, q, "gamma %u %a\n", a, x);
        }
    }
}

static int compare(const Quiz *quiz, const char *answers)
{
    g_auto(GStrv) line = g_strsplit(g_strchomp((char *)answers), "\n", -1);
    g_auto(GStrv) question = g_strsplit(quiz->questions->str, "\n", -1);
    if (g_strv_length(line) != quiz->ours->len) {
        printf("expected %u answers, got %u\n", quiz->ours->len, g_strv_length(line));
        return 1;
    }
    int bad = 0;
    double worst = 0;
    for (guint i = 0; i < quiz->ours->len; i++) {
        double theirs = g_ascii_strtod(line[i], NULL), ours = g_array_index(quiz->ours, double, i);
        double off = theirs > 1e-290 ? fabs(ours - theirs) / theirs : fabs(ours - theirs);
        /* a complement 1 - p has its digits after the point only */
        off = MIN(off, fabs(ours - theirs) / 1e-4);
        worst = MAX(worst, off);
        if (!(off < 1e-11)) {
            printf("%s: got %.17g, expected %.17g\n", question[i], ours, theirs);
            bad = 1;
        }
    }
    printf("%u values agree with python3 fractions, worst relative difference %.2g\n", quiz->ours->len, worst);
    return bad;
}

int main(void)
{
    g_autofree char *python = g_find_program_in_path("python3"), *answers = NULL, *complaint = NULL;
    if (!python) {
        puts("skipped: no python3 to compare with");
        return 77;
    }
    Quiz quiz = { g_string_new(NULL), g_array_new(FALSE, FALSE, sizeof(double)) };
    ask_beta(&quiz);
    ask_fisher(&quiz);
    ask_gamma(&quiz);
    char *argv[] = { python, (char *)"-c", (char *)ORACLE, quiz.questions->str, NULL };
    g_autoptr(GError) error = NULL;
    int status, bad = 1;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answers, &complaint, &status, &error))
        printf("%s\n", error->message);
    else if (status)
        printf("python3 failed: %s\n", complaint);
    else
        bad = compare(&quiz, answers);
    g_string_free(quiz.questions, TRUE);
    g_array_unref(quiz.ours);
    return bad;
}
