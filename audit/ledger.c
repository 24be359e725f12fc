/* The ledger: what an audit knows when it ends, so that the next reads only new files. Lines of fields with tabs; the last is
 * the SHA-256 of all before, against slips (who can write the ledger can write another). */
#include "audit/internal.h"

#include <stdlib.h>

#include "simulator/base/file.h"

#define FIRST_LINE "ucsim audit ledger 2"
enum { FIELDS = 12, END_LENGTH = 4 + 2 * AUDIT_HASH + 1 }; /* "end", a tab, the hash, a line feed */

/* ---- writing ---- */

static void put_text(GString *s, const char *text)
{
    g_autofree char *escaped = text ? g_strescape(text, NULL) : NULL;
    g_string_append_printf(s, "\t%s%s", text ? "=" : "-", escaped ? escaped : "");
}

/* What lies below the ledger's folder is relative to it, so that both can go to another place together; the rest is absolute. */
static void put_path(GString *s, const char *path, const char *folder)
{
    g_autofree char *whole = path && strcmp(path, "-") ? g_canonicalize_filename(path, NULL) : g_strdup(path);
    const size_t length = strlen(folder);
    const bool below = whole && !strncmp(whole, folder, length) && whole[length] == '/';
    g_autofree char *relative = below ? g_strconcat(".", whole + length, NULL) : NULL;
    put_text(s, below ? relative : whole);
}

static char *folder_of(const char *ledger)
{
    g_autofree char *whole = g_canonicalize_filename(ledger, NULL), *folder = g_path_get_dirname(whole);
    return g_strdup(strcmp(folder, "/") ? folder : "");
}

static void put_hex(GString *s, const uint8_t *bytes, size_t length)
{
    g_autofree char *hex = audit_hex(bytes, length);
    g_string_append_printf(s, "\t%s", hex);
}

static bool is_made_again(const AuditFinding *f)
{
    static const char *const kinds[] = { "identifier-twice", "key-twice", "sectors-overlap", NULL };
    return f->proof >= 0 || g_strv_contains(kinds, f->kind);
}

void audit_keep_findings(Audit *a)
{
    for (guint i = 0; i < a->findings->len; i++) {
        const AuditFinding *f = audit_finding(a, i);
        if (is_made_again(f))
            continue;
        g_string_append_printf(a->kept, "finding\t%d\t%s", f->class, f->kind);
        put_text(a->kept, f->subject);
        put_text(a->kept, f->text);
        g_string_append_c(a->kept, '\n');
    }
}

static void put_one_time(GString *s, const OneTime *key)
{
    put_hex(s, key->owner, AUDIT_OWNER);
    g_string_append_printf(s, "\t%" G_GUINT64_FORMAT "\t%u\t%u", key->tree, key->leaf, key->layer);
}

