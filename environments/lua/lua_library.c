/* What scripts find as globals: the parts of Lua's own library that are repeatable and bounded, and replacements for
 * those that are not (docs/scenario-language.md, "What a script may use"). */
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environments/lua/lua_host.h"
#include "simulator/base/lines.h"

enum {
    TABLE_ITEMS = 1000000,
    PATTERN_STEPS = 20000000,
    PATTERN_SHORT = 16,  /* bytes */
    NESTED = 200,
    EMPTY_SHARE = 192,   /* bytes of empty places of a table that are passed over at the price of an instruction */
};

/* ---- printing: no addresses ---- */

const char *env_lua_text(lua_State *L, int index)
{
    int type = lua_type(L, index);
    bool plain = type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING;
    if (plain || luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_settop(L, plain ? lua_gettop(L) : lua_gettop(L) - 1);
        luaL_tolstring(L, index, NULL);
    } else {
        lua_pushstring(L, lua_typename(L, type));
    }
    return lua_tostring(L, -1);
}

static int to_string(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    env_lua_text(L, 1);
    return 1;
}

/* One call is one write: lines of two worlds that run side by side do not mix. What is printed costs as much as it has
 * bytes, so it ends. The world comes first: no line may look like a result (`prove --merge`). */
static int print(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    int n = lua_gettop(L);
    luaL_where(L, 1);
    lua_pushfstring(L, "%s: %s", lua->ctx ? env_world_name[lua->which] : "loading", lua_tostring(L, -1));
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (int i = 1; i <= n; i++) {
        if (i > 1)
            luaL_addchar(&text, ' ');
        env_lua_text(L, i);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    size_t length;
    const char *words = lua_tolstring(L, -1, &length);
    env_lua_charge(L, length + 1);
    GString *out = g_string_new(NULL); /* from here on nothing raises */
    uc_lines(out, lua_tostring(L, n + 2), words, length);
    fwrite(out->str, 1, out->len, stderr);
    g_string_free(out, TRUE);
    return 0;
}

/* For all texts among the arguments. */
static void charge_arguments(lua_State *L)
{
    for (int i = lua_gettop(L); i > 0; i--)
        env_lua_charge_bytes(L, lua_type(L, i) == LUA_TSTRING ? lua_rawlen(L, i) : 0);
}

static int format(lua_State *L)
{
    const char *f = luaL_checkstring(L, 1);
    charge_arguments(L);
    for (; *f; f++) {
        if (*f != '%')
            continue;
        f += strspn(f + 1, "-+ #0123456789.") + 1;
        if (*f == 'p')
            return luaL_error(L, "expected no '%%p' in a format, addresses differ between runs");
        if (!*f)
            break;
    }
    for (int i = 2; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TNUMBER || lua_type(L, i) == LUA_TSTRING)
            continue;
        env_lua_text(L, i);
        lua_replace(L, i);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    env_lua_charge(L, lua_rawlen(L, -1) / 4); /* numbers are slow to print */
    return 1;
}

/* ---- failures ---- */

/* A failed assertion is a value of its own, so that it is told apart from an error of the script. */
static int assert_true(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_toboolean(L, 1))
        return lua_gettop(L);
    const char *detail = lua_isstring(L, 2) ? lua_tostring(L, 2) : NULL;
    lua_createtable(L, 1, 0);
    luaL_where(L, 1);
    lua_pushfstring(L, "assertion failed%s%s", detail ? ": " : "", detail ? detail : "");
    lua_concat(L, 2);
    lua_rawseti(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &env_lua(L)->assertion);
    lua_setmetatable(L, -2);
    return lua_error(L);
}

/* After the called function: false and the reason, unless a limit is behind it. */
static int caught(lua_State *L, int status, lua_KContext context)
{
    EnvLua *lua = env_lua(L);
    lua->nested--;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L);
    if (status == LUA_ERRMEM && !lua->limit)
        lua->limit = lua->refused;
    if (lua->limit)
        return luaL_error(L, "limit: the script ran out of %s", lua->limit);
    env_lua_charge_depth(L);
    if (env_lua_is_assertion(L, lua_gettop(L)))
        lua_rawgeti(L, -1, 1);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int protected_call(lua_State *L)
{
    luaL_checkany(L, 1);
    if (env_lua(L)->nested == NESTED) /* a limit goes through each of them, and each looks at all calls that are open */
        return env_lua_out_of(L, "calls of pcall inside each other");
    env_lua(L)->nested++;
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return caught(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, caught), 0);
}

/* ---- tables: an order that does not depend on hashes ---- */

