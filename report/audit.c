#include "report/audit.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "report/escape.h"
#include "simulator/base/document.h"
#include "simulator/base/file.h"

#define FORMAT "ucsim audit signatures 1"

struct RepAudit {
    char *name;
    JsonNode *document; /* NULL: no JSON */
    JsonObject *root;   /* of the document */
};

/* ---- reading: nothing about the file is believed ---- */

static const char *string_of(JsonObject *o, const char *name)
{
    JsonNode *node = json_object_get_member(o, name);
    const char *text = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    return text ? text : "";
}

static gint64 number_of(JsonObject *o, const char *name)
{
    JsonNode *node = json_object_get_member(o, name);
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node) : 0;
}

static guint length_of(JsonObject *o, const char *name)
{
    JsonNode *node = json_object_get_member(o, name);
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_array_get_length(json_node_get_array(node)) : 0;
}

/* NULL: no object there. */
static JsonObject *object_at(JsonObject *o, const char *name, guint i)
{
    JsonNode *node = json_array_get_element(json_object_get_array_member(o, name), i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

void rep_audit_free(RepAudit *a)
{
    if (!a)
        return;
    g_clear_pointer(&a->document, json_node_unref);
    g_free(a->name);
    g_free(a);
}

RepAudit *rep_audit_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!uc_file_text(path, UC_FILE_MAX, &text, &length, error))
        return NULL;
    RepAudit *a = g_new0(RepAudit, 1);
    a->name = g_path_get_basename(path);
    g_autoptr(GError) inner = NULL;
    a->document = uc_document(text, length, &inner);
    a->root = a->document && JSON_NODE_HOLDS_OBJECT(a->document) ? json_node_get_object(a->document) : NULL;
    if (a->root && !strcmp(string_of(a->root, "format"), FORMAT))
        return a;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: expected JSON of an audit (format '" FORMAT "'), got %s%s%s", path,
                a->root ? "other JSON" : "no JSON object", inner ? ": " : "", inner ? inner->message : "");
    rep_audit_free(a);
    return NULL;
}

/* ---- the section ---- */

static void cell(GString *out, const char *plain)
{
    g_autofree char *escaped = rep_escape_html(plain);
    g_string_append_printf(out, "<td>%s</td>", escaped);
}

static void keys(const RepAudit *a, GString *out)
{
    g_string_append(out, "<table class=\"audit\"><thead><tr><th>Key</th><th>Set</th><th>Form</th><th>Signatures</th></tr></thead><tbody>\n");
    for (guint i = 0; i < length_of(a->root, "keys"); i++) {
        JsonObject *k = object_at(a->root, "keys", i);
        if (!k)
            continue;
        g_autofree char *seen = g_strdup_printf("%" G_GINT64_FORMAT, number_of(k, "signatures"));
        g_string_append(out, "<tr>");
        cell(out, string_of(k, "file")), cell(out, string_of(k, "set")), cell(out, string_of(k, "form")), cell(out, seen);
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody></table>\n");
}

static guint rows_of(const RepAudit *a, const char *class, GString *out)
{
    guint count = 0;
    for (guint i = 0; i < length_of(a->root, "findings"); i++) {
        JsonObject *f = object_at(a->root, "findings", i);
        if (!f || strcmp(string_of(f, "class"), class))
            continue;
        g_string_append(out, "<tr>");
        cell(out, string_of(f, "kind")), cell(out, string_of(f, "text")), cell(out, string_of(f, "subject"));
        g_string_append(out, "</tr>\n");
        count++;
    }
    return count;
}

static void findings(const RepAudit *a, GString *out)
{
    static const struct { const char *class, *heading; } classes[] = {
        { "proof", "Proofs" }, { "indication", "Indications" }, { "information", "Information" } };
    for (gsize c = 0; c < G_N_ELEMENTS(classes); c++) {
        g_autoptr(GString) rows = g_string_new(NULL);
        const guint count = rows_of(a, classes[c].class, rows);
        g_string_append_printf(out, "<details%s><summary>%s: %u</summary>\n", count && c < 2 ? " open" : "", classes[c].heading, count);
        if (count)
            g_string_append_printf(out, "<table class=\"audit\"><thead><tr><th>Finding</th><th>What</th><th>Where</th></tr></thead><tbody>\n%s</tbody></table>\n",
                                   rows->str);
        g_string_append(out, "</details>\n");
    }
}

static void inputs(const RepAudit *a, GString *out)
{
    const guint count = length_of(a->root, "inputs");
    g_string_append_printf(out, "<details><summary>Inputs: %u files</summary>\n<table class=\"audit\"><thead><tr><th>File</th><th>SHA-256</th></tr></thead><tbody>\n",
                           count);
    for (guint i = 0; i < count; i++) {
        JsonObject *f = object_at(a->root, "inputs", i);
        if (!f)
            continue;
        g_string_append(out, "<tr>");
        cell(out, string_of(f, "file")), cell(out, string_of(f, "sha256"));
        g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody></table></details>\n");
}

void rep_audit_html(const RepAudit *a, GString *out)
{
    JsonNode *proof = json_object_get_member(a->root, "proof");
    const gboolean proven = proof && JSON_NODE_HOLDS_VALUE(proof) && json_node_get_boolean(proof);
    const gboolean undecided = number_of(a->root, "undecided") > 0;
    g_autofree char *name = rep_escape_html(a->name);
    g_string_append_printf(out, "<article class=\"audited\">\n<h2>Audit: %s</h2>\n<p class=\"verdict %s\">%s</p>\n", name,
                           proven || undecided ? "differs" : "equal",
                           proven      ? "One-time keys signed twice"
                           : undecided ? "Undecided: what second uses have to be held against cannot be read"
                                       : "No one-time key is proven to have signed twice");
    g_string_append_printf(out, "<p class=\"sub\">%" G_GINT64_FORMAT " signatures: %" G_GINT64_FORMAT " verified with their messages, %" G_GINT64_FORMAT
                                " not genuine</p>\n",
                           number_of(a->root, "signatures"), number_of(a->root, "verified"), number_of(a->root, "not_genuine"));
    keys(a, out);
    findings(a, out);
    inputs(a, out);
    g_string_append(out, "</article>\n");
}
