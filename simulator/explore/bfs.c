/* Breadth first: level by level, in the order of parents and moves, so states get the same numbers every time, with any
 * number of jobs. A level is worked out in windows of parents: all moves of a window, then which of them lead to new
 * states, then these states in their order. In each of the three steps every job takes blocks of parents as it comes. */
#include <string.h>

#include "simulator/explore/search_internal.h"

/* Parents that one job takes at a time; blocks of a window, and how many moves it should have; states of a level whose
 * rows lie together; places of the index that are moved at a time; how far ahead the visited set is asked, so that its
 * misses overlap. */
enum { BLOCK = 64, WINDOW = 128, WINDOW_EDGES = 1 << 15, SEGMENT = 1024, PIECE = 1 << 14, AHEAD = 16, NEAR = 6 };

/* A state of the next level: its row is made when its level begins. */
typedef struct {
    const void *effect;
    UcDigest hash;
    uint32_t parent; /* in this level */
    uint32_t move;
    size_t skip_end; /* in the skips of the next level: moves that need not be followed from it end here */
} Child;

typedef struct {
    UcRows *segment;
    uint32_t *readers;   /* by segment: segments of the next level that are still made from it; NULL before */
    uint32_t count;
    GArray *skip;        /* uint32_t moves */
    size_t *skip_end;    /* by state; NULL: none */
} Level;

typedef struct {
    uint64_t place;      /* in the visited set */
    uint32_t edge;       /* of the block */
    uint32_t parent;     /* of the block */
} Claim;

typedef struct {
    uint32_t from, count;    /* parents, in this level */
    UcEdges edges;
    uint32_t end_of[BLOCK];  /* in edges, by parent */
    uint64_t idle_of[BLOCK], skipped_of[BLOCK]; /* up to this parent */
    uint32_t rank;           /* in the window, of its first edge */
    uint32_t limit;          /* edges before the one that found something */
    GArray *claims;          /* Claim: edges that may lead to new states, then those that do */
    uint32_t first_child;    /* of these, in the next level */
    GArray *skip;            /* uint32_t, of the children */
    bool sound;
} Block;

typedef struct Job Job;

typedef struct {
    UcSearch *s;
    UcCrew *crew;
    Job **job;
    uint32_t jobs;
    Level level;
    uint32_t first;      /* the number of its first state */
    GArray *children;    /* Child */
    GArray *skip;        /* uint32_t, of the next level */
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
    UcChange change[UC_CHANGES_MAX];
};

static uint32_t segments(const Level *level) { return (level->count + SEGMENT - 1) / SEGMENT; }

static void level_clear(Level *level)
{
    for (uint32_t i = 0; i < segments(level); i++)
        uc_rows_clear(&level->segment[i]);
    g_free(level->segment);
    g_free(level->readers);
    g_free(level->skip_end);
    if (level->skip)
        g_array_unref(level->skip);
    *level = (Level){ 0 };
}

static size_t frontier_memory(const Bfs *b)
{
    size_t sum = b->children->len * sizeof(Child) + (b->skip->len + (b->level.skip ? b->level.skip->len : 0)) *
                 sizeof(uint32_t) + b->level.count * sizeof(size_t);
    for (uint32_t i = 0; i < segments(&b->level); i++)
        sum += uc_rows_memory(&b->level.segment[i]);
    return sum;
}

static void load(Job *j, const Level *level, uint32_t state)
{
    uc_row_load(&j->row, &level->segment[state / SEGMENT], state % SEGMENT);
}

static const uint32_t *skips_of(const Level *level, uint32_t state, uint32_t *count)
{
    *count = 0;
    if (!level->skip_end)
        return NULL;
    size_t from = state ? level->skip_end[state - 1] : 0;
    *count = (uint32_t)(level->skip_end[state] - from);
    return (const uint32_t *)(const void *)level->skip->data + from;
}

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

