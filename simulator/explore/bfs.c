/* Breadth first: level by level. A level is worked out in windows of parents: all moves of a window, then claims to the
 * states that they lead to, then those that hold. In each of the three steps every job takes blocks of parents as it comes.
 *
 * Of all ways to a state within a level the one with the least path hash holds, whatever the order is in which they are met:
 * a claim of a later window may take a state over. So which way is told does not depend on the order of a level, only on
 * what the moves are. States get the same numbers with any number of jobs, as windows do not depend on it. */
#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/search_internal.h"

/* Parents that one job takes at a time; blocks of a window, and how many moves it should have; states of a level whose
 * rows lie together; places of the index that are moved at a time; how far ahead the visited set is asked, so that its
 * misses overlap. */
enum { BLOCK = 64, WINDOW = 128, WINDOW_EDGES = 1 << 15, SEGMENT = 1024, PIECE = 1 << 14, AHEAD = 16, NEAR = 6 };

/* A state of the next level: its row is made when its level begins. One that was taken over since has another path
 * hash than the visited set says. */
typedef struct {
    const void *effect;
    UcDigest hash;
    uint64_t path;
    const uint32_t *skip; /* moves that need not be followed from it: how many, then these; NULL: none */
    uint32_t number;
    uint32_t parent; /* in this level */
    uint32_t move;
} Child;

typedef struct {
    UcRows *segment;
    uint32_t *readers;   /* by segment: segments of the next level that are still made from it; NULL before */
    uint32_t count;
    uint64_t *path;      /* by state: path hashes */
    uint32_t *number;    /* by state */
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
    Level level;
    uint32_t first;      /* the least number of its states */
    uint32_t depth;      /* moves that lead to them */
    GArray *children;    /* Child */
    Least least;
    Block block[WINDOW];
    uint32_t step, pieces;  /* of work */
    uint32_t *taken;        /* by piece: the last step in which somebody took it */
    uint32_t pieces_room;
    Level *next;         /* while it is made */
    uint32_t done;       /* states of this level that were entered */
    uint32_t resumed;    /* states of this level that were entered before the search went on */
    bool scattered;   /* the next level does not stand in the order of its parents: their rows stay until it is made */
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
    UcChange change[UC_CHANGES_MAX];
};

static uint32_t segments(const Level *level) { return (level->count + SEGMENT - 1) / SEGMENT; }

static void level_clear(Level *level)
{
    for (uint32_t i = 0; i < segments(level); i++)
        uc_rows_clear(&level->segment[i]);
    g_free(level->segment);
    g_free(level->readers);
    g_free(level->path);
    g_free(level->number);
    g_free(level->skip);
    *level = (Level){ 0 };
}

static UcMemoryParts memory_of(const Bfs *b)
{
    size_t each = sizeof *b->level.path + sizeof *b->level.number + sizeof *b->level.skip;
    size_t rows = b->level.count * each, moves = b->children->len * sizeof(Child);
    for (uint32_t i = 0; i < b->jobs; i++)
        rows += b->job[i]->skips[0].memory + b->job[i]->skips[1].memory;
    for (uint32_t i = 0; i < segments(&b->level); i++)
        rows += uc_rows_memory(&b->level.segment[i]);
    for (uint32_t i = 0; i < WINDOW; i++)
        moves += b->block[i].edges.room * sizeof(UcEdge) + b->block[i].claims->len * sizeof(Claim);
    return (UcMemoryParts){ .of[UC_MEMORY_FRONTIER] = rows, .of[UC_MEMORY_CANDIDATES] = moves };
}

/* From one state to one behind it costs the least. j->loaded says which of this level it is. */
static void load(Job *j, const Level *level, uint32_t state)
{
    bool near = j->loaded != UC_NO_STATE && j->loaded / SEGMENT == state / SEGMENT;
    uc_row_go_on(&j->row, &level->segment[state / SEGMENT], near ? j->loaded % SEGMENT : UC_NO_ROW, state % SEGMENT);
    j->loaded = state;
}

