/* What scripts do with stolen secrets: a:open, a:seal, a:forge, and the same on z (adversary/stolen.h). None is a move. */
#include <lauxlib.h>
#include <string.h>

#include "adversary/stolen.h"
#include "environments/lua_values.h"

static const PiConfig *config(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    if (!lua->ctx)
        luaL_error(L, "expected this inside 'environment' or 'adversary' only");
    return env_worlds_spec(lua->worlds, ENV_REAL)->party.config;
}

static void push_bytes(lua_State *L, UcWord handle)
{
    size_t length = 0;
    const char *bytes = (const char *)uc_store_get(env_lua(L)->store, handle, &length);
    lua_pushlstring(L, bytes, length);
}

static void set_bytes(lua_State *L, const char *name, UcWord handle)
{
    if (handle == UC_NONE)
        return;
    push_bytes(L, handle);
    lua_setfield(L, -2, name);
}

/* The bytes of field `name` of the table at `index`, or of the string there; `length` of them. Left on the stack. */
static const char *field_bytes(lua_State *L, int index, const char *what, const char *name, size_t length)
{
    size_t got = 0;
    if (lua_type(L, index) == LUA_TTABLE)
        lua_getfield(L, index, name);
    else
        lua_pushvalue(L, index);
    const char *bytes = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &got) : NULL;
    if (!bytes)
        env_lua_expected(L, what, "its bytes or a table that has them", index);
    if (length && got != length)
        luaL_error(L, "%s: expected %d bytes, got %d", what, (int)length, (int)got);
    return bytes;
}

static UcWord field_handle(lua_State *L, int index, const char *what, const char *name, size_t length)
{
    size_t got;
    field_bytes(L, index, what, name, length);
    const char *bytes = lua_tolstring(L, -1, &got);
    UcWord handle = uc_store_put(env_lua(L)->store, bytes, got);
    lua_pop(L, 1);
    return handle;
}

static uint64_t field_integer(lua_State *L, int index, const char *name)
{
    int fits = 0;
    lua_getfield(L, index, name);
    lua_Integer value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &fits) : 0;
    if (!fits)
        env_lua_expected(L, name, "an integer", -1);
    lua_pop(L, 1);
    return (uint64_t)value;
}

static uint32_t field_party(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    UcWord party = env_lua_read_party(L, -1, name);
    lua_pop(L, 1);
    return (uint32_t)party;
}

/* The bytes of a field of seal's table, where it has one. */
static bool optional_bytes(lua_State *L, const char *name, uint8_t *out, size_t length)
{
    bool given = lua_getfield(L, 2, name) != LUA_TNIL;
    if (given)
        memcpy(out, field_bytes(L, lua_gettop(L), name, name, length), length);
    lua_pop(L, given ? 2 : 1);
    return given;
}

/* True: the digest is given too. */
static bool read_header(lua_State *L, const PiConfig *pi, PayloadHeader *h)
{
    *h = (PayloadHeader){ .version = PAYLOAD_VERSION, .from = field_party(L, 2, "from"), .to = field_party(L, 2, "to") };
    if (lua_getfield(L, 2, "version") != LUA_TNIL) {
        uint64_t version = field_integer(L, 2, "version");
        if (version > UINT16_MAX)
            luaL_error(L, "version: expected 0 to %d, got %I", UINT16_MAX, (lua_Integer)version);
        h->version = (uint16_t)version;
    }
    lua_pop(L, 1);
    if (!optional_bytes(L, "scheme", h->scheme, sizeof h->scheme))
        payload_scheme_id(pi->dkm->sigma[0], h->scheme);
    if (!optional_bytes(L, "enclave", h->enclave, sizeof h->enclave))
        payload_enclave_id(dkm_enclave_of(pi->dkm, h->to), h->enclave);
    lua_getfield(L, 2, "ticket");
    memcpy(h->ticket, field_bytes(L, lua_gettop(L), "ticket", "ticket", sizeof h->ticket), sizeof h->ticket);
    lua_pop(L, 2);
    return optional_bytes(L, "digest", h->digest, sizeof h->digest);
}

/* A table with kid (or that of vk), vk, seed. */
static AdversaryKey read_key(lua_State *L, int index)
{
    AdversaryKey key = { .vk = field_handle(L, index, "vk", "vk", 0), .seed = field_handle(L, index, "seed", "seed", 0) };
    key.kid = dkm_kid(env_lua(L)->store, key.vk);
    if (lua_getfield(L, index, "kid") != LUA_TNIL)
        key.kid = field_handle(L, lua_gettop(L), "kid", "kid", DKM_KID_BYTES);
    lua_pop(L, 1);
    return key;
}

const char *const env_lua_seal_fields[] = { "with", "from", "to", "ticket", "key", "a", "b", "version", "scheme", "enclave",
                                            "digest", NULL };

