/* libFuzzer: the readers of keys and signatures in every form. The first byte says what is in front of the rest; what is read
 * must fit together: lengths of the set, layers that can be taken, DER that gives the same key again. */
#include "signing/formats.h"
#include "signing/layers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_match(const SigMatch *m)
{
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    if (sig_layers(m->set, m->vk, m->vk_length, m->signature, m->length, layer, &layers) != SIG_OK)
        abort();
    for (unsigned i = 0; i < layers; i++)
        if (layer[i].values < m->signature || layer[i].values + sig_layer_bytes(&layer[i]) > m->signature + m->length)
            abort();
}

/* A key survives being written and read again. */
static void check_again(const SigKey *key)
{
    const SigSet *set = key->levels > 1 ? NULL : key->lms ? key->lms : key->xmss ? key->xmss : key->xmssmt;
    size_t length = 0;
    SigContent content;
    SigKey again;
    SigWhy why;
    if (!set)
        return;
    uint8_t *pem = sig_key_pem(set, key->bytes, &length);
    if (!pem || !sig_content_read(pem, length, &content, &why) || !sig_key_read(&content, &again, &why) ||
        again.length != key->length || memcmp(again.bytes, key->bytes, key->length))
        abort();
    free(content.bytes);
    free(pem);
}

static void signatures(const SigKey *key, const uint8_t *bytes, size_t length)
{
    uint8_t *exact = malloc(length ? length : 1); /* as long as said, so that asan sees a step past it */
    SigMatch match;
    SigWhy why = {""};
    size_t skip;
    memcpy(exact, bytes, length);
    if (key && sig_match(key, exact, length, &match, &why))
        check_match(&match);
    if (key && length && sig_match_front(key, exact, length, &match, &why))
        check_match(&match);
    const SigSet *set = sig_signature_set(exact, length, 0, &skip, &why);
    if (set && sig_set_signature_size(set) + skip != length)
        abort();
    if (!set && !why.text[0])
        abort();
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SigContent content;
    SigKey key;
    SigWhy why = {""};
    const size_t key_size = size ? data[0] % size : 0;
    if (!size)
        return 0;
    uint8_t *file = malloc(key_size ? key_size : 1);
    memcpy(file, data + 1, key_size);
    if (sig_content_read(file, key_size, &content, &why)) {
        const bool good = sig_key_read(&content, &key, &why);
        if (good)
            check_again(&key);
        signatures(good ? &key : NULL, data + 1 + key_size, size - 1 - key_size);
        free(content.bytes);
    } else if (!why.text[0]) {
        abort();
    }
    free(file);
    return 0;
}
