/* Breadth first: level by level. A level is worked out in windows of parents: all moves of a window, then claims to the
 * states that they lead to, then those that hold. In each of the three steps every job takes blocks of parents as it comes.
 *
 * Of all ways to a state within a level the one with the least path hash holds, whatever the order is in which they are met:
 * a claim of a later window may take a state over. So which way is told does not depend on the order of a level, only on
 * what the moves are. States get the same numbers with any number of jobs, as windows do not depend on it. */
#include "simulator/explore/bfs_internal.h"

static UcMemoryParts memory_of(const Bfs *b)
{
    size_t each = sizeof *b->level.path + sizeof *b->level.skip;
    size_t rows = b->level.count * each, moves = b->children.count * sizeof(Child);
    for (uint32_t i = 0; i < b->jobs; i++)
        rows += b->job[i]->skips[0].memory + b->job[i]->skips[1].memory;
    for (uint32_t i = 0; i < segments(&b->level); i++)
        rows += uc_rows_memory(&b->level.segment[i]);
    for (uint32_t i = 0; i < WINDOW; i++)
        moves += b->block[i].edges.room * sizeof(UcEdge) + b->block[i].claims->len * sizeof(Claim);
    return (UcMemoryParts){ .of[UC_MEMORY_HASHES] = b->sample ? uc_visited_memory(b->sample) : 0, .of[UC_MEMORY_FRONTIER] = rows,
                            .of[UC_MEMORY_CANDIDATES] = moves, .of[UC_MEMORY_LOG] = uc_log_memory(b->log) };
}

void bfs_load(Job *j, const Level *level, uint32_t state)
{
    bool near = j->loaded != UC_NO_STATE && j->loaded / SEGMENT == state / SEGMENT;
    uc_row_go_on(&j->row, &level->segment[state / SEGMENT], near ? j->loaded % SEGMENT : UC_NO_ROW, state % SEGMENT);
    j->loaded = state;
}

static const uint32_t *skips_of(const Level *level, uint32_t state, uint32_t *count)
{
    const uint32_t *skip = level->skip[state];
    *count = skip ? skip[0] : 0;
    return skip ? skip + 1 : NULL;
}

/* States of this level and those before. */
static uint64_t states_before_next(const Bfs *b) { return b->before + b->level.count; }

/* The next piece of this step that nobody has. Each job has a share of its own, which it takes first: what one job
 * made is near it. `share` says whose piece it is. */
bool bfs_take(Job *j, uint32_t (*share)(const Bfs *b, uint32_t piece), uint32_t *piece)
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
uint32_t bfs_share_of_piece(const Bfs *b, uint32_t piece) { return piece; }

void bfs_work(Bfs *b, void (*step)(void *job), uint32_t pieces)
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

uint64_t bfs_path_by(const Bfs *b, uint32_t parent, uint32_t move)
{
    const UcModel *m = b->s->model;
    return b->level.path[parent] + uc_path_part(m->contents(m->data, move), b->depth);
}

static bool comes_first(const UcModel *m, const Least *a, const Least *b)
{
    int order = m->order ? m->order(m->data, a->finding, b->finding) : 0;
    return order ? order < 0 : a->path < b->path;
}

static void keep_least(const Bfs *b, Least *least, const Least *other)
{
    if (other->finding && (!least->finding || comes_first(b->s->model, other, least)))
        *least = *other;
}

/* Holds the moves of a parent, which are those from `from` on, to what the model says of them. */
static void look_at_edges(const Bfs *b, Block *k, uint32_t parent, uint32_t from)
{
    for (uint32_t e = from; e < k->edges.count; e++) {
        const UcEdge *edge = &k->edges.edge[e];
        if (edge->finding)
            keep_least(b, &k->least, &(Least){ bfs_path_by(b, parent, edge->move), parent, edge->move, edge->finding });
        if (!k->ungraded && !uc_search_edge_graded(b->s, edge))
            k->ungraded = e + 1;
    }
}

