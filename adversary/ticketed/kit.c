/* The attack kit of distributed key management: what stolen.h and harvest.h can do, as tables (simulator/attack.h). */
#include "adversary/ticketed/harvest.h"
#include "functionality/dkm/watchers.h"

#include <string.h>

/* ---- what a stolen state holds ---- */

static const UcAttackField key_field[] = {
    { "kid", UC_BYTES, DKM_KID_BYTES }, { "vk", UC_BYTES }, { "seed", UC_BYTES }, { NULL },
};
static const UcAttackField sealing_field[] = { { "party", UC_PARTY }, { "key", UC_BYTES, SEAL_KEY_BYTES }, { NULL } };
enum { KEYS, SEALING };
static const UcSecretTable secrets[] = { [KEYS] = { "keys", key_field }, [SEALING] = { "sealing", sealing_field }, { NULL } };

typedef struct {
    GArray *keys, *sealing; /* AdversaryKey, AdversarySealing */
} Stolen;

static Stolen stolen_from(UcStore *store, const uint8_t *state, size_t length)
{
    Stolen s = { g_array_new(FALSE, FALSE, sizeof(AdversaryKey)), g_array_new(FALSE, FALSE, sizeof(AdversarySealing)) };
    adversary_read_state(store, state, length, s.keys, s.sealing);
    return s;
}

static void stolen_free(Stolen s)
{
    g_array_unref(s.keys);
    g_array_unref(s.sealing);
}

static const AdversaryKey *key_at(const GArray *keys, guint i) { return &g_array_index(keys, AdversaryKey, i); }
static const AdversarySealing *sealing_at(const GArray *list, guint i) { return &g_array_index(list, AdversarySealing, i); }

static void read_state(UcStore *store, const uint8_t *state, size_t length, GArray *out)
{
    Stolen s = stolen_from(store, state, length);
    for (guint i = 0; i < s.keys->len; i++) {
        const AdversaryKey *key = key_at(s.keys, i);
        g_array_append_val(out, ((UcSecret){ KEYS, { { key->kid, key->vk, key->seed } } }));
    }
    for (guint i = 0; i < s.sealing->len; i++)
        g_array_append_val(out, ((UcSecret){ SEALING, { { sealing_at(s.sealing, i)->party, sealing_at(s.sealing, i)->key } } }));
    stolen_free(s);
}

/* ---- what scripts can say ---- */

static const UcAttackField seal_argument[] = {
    { "from", UC_PARTY }, { "to", UC_PARTY }, { "version", UC_INT, .high = UINT16_MAX, .optional = true },
    { "scheme", UC_BYTES, 8, .optional = true }, { "enclave", UC_BYTES, 16, .optional = true },
    { "ticket", UC_BYTES, DKM_TICKET_BYTES }, { "digest", UC_BYTES, SEAL_DIGEST_BYTES, .optional = true },
    { "a", UC_INT }, { "b", UC_INT },
    { "key.vk", UC_BYTES }, { "key.seed", UC_BYTES }, { "key.kid", UC_BYTES, DKM_KID_BYTES, .optional = true },
    { "with", UC_BYTES, SEAL_KEY_BYTES, .inside = "key" }, { NULL },
};
enum { FROM, TO, VERSION, SCHEME, ENCLAVE, TICKET, DIGEST, A, B, KEY_VK, KEY_SEED, KEY_KID, WITH };

static void copy_bytes(UcStore *store, UcWord handle, uint8_t *out, size_t bytes)
{
    memcpy(out, uc_store_get(store, handle, NULL), bytes);
}

/* What is left out is as an honest party would write it. */
static PayloadHeader header_of(UcStore *store, const PiConfig *config, const UcWord *w, uint32_t given)
{
    PayloadHeader h = { .version = PAYLOAD_VERSION, .from = (uint32_t)w[FROM], .to = (uint32_t)w[TO] };
    if (given & 1 << VERSION)
        h.version = (uint16_t)w[VERSION];
    if (given & 1 << SCHEME)
        copy_bytes(store, w[SCHEME], h.scheme, sizeof h.scheme);
    else
        payload_scheme_id(config->dkm->sigma[0], h.scheme);
    if (given & 1 << ENCLAVE)
        copy_bytes(store, w[ENCLAVE], h.enclave, sizeof h.enclave);
    else
        payload_enclave_id(dkm_enclave_of(config->dkm, h.to), h.enclave);
    copy_bytes(store, w[TICKET], h.ticket, sizeof h.ticket);
    if (given & 1 << DIGEST)
        copy_bytes(store, w[DIGEST], h.digest, sizeof h.digest);
    return h;
}

