/* ucsim explore: every schedule within bounds (docs/exploration.md). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"
#include "environments/general/explorer.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/traced.h"
#include "simulator/base/file.h"
#include "simulator/base/json.h"
#include "simulator/explore/big.h"

/* Set by the signal handler, which has nowhere else to write. */
static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t asked_at; /* in seconds */

/* A signal that comes again ends the program at once, but not in the same moment: timeout(1) sends each one twice. */
static void on_interrupt(int number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!stop_asked) {
        asked_at = (sig_atomic_t)now.tv_sec;
        stop_asked = 1;
    } else if ((sig_atomic_t)now.tv_sec > asked_at + 1) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

static void stop_on_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct sigaction now, stop = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
        if (!sigaction(signals[i], NULL, &now) && now.sa_handler != SIG_IGN) /* as nohup left it */
            sigaction(signals[i], &stop, NULL);
    }
}

typedef struct {
    char *world, *strategy, *crypto, *output, *schedule, *checkpoint, *resume;
    char **bound, **file;
    int memory, depth, walks, jobs, points, tries;
    double seconds;
    int64_t seed;
    gboolean json, quiet, no_deepen, no_commute, all_hashes, symmetry, measured;
} Options;

static int find_name(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++) {
        if (!strcmp(names[i], name))
            return i;
    }
    return -1;
}

static bool choose(const char *what, const char *const *names, const char *name, int *out, GError **error)
{
    *out = find_name(names, name);
    if (*out >= 0)
        return true;
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected one of %s, got '%s'", what, all, name);
    return false;
}

static bool parse_bounds(EnvAlphabet *alphabet, char **bound, GError **error)
{
    for (; bound && *bound; bound++) {
        const char *equals = strchr(*bound, '=');
        gint64 value = 0;
        g_autofree char *name = equals ? g_strndup(*bound, (gsize)(equals - *bound)) : NULL;
        errno = 0;
        if (!equals || !cli_whole(equals + 1, &value) || errno == ERANGE) {
            g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--bound: expected NAME=NUMBER%s, got '%s'", errno == ERANGE ?
                        " below 2^63" : "", *bound);
            return false;
        }
        if (!env_alphabet_set(alphabet, name, value, error))
            return false;
    }
    return true;
}

static void show_progress(void *data, const UcSearchFigures *f)
{
    const double *began = data;
    double seconds = (double)g_get_monotonic_time() / 1e6 - *began, moves = (double)(f->edges + f->idle);
    fprintf(stderr, "\r\033[K%" G_GUINT64_FORMAT " states, depth %u, %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT
            " waiting, %.2f million moves a second, %zu MiB", f->states, f->depth, f->frontier, f->waiting,
            moves / seconds / 1e6, f->memory >> 20);
}

static bool fill_exploration(const Options *o, EnvExploration *x, GError **error)
{
    static const char *const worlds[] = { "real", "ideal", "both", NULL };
    int which, strategy;
    if (!choose("--world", worlds, o->world ? o->world : "both", &which, error) ||
        !choose("--strategy", uc_strategy_name, o->strategy ? o->strategy : "bfs", &strategy, error))
        return false;
    if (strategy == UC_DFS && o->jobs > 1) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--jobs: expected 1 with --strategy dfs, got %d", o->jobs);
        return false;
    }
    x->which = (EnvWorld)which;
    x->deepen = !o->no_deepen;
    x->symmetry = o->symmetry;
    x->shrink_tries = (unsigned)o->tries;
    x->search = (UcSearchOptions){ .strategy = (UcStrategy)strategy, .jobs = (unsigned)o->jobs,
                                   .memory = (size_t)o->memory << 20, .seconds = o->seconds,
                                   .depth = (uint32_t)o->depth, .walks = (uint64_t)o->walks,
                                   .seed = (uint64_t)o->seed, .change_points = (unsigned)o->points,
                                   .commute = !o->no_commute, .all_hashes = o->all_hashes, .interrupt = &stop_asked };
    return true;
}

/* ---- what is printed ---- */

