#include "tests/audit/fuzz_audit.h"

#include <stdlib.h>
#include <string.h>

#include "signing/signing.h"

static char *folder;

static void prepare(void);

const char *fuzz_put(const char *name, const char *bytes, size_t length)
{
    static char *path;
    if (!folder)
        prepare();
    g_free(path);
    path = g_build_filename(folder, name, NULL);
    if (!g_file_set_contents_full(path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
        abort();
    return path;
}

/* FUZZ_SEEDS is a folder beside which there is room. */
static void prepare(void)
{
    const SigSet *set = sig_set_find("LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W4", NULL);
    uint8_t seed[40] = { 1 }, vk[64], signature[4096];
    folder = g_strconcat(g_getenv("FUZZ_SEEDS"), ".files", NULL);
    if (g_mkdir_with_parents(folder, 0700) || sig_public(NULL, set, seed, vk) ||
        sig_sign(NULL, set, seed, 3, (const uint8_t *)"m", 1, signature))
        abort();
    fuzz_put("vk", (char *)vk, sig_set_public_size(set));
    fuzz_put("m0", "m", 1);
    fuzz_put("s0", (char *)signature, sig_set_signature_size(set));
}

Audit *fuzz_audit_new(void)
{
    g_autofree char *key = g_build_filename(folder, "vk", NULL);
    Audit *audit = audit_new();
    if (!audit_add_key(audit, key, NULL))
        abort();
    return audit;
}

void fuzz_audit_end(Audit *audit)
{
    audit_finish(audit);
    g_autofree char *text = audit_text(audit), *json = audit_json(audit), *picture = audit_picture(audit, 0);
    if (!text || !g_utf8_validate(json, -1, NULL) || !g_str_has_suffix(picture, "</svg>\n"))
        abort();
}
