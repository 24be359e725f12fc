/* Breadth first: level by level, in the order of parents and moves, so states get the same numbers every time. With
 * several jobs, blocks of parents are worked out side by side and entered in their order by whoever holds the turn. */
#include <string.h>

#include "simulator/explore/search_internal.h"

/* Parents whose moves are worked out before the visited set is asked, so that its misses overlap; states of a level
 * whose rows lie together. */
enum { BLOCK = 128, SEGMENT = 1024 };

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
    uint32_t count;
    GArray *skip;        /* uint32_t moves */
    size_t *skip_end;    /* by state; NULL: none */
} Level;

typedef struct {
    UcSearch *s;
    Level level;
    uint32_t first;      /* the number of its first state */
    GArray *children;    /* Child */
    GArray *skip;        /* uint32_t, of the next level */
    UcOrdered ordered;
    Level *next;         /* while it is made */
    uint32_t done;       /* states of this level that were entered */
    uint32_t resumed;    /* states of this level that were entered before the search went on */
} Bfs;

typedef struct {
    Bfs *b;
    void *worker;
    UcRow row;
    UcEdges edges;
    uint32_t from, count;   /* the block */
    uint32_t end_of[BLOCK]; /* in edges, by parent of the block */
    uint64_t skipped;
    UcChange change[UC_CHANGES_MAX];
} Job;

static uint32_t segments(const Level *level) { return (level->count + SEGMENT - 1) / SEGMENT; }

static void level_clear(Level *level)
{
    for (uint32_t i = 0; i < segments(level); i++)
        uc_rows_clear(&level->segment[i]);
    g_free(level->segment);
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

static bool expand_block(Job *j)
{
    const UcModel *m = j->b->s->model;
    uint32_t told = 0;
    j->edges.count = 0;
    for (uint32_t i = 0; i < j->count; i++) {
        load(j, &j->b->level, j->from + i);
        uint32_t skips;
        const uint32_t *skip = skips_of(&j->b->level, j->from + i, &skips);
        j->skipped += skips;
        if (!m->expand(j->worker, j->row.word, skip, skips, &j->edges))
            return false;
        for (; told < j->edges.count; told++)
            uc_visited_prefetch(j->b->s->visited, j->edges.edge[told].hash);
        j->end_of[i] = j->edges.count;
    }
    return true;
}

static bool found(Bfs *b, uint32_t parent, const UcEdge *edge)
{
    UcSearch *s = b->s;
    if (!edge->finding)
        return false;
    uc_search_path(s, b->first + parent, edge->move);
    s->result->finding = edge->finding;
    s->result->end = UC_SEARCH_FOUND;
    return true;
}

/* A state reached first by the move `edge[at]` of a parent need not follow the parent's moves that commute with it and
 * come before it in the order of moves: that move and then this one leads to the same state as this one and then that
 * one, from a state that is visited at the same depth. Skipping the other order there too would need an order in which
 * each of two moves comes before the other. So every state is still visited at its depth, by at least one way. */
static void note_skips(Job *j, uint32_t from, uint32_t to, uint32_t at)
{
    const UcModel *m = j->b->s->model;
    const UcEdge *edge = j->edges.edge;
    if (!j->b->s->options->commute || !m->commute)
        return;
    uint64_t mine = m->order(m->data, edge[at].move);
    for (uint32_t i = from; i < to; i++) {
        if (i != at && m->order(m->data, edge[i].move) < mine && m->commute(j->worker, &edge[i], &edge[at]))
            g_array_append_val(j->b->skip, edge[i].move);
    }
}

/* True: go on. */
static bool commit_block(Job *j)
{
    Bfs *b = j->b;
    UcSearch *s = b->s;
    uc_visited_reserve(s->visited, j->edges.count);
    for (uint32_t e = 0; e < j->edges.count; e++)
        uc_visited_prefetch_state(s->visited, j->edges.edge[e].hash);
    uint32_t e = 0;
    for (uint32_t i = 0; i < j->count; i++) {
        for (; e < j->end_of[i]; e++) {
            const UcEdge *edge = &j->edges.edge[e];
            bool fresh;
            s->result->figures.edges++;
            if (found(b, j->from + i, edge))
                return false;
            uc_visited_add(s->visited, edge->hash, b->first + j->from + i, edge->move, &fresh);
            if (fresh) {
                note_skips(j, i ? j->end_of[i - 1] : 0, j->end_of[i], e);
                Child c = { edge->effect, edge->hash, j->from + i, edge->move, b->skip->len };
                g_array_append_val(b->children, c);
            }
        }
    }
    s->result->figures.idle += j->edges.idle;
    s->result->figures.skipped += j->skipped;
    j->edges.idle = j->skipped = 0;
    return true;
}

/* Enters a block that was worked out. True: go on. */
static bool enter(Job *j, bool sound)
{
    Bfs *b = j->b;
    UcSearch *s = b->s;
    s->result->figures.frontier = b->level.count - j->from;
    s->result->figures.waiting = b->children->len;
    if (!sound) {
        s->result->end = UC_SEARCH_BROKEN;
        return false;
    }
    b->done = j->from;
    return uc_search_go_on(s, frontier_memory(b)) && commit_block(j);
}

static void search_blocks(void *job)
{
    Job *j = job;
    Bfs *b = j->b;
    uint64_t block;
    while (uc_ordered_take(&b->ordered, &block)) {
        j->from = b->resumed + (uint32_t)block * BLOCK;
        j->count = MIN((uint32_t)BLOCK, b->level.count - j->from);
        bool sound = expand_block(j);
        if (!uc_ordered_wait(&b->ordered, block))
            break;
        uc_ordered_done(&b->ordered, enter(j, sound));
    }
}

static bool search_level(Bfs *b, Job **job, unsigned jobs)
{
    uc_ordered_init(&b->ordered, (b->level.count - b->resumed + BLOCK - 1) / BLOCK);
    uc_jobs_run(search_blocks, (void **)job, jobs);
    bool go_on = !b->ordered.stopped;
    b->resumed = 0;
    uc_ordered_clear(&b->ordered);
    return go_on;
}

/* The rows of one segment of the next level. */
static void build_segment(Job *j, Level *next, uint32_t number)
{
    const UcModel *m = j->b->s->model;
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT), loaded = UC_NO_STATE;
    for (uint32_t i = from; i < to; i++) {
        const Child *c = &g_array_index(j->b->children, Child, i);
        UcEdge edge = { c->hash, c->effect, c->move, 0 };
        if (c->parent != loaded)
            load(j, &j->b->level, c->parent);
        loaded = c->parent;
        uc_rows_add(&next->segment[number], &j->row, j->change, m->changes(j->worker, j->row.word, &edge, j->change));
    }
}