static const char *ended(const EnvExplored *e, bool walks)
{
    switch (e->end) {
    case UC_SEARCH_COMPLETE: return walks ? "all walks done, which is not every schedule" : "complete";
    case UC_SEARCH_FOUND: return "stopped at a finding";
    case UC_SEARCH_MEMORY: return "stopped: out of the memory allowed (--memory)";
    case UC_SEARCH_TIME: return "stopped: out of the time allowed (--seconds)";
    case UC_SEARCH_DEPTH: return "complete up to the depth allowed (--depth), and there is more";
    case UC_SEARCH_STATES: return "stopped: out of numbers for states";
    case UC_SEARCH_FULL: return "stopped: the state has more parts, or a move changes more, than a row of a search holds";
    case UC_SEARCH_INTERRUPTED: return "stopped: interrupted";
    case UC_SEARCH_NOT_RESUMED: return "not resumed";
    default: return "broken";
    }
}

static bool walks(const EnvExploration *x)
{
    return x->search.strategy == UC_RANDOM || x->search.strategy == UC_PCT;
}

static bool stopped(const EnvExplored *e)
{
    return e->end != UC_SEARCH_COMPLETE && e->end != UC_SEARCH_FOUND && e->end != UC_SEARCH_BROKEN;
}

/* Where the views differ a watched rule is often broken first, and a search ends there: it is the rule that was named, or not. */
static bool as_expected(const EnvScenario *s, const EnvExplored *e)
{
    bool rule = s->expect_rule && e->rule && g_str_has_prefix(e->rule, s->expect_rule);
    return rule ? e->verdict == s->expect || s->expect == UC_DISTINGUISHED : e->verdict == s->expect && !s->expect_rule;
}

/* With the rule where the scenario names one, as `check` writes it. */
static char *expectation(const EnvScenario *s) { return uc_outlook_print((UcOutlook){ s->expect, s->expect_rule }); }

/* What a search that came to a limit can still be held to: bfs visits all of one length before any longer one. */
static void print_covered(const EnvExploration *x, const EnvExplored *e)
{
    const UcSearchFigures *f = &e->figures;
    if (!stopped(e))
        return;
    if (walks(x)) {
        printf("  covered: the walks counted above, which came to their end; %" G_GUINT64_FORMAT " were asked for\n", x->search.walks);
        return;
    }
    if (x->search.strategy != UC_BFS) {
        puts("  covered: the states counted above; not every schedule up to any length (--strategy bfs covers that)");
        return;
    }
    printf("  covered: every schedule of at most %u moves with at most %u fault%s", f->depth, e->faults, e->faults == 1 ? "" : "s");
    if (e->faults && x->deepen && !x->search.depth)
        printf(", and every one with fewer faults");
    printf("; %" G_GUINT64_FORMAT " states wait to be worked out\n", f->frontier + f->waiting);
}

static void print_list(const char *head, const GPtrArray *texts)
{
    printf("  %s:", head);
    for (guint i = 0; i < texts->len; i++)
        printf("%s %s", i ? "," : "", (const char *)texts->pdata[i]);
    puts(texts->len ? "" : " nothing");
}

/* Measured, and not the same in every run: only for who asks (--measured). */
static void print_memory(const UcSearchFigures *f)
{
    const double mib = 1 << 20;
    printf("  memory: %.1f bytes a state in all, at most %.1f MiB:", (double)f->peak / (double)MAX(f->states, 1), (double)f->peak / mib);
    for (int i = 0; i < UC_MEMORY_KINDS; i++)
        printf(" %s %.1f,", uc_memory_kind_name[i], (double)f->parts.of[i] / mib);
    printf(" besides %.1f\n", (double)(f->peak - f->counted) / mib);
}

