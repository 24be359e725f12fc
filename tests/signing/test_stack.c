/* What making a key and signing leave on the stack: nothing of the seed, nothing of the starts of chains. Each runs on
 * a stack of its own, which is then searched word by word, as lanes keep secrets scattered in words. */
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 512 << 10, FILL = 0xa5, INDEX = 9, CHANCE = 3 };

static const uint8_t text[] = "the message";

static const char *const names[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
    "LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W4",
    "XMSSMT-SHA2_20/4_256",
    "XMSSMT-SHAKE_20/4_256",
};

typedef enum { MAKE, SIGN, BEGIN, OPERATIONS, LEAVE = OPERATIONS } Operation;

typedef struct {
    const SigSet *set;
    uint8_t *seed, *out;
    size_t size; /* of out */
    Operation operation;
    SigCache *cache;
    SigStatus status;
    SigStream *stream;
} Run;

/* What must be found if the search is any good. */
static __attribute__((noinline)) void leave_behind(const Run *r)
{
    volatile uint8_t copy[32];
    for (size_t i = 0; i < sizeof copy; i++)
        copy[i] = r->seed[i];
}

static Run *current; /* makecontext passes numbers only */

static void run(void)
{
    Run *r = current;
    if (r->operation == LEAVE)
        leave_behind(r);
    else if (r->operation == MAKE)
        r->status = sig_public(r->cache, r->set, r->seed, r->out);
    else if (r->operation == BEGIN)
        r->status = sig_sign_begin(r->cache, r->set, r->seed, INDEX, NULL, &r->stream);
    else
        r->status = sig_sign(r->cache, r->set, r->seed, INDEX, text, sizeof text, r->out);
}

/* Not a thread: the end of one writes over what its function left. */
static void run_on(uint8_t *stack, Run *r)
{
    ucontext_t here, there;
    ck_assert_int_eq(getcontext(&there), 0);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = STACK;
    there.uc_link = &here;
    current = r;
    makecontext(&there, run, 0);
    ck_assert_int_eq(swapcontext(&here, &there), 0);
}

/* ---- secrets as a set of words ---------------------------------------------------------------------------------------- */

/* Both ways round: hashes take words big-endian, memory has them little-endian. */
static void add_words(GHashTable *words, const uint8_t *bytes, size_t length, bool add)
{
    for (size_t i = 0; i + 4 <= length; i += add ? 4 : 1) {
        uint32_t word;
        memcpy(&word, bytes + i, 4);
        gpointer both[] = {GUINT_TO_POINTER(word), GUINT_TO_POINTER(GUINT32_SWAP_LE_BE(word))};
        for (int k = 0; k < 2; k++)
            add ? (void)g_hash_table_add(words, both[k]) : (void)g_hash_table_remove(words, both[k]);
    }
}

static void hash(bool shake, bool xmss, const uint8_t *in, size_t length, uint8_t out[32])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *md = !shake ? EVP_sha256() : xmss ? EVP_shake128() : EVP_shake256();
    ck_assert(EVP_DigestInit_ex(context, md, NULL) && EVP_DigestUpdate(context, in, length));
    ck_assert(shake ? EVP_DigestFinalXOF(context, out, 32) : EVP_DigestFinal_ex(context, out, NULL));
    EVP_MD_CTX_free(context);
}

/* RFC 8554 Appendix A. */
static void lms_start(const Run *r, bool shake, unsigned chain, uint8_t out[32])
{
    uint8_t in[16 + 4 + 2 + 1 + 32] = {0};
    memcpy(in, r->seed + 32, 16);
    in[19] = INDEX;
    in[20] = (uint8_t)(chain >> 8);
    in[21] = (uint8_t)chain;
    in[22] = 0xff;
    memcpy(in + 23, r->seed, 32);
    hash(shake, false, in, sizeof in, out);
}

/* SP 800-208 section 6.2; of the top tree when making, of the lowest when signing. */
static void xmss_start(const Run *r, bool shake, unsigned chain, uint8_t out[32])
{
    uint8_t in[4 * 32] = {[31] = 4};
    memcpy(in + 32, r->seed, 32);
    memcpy(in + 64, r->seed + 64, 32);
    in[96 + 3] = r->operation == MAKE ? 3 : 0;
    in[96 + 19] = INDEX;
    in[96 + 23] = (uint8_t)chain;
    hash(shake, true, in, sizeof in, out);
}

