#include "environments/runs/harvester.h"

#include "environments/runs/epilogue.h"

enum { PARTIES = 8 }; /* asked until one answers */

typedef enum { OVER, ASKED_CORRUPTED, ASKS } Phase;

struct EnvHarvester {
    const UcHarvest *kit;
    void *harvest;
    UcWorld *world;
    EnvEpilogue epilogue;
    Phase phase;
    size_t question;     /* the one that is put to parties, */
    unsigned asked;      /* and to how many it was */
    GArray *honest;      /* UcWord: party numbers */
    EnvHarvested result;
};

EnvHarvester *env_harvester_new(EnvWorlds *worlds, GError **error)
{
    g_assert(worlds);
    const UcTriple *triple = env_worlds_options(worlds)->triple;
    if (!env_options_one_session(env_worlds_options(worlds), "harvest", error))
        return NULL;
    if (!triple->kit || !triple->kit->harvest) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "harvest: expected a protocol with an attacker that harvests, got '%s'",
                    triple->protocol->name);
        return NULL;
    }
    EnvHarvester *h = g_new0(EnvHarvester, 1);
    h->kit = triple->kit->harvest;
    h->harvest = h->kit->new(env_worlds_store(worlds), env_worlds_protocol(worlds));
    h->honest = g_array_new(FALSE, FALSE, sizeof(UcWord));
    return h;
}

void env_harvester_free(EnvHarvester *h)
{
    if (!h)
        return;
    h->kit->free(h->harvest);
    g_array_unref(h->honest);
    g_free(h);
}

EnvHarvested env_harvester_result(const EnvHarvester *h) { return h->result; }

static void observe(void *data, const UcWorld *world, const UcActivation *a)
{
    EnvHarvester *h = data;
    if (a->role == UC_ROLE_ADVERSARY || a->role == UC_ROLE_ENVIRONMENT)
        h->kit->see(h->harvest, uc_world_pid(world, a->in.peer), &a->in.message);
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

static void next_question(EnvHarvester *h)
{
    h->question++;
    h->asked = 0;
}

/* Every question is put to one honest party after the other until one answers. False: there are no more. */
static bool ask(EnvHarvester *h, UcCtx *ctx, const UcMessage *reply, UcResult *write)
{
    UcMessage question;
    bool accepted;
    if (h->kit->answer(reply, &accepted)) {
        h->result.accepted += accepted;
        next_question(h);
    }
    while (h->honest->len && h->kit->question(h->harvest, uc_ctx_store(ctx), h->question, &question)) {
        if (question.kind != UC_M_EMPTY && h->asked < h->honest->len) {
            *write = uc_send(uc_party(g_array_index(h->honest, UcWord, h->asked++)), question);
            return true;
        }
        next_question(h);
    }
    return false;
}

/* Z, from the end of the script on. */
static UcResult go_on(void *data, UcCtx *ctx, const UcEnvelope *in, int bit)
{
    EnvHarvester *h = data;
    UcResult write;
    h->kit->see(h->harvest, uc_peer(ctx, in), &in->message); /* observers are told when this is over */
    if (h->phase == OVER) {
        h->phase = ASKED_CORRUPTED;
        return uc_send(UC_Z, (UcMessage){ UC_M_CORRUPTED, { 0 } });
    }
    if (h->phase == ASKED_CORRUPTED) {
        note_honest(h, ctx, &in->message);
        h->result.seeds = h->kit->search(h->harvest, h->world);
        h->result.guesses = h->kit->guesses(h->harvest, &h->result.bounded);
        h->phase = ASKS;
    }
    return ask(h, ctx, &in->message, &write) ? write : uc_halt(bit);
}

void env_harvester_follow(EnvHarvester *h, UcMachine *z)
{
    g_assert(h && z);
    h->phase = OVER;
    h->question = 0;
    h->asked = 0;
    h->result = (EnvHarvested){ 0 };
    g_array_set_size(h->honest, 0);
    h->kit->begin(h->harvest);
    h->epilogue.step = go_on;
    h->epilogue.data = h;
    env_epilogue_put(&h->epilogue, z);
}

void env_harvester_watch(EnvHarvester *h, UcWorld *world)
{
    g_assert(h && world);
    h->world = world;
    uc_world_observe(world, observe, h);
}
