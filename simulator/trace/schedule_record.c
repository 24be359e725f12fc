/* Envelopes to moves: what the dummy adversary's environment would have written. */
#include <string.h>

#include "simulator/base/json.h"
#include "simulator/trace/schedule.h"

typedef struct {
    UcWord bytes;
    unsigned move;
    uint16_t session;
    UcWord kind;
    unsigned field;
} Seen;

struct UcRecorder {
    const UcWorldSpec *spec;
    UcStore *store;
    UcSchedule *schedule;
    GHashTable *index;  /* handle -> number in seen, plus 1: the first place */
    GArray *seen;       /* Seen, in order */
    bool forwarded;     /* the order was noted at Z: A only passes it on */
    bool hidden;        /* uc_recorder_hide() */
};

UcRecorder *uc_recorder_new(const UcWorldSpec *spec, UcStore *store)
{
    g_assert(spec && store);
    UcRecorder *r = g_new0(UcRecorder, 1);
    r->spec = spec;
    r->store = store;
    r->schedule = uc_schedule_new(NULL);
    r->index = g_hash_table_new(NULL, NULL); /* looked up only, never iterated */
    r->seen = g_array_new(FALSE, FALSE, sizeof(Seen));
    return r;
}

void uc_recorder_free(UcRecorder *r)
{
    if (!r)
        return;
    uc_schedule_free(r->schedule);
    g_hash_table_unref(r->index);
    g_array_unref(r->seen);
    g_free(r);
}

UcSchedule *uc_recorder_schedule(UcRecorder *r)
{
    g_assert(r);
    return r->schedule;
}

void uc_recorder_hide(UcRecorder *r)
{
    g_assert(r);
    r->hidden = true;
}

static const UcMessageKind *kind_in(const UcRecorder *r, uint16_t session, UcWord kind)
{
    UcSession s = uc_session(r->spec, session);
    return uc_message_kind(&s.messages, kind);
}

void uc_recorder_brought(UcRecorder *r, uint16_t session, const UcMessage *message)
{
    g_assert(r && message);
    const UcMessageKind *kind = kind_in(r, session, message->kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        Seen s = { message->w[i], r->schedule->move->len, session, message->kind, i };
        if (kind->field[i].type != UC_BYTES || s.bytes == UC_NONE || !s.move ||
            g_hash_table_contains(r->index, GSIZE_TO_POINTER(s.bytes)))
            continue;
        g_array_append_val(r->seen, s);
        g_hash_table_insert(r->index, GSIZE_TO_POINTER(s.bytes), GUINT_TO_POINTER(r->seen->len));
    }
}

/* ---- terms ---- */

static void word(UcMove *m, char *text) { uc_move_term(m, UC_TERM_WORD)->text = text; }

static void literal(UcMove *m, UcTermType type, const uint8_t *bytes, size_t length)
{
    UcTerm *t = uc_move_term(m, type);
    t->bytes = g_byte_array_new();
    g_byte_array_append(t->bytes, bytes, (guint)length);
}

/* object@N, with .field only where the field is not the one it means anyway. */
static UcTerm *name_seen(UcRecorder *r, UcMove *m, const Seen *s, const UcField *argument)
{
    const UcMessageKind *kind = kind_in(r, s->session, s->kind);
    bool meant = uc_schedule_field(kind, NULL, argument->name) == (int)s->field;
    UcTerm *t = uc_move_term(m, UC_TERM_REFERENCE);
    t->text = g_strdup(kind->object ? kind->object : kind->name);
    t->move = s->move;
    t->field = meant ? NULL : g_strdup(kind->field[s->field].name);
    return t;
}

/* ---- bytes that a script altered ---- */

