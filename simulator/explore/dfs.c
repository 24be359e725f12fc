/* Depth first: a stack of packed rows and of the moves still to be followed from each. */
#include <string.h>

#include "simulator/explore/search_internal.h"

enum { LOOK = 64 }; /* states between two looks at the limits: one costs as much as working out a small state */

typedef struct {
    UcEdges edges;
    uint32_t next, state;
} Frame;

typedef struct {
    UcSearch *s;
    void *worker;
    Frame *frame;
    UcRows rows;     /* of the frames */
    UcRow row;
    uint32_t loaded; /* the frame whose row is in `row` */
    uint32_t room;
    uint32_t opened; /* frames so far */
    bool cut;        /* the limit of depth hid something */
    UcChange change[UC_CHANGES_MAX];
} Dfs;

static Frame *frame_at(Dfs *d, uint32_t depth)
{
    if (depth >= d->room) {
        uint32_t room = d->room ? 2 * d->room : 32;
        d->frame = g_renew(Frame, d->frame, room);
        memset(d->frame + d->room, 0, (room - d->room) * sizeof *d->frame);
        d->room = room;
    }
    return &d->frame[depth];
}

static void load(Dfs *d)
{
    if (d->loaded != d->rows.count)
        uc_row_load(&d->row, &d->rows, d->rows.count - 1);
    d->loaded = d->rows.count;
}

static UcMemoryParts memory_of(const Dfs *d)
{
    return (UcMemoryParts){ .of[UC_MEMORY_FRONTIER] = d->room * sizeof(Frame) + uc_rows_memory(&d->rows) };
}

/* Works out the moves of the frame on top. */
static bool open_frame(Dfs *d, uint32_t state)
{
    UcSearchFigures *figures = &d->s->result->figures;
    Frame *f = frame_at(d, d->rows.count - 1);
    f->state = state;
    f->next = f->edges.count = 0;
    f->edges.idle = 0;
    f->edges.stop = uc_search_stop;
    f->edges.stop_data = d->s;
    load(d);
    if (!d->s->model->expand(d->worker, d->row.word, NULL, 0, &f->edges)) {
        uc_search_broken(d->s, NULL);
        return false;
    }
    if (!uc_search_graded(d->s, d->worker, d->row.word, d->rows.count - 1)) {
        uint32_t move = 0;
        uc_visited_parent(d->s->visited, state, &move);
        uc_search_ungraded(d->s, move);
        return false;
    }
    figures->idle += f->edges.idle;
    figures->depth = MAX(figures->depth, d->rows.count - 1);
    figures->frontier = d->rows.count;
    bool look = f->edges.stopped || d->opened++ % LOOK == 0;
    return !look || uc_search_go_on(d->s, memory_of(d));
}

static bool limit_reached(Dfs *d)
{
    uint32_t limit = d->s->options->depth;
    d->cut = d->cut || (limit && d->rows.count >= limit);
    return limit && d->rows.count >= limit;
}

/* Follows one move of the frame on top. */
static bool follow(Dfs *d, Frame *top)
{
    UcSearch *s = d->s;
    const UcEdge edge = top->edges.edge[top->next++];
    bool fresh;
    s->result->figures.edges++;
    if (!uc_search_edge_graded(s, &edge)) {
        uc_search_ungraded(s, edge.move);
        return false;
    }
    if (edge.finding) {
        uc_search_path(s, top->state, edge.move);
        s->result->finding = edge.finding;
        s->result->end = UC_SEARCH_FOUND;
        return false;
    }
    uint32_t number = uc_visited_add(s->visited, edge.hash, top->state, edge.move, &fresh);
    if (!fresh)
        return true;
    if (number >= uc_search_states(s)) {
        s->result->end = UC_SEARCH_STATES;
        return false;
    }
    if (limit_reached(d)) {
        s->result->figures.depth = d->rows.count;
        return true;
    }
    load(d);
    uc_rows_add(&d->rows, &d->row, d->change, s->model->changes(d->worker, d->row.word, &edge, d->change));
    return open_frame(d, number);
}

static void run(Dfs *d)
{
    bool fresh;
    UcDigest hash = uc_search_root(d->s, &d->row, &d->rows);
    d->loaded = 1;
    if (!open_frame(d, uc_visited_add(d->s->visited, hash, UC_NO_STATE, 0, &fresh)))
        return;
    while (d->rows.count) {
        Frame *f = frame_at(d, d->rows.count - 1);
        if (f->next < f->edges.count) {
            if (!follow(d, f))
                return;
        } else {
            uc_rows_cut(&d->rows, d->rows.count - 1);
            d->loaded = 0;
        }
    }
    d->s->result->end = d->cut ? UC_SEARCH_DEPTH : UC_SEARCH_COMPLETE;
}

void uc_search_dfs(UcSearch *s)
{
    Dfs *d = g_new0(Dfs, 1);
    d->s = s;
    d->worker = s->model->worker_new(s->model->data);
    s->visited = uc_visited_new(s->options->hash_bits ? s->options->hash_bits : 128);
    run(d);
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, memory_of(d));
    s->result->end = end;
    for (uint32_t i = 0; i < d->room; i++)
        g_free(d->frame[i].edges.edge);
    g_free(d->frame);
    uc_rows_clear(&d->rows);
    uc_row_clear(&d->row);
    s->model->worker_free(d->worker);
    g_free(d);
}