static void print_text(const EnvScenario *s, const EnvExploration *x, const EnvExplored *e, const char *resumed, bool measured)
{
    const UcSearchFigures *f = &e->figures;
    const char *nothing = stopped(e) ? "nothing found in what was searched" : "nothing found";
    g_autofree char *expected = expectation(s);
    bool other = !e->broken && !stopped(e) && !as_expected(s, e);
    printf("%s%s%s%s: %s%s%s%s\n", env_scenario_file(s), s->instance ? " (" : "", s->instance ? s->instance : "",
           s->instance ? ")" : "", e->broken ? e->broken : e->verdict == UC_INDISTINGUISHABLE ? nothing
           : uc_verdict_name[e->verdict], other ? " (expected " : "", other ? expected : "", other ? ")" : "");
    if (e->why && *e->why)
        printf("  %s\n", e->why);
    printf("  %s, %s, %s; the script itself was not explored\n", uc_strategy_name[x->search.strategy],
           x->which == ENV_WORLDS ? "both worlds in lock step" : env_world_name[x->which],
           ended(e, walks(x)));
    printf("  bounds:");
    for (unsigned i = 0; i < env_alphabet_bounds(&x->alphabet); i++)
        printf(" %s=%u", env_alphabet_bound_name(&x->alphabet, i), x->alphabet.bound[i]);
    g_autofree char *cuts = env_alphabet_cuts(&x->alphabet);
    printf("; alphabet: %s; faults searched: %u of %u\n", cuts, e->faults, e->fault_budget);
    if (x->symmetry)
        puts("  symmetry: of parties that are alike only the first that is not yet involved was tried");
    if (walks(x))
        printf("  %" G_GUINT64_FORMAT " walks", f->walks);
    else
        printf("  %" G_GUINT64_FORMAT " states (probability that one was taken for another: %.1e)", f->states, f->omission);
    printf(", %" G_GUINT64_FORMAT " moves that changed something, %" G_GUINT64_FORMAT " that did not, depth %u\n",
           f->edges, f->idle, f->depth);
    if (resumed)
        printf("  resumed from %s: %" G_GUINT64_FORMAT " states, of every schedule of at most %u moves with at most %u fault%s; that these "
               "were worked out is taken on trust\n", resumed, e->resumed.states, e->resumed.depth, e->resumed_faults,
               e->resumed_faults == 1 ? "" : "s");
    if (measured)
        print_memory(f);
    print_covered(x, e);
    print_list("reached", e->coverage->seen);
    print_list("refused or passed", e->coverage->reasons);
    print_list("never reached", e->coverage->missing);
    if (e->schedule) {
        g_autofree char *text = uc_schedule_print(e->shrunk ? e->shrunk : e->schedule);
        printf("  found by %u moves", e->depth_found);
        if (e->shrunk)
            printf(", %u after shrinking (%u tries)", e->shrunk->move->len, e->tries);
        printf(":\n%s", text);
    }
}

static void json_list(GString *out, const char *name, const GPtrArray *texts)
{
    g_string_append_printf(out, ",\n \"%s\":[", name);
    for (guint i = 0; i < texts->len; i++) {
        if (i)
            g_string_append_c(out, ',');
        uc_json_text(out, texts->pdata[i]);
    }
    g_string_append_c(out, ']');
}

static void json_figures(GString *out, const EnvExplored *e)
{
    const UcSearchFigures *f = &e->figures;
    g_string_append_printf(out, ",\n \"states\":%" G_GUINT64_FORMAT ",\"moves\":%" G_GUINT64_FORMAT
                           ",\"idle-moves\":%" G_GUINT64_FORMAT ",\"skipped-moves\":%" G_GUINT64_FORMAT
                           ",\"walks\":%" G_GUINT64_FORMAT ",\"depth\":%u,\"faults\":%u,\"fault-bound\":%u",
                           f->states, f->edges, f->idle, f->skipped, f->walks, f->depth,
                           e->faults, e->fault_budget);
    g_string_append_printf(out, ",\n \"waiting\":%" G_GUINT64_FORMAT ",\"omission\":\"%.1e\"", f->frontier + f->waiting, f->omission);
}

/* As print_memory(). */
static void json_memory(GString *out, const EnvExplored *e)
{
    const UcSearchFigures *f = &e->figures;
    g_string_append_printf(out, ",\n \"memory\":{\"peak\":%zu", f->peak);
    for (int i = 0; i < UC_MEMORY_KINDS; i++)
        g_string_append_printf(out, ",\"%s\":%zu", uc_memory_kind_name[i], f->parts.of[i]);
    g_string_append_printf(out, ",\"besides\":%zu,\"bytes-a-state\":%.1f,\"different-regions\":%u}", f->peak - f->counted,
                           (double)f->peak / (double)MAX(f->states, 1), e->worlds.regions);
}

