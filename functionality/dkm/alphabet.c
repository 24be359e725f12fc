/* The alphabet of the interface: what the most general environment learns and says (simulator/alphabet.h). */
#include "functionality/dkm/interface.h"

static int64_t capacity(const void *setup) { return (int64_t)((const DkmOptions *)setup)->sigma[0]->capacity; }
static const char *set(const void *setup) { return ((const DkmOptions *)setup)->sigma[0]->name; }

/* What depends on the numbers of parties. */
static const char *unlike(const void *setup)
{
    const DkmOptions *dkm = setup;
    return dkm->seals_real ? "real seals, which the bound forge needs too"
         : dkm->enclave_of ? "several enclaves" : NULL;
}

/* Their order, and that of inputs, is in digests of states and in checkpoints. */
static const UcObject objects[] = {
    { "key", DKM_KEY, "kid", .unknown = DKM_KID_BYTES, .attribute = { { "vk", UC_OF_OUTPUT, "vk" } } },
    { "ticket", DKM_REQUESTED, "ticket", .unknown = DKM_TICKET_BYTES, .input = DKM_REQUEST,
      .attribute = { { "of", UC_OF_SPEAKER }, { "from", UC_OF_INPUT, "from" }, { "kid", UC_OF_INPUT, "kid" },
                     { "count", UC_OF_INPUT, "count" } } },
    { "signature", DKM_SIGNATURE, "signature", .input = DKM_SIGN, .where_used = true,
      .attribute = { { "message", UC_OF_INPUT, "message" } } },
};

static const UcConstant sets[] = { { .text_of = set }, { "unknown set", .wrong = true }, { NULL } };

static const UcNumbers counts = {
    "counts", capacity, { { 1 }, { 2 }, { 0, .plus_size = true }, { -1, .wrong = true }, { 0, .wrong = true },
                          { 1, .plus_size = true, .wrong = true }, { DKM_COUNT_MAX, .wrong = true } }, 7,
};

/* A ticket is for the key and the count that it was requested with, or for any key, and for the two parties that it was
 * requested by and from. */
#define TICKET "ticket", .object = "ticket", .unknown = UC_UNKNOWN_FIRST
#define TO "to", .not_self = true, .like = { "ticket", "of" }
enum { KEYGENS = 1, REQUESTS, ON_TICKET, WITH_KEY, VERIFIES };
static const UcInput inputs[] = {
    { DKM_KEYGEN, .otherwise = 1, .turn = KEYGENS, .first = "keygen-by", .argument = { { "set", sets } } },
    { DKM_REQUEST, .as = DKM_TRANSFER, .turn = REQUESTS,
      .argument = { { "kid", .object = "key", .none = "any" }, { "from", .not_self = true }, { "count" } } },
    { DKM_CANCEL, .turn = ON_TICKET, .argument = { { TICKET, .actor = "of" } } },
    { DKM_TRANSFER, .turn = ON_TICKET, .sends = true,
      .argument = { { TICKET, .actor = "from" }, { "kid", .object = "key", .like = { "ticket", "kid" } }, { TO },
                    { "count", .like = { "ticket", "count" } } } },
    { DKM_RESEND, .turn = ON_TICKET, .with = DKM_TRANSFER, .argument = { { TICKET, .actor = "from" }, { TO } } },
    { DKM_SIGN, .turn = WITH_KEY, .argument = { { "kid", .object = "key" }, { "message" } } },
    { DKM_VERIFY, .turn = VERIFIES,
      .argument = { { "vk", .object = "key", .value = "vk", .unknown = UC_UNKNOWN_NEVER },
                    { "signature", .object = "signature", .unknown = UC_UNKNOWN_NEVER },
                    { "message", .like = { "signature", "message" } } } },
    { DKM_STATUS, .otherwise = 1, .turn = WITH_KEY, .argument = { { "kid", .object = "key" } } },
};

static const UcInput says = { DKM_CANCELLED, .argument = { { "ticket", .object = "ticket" } } };

const UcAlphabet dkm_alphabet = {
    .object = objects, .objects = G_N_ELEMENTS(objects), .input = inputs, .inputs = G_N_ELEMENTS(inputs),
    .list = &counts, .lists = 1, .cut = { { "any", UC_CUT_SWITCH }, { "keygen-by", UC_CUT_FIRST } }, .says = &says,
    .alike = "ideal seals, one enclave", .unlike = unlike,
};
