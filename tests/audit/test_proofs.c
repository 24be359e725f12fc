/* What the audit must find, and what it must not: reuse planted at every layer, and files that pretend to it. */
#include "tests/audit/plant.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "audit/audit.h"
#include "signing/layers.h"
#include "tests/support/suite.h"

typedef struct {
    Audit *audit;
    char *folder;
    unsigned files;
} Bench;

static void put(const char *folder, const char *name, const uint8_t *bytes, size_t length, char **path)
{
    *path = g_build_filename(folder, name, NULL);
    ck_assert(g_file_set_contents(*path, (const char *)bytes, (gssize)length, NULL));
}

static Bench begin(const uint8_t *vk, size_t length)
{
    Bench b = { audit_new(), g_dir_make_tmp("ucsim-audit-XXXXXX", NULL), 0 };
    g_autofree char *path = NULL;
    put(b.folder, "vk", vk, length, &path);
    ck_assert(audit_add_key(b.audit, path, NULL));
    return b;
}

/* Adds a signature and frees it; message may be NULL. */
static void add(Bench *b, const SigSet *set, uint8_t *signature, const char *message)
{
    g_autofree char *name = g_strdup_printf("s%02u", b->files++), *path = NULL;
    g_autofree uint8_t *owned = signature;
    put(b->folder, name, owned, sig_set_signature_size(set), &path);
    const AuditNote note = { .signs = (const uint8_t *)message, .signs_length = message ? strlen(message) : 0, .time = AUDIT_NO_TIME };
    g_autoptr(GError) error = NULL;
    ck_assert_msg(audit_add_file(b->audit, path, message ? &note : NULL, &error), "%s", error ? error->message : "");
}

static unsigned count(const Bench *b, AuditClass class, const char *kind)
{
    unsigned n = 0;
    for (size_t i = 0; i < audit_findings(b->audit); i++) {
        const AuditFinding *f = audit_finding(b->audit, i);
        n += f->class == class && (!kind || !strcmp(f->kind, kind));
    }
    return n;
}

static void finish(Bench *b)
{
    audit_finish(b->audit);
}

static void end(Bench *b)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", b->folder);
    ck_assert_int_eq(system(command), 0);
    audit_free(b->audit);
    g_free(b->folder);
}

static void expect(Bench *b, unsigned proofs, const char *proof, unsigned indications, const char *indication)
{
    finish(b);
    g_autofree char *text = audit_text(b->audit);
    ck_assert_msg(count(b, AUDIT_PROOF, NULL) == proofs && (!proof || count(b, AUDIT_PROOF, proof) == proofs) &&
                      count(b, AUDIT_INDICATION, NULL) == indications &&
                      (!indication || count(b, AUDIT_INDICATION, indication) == indications),
                  "expected %u proofs (%s) and %u indications (%s), got\n%s", proofs, proof ? proof : "any", indications,
                  indication ? indication : "any", text);
    ck_assert(audit_has_proof(b->audit) == (proofs > 0));
    end(b);
}

static const char *const names[] = {
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8",
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4",
    "LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W4",
    "HSS:LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4,LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8",
    "XMSSMT-SHA2_20/4_192",
    "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1",
    "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W2",
};
enum { LINKABLE = 5 }; /* the first; the others have too many chains with equal values */

typedef struct {
    const SigSet *set;
    uint8_t *seed, *vk;
} Key;

static Key key_of(const char *name, const char *label)
{
    Key k = { .set = plant_set(name) };
    k.seed = plant_seed(k.set, label);
    k.vk = plant_public(k.set, k.seed);
    return k;
}

static void drop(Key *k)
{
    g_free(k->seed), g_free(k->vk);
}

/* ---- no false alarms ---- */

