#include "environments/logs/map.h"

#include <stdarg.h>
#include <string.h>

#include "simulator/base/file.h"
#include "simulator/base/nearest.h"

G_DEFINE_QUARK(ucsim-log-error, env_log_error)

static const char *const statement[] = { [MAP_HEADER] = "header", [MAP_SKIP] = "skip", [MAP_REMARK] = "remark",
    [MAP_UNTRUSTED] = "untrusted", [MAP_MODULE] = "module", [MAP_TIME] = "time", [MAP_JOIN] = "join", [MAP_INPUT] = "input",
    [MAP_OUTPUT] = "output", [MAP_IN] = "in", [MAP_OUT] = "out", [MAP_UNUSED] = "unused", [MAP_RULES] = "format",
    "functionality", "line", "modules", "option", NULL };
static const char *const format_name[] = { "json", "csv", "text", NULL };

typedef struct {
    EnvLogMap *map;
    unsigned line;
    GError **error;
} Reader;

static bool fail(const Reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(const Reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uc_file_wrong(r->error, ENV_LOG_ERROR, 0, r->map->file, r->line, format, args);
    va_end(args);
    return false;
}

/* ---- conditions ---- */

static void condition_clear(gpointer p)
{
    MapCondition *c = p;
    g_free(c->field);
    g_strfreev(c->value);
}

/* The words behind `when`, up to the end; conditions are joined by `and`. */
static bool read_conditions(const Reader *r, MapRule *rule, char *const *word)
{
    while (*word) {
        MapCondition c = { NULL, NULL };
        if (!strcmp(*word, "has") && word[1]) {
            c.field = g_strdup(word[1]);
            word += 2;
        } else if (word[1] && !strcmp(word[1], "is") && word[2]) {
            g_autoptr(GStrvBuilder) values = g_strv_builder_new();
            c.field = g_strdup(word[0]);
            for (word += 2; *word && strcmp(*word, "and"); word++)
                g_strv_builder_add(values, *word);
            c.value = g_strv_builder_end(values);
        } else {
            return fail(r, "expected 'FIELD is VALUE...' or 'has FIELD' behind 'when', got '%.60s'", *word);
        }
        g_array_append_val(rule->when, c);
        if (*word && strcmp(*word, "and"))
            return fail(r, "expected 'and' or the end of the line, got '%.60s'", *word);
        if (*word && !*++word)
            return fail(r, "expected a condition behind 'and', got the end of the line");
    }
    return rule->when->len > 0 || fail(r, "expected a condition behind 'when', got the end of the line");
}

const UcJson *map_field(const UcJson *record, const char *path)
{
    const UcJson *at = uc_json_get(record, path);
    for (const char *dot; !at && (dot = strchr(path, '.')); path = dot + 1) {
        g_autofree char *head = g_strndup(path, (gsize)(dot - path));
        record = uc_json_get(record, head);
        if (!record || record->type != UC_JSON_OBJECT)
            return NULL;
        at = uc_json_get(record, dot + 1);
    }
    return at;
}

static bool has_value(const UcJson *v, char *const *value)
{
    g_autofree char *number = v->type == UC_JSON_INT ? g_strdup_printf("%" G_GINT64_FORMAT, v->number) : NULL;
    const char *text = v->type == UC_JSON_STRING ? v->text : number;
    return text && g_strv_contains((const char *const *)value, text);
}

bool map_holds(const MapRule *rule, const UcJson *record)
{
    for (guint i = 0; i < rule->when->len; i++) {
        const MapCondition *c = &g_array_index(rule->when, MapCondition, i);
        const UcJson *v = map_field(record, c->field);
        if (!v || (c->value && !has_value(v, c->value)))
            return false;
    }
    return true;
}

/* ---- rules ---- */

static void know(EnvLogMap *map, const char *field, unsigned line)
{
    MapNamed named = { field, line };
    g_array_append_val(map->named, named);
    g_hash_table_add(map->known, g_strndup(field, strcspn(field, ".")));
    g_hash_table_add(map->known, g_strdup(field));
}

bool map_knows(const EnvLogMap *map, const char *field) { return g_hash_table_contains(map->known, field); }

/* A condition on a column that is not there never holds: a slip in it would drop what it guards, and the rest be accepted. */
bool map_fits(const EnvLogMap *map, const char *const *column, GError **error)
{
    for (guint i = 0; i < map->named->len; i++) {
        const MapNamed *named = &g_array_index(map->named, MapNamed, i);
        if (g_strv_contains(column, named->field))
            continue;
        g_autofree char *near = uc_did_you_mean(uc_nearest(named->field, column));
        const Reader r = { (EnvLogMap *)map, named->line, error };
        return fail(&r, "expected a column of the log, got '%.60s'%s", named->field, near);
    }
    return true;
}

char *map_rule_text(const MapRule *rule) { return g_strjoin(" ", statement[rule->type], rule->text, NULL); }

static void argument_clear(gpointer p)
{
    MapArgument *a = p;
    g_free(a->name);
    g_free(a->field);
    g_free(a->text);
}

static void rule_free(gpointer p)
{
    MapRule *rule = p;
    g_free(rule->text);
    g_array_unref(rule->argument);
    g_array_unref(rule->when);
    g_free(rule);
}

static MapRule *rule_new(EnvLogMap *map, MapRuleType type, unsigned line)
{
    MapRule *rule = g_new0(MapRule, 1);
    rule->type = type;
    rule->line = line;
    rule->argument = g_array_new(FALSE, FALSE, sizeof(MapArgument));
    rule->when = g_array_new(FALSE, FALSE, sizeof(MapCondition));
    g_array_set_clear_func(rule->argument, argument_clear);
    g_array_set_clear_func(rule->when, condition_clear);
    g_ptr_array_add(map->rule, rule);
    return rule;
}

/* "name=field" or "name:text". */
static bool read_argument(const Reader *r, MapRule *rule, const char *word)
{
    size_t name = strcspn(word, "=:");
    if (!name || !word[name] || !word[name + 1])
        return fail(r, "expected NAME=FIELD or NAME:TEXT, got '%.60s'", word);
    MapArgument a = { g_strndup(word, name), NULL, NULL };
    *(word[name] == '=' ? &a.field : &a.text) = g_strdup(word + name + 1);
    g_array_append_val(rule->argument, a);
    return true;
}

static bool read_unit(const Reader *r, MapRule *rule, const char *unit)
{
    static const struct {
        const char *name;
        gint64 scale;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "iso", 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!strcmp(unit, units[i].name)) {
            rule->scale = units[i].scale;
            return true;
        }
    }
    return fail(r, "expected a unit of time ms, s or iso, got '%.60s'", unit);
}

