/* Ledgers: a toy interface of its own is drawn by its tables alone, broken tables are refused, and results carry whatever an
 * interface counts over many runs. */
#include <stdlib.h>
#include <string.h>

#include "environments/worlds/registry.h"
#include "report/export.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/plot.h"
#include "tests/support/suite.h"
#include "vouchers.h"

static const UcInterface bare = { .name = "F_BARE", .messages = &voucher_messages };

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "ffeeddccbbaa99887766554433221100"

#define CHANGE(act, serial, low, high, whom) \
    "{\"kind\":\"change\",\"act\":\"" act "\",\"serial\":\"" serial "\",\"low\":" low ",\"high\":" high ",\"whom\":" whom "}"
#define SAYS "{\"kind\":\"redeemed\",\"serial\":\"" ONE "\",\"leaf\":3,\"remark\":\"" TWO "\"}"
static const VoucherLine real_line[] = {
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
    /* what changes nothing: of nobody, empty, without a name, of no number, of another kind, F's */
    { "real", "eve", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
    { "real", "ann", NULL, NULL, CHANGE("voided", ONE, "1", "1", "null") },
    { "real", "ann", NULL, NULL, "{\"kind\":\"change\",\"act\":\"voided\",\"low\":0,\"high\":8}" },
    { "real", "ann", NULL, NULL, "{\"kind\":\"change\",\"act\":\"voided\",\"serial\":7,\"low\":0,\"high\":8}" },
    { "real", "ann", NULL, NULL, CHANGE("voided", ONE, "\"0\"", "8", "null") },
    { "real", "ann", NULL, NULL, CHANGE("voided", ONE, "0", "\"8\"", "null") },
    { "real", "ann", NULL, NULL, CHANGE("voided", ONE, "-1", "8", "null") },
    { "real", "ann", "Z", "{\"kind\":\"book\",\"serial\":\"" TWO "\",\"leaves\":8}", NULL },
    { "real", "F", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
    { "real", "eve", NULL, NULL, CHANGE("issued", ONE, "0", "8", "\"bob\"") },
    { "ideal", "ann", NULL, NULL, CHANGE("voided", ONE, "0", "8", "null") },
};
static const VoucherLine ideal_line[] = {
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
    g_autoptr(RepOwnership) o = rep_ownership_new(trace, &vouchers, ideal);
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
    g_autoptr(UcTrace) trace = voucher_trace(real_line, G_N_ELEMENTS(real_line));
    const char *const want[] = { "b1: 1, 6", "b1: 4; b2: 11", "", "b1: 3, 5", "b1: 0, 2, 5–6", "b1: 3" };
    steps(trace, false, "111111111111110000000000", want);
    g_autoptr(UcTrace) other = voucher_trace(ideal_line, G_N_ELEMENTS(ideal_line));
    const char *const then[] = { "b1: 1–2", "b1: 5", "b1: 3", "b1: 0", "b1: 4", "" };
    steps(other, true, "1110100000100", then);
}
END_TEST

START_TEST(charts_in_the_words_of_the_toy)
{
    g_autoptr(UcTrace) trace = voucher_trace(real_line, G_N_ELEMENTS(real_line)), nothing = voucher_trace(NULL, 0);
    g_autoptr(RepOwnership) o = rep_ownership_of(trace, &vouchers, false, NULL), none = rep_ownership_of(nothing, &vouchers, false, NULL);
    g_autofree char *some = rep_plot_ownership(o, "t"), *empty = rep_plot_ownership(none, "t");
    ck_assert(strstr(some, "'index of b1'") && strstr(some, "'index of b2'") && strstr(some, "title 'used twice'"));
    ck_assert(strstr(empty, "'no book in this trace'") && strstr(empty, "'leaf of a <book> index'"));
    RepChartOptions options = { .interface = &vouchers, .whole = true };
    g_autoptr(RepChart) chart = rep_chart_new(trace, &options);
    ck_assert_str_eq(rep_event(chart, 0)->label, "redeemed(s1, 3, \"" "ffeeddccbbaa99887766554…" "\")"); /* said, in spite of its looks */
    options.interface = NULL; /* nobody knows it: then these are bytes */
    g_autoptr(RepChart) unknown = rep_chart_new(trace, &options);
    ck_assert_str_eq(rep_event(unknown, 0)->label, "redeemed(s1, 3, r1)");
}
END_TEST

START_TEST(without_a_ledger_there_is_no_chart)
{
    g_autoptr(UcTrace) trace = voucher_trace(real_line, G_N_ELEMENTS(real_line));
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

#define NO_WORD { UC_LEDGER_S, "say", "word", "no", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } }
#define AGAIN_NO { UC_LEDGER_S, "say", "again", "no", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } }
#define ARRIVED(by, when) \
    { by, "arrived", NULL, NULL, when, "serial", "low", "high", { UC_LEDGER_TRANSIT }, { UC_LEDGER_RECEIVER } }
#define OFFERED(by, kind, who) { by, kind, .asset = "serial", .first = "low", .from = { who }, .to = { UC_LEDGER_OFFERED } }
#define HELD \
    { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_FIELD, "giver" }, .to = { UC_LEDGER_TRANSIT }, .held = true }
#define POSTED(by) { by, "posted", NULL, NULL, UC_LEDGER_ANY, "serial", "low", "high", { UC_LEDGER_TRANSIT }, { UC_LEDGER_RECEIVER } }
static const UcLedgerRow offered = { UC_LEDGER_F, "may", .asset = "serial", .first = "leaf", .from = { UC_LEDGER_FIELD, "holder" },
                                     .to = { UC_LEDGER_OFFERED } };
static const struct {
    UcLedgerRow row[2];
    const char *wrong;
} broken[] = {
    { { { UC_LEDGER_PARTY, "chnage" } }, "row 1: expected a kind of message, got 'chnage'; did you mean 'change'?" },
    { { { UC_LEDGER_F, "bok" } }, "row 1: expected a kind of message, got 'bok'; did you mean 'book'?" },
    { { { UC_LEDGER_PARTY, NULL } }, "row 1: expected a kind of message, got none" },
    { { { UC_LEDGER_PARTY, "empty", .asset = "serial", .end = "leaves" } }, "row 1: asset: expected a field of 'empty', got 'serial'" },
    { { { UC_LEDGER_S + 1, "change" } }, "row 1: unknown writer or condition" },
    { { { UC_LEDGER_PARTY, "change", .when = UC_LEDGER_UNWRITTEN + 1 } }, "row 1: unknown writer or condition" },
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
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .from = { UC_LEDGER_BACK }, .to = { UC_LEDGER_RECEIVER } } },
      "row 1: from: what is used or lost stays so" },
    { { { UC_LEDGER_F, "posted", .asset = "serial", .first = "low", .to = { UC_LEDGER_OFFERED } } },
      "row 1: from: expected a party, to which it is offered" },
    { { { UC_LEDGER_S, "say", .first = "word", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } } },
      "row 1: expected an asset and its range, or neither of what was offered" },
    { { { UC_LEDGER_S, "say", .end = "word", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } } },
      "row 1: expected an asset and its range, or neither of what was offered" },
    { { POSTED(UC_LEDGER_F), { UC_LEDGER_F, "arrived" } }, "row 2: expected an asset and its range, or neither of what was offered" },
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

