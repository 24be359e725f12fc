/* A4, over runs that differ in their seed only, and over what coins make in each of them. */
#include "functionality/dkm/watchers.h"

#include <string.h>

#include "functionality/dkm/watchers_internal.h"

enum {
    SAMPLES = 6, /* fewer equal bytes may be chance */
    STRETCH = 8, /* bytes that stand at two places of what coins make are none */
};

typedef struct {
    GBytes *bytes;
    unsigned run;
} Made;

typedef enum { SECRET, KEY, TICKET, PAYLOAD, THINGS } Thing;
static const char *const thing_name[THINGS] = { "a signing seed", "a public key", "a ticket", "a payload" };

typedef struct {
    GArray *made[THINGS]; /* Made */
    guint begun[THINGS];  /* how many were made before this run */
    GArray *needed;       /* of each party of this run, uint64_t: bytes that must have come from its tape */
    unsigned runs;
    size_t ticket_coins;
    char *broken;
} Seeds;

static void made_clear(gpointer made) { g_bytes_unref(((Made *)made)->bytes); }

static void *begin(void)
{
    Seeds *s = g_new0(Seeds, 1);
    for (Thing t = 0; t < THINGS; t++) {
        s->made[t] = g_array_new(FALSE, FALSE, sizeof(Made));
        g_array_set_clear_func(s->made[t], made_clear);
    }
    s->needed = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    return s;
}

static void end(void *seeds)
{
    Seeds *s = seeds;
    if (!s)
        return;
    for (Thing t = 0; t < THINGS; t++)
        g_array_unref(s->made[t]);
    g_array_unref(s->needed);
    g_free(s->broken);
    g_free(s);
}

static void add(Seeds *s, Thing thing, const UcStore *store, UcWord handle)
{
    size_t n;
    if (!uc_store_knows(store, handle))
        return;
    const uint8_t *bytes = uc_store_get(store, handle, &n);
    Made m = { g_bytes_new(bytes, n), s->runs };
    g_array_append_val(s->made[thing], m);
}

/* Of the world's first watcher. */
static const DkmOptions *options_of(const UcWorld *world)
{
    return ((const DkmWatch *)uc_world_spec(world)->watcher->config)->options;
}

static void observe(void *seeds, const UcWorld *world, const UcActivation *a)
{
    Seeds *s = seeds;
    const UcWord *e = a->outcome.effect.w; /* operation, kid, vk, sk, ticket */
    const UcResult *r = &a->outcome.result;
    if (uc_world_spec(world)->ideal || a->role != UC_ROLE_PARTY || !a->outcome.has_effect)
        return;
    const DkmOptions *o = options_of(world);
    const UcStore *store = uc_world_store(world);
    UcWord party = a->pid, operation = DKM_KEYGEN + e[0];
    if (s->needed->len <= party)
        g_array_set_size(s->needed, (guint)party + 1);
    uint64_t *needed = &g_array_index(s->needed, uint64_t, party);
    if (operation == DKM_KEYGEN) {
        add(s, SECRET, store, e[3]);
        add(s, KEY, store, e[2]);
        *needed += sig_bound_seed_secret(o->sigma[0]->set);
    } else if (operation == DKM_REQUEST) {
        add(s, TICKET, store, e[4]);
        s->ticket_coins = dkm_ticket_coins(o);
        *needed += s->ticket_coins;
    } else if (operation == DKM_TRANSFER && r->code == UC_SEND && r->message.kind == UC_M_PAYLOAD) {
        add(s, PAYLOAD, store, r->message.w[1]);
    }
}

/* All that a party has drawn from its tape. */
static uint64_t drawn(UcCtx *look, UcWord party)
{
    size_t words;
    uint64_t sum = 0;
    const UcWord *item = uc_peek(look, uc_party_machine(look, party), UC_KIND_TAPE, 0, &words); /* purpose, bytes */
    for (size_t i = 0; i + 1 < words; i += 2)
        sum += item[i + 1];
    return sum;
}

static void broken(Seeds *s, char *rule)
{
    if (s->broken)
        g_free(rule);
    else
        s->broken = rule;
}

/* Notes every stretch of it; false: one of them stands somewhere else too. */
static bool is_new(GHashTable *stretches, GBytes *bytes)
{
    size_t n;
    const uint8_t *at = g_bytes_get_data(bytes, &n);
    bool fresh = true;
    for (size_t i = 0; i + STRETCH <= n; i++) {
        gint64 stretch = (gint64)uc_read_u64(at + i);
        fresh &= g_hash_table_add(stretches, g_memdup2(&stretch, sizeof stretch));
    }
    return fresh;
}

