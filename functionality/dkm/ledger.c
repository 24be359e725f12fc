/* The ledger of the interface: what takes, gives and uses up one-time keys. */
#include "functionality/dkm/interface.h"

/* What parties of the protocol report of themselves. */
#define EFFECT(operation) UC_LEDGER_PARTY, "effect", "operation", operation
#define INTERVAL "kid", "a", "b"

static const UcLedgerRow real[] = {
    { EFFECT("keygen"), UC_LEDGER_ANY, INTERVAL, .to = { UC_LEDGER_SELF } },
    { EFFECT("received"), UC_LEDGER_ANY, INTERVAL, { UC_LEDGER_TRANSIT }, { UC_LEDGER_SELF } },
    { EFFECT("transfer"), UC_LEDGER_ANY, INTERVAL, { UC_LEDGER_SELF }, { UC_LEDGER_TRANSIT } },
    { EFFECT("sign"), UC_LEDGER_WRITTEN, INTERVAL, { UC_LEDGER_SELF }, { UC_LEDGER_USED } },
    { EFFECT("sign"), UC_LEDGER_UNWRITTEN, INTERVAL, { UC_LEDGER_SELF }, { UC_LEDGER_LOST } },
};

/* What F says, and how S answers when F offers an index to sign with: without a signature that comes out it is lost. A transfer
 * that crashed after its write is told by nothing that names the block: it stays with the sender until it is sent again. */
static const UcLedgerRow ideal[] = {
    { UC_LEDGER_F, "key", .asset = "kid", .end = "capacity", .to = { UC_LEDGER_RECEIVER } },
    { UC_LEDGER_F, "received", .asset = "kid", .first = "a", .end = "b", .from = { UC_LEDGER_TRANSIT }, .to = { UC_LEDGER_RECEIVER } },
    { UC_LEDGER_F, "sent", .asset = "kid", .first = "a", .end = "b", .from = { UC_LEDGER_FIELD, "from" }, .to = { UC_LEDGER_TRANSIT } },
    { UC_LEDGER_F, "resent", .asset = "kid", .first = "a", .end = "b", .from = { UC_LEDGER_FIELD, "from" }, .to = { UC_LEDGER_TRANSIT },
      .held = true },
    { UC_LEDGER_F, "consult-sign", .asset = "kid", .first = "index", .from = { UC_LEDGER_FIELD, "party" },
      .to = { UC_LEDGER_OFFERED } },
    { UC_LEDGER_F, "signature", .asset = "kid", .first = "index", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_USED } },
    { UC_LEDGER_S, "answer", "outcome", "abort", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_BACK } },
    { UC_LEDGER_S, "answer", "outcome", "silent", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } },
};

static const UcLedgerStatus status[] = {
    { "crash-party", "party", "down" }, { "restart-party", "party", "" }, { "disable-party", "party", "disabled" }, { NULL, NULL, NULL },
};

const UcLedger dkm_ledger = { .real = { real, G_N_ELEMENTS(real) }, .ideal = { ideal, G_N_ELEMENTS(ideal) }, .status = status,
                              .stem = "k", .part = "one-time key", .parts = "one-time keys" };
