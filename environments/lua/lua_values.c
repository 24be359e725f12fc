#include "environments/lua/lua_values.h"

#include <lauxlib.h>
#include <string.h>

#include "environments/worlds/options.h"
#include "simulator/record.h"

static const char message_metatable, payload_metatable; /* registry keys */

const UcCall env_lua_orders[] = {
    { "deliver", UC_M_DELIVER, .argument = { { "payload" } } },
    { "crash", UC_M_CRASH, .argument = { { .optional = true, .otherwise = UC_POINT_NOW }, { .optional = true } } },
    { "restart", UC_M_RESTART },
    { "restore", UC_M_RESTORE },
    { "corrupt", UC_M_CORRUPT },
    { NULL, 0 },
};

static const UcMessageTable *messages(lua_State *L) { return env_lua(L)->triple->protocol->interface->messages; }

static const UcMessageKind *kind_of(lua_State *L, UcWord number)
{
    const UcMessageKind *kind = uc_message_kind(messages(L), number);
    g_assert(kind);
    return kind;
}

/* ---- to Lua ---- */

static const char *const *party_names(EnvLua *lua)
{
    return lua->options->sessions ? lua->options->session[lua->session].party : lua->options->party;
}

void env_lua_speak_of(EnvLua *lua, unsigned session)
{
    lua->session = session;
    lua->triple = lua->options->sessions ? lua->options->session[session].triple : lua->options->triple;
}

void env_lua_speak_of_machine(EnvLua *lua, uint16_t machine)
{
    uint16_t session = uc_session_of(env_worlds_spec(lua->worlds, lua->which), machine);
    if (session != UC_NO_SESSION && session != lua->session)
        env_lua_speak_of(lua, session);
}

uint16_t env_lua_machine(EnvLua *lua, UcWord party)
{
    return uc_session_party(env_worlds_spec(lua->worlds, lua->which), lua->session, party);
}

/* The party that a machine of the session is, by its name; nil if it is none. */
static void push_machine(lua_State *L, uint16_t machine)
{
    EnvLua *lua = env_lua(L);
    env_lua_push_party(L, (UcWord)machine - env_lua_machine(lua, 0));
}

/* The table on top says of which session it is, where there are several. */
static void set_session(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    const EnvOptions *o = lua->options;
    if (!o->sessions)
        return;
    lua_pushstring(L, o->session[lua->session].sid);
    lua_setfield(L, -2, "session");
}

/* Speaks of the session that the table at `index` says. */
static void take_session(lua_State *L, int index)
{
    EnvLua *lua = env_lua(L);
    const EnvOptions *o = lua->options;
    if (!o->sessions)
        return;
    unsigned session = lua_getfield(L, index, "session") == LUA_TSTRING ? env_options_session(o, lua_tostring(L, -1)) : ENV_SESSIONS;
    lua_pop(L, 1);
    if (session == ENV_SESSIONS)
        luaL_error(L, "expected a payload with the name of its session");
    env_lua_speak_of(lua, session);
}

static unsigned party_count(EnvLua *lua)
{
    return g_strv_length((char **)party_names(lua));
}

void env_lua_push_party(lua_State *L, UcWord party)
{
    EnvLua *lua = env_lua(L);
    if (party < party_count(lua))
        lua_pushstring(L, party_names(lua)[party]);
    else
        lua_pushnil(L);
}

static void push_bytes(lua_State *L, UcWord handle)
{
    EnvLua *lua = env_lua(L);
    size_t length = 0;
    if (!uc_store_knows(lua->store, handle)) {
        lua_pushnil(L);
        return;
    }
    const uint8_t *bytes = uc_store_get(lua->store, handle, &length);
    lua_pushlstring(L, (const char *)bytes, length);
}

/* The bytes of a row; none for what a corrupted party left out. */
static UcReader row_of(lua_State *L, UcWord handle)
{
    return uc_store_reader(env_lua(L)->store, handle);
}

static void push_intervals(lua_State *L, UcWord handle)
{
    UcReader row = row_of(L, handle);
    lua_createtable(L, (int)(row.left / 16), 0);
    for (lua_Integer i = 1; row.left >= 16; i++) {
        lua_createtable(L, 0, 2);
        lua_pushinteger(L, (lua_Integer)uc_take(&row, 8));
        lua_setfield(L, -2, "a");
        lua_pushinteger(L, (lua_Integer)uc_take(&row, 8));
        lua_setfield(L, -2, "b");
        lua_rawseti(L, -2, i);
    }
}

