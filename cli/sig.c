/* ucsim sig: the signing core by hand, on files in the standard encodings (docs/signing.md). */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "signing/formats.h"
#include "signing/layers.h"
#include "signing/signing.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simulator/base/file.h"
#include "simulator/base/nearest.h"

#define NO_STATE \
    "This command keeps no state: it does not remember which indices were used. Two messages signed\n" \
    "at one index break the key. For experiments and cross-checks, not for keeping keys."
#define SETS \
    "\nSets: LMS_SHA256_M32_H10/LMOTS_SHA256_N32_W4, XMSS-SHA2_10_256, XMSSMT-SHA2_20/2_256,\n" \
    "HSS:LMS,LMS,... (1 to 8 levels, top first); 'ucsim sig sets' prints them all with their sizes."

#define CACHE_TEXT \
    "\n\n--cache keeps the trees of keys in $UCSIM_CACHE_DIR, or in ucsim in the user's cache folder. If\n" \
    "UCSIM_CACHE_DIR is set they are kept there without the option too. The files hold public values only."

enum { CACHE = 256 << 20, KEPT = 512 << 20, PIECE = 1 << 16, LARGEST_FILE = 1 << 20 };

typedef struct {
    char *set, *seed, *public, *message, *signature, *index, *format;
    char **files; /* what is left of the command line */
    int jobs;
    gboolean quiet, cache;
} Options;

typedef struct {
    const SigSet *set;
    uint8_t seed[3 * 64];
    SigControl control;
    SigCache *cache;
    char *folder; /* where trees are kept, or NULL */
    gint64 started;
    bool shown;
} Job;

/* ---- arguments ------------------------------------------------------------------------------------------------------- */

static int need(const char *command, const char *option, const char *value)
{
    if (value)
        return CLI_OK;
    return cli_fail(CLI_USAGE, "sig %s: --%s is missing; see 'ucsim sig %s --help'", command, option, command);
}

static int find_set(const char *name, const SigSet **set)
{
    const char *near;
    *set = sig_set_find(name, &near);
    if (*set)
        return CLI_OK;
    return cli_fail(CLI_USAGE, "sig: unknown parameter set '%s', did you mean '%s'? 'ucsim sig sets' prints all", name, near);
}

/* The seed's text is overwritten, so that it is not found in memory later. */
static int read_seed(char *text, Job *job)
{
    const size_t size = sig_set_seed_size(job->set), digits = strlen(text);
    bool good = digits == 2 * size;
    for (size_t i = 0; i < size && good; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]), low = g_ascii_xdigit_value(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        job->seed[i] = (uint8_t)(high << 4 | low);
    }
    OPENSSL_cleanse(text, digits);
    if (good)
        return CLI_OK;
    return cli_fail(CLI_USAGE, "sig: --seed: expected %zu hexadecimal digits (%zu bytes) for %s, got %zu characters",
                    2 * size, size, sig_set_name(job->set), digits);
}

static bool show_progress(void *data, uint64_t done, uint64_t total)
{
    Job *job = data;
    if (g_get_monotonic_time() - job->started > G_USEC_PER_SEC) {
        fprintf(stderr, "\r%3d %%", (int)(100 * done / total));
        job->shown = true;
    }
    return true;
}

static void end_progress(const Job *job)
{
    if (job->shown)
        fputs("\r     \r", stderr);
}

static void use_folder(const Options *o, Job *job)
{
    const char *named = g_getenv("UCSIM_CACHE_DIR");
    if (named && *named)
        job->folder = g_strdup(named);
    else if (o->cache)
        job->folder = g_build_filename(g_get_user_cache_dir(), "ucsim", NULL);
    job->cache = sig_cache_new(CACHE);
    if (job->cache && job->folder)
        sig_cache_set_folder(job->cache, job->folder, KEPT); /* without memory for it there is none */
}

