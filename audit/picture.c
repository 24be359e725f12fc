/* The whole key as a picture: a square of cells in the order of indices, each a leaf or a subtree; below it, if times are known,
 * the indices over time, where a state that was set back is a step down. */
#include "audit/internal.h"

enum { SIDE = 64, CELLS = SIDE * SIDE, CELL = 12, LEFT = 20, TOP = 84, COLOURS = 8,
       DOT = 3, DOTS_HIGH = 60, TIMES_ROOM = DOT * DOTS_HIGH + 70 };

static const char *const colour[COLOURS] = { "#3b6ea5", "#2e8b57", "#b8860b", "#7b5aa6", "#3a9ca6", "#8c564b", "#6b7a1f", "#555555" };

typedef struct {
    uint64_t used, reused;
    uint32_t module; /* number; COLOURS.. share colours; UINT32_MAX: several */
    int64_t first, last; /* times; AUDIT_NO_TIME */
} Cell;

/* Leaves in a cell: a power of two; key of any size in at most CELLS cells up to the end of the subtree that is used. */
static uint64_t leaves_in_cell(uint64_t span)
{
    uint64_t leaves = 1;
    while (span / leaves > CELLS)
        leaves *= 2;
    return leaves;
}

/* ISO 8601, or milliseconds where that has no year of four digits (g_free). */
static char *time_text(int64_t time)
{
    const int64_t seconds = time / 1000 - (time % 1000 < 0);
    g_autoptr(GDateTime) date = seconds > -INT64_C(62135596800) && seconds < INT64_C(253402300800) ? g_date_time_new_from_unix_utc(seconds) : NULL;
    return date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup_printf("%" G_GINT64_FORMAT " ms", time);
}

static void note_time(Cell *c, int64_t time)
{
    if (time == AUDIT_NO_TIME)
        return;
    c->first = c->last == AUDIT_NO_TIME ? time : MIN(c->first, time);
    c->last = MAX(c->last, time);
}

static void fill(const Audit *a, const GArray *seen, uint64_t leaves, Cell *cell)
{
    for (guint i = 0; i < seen->len; i++) {
        const Seen *s = &g_array_index(seen, Seen, i);
        Cell *c = &cell[MIN(s->index / leaves, CELLS - 1)];
        const uint32_t module = audit_item(a, s->item)->module;
        if (!c->used)
            c->first = c->last = AUDIT_NO_TIME;
        note_time(c, audit_item(a, s->item)->time);
        c->module = c->used && c->module != module ? UINT32_MAX : module;
        c->used++;
        c->reused += s->reused;
    }
}

static const char *paint(const Cell *c)
{
    return c->reused ? "#d11" : c->module == UINT32_MAX ? "#e377c2" : colour[c->module % COLOURS];
}

static void draw_cell(const Audit *a, const Cell *c, unsigned i, unsigned side, uint64_t leaves, GString *out)
{
    const unsigned x = LEFT + i % side * CELL, y = TOP + i / side * CELL;
    const uint64_t from = (uint64_t)i * leaves;
    g_autofree char *interval = audit_interval(from, from + leaves);
    g_autofree char *who = !c->module || c->module == UINT32_MAX ? NULL : g_markup_escape_text(audit_module_at(a, c->module)->name, -1);
    g_autofree char *first = c->last == AUDIT_NO_TIME ? NULL : time_text(c->first), *last = first ? time_text(c->last) : NULL;
    const bool moment = first && !strcmp(first, last);
    const double share = (double)c->used / (double)leaves;
    g_string_append_printf(out,
                           "<rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%.2f\"%s><title>%s: %" G_GUINT64_FORMAT
                           " in hand%s%s%s%s%s%s%s</title></rect>\n",
                           x, y, CELL - 1, CELL - 1, paint(c), c->reused ? 1.0 : 0.25 + 0.75 * share,
                           c->reused ? " stroke=\"#000\" stroke-width=\"1.5\"" : "", interval, c->used,
                           who ? ", " : c->module == UINT32_MAX ? ", several modules" : "", who ? who : "",
                           c->reused ? ", signed twice" : "", first ? ", " : "", first ? first : "", first && !moment ? " to " : "",
                           first && !moment ? last : "");
}

/* ---- indices over time ---- */

typedef struct {
    int64_t from, to;
    uint64_t low, high; /* indices */
    uint64_t count;
} Span;

static Span span_of(const Audit *a, uint32_t key)
{
    Span s = { INT64_MAX, INT64_MIN, UINT64_MAX, 0, 0 };
    for (guint i = 0; i < a->items->len; i++) {
        const Item *item = audit_item(a, i);
        if (item->key != key || item->state == ITEM_FAILED || item->time == AUDIT_NO_TIME)
            continue;
        s = (Span){ MIN(s.from, item->time), MAX(s.to, item->time), MIN(s.low, item->index), MAX(s.high, item->index), s.count + 1 };
    }
    return s;
}

/* Every dot once, of the last module there. */
static void draw_dots(const Audit *a, uint32_t key, const Span *s, unsigned top, unsigned wide, GString *out)
{
    g_autofree uint32_t *dot = g_new0(uint32_t, wide * DOTS_HIGH);
    const double long_ = (double)s->to - (double)s->from + 1, high = (double)(s->high - s->low) + 1;
    for (guint i = 0; i < a->items->len; i++) {
        const Item *item = audit_item(a, i);
        if (item->key != key || item->state == ITEM_FAILED || item->time == AUDIT_NO_TIME)
            continue;
        const unsigned x = (unsigned)(((double)item->time - (double)s->from) / long_ * wide);
        const unsigned y = (unsigned)((double)(item->index - s->low) / high * DOTS_HIGH);
        dot[MIN(y, DOTS_HIGH - 1) * wide + MIN(x, wide - 1)] = item->module + 1;
    }
    for (unsigned y = 0; y < DOTS_HIGH; y++)
        for (unsigned x = 0; x < wide; x++)
            if (dot[y * wide + x])
                g_string_append_printf(out, "<rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", LEFT + x * DOT,
                                       top + (DOTS_HIGH - 1 - y) * DOT, DOT, DOT, colour[(dot[y * wide + x] - 1) % COLOURS]);
}

