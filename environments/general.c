#include "environments/general_internal.h"
#include "simulator/nearest.h"

#include <string.h>

const char *const env_do_name[ENV_DOS + 1] = {
    "keygen", "request", "cancel", "transfer", "resend", "sign", "verify", "status", "deliver", "mutate", "crash",
    "restart", "restore", "corrupt", "forge", "counterfeit", NULL,
};

enum { UNSET = UINT32_MAX, BOUND_MAX = 1000, LOST_MAX = 3, SNAPSHOTS_MAX = 8, ALIKE_PARTIES = 16 };

/* ---- bounds ---- */

EnvAlphabet env_default_alphabet(void)
{
    EnvAlphabet d = { .messages = 2, .wrong = ENV_WRONG_ALL, .any = 1 };
    for (int i = 0; i < ENV_DOS; i++)
        d.bound[i] = UNSET;
    return d;
}

static const struct {
    const char *name;
    size_t offset;
    int low, high;
} cuts[] = {
    { "messages", offsetof(EnvAlphabet, messages), 1, ENV_MESSAGES_MAX },
    { "wrong", offsetof(EnvAlphabet, wrong), 0, ENV_WRONG_ALL },
    { "any", offsetof(EnvAlphabet, any), 0, 1 },
    { "flawed", offsetof(EnvAlphabet, flawed), 0, 1 },
    { "parties", offsetof(EnvAlphabet, parties), 1, 1000 },
    { "keygen-by", offsetof(EnvAlphabet, keygen_by), 1, 1000 },
};

/* Scripts write keygen_by, for Lua takes no hyphen in a name. */
static bool is_named(const char *name, const char *got)
{
    while (*name && (*name == *got || (*name == '-' && *got == '_')))
        name++, got++;
    return *name == *got;
}

/* The value of this name and its range; NULL: there is none. */
static unsigned *value_of(EnvAlphabet *d, const char *name, int *low, int *high)
{
    *low = 0;
    *high = BOUND_MAX;
    for (int i = 0; i < ENV_DOS; i++) {
        if (is_named(env_do_name[i], name))
            return &d->bound[i];
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
        *low = cuts[i].low;
        *high = cuts[i].high;
        if (is_named(cuts[i].name, name))
            return (unsigned *)(void *)((char *)d + cuts[i].offset);
    }
    return NULL;
}

bool env_alphabet_range(const char *name, int *low, int *high)
{
    EnvAlphabet any;
    return value_of(&any, name, low, high) != NULL;
}

bool env_alphabet_set(EnvAlphabet *d, const char *name, int64_t value, GError **error)
{
    g_assert(d && name);
    int low, high;
    unsigned *at = value_of(d, name, &low, &high);
    if (at && value >= low && value <= high) {
        *at = (unsigned)value;
        return true;
    }
    if (at) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound %s: expected an integer from %d to %d, got %" G_GINT64_FORMAT,
                    name, low, high, value);
        return false;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int i = 0; i < ENV_DOS; i++)
        g_ptr_array_add(names, (gpointer)env_do_name[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++)
        g_ptr_array_add(names, (gpointer)cuts[i].name);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    const char *near = uc_nearest(name, (const char *const *)names->pdata);
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound: expected one of %s, got '%s'%s%s%s", all, name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

char *env_alphabet_cuts(const EnvAlphabet *d)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "messages=%u wrong=%u any=%u flawed=%u", d->messages, d->wrong, d->any, d->flawed);
    if (d->parties)
        g_string_append_printf(out, " parties=%u", d->parties);
    if (d->keygen_by)
        g_string_append_printf(out, " keygen-by=%u", d->keygen_by);
    for (unsigned i = 0; i < d->counts; i++)
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i ? "," : " counts=", d->count[i]);
    return g_string_free(out, FALSE);
}

