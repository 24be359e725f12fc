/* Machines: what an activation may do.
 *
 * A machine is a class (name, regions, step) placed in a world's description; all it remembers lies in regions.
 * One activation hands it one message, and `step` returns its one result: two external writes in an activation
 * cannot be written down. A machine names no other: it outputs to whoever called it, calls what it uses, and uses the
 * backdoor; who that is stands in its row of the world's table (world.h). Source: docs/model.md, "Machines and
 * activations", "Outputs, calls, backdoor".
 *
 * Inside a step: read() is const; write() gives a private copy that is kept when the step succeeds and dropped
 * on FAIL. Pointers from read() hold until the next write() to that region.
 */
#ifndef SIMULATOR_MACHINE_H
#define SIMULATOR_MACHINE_H

#include "simulator/message.h"
#include "simulator/region.h"

typedef enum {
    UC_SEND, /* one external write */
    UC_PASS, /* nothing written: Z is next */
    UC_FAIL, /* the message is refused, the state unchanged: Z is next */
    UC_HALT, /* Z only: the run ends with its guess bit */
} UcResultCode;

/* Who is at the other end of a message, as the machine that runs sees it. */
typedef enum {
    UC_NO_SIDE,       /* nobody that it has to do with */
    UC_CALLER,        /* who called it: of a party Z, or the protocol that uses it; of a functionality its parties; of A it is Z */
    UC_BACKDOOR,      /* of a party and a functionality: the adversary, whom in the ideal process S plays; of S: A */
    UC_FUNCTIONALITY, /* of S: the functionality whose backdoor it has */
    UC_SUBROUTINE,    /* what it calls; plus the slot */
} UcSide;

enum { UC_NOBODY = UINT16_MAX }; /* in place of a machine's number */

typedef struct {
    UcResultCode code;
    UcSide side;           /* SEND: to whom; what uc_send() sends by number has it once the activation has ended */
    uint16_t to, peer;     /* numbers; UC_NOBODY, and a party's number plus 1, until the engine has looked at the row */
    uint8_t used;          /* the slot, plus 1, of the session that `peer` is of; 0: the machine's own */
    UcMessage message;
    const char *reason;    /* FAIL and PASS: a constant text, or one interned by uc_reason() */
    bool simulation_failed;/* FAIL of the UC simulator or of a functionality towards it: the run cannot go on */
    bool persist_after;    /* SEND: write first, persist then. Only so that this broken order can be written */
    int bit;               /* HALT */
} UcResult;

typedef struct UcCtx UcCtx;

typedef struct {
    const char *name;
    const UcRegionKind *kind; /* numbered from UC_FIRST_KIND */
    unsigned kinds;
    UcResult (*step)(UcCtx *ctx, const UcEnvelope *in);
    void (*setup)(UcCtx *ctx);    /* before the first activation; may be NULL */
    UcResult (*restart)(UcCtx *ctx); /* a party comes up again, working state = stable state; may be NULL */
    bool (*idle)(void *host);     /* scripted adversary: no moves left; NULL: always idle */
    void (*reveal)(UcCtx *ctx, GByteArray *out); /* what a break-in finds besides the regions: set-up keys; may be NULL */
    /* Of a state that comes from outside the run (filestore.h): NULL, or what no run of this set-up would have written,
     * a constant text or one interned by uc_reason(). `look` is Z's host, who sees the other parties. May be NULL: all
     * is taken. */
    const char *(*check)(UcCtx *ctx, UcCtx *look);
} UcClass;

/* Storage models: what A may do to the stable storage of a party (docs/model.md, "Storage models"). */
typedef enum {
    UC_STORAGE_ATOMIC,    /* a persist is all or nothing */
    UC_STORAGE_ROLLBACK,  /* A may restore any earlier snapshot */
    UC_STORAGE_MONOTONIC, /* the same, but a hardware counter is stepped before each write and compared at restart */
    UC_STORAGE_TORN,      /* a crash may leave a record half written; two record slots with checksums */
    UC_STORAGE_CACHE,     /* a crash may lose the last one or two writes, or keep only the later of two */
    UC_STORAGE_LYING,     /* a crash may lose any number of the last writes, though they were acknowledged */
    UC_STORAGES
} UcStorage;
extern const char *const uc_storage_name[UC_STORAGES + 1];

