/* How logs are held against F_DKM (simulator/triple/witness.h).
 *
 * Nobody has the secrets of a log's keys. So Sigma is a recorded one: SK is vk, and what a signature is stands in the log. A
 * signature is named by its SHA-256, everywhere; one of real size is verified first. */
#include <string.h>

#include "functionality/dkm/f_dkm_internal.h"
#include "signing/layers.h"
#include "simulator/triple/witness.h"

typedef struct {
    UcWord from, to, ticket;
} Handover;

/* A block that a party which is not trusted may have made. */
typedef struct {
    UcWord from, to, ticket, kid;
    DkmInterval block;
} Foreign;

typedef struct {
    DkmOptions options;   /* first: the configuration of F */
    void *base;           /* the interface's own set-up, whose Sigma verifies */
    Sigma *sigma;
    SigmaRecord record;
    bool real;            /* signatures have bytes that a verifier takes */
    UcStore *store;       /* borrowed, since prepare() */
    GHashTable *name;     /* of (vk, index, message): the signature's name */
    GHashTable *valid;    /* (vk, message, name) that verify */
    GHashTable *public;   /* kid: vk */
    GHashTable *renamed;  /* kid of a key of which the log has no vk: the kid of one that stands for it */
    GHashTable *arrived;  /* Handover: the block, of which the receiver says so */
    GHashTable *sent;     /* Handover: a transfer without output */
    GHashTable *again;    /* ... of which there are several */
    GHashTable *denied;   /* (vk, message) of which a party says that nobody signed it */
    GArray *hidden;       /* Handover that no receiver says anything of */
    GArray *foreign;      /* Foreign that may have come without a word */
    GArray *orphan;       /* Handover without sender: tickets that a party has and that it was never told */
    uint64_t unlogged;    /* names given to what stands in no log */
    unsigned parties;
    bool any;             /* modules sign with any index, and hand over any block, of their own */
    bool untrusted;       /* some party */
    const char *left_out; /* of the ways, for want of room */
} Witness;

/* ---- tables by contents ---- */

static guint hash_of(gconstpointer key) { return (guint)((const UcDigest *)key)->lo; }
static gboolean same(gconstpointer a, gconstpointer b) { return !memcmp(a, b, sizeof(UcDigest)); }
static GHashTable *map_new(void) { return g_hash_table_new_full(hash_of, same, g_free, g_free); }
static GHashTable *set_new(void) { return g_hash_table_new_full(hash_of, same, g_free, NULL); }
static gpointer keep(const void *bytes, size_t length) { return g_memdup2(bytes, length); }
static UcDigest words(const UcWord *word, size_t count) { return uc_digest(word, count * sizeof *word); }

static UcDigest handover(UcWord from, UcWord to, UcWord ticket) { return words((UcWord[]){ from, to, ticket }, 3); }

static void note(GHashTable *set, UcDigest key) { g_hash_table_add(set, keep(&key, sizeof key)); }
static bool noted(GHashTable *set, UcDigest key) { return g_hash_table_contains(set, &key); }

static UcWord lookup(GHashTable *map, UcWord key)
{
    UcDigest digest = words(&key, 1);
    const UcWord *found = g_hash_table_lookup(map, &digest);
    return found ? *found : UC_NONE;
}

static void put(GHashTable *map, UcWord key, UcWord value)
{
    UcDigest digest = words(&key, 1);
    if (!g_hash_table_contains(map, &digest))
        g_hash_table_insert(map, keep(&digest, sizeof digest), keep(&value, sizeof value));
}

/* ---- the recorded Sigma ---- */

static UcDigest digest_of(const Witness *w, const uint8_t *vk, uint64_t index, const uint8_t *message, size_t length,
                          const uint8_t *name)
{
    UcDigest m = uc_digest(message, length), v = uc_digest(vk, w->sigma->public_size), n = { 0, 0 };
    if (name)
        n = uc_digest(name, SIGMA_RECORDED);
    return words((UcWord[]){ v.lo, v.hi, m.lo, m.hi, index, n.lo, n.hi }, 7);
}

static void unlogged_name(const UcDigest *key, uint8_t name[SIGMA_RECORDED])
{
    uint8_t text[8 + sizeof *key] = "unlogged";
    memcpy(text + 8, key, sizeof *key);
    uc_sha256(text, sizeof text, name);
}

