/* Rows, the first difference and folds of a chart. */
#include <string.h>

#include "report/chart_internal.h"

/* ---- rows: blocks of events, each ending with what reaches Z, side by side ---- */

/* The events of a world's next block: from `from` up to the one that gives Z control, inclusive. */
static guint block_end(GArray *list, guint from)
{
    while (from < list->len && g_array_index(list, RepEvent, from).entry == REP_NO_ENTRY)
        from++;
    return MIN(from + 1, list->len);
}

static void place_block(GArray *list, guint from, guint to, unsigned top, unsigned height)
{
    for (guint i = from; i < to; i++) {
        RepEvent *e = &g_array_index(list, RepEvent, i);
        bool last = i + 1 == to && e->entry != REP_NO_ENTRY;
        e->row = last ? top + height - 1 : top + (i - from);
    }
}

static int by_row(const void *a, const void *b)
{
    const RepEvent *x = a, *y = b;
    return x->row != y->row ? (x->row < y->row ? -1 : 1) : (int)x->world - (int)y->world;
}

void rep_chart_align(RepChart *chart)
{
    GArray *list[REP_WORLDS];
    guint at[REP_WORLDS] = { 0 }, end[REP_WORLDS];
    for (int w = 0; w < REP_WORLDS; w++)
        list[w] = g_array_new(FALSE, FALSE, sizeof(RepEvent));
    for (guint i = 0; i < chart->event->len; i++)
        g_array_append_val(list[rep_event(chart, i)->world], *rep_event(chart, i));
    while (at[0] < list[0]->len || at[1] < list[1]->len) {
        unsigned height = 0;
        for (int w = 0; w < REP_WORLDS; w++) {
            end[w] = block_end(list[w], at[w]);
            height = MAX(height, end[w] - at[w]);
        }
        for (int w = 0; w < REP_WORLDS; w++) {
            place_block(list[w], at[w], end[w], chart->rows, height);
            at[w] = end[w];
        }
        chart->rows += height;
    }
    for (int w = 0, n = 0; w < REP_WORLDS; w++) {
        for (guint i = 0; i < list[w]->len; i++)
            *rep_event(chart, n++) = g_array_index(list[w], RepEvent, i);
        g_array_unref(list[w]);
    }
    g_array_sort(chart->event, by_row);
}

/* ---- the first difference ---- */

/* The event that the verdict points at, in one world: the entry itself, or where the run stopped. */
static RepEvent *culprit(RepChart *chart, RepWorld world, int64_t entry)
{
    RepEvent *last = NULL;
    for (guint i = 0; i < chart->event->len; i++) {
        RepEvent *e = rep_event(chart, i);
        if (e->world != world)
            continue;
        if (entry != REP_NO_ENTRY && e->entry == entry)
            return e;
        last = e;
    }
    return last;
}

static bool same_entry(const RepEvent *e, int64_t entry) { return e && e->entry == entry; }

void rep_chart_mark_difference(RepChart *chart, int64_t entry, bool real, bool ideal)
{
    chart->difference = -1;
    RepEvent *mark[REP_WORLDS] = { real ? culprit(chart, REP_REAL, entry) : NULL,
                                   ideal ? culprit(chart, REP_IDEAL, entry) : NULL };
    /* One view may have ended before the entry: then only the other world shows it. */
    if (entry != REP_NO_ENTRY && same_entry(mark[0], entry) != same_entry(mark[1], entry))
        mark[same_entry(mark[0], entry) ? 1 : 0] = NULL;
    for (int w = 0; w < REP_WORLDS; w++) {
        if (!mark[w])
            continue;
        mark[w]->diverges = true;
        chart->difference = MAX(chart->difference, (int)mark[w]->row);
    }
    for (guint i = 0; i < chart->event->len && chart->difference >= 0; i++)
        rep_event(chart, i)->after = (int)rep_event(chart, i)->row > chart->difference;
}

/* ---- one world only ---- */

/* Those of the other world first, in their order; the array owns what is cut off behind them. */
static void drop_events(RepChart *chart, RepWorld world)
{
    guint kept = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        RepEvent e = *rep_event(chart, i);
        if (e.world == world)
            continue;
        *rep_event(chart, i) = *rep_event(chart, kept);
        *rep_event(chart, kept++) = e;
    }
    g_array_set_size(chart->event, kept);
}

