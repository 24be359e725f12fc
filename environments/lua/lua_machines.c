#include "environments/lua/lua_machines.h"

#include <lauxlib.h>
#include <string.h>

#include "environments/lua/lua_scenario.h"
#include "environments/lua/lua_values.h"

static const char script_table, handlers; /* registry keys */

enum {
    NEW_THREAD = 100,     /* instructions: a thread counts its own, and those after its last count are lost */
    FEATURE_BYTES = 256,  /* of a name */
    FEATURE_COST = 100,   /* they are kept beside the script's memory */
};

/* ---- what both machines share ---- */

static int wrong_machine(lua_State *L, const char *self)
{
    return luaL_error(L, "%s can be used in %s only", self, *self == 'z' ? "'environment'" : "'adversary'");
}

/* Checks that this machine's script is running and may write now. */
static EnvLua *mover(lua_State *L, uint16_t machine, const char *name)
{
    EnvLua *lua = env_lua(L);
    const char *self = machine == UC_Z ? "z" : "a";
    if (!lua->ctx || lua->running != machine)
        wrong_machine(L, self);
    if (!lua_isyieldable(L))
        luaL_error(L, machine == UC_Z ? "%s:%s cannot be called from inside a function that Lua's library calls"
                                      : "%s:%s is a move: it can be made inside a handler only", self, name);
    return lua;
}

static int move(lua_State *L, EnvLua *lua, UcResult write)
{
    env_lua_charge_depth(L); /* finding the line goes through them */
    EnvScriptLine line = { uc_world_activations(uc_ctx_world(lua->ctx)), env_lua_line(L) };
    g_array_append_val(lua->script.line, line);
    lua->write = write;
    lua->moved = true;
    return lua_yield(L, 0);
}

/* z and a, and with several sessions z.SID and a.SID: the session that they speak of. */
typedef struct {
    unsigned session;
} Self;

/* "z", or "z.SID", as a Lua string on the stack. */
static const char *name_of_self(lua_State *L, const char *self, const char *sid)
{
    return sid ? lua_pushfstring(L, "%s.%s", self, sid) : lua_pushstring(L, self);
}

/* The z (or a) at index 1, of whatever session; NULL: it is none. */
static const Self *self_at_1(lua_State *L, const char *self)
{
    EnvLua *lua = env_lua(L);
    const Self *found = luaL_testudata(L, 1, self);
    for (unsigned i = 0; !found && i < lua->options->sessions; i++) {
        found = luaL_testudata(L, 1, name_of_self(L, self, lua->options->session[i].sid));
        lua_pop(L, 1);
    }
    return found;
}

void env_lua_take_self(lua_State *L)
{
    const Self *self = self_at_1(L, "z");
    if (!self)
        self = self_at_1(L, "a");
    if (self)
        env_lua_speak_of(env_lua(L), self->session);
}

static void check_self(lua_State *L, const char *self, const char *name)
{
    const Self *found = self_at_1(L, self);
    if (!found)
        luaL_error(L, "expected %s:%s(...), got %s.%s(...)", self, name, self, name);
    env_lua_speak_of(env_lua(L), found->session);
}

/* Pushes z or a, or the one of a session. */
static void push_self(lua_State *L, const char *self, const char *sid, unsigned session)
{
    const char *name = name_of_self(L, self, sid);
    Self *made = lua_newuserdatauv(L, sizeof *made, 0);
    made->session = session;
    luaL_setmetatable(L, name);
    lua_remove(L, -2);
}

/* The script fails or ends the run. */
static UcResult fail(EnvLua *lua)
{
    UcStop how = lua->limit ? UC_STOP_LIMIT : lua->assertion ? UC_STOP_ASSERTION : UC_STOP_SCRIPT;
    uc_stop_script(lua->ctx, how, lua->message);
    return uc_pass("the script stops");
}