/* The engine's regions of every machine come first. */
enum { UC_KIND_FAULT, UC_KIND_TAPE, UC_KIND_VERSION, UC_KIND_RECORD, UC_FIRST_KIND };

/* ---- results. Parties are named by their number in the session, their pid ---- */
UcResult uc_output(UcMessage message);                  /* a party: to its caller */
UcResult uc_output_to(UcWord pid, UcMessage message);   /* a functionality: to this one of its parties */
UcResult uc_call(unsigned slot, UcMessage message);     /* to a subroutine */
UcResult uc_backdoor(UcMessage message);                /* a party, a functionality, S: to the adversary */
UcResult uc_backdoor_of(UcWord pid, UcMessage message); /* a functionality, S: what this party has at its backdoor */
/* S: what this party of a session that its parties call has at its backdoor; UC_NO_PARTY: that session's functionality. */
UcResult uc_backdoor_of_used(unsigned slot, UcWord pid, UcMessage message);
UcResult uc_command(UcMessage message);                 /* S: to its functionality, as the adversary */
UcResult uc_command_as(UcWord pid, UcMessage message);  /* the same, for this corrupted party */
/* By machine number: Z and A, who say whom they mean; A has the number from an envelope. */
UcResult uc_send(uint16_t to, UcMessage message);
UcResult uc_report(uint16_t peer, UcMessage message);   /* A: to Z, what came from the backdoor of this machine */
/* Backdoor traffic about the party that is machine `peer`. */
UcResult uc_send_peer(uint16_t to, uint16_t peer, UcMessage message);
UcResult uc_pass(const char *reason); /* NULL or a constant text for the trace */
UcResult uc_fail(const char *reason);
UcResult uc_simulation_failed(const char *reason);
UcResult uc_halt(int bit);

/* ---- where a message came from ---- */
UcSide uc_from(UcCtx *ctx, const UcEnvelope *in);
/* The pid of the party that the message belongs to: that wrote it, or at whose backdoor it is; UC_NO_PARTY: of none. */
UcWord uc_peer(UcCtx *ctx, const UcEnvelope *in);
/* S: the slot of the session that the machine with this backdoor is of, where S plays that session; UC_NO_SLOT: it is of S's own. */
enum { UC_NO_SLOT = UINT8_MAX };
unsigned uc_peer_slot(UcCtx *ctx, const UcEnvelope *in);
/* A: may it write to the backdoor of this machine? */
bool uc_has_backdoor(UcCtx *ctx, uint16_t machine);
/* Does it belong to another machine than the one that wrote it? */
static inline bool uc_relayed(const UcEnvelope *in) { return in->peer != in->from; }

/* ---- state ---- */
/* The words of a region, *words of them (0: absent). */
const UcWord *uc_read(UcCtx *ctx, unsigned kind, UcWord index, size_t *words);
/* A private copy with `words` words: longer is zero filled, shorter is cut. */
UcWord *uc_write(UcCtx *ctx, unsigned kind, UcWord index, size_t words);

/* Regions as lists of items (kinds with head_words = 0). */
const UcWord *uc_items(UcCtx *ctx, unsigned kind, UcWord index, size_t *items);
UcWord *uc_item_edit(UcCtx *ctx, unsigned kind, UcWord index, size_t item);
UcWord *uc_item_insert(UcCtx *ctx, unsigned kind, UcWord index, size_t before); /* zeroed */
void uc_item_remove(UcCtx *ctx, unsigned kind, UcWord index, size_t item);

/* How many regions of this kind the machine has that are not empty. */
size_t uc_regions(UcCtx *ctx, unsigned kind);

/* Another machine's region, for the inspection functions of a protocol or functionality only. UC_LOST may be added to
 * the kind. Z's host and the watchers look everywhere, S at itself and its sandboxes, F and a party at themselves and not
 * at what the engine keeps of them; any other look ends the run as a discipline violation (docs/model.md, "Machines are
 * kept honest"). */
const UcWord *uc_peek(UcCtx *ctx, uint16_t machine, unsigned kind, UcWord index, size_t *words);

/* ---- the rest of the world ---- */
/* Everything written so far becomes stable, atomically. True: the adversary's armed crash falls here; return at
 * once (what is returned is ignored). */
