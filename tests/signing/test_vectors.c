/* Every vector of ../shared/vectors that applies: NIST ACVP (LMS), Botan (LMS, HSS, XMSS), liboqs (all). Data of
 * others, so not in this tree: skipped where absent; test_digests.c holds our own bytes. */
#include "tests/signing/bytes.h"
#include "tests/support/suite.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

static const char *vectors;
static SigCache *cache;

typedef struct {
    uint8_t *data;
    size_t length;
} Bytes;

static Bytes hex(const char *text)
{
    Bytes b;
    b.data = bytes_from_hex(text, &b.length);
    return b;
}

static SigStatus verify(const SigSet *set, const char *vk, const char *message, const char *signature)
{
    Bytes k = hex(vk), m = hex(message), s = hex(signature);
    SigStatus status = sig_verify(set, k.data, k.length, m.data, m.length, s.data, s.length);
    g_free(k.data), g_free(m.data), g_free(s.data);
    return status;
}

static void expect_public(const SigSet *set, const char *seed, const char *expected)
{
    Bytes s = hex(seed), e = hex(expected);
    ck_assert_uint_eq(s.length, sig_set_seed_size(set));
    ck_assert_uint_eq(e.length, sig_set_public_size(set));
    uint8_t *vk = g_malloc(e.length);
    ck_assert_int_eq(sig_public(cache, set, s.data, vk), SIG_OK);
    ck_assert_mem_eq(vk, e.data, e.length);
    g_free(vk), g_free(s.data), g_free(e.data);
}

/* The signature of our own, to be freed. */
static Bytes sign(const SigSet *set, const char *seed, uint64_t index, const char *message)
{
    Bytes s = hex(seed), m = hex(message), out = {.length = sig_set_signature_size(set)};
    out.data = g_malloc(out.length);
    ck_assert_int_eq(sig_sign(cache, set, s.data, index, m.data, m.length, out.data), SIG_OK);
    g_free(s.data), g_free(m.data);
    return out;
}

static void expect_signature(const SigSet *set, const char *seed, uint64_t index, const char *message,
                             const char *expected)
{
    Bytes e = hex(expected), got = sign(set, seed, index, message);
    ck_assert_uint_eq(e.length, got.length);
    ck_assert_mem_eq(got.data, e.data, e.length);
    g_free(e.data), g_free(got.data);
}

/* ---- ACVP ---------------------------------------------------------------------------------------------------------- */

static unsigned acvp_case(const char *set_name, JsonObject *group, JsonObject *test)
{
    const SigSet *set = bytes_set(set_name);
    if (json_object_has_member(test, "seed")) {
        g_autofree char *seed = g_strconcat(json_object_get_string_member(test, "seed"),
                                            json_object_get_string_member(test, "i"), NULL);
        expect_public(set, seed, json_object_get_string_member(test, "publicKey"));
        return 1;
    }
    bool good = !json_object_has_member(test, "testPassed") || json_object_get_boolean_member(test, "testPassed");
    SigStatus status = verify(set, json_object_get_string_member(group, "publicKey"),
                              json_object_get_string_member(test, "message"),
                              json_object_get_string_member(test, "signature"));
    ck_assert_msg((status == SIG_OK) == good, "%s: %s", set_name, sig_status_text(status));
    return 1;
}

