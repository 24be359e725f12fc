#include "adversary/ticketed/harvest.h"

#include <string.h>

/* ---- what is known of a world ---- */

enum { HSS_LEVELS = 4 }; /* bytes of their number, before the public key and the signature of the top tree */

typedef struct {
    HarvestPlace place;
    UcWord bytes, from;
} Text;

typedef struct {
    UcWord kid, index, signature;
} Used;

struct Harvest {
    UcStore *store;
    const PiConfig *config;
    GArray *text;     /* Text */
    GArray *key;      /* HarvestKey */
    GArray *sealing;  /* UcWord: handles */
    GArray *used;     /* Used */
    GHashTable *seen; /* handles of texts */
    GHashTable *memo; /* Question -> Answer; of all worlds of the store */
    uint64_t most, guesses; /* past `most`: something was left untried */
};

/* What was tried: the texts, the public key and the seed that they were combined with (UC_NONE: public data). */
typedef struct {
    UcWord one, other, vk, seed; /* vk: or that of a lower tree */
} Question;
typedef struct {
    UcWord seed; /* or sealing key; UC_NONE: nothing came of it */
    HarvestWay way;
    uint64_t guesses;
} Answer;

static guint question_hash(gconstpointer q) { return (guint)uc_digest(q, sizeof(Question)).lo; }
static gboolean question_equal(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(Question)); }

Harvest *harvest_new(UcStore *store, const PiConfig *config, uint64_t most)
{
    g_assert(store && config);
    Harvest *h = g_new0(Harvest, 1);
    *h = (Harvest){ .store = store, .config = config, .most = most, .text = g_array_new(FALSE, FALSE, sizeof(Text)),
                    .key = g_array_new(FALSE, FALSE, sizeof(HarvestKey)),
                    .sealing = g_array_new(FALSE, FALSE, sizeof(UcWord)),
                    .used = g_array_new(FALSE, FALSE, sizeof(Used)), .seen = g_hash_table_new(NULL, NULL),
                    .memo = g_hash_table_new_full(question_hash, question_equal, g_free, g_free) };
    for (unsigned i = 0; i < config->dkm->sigmas; i++)
        sigma_remember_keys(config->dkm->sigma[i]);
    return h;
}

void harvest_free(Harvest *h)
{
    if (!h)
        return;
    GArray *list[] = { h->text, h->key, h->sealing, h->used };
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++)
        g_array_unref(list[i]);
    g_hash_table_unref(h->seen);
    g_hash_table_unref(h->memo);
    g_free(h);
}

static HarvestKey *key_at(const Harvest *h, guint i) { return &g_array_index(h->key, HarvestKey, i); }

/* The key of this public key, made known if it was not. */
static HarvestKey *key_of(Harvest *h, UcWord vk)
{
    for (guint i = 0; i < h->key->len; i++) {
        if (key_at(h, i)->vk == vk)
            return key_at(h, i);
    }
    HarvestKey fresh = { .kid = dkm_kid(h->store, vk), .vk = vk, .from = UC_NO_PARTY };
    g_array_append_val(h->key, fresh);
    return key_at(h, h->key->len - 1);
}

static void add_sealing(Harvest *h, UcWord handle)
{
    for (guint i = 0; i < h->sealing->len; i++) {
        if (g_array_index(h->sealing, UcWord, i) == handle)
            return;
    }
    g_array_append_val(h->sealing, handle);
}

/* What a sealing key may be that comes from no tape: one byte repeated, a digest of the enclave's name. */
static void guess_sealing(Harvest *h)
{
    const DkmOptions *dkm = h->config->dkm;
    uint8_t bytes[SEAL_KEY_BYTES];
    for (unsigned constant = 0; constant < 256; constant++) {
        memset(bytes, (int)constant, sizeof bytes);
        add_sealing(h, uc_store_put(h->store, bytes, sizeof bytes));
    }
    for (UcWord p = 0; p == 0 || (dkm->enclave_of && dkm->enclave_of[p]); p++) {
        const char *name = dkm_enclave_of(dkm, p);
        uc_sha256(name, strlen(name), bytes);
        add_sealing(h, uc_store_put(h->store, bytes, sizeof bytes));
    }
}

