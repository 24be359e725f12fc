/* Rows packed by blocks of words: how a frontier keeps states, and the full row that one of them is spread into. Blocks of
 * zeros are left out, and blocks of small numbers take half. */
#ifndef SIMULATOR_EXPLORE_ROW_H
#define SIMULATOR_EXPLORE_ROW_H

#include "simulator/explore/model.h"

enum { UC_ROW_BLOCK = 16, UC_ROW_BLOCKS = UC_ROW_MAX / UC_ROW_BLOCK };

/* Many packed rows one after the other. */
typedef struct {
    uint8_t *byte;
    size_t used, room;
    size_t *start; /* where each begins */
    uint32_t count, starts;
} UcRows;

void uc_rows_clear(UcRows *rows);
size_t uc_rows_memory(const UcRows *rows);
/* Room for so many in so many bytes, which still grows where it must; rows were empty. */
void uc_rows_reserve(UcRows *rows, uint32_t count, size_t bytes);

/* A full row; which of its blocks are not 0 is remembered, so that it is cleared by them. */
typedef struct {
    uint32_t *word; /* UC_ROW_MAX */
    uint64_t used[UC_ROW_BLOCKS / 64]; /* bit i: block i is, or was, not 0 */
    uint32_t reach; /* of used[]: behind it there are only zeros */
} UcRow;

void uc_row_init(UcRow *row);
void uc_row_clear(UcRow *row); /* frees */
void uc_row_scan(UcRow *row);  /* after words were set from outside */
void uc_row_load(UcRow *row, const UcRows *rows, uint32_t number);
void uc_row_change(UcRow *row, const UcChange *change, uint32_t count);
/* Appends the row, as it is with the changes, which are not kept in it. */
void uc_rows_add(UcRows *rows, UcRow *row, const UcChange *change, uint32_t count);
/* Forgets all but the first `count`. */
void uc_rows_cut(UcRows *rows, uint32_t count);

#endif
