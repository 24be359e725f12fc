/* Who holds what when, against a second model that knows no stretches: a table of leaf, holder and event. Stories by chance are told
 * to both, in either world; at every event, and of the whole story, they must say the same. Then F_DKM's own ledger, word by word. */
#include <glib/gstdio.h>
#include <string.h>

#include "environments/lua/lua_load.h"
#include "environments/runs/traced.h"
#include "environments/worlds/options.h"
#include "functionality/dkm/interface.h"
#include "report/ownership.h"
#include "tests/support/suite.h"
#include "vouchers.h"

enum { PARTIES = 2, HOLDERS = PARTIES + REP_FATES, BOOKS = 3, LEAVES = 24, EVENTS = 120, STORIES = 12 };
enum { NOBODY = -1, TRANSIT = PARTIES + REP_TRANSIT, USED = PARTIES + REP_USED, LOST = PARTIES + REP_LOST,
       TWICE = PARTIES + REP_USED_TWICE };

static const char *const who[] = { "ann", "bob", "eve", NULL }; /* the last is no party */
static const char *const serial[BOOKS] = { "ffeeddccbbaa99887766554433221100", "00112233445566778899aabbccddeeff", "0f" };

/* ---- the second model ---- */

typedef struct {
    bool held[BOOKS][HOLDERS][LEAVES];
    unsigned book[BOOKS], books; /* in the order in which they came up */
    unsigned capacity[BOOKS];
    struct {
        bool open;
        unsigned book, party, leaf;
    } offer;
} Model;

static unsigned came_up(Model *m, unsigned book)
{
    for (unsigned i = 0; i < m->books; i++) {
        if (m->book[i] == book)
            return i;
    }
    m->book[m->books] = book;
    return m->books++;
}

static void put(Model *m, unsigned book, int holder, unsigned low, unsigned high, bool held)
{
    for (unsigned leaf = low; holder != NOBODY && leaf < high; leaf++)
        m->held[book][holder][leaf] = held;
    if (holder != NOBODY && held)
        m->capacity[book] = MAX(m->capacity[book], high);
}

static bool holds_any(const Model *m, unsigned book, unsigned holder, unsigned low, unsigned high)
{
    bool any = false;
    for (unsigned leaf = low; leaf < high; leaf++)
        any |= m->held[book][holder][leaf];
    return any;
}

static void goes(Model *m, unsigned book, int from, int to, unsigned low, unsigned high)
{
    const bool used = holds_any(m, book, USED, low, high);
    put(m, book, from, low, high, false);
    if (to == USED || to == LOST)
        put(m, book, LOST, low, high, false);
    put(m, book, to == USED && used ? TWICE : to, low, high, true);
}

/* ---- a story: an event as a line of a trace, and what the model makes of it ---- */

typedef struct {
    GRand *chance;
    GPtrArray *text;
    VoucherLine line[EVENTS];
    Model after[EVENTS + 1]; /* of event n is after[n] */
    bool changes[EVENTS];
} Story;

static const char *kept(Story *s, char *text)
{
    g_ptr_array_add(s->text, text);
    return text;
}

static unsigned below(Story *s, unsigned n) { return (unsigned)g_rand_int_range(s->chance, 0, (gint32)n); }

static bool real_event(Story *s, VoucherLine *line, Model *m)
{
    static const char *const act[] = { "issued", "handed", "moved", "redeemed", "voided", "returned" };
    const unsigned a = below(s, 6), self = below(s, 3), whom = below(s, 4), book = below(s, BOOKS), low = below(s, LEAVES),
                   beyond = low + below(s, 7), high = MIN(beyond, LEAVES);
    const bool writes = below(s, 2);
    g_autofree char *name = whom < 3 ? g_strdup_printf("\"%s\"", who[whom]) : g_strdup("null");
    *line = (VoucherLine){ "real", who[self], writes ? "Z" : NULL, writes ? "{\"kind\":\"close\",\"shop\":\"ann\"}" : NULL,
                           kept(s, g_strdup_printf("{\"kind\":\"change\",\"act\":\"%s\",\"serial\":\"%s\",\"low\":%u,\"high\":%u,"
                                                   "\"whom\":%s}", act[a], serial[book], low, high, name)) };
    if (self >= PARTIES || (a < 3 && whom >= PARTIES) || low >= high)
        return false;
    const int to[] = { (int)whom, (int)whom, (int)whom, writes ? USED : LOST, LOST, NOBODY };
    const unsigned number = came_up(m, book);
    if (a == 2 && !holds_any(m, number, self, low, high)) /* moved, by who has none of it */
        return false;
    goes(m, number, a ? (int)self : NOBODY, to[a], low, high);
    return true;
}

