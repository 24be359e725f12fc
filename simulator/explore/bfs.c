/* Breadth first: level by level, in the order of parents and moves, so states get the same numbers every time. With
 * several jobs, blocks of parents are worked out side by side and entered in their order by whoever holds the turn. */
#include <string.h>

#include "simulator/explore/search_internal.h"

/* Parents whose moves are worked out before the visited set is asked, so that its misses overlap; states of a level
 * whose rows lie together. */
enum { BLOCK = 64, SEGMENT = 1024 };

/* A state of the next level: its row is made when its level begins. */
typedef struct {
    const void *effect;
    UcDigest hash;
    uint32_t parent; /* in this level */
    uint32_t move;
} Child;

typedef struct {
    UcRows *segment;
    uint32_t count;
} Level;

typedef struct {
    UcSearch *s;
    Level level;
    uint32_t first;      /* the number of its first state */
    GArray *children;    /* Child */
} Bfs;

typedef struct {
    Bfs *b;
    void *worker;
    UcRow row;
    UcEdges edges;
    uint32_t from, count;   /* the block */
    uint32_t end_of[BLOCK]; /* in edges, by parent of the block */
    UcChange change[UC_CHANGES_MAX];
} Job;

static uint32_t segments(const Level *level) { return (level->count + SEGMENT - 1) / SEGMENT; }

static void level_clear(Level *level)
{
    for (uint32_t i = 0; i < segments(level); i++)
        uc_rows_clear(&level->segment[i]);
    g_free(level->segment);
    *level = (Level){ 0 };
}

static size_t frontier_memory(const Bfs *b)
{
    size_t sum = b->children->len * sizeof(Child);
    for (uint32_t i = 0; i < segments(&b->level); i++)
        sum += uc_rows_memory(&b->level.segment[i]);
    return sum;
}

static void load(Job *j, const Level *level, uint32_t state)
{
    uc_row_load(&j->row, &level->segment[state / SEGMENT], state % SEGMENT);
}

static bool expand_block(Job *j)
{
    const UcModel *m = j->b->s->model;
    uint32_t told = 0;
    j->edges.count = 0;
    for (uint32_t i = 0; i < j->count; i++) {
        load(j, &j->b->level, j->from + i);
        if (!m->expand(j->worker, j->row.word, NULL, 0, &j->edges))
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
                Child c = { edge->effect, edge->hash, j->from + i, edge->move };
                g_array_append_val(b->children, c);
            }
        }
    }
    s->result->figures.idle += j->edges.idle;
    j->edges.idle = 0;
    return true;
}

static bool search_level(Job *j)
{
    Bfs *b = j->b;
    UcSearch *s = b->s;
    for (j->from = 0; j->from < b->level.count; j->from += BLOCK) {
        j->count = MIN((uint32_t)BLOCK, b->level.count - j->from);
        s->result->figures.frontier = b->level.count - j->from;
        s->result->figures.waiting = b->children->len;
        if (!uc_search_go_on(s, frontier_memory(b)))
            return false;
        if (!expand_block(j)) {
            s->result->end = UC_SEARCH_BROKEN;
            return false;
        }
        if (!commit_block(j))
            return false;
    }
    return true;
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

static void next_level(Job *j)
{
    Bfs *b = j->b;
    Level next = { .count = b->children->len };
    next.segment = g_new0(UcRows, segments(&next) + 1);
    for (uint32_t i = 0; i < segments(&next); i++)
        build_segment(j, &next, i);
    b->first += b->level.count;
    level_clear(&b->level);
    b->level = next;
    g_array_set_size(b->children, 0);
}

static void run(Job *j)
{
    Bfs *b = j->b;
    UcSearch *s = b->s;
    while (b->level.count && search_level(j)) {
        if (b->children->len && s->options->depth && s->result->figures.depth + 1 >= s->options->depth) {
            s->result->end = UC_SEARCH_DEPTH;
            s->result->figures.depth++;
            break;
        }
        next_level(j);
        s->result->figures.depth += b->level.count > 0;
    }
    s->result->figures.frontier = b->level.count;
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, frontier_memory(b));
    s->result->end = end;
}

void uc_search_bfs(UcSearch *s)
{
    const UcModel *m = s->model;
    Bfs b = { .s = s, .children = g_array_new(FALSE, FALSE, sizeof(Child)) };
    Job *j = g_new0(Job, 1);
    bool fresh;
    j->b = &b;
    j->worker = m->worker_new(m->data);
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    b.level = (Level){ g_new0(UcRows, 1), 1 };
    uc_visited_add(s->visited, uc_search_root(s, &j->row, b.level.segment), UC_NO_STATE, 0, &fresh);
    run(j);
    m->worker_free(j->worker);
    uc_row_clear(&j->row);
    g_free(j->edges.edge);
    g_free(j);
    level_clear(&b.level);
    g_array_unref(b.children);
}
