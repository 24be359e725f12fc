#include "environments/scenario.h"

#include <string.h>

char *env_scenario_title(const EnvScenario *s)
{
    g_assert(s);
    return s->instance ? g_strdup_printf("%s (%s)", s->title, s->instance) : g_strdup(s->title);
}

const char *env_scenario_file(const EnvScenario *scenario)
{
    const char *slash = strrchr(scenario->path, '/');
    return slash ? slash + 1 : scenario->path;
}

/* ---- where a field stands in the text ---- */

/* `name` at `at` as the name of a field: "name =" with nothing of an identifier before it. */
static bool is_field(const char *text, const char *at, size_t length)
{
    if (at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '_' || at[-1] == '.'))
        return false;
    const char *after = at + length;
    after += strspn(after, " \t");
    return after[0] == '=' && after[1] != '=';
}

const char *env_scenario_field(const EnvScenario *s, const char *name)
{
    g_assert(s && name);
    const char *start = s->text;
    for (int i = 1; i < s->line && start; i++) {
        start = strchr(start, '\n');
        start += start != NULL;
    }
    size_t length = strlen(name);
    for (const char *at = start; at && length && (at = strstr(at, name)); at++) {
        if (is_field(s->text, at, length))
            return at;
    }
    return NULL;
}

int env_scenario_line(const EnvScenario *s, const char *name)
{
    const char *at = env_scenario_field(s, name);
    int line = 1;
    for (const char *c = s->text; at && c < at; c++)
        line += *c == '\n';
    return at ? line : s->line;
}

/* ---- made and freed ---- */

static void param_clear(gpointer data)
{
    EnvParam *p = data;
    g_free(p->name);
    g_free(p->text);
}

static void bound_clear(gpointer data) { g_free(((EnvBound *)data)->name); }

static void domain_clear(gpointer data)
{
    EnvDomain *d = data;
    g_free(d->name);
    g_array_unref(d->number);
    g_ptr_array_unref(d->text);
}

static void library_free(gpointer data)
{
    EnvLibrary *l = data;
    g_free(l->name);
    g_free(l->text);
    g_free(l->path);
    g_free(l);
}

static GArray *cleared_array(guint size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, FALSE, size);
    g_array_set_clear_func(array, clear);
    return array;
}

EnvScenario *env_scenario_new(const char *path, const char *text)
{
    g_assert(path && text);
    EnvScenario *s = g_new0(EnvScenario, 1);
    s->path = g_strdup(path);
    s->text = g_strdup(text);
    s->options = env_default_options();
    s->kept = g_ptr_array_new_with_free_func(g_free);
    s->list = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    s->bound = cleared_array(sizeof(EnvBound), bound_clear);
    s->domain = cleared_array(sizeof(EnvDomain), domain_clear);
    s->param = cleared_array(sizeof(EnvParam), param_clear);
    s->library = g_ptr_array_new_with_free_func(library_free);
    return s;
}

void env_scenario_free(EnvScenario *s)
{
    if (!s)
        return;
    char *const owned[] = { s->path, s->title, s->hash, s->source, s->expect_rule, s->text, s->instance };
    for (size_t i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    g_ptr_array_unref(s->kept);
    g_ptr_array_unref(s->list);
    g_array_unref(s->bound);
    g_array_unref(s->domain);
    g_array_unref(s->param);
    g_ptr_array_unref(s->library);
    g_free(s);
}

int64_t env_scenario_bound(const EnvScenario *s, const char *name, int64_t otherwise)
{
    g_assert(s && name);
    for (guint i = 0; i < s->bound->len; i++) {
        const EnvBound *b = &g_array_index(s->bound, EnvBound, i);
        if (!strcmp(b->name, name))
            return b->value;
    }
    return otherwise;
}

const EnvDomain *env_scenario_domain(const EnvScenario *s, const char *name)
{
    g_assert(s && name);
    for (guint i = 0; i < s->domain->len; i++) {
        const EnvDomain *d = &g_array_index(s->domain, EnvDomain, i);
        if (!strcmp(d->name, name))
            return d;
    }
    return NULL;
}

EnvWorlds *env_scenario_worlds(const EnvScenario *s, GError **error)
{
    g_assert(s);
    GError *inner = NULL;
    EnvWorlds *worlds = env_worlds_new(&s->options, &inner);
    if (worlds)
        return worlds;
    g_autofree char *field = g_strndup(inner->message, strcspn(inner->message, ":"));
    g_propagate_prefixed_error(error, inner, "%s:%d: ", env_scenario_file(s), env_scenario_line(s, field));
    return NULL;
}

/* The file that a text begins with, and how long its name is there; NULL: it begins with none. */
static const char *file_at(const EnvScenario *s, const char *text, size_t *length)
{
    *length = strlen(env_scenario_file(s));
    if (!strncmp(text, env_scenario_file(s), *length) && text[*length] == ':')
        return s->path;
    for (guint i = 0; i < s->library->len; i++) {
        const EnvLibrary *l = s->library->pdata[i];
        *length = strlen(l->name) + strlen(".lua");
        if (g_str_has_prefix(text, l->name) && g_str_has_prefix(text + strlen(l->name), ".lua:"))
            return l->path;
    }
    return NULL;
}

char *env_scenario_whole(const EnvScenario *s, const char *message)
{
    static const char called[] = " (called from ";
    g_assert(s && message);
    GString *out = g_string_new(message);
    const char *from = g_strrstr(out->str, called), *path;
    gssize at = from ? from - out->str + (gssize)strlen(called) : 0;
    size_t length;
    if (from && (path = file_at(s, out->str + at, &length)))
        g_string_insert(g_string_erase(out, at, (gssize)length), at, path);
    if ((path = file_at(s, out->str, &length)))
        g_string_insert(g_string_erase(out, 0, (gssize)length), 0, path);
    return g_string_free(out, FALSE);
}

char *env_scenario_hash(const EnvScenario *s)
{
    g_assert(s);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)s->text, -1);
    for (guint i = 0; i < s->library->len; i++) {
        const EnvLibrary *l = g_ptr_array_index(s->library, i);
        g_autofree char *head = g_strdup_printf("%c%s%c", 0x1f, l->name, 0x1f);
        g_checksum_update(sum, (const guchar *)head, -1);
        g_checksum_update(sum, (const guchar *)l->text, -1);
    }
    return g_strdup(g_checksum_get_string(sum));
}
