/* Results as JUnit XML, in the form that Jenkins and GitLab read (the schema of the Apache Ant junitreport task). No
 * times and no host name: the same run gives the same bytes. */
#ifndef REPORT_JUNIT_H
#define REPORT_JUNIT_H

#include "report/result.h"

void rep_junit(GString *out, const RepResult *result, unsigned results);

#endif
