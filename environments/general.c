#include "environments/general.h"

#include <string.h>

#include "adversary/stolen.h"

const char *const env_do_name[ENV_DOS + 1] = {
    "keygen", "request", "cancel", "transfer", "resend", "sign", "verify", "status", "deliver", "mutate", "crash",
    "restart", "restore", "corrupt", "forge", NULL,
};

enum { UNSET = UINT32_MAX, BOUND_MAX = 1000, MESSAGES_MAX = 4, DELIVERED_BITS = 4, LOST_MAX = 3, SNAPSHOTS_MAX = 8,
       ALIKE_PARTIES = 64 / DELIVERED_BITS /* deliveries are counted for so many apart */ };

/* What Z knows: a row of items, sorted by (type, digest of the bytes), so that it does not depend on the order in
 * which things became known. */
typedef enum { ITEM_KEY, ITEM_TICKET, ITEM_PAYLOAD, ITEM_SIGNATURE, ITEM_STATE, ITEM_DELIVERED } ItemType; /* the last in lessons only */
typedef struct {
    UcWord type;
    UcWord bytes;      /* kid, ticket, payload, signature, state of a corrupted party (a) */
    UcWord a, b;       /* ticket: of, from. payload: from, to */
    UcWord other;      /* key: vk. ticket: kid or none. signature: message */
    UcWord number;     /* ticket: count. payload: how often delivered, DELIVERED_BITS a receiver */
} Item;
enum { ITEM_WORDS = sizeof(Item) / sizeof(UcWord) };

struct EnvGeneral {
    EnvWorlds *worlds;
    EnvAlphabet domain;
    UcStore *store;
    unsigned parties;
    UcWord set, wrong_set, wrong_kid, wrong_ticket, message[MESSAGES_MAX];
    UcWord count[8];
    unsigned counts, good_counts;
    bool symmetry;
};

/* ---- bounds ---- */

EnvAlphabet env_default_alphabet(void)
{
    EnvAlphabet d = { .messages = 2, .wrong = ENV_WRONG_ALL, .any = true };
    for (int i = 0; i < ENV_DOS; i++)
        d.bound[i] = UNSET;
    return d;
}

static bool set_cut(EnvAlphabet *d, const char *name, int64_t value)
{
    if (!strcmp(name, "messages") && value >= 1 && value <= MESSAGES_MAX)
        d->messages = (unsigned)value;
    else if (!strcmp(name, "wrong") && value >= 0 && value <= ENV_WRONG_ALL)
        d->wrong = (unsigned)value;
    else if (!strcmp(name, "any") && (value == 0 || value == 1))
        d->any = value;
    else if (!strcmp(name, "parties") && value >= 1 && value <= 1000)
        d->parties = (uint32_t)value;
    else if (!strcmp(name, "keygen-by") && value >= 1 && value <= 1000)
        d->keygen_by = (uint32_t)value;
    else
        return false;
    return true;
}

bool env_alphabet_set(EnvAlphabet *d, const char *name, int64_t value, GError **error)
{
    g_assert(d && name);
    for (int i = 0; i < ENV_DOS; i++) {
        if (strcmp(env_do_name[i], name))
            continue;
        if (value >= 0 && value <= BOUND_MAX) {
            d->bound[i] = (uint32_t)value;
            return true;
        }
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound %s: expected 0 to %d, got %" G_GINT64_FORMAT, name,
                    BOUND_MAX, value);
        return false;
    }
    if (set_cut(d, name, value))
        return true;
    g_autofree char *names = g_strjoinv(", ", (char **)env_do_name);
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION,
                "bound: expected one of %s, messages (1-4), wrong (0-8), any (0-1), parties, keygen-by, got %s=%"
                G_GINT64_FORMAT, names, name, value);
    return false;
}

static void take_domains(EnvAlphabet *d, const EnvScenario *scenario)
{
    const EnvDomain *messages = env_scenario_domain(scenario, "messages");
    const EnvDomain *counts = env_scenario_domain(scenario, "counts");
    if (messages && messages->text->len)
        d->messages = MIN(messages->text->len, (guint)MESSAGES_MAX);
    for (guint i = 0; messages && i < messages->text->len && i < MESSAGES_MAX; i++)
        d->message[i] = messages->text->pdata[i];
    for (guint i = 0; counts && i < counts->number->len && i < G_N_ELEMENTS(d->count); i++)
        d->count[d->counts++] = g_array_index(counts->number, int64_t, i);
}