void harvest_begin(Harvest *h)
{
    g_assert(h);
    GArray *list[] = { h->text, h->key, h->sealing, h->used };
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++)
        g_array_set_size(list[i], 0);
    g_hash_table_remove_all(h->seen);
    h->guesses = 0;
    guess_sealing(h);
}

/* ---- what reaches A or Z ---- */

static void found(HarvestKey *key, UcWord seed, HarvestWay way, HarvestPlace place, UcWord from)
{
    if (key->seed != UC_NONE)
        return;
    key->seed = seed;
    key->way = way;
    key->place = place;
    key->from = from;
}

static void see_state(Harvest *h, UcWord record, UcWord from)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(h->store, record, &length);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(AdversaryKey));
    g_autoptr(GArray) sealing = g_array_new(FALSE, FALSE, sizeof(AdversarySealing));
    adversary_read_state(h->store, bytes, length, keys, sealing);
    for (guint i = 0; i < keys->len; i++) {
        const AdversaryKey *k = &g_array_index(keys, AdversaryKey, i);
        if (k->vk != UC_NONE && k->seed != UC_NONE)
            found(key_of(h, k->vk), k->seed, HARVEST_HELD, HARVEST_STATE, from);
    }
    for (guint i = 0; i < sealing->len; i++)
        add_sealing(h, g_array_index(sealing, AdversarySealing, i).key);
}

static void see_text(Harvest *h, HarvestPlace place, UcWord handle, UcWord from)
{
    Text text = { place, handle, from };
    if (!uc_store_knows(h->store, handle) || !g_hash_table_add(h->seen, GSIZE_TO_POINTER(handle)))
        return;
    g_array_append_val(h->text, text);
    if (place == HARVEST_STATE)
        see_state(h, handle, from);
}

void harvest_see(Harvest *h, UcWord from, const UcMessage *m)
{
    g_assert(h && m);
    switch (m->kind) {
    case UC_M_PAYLOAD: see_text(h, HARVEST_PAYLOAD, m->w[1], from); break;
    case UC_M_STATE: see_text(h, HARVEST_STATE, m->w[0], from); break;
    case DKM_KEY:
        if (uc_store_knows(h->store, m->w[1]))
            key_of(h, m->w[1]);
        see_text(h, HARVEST_OUTPUT, m->w[1], from);
        break;
    case DKM_SIGNATURE:
        g_array_append_val(h->used, ((Used){ m->w[0], m->w[1], m->w[2] }));
        see_text(h, HARVEST_OUTPUT, m->w[2], from);
        break;
    default: break;
    }
}

/* ---- guesses ---- */

/* Two texts one over the other, or one (other NULL), of this length, and what they are combined with. */
typedef struct {
    const uint8_t *one, *other;
    size_t length;
    HarvestWay way;
    const uint8_t *mask;
    size_t mask_bytes, phase; /* the mask is repeated; it begins this many bytes on */
} Combined;

/* Of a lower tree of HSS (level 0: none), met in a signature. */
typedef struct {
    unsigned level;
    UcWord vk, signature, index;
} Lower;

/* What is looked for. */
typedef struct {
    Sigma *sigma;
    const SigSet *lower; /* or NULL */
    const uint8_t *vk, *secret;
    size_t bytes; /* of the secret */
    uint8_t own[SIG_LOWER_SEED]; /* of a lower tree */
} Target;

static Sigma *sigma_of(const Harvest *h, size_t public_size)
{
    const DkmOptions *dkm = h->config->dkm;
    for (unsigned i = 0; i < dkm->sigmas; i++) {
        if (dkm->sigma[i]->public_size == public_size)
            return dkm->sigma[i];
    }
    return NULL;
}

/* False: nobody made this public key. */
static bool aim(const Harvest *h, const HarvestKey *key, Target *out)
{
    size_t length;
    *out = (Target){ .vk = uc_store_get(h->store, key->vk, &length) };
    out->sigma = sigma_of(h, length);
    out->secret = out->sigma ? sigma_remembered(out->sigma, out->vk) : NULL;
    out->bytes = out->sigma ? sigma_seed_secret(out->sigma) : 0;
    return out->secret != NULL;
}

