/* A breadth-first search that was stopped, as bytes, and going on from them. What is kept: the moves by contents, the
 * visited states with their parents and moves, how far the level was worked out, and the sum of the path hashes of its states and
 * the next one's, which are made again too. Rows are not kept: they are made
 * again by following the moves from the root, and every hash on the way must come out as it was. */
#include <string.h>

#include "simulator/explore/search_internal.h"

/* ---- the file around it ---- */

static char *head_about(const char *about)
{
    g_assert(about && !strchr(about, '\n'));
    return g_strdup_printf(UC_CHECKPOINT_HEAD "%d %s\n", UC_CHECKPOINT_VERSION, about);
}

GByteArray *uc_checkpoint_pack(const char *about, const GByteArray *search)
{
    g_autofree char *head = head_about(about);
    GByteArray *file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)head, (guint)strlen(head));
    g_byte_array_append(file, search->data, search->len);
    UcDigest sum = uc_digest(file->data, file->len);
    return g_byte_array_append(file, (const guint8 *)&sum, sizeof sum);
}

/* Of a file that is not of this search: another version of the same, or something else. */
static UcCheckpointFile other_file(const char *text, size_t length, uint64_t *version)
{
    enum { HEAD = sizeof UC_CHECKPOINT_HEAD - 1, DIGITS = 20 };
    if (length < HEAD || memcmp(text, UC_CHECKPOINT_HEAD, HEAD))
        return UC_CHECKPOINT_OTHER;
    g_autofree char *digits = g_strndup(text + HEAD, MIN(length - HEAD, (size_t)DIGITS));
    *version = g_ascii_strtoull(digits, NULL, 10);
    return *version == UC_CHECKPOINT_VERSION ? UC_CHECKPOINT_OTHER : UC_CHECKPOINT_OTHER_VERSION;
}

UcCheckpointFile uc_checkpoint_unpack(const char *about, const void *file, size_t length, GByteArray **out, uint64_t *version)
{
    g_assert(file && out && version);
    g_autofree char *head = head_about(about);
    size_t n = strlen(head);
    const guint8 *bytes = file;
    UcDigest sum;
    const bool of_this = length > sizeof UC_CHECKPOINT_HEAD && !memcmp(bytes, head, MIN(n, length));
    if (!of_this)
        return other_file(file, length, version);
    if (length < n + sizeof sum || length - n > UINT32_MAX)
        return UC_CHECKPOINT_DAMAGED;
    sum = uc_digest(bytes, length - sizeof sum);
    if (memcmp(bytes + length - sizeof sum, &sum, sizeof sum))
        return UC_CHECKPOINT_DAMAGED;
    *out = g_byte_array_append(g_byte_array_new(), bytes + n, (guint)(length - n - sizeof sum));
    return UC_CHECKPOINT_OK;
}

char *uc_checkpoint_about(const void *file, size_t length)
{
    g_assert(file);
    g_autofree char *head = head_about("");
    const size_t n = strlen(head) - 1; /* without the end of the line */
    const char *end = length > n && !memcmp(file, head, n) ? memchr((const char *)file + n, '\n', length - n) : NULL;
    return end ? g_strndup((const char *)file + n, (size_t)(end - (const char *)file) - n) : NULL;
}

/* ---- the search in it ---- */

static const char MAGIC[] = "ucsim-search 2";

/* A count of things that take at least `size` bytes each. */
static uint32_t get_count(UcReader *r, size_t size)
{
    uint64_t n = uc_take(r, 8);
    if (n > r->left / size || n > UC_NO_STATE - 1)
        r->bad = true;
    return r->bad ? 0 : (uint32_t)n;
}

/* A number that the search's own tables bound: anything else is no checkpoint, whatever its checksum says. */
static uint32_t get_below(UcReader *r, uint64_t bound)
{
    uint64_t n = uc_take(r, 8);
    r->bad = r->bad || n >= bound || n > UINT32_MAX;
    return r->bad ? 0 : (uint32_t)n;
}