static void put_books(const Audit *a, const char *folder, GString *s)
{
    uint8_t hash[AUDIT_HASH];
    for (guint k = 0; k < a->keys->len; k++) {
        const AuditKey *key = audit_key(a, k);
        audit_hash(key->key.bytes, key->key.length, hash);
        g_string_append(s, "key");
        put_hex(s, hash, sizeof hash);
        put_text(s, key->set ? sig_set_name(key->set) : NULL);
        g_string_append_c(s, '\n');
    }
    g_string_append_printf(s, "duplicates\t%" G_GUINT64_FORMAT "\n", a->duplicates);
    for (guint m = 0; m < a->modules->len; m++) {
        g_string_append(s, "module");
        put_text(s, audit_module_at(a, m + 1)->name);
        g_string_append_c(s, '\n');
    }
    for (guint f = 0; f < a->files->len; f++) {
        const AuditFile *file = audit_file(a, f);
        if (file->untold)
            continue;
        g_string_append_printf(s, "file\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT, file->length, file->changed);
        put_hex(s, file->hash, AUDIT_HASH);
        put_path(s, file->path, folder);
        g_string_append_c(s, '\n');
    }
    for (guint n = 0; n < a->notes->len; n++) {
        const Note *note = g_ptr_array_index(a->notes, n);
        g_autofree char *signs = note->signs ? audit_hex(note->signs, note->signs_length) : NULL;
        g_string_append(s, "note");
        put_path(s, note->message, folder), put_text(s, note->digest), put_text(s, signs);
        g_string_append_c(s, '\n');
    }
}

/* As they are counted in the ledger, where those that wait are not. */
static guint *file_numbers(const Audit *a)
{
    guint *number = g_new0(guint, a->files->len + 1), next = 0;
    for (guint f = 0; f < a->files->len; f++)
        number[f] = audit_file(a, f)->untold ? 0 : next++;
    return number;
}

static void put_parents(const Audit *a, GString *s)
{
    for (guint u = 0; u < a->uses->len; u++) /* in their order, not the table's */
        for (gpointer p = g_hash_table_lookup(a->parent, audit_use(a, u)->key.owner); p; p = NULL) {
            const Parent *parent = p;
            if (parent->item != audit_use(a, u)->item)
                continue;
            g_string_append(s, "parent");
            put_hex(s, audit_use(a, u)->key.owner, AUDIT_OWNER);
            put_hex(s, parent->child, AUDIT_HASH);
            put_one_time(s, &parent->by);
            g_string_append_printf(s, "\t%u\n", parent->item);
        }
}

static void put_proofs(const Audit *a, GString *s)
{
    for (guint i = 0; i < a->proofs->len; i++) {
        const Proof *p = g_ptr_array_index(a->proofs, i);
        g_string_append_printf(s, "proof\t%u\t%u\t%u\t%u\t%u\t%d", p->first, p->item[0], p->item[1], p->layer[0], p->layer[1], p->linked);
        put_hex(s, p->digests->data, p->digests->len);
        put_text(s, sig_set_name(p->set));
        put_text(s, p->finding->kind);
        put_text(s, p->finding->subject);
        g_string_append_c(s, '\n');
    }
}

char *audit_ledger(const Audit *a, const char *path, size_t *length)
{
    GString *s = g_string_new(FIRST_LINE "\n");
    uint8_t hash[AUDIT_HASH];
    g_autofree char *folder = folder_of(path);
    g_autofree guint *files = file_numbers(a);
    put_books(a, folder, s);
    for (guint i = 0; i < a->items->len; i++) {
        const Item *x = audit_item(a, i);
        g_string_append_printf(s, "item\t%u\t%u\t%u\t%u\t%u\t%u\t%u\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GINT64_FORMAT "\n", files[x->file],
                               x->part, x->key, x->module, x->note, x->state, x->length, x->offset, x->index, x->time);
    }
    for (guint u = 0; u < a->uses->len; u++) {
        g_string_append(s, "use");
        put_one_time(s, &audit_use(a, u)->key);
        put_hex(s, audit_use(a, u)->bytes, AUDIT_HASH);
        g_string_append_printf(s, "\t%u\n", audit_use(a, u)->item);
    }
    put_parents(a, s);
    put_proofs(a, s);
    for (guint i = 0; i < a->open->len; i++) {
        const Open *o = &g_array_index(a->open, Open, i);
        g_string_append_printf(s, "open\t%u\t%u\n", o->first, o->fresh);
    }
    g_string_append_len(s, a->kept->str, (gssize)a->kept->len);
    audit_hash((const uint8_t *)s->str, s->len, hash);
    g_string_append(s, "end");
    put_hex(s, hash, sizeof hash);
    g_string_append_c(s, '\n');
    *length = s->len;
    return g_string_free(s, FALSE);
}

/* ---- reading ---- */

typedef struct {
    Audit *audit;
    const char *folder; /* of the ledger */
    char *field[FIELDS];
    unsigned count, at; /* at: the next field */
    guint keys;
    bool good;
} Line;

static char *next(Line *l)
{
    static char nothing[] = "";
    l->good = l->good && l->at < l->count;
    return l->good ? l->field[l->at++] : nothing;
}

static uint64_t number(Line *l, uint64_t most)
{
    guint64 value = 0;
    const char *text = next(l);
    l->good = l->good && g_ascii_string_to_unsigned(text, 10, 0, most, &value, NULL);
    return value;
}

/* length bytes; *got: however many there are, at most length. */
static void bytes(Line *l, uint8_t *out, size_t length, size_t *got)
{
    const char *text = next(l);
    const size_t digits = strlen(text);
    l->good = l->good && (got ? digits <= 2 * length && digits % 2 == 0 : digits == 2 * length);
    for (size_t i = 0; l->good && i < digits; i++) {
        const int value = g_ascii_xdigit_value(text[i]);
        l->good = value >= 0;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] << 4 | value : value);
    }
    if (got)
        *got = digits / 2;
}

static char *text(Line *l)
{
    const char *t = next(l);
    l->good = l->good && (*t == '=' || !strcmp(t, "-"));
    return *t == '=' ? g_strcompress(t + 1) : NULL;
}

/* As somebody would name it who works in this folder. */
static char *located(Line *l)
{
    g_autofree char *stored = text(l), *here = g_get_current_dir();
    const size_t length = strlen(here);
    if (!stored || !strcmp(stored, "-"))
        return g_steal_pointer(&stored);
    g_autofree char *whole = g_canonicalize_filename(stored, *l->folder ? l->folder : "/");
    const bool below = !strncmp(whole, here, length) && whole[length] == '/';
    return below ? g_strdup(whole + length + 1) : g_steal_pointer(&whole);
}