/* One change that makes `to` from `from`; false when there is none shorter than half of it. */
static bool find_mutation(const uint8_t *from, size_t nf, const uint8_t *to, size_t nt, UcMutation *out)
{
    size_t common = MIN(nf, nt), a = 0, b = common;
    while (a < common && from[a] == to[a])
        a++;
    *out = (UcMutation){ 0 };
    if (a == common && nt < nf && nt > 0) {
        *out = (UcMutation){ UC_MUTATE_CUT, nt, NULL };
        return true;
    }
    if (a == common && nt > nf && nf > 0 && nt - nf <= nf / 2 + 1) {
        *out = (UcMutation){ UC_MUTATE_EXTEND, 0, g_byte_array_new() };
        g_byte_array_append(out->bytes, to + nf, (guint)(nt - nf));
        return true;
    }
    if (nf != nt || a == common)
        return false;
    while (b > a && from[b - 1] == to[b - 1])
        b--;
    uint8_t differ = from[a] ^ to[a];
    if (b - a == 1 && (differ & (differ - 1)) == 0) {
        *out = (UcMutation){ UC_MUTATE_FLIP, 8 * a + (unsigned)__builtin_clz(differ) - 24, NULL };
        return true;
    }
    if (b - a > nf / 2)
        return false;
    *out = (UcMutation){ UC_MUTATE_SET, a, g_byte_array_new() };
    g_byte_array_append(out->bytes, to + a, (guint)(b - a));
    return true;
}

/* Newest first: adversaries mostly alter what they have just seen. */
static bool altered(UcRecorder *r, UcMove *m, const UcField *field, const uint8_t *bytes, size_t length)
{
    for (guint i = r->seen->len; i-- > 0;) {
        const Seen *s = &g_array_index(r->seen, Seen, i);
        size_t n;
        const uint8_t *from = uc_store_get(r->store, s->bytes, &n);
        UcMutation change;
        if (n < 24 || !find_mutation(from, n, bytes, length, &change)) /* short ones say more in full */
            continue;
        UcTerm *t = name_seen(r, m, s, field);
        uc_term_mutate(t, change);
        return true;
    }
    return false;
}

/* Before alterations are looked for: what is known of altered bytes is not known of these. */
static bool made(UcRecorder *r, UcMove *m, const UcSession *s, const uint8_t *bytes, size_t length)
{
    const UcAttackKit *kit = r->hidden ? NULL : s->kit;
    GByteArray *description = kit && kit->made_of ? kit->made_of(s->kit_setup, bytes, length) : NULL;
    if (description)
        uc_move_term(m, UC_TERM_MADE)->bytes = description;
    return description != NULL;
}

static void bytes_term(UcRecorder *r, UcMove *m, const UcSession *s, const UcField *field, UcWord value)
{
    gpointer found = g_hash_table_lookup(r->index, GSIZE_TO_POINTER(value));
    if (value == UC_NONE) {
        word(m, g_strdup("none"));
        return;
    }
    if (found) {
        name_seen(r, m, &g_array_index(r->seen, Seen, GPOINTER_TO_UINT(found) - 1), field);
        return;
    }
    size_t length;
    const uint8_t *bytes = uc_store_get(r->store, value, &length);
    if (!made(r, m, s, bytes, length) && !altered(r, m, field, bytes, length))
        literal(m, UC_TERM_HEX, bytes, length);
}

static void text_term(UcRecorder *r, UcMove *m, UcWord value)
{
    if (value == UC_NONE) {
        word(m, g_strdup("none"));
        return;
    }
    size_t length;
    const uint8_t *bytes = uc_store_get(r->store, value, &length);
    literal(m, uc_json_plain((const char *)bytes, length) ? UC_TERM_TEXT : UC_TERM_HEX, bytes, length);
}

static void add_argument(UcRecorder *r, UcMove *m, const UcSession *s, const UcField *field, UcWord value)
{
    const char *name = NULL;
    switch (field->type) {
    case UC_BYTES: bytes_term(r, m, s, field, value); return;
    case UC_TEXT: text_term(r, m, value); return;
    case UC_INTERVALS:
    case UC_PARTIES:
        if (value == UC_NONE) {
            word(m, g_strdup("none"));
        } else {
            size_t length;
            const uint8_t *bytes = uc_store_get(r->store, value, &length);
            literal(m, UC_TERM_HEX, bytes, length);
        }
        return;
    case UC_PARTY:
        name = value == UC_NO_PARTY ? "none" : uc_name_of(s->party_name, value);
        word(m, name ? g_strdup(name) : g_strdup_printf("party:%" G_GINT64_FORMAT, (gint64)value));
        return;
    case UC_POINT: name = uc_name_of(uc_point_name, value); break;
    case UC_CODE: name = uc_name_of(field->names, value); break;
    default: break;
    }
    word(m, name ? g_strdup(name) : g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value));
}

