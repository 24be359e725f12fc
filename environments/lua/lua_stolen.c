/* What the attack kit of a protocol gives to scripts (simulator/attack.h): its calls, as a:seal { } and the same on z, none of
 * which is a move, and the secrets of a stolen state. */
#include <lauxlib.h>
#include <string.h>

#include "environments/lua/lua_values.h"

/* A table of these fields; what there is none of is left out. */
static void push_row(lua_State *L, const UcAttackField *field, const UcAttackRow *row)
{
    lua_createtable(L, 0, 5);
    for (unsigned i = 0; field[i].name; i++) {
        env_lua_push_field(L, &(UcField){ field[i].name, field[i].type }, row->w[i]);
        lua_setfield(L, -2, field[i].name);
    }
}

/* ---- arguments ---- */

/* The name of a field by itself: vk of "key.vk". */
static const char *own_name(const UcAttackField *field)
{
    const char *dot = strchr(field->name, '.');
    return dot ? dot + 1 : field->name;
}

/* The name of the argument that it is given in: key of "key.vk". */
static const char *given_as(const UcAttackField *field)
{
    g_autofree char *head = g_strndup(field->name, strcspn(field->name, "."));
    return g_intern_string(head);
}

void env_lua_attack_names(const UcAttackCall *call, const char *out[UC_ATTACK_WORDS + 1])
{
    unsigned n = 0;
    for (const UcAttackField *f = call->argument; f->name; f++) {
        out[n] = given_as(f);
        n += !n || out[n] != out[n - 1];
    }
    out[n] = NULL;
}

const UcAttackCall *env_lua_attack_call(const UcAttackKit *kit, const char *name)
{
    for (const UcAttackCall *call = kit ? kit->call : NULL; call && call->name; call++) {
        if (!strcmp(call->name, name))
            return call;
    }
    return NULL;
}

/* The string at `index`, or the one that a table there has as a field. */
static UcWord read_bytes(lua_State *L, int index, const UcAttackField *field)
{
    const char *what = own_name(field);
    size_t got = 0;
    if (lua_type(L, index) == LUA_TTABLE)
        lua_getfield(L, index, field->inside ? field->inside : what);
    else
        lua_pushvalue(L, index);
    const char *bytes = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &got) : NULL;
    if (!bytes)
        env_lua_expected(L, what, "its bytes or a table that has them", index);
    if (field->bytes && got != field->bytes)
        luaL_error(L, "%s: expected %d bytes, got %d", what, (int)field->bytes, (int)got);
    return uc_store_put(env_lua(L)->store, bytes, got);
}

static UcWord read_integer(lua_State *L, int index, const UcAttackField *field, const char *what)
{
    UcWord value = env_lua_read_integer(L, index, what);
    if (field->high && value > field->high)
        luaL_error(L, "%s: expected 0 to %I, got %I", what, (lua_Integer)field->high, (lua_Integer)value);
    return value;
}

static UcWord read_value(lua_State *L, int index, const UcAttackField *field, const char *what)
{
    switch (field->type) {
    case UC_BYTES: return read_bytes(L, index, field);
    case UC_PARTY: return env_lua_read_party(L, index, what);
    default: return read_integer(L, index, field, what);
    }
}

/* "a table with vk and seed", on the stack: what must be in the argument that this field is given in. */
static const char *table_with(lua_State *L, const UcAttackCall *call, const UcAttackField *field)
{
    luaL_Buffer out;
    unsigned n = 0;
    luaL_buffinit(L, &out);
    for (const UcAttackField *f = call->argument; f->name; f++) {
        if (f->optional || given_as(f) != given_as(field))
            continue;
        luaL_addstring(&out, n++ ? " and " : "a table with ");
        luaL_addstring(&out, own_name(f));
    }
    luaL_pushresult(&out);
    return lua_tostring(L, -1);
}

/* Pushes what the table of arguments at 2 has for this field; with a table of its own around it where that lacks it. */
static void push_given(lua_State *L, const UcAttackCall *call, const UcAttackField *field)
{
    lua_getfield(L, 2, given_as(field));
    if (own_name(field) == field->name)
        return;
    if (lua_type(L, -1) != LUA_TTABLE) {
        int index = lua_gettop(L);
        env_lua_expected(L, given_as(field), table_with(L, call, field), index);
    }
    lua_getfield(L, -1, own_name(field));
    if (!field->optional && lua_type(L, -1) != LUA_TSTRING)
        lua_pop(L, 1);
}