/* One that no log shows has a name of its own, which verifies. */
static void recorded_sign(void *data, const uint8_t *vk, uint64_t index, const uint8_t *message, size_t length,
                          uint8_t name[SIGMA_RECORDED])
{
    Witness *w = data;
    UcDigest key = digest_of(w, vk, index, message, length, NULL);
    const uint8_t *known = g_hash_table_lookup(w->name, &key);
    if (known)
        memcpy(name, known, SIGMA_RECORDED);
    else
        unlogged_name(&key, name);
    note(w->valid, digest_of(w, vk, 0, message, length, name));
}

static bool recorded_verify(void *data, const uint8_t *vk, const uint8_t *message, size_t length, const uint8_t name[SIGMA_RECORDED])
{
    const Witness *w = data;
    return noted(w->valid, digest_of(w, vk, 0, message, length, name));
}

/* ---- what the log says, before the search ---- */

static const uint8_t *bytes_of(const Witness *w, UcWord handle, size_t *length) { return uc_store_get(w->store, handle, length); }

static void name_of(const Witness *w, UcWord signature, uint8_t name[SIGMA_RECORDED])
{
    size_t length;
    const uint8_t *bytes = bytes_of(w, signature, &length);
    uc_sha256(bytes, length, name);
}

/* A vk that stands for that of a key of which the log has the kid only. */
static UcWord vk_for(const Witness *w, UcWord kid)
{
    g_autofree uint8_t *vk = g_malloc0(w->sigma->public_size);
    size_t length;
    const uint8_t *bytes = bytes_of(w, kid, &length);
    memcpy(vk, "unlogged", MIN(8, w->sigma->public_size));
    for (size_t i = 0; i < length; i++)
        vk[(8 + i) % w->sigma->public_size] ^= bytes[i];
    return uc_store_put(w->store, vk, w->sigma->public_size);
}

static void note_key(Witness *w, UcLogged *e)
{
    if (e->has_in && e->in.kind == DKM_VERIFY && uc_store_knows(w->store, e->in.w[0]))
        put(w->public, dkm_kid(w->store, e->in.w[0]), e->in.w[0]);
    if (!e->has_out || e->out.kind != DKM_KEY)
        return;
    UcWord kid = e->out.w[0];
    if (e->out_missing & 2 && kid != UC_NONE) {
        UcWord vk = vk_for(w, kid);
        put(w->renamed, kid, dkm_kid(w->store, vk));
        e->out.w[1] = vk;
        e->out_missing &= (uint8_t)~2;
        put(w->public, dkm_kid(w->store, vk), vk);
    } else if (uc_store_knows(w->store, e->out.w[1])) {
        put(w->public, dkm_kid(w->store, e->out.w[1]), e->out.w[1]);
    }
}

/* A key that came from a module that is not trusted, and of which nobody shows more. */
static void note_foreign_key(Witness *w, const UcLogged *e)
{
    bool came = w->untrusted && e->has_out && e->out.kind == DKM_RECEIVED && e->out.w[0] != UC_NONE;
    if (!came || lookup(w->public, e->out.w[0]) != UC_NONE || lookup(w->renamed, e->out.w[0]) != UC_NONE)
        return;
    UcWord vk = vk_for(w, e->out.w[0]);
    put(w->renamed, e->out.w[0], dkm_kid(w->store, vk));
    put(w->public, dkm_kid(w->store, vk), vk);
}

static void rename_kids(const Witness *w, UcMessage *m)
{
    const UcMessageKind *kind = uc_message_kind(&dkm_messages, m->kind);
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (strcmp(kind->field[i].name, "kid"))
            continue;
        UcWord other = lookup(w->renamed, m->w[i]);
        if (other != UC_NONE)
            m->w[i] = other;
    }
}

/* Something that nobody else has: what was not logged may have been anything, and nothing follows from it. */
static UcWord fresh(Witness *w, size_t length)
{
    uint8_t name[32];
    uint64_t number = ++w->unlogged;
    uc_sha256(&number, sizeof number, name);
    return uc_store_put(w->store, name, MIN(length, sizeof name));
}

