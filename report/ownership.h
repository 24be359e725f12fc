/* Who holds which part of what when: replayed from a trace by the ledger of its interface (simulator/triple/ledger.h).
 *
 * Holders are the parties, and besides them what is in transit, used, lost, and used twice: the last is what must never be. A
 * party's holdings are kept apart from the others', so that two parties which both hold a part show as such.
 * Units: parts of an asset, half-open intervals [a,b); time is the number of the activation.
 */
#ifndef REPORT_OWNERSHIP_H
#define REPORT_OWNERSHIP_H

#include "report/chart_words.h"
#include "simulator/trace/trace.h"
#include "simulator/triple/triple.h"

/* Holders after the parties, in this order. */
typedef enum { REP_TRANSIT, REP_USED, REP_LOST, REP_USED_TWICE, REP_FATES } RepFate;
extern const char *const rep_fate_name[REP_FATES];

typedef struct {
    unsigned asset, holder; /* holder: party, or parties + RepFate */
    uint64_t a, b;        /* parts */
    uint64_t from, to;    /* events; to: first event at which it no longer holds, or the end */
} RepStretch;

typedef struct {
    const UcInterface *interface;
    const UcLedger *ledger;
    bool ideal;
    GPtrArray *party;     /* names */
    GPtrArray *asset;       /* names of assets: k1, k2, ... */
    GArray *capacity;     /* uint64_t, by asset: one past the highest part seen */
    GArray *done;         /* RepStretch that have ended */
    GArray *open;         /* RepStretch that go on */
    GHashTable *asset_number;
    struct {              /* UC_LEDGER_OFFERED */
        bool open;
        unsigned asset, party;
        uint64_t a, b;
    } offer;
    uint64_t now;
} RepOwnership;

/* The interface of the trace, which is borrowed; NULL, or one without a ledger: then nobody ever holds anything. */
RepOwnership *rep_ownership_new(const UcTrace *trace, const UcInterface *interface, bool ideal);
void rep_ownership_free(RepOwnership *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepOwnership, rep_ownership_free)

/* One event of the trace; true when holdings changed. Events of the other world are ignored. */
bool rep_ownership_step(RepOwnership *o, const UcTraceActivation *event);
/* Steps through a whole trace and closes what is open. NULL and an error where the interface has no ledger, or the trace no
 * interface that is known (NULL). */
RepOwnership *rep_ownership_of(const UcTrace *trace, const UcInterface *interface, bool ideal, GError **error);
/* Parties, and where there is a ledger the fates after them. */
unsigned rep_ownership_holders(const RepOwnership *o);
const char *rep_ownership_holder(const RepOwnership *o, unsigned holder);
/* "k1: 0–27, 30", or "" when it holds nothing. The caller frees. */
char *rep_ownership_text(const RepOwnership *o, unsigned holder);

#endif
