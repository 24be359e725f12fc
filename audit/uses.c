/* The table of one-time keys, and what two uses of one with different bytes are: proofs, or damage. */
#include "audit/internal.h"

enum { MOST_OTHERS = 64 }; /* uses of one key that are compared with a new one: junk must not cost without bound */

/* ---- the table ---- */

static bool is_lms(const SigLayer *layer)
{
    return !g_str_has_prefix(sig_set_name(layer->set), "XMSS");
}

static void owner_of(const SigLayer *layer, uint8_t owner[AUDIT_OWNER])
{
    size_t length;
    uint8_t hash[AUDIT_HASH];
    const uint8_t *id = sig_layer_identifier(layer, &length);
    if (length == AUDIT_OWNER) {
        memcpy(owner, id, AUDIT_OWNER);
        return;
    }
    audit_hash(id, length, hash);
    memcpy(owner, hash, AUDIT_OWNER);
}

static OneTime one_time(const SigLayer *layer)
{
    OneTime key = { .tree = layer->tree, .leaf = layer->leaf, .layer = is_lms(layer) ? 0 : 1 + layer->layer };
    owner_of(layer, key.owner);
    return key;
}

static size_t slot_of(const Audit *a, const OneTime *key)
{
    uint64_t word[2], hash;
    memcpy(word, key->owner, sizeof word);
    hash = (word[0] ^ key->tree) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 29 ^ word[1] ^ ((uint64_t)key->layer << 32 | key->leaf)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    return (hash ^ hash >> 32) & (a->slot_count - 1);
}

static void grow(Audit *a)
{
    g_free(a->slots);
    a->slot_count = a->slot_count ? 2 * a->slot_count : 1024;
    a->slots = g_new0(uint32_t, a->slot_count);
    for (guint u = 0; u < a->uses->len; u++) {
        const Use *use = audit_use(a, u);
        size_t s = slot_of(a, &use->key);
        bool first = true; /* of its key: the others hang on it */
        for (; a->slots[s]; s = (s + 1) & (a->slot_count - 1))
            first = first && memcmp(&audit_use(a, a->slots[s] - 1)->key, &use->key, sizeof use->key);
        if (first)
            a->slots[s] = u + 1;
    }
}

uint32_t audit_put_use(Audit *a, const OneTime *key, const uint8_t *bytes, uint32_t item, bool *fresh)
{
    if (2 * ((size_t)a->uses->len + 1) > a->slot_count)
        grow(a);
    size_t s = slot_of(a, key);
    while (a->slots[s] && memcmp(&audit_use(a, a->slots[s] - 1)->key, key, sizeof *key))
        s = (s + 1) & (a->slot_count - 1);
    uint32_t last = a->slots[s];
    for (uint32_t u = last; u; last = u, u = audit_use(a, u - 1)->next) {
        if (!memcmp(audit_use(a, u - 1)->bytes, bytes, AUDIT_HASH)) {
            *fresh = false;
            return u - 1;
        }
    }
    Use use = { .key = *key, .item = item };
    memcpy(use.bytes, bytes, AUDIT_HASH);
    g_array_append_val(a->uses, use);
    if (last)
        audit_use(a, last - 1)->next = a->uses->len;
    else
        a->slots[s] = a->uses->len;
    *fresh = true;
    return a->uses->len - 1;
}

/* The first use of a use's key. */
static uint32_t first_of(const Audit *a, const OneTime *key)
{
    size_t s = slot_of(a, key);
    while (memcmp(&audit_use(a, a->slots[s] - 1)->key, key, sizeof *key))
        s = (s + 1) & (a->slot_count - 1);
    return a->slots[s] - 1;
}

/* ---- proofs ---- */

static char *subject_of(const Audit *a, const SigLayer *layer, uint32_t item)
{
    const char *key = audit_key(a, audit_item(a, item)->key)->path;
    if (!is_lms(layer))
        return g_strdup_printf("%s layer %u tree %" G_GUINT64_FORMAT " leaf %u", key, layer->layer, layer->tree, layer->leaf);
    g_autofree char *id = audit_hex(layer->key + 8, 16);
    return g_strdup_printf("%s level %u I %s q %u", key, layer->layer, id, layer->leaf);
}