static bool read_rule(const Reader *r, MapRuleType type, char **word)
{
    MapRule *rule = rule_new(r->map, type, r->line);
    unsigned n = 0;
    while (word[n] && strcmp(word[n], "when"))
        n++;
    if (word[n] && !read_conditions(r, rule, word + n + 1))
        return false;
    bool bare = type == MAP_SKIP || type == MAP_UNTRUSTED;
    if (bare ? n > 0 : n < 1)
        return fail(r, bare ? "expected 'when' or the end of the line, got '%.60s'" : "expected a name, got %.60s",
                    bare ? word[0] : "nothing");
    rule->text = bare ? NULL : g_strdup(word[0]);
    for (unsigned i = 1; i < n; i++) {
        bool ok = type == MAP_IN || type == MAP_OUT ? read_argument(r, rule, word[i])
                : type == MAP_TIME && i == 1 ? read_unit(r, rule, word[i])
                : type == MAP_UNUSED || fail(r, "expected 'when' or the end of the line, got '%.60s'", word[i]);
        if (!ok)
            return false;
        if (type == MAP_UNUSED)
            rule_new(r->map, type, r->line)->text = g_strdup(word[i]);
    }
    return true;
}

/* ---- the other statements ---- */

static bool read_format(const Reader *r, const char *name)
{
    for (unsigned i = 0; format_name[i]; i++) {
        if (!strcmp(name, format_name[i])) {
            r->map->format = (MapFormat)i;
            return true;
        }
    }
    return fail(r, "expected format json, csv or text, got '%.60s'", name);
}

static bool read_pattern(const Reader *r, const char *pattern)
{
    g_autoptr(GError) error = NULL;
    GRegex *regex = g_regex_new(pattern, G_REGEX_ANCHORED | G_REGEX_DOLLAR_ENDONLY, 0, &error);
    if (!regex)
        return fail(r, "expected a regular expression, got one that is none: %s", error->message);
    g_ptr_array_add(r->map->pattern, regex);
    return true;
}

static bool read_other(const Reader *r, const char *name, char **word)
{
    if (!word[0])
        return fail(r, "expected something behind '%s', got the end of the line", name);
    if (!strcmp(name, "modules") || !strcmp(name, "option")) {
        bool modules = *name == 'm';
        for (unsigned i = 0; modules && word[i]; i++)
            g_ptr_array_add(r->map->module, g_strdup(word[i]));
        if (!modules && word[1] && word[2])
            uc_options_add_list(r->map->options->options, word[0], (const char *const *)word + 1);
        else if (!modules)
            uc_options_add(r->map->options->options, word[0], word[1] ? word[1] : "");
        return modules || word[1] || fail(r, "expected a value of the option '%.60s', got the end of the line", word[0]);
    }
    if (word[1])
        return fail(r, "expected one word behind '%s', got '%.60s' too", name, word[1]);
    if (!strcmp(name, "format"))
        return read_format(r, word[0]);
    if (!strcmp(name, "line"))
        return read_pattern(r, word[0]);
    g_free(r->map->functionality);
    r->map->functionality = g_strdup(word[0]);
    return true;
}

