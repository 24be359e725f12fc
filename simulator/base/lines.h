/* Text from elsewhere on somebody's terminal or in a log that a program reads: it may begin no line of its own and drive
 * nothing. */
#ifndef SIMULATOR_BASE_LINES_H
#define SIMULATOR_BASE_LINES_H

#include <glib.h>

/* Appends `text` line by line, each after `prefix` and ended by a line feed. Control characters but tabs, and marks that
 * turn the order of what follows, become \u{..}, what is no UTF-8 U+FFFD; NUL is one of them. */
void uc_lines(GString *out, const char *prefix, const char *text, size_t length);

/* The same message with the middle of every line of more than 1,000 bytes left out, and how many bytes that were (g_free):
 * messages quote what they were given, which may be megabytes. */
char *uc_shortened(const char *message);

#endif
