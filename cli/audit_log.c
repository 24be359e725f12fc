/* ucsim audit log: could these logs have come from a system that keeps the promise? (docs/audit.md, "Logs") */
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "cli/audit.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "environments/logs/books.h"
#include "environments/logs/judge.h"
#include "simulator/base/file.h"
#include "simulator/base/json.h"

enum { LISTED = 20, MEMORY_MIB = 2048 };

static const char text[] =
    "Could these logs have come from a system that keeps the promise of an ideal functionality? Is there an order of their\n"
    "events, with crashes and deliveries that nobody logged, in which the functionality gives exactly these outputs?\n"
    "A log is in the words of the functionality (JSON Lines), a trace of ucsim, or what --map FILE says. Each module's events are in\n"
    "the order of its log; the clocks of different modules say nothing unless --clock-skew is given.\n"
    "\n"
    "Examples:\n"
    "  ucsim run --world real --trace run.jsonl mine.lua && ucsim audit log run.jsonl\n"
    "  ucsim audit log --map product.map --untrusted hsm4 hsm1.log hsm2.log\n"
    "  ucsim audit log --trace explained.jsonl bad.jsonl; ucsim diagram explained.jsonl -o chart.svg\n"
    "\n"
    "Exit codes: 0 accepted; 1 rejected; 2 usage or file error; 3 undecided: a limit, or --map found no output.";

typedef struct {
    char **untrusted, **public, **signatures;
    char *functionality, *map, *json, *trace, *write;
    gint64 skew, faults, memory;
    double seconds;
    gboolean quiet, sensitivity, books, any;
} Arguments;

/* All that is said. */
typedef struct {
    const Arguments *arguments;
    EnvLog *log;
    EnvBooks *books;
    EnvJudgement *judgement; /* NULL with --books */
    EnvSensitivity sensitivity[ENV_CHANGES];
    GString *unlogged;       /* signatures in hand that no log owns up to, a line each */
    uint64_t compared;       /* signatures in hand */
    EnvAnswer answer;
} Report;

static int fail(GError *error)
{
    int code = cli_fail(CLI_USAGE, "audit log: %s", error->message);
    g_error_free(error);
    return code;
}

/* ---- reading ---- */

static EnvLogMap *read_map(const char *path, GError **error)
{
    g_autofree char *map = NULL;
    size_t length;
    return uc_file_text(path, UC_FILE_SMALL, &map, &length, error) ? env_log_map_read(map, length, path, error) : NULL;
}

static bool read_all(EnvLog *log, const Arguments *a, char *const *paths, GError **error)
{
    g_autoptr(EnvLogMap) map = a->map ? read_map(a->map, error) : NULL;
    if ((a->map && !map) || (a->functionality && !env_log_speaks(log, a->functionality, error)))
        return false;
    for (; *paths; paths++) {
        if (!env_log_add(log, map, *paths, error))
            return false;
    }
    if (map)
        env_log_end(log, map);
    for (char **name = a->untrusted; name && *name; name++) {
        if (env_log_distrust(log, *name, error))
            continue;
        g_prefix_error(error, "--untrusted: ");
        return false;
    }
    return true;
}

static bool write_log(const Report *r, GError **error)
{
    GString *words = env_log_print(r->log);
    bool good = cli_write_file(r->arguments->write, words->str, words->len, error);
    g_string_free(words, TRUE);
    return good;
}

/* ---- signatures in hand ---- */

typedef struct {
    Report *report;
    const uint8_t *key;
    size_t length;
} InHand;

/* A key of one level may stand in a log with the word of levels in front. */
static bool is_logged(const InHand *hand, uint64_t index, bool *known)
{
    if (env_books_used(hand->report->books, hand->key, hand->length, index, known) || *known)
        return *known && env_books_used(hand->report->books, hand->key, hand->length, index, known);
    g_autofree uint8_t *leveled = g_malloc0(hand->length + 4);
    leveled[3] = 1;
    memcpy(leveled + 4, hand->key, hand->length);
    return env_books_used(hand->report->books, leveled, hand->length + 4, index, known);
}

static void tell_in_hand(void *data, uint64_t index, const char *name)
{
    InHand *hand = data;
    bool known;
    hand->report->compared++;
    if (!is_logged(hand, index, &known))
        g_string_append_printf(hand->report->unlogged, "unlogged: %s: index %" G_GUINT64_FORMAT " signed it, and no log owns up to it%s\n",
                               name, index, known ? "" : ", nor knows the key");
}

