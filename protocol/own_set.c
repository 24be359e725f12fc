#include "protocol/own_set.h"

const DkmInterval *own_set_get(OwnSet set, size_t *count)
{
    g_assert(count);
    return (const DkmInterval *)(const void *)uc_items(set.ctx, set.kind, set.index, count);
}

static DkmInterval *edit(OwnSet set, size_t item)
{
    return (DkmInterval *)(void *)uc_item_edit(set.ctx, set.kind, set.index, item);
}

UcWord own_set_remaining(OwnSet set)
{
    size_t n;
    UcWord sum = 0;
    const DkmInterval *own = own_set_get(set, &n);
    for (size_t i = 0; i < n; i++)
        sum += own[i].b - own[i].a;
    return sum;
}

bool own_set_take_lowest(OwnSet set, UcWord *index)
{
    size_t n;
    const DkmInterval *own = own_set_get(set, &n);
    if (n == 0)
        return false;
    *index = own[0].a;
    if (own[0].a + 1 == own[0].b)
        uc_item_remove(set.ctx, set.kind, set.index, 0);
    else
        edit(set, 0)->a++;
    return true;
}

/* The highest interval of at least this length, as a position + 1; 0: none. */
static size_t highest(OwnSet set, UcWord count)
{
    size_t n;
    const DkmInterval *own = own_set_get(set, &n);
    while (n > 0 && own[n - 1].b - own[n - 1].a < count)
        n--;
    return n;
}

bool own_set_has(OwnSet set, UcWord count)
{
    return highest(set, count) > 0;
}

bool own_set_take_top(OwnSet set, UcWord count, DkmInterval *block)
{
    size_t n, at = highest(set, count);
    if (at == 0)
        return false;
    DkmInterval own = own_set_get(set, &n)[at - 1];
    *block = (DkmInterval){ own.b - count, own.b };
    if (block->a == own.a)
        uc_item_remove(set.ctx, set.kind, set.index, at - 1);
    else
        edit(set, at - 1)->b = block->a;
    return true;
}

bool own_set_overlaps(OwnSet set, DkmInterval block)
{
    size_t n;
    const DkmInterval *own = own_set_get(set, &n);
    for (size_t i = 0; i < n; i++) {
        if (own[i].a < block.b && block.a < own[i].b)
            return true;
    }
    return false;
}

void own_set_add(OwnSet set, DkmInterval block)
{
    g_assert(block.a < block.b && !own_set_overlaps(set, block));
    size_t n, at = 0;
    const DkmInterval *own = own_set_get(set, &n);
    while (at < n && own[at].b < block.a)
        at++;
    if (at < n && own[at].b == block.a) {
        block.a = own[at].a;
        uc_item_remove(set.ctx, set.kind, set.index, at);
        own = own_set_get(set, &n);
    }
    if (at < n && own[at].a == block.b) {
        block.b = own[at].b;
        uc_item_remove(set.ctx, set.kind, set.index, at);
    }
    *(DkmInterval *)(void *)uc_item_insert(set.ctx, set.kind, set.index, at) = block;
}

size_t own_set_count_after(OwnSet set, DkmInterval block)
{
    size_t n, joined = 0;
    const DkmInterval *own = own_set_get(set, &n);
    for (size_t i = 0; i < n; i++)
        joined += own[i].b == block.a || own[i].a == block.b;
    return n + 1 - joined;
}
