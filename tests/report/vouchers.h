/* A toy interface with a ledger: books of vouchers, leaf by leaf. Nothing here is called as in another interface. For tests of
 * what is made from a ledger alone.
 */
#ifndef TESTS_REPORT_VOUCHERS_H
#define TESTS_REPORT_VOUCHERS_H

#include "simulator/trace/trace.h"
#include "simulator/triple/triple.h"

extern const UcMessageTable voucher_messages;
extern const UcLedger voucher_ledger;
extern const UcInterface vouchers;

/* One activation; `out` and `effect` are JSON or NULL. */
typedef struct {
    const char *world, *machine, *to, *out, *effect;
} VoucherLine;

/* A trace of parties ann and bob with these activations. */
UcTrace *voucher_trace(const VoucherLine *line, unsigned lines);

#endif
