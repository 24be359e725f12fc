#include "environments/lua/lua_host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/base/lines.h"
#include "simulator/base/nearest.h"

enum {
    HOOK_STEP = 101,     /* instructions from one count to the next: a prime, or short loops show the same one each time */
    COMPILE_STEP = 1024, /* bytes compiled at a time */
    NEAR_CALLS = 200,    /* looked through for a line: finding call n takes n steps */
    STRING_SHARE = 32,   /* bytes of the longest string that cost one instruction more at each count */
    MANY_ARGUMENTS = 64, /* of a function with '...', each of whose instructions may copy them all */
    ARGUMENT_SHARE = 8,  /* arguments copied at the price of an instruction */
    FIRST_STACK = 512,   /* bytes; no stack is smaller */
    NODE = 24,           /* bytes of a table for each key; lists have 16 for each item */
    NODE_SHARE = 64,     /* keys looked at at the price of an instruction */
    CHAIN_SHARE = 4,     /* tables behind each other, too */
    STACK_EXTRA = 5 * 16,  /* bytes of a stack that do not count when it is doubled */
};

EnvLua *env_lua(lua_State *L)
{
    return *(EnvLua **)lua_getextraspace(L);
}

/* Integers can be chosen so that all fall together in a table's hash: then Lua goes through them one by one. */
uint64_t env_lua_look_up(const EnvLua *lua)
{
    return (1 + lua->nodes / NODE_SHARE) * (1 + lua->chain / CHAIN_SHARE);
}

/* Room for the keys of a table? Their number is a power of two. Lua then enters each anew, past all others at worst. */
static size_t nodes_of(size_t kind, size_t size)
{
    size_t nodes = size / NODE;
    return !kind && size % NODE == 0 && (nodes & (nodes - 1)) == 0 ? nodes : 0;
}

/* Lua collects everything before it gives up. */
static void *no_room(EnvLua *lua, const char *what)
{
    lua->left -= (int64_t)(lua->memory / 64);
    lua->refused = what;
    return NULL;
}

/* Big blocks cost instructions: copying one takes as long. */
static void *allocate(void *data, void *block, size_t old_size, size_t size)
{
    EnvLua *lua = data;
    size_t held = block ? old_size : 0;
    size_t nodes = block ? 0 : nodes_of(old_size, size);
    uint64_t entering = nodes / 2 * nodes / NODE_SHARE;
    if (nodes > NODE_SHARE && lua->left < (int64_t)entering)
        return no_room(lua, "instructions");
    if (size > held && (size > ENV_LUA_BLOCK || lua->memory - held + size > ENV_LUA_MEMORY))
        return no_room(lua, "memory");
    if (!size)
        free(block);
    void *fresh = size ? realloc(block, size) : NULL;
    if (size && !fresh)
        return no_room(lua, "memory");
    size_t *most = !block && old_size == LUA_TSTRING ? &lua->longest : &lua->largest;
    *most = MAX(*most, size);
    lua->memory += size - held;
    lua->left -= (int64_t)(size > held ? size / 64 + entering : 0);
    lua->nodes = MAX(lua->nodes, nodes);
    return fresh;
}

static void spend(lua_State *L, int64_t cost)
{
    EnvLua *lua = env_lua(L);
    lua->left -= cost;
    if (lua->limit)
        luaL_error(L, "limit: the script ran out of %s", lua->limit); /* whoever tried to go on after it */
    if (lua->left < 0)
        env_lua_out_of(L, "instructions");
}

/* How many values '...' stands for in the function that runs, to the next power of two; 0: few. */
static int64_t many_arguments(lua_State *L, lua_Debug *ar)
{
    int count = MANY_ARGUMENTS;
    for (; lua_getlocal(L, ar, -count); count *= 2)
        lua_pop(L, 1);
    return count > MANY_ARGUMENTS ? count : 0;
}

/* One instruction may compare, order or read as a number strings of any length, look for a key among all those of a
 * table and of the tables behind it, and copy any number of arguments. What it looks at cannot be seen; that it costs
 * more where there is more to look at bounds what all of them can take. */
static void on_count(lua_State *L, lua_Debug *ar)
{
    EnvLua *lua = env_lua(L);
    spend(L, HOOK_STEP * (int64_t)env_lua_look_up(lua) + (int64_t)(lua->longest / STRING_SHARE) +
          many_arguments(L, ar) * HOOK_STEP / ARGUMENT_SHARE);
    env_lua_check_metatable(L);
}

/* From here on every instruction is stopped: what is to be closed would get its share, each time anew. */
int env_lua_out_of(lua_State *L, const char *what)
{
    EnvLua *lua = env_lua(L);
    lua->limit = what;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    luaL_where(L, 0);
    if (!*lua_tostring(L, -1)) {
        lua_pop(L, 1);
        luaL_where(L, 1);
    }
    lua_pushfstring(L, "limit: the script ran out of %s", what);
    lua_concat(L, 2);
    return lua_error(L);
}

