/* A mutator for binary formats of big-endian numbers: half of what it does moves bytes blindly, half changes whole words
 * of 4 or 8 bytes, wherever they begin, to what is at a bound somewhere. Checksums are made anew by the targets. */
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static uint64_t state;
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static void put(uint8_t *at, unsigned bytes, uint64_t value)
{
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

static uint64_t other_than(uint64_t value)
{
    static const uint64_t odd[] = { 0, 1, UINT8_MAX, UINT16_MAX, INT32_MAX, UINT32_MAX, UINT32_MAX - 1, UINT64_C(1) << 32,
                                    UINT64_C(1) << 63, INT64_MAX, UINT64_MAX, UINT64_MAX - 7 };
    switch (draw(4)) {
    case 0: return value + 1 + draw(3);
    case 1: return value - 1 - draw(3);
    case 2: return draw(64);
    default: return odd[draw(sizeof odd / sizeof *odd)];
    }
}

static size_t change_word(uint8_t *data, size_t size, size_t max_size)
{
    const unsigned bytes = draw(3) ? 8 : 4;
    if (size < 64)
        return size;
    size_t at = draw(size - bytes + 1), from = draw(size - 32), some = 8 * (1 + draw(3));
    switch (draw(6)) {
    case 0: put(data + at, bytes, get(data + draw(size - bytes + 1), bytes)); return size;
    case 1: memmove(data + from, data + from + some, size - from - some); return size - some;
    case 2:
        if (size + some > max_size)
            return size;
        memmove(data + from + some, data + from, size - from);
        return size + some;
    default: put(data + at, bytes, other_than(get(data + at, bytes))); return size;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    if (!draw(3))
        return LLVMFuzzerMutate(data, size, max_size);
    for (uint64_t n = 1 + draw(3); n; n--)
        size = change_word(data, size, max_size);
    return size;
}