static void expand_block(Job *j, Block *k)
{
    const Bfs *b = j->b;
    const UcModel *m = b->s->model;
    k->edges.count = k->ungraded = k->misplaced = 0;
    k->edges.idle = k->skipped = k->makers = 0;
    k->edges.stopped = false;
    k->least.finding = 0;
    k->sound = true;
    for (uint32_t i = 0; i < k->count && k->sound && !k->edges.stopped; i++) {
        uint32_t skips, before = k->edges.count, state = k->from + i;
        const uint32_t *skip = skips_of(&b->level, state, &skips);
        bfs_load(j, &b->level, state);
        uint64_t made = m->made ? m->made(m->data) : 0;
        k->sound = m->expand(j->worker, j->row.word, skip, skips, &k->edges);
        k->makers |= (uint64_t)(m->made && m->made(m->data) != made) << i;
        if (!uc_search_graded(b->s, j->worker, j->row.word, b->depth))
            k->misplaced = state + 1;
        look_at_edges(b, k, state, before);
        k->skipped += skips;
        k->end_of[i] = k->edges.count;
    }
}

static void expand_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; bfs_take(j, share_of_block, &n);)
        expand_block(j, &j->b->block[n]);
}

static void claim_block(Job *j, Block *k)
{
    UcVisited *visited = j->b->s->visited;
    const UcEdge *edge = k->edges.edge;
    uint32_t parent = 0, claims = 0, edges = k->edges.count;
    g_array_set_size(k->claims, edges);
    Claim *claim = (Claim *)(void *)k->claims->data;
    for (uint32_t e = 0; e < MIN(edges, (uint32_t)AHEAD); e++)
        uc_visited_prefetch(visited, edge[e].hash);
    for (uint32_t e = 0; e < edges; e++) {
        if (e + AHEAD < edges)
            uc_visited_prefetch(visited, edge[e + AHEAD].hash);
        if (e + NEAR < edges)
            uc_visited_prefetch_state(visited, edge[e + NEAR].hash);
        while (e >= k->end_of[parent])
            parent++;
        uint64_t path = bfs_path_by(j->b, k->from + parent, edge[e].move);
        uint64_t place = uc_visited_claim(visited, edge[e].hash, path, k->rank + e);
        if (place != UC_NO_PLACE)
            claim[claims++] = (Claim){ place, path, e, parent, UC_NO_STATE };
    }
    g_array_set_size(k->claims, claims);
}

static void claim_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; bfs_take(j, share_of_block, &n);)
        claim_block(j, &j->b->block[n]);
}

/* Forgets the claims that others hold by now. */
static void keep_claims(Bfs *b, Block *k)
{
    Claim *c = (Claim *)(void *)k->claims->data;
    uint32_t kept = 0;
    k->fresh = 0;
    for (guint i = 0; i < k->claims->len; i++) {
        if (!uc_visited_holds(b->s->visited, c[i].place, k->rank + c[i].edge, &c[i].taken))
            continue;
        k->fresh += c[i].taken == UC_NO_STATE;
        c[kept++] = c[i];
    }
    g_array_set_size(k->claims, kept);
}

static void keep_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; bfs_take(j, share_of_block, &n);)
        keep_claims(j->b, &j->b->block[n]);
}

static void put_skip(Job *j, const uint32_t *skip, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & j->skip_mask;
    while (j->skip_known[at])
        at = (at + 1) & j->skip_mask;
    j->skip_known[at] = skip;
}

static uint64_t skip_hash(const uint32_t *moves, uint32_t count) { return uc_digest(moves, count * sizeof *moves).lo; }

static void grow_skips(Job *j)
{
    enum { FIRST = 1 << 6 };
    const uint32_t **old = j->skip_known, places = old ? j->skip_mask + 1 : 0;
    j->skip_mask = MAX(2 * places, (uint32_t)FIRST) - 1;
    j->skip_known = g_new0(const uint32_t *, j->skip_mask + 1);
    for (uint32_t i = 0; i < places; i++) {
        if (old[i])
            put_skip(j, old[i], skip_hash(old[i] + 1, old[i][0]));
    }
    g_free(old);
}

/* The moves in j->skip, which other states of the next level may have too. */
static const uint32_t *keep_skip(Job *j)
{
    const uint32_t count = j->skip->len, *moves = (const uint32_t *)(const void *)j->skip->data;
    const uint64_t hash = skip_hash(moves, count);
    if (!j->skip_known || 2 * j->skips_known > j->skip_mask)
        grow_skips(j);
    for (uint32_t at = (uint32_t)hash & j->skip_mask; j->skip_known[at]; at = (at + 1) & j->skip_mask) {
        const uint32_t *known = j->skip_known[at];
        if (known[0] == count && !memcmp(known + 1, moves, count * sizeof *moves))
            return known;
    }
    uint32_t *kept = uc_arena_get(&j->skips[1], (count + 1) * sizeof *kept, sizeof *kept);
    kept[0] = count;
    memcpy(kept + 1, moves, count * sizeof *kept);
    put_skip(j, kept, hash);
    j->skips_known++;
    return kept;
}