static void fill_in(Witness *w, UcLogged *e)
{
    const UcMessageKind *kind = e->has_in ? uc_message_kind(&dkm_messages, e->in.kind) : NULL;
    for (unsigned i = 0; kind && i < uc_message_fields(kind); i++) {
        if (!(e->in_missing >> i & 1))
            continue;
        if (e->in.kind == DKM_SIGN && i == 1)
            e->in.w[i] = fresh(w, 32);
        else if (e->in.kind == DKM_KEYGEN)
            e->in.w[i] = uc_store_text(w->store, w->sigma->name);
        else
            e->never = true; /* nothing that could stand for it */
    }
}

static bool verifies(const Witness *w, UcWord vk, UcWord message, UcWord signature)
{
    size_t nv, nm, ns;
    const uint8_t *v = bytes_of(w, vk, &nv), *m = bytes_of(w, message, &nm), *s = bytes_of(w, signature, &ns);
    return sigma_verify(((const DkmOptions *)w->base)->sigma[0], v, nv, m, nm, s, ns);
}

/* Does the signature say that it is of another index? */
static bool is_of_another(const Witness *w, UcWord vk, const UcLogged *e)
{
    SigLayer layer[SIG_LAYERS];
    unsigned layers;
    size_t nv, ns;
    const uint8_t *v = bytes_of(w, vk, &nv), *s = bytes_of(w, e->out.w[2], &ns);
    return sig_layers(w->sigma->set, v, nv, s, ns, layer, &layers) == SIG_OK && !(e->out_missing & 2) &&
           sig_layers_index(layer, layers) != e->out.w[1];
}

/* A signature that came out. */
static void note_signature(Witness *w, UcLogged *e)
{
    if (!e->has_in || !e->has_out || e->in.kind != DKM_SIGN || e->out.kind != DKM_SIGNATURE || e->out_missing & 4)
        return;
    UcWord vk = lookup(w->public, e->in.w[0]);
    size_t length;
    uint8_t name[SIGMA_RECORDED];
    if (!uc_store_knows(w->store, e->out.w[2]) || !uc_store_knows(w->store, e->in.w[1])) {
        e->never = true;
        return;
    }
    e->never = e->never || (w->real && vk != UC_NONE && (!verifies(w, vk, e->in.w[1], e->out.w[2]) || is_of_another(w, vk, e)));
    name_of(w, e->out.w[2], name);
    e->out.w[2] = uc_store_put(w->store, name, sizeof name);
    if (vk == UC_NONE)
        return;
    const uint8_t *m = bytes_of(w, e->in.w[1], &length);
    UcDigest key = digest_of(w, bytes_of(w, vk, NULL), e->out.w[1], m, length, NULL);
    if (!g_hash_table_contains(w->name, &key))
        g_hash_table_insert(w->name, keep(&key, sizeof key), keep(name, sizeof name));
}

/* A question whether something verifies; what no core can tell, the log itself has to. */
static void note_question(Witness *w, UcLogged *e)
{
    if (!e->has_in || e->in.kind != DKM_VERIFY)
        return;
    for (unsigned i = 0; i < 3; i++) {
        if (!uc_store_knows(w->store, e->in.w[i]))
            return;
    }
    size_t length, size;
    uint8_t name[SIGMA_RECORDED];
    const uint8_t *vk = bytes_of(w, e->in.w[0], &size), *m = bytes_of(w, e->in.w[1], &length);
    name_of(w, e->in.w[2], name);
    bool says = e->has_out && e->out.kind == DKM_VERIFIED && e->out.w[0];
    bool good = w->real ? verifies(w, e->in.w[0], e->in.w[1], e->in.w[2]) : says;
    if (good && size == w->sigma->public_size)
        note(w->valid, digest_of(w, vk, 0, m, length, name));
    if (!says)
        note(w->denied, words((UcWord[]){ dkm_kid(w->store, e->in.w[0]), e->in.w[1] }, 2));
    e->in.w[2] = uc_store_put(w->store, name, sizeof name);
}

static void note_arrival(Witness *w, const UcLogged *e)
{
    UcDigest key = handover(e->out.w[1], e->party, e->out.w[2]);
    DkmInterval block = { e->out.w[3], e->out.w[4] };
    if (!g_hash_table_contains(w->arrived, &key))
        g_hash_table_insert(w->arrived, keep(&key, sizeof key), keep(&block, sizeof block));
}

static void note_orphan(Witness *w, GHashTable *told, UcWord party, UcWord ticket)
{
    Handover h = { UC_NONE, party, ticket };
    UcDigest key = handover(UC_NONE, party, ticket);
    if (noted(told, key))
        return;
    note(told, key);
    g_array_append_val(w->orphan, h);
}