/* The file by its last component, as scenarios are. */
static void json_resumed(GString *out, const EnvExplored *e, const char *path)
{
    g_string_append(out, ",\n \"resumed\":");
    if (!path) {
        g_string_append(out, "null");
        return;
    }
    g_autofree char *file = g_path_get_basename(path);
    g_string_append(out, "{\"from\":");
    uc_json_text(out, file);
    g_string_append_printf(out, ",\"states\":%" G_GUINT64_FORMAT ",\"depth\":%u,\"faults\":%u}", e->resumed.states,
                           e->resumed.depth, e->resumed_faults);
}

static void print_json(const EnvScenario *s, const EnvExploration *x, const EnvExplored *e, const char *resumed, bool measured)
{
    g_autoptr(GString) out = g_string_new("{\"ucsim-explore\":1,\n \"scenario\":");
    uc_json_text(out, env_scenario_file(s));
    g_autofree char *expected = expectation(s);
    g_string_append(out, ",\"instance\":");
    uc_json_text(out, s->instance);
    g_string_append(out, ",\"expect\":");
    uc_json_text(out, expected);
    g_string_append_printf(out, ",\n \"hash\":\"%s\",\"strategy\":\"%s\",\"world\":\"%s\",\"end\":\"%s\",\n \"verdict\":\"%s\"",
                           s->hash, uc_strategy_name[x->search.strategy],
                           x->which == ENV_WORLDS ? "both" : env_world_name[x->which], uc_search_end_name[e->end],
                           uc_verdict_name[e->verdict]);
    g_string_append(out, ",\"rule\":");
    uc_json_text(out, e->rule);
    g_string_append(out, ",\"why\":");
    uc_json_text(out, e->broken ? e->broken : e->why);
    g_string_append(out, ",\n \"bounds\":{");
    for (unsigned i = 0; i < env_alphabet_bounds(&x->alphabet); i++)
        g_string_append_printf(out, "%s\"%s\":%u", i ? "," : "", env_alphabet_bound_name(&x->alphabet, i), x->alphabet.bound[i]);
    g_autofree char *cuts = env_alphabet_cuts(&x->alphabet);
    g_string_append_printf(out, "},\n \"alphabet\":\"%s\",\"symmetry\":%s", cuts, x->symmetry ? "true" : "false");
    json_resumed(out, e, resumed);
    json_figures(out, e);
    if (measured)
        json_memory(out, e);
    json_list(out, "reached", e->coverage->seen);
    json_list(out, "reasons", e->coverage->reasons);
    json_list(out, "missing", e->coverage->missing);
    g_autofree char *found = e->schedule ? uc_schedule_print(e->shrunk ? e->shrunk : e->schedule) : NULL;
    g_string_append_printf(out, ",\n \"found-moves\":%u,\"shrunk-moves\":%u,\"schedule\":", e->depth_found,
                           e->shrunk ? e->shrunk->move->len : 0);
    uc_json_text(out, found);
    puts(g_string_append(out, "}")->str);
}

/* ---- the schedule found, as files ---- */

/* What a replay needs to know: the options and where it came from (docs/trace-format.md). */
static void describe(UcSchedule *schedule, const EnvScenario *s, const EnvExplored *e)
{
    g_autofree char *found = uc_outlook_print((UcOutlook){ e->replayed, e->replayed_rule });
    /* A search may end at a rule before the views differ, as they are expected to: that much must hold of the schedule. */
    g_autofree char *expect = as_expected(s, e) ? g_strdup(found)
        : env_verdict_of_script(s->expect) ? g_strdup(uc_verdict_name[UC_INDISTINGUISHABLE]) : expectation(s);
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, env_seed_number(s->options.seed));
    g_ptr_array_unref(schedule->options);
    schedule->options = env_options_print(&s->options);
    if (s->title)
        uc_options_add(schedule->options, "title", s->title);
    uc_options_add(schedule->options, "file", env_scenario_file(s));
    if (s->hash)
        uc_options_add(schedule->options, "hash", s->hash);
    uc_options_add(schedule->options, "seed", seed);
    uc_options_add(schedule->options, "expect", expect);
    uc_options_add(schedule->options, "found", found);
}

