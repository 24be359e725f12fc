/* setmetatable() of scripts. Lua follows '__index' and '__newindex' from table to table and '__call' from value to value
 * within one instruction, which no count shows; and scripts can write into a metatable at any time. So a table gets a
 * copy of its metatable, which no script can reach: what is looked at here once stays as it was. */
#include <lauxlib.h>
#include <string.h>

#include "environments/lua/lua_host.h"

static const char *const event[] = { "__index", "__newindex", "__call", "__metatable", "__tostring", "__name", "__close", "__len",
                                     "__eq", "__lt", "__le", "__concat", "__unm", "__add", "__sub", "__mul", "__div", "__mod",
                                     "__pow", "__idiv", "__band", "__bor", "__bxor", "__shl", "__shr", "__bnot", "__gc", "__mode", "__pairs" };
static const char *const chain[] = { "__index", "__newindex" }; /* also keys of the registry: see put_behind() */
static const char copies, given; /* keys of the registry: copies by metatable; those given last */

enum { COPY_COST = 16 }; /* instructions */

/* Pushes a table of the registry, made at first: by table, which it does not keep alive. */
static void push_by_table(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* ---- copies ---- */

/* Pushes what the copy of a metatable has for an event. The copy shows getmetatable() the original. */
static void push_event(lua_State *L, int original, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, original);
    if (lua_isnil(L, -1) && !strcmp(name, "__metatable")) {
        lua_pop(L, 1);
        lua_pushvalue(L, original);
    }
}

/* Pushes the copy of a metatable, nil if there is none yet. */
static bool find_copy(lua_State *L, int original)
{
    push_by_table(L, &copies);
    lua_pushvalue(L, original);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    return !lua_isnil(L, -1);
}

/* The event in which a metatable differs from its copy by now; NULL: none. */
static const char *changed(lua_State *L, int original, int copy)
{
    bool same = true;
    for (size_t i = 0; i < G_N_ELEMENTS(event); i++) {
        push_event(L, original, event[i]);
        lua_pushstring(L, event[i]);
        lua_rawget(L, copy);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
        if (!same)
            return event[i];
    }
    return NULL;
}

static int refuse_change(lua_State *L, int line, const char *name)
{
    const EnvLua *lua = env_lua(L);
    lua_pushfstring(L, "%s:%d: expected a metatable that stays as setmetatable first got it, got another '%s' since", lua->chunk,
                    line, name);
    return lua_error(L);
}

static void make_copy(lua_State *L, int original)
{
    lua_createtable(L, 0, 4);
    for (size_t i = 0; i < G_N_ELEMENTS(event); i++) {
        push_event(L, original, event[i]);
        if (lua_isnil(L, -1))
            lua_pop(L, 1);
        else
            lua_setfield(L, -2, event[i]);
    }
    push_by_table(L, &copies);
    lua_pushvalue(L, original);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* Who changes it later is told so. */
static void remember(lua_State *L, int original)
{
    EnvLua *lua = env_lua(L);
    unsigned at = lua->metatables++ % ENV_LUA_METATABLES;
    lua->given_at[at] = env_lua_line(L);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &given) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, ENV_LUA_METATABLES, 0);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &given);
    }
    lua_pushvalue(L, original);
    lua_rawseti(L, -2, (lua_Integer)at + 1);
    lua_pop(L, 1);
}

/* Pushes the copy of the metatable. */
static void push_copy(lua_State *L, int original)
{
    const char *other = find_copy(L, original) ? changed(L, original, lua_gettop(L)) : NULL;
    if (other)
        refuse_change(L, env_lua_line(L), other);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    make_copy(L, original);
    remember(L, original);
}

static void check_given(lua_State *L, unsigned at)
{
    int top = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &given);
    lua_rawgeti(L, -1, (lua_Integer)at + 1);
    const char *other = find_copy(L, top + 2) ? changed(L, top + 2, top + 3) : NULL;
    if (other)
        refuse_change(L, env_lua(L)->given_at[at], other);
    lua_settop(L, top);
}

