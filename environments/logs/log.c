#include "environments/logs/map.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

#include "simulator/base/csv.h"
#include "simulator/base/file.h"
#include "simulator/base/nearest.h"
#include "simulator/triple/calls.h"

typedef struct {
    EnvLog *log;
    const EnvLogMap *map;
    const char *name;       /* of the file, for messages */
    uint32_t file, line;
    GHashTable *open;       /* "module\nvalue" of `join`: number of the event + 1 */
    size_t events;
    GError **error;
} Reader;

static bool fail(const Reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(const Reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uc_file_wrong(r->error, ENV_LOG_ERROR, 0, r->name, r->line, format, args);
    va_end(args);
    return false;
}

static bool fail_name(const Reader *r, const char *what, const char *name, const char *const *known)
{
    g_autofree char *near = uc_did_you_mean(uc_nearest(name, known)), *safe = g_strescape(name, NULL);
    return fail(r, "expected %s, got '%.60s'%s", what, safe, near);
}

static bool expected(const Reader *r, const char *field, const char *what, const UcJson *v)
{
    g_autofree char *safe = v->type == UC_JSON_STRING ? g_strescape(v->text, NULL) : NULL;
    g_autofree char *text = safe ? g_strdup_printf("\"%.60s\"", safe) : NULL;
    return fail(r, "%s: expected %s, got %s", field, what, text ? text : uc_json_type_name(v->type));
}

/* ---- modules ---- */

static const char *const *names(const GPtrArray *array)
{
    return (const char *const *)array->pdata;
}

/* The array stays ended by NULL. */
static uint32_t add_module(EnvLog *log, const char *name)
{
    bool trusted = false;
    g_ptr_array_insert(log->module, (gint)log->module->len - 1, g_strdup(name));
    g_array_append_val(log->untrusted, trusted);
    return log->module->len - 2;
}

static bool find_module(const EnvLog *log, const char *name, uint32_t *number)
{
    for (*number = 0; *number + 1 < log->module->len; ++*number) {
        if (!strcmp(g_ptr_array_index(log->module, *number), name))
            return true;
    }
    return false;
}

static bool module_of(const Reader *r, const char *name, uint32_t *number)
{
    if (find_module(r->log, name, number))
        return true;
    if (r->log->declared)
        return fail_name(r, "a module of this log", name, names(r->log->module));
    if (!env_party_name_ok(name))
        return fail_name(r, "a name of a module (letters, digits, '-' and '_'; not Z, A, S, F or none)", name, names(r->log->module));
    if (r->log->module->len > ENV_PARTIES)
        return fail(r, "expected at most %d modules, got more", ENV_PARTIES);
    *number = add_module(r->log, name);
    return true;
}

bool env_log_distrust(EnvLog *log, const char *name, GError **error)
{
    uint32_t number;
    if (!find_module(log, name, &number)) {
        g_autofree char *near = uc_did_you_mean(uc_nearest(name, names(log->module)));
        g_set_error(error, ENV_LOG_ERROR, 0, "expected a module of the log, got '%s'%s", name, near);
        return false;
    }
    g_array_index(log->untrusted, bool, number) = true;
    return true;
}

/* ---- values ---- */

static const char *text_of(const UcJson *v) { return v->type == UC_JSON_STRING ? v->text : NULL; }

static bool number_of(const UcJson *v, int64_t *out)
{
    gint64 number;
    if (v->type == UC_JSON_INT) {
        *out = v->number;
        return true;
    }
    if (!text_of(v) || !g_ascii_string_to_signed(v->text, 10, INT64_MIN, INT64_MAX, &number, NULL))
        return false;
    *out = number;
    return true;
}

static bool read_party(const Reader *r, const UcField *f, const UcJson *v, UcWord *out)
{
    uint32_t number;
    if (v->type == UC_JSON_NULL)
        *out = UC_NO_PARTY;
    else if (v->type == UC_JSON_INT)
        *out = (UcWord)v->number;
    else if (!text_of(v))
        return expected(r, f->name, "the name of a module", v);
    else if (!module_of(r, v->text, &number))
        return false;
    else
        *out = number;
    return true;
}

static bool read_hex(const Reader *r, const UcField *f, const UcJson *v, UcWord *out)
{
    g_autoptr(GByteArray) bytes = text_of(v) ? uc_unhex(v->text) : NULL;
    if (!bytes)
        return expected(r, f->name, "pairs of hexadecimal digits", v);
    *out = uc_store_put(r->log->store, bytes->data, bytes->len);
    return true;
}

/* "[0,4) [8,9)" */
static bool intervals_of_text(const char *text, GArray *ends)
{
    while (*(text += strspn(text, " "))) {
        char *end;
        UcWord pair[2];
        if (*text++ != '[' || !g_ascii_isdigit(*text))
            return false;
        pair[0] = g_ascii_strtoull(text, &end, 10);
        if (*end != ',' || !g_ascii_isdigit(end[1]))
            return false;
        pair[1] = g_ascii_strtoull(end + 1, &end, 10);
        if (*end != ')')
            return false;
        g_array_append_vals(ends, pair, 2);
        text = end + 1;
    }
    return true;
}

static bool intervals_of_list(const UcJson *list, GArray *ends)
{
    for (const UcJson *m = list->first; m; m = m->next) {
        if (m->type != UC_JSON_ARRAY || m->members != 2 || m->first->type != UC_JSON_INT || m->first->next->type != UC_JSON_INT)
            return false;
        UcWord pair[] = { (UcWord)m->first->number, (UcWord)m->first->next->number };
        g_array_append_vals(ends, pair, 2);
    }
    return true;
}

static bool read_intervals(const Reader *r, const UcField *f, const UcJson *v, UcWord *out)
{
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(UcWord));
    bool good = v->type == UC_JSON_ARRAY ? intervals_of_list(v, ends) : text_of(v) && intervals_of_text(v->text, ends);
    if (!good)
        return expected(r, f->name, "intervals [[a,b],...] or \"[a,b) ...\"", v);
    *out = uc_intervals(r->log->store, (const UcWord *)(void *)ends->data, ends->len / 2);
    return true;
}

