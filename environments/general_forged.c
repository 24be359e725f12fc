/* What the adversary of the most general environment makes itself: changed payloads, payloads sealed with stolen keys,
 * signatures made with stolen seeds. */
#include "environments/general_internal.h"

#include <string.h>

static void made_from(UcChoice *move, UcWord one, UcWord other)
{
    move->extra[ENV_SOURCE_0] = one;
    move->extra[ENV_SOURCE_0 + 1] = other;
}

/* ---- changed payloads ---- */

/* A payload with `count` bytes from `offset` on replaced; the same payload when nothing changes. */
static UcWord replaced(const EnvGeneral *g, UcWord payload, size_t offset, const void *bytes, size_t count)
{
    size_t length;
    const uint8_t *old = uc_store_get(g->store, payload, &length);
    if (offset + count > length)
        return payload;
    g_autofree uint8_t *copy = g_memdup2(old, length);
    memcpy(copy + offset, bytes, count);
    return uc_store_put(g->store, copy, length);
}

static UcWord with_field(const EnvGeneral *g, UcWord payload, unsigned field, const void *bytes)
{
    return replaced(g, payload, payload_field[field].offset, bytes, payload_field[field].bytes);
}

static UcWord resized(const EnvGeneral *g, UcWord payload, bool longer)
{
    size_t length;
    const uint8_t *old = uc_store_get(g->store, payload, &length);
    g_autofree uint8_t *copy = g_malloc0(length + 1);
    memcpy(copy, old, length);
    return uc_store_put(g->store, copy, longer ? length + 1 : length - 1);
}

static void mutation(Table *t, const Item *payload, UcWord bytes, UcWord to, UcWord ticket)
{
    if (bytes != payload->bytes)
        made_from(env_general_deliver(t, ENV_DO_MUTATE, payload->bytes, bytes, to), ticket, UC_NONE);
}

/* The tag, the length, and each field of the header replaced by another known value (protocol/payload.h). */
void env_general_mutations(Table *t, const Item *payload, UcWord to)
{
    const EnvGeneral *g = t->g;
    size_t length;
    const uint8_t *old = uc_store_get(g->store, payload->bytes, &length);
    if (!env_general_wants(t, ENV_DO_MUTATE) || length <= PAYLOAD_HEADER_BYTES)
        return;
    uint8_t last = old[length - 1] ^ 1, version[2] = { 0, PAYLOAD_VERSION + 1 }, other[SEAL_DIGEST_BYTES] = { 0 };
    mutation(t, payload, replaced(g, payload->bytes, length - 1, &last, 1), to, UC_NONE);
    mutation(t, payload, resized(g, payload->bytes, false), to, UC_NONE);
    mutation(t, payload, resized(g, payload->bytes, true), to, UC_NONE);
    mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_VERSION_FIELD, version), to, UC_NONE);
    mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_SCHEME, other), to, UC_NONE);
    mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_ENCLAVE, other), to, UC_NONE);
    mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_DIGEST, other), to, UC_NONE);
    for (unsigned i = 0; i < g->parties; i++) {
        uint8_t party[4] = { 0, 0, (uint8_t)(i >> 8), (uint8_t)i };
        mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_FROM, party), to, UC_NONE);
        mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_TO, party), to, UC_NONE);
    }
    for (size_t i = 0; i < t->items; i++) {
        if (t->item[i].type == ITEM_TICKET)
            mutation(t, payload, with_field(g, payload->bytes, PAYLOAD_TICKET, uc_store_get(g->store, t->item[i].bytes, NULL)),
                     to, t->item[i].bytes);
    }
}

/* ---- payloads under stolen sealing keys ---- */

/* What the payload says that is not so; a block and a receiver may be wrong besides. */
typedef enum { FLAW_NONE, FLAW_KID, FLAW_SEED, FLAW_ENCLAVE } Flaw;

typedef struct {
    const Item *state, *ticket;
    const AdversarySealing *sealing;
    const AdversaryKey *key;
} Forgery;

static const PiConfig *config_of(const EnvGeneral *g) { return env_worlds_spec(g->worlds, ENV_REAL)->party.config; }

/* Two corrupted members may seal the same. */
static bool has_forgery(const Table *t, UcWord bytes, UcWord to)
{
    for (guint i = 0; i < t->out->len; i++) {
        const UcChoice *move = &g_array_index(t->out, UcChoice, i);
        if (move->tag == ENV_DO_FORGE && move->write.message.w[0] == bytes && move->extra[1] == to)
            return true;
    }
    return false;
}