static bool seal(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    const UcWord *w = argument->w;
    PayloadHeader header = header_of(store, setup, w, given);
    AdversaryKey key = { given & 1 << KEY_KID ? w[KEY_KID] : dkm_kid(store, w[KEY_VK]), w[KEY_VK], w[KEY_SEED] };
    UcWord bytes = adversary_seal(store, setup, uc_store_get(store, w[WITH], NULL), &header, given & 1 << DIGEST, &key,
                                  (DkmInterval){ w[A], w[B] });
    *made = (UcAttackRow){ { w[FROM], w[TO], bytes } };
    return bytes != UC_NONE;
}

static const UcAttackField open_argument[] = {
    { "with", UC_BYTES, SEAL_KEY_BYTES, .inside = "key" }, { "payload", UC_BYTES, .inside = "bytes" }, { NULL },
};
static const UcAttackField opened[] = {
    { "kid", UC_BYTES }, { "vk", UC_BYTES }, { "seed", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT }, { NULL },
};

static bool open(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    AdversaryKey key;
    DkmInterval block;
    size_t length;
    const uint8_t *with = uc_store_get(store, argument->w[0], NULL), *payload = uc_store_get(store, argument->w[1], &length);
    if (!adversary_open(store, setup, with, payload, length, &key, &block))
        return false;
    *made = (UcAttackRow){ { key.kid, key.vk, key.seed, block.a, block.b } };
    return true;
}

static const UcAttackField forge_argument[] = { { "seed", UC_BYTES }, { "index", UC_INT }, { "message", UC_BYTES }, { NULL } };

static bool forge(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    made->w[0] = adversary_sign(store, setup, argument->w[0], argument->w[1], argument->w[2]);
    return made->w[0] != UC_NONE;
}

static const UcAttackCall calls[] = {
    { "seal", true, seal_argument, UC_MAKES_PAYLOAD, NULL, "vk and seed of a scheme's sizes", seal },
    { "open", false, open_argument, UC_MAKES_ROW, opened, NULL, open },
    { "forge", false, forge_argument, UC_MAKES_BYTES, NULL, "a seed of the scheme and an index that it has", forge },
    { NULL },
};

/* ---- payloads under stolen sealing keys ---- */

static const char *const objects[] = { "ticket", NULL };
enum { KNOWN_TICKET = UC_KNOWN_OBJECT };
enum { T_OF, T_FROM, T_KID, T_COUNT }; /* what is known of a ticket */

/* What the payload says that is not so; a block and a receiver may be wrong besides. */
typedef enum { FLAW_NONE, FLAW_KID, FLAW_SEED, FLAW_ENCLAVE } Flaw;

typedef struct {
    const UcAttacker *by;
    const UcKnown *state, *ticket;
    const AdversarySealing *sealing;
    const AdversaryKey *key;
    GArray *out;
} Forgery;

static UcWord flipped(UcStore *store, UcWord bytes)
{
    uint8_t first = *uc_store_get(store, bytes, NULL) ^ 1;
    return uc_payload_with(store, bytes, 0, &first, 1);
}

