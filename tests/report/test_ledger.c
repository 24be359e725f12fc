/* Ledgers: a toy interface of its own is drawn by its tables alone, broken tables are refused, and results carry whatever an
 * interface counts over many runs. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "environments/lua/lua_load.h"
#include "environments/runs/traced.h"
#include "report/export.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/plot.h"
#include "tests/support/suite.h"

/* ---- the toy: books of vouchers, leaf by leaf; nothing here is called as in another interface ---- */

static const char *const act_name[] = { "issued", "handed", "redeemed", "voided", "returned", NULL };
static const char *const word_name[] = { "yes", "no", "burn", NULL };
static const UcMessageKind kinds[] = {
    { "book", { { "serial", UC_BYTES }, { "leaves", UC_INT } } },                        /* F to a party */
    { "posted", { { "giver", UC_PARTY }, { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT } } }, /* F to S */
    { "arrived", { { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT } } },     /* F to a party */
    { "may", { { "holder", UC_PARTY }, { "serial", UC_BYTES }, { "leaf", UC_INT } } },    /* F to S */
    { "say", { { "word", UC_CODE, word_name } } },                                        /* S to F */
    { "redeemed", { { "serial", UC_BYTES }, { "leaf", UC_INT }, { "remark", UC_TEXT, .said = true } } },
    { "change", { { "act", UC_CODE, act_name }, { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT },
                  { "whom", UC_PARTY } } },                                               /* effect */
    { "close", { { "shop", UC_PARTY } } },                                                /* S to F */
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };

#define LEAVES "serial", "low", "high"
static const UcLedgerRow real_row[] = {
    { UC_LEDGER_PARTY, "change", "act", "issued", UC_LEDGER_ANY, LEAVES, .to = { UC_LEDGER_FIELD, "whom" } },
    { UC_LEDGER_PARTY, "change", "act", "handed", UC_LEDGER_ANY, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_FIELD, "whom" } },
    { UC_LEDGER_PARTY, "change", "act", "redeemed", UC_LEDGER_WRITTEN, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_USED } },
    { UC_LEDGER_PARTY, "change", "act", "redeemed", UC_LEDGER_UNWRITTEN, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_LOST } },
    { UC_LEDGER_PARTY, "change", "act", "voided", UC_LEDGER_ANY, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_LOST } },
    { UC_LEDGER_PARTY, "change", .asset = "serial", .first = "low", .end = "high", .from = { UC_LEDGER_SELF } }, /* the last act */
};
static const UcLedgerRow ideal_row[] = {
    { UC_LEDGER_F, "book", .asset = "serial", .end = "leaves", .to = { UC_LEDGER_RECEIVER } },
    { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .end = "high", .from = { UC_LEDGER_FIELD, "giver" },
      .to = { UC_LEDGER_TRANSIT } },
    { UC_LEDGER_F, "arrived", .asset = "serial", .first = "low", .end = "high", .from = { UC_LEDGER_TRANSIT },
      .to = { UC_LEDGER_RECEIVER } },
    { UC_LEDGER_F, "may", .asset = "serial", .first = "leaf", .from = { UC_LEDGER_FIELD, "holder" }, .to = { UC_LEDGER_OFFERED } },
    { UC_LEDGER_F, "redeemed", .asset = "serial", .first = "leaf", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_USED } },
    { UC_LEDGER_S, "say", "word", "no", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_BACK } },
    { UC_LEDGER_S, "say", "word", "burn", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } },
};
static const UcLedgerStatus statuses[] = { { "close", "shop", "closed" }, { NULL, NULL, NULL } };
static const UcLedger ledger = { .real = { real_row, G_N_ELEMENTS(real_row) }, .ideal = { ideal_row, G_N_ELEMENTS(ideal_row) }, .status = statuses,
                                 .stem = "b", .part = "leaf of a <book>", .parts = "leaves" };
static const UcInterface toy = { .name = "F_VOUCHER", .messages = &messages, .ledger = &ledger, .asset = "book" };
static const UcInterface bare = { .name = "F_BARE", .messages = &messages };

/* ---- traces of it ---- */

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "ffeeddccbbaa99887766554433221100"

/* One activation; `out` and `effect` are JSON or NULL. */
typedef struct {
    const char *world, *machine, *to, *out, *effect;
} Line;

