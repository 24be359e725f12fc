/* Schedules: what Z and A did in a run, in the form of the dummy adversary, as text.
 *
 * One move per line; a move is an input of Z to a party or an order to the dummy adversary, with arguments by the type
 * of the field in the table of messages. What earlier moves brought is named, never copied: a name such as object@3
 * means what move 3 brought to Z. A schedule replays without any script. Source: docs/trace-format.md.
 *
 * Reading has two steps: the text becomes moves made of terms (no table needed: shrinking and printing work on these),
 * and a move becomes an envelope while the run goes on (UcResolver). Recording is the way back (UcRecorder).
 * Limits: UC_SCHEDULE_TERMS terms a line (an option may have a value for each party), UC_SCHEDULE_MOVES moves. Errors: "file:line: expected X, got Y".
 */
#ifndef SIMULATOR_TRACE_SCHEDULE_H
#define SIMULATOR_TRACE_SCHEDULE_H

#include "simulator/world.h"

enum { UC_SCHEDULE_VERSION = 1, UC_SCHEDULE_MOVES = 1000000 };
#define UC_SCHEDULE_TERMS 1024 /* a macro, for texts */

#define UC_SCHEDULE_ERROR (uc_schedule_error_quark())
GQuark uc_schedule_error_quark(void);
typedef enum { UC_SCHEDULE_SYNTAX, UC_SCHEDULE_NO_REPLAY } UcScheduleError;

/* ---- options: names and values that mean nothing here ---- */
typedef struct {
    char *name;
    char **value; /* one, or several of a list */
    bool list;
    unsigned line; /* of the file it was read from, 0: none */
} UcOption;

typedef GPtrArray UcOptions; /* of UcOption, in the order in which they are written */
UcOptions *uc_options_new(void);
void uc_options_add(UcOptions *options, const char *name, const char *value);
/* In place of one of that name, else at the end. */
void uc_options_set(UcOptions *options, const char *name, const char *value);
void uc_options_add_list(UcOptions *options, const char *name, const char *const *values);
/* `line` of all from number `first` on. */
void uc_options_place(UcOptions *options, guint first, unsigned line);
/* NULL: there is no such option. */
const UcOption *uc_options_get(const UcOptions *options, const char *name);

/* ---- moves ---- */
typedef enum {
    UC_MUTATE_FLIP,   /* bit `at` of the bytes, the first bit being the highest of byte 0 */
    UC_MUTATE_CUT,    /* keeps `at` bytes */
    UC_MUTATE_EXTEND, /* appends `bytes` */
    UC_MUTATE_SET,    /* puts `bytes` at offset `at` */
} UcMutationType;

typedef struct {
    UcMutationType type;
    uint64_t at;
    GByteArray *bytes; /* may be NULL */
} UcMutation;

/* UC_TERM_MADE: bytes that A made and that only a description of the protocol's attack kit makes again (UcAttackKit.made_of). */
typedef enum { UC_TERM_WORD, UC_TERM_TEXT, UC_TERM_HEX, UC_TERM_MADE, UC_TERM_REFERENCE } UcTermType;

typedef struct {
    UcTermType type;
    char *text;         /* word; reference: name of the object */
    char *field;        /* reference: a field of it, or NULL */
    unsigned move;      /* reference: number of the move, from 1 */
    GByteArray *bytes;  /* text, hex, made: the description */
    GArray *mutation;   /* UcMutation, in order; NULL: none */
    GArray *source;     /* unsigned: moves that brought what these bytes were made from; NULL: none */
} UcTerm;

/* "speak PARTY KIND ARGUMENT...": A says this as the party, which it has corrupted. */
#define UC_MOVE_SPEAK "speak"

typedef struct {
    char *name;         /* kind of message, or UC_MOVE_SPEAK */
    GPtrArray *term;    /* UcTerm; the first is the party (none where the kind has no party) */
    unsigned line;      /* of the file it was read from, 0: none */
} UcMove;

typedef struct {
    char *file;         /* for messages; only its last component is ever shown */
    UcOptions *options;
    GPtrArray *move;    /* UcMove */
} UcSchedule;

