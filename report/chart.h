/* Sequence chart of a trace: both worlds side by side, aligned on Z's view.
 *
 * The chart is a model of lifelines and rows that every writer reads: Graphviz text (chart_dot.h) and the exports
 * (export.h). One row holds at most one write of each world. Rows are aligned so that what reaches Z for the n-th
 * time stands in the same row in both worlds; internal writes of one world stand beside nothing.
 *
 * Numbers are those of the trace: an event is an activation, and a write bears the number of the activation that
 * made it. Entries of Z's view count from 0, as in the verdict line of a trace.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/chart_words.h"
#include "report/ownership.h"
#include "simulator/trace/trace.h"
#include "simulator/triple/triple.h"

typedef enum { REP_REAL, REP_IDEAL, REP_WORLDS } RepWorld;

typedef enum { REP_ROLE_Z, REP_ROLE_PARTY, REP_ROLE_A, REP_ROLE_F, REP_ROLE_S } RepRole;

typedef struct {
    char *name;
    RepWorld world;
    RepRole role;
    bool used;      /* some row of the chart touches it, within the events asked for; others are not drawn */
    unsigned place; /* from the left of its world, counting used ones only */
} RepLifeline;

typedef enum {
    REP_WRITE,  /* an arrow */
    REP_NOTHING,/* control goes back to Z without a message */
    REP_DROP,   /* the machine refuses the message; control goes back to Z */
    REP_HALT,   /* Z ends the run */
} RepWhat;

enum { REP_NO_ENTRY = -1 };

typedef struct {
    char *name, *text;
    UcValueType type;
} RepArgument;

typedef struct {
    RepWorld world;
    RepWhat what;
    uint64_t number;    /* of the activation */
    int64_t entry;      /* of Z's view that this becomes, or REP_NO_ENTRY */
    unsigned from, to;  /* lifelines; equal for REP_HALT */
    unsigned row;
    unsigned persists;
    char *crash;        /* point at which the machine went down, or NULL */
    bool down;          /* the writing machine is down afterwards because of this event */
    bool restart;       /* it comes up again here */
    bool visible;       /* Z sees a message: drawn bold */
    bool diverges;      /* the first difference */
    bool after;         /* later than the first difference */
    bool resumed;       /* Z only hands control on */
    char *label;
    char *full;         /* everything, for tooltips; lines */
    char *move;         /* the schedule's line that caused it, or NULL */
    char *machine;      /* who wrote it, before dummies are folded */
    char *kind;         /* of the message written, "" without one */
    GArray *argument;   /* RepArgument, its fields in full; NULL: there is no message */
} RepEvent;

typedef enum {
    REP_FOLD_EQUAL,  /* before the first difference */
    REP_FOLD_AFTER,  /* after it */
    REP_FOLD_CHOSEN, /* outside the events that were asked for */
} RepFoldWhy;

typedef struct {
    unsigned first, last; /* rows, inclusive */
    RepFoldWhy why;
} RepFold;

/* What a chart is drawn and paged by. */
typedef struct {
    unsigned row;
    const RepFold *fold; /* or NULL: a bar stands for its rows */
    guint first, events; /* of chart->event, in this row or fold */
} RepLine;

typedef struct {
    const UcInterface *interface; /* of the trace, borrowed; NULL: it is not known */
    bool dummy;        /* dummy parties and the ideal world's A get lifelines of their own */
    bool whole;        /* no folding */
    unsigned context;  /* rows kept before and after the first difference */
    bool hide[REP_WORLDS]; /* as if it had no events; the first difference keeps its row */
    uint64_t first, last; /* events of the world drawn left, all others are folded; last 0: all are drawn */
} RepChartOptions;

typedef struct {
    char *title, *verdict, *subtitle;
    bool as_equal;        /* indistinguishable */
    bool as_expected;     /* by the trace's header */
    GArray *lifeline;     /* RepLifeline */
    GArray *event;        /* RepEvent, by row, real first */
    unsigned rows;
    int difference;       /* row of the first difference, or -1 */
    char *difference_text;/* "first difference: entry 6 of the view of Z" */
    RepFold fold[2];
    unsigned folds;
    char *rule;           /* that broke and decided the verdict, else the names of those that broke; NULL: none */
    RepOwnership *owned[REP_WORLDS]; /* who held what when; NULL: the interface has no ledger, or is not known */
} RepChart;

/* `trace` is read only and not kept. Never NULL: a trace without events gives a chart without rows. */
RepChart *rep_chart_new(const UcTrace *trace, const RepChartOptions *options);
void rep_chart_free(RepChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepChart, rep_chart_free)

RepChartOptions rep_chart_default_options(void);

static inline RepLifeline *rep_lifeline(const RepChart *chart, unsigned i)
{
    return &g_array_index(chart->lifeline, RepLifeline, i);
}
static inline RepEvent *rep_event(const RepChart *chart, unsigned i)
{
    return &g_array_index(chart->event, RepEvent, i);
}

/* The fold that hides this row, or NULL. */
const RepFold *rep_chart_fold_at(const RepChart *chart, unsigned row);
/* "events 1–1985: identical in the view of Z", with this world's numbers. The caller frees. */
char *rep_chart_fold_text(const RepChart *chart, const RepFold *fold, RepWorld world);
/* How many lifelines of a world are drawn. */
unsigned rep_chart_width(const RepChart *chart, RepWorld world);
/* The leftmost world that has events: the real one, if it is drawn. */
RepWorld rep_chart_left(const RepChart *chart);
/* The number of a world's last event, 0: none. */
uint64_t rep_chart_last(const RepChart *chart, RepWorld world);
/* All rows and folds in order, as RepLine; free with g_array_unref(). They point into the chart. */
GArray *rep_chart_lines(const RepChart *chart);
/* What the chart calls a world, for headings. */
extern const char *const rep_world_heading[REP_WORLDS];
extern const char *const rep_world_word[REP_WORLDS];

#endif