/* A folder that cannot be written is worth one line, not an error. */
static void finish(const char *command, const Options *o, Job *job)
{
    const int error = job->cache ? sig_cache_folder_error(job->cache) : 0;
    if (error && !o->quiet)
        cli_fail(CLI_OK, "sig %s: trees are not kept in '%s': %s", command, job->folder, g_strerror(error));
    sig_cache_free(job->cache);
    g_free(job->folder);
    OPENSSL_cleanse(job, sizeof *job);
}

/* Set, seed, threads and cache of keygen and sign. */
static int prepare(const char *command, const Options *o, Job *job)
{
    int code = need(command, "set", o->set);
    if (code == CLI_OK)
        code = need(command, "seed", o->seed);
    if (code == CLI_OK)
        code = find_set(o->set, &job->set);
    if (code == CLI_OK)
        code = read_seed(o->seed, job);
    if (code == CLI_OK && o->jobs < 0)
        code = cli_fail(CLI_USAGE, "sig: --jobs: expected 0 (all processors) or more, got %d", o->jobs);
    job->control = (SigControl){.jobs = (unsigned)MAX(o->jobs, 0), .data = job};
    if (!o->quiet && isatty(STDERR_FILENO))
        job->control.progress = show_progress;
    job->started = g_get_monotonic_time();
    use_folder(o, job);
    return code;
}

static int failed(const char *command, SigStatus status)
{
    return cli_fail(status == SIG_NO_MEMORY ? CLI_LIMIT : CLI_INTERNAL, "sig %s: %s", command, sig_status_text(status));
}

static int write_out(const char *path, const uint8_t *bytes, size_t length)
{
    g_autoptr(GError) error = NULL;
    if (cli_write_file(path, bytes, length, &error))
        return CLI_OK;
    return cli_fail(CLI_USAGE, "sig: %s", error->message);
}

/* Feeds a file ("-" is standard input) to a stream, piece by piece. */
static int feed(SigStream *stream, const char *path)
{
    g_autoptr(GError) error = NULL;
    const bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : uc_file_open(path, &error);
    uint8_t piece[PIECE];
    ssize_t got = 0;
    if (fd < 0)
        return cli_fail(CLI_USAGE, "sig: %s", error->message);
    while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
        sig_stream_update(stream, piece, (size_t)MAX(got, 0));
    const int failure = got < 0 ? errno : 0;
    if (!standard)
        close(fd);
    return failure ? cli_fail(CLI_USAGE, "sig: %s: %s", path, g_strerror(failure)) : CLI_OK;
}

/* A whole small file (g_free). */
static int read_file(const char *path, uint8_t **bytes, size_t *length)
{
    g_autoptr(GError) error = NULL;
    if (!uc_file_read(path, LARGEST_FILE, (char **)bytes, length, &error))
        return cli_fail(CLI_USAGE, "sig: %s", error->message);
    return CLI_OK;
}

/* ---- keygen, sign, verify, sets ------------------------------------------------------------------------------------------ */

typedef enum { RAW, DER, PEM } Format;

static int find_format(const char *name, Format *format)
{
    static const char *const names[] = { "raw", "der", "pem", NULL };
    *format = RAW;
    for (unsigned i = 0; name && names[i]; i++) {
        if (!strcmp(name, names[i])) {
            *format = (Format)i;
            return CLI_OK;
        }
    }
    return name ? cli_fail(CLI_USAGE, "sig keygen: --format: expected raw, der or pem, got '%s'", name) : CLI_OK;
}

static int write_key(const Options *o, const SigSet *set, const uint8_t *vk, Format format)
{
    size_t length = 0;
    if (format == RAW)
        return write_out(o->public, vk, sig_set_public_size(set));
    uint8_t *bytes = (format == DER ? sig_key_der : sig_key_pem)(set, vk, &length);
    int code = bytes ? write_out(o->public, bytes, length) : failed("keygen", SIG_NO_MEMORY);
    free(bytes);
    return code;
}

/* Before anything is signed: an index is used by then. */
static int check_files(const char *command, const char *in, const char *what, const char *out)
{
    const CliFile files[] = { { .path = in }, { .what = what, .path = out, .writes = true } };
    return cli_check_files(command, files, G_N_ELEMENTS(files));
}

