/* A breadth-first search that was stopped, as bytes, and going on from them. What is kept: the figures, the moves by contents,
 * the ways to what lies in no state, how each state was first reached, the states of the level that was being worked out, by contents, with their path hashes,
 * how far it was, and the states of the next level: each by the state and the move that lead to it. These moves are made
 * again, and every hash must come out as it was. */
#include "simulator/explore/bfs_internal.h"

static const char MAGIC[] = "ucsim-search 3";

/* A number that the search's own tables bound: anything else is no checkpoint, whatever its checksum says. */
static uint64_t take_below(UcReader *r, uint64_t bound)
{
    uint64_t n = uc_take(r, 8);
    r->bad = r->bad || n >= bound;
    return r->bad ? 0 : n;
}

/* A count of things that take at least `size` bytes each. */
static uint32_t take_count(UcReader *r, size_t size)
{
    uint64_t n = uc_take(r, 8);
    r->bad = r->bad || n > r->left / size || n > UC_NO_STATE - 1;
    return r->bad ? 0 : (uint32_t)n;
}

/* ---- what need not be followed from a state ---- */

static void save_skip(const uint32_t *skip, GByteArray *out)
{
    uint32_t count = skip ? skip[0] : 0;
    uc_append_number(out, count);
    for (uint32_t i = 1; i <= count; i++)
        uc_append_number(out, skip[i]);
}

static const uint32_t *load_skip(UcReader *r, UcArena *arena, uint32_t moves)
{
    uint64_t count = uc_take_number(r);
    r->bad = r->bad || count > r->left;
    if (!count || r->bad)
        return NULL;
    uint32_t *skip = uc_arena_get(arena, (count + 1) * sizeof *skip, sizeof *skip);
    skip[0] = (uint32_t)count;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t move = uc_take_number(r);
        r->bad = r->bad || move >= moves;
        skip[i] = r->bad ? 0 : (uint32_t)move;
    }
    return skip;
}

/* ---- writing ---- */

static void save_makers(const Bfs *b, GByteArray *out)
{
    const GPtrArray *makers = b->s->model->makers(b->s->model->data);
    uc_append_u64(out, makers->len);
    for (guint i = 0; i < makers->len; i++) {
        const GArray *way = makers->pdata[i];
        uc_append_number(out, way->len);
        for (guint k = 0; k < way->len; k++)
            uc_append_number(out, g_array_index(way, uint32_t, k));
    }
}

static void save_log(const Bfs *b, GByteArray *out)
{
    uc_append_u64(out, uc_log_levels(b->log));
    for (uint32_t i = 1; i < uc_log_levels(b->log); i++) {
        size_t length;
        const uint8_t *bytes = uc_log_bytes(b->log, i, &length);
        uc_append_u64(out, uc_log_states(b->log, i));
        uc_append_u64(out, uc_log_moves(b->log, i));
        g_byte_array_append(out, bytes, (guint)length);
    }
}

static void save_level(const Bfs *b, GByteArray *out)
{
    const UcModel *m = b->s->model;
    Job *j = b->job[0];
    void *saver = m->saver_new(m->data);
    for (uint32_t i = 0; i < b->level.count; i++) {
        bfs_load(j, &b->level, i);
        m->save_row(saver, j->row.word, out);
        uc_append_u64(out, b->level.path[i]);
        save_skip(b->level.skip[i], out);
    }
    m->saver_free(saver);
}

static void save_children(const Bfs *b, GByteArray *out)
{
    uc_append_u64(out, b->children.count);
    for (uint32_t i = 0; i < b->children.count; i++) {
        const Child *c = child_at(b, i);
        UcDigest h = uc_visited_hash(b->s->visited, c->number);
        uc_append_number(out, c->parent);
        uc_append_number(out, c->move);
        uc_append_u64(out, h.lo);
        uc_append_u64(out, h.hi);
        save_skip(c->skip, out);
    }
}

