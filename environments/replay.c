#include "environments/replay.h"

#include <string.h>

#include "functionality/watchers.h"
#include "simulator/file.h"
#include "simulator/nearest.h"

/* ---- options ---- */

/* Options that hold a number, by their place in EnvOptions. */
static const struct {
    const char *name;
    size_t offset;
    bool always; /* else written only where it differs from its default */
} numbers[] = {
    { "capacity", offsetof(EnvOptions, capacity), true },
    { "reservation", offsetof(EnvOptions, reservation), true },
    { "limit-keys", offsetof(EnvOptions, limits.keys), false },
    { "limit-tickets", offsetof(EnvOptions, limits.tickets), false },
    { "limit-transfers", offsetof(EnvOptions, limits.transfers), false },
    { "limit-intervals", offsetof(EnvOptions, limits.intervals), false },
    { "tag-bytes", offsetof(EnvOptions, tag_bytes), false },
    { "ticket-bytes", offsetof(EnvOptions, ticket_bytes), false },
};
/* Options that name one of several. */
static const char *const crypto[] = { "real", "ideal", NULL }, *const coins[] = { "coupled", "independent", NULL },
                        *const master[] = { "separate", "shared", NULL };
static const struct {
    const char *name;
    const char *const *values;
    size_t offset;
    int yes; /* of a bool: the value that makes it true; -1: an enum */
} choices[] = {
    { "crypto", crypto, offsetof(EnvOptions, crypto_ideal), 1 },
    { "seal", crypto, offsetof(EnvOptions, seal_real), 0 },
    { "coins", coins, offsetof(EnvOptions, independent), 1 },
    { "simulator", env_simulator_name, offsetof(EnvOptions, dictated), 1 },
    { "master", master, offsetof(EnvOptions, shared_master), 1 },
    { "trust", dkm_trust_name, offsetof(EnvOptions, trust), -1 },
    { "storage", uc_storage_name, offsetof(EnvOptions, storage), -1 },
};
G_STATIC_ASSERT(sizeof(DkmTrust) == sizeof(unsigned) && sizeof(UcStorage) == sizeof(unsigned));
static const struct {
    const char *name;
    size_t offset;
} texts[] = {
    { "scheme", offsetof(EnvOptions, scheme) },
    { "protocol", offsetof(EnvOptions, protocol) },
    { "enclave", offsetof(EnvOptions, enclave) },
};
static const char *const origin_name[] = { "title", "file", "hash", "seed", "expect", "found", NULL };

static uint64_t get_number(const EnvOptions *options, size_t i)
{
    return *(const uint64_t *)(const void *)((const char *)options + numbers[i].offset);
}

static void set_number(EnvOptions *options, size_t i, uint64_t n)
{
    *(uint64_t *)(void *)((char *)options + numbers[i].offset) = n;
}

UcOptions *env_options_print(const EnvOptions *options)
{
    g_assert(options);
    UcOptions *out = uc_options_new();
    EnvOptions defaults = env_default_options();
    uc_options_add_list(out, "parties", options->party);
    uc_options_add(out, "scheme", options->scheme);
    uc_options_add(out, "protocol", options->protocol);
    uc_options_add(out, "crypto", options->crypto_ideal ? "ideal" : "real");
    uc_options_add(out, "trust", dkm_trust_name[options->trust]);
    uc_options_add(out, "storage", uc_storage_name[options->storage]);
    uc_options_add(out, "enclave", options->enclave);
    if (options->enclave_of)
        uc_options_add_list(out, "enclaves", options->enclave_of);
    if (options->shared_master)
        uc_options_add(out, "master", "shared");
    if (options->dictated)
        uc_options_add(out, "simulator", "dictated");
    if (options->seal_real)
        uc_options_add(out, "seal", "real");
    if (options->independent)
        uc_options_add(out, "coins", "independent");
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        uint64_t n = get_number(options, i);
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, n);
        if (numbers[i].always || n != get_number(&defaults, i))
            uc_options_add(out, numbers[i].name, text);
    }
    return out;
}

uint64_t env_seed_number(const uint8_t seed[UC_SEED_BYTES])
{
    return uc_read_u64(seed + UC_SEED_BYTES - 8);
}

typedef struct {
    const UcSchedule *schedule;
    EnvOptions *out;
    GError **error;
} Parse;

/* "file:line: option NAME"; the schedule of a program has no lines. Free with g_free(). */
static char *place_of(const UcSchedule *schedule, const UcOption *o)
{
    g_autofree char *line = o->line ? g_strdup_printf(":%u", o->line) : g_strdup("");
    return g_strdup_printf("%s%s: option %s", schedule->file, line, o->name);
}