START_TEST(honest_runs)
{
    Key k = key_of(names[_i], "honest");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    for (unsigned i = 0; i < 12; i++) {
        g_autofree char *message = g_strdup_printf("message %u", i);
        add(&b, k.set, plant_sign(k.set, k.seed, i * 2, message), i % 3 ? message : NULL);
        if (i == 5)
            add(&b, k.set, plant_sign(k.set, k.seed, i * 2, message), NULL); /* the same file again */
    }
    ck_assert_uint_eq(audit_signatures(b.audit), 13);
    expect(&b, 0, NULL, 0, NULL);
    drop(&k);
}
END_TEST

/* ---- reuse at the bottom ---- */

START_TEST(reuse_without_messages)
{
    Key k = key_of(names[_i], "reuse");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, plant_sign(k.set, k.seed, 6, "before"), NULL);
    add(&b, k.set, plant_sign(k.set, k.seed, 7, "one"), NULL);
    add(&b, k.set, plant_sign(k.set, k.seed, 7, "two"), NULL);
    expect(&b, 1, "reuse", 0, NULL);
    drop(&k);
}
END_TEST

/* With many equal chains nothing leads to the key without a message; with one of the two it does. */
START_TEST(reuse_with_a_message)
{
    Key k = key_of(names[_i], "reuse");
    const char *one[] = { "one", NULL, "one", NULL }, *two[] = { NULL, "two", "two", NULL };
    for (unsigned with = 0; with < (_i < LINKABLE ? 3 : 4); with++) { /* the other: reuse_without_messages */
        const bool open = with == 3;
        Bench b = begin(k.vk, sig_set_public_size(k.set));
        add(&b, k.set, plant_sign(k.set, k.seed, 7, "one"), one[with]);
        add(&b, k.set, plant_sign(k.set, k.seed, 7, "two"), two[with]);
        expect(&b, !open, "reuse", open, "linked");
    }
    drop(&k);
}
END_TEST

START_TEST(third_use_is_the_same_proof)
{
    Key k = key_of(names[0], "third");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, plant_sign(k.set, k.seed, 7, "one"), NULL);
    add(&b, k.set, plant_sign(k.set, k.seed, 7, "two"), NULL);
    add(&b, k.set, plant_sign(k.set, k.seed, 7, "three"), NULL);
    finish(&b);
    ck_assert(strstr(audit_finding(b.audit, 0)->text, "3 uses in all") != NULL);
    end(&b);
    drop(&k);
}
END_TEST

START_TEST(one_message_two_randomisers)
{
    for (unsigned known = 0; known < 2; known++) {
        Key k = key_of(names[0], "randomisers");
        Bench b = begin(k.vk, sig_set_public_size(k.set));
        add(&b, k.set, plant_lms(k.set, k.seed, 3, 1, "same", 4), known ? "same" : NULL);
        add(&b, k.set, plant_lms(k.set, k.seed, 3, 2, "same", 4), known ? "same" : NULL);
        expect(&b, 1, known ? "same-message" : "reuse", 0, NULL);
        drop(&k);
    }
}
END_TEST

/* Another randomiser in front of the same one-time signature is no second use (and does not verify). */
START_TEST(bytes_around_do_not_count)
{
    Key k = key_of(names[0], "around");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    uint8_t *changed = plant_sign(k.set, k.seed, 3, "one");
    changed[9] ^= 1;
    add(&b, k.set, plant_sign(k.set, k.seed, 3, "one"), NULL);
    add(&b, k.set, changed, NULL);
    expect(&b, 0, NULL, 0, NULL);
    drop(&k);
}
END_TEST

/* ---- upper layers ---- */

#define TOP "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W8"
#define MIDDLE "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4"
#define LOW "LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W2"