void bfs_save(Bfs *b, GByteArray *out)
{
    const UcModel *m = b->s->model;
    const UcSearchFigures *f = &b->s->result->figures;
    const uint64_t number[] = { f->edges, f->idle, f->skipped, f->depth, b->done };
    uint32_t moves = m->moves(m->data);
    g_byte_array_append(out, (const uint8_t *)MAGIC, sizeof MAGIC);
    for (size_t i = 0; i < G_N_ELEMENTS(number); i++)
        uc_append_u64(out, number[i]);
    uc_append_u64(out, moves);
    for (uint32_t i = 0; i < moves; i++)
        m->save_move(m->data, i, out);
    bfs_keep_children(b);
    save_makers(b, out);
    save_log(b, out);
    save_level(b, out);
    save_children(b, out);
}

/* ---- reading ---- */

static bool load_moves(const Bfs *b, UcReader *r)
{
    const UcModel *m = b->s->model;
    uint32_t moves = take_count(r, 8);
    for (uint32_t i = 0; i < moves && !r->bad; i++) {
        size_t used = m->load_move(m->data, i, r->at, r->left);
        r->bad = r->bad || !used || used > r->left;
        r->at += r->bad ? 0 : used;
        r->left -= r->bad ? 0 : used;
    }
    return !r->bad;
}

/* Goes a way again from the root, and works out the state that it leads to. */
static bool go_again(Bfs *b, const GArray *way)
{
    const UcModel *m = b->s->model;
    Job *j = b->job[0];
    UcRow row;
    UcEdge edge;
    bool ok = true;
    uc_row_init(&row);
    m->root(m->data, row.word);
    for (guint i = 0; i < way->len && ok; i++) {
        ok = m->step(j->worker, row.word, g_array_index(way, uint32_t, i), &edge) && !edge.finding;
        if (ok)
            uc_row_change(&row, j->change, m->changes(j->worker, row.word, &edge, j->change));
    }
    UcEdges edges = { 0 };
    ok = ok && m->expand(j->worker, row.word, NULL, 0, &edges);
    g_free(edges.edge);
    uc_row_clear(&row);
    return ok;
}

static bool load_makers(Bfs *b, UcReader *r)
{
    const UcModel *m = b->s->model;
    uint32_t count = take_count(r, 1);
    for (uint32_t i = 0; i < count && !r->bad; i++) {
        GArray *way = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g_ptr_array_add(m->makers(m->data), way);
        uint64_t length = uc_take_number(r);
        r->bad = r->bad || length > r->left;
        for (uint64_t k = 0; k < length && !r->bad; k++) {
            uint64_t move = uc_take_number(r);
            r->bad = r->bad || move >= m->moves(m->data);
            g_array_append_vals(way, &(uint32_t){ (uint32_t)move }, 1);
        }
        r->bad = r->bad || !go_again(b, way);
    }
    return !r->bad;
}

/* All levels but the first, which is there; the last is the one that goes on. */
static bool load_log(Bfs *b, UcReader *r)
{
    const UcModel *m = b->s->model;
    uint64_t levels = take_below(r, (uint64_t)r->left);
    for (uint64_t i = 1; i < levels && !r->bad; i++) {
        uint32_t states = take_count(r, 1), moves = (uint32_t)take_below(r, m->moves(m->data) + UINT64_C(1));
        r->bad = r->bad || !states || !moves;
        if (r->bad)
            return false;
        size_t length;
        uc_log_level(b->log, states, b->level.count, moves);
        uc_log_bytes(b->log, uc_log_levels(b->log) - 1, &length);
        const uint8_t *bytes = uc_take_bytes(r, length);
        r->bad = r->bad || !uc_log_set(b->log, bytes, length);
        b->before += b->level.count;
        b->level.count = states;
        b->depth++;
    }
    return levels && !r->bad;
}

