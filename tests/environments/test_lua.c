/* Scripts: every trap of an embedded Lua closed, errors with file and line, Z's calls and A's means, the loader. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "environments/lua/lua_host.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/repeat.h"
#include "environments/runs/run.h"
#include "protocol/ticketed/party.h"
#include "protocol/ticketed/keys.h"
#include "tests/support/suite.h"

static char *folder;

static void set_up(void)
{
    folder = g_dir_make_tmp("ucsim-lua-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir)); ) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void tear_down(void)
{
    remove_tree(folder);
    g_free(folder);
}

static char *write_file(const char *name, const char *text, gssize length)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    ck_assert_int_eq(g_mkdir_with_parents(parent, 0700), 0);
    ck_assert(g_file_set_contents(path, text, length, NULL));
    return path;
}

static GPtrArray *load(const char *text, GError **error)
{
    g_autofree char *path = write_file("t.lua", text, -1);
    return env_scenario_load(path, error);
}

static GPtrArray *load_ok(const char *text)
{
    GError *error = NULL;
    GPtrArray *all = load(text, &error);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    return all;
}

/* Wraps the body of an environment (on line 2) and of an adversary, which may be NULL. With torture, everything is run
 * twice and must come out the same. */
static char *script(const char *environment, const char *adversary, bool torture)
{
    return g_strdup_printf("return scenario { title = 't', crypto = 'ideal', torture = %s, environment = function (z)\n"
                           "%s\nend%s%s%s }\n", torture ? "true" : "false", environment, adversary ? ", adversary = function (a)\n" : "",
                           adversary ? adversary : "", adversary ? "\nend" : "");
}

typedef struct {
    const char *name, *environment, *adversary;
    UcVerdict verdict;
    const char *why; /* part of it */
} Row;

static void run_row(const Row *row)
{
    GError *error = NULL;
    g_autofree char *text = script(row->environment, row->adversary, row->verdict != UC_LIMIT);
    g_autoptr(GPtrArray) all = load_ok(text);
    g_autoptr(EnvRun) run = env_run_both(g_ptr_array_index(all, 0), NULL, NULL, &error);
    ck_assert_msg(run != NULL, "%s: %s", row->name, error ? error->message : "");
    UcComparison c = env_run_comparison(run);
    ck_assert_msg(c.verdict == row->verdict, "%s: expected %s, got %s (%s)", row->name, uc_verdict_name[row->verdict],
                  uc_verdict_name[c.verdict], c.why);
    ck_assert_msg(!row->why || strstr(c.why, row->why), "%s: expected '%s', got '%s'", row->name, row->why, c.why);
    ck_assert_msg(!strstr(c.why, "0x"), "%s: an address in '%s'", row->name, c.why);
}

#define ROWS(table) \
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) \
        run_row(&table[i])

START_TEST(what_would_not_end_is_a_limit)
{
    static const Row row[] = {
        { "loop", "while true do end", NULL, UC_LIMIT, "t.lua:2: limit: the script ran out of instructions" },
        { "pcall", "while true do pcall(function () while true do end end) end", NULL, UC_LIMIT, "instructions" },
        { "pcall of memory", "while true do pcall(string.rep, 'x', 1 << 40) end", NULL, UC_LIMIT, "memory" },
        { "rep", "return ('x'):rep(1 << 40)", NULL, UC_LIMIT, "t.lua:2: limit: the script ran out of memory" },
        { "empty rep", "return (''):rep(1 << 60)", NULL, UC_LIMIT, "memory" },
        { "doubling", "local s = 'x' while true do s = s .. s end", NULL, UC_LIMIT, "t.lua:2: limit: the script ran out of memory" },
        { "recursion", "local function f() return 1 + f() end f()", NULL, UC_LIMIT, "t.lua:2: " },
        { "adversary", "z:ask('x')", "a:on_ask(function () while true do end end)", UC_LIMIT, "t.lua:4: " },
        { "adversary's set-up", "", "while true do end", UC_LIMIT, "t.lua:4: " },
        { "copying", "local s = ('x'):rep(1 << 22) while true do local t = s .. 'y' end", NULL, UC_LIMIT, "instructions" },
        { "budget", "local k = z:keygen('hsm1') while true do z:status('hsm1', k) end", NULL, UC_LIMIT,
          "activations of Z and A" },
    };
    /* the routes below have these with a twentieth of what a script may do; quick runs leave it at that */
    static const Row called_by_c[] = {
        { "index", "return setmetatable({}, { __index = function () while true do end end }).x", NULL, UC_LIMIT,
          "t.lua:2: " },
        { "close", "local x <close> = setmetatable({}, { __close = function () while true do end end })", NULL,
          UC_LIMIT, "instructions" },
        { "sort", "table.sort({ 3, 2, 1 }, function () while true do end end)", NULL, UC_LIMIT, "instructions" },
        { "gsub", "('x'):gsub('x', function () while true do end end)", NULL, UC_LIMIT, "instructions" },
    };
    ROWS(row);
    if (g_getenv("UCSIM_LONG_TESTS"))
        ROWS(called_by_c);
}
END_TEST

/* Every place where a script can spend time, with a twentieth of what it may. What is not counted never ends. */
typedef struct {
    const char *name, *body, *limit;
    int times; /* more of the budget */
} Route;

static const Route *route;

static int run_route(lua_State *L)
{
    lua_State *thread = lua_newthread(L);
    int results;
    env_lua_compile(thread, route->body, "t.lua");
    int status = lua_resume(thread, L, 0, &results);
    lua_xmove(thread, L, status == LUA_OK ? 0 : 1);
    return status == LUA_OK ? 0 : lua_error(L);
}

static const char *limit_of(const Route *r, int64_t left)
{
    g_autoptr(EnvLua) lua = env_lua_new("t.lua");
    route = r;
    lua->left = left;
    ck_assert_msg(!env_lua_protected(lua, run_route), "%s: it ended", r->name);
    ck_assert_msg(lua->limit != NULL, "%s: expected a limit, got '%s'", r->name, lua->message);
    return lua->limit;
}

