/* What a ledger knows, found again by what it is: files by their contents, signatures by the bytes of their one-time keys. Where
 * they were says little: people move files, start audits elsewhere, append to rows. */
#include "audit/internal.h"

#include <sys/stat.h>

/* ---- files ---- */

uint64_t audit_changed(const struct stat *s)
{
    return (uint64_t)s->st_mtim.tv_sec * G_GUINT64_CONSTANT(1000000000) + (uint64_t)s->st_mtim.tv_nsec;
}

static bool looks_unchanged(const AuditFile *f, const struct stat *s)
{
    return f->length == (uint64_t)s->st_size && f->changed == audit_changed(s);
}

/* A file as it was when its signatures were taken: that of a ledger is held against its hash once. */
static bool open_as_it_was(AuditFile *f, Bytes *out)
{
    struct stat s;
    uint8_t hash[AUDIT_HASH];
    if (f->state == FILE_GONE)
        return false;
    if (!audit_open(f, out, &s, NULL)) {
        f->state = FILE_GONE;
        return false;
    }
    if (f->state != FILE_READ) {
        audit_hash(out->bytes, out->length, hash);
        f->state = memcmp(hash, f->hash, AUDIT_HASH) ? FILE_GONE : FILE_READ;
    }
    if (f->state == FILE_GONE)
        audit_close(out);
    return f->state == FILE_READ;
}

bool audit_is_there(AuditFile *f)
{
    struct stat s;
    Bytes bytes;
    if (f->state != FILE_UNSEEN)
        return f->state != FILE_GONE;
    if (!strcmp(f->path, "-") || stat(f->path, &s))
        f->state = FILE_GONE;
    else if (looks_unchanged(f, &s))
        f->state = FILE_THERE;
    else if (open_as_it_was(f, &bytes))
        audit_close(&bytes);
    return f->state != FILE_GONE;
}

/* Another with the same contents, from number + 1 on; 0 is none. */
static uint32_t first_same(const Audit *a, const uint8_t *hash)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(a->by_hash, hash));
}

/* A file of an item, or one that has the same contents. */
bool audit_open_again(const Audit *a, uint32_t number, Bytes *out)
{
    AuditFile *f = audit_file(a, number);
    bool good = open_as_it_was(f, out);
    for (uint32_t same = first_same(a, f->hash); same && !good; same = audit_file(a, same - 1)->same)
        good = open_as_it_was(audit_file(a, same - 1), out);
    return good;
}

static char *absolute(const char *path)
{
    return strcmp(path, "-") ? g_canonicalize_filename(path, NULL) : g_strdup(path);
}

void audit_remember_file(Audit *a, AuditFile *f)
{
    g_ptr_array_add(a->files, f);
    g_hash_table_insert(a->by_path, absolute(f->path), GUINT_TO_POINTER(a->files->len));
    f->same = first_same(a, f->hash);
    g_hash_table_insert(a->by_hash, f->hash, GUINT_TO_POINTER(a->files->len));
}

static AuditFile *at_path(const Audit *a, const char *path)
{
    g_autofree char *whole = absolute(path);
    const guint number = GPOINTER_TO_UINT(g_hash_table_lookup(a->by_path, whole));
    return number ? audit_file(a, number - 1) : NULL;
}

static bool is_one_file(const char *path, const struct stat *s)
{
    struct stat own;
    return stat(path, &own) == 0 && own.st_dev == s->st_dev && own.st_ino == s->st_ino;
}

/* The file of the ledger that this one is: it has the same contents, and is no copy that is still somewhere else. */
static uint32_t find_again(const Audit *a, const AuditFile *f, const struct stat *s)
{
    uint32_t gone = 0;
    for (uint32_t n = first_same(a, f->hash); n; n = audit_file(a, n - 1)->same) {
        AuditFile *old = audit_file(a, n - 1);
        if (old->state != FILE_READ && is_one_file(old->path, s))
            return n;
        gone = audit_is_there(old) ? gone : n;
    }
    return gone;
}

/* The ledger's file is where f is; f is used up. */
static void move_file(Audit *a, uint32_t number, AuditFile *f)
{
    AuditFile *old = audit_file(a, number - 1);
    g_autofree char *before = absolute(old->path), *now = absolute(f->path);
    if (strcmp(before, now) && !a->found_again++)
        a->found_first = g_strdup_printf("%s, now %s", old->path, f->path);
    if (GPOINTER_TO_UINT(g_hash_table_lookup(a->by_path, before)) == number)
        g_hash_table_remove(a->by_path, before);
    g_hash_table_insert(a->by_path, g_steal_pointer(&now), GUINT_TO_POINTER(number));
    g_free(old->path);
    old->path = f->path;
    old->fd = f->fd;
    old->state = FILE_READ;
    old->changed = f->changed;
    g_free(f);
}

uint32_t audit_found_again(Audit *a, AuditFile *f, const struct stat *s)
{
    const uint32_t number = find_again(a, f, s);
    if (number)
        move_file(a, number, f);
    return number;
}

/* In the ledger, and since then neither longer nor changed. Its name is the one of today. */
bool audit_pass_over(Audit *a, const char *path, const struct stat *s, const AuditNote *note)
{
    AuditFile *f = at_path(a, path);
    if (!f || !looks_unchanged(f, s) || audit_says_more(a, f, note))
        return false;
    g_free(f->path);
    f->path = g_strdup(path);
    f->state = f->state == FILE_READ ? FILE_READ : FILE_THERE;
    return true;
}

/* ---- what a manifest says ---- */

static bool same_place(const char *x, const char *y)
{
    g_autofree char *one = absolute(x), *two = absolute(y);
    return !strcmp(one, two);
}

