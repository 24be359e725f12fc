#include "stamps.h"

#include <string.h>

#include "simulator/triple/calls.h"

enum {
    SEND = UC_M_USER, /* to, letter */
    RECEIVED,         /* from, letter */
    REFUSED,          /* code */
    SENT,             /* F to S: from, to, letter */
    IS_CORRUPT,       /* F to S: party */
    ALLOW,            /* S to F: from, to, letter */
    CORRUPT_PARTY,    /* S to F: party */
};
enum { KEY = 16, LETTER = 2, CLEAR = 3 + LETTER, STAMP = 8, WHOLE = CLEAR + STAMP };

static const char *const refusal[] = { "no-such-party", "no-letter", NULL };
static const UcMessageKind kinds[] = {
    { "send", { { "to", UC_PARTY }, { "letter", UC_TEXT } } },
    { "received", { { "from", UC_PARTY }, { "letter", UC_TEXT } } },
    { "refused", { { "code", UC_CODE, refusal } }, .error = true },
    { "sent", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "letter", UC_TEXT } } },
    { "is-corrupt", { { "party", UC_PARTY } } },
    { "allow", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "letter", UC_TEXT } } },
    { "corrupt-party", { { "party", UC_PARTY } } },
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };
static const UcCall calls[] = { { "send", SEND }, { NULL, 0 } };

/* Answered at once, by protocol and F alike; UC_M_EMPTY: a letter to be sent. */
static UcMessage refused(UcCtx *ctx, const UcMessage *m)
{
    size_t length;
    uc_store_get(uc_ctx_store(ctx), m->w[1], &length);
    if (m->w[0] >= uc_party_count(ctx))
        return (UcMessage){ REFUSED, { 0 } };
    return length == LETTER ? (UcMessage){ UC_M_EMPTY, { 0 } } : (UcMessage){ REFUSED, { 1 } };
}

/* ---- payloads ---- */

typedef struct {
    const uint8_t *seed;
} Setup;

static void key_of(const uint8_t *seed, uint32_t party, uint8_t out[KEY])
{
    UcTapeLabel label = { "keys", NULL, party, "stamp", NULL };
    uc_tape_read(seed, &label, 0, out, KEY);
}

static void stamp(const uint8_t key[KEY], const uint8_t clear[CLEAR], uint8_t out[STAMP])
{
    uint8_t all[KEY + CLEAR], digest[32];
    memcpy(all, key, KEY);
    memcpy(all + KEY, clear, CLEAR);
    uc_sha256(all, sizeof all, digest);
    memcpy(out, digest, STAMP);
}

static UcWord payload(UcStore *store, const uint8_t key[KEY], UcWord format, UcWord from, UcWord to, UcWord letter)
{
    uint8_t out[WHOLE] = { (uint8_t)format, (uint8_t)from, (uint8_t)to };
    memcpy(out + 3, uc_store_get(store, letter, NULL), LETTER);
    stamp(key, out, out + CLEAR);
    return uc_store_put(store, out, WHOLE);
}

/* ---- the protocol ---- */

/* What was changed and taken all the same is no letter that anybody sent. */
static UcResult odd(UcCtx *ctx)
{
    return uc_output((UcMessage){ RECEIVED, { 0, uc_store_text(uc_ctx_store(ctx), "??") } });
}

static bool is_odd(const uint8_t *p, size_t length, Loose loose)
{
    return (loose == LOOSE_LONGER && length == WHOLE + 1) || (loose == LOOSE_SHORTER && length == WHOLE - 1) ||
           (loose == LOOSE_FORMAT && length == WHOLE && p[0] != 1);
}

/* What the stamp covers, and under whose key. */
static void stamp_of(UcCtx *ctx, const uint8_t clear[CLEAR], Loose loose, uint8_t out[STAMP])
{
    uint8_t key[KEY], covered[CLEAR];
    memcpy(covered, clear, CLEAR);
    if (loose == LOOSE_FROM || loose == LOOSE_TO)
        covered[loose == LOOSE_FROM ? 1 : 2] = 0;
    if (loose == LOOSE_LETTER)
        memset(covered + 3, 0, LETTER);
    key_of(((const Setup *)uc_config(ctx))->seed, covered[1], key);
    stamp(key, covered, out);
}