void env_lua_check_metatable(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    if (lua->metatables)
        check_given(L, lua->metatable++ % MIN(lua->metatables, (unsigned)ENV_LUA_METATABLES));
}

int env_lua_check_metatables(lua_State *L)
{
    for (unsigned i = 0; i < MIN(env_lua(L)->metatables, (unsigned)ENV_LUA_METATABLES); i++)
        check_given(L, i);
    return 0;
}

/* ---- tables behind each other ---- */

/* Puts the table behind the one on top in its place. False: there is none. */
static bool go_behind(lua_State *L, const char *field)
{
    if (!lua_getmetatable(L, -1))
        return false;
    lua_pushstring(L, field);
    bool is_table = lua_rawget(L, -2) == LUA_TTABLE;
    if (is_table)
        lua_replace(L, -3);
    lua_pop(L, is_table ? 1 : 2);
    return is_table;
}

/* How many tables the longest way goes through to reach the one on top, at the most: how many are in front of a table is
 * kept, one more than of each that is right in front of it. `least` is what is new. False: it was as many before. */
static bool raise_front(lua_State *L, const void *key, lua_Integer *least)
{
    push_by_table(L, key);
    lua_pushvalue(L, -2);
    lua_rawget(L, -2);
    lua_Integer front = lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (front < *least) {
        lua_pushvalue(L, -2);
        lua_pushinteger(L, *least);
        lua_rawset(L, -3);
    }
    lua_pop(L, 1);
    bool raised = front < *least;
    *least = MAX(front, *least);
    return raised;
}

/* Table 1 has another metatable now: are too many behind each other? */
static void put_behind(lua_State *L, const char *const *field)
{
    EnvLua *lua = env_lua(L);
    lua_Integer front = 0;
    lua_pushvalue(L, 1);
    raise_front(L, field, &front);
    while (go_behind(L, *field)) {
        front++;
        lua->chain = MAX(lua->chain, (unsigned)front);
        if (front > ENV_LUA_CHAIN)
            env_lua_out_of(L, "tables behind each other");
        if (!raise_front(L, field, &front))
            break;
    }
    lua_settop(L, 1);
}

/* ---- setmetatable ---- */

/* Finalizers and weak references would let the collector's moment be seen. */
static void check_events(lua_State *L)
{
    static const char *const refused[] = { "__gc", "__mode", "__pairs" };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL)
            luaL_error(L, "expected a metatable without '%s', scripts cannot have it", refused[i]);
        lua_pop(L, 1);
    }
    for (int i = 0; i < 3; i++) { /* the first three of the events */
        lua_pushstring(L, event[i]);
        int type = lua_rawget(L, 2);
        bool call = !strcmp(event[i], "__call");
        bool looked_up = type == LUA_TTABLE || type == LUA_TUSERDATA; /* ours, with nothing of the script behind it */
        if (type != LUA_TNIL && type != LUA_TFUNCTION && (call || !looked_up))
            env_lua_expected(L, event[i], call ? "a function" : "a function or a table", -1);
        lua_pop(L, 1);
    }
}

/* Has table 1 a metatable that is not to be replaced? */
static bool is_protected(lua_State *L)
{
    int top = lua_gettop(L);
    if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL)
        return false;
    bool own = lua_istable(L, -1) && find_copy(L, top + 1) && lua_getmetatable(L, 1) && lua_rawequal(L, -1, -2);
    lua_settop(L, top);
    return !own;
}

int env_lua_set_metatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        check_events(L);
    }
    if (is_protected(L))
        return luaL_error(L, "expected a table of the script, got one with a protected metatable");
    env_lua_charge(L, COPY_COST);
    if (!lua_isnil(L, 2))
        push_copy(L, 2);
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(chain); i++)
        put_behind(L, &chain[i]);
    return 1;
}
