#include "report/json.h"

#include "simulator/base/json.h"

static void text(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, ",\n     \"%s\": ", name);
    uc_json_text(out, value);
}

static void seeds_object(GString *out, const RepResult *r)
{
    g_string_append_printf(out, ",\n     \"seeds\": {\"runs\": %u", r->runs);
    for (const UcNamedCount *c = r->compared; c && c->name; c++) {
        g_string_append(out, ", ");
        uc_json_text(out, c->name);
        g_string_append_printf(out, ": %u", c->count);
    }
    g_string_append_c(out, '}');
}

static void result_object(GString *out, const RepResult *r)
{
    g_string_append(out, "    {\"file\": ");
    uc_json_text(out, r->file);
    text(out, "title", r->title);
    g_string_append_printf(out, ",\n     \"seed\": %" G_GUINT64_FORMAT, r->seed);
    text(out, "verdict", r->verdict);
    text(out, "expect", r->expect);
    g_string_append_printf(out, ",\n     \"as_expected\": %s", r->as_expected ? "true" : "false");
    g_string_append(out, ",\n     \"entry\": ");
    if (r->entry >= 0)
        g_string_append_printf(out, "%" G_GINT64_FORMAT, r->entry);
    else
        g_string_append(out, "null");
    text(out, "rule", r->rule);
    text(out, "compromised", r->compromised);
    text(out, "world", r->world);
    text(out, "why", r->why && *r->why ? r->why : NULL);
    if (!r->runs)
        text(out, "seeds", NULL);
    else
        seeds_object(out, r);
    if (!r->harvested)
        text(out, "harvest", NULL);
    else
        g_string_append_printf(out, ",\n     \"harvest\": {\"guesses\": %" G_GUINT64_FORMAT ", \"seeds\": %u, \"forgeries\": %u}",
                               r->guesses, r->seeds, r->forgeries);
    text(out, "error", r->error);
    text(out, "reproduce", r->reproduce);
    g_string_append_c(out, '}');
}

void rep_json(GString *out, const RepResult *result, unsigned results, const RepSummary *s)
{
    g_assert(out && (result || !results) && s);
    g_string_append_printf(out, "{\n  \"ucsim-check\": %d,\n  \"version\": \"%s\",\n  \"scenarios\": [", REP_JSON_VERSION,
                           UCSIM_VERSION);
    for (unsigned i = 0; i < results; i++) {
        g_string_append(out, i ? ",\n" : "\n");
        result_object(out, &result[i]);
    }
    g_string_append_printf(out, "%s],\n  \"summary\": {\"total\": %u, \"as_expected\": %u, \"unexpected\": %u, "
                           "\"limits\": %u, \"errors\": %u, \"internal\": %u}\n}\n",
                           results ? "\n  " : "", s->total, s->as_expected, s->unexpected, s->limits, s->errors,
                           s->internal);
}