/* Seeds of lower trees do not depend on their sets, so that another set below gives another root under the same leaf. */
START_TEST(upper_hss)
{
    static const char *const pairs[][2] = { { "HSS:" TOP "," MIDDLE, "HSS:" TOP "," LOW },
                                            { "HSS:" TOP "," MIDDLE "," TOP, "HSS:" TOP "," MIDDLE "," LOW } };
    Key k = key_of(pairs[_i][0], "upper");
    const SigSet *other = plant_set(pairs[_i][1]);
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, plant_sign(k.set, k.seed, 40, "one"), NULL);
    add(&b, other, plant_sign(other, k.seed, 40, "two"), NULL);
    finish(&b);
    ck_assert_uint_eq(count(&b, AUDIT_PROOF, "upper-two-roots"), 1);
    ck_assert_uint_eq(count(&b, AUDIT_PROOF, NULL), 1);
    g_autofree char *level = g_strdup_printf("level %d ", _i);
    ck_assert_msg(strstr(audit_finding(b.audit, 0)->subject, level) != NULL, "%s", audit_finding(b.audit, 0)->subject);
    end(&b);
    drop(&k);
}
END_TEST

/* An HSS signature of two levels of one set, put together. */
static uint8_t *put_together(const SigSet *set, const SigSet *level, const uint8_t *top_seed, uint32_t q, uint8_t c,
                             const uint8_t *child_seed, uint32_t child_q, const char *message)
{
    const size_t size = sig_set_signature_size(level), public = sig_set_public_size(level);
    uint8_t *signature = g_malloc0(sig_set_signature_size(set));
    g_autofree uint8_t *child = plant_public(level, child_seed), *top = plant_lms(level, top_seed, q, c, child, public),
                       *low = plant_lms(level, child_seed, child_q, 5, message, strlen(message));
    signature[3] = 1;
    memcpy(signature + 4, top, size);
    memcpy(signature + 4 + size, child, public);
    memcpy(signature + 4 + size + public, low, size);
    return signature;
}

START_TEST(upper_one_root_twice_and_child_of_two)
{
    Key k = key_of("HSS:" TOP "," TOP, "twice");
    const SigSet *level = plant_set(TOP);
    g_autofree uint8_t *child = plant_child_seed(level, k.seed, 4);
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, put_together(k.set, level, k.seed, 4, 1, child, 1, "one"), NULL);
    add(&b, k.set, put_together(k.set, level, k.seed, _i ? 9 : 4, 2, child, 2, "two"), NULL);
    expect(&b, 1, _i ? "child-of-two" : "upper-one-root-twice", 0, NULL);
    drop(&k);
}
END_TEST

/* A forger's child key with the I of the true one, below a top level that has signed the true one. */
START_TEST(forged_child_accuses_nobody)
{
    Key k = key_of("HSS:" TOP "," TOP, "forged child");
    const SigSet *level = plant_set(TOP);
    const size_t top = 4 + sig_set_signature_size(level);
    g_autofree uint8_t *child = plant_child_seed(level, k.seed, 4), *forged = g_memdup2(child, 24 + 16);
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    forged[0] ^= 1;
    g_autofree uint8_t *honest = put_together(k.set, level, k.seed, 4, 1, child, 1, "one");
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *own = put_together(k.set, level, k.seed, 4, 1, forged, 2, i ? "two" : "three");
        memcpy(own, honest, top);
        add(&b, k.set, own, NULL);
    }
    expect(&b, 0, NULL, 2, "not-verified");
    drop(&k);
}
END_TEST

START_TEST(upper_xmssmt)
{
    Key k = key_of("XMSSMT-SHA2_20/4_192", "upper");
    const unsigned layer = (unsigned)_i + 1;
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, plant_sign(k.set, k.seed, 0x12345, "one"), "one");
    add(&b, k.set, plant_upper(k.set, k.seed, 0x12345, layer, "two"), "two");
    finish(&b);
    g_autofree char *text = audit_text(b.audit);
    ck_assert_uint_eq(count(&b, AUDIT_PROOF, NULL), 1);
    ck_assert_uint_eq(count(&b, AUDIT_PROOF, "upper-two-roots"), 1);
    ck_assert_uint_eq(count(&b, AUDIT_INDICATION, "other-key"), layer); /* below, the one-time keys are others */
    g_autofree char *where = g_strdup_printf("layer %u ", layer);
    ck_assert_msg(strstr(audit_finding(b.audit, 0)->subject, where) != NULL, "%s", text);
    end(&b);
    drop(&k);
}
END_TEST

