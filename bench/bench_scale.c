/* A long run at scale: many parties, one big key, operations under random faults, both worlds in lock step.
 *
 *   bench_scale [PARTIES] [OPERATIONS] [SET] [real|ideal]
 *
 * Prints seconds for each tenth of the run (it must not slow down with its length), peak memory, and what was done.
 * docs/benchmarks.md tells the targets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"
#include "simulator/explore/big.h"

typedef struct {
    EnvWorlds *worlds;
    EnvPair *pair;
    UcWord kid, parties;
    uint64_t state; /* of a fixed generator: which operation comes next */
    uint64_t signatures, transfers, received, crashes, other;
    UcWord waiting; /* a payload that was not delivered at once */
} Run;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* splitmix64 */
static uint64_t pick(Run *run, uint64_t below)
{
    uint64_t z = run->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % below;
}

static UcMessage turn(Run *run, UcEnvelope write)
{
    UcComparison c = env_pair_turn(run->pair, &write);
    if (c.verdict != UC_INDISTINGUISHABLE) {
        fprintf(stderr, "%s: %s\n", uc_verdict_name[c.verdict], c.why);
        exit(EXIT_FAILURE);
    }
    return env_pair_reply(run->pair).message;
}

static void deliver(Run *run, UcWord to, UcWord payload)
{
    UcMessage m = turn(run, uc_order(to, (UcMessage){ UC_M_DELIVER, { payload } }));
    run->received += m.kind == DKM_RECEIVED;
}

static void hand_over(Run *run, UcWord from, UcWord to, UcWord count)
{
    UcMessage m = turn(run, uc_input(to, (UcMessage){ DKM_REQUEST, { run->kid, count, from } }));
    if (m.kind != DKM_REQUESTED)
        return;
    UcWord ticket = m.w[0];
    m = turn(run, uc_input(from, (UcMessage){ DKM_TRANSFER, { run->kid, count, to, ticket } }));
    if (m.kind != UC_M_PAYLOAD) {
        turn(run, uc_input(to, (UcMessage){ DKM_CANCEL, { ticket } }));
        return;
    }
    run->transfers++;
    if (pick(run, 20)) /* else it is lost */
        deliver(run, to, m.w[1]);
    if (!pick(run, 4))
        deliver(run, to, m.w[1]); /* repeated */
}

static void sign(Run *run, UcWord party, uint64_t number)
{
    char text[32];
    int n = snprintf(text, sizeof text, "message %llu", (unsigned long long)number);
    UcWord message = uc_store_put(env_worlds_store(run->worlds), text, (size_t)n);
    run->signatures += turn(run, uc_input(party, (UcMessage){ DKM_SIGN, { run->kid, message } })).kind == DKM_SIGNATURE;
}

static void fault(Run *run, UcWord party)
{
    static const UcPoint point[] = { UC_POINT_NOW, UC_POINT_BEFORE, UC_POINT_MIDDLE, UC_POINT_AFTER };
    turn(run, uc_order(party, (UcMessage){ UC_M_CRASH, { point[pick(run, G_N_ELEMENTS(point))] } }));
    sign(run, party, run->crashes++);
    turn(run, uc_order(party, (UcMessage){ UC_M_RESTART, { 0 } }));
}

static void operate(Run *run, uint64_t number)
{
    UcWord party = pick(run, run->parties), other = (party + 1 + pick(run, run->parties - 1)) % run->parties;
    uint64_t what = pick(run, 100);
    if (what < 70)
        sign(run, party, number);
    else if (what < 95)
        hand_over(run, party, other, 1 + pick(run, 8));
    else
        fault(run, party);
}

static long peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

int main(int argc, char **argv)
{
    uint64_t parties = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000, operations = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    EnvOptions o = env_default_options();
    uc_big_heap();
    dkm_settings(&o.interface)->scheme = argc > 3 ? argv[3] : "HSS:LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4,LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4";
    o.crypto_ideal = argc > 4 && !strcmp(argv[4], "ideal");
    o.budget = 0;
    g_auto(GStrv) name = g_new0(char *, parties + 1);
    for (uint64_t i = 0; i < parties; i++)
        name[i] = g_strdup_printf("hsm%04u", (unsigned)i + 1);
    o.party = (const char *const *)name;
    g_autoptr(GError) error = NULL;
    double start = seconds();
    Run run = { .worlds = env_worlds_new(&o, &error), .parties = parties, .state = 1 };
    if (!run.worlds) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    run.pair = env_pair_new(run.worlds);
    UcWord set = uc_store_text(env_worlds_store(run.worlds), ((const DkmOptions *)env_worlds_setup(run.worlds))->sigma[0]->name);
    run.kid = turn(&run, uc_input(0, (UcMessage){ DKM_KEYGEN, { set } })).w[0];
    for (UcWord p = 1; p < parties; p++) /* everybody gets a share */
        hand_over(&run, 0, p, 512);
    printf("set-up, key and %llu shares: %.2f s, %ld MiB\n", (unsigned long long)parties - 1, seconds() - start, peak_mib());
    double total = seconds(), last = total;
    for (uint64_t i = 0; i < operations; i++) {
        operate(&run, i);
        if ((i + 1) % (operations / 10) == 0) {
            double now = seconds();
            printf("operations to %8llu: %6.2f s, %ld MiB\n", (unsigned long long)i + 1, now - last, peak_mib());
            last = now;
        }
    }
    printf("all %llu: %.2f s; %llu signatures, %llu transfers, %llu arrivals, %llu crashes; %s; target 60 s, 1024 MiB\n",
           (unsigned long long)operations, seconds() - total, (unsigned long long)run.signatures,
           (unsigned long long)run.transfers, (unsigned long long)run.received, (unsigned long long)run.crashes,
           "indistinguishable throughout");
    env_pair_free(run.pair);
    env_worlds_free(run.worlds);
    return EXIT_SUCCESS;
}
