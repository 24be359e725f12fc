#include "audit/internal.h"

#include <openssl/sha.h>
#include <unistd.h>

#include "simulator/base/file.h"

/* ---- small things ---- */

char *audit_count(uint64_t n, const char *what)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT " %s%s", n, what, n == 1 ? "" : "s");
}

char *audit_hex(const uint8_t *bytes, size_t length)
{
    char *text = g_malloc(2 * length + 1);
    for (size_t i = 0; i < length; i++)
        g_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    text[2 * length] = 0;
    return text;
}

void audit_hash(const uint8_t *bytes, size_t length, uint8_t hash[AUDIT_HASH])
{
    SHA256(bytes, length, hash);
}

char *audit_place_name(const Audit *a, const Item *where)
{
    const char *path = audit_file(a, where->file)->path;
    return where->part ? g_strdup_printf("%s#%u", path, where->part - 1) : g_strdup(path);
}

char *audit_item_name(const Audit *a, uint32_t item)
{
    return audit_place_name(a, audit_item(a, item));
}

char *audit_interval(uint64_t from, uint64_t end)
{
    return end == from + 1 ? g_strdup_printf("%" G_GUINT64_FORMAT, from)
                           : g_strdup_printf("[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ")", from, end);
}

uint32_t audit_module(Audit *a, const char *name)
{
    if (!name || !*name)
        return 0;
    for (guint i = 0; i < a->modules->len; i++)
        if (!strcmp(((Module *)g_ptr_array_index(a->modules, i))->name, name))
            return i + 1;
    Module *m = g_new0(Module, 1);
    m->name = g_strdup(name);
    g_ptr_array_add(a->modules, m);
    return a->modules->len;
}

AuditFinding *audit_find(Audit *a, AuditClass class, const char *kind, const char *subject, const char *format, ...)
{
    va_list args;
    AuditFinding *f = g_new0(AuditFinding, 1);
    va_start(args, format);
    *f = (AuditFinding){ class, kind, g_strdup_vprintf(format, args), g_strdup(subject), NAN, -1 };
    va_end(args);
    g_ptr_array_add(a->findings, f);
    return f;
}

/* ---- life ---- */

static void free_key(gpointer data)
{
    AuditKey *k = data;
    free(k->content.bytes);
    g_free(k->path);
    g_free(k);
}

static void free_file(gpointer data)
{
    AuditFile *f = data;
    if (f->fd >= 0)
        close(f->fd);
    g_free(f->path);
    g_free(f);
}

static void free_note(gpointer data)
{
    Note *n = data;
    g_free(n->message), g_free(n->digest), g_free(n->signs);
    g_free(n);
}

static void free_module(gpointer data)
{
    g_free(((Module *)data)->name);
    g_free(data);
}

static void free_finding(gpointer data)
{
    AuditFinding *f = data;
    g_free(f->text), g_free(f->subject);
    g_free(f);
}

static void free_proof(gpointer data)
{
    g_byte_array_unref(((Proof *)data)->digests);
    g_free(data);
}

static guint hash_of(gconstpointer key)
{
    guint value;
    memcpy(&value, key, sizeof value);
    return value;
}

static gboolean same_hash(gconstpointer x, gconstpointer y)
{
    return memcmp(x, y, AUDIT_HASH) == 0;
}

static guint hash_of_id(gconstpointer key)
{
    const FileId *id = key;
    return (guint)((id->inode ^ id->inode >> 32) * 0x9e3779b1u ^ id->device);
}

static gboolean same_id(gconstpointer x, gconstpointer y)
{
    return memcmp(x, y, sizeof(FileId)) == 0;
}

static gboolean same_owner(gconstpointer x, gconstpointer y)
{
    return memcmp(x, y, AUDIT_OWNER) == 0;
}

