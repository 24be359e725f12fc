/* What Graphviz writes, made fit for browsers. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include <glib.h>

/* Graphviz gives every node and edge a <title> with its internal name, which browsers show as a tooltip, and puts our
 * tooltips into xlink:title, which some do not show. This drops the former and turns the latter into <title>.
 * `prefix` not NULL: for a page with several pictures: every id gets the prefix, tooltips and what stands before <svg
 * go. The caller frees. */
char *rep_svg_tidy(const char *svg, gsize length, const char *prefix);

#endif