/* Tickets that the party was told, and those that it has all the same: the answer was lost. */
static void note_tickets(Witness *w, const UcLogged *event, size_t events, const bool *untrusted)
{
    g_autoptr(GHashTable) told = set_new();
    for (size_t i = 0; i < events; i++) {
        const UcLogged *e = &event[i];
        if (untrusted[e->party])
            continue;
        if (e->has_out && e->out.kind == DKM_REQUESTED)
            note(told, handover(UC_NONE, e->party, e->out.w[0]));
        if (e->has_out && e->out.kind == DKM_RECEIVED)
            note_arrival(w, e);
    }
    for (size_t i = 0; i < events; i++) {
        const UcLogged *e = &event[i];
        if (untrusted[e->party])
            continue;
        if (e->has_out && e->out.kind == DKM_RECEIVED)
            note_orphan(w, told, e->party, e->out.w[2]);
        if (e->has_out && e->out.kind == DKM_CANCELLED)
            note_orphan(w, told, e->party, e->out.w[0]);
        if (!e->has_in || e->has_out || e->in.kind != DKM_TRANSFER)
            continue;
        Handover h = { e->party, e->in.w[2], e->in.w[3] };
        UcDigest key = handover(h.from, h.to, h.ticket);
        note(noted(w->sent, key) ? w->again : w->sent, key);
        note_orphan(w, told, h.to, h.ticket);
        if (!noted(w->arrived, handover(h.from, h.to, h.ticket)))
            g_array_append_val(w->hidden, h);
    }
}

/* Of what the party says it owns, the pieces of this length at the ends of intervals. */
static void note_pieces(Witness *w, Foreign f, UcWord intervals, UcWord count)
{
    UcReader r = uc_store_reader(w->store, intervals);
    while (r.left && !r.bad) {
        DkmInterval all = { uc_take(&r, 8), uc_take(&r, 8) };
        if (all.a >= all.b || all.b - all.a < count)
            continue;
        f.block = (DkmInterval){ all.a, all.a + count };
        g_array_append_val(w->foreign, f);
        f.block = (DkmInterval){ all.b - count, all.b };
        if (f.block.a != all.a)
            g_array_append_val(w->foreign, f);
    }
}

/* Blocks for a ticket that the log says nothing more of, where somebody is not trusted: what became of it the party's own status may
 * tell. That need not be all of them, so nothing is rejected then. */
static void note_foreign_blocks(Witness *w, const UcLogged *event, size_t events, const bool *untrusted)
{
    g_autoptr(GHashTable) over = set_new();
    for (size_t i = 0; i < events; i++) {
        const UcLogged *e = &event[i];
        bool came = e->has_out && e->out.kind == DKM_RECEIVED, closed = e->has_out && e->out.kind == DKM_CANCELLED;
        if (came || closed)
            note(over, handover(UC_NONE, e->party, e->out.w[came ? 2 : 0]));
    }
    for (size_t i = 0; i < events; i++) {
        const UcLogged *e = &event[i];
        if (untrusted[e->party] || !e->has_in || !e->has_out || e->out.kind != DKM_REQUESTED ||
            noted(over, handover(UC_NONE, e->party, e->out.w[0])))
            continue;
        w->left_out = "blocks that modules which are not trusted may have sent";
        for (size_t j = i; j < events; j++) {
            const UcLogged *later = &event[j];
            bool status = later->party == e->party && later->has_out && later->out.kind == DKM_STATUS_IS;
            if (status && (e->in.w[0] == UC_NONE || e->in.w[0] == later->out.w[0]))
                note_pieces(w, (Foreign){ e->in.w[2], e->party, e->out.w[0], later->out.w[0] }, later->out.w[1], e->in.w[1]);
        }
    }
}

static void prepare(void *setup, UcStore *store, UcLogged *event, size_t events, const bool *untrusted)
{
    Witness *w = setup;
    w->store = store;
    for (size_t i = 0; i < events; i++)
        note_key(w, &event[i]);
    for (unsigned p = 0; p < w->parties; p++)
        w->untrusted |= untrusted[p];
    for (size_t i = 0; i < events; i++)
        note_foreign_key(w, &event[i]);
    for (size_t i = 0; i < events; i++) {
        rename_kids(w, &event[i].in);
        rename_kids(w, &event[i].out);
        fill_in(w, &event[i]);
        note_signature(w, &event[i]);
    }
    for (size_t i = 0; i < events; i++) {
        if (!untrusted[event[i].party])
            note_question(w, &event[i]);
    }
    note_tickets(w, event, events, untrusted);
    if (w->untrusted)
        note_foreign_blocks(w, event, events, untrusted);
    for (size_t i = 0; i < events; i++) {
        UcLogged *e = &event[i];
        e->shared = e->has_in && e->in.kind == DKM_SIGN && noted(w->denied, words(e->in.w, 2));
    }
}

