/* The engine: activations per second with crypto ideal, and the size of a world of three parties.
 *
 * Operations: a key, then hand-overs of one index between the three parties and signatures, both worlds in lock step,
 * watchers on; what the watchers cost, and how many activations they hold against the invariants. One thread. The ratio is to a bare loop of as many indirect calls in the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"

enum { ROUNDS = 6000 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static UcMessage turn(EnvPair *pair, UcEnvelope write)
{
    UcComparison c = env_pair_turn(pair, &write);
    if (c.verdict != UC_INDISTINGUISHABLE) {
        fprintf(stderr, "%s: %s\n", uc_verdict_name[c.verdict], c.why);
        exit(EXIT_FAILURE);
    }
    return env_pair_reply(pair).message;
}

static size_t world_bytes(UcWorld *world, size_t *regions)
{
    const UcState *state = uc_world_state(world);
    size_t bytes = state->slots * sizeof *state->slot;
    for (uint32_t i = 0; i < state->slots; i++) {
        if (!state->slot[i])
            continue;
        ++*regions;
        bytes += sizeof(UcRegion) + state->slot[i]->words * sizeof(UcWord);
    }
    return bytes;
}

static void round_of(EnvPair *pair, UcStore *store, UcWord kid, unsigned i)
{
    UcWord from = i % 3, to = (i + 1) % 3;
    if (i % 3 == 0) {
        UcMessage m = turn(pair, uc_input(to, (UcMessage){ DKM_REQUEST, { kid, 1, from } }));
        m = turn(pair, uc_input(from, (UcMessage){ DKM_TRANSFER, { kid, 1, to, m.w[0] } }));
        turn(pair, uc_order(to, (UcMessage){ UC_M_DELIVER, { m.w[1] } }));
    }
    turn(pair, uc_input(0, (UcMessage){ DKM_SIGN, { kid, uc_store_text(store, i % 2 ? "a" : "b") } }));
    turn(pair, uc_input(to, (UcMessage){ DKM_STATUS, { kid } }));
}

/* The watchers look at these: whoever may break a rule. */
static void count_watched(void *data, const UcWorld *world, const UcActivation *a)
{
    bool ideal = uc_world_spec(world)->ideal;
    *(uint64_t *)data += ideal ? a->machine == UC_F || a->machine == UC_S : a->machine >= UC_PARTY_0;
}

static uint64_t activations(EnvPair *pair)
{
    return uc_world_activations(env_pair_world(pair, ENV_REAL)) + uc_world_activations(env_pair_world(pair, ENV_IDEAL));
}

/* Seconds for ROUNDS rounds; *n activations, *watched of them interest the watchers. */
static double run_rounds(EnvPair *pair, UcStore *store, UcWord kid, uint64_t *n, uint64_t *watched)
{
    *watched = 0;
    for (EnvWorld w = ENV_REAL; w < ENV_WORLDS; w++)
        uc_world_observe(env_pair_world(pair, w), count_watched, watched);
    uint64_t before = activations(pair);
    double start = seconds();
    for (unsigned i = 0; i < ROUNDS; i++)
        round_of(pair, store, kid, i);
    *n = activations(pair) - before;
    return seconds() - start;
}

/* The same rounds with nobody watching. */
static double without_watchers(const EnvOptions *options, uint64_t *n)
{
    g_autoptr(EnvWorlds) worlds = env_worlds_new(options, NULL);
    for (EnvWorld w = ENV_REAL; w < ENV_WORLDS; w++)
        env_worlds_spec(worlds, w)->watchers = 0;
    g_autoptr(EnvPair) pair = env_pair_new(worlds);
    UcStore *store = env_worlds_store(worlds);
    UcSettings settings = options->interface;
    uint64_t watched;
    UcWord set = uc_store_text(store, dkm_settings(&settings)->scheme);
    UcWord kid = turn(pair, uc_input(0, (UcMessage){ DKM_KEYGEN, { set } })).w[0];
    return run_rounds(pair, store, kid, n, &watched);
}

static unsigned nothing(unsigned x) { return x + 1; }

int main(void)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    o.budget = 0;
    dkm_settings(&o.interface)->scheme = "LMS_SHA256_M32_H15/LMOTS_SHA256_N32_W8";
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    g_autoptr(EnvPair) pair = env_pair_new(worlds);
    UcStore *store = env_worlds_store(worlds);
    UcWord kid = turn(pair, uc_input(0, (UcMessage){ DKM_KEYGEN, { uc_store_text(store, dkm_settings(&o.interface)->scheme) } })).w[0];
    for (unsigned i = 0; i < 12; i++)
        round_of(pair, store, kid, i);
    for (EnvWorld w = ENV_REAL; w < ENV_WORLDS; w++) {
        size_t regions = 0, bytes = world_bytes(env_pair_world(pair, w), &regions);
        printf("%-5s world of 3 parties after 12 rounds: %zu bytes in %zu regions (watchers' books included)\n",
               env_world_name[w], bytes, regions);
    }
    uint64_t n, watched, ignored;
    double spent = run_rounds(pair, store, kid, &n, &watched);
    unsigned (*volatile call)(unsigned) = nothing;
    unsigned sum = 0;
    double start = seconds();
    for (uint64_t i = 0; i < 1000 * n; i++)
        sum = call(sum);
    double bare = (seconds() - start) / 1000;
    double unwatched = without_watchers(&o, &ignored);
    printf("activations, both worlds, crypto ideal, watchers on: %.0f per second (%llu in %.2f s CPU); %.0f times a bare "
           "indirect call\n", (double)n / spent, (unsigned long long)n, spent, spent / bare);
    printf("invariants: %.0f activations of parties, F and S a second are held against them; watchers take %.0f of %.0f ns "
           "an activation\n", (double)watched / spent, 1e9 * (spent - unwatched) / (double)n, 1e9 * spent / (double)n);
    return sum ? EXIT_SUCCESS : EXIT_FAILURE;
}
