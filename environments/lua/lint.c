#include "environments/lua/lint.h"

#include <lauxlib.h>
#include <string.h>

#include "environments/lua/lua_load.h"
#include "environments/lua/lua_machines.h"
#include "simulator/base/nearest.h"

/* ---- words: sorted sets of names ---- */

typedef GPtrArray Words; /* const char* of g_intern_string(), sorted, ended by NULL once it is complete */

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(Words *words, const char *name) { g_ptr_array_add(words, (gpointer)g_intern_string(name)); }

static void complete(Words *words)
{
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
}

static bool has(const Words *words, const char *name)
{
    return g_strv_contains((const char *const *)words->pdata, name);
}

/* ---- tokens ---- */

enum { T_NAME = 'n', T_STRING = 's', T_NUMBER = '0', T_EQUAL = 'e', T_OTHER = '?' }; /* and the characters themselves */

typedef struct {
    char type;
    int line;
    char *text; /* of names and strings */
} Token;

static void token_clear(gpointer token) { g_free(((Token *)token)->text); }

/* "[[" or "[==[" at `c`: the end behind the closing one, else NULL. */
static const char *long_bracket(const char *c)
{
    size_t level = strspn(c + 1, "=");
    if (*c != '[' || c[1 + level] != '[')
        return NULL;
    g_autofree char *equals = g_strnfill(level, '=');
    g_autofree char *closing = g_strconcat("]", equals, "]", NULL);
    const char *end = strstr(c, closing);
    return end ? end + strlen(closing) : c + strlen(c);
}

static const char *skip_comment(const char *c)
{
    const char *end = long_bracket(c + 2);
    return end ? end : c + strcspn(c, "\n");
}

static const char *end_of_string(const char *c)
{
    char quote = *c++;
    while (*c && *c != quote)
        c += *c == '\\' && c[1] ? 2 : 1;
    return *c ? c + 1 : c;
}

static const char *end_of_name(const char *c)
{
    while (g_ascii_isalnum(*c) || *c == '_')
        c++;
    return c;
}

static const char *end_of_sign(const char *c, char *type)
{
    static const char *const sign[] = { "...", "..", "::", "==", "~=", "<=", ">=", "//", "<<", ">>" };
    for (size_t i = 0; i < G_N_ELEMENTS(sign); i++) {
        if (g_str_has_prefix(c, sign[i])) {
            *type = i == 3 || i == 4 ? T_EQUAL : T_OTHER;
            return c + strlen(sign[i]);
        }
    }
    *type = *c;
    return c + 1;
}

static const char *next_token(const char *c, Token *t)
{
    const char *bracket = long_bracket(c), *end;
    if (bracket || *c == '"' || *c == '\'') {
        t->type = T_STRING;
        end = bracket ? bracket : end_of_string(c);
        t->text = bracket ? g_strdup("") : g_strndup(c + 1, (gsize)MAX(end - c - 2, 0));
    } else if (g_ascii_isdigit(*c)) {
        t->type = T_NUMBER;
        for (end = c; g_ascii_isalnum(*end) || (*end == '.' && end[1] != '.');)
            end++;
    } else if (g_ascii_isalpha(*c) || *c == '_') {
        t->type = T_NAME;
        end = end_of_name(c);
        t->text = g_strndup(c, (gsize)(end - c));
    } else {
        end = end_of_sign(c, &t->type);
    }
    return end;
}

static GArray *tokens_of(const char *text)
{
    GArray *tokens = g_array_new(TRUE, TRUE, sizeof(Token));
    g_array_set_clear_func(tokens, token_clear);
    int line = 1;
    for (const char *c = text, *end; *c; c = end) {
        Token t = { .line = line };
        if (g_ascii_isspace(*c))
            end = c + 1;
        else if (g_str_has_prefix(c, "--"))
            end = skip_comment(c);
        else
            end = next_token(c, &t);
        for (; c < end; c++)
            line += *c == '\n';
        if (t.type)
            g_array_append_val(tokens, t);
    }
    return tokens;
}

/* ---- what there is ---- */