/* Where in a signature a one-time key is. */
static int find_layer(const Reread *r, const OneTime *key)
{
    for (unsigned i = 0; i < r->layers; i++) {
        const OneTime own = one_time(&r->layer[i]);
        if (!memcmp(&own, key, sizeof own))
            return (int)i;
    }
    return -1;
}

/* The message, if it is the one that was signed: its file may have changed since then. digest: of the lowest layer. */
static bool true_message(const Audit *a, uint32_t item, const SigLayer *layer, unsigned layers, uint8_t **message, size_t *length,
                         uint8_t *digest)
{
    return audit_message(a, audit_item(a, item), message, length) && !sig_layers_digest(layer, layers, *message, *length, digest) &&
           !sig_layer_holds(layer, layers, sig_layers_bottom(layer, layers), digest);
}

/* What the layer signed, if that is known and true, and the leaf that it leads to. */
static bool digest_of(const Audit *a, uint32_t item, const Reread *r, unsigned which, uint8_t *digest, uint8_t *leaf)
{
    uint8_t bottom[SIG_DIGEST];
    size_t length;
    if (r->layer[which].below)
        return sig_layer_below_digest(&r->layer[which], digest) == SIG_OK;
    g_autofree uint8_t *message = NULL;
    return audit_item(a, item)->state == ITEM_VERIFIED && true_message(a, item, r->layer, r->layers, &message, &length, bottom) &&
           !sig_layer_trace(r->layer, r->layers, which, bottom, digest, leaf);
}

typedef enum { PAIR_PROVEN, PAIR_APART, PAIR_FOREIGN, PAIR_OPEN, PAIR_KEYS, PAIR_OTHER, PAIR_LOST } PairResult;
typedef struct {
    PairResult result;
    bool linked;
    unsigned equal, layer[2];
    uint8_t digest[2][SIG_DIGEST];
} Pair;

static bool same_key(const SigLayer *x, const SigLayer *y)
{
    const size_t size = is_lms(x) ? 24 + sig_layer_digest_size(x) : sig_set_public_size(x->set);
    return x->set == y->set && !memcmp(x->key, y->key, size);
}

static void link_pair(const Reread *x, const Reread *y, bool known_x, bool known_y, Pair *p)
{
    static const PairResult as[] = { PAIR_PROVEN, PAIR_APART, PAIR_FOREIGN, PAIR_OPEN, PAIR_LOST };
    SigLink link = { .equal = 0 };
    const bool turn = known_y && !known_x;
    const SigLayer *first = turn ? y->layer : x->layer, *second = turn ? x->layer : y->layer;
    const unsigned of_first = p->layer[turn], of_second = p->layer[!turn];
    SigLayer moved[SIG_LAYERS]; /* the same layer number on both sides: a child key may hang at another depth */
    memcpy(moved, second, sizeof moved);
    moved[of_first] = second[of_second];
    p->result = as[sig_link(first, moved, turn ? y->layers : x->layers, of_first, known_x || known_y ? p->digest[turn] : NULL, &link)];
    p->linked = true;
    p->equal = link.equal;
    if (p->result == PAIR_PROVEN) {
        memcpy(p->digest[turn], link.a, SIG_DIGEST);
        memcpy(p->digest[!turn], link.b, SIG_DIGEST);
    }
}

