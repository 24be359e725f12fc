#include "environments/worlds/worlds.h"

#include <string.h>

#include "adversary/dummy.h"
#include "simulator/base/hmac.h"

G_DEFINE_QUARK(ucsim-environment-error, env_error)

const char *const env_world_name[ENV_WORLDS + 1] = { "real", "ideal", NULL };

typedef struct {
    EnvOptions options;       /* of this session alone; set-ups have its settings and its seed */
    void *setup, *protocol;   /* of interface and protocol */
    void *watch[ENV_WORLDS];
    UcWatcher watcher[ENV_WORLDS];
    uint16_t uses[UC_USES];
} Session;

struct EnvWorlds {
    EnvOptions options;
    UcStore *store;
    UcLayout *layout[ENV_WORLDS];
    unsigned sessions;
    Session session[ENV_SESSIONS];
    UcSession row[ENV_WORLDS][ENV_SESSIONS];
    UcWorldSpec spec[ENV_WORLDS];
};

void env_options_take(EnvOptions *o, const UcTriple *triple)
{
    g_assert(o && triple);
    const char *const *parties = triple->protocol->interface->parties;
    if (parties && o->party == o->triple->protocol->interface->parties) /* nobody has named others */
        o->party = parties;
    o->triple = triple;
    o->simulator = triple->simulator;
    uc_settings_default(&triple->protocol->interface->options, &o->interface);
    uc_settings_default(&triple->protocol->options, &o->protocol);
}

EnvOptions env_default_options(void)
{
    EnvOptions o = { .triple = env_triple, .party = env_triple->protocol->interface->parties, .budget = 100000 };
    env_options_take(&o, env_triple);
    env_seed(1, o.seed);
    return o;
}