static bool write_found(const Options *o, const EnvExplored *e, GError **error)
{
    const UcSchedule *schedule = e->shrunk ? e->shrunk : e->schedule;
    if (!schedule)
        return true;
    g_autofree char *text = uc_schedule_print(schedule);
    if (o->schedule && !cli_write_file(o->schedule, text, strlen(text), error))
        return false;
    if (!o->output)
        return true;
    g_autoptr(EnvReplay) replay = NULL;
    GString *trace = env_trace_replay(schedule, false, &replay, error);
    bool ok = trace && cli_write_file(o->output, trace->str, trace->len, error);
    if (trace)
        g_string_free(trace, TRUE);
    return ok;
}

/* ---- stopping and going on ---- */

/* What an exploration is about, words NAME=VALUE with a space between; a checkpoint goes on with nothing else. */
static char *key_of(const EnvScenario *s, const EnvExploration *x)
{
    static const char *const world[] = { "real", "ideal", "both" };
    g_autoptr(GString) key = g_string_new(NULL);
    g_autofree char *instance = g_strdelimit(g_strdup(s->instance ? s->instance : ""), " \n", '_');
    g_string_append_printf(key, "version=%s script=%s instance=%s world=%s crypto=%s deepening=%d commute=%d symmetry=%d", UCSIM_VERSION,
                           s->hash, instance, world[x->which], s->options.crypto_ideal ? "ideal" : "real", (int)x->deepen,
                           (int)x->search.commute, (int)x->symmetry);
    env_alphabet_append_cuts(&x->alphabet, key);
    g_string_append_printf(key, " depth=%u", x->search.depth);
    for (unsigned i = 0; i < env_alphabet_bounds(&x->alphabet); i++)
        g_string_append_printf(key, " %s=%u", env_alphabet_bound_name(&x->alphabet, i), x->alphabet.bound[i]);
    return g_string_free(g_steal_pointer(&key), FALSE);
}

/* Why a file is no checkpoint of this search: the first word in which they differ. */
static void set_other(const char *path, const char *key, const char *text, size_t length, GError **error)
{
    enum { SHOWN = 40 }; /* of a word: hashes are long */
    g_autofree char *about = uc_checkpoint_about(text, length);
    if (!about) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a checkpoint, got %s", path, length ? "another file" : "an empty file");
        return;
    }
    g_auto(GStrv) mine = g_strsplit(key, " ", -1), theirs = g_strsplit(about, " ", -1);
    unsigned i = 0;
    while (mine[i] && theirs[i] && !strcmp(mine[i], theirs[i]))
        i++;
    g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a checkpoint of this search, with %.*s, got one with %.*s", path,
                SHOWN, mine[i] ? mine[i] : "no more", SHOWN, theirs[i] ? theirs[i] : "less");
}

static bool read_checkpoint(const char *path, const char *key, GByteArray **out, GError **error)
{
    char *text;
    size_t length;
    uint64_t version = 0;
    if (!uc_file_read(path, G_MAXUINT, &text, &length, error)) /* what can be written can be read */
        return false;
    uc_file_forget(path); /* a search goes on in the file that it was kept in */
    UcCheckpointFile file = uc_checkpoint_unpack(key, text, length, out, &version);
    if (file == UC_CHECKPOINT_DAMAGED)
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a whole checkpoint, got a damaged one", path);
    else if (file == UC_CHECKPOINT_OTHER_VERSION)
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a checkpoint of version %d, got version %" G_GUINT64_FORMAT, path,
                    UC_CHECKPOINT_VERSION, version);
    else if (file == UC_CHECKPOINT_OTHER)
        set_other(path, key, text, length, error);
    g_free(text);
    return file == UC_CHECKPOINT_OK;
}

static bool write_checkpoint(const char *path, const char *key, const GByteArray *bytes, GError **error)
{
    if (!path || !bytes->len)
        return true;
    g_autoptr(GByteArray) file = uc_checkpoint_pack(key, bytes);
    return cli_write_file(path, file->data, file->len, error);
}

static int conclude(const EnvScenario *s, const EnvExplored *e)
{
    if (e->end == UC_SEARCH_BROKEN)
        return CLI_INTERNAL;
    if (e->end != UC_SEARCH_COMPLETE && e->end != UC_SEARCH_FOUND)
        return CLI_LIMIT;
    return cli_code_of_verdict(e->verdict, as_expected(s, e));
}