static Pair compare(const Audit *a, uint32_t item_x, uint32_t item_y, const OneTime *key)
{
    Pair p = { .result = PAIR_LOST };
    Reread x = { 0 }, y = { 0 };
    int at_x = -1, at_y = -1;
    if (audit_reread(a, item_x, &x) && audit_reread(a, item_y, &y)) {
        at_x = find_layer(&x, key);
        at_y = find_layer(&y, key);
    }
    if (at_x >= 0 && at_y >= 0) {
        const SigLayer *lx = &x.layer[at_x], *ly = &y.layer[at_y];
        p.layer[0] = (unsigned)at_x;
        p.layer[1] = (unsigned)at_y;
        uint8_t leaf_x[SIG_DIGEST] = { 0 }, leaf_y[SIG_DIGEST] = { 0 };
        const bool known_x = digest_of(a, item_x, &x, p.layer[0], p.digest[0], leaf_x);
        const bool known_y = digest_of(a, item_y, &y, p.layer[1], p.digest[1], leaf_y);
        if (lx->set != ly->set)
            p.result = PAIR_KEYS;
        else if (known_x && known_y && same_key(lx, ly))
            p.result = memcmp(leaf_x, leaf_y, sizeof leaf_x) ? PAIR_OTHER : PAIR_PROVEN;
        else
            link_pair(&x, &y, known_x, known_y, &p);
        if (p.result == PAIR_APART && !same_key(lx, ly))
            p.result = PAIR_KEYS;
    }
    audit_reread_free(&x);
    audit_reread_free(&y);
    return p;
}

static void prove(Audit *a, uint32_t first, uint32_t item_x, uint32_t item_y, const Pair *p)
{
    Reread r;
    gpointer number = g_hash_table_lookup(a->proof_of, GUINT_TO_POINTER(first + 1));
    if (!audit_reread(a, item_y, &r)) {
        audit_reread_free(&r);
        return;
    }
    const SigLayer *layer = &r.layer[p->layer[1]];
    const guint n = (guint)sig_layer_digest_size(layer);
    if (number) {
        g_byte_array_append(((Proof *)g_ptr_array_index(a->proofs, GPOINTER_TO_UINT(number) - 1))->digests, p->digest[1], n);
    } else {
        Proof *proof = g_new0(Proof, 1);
        g_autofree char *subject = subject_of(a, layer, item_y);
        *proof = (Proof){ .first = first, .item = { item_x, item_y }, .layer = { p->layer[0], p->layer[1] },
                          .digests = g_byte_array_new(), .set = layer->set, .linked = p->linked };
        g_byte_array_append(proof->digests, p->digest[0], n);
        g_byte_array_append(proof->digests, p->digest[1], n);
        proof->finding = audit_find(a, AUDIT_PROOF, "reuse", subject, "%s", "");
        proof->finding->proof = (int)a->proofs->len;
        g_ptr_array_add(a->proofs, proof);
        g_hash_table_insert(a->proof_of, GUINT_TO_POINTER(first + 1), GUINT_TO_POINTER(a->proofs->len));
    }
    audit_reread_free(&r);
}

/* No proof: why not. */
static void doubt(Audit *a, uint32_t item_x, uint32_t item_y, const Pair *p)
{
    g_autofree char *x = audit_item_name(a, item_x), *y = audit_item_name(a, item_y);
    const bool good_x = audit_item(a, item_x)->state == ITEM_VERIFIED, good_y = audit_item(a, item_y)->state == ITEM_VERIFIED;
    switch (p->result) {
    case PAIR_APART:
        audit_find(a, AUDIT_INDICATION, "damaged", good_x ? y : x,
                   "%s and %s name one one-time key and are on different chains: %s damaged, forged or of another key, which is no reuse",
                   x, y, good_x ? "the second is" : good_y ? "the first is" : "one of them is");
        break;
    case PAIR_FOREIGN:
        audit_find(a, AUDIT_INDICATION, "forged", x, "%s and %s are on the same chains, which do not end in the key: made up, no reuse", x, y);
        break;
    case PAIR_OPEN:
        audit_find(a, AUDIT_INDICATION, "linked", x,
                   "%s and %s are on the same chains; %u chains have equal values, too many to follow them to the key; the message of one of them decides",
                   x, y, p->equal);
        break;
    case PAIR_OTHER:
        audit_find(a, AUDIT_INDICATION, "other-key", x,
                   "%s and %s verify, with two one-time keys at one place: a layer above has signed two roots", x, y);
        break;
    case PAIR_KEYS:
        audit_find(a, AUDIT_INDICATION, "identifier-shared", x, "%s and %s use one I (or PUB_SEED) and leaf under different keys", x, y);
        break;
    case PAIR_LOST:
        audit_find(a, AUDIT_INDICATION, "lost", x,
                   "%s and %s name one one-time key with different bytes, and one of them cannot be read again as it was: reuse or damage; give its file under any name",
                   x, y);
        break;
    case PAIR_PROVEN:
        g_assert_not_reached();
    }
}

