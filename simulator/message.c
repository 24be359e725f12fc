#include "simulator/message.h"

#include <string.h>

const char *const uc_point_name[UC_POINTS + 1] = { "none", "now", "before", "between", "middle", "after", "torn-head",
                                                  "torn-tail", "lose", "reorder", NULL };

static const UcMessageKind engine_kind[UC_M_USER] = {
    [UC_M_EMPTY] = { "empty", {} },
    [UC_M_RESUME] = { "resume", {} },
    [UC_M_ASK] = { "ask", { { "text", UC_TEXT, .said = true } } },
    [UC_M_REPORT] = { "report", { { "text", UC_TEXT, .said = true } } },
    [UC_M_PAYLOAD] = { "payload", { { "to", UC_PARTY }, { "bytes", UC_BYTES } } },
    [UC_M_DELIVER] = { "deliver", { { "bytes", UC_BYTES } }, .order = true },
    [UC_M_CRASH] = { "crash", { { "point", UC_POINT }, { "lost", UC_INT } }, .order = true },
    [UC_M_RESTART] = { "restart", {}, .order = true },
    [UC_M_RESTORE] = { "restore", { { "snapshot", UC_INT } }, .order = true },
    [UC_M_CORRUPT] = { "corrupt", {}, .order = true },
    [UC_M_STATE] = { "state", { { "bytes", UC_BYTES, .secret = true } } },
    [UC_M_CORRUPTED] = { "corrupted", { { "parties", UC_PARTIES } }, .answer = UC_ANSWER_FIELD },
};

const char *uc_name_of(const char *const *names, UcWord number)
{
    UcWord i = 0;
    while (names && names[i] && i < number)
        i++;
    return names && i == number ? names[i] : NULL;
}

const UcMessageKind *uc_message_kind(const UcMessageTable *table, UcWord kind)
{
    const UcMessageKind *found = NULL;
    if (kind < UC_M_USER)
        found = &engine_kind[kind];
    else if (table && kind - UC_M_USER < table->kinds)
        found = &table->kind[kind - UC_M_USER];
    return found && found->name ? found : NULL;
}

UcWord uc_message_kinds(const UcMessageTable *table) { return UC_M_USER + (table ? table->kinds : 0); }

unsigned uc_message_fields(const UcMessageKind *kind)
{
    unsigned n = 0;
    while (n < UC_MESSAGE_WORDS && kind->field[n].name)
        n++;
    return n;
}

bool uc_message_handle(const UcMessageKind *kind, unsigned field)
{
    g_assert(kind && field < UC_MESSAGE_WORDS);
    UcFieldType t = kind->field[field].type;
    return kind->field[field].name && (t == UC_BYTES || t == UC_TEXT || t == UC_INTERVALS || t == UC_PARTIES);
}

unsigned uc_message_handles(const UcMessageKind *kind)
{
    unsigned handles = 0;
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++)
        handles |= (unsigned)uc_message_handle(kind, i) << i;
    return handles;
}

int uc_message_find(const UcMessageTable *table, const char *name)
{
    g_assert(name);
    for (UcWord i = 0; i < uc_message_kinds(table); i++) {
        const UcMessageKind *kind = uc_message_kind(table, i);
        if (kind && !strcmp(kind->name, name))
            return (int)i;
    }
    return -1;
}

bool uc_message_equal(const UcMessage *a, const UcMessage *b)
{
    return !memcmp(a, b, sizeof *a);
}

UcWord uc_intervals(UcStore *store, const UcWord *ends, size_t count)
{
    g_autoptr(GByteArray) row = g_byte_array_new();
    for (size_t i = 0; i < 2 * count; i++)
        uc_append_u64(row, ends[i]);
    return uc_store_put(store, row->data, row->len);
}