static unsigned acvp_file(const char *name)
{
    g_autofree char *path = g_strconcat(vectors, "acvp-lms/", name, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    ck_assert_msg(json_parser_load_from_file(parser, path, NULL), "%s", path);
    JsonArray *groups = json_object_get_array_member(json_node_get_object(json_parser_get_root(parser)), "testGroups");
    unsigned cases = 0;
    for (guint g = 0; g < json_array_get_length(groups); g++) {
        JsonObject *group = json_array_get_object_element(groups, g);
        JsonArray *tests = json_object_get_array_member(group, "tests");
        g_autofree char *set = g_strconcat(json_object_get_string_member(group, "lmsMode"), "/",
                                           json_object_get_string_member(group, "lmOtsMode"), NULL);
        for (guint t = 0; t < json_array_get_length(tests); t++)
            cases += acvp_case(set, group, json_array_get_object_element(tests, t));
    }
    printf("%s: %u cases\n", name, cases);
    return cases;
}

START_TEST(acvp)
{
    unsigned cases = acvp_file("LMS-keyGen-1.0/internalProjection.json");
    cases += acvp_file("LMS-sigGen-1.0/internalProjection.json");
    cases += acvp_file("LMS-sigGen-SP800-208/internalProjection.json");
    cases += acvp_file("LMS-sigVer-1.0/internalProjection.json");
    cases += acvp_file("LMS-sigVer-SP800-208/internalProjection.json");
    cases += acvp_file("a9496ad1-LMS-sigVer-1.0-internalProjection.json");
    ck_assert_uint_eq(cases, 407);
}
END_TEST

/* ---- records of "Key = value" lines, ended by an empty line --------------------------------------------------------------- */

typedef unsigned Record(GHashTable *fields, const char *file);

static unsigned read_records(const char *file, Record *use)
{
    g_autofree char *path = g_strconcat(vectors, file, NULL), *text = NULL;
    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    unsigned used = 0;
    for (char **line = lines;; line++) {
        char *equals = *line ? strchr(*line, '=') : NULL;
        if (equals && **line != '#') {
            *equals = '\0';
            g_hash_table_replace(fields, g_strdup(g_strstrip(*line)), g_strdup(g_strstrip(equals + 1)));
        } else if ((!*line || !**line || **line == '\r') && g_hash_table_size(fields)) {
            used += use(fields, file);
            g_hash_table_remove_all(fields);
        }
        if (!*line)
            break;
    }
    printf("%s: %u cases\n", file, used);
    return used;
}

static const char *field(GHashTable *fields, const char *name)
{
    const char *value = g_hash_table_lookup(fields, name);
    ck_assert_msg(value != NULL, "no field %s", name);
    return value;
}

static uint32_t word(const char *text, size_t number)
{
    char digits[9] = {0};
    memcpy(digits, text + 8 * number, 8);
    return (uint32_t)strtoul(digits, NULL, 16);
}

/* An HSS set from the types in a signature. */
static const SigSet *hss_set_of(const char *vk, const char *signature)
{
    const SigSet *set = NULL;
    g_autoptr(GString) name = g_string_new("HSS:");
    uint32_t levels = word(vk, 0), type = word(vk, 1), ots = word(vk, 2);
    size_t at = 8;
    for (uint32_t i = 0; i < levels; i++) {
        char one[80];
        bytes_lms_name(type, ots, one, sizeof one);
        g_string_append_printf(name, "%s%s", i ? "," : "", one);
        at += 2 * sig_set_signature_size(bytes_set(one));
        if (i + 1 < levels) {
            type = word(signature + at, 0), ots = word(signature + at, 1);
            at += 2 * sig_set_public_size(bytes_set(one));
        }
    }
    set = bytes_set(name->str);
    return set;
}

static unsigned botan_hss_verify(GHashTable *fields, const char *file)
{
    const char *vk = field(fields, "PublicKey"), *s = field(fields, "Signature");
    ck_assert_int_eq(verify(hss_set_of(vk, s), vk, field(fields, "Msg"), s), SIG_OK);
    ck_assert_int_eq(verify(hss_set_of(vk, s), vk, "00", s), SIG_INVALID);
    return 1;
}

static unsigned botan_hss_sign(GHashTable *fields, const char *file)
{
    const char *key = field(fields, "PrivateKey"), *seed;
    uint32_t levels = word(key, 0);
    g_autoptr(GString) name = g_string_new("HSS:");
    for (uint32_t i = 0; i < levels; i++) {
        char one[80];
        bytes_lms_name(word(key, 3 + 2 * i), word(key, 4 + 2 * i), one, sizeof one);
        g_string_append_printf(name, "%s%s", i ? "," : "", one);
    }
    seed = key + 8 * (3 + 2 * levels);
    expect_signature(bytes_set(name->str), seed, (uint64_t)word(key, 1) << 32 | word(key, 2), field(fields, "Msg"),
                     field(fields, "Signature"));
    return 1;
}

/* The vector holds SHA-256 of the signature (of what Botan calls a hash of it); big sets only when asked. */
static unsigned botan_lms(GHashTable *fields, const char *file)
{
    const char *vk = field(fields, "PublicKey");
    char name[80];
    bytes_lms_name(word(vk, 0), word(vk, 1), name, sizeof name);
    const SigSet *set = bytes_set(name);
    if (sig_set_capacity(set) > 1024 && !g_getenv("UCSIM_LONG_TESTS"))
        return 0;
    g_autofree char *seed = g_strdup_printf("%s%.32s", field(fields, "Seed"), vk + 16);
    expect_public(set, seed, vk);
    Bytes s = sign(set, seed, strtoull(field(fields, "q"), NULL, 10), field(fields, "Msg"));
    g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, s.data, s.length);
    ck_assert_str_eq(digest, field(fields, "HashSig"));
    g_free(s.data);
    return 1;
}