/* The same for a lower tree of that key. */
static bool aim_below(const Harvest *h, const HarvestKey *key, const Lower *below, Target *out)
{
    if (!aim(h, key, out))
        return false;
    g_autofree uint8_t *seed = g_malloc0(out->sigma->seed_size);
    memcpy(seed, out->secret, out->bytes);
    sigma_seed_complete(out->sigma, out->vk, seed);
    sig_lower_seed(out->sigma->set, seed, below->index, below->level, out->own);
    out->lower = sig_lower_set(out->sigma->set, below->level);
    out->vk = uc_store_get(h->store, below->vk, NULL);
    out->secret = out->own;
    return true;
}

static bool is_secret(const Combined *c, size_t at, const Target *t)
{
    const uint8_t *one = c->one + at, *other = c->other ? c->other + at : NULL;
    bool same = true;
    for (size_t i = 0; i < t->bytes && same; i++) {
        size_t from = c->way == HARVEST_BACKWARDS ? t->bytes - 1 - i : i;
        uint8_t byte = one[from] ^ (other ? other[from] : 0);
        same = (c->mask_bytes ? byte ^ c->mask[(i + c->phase) % c->mask_bytes] : byte) == t->secret[i];
    }
    return same;
}

/* Every run of bytes. */
static bool slide(Harvest *h, const Combined *c, const Target *t)
{
    for (size_t at = 0; at + t->bytes <= c->length; at++) {
        if (h->guesses++ >= h->most)
            return false;
        if (is_secret(c, at, t))
            return true;
    }
    return false;
}

/* The mask beginning with each of its bytes. */
static bool slide_masked(Harvest *h, Combined c, const Target *t)
{
    for (c.phase = 0; c.phase < c.mask_bytes; c.phase++) {
        if (slide(h, &c, t))
            return true;
    }
    return false;
}

/* A lower tree's, which must make the public key that stands in the signature. */
static UcWord lower_seed(const Harvest *h, const Target *t)
{
    size_t size = sig_set_public_size(t->lower), levels = size - (t->sigma->public_size - HSS_LEVELS);
    g_autofree uint8_t *vk = g_malloc(size);
    bool makes_it = sig_public(t->sigma->cache, t->lower, t->own, vk) == SIG_OK && !memcmp(vk + levels, t->vk, size - levels);
    return makes_it ? uc_store_put(h->store, t->own, sig_set_seed_size(t->lower)) : UC_NONE;
}

/* The seed that was found is put together from its secret part, and must make the key. */
static UcWord whole_seed(const Harvest *h, const Target *t)
{
    if (t->lower)
        return lower_seed(h, t);
    g_autofree uint8_t *seed = g_malloc0(t->sigma->seed_size), *vk = g_malloc(t->sigma->public_size);
    memcpy(seed, t->secret, t->bytes);
    sigma_seed_complete(t->sigma, t->vk, seed);
    bool makes_it = sigma_public(t->sigma, seed, vk) && !memcmp(vk, t->vk, t->sigma->public_size);
    return makes_it ? uc_store_put(h->store, seed, t->sigma->seed_size) : UC_NONE;
}

/* A text as it is; of payloads and states also what an exclusive-or with public data gives. */
static bool try_public(Harvest *h, const Text *text, const HarvestKey *key, const Target *t, HarvestWay *way)
{
    static const uint8_t ones[] = { 0xff };
    size_t length, kid_bytes, vk_bytes;
    const uint8_t *bytes = uc_store_get(h->store, text->bytes, &length);
    const uint8_t *kid = uc_store_get(h->store, key->kid, &kid_bytes), *vk = uc_store_get(h->store, key->vk, &vk_bytes);
    bool payload = text->place == HARVEST_PAYLOAD && length > PAYLOAD_HEADER_BYTES;
    const UcPayloadField *enclave = &payload_field[PAYLOAD_ENCLAVE], *ticket = &payload_field[PAYLOAD_TICKET];
    const struct {
        HarvestWay way;
        const uint8_t *mask;
        size_t bytes;
    } row[] = {
        { HARVEST_PLAIN, NULL, 0 },        { HARVEST_BACKWARDS, NULL, 0 }, { HARVEST_INVERTED, ones, 1 },
        { HARVEST_KID, kid, kid_bytes },   { HARVEST_VK, vk, vk_bytes },   { HARVEST_HEADER, bytes, PAYLOAD_HEADER_BYTES },
        { HARVEST_ENCLAVE, bytes + enclave->offset, enclave->bytes }, { HARVEST_TICKET, bytes + ticket->offset, ticket->bytes },
    };
    size_t rows = text->place == HARVEST_OUTPUT ? 1 : payload ? G_N_ELEMENTS(row) : 5;
    for (size_t i = 0; i < rows; i++) {
        Combined c = { bytes, NULL, length, row[i].way, row[i].mask, row[i].bytes, 0 };
        *way = row[i].way;
        if (c.mask_bytes ? slide_masked(h, c, t) : slide(h, &c, t))
            return true;
    }
    return false;
}