static const uint32_t *skips_of(const Level *level, uint32_t state, uint32_t *count)
{
    const uint32_t *skip = level->skip[state];
    *count = skip ? skip[0] : 0;
    return skip ? skip + 1 : NULL;
}

static uint32_t next_first(const Bfs *b) { return b->first + b->level.count; }

/* The next piece of this step that nobody has. Each job has a share of its own, which it takes first: what one job
 * made is near it. `share` says whose piece it is. */
static bool take(Job *j, uint32_t (*share)(const Bfs *b, uint32_t piece), uint32_t *piece)
{
    Bfs *b = j->b;
    for (; j->round < 2; j->round++, j->next = 0) {
        for (; j->next < b->pieces; j->next++) {
            if (j->round == 0 && share(b, j->next) % b->jobs != j->number)
                continue;
            if (__atomic_load_n(&b->taken[j->next], __ATOMIC_RELAXED) != b->step &&
                __atomic_exchange_n(&b->taken[j->next], b->step, __ATOMIC_RELAXED) != b->step) {
                *piece = j->next++;
                return true;
            }
        }
    }
    return false;
}

static uint32_t share_of_block(const Bfs *b, uint32_t block) { return b->block[block].from / SEGMENT; }
static uint32_t share_of_piece(const Bfs *b, uint32_t piece) { return piece; }

static void work(Bfs *b, void (*step)(void *job), uint32_t pieces)
{
    if (pieces > b->pieces_room) {
        b->taken = g_renew(uint32_t, b->taken, pieces);
        memset(b->taken + b->pieces_room, 0, (pieces - b->pieces_room) * sizeof *b->taken);
        b->pieces_room = pieces;
    }
    b->pieces = pieces;
    b->step++;
    for (uint32_t i = 0; i < b->jobs; i++)
        b->job[i]->round = b->job[i]->next = 0;
    uc_crew_work(b->crew, step, pieces);
}

/* ---- a window, step by step ---- */

static uint64_t path_by(const Bfs *b, uint32_t parent, uint32_t move)
{
    const UcModel *m = b->s->model;
    return b->level.path[parent] + uc_path_part(m->contents(m->data, move), b->depth);
}

static bool comes_first(const UcModel *m, const Least *a, const Least *b)
{
    int order = m->order ? m->order(m->data, a->finding, b->finding) : 0;
    return order ? order < 0 : a->path < b->path;
}

static void keep_least(const Bfs *b, Least *least, const Least *other)
{
    if (other->finding && (!least->finding || comes_first(b->s->model, other, least)))
        *least = *other;
}

/* Holds the moves of a parent, which are those from `from` on, to what the model says of them. */
static void look_at_edges(const Bfs *b, Block *k, uint32_t parent, uint32_t from)
{
    for (uint32_t e = from; e < k->edges.count; e++) {
        const UcEdge *edge = &k->edges.edge[e];
        if (edge->finding)
            keep_least(b, &k->least, &(Least){ path_by(b, parent, edge->move), parent, edge->move, edge->finding });
        if (!k->ungraded && !uc_search_edge_graded(b->s, edge))
            k->ungraded = e + 1;
    }
}

static void expand_block(Job *j, Block *k)
{
    const Bfs *b = j->b;
    k->edges.count = k->ungraded = k->misplaced = 0;
    k->edges.idle = k->skipped = 0;
    k->edges.stopped = false;
    k->least.finding = 0;
    k->sound = true;
    for (uint32_t i = 0; i < k->count && k->sound && !k->edges.stopped; i++) {
        uint32_t skips, before = k->edges.count, state = k->from + i;
        const uint32_t *skip = skips_of(&b->level, state, &skips);
        load(j, &b->level, state);
        k->sound = b->s->model->expand(j->worker, j->row.word, skip, skips, &k->edges);
        if (!uc_search_graded(b->s, j->worker, j->row.word, b->depth))
            k->misplaced = state + 1;
        look_at_edges(b, k, state, before);
        k->skipped += skips;
        k->end_of[i] = k->edges.count;
    }
}

static void expand_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_block, &n);)
        expand_block(j, &j->b->block[n]);
}

