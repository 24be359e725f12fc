#include "simulator/explore/visited.h"

#include <math.h>

#include "simulator/explore/big.h"

typedef struct {
    uint64_t lo, hi;
    union {
        struct {
            uint32_t parent, move;
        };
        uint64_t path; /* of an open state, and of a claim */
    };
} State;

/* States lie in chunks that never move; the index is one row of (tag, number + 1). The tag is the high half of the spread
 * hash, whose highest bits say the place: so an index that has grown is filled from the old one in the order of its
 * places, without a look at the states. The number of a claim is what it would be if every claim before it were of a new
 * state; its hash lies where that state would. */
enum { CHUNK_BITS = 18, CHUNK = 1 << CHUNK_BITS, CHUNKS = 1 << 15, FIRST_BITS = 12 };

struct UcVisited {
    State **chunk;
    uint64_t *index; /* high half: tag, low half: number + 1; 0: free */
    uint64_t mask;
    unsigned shift;  /* of the spread hash, to a place */
    uint64_t *outgrown, outgrown_places; /* while it is moved */
    uint32_t count, open; /* states from `open` on are */
    uint32_t *taken, ranks; /* by the rank of a claim: the open state that it takes over */
    unsigned bits;
    UcDigest keep;   /* the bits of the hash that are kept */
};

static uint64_t low_bits(unsigned n) { return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1; }

static size_t index_bytes(const UcVisited *v) { return (v->mask + 1) * sizeof *v->index; }

UcVisited *uc_visited_new(unsigned bits)
{
    g_assert(bits >= 1 && bits <= 128);
    UcVisited *v = g_new0(UcVisited, 1);
    v->chunk = g_new0(State *, CHUNKS);
    v->mask = (1 << FIRST_BITS) - 1;
    v->shift = 64 - FIRST_BITS;
    v->index = uc_big_new(index_bytes(v));
    v->open = UC_NO_STATE;
    v->bits = bits;
    v->keep = (UcDigest){ low_bits(bits), bits > 64 ? low_bits(bits - 64) : 0 };
    return v;
}

void uc_visited_free(UcVisited *v)
{
    if (!v)
        return;
    for (uint32_t i = 0; i < CHUNKS && v->chunk[i]; i++)
        uc_big_free(v->chunk[i], CHUNK * sizeof(State));
    g_free(v->chunk);
    g_free(v->taken);
    uc_big_free(v->index, index_bytes(v));
    uc_visited_moved(v);
    g_free(v);
}

static inline State *state_at(const UcVisited *v, uint32_t number)
{
    return &v->chunk[number >> CHUNK_BITS][number & (CHUNK - 1)];
}

static inline UcDigest kept(const UcVisited *v, UcDigest h)
{
    return (UcDigest){ h.lo & v->keep.lo, h.hi & v->keep.hi };
}

static inline bool same_kept(const UcVisited *v, const State *state, UcDigest h)
{
    return (state->lo & v->keep.lo) == h.lo && (state->hi & v->keep.hi) == h.hi;
}

/* Truncated hashes are spread again, so that the index works with few bits too. */
static inline uint64_t spread(UcDigest h)
{
    uint64_t x = h.lo ^ (h.hi * UINT64_C(0x9e3779b97f4a7c15));
    x ^= x >> 32;
    return x * UINT64_C(0xd6e8feb86659fd93);
}

static inline uint64_t tag_of(uint64_t s) { return s & ~(uint64_t)UINT32_MAX; }
/* By the tag alone, in an index of more than 2^32 places too: there an entry has nothing more of the hash. */
static inline uint64_t place_of(const UcVisited *v, uint64_t s) { return tag_of(s) >> v->shift; }

bool uc_visited_grow(UcVisited *v, uint32_t more)
{
    g_assert(v->count < UC_NO_STATE - more);
    uint64_t need = (uint64_t)v->count + more;
    for (uint32_t c = 0; c <= need >> CHUNK_BITS; c++) {
        if (!v->chunk[c])
            v->chunk[c] = uc_big_new(CHUNK * sizeof(State));
    }
    if (more > v->ranks && v->open != UC_NO_STATE) {
        v->taken = g_renew(uint32_t, v->taken, more);
        v->ranks = more;
    }
    if (need * 4 <= (v->mask + 1) * 3)
        return false;
    g_assert(!v->outgrown);
    v->outgrown = v->index;
    v->outgrown_places = v->mask + 1;
    for (; need * 4 > (v->mask + 1) * 3; v->shift--)
        v->mask = v->mask * 2 + 1;
    v->index = uc_big_new(index_bytes(v));
    return true;
}

