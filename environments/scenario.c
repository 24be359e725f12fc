#include "environments/scenario.h"

#include <lauxlib.h>
#include <string.h>

#include "environments/alphabet.h"
#include "environments/lua_scenario.h"
#include "environments/options.h"
#include "simulator/file.h"

enum { INSTANCES = 10000, KNOWN_MAX = 63, FIELD_MAX = 64 };

/* What the fields of the table are read into; one per load of an instance. */
typedef struct {
    EnvLuaLoad load;
    EnvScenario *s;
    GArray *rows;     /* EnvOptionPlace: of the scenario's protocol */
    GPtrArray *known; /* names of fields */
    char **bounds;    /* names in the table `explore` */
} Loader;

static Loader *loader(lua_State *L)
{
    return env_lua(L)->data;
}

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

static const char *find_field(const char *text, int from_line, const char *name)
{
    const char *start = text;
    for (int i = 1; i < from_line && start; i++) {
        start = strchr(start, '\n');
        start += start != NULL;
    }
    size_t length = strlen(name);
    for (const char *at = start; at && length && (at = strstr(at, name)); at++) {
        if (is_field(text, at, length))
            return at;
    }
    return NULL;
}

static int field_line(const EnvScenario *s, const char *name)
{
    const char *at = find_field(s->text, s->line, name);
    int line = 1;
    for (const char *c = s->text; at && c < at; c++)
        line += *c == '\n';
    return at ? line : s->line;
}

/* Raises "file:line: FIELD: MESSAGE" for the message on top. */
static int bad(lua_State *L, const char *field)
{
    Loader *l = loader(L);
    lua_pushfstring(L, "%s:%d: %s: %s", env_lua(L)->chunk, field_line(l->s, field), field, lua_tostring(L, -1));
    return lua_error(L);
}

static int expected(lua_State *L, const char *field, const char *what, int index)
{
    lua_pushfstring(L, "expected %s, got %s", what, env_lua_shown(L, index));
    return bad(L, field);
}

/* ---- readers: the value is on top of the stack ---- */

static void replace(char **old, const char *fresh)
{
    g_free(*old);
    *old = g_strdup(fresh);
}

/* Freed with the scenario. */
static const char *keep(EnvScenario *s, char *text)
{
    g_ptr_array_add(s->kept, text);
    return text;
}

static const char *text_of(lua_State *L, const char *field)
{
    size_t length = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (!text || !length || strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL))
        expected(L, field, "a text", -1);
    return text;
}

static uint64_t number_of(lua_State *L, const char *field)
{
    int fits = 0;
    lua_Integer value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &fits) : 0;
    if (!fits || value < 0)
        expected(L, field, "an integer of at least 0", -1);
    return (uint64_t)value;
}

static bool truth_of(lua_State *L, const char *field)
{
    if (!lua_isboolean(L, -1))
        expected(L, field, "true or false", -1);
    return lua_toboolean(L, -1);
}

static unsigned choice_of(lua_State *L, const char *field, const char *const *names)
{
    const char *wanted = text_of(L, field);
    for (unsigned i = 0; names[i]; i++) {
        if (!strcmp(names[i], wanted))
            return i;
    }
    const char *near = env_lua_did_you_mean(L, wanted, names);
    lua_pushfstring(L, "expected %s, got '%s'%s", env_lua_list(L, names), wanted, near);
    return (unsigned)bad(L, field);
}

/* One line: it stands in terminals, tables and pictures. */
static void read_title(lua_State *L, EnvScenario *s)
{
    const char *title = text_of(L, "title");
    for (const char *c = title; *c; c++) {
        if (g_ascii_iscntrl(*c)) {
            lua_pushfstring(L, "expected one line of text, got one with the control character 0x%s%c",
                            (uint8_t)*c < 16 ? "0" : (uint8_t)*c == 127 ? "7" : "1", "0123456789abcdef"[*c & 15]);
            bad(L, "title");
        }
    }
    replace(&s->title, title);
}
static void read_source(lua_State *L, EnvScenario *s) { replace(&s->source, text_of(L, "source")); }
static void read_seed(lua_State *L, EnvScenario *s) { env_seed(number_of(L, "seed"), s->options.seed); }
static void read_rule(lua_State *L, EnvScenario *s) { replace(&s->expect_rule, text_of(L, "expect_rule")); }

