/* JSON documents of any shape, which other programs may have written: the one door to json-glib's parser. It calls itself for
 * each level of brackets, so what is deeper than UC_DOCUMENT_LEVELS is refused before it sees it; and so is what it takes
 * beyond RFC 8259 between values (comments). Traces have a reader of their own (json.h). */
#ifndef SIMULATOR_BASE_DOCUMENT_H
#define SIMULATOR_BASE_DOCUMENT_H

#include <glib.h>
#include <stddef.h>

enum { UC_DOCUMENT_LEVELS = 64 };

typedef struct _JsonNode JsonNode; /* json-glib's: who uses it includes that; the engine's own package does without */

/* The document, never changed (json_node_unref()), or NULL and an error with line (if not the
 * first) and column, without the file's name. */
JsonNode *uc_document(const char *text, size_t length, GError **error);

#endif