/* ---- the ways of an event ---- */

static void step(UcWay *way, bool input, UcWord order, UcMessage says)
{
    way->step[way->steps++] = (UcWayStep){ input, order, says };
}

static void answered(UcWay *way, UcMessage answer) { step(way, true, 0, answer); }

static UcMessage answer(DkmOutcome outcome, UcWord key, UcWord ticket)
{
    return (UcMessage){ DKM_ANSWER, { outcome, key, key, ticket } };
}

static void restarted(UcWay *way, UcWord party, UcWord burned)
{
    step(way, false, UC_M_RESTART, (UcMessage){ DKM_RESTART_PARTY, { party, burned } });
}

/* S answers with what the log shows of it. */
static void as_logged(const UcLogged *e, UcWay *way)
{
    UcWord key = e->has_out && e->out.kind == DKM_KEY ? e->out.w[1] : UC_NONE;
    UcWord ticket = e->has_out && e->out.kind == DKM_REQUESTED ? e->out.w[0] : UC_NONE;
    bool asked = e->in.kind != DKM_VERIFY && e->in.kind != DKM_STATUS && e->in.kind != DKM_RESEND;
    answered(way, asked ? answer(DKM_PROCEED, key, ticket) : (UcMessage){ 0 });
}

/* It happened, was written, and the party went down before anything came out. */
static void silent(const UcLogged *e, UcWord key, UcWord ticket, UcWay *way)
{
    *way = (UcWay){ .fault = true, .what = "happened and was written, then the module went down" };
    step(way, false, UC_M_CRASH, (UcMessage){ 0 });
    answered(way, answer(DKM_SILENT, key, ticket));
    restarted(way, e->party, UC_NONE);
}

static unsigned without_output(Witness *w, const UcLogged *e, UcWay way[UC_WAYS])
{
    unsigned ways = 0;
    UcDigest key = e->in.kind == DKM_TRANSFER ? handover(e->party, e->in.w[2], e->in.w[3]) : (UcDigest){ 0, 0 };
    if (e->in.kind == DKM_TRANSFER)
        as_logged(e, &way[ways++]);
    if (e->in.kind == DKM_TRANSFER && noted(w->arrived, key) && !noted(w->again, key))
        return ways; /* this is the one that arrived */
    way[ways++] = (UcWay){ .fault = e->in.kind != DKM_RESEND, .what = e->in.kind == DKM_RESEND ? NULL : "had no effect: the module was down, or went down before it was written" };
    if (e->in.kind == DKM_SIGN || e->in.kind == DKM_CANCEL)
        silent(e, UC_NONE, UC_NONE, &way[ways++]);
    if (e->in.kind == DKM_KEYGEN)
        silent(e, vk_for(w, uc_store_text(w->store, "a key that nobody was told")), UC_NONE, &way[ways++]);
    for (guint i = 0; e->in.kind == DKM_REQUEST && i < w->orphan->len; i++) {
        const Handover *h = &g_array_index(w->orphan, Handover, i);
        if (h->to != e->party)
            continue;
        if (ways < UC_WAYS)
            silent(e, UC_NONE, h->ticket, &way[ways++]);
        else
            w->left_out = "tickets whose answer may have been lost";
    }
    return ways;
}

static unsigned arrival(const Witness *w, const UcLogged *e, UcWay way[UC_WAYS])
{
    const UcWord *o = e->out.w; /* kid, from, ticket, a, b */
    unsigned ways = 0;
    UcWord vk = lookup(w->public, o[0]);
    way[ways] = (UcWay){ 0 };
    step(&way[ways++], false, UC_M_DELIVER, (UcMessage){ DKM_ALLOW_DELIVERY, { o[1], e->party, o[2], DKM_PROCEED } });
    if (w->untrusted && vk != UC_NONE) {
        way[ways] = (UcWay){ .what = "made by a module that is not trusted" };
        step(&way[ways++], false, UC_M_DELIVER,
             (UcMessage){ DKM_INJECT, { e->party, o[2], vk, vk, o[3], o[4], o[1], DKM_PROCEED } });
    }
    return ways;
}