bool env_alphabet_of(EnvAlphabet *d, const EnvScenario *scenario, GError **error)
{
    if (!scenario->bound->len) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION,
                    "%s: expected bounds for exploration, got none: give the scenario a table `explore = { sign = 2, "
                    "... }` or say --bound sign=2", scenario->path);
        return false;
    }
    take_domains(d, scenario);
    for (guint i = 0; i < scenario->bound->len; i++) {
        const EnvBound *b = &g_array_index(scenario->bound, EnvBound, i);
        if (!env_alphabet_set(d, b->name, b->value, error)) {
            g_prefix_error(error, "%s: ", scenario->path);
            return false;
        }
    }
    return true;
}

static void settle(EnvAlphabet *d, EnvDo which, uint32_t value)
{
    if (d->bound[which] == UNSET)
        d->bound[which] = value;
}

void env_alphabet_settle(EnvAlphabet *d)
{
    g_assert(d);
    settle(d, ENV_DO_TRANSFER, 0);
    settle(d, ENV_DO_CRASH, 0);
    settle(d, ENV_DO_KEYGEN, 1);
    settle(d, ENV_DO_STATUS, 1);
    settle(d, ENV_DO_REQUEST, d->bound[ENV_DO_TRANSFER]);
    settle(d, ENV_DO_RESTORE, 0);
    settle(d, ENV_DO_RESTART, d->bound[ENV_DO_CRASH] + d->bound[ENV_DO_RESTORE]);
    settle(d, ENV_DO_CORRUPT, 0);
    settle(d, ENV_DO_FORGE, d->bound[ENV_DO_CORRUPT]);
    settle(d, ENV_DO_RESEND, d->bound[ENV_DO_TRANSFER] > 0);
    settle(d, ENV_DO_DELIVER, d->bound[ENV_DO_TRANSFER] > 0);
    for (int i = 0; i < ENV_DOS; i++)
        settle(d, (EnvDo)i, 0);
}

/* ---- knowledge ---- */

static const UcRegionKind knowledge_kind = {
    .name = "knowledge", .item_words = ITEM_WORDS, .item_handles = 1 << 1 | 1 << 4,
};

static const Item *items_of(const UcRegion *knowledge, size_t *count)
{
    *count = knowledge ? knowledge->words / ITEM_WORDS : 0;
    return knowledge ? (const Item *)(const void *)knowledge->word : NULL;
}

static int compare(const EnvGeneral *g, const Item *a, const Item *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    UcDigest x = uc_store_digest(g->store, a->bytes), y = uc_store_digest(g->store, b->bytes);
    if (x.hi != y.hi)
        return x.hi < y.hi ? -1 : 1;
    return x.lo == y.lo ? 0 : x.lo < y.lo ? -1 : 1;
}

/* A copy with one more item; NULL when it is known. */
static UcRegion *with_item(const EnvGeneral *g, const UcRegion *knowledge, const Item *fresh)
{
    size_t n, at = 0;
    const Item *item = items_of(knowledge, &n);
    while (at < n && compare(g, &item[at], fresh) < 0)
        at++;
    if (at < n && compare(g, &item[at], fresh) == 0)
        return NULL;
    UcRegion *out = uc_region_new((n + 1) * ITEM_WORDS);
    Item *to = (Item *)(void *)out->word;
    if (n) {
        memcpy(to, item, at * sizeof *item);
        memcpy(to + at + 1, item + at, (n - at) * sizeof *item);
    }
    to[at] = *fresh;
    return out;
}