START_TEST(limits_hold_wherever_time_is_spent)
{
    static const Route row[] = {
        { "own stack overflows are caught", "local function f() pcall(f) f() end f()", "calls of pcall inside each other", 1 },
        { "errors are caught deep down", "local function f(n) if n > 0 then f(n - 1) return n end while true do pcall(error) end end "
          "f(10000)", "instructions", 1 },
        { "an error from far above", "local function f(n) if n > 0 then f(n - 1) return n end while true do pcall(error, 'x', 9000) end end "
          "f(10000)", "instructions", 1 },
        { "every pcall of a limit", "local function f(n) if n > 0 then pcall(f, n - 1) end while true do end end f(190)", "instructions", 1 },
        { "closing", "local mt = { __close = function () while true do end end } local function f() "
          "local x <close> = setmetatable({}, mt) f() return 1 end pcall(f)", "instructions", 1 },
        { "closing and catching", "local mt = { __close = function () pcall(error) while true do end end } local function f() "
          "local x <close> = setmetatable({}, mt) f() return 1 end pcall(f)", "instructions", 1 },
        { "sorting long strings", "local t, s = {}, ('x'):rep(1 << 20) for i = 1, 10000 do t[i] = s end table.sort(t)",
          "instructions", 1 },
        { "sorting by C", "local t, s = {}, ('x'):rep(1 << 20) local u = s:sub(2) .. 'x' for i = 1, 10000 do "
          "t[i] = i % 2 == 0 and s or u end table.sort(t, rawequal)", "instructions", 1 },
        { "bytes", "local s = ('x'):rep(15000) while true do local n = select('#', s:byte(1, -1)) end", "instructions", 1 },
        { "code points", "local s = ('x'):rep(15000) while true do local n = select('#', utf8.codepoint(s, 1, -1)) end", "instructions", 1 },
        { "unpack", "local t = {} while true do pcall(table.unpack, t, -15000) end", "instructions", 1 },
        { "packsize", "local s = ('!1'):rep(1 << 18) while true do string.packsize(s) end", "instructions", 1 },
        { "unpack of strings", "local s = ('!1'):rep(1 << 18) while true do string.unpack(s, '') end", "instructions", 1 },
        { "tonumber", "local s = (' '):rep(1 << 20) while true do tonumber(s) end", "instructions", 1 },
        { "utf8.len", "local s = ('x'):rep(1 << 20) while true do utf8.len(s) end", "instructions", 1 },
        { "utf8.offset", "local s = ('x'):rep(1 << 20) while true do utf8.offset(s, -1, 1 << 20) end", "instructions", 1 },
        { "rawequal", "local s, t = ('x'):rep(1 << 20), ('x'):rep(1 << 20) while true do rawequal(s, t) end", "instructions", 1 },
        { "a long pattern", "local s, p = ('a'):rep(1 << 11), ('a'):rep(1 << 10) .. '.b' while true do s:match(p) end", "instructions", 1 },
        { "gmatch at its end", "local it = ('a'):rep(1 << 18):gmatch('z') while true do it() end", "instructions", 1 },
        { "gsub", "local s = ('a'):rep(1 << 16) while true do s:gsub('a', 'bb') end", "instructions", 1 },
        { "pairs", "local t = {} for i = 1, 20 do t[('k'):rep(1 << 16) .. i] = 1 end while true do pairs(t) end", "instructions", 1 },
        { "next", "local t = {} for i = 1, 20 do t[('k'):rep(1 << 16) .. i] = 1 end while true do next(t) end", "instructions", 1 },
        { "rep", "while true do local s = ('x'):rep(1 << 20) end", "instructions", 1 },
        { "concat", "local t = {} for i = 1, 100 do t[i] = ('x'):rep(1 << 12) end while true do table.concat(t) end", "instructions", 1 },
        { "insert", "local t = {} for i = 1, 10000 do t[i] = i end while true do table.insert(t, 1, 1) table.remove(t, 1) end",
          "instructions", 1 },
        { "move", "local t = {} while true do table.move(t, 1, 100000, 2) end", "instructions", 1 },
        { "format", "while true do local s = string.format('%99.99f', 1e308) end", "instructions", 1 },
        { "long errors", "local s = ('x'):rep(1 << 20) while true do pcall(error, s .. 'y') end", "instructions", 1 },
        { "collecting", "local t = {} pcall(function () for i = 1, 1e7 do t[i] = { i } if i == 600000 then error() end end end) "
          "while true do local s = ('x'):rep(1 << 20) end", "instructions", 10 },
        { "metamethods", "local t = setmetatable({}, { __index = function (t, k) return k end }) while true do local x = t.y end",
          "instructions", 1 },
        { "equal", "local s, t = ('x'):rep(1 << 21), ('x'):rep(1 << 21) while true do local same = s == t end", "instructions", 1 },
        { "less", "local s, t = ('x'):rep(1 << 21), ('x'):rep(1 << 21) while true do local less = s < t end", "instructions", 1 },
        { "text that is added", "local s = (' '):rep(1 << 21) .. '1' while true do local x = s + 1 end", "instructions", 1 },
        { "text as an argument", "local s = ('0'):rep(1 << 21) while true do math.abs(s) end", "instructions", 1 },
        { "long keys", "local s = ('x'):rep(1 << 21) local t = { [s .. 'y'] = 1 } while true do local x = t[s .. 'z'] end", "instructions", 1 },
        { "many texts", "local s, t = ('0'):rep(1 << 16), {} for i = 1, 1000 do t[i] = s end while true do math.max(table.unpack(t)) end",
          "instructions", 1 },
        { "characters", "local s, t = ('0'):rep(1 << 16) .. '1', {} for i = 1, 1000 do t[i] = s end while true do "
          "pcall(string.char, table.unpack(t)) pcall(utf8.char, table.unpack(t)) end", "instructions", 1 },
        { "a format that is refused", "local s = ('x'):rep(1 << 20) .. '%p' while true do pcall(string.format, s) end", "instructions", 1 },
        { "many arguments", "local function f(...) while true do local n = select('#', ...) end end f(table.unpack({}, 1, 15000))",
          "instructions", 1 },
        { "many arguments now and then", "local function f(...) local function g() return 1 end while true do local n = select('#', ...) "
          "g() end end f(table.unpack({}, 1, 15000))", "instructions", 1 },
        { "arguments that grow", "local function f(...) return f(1, ...) end f()", "instructions", 1 },
        { "closing and comparing", "local s, t = ('x'):rep(1 << 20), ('x'):rep(1 << 20) local mt = { __close = function () "
          "for i = 1, 90 do local same = s == t end end } local function f() local x <close> = setmetatable({}, mt) f() return 1 end pcall(f)",
          "instructions", 1 },
        { "next of what was emptied", "local t = {} for i = 1, 2000 do t['k' .. i] = 1 end for i = 1, 2000 do t['k' .. i] = nil end "
          "while true do next(t) end", "instructions", 1 },
        { "pairs of what was emptied", "local t = {} for i = 1, 2000 do t['k' .. i] = 1 end for i = 1, 2000 do t['k' .. i] = nil end "
          "while true do pairs(t) end", "instructions", 1 },
        { "what is removed on the way", "local t = {} for i = 1, 10000 do t[i] = 1 end local f = pairs(t) "
          "for i = 1, 10000 do t[i] = nil end while true do f(t) end", "instructions", 1 },
        { "a table behind itself", "local t = {} t.__index = t setmetatable(t, t)", "tables behind each other", 1 },
        { "tables in a ring", "local t, u = {}, {} setmetatable(t, { __index = u }) setmetatable(u, { __index = t })",
          "tables behind each other", 1 },
        { "tables behind each other", "local t = { x = 1 } for i = 1, 33 do t = setmetatable({}, { __index = t }) end",
          "tables behind each other", 1 },
        { "tables put behind each other from the front", "local t = {} for i = 1, 33 do local u = {} setmetatable(t, { __index = u }) t = u end",
          "tables behind each other", 1 },
        { "two rows put behind each other", "local function row(n) local last = {} local first = last for i = 1, n do "
          "first = setmetatable({}, { __index = first }) end return first, last end local a, b = row(16) local c, d = row(16) "
          "setmetatable(b, { __index = c })", "tables behind each other", 1 },
        { "written behind each other", "local t = {} for i = 1, 33 do t = setmetatable({}, { __newindex = t }) end",
          "tables behind each other", 1 },
        { "looked up behind each other", "local t = {} for i = 1, 32 do t = setmetatable({}, { __index = t }) end while true do local x = t.x end",
          "instructions", 1 },
        { "items of tables behind each other", "local t = {} for i = 1, 15 do t = setmetatable({}, { __index = t }) end while true do "
          "local n = select('#', table.unpack(t, 1, 15000)) end", "instructions", 1 },
        { "keys that fall together", "local t, p = {}, (1 << 11) - 1 for i = 1, 2047 do t[i * p] = i end while true do local x = t[1e5 * p] end",
          "instructions", 2 },
        { "pairs of keys that fall together", "local t, p = {}, (1 << 11) - 1 for i = 1, 2047 do t[i * p] = i end while true do pairs(t) end",
          "instructions", 2 },
        { "next of keys that fall together", "local t, p = {}, (1 << 11) - 1 for i = 1, 2047 do t[i * p] = i end while true do next(t) end",
          "instructions", 2 },
        { "keys that fall together again", "while true do local t, p = {}, ((1 << 10) - 1) * ((1 << 11) - 1) for i = 1, 1025 do "
          "t[i * p] = i end end", "instructions", 1 },
        { "gsub by keys that fall together", "local t, p = {}, (1 << 11) - 1 for i = 1, 2047 do t[i * p] = i end local s = ('a'):rep(1000) "
          "while true do s:gsub('.', t) end", "instructions", 2 },
        { "gsub by a function of C", "local s = ('a'):rep(1 << 16) while true do s:gsub('.', type) end", "instructions", 1 },
        { "too many keys", "local t = {} for i = 1, 1e6 do t['k' .. i] = 1 end", "instructions", 1 },
        { "recursion", "local function f() return 1 + f() end f()", "instructions", 1 },
        { "index", "return setmetatable({}, { __index = function () while true do end end }).x", "instructions", 1 },
        { "close", "local x <close> = setmetatable({}, { __close = function () while true do end end })", "instructions", 1 },
        { "sort", "table.sort({ 3, 2, 1 }, function () while true do end end)", "instructions", 1 },
        { "gsub of a function", "('x'):gsub('x', function () while true do end end)", "instructions", 1 },
        { "an endless list", "for _ in ipairs(setmetatable({}, { __index = function (_, i) return i end })) do end", "instructions", 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        const char *limit = limit_of(&row[i], (int64_t)row[i].times * ENV_LUA_INSTRUCTIONS / 20);
        ck_assert_msg(!strcmp(limit, row[i].limit), "%s: expected %s, got %s", row[i].name, row[i].limit, limit);
    }
}
END_TEST

START_TEST(what_runs_uncounted_is_bounded_beforehand)
{
    static const Row row[] = {
        { "pattern", "return (('a'):rep(1000)):match(('a*'):rep(30) .. 'b')", NULL, UC_ERROR, "t.lua:2: expected a pattern" },
        { "lazy pattern", "return (('a'):rep(30)):find('.-.-.-.-.-.-.-.-.-.-b')", NULL, UC_ERROR, "expected a pattern" },
        { "balance", "return (('('):rep(30)):gsub('%b()%b()%b()%b()%b()%b()%b()', '')", NULL, UC_ERROR, "expected a pattern" },
        { "plain find", "local s = ('a'):rep(1 << 20) return s:find(('a'):rep(1 << 19) .. 'b', 1, true)", NULL, UC_ERROR,
          "expected a pattern" },
        { "insert", "table.insert(setmetatable({}, { __len = function () return 1 << 60 end }), 1, 1)", NULL, UC_ERROR,
          "without '__len'" },
        { "move", "table.move({}, 1, 1 << 60, 2)", NULL, UC_ERROR, "expected a range" },
        { "concat", "table.concat(setmetatable({}, { __index = function () return '' end }), '', 1, 1 << 60)", NULL,
          UC_ERROR, "expected a range" },
        { "concat from far below", "table.concat(setmetatable({}, { __index = function () return '' end }), '', -1 << 60)", NULL,
          UC_ERROR, "expected a range" },
        { "a long pattern", "return (('a'):rep(1 << 20)):match(('a'):rep(1 << 19) .. 'b')", NULL, UC_ERROR, "t.lua:2: expected a pattern" },
        { "honest patterns", "assert(('key=12, b=3'):match('(%w+)=(%d+)') == 'key')\n"
          "assert(('a,b,c'):gsub('[a-z]+', 'x') == 'x,x,x') assert(('a+b'):find('+', 1, true) == 2)\n"
          "local n = 0 for w in ('one two'):gmatch('%a+') do n = n + 1 end assert(n == 2)", NULL,
          UC_INDISTINGUISHABLE, NULL },
    };
    ROWS(row);
}
END_TEST

START_TEST(nothing_that_differs_between_runs_is_seen)
{
    static const Row row[] = {
        { "pairs", "local s = '' for k in pairs { z = 1, a = 2, [3] = 3, [1] = 4, [true] = 5, [2.5] = 6, [false] = 7 } do "
          "s = s .. tostring(k) .. ' ' end assert(s == '1 2.5 3 a z false true ', s)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "pairs, other insertion order", "local t = {} for _, k in ipairs { 'x', 'c', 'm', 'a' } do t[k] = 1 end t.m = nil "
          "local s = '' for k in pairs(t) do s = s .. k t.c = nil end assert(s == 'ax', s)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "pairs of tables", "for k in pairs { [{}] = 1, [{}] = 2 } do end", NULL, UC_ERROR, "would differ between runs" },
        { "next", "assert(next({ b = 1, a = 2 }) == 'a' and next({ b = 1, a = 2 }, 'a') == 'b' and next({}) == nil)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "tostring", "assert(tostring({}) == 'table' and tostring(print) == 'function' and tostring(nil) == 'nil')\n"
          "assert(tostring(z) == 'userdata' and tostring(setmetatable({}, { __name = 'n' })) == 'table')", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "format", "assert(string.format('%s %5.2f %q %d%%', {}, 1.5, 'q', 3) == 'table  1.50 \"q\" 3%')", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "%p", "string.format('%%%p', {})", NULL, UC_ERROR, "'%p'" },
        { "%10p", "string.format('%-10p', print)", NULL, UC_ERROR, "'%p'" },
        { "table as a global", "return _ENV[{}]", NULL, UC_ERROR, "undefined global 'table'" },
        { "table as a method", "return z[{}]", NULL, UC_ERROR, "z has no 'table'" },
        { "table as an error", "error({})", NULL, UC_ERROR, "the script raised a table" },
        { "table as a bit", "return {}", NULL, UC_ERROR, "got table" },
        { "finalizer", "setmetatable({}, { __gc = function () end })", NULL, UC_ERROR, "without '__gc'" },
        { "weak table", "setmetatable({}, { __mode = 'k' })", NULL, UC_ERROR, "without '__mode'" },
        { "strings' metatable", "assert(getmetatable('') == false) getmetatable('').__index = z", NULL, UC_ERROR, "t.lua:2: " },
        { "random", "local k = z:keygen('hsm1') local n = math.random(1000000) z:sign('hsm1', k, tostring(n))\n"
          "assert(math.random(3, 3) == 3) local f = math.random() assert(f >= 0 and f < 1)\n"
          "assert(math.random(math.mininteger, math.maxinteger) ~= math.random(math.mininteger, math.maxinteger))", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "empty range", "math.random(2, 1)", NULL, UC_ERROR, "expected a range" },
    };
    ROWS(row);
}
END_TEST

/* A table has a copy of its metatable: what the script writes into its own later has no effect, and is said. */
START_TEST(metatables_stay_as_they_were_given)
{
    static const Row row[] = {
        { "later", "local mt = {}\nlocal t = setmetatable({}, mt) mt.__index = print", NULL, UC_ERROR,
          "t.lua:3: expected a metatable that stays as setmetatable first got it, got another '__index' since" },
        { "another", "local mt = { __len = function () return 1 end } local t = setmetatable({}, mt) "
          "mt.__len = function () return 2 end assert(#t == 2)", NULL, UC_ERROR, "another '__len'" },
        { "less", "local mt = { __index = math } local t = setmetatable({}, mt) mt.__index = nil", NULL, UC_ERROR, "another '__index'" },
        { "weak later", "local mt = {} local t = setmetatable({}, mt) mt.__mode = 'v' t[1] = {}", NULL, UC_ERROR, "another '__mode'" },
        { "through getmetatable", "local t = setmetatable({}, {}) getmetatable(t).__eq = rawequal", NULL, UC_ERROR, "another '__eq'" },
        { "given again", "local mt = {} setmetatable({}, mt) for i = 1, 100 do setmetatable({}, {}) end mt.__call = print\n"
          "setmetatable({}, mt)", NULL, UC_ERROR, "t.lua:3: expected a metatable that stays" },
        { "in a loop", "local mt = {} setmetatable({}, mt) mt.__index = {} while true do end", NULL, UC_ERROR, "another '__index'" },
        { "what is no event", "local C = {} C.__index = C function C.new(x) return setmetatable({ x = x }, C) end local a = C.new(1) "
          "function C:get() return self.x end assert(a:get() == 1 and C.new(2):get() == 2 and getmetatable(a) == C)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "another one instead", "local t = setmetatable({}, { __index = { x = 1 } }) setmetatable(t, { __index = { x = 2 } }) assert(t.x == 2) "
          "setmetatable(t, nil) assert(t.x == nil and getmetatable(t) == nil)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "protected", "local t = setmetatable({}, { __metatable = 'no' }) assert(getmetatable(t) == 'no') setmetatable(t, {})", NULL,
          UC_ERROR, "protected metatable" },
        { "protected by another", "local mt = {} setmetatable({}, mt) local t = setmetatable({}, { __metatable = mt }) setmetatable(t, {})",
          NULL, UC_ERROR, "protected metatable" },
        { "a class of a class", "local B = { f = function () return 1 end } B.__index = B local D = setmetatable({}, B) D.__index = D "
          "local d = setmetatable({}, D) assert(d.f() == 1) D.f = function () return 2 end assert(d.f() == 2)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "a class that gets one later", "local B, D = { f = function () return 1 end }, {} D.__index = D local d = setmetatable({}, D) "
          "setmetatable(D, { __index = B, __call = function () return 3 end }) assert(d.f() == 1 and D() == 3)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "a table that is called", "setmetatable({}, { __call = setmetatable({}, { __call = print }) })()", NULL, UC_ERROR,
          "__call: expected a function, got" },
        { "text to look things up in", "setmetatable({}, { __index = 'x' })", NULL, UC_ERROR, "__index: expected a function or a table, got 'x'" },
    };
    ROWS(row);
}
END_TEST

START_TEST(what_is_forbidden_is_absent)
{
    static const char *const name[] = { "io", "os", "debug", "package", "require", "load", "loadstring", "dofile",
                                        "loadfile", "collectgarbage", "coroutine", "xpcall", "_G" };
    for (size_t i = 0; i < G_N_ELEMENTS(name); i++) {
        g_autofree char *body = g_strdup_printf("\nreturn %s", name[i]);
        g_autofree char *why = g_strdup_printf("t.lua:3: '%s' is not available to scripts", name[i]);
        run_row(&(Row){ name[i], body, NULL, UC_ERROR, why });
    }
    static const Row row[] = {
        { "dump", "return string.dump(print)", NULL, UC_ERROR, "t.lua:2: " },
        { "seed", "return math.randomseed(1)", NULL, UC_ERROR, "t.lua:2: " },
        { "undefined", "local x = 1\nreturn undefined_name", NULL, UC_ERROR, "t.lua:3: undefined global 'undefined_name'" },
        { "assignment", "x = 1", NULL, UC_ERROR, "t.lua:2: assignment to undefined global 'x'" },
    };
    ROWS(row);
}
END_TEST

START_TEST(sorting_is_stable_and_tolerates_any_order)
{
    static const Row row[] = {
        { "numbers", "local t = { 5, 3, 9, 1, 1, 2, 8 } table.sort(t) assert(table.concat(t) == '1123589')\n"
          "table.sort(t, function (x, y) return x > y end) assert(table.concat(t) == '9853211')", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "stable", "local t = {} for i = 1, 100 do t[i] = { i % 3, i } end table.sort(t, function (x, y) return x[1] < y[1] end)\n"
          "for i = 2, 100 do assert(t[i-1][1] < t[i][1] or (t[i-1][1] == t[i][1] and t[i-1][2] < t[i][2])) end", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "no order", "local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function () return true end) assert(#t == 100)",
          NULL, UC_INDISTINGUISHABLE, NULL },
        { "mixed", "table.sort({ 1, 'x' })", NULL, UC_ERROR, "attempt to compare" },
    };
    ROWS(row);
}
END_TEST

START_TEST(failures_are_told_apart)
{
    static const Row row[] = {
        { "assertion", "local k = z:keygen('hsm1')\nassert(k == nil, 'a reason')", NULL, UC_ASSERTION_FAILED,
          "t.lua:3: assertion failed: a reason" },
        { "caught assertion", "local ok, why = pcall(function () assert(false, 'x') end)\n"
          "assert(not ok and why == 't.lua:2: assertion failed: x', why)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "caught error", "local ok, why = pcall(error, 'x', 0) assert(not ok and why == 'x')\n"
          "assert(select('#', pcall(function () return 1, nil, nil end)) == 4)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "calls inside pcall", "local ok, k = pcall(function () return z:keygen('hsm1') end) assert(ok and k.kind == 'key')",
          NULL, UC_INDISTINGUISHABLE, NULL },
        { "error", "local k\nreturn k.kid", NULL, UC_ERROR, "t.lua:3: attempt to index a nil value" },
        { "adversary's assertion", "z:ask('x')", "a:on_ask(function ()\nassert(false) end)", UC_ASSERTION_FAILED, "t.lua:5: " },
        { "adversary's set-up", "", "error('no')", UC_ERROR, "t.lua:4: no" },
    };
    ROWS(row);
}
END_TEST

START_TEST(wrong_arguments_are_named)
{
    static const Row row[] = {
        { "party", "z:keygen('hsm7')", NULL, UC_ERROR,
          "t.lua:2: keygen: expected the name of a party, got 'hsm7'; did you mean 'hsm1'?" },
        { "method", "z:keygn('hsm1')", NULL, UC_ERROR, "t.lua:2: z has no 'keygn'; did you mean 'keygen'?" },
        { "field", "z:request('hsm1', { cuont = 1, from = 'hsm2' })", NULL, UC_ERROR, "unknown field 'cuont'; did you mean 'count'?" },
        { "missing", "z:request('hsm1', { from = 'hsm2' })", NULL, UC_ERROR, "count of request: expected an integer, got nil" },
        { "type", "z:request('hsm1', { count = 'x', from = 'hsm2' })", NULL, UC_ERROR, "expected an integer, got 'x'" },
        { "fraction", "z:request('hsm1', { count = 1.5, from = 'hsm2' })", NULL, UC_ERROR, "expected an integer, got 1.5" },
        { "table", "z:request('hsm1', 3)", NULL, UC_ERROR, "request: expected a table of its arguments, got 3" },
        { "too many", "z:keygen('hsm1', nil, 3)", NULL, UC_ERROR, "expected at most 2 arguments, got 3" },
        { "error as a key", "local e = z:sign('hsm1', 'junk', 'm')\nz:sign('hsm1', e, 'm')", NULL, UC_ERROR,
          "t.lua:3: key of sign: expected its bytes or a message that has them, got the error 'unknown-key'" },
        { "point", "z:crash('hsm1', 'befor')", NULL, UC_ERROR, "got 'befor'; did you mean 'before'?" },
        { "dot", "z.keygen('hsm1')", NULL, UC_ERROR, "expected z:keygen(...), got z.keygen(...)" },
        { "ask of the dummy", "z:ask('x')", NULL, UC_ERROR, "needs an 'adversary'" },
        { "order past A", "z:crash('hsm1')", "", UC_ERROR, "this scenario has its own" },
        { "inside sort", "table.sort({ 1, 2 }, function () z:keygen('hsm1') end)", NULL, UC_ERROR, "cannot be called from inside" },
        { "move in the set-up", "", "a:crash('hsm1')", UC_ERROR, "t.lua:4: a:crash is a move" },
        { "handler", "", "a:on_send(3)", UC_ERROR, "expected a function, got 3" },
        { "bit", "return 2", NULL, UC_ERROR, "got 2" },
    };
    ROWS(row);
}
END_TEST

START_TEST(calls_of_z)
{
    static const Row row[] = {
        { "values", "local k = z:keygen('hsm1') assert(#k.kid == 16 and #k.vk == 56 and k.capacity == 32 and k.party == 'hsm1')\n"
          "local t = z:request('hsm2', { key = k, count = 4, from = 'hsm1' }) assert(#t.ticket == 16)\n"
          "local p = z:transfer('hsm1', { key = k, count = 4, to = 'hsm2', ticket = t })\n"
          "assert(p.kind == 'payload' and p.from == 'hsm1' and p.to == 'hsm2' and p:header().ticket == t.ticket)\n"
          "assert(z:deliver('hsm3', p) == nil)\n"
          "local r = z:deliver('hsm2', p) assert(r.kind == 'received' and r.from == 'hsm1' and r.a == 28 and r.b == 32)\n"
          "assert(r.ticket == t.ticket and r.kid == k.kid)\n"
          "local s = z:sign('hsm2', k, 'm') assert(s.index == 28 and z:verify('hsm3', k, 'm', s))\n"
          "assert(z:verify('hsm3', k, 'n', s) == false and z:verify('hsm3', k, 'm', 'junk') == false)\n"
          "local own = z:status('hsm2', k) assert(own.remaining == 3 and #own.intervals == 1)\n"
          "assert(own.intervals[1].a == 29 and own.intervals[1].b == 32)\n"
          "local e = z:sign('hsm3', k, 'm') assert(e.error == 'unknown-key' and e.kind == 'error')\n"
          "assert(#z:corrupted() == 0) assert(#z:view() == 12)\n"
          "assert(tostring(e) == 'error error=unknown-key', tostring(e))", NULL, UC_INDISTINGUISHABLE, NULL },
        { "errors", "local k = z:keygen('hsm1') assert(z:keygen('hsm1', 'nonsense').error == 'not-supported')\n"
          "assert(z:request('hsm2', { count = -1, from = 'hsm1' }).error == 'bad-count')\n"
          "assert(z:request('hsm2', { count = 1, from = 99 }).error == 'no-such-party')\n"
          "assert(z:request('hsm2', { count = 1, from = 'hsm2' }).error == 'no-such-party')\n"
          "assert(z:transfer('hsm1', { key = k, count = 1, to = 'hsm2', ticket = 'short' }).error == 'bad-ticket')\n"
          "local t = z:request('hsm2', { count = 1 << 31 - 1, from = 'hsm1' }) assert(z:cancel('hsm2', t).kind == 'cancelled')\n"
          "assert(z:cancel('hsm2', t).error == 'no-such-ticket')\n"
          "assert(z:resend('hsm1', { to = 'hsm2', ticket = t }).error == 'no-such-transfer')", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "faults", "local k = z:keygen('hsm1') assert(z:crash('hsm1') == nil and z:sign('hsm1', k, 'm') == nil)\n"
          "z:restart('hsm1') assert(z:sign('hsm1', k, 'm').index == 0) z:crash('hsm1', 'before')\n"
          "assert(z:sign('hsm1', k, 'm') == nil) z:restart('hsm1') z:crash('hsm1', 'middle')\n"
          "assert(z:sign('hsm1', k, 'm') == nil) z:restart('hsm1') assert(z:sign('hsm1', k, 'm').index == 2)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "altered payloads", "local k = z:keygen('hsm1') local t = z:request('hsm2', { count = 1, from = 'hsm1' })\n"
          "local p = z:transfer('hsm1', { key = k, count = 1, to = 'hsm2', ticket = t }) local n = #p.bytes\n"
          "assert(p:flip(0).bytes ~= p.bytes and #p:cut(10).bytes == 10 and #p:cut(-1).bytes == n - 1)\n"
          "assert(#p:extend('xy').bytes == n + 2 and p:set('to', 'hsm3'):header().to == 'hsm3' and p:header().to == 'hsm2')\n"
          "assert(p:patch(3, 'abc').bytes:sub(4, 6) == 'abc' and p:set('ticket', ('x'):rep(16)):header().ticket == ('x'):rep(16))\n"
          "assert(p:flip(7):flip(7).bytes == p.bytes and p:set('version', 3):header().version == 3)\n"
          "assert(#p:header().digest == 32 and p:set('digest', ('d'):rep(32)):header().digest == ('d'):rep(32))\n"
          "for bit = 0, n * 8 - 1, 97 do assert(z:deliver('hsm2', p:flip(bit)) == nil) end\n"
          "assert(z:deliver('hsm2', p.bytes).kind == 'received')", NULL, UC_INDISTINGUISHABLE, NULL },
        { "bad alterations", "local k = z:keygen('hsm1') local t = z:request('hsm2', { count = 1, from = 'hsm1' })\n"
          "local p = z:transfer('hsm1', { key = k, count = 1, to = 'hsm2', ticket = t })\n"
          "for _, f in ipairs { function () return p:flip(1 << 40) end, function () return p:cut(1 << 40) end,\n"
          "function () return p:set('tickt', 1) end, function () return p:set('ticket', 'x') end,\n"
          "function () return p:patch(#p.bytes, 'x') end } do assert(not pcall(f)) end", NULL, UC_INDISTINGUISHABLE, NULL },
    };
    ROWS(row);
}
END_TEST

#define HAND_OVER "local k = z:keygen('hsm1') local t = z:request('hsm2', { key = k, count = 2, from = 'hsm1' })\n" \
                  "local r = z:transfer('hsm1', { key = k, count = 2, to = 'hsm2', ticket = t })\n"

START_TEST(means_of_a)
{
    static const Row row[] = {
        { "delivers at once", HAND_OVER "assert(r.kind == 'received' and r.party == 'hsm2')", "", UC_INDISTINGUISHABLE, NULL },
        { "keeps back", HAND_OVER "assert(r == nil) assert(z:ask('now').kind == 'received')",
          "a:on_send(function () end) a:on_ask('now', function () for _, p in ipairs(a:seen()) do a:deliver(p.to, p) end end)",
          UC_INDISTINGUISHABLE, NULL },
        { "several moves", "local k = z:keygen('hsm1') local first = z:ask('go') assert(first.text == 'one')\n"
          "local n = {} for i, m in ipairs(z:view()) do n[i] = m.text or m.kind end\n"
          "assert(table.concat(n, ' ') == 'key one empty empty two empty', table.concat(n, ' '))\n"
          "assert(z:sign('hsm1', k, 'm').index == 0)",
          "a:on_ask('go', function () a:report('one') a:crash('hsm1') a:restart('hsm1') a:report('two') end)",
          UC_INDISTINGUISHABLE, NULL },
        { "general ask", "assert(z:ask('xyz').text == 'xyz')", "a:on_ask(function (text) a:report(text) end)",
          UC_INDISTINGUISHABLE, NULL },
        { "unheard ask", "assert(z:ask('xyz') == nil)", "a:on_ask('abc', function (text) a:report(text) end)",
          UC_INDISTINGUISHABLE, NULL },
        { "moves in pcall", HAND_OVER "assert(r.kind == 'received')",
          "a:on_send(function (p) assert(pcall(function () a:deliver('hsm3', p:flip(3)) a:deliver(p.to, p) end)) end)",
          UC_INDISTINGUISHABLE, NULL },
        { "state between handlers", HAND_OVER "assert(r == nil) assert(z:ask('n').text == '1')",
          "local n = 0 a:on_send(function () n = n + 1 end) a:on_ask('n', function () a:report(tostring(n)) end)",
          UC_INDISTINGUISHABLE, NULL },
        { "A is not Z", "z:ask('x')", "a:on_ask(function () a:view() end)", UC_ERROR, "a has no 'view'" },
        { "random A", "local x = z:ask('x').text assert(x ~= z:ask('x').text)",
          "a:on_ask(function () a:report(tostring(math.random(1 << 40))) end)", UC_INDISTINGUISHABLE, NULL },
    };
    ROWS(row);
}
END_TEST

/* With the enclave's key, which nobody leaked: what it opens is what was sealed, and using it tells the worlds apart. */
START_TEST(stolen_keys)
{
    uint8_t master[SEAL_KEY_BYTES];
    EnvOptions o = env_default_options();
    keys_master(o.seed, dkm_settings(&o.interface)->enclave, master);
    g_autofree char *key = uc_hex(master, sizeof master);
    g_autofree char *head = g_strdup_printf(
        "local with = unhex('%s') local k = z:keygen('hsm1') local t = z:request('hsm2', { count = 4, from = 'hsm1' })\n"
        "local p = z:transfer('hsm1', { key = k, count = 4, to = 'hsm2', ticket = t })\n"
        "local c = z:open(with, p) assert(c.kid == k.kid and c.vk == k.vk and c.a == 28 and c.b == 32)\n"
        "assert(z:open(('x'):rep(32), p) == nil and z:open(with, p:flip(-1)) == nil and z:open(with, 'x') == nil)\n"
        "local again = z:seal { with = with, from = 'hsm1', to = 'hsm2', ticket = t, key = c, a = 28, b = 32 }\n"
        "assert(again.bytes == p.bytes and again.to == 'hsm2')\n", key);
    static const struct {
        const char *body;
        UcVerdict verdict;
    } row[] = {
        { "assert(z:deliver('hsm2', again).kind == 'received')", UC_INDISTINGUISHABLE },
        { "local s = z:forge(c, 5, 'm') z:verify('hsm3', k, 'm', s)", UC_DISTINGUISHED },
        { "local u = z:request('hsm3', { count = 4, from = 'hsm1' })\n"
          "z:deliver('hsm3', z:seal { with = with, from = 'hsm1', to = 'hsm3', ticket = u, key = c, a = 0, b = 4 })",
          UC_SIMULATION_FAILED },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autofree char *body = g_strconcat(head, row[i].body, NULL);
        run_row(&(Row){ "stolen", body, NULL, row[i].verdict, NULL });
    }
    static const Row bad[] = {
        { "no arguments", "z:seal(3)", NULL, UC_ERROR, "t.lua:2: seal: expected a table of its arguments, got 3" },
        { "unknown", "z:seal { wiht = 1 }", NULL, UC_ERROR, "unknown field 'wiht'; did you mean 'with'?" },
        { "short key", "z:open('x', 'y')", NULL, UC_ERROR, "with: expected 32 bytes, got 1" },
        { "sizes", "z:seal { with = ('x'):rep(32), from = 'hsm1', to = 'hsm2', ticket = ('x'):rep(16), key = { vk = '', seed = '' }, a = 0, b = 1 }",
          NULL, UC_ERROR, "expected vk and seed of a scheme's sizes" },
        { "scheme", "z:seal { with = ('x'):rep(32), from = 'hsm1', to = 'hsm2', ticket = ('x'):rep(16), scheme = 'x' }", NULL, UC_ERROR,
          "scheme: expected 8 bytes, got 1" },
        { "version", "z:seal { with = ('x'):rep(32), from = 'hsm1', to = 'hsm2', ticket = ('x'):rep(16), version = 65536 }", NULL,
          UC_ERROR, "version: expected 0 to 65535, got 65536" },
        { "seed", "z:forge('x', 0, 'm')", NULL, UC_ERROR, "t.lua:2: forge: expected a seed" },
    };
    ROWS(bad);
}
END_TEST

START_TEST(corruption)
{
    static const Row row[] = {
        { "state", "local k = z:keygen('hsm1') local s = z:corrupt('hsm1') assert(s.kind == 'state' and s.party == 'hsm1')\n"
          "assert(#s.keys == 1 and s.keys[1].kid == k.kid and s.keys[1].vk == k.vk and #s.keys[1].seed > 16)\n"
          "assert(#s.sealing == 1 and s.sealing[1].party == nil and #s.sealing[1].key == 32)\n"
          "assert(z:corrupted()[1] == 'hsm1' and #z:corrupted() == 1)\n"
          "assert(z:verify('hsm2', k, 'm', z:forge(s.keys[1], 7, 'm')))", NULL, UC_INDISTINGUISHABLE, NULL },
        { "injection", "local k = z:keygen('hsm1') local s = z:corrupt('hsm1') local t = z:request('hsm2', { count = 4, from = 'hsm1' })\n"
          "local p = z:seal { with = s.sealing[1], from = 'hsm1', to = 'hsm2', ticket = t, key = s.keys[1], a = 3, b = 7 }\n"
          "local r = z:deliver('hsm2', p) assert(r.kind == 'received' and r.a == 3 and r.b == 7 and r.from == 'hsm1')\n"
          "assert(z:open(s.sealing[1], p).seed == s.keys[1].seed)\n"
          "assert(z:sign('hsm2', k, 'm').index == 3)", NULL, UC_INDISTINGUISHABLE, NULL },
        { "speaking", "z:corrupt('hsm1') local v = z:speak('hsm1', 'verified', { valid = 1 }) assert(v == true)\n"
          "local r = z:speak('hsm1', 'received', { kid = ('k'):rep(16), from = 'hsm2', ticket = 't', a = 0, b = 1 })\n"
          "assert(r.party == 'hsm1' and r.kind == 'received' and r.kid == ('k'):rep(16) and r.from == 'hsm2' and r.b == 1)\n"
          "local e = z:speak('hsm1', 'error', { code = 'exhausted' }) assert(e.error == 'exhausted')\n"
          "local i = z:speak('hsm1', 'status-is', { intervals = { { a = 1, b = 2 } } }) assert(i.intervals[1].b == 2)", NULL,
          UC_INDISTINGUISHABLE, NULL },
        { "any kind", "z:corrupt('hsm1') local k = z:keygen('hsm2') for _, kind in ipairs { 'empty', 'resume', 'ask', 'report', 'payload',\n"
          "'deliver', 'crash', 'restart', 'restore', 'corrupt', 'state', 'corrupted', 'keygen', 'request', 'cancel', 'transfer',\n"
          "'resend', 'sign', 'verify', 'status', 'key', 'requested', 'cancelled', 'received', 'signature', 'verified', 'status-is',\n"
          "'error', 'sent', 'answer', 'effect' } do for _, p in ipairs { 'hsm1', 'hsm2' } do\n"
          "if kind ~= 'corrupt' then z:speak(p, kind) end end end z:view()", NULL, UC_INDISTINGUISHABLE, NULL },
        { "what to say", "z:corrupt('hsm1') z:speak('hsm1', 'recieved', {})", NULL, UC_ERROR,
          "expected the kind of a message, got 'recieved'; did you mean 'received'?" },
        { "how to say it", "z:corrupt('hsm1') z:speak('hsm1', 'verified', { vaild = 1 })", NULL, UC_ERROR,
          "verified: unknown field 'vaild'; did you mean 'valid'?" },
        { "inputs go to A", "z:ask('corrupt') z:keygen('hsm1') assert(z:ask('what').text == 'hsm1 keygen')",
          "local seen a:on_report(function (m) seen = m.party .. ' ' .. m.kind end)\n"
          "a:on_ask('corrupt', function () local s = a:corrupt('hsm1') assert(s.kind == 'state' and #s.keys == 0) end)\n"
          "a:on_ask('what', function () a:report(seen) end)", UC_INDISTINGUISHABLE, NULL },
        { "A speaks", "local v = z:ask('go') assert(v == true)",
          "a:on_ask('go', function () a:corrupt('hsm1') a:speak('hsm1', 'verified', { valid = 1 }) end)", UC_INDISTINGUISHABLE, NULL },
    };
    ROWS(row);
}
END_TEST

START_TEST(seeds_reach_random)
{
    char *bit[2] = { NULL, NULL };
    for (int i = 0; i < 2; i++) {
        g_autofree char *text = g_strdup_printf("return scenario { title = 't', crypto = 'ideal', seed = %d, environment = "
                                                "function (z) error(tostring(math.random(1 << 60)), 0) end }", i + 1);
        g_autoptr(GPtrArray) all = load_ok(text);
        g_autoptr(EnvRun) run = env_run_both(g_ptr_array_index(all, 0), NULL, NULL, NULL);
        ck_assert_str_eq(uc_world_why(env_run_world(run, ENV_REAL)), uc_world_why(env_run_world(run, ENV_IDEAL)));
        bit[i] = g_strdup(uc_world_why(env_run_world(run, ENV_REAL)));
    }
    ck_assert_str_ne(bit[0], bit[1]);
    ck_assert_str_eq(bit[0], "925375793847550000");
    g_free(bit[0]);
    g_free(bit[1]);
}
END_TEST

START_TEST(guess_bits)
{
    static const struct {
        const char *body;
        int bit;
    } row[] = { { "", 0 }, { "return 1", 1 }, { "return true", 1 }, { "return false", 0 }, { "return 0", 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autofree char *text = script(row[i].body, NULL, true);
        g_autoptr(GPtrArray) all = load_ok(text);
        g_autoptr(EnvRun) run = env_run_one(g_ptr_array_index(all, 0), ENV_IDEAL, NULL, NULL, NULL);
        ck_assert_int_eq(env_run_stop(run, ENV_IDEAL), UC_STOP_HALT);
        ck_assert_int_eq(uc_world_bit(env_run_world(run, ENV_IDEAL)), row[i].bit);
    }
}
END_TEST

/* Which lines made writes. */
static void note_lines(void *data, const UcWorld *world, const UcActivation *a)
{
    if (a->machine <= UC_A && a->outcome.result.code == UC_SEND && !uc_world_spec(world)->ideal)
        g_array_append_val((GArray *)data, a->number);
}

START_TEST(lines_of_moves)
{
    g_autofree char *text = script("local k = z:keygen('hsm1')\nz:ask('go')\nz:status('hsm1', k)",
                                   "a:on_ask('go', function ()\na:crash('hsm1')\na:restart('hsm1') end)", true);
    g_autoptr(GPtrArray) all = load_ok(text);
    g_autoptr(GArray) writes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(EnvRun) run = env_run_both(g_ptr_array_index(all, 0), note_lines, writes, NULL);
    static const int expected[] = { 2, 3, 7, 0, 8, 0, 4 }; /* 0: Z hands on */
    ck_assert_uint_eq(writes->len, G_N_ELEMENTS(expected));
    for (guint i = 0; i < writes->len; i++)
        ck_assert_int_eq(env_run_line(run, g_array_index(writes, uint64_t, i), ENV_REAL), expected[i]);
}
END_TEST

START_TEST(table_of_a_scenario)
{
    g_autoptr(GPtrArray) all = load_ok(
        "return scenario { title = 'x', source = 'y', parties = { 'a', 'b' }, scheme = 'LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W4',\n"
        "crypto = 'ideal', capacity = 8, enclave = 'e', limits = { keys = 2, tickets = 3 }, seed = 7, budget = 99,\n"
        "torture = true, expect = 'invariant broken: I1', explore = { transfer = 2, sign = 1, counts = { -1, 2 }, crash = 0,\n"
        "messages = { 'm', 'n' } }, adversary = function () end, environment = function () end }");
    const EnvScenario *s = g_ptr_array_index(all, 0);
    uint8_t seed[UC_SEED_BYTES];
    env_seed(7, seed);
    ck_assert_uint_eq(all->len, 1);
    ck_assert_str_eq(s->title, "x");
    ck_assert_str_eq(s->source, "y");
    ck_assert_str_eq(s->options.party[1], "b");
    ck_assert_ptr_null(s->options.party[2]);
    ck_assert(s->options.crypto_ideal && s->options.torture && s->has_environment && s->has_adversary && !s->has_prefix);
    UcSettings got = s->options.interface;
    ck_assert_uint_eq(dkm_settings(&got)->capacity, 8);
    ck_assert_uint_eq(dkm_settings(&got)->limits.keys, 2);
    ck_assert_uint_eq(dkm_settings(&got)->limits.tickets, 3);
    ck_assert_uint_eq(dkm_settings(&got)->limits.transfers, dkm_settings_default.limits.transfers);
    ck_assert_uint_eq(s->options.budget, 99);
    ck_assert_mem_eq(s->options.seed, seed, sizeof seed);
    ck_assert_int_eq(s->expect, UC_INVARIANT_BROKEN);
    ck_assert_str_eq(s->expect_rule, "I1");
    ck_assert_uint_eq(s->bound->len, 3);
    ck_assert_str_eq(g_array_index(s->bound, EnvBound, 0).name, "transfer"); /* in the order of the script */
    ck_assert_str_eq(g_array_index(s->bound, EnvBound, 2).name, "crash");
    ck_assert_int_eq(env_scenario_bound(s, "sign", -5), 1);
    ck_assert_int_eq(env_scenario_bound(s, "deliver", -5), -5);
    ck_assert_int_eq(g_array_index(env_scenario_domain(s, "counts")->number, int64_t, 0), -1);
    ck_assert_str_eq(g_ptr_array_index(env_scenario_domain(s, "messages")->text, 1), "n");
    ck_assert_ptr_null(env_scenario_domain(s, "points"));
    ck_assert_uint_eq(strlen(s->hash), 64);
    ck_assert_ptr_null(s->instance);
}
END_TEST

#define E "environment = function () end"
START_TEST(bad_files)
{
    static const struct {
        const char *text, *why;
    } row[] = {
        { "return scenario { title = 'x',\n " E ",\n  partys = { 'a' } }", "t.lua:3: unknown field 'partys'; did you mean 'parties'?" },
        { "return scenario { title = 'x',\n " E ",\n\n parties = 'a' }", "t.lua:4: parties: expected a list of 1 to 1000 names, got 'a'" },
        { "return scenario { title = 'x', " E ", parties = { 'a', 'a' } }", "t.lua:1: parties: expected different names" },
        { "return scenario { title = 'x', " E ", parties = { 'a', 'none' } }", "none of them Z, A, S, F or none, got 'none'" },
        { "return scenario { title = 'x', " E ", parties = { 'a', 'Z' } }", "none of them Z, A, S, F or none, got 'Z'" },
        { "return scenario { title = 'x', " E ",\n scheme = 'LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W9' }",
          "t.lua:2: scheme: unknown parameter set 'LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W9'; did you mean" },
        { "return scenario { title = 'x', " E ",\n protocol = 'none' }", "t.lua:2: protocol: " },
        { "return scenario { title = 'x', " E ", crypto = 'reel' }", "crypto: expected 'real' or 'ideal', got 'reel'; did you mean 'real'?" },
        { "return scenario { title = 'x', " E ", simulator = 'dictate' }", "simulator: expected one of uc, dictated, got 'dictate'" },
        { "return scenario { title = 'x', " E ", storage = 'memory' }", "storage: expected 'atomic', " },
        { "return scenario { title = 'x', " E ", trust = 1 }", "trust: expected a text, got 1" },
        { "return scenario { title = 'x', " E ", capacity = -1 }", "capacity: expected an integer of at least 0, got -1" },
        { "return scenario { title = 'x', " E ", tag_bytes = 1 << 32 }", "tag_bytes: expected 1 to 16, got 4294967296" },
        { "return scenario { title = 'x', " E ", ticket_bytes = (1 << 32) + 1 }", "ticket_bytes: expected 1 to 16, got 4294967297" },
        { "return scenario { title = 'x', " E ", capacity = 1.5 }", "got 1.5" },
        { "return scenario { title = 'x', " E ", budget = '3' }", "budget: expected an integer of at least 0, got '3'" },
        { "return scenario { title = 'x', " E ", torture = 1 }", "torture: expected true or false, got 1" },
        { "return scenario { title = 'x', " E ", limits = { key = 1 } }", "unknown field 'key'; did you mean 'keys'?" },
        { "return scenario { title = 'x', " E ",\n explore = {\n sgin = 1 } }", "t.lua:3: unknown field 'sgin'; did you mean 'sign'?" },
        { "return scenario { title = 'x', " E ", explore = { sign = true } }", "sign: expected an integer from 0 to 1000, got true" },
        { "return scenario { title = 'x', " E ", explore = { counts = { 1, 'a' } } }", "counts: expected a list of integers" },
        { "return scenario { title = 'x', " E ", expect = 'indistinguishabel' }", "; did you mean 'indistinguishable'?" },
        { "return scenario { title = 'x', environment = 3 }", "environment: expected a function, got 3" },
        { "return scenario { title = '', " E " }", "title: expected a text, got ''" },
        { "return scenario { title = '\\xff', " E " }", "title: expected a text" },
        { "return scenario { " E " }", "t.lua:1: expected a scenario with 'title'" },
        { "return scenario { title = 'x' }", "expected a scenario with 'environment'" },
        { "return scenario { title = 'x', 5 }", "expected fields with names, got a number" },
        { "return scenario(5)", "t.lua:1: expected scenario { ... }" },
        { "scenario { title = 'x', " E " }", "t.lua:1: expected the file to return scenario { ... }, got nil" },
        { "return {}", "got table" },
        { "", "got nil" },
        { "scenario { title = 'x', " E " } return scenario { title = 'x', " E " }", "expected one scenario { ... } in a file" },
        { "return scenario {\n\n title = }", "t.lua:3: unexpected symbol near '}'" },
        { "while true do end", "t.lua:1: limit: the script ran out of instructions" },
        { "local s = 'x' while true do s = s .. s end", "limit: the script ran out of memory" },
        { "\nlocal x = io.open('y')", "t.lua:2: 'io' is not available to scripts" },
        { "return scenario { title = math.random(3), " E " }", "expected math.random inside" },
        { "return scenario { title = 'x' .. params.n, " E " }", "unknown parameter 'n'" },
        { "return scenario { title = 'x', " E ", explore = { counts = { 2^70 } } }", "counts: expected a list of integers, got 1.1" },
        { "return scenario { title = 'x', " E ", explore = { counts = {} } }", "counts: expected a list of integers, got an empty table" },
        { "return scenario { title = 'x', " E ", explore = { messages = { 1 } } }", "messages: expected a list of texts, got 1" },
        { "return scenario { title = 'x', " E ", parties = {} }", "expected a list of 1 to 1000 names, got an empty table" },
        { "return scenario { title = 'x', " E ", parties = nil, budget = { 1, 2 } }", "expected an integer of at least 0, got a list of 2" },
        { "return scenario { title = 'x', " E ", budget = { a = 2 } }", "expected an integer of at least 0, got a table" },
        { "return scenario { title = 'x', " E ", for_each = { n = {} } }", "n: expected a list of values, got an empty table" },
        { "return scenario { title = 'x', " E ", for_each = { n = { 1, nil, 3 } } }", "true or false, got nil" },
        { "return scenario { title = 'x', environment = {} }", "environment: expected a function, got an empty table" },
        { "return use 'nothing'", "t.lua:1: use: there is no 'nothing.lua'" },
        { "return use '../t'", "use: expected a name of letters" },
        { "\x1bLua", "t.lua:1: expected the text of a script" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) all = load(row[i].text, &error);
        ck_assert_msg(!all && error, "loaded: %s", row[i].text);
        ck_assert_msg(strstr(error->message, row[i].why), "%s\nexpected '%s', got '%s'", row[i].text, row[i].why, error->message);
        bool limit = strstr(row[i].why, "limit:") != NULL;
        ck_assert_int_eq(error->code == ENV_ERROR_LIMIT, limit);
    }
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(env_scenario_load("/nonexistent/t.lua", &error));
    ck_assert_int_eq(error->code, ENV_ERROR_FILE);
    ck_assert_ptr_nonnull(strstr(error->message, "No such file"));
}
END_TEST

START_TEST(parameters_are_swept)
{
    g_autoptr(GPtrArray) all = load_ok(
        "local name = 'n' .. params.n + 1\n"
        "return scenario { title = name, crypto = 'ideal', capacity = params.n, for_each = { n = { 2, 1 }, b = { true, false }, s = { 'x' } },\n"
        "environment = function (z) assert(z:keygen('hsm1').capacity == params.n and params.s == 'x')\n"
        "assert(not pcall(function () return params.z end) and not pcall(function () params.n = 1 end)) return params.b end }");
    static const char *const name[] = { "b=true,n=2,s=x", "b=true,n=1,s=x", "b=false,n=2,s=x", "b=false,n=1,s=x" };
    ck_assert_uint_eq(all->len, G_N_ELEMENTS(name));
    for (guint i = 0; i < all->len; i++) {
        const EnvScenario *s = g_ptr_array_index(all, i);
        ck_assert_str_eq(s->instance, name[i]);
        ck_assert_str_eq(s->title, i % 2 ? "n2" : "n3");
        g_autoptr(EnvRun) run = env_run_both(s, NULL, NULL, NULL);
        UcComparison c = env_run_comparison(run);
        ck_assert_msg(c.verdict == UC_INDISTINGUISHABLE, "%s", c.why);
        ck_assert_int_eq(uc_world_bit(env_run_world(run, ENV_REAL)), i < 2);
    }
    static const char *const bad[] = { "{ n = 3 }", "{ n = {} }", "{ n = { {} } }", "{ n = { 1.5 } }", "{ { 1 } }", "7" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf("return scenario { title = 'x', for_each = %s, " E " }", bad[i]);
        ck_assert_msg(load(text, &error) == NULL, "%s", bad[i]);
        ck_assert_ptr_nonnull(strstr(error->message, "t.lua:1: "));
    }
}
END_TEST

START_TEST(libraries)
{
    const char *const text = "local l = use 'common' assert(l == use 'common')\nreturn scenario { title = l.title, crypto = 'ideal',\n"
                             "environment = function (z)\nl.make(z)\nl.fail() end }";
    g_autofree char *path = write_file("lib/common.lua", "local t = { title = 'from the library' }\n"
                                       "function t.make(z)\nreturn z:keygen('hsm1') end\nfunction t.fail() error('here') end\nreturn t", -1);
    g_autoptr(GPtrArray) all = load_ok(text);
    const EnvScenario *s = g_ptr_array_index(all, 0);
    ck_assert_str_eq(s->title, "from the library");
    ck_assert_uint_eq(s->library->len, 1);
    g_autofree char *hash = g_strdup(s->hash);
    g_remove(path); /* a run does not read it again */
    g_autoptr(GArray) writes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(EnvRun) run = env_run_both(s, note_lines, writes, NULL);
    ck_assert_str_eq(env_run_comparison(run).why, "common.lua:4: here (called from t.lua:5)");
    ck_assert_int_eq(env_run_line(run, g_array_index(writes, uint64_t, 0), ENV_REAL), 4); /* of the scenario's file */
    g_autofree char *assertion = write_file("common.lua", "return { title = 'x', make = function (z) z:keygen('hsm1') end,\n"
                                            "fail = function ()\nassert(nil, 'why') end }", -1);
    g_autoptr(GPtrArray) failing = load_ok(text);
    g_autoptr(EnvRun) failed = env_run_both(g_ptr_array_index(failing, 0), NULL, NULL, NULL);
    ck_assert_str_eq(env_run_comparison(failed).why, "common.lua:3: assertion failed: why (called from t.lua:5)");
    ck_assert_int_eq(env_run_comparison(failed).verdict, UC_ASSERTION_FAILED);
    g_autofree char *other = write_file("common.lua", "return { title = 'nearer' }", -1);
    g_autoptr(GPtrArray) again = load_ok(text);
    ck_assert_str_eq(((EnvScenario *)g_ptr_array_index(again, 0))->title, "nearer");
    ck_assert_str_ne(((EnvScenario *)g_ptr_array_index(again, 0))->hash, hash);
    g_autofree char *self = write_file("common.lua", "return use 'common'", -1);
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(load(text, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "'common' uses itself"));
}
END_TEST

START_TEST(prefix_is_recorded)
{
    g_autoptr(GPtrArray) all = load_ok("return scenario { title = 'x', crypto = 'ideal', explore = { sign = 1 }, prefix = function (z)\n"
                                       "local k = z:keygen('hsm1') z:crash('hsm2') z:sign('hsm1', k, 'm') end }");
    const EnvScenario *s = g_ptr_array_index(all, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&s->options, NULL);
    g_autoptr(GArray) writes = env_run_prefix(s, worlds, &error);
    ck_assert_msg(writes != NULL, "%s", error ? error->message : "");
    ck_assert_uint_eq(writes->len, 3);
    ck_assert_uint_eq(g_array_index(writes, UcEnvelope, 0).message.kind, DKM_KEYGEN);
    ck_assert_uint_eq(g_array_index(writes, UcEnvelope, 1).to, UC_A);
    ck_assert_uint_eq(g_array_index(writes, UcEnvelope, 1).peer, uc_party(1));
    ck_assert_uint_eq(g_array_index(writes, UcEnvelope, 2).message.kind, DKM_SIGN);
    ck_assert_ptr_null(env_run_both(s, NULL, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "can only be explored"));
}
END_TEST

/* Any bytes: loads or says why, never worse. Whatever loads is run. */
START_TEST(damaged_files)
{
    g_autofree char *good = script("local k = z:keygen('hsm1')\nz:sign('hsm1', k, ('m'):rep(3)) assert(z:ask('x') == nil)",
                                   "a:on_send(function (p) a:deliver(p.to, p:flip(3)) end)", false);
    size_t length = strlen(good);
    uint64_t x = 88172645463325252u;
    const int files = g_getenv("UCSIM_LONG_TESTS") ? 600 : 200;
    int loaded = 0;
    for (int i = 0; i < files; i++) {
        g_autofree char *text = g_strdup(good);
        for (int k = 0; k <= i % 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            text[x % length] = (char)((x >> 32) % 127 + 1);
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) all = load(text, &error);
        ck_assert_msg(all || (error && strstr(error->message, "/t.lua")), "%s", error ? error->message : "");
        if (!all)
            continue;
        loaded++;
        g_autoptr(EnvRun) run = env_run_both(g_ptr_array_index(all, 0), NULL, NULL, &error);
        ck_assert(run || error);
    }
    ck_assert_int_gt(loaded, files / 30);
}
END_TEST

/* ---- the same script again and again ---- */
enum { MOVES = 5 };

/* Runs it three times in the real world; `see` looks at each run. */
static void run_thrice(const char *environment, void (*see)(const EnvRepeated *run))
{
    g_autofree char *body = script(environment, NULL, false), *text = g_strconcat("local n = 0 ", body, NULL);
    g_autoptr(GPtrArray) all = load_ok(text);
    g_autoptr(EnvRepeat) repeat = env_repeat_new(all->pdata[0], NULL);
    ck_assert_ptr_nonnull(repeat);
    for (unsigned times = 0; times < 3; times++) {
        uint8_t seed[UC_SEED_BYTES];
        EnvRepeated run;
        env_seed(times, seed);
        ck_assert(env_repeat_run(repeat, ENV_REAL, seed, NULL, NULL, &run, NULL));
        see(&run);
    }
}

static void began_anew(const EnvRepeated *run)
{
    ck_assert_int_eq(run->stop, UC_STOP_HALT);
    ck_assert(run->script->guessed && uc_world_bit(run->world));
    ck_assert_uint_eq(run->script->feature->len, 1);
    ck_assert(g_array_index(run->script->feature, EnvScriptFeature, 0).value == 1);
    ck_assert_uint_eq(run->script->line->len, MOVES);
    for (guint i = 0; i < MOVES; i++) { /* one on each line */
        uint64_t activation = g_array_index(run->script->line, EnvScriptLine, i).activation;
        ck_assert_int_eq(env_script_line(run->script, activation), (int)i + 2);
        ck_assert_int_eq(env_script_line(run->script, activation + 1), 0);
    }
}

static void failed(const EnvRepeated *run)
{
    ck_assert_int_eq(run->stop, UC_STOP_SCRIPT);
    ck_assert(!run->script->guessed);
    ck_assert_str_eq(uc_world_why(run->world), "t.lua:2: attempt to call a nil value (local 'nothing')");
}

START_TEST(repeated_runs_begin_anew)
{
    run_thrice("n = n + 1; z:keygen('hsm1')\nlocal k = z:keygen('hsm2')\nz:sign('hsm2', k, 'text')\n"
               "z:keygen('hsm1')\nz:keygen('hsm2') z:feature('n', n) return true", began_anew);
}
END_TEST

START_TEST(repeated_runs_after_one_that_failed)
{
    run_thrice("z:corrupted(); local nothing; nothing()", failed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lua");
    TCase *t = tcase_create("scripts");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, what_would_not_end_is_a_limit);
    tcase_add_test(t, limits_hold_wherever_time_is_spent);
    tcase_add_test(t, what_runs_uncounted_is_bounded_beforehand);
    tcase_add_test(t, nothing_that_differs_between_runs_is_seen);
    tcase_add_test(t, metatables_stay_as_they_were_given);
    tcase_add_test(t, what_is_forbidden_is_absent);
    tcase_add_test(t, sorting_is_stable_and_tolerates_any_order);
    tcase_add_test(t, failures_are_told_apart);
    tcase_add_test(t, wrong_arguments_are_named);
    tcase_add_test(t, calls_of_z);
    tcase_add_test(t, means_of_a);
    tcase_add_test(t, stolen_keys);
    tcase_add_test(t, corruption);
    tcase_add_test(t, seeds_reach_random);
    tcase_add_test(t, guess_bits);
    tcase_add_test(t, lines_of_moves);
    tcase_add_test(t, table_of_a_scenario);
    tcase_add_test(t, bad_files);
    tcase_add_test(t, parameters_are_swept);
    tcase_add_test(t, libraries);
    tcase_add_test(t, prefix_is_recorded);
    tcase_add_test(t, damaged_files);
    tcase_add_test(t, repeated_runs_begin_anew);
    tcase_add_test(t, repeated_runs_after_one_that_failed);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