static bool read_parties(const Reader *r, const UcField *f, const UcJson *v, UcWord *out)
{
    g_autoptr(GByteArray) row = g_byte_array_new();
    UcWord party = UC_NO_PARTY;
    if (v->type != UC_JSON_ARRAY)
        return expected(r, f->name, "a list of names of modules", v);
    for (const UcJson *m = v->first; m; m = m->next) {
        if (!read_party(r, f, m, &party))
            return false;
        uc_append_u32(row, (uint32_t)party);
    }
    *out = uc_store_put(r->log->store, row->data, row->len);
    return true;
}

static bool read_named(const Reader *r, const UcField *f, const char *const *known, const UcJson *v, UcWord *out)
{
    if (v->type == UC_JSON_INT) { /* a number without a name, as traces write it */
        *out = (UcWord)v->number;
        return true;
    }
    if (!text_of(v))
        return expected(r, f->name, "a name", v);
    for (*out = 0; known[*out]; ++*out) {
        if (!strcmp(known[*out], v->text))
            return true;
    }
    return fail_name(r, f->name, v->text, known);
}

static bool read_value(const Reader *r, const UcField *f, const UcJson *v, UcWord *out)
{
    bool handle = f->type == UC_BYTES || f->type == UC_TEXT || f->type == UC_INTERVALS || f->type == UC_PARTIES;
    const UcJson *hex = v->type == UC_JSON_OBJECT && v->members == 1 ? uc_json_get(v, "hex") : NULL;
    if (handle && v->type == UC_JSON_NULL) {
        *out = UC_NONE;
        return true;
    }
    if (handle && hex)
        return read_hex(r, f, hex, out);
    switch (f->type) {
    case UC_INT: {
        int64_t number;
        if (!number_of(v, &number))
            return expected(r, f->name, "a number", v);
        *out = (UcWord)number;
        return true;
    }
    case UC_PARTY: return read_party(r, f, v, out);
    case UC_BYTES: return read_hex(r, f, v, out);
    case UC_INTERVALS: return read_intervals(r, f, v, out);
    case UC_PARTIES: return read_parties(r, f, v, out);
    case UC_POINT: return read_named(r, f, uc_point_name, v, out);
    case UC_CODE: return read_named(r, f, f->names, v, out);
    case UC_TEXT:
        if (!text_of(v))
            return expected(r, f->name, "a text", v);
        *out = uc_store_text(r->log->store, v->text);
        return true;
    }
    g_assert_not_reached();
}

/* ---- messages ---- */

static bool is_input(const UcInterface *interface, UcWord kind)
{
    const UcCall *call = interface->calls;
    while (call && call->word && call->kind != kind)
        call++;
    return call && call->word;
}

/* What F may be asked, or what it may say. */
static bool read_kind(const Reader *r, const char *name, bool input, UcWord *kind)
{
    const UcInterface *interface = r->log->triple->protocol->interface;
    int found = uc_message_find(interface->messages, name);
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (UcWord k = UC_M_USER; k < uc_message_kinds(interface->messages); k++) {
        const UcMessageKind *kind_of = uc_message_kind(interface->messages, k);
        if (kind_of && is_input(interface, k) == input)
            g_ptr_array_add(known, (gpointer)kind_of->name);
    }
    g_ptr_array_add(known, NULL);
    if (found < UC_M_USER || is_input(interface, (UcWord)found) != input)
        return fail_name(r, input ? "an operation of the functionality" : "an output of the functionality", name, names(known));
    *kind = (UcWord)found;
    return true;
}

