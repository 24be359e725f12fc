#include "environments/worlds/options.h"

#include <string.h>

#include "simulator/base/nearest.h"

static const char *const crypto_name[] = { "real", "ideal", NULL }, *const coins_name[] = { "coupled", "independent", NULL };
/* Options that no table has. */
static const char *const chosen_name[] = { "parties", "protocol", "simulator", NULL };
static const char *const origin_name[] = { "title", "file", "hash", "seed", "expect", "found", UC_TRACE_STORE, NULL };

G_STATIC_ASSERT(ENV_PARTIES + 2 <= UC_SCHEDULE_TERMS); /* "option NAME" and a value for each party */

/* ---- the three tables ---- */

#define AT(field) offsetof(EnvOptions, field)
static const UcOptionRow rows[] = {
    { "crypto", "crypto", UC_OPTION_NAMED, AT(crypto_ideal), crypto_name, .always = true, .place = 30 },
    { "storage", "storage", UC_OPTION_CHOICE, AT(storage), uc_storage_name, .always = true, .place = 50 },
    { "coins", NULL, UC_OPTION_NAMED, AT(independent), coins_name, .place = 100 },
    { NULL, "budget", UC_OPTION_NUMBER, AT(budget), .place = 200 },
    { NULL, "torture", UC_OPTION_FLAG, AT(torture), .place = 200 },
    { NULL, "harvest", UC_OPTION_FLAG, AT(harvest), .place = 200 },
};
G_STATIC_ASSERT(sizeof(UcStorage) == sizeof(unsigned));
/* Options that are not rows of a table: names. Where files have them, among the places of the rows. */
enum { PLACE_PROTOCOL = 20, PLACE_SIMULATOR = 85 };

static void add_rows(GArray *out, const UcOptionTable *table, void *values)
{
    for (size_t i = 0; i < table->rows; i++) {
        EnvOptionPlace place = { table, &table->row[i], values };
        g_array_append_val(out, place);
    }
}

static gint by_place(gconstpointer a, gconstpointer b)
{
    const EnvOptionPlace *x = a, *y = b;
    return x->row->place < y->row->place ? -1 : x->row->place > y->row->place;
}

GArray *env_options_rows(EnvOptions *o)
{
    static const EnvOptions none = { .triple = NULL };
    static const UcOptionTable engine = { rows, G_N_ELEMENTS(rows), &none, sizeof none };
    g_assert(o && o->triple);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(EnvOptionPlace));
    add_rows(out, &engine, o);
    if (!o->sessions) {
        add_rows(out, &o->triple->protocol->interface->options, &o->interface);
        add_rows(out, &o->triple->protocol->options, &o->protocol);
    }
    g_array_sort(out, by_place); /* stable: no two of a table are equal */
    return out;
}

static bool same_name(const char *a, const char *b) { return a && b && !strcmp(a, b); }

char *env_options_clash(const UcTriple *triple)
{
    EnvOptions o = { .triple = triple };
    g_autoptr(GArray) all = env_options_rows(&o);
    for (guint i = 0; i < all->len; i++) {
        const UcOptionRow *row = g_array_index(all, EnvOptionPlace, i).row;
        bool taken = row->name && (g_strv_contains(chosen_name, row->name) || g_strv_contains(origin_name, row->name));
        for (guint k = 0; k < i && !taken; k++) {
            const UcOptionRow *other = g_array_index(all, EnvOptionPlace, k).row;
            taken = same_name(row->name, other->name) || same_name(row->script, other->script);
        }
        if (taken)
            return g_strdup_printf("%s: expected options with names of their own, got '%s'", triple->protocol->name,
                                   row->name ? row->name : row->script);
    }
    return NULL;
}

/* `name`: where a row has its name, in files or in scripts. */
static bool find(EnvOptions *o, size_t name, const char *wanted, EnvOptionPlace *out)
{
    g_autoptr(GArray) all = env_options_rows(o);
    for (guint i = 0; i < all->len; i++) {
        *out = g_array_index(all, EnvOptionPlace, i);
        const char *got = G_STRUCT_MEMBER(const char *, out->row, name);
        if (got && !strcmp(got, wanted))
            return true;
    }
    return false;
}