static bool wrong(const Parse *p, const UcOption *o, const char *expected)
{
    g_autofree char *place = place_of(p->schedule, o);
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected %s, got '%s'", place, expected, o->value[0] ? o->value[0] : "");
    return false;
}

/* ", did you mean 'I9'?" or nothing. Free with g_free(). */
static char *did_you_mean(const char *name, const char *const *known)
{
    const char *near = uc_nearest(name, known);
    return near ? g_strdup_printf("; did you mean '%s'?", near) : g_strdup("");
}

static bool unknown(const Parse *p, const UcOption *o)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_ptr_array_add(known, (gpointer)"parties");
    g_ptr_array_add(known, (gpointer)"enclaves");
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
        g_ptr_array_add(known, (gpointer)choices[i].name);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_ptr_array_add(known, (gpointer)texts[i].name);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_ptr_array_add(known, (gpointer)numbers[i].name);
    for (const char *const *n = origin_name; *n; n++)
        g_ptr_array_add(known, (gpointer)*n);
    g_ptr_array_add(known, NULL);
    g_autofree char *place = place_of(p->schedule, o), *near = did_you_mean(o->name, (const char *const *)known->pdata);
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: there is no such option%s", place, near);
    return false;
}

static bool one_of(const Parse *p, const UcOption *o, const char *const *names, unsigned *out)
{
    for (unsigned i = 0; names[i]; i++) {
        if (!strcmp(names[i], o->value[0])) {
            *out = i;
            return true;
        }
    }
    g_autofree char *list = g_strjoinv(", ", (char **)names), *place = place_of(p->schedule, o);
    g_autofree char *near = did_you_mean(o->value[0], names);
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected one of %s, got '%s'%s", place, list, o->value[0], near);
    return false;
}

static bool parse_number(const Parse *p, const UcOption *o, uint64_t *out)
{
    return g_ascii_string_to_unsigned(o->value[0], 10, 0, G_MAXINT64, out, NULL) ||
           wrong(p, o, "a number from 0 to 2^63 - 1");
}

static bool parse_parties(const Parse *p, const UcOption *o)
{
    for (unsigned i = 0; o->value[i]; i++) {
        if (!*o->value[i] || g_strv_contains((const char *const *)&o->value[i + 1], o->value[i]))
            return wrong(p, o, "different names that are not empty");
    }
    p->out->party = (const char *const *)o->value;
    return true;
}

static bool parse_choice(const Parse *p, const UcOption *o, size_t i)
{
    unsigned n = 0;
    void *at = (char *)p->out + choices[i].offset;
    if (!one_of(p, o, choices[i].values, &n))
        return false;
    if (choices[i].yes < 0)
        *(unsigned *)at = n;
    else
        *(bool *)at = (int)n == choices[i].yes;
    return true;
}

static bool parse_option(const Parse *p, const UcOption *o)
{
    if (!strcmp(o->name, "parties"))
        return parse_parties(p, o);
    if (!strcmp(o->name, "enclaves")) {
        p->out->enclave_of = (const char *const *)o->value;
        return true;
    }
    if (o->value[0] && o->value[1])
        return wrong(p, o, "one value");
    if (g_strv_contains(origin_name, o->name))
        return true; /* env_origin_of() */
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
        if (!strcmp(o->name, choices[i].name))
            return parse_choice(p, o, i);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (strcmp(o->name, texts[i].name))
            continue;
        *(const char **)((char *)p->out + texts[i].offset) = o->value[0];
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        uint64_t n;
        if (strcmp(o->name, numbers[i].name))
            continue;
        if (!parse_number(p, o, &n))
            return false;
        set_number(p->out, i, n);
        return true;
    }
    return unknown(p, o);
}

bool env_options_parse(const UcSchedule *schedule, EnvOptions *out, GError **error)
{
    g_assert(schedule && out);
    Parse p = { schedule, out, error };
    *out = env_default_options();
    out->budget = 0;
    for (guint i = 0; i < schedule->options->len; i++) {
        if (!parse_option(&p, schedule->options->pdata[i]))
            return false;
    }
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return false;
    env_seed(origin.header.seed, out->seed);
    env_origin_clear(&origin);
    return true;
}

char *env_rule_wrong(UcVerdict verdict, const char *rule)
{
    g_assert(rule);
    if (!g_strv_contains(dkm_rule_name, rule)) {
        g_autofree char *near = did_you_mean(rule, dkm_rule_name);
        return g_strdup_printf("expected a rule, I1 to I8 or A1 to A5, got '%s'%s", rule, near);
    }
    return verdict != UC_INDISTINGUISHABLE ? NULL : g_strdup_printf("expected no rule with '%s', got '%s'", uc_verdict_name[verdict],
                                                                     rule);
}