static bool read_field(const Reader *r, UcMessage *m, uint8_t *missing, const char *name, const UcJson *v)
{
    const UcMessageKind *kind = uc_message_kind(r->log->triple->protocol->interface->messages, m->kind);
    const char *known[UC_MESSAGE_WORDS + 1] = { NULL };
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        known[i] = kind->field[i].name;
        if (strcmp(known[i], name))
            continue;
        if (!(*missing >> i & 1))
            return fail(r, "expected each field once, got '%s' twice", name);
        *missing &= (uint8_t)~(1u << i);
        return read_value(r, &kind->field[i], v, &m->w[i]);
    }
    g_autofree char *what = g_strdup_printf("a field of '%s'", kind->name);
    return fail_name(r, what, name, known);
}

static bool begin_message(const Reader *r, const char *kind, bool input, UcMessage *m, uint8_t *missing)
{
    *m = (UcMessage){ 0 };
    if (!read_kind(r, kind, input, &m->kind))
        return false;
    const UcMessageKind *row = uc_message_kind(r->log->triple->protocol->interface->messages, m->kind);
    *missing = (uint8_t)((1u << uc_message_fields(row)) - 1);
    return true;
}

static bool read_object(const Reader *r, const UcJson *object, const char *field, bool input, UcMessage *m, uint8_t *missing)
{
    const UcJson *kind = object->type == UC_JSON_OBJECT ? uc_json_get(object, "kind") : NULL;
    if (!kind || kind->type != UC_JSON_STRING)
        return expected(r, field, "a message {\"kind\":...}", object);
    if (!begin_message(r, kind->text, input, m, missing))
        return false;
    for (const UcJson *v = object->first; v; v = v->next) {
        if (v != kind && !read_field(r, m, missing, v->key, v))
            return false;
    }
    return true;
}

/* From fields of the record; those that it does not have, or that are empty, are not logged. */
static bool read_made(const Reader *r, const MapRule *rule, const UcJson *record, UcMessage *m, uint8_t *missing)
{
    if (!begin_message(r, rule->text, rule->type == MAP_IN, m, missing))
        return false;
    for (guint i = 0; i < rule->argument->len; i++) {
        const MapArgument *a = &g_array_index(rule->argument, MapArgument, i);
        const UcJson constant = { .type = UC_JSON_STRING, .text = a->text }, *v = a->field ? map_field(record, a->field) : &constant;
        bool empty = !v || (v->type == UC_JSON_STRING && !*v->text && r->map->format != MAP_JSON);
        if (!empty && !read_field(r, m, missing, a->name, v))
            return false;
    }
    return true;
}

/* ---- headers ---- */

static bool speaks(EnvLog *log, const char *functionality, const char **near)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        if (!t->functionality->witness)
            continue;
        g_ptr_array_add(known, (gpointer)t->functionality->name);
        if (!strcmp(t->functionality->name, functionality)) {
            log->triple = t;
            return true;
        }
    }
    g_ptr_array_add(known, NULL);
    *near = uc_nearest(functionality, names(known));
    return false;
}

bool env_log_speaks(EnvLog *log, const char *functionality, GError **error)
{
    const char *near = NULL;
    const UcTriple *before = log->triple;
    if (!speaks(log, functionality, &near)) {
        g_autofree char *meant = uc_did_you_mean(near);
        g_set_error(error, ENV_LOG_ERROR, 0, "expected a functionality that logs can be held against, got '%s'%s", functionality, meant);
        return false;
    }
    if (!before || before == log->triple)
        return true;
    g_set_error(error, ENV_LOG_ERROR, 0, "expected one functionality, got %s and %s", before->functionality->name, functionality);
    return false;
}

static bool take_functionality(const Reader *r, const char *name)
{
    g_autoptr(GError) error = NULL;
    return env_log_speaks(r->log, name, &error) || fail(r, "%s", error->message);
}

static bool declare(const Reader *r, const UcJson *list)
{
    if (list->type != UC_JSON_ARRAY || !list->members)
        return expected(r, "modules", "a list of names", list);
    for (const UcJson *m = list->first; m; m = m->next) {
        uint32_t number;
        if (!text_of(m))
            return expected(r, "modules", "a list of names", m);
        if (!module_of(r, m->text, &number))
            return false;
    }
    return true;
}

static char *option_text(const UcJson *v)
{
    return v->type == UC_JSON_INT ? g_strdup_printf("%" G_GINT64_FORMAT, v->number) : g_strdup(text_of(v));
}

/* One of the session; logs of one system say the same. */
static bool take_option(const Reader *r, const char *name, const char *const *value)
{
    UcOptions *to = r->log->options->options;
    const UcOption *before = uc_options_get(to, name);
    if (!before) {
        guint first = to->len;
        if (value[0] && value[1])
            uc_options_add_list(to, name, value);
        else
            uc_options_add(to, name, value[0] ? value[0] : "");
        uc_options_place(to, first, r->line);
        g_free(r->log->options->file);
        r->log->options->file = g_strdup(r->name);
        return true;
    }
    return g_strv_equal((const char *const *)before->value, value) ||
           fail(r, "expected option %s as in the log before, '%s', got '%s'", name, before->value[0], value[0] ? value[0] : "");
}

