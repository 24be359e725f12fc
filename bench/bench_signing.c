/* Figures of the signing core, one thread unless said: compressions per second of each step, against a bare loop of
 * the lanes measured in the same run and against libcrypto's one-stream rate. docs/signing.md says how to read them. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/lanes.h"
#include "signing/signing.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

/* ---- rates of the hardware, compressions (or permutations) per second ------------------------------------------------------- */

typedef struct {
    double bare, openssl;
} Rates;

/* Each of these is short, so that it can stand between what it is compared with: clocks change. */
static double sha256_bare(void)
{
    static uint32_t state[8][SIG_LANES] __attribute__((aligned(64))), block[16][SIG_LANES] __attribute__((aligned(64)));
    double start = now();
    sig_lanes()->sha256_bare(state, block, 200);
    return 200.0 * SIG_LANES / (now() - start);
}

static double sha256_openssl(void)
{
    SHA256_CTX context;
    uint8_t block[64] = {0};
    SHA256_Init(&context);
    double start = now();
    for (int i = 0; i < 1000; i++)
        SHA256_Transform(&context, block);
    return 1000 / (now() - start);
}

static double keccak_bare(void)
{
    static uint64_t state[25][8] __attribute__((aligned(64)));
    if (!sig_lanes()->keccak_bare)
        return 0;
    double start = now();
    sig_lanes()->keccak_bare(state, 200);
    return 200.0 * 8 / (now() - start);
}

