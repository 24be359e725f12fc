/* libFuzzer: manifests, CSV and JSON Lines, beside a signature s0 with its message m0; then the whole audit. */
#include "tests/audit/fuzz_audit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memchr(data, '/', size)) /* no files of this machine */
        return 0;
    const char *path = fuzz_put("manifest", (const char *)data, size);
    Audit *audit = fuzz_audit_new();
    g_autoptr(GError) error = NULL;
    if (audit_add_manifest(audit, path, &error)) {
        fuzz_audit_end(audit);
        if (!audit_signatures(audit) && !audit_findings(audit))
            abort();
    } else if (!error || !g_str_has_prefix(error->message, path)) {
        abort();
    }
    audit_free(audit);
    return 0;
}