static bool item_from(const EnvGeneral *g, const UcChoice *move, const UcViewEntry *e, Item *out)
{
    const UcWord *w = e->message.w;
    const UcMessage *m = &move->write.message;
    UcWord party = e->from - (UcWord)UC_PARTY_0;
    switch (e->message.kind) {
    case DKM_KEY:
        *out = (Item){ ITEM_KEY, .bytes = w[0], .other = w[1] };
        return true;
    case DKM_REQUESTED:
        *out = (Item){ ITEM_TICKET, w[0], party, m->w[2], m->w[0], m->w[1] };
        return true;
    case UC_M_PAYLOAD:
        *out = (Item){ ITEM_PAYLOAD, .bytes = w[1], .a = e->peer - (UcWord)UC_PARTY_0, .b = w[0] };
        return true;
    case UC_M_STATE:
        *out = (Item){ ITEM_STATE, .bytes = w[0], .a = e->peer - (UcWord)UC_PARTY_0 };
        return g->domain.bound[ENV_DO_FORGE] > 0;
    case DKM_SIGNATURE:
        *out = (Item){ ITEM_SIGNATURE, .bytes = w[2], .other = m->w[1] };
        return g->domain.bound[ENV_DO_VERIFY] > 0;
    default:
        return false;
    }
}

static unsigned delivered_shift(UcWord party) { return (unsigned)(party * DELIVERED_BITS % 64); }

/* One delivery more of a payload to a party that changed something. */
static UcRegion *delivered(const UcRegion *knowledge, const Item *lesson)
{
    UcRegion *out = uc_region_copy(knowledge, knowledge->words);
    Item *item = (Item *)(void *)out->word;
    for (size_t i = 0; i < knowledge->words / ITEM_WORDS; i++) {
        if (item[i].type == ITEM_PAYLOAD && item[i].bytes == lesson->bytes)
            item[i].number += UINT64_C(1) << delivered_shift(lesson->a);
    }
    return out;
}

static UcRegion *lesson(void *data, const UcChoice *move, const UcViewEntry *entry, size_t entries, bool changed)
{
    const EnvGeneral *g = data;
    Item item[8];
    size_t n = 0;
    if (changed && move->tag == ENV_DO_DELIVER)
        item[n++] = (Item){ ITEM_DELIVERED, .bytes = move->extra[0], .a = move->extra[1] };
    for (size_t i = 0; i < entries && n < G_N_ELEMENTS(item); i++)
        n += item_from(g, move, &entry[i], &item[n]);
    if (!n)
        return NULL;
    UcRegion *out = uc_region_new(n * ITEM_WORDS);
    memcpy(out->word, item, n * sizeof *item);
    return out;
}

static UcRegion *absorb(void *data, const UcRegion *knowledge, const UcRegion *taught)
{
    UcRegion *now = NULL;
    size_t n;
    const Item *item = items_of(taught, &n);
    for (size_t i = 0; i < n; i++) {
        const UcRegion *before = now ? now : knowledge;
        UcRegion *more = item[i].type == ITEM_DELIVERED ? delivered(before, &item[i]) : with_item(data, before, &item[i]);
        if (more) {
            uc_region_unref(now);
            now = more;
        }
    }
    return now;
}

/* ---- moves ---- */

typedef struct {
    const EnvGeneral *g;
    const Item *item;
    size_t items;
    GArray *out;
} Table;

/* A value of an argument, and whether it is a wrong one. */
typedef struct {
    UcWord word;
    unsigned wrong;
} Value;

static bool wanted(const Table *t, EnvDo which) { return t->g->domain.bound[which] > 0; }

/* The parties that a move involves. A changed payload may name any of them. Other payloads, tickets and stolen states
 * name parties that were involved when they were made. */
static uint32_t names_in(const EnvGeneral *g, EnvDo what, const UcEnvelope *write)
{
    if (!g->symmetry)
        return 0;
    uint32_t all = (UINT32_C(1) << g->parties) - 1, names = 0;
    if (what == ENV_DO_MUTATE)
        return all;
    if (write->to >= UC_PARTY_0)
        names |= UINT32_C(1) << (write->to - UC_PARTY_0);
    if (write->peer >= UC_PARTY_0)
        names |= UINT32_C(1) << (write->peer - UC_PARTY_0);
    const UcMessageKind *kind = uc_message_kind(&env_worlds_spec(g->worlds, ENV_REAL)->messages, write->message.kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (kind->field[i].type == UC_PARTY && write->message.w[i] < g->parties)
            names |= UINT32_C(1) << write->message.w[i];
    }
    return names;
}

