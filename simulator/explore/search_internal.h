/* Shared by the strategies only. */
#ifndef SIMULATOR_EXPLORE_SEARCH_INTERNAL_H
#define SIMULATOR_EXPLORE_SEARCH_INTERNAL_H

#include "simulator/explore/search.h"

typedef struct {
    uint32_t *word;
    uint32_t width, count;
} UcRows;

uint32_t *uc_rows_get(const UcRows *rows, uint32_t i);
void uc_rows_init(UcRows *rows, uint32_t width, uint32_t count); /* not zeroed */
void uc_rows_clear(UcRows *rows);
size_t uc_rows_memory(const UcRows *rows);

typedef struct {
    const UcModel *model;
    const UcSearchOptions *options;
    UcSearchResult *result;
    UcVisited *visited;
    double began, told;
} UcSearch;

void uc_search_bfs(UcSearch *search);
void uc_search_dfs(UcSearch *search);
void uc_search_walks(UcSearch *search);

/* The way to a state and one move more. */
void uc_search_path(UcSearch *search, uint32_t state, uint32_t last_move);
/* False: a limit was reached; the result says which. */
bool uc_search_go_on(UcSearch *search, size_t frontier_memory);

#endif
