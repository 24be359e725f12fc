#include "environments/general/explorer.h"

#include <string.h>

#include "simulator/explore/shrink.h"

/* ---- shrinking ---- */

typedef struct {
    EnvWorlds *worlds;
    EnvWorld which;
    const UcSchedule *schedule;
    UcComparison wanted;
    const char *rule;      /* that is to break too; NULL: none */
    const GArray *origins; /* UcDigest: of the bytes that A made in the whole of it */
    unsigned left;         /* tries */
} Shrinking;

/* What A made, it made from what it was brought. Where that is something else, A could not have made it: the schedule would call
 * the true program broken too. */
static bool could_be_made(const Shrinking *s, const GArray *origins)
{
    for (guint i = 0; i < origins->len; i++) {
        guint j = 0;
        while (j < s->origins->len && memcmp(&g_array_index(s->origins, UcDigest, j), &g_array_index(origins, UcDigest, i),
                                             sizeof(UcDigest)))
            j++;
        if (j == s->origins->len)
            return false;
    }
    return true;
}

static bool finds_the_same(const Shrinking *s, const UcSchedule *part)
{
    g_autoptr(EnvReplay) replay = part ? env_replay_on(s->worlds, s->which, part, NULL, NULL, NULL) : NULL;
    if (!replay || env_replay_moves(replay) != part->move->len || !could_be_made(s, env_replay_origins(replay)))
        return false;
    UcComparison got = env_replay_comparison(replay);
    return got.verdict == s->wanted.verdict && (!s->rule || uc_lock_breaks(env_replay_lock(replay), s->rule)) &&
           !uc_rule_compare(uc_comparison_rule(&got), uc_comparison_rule(&s->wanted));
}

static bool still_holds(void *data, const bool *keep)
{
    const Shrinking *s = data;
    g_autoptr(UcSchedule) part = uc_schedule_subset(s->schedule, keep);
    return finds_the_same(s, part);
}

/* Moves go while nothing that stays names them. The first `moves` of the schedule are all that count. */
static UcSchedule *leave_out(Shrinking *s, unsigned moves, bool *minimal)
{
    size_t count = s->schedule->move->len;
    g_autofree bool *keep = g_new(bool, count);
    for (size_t i = 0; i < count; i++)
        keep[i] = i < moves;
    UcShrunk shrunk = uc_shrink(count, keep, still_holds, s, s->left);
    s->left -= shrunk.tries;
    *minimal = shrunk.minimal;
    return uc_schedule_subset(s->schedule, keep);
}

/* One move less, where what others named of it is something else now: the last that can go. NULL: none can. */
static UcSchedule *put_in_place(Shrinking *s)
{
    size_t count = s->schedule->move->len;
    g_autofree bool *keep = g_new(bool, count);
    for (size_t i = 0; i < count; i++)
        keep[i] = true;
    for (size_t i = count; i > 0; i--) {
        keep[i - 1] = false;
        for (unsigned others = 0; others < 2 && s->left; others++) {
            g_autoptr(UcSchedule) less = uc_schedule_mended(s->schedule, keep, others);
            s->left -= less != NULL;
            if (finds_the_same(s, less))
                return g_steal_pointer(&less);
        }
        keep[i - 1] = true;
    }
    return NULL;
}

UcSchedule *env_shrink(EnvWorlds *worlds, EnvWorld which, const UcSchedule *schedule, unsigned max_tries,
                       unsigned *tries, bool *minimal, GError **error)
{
    g_assert(worlds && schedule && tries);
    g_autoptr(EnvReplay) whole = env_replay_on(worlds, which, schedule, NULL, NULL, error);
    if (!whole || env_replay_comparison(whole).verdict == UC_INDISTINGUISHABLE)
        return NULL;
    Shrinking s = { worlds, which, schedule, env_replay_comparison(whole), NULL, env_replay_origins(whole), max_tries };
    const UcOption *expect = uc_options_get(schedule->options, "expect");
    UcOutlook outlook = { 0 };
    if (expect && uc_outlook_read(expect->value[0], &outlook) && uc_lock_meets(env_replay_lock(whole), outlook))
        s.rule = outlook.rule;
    bool least = true;
    g_autoptr(UcSchedule) small = leave_out(&s, env_replay_moves(whole), &least); /* what comes after the verdict goes first */
    while (least) {
        s.schedule = small;
        UcSchedule *less = small->move->len > 1 ? put_in_place(&s) : NULL;
        least = s.left > 0;
        if (!less)
            break;
        uc_schedule_free(small);
        s.schedule = less;
        small = leave_out(&s, less->move->len, &least);
        uc_schedule_free(less);
    }
    *tries = max_tries - s.left;
    if (minimal)
        *minimal = least;
    return g_steal_pointer(&small);
}

