/* Names come from scenarios and may hold anything: every writer of a format escapes them here.
 * Each function returns a string that the caller frees. Input is UTF-8; control characters become U+FFFD, line feeds
 * what a line break is in the format.
 */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include <glib.h>

char *rep_escape_dot(const char *text);      /* inside "..." of the DOT language, escapes and entities inert */
char *rep_escape_html(const char *text);     /* element content and quoted attributes, XML too */
char *rep_escape_tex(const char *text);      /* LaTeX text mode */
char *rep_escape_mermaid(const char *text);  /* text of a message or note of a Mermaid sequence diagram */
char *rep_escape_plantuml(const char *text); /* text of a message or a quoted name of PlantUML */
char *rep_escape_gnuplot(const char *text);  /* inside '...' of gnuplot, with enhanced mode off */
/* For ShiViz: a host name without blanks. */
char *rep_escape_host(const char *text);

#endif