static void add(Table *t, EnvDo what, UcEnvelope write, unsigned actor)
{
    UcChoice move;
    memset(&move, 0, sizeof move);
    move.write = write;
    move.counter = what == ENV_DO_DELIVER ? UC_NO_COUNTER : (uint8_t)what;
    move.counter2 = UC_NO_COUNTER;
    move.actor = (uint8_t)actor;
    move.tag = (uint8_t)what;
    move.names = names_in(t->g, what, &write);
    g_array_append_val(t->out, move);
}

static void input(Table *t, EnvDo what, unsigned wrong, UcWord party, UcMessage message)
{
    if (wrong <= t->g->domain.wrong)
        add(t, what, (UcEnvelope){ UC_Z, uc_party(party), 0, message }, (unsigned)party);
}

static void order(Table *t, EnvDo what, UcWord party, UcMessage message, unsigned actor)
{
    add(t, what, (UcEnvelope){ UC_Z, UC_A, uc_party(party), message }, actor);
}

static size_t keys(const Table *t, Value *out, bool any)
{
    size_t n = 0;
    for (size_t i = 0; i < t->items; i++) {
        if (t->item[i].type == ITEM_KEY && n < 14)
            out[n++] = (Value){ t->item[i].bytes, 0 };
    }
    if (any && n)
        out[n++] = (Value){ UC_NONE, 0 };
    out[n++] = (Value){ t->g->wrong_kid, 1 };
    return n;
}
enum { KEYS_MAX = 16 };

static void keygens(Table *t, UcWord p)
{
    uint32_t by = t->g->domain.keygen_by;
    if (!wanted(t, ENV_DO_KEYGEN))
        return;
    if (!by || p < by)
        input(t, ENV_DO_KEYGEN, 0, p, (UcMessage){ DKM_KEYGEN, { t->g->set } });
    input(t, ENV_DO_KEYGEN, 1, p, (UcMessage){ DKM_KEYGEN, { t->g->wrong_set } });
}

static void requests(Table *t, UcWord p)
{
    const EnvGeneral *g = t->g;
    Value kid[KEYS_MAX];
    size_t n = wanted(t, ENV_DO_REQUEST) ? keys(t, kid, g->domain.any) : 0;
    for (size_t k = 0; k < n; k++) {
        for (UcWord from = 0; from <= g->parties; from++) {
            unsigned wrong = kid[k].wrong + (from == p || from == g->parties);
            for (unsigned c = 0; wrong <= g->domain.wrong && c < g->counts; c++)
                input(t, ENV_DO_REQUEST, wrong + (c >= g->good_counts), p,
                      (UcMessage){ DKM_REQUEST, { kid[k].word, g->count[c], from } });
        }
    }
}

/* A ticket and a party: how wrong is it that `source` sends to `to` on it? Counts and keys are wrong when they are not
 * what was requested. */
static void transfers_on(Table *t, UcWord p, const Item *ticket)
{
    const EnvGeneral *g = t->g;
    Value kid[KEYS_MAX];
    size_t n = keys(t, kid, false);
    for (size_t k = 0; k < n; k++) {
        unsigned bad_key = kid[k].wrong || (ticket && ticket->other != UC_NONE && ticket->other != kid[k].word);
        for (UcWord to = 0; to <= g->parties; to++) {
            unsigned bad_to = to == p || to == g->parties || (ticket && ticket->a != to);
            unsigned wrong = bad_key + bad_to + (!ticket || ticket->b != p);
            for (unsigned c = 0; wrong <= g->domain.wrong && c < g->counts; c++) {
                unsigned bad_count = ticket ? g->count[c] != ticket->number : c >= g->good_counts;
                input(t, ENV_DO_TRANSFER, wrong + bad_count, p,
                      (UcMessage){ DKM_TRANSFER, { kid[k].word, g->count[c], to,
                                                   ticket ? ticket->bytes : g->wrong_ticket } });
            }
        }
    }
}

