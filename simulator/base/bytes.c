#define OPENSSL_SUPPRESS_DEPRECATED /* EVP looks its digest up at each call: ten times the price of a block */
#include "simulator/base/bytes.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

#include "simulator/base/growing.h"

enum { ARENA_BYTES = 1 << 16 };

typedef struct {
    UcDigest digest;
    const uint8_t *bytes;
    uint32_t length;
} Entry;

struct UcStore {
    UcChunks entries;   /* Entry; entry 0 is UC_NONE */
    UcIndex index;
    GMutex lock;        /* for adding */
    GPtrArray *chunks;  /* owned arenas */
    uint8_t *arena;
    size_t arena_left, memory, first_arena;
    UcStore *of;        /* a view of this one; then nothing above is in use */
    UcStoreGuard guard;
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
    uc_chunks_add(&store->entries, &(Entry){ .length = 0 }, sizeof(Entry));
    uc_index_init(&store->index, 1024);
    store->chunks = g_ptr_array_new_with_free_func(g_free);
    g_mutex_init(&store->lock);
    return store;
}

UcStore *uc_store_view_new(UcStore *of, UcStoreGuard guard)
{
    g_assert(of && guard.mistake);
    UcStore *view = g_new0(UcStore, 1);
    view->of = of;
    view->guard = guard;
    return view;
}

void uc_store_free(UcStore *store)
{
    if (!store)
        return;
    if (store->of) {
        g_free(store);
        return;
    }
    uc_chunks_free(&store->entries);
    uc_index_free(&store->index);
    g_ptr_array_unref(store->chunks);
    g_mutex_clear(&store->lock);
    g_free(store);
}

void uc_store_clear(UcStore *store)
{
    g_assert(store && !store->of);
    store->entries.count = 1;
    uc_index_clear(&store->index);
    if (!store->chunks->len)
        return;
    g_ptr_array_set_size(store->chunks, 1);
    store->arena = store->chunks->pdata[0];
    store->arena_left = store->memory = store->first_arena;
}

/* Where this handle is really looked up. */
static const UcStore *behind(const UcStore *store, UcWord handle)
{
    if (G_LIKELY(!store->of))
        return store;
    if (store->guard.look)
        store->guard.look(store->guard.data, handle);
    return store->of;
}

static const Entry *entry(const UcStore *store, UcWord handle)
{
    const UcStore *all = behind(store, handle);
    bool known = uc_store_knows(all, handle);
    if (!known && store->of)
        store->guard.mistake(store->guard.data, handle == UC_NONE ? "reads bytes that are none" : "reads bytes of a handle that is none");
    g_assert(known);
    return uc_chunks_at(&all->entries, (uint32_t)handle, sizeof(Entry));
}

static uint64_t hash_of(const void *store, uint32_t number) { return entry(store, number)->digest.lo; }

static const uint8_t *keep(UcStore *store, const void *bytes, size_t length)
{
    if (length > store->arena_left || !store->arena) { /* no bytes have a place too: memcpy() and the like ask for one */
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

static UcWord find(const UcStore *store, UcDigest d, const void *bytes, size_t length)
{
    for (UcProbe p = uc_probe(&store->index, d.lo); uc_probe_next(&p);) {
        const Entry *e = entry(store, p.number);
        if (e->digest.lo == d.lo && e->digest.hi == d.hi && e->length == length &&
            (!length || !memcmp(e->bytes, bytes, length)))
            return p.number;
    }
    return UC_NONE;
}

UcWord uc_store_put(UcStore *store, const void *bytes, size_t length)
{
    if (length > UINT32_MAX && store->of)
        store->guard.mistake(store->guard.data, "makes bytes that are too many for a handle");
    g_assert(length == 0 || bytes);
    g_assert(length <= UINT32_MAX);
    if (store->of) {
        UcWord made = uc_store_put(store->of, bytes, length);
        if (store->guard.made)
            store->guard.made(store->guard.data, made);
        return made;
    }
    UcDigest d = uc_digest(bytes, length);
    UcWord known = find(store, d, bytes, length);
    if (known != UC_NONE)
        return known;
    g_mutex_lock(&store->lock);
    known = find(store, d, bytes, length); /* somebody may have been faster */
    if (known == UC_NONE) {
        Entry fresh = { d, keep(store, bytes, length), (uint32_t)length };
        known = uc_chunks_add(&store->entries, &fresh, sizeof fresh);
        uc_index_add(&store->index, d.lo, (uint32_t)known, hash_of, store);
    }
    g_mutex_unlock(&store->lock);
    return known;
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
    if (handle == UC_NONE)
        return false;
    return handle < uc_chunks_count(&behind(store, handle)->entries);
}

/* What nobody made: who may look only at some of it is refused. */
static const UcStore *all_of(const UcStore *store) { return behind(store, UINT64_MAX); }

size_t uc_store_count(const UcStore *store) { return uc_chunks_count(&all_of(store)->entries) - 1; }

size_t uc_store_memory(const UcStore *store)
{
    store = all_of(store);
    return store->memory + uc_index_memory(&store->index) + uc_chunks_memory(&store->entries, sizeof(Entry));
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

void uc_append_number(GByteArray *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        uc_append_u8(out, (uint8_t)(value | 0x80));
    uc_append_u8(out, (uint8_t)value);
}

static uint64_t read_be(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

uint64_t uc_read_u64(const uint8_t *at) { return read_be(at, 8); }

UcReader uc_store_reader(const UcStore *store, UcWord handle)
{
    UcReader reader = { .bad = !uc_store_knows(store, handle) };
    if (!reader.bad)
        reader.at = uc_store_get(store, handle, &reader.left);
    return reader;
}

const uint8_t *uc_take_bytes(UcReader *reader, size_t count)
{
    if (reader->bad || reader->left < count) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *at = reader->at;
    reader->at += count;
    reader->left -= count;
    return at;
}

uint64_t uc_take(UcReader *reader, unsigned bytes)
{
    g_assert(bytes <= 8);
    const uint8_t *at = uc_take_bytes(reader, bytes);
    return at ? read_be(at, bytes) : 0;
}

uint64_t uc_take_number(UcReader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint64_t byte = uc_take(reader, 1), low = byte & 0x7f;
        if (low << shift >> shift != low)
            break;
        value |= low << shift;
        if (!(byte & 0x80))
            return reader->bad ? 0 : value;
    }
    reader->bad = true;
    return 0;
}

char *uc_text_of(const GByteArray *bytes)
{
    return g_strndup(bytes->len ? (const char *)bytes->data : "", bytes->len);
}

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