void env_alphabet_of(EnvAlphabet *d, const EnvScenario *scenario)
{
    const EnvDomain *messages = env_scenario_domain(scenario, "messages");
    const EnvDomain *counts = env_scenario_domain(scenario, "counts");
    for (guint i = 0; messages && i < messages->text->len; i++)
        d->message[i] = messages->text->pdata[i];
    if (messages)
        d->messages = messages->text->len;
    for (guint i = 0; counts && i < counts->number->len; i++)
        d->count[d->counts++] = g_array_index(counts->number, int64_t, i);
    for (guint i = 0; i < scenario->bound->len; i++) {
        const EnvBound *b = &g_array_index(scenario->bound, EnvBound, i);
        bool fits = env_alphabet_set(d, b->name, b->value, NULL);
        g_assert(fits); /* or the script would not have been loaded */
    }
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
    if (x.lo != y.lo)
        return x.lo < y.lo ? -1 : 1;
    return a->type != ITEM_DELIVERED || a->a == b->a ? 0 : a->a < b->a ? -1 : 1;
}

/* Where an item stands or would stand. */
static size_t place_of(const EnvGeneral *g, const Item *item, size_t n, const Item *wanted)
{
    size_t at = 0;
    while (at < n && compare(g, &item[at], wanted) < 0)
        at++;
    return at;
}

/* A copy with one more item; NULL when it is known. */
static UcRegion *with_item(const EnvGeneral *g, const UcRegion *knowledge, const Item *fresh)
{
    size_t n;
    const Item *item = items_of(knowledge, &n);
    size_t at = place_of(g, item, n, fresh);
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
        return g->domain.bound[ENV_DO_FORGE] > 0 || g->domain.bound[ENV_DO_COUNTERFEIT] > 0;
    case DKM_SIGNATURE:
        *out = (Item){ ITEM_SIGNATURE, .bytes = w[2], .other = m->w[1] };
        return g->domain.bound[ENV_DO_VERIFY] > 0;
    default:
        return false;
    }
}

/* One delivery more of a payload to a party. */
static UcRegion *delivered(const EnvGeneral *g, const UcRegion *knowledge, const Item *lesson)
{
    Item first = *lesson;
    first.number = 1;
    UcRegion *out = with_item(g, knowledge, &first);
    if (out)
        return out;
    size_t n;
    const Item *item = items_of(knowledge, &n);
    out = uc_region_copy(knowledge, knowledge->words);
    ((Item *)(void *)out->word)[place_of(g, item, n, lesson)].number++;
    return out;
}

static uint32_t used(void *data, const UcRegion *knowledge)
{
    size_t n;
    uint32_t sum = 0;
    const Item *item = items_of(knowledge, &n);
    for (size_t i = 0; i < n; i++)
        sum += item[i].type == ITEM_DELIVERED ? (uint32_t)item[i].number : 0;
    return sum;
}

static UcWord times_delivered(const Table *t, UcWord payload, UcWord to)
{
    Item wanted = { ITEM_DELIVERED, .bytes = payload, .a = to };
    size_t at = place_of(t->g, t->item, t->items, &wanted);
    return at < t->items && compare(t->g, &t->item[at], &wanted) == 0 ? t->item[at].number : 0;
}

/* A delivery uses up a unit of its bound, which lies in what Z knows: `number` is 1 where it changed a world, 0 where it
 * counts only if it also teaches Z something. */
static UcRegion *lesson(void *data, const UcChoice *move, const UcViewEntry *entry, size_t entries, bool changed)
{
    const EnvGeneral *g = data;
    Item item[8];
    size_t n = 0;
    for (size_t i = 0; i < entries && n + 1 < G_N_ELEMENTS(item); i++)
        n += item_from(g, move, &entry[i], &item[n]);
    if (move->tag == ENV_DO_DELIVER && (changed || n))
        item[n++] = (Item){ ITEM_DELIVERED, .bytes = move->extra[0], .a = move->extra[1], .number = changed };
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
        bool delivery = item[i].type == ITEM_DELIVERED;
        if (delivery && !item[i].number && !now)
            break;
        UcRegion *more = delivery ? delivered(data, before, &item[i]) : with_item(data, before, &item[i]);
        if (more) {
            uc_region_unref(now);
            now = more;
        }
    }
    return now;
}

/* ---- moves ---- */

/* The parties that a move involves. A changed payload, or one with a flaw, may name any of them. Other payloads, tickets and stolen states
 * name parties that were involved when they were made. */