static void claim_block(Job *j, Block *k)
{
    UcVisited *visited = j->b->s->visited;
    const UcEdge *edge = k->edges.edge;
    uint32_t parent = 0, claims = 0, edges = k->edges.count;
    g_array_set_size(k->claims, edges);
    Claim *claim = (Claim *)(void *)k->claims->data;
    for (uint32_t e = 0; e < MIN(edges, (uint32_t)AHEAD); e++)
        uc_visited_prefetch(visited, edge[e].hash);
    for (uint32_t e = 0; e < edges; e++) {
        if (e + AHEAD < edges)
            uc_visited_prefetch(visited, edge[e + AHEAD].hash);
        if (e + NEAR < edges)
            uc_visited_prefetch_state(visited, edge[e + NEAR].hash);
        while (e >= k->end_of[parent])
            parent++;
        uint64_t path = path_by(j->b, k->from + parent, edge[e].move);
        uint64_t place = uc_visited_claim(visited, edge[e].hash, path, k->rank + e);
        if (place != UC_NO_PLACE)
            claim[claims++] = (Claim){ place, path, e, parent, UC_NO_STATE };
    }
    g_array_set_size(k->claims, claims);
}

static void claim_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_block, &n);)
        claim_block(j, &j->b->block[n]);
}

/* Forgets the claims that others hold by now. */
static void keep_claims(Bfs *b, Block *k)
{
    Claim *c = (Claim *)(void *)k->claims->data;
    uint32_t kept = 0;
    k->fresh = 0;
    for (guint i = 0; i < k->claims->len; i++) {
        if (!uc_visited_holds(b->s->visited, c[i].place, k->rank + c[i].edge, &c[i].taken))
            continue;
        k->fresh += c[i].taken == UC_NO_STATE;
        c[kept++] = c[i];
    }
    g_array_set_size(k->claims, kept);
}

static void keep_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_block, &n);)
        keep_claims(j->b, &j->b->block[n]);
}

/* A state that the move `a` of a parent leads to need not follow the parent's moves b that commute with a, where b and then a
 * is the way with the lesser path hash: the parts of a before b are more than those of b before a. The least way to a
 * state is never left out by that: were b after a such a way, then b and after it a, which is a way of as many moves to the
 * same state, would be a lesser one. So every state is visited at its depth, and the way to it that is told is the
 * same as if all orders were followed. What a move found at the parent ended the search there. */
static const uint32_t *skips_after(Job *j, const Block *k, const Claim *c)
{
    const UcModel *m = j->b->s->model;
    const UcEdge *edge = k->edges.edge, *a = &edge[c->edge];
    if (!j->b->s->options->commute || !m->commute)
        return NULL;
    uint64_t mine = m->contents(m->data, a->move);
    uint64_t first = uc_path_part(mine, j->b->depth), second = uc_path_part(mine, j->b->depth + 1);
    g_array_set_size(j->skip, 0);
    for (uint32_t i = c->parent ? k->end_of[c->parent - 1] : 0; i < k->end_of[c->parent]; i++) {
        uint64_t other = m->contents(m->data, edge[i].move);
        bool lesser = uc_path_part(other, j->b->depth) + second < first + uc_path_part(other, j->b->depth + 1);
        if (i != c->edge && lesser && m->commute(j->worker, &edge[i], a))
            g_array_append_val(j->skip, edge[i].move);
    }
    if (!j->skip->len)
        return NULL;
    uint32_t *kept = uc_arena_get(&j->skips[1], (j->skip->len + 1) * sizeof *kept, sizeof *kept);
    kept[0] = j->skip->len;
    memcpy(kept + 1, j->skip->data, j->skip->len * sizeof *kept);
    return kept;
}

static void settle_block(Job *j, Block *k)
{
    Bfs *b = j->b;
    uint32_t number = k->first_number;
    for (guint i = 0; i < k->claims->len; i++) {
        const Claim *c = &g_array_index(k->claims, Claim, i);
        const UcEdge *edge = &k->edges.edge[c->edge];
        Child child = { edge->effect, edge->hash, c->path, skips_after(j, k, c),
                        c->taken == UC_NO_STATE ? number++ : c->taken, k->from + c->parent, edge->move };
        uc_visited_settle(b->s->visited, c->place, child.number, edge->hash, c->path);
        g_array_index(b->children, Child, k->first_child + i) = child;
    }
}

