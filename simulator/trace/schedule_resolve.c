/* Moves to envelopes: a term becomes a word by the type of the field it fills. */
#include <stdarg.h>
#include <string.h>

#include "simulator/base/file.h"
#include "simulator/trace/schedule.h"

typedef struct {
    uint16_t session;
    UcMessage message;
} Brought;

struct UcResolver {
    const UcWorldSpec *spec;
    UcStore *store;
    GArray *brought; /* Brought, one per move so far */
    GArray *origin;  /* UcDigest, see uc_resolver_origins() */
};

typedef struct {
    UcResolver *r;
    const UcSchedule *schedule;
    const UcMove *move;
    GError **error;
    uint16_t machine; /* that the move names; UC_NOBODY: none */
    UcSession s;      /* of that, else the first */
} At;

UcResolver *uc_resolver_new(const UcWorldSpec *spec, UcStore *store)
{
    g_assert(spec && store);
    UcResolver *r = g_new0(UcResolver, 1);
    *r = (UcResolver){ spec, store, g_array_new(FALSE, FALSE, sizeof(Brought)), g_array_new(FALSE, FALSE, sizeof(UcDigest)) };
    return r;
}

void uc_resolver_free(UcResolver *r)
{
    if (!r)
        return;
    g_array_unref(r->brought);
    g_array_unref(r->origin);
    g_free(r);
}

void uc_resolver_brought(UcResolver *r, uint16_t session, const UcMessage *message)
{
    g_assert(r && message);
    Brought b = { session, *message };
    g_array_append_val(r->brought, b);
}

/* The message that this move (from 1) brought, and its kind. */
static const UcMessage *brought_by(const UcResolver *r, unsigned move, const UcMessageKind **kind)
{
    const Brought *b = &g_array_index(r->brought, Brought, move - 1);
    UcSession s = uc_session(r->spec, b->session);
    *kind = uc_message_kind(&s.messages, b->message.kind);
    return &b->message;
}

const GArray *uc_resolver_origins(const UcResolver *r) { return r->origin; }

static bool wrong(const At *at, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool wrong(const At *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uc_file_wrong(at->error, UC_SCHEDULE_ERROR, UC_SCHEDULE_NO_REPLAY, at->schedule->file, at->move->line, format, args);
    va_end(args);
    return false;
}

static char *show(const UcTerm *t)
{
    UcMove alone = { (char *)"", g_ptr_array_new(), 0 };
    g_ptr_array_add(alone.term, (gpointer)t);
    g_autofree char *text = uc_move_print(&alone);
    g_ptr_array_unref(alone.term);
    return strlen(text) > 60 ? g_strdup_printf("%.56s...", text + 1) : g_strdup(text + 1);
}

/* ---- references ---- */

static const char *object_of(const UcMessageKind *kind)
{
    return kind->object ? kind->object : kind->name;
}

static bool is_handle(UcFieldType type)
{
    return type == UC_BYTES || type == UC_TEXT || type == UC_INTERVALS || type == UC_PARTIES;
}

static bool reference(const At *at, const UcTerm *t, const UcField *field, UcWord *out)
{
    if (t->move > at->r->brought->len)
        return wrong(at, "expected the name of something an earlier move brought, got '%s@%u' in move %u", t->text,
                     t->move, at->r->brought->len + 1);
    const UcMessageKind *kind;
    const UcMessage *m = brought_by(at->r, t->move, &kind);
    if (strcmp(t->text, object_of(kind)) && strcmp(t->text, kind->name))
        return wrong(at, "expected move %u to bring '%s', got '%s'", t->move, t->text,
                     m->kind == UC_M_EMPTY ? "nothing" : kind->name);
    int i = uc_schedule_field(kind, t->field, field->name);
    if (i < 0)
        return wrong(at, "expected a field of '%s' with bytes, got '%s'", kind->name, t->field ? t->field : "none");
    *out = m->w[i];
    return true;
}

/* ---- mutations ---- */

static bool mutate(const At *at, GByteArray *bytes, const UcMutation *m)
{
    switch (m->type) {
    case UC_MUTATE_FLIP:
        if (m->at / 8 >= bytes->len)
            return wrong(at, "expected a bit of %u bytes, got flip:%" G_GUINT64_FORMAT, bytes->len, m->at);
        bytes->data[m->at / 8] ^= (uint8_t)(0x80 >> (m->at % 8));
        return true;
    case UC_MUTATE_CUT:
        if (m->at > bytes->len)
            return wrong(at, "expected at most %u bytes to keep, got cut:%" G_GUINT64_FORMAT, bytes->len, m->at);
        g_byte_array_set_size(bytes, (guint)m->at);
        return true;
    case UC_MUTATE_EXTEND:
        g_byte_array_append(bytes, m->bytes->data, m->bytes->len);
        return true;
    case UC_MUTATE_SET:
        if (m->at > bytes->len || m->bytes->len > bytes->len - m->at)
            return wrong(at, "expected bytes within %u bytes, got set:%" G_GUINT64_FORMAT " of %u", bytes->len, m->at,
                         m->bytes->len);
        if (m->bytes->len) /* an empty array has no data */
            memcpy(bytes->data + m->at, m->bytes->data, m->bytes->len);
        return true;
    }
    g_assert_not_reached();
}

static bool mutated(const At *at, const UcTerm *t, UcWord *word)
{
    if (!t->mutation)
        return true;
    if (*word == UC_NONE)
        return wrong(at, "expected bytes to mutate, got none");
    size_t length;
    const uint8_t *from = uc_store_get(at->r->store, *word, &length);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, from, (guint)length);
    for (guint i = 0; i < t->mutation->len; i++) {
        if (!mutate(at, bytes, &g_array_index(t->mutation, UcMutation, i)))
            return false;
    }
    *word = uc_store_put(at->r->store, bytes->data, bytes->len);
    return true;
}