/* The trees with n = 64 take a second each: quick runs make one of them, for its key. */
static bool taken(const char *params, const char *left_out)
{
    return g_getenv("UCSIM_LONG_TESTS") || !g_str_has_suffix(params, left_out);
}

static unsigned botan_xmss_keygen(GHashTable *fields, const char *file)
{
    if (!taken(field(fields, "Params"), "SHAKE_10_512"))
        return 0;
    g_autofree char *seed = g_strconcat(field(fields, "SecretSeed"), field(fields, "SecretPrf"),
                                        field(fields, "PublicSeed"), NULL);
    expect_public(bytes_set(field(fields, "Params")), seed, field(fields, "PublicKey"));
    return 1;
}

/* PrivateKey = OID, root, PUB_SEED, u32 index, SK_PRF, SK_SEED [, derivation]. Keys with the derivation of before 2020
 * (code 01, or none: half of the SHA2 ones) cannot be made here: those are seen by their public root. All are verified;
 * in quick runs the first of each set is signed too. */
static unsigned botan_xmss_sign(GHashTable *fields, const char *file)
{
    static char last[40];
    bool first = strcmp(last, field(fields, "Params")) != 0;
    g_strlcpy(last, field(fields, "Params"), sizeof last);
    g_autofree char *name = g_strconcat("XMSS-", field(fields, "Params"), NULL);
    const SigSet *set = bytes_set(name);
    const size_t n = sig_set_seed_size(set) / 3 * 2;
    const char *key = field(fields, "PrivateKey"), *root = key + 8, *open = root + n, *index = open + n;
    g_autofree char *seed = g_strdup_printf("%.*s%.*s%.*s", (int)n, index + 8 + n, (int)n, index + 8, (int)n, open);
    g_autofree char *vk = g_strdup_printf("%.8s%.*s%.*s", key, (int)n, root, (int)n, open);
    Bytes s = hex(seed), e = hex(vk);
    uint8_t own[200];
    bool sign_too = g_getenv("UCSIM_LONG_TESTS") || (first && taken(field(fields, "Params"), "_512"));
    if (sign_too)
        ck_assert_int_eq(sig_public(cache, set, s.data, own), SIG_OK);
    bool legacy = sign_too && memcmp(own, e.data, e.length) != 0;
    if (sign_too && !legacy)
        expect_signature(set, seed, word(index, 0), field(fields, "Msg"), field(fields, "Signature"));
    ck_assert_int_eq(verify(set, vk, field(fields, "Msg"), field(fields, "Signature")), SIG_OK);
    g_free(s.data), g_free(e.data);
    return sign_too && !legacy ? 1 : 0;
}