bool env_option_find(EnvOptions *o, const char *name, EnvOptionPlace *out)
{
    return find(o, offsetof(UcOptionRow, name), name, out);
}

bool env_option_of_script(EnvOptions *o, const char *name, EnvOptionPlace *out)
{
    return find(o, offsetof(UcOptionRow, script), name, out);
}

bool env_option_of_toy(EnvOptions *o, const char *name, EnvOptionPlace *out)
{
    return find(o, offsetof(UcOptionRow, toy), name, out);
}

bool env_option_set(EnvOptions *o, const char *name, uint64_t number)
{
    EnvOptionPlace p;
    bool there = env_option_find(o, name, &p);
    if (there)
        uc_option_set_number(p.row, p.values, number);
    return there;
}

GArray *env_options_toys(EnvOptions *o)
{
    GArray *all = env_options_rows(o);
    for (guint i = all->len; i-- > 0; ) {
        const EnvOptionPlace *p = &g_array_index(all, EnvOptionPlace, i);
        if (!p->row->toy || !p->row->name || uc_option_is_default(p->table, p->row, p->values))
            g_array_remove_index(all, i);
    }
    return all;
}

/* ---- to files ---- */

/* Of one session, or the only one. */
static UcOptions *print_one(const EnvOptions *options)
{
    EnvOptions copy = *options;
    UcOptions *out = uc_options_new();
    g_autoptr(GArray) all = env_options_rows(&copy);
    bool protocol = false, simulator = options->simulator == options->triple->simulator;
    uc_options_add_list(out, "parties", options->party);
    for (guint i = 0; i < all->len; i++) {
        const EnvOptionPlace *p = &g_array_index(all, EnvOptionPlace, i);
        if (!protocol && p->row->place > PLACE_PROTOCOL)
            uc_options_add(out, "protocol", options->triple->protocol->name);
        if (!simulator && p->row->place > PLACE_SIMULATOR)
            uc_options_add(out, "simulator", options->simulator->name);
        protocol |= p->row->place > PLACE_PROTOCOL;
        simulator |= p->row->place > PLACE_SIMULATOR;
        if (p->row->name)
            uc_option_print(p->table, p->row, p->values, out);
    }
    return out;
}

/* ---- several sessions, in files: "sessions keys wire", "keys.protocol ...", "ideal wire" ---- */

static void print_sids(const EnvOptions *o, const char *name, bool (*is)(const EnvSession *s), UcOptions *out)
{
    const char *sid[ENV_SESSIONS + 1] = { NULL };
    unsigned n = 0;
    for (unsigned i = 0; i < o->sessions; i++) {
        if (is(&o->session[i]))
            sid[n++] = o->session[i].sid;
    }
    bool as_without = n == (strcmp(name, "ideal") ? o->sessions : 0);
    if (!as_without || !strcmp(name, "sessions"))
        uc_options_add_list(out, name, sid);
}

static bool is_session(const EnvSession *s) { return true; }
static bool is_called(const EnvSession *s) { return s->called; }
static bool is_protocol_in_real(const EnvSession *s) { return s->protocol_in[ENV_REAL]; }
static bool is_protocol_in_ideal(const EnvSession *s) { return s->protocol_in[ENV_IDEAL]; }

bool env_option_is_common(const UcOptionRow *row) { return row >= rows && row < rows + G_N_ELEMENTS(rows); }

static bool is_common(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].name && !strcmp(rows[i].name, name))
            return true;
    }
    return false;
}

static void add_option(UcOptions *out, const char *name, const UcOption *o)
{
    if (o->list)
        uc_options_add_list(out, name, (const char *const *)o->value);
    else
        uc_options_add(out, name, o->value[0]);
}

