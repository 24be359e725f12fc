/* Measured advantage for people and for programs: a table, the checks against the proof's bound, and one paragraph
 * that says what was and was not shown; the same as JSON, which `ucsim plot advantage` draws (plot_advantage.c).
 */
#ifndef REPORT_ADVANTAGE_H
#define REPORT_ADVANTAGE_H

#include "simulator/estimate.h"

typedef struct {
    const char *name;
    double value;
} RepParameter;

/* One measurement and what it was about. Everything is borrowed. */
typedef struct {
    const UcAdvantage *advantage;
    RepParameter parameter[4];   /* up to the first without a name */
    bool has_bound;
    double bound;                /* of the advantage, by the proof */
    bool told_apart_expected;    /* the scenario is about a protocol that must be told apart */
} RepMeasured;

typedef struct {
    const char *scenario, *title;
    const char *bound_text;      /* NULL: none is known */
    const char *crypto;          /* "ideal", "real", ... and what that conditions on */
    uint64_t seed;
    const char *swept;           /* name of the parameter that varies, or NULL */
    const char *command;         /* that makes it again */
    const RepMeasured *measured;
    size_t count;
} RepAdvantage;

typedef enum {
    REP_NOTHING_FOUND,  /* no difference was found */
    REP_WITHIN_BOUND,   /* a difference, and the bad events account for it */
    REP_EXCEEDS_BOUND,  /* a difference that they do not account for */
    REP_CONCLUSIONS
} RepConclusion;
extern const char *const rep_conclusion_name[REP_CONCLUSIONS + 1];

RepConclusion rep_advantage_conclusion(const RepMeasured *measured);
/* Free with g_free. */
char *rep_advantage_text(const RepAdvantage *report);
char *rep_advantage_json(const RepAdvantage *report);

#endif