static UcTrace *trace_of(const Line *line, unsigned lines)
{
    g_autoptr(GString) text = g_string_new("{\"ucsim-trace\":1,\"version\":\"0\",\"title\":\"t\",\"file\":null,\"hash\":null,"
                                           "\"seed\":1,\"options\":{\"parties\":[\"ann\",\"bob\"]},\"expect\":null}\n");
    unsigned n[2] = { 0 };
    for (unsigned i = 0; i < lines; i++) {
        const Line *l = &line[i];
        g_string_append_printf(text, "{\"world\":\"%s\",\"n\":%u,\"machine\":\"%s\",\"channel\":\"x\",\"from\":\"Z\","
                               "\"in\":{\"kind\":\"empty\"},\"result\":\"%s\"", l->world, ++n[l->world[0] == 'i'], l->machine,
                               l->out ? "send" : "pass");
        if (l->out)
            g_string_append_printf(text, ",\"to\":\"%s\",\"peer-out\":\"%s\",\"out\":%s", l->to, l->machine, l->out);
        if (l->effect)
            g_string_append_printf(text, ",\"effect\":%s", l->effect);
        g_string_append(text, "}\n");
    }
    g_string_append(text, "{\"verdict\":null,\"entry\":null,\"world\":\"real\",\"rule\":null,\"why\":\"\",\"real-activation\":null,"
                          "\"ideal-activation\":null}\n");
    GError *error = NULL;
    UcTrace *trace = uc_trace_read(text->str, text->len, "toy", &error);
    ck_assert_msg(trace != NULL, "%s", error ? error->message : "");
    return trace;
}

#define CHANGE(act, serial, low, high, whom) \
    "{\"kind\":\"change\",\"act\":\"" act "\",\"serial\":\"" serial "\",\"low\":" low ",\"high\":" high ",\"whom\":" whom "}"