static void push_parties(lua_State *L, UcWord handle)
{
    UcReader row = row_of(L, handle);
    lua_createtable(L, (int)(row.left / 4), 0);
    for (lua_Integer i = 1; row.left >= 4; i++) {
        env_lua_push_party(L, uc_take(&row, 4));
        lua_rawseti(L, -2, i);
    }
}

/* Its number where a broken protocol says what has no name. */
static void push_name(lua_State *L, const char *const *names, UcWord number)
{
    const char *name = uc_name_of(names, number);
    if (name)
        lua_pushstring(L, name);
    else
        lua_pushinteger(L, (lua_Integer)number);
}

void env_lua_push_field(lua_State *L, const UcField *field, UcWord word)
{
    switch (field->type) {
    case UC_INT: lua_pushinteger(L, (lua_Integer)word); break;
    case UC_PARTY: env_lua_push_party(L, word); break;
    case UC_BYTES:
    case UC_TEXT: push_bytes(L, word); break;
    case UC_INTERVALS: push_intervals(L, word); break;
    case UC_PARTIES: push_parties(L, word); break;
    case UC_POINT: push_name(L, uc_point_name, word); break;
    case UC_CODE: push_name(L, field->names, word); break;
    }
}

static void set_metatable(lua_State *L, const char *key)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    lua_setmetatable(L, -2);
}

void env_lua_push_payload(lua_State *L, const EnvLuaSeen *seen)
{
    env_lua_speak_of_machine(env_lua(L), seen->from);
    lua_createtable(L, 0, 4);
    lua_pushliteral(L, "payload");
    lua_setfield(L, -2, "kind");
    push_machine(L, seen->from);
    lua_setfield(L, -2, "from");
    env_lua_push_party(L, seen->to);
    lua_setfield(L, -2, "to");
    push_bytes(L, seen->bytes);
    lua_setfield(L, -2, "bytes");
    set_session(L);
    set_metatable(L, &payload_metatable);
}

/* Of the state of a device, to the table on top: parts.SID, each as the state of a party is without sessions. */
static void add_parts(lua_State *L, UcWord handle)
{
    EnvLua *lua = env_lua(L);
    unsigned session = lua->session;
    UcReader r = row_of(L, handle);
    char *sid;
    const uint8_t *state;
    size_t length;
    lua_newtable(L);
    while (uc_device_state_take(&r, &sid, &state, &length)) {
        unsigned number = env_options_session(lua->options, sid);
        g_free(sid);
        env_lua_speak_of(lua, number < ENV_SESSIONS ? number : session);
        UcWord part = uc_store_put(lua->store, state, length);
        lua_newtable(L);
        push_bytes(L, part);
        lua_setfield(L, -2, "bytes");
        env_lua_add_secrets(L, part);
        lua_setfield(L, -2, lua->options->session[lua->session].sid);
    }
    env_lua_speak_of(lua, session);
    lua_setfield(L, -2, "parts");
}

void env_lua_push_message(lua_State *L, uint16_t peer, const UcMessage *m)
{
    luaL_checkstack(L, 8, NULL);
    if (m->kind == UC_M_EMPTY) {
        lua_pushnil(L);
        return;
    }
    if (m->kind == UC_M_PAYLOAD) {
        env_lua_push_payload(L, &(EnvLuaSeen){ peer, m->w[0], m->w[1] });
        return;
    }
    env_lua_speak_of_machine(env_lua(L), peer);
    const UcMessageKind *kind = kind_of(L, m->kind);
    lua_createtable(L, 0, (int)uc_message_fields(kind) + 2);
    lua_pushstring(L, kind->name);
    lua_setfield(L, -2, "kind");
    push_machine(L, peer);
    lua_setfield(L, -2, "party");
    set_session(L);
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        env_lua_push_field(L, &kind->field[i], m->w[i]);
        lua_setfield(L, -2, kind->error ? "error" : kind->field[i].name);
    }
    if (m->kind == UC_M_STATE && !env_lua(L)->options->sessions)
        env_lua_add_secrets(L, m->w[0]);
    else if (m->kind == UC_M_STATE)
        add_parts(L, m->w[0]);
    set_metatable(L, &message_metatable);
}

/* ---- from Lua ---- */