static void settle_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_block, &n);)
        settle_block(j, &j->b->block[n]);
}

/* ---- windows ---- */

/* The parents of the next window: as many as should have so many moves, going by those before. */
static uint32_t cut_window(Bfs *b, uint32_t from)
{
    uint64_t edges = b->s->result->figures.edges, parents = b->first + from;
    uint32_t wanted = edges > parents ? (uint32_t)(WINDOW_EDGES * parents / edges / BLOCK) : WINDOW, n = 0;
    for (; from < b->level.count && n < CLAMP(wanted, 1u, (uint32_t)WINDOW); n++) {
        b->block[n].from = from;
        b->block[n].count = MIN((uint32_t)BLOCK, b->level.count - from);
        from += b->block[n].count;
    }
    return n;
}

static void add_figures(UcSearchFigures *f, const Block *k)
{
    f->edges += k->edges.count;
    f->idle += k->edges.idle;
    f->skipped += k->skipped;
}

/* Is all that a block says sound? Else the search ends. */
static bool check_block(Bfs *b, const Block *k)
{
    uint32_t move = 0;
    if (!k->sound) {
        uc_search_broken(b->s, NULL);
    } else if (k->ungraded) {
        uc_search_ungraded(b->s, k->edges.edge[k->ungraded - 1].move);
    } else if (k->misplaced) {
        uc_visited_parent(b->s->visited, b->level.number[k->misplaced - 1], &move);
        uc_search_ungraded(b->s, move);
    } else {
        return true;
    }
    return false;
}

/* The end of a level in which something was found: of all that was the least is told, and what it leads to is not. */
static void found(Bfs *b)
{
    UcSearch *s = b->s;
    s->result->finding = b->least.finding;
    s->result->end = UC_SEARCH_FOUND;
    uc_search_path(s, b->level.number[b->least.parent], b->least.move);
}

static void move_pieces(void *job)
{
    Job *j = job;
    UcVisited *visited = j->b->s->visited;
    for (uint32_t n; take(j, share_of_piece, &n);)
        uc_visited_move(visited, (uint64_t)n * PIECE, MIN(((uint64_t)n + 1) * PIECE, uc_visited_outgrown(visited)));
}

static void make_room(Bfs *b, uint32_t more)
{
    UcVisited *visited = b->s->visited;
    if (!uc_visited_grow(visited, more))
        return;
    work(b, move_pieces, (uint32_t)((uc_visited_outgrown(visited) + PIECE - 1) / PIECE));
    uc_visited_moved(visited);
}

/* Enters the new states of a window. False: there are too many. */
static bool enter(Bfs *b, uint32_t blocks)
{
    UcVisited *visited = b->s->visited;
    const Block *last = &b->block[blocks - 1];
    uint32_t total = b->children->len, before = uc_visited_count(visited), number = before;
    if (last->rank + (uint64_t)last->edges.count > UC_NO_STATE - 1 - before)
        return false;
    make_room(b, last->rank + last->edges.count);
    work(b, claim_blocks, blocks);
    work(b, keep_blocks, blocks);
    for (uint32_t n = 0; n < blocks; n++) {
        b->block[n].first_child = total;
        b->block[n].first_number = number;
        total += b->block[n].claims->len;
        number += b->block[n].fresh;
    }
    g_array_set_size(b->children, total);
    work(b, settle_blocks, blocks);
    uc_visited_settled(visited, number - before);
    return number <= uc_search_states(b->s);
}

/* The blocks before the first in which moves were left out. */
static uint32_t whole_blocks(const Bfs *b, uint32_t blocks)
{
    uint32_t n = 0;
    while (n < blocks && !b->block[n].edges.stopped)
        n++;
    return n;
}

