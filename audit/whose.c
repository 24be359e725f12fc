/* Which of several keys of one set a bare signature belongs to, when no message tells. Two signatures of one key tell each
 * other: where their ways to the root meet each has the other's node in its path (sig_layers_meet), and two of one leaf lie on
 * chains that end in the key (sig_link). So a signature waits for another of its key. */
#include "audit/internal.h"

enum { MOST_BACK = 64, MOST_LINKS = 64 }; /* waiting ones that a new one is held against; pairs that are linked */

typedef bool Together(const Reread *x, const Reread *y);

static bool by_paths(const Reread *x, const Reread *y)
{
    return sig_layers_meet(x->layer, y->layer, x->layers);
}

static bool by_chains(const Reread *x, const Reread *y)
{
    SigLink link;
    const unsigned at = sig_layers_bottom(x->layer, x->layers);
    return x->layer[at].leaf == y->layer[at].leaf && x->layer[at].tree == y->layer[at].tree &&
           memcmp(x->layer[at].values, y->layer[at].values, sig_layer_bytes(&x->layer[at])) &&
           sig_link(x->layer, y->layer, x->layers, at, NULL, &link) == SIG_LINK_PROVEN;
}

/* Are both of that key? */
static bool are_of(const Audit *a, Item x, Item y, uint32_t key, Together *together)
{
    Reread r = { .layers = 0 }, s = { .layers = 0 };
    x.key = y.key = key;
    const bool good = audit_reread_item(a, &x, &r) && audit_reread_item(a, &y, &s) && r.match.set == s.match.set && together(&r, &s);
    audit_reread_free(&r);
    audit_reread_free(&s);
    return good;
}

void audit_witness(Audit *a, uint32_t item)
{
    AuditKey *key = audit_key(a, audit_item(a, item)->key);
    if (!key->witness[0])
        key->witness[0] = item + 1;
    else if (!key->witness[1] && audit_item(a, key->witness[0] - 1)->index != audit_item(a, item)->index)
        key->witness[1] = item + 1;
}

static void assign(Audit *a, Item x, uint32_t key)
{
    Reread r;
    g_autofree uint8_t *message = NULL;
    size_t length = 0;
    x.key = key;
    audit_message(a, &x, &message, &length);
    if (audit_reread_item(a, &x, &r))
        audit_witness(a, audit_take(a, x, &r.match, &(Message){ message, length }));
    audit_reread_free(&r);
}

static bool told_by_witness(Audit *a, const Item *x, Together *together)
{
    for (guint k = 0; k < a->keys->len; k++) {
        for (unsigned w = 0; w < 2; w++) {
            const uint32_t witness = audit_key(a, k)->witness[w];
            if (witness && are_of(a, *x, *audit_item(a, witness - 1), k, together)) {
                assign(a, *x, k);
                return true;
            }
        }
    }
    return false;
}

/* The key that both of two waiting ones are of, or NO_ITEM. */
static uint32_t common_key(const Audit *a, guint i, guint j, Together *together)
{
    for (guint k = 0; k < a->keys->len; k++)
        if (are_of(a, g_array_index(a->waiting, Item, i), g_array_index(a->waiting, Item, j), k, together))
            return k;
    return NO_ITEM;
}

static void assign_both(Audit *a, guint i, guint j, uint32_t key)
{
    const Item x = g_array_index(a->waiting, Item, i), y = g_array_index(a->waiting, Item, j);
    g_array_remove_index(a->waiting, j);
    g_array_remove_index(a->waiting, i);
    assign(a, x, key);
    assign(a, y, key);
}

/* Tells the last of those that wait, if it can. */
static void tell_last(Audit *a)
{
    const guint last = a->waiting->len - 1;
    if (told_by_witness(a, &g_array_index(a->waiting, Item, last), by_paths)) {
        g_array_set_size(a->waiting, last);
        return;
    }
    for (guint i = last > MOST_BACK ? last - MOST_BACK : 0; i < last; i++) {
        const uint32_t key = common_key(a, i, last, by_paths);
        if (key != NO_ITEM) {
            assign_both(a, i, last, key);
            return;
        }
    }
}

/* A file has been gone through: what of it waits, from number `from` on. */
void audit_ask_whose(Audit *a, guint from)
{
    g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(Item));
    if (from >= a->waiting->len)
        return;
    g_array_append_vals(fresh, &g_array_index(a->waiting, Item, from), a->waiting->len - from);
    g_array_set_size(a->waiting, from);
    for (guint i = 0; i < fresh->len; i++) {
        g_array_append_val(a->waiting, g_array_index(fresh, Item, i));
        tell_last(a);
    }
}

static void tell_by_witnesses(Audit *a, Together *together, unsigned *left)
{
    for (guint i = 0; i < a->waiting->len && *left; *left -= together == by_chains) {
        const Item x = g_array_index(a->waiting, Item, i);
        if (told_by_witness(a, &x, together))
            g_array_remove_index(a->waiting, i);
        else
            i++;
    }
}

static void tell_by_pairs(Audit *a, unsigned *left)
{
    for (guint i = 0; i < a->waiting->len; i++) {
        for (guint j = i + 1; j < a->waiting->len && *left; j++, --*left) {
            const uint32_t key = common_key(a, i, j, by_chains);
            if (key == NO_ITEM)
                continue;
            assign_both(a, i, j, key);
            i--;
            break;
        }
    }
}

static void tell_unclear(Audit *a, const Item *x)
{
    unsigned candidates = 0;
    for (guint k = 0; k < a->keys->len; k++) {
        Item as = *x;
        Reread r;
        as.key = k;
        candidates += audit_reread_item(a, &as, &r);
        audit_reread_free(&r);
    }
    g_autofree char *name = audit_place_name(a, x);
    audit_find(a, AUDIT_INFORMATION, "key-unclear", name,
               "%s: may be of %u of the keys; expected a message, a key in the manifest, or a second signature of its key to tell", name,
               candidates);
}

void audit_tell_rest(Audit *a)
{
    unsigned links = MOST_LINKS;
    tell_by_witnesses(a, by_paths, &links);
    tell_by_witnesses(a, by_chains, &links);
    tell_by_pairs(a, &links);
    tell_by_witnesses(a, by_paths, &links);
}

void audit_tell_unclear(Audit *a, bool in_rows)
{
    for (guint i = 0; i < a->waiting->len; i++) {
        const Item *x = &g_array_index(a->waiting, Item, i);
        if ((x->part > 0) == in_rows)
            tell_unclear(a, x);
        if (!in_rows && !x->part)
            audit_file(a, x->file)->untold = true;
    }
}
