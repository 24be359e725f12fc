/* Measures the advantage of an environment: samples of both worlds with independent coins, on several threads.
 *
 * Sample k of a world has the run seed block k of the tape ("sample", the world) under the base seed, so every run can
 * be made again on its own, and totals are the same for any number of jobs. Z is a function in C (simulator/triple/play.h) or a script.
 * Source: docs/advantage.md.
 */
#ifndef ENVIRONMENTS_RUNS_ADVANTAGE_H
#define ENVIRONMENTS_RUNS_ADVANTAGE_H

#include "environments/scenario.h"
#include "simulator/estimate.h"
#include "simulator/triple/play.h"

enum { ENV_SAMPLES_MAX = 1000000000, ENV_FIRST_LOOK = 1000, ENV_JOBS_MAX = 256, ENV_KEYS_MAX = 4096 };

typedef struct {
    const UcNative *native;      /* one of the two */
    const EnvScenario *scenario;
    EnvOptions options;          /* native only */
    UcEffort effort;             /* native only */
    uint64_t samples;            /* of each world */
    unsigned jobs;
    unsigned keys;               /* crypto real: size of the pool of signature keys; 0: fresh keys */
    double alpha, precision;     /* precision: a sequential run may stop when the advantage is known this well */
    bool sequential;
    uint8_t seed[UC_SEED_BYTES]; /* base seed */
    const char *const *feature_name; /* NULL-terminated or NULL: features of a script that are wanted */
    const volatile int *interrupted; /* becomes true: stop and report what there is; may be NULL */
    void (*progress)(void *data, uint64_t done); /* now and then, from any thread; never shows results */
    void *progress_data;
} EnvMeasure;

/* The environments in C that protocols bring along, of all triples: number `number`, and whose it is (NULL: never mind). NULL:
 * there are not so many. */
const UcNative *env_native_at(unsigned number, const UcTriple **triple);
/* Measures this one, with options and effort as it wants them by default. False: there is none of this name. */
bool env_measure_native(EnvMeasure *measure, const char *name);

/* NULL and an error when the options are wrong, a run stopped with an error, or nothing was sampled. */
UcAdvantage *env_advantage(const EnvMeasure *measure, GError **error);
/* The run seed of one sample: to make it again. */
void env_sample_seed(const uint8_t base[UC_SEED_BYTES], EnvWorld which, uint64_t number, uint8_t out[UC_SEED_BYTES]);

#endif