static void draw_times(const Audit *a, uint32_t key, const Span *s, unsigned y, unsigned wide, GString *out)
{
    const unsigned top = y + 26, end = top + DOTS_HIGH * DOT;
    g_autofree char *from = time_text(s->from), *to = time_text(s->to);
    g_string_append_printf(out, "<text x=\"%d\" y=\"%u\">indices %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                                " (up) over time; a step down is a state set back, or a transfer</text>\n",
                           LEFT, y + 16, s->low, s->high);
    g_string_append_printf(out, "<rect x=\"%d\" y=\"%u\" width=\"%u\" height=\"%d\" fill=\"#f2f2f2\" stroke=\"#999\"/>\n", LEFT - 2, top - 2,
                           wide * DOT + 4, DOTS_HIGH * DOT + 4);
    draw_dots(a, key, s, top, wide, out);
    g_string_append_printf(out, "<text x=\"%d\" y=\"%u\">%s</text><text x=\"%u\" y=\"%u\" text-anchor=\"end\">%s</text>\n", LEFT, end + 18, from,
                           LEFT + wide * DOT, end + 18, to);
}

static void draw_legend(const Audit *a, unsigned y, GString *out)
{
    unsigned x = LEFT;
    for (guint m = 0; m <= a->modules->len && m < COLOURS; m++) {
        g_autofree char *name = m ? g_markup_escape_text(audit_module_at(a, m)->name, -1) : g_strdup("in hand, no module named");
        g_string_append_printf(out, "<rect x=\"%u\" y=\"%u\" width=\"11\" height=\"11\" fill=\"%s\"/><text x=\"%u\" y=\"%u\">%s</text>\n", x, y,
                               colour[m], x + 16, y + 10, name);
        x += 30 + 7 * (unsigned)g_utf8_strlen(name, -1);
    }
    g_string_append_printf(out, "<rect x=\"%u\" y=\"%u\" width=\"11\" height=\"11\" fill=\"#d11\" stroke=\"#000\"/><text x=\"%u\" y=\"%u\">signed twice</text>\n",
                           LEFT, y + 18, LEFT + 16, y + 28);
    g_string_append_printf(out, "<rect x=\"%u\" y=\"%u\" width=\"11\" height=\"11\" fill=\"#e377c2\"/><text x=\"%u\" y=\"%u\">several modules; paler: a smaller share of the cell</text>\n",
                           LEFT + 110, y + 18, LEFT + 126, y + 28);
}

char *audit_picture(const Audit *a, size_t number)
{
    if (number >= a->keys->len)
        return NULL;
    const AuditKey *key = audit_key(a, number);
    g_autoptr(GArray) seen = audit_indices(a, (uint32_t)number);
    const uint64_t last = seen->len ? g_array_index(seen, Seen, seen->len - 1).index : 0;
    uint64_t span = key->set ? sig_set_capacity(key->set) : 1;
    const bool cut = span > UINT64_C(1) << 32;
    if (cut) /* of huge keys the subtree that is used */
        for (span = CELLS; span <= last && span < UINT64_C(1) << 62;)
            span *= 2;
    const uint64_t leaves = leaves_in_cell(span);
    const unsigned cells = (unsigned)(span / leaves), side = cells >= CELLS ? SIDE : cells >= 1024 ? 32 : 16;
    const unsigned rows = (cells + side - 1) / side, wide = MAX(LEFT * 2 + side * CELL, 640);
    const Span times = span_of(a, (uint32_t)number);
    const unsigned legend = TOP + rows * CELL + 14, high = legend + 46 + (times.count ? TIMES_ROOM : 0);
    g_autofree Cell *cell = g_new0(Cell, CELLS);
    g_autofree char *name = g_markup_escape_text(key->path, -1);
    fill(a, seen, leaves, cell);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" font-size=\"12\">\n"
                           "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>\n"
                           "<text x=\"%d\" y=\"42\">%s</text>\n<text x=\"%d\" y=\"60\">%u indices in hand of %" G_GUINT64_FORMAT "%s; a cell is %" G_GUINT64_FORMAT
                           " %s, a row %" G_GUINT64_FORMAT "</text>\n",
                           wide, high, wide, high, LEFT, name, LEFT, key->set ? sig_set_name(key->set) : "no signature in hand", LEFT, seen->len,
                           span, cut ? " (the first of the key)" : "", leaves, leaves == 1 ? "leaf" : "leaves", leaves * side);
    g_string_append_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%u\" height=\"%u\" fill=\"#f2f2f2\" stroke=\"#999\"/>\n", LEFT - 2, TOP - 2,
                           side * CELL + 3, rows * CELL + 3);
    for (unsigned i = 0; i < cells; i++) {
        if (cell[i].used)
            draw_cell(a, &cell[i], i, side, leaves, out);
    }
    draw_legend(a, legend, out);
    if (times.count)
        draw_times(a, (uint32_t)number, &times, legend + 40, (wide - 2 * LEFT) / DOT, out);
    g_string_append(out, "</svg>\n");
    return g_string_free(out, FALSE);
}