void env_seed(uint64_t number, uint8_t out[UC_SEED_BYTES])
{
    memset(out, 0, UC_SEED_BYTES);
    for (int i = 0; i < 8; i++)
        out[UC_SEED_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
}

/* ---- sessions ---- */

EnvOptions env_options_of(const EnvOptions *o, unsigned session)
{
    g_assert(o && session < env_options_sessions(o));
    EnvOptions one = *o;
    if (!o->sessions)
        return one;
    const EnvSession *s = &o->session[session];
    one.sessions = 0;
    one.triple = s->triple;
    one.party = s->party;
    one.interface = s->interface;
    one.protocol = s->protocol;
    one.simulator = s->simulator;
    return one;
}

void env_options_put(EnvOptions *o, unsigned session, const EnvOptions *of)
{
    g_assert(o && of && session < ENV_SESSIONS);
    EnvSession *s = &o->session[session];
    s->triple = of->triple;
    s->party = of->party;
    s->interface = of->interface;
    s->protocol = of->protocol;
    s->simulator = of->simulator;
    if (session)
        return;
    o->triple = of->triple;
    o->party = of->party;
    o->interface = of->interface;
    o->protocol = of->protocol;
    o->simulator = of->simulator;
}

unsigned env_options_session(const EnvOptions *o, const char *sid)
{
    g_assert(o && sid);
    for (unsigned i = 0; i < o->sessions; i++) {
        if (!strcmp(o->session[i].sid, sid))
            return i;
    }
    return ENV_SESSIONS;
}

bool env_options_one_session(const EnvOptions *o, const char *what, GError **error)
{
    g_assert(o && what);
    if (o->sessions)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a scenario without 'sessions', got one with %u", what, o->sessions);
    return !o->sessions;
}

/* What a session's set-up draws of: sessions with a name have nothing in common that nobody declared. */
static void seed_of_session(EnvWorlds *w, unsigned session)
{
    uint8_t *out = w->session[session].options.seed;
    memcpy(out, w->options.seed, UC_SEED_BYTES);
    if (!w->options.sessions)
        return;
    g_autofree char *label = g_strconcat("session ", w->options.session[session].sid, NULL);
    uc_hmac(w->options.seed, UC_SEED_BYTES, (const uint8_t *)label, strlen(label), out);
}

/* ---- descriptions ---- */

static const UcInterface *interface_of(const Session *s) { return s->options.triple->protocol->interface; }

static const void *inspector_of(const Session *s, bool ideal)
{
    const UcTriple *t = s->options.triple;
    return ideal ? t->functionality->inspector : t->protocol->inspector;
}

static const UcWatcher *watcher_of(Session *s, EnvWorld which, bool ideal)
{
    const UcInterface *interface = interface_of(s);
    if (interface->watch_new)
        s->watch[which] = interface->watch_new(s->setup, inspector_of(s, ideal), ideal);
    if (!interface->watcher)
        return NULL;
    s->watcher[which] = interface->watcher(interface->watch_new ? s->watch[which] : s->setup);
    return &s->watcher[which];
}

/* What is used by a session that runs as F is played by the S of that. */
static UcRunsAs runs_as(const EnvOptions *o, unsigned session, EnvWorld which)
{
    if (!o->sessions)
        return which == ENV_IDEAL ? UC_AS_IDEAL : UC_AS_PROTOCOL;
    if (o->session[session].protocol_in[which])
        return UC_AS_PROTOCOL;
    unsigned user = env_options_user(o, session);
    return user < ENV_SESSIONS && !o->session[user].protocol_in[which] ? UC_AS_PLAYED : UC_AS_IDEAL;
}

/* The numbers of the sessions that it uses. */
static void take_uses(EnvWorlds *w, unsigned number, UcSession *out)
{
    Session *s = &w->session[number];
    const UcUse *use = s->options.triple->protocol->uses;
    for (out->uses = s->uses; use && use[out->slots].name && w->options.sessions; out->slots++)
        s->uses[out->slots] = (uint16_t)env_options_session(&w->options, w->options.session[number].uses[out->slots]);
}

static UcSession describe(EnvWorlds *w, unsigned number, EnvWorld which)
{
    Session *s = &w->session[number];
    const UcTriple *t = s->options.triple;
    const EnvSession *of = w->options.sessions ? &w->options.session[number] : NULL;
    UcRunsAs as = runs_as(&w->options, number, which);
    bool ideal = as != UC_AS_PROTOCOL;
    UcMachine party = { .class = t->protocol->class, .config = s->protocol, .role = "party" };
    UcSession out = { .sid = of ? of->sid : NULL, .as = as,
                      .parties = g_strv_length((char **)s->options.party), .party_name = s->options.party, .party = party,
                      .messages = *interface_of(s)->messages, .kit = t->kit, .kit_setup = s->protocol,
                      .watcher = watcher_of(s, which, ideal), .rules = interface_of(s)->rules };
    out.watchers = out.watcher != NULL;
    take_uses(w, number, &out);
    if (!ideal)
        return out;
    out.party = (UcMachine){ .class = &uc_dummy_party, .role = "dummy party" };
    out.sandbox = party;
    out.simulator = (UcMachine){ .class = s->options.simulator->class, .config = t->protocol->inspector, .role = "simulator" };
    out.functionality = (UcMachine){ .class = t->functionality->class, .config = s->setup, .role = "functionality" };
    out.order_rule = t->functionality->order;
    out.order_rules = t->functionality->orders;
    return out;
}

/* The only session's, in the world's own fields. */
static void describe_one(UcWorldSpec *spec, EnvWorlds *w)
{
    const UcInterface *interface = interface_of(&w->session[0]);
    UcSession s = describe(w, 0, spec->ideal);
    spec->session = interface->session ? interface->session(&w->session[0].options.interface) : interface->name;
    spec->parties = s.parties;
    spec->party_name = s.party_name;
    spec->machine[UC_S] = s.simulator;
    spec->machine[UC_F] = s.functionality;
    spec->party = s.party;
    spec->sandbox = s.sandbox;
    spec->messages = s.messages;
    spec->kit = s.kit;
    spec->kit_setup = s.kit_setup;
    spec->watcher = s.watcher;
    spec->watchers = s.watchers;
    spec->rules = s.rules;
    spec->order_rule = s.order_rule;
    spec->order_rules = s.order_rules;
}

static void fill_specs(EnvWorlds *w)
{
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        UcWorldSpec *s = &w->spec[which];
        *s = (UcWorldSpec){ .name = env_world_name[which], .ideal = which == ENV_IDEAL, .independent = w->options.independent,
                            .torture = w->options.torture, .budget = w->options.budget, .storage = w->options.storage };
        s->machine[UC_Z].role = "environment";
        s->machine[UC_A] = (UcMachine){ .class = &adversary_dummy, .role = "adversary" };
        if (!w->options.sessions) {
            describe_one(s, w);
            continue;
        }
        for (unsigned i = 0; i < w->sessions; i++)
            w->row[which][i] = describe(w, i, which);
        s->sessions = w->row[which];
        s->session_count = w->sessions;
    }
}