/* What F writes to parties and S, and S to F. */
static bool ideal_event(Story *s, VoucherLine *line, Model *m)
{
    static const char *const word[] = { "yes", "no", "burn" };
    const unsigned a = below(s, 6), party = below(s, 3), book = below(s, BOOKS), low = below(s, LEAVES),
                   beyond = low + below(s, 9), high = MIN(beyond, LEAVES), said = below(s, 3);
    const char *const out[] = {
        g_strdup_printf("{\"kind\":\"book\",\"serial\":\"%s\",\"leaves\":%u}", serial[book], high),
        g_strdup_printf("{\"kind\":\"posted\",\"giver\":\"%s\",\"serial\":\"%s\",\"low\":%u,\"high\":%u}", who[party], serial[book],
                        low, high),
        g_strdup_printf("{\"kind\":\"arrived\",\"serial\":\"%s\",\"low\":%u,\"high\":%u}", serial[book], low, high),
        g_strdup_printf("{\"kind\":\"may\",\"holder\":\"%s\",\"serial\":\"%s\",\"leaf\":%u}", who[party], serial[book], low),
        g_strdup_printf("{\"kind\":\"redeemed\",\"serial\":\"%s\",\"leaf\":%u,\"remark\":\"\"}", serial[book], low),
        g_strdup_printf("{\"kind\":\"say\",\"word\":\"%s\"}", word[said]),
    };
    static const bool to_party[] = { true, false, true, false, true, false };
    *line = (VoucherLine){ "ideal", a == 5 ? "S" : "F", to_party[a] ? who[party] : a == 5 ? "F" : "S", out[a], NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(out); i++)
        g_ptr_array_add(s->text, (char *)out[i]);
    const bool known = party < PARTIES, some = low < high, offered = m->offer.open;
    switch (a) {
    case 0:
        if (known && high)
            goes(m, came_up(m, book), NOBODY, (int)party, 0, high);
        return known && high;
    case 1:
    case 2:
        if (known && some)
            goes(m, came_up(m, book), a == 1 ? (int)party : TRANSIT, a == 1 ? TRANSIT : (int)party, low, high);
        return known && some;
    case 3:
        if (known) {
            m->offer.open = true;
            m->offer.book = came_up(m, book);
            m->offer.party = party;
            m->offer.leaf = low;
        }
        return false;
    case 4:
        goes(m, came_up(m, book), offered ? (int)m->offer.party : NOBODY, USED, low, low + 1);
        m->offer.open = false;
        return true;
    default:
        if (!said || !offered)
            return false;
        m->offer.open = false;
        if (said == 2)
            goes(m, m->offer.book, (int)m->offer.party, LOST, m->offer.leaf, m->offer.leaf + 1);
        return said == 2;
    }
}

static UcTrace *tell(Story *s, unsigned number, bool ideal)
{
    s->chance = g_rand_new_with_seed(number);
    s->text = g_ptr_array_new_with_free_func(g_free);
    s->after[0] = (Model){ .books = 0 };
    for (unsigned i = 0; i < EVENTS; i++) {
        s->after[i + 1] = s->after[i];
        s->changes[i] = (ideal ? ideal_event : real_event)(s, &s->line[i], &s->after[i + 1]);
    }
    UcTrace *trace = voucher_trace(s->line, EVENTS);
    g_rand_free(s->chance);
    g_ptr_array_unref(s->text);
    return trace;
}

