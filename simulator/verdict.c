#include "simulator/verdict.h"

#include <string.h>

const char *const uc_verdict_name[UC_VERDICTS + 1] = {
    "indistinguishable", "distinguished", "simulation failed", "no progress", "invariant broken", "assertion failed",
    "limit", "error", NULL,
};

/* The number of the first differing entry, or SIZE_MAX. An empty tail counts as different only when `ended`. */
static size_t first_difference(const UcWorld *real, const UcWorld *ideal, size_t from, bool ended)
{
    size_t nr, ni;
    const UcViewEntry *r = uc_world_view(real, &nr), *i = uc_world_view(ideal, &ni);
    size_t common = MIN(nr, ni);
    for (size_t at = from; at < common; at++) {
        if (!uc_view_entry_equal(&r[at], &i[at]))
            return at;
    }
    return ended && nr != ni ? common : SIZE_MAX;
}

static UcComparison stopped(const UcWorld *world, UcStop stop, size_t entry)
{
    UcComparison c = { .verdict = UC_ERROR, .entry = entry, .why = uc_world_why(world), .world = world };
    switch (stop) {
    case UC_STOP_SIMULATION: c.verdict = UC_SIMULATION_FAILED; break;
    case UC_STOP_LIMIT: c.verdict = UC_LIMIT; break;
    case UC_STOP_ASSERTION: c.verdict = UC_ASSERTION_FAILED; break;
    default: break;
    }
    return c;
}

UcVerdict uc_verdict_of_rule(const UcRule *rules, const char *rule)
{
    g_assert(rule);
    while (rules && rules->name && uc_rule_compare(rules->name, rule))
        rules++;
    return rules && rules->name && rules->progress ? UC_NO_PROGRESS : UC_INVARIANT_BROKEN;
}

/* Of a session that has a name, that name comes first: "keys.A1: ...". */
static UcVerdict verdict_in(const UcWorld *world, const char *rule)
{
    const UcWorldSpec *spec = uc_world_spec(world);
    for (unsigned i = 0; i < uc_session_count(spec); i++) {
        const UcSession s = uc_session(spec, i);
        size_t sid = s.sid ? strlen(s.sid) : 0;
        if (!sid)
            return uc_verdict_of_rule(s.rules, rule);
        if (!strncmp(rule, s.sid, sid) && rule[sid] == '.')
            return uc_verdict_of_rule(s.rules, rule + sid + 1);
    }
    return UC_INVARIANT_BROKEN;
}

/* The first rule that watchers found broken, in either world. */
static UcComparison broken_rule(const UcWorld *real, const UcWorld *ideal, size_t entry)
{
    for (int i = 0; i < 2; i++) {
        const UcWorld *world = i ? ideal : real;
        const char *rule = uc_world_broken_rule(world, NULL);
        if (rule)
            return (UcComparison){ .verdict = verdict_in(world, rule), .entry = entry, .why = rule, .world = world };
    }
    return (UcComparison){ .verdict = UC_INDISTINGUISHABLE };
}

UcComparison uc_compare(const UcWorld *real, UcStop real_stop, const UcWorld *ideal, UcStop ideal_stop, size_t from)
{
    g_assert(real && ideal);
    /* Both ran to their end (or both to the same turn): then a missing tail is a difference too. */
    bool ended = real_stop == ideal_stop && (real_stop == UC_STOP_HALT || real_stop == UC_STOP_Z);
    if (real_stop == UC_STOP_DISCIPLINE)
        return stopped(real, real_stop, 0);
    if (ideal_stop == UC_STOP_DISCIPLINE)
        return stopped(ideal, ideal_stop, 0);
    size_t entry = first_difference(real, ideal, from, ended);
    if (entry != SIZE_MAX)
        return (UcComparison){ .verdict = UC_DISTINGUISHED, .entry = entry, .why = "the views of Z differ" };
    size_t n;
    uc_world_view(ideal, &n);
    if (ideal_stop == UC_STOP_SIMULATION)
        return stopped(ideal, ideal_stop, n);
    uc_world_view(real, &n);
    /* A script that stumbles after a rule was broken stumbles over that. */
    if (real_stop == UC_STOP_SCRIPT && (uc_world_broken_rule(real, NULL) || uc_world_broken_rule(ideal, NULL)))
        return broken_rule(real, ideal, n);
    if (real_stop != UC_STOP_HALT && real_stop != UC_STOP_Z)
        return stopped(real, real_stop, n);
    uc_world_view(ideal, &n);
    if (ideal_stop != UC_STOP_HALT && ideal_stop != UC_STOP_Z)
        return stopped(ideal, ideal_stop, n);
    if (real_stop == UC_STOP_HALT && uc_world_bit(real) != uc_world_bit(ideal))
        return (UcComparison){ .verdict = UC_DISTINGUISHED, .entry = n, .why = "the guess bits of Z differ" };
    UcComparison rule = broken_rule(real, ideal, n);
    if (rule.verdict != UC_INDISTINGUISHABLE)
        return rule;
    return (UcComparison){ .verdict = UC_INDISTINGUISHABLE, .entry = n, .why = "" };
}

bool uc_outlook_read(const char *text, UcOutlook *out)
{
    g_assert(text && out);
    for (unsigned i = 0; i < UC_VERDICTS; i++) {
        size_t n = strlen(uc_verdict_name[i]);
        if (strncmp(text, uc_verdict_name[i], n))
            continue;
        bool named = g_str_has_prefix(text + n, ": ") && text[n + 2];
        if (text[n] && !named)
            continue;
        *out = (UcOutlook){ (UcVerdict)i, named ? text + n + 2 : NULL };
        return true;
    }
    return false;
}

char *uc_outlook_print(UcOutlook o)
{
    g_autofree char *rule = o.rule ? g_strndup(o.rule, strcspn(o.rule, ":")) : NULL;
    return g_strconcat(uc_verdict_name[o.verdict], rule ? ": " : NULL, rule, NULL);
}

const char *uc_comparison_rule(const UcComparison *c)
{
    return c->verdict == UC_NO_PROGRESS || c->verdict == UC_INVARIANT_BROKEN ? c->why : NULL;
}

int uc_rule_compare(const char *a, const char *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    size_t na = strcspn(a, ":"), nb = strcspn(b, ":");
    int order = memcmp(a, b, MIN(na, nb));
    return order ? order : (na > nb) - (na < nb);
}

bool uc_verdict_is_open(UcVerdict verdict)
{
    return verdict == UC_INDISTINGUISHABLE || verdict == UC_NO_PROGRESS || verdict == UC_INVARIANT_BROKEN;
}