static bool set_up(EnvWorlds *w, unsigned number, GError **error)
{
    Session *s = &w->session[number];
    s->options = env_options_of(&w->options, number);
    s->options.party = (const char *const *)g_strdupv((char **)s->options.party);
    seed_of_session(w, number);
    const UcProtocol *protocol = s->options.triple->protocol;
    UcSessionPlan plan = env_session_plan(&s->options);
    g_autofree char *table = uc_attack_wrong(protocol->codec, s->options.triple->kit, protocol->interface->alphabet);
    g_autofree char *wrong = table ? g_strdup_printf("protocol %s: %s", protocol->name, table) : NULL;
    if (!wrong && interface_of(s)->setup_new)
        s->setup = interface_of(s)->setup_new(&plan, &wrong);
    if (!wrong && protocol->setup_new)
        s->protocol = protocol->setup_new(&plan, s->setup, &wrong);
    if (wrong)
        g_set_error_literal(error, ENV_ERROR, ENV_ERROR_OPTION, wrong);
    return !wrong;
}

/* One for each triple, in the order of the registry. */
struct EnvShared {
    void *of[1];
};

EnvShared *env_shared_new(void)
{
    EnvShared *shared = g_malloc0((env_triples() + 1) * sizeof(void *));
    for (unsigned i = 0; i < env_triples(); i++) {
        const UcInterface *interface = env_triple[i].protocol->interface;
        shared->of[i] = interface->shared_new ? interface->shared_new() : NULL;
    }
    return shared;
}

void env_shared_free(EnvShared *shared)
{
    for (unsigned i = 0; shared && i < env_triples(); i++) {
        if (shared->of[i])
            env_triple[i].protocol->interface->shared_free(shared->of[i]);
    }
    g_free(shared);
}

void *env_shared_of(const EnvShared *shared, const UcTriple *triple) { return shared->of[triple - env_triple]; }

UcSessionPlan env_session_plan(EnvOptions *o)
{
    return (UcSessionPlan){ .party = o->party, .crypto_ideal = o->crypto_ideal, .interface = &o->interface,
                            .protocol = &o->protocol, .seed = o->seed,
                            .shared = o->shared ? env_shared_of(o->shared, o->triple) : NULL };
}

static bool parties_ok(const EnvOptions *o, GError **error)
{
    unsigned all = 0;
    for (unsigned i = 0; i < env_options_sessions(o); i++) {
        unsigned parties = g_strv_length((char **)(o->sessions ? o->session[i].party : o->party));
        all = parties ? all + parties : ENV_PARTIES + 1;
        if (all > ENV_PARTIES) {
            g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "parties: expected 1 to %d, got %u", ENV_PARTIES, parties ? all : 0);
            return false;
        }
    }
    return true;
}

