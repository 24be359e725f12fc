/* What F_COM promises, asserted from outside in both worlds: they read what Z gave to honest parties and what came out, and
 * share nothing with F or the protocol.
 *
 *   U1  an honest party gets one receipt of a committer; if that one is honest, Z had it commit to this party
 *   U2  ... and one opening, after the receipt unless a crash may have taken that; of an honest committer the text that Z had it
 *       commit to, after Z had it opened
 *   U3  what an honest committer writes until it opens does not have the text in it (real world; texts of 8 bytes or more)
 *   A1  the payload of a commitment that reaches an honest party as it was sent gives the receipt, and that of the opening the
 *       opening once there was the receipt (progress; real world). Not promised of a party whose storage lost what it had
 *       written, nor by one
 */
#include "functionality/com/interface.h"

#include <string.h>

const UcRule com_rules[] = { { "U1" }, { "U2" }, { "U3" }, { "A1", .progress = true }, { NULL } };

/* By commitment, the number of which from and to give. */
enum { KIND_SAID = UC_FIRST_KIND, KIND_STAGE, KIND_PAYLOAD, KIND_PARTY };
enum { STAGE_OPENING = 1, STAGE_RECEIVED = 2, STAGE_OPENED = 4 };
enum { COMMITMENT, OPENING, WORDS_PAYLOAD };
enum { LAST, SHAKEN, SET_BACK, WORDS_PARTY };
static const UcRegionKind kinds[] = {
    { .name = "said", .item_words = 1, .item_handles = 1 }, /* texts; more than one only where a crash fell into a commit */
    { .name = "stage", .head_words = 1 },
    { .name = "payload", .head_words = WORDS_PAYLOAD, .head_handles = 3 },
    { .name = "party", .head_words = WORDS_PARTY },         /* whom its last input commits to, plus 1; what A ordered */
};

static UcWord number(UcCtx *ctx, UcWord from, UcWord to) { return from * uc_party_count(ctx) + to; }
static bool honest(UcCtx *ctx, UcWord party) { return !uc_fault(ctx, party, false).corrupted; }

static UcWord word_of(UcCtx *ctx, unsigned kind, UcWord index, unsigned word)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? w[word] : 0;
}

static UcWord stage(UcCtx *ctx, UcWord from, UcWord to) { return word_of(ctx, KIND_STAGE, number(ctx, from, to), 0); }
static void reach(UcCtx *ctx, UcWord from, UcWord to, UcWord what) { uc_write(ctx, KIND_STAGE, number(ctx, from, to), 1)[0] |= what; }

/* ---- what Z says ---- */

static void said(UcCtx *ctx, UcWord from, const UcMessage *in)
{
    size_t n;
    UcWord to = in->w[0];
    bool commit = in->kind == COM_COMMIT && to < uc_party_count(ctx);
    uc_write(ctx, KIND_PARTY, from, WORDS_PARTY)[LAST] = commit ? to + 1 : 0;
    if (commit) {
        uc_items(ctx, KIND_SAID, number(ctx, from, to), &n);
        *uc_item_insert(ctx, KIND_SAID, number(ctx, from, to), n) = in->w[1];
    }
    if (in->kind == COM_OPEN && to < uc_party_count(ctx))
        reach(ctx, from, to, STAGE_OPENING);
}

/* What was refused was not said. */
static void unsaid(UcCtx *ctx, UcWord from)
{
    size_t n;
    UcWord to = word_of(ctx, KIND_PARTY, from, LAST);
    if (!to)
        return;
    uc_items(ctx, KIND_SAID, number(ctx, from, to - 1), &n);
    uc_item_remove(ctx, KIND_SAID, number(ctx, from, to - 1), n - 1);
    uc_write(ctx, KIND_PARTY, from, WORDS_PARTY)[LAST] = 0;
}

/* ---- what comes out ---- */

static bool was_said(UcCtx *ctx, UcWord from, UcWord to, UcWord text)
{
    size_t n;
    const UcWord *list = uc_items(ctx, KIND_SAID, number(ctx, from, to), &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i] == text)
            return true;
    }
    return false;
}

static const char *receipt(UcCtx *ctx, UcWord to, UcWord from)
{
    const char *name = uc_party_name(ctx, to), *of = uc_party_name(ctx, from);
    size_t n = 0;
    if (from >= uc_party_count(ctx))
        return uc_reason(ctx, "U1: %s has a receipt of nobody", name);
    uc_items(ctx, KIND_SAID, number(ctx, from, to), &n);
    if (stage(ctx, from, to) & STAGE_RECEIVED)
        return uc_reason(ctx, "U1: %s has a second receipt of %s", name, of);
    reach(ctx, from, to, STAGE_RECEIVED);
    return n || !honest(ctx, from) ? NULL : uc_reason(ctx, "U1: %s has a receipt of %s, which did not commit to it", name, of);
}

static const char *opened(UcCtx *ctx, UcWord to, UcWord from, UcWord text)
{
    const char *name = uc_party_name(ctx, to), *of = uc_party_name(ctx, from);
    UcWord at = from < uc_party_count(ctx) ? stage(ctx, from, to) : 0;
    if (!(at & STAGE_RECEIVED) && !word_of(ctx, KIND_PARTY, to, SHAKEN))
        return uc_reason(ctx, "U2: %s sees opened what it has no receipt of", name);
    if (at & STAGE_OPENED)
        return uc_reason(ctx, "U2: %s sees the commitment of %s opened again", name, of);
    reach(ctx, from, to, STAGE_OPENED);
    if (!honest(ctx, from))
        return NULL;
    if (!(at & STAGE_OPENING))
        return uc_reason(ctx, "U2: %s sees a text that %s did not open", name, of);
    return was_said(ctx, from, to, text) ? NULL : uc_reason(ctx, "U2: %s sees another text than %s committed to", name, of);
}