static void resends_on(Table *t, UcWord p, const Item *ticket)
{
    for (UcWord to = 0; to <= t->g->parties; to++) {
        unsigned wrong = (to == p || to == t->g->parties || (ticket && ticket->a != to)) + (!ticket || ticket->b != p);
        input(t, ENV_DO_RESEND, wrong, p,
              (UcMessage){ DKM_RESEND, { to, ticket ? ticket->bytes : t->g->wrong_ticket } });
    }
}

/* `ticket` NULL: the unknown one. */
static void on_ticket(Table *t, UcWord p, const Item *ticket)
{
    if (wanted(t, ENV_DO_CANCEL))
        input(t, ENV_DO_CANCEL, !ticket || ticket->a != p, p,
              (UcMessage){ DKM_CANCEL, { ticket ? ticket->bytes : t->g->wrong_ticket } });
    if (wanted(t, ENV_DO_TRANSFER))
        transfers_on(t, p, ticket);
    if (wanted(t, ENV_DO_RESEND))
        resends_on(t, p, ticket);
}

static void with_keys(Table *t, UcWord p)
{
    Value kid[KEYS_MAX];
    size_t n = keys(t, kid, false);
    for (size_t k = 0; k < n; k++) {
        for (unsigned m = 0; wanted(t, ENV_DO_SIGN) && m < t->g->domain.messages; m++)
            input(t, ENV_DO_SIGN, kid[k].wrong, p, (UcMessage){ DKM_SIGN, { kid[k].word, t->g->message[m] } });
        if (wanted(t, ENV_DO_STATUS))
            input(t, ENV_DO_STATUS, kid[k].wrong, p, (UcMessage){ DKM_STATUS, { kid[k].word } });
    }
}

/* Every known public key, message and signature; and none of each. */
static void verifies(Table *t, UcWord p)
{
    for (size_t k = 0; wanted(t, ENV_DO_VERIFY) && k < t->items; k++) {
        if (t->item[k].type != ITEM_KEY)
            continue;
        for (size_t s = 0; s < t->items; s++) {
            if (t->item[s].type != ITEM_SIGNATURE)
                continue;
            for (unsigned m = 0; m < t->g->domain.messages; m++)
                input(t, ENV_DO_VERIFY, t->item[s].other != t->g->message[m], p,
                      (UcMessage){ DKM_VERIFY, { t->item[k].other, t->g->message[m], t->item[s].bytes } });
        }
    }
}

static void deliver(Table *t, EnvDo what, const Item *payload, UcWord bytes, UcWord to)
{
    order(t, what, to, (UcMessage){ UC_M_DELIVER, { bytes } }, (unsigned)(t->g->parties + to));
    UcChoice *move = &g_array_index(t->out, UcChoice, t->out->len - 1);
    move->extra[0] = payload->bytes;
    move->extra[1] = to;
}

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

static UcWord resized(const EnvGeneral *g, UcWord payload, bool longer)
{
    size_t length;
    const uint8_t *old = uc_store_get(g->store, payload, &length);
    g_autofree uint8_t *copy = g_malloc0(length + 1);
    memcpy(copy, old, length);
    return uc_store_put(g->store, copy, longer ? length + 1 : length - 1);
}

static void mutation(Table *t, const Item *payload, UcWord bytes, UcWord to)
{
    if (bytes != payload->bytes)
        deliver(t, ENV_DO_MUTATE, payload, bytes, to);
}