Audit *audit_new(void)
{
    Audit *a = g_new0(Audit, 1);
    a->keys = g_ptr_array_new_with_free_func(free_key);
    a->files = g_ptr_array_new_with_free_func(free_file);
    a->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    a->by_hash = g_hash_table_new(hash_of, same_hash);
    a->open = g_array_new(FALSE, FALSE, sizeof(Open));
    a->opened = g_hash_table_new_full(hash_of_id, same_id, g_free, NULL);
    a->items = g_array_new(FALSE, FALSE, sizeof(Item));
    a->uses = g_array_new(FALSE, FALSE, sizeof(Use));
    a->waiting = g_array_new(FALSE, FALSE, sizeof(Item));
    a->pending = g_ptr_array_new_with_free_func(audit_free_pending);
    a->notes = g_ptr_array_new_with_free_func(free_note);
    a->modules = g_ptr_array_new_with_free_func(free_module);
    a->findings = g_ptr_array_new_with_free_func(free_finding);
    a->proofs = g_ptr_array_new_with_free_func(free_proof);
    a->kept = g_string_new(NULL);
    a->proof_of = g_hash_table_new(NULL, NULL);
    a->upper = g_hash_table_new_full(hash_of, same_hash, g_free, NULL);
    a->parent = g_hash_table_new_full(hash_of, same_owner, g_free, g_free);
    return a;
}

void audit_free(Audit *a)
{
    if (!a)
        return;
    GPtrArray *lists[] = { a->pending, a->keys, a->files, a->notes, a->modules, a->findings, a->proofs };
    GHashTable *tables[] = { a->by_path, a->by_hash, a->opened, a->proof_of, a->upper, a->parent };
    for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++)
        g_ptr_array_unref(lists[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_unref(tables[i]);
    g_array_unref(a->items);
    g_array_unref(a->uses);
    g_array_unref(a->open);
    g_array_unref(a->waiting);
    g_free(a->found_first);
    g_string_free(a->kept, TRUE);
    g_free(a->slots);
    g_free(a);
}

/* ---- keys ---- */

/* The same I or PUB_SEED in two keys: their one-time keys may be the same too, which the table of uses sees. */
static void compare_keys(Audit *a, const AuditKey *fresh)
{
    for (guint i = 0; i < a->keys->len; i++) {
        const AuditKey *old = audit_key(a, i);
        const bool lms = old->key.lms && fresh->key.lms;
        const size_t skip = old->key.levels > 1 ? 12 : 8, skip_fresh = fresh->key.levels > 1 ? 12 : 8;
        const size_t half = (old->key.length - 4) / 2;
        bool same = lms ? !memcmp(old->key.bytes + skip, fresh->key.bytes + skip_fresh, 16)
                        : !old->key.lms && !fresh->key.lms && old->key.length == fresh->key.length &&
                              !memcmp(old->key.bytes + 4 + half, fresh->key.bytes + 4 + half, half);
        if (same)
            audit_find(a, AUDIT_INDICATION, "identifier-twice", fresh->path,
                       "%s and %s are different keys with the same %s; expected one that is unique", old->path, fresh->path,
                       lms ? "I" : "PUB_SEED");
    }
}

bool audit_add_key(Audit *a, const char *path, GError **error)
{
    g_autofree char *bytes = NULL;
    size_t length;
    SigWhy why;
    if (!uc_file_read(path, 1 << 20, &bytes, &length, error))
        return false;
    AuditKey *k = g_new0(AuditKey, 1);
    k->path = g_strdup(path);
    audit_hash((const uint8_t *)bytes, length, k->hash);
    if (!sig_content_read((const uint8_t *)bytes, length, &k->content, &why) || !sig_key_read(&k->content, &k->key, &why)) {
        free_key(k);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, why.text);
        return false;
    }
    for (guint i = 0; i < a->keys->len; i++) {
        const AuditKey *old = audit_key(a, i);
        if (old->key.length == k->key.length && !memcmp(old->key.bytes, k->key.bytes, k->key.length)) {
            audit_find(a, AUDIT_INFORMATION, "key-twice", path, "%s is the same key as %s", path, old->path);
            free_key(k);
            return true;
        }
    }
    compare_keys(a, k);
    g_ptr_array_add(a->keys, k);
    return true;
}

/* ---- modules ---- */

static bool bad(GError **error, const char *option, const char *expected, const char *text)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: expected %s, got '%s'", option, expected, text);
    return false;
}