static void print_session(const EnvOptions *all, unsigned session, UcOptions *out)
{
    EnvOptions one = env_options_of(all, session);
    g_autoptr(GPtrArray) own = print_one(&one);
    for (guint i = 0; i < own->len; i++) {
        const UcOption *o = own->pdata[i];
        g_autofree char *name = g_strconcat(all->session[session].sid, ".", o->name, NULL);
        if (is_common(o->name) && !session)
            add_option(out, o->name, o); /* of all sessions */
        else if (!is_common(o->name))
            add_option(out, name, o);
    }
}

/* By slot of its protocol. */
static void print_uses(const EnvSession *s, UcOptions *out)
{
    g_autofree char *name = g_strconcat(s->sid, ".uses", NULL);
    const char *sid[UC_USES + 1] = { NULL };
    memcpy(sid, s->uses, sizeof s->uses);
    if (sid[0])
        uc_options_add_list(out, name, sid);
}

UcOptions *env_options_print(const EnvOptions *options)
{
    g_assert(options);
    if (!options->sessions)
        return print_one(options);
    UcOptions *out = uc_options_new();
    print_sids(options, "sessions", is_session, out);
    print_sids(options, "main", is_called, out); /* without: all */
    print_sids(options, "real", is_protocol_in_real, out); /* those that run as the protocol; without: all, */
    print_sids(options, "ideal", is_protocol_in_ideal, out); /* none */
    for (unsigned i = 0; i < options->sessions; i++) {
        print_session(options, i, out);
        print_uses(&options->session[i], out);
    }
    return out;
}

uint64_t env_seed_number(const uint8_t seed[UC_SEED_BYTES])
{
    return uc_read_u64(seed + UC_SEED_BYTES - 8);
}

/* ---- from files ---- */

typedef struct {
    const UcSchedule *schedule;
    EnvOptions *out;
    GError **error;
    const char *sid; /* whose option it is; NULL: that of all, or of the only session */
} Parse;

/* "file:line: option NAME"; the schedule of a program has no lines. Free with g_free(). */
static char *place_of(const UcSchedule *schedule, const UcOption *o)
{
    g_autofree char *line = o->line ? g_strdup_printf(":%u", o->line) : g_strdup("");
    return g_strdup_printf("%s%s: option %s", schedule->file, line, o->name);
}
static char *place_in(const Parse *p, const UcOption *o)
{
    g_autofree char *name = p->sid ? g_strconcat(p->sid, ".", o->name, NULL) : g_strdup(o->name);
    return place_of(p->schedule, &(UcOption){ .name = name, .line = o->line });
}

/* `known`: names of which one may have been meant, or NULL. */
static bool wrong_value(const Parse *p, const UcOption *o, const char *expected, const char *got, const char *const *known)
{
    g_autofree char *place = place_in(p, o), *shown = g_strescape(got, NULL);
    g_autofree char *near = uc_did_you_mean(known ? uc_nearest(got, known) : NULL);
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected %s, got '%s'%s", place, expected, shown, near);
    return false;
}

static bool wrong(const Parse *p, const UcOption *o, const char *expected, const char *const *known)
{
    return wrong_value(p, o, expected, o->value[0] ? o->value[0] : "", known);
}

static bool unknown(const Parse *p, const UcOption *o)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_autoptr(GArray) all = env_options_rows(p->out);
    static const char *const several[] = { "main", "real", "ideal", NULL };
    for (const char *const *n = p->out->sessions && !p->sid ? several : chosen_name; *n; n++)
        g_ptr_array_add(known, (gpointer)*n);
    for (guint i = 0; i < all->len; i++) {
        if (g_array_index(all, EnvOptionPlace, i).row->name)
            g_ptr_array_add(known, (gpointer)g_array_index(all, EnvOptionPlace, i).row->name);
    }
    for (const char *const *n = origin_name; *n; n++)
        g_ptr_array_add(known, (gpointer)*n);
    g_ptr_array_add(known, NULL);
    g_autofree char *place = place_in(p, o), *near = uc_did_you_mean(uc_nearest(o->name, (const char *const *)known->pdata));
    g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: there is no such option%s", place, near);
    return false;
}