/* ---- exploration ---- */

/* The writes of a path as a schedule, run in fresh worlds that remember nothing. */
static bool record(EnvWorlds *worlds, const EnvExploration *x, UcLockstep *l, const GArray *path, EnvExplored *out)
{
    const UcWorldSpec *spec = env_worlds_spec(worlds, ENV_REAL);
    UcRecorder *recorder = uc_recorder_new(spec, env_worlds_store(worlds));
    size_t prefix = x->prefix ? x->prefix->len : 0;
    UcComparison c = { .verdict = UC_INDISTINGUISHABLE, .why = "" };
    env_worlds_remember(worlds, false); /* the search is over */
    g_autoptr(EnvPair) pair = env_pair_of(worlds, x->which);
    for (size_t i = 0; i < prefix + path->len && c.verdict == UC_INDISTINGUISHABLE; i++) {
        const UcChoice *choice = i < prefix ? NULL : uc_lockstep_move(l, g_array_index(path, uint32_t, i - prefix));
        UcEnvelope write = choice ? choice->write : g_array_index(x->prefix, UcEnvelope, i);
        uc_recorder_move(recorder, &write);
        for (unsigned s = 0; choice && s < ENV_SOURCES; s++) {
            if (choice->extra[ENV_SOURCE_0 + s] != UC_NONE)
                uc_recorder_made_from(recorder, choice->extra[ENV_SOURCE_0 + s]);
        }
        c = env_pair_turn(pair, &write);
        UcViewEntry reply = env_pair_reply(pair);
        uc_recorder_brought(recorder, 0, &reply.message);
    }
    bool same = c.verdict == out->verdict && !uc_rule_compare(uc_comparison_rule(&c), out->rule);
    g_autofree char *text = uc_schedule_print(uc_recorder_schedule(recorder));
    out->schedule = uc_schedule_read(text, strlen(text), "exploration", NULL);
    out->depth_found = (uint32_t)path->len;
    uc_recorder_free(recorder);
    return same && out->schedule;
}

static void note_in_both(EnvWorlds *worlds, const UcSchedule *schedule, EnvExplored *out)
{
    g_autoptr(EnvReplay) replay = env_replay_on(worlds, ENV_WORLDS, schedule, NULL, NULL, NULL);
    UcComparison c = replay ? env_replay_comparison(replay) : (UcComparison){ .verdict = UC_ERROR };
    out->replayed = c.verdict;
    out->replayed_rule = g_strdup(uc_comparison_rule(&c));
}

static void found(EnvWorlds *worlds, const EnvExploration *x, UcLockstep *l, uint32_t finding, const GArray *path,
                  EnvExplored *out)
{
    const UcFinding *f = uc_lockstep_finding(l, finding);
    out->verdict = f->verdict;
    out->rule = g_strdup(f->rule);
    out->why = g_strdup(f->why);
    if (!record(worlds, x, l, path, out)) {
        out->end = UC_SEARCH_BROKEN;
        out->broken = g_strdup_printf("what was found (%s: %s) does not happen when its schedule is run in fresh "
                                      "worlds", uc_verdict_name[f->verdict], f->why);
        return;
    }
    if (x->shrink_tries)
        out->shrunk = env_shrink(worlds, x->which, out->schedule, x->shrink_tries, &out->tries, NULL, NULL);
    note_in_both(worlds, out->shrunk ? out->shrunk : out->schedule, out);
}

/* ---- where an exploration stood: the budget, what the searches before came to, what was reached, the search ---- */

enum { POSITION_WORDS = 4 };

static void write_position(const EnvExploration *x, UcLockstep *l, uint32_t budget, const UcSearchFigures *before,
                           const GByteArray *search)
{
    if (!search || !search->len)
        return;
    uc_append_u64(x->checkpoint, budget);
    uc_append_u64(x->checkpoint, before->edges);
    uc_append_u64(x->checkpoint, before->idle);
    uc_append_u64(x->checkpoint, before->skipped);
    uc_lockstep_save_reached(l, x->checkpoint);
    g_byte_array_append(x->checkpoint, search->data, search->len);
}

