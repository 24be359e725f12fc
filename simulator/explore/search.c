#include "simulator/explore/search.h"

#include <string.h>

#include "simulator/explore/big.h"
#include "simulator/explore/search_internal.h"

const char *const uc_strategy_name[UC_STRATEGIES + 1] = { "bfs", "dfs", "random", "pct", NULL };
const char *const uc_search_end_name[UC_SEARCH_ENDS + 1] = { "complete", "found", "memory", "time", "depth",
                                                             "states", "full", "interrupted", "broken", "not resumed", NULL };

const char *const uc_memory_kind_name[UC_MEMORY_KINDS + 1] = { "hashes", "frontier", "candidates", "regions", "remembered", "log",
                                                               NULL };

void uc_search_result_free(UcSearchResult *result)
{
    if (!result)
        return;
    g_array_unref(result->path);
    g_free(result->broken);
    g_free(result);
}

static double seconds_now(void) { return (double)g_get_monotonic_time() / 1e6; }

void uc_search_path(UcSearch *s, uint32_t state, uint32_t last_move)
{
    GArray *path = s->result->path;
    uint32_t move;
    g_array_append_val(path, last_move);
    for (uint32_t parent; (parent = uc_visited_parent(s->visited, state, &move)) != UC_NO_STATE; state = parent)
        g_array_prepend_val(path, move);
}

UcDigest uc_search_root(UcSearch *s, UcRow *row, UcRows *rows)
{
    uc_row_init(row);
    UcDigest hash = s->model->root(s->model->data, row->word);
    uc_row_scan(row);
    uc_rows_add(rows, row, NULL, 0);
    return hash;
}

/* The limit that is reached, or UC_SEARCH_ENDS. */
static UcSearchEnd limit_reached(const UcSearch *s, size_t memory)
{
    const UcSearchOptions *o = s->options;
    const UcModel *m = s->model;
    if (o->interrupt && *o->interrupt)
        return UC_SEARCH_INTERRUPTED;
    if (m->full && m->full(m->data))
        return UC_SEARCH_FULL;
    if ((o->memory && memory > o->memory) || uc_big_is_short())
        return UC_SEARCH_MEMORY;
    return o->seconds > 0 && seconds_now() - s->began > o->seconds ? UC_SEARCH_TIME : UC_SEARCH_ENDS;
}

/* What is counted leaves out what the allocator holds and what is used in between: a limit is of what the program takes. */
static size_t memory_taken(const UcSearch *s, size_t counted)
{
    size_t now = uc_big_resident(), grown = now > s->resident ? now - s->resident : 0;
    return MAX(counted, grown);
}

/* The limit is noted: memory may come back before the search is asked again, and moves were left out. */
bool uc_search_stop(void *search)
{
    UcSearch *s = search;
    UcSearchEnd limit = limit_reached(s, memory_taken(s, s->model->memory(s->model->data)));
    if (limit != UC_SEARCH_ENDS)
        __atomic_store_n(&s->limit, limit, __ATOMIC_RELAXED);
    return limit != UC_SEARCH_ENDS;
}

uint64_t uc_search_states(const UcSearch *s)
{
    return s->options->states ? s->options->states : s->forgotten ? UINT64_MAX : UC_NO_STATE - 1;
}

void uc_search_broken(UcSearch *s, char *how)
{
    s->result->end = UC_SEARCH_BROKEN;
    g_free(s->result->broken);
    s->result->broken = how ? how : g_strdup(s->model->broken(s->model->data));
}

void uc_search_ungraded(UcSearch *s, uint32_t move)
{
    g_autofree char *name = s->model->name(s->model->data, move);
    uc_search_broken(s, g_strdup_printf("the move '%s' changed the state, and not by one unit of a bound that lies in it", name));
}

/* What the search and its model count, by parts; the sum. */
static size_t count_memory(const UcSearch *s, UcMemoryParts *parts)
{
    const UcModel *m = s->model;
    size_t own = 0, models = m->memory(m->data);
    for (int i = 0; i < UC_MEMORY_KINDS; i++)
        own += parts->of[i];
    if (m->parts)
        m->parts(m->data, parts);
    else
        parts->of[UC_MEMORY_REMEMBERED] += models;
    return own + models;
}

static void note_peaks(UcSearchFigures *f, size_t peak, size_t counted, const UcMemoryParts *parts)
{
    f->peak = MAX(f->peak, peak);
    if (counted <= f->counted)
        return;
    f->counted = counted;
    f->parts = *parts;
}

void uc_figures_add(UcSearchFigures *sum, const UcSearchFigures *last)
{
    const UcSearchFigures before = *sum;
    *sum = *last;
    sum->edges += before.edges;
    sum->idle += before.idle;
    sum->skipped += before.skipped;
    note_peaks(sum, before.peak, before.counted, &before.parts);
}

/* May the search go on? Looked at between windows. */
bool uc_search_go_on(UcSearch *s, UcMemoryParts own)
{
    UcSearchFigures *f = &s->result->figures;
    const UcSearchOptions *o = s->options;
    uc_big_heap_follow(&s->heap_end);
    if (s->visited) {
        f->states = s->forgotten + uc_visited_count(s->visited);
        f->visited_memory = uc_visited_memory(s->visited);
        own.of[UC_MEMORY_HASHES] += f->visited_memory;
        f->omission = uc_visited_omission(s->visited, f->states);
    }
    size_t counted = count_memory(s, &own);
    f->memory = memory_taken(s, counted);
    note_peaks(f, f->memory, counted, &own);
    double now = seconds_now();
    if (o->progress && now - s->told >= 0.5) {
        s->told = now;
        o->progress(o->progress_data, f);
    }
    UcSearchEnd noted = __atomic_load_n(&s->limit, __ATOMIC_RELAXED);
    UcSearchEnd limit = noted == UC_SEARCH_ENDS ? limit_reached(s, f->memory) : noted;
    if (limit != UC_SEARCH_ENDS)
        s->result->end = limit;
    return limit == UC_SEARCH_ENDS;
}

UcSearchResult *uc_search(const UcModel *model, const UcSearchOptions *options)
{
    g_assert(model && options && options->strategy < UC_STRATEGIES);
    UcSearchResult *result = g_new0(UcSearchResult, 1);
    result->path = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    UcSearch s = { .model = model, .options = options, .result = result, .limit = UC_SEARCH_ENDS };
    s.began = s.told = seconds_now();
    s.resident = uc_big_resident();
    switch (options->strategy) {
    case UC_BFS: uc_search_bfs(&s); break;
    case UC_DFS: uc_search_dfs(&s); break;
    default: uc_search_walks(&s); break;
    }
    uc_visited_free(s.visited);
    return result;
}
