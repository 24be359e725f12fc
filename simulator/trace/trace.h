/* Traces: everything that happened in a run of one or both worlds, as JSON Lines.
 *
 * The writer is an observer of the worlds; it streams line by line into a sink and holds no more than the schedule it
 * records. The reader checks every line and gives the trace as names and texts, so that reports need neither the
 * table of messages nor the triple. Source: docs/trace-format.md, version UC_TRACE_VERSION.
 * Same seed and scenario, same bytes: no times, addresses, host names or folders.
 */
#ifndef SIMULATOR_TRACE_TRACE_H
#define SIMULATOR_TRACE_TRACE_H

#include "simulator/trace/schedule.h"
#include "simulator/verdict.h"

enum { UC_TRACE_VERSION = 2 }; /* version 1, which has no "rules", is read too */

#define UC_TRACE_ERROR (uc_trace_error_quark())
GQuark uc_trace_error_quark(void);
typedef enum { UC_TRACE_SYNTAX, UC_TRACE_VERSION_UNKNOWN, UC_TRACE_CUT_OFF } UcTraceErrorCode;

/* ---- writing ---- */
typedef struct {
    const char *title, *file, *hash; /* of the scenario; NULL: none. Of file the last component is written */
    uint64_t seed;                   /* at most 2^63 - 1 */
    const UcOptions *options;        /* opaque here */
    const char *expect;              /* uc_outlook_read(), of the scenario; NULL: it is not known. What was found is the last line */
    bool hidden;                     /* the seed and all secret fields (message.h) are null: such a trace cannot be replayed */
} UcTraceHeader;
/* What a hidden seed is as an option of the schedule. */
#define UC_TRACE_HIDDEN "hidden"

/* An option of a trace that begins with what an earlier run left in a store (value "used"): it cannot be replayed. */
#define UC_TRACE_STORE "store"

typedef void (*UcTraceSink)(void *data, const char *text, size_t length);
/* A sink that appends to the GString that is its data. */
void uc_trace_to_string(void *string, const char *text, size_t length);

typedef struct UcTraceWriter UcTraceWriter;

/* Writes the header at once. */
UcTraceWriter *uc_trace_writer_new(UcTraceSink sink, void *data, const UcTraceHeader *header);
void uc_trace_writer_free(UcTraceWriter *writer);
/* The run replays this schedule (borrowed): what bytes were made from does not show in a run, and is taken from there. */
void uc_trace_writer_follow(UcTraceWriter *writer, const UcSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcTraceWriter, uc_trace_writer_free)
/* The UcObserver; data is the writer. The same writer observes both worlds; moves are recorded from the first one
 * that it sees. */
void uc_trace_observe(void *writer, const UcWorld *world, const UcActivation *activation);
/* The last line. */
void uc_trace_verdict(UcTraceWriter *writer, const UcComparison *verdict, const UcWorld *real, const UcWorld *ideal);
/* One message as traces have it, without the fields of `without` (bit i: word i). Of the session messages and names of parties count. */
void uc_trace_message(GString *out, const UcSession *session, const UcStore *store, const UcMessage *message, unsigned without);
/* The last line of a run of one world: there is no verdict, only why it stopped. */
void uc_trace_end(UcTraceWriter *writer, const UcWorld *world);

/* ---- reading ---- */
typedef struct UcTrace UcTrace;

typedef enum { UC_TRACE_REAL, UC_TRACE_IDEAL, UC_TRACE_WORLDS } UcTraceWorld;

typedef enum {
    UC_VALUE_NONE,   /* null */
    UC_VALUE_NUMBER,
    UC_VALUE_TEXT,   /* text, hex, a party's or code's name */
    UC_VALUE_LIST,   /* parties or intervals, written "a, b" and "[0,4) [8,9)" */
} UcValueType;

typedef struct {
    const char *name;
    UcValueType type;
    const char *text; /* as people read it; "none" for null */
} UcTraceField;

typedef struct {
    const char *kind; /* "empty": control came back without a message */
    const UcTraceField *field;
    unsigned fields;
} UcTraceMessage;

/* Strings are owned by the trace; NULL where the line does not say it. */
typedef struct {
    uint64_t n;
    UcTraceWorld world;
    const char *machine, *channel, *from, *peer;
    UcTraceMessage in;
    UcResultCode result;
    const char *to, *peer_out;
    const UcTraceMessage *out, *effect;
    const char *reason;
    unsigned persists;
    const char *crash;   /* the point at which an armed crash fell */
    bool ignored, down;
    int64_t view;        /* Z: number of its view entry, from 0; -1: none */
    int bit;             /* halt */
    unsigned move;       /* the last move before this line, 0: none yet */
} UcTraceActivation;

typedef struct {
    const char *verdict; /* NULL: one world only */
    int64_t entry;       /* of Z's view; -1: none */
    const char *world, *rule, *why;
    const char *const *rules; /* names of all that broke, NULL-terminated */
    uint64_t activation[UC_TRACE_WORLDS]; /* 0: none */
} UcTraceVerdict;

/* `name` is used in messages. */
UcTrace *uc_trace_read(const char *text, size_t length, const char *name, GError **error);
/* Errors of the file system, too, name the file. */
UcTrace *uc_trace_load(const char *path, GError **error);
void uc_trace_free(UcTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcTrace, uc_trace_free)
/* True when the text starts like a trace (and not like a schedule). */
bool uc_trace_is_one(const char *text, size_t length);

/* The header: title, file, hash and expect may be NULL. */
UcTraceHeader uc_trace_header(const UcTrace *trace);
/* The seed as people read it: a number or "hidden". Free with g_free(). */
char *uc_trace_seed(const UcTrace *trace);
const char *uc_trace_program(const UcTrace *trace); /* the version of the program that wrote it */
/* The moves, with the header's options and title, file, hash, seed and expect as options of these names, and
 * the verdict as `found`: replays without anything else. */
const UcSchedule *uc_trace_schedule(const UcTrace *trace);
/* The same, owned by the caller; the trace has none afterwards. */
UcSchedule *uc_trace_take_schedule(UcTrace *trace);
unsigned uc_trace_activations(const UcTrace *trace, UcTraceWorld world);
const UcTraceActivation *uc_trace_activation(const UcTrace *trace, UcTraceWorld world, unsigned i);
/* The activation of Z in which this entry of its view was read; NULL: the view is shorter. */
const UcTraceActivation *uc_trace_view(const UcTrace *trace, UcTraceWorld world, unsigned entry);
unsigned uc_trace_view_entries(const UcTrace *trace, UcTraceWorld world);
const UcTraceVerdict *uc_trace_verdict_of(const UcTrace *trace);
/* Is the verdict the one that the header expects? True where it expects nothing or there is no verdict. */
bool uc_trace_as_expected(const UcTrace *trace);

#endif