/* A state that the move `a` of a parent leads to need not follow the parent's moves b that commute with a, where b and then a
 * is the way with the lesser path hash: the parts of a before b are more than those of b before a. The least way to a
 * state is never left out by that: were b after a such a way, then b and after it a, which is a way of as many moves to the
 * same state, would be a lesser one. So every state is visited at its depth, and the way to it that is told is the
 * same as if all orders were followed. What a move found at the parent ended the search there. */
static const uint32_t *skips_after(Job *j, const Block *k, const Claim *c)
{
    const UcModel *m = j->b->s->model;
    const UcEdge *edge = k->edges.edge, *a = &edge[c->edge];
    if (!j->b->s->options->commute || !m->commute)
        return NULL;
    uint64_t mine = m->contents(m->data, a->move);
    uint64_t first = uc_path_part(mine, j->b->depth), second = uc_path_part(mine, j->b->depth + 1);
    g_array_set_size(j->skip, 0);
    for (uint32_t i = c->parent ? k->end_of[c->parent - 1] : 0; i < k->end_of[c->parent]; i++) {
        uint64_t other = m->contents(m->data, edge[i].move);
        bool lesser = uc_path_part(other, j->b->depth) + second < first + uc_path_part(other, j->b->depth + 1);
        if (i != c->edge && lesser && m->commute(j->worker, &edge[i], a))
            g_array_append_val(j->skip, edge[i].move);
    }
    return j->skip->len ? keep_skip(j) : NULL;
}

static void settle_block(Job *j, Block *k)
{
    Bfs *b = j->b;
    uint32_t number = k->first_number;
    for (guint i = 0; i < k->claims->len; i++) {
        const Claim *c = &g_array_index(k->claims, Claim, i);
        const UcEdge *edge = &k->edges.edge[c->edge];
        Child child = { edge->effect, skips_after(j, k, c), c->taken == UC_NO_STATE ? number++ : c->taken, k->from + c->parent,
                        edge->move, edge->aside };
        uc_visited_settle(b->s->visited, c->place, child.number, edge->hash, c->path);
        *child_at(b, k->first_child + i) = child;
    }
}

static void settle_blocks(void *job)
{
    Job *j = job;
    for (uint32_t n; bfs_take(j, share_of_block, &n);)
        settle_block(j, &j->b->block[n]);
}

/* ---- windows ---- */

/* The parents of the next window: as many as should have so many moves, going by those before. */
static uint32_t cut_window(Bfs *b, uint32_t from)
{
    uint64_t edges = b->s->result->figures.edges, parents = b->before + from;
    uint32_t wanted = edges > parents ? (uint32_t)(WINDOW_EDGES * parents / edges / BLOCK) : WINDOW, n = 0;
    for (; from < b->level.count && n < CLAMP(wanted, 1u, (uint32_t)WINDOW); n++) {
        b->block[n].from = from;
        b->block[n].count = MIN((uint32_t)BLOCK, b->level.count - from);
        from += b->block[n].count;
    }
    return n;
}

static void add_figures(UcSearchFigures *f, const Block *k)
{
    f->edges += k->edges.count;
    f->idle += k->edges.idle;
    f->skipped += k->skipped;
}

/* Is all that a block says sound? Else the search ends. */
static bool check_block(Bfs *b, const Block *k)
{
    uint32_t move = 0;
    if (!k->sound) {
        uc_search_broken(b->s, NULL);
    } else if (k->ungraded) {
        uc_search_ungraded(b->s, k->edges.edge[k->ungraded - 1].move);
    } else if (k->misplaced) {
        if (b->depth)
            uc_log_get(b->log, b->depth, k->misplaced - 1, &move);
        uc_search_ungraded(b->s, move);
    } else {
        return true;
    }
    return false;
}

GArray *bfs_way_to(const Bfs *b, uint32_t state)
{
    GArray *way = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint64_t place = state;
    for (uint32_t level = b->depth, move; level > 0; level--) {
        place = uc_log_get(b->log, level, place, &move);
        g_array_prepend_val(way, move);
    }
    return way;
}