/* A text, or two of equal length one over the other, with a seed that was found. */
static bool try_seed(Harvest *h, const Text *text, const Text *over, UcWord seed, const Target *t)
{
    size_t length, mask_bytes;
    const uint8_t *one = uc_store_get(h->store, text->bytes, &length);
    const uint8_t *other = over ? uc_store_get(h->store, over->bytes, NULL) : NULL;
    const uint8_t *mask = uc_store_get(h->store, seed, &mask_bytes);
    Combined c = { one, other, length, HARVEST_SEED, mask, mask_bytes, 0 };
    return slide_masked(h, c, t);
}

/* ---- what was tried once need not be tried in the other world ---- */

static Answer *remembered(Harvest *h, const Question *q)
{
    Answer *known = g_hash_table_lookup(h->memo, q);
    if (known)
        h->guesses += known->guesses;
    return known;
}

static Answer *remember(Harvest *h, const Question *q, UcWord seed, HarvestWay way, uint64_t guesses)
{
    Answer *a = g_new0(Answer, 1);
    *a = (Answer){ seed, way, guesses };
    g_hash_table_insert(h->memo, g_memdup2(q, sizeof *q), a);
    return a;
}

/* Tries a text on a key or (not NULL) a tree below it, with `seed` or (UC_NONE) with what is public. */
static bool try_on(Harvest *h, const Text *text, const Text *over, HarvestKey *key, const Lower *below, UcWord seed)
{
    Question q = { text->bytes, over ? over->bytes : UC_NONE, below ? below->vk : key->vk, seed };
    Answer *a = remembered(h, &q);
    if (!a) {
        Target t;
        HarvestWay way = HARVEST_SEED;
        uint64_t before = h->guesses;
        bool hit = (below ? aim_below(h, key, below, &t) : aim(h, key, &t)) && (seed == UC_NONE ? try_public(h, text, key, &t, &way) : try_seed(h, text, over, seed, &t));
        if (h->guesses > h->most)
            return false;
        a = remember(h, &q, hit ? whole_seed(h, &t) : UC_NONE, way, h->guesses - before);
    }
    if (a->seed == UC_NONE)
        return false;
    if (below) {
        key->level = below->level;
        key->signature = below->signature;
    }
    found(key, a->seed, a->way, over ? HARVEST_TWO_PAYLOADS : text->place, text->from);
    return true;
}

/* ---- sealing keys ---- */

/* Is this what is inside a payload, and not what a short tag lets through by chance? */
static bool is_genuine(const Harvest *h, const AdversaryKey *what)
{
    size_t nv, ns;
    const uint8_t *vk = uc_store_get(h->store, what->vk, &nv), *seed = uc_store_get(h->store, what->seed, &ns);
    const Sigma *sigma = sigma_of(h, nv);
    const uint8_t *secret = sigma && ns == sigma->seed_size ? sigma_remembered(sigma, vk) : NULL;
    return secret && !memcmp(secret, seed, sigma_seed_secret(sigma));
}

static bool opens(const Harvest *h, const Text *payload, const uint8_t *sealing, AdversaryKey *what)
{
    DkmInterval block;
    size_t length;
    const uint8_t *bytes = uc_store_get(h->store, payload->bytes, &length);
    return adversary_open(h->store, h->config, sealing, bytes, length, what, &block) && is_genuine(h, what);
}

