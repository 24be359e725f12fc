/* The interpreter of a scenario script: Lua 5.4 with everything taken out that would make a run unrepeatable,
 * unbounded or unsafe (docs/scenario-language.md, "What a script may use").
 *
 * One interpreter serves Z and A of one world; loading a scenario uses one of its own. Limits: memory, size of one
 * block, tables behind each other, and instructions. No clock: where a script ends is the same on
 * every machine. What Lua does in C between two instructions counts as instructions by what it takes: copying,
 * collecting, unwinding, matching, sorting, printing. What one instruction takes by itself (comparing strings, text as a
 * number, finding a key, copying '...') cannot be seen, and is charged as if each did the most that it can: with the longest
 * string and the largest table that the script ever made. What runs out is kept in `limit`, which no pcall can swallow.
 *
 * Lua errors are longjmps: functions called from Lua keep nothing on the C side that needs cleaning up.
 */
#ifndef ENVIRONMENTS_LUA_LUA_HOST_H
#define ENVIRONMENTS_LUA_LUA_HOST_H

#include <lua.h>

#include "environments/script.h"

enum {
    ENV_LUA_MEMORY = 64 << 20,  /* bytes, all blocks of an interpreter */
    ENV_LUA_BLOCK = 24 << 20,   /* bytes, one block: a string, a table's array, a stack */
    ENV_LUA_CHAIN = 32,         /* tables that look things up in each other ('__index', '__newindex') */
    ENV_LUA_METATABLES = 64,    /* of those given last it is said when they are changed */
    ENV_LUA_INSTRUCTIONS = 20000000,
};

/* A payload as it came by. */
typedef struct {
    uint16_t from; /* machine */
    UcWord to;     /* party number */
    UcWord bytes;
} EnvLuaSeen;

/* A handler of A that is running, or a delivery that follows by itself. */
typedef struct {
    lua_State *thread; /* NULL: deliver `seen` */
    int anchor;        /* in the registry */
    int arguments;     /* still to be handed over at its start */
    bool started;
    EnvLuaSeen seen;
} EnvLuaTask;

typedef struct EnvLua {
    EnvScript script; /* first: machines have it as their host */
    lua_State *state;
    size_t memory;
    int64_t left;          /* instructions */
    size_t longest;        /* bytes of the longest string that was ever made */
    size_t largest;        /* bytes of the largest other block */
    const char *refused;   /* what the allocator had not enough of, the last time */
    unsigned nested;       /* calls of pcall that are open, of all threads */
    const char *limit;     /* what ran out, or NULL */
    bool assertion;        /* the last failure was an assertion of the script */
    char *message;         /* of the last failure, "file:line: ..." */
    const char *chunk;     /* file name of the script */
    lua_CFunction raise;   /* Lua's own error() */
    size_t nodes;          /* keys that the largest table has room for, lists left out: so many may be looked at for one */
    unsigned chain;        /* tables behind each other, the most so far */
    unsigned metatables;   /* given to a table so far */
    unsigned metatable;    /* the one to look at next */
    int given_at[ENV_LUA_METATABLES]; /* lines */
    void *data;            /* of who loads a scenario (lua_load.c) */

    /* a run */
    const EnvScenario *scenario;
    unsigned session;      /* that is spoken of, by its number */
    const UcTriple *triple; /* of that: whose messages, calls and attack kit are values and words of scripts */
    const EnvOptions *options; /* of all sessions */
    EnvWorlds *worlds;
    EnvWorld which;
    UcStore *store;
    UcCtx *ctx;            /* of the activation that is going on, else NULL */
    const UcEnvelope *in;
    uint16_t running;      /* UC_Z or UC_A */
    bool moved;            /* the running machine has written: */
    UcResult write;
    bool dummy;            /* Z gives the orders: the dummy adversary plays A */
    bool prefix;           /* that is what Z runs, not the environment */
    lua_State *z;          /* Z's script */
    bool z_started, z_done;
    int bit;
    int z_anchor;          /* of Z's thread, in the registry */
    size_t view_from;      /* entries of Z's view at its last call */
    GArray *task;          /* EnvLuaTask */
    GArray *seen;          /* EnvLuaSeen */
    UcMessage reply;       /* what answered A's move; UC_M_EMPTY: nothing */
} EnvLua;

/* A fresh interpreter with the library of scripts and nothing else. Never NULL: running out of memory here aborts. */
EnvLua *env_lua_new(const char *chunk);
void env_lua_free(EnvLua *lua);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvLua, env_lua_free)
EnvLua *env_lua(lua_State *L);

/* Runs `function` protected, with the arguments and results on the interpreter's stack left to it. False: `message`,
 * and `limit` or `assertion`, say why. */
bool env_lua_protected(EnvLua *lua, lua_CFunction function);
/* Compiles a script; on the stack afterwards. Raises a Lua error. */
void env_lua_compile(lua_State *L, const char *text, const char *chunk);

/* ---- inside a Lua call ---- */
/* Takes `cost` instructions off. Raises when there are none left. */
void env_lua_charge(lua_State *L, uint64_t cost);
/* Charges for bytes that are looked at. */
void env_lua_charge_bytes(lua_State *L, size_t bytes);
/* Charges for all calls that are still open: whoever unwinds them looks at each. */
void env_lua_charge_depth(lua_State *L);
/* What finding one key of a table costs. */
uint64_t env_lua_look_up(const EnvLua *lua);
/* The budget as at the beginning. */
void env_lua_refill(EnvLua *lua);
/* Stops the script for good. Does not return. */
int env_lua_out_of(lua_State *L, const char *what);
/* Pushes the words for a value that is not what was expected: "'x'", "3", "an empty table", "a list of 2", "a function". */
const char *env_lua_shown(lua_State *L, int index);
/* "file:line: expected EXPECTED, got ..." about the value at `index`. Does not return. */
int env_lua_expected(lua_State *L, const char *what, const char *expected, int index);
/* "; did you mean 'x'?" or "", as a Lua string on the stack. */
const char *env_lua_did_you_mean(lua_State *L, const char *name, const char *const *candidate);
/* "'a', 'b' or 'c'", as a Lua string on the stack. */
const char *env_lua_list(lua_State *L, const char *const *names);
/* Is this value a failed assertion of the script? Its text is at [1]. */
bool env_lua_is_assertion(lua_State *L, int index);
/* To a failure on top that happened in a library (`use`), adds the line of the scenario that led there, and to one without a
 * place that line; `thread` is where it was raised. */
void env_lua_add_caller(lua_State *L, lua_State *thread);
/* Line of the scenario file nearest on the call stack. */
int env_lua_line(lua_State *L);

/* lua_library.c: pushes a value as text without addresses, as tostring() gives it; `index` is absolute. */
const char *env_lua_text(lua_State *L, int index);

/* lua_metatables.c: setmetatable() of scripts. */
int env_lua_set_metatable(lua_State *L);
/* Raises if a metatable was changed since it was given, which has no effect: of the last ones another at each call; all. */
void env_lua_check_metatable(lua_State *L);
int env_lua_check_metatables(lua_State *L);

/* lua_library.c: what scripts find as globals. Expects an empty table on the stack and fills it. */
void env_lua_library(lua_State *L);

#endif
