/* The parameter sets: one table, one look-up. RFC 8554 sections 4.1 and 5.1; RFC 9858 section 4; RFC 8391 sections
 * 5.3 and 5.4; SP 800-208 sections 4 and 5. */
#include "signing/internal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* LMS: number of chains p and checksum shift ls, RFC 8554 table 1 and RFC 9858 table 1 */
#define LMS_P(N, W) ((N) == 32 ? ((W) == 1 ? 265 : (W) == 2 ? 133 : (W) == 4 ? 67 : 34) \
                               : ((W) == 1 ? 200 : (W) == 2 ? 101 : (W) == 4 ? 51 : 26))
#define LMS_LS(N, W) ((W) == 1 ? ((N) == 32 ? 7 : 8) : (W) == 2 ? 6 : (W) == 4 ? 4 : 0)
#define LMS_SET(NAME, HASH, N, H, TYPE, W, OTS) \
    {"LMS_" NAME "_M" #N "_H" #H "/LMOTS_" NAME "_N" #N "_W" #W, SIG_LMS, HASH, N, 0, H, 1, W, LMS_P(N, W), \
     LMS_LS(N, W), TYPE, OTS, {NULL}},
#define LMS_HEIGHT(NAME, HASH, N, H, TYPE, OTS) \
    LMS_SET(NAME, HASH, N, H, TYPE, 1, OTS) LMS_SET(NAME, HASH, N, H, TYPE, 2, OTS + 1) \
    LMS_SET(NAME, HASH, N, H, TYPE, 4, OTS + 2) LMS_SET(NAME, HASH, N, H, TYPE, 8, OTS + 3)
#define LMS_FAMILY(NAME, HASH, N, TYPE, OTS) \
    LMS_HEIGHT(NAME, HASH, N, 5, TYPE, OTS) LMS_HEIGHT(NAME, HASH, N, 10, TYPE + 1, OTS) \
    LMS_HEIGHT(NAME, HASH, N, 15, TYPE + 2, OTS) LMS_HEIGHT(NAME, HASH, N, 20, TYPE + 3, OTS) \
    LMS_HEIGHT(NAME, HASH, N, 25, TYPE + 4, OTS)