/* ---- modules that do not use the lowest index and the top block ---- */

#define OWNER_ASIDE ((UcWord)UINT64_MAX - 4)

/* What the party owns of the key and is not in `kept` is nobody's for a while, or (kept is empty) its own again. */
static void set_aside(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval kept)
{
    OwnerMap map = f_map_of(ctx, kid, party);
    bool back = kept.a >= kept.b;
    UcWord from = back ? OWNER_ASIDE : party;
    size_t n = owner_map_of(map, from, NULL, 0);
    g_autofree DkmInterval *all = g_new(DkmInterval, n + 1);
    owner_map_of(map, from, all, n);
    for (size_t i = 0; i < n; i++) {
        DkmInterval low = { all[i].a, back ? all[i].b : MIN(all[i].b, kept.a) }, high = { MAX(all[i].a, kept.b), all[i].b };
        if (low.a < low.b)
            owner_map_set(map, low, back ? party : OWNER_ASIDE);
        if (!back && high.a < high.b)
            owner_map_set(map, high, OWNER_ASIDE);
    }
}

/* F, and what S says of a party's own in the place of a command: party, key, what to keep. */
UcResult f_any_step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) != UC_BACKDOOR || in->message.kind != DKM_HOLDINGS)
        return f_dkm_class.step(ctx, in);
    set_aside(ctx, w[0], w[1], (DkmInterval){ w[2], w[3] });
    return uc_pass(NULL);
}

/* The way with everything set aside but this block. */
static void choose(const UcLogged *e, DkmInterval block, UcWay *way)
{
    UcWay chosen = { .fault = way->fault, .what = way->what };
    step(&chosen, false, UC_M_DELIVER, (UcMessage){ DKM_HOLDINGS, { e->party, e->in.w[0], block.a, block.b } });
    for (unsigned i = 0; i < way->steps; i++)
        chosen.step[chosen.steps++] = way->step[i];
    step(&chosen, false, UC_M_DELIVER, (UcMessage){ DKM_HOLDINGS, { e->party, e->in.w[0] } });
    *way = chosen;
}

static void choose_any(Witness *w, const UcLogged *e, UcWay *way)
{
    UcDigest key = e->in.kind == DKM_TRANSFER ? handover(e->party, e->in.w[2], e->in.w[3]) : (UcDigest){ 0, 0 };
    const DkmInterval *block = e->in.kind == DKM_TRANSFER ? g_hash_table_lookup(w->arrived, &key) : NULL;
    if (e->has_out && e->out.kind == DKM_SIGNATURE && !(e->out_missing & 2))
        choose(e, (DkmInterval){ e->out.w[1], e->out.w[1] + 1 }, way);
    else if (!e->has_out && block)
        choose(e, *block, way);
    else if ((!e->has_out || e->out.kind == DKM_SIGNATURE) && (e->in.kind == DKM_SIGN || e->in.kind == DKM_TRANSFER))
        w->left_out = "indices and blocks that no log shows";
}

static void any(void *setup) { ((Witness *)setup)->any = true; }

/* ---- reservation: what restarts may have lost ---- */

/* The lowest `count` of what the party owns of the key, as a restart names it. */
static UcWord lowest(const Witness *w, const DkmInterval *own, size_t n, UcWord kid, UcWord count)
{
    g_autoptr(GByteArray) out = g_byte_array_new(), row = g_byte_array_new();
    uint32_t rows = 0;
    size_t length;
    const uint8_t *name = bytes_of(w, kid, &length);
    for (size_t i = 0; i < n && count; i++, rows++) {
        UcWord end = MIN(own[i].b, own[i].a + count);
        count -= end - own[i].a;
        uc_append_u64(row, own[i].a);
        uc_append_u64(row, end);
    }
    uc_append_u32(out, (uint32_t)length);
    g_byte_array_append(out, name, (guint)length);
    uc_append_u32(out, rows);
    g_byte_array_append(out, row->data, row->len);
    return uc_store_put(w->store, out->data, out->len);
}

static UcWord size_of(const DkmInterval *own, size_t n, UcWord below)
{
    UcWord sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += own[i].a < below ? MIN(own[i].b, below) - own[i].a : 0;
    return sum;
}