bool uc_persist(UcCtx *ctx);
/* Coins from this machine's tape for one purpose. */
void uc_draw(UcCtx *ctx, const char *purpose, void *out, size_t count);
/* What this activation did to the state, for inspection by the UC simulator, watchers and traces; discarded
 * with it. At most one. */
void uc_effect(UcCtx *ctx, const UcMessage *effect);
/* A fact of this activation that holds whatever becomes of its state: watchers are shown it also when the activation fails
 * or a crash falls into it. What it says is between the machine and its watchers. */
typedef struct {
    UcWord kind, a, b;
} UcMark;
void uc_mark(UcCtx *ctx, UcMark mark);
UcStore *uc_ctx_store(UcCtx *ctx);
const void *uc_config(UcCtx *ctx);  /* this machine's row in the description */
void *uc_host(UcCtx *ctx);          /* scripted machines */
UcWord uc_pid(UcCtx *ctx);          /* of a party, and of one that is sandboxed; of others UC_NO_PARTY */
unsigned uc_party_count(UcCtx *ctx);/* of the session; pids are below */
const char *uc_party_name(UcCtx *ctx, UcWord pid); /* "?": there is none */
/* Machine numbers, for inspection; UC_NOBODY or UC_NO_PARTY when there is none. */
uint16_t uc_self(UcCtx *ctx);       /* of a sandboxed party: that of the party it stands for */
uint16_t uc_party_machine(UcCtx *ctx, UcWord pid);
UcWord uc_pid_of(UcCtx *ctx, uint16_t machine);
uint16_t uc_used_by(UcCtx *ctx, uint16_t machine, unsigned slot); /* what a machine calls */
/* Scripted machines and watchers only: the world, to look at Z's view. */
const struct UcWorld *uc_ctx_world(UcCtx *ctx);
/* A printed reason, interned. */
const char *uc_reason(UcCtx *ctx, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- what the UC simulator runs inside itself ---- */
typedef struct {
    UcResult result;
    bool persisted;  /* at least one persist was committed */
    bool unsaved;    /* it changed stable state after the last of them, or without one */
    bool crashed;    /* an armed crash fell into it */
    bool down_after; /* it wrote, then went down */
    bool ignored;    /* down or disabled: the message had no effect */
    bool has_effect;
    UcMessage effect;
} UcOutcome;

/* One activation of the sandboxed party that stands for party `pid`, whose state lives in regions of its own: its caller
 * gives it an input, A writes to its backdoor, or a subroutine gives it an output. */
UcOutcome uc_sandbox_input(UcCtx *ctx, UcWord pid, UcMessage input);
UcOutcome uc_sandbox_order(UcCtx *ctx, UcWord pid, UcMessage order);
UcOutcome uc_sandbox_output(UcCtx *ctx, UcWord pid, unsigned slot, UcMessage output); /* what it calls there gives it */
uint16_t uc_sandbox_of(UcCtx *ctx, UcWord pid); /* its machine number, for uc_peek */

/* How an activation ended into which a crash may have fallen, as S tells a functionality: as usual; nothing happened; it happened
 * and nothing was written; it was written, and then the party went down. */
typedef enum { UC_PROCEED, UC_ABORT, UC_SILENT, UC_LAST, UC_CRASH_OUTCOMES } UcCrashOutcome;
extern const char *const uc_crash_outcome_name[UC_CRASH_OUTCOMES + 1];
static inline UcCrashOutcome uc_crash_outcome(const UcOutcome *o)
{
    if (o->crashed)
        return o->persisted ? UC_SILENT : UC_ABORT;
    return o->down_after ? UC_LAST : UC_PROCEED;
}

typedef enum { UC_UP, UC_DOWN, UC_DISABLED } UcStatus;
typedef struct {
    UcWord status;    /* UcStatus */
    UcWord armed;     /* UcPoint */
    UcWord corrupted; /* 0 or 1 */
    UcWord ordered;   /* bit set: what A has ordered and what is still covered by it */
    UcWord counter;   /* monotonic storage: the hardware counter */
    UcWord snapshots; /* storage with snapshots: how many there are */
} UcFault;
enum { UC_ORDER_CRASH = 1, UC_ORDER_DISABLE = 2, UC_ORDER_CORRUPT = 4 };
/* Status of a party; `sandboxed` asks for the one inside the UC simulator, for S only; else for F and those who look from
 * outside. */
UcFault uc_fault(UcCtx *ctx, UcWord pid, bool sandboxed);

#endif