EnvWorlds *env_worlds_new(const EnvOptions *options, GError **error)
{
    g_assert(options && options->triple && options->party && options->simulator);
    g_autofree char *wrong = env_options_sessions_wrong(options);
    if (!parties_ok(options, error))
        return NULL;
    if (wrong) {
        g_set_error_literal(error, ENV_ERROR, ENV_ERROR_OPTION, wrong);
        return NULL;
    }
    g_autoptr(EnvWorlds) w = g_new0(EnvWorlds, 1);
    w->options = *options;
    w->store = uc_store_new();
    w->layout[ENV_REAL] = uc_layout_new();
    w->layout[ENV_IDEAL] = uc_layout_new();
    while (w->sessions < env_options_sessions(options)) {
        if (!set_up(w, w->sessions++, error))
            return NULL;
    }
    w->options.party = w->session[0].options.party;
    fill_specs(w);
    return g_steal_pointer(&w);
}

static void session_clear(Session *s)
{
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        if (s->watch[which])
            interface_of(s)->watch_free(s->watch[which]);
    }
    if (s->protocol)
        s->options.triple->protocol->setup_free(s->protocol);
    if (s->setup)
        interface_of(s)->setup_free(s->setup);
    g_strfreev((char **)s->options.party);
}

void env_worlds_free(EnvWorlds *w)
{
    if (!w)
        return;
    uc_store_free(w->store);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        uc_layout_free(w->layout[which]);
    for (unsigned i = 0; i < w->sessions; i++)
        session_clear(&w->session[i]);
    g_free(w);
}

UcWorldSpec *env_worlds_spec(EnvWorlds *w, EnvWorld which) { return &w->spec[which]; }
UcStore *env_worlds_store(EnvWorlds *w) { return w->store; }
UcLayout *env_worlds_layout(EnvWorlds *w, EnvWorld which) { return w->layout[which]; }
const void *env_worlds_setup(const EnvWorlds *w) { return w->session[0].setup; }
const void *env_worlds_protocol(const EnvWorlds *w) { return w->session[0].protocol; }
const EnvOptions *env_worlds_session(const EnvWorlds *w, unsigned session) { return &w->session[session].options; }
const void *env_worlds_protocol_of(const EnvWorlds *w, unsigned session) { return w->session[session].protocol; }
const EnvOptions *env_worlds_options(const EnvWorlds *w) { return &w->options; }

const void *env_worlds_inspector(EnvWorlds *w, EnvWorld which)
{
    g_assert(w);
    return inspector_of(&w->session[0], which == ENV_IDEAL);
}

UcWorld *env_worlds_start(EnvWorlds *w, EnvWorld which)
{
    return uc_world_new(&w->spec[which], w->store, w->layout[which], w->options.seed);
}

static void forget(Session *s)
{
    if (interface_of(s)->forget)
        interface_of(s)->forget(s->setup);
    if (s->options.triple->protocol->forget)
        s->options.triple->protocol->forget(s->protocol);
}

void env_worlds_restart(EnvWorlds *w, const uint8_t seed[UC_SEED_BYTES])
{
    g_assert(w && seed);
    memcpy(w->options.seed, seed, UC_SEED_BYTES);
    uc_store_clear(w->store);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        uc_layout_clear(w->layout[which]);
    for (unsigned i = 0; i < w->sessions; i++) {
        seed_of_session(w, i);
        forget(&w->session[i]);
    }
}

bool env_worlds_key_pool(EnvWorlds *w, const uint8_t base[UC_SEED_BYTES], unsigned count, GError **error)
{
    g_assert(w && base);
    const Session *s = &w->session[0];
    if (w->options.crypto_ideal || !count || !interface_of(s)->pool || interface_of(s)->pool(s->setup, base, count))
        return true;
    g_set_error(error, ENV_ERROR, ENV_ERROR_LIMIT, "the pool of %u keys cannot be made", count);
    return false;
}

void env_worlds_remember(EnvWorlds *w, bool remember)
{
    g_assert(w);
    for (unsigned i = 0; i < w->sessions; i++) {
        Session *s = &w->session[i];
        if (interface_of(s)->remember)
            interface_of(s)->remember(s->setup, remember);
        if (s->options.triple->protocol->remember)
            s->options.triple->protocol->remember(s->protocol, remember);
    }
}