/* The tag, the length, and each field of the header replaced by another known value (protocol/payload.h). */
static void mutations(Table *t, const Item *payload, UcWord to)
{
    enum { VERSION = 0, SCHEME = 2, ENCLAVE = 10, FROM = 26, TO = 30, TICKET = 34 };
    const EnvGeneral *g = t->g;
    size_t length;
    const uint8_t *old = uc_store_get(g->store, payload->bytes, &length);
    if (!wanted(t, ENV_DO_MUTATE) || length <= PAYLOAD_HEADER_BYTES)
        return;
    uint8_t last = old[length - 1] ^ 1, version[2] = { 0, PAYLOAD_VERSION + 1 }, other[16] = { 0 };
    mutation(t, payload, replaced(g, payload->bytes, length - 1, &last, 1), to);
    mutation(t, payload, resized(g, payload->bytes, false), to);
    mutation(t, payload, resized(g, payload->bytes, true), to);
    mutation(t, payload, replaced(g, payload->bytes, VERSION, version, sizeof version), to);
    mutation(t, payload, replaced(g, payload->bytes, SCHEME, other, 8), to);
    mutation(t, payload, replaced(g, payload->bytes, ENCLAVE, other, 16), to);
    for (unsigned i = 0; i < g->parties; i++) {
        uint8_t party[4] = { 0, 0, (uint8_t)(i >> 8), (uint8_t)i };
        mutation(t, payload, replaced(g, payload->bytes, FROM, party, 4), to);
        mutation(t, payload, replaced(g, payload->bytes, TO, party, 4), to);
    }
    for (size_t i = 0; i < t->items; i++) {
        if (t->item[i].type == ITEM_TICKET)
            mutation(t, payload, replaced(g, payload->bytes, TICKET, uc_store_get(g->store, t->item[i].bytes, NULL),
                                          DKM_TICKET_BYTES), to);
    }
}

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

/* A payload for this ticket under a stolen sealing key: the first and the last indices of a stolen key. */
static void forge(Table *t, const Item *ticket, const AdversarySealing *sealing, const AdversaryKey *key)
{
    const EnvGeneral *g = t->g;
    const PiConfig *config = env_worlds_spec(g->worlds, ENV_REAL)->party.config;
    const Sigma *sigma = config->dkm->sigma[0];
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = (uint32_t)ticket->b, .to = (uint32_t)ticket->a };
    if (ticket->number < 1 || ticket->number > sigma->capacity)
        return;
    payload_scheme_id(sigma, header.scheme);
    payload_enclave_id(config->dkm->enclave, header.enclave);
    memcpy(header.ticket, uc_store_get(g->store, ticket->bytes, NULL), sizeof header.ticket);
    const DkmInterval block[] = { { 0, ticket->number }, { sigma->capacity - ticket->number, sigma->capacity } };
    for (unsigned i = 0; i < 1u + (block[1].a != 0); i++) {
        UcWord bytes = adversary_seal(g->store, config, uc_store_get(g->store, sealing->key, NULL), &header, key, block[i]);
        if (bytes != UC_NONE && !has_forgery(t, bytes, ticket->a))
            deliver(t, ENV_DO_FORGE, ticket, bytes, ticket->a);
    }
}

/* What a corrupted member can seal for this ticket: under the enclave's key, or under the key of this very pair. */
static void forgeries(Table *t, const Item *state, const Item *ticket)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(t->g->store, state->bytes, &length);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(AdversaryKey));
    g_autoptr(GArray) sealing = g_array_new(FALSE, FALSE, sizeof(AdversarySealing));
    adversary_read_state(t->g->store, bytes, length, keys, sealing);
    for (guint s = 0; s < sealing->len; s++) {
        const AdversarySealing *k = &g_array_index(sealing, AdversarySealing, s);
        bool pair = (ticket->a == state->a && ticket->b == k->party) || (ticket->b == state->a && ticket->a == k->party);
        for (guint i = 0; (k->party == UC_NO_PARTY || pair) && i < keys->len; i++)
            forge(t, ticket, k, &g_array_index(keys, AdversaryKey, i));
    }
}

static void all_forgeries(Table *t)
{
    for (size_t s = 0; wanted(t, ENV_DO_FORGE) && s < t->items; s++) {
        for (size_t i = 0; t->item[s].type == ITEM_STATE && i < t->items; i++) {
            if (t->item[i].type == ITEM_TICKET)
                forgeries(t, &t->item[s], &t->item[i]);
        }
    }
}

static void deliveries(Table *t, UcWord to)
{
    uint32_t bound = MIN(t->g->domain.bound[ENV_DO_DELIVER], (1u << DELIVERED_BITS) - 1);
    for (size_t i = 0; i < t->items; i++) {
        const Item *payload = &t->item[i];
        if (payload->type != ITEM_PAYLOAD)
            continue;
        if ((payload->number >> delivered_shift(to) & ((1 << DELIVERED_BITS) - 1)) < bound)
            deliver(t, ENV_DO_DELIVER, payload, payload->bytes, to);
        mutations(t, payload, to);
    }
}