static void read_named(lua_State *L, const UcAttackCall *call, UcAttackRow *row, uint32_t *given)
{
    const char *known[UC_ATTACK_WORDS + 1];
    env_lua_attack_names(call, known);
    if (lua_type(L, 2) != LUA_TTABLE)
        env_lua_expected(L, call->name, "a table of its arguments", 2);
    env_lua_check_names(L, 2, call->name, known);
    int top = lua_gettop(L);
    for (unsigned i = 0; call->argument[i].name; i++) {
        const UcAttackField *field = &call->argument[i];
        push_given(L, call, field);
        bool there = !field->optional || !lua_isnil(L, -1);
        if (there)
            row->w[i] = read_value(L, lua_gettop(L), field, own_name(field));
        *given |= (uint32_t)there << i;
        lua_settop(L, top);
    }
}

static void read_positional(lua_State *L, const UcAttackCall *call, UcAttackRow *row, uint32_t *given)
{
    int n = 0, needed = 0;
    for (const UcAttackField *f = call->argument; f->name; f++) {
        n++;
        needed = f->optional ? needed : n;
    }
    luaL_checkany(L, 1 + needed);
    lua_settop(L, 1 + n);
    for (int i = 0; i < n; i++) {
        const UcAttackField *field = &call->argument[i];
        if (field->optional && lua_isnil(L, 2 + i))
            continue;
        row->w[i] = read_value(L, 2 + i, field, lua_pushfstring(L, "%s of %s", field->name, call->name));
        *given |= 1u << i;
        lua_settop(L, 1 + n);
    }
}

/* ---- calls ---- */

static int attack(lua_State *L) /* upvalue: UcAttackCall */
{
    const UcAttackCall *call = lua_touserdata(L, lua_upvalueindex(1));
    EnvLua *lua = env_lua(L);
    UcAttackRow argument = { { 0 } }, made = { { 0 } };
    uint32_t given = 0;
    if (!lua->ctx)
        luaL_error(L, "expected this inside 'environment' or 'adversary' only");
    env_lua_take_self(L);
    if (call->named)
        read_named(L, call, &argument, &given);
    else
        read_positional(L, call, &argument, &given);
    if (!call->make(lua->store, env_worlds_protocol_of(lua->worlds, lua->session), &argument, given, &made))
        return call->makes == UC_MAKES_ROW ? 0 : luaL_error(L, "%s: expected %s", call->name, call->expected);
    if (call->makes == UC_MAKES_PAYLOAD)
        env_lua_push_payload(L, &(EnvLuaSeen){ env_lua_machine(lua, made.w[0]), made.w[1], made.w[2] });
    else if (call->makes == UC_MAKES_BYTES)
        env_lua_push_field(L, &(UcField){ call->name, UC_BYTES }, made.w[0]);
    else
        push_row(L, call->result, &made);
    return 1;
}

void env_lua_add_stolen(lua_State *L, const UcAttackKit *kit)
{
    for (const UcAttackCall *call = kit ? kit->call : NULL; call && call->name; call++) {
        lua_pushlightuserdata(L, (void *)call);
        lua_pushcclosure(L, attack, 1);
        lua_setfield(L, -2, call->name);
    }
}

void env_lua_refuse_stolen(lua_State *L, const char *self, const char *name)
{
    const UcTriple *own = env_lua(L)->triple;
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        if (env_lua_attack_call(t->kit, name))
            luaL_error(L, "%s:%s: expected a protocol with an attack kit that has this, such as '%s', got '%s'", self, name,
                       t->protocol->name, own->protocol->name);
    }
}

/* ---- the state of a corrupted party ---- */

static int push_lists(lua_State *L) /* 1: the message's table, 2: GArray of UcSecret */
{
    const GArray *secrets = lua_touserdata(L, 2);
    const UcSecretTable *table = env_lua(L)->triple->kit->secrets;
    for (unsigned k = 0; table[k].name; k++) {
        lua_createtable(L, (int)secrets->len, 0);
        lua_Integer n = 0;
        for (guint i = 0; i < secrets->len; i++) {
            const UcSecret *secret = &g_array_index(secrets, UcSecret, i);
            if (secret->table != k)
                continue;
            push_row(L, table[k].field, &secret->row);
            lua_rawseti(L, -2, ++n);
        }
        lua_setfield(L, 1, table[k].name);
    }
    return 0;
}

/* The array is freed whether pushing fails or not. */
void env_lua_add_secrets(lua_State *L, UcWord record)
{
    EnvLua *lua = env_lua(L);
    const UcAttackKit *kit = lua->triple->kit;
    if (!kit || !kit->read)
        return;
    size_t length = 0;
    const uint8_t *bytes = uc_store_get(lua->store, record, &length);
    lua_pushcfunction(L, push_lists);
    lua_pushvalue(L, -2);
    GArray *secrets = g_array_new(FALSE, FALSE, sizeof(UcSecret));
    kit->read(lua->store, bytes, length, secrets);
    lua_pushlightuserdata(L, secrets);
    int status = lua_pcall(L, 2, 0, 0);
    g_array_unref(secrets);
    if (status == LUA_ERRMEM)
        env_lua_out_of(L, "memory");
    if (status != LUA_OK)
        lua_error(L);
}
