#include "environments/lua/lua_scenario.h"

#include <lauxlib.h>
#include <string.h>

#include "environments/worlds/data_folder.h"
#include "simulator/base/file.h"

static const char result, loaded, loading, unknown, compiled; /* registry keys */

/* ---- scenario { } ---- */

static int call_scenario(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1)
        return luaL_error(L, "expected scenario { ... }");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &result) != LUA_TNIL)
        return luaL_error(L, "expected one scenario { ... } in a file");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loading);
    EnvLuaLoad *load = lua_touserdata(L, -1);
    if (load)
        load->scenario->line = env_lua_line(L);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &result);
    return 1;
}

/* ---- use "name" ---- */

static const char *library_text(const EnvScenario *scenario, const char *name)
{
    for (guint i = 0; i < scenario->library->len; i++) {
        const EnvLibrary *l = g_ptr_array_index(scenario->library, i);
        if (!strcmp(l->name, name))
            return l->text;
    }
    return NULL;
}

/* Raises no Lua error. NULL: `*got` is what is there in its place; NULL: nothing is. */
static const char *read_library(EnvLuaLoad *load, const char *name, const char **got)
{
    static const char *const places[] = { "", "lib", "../lib", NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *file = g_strconcat(name, ".lua", NULL);
        bool here = !strcmp(load->folder, ".") && !strchr(load->scenario->path, '/');
        g_autofree char *path = places[i] ? g_build_filename(here ? "" : load->folder, places[i], file, NULL)
                                          : g_build_filename(env_data_folder(), "scenarios", "lib", file, NULL);
        g_autofree char *text = NULL;
        size_t length;
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        bool regular = g_file_test(path, G_FILE_TEST_IS_REGULAR); /* whoever writes to a pipe need never do so */
        bool read = regular && uc_file_text(path, ENV_SCRIPT_BYTES, &text, &length, NULL);
        if (!read || strlen(text) != length) {
            *got = !regular ? "what is no file" : !read ? "one that is too long or cannot be read" : "one with a zero byte in it";
            continue;
        }
        EnvLibrary *l = g_new0(EnvLibrary, 1);
        l->name = g_strdup(name);
        l->path = g_strdup(path);
        l->text = g_steal_pointer(&text);
        g_ptr_array_add(load->scenario->library, l);
        return l->text;
    }
    return NULL;
}

static bool library_name_ok(const char *name)
{
    for (const char *c = name; *c; c++) {
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
            return false;
    }
    return *name != 0;
}

static int use(lua_State *L) /* upvalue 1: the scenario */
{
    const EnvScenario *scenario = lua_touserdata(L, lua_upvalueindex(1));
    if (lua_type(L, 1) != LUA_TSTRING)
        env_lua_expected(L, "use", "the name of a library", 1);
    const char *name = lua_tostring(L, 1);
    if (!library_name_ok(name))
        return luaL_error(L, "use: expected a name of letters, digits, '-' and '_', got '%s'", name);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded);
    lua_pushvalue(L, 1);
    int type = lua_rawget(L, -2);
    if (type == LUA_TLIGHTUSERDATA)
        return luaL_error(L, "use: '%s' uses itself", name);
    if (type != LUA_TNIL)
        return 1;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loading);
    EnvLuaLoad *load = lua_touserdata(L, -1);
    const char *text = library_text(scenario, name), *got = NULL;
    if (!text && load)
        text = read_library(load, name, &got);
    if (!text && got)
        return luaL_error(L, "use: expected '%s.lua' to be the text of a script, got %s", name, got);
    if (!text)
        return luaL_error(L, load ? "use: there is no '%s.lua' beside the scenario or in 'lib'"
                                  : "use: expected '%s' to be used at the top of the file", name);
    lua_settop(L, 2);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)&loaded);
    lua_rawset(L, 2);
    env_lua_compile(L, text, lua_pushfstring(L, "%s.lua", name));
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1))
        return luaL_error(L, "use: expected '%s.lua' to return something", name);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, 2);
    return 1;
}

/* ---- params ---- */

static int unknown_value(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &unknown);
    return 1;
}

/* Stands for every parameter while the parameters themselves are being read. */
static void push_unknown(lua_State *L)
{
    static const char *const events[] = { "__index", "__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm",
                                          "__idiv", "__band", "__bor", "__bxor", "__shl", "__shr", "__bnot",
                                          "__concat", "__call" };
    lua_newuserdatauv(L, 1, 0);
    lua_createtable(L, 0, G_N_ELEMENTS(events) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        lua_pushcfunction(L, unknown_value);
        lua_setfield(L, -2, events[i]);
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &unknown);
}

static int no_such_parameter(lua_State *L)
{
    return luaL_error(L, "unknown parameter '%s': expected one that 'for_each' lists", env_lua_text(L, 2));
}

static int fixed_parameters(lua_State *L)
{
    return luaL_error(L, "expected 'params' to be left as it is, it is the scenario's");
}

/* An empty table in front of the values, so that assignments are seen. */
static void push_params(lua_State *L, const EnvScenario *scenario)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_newtable(L);
    for (guint i = 0; i < scenario->param->len; i++) {
        const EnvParam *p = &g_array_index(scenario->param, EnvParam, i);
        if (p->text)
            lua_pushstring(L, p->text);
        else if (p->boolean)
            lua_pushboolean(L, p->number != 0);
        else
            lua_pushinteger(L, p->number);
        lua_setfield(L, -2, p->name);
    }
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, no_such_parameter);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, fixed_parameters);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* ---- the file ---- */

static void set_global(lua_State *L, const char *name) /* around the guard of the globals */
{
    lua_pushglobaltable(L);
    lua_pushstring(L, name);
    lua_rotate(L, -3, -1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* Where a file would return something. */
static int last_line(const char *text)
{
    int line = 1;
    for (; *text; text++)
        line += *text == '\n' && text[1];
    return line;
}

static void run_file(lua_State *L, const EnvScenario *scenario, bool no_values)
{
    const char *chunk = env_lua(L)->chunk;
    lua_pushcfunction(L, call_scenario);
    set_global(L, "scenario");
    lua_pushlightuserdata(L, (void *)scenario);
    lua_pushcclosure(L, use, 1);
    set_global(L, "use");
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &result);
    if (no_values)
        push_unknown(L);
    else
        push_params(L, scenario);
    set_global(L, "params");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &compiled) == LUA_TNIL) { /* kept for when the file runs again */
        env_lua_compile(L, scenario->text, chunk);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &compiled);
    }
    lua_call(L, 0, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &result);
    if (lua_type(L, -1) != LUA_TTABLE || !lua_rawequal(L, -1, -2))
        luaL_error(L, "%s:%d: expected the file to return scenario { ... }, got %s", chunk, last_line(scenario->text),
                   luaL_typename(L, -2));
}

void env_lua_run_file(lua_State *L, const EnvScenario *scenario)
{
    run_file(L, scenario, false);
}

void env_lua_load_file(lua_State *L, EnvLuaLoad *load)
{
    lua_pushlightuserdata(L, load);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loading);
    run_file(L, load->scenario, load->no_values);
}