static bool fill_alphabet(EnvAlphabet *a, const Options *o, const EnvScenario *s, GError **error)
{
    *a = env_default_alphabet(s->options.triple);
    if (!o->bound && !s->bound->len) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected bounds for exploration, got none: give the scenario a "
                    "table `explore = { deliver = 2, ... }` or say --bound deliver=2", s->path);
        return false;
    }
    env_alphabet_of(a, s);
    if (!parse_bounds(a, o->bound, error))
        return false;
    env_alphabet_settle(a);
    return true;
}

static EnvExplored *run(const Options *o, const EnvScenario *s, EnvWorlds *worlds, EnvExploration *x, const char *key,
                        GError **error)
{
    double began = (double)g_get_monotonic_time() / 1e6;
    g_autoptr(GByteArray) resume = NULL;
    if (o->resume && !read_checkpoint(o->resume, key, &resume, error))
        return NULL;
    x->resume = resume;
    x->search.progress = isatty(STDERR_FILENO) && !o->quiet ? show_progress : NULL;
    x->search.progress_data = &began;
    g_autoptr(EnvExplored) e = env_explore(worlds, x, error);
    if (e && x->search.progress)
        fputs("\r\033[K", stderr);
    if (e && e->end == UC_SEARCH_NOT_RESUMED) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a checkpoint of this program, got one that does not fit it",
                    o->resume);
        return NULL;
    }
    return g_steal_pointer(&e);
}

static bool explore(const Options *o, EnvScenario *s, int *code, GError **error)
{
    EnvExploration x = { 0 };
    if (!env_options_one_session(&s->options, "explore", error)) /* before bounds are asked for, which would not help */
        return false;
    if (!fill_exploration(o, &x, error) || !fill_alphabet(&x.alphabet, o, s, error))
        return false;
    s->options.crypto_ideal = !o->crypto || strcmp(o->crypto, "real");
    env_alphabet_equip(&x.alphabet, &s->options);
    g_autoptr(EnvWorlds) worlds = env_scenario_worlds(s, error);
    g_autoptr(GArray) prefix = worlds ? env_run_prefix(s, worlds, error) : NULL;
    if (!prefix)
        return false;
    uc_big_heap_for_all();
    g_autofree char *key = key_of(s, &x);
    g_autoptr(GByteArray) stopped = g_byte_array_new();
    x.checkpoint = o->checkpoint || o->resume ? stopped : NULL;
    x.prefix = prefix;
    g_autoptr(EnvExplored) e = run(o, s, worlds, &x, key, error);
    if (!e)
        return false;
    if (e->schedule)
        describe(e->shrunk ? e->shrunk : e->schedule, s, e);
    *code = conclude(s, e);
    bool kept = write_checkpoint(o->checkpoint ? o->checkpoint : o->resume, key, stopped, error);
    bool written = write_found(o, e, kept ? error : NULL);
    if (o->json) /* in any case: what cannot be written is not lost */
        print_json(s, &x, e, o->resume, o->measured);
    else if (!o->quiet)
        print_text(s, &x, e, o->resume, o->measured);
    return kept && written;
}

/* A search goes on in the checkpoint that it came from, unless it is to be kept elsewhere. */
static int check_files(const Options *o)
{
    const CliFile files[] = {
        { .path = o->file[0] },
        { .what = "-o", .path = o->output, .writes = true },
        { .what = "--schedule", .path = o->schedule, .writes = true },
        { .what = "--checkpoint", .path = o->checkpoint, .writes = true, .renews = "--resume" },
        { .what = "--resume", .path = o->resume, .writes = !o->checkpoint },
    };
    return cli_check_files("explore", files, G_N_ELEMENTS(files));
}

/* Of several scenarios in one file: a search that broke says most, one that stopped at a limit least. */
static int worse(int a, int b)
{
    static const int order[] = { CLI_OK, CLI_LIMIT, CLI_UNEXPECTED, CLI_USAGE, CLI_INTERNAL };
    int worst = CLI_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        if (order[i] == a || order[i] == b)
            worst = order[i];
    }
    return worst;
}

