/* The books of a log, without search: who made, got and used which parts of an asset, as the ledger of the interface says it
 * (simulator/triple/ledger.h) of outputs alone. One pass in the order of each module's log.
 *
 * A proof here holds whatever faults and orders there were; that there is none says little. Memory: some 50 bytes for each part that
 * was used. Source: docs/audit.md, "Logs".
 */
#ifndef ENVIRONMENTS_LOGS_BOOKS_H
#define ENVIRONMENTS_LOGS_BOOKS_H

#include "environments/logs/log.h"

typedef enum { ENV_PROOF, ENV_INDICATION, ENV_INFORMATION, ENV_CLASSES } EnvFindingClass;
extern const char *const env_finding_class_name[ENV_CLASSES + 1];

typedef struct {
    EnvFindingClass class;
    const char *kind; /* one word with hyphens */
    char *text;       /* one line, with places */
} EnvFinding;

enum { ENV_FINDINGS = 1000 }; /* of one kind; those beyond are counted in the last */

typedef struct EnvBooks EnvBooks;
/* Borrows the log. */
EnvBooks *env_books_new(const EnvLog *log);
void env_books_free(EnvBooks *books);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvBooks, env_books_free)
const GArray *env_books_findings(const EnvBooks *books); /* EnvFinding */
bool env_books_prove(const EnvBooks *books);             /* is one of them a proof? */
/* Was this part of the asset used, as a log says? `asset`: its name there, or any bytes of the message that made it, such as a
 * public key. False, and *known false: no log knows such an asset. */
bool env_books_used(const EnvBooks *books, const void *asset, size_t length, uint64_t part, bool *known);

#endif