void uc_checkpoint_write(UcSearch *s, const UcCheckpoint *c, GByteArray *out)
{
    const UcModel *m = s->model;
    const UcSearchFigures *f = &s->result->figures;
    uint64_t number[] = { f->edges, f->idle, f->skipped, f->depth, c->first, c->done, c->paths };
    uint32_t states = uc_visited_count(s->visited), moves = m->moves(m->data);
    g_byte_array_append(out, (const uint8_t *)MAGIC, sizeof MAGIC);
    for (size_t i = 0; i < G_N_ELEMENTS(number); i++)
        uc_append_u64(out, number[i]);
    uc_append_u64(out, moves);
    for (uint32_t i = 0; i < moves; i++)
        m->save_move(m->data, i, out);
    uc_append_u64(out, states);
    for (uint32_t i = 0; i < states; i++) {
        uint32_t move, parent = uc_visited_parent(s->visited, i, &move);
        UcDigest h = uc_visited_hash(s->visited, i);
        uc_append_u64(out, h.lo);
        uc_append_u64(out, h.hi);
        uc_append_u64(out, (uint64_t)parent << 32 | move);
    }
    for (int i = 0; i < 2; i++) {
        uc_append_u64(out, c->order[i]->len);
        for (guint k = 0; k < c->order[i]->len; k++)
            uc_append_u64(out, g_array_index(c->order[i], uint32_t, k));
        uc_append_u64(out, c->skip[i]->len);
        for (guint k = 0; k < c->skip[i]->len; k++)
            uc_append_u64(out, g_array_index(c->skip[i], uint32_t, k));
    }
}

static bool read_moves(UcSearch *s, UcReader *r)
{
    const UcModel *m = s->model;
    uint32_t moves = get_count(r, 8);
    for (uint32_t i = 0; i < moves && !r->bad; i++) {
        size_t used = m->load_move(m->data, i, r->at, r->left);
        r->bad = r->bad || !used || used > r->left;
        r->at += r->bad ? 0 : used;
        r->left -= r->bad ? 0 : used;
    }
    return !r->bad;
}

static bool read_states(UcSearch *s, UcReader *r)
{
    uint32_t states = get_count(r, 24);
    bool fresh = true;
    for (uint32_t i = 0; i < states && !r->bad; i++) {
        UcDigest h = { uc_take(r, 8), 0 };
        h.hi = uc_take(r, 8);
        uint64_t way = uc_take(r, 8);
        uint32_t parent = (uint32_t)(way >> 32), move = (uint32_t)way;
        bool led_to = parent < i && move < s->model->moves(s->model->data), root = parent == UC_NO_STATE && !move;
        r->bad = r->bad || !(i ? led_to : root); /* a search that has not begun knows no move */
        if (!r->bad)
            uc_visited_add(s->visited, h, parent, (uint32_t)way, &fresh);
        r->bad = r->bad || !fresh;
    }
    return !r->bad && states > 0;
}

/* States in some order, and for each how many moves are left out, then these. */
static void read_order(UcReader *r, GArray *order, GArray *skip, uint32_t states, uint32_t moves)
{
    uint32_t count = get_count(r, 8), left = 0;
    for (uint32_t n = count; n && !r->bad; n--)
        g_array_append_vals(order, &(const uint32_t){ get_below(r, states) }, 1);
    for (uint32_t n = get_count(r, 8); n && !r->bad; n--) {
        bool is_move = left > 0;
        uint32_t value = get_below(r, is_move ? moves : n); /* as many follow at least */
        left = is_move ? left - 1 : value;
        count -= !is_move;
        g_array_append_val(skip, value);
    }
    r->bad = r->bad || count || left;
}

bool uc_checkpoint_read(UcSearch *s, UcCheckpoint *c, const uint8_t *bytes, size_t length)
{
    UcSearchFigures *f = &s->result->figures;
    UcReader r = { bytes, length, length < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) };
    if (r.bad)
        return false;
    r.at += sizeof MAGIC;
    r.left -= sizeof MAGIC;
    f->edges = uc_take(&r, 8);
    f->idle = uc_take(&r, 8);
    f->skipped = uc_take(&r, 8);
    f->depth = get_below(&r, UC_NO_STATE);
    c->first = get_below(&r, UC_NO_STATE);
    c->done = get_below(&r, UC_NO_STATE);
    c->paths = uc_take(&r, 8);
    if (!read_moves(s, &r) || !read_states(s, &r))
        return false;
    uint32_t states = uc_visited_count(s->visited);
    for (int i = 0; i < 2; i++)
        read_order(&r, c->order[i], c->skip[i], states, s->model->moves(s->model->data));
    return !r.bad && r.left == 0 && c->first < states && c->done <= states - c->first && f->depth <= c->first &&
           f->edges >= states - 1u;
}