static bool compare_signatures(Report *r, GError **error)
{
    const Arguments *a = r->arguments;
    Audit *audit = audit_new();
    bool good = true;
    for (char **p = a->public; good && p && *p; p++)
        good = audit_add_key(audit, *p, error);
    for (char **p = a->signatures; good && p && *p; p++)
        good = g_file_test(*p, G_FILE_TEST_IS_DIR) ? audit_add_folder(audit, *p, error) : audit_add_file(audit, *p, NULL, error);
    if (good)
        audit_finish(audit);
    for (size_t k = 0; good && k < audit_keys(audit); k++) {
        InHand hand = { .report = r };
        hand.key = audit_key_bytes(audit, k, &hand.length);
        audit_in_hand(audit, k, tell_in_hand, &hand);
    }
    if (good && !r->compared) {
        g_set_error(error, ENV_LOG_ERROR, 0, "--signatures: expected signatures of these keys, got none");
        good = false;
    }
    audit_free(audit);
    return good;
}

/* ---- the report for people ---- */

static const UcLogged *event_of(const Report *r, uint32_t number) { return &g_array_index(r->log->event, UcLogged, number); }
static const char *module_of(const Report *r, uint32_t party) { return g_ptr_array_index(r->log->module, party); }

static char *event_line(const Report *r, uint32_t number)
{
    const UcLogged *e = event_of(r, number);
    g_autofree char *place = env_log_place(r->log, e->file, e->line), *says = env_event_text(r->log, e);
    return g_strdup_printf("%s: %s: %s", place, module_of(r, e->party), says);
}

static void print_head(const Report *r)
{
    const EnvJudgement *j = r->judgement;
    printf("%u events of %u modules, held against %s", r->log->event->len, r->log->module->len - 1, r->log->triple->functionality->name);
    if (j)
        printf("; %u of them say what it must answer", j->said);
    if (j && j->left_out)
        printf("; %u are of modules that are not trusted, which may say anything", j->left_out);
    putchar('\n');
}

static void print_findings(const Report *r)
{
    const GArray *all = env_books_findings(r->books);
    for (guint i = 0; i < all->len; i++) {
        const EnvFinding *f = &g_array_index(all, EnvFinding, i);
        printf("%s: %s: %s\n", env_finding_class_name[f->class], f->kind, f->text);
    }
    fputs(r->unlogged->str, stdout);
}

/* What it takes besides what is logged. */
static void print_unlogged(const Report *r)
{
    const GArray *all = r->judgement->explained;
    unsigned n = 0;
    for (guint i = 0; i < all->len; i++) {
        const EnvExplained *x = &g_array_index(all, EnvExplained, i);
        g_autofree char *line = x->event == ENV_NO_EVENT ? NULL : event_line(r, x->event);
        if (!x->what || n++ >= LISTED)
            continue;
        printf("%s  %s%s%s\n", n == 1 ? "it takes, besides what is logged:\n" : "", line ? line : module_of(r, x->party), line ? ": " : ": ", x->what);
    }
    if (n > LISTED)
        printf("  and %u more\n", n - LISTED);
}

static void print_stuck(const Report *r)
{
    const EnvJudgement *j = r->judgement;
    unsigned explained = 0;
    for (guint i = 0; i < j->explained->len; i++)
        explained += g_array_index(j->explained, EnvExplained, i).event != ENV_NO_EVENT;
    printf("the longest explanation that was found is of %u of %u events; what comes then:\n", explained, j->events);
    for (guint i = 0; i < j->stuck->len; i++) {
        const EnvStuck *stuck = &g_array_index(j->stuck, EnvStuck, i);
        g_autofree char *line = event_line(r, stuck->event);
        printf("  %s: %s\n", line, stuck->why);
    }
}

static void print_culprit(const Report *r)
{
    const EnvJudgement *j = r->judgement;
    g_autofree char *line = j->culprit == ENV_NO_EVENT ? NULL : event_line(r, j->culprit);
    if (!line)
        return;
    printf("nothing explains\n  %s\n", line);
    if (j->needed->len)
        printf("after these, of which no module's last can be left out%s:\n", j->needed->len > LISTED ? " (the last of them)" : "");
    for (guint i = j->needed->len > LISTED ? j->needed->len - LISTED : 0; i < j->needed->len; i++) {
        g_autofree char *needed = event_line(r, g_array_index(j->needed, uint32_t, i));
        printf("  %s\n", needed);
    }
}

