/* Signatures on their way into the tables. Those with messages wait until there are enough to be verified side by side; what
 * comes after them waits too, so that everything is told in the order of the files. */
#include "audit/internal.h"

enum { MOST = 256, MOST_BYTES = 1 << 20 };

struct Pending {
    uint32_t item;
    SigMatch match;
    uint8_t *bytes; /* of the signature: its file is closed by then */
    bool noted;     /* there is a message */
    uint8_t digest[SIG_DIGEST];
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
};

static void take_apart(Pending *p)
{
    const SigStatus status = sig_layers(p->match.set, p->match.vk, p->match.vk_length, p->match.signature, p->match.length,
                                        p->layer, &p->layers);
    g_assert(status == SIG_OK); /* it matched */
}

static void settle(Audit *a, const Pending *p, bool good)
{
    Item *item = audit_item(a, p->item);
    if (p->noted)
        item->state = good ? ITEM_VERIFIED : ITEM_FAILED;
    if (p->noted && !good) {
        g_autofree char *name = audit_item_name(a, p->item);
        audit_find(a, AUDIT_INDICATION, "not-verified", name,
                   "%s is no signature of its message under %s (index %" G_GUINT64_FORMAT ")", name, audit_key(a, item->key)->path,
                   item->index);
    }
    audit_add_uses(a, p->item, p->layer, p->layers);
}

/* The lowest layer signs the message (of XMSS^MT with all above it); the upper ones of HSS are looked at once each, with the
 * uses. */
void audit_settle(Audit *a)
{
    const guint count = a->pending->len;
    g_autofree SigHold *holds = g_new0(SigHold, count + 1);
    guint used = 0;
    for (guint i = 0; i < count; i++) {
        const Pending *p = g_ptr_array_index(a->pending, i);
        if (p->noted)
            holds[used++] = (SigHold){ .layer = p->layer, .layers = p->layers, .which = sig_layers_bottom(p->layer, p->layers),
                                       .digest = p->digest };
    }
    sig_layers_hold_many(holds, used);
    used = 0;
    for (guint i = 0; i < count; i++) {
        const Pending *p = g_ptr_array_index(a->pending, i);
        settle(a, p, p->noted && holds[used++].status == SIG_OK);
    }
    g_ptr_array_set_size(a->pending, 0);
    a->pending_bytes = 0;
}

void audit_free_pending(gpointer data)
{
    Pending *p = data;
    g_free(p->bytes);
    g_free(p);
}

uint32_t audit_take(Audit *a, Item item, const SigMatch *match, const Message *message)
{
    Pending *p = g_new0(Pending, 1);
    p->match = *match;
    if (message->bytes || a->pending->len)
        p->match.signature = p->bytes = g_memdup2(match->signature, match->length);
    take_apart(p);
    p->noted = message->bytes && !sig_layers_digest(p->layer, p->layers, message->bytes, message->length, p->digest);
    item.length = (uint32_t)match->length;
    item.index = sig_layers_index(p->layer, p->layers);
    p->item = a->items->len;
    g_array_append_val(a->items, item);
    AuditKey *k = audit_key(a, item.key);
    k->set = match->set;
    k->seen++;
    if (!p->bytes) {
        settle(a, p, false);
        audit_free_pending(p);
        return a->items->len - 1;
    }
    const uint32_t number = p->item;
    g_ptr_array_add(a->pending, p);
    a->pending_bytes += match->length;
    if (a->pending->len >= MOST || a->pending_bytes >= MOST_BYTES)
        audit_settle(a);
    return number;
}
