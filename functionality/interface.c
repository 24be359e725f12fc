#include "functionality/interface.h"

#include <string.h>

const char *const dkm_error_name[DKM_ERRORS + 1] = {
    "ok", "not-supported", "too-many-keys", "no-such-party", "bad-count", "bad-ticket", "too-many-tickets",
    "no-such-ticket", "unknown-key", "ticket-used", "too-many-transfers", "insufficient", "no-such-transfer",
    "exhausted", NULL,
};
const char *const dkm_trust_name[DKM_TRUSTS + 1] = { "enclave", "pairwise", NULL };
const char *const dkm_outcome_name[DKM_OUTCOMES + 1] = { "proceed", "abort", "silent", "last", NULL };

static const char *const operation_name[] = { "keygen", "request", "cancel", "transfer", "resend", "sign",
                                              "verify", "status", "received", NULL };

#define SLOT(kind) [(kind) - UC_M_USER]
static const UcMessageKind kinds[DKM_KINDS_END - UC_M_USER] = {
    SLOT(DKM_KEYGEN) = { "keygen", { { "set", UC_TEXT } } },
    SLOT(DKM_REQUEST) = { "request", { { "kid", UC_BYTES }, { "count", UC_INT }, { "from", UC_PARTY } } },
    SLOT(DKM_CANCEL) = { "cancel", { { "ticket", UC_BYTES } } },
    SLOT(DKM_TRANSFER) = { "transfer",
        { { "kid", UC_BYTES }, { "count", UC_INT }, { "to", UC_PARTY }, { "ticket", UC_BYTES } } },
    SLOT(DKM_RESEND) = { "resend", { { "to", UC_PARTY }, { "ticket", UC_BYTES } } },
    SLOT(DKM_SIGN) = { "sign", { { "kid", UC_BYTES }, { "message", UC_TEXT } } },
    SLOT(DKM_VERIFY) = { "verify", { { "vk", UC_BYTES }, { "message", UC_TEXT }, { "signature", UC_BYTES } } },
    SLOT(DKM_STATUS) = { "status", { { "kid", UC_BYTES } } },
    SLOT(DKM_KEY) = { "key", { { "kid", UC_BYTES }, { "vk", UC_BYTES }, { "capacity", UC_INT } } },
    SLOT(DKM_REQUESTED) = { "requested", { { "ticket", UC_BYTES } }, .object = "ticket" },
    SLOT(DKM_CANCELLED) = { "cancelled", { { "ticket", UC_BYTES } } },
    SLOT(DKM_RECEIVED) = { "received",
        { { "kid", UC_BYTES }, { "from", UC_PARTY }, { "ticket", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT } } },
    SLOT(DKM_SIGNATURE) = { "signature", { { "kid", UC_BYTES }, { "index", UC_INT }, { "signature", UC_BYTES } } },
    SLOT(DKM_VERIFIED) = { "verified", { { "valid", UC_INT } } },
    SLOT(DKM_STATUS_IS) = { "status-is",
        { { "kid", UC_BYTES }, { "intervals", UC_INTERVALS }, { "remaining", UC_INT } } },
    SLOT(DKM_ERROR) = { "error", { { "code", UC_CODE, dkm_error_name } } },
    SLOT(DKM_CONSULT_KEYGEN) = { "consult-keygen", { { "party", UC_PARTY }, { "set", UC_TEXT } } },
    SLOT(DKM_CONSULT_REQUEST) = { "consult-request",
        { { "party", UC_PARTY }, { "kid", UC_BYTES }, { "count", UC_INT }, { "from", UC_PARTY } } },
    SLOT(DKM_CONSULT_CANCEL) = { "consult-cancel", { { "party", UC_PARTY }, { "ticket", UC_BYTES } } },
    SLOT(DKM_CONSULT_TRANSFER) = { "consult-transfer",
        { { "party", UC_PARTY }, { "kid", UC_BYTES }, { "count", UC_INT }, { "to", UC_PARTY }, { "ticket", UC_BYTES } } },
    SLOT(DKM_CONSULT_SIGN) = { "consult-sign",
        { { "party", UC_PARTY }, { "kid", UC_BYTES }, { "index", UC_INT }, { "length", UC_INT } } },
    SLOT(DKM_SENT) = { "sent", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "ticket", UC_BYTES }, { "kid", UC_BYTES },
                                 { "a", UC_INT }, { "b", UC_INT } } },
    SLOT(DKM_RESENT) = { "resent", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "ticket", UC_BYTES },
                                     { "kid", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT } } },
    SLOT(DKM_ANSWER) = { "answer", { { "outcome", UC_CODE, dkm_outcome_name }, { "sk", UC_BYTES }, { "vk", UC_BYTES },
                                     { "ticket", UC_BYTES } } },
    SLOT(DKM_ALLOW_DELIVERY) = { "allow-delivery", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "ticket", UC_BYTES },
                                                     { "outcome", UC_CODE, dkm_outcome_name } } },
    SLOT(DKM_CRASH_PARTY) = { "crash-party", { { "party", UC_PARTY } } },
    SLOT(DKM_RESTART_PARTY) = { "restart-party", { { "party", UC_PARTY } } },
    SLOT(DKM_EFFECT) = { "effect", { { "operation", UC_CODE, operation_name }, { "kid", UC_BYTES }, { "vk", UC_BYTES },
                                     { "sk", UC_BYTES }, { "ticket", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT },
                                     { "party", UC_PARTY } } },
};