#define SAYS "{\"kind\":\"redeemed\",\"serial\":\"" ONE "\",\"leaf\":3,\"remark\":\"" TWO "\"}"
static const Line real_line[] = {
    { "real", "ann", "Z", SAYS, CHANGE("issued", ONE, "0", "8", "\"ann\"") },
    { "real", "ann", NULL, NULL, CHANGE("issued", TWO, "5", "9", "\"bob\"") },
    { "real", "ann", NULL, NULL, CHANGE("issued", TWO, "9", "12", "\"bob\"") }, /* held apart */
    { "real", "bob", NULL, NULL, CHANGE("returned", TWO, "5", "11", "null") },    /* the first whole, of the second a part */
    { "real", "ann", NULL, NULL, CHANGE("handed", ONE, "2", "6", "\"bob\"") },
    { "real", "bob", "Z", SAYS, CHANGE("redeemed", ONE, "3", "4", "null") },
    { "real", "bob", NULL, NULL, CHANGE("redeemed", ONE, "2", "3", "null") },
    { "real", "ann", "Z", SAYS, CHANGE("voided", ONE, "0", "1", "null") },
    { "real", "ann", NULL, NULL, CHANGE("returned", ONE, "7", "8", "null") },
    { "real", "bob", "Z", SAYS, CHANGE("redeemed", ONE, "3", "4", "null") }, /* again */
    { "real", "bob", NULL, NULL, CHANGE("redeemed", ONE, "6", "7", "null") }, /* what is lost twice, */
    { "real", "bob", "Z", SAYS, CHANGE("redeemed", ONE, "5", "6", "null") },
    { "real", "bob", NULL, NULL, CHANGE("redeemed", ONE, "5", "6", "null") }, /* or used and lost then, is not used twice */
    { "real", "bob", NULL, NULL, CHANGE("redeemed", ONE, "6", "7", "null") },
    /* what changes nothing: of nobody, empty, without a name, of another kind, F's */
    { "real", "eve", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
    { "real", "ann", NULL, NULL, CHANGE("voided", ONE, "1", "1", "null") },
    { "real", "ann", NULL, NULL, "{\"kind\":\"change\",\"act\":\"voided\",\"low\":0,\"high\":8}" },
    { "real", "ann", "Z", "{\"kind\":\"book\",\"serial\":\"" TWO "\",\"leaves\":8}", NULL },
    { "real", "F", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
    { "real", "eve", NULL, NULL, CHANGE("issued", ONE, "0", "8", "\"bob\"") },
    { "ideal", "ann", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
};
static const Line ideal_line[] = {
    { "ideal", "F", "ann", "{\"kind\":\"book\",\"serial\":\"" ONE "\",\"leaves\":6}", NULL },
    { "ideal", "F", "S", "{\"kind\":\"posted\",\"giver\":\"ann\",\"serial\":\"" ONE "\",\"low\":3,\"high\":6}", NULL },
    { "ideal", "F", "bob", "{\"kind\":\"arrived\",\"serial\":\"" ONE "\",\"low\":4,\"high\":6}", NULL },
    { "ideal", "F", "S", "{\"kind\":\"may\",\"holder\":\"bob\",\"serial\":\"" ONE "\",\"leaf\":4}", NULL },
    { "ideal", "S", "F", "{\"kind\":\"say\",\"word\":\"burn\"}", NULL },
    { "ideal", "F", "S", "{\"kind\":\"may\",\"holder\":\"bob\",\"serial\":\"" ONE "\",\"leaf\":5}", NULL },
    { "ideal", "S", "F", "{\"kind\":\"say\",\"word\":\"no\"}", NULL },
    { "ideal", "S", "F", "{\"kind\":\"say\",\"word\":\"burn\"}", NULL }, /* of nothing */
    { "ideal", "F", "S", "{\"kind\":\"may\",\"holder\":\"ann\",\"serial\":\"" ONE "\",\"leaf\":0}", NULL },
    { "ideal", "S", "F", "{\"kind\":\"say\",\"word\":\"yes\"}", NULL },
    { "ideal", "F", "ann", "{\"kind\":\"redeemed\",\"serial\":\"" ONE "\",\"leaf\":0,\"remark\":\"\"}", NULL },
    { "ideal", "F", "Z", "{\"kind\":\"book\",\"serial\":\"" TWO "\",\"leaves\":6}", NULL }, /* to no party */
    { "ideal", "ann", "bob", "{\"kind\":\"book\",\"serial\":\"" TWO "\",\"leaves\":6}", NULL }, /* not of F */
    { "real", "F", "ann", "{\"kind\":\"book\",\"serial\":\"" TWO "\",\"leaves\":6}", NULL },
};

enum { HOLDERS = 2 + REP_FATES };

static void steps(const UcTrace *trace, bool ideal, const char *changes, const char *const want[HOLDERS])
{
    g_autoptr(RepOwnership) o = rep_ownership_new(trace, &toy, ideal);
    UcTraceWorld world = ideal ? UC_TRACE_IDEAL : UC_TRACE_REAL;
    ck_assert_uint_eq(rep_ownership_holders(o), HOLDERS);
    for (unsigned i = 0; i < uc_trace_activations(trace, world); i++)
        ck_assert_msg(rep_ownership_step(o, uc_trace_activation(trace, world, i)) == (changes[i] == '1'), "event %u", i + 1);
    for (unsigned h = 0; h < HOLDERS; h++) {
        g_autofree char *got = rep_ownership_text(o, h);
        ck_assert_msg(!strcmp(got, want[h]), "%s: %s", rep_ownership_holder(o, h), got);
    }
}

START_TEST(a_toy_by_its_tables_alone)
{
    g_autoptr(UcTrace) trace = trace_of(real_line, G_N_ELEMENTS(real_line));
    const char *const want[] = { "b1: 1, 6", "b1: 4; b2: 11", "", "b1: 3, 5", "b1: 0, 2, 5–6", "b1: 3" };
    steps(trace, false, "11111111111111000000", want);
    g_autoptr(UcTrace) other = trace_of(ideal_line, G_N_ELEMENTS(ideal_line));
    const char *const then[] = { "b1: 1–2", "b1: 5", "b1: 3", "b1: 0", "b1: 4", "" };
    steps(other, true, "1110100000100", then);
}
END_TEST

START_TEST(charts_in_the_words_of_the_toy)
{
    g_autoptr(UcTrace) trace = trace_of(real_line, G_N_ELEMENTS(real_line)), nothing = trace_of(NULL, 0);
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, &toy, false, NULL), none = rep_ownership_of(nothing, &toy, false, NULL);
    g_autofree char *some = rep_plot_ownership(o, "t"), *empty = rep_plot_ownership(none, "t");
    ck_assert(strstr(some, "'index of b1'") && strstr(some, "'index of b2'") && strstr(some, "title 'used twice'"));
    ck_assert(strstr(empty, "'no book in this trace'") && strstr(empty, "'leaf of a <book> index'"));
    RepChartOptions options = { .interface = &toy, .whole = true };
    g_autoptr(RepChart) chart = rep_chart_new(trace, &options);
    ck_assert_str_eq(rep_event(chart, 0)->label, "redeemed(s1, 3, \"" "ffeeddccbbaa99887766554…" "\")"); /* said, in spite of its looks */
    options.interface = NULL; /* nobody knows it: then these are bytes */
    g_autoptr(RepChart) unknown = rep_chart_new(trace, &options);
    ck_assert_str_eq(rep_event(unknown, 0)->label, "redeemed(s1, 3, r1)");
}
END_TEST

START_TEST(without_a_ledger_there_is_no_chart)
{
    g_autoptr(UcTrace) trace = trace_of(real_line, G_N_ELEMENTS(real_line));
    const UcInterface *const interface[] = { &bare, NULL };
    static const char *const want[] = { "F_BARE", "an unknown protocol" };
    for (unsigned i = 0; i < G_N_ELEMENTS(interface); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *says = g_strdup_printf("expected a trace of an interface with a ledger of who has what, got one of %s", want[i]);
        ck_assert_ptr_null(rep_ownership_of(trace, interface[i], false, &error));
        ck_assert_str_eq(error->message, says);
        g_autoptr(RepOwnership) o = rep_ownership_new(trace, interface[i], false);
        ck_assert_uint_eq(rep_ownership_holders(o), 2); /* the parties, who hold nothing */
        ck_assert(!rep_ownership_step(o, uc_trace_activation(trace, UC_TRACE_REAL, 0)));
    }
}
END_TEST

/* ---- broken tables ---- */

static const UcLedgerRow offered = { UC_LEDGER_F, "may", .asset = "serial", .first = "leaf", .from = { UC_LEDGER_FIELD, "holder" },
                                     .to = { UC_LEDGER_OFFERED } };
static const struct {
    UcLedgerRow row[2];
    const char *wrong;
} broken[] = {
    { { { UC_LEDGER_PARTY, "chnage" } }, "row 1: expected a kind of message, got 'chnage'; did you mean 'change'?" },
    { { { UC_LEDGER_PARTY, NULL } }, "row 1: expected a kind of message, got none" },
    { { { UC_LEDGER_PARTY, "change", "atc", "issued" } },
      "row 1: condition: expected a field of 'change', got 'atc'; did you mean 'act'?" },
    { { { UC_LEDGER_PARTY, "change", "act" } }, "row 1: expected a field and what it is, got one of them" },
    { { { UC_LEDGER_PARTY, "change", NULL, "issued" } }, "row 1: expected a field and what it is, got one of them" },
    { { { UC_LEDGER_PARTY, "change", "low", "0" } }, "row 1: condition: expected a code, got 'low', which is a number" },
    { { { UC_LEDGER_S, "say", "word", "maybe" } }, "row 1: word: expected one of yes, no, burn, got 'maybe'" },
    { { { UC_LEDGER_F, "book", .end = "leaves", .to = { UC_LEDGER_RECEIVER } } },
      "row 1: expected an asset and its range, or neither of what was offered" },
    { { { UC_LEDGER_F, "may", .from = { UC_LEDGER_FIELD, "holder" }, .to = { UC_LEDGER_LOST } } },
      "row 1: expected an asset and its range, or neither of what was offered" },
    { { { UC_LEDGER_F, "book", .asset = "serial", .to = { UC_LEDGER_RECEIVER } } },
      "row 1: expected a first part, the end, or both, got neither" },
    { { { UC_LEDGER_F, "book", .asset = "leaves", .end = "leaves", .to = { UC_LEDGER_RECEIVER } } },
      "row 1: asset: expected bytes, got 'leaves', which is a number" },
    { { { UC_LEDGER_F, "book", .asset = "serial", .first = "serial", .to = { UC_LEDGER_RECEIVER } } },
      "row 1: first: expected a number, got 'serial', which is bytes" },
    { { { UC_LEDGER_F, "book", .asset = "serial", .end = "sheets", .to = { UC_LEDGER_RECEIVER } } },
      "row 1: end: expected a field of 'book', got 'sheets'" },
    { { { UC_LEDGER_F, "book", .asset = "serial", .end = "leaves", .to = { UC_LEDGER_SELF } } },
      "row 1: to: expected another than itself: F and S hold nothing" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_FIELD }, .to = { UC_LEDGER_LOST } } },
      "row 1: from: expected a field of 'posted', got none" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_FIELD, "low" }, .to = { UC_LEDGER_LOST } } },
      "row 1: from: expected a party, got 'low', which is a number" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_TRANSIT, "giver" } } },
      "row 1: from: expected no field, got 'giver'" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_USED } } },
      "row 1: from: what is used or lost stays so" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_LOST }, .to = { UC_LEDGER_RECEIVER } } },
      "row 1: from: what is used or lost stays so" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low" } }, "row 1: expected somebody that it comes from or goes to" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_TRANSIT }, .to = { UC_LEDGER_OFFERED } } },
      "row 1: from: expected a party, to which it is offered" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_TRANSIT }, .to = { UC_LEDGER_BACK } } },
      "row 1: from: expected what was offered, as it goes back" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_WHOS } } }, "row 1: from: unknown holder" },
    { { { UC_LEDGER_F, "arrived", .asset = "serial", .first = "low", .from = { UC_LEDGER_TRANSIT }, .to = { UC_LEDGER_RECEIVER }, .held = true } },
      "row 1: from: expected a party, which holds it or not" },
    { { offered }, "expected rows to what is offered and from it, got one of them" },
    { { { UC_LEDGER_S, "say", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } } },
      "expected rows to what is offered and from it, got one of them" },
    { { { UC_LEDGER_S, "say", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } },
        { UC_LEDGER_S, "say", "word", "no", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_BACK } } },
      "row 2: is never reached: row 1 fits wherever it does" },
};

