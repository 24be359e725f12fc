#include "functionality/dkm/owner_map.h"

#include <string.h>

enum { WIDTH = sizeof(Owned) / sizeof(UcWord) };

static const Owned *row(OwnerMap map, size_t *count)
{
    return (const Owned *)(const void *)uc_items(map.ctx, map.kind, map.index, count);
}

void owner_map_init(OwnerMap map, UcWord capacity, UcWord owner)
{
    g_assert(capacity > 0);
    Owned all = { 0, capacity, owner };
    memcpy(uc_write(map.ctx, map.kind, map.index, WIDTH), &all, sizeof all);
}

static void append(Owned *out, size_t *n, Owned o)
{
    if (o.a >= o.b)
        return;
    if (*n && out[*n - 1].owner == o.owner)
        out[*n - 1].b = o.b;
    else
        out[(*n)++] = o;
}

void owner_map_set(OwnerMap map, DkmInterval block, UcWord owner)
{
    size_t count, n = 0;
    const Owned *old = row(map, &count);
    g_autofree Owned *fresh = g_new(Owned, count + 2);
    for (size_t i = 0; i < count; i++) {
        Owned o = old[i];
        append(fresh, &n, (Owned){ o.a, MIN(o.b, block.a), o.owner });
        if (o.a <= block.a && block.a < o.b)
            append(fresh, &n, (Owned){ block.a, block.b, owner });
        append(fresh, &n, (Owned){ MAX(o.a, block.b), o.b, o.owner });
    }
    memcpy(uc_write(map.ctx, map.kind, map.index, n * WIDTH), fresh, n * sizeof *fresh);
}

bool owner_map_lowest(OwnerMap map, UcWord owner, UcWord *index)
{
    size_t count;
    const Owned *o = row(map, &count);
    for (size_t i = 0; i < count; i++) {
        if (o[i].owner == owner) {
            *index = o[i].a;
            return true;
        }
    }
    return false;
}

bool owner_map_top(OwnerMap map, UcWord owner, UcWord count, DkmInterval *block)
{
    size_t n;
    const Owned *o = row(map, &n);
    for (size_t i = n; i > 0; i--) {
        if (o[i - 1].owner == owner && o[i - 1].b - o[i - 1].a >= count) {
            *block = (DkmInterval){ o[i - 1].b - count, o[i - 1].b };
            return true;
        }
    }
    return false;
}

size_t owner_map_of(OwnerMap map, UcWord owner, DkmInterval *out, size_t room)
{
    size_t count, n = 0;
    const Owned *o = row(map, &count);
    for (size_t i = 0; i < count; i++) {
        if (o[i].owner != owner)
            continue;
        if (n < room)
            out[n] = (DkmInterval){ o[i].a, o[i].b };
        n++;
    }
    return n;
}

size_t owner_map_count_after(OwnerMap map, UcWord owner, DkmInterval block)
{
    size_t count, n = 1;
    const Owned *o = row(map, &count);
    for (size_t i = 0; i < count; i++)
        n += o[i].owner == owner && o[i].b != block.a && o[i].a != block.b;
    return n;
}

bool owner_map_owns(OwnerMap map, UcWord owner, DkmInterval block)
{
    size_t n;
    const Owned *o = row(map, &n);
    for (size_t i = 0; i < n; i++) {
        if (o[i].owner == owner && o[i].a <= block.a && block.a < block.b && block.b <= o[i].b)
            return true;
    }
    return false;
}

bool owner_map_overlaps(OwnerMap map, UcWord owner, DkmInterval block)
{
    size_t n;
    const Owned *o = row(map, &n);
    for (size_t i = 0; i < n; i++) {
        if (o[i].owner == owner && o[i].a < block.b && block.a < o[i].b)
            return true;
    }
    return false;
}
