/* Shared by the files of the engine only: a world from the inside. */
#ifndef SIMULATOR_INTERNAL_H
#define SIMULATOR_INTERNAL_H

#include <setjmp.h>

#include "simulator/world.h"

typedef struct {
    uint32_t slot;
    UcRegion *old; /* owned */
} UcUndo;

typedef struct UcPast UcPast;       /* torture.c */
typedef struct UcHonesty UcHonesty; /* honesty.c */
typedef struct UcDevices UcDevices; /* devices.c */
typedef struct {
    uint16_t owner;            /* whose code runs */
    guint heard, looked, undo; /* where what it heard, looked at and wrote begins */
} UcFrame;

struct UcWorld {
    const UcWorldSpec *spec;
    UcRow *row;           /* by machine number */
    uint16_t rows;
    UcSession session[UC_SESSIONS];
    UcDevices *devices;   /* NULL: no table of sessions */
    UcStore *store;
    UcLayout *layout;
    uint8_t seed[UC_SEED_BYTES];
    UcState state;
    GArray *undo;         /* UcUndo: what the running activation replaced */
    guint private_from;   /* copies made since this entry may be changed in place */
    UcEnvelope next;      /* what activates the next machine */
    const char *channel;
    uint64_t activations, charged;
    GArray *view;         /* UcViewEntry */
    GArray *marks;        /* UcMark, of the running activation */
    GArray *observers;
    void (*probe)(void *data, uint32_t slot);
    void *probe_data;
    UcKeeper keep;        /* may be NULL */
    void *keep_data;
    GHashTable *reasons;  /* interned texts */
    UcStop stop;
    bool stopped;
    char *why;
    UcPast *past;         /* torture mode only */
    UcHonesty *honesty;   /* what the machine that runs may look at */
    jmp_buf refused;      /* where an activation that breaks off goes on */
    bool refusable;       /* one is running */
    const char *broken_rule;
    uint64_t broken_at;
    GPtrArray *broken;    /* every text of a watcher, each once; interned */
    int bit;
};

struct UcCtx {
    UcWorld *world;
    const UcRow *row;
    const UcMachine *machine;
    const UcRegionKind *kind; /* of the class or watcher */
    unsigned kinds;
    uint16_t owner;           /* whose regions */
    bool inside;              /* machine code, and not one that looks from outside */
    guint start, persist_mark;/* into undo */
    unsigned persists;
    UcPoint armed;            /* parties: the crash that is armed; NONE when it cannot fall here */
    bool crashed, committed;
    UcPoint crash_point;
    bool has_effect;
    UcMessage effect;
};

/* transaction.c */
void uc_ctx_init(UcCtx *ctx, UcWorld *world, uint16_t machine);
UcRegion *uc_slot_get(UcWorld *world, uint32_t slot);
void uc_slot_set(UcWorld *world, uint32_t slot, UcRegion *region); /* takes the reference; can be undone */
/* uc_read and uc_write of any kind: the engine's own regions are not the machine's to look at. */
const UcWord *uc_own_read(UcCtx *ctx, unsigned kind, UcWord index, size_t *words);
UcWord *uc_own_write(UcCtx *ctx, unsigned kind, UcWord index, size_t words);
/* Is there such a kind of region of that machine? */
bool uc_has_kind(const UcWorld *world, uint16_t machine, unsigned kind);
/* Undoes everything after `mark`; tape positions stay moved when keep_tapes. */
void uc_rollback(UcWorld *world, guint mark, bool keep_tapes);
void uc_commit(UcWorld *world);
/* What was written but not persisted leaves its stable value in a shadow. Was there anything? */
bool uc_stable_finish(UcCtx *ctx);
void uc_shadows_clear(UcCtx *ctx); /* the working copies are the stable state */
void uc_stable_crash(UcCtx *ctx);  /* working state := stable state, volatile regions emptied */
void uc_forget_lost(UcCtx *ctx);   /* restart: what the crash took is gone for inspection too */

/* honesty.c: a machine looks at what was written to it and at what it remembers, S at its sandboxes too, and at nothing else
 * (docs/model.md, "Machines are kept honest"). What is refused stops the world as a discipline violation and does not
 * return. */
UcHonesty *uc_honesty_new(UcWorld *world);
void uc_honesty_free(UcHonesty *honesty);
/* Around the code of a machine, which may lie within that of S: what it hears (may be NULL), and what comes of it. */
UcFrame uc_honesty_enter(UcCtx *ctx, const UcEnvelope *in);
void uc_honesty_leave(UcCtx *ctx, const UcResult *result, UcFrame before);
void uc_honesty_reset(UcWorld *world);           /* the code was broken off */
uint16_t uc_honesty_owner(const UcWorld *world); /* whose code runs */
UcStore *uc_honesty_store(UcCtx *ctx);           /* the store, or what a machine has in place of it */
void uc_honesty_hear(UcWorld *world, uint16_t session, const UcMessage *message); /* by that session's table */
void uc_honesty_look(UcCtx *ctx, uint32_t slot);
/* The engine put a region there while the machine's code ran: it is not the machine that stored what stands in it. */
void uc_honesty_load(UcCtx *ctx, const UcRegion *region, const UcRegionKind *kind);
/* Refuses a message with bytes that the running machine does not know. */
void uc_honesty_check(UcWorld *world, uint16_t session, const UcMessage *message, const char *refused);
void uc_refuse(UcWorld *world, const char *what) G_GNUC_NORETURN;
void uc_refuse_call(UcCtx *ctx, const char *what); /* of a machine; those who look from outside may */
/* These return where the machine may; false: there is no such region, and nobody to refuse it to. */
bool uc_may_look(UcCtx *ctx, uint16_t machine, unsigned kind);
void uc_refuse_write(UcCtx *ctx, unsigned kind);
void uc_refuse_fault(UcCtx *ctx, UcWord pid, bool sandboxed);
void uc_refuse_sandbox(UcCtx *ctx, UcWord pid, uint16_t session, const UcMessage *in);