static void refuses(const UcLedger *l, const char *want)
{
    g_autofree char *wrong = uc_ledger_wrong(l, &messages);
    ck_assert_msg(wrong && !strcmp(wrong, want), "expected %s, got %s", want, wrong ? wrong : "nothing");
}

START_TEST(broken_tables_are_refused)
{
    for (int in_ideal = 0; in_ideal < 2; in_ideal++) {
        UcLedger l = ledger;
        UcLedgerTable *table = in_ideal ? &l.ideal : &l.real;
        const bool whole = !g_str_has_prefix(broken[_i].wrong, "row");
        *table = (UcLedgerTable){ broken[_i].row, broken[_i].row[1].kind ? 2 : 1 };
        g_autofree char *want = g_strdup_printf("%s world%s %s", in_ideal ? "ideal" : "real", whole ? ":" : ",", broken[_i].wrong);
        refuses(&l, want);
    }
}
END_TEST

START_TEST(broken_words_and_statuses_are_refused)
{
    const UcLedgerStatus kind[] = { { "closed", "shop", "closed" }, { NULL, NULL, NULL } },
                         field[] = { { "close", "shop", "closed" }, { "may", "serial", "closed" }, { NULL, NULL, NULL } },
                         none[] = { { "close", "shop", NULL }, { NULL, NULL, NULL } };
    UcLedger l = ledger;
    l.status = kind;
    refuses(&l, "status, row 1: expected a kind of message, got 'closed'; did you mean 'close'?");
    l.status = field;
    refuses(&l, "status, row 2: party: expected a party, got 'serial', which is bytes");
    l.status = none;
    refuses(&l, "status, row 1: expected a status, got none");
    static const size_t words[] = { offsetof(UcLedger, stem), offsetof(UcLedger, part), offsetof(UcLedger, parts) };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        l = ledger;
        G_STRUCT_MEMBER(const char *, &l, words[i]) = i % 2 ? "" : NULL;
        refuses(&l, "expected a stem and words for one part and for several");
    }
}
END_TEST