UcWord env_lua_read_party(lua_State *L, int index, const char *what)
{
    EnvLua *lua = env_lua(L);
    const char *const *name = party_names(lua);
    if (lua_type(L, index) != LUA_TSTRING)
        env_lua_expected(L, what, "the name of a party", index);
    const char *wanted = lua_tostring(L, index);
    for (UcWord i = 0; name[i]; i++) {
        if (!strcmp(name[i], wanted))
            return i;
    }
    const char *near = env_lua_did_you_mean(L, wanted, name);
    return (UcWord)luaL_error(L, "%s: expected the name of a party, got '%s'%s", what, wanted, near);
}

/* In a field, a number stands for a party by its place in `parties`, so that a script can name one too many. */
static UcWord read_party_field(lua_State *L, int index, const char *what)
{
    if (lua_isinteger(L, index))
        return (UcWord)(lua_tointeger(L, index) - 1);
    return env_lua_read_party(L, index, what);
}

/* A string, or a table (a message) with it as field `name`. */
static UcWord read_bytes(lua_State *L, int index, const char *what, const char *name)
{
    size_t length;
    if (lua_type(L, index) == LUA_TTABLE)
        lua_getfield(L, index, name);
    else
        lua_pushvalue(L, index);
    if (lua_type(L, -1) != LUA_TSTRING)
        env_lua_expected(L, what, "its bytes or a message that has them", index);
    const char *bytes = lua_tolstring(L, -1, &length);
    env_lua_charge_bytes(L, length);
    UcWord handle = uc_store_put(env_lua(L)->store, bytes, length);
    lua_pop(L, 1);
    return handle;
}

UcWord env_lua_read_integer(lua_State *L, int index, const char *what)
{
    int fits = 0;
    lua_Integer value = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &fits) : 0;
    if (!fits)
        env_lua_expected(L, what, "an integer", index);
    return (UcWord)value;
}

static UcWord read_name(lua_State *L, int index, const char *what, const char *const *names)
{
    if (lua_type(L, index) != LUA_TSTRING)
        env_lua_expected(L, what, "a name", index);
    const char *wanted = lua_tostring(L, index);
    for (UcWord i = 0; names[i]; i++) {
        if (!strcmp(names[i], wanted))
            return i;
    }
    const char *near = env_lua_did_you_mean(L, wanted, names);
    return (UcWord)luaL_error(L, "%s: expected %s, got '%s'%s", what, env_lua_list(L, names), wanted, near);
}

static uint64_t interval_end(lua_State *L, const char *name)
{
    lua_getfield(L, -1, name);
    uint64_t value = env_lua_read_integer(L, -1, name);
    lua_pop(L, 1);
    return value;
}

static UcWord read_intervals(lua_State *L, int index, const char *what)
{
    enum { MOST = 4096 };
    if (lua_type(L, index) != LUA_TTABLE || lua_rawlen(L, index) > MOST)
        env_lua_expected(L, what, "a list of at most 4096 intervals { a=, b= }", index);
    size_t n = lua_rawlen(L, index);
    UcWord *end = lua_newuserdatauv(L, 2 * (n + 1) * sizeof *end, 0);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        if (lua_type(L, -1) != LUA_TTABLE)
            env_lua_expected(L, what, "an interval { a=, b= }", -1);
        end[2 * i] = interval_end(L, "a");
        end[2 * i + 1] = interval_end(L, "b");
        lua_pop(L, 1);
    }
    UcWord handle = uc_intervals(env_lua(L)->store, end, n);
    lua_pop(L, 1);
    return handle;
}

static UcWord read_field(lua_State *L, int index, const UcField *field, const char *what)
{
    index = lua_absindex(L, index);
    switch (field->type) {
    case UC_INT: return env_lua_read_integer(L, index, what);
    case UC_PARTY: return read_party_field(L, index, what);
    case UC_INTERVALS: return read_intervals(L, index, what);
    case UC_POINT: return read_name(L, index, what, uc_point_name);
    case UC_CODE: return read_name(L, index, what, field->names);
    case UC_BYTES:
    case UC_TEXT: return read_bytes(L, index, what, field->name);
    default: return (UcWord)luaL_error(L, "%s: a script cannot write this field", what);
    }
}

/* What a session of these worlds has for an option. */
static UcWord option_text(EnvLua *lua, const char *name)
{
    EnvOptions o = *env_worlds_session(lua->worlds, lua->session);
    EnvOptionPlace p;
    bool known = env_option_of_script(&o, name, &p);
    g_assert(known);
    return uc_store_text(lua->store, uc_option_text(p.row, p.values));
}