static bool parse_number(const Parse *p, const UcOption *o, uint64_t *out)
{
    return g_ascii_string_to_unsigned(o->value[0], 10, 0, G_MAXINT64, out, NULL) ||
           wrong(p, o, "a number from 0 to 2^63 - 1", NULL);
}

bool env_party_name_ok(const char *name)
{
    static const char *const taken[] = { "Z", "A", "S", "F", "none", NULL };
    g_assert(name);
    size_t length = strlen(name);
    for (const char *c = name; *c; c++) {
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
            return false;
    }
    return length > 0 && length <= 64 && !g_strv_contains(taken, name);
}

static bool parse_parties(const Parse *p, const UcOption *o)
{
    for (unsigned i = 0; o->value[i]; i++) {
        if (!env_party_name_ok(o->value[i]) || g_strv_contains((const char *const *)&o->value[i + 1], o->value[i]))
            return wrong_value(p, o, ENV_PARTY_NAMES, o->value[i], NULL);
    }
    p->out->party = (const char *const *)o->value;
    return true;
}

/* NULL-terminated; free with g_free(). */
static const char **names_of_protocols(void)
{
    const char **name = g_new0(const char *, env_triples() + 1);
    for (unsigned i = 0; i < env_triples(); i++)
        name[i] = env_triple[i].protocol->name;
    return name;
}

static const char **names_of_simulators(const UcTriple *triple)
{
    unsigned n = 0;
    while (triple->simulator[n].name)
        n++;
    const char **name = g_new0(const char *, n + 1);
    for (unsigned i = 0; i < n; i++)
        name[i] = triple->simulator[i].name;
    return name;
}

static char *none_of(const char *const *known, const char *name)
{
    g_autofree char *list = g_strjoinv(", ", (char **)known), *near = uc_did_you_mean(uc_nearest(name, known));
    return g_strdup_printf("expected one of %s, got '%s'%s", list, name, near);
}

char *env_options_use(EnvOptions *o, const char *protocol)
{
    g_assert(o && protocol);
    const UcTriple *triple = env_triple_find(protocol);
    if (triple) {
        if (triple != o->triple)
            env_options_take(o, triple);
        return NULL;
    }
    g_autofree const char **known = names_of_protocols();
    return none_of(known, protocol);
}

char *env_options_use_simulator(EnvOptions *o, const char *simulator)
{
    g_assert(o && simulator);
    for (const UcSimulatorRow *s = o->triple->simulator; s->name; s++) {
        if (!strcmp(s->name, simulator)) {
            o->simulator = s;
            return NULL;
        }
    }
    g_autofree const char **known = names_of_simulators(o->triple);
    return none_of(known, simulator);
}

/* A name that env_options_use...() has refused with this text, which is freed. */
static bool parse_use(const Parse *p, const UcOption *o, char *refused)
{
    g_autofree char *place = place_in(p, o);
    if (refused)
        g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: %s", place, refused);
    g_free(refused);
    return !refused;
}

static bool parse_option(const Parse *p, const UcOption *o)
{
    EnvOptionPlace row;
    if (!strcmp(o->name, "parties"))
        return parse_parties(p, o);
    if (g_strv_contains(origin_name, o->name) || !strcmp(o->name, "protocol"))
        return (o->value[0] && !o->value[1]) || wrong(p, o, "one value", NULL); /* env_origin_of(), env_options_parse() */
    if (!strcmp(o->name, "simulator"))
        return parse_use(p, o, env_options_use_simulator(p->out, o->value[0] ? o->value[0] : ""));
    if (!env_option_find(p->out, o->name, &row))
        return unknown(p, o);
    g_autofree char *expected = uc_option_parse(row.row, o, row.values);
    return !expected || wrong(p, o, expected, row.row->names);
}

static bool parse_protocol(const Parse *p, const UcOption *o)
{
    return !o || parse_use(p, o, env_options_use(p->out, o->value[0] ? o->value[0] : ""));
}