static UcResult turn(UcCtx *ctx, const UcEnvelope *in, uint16_t machine, lua_CFunction function)
{
    EnvLua *lua = uc_host(ctx);
    lua->ctx = ctx;
    lua->in = in;
    lua->running = machine;
    lua->moved = false;
    UcResult result = env_lua_protected(lua, function) ? uc_pass(NULL) : fail(lua);
    lua->ctx = NULL;
    lua->in = NULL;
    return lua->moved && !lua->message ? lua->write : result;
}

/* Resumes; true when the script is suspended in a move. An error is raised again in L. */
static bool resume(lua_State *L, lua_State *thread, int arguments)
{
    int results;
    int status = lua_resume(thread, L, arguments, &results);
    if (status == LUA_YIELD) {
        lua_pop(thread, results);
        return true;
    }
    if (status == LUA_OK)
        return false;
    if (status == LUA_ERRMEM) { /* its calls are still there to look at */
        env_lua(L)->limit = env_lua(L)->refused;
        luaL_error(L, "%s:%d: limit: the script ran out of %s", env_lua(L)->chunk, env_lua_line(thread),
                   env_lua(L)->refused);
    }
    lua_xmove(thread, L, 1);
    env_lua_add_caller(L, thread);
    lua_error(L);
    return false;
}

/* What a call of the table says, to the party that the script names. */
static int tell_party(lua_State *L, uint16_t machine, const char *self)
{
    const UcCall *call = lua_touserdata(L, lua_upvalueindex(1));
    check_self(L, self, call->word);
    EnvLua *lua = mover(L, machine, call->word);
    UcWord party = env_lua_read_party(L, 2, call->word);
    UcMessage m = env_lua_read_call(L, call);
    return move(L, lua, uc_send(env_lua_machine(lua, party), m));
}

/* ---- Z ---- */

static int z_call(lua_State *L) { return tell_party(L, UC_Z, "z"); }

static int z_order(lua_State *L)
{
    const UcCall *call = lua_touserdata(L, lua_upvalueindex(1));
    check_self(L, "z", call->word);
    EnvLua *lua = mover(L, UC_Z, call->word);
    if (!lua->dummy)
        return luaL_error(L, "z:%s is an order to the dummy adversary, but this scenario has its own", call->word);
    UcWord party = env_lua_read_party(L, 2, call->word);
    UcMessage m = env_lua_read_call(L, call);
    return move(L, lua, uc_send_peer(UC_A, env_lua_machine(lua, party), m));
}

static int z_speak(lua_State *L)
{
    check_self(L, "z", "speak");
    EnvLua *lua = mover(L, UC_Z, "speak");
    if (!lua->dummy)
        return luaL_error(L, "z:speak is an order to the dummy adversary, but this scenario has its own");
    UcWord party = env_lua_read_party(L, 2, "speak");
    UcMessage m = env_lua_read_message(L, 3);
    return move(L, lua, uc_send_peer(UC_A, env_lua_machine(lua, party), m));
}

static UcMessage text_message(lua_State *L, EnvLua *lua, UcWord kind)
{
    size_t length;
    if (lua_type(L, 2) != LUA_TSTRING)
        env_lua_expected(L, kind == UC_M_ASK ? "ask" : "report", "a text", 2);
    const char *text = lua_tolstring(L, 2, &length);
    env_lua_charge_bytes(L, length);
    return (UcMessage){ kind, { uc_store_put(lua->store, text, length) } };
}

static int z_ask(lua_State *L)
{
    check_self(L, "z", "ask");
    EnvLua *lua = mover(L, UC_Z, "ask");
    if (lua->dummy)
        return luaL_error(L, "z:ask needs an 'adversary' in the scenario; the dummy adversary takes orders "
                          "(z:deliver, z:crash, ...)");
    return move(L, lua, uc_send(UC_A, text_message(L, lua, UC_M_ASK)));
}

