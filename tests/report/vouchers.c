#include "vouchers.h"

#include <check.h>

static const char *const act_name[] = { "issued", "handed", "redeemed", "voided", "moved", "returned", NULL };
static const char *const word_name[] = { "yes", "no", "burn", NULL };
static const UcMessageKind kinds[] = {
    { "book", { { "serial", UC_BYTES }, { "leaves", UC_INT } } },                        /* F to a party */
    { "posted", { { "giver", UC_PARTY }, { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT } } }, /* F to S */
    { "arrived", { { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT } } },     /* F to a party */
    { "may", { { "holder", UC_PARTY }, { "serial", UC_BYTES }, { "leaf", UC_INT } } },    /* F to S */
    { "say", { { "word", UC_CODE, word_name }, { "again", UC_CODE, word_name } } },       /* S to F */
    { "redeemed", { { "serial", UC_BYTES }, { "leaf", UC_INT }, { "remark", UC_TEXT, .said = true } } },
    { "change", { { "act", UC_CODE, act_name }, { "serial", UC_BYTES }, { "low", UC_INT }, { "high", UC_INT },
                  { "whom", UC_PARTY } } },                                               /* effect */
    { "close", { { "shop", UC_PARTY } } },                                                /* S to F */
};
const UcMessageTable voucher_messages = { kinds, G_N_ELEMENTS(kinds) };

#define LEAVES "serial", "low", "high"
static const UcLedgerRow real_row[] = {
    { UC_LEDGER_PARTY, "change", "act", "issued", UC_LEDGER_ANY, LEAVES, .to = { UC_LEDGER_FIELD, "whom" } },
    { UC_LEDGER_PARTY, "change", "act", "handed", UC_LEDGER_ANY, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_FIELD, "whom" } },
    { UC_LEDGER_PARTY, "change", "act", "redeemed", UC_LEDGER_WRITTEN, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_USED } },
    { UC_LEDGER_PARTY, "change", "act", "redeemed", UC_LEDGER_UNWRITTEN, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_LOST } },
    { UC_LEDGER_PARTY, "change", "act", "voided", UC_LEDGER_ANY, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_LOST } },
    { UC_LEDGER_PARTY, "change", "act", "moved", UC_LEDGER_ANY, LEAVES, { UC_LEDGER_SELF }, { UC_LEDGER_FIELD, "whom" }, .held = true },
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
const UcLedger voucher_ledger = { .real = { real_row, G_N_ELEMENTS(real_row) }, .ideal = { ideal_row, G_N_ELEMENTS(ideal_row) },
                                  .status = statuses, .stem = "b", .part = "leaf of a <book>", .parts = "leaves" };
const UcInterface vouchers = { .name = "F_VOUCHER", .messages = &voucher_messages, .ledger = &voucher_ledger, .asset = "book" };

UcTrace *voucher_trace(const VoucherLine *line, unsigned lines)
{
    g_autoptr(GString) text = g_string_new("{\"ucsim-trace\":1,\"version\":\"0\",\"title\":\"t\",\"file\":null,\"hash\":null,"
                                           "\"seed\":1,\"options\":{\"parties\":[\"ann\",\"bob\"]},\"expect\":null}\n");
    unsigned n[2] = { 0 };
    for (unsigned i = 0; i < lines; i++) {
        const VoucherLine *l = &line[i];
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