void rep_chart_hide(RepChart *chart, RepWorld world)
{
    const int difference = chart->difference;
    chart->difference = -1;
    drop_events(chart, world);
    chart->rows = 0;
    int row = -1; /* as it was, of the last row counted */
    for (guint i = 0; i <= chart->event->len; i++) {
        const int next = i < chart->event->len ? (int)rep_event(chart, i)->row : G_MAXINT;
        if (difference > row && difference <= next) { /* it has a row even where this world shows nothing */
            chart->difference = (int)chart->rows++;
            row = difference;
        }
        if (i == chart->event->len)
            return;
        if (next > row)
            chart->rows++;
        row = next;
        rep_event(chart, i)->row = chart->rows - 1;
    }
}

/* ---- lines ---- */

GArray *rep_chart_lines(const RepChart *chart)
{
    g_assert(chart);
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(RepLine));
    guint event = 0;
    for (unsigned row = 0; row < chart->rows; row++) {
        RepLine line = { .row = row, .fold = rep_chart_fold_at(chart, row), .first = event };
        row = line.fold ? line.fold->last : row;
        while (event < chart->event->len && rep_event(chart, event)->row <= row)
            event++;
        line.events = event - line.first;
        g_array_append_val(lines, line);
    }
    return lines;
}

/* ---- folds ---- */

enum { FOLD_LEAST = 4, BACK_MOST = 12 };

/* A row where Z starts something is a better place to start reading; looks a few rows up. */
static unsigned block_start(const RepChart *chart, unsigned row)
{
    for (unsigned up = 0; up < BACK_MOST && up < row; up++) {
        for (guint i = 0; i < chart->event->len && rep_event(chart, i)->row <= row - up; i++) {
            RepEvent *e = rep_event(chart, i);
            if (e->row == row - up && rep_lifeline(chart, e->from)->role == REP_ROLE_Z)
                return row - up;
        }
    }
    return row;
}

static void fold(RepChart *chart, unsigned first, unsigned last, RepFoldWhy why)
{
    if (last + 1 >= first + FOLD_LEAST || why == REP_FOLD_CHOSEN)
        chart->fold[chart->folds++] = (RepFold){ first, last, why };
}

void rep_chart_make_folds(RepChart *chart, unsigned context)
{
    if (chart->difference < 0)
        return;
    unsigned row = (unsigned)chart->difference;
    if (row > context) {
        unsigned start = block_start(chart, row - context);
        if (start > 0)
            fold(chart, 0, start - 1, REP_FOLD_EQUAL);
    }
    if (row + context + 1 < chart->rows)
        fold(chart, row + context + 1, chart->rows - 1, REP_FOLD_AFTER);
}

void rep_chart_choose(RepChart *chart, uint64_t first, uint64_t last)
{
    const RepWorld left = rep_chart_left(chart);
    unsigned top = chart->rows, bottom = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        const RepEvent *e = rep_event(chart, i);
        if (e->world == left && e->number >= first && e->number <= last) {
            top = MIN(top, e->row);
            bottom = MAX(bottom, e->row);
        }
    }
    if (top > 0 && chart->rows)
        fold(chart, 0, top - 1, REP_FOLD_CHOSEN);
    if (top < chart->rows && bottom + 1 < chart->rows)
        fold(chart, bottom + 1, chart->rows - 1, REP_FOLD_CHOSEN);
}

const RepFold *rep_chart_fold_at(const RepChart *chart, unsigned row)
{
    g_assert(chart);
    for (unsigned i = 0; i < chart->folds; i++) {
        if (row >= chart->fold[i].first && row <= chart->fold[i].last)
            return &chart->fold[i];
    }
    return NULL;
}

char *rep_chart_fold_text(const RepChart *chart, const RepFold *f, RepWorld world)
{
    g_assert(chart && f);
    uint64_t first = 0, last = 0;
    for (guint i = 0; i < chart->event->len; i++) {
        RepEvent *e = rep_event(chart, i);
        if (e->world != world || e->row < f->first || e->row > f->last)
            continue;
        first = first ? first : e->number;
        last = e->number;
    }
    static const char *const what[] = { "identical in the view of Z", "after the first difference", "not shown here" };
    if (!first)
        return g_strdup("no events here");
    return g_strdup_printf("events %" G_GUINT64_FORMAT "–%" G_GUINT64_FORMAT ": %s", first, last, what[f->why]);
}
