#include "simulator/explore/row.h"

#include <string.h>

/* A packed row: how many blocks; then for each its number, with a mark if it is wide, and its words: 16 bits each, or 32
 * where one of them needs more.
 * A row that follows another: how many words differ; then for each how far it is from the one before, above two bits that
 * say how many bytes its value takes, less one, and these. FAR: the distance stands in two bytes of its own. */
enum { WIDE = 0x8000, LINE = 64, FAR = 63, SMALL = 72, CHANGE_MOST = 1 + 2 + 4, SLACK = 4 /* values are read four bytes at a time */ };

typedef uint16_t Narrow __attribute__((vector_size(UC_ROW_BLOCK * sizeof(uint16_t))));
typedef uint32_t Wide __attribute__((vector_size(UC_ROW_BLOCK * sizeof(uint32_t))));
typedef uint64_t Half __attribute__((vector_size(16), may_alias));
typedef uint64_t Pair __attribute__((may_alias));

_Static_assert((int)UC_ROW_BLOCKS <= (int)WIDE, "numbers of blocks");

void uc_rows_clear(UcRows *rows)
{
    g_free(rows->byte);
    g_free(rows->start);
    *rows = (UcRows){ 0 };
}

size_t uc_rows_memory(const UcRows *rows) { return rows->room + rows->starts * sizeof *rows->start; }