static double keccak_openssl(void)
{
    EVP_MD *md = EVP_MD_fetch(NULL, "SHAKE-256", NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    static uint8_t text[136 * 256];
    uint8_t out[32];
    double start = now();
    EVP_DigestInit_ex2(context, md, NULL);
    EVP_DigestUpdate(context, text, sizeof text);
    EVP_DigestFinalXOF(context, out, sizeof out);
    double rate = 257 / (now() - start);
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return rate;
}

static void measure(bool shake, Rates *best)
{
    const double bare = shake ? keccak_bare() : sha256_bare(), openssl = shake ? keccak_openssl() : sha256_openssl();
    best->bare = bare > best->bare ? bare : best->bare;
    best->openssl = openssl > best->openssl ? openssl : best->openssl;
}

/* ---- one set --------------------------------------------------------------------------------------------------------------- */

/* Compressions (permutations) of one operation, on average. lanes: those that can run beside others. serial: those that
 * need the one before and have nothing beside them. */
typedef struct {
    double lanes, serial;
} Work;

typedef struct {
    const char *name;
    bool shake;
    double leaf;         /* of keygen for one leaf: all in lanes */
    Work sign, verify;
    unsigned trees;      /* height of the tree that keygen makes */
    uint64_t spread;     /* sign at random leaves below this (trees below it are in the cache) */
} Case;

/* LM-OTS: p chains of 1 (secret) + 2^w - 1 steps, and the hash of the key (35 or 18 blocks; 16 of SHAKE), of the leaf (1),
 * of each node of the path (2; 1) and of the message (2; 1); C (1). WOTS+: 67 chains of 3 (PRF_keygen) + 15 * 4; 66 + 10
 * nodes of 3 (keys and masks) + 3, of which the first block waits for nothing; r (2) and the message (3). Signing does half
 * of the steps on average, verifying the other half; with W8 the two digits of the sum of 32 digits are 15.5 and 127.5. */
enum { W8_SIGN = 34 + 32 * 255 / 2 + 143, W8_VERIFY = 32 * 255 / 2 + 2 * 255 - 143, WOTS = 67 * 15 * 4 / 2 };
static const Case cases[] = {
    {"LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4", false, 67 * 16 + 35 + 1, {67 + 67 * 7.5, 3}, {67 * 7.5, 35 + 1 + 20 + 2}, 10, 1024},
    {"LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W8", false, 34 * 256 + 18 + 1, {W8_SIGN, 3}, {W8_VERIFY, 18 + 1 + 20 + 2}, 10, 1024},
    {"LMS_SHA256_M32_H15/LMOTS_SHA256_N32_W4", false, 67 * 16 + 35 + 1, {67 + 67 * 7.5, 3}, {67 * 7.5, 35 + 1 + 30 + 2}, 15, 32768},
    {"HSS:LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W8", false, 34 * 256 + 18 + 1,
     {W8_SIGN, 3 + 2}, {2 * W8_VERIFY, 2 * (18 + 1 + 20 + 2)}, 10, 1024},
    {"XMSS-SHA2_10_256", false, 67 * 63 + 66 * 6, {67 * 3 + WOTS, 2 + 3}, {WOTS + 76 * 4 + 64 * 2, (2 + 10) * 2 + 3}, 10, 1024},
    {"XMSSMT-SHA2_20/2_256", false, 67 * 63 + 66 * 6, {67 * 3 + WOTS, 2 + 3},
     {2 * (WOTS + 76 * 4 + 64 * 2), 2 * (2 + 10) * 2 + 3}, 10, 1024},
    {"LMS_SHAKE_M32_H10/LMOTS_SHAKE_N32_W4", true, 67 * 16 + 16 + 1, {67 + 67 * 7.5, 2}, {67 * 7.5, 16 + 1 + 10 + 1}, 10, 1024},
};

static void line(const char *what, double seconds, Work work, Rates rates, const char *unit, double value)
{
    const double all = work.lanes + work.serial;
    printf("  %-22s %12.4g %-9s %8.1f M/s", what, value, unit, all / seconds / 1e6);
    if (rates.bare)
        printf("  x%.2f of bare  x%.2f of both", seconds * rates.bare / all,
               seconds / (work.lanes / rates.bare + work.serial / rates.openssl));
    printf("  x%.2f of OpenSSL\n", all / seconds / rates.openssl);
}

enum { SIGNATURES = 50, ROUNDS = 100, MANY = 128, MANY_ROUNDS = 80 }; /* the best round counts: other programs may run beside us */

typedef struct {
    const Case *c;
    const SigSet *set;
    SigCache *cache;
    uint8_t seed[192], vk[200], *signatures;
    unsigned good;
} Run;

/* One job: processor time, so that other programs count less; more: the time that passes. */
static double best_keygen(Run *r, unsigned jobs, Rates *rates)
{
    SigControl control = {.jobs = jobs};
    double best = 1e9;
    for (int i = 0; i < 7; i++) {
        const clockid_t id = jobs == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
        double start = clock_of(id);
        if (sig_public_with(NULL, r->set, r->seed, &control, r->vk) != SIG_OK)
            exit(1);
        double took = clock_of(id) - start;
        best = took < best ? took : best;
        for (int k = 0; k < 20; k++)
            measure(r->c->shake, rates);
    }
    return best;
}

static void sign_one(Run *r, unsigned i)
{
    const uint64_t leaf = (i * UINT32_C(2654435761) >> 8) % r->c->spread;
    sig_sign(r->cache, r->set, r->seed, leaf, (uint8_t *)&i, 4, r->signatures + i * sig_set_signature_size(r->set));
}

static void verify_one(Run *r, unsigned i)
{
    const size_t size = sig_set_signature_size(r->set);
    r->good += sig_verify(r->set, r->vk, sig_set_public_size(r->set), (uint8_t *)&i, 4, r->signatures + i * size,
                          size) == SIG_OK;
}

/* Seconds for each. Always the same signatures: the best of different ones would be those with the shortest chains. */
static double best_round(Run *r, void (*one)(Run *, unsigned), Rates *rates)
{
    double best = 1e9;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double start = now();
        for (unsigned k = 0; k < SIGNATURES; k++)
            one(r, k);
        double took = (now() - start) / SIGNATURES;
        best = took < best ? took : best;
        measure(r->c->shake, rates);
    }
    return best;
}

