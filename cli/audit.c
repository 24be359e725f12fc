/* ucsim audit: what somebody's real modules did (docs/audit.md). */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "cli/audit.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "simulator/base/file.h"
#include "simulator/base/nearest.h"

static const char text[] =
    "Did any one-time key of these public keys sign twice? Signatures come in files and folders, one or many\n"
    "in a file, raw, hexadecimal or base64; - is standard input. Keys also PEM, DER or certificates.\n"
    "Messages, modules and times come with a manifest (CSV or JSON Lines: signature, message, digest,\n"
    "signed_digest, module, time, key). Nothing but the files is read, nothing is kept unless --ledger says where.\n"
    "\n"
    "Examples:\n"
    "  ucsim audit signatures --public hsm.pem signatures/\n"
    "  ucsim audit signatures --public hsm.pem --manifest m.csv --owned 'hsm1=[0,512)' --remaining hsm1=400\n"
    "  ucsim audit signatures --public hsm.pem --bundles proofs --svg key.svg --json out.json signatures/\n"
    "\n"
    "Exit codes: 0 no proof of a second use; 1 a proof; 2 usage or file error, or nothing that could be compared;\n"
    "3 undecided: a second use was seen, and what it has to be held against cannot be read any more.";

typedef struct {
    char **public, **manifest, **owned, **remaining;
    char *json, *svg, *bundles, *ledger;
    gboolean quiet;
} Arguments;

static int fail(GError *error)
{
    int code = cli_fail(CLI_USAGE, "audit signatures: %s", error->message);
    g_error_free(error);
    return code;
}

typedef bool (*Add)(Audit *audit, const char *text, GError **error);

static bool add_all(Audit *audit, char *const *texts, Add add, GError **error)
{
    for (; texts && *texts; texts++)
        if (!add(audit, *texts, error))
            return false;
    return true;
}

static bool add_path(Audit *audit, const char *path, GError **error)
{
    return g_file_test(path, G_FILE_TEST_IS_DIR) ? audit_add_folder(audit, path, error)
                                                 : audit_add_file(audit, path, NULL, error);
}

static bool read_all(Audit *audit, const Arguments *a, char *const *paths, GError **error)
{
    return add_all(audit, a->public, audit_add_key, error) && (!a->ledger || audit_load_ledger(audit, a->ledger, error)) &&
           add_all(audit, a->owned, audit_set_owned, error) && add_all(audit, a->remaining, audit_set_remaining, error) &&
           add_all(audit, a->manifest, audit_add_manifest, error) && add_all(audit, paths, add_path, error);
}

static bool write_text(const char *path, char *made, size_t length, GError **error)
{
    g_autofree char *owned = made;
    return cli_write_file(path, owned, length, error);
}

/* FILE.svg, and FILE-2.svg and so on for more keys. */
static char *picture_name(const char *path, size_t key)
{
    const char *dot = strrchr(path, '.');
    const size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    return key ? g_strdup_printf("%.*s-%zu%s", (int)stem, path, key + 1, path + stem) : g_strdup(path);
}

static bool write_pictures(const Audit *audit, const char *path, GError **error)
{
    for (size_t k = 0; k < audit_keys(audit); k++) {
        g_autofree char *name = picture_name(path, k);
        char *svg = audit_picture(audit, k);
        if (!write_text(name, svg, strlen(svg), error))
            return false;
    }
    return true;
}

static bool write_all(const Audit *audit, const Arguments *a, GError **error)
{
    size_t length = 0;
    if (a->json) {
        char *json = audit_json(audit);
        if (!write_text(a->json, json, strlen(json), error))
            return false;
    }
    if ((a->svg && !write_pictures(audit, a->svg, error)) || (a->bundles && !audit_write_bundles(audit, a->bundles, error)))
        return false;
    if (!a->ledger)
        return true;
    uc_file_forget(a->ledger);
    char *ledger = audit_ledger(audit, a->ledger, &length);
    return write_text(a->ledger, ledger, length, error);
}

static bool takes_all(const char *path)
{
    return path != NULL;
}

static void add_inputs(GArray *files, const char *what, char *const *paths)
{
    for (; paths && *paths; paths++) {
        CliFile f = { .what = what, .path = *paths, .takes = g_file_test(*paths, G_FILE_TEST_IS_DIR) ? takes_all : NULL };
        g_array_append_val(files, f);
    }
}

static int check_files(const Arguments *a, char *const *paths)
{
    const CliFile outputs[] = {
        { .what = "--json", .path = a->json, .writes = true },
        { .what = "--bundles", .path = a->bundles, .writes = true, .keeps = true },
        { .what = "--ledger", .path = a->ledger, .writes = true },
    };
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(CliFile));
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func(g_free);
    add_inputs(files, "--public", a->public);
    add_inputs(files, "--manifest", a->manifest);
    add_inputs(files, NULL, paths);
    g_array_append_vals(files, outputs, G_N_ELEMENTS(outputs));
    for (size_t k = 0; a->svg && a->public[k]; k++) {
        CliFile f = { .what = "--svg", .path = picture_name(a->svg, k), .writes = true };
        g_ptr_array_add(pictures, (gpointer)f.path);
        g_array_append_val(files, f);
    }
    return cli_check_files("audit signatures", (const CliFile *)(void *)files->data, files->len);
}

