/* How a log of a real system is held against a functionality F: could some S, with faults that nobody logged, have made F give
 * exactly these outputs?
 *
 * The search (environments/logs/) runs F itself. What it does not know stands in this table: what S may say to F for an event of
 * the log, and what else may have happened to a party that no log shows. F decides what of it is allowed, so a row that offers too
 * much costs time only; one that offers too little makes a good log look bad.
 * Source: docs/audit.md, "Logs".
 */
#ifndef SIMULATOR_TRIPLE_WITNESS_H
#define SIMULATOR_TRIPLE_WITNESS_H

#include "simulator/triple/triple.h"

/* An event of a log: an input of a party with the output that it got, or without (nothing came, or it was lost), or an output alone. */
typedef struct {
    uint32_t party;
    bool has_in, has_out;
    uint8_t in_missing, out_missing; /* bit i: word i of the message stands in no log. Of outputs it is not compared */
    bool shared;                     /* set by prepare(): events of other parties may depend on whether this one came before them */
    bool never;                      /* set by prepare(): no F gives this, whatever came before */
    UcMessage in, out;
    int64_t time;                    /* milliseconds; UC_LOGGED_NO_TIME */
    uint32_t file, line;             /* file: a number of the log's */
} UcLogged;
#define UC_LOGGED_NO_TIME INT64_MIN

/* One write of Z and what S writes to F in it, once, when it is active first. */
typedef struct {
    bool input;     /* the event's input; else the order `order` of A to the party */
    UcWord order;   /* UC_M_CRASH, UC_M_RESTART, UC_M_DELIVER: an order of the engine, without arguments */
    UcMessage says; /* kind 0: nothing */
} UcWayStep;

enum { UC_WAY_STEPS = 32, UC_WAYS = 8 };
typedef struct {
    UcWayStep step[UC_WAY_STEPS]; /* none: the event had no effect on F */
    unsigned steps;
    bool fault;                   /* it takes one that nobody logged, such as a crash */
    const char *what;             /* for people: NULL: as logged; else what happened besides ("crashed after the write") */
} UcWay;

struct UcWitness {
    /* As UcInterface.setup_new: the configuration of F's class, with answers from the log in the place of secrets. */
    void *(*setup_new)(const UcSessionPlan *plan, char **wrong);
    void (*setup_free)(void *setup);
    /* Before the search, once: puts in what is missing of inputs, may put other handles in the place of those of the log, the same
     * ones everywhere, and sets `shared` and `never`. `untrusted`: by party. */
    void (*prepare)(void *setup, UcStore *store, UcLogged *event, size_t events, const bool *untrusted);
    /* The ways in which this event may have come about in the state that `look` sees, the likeliest first: those that the order of
     * other parties' events may open are not first. At most UC_WAYS. */
    unsigned (*ways)(const void *setup, UcCtx *look, const UcLogged *event, UcWay way[UC_WAYS]);
    /* What no log shows may have happened to this party, the number-th of it; false: there are no more. May be NULL. */
    bool (*unseen)(const void *setup, UcCtx *look, UcWord party, unsigned number, UcWay *way);
    /* What was left out of ways so far, because there was no room for it: then nothing is rejected. NULL: nothing. May be NULL. */
    const char *(*left_out)(const void *setup);
    /* F for modules that use their own in another order than F would: `any` tells the set-up that S chooses what of its own a party
     * uses, and this class lets it. NULL: F has no such order. */
    const UcClass *any_class;
    void (*any)(void *setup);
    /* S must be let to make of this party what it likes, before anything else; NULL: no party may be untrusted. */
    UcMessage (*corrupt)(UcWord party);
};

#endif