/* A key was used with new bytes: compared with all its other uses until one proves it. */
static void other_use(Audit *a, uint32_t first, uint32_t fresh)
{
    const OneTime key = audit_use(a, fresh)->key;
    const uint32_t item = audit_use(a, fresh)->item;
    Pair worst = { .result = PAIR_APART };
    uint32_t with = audit_use(a, first)->item;
    unsigned others = 0;
    Open open = { .first = first, .fresh = fresh };
    bool is_open = false;
    for (uint32_t u = first + 1; u && u - 1 != fresh && others < MOST_OTHERS; u = audit_use(a, u - 1)->next, others++) {
        const uint32_t other = audit_use(a, u - 1)->item;
        const Pair p = compare(a, other, item, &key);
        if (p.result == PAIR_PROVEN) {
            prove(a, first, other, item, &p);
            return;
        }
        if ((p.result == PAIR_LOST && !open.lost) || (p.result == PAIR_OPEN && !is_open)) {
            open = (Open){ first, fresh, u - 1, p.equal, p.result == PAIR_LOST };
            is_open = true;
        }
        if (u == first + 1 || (worst.result == PAIR_APART && p.result != PAIR_APART)) {
            worst = p;
            with = other;
        }
    }
    if (is_open) /* what decides may come yet: in this audit, or tomorrow */
        g_array_append_val(a->open, open);
    else
        doubt(a, with, item, &worst);
}

void audit_try_open(Audit *a)
{
    g_autoptr(GArray) tried = g_steal_pointer(&a->open);
    a->open = g_array_new(FALSE, FALSE, sizeof(Open));
    for (guint i = 0; i < tried->len; i++) {
        const Open *o = &g_array_index(tried, Open, i);
        other_use(a, o->first, o->fresh);
    }
}

void audit_tell_open(Audit *a)
{
    for (guint i = 0; i < a->open->len; i++) {
        const Open *o = &g_array_index(a->open, Open, i);
        const Pair p = { .result = o->lost ? PAIR_LOST : PAIR_OPEN, .equal = o->equal };
        doubt(a, audit_use(a, o->other)->item, audit_use(a, o->fresh)->item, &p);
    }
}

/* ---- layers ---- */

size_t audit_upper_bytes(const SigLayer *layer)
{
    return (size_t)(layer->below + layer->below_length - (layer->randomiser - 8));
}

/* One child key under two parents. */
static void note_child(Audit *a, uint32_t item, const SigLayer *layer)
{
    Parent fresh = { .by = one_time(layer), .item = item }, *old;
    audit_hash(layer->below, layer->below_length, fresh.child);
    old = g_hash_table_lookup(a->parent, layer->below + 8);
    if (!old) {
        g_hash_table_insert(a->parent, g_memdup2(layer->below + 8, AUDIT_OWNER), g_memdup2(&fresh, sizeof fresh));
        return;
    }
    if (!memcmp(&old->by, &fresh.by, sizeof fresh.by))
        return; /* one parent: a second use of it if the bytes differ */
    g_autofree char *x = audit_item_name(a, old->item), *y = audit_item_name(a, item), *subject = subject_of(a, layer, item);
    const bool same = !memcmp(old->child, fresh.child, AUDIT_HASH);
    audit_find(a, same ? AUDIT_PROOF : AUDIT_INDICATION, same ? "child-of-two" : "identifier-shared", subject,
               same ? "one child key under two parents: %s and %s; each of its leaves serves two indices"
                    : "two child keys with one I: %s and %s",
               x, y);
}

