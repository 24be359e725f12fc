/* Rows packed by blocks of words: how a frontier keeps states, and the full row that one of them is spread into. Blocks of
 * zeros are left out, and blocks of small numbers take half. Where states are read one after the other most are kept as
 * what they differ in from the one before: states that one state leads to are much alike. */
#ifndef SIMULATOR_EXPLORE_ROW_H
#define SIMULATOR_EXPLORE_ROW_H

#include "simulator/explore/model.h"

enum { UC_ROW_BLOCK = 16, UC_ROW_BLOCKS = UC_ROW_MAX / UC_ROW_BLOCK, UC_ROWS_APART = 64 /* of those that follow, which are whole: one in so many */ };
#define UC_NO_ROW UINT32_MAX

/* Many packed rows one after the other. */
typedef struct {
    uint8_t *byte;
    size_t used, room;
    uint32_t *start; /* where each begins; of those that follow one another, each that is whole */
    uint32_t count, starts;
    uint32_t apart; /* of those that follow: UC_ROWS_APART, or 1 where rows are so small that it does not pay */
} UcRows;

void uc_rows_clear(UcRows *rows);
size_t uc_rows_memory(const UcRows *rows);

/* A full row; which of its blocks are not 0 is remembered, so that it is cleared by them. */
typedef struct {
    uint32_t *word; /* UC_ROW_MAX */
    uint64_t used[UC_ROW_BLOCKS / 64]; /* bit i: block i is, or was, not 0 */
    uint32_t reach; /* of used[]: behind it there are only zeros */
    const uint8_t *behind; /* where the packed row ends that uc_row_go_on() loaded */
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

/* The same for rows that follow one another: all of them are added so, and `last` holds the one that was added before, which
 * the first of them sets. */
void uc_rows_follow(UcRows *rows, UcRow *row, UcRow *last, const UcChange *change, uint32_t count);
/* Gives back the room that is not used: no more are added. */
void uc_rows_close(UcRows *rows);
/* Loads a row of those. `from`: the number of the row of these that is loaded now, as it was, or UC_NO_ROW. */
void uc_row_go_on(UcRow *row, const UcRows *rows, uint32_t from, uint32_t number);

#endif
