#define OPENSSL_SUPPRESS_DEPRECATED /* EVP looks its digest up at each call: ten times the price of a block */
#include "simulator/bytes.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

enum { ARENA_BYTES = 1 << 16 };

typedef struct {
    UcDigest digest;
    const uint8_t *bytes;
    uint32_t length;
} Entry;

struct UcStore {
    GArray *entries;    /* Entry; entry 0 is UC_NONE */
    uint32_t *bucket;   /* open addressing, entry numbers, 0 = free */
    size_t buckets;     /* a power of two */
    GPtrArray *chunks;  /* owned arenas */
    uint8_t *arena;
    size_t arena_left, memory, first_arena;
};

UcDigest uc_digest(const void *bytes, size_t length)
{
    XXH128_hash_t h = XXH3_128bits(length ? bytes : "", length);
    return (UcDigest){ h.low64, h.high64 };
}

void uc_sha256(const void *bytes, size_t length, uint8_t out[32])
{
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, length ? bytes : "", length);
    SHA256_Final(out, &c);
}

UcStore *uc_store_new(void)
{
    UcStore *store = g_new0(UcStore, 1);
    store->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_array_set_size(store->entries, 1);
    store->buckets = 1024;
    store->bucket = g_new0(uint32_t, store->buckets);
    store->chunks = g_ptr_array_new_with_free_func(g_free);
    return store;
}

void uc_store_free(UcStore *store)
{
    if (!store)
        return;
    g_array_unref(store->entries);
    g_free(store->bucket);
    g_ptr_array_unref(store->chunks);
    g_free(store);
}

void uc_store_clear(UcStore *store)
{
    g_assert(store);
    g_array_set_size(store->entries, 1);
    memset(store->bucket, 0, store->buckets * sizeof *store->bucket);
    if (!store->chunks->len)
        return;
    g_ptr_array_set_size(store->chunks, 1);
    store->arena = store->chunks->pdata[0];
    store->arena_left = store->memory = store->first_arena;
}

static const Entry *entry(const UcStore *store, UcWord handle)
{
    g_assert(handle > 0 && handle < store->entries->len);
    return &g_array_index(store->entries, Entry, handle);
}

static void place(UcStore *store, uint32_t number)
{
    size_t at = entry(store, number)->digest.lo & (store->buckets - 1);
    while (store->bucket[at])
        at = (at + 1) & (store->buckets - 1);
    store->bucket[at] = number;
}

static void grow(UcStore *store)
{
    g_free(store->bucket);
    store->buckets *= 2;
    store->bucket = g_new0(uint32_t, store->buckets);
    for (uint32_t i = 1; i < store->entries->len; i++)
        place(store, i);
}

static const uint8_t *keep(UcStore *store, const void *bytes, size_t length)
{
    if (length > store->arena_left) {
        size_t size = MAX(length, (size_t)ARENA_BYTES);
        store->arena = g_malloc(size);
        store->arena_left = size;
        store->memory += size;
        if (!store->chunks->len)
            store->first_arena = size;
        g_ptr_array_add(store->chunks, store->arena);
    }
    uint8_t *at = store->arena;
    if (length)
        memcpy(at, bytes, length);
    store->arena += length;
    store->arena_left -= length;
    return at;
}

UcWord uc_store_put(UcStore *store, const void *bytes, size_t length)
{
    g_assert(length == 0 || bytes);
    g_assert(length <= UINT32_MAX);
    UcDigest d = uc_digest(bytes, length);
    for (size_t at = d.lo & (store->buckets - 1); store->bucket[at]; at = (at + 1) & (store->buckets - 1)) {
        const Entry *e = entry(store, store->bucket[at]);
        if (e->digest.lo == d.lo && e->digest.hi == d.hi && e->length == length &&
            (!length || !memcmp(e->bytes, bytes, length)))
            return store->bucket[at];
    }
    Entry fresh = { d, keep(store, bytes, length), (uint32_t)length };
    g_array_append_val(store->entries, fresh);
    if (store->entries->len * 2 > store->buckets)
        grow(store);
    else
        place(store, store->entries->len - 1);
    return store->entries->len - 1;
}

UcWord uc_store_text(UcStore *store, const char *text)
{
    g_assert(text);
    return uc_store_put(store, text, strlen(text));
}

const uint8_t *uc_store_get(const UcStore *store, UcWord handle, size_t *length)
{
    const Entry *e = entry(store, handle);
    if (length)
        *length = e->length;
    return e->bytes;
}

UcDigest uc_store_digest(const UcStore *store, UcWord handle)
{
    return handle == UC_NONE ? (UcDigest){ 0, 0 } : entry(store, handle)->digest;
}

bool uc_store_knows(const UcStore *store, UcWord handle)
{
    return handle > 0 && handle < store->entries->len;
}

size_t uc_store_count(const UcStore *store)
{
    return store->entries->len - 1;
}

size_t uc_store_memory(const UcStore *store)
{
    return store->memory + store->buckets * sizeof(uint32_t) + store->entries->len * sizeof(Entry);
}

void uc_append_u8(GByteArray *out, uint8_t value)
{
    g_byte_array_append(out, &value, 1);
}

static void append_be(GByteArray *out, uint64_t value, unsigned bytes)
{
    uint8_t be[8];
    for (unsigned i = 0; i < bytes; i++)
        be[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    g_byte_array_append(out, be, bytes);
}

void uc_append_u16(GByteArray *out, uint16_t value) { append_be(out, value, 2); }
void uc_append_u32(GByteArray *out, uint32_t value) { append_be(out, value, 4); }
void uc_append_u64(GByteArray *out, uint64_t value) { append_be(out, value, 8); }

char *uc_hex(const uint8_t *bytes, size_t length)
{
    static const char digit[] = "0123456789abcdef";
    char *text = g_malloc(2 * length + 1);
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digit[bytes[i] >> 4];
        text[2 * i + 1] = digit[bytes[i] & 15];
    }
    text[2 * length] = 0;
    return text;
}

GByteArray *uc_unhex(const char *text)
{
    size_t length = strlen(text);
    if (length % 2)
        return NULL;
    g_autoptr(GByteArray) out = g_byte_array_sized_new((guint)(length / 2));
    for (size_t i = 0; i < length; i += 2) {
        int high = g_ascii_xdigit_value(text[i]), low = g_ascii_xdigit_value(text[i + 1]);
        if (high < 0 || low < 0)
            return NULL;
        uc_append_u8(out, (uint8_t)(high << 4 | low));
    }
    return g_steal_pointer(&out);
}
