#include "adversary/ticketed/dictated.h"

#include <string.h>

/* Behind the regions of S: what is to be said in the place of the next answers, and what F is to say next. */
static uint16_t kind_answers(void) { return (uint16_t)(UC_FIRST_KIND + uc_simulator_class.kinds); }
static uint16_t kind_to_hear(void) { return (uint16_t)(kind_answers() + 1); }

/* DKM_OUTCOMES: it is the name of none. */
static UcWord read_outcome(UcReader *r)
{
    size_t length = uc_take(r, 1);
    const uint8_t *name = uc_take_bytes(r, length);
    UcWord outcome = DKM_PROCEED;
    while (outcome < DKM_OUTCOMES && (!name || strlen(uc_crash_outcome_name[outcome]) != length ||
                                      memcmp(name, uc_crash_outcome_name[outcome], length)))
        outcome++;
    return outcome;
}

static UcWord read_word(UcReader *r, UcStore *store)
{
    uint64_t type = uc_take(r, 1);
    if (type == 'n')
        return uc_take(r, 8);
    if (type == 'o')
        return read_outcome(r);
    size_t n = type == 'b' ? uc_take(r, 2) : 0;
    const uint8_t *bytes = type == 'b' ? uc_take_bytes(r, n) : NULL;
    return bytes ? uc_store_put(store, bytes, n) : UC_NONE;
}

/* Name and fields, as the table of messages has them. */
static char *described(UcWord number)
{
    const UcMessageKind *kind = uc_message_kind(&dkm_messages, number);
    GString *text = g_string_new(kind ? kind->name : "nothing");
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++)
        g_string_append_printf(text, " %s", kind->field[i].name);
    return g_string_free(text, FALSE);
}

static bool is_described(UcWord kind, const void *text, size_t length)
{
    g_autofree char *known = described(kind);
    return strlen(known) == length && !memcmp(known, text, length);
}

/* What is left of the bytes, as a message to F; nothing if it is of no kind. */
static UcResult say(UcCtx *ctx, UcReader *r)
{
    UcMessage m = { .kind = UC_M_USER };
    UcWord speaker = uc_take(r, 1);
    size_t length = uc_take(r, 1);
    const uint8_t *text = uc_take_bytes(r, length);
    while (text && m.kind < DKM_KINDS_END && !is_described(m.kind, text, length))
        m.kind++;
    if (!text || m.kind == DKM_KINDS_END)
        return uc_pass("S says nothing");
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++) /* none for those that are not dictated */
        m.w[i] = read_word(r, uc_ctx_store(ctx));
    return speaker ? uc_command_as(speaker - 1, m) : uc_command(m);
}

/* The first word that is kept there, which is gone then; UC_NONE: there is none. */
static UcWord take(UcCtx *ctx, uint16_t kind)
{
    size_t n;
    const UcWord *kept = uc_items(ctx, kind, 0, &n);
    UcWord word = n ? *kept : UC_NONE;
    if (n)
        uc_item_remove(ctx, kind, 0, 0);
    return word;
}

static UcResult keep(UcCtx *ctx, uint16_t kind, UcWord word)
{
    size_t n;
    uc_items(ctx, kind, 0, &n);
    *uc_item_insert(ctx, kind, 0, n) = word;
    return uc_pass("for later");
}

/* False: these bytes dictate nothing. */
static bool dictated(UcCtx *ctx, UcWord bytes, UcResult *out)
{
    UcReader r = uc_store_reader(uc_ctx_store(ctx), bytes);
    if (uc_take(&r, 1) != 'F')
        return false;
    switch (uc_take(&r, 1)) {
    case 'c':
        *out = say(ctx, &r);
        return true;
    case 'a':
        *out = keep(ctx, kind_answers(), bytes);
        return true;
    case 'h':
        *out = keep(ctx, kind_to_hear(), bytes);
        return true;
    default: return false;
    }
}

/* Why what F says is not what it was to say; NULL: it is, or nothing was to be. */
static const char *misheard(UcCtx *ctx, UcWord kind)
{
    size_t length;
    UcWord kept = take(ctx, kind_to_hear());
    const char *text = kept == UC_NONE ? NULL : (const char *)uc_store_get(uc_ctx_store(ctx), kept, &length) + 2;
    if (!text || is_described(kind, text, length - 2))
        return NULL;
    g_autofree char *expected = g_strndup(text, length - 2), *said = described(kind);
    return uc_reason(ctx, "F was to say '%s', and says '%s'", expected, said);
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult said;
    bool told = uc_from(ctx, in) == UC_FUNCTIONALITY;
    if (!told && in->message.kind == UC_M_DELIVER && dictated(ctx, in->message.w[0], &said))
        return said;
    const char *why = told ? misheard(ctx, in->message.kind) : NULL;
    if (why)
        return uc_simulation_failed(why);
    bool consults = told && in->message.kind >= DKM_CONSULT_KEYGEN && in->message.kind <= DKM_CONSULT_SIGN;
    UcWord answer = consults ? take(ctx, kind_answers()) : UC_NONE;
    if (answer == UC_NONE)
        return uc_simulator_class.step(ctx, in);
    UcReader r = uc_store_reader(uc_ctx_store(ctx), answer);
    uc_take(&r, 2);
    return say(ctx, &r);
}

static const UcRegionKind kinds[] = {
    UC_SIMULATOR_KINDS,
    { .name = "answers", .item_words = 1, .item_handles = 1 },
    { .name = "to-hear", .item_words = 1, .item_handles = 1 },
};

const UcClass dictated_class = { .name = "UC simulator", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .step = step };