static Module *module_of(Audit *a, const char *text, const char **value)
{
    const char *equals = strrchr(text, '=');
    g_autofree char *name = equals ? g_strndup(text, (gsize)(equals - text)) : NULL;
    *value = equals ? equals + 1 : NULL;
    return name && *name ? audit_module_at(a, audit_module(a, name)) : NULL;
}

bool audit_set_owned(Audit *a, const char *text, GError **error)
{
    const char *value;
    Module *m = module_of(a, text, &value);
    g_auto(GStrv) part = NULL;
    const size_t length = m ? strlen(value) : 0;
    if (length > 4 && value[0] == '[' && value[length - 1] == ')') {
        g_autofree char *inner = g_strndup(value + 1, length - 2);
        part = g_strsplit(inner, ",", -1);
    }
    if (m && m->owned)
        return bad(error, "--owned", "each module once", text);
    if (!part || g_strv_length(part) != 2 || !g_ascii_string_to_unsigned(part[0], 10, 0, INT64_MAX, &m->from, NULL) ||
        !g_ascii_string_to_unsigned(part[1], 10, 0, INT64_MAX, &m->end, NULL) || m->from >= m->end)
        return bad(error, "--owned", "NAME=[a,b) with a below b", text);
    for (guint i = 0; i < a->modules->len; i++) {
        const Module *other = g_ptr_array_index(a->modules, i);
        if (other != m && other->owned && other->from < m->end && m->from < other->end)
            audit_find(a, AUDIT_INDICATION, "sectors-overlap", m->name, "the sectors of %s and %s overlap", other->name, m->name);
    }
    m->owned = true;
    return true;
}

bool audit_set_remaining(Audit *a, const char *text, GError **error)
{
    const char *value;
    Module *m = module_of(a, text, &value);
    if (m && m->counted)
        return bad(error, "--remaining", "each module once", text);
    if (!m || !g_ascii_string_to_unsigned(value, 10, 0, INT64_MAX, &m->left, NULL))
        return bad(error, "--remaining", "NAME=N", text);
    m->counted = true;
    return true;
}

/* ---- results ---- */

static gint by_class(gconstpointer x, gconstpointer y)
{
    const AuditFinding *const *a = x, *const *b = y;
    return (gint)(*a)->class - (gint)(*b)->class; /* g_ptr_array_sort is stable */
}

void audit_finish(Audit *a)
{
    g_assert(!a->finished);
    a->finished = true;
    audit_tell_rest(a);
    audit_settle(a);
    audit_tell_unclear(a, true);
    audit_try_open(a);
    audit_keep_findings(a);
    audit_tell_unclear(a, false); /* tomorrow's audit asks again */
    audit_tell_open(a);
    audit_drop_replaced(a);
    audit_describe_proofs(a);
    audit_books(a);
    g_ptr_array_sort(a->findings, by_class);
}

size_t audit_findings(const Audit *a)
{
    return a->findings->len;
}

const AuditFinding *audit_finding(const Audit *a, size_t number)
{
    return number < a->findings->len ? g_ptr_array_index(a->findings, number) : NULL;
}

size_t audit_signatures(const Audit *a)
{
    return a->items->len;
}

size_t audit_keys(const Audit *a)
{
    return a->keys->len;
}

size_t audit_memory(const Audit *a)
{
    size_t names = 0;
    for (guint i = 0; i < a->files->len; i++)
        names += sizeof(AuditFile) + strlen(audit_file(a, i)->path) + 1;
    names += g_hash_table_size(a->opened) * (sizeof(FileId) + 32); /* and what the table and malloc need beside it */
    return a->items->len * sizeof(Item) + a->uses->len * sizeof(Use) + a->slot_count * sizeof *a->slots + names;
}

size_t audit_undecided(const Audit *a)
{
    size_t count = 0;
    for (guint i = 0; i < a->open->len; i++)
        count += g_array_index(a->open, Open, i).lost;
    return count;
}

bool audit_has_proof(const Audit *a)
{
    for (guint i = 0; i < a->findings->len; i++)
        if (audit_finding(a, i)->class == AUDIT_PROOF)
            return true;
    return false;
}
