#include "simulator/explore/log.h"

#include <string.h>

#include "simulator/explore/big.h"

enum { MOST_STATES_BITS = 40, SLACK = 8 /* numbers are read eight bytes at a time */ };

typedef struct {
    uint8_t *record;
    uint64_t states, parents, moves;
    unsigned parent_bytes, move_bytes;
} Level;

struct UcLog {
    GArray *level; /* Level */
    size_t memory;
};

UcLog *uc_log_new(void)
{
    UcLog *log = g_new0(UcLog, 1);
    log->level = g_array_new(FALSE, FALSE, sizeof(Level));
    return log;
}

static size_t bytes_of(const Level *l) { return l->states * (l->parent_bytes + l->move_bytes); }

void uc_log_free(UcLog *log)
{
    if (!log)
        return;
    for (guint i = 0; i < log->level->len; i++) {
        const Level *l = &g_array_index(log->level, Level, i);
        uc_big_free(l->record, bytes_of(l) + SLACK);
    }
    g_array_unref(log->level);
    g_free(log);
}

/* For numbers below this. */
static unsigned bytes_for(uint64_t below)
{
    unsigned bytes = 0;
    while (bytes < 8 && below > UINT64_C(1) << 8 * bytes)
        bytes++;
    return bytes;
}

void uc_log_level(UcLog *log, uint64_t states, uint64_t parents, uint64_t moves)
{
    g_assert(states && states <= UINT64_C(1) << MOST_STATES_BITS && moves <= UINT64_C(1) << 32);
    Level l = { NULL, states, parents, moves, bytes_for(parents), parents ? bytes_for(moves) : 0 };
    if (parents)
        l.record = uc_big_new(bytes_of(&l) + SLACK);
    g_array_append_val(log->level, l);
    log->memory += bytes_of(&l);
}

static Level *last(const UcLog *log)
{
    g_assert(log->level->len);
    return &g_array_index(log->level, Level, log->level->len - 1);
}

static uint64_t number_at(const uint8_t *at, unsigned bytes)
{
    uint64_t n;
    memcpy(&n, at, sizeof n);
    return bytes ? GUINT64_FROM_LE(n) & UINT64_MAX >> (64 - 8 * bytes) : 0;
}

static void put_number(uint8_t *at, uint64_t n, unsigned bytes)
{
    n = GUINT64_TO_LE(n);
    memcpy(at, &n, bytes);
}

void uc_log_put(UcLog *log, uint64_t place, uint64_t parent, uint32_t move)
{
    const Level *l = last(log);
    g_assert(place < l->states && parent < l->parents && move < l->moves);
    uint8_t *at = l->record + place * (l->parent_bytes + l->move_bytes);
    put_number(at, parent, l->parent_bytes);
    put_number(at + l->parent_bytes, move, l->move_bytes);
}

uint64_t uc_log_get(const UcLog *log, uint32_t level, uint64_t place, uint32_t *move)
{
    const Level *l = &g_array_index(log->level, Level, level);
    g_assert(level < log->level->len && place < l->states && l->parents && move);
    const uint8_t *at = l->record + place * (l->parent_bytes + l->move_bytes);
    *move = (uint32_t)number_at(at + l->parent_bytes, l->move_bytes);
    return number_at(at, l->parent_bytes);
}

uint32_t uc_log_levels(const UcLog *log) { return log->level->len; }

uint64_t uc_log_states(const UcLog *log, uint32_t level)
{
    g_assert(level < log->level->len);
    return g_array_index(log->level, Level, level).states;
}

uint64_t uc_log_moves(const UcLog *log, uint32_t level)
{
    g_assert(level < log->level->len);
    return g_array_index(log->level, Level, level).moves;
}

size_t uc_log_memory(const UcLog *log) { return log->memory; }

const uint8_t *uc_log_bytes(const UcLog *log, uint32_t level, size_t *length)
{
    g_assert(level < log->level->len && length);
    const Level *l = &g_array_index(log->level, Level, level);
    *length = bytes_of(l);
    return l->record;
}

bool uc_log_set(UcLog *log, const uint8_t *bytes, size_t length)
{
    const Level *l = last(log);
    if (length != bytes_of(l))
        return false;
    if (!length)
        return true;
    memcpy(l->record, bytes, length);
    for (uint64_t i = 0; i < l->states; i++) {
        const uint8_t *at = l->record + i * (l->parent_bytes + l->move_bytes);
        if (number_at(at, l->parent_bytes) >= l->parents || number_at(at + l->parent_bytes, l->move_bytes) >= l->moves)
            return false;
    }
    return true;
}