static int z_corrupted(lua_State *L)
{
    check_self(L, "z", "corrupted");
    EnvLua *lua = mover(L, UC_Z, "corrupted");
    uint16_t of = lua->options->sessions ? env_lua_machine(lua, 0) : 0;
    return move(L, lua, uc_send_peer(UC_Z, of, (UcMessage){ UC_M_CORRUPTED, { 0 } }));
}

static int z_view(lua_State *L)
{
    check_self(L, "z", "view");
    EnvLua *lua = env_lua(L);
    if (!lua->ctx || lua->running != UC_Z)
        return wrong_machine(L, "z");
    size_t n;
    const UcViewEntry *view = uc_world_view(uc_ctx_world(lua->ctx), &n);
    env_lua_charge(L, 8 * n);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        if (view[i].message.kind == UC_M_EMPTY) {
            lua_createtable(L, 0, 1);
            lua_pushliteral(L, "empty");
            lua_setfield(L, -2, "kind");
        } else {
            env_lua_push_message(L, view[i].peer, &view[i].message);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* Not a write: kept for who runs the script many times. */
static int z_feature(lua_State *L)
{
    check_self(L, "z", "feature");
    EnvLua *lua = env_lua(L);
    if (!lua->ctx || lua->running != UC_Z)
        return wrong_machine(L, "z");
    if (lua_type(L, 2) != LUA_TSTRING)
        env_lua_expected(L, "feature", "a name", 2);
    if (lua_type(L, 3) != LUA_TNUMBER && lua_type(L, 3) != LUA_TBOOLEAN)
        env_lua_expected(L, "feature", "a number or a boolean", 3);
    EnvScriptFeature f = { .value = lua_isboolean(L, 3) ? lua_toboolean(L, 3) : lua_tonumber(L, 3) };
    if (f.value - f.value != 0)
        return luaL_error(L, "feature: expected a finite number");
    if (lua_rawlen(L, 2) > FEATURE_BYTES)
        return luaL_error(L, "feature: expected a name of at most %d bytes, got %d", FEATURE_BYTES, (int)lua_rawlen(L, 2));
    env_lua_charge(L, FEATURE_COST);
    f.name = uc_store_text(lua->store, lua_tostring(L, 2));
    g_array_append_val(lua->script.feature, f);
    return 0;
}

static void push_answer(lua_State *L, EnvLua *lua, const UcViewEntry *v)
{
    env_lua_speak_of_machine(lua, v->peer);
    const UcMessageKind *kind = uc_message_kind(lua->triple->protocol->interface->messages, v->message.kind);
    g_assert(kind);
    if (kind->answer == UC_ANSWER_TRUTH) {
        lua_pushboolean(L, v->message.w[0] != 0);
        return;
    }
    env_lua_push_message(L, v->peer, &v->message);
    if (kind->answer == UC_ANSWER_FIELD) {
        lua_getfield(L, -1, kind->field[0].name);
        lua_remove(L, -2);
    }
}

/* What a call gives back: the first message that reached Z since. */
static void push_reply(lua_State *L, EnvLua *lua)
{
    size_t n;
    const UcViewEntry *view = uc_world_view(uc_ctx_world(lua->ctx), &n), *v = NULL;
    for (size_t i = lua->view_from; i < n && !v; i++) {
        if (view[i].message.kind != UC_M_EMPTY)
            v = &view[i];
    }
    if (v)
        push_answer(L, lua, v);
    else
        lua_pushnil(L);
}

static void read_bit(lua_State *L, EnvLua *lua)
{
    lua->script.guessed = !lua_isnil(L, -1);
    bool integer = lua_isinteger(L, -1);
    lua_Integer value = lua_tointeger(L, -1);
    if (lua_isnil(L, -1) || lua_isboolean(L, -1))
        lua->bit = lua_toboolean(L, -1);
    else if (integer && (value == 0 || value == 1))
        lua->bit = (int)value;
    else
        luaL_error(L, "%s: expected 'environment' to return 0, 1, true, false or nothing, got %s", lua->chunk,
                   env_lua_text(L, lua_gettop(L)));
}

static int z_turn(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    int arguments = 1;
    if (lua->z_started) {
        push_reply(L, lua);
        lua_xmove(L, lua->z, 1);
    }
    lua->z_started = true;
    if (!resume(L, lua->z, arguments)) {
        lua->z_done = true;
        lua_settop(lua->z, 1);
        lua_xmove(lua->z, L, 1);
        read_bit(L, lua);
    }
    uc_world_view(uc_ctx_world(lua->ctx), &lua->view_from);
    return 0;
}

static UcResult z_step(UcCtx *ctx, const UcEnvelope *in)
{
    EnvLua *lua = uc_host(ctx);
    UcResult result = turn(ctx, in, UC_Z, z_turn);
    return lua->z_done && !lua->message ? uc_halt(lua->bit) : result;
}

static const UcClass env_lua_z = { .name = "script of Z", .step = z_step };

/* ---- A ---- */

static int a_order(lua_State *L) { return tell_party(L, UC_A, "a"); }

static int a_speak(lua_State *L)
{
    check_self(L, "a", "speak");
    EnvLua *lua = mover(L, UC_A, "speak");
    UcWord party = env_lua_read_party(L, 2, "speak");
    UcMessage m = env_lua_read_message(L, 3);
    return move(L, lua, uc_send(env_lua_machine(lua, party), m));
}

static int a_report(lua_State *L)
{
    check_self(L, "a", "report");
    EnvLua *lua = mover(L, UC_A, "report");
    return move(L, lua, uc_send(UC_Z, text_message(L, lua, UC_M_REPORT)));
}

static int a_seen(lua_State *L)
{
    check_self(L, "a", "seen");
    EnvLua *lua = env_lua(L);
    if (!lua->ctx || lua->running != UC_A)
        return wrong_machine(L, "a");
    env_lua_charge(L, 4 * lua->seen->len);
    lua_createtable(L, (int)lua->seen->len, 0);
    for (guint i = 0; i < lua->seen->len; i++) {
        env_lua_push_payload(L, &g_array_index(lua->seen, EnvLuaSeen, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* on_send(fn), on_report(fn), on_ask(text, fn) and on_ask(fn): kept under "send", "report", "ask", "ask:TEXT". */
static int a_handler(lua_State *L)
{
    const char *event = lua_tostring(L, lua_upvalueindex(1));
    check_self(L, "a", lua_pushfstring(L, "on_%s", event));
    bool text = !strcmp(event, "ask") && lua_type(L, 2) == LUA_TSTRING;
    int at = text ? 3 : 2;
    if (lua_type(L, at) != LUA_TFUNCTION)
        env_lua_expected(L, lua_pushfstring(L, "handler of on_%s", event), "a function", at);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers);
    if (text) {
        lua_pushliteral(L, "ask:");
        lua_pushvalue(L, 2);
        lua_concat(L, 2);
    } else {
        lua_pushstring(L, event);
    }
    lua_pushvalue(L, at);
    lua_rawset(L, -3);
    return 0;
}

/* Pushes the handler of this name; false and nothing pushed if there is none. */
static bool handler(lua_State *L, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &handlers);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    if (!lua_isnil(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* A task that runs the handler and arguments on top of the stack. */
static void add_task(lua_State *L, EnvLua *lua, int arguments)
{
    EnvLuaTask task = { .arguments = arguments };
    env_lua_charge(L, NEW_THREAD);
    task.thread = lua_newthread(L);
    lua_insert(L, -2 - arguments);
    lua_xmove(L, task.thread, arguments + 1);
    task.anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    g_array_append_val(lua->task, task);
}

static void take_payload(lua_State *L, EnvLua *lua, const UcEnvelope *in)
{
    EnvLuaSeen seen = { in->peer, in->message.w[0], in->message.w[1] };
    g_array_append_val(lua->seen, seen);
    if (handler(L, "send")) {
        env_lua_push_payload(L, &seen);
        add_task(L, lua, 1);
    } else {
        EnvLuaTask task = { .seen = seen };
        g_array_append_val(lua->task, task);
    }
}

static void take_ask(lua_State *L, EnvLua *lua, const UcMessage *m)
{
    size_t length;
    const char *text = (const char *)uc_store_get(lua->store, m->w[0], &length);
    lua_pushliteral(L, "ask:");
    lua_pushlstring(L, text, length);
    lua_concat(L, 2);
    if (!handler(L, lua_tostring(L, -1)) && !handler(L, "ask"))
        return;
    lua_pushlstring(L, text, length);
    add_task(L, lua, 1);
}

static void take_event(lua_State *L, EnvLua *lua)
{
    const UcEnvelope *in = lua->in;
    lua->reply.kind = UC_M_EMPTY;
    switch (in->message.kind) {
    case UC_M_RESUME:
    case UC_M_EMPTY: break;
    case UC_M_PAYLOAD: take_payload(L, lua, in); break;
    case UC_M_ASK: take_ask(L, lua, &in->message); break;
    default:
        if (lua->task->len && g_array_index(lua->task, EnvLuaTask, 0).started) {
            lua->reply = in->message;
        } else if (handler(L, "report")) {
            env_lua_push_message(L, in->peer, &in->message);
            add_task(L, lua, 1);
        }
    }
}

/* The first task's next move. False: it is over. */
static bool run_task(lua_State *L, EnvLua *lua)
{
    EnvLuaTask *task = &g_array_index(lua->task, EnvLuaTask, 0);
    lua_State *thread = task->thread;
    if (!thread) {
        UcMessage m = { UC_M_DELIVER, { task->seen.bytes } };
        env_lua_speak_of_machine(lua, task->seen.from);
        lua->write = uc_send(env_lua_machine(lua, task->seen.to), m);
        lua->moved = lua->write.to != UC_NOBODY;
        return false;
    }
    int arguments = task->started ? 1 : task->arguments;
    if (task->started) {
        env_lua_push_message(L, lua->in->peer, &lua->reply);
        lua_xmove(L, thread, 1);
    }
    task->started = true;
    lua->reply.kind = UC_M_EMPTY;
    return resume(L, thread, arguments);
}

static int a_turn(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    take_event(L, lua);
    while (lua->task->len && !lua->moved && !run_task(L, lua)) {
        EnvLuaTask over = g_array_index(lua->task, EnvLuaTask, 0);
        g_array_remove_index(lua->task, 0);
        if (over.thread)
            luaL_unref(L, LUA_REGISTRYINDEX, over.anchor);
    }
    return 0;
}

static UcResult a_step(UcCtx *ctx, const UcEnvelope *in)
{
    return turn(ctx, in, UC_A, a_turn);
}

static bool a_idle(void *host)
{
    return ((EnvLua *)host)->task->len == 0;
}

static int a_prepare(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &script_table);
    lua_getfield(L, -1, "adversary");
    push_self(L, "a", NULL, 0);
    lua_call(L, 1, 0);
    return 0;
}

static void a_setup(UcCtx *ctx)
{
    turn(ctx, NULL, UC_A, a_prepare);
}

static const UcClass env_lua_a = { .name = "script of A", .step = a_step, .setup = a_setup, .idle = a_idle };

/* ---- setting up ---- */

/* z:send with several sessions: of what one of them has, none else is meant. */
static void point_to_session(lua_State *L, const char *self, const char *name)
{
    const EnvOptions *o = env_lua(L)->options;
    for (unsigned i = 0; (!strcmp(self, "z") || !strcmp(self, "a")) && i < o->sessions; i++) {
        env_lua_push_methods(L, name_of_self(L, self, o->session[i].sid));
        lua_pushstring(L, name);
        if (lua_rawget(L, -2) != LUA_TNIL)
            luaL_error(L, "%s has no '%s'; say it to a session, such as %s.%s:%s", self, name, self, o->session[i].sid, name);
        lua_pop(L, 3);
    }
}

static int no_such_method(lua_State *L) /* upvalues: methods, "z" or "a" */
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_isnil(L, -1))
        return 1;
    if (lua_type(L, 2) == LUA_TSTRING) {
        point_to_session(L, lua_tostring(L, lua_upvalueindex(2)), lua_tostring(L, 2));
        env_lua_refuse_stolen(L, lua_tostring(L, lua_upvalueindex(2)), lua_tostring(L, 2));
    }
    const char *names[64] = { NULL };
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(1)) && n < G_N_ELEMENTS(names) - 1; lua_pop(L, 1)) {
        size_t at = n++; /* kept sorted: the order of the table must not decide what is suggested */
        for (; at && strcmp(names[at - 1], lua_tostring(L, -2)) > 0; at--)
            names[at] = names[at - 1];
        names[at] = lua_tostring(L, -2);
    }
    const char *self = lua_tostring(L, lua_upvalueindex(2)), *name = env_lua_text(L, 2);
    return luaL_error(L, "%s has no '%s'%s", self, name, env_lua_did_you_mean(L, name, names));
}

/* Inputs of an interface from outside may be called what they cannot. */
static void refuse_taken_words(lua_State *L, const UcInterface *interface)
{
    for (const UcCall *call = interface->calls; call && call->word; call++) {
        if (lua_getfield(L, -1, call->word) != LUA_TNIL)
            luaL_error(L, "%s: expected words of its own for inputs, got '%s', which z has already", interface->name, call->word);
        lua_pop(L, 1);
    }
}

/* Adds the calls of a table to the methods on top. */
static void add_calls(lua_State *L, const UcCall *call, lua_CFunction function)
{
    for (; call && call->word; call++) {
        lua_pushlightuserdata(L, (void *)call);
        lua_pushcclosure(L, function, 1);
        lua_setfield(L, -2, call->word);
    }
}

/* The metatable of z or a, from the methods on top, which it takes. */
static void make_self(lua_State *L, const char *self)
{
    luaL_newmetatable(L, self);
    lua_insert(L, -2);
    lua_pushstring(L, self);
    lua_pushcclosure(L, no_such_method, 2);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* What is said of a session, to the methods on top. */
static void add_z_session(lua_State *L)
{
    static const luaL_Reg own[] = { { "corrupted", z_corrupted }, { "speak", z_speak }, { NULL, NULL } };
    EnvLua *lua = env_lua(L);
    const EnvOptions *o = lua->options;
    add_calls(L, env_lua_orders, z_order);
    luaL_setfuncs(L, own, 0);
    env_lua_add_stolen(L, lua->triple->kit);
    if (o->sessions && !o->session[lua->session].called)
        return;
    refuse_taken_words(L, lua->triple->protocol->interface);
    add_calls(L, lua->triple->protocol->interface->calls, z_call);
}

static void add_a_session(lua_State *L)
{
    add_calls(L, env_lua_orders, a_order);
    lua_pushcfunction(L, a_speak);
    lua_setfield(L, -2, "speak");
    env_lua_add_stolen(L, env_lua(L)->triple->kit);
}

/* To the methods of z or a on top: those of the only session, or of several z.SID with those of each. */
static void add_sessions(lua_State *L, const char *self, void (*add)(lua_State *L))
{
    EnvLua *lua = env_lua(L);
    const EnvOptions *o = lua->options;
    if (!o->sessions)
        add(L);
    for (unsigned i = 0; i < o->sessions; i++) {
        env_lua_speak_of(lua, i);
        const char *name = name_of_self(L, self, o->session[i].sid);
        lua_newtable(L);
        add(L);
        make_self(L, name);
        lua_pop(L, 1);
        push_self(L, self, o->session[i].sid, i);
        lua_setfield(L, -2, o->session[i].sid);
    }
}

static const luaL_Reg own_of_z[] = { { "ask", z_ask }, { "view", z_view }, { "feature", z_feature }, { NULL, NULL } };
static const luaL_Reg own_of_a[] = { { "report", a_report }, { "seen", a_seen }, { NULL, NULL } };
static const char *const handler_of_a[][2] = { { "on_send", "send" }, { "on_ask", "ask" }, { "on_report", "report" } };

bool env_lua_is_own_call(const char *name)
{
    static const luaL_Reg *const own[] = { own_of_z, own_of_a };
    g_assert(name);
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        for (const luaL_Reg *call = own[i]; call->name; call++) {
            if (!strcmp(call->name, name))
                return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(handler_of_a); i++) {
        if (!strcmp(handler_of_a[i][0], name))
            return true;
    }
    return false;
}

static void make_z(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, own_of_z, 0);
    add_sessions(L, "z", add_z_session);
    make_self(L, "z");
}

static void make_a(lua_State *L)
{
    lua_newtable(L);
    add_sessions(L, "a", add_a_session);
    luaL_setfuncs(L, own_of_a, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(handler_of_a); i++) {
        lua_pushstring(L, handler_of_a[i][1]);
        lua_pushcclosure(L, a_handler, 1);
        lua_setfield(L, -2, handler_of_a[i][0]);
    }
    make_self(L, "a");
}

/* The file runs and Z's script is ready to be resumed. */
static int start_file(lua_State *L)
{
    EnvLua *lua = env_lua(L);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &handlers);
    env_lua_run_file(L, lua->scenario);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &script_table);
    lua->z = lua_newthread(L);
    lua->z_anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getfield(L, -1, lua->prefix ? "prefix" : "environment");
    push_self(L, "z", NULL, 0);
    lua_xmove(L, lua->z, 2);
    return 0;
}