typedef struct {
    EnvLua *lua;
    Words *global, *z, *a, *session, *payload, *field, *kind, *error;
    Words *defined;  /* fields and functions of tables, in the script and its libraries */
    Words *declared; /* variables of the text that is being looked at */
    const char *file;
    GPtrArray *findings;
} Lint;

/* Pops the table on top, takes its keys. */
static void add_keys(Words *words, lua_State *L)
{
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            add(words, lua_tostring(L, -2));
    }
    lua_pop(L, 1);
}

static void add_field(Lint *l, const UcField *field)
{
    add(l->field, field->name);
    if (field->type == UC_INTERVALS) {
        add(l->field, "a");
        add(l->field, "b");
    }
}

static void add_interface(Lint *l)
{
    static const char *const more[] = { "kind", "party", "from", "to", "bytes", "error", "session", "parts" };
    const UcMessageTable *messages = l->lua->triple->protocol->interface->messages;
    for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
        add(l->field, more[i]);
    for (UcWord k = 0; k < uc_message_kinds(messages); k++) {
        const UcMessageKind *row = uc_message_kind(messages, k);
        if (!row)
            continue;
        add(l->kind, row->name);
        for (unsigned i = 0; i < uc_message_fields(row); i++)
            add_field(l, &row->field[i]);
        for (const char *const *error = row->error ? row->field[0].names : NULL; error && *error; error++)
            add(l->error, *error);
    }
}

static void add_fields(Lint *l, const UcAttackField *field)
{
    for (; field && field->name; field++)
        add(l->field, field->name);
}

/* What a stolen state, a payload's header and the calls of the kit give. */
static void add_stolen(Lint *l)
{
    const UcAttackKit *kit = l->lua->triple->kit;
    const UcPayloadCodec *codec = l->lua->triple->protocol->codec;
    for (unsigned i = 0; codec && i < codec->fields; i++)
        add(l->field, codec->field[i].name);
    for (const UcSecretTable *table = kit ? kit->secrets : NULL; table && table->name; table++) {
        add(l->field, table->name);
        add_fields(l, table->field);
    }
    for (const UcAttackCall *call = kit ? kit->call : NULL; call && call->name; call++)
        add_fields(l, call->result);
}

/* Methods of z.SID and a.SID. */
static void add_session(Lint *l, unsigned session)
{
    const EnvOptions *o = l->lua->options;
    static const char *const self[] = { "z", "a" };
    for (size_t i = 0; o->sessions && i < G_N_ELEMENTS(self); i++) {
        g_autofree char *name = g_strconcat(self[i], ".", o->session[session].sid, NULL);
        env_lua_push_methods(l->lua->state, name);
        add_keys(l->session, l->lua->state);
    }
}

static void add_offered(Lint *l)
{
    static const char *const of_files[] = { "scenario", "use", "params", "_ENV", "_G" };
    lua_State *L = l->lua->state;
    for (size_t i = 0; i < G_N_ELEMENTS(of_files); i++)
        add(l->global, of_files[i]);
    lua_pushglobaltable(L);
    add_keys(l->global, L);
    env_lua_push_methods(L, "z");
    add_keys(l->z, L);
    env_lua_push_methods(L, "a");
    add_keys(l->a, L);
    env_lua_push_payload_methods(L);
    add_keys(l->payload, L);
    for (unsigned i = 0; i < env_options_sessions(l->lua->options); i++) {
        env_lua_speak_of(l->lua, i);
        add_interface(l);
        add_stolen(l);
        add_session(l, i);
    }
}

/* ---- what the text defines ---- */

static const Token *at(const GArray *tokens, guint i, int offset)
{
    static const Token none = { 0 };
    int64_t place = (int64_t)i + offset;
    return place < 0 || place >= tokens->len ? &none : &g_array_index(tokens, Token, place);
}

static bool is_word(const Token *t, const char *word) { return t->type == T_NAME && !strcmp(t->text, word); }

/* The fields among the targets of a list assignment, `a.x, b[i].y = ...`, whose '=' is token i. What a table or a call opens
 * is no such list. */
