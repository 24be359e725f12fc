#include "simulator/triple/option.h"

#include <string.h>

static void *at(const UcOptionRow *row, void *values) { return (char *)values + row->offset; }

/* 0: it is none of them. */
static uint64_t picked(const UcOptionRow *row, const char *text)
{
    for (uint64_t i = 0; text && row->names[i]; i++) {
        if (!strcmp(row->names[i], text))
            return i + 1;
    }
    return 0;
}

uint64_t uc_option_number(const UcOptionRow *row, const void *values)
{
    g_assert(row && values);
    const void *value = at(row, (void *)values);
    switch (row->type) {
    case UC_OPTION_NUMBER: return *(const uint64_t *)value;
    case UC_OPTION_CHOICE: return *(const unsigned *)value;
    case UC_OPTION_NAMED:
    case UC_OPTION_FLAG: return *(const bool *)value;
    case UC_OPTION_PICK: return picked(row, *(const char *const *)value);
    default: g_assert_not_reached();
    }
}

void uc_option_set_number(const UcOptionRow *row, void *values, uint64_t number)
{
    g_assert(row && values);
    void *value = at(row, values);
    switch (row->type) {
    case UC_OPTION_NUMBER: *(uint64_t *)value = number; break;
    case UC_OPTION_CHOICE: *(unsigned *)value = (unsigned)number; break;
    case UC_OPTION_NAMED:
    case UC_OPTION_FLAG: *(bool *)value = number != 0; break;
    case UC_OPTION_PICK: g_assert(number && number <= row->high); *(const char **)value = row->names[number - 1]; break;
    default: g_assert_not_reached();
    }
}

const char *uc_option_text(const UcOptionRow *row, const void *values)
{
    g_assert(row && values && row->type == UC_OPTION_TEXT);
    return *(const char *const *)at(row, (void *)values);
}

/* ---- files ---- */

bool uc_option_is_default(const UcOptionTable *table, const UcOptionRow *row, const void *values)
{
    g_assert(table && row && values);
    if (row->type == UC_OPTION_TEXT)
        return !strcmp(uc_option_text(row, values), uc_option_text(row, table->defaults));
    if (row->type == UC_OPTION_GROUPS)
        return !*(const char *const *const *)at(row, (void *)values);
    return uc_option_number(row, values) == uc_option_number(row, table->defaults);
}

void uc_option_print(const UcOptionTable *table, const UcOptionRow *row, const void *values, UcOptions *out)
{
    g_assert(table && row && values && out && row->name);
    if (!row->always && uc_option_is_default(table, row, values))
        return;
    if (row->type == UC_OPTION_GROUPS) {
        uc_options_add_list(out, row->name, *(const char *const *const *)at(row, (void *)values));
    } else if (row->type == UC_OPTION_TEXT) {
        uc_options_add(out, row->name, uc_option_text(row, values));
    } else if (row->names) {
        uc_options_add(out, row->name, row->names[uc_option_number(row, values)]);
    } else {
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, uc_option_number(row, values));
        uc_options_add(out, row->name, text);
    }
}

static char *parse_name(const UcOptionRow *row, const char *wanted, void *values)
{
    for (unsigned i = 0; row->names[i]; i++) {
        if (!strcmp(row->names[i], wanted)) {
            uc_option_set_number(row, values, i);
            return NULL;
        }
    }
    g_autofree char *list = g_strjoinv(", ", (char **)row->names);
    return g_strdup_printf("one of %s", list);
}

char *uc_option_parse(const UcOptionRow *row, const UcOption *given, void *values)
{
    g_assert(row && given && values);
    if (row->type == UC_OPTION_GROUPS) {
        *(const char *const **)at(row, values) = (const char *const *)given->value;
        return g_strv_contains((const char *const *)given->value, "") ? g_strdup("names that are not empty") : NULL;
    }
    if (!given->value[0] || given->value[1])
        return g_strdup("one value");
    if (row->names)
        return parse_name(row, given->value[0], values);
    if (row->type == UC_OPTION_TEXT) {
        *(const char **)at(row, values) = given->value[0];
        return *given->value[0] ? NULL : g_strdup("a text"); /* as of scripts */
    }
    guint64 number;
    if (!g_ascii_string_to_unsigned(given->value[0], 10, 0, G_MAXINT64, &number, NULL))
        return g_strdup("a number from 0 to 2^63 - 1");
    uc_option_set_number(row, values, number);
    return NULL;
}