/* Also of blocks that are not entered: what they made is there. */
static void note_makers(Bfs *b, uint32_t blocks)
{
    const UcModel *m = b->s->model;
    for (uint32_t n = 0; n < blocks; n++) {
        for (uint64_t left = b->block[n].makers; left; left &= left - 1)
            g_ptr_array_add(m->makers(m->data), bfs_way_to(b, b->block[n].from + (uint32_t)__builtin_ctzll(left)));
    }
}

/* The end of a level in which something was found: of all that was the least is told, and what it leads to is not. */
static void found(Bfs *b)
{
    UcSearch *s = b->s;
    s->result->finding = b->least.finding;
    s->result->end = UC_SEARCH_FOUND;
    g_array_unref(s->result->path);
    s->result->path = bfs_way_to(b, b->least.parent);
    g_array_append_val(s->result->path, b->least.move);
}

static void move_pieces(void *job)
{
    Job *j = job;
    UcVisited *visited = j->b->s->visited;
    for (uint32_t n; bfs_take(j, bfs_share_of_piece, &n);)
        uc_visited_move(visited, (uint64_t)n * PIECE, MIN(((uint64_t)n + 1) * PIECE, uc_visited_outgrown(visited)));
}

static void make_room(Bfs *b, uint32_t more)
{
    UcVisited *visited = b->s->visited;
    if (!uc_visited_grow(visited, more))
        return;
    bfs_work(b, move_pieces, (uint32_t)((uc_visited_outgrown(visited) + PIECE - 1) / PIECE));
    uc_visited_moved(visited);
}

/* Enters the new states of a window. False: there are too many. */
static bool enter(Bfs *b, uint32_t blocks)
{
    UcVisited *visited = b->s->visited;
    const Block *last = &b->block[blocks - 1];
    uint32_t total = b->children.count, before = uc_visited_count(visited), number = before;
    if (last->rank + (uint64_t)last->edges.count > UC_NO_STATE - 1 - before)
        return false;
    make_room(b, last->rank + last->edges.count);
    bfs_work(b, claim_blocks, blocks);
    bfs_work(b, keep_blocks, blocks);
    for (uint32_t n = 0; n < blocks; n++) {
        b->block[n].first_child = total;
        b->block[n].first_number = number;
        total += b->block[n].claims->len;
        number += b->block[n].fresh;
        b->children.stale |= b->block[n].fresh < b->block[n].claims->len;
    }
    bfs_children_resize(&b->children, total);
    bfs_work(b, settle_blocks, blocks);
    uc_visited_settled(visited, number - before);
    return states_before_next(b) + number - b->open <= uc_search_states(b->s);
}

/* The blocks before the first in which moves were left out. */
static uint32_t whole_blocks(const Bfs *b, uint32_t blocks)
{
    uint32_t n = 0;
    while (n < blocks && !b->block[n].edges.stopped)
        n++;
    return n;
}

/* What a window came to: true, the search may go on. */
static bool take_up(Bfs *b, uint32_t blocks)
{
    uint32_t rank = 0;
    for (uint32_t n = 0; n < blocks; n++) {
        Block *k = &b->block[n];
        if (!check_block(b, k))
            return false;
        k->rank = rank;
        rank += k->edges.count;
        keep_least(b, &b->least, &k->least);
    }
    return true;
}

/* True: go on. Where something was found the states that a level leads to are not entered any more. */
static bool search_window(Bfs *b, uint32_t blocks)
{
    bfs_work(b, expand_blocks, blocks);
    note_makers(b, blocks);
    uint32_t whole = whole_blocks(b, blocks);
    if (!take_up(b, whole))
        return false;
    if (whole < blocks) { /* the window is not entered: it is worked out again when the search goes on */
        bool go_on = uc_search_go_on(b->s, memory_of(b));
        g_assert(!go_on || b->least.finding);
        return false;
    }
    if (!b->least.finding && !enter(b, blocks)) {
        b->s->result->end = UC_SEARCH_STATES;
        return false;
    }
    for (uint32_t n = 0; n < blocks; n++)
        add_figures(&b->s->result->figures, &b->block[n]);
    return true;
}

static bool search_windows(Bfs *b)
{
    UcSearchFigures *f = &b->s->result->figures;
    for (uint32_t from = b->resumed, blocks; from < b->level.count;
         from = b->block[blocks - 1].from + b->block[blocks - 1].count) {
        f->frontier = b->level.count - from;
        f->waiting = uc_visited_count(b->s->visited) - b->open;
        b->done = from;
        blocks = cut_window(b, from);
        if (!uc_search_go_on(b->s, memory_of(b)) || !search_window(b, blocks))
            return false;
    }
    b->resumed = 0;
    return true;
}

