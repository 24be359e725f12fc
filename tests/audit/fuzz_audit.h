/* What the fuzz targets of audits share: a folder with a key, a signature and its message, made once. */
#ifndef TESTS_AUDIT_FUZZ_AUDIT_H
#define TESTS_AUDIT_FUZZ_AUDIT_H

#include <glib.h>

#include "audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes a file into the folder: its path, static. */
const char *fuzz_put(const char *name, const char *bytes, size_t length);
/* An audit of the key. */
Audit *fuzz_audit_new(void);
/* Finishes it and makes all that it can make. */
void fuzz_audit_end(Audit *audit);

#endif