static int explore_file(const Options *o)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) scenarios = env_scenario_load(o->file[0], &error);
    int code = CLI_OK, crypto;
    static const char *const cryptos[] = { "ideal", "real", NULL };
    if (!scenarios || (o->crypto && !choose("--crypto", cryptos, o->crypto, &crypto, &error)))
        return cli_fail_error(error);
    code = check_files(o);
    if (code != CLI_OK)
        return code;
    if (scenarios->len > 1 && (o->output || o->schedule || o->checkpoint || o->resume))
        return cli_fail(CLI_USAGE, "explore: -o, --schedule, --checkpoint and --resume expect one scenario, got %u by for_each",
                        scenarios->len);
    stop_on_signals();
    for (guint i = 0; i < scenarios->len; i++) {
        int one = CLI_LIMIT;
        if (!stop_asked && !explore(o, scenarios->pdata[i], &one, &error))
            return cli_fail_error(error);
        code = worse(code, one);
    }
    return code;
}

/* MiB: not more than a machine can give, which would be ended from outside. */
static int default_memory(void)
{
    size_t machine = uc_big_machine() >> 20;
    return (int)(machine ? MIN((size_t)4096, machine - machine / 4) : 4096);
}

/* Of the options of walks: nobody wrote it. */
enum { UNSET = INT_MIN };

/* An option that this search has no use for: silence would tell its user that it did something. */
static int check_useless(const Options *o)
{
    const char *strategy = o->strategy ? o->strategy : "bfs";
    const struct { const char *name, *wants; bool given, used; } rows[] = {
        { "--walks", "random or pct", o->walks != UNSET, !strcmp(strategy, "random") || !strcmp(strategy, "pct") },
        { "--seed", "random or pct", o->seed != UNSET, !strcmp(strategy, "random") || !strcmp(strategy, "pct") },
        { "--change-points", "pct", o->points != UNSET, !strcmp(strategy, "pct") },
        { "--no-commute", "bfs", o->no_commute, !strcmp(strategy, "bfs") },
        { "--all-hashes", "bfs", o->all_hashes, !strcmp(strategy, "bfs") },
        { "--no-deepening", "bfs", o->no_deepen, !strcmp(strategy, "bfs") },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].given && !rows[i].used && find_name(uc_strategy_name, strategy) >= 0) /* else that is told */
            return cli_fail(CLI_USAGE, "%s: expected --strategy %s, got %s", rows[i].name, rows[i].wants, strategy);
    }
    return CLI_OK;
}

static int wrong_options(const Options *o)
{
    if (!o->file || o->file[1])
        return cli_fail(CLI_USAGE, "explore: expected one scenario, got %u", o->file ? g_strv_length(o->file) : 0);
    if (o->jobs < 1 || o->jobs > 256)
        return cli_fail(CLI_USAGE, "--jobs: expected 1 to 256, got %d", o->jobs);
    if ((o->checkpoint || o->resume) && o->strategy && strcmp(o->strategy, "bfs"))
        return cli_fail(CLI_USAGE, "explore: expected --strategy bfs with --checkpoint and --resume, got %s", o->strategy);
    if (o->seed != UNSET && o->seed < 0)
        return cli_fail(CLI_USAGE, "--seed: expected a number from 0 to 2^63 - 1, got %" G_GINT64_FORMAT, o->seed);
    if (o->walks != UNSET && o->walks < 1)
        return cli_fail(CLI_USAGE, "--walks: expected 1 or more, got %d", o->walks);
    if (o->points != UNSET && (o->points < 1 || o->points > 100))
        return cli_fail(CLI_USAGE, "--change-points: expected 1 to 100, got %d", o->points);
    if (o->memory < 0 || o->depth < 0 || o->tries < 0 || !(o->seconds >= 0))
        return cli_fail(CLI_USAGE, "explore: --memory, --depth, --shrink-tries and --seconds expect 0 or more");
    return check_useless(o);
}

static void settle(Options *o)
{
    o->walks = o->walks == UNSET ? 10000 : o->walks;
    o->points = o->points == UNSET ? 3 : o->points;
    o->seed = o->seed == UNSET ? 1 : o->seed;
}

