/* Stands in for libFuzzer where there is no clang: mutates the files it is given, without coverage, for N runs.
 * usage: fuzz_X RUNS FILE... ; deterministic. On a crash the input lies in ./fuzz-crash. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 1;
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

static void splice(GByteArray *bytes, GPtrArray *seeds)
{
    const GByteArray *other = seeds->pdata[draw(seeds->len)];
    size_t from = draw(other->len), some = draw(64), n = MIN(some, other->len - from), at = draw(bytes->len + 1);
    g_autofree uint8_t *tail = g_memdup2(bytes->data + at, bytes->len - at);
    size_t rest = bytes->len - at;
    g_byte_array_set_size(bytes, (guint)at);
    g_byte_array_append(bytes, other->data + from, (guint)n);
    if (draw(2))
        g_byte_array_append(bytes, tail, (guint)rest);
}

static void mutate(GByteArray *bytes, GPtrArray *seeds)
{
    static const char odd[] = "{}[]\":,\\0-9.@#\n\xff";
    for (uint64_t i = 0, n = 1 + draw(6); i < n; i++) {
        size_t at = draw(bytes->len), some = 1 + draw(9);
        switch (draw(6)) {
        case 0: splice(bytes, seeds); break;
        case 1: g_byte_array_set_size(bytes, (guint)at); break;
        case 2: if (bytes->len) bytes->data[at] = (uint8_t)odd[draw(sizeof odd)]; break;
        case 3: if (bytes->len) g_byte_array_remove_range(bytes, (guint)at, (guint)MIN(some, bytes->len - at)); break;
        default: if (bytes->len) bytes->data[at] ^= (uint8_t)(1 << draw(8));
        }
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    for (int i = 2; i < argc; i++) {
        char *text;
        gsize size;
        if (!g_file_get_contents(argv[i], &text, &size, NULL))
            return 2;
        g_ptr_array_add(seeds, g_byte_array_new_take((guint8 *)text, size));
    }
    for (long run = 0; seeds->len && run < atol(argv[1]); run++) {
        const GByteArray *seed = seeds->pdata[draw(seeds->len)];
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, seed->data, seed->len);
        if (run >= (long)seeds->len)
            mutate(bytes, seeds);
        FILE *file = fopen("fuzz-crash", "wb");
        if (!file || fwrite(bytes->data, 1, bytes->len, file) != bytes->len || fclose(file))
            return 2;
        LLVMFuzzerTestOneInput(bytes->data, bytes->len);
    }
    remove("fuzz-crash");
    printf("%s runs\n", argv[1]);
    return 0;
}
