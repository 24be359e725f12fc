#include "environments/replay.h"

#include <string.h>

#include "simulator/file.h"

/* ---- options ---- */

/* Options that hold a number, by their place in EnvOptions. */
static const struct {
    const char *name;
    size_t offset;
    bool always; /* else written only where it differs from its default */
    bool word;   /* 64 bits; else unsigned */
} numbers[] = {
    { "capacity", offsetof(EnvOptions, capacity), true, true },
    { "reservation", offsetof(EnvOptions, reservation), true, true },
    { "limit-keys", offsetof(EnvOptions, limits.keys), false, true },
    { "limit-tickets", offsetof(EnvOptions, limits.tickets), false, true },
    { "limit-transfers", offsetof(EnvOptions, limits.transfers), false, true },
    { "limit-intervals", offsetof(EnvOptions, limits.intervals), false, true },
    { "tag-bytes", offsetof(EnvOptions, tag_bytes), false, false },
    { "ticket-bytes", offsetof(EnvOptions, ticket_bytes), false, false },
};
static const char *const origin_name[] = { "title", "file", "hash", "seed", "expect", "found", NULL };

static uint64_t get_number(const EnvOptions *options, size_t i)
{
    const void *at = (const char *)options + numbers[i].offset;
    return numbers[i].word ? *(const uint64_t *)at : *(const unsigned *)at;
}

static void set_number(EnvOptions *options, size_t i, uint64_t n)
{
    void *at = (char *)options + numbers[i].offset;
    if (numbers[i].word)
        *(uint64_t *)at = n;
    else
        *(unsigned *)at = (unsigned)MIN(n, UINT_MAX);
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

static bool wrong(const Parse *p, const UcOption *o, const char *expected)
{
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: option %s: expected %s, got '%s'", p->schedule->file,
                o->name, expected, o->value[0] ? o->value[0] : "");
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
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    g_autofree char *expected = g_strdup_printf("one of %s", list);
    return wrong(p, o, expected);
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

static bool parse_text(const Parse *p, const UcOption *o, bool *found)
{
    const struct {
        const char *name;
        const char **at;
    } texts[] = { { "scheme", &p->out->scheme }, { "protocol", &p->out->protocol }, { "enclave", &p->out->enclave } };
    for (size_t i = 0; i < G_N_ELEMENTS(texts) && !*found; i++) {
        if (!(*found = !strcmp(o->name, texts[i].name)))
            continue;
        *texts[i].at = o->value[0];
    }
    return true;
}

static bool parse_name(const Parse *p, const UcOption *o, bool *found)
{
    static const char *const crypto[] = { "real", "ideal", NULL }, *const coins[] = { "coupled", "independent", NULL },
                            *const master[] = { "separate", "shared", NULL };
    unsigned n = 0;
    bool ok = true;
    *found = true;
    if (!strcmp(o->name, "crypto")) {
        ok = one_of(p, o, crypto, &n);
        p->out->crypto_ideal = n == 1;
    } else if (!strcmp(o->name, "seal")) {
        ok = one_of(p, o, crypto, &n);
        p->out->seal_real = n == 0;
    } else if (!strcmp(o->name, "coins")) {
        ok = one_of(p, o, coins, &n);
        p->out->independent = n == 1;
    } else if (!strcmp(o->name, "simulator")) {
        ok = one_of(p, o, env_simulator_name, &n);
        p->out->dictated = n == 1;
    } else if (!strcmp(o->name, "master")) {
        ok = one_of(p, o, master, &n);
        p->out->shared_master = n == 1;
    } else if (!strcmp(o->name, "trust")) {
        ok = one_of(p, o, dkm_trust_name, &n);
        p->out->trust = (DkmTrust)n;
    } else if (!strcmp(o->name, "storage")) {
        ok = one_of(p, o, uc_storage_name, &n);
        p->out->storage = (UcStorage)n;
    } else {
        *found = false;
    }
    return ok;
}

static bool parse_option(const Parse *p, const UcOption *o)
{
    bool found = false;
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
    if (!parse_name(p, o, &found) || found)
        return found && !*p->error;
    parse_text(p, o, &found);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers) && !found; i++) {
        uint64_t n;
        if (strcmp(o->name, numbers[i].name))
            continue;
        if (!parse_number(p, o, &n))
            return false;
        set_number(p->out, i, n);
        found = true;
    }
    if (!found)
        g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: unknown option '%s'", p->schedule->file, o->name);
    return found;
}