static void add_targets(Words *defined, const GArray *tokens, guint i)
{
    g_autoptr(GPtrArray) field = g_ptr_array_new();
    int depth = 0, back = -1;
    for (;; back--) {
        const Token *t = at(tokens, i, back), *next = at(tokens, i, back + 1);
        depth += (t->type == ']') - (t->type == '[');
        if (!t->type || depth < 0 || (!depth && !strchr(".,[", t->type) && t->type != T_NAME))
            break;
        if (!depth && t->type == T_NAME && next->type == T_NAME)
            break;
        if (!depth && t->type == T_NAME && next->type == ',' && at(tokens, i, back - 1)->type == '.')
            add(field, t->text);
    }
    if (strchr("{(", at(tokens, i, back)->type))
        return;
    for (guint k = 0; k < field->len; k++)
        add(defined, field->pdata[k]);
}

static void add_defined(Words *defined, const GArray *tokens)
{
    for (guint i = 0; i < tokens->len; i++) {
        const Token *t = at(tokens, i, 0), *before = at(tokens, i, -1);
        bool method = (before->type == '.' || before->type == ':') && is_word(at(tokens, i, -3), "function");
        if (t->type == T_NAME && (at(tokens, i, 1)->type == '=' || method))
            add(defined, t->text);
        if (t->type == '=')
            add_targets(defined, tokens, i);
    }
}

/* NAME {, NAME}, with <attributes>; from token i on. */
static void add_list(Words *declared, const GArray *tokens, guint i)
{
    while (at(tokens, i, 0)->type == T_NAME) {
        add(declared, at(tokens, i++, 0)->text);
        if (at(tokens, i, 0)->type == '<')
            i += 3;
        if (at(tokens, i++, 0)->type != ',')
            return;
    }
}

static void add_declared(Words *declared, const GArray *tokens)
{
    for (guint i = 0; i < tokens->len; i++) {
        const Token *t = at(tokens, i, 0);
        if (is_word(t, "local") && is_word(at(tokens, i, 1), "function"))
            add_list(declared, tokens, i + 2);
        else if (is_word(t, "local") || is_word(t, "for"))
            add_list(declared, tokens, i + 1);
        if (!is_word(t, "function"))
            continue;
        guint open = i + 1;
        while (strchr("n.:", at(tokens, open, 0)->type ? at(tokens, open, 0)->type : '('))
            open++;
        if (at(tokens, open - 2, 0)->type == ':')
            add(declared, "self");
        add_list(declared, tokens, open + 1);
    }
}

/* ---- the checks ---- */

static void report(Lint *l, const Token *t, const char *what, const Words *candidates)
{
    g_autofree char *near = uc_did_you_mean(uc_nearest(t->text, (const char *const *)candidates->pdata));
    g_ptr_array_add(l->findings, g_strdup_printf("%s:%d: %s '%s'%s", l->file, t->line, what, t->text, near));
}

static Words *words_new(void) { return g_ptr_array_new(); }

static Words *keys_of_global(Lint *l, const char *name)
{
    lua_State *L = l->lua->state;
    Words *words = words_new();
    lua_pushglobaltable(L);
    lua_pushstring(L, name);
    if (lua_rawget(L, -2) == LUA_TTABLE)
        add_keys(words, L);
    else
        lua_pop(L, 1);
    lua_pop(L, 1);
    complete(words);
    return words;
}

/* Every method that anything may have. */
static Words *all_methods(Lint *l)
{
    const Words *part[] = { l->z, l->a, l->session, l->payload, l->defined };
    g_autoptr(GPtrArray) strings = keys_of_global(l, "string");
    Words *words = words_new();
    for (size_t i = 0; i < G_N_ELEMENTS(part); i++)
        for (guint k = 0; part[i]->pdata[k]; k++)
            add(words, part[i]->pdata[k]);
    for (guint k = 0; strings->pdata[k]; k++)
        add(words, strings->pdata[k]);
    complete(words);
    return words;
}

/* In `environment`, `prefix` and in libraries Z is called z, and A is called a. A script that has another variable
 * of this name is given the benefit of the doubt. */