static UcWord read_argument(lua_State *L, const UcCall *call, unsigned i, int index)
{
    const UcCallArgument *argument = &call->argument[i];
    if (lua_isnoneornil(L, index) && argument->optional)
        return argument->option ? option_text(env_lua(L), argument->option) : argument->otherwise;
    if (lua_isnone(L, index))
        lua_settop(L, index);
    return read_field(L, index, &kind_of(L, call->kind)->field[i],
                      lua_pushfstring(L, "%s of %s", uc_call_argument(messages(L), call, i), call->word));
}

void env_lua_check_names(lua_State *L, int index, const char *what, const char *const *known)
{
    const char *worst = NULL;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: expected fields with names, got a %s", what, luaL_typename(L, -2));
        const char *name = lua_tostring(L, -2);
        if (!g_strv_contains(known, name) && (!worst || strcmp(name, worst) < 0))
            worst = name;
    }
    if (worst) {
        const char *near = env_lua_did_you_mean(L, worst, known);
        luaL_error(L, "%s: unknown field '%s'%s", what, worst, near);
    }
}

static UcMessage read_named(lua_State *L, const UcCall *call, unsigned fields)
{
    UcMessage m = { call->kind, { 0 } };
    const char *known[UC_MESSAGE_WORDS + 1] = { NULL };
    for (unsigned i = 0; i < fields; i++)
        known[i] = uc_call_argument(messages(L), call, i);
    if (lua_type(L, 3) != LUA_TTABLE)
        env_lua_expected(L, call->word, "a table of its arguments", 3);
    env_lua_check_names(L, 3, call->word, known);
    for (unsigned i = 0; i < fields; i++) {
        lua_getfield(L, 3, known[i]);
        m.w[i] = read_argument(L, call, i, lua_gettop(L));
        lua_settop(L, 3);
    }
    return m;
}

UcMessage env_lua_read_call(lua_State *L, const UcCall *call)
{
    UcMessage m = { call->kind, { 0 } };
    unsigned fields = uc_message_fields(kind_of(L, call->kind));
    int most = 2 + (call->named ? 1 : (int)fields), given = lua_gettop(L);
    if (given > most)
        luaL_error(L, "%s: expected at most %d arguments, got %d", call->word, most - 1, given - 1);
    if (call->named)
        return read_named(L, call, fields);
    for (unsigned i = 0; i < fields; i++) {
        m.w[i] = read_argument(L, call, i, 3 + (int)i);
        lua_settop(L, MAX(3 + (int)i, given));
    }
    return m;
}

static void no_such_kind(lua_State *L, const char *name)
{
    UcWord kinds = uc_message_kinds(messages(L));
    const char **known = lua_newuserdatauv(L, (kinds + 1) * sizeof *known, 0);
    unsigned n = 0;
    for (UcWord k = 0; k < kinds; k++) {
        const UcMessageKind *row = uc_message_kind(messages(L), k);
        if (row)
            known[n++] = row->name;
    }
    known[n] = NULL;
    luaL_error(L, "expected the kind of a message, got '%s'%s", name, env_lua_did_you_mean(L, name, known));
}

UcMessage env_lua_read_message(lua_State *L, int index)
{
    const char *name = luaL_checkstring(L, index), *known[UC_MESSAGE_WORDS + 1] = { NULL };
    int number = uc_message_find(messages(L), name);
    if (number < 0)
        no_such_kind(L, name);
    UcMessage m = { (UcWord)number, { 0 } };
    const UcMessageKind *kind = kind_of(L, m.kind);
    for (unsigned i = 0; i < uc_message_fields(kind); i++)
        known[i] = kind->field[i].name;
    if (lua_isnoneornil(L, index + 1))
        lua_newtable(L);
    else
        lua_pushvalue(L, index + 1);
    lua_insert(L, index + 1);
    lua_settop(L, index + 1);
    luaL_checktype(L, index + 1, LUA_TTABLE);
    env_lua_check_names(L, index + 1, name, known);
    for (unsigned i = 0; known[i]; i++) {
        if (lua_getfield(L, index + 1, known[i]) == LUA_TNIL)
            m.w[i] = kind->field[i].type == UC_PARTY ? UC_NO_PARTY : 0;
        else
            m.w[i] = read_field(L, index + 2, &kind->field[i], lua_pushfstring(L, "%s of %s", known[i], name));
        lua_settop(L, index + 1);
    }
    return m;
}