/* Crash points, and what the storage models allow on top; points that this model refuses change nothing. */
static void crashes(Table *t, UcWord p, unsigned actor)
{
    UcStorage storage = env_worlds_options(t->g->worlds)->storage;
    for (UcWord point = UC_POINT_NOW; point < UC_POINTS; point++) {
        bool lose = point == UC_POINT_LOSE;
        bool plain = point == UC_POINT_NOW || point == UC_POINT_BEFORE || point == UC_POINT_MIDDLE || point == UC_POINT_AFTER;
        for (UcWord count = lose; plain || storage != UC_STORAGE_ATOMIC; count++) {
            order(t, ENV_DO_CRASH, p, (UcMessage){ UC_M_CRASH, { point, count } }, actor);
            if (!lose || count == LOST_MAX)
                break;
        }
    }
}

/* A corrupted party's state is A's, which receives its inputs and speaks for it; `speak` is one of its outputs. */
static void corruption(Table *t, UcWord p, unsigned actor)
{
    order(t, ENV_DO_CORRUPT, p, (UcMessage){ UC_M_CORRUPT, { 0 } }, actor);
    order(t, ENV_DO_CORRUPT, p, (UcMessage){ DKM_CANCELLED, { t->g->wrong_ticket } }, actor);
}

static void faults(Table *t, UcWord p)
{
    unsigned actor = 2 * t->g->parties;
    if (wanted(t, ENV_DO_CRASH))
        crashes(t, p, actor);
    if (wanted(t, ENV_DO_RESTART))
        order(t, ENV_DO_RESTART, p, (UcMessage){ UC_M_RESTART, { 0 } }, actor);
    for (UcWord s = 0; wanted(t, ENV_DO_RESTORE) && s < SNAPSHOTS_MAX; s++)
        order(t, ENV_DO_RESTORE, p, (UcMessage){ UC_M_RESTORE, { s } }, actor);
    if (wanted(t, ENV_DO_CORRUPT))
        corruption(t, p, actor);
}

static void moves(void *data, const UcRegion *knowledge, GArray *out)
{
    Table t = { .g = data, .out = out };
    uint32_t acting = t.g->domain.parties ? MIN(t.g->domain.parties, t.g->parties) : t.g->parties;
    t.item = items_of(knowledge, &t.items);
    for (UcWord p = 0; p < acting; p++) {
        keygens(&t, p);
        requests(&t, p);
        on_ticket(&t, p, NULL);
        for (size_t i = 0; i < t.items; i++) {
            if (t.item[i].type == ITEM_TICKET)
                on_ticket(&t, p, &t.item[i]);
        }
        with_keys(&t, p);
        verifies(&t, p);
    }
    for (UcWord p = 0; p < acting; p++)
        deliveries(&t, p);
    all_forgeries(&t);
    for (UcWord p = 0; p < acting; p++)
        faults(&t, p);
}

/* ---- set-up ---- */

static void fill_counts(EnvGeneral *g)
{
    UcWord k = env_worlds_dkm(g->worlds)->sigma[0]->capacity;
    for (unsigned i = 0; i < g->domain.counts; i++)
        g->count[g->counts++] = (UcWord)g->domain.count[i];
    g->good_counts = g->counts;
    if (g->counts)
        return;
    UcWord good[] = { 1, 2, k }, bad[] = { (UcWord)-1, 0, k + 1, (UcWord)DKM_COUNT_MAX };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        if (good[i] <= k && (i == 0 || good[i] > g->count[g->counts - 1]))
            g->count[g->counts++] = good[i];
    }
    g->good_counts = g->counts;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g->count[g->counts++] = bad[i];
}