/* Is the upper layer genuine? Each is verified once. */
static bool upper_holds(Audit *a, uint32_t item, const SigLayer *layer, unsigned layers, unsigned which)
{
    const SigLayer *own = &layer[which];
    uint8_t text[AUDIT_HASH + 64], id[AUDIT_HASH], digest[SIG_DIGEST];
    const size_t key = 24 + sig_layer_digest_size(own);
    audit_hash(own->randomiser - 8, audit_upper_bytes(own), text);
    memcpy(text + AUDIT_HASH, own->key, key);
    audit_hash(text, AUDIT_HASH + key, id);
    gpointer known = g_hash_table_lookup(a->upper, id);
    if (!known) {
        bool good = !sig_layer_below_digest(own, digest) && !sig_layer_holds(layer, layers, which, digest);
        known = GINT_TO_POINTER(good ? 1 : 2);
        g_hash_table_insert(a->upper, g_memdup2(id, sizeof id), known);
        if (good)
            note_child(a, item, own);
    }
    return known == GINT_TO_POINTER(1);
}

/* A use that was seen before is at hand once more: the one with a message serves better, and the one whose file is there. */
static void seen_again(Audit *a, uint32_t first, uint32_t use, uint32_t item, unsigned layer)
{
    const uint32_t old = audit_use(a, use)->item;
    const bool gone = audit_takes_place(a, old, item);
    gpointer number = gone ? g_hash_table_lookup(a->proof_of, GUINT_TO_POINTER(first + 1)) : NULL;
    Proof *p = number ? g_ptr_array_index(a->proofs, GPOINTER_TO_UINT(number) - 1) : NULL;
    if (gone || (audit_item(a, old)->state == ITEM_UNVERIFIED && audit_item(a, item)->state == ITEM_VERIFIED))
        audit_use(a, use)->item = item;
    for (unsigned k = 0; p && k < 2; k++) {
        if (p->item[k] == old) {
            p->item[k] = item;
            p->layer[k] = layer;
        }
    }
}

/* With what was known of the other, if it is true of this one. */
static void take_place(Audit *a, uint32_t old, uint32_t item, const SigLayer *layer, unsigned layers)
{
    g_autofree uint8_t *message = NULL;
    uint8_t digest[SIG_DIGEST];
    size_t length;
    audit_replace(a, old, item);
    Item *x = audit_item(a, item);
    if (x->state == ITEM_UNVERIFIED && true_message(a, item, layer, layers, &message, &length, digest))
        x->state = ITEM_VERIFIED;
}

/* A layer counts if the key that it belongs to is genuine: for HSS, if all above it verify. */
void audit_add_uses(Audit *a, uint32_t item, const SigLayer *layer, unsigned layers)
{
    bool fresh_bottom = false, any_fresh = false;
    uint32_t old = item;
    for (unsigned i = 0; i < layers; i++) {
        if (layer[i].below && !upper_holds(a, item, layer, layers, i)) {
            g_autofree char *name = audit_item_name(a, item);
            audit_find(a, AUDIT_INDICATION, "not-verified", name, "%s: level %u does not sign the key below it: damaged, forged or of another key",
                       name, i);
            audit_item(a, item)->state = ITEM_FAILED;
            return;
        }
        uint8_t bytes[AUDIT_HASH];
        const OneTime key = one_time(&layer[i]);
        bool fresh;
        audit_hash(layer[i].values, sig_layer_bytes(&layer[i]), bytes);
        const uint32_t use = audit_put_use(a, &key, bytes, item, &fresh), first = first_of(a, &key);
        any_fresh = any_fresh || fresh;
        if (i == sig_layers_bottom(layer, layers)) {
            fresh_bottom = fresh;
            old = audit_use(a, use)->item;
        }
        if (!fresh)
            seen_again(a, first, use, item, i);
        if (fresh && use != first)
            other_use(a, first, use);
    }
    if (!any_fresh && audit_takes_place(a, old, item))
        take_place(a, old, item, layer, layers);
    else
        a->duplicates += !fresh_bottom;
}

