/* libFuzzer: certificates and CMS messages. The first byte says how long the content is that is given beside the file; what is
 * read must be whole, and reading twice gives the same. */
#include "signing/envelope.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    if (!a != !b || (a && (a_length != b_length || memcmp(a, b, a_length))))
        abort();
}

static uint8_t *exact(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SigEnvelopes one, two;
    SigWhy why = {""};
    const size_t content_size = size ? data[0] % size : 0;
    if (!size)
        return 0;
    uint8_t *content = exact(data + 1, content_size), *file = exact(data + 1 + content_size, size - 1 - content_size);
    const size_t length = size - 1 - content_size;
    const bool good = sig_envelopes_read(file, length, content_size ? content : NULL, content_size, &one, &why);
    if (good ? !one.count : !why.text[0])
        abort();
    if (sig_envelopes_read(file, length, content_size ? content : NULL, content_size, &two, &why) != good || one.count != two.count)
        abort();
    for (size_t i = 0; i < one.count; i++) {
        const SigEnvelope *x = &one.all[i], *y = &two.all[i];
        if (!x->signature || x->named == SIG_NAMED_NONE)
            abort();
        same(x->signature, x->length, y->signature, y->length);
        same(x->message, x->message_length, y->message, y->message_length);
    }
    sig_envelopes_free(&one);
    sig_envelopes_free(&two);
    free(content);
    free(file);
    return 0;
}