/* ---- what is no reuse ---- */

START_TEST(junk_accuses_nobody)
{
    Key k = key_of(names[0], "junk"), stranger = key_of(names[0], "stranger");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    uint8_t *junk = plant_sign(k.set, k.seed, 3, "one");
    for (unsigned i = 50; i < 1000; i++)
        junk[i] ^= (uint8_t)(i * 7);
    add(&b, k.set, plant_sign(k.set, k.seed, 3, "one"), _i ? "one" : NULL);
    add(&b, k.set, junk, NULL);
    add(&b, k.set, plant_sign(stranger.set, stranger.seed, 3, "foreign"), NULL);
    expect(&b, 0, NULL, 2, "damaged");
    drop(&k), drop(&stranger);
}
END_TEST

/* Two files on chains of the forger's own, with the I and a path of the true key. */
START_TEST(own_chains_accuse_nobody)
{
    Key k = key_of(names[_i], "framed"), forger = key_of(names[_i], "forger");
    const size_t n = sig_set_seed_size(k.set) - 16, size = sig_set_signature_size(k.set);
    memcpy(forger.seed + n, k.seed + n, 16);
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    for (unsigned i = 0; i < 2; i++) {
        g_autofree uint8_t *honest = plant_sign(k.set, k.seed, 3, "honest");
        uint8_t *own = plant_sign(k.set, forger.seed, 3, i ? "two" : "one");
        memcpy(own + size - 5 * n, honest + size - 5 * n, 5 * n);
        add(&b, k.set, own, NULL);
    }
    expect(&b, 0, NULL, 1, _i < LINKABLE ? "forged" : "linked");
    drop(&k), drop(&forger);
}
END_TEST

/* Anybody can walk on along the chains of a genuine signature: the checksum says no. */
START_TEST(walking_on_accuses_nobody)
{
    Key k = key_of(names[0], "walk");
    const SigSet *set = k.set;
    const SigSetShape shape = sig_set_shape(set);
    Bench b = begin(k.vk, sig_set_public_size(set));
    uint8_t *honest = plant_sign(set, k.seed, 3, "one"), *walked = g_memdup2(honest, sig_set_signature_size(set));
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    uint8_t digest[SIG_DIGEST], *values = walked + 8 + 32;
    ck_assert_int_eq(sig_layers(set, k.vk, sig_set_public_size(set), honest, sig_set_signature_size(set), layer, &layers), SIG_OK);
    ck_assert_int_eq(sig_layers_digest(layer, layers, (const uint8_t *)"one", 3, digest), SIG_OK);
    for (unsigned i = 0; i < 8; i++) { /* W8: digits are bytes */
        uint8_t message[16 + 4 + 2 + 1 + 32];
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        gsize size = 32;
        if (digest[i] == 255)
            continue;
        memcpy(message, k.vk + 8, 16);
        memcpy(message + 16, (const uint8_t[]){ 0, 0, 0, 3, 0, (uint8_t)i, digest[i] }, 7);
        memcpy(message + 23, values + 32 * i, 32);
        g_checksum_update(sum, message, sizeof message);
        g_checksum_get_digest(sum, values + 32 * i, &size);
    }
    ck_assert_uint_eq(shape.w, 8);
    add(&b, set, honest, _i ? "one" : NULL);
    add(&b, set, walked, NULL);
    expect(&b, 0, NULL, 1, "damaged");
    drop(&k);
}
END_TEST