static OneTime one_time(Line *l)
{
    OneTime key = { .tree = 0 };
    bytes(l, key.owner, AUDIT_OWNER, NULL);
    key.tree = number(l, UINT64_MAX);
    key.leaf = (uint32_t)number(l, UINT32_MAX);
    key.layer = (uint32_t)number(l, SIG_LAYERS);
    return key;
}

static void read_key(Line *l)
{
    uint8_t hash[AUDIT_HASH], own[AUDIT_HASH];
    bytes(l, hash, sizeof hash, NULL);
    g_autofree char *set = text(l);
    l->good = l->good && l->keys < l->audit->keys->len;
    if (!l->good)
        return;
    AuditKey *key = audit_key(l->audit, l->keys++);
    audit_hash(key->key.bytes, key->key.length, own);
    key->set = set ? sig_set_find(set, NULL) : NULL;
    l->good = !memcmp(hash, own, sizeof own) && (key->set || !set);
}

static void read_duplicates(Line *l)
{
    l->audit->duplicates = number(l, UINT64_MAX);
}

static void read_module(Line *l)
{
    g_autofree char *name = text(l);
    l->good = l->good && name && *name;
    if (l->good)
        audit_module(l->audit, name);
}

static void read_file(Line *l)
{
    AuditFile *f = g_new0(AuditFile, 1);
    f->fd = -1;
    f->length = number(l, UINT64_MAX);
    f->changed = number(l, UINT64_MAX);
    bytes(l, f->hash, AUDIT_HASH, NULL);
    f->path = located(l);
    l->good = l->good && f->path;
    if (l->good)
        audit_remember_file(l->audit, f);
    else
        g_free(f->path), g_free(f);
}

static void read_note(Line *l)
{
    Note *n = g_new0(Note, 1);
    n->message = located(l);
    n->digest = text(l);
    g_autofree char *signs = text(l);
    g_ptr_array_add(l->audit->notes, n);
    if (!l->good || !signs)
        return;
    n->signs = g_malloc0(strlen(signs) / 2 + 1);
    Line inner = { .field = { signs }, .count = 1, .good = true };
    bytes(&inner, n->signs, strlen(signs) / 2, &n->signs_length);
    l->good = inner.good;
}

static void read_item(Line *l)
{
    const Audit *a = l->audit;
    Item x = { .file = (uint32_t)number(l, UINT32_MAX), .part = 0 };
    x.part = (uint32_t)number(l, UINT32_MAX);
    x.key = (uint32_t)number(l, UINT32_MAX);
    x.module = (uint32_t)number(l, a->modules->len);
    x.note = (uint32_t)number(l, a->notes->len);
    x.state = (uint32_t)number(l, ITEM_FAILED);
    x.length = (uint32_t)number(l, UINT32_MAX);
    x.offset = number(l, UINT64_MAX);
    x.index = number(l, UINT64_MAX);
    l->good = l->good && x.file < a->files->len && x.key < l->keys &&
              g_ascii_string_to_signed(next(l), 10, INT64_MIN, INT64_MAX, &x.time, NULL);
    l->good = l->good && audit_key(a, x.key)->set; /* which is known from signatures */
    if (!l->good)
        return;
    g_array_append_val(a->items, x);
    audit_key(a, x.key)->seen++;
    audit_file(a, x.file)->item = a->items->len;
}

static void read_use(Line *l)
{
    uint8_t hash[AUDIT_HASH];
    bool fresh;
    const OneTime key = one_time(l);
    bytes(l, hash, sizeof hash, NULL);
    const uint64_t item = number(l, UINT32_MAX);
    l->good = l->good && item < l->audit->items->len;
    if (l->good)
        audit_put_use(l->audit, &key, hash, (uint32_t)item, &fresh);
}

static void read_parent(Line *l)
{
    uint8_t owner[AUDIT_OWNER];
    Parent p;
    bytes(l, owner, sizeof owner, NULL);
    bytes(l, p.child, sizeof p.child, NULL);
    p.by = one_time(l);
    p.item = (uint32_t)number(l, UINT32_MAX);
    l->good = l->good && p.item < l->audit->items->len;
    if (l->good)
        g_hash_table_insert(l->audit->parent, g_memdup2(owner, sizeof owner), g_memdup2(&p, sizeof p));
}

