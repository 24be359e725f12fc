/* The ideal functionality F_DKM: at any point in time every one-time key of every key that is not compromised
 * belongs to at most one party, and signs at most one message. Source: docs/functionality.md.
 *
 * F keeps, per key, a map from index intervals to owners. It trusts S with nothing that the promise rests on: a
 * command of S whose condition does not hold ends the run with "simulation failed" and names the condition.
 */
#ifndef FUNCTIONALITY_DKM_F_DKM_H
#define FUNCTIONALITY_DKM_F_DKM_H

#include "functionality/dkm/interface.h"
#include "simulator/triple/witness.h"

extern const UcClass f_dkm_class; /* config: const DkmOptions */
extern const DkmInspector f_dkm_inspector;

extern const UcWitness dkm_witness; /* witness.c */
extern const UcFunctionality f_dkm;

#endif
