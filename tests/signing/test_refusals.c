/* What must be refused: every byte of a signature and of a key changed, lengths off, types exchanged, leaves out of
 * range; what happens at the edges: first and last leaves, streams, interruption, tiny caches; secrets gone after use. */
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
    "LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W4",
    "XMSS-SHA2_10_192",
    "XMSSMT-SHA2_20/4_192",
    "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4",
};

typedef struct {
    const SigSet *set;
    uint8_t *seed, *vk, *signature;
    size_t vk_size, size;
    SigCache *cache;
} Signed;

static const uint8_t text[] = "the message";

static Signed make(const char *name, uint64_t index)
{
    Signed s = {.set = bytes_set(name), .cache = sig_cache_new(32 << 20)};
    s.seed = bytes_seed(s.set, "refusals");
    s.vk_size = sig_set_public_size(s.set);
    s.size = sig_set_signature_size(s.set);
    s.vk = g_malloc(s.vk_size);
    s.signature = g_malloc(s.size);
    ck_assert_int_eq(sig_public(s.cache, s.set, s.seed, s.vk), SIG_OK);
    ck_assert_int_eq(sig_sign(s.cache, s.set, s.seed, index, text, sizeof text, s.signature), SIG_OK);
    return s;
}

static void done(Signed *s)
{
    g_free(s->seed), g_free(s->vk), g_free(s->signature);
    sig_cache_free(s->cache);
}

static SigStatus check(const Signed *s)
{
    return sig_verify(s->set, s->vk, s->vk_size, text, sizeof text, s->signature, s->size);
}

/* One bit of each byte (another bit each time); quick runs take every third byte, so that no word is left out, asan builds
 * every seventh. */
static size_t stride(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return 7;
#else
    return g_getenv("UCSIM_LONG_TESTS") ? 1 : 3;
#endif
}

static void flip_all(const Signed *s, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += i < 64 ? 1 : stride()) {
        bytes[i] ^= (uint8_t)(1 << i % 8);
        SigStatus status = check(s);
        ck_assert_msg(status == SIG_INVALID || status == SIG_WRONG_TYPE || status == SIG_BAD_INDEX,
                      "%s: byte %zu of %zu: %s", sig_set_name(s->set), i, size, sig_status_text(status));
        bytes[i] ^= (uint8_t)(1 << i % 8);
    }
    ck_assert_int_eq(check(s), SIG_OK);
}

START_TEST(every_byte)
{
    Signed s = make(names[_i], 3);
    flip_all(&s, s.signature, s.size);
    flip_all(&s, s.vk, s.vk_size);
    done(&s);
}
END_TEST

START_TEST(lengths)
{
    Signed s = make(names[_i], 3);
    for (size_t k = 0; k < 4; k++) {
        const size_t vk = (size_t[]){s.vk_size - 1, s.vk_size + 1, s.vk_size, s.vk_size}[k];
        const size_t size = (size_t[]){s.size, s.size, s.size - 1, s.size + 1}[k];
        /* exact copies, so that asan sees any step past them */
        g_autofree uint8_t *v = g_malloc0(vk), *g = g_malloc0(size);
        memcpy(v, s.vk, MIN(vk, s.vk_size));
        memcpy(g, s.signature, MIN(size, s.size));
        ck_assert_int_eq(sig_verify(s.set, v, vk, text, sizeof text, g, size), SIG_BAD_LENGTH);
    }
    ck_assert_int_eq(sig_verify(s.set, NULL, 0, text, sizeof text, s.signature, s.size), SIG_BAD_LENGTH);
    ck_assert_int_eq(sig_verify(s.set, s.vk, s.vk_size, text, sizeof text, NULL, 0), SIG_BAD_LENGTH);
    ck_assert_int_eq(sig_verify(s.set, s.vk, s.vk_size, text, sizeof text, s.signature, SIZE_MAX), SIG_BAD_LENGTH);
    ck_assert_int_eq(sig_verify(s.set, s.vk, s.vk_size, NULL, 0, s.signature, s.size), SIG_INVALID);
    done(&s);
}
END_TEST

