#include "functionality/dkm/interface.h"

#include <string.h>

const char *const dkm_error_name[DKM_ERRORS + 1] = {
    "ok", "not-supported", "too-many-keys", "no-such-party", "bad-count", "bad-ticket", "too-many-tickets",
    "no-such-ticket", "unknown-key", "ticket-used", "too-many-transfers", "insufficient", "no-such-transfer",
    "exhausted", NULL,
};
const char *const dkm_trust_name[DKM_TRUSTS + 1] = { "enclave", "pairwise", NULL };

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
    SLOT(DKM_SIGN) = { "sign", { { "kid", UC_BYTES }, { "message", UC_TEXT, .said = true } } },
    SLOT(DKM_VERIFY) = { "verify", { { "vk", UC_BYTES }, { "message", UC_TEXT, .said = true }, { "signature", UC_BYTES } } },
    SLOT(DKM_STATUS) = { "status", { { "kid", UC_BYTES } } },
    SLOT(DKM_KEY) = { "key", { { "kid", UC_BYTES }, { "vk", UC_BYTES }, { "capacity", UC_INT } } },
    SLOT(DKM_REQUESTED) = { "requested", { { "ticket", UC_BYTES } }, .object = "ticket" },
    SLOT(DKM_CANCELLED) = { "cancelled", { { "ticket", UC_BYTES } } },
    SLOT(DKM_RECEIVED) = { "received",
        { { "kid", UC_BYTES }, { "from", UC_PARTY }, { "ticket", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT } } },
    SLOT(DKM_SIGNATURE) = { "signature", { { "kid", UC_BYTES }, { "index", UC_INT }, { "signature", UC_BYTES } } },
    SLOT(DKM_VERIFIED) = { "verified", { { "valid", UC_INT } }, .answer = UC_ANSWER_TRUTH },
    SLOT(DKM_STATUS_IS) = { "status-is",
        { { "kid", UC_BYTES }, { "intervals", UC_INTERVALS }, { "remaining", UC_INT } } },
    SLOT(DKM_ERROR) = { "error", { { "code", UC_CODE, dkm_error_name } }, .error = true },
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
    SLOT(DKM_ANSWER) = { "answer", { { "outcome", UC_CODE, uc_crash_outcome_name }, { "sk", UC_BYTES, .secret = true }, { "vk", UC_BYTES },
                                     { "ticket", UC_BYTES } } },
    SLOT(DKM_ALLOW_DELIVERY) = { "allow-delivery", { { "from", UC_PARTY }, { "to", UC_PARTY }, { "ticket", UC_BYTES },
                                                     { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(DKM_CRASH_PARTY) = { "crash-party", { { "party", UC_PARTY } } },
    SLOT(DKM_RESTART_PARTY) = { "restart-party", { { "party", UC_PARTY }, { "burned", UC_BYTES } } },
    SLOT(DKM_DISABLE_PARTY) = { "disable-party", { { "party", UC_PARTY } } },
    SLOT(DKM_CORRUPT_PARTY) = { "corrupt-party", { { "party", UC_PARTY } } },
    SLOT(DKM_INJECT) = { "inject", { { "to", UC_PARTY }, { "ticket", UC_BYTES }, { "vk", UC_BYTES }, { "sk", UC_BYTES, .secret = true },
                                     { "a", UC_INT }, { "b", UC_INT }, { "from", UC_PARTY },
                                     { "outcome", UC_CODE, uc_crash_outcome_name } } },
    SLOT(DKM_HOLDINGS) = { "holdings", { { "party", UC_PARTY }, { "held", UC_BYTES } } },
    SLOT(DKM_EFFECT) = { "effect", { { "operation", UC_CODE, operation_name }, { "kid", UC_BYTES }, { "vk", UC_BYTES },
                                     { "sk", UC_BYTES, .secret = true }, { "ticket", UC_BYTES }, { "a", UC_INT }, { "b", UC_INT },
                                     { "party", UC_PARTY } } },
};

const UcMessageTable dkm_messages = { kinds, G_N_ELEMENTS(kinds) };

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

const char *dkm_enclave_of(const DkmOptions *options, UcWord party)
{
    g_assert(options);
    return options->enclave_of ? options->enclave_of[party] : options->enclave;
}

bool dkm_same_enclave(const DkmOptions *options, UcWord one, UcWord other)
{
    return !options->enclave_of || !strcmp(options->enclave_of[one], options->enclave_of[other]);
}

UcWord dkm_key_sharers(const DkmOptions *options, UcWord party)
{
    UcWord first = 0;
    while (!options->shared_master && !dkm_same_enclave(options, first, party))
        first++;
    return first;
}

bool dkm_other_party(UcCtx *ctx, const DkmOptions *options, UcWord self, UcWord other)
{
    return other < uc_party_count(ctx) && other != self && dkm_same_enclave(options, self, other);
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
    G_STATIC_ASSERT(sizeof *interval == 2 * sizeof(UcWord));
    return uc_intervals(store, (const UcWord *)interval, count);
}

/* Order by contents: handle numbers mean nothing. */
static int by_bytes(gconstpointer a, gconstpointer b, gpointer store)
{
    size_t na, nb;
    const uint8_t *x = uc_store_get(store, *(const UcWord *)a, &na), *y = uc_store_get(store, *(const UcWord *)b, &nb);
    int order = memcmp(x, y, MIN(na, nb));
    return order ? order : (na > nb) - (na < nb);
}

static void append_bytes(GByteArray *out, UcStore *store, UcWord handle)
{
    size_t n = 0;
    const uint8_t *bytes = handle == UC_NONE ? (const uint8_t *)"" : uc_store_get(store, handle, &n);
    uc_append_u32(out, handle == UC_NONE ? UINT32_MAX : (uint32_t)n);
    g_byte_array_append(out, bytes, (guint)n);
}

typedef size_t Intervals(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room);

/* kid, number of intervals, intervals; for every key in order of kid. Keys without intervals only when `all`. */
static void append_keys(UcCtx *ctx, const DkmInspector *inspector, uint16_t machine, Intervals *intervals, bool all,
                        GByteArray *out)
{
    UcStore *store = uc_ctx_store(ctx);
    size_t keys = inspector->keys(ctx, machine, NULL, 0);
    g_autofree UcWord *kid = g_new(UcWord, keys + 1);
    inspector->keys(ctx, machine, kid, keys);
    g_qsort_with_data(kid, (gint)keys, sizeof *kid, by_bytes, store);
    for (size_t i = 0; i < keys; i++) {
        size_t n = intervals(ctx, machine, kid[i], NULL, 0);
        if (n == 0 && !all)
            continue;
        g_autofree DkmInterval *own = g_new(DkmInterval, n + 1);
        intervals(ctx, machine, kid[i], own, n);
        append_bytes(out, store, kid[i]);
        uc_append_u32(out, (uint32_t)n);
        for (size_t j = 0; j < n; j++) {
            uc_append_u64(out, own[j].a);
            uc_append_u64(out, own[j].b);
        }
    }
}

UcWord dkm_holdings(UcCtx *ctx, const DkmInspector *inspector, uint16_t machine)
{
    g_assert(inspector);
    UcStore *store = uc_ctx_store(ctx);
    g_autoptr(GByteArray) out = g_byte_array_new();
    append_keys(ctx, inspector, machine, inspector->own, true, out);
    size_t n = inspector->tickets(ctx, machine, NULL, 0);
    g_autofree DkmTicket *ticket = g_new(DkmTicket, n + 1);
    inspector->tickets(ctx, machine, ticket, n);
    g_qsort_with_data(ticket, (gint)n, sizeof *ticket, by_bytes, store); /* the ticket is the first word */
    uc_append_u32(out, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        append_bytes(out, store, ticket[i].ticket);
        append_bytes(out, store, ticket[i].kid);
        uc_append_u64(out, ticket[i].count);
        uc_append_u64(out, ticket[i].from);
    }
    return uc_store_put(store, out->data, out->len);
}

UcWord dkm_burned(UcCtx *ctx, const DkmInspector *inspector, uint16_t machine)
{
    g_assert(inspector && inspector->lost);
    g_autoptr(GByteArray) out = g_byte_array_new();
    append_keys(ctx, inspector, machine, inspector->lost, false, out);
    return out->len ? uc_store_put(uc_ctx_store(ctx), out->data, out->len) : UC_NONE;
}

DkmInterval *dkm_burned_next(UcStore *store, UcReader *burned, UcWord *kid, size_t *count)
{
    uint64_t length = uc_take(burned, 4);
    const uint8_t *bytes = uc_take_bytes(burned, DKM_KID_BYTES);
    *count = uc_take(burned, 4);
    burned->bad = burned->bad || length != DKM_KID_BYTES || *count > burned->left / 16;
    if (burned->bad)
        return NULL;
    *kid = uc_store_put(store, bytes, DKM_KID_BYTES);
    DkmInterval *interval = g_new(DkmInterval, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        interval[i].a = uc_take(burned, 8);
        interval[i].b = uc_take(burned, 8);
    }
    return interval;
}

UcMessage dkm_error_message(DkmError error)
{
    g_assert(error > DKM_OK && error < DKM_ERRORS);
    return (UcMessage){ DKM_ERROR, { error } };
}

UcResult dkm_error(DkmError error)
{
    return uc_output(dkm_error_message(error));
}