/* How many of the lowest were lost, if this is what comes next; UC_NO_PARTY: any number. */
static UcWord lost(const UcLogged *e, const DkmInterval *own, size_t n)
{
    if (e->out.kind == DKM_SIGNATURE)
        return size_of(own, n, e->out.w[1]);
    UcWord all = size_of(own, n, UINT64_MAX);
    if (e->out.kind == DKM_STATUS_IS && !(e->out_missing & 2)) /* they are what it leaves out */
        return all;
    if (e->out.kind == DKM_STATUS_IS)
        return e->out.w[2] < all ? all - e->out.w[2] : 0;
    return e->has_out && e->out.kind == DKM_ERROR && e->in.kind == DKM_SIGN ? all : UC_NO_PARTY;
}

/* Of [own] what the status that is told leaves out, in its place; returns how many intervals that are. */
static size_t leave_told(const Witness *w, UcWord told, DkmInterval **own, size_t n)
{
    g_autoptr(GArray) rest = g_array_new(FALSE, FALSE, sizeof(DkmInterval));
    for (size_t i = 0; i < n; i++) {
        UcReader r = uc_store_reader(w->store, told);
        UcWord at = (*own)[i].a, end = (*own)[i].b;
        while (r.left && !r.bad && at < end) {
            DkmInterval has = { uc_take(&r, 8), uc_take(&r, 8) }, gone = { at, MIN(end, has.a) };
            if (has.b <= at)
                continue;
            if (gone.a < gone.b)
                g_array_append_val(rest, gone);
            at = MAX(at, has.b);
        }
        DkmInterval last = { at, end };
        if (at < end)
            g_array_append_val(rest, last);
    }
    g_free(*own);
    n = rest->len;
    *own = g_new(DkmInterval, n + 1);
    if (n)
        memcpy(*own, rest->data, n * sizeof **own);
    return n;
}

/* The event once more, after crashes in which the reserve was lost: at most the window in each. `count`: how many, if the event
 * does not tell. */
static bool after_losses(Witness *w, UcCtx *look, const UcLogged *e, UcWord *count, UcWay *way)
{
    const UcWord kid = e->in.w[0], window = w->options.reservation;
    uint16_t machine = uc_party_machine(look, e->party);
    g_autofree DkmInterval *own = NULL;
    size_t n = f_dkm_inspector.own(look, machine, kid, NULL, 0);
    own = g_new(DkmInterval, n + 1);
    f_dkm_inspector.own(look, machine, kid, own, n);
    if (e->out.kind == DKM_STATUS_IS && !(e->out_missing & 2) && uc_store_knows(w->store, e->out.w[1]))
        n = leave_told(w, e->out.w[1], &own, n);
    UcWord told = lost(e, own, n), left = told == UC_NO_PARTY ? *count : told;
    if (told == UC_NO_PARTY && n > 1)
        w->left_out = "restarts that may have lost other indices than the lowest";
    bool none = !left || left > size_of(own, n, UINT64_MAX);
    if (told != UC_NO_PARTY || none)
        *count = window; /* no other number, or no larger one, will do */
    if (none)
        return false;
    if ((left + window - 1) / window > (UC_WAY_STEPS - 1) / 2) {
        w->left_out = "restarts that may have lost indices";
        return false;
    }
    *way = (UcWay){ .fault = true, .what = "after restarts that lost reserved indices" };
    while (left) {
        UcWord now = MIN(left, window);
        step(way, false, UC_M_CRASH, (UcMessage){ DKM_CRASH_PARTY, { e->party } });
        restarted(way, e->party, lowest(w, own, n, kid, now));
        left -= now;
        for (size_t i = 0; i < n && now; i++) { /* they are gone */
            UcWord gone = MIN(now, own[i].b - own[i].a);
            own[i].a += gone;
            now -= gone;
        }
        while (n && own[0].a == own[0].b)
            memmove(own, own + 1, --n * sizeof *own);
    }
    as_logged(e, way);
    return true;
}

