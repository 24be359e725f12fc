/* Shared by the strategies only. */
#ifndef SIMULATOR_EXPLORE_SEARCH_INTERNAL_H
#define SIMULATOR_EXPLORE_SEARCH_INTERNAL_H

#include "simulator/explore/row.h"
#include "simulator/explore/search.h"

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

/* Makes the row, and packs the first state as number 0. Returns its hash. */
UcDigest uc_search_root(UcSearch *search, UcRow *row, UcRows *rows);
/* The way to a state and one move more. */
void uc_search_path(UcSearch *search, uint32_t state, uint32_t last_move);
/* False: a limit was reached; the result says which. */
bool uc_search_go_on(UcSearch *search, size_t frontier_memory);

#endif
