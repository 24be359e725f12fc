/* Breadth first: level by level, in the order of parents and moves, so states get the same numbers every time. */
#include <string.h>

#include "simulator/explore/search_internal.h"

enum { BLOCK = 64 }; /* parents whose moves are worked out before the visited set is asked, so that its misses overlap */

/* A state of the next level: its row is made when its level begins. */
typedef struct {
    const void *effect;
    UcDigest hash;
    uint32_t parent; /* in this level */
    uint32_t move;
} Child;

typedef struct {
    UcSearch *s;
    void *worker;
    UcRows rows;         /* this level */
    uint32_t first;      /* the number of its first state */
    GArray *children;    /* Child */
    UcEdges edges;
    uint32_t end_of[BLOCK]; /* in edges, by parent of the block */
} Bfs;

static size_t frontier_memory(const Bfs *b)
{
    return uc_rows_memory(&b->rows) + b->children->len * sizeof(Child);
}

static bool expand_block(Bfs *b, uint32_t from, uint32_t count)
{
    const UcModel *m = b->s->model;
    b->edges.count = 0;
    uint32_t told = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!m->expand(b->worker, uc_rows_get(&b->rows, from + i), b->rows.width, NULL, 0, &b->edges))
            return false;
        for (; told < b->edges.count; told++)
            uc_visited_prefetch(b->s->visited, b->edges.edge[told].hash);
        b->end_of[i] = b->edges.count;
    }
    return true;
}

/* True: go on. */
static bool commit_block(Bfs *b, uint32_t from, uint32_t count)
{
    UcSearch *s = b->s;
    uc_visited_reserve(s->visited, b->edges.count);
    for (uint32_t e = 0; e < b->edges.count; e++)
        uc_visited_prefetch_state(s->visited, b->edges.edge[e].hash);
    uint32_t e = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (; e < b->end_of[i]; e++) {
            const UcEdge *edge = &b->edges.edge[e];
            s->result->figures.edges++;
            if (edge->finding) {
                uc_search_path(s, b->first + from + i, edge->move);
                s->result->finding = edge->finding;
                s->result->end = UC_SEARCH_FOUND;
                return false;
            }
            bool fresh;
            uc_visited_add(s->visited, edge->hash, b->first + from + i, edge->move, &fresh);
            if (fresh) {
                Child c = { edge->effect, edge->hash, from + i, edge->move };
                g_array_append_val(b->children, c);
            }
        }
    }
    s->result->figures.idle += b->edges.idle;
    b->edges.idle = 0;
    return true;
}

static bool search_level(Bfs *b)
{
    UcSearch *s = b->s;
    for (uint32_t from = 0; from < b->rows.count; from += BLOCK) {
        uint32_t count = MIN((uint32_t)BLOCK, b->rows.count - from);
        s->result->figures.frontier = b->rows.count - from;
        s->result->figures.waiting = b->children->len;
        if (!uc_search_go_on(s, frontier_memory(b)))
            return false;
        if (!expand_block(b, from, count)) {
            s->result->end = UC_SEARCH_BROKEN;
            return false;
        }
        if (!commit_block(b, from, count))
            return false;
    }
    return true;
}

static void next_level(Bfs *b)
{
    const UcModel *m = b->s->model;
    UcRows next;
    uc_rows_init(&next, m->width(m->data), b->children->len);
    for (uint32_t i = 0; i < next.count; i++) {
        Child *c = &g_array_index(b->children, Child, i);
        UcEdge edge = { c->hash, c->effect, c->move, 0 };
        m->apply(b->worker, uc_rows_get(&b->rows, c->parent), b->rows.width, &edge, uc_rows_get(&next, i), next.width);
    }
    b->first += b->rows.count;
    uc_rows_clear(&b->rows);
    b->rows = next;
    g_array_set_size(b->children, 0);
}

static void run(Bfs *b)
{
    UcSearch *s = b->s;
    while (b->rows.count && search_level(b)) {
        if (b->children->len && s->options->depth && s->result->figures.depth + 1 >= s->options->depth) {
            s->result->end = UC_SEARCH_DEPTH;
            break;
        }
        next_level(b);
        s->result->figures.depth += b->rows.count > 0;
    }
    s->result->figures.frontier = b->rows.count;
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, frontier_memory(b));
    s->result->end = end;
}

void uc_search_bfs(UcSearch *s)
{
    const UcModel *m = s->model;
    Bfs b = { .s = s, .worker = m->worker_new(m->data), .children = g_array_new(FALSE, FALSE, sizeof(Child)) };
    bool fresh;
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    uc_rows_init(&b.rows, m->width(m->data), 1);
    m->root(m->data, b.rows.word);
    uc_visited_add(s->visited, m->hash(m->data, b.rows.word), UC_NO_STATE, 0, &fresh);
    run(&b);
    m->worker_free(b.worker);
    uc_rows_clear(&b.rows);
    g_array_unref(b.children);
    g_free(b.edges.edge);
}