/* What a window came to: true, the search may go on. */
static bool take_up(Bfs *b, uint32_t blocks)
{
    uint32_t rank = 0;
    for (uint32_t n = 0; n < blocks; n++) {
        Block *k = &b->block[n];
        if (!check_block(b, k))
            return false;
        k->rank = rank;
        rank += k->edges.count;
        keep_least(b, &b->least, &k->least);
    }
    return true;
}

/* True: go on. Where something was found the states that a level leads to are not entered any more. */
static bool search_window(Bfs *b, uint32_t blocks)
{
    work(b, expand_blocks, blocks);
    uint32_t whole = whole_blocks(b, blocks);
    if (!take_up(b, whole))
        return false;
    if (whole < blocks) { /* the window is not entered: it is worked out again when the search goes on */
        bool go_on = uc_search_go_on(b->s, memory_of(b));
        g_assert(!go_on || b->least.finding);
        return false;
    }
    if (!b->least.finding && !enter(b, blocks)) {
        b->s->result->end = UC_SEARCH_STATES;
        return false;
    }
    for (uint32_t n = 0; n < blocks; n++)
        add_figures(&b->s->result->figures, &b->block[n]);
    return true;
}

static bool search_windows(Bfs *b)
{
    UcSearchFigures *f = &b->s->result->figures;
    for (uint32_t from = b->resumed, blocks; from < b->level.count;
         from = b->block[blocks - 1].from + b->block[blocks - 1].count) {
        f->frontier = b->level.count - from;
        f->waiting = uc_visited_count(b->s->visited) - next_first(b);
        b->done = from;
        blocks = cut_window(b, from);
        if (!uc_search_go_on(b->s, memory_of(b)) || !search_window(b, blocks))
            return false;
    }
    b->resumed = 0;
    return true;
}

/* True: there may be more levels. A finding that was met before a limit is told even so. */
static bool search_level(Bfs *b)
{
    bool whole = search_windows(b), sound = b->s->result->end != UC_SEARCH_BROKEN;
    if (b->least.finding && sound)
        found(b);
    return whole && !b->least.finding;
}

/* The segments of this level that a segment of the next one is made from: children come in the order of parents. */
static void parents_of(const Bfs *b, const Level *next, uint32_t number, uint32_t *first, uint32_t *last)
{
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT);
    *first = g_array_index(b->children, Child, from).parent / SEGMENT;
    *last = g_array_index(b->children, Child, to - 1).parent / SEGMENT;
}

static void count_readers(Bfs *b, const Level *next)
{
    b->level.readers = g_new0(uint32_t, segments(&b->level));
    for (uint32_t n = 0, first, last; n < segments(next) && !b->scattered; n++) {
        parents_of(b, next, n, &first, &last);
        for (uint32_t i = first; i <= last; i++)
            b->level.readers[i]++;
    }
}

/* Rows that nobody needs any more make room for those of the next level. */
static void release_parents(Bfs *b, const Level *next, uint32_t number)
{
    uint32_t first, last;
    if (b->scattered)
        return;
    parents_of(b, next, number, &first, &last);
    for (uint32_t i = first; i <= last; i++) {
        if (__atomic_sub_fetch(&b->level.readers[i], 1, __ATOMIC_ACQ_REL) == 0)
            uc_rows_clear(&b->level.segment[i]);
    }
}

/* The rows of one segment of the next level. */
static void build_segment(Job *j, Level *next, uint32_t number)
{
    const UcModel *m = j->b->s->model;
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT);
    UcRows *rows = &next->segment[number];
    for (uint32_t i = from; i < to; i++) {
        const Child *c = &g_array_index(j->b->children, Child, i);
        if (i + NEAR < to)
            __builtin_prefetch(c[NEAR].effect);
        UcEdge edge = { c->hash, c->effect, c->move, 0 };
        load(j, &j->b->level, c->parent);
        uc_rows_follow(rows, &j->row, &j->last, j->change, m->changes(j->worker, j->row.word, &edge, j->change));
        next->path[i] = c->path;
        next->number[i] = c->number;
        next->skip[i] = c->skip;
        uc_visited_close(j->b->s->visited, c->number, j->b->level.number[c->parent], c->move);
    }
    uc_rows_close(rows);
    release_parents(j->b, next, number);
}

