/* What the proof of counted MACs bounds: that a payload is accepted which no party made, by q guesses with probability at most
 * q / 256^mac_bytes, besides what tells HMAC from a random function. A run in which a party was corrupted has none from then on. */
#include "protocol/auth/macs.h"
#include "simulator/triple/bad_events.h"

static const char *const name[] = { "forged MAC accepted", NULL };

typedef struct {
    GHashTable *made; /* handles of payloads; only ever asked for one */
    bool corrupted, forged;
} Seen;

static void *seen_new(void)
{
    Seen *s = g_new0(Seen, 1);
    s->made = g_hash_table_new(NULL, NULL);
    return s;
}

static void seen_free(void *data)
{
    Seen *s = data;
    g_hash_table_unref(s->made);
    g_free(s);
}

static void seen_clear(void *data)
{
    Seen *s = data;
    g_hash_table_remove_all(s->made);
    s->corrupted = s->forged = false;
}

/* A delivery to a party, or to the one inside S, which shows in what S asks of F. */
static bool accepts(const UcActivation *a)
{
    UcWord kind = a->outcome.result.message.kind;
    return uc_is_order(a, UC_M_DELIVER) && (kind == AUTH_RECEIVED || kind == AUTH_ALLOW || kind == AUTH_INJECT);
}

static void observe(void *data, const UcWorld *world, const UcActivation *a)
{
    Seen *s = data;
    const UcMessage *payload = uc_wrote_payload(a);
    bool party = a->role == UC_ROLE_PARTY && !uc_world_spec(world)->ideal;
    if (a->outcome.result.code != UC_SEND)
        return;
    if (a->role == UC_ROLE_ADVERSARY && a->outcome.result.message.kind == UC_M_CORRUPT)
        s->corrupted = true;
    if (!party && a->role != UC_ROLE_SIMULATOR)
        return;
    if (payload)
        g_hash_table_add(s->made, GSIZE_TO_POINTER(payload->w[1]));
    if (accepts(a) && !s->corrupted && !g_hash_table_contains(s->made, GSIZE_TO_POINTER(a->in.message.w[0])))
        s->forged = true;
}

static uint32_t seen(const void *data) { return ((const Seen *)data)->forged; }

const UcBadEvents macs_bad_events = { .name = name, .new = seen_new, .free = seen_free, .clear = seen_clear, .observe = observe, .seen = seen };