bool env_options_parse(const UcSchedule *schedule, EnvOptions *out, GError **error)
{
    g_assert(schedule && out);
    g_autoptr(GError) mine = NULL;
    Parse p = { schedule, out, &mine };
    *out = env_default_options();
    out->budget = 0;
    for (guint i = 0; i < schedule->options->len; i++) {
        if (!parse_option(&p, schedule->options->pdata[i])) {
            g_propagate_error(error, g_steal_pointer(&mine));
            return false;
        }
    }
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return false;
    env_seed(origin.header.seed, out->seed);
    env_origin_clear(&origin);
    return true;
}

/* Without the option: indistinguishable. */
static bool parse_outlook(const Parse *p, const char *name, UcOutlook *out)
{
    const UcOption *o = uc_options_get(p->schedule->options, name);
    *out = (UcOutlook){ .verdict = UC_INDISTINGUISHABLE };
    return !o || uc_outlook_read(o->value[0], out) || wrong(p, o, "a verdict, or a verdict and a rule (\"no progress: A1\")");
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
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a seed, got a trace without it (ucsim run --store, not "
                    "--secrets): it cannot be replayed", schedule->file);
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

static UcSchedule *read_either(const char *text, size_t length, const char *name, UcTrace **recorded, GError **error)
{
    if (!uc_trace_is_one(text, length))
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
                lines_of(text, length), uc_trace_is_one(text, length) ? "trace" : "schedule");
    return NULL;
}

/* ---- the run ---- */

struct EnvReplay {
    EnvWorlds *worlds, *owned; /* owned: NULL when they are the caller's */
    EnvPair *pair;
    unsigned moves, of;
};

void env_replay_free(EnvReplay *r)
{
    if (!r)
        return;
    env_pair_free(r->pair);
    env_worlds_free(r->owned);
    g_free(r);
}

static bool drive(EnvReplay *r, const UcSchedule *schedule, GError **error)
{
    g_autoptr(UcResolver) resolver = uc_resolver_new(env_worlds_spec(r->worlds, ENV_REAL), env_worlds_store(r->worlds));
    while (r->moves < schedule->move->len && uc_verdict_is_open(env_replay_comparison(r).verdict)) {
        UcEnvelope write;
        if (!uc_resolver_write(resolver, schedule, uc_schedule_move(schedule, r->moves + 1), &write, error))
            return false;
        env_pair_turn(r->pair, &write);
        r->moves++;
        UcViewEntry reply = env_pair_reply(r->pair);
        uc_resolver_brought(resolver, &reply.message);
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
    env_pair_observe(r->pair, observe, data);
    if (!drive(r, schedule, error))
        return NULL;
    env_pair_halt(r->pair);
    return g_steal_pointer(&r);
}

EnvReplay *env_replay_run(const UcSchedule *schedule, bool torture, UcObserver observe, void *data, GError **error)
{
    g_assert(schedule);
    EnvOptions options;
    if (!env_options_parse(schedule, &options, error))
        return NULL;
    options.torture = torture;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&options, error);
    if (!worlds) {
        g_prefix_error(error, "%s: ", schedule->file);
        return NULL;
    }
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

const UcLock *env_replay_lock(const EnvReplay *r) { return env_pair_lock(r->pair); }
UcWorld *env_replay_world(EnvReplay *r, EnvWorld which) { return env_pair_world(r->pair, which); }