static bool parse_sids(const Parse *p, const UcOption *o)
{
    EnvOptions *out = p->out;
    for (unsigned i = 0; o->value[i]; i++) {
        if (!env_party_name_ok(o->value[i]) || env_options_session(out, o->value[i]) < ENV_SESSIONS)
            return wrong_value(p, o, ENV_PARTY_NAMES, o->value[i], NULL);
        if (i == ENV_SESSIONS)
            return wrong_value(p, o, "at most 8 sessions", o->value[i], NULL);
        out->session[out->sessions++] = (EnvSession){ .sid = o->value[i], .called = true, .protocol_in = { true, false } };
        EnvOptions one = env_default_options();
        env_options_put(out, i, &one);
    }
    return out->sessions || wrong(p, o, "names of sessions", NULL);
}

/* main, real and ideal: which of the sessions. */
static bool parse_which(const Parse *p, const UcOption *o)
{
    const char *known[ENV_SESSIONS + 1] = { NULL };
    for (unsigned i = 0; i < p->out->sessions; i++) {
        EnvSession *s = &p->out->session[i];
        bool *which = !strcmp(o->name, "main") ? &s->called : &s->protocol_in[!strcmp(o->name, "ideal")];
        *which = g_strv_contains((const char *const *)o->value, s->sid);
        known[i] = s->sid;
    }
    for (unsigned i = 0; o->value[i]; i++) {
        if (env_options_session(p->out, o->value[i]) == ENV_SESSIONS)
            return wrong_value(p, o, "a session", o->value[i], known);
    }
    return true;
}

/* All options of one session; those of all sessions have no sid. */
static bool parse_session(const Parse *all, unsigned session)
{
    const char *sid = all->out->session[session].sid;
    g_autofree char *head = g_strconcat(sid, ".", NULL);
    EnvOptions one = env_options_of(all->out, session);
    Parse p = { all->schedule, &one, all->error, sid };
    g_autofree char *name = g_strconcat(head, "protocol", NULL);
    const UcOption *protocol = uc_options_get(all->schedule->options, name);
    if (protocol && !parse_protocol(&p, &(UcOption){ (char *)protocol->name + strlen(head), protocol->value, false, protocol->line }))
        return false;
    for (guint i = 0; i < all->schedule->options->len; i++) {
        UcOption o = *(const UcOption *)all->schedule->options->pdata[i];
        if (!g_str_has_prefix(o.name, head))
            continue;
        o.name += strlen(head);
        bool own = !is_common(o.name) && !g_strv_contains(origin_name, o.name);
        if (!strcmp(o.name, "uses")) {
            for (unsigned slot = 0; slot < UC_USES && o.value[slot]; slot++)
                all->out->session[session].uses[slot] = o.value[slot];
            continue;
        }
        if (own ? !parse_option(&p, &o) : !unknown(&p, &o))
            return false;
    }
    env_options_put(all->out, session, &one);
    return true;
}

static bool is_of_session(const EnvOptions *o, const char *name)
{
    g_autofree char *head = g_strndup(name, strcspn(name, "."));
    return strchr(name, '.') && env_options_session(o, head) < ENV_SESSIONS;
}

/* Of a file with sessions. */
static bool parse_sessions(const Parse *p, const UcOption *sids)
{
    static const char *const which[] = { "main", "real", "ideal", NULL };
    if (!parse_sids(p, sids))
        return false;
    for (unsigned i = 0; i < p->out->sessions; i++) {
        if (!parse_session(p, i))
            return false;
    }
    for (guint i = 0; i < p->schedule->options->len; i++) {
        const UcOption *o = p->schedule->options->pdata[i];
        if (o == sids || is_of_session(p->out, o->name))
            continue;
        bool common = is_common(o->name) || g_strv_contains(origin_name, o->name);
        if (g_strv_contains(which, o->name) ? !parse_which(p, o) : common ? !parse_option(p, o) : !unknown(p, o))
            return false;
    }
    return true;
}

