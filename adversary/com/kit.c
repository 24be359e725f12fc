/* The attack kit of masked texts: with the keys of a stolen state A commits to any text in its party's name, and opens. */
#include "adversary/com/simulator.h"

#include "protocol/com/masked.h"

static const UcAttackField key_field[] = {
    [COM_STOLEN_PEER] = { "peer", UC_PARTY }, [COM_STOLEN_KEY] = { "key", UC_BYTES, MASKED_KEY_BYTES },
    [COM_STOLEN_MAC] = { "mac", UC_BYTES, MASKED_KEY_BYTES }, [COM_STOLEN_HASH] = { "hash", UC_BYTES, MASKED_KEY_BYTES }, { NULL }
};
static const UcSecretTable secrets[] = { { "keys", key_field }, { NULL } };

/* Behind the record of the state (simulator/record.h) is what the set-up gave, as protocol/com/masked.c reveals it. */
void com_read_state(UcStore *store, const uint8_t *state, size_t length, GArray *out)
{
    enum { MAGIC_AND_VERSION = 12, SUM = 32 };
    UcReader r = { state, length };
    uc_take_bytes(&r, MAGIC_AND_VERSION);
    uc_take_bytes(&r, uc_take(&r, 4));
    uc_take_bytes(&r, SUM);
    for (uint64_t n = uc_take(&r, 4); n; n--) {
        UcSecret s = { 0, { { [COM_STOLEN_PEER] = uc_take(&r, 4) } } };
        for (unsigned word = COM_STOLEN_KEY; word <= COM_STOLEN_HASH; word++) {
            const uint8_t *bytes = uc_take_bytes(&r, MASKED_KEY_BYTES);
            g_assert(bytes);
            s.row.w[word] = uc_store_put(store, bytes, MASKED_KEY_BYTES);
        }
        g_array_append_val(out, s);
    }
    g_assert(!r.bad && !r.left);
}

/* ---- calls of scripts ---- */

static const UcAttackField commitment_argument[] = {
    { "key", UC_BYTES, MASKED_KEY_BYTES }, { "mac", UC_BYTES, MASKED_KEY_BYTES }, { "from", UC_PARTY }, { "to", UC_PARTY },
    { "text", UC_BYTES }, { NULL },
};
static bool commitment(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    enum { KEY, MAC, FROM, TO, TEXT };
    const UcWord *w = argument->w;
    MaskedHeader h = { MASKED_VERSION, MASKED_COMMITMENT, (uint32_t)w[FROM], (uint32_t)w[TO] };
    UcWord payload = masked_commitment(store, &h, uc_store_get(store, w[KEY], NULL), uc_store_get(store, w[MAC], NULL), w[TEXT]);
    *made = (UcAttackRow){ { w[FROM], w[TO], payload } };
    return true;
}

static const UcAttackField opening_argument[] = {
    { "key", UC_BYTES, MASKED_KEY_BYTES }, { "from", UC_PARTY }, { "to", UC_PARTY }, { NULL },
};
static bool opening(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    enum { KEY, FROM, TO };
    const UcWord *w = argument->w;
    MaskedHeader h = { MASKED_VERSION, MASKED_OPENING, (uint32_t)w[FROM], (uint32_t)w[TO] };
    *made = (UcAttackRow){ { w[FROM], w[TO], masked_opening(store, &h, uc_store_get(store, w[KEY], NULL)) } };
    return true;
}

static const UcAttackCall calls[] = {
    { "commitment", true, commitment_argument, UC_MAKES_PAYLOAD, NULL, "keys of 32 bytes", commitment },
    { "opening", true, opening_argument, UC_MAKES_PAYLOAD, NULL, "a key of 32 bytes", opening }, { NULL }
};

/* ---- what exploration tries ---- */

static void forge(const UcForgery *f, MaskedPart part, UcWord from, UcWord to)
{
    UcStore *store = f->by->store;
    MaskedHeader h = { MASKED_VERSION, part, (uint32_t)from, (uint32_t)to };
    const UcWord *stolen = f->secret->row.w; /* the keys for one peer */
    const uint8_t *key = uc_store_get(store, stolen[COM_STOLEN_KEY], NULL), *mac = uc_store_get(store, stolen[COM_STOLEN_MAC], NULL);
    UcWord bytes = part == MASKED_COMMITMENT ? masked_commitment(store, &h, key, mac, uc_store_text(store, "said by nobody"))
                                             : masked_opening(store, &h, key);
    g_array_append_val(f->made, ((UcMadePayload){ bytes, to, { f->state->bytes, UC_NONE } }));
}

/* To the peer. With a flaw: in the name of everybody else, and to everybody else. */
static void forgeries(const UcForgery *f)
{
    UcWord party = f->state->w[0], peer = f->secret->row.w[COM_STOLEN_PEER];
    for (MaskedPart part = MASKED_COMMITMENT; part < MASKED_PARTS; part++) {
        forge(f, part, party, peer);
        for (UcWord other = 0; f->by->flawed && other < f->by->parties; other++) {
            if (other != party)
                forge(f, part, other, peer);
            if (other != peer)
                forge(f, part, party, other);
        }
    }
}

static void payloads(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    uc_attack_forge(com_read_state, forgeries, by, known, count, out);
}

const UcAttackKit com_kit = { .secrets = secrets, .read = com_read_state, .call = calls, .payloads = payloads };