/* ---- what tables of messages can do ---- */

static void add_value(lua_State *L, luaL_Buffer *out, int index)
{
    size_t length;
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *s = lua_tolstring(L, index, &length);
        bool text = g_utf8_validate(s, (gssize)length, NULL) && !memchr(s, 0, length);
        for (size_t i = 0; i < length && !text; i++) {
            luaL_addchar(out, "0123456789abcdef"[(uint8_t)s[i] >> 4]);
            luaL_addchar(out, "0123456789abcdef"[s[i] & 15]);
        }
        if (text)
            luaL_addlstring(out, s, length);
    } else {
        luaL_addstring(out, lua_isnil(L, index) ? "none" : luaL_typename(L, index));
    }
}

static int message_to_string(lua_State *L)
{
    static const char *const payload[] = { "from", "to", "bytes", NULL };
    lua_settop(L, 1);
    luaL_Buffer out;
    const char *name = lua_getfield(L, 1, "kind") == LUA_TSTRING ? lua_tostring(L, 2) : "message";
    take_session(L, 1);
    int number = uc_message_find(messages(L), name);
    const UcMessageKind *kind = number < 0 ? NULL : uc_message_kind(messages(L), (UcWord)number);
    luaL_buffinit(L, &out);
    luaL_addstring(&out, name);
    for (unsigned i = 0; kind && i < MAX(uc_message_fields(kind), 3); i++) {
        const char *field = number == UC_M_PAYLOAD ? payload[i] : kind->error ? "error" : kind->field[i].name;
        if (!field || (kind->error && i))
            break;
        luaL_addstring(&out, i ? " " : " ");
        luaL_addstring(&out, field);
        luaL_addchar(&out, '=');
        int top = lua_gettop(L);
        lua_getfield(L, 1, field);
        if (lua_type(L, -1) == LUA_TNUMBER)
            lua_tostring(L, -1);
        lua_replace(L, 2);
        lua_settop(L, top);
        add_value(L, &out, 2);
    }
    luaL_pushresult(&out);
    return 1;
}

/* ---- payloads: altered copies ---- */

static const char *payload_bytes(lua_State *L, size_t *length)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_getfield(L, 1, "bytes") != LUA_TSTRING)
        env_lua_expected(L, "bytes of the payload", "a string", -1);
    return lua_tolstring(L, -1, length);
}

/* A copy of payload 1 with the bytes on top. */
static int altered(lua_State *L)
{
    lua_createtable(L, 0, 4);
    static const char *const kept[] = { "kind", "from", "to", "session" };
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        lua_getfield(L, 1, kept[i]);
        lua_setfield(L, -2, kept[i]);
    }
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "bytes");
    set_metatable(L, &payload_metatable);
    return 1;
}

/* Writable copy of the bytes with `extra` more, on top of the stack as memory that Lua owns. */
static char *copy_bytes(lua_State *L, size_t *length)
{
    const char *bytes = payload_bytes(L, length);
    char *copy = lua_newuserdatauv(L, *length + 1, 0);
    memcpy(copy, bytes, *length);
    return copy;
}

static int payload_flip(lua_State *L)
{
    size_t length;
    lua_Integer bit = luaL_checkinteger(L, 2);
    char *copy = copy_bytes(L, &length);
    if (bit < 0) /* from the end: -1 is the last bit */
        bit += (lua_Integer)length * 8;
    if (bit < 0 || bit >= (lua_Integer)length * 8)
        return luaL_error(L, "flip: expected a bit of the payload's %d, got %I", (int)length * 8, bit);
    copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
    lua_pushlstring(L, copy, length);
    return altered(L);
}

static int payload_cut(lua_State *L)
{
    size_t length;
    lua_Integer keep = luaL_checkinteger(L, 2);
    const char *bytes = payload_bytes(L, &length);
    if (keep < 0) /* cut(-n) takes n bytes off the end */
        keep += (lua_Integer)length;
    if (keep < 0 || keep > (lua_Integer)length)
        return luaL_error(L, "cut: expected at most the payload's %d bytes, got %I", (int)length, keep);
    lua_pushlstring(L, bytes, (size_t)keep);
    return altered(L);
}

static int payload_extend(lua_State *L)
{
    size_t length;
    luaL_checkstring(L, 2);
    payload_bytes(L, &length);
    lua_pushvalue(L, 2);
    lua_concat(L, 2);
    return altered(L);
}