static unsigned ways(const void *setup, UcCtx *look, const UcLogged *e, UcWay way[UC_WAYS])
{
    Witness *w = (Witness *)setup; /* but for left_out */
    memset(way, 0, UC_WAYS * sizeof *way);
    if (!e->has_in)
        return e->out.kind == DKM_RECEIVED ? arrival(w, e, way) : 0;
    unsigned n = e->has_out ? 1 : without_output(w, e, way);
    if (e->has_out)
        as_logged(e, &way[0]);
    if (w->any)
        choose_any(w, e, &way[0]);
    bool of_key = e->in.kind == DKM_SIGN || e->in.kind == DKM_STATUS || e->in.kind == DKM_TRANSFER;
    for (UcWord count = 1; of_key && count <= w->options.reservation; count++) {
        if (n == UC_WAYS) {
            w->left_out = "restarts that may have lost indices";
            break;
        }
        n += after_losses(w, look, e, &count, &way[n]);
    }
    return n;
}

/* A block that arrived, was written, and of which the receiver never told. */
static bool unseen(const void *setup, UcCtx *look, UcWord party, unsigned number, UcWay *way)
{
    const Witness *w = setup;
    for (guint i = 0; i < w->hidden->len; i++) {
        const Handover *h = &g_array_index(w->hidden, Handover, i);
        if (h->to != party || number--)
            continue;
        *way = (UcWay){ .fault = true, .what = "a block arrived and was written, then the module went down" };
        step(way, false, UC_M_CRASH, (UcMessage){ 0 });
        step(way, false, UC_M_DELIVER, (UcMessage){ DKM_ALLOW_DELIVERY, { h->from, h->to, h->ticket, DKM_SILENT } });
        restarted(way, party, UC_NONE);
        return true;
    }
    for (guint i = 0; i < w->foreign->len; i++) {
        const Foreign *f = &g_array_index(w->foreign, Foreign, i);
        UcWord vk = lookup(w->public, f->kid);
        if (f->to != party || vk == UC_NONE || number--)
            continue;
        *way = (UcWay){ .fault = true, .what = "a block of a module that is not trusted arrived and was written, then the module went down" };
        step(way, false, UC_M_CRASH, (UcMessage){ 0 });
        step(way, false, UC_M_DELIVER, (UcMessage){ DKM_INJECT, { f->to, f->ticket, vk, vk, f->block.a, f->block.b, f->from, DKM_SILENT } });
        restarted(way, party, UC_NONE);
        return true;
    }
    return false;
}

static const char *left_out(const void *setup) { return ((const Witness *)setup)->left_out; }

static UcMessage corrupt(UcWord party) { return (UcMessage){ DKM_CORRUPT_PARTY, { party } }; }

/* ---- the set-up ---- */

static void setup_free(void *setup)
{
    Witness *w = setup;
    GHashTable *tables[] = { w->name, w->valid, w->public, w->renamed, w->arrived, w->denied, w->sent, w->again };
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_unref(tables[i]);
    g_array_unref(w->hidden);
    g_array_unref(w->orphan);
    g_array_unref(w->foreign);
    sigma_free(w->sigma);
    dkm_interface.setup_free(w->base);
    g_free(w);
}

static void *setup_new(const UcSessionPlan *plan, char **wrong)
{
    void *base = dkm_interface.setup_new(plan, wrong);
    if (!base)
        return NULL;
    Witness *w = g_new0(Witness, 1);
    const Sigma *known = ((const DkmOptions *)base)->sigma[0];
    w->base = base;
    w->options = *(const DkmOptions *)base;
    w->record = (SigmaRecord){ w, recorded_sign, recorded_verify };
    w->sigma = sigma_recorded_new(known->name, known->capacity, &w->record, NULL);
    w->options.sigma = &w->sigma;
    w->real = !plan->crypto_ideal;
    w->parties = g_strv_length((char **)plan->party);
    GHashTable **maps[] = { &w->name, &w->public, &w->renamed, &w->arrived }, **sets[] = { &w->valid, &w->denied, &w->sent, &w->again };
    for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
        *maps[i] = map_new();
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        *sets[i] = set_new();
    w->hidden = g_array_new(FALSE, FALSE, sizeof(Handover));
    w->orphan = g_array_new(FALSE, FALSE, sizeof(Handover));
    w->foreign = g_array_new(FALSE, FALSE, sizeof(Foreign));
    return w;
}

const UcWitness dkm_witness = { .any_class = &f_any_class, .any = any,
                                 .setup_new = setup_new, .setup_free = setup_free, .prepare = prepare, .ways = ways,
                                
                                .unseen = unseen, .left_out = left_out, .corrupt = corrupt };