/* Seconds for each of MANY that are verified side by side; all that is hashed can run in lanes. */
static double best_many(Run *r, Rates *rates)
{
    const size_t size = sig_set_signature_size(r->set);
    uint8_t *all = malloc(MANY * size);
    static SigCheck checks[MANY];
    static unsigned message[MANY];
    double best = 1e9;
    for (unsigned i = 0; i < MANY; i++) {
        const uint64_t leaf = (i * UINT32_C(2654435761) >> 8) % r->c->spread;
        message[i] = i;
        sig_sign(r->cache, r->set, r->seed, leaf, (uint8_t *)&message[i], 4, all + i * size);
        checks[i] = (SigCheck){r->vk, (uint8_t *)&message[i], all + i * size, sig_set_public_size(r->set), 4, size, SIG_OK};
    }
    for (unsigned i = 0; i < MANY_ROUNDS; i++) {
        const double start = clock_of(CLOCK_PROCESS_CPUTIME_ID); /* rounds are long: others run in between */
        sig_verify_many(r->set, checks, MANY);
        double took = (clock_of(CLOCK_PROCESS_CPUTIME_ID) - start) / MANY;
        best = took < best ? took : best;
        for (unsigned k = 0; k < 4; k++)
            measure(r->c->shake, rates);
    }
    for (unsigned i = 0; i < MANY; i++)
        if (checks[i].status != SIG_OK)
            exit(1);
    free(all);
    return best;
}

static void run(const Case *c)
{
    Run r = {.c = c, .set = sig_set_find(c->name, NULL), .cache = sig_cache_new((size_t)1 << 28)};
    const Work work = {(double)(UINT64_C(1) << c->trees) * c->leaf, 0};
    Rates rates[5] = {0};
    memset(r.seed, 7, sizeof r.seed);
    r.signatures = malloc(SIGNATURES * sig_set_signature_size(r.set));
    printf("%s\n", c->name);
    double took = best_keygen(&r, 1, &rates[0]);
    line("keygen", took, work, rates[0], "s", took);
    took = best_keygen(&r, 2, &rates[1]);
    line("keygen, 2 jobs", took, work, rates[1], "s", took);
    sig_sign(r.cache, r.set, r.seed, 0, NULL, 0, r.signatures);
    took = best_round(&r, sign_one, &rates[2]);
    line("sign, random leaf", took, c->sign, rates[2], "/s", 1 / took);
    took = best_round(&r, verify_one, &rates[3]);
    line("verify", took, c->verify, rates[3], "/s", 1 / took);
    took = best_many(&r, &rates[4]);
    line("verify, many", took, (Work){c->verify.lanes + c->verify.serial, 0}, rates[4], "/s", 1 / took);
    printf("  %-22s %12.4g %s\n", "trees in memory", (double)sig_cache_bytes(r.cache) / 1e6, "MB");
    if (r.good != SIGNATURES * ROUNDS)
        exit(1);
    sig_cache_free(r.cache);
    free(r.signatures);
}

int main(int argc, char **argv)
{
    Rates sha = {0}, keccak = {0};
    for (int i = 0; i < 200; i++) {
        measure(false, &sha);
        measure(true, &keccak);
    }
    printf("signing: lanes %s\n", sig_lanes()->name);
    printf("SHA-256 bare lanes %.1f M/s, OpenSSL one stream %.1f M/s\n", sha.bare / 1e6, sha.openssl / 1e6);
    printf("Keccak  bare lanes %.1f M/s, OpenSSL one stream %.1f M/s\n", keccak.bare / 1e6, keccak.openssl / 1e6);
    const char *only = argc > 1 ? argv[1] : ""; /* a part of the names of sets */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strstr(cases[i].name, only))
            run(&cases[i]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("signing: at most %.1f MB of memory\n", (double)usage.ru_maxrss / 1e3);
    return 0;
}
