/* What many runs of one world add up to: enough to estimate how well Z tells the worlds apart and to look for any
 * difference between the distributions of its views, without keeping the views.
 *
 * Of each view two things are counted. Its SHAPE: senders, kinds, numbers, the lengths of byte strings and which of
 * them are equal (a string is named by its first appearance), whether the simulation failed, and Z's guess; as one of
 * UC_SHAPES classes by digest. And the BYTES of its strings: the k-th new string of a view is column k; the first and
 * last UC_EDGE_BYTES of each column have a histogram per position. Differences that only show in the middle of long
 * strings, beyond UC_COLUMNS strings, or jointly in several bytes, are not looked for.
 *
 * Adding is commutative, so totals do not depend on who sampled what in which order.
 */
#ifndef SIMULATOR_TALLY_H
#define SIMULATOR_TALLY_H

#include "simulator/base/statistics.h"
#include "simulator/world.h"

enum {
    UC_SHAPES = 1024,
    UC_COLUMNS = 48,
    UC_EDGE_BYTES = 32,
    UC_COLUMN_POSITIONS = 2 * UC_EDGE_BYTES,
    UC_LENGTHS = 1024,    /* of views, in entries; longer ones count as the last */
    UC_FEATURES = 16,     /* that a scenario names */
    UC_BAD_EVENTS = 8,    /* kinds that the proof bounds */
    UC_KEPT = 1000000,    /* numbers of a feature come from the first so many samples */
};

/* One run. */
typedef struct {
    uint64_t number;
    int guess;                     /* Z's bit: 1 = "this is the real world". A failed simulation counts as 0 */
    bool simulation_failed;
    uint32_t bad;                  /* bit i: bad event i happened */
    unsigned features;
    double feature[UC_FEATURES];   /* NAN: the run did not name it */
} UcSample;

typedef struct {
    uint64_t count, first; /* first: smallest number of a sample that fell here */
} UcShape;

typedef struct {
    uint32_t at[UC_COLUMN_POSITIONS][256];
} UcColumn;

typedef struct {
    uint64_t n, ones, failed;
    uint64_t bad[UC_BAD_EVENTS], bad_any;
    uint64_t length[UC_LENGTHS];
    UcShape shape[UC_SHAPES];
    UcColumn *column[UC_COLUMNS];      /* NULL: never seen */
    unsigned features;
    UcCount feature[UC_FEATURES];      /* hits: not zero; n: named */
    bool feature_counts[UC_FEATURES];  /* some value was neither 0 nor 1 */
    uint64_t bucket[UC_FEATURES][UC_SHAPES]; /* values by digest */
    GArray *number[UC_FEATURES];       /* double, in no order */
} UcTally;

UcTally *uc_tally_new(void);
void uc_tally_free(UcTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcTally, uc_tally_free)
void uc_tally_add(UcTally *tally, const UcWorld *world, const UcSample *sample);
/* Adds `more` to `tally`. */
void uc_tally_merge(UcTally *tally, const UcTally *more);

#endif