static int keygen(const Options *o)
{
    Job job = {0};
    Format format = RAW;
    int code = find_format(o->format, &format);
    if (code == CLI_OK)
        code = prepare("keygen", o, &job);
    if (code == CLI_OK)
        code = need("keygen", "public", o->public);
    if (code == CLI_OK)
        code = check_files("sig keygen", NULL, "--public", o->public);
    if (code == CLI_OK) {
        const size_t size = sig_set_public_size(job.set);
        g_autofree uint8_t *vk = g_malloc(size);
        SigStatus status = sig_public_with(job.cache, job.set, job.seed, &job.control, vk);
        end_progress(&job);
        code = status == SIG_OK ? write_key(o, job.set, vk, format) : failed("keygen", status);
        if (code == CLI_OK && !o->quiet)
            printf("public key: %zu bytes, %" G_GUINT64_FORMAT " one-time keys\n", size, sig_set_capacity(job.set));
    }
    finish("keygen", o, &job);
    return code;
}

static int sign_message(const Options *o, Job *job, uint64_t index)
{
    const size_t size = sig_set_signature_size(job->set);
    g_autofree uint8_t *signature = g_malloc(size);
    SigStream *stream;
    SigStatus status = sig_sign_begin(job->cache, job->set, job->seed, index, &job->control, &stream);
    end_progress(job);
    if (status != SIG_OK)
        return failed("sign", status);
    int code = feed(stream, o->message);
    if (code != CLI_OK) {
        sig_stream_free(stream);
        return code;
    }
    status = sig_sign_end(stream, signature);
    if (status != SIG_OK)
        return failed("sign", status);
    code = write_out(o->signature, signature, size);
    if (code == CLI_OK && !o->quiet)
        printf("signature: %zu bytes at index %" G_GUINT64_FORMAT "; no state is kept, do not use this index again\n",
               size, index);
    return code;
}

static int sign(const Options *o)
{
    Job job = {0};
    guint64 index = 0;
    int code = prepare("sign", o, &job);
    if (code == CLI_OK)
        code = need("sign", "index", o->index);
    if (code == CLI_OK)
        code = need("sign", "message", o->message);
    if (code == CLI_OK)
        code = need("sign", "signature", o->signature);
    if (code == CLI_OK)
        code = check_files("sig sign", o->message, "--signature", o->signature);
    if (code == CLI_OK &&
        !g_ascii_string_to_unsigned(o->index, 10, 0, sig_set_capacity(job.set) - 1, &index, NULL))
        code = cli_fail(CLI_USAGE, "sig: --index: expected a number from 0 to %" G_GUINT64_FORMAT ", got '%s'",
                        sig_set_capacity(job.set) - 1, o->index);
    if (code == CLI_OK)
        code = sign_message(o, &job, index);
    finish("sign", o, &job);
    return code;
}

/* A key or a signature without its wrapping; free() the bytes. */
static int read_content(const char *path, SigContent *content)
{
    g_autofree uint8_t *bytes = NULL;
    size_t length;
    SigWhy why;
    int code = read_file(path, &bytes, &length);
    if (code == CLI_OK && !sig_content_read(bytes, length, content, &why))
        code = cli_fail(CLI_USAGE, "sig: %s: %s", path, why.text);
    return code;
}

static int check_message(const Options *o, const SigMatch *match)
{
    SigStream *stream;
    SigStatus status = sig_verify_begin(match->set, match->vk, match->vk_length, match->signature, match->length, &stream);
    if (status == SIG_OK) {
        int code = feed(stream, o->message);
        if (code != CLI_OK) {
            sig_stream_free(stream);
            return code;
        }
        status = sig_verify_end(stream);
    }
    if (status != SIG_OK && status != SIG_INVALID)
        return failed("verify", status);
    if (!o->quiet)
        puts(status == SIG_OK ? "valid" : sig_status_text(status));
    return status == SIG_OK ? CLI_OK : CLI_UNEXPECTED;
}