static UcDigest origin_of(const UcResolver *r, const UcTerm *t, const UcMessage *source, const UcMessageKind *kind)
{
    UcDigest all[2 + UC_MESSAGE_WORDS] = { { 0, 0 }, { source->kind, 0 } };
    if (t->bytes)
        all[0] = uc_digest(t->bytes->data, t->bytes->len);
    unsigned fields = uc_message_fields(kind);
    for (unsigned i = 0; i < fields; i++)
        all[2 + i] = uc_message_handle(kind, i) ? uc_store_digest(r->store, source->w[i]) : (UcDigest){ source->w[i], 0 };
    return uc_digest(all, (2 + fields) * sizeof *all);
}

/* What bytes were made from must have been there. */
static bool has_sources(const At *at, const UcTerm *t)
{
    for (guint i = 0; t->source && i < t->source->len; i++) {
        unsigned move = g_array_index(t->source, unsigned, i);
        if (move > at->r->brought->len)
            return wrong(at, "expected from: and the number of an earlier move, got from:%u in move %u", move,
                         at->r->brought->len + 1);
        const UcMessageKind *kind;
        const UcMessage *source = brought_by(at->r, move, &kind);
        if (source->kind == UC_M_EMPTY)
            return wrong(at, "expected move %u to bring something that bytes can be made from, got nothing", move);
        UcDigest origin = origin_of(at->r, t, source, kind);
        g_array_append_val(at->r->origin, origin);
    }
    return true;
}

/* ---- arguments by type ---- */

/* Bytes that A made, with what only A knows of them. */
static bool make_again(const At *at, const UcTerm *t, UcWord *out)
{
    const UcAttackKit *kit = at->s.kit;
    if (!kit || !kit->make_again)
        return wrong(at, "expected a protocol whose attack kit makes again what an adversary made, got one that cannot: this does "
                     "not replay");
    *out = kit->make_again(at->r->store, at->s.kit_setup, t->bytes->data, t->bytes->len);
    g_autofree char *got = show(t);
    return *out != UC_NONE || wrong(at, "expected what this protocol's adversary can make, got %s", got);
}

static bool handle(const At *at, const UcTerm *t, const UcField *field, UcWord *out)
{
    bool text = field->type == UC_TEXT;
    if (t->type == UC_TERM_REFERENCE)
        return reference(at, t, field, out) && mutated(at, t, out);
    if (t->type == UC_TERM_MADE)
        return make_again(at, t, out) && mutated(at, t, out);
    if (t->type == UC_TERM_HEX || (t->type == UC_TERM_TEXT && text)) {
        *out = uc_store_put(at->r->store, t->bytes->data, t->bytes->len);
        return mutated(at, t, out);
    }
    if (t->type == UC_TERM_WORD && (!strcmp(t->text, "none") || (!text && !strcmp(t->text, "any")))) {
        *out = UC_NONE;
        return true;
    }
    if (t->type == UC_TERM_WORD && text) {
        *out = uc_store_text(at->r->store, t->text);
        return true;
    }
    g_autofree char *got = show(t);
    return wrong(at, "expected %s for '%s', got %s",
                 text ? "a text" : "bytes (object@N, hex:..., made:... or none)", field->name, got);
}