/* The name on top, refused with this text, which is freed. */
static void check_use(lua_State *L, const char *field, char *refused)
{
    if (!refused)
        return;
    lua_pushstring(L, refused);
    g_free(refused);
    bad(L, field);
}

static void read_protocol(lua_State *L, EnvScenario *s)
{
    check_use(L, "protocol", env_options_use(&s->options, text_of(L, "protocol")));
}

static void read_simulator(lua_State *L, EnvScenario *s)
{
    check_use(L, "simulator", env_options_use_simulator(&s->options, text_of(L, "simulator")));
}

/* What the proof allows `ucsim advantage` to measure. */
static void read_advantage_bound(lua_State *L, EnvScenario *s)
{
    lua_Number value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    if (!(value >= 0 && value <= 1))
        expected(L, "advantage_bound", "a number from 0 to 1", -1);
    s->has_advantage_bound = true;
    s->advantage_bound = value;
}

/* "invariant broken: I1" is short for expect and expect_rule. */
static void read_expect(lua_State *L, EnvScenario *s)
{
    const char *text = text_of(L, "expect"), *colon = strstr(text, ": ");
    if (colon) {
        replace(&s->expect_rule, colon + 2);
        lua_pushlstring(L, text, (size_t)(colon - text));
    }
    s->expect = (UcVerdict)choice_of(L, "expect", uc_verdict_name);
}

static void read_parties(lua_State *L, EnvScenario *s)
{
    size_t n = lua_type(L, -1) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    if (n < 1 || n > ENV_PARTIES)
        expected(L, "parties", "a list of 1 to 1000 names", -1);
    char **name = g_new0(char *, n + 1);
    g_ptr_array_add(s->list, name);
    s->options.party = (const char *const *)name;
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        const char *text = text_of(L, "parties");
        if (!env_party_name_ok(text) || g_strv_contains((const char *const *)name, text))
            expected(L, "parties", ENV_PARTY_NAMES, -1);
        name[i] = g_strdup(text);
        lua_pop(L, 1);
    }
}

/* The names of the fields of the table on top, sorted: a Lua-owned row of strings that the table keeps alive. Pushes
 * the row. */
static const char **field_names(lua_State *L, const char *field)
{
    size_t n = 0;
    if (lua_type(L, -1) != LUA_TTABLE)
        expected(L, field, "a table", -1);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            lua_pushfstring(L, "expected fields with names, got a %s", luaL_typename(L, -2));
            bad(L, field);
        }
        n++;
    }
    const char **name = lua_newuserdatauv(L, (n + 1) * sizeof *name, 0);
    n = 0;
    for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) {
        size_t at = n++;
        for (; at && strcmp(name[at - 1], lua_tostring(L, -2)) > 0; at--)
            name[at] = name[at - 1];
        name[at] = lua_tostring(L, -2);
    }
    name[n] = NULL;
    return name;
}

static int unknown_field(lua_State *L, const char *name, const char *const *known)
{
    const char *near = env_lua_did_you_mean(L, name, known);
    Loader *l = loader(L);
    lua_pushfstring(L, "%s:%d: unknown field '%s'%s", env_lua(L)->chunk, field_line(l->s, name), name, near);
    return lua_error(L);
}

/* ---- options that a table describes (simulator/option.h) ---- */

/* The members of one group; every party is in one. */
static void put_members(lua_State *L, EnvScenario *s, const char *field, const char *name, char **of)
{
    size_t n = lua_type(L, -1) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    if (!n)
        expected(L, name, "a list of parties", -1);
    for (size_t i = 1; i <= n; i++) {
        unsigned p = 0;
        lua_rawgeti(L, -1, (lua_Integer)i);
        const char *party = text_of(L, name);
        while (s->options.party[p] && strcmp(s->options.party[p], party))
            p++;
        if (!s->options.party[p] || *of[p])
            expected(L, field, "every party in one of them", -1);
        g_free(of[p]);
        of[p] = g_strdup(name);
        lua_pop(L, 1);
    }
}

