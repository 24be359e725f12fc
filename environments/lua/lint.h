/* Finds misspelt names in a script without running its functions.
 *
 * A run finds a misspelt call only where it comes by, and a misspelt field never: it is nil, and an assertion about nil
 * may hold. Here every name of the text is compared with what the interpreter offers (it is asked, nothing is listed
 * twice) and with what the script and its libraries define. Names are taken as declared in the whole file, whatever
 * their scope; luacheck knows scopes (cli/lint.c calls it where it is installed).
 */
#ifndef ENVIRONMENTS_LUA_LINT_H
#define ENVIRONMENTS_LUA_LINT_H

#include "environments/scenario.h"

/* Appends "file:line: message" (char*, freed with the array) for whatever is wrong with the scenario and with the
 * libraries that it uses, in the order of the text. `path` is a script; one that cannot be loaded is a finding too. */
void env_lint(const char *path, GPtrArray *findings);
/* The same of one that is loaded. Its triple says which words there are. */
void env_lint_scenario(const EnvScenario *scenario, GPtrArray *findings);

#endif