static void read_proof(Line *l)
{
    Audit *a = l->audit;
    Proof *p = g_new0(Proof, 1);
    uint8_t digests[SIG_DIGEST * 64];
    size_t length = 0;
    p->first = (uint32_t)number(l, UINT32_MAX);
    p->item[0] = (uint32_t)number(l, UINT32_MAX);
    p->item[1] = (uint32_t)number(l, UINT32_MAX);
    p->layer[0] = (unsigned)number(l, SIG_LAYERS - 1);
    p->layer[1] = (unsigned)number(l, SIG_LAYERS - 1);
    p->linked = number(l, 1);
    bytes(l, digests, sizeof digests, &length);
    g_autofree char *set = text(l), *name = text(l), *subject = text(l);
    const char *kind = name ? audit_proof_kind(name) : NULL;
    p->set = set ? sig_set_find(set, NULL) : NULL;
    p->digests = g_byte_array_append(g_byte_array_new(), digests, (guint)length);
    l->good = l->good && p->set && kind && p->first < a->uses->len && MAX(p->item[0], p->item[1]) < a->items->len;
    p->finding = audit_find(a, AUDIT_PROOF, kind ? kind : "reuse", subject, "%s", "");
    p->finding->proof = (int)a->proofs->len;
    g_ptr_array_add(a->proofs, p);
    g_hash_table_insert(a->proof_of, GUINT_TO_POINTER(p->first + 1), GUINT_TO_POINTER(a->proofs->len));
}

static void read_open(Line *l)
{
    Open o = { .first = (uint32_t)number(l, UINT32_MAX) };
    o.fresh = (uint32_t)number(l, UINT32_MAX);
    l->good = l->good && o.first < o.fresh && o.fresh < l->audit->uses->len &&
              !memcmp(&audit_use(l->audit, o.first)->key, &audit_use(l->audit, o.fresh)->key, sizeof(OneTime));
    g_array_append_val(l->audit->open, o);
}

static void read_finding(Line *l)
{
    const AuditClass class = (AuditClass)number(l, AUDIT_INFORMATION);
    const char *kind = g_intern_string(next(l));
    g_autofree char *subject = text(l), *says = text(l);
    l->good = l->good && says;
    if (l->good)
        audit_find(l->audit, class, kind, subject, "%s", says);
}

static const struct {
    const char *name;
    void (*read)(Line *l);
} lines[] = { { "key", read_key }, { "duplicates", read_duplicates }, { "module", read_module }, { "file", read_file }, { "note", read_note }, { "item", read_item },
              { "use", read_use }, { "parent", read_parent }, { "proof", read_proof }, { "open", read_open }, { "finding", read_finding } };

static bool read_line(Audit *a, const char *folder, char *line, guint *keys)
{
    Line l = { .audit = a, .folder = folder, .keys = *keys, .good = true };
    for (char *at = line; at && l.count < FIELDS; l.count++) {
        l.field[l.count] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = 0;
    }
    const char *name = next(&l);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (!strcmp(lines[i].name, name)) {
            lines[i].read(&l);
            *keys = l.keys;
            return l.good && l.at == l.count;
        }
    }
    return false;
}

static bool has_good_end(const char *all, size_t length)
{
    uint8_t hash[AUDIT_HASH];
    const size_t end = END_LENGTH;
    if (strlen(all) != length || length < end + strlen(FIRST_LINE "\n") || strncmp(all, FIRST_LINE "\n", strlen(FIRST_LINE "\n")))
        return false;
    audit_hash((const uint8_t *)all, length - end, hash);
    g_autofree char *hex = audit_hex(hash, sizeof hash), *expected = g_strdup_printf("end\t%s\n", hex);
    return !strcmp(all + length - end, expected);
}

bool audit_load_ledger(Audit *a, const char *path, GError **error)
{
    g_autofree char *all = NULL, *folder = folder_of(path);
    size_t length;
    unsigned line = 2;
    guint keys = 0;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (!uc_file_read(path, UC_FILE_MAX, &all, &length, error))
        return false;
    if (!has_good_end(all, length)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:1: expected a whole '%s', got another file, or one that was changed",
                    path, FIRST_LINE);
        return false;
    }
    const char *last = all + length - END_LENGTH;
    for (char *at = strchr(all, '\n') + 1; at < last; line++) {
        char *end = strchr(at, '\n');
        *end = 0;
        if (!read_line(a, folder, at, &keys)) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: expected a line of a ledger of these keys, got '%.20s...'", path,
                        line, at);
            return false;
        }
        at = end + 1;
    }
    a->remembered = a->items->len;
    if (keys == a->keys->len)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: expected a ledger of these %u keys, got one of %u", path, line, a->keys->len, keys);
    return false;
}