static void expect_flip(Signed *s, uint8_t *byte, uint8_t bits, SigStatus status)
{
    *byte ^= bits;
    ck_assert_int_eq(check(s), status);
    *byte ^= bits;
}

START_TEST(fields_by_name)
{
    Signed s = make(names[0], 31);
    expect_flip(&s, s.vk + 3, 3, SIG_WRONG_TYPE);             /* LMS type in the key */
    expect_flip(&s, s.vk + 7, 7, SIG_WRONG_TYPE);             /* LM-OTS type in the key */
    expect_flip(&s, s.vk + 8, 1, SIG_INVALID);                /* I */
    expect_flip(&s, s.signature + 3, 0x20, SIG_BAD_INDEX);    /* q = 63 */
    expect_flip(&s, s.signature, 0x80, SIG_BAD_INDEX);        /* q = 2^31 + 31 */
    expect_flip(&s, s.signature + 3, 1, SIG_INVALID);         /* q = 30 */
    expect_flip(&s, s.signature + 7, 7, SIG_WRONG_TYPE);      /* LM-OTS type */
    expect_flip(&s, s.signature + 8, 1, SIG_INVALID);         /* C */
    expect_flip(&s, s.signature + 8 + 32 * 35 + 3, 3, SIG_WRONG_TYPE); /* LMS type */
    expect_flip(&s, s.signature + s.size - 1, 1, SIG_INVALID);         /* path */
    done(&s);
    s = make(names[2], 1023);
    expect_flip(&s, s.vk + 3, 1, SIG_WRONG_TYPE);
    expect_flip(&s, s.signature + 2, 4, SIG_BAD_INDEX); /* index 2047 */
    expect_flip(&s, s.signature + 3, 1, SIG_INVALID);
    done(&s);
    s = make(names[4], 32 * 32 - 1);
    expect_flip(&s, s.vk + 3, 1, SIG_WRONG_TYPE);        /* L */
    expect_flip(&s, s.signature + 3, 1, SIG_WRONG_TYPE); /* Nspk */
    expect_flip(&s, s.signature + 4 + 3, 0x20, SIG_BAD_INDEX);
    const size_t first = sig_set_signature_size(bytes_set("LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8"));
    expect_flip(&s, s.signature + 4 + first + 3, 1, SIG_WRONG_TYPE); /* type of the key below */
    expect_flip(&s, s.signature + 4 + first + 8, 1, SIG_INVALID);    /* its I */
    done(&s);
}
END_TEST