static const char *const *read_groups(lua_State *L, EnvScenario *s, const char *field)
{
    unsigned parties = g_strv_length((char **)s->options.party);
    if (lua_type(L, -1) != LUA_TTABLE)
        expected(L, field, "a table of lists of parties", -1);
    char **of = g_new0(char *, parties + 1);
    g_ptr_array_add(s->list, of); /* an error frees what is there */
    for (unsigned p = 0; p < parties; p++)
        of[p] = g_strdup("");
    for (const char **name = field_names(L, field); *name; name++) {
        lua_getfield(L, -2, *name);
        put_members(L, s, field, *name, of);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (g_strv_contains((const char *const *)of, ""))
        expected(L, field, "every party in one of them", -1);
    return (const char *const *)of;
}

/* The value on top of the stack, of a number, a name or a text. */
static void read_option(lua_State *L, EnvScenario *s, const EnvOptionPlace *p, const char *field)
{
    void *at = (char *)p->values + p->row->offset;
    switch (p->row->type) {
    case UC_OPTION_NUMBER: uc_option_set_number(p->row, p->values, number_of(L, field)); break;
    case UC_OPTION_CHOICE:
    case UC_OPTION_NAMED: uc_option_set_number(p->row, p->values, choice_of(L, field, p->row->names)); break;
    case UC_OPTION_FLAG: uc_option_set_number(p->row, p->values, truth_of(L, field)); break;
    case UC_OPTION_PICK: g_assert_not_reached(); /* not in scripts */
    case UC_OPTION_TEXT: *(const char **)at = keep(s, g_strdup(text_of(L, field))); break;
    case UC_OPTION_GROUPS: *(const char *const **)at = read_groups(L, s, field); break;
    }
}

/* "limits.keys": the length of what stands before the dot; 0: there is none. */
static size_t table_of(const UcOptionRow *row)
{
    const char *dot = row->script ? strchr(row->script, '.') : NULL;
    return dot ? (size_t)(dot - row->script) : 0;
}

static bool is_in_table(const UcOptionRow *row, const char *name)
{
    size_t length = table_of(row);
    return length && strlen(name) == length && !strncmp(row->script, name, length);
}

/* The table on top, whose fields are rows. */
static void read_option_table(lua_State *L, EnvScenario *s, const GArray *rows, const char *table)
{
    const char *known[KNOWN_MAX + 1] = { NULL };
    guint n = 0;
    for (guint i = 0; i < rows->len; i++) {
        const EnvOptionPlace *p = &g_array_index(rows, EnvOptionPlace, i);
        if (is_in_table(p->row, table) && n < KNOWN_MAX)
            known[n++] = p->row->script + table_of(p->row) + 1;
    }
    for (const char **name = field_names(L, table); *name; name++) {
        if (!g_strv_contains(known, *name))
            unknown_field(L, *name, known);
    }
    lua_pop(L, 1);
    for (guint i = 0; i < rows->len; i++) {
        const EnvOptionPlace *p = &g_array_index(rows, EnvOptionPlace, i);
        if (!is_in_table(p->row, table))
            continue;
        const char *name = p->row->script + table_of(p->row) + 1;
        if (lua_getfield(L, -1, name) != LUA_TNIL)
            read_option(L, s, p, name);
        lua_pop(L, 1);
    }
}

/* The scenario's table is on top. Rows of one table follow each other. */
static void read_options(lua_State *L, EnvScenario *s, const GArray *rows)
{
    char last[FIELD_MAX] = "";
    for (guint i = 0; i < rows->len; i++) {
        const EnvOptionPlace *p = &g_array_index(rows, EnvOptionPlace, i);
        char name[FIELD_MAX];
        if (!p->row->script)
            continue;
        g_strlcpy(name, p->row->script, table_of(p->row) ? table_of(p->row) + 1 : sizeof name);
        if (table_of(p->row) && !strcmp(name, last))
            continue;
        g_strlcpy(last, name, sizeof last);
        lua_pushstring(L, name);
        if (lua_rawget(L, -2) != LUA_TNIL && table_of(p->row))
            read_option_table(L, s, rows, name);
        else if (!lua_isnil(L, -1))
            read_option(L, s, p, name);
        lua_pop(L, 1);
    }
}

/* ---- explore ---- */

static const UcInterface *interface_of(const EnvScenario *s) { return s->options.triple->protocol->interface; }

static void read_domain(lua_State *L, EnvScenario *s, const char *name)
{
    EnvDomain d = { g_strdup(name), g_array_new(FALSE, FALSE, sizeof(int64_t)), g_ptr_array_new_with_free_func(g_free) };
    g_array_append_val(s->domain, d);
    size_t n = lua_rawlen(L, -1);
    bool numbers = env_alphabet_list(interface_of(s), name) == ENV_LIST_NUMBERS;
    const char *list = numbers ? "a list of integers" : "a list of texts";
    for (size_t i = 1; i <= n; i++) {
        int fits = 0;
        lua_rawgeti(L, -1, (lua_Integer)i);
        int64_t value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &fits) : 0;
        if (numbers ? !fits : lua_type(L, -1) != LUA_TSTRING)
            expected(L, name, list, -1);
        if (numbers)
            g_array_append_val(d.number, value);
        else
            g_ptr_array_add(d.text, g_strdup(text_of(L, name)));
        lua_pop(L, 1);
    }
    if (!n)
        expected(L, name, list, -1);
    unsigned most = numbers ? (unsigned)UC_NUMBERS_MAX : (unsigned)ENV_MESSAGES_MAX;
    if (n > most) {
        lua_pushfstring(L, "expected at most %d, got %I", (int)most, (LUAI_UACINT)n);
        bad(L, name);
    }
}