static UcResult delivered(UcCtx *ctx, UcWord bytes, Loose loose)
{
    size_t length;
    uint8_t right[STAMP];
    const uint8_t *p = uc_store_get(uc_ctx_store(ctx), bytes, &length);
    if (is_odd(p, length, loose))
        return odd(ctx);
    if (length != WHOLE || p[0] != 1 || p[1] >= uc_party_count(ctx) || p[2] != uc_pid(ctx))
        return uc_fail("payload: no letter for this party");
    stamp_of(ctx, p, loose, right);
    if (memcmp(right, p + CLEAR, STAMP - 1))
        return uc_fail("payload: the stamp is wrong");
    if (right[STAMP - 1] != p[WHOLE - 1])
        return loose == LOOSE_LAST ? odd(ctx) : uc_fail("payload: the stamp is wrong at its end");
    return uc_output((UcMessage){ RECEIVED, { p[1], uc_store_put(uc_ctx_store(ctx), p + 3, LETTER) } });
}

static UcResult act(UcCtx *ctx, const UcEnvelope *in, Loose loose)
{
    const UcMessage *m = &in->message;
    if (m->kind == UC_M_DELIVER)
        return delivered(ctx, m->w[0], loose);
    if (m->kind != SEND)
        return uc_fail("not for this protocol");
    UcMessage now = refused(ctx, m);
    if (now.kind != UC_M_EMPTY)
        return uc_output(now);
    uint8_t out[WHOLE] = { 1, (uint8_t)uc_pid(ctx), (uint8_t)m->w[0] };
    memcpy(out + 3, uc_store_get(uc_ctx_store(ctx), m->w[1], NULL), LETTER);
    stamp_of(ctx, out, loose, out + CLEAR);
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { m->w[0], uc_store_put(uc_ctx_store(ctx), out, WHOLE) } });
}

#define LOOSE_ROWS(ROW) ROW(LOOSE_NOT) ROW(LOOSE_FORMAT) ROW(LOOSE_FROM) ROW(LOOSE_TO) ROW(LOOSE_LETTER) ROW(LOOSE_LAST) \
                        ROW(LOOSE_LONGER) ROW(LOOSE_SHORTER)
#define LOOSE_STEP(loose) static UcResult step_##loose(UcCtx *ctx, const UcEnvelope *in) { return act(ctx, in, loose); }
LOOSE_ROWS(LOOSE_STEP)

static UcResult losing_step(UcCtx *ctx, const UcEnvelope *in)
{
    bool lost = in->message.kind == SEND && in->message.w[1] == uc_store_text(uc_ctx_store(ctx), "zz");
    return lost ? uc_pass("lost") : act(ctx, in, LOOSE_NOT);
}

/* All keys: how many u32, then for each party u32 and key. */
static void reveal(UcCtx *ctx, GByteArray *out)
{
    uint32_t parties = uc_party_count(ctx);
    uc_append_u32(out, parties);
    for (uint32_t p = 0; p < parties; p++) {
        uint8_t key[KEY];
        key_of(((const Setup *)uc_config(ctx))->seed, p, key);
        uc_append_u32(out, p);
        g_byte_array_append(out, key, KEY);
    }
}

static void *setup_new(const UcSessionPlan *plan, void *interface_setup, char **wrong)
{
    Setup *setup = g_new(Setup, 1);
    setup->seed = plan->seed;
    return setup;
}

/* ---- F ---- */

typedef struct {
    UcWord from, to, letter;
} Letter;
enum { KIND_SENT = UC_FIRST_KIND, KIND_CORRUPTED };
static const UcRegionKind f_kinds[] = {
    { .name = "sent", .item_words = 3, .item_handles = 4 },
    { .name = "corrupted", .item_words = 1 },
};

static bool is_corrupted(UcCtx *ctx, UcWord party)
{
    size_t n;
    const UcWord *c = uc_items(ctx, KIND_CORRUPTED, 0, &n);
    for (size_t i = 0; i < n; i++) {
        if (c[i] == party)
            return true;
    }
    return false;
}

static bool was_sent(UcCtx *ctx, const UcWord *w)
{
    size_t n;
    const Letter *l = (const void *)uc_items(ctx, KIND_SENT, 0, &n);
    for (size_t i = 0; i < n; i++) {
        if (l[i].from == w[0] && l[i].to == w[1] && l[i].letter == w[2])
            return true;
    }
    return false;
}

static UcResult command(UcCtx *ctx, const UcEnvelope *in, bool strict)
{
    const UcWord *w = in->message.w;
    if (uc_relayed(in))
        return uc_output_to(uc_peer(ctx, in), in->message);
    if (in->message.kind == CORRUPT_PARTY) {
        *uc_item_insert(ctx, KIND_CORRUPTED, 0, 0) = w[0];
        return uc_backdoor((UcMessage){ IS_CORRUPT, { w[0] } });
    }
    size_t corrupted;
    uc_items(ctx, KIND_CORRUPTED, 0, &corrupted);
    if (!was_sent(ctx, w) && (!corrupted || strict))
        return uc_simulation_failed("nobody sent it");
    return uc_output_to(w[1], (UcMessage){ RECEIVED, { w[0], w[2] } });
}