/* A signature of one set under the name of another of the same sizes. */
START_TEST(types_exchanged)
{
    static const char *const pairs[][2] = {
        {"LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", "LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W8"},
        {"XMSS-SHA2_10_256", "XMSS-SHAKE_10_256"},
        {"XMSS-SHAKE_10_256", "XMSS-SHAKE256_10_256"},
        {"XMSSMT-SHA2_20/4_192", "XMSSMT-SHAKE256_20/4_192"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        Signed s = make(pairs[i][0], 1);
        s.set = bytes_set(pairs[i][1]);
        ck_assert_int_eq(check(&s), SIG_WRONG_TYPE);
        done(&s);
    }
}
END_TEST

/* ---- names --------------------------------------------------------------------------------------------------------------- */

START_TEST(unknown_names)
{
    static const char *const wrong[][2] = {
        {"LMS_SHA256_M32_H6/LMOTS_SHA256_N32_W8", "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8"},
        {"XMSS-SHA2_10_25", "XMSS-SHA2_10_256"},
        {"xmss", "XMSS-SHA2_10_256"},
        {"", NULL},
        {"HSS:", NULL},
        {"HSS:XMSS-SHA2_10_256", NULL},
        {"HSS:LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8,", NULL},
        {"LMS_SHA256_M32_H5/LMOTS_SHA256_N24_W8", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *near = NULL;
        ck_assert_ptr_null(sig_set_find(wrong[i][0], &near));
        ck_assert_ptr_nonnull(near);
        if (wrong[i][1] && strcmp(wrong[i][0], "xmss"))
            ck_assert_str_eq(near, wrong[i][1]);
        ck_assert_ptr_null(sig_set_find(wrong[i][0], NULL));
    }
    const char *one = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", *other = "LMS_SHAKE_M32_H5/LMOTS_SHAKE_N32_W8";
    g_autofree char *mixed = g_strdup_printf("HSS:%s,%s", one, other);
    ck_assert_ptr_null(sig_set_find(mixed, NULL));
    GString *many = g_string_new("HSS:");
    for (int i = 0; i < 8; i++)
        g_string_append_printf(many, "%s%s", i ? "," : "", one);
    ck_assert_uint_eq(sig_set_capacity(bytes_set(many->str)), UINT64_C(1) << 40);
    ck_assert_ptr_eq(bytes_set(many->str), bytes_set(many->str));
    g_string_append_printf(many, ",%s", one);
    ck_assert_ptr_null(sig_set_find(many->str, NULL));
    g_string_free(many, TRUE);
    g_autofree char *deep = g_strdup("HSS:LMS_SHA256_M32_H25/LMOTS_SHA256_N32_W8,LMS_SHA256_M32_H25/LMOTS_SHA256_N32_W8,"
                                     "LMS_SHA256_M32_H25/LMOTS_SHA256_N32_W8");
    ck_assert_uint_eq(sig_set_capacity(bytes_set(deep)), INT64_MAX);
}
END_TEST

/* The table: 80 + 21 + 56 sets, names unique, sizes of RFC 8554 table 3 and RFC 8391 section 5.3. */
START_TEST(table)
{
    size_t count = 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (const SigSet *set; (set = sig_set_at(count)); count++) {
        ck_assert(g_hash_table_add(seen, (gpointer)sig_set_name(set)));
        ck_assert_ptr_eq(sig_set_find(sig_set_name(set), NULL), set);
        ck_assert_uint_gt(strlen(sig_set_source(set)), 8);
    }
    ck_assert_uint_eq(count, 157);
    ck_assert_uint_eq(sig_set_signature_size(bytes_set("XMSS-SHA2_10_256")), 2500);
    ck_assert_uint_eq(sig_set_signature_size(bytes_set("XMSS-SHA2_20_512")), 9732);
    ck_assert_uint_eq(sig_set_signature_size(bytes_set("XMSSMT-SHA2_20/2_256")), 4963);
    ck_assert_uint_eq(sig_set_signature_size(bytes_set("XMSSMT-SHA2_60/12_256")), 27688);
    ck_assert_uint_eq(sig_set_signature_size(bytes_set("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8")), 1292);
    for (int i = 0; i < 12; i++)
        ck_assert_uint_gt(strlen(sig_status_text((SigStatus)i)), 1);
}
END_TEST

/* ---- streams, caches, threads, interruption ------------------------------------------------------------------------------------ */

START_TEST(streams)
{
    Signed s = make(names[_i], 2);
    g_autofree uint8_t *again = g_malloc(s.size);
    SigStream *stream;
    ck_assert_int_eq(sig_sign_begin(NULL, s.set, s.seed, 2, NULL, &stream), SIG_OK);
    for (size_t i = 0; i < sizeof text; i++)
        sig_stream_update(stream, text + i, 1);
    sig_stream_update(stream, NULL, 0);
    ck_assert_int_eq(sig_sign_end(stream, again), SIG_OK);
    ck_assert_mem_eq(again, s.signature, s.size);
    ck_assert_int_eq(sig_verify_begin(s.set, s.vk, s.vk_size, again, s.size, &stream), SIG_OK);
    memset(again, 0, s.size); /* the stream has its own copy */
    sig_stream_update(stream, text, 5);
    sig_stream_update(stream, text + 5, sizeof text - 5);
    ck_assert_int_eq(sig_verify_end(stream), SIG_OK);
    ck_assert_int_eq(sig_sign_begin(NULL, s.set, s.seed, 2, NULL, &stream), SIG_OK);
    sig_stream_free(stream);
    sig_stream_free(NULL);
    done(&s);
}
END_TEST

/* Trees of 1,024 leaves. Those of XMSS take nine times as long: in full runs only. */
static const char *const tall[] = {"LMS_SHA256_M24_H10/LMOTS_SHA256_N24_W2", "XMSS-SHA2_10_192"};

/* The same bytes whatever the cache holds: whole trees, upper levels only, nothing. */
START_TEST(caches)
{
    Signed s = make(tall[_i], 700);
    static const size_t limits[] = {0, 1000, 40000, 100000, 1 << 20};
    g_autofree uint8_t *again = g_malloc(s.size), *vk = g_malloc(s.vk_size);
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        SigCache *cache = sig_cache_new(limits[i]);
        ck_assert_int_eq(sig_public(cache, s.set, s.seed, vk), SIG_OK);
        ck_assert_mem_eq(vk, s.vk, s.vk_size);
        for (int k = 0; k < 2; k++) {
            ck_assert_int_eq(sig_sign(cache, s.set, s.seed, 700, text, sizeof text, again), SIG_OK);
            ck_assert_mem_eq(again, s.signature, s.size);
            ck_assert_uint_le(sig_cache_bytes(cache), limits[i]);
        }
        sig_cache_free(cache);
    }
    done(&s);
}
END_TEST

typedef struct {
    uint64_t calls, last, total, stop_at;
} Progress;

static bool progress(void *data, uint64_t now, uint64_t total)
{
    Progress *p = data;
    ck_assert_uint_gt(now, p->last);
    p->calls++;
    p->last = now;
    p->total = total;
    return !p->stop_at || now < p->stop_at;
}

START_TEST(jobs_and_interruption)
{
    Signed s = make(tall[_i], 0);
    g_autofree uint8_t *vk = g_malloc(s.vk_size);
    for (unsigned jobs = 0; jobs < 5; jobs++) {
        Progress p = {0};
        SigControl control = {jobs, progress, &p};
        ck_assert_int_eq(sig_public_with(NULL, s.set, s.seed, &control, vk), SIG_OK);
        ck_assert_mem_eq(vk, s.vk, s.vk_size);
        ck_assert_uint_eq(p.last, 1024);
        ck_assert_uint_eq(p.total, 1024);
        p = (Progress){.stop_at = 300};
        ck_assert_int_eq(sig_public_with(NULL, s.set, s.seed, &control, vk), SIG_INTERRUPTED);
        ck_assert_uint_lt(p.last, 1024);
        for (size_t i = 0; i < s.vk_size; i++)
            ck_assert_uint_eq(vk[i], 0);
    }
    /* what was interrupted is not in the cache as if it were whole */
    Progress p = {.stop_at = 300};
    SigControl control = {2, progress, &p};
    SigCache *cache = sig_cache_new(1 << 20);
    ck_assert_int_eq(sig_public_with(cache, s.set, s.seed, &control, vk), SIG_INTERRUPTED);
    ck_assert_uint_eq(sig_cache_bytes(cache), 0);
    ck_assert_int_eq(sig_public(cache, s.set, s.seed, vk), SIG_OK);
    ck_assert_mem_eq(vk, s.vk, s.vk_size);
    sig_cache_free(cache);
    done(&s);
}
END_TEST

static void *sign_many(void *data)
{
    const Signed *s = data;
    g_autofree uint8_t *signature = g_malloc(s->size);
    for (uint64_t i = 0; i < 20; i++)
        if (sig_sign(s->cache, s->set, s->seed, i * 51, text, sizeof text, signature) != SIG_OK ||
            sig_verify(s->set, s->vk, s->vk_size, text, sizeof text, signature, s->size) != SIG_OK)
            return data;
    return NULL;
}

START_TEST(threads_share_a_cache)
{
    Signed s = make(names[2], 0);
    sig_cache_free(s.cache);
    s.cache = sig_cache_new(20000); /* too small: entries come and go */
    GThread *thread[4];
    for (int i = 0; i < 4; i++)
        thread[i] = g_thread_new("sign", sign_many, &s);
    for (int i = 0; i < 4; i++)
        ck_assert_ptr_null(g_thread_join(thread[i]));
    done(&s);
}
END_TEST

/* ---- secrets ----------------------------------------------------------------------------------------------------------------------- */

enum { MASK = 0x5a, PATTERN = 16 };

/* How often a masked pattern is, unmasked, in the writable memory of this process. */
static unsigned find_in_memory(const uint8_t masked[PATTERN])
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[8], name[256];
    unsigned long from, to;
    unsigned found = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        name[0] = '\0';
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &from, &to, rights, name) < 3 || strncmp(rights, "rw", 2) ||
            strncmp(name, "[v", 2) == 0)
            continue;
        const uint8_t *at = (const uint8_t *)from, *end = (const uint8_t *)to - PATTERN + 1;
        while (at < end && (at = memchr(at, masked[0] ^ MASK, (size_t)(end - at)))) { /* one byte of it is no secret */
            unsigned same = 1;
            while (same < PATTERN && (at[same] ^ MASK) == masked[same])
                same++;
            found += same == PATTERN;
            at++;
        }
    }
    if (maps)
        fclose(maps);
    return found;
}

