/* Manifests: CSV (RFC 4180, with a header) and JSON Lines. docs/audit.md, "The manifest". */
#include "audit/internal.h"

#include <json-glib/json-glib.h>

#include "simulator/base/csv.h"
#include "simulator/base/document.h"
#include "simulator/base/file.h"
#include "simulator/base/nearest.h"

typedef enum { C_SIGNATURE, C_MESSAGE, C_DIGEST, C_SIGNED_DIGEST, C_MODULE, C_TIME, C_KEY, COLUMNS } Column;
static const char *const columns[] = { "signature", "message", "digest", "signed_digest", "module", "time", "key", NULL };

typedef struct {
    Audit *audit;
    const char *path;
    char *folder;
    unsigned line, rows;
    GError **error;
} Reader;

static bool fail(const Reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(const Reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uc_file_wrong(r->error, G_FILE_ERROR, G_FILE_ERROR_INVAL, r->path, r->line, format, args);
    va_end(args);
    return false;
}

static bool column_of(const Reader *r, const char *name, Column *column)
{
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (!strcmp(columns[i], name)) {
            *column = i;
            return true;
        }
    }
    g_autofree char *near = uc_did_you_mean(uc_nearest(name, columns));
    return fail(r, "expected a column signature, message, digest, signed_digest, module, time or key, got '%.60s'%s", name, near);
}

/* ---- a row ---- */

static bool time_of(const Reader *r, const char *text, int64_t *time)
{
    return uc_csv_time(text, time) || fail(r, "time: expected " UC_CSV_TIME ", got '%.60s'", text);
}

static char *beside(const Reader *r, const char *path)
{
    return g_path_is_absolute(path) || !strcmp(path, "-") ? g_strdup(path) : g_build_filename(r->folder, path, NULL);
}

/* A key as it is named on the command line, or beside the manifest, or its file's name alone. */
static const char *key_of(const Reader *r, const char *name)
{
    g_autofree char *path = beside(r, name);
    for (size_t k = 0; k < audit_keys(r->audit); k++) {
        const char *own = audit_key(r->audit, k)->path;
        g_autofree char *base = g_path_get_basename(own);
        if (!strcmp(own, name) || !strcmp(own, path) || !strcmp(base, name))
            return own;
    }
    return NULL;
}

static bool hex_of(const Reader *r, const char *text, uint8_t **bytes, size_t *length)
{
    *length = strlen(text) / 2;
    *bytes = g_malloc0(*length + 1);
    bool good = strlen(text) % 2 == 0;
    for (size_t i = 0; good && text[i]; i++) {
        const int value = g_ascii_xdigit_value(text[i]);
        good = value >= 0;
        (*bytes)[i / 2] = (uint8_t)((*bytes)[i / 2] << 4 | MAX(value, 0));
    }
    return good ? true : fail(r, "signed_digest: expected pairs of hexadecimal digits, got '%.60s'", text);
}

static bool take_row(Reader *r, char *const *value)
{
    AuditNote note = { .time = AUDIT_NO_TIME, .module = value[C_MODULE], .digest = value[C_DIGEST] };
    g_autofree uint8_t *signs = NULL;
    if (!value[C_SIGNATURE])
        return fail(r, "expected a file in column signature, got nothing");
    if (value[C_MESSAGE] && value[C_SIGNED_DIGEST])
        return fail(r, "expected message or signed_digest, got both");
    g_autofree char *path = beside(r, value[C_SIGNATURE]);
    g_autofree char *message = value[C_MESSAGE] ? beside(r, value[C_MESSAGE]) : NULL;
    note.message = message;
    if (message && !g_file_test(message, G_FILE_TEST_EXISTS))
        return fail(r, "message: expected a file, got '%s', which is not there", message);
    if (value[C_TIME] && !time_of(r, value[C_TIME], &note.time))
        return false;
    if (value[C_SIGNED_DIGEST] && !hex_of(r, value[C_SIGNED_DIGEST], &signs, &note.signs_length))
        return false;
    note.signs = signs;
    note.key = value[C_KEY] ? key_of(r, value[C_KEY]) : NULL;
    if (value[C_KEY] && !note.key)
        return fail(r, "key: expected one of the public keys of this audit, got '%.60s'", value[C_KEY]);
    r->rows++;
    g_autoptr(GError) error = NULL;
    return audit_add_file(r->audit, path, &note, &error) ? true : fail(r, "%s", error->message);
}