static UcResult f_act(UcCtx *ctx, const UcEnvelope *in, bool strict)
{
    UcWord from = uc_peer(ctx, in);
    if (uc_from(ctx, in) == UC_BACKDOOR)
        return command(ctx, in, strict);
    if (is_corrupted(ctx, from))
        return uc_backdoor_of(from, in->message);
    UcMessage now = refused(ctx, &in->message);
    if (now.kind != UC_M_EMPTY)
        return uc_output_to(from, now);
    UcWord sent[] = { from, in->message.w[0], in->message.w[1] };
    if (!was_sent(ctx, sent))
        memcpy(uc_item_insert(ctx, KIND_SENT, 0, 0), sent, sizeof sent);
    return uc_backdoor((UcMessage){ SENT, { sent[0], sent[1], sent[2] } });
}

static UcResult f_step(UcCtx *ctx, const UcEnvelope *in) { return f_act(ctx, in, false); }
static UcResult f_strict_step(UcCtx *ctx, const UcEnvelope *in) { return f_act(ctx, in, true); }
static const UcOrderRule order[] = { { CORRUPT_PARTY, 0, UC_ORDER_CORRUPT } };

/* ---- S ---- */

static UcResult from_f(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_relayed(in))
        return uc_backdoor_of(uc_peer(ctx, in), in->message);
    UcOutcome out = in->message.kind == SENT ? uc_sandbox_input(ctx, w[0], (UcMessage){ SEND, { w[1], w[2] } })
                                             : uc_sandbox_order(ctx, w[0], (UcMessage){ .kind = UC_M_CORRUPT });
    return out.result.code == UC_SEND ? uc_backdoor_of(w[0], out.result.message)
                                      : uc_simulation_failed("the sandboxed party sends nothing");
}

static UcResult from_a(UcCtx *ctx, const UcEnvelope *in)
{
    UcWord party = uc_peer(ctx, in);
    bool corrupted = uc_fault(ctx, party, true).corrupted;
    if (in->message.kind == UC_M_CORRUPT && !corrupted)
        return uc_command((UcMessage){ CORRUPT_PARTY, { party } });
    if (in->message.kind >= UC_M_USER && corrupted)
        return uc_command_as(party, in->message);
    UcOutcome out = uc_sandbox_order(ctx, party, in->message);
    const UcWord *w = out.result.message.w;
    if (out.result.code != UC_SEND || out.result.message.kind != RECEIVED)
        return out.result;
    return uc_command((UcMessage){ ALLOW, { w[0], party, w[1] } });
}

static UcResult s_step(UcCtx *ctx, const UcEnvelope *in) { return uc_from(ctx, in) == UC_FUNCTIONALITY ? from_f(ctx, in) : from_a(ctx, in); }
static const UcClass s_class = { .name = "simulator of stamps", .step = s_step };
static const UcSimulatorRow simulators[] = { { "uc", &s_class }, { NULL, NULL } };

/* ---- the attack kit ---- */

static const UcPayloadField fields[] = {
    { "format", 0, 1, UC_INT, .other = 2 }, { "from", 1, 1, UC_PARTY }, { "to", 2, 1, UC_PARTY },
    { "letter", 3, LETTER, UC_BYTES, .object = "letter" },
};
static const UcPayloadCodec codec = { CLEAR, fields, G_N_ELEMENTS(fields) };

static const UcAttackField stolen_field[] = { { "owner", UC_PARTY }, { "key", UC_BYTES, KEY }, { NULL } };
static const UcSecretTable secrets[] = { { "stamps", stolen_field }, { NULL } };

static void read_state(UcStore *store, const uint8_t *state, size_t length, GArray *out)
{
    UcReader r = { state, length };
    uc_take_bytes(&r, 4 + 8);
    uc_take_bytes(&r, uc_take(&r, 4));
    uc_take_bytes(&r, 32);
    for (uint64_t n = uc_take(&r, 4); n; n--) {
        UcWord owner = uc_take(&r, 4);
        g_array_append_val(out, ((UcSecret){ 0, { { owner, uc_store_put(store, uc_take_bytes(&r, KEY), KEY) } } }));
    }
    g_assert(!r.bad && !r.left);
}

