#include "cli/files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of the table, and where it really is. */
typedef struct {
    const CliFile *file;
    char *path; /* absolute, without links; NULL: nothing there can be overwritten */
    char *id;   /* device and inode; NULL: it is not there yet */
} Place;

static void place_clear(void *data)
{
    Place *p = data;
    g_free(p->path);
    g_free(p->id);
}

static char *id_of(const struct stat *s)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)s->st_dev, (guint64)s->st_ino);
}

static Place place_of(const CliFile *file)
{
    struct stat s;
    Place p = { file, NULL, NULL };
    const char *path = strcmp(file->path, "-") ? file->path : file->writes ? NULL : "/dev/stdin";
    bool there = path && !stat(path, &s);
    if (!path || (there && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode)))
        return p;
    p.path = cli_target(path);
    if (there)
        p.id = id_of(&s);
    return p;
}

static bool is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return !strncmp(path, folder, n) && (path[n] == '/' || (n && folder[n - 1] == '/'));
}

/* ---- can it be written? ---- */

/* What is there and no file: a pipe stays open until the program ends, or whoever reads from it would be told that this was all. */
static int number_of_device(const char *path, const struct stat *s)
{
    return S_ISFIFO(s->st_mode) && cli_open_device(path) < 0 ? errno : access(path, W_OK) ? errno : 0;
}

static int number_of_folder(const char *path)
{
    g_autofree char *real = cli_target(path), *folder = real ? g_path_get_dirname(real) : NULL;
    if (!real || access(folder, F_OK))
        return errno;
    return !g_file_test(folder, G_FILE_TEST_IS_DIR) ? ENOTDIR : access(folder, W_OK) ? errno : 0;
}

static int number_of(const CliFile *file)
{
    struct stat s;
    bool there = !stat(file->path, &s);
    if (!strcmp(file->path, "-") || file->keeps) /* whoever keeps a folder says more about it */
        return 0;
    if (there ? S_ISDIR(s.st_mode) : g_str_has_suffix(file->path, "/"))
        return EISDIR;
    if (there && !S_ISREG(s.st_mode))
        return number_of_device(file->path, &s);
    return there && access(file->path, W_OK) ? errno : number_of_folder(file->path);
}

static int check_writable(const char *command, const CliFile *file)
{
    int number = number_of(file);
    return number ? cli_fail(CLI_USAGE, "%s: %s: %s: cannot be written: %s", command, file->what, file->path,
                             cli_why_unwritable(number)) : CLI_OK;
}

/* ---- no two the same ---- */

static const Place *found(GHashTable *outputs, const Place *p)
{
    const Place *same = p->path ? g_hash_table_lookup(outputs, p->path) : NULL;
    return same || !p->id ? same : g_hash_table_lookup(outputs, p->id);
}

/* `> FILE` behind a command is an output like any other, but /dev/stdout means it. */
static bool is_standard_output(const Place *p)
{
    struct stat s;
    if (!p->id || fstat(STDOUT_FILENO, &s) || g_str_has_prefix(p->file->path, "/dev/") || g_str_has_prefix(p->file->path, "/proc/"))
        return false;
    g_autofree char *id = id_of(&s);
    return !strcmp(id, p->id);
}

static int check_output(const char *command, GHashTable *outputs, const Place *p)
{
    const Place *same = found(outputs, p);
    if (same)
        return cli_fail(CLI_USAGE, "%s: %s and %s: expected two files, got '%s' for both", command, same->file->what,
                        p->file->what, p->file->path);
    if (is_standard_output(p))
        return cli_fail(CLI_USAGE, "%s: %s: %s: expected another file, standard output goes there", command, p->file->what,
                        p->file->path);
    g_hash_table_insert(outputs, p->path, (gpointer)p);
    if (p->id)
        g_hash_table_insert(outputs, p->id, (gpointer)p);
    return CLI_OK;
}

static int check_input(const char *command, GHashTable *outputs, const Place *p)
{
    const Place *same = found(outputs, p);
    if (!same || (same->file->renews && p->file->what && !strcmp(same->file->renews, p->file->what)))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "%s: %s: %s: expected another file to write to, this one is read", command, same->file->what,
                    same->file->path);
}

/* ---- nothing in the wrong folder ---- */

static int check_folder(const char *command, const Place *folder, const Place *out)
{
    const CliFile *f = folder->file;
    if (!out->path || out == folder || !is_below(out->path, folder->path))
        return CLI_OK;
    if (!out->file->writes)
        return f->keeps ? cli_fail(CLI_USAGE, "%s: %s: expected another folder, '%s' in it is read", command, f->what, out->file->path) : CLI_OK;
    if (f->keeps)
        return cli_fail(CLI_USAGE, "%s: %s: %s: expected a file outside the folder of %s", command, out->file->what,
                        out->file->path, f->what);
    if (f->takes && f->takes(out->file->path))
        return cli_fail(CLI_USAGE, "%s: %s: %s: expected a file outside of '%s': it would be one of its inputs", command,
                        out->file->what, out->file->path, f->path);
    return CLI_OK;
}

static int check_folders(const char *command, const GArray *places)
{
    for (guint i = 0; i < places->len; i++) {
        const Place *folder = &g_array_index(places, Place, i);
        if (!folder->path || !(folder->file->keeps || folder->file->takes))
            continue;
        for (guint k = 0; k < places->len; k++) {
            const Place *out = &g_array_index(places, Place, k);
            int code = check_folder(command, folder, out);
            if (code != CLI_OK)
                return code;
        }
    }
    return CLI_OK;
}

static int check_places(const char *command, const GArray *places)
{
    g_autoptr(GHashTable) outputs = g_hash_table_new(g_str_hash, g_str_equal); /* borrows path and id */
    for (int reads = 0; reads < 2; reads++) {
        for (guint i = 0; i < places->len; i++) {
            const Place *p = &g_array_index(places, Place, i);
            if (p->file->writes == reads || !p->path)
                continue;
            int code = reads ? check_input(command, outputs, p) : check_output(command, outputs, p);
            if (code != CLI_OK)
                return code;
        }
    }
    return check_folders(command, places);
}

int cli_check_files(const char *command, const CliFile *file, size_t files)
{
    g_assert(command && (file || !files));
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_set_clear_func(places, place_clear);
    for (size_t i = 0; i < files; i++) {
        Place p = file[i].path ? place_of(&file[i]) : (Place){ NULL, NULL, NULL };
        if (file[i].path)
            g_array_append_val(places, p);
    }
    int code = check_places(command, places);
    for (size_t i = 0; i < files && code == CLI_OK; i++)
        code = file[i].path && file[i].writes ? check_writable(command, &file[i]) : CLI_OK;
    return code;
}