/* What is no key or no signature of the set is an error of the call (2); only a signature can be invalid (1). */
static int verify_files(const Options *o, const SigSet *set)
{
    SigContent public = {0}, signature = {0};
    SigKey key;
    SigMatch match;
    SigWhy why;
    int code = read_content(o->public, &public);
    if (code == CLI_OK && !sig_key_read(&public, &key, &why))
        code = cli_fail(CLI_USAGE, "sig verify: %s: %s", o->public, why.text);
    if (code == CLI_OK)
        code = read_content(o->signature, &signature);
    if (code == CLI_OK && !(set ? sig_match_set(set, &key, signature.bytes, signature.length, &match, &why)
                                : sig_match(&key, signature.bytes, signature.length, &match, &why)))
        code = cli_fail(CLI_USAGE, "sig verify: %s and %s: %s", o->public, o->signature, why.text);
    if (code == CLI_OK)
        code = check_message(o, &match);
    free(public.bytes);
    free(signature.bytes);
    return code;
}

static int verify(const Options *o)
{
    const SigSet *set = NULL;
    int code = need("verify", "public", o->public);
    if (code == CLI_OK)
        code = need("verify", "message", o->message);
    if (code == CLI_OK)
        code = need("verify", "signature", o->signature);
    if (code == CLI_OK && o->set)
        code = find_set(o->set, &set);
    return code == CLI_OK ? verify_files(o, set) : code;
}

/* ---- inspect ------------------------------------------------------------------------------------------------------------- */

static void show_capacity(uint64_t capacity)
{
    printf("  one-time keys: %" G_GUINT64_FORMAT "%s\n", capacity, capacity == INT64_MAX ? " or more; indices are capped there" : "");
}

static void show_key(const char *path, const SigContent *content, const SigKey *key)
{
    char what[256];
    const size_t skip = key->lms ? (key->levels > 1 ? 12 : 8) : 4;
    sig_key_describe(key, what, sizeof what);
    printf("%s: public key, %s, %zu bytes: %s\n", path, sig_form_name(content->form), content->length, what);
    printf(key->lms ? "  I: " : "  root: ");
    for (size_t i = 0; i < 16; i++)
        printf("%02x", key->bytes[skip + i]);
    puts(key->lms ? "" : "...");
    if (key->lms ? key->levels == 1 : !key->xmss != !key->xmssmt)
        show_capacity(sig_set_capacity(key->lms ? key->lms : key->xmss ? key->xmss : key->xmssmt));
}

static void show_layers(const SigSet *set, const uint8_t *signature, size_t length)
{
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    g_autofree uint8_t *vk = g_malloc(sig_set_public_size(set));
    sig_blank_key(set, vk);
    const bool lms = !g_str_has_prefix(sig_set_name(set), "XMSS");
    SigStatus status = sig_layers(set, vk, sig_set_public_size(set), signature, length, layer, &layers);
    if (status != SIG_OK && status != SIG_WRONG_TYPE) { /* lower keys have their own codes, which are looked at with a key */
        printf("  %s\n", sig_status_text(status));
        return;
    }
    if (status == SIG_OK)
        printf("  index: %" G_GUINT64_FORMAT "\n", sig_layers_index(layer, layers));
    for (unsigned i = 0; status == SIG_OK && i < layers; i++) {
        const SigSetShape shape = sig_set_shape(layer[i].set);
        printf("  layer %u: leaf %u of %" G_GUINT64_FORMAT, i, layer[i].leaf, UINT64_C(1) << shape.tree_height);
        if (lms)
            printf(", %s (types %#x and %#x)\n", sig_set_name(layer[i].set), layer[i].path[-1], layer[i].randomiser[-1]);
        else
            printf(", tree %" G_GUINT64_FORMAT "\n", layer[i].tree);
    }
    if (status != SIG_OK)
        printf("  %s: a key inside does not go with the signature below it\n", sig_status_text(status));
}