/* A sealing key may travel in the payload itself: then it is one to try. */
static void look_for_its_key(Harvest *h, const Text *payload)
{
    enum { RUNS = 4096 };
    Question q = { payload->bytes, UC_NONE, UC_NONE, UC_NONE };
    Answer *a = remembered(h, &q);
    if (!a) {
        AdversaryKey what;
        bool hit = false;
        size_t length, tried = 0;
        const uint8_t *bytes = uc_store_get(h->store, payload->bytes, &length);
        for (; tried < RUNS && tried + SEAL_KEY_BYTES <= length && !hit; tried++)
            hit = opens(h, payload, bytes + tried, &what);
        h->guesses += tried;
        a = remember(h, &q, hit ? uc_store_put(h->store, bytes + tried - 1, SEAL_KEY_BYTES) : UC_NONE, HARVEST_OPENED, tried);
    }
    if (a->seed != UC_NONE)
        add_sealing(h, a->seed);
}

static void try_sealing_keys(Harvest *h, const Text *payload)
{
    for (guint i = 0; i < h->sealing->len; i++) {
        AdversaryKey what;
        if (opens(h, payload, uc_store_get(h->store, g_array_index(h->sealing, UcWord, i), NULL), &what)) {
            found(key_of(h, what.vk), what.seed, HARVEST_OPENED, HARVEST_PAYLOAD, payload->from);
            return;
        }
    }
}

static void each_payload(Harvest *h, void (*look)(Harvest *h, const Text *payload))
{
    for (guint i = 0; i < h->text->len; i++) {
        const Text *text = &g_array_index(h->text, Text, i);
        if (text->place == HARVEST_PAYLOAD)
            look(h, text);
    }
}

/* ---- the search ---- */

static bool have_equal_length(const Harvest *h, const Text *a, const Text *b)
{
    size_t na, nb;
    uc_store_get(h->store, a->bytes, &na);
    uc_store_get(h->store, b->bytes, &nb);
    return na == nb && a->place == HARVEST_PAYLOAD && b->place == HARVEST_PAYLOAD;
}

/* With a seed that was found: every text, and payloads over the few that came after them. */
static bool search_with(Harvest *h, HarvestKey *key, UcWord seed)
{
    enum { AFTER = 8 };
    for (guint i = 0; i < h->text->len; i++) {
        const Text *one = &g_array_index(h->text, Text, i);
        if (one->place != HARVEST_OUTPUT && try_on(h, one, NULL, key, NULL, seed))
            return true;
        for (guint k = i + 1; k < h->text->len && k <= i + AFTER; k++) {
            const Text *other = &g_array_index(h->text, Text, k);
            if (have_equal_length(h, one, other) && try_on(h, one, other, key, NULL, seed))
                return true;
        }
    }
    return false;
}

static bool search_plain(Harvest *h, HarvestKey *key, const Lower *below)
{
    for (guint i = 0; i < h->text->len; i++) {
        if (try_on(h, &g_array_index(h->text, Text, i), NULL, key, below, UC_NONE))
            return true;
    }
    return false;
}

/* The lower trees that a signature of HSS shows, each once. */
static bool search_below(Harvest *h, HarvestKey *key, const Used *used, GHashTable *seen)
{
    size_t public_size, size;
    uc_store_get(h->store, key->vk, &public_size);
    const Sigma *sigma = sigma_of(h, public_size);
    if (used->kid != key->kid || !sigma || sigma->terms || !uc_store_knows(h->store, used->signature))
        return false;
    const uint8_t *bytes = uc_store_get(h->store, used->signature, &size);
    for (unsigned level = 1; size == sigma->signature_size && sig_lower_set(sigma->set, level); level++) {
        size_t one = sigma->public_size - HSS_LEVELS;
        UcWord vk = uc_store_put(h->store, bytes + sig_lower_offset(sigma->set, level) - one, one);
        Lower below = { level, vk, used->signature, used->index };
        if (g_hash_table_add(seen, GSIZE_TO_POINTER(vk)) && search_plain(h, key, &below))
            return true;
    }
    return false;
}

static bool search_key(Harvest *h, HarvestKey *key)
{
    if (search_plain(h, key, NULL))
        return true;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < h->used->len; i++) {
        if (search_below(h, key, &g_array_index(h->used, Used, i), seen))
            return true;
    }
    for (guint i = 0; i < h->key->len; i++) {
        UcWord seed = key_at(h, i)->seed;
        if (seed != UC_NONE && search_with(h, key, seed))
            return true;
    }
    return false;
}