static bool load_level(Bfs *b, UcReader *r)
{
    const UcModel *m = b->s->model;
    Job *j = b->job[0];
    void *saver = m->saver_new(m->data);
    UcRow row;
    uc_row_init(&row);
    Level *level = &b->level;
    level->segment = g_new0(UcRows, segments(level) + 1);
    level->path = g_new0(uint64_t, level->count + 1);
    level->skip = g_new0(const uint32_t *, level->count + 1);
    for (uint32_t i = 0; i < level->count && !r->bad; i++) {
        uint32_t changes = m->load_row(saver, r, j->change);
        r->bad = r->bad || changes == UC_NO_ROW_READ;
        if (r->bad)
            break;
        uc_row_change(&row, j->change, changes);
        r->bad = !uc_search_graded(b->s, j->worker, row.word, b->depth);
        uc_rows_follow(&level->segment[i / SEGMENT], &row, &j->last, NULL, 0);
        level->path[i] = uc_take(r, 8);
        level->skip[i] = load_skip(r, &j->skips[0], m->moves(m->data));
        if (i % SEGMENT == SEGMENT - 1 || i + 1 == level->count)
            uc_rows_close(&level->segment[i / SEGMENT]);
    }
    uc_row_clear(&row);
    m->saver_free(saver);
    return !r->bad;
}

/* A child by its parent and move, as the move makes it now. False: it leads elsewhere, or to a state that is there. */
static bool load_child(Bfs *b, UcReader *r, uint32_t i)
{
    const UcModel *m = b->s->model;
    Job *j = b->job[0];
    uint64_t parent = uc_take_number(r), move = uc_take_number(r);
    UcDigest h = { uc_take(r, 8), 0 };
    UcEdge edge;
    h.hi = uc_take(r, 8);
    if (r->bad || parent >= b->level.count || move >= m->moves(m->data) || (i && parent < child_at(b, i - 1)->parent))
        return false;
    bfs_load(j, &b->level, (uint32_t)parent);
    if (!m->step(j->worker, j->row.word, (uint32_t)move, &edge) || edge.finding || edge.hash.lo != h.lo || edge.hash.hi != h.hi ||
        !uc_search_edge_graded(b->s, &edge) || !uc_visited_add_open(b->s->visited, h, bfs_path_by(b, (uint32_t)parent, (uint32_t)move)))
        return false;
    const uint32_t *skip = load_skip(r, &j->skips[1], m->moves(m->data));
    *child_at(b, i) = (Child){ edge.effect, skip, b->open + i, (uint32_t)parent, (uint32_t)move, edge.aside };
    return !r->bad;
}

static bool load_children(Bfs *b, UcReader *r)
{
    uint32_t count = take_count(r, 1);
    bfs_children_resize(&b->children, count);
    for (uint32_t i = 0; i < count && !r->bad; i++)
        r->bad = !load_child(b, r, i);
    return !r->bad;
}

bool bfs_resume(Bfs *b, const GByteArray *bytes)
{
    UcSearch *s = b->s;
    UcSearchFigures *f = &s->result->figures;
    UcReader r = { bytes->data, bytes->len, !s->model->moves };
    const uint8_t *magic = uc_take_bytes(&r, sizeof MAGIC);
    if (!magic || memcmp(magic, MAGIC, sizeof MAGIC))
        return false;
    f->edges = uc_take(&r, 8);
    f->idle = uc_take(&r, 8);
    f->skipped = uc_take(&r, 8);
    f->depth = (uint32_t)take_below(&r, UC_NO_STATE);
    b->resumed = (uint32_t)take_below(&r, UC_NO_STATE);
    bfs_level_clear(&b->level);
    b->level.count = 1; /* of the root; load_log() goes on from there */
    if (!load_moves(b, &r) || !load_makers(b, &r) || !load_log(b, &r))
        return false;
    bfs_forget_levels(b); /* also where it keeps those that it meets */
    b->open = 0;
    bool ok = load_level(b, &r) && load_children(b, &r) && r.left == 0;
    uint64_t states = b->before + b->level.count + b->children.count;
    s->result->resumed = *f;
    s->result->resumed.states = states;
    return ok && b->resumed <= b->level.count && f->depth == b->depth && f->edges + 1 >= states;
}