/* The bytes of the search within, or NULL. */
static GByteArray *read_position(UcLockstep *l, const GByteArray *bytes, uint32_t *budget, UcSearchFigures *before)
{
    uint64_t word[POSITION_WORDS] = { 0 };
    if (!bytes || bytes->len < sizeof word)
        return NULL;
    for (size_t i = 0; i < POSITION_WORDS; i++)
        word[i] = uc_read_u64(bytes->data + 8 * i);
    *budget = (uint32_t)MIN(word[0], (uint64_t)UINT32_MAX);
    *before = (UcSearchFigures){ .edges = word[1], .idle = word[2], .skipped = word[3] };
    size_t reached = uc_lockstep_load_reached(l, bytes->data + sizeof word, bytes->len - sizeof word);
    size_t at = sizeof word + reached;
    return reached ? g_byte_array_append(g_byte_array_new(), bytes->data + at, (guint)(bytes->len - at)) : NULL;
}

/* One search with this budget of faults. True: the next budget may follow. */
static bool explore_with(EnvWorlds *worlds, const EnvExploration *x, UcLockstep *l, const UcModel *model,
                         uint32_t budget, const GByteArray *resume, EnvExplored *out)
{
    UcSearchOptions options = x->search;
    UcSearchFigures before = out->figures;
    g_autoptr(GByteArray) stopped = x->checkpoint ? g_byte_array_new() : NULL;
    options.checkpoint = stopped;
    options.resume = resume;
    uc_lockstep_set_fault_budget(l, budget);
    g_autoptr(UcSearchResult) r = uc_search(model, &options);
    out->faults = budget;
    out->end = r->end;
    out->walk = r->walk;
    if (resume) {
        out->resumed = r->resumed;
        out->resumed_faults = budget;
    }
    uc_figures_add(&out->figures, &r->figures);
    write_position(x, l, budget, &before, stopped);
    if (r->end == UC_SEARCH_BROKEN)
        out->broken = g_strdup(r->broken);
    if (r->end == UC_SEARCH_FOUND)
        found(worlds, x, l, r->finding, r->path, out);
    return r->end == UC_SEARCH_COMPLETE || r->end == UC_SEARCH_DEPTH;
}

static void explore_budgets(EnvWorlds *worlds, const EnvExploration *x, UcLockstep *l, uint32_t all, EnvExplored *out)
{
    UcModel model = uc_lockstep_model(l);
    uint32_t budget = x->deepen && x->search.strategy == UC_BFS ? 0 : all;
    g_autoptr(GByteArray) search = read_position(l, x->resume, &budget, &out->figures);
    if (x->resume && (!search || budget > all)) {
        out->end = UC_SEARCH_NOT_RESUMED;
        return;
    }
    bool more = explore_with(worlds, x, l, &model, budget, search, out);
    while (more && budget < all)
        more = explore_with(worlds, x, l, &model, ++budget, NULL, out);
}

/* A prefix names parties. */
static bool use_symmetry(EnvGeneral *general, const EnvExploration *x, GError **error)
{
    if (!x->symmetry)
        return true;
    if (!x->prefix || !x->prefix->len)
        return env_general_set_symmetry(general, error);
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--symmetry: expected a scenario without a prefix, got one with %u moves",
                x->prefix->len);
    return false;
}

EnvExplored *env_explore(EnvWorlds *worlds, const EnvExploration *x, GError **error)
{
    g_assert(worlds && x);
    g_autoptr(EnvGeneral) general = env_general_new(worlds, &x->alphabet, error);
    if (!general || !use_symmetry(general, x, error))
        return NULL;
    EnvExplored *out = g_new0(EnvExplored, 1);
    UcLockstepSetup setup = env_general_setup(general, x->which);
    if (x->prefix) {
        setup.prefix = (const UcEnvelope *)(const void *)x->prefix->data;
        setup.prefixes = x->prefix->len;
    }
    g_autoptr(UcLockstep) l = uc_lockstep_new(&setup);
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    out->verdict = UC_INDISTINGUISHABLE;
    out->fault_budget = setup.fault_budget;
    if (uc_lockstep_root_finding(l)) {
        out->end = UC_SEARCH_FOUND;
        found(worlds, x, l, uc_lockstep_root_finding(l), nothing, out);
    } else {
        explore_budgets(worlds, x, l, setup.fault_budget, out);
    }
    out->worlds = uc_lockstep_figures(l);
    out->coverage = uc_lockstep_coverage(l);
    return out;
}

void env_explored_free(EnvExplored *e)
{
    if (!e)
        return;
    g_free(e->rule);
    g_free(e->replayed_rule);
    g_free(e->why);
    g_free(e->broken);
    uc_schedule_free(e->schedule);
    uc_schedule_free(e->shrunk);
    uc_coverage_free(e->coverage);
    g_free(e);
}