/* Neither the seed nor a word of it in sixteen lanes (how the wide lanes hold it) stays behind. */
START_TEST(secrets_are_gone)
{
#if defined(__SANITIZE_ADDRESS__)
    return; /* asan keeps freed memory and shadows */
#endif
    const SigSet *set = bytes_set(names[_i]);
    const size_t size = sig_set_seed_size(set);
    static uint8_t masked[3 * 64], lanes[PATTERN];
    uint8_t *seed = bytes_seed(set, "secrets"), *vk = g_malloc(sig_set_public_size(set));
    for (size_t i = 0; i < size; i++)
        masked[i] = seed[i] ^ MASK;
    for (size_t i = 0; i < PATTERN; i++)
        lanes[i] = seed[3 - i % 4] ^ MASK; /* little-endian words */
    uint8_t *signature = g_malloc(sig_set_signature_size(set));
    SigCache *cache = sig_cache_new(1 << 20);
    ck_assert_int_eq(sig_public(cache, set, seed, vk), SIG_OK);
    ck_assert_int_eq(sig_sign(cache, set, seed, 9, text, sizeof text, signature), SIG_OK);
    ck_assert_uint_ge(find_in_memory(masked), 1); /* the search does find what is there */
    OPENSSL_cleanse(seed, size);
    ck_assert_uint_eq(find_in_memory(masked), 0);
    ck_assert_uint_eq(find_in_memory(lanes), 0);
    if (strncmp(names[_i], "XMSS", 4) == 0) {
        ck_assert_uint_eq(find_in_memory(masked + size / 3), 0); /* SK_PRF */
        ck_assert_uint_ge(find_in_memory(masked + size / 3 * 2), 1); /* PUB_SEED is public: in vk */
    }
    sig_cache_free(cache);
    g_free(seed), g_free(vk), g_free(signature);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusals");
    TCase *tests = tcase_create("refusals");
    const int all = G_N_ELEMENTS(names), talls = g_getenv("UCSIM_LONG_TESTS") ? G_N_ELEMENTS(tall) : 1;
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, every_byte, 0, all);
    tcase_add_loop_test(tests, lengths, 0, all);
    tcase_add_test(tests, fields_by_name);
    tcase_add_test(tests, types_exchanged);
    tcase_add_test(tests, unknown_names);
    tcase_add_test(tests, table);
    tcase_add_loop_test(tests, streams, 0, all);
    tcase_add_loop_test(tests, caches, 0, talls);
    tcase_add_loop_test(tests, jobs_and_interruption, 0, talls);
    tcase_add_test(tests, threads_share_a_cache);
    tcase_add_loop_test(tests, secrets_are_gone, 0, all);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