static void print_sensitivity(const Report *r)
{
    static const char *const what[ENV_CHANGES] = { "left out", "told twice", "with a number of its output changed" };
    for (unsigned i = 0; i < ENV_CHANGES; i++)
        printf("with one event %s: %u of %u logs are rejected, %u undecided\n", what[i], r->sensitivity[i].rejected,
               r->sensitivity[i].made, r->sensitivity[i].undecided);
}

/* Of undecided: the limit of the search, or that there was nothing to hold against F. */
static const char *limit_of(const Report *r)
{
    if (r->answer != ENV_UNDECIDED)
        return NULL;
    return r->judgement->answer == ENV_UNDECIDED ? r->judgement->limit : "outputs";
}

static const char *why_undecided(const Report *r)
{
    return r->judgement->answer == ENV_UNDECIDED ? ": not all was tried, by a limit of " : ": anything explains a log that has no ";
}

static void print_report(const Report *r)
{
    const EnvJudgement *j = r->judgement;
    print_head(r);
    print_findings(r);
    if (!j) {
        puts(r->answer == ENV_REJECTED    ? "rejected by the books"
             : r->answer == ENV_UNDECIDED ? "undecided: the log has no outputs, and the books are of outputs alone"
                                          : "the books do not object; nothing was searched (--books)");
        return;
    }
    if (j->answer == ENV_ACCEPTED)
        print_unlogged(r);
    else
        print_stuck(r);
    if (j->answer == ENV_REJECTED)
        print_culprit(r);
    if (r->arguments->sensitivity)
        print_sensitivity(r);
    if (r->arguments->public)
        printf("%" G_GUINT64_FORMAT " signatures in hand were compared with the logs\n", r->compared);
    const char *limit = limit_of(r);
    printf("%s%s%s\n", env_answer_name[r->answer], limit ? why_undecided(r) : "", limit ? limit : "");
}

/* ---- the same as JSON ---- */

static void json_member(GString *out, const char *key, const char *value)
{
    g_string_append_printf(out, ",\n  \"%s\": ", key);
    uc_json_text(out, value);
}

static void json_number(GString *out, const char *key, uint64_t value)
{
    g_string_append_printf(out, ",\n  \"%s\": %" G_GUINT64_FORMAT, key, value);
}

static void json_list(GString *out, const char *key, const GPtrArray *lines)
{
    g_string_append_printf(out, ",\n  \"%s\": [", key);
    for (guint i = 0; i < lines->len; i++) {
        g_string_append(out, i ? ",\n    " : "\n    ");
        uc_json_text(out, lines->pdata[i]);
    }
    g_string_append(out, lines->len ? "\n  ]" : "]");
}

static void json_findings(const Report *r, GString *out)
{
    const GArray *all = env_books_findings(r->books);
    g_string_append(out, ",\n  \"findings\": [");
    for (guint i = 0; i < all->len; i++) {
        const EnvFinding *f = &g_array_index(all, EnvFinding, i);
        g_string_append_printf(out, "%s\n    {\"class\": \"%s\", \"kind\": \"%s\", \"text\": ", i ? "," : "", env_finding_class_name[f->class], f->kind);
        uc_json_text(out, f->text);
        g_string_append_c(out, '}');
    }
    g_string_append(out, all->len ? "\n  ]" : "]");
}

static void json_judgement(const Report *r, GString *out)
{
    const EnvJudgement *j = r->judgement;
    g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(g_free), stuck = g_ptr_array_new_with_free_func(g_free),
                         needed = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < j->explained->len; i++) {
        const EnvExplained *x = &g_array_index(j->explained, EnvExplained, i);
        char *line = x->event == ENV_NO_EVENT ? g_strdup(module_of(r, x->party)) : event_line(r, x->event);
        g_ptr_array_add(order, x->what ? g_strconcat(line, ": ", x->what, NULL) : g_strdup(line));
        g_free(line);
    }
    for (guint i = 0; i < j->stuck->len; i++) {
        g_autofree char *line = event_line(r, g_array_index(j->stuck, EnvStuck, i).event);
        g_ptr_array_add(stuck, g_strconcat(line, ": ", g_array_index(j->stuck, EnvStuck, i).why, NULL));
    }
    for (guint i = 0; i < j->needed->len; i++)
        g_ptr_array_add(needed, event_line(r, g_array_index(j->needed, uint32_t, i)));
    g_autofree char *culprit = j->culprit == ENV_NO_EVENT ? NULL : event_line(r, j->culprit);
    json_number(out, "said", j->said);
    json_number(out, "left-out", j->left_out);
    json_number(out, "tried", j->tried);
    json_number(out, "steps-back", j->steps_back);
    json_member(out, "limit", limit_of(r));
    json_list(out, "explained", order);
    json_list(out, "stuck", stuck);
    json_member(out, "culprit", culprit);
    json_list(out, "needed", needed);
}