/* True: there may be more levels. A finding that was met before a limit is told even so. */
static bool search_level(Bfs *b)
{
    bool whole = search_windows(b), sound = b->s->result->end != UC_SEARCH_BROKEN;
    if (b->least.finding && sound)
        found(b);
    return whole && !b->least.finding;
}

static bool stopped_early(UcSearchEnd end)
{
    return end == UC_SEARCH_MEMORY || end == UC_SEARCH_TIME || end == UC_SEARCH_INTERRUPTED;
}

static void run(Bfs *b)
{
    UcSearch *s = b->s;
    while (b->level.count && search_level(b)) {
        if (b->children.count && s->options->depth && s->result->figures.depth + 1 >= s->options->depth) {
            s->result->end = UC_SEARCH_DEPTH;
            s->result->figures.depth++;
            break;
        }
        if (!bfs_next_level(b))
            break;
        s->result->figures.depth += b->level.count > 0;
    }
    s->result->figures.frontier = b->level.count;
    UcSearchEnd end = s->result->end;
    uc_search_go_on(s, memory_of(b));
    s->result->end = end;
    if (end == UC_SEARCH_FOUND)
        s->result->figures.states = states_before_next(b);
}

static Job *job_new(Bfs *b, uint32_t number)
{
    const UcModel *m = b->s->model;
    Job *j = g_new0(Job, 1);
    j->b = b;
    j->number = number;
    j->worker = m->worker_new(m->data);
    j->skip = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uc_row_init(&j->row);
    uc_row_init(&j->last);
    j->loaded = UC_NO_STATE;
    return j;
}

static void job_free(Job *j)
{
    j->b->s->model->worker_free(j->worker);
    uc_row_clear(&j->row);
    uc_row_clear(&j->last);
    g_array_unref(j->skip);
    uc_arena_free(&j->skips[0]);
    uc_arena_free(&j->skips[1]);
    g_free(j->skip_known);
    g_free(j);
}

static Bfs *bfs_new(UcSearch *s)
{
    Bfs *b = g_new0(Bfs, 1);
    unsigned bits = s->options->hash_bits ? s->options->hash_bits : 128;
    b->s = s;
    b->forgets = s->model->depth && !s->options->all_hashes;
    b->log = uc_log_new();
    b->children = (Children){ g_ptr_array_new_with_free_func(g_free), g_array_new(FALSE, TRUE, sizeof(uint32_t)), 0 };
    for (uint32_t i = 0; i < WINDOW; i++) {
        b->block[i].claims = g_array_new(FALSE, FALSE, sizeof(Claim));
        b->block[i].edges.stop = uc_search_stop;
        b->block[i].edges.stop_data = s;
    }
    s->visited = uc_visited_new(bits);
    b->sample = b->forgets ? uc_visited_new(bits) : NULL;
    return b;
}

static void bfs_free(Bfs *b)
{
    for (uint32_t i = 0; i < WINDOW; i++) {
        g_array_unref(b->block[i].claims);
        g_free(b->block[i].edges.edge);
    }
    bfs_level_clear(&b->level);
    bfs_children_clear(&b->children);
    uc_log_free(b->log);
    uc_visited_free(b->sample);
    g_free(b->job);
    g_free(b->taken);
    g_free(b);
}

void uc_search_bfs(UcSearch *s)
{
    Bfs *b = bfs_new(s);
    b->jobs = MAX(s->options->jobs, 1u);
    b->job = g_new(Job *, b->jobs);
    for (uint32_t i = 0; i < b->jobs; i++)
        b->job[i] = job_new(b, i);
    b->crew = uc_crew_new((void **)b->job, b->jobs);
    bfs_first_level(b);
    if (!s->options->resume || bfs_resume(b, s->options->resume))
        run(b);
    else
        s->result->end = UC_SEARCH_NOT_RESUMED;
    if (s->options->checkpoint && stopped_early(s->result->end))
        bfs_save(b, s->options->checkpoint);
    uc_crew_free(b->crew);
    for (uint32_t i = 0; i < b->jobs; i++)
        job_free(b->job[i]);
    bfs_free(b);
}
