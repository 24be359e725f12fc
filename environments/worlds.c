#include "environments/worlds.h"

#include <string.h>

#include "adversary/dictated.h"
#include "adversary/dummy.h"
#include "functionality/f_dkm.h"
#include "functionality/watchers.h"

enum { CACHE_BYTES = 256 << 20, KEPT_BYTES = 512 << 20, ANSWERS_BYTES = 16 << 20, SEALING_KEYS = 1 << 16 };

G_DEFINE_QUARK(ucsim-environment-error, env_error)

const char *const env_world_name[ENV_WORLDS + 1] = { "real", "ideal", NULL };

const char *const env_simulator_name[] = { "uc", "dictated", NULL };

struct EnvWorlds {
    EnvOptions options;
    UcStore *store;
    UcLayout *layout[ENV_WORLDS];
    SigCache *own; /* trees, unless they are shared */
    Sigma *sigma;
    Seal *seal;
    DkmOptions dkm;
    PiConfig pi;
    DictatedSimulator dictated;
    UcWorldSpec spec[ENV_WORLDS];
    DkmWatch *watch[ENV_WORLDS];
    UcWatcher watcher[ENV_WORLDS];
};

EnvOptions env_default_options(void)
{
    static const char *const three[] = { "hsm1", "hsm2", "hsm3", NULL };
    EnvOptions o = { .party = three, .scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", .protocol = pi_class.name,
                     .enclave = "enclave", .tag_bytes = SEAL_OVERHEAD_BYTES,
                     .ticket_bytes = DKM_TICKET_BYTES, .limits = dkm_default_limits, .budget = 100000 };
    env_seed(1, o.seed);
    return o;
}

void env_seed(uint64_t number, uint8_t out[UC_SEED_BYTES])
{
    memset(out, 0, UC_SEED_BYTES);
    for (int i = 0; i < 8; i++)
        out[UC_SEED_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
}

static void fill_specs(EnvWorlds *w)
{
    unsigned parties = g_strv_length((char **)w->options.party);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        UcWorldSpec *s = &w->spec[which];
        *s = (UcWorldSpec){ .name = env_world_name[which], .ideal = which == ENV_IDEAL, .parties = parties,
                            .party_name = w->options.party, .session = w->options.enclave,
                            .messages = dkm_messages, .independent = w->options.independent,
                            .torture = w->options.torture, .budget = w->options.budget,
                            .storage = w->options.storage };
        w->watch[which] = dkm_watch_new(&w->dkm, env_worlds_inspector(w, which), s->ideal);
        w->watcher[which] = dkm_watcher(w->watch[which]);
        s->watcher = &w->watcher[which];
        s->watchers = 1;
        s->machine[UC_Z].role = "environment";
        s->machine[UC_A] = (UcMachine){ .class = &adversary_dummy, .role = "adversary" };
    }
    UcMachine pi = { .class = &pi_class, .config = &w->pi, .role = "party" };
    UcWorldSpec *ideal = &w->spec[ENV_IDEAL];
    w->spec[ENV_REAL].party = pi;
    ideal->party = (UcMachine){ .class = &uc_dummy_party, .role = "dummy party" };
    ideal->sandbox = pi;
    dictated_simulator_init(&w->dictated);
    ideal->machine[UC_S] = (UcMachine){ .class = w->options.dictated ? &w->dictated.class : &uc_simulator_class, .config = &pi_inspector, .role = "simulator" };
    ideal->machine[UC_F] = (UcMachine){ .class = &f_dkm_class, .config = &w->dkm, .role = "functionality" };
    ideal->order_rule = f_dkm_order_rules;
    ideal->order_rules = f_dkm_order_rule_count;
}

static bool check_options(const EnvOptions *o, GError **error)
{
    unsigned parties = g_strv_length((char **)o->party);
    if (parties < 1 || parties > 1000)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "parties: expected 1 to 1000, got %u", parties);
    else if (strcmp(o->protocol, pi_class.name))
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "protocol: expected '%s', got '%s'", pi_class.name, o->protocol);
    else if (o->enclave_of && g_strv_length((char **)o->enclave_of) != parties)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "enclaves: expected one for each of %u parties, got %u", parties,
                    g_strv_length((char **)o->enclave_of));
    else if (o->tag_bytes < 1 || o->tag_bytes > SEAL_OVERHEAD_BYTES)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "tag_bytes: expected 1 to 16, got %" G_GUINT64_FORMAT, o->tag_bytes);
    else if (o->tag_bytes < SEAL_OVERHEAD_BYTES && o->crypto_ideal && !o->seal_real)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION,
                    "tag_bytes: an ideal seal has no tag to shorten; expected crypto or seal real");
    else if (o->ticket_bytes < 1 || o->ticket_bytes > DKM_TICKET_BYTES)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "ticket_bytes: expected 1 to 16, got %" G_GUINT64_FORMAT, o->ticket_bytes);
    else
        return true;
    return false;
}

