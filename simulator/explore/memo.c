#include "simulator/explore/memo.h"

#include "simulator/base/growing.h"
#include "simulator/explore/big.h"

/* A node is a run of (slot, value) pairs that must all be as they are, one after the other in memory, and then either
 * what the move did, or one more slot whose value tells the children apart. Where a new state leaves a run, the run is
 * cut there. Nodes and tables are only ever replaced, never changed or freed before the end, so readers need no lock. */
enum { FIRST_EXPONENT = 1, LINE = 64 };

typedef struct Node Node;

typedef struct {
    uint32_t value;
    Node *child; /* NULL: free */
} Entry;

/* Entries, a power of two of them, whose exponent stands in the low bits of their address: a look-up goes to the entry at
 * once. 0: none. */
typedef uintptr_t Table;
enum { TABLE_ALIGNMENT = 32 };

typedef struct {
    uint32_t slot, value;
} Pair;

struct Node {
    uint32_t version;    /* of the trie that begins here */
    uint32_t pairs;
    uint32_t slot;       /* whose value tells the children apart */
    uint32_t used;       /* of the table */
    Table table;         /* children; 0: this is the end */
    const void *effect;
    Pair pair[];
};

struct UcMemo {
    UcChunks roots;      /* Node*, by trie; a trie of another version gets another root */
    GMutex lock __attribute__((aligned(LINE))); /* finding does not look at what adding writes */
    UcArena arena;
    uint64_t effects;
};

UcMemo *uc_memo_new(void)
{
    UcMemo *m = g_aligned_alloc0(1, sizeof(UcMemo), LINE);
    g_mutex_init(&m->lock);
    return m;
}

void uc_memo_free(UcMemo *m)
{
    if (!m)
        return;
    uc_chunks_free(&m->roots);
    uc_arena_free(&m->arena);
    g_mutex_clear(&m->lock);
    g_aligned_free(m);
}

static inline Entry *entries_of(Table t) { return (Entry *)(t & ~(Table)(TABLE_ALIGNMENT - 1)); }
static inline uint32_t mask_of(Table t) { return (1u << (t & (TABLE_ALIGNMENT - 1))) - 1; }

static inline uint32_t place(uint32_t value, uint32_t mask)
{
    return (value * UINT32_C(0x9e3779b1) >> 7) & mask;
}

static inline Node *child_of(Table t, uint32_t value)
{
    const Entry *entry = entries_of(t);
    for (uint32_t mask = mask_of(t), at = place(value, mask);; at = (at + 1) & mask) {
        Node *child = __atomic_load_n(&entry[at].child, __ATOMIC_ACQUIRE);
        if (!child || entry[at].value == value)
            return child;
    }
}

static Node *root_of(const UcMemo *m, uint32_t trie)
{
    if (trie >= uc_chunks_count(&m->roots))
        return NULL;
    return __atomic_load_n((Node **)uc_chunks_at(&m->roots, trie, sizeof(Node *)), __ATOMIC_ACQUIRE);
}

void uc_memo_prefetch(const UcMemo *m, uint32_t trie)
{
    const Node *root = root_of(m, trie);
    if (!root)
        return;
    __builtin_prefetch(root);
    __builtin_prefetch((const char *)root + LINE);
}

/* One text for both ways to look: `slots` is NULL where the slots do not matter, and then costs nothing. */
static inline const void *follow(const Node *node, uint32_t version, const uint32_t *row, GArray *slots)
{
    if (!node || node->version != version)
        return NULL;
    while (node) {
        for (uint32_t i = 0; i < node->pairs; i++) {
            if (slots)
                g_array_append_val(slots, node->pair[i].slot);
            if (row[node->pair[i].slot] != node->pair[i].value)
                return NULL;
        }
        Table t = __atomic_load_n(&node->table, __ATOMIC_ACQUIRE);
        if (!t)
            return node->effect;
        if (slots)
            g_array_append_val(slots, node->slot);
        node = child_of(t, row[node->slot]);
    }
    return NULL;
}

const void *uc_memo_find(const UcMemo *m, uint32_t trie, uint32_t version, const uint32_t *row)
{
    return follow(root_of(m, trie), version, row, NULL);
}

const void *uc_memo_trace(const UcMemo *m, uint32_t trie, uint32_t version, const uint32_t *row, GArray *slots)
{
    return follow(root_of(m, trie), version, row, slots);
}

/* ---- adding, under the lock ---- */

static Table new_table(UcMemo *m, unsigned exponent)
{
    return (Table)uc_arena_get(&m->arena, sizeof(Entry) << exponent, TABLE_ALIGNMENT) | exponent;
}

static void table_put(Table t, uint32_t value, Node *child)
{
    Entry *entry = entries_of(t);
    uint32_t mask = mask_of(t), at = place(value, mask);
    while (entry[at].child)
        at = (at + 1) & mask;
    entry[at].value = value;
    __atomic_store_n(&entry[at].child, child, __ATOMIC_RELEASE);
}

