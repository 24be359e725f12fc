/* From one level of a breadth-first search to the next: the rows of its states are made, and what only older levels needed goes. */
#include "simulator/explore/bfs_internal.h"

enum { SAMPLE = 256 };

void bfs_level_clear(Level *level)
{
    for (uint32_t i = 0; level->segment && i < segments(level); i++)
        uc_rows_clear(&level->segment[i]);
    g_free(level->segment);
    g_free(level->readers);
    g_free(level->path);
    g_free(level->skip);
    *level = (Level){ 0 };
}

/* ---- children ---- */

void bfs_children_resize(Children *c, uint32_t count)
{
    uint32_t chunks = (uint32_t)(((uint64_t)count + CHILDREN - 1) >> CHILDREN_BITS);
    while (c->chunk->len < chunks)
        g_ptr_array_add(c->chunk, g_new(Child, CHILDREN));
    if (c->chunk->len > chunks + 1) /* one stays: most levels are small */
        g_ptr_array_set_size(c->chunk, (int)chunks + 1);
    c->count = count;
}

void bfs_children_clear(Children *c)
{
    g_ptr_array_unref(c->chunk);
    g_array_unref(c->built);
}

/* None of them is needed any more. */
static void empty_children(Children *c)
{
    if (c->chunk->len > 1 || (c->chunk->len && !c->chunk->pdata[0]))
        g_ptr_array_set_size(c->chunk, 0);
    c->count = 0;
}

/* A segment of rows was made: where it was the last of a chunk of children, these go, but for a first one that is alone. */
static void release_children(Children *c, uint32_t segment)
{
    const uint32_t each = CHILDREN / SEGMENT, chunk = segment / each, all = (c->count + SEGMENT - 1) / SEGMENT;
    uint32_t of_chunk = MIN(each, all - chunk * each);
    if (__atomic_add_fetch(&g_array_index(c->built, uint32_t, chunk), 1, __ATOMIC_ACQ_REL) < of_chunk || all <= each)
        return;
    g_free(c->chunk->pdata[chunk]);
    c->chunk->pdata[chunk] = NULL;
}

void bfs_keep_children(Bfs *b)
{
    uint32_t kept = 0;
    if (!b->children.stale)
        return;
    b->children.stale = false;
    for (uint32_t i = 0; i < b->children.count; i++) {
        const Child *c = child_at(b, i);
        if (uc_visited_path(b->s->visited, c->number) == bfs_path_by(b, c->parent, c->move))
            *child_at(b, kept++) = *c;
    }
    bfs_children_resize(&b->children, kept);
}

/* ---- rows ---- */

/* The segments of this level that a segment of the next one is made from: children come in the order of parents. */
static void parents_of(const Bfs *b, const Level *next, uint32_t number, uint32_t *first, uint32_t *last)
{
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT);
    *first = child_at(b, from)->parent / SEGMENT;
    *last = child_at(b, to - 1)->parent / SEGMENT;
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
    Bfs *b = j->b;
    const UcModel *m = b->s->model;
    uint32_t from = number * SEGMENT, to = MIN(next->count, from + SEGMENT);
    UcRows *rows = &next->segment[number];
    for (uint32_t i = from; i < to; i++) {
        const Child *c = child_at(b, i);
        if (i + NEAR < to) {
            __builtin_prefetch(c[NEAR].effect);
            uc_visited_prefetch_number(b->s->visited, c[NEAR].number);
        }
        UcEdge edge = { .hash = uc_visited_hash(b->s->visited, c->number), .effect = c->effect, .aside = c->aside, .move = c->move };
        bfs_load(j, &b->level, c->parent);
        uc_rows_follow(rows, &j->row, &j->last, j->change, m->changes(j->worker, j->row.word, &edge, j->change));
        next->path[i] = uc_visited_path(b->s->visited, c->number);
        next->skip[i] = c->skip;
        uc_log_put(b->log, i, c->parent, c->move);
    }
    uc_rows_close(rows);
    release_parents(b, next, number);
    release_children(&b->children, number);
}

static void build_segments(void *job)
{
    Job *j = job;
    for (uint32_t n; bfs_take(j, bfs_share_of_piece, &n);)
        build_segment(j, j->b->next, n);
}

/* ---- levels ---- */

static void next_skips(Bfs *b)
{
    for (uint32_t i = 0; i < b->jobs; i++) {
        Job *j = b->job[i];
        uc_arena_free(&j->skips[0]);
        j->skips[0] = j->skips[1];
        j->skips[1] = (UcArena){ 0 };
        g_free(j->skip_known);
        j->skip_known = NULL;
        j->skip_mask = j->skips_known = 0;
    }
}

/* Some of the states of a level are looked for in all levels before. A model whose depth is not a function of what its hashes
 * are made of could not be told by the depth of its states: they would come again and again. */
static bool come_for_the_first_time(Bfs *b)
{
    bool fresh = true;
    for (uint32_t i = 0; b->sample && i < b->children.count; i++) {
        const Child *c = child_at(b, i);
        UcDigest h = uc_visited_hash(b->s->visited, c->number);
        if (h.hi % SAMPLE == 0)
            uc_visited_add(b->sample, h, 0, 0, &fresh);
        if (!fresh) {
            uc_search_ungraded(b->s, c->move);
            return false;
        }
    }
    return true;
}

void bfs_forget_levels(Bfs *b)
{
    uc_visited_forget(b->s->visited, b->level.count / 2);
    b->s->forgotten = b->before + b->level.count;
}

static void open_level(Bfs *b)
{
    UcVisited *visited = b->s->visited;
    if (b->forgets)
        bfs_forget_levels(b);
    b->open = uc_visited_count(visited);
    uc_visited_open(visited, b->open);
}

static void begin_log(Bfs *b, uint32_t count)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = MAX(most, child_at(b, i)->move);
    uc_log_level(b->log, count, b->level.count, most + UINT64_C(1));
}

bool bfs_next_level(Bfs *b)
{
    bfs_keep_children(b);
    if (!come_for_the_first_time(b))
        return false;
    Level next = { .count = b->children.count };
    next.segment = g_new0(UcRows, segments(&next) + 1);
    next.path = g_new(uint64_t, next.count + 1);
    next.skip = g_new(const uint32_t *, next.count + 1);
    b->next = &next;
    g_array_set_size(b->children.built, 0);
    g_array_set_size(b->children.built, b->children.chunk->len);
    count_readers(b, &next);
    if (next.count)
        begin_log(b, next.count);
    bfs_work(b, build_segments, segments(&next));
    next_skips(b);
    b->before += b->level.count;
    b->depth++;
    bfs_level_clear(&b->level);
    b->level = next;
    for (uint32_t i = 0; i < b->jobs; i++)
        b->job[i]->loaded = UC_NO_STATE;
    empty_children(&b->children);
    if (b->s->model->level_over)
        b->s->model->level_over(b->s->model->data);
    open_level(b);
    return true;
}

void bfs_first_level(Bfs *b)
{
    UcRow first;
    bool fresh;
    b->level = (Level){ .segment = g_new0(UcRows, 1), .count = 1, .path = g_new0(uint64_t, 1), .skip = g_new0(const uint32_t *, 1) };
    UcDigest root = uc_search_root(b->s, &first, b->level.segment);
    uc_row_clear(&first);
    uc_log_level(b->log, 1, 0, 0);
    uc_visited_add(b->s->visited, root, UC_NO_STATE, 0, &fresh);
    if (b->sample)
        uc_visited_add(b->sample, root, UC_NO_STATE, 0, &fresh);
    open_level(b);
}