EnvGeneral *env_general_new(EnvWorlds *worlds, const EnvAlphabet *domain)
{
    g_assert(worlds && domain && domain->messages >= 1 && domain->messages <= MESSAGES_MAX);
    static const uint8_t nobody[DKM_TICKET_BYTES];
    EnvGeneral *g = g_new0(EnvGeneral, 1);
    g->worlds = worlds;
    g->domain = *domain;
    g->store = env_worlds_store(worlds);
    g->parties = env_worlds_spec(worlds, ENV_REAL)->parties;
    g->set = uc_store_text(g->store, env_worlds_options(worlds)->scheme);
    g->wrong_set = uc_store_text(g->store, "unknown set");
    g->wrong_kid = uc_store_put(g->store, nobody, DKM_KID_BYTES);
    g->wrong_ticket = uc_store_put(g->store, nobody, DKM_TICKET_BYTES);
    for (unsigned m = 0; m < MESSAGES_MAX; m++) {
        char name[] = { 'm', (char)('0' + m), 0 };
        g->message[m] = uc_store_text(g->store, domain->message[m] ? domain->message[m] : name);
    }
    fill_counts(g);
    return g;
}

void env_general_free(EnvGeneral *general) { g_free(general); }

bool env_general_set_symmetry(EnvGeneral *g, GError **error)
{
    g_assert(g);
    const EnvOptions *o = env_worlds_options(g->worlds);
    const char *got = !o->crypto_ideal ? "crypto real"
                    : o->enclave_of ? "several enclaves"
                    : g->parties > ALIKE_PARTIES ? "more parties"
                    : g->domain.bound[ENV_DO_KEYGEN] > KEYS_MAX - 2 ? "more keys than are told apart" : NULL;
    if (got)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--symmetry: expected crypto ideal, one enclave, at most %d "
                    "parties and keygen=%d, got %s", ALIKE_PARTIES, KEYS_MAX - 2, got);
    g->symmetry = !got;
    return g->symmetry;
}

/* Classes of parties that no bound tells apart: those that generate keys, those that act, the rest. */
static void fill_alike(const EnvGeneral *g, uint32_t alike[UC_ALIKE_MAX])
{
    unsigned by = g->domain.keygen_by ? MIN(g->domain.keygen_by, g->parties) : g->parties;
    unsigned acting = g->domain.parties ? MIN(g->domain.parties, g->parties) : g->parties;
    unsigned end[] = { MIN(by, acting), MAX(by, acting), g->parties }, from = 0, n = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(end); i++) {
        if (end[i] - from > 1)
            alike[n++] = (UINT32_C(1) << end[i]) - (UINT32_C(1) << from);
        from = end[i];
    }
}

static UcWorld *start_real(void *data, unsigned which) { return env_worlds_start(data, (EnvWorld)which); }
static UcWorld *start_ideal(void *data, unsigned which) { return env_worlds_start(data, ENV_IDEAL); }

UcLockstepSetup env_general_setup(EnvGeneral *g, EnvWorld which)
{
    g_assert(g);
    UcLockstepSetup s = { .worlds = which == ENV_WORLDS ? 2 : 1, .data = g->worlds, .store = g->store,
                          .start = which == ENV_IDEAL ? start_ideal : start_real, .recheck = 256 };
    for (unsigned i = 0; i < s.worlds; i++) {
        EnvWorld w = which == ENV_WORLDS ? (EnvWorld)i : which;
        s.spec[i] = env_worlds_spec(g->worlds, w);
        s.layout[i] = env_worlds_layout(g->worlds, w);
    }
    s.chooser = (UcChooser){ .data = g, .knowledge = knowledge_kind, .extra_handles = 1, .counters = ENV_DOS,
                             .actors = 2 * g->parties + 1, .moves = moves, .lesson = lesson,
                             .absorb = absorb };
    memcpy(s.chooser.limit, g->domain.bound, sizeof g->domain.bound);
    s.chooser.fault[ENV_DO_CRASH] = s.chooser.fault[ENV_DO_RESTORE] = s.chooser.fault[ENV_DO_CORRUPT] =
        s.chooser.fault[ENV_DO_MUTATE] = true;
    if (g->symmetry)
        fill_alike(g, s.chooser.alike);
    for (int i = 0; i < ENV_DOS; i++)
        s.fault_budget += s.chooser.fault[i] ? g->domain.bound[i] : 0;
    return s;
}
