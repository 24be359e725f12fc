#include "environments/harvester.h"

#include "adversary/harvest.h"
#include "functionality/watchers.h"

enum { PARTIES = 8 }; /* asked to verify until one answers */
static const char MESSAGE[] = "what nobody signed";

typedef enum { OVER, ASKED_CORRUPTED, ASKS_VERIFY } Phase;

struct EnvHarvester {
    EnvWorlds *worlds;
    Harvest *harvest;
    UcWorld *world;
    Phase phase;
    size_t key;          /* the one whose forgery is shown to parties, */
    unsigned asked;      /* and to how many it was */
    GArray *honest;      /* UcWord: party numbers */
    EnvHarvested result;
};

EnvHarvester *env_harvester_new(EnvWorlds *worlds)
{
    g_assert(worlds);
    EnvHarvester *h = g_new0(EnvHarvester, 1);
    h->worlds = worlds;
    h->harvest = harvest_new(env_worlds_store(worlds), env_worlds_spec(worlds, ENV_REAL)->party.config,
                             HARVEST_GUESSES);
    h->honest = g_array_new(FALSE, FALSE, sizeof(UcWord));
    return h;
}

void env_harvester_free(EnvHarvester *h)
{
    if (!h)
        return;
    harvest_free(h->harvest);
    g_array_unref(h->honest);
    g_free(h);
}

EnvHarvested env_harvester_result(const EnvHarvester *h) { return h->result; }

static void observe(void *data, const UcWorld *world, const UcActivation *a)
{
    EnvHarvester *h = data;
    if (a->machine == UC_A || a->machine == UC_Z)
        harvest_see(h->harvest, a->in.peer, &a->in.message);
}

/* The parties that Z may count on, from the session's answer. */
static void note_honest(EnvHarvester *h, UcCtx *ctx, const UcMessage *corrupted)
{
    UcReader list = uc_store_reader(uc_ctx_store(ctx), corrupted->w[0]);
    UcWord next = uc_take(&list, 4);
    for (UcWord p = 0; p < uc_party_count(ctx) && h->honest->len < PARTIES; p++) {
        if (!list.bad && p == next)
            next = uc_take(&list, 4);
        else
            g_array_append_val(h->honest, p);
    }
}

static UcResult to_party(EnvHarvester *h, UcMessage m)
{
    return uc_send(uc_party(g_array_index(h->honest, UcWord, h->asked++)), m);
}

static void next_key(EnvHarvester *h)
{
    h->key++;
    h->asked = 0;
}

static void search(EnvHarvester *h, UcCtx *ctx)
{
    size_t n;
    harvest_search(h->harvest);
    const HarvestKey *key = harvest_keys(h->harvest, &n);
    for (size_t i = 0; i < n; i++) {
        if (key[i].seed == UC_NONE)
            continue;
        h->result.seeds++;
        if (!dkm_watch_key_is_safe(h->world, key[i].kid))
            continue;
        g_autofree char *hex = uc_hex(uc_store_get(uc_ctx_store(ctx), key[i].kid, NULL), 4);
        g_autofree char *where = harvest_where(&key[i], uc_world_spec(h->world));
        g_autofree char *rule = g_strdup_printf("I8: the seed of key %s.. is found %s", hex, where);
        uc_world_note_rule(h->world, rule);
    }
    h->result.guesses = harvest_guesses(h->harvest, &h->result.bounded);
}

static bool ask_verify(EnvHarvester *h, UcCtx *ctx, const UcMessage *reply, UcResult *write)
{
    size_t n;
    UcStore *store = uc_ctx_store(ctx);
    const HarvestKey *key = harvest_keys(h->harvest, &n);
    if (reply->kind == DKM_VERIFIED) {
        h->result.accepted += reply->w[0] != 0;
        next_key(h);
    }
    for (; h->key < n; next_key(h)) {
        UcWord message = uc_store_text(store, MESSAGE);
        UcWord forgery = h->asked < h->honest->len ? harvest_forge(h->harvest, h->key, message) : UC_NONE;
        if (forgery == UC_NONE)
            continue;
        *write = to_party(h, (UcMessage){ DKM_VERIFY, { key[h->key].vk, message, forgery } });
        return true;
    }
    return false;
}

/* Z, from the end of the script on. */
static UcResult go_on(void *data, UcCtx *ctx, const UcEnvelope *in, int bit)
{
    EnvHarvester *h = data;
    UcResult write;
    harvest_see(h->harvest, in->peer, &in->message); /* observers are told when this is over */
    if (h->phase == OVER) {
        h->phase = ASKED_CORRUPTED;
        return uc_send(UC_Z, (UcMessage){ UC_M_CORRUPTED, { 0 } });
    }
    if (h->phase == ASKED_CORRUPTED) {
        note_honest(h, ctx, &in->message);
        search(h, ctx);
        h->phase = ASKS_VERIFY;
    }
    return ask_verify(h, ctx, &in->message, &write) ? write : uc_halt(bit);
}

void env_harvester_attach(EnvHarvester *h, UcWorld *world, EnvLua *script)
{
    g_assert(h && world && script);
    h->world = world;
    h->phase = OVER;
    h->key = 0;
    h->asked = 0;
    h->result = (EnvHarvested){ 0 };
    g_array_set_size(h->honest, 0);
    harvest_begin(h->harvest);
    script->after = go_on;
    script->after_data = h;
    uc_world_observe(world, observe, h);
}