const UcMessageTable dkm_messages = { kinds, G_N_ELEMENTS(kinds) };

const DkmLimits dkm_default_limits = { .keys = 16, .tickets = 64, .transfers = 4096, .intervals = 1024 };

const DkmError *dkm_errors_of(UcWord input)
{
    static const DkmError order[][8] = {
        SLOT(DKM_KEYGEN) = { DKM_NOT_SUPPORTED, DKM_TOO_MANY_KEYS },
        SLOT(DKM_REQUEST) = { DKM_NO_SUCH_PARTY, DKM_BAD_COUNT, DKM_TOO_MANY_TICKETS },
        SLOT(DKM_CANCEL) = { DKM_NO_SUCH_TICKET },
        SLOT(DKM_TRANSFER) = { DKM_UNKNOWN_KEY, DKM_NO_SUCH_PARTY, DKM_BAD_COUNT, DKM_BAD_TICKET, DKM_TICKET_USED,
                               DKM_TOO_MANY_TRANSFERS, DKM_INSUFFICIENT },
        SLOT(DKM_RESEND) = { DKM_NO_SUCH_PARTY, DKM_NO_SUCH_TRANSFER },
        SLOT(DKM_SIGN) = { DKM_UNKNOWN_KEY, DKM_EXHAUSTED },
        SLOT(DKM_VERIFY) = { DKM_OK },
        SLOT(DKM_STATUS) = { DKM_UNKNOWN_KEY },
    };
    g_assert(dkm_is_input(input));
    return order[input - UC_M_USER];
}

Sigma *dkm_sigma(const DkmOptions *options, UcStore *store, UcWord name, unsigned *number)
{
    size_t length;
    if (!uc_store_knows(store, name))
        return NULL;
    const char *text = (const char *)uc_store_get(store, name, &length);
    for (unsigned i = 0; i < options->sigmas; i++) {
        const char *known = options->sigma[i]->name;
        if (strlen(known) == length && !memcmp(known, text, length)) {
            if (number)
                *number = i;
            return options->sigma[i];
        }
    }
    return NULL;
}

bool dkm_other_party(UcCtx *ctx, UcWord party)
{
    return party < uc_party_count(ctx) && uc_party(party) != uc_self(ctx);
}

bool dkm_count_ok(UcWord count)
{
    return (int64_t)count >= 1 && (int64_t)count <= DKM_COUNT_MAX;
}

bool dkm_ticket_ok(UcStore *store, UcWord ticket)
{
    size_t length = 0;
    if (!uc_store_knows(store, ticket))
        return false;
    uc_store_get(store, ticket, &length);
    return length == DKM_TICKET_BYTES;
}

UcWord dkm_kid(UcStore *store, UcWord vk)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, vk, &length);
    uint8_t digest[32];
    uc_sha256(bytes, length, digest);
    return uc_store_put(store, digest, DKM_KID_BYTES);
}

UcWord dkm_key_index(UcStore *store, UcWord kid)
{
    return uc_store_digest(store, kid).lo;
}

UcWord dkm_intervals(UcStore *store, const DkmInterval *interval, size_t count)
{
    g_autoptr(GByteArray) row = g_byte_array_new();
    for (size_t i = 0; i < count; i++) {
        uc_append_u64(row, interval[i].a);
        uc_append_u64(row, interval[i].b);
    }
    return uc_store_put(store, row->data, row->len);
}

UcMessage dkm_error_message(DkmError error)
{
    g_assert(error > DKM_OK && error < DKM_ERRORS);
    return (UcMessage){ DKM_ERROR, { error } };
}

UcResult dkm_error(DkmError error)
{
    return uc_send(UC_Z, dkm_error_message(error));
}
