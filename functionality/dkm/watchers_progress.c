/* Progress, and what leaves a party: A1, A2, A5, I5, I8. */
#include "functionality/dkm/watchers_internal.h"

#include <string.h>

static const char *input_name(UcWord kind) { return uc_message_kind(&dkm_messages, kind)->name; }

/* ---- A2: a party that is up answers every input, or sends; sign succeeds while an index is owned ---- */

const char *watch_answer(UcCtx *ctx, UcWord party, const UcMessage *input, const UcResult *result)
{
    const char *name = watch_party_name(ctx, party);
    if (result->code != UC_SEND)
        return uc_reason(ctx, "A2: %s is up and does not answer %s", name, input_name(input->kind));
    if (input->kind != DKM_SIGN || result->message.kind == DKM_SIGNATURE || !watch_key(ctx, input->w[0]))
        return NULL;
    UcWord owned = watch_owned(ctx, party, input->w[0]);
    if (owned == 0 || watch_compromised(ctx, input->w[0]))
        return NULL;
    return uc_reason(ctx, "A2: %s does not sign with key %s and owns %" G_GUINT64_FORMAT " of its indices", name,
                     watch_key_name(ctx, input->w[0]), owned);
}

/* ---- A5: a party goes down only by A's order ---- */

const char *watch_down(UcCtx *ctx, UcWord party)
{
    UcStatus status = watch_config(ctx)->inspector->status(ctx, uc_party_machine(ctx, party));
    UcWord ordered = uc_fault(ctx, party, false).ordered;
    if (status == UC_DOWN && !(ordered & UC_ORDER_CRASH))
        return uc_reason(ctx, "A5: %s is down without an order", watch_party_name(ctx, party));
    if (status == UC_DISABLED && !(ordered & UC_ORDER_DISABLE))
        return uc_reason(ctx, "A5: %s is disabled without a cause", watch_party_name(ctx, party));
    return NULL;
}

/* ---- A1: a genuine payload, delivered unchanged, is accepted ---- */

static UcWord payload_index(UcCtx *ctx, UcWord payload) { return uc_store_digest(uc_ctx_store(ctx), payload).lo; }

void watch_note_payload(UcCtx *ctx, UcWord payload, UcWord from, UcWord to, UcWord ticket)
{
    *(WatchPayload *)(void *)uc_write(ctx, WATCH_PAYLOAD, payload_index(ctx, payload), WATCH_WORDS(WatchPayload)) =
        (WatchPayload){ from, to, ticket };
}

static bool limits_hold(UcCtx *ctx, UcWord party, const WatchTransfer *t)
{
    const DkmLimits *limits = &watch_config(ctx)->options->limits;
    DkmInterval block = { t->a, t->b };
    size_t keys;
    bool known = watch_holds(ctx, party, t->kid, &keys);
    return (known || keys < limits->keys) && !watch_touches(ctx, party, t->kid, block) &&
           watch_intervals_after(ctx, party, t->kid, block) <= limits->intervals;
}

bool watch_acceptable(UcCtx *ctx, UcWord party, UcWord payload)
{
    size_t words;
    if (!uc_store_knows(uc_ctx_store(ctx), payload))
        return false;
    const WatchPayload *p = (const void *)uc_read(ctx, WATCH_PAYLOAD, payload_index(ctx, payload), &words);
    if (!words || p->to != party)
        return false;
    const WatchTransfer *t = watch_transfer(ctx, p->from, p->to, p->ticket);
    const WatchTicket *open = watch_ticket(ctx, party, p->ticket);
    /* what was delivered has closed its ticket */
    return t && !watch_compromised(ctx, t->kid) && open && open->from == p->from && open->count == t->b - t->a &&
           (open->kid == UC_NONE || open->kid == t->kid) && limits_hold(ctx, party, t);
}

/* ---- I5: real world; nothing leaves before the state that accounts for it is stable ---- */

static const char *leaves_early(UcCtx *ctx, const UcActivation *a)
{
    const UcMessage *out = &a->outcome.result.message;
    const char *what = out->kind == DKM_SIGNATURE   ? "a signature"
                       : out->kind == UC_M_PAYLOAD ? "a payload"
                                                   : uc_reason(ctx, "the answer %s", uc_message_kind(&dkm_messages, out->kind)->name);
    return uc_reason(ctx, "I5: %s leaves %s before the state that accounts for it is stable", what,
                     watch_party_name(ctx, a->pid));
}