static UcWord flipped(const EnvGeneral *g, UcWord bytes)
{
    uint8_t first = *uc_store_get(g->store, bytes, NULL) ^ 1;
    return replaced(g, bytes, 0, &first, 1);
}

static PayloadHeader header_of(const EnvGeneral *g, const Forgery *f, UcWord to, Flaw flaw)
{
    const PiConfig *config = config_of(g);
    PayloadHeader h = { .version = PAYLOAD_VERSION, .from = (uint32_t)f->ticket->b, .to = (uint32_t)to };
    payload_scheme_id(config->dkm->sigma[0], h.scheme);
    payload_enclave_id(dkm_enclave_of(config->dkm, flaw == FLAW_ENCLAVE ? f->state->a : f->ticket->a), h.enclave);
    memcpy(h.ticket, uc_store_get(g->store, f->ticket->bytes, NULL), sizeof h.ticket);
    return h;
}

static void forge(Table *t, const Forgery *f, DkmInterval block, UcWord to, Flaw flaw)
{
    const EnvGeneral *g = t->g;
    PayloadHeader header = header_of(g, f, to, flaw);
    AdversaryKey key = *f->key;
    if (flaw == FLAW_KID)
        key.kid = flipped(g, key.kid);
    if (flaw == FLAW_SEED)
        key.seed = flipped(g, key.seed);
    UcWord bytes = adversary_seal(g->store, config_of(g), uc_store_get(g->store, f->sealing->key, NULL), &header, false, &key,
                                  block);
    if (bytes != UC_NONE && !has_forgery(t, bytes, f->ticket->a))
        made_from(env_general_deliver(t, ENV_DO_FORGE, f->ticket->bytes, bytes, f->ticket->a), f->ticket->bytes, f->state->bytes);
}

/* The first and the last indices of the key, as many as were requested. */
static void forge_blocks(Table *t, const Forgery *f, UcWord n, UcWord capacity)
{
    forge(t, f, (DkmInterval){ 0, n }, f->ticket->a, FLAW_NONE);
    if (n != capacity)
        forge(t, f, (DkmInterval){ capacity - n, capacity }, f->ticket->a, FLAW_NONE);
}

/* One flaw each. */
static void forge_flawed(Table *t, const Forgery *f, UcWord n, UcWord capacity)
{
    const UcWord to = f->ticket->a;
    const DkmInterval all = { 0, n };
    forge(t, f, (DkmInterval){ capacity + 1 - n, capacity + 1 }, to, FLAW_NONE);
    forge(t, f, (DkmInterval){ 0, n + 1 }, to, FLAW_NONE);
    forge(t, f, all, to, FLAW_KID);
    forge(t, f, all, to, FLAW_SEED);
    forge(t, f, all, to, FLAW_ENCLAVE);
    for (UcWord other = 0; other < t->g->parties; other++)
        forge(t, f, all, other, FLAW_NONE);
}

/* Under the enclave's key, or under the key of this very pair; every other key that was stolen does not fit. */
static void forgery(Table *t, const Forgery *f)
{
    const Item *ticket = f->ticket;
    UcWord capacity = config_of(t->g)->dkm->sigma[0]->capacity, peer = f->sealing->party, n = ticket->number;
    bool pair = (ticket->a == f->state->a && ticket->b == peer) || (ticket->b == f->state->a && ticket->a == peer);
    bool fits = peer == UC_NO_PARTY || pair;
    if (n < 1 || n > capacity || (!fits && !t->g->domain.flawed))
        return;
    forge_blocks(t, f, n, capacity);
    if (fits && t->g->domain.flawed)
        forge_flawed(t, f, n, capacity);
}

static void read_state(const Table *t, const Item *state, GArray *keys, GArray *sealing)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(t->g->store, state->bytes, &length);
    adversary_read_state(t->g->store, bytes, length, keys, sealing);
}

static void forgeries_with(Table *t, const Item *state)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(AdversaryKey));
    g_autoptr(GArray) sealing = g_array_new(FALSE, FALSE, sizeof(AdversarySealing));
    read_state(t, state, keys, sealing);
    if (t->g->own_key.vk != UC_NONE)
        g_array_append_val(keys, t->g->own_key);
    for (size_t i = 0; i < t->items; i++) {
        for (guint s = 0; t->item[i].type == ITEM_TICKET && s < sealing->len; s++) {
            for (guint k = 0; k < keys->len; k++)
                forgery(t, &(Forgery){ state, &t->item[i], &g_array_index(sealing, AdversarySealing, s),
                                       &g_array_index(keys, AdversaryKey, k) });
        }
    }
}