/* Of two audits with one ledger each would write down what the other does not know. */
typedef struct {
    char *path;
    int fd;
} Lock;

static int lock_ledger(const char *ledger, Lock *lock)
{
    if (!strcmp(ledger, "-"))
        return cli_fail(CLI_USAGE, "audit signatures: --ledger: expected a file, got standard output");
    g_autofree char *target = cli_target(ledger);
    lock->path = g_strconcat(target ? target : ledger, ".lock", NULL);
    lock->fd = uc_file_lock(AT_FDCWD, lock->path);
    if (lock->fd >= 0)
        return CLI_OK;
    return errno == EWOULDBLOCK ? cli_fail(CLI_USAGE, "audit signatures: --ledger %s: locked: another process works on it", ledger)
                                : cli_fail(CLI_USAGE, "audit signatures: --ledger %s: %s: cannot be locked: %s", ledger, lock->path,
                                           g_strerror(errno));
}

static void unlock(Lock *lock)
{
    if (lock->fd >= 0) {
        g_unlink(lock->path);
        close(lock->fd);
    }
    g_free(lock->path);
}

/* What cannot be decided is no clean bill. */
static int verdict(const Audit *audit)
{
    return audit_has_proof(audit) ? CLI_UNEXPECTED : audit_undecided(audit) ? CLI_LIMIT : CLI_OK;
}

static int audit(const Arguments *a, char *const *paths)
{
    GError *error = NULL;
    int code = CLI_OK;
    Audit *audit = audit_new();
    if (read_all(audit, a, paths, &error))
        audit_finish(audit);
    else
        code = fail(error);
    if (code == CLI_OK) {
        g_autofree char *says = audit_text(audit);
        if (!a->quiet)
            fputs(says, stdout);
        code = write_all(audit, a, &error) ? verdict(audit) : fail(error);
    }
    if (code == CLI_OK && !audit_signatures(audit)) /* no clean bill for what was not looked at */
        code = cli_fail(CLI_USAGE, "audit signatures: no signature of these keys was compared");
    audit_free(audit);
    return code;
}

static int run(const Arguments *a, int argc, char **argv)
{
    if (!a->public)
        return cli_fail(CLI_USAGE, "audit signatures: whose? give --public KEY; see 'ucsim audit signatures --help'");
    if (argc < 2 && !a->manifest)
        return cli_fail(CLI_USAGE, "audit signatures: expected files or folders with signatures, or --manifest FILE, got nothing");
    if ((a->owned || a->remaining) && a->public[1])
        return cli_fail(CLI_USAGE, "audit signatures: --owned and --remaining count indices of one key, got %u keys; audit them one by one",
                        g_strv_length(a->public));
    Lock lock = { NULL, -1 };
    int code = check_files(a, argv + 1);
    if (code == CLI_OK && a->ledger)
        code = lock_ledger(a->ledger, &lock);
    if (code == CLI_OK)
        code = audit(a, argv + 1);
    unlock(&lock);
    return code;
}

static int signatures(int argc, char **argv)
{
    Arguments a = { NULL };
    const GOptionEntry entries[] = {
        { "public", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a.public, "public key; may be given again", "FILE" },
        { "manifest", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a.manifest, "list of signatures with messages, modules, times", "FILE" },
        { "owned", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.owned, "indices that a module may use", "NAME=[a,b)" },
        { "remaining", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.remaining, "how many a module says are left", "NAME=N" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a.json, "everything, as JSON", "FILE" },
        { "svg", 0, 0, G_OPTION_ARG_FILENAME, &a.svg, "a picture of the whole key", "FILE" },
        { "bundles", 0, 0, G_OPTION_ARG_FILENAME, &a.bundles, "a folder for each proof, with a script that checks it", "FOLDER" },
        { "ledger", 0, 0, G_OPTION_ARG_FILENAME, &a.ledger, "reads what the last audit left, and keeps what is known now", "FILE" },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &a.quiet, "print nothing but errors", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("audit signatures", "--public KEY... [FILE|FOLDER...]", text, entries, &argc, &argv, &code))
        code = run(&a, argc, argv);
    g_strfreev(a.public), g_strfreev(a.manifest), g_strfreev(a.owned), g_strfreev(a.remaining);
    g_free(a.json), g_free(a.svg), g_free(a.bundles), g_free(a.ledger);
    return code;
}

int cli_audit(int argc, char **argv)
{
    static const char *const verbs[] = { "signatures", "log", NULL };
    const bool help = argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
    if (argc > 1 && !strcmp(argv[1], verbs[0]))
        return signatures(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], verbs[1]))
        return cli_audit_log(argc - 1, argv + 1);
    if (argc < 2 || help) {
        char *ask[] = { NULL, (char *)"--help", NULL };
        signatures(2, ask);
        putchar('\n');
        cli_audit_log(2, ask);
        return help ? CLI_OK : CLI_USAGE;
    }
    if (argv[1][0] == '-') /* options without a verb: what is wrong with them is told as for the first verb */
        return signatures(argc, argv);
    const char *near = uc_nearest(argv[1], verbs);
    return cli_fail(CLI_USAGE, "audit: unknown command '%s'%s%s%s; see 'ucsim audit --help'", argv[1], near ? ", did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}