static void expand_block(Job *j, Block *k)
{
    const UcModel *m = j->b->s->model;
    uint64_t skipped = 0;
    k->edges.count = 0;
    k->edges.idle = 0;
    k->edges.stopped = false;
    k->sound = true;
    for (uint32_t i = 0; i < k->count && k->sound && !k->edges.stopped; i++) {
        uint32_t skips;
        const uint32_t *skip = skips_of(&j->b->level, k->from + i, &skips);
        load(j, &j->b->level, k->from + i);
        k->sound = m->expand(j->worker, j->row.word, skip, skips, &k->edges);
        skipped += skips;
        k->end_of[i] = k->edges.count;
        k->idle_of[i] = k->edges.idle;
        k->skipped_of[i] = skipped;
    }
    for (k->limit = 0; k->limit < k->edges.count && !k->edges.edge[k->limit].finding; k->limit++)
        ;
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
    uint32_t parent = 0, claims = 0;
    g_array_set_size(k->claims, k->limit);
    Claim *claim = (Claim *)(void *)k->claims->data;
    for (uint32_t e = 0; e < MIN(k->limit, (uint32_t)AHEAD); e++)
        uc_visited_prefetch(visited, edge[e].hash);
    for (uint32_t e = 0; e < k->limit; e++) {
        if (e + AHEAD < k->limit)
            uc_visited_prefetch(visited, edge[e + AHEAD].hash);
        if (e + NEAR < k->limit)
            uc_visited_prefetch_state(visited, edge[e + NEAR].hash);
        while (e >= k->end_of[parent])
            parent++;
        uint64_t place = uc_visited_claim(visited, edge[e].hash, k->rank + e);
        if (place != UC_NO_PLACE)
            claim[claims++] = (Claim){ place, e, parent };
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
    for (guint i = 0; i < k->claims->len; i++) {
        if (uc_visited_holds(b->s->visited, c[i].place, k->rank + c[i].edge))
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

/* A state reached first by the move `edge[at]` of a parent need not follow the parent's moves that commute with it and
 * come before it in the order of moves: that move and then this one leads to the same state as this one and then that
 * one, from a state that is visited at the same depth. Skipping the other order there too would need an order in which
 * each of two moves comes before the other. So every state is still visited at its depth, by at least one way. */
static void note_skips(Job *j, Block *k, const Claim *c)
{
    const UcModel *m = j->b->s->model;
    const UcEdge *edge = k->edges.edge;
    if (!j->b->s->options->commute || !m->commute)
        return;
    uint64_t mine = m->order(m->data, edge[c->edge].move);
    uint32_t to = MIN(k->end_of[c->parent], k->limit), from = c->parent ? k->end_of[c->parent - 1] : 0, skips = k->skip->len;
    g_array_set_size(k->skip, skips + to - from);
    for (uint32_t i = from; i < to; i++) {
        if (i != c->edge && m->order(m->data, edge[i].move) < mine && m->commute(j->worker, &edge[i], &edge[c->edge]))
            g_array_index(k->skip, uint32_t, skips++) = edge[i].move;
    }
    g_array_set_size(k->skip, skips);
}

static void settle_block(Job *j, Block *k)
{
    Bfs *b = j->b;
    g_array_set_size(k->skip, 0);
    for (guint i = 0; i < k->claims->len; i++) {
        const Claim *c = &g_array_index(k->claims, Claim, i);
        const UcEdge *edge = &k->edges.edge[c->edge];
        uint32_t child = k->first_child + i, parent = k->from + c->parent;
        uc_visited_settle(b->s->visited, c->place, b->first + b->level.count + child - uc_visited_count(b->s->visited),
                          edge->hash, b->first + parent, edge->move);
        note_skips(j, k, c);
        g_array_index(b->children, Child, child) = (Child){ edge->effect, edge->hash, parent, edge->move, k->skip->len };
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

/* Where in the window something was found, or nothing is sound any more, the rest of it is left out. Returns the blocks
 * that are left; `last` is the one with the finding, or NULL. */
static uint32_t cut_at_finding(Bfs *b, uint32_t blocks, Block **last)
{
    uint32_t rank = 0;
    *last = NULL;
    for (uint32_t n = 0; n < blocks; n++) {
        Block *k = &b->block[n];
        k->rank = rank;
        rank += k->limit;
        if (k->limit < k->edges.count)
            *last = k;
        else if (!k->sound)
            b->s->result->end = UC_SEARCH_BROKEN;
        if (*last || !k->sound)
            return n + 1;
    }
    return blocks;
}

static void add_figures(UcSearchFigures *f, const Block *k)
{
    uint32_t parents = k->count;
    while (parents && k->end_of[parents - 1] > k->limit) /* not of the parent that found something */
        parents--;
    f->edges += k->limit;
    f->idle += parents ? k->idle_of[parents - 1] : 0;
    f->skipped += parents ? k->skipped_of[parents - 1] : 0;
}

static void found(Bfs *b, const Block *k)
{
    UcSearch *s = b->s;
    const UcEdge *edge = &k->edges.edge[k->limit];
    uint32_t parent = 0;
    while (k->end_of[parent] <= k->limit)
        parent++;
    s->result->figures.edges++;
    s->result->finding = edge->finding;
    s->result->end = UC_SEARCH_FOUND;
    uc_search_path(s, b->first + k->from + parent, edge->move);
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

/* Enters the new states of a window. */
static void enter(Bfs *b, uint32_t blocks)
{
    UcVisited *visited = b->s->visited;
    Block *last = &b->block[blocks - 1];
    uint32_t before = b->children->len, total = before;
    make_room(b, last->rank + last->limit);
    work(b, claim_blocks, blocks);
    work(b, keep_blocks, blocks);
    for (uint32_t n = 0; n < blocks; n++) {
        b->block[n].first_child = total;
        total += b->block[n].claims->len;
    }
    g_array_set_size(b->children, total);
    work(b, settle_blocks, blocks);
    uc_visited_settled(visited, total - before);
    for (uint32_t n = 0; n < blocks; n++) {
        const Block *k = &b->block[n];
        for (uint32_t i = 0; i < k->claims->len; i++)
            g_array_index(b->children, Child, k->first_child + i).skip_end += b->skip->len;
        g_array_append_vals(b->skip, k->skip->data, k->skip->len);
        add_figures(&b->s->result->figures, k);
    }
}

/* The blocks before the first in which moves were left out. */
static uint32_t whole_blocks(const Bfs *b, uint32_t blocks)
{
    uint32_t n = 0;
    while (n < blocks && !b->block[n].edges.stopped)
        n++;
    return n;
}

/* True: go on. */
static bool search_window(Bfs *b, uint32_t blocks)
{
    Block *last;
    work(b, expand_blocks, blocks);
    uint32_t whole = whole_blocks(b, blocks);
    bool stopped = whole < blocks;
    blocks = cut_at_finding(b, whole, &last);
    if (b->s->result->end == UC_SEARCH_BROKEN)
        return false;
    if (stopped && !last) { /* the window is not entered: it is worked out again when the search goes on */
        bool go_on = uc_search_go_on(b->s, frontier_memory(b));
        g_assert(!go_on);
        return false;
    }
    enter(b, blocks);
    if (last)
        found(b, last);
    return !last;
}

static bool search_level(Bfs *b)
{
    UcSearchFigures *f = &b->s->result->figures;
    for (uint32_t from = b->resumed, blocks; from < b->level.count;
         from = b->block[blocks - 1].from + b->block[blocks - 1].count) {
        f->frontier = b->level.count - from;
        f->waiting = b->children->len;
        b->done = from;
        blocks = cut_window(b, from);
        if (!uc_search_go_on(b->s, frontier_memory(b)) || !search_window(b, blocks))
            return false;
    }
    b->resumed = 0;
    return true;
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
    for (uint32_t n = 0, first, last; n < segments(next); n++) {
        parents_of(b, next, n, &first, &last);
        for (uint32_t i = first; i <= last; i++)
            b->level.readers[i]++;
    }
}

/* Rows that nobody needs any more make room for those of the next level. */
static void release_parents(Bfs *b, const Level *next, uint32_t number)
{
    uint32_t first, last;
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
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT), loaded = UC_NO_STATE;
    const UcRows *like = &j->b->level.segment[g_array_index(j->b->children, Child, from).parent / SEGMENT];
    size_t each = like->used / like->count; /* rows of the next level are not much longer */
    uc_rows_reserve(&next->segment[number], to - from, (to - from) * (each + each / 16 + 16));
    for (uint32_t i = from; i < to; i++) {
        const Child *c = &g_array_index(j->b->children, Child, i);
        if (i + NEAR < to)
            __builtin_prefetch(c[NEAR].effect);
        UcEdge edge = { c->hash, c->effect, c->move, 0 };
        if (c->parent != loaded)
            load(j, &j->b->level, c->parent);
        loaded = c->parent;
        uc_rows_add(&next->segment[number], &j->row, j->change, m->changes(j->worker, j->row.word, &edge, j->change));
    }
    release_parents(j->b, next, number);
}

static void build_segments(void *job)
{
    Job *j = job;
    for (uint32_t n; take(j, share_of_piece, &n);)
        build_segment(j, j->b->next, n);
}

static void next_level(Bfs *b)
{
    Level next = { .count = b->children->len };
    next.segment = g_new0(UcRows, segments(&next) + 1);
    b->next = &next;
    count_readers(b, &next);
    work(b, build_segments, segments(&next));
    next.skip_end = g_new(size_t, next.count + 1);
    for (uint32_t i = 0; i < next.count; i++)
        next.skip_end[i] = g_array_index(b->children, Child, i).skip_end;
    next.skip = b->skip;
    b->skip = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    b->first += b->level.count;
    level_clear(&b->level);
    b->level = next;
    g_array_set_size(b->children, 0);
}

/* ---- stopping and going on ---- */

static UcCheckpoint checkpoint_new(void)
{
    UcCheckpoint c = { 0 };
    for (int i = 0; i < 2; i++) {
        c.skip_end[i] = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        c.skip[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    }
    return c;
}

static void checkpoint_clear(UcCheckpoint *c)
{
    for (int i = 0; i < 2; i++) {
        g_array_unref(c->skip_end[i]);
        g_array_unref(c->skip[i]);
    }
}

static void save(Bfs *b)
{
    UcCheckpoint c = checkpoint_new();
    c.first = b->first;
    c.done = b->done;
    for (uint32_t i = 0; b->level.skip_end && i < b->level.count; i++)
        g_array_append_vals(c.skip_end[0], &(const uint64_t){ b->level.skip_end[i] }, 1);
    for (guint i = 0; i < b->children->len; i++)
        g_array_append_vals(c.skip_end[1], &(const uint64_t){ g_array_index(b->children, Child, i).skip_end }, 1);
    if (b->level.skip)
        g_array_append_vals(c.skip[0], b->level.skip->data, b->level.skip->len);
    g_array_append_vals(c.skip[1], b->skip->data, b->skip->len);
    uc_checkpoint_write(b->s, &c, b->s->options->checkpoint);
    checkpoint_clear(&c);
}

/* The children of this level as the visited set knows them, from state `from` on. False: a move leads elsewhere now. */
static bool children_again(Bfs *b, Job *j, uint32_t from, const GArray *skip_end)
{
    UcSearch *s = b->s;
    uint32_t states = uc_visited_count(s->visited), loaded = UC_NO_STATE;
    for (uint32_t i = from; i < states; i++) {
        UcEdge edge;
        uint32_t move, parent = uc_visited_parent(s->visited, i, &move);
        UcDigest h = uc_visited_hash(s->visited, i);
        if (parent >= b->first + b->level.count)
            break;
        if (parent < b->first)
            return false;
        if (parent != loaded)
            load(j, &b->level, parent - b->first);
        loaded = parent;
        if (!s->model->step(j->worker, j->row.word, move, &edge) || edge.hash.lo != h.lo || edge.hash.hi != h.hi)
            return false;
        uint32_t n = b->children->len;
        Child c = { edge.effect, edge.hash, parent - b->first, move,
                    skip_end && n < skip_end->len ? (size_t)g_array_index(skip_end, uint64_t, n) : 0 };
        g_array_append_val(b->children, c);
    }
    return true;
}

static bool skips_again(Bfs *b, const UcCheckpoint *c)
{
    const GArray *end = c->skip_end[0];
    if (end->len && (!b->level.skip_end || end->len != b->level.count)) /* the first level has none */
        return false;
    for (guint i = 0; end->len && i < b->level.count; i++)
        b->level.skip_end[i] = (size_t)g_array_index(end, uint64_t, i);
    if (end->len)
        g_array_append_vals(b->level.skip, c->skip[0]->data, c->skip[0]->len);
    g_array_append_vals(b->skip, c->skip[1]->data, c->skip[1]->len);
    return true;
}

static bool resume(Bfs *b, Job *job)
{
    UcSearch *s = b->s;
    UcCheckpoint c = checkpoint_new();
    bool ok = s->model->moves && uc_checkpoint_read(s, &c, s->options->resume->data, s->options->resume->len);
    while (ok && b->first < c.first) {
        ok = children_again(b, job, b->first + b->level.count, NULL) && b->children->len > 0;
        if (ok)
            next_level(b);
    }
    ok = ok && b->first == c.first && c.done <= b->level.count && skips_again(b, &c) &&
         children_again(b, job, b->first + b->level.count, c.skip_end[1]) && b->children->len == c.skip_end[1]->len;
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
    uc_search_go_on(s, frontier_memory(b));
    s->result->end = end;
}

static Job *job_new(Bfs *b, uint32_t number)
{
    const UcModel *m = b->s->model;
    Job *j = g_new0(Job, 1);
    j->b = b;
    j->number = number;
    j->worker = m->worker_new(m->data);
    uc_row_init(&j->row);
    return j;
}

static void job_free(Job *j)
{
    j->b->s->model->worker_free(j->worker);
    uc_row_clear(&j->row);
    g_free(j);
}

static Bfs *bfs_new(UcSearch *s)
{
    Bfs *b = g_new0(Bfs, 1);
    b->s = s;
    b->children = g_array_new(FALSE, FALSE, sizeof(Child));
    b->skip = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < WINDOW; i++) {
        b->block[i].claims = g_array_new(FALSE, FALSE, sizeof(Claim));
        b->block[i].skip = g_array_new(FALSE, FALSE, sizeof(uint32_t));
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
        g_array_unref(b->block[i].skip);
        g_free(b->block[i].edges.edge);
    }
    level_clear(&b->level);
    g_array_unref(b->children);
    g_array_unref(b->skip);
    g_free(b->job);
    g_free(b->taken);
    g_free(b);
}

/* The first level: the root alone. */
static void begin(Bfs *b)
{
    UcRow first;
    bool fresh;
    b->level = (Level){ .segment = g_new0(UcRows, 1), .count = 1 };
    UcDigest root = uc_search_root(b->s, &first, b->level.segment);
    uc_row_clear(&first);
    if (!b->s->options->resume)
        uc_visited_add(b->s->visited, root, UC_NO_STATE, 0, &fresh);
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