static bool write_json(const Report *r, GError **error)
{
    g_autoptr(GString) out = g_string_new("{\n  \"ucsim-audit-log\": 1");
    json_member(out, "functionality", r->log->triple->functionality->name);
    json_number(out, "events", r->log->event->len);
    json_number(out, "modules", r->log->module->len - 1);
    json_member(out, "answer", !r->judgement && r->answer == ENV_ACCEPTED ? NULL : env_answer_name[r->answer]);
    json_findings(r, out);
    json_number(out, "signatures", r->compared);
    g_auto(GStrv) lines = g_strsplit(r->unlogged->str, "\n", -1);
    g_autoptr(GPtrArray) unlogged = g_ptr_array_new();
    for (char **line = lines; *line; line++) {
        if (**line)
            g_ptr_array_add(unlogged, *line);
    }
    json_list(out, "unlogged", unlogged);
    if (r->judgement)
        json_judgement(r, out);
    g_string_append(out, "\n}\n");
    return cli_write_file(r->arguments->json, out->str, out->len, error);
}

/* ---- the explanation as a trace ---- */

static void trace_ends(void *writer, const UcWorld *world) { uc_trace_end(writer, world); }

static bool judge(Report *r, GError **error)
{
    const Arguments *a = r->arguments;
    g_autoptr(GString) trace = g_string_new(NULL);
    UcTraceHeader header = { .title = "the explanation of a log", .hidden = true, .options = r->log->options->options };
    EnvJudgeLimits limits = { .seconds = a->seconds, .memory = (size_t)a->memory << 20, .skew = a->skew, .faults = a->faults, .any = a->any };
    g_autoptr(UcTraceWriter) writer = NULL;
    if (a->trace) {
        writer = uc_trace_writer_new(uc_trace_to_string, trace, &header);
        limits.observe = uc_trace_observe;
        limits.shown = trace_ends;
        limits.observe_data = writer;
    }
    r->judgement = env_judge(r->log, &limits, error);
    if (!r->judgement || (a->sensitivity && !env_sensitivity(r->log, &limits, r->sensitivity, error)))
        return false;
    return !a->trace || cli_write_file(a->trace, trace->str, trace->len, error);
}

/* ---- all of it ---- */

/* A signature that no log owns up to was made by a state that the logs do not know. Anything
 * explains a log without outputs: of one's own form that is a map with a slip, of ours a run that ended early. */
static EnvAnswer answer_of(const Report *r)
{
    if (env_books_prove(r->books) || r->unlogged->len)
        return ENV_REJECTED;
    EnvAnswer answer = r->judgement ? r->judgement->answer : ENV_ACCEPTED;
    return answer == ENV_ACCEPTED && r->arguments->map && !env_log_has_output(r->log) ? ENV_UNDECIDED : answer;
}

static bool make_report(Report *r, char *const *paths, GError **error)
{
    if (!read_all(r->log, r->arguments, paths, error) || (r->arguments->write && !write_log(r, error)))
        return false;
    r->books = env_books_new(r->log);
    if (r->arguments->public && !compare_signatures(r, error))
        return false;
    if (!r->arguments->books && !judge(r, error))
        return false;
    r->answer = answer_of(r);
    return true;
}

static int audit(const Arguments *a, char *const *paths)
{
    static const int code[ENV_ANSWERS] = { CLI_OK, CLI_UNEXPECTED, CLI_LIMIT };
    GError *error = NULL;
    Report r = { .arguments = a, .log = env_log_new(), .unlogged = g_string_new(NULL) };
    bool good = make_report(&r, paths, &error);
    if (good && !a->quiet)
        print_report(&r);
    good = good && (!a->json || write_json(&r, &error));
    int exit = good ? code[r.answer] : fail(error);
    env_books_free(r.books);
    env_judgement_free(r.judgement);
    env_log_free(r.log);
    g_string_free(r.unlogged, TRUE);
    return exit;
}