/* ---- what is compared ---- */

/* "b1: 0–3, 7; b2: 4", leaf by leaf. */
static char *says(const Model *m, unsigned holder)
{
    GString *out = g_string_new(NULL);
    for (unsigned book = 0; book < m->books; book++) {
        const bool *held = m->held[book][holder];
        bool first = true;
        for (unsigned leaf = 0, end; leaf < LEAVES; leaf = end + 1) {
            for (end = leaf; end < LEAVES && held[end]; end++)
                ;
            if (end == leaf)
                continue;
            if (first)
                g_string_append_printf(out, "%sb%u: %u", out->len ? "; " : "", book + 1, leaf);
            else
                g_string_append_printf(out, ", %u", leaf);
            if (end > leaf + 1)
                g_string_append_printf(out, "–%u", end - 1);
            first = false;
        }
    }
    return g_string_free(out, FALSE);
}

/* Each book, holder, leaf and event lies in so many of the stretches. */
static unsigned stretches_at(const RepOwnership *o, unsigned book, unsigned holder, unsigned leaf, unsigned event)
{
    unsigned in = 0;
    for (guint i = 0; i < o->done->len; i++) {
        const RepStretch *s = &g_array_index(o->done, RepStretch, i);
        in += s->asset == book && s->holder == holder && s->a <= leaf && leaf < s->b && s->from <= event && event < s->to;
    }
    return in;
}

/* By book, then holder, beginning, first leaf; none is empty and no two are the same. */
static void in_order(const RepOwnership *o)
{
    for (guint i = 0; i < o->done->len; i++) {
        const RepStretch *y = &g_array_index(o->done, RepStretch, i), *x = i ? y - 1 : NULL;
        ck_assert(y->a < y->b && y->from < y->to);
        ck_assert_msg(!x || x->asset < y->asset ||
                          (x->asset == y->asset &&
                           (x->holder < y->holder ||
                            (x->holder == y->holder && (x->from < y->from || (x->from == y->from && x->a < y->a))))),
                      "stretch %u", i);
    }
}

static void at_every_event(const Story *s, const UcTrace *trace, bool ideal)
{
    g_autoptr(RepOwnership) o = rep_ownership_new(trace, &vouchers, ideal), other = rep_ownership_new(trace, &vouchers, !ideal);
    for (unsigned i = 0; i < EVENTS; i++) {
        const UcTraceActivation *event = uc_trace_activation(trace, ideal ? UC_TRACE_IDEAL : UC_TRACE_REAL, i);
        ck_assert(!rep_ownership_step(other, event) && !other->now);
        ck_assert_msg(rep_ownership_step(o, event) == s->changes[i], "event %u", i + 1);
        for (unsigned h = 0; h < HOLDERS; h++) {
            g_autofree char *got = rep_ownership_text(o, h), *want = says(&s->after[i + 1], h);
            ck_assert_msg(!strcmp(got, want), "event %u, %s: expected '%s', got '%s'", i + 1, rep_ownership_holder(o, h), want, got);
        }
    }
}

static void in_the_whole(const Story *s, const UcTrace *trace, bool ideal)
{
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, &vouchers, ideal, NULL);
    const Model *last = &s->after[EVENTS];
    ck_assert_uint_eq(o->open->len, 0);
    ck_assert_uint_eq(o->asset->len, last->books);
    in_order(o);
    for (unsigned book = 0; book < last->books; book++) {
        ck_assert_uint_eq(g_array_index(o->capacity, uint64_t, book), last->capacity[book]);
        for (unsigned holder = 0; holder < HOLDERS; holder++) {
            for (unsigned leaf = 0; leaf < LEAVES; leaf++) {
                for (unsigned event = 0; event <= EVENTS + 1; event++)
                    ck_assert_uint_eq(stretches_at(o, book, holder, leaf, event),
                                      event <= EVENTS && s->after[event].held[book][holder][leaf]);
            }
        }
    }
}