START_TEST(ledgers_that_there_are_hold)
{
    g_autofree char *wrong = uc_ledger_wrong(&ledger, &messages);
    ck_assert_msg(!wrong, "%s", wrong);
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        const UcInterface *interface = t->protocol->interface;
        g_autofree char *says = interface->ledger ? uc_ledger_wrong(interface->ledger, interface->messages) : NULL;
        ck_assert_msg(!says, "%s: %s", interface->name, says);
        ck_assert(interface->asset || (!interface->ledger && !interface->compromised));
    }
}
END_TEST

static RepOwnership *stepped(const UcTrace *trace, UcTraceWorld world)
{
    RepOwnership *o = rep_ownership_new(trace, env_trace_interface(trace), world == UC_TRACE_IDEAL);
    for (unsigned i = 0; i < uc_trace_activations(trace, world); i++)
        rep_ownership_step(o, uc_trace_activation(trace, world, i));
    return o;
}

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
    if (!g_str_has_prefix(script, "return")) {
        g_autofree char *path = g_strdup_printf("environments/scenarios/%s.lua", script);
        return env_scenario_load(path, error);
    }
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("ucsim-XXXXXX.lua", &path, error);
    ck_assert(file >= 0 && g_close(file, error) && g_file_set_contents(path, script, -1, error));
    GPtrArray *all = env_scenario_load(path, error);
    g_remove(path);
    return all;
}