START_TEST(wrong_message)
{
    Key k = key_of(names[_i], "wrong");
    Bench b = begin(k.vk, sig_set_public_size(k.set));
    add(&b, k.set, plant_sign(k.set, k.seed, 3, "one"), "another");
    add(&b, k.set, plant_sign(k.set, k.seed, 4, "two"), "two");
    expect(&b, 0, NULL, 1, "not-verified");
    drop(&k);
}
END_TEST

/* ---- whose ---- */

static void taken(const Key *k, const uint8_t *signature, SigLayer *layer, unsigned *layers)
{
    ck_assert_int_eq(sig_layers(k->set, k->vk, sig_set_public_size(k->set), signature, sig_set_signature_size(k->set), layer, layers), SIG_OK);
}

/* Two signatures lead to their own key, wherever their ways meet, and to no other. */
START_TEST(paths_tell)
{
    static const char *const sets[] = { "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", "LMS_SHAKE_M24_H5/LMOTS_SHAKE_N24_W4", "XMSSMT-SHA2_20/4_192" };
    static const uint64_t index[][5] = { { 0, 1, 6, 16, 31 }, { 0, 1, 6, 16, 31 }, { 0x12345, 0x12346, 0x12365, 0x13345, 0x2345 } };
    Key own = key_of(sets[_i], "whose"), other = key_of(sets[_i], "another");
    SigLayer x[SIG_LAYERS], y[SIG_LAYERS];
    unsigned layers;
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = 0; j < 5; j++) {
            g_autofree uint8_t *a = plant_sign(own.set, own.seed, index[_i][i], "a"), *b = plant_sign(own.set, own.seed, index[_i][j], "b"),
                               *foreign = plant_sign(own.set, other.seed, index[_i][j], "b");
            taken(&own, a, x, &layers), taken(&own, b, y, &layers);
            ck_assert_msg(sig_layers_meet(x, y, layers) == (i != j), "%s: %u and %u", sets[_i], i, j);
            taken(&own, foreign, y, &layers);
            ck_assert(!sig_layers_meet(x, y, layers) && !sig_layers_meet(y, x, layers));
            taken(&other, a, x, &layers), taken(&other, b, y, &layers);
            ck_assert(!sig_layers_meet(x, y, layers));
        }
    }
    drop(&own), drop(&other);
}
END_TEST

/* ---- links and severity ---- */

START_TEST(link_recovers_what_was_signed)
{
    Key k = key_of(names[_i], "link");
    const size_t size = sig_set_signature_size(k.set), public = sig_set_public_size(k.set);
    SigLayer a[SIG_LAYERS], b[SIG_LAYERS];
    unsigned layers;
    uint8_t expected[2][SIG_DIGEST];
    g_autofree uint8_t *one = plant_sign(k.set, k.seed, 5, "one"), *two = plant_sign(k.set, k.seed, 5, "two");
    SigLink link;
    ck_assert_int_eq(sig_layers(k.set, k.vk, public, one, size, a, &layers), SIG_OK);
    ck_assert_int_eq(sig_layers(k.set, k.vk, public, two, size, b, &layers), SIG_OK);
    ck_assert_int_eq(sig_layers_digest(a, layers, (const uint8_t *)"one", 3, expected[0]), SIG_OK);
    ck_assert_int_eq(sig_layers_digest(b, layers, (const uint8_t *)"two", 3, expected[1]), SIG_OK);
    const unsigned bottom = sig_layers_bottom(a, layers);
    const uint8_t *known = _i < LINKABLE && _i != 2 ? NULL : expected[0]; /* SHAKE is slow to search */
    ck_assert_int_eq(sig_link(a, b, layers, bottom, known, &link), SIG_LINK_PROVEN);
    ck_assert_mem_eq(link.a, expected[0], sig_layer_digest_size(a));
    ck_assert_mem_eq(link.b, expected[1], sig_layer_digest_size(a));
    ck_assert_int_eq(sig_layer_holds(a, layers, bottom, link.a), SIG_OK);
    link.a[0] ^= 1;
    ck_assert_int_eq(sig_layer_holds(a, layers, bottom, link.a), SIG_INVALID);
    drop(&k);
}
END_TEST