static bool show_signature(const char *path, const SigContent *content, SigWhy *why)
{
    size_t skip, unused;
    SigWhy unread;
    const SigSet *set = sig_signature_set(content->bytes, content->length, 0, &skip, why), *also;
    if (!set)
        return false;
    printf("%s: signature, %s, %zu bytes%s: %s", path, sig_form_name(content->form), content->length,
           skip ? " with the word of levels of HSS" : "", sig_set_name(set));
    for (size_t i = 1; (also = sig_signature_set(content->bytes, content->length, i, &unused, &unread)); i++)
        printf(" or %s", sig_set_name(also));
    putchar('\n');
    show_layers(set, content->bytes + skip, content->length - skip);
    return true;
}

enum { ROW_SHOWN = 20 };

/* Signatures one behind the other; false: there are no two. */
static bool show_row(const char *path, const SigContent *content)
{
    const uint8_t *at = content->bytes, *end = at + content->length;
    size_t skip, count = 0;
    SigWhy why;
    g_autoptr(GString) shown = g_string_new(NULL);
    for (const SigSet *set; at < end && (set = sig_signature_front(at, (size_t)(end - at), &skip, &why)); count++) {
        SigLayer layer[SIG_LAYERS];
        unsigned layers;
        g_autofree uint8_t *vk = g_malloc(sig_set_public_size(set));
        const size_t size = sig_set_signature_size(set);
        sig_blank_key(set, vk);
        const SigStatus status = sig_layers(set, vk, sig_set_public_size(set), at + skip, size, layer, &layers);
        if (count < ROW_SHOWN && (status == SIG_OK || status == SIG_WRONG_TYPE)) /* lower keys have codes of their own */
            g_string_append_printf(shown, status == SIG_OK ? "  #%zu: %s, index %" G_GUINT64_FORMAT "\n" : "  #%zu: %s\n", count,
                                   sig_set_name(set), status == SIG_OK ? sig_layers_index(layer, layers) : 0);
        at += skip + size;
    }
    if (count < 2)
        return false;
    printf("%s: %zu signatures, %s, %zu bytes\n%s", path, count, sig_form_name(content->form), content->length, shown->str);
    if (count > ROW_SHOWN)
        printf("  and %zu more\n", count - ROW_SHOWN);
    if (at < end)
        printf("  then %zu bytes that are none: %s\n", (size_t)(end - at), why.text);
    return true;
}

static int inspect_file(const char *path)
{
    SigContent content = {0};
    SigKey key;
    SigWhy no_key, no_signature = {""};
    int code = read_content(path, &content);
    if (code != CLI_OK)
        return code;
    if (sig_key_read(&content, &key, &no_key))
        show_key(path, &content, &key);
    else if (!show_signature(path, &content, &no_signature) && !show_row(path, &content))
        code = cli_fail(CLI_USAGE, "sig inspect: %s: neither a key nor a signature; as a key: %s; as a signature: %s", path, no_key.text,
                        no_signature.text);
    free(content.bytes);
    return code;
}

static int inspect(const Options *o)
{
    int worst = CLI_OK;
    if (!o->files[0])
        return cli_fail(CLI_USAGE, "sig inspect: expected files, got none; see 'ucsim sig inspect --help'");
    for (char **file = o->files; *file; file++) {
        int code = inspect_file(*file);
        worst = MAX(worst, code);
    }
    return worst;
}

static int list_sets(const Options *o)
{
    const SigSet *set;
    printf("%-50s %20s %6s %6s %9s  %s\n", "set", "one-time keys", "seed", "public", "signature", "source");
    for (size_t i = 0; (set = sig_set_at(i)); i++)
        printf("%-50s %20" G_GUINT64_FORMAT " %6zu %6zu %9zu  %s\n", sig_set_name(set), sig_set_capacity(set),
               sig_set_seed_size(set), sig_set_public_size(set), sig_set_signature_size(set), sig_set_source(set));
    return CLI_OK;
}