/* What a run depends on and a log does not: how its storage fails, and where it came from. */
static bool is_of_runs(const char *name)
{
    static const char *const runs[] = { "parties", "protocol", "storage", "simulator", UC_TRACE_STORE, "harvest", NULL };
    return g_strv_contains(runs, name);
}

static bool read_options(const Reader *r, const UcJson *options)
{
    if (options->type != UC_JSON_OBJECT)
        return expected(r, "options", "an object", options);
    for (const UcJson *m = options->first; m; m = m->next) {
        g_autoptr(GStrvBuilder) row = g_strv_builder_new();
        for (const UcJson *v = m->type == UC_JSON_ARRAY ? m->first : m; v; v = m->type == UC_JSON_ARRAY ? v->next : NULL) {
            g_autofree char *text = option_text(v);
            if (!text)
                return expected(r, m->key, "a text, a number or a list of texts", v);
            g_strv_builder_add(row, text);
        }
        g_auto(GStrv) value = g_strv_builder_end(row);
        if (!strcmp(m->key, "parties") && !declare(r, m))
            return false;
        if (!is_of_runs(m->key) && !take_option(r, m->key, (const char *const *)value))
            return false;
    }
    return true;
}

static bool header_version(const Reader *r, const UcJson *version, const char *field)
{
    int64_t most = strcmp(field, "ucsim-log") ? UC_TRACE_VERSION : ENV_LOG_VERSION;
    return (version->type == UC_JSON_INT && version->number >= 1 && version->number <= most) ||
           expected(r, field, "a version that this program reads", version);
}

static bool of_protocol(const Reader *r, const UcJson *options)
{
    const UcJson *protocol = options && options->type == UC_JSON_OBJECT ? uc_json_get(options, "protocol") : NULL;
    const UcTriple *t = protocol && text_of(protocol) ? env_triple_find(protocol->text) : NULL;
    return !t || take_functionality(r, t->functionality->name);
}

static bool read_header(const Reader *r, const UcJson *record, const char *field)
{
    static const char *const of_log[] = { "ucsim-log", "functionality", "modules", "untrusted", "options", NULL };
    static const char *const of_trace[] = { "ucsim-trace", "version", "title", "file", "hash", "seed", "options", "expect", NULL };
    const bool trace = strcmp(field, "ucsim-log") != 0;
    const UcJson *options = uc_json_get(record, "options"), *functionality = uc_json_get(record, "functionality"),
                 *modules = uc_json_get(record, "modules"), *untrusted = uc_json_get(record, "untrusted");
    for (const UcJson *m = record->first; m; m = m->next) {
        if (!g_strv_contains(trace ? of_trace : of_log, m->key))
            return fail_name(r, "a key of the header", m->key, trace ? of_trace : of_log);
    }
    if (!header_version(r, uc_json_get(record, field), field) || !of_protocol(r, options))
        return false;
    if (functionality && !(text_of(functionality) ? take_functionality(r, functionality->text)
                                                  : expected(r, "functionality", "a name", functionality)))
        return false;
    if ((modules && !declare(r, modules)) || (options && !read_options(r, options)))
        return false;
    r->log->declared = modules || trace;
    for (const UcJson *m = untrusted && untrusted->type == UC_JSON_ARRAY ? untrusted->first : NULL; m; m = m->next) {
        g_autoptr(GError) error = NULL;
        if (!text_of(m) || !env_log_distrust(r->log, m->text, &error))
            return fail(r, "untrusted: %s", error ? error->message : "expected names of modules");
    }
    return true;
}

/* ---- records ---- */

/* What the rules have made of a record so far. */
typedef struct {
    UcLogged event;
    const char *module, *join;
    bool distrust;
    GPtrArray *remark;
} Made;

static bool read_time(const Reader *r, const MapRule *rule, const UcJson *v, int64_t *time)
{
    int64_t number;
    if (v->type == UC_JSON_NULL)
        return true;
    if (number_of(v, &number)) {
        if (rule->scale > 1 && (number > INT64_MAX / rule->scale || number < -(INT64_MAX / rule->scale)))
            return expected(r, rule->text, "a time", v);
        *time = number * MAX(rule->scale, 1);
        return true;
    }
    return (text_of(v) && uc_csv_time(v->text, time)) || expected(r, rule->text, UC_CSV_TIME, v);
}

/* A module that is not trusted says what it likes. */
static bool may_say_anything(const Reader *r, const char *module)
{
    uint32_t number;
    return module && find_module(r->log, module, &number) && g_array_index(r->log->untrusted, bool, number);
}

static bool speaks_interface(const Reader *r, const UcJson *object, bool input)
{
    const UcInterface *interface = r->log->triple->protocol->interface;
    const UcJson *kind = object->type == UC_JSON_OBJECT ? uc_json_get(object, "kind") : NULL;
    int found = kind && text_of(kind) ? uc_message_find(interface->messages, kind->text) : -1;
    return found >= UC_M_USER && is_input(interface, (UcWord)found) == input;
}