START_TEST(stories_as_a_second_model_tells_them)
{
    g_autofree Story *s = g_new0(Story, 1);
    const bool ideal = _i % 2;
    g_autoptr(UcTrace) trace = tell(s, (unsigned)_i, ideal);
    at_every_event(s, trace, ideal);
    in_the_whole(s, trace, ideal);
}
END_TEST

/* Without parties there are the fates alone, and a party's event is nobody's. */
START_TEST(a_trace_without_parties)
{
    static const char text[] =
        "{\"ucsim-trace\":1,\"version\":\"0\",\"title\":\"t\",\"file\":null,\"hash\":null,\"seed\":1,\"options\":{},\"expect\":null}\n"
        "{\"world\":\"real\",\"n\":1,\"machine\":\"ann\",\"channel\":\"x\",\"from\":\"Z\",\"in\":{\"kind\":\"empty\"},\"result\":\"pass\","
        "\"effect\":{\"kind\":\"change\",\"act\":\"voided\",\"serial\":\"0f\",\"low\":0,\"high\":8}}\n"
        "{\"verdict\":null,\"entry\":null,\"world\":\"real\",\"rule\":null,\"why\":\"\",\"real-activation\":null,"
        "\"ideal-activation\":null}\n";
    GError *error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_read(text, strlen(text), "t", &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    g_autoptr(RepOwnership) o = rep_ownership_new(trace, &vouchers, false);
    ck_assert_uint_eq(rep_ownership_holders(o), REP_FATES);
    ck_assert_str_eq(rep_ownership_holder(o, REP_TRANSIT), "in transit");
    ck_assert(!rep_ownership_step(o, uc_trace_activation(trace, UC_TRACE_REAL, 0)));
}
END_TEST

/* ---- F_DKM's ---- */

/* Every row of both tables: made, signed with, given back (a crash before anything is written), lost (a crash after that), received
 * and in transit. */
static const char every_row[] =
    "return scenario { title = 't', crypto = 'ideal', environment = function (z)\n"
    "local key = z:keygen('hsm1') z:sign('hsm1', key, 'a')\n"
    "z:crash('hsm1', 'before') z:sign('hsm1', key, 'b') z:restart('hsm1')\n"
    "z:crash('hsm1', 'middle') z:sign('hsm1', key, 'c') z:restart('hsm1')\n"
    "local one = z:request('hsm2', { key = key, count = 4, from = 'hsm1' })\n"
    "z:deliver('hsm2', z:transfer('hsm1', { key = key, count = 4, to = 'hsm2', ticket = one })) z:sign('hsm2', key, 'd')\n"
    "local two = z:request('hsm2', { key = key, count = 2, from = 'hsm1' })\n"
    "z:transfer('hsm1', { key = key, count = 2, to = 'hsm2', ticket = two }) end }\n";
/* An offer that came to nothing is not what a later answer is about. */
static const char given_back[] =
    "return scenario { title = 't', crypto = 'ideal', environment = function (z)\n"
    "local key = z:keygen('hsm1') z:sign('hsm1', key, 'a')\n"
    "z:crash('hsm1', 'before') z:sign('hsm1', key, 'b') z:restart('hsm1')\n"
    "z:crash('hsm1', 'middle') z:request('hsm1', { count = 1, from = 'hsm2' }) z:restart('hsm1') end }\n";

/* A block that was crashed in, sent again, delivered and sent once more is where it arrived. */
static const char sent_again[] =
    "return scenario { title = 't', crypto = 'ideal', environment = function (z)\n"
    "local key = z:keygen('hsm1') local t = z:request('hsm2', { key = key, count = 4, from = 'hsm1' })\n"
    "local block, again = { key = key, count = 4, to = 'hsm2', ticket = t }, { to = 'hsm2', ticket = t }\n"
    "z:crash('hsm1', 'middle') z:transfer('hsm1', block) z:restart('hsm1')\n"
    "z:deliver('hsm2', z:resend('hsm1', again)) z:resend('hsm1', again) end }\n";

static GPtrArray *load(const char *script, GError **error)
{
    if (g_str_has_suffix(script, ".lua")) {
        g_autofree char *path = g_strdup_printf("environments/scenarios/%s", script);
        return env_scenario_load(path, error);
    }
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("ucsim-XXXXXX.lua", &path, error);
    ck_assert(file >= 0 && g_close(file, error) && g_file_set_contents(path, script, -1, error));
    GPtrArray *all = env_scenario_load(path, error);
    g_remove(path);
    return all;
}

/* At the end of a script both tables say the same: parties, then what is in transit, used, lost and used twice. */
static const struct {
    const char *script, *holds[8];
} row[] = {
    { "crash/04-write-after-release.lua", { "k1: 5–31", "", "", "", "k1: 0, 2–4", "k1: 1", "" } },
    { "crash/10-write-fails-then-a-retry.lua", { "k1: 2–31", "", "", "", "k1: 0–1", "", "" } },
    { "crash/15-abort-burns.lua", { "", "k1: 1–3", "", "", "", "k1: 0", "" } },
    { "handover/hand-over.lua", { "k1: 1–27", "k1: 29–31", "", "", "k1: 0, 28", "", "" } },
    { "transfer-crash/68-source-crashes-after-the-write.lua", { "", "k1: 28–31", "", "", "k1: 0–27", "", "" } },
    { sent_again, { "k1: 0–27", "k1: 28–31", "", "", "", "", "" } },
    { given_back, { "k1: 1–31", "", "", "", "k1: 0", "", "" } },
    { every_row, { "k1: 2–25", "k1: 29–31", "", "k1: 26–27", "k1: 0, 28", "k1: 1", "" } },
};

START_TEST(both_worlds_say_who_holds_what)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) all = load(row[_i].script, &error);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    g_autoptr(GString) text = env_trace_scenario(all->pdata[0], NULL, &error);
    ck_assert_msg(text != NULL, "%s", error ? error->message : "");
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, "t", &error);
    ck_assert_msg(!strcmp(uc_trace_verdict_of(trace)->verdict, "indistinguishable"), "%s", uc_trace_verdict_of(trace)->why);
    for (UcTraceWorld world = UC_TRACE_REAL; world <= UC_TRACE_IDEAL; world++) {
        g_autoptr(RepOwnership) o = rep_ownership_new(trace, env_trace_interface(trace), world == UC_TRACE_IDEAL);
        for (unsigned i = 0; i < uc_trace_activations(trace, world); i++)
            rep_ownership_step(o, uc_trace_activation(trace, world, i));
        for (unsigned h = 0; h < rep_ownership_holders(o); h++) {
            g_autofree char *got = rep_ownership_text(o, h);
            ck_assert_msg(!g_strcmp0(got, row[_i].holds[h]), "world %d, %s: %s", world, rep_ownership_holder(o, h), got);
        }
    }
}
END_TEST

/* What reports show of a party in the ideal world. */
START_TEST(every_status_of_f_dkm)
{
    static const UcLedgerStatus want[] = { { "crash-party", "party", "down" }, { "disable-party", "party", "disabled" },
                                           { "restart-party", "party", "" } };
    const UcLedgerStatus *got = dkm_interface.ledger->status;
    for (unsigned i = 0; i < G_N_ELEMENTS(want); i++) {
        unsigned at = 0;
        while (got[at].kind && strcmp(got[at].kind, want[i].kind))
            at++;
        ck_assert_msg(got[at].kind != NULL, "%s", want[i].kind);
        ck_assert_str_eq(got[at].party, want[i].party);
        ck_assert_str_eq(got[at].status, want[i].status);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ownership");
    TCase *c = tcase_create("ownership");
    tcase_set_timeout(c, 120); /* a busy machine */
    tcase_add_loop_test(c, stories_as_a_second_model_tells_them, 0, STORIES);
    tcase_add_test(c, a_trace_without_parties);
    tcase_add_loop_test(c, both_worlds_say_who_holds_what, 0, G_N_ELEMENTS(row));
    tcase_add_test(c, every_status_of_f_dkm);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