/* ---- payloads ---- */

static bool contains(UcCtx *ctx, UcWord payload, UcWord text)
{
    enum { BY_CHANCE_NEVER = 8 };
    size_t length, part;
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), payload, &length);
    const uint8_t *wanted = uc_store_get(uc_ctx_store(ctx), text, &part);
    return part >= BY_CHANCE_NEVER && memmem(bytes, length, wanted, part);
}

static const char *wrote(UcCtx *ctx, UcWord from, const UcMessage *in, UcWord payload)
{
    UcWord to = in->w[0];
    if (to >= uc_party_count(ctx) || (in->kind != COM_COMMIT && in->kind != COM_OPEN))
        return NULL;
    uc_write(ctx, KIND_PAYLOAD, number(ctx, from, to), WORDS_PAYLOAD)[in->kind == COM_OPEN ? OPENING : COMMITMENT] = payload;
    if (in->kind == COM_COMMIT && contains(ctx, payload, in->w[1]))
        return uc_reason(ctx, "U3: the commitment of %s shows its text", uc_party_name(ctx, from));
    return NULL;
}

/* Whose genuine payload this is that has not done its work yet, and what that is (STAGE_RECEIVED, STAGE_OPENED); 0: of nobody. */
static UcWord owed(UcCtx *ctx, UcWord to, UcWord payload, UcWord *of)
{
    for (UcWord from = 0; from < uc_party_count(ctx); from++) {
        UcWord at = stage(ctx, from, to), n = number(ctx, from, to);
        *of = from;
        if (!honest(ctx, from) || word_of(ctx, KIND_PARTY, from, SET_BACK))
            continue;
        if (word_of(ctx, KIND_PAYLOAD, n, COMMITMENT) == payload && !(at & STAGE_RECEIVED))
            return STAGE_RECEIVED;
        if (word_of(ctx, KIND_PAYLOAD, n, OPENING) == payload && (at & STAGE_RECEIVED) && !(at & STAGE_OPENED))
            return STAGE_OPENED;
    }
    return 0;
}

/* Before what comes out is noted. What a crash takes of an output is lost, and not owed any more. */
static const char *delivered(UcCtx *ctx, const UcActivation *a)
{
    UcWord from;
    const UcOutcome *out = &a->outcome;
    UcWord what = owed(ctx, a->pid, a->in.message.w[0], &from);
    const UcMessage *message = uc_wrote(a, UC_CALLER);
    if (!what || out->ignored || word_of(ctx, KIND_PARTY, a->pid, SET_BACK))
        return NULL;
    if (out->crashed && out->persisted)
        reach(ctx, from, a->pid, what);
    if (out->crashed || (message && message->kind == (what == STAGE_RECEIVED ? COM_RECEIPT : COM_OPENED)))
        return NULL;
    return uc_reason(ctx, "A1: %s does not accept a genuine payload", uc_party_name(ctx, a->pid));
}

/* ---- what A orders ---- */

/* In the ideal world S has the orders. */
static void ordered(UcCtx *ctx, const UcActivation *a)
{
    const UcMessage *m = &a->in.message;
    UcWord party = uc_pid_of(ctx, a->in.peer);
    bool restore = uc_is_order(a, UC_M_RESTORE);
    if (party == UC_NO_PARTY || (!restore && !uc_is_order(a, UC_M_CRASH)) || a->outcome.result.code == UC_FAIL)
        return;
    UcWord *w = uc_write(ctx, KIND_PARTY, party, WORDS_PARTY);
    w[SHAKEN] = 1;
    w[SET_BACK] |= restore || m->w[0] == UC_POINT_LOSE || m->w[0] == UC_POINT_REORDER;
}

static const char *out_of(UcCtx *ctx, UcWord party, const UcMessage *out)
{
    switch (out->kind) {
    case COM_RECEIPT: return receipt(ctx, party, out->w[0]);
    case COM_OPENED: return opened(ctx, party, out->w[0], out->w[1]);
    case COM_ERROR: unsaid(ctx, party); return NULL;
    default: return NULL;
    }
}

static const char *watch(UcCtx *ctx, const UcActivation *a)
{
    ordered(ctx, a);
    if (a->role != UC_ROLE_PARTY || !honest(ctx, a->pid))
        return NULL;
    const UcMessage *out = uc_wrote(a, UC_CALLER), *payload = uc_wrote_payload(a);
    if (uc_is_input(a))
        said(ctx, a->pid, &a->in.message);
    const char *progress = uc_is_order(a, UC_M_DELIVER) ? delivered(ctx, a) : NULL;
    const char *hiding = uc_is_input(a) && payload ? wrote(ctx, a->pid, &a->in.message, payload->w[1]) : NULL;
    const char *rule = out ? out_of(ctx, a->pid, out) : NULL;
    return rule ? rule : hiding ? hiding : progress;
}

UcWatcher com_watcher(const void *watch_of)
{
    return (UcWatcher){ .name = "watchers of F_COM", .kind = kinds, .kinds = G_N_ELEMENTS(kinds), .config = watch_of, .watch = watch };
}
