/* Options of a session as rows of a table: what scripts, schedules and traces read and write, whoever the options are of.
 *
 * The values lie in a plain struct that belongs to the table; a row says where. Texts in it are borrowed.
 * Source: docs/trace-format.md, "Schedule"; docs/scenario-language.md, "Fields".
 */
#ifndef SIMULATOR_TRIPLE_OPTION_H
#define SIMULATOR_TRIPLE_OPTION_H

#include <string.h>

#include "simulator/trace/schedule.h"

typedef enum {
    UC_OPTION_NUMBER, /* uint64_t */
    UC_OPTION_CHOICE, /* unsigned or an enum: one of `names` */
    UC_OPTION_NAMED,  /* bool: names[0] is false, names[1] true */
    UC_OPTION_FLAG,   /* bool; in files as NAMED, in scripts false and true */
    UC_OPTION_TEXT,   /* const char * */
    UC_OPTION_PICK,   /* const char *, of programs: number n is names[n - 1], 0 any other text */
    UC_OPTION_GROUPS, /* const char *const *: of each party the group that it is in, NULL-terminated; NULL: there are none */
} UcOptionType;

typedef struct {
    const char *name;    /* in files: "limit-keys"; NULL: not in files */
    const char *script;  /* in scripts: "limits.keys" is keys in the table limits; NULL: not in scripts */
    UcOptionType type;
    size_t offset;       /* into the values */
    const char *const *names; /* NULL-terminated */
    const char *const *meaning; /* of each name, for people; may be NULL */
    bool always;         /* written to files also where it is as by default */
    unsigned place;      /* rows of all tables are written in this order */
    const char *toy;     /* as a toy parameter, whose smaller values let guesses come true (docs/advantage.md); NULL: it is none */
    uint64_t high;       /* NUMBER, PICK: 1 to this; 0: any */
    bool titled;         /* its value stands under the titles of charts */
} UcOptionRow;

typedef struct {
    const UcOptionRow *row;
    size_t rows;
    const void *defaults; /* values; NULL: there are no rows */
    size_t bytes;         /* of the values, at most sizeof(UcSettings) */
} UcOptionTable;

/* Room for the values of a table, by who does not know which; a copy is a copy of the values, texts stay borrowed. */
typedef struct {
    uint64_t word[32];
} UcSettings;
static inline void uc_settings_default(const UcOptionTable *table, UcSettings *out)
{
    *out = (UcSettings){ { 0 } };
    if (table->defaults)
        memcpy(out, table->defaults, table->bytes);
}

/* A groups row is as by default when there are none. */
bool uc_option_is_default(const UcOptionTable *table, const UcOptionRow *row, const void *values);
/* Appends the option as files have it, unless it is as by default and need not be there. */
void uc_option_print(const UcOptionTable *table, const UcOptionRow *row, const void *values, UcOptions *out);
/* Takes what a file gives. NULL, or what was expected ("one of real, ideal"): free with g_free(). Texts are borrowed from `given`. */
char *uc_option_parse(const UcOptionRow *row, const UcOption *given, void *values);
/* Of all types but texts and groups: the number, the number of the choice, false or true. */
uint64_t uc_option_number(const UcOptionRow *row, const void *values);
const char *uc_option_text(const UcOptionRow *row, const void *values); /* of a text */
void uc_option_set_number(const UcOptionRow *row, void *values, uint64_t number);

#endif
