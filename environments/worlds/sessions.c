/* Sessions that call each other: what must hold of them together (docs/model.md, "Sessions"). */
#include <string.h>

#include "environments/worlds/worlds.h"

static const UcProtocol *protocol_of(const EnvOptions *o, unsigned session) { return o->session[session].triple->protocol; }

static bool calls(const EnvOptions *o, unsigned user, unsigned session)
{
    const UcUse *use = protocol_of(o, user)->uses;
    for (unsigned slot = 0; use && use[slot].name; slot++) {
        if (!g_strcmp0(o->session[user].uses[slot], o->session[session].sid))
            return true;
    }
    return false;
}

unsigned env_options_user(const EnvOptions *o, unsigned session)
{
    g_assert(o && session < o->sessions);
    for (unsigned i = 0; i < o->sessions; i++) {
        if (calls(o, i, session))
            return i;
    }
    return ENV_SESSIONS;
}

/* The name of a party of the first that is none of the other's; NULL: all are. */
static const char *missing_party(const EnvSession *of, const EnvSession *in)
{
    for (const char *const *p = of->party; *p; p++) {
        if (!g_strv_contains(in->party, *p))
            return *p;
    }
    return NULL;
}

static char *use_wrong(const EnvOptions *o, const EnvSession *s, const UcUse *use, const char *sid)
{
    unsigned number = sid ? env_options_session(o, sid) : ENV_SESSIONS;
    if (number == ENV_SESSIONS)
        return g_strdup_printf("uses: expected a session of %s as '%s' of '%s', got %s%s%s", use->interface, use->name, s->sid,
                               sid ? "'" : "", sid ? sid : "none", sid ? "'" : "");
    const EnvSession *used = &o->session[number];
    const char *realised = protocol_of(o, number)->interface->name, *party = missing_party(s, used);
    if (strcmp(realised, use->interface))
        return g_strdup_printf("uses: expected a session of %s as '%s' of '%s', got '%s' of %s", use->interface, use->name, s->sid, sid,
                               realised);
    if (party)
        return g_strdup_printf("parties: expected those of '%s' in '%s', which it uses, got none called '%s'", s->sid, sid, party);
    return NULL;
}

static char *uses_wrong(const EnvOptions *o, unsigned session)
{
    const EnvSession *s = &o->session[session];
    const UcUse *use = protocol_of(o, session)->uses;
    for (unsigned slot = 0; use && use[slot].name; slot++) {
        char *wrong = use_wrong(o, s, &use[slot], s->uses[slot]);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* Who calls it, and who calls that: does it come back to itself? */
static bool is_in_a_circle(const EnvOptions *o, unsigned session)
{
    unsigned user = env_options_user(o, session);
    for (unsigned i = 0; user < ENV_SESSIONS && user != session && i < o->sessions; i++)
        user = env_options_user(o, user);
    return user == session;
}

/* One caller, and it is not Z; and it runs as its protocol only where that one does. */
static char *called_wrong(const EnvOptions *o, unsigned session)
{
    const EnvSession *s = &o->session[session];
    unsigned users = 0, user = env_options_user(o, session);
    for (unsigned i = 0; i < o->sessions; i++)
        users += calls(o, i, session);
    if (is_in_a_circle(o, session))
        return g_strdup_printf("uses: expected no circle, got one through '%s'", s->sid);
    if (users > 1)
        return g_strdup_printf("uses: expected one session that uses '%s', got %u", s->sid, users);
    if (users && s->called)
        return g_strdup_printf("main: expected no session that another one uses, got '%s'", s->sid);
    for (EnvWorld which = ENV_REAL; users && which < ENV_WORLDS; which++) {
        if (s->protocol_in[which] && !o->session[user].protocol_in[which])
            return g_strdup_printf("compare_sessions: expected '%s' to run as its protocol in the %s world, as '%s' does, which it uses",
                                   o->session[user].sid, env_world_name[which], s->sid);
    }
    return NULL;
}

/* An S where the session runs as F, and one for what its protocol uses. */
static char *simulator_wrong(const EnvOptions *o, unsigned session)
{
    const EnvSession *s = &o->session[session];
    unsigned user = env_options_user(o, session);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        bool played = user < ENV_SESSIONS && !o->session[user].protocol_in[which];
        if (!s->protocol_in[which] && !played && !s->simulator->class)
            return g_strdup_printf("simulator: expected a UC simulator for '%s', which runs as F in the %s world, got none with '%s'",
                                   s->sid, env_world_name[which], protocol_of(o, session)->name);
    }
    return NULL;
}

/* Two equal worlds agree about everything: such a comparison would pass without a word. */
static char *compared_wrong(const EnvOptions *o)
{
    for (unsigned i = 0; i < o->sessions; i++) {
        if (o->session[i].protocol_in[ENV_REAL] != o->session[i].protocol_in[ENV_IDEAL])
            return NULL;
    }
    return o->sessions ? g_strdup("compare_sessions: expected worlds that differ, got the same sessions as protocol in both") : NULL;
}

char *env_options_sessions_wrong(const EnvOptions *o)
{
    char *(*const check[])(const EnvOptions *, unsigned) = { uses_wrong, called_wrong, simulator_wrong };
    g_assert(o);
    for (size_t c = 0; c < G_N_ELEMENTS(check); c++) {
        for (unsigned i = 0; i < o->sessions; i++) {
            char *wrong = check[c](o, i);
            if (wrong)
                return wrong;
        }
    }
    return compared_wrong(o);
}