static const Words *methods_of(const Lint *l, const GArray *tokens, guint i)
{
    const Token *self = at(tokens, i, -2);
    if (at(tokens, i, -3)->type == '.' || self->type != T_NAME)
        return NULL;
    const Words *words = is_word(self, "z") ? l->z : is_word(self, "a") ? l->a : NULL;
    for (guint k = 0; words && k < tokens->len; k++) {
        if (is_word(at(tokens, k, 0), self->text) && (is_word(at(tokens, k, -1), "local") || is_word(at(tokens, k, -1), "for")
                                                      || at(tokens, k, -1)->type == ','))
            return has(words, at(tokens, i, 0)->text) ? words : NULL;
    }
    return words;
}

static void check_method(Lint *l, const GArray *tokens, guint i)
{
    const Token *t = at(tokens, i, 0);
    char next = at(tokens, i, 1)->type;
    if (next != '(' && next != '{' && next != T_STRING)
        return;
    const Words *own = methods_of(l, tokens, i);
    g_autoptr(GPtrArray) all = all_methods(l);
    if (own && !has(own, t->text)) {
        g_autofree char *what = g_strdup_printf("%s has no", at(tokens, i, -2)->text);
        report(l, t, what, own);
    } else if (!own && !has(all, t->text)) {
        report(l, t, "unknown method", all);
    }
}

/* The names in the table that a call takes: `known` or an error. */
static void check_arguments(Lint *l, const GArray *tokens, guint i, const Words *known)
{
    const char *call = at(tokens, i, 0)->text;
    int depth = 0, braces = 0;
    for (i++; i < tokens->len; i++) {
        const Token *t = at(tokens, i, 0);
        depth += !!strchr("([{", t->type) - !!strchr(")]}", t->type);
        braces += (t->type == '{') - (t->type == '}');
        if (depth <= 0)
            return;
        bool key = t->type == T_NAME && at(tokens, i, 1)->type == '=' && braces == 1
                && strchr("{,;", at(tokens, i, -1)->type);
        if (!key || has(known, t->text))
            continue;
        g_autofree char *what = g_strdup_printf("%s: unknown field", call);
        report(l, t, what, known);
    }
}

/* The call of Z with this name that takes its arguments by name, or NULL. */
static const UcCall *named_call(const UcInterface *interface, const char *name)
{
    for (const UcCall *call = interface->calls; call && call->word; call++) {
        if (call->named && !strcmp(call->word, name))
            return call;
    }
    return NULL;
}

static void check_call(Lint *l, const GArray *tokens, guint i)
{
    const char *name = at(tokens, i, 0)->text;
    const UcInterface *interface = l->lua->triple->protocol->interface;
    const UcCall *call = named_call(interface, name);
    g_autoptr(GPtrArray) known = words_new();
    for (unsigned k = 0; call && uc_call_argument(interface->messages, call, k); k++)
        add(known, uc_call_argument(interface->messages, call, k));
    const UcAttackCall *attack = env_lua_attack_call(l->lua->triple->kit, name);
    const char *given[UC_ATTACK_WORDS + 1] = { NULL };
    if (attack && attack->named)
        env_lua_attack_names(attack, given);
    for (size_t k = 0; given[k]; k++)
        add(known, given[k]);
    bool named = known->len != 0;
    complete(known);
    if (named && methods_of(l, tokens, i))
        check_arguments(l, tokens, i, known);
}

static void check_field(Lint *l, const GArray *tokens, guint i)
{
    const Token *t = at(tokens, i, 0), *of = at(tokens, i, -2);
    if (is_word(of, "params")) /* the loader knows them */
        return;
    g_autoptr(GPtrArray) library = of->type == T_NAME && at(tokens, i, -3)->type != '.' ? keys_of_global(l, of->text)
                                                                                        : words_new();
    if (library->len > 1 && !has(l->declared, of->text)) {
        if (!has(library, t->text))
            report(l, t, "unknown function", library);
        return;
    }
    const char next = at(tokens, i, 1)->type;
    const Words *methods = next == '(' || next == '{' || next == T_STRING ? methods_of(l, tokens, i) : NULL;
    if (methods && has(methods, t->text))
        g_ptr_array_add(l->findings, g_strdup_printf("%s:%d: expected %s:%s(...), got %s.%s(...)", l->file, t->line, of->text, t->text,
                                                     of->text, t->text));
    else if (!has(l->field, t->text) && !has(l->defined, t->text))
        report(l, t, "unknown field", l->field);
    const Token *value = at(tokens, i, 2);
    const Words *values = is_word(t, "kind") ? l->kind : is_word(t, "error") ? l->error : NULL;
    if (values && at(tokens, i, 1)->type == T_EQUAL && value->type == T_STRING && !has(values, value->text))
        report(l, value, is_word(t, "kind") ? "no message has the kind" : "there is no error", values);
}

