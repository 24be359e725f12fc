/* JSON, as far as traces and reports need it: appending to a string, and a strict reader of one value.
 *
 * Source: RFC 8259. Narrower on purpose: numbers are integers of 64 bits, no key twice in an object, no NUL in a
 * string, at most UC_JSON_DEPTH levels. A reader with these limits cannot be made to recurse or to round.
 */
#ifndef SIMULATOR_BASE_JSON_H
#define SIMULATOR_BASE_JSON_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { UC_JSON_DEPTH = 12 };

/* A string in quotes; `text` must be valid UTF-8 without NUL (uc_json_plain()). */
void uc_json_string(GString *out, const char *text, size_t length);
/* NULL becomes null; what is no UTF-8 becomes U+FFFD. */
void uc_json_text(GString *out, const char *text);
bool uc_json_plain(const char *text, size_t length);

typedef enum { UC_JSON_NULL, UC_JSON_BOOL, UC_JSON_INT, UC_JSON_STRING, UC_JSON_ARRAY, UC_JSON_OBJECT } UcJsonType;

typedef struct UcJson {
    UcJsonType type;
    char *key;            /* in an object */
    char *text;           /* string */
    int64_t number;       /* integer; bool: 0 or 1 */
    unsigned members;     /* of an array or object */
    struct UcJson *first, *next;
} UcJson;

#define UC_JSON_ERROR (uc_json_error_quark())
GQuark uc_json_error_quark(void);

/* One value and nothing behind it but blanks. The error says "expected X, got Y" and the column; the caller puts file
 * and line before it. Free with uc_json_free(). */
UcJson *uc_json_read(const char *text, size_t length, GError **error);
void uc_json_free(UcJson *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcJson, uc_json_free)

const UcJson *uc_json_get(const UcJson *object, const char *key); /* NULL: absent */
/* "a number", "an object", ...: for messages. */
const char *uc_json_type_name(UcJsonType type);

#endif
