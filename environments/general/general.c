#include "environments/general/general_internal.h"

#include <string.h>

enum { LOST_MAX = 3, SNAPSHOTS_MAX = 8, ALIKE_PARTIES = 16 };

/* ---- knowledge ---- */

static size_t items_of(const EnvGeneral *g, const UcRegion *knowledge, const UcWord **word)
{
    *word = knowledge ? knowledge->word : NULL;
    return knowledge ? knowledge->words / g->plan->item_words : 0;
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
static size_t place_of(const EnvGeneral *g, const UcWord *word, size_t n, const Item *wanted)
{
    size_t at = 0;
    while (at < n && compare(g, env_general_at(g, word, at), wanted) < 0)
        at++;
    return at;
}

static bool is_at(const EnvGeneral *g, const UcWord *word, size_t n, size_t at, const Item *wanted)
{
    return at < n && compare(g, env_general_at(g, word, at), wanted) == 0;
}

/* A copy with one more item; NULL when it is known. */
static UcRegion *with_item(const EnvGeneral *g, const UcRegion *knowledge, const ItemRow *fresh)
{
    const UcWord *word;
    size_t n = items_of(g, knowledge, &word), at = place_of(g, word, n, &fresh->item), width = g->plan->item_words;
    if (is_at(g, word, n, at, &fresh->item))
        return NULL;
    UcRegion *out = uc_region_new((n + 1) * width);
    if (n) {
        memcpy(out->word, word, at * width * sizeof *word);
        memcpy(out->word + (at + 1) * width, word + at * width, (n - at) * width * sizeof *word);
    }
    memcpy(out->word + at * width, fresh->word, width * sizeof *word);
    return out;
}

/* What an entry of the view teaches; returns how many items. */
static size_t items_from(const EnvGeneral *g, const UcChoice *move, const UcViewEntry *e, ItemRow *out, size_t room)
{
    const UcWord *w = e->message.w, peer = e->peer - (UcWord)UC_PARTY_0;
    switch (e->message.kind) {
    case UC_M_PAYLOAD:
        *out = (ItemRow){ .item = { ITEM_PAYLOAD, .bytes = w[1], .a = peer, .b = w[0] } };
        return 1;
    case UC_M_STATE:
        *out = (ItemRow){ .item = { ITEM_STATE, .bytes = w[0], .a = peer } };
        return env_alphabet_bound(&g->domain, ENV_DO_FORGE) > 0 || env_alphabet_bound(&g->domain, ENV_DO_COUNTERFEIT) > 0;
    default:
        return env_general_objects(g, &move->write.message, e, out, room);
    }
}

/* One delivery more of a payload to a party. */
static UcRegion *delivered(const EnvGeneral *g, const UcRegion *knowledge, const Item *lesson)
{
    ItemRow first = { .item = *lesson };
    first.item.number = 1;
    UcRegion *out = with_item(g, knowledge, &first);
    if (out)
        return out;
    const UcWord *word;
    size_t n = items_of(g, knowledge, &word);
    out = uc_region_copy(knowledge, knowledge->words);
    out->word[place_of(g, word, n, lesson) * g->plan->item_words + UC_ITEM_NUMBER]++;
    return out;
}

static uint32_t used(void *data, const UcRegion *knowledge)
{
    const EnvGeneral *g = data;
    const UcWord *word;
    uint32_t sum = 0;
    size_t n = items_of(g, knowledge, &word);
    for (size_t i = 0; i < n; i++) {
        const Item *item = env_general_at(g, word, i);
        sum += item->type == ITEM_DELIVERED ? (uint32_t)item->number : 0;
    }
    return sum;
}

static UcWord times_delivered(const Table *t, UcWord payload, UcWord to)
{
    const Item wanted = { ITEM_DELIVERED, .bytes = payload, .a = to };
    size_t at = place_of(t->g, t->word, t->items, &wanted);
    return is_at(t->g, t->word, t->items, at, &wanted) ? env_general_item(t, at)->number : 0;
}

/* A delivery uses up a unit of its bound, which lies in what Z knows: `number` is 1 where it changed a world, 0 where it
 * counts only if it also teaches Z something. */
static UcRegion *lesson(void *data, const UcChoice *move, const UcViewEntry *entry, size_t entries, bool changed)
{
    const EnvGeneral *g = data;
    ItemRow row[8];
    size_t n = 0, width = g->plan->item_words;
    for (size_t i = 0; i < entries && n + 1 < G_N_ELEMENTS(row); i++)
        n += items_from(g, move, &entry[i], &row[n], G_N_ELEMENTS(row) - 1 - n);
    if (move->tag == env_general_tag(g, ENV_DO_DELIVER) && (changed || n))
        row[n++] = (ItemRow){ .item = { ITEM_DELIVERED, .bytes = move->extra[0], .a = move->extra[1], .number = changed } };
    if (!n)
        return NULL;
    UcRegion *out = uc_region_new(n * width);
    for (size_t i = 0; i < n; i++)
        memcpy(out->word + i * width, row[i].word, width * sizeof(UcWord));
    return out;
}

static UcRegion *absorb(void *data, const UcRegion *knowledge, const UcRegion *taught)
{
    const EnvGeneral *g = data;
    UcRegion *now = NULL;
    const UcWord *word;
    size_t n = items_of(g, taught, &word);
    for (size_t i = 0; i < n; i++) {
        const UcRegion *before = now ? now : knowledge;
        ItemRow row;
        memcpy(row.word, word + i * g->plan->item_words, g->plan->item_words * sizeof *word);
        bool delivery = row.item.type == ITEM_DELIVERED;
        if (delivery && !row.item.number && !now)
            break;
        UcRegion *more = delivery ? delivered(g, before, &row.item) : with_item(g, before, &row);
        if (more) {
            uc_region_unref(now);
            now = more;
        }
    }
    return now;
}

/* ---- moves ---- */

/* The parties that a move involves. A changed payload, or one with a flaw, may name any of them. Other payloads, objects and
 * stolen states name parties that were involved when they were made. */
static uint32_t names_in(const EnvGeneral *g, unsigned number, const UcEnvelope *write)
{
    if (!g->symmetry)
        return 0;
    uint32_t all = (UINT32_C(1) << g->parties) - 1, names = 0;
    if (number == env_general_tag(g, ENV_DO_MUTATE) || (number == env_general_tag(g, ENV_DO_FORGE) && g->domain.flawed))
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

static UcChoice *add(Table *t, unsigned number, uint16_t to, uint16_t peer, const UcMessage *message, unsigned actor)
{
    g_array_set_size(t->out, t->out->len + 1);
    UcChoice *move = &g_array_index(t->out, UcChoice, t->out->len - 1);
    memset(move, 0, sizeof *move);
    move->write.to = to;
    move->write.peer = peer;
    move->write.message = *message;
    move->counter = number == env_general_tag(t->g, ENV_DO_DELIVER) ? UC_NO_COUNTER : (uint8_t)number;
    move->actor = (uint16_t)actor;
    move->tag = (uint8_t)number;
    move->names = names_in(t->g, number, &move->write);
    return move;
}

UcChoice *env_general_say(Table *t, unsigned number, unsigned wrong, UcWord party, const UcMessage *message)
{
    if (wrong > t->g->domain.wrong)
        return NULL;
    return add(t, number, uc_party(party), 0, message, (unsigned)party);
}

UcChoice *env_general_input(Table *t, EnvDo what, unsigned wrong, UcWord party, UcMessage message)
{
    return env_general_say(t, env_general_tag(t->g, what), wrong, party, &message);
}

UcChoice *env_general_order(Table *t, EnvDo what, UcWord party, UcMessage message, unsigned actor)
{
    return add(t, env_general_tag(t->g, what), UC_A, uc_party(party), &message, actor);
}

UcChoice *env_general_deliver(Table *t, EnvDo what, UcWord of, UcWord bytes, UcWord to)
{
    UcChoice *move = env_general_order(t, what, to, (UcMessage){ UC_M_DELIVER, { bytes } }, (unsigned)(t->g->parties + to));
    move->extra[0] = of;
    move->extra[1] = to;
    return move;
}

static void deliveries(Table *t, UcWord to)
{
    uint32_t bound = env_alphabet_bound(&t->g->domain, ENV_DO_DELIVER);
    for (size_t i = t->first[ITEM_PAYLOAD]; i < t->first[ITEM_PAYLOAD + 1]; i++) {
        const Item *payload = env_general_item(t, i);
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

/* A corrupted party's state is A's, which receives its inputs and speaks for it; the alphabet names one of its outputs. */
static void corruption(Table *t, UcWord p, unsigned actor)
{
    env_general_order(t, ENV_DO_CORRUPT, p, (UcMessage){ UC_M_CORRUPT, { 0 } }, actor);
    if (t->g->says.kind)
        env_general_order(t, ENV_DO_CORRUPT, p, t->g->says, actor);
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

/* Items of one type stand together. */
static void find_types(Table *t)
{
    size_t at = 0;
    for (UcWord type = 0; type <= ITEM_TYPES; type++) {
        while (at < t->items && env_general_item(t, at)->type < type)
            at++;
        t->first[type] = at;
    }
}

static void moves(void *data, const UcRegion *knowledge, GArray *out)
{
    Table t = { .g = data, .out = out };
    uint32_t acting = t.g->domain.parties ? MIN(t.g->domain.parties, t.g->parties) : t.g->parties;
    t.items = items_of(t.g, knowledge, &t.word);
    find_types(&t);
    for (UcWord p = 0; p < acting; p++)
        env_general_inputs(&t, p);
    for (UcWord p = 0; p < acting; p++)
        deliveries(&t, p);
    env_general_forgeries(&t);
    env_general_counterfeits(&t, acting);
    for (UcWord p = 0; p < acting; p++)
        faults(&t, p);
}

/* ---- set-up ---- */

static UcAlphabetPlan *plan_of(const UcInterface *interface, GError **error)
{
    g_autofree char *wrong = NULL;
    UcAlphabetPlan *plan = interface->alphabet ? uc_alphabet_plan_new(interface->alphabet, interface->messages, &wrong) : NULL;
    if (!plan)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "interface %s: %s", interface->name,
                    wrong ? wrong : "expected an alphabet for exploration, got none");
    return plan;
}

EnvGeneral *env_general_new(EnvWorlds *worlds, const EnvAlphabet *domain, GError **error)
{
    g_assert(worlds && domain && domain->messages >= 1 && domain->messages <= ENV_MESSAGES_MAX);
    if (!env_options_one_session(env_worlds_options(worlds), "explore", error))
        return NULL;
    UcAlphabetPlan *plan = env_general_attacker_fits(domain, error) ? plan_of(domain->interface, error) : NULL;
    if (!plan)
        return NULL;
    EnvGeneral *g = g_new0(EnvGeneral, 1);
    g->worlds = worlds;
    g->domain = *domain;
    g->store = env_worlds_store(worlds);
    g->parties = env_worlds_spec(worlds, ENV_REAL)->parties;
    env_general_plan(g, plan);
    env_general_prepare_attacker(g);
    env_worlds_remember(worlds, true);
    return g;
}

void env_general_free(EnvGeneral *general)
{
    if (!general)
        return;
    env_worlds_remember(general->worlds, false);
    env_general_plan_clear(general);
    g_free(general->attacker.own);
    g_free(general);
}

bool env_general_set_symmetry(EnvGeneral *g, GError **error)
{
    g_assert(g);
    const EnvOptions *o = env_worlds_options(g->worlds);
    const UcAlphabet *a = g->plan->alphabet;
    const char *unlike = a->unlike ? a->unlike(env_worlds_setup(g->worlds)) : NULL;
    const bool makes = env_alphabet_bound(&g->domain, ENV_DO_FORGE) || env_alphabet_bound(&g->domain, ENV_DO_COUNTERFEIT);
    const char *got = !o->crypto_ideal ? "crypto real"
                    : !a->unlike ? "an interface that does not say when parties are alike"
                    : unlike ? unlike
                    : makes && !g->kit->alike ? "bounds of an attack kit that does not say that it treats parties alike"
                    : g->parties > ALIKE_PARTIES ? "more parties" : NULL;
    if (got)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--symmetry: expected crypto ideal%s%s and at most %d parties, got %s",
                    a->alike ? ", " : "", a->alike ? a->alike : "", ALIKE_PARTIES, got);
    g->symmetry = !got;
    return g->symmetry;
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* Classes of parties that no bound tells apart: the ends of those that act, and of those that a cut names. */
static void fill_alike(const EnvGeneral *g, uint32_t alike[UC_ALIKE_MAX])
{
    const UcAlphabet *a = g->plan->alphabet;
    unsigned all = g->parties, ends = 0, from = 0, n = 0;
    unsigned end[UC_CUTS_FIRST_MAX + 2];
    end[ends++] = all;
    end[ends++] = g->domain.parties ? MIN(g->domain.parties, all) : all;
    for (unsigned i = 0; i < uc_alphabet_cuts(a); i++) {
        if (a->cut[i].type == UC_CUT_FIRST)
            end[ends++] = g->domain.cut[i] ? MIN(g->domain.cut[i], all) : all;
    }
    qsort(end, ends, sizeof *end, by_number);
    for (unsigned i = 0; i < ends; i++) {
        if (end[i] - from > 1)
            alike[n++] = (UINT32_C(1) << end[i]) - (UINT32_C(1) << from);
        from = end[i];
    }
}
G_STATIC_ASSERT((int)UC_CUTS_FIRST_MAX + 2 <= (int)UC_ALIKE_MAX);

static const char *name(void *data, const UcChoice *move)
{
    const EnvGeneral *g = data;
    return move->tag == UC_PREFIX_TAG ? "prefix" : env_alphabet_bound_name(&g->domain, move->tag);
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
    const unsigned bounds = env_alphabet_bounds(&g->domain);
    s.chooser = (UcChooser){ .data = g, .extra_handles = 1 | 3 << ENV_SOURCE_0, .counters = bounds, .tags = bounds,
                             .actors = 2 * g->parties + 1, .moves = moves, .lesson = lesson,
                             .absorb = absorb, .used = used, .name = name };
    s.chooser.knowledge = (UcRegionKind){ .name = "knowledge", .item_words = g->plan->item_words,
                                          .item_handles = g->plan->item_handles };
    memcpy(s.chooser.limit, g->domain.bound, sizeof g->domain.bound);
    static const EnvDo fault[] = { ENV_DO_CRASH, ENV_DO_RESTORE, ENV_DO_CORRUPT, ENV_DO_MUTATE };
    for (size_t i = 0; i < G_N_ELEMENTS(fault); i++) {
        s.chooser.fault[env_general_tag(g, fault[i])] = true;
        s.fault_budget += env_alphabet_bound(&g->domain, fault[i]);
    }
    if (g->symmetry)
        fill_alike(g, s.chooser.alike);
    return s;
}