typedef struct {
    int rank; /* numbers, then strings, then false and true */
    bool integer;
    lua_Integer i;
    lua_Number n;
    const char *text;
    size_t length;
} Key;

static int compare_numbers(const Key *a, const Key *b)
{
    if (a->integer && b->integer)
        return (a->i > b->i) - (a->i < b->i);
    return (a->n > b->n) - (a->n < b->n);
}

static int compare_keys(const void *left, const void *right)
{
    const Key *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (a->rank == 0)
        return compare_numbers(a, b);
    int order = a->rank == 1 ? memcmp(a->text, b->text, MIN(a->length, b->length)) : 0;
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static Key read_key(lua_State *L, int index)
{
    Key key = { .rank = 2 };
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        key.rank = 0;
        key.integer = lua_isinteger(L, index);
        key.i = key.integer ? lua_tointeger(L, index) : 0;
        key.n = lua_tonumber(L, index);
        break;
    case LUA_TSTRING:
        key.rank = 1;
        key.text = lua_tolstring(L, index, &key.length);
        break;
    case LUA_TBOOLEAN:
        key.length = (size_t)lua_toboolean(L, index);
        break;
    default:
        luaL_error(L, "expected numbers, strings or booleans as keys of the table to go through, got a %s: its order "
                   "would differ between runs", luaL_typename(L, index));
    }
    return key;
}

static void push_key(lua_State *L, const Key *key)
{
    if (key->rank == 2)
        lua_pushboolean(L, key->length != 0);
    else if (key->rank == 1)
        lua_pushlstring(L, key->text, key->length);
    else if (key->integer)
        lua_pushinteger(L, key->i);
    else
        lua_pushnumber(L, key->n);
}

/* A table that was emptied has as many places as before, and keeps no count of them. */
static void charge_places(lua_State *L)
{
    const EnvLua *lua = env_lua(L);
    env_lua_charge(L, lua->largest / EMPTY_SHARE);
}

/* The keys of table 1 in order, in memory that Lua owns and leaves on the stack. */
static Key *sorted_keys(lua_State *L, size_t *count)
{
    size_t n = 0;
    charge_places(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1), n++)
        env_lua_charge(L, 2 * env_lua_look_up(env_lua(L))); /* both times */
    Key *key = lua_newuserdatauv(L, (n + 1) * sizeof *key, 0);
    *count = n;
    n = 0;
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        key[n] = read_key(L, -2);
        env_lua_charge_bytes(L, key[n++].length);
    }
    qsort(key, n, sizeof *key, compare_keys);
    return key;
}

static int next_pair(lua_State *L) /* upvalues: keys, position */
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
    while (true) {
        lua_rawgeti(L, lua_upvalueindex(1), ++at);
        env_lua_charge(L, env_lua_look_up(env_lua(L)));
        if (lua_isnil(L, -1))
            return 1;
        lua_pushvalue(L, -1);
        lua_rawget(L, 1);
        if (!lua_isnil(L, -1))
            break;
        lua_pop(L, 2); /* removed on the way */
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

static int pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    size_t n;
    Key *key = sorted_keys(L, &n);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        push_key(L, &key[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int next_key(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    bool first = lua_isnil(L, 2);
    Key from = { 0 }, best = { 0 };
    bool found = false;
    charge_places(L);
    if (!first)
        from = read_key(L, 2);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        Key key = read_key(L, -2);
        env_lua_charge(L, env_lua_look_up(env_lua(L)));
        env_lua_charge_bytes(L, key.length);
        if ((first || compare_keys(&key, &from) > 0) && (!found || compare_keys(&key, &best) < 0)) {
            best = key;
            found = true;
        }
    }
    if (!found)
        return 0;
    push_key(L, &best);
    lua_pushvalue(L, -1);
    lua_rawget(L, 1);
    return 2;
}

static bool precedes(lua_State *L, int a, int b)
{
    if (lua_isnil(L, 2)) {
        env_lua_charge_bytes(L, lua_type(L, a) == LUA_TSTRING ? lua_rawlen(L, a) : 0);
        return lua_compare(L, a, b, LUA_OPLT);
    }
    a = lua_absindex(L, a);
    b = lua_absindex(L, b);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a);
    lua_pushvalue(L, b);
    lua_call(L, 2, 1);
    bool yes = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return yes;
}

/* Merges [low,middle) and [middle,high) of table `from` into table `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high)
{
    lua_Integer a = low, b = middle;
    for (lua_Integer out = low; out < high; out++) {
        bool right = a >= middle;
        if (!right && b < high) {
            lua_rawgeti(L, from, b);
            lua_rawgeti(L, from, a);
            right = precedes(L, -2, -1);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, right ? b++ : a++);
        lua_rawseti(L, to, out);
    }
}

static lua_Integer checked_length(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    if (n > TABLE_ITEMS)
        luaL_error(L, "expected a table of at most %d items, got %I", TABLE_ITEMS, n);
    env_lua_charge(L, (uint64_t)n * env_lua_look_up(env_lua(L)) / 4);
    return n;
}

/* A stable merge sort: Lua's own picks its pivot by the clock. */
static int sort(lua_State *L)
{
    lua_Integer n = checked_length(L, 1);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_createtable(L, (int)n, 0);
    int from = 1, to = 3;
    for (lua_Integer width = 1; width < n; width *= 2) {
        env_lua_charge(L, (uint64_t)n * env_lua_look_up(env_lua(L)));
        for (lua_Integer low = 1; low <= n; low += 2 * width)
            merge(L, from, to, low, MIN(low + width, n + 1), MIN(low + 2 * width, n + 1));
        from = to;
        to = 4 - from;
    }
    for (lua_Integer i = 1; i <= n && from != 1; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, 1, i);
    }
    return 0;
}

