#include "environments/worlds/worlds.h"

#include <string.h>

#include "adversary/dummy.h"

G_DEFINE_QUARK(ucsim-environment-error, env_error)

const char *const env_world_name[ENV_WORLDS + 1] = { "real", "ideal", NULL };

struct EnvWorlds {
    EnvOptions options;
    UcStore *store;
    UcLayout *layout[ENV_WORLDS];
    void *setup, *protocol;   /* of interface and protocol */
    UcWorldSpec spec[ENV_WORLDS];
    void *watch[ENV_WORLDS];
    UcWatcher watcher[ENV_WORLDS];
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

static const UcInterface *interface_of(const EnvWorlds *w) { return w->options.triple->protocol->interface; }

static void fill_specs(EnvWorlds *w)
{
    const UcTriple *t = w->options.triple;
    const UcInterface *interface = interface_of(w);
    unsigned parties = g_strv_length((char **)w->options.party);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        UcWorldSpec *s = &w->spec[which];
        *s = (UcWorldSpec){ .name = env_world_name[which], .ideal = which == ENV_IDEAL, .parties = parties,
                            .party_name = w->options.party, .session = interface->session ? interface->session(&w->options.interface) : interface->name,
                            .messages = *interface->messages, .kit = t->kit, .kit_setup = w->protocol, .independent = w->options.independent,
                            .torture = w->options.torture, .budget = w->options.budget,
                            .storage = w->options.storage, .rules = interface->rules };
        if (interface->watch_new)
            w->watch[which] = interface->watch_new(w->setup, env_worlds_inspector(w, which), s->ideal);
        if (interface->watcher) {
            w->watcher[which] = interface->watcher(interface->watch_new ? w->watch[which] : w->setup);
            s->watcher = &w->watcher[which];
            s->watchers = 1;
        }
        s->machine[UC_Z].role = "environment";
        s->machine[UC_A] = (UcMachine){ .class = &adversary_dummy, .role = "adversary" };
    }
    UcMachine party = { .class = t->protocol->class, .config = w->protocol, .role = "party" };
    UcWorldSpec *ideal = &w->spec[ENV_IDEAL];
    w->spec[ENV_REAL].party = party;
    ideal->party = (UcMachine){ .class = &uc_dummy_party, .role = "dummy party" };
    ideal->sandbox = party;
    ideal->machine[UC_S] = (UcMachine){ .class = w->options.simulator->class, .config = t->protocol->inspector,
                                        .role = "simulator" };
    ideal->machine[UC_F] = (UcMachine){ .class = t->functionality->class, .config = w->setup, .role = "functionality" };
    ideal->order_rule = t->functionality->order;
    ideal->order_rules = t->functionality->orders;
}

static bool set_up(EnvWorlds *w, GError **error)
{
    EnvOptions *o = &w->options;
    const UcProtocol *protocol = o->triple->protocol;
    UcSessionPlan plan = env_session_plan(o);
    g_autofree char *table = uc_attack_wrong(protocol->codec, o->triple->kit, protocol->interface->alphabet);
    g_autofree char *wrong = table ? g_strdup_printf("protocol %s: %s", protocol->name, table) : NULL;
    if (!wrong && interface_of(w)->setup_new)
        w->setup = interface_of(w)->setup_new(&plan, &wrong);
    if (!wrong && protocol->setup_new)
        w->protocol = protocol->setup_new(&plan, w->setup, &wrong);
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
    EnvShared *shared = g_malloc0((env_triples + 1) * sizeof(void *));
    for (unsigned i = 0; i < env_triples; i++) {
        const UcInterface *interface = env_triple[i].protocol->interface;
        shared->of[i] = interface->shared_new ? interface->shared_new() : NULL;
    }
    return shared;
}

void env_shared_free(EnvShared *shared)
{
    for (unsigned i = 0; shared && i < env_triples; i++) {
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

EnvWorlds *env_worlds_new(const EnvOptions *options, GError **error)
{
    g_assert(options && options->triple && options->party && options->simulator);
    unsigned parties = g_strv_length((char **)options->party);
    if (parties < 1 || parties > ENV_PARTIES) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "parties: expected 1 to %d, got %u", ENV_PARTIES, parties);
        return NULL;
    }
    g_autoptr(EnvWorlds) w = g_new0(EnvWorlds, 1);
    w->options = *options;
    w->options.party = (const char *const *)g_strdupv((char **)options->party);
    w->store = uc_store_new();
    w->layout[ENV_REAL] = uc_layout_new();
    w->layout[ENV_IDEAL] = uc_layout_new();
    if (!set_up(w, error))
        return NULL;
    fill_specs(w);
    return g_steal_pointer(&w);
}

void env_worlds_free(EnvWorlds *w)
{
    if (!w)
        return;
    uc_store_free(w->store);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        uc_layout_free(w->layout[which]);
        if (w->watch[which])
            interface_of(w)->watch_free(w->watch[which]);
    }
    if (w->protocol)
        w->options.triple->protocol->setup_free(w->protocol);
    if (w->setup)
        interface_of(w)->setup_free(w->setup);
    g_strfreev((char **)w->options.party);
    g_free(w);
}

UcWorldSpec *env_worlds_spec(EnvWorlds *w, EnvWorld which) { return &w->spec[which]; }
UcStore *env_worlds_store(EnvWorlds *w) { return w->store; }
UcLayout *env_worlds_layout(EnvWorlds *w, EnvWorld which) { return w->layout[which]; }
const void *env_worlds_setup(const EnvWorlds *w) { return w->setup; }
const void *env_worlds_protocol(const EnvWorlds *w) { return w->protocol; }
const EnvOptions *env_worlds_options(const EnvWorlds *w) { return &w->options; }

const void *env_worlds_inspector(EnvWorlds *w, EnvWorld which)
{
    g_assert(w);
    const UcTriple *t = w->options.triple;
    return which == ENV_REAL ? t->protocol->inspector : t->functionality->inspector;
}

UcWorld *env_worlds_start(EnvWorlds *w, EnvWorld which)
{
    return uc_world_new(&w->spec[which], w->store, w->layout[which], w->options.seed);
}

void env_worlds_restart(EnvWorlds *w, const uint8_t seed[UC_SEED_BYTES])
{
    g_assert(w && seed);
    memcpy(w->options.seed, seed, UC_SEED_BYTES);
    uc_store_clear(w->store);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        uc_layout_clear(w->layout[which]);
    if (interface_of(w)->forget)
        interface_of(w)->forget(w->setup);
    if (w->options.triple->protocol->forget)
        w->options.triple->protocol->forget(w->protocol);
}

bool env_worlds_key_pool(EnvWorlds *w, const uint8_t base[UC_SEED_BYTES], unsigned count, GError **error)
{
    g_assert(w && base);
    if (w->options.crypto_ideal || !count || !interface_of(w)->pool || interface_of(w)->pool(w->setup, base, count))
        return true;
    g_set_error(error, ENV_ERROR, ENV_ERROR_LIMIT, "the pool of %u keys cannot be made", count);
    return false;
}

void env_worlds_remember(EnvWorlds *w, bool remember)
{
    g_assert(w);
    if (interface_of(w)->remember)
        interface_of(w)->remember(w->setup, remember);
    if (w->options.triple->protocol->remember)
        w->options.triple->protocol->remember(w->protocol, remember);
}