static void read_bound(lua_State *L, EnvScenario *s, const char *name)
{
    int low, high, fits = 0;
    bool known = env_alphabet_range(interface_of(s), name, &low, &high);
    g_assert(known);
    lua_Integer value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &fits) : 0;
    if (!fits || value < low || value > high)
        expected(L, name, lua_pushfstring(L, "an integer from %d to %d", low, high), -2);
    EnvBound b = { g_strdup(name), value };
    g_array_append_val(s->bound, b);
}

static void read_explore(lua_State *L, EnvScenario *s)
{
    Loader *l = loader(L);
    l->bounds = env_alphabet_script_names(interface_of(s));
    const char **name = field_names(L, "explore");
    for (; *name; name++) {
        if (!g_strv_contains((const char *const *)l->bounds, *name))
            unknown_field(L, *name, (const char *const *)l->bounds);
        lua_getfield(L, -2, *name);
        EnvListType list = env_alphabet_list(interface_of(s), *name);
        if (list == ENV_LIST_NUMBERS || (list == ENV_LIST_TEXTS && lua_type(L, -1) == LUA_TTABLE))
            read_domain(L, s, *name);
        else
            read_bound(L, s, *name);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* Bounds come in the order of the script; both kinds begin with their name. */
static gint by_place(gconstpointer a, gconstpointer b, gpointer data)
{
    const Loader *l = data;
    const char *left = find_field(l->s->text, l->s->line, *(char *const *)a);
    const char *right = find_field(l->s->text, l->s->line, *(char *const *)b);
    return (left > right) - (left < right);
}

/* ---- functions ---- */

static bool is_function(lua_State *L, const char *field)
{
    if (!lua_isfunction(L, -1))
        expected(L, field, "a function", -1);
    return true;
}

static void read_environment(lua_State *L, EnvScenario *s) { s->has_environment = is_function(L, "environment"); }
static void read_adversary(lua_State *L, EnvScenario *s) { s->has_adversary = is_function(L, "adversary"); }
static void read_prefix(lua_State *L, EnvScenario *s) { s->has_prefix = is_function(L, "prefix"); }
static void read_nothing(lua_State *L, EnvScenario *s) { }

/* ---- the table ---- */

static const struct {
    const char *name;
    void (*read)(lua_State *L, EnvScenario *s);
} fields[] = {
    { "title", read_title },       { "source", read_source },           { "parties", read_parties },
    { "protocol", read_protocol }, { "simulator", read_simulator },     { "seed", read_seed },
    { "expect", read_expect },     { "expect_rule", read_rule },        { "explore", read_explore },
    { "prefix", read_prefix },     { "environment", read_environment }, { "adversary", read_adversary },
    { "for_each", read_nothing },  { "advantage_bound", read_advantage_bound },
};

/* Names of fields, each once; of rows in a table, that of the table. Free with g_ptr_array_unref(). */
static GPtrArray *known_fields(const GArray *rows)
{
    GPtrArray *known = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        g_ptr_array_add(known, g_strdup(fields[i].name));
    for (guint i = 0; i < rows->len; i++) {
        const UcOptionRow *row = g_array_index(rows, EnvOptionPlace, i).row;
        if (row->script)
            g_ptr_array_add(known, g_strndup(row->script, table_of(row) ? table_of(row) : strlen(row->script)));
    }
    g_ptr_array_add(known, NULL);
    return known;
}

static void check_names(lua_State *L, const Loader *l)
{
    const char *const *known = (const char *const *)l->known->pdata;
    for (const char **name = field_names(L, "scenario"); *name; name++) {
        if (!g_strv_contains(known, *name))
            unknown_field(L, *name, known);
    }
    lua_pop(L, 1);
}

static void check_rule(lua_State *L, const EnvScenario *s)
{
    g_autofree char *why = s->expect_rule ? env_rule_wrong(interface_of(s), s->expect, s->expect_rule) : NULL;
    if (!why)
        return;
    lua_pushstring(L, why);
    g_clear_pointer(&why, g_free); /* an error of Lua jumps */
    bad(L, find_field(s->text, 1, "expect_rule") ? "expect_rule" : "expect");
}

static void check_whole(lua_State *L, Loader *l)
{
    EnvScenario *s = l->s;
    check_rule(L, s);
    const char *missing = !s->title ? "title" : !s->has_environment && !s->bound->len ? "environment" : NULL;
    if (missing)
        luaL_error(L, "%s:%d: expected a scenario with '%s'%s", env_lua(L)->chunk, l->s->line, missing,
                   s->title ? " (or bounds in 'explore')" : "");
}

static int read_instance(lua_State *L)
{
    Loader *l = loader(L);
    env_lua_load_file(L, &l->load);
    int table = lua_gettop(L);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        lua_pushstring(L, fields[i].name);
        if (lua_rawget(L, table) != LUA_TNIL)
            fields[i].read(L, l->s);
        lua_settop(L, table);
    }
    l->rows = env_options_rows(&l->s->options); /* the protocol is known */
    l->known = known_fields(l->rows);
    check_names(L, l);
    read_options(L, l->s, l->rows);
    g_array_sort_with_data(l->s->bound, by_place, l);
    g_array_sort_with_data(l->s->domain, by_place, l);
    check_whole(L, l);
    return 0;
}

/* ---- for_each ---- */

/* The values of one parameter are kept as parameters of the same name, one after the other. */
static void read_values(lua_State *L, GArray *values, const char *name)
{
    size_t n = lua_type(L, -1) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    if (!n || n > INSTANCES)
        expected(L, name, "a list of values", -1);
    for (size_t i = 1; i <= n; i++) {
        int fits = 0;
        lua_rawgeti(L, -1, (lua_Integer)i);
        EnvParam p = { .boolean = lua_isboolean(L, -1) };
        p.number = p.boolean ? lua_toboolean(L, -1) : lua_tointegerx(L, -1, &fits);
        if (lua_type(L, -1) == LUA_TSTRING)
            p.text = g_strdup(text_of(L, name));
        else if (!p.boolean && !fits)
            expected(L, name, "integers, texts, true or false", -1);
        p.name = g_strdup(name);
        g_array_append_val(values, p);
        lua_pop(L, 1);
    }
}

static void param_clear(gpointer data)
{
    EnvParam *p = data;
    g_free(p->name);
    g_free(p->text);
}

static int read_for_each(lua_State *L)
{
    Loader *l = loader(L);
    env_lua_load_file(L, &l->load);
    lua_pushliteral(L, "for_each");
    if (lua_rawget(L, -2) == LUA_TNIL)
        return 0;
    const char **name = field_names(L, "for_each");
    for (; *name; name++) {
        lua_getfield(L, -2, *name);
        read_values(L, l->s->param, *name);
        lua_pop(L, 1);
    }
    return 0;
}

/* ---- scenarios as C values ---- */

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
    g_free(l);
}

