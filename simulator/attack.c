#include "simulator/attack.h"

#include <string.h>

void uc_payload_put(const UcPayloadField *field, uint64_t number, uint8_t *at)
{
    g_assert(field && at && field->bytes <= sizeof number);
    for (size_t i = 0; i < field->bytes; i++)
        at[i] = (uint8_t)(number >> 8 * (field->bytes - 1 - i));
}

UcWord uc_payload_with(UcStore *store, UcWord payload, size_t offset, const void *bytes, size_t count)
{
    size_t length;
    const uint8_t *old = uc_store_get(store, payload, &length);
    if (count > length || offset > length - count)
        return payload;
    g_autofree uint8_t *copy = g_memdup2(old, length);
    memcpy(copy + offset, bytes, count);
    return uc_store_put(store, copy, length);
}

UcWord uc_payload_resized(UcStore *store, UcWord payload, size_t length)
{
    size_t before;
    const uint8_t *old = uc_store_get(store, payload, &before);
    g_autofree uint8_t *copy = g_malloc0(length + 1);
    memcpy(copy, old, MIN(before, length));
    return uc_store_put(store, copy, length);
}

/* ---- tables that fit ---- */

static bool is_number(UcFieldType type) { return type == UC_INT || type == UC_PARTY; }

/* Known to the alphabet; without one nothing is explored. */
static bool is_object(const UcAlphabet *alphabet, const char *name)
{
    return !name || !alphabet || uc_alphabet_object(alphabet, name) >= 0;
}

static const char *payload_field_expected(const UcPayloadCodec *codec, const UcPayloadField *f, const UcAlphabet *alphabet)
{
    return !is_number(f->type) && f->type != UC_BYTES ? "a number, a party or bytes"
         : is_number(f->type) && f->bytes > 8 ? "a number of at most 8 bytes"
         : !f->bytes || f->bytes > codec->clear || f->offset > codec->clear - f->bytes ? "bytes within what is in clear"
         : f->object && f->type != UC_BYTES ? "bytes, to put objects in their place"
         : !is_object(alphabet, f->object) ? "a kind of objects of the alphabet" : NULL;
}

static char *codec_wrong(const UcPayloadCodec *codec, const UcAlphabet *alphabet)
{
    if (codec->fields > UC_PAYLOAD_FIELDS)
        return g_strdup_printf("payload: expected at most %d fields, got %u", UC_PAYLOAD_FIELDS, codec->fields);
    for (const UcPayloadField *f = codec->field; f < codec->field + codec->fields; f++) {
        const char *expected = payload_field_expected(codec, f, alphabet);
        if (expected)
            return g_strdup_printf("payload field '%s': expected %s", f->name, expected);
    }
    return NULL;
}

/* `what` they are of. `dots`: names may have one. */
static char *fields_wrong(const char *what, const char *name, const UcAttackField *field, bool dots)
{
    unsigned n = 0;
    for (const UcAttackField *f = field; f->name; f++, n++) {
        const char *expected = n >= UC_ATTACK_WORDS ? "no more fields"
                             : !is_number(f->type) && f->type != UC_BYTES ? "a number, a party or bytes"
                             : !dots && strchr(f->name, '.') ? "a name without a dot" : NULL;
        if (expected)
            return g_strdup_printf("%s '%s', field '%s': expected %s", what, name, f->name, expected);
    }
    return NULL;
}

static char *call_wrong(const UcAttackCall *call)
{
    const char *expected = !call->argument || !call->make ? "arguments and what makes something of them"
                         : (call->makes == UC_MAKES_ROW) != (call->result != NULL) ? "fields of its result if it makes a row, else none"
                         : call->makes != UC_MAKES_ROW && !call->expected ? "words for when it fails" : NULL;
    bool left_out = false;
    for (const UcAttackField *f = call->argument; !expected && !call->named && f->name; f++) {
        if (left_out && !f->optional)
            expected = "arguments that may be left out behind all others";
        left_out = f->optional;
    }
    if (expected)
        return g_strdup_printf("call '%s': expected %s", call->name, expected);
    char *wrong = fields_wrong("call", call->name, call->argument, call->named);
    return wrong || !call->result ? wrong : fields_wrong("call", call->name, call->result, false);
}

static bool is_whole(const UcHarvest *h)
{
    return h->new && h->free && h->begin && h->see && h->search && h->question && h->answer && h->guesses;
}

static char *kit_wrong(const UcAttackKit *kit, const UcAlphabet *alphabet)
{
    char *wrong = NULL;
    if (!kit->secrets != !kit->read)
        return g_strdup("attack kit: expected both lists of secrets and what reads them, or neither");
    for (const UcSecretTable *t = kit->secrets; t && t->name && !wrong; t++)
        wrong = fields_wrong("secrets", t->name, t->field, false);
    for (const UcAttackCall *call = kit->call; call && call->name && !wrong; call++)
        wrong = call_wrong(call);
    for (unsigned i = 0; kit->objects && kit->objects[i] && !wrong; i++) {
        if (i >= UC_KNOWN_KINDS - UC_KNOWN_OBJECT || !is_object(alphabet, kit->objects[i]))
            wrong = g_strdup_printf("attack kit: expected at most %d kinds of objects of the alphabet, got '%s'",
                                    UC_KNOWN_KINDS - UC_KNOWN_OBJECT, kit->objects[i]);
    }
    return wrong || !kit->harvest || is_whole(kit->harvest) ? wrong : g_strdup("attack kit: expected a whole attacker that harvests");
}

void uc_attack_forge(void (*read)(UcStore *store, const uint8_t *state, size_t length, GArray *secrets),
                     void (*forge)(const UcForgery *f), const UcAttacker *by, const UcKnown *known, size_t count, GArray *made)
{
    for (size_t i = 0; i < count; i++) {
        size_t length;
        if (known[i].kind != UC_KNOWN_STATE)
            continue;
        const uint8_t *state = uc_store_get(by->store, known[i].bytes, &length);
        g_autoptr(GArray) stolen = g_array_new(FALSE, FALSE, sizeof(UcSecret));
        read(by->store, state, length, stolen);
        for (guint k = 0; k < stolen->len; k++)
            forge(&(UcForgery){ by, &known[i], &g_array_index(stolen, UcSecret, k), made });
    }
}

char *uc_attack_wrong(const UcPayloadCodec *codec, const UcAttackKit *kit, const UcAlphabet *alphabet)
{
    char *wrong = codec ? codec_wrong(codec, alphabet) : NULL;
    return wrong || !kit ? wrong : kit_wrong(kit, alphabet);
}
