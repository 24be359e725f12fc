/* Who holds which one-time key when: replayed from a trace.
 *
 * In the real world it is read off the effects that parties report, in the ideal world off what F writes. Holders are
 * the parties, and besides them what is in transit, used, lost, and used twice: the last is what must never be. A
 * party's holdings are kept apart from the others', so that two parties which both hold an index show as such.
 * Units: one-time key indices, half-open intervals [a,b); time is the number of the activation.
 */
#ifndef REPORT_OWNERSHIP_H
#define REPORT_OWNERSHIP_H

#include "report/chart_words.h"
#include "simulator/trace.h"

/* Holders after the parties, in this order. */
typedef enum { REP_TRANSIT, REP_USED, REP_LOST, REP_USED_TWICE, REP_FATES } RepFate;
extern const char *const rep_fate_name[REP_FATES];

typedef struct {
    unsigned key, holder; /* holder: party, or parties + RepFate */
    uint64_t a, b;        /* indices */
    uint64_t from, to;    /* events; to: first event at which it no longer holds, or the end */
} RepStretch;

typedef struct {
    bool ideal;
    GPtrArray *party;     /* names */
    GPtrArray *key;       /* names: k1, k2, ... */
    GArray *capacity;     /* uint64_t, by key: one past the highest index seen */
    GArray *done;         /* RepStretch that have ended */
    GArray *open;         /* RepStretch that go on */
    GHashTable *key_number;
    struct {              /* ideal world: an index that F offered for signing and that has no answer yet */
        bool open;
        unsigned key, party;
        uint64_t index;
    } offer;
    uint64_t now;
} RepOwnership;

RepOwnership *rep_ownership_new(const UcTrace *trace, bool ideal);
void rep_ownership_free(RepOwnership *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepOwnership, rep_ownership_free)

/* One event of the trace; true when holdings changed. Events of the other world are ignored. */
bool rep_ownership_step(RepOwnership *o, const UcTraceActivation *event);
/* Steps through a whole trace and closes what is open. */
RepOwnership *rep_ownership_of(const UcTrace *trace, bool ideal);
/* "k1: 0–27, 30", or "" when it holds nothing. The caller frees. */
char *rep_ownership_text(const RepOwnership *o, unsigned holder);

#endif
