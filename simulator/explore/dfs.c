/* Depth first: a stack of rows and of the moves still to be followed from each. */
#include <string.h>

#include "simulator/explore/search_internal.h"

typedef struct {
    UcEdges edges;
    uint32_t *row;
    uint32_t width, next, state;
} Frame;

typedef struct {
    UcSearch *s;
    void *worker;
    Frame *frame;
    uint32_t depth, room;
    bool cut;        /* the limit of depth hid something */
} Dfs;

static Frame *push(Dfs *d)
{
    if (d->depth == d->room) {
        uint32_t room = d->room ? 2 * d->room : 32;
        d->frame = g_renew(Frame, d->frame, room);
        memset(d->frame + d->room, 0, (room - d->room) * sizeof *d->frame);
        d->room = room;
    }
    Frame *f = &d->frame[d->depth++];
    const UcModel *m = d->s->model;
    uint32_t width = m->width(m->data);
    if (f->width < width)
        f->row = g_renew(uint32_t, f->row, width);
    f->width = width;
    f->next = f->edges.count = 0;
    f->edges.idle = 0;
    return f;
}

static bool open_frame(Dfs *d, Frame *f)
{
    UcSearchFigures *figures = &d->s->result->figures;
    if (!d->s->model->expand(d->worker, f->row, f->width, NULL, 0, &f->edges)) {
        d->s->result->end = UC_SEARCH_BROKEN;
        return false;
    }
    figures->idle += f->edges.idle;
    figures->depth = MAX(figures->depth, d->depth - 1);
    figures->frontier = d->depth;
    return uc_search_go_on(d->s, d->room * (sizeof(Frame) + f->width * sizeof(uint32_t)));
}

static bool limit_reached(Dfs *d)
{
    uint32_t limit = d->s->options->depth;
    d->cut = d->cut || (limit && d->depth > limit);
    return limit && d->depth > limit;
}

/* Follows one move of the top frame. */
static bool follow(Dfs *d)
{
    UcSearch *s = d->s;
    Frame *top = &d->frame[d->depth - 1];
    UcEdge edge = top->edges.edge[top->next++];
    bool fresh;
    s->result->figures.edges++;
    if (edge.finding) {
        uc_search_path(s, top->state, edge.move);
        s->result->finding = edge.finding;
        s->result->end = UC_SEARCH_FOUND;
        return false;
    }
    uint32_t number = uc_visited_add(s->visited, edge.hash, top->state, edge.move, &fresh);
    if (!fresh)
        return true;
    Frame *f = push(d);
    top = &d->frame[d->depth - 2];
    s->model->apply(d->worker, top->row, top->width, &edge, f->row, f->width);
    f->state = number;
    if (limit_reached(d)) {
        d->depth--;
        return true;
    }
    return open_frame(d, f);
}

static void run(Dfs *d)
{
    const UcModel *m = d->s->model;
    bool fresh;
    Frame *f = push(d);
    m->root(m->data, f->row);
    f->state = uc_visited_add(d->s->visited, m->hash(m->data, f->row), UC_NO_STATE, 0, &fresh);
    if (!open_frame(d, f))
        return;
    while (d->depth) {
        f = &d->frame[d->depth - 1];
        if (f->next == f->edges.count)
            d->depth--;
        else if (!follow(d))
            return;
    }
    d->s->result->end = d->cut ? UC_SEARCH_DEPTH : UC_SEARCH_COMPLETE;
}

void uc_search_dfs(UcSearch *s)
{
    Dfs d = { .s = s, .worker = s->model->worker_new(s->model->data) };
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    run(&d);
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, 0);
    s->result->end = end;
    for (uint32_t i = 0; i < d.room; i++) {
        g_free(d.frame[i].row);
        g_free(d.frame[i].edges.edge);
    }
    g_free(d.frame);
    s->model->worker_free(d.worker);
}