const UcMove *uc_recorder_move(UcRecorder *r, const UcEnvelope *write)
{
    g_assert(r && write);
    uint16_t session = uc_session_between(r->spec, UC_Z, write->to, write->peer);
    UcSession s = uc_session(r->spec, session);
    const UcMessageKind *kind = uc_message_kind(&s.messages, write->message.kind);
    g_assert(kind);
    uint16_t party = write->to == UC_A ? write->peer : write->to;
    bool speak = write->to == UC_A && !kind->order;
    UcMove *m = uc_schedule_append(r->schedule, speak ? UC_MOVE_SPEAK : kind->name, 0);
    if (write->message.kind == UC_M_CORRUPTED && !speak) {
        if (s.sid)
            word(m, g_strdup(s.sid));
        return m;
    }
    word(m, g_strdup(uc_machine_name(r->spec, party)));
    if (speak)
        word(m, g_strdup(kind->name));
    unsigned fields = uc_message_fields(kind);
    while (fields > 1 && kind->field[fields - 1].type == UC_INT && !write->message.w[fields - 1])
        fields--; /* schedule_resolve.c, count_ok() */
    for (unsigned i = 0; i < fields; i++)
        add_argument(r, m, &s, &kind->field[i], write->message.w[i]);
    return m;
}

void uc_recorder_made_from(UcRecorder *r, UcWord bytes)
{
    g_assert(r && r->schedule->move->len);
    const UcMove *m = r->schedule->move->pdata[r->schedule->move->len - 1];
    gpointer found = g_hash_table_lookup(r->index, GSIZE_TO_POINTER(bytes));
    UcTerm *last = m->term->len ? m->term->pdata[m->term->len - 1] : NULL;
    if (found && last && uc_term_is_bytes(last))
        uc_term_made_from(last, g_array_index(r->seen, Seen, GPOINTER_TO_UINT(found) - 1).move);
}

/* ---- from activations ---- */

static bool is_party(const UcWorld *world, uint16_t machine) { return uc_world_has_backdoor(world, machine); }

const UcMove *uc_recorder_observe(UcRecorder *r, const UcWorld *world, const UcActivation *a)
{
    g_assert(r && world && a);
    const UcResult *result = &a->outcome.result;
    bool send = result->code == UC_SEND;
    UcEnvelope write = { UC_Z, result->to, result->peer, result->message };
    const UcMessageKind *kind = send ? kind_in(r, uc_session_between(r->spec, a->machine, result->to, result->peer),
                                               result->message.kind) : NULL;
    if (a->machine == UC_Z || a->machine == UC_A) {
        /* what reaches A reaches Z when A is the dummy; what a scripted A says to Z does not exist there */
        bool from_world = a->in.from != UC_Z && (a->machine == UC_A || a->in.from != UC_A);
        if (from_world)
            uc_recorder_brought(r, uc_session_between(r->spec, a->in.from, a->machine, a->in.peer), &a->in.message);
    }
    if (!send || !kind)
        return NULL;
    if (a->machine == UC_Z) {
        bool order = result->to == UC_A && is_party(world, result->peer);
        r->forwarded = order;
        bool session = result->to == UC_Z && result->message.kind == UC_M_CORRUPTED;
        return order || session || is_party(world, result->to) ? uc_recorder_move(r, &write) : NULL;
    }
    if (a->machine != UC_A || !is_party(world, result->to))
        return NULL;
    if (r->forwarded) {
        r->forwarded = false;
        return NULL;
    }
    write = (UcEnvelope){ UC_Z, UC_A, result->to, result->message };
    return uc_recorder_move(r, &write);
}
