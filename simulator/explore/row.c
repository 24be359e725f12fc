#include "simulator/explore/row.h"

#include <string.h>

/* A packed row: how many blocks; then for each its number, with a mark if it is wide, and its words: 16 bits each, or 32
 * where one of them needs more. */
enum { WIDE = 0x8000, LINE = 64 };

typedef uint16_t Narrow __attribute__((vector_size(UC_ROW_BLOCK * sizeof(uint16_t))));
typedef uint32_t Wide __attribute__((vector_size(UC_ROW_BLOCK * sizeof(uint32_t))));

_Static_assert((int)UC_ROW_BLOCKS <= (int)WIDE, "numbers of blocks");

void uc_rows_clear(UcRows *rows)
{
    g_free(rows->byte);
    g_free(rows->start);
    *rows = (UcRows){ 0 };
}

size_t uc_rows_memory(const UcRows *rows) { return rows->room + rows->starts * sizeof *rows->start; }

void uc_rows_reserve(UcRows *rows, uint32_t count, size_t bytes)
{
    g_assert(rows && !rows->room && !rows->starts);
    rows->room = bytes;
    rows->byte = g_malloc(bytes);
    rows->starts = count;
    rows->start = g_new(size_t, count);
}

void uc_rows_cut(UcRows *rows, uint32_t count)
{
    g_assert(count <= rows->count);
    if (count < rows->count)
        rows->used = rows->start[count];
    rows->count = count;
}

void uc_row_init(UcRow *row)
{
    *row = (UcRow){ .word = g_aligned_alloc0(UC_ROW_MAX, sizeof(uint32_t), LINE) };
}

void uc_row_clear(UcRow *row)
{
    g_aligned_free(row->word);
    *row = (UcRow){ 0 };
}

static Wide *block_at(const UcRow *row, uint32_t block) { return (Wide *)(void *)(row->word + block * UC_ROW_BLOCK); }

static void use(UcRow *row, uint32_t block)
{
    uint64_t bit = UINT64_C(1) << block % 64;
    if (row->used[block / 64] & bit)
        return;
    row->used[block / 64] |= bit;
    row->reach = MAX(row->reach, block / 64 + 1);
}

static uint32_t all_bits(const Wide *block)
{
    const uint32_t *word = (const uint32_t *)block;
    uint32_t bits = 0;
#pragma GCC unroll 16
    for (int i = 0; i < UC_ROW_BLOCK; i++)
        bits |= word[i];
    return bits;
}

void uc_row_scan(UcRow *row)
{
    for (uint32_t b = 0; b < UC_ROW_BLOCKS; b++) {
        if (all_bits(block_at(row, b)))
            use(row, b);
    }
}

static void zero(UcRow *row)
{
    for (uint32_t u = 0; u < row->reach; u++) {
        for (uint64_t left = row->used[u]; left; left &= left - 1)
            *block_at(row, u * 64 + (uint32_t)__builtin_ctzll(left)) = (Wide){ 0 };
        row->used[u] = 0;
    }
    row->reach = 0;
}

static uint16_t take_u16(const uint8_t **at)
{
    uint16_t n;
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    return n;
}

void uc_row_load(UcRow *row, const UcRows *rows, uint32_t number)
{
    g_assert(number < rows->count);
    const uint8_t *at = rows->byte + rows->start[number];
    zero(row);
    for (uint16_t left = take_u16(&at); left > 0; left--) {
        uint16_t block = take_u16(&at);
        use(row, block & ~WIDE);
        Wide *to = block_at(row, block & ~WIDE);
        if (block & WIDE) {
            memcpy(to, at, sizeof *to);
            at += sizeof *to;
        } else {
            Narrow from;
            memcpy(&from, at, sizeof from);
            *to = __builtin_convertvector(from, Wide);
            at += sizeof from;
        }
    }
}

void uc_row_change(UcRow *row, const UcChange *change, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        use(row, change[i].at / UC_ROW_BLOCK);
        row->word[change[i].at] = change[i].value;
    }
}

static uint8_t *room_for(UcRows *rows, size_t bytes)
{
    if (rows->used + bytes > rows->room) {
        rows->room = MAX(rows->room + rows->room / 2, rows->used + bytes + 4096);
        rows->byte = g_realloc(rows->byte, rows->room);
    }
    if (rows->count == rows->starts) {
        rows->starts = rows->starts + rows->starts / 2 + 64;
        rows->start = g_renew(size_t, rows->start, rows->starts);
    }
    return rows->byte + rows->used;
}

static uint8_t *put_u16(uint8_t *at, uint16_t n) { return (uint8_t *)memcpy(at, &n, sizeof n) + sizeof n; }

static uint8_t *put_block(uint8_t *at, uint32_t number, const Wide *block, uint32_t bits)
{
    if (bits > UINT16_MAX) {
        at = put_u16(at, (uint16_t)(number | WIDE));
        return (uint8_t *)memcpy(at, block, sizeof *block) + sizeof *block;
    }
    Narrow narrow = __builtin_convertvector(*block, Narrow);
    at = put_u16(at, (uint16_t)number);
    return (uint8_t *)memcpy(at, &narrow, sizeof narrow) + sizeof narrow;
}

static size_t largest(const UcRow *row)
{
    size_t blocks = 0;
    for (uint32_t u = 0; u < row->reach; u++)
        blocks += (size_t)__builtin_popcountll(row->used[u]);
    return sizeof(uint16_t) + blocks * (sizeof(uint16_t) + sizeof(Wide));
}

void uc_rows_add(UcRows *rows, UcRow *row, const UcChange *change, uint32_t count)
{
    uint32_t old[UC_CHANGES_MAX];
    uint16_t blocks = 0;
    g_assert(count <= UC_CHANGES_MAX);
    for (uint32_t i = 0; i < count; i++)
        old[i] = row->word[change[i].at];
    uc_row_change(row, change, count);
    uint8_t *begin = room_for(rows, largest(row)), *at = begin + sizeof(uint16_t);
    for (uint32_t u = 0; u < row->reach; u++) {
        for (uint64_t left = row->used[u]; left; left &= left - 1) {
            uint32_t number = u * 64 + (uint32_t)__builtin_ctzll(left), bits = all_bits(block_at(row, number));
            if (!bits)
                continue;
            at = put_block(at, number, block_at(row, number), bits);
            blocks++;
        }
    }
    put_u16(begin, blocks);
    for (uint32_t i = 0; i < count; i++)
        row->word[change[i].at] = old[i];
    rows->start[rows->count++] = rows->used;
    rows->used += (size_t)(at - begin);
}
