/* libFuzzer target: scenarios, changed token by token (the seeds are the shipped ones). Whatever a script says, it is
 * refused with its place, or both worlds run it to a verdict whose reason has a place where it is the script's fault, and
 * its bounds are explored a little. FUZZ_SCRIPTS is a folder to write the script to; the libraries of scenarios lie in its
 * lib. Crypto is ideal: how long keys take is not the question. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environments/general/explorer.h"
#include "environments/lua/lua_load.h"
#include "environments/runs/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { TOKENS = 20000, INSTANCES = 2, STATES = 300 };

/* ---- the target ---- */

static bool raises; /* the script may raise texts of its own, which have no place if it says so */

/* "file.lua:LINE: ", the same at the end where C called C, or no line where there is none any more. */
static bool has_place(const char *text)
{
    return raises || g_regex_match_simple("\\.lua:[0-9]+: |\\(called from [^ ]+\\.lua:[0-9]+\\)|\\.lua: (limit: |C stack overflow|the script raised)", text,
                                0, 0);
}

static void run(const EnvScenario *s)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvRun) run = env_run_both(s, NULL, NULL, &error);
    if (!run) {
        if (!has_place(error->message))
            g_error("no place: %s", error->message);
        return;
    }
    UcComparison c = env_run_comparison(run);
    if (c.verdict == UC_ERROR && !has_place(c.why))
        g_error("no place: %s", c.why);
    g_assert(c.verdict != UC_DISTINGUISHED || c.why);
}

static void explore(EnvScenario *s)
{
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(s->options.triple), .deepen = true };
    x.search = (UcSearchOptions){ .strategy = UC_BFS, .jobs = 1, .commute = true, .depth = 2, .states = STATES };
    env_alphabet_of(&x.alphabet, s);
    env_alphabet_settle(&x.alphabet);
    env_alphabet_equip(&x.alphabet, &s->options);
    g_autoptr(EnvWorlds) worlds = env_scenario_worlds(s, NULL);
    g_autoptr(GArray) prefix = worlds ? env_run_prefix(s, worlds, NULL) : NULL;
    x.prefix = prefix;
    g_autoptr(EnvExplored) e = prefix ? env_explore(worlds, &x, NULL) : NULL;
    g_assert(!e || e->end != UC_SEARCH_BROKEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *path = g_build_filename(g_getenv("FUZZ_SCRIPTS"), "fuzz.lua", NULL);
    g_autoptr(GError) error = NULL;
    FILE *file = fopen(path, "wb");
    raises = g_strstr_len((const char *)data, (gssize)size, "error(") || g_strstr_len((const char *)data, (gssize)size, "(error");
    g_assert(file && fwrite(data, 1, size, file) == size && !fclose(file));
    g_autoptr(GPtrArray) all = env_scenario_load(path, &error);
    if (!all && error->code != ENV_ERROR_FILE && !has_place(error->message))
        g_error("no place: %s", error->message);
    for (guint i = 0; all && i < MIN(all->len, (guint)INSTANCES); i++) {
        EnvScenario *s = all->pdata[i];
        s->options.crypto_ideal = true;
        s->options.budget = s->options.budget ? MIN(s->options.budget, 500) : 500;
        if (s->has_environment)
            run(s);
        if (s->bound->len && g_strv_length((char **)s->options.party) <= 8)
            explore(s);
    }
    return 0;
}

/* ---- tokens ---- */

typedef struct {
    size_t from, length;
} Token;

static uint64_t state;
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

/* A word, a number, a string, or one other byte, with the blanks after it. */
static size_t token_length(const char *text, size_t length)
{
    size_t n = 1;
    if (g_ascii_isalnum(*text) || *text == '_') {
        while (n < length && (g_ascii_isalnum(text[n]) || text[n] == '_'))
            n++;
    } else if (*text == '"' || *text == '\'') {
        while (n < length && text[n] != *text && text[n] != '\n')
            n += text[n] == '\\' ? 2 : 1;
        n = MIN(n + 1, length);
    }
    while (n < length && g_ascii_isspace(text[n]))
        n++;
    return n;
}

static size_t read_tokens(const char *text, size_t size, Token *token)
{
    size_t n = 0;
    for (size_t at = 0; at < size && n < TOKENS; at += token[n++].length)
        token[n] = (Token){ at, token_length(text + at, size - at) };
    return n;
}

static const char *word(void)
{
    static const char *const words[] = {
        "0 ", "-1 ", "1 ", "2 ", "17 ", "255 ", "256 ", "65535 ", "65536 ", "1000 ", "1001 ", "2147483647 ", "2147483648 ", "4294967296 ",
        "9223372036854775807 ", "9223372036854775808 ", "math.mininteger ", "1.5 ", "1e308 ", "(0/0) ", "nil ", "true ", "false ", "{} ",
        "\"\" ", "\"x\" ", "(\"x\"):rep(70000) ", "z ", "key ", "ticket ", "payload ", "function () end ", "setmetatable({}, {__index = z}) ",
        "and ", "or ", "not ", "== ", ".. ", "# ", "- ", "while true do end ", "return ", "error(z) ", "pcall(error) ", "explore = { sign = 1000 }, ",
        "capacity = 1, ", "reservation = 2, ", "storage = \"torn\", ", "storage = \"lying\", ", "storage = \"monotonic\", ", "limits = { keys = 1 }, ",
        "parties = { \"hsm1\" }, ", "budget = 1, ", "for_each = { n = { 1, 2 } }, ", "torture = true, ", "harvest = true, ", "seal = \"real\", ",
        "ticket_bytes = 1, ", "tag_bytes = 1, ", "trust = \"pairwise\", ", "prefix = function (z) z:keygen(\"hsm1\") end, ",
        "z:crash(\"hsm1\", \"middle\") ", "z:restart(\"hsm1\") ", "z:restore(\"hsm1\", 0) ", "z:corrupt(\"hsm2\") ", "z:keygen(\"hsm1\") ",
    };
    return words[draw(G_N_ELEMENTS(words))];
}

/* Puts `fresh` in the place of `length` bytes. */
static size_t splice(uint8_t *data, size_t size, size_t max_size, size_t at, size_t length, const char *fresh, size_t fresh_length)
{
    g_autofree char *copy = g_strndup(fresh, fresh_length);
    if (size - length + fresh_length > max_size)
        return size;
    memmove(data + at + fresh_length, data + at + length, size - at - length);
    memcpy(data + at, copy, fresh_length);
    return size - length + fresh_length;
}

static size_t change_token(uint8_t *data, size_t size, size_t max_size)
{
    static Token token[TOKENS];
    size_t n = read_tokens((const char *)data, size, token);
    if (!n)
        return size;
    Token t = token[draw(n)], other = token[draw(n)];
    const char *fresh = word();
    switch (draw(6)) {
    case 0: return splice(data, size, max_size, t.from, t.length, "", 0);
    case 1: return splice(data, size, max_size, t.from, 0, (const char *)data + other.from, other.length);
    case 2: return splice(data, size, max_size, t.from, t.length, (const char *)data + other.from, other.length);
    case 3: return splice(data, size, max_size, t.from, 0, fresh, strlen(fresh));
    default: return splice(data, size, max_size, t.from, t.length, fresh, strlen(fresh));
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    if (!draw(20))
        return LLVMFuzzerMutate(data, size, max_size);
    for (uint64_t n = 1 + draw(3); n; n--)
        size = change_token(data, size, max_size);
    return size;
}
