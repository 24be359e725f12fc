/* Words of a chart: short labels and full texts of the messages of a trace.
 *
 * Byte strings are unreadable in a figure, so each gets a name at its first appearance in the trace: s1 for the first
 * `sealed`, t2 for the second `token`, p1 for the first payload. Equal bytes have equal names, in both worlds, so a
 * reader sees at once whether two fields are the same. What somebody says is quoted, parties stand by their name.
 */
#ifndef REPORT_CHART_WORDS_H
#define REPORT_CHART_WORDS_H

#include <glib.h>
#include <stdbool.h>

#include "simulator/message.h"
#include "simulator/trace/trace.h"

enum {
    REP_LABEL_CHARS = 60,  /* a label is cut there */
    REP_TEXT_CHARS = 24,   /* a quoted text within a label */
    REP_TOOLTIP_BYTES = 64,/* bytes shown of one field in the full text */
    REP_MOVE_CHARS = 160,
    REP_FULL_CHARS = 4000, /* Graphviz reads strings of at most 16,384 bytes */
};

typedef struct RepWords RepWords;

/* `messages` (borrowed) tell which fields are what somebody says; NULL: only the engine's own are. */
RepWords *rep_words_new(const UcMessageTable *messages);
void rep_words_free(RepWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RepWords, rep_words_free)

/* Names every byte string of a message (NULL: none). Call in the order of the trace. */
void rep_words_learn(RepWords *words, const UcTraceMessage *message);
/* "send(bob, c1, "hello")"; at most REP_LABEL_CHARS characters. The caller frees. */
char *rep_words_label(RepWords *words, const UcTraceMessage *message);
/* One line per field, "  cipher = c1 = 9f3a...". The caller frees. */
char *rep_words_full(RepWords *words, const UcTraceMessage *message);
/* The name of a byte string given in hex, or NULL. Owned by words. */
const char *rep_words_name(RepWords *words, const char *hex);
/* On one line: line feeds become \n, control and direction marks U+FFFD. The caller frees. */
char *rep_visible(const char *text);
/* Cuts to `chars` characters, the last one being an ellipsis. The caller frees. */
char *rep_cut(const char *text, glong chars);

#endif