void env_lua_charge(lua_State *L, uint64_t cost)
{
    spend(L, (int64_t)MIN(cost, (uint64_t)ENV_LUA_INSTRUCTIONS + 1));
}

void env_lua_charge_bytes(lua_State *L, size_t bytes)
{
    env_lua_charge(L, bytes / 16);
}

/* A power of two above the number of calls that are open. */
static int depth(lua_State *L)
{
    lua_Debug ar;
    int level = 1;
    while (lua_getstack(L, level, &ar))
        level *= 2;
    return level;
}

void env_lua_charge_depth(lua_State *L)
{
    env_lua_charge(L, (uint64_t)depth(L));
}

void env_lua_refill(EnvLua *lua)
{
    lua->left = ENV_LUA_INSTRUCTIONS;
}

/* Line of this call in the scenario file; 0: it is another file's. */
static int line_of_call(lua_State *L, lua_Debug *ar)
{
    lua_getinfo(L, "Sl", ar);
    return ar->source[0] == '@' && !strcmp(ar->source + 1, env_lua(L)->chunk) ? ar->currentline : 0;
}

/* Deep in a library it is the line that entered it first. */
static int outermost_line(lua_State *L)
{
    lua_Debug ar;
    int low = 0, high = depth(L); /* low is a call, high is none */
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        *(lua_getstack(L, middle, &ar) ? &low : &high) = middle;
    }
    return lua_getstack(L, low, &ar) ? line_of_call(L, &ar) : 0;
}

int env_lua_line(lua_State *L)
{
    lua_Debug ar;
    int level = 0, line = 0;
    for (; !line && level < NEAR_CALLS && lua_getstack(L, level, &ar); level++)
        line = line_of_call(L, &ar);
    return line || level < NEAR_CALLS ? line : outermost_line(L);
}

bool env_lua_is_assertion(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index))
        return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &env_lua(L)->assertion); /* made with the interpreter: lua_library.c */
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

/* Is the innermost function of the script one of a library? */
static bool in_library(lua_State *L)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "S", &ar);
        if (*ar.what != 'C')
            return ar.source[0] == '@' && strcmp(ar.source + 1, env_lua(L)->chunk);
    }
    return false;
}

/* "file:LINE: ", as Lua begins what it raises in a function of a script; not where C calls C, as a metamethod of ours that is
 * looked at for a field. */
