#include "simulator/explore/row.h"

#include <string.h>

/* A packed row: n, then n numbers of words, then n values. */
typedef struct {
    uint16_t count;
    uint16_t at[];
} Packed;

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
    *row = (UcRow){ g_new0(uint32_t, UC_ROW_MAX), g_new(uint16_t, UC_ROW_MAX), 0 };
}

void uc_row_clear(UcRow *row)
{
    g_free(row->word);
    g_free(row->at);
    *row = (UcRow){ 0 };
}

void uc_row_zero(UcRow *row)
{
    for (uint32_t i = 0; i < row->count; i++)
        row->word[row->at[i]] = 0;
    row->count = 0;
}

void uc_row_scan(UcRow *row)
{
    row->count = 0;
    for (uint32_t i = 0; i < UC_ROW_MAX; i++) {
        if (row->word[i])
            row->at[row->count++] = (uint16_t)i;
    }
}

static size_t values_at(uint32_t count) { return (sizeof(Packed) + count * sizeof(uint16_t) + 3) / 4 * 4; }

void uc_row_load(UcRow *row, const UcRows *rows, uint32_t number)
{
    g_assert(number < rows->count);
    const Packed *p = (const void *)(rows->byte + rows->start[number]);
    const uint32_t *value = (const void *)((const uint8_t *)p + values_at(p->count));
    uc_row_zero(row);
    memcpy(row->at, p->at, p->count * sizeof *row->at);
    row->count = p->count;
    for (uint32_t i = 0; i < p->count; i++)
        row->word[p->at[i]] = value[i];
}

void uc_row_change(UcRow *row, const UcChange *change, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        /* a word that went to 0 and comes back is entered again: zeroing twice does no harm, packing skips it */
        if (!row->word[change[i].at] && change[i].value) {
            if (row->count + 1 >= UC_ROW_MAX)
                uc_row_scan(row);
            row->at[row->count++] = (uint16_t)change[i].at;
        }
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

void uc_rows_add(UcRows *rows, UcRow *row, const UcChange *change, uint32_t count)
{
    uint32_t old[UC_CHANGES_MAX], fresh = 0;
    g_assert(count <= UC_CHANGES_MAX);
    Packed *p = (void *)room_for(rows, values_at(row->count + count) + (row->count + count) * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        old[i] = row->word[change[i].at];
        row->word[change[i].at] = change[i].value;
    }
    for (uint32_t i = 0; i < row->count; i++) {
        if (row->word[row->at[i]])
            p->at[fresh++] = row->at[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!old[i] && change[i].value)
            p->at[fresh++] = (uint16_t)change[i].at;
    }
    p->count = (uint16_t)fresh;
    uint32_t *value = (void *)((uint8_t *)p + values_at(fresh));
    for (uint32_t i = 0; i < fresh; i++)
        value[i] = row->word[p->at[i]];
    for (uint32_t i = 0; i < count; i++)
        row->word[change[i].at] = old[i];
    rows->start[rows->count++] = rows->used;
    rows->used += values_at(fresh) + fresh * sizeof(uint32_t);
}