/* Lua's own function (upvalue 1) on a table of bounded length. */
static int table_function(lua_State *L)
{
    int arguments = lua_gettop(L);
    checked_length(L, 1);
    if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL)
        return luaL_error(L, "expected a table without '__len'");
    int first = (int)lua_tointeger(L, lua_upvalueindex(2)); /* arguments that are a range, 0: none */
    if (first) {
        lua_Integer from = luaL_optinteger(L, first, 1), to = luaL_optinteger(L, first + 1, (lua_Integer)lua_rawlen(L, 1));
        if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from > TABLE_ITEMS)
            return luaL_error(L, "expected a range of at most %d items", TABLE_ITEMS);
        env_lua_charge(L, to >= from ? (uint64_t)(to - from) * env_lua_look_up(env_lua(L)) / 4 : 0);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, LUA_MULTRET);
    return lua_gettop(L);
}

/* ---- strings ---- */

static int repeat(lua_State *L)
{
    size_t length, between;
    luaL_checklstring(L, 1, &length);
    lua_Integer n = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    if (n > 0 && (n > ENV_LUA_BLOCK || (uint64_t)n * (length + between) > ENV_LUA_BLOCK))
        return env_lua_out_of(L, "memory");
    env_lua_charge(L, n > 0 ? (uint64_t)n / 4 : 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* How often a pattern item may be tried again: one factor of the subject's length for each of these. */
static unsigned pattern_loops(const char *p, const char *end)
{
    unsigned loops = 0;
    for (; p < end; p++) {
        if (*p == '%' && ++p < end) {
            loops += *p == 'b' || g_ascii_isdigit(*p);
        } else if (*p == '[') {
            p += p + 1 < end && p[1] == '^';
            for (p += 2; p < end && *p != ']'; p++)
                p += *p == '%';
        } else {
            loops += p < end && strchr("*+-?", *p) && *p;
        }
    }
    return loops;
}

/* The worst case of Lua's matcher, which runs uncounted: it can try |subject|^loops ways at each place, and on each way
 * compare what the pattern has beside the loops. Refused when that is too much; charged otherwise. */
static uint64_t pattern_cost(lua_State *L, bool plain)
{
    size_t subject, length;
    luaL_checklstring(L, 1, &subject);
    const char *pattern = luaL_checklstring(L, 2, &length);
    unsigned loops = plain ? 0 : pattern_loops(pattern, pattern + length);
    double steps = (double)(subject + 1) * (plain ? (double)MIN(length, subject) + 1
                                                  : pow((double)subject + 1, loops) * (1 + (double)length / PATTERN_SHORT));
    if (steps > PATTERN_STEPS)
        luaL_error(L, "expected a pattern that needs at most %d steps, got one with %d repetitions and %d bytes on %d bytes",
                   PATTERN_STEPS, (int)loops, (int)length, (int)subject);
    return (uint64_t)(steps / 4);
}

/* Lua's own function (upvalue 1). What stands in for a match may be looked up or called. */
static int match(lua_State *L)
{
    bool plain = lua_toboolean(L, lua_upvalueindex(2)) && lua_toboolean(L, 4);
    uint64_t each = lua_istable(L, 3) || lua_isfunction(L, 3) ? 4 * env_lua_look_up(env_lua(L)) : 1;
    env_lua_charge(L, pattern_cost(L, plain) * each);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Steps that find something go forward, together once through the subject; one that finds nothing can be taken again. */
static int next_match(lua_State *L) /* upvalues: Lua's iterator, cost of the whole subject */
{
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_call(L, 0, LUA_MULTRET);
    if (!lua_gettop(L) || lua_isnil(L, 1))
        env_lua_charge(L, (uint64_t)lua_tointeger(L, lua_upvalueindex(2)));
    return lua_gettop(L);
}

static int every_match(lua_State *L)
{
    uint64_t cost = pattern_cost(L, false);
    env_lua_charge(L, cost);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    lua_pushinteger(L, (lua_Integer)cost);
    lua_pushcclosure(L, next_match, 2);
    return 1;
}

/* Lua's own function (upvalue 1), which reads its texts and whose results go on the stack: both are charged. */
static int reading(lua_State *L)
{
    if (lua_toboolean(L, lua_upvalueindex(2))) /* else a part of it: what is read is what it gives */
        charge_arguments(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    env_lua_charge(L, (uint64_t)lua_gettop(L) / 4);
    return lua_gettop(L);
}

static int hex(lua_State *L)
{
    size_t length;
    const uint8_t *bytes = (const uint8_t *)luaL_checklstring(L, 1, &length);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0; i < length; i++) {
        luaL_addchar(&out, "0123456789abcdef"[bytes[i] >> 4]);
        luaL_addchar(&out, "0123456789abcdef"[bytes[i] & 15]);
    }
    luaL_pushresult(&out);
    return 1;
}

static int unhex(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    for (size_t i = 0; i < length; i += 2) {
        int high = g_ascii_xdigit_value(text[i]), low = i + 1 < length ? g_ascii_xdigit_value(text[i + 1]) : -1;
        if (high < 0 || low < 0)
            return luaL_error(L, "expected an even number of hex digits, got '%s'", text);
        luaL_addchar(&out, (char)(high << 4 | low));
    }
    luaL_pushresult(&out);
    return 1;
}

/* ---- random numbers, from the machine's tape ---- */

static uint64_t draw(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    if (!lua->ctx)
        luaL_error(L, "expected math.random inside 'environment' or 'adversary' only");
    uint8_t bytes[8];
    uc_draw(lua->ctx, "script", bytes, sizeof bytes);
    return uc_read_u64(bytes);
}

static int random_number(lua_State *L)
{
    if (lua_isnone(L, 1)) {
        lua_pushnumber(L, (lua_Number)(draw(L) >> 11) * 0x1p-53);
        return 1;
    }
    lua_Integer low = lua_isnone(L, 2) ? 1 : luaL_checkinteger(L, 1);
    lua_Integer high = luaL_checkinteger(L, lua_isnone(L, 2) ? 1 : 2);
    if (low > high)
        return luaL_error(L, "expected a range with something in it, got %I to %I", low, high);
    uint64_t span = (uint64_t)high - (uint64_t)low + 1; /* 0: all of them */
    uint64_t word = draw(L), limit = span ? UINT64_MAX - UINT64_MAX % span : 0;
    while (span && word >= limit)
        word = draw(L);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + (span ? word % span : word)));
    return 1;
}

/* ---- putting it together ---- */

static int no_such_global(lua_State *L)
{
    static const char *const withheld[] = { "io", "os", "debug", "package", "require", "load", "loadstring", "dofile",
                                            "loadfile", "collectgarbage", "coroutine", "xpcall", "_G" };
    const char *name = env_lua_text(L, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(withheld); i++) {
        if (!strcmp(name, withheld[i]))
            return luaL_error(L, "'%s' is not available to scripts", name);
    }
    return luaL_error(L, "undefined global '%s'", name);
}

static int no_new_global(lua_State *L)
{
    return luaL_error(L, "assignment to undefined global '%s'; did you mean 'local %s'?", env_lua_text(L, 2),
                      env_lua_text(L, 2));
}

static const char *const base_kept[] = { "error", "ipairs", "select", "tonumber", "type", "rawequal", "rawget",
                                         "rawlen", "rawset", "getmetatable", NULL };
static const char *const string_kept[] = { "byte", "char", "len", "lower", "reverse", "sub", "upper", "pack",
                                           "packsize", "unpack", "format", "rep", "find", "match", "gmatch", "gsub",
                                           NULL };
static const char *const table_kept[] = { "concat", "insert", "move", "pack", "remove", "unpack", NULL };
static const char *const math_kept[] = { "abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min",
                                         "mininteger", "modf", "pi", "sqrt", "tointeger", "type", "ult", NULL };
/* These go through the whole of a text, or through many. */
static const char *const string_read[] = { "char", "pack", "packsize", "unpack", NULL };
static const char *const utf8_read[] = { "char", "len", "offset", NULL };
static const char *const math_read[] = { "max", "min", NULL };
static const char *const base_read[] = { "tonumber", "rawequal", NULL };
static const char *const utf8_kept[] = { "char", "charpattern", "codepoint", "codes", "len", "offset", NULL };

static const luaL_Reg base_own[] = {
    { "assert", assert_true }, { "next", next_key },  { "pairs", pairs }, { "pcall", protected_call },
    { "print", print },        { "setmetatable", env_lua_set_metatable }, { "tostring", to_string }, { "hex", hex },
    { "unhex", unhex },        { NULL, NULL },
};

/* Keeps only these fields of the table on top. */
static void keep(lua_State *L, const char *const *name)
{
    lua_newtable(L);
    for (; *name; name++) {
        lua_getfield(L, -2, *name);
        lua_setfield(L, -2, *name);
    }
    for (lua_pushnil(L); lua_next(L, -3); ) { /* the library's table itself: it is the strings' metatable too */
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushvalue(L, -1);
        lua_rawget(L, -4);
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
}

/* Puts `function` before the library's own of this name; that and `mode` become its upvalues. */
static void wrap(lua_State *L, const char *name, lua_CFunction function, lua_Integer mode)
{
    lua_getfield(L, -1, name);
    if (mode)
        lua_pushinteger(L, mode);
    else
        lua_pushboolean(L, 0);
    lua_pushcclosure(L, function, 2);
    lua_setfield(L, -2, name);
}

static void wrap_each(lua_State *L, const char *const *name, lua_CFunction function, lua_Integer mode)
{
    for (; *name; name++)
        wrap(L, *name, function, mode);
}

static void add_library(lua_State *L, int globals, const char *name, lua_CFunction open, const char *const *kept)
{
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
    keep(L, kept);
    lua_pushvalue(L, -1);
    lua_setfield(L, globals, name);
}

static void add_base(lua_State *L, int globals)
{
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 1);
    keep(L, base_kept);
    for (const char *const *name = base_kept; *name; name++) {
        lua_getfield(L, -1, *name);
        lua_setfield(L, globals, *name);
    }
    lua_getfield(L, globals, "error");
    env_lua(L)->raise = lua_tocfunction(L, -1);
    lua_pop(L, 2);
    lua_pushvalue(L, globals);
    luaL_setfuncs(L, base_own, 0);
    wrap_each(L, base_read, reading, 1);
    lua_pop(L, 1);
}

static void add_tables(lua_State *L, int globals)
{
    add_library(L, globals, "table", luaopen_table, table_kept);
    wrap(L, "insert", table_function, 0);
    wrap(L, "remove", table_function, 0);
    wrap(L, "move", table_function, 2);
    wrap(L, "concat", table_function, 3);
    wrap(L, "unpack", table_function, 2);
    lua_pushcfunction(L, sort);
    lua_setfield(L, -2, "sort");
    lua_pop(L, 1);
}

static void add_strings(lua_State *L, int globals)
{
    add_library(L, globals, "string", luaopen_string, string_kept);
    wrap(L, "format", format, 0);
    wrap(L, "rep", repeat, 0);
    wrap(L, "find", match, 1);
    wrap(L, "match", match, 0);
    wrap(L, "gmatch", every_match, 0);
    wrap(L, "gsub", match, 0);
    wrap(L, "byte", reading, 0);
    wrap_each(L, string_read, reading, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1); /* of all strings: not for scripts to write into */
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 3);
}

static void guard_globals(lua_State *L, int globals)
{
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, no_such_global);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, no_new_global);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, globals);
}

void env_lua_library(lua_State *L)
{
    int globals = lua_gettop(L);
    luaL_checkstack(L, 16, NULL);
    add_base(L, globals);
    add_tables(L, globals);
    add_strings(L, globals);
    add_library(L, globals, "math", luaopen_math, math_kept);
    wrap_each(L, math_read, reading, 1);
    lua_pushcfunction(L, random_number);
    lua_setfield(L, -2, "random");
    lua_pop(L, 1);
    add_library(L, globals, "utf8", luaopen_utf8, utf8_kept);
    wrap(L, "codepoint", reading, 0);
    wrap_each(L, utf8_read, reading, 1);
    lua_pop(L, 1);
    lua_createtable(L, 0, 1); /* the metatable of failed assertions */
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &env_lua(L)->assertion);
    guard_globals(L, globals);
}
