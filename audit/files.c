/* Files, their parts, folders: what is a signature of which key. */
#include "audit/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/base/file.h"

enum { MAPPED = 1 << 16, MESSAGE = 1 << 30 };

/* ---- bytes ---- */

/* Small files are read, large ones mapped: a file of a million signatures costs no memory. */
static bool take(int fd, const char *path, Bytes *out, struct stat *s, GError **error)
{
    if (fstat(fd, s) == 0 && S_ISREG(s->st_mode)) {
        out->length = (size_t)s->st_size;
        if (out->length > MAPPED) {
            void *mapped = mmap(NULL, out->length, PROT_READ, MAP_PRIVATE, fd, 0);
            out->bytes = out->mapped = mapped == MAP_FAILED ? NULL : mapped;
        } else {
            size_t used = 0;
            ssize_t got = 1;
            out->bytes = out->owned = g_malloc(out->length + 1);
            while (used < out->length && got > 0)
                used += (size_t)MAX(got = pread(fd, (char *)out->owned + used, out->length - used, (off_t)used), 0);
            out->length = used;
        }
        if (out->bytes)
            return true;
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: expected a regular file that can be read", path);
    return false;
}

bool audit_open(const AuditFile *f, Bytes *out, struct stat *s, GError **error)
{
    *out = (Bytes){ .bytes = f->bytes, .length = f->length };
    if (f->bytes)
        return true;
    int fd = f->fd >= 0 ? f->fd : uc_file_open(f->path, error);
    if (fd < 0)
        return false;
    bool good = take(fd, f->path, out, s, error);
    if (f->fd < 0)
        close(fd);
    return good;
}

void audit_close(Bytes *bytes)
{
    if (bytes->mapped)
        munmap(bytes->mapped, bytes->length);
    g_free(bytes->owned);
    *bytes = (Bytes){ 0 };
}

/* Standard input, into a file that has no name. */
static int spool(GError **error)
{
    g_autofree char *name = NULL;
    char piece[1 << 16];
    ssize_t got;
    int fd = g_file_open_tmp("ucsim-audit-XXXXXX", &name, error);
    if (fd < 0)
        return -1;
    g_unlink(name);
    while ((got = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        for (ssize_t done = 0, wrote; done < got && (wrote = write(fd, piece + done, (size_t)(got - done))) >= 0; done += wrote)
            ;
    return fd;
}

/* What the manifest says: the message, or the content of a CMS message that has none. */
static bool noted_message(const Audit *a, const Item *item, uint8_t **bytes, size_t *length)
{
    const Note *n = audit_note(a, item);
    *bytes = NULL;
    if (n && n->signs) {
        *bytes = g_malloc(n->signs_length + 1); /* not NULL for an empty message */
        memcpy(*bytes, n->signs, *length = n->signs_length);
        return true;
    }
    return n && n->message && uc_file_read(n->message, MESSAGE, (char **)bytes, length, NULL);
}

/* The envelopes of a file, to be freed in any case. */
static bool read_envelopes(const Audit *a, const Item *item, const uint8_t *bytes, size_t length, SigEnvelopes *out, SigWhy *why)
{
    size_t content_length = 0;
    g_autofree uint8_t *content = NULL;
    noted_message(a, item, &content, &content_length);
    return sig_envelopes_read(bytes, length, content, content_length, out, why);
}

static SigEnvelope *envelope_at(const SigEnvelopes *all, const Item *item)
{
    const size_t number = item->part ? item->part - 1 : 0;
    return number < all->count ? &all->all[number] : NULL;
}

static bool enclosed_message(const Audit *a, const Item *item, uint8_t **bytes, size_t *length)
{
    Bytes file;
    SigEnvelopes all = { NULL, 0 };
    SigWhy why;
    *bytes = NULL;
    if (!audit_open_again(a, item->file, &file))
        return false;
    const SigEnvelope *e = read_envelopes(a, item, file.bytes, file.length, &all, &why) ? envelope_at(&all, item) : NULL;
    if (e && e->message) {
        *bytes = g_malloc(e->message_length + 1);
        memcpy(*bytes, e->message, *length = e->message_length);
    }
    sig_envelopes_free(&all);
    audit_close(&file);
    return *bytes != NULL;
}

bool audit_message(const Audit *a, const Item *item, uint8_t **bytes, size_t *length)
{
    return (item->offset == ENCLOSED ? enclosed_message : noted_message)(a, item, bytes, length);
}

/* ---- signatures ---- */

/* Does the lowest layer sign the message, and every layer above the key below it? */
static bool verifies(const SigLayer *layer, unsigned layers, const Message *message)
{
    uint8_t digest[SIG_DIGEST];
    const unsigned bottom = sig_layers_bottom(layer, layers);
    for (unsigned i = 0; i < layers; i++)
        if (layer[i].below && (sig_layer_below_digest(&layer[i], digest) || sig_layer_holds(layer, layers, i, digest)))
            return false;
    return !sig_layers_digest(layer, layers, message->bytes, message->length, digest) && !sig_layer_holds(layer, layers, bottom, digest);
}

/* The upper layers of HSS say whose signature it is; so does the message. */
static bool belongs(const Audit *a, const SigMatch *match, const Message *message)
{
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    uint8_t digest[SIG_DIGEST];
    if (sig_layers(match->set, match->vk, match->vk_length, match->signature, match->length, layer, &layers) != SIG_OK)
        return false;
    if (layer[0].below && !sig_layer_below_digest(&layer[0], digest))
        return sig_layer_holds(layer, layers, 0, digest) == SIG_OK;
    return message->bytes && verifies(layer, layers, message);
}

/* Finds the key of the bytes (front: at their front) and takes the signature; how many bytes it has, or 0 and why. With several
 * keys that may be it, it waits for another signature to tell (whose.c). */
static size_t add_part(Audit *a, const Item *where, const char *named, const Message *message, const uint8_t *bytes, size_t length,
                       bool front, SigWhy *why)
{
    uint32_t candidate = NO_ITEM;
    unsigned candidates = 0;
    bool sure = false;
    SigMatch match, best = { 0 };
    SigWhy own;
    for (guint k = 0; k < a->keys->len && !sure; k++) {
        const AuditKey *key = audit_key(a, k);
        if (named && strcmp(named, key->path))
            continue;
        if (!(front ? sig_match_front : sig_match)(&key->key, bytes, length, &match, &own)) {
            if (!candidates && (k == 0 || why->text[0] == 0))
                *why = own;
            continue;
        }
        candidates++;
        if (a->keys->len > 1)
            sure = belongs(a, &match, message);
        if (candidate == NO_ITEM || sure)
            candidate = k, best = match;
    }
    if (!candidates)
        return 0;
    Item item = *where;
    item.key = candidate;
    if (candidates > 1 && !sure) {
        g_array_append_val(a->waiting, item);
    } else {
        const uint32_t number = audit_take(a, item, &best, message);
        if (sure)
            audit_witness(a, number);
    }
    return (size_t)(best.signature - bytes) + best.length;
}

static bool is_key_file(const Audit *a, const AuditFile *f)
{
    for (guint k = 0; k < a->keys->len; k++)
        if (!memcmp(audit_key(a, k)->hash, f->hash, AUDIT_HASH))
            return audit_key(a, k)->content.form != SIG_FORM_CERTIFICATE; /* that is signed, perhaps by itself */
    return false;
}

/* One behind the other, as far as they go; why: why it is not a single one. */
static void add_many(Audit *a, Item *where, const char *named, const Message *message, const uint8_t *bytes, size_t length,
                     const SigWhy *why)
{
    SigWhy last = { "" };
    size_t at = 0, got = 1;
    const char *path = audit_file(a, where->file)->path;
    for (where->part = 1; at < length && got; where->part++) {
        where->offset = at;
        got = add_part(a, where, named, message, bytes + at, length - at, true, &last);
        at += got;
    }
    if (!at)
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s: %s", path, why->text);
    else if (at < length)
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s: %zu bytes behind signature #%u are none: %s", path, length - at,
                   where->part - 3, last.text);
}

/* Certificates and CMS messages. */
static void add_envelopes(Audit *a, Item *where, const char *named, const Bytes *bytes)
{
    const char *path = audit_file(a, where->file)->path;
    SigEnvelopes all;
    SigWhy why = { "" };
    if (!read_envelopes(a, where, bytes->bytes, bytes->length, &all, &why))
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s: %s", path, why.text);
    where->offset = ENCLOSED;
    for (size_t i = 0; i < all.count; i++) {
        const SigEnvelope *e = &all.all[i];
        const Message message = { e->message, e->message_length };
        where->part = all.count > 1 ? (uint32_t)i + 1 : 0;
        g_autofree char *name = audit_place_name(a, where);
        if (!add_part(a, where, named, &message, e->signature, e->length, false, &why))
            audit_find(a, AUDIT_INFORMATION, "unread", name, "%s: %s", name, why.text);
        else if (e->other_content)
            audit_find(a, AUDIT_INDICATION, "other-content", name, "%s: the digest that is signed is not that of the content", name);
    }
    sig_envelopes_free(&all);
}

static void add_content(Audit *a, Item *where, const char *named, const Bytes *bytes)
{
    SigWhy why = { "" };
    SigContent content = { 0 };
    const uint8_t *raw = bytes->bytes;
    size_t length = bytes->length;
    const SigForm form = sig_form_of(raw, length);
    if ((form == SIG_FORM_HEX || form == SIG_FORM_BASE64) && sig_content_read(raw, length, &content, &why) && content.named == SIG_NAMED_NONE) {
        raw = content.bytes;
        length = content.length;
    } else if (form != SIG_FORM_RAW) {
        free(content.bytes);
        add_envelopes(a, where, named, bytes);
        return;
    }
    Message message = { NULL, 0 };
    audit_message(a, where, &message.bytes, &message.length);
    if (!add_part(a, where, named, &message, raw, length, false, &why))
        add_many(a, where, named, &message, raw, length, &why);
    g_free(message.bytes);
    free(content.bytes);
}

static uint32_t add_note(Audit *a, const AuditNote *note)
{
    if (!note || (!note->message && !note->signs && !note->digest))
        return 0;
    Note *n = g_new0(Note, 1);
    *n = (Note){ g_strdup(note->message), g_strdup(note->digest), NULL, note->signs_length };
    n->signs = note->signs ? g_memdup2(note->signs, MAX(note->signs_length, 1)) : NULL;
    g_ptr_array_add(a->notes, n);
    return a->notes->len;
}

/* s: NULL for bytes at hand. */
static void add_file(Audit *a, AuditFile *f, const Bytes *bytes, const struct stat *s, const AuditNote *note)
{
    audit_hash(bytes->bytes, bytes->length, f->hash);
    if (!note && is_key_file(a, f)) {
        a->passed_over++;
        free(f->path);
        g_free(f);
        return;
    }
    uint32_t number = s ? audit_found_again(a, f, s) : 0;
    if (number && !audit_says_more(a, audit_file(a, number - 1), note)) {
        a->passed_over++;
        return;
    }
    if (!number) {
        f->state = FILE_READ;
        g_ptr_array_add(a->files, f);
        number = a->files->len;
    }
    Item where = { .file = number - 1, .note = add_note(a, note), .module = audit_module(a, note ? note->module : NULL),
                   .time = note ? note->time : AUDIT_NO_TIME };
    const guint waiting = a->waiting->len;
    add_content(a, &where, note ? note->key : NULL, bytes);
    audit_ask_whose(a, waiting);
}

bool audit_add_bytes(Audit *a, const char *name, const uint8_t *bytes, size_t length, GError **error)
{
    AuditFile *f = g_new0(AuditFile, 1);
    *f = (AuditFile){ .path = g_strdup(name), .bytes = bytes, .fd = -1, .length = length };
    add_file(a, f, &(Bytes){ .bytes = bytes, .length = length }, NULL, NULL);
    return true;
}

/* A file under a second name, or a folder that a link leads back to, is gone through once. Standard input: device 0. */
static bool first_time(Audit *a, const struct stat *s)
{
    const FileId id = { s->st_dev, s->st_ino };
    return g_hash_table_add(a->opened, g_memdup2(&id, sizeof id));
}

bool audit_add_file(Audit *a, const char *path, const AuditNote *note, GError **error)
{
    struct stat s = { 0 };
    Bytes bytes;
    const bool exists = stat(path, &s) == 0 || !strcmp(path, "-");
    if (exists && !first_time(a, &s)) {
        a->given_twice++;
        if (note)
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: expected each signature file once, this one was read before", path);
        return !note;
    }
    if (exists && audit_pass_over(a, path, &s, note)) {
        a->passed_over++;
        return true;
    }
    AuditFile *f = g_new0(AuditFile, 1);
    f->path = g_strdup(path);
    f->fd = strcmp(path, "-") ? -1 : spool(error);
    if ((f->fd < 0 && !strcmp(path, "-")) || !audit_open(f, &bytes, &s, error)) {
        free(f->path);
        g_free(f);
        return false;
    }
    f->length = bytes.length;
    f->changed = audit_changed(&s);
    add_file(a, f, &bytes, &s, note);
    audit_close(&bytes);
    return true;
}

static gint by_name(gconstpointer x, gconstpointer y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* What is in a folder and cannot be read is told, and does not end the audit: nobody has named it. */
static void add_inner(Audit *a, const char *path)
{
    g_autoptr(GError) error = NULL;
    struct stat s;
    if (stat(path, &s))
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s: %s", path,
                   g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? "a link that leads to nothing" : g_strerror(errno));
    else if (!S_ISDIR(s.st_mode) && !S_ISREG(s.st_mode))
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s: expected a file or a folder, got a device, pipe or socket", path);
    else if (!(S_ISDIR(s.st_mode) ? audit_add_folder(a, path, &error) : audit_add_file(a, path, NULL, &error)))
        audit_find(a, AUDIT_INFORMATION, "unread", path, "%s", error->message);
}

bool audit_add_folder(Audit *a, const char *path, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    struct stat s;
    if (!dir) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    if (stat(path, &s) == 0 && !first_time(a, &s)) {
        a->given_twice++;
        return true;
    }
    while ((name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        add_inner(a, g_ptr_array_index(names, i));
    return true;
}

/* ---- again ---- */

bool audit_reread(const Audit *a, uint32_t number, Reread *r)
{
    return audit_reread_item(a, audit_item(a, number), r);
}

bool audit_reread_item(const Audit *a, const Item *item, Reread *r)
{
    const AuditKey *key = audit_key(a, item->key);
    SigWhy why;
    *r = (Reread){ 0 };
    if (!audit_open_again(a, item->file, &r->file))
        return false;
    const uint8_t *bytes = r->file.bytes;
    size_t length = r->file.length;
    size_t offset = item->offset;
    if (offset == ENCLOSED) {
        const SigEnvelope *e = read_envelopes(a, item, bytes, length, &r->envelopes, &why) ? envelope_at(&r->envelopes, item) : NULL;
        if (!e)
            return false;
        bytes = e->signature;
        length = e->length;
        offset = 0;
    } else if (sig_form_of(bytes, length) != SIG_FORM_RAW) {
        if (!sig_content_read(bytes, length, &r->content, &why))
            return false;
        bytes = r->content.bytes;
        length = r->content.length;
    }
    const bool front = item->part && item->offset != ENCLOSED;
    if (offset > length || !(front ? sig_match_front : sig_match)(&key->key, bytes + offset, length - offset, &r->match, &why))
        return false;
    return sig_layers(r->match.set, r->match.vk, r->match.vk_length, r->match.signature, r->match.length, r->layer,
                      &r->layers) == SIG_OK;
}

void audit_reread_free(Reread *r)
{
    audit_close(&r->file);
    free(r->content.bytes);
    r->content.bytes = NULL;
    sig_envelopes_free(&r->envelopes);
}
