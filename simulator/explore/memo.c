#include "simulator/explore/memo.h"

/* A child is an index: of a node (even) or of a effect (odd), 0: none. Children of a node are a small open-addressing
 * table of (value, child) words; a full table is replaced by a larger one and kept until the end for readers that are
 * still in it. */
enum { CHUNK_BITS = 12, CHUNK = 1 << CHUNK_BITS, CHUNKS = 1 << 18, FIRST_TABLE = 2 };

typedef struct {
    uint32_t mask, used;
    uint64_t entry[]; /* value << 32 | child; child 0: free */
} Table;

typedef struct {
    uint32_t slot;
    Table *table;
} Node;

struct UcMemo {
    GDestroyNotify free_effect;
    GMutex lock;
    Node **node;      /* chunks */
    void ***effect;     /* chunks */
    uint32_t nodes, effects;
    uint64_t **root;  /* chunks of version << 32 | child, by trie */
    GPtrArray *retired;
    size_t memory;
};

UcMemo *uc_memo_new(GDestroyNotify free_effect)
{
    UcMemo *m = g_new0(UcMemo, 1);
    m->free_effect = free_effect;
    g_mutex_init(&m->lock);
    m->node = g_new0(Node *, CHUNKS);
    m->effect = g_new0(void **, CHUNKS);
    m->root = g_new0(uint64_t *, CHUNKS);
    m->retired = g_ptr_array_new_with_free_func(g_free);
    return m;
}

void uc_memo_free(UcMemo *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->nodes; i++)
        g_free(m->node[i >> CHUNK_BITS][i & (CHUNK - 1)].table);
    for (uint32_t i = 0; i < m->effects; i++)
        m->free_effect(m->effect[i >> CHUNK_BITS][i & (CHUNK - 1)]);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        g_free(m->node[i]);
        g_free(m->effect[i]);
        g_free(m->root[i]);
    }
    g_free(m->node);
    g_free(m->effect);
    g_free(m->root);
    g_ptr_array_unref(m->retired);
    g_mutex_clear(&m->lock);
    g_free(m);
}

static inline Node *node_at(const UcMemo *m, uint32_t child)
{
    uint32_t i = child / 2 - 1;
    return &m->node[i >> CHUNK_BITS][i & (CHUNK - 1)];
}

static inline void *effect_at(const UcMemo *m, uint32_t child)
{
    uint32_t i = child / 2;
    return m->effect[i >> CHUNK_BITS][i & (CHUNK - 1)];
}

static inline uint32_t place(uint32_t value, uint32_t mask)
{
    return (value * UINT32_C(0x9e3779b1) >> 7) & mask;
}

static inline uint32_t child_of(const Node *node, uint32_t value)
{
    const Table *t = __atomic_load_n(&node->table, __ATOMIC_ACQUIRE);
    for (uint32_t at = place(value, t->mask);; at = (at + 1) & t->mask) {
        uint64_t e = __atomic_load_n(&t->entry[at], __ATOMIC_ACQUIRE);
        if ((uint32_t)e == 0 || e >> 32 == value)
            return (uint32_t)e;
    }
}

static uint64_t *root_of(const UcMemo *m, uint32_t trie)
{
    uint64_t *chunk = __atomic_load_n(&m->root[trie >> CHUNK_BITS], __ATOMIC_ACQUIRE);
    return chunk ? &chunk[trie & (CHUNK - 1)] : NULL;
}

const void *uc_memo_find(const UcMemo *m, uint32_t trie, uint32_t version, const uint32_t *row)
{
    const uint64_t *root = root_of(m, trie);
    uint64_t e = root ? __atomic_load_n(root, __ATOMIC_ACQUIRE) : 0;
    if (e >> 32 != version)
        return NULL;
    uint32_t child = (uint32_t)e;
    while (child && !(child & 1)) {
        const Node *node = node_at(m, child);
        child = child_of(node, row[node->slot]);
    }
    return child ? effect_at(m, child) : NULL;
}

/* ---- adding, under the lock ---- */

static Table *new_table(UcMemo *m, uint32_t size)
{
    Table *t = g_malloc0(sizeof(Table) + size * sizeof(uint64_t));
    t->mask = size - 1;
    m->memory += sizeof(Table) + size * sizeof(uint64_t);
    return t;
}