/* What the protocol declares of its payloads; `what` it is needed for. */
static const UcPayloadCodec *codec_of(lua_State *L, const char *what)
{
    const UcProtocol *protocol = env_lua(L)->triple->protocol;
    if (!protocol->codec)
        luaL_error(L, "%s: expected a protocol that declares the fields of its payloads, got '%s'", what, protocol->name);
    return protocol->codec;
}

static void put_header_bytes(lua_State *L, const UcPayloadField *field, char *at)
{
    size_t length;
    if (lua_type(L, 3) == LUA_TTABLE)
        lua_getfield(L, 3, field->name);
    else
        lua_pushvalue(L, 3);
    if (lua_type(L, -1) != LUA_TSTRING)
        env_lua_expected(L, field->name, "bytes", 3);
    const char *bytes = lua_tolstring(L, -1, &length);
    if (length != field->bytes)
        luaL_error(L, "%s: expected %d bytes, got %d", field->name, (int)field->bytes, (int)length);
    memcpy(at, bytes, length);
    lua_pop(L, 1);
}

static int payload_set(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    take_session(L, 1);
    const UcPayloadCodec *codec = codec_of(L, "set");
    const char *names[UC_PAYLOAD_FIELDS + 1] = { NULL };
    for (size_t i = 0; i < codec->fields; i++)
        names[i] = codec->field[i].name;
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    size_t length;
    const UcPayloadField *field = &codec->field[read_name(L, 2, "field of the header", names)];
    char *copy = copy_bytes(L, &length);
    if (length < codec->clear)
        return luaL_error(L, "set: expected a payload with a whole header, got %d bytes", (int)length);
    if (field->type == UC_BYTES) {
        put_header_bytes(L, field, copy + field->offset);
    } else {
        UcWord value = field->type == UC_INT ? env_lua_read_integer(L, 3, field->name) : read_party_field(L, 3, field->name);
        uc_payload_put(field, value, (uint8_t *)copy + field->offset);
    }
    lua_pushlstring(L, copy, length);
    return altered(L);
}

/* Any bytes at any place: patch(offset, bytes). */
static int payload_patch(lua_State *L)
{
    size_t length, count;
    lua_Integer offset = luaL_checkinteger(L, 2);
    const char *bytes = luaL_checklstring(L, 3, &count);
    char *copy = copy_bytes(L, &length);
    if (offset < 0 || count > length || (size_t)offset > length - count)
        return luaL_error(L, "patch: expected bytes within the payload's %d, got %d at %I", (int)length, (int)count,
                          offset);
    memcpy(copy + offset, bytes, count);
    lua_pushlstring(L, copy, length);
    return altered(L);
}

static int payload_header(lua_State *L)
{
    size_t length;
    luaL_checktype(L, 1, LUA_TTABLE);
    take_session(L, 1);
    const UcPayloadCodec *codec = codec_of(L, "header");
    const char *bytes = payload_bytes(L, &length);
    if (length < codec->clear)
        return 0;
    lua_createtable(L, 0, (int)codec->fields);
    for (const UcPayloadField *field = codec->field; field < codec->field + codec->fields; field++) {
        const char *at = bytes + field->offset;
        UcReader r = { (const uint8_t *)at, field->bytes };
        if (field->type == UC_BYTES)
            lua_pushlstring(L, at, field->bytes);
        else if (field->type == UC_PARTY)
            env_lua_push_party(L, uc_take(&r, (unsigned)field->bytes));
        else
            lua_pushinteger(L, (lua_Integer)uc_take(&r, (unsigned)field->bytes));
        lua_setfield(L, -2, field->name);
    }
    return 1;
}

static const luaL_Reg payload_methods[] = {
    { "flip", payload_flip },   { "cut", payload_cut },       { "extend", payload_extend }, { "set", payload_set },
    { "patch", payload_patch }, { "header", payload_header }, { NULL, NULL },
};

void env_lua_push_payload_methods(lua_State *L)
{
    luaL_newlib(L, payload_methods);
}

void env_lua_open_values(lua_State *L)
{
    static const char *const keys[] = { &message_metatable, &payload_metatable };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        lua_createtable(L, 0, 3);
        lua_pushcfunction(L, message_to_string);
        lua_setfield(L, -2, "__tostring");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        if (keys[i] == &payload_metatable) {
            env_lua_push_payload_methods(L);
            lua_setfield(L, -2, "__index");
        }
        lua_rawsetp(L, LUA_REGISTRYINDEX, keys[i]);
    }
}