uint64_t uc_visited_outgrown(const UcVisited *v) { return v->outgrown_places; }

void uc_visited_move(UcVisited *v, uint64_t from, uint64_t to)
{
    g_assert(from <= to && to <= v->outgrown_places);
    for (uint64_t i = from; i < to; i++) {
        uint64_t entry = v->outgrown[i], none = 0;
        if (!entry)
            continue;
        for (uint64_t at = place_of(v, entry);
             !__atomic_compare_exchange_n(&v->index[at], &none, entry, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED); none = 0)
            at = (at + 1) & v->mask;
    }
}

void uc_visited_moved(UcVisited *v)
{
    uc_big_free(v->outgrown, v->outgrown_places * sizeof *v->outgrown);
    v->outgrown = NULL;
    v->outgrown_places = 0;
}

static uint32_t find(const UcVisited *v, UcDigest h, uint64_t s, uint64_t *at)
{
    for (*at = place_of(v, s);; *at = (*at + 1) & v->mask) {
        uint64_t e = __atomic_load_n(&v->index[*at], __ATOMIC_ACQUIRE);
        if (!e)
            return UC_NO_STATE;
        if ((e ^ tag_of(s)) >> 32)
            continue;
        const State *state = state_at(v, (uint32_t)e - 1);
        if (same_kept(v, state, h))
            return (uint32_t)e - 1;
    }
}

static uint32_t add(UcVisited *v, UcDigest hash, uint64_t beside, bool *fresh)
{
    UcDigest h = kept(v, hash);
    uint64_t s = spread(h), at;
    uint32_t number = find(v, h, s, &at);
    *fresh = number == UC_NO_STATE;
    if (!*fresh)
        return number;
    if (((uint64_t)v->count + 1) * 4 > (v->mask + 1) * 3 || !v->chunk[v->count >> CHUNK_BITS]) {
        if (uc_visited_grow(v, 1)) {
            uc_visited_move(v, 0, v->outgrown_places);
            uc_visited_moved(v);
        }
        find(v, h, s, &at);
    }
    number = v->count++;
    *state_at(v, number) = (State){ .lo = hash.lo, .hi = hash.hi, .path = beside };
    __atomic_store_n(&v->index[at], tag_of(s) | (number + UINT64_C(1)), __ATOMIC_RELEASE);
    return number;
}

uint32_t uc_visited_add(UcVisited *v, UcDigest hash, uint32_t parent, uint32_t move, bool *fresh)
{
    return add(v, hash, ((State){ .parent = parent, .move = move }).path, fresh);
}

bool uc_visited_add_open(UcVisited *v, UcDigest hash, uint64_t path)
{
    bool fresh;
    add(v, hash, path, &fresh);
    return fresh;
}

void uc_visited_forget(UcVisited *v, uint32_t expected)
{
    size_t before = index_bytes(v);
    for (uint32_t i = 1; i < CHUNKS && v->chunk[i]; i++) {
        uc_big_free(v->chunk[i], CHUNK * sizeof(State));
        v->chunk[i] = NULL;
    }
    uc_big_free(v->index, before);
    v->mask = (1 << FIRST_BITS) - 1;
    v->shift = 64 - FIRST_BITS;
    for (; (uint64_t)expected * 4 > (v->mask + 1) * 3; v->shift--)
        v->mask = v->mask * 2 + 1;
    v->index = uc_big_new(index_bytes(v));
    v->count = v->open = 0;
}

void uc_visited_open(UcVisited *v, uint32_t first)
{
    g_assert(first <= v->count);
    v->open = first;
}

