#include "simulator/base/csv.h"

#include <string.h>

GPtrArray *uc_csv_record(const char **at, unsigned *line)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    const unsigned begins = *line;
    GString *field = g_string_new(NULL);
    bool quoted = false, more = true;
    const char *c = *at;
    for (; more; c++) {
        if (quoted && *c == '"' && c[1] == '"')
            g_string_append_c(field, *c++);
        else if (*c == '"' && (quoted || !field->len))
            quoted = !quoted;
        else if (!*c || (!quoted && (*c == ',' || *c == '\n'))) {
            more = *c == ',';
            if (!more && field->len && field->str[field->len - 1] == '\r')
                g_string_truncate(field, field->len - 1);
            g_ptr_array_add(fields, g_strdup(field->str));
            g_string_truncate(field, 0);
            if (!*c)
                break;
        } else
            g_string_append_c(field, *c);
        *line += *c == '\n';
    }
    *at = c;
    g_string_free(field, TRUE);
    if (!quoted)
        return fields;
    *line = begins;
    g_ptr_array_unref(fields);
    return NULL;
}

bool uc_csv_empty(const GPtrArray *record)
{
    return record->len == 1 && !*(const char *)g_ptr_array_index(record, 0);
}

bool uc_csv_time(const char *text, int64_t *time)
{
    gint64 number;
    if (g_ascii_string_to_signed(text, 10, INT64_MIN + 1, INT64_MAX, &number, NULL)) {
        *time = number;
        return true;
    }
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, utc);
    if (!date)
        return false;
    *time = g_date_time_to_unix(date) * 1000 + g_date_time_get_microsecond(date) / 1000;
    return true;
}