void harvest_search(Harvest *h)
{
    g_assert(h);
    each_payload(h, look_for_its_key);
    each_payload(h, try_sealing_keys);
    bool more = true;
    while (more) { /* a seed may lead to the next one; there are fewer rounds than keys */
        more = false;
        for (guint i = 0; i < h->key->len; i++)
            more |= key_at(h, i)->seed == UC_NONE && search_key(h, key_at(h, i));
    }
}

/* ---- what came of it ---- */

const HarvestKey *harvest_keys(const Harvest *h, size_t *count)
{
    g_assert(h && count);
    *count = h->key->len;
    return (const HarvestKey *)(const void *)h->key->data;
}

static bool was_used(const Harvest *h, UcWord kid, UcWord index)
{
    for (guint i = 0; i < h->used->len; i++) {
        const Used *u = &g_array_index(h->used, Used, i);
        if (u->kid == kid && u->index == index)
            return true;
    }
    return false;
}

/* With the seed of a lower tree: what stands above it in the signature, and a signature of that tree and those below. */
static UcWord forge_below(Harvest *h, const HarvestKey *key, const Sigma *sigma, UcWord message)
{
    size_t size, length;
    const SigSet *lower = sig_lower_set(sigma->set, key->level);
    const uint8_t *above = uc_store_get(h->store, key->signature, &size), *m = uc_store_get(h->store, message, &length);
    size_t at = sig_lower_offset(sigma->set, key->level), own = sig_set_signature_size(lower);
    g_autofree uint8_t *out = g_memdup2(above, size), *part = g_malloc(own);
    if (sig_sign(sigma->cache, lower, uc_store_get(h->store, key->seed, NULL), sig_set_capacity(lower) - 1, m, length, part) != SIG_OK)
        return UC_NONE;
    memcpy(out + at, part + own - (size - at), size - at); /* without the number of levels */
    return uc_store_put(h->store, out, size);
}

UcWord harvest_forge(Harvest *h, size_t number, UcWord message)
{
    g_assert(h && number < h->key->len);
    const HarvestKey *key = key_at(h, (guint)number);
    size_t length;
    uc_store_get(h->store, key->vk, &length);
    const Sigma *sigma = sigma_of(h, length);
    if (key->seed == UC_NONE || !sigma)
        return UC_NONE;
    if (key->level)
        return forge_below(h, key, sigma, message);
    UcWord index = sigma->capacity - 1;
    while (index && was_used(h, key->kid, index))
        index--;
    return adversary_sign(h->store, h->config, key->seed, index, message);
}

uint64_t harvest_guesses(const Harvest *h, bool *bounded)
{
    g_assert(h && bounded);
    *bounded = h->guesses > h->most;
    return h->guesses;
}

char *harvest_where(const HarvestKey *key, const UcWorldSpec *spec)
{
    static const char *const place[] = {
        [HARVEST_NOWHERE] = "nowhere",
        [HARVEST_PAYLOAD] = "in a payload of",
        [HARVEST_STATE] = "in the state of",
        [HARVEST_OUTPUT] = "in an output of",
        [HARVEST_TWO_PAYLOADS] = "in two payloads, the first of",
    };
    static const char *const way[] = {
        [HARVEST_PLAIN] = "",
        [HARVEST_BACKWARDS] = ", backwards",
        [HARVEST_INVERTED] = ", inverted",
        [HARVEST_KID] = ", exclusive-or with the kid",
        [HARVEST_VK] = ", exclusive-or with the public key",
        [HARVEST_HEADER] = ", exclusive-or with its header",
        [HARVEST_TICKET] = ", exclusive-or with its ticket",
        [HARVEST_ENCLAVE] = ", exclusive-or with the enclave's id",
        [HARVEST_SEED] = ", exclusive-or with another seed",
        [HARVEST_OPENED] = ", opened",
        [HARVEST_HELD] = ", as a key that it holds",
    };
    g_assert(key && spec);
    const char *who = key->from == UC_NO_PARTY ? "nobody" : spec->party_name[key->from];
    g_autofree char *tree = key->level ? g_strdup_printf(", of a tree of level %u", key->level) : g_strdup("");
    return g_strdup_printf("%s %s%s%s", place[key->place], who, way[key->way], tree);
}