/* Does the ledger count parts of an asset by this field? */
static bool is_part(const UcLedger *ledger, const char *kind, const char *field)
{
    for (unsigned i = 0; ledger && i < ledger->ideal.rows; i++) {
        const UcLedgerRow *row = &ledger->ideal.row[i];
        if (row->by == UC_LEDGER_F && !strcmp(row->kind, kind) && (!g_strcmp0(row->first, field) || !g_strcmp0(row->end, field)))
            return true;
    }
    return false;
}

/* Parts are counted from 0. Inputs may ask for anything; an output below 0 is a log that was misread, such as one's own "none". */
static bool parts_ok(const Reader *r, const UcMessage *m, uint8_t missing)
{
    const UcInterface *interface = r->log->triple->protocol->interface;
    const UcMessageKind *kind = uc_message_kind(interface->messages, m->kind);
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        int64_t number = (int64_t)m->w[i];
        if (!(missing >> i & 1) && number < 0 && is_part(interface->ledger, kind->name, kind->field[i].name))
            return fail(r, "%s: expected a number from 0, got %" G_GINT64_FORMAT, kind->field[i].name, number);
    }
    return true;
}

static bool read_message_rule(const Reader *r, const MapRule *rule, const UcJson *record, const char *known, UcLogged *e)
{
    bool input = rule->type == MAP_IN || rule->type == MAP_INPUT;
    UcMessage *m = input ? &e->in : &e->out;
    uint8_t *missing = input ? &e->in_missing : &e->out_missing;
    bool *has = input ? &e->has_in : &e->has_out;
    const UcJson *object = rule->type == MAP_INPUT || rule->type == MAP_OUTPUT ? map_field(record, rule->text) : NULL;
    bool made = rule->type == MAP_IN || rule->type == MAP_OUT;
    if (!made && (!object || object->type == UC_JSON_NULL))
        return true;
    g_hash_table_add(r->log->applied, (gpointer)rule);
    if (!r->log->triple)
        return fail(r, "expected a log that says whose words it speaks (functionality), got none: give --functionality NAME");
    if (*has)
        return fail(r, "expected one %s in a record, got two", input ? "input" : "output");
    if (!made && may_say_anything(r, known) && !speaks_interface(r, object, input))
        return true;
    *has = true;
    bool good = made ? read_made(r, rule, record, m, missing) : read_object(r, object, rule->text, input, m, missing);
    return good && (input || may_say_anything(r, known) || parts_ok(r, m, *missing));
}

/* Returns false on errors; *more is cleared where the record is done with. */
static bool apply(const Reader *r, const MapRule *rule, const UcJson *record, Made *made, bool *more)
{
    const UcJson *v;
    *more = true;
    switch (rule->type) {
    case MAP_HEADER:
        if (!(v = uc_json_get(record, rule->text)))
            return true;
        *more = false;
        return read_header(r, record, rule->text);
    case MAP_SKIP:
        *more = made->event.has_in || made->event.has_out || made->distrust || made->remark->len;
        return true;
    case MAP_REMARK:
        g_ptr_array_add(made->remark, rule->text);
        return true;
    case MAP_UNTRUSTED:
        made->distrust = true;
        return true;
    case MAP_MODULE:
        v = map_field(record, rule->text);
        if (!v || !text_of(v) || !*v->text)
            return fail(r, "expected the name of a module as '%s', got %s", rule->text, v ? uc_json_type_name(v->type) : "nothing");
        made->module = v->text;
        return true;
    case MAP_TIME:
        v = map_field(record, rule->text);
        return !v || (text_of(v) && !*v->text) || read_time(r, rule, v, &made->event.time);
    case MAP_JOIN:
        v = map_field(record, rule->text);
        made->join = v && text_of(v) && *v->text ? v->text : NULL;
        return true;
    case MAP_UNUSED: return true;
    default: return read_message_rule(r, rule, record, made->module, &made->event);
    }
}

static bool known_fields(const Reader *r, const UcJson *record)
{
    for (const UcJson *m = record->first; m; m = m->next) {
        if (map_knows(r->map, m->key))
            continue;
        g_autoptr(GPtrArray) known = g_ptr_array_new();
        for (guint i = 0; i < r->map->rule->len; i++) {
            const MapRule *rule = r->map->rule->pdata[i];
            if (rule->text)
                g_ptr_array_add(known, rule->text);
        }
        g_ptr_array_add(known, NULL);
        return fail_name(r, "a field that the map knows", m->key, names(known));
    }
    return true;
}