/* Where nothing is told apart, both tables of an interface tell the same story. */
START_TEST(both_worlds_say_who_holds_what)
{
    static const char *const script[] = { "crash/04-write-after-release", "crash/10-write-fails-then-a-retry", "crash/15-abort-burns",
                                          "handover/hand-over", "transfer-crash/68-source-crashes-after-the-write", given_back,
                                          sent_again };
    GError *error = NULL;
    g_autoptr(GPtrArray) all = load(script[_i], &error);
    ck_assert_msg(all != NULL, "%s", error ? error->message : "");
    g_autoptr(GString) text = env_trace_scenario(all->pdata[0], NULL, &error);
    ck_assert_msg(text != NULL, "%s", error ? error->message : "");
    g_autoptr(UcTrace) trace = uc_trace_read(text->str, text->len, script[_i], &error);
    g_autoptr(RepOwnership) real = stepped(trace, UC_TRACE_REAL), ideal = stepped(trace, UC_TRACE_IDEAL);
    unsigned held = 0;
    for (unsigned h = 0; h < rep_ownership_holders(real); h++) {
        g_autofree char *one = rep_ownership_text(real, h), *other = rep_ownership_text(ideal, h);
        ck_assert_msg(!strcmp(one, other), "%s: '%s' and '%s'", rep_ownership_holder(real, h), one, other);
        held += *one != 0;
    }
    ck_assert_str_eq(uc_trace_verdict_of(trace)->verdict, "indistinguishable");
    ck_assert_uint_gt(held, 1); /* a party, and what became of the rest */
}
END_TEST

/* ---- results ---- */

START_TEST(results_carry_any_counts)
{
    static const UcNamedCount counts[] = { { "books", 7 }, { "stamps \"&\"", 0 }, { "seals", 12 }, { NULL, 0 } };
    static const struct {
        const UcNamedCount *compared;
        const char *json, *xml;
    } row[] = {
        { NULL, "\"seeds\": {\"runs\": 4}", "f: 4 seeds: nothing compared" },
        { &counts[3], "\"seeds\": {\"runs\": 4}", "f: 4 seeds: nothing compared" },
        { &counts[2], "\"seeds\": {\"runs\": 4, \"seals\": 12}", "f: 4 seeds: 12 seals compared" },
        { &counts[1], "\"seeds\": {\"runs\": 4, \"stamps \\\"&\\\"\": 0, \"seals\": 12}",
          "f: 4 seeds: 0 stamps &quot;&amp;&quot; and 12 seals compared" },
        { counts, "\"seeds\": {\"runs\": 4, \"books\": 7, \"stamps \\\"&\\\"\": 0, \"seals\": 12}",
          "f: 4 seeds: 7 books, 0 stamps &quot;&amp;&quot; and 12 seals compared" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        const RepResult r = { .file = "f", .title = "t", .verdict = "indistinguishable", .expect = "indistinguishable", .entry = -1,
                              .as_expected = true, .runs = 4, .compared = row[i].compared, .compromised = "a1.., b2..", .asset = "book" };
        const RepSummary summary = { .total = 1, .as_expected = 1 };
        g_autoptr(GString) json = g_string_new(NULL), xml = g_string_new(NULL);
        rep_json(json, &r, 1, &summary);
        rep_junit(xml, "s", &r, 1, NULL);
        ck_assert_msg(strstr(json->str, row[i].json) != NULL, "%s", json->str);
        ck_assert_msg(strstr(xml->str, row[i].xml) && strstr(xml->str, "f: compromised: book a1.., b2.."), "%s", xml->str);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger");
    TCase *c = tcase_create("ledger");
    tcase_add_test(c, a_toy_by_its_tables_alone);
    tcase_add_test(c, charts_in_the_words_of_the_toy);
    tcase_add_test(c, without_a_ledger_there_is_no_chart);
    tcase_add_loop_test(c, broken_tables_are_refused, 0, G_N_ELEMENTS(broken));
    tcase_add_test(c, broken_words_and_statuses_are_refused);
    tcase_add_test(c, ledgers_that_there_are_hold);
    tcase_add_loop_test(c, both_worlds_say_who_holds_what, 0, 7);
    tcase_add_test(c, results_carry_any_counts);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