static bool read_statement(const Reader *r, char **word)
{
    for (unsigned i = 0; statement[i]; i++) {
        if (!strcmp(word[0], statement[i]))
            return i < MAP_RULES ? read_rule(r, (MapRuleType)i, word + 1) : read_other(r, statement[i], word + 1);
    }
    g_autofree char *near = uc_did_you_mean(uc_nearest(word[0], statement));
    return fail(r, "expected a statement of a map, got '%.60s'%s", word[0], near);
}

static bool read_line(const Reader *r, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) word = NULL;
    if (!g_utf8_validate(line, -1, NULL))
        return fail(r, "expected text in UTF-8, got other bytes");
    if (!g_shell_parse_argv(line, NULL, &word, &error))
        return g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING) ||
               fail(r, "expected words, got %s", error->message);
    return read_statement(r, word);
}

static void know_rule(EnvLogMap *map, const MapRule *rule)
{
    static const bool of_field[MAP_RULES] = { [MAP_HEADER] = true, [MAP_MODULE] = true, [MAP_TIME] = true, [MAP_JOIN] = true,
                                              [MAP_INPUT] = true, [MAP_OUTPUT] = true, [MAP_UNUSED] = true };
    if (of_field[rule->type])
        know(map, rule->text, rule->line);
    for (guint i = 0; i < rule->when->len; i++)
        know(map, g_array_index(rule->when, MapCondition, i).field, rule->line);
    for (guint i = 0; i < rule->argument->len; i++) {
        if (g_array_index(rule->argument, MapArgument, i).field)
            know(map, g_array_index(rule->argument, MapArgument, i).field, rule->line);
    }
}

static bool check(const Reader *r)
{
    unsigned seen = 0;
    for (guint i = 0; i < r->map->rule->len; i++) {
        seen |= 1u << ((const MapRule *)r->map->rule->pdata[i])->type;
        know_rule(r->map, r->map->rule->pdata[i]);
    }
    if (!(seen >> MAP_MODULE & 1))
        return fail(r, "expected a line 'module FIELD', got none");
    if (!(seen >> MAP_INPUT & 15))
        return fail(r, "expected a line 'in', 'out', 'input' or 'output', got none: such a log has no events");
    if (r->map->format == MAP_TEXT && !r->map->pattern->len)
        return fail(r, "expected a line 'line REGEX' with format text, got none");
    return true;
}

EnvLogMap *env_log_map_read(const char *text, size_t length, const char *file, GError **error)
{
    g_assert(text && file);
    g_autoptr(EnvLogMap) map = g_new0(EnvLogMap, 1);
    map->file = g_strdup(file);
    map->pattern = g_ptr_array_new_with_free_func((GDestroyNotify)g_regex_unref);
    map->rule = g_ptr_array_new_with_free_func(rule_free);
    map->module = g_ptr_array_new_with_free_func(g_free);
    map->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    map->named = g_array_new(FALSE, FALSE, sizeof(MapNamed));
    map->options = uc_schedule_new(file);
    Reader r = { map, 0, error };
    if (memchr(text, 0, length)) {
        r.line = 1;
        fail(&r, "expected a map, got a zero byte");
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool begun = false;
    for (char **line = lines; *line; line++) {
        r.line++;
        g_strstrip(*line);
        if (!**line || **line == '#')
            continue;
        if (!begun && strcmp(*line, "ucsim-map 1")) {
            fail(&r, "expected the first line of a map, 'ucsim-map 1', got '%.60s'", *line);
            return NULL;
        }
        if (begun && !read_line(&r, *line))
            return NULL;
        begun = true;
    }
    r.line = MAX(r.line, 1);
    return check(&r) ? g_steal_pointer(&map) : NULL;
}

void env_log_map_free(EnvLogMap *map)
{
    if (!map)
        return;
    g_free(map->file);
    g_free(map->functionality);
    g_ptr_array_unref(map->pattern);
    g_ptr_array_unref(map->rule);
    g_ptr_array_unref(map->module);
    g_hash_table_unref(map->known);
    g_array_unref(map->named);
    uc_schedule_free(map->options);
    g_free(map);
}

/* ---- the maps that are built in ---- */

static const char words[] =
    "ucsim-map 1\n"
    "header ucsim-log\n"
    "module module\n"
    "time time ms\n"
    "input in\n"
    "output out\n";

/* A party's activations in the real world. */
static const char traces[] =
    "ucsim-map 1\n"
    "header ucsim-trace\n"
    "skip when has move\n"
    "skip when has verdict\n"
    "skip when world is ideal\n"
    "skip when machine is Z A S F\n"
    "module machine\n"
    "time n ms\n"
    "untrusted when in.kind is corrupt\n"
    "input in when channel is z2p\n"
    "output out when to is Z\n"
    "skip when result is send pass fail\n"
    "unused from peer peer-out reason marks effect\n";

EnvLogMap *map_builtin(bool of_traces)
{
    const char *text = of_traces ? traces : words;
    EnvLogMap *map = env_log_map_read(text, strlen(text), "builtin", NULL);
    g_assert(map);
    return map;
}
