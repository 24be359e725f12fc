#include "tests/simulator/transfer_toy.h"

#include <string.h>

enum { PARTIES = 3, FLIGHT = 3, TRANSFERS = 3, REPLAYS = 2, DROPS = 1 };

typedef struct {
    uint16_t owned[PARTIES], used, seen[PARTIES];
    uint16_t net[FLIGHT]; /* 0: none; to, from, number, low, high packed */
    uint8_t sent[PARTIES], in_flight, transfers, replays, drops, begun;
} State;
enum { WORDS = sizeof(State) / sizeof(uint32_t) };

/* A move is packed: kind, a, b. */
enum { SIGN, SEND, DELIVER, REPLAY, DROP, BEGIN };
static uint32_t pack(unsigned kind, unsigned a, unsigned b, unsigned m) { return kind << 24 | a << 16 | b << 8 | m; }

static uint16_t message(unsigned to, unsigned from, unsigned number, unsigned low, unsigned high)
{
    return (uint16_t)(to << 13 | from << 11 | number << 8 | low << 4 | high);
}

static uint16_t bits(unsigned low, unsigned high) { return (uint16_t)((1u << high) - (1u << low)); }

static void insert(const Toy *toy, State *s, uint16_t m)
{
    unsigned at = s->in_flight++;
    while (toy->canonical && at > 0 && s->net[at - 1] > m) {
        s->net[at] = s->net[at - 1];
        at--;
    }
    s->net[at] = m;
}

static void remove_at(State *s, unsigned at)
{
    for (; at + 1 < s->in_flight; at++)
        s->net[at] = s->net[at + 1];
    s->net[--s->in_flight] = 0;
}

static void receive(const Toy *toy, State *s, uint16_t m)
{
    unsigned to = m >> 13 & 3;
    uint16_t bit = (uint16_t)(1u << ((m >> 11 & 3) * 4 + (m >> 8 & 7)));
    if (toy->bug == TOY_REMEMBERS_LAST ? s->seen[to] == bit : toy->bug == TOY_SOUND && (s->seen[to] & bit))
        return;
    s->seen[to] = toy->bug == TOY_REMEMBERS_LAST ? bit : s->seen[to] | bit;
    s->owned[to] |= bits(m >> 4 & 15, m & 15);
}

static State state_of(const uint32_t *row)
{
    State s;
    memcpy(&s, row, sizeof s);
    return s;
}

/* Returns the number of a finding. */
static uint32_t make(const Toy *toy, State *s, uint32_t move)
{
    unsigned a = move >> 16 & 255, b = move >> 8 & 255, m = move & 255, low = 0;
    switch (move >> 24) {
    case SIGN:
        while (!(s->owned[a] >> low & 1))
            low++;
        if (s->used >> low & 1)
            return 1;
        s->used |= (uint16_t)(1u << low);
        s->owned[a] &= (uint16_t)~(1u << low);
        return 0;
    case SEND: {
        unsigned top = toy->k;
        while (!(s->owned[a] >> (top - 1) & 1))
            top--;
        s->owned[a] &= (uint16_t)~bits(m, top);
        insert(toy, s, message(b, a, s->sent[a]++, m, top));
        s->transfers--;
        return 0;
    }
    case DELIVER: {
        uint16_t got = s->net[a];
        receive(toy, s, got);
        remove_at(s, a);
        return 0;
    }
    case REPLAY:
        s->replays--;
        receive(toy, s, s->net[a]);
        return 0;
    case DROP:
        s->drops--;
        remove_at(s, a);
        return 0;
    default:
        s->begun = 1;
        s->owned[0] = bits(0, toy->k);
        return 0;
    }
}

static UcDigest hash_of(const State *s) { return uc_digest(s, sizeof *s); }

static void add(const Toy *toy, const State *s, uint32_t move, UcEdges *out)
{
    State next = *s;
    UcEdge e = { .move = move };
    e.finding = make(toy, &next, move);
    e.hash = hash_of(&next);
    *uc_edges_add(out) = e;
}

static void sends(const Toy *toy, const State *s, unsigned p, UcEdges *out)
{
    unsigned top = toy->k, low;
    if (!s->owned[p] || !s->transfers || s->in_flight == FLIGHT)
        return;
    while (!(s->owned[p] >> (top - 1) & 1))
        top--;
    for (low = top - 1; low > 0 && (s->owned[p] >> (low - 1) & 1); low--)
        ;
    for (unsigned q = 0; q < PARTIES; q++) {
        for (unsigned m = low; q != p && m < top; m++)
            add(toy, s, pack(SEND, p, q, m), out);
    }
}

static bool expand(void *worker, const uint32_t *row, const uint32_t *skip, uint32_t skips, UcEdges *out)
{
    const Toy *toy = worker;
    State s = state_of(row);
    if (!s.begun)
        add(toy, &s, pack(BEGIN, 0, 0, 0), out);
    for (unsigned p = 0; p < PARTIES; p++) {
        if (s.owned[p])
            add(toy, &s, pack(SIGN, p, 0, 0), out);
        sends(toy, &s, p, out);
    }
    for (unsigned i = 0; i < s.in_flight; i++) {
        add(toy, &s, pack(DELIVER, i, 0, 0), out);
        if (s.replays)
            add(toy, &s, pack(REPLAY, i, 0, 0), out);
        if (s.drops)
            add(toy, &s, pack(DROP, i, 0, 0), out);
    }
    return true;
}

static uint32_t changes(void *worker, const uint32_t *row, const UcEdge *edge, UcChange *out)
{
    State s = state_of(row);
    uint32_t word[WORDS], n = 0;
    make(worker, &s, edge->move);
    memcpy(word, &s, sizeof s);
    for (uint32_t i = 0; i < WORDS; i++) {
        if (word[i] != row[i])
            out[n++] = (UcChange){ i, word[i] };
    }
    return n;
}

static bool step(void *worker, const uint32_t *row, uint32_t move, UcEdge *edge)
{
    State s = state_of(row);
    *edge = (UcEdge){ .move = move };
    edge->finding = make(worker, &s, move);
    edge->hash = hash_of(&s);
    return true;
}

static UcDigest root(void *data, uint32_t *row)
{
    const Toy *toy = data;
    State s = { .transfers = TRANSFERS, .replays = REPLAYS, .drops = DROPS };
    if (!toy->before)
        make(toy, &s, pack(BEGIN, 0, 0, 0));
    memcpy(row, &s, sizeof s);
    return hash_of(&s);
}

static void *worker_new(void *data) { return data; }
static void worker_free(void *worker) { (void)worker; }
static uint32_t actor(void *data, uint32_t move) { return move >> 24 < DELIVER ? move >> 16 & 255 : PARTIES; }
static const char *broken(void *data) { return "the toy is not deterministic"; }
static size_t memory(void *data) { return 0; }
static uint64_t contents(void *data, uint32_t move) { return move * UINT64_C(0x9e3779b97f4a7c15); }

UcModel toy_model(Toy *toy)
{
    g_assert(toy && toy->k >= 1 && toy->k <= 12);
    return (UcModel){ .data = toy, .root = root, .worker_new = worker_new, .worker_free = worker_free,
                      .expand = expand, .step = step, .changes = changes, .contents = contents, .actor = actor,
                      .actors = PARTIES + 1, .broken = broken, .memory = memory };
}
