/* Results as TAP version 13 (testanything.org, "TAP specification"): one test point per scenario, diagnostics in
 * comment lines. */
#ifndef REPORT_TAP_H
#define REPORT_TAP_H

#include "report/result.h"

void rep_tap(GString *out, const RepResult *result, unsigned results);

#endif