static void build_segments(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_piece, &n);)
        build_segment(j, j->b->next, n);
}

/* Forgets the children that were taken over since. The others stay in the order of their parents. */
static void keep_children(Bfs *b)
{
    Child *c = (Child *)(void *)b->children->data;
    uint32_t kept = 0;
    for (guint i = 0; i < b->children->len; i++) {
        if (uc_visited_path(b->s->visited, c[i].number) == c[i].path)
            c[kept++] = c[i];
    }
    g_array_set_size(b->children, kept);
}

static void next_skips(Bfs *b)
{
    for (uint32_t i = 0; i < b->jobs; i++) {
        Job *j = b->job[i];
        uc_arena_free(&j->skips[0]);
        j->skips[0] = j->skips[1];
        j->skips[1] = (UcArena){ 0 };
    }
}

static void next_level(Bfs *b)
{
    keep_children(b);
    Level next = { .count = b->children->len };
    next.segment = g_new0(UcRows, segments(&next) + 1);
    next.path = g_new(uint64_t, next.count + 1);
    next.number = g_new(uint32_t, next.count + 1);
    next.skip = g_new(const uint32_t *, next.count + 1);
    b->next = &next;
    count_readers(b, &next);
    work(b, build_segments, segments(&next));
    next_skips(b);
    b->first += b->level.count;
    b->depth++;
    uc_visited_open(b->s->visited, b->first + next.count);
    level_clear(&b->level);
    b->level = next;
    for (uint32_t i = 0; i < b->jobs; i++)
        b->job[i]->loaded = UC_NO_STATE;
    g_array_set_size(b->children, 0);
}

/* ---- stopping and going on ---- */

