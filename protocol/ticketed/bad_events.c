#include "functionality/dkm/interface.h"
#include "protocol/ticketed/measured.h"

static const char *const name[PI_BADS + 1] = {
    "forged seal accepted", "ticket collision", "key collision", "forged signature accepted", NULL,
};

typedef struct {
    UcWord a, b;
} Two;

typedef struct {
    GArray *payload; /* Two: handle, 0 */
    GArray *ticket;  /* Two: party, ticket */
    GArray *key;     /* Two: vk, 0 */
    GArray *sent_to_sign; /* Two: kid, message */
    bool corrupted;
    uint32_t seen;
} Seen;

static void *bad_new(void)
{
    Seen *bad = g_new0(Seen, 1);
    GArray **list[] = { &bad->payload, &bad->ticket, &bad->key, &bad->sent_to_sign };
    for (unsigned i = 0; i < G_N_ELEMENTS(list); i++)
        *list[i] = g_array_new(FALSE, FALSE, sizeof(Two));
    return bad;
}

static void bad_free(void *data)
{
    Seen *bad = data;
    if (!bad)
        return;
    g_array_unref(bad->payload);
    g_array_unref(bad->ticket);
    g_array_unref(bad->key);
    g_array_unref(bad->sent_to_sign);
    g_free(bad);
}

static void clear(void *data)
{
    Seen *bad = data;
    GArray *list[] = { bad->payload, bad->ticket, bad->key, bad->sent_to_sign };
    for (unsigned i = 0; i < G_N_ELEMENTS(list); i++)
        g_array_set_size(list[i], 0);
    bad->corrupted = false;
    bad->seen = 0;
}

static uint32_t seen(const void *bad) { return ((const Seen *)bad)->seen; }

static bool knows(const GArray *list, Two two)
{
    for (guint i = 0; i < list->len; i++) {
        const Two *t = &g_array_index(list, Two, i);
        if (t->a == two.a && t->b == two.b)
            return true;
    }
    return false;
}

/* False if it was there before. */
static bool enter(GArray *list, Two two)
{
    if (knows(list, two))
        return false;
    g_array_append_val(list, two);
    return true;
}

static void happened(Seen *bad, PiBad what) { bad->seen |= 1u << what; }

/* A payload was handed to a party, the real one or the one inside the UC simulator. */
static void delivery(Seen *bad, const UcActivation *a, bool accepted)
{
    if (accepted && !bad->corrupted && !knows(bad->payload, (Two){ a->in.message.w[0], 0 }))
        happened(bad, PI_BAD_SEAL);
}

static void new_ticket(Seen *bad, UcWord party, UcWord ticket)
{
    if (ticket != UC_NONE && !enter(bad->ticket, (Two){ party, ticket }))
        happened(bad, PI_BAD_TICKET);
}

static void new_key(Seen *bad, UcWord vk)
{
    if (vk != UC_NONE && !enter(bad->key, (Two){ vk, 0 }))
        happened(bad, PI_BAD_KEY);
}

/* Does the scheme itself accept? */
static bool scheme_accepts(const UcWorld *world, const DkmOptions *dkm, const UcWord *w)
{
    UcStore *store = uc_world_store(world);
    size_t nv, nm, ns;
    for (unsigned i = 0; i < 3; i++) {
        if (!uc_store_knows(store, w[i]))
            return false;
    }
    const uint8_t *vk = uc_store_get(store, w[0], &nv), *m = uc_store_get(store, w[1], &nm),
                  *s = uc_store_get(store, w[2], &ns);
    for (unsigned i = 0; i < dkm->sigmas; i++) {
        if (sigma_verify(dkm->sigma[i], vk, nv, m, nm, s, ns))
            return true;
    }
    return false;
}

/* verify(vk, m, signature) was answered: is it a forgery that the scheme accepts? The protocol answers what the
 * scheme says; F answers 0 to a message that was never signed, whatever the scheme says. */
static void verified(Seen *bad, const UcWorld *world, const UcActivation *a, UcWord answer)
{
    const UcWord *w = a->in.message.w;
    UcStore *store = uc_world_store(world);
    if (bad->corrupted || !knows(bad->key, (Two){ w[0], 0 }) || !uc_store_knows(store, w[0]) ||
        knows(bad->sent_to_sign, (Two){ dkm_kid(store, w[0]), w[1] }))
        return;
    const void *config = uc_world_row(world, a->machine)->machine->config; /* F's, where F answers */
    if (a->role == UC_ROLE_FUNCTIONALITY ? scheme_accepts(world, config, w) : answer == 1)
        happened(bad, PI_BAD_SIGNATURE);
}

/* An activation of a real party. */
static void real_party(Seen *bad, const UcWorld *world, const UcActivation *a)
{
    const UcMessage *m = &a->outcome.result.message;
    if (a->in.message.kind == UC_M_DELIVER)
        delivery(bad, a, m->kind == DKM_RECEIVED);
    if (m->kind == DKM_REQUESTED)
        new_ticket(bad, a->pid, m->w[0]);
    if (m->kind == DKM_KEY)
        new_key(bad, m->w[1]);
    if (m->kind == DKM_VERIFIED)
        verified(bad, world, a, m->w[0]);
}

/* An activation of the UC simulator: its sandboxed parties show in what it writes. */
static void uc_simulator(Seen *bad, const UcActivation *a)
{
    const UcMessage *m = &a->outcome.result.message;
    if (a->in.message.kind == UC_M_DELIVER)
        delivery(bad, a, m->kind == DKM_ALLOW_DELIVERY || m->kind == DKM_INJECT);
    if (m->kind == DKM_ANSWER && a->in.message.kind == DKM_CONSULT_REQUEST)
        new_ticket(bad, a->in.message.w[0], m->w[3]);
    if (m->kind == DKM_ANSWER && a->in.message.kind == DKM_CONSULT_KEYGEN)
        new_key(bad, m->w[2]);
}

static void observe(void *data, const UcWorld *world, const UcActivation *a)
{
    Seen *bad = data;
    const UcResult *r = &a->outcome.result;
    bool party = a->role == UC_ROLE_PARTY && !uc_world_spec(world)->ideal, simulator = a->role == UC_ROLE_SIMULATOR;
    if (r->code != UC_SEND)
        return;
    if (a->role == UC_ROLE_ADVERSARY && r->message.kind == UC_M_CORRUPT)
        bad->corrupted = true;
    if (a->role == UC_ROLE_ENVIRONMENT && r->message.kind == DKM_SIGN && uc_world_pid(world, r->to) != UC_NO_PARTY)
        enter(bad->sent_to_sign, (Two){ r->message.w[0], r->message.w[1] });
    if (a->role == UC_ROLE_FUNCTIONALITY && a->in.message.kind == DKM_VERIFY)
        verified(bad, world, a, r->message.w[0]);
    if ((party || simulator) && uc_wrote_payload(a))
        enter(bad->payload, (Two){ r->message.w[1], 0 });
    if (party)
        real_party(bad, world, a);
    else if (simulator)
        uc_simulator(bad, a);
}

const UcBadEvents pi_bad_events = { .name = name, .new = bad_new, .free = bad_free, .clear = clear, .observe = observe, .seen = seen };