static void forge_payload(const Forgery *f, DkmInterval block, UcWord to, Flaw flaw)
{
    UcStore *store = f->by->store;
    const PiConfig *config = f->by->setup;
    UcWord w[] = { [FROM] = f->ticket->w[T_FROM], [TO] = to, [TICKET] = f->ticket->bytes };
    PayloadHeader header = header_of(store, config, w, 0);
    payload_enclave_id(dkm_enclave_of(config->dkm, flaw == FLAW_ENCLAVE ? f->state->w[0] : f->ticket->w[T_OF]), header.enclave);
    AdversaryKey key = *f->key;
    if (flaw == FLAW_KID)
        key.kid = flipped(store, key.kid);
    if (flaw == FLAW_SEED)
        key.seed = flipped(store, key.seed);
    UcWord bytes = adversary_seal(store, config, uc_store_get(store, f->sealing->key, NULL), &header, false, &key, block);
    UcMadePayload made = { bytes, f->ticket->w[T_OF], { f->ticket->bytes, f->state->bytes } };
    if (bytes != UC_NONE)
        g_array_append_val(f->out, made);
}

/* The first and the last indices of the key, as many as were requested. */
static void forge_blocks(const Forgery *f, UcWord n, UcWord capacity)
{
    const UcWord to = f->ticket->w[T_OF];
    forge_payload(f, (DkmInterval){ 0, n }, to, FLAW_NONE);
    if (n != capacity)
        forge_payload(f, (DkmInterval){ capacity - n, capacity }, to, FLAW_NONE);
}

/* One flaw each. */
static void forge_flawed(const Forgery *f, UcWord n, UcWord capacity)
{
    const UcWord to = f->ticket->w[T_OF];
    const DkmInterval all = { 0, n };
    forge_payload(f, (DkmInterval){ capacity + 1 - n, capacity + 1 }, to, FLAW_NONE);
    forge_payload(f, (DkmInterval){ 0, n + 1 }, to, FLAW_NONE);
    forge_payload(f, all, to, FLAW_KID);
    forge_payload(f, all, to, FLAW_SEED);
    forge_payload(f, all, to, FLAW_ENCLAVE);
    for (UcWord other = 0; other < f->by->parties; other++)
        forge_payload(f, all, other, FLAW_NONE);
}

/* Under the enclave's key, or under the key of this very pair; every other key that was stolen does not fit. */
static void forgery(const Forgery *f)
{
    const UcWord *ticket = f->ticket->w;
    UcWord capacity = ((const PiConfig *)f->by->setup)->dkm->sigma[0]->capacity, peer = f->sealing->party, n = ticket[T_COUNT];
    UcWord party = f->state->w[0];
    bool pair = (ticket[T_OF] == party && ticket[T_FROM] == peer) || (ticket[T_FROM] == party && ticket[T_OF] == peer);
    bool fits = peer == UC_NO_PARTY || pair;
    if (n < 1 || n > capacity || (!fits && !f->by->flawed))
        return;
    forge_blocks(f, n, capacity);
    if (fits && f->by->flawed)
        forge_flawed(f, n, capacity);
}

static Stolen stolen_of(const UcAttacker *by, const UcKnown *state)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(by->store, state->bytes, &length);
    return stolen_from(by->store, bytes, length);
}

static void payloads_with(const UcAttacker *by, const UcKnown *state, const UcKnown *known, size_t count, GArray *out)
{
    Stolen s = stolen_of(by, state);
    const AdversaryKey *own = by->own;
    if (own)
        g_array_append_val(s.keys, *own);
    for (size_t i = 0; i < count; i++) {
        for (guint k = 0; known[i].kind == KNOWN_TICKET && k < s.sealing->len; k++) {
            for (guint j = 0; j < s.keys->len; j++)
                forgery(&(Forgery){ by, state, &known[i], sealing_at(s.sealing, k), key_at(s.keys, j), out });
        }
    }
    stolen_free(s);
}

static void payloads(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].kind == UC_KNOWN_STATE)
            payloads_with(by, &known[i], known, count, out);
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

/* The keys of the state, and of the payloads that open under its sealing keys. */
static void loot_of(const UcAttacker *by, const UcKnown *state, const UcKnown *known, size_t count, GArray *loot)
{
    Stolen s = stolen_of(by, state);
    for (guint i = 0; i < s.keys->len; i++)
        take(loot, (Loot){ *key_at(s.keys, i), state->bytes, UC_NONE });
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const uint8_t *bytes = known[i].kind == UC_KNOWN_PAYLOAD ? uc_store_get(by->store, known[i].bytes, &length) : NULL;
        for (guint k = 0; bytes && k < s.sealing->len; k++) {
            const uint8_t *key = uc_store_get(by->store, sealing_at(s.sealing, k)->key, NULL);
            Loot found = { .state = state->bytes, .payload = known[i].bytes };
            DkmInterval block;
            if (adversary_open(by->store, by->setup, key, bytes, length, &found.key, &block))
                take(loot, found);
        }
    }
    stolen_free(s);
}