/* The number against counting: all digests of the toys, levels computed here by hand. */
static void toy_levels(const uint8_t *digest, unsigned n, unsigned chains, unsigned shift, unsigned *level)
{
    unsigned sum = 0, of_digest = 4 * n;
    for (unsigned i = 0; i < of_digest; i++) {
        level[i] = digest[i / 4] >> (6 - 2 * (i % 4)) & 3;
        sum += 3 - level[i];
    }
    for (unsigned i = of_digest; i < chains; i++)
        level[i] = (sum << shift) >> (14 - 2 * (i - of_digest)) & 3;
}

START_TEST(severity_is_the_count)
{
    const unsigned n = (unsigned)_i + 1, all = 1u << 8 * n, chains = n == 1 ? 6 : 11, shift = n == 1 ? 12 : 10;
    g_autofree char *name = g_strdup_printf("TOY-LMS_SHAKE_M%u_H2/LMOTS_SHAKE_N%u_W2", n, n);
    const SigSet *set = plant_set(name);
    unsigned possible = 0;
    for (unsigned pair = 0; pair < 60; pair++) {
        uint8_t digests[4];
        unsigned x[16], y[16], z[16], good = 0;
        for (unsigned i = 0; i < 2 * n; i++)
            digests[i] = (uint8_t)((pair * 37 + 11) * (i * 91 + 5) >> 2);
        toy_levels(digests, n, chains, shift, x);
        toy_levels(digests + n, n, chains, shift, y);
        for (unsigned d = 0; d < all; d++) {
            const uint8_t digest[2] = { (uint8_t)d, (uint8_t)(d >> 8) };
            bool above = true;
            toy_levels(digest, n, chains, shift, z);
            for (unsigned i = 0; i < chains; i++)
                above = above && z[i] >= MIN(x[i], y[i]);
            good += above;
        }
        const double bits = sig_forgery_bits(set, digests, 2);
        ck_assert_uint_gt(good, 0); /* the two themselves */
        possible += good > 2;
        ck_assert_msg(fabs(bits - log2((double)all / good)) < 1e-9, "pair %u: %u of %u, got 2^%f", pair, good, all, bits);
    }
    ck_assert_uint_gt(possible, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proofs");
    TCase *t = tcase_create("proofs");
    const int all = G_N_ELEMENTS(names);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, honest_runs, 0, all);
    tcase_add_loop_test(t, reuse_without_messages, 0, LINKABLE);
    tcase_add_loop_test(t, reuse_with_a_message, 0, all);
    tcase_add_test(t, third_use_is_the_same_proof);
    tcase_add_test(t, one_message_two_randomisers);
    tcase_add_test(t, bytes_around_do_not_count);
    tcase_add_loop_test(t, upper_hss, 0, 2);
    tcase_add_loop_test(t, upper_one_root_twice_and_child_of_two, 0, 2);
    tcase_add_test(t, forged_child_accuses_nobody);
    tcase_add_loop_test(t, upper_xmssmt, 0, 3);
    tcase_add_loop_test(t, junk_accuses_nobody, 0, 2);
    tcase_add_loop_test(t, own_chains_accuse_nobody, 0, 3);
    tcase_add_loop_test(t, own_chains_accuse_nobody, LINKABLE, all);
    tcase_add_loop_test(t, walking_on_accuses_nobody, 0, 2);
    tcase_add_loop_test(t, wrong_message, 0, all);
    tcase_add_loop_test(t, paths_tell, 0, 3);
    tcase_add_loop_test(t, link_recovers_what_was_signed, 0, all);
    tcase_add_loop_test(t, severity_is_the_count, 0, 2);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