static uint32_t names_in(const EnvGeneral *g, EnvDo what, const UcEnvelope *write)
{
    if (!g->symmetry)
        return 0;
    uint32_t all = (UINT32_C(1) << g->parties) - 1, names = 0;
    if (what == ENV_DO_MUTATE || (what == ENV_DO_FORGE && g->domain.flawed))
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

static UcChoice *add(Table *t, EnvDo what, UcEnvelope write, unsigned actor)
{
    UcChoice move;
    memset(&move, 0, sizeof move);
    move.write = write;
    move.counter = what == ENV_DO_DELIVER ? UC_NO_COUNTER : (uint8_t)what;
    move.actor = (uint16_t)actor;
    move.tag = (uint8_t)what;
    move.names = names_in(t->g, what, &write);
    g_array_append_val(t->out, move);
    return &g_array_index(t->out, UcChoice, t->out->len - 1);
}

UcChoice *env_general_input(Table *t, EnvDo what, unsigned wrong, UcWord party, UcMessage message)
{
    if (wrong > t->g->domain.wrong)
        return NULL;
    return add(t, what, (UcEnvelope){ UC_Z, uc_party(party), 0, message }, (unsigned)party);
}

UcChoice *env_general_order(Table *t, EnvDo what, UcWord party, UcMessage message, unsigned actor)
{
    return add(t, what, (UcEnvelope){ UC_Z, UC_A, uc_party(party), message }, actor);
}

UcChoice *env_general_deliver(Table *t, EnvDo what, UcWord of, UcWord bytes, UcWord to)
{
    UcChoice *move = env_general_order(t, what, to, (UcMessage){ UC_M_DELIVER, { bytes } }, (unsigned)(t->g->parties + to));
    move->extra[0] = of;
    move->extra[1] = to;
    return move;
}

/* Into the table's room for them, until the next time. */
static size_t keys(const Table *t, bool any)
{
    Value *out = t->kid;
    size_t n = 0;
    for (size_t i = 0; i < t->items; i++) {
        if (t->item[i].type == ITEM_KEY)
            out[n++] = (Value){ t->item[i].bytes, 0 };
    }
    if (any && n)
        out[n++] = (Value){ UC_NONE, 0 };
    out[n++] = (Value){ t->g->wrong_kid, 1 };
    return n;
}

static void keygens(Table *t, UcWord p)
{
    uint32_t by = t->g->domain.keygen_by;
    if (!env_general_wants(t, ENV_DO_KEYGEN))
        return;
    if (!by || p < by)
        env_general_input(t, ENV_DO_KEYGEN, 0, p, (UcMessage){ DKM_KEYGEN, { t->g->set } });
    env_general_input(t, ENV_DO_KEYGEN, 1, p, (UcMessage){ DKM_KEYGEN, { t->g->wrong_set } });
}

static void requests(Table *t, UcWord p)
{
    const EnvGeneral *g = t->g;
    const Value *kid = t->kid;
    size_t n = env_general_wants(t, ENV_DO_REQUEST) ? keys(t, g->domain.any) : 0;
    for (size_t k = 0; k < n; k++) {
        for (UcWord from = 0; from <= g->parties; from++) {
            unsigned wrong = kid[k].wrong + (from == p || from == g->parties);
            for (unsigned c = 0; wrong <= g->domain.wrong && c < g->counts; c++)
                env_general_input(t, ENV_DO_REQUEST, wrong + (c >= g->good_counts), p,
                      (UcMessage){ DKM_REQUEST, { kid[k].word, g->count[c], from } });
        }
    }
}

/* A ticket and a party: how wrong is it that `source` sends to `to` on it? Counts and keys are wrong when they are not
 * what was requested. */
static void transfers_on(Table *t, UcWord p, const Item *ticket)
{
    const EnvGeneral *g = t->g;
    const Value *kid = t->kid;
    size_t n = keys(t, false);
    for (size_t k = 0; k < n; k++) {
        unsigned bad_key = kid[k].wrong || (ticket && ticket->other != UC_NONE && ticket->other != kid[k].word);
        for (UcWord to = 0; to <= g->parties; to++) {
            unsigned bad_to = to == p || to == g->parties || (ticket && ticket->a != to);
            unsigned wrong = bad_key + bad_to + (!ticket || ticket->b != p);
            for (unsigned c = 0; wrong <= g->domain.wrong && c < g->counts; c++) {
                unsigned bad_count = ticket ? g->count[c] != ticket->number : c >= g->good_counts;
                env_general_input(t, ENV_DO_TRANSFER, wrong + bad_count, p,
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
        env_general_input(t, ENV_DO_RESEND, wrong, p,
              (UcMessage){ DKM_RESEND, { to, ticket ? ticket->bytes : t->g->wrong_ticket } });
    }
}

/* `ticket` NULL: the unknown one. */
static void on_ticket(Table *t, UcWord p, const Item *ticket)
{
    if (env_general_wants(t, ENV_DO_CANCEL))
        env_general_input(t, ENV_DO_CANCEL, !ticket || ticket->a != p, p,
              (UcMessage){ DKM_CANCEL, { ticket ? ticket->bytes : t->g->wrong_ticket } });
    if (env_general_wants(t, ENV_DO_TRANSFER))
        transfers_on(t, p, ticket);
    if (env_general_wants(t, ENV_DO_RESEND))
        resends_on(t, p, ticket);
}

static void with_keys(Table *t, UcWord p)
{
    const Value *kid = t->kid;
    size_t n = keys(t, false);
    for (size_t k = 0; k < n; k++) {
        for (unsigned m = 0; env_general_wants(t, ENV_DO_SIGN) && m < t->g->domain.messages; m++)
            env_general_input(t, ENV_DO_SIGN, kid[k].wrong, p, (UcMessage){ DKM_SIGN, { kid[k].word, t->g->message[m] } });
        if (env_general_wants(t, ENV_DO_STATUS))
            env_general_input(t, ENV_DO_STATUS, kid[k].wrong, p, (UcMessage){ DKM_STATUS, { kid[k].word } });
    }
}

/* Every known public key, message and signature; and none of each. */
static void verifies(Table *t, UcWord p)
{
    for (size_t k = 0; env_general_wants(t, ENV_DO_VERIFY) && k < t->items; k++) {
        if (t->item[k].type != ITEM_KEY)
            continue;
        for (size_t s = 0; s < t->items; s++) {
            if (t->item[s].type != ITEM_SIGNATURE)
                continue;
            for (unsigned m = 0; m < t->g->domain.messages; m++)
                env_general_input(t, ENV_DO_VERIFY, t->item[s].other != t->g->message[m], p,
                      (UcMessage){ DKM_VERIFY, { t->item[k].other, t->g->message[m], t->item[s].bytes } });
        }
    }
}

static void deliveries(Table *t, UcWord to)
{
    uint32_t bound = t->g->domain.bound[ENV_DO_DELIVER];
    for (size_t i = 0; i < t->items; i++) {
        const Item *payload = &t->item[i];
        if (payload->type != ITEM_PAYLOAD)
            continue;
        if (bound && times_delivered(t, payload->bytes, to) < bound)
            env_general_deliver(t, ENV_DO_DELIVER, payload->bytes, payload->bytes, to);
        env_general_mutations(t, payload, to);
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
            env_general_order(t, ENV_DO_CRASH, p, (UcMessage){ UC_M_CRASH, { point, count } }, actor);
            if (!lose || count == LOST_MAX)
                break;
        }
    }
}

/* A corrupted party's state is A's, which receives its inputs and speaks for it; `speak` is one of its outputs. */
static void corruption(Table *t, UcWord p, unsigned actor)
{
    env_general_order(t, ENV_DO_CORRUPT, p, (UcMessage){ UC_M_CORRUPT, { 0 } }, actor);
    env_general_order(t, ENV_DO_CORRUPT, p, (UcMessage){ DKM_CANCELLED, { t->g->wrong_ticket } }, actor);
}

static void faults(Table *t, UcWord p)
{
    unsigned actor = 2 * t->g->parties;
    if (env_general_wants(t, ENV_DO_CRASH))
        crashes(t, p, actor);
    if (env_general_wants(t, ENV_DO_RESTART))
        env_general_order(t, ENV_DO_RESTART, p, (UcMessage){ UC_M_RESTART, { 0 } }, actor);
    for (UcWord s = 0; env_general_wants(t, ENV_DO_RESTORE) && s < SNAPSHOTS_MAX; s++)
        env_general_order(t, ENV_DO_RESTORE, p, (UcMessage){ UC_M_RESTORE, { s } }, actor);
    if (env_general_wants(t, ENV_DO_CORRUPT))
        corruption(t, p, actor);
}

static void moves(void *data, const UcRegion *knowledge, GArray *out)
{
    Table t = { .g = data, .out = out };
    uint32_t acting = t.g->domain.parties ? MIN(t.g->domain.parties, t.g->parties) : t.g->parties;
    t.item = items_of(knowledge, &t.items);
    g_autofree Value *kid = t.kid = g_new(Value, t.items + 2);
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
    env_general_forgeries(&t);
    env_general_counterfeits(&t, acting);
    for (UcWord p = 0; p < acting; p++)
        faults(&t, p);
}

/* ---- set-up ---- */

static void fill_counts(EnvGeneral *g)
{
    UcWord k = env_general_dkm(g)->sigma[0]->capacity;
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
    g_assert(worlds && domain && domain->messages >= 1 && domain->messages <= ENV_MESSAGES_MAX);
    static const uint8_t nobody[DKM_TICKET_BYTES];
    EnvGeneral *g = g_new0(EnvGeneral, 1);
    g->worlds = worlds;
    g->domain = *domain;
    g->store = env_worlds_store(worlds);
    g->parties = env_worlds_spec(worlds, ENV_REAL)->parties;
    g->set = uc_store_text(g->store, env_general_dkm(g)->sigma[0]->name);
    g->wrong_set = uc_store_text(g->store, "unknown set");
    g->wrong_kid = uc_store_put(g->store, nobody, DKM_KID_BYTES);
    g->wrong_ticket = uc_store_put(g->store, nobody, DKM_TICKET_BYTES);
    for (unsigned m = 0; m < ENV_MESSAGES_MAX; m++) {
        char name[] = { 'm', (char)('0' + m), 0 };
        g->message[m] = uc_store_text(g->store, domain->message[m] ? domain->message[m] : name);
    }
    fill_counts(g);
    env_general_prepare_attacker(g);
    env_worlds_remember(worlds, true);
    return g;
}

void env_general_free(EnvGeneral *general)
{
    if (!general)
        return;
    env_worlds_remember(general->worlds, false);
    g_free(general->attacker.own);
    g_free(general);
}

bool env_general_set_symmetry(EnvGeneral *g, GError **error)
{
    g_assert(g);
    const EnvOptions *o = env_worlds_options(g->worlds);
    const char *got = !o->crypto_ideal ? "crypto real"
                    : env_general_dkm(g)->seals_real ? "real seals, which the bound forge needs too"
                    : env_general_dkm(g)->enclave_of ? "several enclaves"
                    : g->parties > ALIKE_PARTIES ? "more parties" : NULL;
    if (got)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--symmetry: expected crypto ideal, ideal seals, one enclave and at "
                    "most %d parties, got %s", ALIKE_PARTIES, got);
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

static const char *name(void *data, const UcChoice *move) { return move->tag < ENV_DOS ? env_do_name[move->tag] : "prefix"; }

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
    s.chooser = (UcChooser){ .data = g, .knowledge = knowledge_kind, .extra_handles = 1 | 3 << ENV_SOURCE_0, .counters = ENV_DOS,
                             .actors = 2 * g->parties + 1, .moves = moves, .lesson = lesson,
                             .absorb = absorb, .used = used, .name = name };
    memcpy(s.chooser.limit, g->domain.bound, sizeof g->domain.bound);
    s.chooser.fault[ENV_DO_CRASH] = s.chooser.fault[ENV_DO_RESTORE] = s.chooser.fault[ENV_DO_CORRUPT] =
        s.chooser.fault[ENV_DO_MUTATE] = true;
    if (g->symmetry)
        fill_alike(g, s.chooser.alike);
    for (int i = 0; i < ENV_DOS; i++)
        s.fault_budget += s.chooser.fault[i] ? g->domain.bound[i] : 0;
    return s;
}