static void counterfeit(const UcAttacker *by, const Loot *loot, GArray *out)
{
    UcWord message = uc_store_text(by->store, "signed by nobody");
    UcWord signature = adversary_sign(by->store, by->setup, loot->key.seed, 0, message);
    UcMadeInput made = { { DKM_VERIFY, { loot->key.vk, message, signature } }, { loot->state, loot->payload } };
    if (signature != UC_NONE)
        g_array_append_val(out, made);
}

static void inputs(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    g_autoptr(GArray) loot = g_array_new(FALSE, FALSE, sizeof(Loot));
    for (size_t i = 0; i < count; i++) {
        if (known[i].kind == UC_KNOWN_STATE)
            loot_of(by, &known[i], known, count, loot);
    }
    if (by->own)
        take(loot, (Loot){ *(const AdversaryKey *)by->own, UC_NONE, UC_NONE });
    for (guint i = 0; i < loot->len; i++)
        counterfeit(by, &g_array_index(loot, Loot, i), out);
}

/* With flaws: a key that A made. Any seed will do: it is A's choice. */
static void *prepare(const UcAttacker *by)
{
    const PiConfig *config = by->setup;
    Sigma *sigma = config->dkm->sigma[0];
    g_autofree uint8_t *seed = g_malloc(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    memset(seed, 0x41, sigma->seed_size);
    if (!by->flawed || !sigma_public(sigma, seed, vk))
        return NULL;
    AdversaryKey *own = g_new(AdversaryKey, 1);
    own->vk = uc_store_put(by->store, vk, sigma->public_size);
    own->kid = dkm_kid(by->store, own->vk);
    own->seed = uc_store_put(by->store, seed, sigma->seed_size);
    return own;
}

/* ---- harvesting ---- */

static const char MESSAGE[] = "what nobody signed";

static void *harvest_start(UcStore *store, const void *setup) { return harvest_new(store, setup, HARVEST_GUESSES); }

static unsigned harvest_found(void *harvest, UcWorld *world)
{
    size_t n;
    unsigned seeds = 0;
    harvest_search(harvest);
    const HarvestKey *key = harvest_keys(harvest, &n);
    for (size_t i = 0; i < n; i++) {
        if (key[i].seed == UC_NONE)
            continue;
        seeds++;
        if (!dkm_watch_key_is_safe(world, key[i].kid))
            continue;
        g_autofree char *hex = uc_hex(uc_store_get(uc_world_store(world), key[i].kid, NULL), 4);
        g_autofree char *where = harvest_where(&key[i], uc_world_spec(world));
        g_autofree char *rule = g_strdup_printf("I8: the seed of key %s.. is found %s", hex, where);
        uc_world_note_rule(world, rule);
    }
    return seeds;
}

/* One for each key whose signature can be forged. */
static bool harvest_question(void *harvest, UcStore *store, size_t number, UcMessage *out)
{
    size_t n;
    const HarvestKey *key = harvest_keys(harvest, &n);
    if (number >= n)
        return false;
    UcWord message = uc_store_text(store, MESSAGE), forgery = harvest_forge(harvest, number, message);
    *out = forgery == UC_NONE ? (UcMessage){ UC_M_EMPTY, { 0 } } : (UcMessage){ DKM_VERIFY, { key[number].vk, message, forgery } };
    return true;
}

static bool harvest_answer(const UcMessage *reply, bool *accepted)
{
    *accepted = reply->w[0] != 0;
    return reply->kind == DKM_VERIFIED;
}

static void harvest_end(void *harvest) { harvest_free(harvest); }
static void harvest_another(void *harvest) { harvest_begin(harvest); }
static void harvest_seen(void *harvest, UcWord from, const UcMessage *message) { harvest_see(harvest, from, message); }
static uint64_t harvest_tried(const void *harvest, bool *bounded) { return harvest_guesses(harvest, bounded); }

static const UcHarvest harvest = {
    .new = harvest_start, .free = harvest_end, .begin = harvest_another, .see = harvest_seen, .search = harvest_found,
    .question = harvest_question, .answer = harvest_answer, .guesses = harvest_tried,
};

/* ---- what only this process knows ---- */

/* 'p', sealing key, header and plaintext of an ideal payload; 'k', id of the set and seed of an ideal key. */
enum { MADE_PAYLOAD = 'p', MADE_KEY = 'k', SET_BYTES = 8 };

static GByteArray *key_made_of(const PiConfig *config, const uint8_t *vk, size_t length)
{
    for (unsigned i = 0; i < config->dkm->sigmas; i++) {
        const Sigma *sigma = config->dkm->sigma[i];
        const uint8_t *seed = sigma->terms && sigma->public_size == length ? sigma_remembered(sigma, vk) : NULL;
        if (!seed)
            continue;
        uint8_t set[SET_BYTES];
        GByteArray *out = g_byte_array_new();
        payload_scheme_id(sigma, set);
        uc_append_u8(out, MADE_KEY);
        g_byte_array_append(out, set, sizeof set);
        return g_byte_array_append(out, seed, (guint)sigma->seed_size);
    }
    return NULL;
}

static GByteArray *made_of(const void *setup, const uint8_t *bytes, size_t length)
{
    const PiConfig *config = setup;
    g_autoptr(GBytes) term = length < PAYLOAD_HEADER_BYTES ? NULL :
        seal_term(config->seal, bytes, PAYLOAD_HEADER_BYTES, bytes + PAYLOAD_HEADER_BYTES, length - PAYLOAD_HEADER_BYTES);
    if (!term)
        return key_made_of(config, bytes, length);
    GByteArray *out = g_byte_array_new();
    uc_append_u8(out, MADE_PAYLOAD);
    return g_byte_array_append(out, g_bytes_get_data(term, NULL), (guint)g_bytes_get_size(term));
}

static UcWord payload_again(UcStore *store, Seal *seal, UcReader r)
{
    const uint8_t *key = uc_take_bytes(&r, SEAL_KEY_BYTES), *header = uc_take_bytes(&r, PAYLOAD_HEADER_BYTES);
    if (r.bad)
        return UC_NONE;
    size_t total = PAYLOAD_HEADER_BYTES + r.left + seal_overhead(seal);
    g_autofree uint8_t *out = g_malloc(total);
    memcpy(out, header, PAYLOAD_HEADER_BYTES);
    seal_close_stolen(seal, key, header, PAYLOAD_HEADER_BYTES, r.at, r.left, out + PAYLOAD_HEADER_BYTES);
    return uc_store_put(store, out, total);
}

static UcWord key_again(UcStore *store, const DkmOptions *dkm, UcReader r)
{
    const uint8_t *set = uc_take_bytes(&r, SET_BYTES);
    Sigma *sigma = set ? payload_scheme(dkm, set, NULL) : NULL;
    g_autofree uint8_t *vk = sigma && sigma->terms && sigma->seed_size == r.left ? g_malloc(sigma->public_size) : NULL;
    return vk && sigma_public(sigma, r.at, vk) ? uc_store_put(store, vk, sigma->public_size) : UC_NONE;
}

static UcWord make_again(UcStore *store, const void *setup, const uint8_t *description, size_t length)
{
    const PiConfig *config = setup;
    UcReader r = { description, length };
    switch (uc_take(&r, 1)) {
    case MADE_PAYLOAD: return payload_again(store, config->seal, r);
    case MADE_KEY: return key_again(store, config->dkm, r);
    default: return UC_NONE;
    }
}

const UcAttackKit dkm_kit = {
    .secrets = secrets, .read = read_state, .call = calls, .objects = objects, .prepare = prepare, .payloads = payloads,
    .alike = true, .flag = "seal", .inputs = inputs, .harvest = &harvest, .made_of = made_of, .make_again = make_again,
};