/* The seeds and tickets of this run have nothing in common, at any offset. Tickets of fewer coins may. */
static void share_nothing(Seeds *s)
{
    g_autoptr(GHashTable) stretches = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    const Thing of_coins[] = { SECRET, TICKET };
    for (size_t k = 0; k < G_N_ELEMENTS(of_coins); k++) {
        Thing thing = of_coins[k];
        if (thing == TICKET && s->ticket_coins < DKM_TICKET_BYTES)
            continue;
        for (guint i = s->begun[thing]; i < s->made[thing]->len; i++) {
            if (!is_new(stretches, g_array_index(s->made[thing], Made, i).bytes))
                broken(s, g_strdup_printf("A4: in run %u, %d bytes of %s come twice", s->runs + 1, STRETCH, thing_name[thing]));
        }
    }
    for (Thing t = 0; t < THINGS; t++)
        s->begun[t] = s->made[t]->len;
}

static void end_run(void *seeds, UcWorld *real)
{
    Seeds *s = seeds;
    g_assert(s && real && !uc_world_spec(real)->ideal);
    g_autofree UcCtx *look = uc_world_look(real);
    for (guint p = 0; p < s->needed->len; p++) {
        uint64_t needed = g_array_index(s->needed, uint64_t, p), coins = drawn(look, p);
        if (coins < needed)
            broken(s, g_strdup_printf("A4: %s draws %" G_GUINT64_FORMAT " bytes of coins where its keys and tickets need %"
                                      G_GUINT64_FORMAT, uc_party_name(look, p), coins, needed));
    }
    share_nothing(s);
    g_array_set_size(s->needed, 0);
    s->runs++;
}

/* Two runs have made the same. A ticket of fewer coins may come up again by right. */
static void differ(Seeds *s, Thing thing)
{
    g_autoptr(GHashTable) first = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    if (thing == TICKET && s->ticket_coins < DKM_TICKET_BYTES)
        return;
    for (guint i = 0; i < s->made[thing]->len; i++) {
        const Made *m = &g_array_index(s->made[thing], Made, i), *before = g_hash_table_lookup(first, m->bytes);
        if (before && before->run != m->run)
            broken(s, g_strdup_printf("A4: %s is the same in run %u and in run %u", thing_name[thing], before->run + 1,
                                      m->run + 1));
        if (!before)
            g_hash_table_insert(first, m->bytes, (gpointer)m);
    }
}

/* No byte of them is constant; of a ticket, as many as are coins. */
static void move(Seeds *s, Thing thing)
{
    const GArray *made = s->made[thing];
    if (made->len < SAMPLES)
        return;
    size_t n = g_bytes_get_size(g_array_index(made, Made, 0).bytes);
    const uint8_t *first = g_bytes_get_data(g_array_index(made, Made, 0).bytes, NULL);
    for (size_t at = 0; at < (thing == TICKET ? s->ticket_coins : n); at++) {
        bool moves = false;
        for (guint i = 1; i < made->len && !moves; i++) {
            GBytes *other = g_array_index(made, Made, i).bytes;
            moves = at >= g_bytes_get_size(other) || ((const uint8_t *)g_bytes_get_data(other, NULL))[at] != first[at];
        }
        if (!moves)
            broken(s, g_strdup_printf("A4: byte %u of %s is the same in all %u of %u runs", (unsigned)at, thing_name[thing],
                                      made->len, s->runs));
    }
}

static const char *first_broken(void *seeds)
{
    Seeds *s = seeds;
    g_assert(s);
    for (Thing t = 0; t < THINGS; t++)
        differ(s, t);
    move(s, SECRET);
    move(s, TICKET);
    return s->broken;
}

static UcNamedCount *compared(const void *seeds)
{
    const Seeds *s = seeds;
    g_assert(s);
    const UcNamedCount count[] = { { "keys", s->made[KEY]->len }, { "tickets", s->made[TICKET]->len },
                              { "payloads", s->made[PAYLOAD]->len }, { NULL, 0 } };
    return g_memdup2(count, sizeof count);
}

const UcOverRuns dkm_over_runs = { .rule = "A4", .begin = begin, .free = end, .observe = observe,
                                   .end_run = end_run, .broken = first_broken, .compared = compared };
