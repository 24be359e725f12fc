/* libFuzzer: ledgers, with the first line and the hash at the end put around the input, so that what is in between is read.
 * What is taken makes a whole audit, and writes a ledger that is taken again. */
#include "tests/audit/fuzz_audit.h"

#include <stdlib.h>
#include <string.h>

static Audit *load(const char *path)
{
    Audit *audit = fuzz_audit_new();
    g_autoptr(GError) error = NULL;
    if (audit_load_ledger(audit, path, &error))
        return audit;
    if (!error || !strstr(error->message, path))
        abort();
    audit_free(audit);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char first[] = "ucsim audit ledger 2\n";
    g_autoptr(GString) text = g_string_new(first);
    g_string_append_len(text, (const char *)data, (gssize)size);
    if (text->str[text->len - 1] != '\n')
        g_string_append_c(text, '\n');
    g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text->str, text->len);
    g_string_append_printf(text, "end\t%s\n", hash);
    const char *path = fuzz_put("ledger", text->str, text->len);
    Audit *audit = load(path);
    if (!audit)
        return 0;
    fuzz_audit_end(audit);
    size_t length;
    g_autofree char *again = audit_ledger(audit, path, &length);
    audit_free(audit);
    audit = load(fuzz_put("ledger", again, length));
    if (!audit)
        abort();
    audit_free(audit);
    return 0;
}
