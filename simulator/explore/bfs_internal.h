/* Shared by the parts of the breadth-first search: windows of a level (bfs.c), from one level to the next (bfs_level.c),
 * stopping and going on (bfs_resume.c). */
#ifndef SIMULATOR_EXPLORE_BFS_INTERNAL_H
#define SIMULATOR_EXPLORE_BFS_INTERNAL_H

#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/log.h"
#include "simulator/explore/search_internal.h"

/* Parents that one job takes at a time; blocks of a window, and how many moves it should have; states of a level whose
 * rows lie together; places of the index that are moved at a time; how far ahead the visited set is asked, so that its
 * misses overlap; states of the next level that lie together. */
enum { BLOCK = 64, WINDOW = 128, WINDOW_EDGES = 1 << 15, SEGMENT = 1024, PIECE = 1 << 14, AHEAD = 16, NEAR = 6,
       CHILDREN_BITS = 16, CHILDREN = 1 << CHILDREN_BITS };

/* A state of the next level: its row is made when its level begins. Hash and path hash stand in the visited set; one that was
 * taken over since has another path hash than that says. */
typedef struct {
    const void *effect;
    const uint32_t *skip; /* moves that need not be followed from it: how many, then these; NULL: none */
    uint32_t number;      /* in the visited set */
    uint32_t parent;      /* in this level */
    uint32_t move;
    uint32_t aside;       /* of the edge */
} Child;

typedef struct {
    GPtrArray *chunk;    /* Child[CHILDREN], in the order of their parents; NULL: it was freed */
    GArray *built;       /* uint32_t, by chunk: segments of rows that were made of it */
    uint32_t count;
    bool stale;          /* some were taken over */
} Children;

typedef struct {
    UcRows *segment;
    uint32_t *readers;   /* by segment: segments of the next level that are still made from it; NULL before */
    uint32_t count;
    uint64_t *path;      /* by state: path hashes */
    const uint32_t **skip; /* by state */
} Level;

typedef struct {
    uint64_t place;      /* in the visited set */
    uint64_t path;
    uint32_t edge;       /* of the block */
    uint32_t parent;     /* of the block */
    uint32_t taken;      /* the open state that it takes over, or UC_NO_STATE */
} Claim;

/* The finding of a level that is told, so far. */
typedef struct {
    uint64_t path;
    uint32_t parent, move, finding; /* finding: 0 for none */
} Least;

typedef struct {
    uint32_t from, count;    /* parents, in this level */
    UcEdges edges;
    uint32_t end_of[BLOCK];  /* in edges, by parent */
    uint64_t makers;         /* bit i: parent i made something that lies in no state */
    uint64_t skipped;
    uint32_t rank;           /* in the window, of its first edge */
    GArray *claims;          /* Claim: edges that may lead to new states, then those that do */
    uint32_t first_child;    /* of these, in the next level */
    uint32_t first_number, fresh; /* of those that take none over: the first number, how many */
    Least least;
    uint32_t ungraded;       /* the edge that does not use up one unit, + 1; 0: none */
    uint32_t misplaced;      /* the state of another depth than the level's, + 1; 0: none */
    bool sound;
} Block;

typedef struct Job Job;

typedef struct {
    UcSearch *s;
    UcCrew *crew;
    Job **job;
    uint32_t jobs;
    bool forgets;        /* no state comes again in another level than the next: the visited set holds that alone */
    UcLog *log;          /* of all levels up to this one */
    UcVisited *sample;   /* where it forgets: one hash in SAMPLE of all levels so far, so that a model that lies is told */
    Level level;
    uint64_t before;     /* states of the levels before */
    uint32_t open;       /* the number of the first state of the next level, in the visited set */
    uint32_t depth;      /* moves that lead to the states of this level */
    Children children;
    Least least;
    Block block[WINDOW];
    uint32_t step, pieces;  /* of work */
    uint32_t *taken;        /* by piece: the last step in which somebody took it */
    uint32_t pieces_room;
    Level *next;         /* while it is made */
    uint32_t done;       /* states of this level that were entered */
    uint32_t resumed;    /* states of this level that were entered before the search went on */
} Bfs;

struct Job {
    Bfs *b;
    void *worker;
    uint32_t number;
    uint32_t round, next;   /* of the pieces of a step: its own, then what others left */
    UcRow row;
    uint32_t loaded;        /* the state of this level whose row it is, or UC_NO_STATE */
    UcRow last;             /* the row that was made last */
    GArray *skip;           /* uint32_t, of one child */
    UcArena skips[2];       /* of this level and of the next one */
    const uint32_t **skip_known; /* those of the next one, each once: many states have the same */
    uint32_t skip_mask, skips_known;
    UcChange change[UC_CHANGES_MAX];
};

static inline uint32_t segments(const Level *level) { return (level->count + SEGMENT - 1) / SEGMENT; }

static inline Child *child_at(const Bfs *b, uint32_t number)
{
    return (Child *)b->children.chunk->pdata[number >> CHILDREN_BITS] + (number & (CHILDREN - 1));
}

/* ---- bfs.c ---- */

/* Pieces of work, of which each job takes those of its own `share` first. */
bool bfs_take(Job *j, uint32_t (*share)(const Bfs *b, uint32_t piece), uint32_t *piece);
uint32_t bfs_share_of_piece(const Bfs *b, uint32_t piece);
void bfs_work(Bfs *b, void (*step)(void *job), uint32_t pieces);
/* Loads the row of a state of this level. From one state to one behind it costs the least. */
void bfs_load(Job *j, const Level *level, uint32_t state);
uint64_t bfs_path_by(const Bfs *b, uint32_t parent, uint32_t move);
/* The moves that lead to a state of this level; to be unreferenced. */
GArray *bfs_way_to(const Bfs *b, uint32_t state);

/* ---- bfs_level.c ---- */

void bfs_level_clear(Level *level);
void bfs_children_resize(Children *children, uint32_t count);
void bfs_children_clear(Children *children);
/* Forgets the children that were taken over since. The others stay in the order of their parents. */
void bfs_keep_children(Bfs *b);
/* The next level takes the place of this one. False: the model lied about depth, and the search ends as broken. */
bool bfs_next_level(Bfs *b);
/* From the root alone. */
void bfs_first_level(Bfs *b);
/* The visited set holds the next level alone, of which there is nothing yet. */
void bfs_forget_levels(Bfs *b);

/* ---- bfs_resume.c ---- */

/* Appends where the search stands. */
void bfs_save(Bfs *b, GByteArray *out);
/* False: these bytes are of another search, or none. */
bool bfs_resume(Bfs *b, const GByteArray *bytes);

#endif