SigCache *env_trees_new(void)
{
    const char *folder = g_getenv("UCSIM_CACHE_DIR");
    SigCache *cache = sig_cache_new(CACHE_BYTES);
    if (cache && folder && *folder)
        sig_cache_set_folder(cache, folder, KEPT_BYTES);
    return cache;
}

EnvWorlds *env_worlds_new(const EnvOptions *options, GError **error)
{
    g_assert(options && options->party && options->scheme && options->protocol && options->enclave);
    if (!check_options(options, error))
        return NULL;
    g_autoptr(EnvWorlds) w = g_new0(EnvWorlds, 1);
    const char *near = NULL;
    w->options = *options;
    w->options.party = (const char *const *)g_strdupv((char **)options->party);
    w->options.enclave_of = (const char *const *)g_strdupv((char **)options->enclave_of);
    w->store = uc_store_new();
    w->layout[ENV_REAL] = uc_layout_new();
    w->layout[ENV_IDEAL] = uc_layout_new();
    w->own = options->trees ? NULL : env_trees_new();
    bool tokens = options->crypto_ideal && !options->seal_real;
    w->seal = tokens ? seal_ideal_new() : seal_real_new();
    w->sigma = options->crypto_ideal ? sigma_ideal_new(options->scheme, options->capacity, &near)
                                     : sigma_real_new(options->scheme, options->capacity,
                                                      options->trees ? options->trees : w->own, &near);
    if (!w->sigma) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "scheme: unknown parameter set '%s'%s%s%s", options->scheme,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return NULL;
    }
    w->options.scheme = w->sigma->name;
    w->dkm = (DkmOptions){ .sigma = &w->sigma, .sigmas = 1, .limits = options->limits, .enclave = options->enclave,
                           .enclave_of = w->options.enclave_of, .shared_master = options->shared_master,
                           .trust = options->trust, .reservation = options->reservation,
                           .seals_real = !tokens, .ticket_bytes = (unsigned)options->ticket_bytes };
    seal_set_tag_bytes(w->seal, options->tag_bytes);
    w->pi = (PiConfig){ .dkm = &w->dkm, .seal = w->seal, .seed = w->options.seed };
    fill_specs(w);
    return g_steal_pointer(&w);
}

void env_worlds_free(EnvWorlds *w)
{
    if (!w)
        return;
    g_strfreev((char **)w->options.party);
    g_strfreev((char **)w->options.enclave_of);
    uc_store_free(w->store);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        uc_layout_free(w->layout[which]);
        dkm_watch_free(w->watch[which]);
    }
    sigma_free(w->sigma);
    seal_free(w->seal);
    sig_cache_free(w->own);
    g_free(w);
}

UcWorldSpec *env_worlds_spec(EnvWorlds *w, EnvWorld which) { return &w->spec[which]; }
UcStore *env_worlds_store(EnvWorlds *w) { return w->store; }
UcLayout *env_worlds_layout(EnvWorlds *w, EnvWorld which) { return w->layout[which]; }
const DkmOptions *env_worlds_dkm(EnvWorlds *w) { return &w->dkm; }
const EnvOptions *env_worlds_options(const EnvWorlds *w) { return &w->options; }

const DkmInspector *env_worlds_inspector(EnvWorlds *w, EnvWorld which)
{
    g_assert(w);
    return which == ENV_REAL ? &pi_inspector : &f_dkm_inspector;
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
    sigma_forget(w->sigma);
    seal_forget(w->seal);
}

bool env_worlds_key_pool(EnvWorlds *w, const uint8_t base[UC_SEED_BYTES], unsigned count, GError **error)
{
    g_assert(w && base);
    if (w->options.crypto_ideal || !count)
        return true;
    g_autofree uint8_t *seeds = g_malloc(count * w->sigma->seed_size);
    UcTapeLabel label = { "key pool", NULL, 0, "seeds", NULL };
    uc_tape_read(base, &label, 0, seeds, count * w->sigma->seed_size);
    if (sigma_set_pool(w->sigma, seeds, count))
        return true;
    g_set_error(error, ENV_ERROR, ENV_ERROR_LIMIT, "the pool of %u keys cannot be made", count);
    return false;
}

void env_worlds_remember(EnvWorlds *w, bool remember)
{
    g_assert(w);
    sigma_remember_answers(w->sigma, remember ? ANSWERS_BYTES : 0);
    seal_remember_keys(w->seal, remember ? SEALING_KEYS : 0);
}
