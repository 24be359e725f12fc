/* Results as one JSON document with a versioned schema: docs/json-schema.md. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "report/result.h"

enum { REP_JSON_VERSION = 1 };

void rep_json(GString *out, const RepResult *result, unsigned results, const RepSummary *summary);

#endif