static UcCheckpoint checkpoint_new(void)
{
    UcCheckpoint c = { 0 };
    for (int i = 0; i < 2; i++) {
        c.order[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        c.skip[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    }
    return c;
}

static void checkpoint_clear(UcCheckpoint *c)
{
    for (int i = 0; i < 2; i++) {
        g_array_unref(c->order[i]);
        g_array_unref(c->skip[i]);
    }
}

static void save_state(UcCheckpoint *c, int which, uint32_t number, uint64_t path, const uint32_t *skip)
{
    static const uint32_t none = 0;
    g_array_append_val(c->order[which], number);
    g_array_append_vals(c->skip[which], skip ? skip : &none, skip ? skip[0] + 1 : 1);
    c->paths += path;
}

static void save(Bfs *b)
{
    UcCheckpoint c = checkpoint_new();
    c.first = b->first;
    c.done = b->done;
    for (uint32_t i = 0; i < b->level.count; i++)
        save_state(&c, 0, b->level.number[i], b->level.path[i], b->level.skip[i]);
    keep_children(b);
    for (guint i = 0; i < b->children->len; i++) {
        const Child *child = &g_array_index(b->children, Child, i);
        save_state(&c, 1, child->number, child->path, child->skip);
        uc_visited_close(b->s->visited, child->number, b->level.number[child->parent], child->move);
    }
    uc_checkpoint_write(b->s, &c, b->s->options->checkpoint);
    checkpoint_clear(&c);
}

/* Where a state of this level stands in it; its numbers are those from `first` on. */
static uint32_t *places_in_level(const Bfs *b)
{
    uint32_t *place = g_new(uint32_t, b->level.count + 1);
    for (uint32_t i = 0; i < b->level.count; i++)
        place[b->level.number[i] - b->first] = i;
    return place;
}

/* One child as the visited set knows it. False: a move leads elsewhere now. */
static bool child_again(Bfs *b, Job *j, uint32_t number, const uint32_t *place)
{
    UcSearch *s = b->s;
    UcEdge edge;
    uint32_t move, parent = uc_visited_parent(s->visited, number, &move);
    UcDigest h = uc_visited_hash(s->visited, number);
    if (parent < b->first || parent >= next_first(b))
        return false;
    parent = place[parent - b->first];
    load(j, &b->level, parent);
    if (!s->model->step(j->worker, j->row.word, move, &edge) || edge.hash.lo != h.lo || edge.hash.hi != h.hi)
        return false;
    Child c = { edge.effect, edge.hash, path_by(b, parent, move), NULL, number, parent, move };
    g_array_append_val(b->children, c);
    return true;
}

static int compare_children(const void *a, const void *b)
{
    const Child *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The children of this level, in some order of their parents; all states from `first` on that have one there. */
static bool children_again(Bfs *b, Job *j)
{
    UcVisited *visited = b->s->visited;
    uint32_t states = uc_visited_count(visited);
    g_autofree uint32_t *place = places_in_level(b);
    bool ok = true;
    for (uint32_t i = next_first(b); ok && i < states && uc_visited_parent(visited, i, NULL) < next_first(b); i++)
        ok = child_again(b, j, i, place);
    if (ok && b->children->len) /* a search that made no move yet has none */
        qsort(b->children->data, b->children->len, sizeof(Child), compare_children);
    return ok;
}

/* Puts the children into the order that they had, with what need not be followed from them. */
static bool order_again(Bfs *b, Job *j, const GArray *order, const GArray *skip)
{
    uint32_t first = next_first(b), count = b->children->len, at = 0;
    g_autofree Child *child = g_new(Child, count + 1);
    g_autofree Child *by_number = g_new0(Child, count + 1);
    for (uint32_t i = 0; i < count; i++)
        by_number[g_array_index(b->children, Child, i).number - first] = g_array_index(b->children, Child, i);
    if (order->len != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = g_array_index(order, uint32_t, i);
        if (number < first || number - first >= count || by_number[number - first].number != number ||
            at >= skip->len || g_array_index(skip, uint32_t, at) >= skip->len - at)
            return false;
        const uint32_t *skips = &g_array_index(skip, uint32_t, at);
        child[i] = by_number[number - first];
        by_number[number - first].number = UC_NO_STATE; /* each once */
        if (i && child[i].parent < child[i - 1].parent && !b->scattered)
            return false;
        if (skips[0])
            child[i].skip = memcpy(uc_arena_get(&j->skips[1], (skips[0] + 1) * sizeof *skips, sizeof *skips), skips,
                                   (skips[0] + 1) * sizeof *skips);
        at += skips[0] + 1;
    }
    if (count)
        memcpy(b->children->data, child, count * sizeof *child);
    return at == skip->len;
}

static void reopen_children(Bfs *b)
{
    for (guint i = 0; i < b->children->len; i++) {
        const Child *c = &g_array_index(b->children, Child, i);
        uc_visited_reopen(b->s->visited, c->number, c->path);
    }
}

static uint64_t sum_of_paths(const Bfs *b)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < b->level.count; i++)
        sum += b->level.path[i];
    for (guint i = 0; i < b->children->len; i++)
        sum += g_array_index(b->children, Child, i).path;
    return sum;
}

/* From the root to the level that was being worked out, and what of it was. */
static bool levels_again(Bfs *b, Job *job, const UcCheckpoint *c)
{
    bool ok = true;
    uint32_t states = uc_visited_count(b->s->visited);
    uc_visited_open(b->s->visited, next_first(b));
    while (ok && b->first < c->first) {
        ok = children_again(b, job) && b->children->len > 0;
        b->scattered = next_first(b) == c->first; /* only this level and the next one have the order that they had */
        if (ok && b->scattered)
            ok = order_again(b, job, c->order[0], c->skip[0]);
        if (ok) {
            reopen_children(b);
            next_level(b);
        }
    }
    b->scattered = false;
    ok = ok && b->first == c->first && c->done <= b->level.count;
    ok = ok && children_again(b, job) && next_first(b) + b->children->len == states &&
         order_again(b, job, c->order[1], c->skip[1]) && sum_of_paths(b) == c->paths;
    if (ok)
        reopen_children(b);
    return ok;
}

static bool resume(Bfs *b, Job *job)
{
    UcSearch *s = b->s;
    UcCheckpoint c = checkpoint_new();
    bool ok = s->model->moves && uc_checkpoint_read(s, &c, s->options->resume->data, s->options->resume->len) &&
              levels_again(b, job, &c);
    s->result->resumed = s->result->figures;
    s->result->resumed.states = uc_visited_count(s->visited);
    b->resumed = c.done;
    checkpoint_clear(&c);
    return ok;
}

static bool stopped_early(UcSearchEnd end)
{
    return end == UC_SEARCH_MEMORY || end == UC_SEARCH_TIME || end == UC_SEARCH_INTERRUPTED;
}

static void run(Bfs *b)
{
    UcSearch *s = b->s;
    while (b->level.count && search_level(b)) {
        if (b->children->len && s->options->depth && s->result->figures.depth + 1 >= s->options->depth) {
            s->result->end = UC_SEARCH_DEPTH;
            s->result->figures.depth++;
            break;
        }
        next_level(b);
        s->result->figures.depth += b->level.count > 0;
    }
    s->result->figures.frontier = b->level.count;
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, memory_of(b));
    s->result->end = end;
    if (end == UC_SEARCH_FOUND)
        s->result->figures.states = next_first(b);
}

