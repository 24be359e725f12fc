/* An audit's JSON (`ucsim audit signatures --json`) as a section of the HTML report. */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include <glib.h>

typedef struct RepAudit RepAudit;

/* NULL and an error that names the file: it cannot be read, or is not such JSON. */
RepAudit *rep_audit_load(const char *path, GError **error);
void rep_audit_free(RepAudit *audit);
/* Keys, findings by class, and the inputs with their hashes; every text escaped. */
void rep_audit_html(const RepAudit *audit, GString *out);

#endif