/* Without the option: indistinguishable. */
static bool parse_outlook(const Parse *p, const char *name, UcOutlook *out)
{
    const UcOption *o = uc_options_get(p->schedule->options, name);
    *out = (UcOutlook){ .verdict = UC_INDISTINGUISHABLE };
    if (!o)
        return true;
    if (!uc_outlook_read(o->value[0], out))
        return wrong(p, o, "a verdict, or a verdict and a rule (\"no progress: A1\")");
    g_autofree char *why = out->rule ? env_rule_wrong(out->verdict, out->rule) : NULL;
    g_autofree char *place = place_of(p->schedule, o);
    if (why)
        g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: %s", place, why);
    return !why;
}

static const char *text_of(const UcSchedule *schedule, const char *name)
{
    const UcOption *o = uc_options_get(schedule->options, name);
    return o ? o->value[0] : NULL;
}

bool env_origin_of(const UcSchedule *schedule, EnvOrigin *out, GError **error)
{
    g_assert(schedule && out);
    Parse p = { schedule, NULL, error };
    const UcOption *seed = uc_options_get(schedule->options, "seed");
    *out = (EnvOrigin){ .header = { .title = text_of(schedule, "title"), .file = text_of(schedule, "file"),
                                    .hash = text_of(schedule, "hash"), .seed = 1,
                                    .expect = text_of(schedule, "expect") } };
    if (seed && !strcmp(seed->value[0], UC_TRACE_HIDDEN)) {
        g_autofree char *place = place_of(schedule, seed);
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a seed, got a trace without it (ucsim run --store, not "
                    "--secrets): it cannot be replayed", place);
        return false;
    }
    if (seed && !parse_number(&p, seed, &out->header.seed))
        return false;
    if (!parse_outlook(&p, "expect", &out->expect) || !parse_outlook(&p, "found", &out->found))
        return false;
    if (!out->header.expect)
        out->header.expect = uc_verdict_name[UC_INDISTINGUISHABLE];
    out->has_found = text_of(schedule, "found") != NULL;
    out->rest = uc_options_new();
    for (guint i = 0; i < schedule->options->len; i++) {
        const UcOption *o = schedule->options->pdata[i];
        if (g_strv_contains(origin_name, o->name))
            continue;
        if (o->list || !strcmp(o->name, "parties"))
            uc_options_add_list(out->rest, o->name, (const char *const *)o->value);
        else
            uc_options_add(out->rest, o->name, o->value[0]);
    }
    out->header.options = out->rest;
    return true;
}

void env_origin_clear(EnvOrigin *origin)
{
    g_assert(origin);
    g_clear_pointer(&origin->rest, g_ptr_array_unref);
}

/* ---- files ---- */

/* By what it begins with; what begins like neither, by its name. */
static bool is_trace(const char *text, size_t length, const char *name)
{
    bool named = g_str_has_suffix(name, ".jsonl") || g_str_has_suffix(name, ".trace");
    return uc_trace_is_one(text, length) || (named && !uc_schedule_is_one(text, length));
}

static UcSchedule *read_either(const char *text, size_t length, const char *name, UcTrace **recorded, GError **error)
{
    if (!is_trace(text, length, name))
        return uc_schedule_read(text, length, name, error);
    g_autoptr(UcTrace) trace = uc_trace_read(text, length, name, error);
    if (!trace)
        return NULL;
    UcSchedule *schedule = uc_trace_take_schedule(trace);
    if (recorded)
        *recorded = g_steal_pointer(&trace);
    return schedule;
}

static unsigned lines_of(const char *text, size_t length)
{
    unsigned lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

/* A trace holds all that was said in a run, a schedule what somebody chose. */
static size_t limit_of(const char *head, size_t length)
{
    size_t mark = g_str_has_prefix(head, UC_BYTE_ORDER_MARK) ? strlen(UC_BYTE_ORDER_MARK) : 0;
    return uc_trace_is_one(head + mark, length - mark) ? UC_FILE_MAX : UC_FILE_SMALL;
}

UcSchedule *env_replay_load(const char *path, UcTrace **recorded, GError **error)
{
    g_assert(path);
    g_autofree char *text = NULL, *name = g_path_get_basename(path);
    size_t length;
    if (recorded)
        *recorded = NULL;
    if (!uc_file_text_by(path, limit_of, &text, &length, error))
        return NULL;
    g_autoptr(UcSchedule) schedule = read_either(text, length, name, recorded, error);
    if (!schedule || schedule->move->len)
        return g_steal_pointer(&schedule);
    g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s:%u: expected a move, got a %s without any: there is nothing to replay", name,
                lines_of(text, length), is_trace(text, length, name) ? "trace" : "schedule");
    return NULL;
}