static int start_names(lua_State *L)
{
    env_lua_open_values(L);
    make_z(L);
    make_a(L);
    return 0;
}

static int start(lua_State *L)
{
    start_names(L);
    return start_file(L);
}

bool env_lua_start_names(EnvLua *lua, const EnvOptions *options)
{
    g_assert(lua && options);
    lua->options = options;
    env_lua_speak_of(lua, 0);
    return env_lua_protected(lua, start_names);
}

void env_lua_push_methods(lua_State *L, const char *self)
{
    luaL_getmetatable(L, self);
    lua_getfield(L, -1, "__index");
    lua_getupvalue(L, -1, 1); /* of no_such_method */
    lua_rotate(L, -3, 1);
    lua_pop(L, 2);
}

bool env_lua_again(EnvLua *lua)
{
    g_assert(lua && lua->z && !lua->message && !lua->limit);
    luaL_unref(lua->state, LUA_REGISTRYINDEX, lua->z_anchor);
    for (guint i = 0; i < lua->task->len; i++) {
        const EnvLuaTask *task = &g_array_index(lua->task, EnvLuaTask, i);
        if (task->thread)
            luaL_unref(lua->state, LUA_REGISTRYINDEX, task->anchor);
    }
    GArray *list[] = { lua->task, lua->seen, lua->script.line, lua->script.feature };
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++)
        g_array_set_size(list[i], 0);
    env_lua_refill(lua);
    lua->z_started = lua->z_done = lua->script.guessed = false;
    lua->bit = 0;
    lua->view_from = 0;
    lua->reply.kind = UC_M_EMPTY;
    return env_lua_protected(lua, start_file);
}

bool env_lua_start(EnvLua *lua, const EnvScenario *scenario, EnvWorlds *worlds, EnvWorld which, bool prefix)
{
    g_assert(lua && scenario && worlds);
    lua->scenario = scenario;
    lua->worlds = worlds;
    lua->options = env_worlds_options(worlds);
    env_lua_speak_of(lua, 0);
    lua->which = which;
    lua->store = env_worlds_store(worlds);
    lua->prefix = prefix;
    lua->dummy = prefix || !scenario->has_adversary;
    lua->script.z = &env_lua_z;
    lua->script.a = lua->dummy ? NULL : &env_lua_a;
    return env_lua_protected(lua, start);
}
