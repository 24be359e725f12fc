/* Audits: how many signatures a second are read and compared, on one core, nothing verified; memory for each. The signatures
 * are a million of one LMS key, with chains of noise: comparing does not look into them. */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/audit.h"
#include "signing/formats.h"
#include "signing/layers.h"

enum { PIECE = 1 << 15, PIECES = 32 };

/* Of this core: others may be at work. */
static gint64 spent_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * G_GINT64_CONSTANT(1000000) + t.tv_nsec / 1000;
}

/* Signatures of the leaves first .. first + PIECE - 1. */
static void fill(const SigSet *set, uint32_t first, uint8_t *out)
{
    const SigSetShape shape = sig_set_shape(set);
    const size_t size = sig_set_signature_size(set), n = 32, path = shape.tree_height * n;
    uint8_t vk[64];
    uint64_t noise = first + 1;
    sig_blank_key(set, vk);
    for (uint32_t i = 0; i < PIECE; i++, out += size) {
        for (size_t at = 0; at + 8 <= size; at += 8) {
            noise = noise * G_GUINT64_CONSTANT(6364136223846793005) + 1442695040888963407u;
            memcpy(out + at, &noise, 8);
        }
        const uint32_t q = g_htonl(first + i);
        memcpy(out, &q, 4);
        memcpy(out + 4, vk + 4, 4);
        memcpy(out + size - path - 4, vk, 4);
    }
}

static void run(const char *name)
{
    const SigSet *set = sig_set_find(name, NULL);
    const size_t size = sig_set_signature_size(set);
    g_autofree char *folder = g_dir_make_tmp("ucsim-bench-XXXXXX", NULL), *path = g_build_filename(folder, "vk", NULL);
    uint8_t vk[64];
    sig_blank_key(set, vk);
    g_file_set_contents(path, (char *)vk, (gssize)sig_set_public_size(set), NULL);
    Audit *audit = audit_new();
    if (!audit_add_key(audit, path, NULL))
        g_error("the key cannot be read");
    uint8_t *piece = g_malloc(size * PIECE);
    gint64 spent = 0;
    for (unsigned p = 0; p < PIECES; p++) {
        fill(set, p * PIECE, piece);
        const gint64 start = spent_now();
        audit_add_bytes(audit, "piece", piece, size * PIECE, NULL);
        spent += spent_now() - start;
    }
    const gint64 start = spent_now();
    audit_finish(audit);
    const double closing = (double)(spent_now() - start) * 1e-6;
    const double count = (double)audit_signatures(audit), seconds = (double)spent * 1e-6;
    printf("%-46s %8.0f signatures in %.2f s and %.2f s for the books: %8.0f/s, %.0f bytes each%s\n", name, count, seconds, closing,
           count / (seconds + closing), (double)audit_memory(audit) / count, audit_has_proof(audit) ? ", a false proof" : "");
    audit_free(audit);
    g_free(piece);
    remove(path);
    remove(folder);
}

int main(void)
{
    run("LMS_SHA256_M32_H20/LMOTS_SHA256_N32_W8");
    run("LMS_SHA256_M32_H20/LMOTS_SHA256_N32_W4");
    return 0;
}
