/* Where everything of a chart stands: lifelines, labels, pages. Writers of pictures read this; nothing here knows them.
 *
 * Lengths are points of 1/72 inch, x from the left, y downwards. One rule holds for every chart: no label crosses a
 * lifeline, and nothing leaves the page. A label stands in one gap between two lifelines, the one beside who writes it; it
 * is broken into lines, then shortened to "kind(…)", then left out, and what is shortened stands whole in the legend.
 */
#ifndef REPORT_CHART_LAYOUT_H
#define REPORT_CHART_LAYOUT_H

#include "report/chart.h"
#include "report/text_lines.h"

/* How a picture is to look. */
typedef struct {
    double width;     /* 0: what the labels need */
    double size;      /* of labels; 0: the usual one */
    const char *font; /* family, borrowed; NULL: the usual one */
    bool untitled;    /* no title, verdict, subtitle */
    RepMetric metric;
} RepStyle;

#define REP_MM (72 / 25.4)

typedef enum { REP_TEXT_TITLE, REP_TEXT_VERDICT, REP_TEXT_SUBTITLE, REP_TEXT_HEADING, REP_TEXT_NAME, REP_TEXT_LABEL,
               REP_TEXT_NUMBER, REP_TEXT_WORDS, REP_TEXT_LEGEND, REP_TEXTS } RepTextRole;

typedef struct {
    char *text;       /* its lines */
    double left, right; /* the room it has between two lifelines */
    bool legend;      /* shortened */
} RepLabel;

typedef struct {
    guint first, count; /* of the layout's lines */
} RepPage;

typedef struct {
    const RepChart *chart; /* borrowed */
    RepStyle style;
    double unit;           /* 1 for labels of 10 points */
    double width, narrowest; /* of the page; of its gaps */
    double left[REP_WORLDS], right[REP_WORLDS]; /* of what a world covers; equal: it is not drawn */
    double numbers[REP_WORLDS]; /* width of its column of event numbers */
    double *x;             /* by lifeline */
    double *box;           /* by lifeline, how wide the box with its name is */
    char **name;           /* by lifeline, its lines */
    bool *name_cut;        /* by lifeline */
    RepLabel *label;       /* by event */
    GArray *line;          /* RepLine */
} RepLayout;

/* `chart` must stay. Never NULL. */
RepLayout *rep_layout_new(const RepChart *chart, const RepStyle *style);
void rep_layout_free(RepLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepLayout, rep_layout_free)

/* Is there room between the lifelines for an arrow and its number? */
bool rep_layout_holds(const RepLayout *layout);

RepFace rep_layout_face(const RepLayout *layout, RepTextRole role);
/* Height of a text of so many lines. */
double rep_layout_height(const RepLayout *layout, RepTextRole role, unsigned lines);

static inline const RepLine *rep_line(const RepLayout *layout, guint i)
{
    return &g_array_index(layout->line, RepLine, i);
}

/* Of a line: all, and from its top to its arrows. */
double rep_line_height(const RepLayout *layout, const RepLine *line);
double rep_line_arrow(const RepLayout *layout, const RepLine *line);
/* Of the strip above the first difference, which says so; 0 for every other line. */
double rep_line_strip(const RepLayout *layout, const RepLine *line);
/* What the legend says of an event whose label is shortened, broken into lines. The caller frees. */
char *rep_layout_legend(const RepLayout *layout, guint event);

/* What a line takes of a page: points of height, with what the legend needs for it. */
double rep_line_cost(const RepLayout *layout, const RepLine *line);

/* Pages of at most `rows` lines that cost no more than `most` together (0: any number); RepPage, at least one. A line that
 * costs more has a page of its own. Free with g_array_unref(). */
GArray *rep_layout_pages(const RepLayout *layout, unsigned rows, double most,
                         double (*cost)(const RepLayout *, const RepLine *));

#endif