void uc_rows_close(UcRows *rows)
{
    rows->room = rows->used + SLACK;
    rows->byte = g_realloc(rows->byte, rows->room);
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

static inline bool same_block(const Wide *a, const Wide *b)
{
    const Half *x = (const Half *)(const void *)a, *y = (const Half *)(const void *)b;
    Half differ = (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]);
    return !(differ[0] | differ[1]);
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

/* Returns where it ends. */
static const uint8_t *load_whole(UcRow *row, const uint8_t *at)
{
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
    return at;
}

void uc_row_load(UcRow *row, const UcRows *rows, uint32_t number)
{
    g_assert(number < rows->count);
    load_whole(row, rows->byte + rows->start[number]);
}

static const uint8_t *load_next(UcRow *row, const uint8_t *at)
{
    uint32_t column = 0;
    for (uint16_t left = take_u16(&at); left > 0; left--) {
        static const uint32_t mask[] = { 0xff, 0xffff, 0xffffff, UINT32_MAX };
        uint32_t head = *at++, value;
        column += G_UNLIKELY(head >> 2 == FAR) ? take_u16(&at) : head >> 2;
        memcpy(&value, at, sizeof value);
        at += (head & 3) + 1;
        use(row, column / UC_ROW_BLOCK);
        row->word[column] = value & mask[head & 3];
    }
    return at;
}

void uc_row_go_on(UcRow *row, const UcRows *rows, uint32_t from, uint32_t number)
{
    g_assert(number < rows->count);
    if (rows->apart == 1) {
        load_whole(row, rows->byte + rows->start[number]);
        return;
    }
    if (from > number || from / UC_ROWS_APART != number / UC_ROWS_APART) {
        from = number - number % UC_ROWS_APART;
        row->behind = load_whole(row, rows->byte + rows->start[number / UC_ROWS_APART]);
    }
    for (; from < number; from++)
        row->behind = load_next(row, row->behind);
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
    return rows->byte + rows->used;
}

static void begin_at(UcRows *rows, uint32_t start)
{
    g_assert(rows->used <= UINT32_MAX);
    if (start >= rows->starts) {
        rows->starts = start + start / 2 + UC_ROW_BLOCK;
        rows->start = g_renew(uint32_t, rows->start, rows->starts);
    }
    rows->start[start] = (uint32_t)rows->used;
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

/* Makes the changes, and keeps the words that were there. */
static inline void change_for_now(UcRow *row, const UcChange *change, uint32_t count, uint32_t old[])
{
    g_assert(count <= UC_CHANGES_MAX);
    for (uint32_t i = 0; i < count; i++)
        old[i] = row->word[change[i].at];
    uc_row_change(row, change, count);
}

static inline void change_back(UcRow *row, const UcChange *change, uint32_t count, const uint32_t old[])
{
    for (uint32_t i = 0; i < count; i++)
        row->word[change[i].at] = old[i];
}

static inline void put_whole(UcRows *rows, const UcRow *row)
{
    uint16_t blocks = 0;
    uint8_t *begin = room_for(rows, largest(row)), *at = begin + sizeof blocks;
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
    rows->used += (size_t)(at - begin);
}

void uc_rows_add(UcRows *rows, UcRow *row, const UcChange *change, uint32_t count)
{
    uint32_t old[UC_CHANGES_MAX];
    change_for_now(row, change, count, old);
    rows->apart = 1;
    begin_at(rows, rows->count++);
    put_whole(rows, row);
    change_back(row, change, count, old);
}

static inline uint8_t *put_change(uint8_t *at, uint32_t gap, uint32_t value)
{
    unsigned bytes = value ? (39 - (unsigned)__builtin_clz(value)) / 8 : 1;
    *at++ = (uint8_t)(MIN(gap, (uint32_t)FAR) << 2 | (bytes - 1));
    if (gap >= FAR)
        at = put_u16(at, (uint16_t)gap);
    memcpy(at, &value, sizeof value);
    return at + bytes;
}

/* Which words of a block are others in the two rows: bit i for word i. */
static inline uint32_t words_that_differ(const UcRow *a, const UcRow *b, uint32_t block)
{
    const Pair *x = (const Pair *)(const void *)block_at(a, block), *y = (const Pair *)(const void *)block_at(b, block);
    uint32_t words = 0;
    if (same_block(block_at(a, block), block_at(b, block)))
        return 0;
#pragma GCC unroll 8
    for (int i = 0; i < UC_ROW_BLOCK / 2; i++) {
        Pair differ = x[i] ^ y[i];
        words |= (uint32_t)((uint32_t)differ != 0) << 2 * i | (uint32_t)(differ >> 32 != 0) << (2 * i + 1);
    }
    return words;
}

/* The words of a block that are others in `last`, where they become those of the row. */
static inline uint8_t *put_changes(uint8_t *at, const UcRow *row, UcRow *last, uint32_t block, uint32_t *column, uint16_t *count)
{
    uint32_t left = words_that_differ(row, last, block);
    if (!left)
        return at;
    use(last, block);
    for (; left; left &= left - 1, ++*count) {
        uint32_t c = block * UC_ROW_BLOCK + (uint32_t)__builtin_ctz(left);
        at = put_change(at, c - *column, row->word[c]);
        last->word[c] = row->word[c];
        *column = c;
    }
    return at;
}

static void put_difference(UcRows *rows, const UcRow *row, UcRow *last)
{
    uint32_t column = 0, reach = MAX(row->reach, last->reach);
    uint16_t count = 0;
    size_t most = sizeof count + SLACK;
    for (uint32_t u = 0; u < reach; u++)
        most += (size_t)__builtin_popcountll(row->used[u] | last->used[u]) * UC_ROW_BLOCK * CHANGE_MOST;
    uint8_t *begin = room_for(rows, most), *at = begin + sizeof count;
    for (uint32_t u = 0; u < reach; u++) {
        for (uint64_t left = row->used[u] | last->used[u]; left; left &= left - 1)
            at = put_changes(at, row, last, u * 64 + (uint32_t)__builtin_ctzll(left), &column, &count);
    }
    put_u16(begin, count);
    rows->used += (size_t)(at - begin);
}

static void copy_row(UcRow *to, const UcRow *from)
{
    zero(to);
    for (uint32_t u = 0; u < from->reach; u++) {
        for (uint64_t left = from->used[u]; left; left &= left - 1) {
            uint32_t block = u * 64 + (uint32_t)__builtin_ctzll(left);
            use(to, block);
            *block_at(to, block) = *block_at(from, block);
        }
    }
}

void uc_rows_follow(UcRows *rows, UcRow *row, UcRow *last, const UcChange *change, uint32_t count)
{
    uint32_t old[UC_CHANGES_MAX], number = rows->count++;
    change_for_now(row, change, count, old);
    if (number && rows->apart == 1) {
        begin_at(rows, number);
        put_whole(rows, row);
    } else if (number % UC_ROWS_APART) {
        put_difference(rows, row, last);
    } else {
        begin_at(rows, number / UC_ROWS_APART);
        put_whole(rows, row);
        rows->apart = number == 0 && rows->used <= SMALL ? 1 : UC_ROWS_APART;
        if (rows->apart > 1)
            copy_row(last, row);
    }
    change_back(row, change, count, old);
}