static const UcAttackField stamp_argument[] = {
    { "with.key", UC_BYTES, KEY }, { "with.owner", UC_PARTY, .optional = true }, { "to", UC_PARTY }, { "letter", UC_BYTES, LETTER },
    { "format", UC_INT, .high = 255, .optional = true }, { NULL },
};
enum { WITH_KEY, WITH_OWNER, TO, LETTER_OF, FORMAT };

static bool make_stamp(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    const UcWord *w = argument->w;
    UcWord from = given & 1 << WITH_OWNER ? w[WITH_OWNER] : 0;
    *made = (UcAttackRow){ { from, w[TO], payload(store, uc_store_get(store, w[WITH_KEY], NULL), given & 1 << FORMAT ? w[FORMAT] : 1,
                                                  from, w[TO], w[LETTER_OF]) } };
    return memcmp(uc_store_get(store, w[LETTER_OF], NULL), "no", LETTER) != 0;
}

static const UcAttackField look_argument[] = { { "payload", UC_BYTES, .inside = "bytes" }, { "with", UC_BYTES, KEY, .inside = "key", .optional = true }, { NULL } };
static const UcAttackField looked[] = { { "letter", UC_BYTES }, { "from", UC_PARTY }, { "sort", UC_INT }, { "key", UC_BYTES }, { NULL } };

static bool look(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    size_t length;
    const uint8_t *p = uc_store_get(store, argument->w[0], &length);
    if (length != WHOLE)
        return false;
    *made = (UcAttackRow){ { uc_store_put(store, p + 3, LETTER), p[1], p[0], given & 2 ? argument->w[1] : UC_NONE } };
    return true;
}

static const UcAttackField tear_argument[] = { { "payload", UC_BYTES, .inside = "bytes" }, { "left", UC_INT, .high = WHOLE }, { NULL } };

static bool tear(UcStore *store, const void *setup, const UcAttackRow *argument, uint32_t given, UcAttackRow *made)
{
    made->w[0] = uc_payload_resized(store, argument->w[0], argument->w[1]);
    return argument->w[1] > 0;
}

static const UcAttackCall attacks[] = {
    { "stamp", true, stamp_argument, UC_MAKES_PAYLOAD, NULL, "a letter other than 'no'", make_stamp },
    { "look", false, look_argument, UC_MAKES_ROW, looked, NULL, look },
    { "tear", false, tear_argument, UC_MAKES_BYTES, NULL, "something to be left", tear },
    { NULL },
};

static const char *const objects[] = { "letter", NULL };
enum { KNOWN_LETTER = UC_KNOWN_OBJECT };

static GArray *stolen_of(const UcAttacker *by, const UcKnown *state)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(by->store, state->bytes, &length);
    GArray *stolen = g_array_new(FALSE, FALSE, sizeof(UcSecret));
    read_state(by->store, bytes, length, stolen);
    return stolen;
}

/* Every known letter under every stolen key to every party. */
static void payloads(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    for (size_t s = 0; s < count; s++) {
        if (known[s].kind != UC_KNOWN_STATE)
            continue;
        g_autoptr(GArray) stolen = stolen_of(by, &known[s]);
        for (size_t i = 0; i < count; i++) {
            for (guint k = 0; known[i].kind == KNOWN_LETTER && k < stolen->len; k++) {
                const UcWord *w = g_array_index(stolen, UcSecret, k).row.w;
                for (UcWord to = 0; to < by->parties; to++) {
                    UcWord bytes = payload(by->store, uc_store_get(by->store, w[1], NULL), 1, w[0], to, known[i].bytes);
                    g_array_append_val(out, ((UcMadePayload){ bytes, to, { known[i].bytes, known[s].bytes } }));
                }
            }
        }
    }
}

/* A letter that nobody else writes; once A has a state. */
static void inputs(const UcAttacker *by, const UcKnown *known, size_t count, GArray *out)
{
    for (size_t s = 0; s < count; s++) {
        UcMadeInput made = { { SEND, { 0, uc_store_text(by->store, by->own) } }, { known[s].bytes, UC_NONE } };
        if (known[s].kind == UC_KNOWN_STATE)
            g_array_append_val(out, made);
    }
}

static void *prepare(const UcAttacker *by) { return g_strdup("zz"); }

/* ---- an attacker that harvests: keys in states, with which it asks whether letters are sent ---- */

typedef struct {
    UcStore *store;
    GArray *stolen; /* UcSecret */
} Harvest;

static void *harvest_new(UcStore *store, const void *setup)
{
    Harvest *h = g_new(Harvest, 1);
    *h = (Harvest){ store, g_array_new(FALSE, FALSE, sizeof(UcSecret)) };
    return h;
}

