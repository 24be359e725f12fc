/* libFuzzer: the look-up of parameter sets by name, composed ones too. */
#include "signing/signing.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = malloc(size + 1);
    memcpy(name, data, size);
    name[size] = '\0';
    const char *near = "";
    const SigSet *set = sig_set_find(name, &near);
    if (set && (strcmp(sig_set_name(set), name) != 0 || sig_set_capacity(set) < 4 || !sig_set_signature_size(set)))
        abort();
    if (!set && (!near || !sig_set_find(near, NULL)))
        abort();
    free(name);
    return 0;
}