/* world.c: ends the run, unless it has ended; takes `why`. */
void uc_stop(UcWorld *world, UcStop how, char *why);
/* NULL, or what its class finds wrong with the state that was put there; a mistake of that code has ended the run, and is it. */
const char *uc_party_check(UcWorld *world, uint16_t party);
UcOutcome uc_run_machine(UcWorld *world, UcActivation *activation); /* what it did can be undone until it is committed */

/* torture.c: runs an activation twice; when Z halts, all of them once more. A difference stops the world. */
UcPast *uc_past_new(void);
void uc_past_free(UcPast *past);
void uc_past_forget(UcPast *past);                   /* NULL passes through, for this and the one before */
void uc_past_keep(UcPast *past, const GArray *undo); /* takes over what was replaced */
UcOutcome uc_torture(UcWorld *world, UcActivation *activation);
void uc_torture_backwards(UcWorld *world);

/* faults.c: crash points, restart and orders around the code of a party. */
UcOutcome uc_party_activate(UcCtx *ctx, const UcEnvelope *in);
void uc_note_order(UcWorld *world, const UcEnvelope *order);
UcFault uc_fault_read(UcWorld *world, uint16_t owner);

#define UC_NO_CHANNEL "no channel between these machines"
/* storage.c: what the storage model makes of a persist, a crash and a restart. */
void uc_fault_write(UcWorld *world, uint16_t owner, UcFault fault);
bool uc_storage_before_write(UcCtx *ctx); /* true: a crash falls here */
void uc_storage_written(UcCtx *ctx);
/* NULL, or why this crash point or snapshot is not to be had with this storage model. */
const char *uc_storage_allows(const UcWorldSpec *spec, UcFault fault, UcPoint point, UcWord lost);
const char *uc_storage_restorable(const UcWorldSpec *spec, UcFault fault, UcWord snapshot);
void uc_storage_restore(UcCtx *ctx, UcWord snapshot);
void uc_storage_lose(UcCtx *ctx, UcWord lost);
void uc_storage_reorder(UcCtx *ctx);
bool uc_storage_trusted(UcCtx *ctx); /* at restart: false disables the party */

/* world.c: A writes to the backdoor of a party, or of what S plays: what it orders is noted, and in the ideal process S gets it. */
void uc_write_of_a(UcWorld *world, UcEnvelope *envelope);

/* devices.c: the parties of one name in several sessions are one device. */
UcDevices *uc_devices_new(void);
void uc_devices_free(UcDevices *devices); /* NULL passes through */
/* After every activation, before it is committed: what did it do to a party that the others on its device share? */
void uc_devices_look(UcWorld *world);
/* What is sent to this party is lost: its device goes down, in the activation that sends it. */
bool uc_devices_loses(const UcWorld *world, uint16_t machine);
/* Control is about to come to Z or A. False: another party's turn is first, or the world has stopped. */
bool uc_devices_settle(UcWorld *world);

/* channel.c */
UcRow *uc_rows_new(const UcWorldSpec *spec, uint16_t *rows); /* g_free */
/* Its number if its session were the only one. */
uint16_t uc_place_in_session(const UcWorld *world, uint16_t machine);
/* Whose messages a machine of this session speaks there: of what it calls that one's. */
static inline uint16_t uc_session_of_side(const UcSession *s, uint16_t own, UcSide side)
{
    return side >= UC_SUBROUTINE && side - UC_SUBROUTINE < s->slots ? s->uses[side - UC_SUBROUTINE] : own;
}
uint16_t uc_at_side(const UcRow *row, UcSide side); /* UC_NOBODY: nobody */
/* Where `machine` has `other`. */
UcSide uc_side(const UcWorld *world, uint16_t machine, uint16_t other);
uint16_t uc_machine_of(const UcWorld *world, uint16_t session, UcWord pid); /* UC_NOBODY: there is none */
/* The two ways in which a result says where it goes, one from the other: before anybody sees it. */
void uc_place(const UcWorld *world, uint16_t machine, UcResult *result);
/* Who may write to whom. NULL when it breaks the table; then *rule says which. */
const char *uc_channel(const UcWorld *world, uint16_t from, uint16_t to, const char **rule);

#endif