static GArray *cleared_array(guint size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, FALSE, size);
    g_array_set_clear_func(array, clear);
    return array;
}

static EnvScenario *scenario_new(const char *path, const char *text)
{
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

/* ---- loading ---- */

static bool load_with(lua_CFunction reader, Loader *l, GError **error)
{
    g_autoptr(EnvLua) lua = env_lua_new(env_scenario_file(l->s));
    lua->data = l;
    if (env_lua_protected(lua, reader))
        return true;
    g_set_error_literal(error, ENV_ERROR, lua->limit ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT, lua->message);
    return false;
}

EnvWorlds *env_scenario_worlds(const EnvScenario *s, GError **error)
{
    g_assert(s);
    GError *inner = NULL;
    EnvWorlds *worlds = env_worlds_new(&s->options, &inner);
    if (worlds)
        return worlds;
    g_autofree char *field = g_strndup(inner->message, strcspn(inner->message, ":"));
    g_propagate_prefixed_error(error, inner, "%s:%d: ", env_scenario_file(s), field_line(s, field));
    return NULL;
}

/* What is wrong with the options together, or with a name that only the lower floors know. */
static bool check_options(const Loader *l, GError **error)
{
    g_autoptr(EnvWorlds) worlds = env_scenario_worlds(l->s, error);
    return worlds != NULL;
}

static char *hash_of(const EnvScenario *s)
{
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

static char *instance_name(const EnvScenario *s)
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

/* The instance with this combination; takes the parameters. */
static EnvScenario *load_instance(const EnvScenario *draft, const char *folder, GArray *param, GError **error)
{
    g_autoptr(EnvScenario) s = scenario_new(draft->path, draft->text);
    g_array_unref(s->param);
    s->param = param;
    Loader l = { .load = { .scenario = s, .folder = folder }, .s = s };
    bool loaded = load_with(read_instance, &l, error);
    g_clear_pointer(&l.rows, g_array_unref);
    g_clear_pointer(&l.known, g_ptr_array_unref);
    g_strfreev(l.bounds);
    if (!loaded || !check_options(&l, error))
        return NULL;
    s->hash = hash_of(s);
    s->instance = instance_name(s);
    return g_steal_pointer(&s);
}

/* Combination `number`: the last parameter by name changes fastest. */
static GArray *combination(const GArray *values, uint64_t number)
{
    GArray *chosen = cleared_array(sizeof(EnvParam), param_clear);
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
    return chosen;
}

static uint64_t combinations(const GArray *values)
{
    const EnvParam *v = (const EnvParam *)(const void *)values->data;
    uint64_t product = 1;
    for (guint start = 0, end; start < values->len && product <= INSTANCES; start = end) {
        for (end = start; end < values->len && !strcmp(v[end].name, v[start].name); end++)
            ;
        product *= end - start;
    }
    return product;
}

static GPtrArray *load_all(const EnvScenario *draft, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)env_scenario_free);
    uint64_t n = combinations(draft->param);
    if (n > INSTANCES) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_SCRIPT, "%s:1: for_each: expected at most %d combinations",
                    env_scenario_file(draft), INSTANCES);
        return NULL;
    }
    for (uint64_t i = 0; i < n; i++) {
        EnvScenario *s = load_instance(draft, folder, combination(draft->param, i), error);
        if (!s)
            return NULL;
        g_ptr_array_add(all, s);
    }
    return g_steal_pointer(&all);
}

static char *read_text(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) unread = NULL;
    size_t length;
    if (uc_file_text(path, ENV_SCRIPT_BYTES, &text, &length, &unread) && strlen(text) == length)
        return g_steal_pointer(&text);
    if (unread)
        g_set_error_literal(error, ENV_ERROR, ENV_ERROR_FILE, unread->message);
    else
        g_set_error(error, ENV_ERROR, ENV_ERROR_FILE, "%s: expected a text, got a file with a NUL byte in it", path);
    return NULL;
}

static GPtrArray *load_text(const char *path, const char *text, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(EnvScenario) draft = scenario_new(path, text);
    Loader l = { .load = { .scenario = draft, .folder = folder, .no_values = strstr(text, "for_each") != NULL },
                 .s = draft };
    if (l.load.no_values && !load_with(read_for_each, &l, error))
        return NULL;
    return load_all(draft, folder, error);
}

GPtrArray *env_scenario_load(const char *path, GError **error)
{
    g_assert(path);
    g_autofree char *text = read_text(path, error);
    GError *wrong = NULL;
    GPtrArray *all = text ? load_text(path, text, &wrong) : NULL;
    if (wrong) {
        uc_file_name_whole(wrong, path);
        g_propagate_error(error, wrong);
    }
    return all;
}