bool env_options_parse(const UcSchedule *schedule, EnvOptions *out, GError **error)
{
    g_assert(schedule && out);
    Parse p = { schedule, out, error };
    *out = env_default_options();
    out->budget = 0;
    const UcOption *sids = uc_options_get(schedule->options, "sessions");
    if (sids && !parse_sessions(&p, sids))
        return false;
    if (!sids && !parse_protocol(&p, uc_options_get(schedule->options, "protocol"))) /* which says what options there are */
        return false;
    for (guint i = 0; !sids && i < schedule->options->len; i++) {
        if (!parse_option(&p, schedule->options->pdata[i]))
            return false;
    }
    EnvOrigin origin;
    if (!env_origin_of(schedule, &origin, error))
        return false;
    env_seed(origin.header.seed, out->seed);
    env_origin_clear(&origin);
    return true;
}

EnvWorlds *env_options_worlds(const UcSchedule *schedule, const EnvOptions *options, GError **error)
{
    g_assert(schedule && options);
    g_autoptr(GError) mine = NULL;
    EnvWorlds *worlds = env_worlds_new(options, &mine);
    if (worlds)
        return worlds;
    /* "tag_bytes: expected ..." speaks of a scenario's field */
    const char *colon = strchr(mine->message, ':');
    g_autofree char *name = g_strdelimit(g_strndup(mine->message, colon ? (gsize)(colon - mine->message) : 0), "_", '-');
    const UcOption *o = uc_options_get(schedule->options, name);
    g_autofree char *place = o ? place_of(schedule, o) : g_strdup(schedule->file);
    g_set_error(error, mine->domain, mine->code, "%s%s%s", place, o ? "" : ": ", o ? colon : mine->message);
    return NULL;
}

/* ---- where it comes from ---- */

/* NULL-terminated; free with g_free(). */
static const char **names_of_rules(const UcInterface *interface)
{
    unsigned n = 0;
    while (interface->rules && interface->rules[n].name)
        n++;
    const char **name = g_new0(const char *, n + 1);
    for (unsigned i = 0; i < n; i++)
        name[i] = interface->rules[i].name;
    return name;
}

char *env_rule_wrong(const UcInterface *interface, UcVerdict verdict, const char *rule)
{
    g_assert(interface && rule);
    g_autofree const char **known = names_of_rules(interface);
    if (!known[0])
        return g_strdup_printf("expected no rule, as %s has none, got '%s'", interface->name, rule);
    if (!g_strv_contains(known, rule)) {
        g_autofree char *near = uc_did_you_mean(uc_nearest(rule, known)), *list = g_strjoinv(", ", (char **)known);
        return g_strdup_printf("expected a rule (%s), got '%s'%s", list, rule, near);
    }
    if (verdict == UC_INDISTINGUISHABLE)
        return g_strdup_printf("expected no rule with '%s', got '%s'", uc_verdict_name[verdict], rule);
    bool names_one = verdict == UC_NO_PROGRESS || verdict == UC_INVARIANT_BROKEN;
    UcVerdict ends = uc_verdict_of_rule(interface->rules, rule);
    return !names_one || ends == verdict ? NULL
               : g_strdup_printf("expected a rule that ends with '%s', got '%s', which ends with '%s'", uc_verdict_name[verdict],
                                 rule, uc_verdict_name[ends]);
}

char *env_options_rule_wrong(const EnvOptions *o, UcVerdict verdict, const char *rule)
{
    g_assert(o && rule);
    if (!o->sessions)
        return env_rule_wrong(o->triple->protocol->interface, verdict, rule);
    g_autofree char *sid = g_strndup(rule, strcspn(rule, "."));
    unsigned session = rule[strlen(sid)] ? env_options_session(o, sid) : ENV_SESSIONS;
    if (session < ENV_SESSIONS)
        return env_rule_wrong(o->session[session].triple->protocol->interface, verdict, rule + strlen(sid) + 1);
    return g_strdup_printf("expected a rule of a session, as in '%s.U1', got '%s'", o->session[0].sid, rule);
}

bool env_verdict_of_script(UcVerdict verdict) { return verdict == UC_ASSERTION_FAILED || verdict == UC_LIMIT; }

