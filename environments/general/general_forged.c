/* What the adversary of the most general environment makes itself: changed payloads, and what the attack kit of the protocol
 * makes of what Z knows (simulator/attack.h): payloads that nobody sent, inputs with bytes that nobody honest made. */
#include "environments/general/general_internal.h"

#include <string.h>

static void made_from(UcChoice *move, UcWord one, UcWord other)
{
    move->extra[ENV_SOURCE_0] = one;
    move->extra[ENV_SOURCE_0 + 1] = other;
}

/* ---- set-up ---- */

/* The number of this kind of objects; -1: there is none. */
static int object_of(const EnvGeneral *g, const char *name) { return name ? uc_alphabet_object(g->plan->alphabet, name) : -1; }

bool env_general_attacker_fits(const EnvAlphabet *d, GError **error)
{
    const UcProtocol *protocol = d->triple->protocol;
    const UcAttackKit *kit = d->triple->kit;
    const struct {
        EnvDo what;
        bool fits;
        const char *expected;
    } row[] = {
        { ENV_DO_MUTATE, protocol->codec, "that declares the fields of its payloads" },
        { ENV_DO_FORGE, kit && kit->payloads, "with an attack kit that makes payloads" },
        { ENV_DO_COUNTERFEIT, kit && kit->inputs, "with an attack kit that makes inputs" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        if (row[i].fits || !env_alphabet_bound(d, row[i].what))
            continue;
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound %s: expected a protocol %s, got '%s'",
                    env_alphabet_bound_name(d, env_alphabet_order(d, row[i].what)), row[i].expected, protocol->name);
        return false;
    }
    return true;
}

void env_general_prepare_attacker(EnvGeneral *g)
{
    const UcTriple *triple = env_worlds_options(g->worlds)->triple;
    const UcPayloadCodec *codec = g->codec = triple->protocol->codec;
    const UcAttackKit *kit = g->kit = triple->kit;
    g->attacker = (UcAttacker){ g->store, env_worlds_protocol(g->worlds), g->parties, g->domain.flawed, NULL };
    memset(g->field_object, -1, sizeof g->field_object);
    memset(g->known_object, -1, sizeof g->known_object);
    for (unsigned i = 0; codec && i < codec->fields; i++)
        g->field_object[i] = object_of(g, codec->field[i].object);
    for (unsigned i = 0; kit && kit->objects && kit->objects[i]; i++)
        g->known_object[UC_KNOWN_OBJECT + i] = object_of(g, kit->objects[i]);
    if (kit && kit->prepare)
        g->attacker.own = kit->prepare(&g->attacker);
}

/* ---- changed payloads ---- */

typedef struct {
    Table *t;
    const Item *payload;
    UcWord to;
} Mutation;

static void mutation(const Mutation *m, UcWord bytes, UcWord object)
{
    if (bytes != m->payload->bytes)
        made_from(env_general_deliver(m->t, ENV_DO_MUTATE, m->payload->bytes, bytes, m->to), object, UC_NONE);
}

static void with_bytes(const Mutation *m, const UcPayloadField *field, const void *bytes, UcWord object)
{
    mutation(m, uc_payload_with(m->t->g->store, m->payload->bytes, field->offset, bytes, field->bytes), object);
}

static void with_number(const Mutation *m, const UcPayloadField *field, uint64_t number)
{
    uint8_t bytes[sizeof number];
    uc_payload_put(field, number, bytes);
    with_bytes(m, field, bytes, UC_NONE);
}

/* The last byte, where a tag is, and the length. */
static void damages(const Mutation *m, const uint8_t *bytes, size_t length)
{
    UcStore *store = m->t->g->store;
    uint8_t last = bytes[length - 1] ^ 1;
    mutation(m, uc_payload_with(store, m->payload->bytes, length - 1, &last, 1), UC_NONE);
    mutation(m, uc_payload_resized(store, m->payload->bytes, length - 1), UC_NONE);
    mutation(m, uc_payload_resized(store, m->payload->bytes, length + 1), UC_NONE);
}

/* A constant in the place of each field that names no party and no object. */
static void constants(const Mutation *m, const UcPayloadCodec *codec)
{
    for (const UcPayloadField *f = codec->field; f < codec->field + codec->fields; f++) {
        g_autofree uint8_t *zeros = g_malloc0(f->bytes);
        if (f->type == UC_INT)
            with_number(m, f, f->other);
        else if (f->type == UC_BYTES && !f->object)
            with_bytes(m, f, zeros, UC_NONE);
    }
}