static void build_segments(void *job)
{
    Job *j = job;
    uint64_t number;
    while (uc_ordered_take(&j->b->ordered, &number))
        build_segment(j, j->b->next, (uint32_t)number);
}

static void next_level(Bfs *b, Job **job, unsigned jobs)
{
    Level next = { .count = b->children->len };
    next.segment = g_new0(UcRows, segments(&next) + 1);
    b->next = &next;
    uc_ordered_init(&b->ordered, segments(&next));
    uc_jobs_run(build_segments, (void **)job, jobs);
    uc_ordered_clear(&b->ordered);
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
    if (end->len && end->len != b->level.count)
        return false;
    for (guint i = 0; end->len && i < b->level.count; i++)
        b->level.skip_end[i] = (size_t)g_array_index(end, uint64_t, i);
    if (end->len)
        g_array_append_vals(b->level.skip, c->skip[0]->data, c->skip[0]->len);
    g_array_append_vals(b->skip, c->skip[1]->data, c->skip[1]->len);
    return true;
}

static bool resume(Bfs *b, Job **job, unsigned jobs)
{
    UcSearch *s = b->s;
    UcCheckpoint c = checkpoint_new();
    bool ok = s->model->moves && uc_checkpoint_read(s, &c, s->options->resume->data, s->options->resume->len);
    while (ok && b->first < c.first) {
        ok = children_again(b, job[0], b->first + b->level.count, NULL) && b->children->len > 0;
        if (ok)
            next_level(b, job, jobs);
    }
    ok = ok && b->first == c.first && c.done <= b->level.count && skips_again(b, &c) &&
         children_again(b, job[0], b->first + b->level.count, c.skip_end[1]);
    b->resumed = c.done;
    checkpoint_clear(&c);
    return ok;
}

static bool stopped_early(UcSearchEnd end)
{
    return end == UC_SEARCH_MEMORY || end == UC_SEARCH_TIME || end == UC_SEARCH_INTERRUPTED;
}

static void run(Bfs *b, Job **job, unsigned jobs)
{
    UcSearch *s = b->s;
    while (b->level.count && search_level(b, job, jobs)) {
        if (b->children->len && s->options->depth && s->result->figures.depth + 1 >= s->options->depth) {
            s->result->end = UC_SEARCH_DEPTH;
            s->result->figures.depth++;
            break;
        }
        next_level(b, job, jobs);
        s->result->figures.depth += b->level.count > 0;
    }
    s->result->figures.frontier = b->level.count;
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, frontier_memory(b));
    s->result->end = end;
}

static Job *job_new(Bfs *b)
{
    const UcModel *m = b->s->model;
    Job *j = g_new0(Job, 1);
    j->b = b;
    j->worker = m->worker_new(m->data);
    uc_row_init(&j->row);
    return j;
}

static void job_free(Job *j)
{
    j->b->s->model->worker_free(j->worker);
    uc_row_clear(&j->row);
    g_free(j->edges.edge);
    g_free(j);
}

void uc_search_bfs(UcSearch *s)
{
    Bfs b = { .s = s, .children = g_array_new(FALSE, FALSE, sizeof(Child)),
              .skip = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
    unsigned jobs = MAX(s->options->jobs, 1u);
    Job **job = g_new(Job *, jobs);
    UcRow first;
    bool fresh;
    for (unsigned i = 0; i < jobs; i++)
        job[i] = job_new(&b);
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    b.level = (Level){ .segment = g_new0(UcRows, 1), .count = 1 };
    UcDigest root = uc_search_root(s, &first, b.level.segment);
    uc_row_clear(&first);
    if (!s->options->resume)
        uc_visited_add(s->visited, root, UC_NO_STATE, 0, &fresh);
    if (!s->options->resume || resume(&b, job, jobs))
        run(&b, job, jobs);
    else
        s->result->end = UC_SEARCH_NOT_RESUMED;
    if (s->options->checkpoint && stopped_early(s->result->end))
        save(&b);
    for (unsigned i = 0; i < jobs; i++)
        job_free(job[i]);
    g_free(job);
    level_clear(&b.level);
    g_array_unref(b.children);
    g_array_unref(b.skip);
}