/* No line of the map made anything of it: what it holds in the first field that such lines look at is what nobody knows. */
static bool unmapped(const Reader *r, const UcJson *record)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const UcJson *got = NULL;
    const char *field = NULL;
    for (guint i = 0; i < r->map->rule->len; i++) {
        const MapRule *rule = r->map->rule->pdata[i];
        for (guint j = 0; rule->type != MAP_SKIP && j < rule->when->len; j++) {
            const MapCondition *c = &g_array_index(rule->when, MapCondition, j);
            const UcJson *v = map_field(record, c->field);
            if (!c->value || !v || !text_of(v) || (field && strcmp(field, c->field)))
                continue;
            field = c->field;
            got = v;
            for (char **value = c->value; *value; value++)
                g_ptr_array_add(known, *value);
        }
    }
    g_ptr_array_add(known, NULL);
    if (!got)
        return fail(r, "expected a record that the map makes something of, got one of which no line speaks");
    g_autofree char *what = g_strdup_printf("'%s' to be an operation that the map knows", field);
    return fail_name(r, what, got->text, names(known));
}

static bool append(Reader *r, UcLogged *e, const Made *made)
{
    EnvLog *log = r->log;
    g_autofree char *key = made->join ? g_strdup_printf("%u\n%s", e->party, made->join) : NULL;
    gpointer before = key ? g_hash_table_lookup(r->open, key) : NULL;
    if (before && !e->has_in) {
        UcLogged *first = &g_array_index(log->event, UcLogged, GPOINTER_TO_SIZE(before) - 1);
        if (first->has_out)
            return fail(r, "expected one output for '%s', got another", made->join);
        first->has_out = true;
        first->out = e->out;
        first->out_missing = e->out_missing;
        g_hash_table_remove(r->open, key);
        return true;
    }
    if (log->event->len >= ENV_LOG_EVENTS)
        return fail(r, "expected at most %d events, got more", ENV_LOG_EVENTS);
    g_array_append_val(log->event, *e);
    if (key && e->has_in && !e->has_out)
        g_hash_table_insert(r->open, g_steal_pointer(&key), GSIZE_TO_POINTER(log->event->len));
    return true;
}

static bool finish(Reader *r, const UcJson *record, Made *made)
{
    UcLogged *e = &made->event;
    if (!e->has_in && !e->has_out && !made->remark->len && !made->distrust && !may_say_anything(r, made->module))
        return unmapped(r, record);
    if (!made->module)
        return fail(r, "expected the module of an event, got none");
    if (!module_of(r, made->module, &e->party))
        return false;
    if (made->distrust)
        g_array_index(r->log->untrusted, bool, e->party) = true;
    for (guint i = 0; i < made->remark->len; i++) {
        EnvLogRemark remark = { g_strdup(made->remark->pdata[i]), e->party, r->file, r->line };
        g_array_append_val(r->log->remark, remark);
    }
    r->events++;
    return (!e->has_in && !e->has_out) || append(r, e, made);
}

static bool take_record(Reader *r, const UcJson *record)
{
    g_autoptr(GPtrArray) remark = g_ptr_array_new();
    Made made = { .event = { .time = UC_LOGGED_NO_TIME, .file = r->file, .line = r->line }, .remark = remark };
    for (guint i = 0; i < r->map->rule->len; i++) {
        const MapRule *rule = r->map->rule->pdata[i];
        bool more;
        if (!map_holds(rule, record))
            continue;
        if (!apply(r, rule, record, &made, &more))
            return false;
        if (!more)
            return true;
    }
    return known_fields(r, record) && finish(r, record, &made);
}

/* ---- the three forms of a file ---- */

static bool take_json(Reader *r, const char *line, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcJson) record = uc_json_read(line, length, &error);
    if (!record)
        return fail(r, "%s", error->message);
    if (record->type != UC_JSON_OBJECT)
        return fail(r, "expected an object, got %s", uc_json_type_name(record->type));
    return take_record(r, record);
}

/* Names and texts as a record; borrowed, but for the list itself. */
static UcJson *flat(char *const *name, char *const *text, guint count, UcJson *member, UcJson *record)
{
    *record = (UcJson){ .type = UC_JSON_OBJECT, .members = count, .first = count ? member : NULL };
    for (guint i = 0; i < count; i++)
        member[i] = (UcJson){ .type = UC_JSON_STRING, .key = name[i], .text = text[i], .next = i + 1 < count ? &member[i + 1] : NULL };
    return record;
}

/* Groups with names are fields. */
static bool take_text(Reader *r, const char *line, size_t length)
{
    g_autofree char *text = g_strndup(line, length);
    if (!g_utf8_validate(text, -1, NULL))
        return fail(r, "expected text in UTF-8, got other bytes");
    for (guint i = 0; i < r->map->pattern->len; i++) {
        g_autoptr(GMatchInfo) match = NULL;
        if (!g_regex_match(r->map->pattern->pdata[i], text, 0, &match))
            continue;
        g_autoptr(GPtrArray) name = g_ptr_array_new(), value = g_ptr_array_new_with_free_func(g_free);
        GHashTableIter iter;
        gpointer field;
        g_hash_table_iter_init(&iter, r->map->known);
        while (g_hash_table_iter_next(&iter, &field, NULL)) { /* their order shows nowhere: a record is asked by name */
            char *found = g_match_info_fetch_named(match, field);
            if (!found)
                continue;
            g_ptr_array_add(name, field);
            g_ptr_array_add(value, found);
        }
        g_autofree UcJson *member = g_new0(UcJson, name->len + 1);
        UcJson record;
        return take_record(r, flat((char *const *)name->pdata, (char *const *)value->pdata, name->len, member, &record));
    }
    g_autofree char *safe = g_strescape(text, NULL);
    return fail(r, "expected a line that the map knows, got '%.60s'", safe);
}

