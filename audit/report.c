/* What was found, for people and as JSON. */
#include "audit/internal.h"

#include <json-glib/json-glib.h>

enum { SHOWN = 50 }; /* findings of one kind in the text */

static const char *const classes[] = { "proof", "indication", "information" };

static void inputs_hash(const Audit *a, uint8_t hash[AUDIT_HASH])
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (guint i = 0; i < a->files->len; i++)
        g_byte_array_append(all, audit_file(a, i)->hash, AUDIT_HASH);
    audit_hash(all->data, all->len, hash);
}

static uint64_t in_state(const Audit *a, ItemState state)
{
    uint64_t count = 0;
    for (guint i = 0; i < a->items->len; i++)
        count += audit_item(a, i)->state == state;
    return count;
}

static void add_findings(const Audit *a, AuditClass class, GString *out)
{
    g_autoptr(GHashTable) shown = g_hash_table_new(g_str_hash, g_str_equal);
    uint64_t hidden = 0;
    for (guint i = 0; i < a->findings->len; i++) {
        const AuditFinding *f = audit_finding(a, i);
        if (f->class != class)
            continue;
        const guint before = GPOINTER_TO_UINT(g_hash_table_lookup(shown, f->kind));
        g_hash_table_insert(shown, (gpointer)f->kind, GUINT_TO_POINTER(before + 1));
        if (before >= SHOWN) {
            hidden++;
            continue;
        }
        g_string_append_printf(out, "%s: %s: %s\n", classes[class], f->kind, f->text);
        if (f->class == AUDIT_PROOF && f->subject)
            g_string_append_printf(out, "  one-time key: %s%s\n", f->subject, "");
    }
    if (hidden)
        g_string_append_printf(out, "%s: %" G_GUINT64_FORMAT " more; --json has them all\n", classes[class], hidden);
}

static void add_verdict(const Audit *a, GString *out)
{
    if (audit_has_proof(a))
        g_string_append(out, "one-time keys signed twice\n");
    else if (audit_undecided(a))
        g_string_append_printf(out, "undecided: %zu second uses of one-time keys were seen, and what they have to be held against cannot be read\n",
                               audit_undecided(a));
    else
        g_string_append(out, "no one-time key is proven to have signed twice\n");
}

char *audit_text(const Audit *a)
{
    guint signatures;
    const char *first;
    const guint files = audit_count_gone(a, &signatures, &first);
    g_autofree char *of = audit_count(files, "file"), *seen = audit_count(a->items->len, "signature"), *in = audit_count(a->files->len, "file");
    g_autofree char *gone = files ? g_strdup_printf(" (%u in %s that %s gone)", signatures, of, files == 1 ? "is" : "are") : g_strdup("");
    GString *out = g_string_new(NULL);
    uint8_t hash[AUDIT_HASH];
    char what[256];
    for (guint k = 0; k < a->keys->len; k++) {
        const AuditKey *key = audit_key(a, k);
        sig_key_describe(&key->key, what, sizeof what);
        g_autofree char *capacity = key->set ? g_strdup_printf(" of %" G_GUINT64_FORMAT " one-time keys", sig_set_capacity(key->set)) : g_strdup("");
        g_autofree char *of_key = audit_count(key->seen, "signature");
        g_string_append_printf(out, "key %s: %s, %s; %s%s\n", key->path, key->set ? sig_set_name(key->set) : what,
                               sig_form_name(key->content.form), of_key, capacity);
    }
    for (AuditClass c = AUDIT_PROOF; c <= AUDIT_INFORMATION; c++)
        add_findings(a, c, out);
    inputs_hash(a, hash);
    g_autofree char *hex = audit_hex(hash, AUDIT_HASH);
    g_string_append_printf(out, "%s in %s%s: %" G_GUINT64_FORMAT " verified with their messages, %" G_GUINT64_FORMAT
                                " compared by bytes, %" G_GUINT64_FORMAT " not genuine\n",
                           seen, in, gone, in_state(a, ITEM_VERIFIED), in_state(a, ITEM_UNVERIFIED),
                           in_state(a, ITEM_FAILED));
    g_string_append_printf(out, "inputs: SHA-256 of the hashes of all files in their order: %s\n", hex);
    add_verdict(a, out);
    return g_string_free(out, FALSE);
}

/* ---- JSON ---- */

static void set_string(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;
    if (valid)
        json_builder_add_string_value(b, valid);
    else
        json_builder_add_null_value(b);
}

static void set_int(JsonBuilder *b, const char *name, uint64_t value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_int_value(b, (gint64)value);
}

static void add_hash(JsonBuilder *b, const uint8_t *hash)
{
    g_autofree char *hex = audit_hex(hash, AUDIT_HASH);
    set_string(b, "sha256", hex);
}

static void add_keys(const Audit *a, JsonBuilder *b)
{
    char what[256];
    json_builder_set_member_name(b, "keys");
    json_builder_begin_array(b);
    for (guint k = 0; k < a->keys->len; k++) {
        const AuditKey *key = audit_key(a, k);
        sig_key_describe(&key->key, what, sizeof what);
        json_builder_begin_object(b);
        set_string(b, "file", key->path);
        set_string(b, "form", sig_form_name(key->content.form));
        set_string(b, "set", key->set ? sig_set_name(key->set) : what);
        set_int(b, "signatures", key->seen);
        add_hash(b, key->hash);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_finding(JsonBuilder *b, const AuditFinding *f)
{
    json_builder_begin_object(b);
    set_string(b, "class", classes[f->class]);
    set_string(b, "kind", f->kind);
    set_string(b, "text", f->text);
    set_string(b, "subject", f->subject);
    if (f->class == AUDIT_PROOF && !isnan(f->bits)) {
        json_builder_set_member_name(b, "forgery_bits"); /* null: nothing can be forged with these */
        if (isinf(f->bits))
            json_builder_add_null_value(b);
        else
            json_builder_add_double_value(b, f->bits);
    }
    if (f->proof >= 0)
        set_int(b, "proof", (uint64_t)f->proof + 1);
    json_builder_end_object(b);
}

char *audit_json(const Audit *a)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    json_builder_begin_object(b);
    set_string(b, "format", "ucsim audit signatures 1");
    json_builder_set_member_name(b, "proof");
    json_builder_add_boolean_value(b, audit_has_proof(a));
    set_int(b, "undecided", audit_undecided(a));
    set_int(b, "signatures", a->items->len);
    set_int(b, "verified", in_state(a, ITEM_VERIFIED));
    set_int(b, "not_genuine", in_state(a, ITEM_FAILED));
    set_int(b, "memory_bytes", audit_memory(a));
    add_keys(a, b);
    json_builder_set_member_name(b, "findings");
    json_builder_begin_array(b);
    for (guint i = 0; i < a->findings->len; i++)
        add_finding(b, audit_finding(a, i));
    json_builder_end_array(b);
    json_builder_set_member_name(b, "inputs");
    json_builder_begin_array(b);
    for (guint i = 0; i < a->files->len; i++) {
        json_builder_begin_object(b);
        set_string(b, "file", audit_file(a, i)->path);
        add_hash(b, audit_file(a, i)->hash);
        if (!audit_is_there(audit_file(a, i))) {
            json_builder_set_member_name(b, "gone");
            json_builder_add_boolean_value(b, TRUE);
        }
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_end_object(b);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = json_builder_get_root(b);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    char *text = json_generator_to_data(generator, NULL);
    char *line = g_strconcat(text, "\n", NULL);
    g_free(text);
    return line;
}
