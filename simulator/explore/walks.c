/* Random walks: from the root until nothing is possible any more. Walk number i is a function of (seed, i). */
#include <string.h>

#include "simulator/explore/search_internal.h"

enum { DEPTH = 1000, PCT_LENGTH = 32, POINTS_MAX = 256, BLOCK = 32 }; /* PCT_LENGTH: where change points may fall */

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

/* What a block of walks came to. */
typedef struct {
    uint64_t edges, idle, walks, found_in; /* found_in: the walk that found something */
    uint32_t depth, finding;               /* finding: 0 for none */
    uint32_t ungraded;                     /* the move that did not use up one unit, + 1; 0: none */
    bool sound;
} Tally;

typedef struct {
    UcSearch *s;
    UcOrdered *ordered;
    void *worker;
    UcRow row;
    UcChange change[UC_CHANGES_MAX];
    UcRows root;
    UcEdges edges;
    GArray *path;                    /* uint32_t */
    Tally tally;
    uint64_t coins;
    uint64_t *priority;              /* pct, by actor: higher moves first */
    uint32_t change_at[POINTS_MAX];
} Walk;

static void begin_pct(Walk *w)
{
    uint32_t actors = w->s->model->actors, points = w->s->options->change_points;
    g_assert(points <= POINTS_MAX);
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

/* True: go on with the next walk. */
static bool walk(Walk *w, uint64_t number)
{
    const UcModel *m = w->s->model;
    const UcSearchOptions *o = w->s->options;
    uint32_t limit = o->depth ? o->depth : DEPTH, step = 0;
    w->coins = o->seed * UINT64_C(0xd1342543de82ef95) + number;
    draw(&w->coins);
    if (o->strategy == UC_PCT)
        begin_pct(w);
    uc_row_load(&w->row, &w->root, 0);
    g_array_set_size(w->path, 0);
    for (; step < limit; step++) {
        w->edges.count = w->edges.idle = 0;
        if (!m->expand(w->worker, w->row.word, NULL, 0, &w->edges))
            return w->tally.sound = false;
        if (w->edges.stopped)
            return false;
        w->tally.idle += w->edges.idle;
        if (!w->edges.count)
            break;
        const UcEdge *edge = &w->edges.edge[choose(w, step)];
        w->tally.edges++;
        g_array_append_val(w->path, edge->move);
        w->tally.finding = edge->finding;
        w->tally.found_in = number;
        if (edge->finding)
            return false;
        uc_row_change(&w->row, w->change, m->changes(w->worker, w->row.word, edge, w->change));
        if (!uc_search_edge_graded(w->s, edge) || !uc_search_graded(w->s, w->worker, w->row.word, step + 1)) {
            w->tally.ungraded = edge->move + 1;
            return false;
        }
    }
    w->tally.walks++;
    w->tally.depth = MAX(w->tally.depth, step);
    return true;
}

/* True: go on. */
static bool enter(Walk *w)
{
    UcSearchResult *r = w->s->result;
    r->figures.edges += w->tally.edges;
    r->figures.idle += w->tally.idle;
    r->figures.walks += w->tally.walks;
    r->figures.depth = MAX(r->figures.depth, w->tally.depth);
    if (!w->tally.sound) {
        uc_search_broken(w->s, NULL);
    } else if (w->tally.ungraded) {
        uc_search_ungraded(w->s, w->tally.ungraded - 1);
    } else if (w->tally.finding) {
        r->end = UC_SEARCH_FOUND;
        r->finding = w->tally.finding;
        r->walk = w->tally.found_in;
        g_array_append_vals(r->path, w->path->data, w->path->len);
    } else {
        return uc_search_go_on(w->s, (UcMemoryParts){ .of[UC_MEMORY_FRONTIER] = sizeof *w });
    }
    return false;
}

static void walk_blocks(void *job)
{
    Walk *w = job;
    uint64_t block;
    while (uc_ordered_take(w->ordered, &block)) {
        uint64_t from = block * BLOCK, to = MIN(from + BLOCK, w->s->options->walks);
        w->tally = (Tally){ .sound = true };
        while (from < to && walk(w, from))
            from++;
        if (!uc_ordered_wait(w->ordered, block))
            break;
        uc_ordered_done(w->ordered, enter(w));
    }
}

void uc_search_walks(UcSearch *s)
{
    unsigned jobs = MAX(s->options->jobs, 1u);
    Walk **w = g_new(Walk *, jobs);
    UcOrdered ordered;
    uc_ordered_init(&ordered, (s->options->walks + BLOCK - 1) / BLOCK);
    for (unsigned i = 0; i < jobs; i++) {
        w[i] = g_new0(Walk, 1);
        w[i]->s = s;
        w[i]->ordered = &ordered;
        w[i]->priority = g_new0(uint64_t, s->model->actors);
        w[i]->edges.stop = uc_search_stop;
        w[i]->edges.stop_data = s;
        w[i]->path = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        w[i]->worker = s->model->worker_new(s->model->data);
        uc_search_root(s, &w[i]->row, &w[i]->root);
    }
    UcCrew *crew = uc_crew_new((void **)w, jobs);
    uc_crew_work(crew, walk_blocks, jobs);
    uc_crew_free(crew);
    for (unsigned i = 0; i < jobs; i++) {
        s->model->worker_free(w[i]->worker);
        uc_row_clear(&w[i]->row);
        uc_rows_clear(&w[i]->root);
        g_array_unref(w[i]->path);
        g_free(w[i]->edges.edge);
        g_free(w[i]->priority);
        g_free(w[i]);
    }
    g_free(w);
    uc_ordered_clear(&ordered);
}
