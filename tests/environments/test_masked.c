/* Masked texts: their bytes as a second implementation makes them, and what a store refuses of their state. */
#include "protocol/com/masked.h"
#include "tests/environments/store_folder.h"
#include "tests/support/suite.h"

/* Made by Python's hmac from docs/triples/com.md: from 2 to 5, commitment key 00 01 .. 1f, MAC key of bytes 7 i + 1. */
static const char TEXT[] = "a text of more than one block of thirty-two bytes";
static const char COMMITMENT[] =
    "0001000000000200000005c94abfaebaefafc75aa3354224cdb2a4980e6068129b4256e2dc0c3f52078ca3b935774dcddd97a360397c0c24cac3"
    "b485b274e8a03817db6583202dc7390225036c94221f738659042394677b68fb83cb";
static const char OPENING[] = "0001010000000200000005000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static uint8_t key[MASKED_KEY_BYTES], mac_key[MASKED_KEY_BYTES];
static void fill_keys(void)
{
    for (unsigned i = 0; i < MASKED_KEY_BYTES; i++) {
        key[i] = (uint8_t)i;
        mac_key[i] = (uint8_t)(7 * i + 1);
    }
}

static char *hex_of(UcStore *store, UcWord payload)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    return uc_hex(bytes, length);
}

START_TEST(bytes_are_those_of_the_page)
{
    g_autoptr(UcStore) store = uc_store_new();
    fill_keys();
    MaskedHeader h = { MASKED_VERSION, MASKED_COMMITMENT, 2, 5 };
    UcWord payload = masked_commitment(store, &h, key, mac_key, uc_store_text(store, TEXT));
    g_autofree char *commitment = hex_of(store, payload);
    ck_assert_str_eq(commitment, COMMITMENT);
    h.part = MASKED_OPENING;
    g_autofree char *opening = hex_of(store, masked_opening(store, &h, key));
    ck_assert_str_eq(opening, OPENING);
}
END_TEST

START_TEST(the_key_takes_the_mask_away)
{
    g_autoptr(UcStore) store = uc_store_new();
    uint8_t text[100];
    fill_keys();
    for (size_t length = 0; length <= sizeof text; length++) {
        MaskedHeader h = { MASKED_VERSION, MASKED_COMMITMENT, 0, 1 };
        memset(text, (int)length, sizeof text);
        UcWord said = uc_store_put(store, text, length), payload = masked_commitment(store, &h, key, mac_key, said);
        ck_assert_uint_eq(masked_text(store, key, payload), said);
        key[31] ^= 1;
        ck_assert(!length || masked_text(store, key, payload) != said);
        key[31] ^= 1;
    }
}
END_TEST

/* ---- state from outside ---- */

enum { KIND_MADE = UC_FIRST_KIND, KIND_GOT };
enum { MASKED, OPENED, WORDS_GOT };

static UcRecordRegion *first(StoreRecord *r, uint32_t kind)
{
    for (guint i = 0; i < r->regions->len; i++) {
        if (g_array_index(r->regions, UcRecordRegion, i).key.kind == kind)
            return &g_array_index(r->regions, UcRecordRegion, i);
    }
    ck_abort_msg("no region of kind %u", (unsigned)kind);
}

static void nothing(StoreRecord *r) {}
static void made_to_itself(StoreRecord *r) { first(r, KIND_MADE)->key.index = r->party; }
static void made_to_nobody(StoreRecord *r) { first(r, KIND_MADE)->key.index = 7; }
static void made_of_nothing(StoreRecord *r) { first(r, KIND_MADE)->region->word[0] = UC_NONE; }
static void got_of_itself(StoreRecord *r) { first(r, KIND_GOT)->key.index = r->party; }
static void got_of_nobody(StoreRecord *r) { first(r, KIND_GOT)->key.index = 7; }
static void got_nothing(StoreRecord *r) { first(r, KIND_GOT)->region->word[MASKED] = UC_NONE; }
static void got_and_opened(StoreRecord *r) { first(r, KIND_GOT)->region->word[OPENED] = 1; }
static void opened_twice(StoreRecord *r) { first(r, KIND_GOT)->region->word[OPENED] = 2; }

static const struct {
    unsigned party;
    void (*edit)(StoreRecord *record);
    const char *refused; /* NULL: it is taken */
} edits[] = {
    { 0, nothing, NULL },
    { 0, made_to_itself, "commitment: of a party to itself" },
    { 0, made_to_nobody, "commitment: of a party that there is not, or empty" },
    { 0, made_of_nothing, "commitment: of a party that there is not, or empty" },
    { 1, got_of_itself, "commitment: of a party to itself" },
    { 1, got_of_nobody, "commitment: of a party that there is not, or empty" },
    { 1, got_nothing, "commitment: of a party that there is not, or empty" },
    { 1, got_and_opened, NULL },
    { 1, opened_twice, "commitment: opened more than once" },
};

static void use(void)
{
    StoreRun run;
    ck_assert(store_start(&run, NULL, NULL, NULL));
    UcWord text = uc_store_text(env_worlds_store(run.worlds), "heads");
    UcMessage payload = store_turn(&run, uc_input(0, (UcMessage){ COM_COMMIT, { 1, text } }));
    ck_assert_uint_eq(store_turn(&run, uc_order(1, (UcMessage){ UC_M_DELIVER, { payload.w[1] } })).kind, COM_RECEIPT);
    store_end(&run);
}

START_TEST(a_store_that_no_run_wrote_is_refused)
{
    StoreRun run;
    store_protocol = masked_texts.name;
    store_make_folder();
    use();
    StoreRecord record = store_record_read(edits[_i].party);
    edits[_i].edit(&record);
    store_record_write(&record);
    store_record_clear(&record);
    if (edits[_i].refused)
        store_refused(edits[_i].refused);
    else {
        ck_assert(store_start(&run, NULL, NULL, NULL));
        store_end(&run);
    }
    store_remove_folder();
    store_protocol = NULL;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("masked texts");
    TCase *c = tcase_create("masked");
    tcase_add_test(c, bytes_are_those_of_the_page);
    tcase_add_test(c, the_key_takes_the_mask_away);
    tcase_add_loop_test(c, a_store_that_no_run_wrote_is_refused, 0, G_N_ELEMENTS(edits));
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