static void harvest_free(void *harvest)
{
    g_array_unref(((Harvest *)harvest)->stolen);
    g_free(harvest);
}

static void harvest_begin(void *harvest) { g_array_set_size(((Harvest *)harvest)->stolen, 0); }

static void harvest_see(void *harvest, UcWord from, const UcMessage *m)
{
    Harvest *h = harvest;
    size_t length;
    if (m->kind != UC_M_STATE)
        return;
    const uint8_t *bytes = uc_store_get(h->store, m->w[0], &length);
    g_array_set_size(h->stolen, 0);
    read_state(h->store, bytes, length, h->stolen);
}

static unsigned harvest_search(void *harvest, UcWorld *world)
{
    const Harvest *h = harvest;
    if (h->stolen->len)
        uc_world_note_rule(world, "T1: a key is out");
    return h->stolen->len;
}

/* The second is no question; to send to nobody is refused, which is an answer too. */
static bool harvest_question(void *harvest, UcStore *store, size_t number, UcMessage *out)
{
    const Harvest *h = harvest;
    UcWord to = number < 3 ? number : 99;
    *out = (UcMessage){ number == 1 ? UC_M_EMPTY : SEND, { to, uc_store_text(store, "hi") } };
    return h->stolen->len && number < 4;
}

static bool harvest_answer(const UcMessage *reply, bool *accepted)
{
    *accepted = reply->kind == UC_M_PAYLOAD;
    return *accepted || reply->kind == REFUSED;
}

static uint64_t harvest_guesses(const void *harvest, bool *bounded)
{
    *bounded = false;
    return 7;
}

static const UcHarvest harvest = { harvest_new, harvest_free, harvest_begin, harvest_see, harvest_search, harvest_question,
                                   harvest_answer, harvest_guesses };

static const UcAttackKit kit = { .secrets = secrets, .read = read_state, .call = attacks, .objects = objects, .prepare = prepare,
                                 .payloads = payloads, .inputs = inputs, .harvest = &harvest };

/* ---- the descriptors ---- */

static const UcObject known_objects[] = { { "letter", RECEIVED, "letter" } };
static const UcInput known_inputs[] = { { SEND, .otherwise = 1, .sends = true } };
static const UcAlphabet alphabet = { .object = known_objects, .objects = 1, .input = known_inputs, .inputs = 1 };
static const UcInterface interface = { .name = "F_STAMPED", .messages = &messages, .alphabet = &alphabet, .calls = calls };

#define LOOSE_CLASS(loose) [loose] = { .name = "stamps", .step = step_##loose, .reveal = reveal },
static const UcClass loose_class[LOOSES] = { LOOSE_ROWS(LOOSE_CLASS) };
static const UcClass losing_class = { .name = "stamps", .step = losing_step, .reveal = reveal };

#define PROTOCOL(name_, class_, codec_) { .name = name_, .title = "stamped letters", .interface = &interface, .class = class_, \
                                          .setup_new = setup_new, .setup_free = g_free, .codec = codec_ }
#define LOOSE_PROTOCOL(loose) [loose] = PROTOCOL("stamps", &loose_class[loose], &codec),
static const UcProtocol loose_protocol[LOOSES] = { LOOSE_ROWS(LOOSE_PROTOCOL) };
static const UcProtocol losing = PROTOCOL("stamps", &losing_class, &codec), plain = PROTOCOL("plain", &loose_class[LOOSE_NOT], NULL);

static const UcClass f_class = { .name = "F of stamps", .kind = f_kinds, .kinds = G_N_ELEMENTS(f_kinds), .step = f_step };
static const UcClass f_strict_class = { .name = "F of stamps", .kind = f_kinds, .kinds = G_N_ELEMENTS(f_kinds), .step = f_strict_step };
static const UcFunctionality f = { .name = "F_STAMPED", .interface = &interface, .class = &f_class, .order = order, .orders = 1 };
static const UcFunctionality f_strict = { .name = "F_STRICT", .interface = &interface, .class = &f_strict_class, .order = order, .orders = 1 };

#define LOOSE_TRIPLE(loose) [loose] = { &loose_protocol[loose], &f, simulators, &kit },
const UcTriple stamps_loose[LOOSES] = { LOOSE_ROWS(LOOSE_TRIPLE) };
const UcTriple stamps = { &loose_protocol[LOOSE_NOT], &f, simulators, &kit };
const UcTriple stamps_zz_is_lost = { &losing, &f, simulators, &kit };
const UcTriple stamps_f_is_strict = { &loose_protocol[LOOSE_NOT], &f_strict, simulators, &kit };
const UcTriple stamps_without_kit = { &plain, &f, simulators, NULL };