/* ---- texts ---- */

/* By the messages, or by what the manifest says of them. */
static bool same_message(const Audit *a, const uint32_t item[2], const Reread *x, const Reread *y)
{
    size_t n, m;
    uint8_t digest[SIG_DIGEST];
    const Note *of_x = audit_note(a, audit_item(a, item[0])), *of_y = audit_note(a, audit_item(a, item[1]));
    g_autofree uint8_t *one = NULL, *two = NULL;
    if (true_message(a, item[0], x->layer, x->layers, &one, &n, digest) && true_message(a, item[1], y->layer, y->layers, &two, &m, digest))
        return n == m && !memcmp(one, two, n);
    return of_x && of_y && of_x->digest && !g_strcmp0(of_x->digest, of_y->digest);
}

/* Without the files it is what the ledger says. */
static const char *kind_of(const Audit *a, const Proof *p)
{
    Reread x, y;
    const char *kind = p->finding->kind;
    const bool read = audit_reread(a, p->item[0], &x) & audit_reread(a, p->item[1], &y);
    if (read) {
        const SigLayer *lx = &x.layer[p->layer[0]], *ly = &y.layer[p->layer[1]];
        if (!same_key(lx, ly))
            kind = "reuse-across-keys";
        else if (lx->below && ly->below)
            kind = memcmp(lx->below, ly->below, lx->below_length) ? "upper-two-roots" : "upper-one-root-twice";
        else if (!is_lms(lx) && lx->layer)
            kind = "upper-two-roots";
        else if (same_message(a, p->item, &x, &y))
            kind = "same-message";
    }
    audit_reread_free(&x);
    audit_reread_free(&y);
    return kind;
}

static const struct { const char *kind, *says; } kinds[] = {
    { "reuse", "one one-time key signed two messages" },
    { "same-message", "one one-time key signed one message twice, with two randomisers" },
    { "upper-two-roots", "an upper layer signed two roots with one one-time key" },
    { "upper-one-root-twice", "an upper layer signed one root twice with one one-time key" },
    { "reuse-across-keys", "one one-time key under two public keys signed twice" },
};

static size_t number_of_kind(const char *name)
{
    size_t k = 0;
    while (k < G_N_ELEMENTS(kinds) && strcmp(kinds[k].kind, name))
        k++;
    return k;
}

const char *audit_proof_kind(const char *name)
{
    const size_t k = number_of_kind(name);
    return k < G_N_ELEMENTS(kinds) ? kinds[k].kind : NULL;
}

void audit_describe_proofs(Audit *a)
{
    for (guint i = 0; i < a->proofs->len; i++) {
        Proof *p = g_ptr_array_index(a->proofs, i);
        AuditFinding *f = p->finding;
        f->kind = kind_of(a, p);
        const guint count = p->digests->len / (guint)sig_layer_digest_size(&(SigLayer){ .set = p->set });
        f->bits = sig_forgery_bits(p->set, p->digests->data, count);
        g_autofree char *x = audit_item_name(a, p->item[0]), *y = audit_item_name(a, p->item[1]);
        g_autofree char *cost = isinf(f->bits) ? g_strdup("no other message can be signed with them")
                                               : g_strdup_printf("a forgery of a chosen message costs about 2^%.1f hashes", f->bits);
        g_autofree char *more = count > 2 ? g_strdup_printf(" (%u uses in all)", count) : g_strdup("");
        g_free(f->text);
        f->text = g_strdup_printf("%s: %s and %s%s; %s, %s", kinds[number_of_kind(f->kind)].says, x, y, more, p->linked ? "linked" : "verified", cost);
    }
}