/* seal{ with=, from=, to=, ticket=, key=, a=, b=, version=, scheme=, enclave=, digest= } */
static int seal(lua_State *L)
{
    const PiConfig *pi = config(L);
    PayloadHeader header;
    if (lua_type(L, 2) != LUA_TTABLE)
        env_lua_expected(L, "seal", "a table of its arguments", 2);
    env_lua_check_names(L, 2, "seal", env_lua_seal_fields);
    bool own_digest = read_header(L, pi, &header);
    DkmInterval block = { field_integer(L, 2, "a"), field_integer(L, 2, "b") };
    lua_getfield(L, 2, "key");
    if (lua_type(L, -1) != LUA_TTABLE)
        env_lua_expected(L, "key", "a table with vk and seed", -1);
    AdversaryKey key = read_key(L, lua_gettop(L));
    lua_getfield(L, 2, "with");
    const char *with = field_bytes(L, lua_gettop(L), "with", "key", SEAL_KEY_BYTES);
    UcWord bytes = adversary_seal(env_lua(L)->store, pi, (const uint8_t *)with, &header, own_digest, &key, block);
    if (bytes == UC_NONE)
        return luaL_error(L, "seal: expected vk and seed of a scheme's sizes");
    env_lua_push_payload(L, &(EnvLuaSeen){ uc_party(header.from), header.to, bytes });
    return 1;
}

static void push_key(lua_State *L, const AdversaryKey *key)
{
    lua_createtable(L, 0, 5);
    set_bytes(L, "kid", key->kid);
    set_bytes(L, "vk", key->vk);
    set_bytes(L, "seed", key->seed);
}

/* open(with, payload): what is inside, or nil. */
static int open(lua_State *L)
{
    const PiConfig *pi = config(L);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    AdversaryKey key;
    DkmInterval block;
    size_t length;
    const char *with = field_bytes(L, 2, "with", "key", SEAL_KEY_BYTES);
    field_bytes(L, 3, "payload", "bytes", 0);
    const char *payload = lua_tolstring(L, -1, &length);
    if (!adversary_open(env_lua(L)->store, pi, (const uint8_t *)with, (const uint8_t *)payload, length, &key, &block))
        return 0;
    push_key(L, &key);
    lua_pushinteger(L, (lua_Integer)block.a);
    lua_setfield(L, -2, "a");
    lua_pushinteger(L, (lua_Integer)block.b);
    lua_setfield(L, -2, "b");
    return 1;
}

/* forge(seed, index, message): a signature. */
static int forge(lua_State *L)
{
    const PiConfig *pi = config(L);
    luaL_checkany(L, 4);
    lua_settop(L, 4);
    int fits = 0;
    lua_Integer index = lua_type(L, 3) == LUA_TNUMBER ? lua_tointegerx(L, 3, &fits) : 0;
    if (!fits)
        env_lua_expected(L, "index of forge", "an integer", 3);
    UcWord seed = field_handle(L, 2, "seed", "seed", 0), message = field_handle(L, 4, "message", "message", 0);
    UcWord signature = adversary_sign(env_lua(L)->store, pi, seed, (UcWord)index, message);
    if (signature == UC_NONE)
        return luaL_error(L, "forge: expected a seed of the scheme and an index that it has");
    push_bytes(L, signature);
    return 1;
}

static const luaL_Reg means[] = { { "seal", seal }, { "open", open }, { "forge", forge }, { NULL, NULL } };

void env_lua_add_stolen(lua_State *L)
{
    luaL_setfuncs(L, means, 0);
}

/* ---- the state of a corrupted party ---- */

typedef struct {
    GArray *keys, *sealing;
} State;

static int push_lists(lua_State *L) /* 1: the message's table, 2: State */
{
    const State *state = lua_touserdata(L, 2);
    lua_createtable(L, (int)state->keys->len, 0);
    for (guint i = 0; i < state->keys->len; i++) {
        push_key(L, &g_array_index(state->keys, AdversaryKey, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, 1, "keys");
    lua_createtable(L, (int)state->sealing->len, 0);
    for (guint i = 0; i < state->sealing->len; i++) {
        const AdversarySealing *s = &g_array_index(state->sealing, AdversarySealing, i);
        lua_createtable(L, 0, 2);
        env_lua_push_party(L, s->party);
        lua_setfield(L, -2, "party");
        set_bytes(L, "key", s->key);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, 1, "sealing");
    return 0;
}

/* The arrays are freed whether pushing fails or not. */
void env_lua_add_secrets(lua_State *L, UcWord record)
{
    EnvLua *lua = env_lua(L);
    size_t length = 0;
    const uint8_t *bytes = uc_store_get(lua->store, record, &length);
    lua_pushcfunction(L, push_lists);
    lua_pushvalue(L, -2);
    State state = { g_array_new(FALSE, FALSE, sizeof(AdversaryKey)), g_array_new(FALSE, FALSE, sizeof(AdversarySealing)) };
    adversary_read_state(lua->store, bytes, length, state.keys, state.sealing);
    lua_pushlightuserdata(L, &state);
    int status = lua_pcall(L, 2, 0, 0);
    g_array_unref(state.keys);
    g_array_unref(state.sealing);
    if (status == LUA_ERRMEM)
        env_lua_out_of(L, "memory");
    if (status != LUA_OK)
        lua_error(L);
}