/* Of a file that the ledger knows, for instance the message: then it is gone through once more. */
bool audit_says_more(Audit *a, const AuditFile *f, const AuditNote *note)
{
    static const Note nothing = { NULL, NULL, NULL, 0 };
    if (!note || !f->item)
        return false;
    const Item *item = audit_item(a, f->item - 1);
    const Note *known = item->note ? audit_note(a, item) : &nothing;
    return (note->module && audit_module(a, note->module) != item->module) || (note->time != AUDIT_NO_TIME && note->time != item->time) ||
           (note->digest && g_strcmp0(note->digest, known->digest)) ||
           (note->message && !(known->message && same_place(note->message, known->message))) ||
           (note->signs && !(known->signs && known->signs_length == note->signs_length &&
                             !memcmp(known->signs, note->signs, note->signs_length)));
}

/* ---- signatures that took the place of others ---- */

bool audit_takes_place(const Audit *a, uint32_t old, uint32_t item)
{
    const Item *o = audit_item(a, old);
    return old < a->remembered && o->state != ITEM_REPLACED &&
           (o->file == audit_item(a, item)->file || !audit_is_there(audit_file(a, o->file)));
}

static void forget_failure(Audit *a, const char *name)
{
    for (guint i = a->findings->len; i-- > 0;) {
        const AuditFinding *f = audit_finding(a, i);
        if (!strcmp(f->kind, "not-verified") && !g_strcmp0(f->subject, name))
            g_ptr_array_remove_index(a->findings, i);
    }
}

void audit_replace(Audit *a, uint32_t old, uint32_t item)
{
    Item *o = audit_item(a, old), *x = audit_item(a, item);
    g_autofree char *name = audit_item_name(a, old);
    if (o->state == ITEM_FAILED && x->state != ITEM_FAILED)
        forget_failure(a, name);
    x->module = x->module ? x->module : o->module;
    x->time = x->time == AUDIT_NO_TIME ? o->time : x->time;
    x->note = x->note ? x->note : o->note;
    audit_key(a, o->key)->seen--;
    o->state = ITEM_REPLACED;
    o->index = item;
}

/* What is in files that are gone, and at hand once more in others: no use is only in it. */
static void drop_copies(Audit *a)
{
    g_autofree bool *owns = g_new0(bool, a->items->len + 1);
    for (guint u = 0; u < a->uses->len; u++)
        owns[audit_use(a, u)->item] = true;
    for (guint i = 0; i < MIN(a->remembered, a->items->len); i++) {
        Item *item = audit_item(a, i);
        if (owns[i] || item->state > ITEM_VERIFIED || audit_is_there(audit_file(a, item->file)))
            continue;
        item->state = ITEM_REPLACED;
        item->index = NO_ITEM;
        audit_key(a, item->key)->seen--;
        a->duplicates -= a->duplicates > 0;
    }
}

/* The numbers that items have when those that were replaced are left out: of these the number of what is in their place. */
static uint32_t *new_numbers(const Audit *a, guint *count)
{
    uint32_t *number = g_new0(uint32_t, a->items->len + 1);
    *count = 0;
    for (guint i = 0; i < a->items->len; i++)
        if (audit_item(a, i)->state != ITEM_REPLACED)
            number[i] = (*count)++;
    for (guint i = MIN(a->remembered, a->items->len); i-- > 0;) {
        const Item *old = audit_item(a, i);
        if (old->state == ITEM_REPLACED && old->index != NO_ITEM) /* by one that came later */
            number[i] = number[old->index];
    }
    return number;
}

static void drop_items(Audit *a)
{
    guint count;
    g_autofree uint32_t *number = new_numbers(a, &count);
    for (guint i = 0; i < a->items->len; i++)
        if (audit_item(a, i)->state != ITEM_REPLACED)
            *audit_item(a, number[i]) = *audit_item(a, i);
    g_array_set_size(a->items, count);
    for (guint u = 0; u < a->uses->len; u++)
        audit_use(a, u)->item = number[audit_use(a, u)->item];
    for (guint p = 0; p < a->proofs->len; p++) {
        Proof *proof = g_ptr_array_index(a->proofs, p);
        for (unsigned k = 0; k < 2; k++)
            proof->item[k] = number[proof->item[k]];
    }
    GHashTableIter each;
    gpointer parent;
    g_hash_table_iter_init(&each, a->parent);
    while (g_hash_table_iter_next(&each, NULL, &parent))
        ((Parent *)parent)->item = number[((Parent *)parent)->item];
}

/* Those that are gone, when nothing in them is missed. */
static void drop_files(Audit *a)
{
    g_autofree uint32_t *number = g_new0(uint32_t, a->files->len + 1);
    g_autoptr(GPtrArray) dropped = g_ptr_array_new();
    guint kept = 0;
    for (guint i = 0; i < a->items->len; i++)
        number[audit_item(a, i)->file] = 1;
    g_hash_table_remove_all(a->by_hash);
    for (guint f = 0; f < a->files->len; f++) {
        AuditFile *file = audit_file(a, f);
        if (!number[f] && !audit_is_there(file)) {
            g_ptr_array_add(dropped, file);
            continue;
        }
        number[f] = kept;
        a->files->pdata[kept++] = file;
        file->same = first_same(a, file->hash);
        g_hash_table_insert(a->by_hash, file->hash, GUINT_TO_POINTER(kept));
    }
    for (guint d = 0; d < dropped->len; d++)
        a->files->pdata[kept + d] = dropped->pdata[d];
    g_ptr_array_set_size(a->files, (gint)kept); /* frees them */
    for (guint i = 0; i < a->items->len; i++)
        audit_item(a, i)->file = number[audit_item(a, i)->file];
}

void audit_drop_replaced(Audit *a)
{
    if (!a->remembered)
        return;
    drop_copies(a);
    drop_items(a);
    drop_files(a);
}