static unsigned botan_xmss_verify(GHashTable *fields, const char *file)
{
    g_autofree char *name = g_strconcat("XMSS-", field(fields, "Params"), NULL);
    ck_assert_int_eq(verify(bytes_set(name), field(fields, "PublicKey"), field(fields, "Msg"),
                            field(fields, "Signature")), SIG_OK);
    return 1;
}

START_TEST(botan)
{
    ck_assert_uint_ge(read_records("botan/hss_lms_verify.vec", botan_hss_verify), 5);
    ck_assert_uint_ge(read_records("botan/hss_lms_sig.vec", botan_hss_sign), 2);
    ck_assert_uint_ge(read_records("botan/lms.vec", botan_lms), 3);
    ck_assert_uint_ge(read_records("botan/xmss_keygen_reference.vec", botan_xmss_keygen), g_getenv("UCSIM_LONG_TESTS") ? 7 : 6);
    ck_assert_uint_ge(read_records("botan/xmss_sig.vec", botan_xmss_sign), g_getenv("UCSIM_LONG_TESTS") ? 21 : 5);
    ck_assert_uint_ge(read_records("botan/xmss_verify.vec", botan_xmss_verify), 21);
}
END_TEST

/* ---- liboqs -------------------------------------------------------------------------------------------------------------- */

/* Files whose parts are separated by empty lines: fields of the whole file are collected. */
static char *oqs_field(const char *text, const char *name)
{
    g_autofree char *start = g_strdup_printf("\n%s = ", name);
    const char *at = g_str_has_prefix(text, start + 1) ? text - 1 : strstr(text, start);
    ck_assert_msg(at != NULL, "no field %s", name);
    at += strlen(start);
    at += *at == '"'; /* a slip in one file */
    return g_strndup(at, strspn(at, "0123456789abcdefABCDEF"));
}

static unsigned oqs_folder(const char *folder)
{
    g_autofree char *path = g_strconcat(vectors, "liboqs-sig_stfl/", folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    ck_assert(dir);
    unsigned files = 0;
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL), *text = NULL;
        ck_assert(g_file_get_contents(file, &text, NULL, NULL));
        g_autofree char *vk = oqs_field(text, "pk"), *message = oqs_field(text, "msg"), *s = oqs_field(text, "sm");
        const SigSet *set;
        if (g_str_has_prefix(name, "XMSS")) {
            g_autofree char *set_name = g_strndup(name, strlen(name) - 4);
            for (char *c = set_name + 6; *c; c++)
                if (*c == '-' && g_ascii_isdigit(c[1]))
                    *c = '/';
            set = bytes_set(set_name);
        } else if (word(vk, 0) > 4) { /* an LMS key without HSS around it */
            char one[80];
            bytes_lms_name(word(vk, 0), word(vk, 1), one, sizeof one);
            set = bytes_set(one);
        } else {
            set = hss_set_of(vk, s);
        }
        SigStatus status = verify(set, vk, message, s);
        ck_assert_msg(status == SIG_OK, "%s: %s", name, sig_status_text(status));
        files++;
    }
    printf("liboqs %s: %u files\n", folder, files);
    return files;
}

START_TEST(liboqs)
{
    ck_assert_uint_eq(oqs_folder("xmss"), 37);
    ck_assert_uint_eq(oqs_folder("lms"), 18);
}
END_TEST

int main(void)
{
    vectors = bytes_vectors();
    if (!vectors) {
        puts("../shared/vectors is not there");
        return 77;
    }
    cache = sig_cache_new(64 << 20);
    Suite *suite = suite_create("vectors");
    TCase *tests = tcase_create("vectors");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, acvp);
    tcase_add_test(tests, botan);
    tcase_add_test(tests, liboqs);
    suite_add_tcase(suite, tests);
    const int result = run_suite(suite);
    sig_cache_free(cache);
    return result;
}