/* XMSS: w = 16, so len = 2n + 3; the separator has n bytes, or 4 where n = 24 (SP 800-208 section 5) */
#define XMSS_SET(NAME, HASH, N, PAD, H, SIZE, OID) \
    {"XMSS-" NAME "_" #H "_" SIZE, SIG_XMSS, HASH, N, PAD, H, 1, 4, 2 * N + 3, 4, OID, 0, {NULL}},
#define XMSS_FAMILY(NAME, HASH, N, PAD, SIZE, OID) \
    XMSS_SET(NAME, HASH, N, PAD, 10, SIZE, OID) XMSS_SET(NAME, HASH, N, PAD, 16, SIZE, OID + 1) \
    XMSS_SET(NAME, HASH, N, PAD, 20, SIZE, OID + 2)
#define MT_SET(NAME, HASH, N, PAD, H, D, SIZE, OID) \
    {"XMSSMT-" NAME "_" #H "/" #D "_" SIZE, SIG_XMSSMT, HASH, N, PAD, H, D, 4, 2 * N + 3, 4, OID, 0, {NULL}},
#define MT_FAMILY(NAME, HASH, N, PAD, SIZE, OID) \
    MT_SET(NAME, HASH, N, PAD, 20, 2, SIZE, OID) MT_SET(NAME, HASH, N, PAD, 20, 4, SIZE, OID + 1) \
    MT_SET(NAME, HASH, N, PAD, 40, 2, SIZE, OID + 2) MT_SET(NAME, HASH, N, PAD, 40, 4, SIZE, OID + 3) \
    MT_SET(NAME, HASH, N, PAD, 40, 8, SIZE, OID + 4) MT_SET(NAME, HASH, N, PAD, 60, 3, SIZE, OID + 5) \
    MT_SET(NAME, HASH, N, PAD, 60, 6, SIZE, OID + 6) MT_SET(NAME, HASH, N, PAD, 60, 12, SIZE, OID + 7)

static const SigSet sets[] = {
    LMS_FAMILY("SHA256", SIG_SHA256, 32, 0x05, 0x01)
    LMS_FAMILY("SHA256", SIG_SHA256, 24, 0x0a, 0x05)
    LMS_FAMILY("SHAKE", SIG_SHAKE256, 32, 0x0f, 0x09)
    LMS_FAMILY("SHAKE", SIG_SHAKE256, 24, 0x14, 0x0d)
    XMSS_FAMILY("SHA2", SIG_SHA256, 32, 32, "256", 0x01)
    XMSS_FAMILY("SHA2", SIG_SHA512, 64, 64, "512", 0x04)
    XMSS_FAMILY("SHAKE", SIG_SHAKE128, 32, 32, "256", 0x07)
    XMSS_FAMILY("SHAKE", SIG_SHAKE256, 64, 64, "512", 0x0a)
    XMSS_FAMILY("SHA2", SIG_SHA256, 24, 4, "192", 0x0d)
    XMSS_FAMILY("SHAKE256", SIG_SHAKE256, 32, 32, "256", 0x10)
    XMSS_FAMILY("SHAKE256", SIG_SHAKE256, 24, 4, "192", 0x13)
    MT_FAMILY("SHA2", SIG_SHA256, 32, 32, "256", 0x01)
    MT_FAMILY("SHA2", SIG_SHA512, 64, 64, "512", 0x09)
    MT_FAMILY("SHAKE", SIG_SHAKE128, 32, 32, "256", 0x11)
    MT_FAMILY("SHAKE", SIG_SHAKE256, 64, 64, "512", 0x19)
    MT_FAMILY("SHA2", SIG_SHA256, 24, 4, "192", 0x21)
    MT_FAMILY("SHAKE256", SIG_SHAKE256, 32, 32, "256", 0x29)
    MT_FAMILY("SHAKE256", SIG_SHAKE256, 24, 4, "192", 0x31)
};
/* Toys: LM-OTS and LMS as RFC 8554 defines them for any n (section 4.1: u, v, p, ls; appendix B), with hash values of 1
 * to 3 bytes, so that the forgeries that n bounds do happen (docs/advantage.md). They are no part of the list of sets and
 * are found by their full names only; type codes are of the range for private use. */
#define TOY_SET(N, P, LS) \
    {"TOY-LMS_SHAKE_M" #N "_H2/LMOTS_SHAKE_N" #N "_W2", SIG_LMS, SIG_SHAKE256, N, 0, 2, 1, 2, P, LS, 0xf0000000u + N, \
     0xf0000010u + N, {NULL}},
static const SigSet toys[] = { TOY_SET(1, 6, 12) TOY_SET(2, 11, 10) TOY_SET(3, 15, 10) };

enum { SETS = sizeof sets / sizeof sets[0], NAME_MAX_LENGTH = 64 };

const SigSet *sig_set_at(size_t number)
{
    return number < SETS ? &sets[number] : NULL;
}

static const SigSet *find_exact(const char *name, size_t length)
{
    for (size_t i = 0; i < SETS; i++)
        if (strlen(sets[i].name) == length && memcmp(sets[i].name, name, length) == 0)
            return &sets[i];
    for (size_t i = 0; i < sizeof toys / sizeof toys[0]; i++)
        if (strlen(toys[i].name) == length && memcmp(toys[i].name, name, length) == 0)
            return &toys[i];
    return NULL;
}

SigSetShape sig_set_shape(const SigSet *set)
{
    static const char *const hashes[] = { "sha256", "sha512", "shake128", "shake256" };
    return (SigSetShape){hashes[set->hash], set->w, set->chains, set->shift, set->pad,
                         set->scheme == SIG_XMSSMT ? set->height / set->levels : set->height};
}

const SigSet *sig_lms_set(uint32_t type, uint32_t ots)
{
    for (size_t i = 0; i < SETS; i++)
        if (sets[i].scheme == SIG_LMS && sets[i].type == type && sets[i].ots == ots)
            return &sets[i];
    return NULL;
}

const SigSet *sig_xmss_set(SigScheme scheme, uint32_t oid)
{
    for (size_t i = 0; i < SETS; i++)
        if (sets[i].scheme == scheme && sets[i].type == oid)
            return &sets[i];
    return NULL;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance, for names cut to NAME_MAX_LENGTH. */
static unsigned distance(const char *a, const char *b, size_t b_length)
{
    unsigned row[NAME_MAX_LENGTH + 1];
    size_t m = b_length < NAME_MAX_LENGTH ? b_length : NAME_MAX_LENGTH;
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned above = row[j];
            row[j] = least(least(above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

enum { BEGINNING = 8 }; /* what is shorter may begin with anything */

static const char *nearest(const char *name, size_t length)
{
    size_t best = 0;
    unsigned best_distance = UINT32_MAX;
    for (size_t i = 0; i < SETS && length >= BEGINNING; i++)
        if (strncmp(sets[i].name, name, length) == 0) /* "LMS_SHA256_M32_H5" is far from every name, and half of one */
            return sets[i].name;
    for (size_t i = 0; i < SETS; i++) {
        unsigned d = distance(sets[i].name, name, length);
        if (d < best_distance)
            best = i, best_distance = d;
    }
    return sets[best].name;
}

/* HSS sets are made when first named and kept for the life of the process, so that a set is always a stable pointer. */
static pthread_mutex_t composed_lock = PTHREAD_MUTEX_INITIALIZER;
static struct Composed {
    SigSet set;
    struct Composed *next;
} *composed;

static bool parse_levels(const char *list, SigSet *set, const char **near)
{
    for (;;) {
        size_t length = strcspn(list, ",");
        const SigSet *level = find_exact(list, length);
        if (!level || level->scheme != SIG_LMS || set->levels == 8) {
            *near = nearest(list, length);
            return false;
        }
        if (set->levels && (level->hash != set->level[0]->hash || level->n != set->level[0]->n)) {
            *near = set->level[0]->name;
            return false;
        }
        set->level[set->levels++] = level;
        set->height += level->height;
        if (!list[length])
            return true;
        list += length + 1;
    }
}

static const SigSet *keep(const SigSet *set, const char *name)
{
    struct Composed *c = calloc(1, sizeof *c);
    char *copy = strdup(name);
    if (!c || !copy) {
        free(c);
        free(copy);
        return NULL;
    }
    c->set = *set;
    c->set.name = copy;
    c->next = composed;
    composed = c;
    return &c->set;
}

static const SigSet *find_composed(const char *name, const char **near)
{
    SigSet set = {.scheme = SIG_HSS};
    if (!parse_levels(name + 4, &set, near))
        return NULL;
    set.hash = set.level[0]->hash;
    set.n = set.level[0]->n;
    const SigSet *found = NULL;
    pthread_mutex_lock(&composed_lock);
    for (struct Composed *c = composed; c && !found; c = c->next)
        if (strcmp(c->set.name, name) == 0)
            found = &c->set;
    if (!found)
        found = keep(&set, name);
    pthread_mutex_unlock(&composed_lock);
    return found;
}

const SigSet *sig_set_find(const char *name, const char **near)
{
    assert(name);
    const char *unused;
    if (!near)
        near = &unused;
    *near = NULL;
    if (strncmp(name, "HSS:", 4) == 0)
        return find_composed(name, near);
    const SigSet *set = find_exact(name, strlen(name));
    if (!set)
        *near = nearest(name, strlen(name));
    return set;
}

const char *sig_set_name(const SigSet *set)
{
    assert(set);
    return set->name;
}

const char *sig_set_source(const SigSet *set)
{
    assert(set);
    bool older = set->n == 64 || set->hash == SIG_SHAKE128 || (set->n == 32 && set->hash == SIG_SHA256);
    switch (set->scheme) {
    case SIG_HSS: return "RFC 8554 section 6";
    case SIG_LMS: return older ? "RFC 8554 section 5.1" : "RFC 9858 section 4, SP 800-208 section 4";
    case SIG_XMSS: return older ? "RFC 8391 section 5.3" : "SP 800-208 section 5";
    default: return older ? "RFC 8391 section 5.4" : "SP 800-208 section 5";
    }
}

uint64_t sig_set_capacity(const SigSet *set)
{
    assert(set);
    return set->height >= 63 ? INT64_MAX : UINT64_C(1) << set->height;
}

size_t sig_set_seed_size(const SigSet *set)
{
    assert(set);
    return set->scheme == SIG_LMS || set->scheme == SIG_HSS ? set->n + SIG_I : 3 * set->n;
}

size_t sig_set_public_size(const SigSet *set)
{
    assert(set);
    switch (set->scheme) {
    case SIG_LMS: return 24 + set->n;
    case SIG_HSS: return 4 + 24 + set->n;
    default: return 4 + 2 * set->n;
    }
}

size_t sig_set_signature_size(const SigSet *set)
{
    assert(set);
    size_t size = 4;
    switch (set->scheme) {
    case SIG_LMS: /* q, ots type, C, y, type, path: RFC 8554 sections 4.5 and 5.4 */
        return 4 + 4 + set->n * (1 + set->chains) + 4 + set->n * set->height;
    case SIG_HSS: /* Nspk, then signatures and public keys in turn: RFC 8554 section 6.2 */
        for (unsigned i = 0; i < set->levels; i++)
            size += sig_set_signature_size(set->level[i]) + (i ? sig_set_public_size(set->level[i]) : 0);
        return size;
    case SIG_XMSS: /* index, r, WOTS+ signature, path: RFC 8391 section 4.1.8 */
        return 4 + set->n * (1 + set->chains + set->height);
    default: /* RFC 8391 section 4.2.3 */
        return (set->height + 7) / 8 + set->n * (1 + set->levels * set->chains + set->height);
    }
}

const char *sig_status_text(SigStatus status)
{
    switch (status) {
    case SIG_OK: return "ok";
    case SIG_UNKNOWN_SET: return "unknown parameter set";
    case SIG_INDEX_OUT_OF_RANGE: return "index out of range";
    case SIG_BAD_LENGTH: return "wrong length";
    case SIG_WRONG_TYPE: return "wrong type code";
    case SIG_BAD_INDEX: return "leaf index out of range in the signature";
    case SIG_INVALID: return "invalid signature";
    case SIG_NO_MEMORY: return "out of memory";
    case SIG_INTERRUPTED: return "interrupted";
    case SIG_FAILED: return "hashing failed";
    }
    return "unknown status";
}
