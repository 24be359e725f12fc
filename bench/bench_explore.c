/* Exploration beside SPIN on the same model, in one run (docs/exploration.md). Ratios count, not seconds.
 *
 * Prints: the native toy of the transfer model at K = 4, 6, 8 with SPIN's own figures where SPIN is installed; the
 * protocol alone, both worlds in lock step, and both with real crypto, on bounds of a similar size; two jobs over one.
 * Time is processor time, SPIN's too, so that a busy machine does not change the ratios much; two jobs are held against
 * one by the clock. Memory is touched and given back before each of them: on a virtual machine whose host takes free
 * memory away, what comes first would else pay some 10 us a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "environments/general/general.h"
#include "protocol/ticketed/party.h"
#include "simulator/explore/big.h"
#include "simulator/explore/search.h"
#include "tests/simulator/transfer_toy.h"

enum { SPEEDUP_RUNS = 3 };
#define MODEL "../shared/bench/transfer_model.pml"

typedef struct {
    double seconds;
    uint64_t states, transitions, idle;
} Figures;

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print(const char *what, const Figures *f, const Figures *spin)
{
    double all = (double)(f->transitions + f->idle);
    printf("%-34s %9.0f states  %10.0f moves  %7.2f s  %9.0f states/s  %6.0f ns a move", what, (double)f->states, all,
           f->seconds, (double)f->states / f->seconds, f->seconds * 1e9 / all);
    if (spin)
        printf("  x%.2f of SPIN's states/s, x%.2f of its moves/s", (double)f->states / f->seconds * spin->seconds /
               (double)spin->states, all / f->seconds * spin->seconds / (double)spin->transitions);
    putchar('\n');
}

static void warm_memory(void)
{
    enum { BYTES = 768 << 20, PAGE = 4096 };
    char *memory = uc_big_new(BYTES);
    for (size_t i = 0; i < BYTES; i += PAGE)
        memory[i] = 1;
    uc_big_free(memory, BYTES);
}

/* ---- SPIN ---- */

static double number_before(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    while (at && at > text && at[-1] != '\n')
        at--;
    return at ? g_ascii_strtod(at, NULL) : 0;
}

static bool shell(const char *folder, const char *script, char **output)
{
    const char *argv[] = { "sh", "-c", script, NULL };
    return g_spawn_sync(folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, NULL, NULL, NULL);
}

static double children_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static bool run_spin(unsigned k, Figures *out)
{
    g_autofree char *spin = g_find_program_in_path("spin"), *here = g_get_current_dir(), *none = NULL, *text = NULL;
    g_autofree char *model = g_build_filename(here, MODEL, NULL), *folder = g_dir_make_tmp("ucsim-bench-XXXXXX", NULL);
    if (!spin || !folder || !g_file_test(model, G_FILE_TEST_EXISTS))
        return false;
    g_autofree char *make = g_strdup_printf("spin -a -DK=%u -DCANON '%s' && cc -DSAFETY -O2 -w -o pan pan.c", k, model);
    g_autofree char *clean = g_strdup_printf("rm -rf '%s'", folder);
    bool ok = shell(folder, make, &none);
    warm_memory();
    double began = children_seconds();
    g_autofree char *run = g_strdup_printf("exec ./pan -m100000 -w%u", k < 8 ? 21 : 23); /* no larger than it needs */
    ok = ok && shell(folder, run, &text);
    *out = (Figures){ children_seconds() - began, 0, 0, 0 };
    g_free(g_steal_pointer(&none));
    shell(NULL, clean, &none);
    if (!ok || !text)
        return false;
    out->states = (uint64_t)number_before(text, "states, stored");
    out->transitions = (uint64_t)number_before(text, "transitions (=");
    return out->states > 0;
}

/* ---- our own ---- */

static Figures search(const UcModel *model, unsigned jobs, clockid_t clock)
{
    UcSearchOptions o = { .strategy = UC_BFS, .jobs = jobs, };
    warm_memory();
    double began = now(clock);
    g_autoptr(UcSearchResult) r = uc_search(model, &o);
    Figures f = { now(clock) - began, r->figures.states, r->figures.edges, r->figures.idle };
    if (r->end != UC_SEARCH_COMPLETE)
        printf("did not end: %s\n", uc_search_end_name[r->end]);
    printf("    %.1f bytes a state visited, omission probability %.0e\n",
           (double)r->figures.visited_memory / (double)r->figures.states, r->figures.omission);
    return f;
}

static Figures toy(unsigned k, unsigned jobs, clockid_t clock)
{
    Toy t = { .k = k, .canonical = true, .before = true };
    UcModel model = toy_model(&t);
    return search(&model, jobs, clock);
}

static Figures worlds(unsigned k, EnvWorld which, bool ideal_crypto, unsigned jobs, clockid_t clock)
{
    /* one world has fewer states: with two messages there are as many as SPIN has, at K = 8 */
    bool alone = which == ENV_REAL;
    const struct {
        const char *name;
        int64_t value;
    } bound[] = { { "keygen-by", 1 }, { "transfer", 3 }, { "sign", alone ? 6 : 10 }, { "messages", alone ? 2 : 1 },
                  { "wrong", 0 }, { "any", 0 }, { "status", 0 }, { "resend", 0 } };
    EnvOptions o = env_default_options();
    EnvAlphabet a = env_default_alphabet(env_triple);
    o.crypto_ideal = ideal_crypto;
    dkm_settings(&o.interface)->capacity = k;
    for (size_t i = 0; i < G_N_ELEMENTS(bound); i++)
        env_alphabet_set(&a, bound[i].name, bound[i].value, NULL);
    env_alphabet_settle(&a);
    g_autoptr(EnvWorlds) w = env_worlds_new(&o, NULL);
    g_autoptr(EnvGeneral) g = env_general_new(w, &a, NULL);
    UcLockstepSetup setup = env_general_setup(g, which);
    g_autoptr(UcLockstep) l = uc_lockstep_new(&setup);
    UcModel model = uc_lockstep_model(l);
    Figures f = search(&model, jobs, clock);
    UcLockstepFigures x = uc_lockstep_figures(l);
    printf("    %.2f %% of the moves were run, %u regions, %zu MiB in all\n",
           100.0 * (double)x.misses / (double)(x.hits + x.misses), x.regions, x.memory >> 20);
    return f;
}