static void parties(const Mutation *m, const UcPayloadCodec *codec)
{
    for (unsigned i = 0; i < m->t->g->parties; i++) {
        for (unsigned k = 0; k < codec->fields; k++) {
            if (codec->field[k].type == UC_PARTY)
                with_number(m, &codec->field[k], i);
        }
    }
}

static bool is_object(const Item *item, int object) { return object >= 0 && item->type == env_general_type((unsigned)object); }

static void known_objects(const Mutation *m, const UcPayloadCodec *codec)
{
    const Table *t = m->t;
    for (size_t i = 0; i < t->items; i++) {
        for (unsigned k = 0; k < codec->fields; k++) {
            size_t length = 0;
            const Item *item = env_general_item(t, i);
            const uint8_t *bytes = is_object(item, t->g->field_object[k]) ? uc_store_get(t->g->store, item->bytes, &length) : NULL;
            if (bytes && length == codec->field[k].bytes)
                with_bytes(m, &codec->field[k], bytes, item->bytes);
        }
    }
}

void env_general_mutations(Table *t, const Item *payload, UcWord to)
{
    const UcPayloadCodec *codec = t->g->codec;
    size_t length;
    const uint8_t *bytes = uc_store_get(t->g->store, payload->bytes, &length);
    if (!env_general_wants(t, ENV_DO_MUTATE) || !codec || length <= codec->clear)
        return;
    Mutation m = { t, payload, to };
    damages(&m, bytes, length);
    constants(&m, codec);
    parties(&m, codec);
    known_objects(&m, codec);
}

/* ---- what the kit makes ---- */

/* False: the kit has no use for this item. */
static bool known_from(const EnvGeneral *g, const Item *item, UcKnown *out)
{
    *out = (UcKnown){ .bytes = item->bytes, .w = { item->a, item->b } };
    out->kind = item->type == ITEM_PAYLOAD ? UC_KNOWN_PAYLOAD : UC_KNOWN_STATE;
    if (item->type == ITEM_PAYLOAD || item->type == ITEM_STATE)
        return true;
    for (out->kind = UC_KNOWN_OBJECT; out->kind < UC_KNOWN_KINDS; out->kind++) {
        int object = g->known_object[out->kind];
        if (!is_object(item, object))
            continue;
        const UcPlannedObject *o = &g->plan->object[object];
        for (unsigned i = 0; i < G_N_ELEMENTS(out->w); i++)
            out->w[i] = i < o->attributes ? env_general_word(item, o->attribute[i].word) : 0;
        return true;
    }
    return false;
}

/* Free with g_free(). */
static UcKnown *known_of(const Table *t, size_t *count)
{
    UcKnown *known = g_new(UcKnown, t->items + 1);
    *count = 0;
    for (size_t i = 0; i < t->items; i++)
        *count += known_from(t->g, env_general_item(t, i), &known[*count]);
    return known;
}

/* Two corrupted members may make the same. */
static bool has_forgery(const Table *t, const UcMadePayload *made)
{
    for (guint i = 0; i < t->out->len; i++) {
        const UcChoice *move = &g_array_index(t->out, UcChoice, i);
        if (move->tag == env_general_tag(t->g, ENV_DO_FORGE) && move->write.message.w[0] == made->bytes && move->extra[1] == made->to)
            return true;
    }
    return false;
}

void env_general_forgeries(Table *t)
{
    const UcAttackKit *kit = t->g->kit;
    if (!env_general_wants(t, ENV_DO_FORGE) || !kit || !kit->payloads)
        return;
    size_t count;
    g_autofree UcKnown *known = known_of(t, &count);
    g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(UcMadePayload));
    kit->payloads(&t->g->attacker, known, count, made);
    for (guint i = 0; i < made->len; i++) {
        const UcMadePayload *m = &g_array_index(made, UcMadePayload, i);
        if (!has_forgery(t, m))
            made_from(env_general_deliver(t, ENV_DO_FORGE, m->source[0], m->bytes, m->to), m->source[0], m->source[1]);
    }
}

void env_general_counterfeits(Table *t, UcWord parties)
{
    const UcAttackKit *kit = t->g->kit;
    if (!env_general_wants(t, ENV_DO_COUNTERFEIT) || !kit || !kit->inputs)
        return;
    size_t count;
    g_autofree UcKnown *known = known_of(t, &count);
    g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(UcMadeInput));
    kit->inputs(&t->g->attacker, known, count, made);
    for (UcWord p = 0; p < parties; p++) {
        for (guint i = 0; i < made->len; i++) {
            const UcMadeInput *m = &g_array_index(made, UcMadeInput, i);
            made_from(env_general_input(t, ENV_DO_COUNTERFEIT, 0, p, m->message), m->source[0], m->source[1]);
        }
    }
}
