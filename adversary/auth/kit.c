/* The attack kit of counted MACs: with the keys of a stolen state A can send anything in its party's name. */
#include "adversary/auth/simulator.h"

#include "protocol/auth/macs.h"

static const UcAttackField key_field[] = { { "peer", UC_PARTY }, { "key", UC_BYTES, MACS_KEY_BYTES }, { NULL } };
enum { PEER, KEY };
static const UcSecretTable secrets[] = { { "keys", key_field }, { NULL } };

/* Behind the record of the state (simulator/record.h) are the keys, as protocol/auth/macs.c reveals them. */
static void read_state(UcStore *store, const uint8_t *state, size_t length, GArray *out)
{
    enum { MAGIC_AND_VERSION = 12, SUM = 32 };
    UcReader r = { state, length };
    uc_take_bytes(&r, MAGIC_AND_VERSION);
    uc_take_bytes(&r, uc_take(&r, 4));
    uc_take_bytes(&r, SUM);
    for (uint64_t n = uc_take(&r, 4); n; n--) {
        UcWord peer = uc_take(&r, 4);
        const uint8_t *key = uc_take_bytes(&r, MACS_KEY_BYTES);
        g_assert(key);
        g_array_append_val(out, ((UcSecret){ 0, { { peer, uc_store_put(store, key, MACS_KEY_BYTES) } } }));
    }
    g_assert(!r.bad && !r.left);
}

static const UcAttackField mac_argument[] = {
    { "with", UC_BYTES, MACS_KEY_BYTES, .inside = "key" }, { "from", UC_PARTY }, { "to", UC_PARTY }, { "counter", UC_INT },
    { "text", UC_BYTES }, { "version", UC_INT, .high = UINT16_MAX, .optional = true }, { NULL },
};
enum { WITH, FROM, TO, COUNTER, TEXT, VERSION };

static bool mac(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    const UcWord *w = argument->w;
    MacsHeader h = { given & 1 << VERSION ? (uint32_t)w[VERSION] : MACS_VERSION, (uint32_t)w[FROM], (uint32_t)w[TO], w[COUNTER] };
    *made = (UcAttackRow){ { w[FROM], w[TO], macs_payload(store, setup, uc_store_get(store, w[WITH], NULL), &h, w[TEXT]) } };
    return true;
}

static const UcAttackCall calls[] = { { "mac", true, mac_argument, UC_MAKES_PAYLOAD, NULL, "a key of 32 bytes", mac }, { NULL } };

/* ---- what exploration tries ---- */

static void forge(const UcForgery *f, UcWord from, UcWord to, uint64_t counter)
{
    UcStore *store = f->by->store;
    MacsHeader h = { MACS_VERSION, (uint32_t)from, (uint32_t)to, counter };
    UcWord key = f->secret->row.w[KEY], text = uc_store_text(store, "sent by nobody");
    UcWord bytes = macs_payload(store, f->by->setup, uc_store_get(store, key, NULL), &h, text);
    g_array_append_val(f->made, ((UcMadePayload){ bytes, to, { f->state->bytes, UC_NONE } }));
}

/* To the peer, as the next text and as one much later. With a flaw: in the name of everybody else, and to everybody else. */
static void forgeries(const UcForgery *f)
{
    UcWord party = f->state->w[0], peer = f->secret->row.w[PEER];
    forge(f, party, peer, 1);
    forge(f, party, peer, 1 << 20);
    for (UcWord other = 0; f->by->flawed && other < f->by->parties; other++) {
        if (other != party)
            forge(f, other, peer, 1);
        if (other != peer)
            forge(f, party, other, 1);
    }
}

static void payloads(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    uc_attack_forge(read_state, forgeries, by, known, count, out);
}

const UcAttackKit auth_kit = { .secrets = secrets, .read = read_state, .call = calls, .payloads = payloads };
