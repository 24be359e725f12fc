/* Messages as Lua values and back.
 *
 * A message becomes a table: `kind`, its fields by the names of the interface's table of messages, bytes
 * as strings, parties by name, intervals as { a=, b= }, an error's code as `error`; `party` is who wrote it. A payload
 * has `from`, `to`, `bytes` and methods that give altered copies. Everything here raises Lua errors.
 */
#ifndef ENVIRONMENTS_LUA_LUA_VALUES_H
#define ENVIRONMENTS_LUA_LUA_VALUES_H

#include "environments/lua/lua_host.h"
#include "simulator/triple/calls.h"

extern const UcCall env_lua_orders[]; /* to the adversary's parties; ended by one without a word */

/* From now on parties, messages and words are those of this session; of that of a machine, which may have none. */
void env_lua_speak_of(EnvLua *lua, unsigned session);
void env_lua_speak_of_machine(EnvLua *lua, uint16_t machine);
/* The machine of the session's party with this number. */
uint16_t env_lua_machine(EnvLua *lua, UcWord party);
/* Pushes the message, or nil for UC_M_EMPTY; `peer` is of the session that is spoken of from then on. */
void env_lua_push_message(lua_State *L, uint16_t peer, const UcMessage *message);
void env_lua_push_payload(lua_State *L, const EnvLuaSeen *seen);
void env_lua_push_party(lua_State *L, UcWord party);
/* A word as its field's type says; nil for bytes that there are none of and for no party. */
void env_lua_push_field(lua_State *L, const UcField *field, UcWord word);
void env_lua_push_payload_methods(lua_State *L); /* a new table of them */

/* The arguments of a call from stack index 3 on (1: self, 2: the party). */
UcMessage env_lua_read_call(lua_State *L, const UcCall *call);
/* A message of any kind: its name at `index`, its fields in a table at `index` + 1. */
UcMessage env_lua_read_message(lua_State *L, int index);
/* The number of the party named at `index`. */
UcWord env_lua_read_party(lua_State *L, int index, const char *what);
UcWord env_lua_read_integer(lua_State *L, int index, const char *what);

/* Every field of the table at `index` must be one of these. The first wrong one by name is reported. */
void env_lua_check_names(lua_State *L, int index, const char *what, const char *const *known);

/* lua_machines.c: speaks of the session of the z or a at index 1, whatever else that may be. */
void env_lua_take_self(lua_State *L);
/* lua_stolen.c: adds the calls of the kit (or NULL) to the methods on top. */
void env_lua_add_stolen(lua_State *L, const UcAttackKit *kit);
/* lua_stolen.c: raises an error if only the kits of other protocols have a call of this name; `self` is z or a. */
void env_lua_refuse_stolen(lua_State *L, const char *self, const char *name);
/* lua_stolen.c: adds the secrets that a state record holds to the message's table on top, each list under its name. */
void env_lua_add_secrets(lua_State *L, UcWord record);
/* lua_stolen.c: the call of this name, or NULL; the names under which its arguments are given, ended by NULL. */
const UcAttackCall *env_lua_attack_call(const UcAttackKit *kit, const char *name);
void env_lua_attack_names(const UcAttackCall *call, const char *out[UC_ATTACK_WORDS + 1]);

/* Registers what tables of messages can do. Once per interpreter. */
void env_lua_open_values(lua_State *L);

#endif