/* Two rows: does the first fit wherever the second does? */
static const struct {
    UcLedgerRow row[2];
    bool hidden;
} pair[] = {
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY), ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY) }, true },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY), ARRIVED(UC_LEDGER_S, UC_LEDGER_ANY) }, false },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY), POSTED(UC_LEDGER_F) }, false },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY), ARRIVED(UC_LEDGER_F, UC_LEDGER_WRITTEN) }, true },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_WRITTEN), ARRIVED(UC_LEDGER_F, UC_LEDGER_WRITTEN) }, true },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_WRITTEN), ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY) }, false },
    { { ARRIVED(UC_LEDGER_F, UC_LEDGER_UNWRITTEN), ARRIVED(UC_LEDGER_F, UC_LEDGER_WRITTEN) }, false },
    { { NO_WORD, AGAIN_NO }, false },
    /* also where the first is only for what is held: then nothing is done (ownership.c) */
    { { HELD, HELD }, true },
    { { HELD, POSTED(UC_LEDGER_F) }, true },
    { { POSTED(UC_LEDGER_F), ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY) }, false },
    /* what may be: offered by whom the message or the activation names, texts as conditions and names */
    { { OFFERED(UC_LEDGER_F, "arrived", UC_LEDGER_RECEIVER), NO_WORD }, false },
    { { OFFERED(UC_LEDGER_PARTY, "change", UC_LEDGER_SELF), NO_WORD }, false },
    { { { UC_LEDGER_F, "redeemed", "remark", "lost", .asset = "remark", .first = "leaf", .from = { UC_LEDGER_TRANSIT } },
        POSTED(UC_LEDGER_F) }, false },
    { { NO_WORD, { UC_LEDGER_S, "say", "word", "burn", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } } }, false },
    { { NO_WORD, { UC_LEDGER_S, "say", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_LOST } } }, false },
    { { NO_WORD, { UC_LEDGER_S, "say", "word", "no", .from = { UC_LEDGER_OFFERED }, .to = { UC_LEDGER_BACK } } }, true },
};

