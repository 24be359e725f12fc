#include "environments/worlds/replay.h"

#include <string.h>

#include "simulator/base/file.h"

/* ---- files ---- */

/* By what it begins with; what begins like neither, by its name. */
static bool is_trace(const char *text, size_t length, const char *name)
{
    bool named = g_str_has_suffix(name, ".jsonl") || g_str_has_suffix(name, ".trace");
    return uc_trace_is_one(text, length) || (named && !uc_schedule_is_one(text, length));
}

static UcSchedule *read_either(const char *text, size_t length, const char *name, UcTrace **recorded, GError **error)
{
    if (!is_trace(text, length, name)) {
        g_autoptr(UcSchedule) schedule = uc_schedule_read(text, length, name, error);
        return schedule && env_schedule_can_meet(schedule, error) ? g_steal_pointer(&schedule) : NULL;
    }
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

static size_t mark_of(const char *head, size_t length)
{
    size_t mark = strlen(UC_BYTE_ORDER_MARK);
    return length >= mark && !memcmp(head, UC_BYTE_ORDER_MARK, mark) ? mark : 0;
}

static const char *past_blanks(const char *at, const char *end)
{
    while (at < end && g_ascii_isspace(*at))
        at++;
    return at;
}

/* A trace holds all that was said in a run, a schedule what somebody chose. */
static size_t limit_of(const char *head, size_t length)
{
    size_t mark = mark_of(head, length);
    return uc_trace_is_one(head + mark, length - mark) ? UC_FILE_MAX : UC_FILE_SMALL;
}

/* Other files may be objects of JSON too. */
bool env_replay_is_one(const char *head, size_t length)
{
    static const char key[] = "\"ucsim-trace\"";
    g_assert(head || !length);
    const char *end = head + length, *at = past_blanks(head + mark_of(head, length), end);
    if (uc_schedule_is_one(at, (size_t)(end - at)))
        return true;
    at = at < end && *at == '{' ? past_blanks(at + 1, end) : end;
    return (size_t)(end - at) >= strlen(key) && !memcmp(at, key, strlen(key));
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
    GError *wrong = NULL;
    g_autoptr(UcSchedule) schedule = read_either(text, length, name, recorded, &wrong);
    if (schedule && schedule->move->len)
        return g_steal_pointer(&schedule);
    if (schedule)
        g_set_error(&wrong, ENV_ERROR, ENV_ERROR_FILE, "%s:%u: expected a move, got a %s without any: there is nothing to replay", name,
                    lines_of(text, length), is_trace(text, length, name) ? "trace" : "schedule");
    uc_file_name_whole(wrong, path);
    g_propagate_error(error, wrong);
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
    env_pair_free(r->pair);
    uc_resolver_free(r->resolver);
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
        uint16_t session = uc_session_between(env_worlds_spec(r->worlds, ENV_REAL), reply.from, UC_Z, reply.peer);
        uc_resolver_brought(r->resolver, session, &reply.message);
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

EnvReplay *env_replay_run(const UcSchedule *schedule, bool torture, UcObserver observe, void *data, GError **error)
{
    g_assert(schedule);
    EnvOptions options;
    if (!env_options_parse(schedule, &options, error))
        return NULL;
    options.torture = torture;
    g_autoptr(EnvWorlds) worlds = env_options_worlds(schedule, &options, error);
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
const GArray *env_replay_origins(const EnvReplay *r) { return uc_resolver_origins(r->resolver); }
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
