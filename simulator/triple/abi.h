/* What a shared object exports whose triple `ucsim --triple FILE` is to know: one symbol, made by
 *
 *     UC_EXPORT_TRIPLE(&my_protocol, &my_functionality, my_simulators, &my_kit)
 *
 * It is compiled with the headers that it will run with. UC_TRIPLE_ABI goes up when the meaning of something in them changes;
 * that a structure has another size is noticed without that. What the functions of these headers do comes from the program,
 * which exports those and nothing else of its own. Source: docs/own-triple.md.
 */
#ifndef SIMULATOR_TRIPLE_ABI_H
#define SIMULATOR_TRIPLE_ABI_H

#include "simulator/triple/bad_events.h"
#include "simulator/triple/calls.h"
#include "simulator/triple/play.h"
#include "simulator/triple/triple.h"
#include "simulator/triple/witness.h"

enum { UC_TRIPLE_ABI = 1 };
#define UC_TRIPLE_SYMBOL "ucsim_triple"

typedef struct {
    uint32_t abi;    /* UC_TRIPLE_ABI; first in every version */
    uint32_t layout; /* UC_TRIPLE_LAYOUT */
    const UcTriple *triple;
} UcTripleExport;

#define UC_EXPORT_TRIPLE(...)                                                                    \
    extern const UcTripleExport ucsim_triple;                                                    \
    __attribute__((visibility("default"))) const UcTripleExport ucsim_triple = { UC_TRIPLE_ABI, UC_TRIPLE_LAYOUT, \
                                                                                 &(const UcTriple){ __VA_ARGS__ } }

/* Sizes of what goes from one side to the other, and where kinds begin, as one number. */
#define UC_LAYOUT(before, size) ((before) * 31u + (uint32_t)(size))
#define UC_LAYOUT4(before, a, b, c, d) UC_LAYOUT(UC_LAYOUT(UC_LAYOUT(UC_LAYOUT(before, a), b), c), d)
#define UC_LAYOUT_ENGINE UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT4(0u, UC_M_USER, UC_FIRST_KIND, UC_MESSAGE_WORDS, UC_PASS), \
    sizeof(UcMessage), sizeof(UcEnvelope), sizeof(UcMessageKind), sizeof(UcResult)), \
    sizeof(UcOutcome), sizeof(UcFault), sizeof(UcMark), sizeof(UcRegionKind)), \
    sizeof(UcClass), sizeof(UcWatcher), sizeof(UcActivation), sizeof(UcOrderRule))
#define UC_LAYOUT_TABLES UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT_ENGINE, \
    sizeof(UcAlphabet), sizeof(UcObject), sizeof(UcInput), sizeof(UcNumbers)), \
    sizeof(UcAttackKit), sizeof(UcAttackCall), sizeof(UcAttacker), sizeof(UcPayloadCodec)), \
    sizeof(UcPayloadField), sizeof(UcHarvest), sizeof(UcLedger), sizeof(UcLedgerRow))
#define UC_TRIPLE_LAYOUT UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT4(UC_LAYOUT_TABLES, \
    sizeof(UcOptionRow), sizeof(UcOptionTable), sizeof(UcCall), sizeof(UcRule)), \
    sizeof(UcOverRuns), sizeof(UcBadEvents), sizeof(UcNative), sizeof(UcSessionPlan)), \
    sizeof(UcTriple), sizeof(UcInterface), sizeof(UcFunctionality), sizeof(UcProtocol) + sizeof(UcWitness))

#endif
