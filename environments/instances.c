#include "environments/instances.h"

#include <string.h>

uint64_t env_instances(const EnvScenario *draft)
{
    g_assert(draft);
    const EnvParam *v = (const EnvParam *)(const void *)draft->param->data;
    guint values = draft->param->len;
    uint64_t product = 1;
    for (guint start = 0, end; start < values && product <= ENV_INSTANCES; start = end) {
        for (end = start; end < values && !strcmp(v[end].name, v[start].name); end++)
            ;
        product *= end - start;
    }
    return product;
}

/* The last parameter by name changes fastest. */
static void choose(const GArray *values, uint64_t number, GArray *chosen)
{
    const EnvParam *v = (const EnvParam *)(const void *)values->data;
    for (guint end = values->len; end; ) {
        guint start = end;
        while (start && !strcmp(v[start - 1].name, v[end - 1].name))
            start--;
        const EnvParam *pick = &v[start + number % (end - start)];
        number /= end - start;
        EnvParam p = { g_strdup(pick->name), g_strdup(pick->text), pick->number, pick->boolean };
        g_array_prepend_val(chosen, p);
        end = start;
    }
}

static char *name_of(const EnvScenario *s)
{
    GString *name = g_string_new(NULL);
    for (guint i = 0; i < s->param->len; i++) {
        const EnvParam *p = &g_array_index(s->param, EnvParam, i);
        g_string_append_printf(name, "%s%s=", i ? "," : "", p->name);
        if (p->text)
            g_string_append(name, p->text);
        else if (p->boolean)
            g_string_append(name, p->number ? "true" : "false");
        else
            g_string_append_printf(name, "%" G_GINT64_FORMAT, p->number);
    }
    return g_string_free(name, name->len == 0);
}

EnvScenario *env_instance_new(const EnvScenario *draft, uint64_t number)
{
    g_assert(draft && number < env_instances(draft));
    EnvScenario *s = env_scenario_new(draft->path, draft->text);
    choose(draft->param, number, s->param);
    s->instance = name_of(s);
    return s;
}