/* ---- the run ---- */

struct EnvReplay {
    EnvWorlds *worlds, *owned; /* owned: NULL when they are the caller's */
    EnvPair *pair;
    UcResolver *resolver;
    unsigned moves, of;
};

void env_replay_free(EnvReplay *r)
{
    if (!r)
        return;
    uc_resolver_free(r->resolver);
    env_pair_free(r->pair);
    env_worlds_free(r->owned);
    g_free(r);
}

static bool drive(EnvReplay *r, const UcSchedule *schedule, GError **error)
{
    while (r->moves < schedule->move->len && uc_verdict_is_open(env_replay_comparison(r).verdict)) {
        UcEnvelope write;
        if (!uc_resolver_write(r->resolver, schedule, uc_schedule_move(schedule, r->moves + 1), &write, error))
            return false;
        env_pair_turn(r->pair, &write);
        r->moves++;
        UcViewEntry reply = env_pair_reply(r->pair);
        uc_resolver_brought(r->resolver, &reply.message);
    }
    return true;
}

EnvReplay *env_replay_on(EnvWorlds *worlds, EnvWorld which, const UcSchedule *schedule, UcObserver observe, void *data,
                         GError **error)
{
    g_assert(worlds && schedule);
    g_autoptr(EnvReplay) r = g_new0(EnvReplay, 1);
    r->worlds = worlds;
    r->of = schedule->move->len;
    r->pair = env_pair_of(worlds, which);
    r->resolver = uc_resolver_new(env_worlds_spec(worlds, ENV_REAL), env_worlds_store(worlds));
    env_pair_observe(r->pair, observe, data);
    if (!drive(r, schedule, error))
        return NULL;
    env_pair_halt(r->pair);
    return g_steal_pointer(&r);
}

EnvWorlds *env_replay_worlds(const UcSchedule *schedule, const EnvOptions *options, GError **error)
{
    g_assert(schedule && options);
    g_autoptr(GError) mine = NULL;
    EnvWorlds *worlds = env_worlds_new(options, &mine);
    if (worlds)
        return worlds;
    /* "tag_bytes: expected ..." speaks of a scenario's field */
    const char *colon = strchr(mine->message, ':');
    g_autofree char *name = g_strdelimit(g_strndup(mine->message, colon ? (gsize)(colon - mine->message) : 0), "_", '-');
    const UcOption *o = uc_options_get(schedule->options, name);
    g_autofree char *place = o ? place_of(schedule, o) : g_strdup(schedule->file);
    g_set_error(error, mine->domain, mine->code, "%s%s%s", place, o ? "" : ": ", o ? colon : mine->message);
    return NULL;
}

EnvReplay *env_replay_run(const UcSchedule *schedule, bool torture, UcObserver observe, void *data, GError **error)
{
    g_assert(schedule);
    EnvOptions options;
    if (!env_options_parse(schedule, &options, error))
        return NULL;
    options.torture = torture;
    g_autoptr(EnvWorlds) worlds = env_replay_worlds(schedule, &options, error);
    if (!worlds)
        return NULL;
    EnvReplay *r = env_replay_on(worlds, ENV_WORLDS, schedule, observe, data, error);
    if (!r)
        return NULL;
    r->owned = g_steal_pointer(&worlds);
    return r;
}

UcComparison env_replay_comparison(const EnvReplay *r) { return env_pair_lock(r->pair)->last; }
unsigned env_replay_moves(const EnvReplay *r) { return r->moves; }
bool env_replay_meets(const EnvReplay *r, UcOutlook outlook)
{
    const UcLock *lock = env_pair_lock(r->pair);
    bool cut_off = !uc_verdict_is_open(lock->last.verdict) && r->moves < r->of;
    return uc_lock_meets(lock, outlook) || (cut_off && lock->last.verdict == outlook.verdict);
}

char *env_replay_found(const EnvReplay *r, UcOutlook expect)
{
    UcComparison c = env_replay_comparison(r);
    if (env_replay_meets(r, expect))
        return uc_outlook_print(expect);
    return uc_outlook_print((UcOutlook){ c.verdict, uc_comparison_rule(&c) });
}

const GArray *env_replay_origins(const EnvReplay *r) { return uc_resolver_origins(r->resolver); }
const UcLock *env_replay_lock(const EnvReplay *r) { return env_pair_lock(r->pair); }
UcWorld *env_replay_world(EnvReplay *r, EnvWorld which) { return env_pair_world(r->pair, which); }
