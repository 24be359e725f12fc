/* Random walks: from the root until nothing is possible any more. Walk number i is a function of (seed, i). */
#include <string.h>

#include "simulator/explore/search_internal.h"

enum { DEPTH = 1000, PCT_LENGTH = 32, ACTORS_MAX = 256 }; /* PCT_LENGTH: where change points may fall */

/* A small generator with a published name: splitmix64 (Steele, Lea and Flood, OOPSLA 2014). */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. n-1; the bias of at most n / 2^64 does not matter here. */
static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(((unsigned __int128)draw(state) * n) >> 64);
}

typedef struct {
    UcSearch *s;
    void *worker;
    UcRow row;
    UcChange change[UC_CHANGES_MAX];
    UcRows root;
    UcEdges edges;
    uint64_t coins;
    uint64_t priority[ACTORS_MAX];   /* pct: higher moves first */
    uint32_t change_at[ACTORS_MAX];
} Walk;

static void begin_pct(Walk *w)
{
    uint32_t actors = w->s->model->actors, points = w->s->options->change_points;
    g_assert(actors <= ACTORS_MAX && points <= ACTORS_MAX);
    for (uint32_t i = 0; i < actors; i++)
        w->priority[i] = (draw(&w->coins) >> 8) + points;
    for (uint32_t i = 0; i + 1 < points; i++)
        w->change_at[i] = below(&w->coins, w->s->options->depth ? w->s->options->depth : PCT_LENGTH);
}

static uint32_t choose_pct(Walk *w, uint32_t step)
{
    const UcModel *m = w->s->model;
    uint32_t best = 0, same = 0;
    uint64_t highest = 0;
    for (uint32_t i = 0; i < w->edges.count; i++)
        highest = MAX(highest, w->priority[m->actor(m->data, w->edges.edge[i].move)]);
    for (uint32_t i = 0; i < w->edges.count; i++) { /* one of its moves, each as likely */
        if (w->priority[m->actor(m->data, w->edges.edge[i].move)] == highest && below(&w->coins, ++same) == 0)
            best = i;
    }
    for (uint32_t i = 0; i + 1 < w->s->options->change_points; i++) {
        if (w->change_at[i] == step)
            w->priority[m->actor(m->data, w->edges.edge[best].move)] = i;
    }
    return best;
}

static uint32_t choose(Walk *w, uint32_t step)
{
    return w->s->options->strategy == UC_PCT ? choose_pct(w, step) : below(&w->coins, w->edges.count);
}

static bool found(Walk *w, uint64_t number, const UcEdge *edge)
{
    UcSearchResult *r = w->s->result;
    if (!edge->finding)
        return false;
    r->end = UC_SEARCH_FOUND;
    r->finding = edge->finding;
    r->walk = number;
    return true;
}

/* True: go on with the next walk. */
static bool walk(Walk *w, uint64_t number)
{
    UcSearch *s = w->s;
    const UcModel *m = s->model;
    uint32_t limit = s->options->depth ? s->options->depth : DEPTH, step = 0;
    w->coins = s->options->seed * UINT64_C(0xd1342543de82ef95) + number;
    draw(&w->coins);
    if (s->options->strategy == UC_PCT)
        begin_pct(w);
    uc_row_load(&w->row, &w->root, 0);
    g_array_set_size(s->result->path, 0);
    for (; step < limit; step++) {
        w->edges.count = w->edges.idle = 0;
        if (!m->expand(w->worker, w->row.word, NULL, 0, &w->edges)) {
            s->result->end = UC_SEARCH_BROKEN;
            return false;
        }
        s->result->figures.idle += w->edges.idle;
        if (!w->edges.count)
            break;
        const UcEdge *edge = &w->edges.edge[choose(w, step)];
        s->result->figures.edges++;
        g_array_append_val(s->result->path, edge->move);
        if (found(w, number, edge))
            return false;
        uc_row_change(&w->row, w->change, m->changes(w->worker, w->row.word, edge, w->change));
    }
    s->result->figures.walks++;
    s->result->figures.depth = MAX(s->result->figures.depth, step);
    return true;
}

void uc_search_walks(UcSearch *s)
{
    Walk *w = g_new0(Walk, 1);
    w->s = s;
    uc_search_root(s, &w->row, &w->root);
    w->worker = s->model->worker_new(s->model->data);
    for (uint64_t i = 0; i < s->options->walks; i++) {
        if ((i % 64 == 0 && !uc_search_go_on(s, sizeof *w)) || !walk(w, i))
            break;
    }
    if (s->result->end != UC_SEARCH_FOUND)
        g_array_set_size(s->result->path, 0);
    s->model->worker_free(w->worker);
    uc_row_clear(&w->row);
    uc_rows_clear(&w->root);
    g_free(w->edges.edge);
    g_free(w);
}