/* ---- the subcommand ---------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *usage;
    int (*run)(const Options *o);
    const char *options; /* those that it reads; others are unknown to it */
} verbs[] = {
    { "inspect", "FILE...", inspect, "" },
    { "keygen", "--set NAME --seed HEX --public FILE [--format raw|der|pem]", keygen, "set seed public format jobs cache quiet" },
    { "sign", "--set NAME --seed HEX --index I --message FILE --signature FILE", sign,
      "set seed index message signature jobs cache quiet" },
    { "verify", "[--set NAME] --public FILE --message FILE --signature FILE", verify, "set public message signature quiet" },
    { "sets", "", list_sets, "" },
};

/* Leaves only the named ones. */
static void keep_options(GOptionEntry *entries, const char *names)
{
    g_auto(GStrv) kept = g_strsplit(names, " ", -1);
    size_t n = 0;
    for (size_t i = 0; entries[i].long_name; i++) {
        if (g_strv_contains((const char *const *)kept, entries[i].long_name))
            entries[n++] = entries[i];
    }
    entries[n] = (GOptionEntry){ 0 };
}

static void print_help(void)
{
    puts("usage: ucsim sig inspect|keygen|sign|verify|sets [OPTION...]\n\n"
         "Keys and signatures of LMS, HSS, XMSS and XMSS^MT. What is read may be raw, hexadecimal, base64, PEM, DER or a\n"
         "certificate (keys); verify finds the set from key and signature.\n");
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        printf("  ucsim sig %s %s\n", verbs[i].name, verbs[i].usage);
    puts("\n" NO_STATE "\n" SETS "\n\nExit codes: 0 done, or valid; 1 not a valid signature; 2 usage or file error, or no key or signature of the set.");
}

static int run_verb(size_t verb, int argc, char **argv)
{
    Options o = {0};
    int code;
    GOptionEntry entries[] = {
        { "set", 0, 0, G_OPTION_ARG_STRING, &o.set, "parameter set", "NAME" },
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "private seed: LMS, HSS: SEED, I; XMSS: SK_SEED, SK_PRF, PUB_SEED",
          "HEX" },
        { "index", 0, 0, G_OPTION_ARG_STRING, &o.index, "one-time key to sign with, from 0", "I" },
        { "public", 0, 0, G_OPTION_ARG_FILENAME, &o.public, "public key; verify reads any form", "FILE" },
        { "format", 0, 0, G_OPTION_ARG_STRING, &o.format, "keygen: raw (default), der or pem (RFC 9802)", "FORM" },
        { "message", 0, 0, G_OPTION_ARG_FILENAME, &o.message, "message; - is standard input", "FILE" },
        { "signature", 0, 0, G_OPTION_ARG_FILENAME, &o.signature, "signature; verify reads raw bytes and digits", "FILE" },
        { "jobs", 0, 0, G_OPTION_ARG_INT, &o.jobs, "threads for making trees (all processors)", "N" },
        { "cache", 0, 0, G_OPTION_ARG_NONE, &o.cache, "keep trees for the next time", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "print nothing but errors", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autofree char *command = g_strconcat("sig ", verbs[verb].name, NULL);
    keep_options(entries, verbs[verb].options);
    if (cli_parse(command, verbs[verb].usage, NO_STATE SETS CACHE_TEXT, entries, &argc, &argv, &code)) {
        o.files = argv + 1;
        if (argc > 1 && verbs[verb].run != inspect)
            code = cli_fail(CLI_USAGE, "%s: unexpected argument '%s'", command, argv[1]);
        else
            code = verbs[verb].run(&o);
    }
    g_free(o.set), g_free(o.seed), g_free(o.index), g_free(o.format);
    g_free(o.public), g_free(o.message), g_free(o.signature);
    return code;
}

int cli_sig(int argc, char **argv)
{
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        print_help();
        return argc < 2 ? CLI_USAGE : CLI_OK;
    }
    const char *names[G_N_ELEMENTS(verbs) + 1] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        names[i] = verbs[i].name;
        if (!strcmp(argv[1], verbs[i].name))
            return run_verb(i, argc - 1, argv + 1);
    }
    const char *near = uc_nearest(argv[1], names);
    return cli_fail(CLI_USAGE, "sig: unknown command '%s'%s%s%s; see 'ucsim sig --help'", argv[1],
                    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}