/* Words of the seed but its public part, and of the chains' starts at INDEX but those that the signature shows. */
static GHashTable *secret_words(const Run *r, const char *name)
{
    const bool xmss = g_str_has_prefix(name, "XMSS"), shake = strstr(name, "SHAKE") != NULL;
    GHashTable *words = g_hash_table_new(NULL, NULL);
    unsigned shown = 0;
    const unsigned chains = xmss ? 67 : g_str_has_suffix(name, "W8") ? 34 : g_str_has_suffix(name, "W4") ? 67 : 265;
    const size_t size = sig_set_signature_size(r->set);
    g_autofree uint8_t *signature = g_malloc(size);
    ck_assert_int_eq(sig_sign(r->cache, r->set, r->seed, INDEX, text, sizeof text, signature), SIG_OK);
    for (unsigned i = 0; i < chains; i++) {
        uint8_t start[32];
        (xmss ? xmss_start : lms_start)(r, shake, i, start);
        shown += memmem(signature, size, start, 32) != NULL;
        add_words(words, start, 32, true);
    }
    if (r->operation == SIGN && !g_str_has_suffix(name, "W8"))
        ck_assert_uint_ge(shown, 1); /* where a digit is 0: these are the starts that are used */
    add_words(words, r->seed, xmss ? 64 : 32, true);
    add_words(words, signature, size, false);
    ck_assert_uint_gt(g_hash_table_size(words), 400);
    return words;
}

static size_t touched(const uint8_t *stack)
{
    size_t free = 0;
    while (free < STACK && stack[free] == FILL)
        free++;
    return STACK - free;
}

/* How many of the words are on the stack. */
static unsigned search(const uint8_t *stack, GHashTable *words)
{
    g_autoptr(GHashTable) found = g_hash_table_new(NULL, NULL);
    for (size_t i = STACK - touched(stack); i + 4 <= STACK; i++) {
        uint32_t word;
        memcpy(&word, stack + i, 4);
        if (g_hash_table_contains(words, GUINT_TO_POINTER(word)))
            g_hash_table_add(found, GUINT_TO_POINTER(word));
    }
    return g_hash_table_size(found);
}

/* ---- the tests ---------------------------------------------------------------------------------------------------------- */

static unsigned left_by(Operation operation, const char *name)
{
    Run r = {.set = bytes_set(name), .operation = operation, .cache = sig_cache_new(1 << 20)};
    r.seed = bytes_seed(r.set, "stack");
    r.size = MAX(sig_set_signature_size(r.set), sig_set_public_size(r.set));
    r.out = g_malloc0(r.size);
    g_autoptr(GHashTable) words = secret_words(&r, name);
    if (operation == MAKE) { /* not from the cache */
        sig_cache_free(r.cache);
        r.cache = sig_cache_new(1 << 20);
    }
    uint8_t *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(stack != MAP_FAILED);
    memset(stack, FILL, STACK);
    run_on(stack, &r);
    ck_assert_int_eq(r.status, SIG_OK);
    ck_assert_uint_lt(touched(stack), STACK);
    ck_assert(r.operation == LEAVE || touched(stack) > 1000);
    const unsigned found = search(stack, words);
    munmap(stack, STACK);
    sig_stream_free(r.stream);
    sig_cache_free(r.cache);
    g_free(r.seed), g_free(r.out);
    return found;
}

static const char *const lanes[] = {"portable", "shani", "avx512"};

/* In quick runs each operation on each set with one kind of lanes, so that all kinds are with all of either. */
static unsigned lane_kinds(void)
{
    return g_getenv("UCSIM_LONG_TESTS") ? G_N_ELEMENTS(lanes) : 1;
}

/* In a process of its own, as lanes are chosen once. One or two words are there by chance now and then. */
START_TEST(nothing_left)
{
    const unsigned what = (unsigned)_i / lane_kinds(), kind = (unsigned)_i % lane_kinds();
    const unsigned name = what % G_N_ELEMENTS(names);
    const Operation operation = (Operation)(what / G_N_ELEMENTS(names));
    g_setenv("UCSIM_LANES", lanes[(what + kind) % G_N_ELEMENTS(lanes)], TRUE);
    const unsigned found = left_by(operation, names[name]);
    ck_assert_msg(found < CHANCE, "%s with lanes '%s' leaves %u secret words on the stack, %s",
                  operation == MAKE ? "making a key" : operation == SIGN ? "signing" : "beginning to sign", g_getenv("UCSIM_LANES"), found, names[name]);
}
END_TEST

/* Whatever the lanes. */
START_TEST(what_is_left_is_found)
{
    ck_assert_uint_ge(left_by(LEAVE, names[_i]), 8);
}
END_TEST

int main(void)
{
#if defined(__SANITIZE_ADDRESS__)
    puts("skipped: asan has other stacks than those it is given, and keeps what was on them");
    return 77;
#endif
    Suite *suite = suite_create("stack");
    TCase *tests = tcase_create("stack");
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, nothing_left, 0, (int)(OPERATIONS * G_N_ELEMENTS(names) * lane_kinds()));
    tcase_add_loop_test(tests, what_is_left_is_found, 0, G_N_ELEMENTS(names));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
