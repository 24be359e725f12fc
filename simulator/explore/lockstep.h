/* One world, or the real and the ideal world in lock step, as a model to be searched (model.h).
 *
 * A state is a row of numbers: of the interned regions of each world's slots, of what Z knows, and how often each
 * bounded kind of move was made. A move is one write of Z, until Z is active again. After every move the new pieces of
 * the two views must be equal and no watched rule broken; if not, the move is a finding.
 * The machines run only when a move meets something new: what it did is remembered by what it looked at (memo.h), and
 * one hit in `recheck` is run again and compared. A move that changed nothing is counted, but uses up no bound. A move that
 * changes a world or what Z knows uses up one unit of one bound: the model is graded (model.h), and the search checks it.
 * Source: docs/exploration.md.
 *
 * Symmetry: parties of a class (`alike`) start alike and nothing but their numbers tells them apart. A move that is the
 * first to involve parties of a class is made only with the lowest of them: what another one would do there is the
 * same with the names exchanged, and so is all that follows. The parties involved so far belong to the state. Sound
 * where moves and machines use numbers of parties and drawn bytes as names only; nothing here can check that.
 *
 * Limits: a row has room for UC_ROW_MAX words and a move for UC_CHANGES_MAX of them; beyond, the model is full. Workers run side by side, each in worlds of its own; they share the store, the
 * layouts and what is remembered. Chooser and watchers are called from all of them.
 */
#ifndef SIMULATOR_EXPLORE_LOCKSTEP_H
#define SIMULATOR_EXPLORE_LOCKSTEP_H

#include "simulator/explore/model.h"
#include "simulator/lock.h"

enum { UC_COUNTERS_MAX = 32, UC_ALIKE_MAX = 4, UC_NO_COUNTER = 0xff, UC_PREFIX_TAG = 0xff };

typedef struct {
    UcEnvelope write;
    uint8_t counter;  /* what it uses up when it changes something; UC_NO_COUNTER: a bound that lies in what Z knows */
    uint16_t actor;
    uint8_t tag;      /* the chooser's own */
    uint32_t names;   /* bit i: involves party i, as the one that acts or as an argument; 0 where no parties are alike */
    UcWord extra[4];  /* the chooser's own: handles and numbers that belong to the move */
} UcChoice;

/* What Z may do: the most general environment of a session, a table of moves for what it knows. */
typedef struct {
    void *data;
    UcRegionKind knowledge;       /* how knowledge is made up, for digests */
    uint8_t extra_handles;        /* bit i: extra[i] of a move is a handle */
    uint32_t alike[UC_ALIKE_MAX]; /* classes of parties that are alike: bits next to each other; 0: none */
    unsigned counters, tags;      /* tags of moves are below `tags` */
    uint32_t limit[UC_COUNTERS_MAX];
    bool fault[UC_COUNTERS_MAX];  /* counts against the budget of faults */
    uint32_t actors;
    /* The moves for a knowledge, appended to `out` (UcChoice), in a fixed order without repetitions. */
    void (*moves)(void *data, const UcRegion *knowledge, GArray *out);
    /* What a move that brought these entries teaches Z, whatever Z knows: a region of the same kind as knowledge, or NULL
     * for nothing. `changed`: the move changed something in a world. Owned by the caller. */
    UcRegion *(*lesson)(void *data, const UcChoice *move, const UcViewEntry *entry, size_t entries, bool changed);
    /* What Z knows after a lesson; NULL: nothing new. Owned by the caller. */
    UcRegion *(*absorb)(void *data, const UcRegion *knowledge, const UcRegion *lesson);
    /* How many units of bounds that lie in what Z knows are used up there. May be NULL: there are no such bounds. */
    uint32_t (*used)(void *data, const UcRegion *knowledge);
    const char *(*name)(void *data, const UcChoice *move); /* of its kind */
} UcChooser;

typedef struct {
    unsigned worlds;              /* 1: one world under its watchers; 2: real and ideal */
    const UcWorldSpec *spec[2];
    UcWorld *(*start)(void *data, unsigned which);
    void *data;
    UcStore *store;
    UcLayout *layout[2];
    UcChooser chooser;
    const UcEnvelope *prefix;     /* writes of Z that lead to the state from which the search starts; copied */
    size_t prefixes;
    uint32_t fault_budget;
    unsigned recheck;             /* one hit in so many is run again; 0: none */
    unsigned forget_beyond;       /* knowledge of no more use is freed when there is so much new one; 0: as much as is worth it */
} UcLockstepSetup;

typedef struct UcLockstep UcLockstep;

UcLockstep *uc_lockstep_new(const UcLockstepSetup *setup);
void uc_lockstep_free(UcLockstep *lockstep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcLockstep, uc_lockstep_free)

UcModel uc_lockstep_model(UcLockstep *lockstep);
/* 0, or what was found on the way to the state from which the search starts. */
uint32_t uc_lockstep_root_finding(const UcLockstep *lockstep);
void uc_lockstep_set_fault_budget(UcLockstep *lockstep, uint32_t faults);

typedef struct {
    UcVerdict verdict;
    const char *rule;  /* of a watcher, else NULL */
    const char *why;
    int world;         /* -1: both */
} UcFinding;
const UcFinding *uc_lockstep_finding(const UcLockstep *lockstep, uint32_t finding);
const UcChoice *uc_lockstep_move(const UcLockstep *lockstep, uint32_t move);

typedef struct {
    uint64_t hits, misses, rechecked;
    uint32_t regions, moves, columns;
    uint64_t effects;
    size_t memory;
} UcLockstepFigures;
UcLockstepFigures uc_lockstep_figures(const UcLockstep *lockstep);

/* What the search went through: kinds of messages and values of their code fields ("error code bad-count"), and those
 * of the table that it did not; and the reasons that machines gave for refusing or passing. Texts. */
typedef struct {
    GPtrArray *seen, *missing; /* in the order of the table */
    GPtrArray *reasons;        /* sorted */
} UcCoverage;
UcCoverage *uc_lockstep_coverage(UcLockstep *lockstep);
void uc_coverage_free(UcCoverage *coverage);
/* What was reached so far, for a search that goes on later: appended as bytes; added from bytes, of which it returns how
 * many it took, 0: these are none. */
void uc_lockstep_save_reached(UcLockstep *lockstep, GByteArray *out);
size_t uc_lockstep_load_reached(UcLockstep *lockstep, const uint8_t *bytes, size_t length);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcCoverage, uc_coverage_free)

#endif