static bool has_line(const char *message)
{
    const char *colon = strchr(message, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    return digits && colon[1 + digits] == ':';
}

/* error(text, 0) is to have no place. */
static bool raised_by_script(lua_State *thread)
{
    lua_Debug ar;
    if (!lua_getstack(thread, 0, &ar) || !lua_getinfo(thread, "f", &ar))
        return false;
    bool same = lua_tocfunction(thread, -1) == env_lua(thread)->raise;
    lua_pop(thread, 1);
    return same;
}

void env_lua_add_caller(lua_State *L, lua_State *thread)
{
    if (lua_type(L, -1) == LUA_TSTRING && !has_line(lua_tostring(L, -1)) && env_lua_line(thread) && !raised_by_script(thread)) {
        lua_pushfstring(L, "%s:%d: %s", env_lua(L)->chunk, env_lua_line(thread), lua_tostring(L, -1));
        lua_replace(L, -2);
        return;
    }
    int line = in_library(thread) ? env_lua_line(thread) : 0, failure = lua_gettop(L);
    bool assertion = env_lua_is_assertion(L, failure);
    if (!line || (!assertion && lua_type(L, failure) != LUA_TSTRING))
        return;
    if (assertion)
        lua_rawgeti(L, failure, 1);
    lua_pushfstring(L, "%s (called from %s:%d)", lua_tostring(L, -1), env_lua(L)->chunk, line);
    if (assertion)
        lua_rawseti(L, failure, 1);
    else
        lua_replace(L, failure);
    lua_settop(L, failure);
}

/* ---- names ---- */

const char *env_lua_did_you_mean(lua_State *L, const char *name, const char *const *candidate)
{
    const char *near = uc_nearest(name, candidate);
    return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : lua_pushliteral(L, "");
}

const char *env_lua_list(lua_State *L, const char *const *names)
{
    lua_pushliteral(L, "");
    for (size_t i = 0; names[i]; i++) {
        lua_pushfstring(L, "%s'%s'", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
        lua_concat(L, 2);
    }
    return lua_tostring(L, -1);
}

static const char *table_shown(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_pushliteral(L, "error");
    if (lua_rawget(L, index) == LUA_TSTRING)
        return lua_pushfstring(L, "the error '%s'", lua_tostring(L, -1));
    lua_pushnil(L);
    if (!lua_next(L, index))
        return lua_pushliteral(L, "an empty table");
    return lua_rawlen(L, index) ? lua_pushfstring(L, "a list of %I", (LUAI_UACINT)lua_rawlen(L, index)) : lua_pushliteral(L, "a table");
}

const char *env_lua_shown(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING: return lua_pushfstring(L, "'%s'", lua_rawlen(L, index) > 60 ? "a long string" : lua_tostring(L, index));
    case LUA_TNUMBER:
    case LUA_TBOOLEAN: return luaL_tolstring(L, index, NULL);
    case LUA_TTABLE: return table_shown(L, index);
    case LUA_TNONE:
    case LUA_TNIL: return lua_pushstring(L, luaL_typename(L, index));
    default: return lua_pushfstring(L, "a %s", luaL_typename(L, index));
    }
}

int env_lua_expected(lua_State *L, const char *what, const char *expected, int index)
{
    return luaL_error(L, "%s%sexpected %s, got %s", what, *what ? ": " : "", expected, env_lua_shown(L, index));
}

/* ---- running ---- */

/* Without a place before it, where it comes from C code that C code called. */
static char *with_place(const EnvLua *lua, const char *message)
{
    g_autofree char *shortened = uc_shortened(message), *valid = g_utf8_make_valid(shortened, -1);
    bool bare = g_str_has_prefix(valid, "C stack overflow") || g_str_has_prefix(valid, "limit: ");
    return bare ? g_strdup_printf("%s: %s", lua->chunk, valid) : g_steal_pointer(&valid);
}

static void keep_message(EnvLua *lua, int index)
{
    lua_State *L = lua->state;
    g_free(lua->message);
    lua->message = NULL;
    lua->assertion = lua_checkstack(L, 3) && env_lua_is_assertion(L, index) && !lua->limit;
    if (lua->assertion)
        lua_rawgeti(L, index, 1);
    if (lua_type(L, -1) == LUA_TSTRING)
        lua->message = with_place(lua, lua_tostring(L, -1));
    else
        lua->message = g_strdup_printf("%s: the script raised a %s instead of a message", lua->chunk,
                                       luaL_typename(L, -1));
}

bool env_lua_protected(EnvLua *lua, lua_CFunction function)
{
    g_assert(lua && function);
    lua_State *L = lua->state;
    lua_settop(L, 0);
    lua_pushcfunction(L, function);
    int status = lua_pcall(L, 0, 0, 0);
    if (!lua->limit && lua->left >= 0 && lua->metatables && lua_checkstack(L, 1)) {
        lua_pushcfunction(L, env_lua_check_metatables);
        int changed = lua_pcall(L, 0, 0, 0);
        status = changed ? changed : status;
    }
    if (!lua->limit && lua->left < 0) /* between two counts */
        lua->limit = "instructions";
    if (status == LUA_OK && !lua->limit)
        return true;
    if (status == LUA_ERRMEM && !lua->limit)
        lua->limit = lua->refused;
    if (status == LUA_OK || status == LUA_ERRMEM) {
        g_free(lua->message);
        lua->assertion = false;
        lua->message = g_strdup_printf("%s: limit: the script ran out of %s", lua->chunk, lua->limit);
    } else {
        keep_message(lua, lua_gettop(L));
    }
    lua_settop(L, 0);
    return false;
}

/* What is left of a script that is being compiled. */
typedef struct {
    const char *text;
    size_t left;
} Source;

/* Compiling counts too: some programs take the square of their length. */
static const char *next_piece(lua_State *L, void *data, size_t *size)
{
    Source *source = data;
    const char *piece = source->text;
    *size = MIN(source->left, (size_t)COMPILE_STEP);
    env_lua_charge(L, COMPILE_STEP);
    source->text += *size;
    source->left -= *size;
    return *size ? piece : NULL;
}

void env_lua_compile(lua_State *L, const char *text, const char *chunk)
{
    const char *name = lua_pushfstring(L, "@%s", chunk);
    Source source = { text, strlen(text) };
    if (*text == LUA_SIGNATURE[0])
        luaL_error(L, "%s:1: expected the text of a script, got a compiled one", chunk);
    if (lua_load(L, next_piece, &source, name, "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
}

static int open_library(lua_State *L)
{
    lua_newtable(L);
    env_lua_library(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

EnvLua *env_lua_new(const char *chunk)
{
    g_assert(chunk);
    EnvLua *lua = g_new0(EnvLua, 1);
    lua->chunk = chunk;
    env_lua_refill(lua);
    env_script_init(&lua->script);
    lua->task = g_array_new(FALSE, FALSE, sizeof(EnvLuaTask));
    lua->seen = g_array_new(FALSE, FALSE, sizeof(EnvLuaSeen));
    lua->state = lua_newstate(allocate, lua);
    if (!lua->state)
        g_error("no memory for an interpreter");
    *(EnvLua **)lua_getextraspace(lua->state) = lua;
    lua_sethook(lua->state, on_count, LUA_MASKCOUNT, HOOK_STEP);
    if (!env_lua_protected(lua, open_library))
        g_error("the library of scripts: %s", lua->message);
    env_lua_refill(lua);
    return lua;
}

void env_lua_free(EnvLua *lua)
{
    if (!lua)
        return;
    lua_close(lua->state);
    env_script_clear(&lua->script);
    g_array_unref(lua->task);
    g_array_unref(lua->seen);
    g_free(lua->message);
    g_free(lua);
}