static void node_put(UcMemo *m, Node *node, uint32_t value, Node *child)
{
    Table old = node->table;
    uint32_t mask = mask_of(old);
    if (++node->used * 4 <= (mask + 1) * 3) {
        table_put(old, value, child);
        return;
    }
    Table t = new_table(m, (unsigned)(old & (TABLE_ALIGNMENT - 1)) + 1);
    const Entry *entry = entries_of(old);
    for (uint32_t i = 0; i <= mask; i++) {
        if (entry[i].child)
            table_put(t, entry[i].value, entry[i].child);
    }
    table_put(t, value, child);
    __atomic_store_n(&node->table, t, __ATOMIC_RELEASE);
}

static void table_replace(Table t, uint32_t value, Node *child)
{
    Entry *entry = entries_of(t);
    uint32_t mask = mask_of(t), at = place(value, mask);
    while (entry[at].value != value || !entry[at].child)
        at = (at + 1) & mask;
    __atomic_store_n(&entry[at].child, child, __ATOMIC_RELEASE);
}

/* The rest of a path that is new. */
static Node *new_end(UcMemo *m, const uint32_t *row, const uint32_t *read, uint32_t from, uint32_t reads,
                     const void *effect)
{
    Node *n = uc_arena_get(&m->arena, sizeof(Node) + (reads - from) * sizeof(Pair), sizeof(void *));
    n->effect = effect;
    for (uint32_t i = from; i < reads; i++)
        n->pair[n->pairs++] = (Pair){ read[i], row[read[i]] };
    m->effects++;
    return n;
}

/* A run cut at pair `at`: what was before it, then a choice between what follows and `other`. */
static Node *cut(UcMemo *m, const Node *node, uint32_t at, uint32_t value, Node *other)
{
    Node *head = uc_arena_get(&m->arena, sizeof(Node) + at * sizeof(Pair), sizeof(void *));
    Node *tail = uc_arena_get(&m->arena, sizeof(Node) + (node->pairs - at - 1) * sizeof(Pair), sizeof(void *));
    for (uint32_t i = 0; i < at; i++)
        head->pair[head->pairs++] = node->pair[i];
    for (uint32_t i = at + 1; i < node->pairs; i++)
        tail->pair[tail->pairs++] = node->pair[i];
    tail->slot = node->slot;
    tail->table = node->table;
    tail->used = node->used;
    tail->effect = node->effect;
    head->version = node->version;
    head->slot = node->pair[at].slot;
    head->table = new_table(m, FIRST_EXPONENT);
    node_put(m, head, node->pair[at].value, tail);
    node_put(m, head, value, other);
    return head;
}

typedef struct {
    Node **at;     /* where the root hangs, or */
    Table table;   /* the table and */
    uint32_t value;/* the value under which the node hangs */
} Hook;

static void hang(const Hook *hook, Node *node)
{
    if (hook->table)
        table_replace(hook->table, hook->value, node);
    else
        __atomic_store_n(hook->at, node, __ATOMIC_RELEASE);
}

static bool add(UcMemo *m, Hook hook, const uint32_t *row, const uint32_t *read, uint32_t reads, const void *effect,
                const void **kept)
{
    *kept = effect;
    uint32_t r = 0;
    for (Node *node = *hook.at;;) {
        for (uint32_t i = 0; i < node->pairs; i++, r++) {
            if (r >= reads || node->pair[i].slot != read[r])
                return false;
            uint32_t value = row[read[r]];
            if (value != node->pair[i].value) {
                hang(&hook, cut(m, node, i, value, new_end(m, row, read, r + 1, reads, effect)));
                return true;
            }
        }
        if (!node->table) {
            *kept = node->effect;
            return r == reads;
        }
        if (r >= reads || node->slot != read[r])
            return false;
        uint32_t value = row[read[r++]];
        Node *child = child_of(node->table, value);
        if (!child) {
            node_put(m, node, value, new_end(m, row, read, r, reads, effect));
            return true;
        }
        hook = (Hook){ .table = node->table, .value = value };
        node = child;
    }
}

bool uc_memo_add(UcMemo *m, uint32_t trie, uint32_t version, const uint32_t *row, const uint32_t *read,
                 uint32_t reads, const void *effect, const void **kept)
{
    g_assert(effect && version > 0);
    const void *counts = effect;
    bool ok = true;
    g_mutex_lock(&m->lock);
    Node **root = uc_chunks_reach(&m->roots, trie, sizeof *root);
    if (*root && (*root)->version > version) { /* others went on meanwhile: it serves this once */
        counts = effect;
    } else if (!*root || (*root)->version != version) {
        Node *fresh = new_end(m, row, read, 0, reads, effect);
        fresh->version = version;
        __atomic_store_n(root, fresh, __ATOMIC_RELEASE);
    } else {
        ok = add(m, (Hook){ .at = root }, row, read, reads, effect, &counts);
    }
    g_mutex_unlock(&m->lock);
    if (kept)
        *kept = counts;
    return ok;
}

size_t uc_memo_memory(const UcMemo *m) { return m->arena.memory; }
uint64_t uc_memo_effects(const UcMemo *m) { return m->effects; }