/* How soon the two bugs of the model are found: the receiver does not look at what it has seen, or remembers only the last. */
static void print_bugs(unsigned k)
{
    static const struct {
        const char *name;
        ToyBug bug;
    } planted[] = { { "replays are accepted", TOY_FORGETS }, { "only the last message is remembered", TOY_REMEMBERS_LAST } };
    for (size_t i = 0; i < G_N_ELEMENTS(planted); i++) {
        Toy t = { .k = k, .canonical = true, .bug = planted[i].bug };
        UcModel model = toy_model(&t);
        double began = now(CLOCK_PROCESS_CPUTIME_ID);
        g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .jobs = 1 });
        printf("the model, %s: found after %u moves, %.1f ms\n", planted[i].name, r->path->len,
               1e3 * (now(CLOCK_PROCESS_CPUTIME_ID) - began));
    }
}

typedef struct {
    bool is_toy;
    unsigned k;
} Part;

static double part_seconds(Part p, unsigned jobs)
{
    return (p.is_toy ? toy(p.k, jobs, CLOCK_MONOTONIC) : worlds(p.k, ENV_WORLDS, true, jobs, CLOCK_MONOTONIC)).seconds;
}

/* The same twice at once, each in a process of its own: what is left of two processors when memory is shared. */
static double two_processes_seconds(Part p)
{
    pid_t child[2];
    double longest = 0;
    fflush(stdout);
    int pipes[2];
    if (pipe(pipes))
        return 0;
    for (int i = 0; i < 2; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            double seconds = freopen("/dev/null", "w", stdout) ? part_seconds(p, 1) : 0;
            _exit(write(pipes[1], &seconds, sizeof seconds) != sizeof seconds);
        }
    }
    for (int i = 0; i < 2; i++) {
        double seconds = 0;
        if (child[i] > 0 && read(pipes[0], &seconds, sizeof seconds) == sizeof seconds)
            longest = MAX(longest, seconds);
        waitpid(child[i], NULL, 0);
    }
    close(pipes[0]);
    close(pipes[1]);
    return longest;
}

static void keep_least(double *least, double seconds)
{
    if (!*least || seconds < *least)
        *least = seconds;
}

/* Two jobs over one by the clock, the best of some runs one after the other: whatever else the machine does only adds. */
static void print_speedup(const char *what, Part p)
{
    double one = 0, two = 0, apart = 0;
    for (int i = 0; i < SPEEDUP_RUNS; i++) {
        keep_least(&one, part_seconds(p, 1));
        keep_least(&two, part_seconds(p, 2));
        keep_least(&apart, two_processes_seconds(p));
    }
    printf("two jobs over one, %s: %.2f s over %.2f s: x%.2f; two processes that share nothing but the machine: x%.2f\n", what,
           one, two, one / two, 2 * one / apart);
}

/* One part alone, for profiling: toy, real (the protocol alone), both or real-crypto (both worlds), and jobs. */
static void print_part(unsigned k, const char *part, unsigned jobs)
{
    clockid_t clock = jobs > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    Figures f = !strcmp(part, "toy") ? toy(k, jobs, clock)
                                     : worlds(k, !strcmp(part, "real") ? ENV_REAL : ENV_WORLDS,
                                              strcmp(part, "real-crypto") != 0, jobs, clock);
    print(part, &f, NULL);
}

int main(int argc, char **argv)
{
    clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
    Figures spin = { 0 }, one = { 0 }, f;
    bool have = false;
    unsigned largest = argc > 1 ? (unsigned)atoi(argv[1]) : 8;
    uc_big_heap();
    uc_big_heap_for_all();
    if (argc > 2) {
        print_part(largest, argv[2], argc > 3 ? (unsigned)atoi(argv[3]) : 1);
        return 0;
    }
    for (unsigned k = 4; k <= largest; k += 2) {
        char name[64];
        have = run_spin(k, &spin);
        if (have) {
            snprintf(name, sizeof name, "SPIN, K = %u", k);
            print(name, &spin, NULL);
        } else {
            puts("SPIN or its model is not here");
        }
        f = toy(k, 1, clock);
        snprintf(name, sizeof name, "the same model in our core, K = %u", k);
        print(name, &f, have ? &spin : NULL);
    }
    print_bugs(largest);
    f = worlds(largest, ENV_REAL, true, 1, clock);
    print("the protocol alone", &f, have ? &spin : NULL);
    one = worlds(largest, ENV_WORLDS, true, 1, clock);
    print("both worlds in lock step", &one, have ? &spin : NULL);
    f = worlds(largest, ENV_WORLDS, false, 1, clock);
    print("both worlds, real crypto", &f, have ? &spin : NULL);
    printf("real crypto over ideal: x%.2f\n", one.seconds / f.seconds * (double)f.states / (double)one.states);
    print_speedup("the model", (Part){ true, largest });
    print_speedup("both worlds", (Part){ false, largest });
    return 0;
}
