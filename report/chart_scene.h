/* One page of a chart as shapes, in the order in which they are drawn: what Graphviz and TikZ are both told.
 *
 * What colour says is said again by words, width or pattern: bold arrows are what Z sees, the first difference has a
 * band, a thicker arrow and a strip with the words, a dashed arrow is control that goes back to Z without a message.
 */
#ifndef REPORT_CHART_SCENE_H
#define REPORT_CHART_SCENE_H

#include "report/chart_layout.h"

typedef enum {
    /* lines, from (x0, y0) to (x1, y1) */
    REP_SHAPE_LIFELINE,
    REP_SHAPE_DOWN,    /* a lifeline whose machine is down */
    REP_SHAPE_ARROW,
    /* filled rectangles with or without text; what is behind them does not show */
    REP_SHAPE_BAND,    /* of the first difference, behind its arrows */
    REP_SHAPE_STRIP,   /* above it, with the words */
    REP_SHAPE_BAR,     /* of a fold */
    REP_SHAPE_BOX,     /* with a lifeline's name */
    /* text within a rectangle, centred */
    REP_SHAPE_LABEL,
    REP_SHAPE_NUMBER,
    REP_SHAPE_HEADING,
    /* text from the left, from the top */
    REP_SHAPE_TEXT,
    /* marks on a lifeline, at (x0, y0) */
    REP_SHAPE_PERSISTS, REP_SHAPE_DOWN_HERE, REP_SHAPE_UP, REP_SHAPE_REFUSES,
} RepShapeKind;

typedef struct {
    RepShapeKind kind;
    RepTextRole role;       /* of its text */
    double x0, y0, x1, y1;  /* of rectangles: left, top, right, bottom */
    const RepEvent *event;  /* or NULL; borrowed from the chart */
    const RepLifeline *line;/* of a box, borrowed */
    bool alarm;             /* text that stands out */
    char *text;             /* its lines, or NULL */
} RepShape;

typedef struct {
    double width, height;
    GArray *shape; /* RepShape */
} RepScene;

/* `page` of `pages`, from 0. Never NULL. It borrows from the layout. */
RepScene *rep_scene_new(const RepLayout *layout, const RepPage *page, unsigned number, unsigned pages);
void rep_scene_free(RepScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepScene, rep_scene_free)

/* Height of all that stands above and below the lines of a page, at most. */
double rep_scene_frame(const RepLayout *layout);

#endif