/* Puts a claim where `held` is, if it still is. `taken`: the state that it takes over. */
static bool put_claim(UcVisited *v, uint64_t at, uint64_t *held, uint64_t mine, State claim, uint32_t taken)
{
    uint32_t number = (uint32_t)mine - 1;
    *state_at(v, number) = claim;
    v->taken[number - v->count] = taken;
    return __atomic_compare_exchange_n(&v->index[at], held, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Somebody has the state: is this claim a better one? */
static bool outbid(UcVisited *v, uint64_t at, uint64_t held, uint64_t mine, State claim)
{
    for (uint32_t other = (uint32_t)held - 1; other >= v->open; other = (uint32_t)held - 1) {
        bool claimed = other >= v->count;
        uint64_t path = state_at(v, other)->path;
        if (claim.path > path || (claim.path == path && (!claimed || (uint32_t)mine > (uint32_t)held)))
            return false;
        if (put_claim(v, at, &held, mine, claim, claimed ? v->taken[other - v->count] : other))
            return true;
    }
    return false;
}

uint64_t uc_visited_claim(UcVisited *v, UcDigest hash, uint64_t path, uint32_t rank)
{
    UcDigest h = kept(v, hash);
    uint64_t s = spread(h), mine = tag_of(s) | (v->count + rank + UINT64_C(1)), held;
    State claim = { .lo = hash.lo, .hi = hash.hi, .path = path };
    for (uint64_t at = place_of(v, s);; at = (at + 1) & v->mask) {
        held = __atomic_load_n(&v->index[at], __ATOMIC_ACQUIRE);
        if (!held && put_claim(v, at, &held, mine, claim, UC_NO_STATE))
            return at;
        if ((held ^ mine) >> 32)
            continue;
        const State *state = state_at(v, (uint32_t)held - 1);
        if (!same_kept(v, state, h))
            continue;
        return outbid(v, at, held, mine, claim) ? at : UC_NO_PLACE;
    }
}

bool uc_visited_holds(const UcVisited *v, uint64_t place, uint32_t rank, uint32_t *taken)
{
    g_assert(place <= v->mask && rank < v->ranks);
    *taken = v->taken[rank];
    return (uint32_t)__atomic_load_n(&v->index[place], __ATOMIC_RELAXED) == v->count + rank + UINT64_C(1);
}

void uc_visited_settle(UcVisited *v, uint64_t place, uint32_t number, UcDigest hash, uint64_t path)
{
    g_assert(place <= v->mask && number >= v->open);
    *state_at(v, number) = (State){ .lo = hash.lo, .hi = hash.hi, .path = path };
    v->index[place] = tag_of(spread(kept(v, hash))) | (number + UINT64_C(1));
}

void uc_visited_settled(UcVisited *v, uint32_t states) { v->count += states; }

uint64_t uc_visited_path(const UcVisited *v, uint32_t state)
{
    g_assert(state >= v->open && state < v->count);
    return state_at(v, state)->path;
}

void uc_visited_prefetch(const UcVisited *v, UcDigest hash)
{
    __builtin_prefetch(&v->index[place_of(v, spread(kept(v, hash)))]);
}

void uc_visited_prefetch_state(const UcVisited *v, UcDigest hash)
{
    uint64_t s = spread(kept(v, hash));
    uint64_t e = __atomic_load_n(&v->index[place_of(v, s)], __ATOMIC_ACQUIRE);
    if (e && !((e ^ tag_of(s)) >> 32))
        __builtin_prefetch(state_at(v, (uint32_t)e - 1));
}

void uc_visited_prefetch_number(const UcVisited *v, uint32_t state) { __builtin_prefetch(state_at(v, state)); }

uint32_t uc_visited_count(const UcVisited *v) { return v->count; }

UcDigest uc_visited_hash(const UcVisited *v, uint32_t state)
{
    g_assert(state < v->count);
    return (UcDigest){ state_at(v, state)->lo, state_at(v, state)->hi };
}

uint32_t uc_visited_parent(const UcVisited *v, uint32_t state, uint32_t *move)
{
    g_assert(state < v->count);
    if (move)
        *move = state_at(v, state)->move;
    return state_at(v, state)->parent;
}

size_t uc_visited_memory(const UcVisited *v)
{
    return sizeof *v + index_bytes(v) + v->count * sizeof(State); /* what lies beyond was never touched */
}

double uc_visited_omission(const UcVisited *v, uint64_t states)
{
    double n = (double)states;
    return fmin(1.0, ldexp(n * (n - 1), -(int)v->bits - 1));
}
