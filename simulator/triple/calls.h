/* Words with which scripts give inputs and orders, as rows of a table: z:WORD(party, ...). The types of the arguments are those of the
 * message's fields (message.h), which also says what scripts get as an answer.
 *
 * By position an argument is the field of its number; by name they stand in one table. Bytes and texts may also be given as
 * a message that has the field, under the field's own name.
 * Source: docs/scenario-language.md, "Calls of Z".
 */
#ifndef SIMULATOR_TRIPLE_CALLS_H
#define SIMULATOR_TRIPLE_CALLS_H

#include "simulator/triple/triple.h"

typedef struct {
    const char *name;   /* NULL: the field's */
    bool optional;      /* may be left out: then it is */
    UcWord otherwise;   /* this, */
    const char *option; /* or, unless NULL, the value of this option of the session, a text; by its name in scripts */
} UcCallArgument;

struct UcCall {
    const char *word;
    UcWord kind;        /* of the message */
    bool named;         /* the arguments are given by name */
    UcCallArgument argument[UC_MESSAGE_WORDS];
};

/* The name of an argument, by its number; NULL past the last. */
static inline const char *uc_call_argument(const UcMessageTable *table, const UcCall *call, unsigned number)
{
    const UcMessageKind *kind = uc_message_kind(table, call->kind);
    if (number >= uc_message_fields(kind))
        return NULL;
    return call->argument[number].name ? call->argument[number].name : kind->field[number].name;
}

#endif