START_TEST(rows_that_hide_others)
{
    const bool answered = pair[_i].row[0].from.who == UC_LEDGER_OFFERED;
    UcLedgerRow row[3] = { pair[_i].row[0], pair[_i].row[1], offered }; /* to be answered something must be offered */
    UcLedger l = voucher_ledger;
    l.real = (UcLedgerTable){ row, answered ? 3 : 2 };
    g_autofree char *wrong = uc_ledger_wrong(&l, &voucher_messages);
    ck_assert_pstr_eq(wrong, pair[_i].hidden ? "real world, row 2: is never reached: row 1 fits wherever it does" : NULL);
}
END_TEST

static void refuses(const UcLedger *l, const char *want)
{
    g_autofree char *wrong = uc_ledger_wrong(l, &voucher_messages);
    ck_assert_msg(wrong && !strcmp(wrong, want), "expected %s, got %s", want, wrong ? wrong : "nothing");
}

START_TEST(broken_tables_are_refused)
{
    for (int in_ideal = 0; in_ideal < 2; in_ideal++) {
        UcLedger l = voucher_ledger;
        UcLedgerTable *table = in_ideal ? &l.ideal : &l.real;
        const bool whole = !g_str_has_prefix(broken[_i].wrong, "row");
        *table = (UcLedgerTable){ broken[_i].row, broken[_i].row[1].kind ? 2 : 1 };
        g_autofree char *want = g_strdup_printf("%s world%s %s", in_ideal ? "ideal" : "real", whole ? ":" : ",", broken[_i].wrong);
        refuses(&l, want);
    }
}
END_TEST

START_TEST(rows_and_kinds_that_are_not_there)
{
    const UcLedgerRow row[] = { POSTED(UC_LEDGER_F), { UC_LEDGER_F, NULL } };
    UcLedger l = voucher_ledger;
    g_autofree char *unknown = uc_ledger_wrong(&l, NULL);
    ck_assert_pstr_eq(unknown, "real world, row 1: expected a kind of message, got 'change'");
    l.ideal = (UcLedgerTable){ row, 2 };
    refuses(&l, "ideal world, row 2: expected a kind of message, got none");
    const UcLedgerRow third[] = { ARRIVED(UC_LEDGER_F, UC_LEDGER_ANY), POSTED(UC_LEDGER_F), POSTED(UC_LEDGER_F) };
    l.ideal = (UcLedgerTable){ third, 3 };
    refuses(&l, "ideal world, row 3: is never reached: row 2 fits wherever it does");
    l.ideal = (UcLedgerTable){ NULL, 0 };
    l.status = NULL;
    g_autofree char *few = uc_ledger_wrong(&l, &voucher_messages);
    ck_assert_ptr_null(few);
}
END_TEST

START_TEST(broken_words_and_statuses_are_refused)
{
    const UcLedgerStatus kind[] = { { "closed", "shop", "closed" }, { NULL, NULL, NULL } },
                         field[] = { { "close", "shop", "closed" }, { "may", "serial", "closed" }, { NULL, NULL, NULL } },
                         none[] = { { "close", "shop", NULL }, { NULL, NULL, NULL } };
    UcLedger l = voucher_ledger;
    l.status = kind;
    refuses(&l, "status, row 1: expected a kind of message, got 'closed'; did you mean 'close'?");
    l.status = field;
    refuses(&l, "status, row 2: party: expected a party, got 'serial', which is bytes");
    l.status = none;
    refuses(&l, "status, row 1: expected a status, got none");
    static const size_t words[] = { offsetof(UcLedger, stem), offsetof(UcLedger, part), offsetof(UcLedger, parts) };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        l = voucher_ledger;
        G_STRUCT_MEMBER(const char *, &l, words[i]) = i % 2 ? "" : NULL;
        refuses(&l, "expected a stem and words for one part and for several");
    }
}
END_TEST

START_TEST(ledgers_that_there_are_hold)
{
    g_autofree char *wrong = uc_ledger_wrong(&voucher_ledger, &voucher_messages);
    ck_assert_msg(!wrong, "%s", wrong);
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        const UcInterface *interface = t->protocol->interface;
        g_autofree char *says = interface->ledger ? uc_ledger_wrong(interface->ledger, interface->messages) : NULL;
        ck_assert_msg(!says, "%s: %s", interface->name, says);
        ck_assert(interface->asset || (!interface->ledger && !interface->compromised));
    }
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
    tcase_set_timeout(c, 120); /* a busy machine */
    tcase_add_test(c, a_toy_by_its_tables_alone);
    tcase_add_test(c, charts_in_the_words_of_the_toy);
    tcase_add_test(c, without_a_ledger_there_is_no_chart);
    tcase_add_loop_test(c, broken_tables_are_refused, 0, G_N_ELEMENTS(broken));
    tcase_add_loop_test(c, rows_that_hide_others, 0, G_N_ELEMENTS(pair));
    tcase_add_test(c, rows_and_kinds_that_are_not_there);
    tcase_add_test(c, broken_words_and_statuses_are_refused);
    tcase_add_test(c, ledgers_that_there_are_hold);
    tcase_add_test(c, results_carry_any_counts);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