static bool find_name(const char *const *names, const char *name, UcWord *out)
{
    for (UcWord i = 0; names && names[i]; i++) {
        if (!strcmp(names[i], name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool signed_number(const char *text, UcWord *out)
{
    gint64 n;
    bool ok = g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &n, NULL);
    *out = (UcWord)n;
    return ok;
}

static bool argument(const At *at, const UcTerm *t, const UcField *field, UcWord *out)
{
    static const char *const expected[] = { [UC_INT] = "a number", [UC_PARTY] = "a party", [UC_POINT] = "a crash point",
                                            [UC_CODE] = "a name or number" };
    if (is_handle(field->type))
        return has_sources(at, t) && handle(at, t, field, out);
    const char *word = t->type == UC_TERM_WORD ? t->text : "";
    bool ok = false;
    switch (field->type) {
    case UC_INT: ok = signed_number(word, out); break;
    case UC_POINT: ok = find_name(uc_point_name, word, out); break;
    case UC_CODE: ok = find_name(field->names, word, out) || signed_number(word, out); break;
    default:
        ok = find_name(at->s.party_name, word, out);
        if (!ok && (ok = !strcmp(word, "none")))
            *out = UC_NO_PARTY;
        else if (!ok && g_str_has_prefix(word, "party:")) /* one that does not exist */
            ok = signed_number(word + strlen("party:"), out);
    }
    g_autofree char *got = show(t);
    return ok || wrong(at, "expected %s for '%s', got %s", expected[field->type], field->name, got);
}

static void find_machine(At *at)
{
    const UcTerm *t = at->move->term->len ? at->move->term->pdata[0] : NULL;
    const UcWorldSpec *spec = at->r->spec;
    at->machine = t && t->type == UC_TERM_WORD ? uc_machine_named(spec, t->text) : UC_NOBODY;
    at->s = uc_session(spec, at->machine == UC_NOBODY ? 0 : uc_session_of(spec, at->machine));
}

/* A move is about a party, or an order about a functionality that stands beside protocols and has a backdoor of its own. */
static bool party_ok(const At *at, bool order)
{
    const UcTerm *t = at->move->term->len ? at->move->term->pdata[0] : NULL;
    if (!t)
        return wrong(at, "expected a party after '%s', got the end of the line", at->move->name);
    unsigned place = at->machine == UC_NOBODY ? 0 : at->machine - uc_session_first(at->r->spec, uc_session_of(at->r->spec, at->machine));
    if (place >= UC_PARTY_0 - UC_S || (place == UC_F - UC_S && order && at->s.as == UC_AS_HYBRID))
        return true;
    g_autofree char *got = show(t);
    return wrong(at, "expected a party after '%s', got %s", at->move->name, got);
}

/* "corrupted" asks a session: the only one, or the one named behind it. */
static bool session_of(const At *at, UcEnvelope *write)
{
    guint terms = at->move->term->len;
    const UcTerm *t = terms ? at->move->term->pdata[0] : NULL;
    if (!at->r->spec->sessions)
        return !terms || wrong(at, "expected nothing after '%s', got an argument", at->move->name);
    for (unsigned i = 0; terms == 1 && t->type == UC_TERM_WORD && i < uc_session_count(at->r->spec); i++) {
        if (!strcmp(uc_session(at->r->spec, i).sid, t->text)) {
            write->peer = uc_session_party(at->r->spec, i, 0);
            return true;
        }
    }
    return wrong(at, "expected a session after '%s'", at->move->name);
}

/* Numbers at the end may be left out, except the first argument: they are 0. */
static bool count_ok(const At *at, const UcMessageKind *kind, unsigned got)
{
    unsigned n = uc_message_fields(kind), least = n;
    while (least > 1 && kind->field[least - 1].type == UC_INT)
        least--;
    if (got >= least && got <= n)
        return true;
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(names, " %s", kind->field[i].name);
    return wrong(at, "expected %u argument%s after the party of '%s'%s%s, got %u", n, n == 1 ? "" : "s", kind->name,
                 n ? ":" : "", names->str, got);
}

/* The kind of message that a move says: its own name, or the word after the party of `speak`. -1: there is none. */
static int kind_of_move(const At *at, bool *speak)
{
    const UcMessageTable *table = &at->s.messages;
    *speak = !strcmp(at->move->name, UC_MOVE_SPEAK);
    if (!*speak)
        return uc_message_find(table, at->move->name);
    const UcTerm *t = at->move->term->len > 1 ? at->move->term->pdata[1] : NULL;
    int number = t && t->type == UC_TERM_WORD ? uc_message_find(table, t->text) : -1;
    return number >= 0 && !uc_message_kind(table, (UcWord)number)->order ? number : -1;
}

bool uc_resolver_write(UcResolver *r, const UcSchedule *schedule, const UcMove *move, UcEnvelope *write, GError **error)
{
    g_assert(r && schedule && move && write);
    At at = { r, schedule, move, error };
    bool speak, session;
    find_machine(&at);
    int number = kind_of_move(&at, &speak);
    const UcMessageKind *kind = number < 0 ? NULL : uc_message_kind(&at.s.messages, (UcWord)number);
    session = number == UC_M_CORRUPTED && !speak;
    if (!kind && speak)
        return wrong(&at, "expected a party and a kind of message after '%s'", move->name);
    if (!kind || (number < UC_M_USER && !kind->order && !session && !speak))
        return wrong(&at, "expected an input or an order, got '%s'", move->name);
    *write = (UcEnvelope){ .from = UC_Z, .to = UC_Z, .message = { .kind = (UcWord)number } };
    if (session)
        return session_of(&at, write);
    guint first = speak ? 2 : 1; /* the first argument's place */
    bool to_a = kind->order || speak;
    if (!party_ok(&at, to_a) || !count_ok(&at, kind, move->term->len - first))
        return false;
    write->to = to_a ? UC_A : at.machine;
    write->peer = to_a ? at.machine : 0;
    for (guint i = first; i < move->term->len; i++) {
        if (!argument(&at, move->term->pdata[i], &kind->field[i - first], &write->message.w[i - first]))
            return false;
    }
    return true;
}