UcSchedule *uc_schedule_new(const char *file);
void uc_schedule_free(UcSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcSchedule, uc_schedule_free)

UcSchedule *uc_schedule_read(const char *text, size_t length, const char *file, GError **error);
/* Does the text begin like one? Behind comments and empty lines, as uc_schedule_read() takes it. */
bool uc_schedule_is_one(const char *text, size_t length);
/* One line with a move. */
bool uc_schedule_add(UcSchedule *schedule, const char *text, size_t length, unsigned line, GError **error);
/* The whole file; free with g_free(). */
char *uc_schedule_print(const UcSchedule *schedule);
char *uc_move_print(const UcMove *move);
const UcMove *uc_schedule_move(const UcSchedule *schedule, unsigned number); /* from 1 */

/* Making moves from code: a new last move, its next term, a mutation of that term (takes `bytes`). */
UcMove *uc_schedule_append(UcSchedule *schedule, const char *name, unsigned line);
UcTerm *uc_move_term(UcMove *move, UcTermType type);
bool uc_term_is_bytes(const UcTerm *term); /* what mutations and from: stand behind */
void uc_term_mutate(UcTerm *term, UcMutation mutation);
void uc_term_made_from(UcTerm *term, unsigned move);
/* The field that object@N means for an argument: the one asked for, the one with the argument's name, the first that
 * holds bytes. -1: none. */
int uc_schedule_field(const UcMessageKind *kind, const char *asked, const char *argument);

/* The moves with keep[number - 1], renumbered. NULL when one of them names, or was made from, one that is left out. */
UcSchedule *uc_schedule_subset(const UcSchedule *schedule, const bool *keep);
/* The same with something else in the place of what a move names that is left out: the last object of that name before it
 * which is named in the schedule too, if `others`, else `none`. What bytes were made from is still missed: NULL. */
UcSchedule *uc_schedule_mended(const UcSchedule *schedule, const bool *keep, bool others);

/* ---- moves to envelopes ---- */
typedef struct UcResolver UcResolver;

/* Borrows spec and store. */
UcResolver *uc_resolver_new(const UcWorldSpec *spec, UcStore *store);
void uc_resolver_free(UcResolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcResolver, uc_resolver_free)
/* The write of Z that this move stands for. */
bool uc_resolver_write(UcResolver *resolver, const UcSchedule *schedule, const UcMove *move, UcEnvelope *write,
                       GError **error);
/* What the last move brought to Z, a message of this session; call it once after every move, UC_M_EMPTY for nothing. */
void uc_resolver_brought(UcResolver *resolver, uint16_t session, const UcMessage *message);
/* UcDigest, in the order of the moves so far: one for each from: behind bytes, of these bytes and of what that move brought.
 * Who could make the bytes then can make them wherever the same is brought. */
const GArray *uc_resolver_origins(const UcResolver *resolver);

/* ---- envelopes to moves ---- */
typedef struct UcRecorder UcRecorder;

/* Borrows spec and store, owns the schedule it makes. */
UcRecorder *uc_recorder_new(const UcWorldSpec *spec, UcStore *store);
void uc_recorder_free(UcRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcRecorder, uc_recorder_free)
UcSchedule *uc_recorder_schedule(UcRecorder *recorder);
/* From now on bytes that A made are written as they are, without what only it knows of them: such a schedule shows no
 * secret, and does not replay. */
void uc_recorder_hide(UcRecorder *recorder);
/* A write of Z in the form of the dummy adversary (an input, or an order to A about peer). Owned by the schedule. */
const UcMove *uc_recorder_move(UcRecorder *recorder, const UcEnvelope *write);
/* The last argument of the last move was made from these bytes; nothing when no move brought them. */
void uc_recorder_made_from(UcRecorder *recorder, UcWord bytes);
void uc_recorder_brought(UcRecorder *recorder, uint16_t session, const UcMessage *message);
/* The same from the activations of one world, whatever its A is. The move that starts here, or NULL. */
const UcMove *uc_recorder_observe(UcRecorder *recorder, const UcWorld *world, const UcActivation *activation);

#endif
