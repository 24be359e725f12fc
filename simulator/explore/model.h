/* What a search searches: states as rows of small numbers, and the moves from each.
 *
 * The search knows nothing of worlds: the same core runs the two worlds in lock step (lockstep.h) and native toys.
 * A row has UC_ROW_MAX words, of which few are not 0: the search keeps only those (row.h). One worker serves one
 * thread.
 */
#ifndef SIMULATOR_EXPLORE_MODEL_H
#define SIMULATOR_EXPLORE_MODEL_H

#include "simulator/base/bytes.h"

enum { UC_ROW_MAX = 1 << 15, UC_CHANGES_MAX = 4096 };
#define UC_NO_ROW_READ UINT32_MAX

typedef struct {
    uint32_t at, value;
} UcChange; /* of a word of a row */

/* What holds the memory of a search. */
typedef enum {
    UC_MEMORY_HASHES,     /* of visited states, with their index */
    UC_MEMORY_FRONTIER,   /* rows of states that wait, with what need not be followed from them */
    UC_MEMORY_CANDIDATES, /* moves of a window, and the states that they lead to */
    UC_MEMORY_REGIONS,    /* what rows name: interned regions and bytes */
    UC_MEMORY_REMEMBERED, /* what moves did, and which moves there are */
    UC_MEMORY_LOG,        /* the state and the move that a state was first reached by */
    UC_MEMORY_KINDS
} UcMemoryKind;
extern const char *const uc_memory_kind_name[UC_MEMORY_KINDS + 1];

typedef struct {
    size_t of[UC_MEMORY_KINDS]; /* bytes */
} UcMemoryParts;

typedef struct {
    UcDigest hash;      /* of the state after the move */
    const void *effect; /* the model's own */
    uint32_t aside;     /* the same, of this one state */
    uint32_t move;
    uint32_t finding : 24; /* 0: none; else a number of the model's */
    uint32_t units : 8; /* of the bounds that lie in the state, how many it uses up; of a finding, anything */
} UcEdge;

typedef struct {
    UcEdge *edge;
    uint32_t count, room;
    uint64_t idle;      /* moves that were tried and changed nothing */
    /* Asked now and then where a state has many moves: true, and the rest of them is left out. May be NULL. */
    bool (*stop)(void *data);
    void *stop_data;
    bool stopped;
} UcEdges;

static inline UcEdge *uc_edges_add(UcEdges *edges)
{
    if (edges->count == edges->room) {
        edges->room = edges->room ? 2 * edges->room : 64;
        edges->edge = g_renew(UcEdge, edges->edge, edges->room);
    }
    return &edges->edge[edges->count++];
}

typedef struct {
    void *data;
    UcDigest (*root)(void *data, uint32_t *row);    /* into a row of zeros; its hash */
    void *(*worker_new)(void *data);
    void (*worker_free)(void *worker);
    /* Appends the moves that change something (or find something), in an order that is a function of the state,
     * without the moves in `skip`; sets `stopped` where it left moves out. False: the model is broken (not
     * deterministic); `broken` says how. */
    bool (*expand)(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips,
                   UcEdges *out);
    /* One move. False: it is not possible there, or the model is broken. A move that changes nothing keeps the hash. */
    bool (*step)(void *worker, const uint32_t *row, uint32_t move, UcEdge *edge);
    /* What a move changes: words and their new values, each word once. Returns how many, at most UC_CHANGES_MAX. */
    uint32_t (*changes)(void *worker, const uint32_t *row, const UcEdge *edge, UcChange *out);
    /* Do two moves that are possible in one state commute there? May be NULL: none do. */
    bool (*commute)(void *worker, const UcEdge *a, const UcEdge *b);
    /* A hash of what a move is: equal only for equal moves, and the same in every run and every representation, so not of
     * handles, slots or numbers of a table. */
    uint64_t (*contents)(void *data, uint32_t move);
    /* A graded model: every move that changes something uses up one unit of a bound that lies in the state, so depth is a
     * function of the state: how many units are used up there. The search holds the model to it. NULL: it is not graded. */
    uint32_t (*depth)(void *worker, const uint32_t *row);
    /* Which of two findings of one level is told: < 0 the first, 0 the one with the lesser path hash. By what they are,
     * and by nothing that an exchange of like parties changes. Any thread. NULL: always 0. */
    int (*order)(void *data, uint32_t finding, uint32_t other);
    char *(*name)(void *data, uint32_t move); /* for people; free with g_free */
    /* Who moves, for priority-based walks: 0 .. actors-1. */
    uint32_t (*actor)(void *data, uint32_t move);
    uint32_t actors;
    /* Moves by contents, for a search that is to go on later: how many there are; one as bytes; the move of these bytes,
     * which must get this number; the bytes used, 0: not a move, or it has another number. NULL: cannot be resumed. */
    uint32_t (*moves)(void *data);
    void (*save_move)(void *data, uint32_t move, GByteArray *out);
    size_t (*load_move)(void *data, uint32_t move, const uint8_t *bytes, size_t length);
    /* States by contents, for the same. A saver writes rows one after the other, each as what it differs in from the one before;
     * reading them again in that order tells the words that become others, at most UC_CHANGES_MAX; UC_NO_ROW_READ: these bytes
     * are none, or the row does not have the hash that it had. */
    void *(*saver_new)(void *data);
    void (*saver_free)(void *saver);
    void (*save_row)(void *saver, const uint32_t *row, GByteArray *out);
    uint32_t (*load_row)(void *saver, UcReader *from, UcChange *out);
    /* The rows of a level were made, and those of the level before are gone, with all effects: what none of them needs may go. NULL:
     * nothing does. */
    void (*level_over)(void *data);
    /* What moves make that lies in no state, such as what an ideal token stands for: a number that grows with it. The ways to
     * states in which it grew (GArray of uint32_t, owned by the model, which the search adds to) are gone again where a
     * search goes on elsewhere. Any thread; NULL: there is no such thing. */
    uint64_t (*made)(void *data);
    GPtrArray *(*makers)(void *data);
    const char *(*broken)(void *data);
    bool (*full)(void *data); /* a table of the model holds no more: moves were left out. May be NULL: never */
    size_t (*memory)(void *data);
    /* The same by parts, added to `parts`. May be NULL: then all of it is remembered. */
    void (*parts)(void *data, UcMemoryParts *parts);
} UcModel;

#endif
