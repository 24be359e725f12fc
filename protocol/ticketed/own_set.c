#include "protocol/ticketed/own_set.h"

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

bool own_set_top(const DkmInterval *own, size_t intervals, UcWord count, DkmInterval *block)
{
    g_assert(block);
    for (size_t i = intervals; i > 0; i--) {
        if (own[i - 1].b - own[i - 1].a >= count) {
            *block = (DkmInterval){ own[i - 1].b - count, own[i - 1].b };
            return true;
        }
    }
    return false;
}

size_t own_set_union(OwnSet one, OwnSet other, DkmInterval *out, size_t room)
{
    size_t n1, n2, i = 0, j = 0, n = 0;
    const DkmInterval *x = own_set_get(one, &n1), *y = own_set_get(other, &n2);
    DkmInterval last = { 0, 0 };
    while (i < n1 || j < n2) {
        DkmInterval next = j == n2 || (i < n1 && x[i].a < y[j].a) ? x[i++] : y[j++];
        if (n && last.b == next.a)
            last.b = next.b;
        else {
            last = next;
            n++;
        }
        if (n <= room)
            out[n - 1] = last;
    }
    return n;
}

void own_set_subtract(OwnSet set, DkmInterval block)
{
    size_t n, i = 0;
    const DkmInterval *own;
    while (own = own_set_get(set, &n), i < n) {
        DkmInterval o = own[i];
        if (o.b <= block.a || block.b <= o.a) {
            i++;
            continue;
        }
        uc_item_remove(set.ctx, set.kind, set.index, i);
        if (o.a < block.a)
            *(DkmInterval *)(void *)uc_item_insert(set.ctx, set.kind, set.index, i++) = (DkmInterval){ o.a, block.a };
        if (block.b < o.b)
            *(DkmInterval *)(void *)uc_item_insert(set.ctx, set.kind, set.index, i++) = (DkmInterval){ block.b, o.b };
    }
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

size_t own_set_count_after(const DkmInterval *own, size_t intervals, DkmInterval block)
{
    g_assert(own || !intervals);
    size_t joined = 0;
    for (size_t i = 0; i < intervals; i++)
        joined += own[i].b == block.a || own[i].a == block.b;
    return intervals + 1 - joined;
}