int cli_explore(int argc, char **argv)
{
    Options o = { .memory = default_memory(), .walks = UNSET, .jobs = 1, .points = UNSET, .tries = 2000, .seed = UNSET };
    const GOptionEntry entries[] = {
        { "strategy", 0, 0, G_OPTION_ARG_STRING, &o.strategy, "bfs (default), dfs, random or pct", "NAME" },
        { "world", 0, 0, G_OPTION_ARG_STRING, &o.world, "both (default), or one world under its watchers", "NAME" },
        { "bound", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &o.bound, "a bound, such as deliver=2; may be repeated", "NAME=N" },
        { "crypto", 0, 0, G_OPTION_ARG_STRING, &o.crypto, "ideal (default) or real", "NAME" },
        { "memory", 0, 0, G_OPTION_ARG_INT, &o.memory, "stop beyond so many MiB (4096, or 3/4 of the machine's; 0: never)", "N" },
        { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &o.seconds, "stop after so long (0: never)", "S" },
        { "depth", 0, 0, G_OPTION_ARG_INT, &o.depth, "at most so many moves (0: any number)", "N" },
        { "walks", 0, 0, G_OPTION_ARG_INT, &o.walks, "random, pct: how many (10000)", "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &o.seed, "random, pct: of the walks (1)", "N" },
        { "change-points", 0, 0, G_OPTION_ARG_INT, &o.points, "pct: d (3)", "D" },
        { "jobs", 'j', 0, G_OPTION_ARG_INT, &o.jobs, "so many threads; the result is the same", "N" },
        { "no-deepening", 0, 0, G_OPTION_ARG_NONE, &o.no_deepen, "bfs: all faults at once, not the fewest first", NULL },
        { "no-commute", 0, 0, G_OPTION_ARG_NONE, &o.no_commute, "bfs: follow both orders of moves that commute", NULL },
        { "all-hashes", 0, 0, G_OPTION_ARG_NONE, &o.all_hashes, "bfs: keep those of all levels, to compare; the result is the same", NULL },
        { "symmetry", 0, 0, G_OPTION_ARG_NONE, &o.symmetry, "of parties that are alike try only the first not yet involved",
          NULL },
        { "no-symmetry", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &o.symmetry, "try all of them (the default)", NULL },
        { "shrink-tries", 0, 0, G_OPTION_ARG_INT, &o.tries, "at most so many runs to shrink what is found (2000)", "N" },
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o.output, "write the trace of what was found", "FILE" },
        { "schedule", 0, 0, G_OPTION_ARG_FILENAME, &o.schedule, "write the schedule that was found", "FILE" },
        { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &o.checkpoint, "bfs: when stopped, write where it stood", "FILE" },
        { "resume", 0, 0, G_OPTION_ARG_FILENAME, &o.resume, "bfs: go on from there, and keep it there", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "a summary in JSON (docs/exploration.md)", NULL },
        { "measured", 0, 0, G_OPTION_ARG_NONE, &o.measured, "also the memory that it took, by parts, which differs from run to run", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "only the exit code", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.file, NULL, NULL },
        { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
    };
    int code;
    if (cli_parse("explore", "SCENARIO", "Runs both worlds through every schedule within the bounds of the scenario's "
                  "table `explore`, the shortest\nfirst. What tells the worlds apart is shrunk and shown. --bound widens or "
                  "narrows a bound for this run.\nInterrupted (Ctrl-C, SIGTERM) it stops, says what it covered and writes its "
                  "checkpoint; again, some seconds later, ends it at once.\n\nExit code: 0 what the scenario expects (`expect`: nothing "
                  "found and all schedules or walks tried, or this verdict and\nrule found first), 1 something else, 2 an "
                  "error, 3 a limit or an interruption came first, 4 an internal error.\n\nExamples:\n"
                  "  ucsim explore mine.lua\n"
                  "  ucsim explore mine.lua --bound deliver=3 -o found.jsonl && ucsim diagram found.jsonl -o found.svg\n"
                  "  ucsim explore mine.lua --strategy random --walks 100000 --seconds 60", entries, &argc, &argv, &code)) {
        code = wrong_options(&o);
        if (code == CLI_OK) {
            settle(&o);
            code = explore_file(&o);
        }
    }
    g_free(o.world);
    g_free(o.strategy);
    g_free(o.crypto);
    g_free(o.output);
    g_free(o.schedule);
    g_free(o.checkpoint);
    g_free(o.resume);
    g_strfreev(o.bound);
    g_strfreev(o.file);
    return code;
}
