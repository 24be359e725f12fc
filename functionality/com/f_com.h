/* F_COM: for each ordered pair of parties one text, whether the receiver has the receipt, and whether it was opened.
 *
 * S says when receipts and openings arrive. It may commit in the name of a corrupted party, to a text that it must give then
 * and that is opened later. A command whose condition does not hold ends the run with "simulation failed" and names it.
 * Source: docs/triples/com.md.
 */
#ifndef FUNCTIONALITY_COM_F_COM_H
#define FUNCTIONALITY_COM_F_COM_H

#include "functionality/com/interface.h"

extern const UcFunctionality f_com;
extern const UcFates com_fates;

#endif
