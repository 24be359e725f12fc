/* What F_AUTH promises, asserted from outside in both worlds: they read what Z gave to honest parties and what came out, and
 * share nothing with F or the protocol.
 *
 *   U1  what an honest party receives in the name of an honest one, Z had that one send to it
 *   U2  ... once for every time, and in that order
 *   A1  a payload that reaches an honest party as it was sent, after no later one, is received (progress; real world). Not
 *       promised of a sender whose storage lost what it had written: its next payload has a counter that was used
 */
#include "functionality/auth/interface.h"

const UcRule auth_rules[] = { { "U1" }, { "U2" }, { "A1", .progress = true }, { NULL } };

/* By stream, the number of which from and to give. */
enum { KIND_SAID = UC_FIRST_KIND, KIND_TAKEN, KIND_PAYLOADS, KIND_ARRIVED, KIND_SET_BACK };
static const UcRegionKind kinds[] = {
    { .name = "said", .item_words = 1, .item_handles = 1 },
    { .name = "taken", .head_words = 1 },   /* of what was said: so many are received or passed over */
    { .name = "payloads", .item_words = 1, .item_handles = 1 },
    { .name = "arrived", .head_words = 1 }, /* of the payloads, likewise */
    { .name = "set back", .head_words = 1 },
};

static UcWord stream(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }
static bool honest(UcCtx *ctx, UcWord party) { return !uc_fault(ctx, party, false).corrupted; }

static void append(UcCtx *ctx, unsigned kind, UcWord index, UcWord handle)
{
    size_t n;
    uc_items(ctx, kind, index, &n);
    *uc_item_insert(ctx, kind, index, n) = handle;
}

/* The first from `from` on; the length if there is none. */
static size_t find(const UcWord *list, size_t count, size_t from, UcWord wanted)
{
    while (from < count && list[from] != wanted)
        from++;
    return from;
}

static size_t mark_of(UcCtx *ctx, unsigned kind, UcWord index)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? (size_t)w[0] : 0;
}

static const char *received(UcCtx *ctx, UcWord to, const UcWord *w)
{
    size_t n;
    UcWord from = w[0];
    if (from >= uc_party_count(ctx))
        return uc_reason(ctx, "U1: %s receives from nobody", uc_party_name(ctx, to));
    if (!honest(ctx, from))
        return NULL;
    UcWord s = stream(ctx, from, to);
    const UcWord *said = uc_items(ctx, KIND_SAID, s, &n);
    size_t at = find(said, n, mark_of(ctx, KIND_TAKEN, s), w[1]);
    if (at < n) {
        uc_write(ctx, KIND_TAKEN, s, 1)[0] = at + 1;
        return NULL;
    }
    const char *name = uc_party_name(ctx, to), *of = uc_party_name(ctx, from);
    if (find(said, n, 0, w[1]) < n)
        return uc_reason(ctx, "U2: %s receives a text of %s again, or after a later one", name, of);
    return uc_reason(ctx, "U1: %s receives a text that %s did not send to it", name, of);
}

/* The stream of which this payload is one that is still to arrive, its place in it; or false. */
static bool owed(UcCtx *ctx, UcWord to, UcWord payload, UcWord *index, size_t *at)
{
    for (UcWord from = 0; from < uc_party_count(ctx); from++) {
        size_t n;
        *index = stream(ctx, from, to);
        const UcWord *sent = uc_items(ctx, KIND_PAYLOADS, *index, &n);
        *at = find(sent, n, mark_of(ctx, KIND_ARRIVED, *index), payload);
        if (*at < n && honest(ctx, from) && !mark_of(ctx, KIND_SET_BACK, from))
            return true;
    }
    return false;
}

static const char *delivered(UcCtx *ctx, const UcActivation *a)
{
    UcWord index;
    size_t at;
    const UcOutcome *out = &a->outcome;
    if (out->ignored || (out->crashed && !out->persisted) || !owed(ctx, a->pid, a->in.message.w[0], &index, &at))
        return NULL;
    uc_write(ctx, KIND_ARRIVED, index, 1)[0] = at + 1;
    const UcMessage *wrote = uc_wrote(a, UC_CALLER);
    if (out->crashed || (wrote && wrote->kind == AUTH_RECEIVED))
        return NULL;
    return uc_reason(ctx, "A1: %s does not accept a genuine payload", uc_party_name(ctx, a->pid));
}

static bool sets_back(const UcActivation *a)
{
    UcWord point = a->in.message.w[0];
    bool lost = uc_is_order(a, UC_M_CRASH) && (point == UC_POINT_LOSE || point == UC_POINT_REORDER);
    return (lost || uc_is_order(a, UC_M_RESTORE)) && a->outcome.result.code != UC_FAIL;
}

static const char *watch(UcCtx *ctx, const UcActivation *a)
{
    if (a->role != UC_ROLE_PARTY || !honest(ctx, a->pid))
        return NULL;
    const UcMessage *in = &a->in.message, *out = uc_wrote(a, UC_CALLER), *payload = uc_wrote_payload(a);
    if (sets_back(a))
        uc_write(ctx, KIND_SET_BACK, a->pid, 1)[0] = 1;
    bool send = uc_is_input(a) && in->kind == AUTH_SEND && in->w[0] < uc_party_count(ctx);
    if (send)
        append(ctx, KIND_SAID, stream(ctx, a->pid, in->w[0]), in->w[1]);
    if (send && payload)
        append(ctx, KIND_PAYLOADS, stream(ctx, a->pid, in->w[0]), payload->w[1]);
    const char *rule = out && out->kind == AUTH_RECEIVED ? received(ctx, a->pid, out->w) : NULL;
    const char *progress = uc_is_order(a, UC_M_DELIVER) ? delivered(ctx, a) : NULL;
    return rule ? rule : progress;
}

UcWatcher auth_watcher(const void *watch_of)
{
    return (UcWatcher){ .name = "watchers of F_AUTH", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .config = watch_of, .watch = watch };
}