static Job *job_new(Bfs *b, uint32_t number)
{
    const UcModel *m = b->s->model;
    Job *j = g_new0(Job, 1);
    j->b = b;
    j->number = number;
    j->worker = m->worker_new(m->data);
    j->skip = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uc_row_init(&j->row);
    uc_row_init(&j->last);
    j->loaded = UC_NO_STATE;
    return j;
}

static void job_free(Job *j)
{
    j->b->s->model->worker_free(j->worker);
    uc_row_clear(&j->row);
    uc_row_clear(&j->last);
    g_array_unref(j->skip);
    uc_arena_free(&j->skips[0]);
    uc_arena_free(&j->skips[1]);
    g_free(j);
}

static Bfs *bfs_new(UcSearch *s)
{
    Bfs *b = g_new0(Bfs, 1);
    b->s = s;
    b->children = g_array_new(FALSE, FALSE, sizeof(Child));
    for (uint32_t i = 0; i < WINDOW; i++) {
        b->block[i].claims = g_array_new(FALSE, FALSE, sizeof(Claim));
        b->block[i].edges.stop = uc_search_stop;
        b->block[i].edges.stop_data = s;
    }
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    return b;
}

static void bfs_free(Bfs *b)
{
    for (uint32_t i = 0; i < WINDOW; i++) {
        g_array_unref(b->block[i].claims);
        g_free(b->block[i].edges.edge);
    }
    level_clear(&b->level);
    g_array_unref(b->children);
    g_free(b->job);
    g_free(b->taken);
    g_free(b);
}

/* The first level: the root alone. */
static void begin(Bfs *b)
{
    UcRow first;
    bool fresh;
    b->level = (Level){ .segment = g_new0(UcRows, 1), .count = 1, .path = g_new0(uint64_t, 1),
                        .number = g_new0(uint32_t, 1), .skip = g_new0(const uint32_t *, 1) };
    UcDigest root = uc_search_root(b->s, &first, b->level.segment);
    uc_row_clear(&first);
    if (b->s->options->resume)
        return;
    uc_visited_add(b->s->visited, root, UC_NO_STATE, 0, &fresh);
    uc_visited_open(b->s->visited, 1);
}

void uc_search_bfs(UcSearch *s)
{
    Bfs *b = bfs_new(s);
    b->jobs = MAX(s->options->jobs, 1u);
    b->job = g_new(Job *, b->jobs);
    for (uint32_t i = 0; i < b->jobs; i++)
        b->job[i] = job_new(b, i);
    b->crew = uc_crew_new((void **)b->job, b->jobs);
    begin(b);
    if (!s->options->resume || resume(b, b->job[0]))
        run(b);
    else
        s->result->end = UC_SEARCH_NOT_RESUMED;
    if (s->options->checkpoint && stopped_early(s->result->end))
        save(b);
    uc_crew_free(b->crew);
    for (uint32_t i = 0; i < b->jobs; i++)
        job_free(b->job[i]);
    bfs_free(b);
}