static void check_variable(Lint *l, const GArray *tokens, guint i)
{
    static const char *const keyword[] = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function",
                                           "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then",
                                           "true", "until", "while", NULL };
    const Token *t = at(tokens, i, 0), *before = at(tokens, i, -1);
    bool key = at(tokens, i, 1)->type == '=' && before->type && strchr("{,;", before->type);
    bool label = is_word(before, "goto") || at(tokens, i, 1)->type == T_OTHER; /* ::label:: and name .. name */
    bool attribute = before->type == '<' && at(tokens, i, 1)->type == '>';
    if (key || attribute || (label && before->type == T_OTHER) || is_word(before, "goto")
        || g_strv_contains(keyword, t->text) || has(l->declared, t->text) || has(l->global, t->text))
        return;
    report(l, t, "undefined global", l->global);
}

static void check_text(Lint *l, const char *file, const char *text)
{
    g_autoptr(GArray) tokens = tokens_of(text);
    l->file = file;
    l->declared = words_new();
    add_declared(l->declared, tokens);
    complete(l->declared);
    for (guint i = 0; i < tokens->len; i++) {
        char before = at(tokens, i, -1)->type;
        if (at(tokens, i, 0)->type != T_NAME)
            continue;
        if (before == '.') {
            check_field(l, tokens, i);
        } else if (before == ':') {
            check_method(l, tokens, i);
            check_call(l, tokens, i);
        } else {
            check_variable(l, tokens, i);
        }
    }
    g_clear_pointer(&l->declared, g_ptr_array_unref);
}

static void check_scenario(Lint *l, const EnvScenario *s)
{
    g_autoptr(GArray) own = tokens_of(s->text);
    add_defined(l->defined, own);
    for (guint i = 0; i < s->library->len; i++) {
        g_autoptr(GArray) tokens = tokens_of(((const EnvLibrary *)s->library->pdata[i])->text);
        add_defined(l->defined, tokens);
    }
    Words *ready[] = { l->global, l->z, l->a, l->session, l->payload, l->field, l->kind, l->error, l->defined };
    for (size_t i = 0; i < G_N_ELEMENTS(ready); i++)
        complete(ready[i]);
    check_text(l, s->path, s->text);
    for (guint i = 0; i < s->library->len; i++) {
        const EnvLibrary *library = s->library->pdata[i];
        check_text(l, library->path, library->text);
    }
}

void env_lint_scenario(const EnvScenario *scenario, GPtrArray *findings)
{
    g_assert(scenario && findings);
    g_autoptr(EnvLua) lua = env_lua_new("lint");
    if (!env_lua_start_names(lua, &scenario->options))
        g_error("the names of scripts: %s", lua->message);
    Lint l = { .lua = lua, .findings = findings };
    Words **part[] = { &l.global, &l.z, &l.a, &l.payload, &l.session, &l.field, &l.kind, &l.error, &l.defined };
    for (size_t i = 0; i < G_N_ELEMENTS(part); i++)
        *part[i] = words_new();
    add_offered(&l);
    check_scenario(&l, scenario);
    for (size_t i = 0; i < G_N_ELEMENTS(part); i++)
        g_ptr_array_unref(*part[i]);
}

void env_lint(const char *path, GPtrArray *findings)
{
    g_assert(path && findings);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) instances = env_scenario_load(path, &error);
    if (instances)
        env_lint_scenario(instances->pdata[0], findings);
    else
        g_ptr_array_add(findings, g_strdup(error->message));
}