bool env_schedule_can_meet(const UcSchedule *schedule, GError **error)
{
    g_assert(schedule);
    Parse p = { schedule, NULL, error };
    const UcOption *expect = uc_options_get(schedule->options, "expect");
    UcOutlook outlook;
    return !expect || !uc_outlook_read(expect->value[0], &outlook) || !env_verdict_of_script(outlook.verdict) ||
           wrong(&p, expect, "what moves can come to; a script's own assertions and limits are in no schedule", NULL);
}

const UcInterface *env_schedule_interface(const UcSchedule *schedule)
{
    g_assert(schedule);
    const UcOption *protocol = uc_options_get(schedule->options, "protocol");
    if (uc_options_get(schedule->options, "sessions"))
        return NULL;
    const UcTriple *triple = protocol && protocol->value[0] ? env_triple_find(protocol->value[0]) : env_triple;
    return triple ? triple->protocol->interface : NULL;
}

const UcInterface *env_trace_interface(const UcTrace *trace) { return env_schedule_interface(uc_trace_schedule(trace)); }

/* Without the option: indistinguishable. */
static bool parse_outlook(const Parse *p, const char *name, UcOutlook *out)
{
    const UcOption *o = uc_options_get(p->schedule->options, name);
    *out = (UcOutlook){ .verdict = UC_INDISTINGUISHABLE };
    if (!o)
        return true;
    if (!uc_outlook_read(o->value[0], out))
        return wrong(p, o, "a verdict, or a verdict and a rule (\"no progress: A1\")", NULL);
    const UcInterface *interface = env_schedule_interface(p->schedule); /* that it is none is said elsewhere */
    g_autofree char *why = out->rule && interface ? env_rule_wrong(interface, out->verdict, out->rule) : NULL;
    g_autofree char *place = place_of(p->schedule, o);
    if (why)
        g_set_error(p->error, ENV_ERROR, ENV_ERROR_OPTION, "%s: %s", place, why);
    return !why;
}

static const char *text_of(const UcSchedule *schedule, const char *name)
{
    const UcOption *o = uc_options_get(schedule->options, name);
    return o ? o->value[0] : NULL;
}

bool env_origin_of(const UcSchedule *schedule, EnvOrigin *out, GError **error)
{
    g_assert(schedule && out);
    Parse p = { schedule, NULL, error };
    const UcOption *seed = uc_options_get(schedule->options, "seed");
    *out = (EnvOrigin){ .header = { .title = text_of(schedule, "title"), .file = text_of(schedule, "file"),
                                    .hash = text_of(schedule, "hash"), .seed = 1,
                                    .expect = text_of(schedule, "expect") } };
    const UcOption *store = uc_options_get(schedule->options, UC_TRACE_STORE);
    if (store) {
        g_autofree char *place = place_of(schedule, store);
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a run from its beginning, got one that went on from what a store "
                    "held (ucsim run --store of one that was there): it cannot be replayed", place);
        return false;
    }
    if (seed && !strcmp(seed->value[0], UC_TRACE_HIDDEN)) {
        g_autofree char *place = place_of(schedule, seed);
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "%s: expected a seed, got a trace without it (ucsim run --store, not "
                    "--secrets): it cannot be replayed", place);
        return false;
    }
    if (seed && !parse_number(&p, seed, &out->header.seed))
        return false;
    if (!parse_outlook(&p, "expect", &out->expect) || !parse_outlook(&p, "found", &out->found))
        return false;
    if (!out->header.expect)
        out->header.expect = uc_verdict_name[UC_INDISTINGUISHABLE];
    out->has_found = text_of(schedule, "found") != NULL;
    out->rest = uc_options_new();
    for (guint i = 0; i < schedule->options->len; i++) {
        const UcOption *o = schedule->options->pdata[i];
        if (g_strv_contains(origin_name, o->name))
            continue;
        if (o->list || !strcmp(o->name, "parties"))
            uc_options_add_list(out->rest, o->name, (const char *const *)o->value);
        else
            uc_options_add(out->rest, o->name, o->value[0]);
    }
    out->header.options = out->rest;
    return true;
}

void env_origin_clear(EnvOrigin *origin)
{
    g_assert(origin);
    g_clear_pointer(&origin->rest, g_ptr_array_unref);
}