/* ---- CSV ---- */

static GPtrArray *next_record(Reader *r, const char **at)
{
    GPtrArray *fields = uc_csv_record(at, &r->line);
    if (!fields)
        fail(r, "expected a closing quote, got the end of the file");
    return fields;
}

static bool read_header(Reader *r, const char **at, Column *column, guint *count)
{
    g_autoptr(GPtrArray) names = next_record(r, at);
    bool has_signature = false;
    const unsigned next = r->line;
    if (!names)
        return false;
    r->line = 1;
    if (uc_csv_empty(names))
        return fail(r, "expected a line of column names, got nothing");
    for (*count = 0; *count < names->len && *count < COLUMNS; ++*count) {
        if (!column_of(r, g_strstrip(g_ptr_array_index(names, *count)), &column[*count]))
            return false;
        for (guint i = 0; i < *count; i++)
            if (column[i] == column[*count])
                return fail(r, "expected each column once, got '%s' twice", columns[column[i]]);
        has_signature = has_signature || column[*count] == C_SIGNATURE;
    }
    if (names->len > COLUMNS)
        return fail(r, "expected at most %d columns, got %u", COLUMNS, names->len);
    if (!has_signature)
        return fail(r, "expected a column signature, got none");
    r->line = next;
    return true;
}

static bool read_csv(Reader *r, const char *text)
{
    Column column[COLUMNS];
    guint count = 0;
    const char *at = text;
    if (!read_header(r, &at, column, &count))
        return false;
    while (*at) {
        const unsigned line = r->line;
        g_autoptr(GPtrArray) fields = next_record(r, &at);
        char *value[COLUMNS] = { NULL };
        if (!fields)
            return false;
        if (uc_csv_empty(fields))
            continue;
        const unsigned next = r->line;
        r->line = line;
        if (fields->len != count)
            return fail(r, "expected %u fields, got %u", count, fields->len);
        for (guint i = 0; i < count; i++)
            value[column[i]] = *(char *)g_ptr_array_index(fields, i) ? g_ptr_array_index(fields, i) : NULL;
        if (!take_row(r, value))
            return false;
        r->line = next;
    }
    return true;
}

/* ---- JSON Lines ---- */

static bool take_object(Reader *r, JsonObject *object)
{
    char *value[COLUMNS] = { NULL };
    bool good = true;
    g_autoptr(GList) names = json_object_get_members(object);
    for (GList *n = names; n && good; n = n->next) {
        Column column;
        JsonNode *node = json_object_get_member(object, n->data);
        good = column_of(r, n->data, &column);
        if (!good || json_node_is_null(node))
            continue;
        if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
            value[column] = g_strdup(json_node_get_string(node));
        else if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64 && column == C_TIME)
            value[column] = g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
        else
            good = fail(r, "%s: expected a string, got something else", columns[column]);
    }
    good = good && take_row(r, value);
    for (unsigned i = 0; i < COLUMNS; i++)
        g_free(value[i]);
    return good;
}

static bool read_lines(Reader *r, const char *text)
{
    for (const char *at = text; *at; r->line++) {
        const size_t length = strcspn(at, "\n");
        g_autofree char *line = g_strstrip(g_strndup(at, length));
        at += length + (at[length] == '\n');
        if (!*line)
            continue;
        g_autoptr(JsonNode) object = uc_document(line, strlen(line), NULL);
        if (!object || !JSON_NODE_HOLDS_OBJECT(object))
            return fail(r, "expected a JSON object, got '%.40s'", line);
        if (!take_object(r, json_node_get_object(object)))
            return false;
    }
    return true;
}

bool audit_add_manifest(Audit *a, const char *path, GError **error)
{
    g_autofree char *text = NULL, *folder = g_path_get_dirname(path);
    size_t length;
    if (!uc_file_text(path, UC_FILE_MAX, &text, &length, error))
        return false;
    Reader r = { a, path, folder, 1, 0, error };
    if (strlen(text) != length)
        return fail(&r, "expected text, got a zero byte");
    const bool lines = text[strspn(text, " \t\r\n")] == '{';
    if (!(lines ? read_lines : read_csv)(&r, text))
        return false;
    return r.rows ? true : fail(&r, "expected at least one signature, got none");
}