static uint32_t new_node(UcMemo *m, uint32_t slot)
{
    uint32_t i = m->nodes++;
    g_assert(i >> CHUNK_BITS < CHUNKS);
    if (!m->node[i >> CHUNK_BITS]) {
        m->node[i >> CHUNK_BITS] = g_new0(Node, CHUNK);
        m->memory += CHUNK * sizeof(Node);
    }
    uint32_t child = 2 * (i + 1);
    *node_at(m, child) = (Node){ slot, new_table(m, FIRST_TABLE) };
    return child;
}

static uint32_t new_effect(UcMemo *m, void *effect)
{
    uint32_t i = m->effects++;
    g_assert(i >> CHUNK_BITS < CHUNKS);
    if (!m->effect[i >> CHUNK_BITS]) {
        m->effect[i >> CHUNK_BITS] = g_new0(void *, CHUNK);
        m->memory += CHUNK * sizeof(void *);
    }
    m->effect[i >> CHUNK_BITS][i & (CHUNK - 1)] = effect;
    return 2 * i + 1;
}

static void table_put(Table *t, uint32_t value, uint32_t child)
{
    uint32_t at = place(value, t->mask);
    while ((uint32_t)t->entry[at])
        at = (at + 1) & t->mask;
    t->used++;
    __atomic_store_n(&t->entry[at], (uint64_t)value << 32 | child, __ATOMIC_RELEASE);
}

static void node_put(UcMemo *m, Node *node, uint32_t value, uint32_t child)
{
    Table *old = node->table;
    if ((old->used + 1) * 4 > (old->mask + 1) * 3) {
        Table *t = new_table(m, (old->mask + 1) * 2);
        for (uint32_t i = 0; i <= old->mask; i++) {
            if ((uint32_t)old->entry[i])
                table_put(t, (uint32_t)(old->entry[i] >> 32), (uint32_t)old->entry[i]);
        }
        __atomic_store_n(&node->table, t, __ATOMIC_RELEASE);
        g_ptr_array_add(m->retired, old);
    }
    table_put(node->table, value, child);
}

/* The rest of a path that is new, from its end: the nodes for read[from..] and the effect. */
static uint32_t new_path(UcMemo *m, const uint32_t *row, const uint32_t *read, uint32_t reads,
                         uint32_t from, uint32_t effect)
{
    uint32_t child = effect;
    for (uint32_t i = reads; i > from; i--) {
        uint32_t node = new_node(m, read[i - 1]);
        node_put(m, node_at(m, node), row[read[i - 1]], child);
        child = node;
    }
    return child;
}

static bool add(UcMemo *m, uint64_t *root, uint32_t version, const uint32_t *row,
                const uint32_t *read, uint32_t reads, void *effect, const void **kept)
{
    *kept = effect;
    if (*root >> 32 != version || !(uint32_t)*root) {
        uint32_t path = new_path(m, row, read, reads, 0, new_effect(m, effect));
        __atomic_store_n(root, (uint64_t)version << 32 | path, __ATOMIC_RELEASE);
        return true;
    }
    uint32_t child = (uint32_t)*root, i = 0;
    for (; !(child & 1); i++) {
        Node *node = node_at(m, child);
        if (i >= reads || node->slot != read[i]) {
            m->free_effect(effect);
            return false;
        }
        uint32_t value = row[read[i]];
        child = child_of(node, value);
        if (!child) {
            node_put(m, node, value, new_path(m, row, read, reads, i + 1, new_effect(m, effect)));
            return true;
        }
    }
    *kept = effect_at(m, child);
    m->free_effect(effect);
    return i == reads;
}

bool uc_memo_add(UcMemo *m, uint32_t trie, uint32_t version, const uint32_t *row,
                 const uint32_t *read, uint32_t reads, void *effect, const void **kept)
{
    g_assert(effect && trie >> CHUNK_BITS < CHUNKS && version > 0);
    const void *counts;
    g_mutex_lock(&m->lock);
    uint64_t **chunk = &m->root[trie >> CHUNK_BITS];
    if (!*chunk)
        __atomic_store_n(chunk, g_new0(uint64_t, CHUNK), __ATOMIC_RELEASE);
    bool ok = add(m, &(*chunk)[trie & (CHUNK - 1)], version, row, read, reads, effect, &counts);
    g_mutex_unlock(&m->lock);
    if (kept)
        *kept = counts;
    return ok;
}

size_t uc_memo_memory(const UcMemo *m) { return m->memory; }
uint64_t uc_memo_effects(const UcMemo *m) { return m->effects; }