static bool read_lines(Reader *r, const char *text, size_t length)
{
    const char *end = text + length;
    bool (*take)(Reader *, const char *, size_t) = r->map->format == MAP_JSON ? take_json : take_text;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((stop ? stop : end) - text);
        r->line++;
        size_t bare = n && text[n - 1] == '\r' ? n - 1 : n;
        if (strspn(text, " \t") < bare && !take(r, text, bare))
            return false;
        text += n + (stop != NULL);
    }
    return true;
}

static bool read_csv(Reader *r, const char *text)
{
    unsigned line = 1;
    g_autoptr(GPtrArray) header = NULL;
    while (*text) {
        r->line = line;
        g_autoptr(GPtrArray) fields = uc_csv_record(&text, &line);
        if (!fields)
            return fail(r, "expected a closing quote, got the end of the file");
        if (uc_csv_empty(fields))
            continue;
        if (!header) {
            header = g_steal_pointer(&fields);
            g_autofree const char **column = g_new0(const char *, header->len + 1);
            memcpy(column, header->pdata, header->len * sizeof *column);
            if (!map_fits(r->map, column, r->error))
                return false;
            continue;
        }
        if (fields->len != header->len)
            return fail(r, "expected %u fields, got %u", header->len, fields->len);
        g_autofree UcJson *member = g_new0(UcJson, fields->len);
        UcJson record;
        if (!take_record(r, flat((char *const *)header->pdata, (char *const *)fields->pdata, fields->len, member, &record)))
            return false;
    }
    return true;
}

/* ---- files ---- */

static bool begin(Reader *r)
{
    const EnvLogMap *map = r->map;
    if (map->functionality && !take_functionality(r, map->functionality))
        return false;
    for (guint i = 0; i < map->module->len; i++) {
        uint32_t number;
        if (!module_of(r, map->module->pdata[i], &number))
            return false;
    }
    r->log->declared = r->log->declared || map->module->len;
    for (guint i = 0; i < map->options->options->len; i++) {
        const UcOption *o = map->options->options->pdata[i];
        if (!take_option(r, o->name, (const char *const *)o->value))
            return false;
    }
    return true;
}

/* The first line of a trace says that it is one. */
static bool is_trace(const char *text, size_t length)
{
    const char *end = memchr(text, '\n', length);
    g_autoptr(UcJson) first = uc_json_read(text, end ? (size_t)(end - text) : length, NULL);
    return first && uc_json_get(first, "ucsim-trace");
}

bool env_log_add_text(EnvLog *log, const EnvLogMap *map, const char *text, size_t length, const char *file, GError **error)
{
    g_assert(log && text && file);
    g_autoptr(EnvLogMap) own = map ? NULL : map_builtin(is_trace(text, length));
    g_autoptr(GHashTable) open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader r = { .log = log, .map = map ? map : own, .name = file, .file = log->file->len, .open = open, .error = error };
    g_ptr_array_add(log->file, g_strdup(file));
    if (memchr(text, 0, length)) {
        r.line = 1;
        return fail(&r, "expected text, got a zero byte");
    }
    if (!begin(&r) || !(r.map->format == MAP_CSV ? read_csv(&r, text) : read_lines(&r, text, length)))
        return false;
    return r.events || fail(&r, "expected events, got none: an empty log proves nothing");
}

/* `key`: of the file or of its contents; taken. */
static bool is_new(EnvLog *log, char *key, const char *path, GError **error)
{
    const char *before = g_hash_table_lookup(log->given, key);
    if (before) {
        g_set_error(error, ENV_LOG_ERROR, 0, "expected each log once, got %s again (the contents of %s)", path, before);
        g_free(key);
        return false;
    }
    g_hash_table_insert(log->given, key, g_strdup(path));
    return true;
}

/* By its inode too: a log that grows has other contents when it is read again. */
static bool is_new_file(EnvLog *log, const char *path, GError **error)
{
    GStatBuf s;
    return g_stat(path, &s) ||
           is_new(log, g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)s.st_dev, (guint64)s.st_ino), path, error);
}

bool env_log_add(EnvLog *log, const EnvLogMap *map, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    size_t length;
    return is_new_file(log, path, error) && uc_file_text(path, UC_FILE_MAX, &text, &length, error) &&
           is_new(log, g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length), path, error) &&
           env_log_add_text(log, map, text, length, path, error);
}