/* A signature uses an index, a payload takes a block, so there must be a change and its write. */
static bool accounted(UcCtx *ctx, const UcActivation *a)
{
    const UcMessage *in = &a->in.message, *out = &a->outcome.result.message;
    bool signature = out->kind == DKM_SIGNATURE, payload = out->kind == UC_M_PAYLOAD;
    if (!signature && !payload)
        return true;
    if (payload && in->kind == DKM_RESEND && watch_transfer(ctx, a->pid, in->w[0], in->w[1]))
        return true;
    /* what is signed from the reserve left the stable own set before */
    bool reserve = watch_config(ctx)->options->reservation && signature;
    return a->outcome.has_effect && (a->outcome.persisted || reserve);
}

/* What a party looks up or refuses may be noted in memory: Z is not told that anything happened. */
static bool tells_of_no_change(const UcMessage *out)
{
    return out->kind == DKM_ERROR || out->kind == DKM_STATUS_IS || out->kind == DKM_VERIFIED;
}

const char *watch_stable(UcCtx *ctx, const UcActivation *a)
{
    const UcResult *r = &a->outcome.result;
    if (a->persists > 1) /* one atomic record: between two writes a crash would leave half of it */
        return uc_reason(ctx, "I5: %s writes its state %u times in one activation",
                         watch_party_name(ctx, a->pid), a->persists);
    if (r->code != UC_SEND || tells_of_no_change(&r->message))
        return NULL;
    return r->persist_after || a->outcome.unsaved || !accounted(ctx, a) ? leaves_early(ctx, a) : NULL;
}

/* ---- I8: real world; no part of a signing secret in clear where the adversary reads ---- */

enum { SECRET_PART = 8 }; /* bytes in a row that are no coincidence */

static bool contains(const uint8_t *bytes, size_t length, const uint8_t *part)
{
    return length >= SECRET_PART && memmem(bytes, length, part, SECRET_PART) != NULL;
}

const char *watch_secret(UcCtx *ctx, const UcActivation *a)
{
    const UcMessage *out = uc_wrote_payload(a);
    const UcWord *e = a->outcome.effect.w; /* operation, kid, vk, sk */
    UcStore *store = uc_ctx_store(ctx);
    if (!out || !a->outcome.has_effect || !uc_store_knows(store, e[3]) || !uc_store_knows(store, out->w[1]))
        return NULL;
    size_t ns, np, nv;
    const uint8_t *secret = uc_store_get(store, e[3], &ns), *payload = uc_store_get(store, out->w[1], &np),
                  *vk = uc_store_get(store, e[2], &nv);
    for (size_t at = 0; at + SECRET_PART <= ns; at += SECRET_PART) {
        bool is_public = contains(vk, nv, secret + at); /* the key's identifier is part of both */
        if (!is_public && contains(payload, np, secret + at))
            return uc_reason(ctx, "I8: %s sends a part of a signing secret in clear",
                             watch_party_name(ctx, a->pid));
    }
    return NULL;
}

/* ---- I8: real world; no sealing key seals two plaintexts ---- */

enum { STREAM_PART = 16 };
#define SEALED_TWO "I8: a sealing key sealed two plaintexts"

/* What the protocol says of its own seals, also of those that a crash took. */
const char *watch_sealed(UcCtx *ctx, const UcActivation *a)
{
    for (unsigned i = 0; i < a->marks; i++) {
        const UcMark *m = &a->mark[i];
        if (m->kind != DKM_MARK_SEALED)
            continue;
        size_t words;
        UcWord index = uc_store_digest(uc_ctx_store(ctx), m->a).lo;
        const UcWord *known = uc_read(ctx, WATCH_SEALED, index, &words);
        if (!words)
            *uc_write(ctx, WATCH_SEALED, index, 1) = m->b;
        else if (*known != m->b)
            return SEALED_TWO;
    }
    return NULL;
}

/* And without believing it: a sealed plaintext begins with the kid, so two payloads of one signing key that begin alike
 * were sealed with one stream of key bits, as anybody on the network can see. */
const char *watch_stream(UcCtx *ctx, const UcActivation *a)
{
    const DkmWatch *watch = watch_config(ctx);
    const UcMessage *out = uc_wrote_payload(a);
    UcWord payload = out ? out->w[1] : UC_NONE;
    if (!watch->options->seals_real || !uc_store_knows(uc_ctx_store(ctx), payload))
        return NULL;
    size_t length, words;
    const uint8_t *bytes = uc_store_get(uc_ctx_store(ctx), payload, &length);
    size_t clear = watch->inspector->clear(length);
    if (length - clear < STREAM_PART)
        return NULL;
    UcWord index = uc_digest(bytes + clear, STREAM_PART).lo;
    const UcWord *known = uc_read(ctx, WATCH_STREAM, index, &words);
    if (words)
        return *known == payload ? NULL : SEALED_TWO;
    *uc_write(ctx, WATCH_STREAM, index, 1) = payload;
    return NULL;
}
