/* Blobs (trees, parts of trees, signatures of lower trees' roots) found by a digest, least recently used go first. */
#include "signing/internal.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct SigBlob {
    uint8_t key[SIG_KEY];
    uint8_t *data;
    size_t size;
    unsigned holders;
    bool building;
    SigBlob *chain;         /* of the bucket */
    SigBlob *newer, *older; /* use order; only blobs that are built */
};

struct SigCache {
    pthread_mutex_t lock;
    pthread_cond_t built;
    size_t limit, bytes;
    SigDisk *disk; /* NULL: none */
    SigBlob *newest, *oldest;
    SigBlob *bucket[BUCKETS];
};

SigCache *sig_cache_new(size_t limit_bytes)
{
    SigCache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->limit = limit_bytes;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->built, NULL);
    return cache;
}

static SigBlob **place_of(SigCache *cache, const uint8_t *key)
{
    return &cache->bucket[(key[0] | key[1] << 8) % BUCKETS];
}

static void unlink_use(SigCache *cache, SigBlob *blob)
{
    *(blob->newer ? &blob->newer->older : &cache->newest) = blob->older;
    *(blob->older ? &blob->older->newer : &cache->oldest) = blob->newer;
}

static void link_newest(SigCache *cache, SigBlob *blob)
{
    blob->newer = NULL;
    blob->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = blob;
    cache->newest = blob;
}

/* With what is needed to find it: of many small blobs that is the most. */
static size_t weight(const SigBlob *blob)
{
    return sizeof *blob + blob->size;
}

static void drop(SigCache *cache, SigBlob *blob)
{
    SigBlob **at = place_of(cache, blob->key);
    while (*at != blob)
        at = &(*at)->chain;
    *at = blob->chain;
    if (!blob->building) {
        unlink_use(cache, blob);
        cache->bytes -= weight(blob);
    }
    free(blob->data);
    free(blob);
}

void sig_cache_free(SigCache *cache)
{
    if (!cache)
        return;
    while (cache->oldest) {
        assert(!cache->oldest->holders);
        drop(cache, cache->oldest);
    }
    sig_disk_free(cache->disk);
    pthread_cond_destroy(&cache->built);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

bool sig_cache_set_folder(SigCache *cache, const char *folder, uint64_t limit_bytes)
{
    assert(cache && folder && !cache->disk);
    cache->disk = sig_disk_new(folder, limit_bytes);
    return cache->disk;
}

int sig_cache_folder_error(SigCache *cache)
{
    assert(cache);
    return sig_disk_error(cache->disk);
}

SigDisk *sig_cache_disk(const SigCache *cache)
{
    return cache->disk;
}

size_t sig_cache_bytes(SigCache *cache)
{
    assert(cache);
    pthread_mutex_lock(&cache->lock);
    size_t bytes = cache->bytes;
    pthread_mutex_unlock(&cache->lock);
    return bytes;
}

size_t sig_cache_limit(const SigCache *cache)
{
    return cache->limit;
}

static void trim(SigCache *cache)
{
    SigBlob *blob = cache->oldest;
    while (blob && cache->bytes > cache->limit) {
        SigBlob *newer = blob->newer;
        if (!blob->holders)
            drop(cache, blob);
        blob = newer;
    }
}

static SigBlob *find(SigCache *cache, const uint8_t *key)
{
    SigBlob *blob = *place_of(cache, key);
    while (blob && memcmp(blob->key, key, SIG_KEY) != 0)
        blob = blob->chain;
    return blob;
}

/* A blob marked as being built, or NULL. */
static SigBlob *add(SigCache *cache, const uint8_t *key, size_t size)
{
    SigBlob *blob = calloc(1, sizeof *blob);
    uint8_t *data = malloc(size);
    if (!blob || !data) {
        free(blob);
        free(data);
        return NULL;
    }
    memcpy(blob->key, key, SIG_KEY);
    blob->data = data;
    blob->size = size;
    blob->building = true;
    blob->holders = 1;
    blob->chain = *place_of(cache, key);
    *place_of(cache, key) = blob;
    return blob;
}

/* Called with the lock held, which is given up while building. */
static SigStatus build_blob(SigCache *cache, SigBlob *blob, SigBuild *build, void *context)
{
    pthread_mutex_unlock(&cache->lock);
    SigStatus status = build(context, blob->data);
    pthread_mutex_lock(&cache->lock);
    if (status == SIG_OK) {
        blob->building = false;
        cache->bytes += weight(blob);
        link_newest(cache, blob);
        trim(cache);
    } else {
        drop(cache, blob);
    }
    pthread_cond_broadcast(&cache->built);
    return status;
}

SigStatus sig_cache_get(SigCache *cache, const uint8_t *key, size_t size, SigBuild *build, void *context,
                        SigBlob **out)
{
    assert(cache && key && build && out);
    SigStatus status = SIG_OK;
    pthread_mutex_lock(&cache->lock);
    SigBlob *blob = find(cache, key);
    while (blob && blob->building) { /* by another thread; if that fails the blob goes and we build */
        pthread_cond_wait(&cache->built, &cache->lock);
        blob = find(cache, key);
    }
    if (blob) {
        assert(blob->size == size);
        blob->holders++;
        unlink_use(cache, blob);
        link_newest(cache, blob);
    } else {
        blob = add(cache, key, size);
        status = blob ? build_blob(cache, blob, build, context) : SIG_NO_MEMORY;
    }
    pthread_mutex_unlock(&cache->lock);
    *out = status == SIG_OK ? blob : NULL;
    return status;
}

const uint8_t *sig_blob_data(const SigBlob *blob)
{
    return blob->data;
}

void sig_cache_release(SigCache *cache, SigBlob *blob)
{
    if (!blob)
        return;
    pthread_mutex_lock(&cache->lock);
    assert(blob->holders);
    blob->holders--;
    trim(cache);
    pthread_mutex_unlock(&cache->lock);
}