void env_log_end(EnvLog *log, const EnvLogMap *map)
{
    for (guint i = 0; i < map->rule->len; i++) {
        const MapRule *rule = map->rule->pdata[i];
        if (rule->type < MAP_INPUT || rule->type > MAP_OUT || g_hash_table_contains(log->applied, rule))
            continue;
        g_autofree char *text = map_rule_text(rule);
        g_ptr_array_add(log->idle, g_strdup_printf("%s:%u: '%s' made a message of no record", map->file, rule->line, text));
    }
}

bool env_log_has_output(const EnvLog *log)
{
    for (guint i = 0; i < log->event->len; i++) {
        if (g_array_index(log->event, UcLogged, i).has_out)
            return true;
    }
    return false;
}

/* ---- writing ---- */

static void print_names(GString *out, const char *key, char *const *name)
{
    g_string_append_printf(out, ",\"%s\":[", key);
    for (char *const *n = name; *n; n++) {
        g_string_append(out, n == name ? "" : ",");
        uc_json_text(out, *n);
    }
    g_string_append_c(out, ']');
}

static void print_header(const EnvLog *log, GString *out)
{
    g_autoptr(GPtrArray) untrusted = g_ptr_array_new();
    for (guint p = 0; p + 1 < log->module->len; p++) {
        if (g_array_index(log->untrusted, bool, p))
            g_ptr_array_add(untrusted, log->module->pdata[p]);
    }
    g_ptr_array_add(untrusted, NULL);
    g_string_append_printf(out, "{\"ucsim-log\":%d,\"functionality\":", ENV_LOG_VERSION);
    uc_json_text(out, log->triple->functionality->name);
    print_names(out, "modules", (char *const *)log->module->pdata);
    print_names(out, "untrusted", (char *const *)untrusted->pdata);
    g_string_append(out, ",\"options\":{");
    bool first = true;
    for (guint i = 0; i < log->options->options->len; i++) {
        const UcOption *o = log->options->options->pdata[i];
        if (is_of_runs(o->name))
            continue;
        g_autoptr(GString) row = g_string_new(NULL);
        print_names(row, o->name, o->value);
        if (!o->list) { /* ,"name":["value"] */
            g_string_truncate(row, row->len - 1);
            g_string_erase(row, (gssize)strlen(o->name) + 4, 1);
        }
        g_string_append(out, row->str + first);
        first = false;
    }
    g_string_append(out, "}}\n");
}

static void print_event(const EnvLog *log, const UcSession *session, const UcLogged *e, GString *out)
{
    g_string_append(out, "{\"module\":");
    uc_json_text(out, g_ptr_array_index(log->module, e->party));
    if (e->time != UC_LOGGED_NO_TIME)
        g_string_append_printf(out, ",\"time\":%" G_GINT64_FORMAT, e->time);
    if (e->has_in) {
        g_string_append(out, ",\"in\":");
        uc_trace_message(out, session, log->store, &e->in, e->in_missing);
    }
    if (e->has_out) {
        g_string_append(out, ",\"out\":");
        uc_trace_message(out, session, log->store, &e->out, e->out_missing);
    }
    g_string_append(out, "}\n");
}

GString *env_log_print(const EnvLog *log)
{
    g_assert(log && log->triple);
    GString *out = g_string_new(NULL);
    UcSession session = { .messages = *log->triple->protocol->interface->messages, .parties = log->module->len - 1,
                         .party_name = names(log->module) };
    print_header(log, out);
    for (guint i = 0; i < log->event->len; i++)
        print_event(log, &session, &g_array_index(log->event, UcLogged, i), out);
    return out;
}

static void remark_clear(gpointer p) { g_free(((EnvLogRemark *)p)->text); }

EnvLog *env_log_new(void)
{
    EnvLog *log = g_new0(EnvLog, 1);
    log->store = uc_store_new();
    log->event = g_array_new(FALSE, FALSE, sizeof(UcLogged));
    log->module = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(log->module, NULL);
    log->untrusted = g_array_new(FALSE, FALSE, sizeof(bool));
    log->file = g_ptr_array_new_with_free_func(g_free);
    log->remark = g_array_new(FALSE, FALSE, sizeof(EnvLogRemark));
    g_array_set_clear_func(log->remark, remark_clear);
    log->applied = g_hash_table_new(NULL, NULL);
    log->idle = g_ptr_array_new_with_free_func(g_free);
    log->given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    log->options = uc_schedule_new("log");
    return log;
}

void env_log_free(EnvLog *log)
{
    if (!log)
        return;
    uc_store_free(log->store);
    g_array_unref(log->event);
    g_ptr_array_unref(log->module);
    g_array_unref(log->untrusted);
    g_ptr_array_unref(log->file);
    g_array_unref(log->remark);
    g_hash_table_unref(log->applied);
    g_ptr_array_unref(log->idle);
    g_hash_table_unref(log->given);
    uc_schedule_free(log->options);
    g_free(log);
}

char *env_log_place(const EnvLog *log, uint32_t file, uint32_t line)
{
    return g_strdup_printf("%s:%u", (const char *)g_ptr_array_index(log->file, file), line);
}