static int check_files(const Arguments *a, char *const *paths)
{
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(CliFile));
    const CliFile fixed[] = {
        { .what = "--map", .path = a->map },
        { .what = "--json", .path = a->json, .writes = true },
        { .what = "--trace", .path = a->trace, .writes = true },
        { .what = "--write", .path = a->write, .writes = true },
    };
    g_array_append_vals(files, fixed, G_N_ELEMENTS(fixed));
    for (; *paths; paths++) {
        CliFile f = { .path = *paths };
        g_array_append_val(files, f);
    }
    for (char **p = a->public; p && *p; p++) {
        CliFile f = { .what = "--public", .path = *p };
        g_array_append_val(files, f);
    }
    return cli_check_files("audit log", (const CliFile *)(void *)files->data, files->len);
}

static int run(const Arguments *a, int argc, char **argv)
{
    if (argc < 2)
        return cli_fail(CLI_USAGE, "audit log: expected logs, got nothing; see 'ucsim audit log --help'");
    if (a->skew < -1 || a->faults < -1 || a->memory < 1 || a->memory > 1 << 20 || !(a->seconds >= 0))
        return cli_fail(CLI_USAGE, "audit log: expected --clock-skew and --faults from 0, --memory from 1 to 1048576 and --seconds from 0, got others");
    if (!a->public != !a->signatures)
        return cli_fail(CLI_USAGE, "audit log: expected --public and --signatures together, got one of them");
    if (a->books && (a->trace || a->sensitivity))
        return cli_fail(CLI_USAGE, "audit log: expected a search for --trace and --sensitivity, got --books, which makes none");
    int code = check_files(a, argv + 1);
    return code == CLI_OK ? audit(a, argv + 1) : code;
}

int cli_audit_log(int argc, char **argv)
{
    Arguments a = { .skew = -1, .faults = -1, .memory = MEMORY_MIB };
    const GOptionEntry entries[] = {
        { "functionality", 0, 0, G_OPTION_ARG_STRING, &a.functionality, "whose words the log speaks, where it does not say so", "NAME" },
        { "map", 0, 0, G_OPTION_ARG_FILENAME, &a.map, "how to read logs of another form", "FILE" },
        { "untrusted", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.untrusted, "a module that may do anything, or gave no log", "NAME" },
        { "clock-skew", 0, 0, G_OPTION_ARG_INT64, &a.skew, "clocks of two modules differ by at most this (default: they say nothing)", "MS" },
        { "faults", 0, 0, G_OPTION_ARG_INT64, &a.faults, "at most so many crashes and lost operations that nobody logged (any)", "N" },
        { "any-index", 0, 0, G_OPTION_ARG_NONE, &a.any, "modules use any of their own, not the lowest and the top", NULL },
        { "public", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a.public, "public key of the signatures in hand; may be given again", "FILE" },
        { "signatures", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a.signatures, "signatures in hand: does a log own up to each?", "FILE|FOLDER" },
        { "books", 0, 0, G_OPTION_ARG_NONE, &a.books, "the books only, without search", NULL },
        { "sensitivity", 0, 0, G_OPTION_ARG_NONE, &a.sensitivity, "how many logs with one event changed are rejected", NULL },
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &a.trace, "the explanation, or the longest there is, as a trace for 'ucsim diagram'", "FILE" },
        { "write", 0, 0, G_OPTION_ARG_FILENAME, &a.write, "what was read, as a log in the words of the functionality", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &a.json, "everything, as JSON", "FILE" },
        { "memory", 0, 0, G_OPTION_ARG_INT64, &a.memory, "limit of the search in MiB (2048)", "N" },
        { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &a.seconds, "limit of the search in seconds (none)", "N" },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &a.quiet, "print nothing but errors", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("audit log", "LOG...", text, entries, &argc, &argv, &code))
        code = run(&a, argc, argv);
    g_strfreev(a.untrusted), g_strfreev(a.public), g_strfreev(a.signatures);
    g_free(a.functionality), g_free(a.map), g_free(a.json), g_free(a.trace), g_free(a.write);
    return code;
}
