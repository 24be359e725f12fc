/* Results as JUnit XML, in the form that the schemas of Apache Ant's junitreport task and of Jenkins have in common: every
 * attribute and element that one of them asks for, none that one of them does not know. Classes and names are unique
 * together; what XML cannot hold becomes U+FFFD.
 */
#ifndef REPORT_JUNIT_H
#define REPORT_JUNIT_H

#include "report/result.h"

/* What differs from run to run. */
typedef struct {
    const char *started; /* UTC, ISO 8601 to seconds, without a zone as the schema wants it */
    const char *host;
    double seconds;      /* all of it */
} RepJunitRun;

/* `suite`: the name of the whole. Without `run` (NULL) times are 0 and host and start constants: the same results give the same bytes. With it the times of
 * the results count too. */
void rep_junit(GString *out, const char *suite, const RepResult *result, unsigned results, const RepJunitRun *run);

#endif