void env_general_forgeries(Table *t)
{
    for (size_t s = 0; env_general_wants(t, ENV_DO_FORGE) && s < t->items; s++) {
        if (t->item[s].type == ITEM_STATE)
            forgeries_with(t, &t->item[s]);
    }
}

/* ---- signatures with stolen seeds ---- */

/* A key, and what A has it from. */
typedef struct {
    AdversaryKey key;
    UcWord state, payload;
} Loot;

static void take(GArray *loot, Loot fresh)
{
    for (guint i = 0; i < loot->len; i++) {
        if (g_array_index(loot, Loot, i).key.seed == fresh.key.seed)
            return;
    }
    g_array_append_val(loot, fresh);
}

/* The keys of the payloads that open under a sealing key of this state. */
static void open_payloads(const Table *t, const Item *state, const GArray *sealing, GArray *loot)
{
    for (size_t i = 0; i < t->items; i++) {
        size_t length;
        const uint8_t *bytes = t->item[i].type == ITEM_PAYLOAD ? uc_store_get(t->g->store, t->item[i].bytes, &length) : NULL;
        for (guint s = 0; bytes && s < sealing->len; s++) {
            const uint8_t *key = uc_store_get(t->g->store, g_array_index(sealing, AdversarySealing, s).key, NULL);
            Loot found = { .state = state->bytes, .payload = t->item[i].bytes };
            DkmInterval block;
            if (adversary_open(t->g->store, config_of(t->g), key, bytes, length, &found.key, &block))
                take(loot, found);
        }
    }
}

static void loot_of(const Table *t, const Item *state, GArray *loot)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(AdversaryKey));
    g_autoptr(GArray) sealing = g_array_new(FALSE, FALSE, sizeof(AdversarySealing));
    read_state(t, state, keys, sealing);
    for (guint i = 0; i < keys->len; i++)
        take(loot, (Loot){ g_array_index(keys, AdversaryKey, i), state->bytes, UC_NONE });
    open_payloads(t, state, sealing, loot);
}

static void counterfeit(Table *t, UcWord verifier, const Loot *loot)
{
    const EnvGeneral *g = t->g;
    UcWord signature = adversary_sign(g->store, config_of(g), loot->key.seed, 0, g->own_message);
    UcMessage verify = { DKM_VERIFY, { loot->key.vk, g->own_message, signature } };
    if (signature != UC_NONE)
        made_from(env_general_input(t, ENV_DO_COUNTERFEIT, 0, verifier, verify), loot->state, loot->payload);
}

void env_general_counterfeits(Table *t, UcWord verifier)
{
    g_autoptr(GArray) loot = g_array_new(FALSE, FALSE, sizeof(Loot));
    if (!env_general_wants(t, ENV_DO_COUNTERFEIT))
        return;
    for (size_t i = 0; i < t->items; i++) {
        if (t->item[i].type == ITEM_STATE)
            loot_of(t, &t->item[i], loot);
    }
    if (t->g->own_key.vk != UC_NONE)
        take(loot, (Loot){ t->g->own_key, UC_NONE, UC_NONE });
    for (guint i = 0; i < loot->len; i++)
        counterfeit(t, verifier, &g_array_index(loot, Loot, i));
}

/* ---- what A has before it has stolen anything ---- */

/* Any seed will do: it is A's choice. */
void env_general_make_own_key(EnvGeneral *g)
{
    Sigma *sigma = env_general_dkm(g)->sigma[0];
    g->own_key = (AdversaryKey){ UC_NONE, UC_NONE, UC_NONE };
    if (g->domain.bound[ENV_DO_COUNTERFEIT])
        g->own_message = uc_store_text(g->store, "signed by nobody");
    if (!g->domain.flawed)
        return;
    g_autofree uint8_t *seed = g_malloc(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    memset(seed, 0x41, sigma->seed_size);
    if (!sigma_public(sigma, seed, vk))
        return;
    g->own_key.vk = uc_store_put(g->store, vk, sigma->public_size);
    g->own_key.kid = dkm_kid(g->store, g->own_key.vk);
    g->own_key.seed = uc_store_put(g->store, seed, sigma->seed_size);
}
