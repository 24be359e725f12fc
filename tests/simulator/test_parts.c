/* Interned bytes, regions and layouts, tapes, message tables: bad inputs included. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simulator/base/file.h"
#include "simulator/base/lines.h"
#include "simulator/message.h"
#include "simulator/region.h"
#include "simulator/tape.h"
#include "tests/support/suite.h"

/* ---- bytes ---- */

START_TEST(equal_bytes_have_one_handle)
{
    g_autoptr(UcStore) store = uc_store_new();
    UcWord empty = uc_store_put(store, NULL, 0), a = uc_store_put(store, "ab\0c", 4), b = uc_store_put(store, "ab", 2);
    size_t n;
    ck_assert_uint_ne(empty, UC_NONE);
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(a, uc_store_put(store, "ab\0c", 4));
    ck_assert_uint_eq(empty, uc_store_text(store, ""));
    ck_assert_uint_eq(uc_store_count(store), 3);
    ck_assert_mem_eq(uc_store_get(store, a, &n), "ab\0c", 4);
    ck_assert_uint_eq(n, 4);
    ck_assert(!uc_store_knows(store, UC_NONE) && uc_store_knows(store, b) && !uc_store_knows(store, 4) &&
              !uc_store_knows(store, UINT64_MAX));
}
END_TEST

START_TEST(a_store_grows_and_keeps_what_it_gave_out)
{
    g_autoptr(UcStore) store = uc_store_new();
    uint64_t i;
    UcWord first = uc_store_text(store, "first");
    const uint8_t *bytes = uc_store_get(store, first, NULL);
    for (i = 0; i < 20000; i++)
        ck_assert_uint_eq(uc_store_put(store, &i, sizeof i), i + 2);
    for (i = 0; i < 20000; i++)
        ck_assert_uint_eq(uc_store_put(store, &i, sizeof i), i + 2);
    g_autofree uint8_t *large = g_malloc0(1 << 20);
    size_t n;
    ck_assert_mem_eq(uc_store_get(store, uc_store_put(store, large, 1 << 20), &n), large, 1 << 20);
    ck_assert_ptr_eq(bytes, uc_store_get(store, first, NULL));
    ck_assert_uint_gt(uc_store_memory(store), 1 << 20);
}
END_TEST

START_TEST(digests_do_not_depend_on_the_order_of_arrival)
{
    g_autoptr(UcStore) one = uc_store_new();
    g_autoptr(UcStore) two = uc_store_new();
    uc_store_text(two, "something else");
    UcDigest a = uc_store_digest(one, uc_store_text(one, "x")), b = uc_store_digest(two, uc_store_text(two, "x"));
    ck_assert(a.lo == b.lo && a.hi == b.hi);
    UcDigest none = uc_store_digest(one, UC_NONE), empty = uc_store_digest(one, uc_store_text(one, ""));
    ck_assert(none.lo != empty.lo);
}
END_TEST

START_TEST(hex_both_ways)
{
    static const char *const bad[] = { "0", "0g", "zz", "00 0", "0x00" };
    g_autoptr(GByteArray) bytes = uc_unhex("00ffA5");
    ck_assert_uint_eq(bytes->len, 3);
    g_autofree char *text = uc_hex(bytes->data, bytes->len);
    ck_assert_str_eq(text, "00ffa5");
    g_autoptr(GByteArray) nothing = uc_unhex("");
    ck_assert_uint_eq(nothing->len, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_ptr_null(uc_unhex(bad[i]));
}
END_TEST

START_TEST(canonical_integers)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    uc_append_u8(out, 1);
    uc_append_u16(out, 0x0203);
    uc_append_u32(out, 0x04050607);
    uc_append_u64(out, 0x08090a0b0c0d0e0full);
    for (guint i = 0; i < 15; i++)
        ck_assert_uint_eq(out->data[i], i + 1);
}
END_TEST

START_TEST(integers_are_read_as_they_were_written)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    uc_append_u8(out, 0xf1);
    uc_append_u16(out, 0xf203);
    uc_append_u32(out, 0xf4050607);
    uc_append_u64(out, 0xf8090a0b0c0d0e0full);
    g_byte_array_append(out, (const uint8_t *)"end", 3);
    UcReader r = { out->data, out->len };
    ck_assert_uint_eq(uc_take(&r, 1), 0xf1);
    ck_assert_uint_eq(uc_take(&r, 2), 0xf203);
    ck_assert_uint_eq(uc_take(&r, 4), 0xf4050607);
    ck_assert_uint_eq(uc_take(&r, 8), 0xf8090a0b0c0d0e0full);
    ck_assert_uint_eq(uc_take(&r, 0), 0);
    ck_assert_mem_eq(uc_take_bytes(&r, 3), "end", 3);
    ck_assert(!r.bad && r.left == 0);
    ck_assert_uint_eq(uc_read_u64(out->data + 7), 0xf8090a0b0c0d0e0full);
}
END_TEST

START_TEST(nothing_is_read_beyond_the_end)
{
    const uint8_t bytes[] = { 1, 2, 3 };
    for (unsigned width = 1; width <= 8; width++) {
        for (size_t length = 0; length < width && length <= sizeof bytes; length++) {
            g_autofree uint8_t *exact = g_memdup2(bytes, length); /* asan sees a byte too many */
            UcReader r = { exact, length };
            ck_assert_uint_eq(uc_take(&r, width), 0);
            ck_assert(r.bad && r.left == length);
        }
    }
    UcReader r = { bytes, sizeof bytes };
    ck_assert_ptr_null(uc_take_bytes(&r, SIZE_MAX));
    ck_assert(r.bad);
    ck_assert_uint_eq(uc_take(&r, 1), 0); /* once bad nothing is taken, though there is some */
    ck_assert_ptr_null(uc_take_bytes(&r, 1));
    ck_assert_ptr_null(uc_take_bytes(&r, 0));
    ck_assert_ptr_eq(r.at, bytes);
    ck_assert_uint_eq(r.left, sizeof bytes);
}
END_TEST

START_TEST(a_reader_of_a_handle)
{
    g_autoptr(UcStore) store = uc_store_new();
    UcReader r = uc_store_reader(store, uc_store_text(store, "ab"));
    ck_assert_uint_eq(uc_take(&r, 2), 0x6162);
    ck_assert(!r.bad && r.left == 0);
    const UcWord unknown[] = { UC_NONE, 2, UINT64_MAX };
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        r = uc_store_reader(store, unknown[i]);
        ck_assert(r.bad && r.left == 0);
        ck_assert_uint_eq(uc_take(&r, 1), 0);
    }
    r = uc_store_reader(store, uc_store_text(store, ""));
    ck_assert(!r.bad && r.left == 0);
}
END_TEST

START_TEST(a_handle_never_given_out)
{
    g_autoptr(UcStore) store = uc_store_new();
    uc_store_get(store, 7, NULL);
}
END_TEST

/* ---- regions ---- */

static const UcRegionKind list = { .name = "list", .item_words = 2, .item_handles = 1 };
static const UcRegionKind headed = { .name = "headed", .head_words = 1, .head_handles = 1, .item_words = 1 };

START_TEST(a_digest_is_over_contents)
{
    g_autoptr(UcStore) one = uc_store_new();
    g_autoptr(UcStore) two = uc_store_new();
    uc_store_text(two, "shifts the handles");
    UcRegion *a = uc_region_new(2), *b = uc_region_new(2);
    a->word[0] = uc_store_text(one, "x");
    b->word[0] = uc_store_text(two, "x");
    a->word[1] = b->word[1] = 9;
    ck_assert_uint_ne(a->word[0], b->word[0]);
    UcDigest da = uc_region_digest(a, &list, one), db = uc_region_digest(b, &list, two);
    ck_assert(da.lo == db.lo && da.hi == db.hi);
    b->word[1] = 8;
    ck_assert(da.lo != uc_region_digest(b, &list, two).lo);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    uc_region_canonical(a, &list, one, bytes);
    static const uint8_t expected[] = { 0, 0, 0, 1, 'x', 0, 0, 0, 0, 0, 0, 0, 9 };
    ck_assert_uint_eq(bytes->len, sizeof expected);
    ck_assert_mem_eq(bytes->data, expected, sizeof expected);
    uc_region_unref(a);
    uc_region_unref(b);
}
END_TEST

START_TEST(none_and_empty_differ_in_canonical_bytes)
{
    g_autoptr(UcStore) store = uc_store_new();
    g_autoptr(GByteArray) none = g_byte_array_new();
    g_autoptr(GByteArray) empty = g_byte_array_new();
    UcRegion *r = uc_region_new(2);
    uc_region_canonical(r, &headed, store, none);
    UcDigest before = uc_region_digest(r, &headed, store);
    r->word[0] = uc_store_text(store, "");
    uc_region_canonical(r, &headed, store, empty);
    ck_assert(none->len == empty->len && memcmp(none->data, empty->data, none->len));
    ck_assert(before.lo != uc_region_digest(r, &headed, store).lo);
    uc_region_unref(r);
}
END_TEST

START_TEST(large_regions_have_digests_too)
{
    g_autoptr(UcStore) store = uc_store_new();
    UcRegion *r = uc_region_new(1000);
    UcDigest before = uc_region_digest(r, &list, store);
    r->word[999] = 1;
    ck_assert(before.lo != uc_region_digest(r, &list, store).lo);
    UcRegion *cut = uc_region_copy(r, 999), *same = uc_region_copy(r, 1000);
    ck_assert(uc_region_digest(same, &list, store).lo == uc_region_digest(r, &list, store).lo);
    ck_assert(uc_region_digest(cut, &list, store).lo != before.lo);
    uc_region_unref(cut);
    uc_region_unref(same);
    uc_region_unref(r);
}
END_TEST

START_TEST(slots_of_a_layout)
{
    UcLayout *layout = uc_layout_new();
    UcSlotKey a = { 1, 2, 3 }, b = { 1, 2, 4 }, c = { 2, 2, 3 };
    ck_assert_uint_eq(uc_layout_find(layout, a), UINT32_MAX);
    uint32_t slot = uc_layout_slot(layout, a);
    ck_assert_uint_eq(slot, uc_layout_slot(layout, a));
    ck_assert_uint_ne(slot, uc_layout_slot(layout, c));
    ck_assert_uint_ne(slot, uc_layout_slot(layout, b));
    ck_assert_uint_eq(uc_layout_count(layout), 3);
    ck_assert_uint_eq(uc_layout_key(layout, slot).index, 3);
    ck_assert_uint_eq(uc_layout_first(layout, 1), slot);
    ck_assert_uint_eq(uc_layout_next(layout, slot), uc_layout_find(layout, b));
    ck_assert_uint_eq(uc_layout_next(layout, uc_layout_find(layout, b)), UINT32_MAX);
    ck_assert_uint_eq(uc_layout_first(layout, 7), UINT32_MAX);
    ck_assert(uc_slot_digest(a, (UcDigest){ 1, 1 }).lo != uc_slot_digest(b, (UcDigest){ 1, 1 }).lo);
    uc_layout_free(layout);
}
END_TEST

START_TEST(copies_of_a_state_share_regions)
{
    UcState one = { 0 }, two = { 0 };
    uc_state_reserve(&one, 3);
    one.slot[2] = uc_region_new(1);
    uc_state_copy(&two, &one);
    ck_assert_ptr_eq(one.slot[2], two.slot[2]);
    ck_assert_uint_eq(one.slot[2]->references, 2);
    uc_state_clear(&one);
    ck_assert_uint_eq(two.slot[2]->references, 1);
    ck_assert_ptr_null(two.slot[0]);
    uc_state_clear(&two);
}
END_TEST

/* ---- tapes ---- */

static const UcTapeLabel base = { "party", "session", 4, "ticket", NULL };

static UcDigest tape(UcTapeLabel label, uint8_t seed_byte)
{
    uint8_t seed[UC_SEED_BYTES] = { seed_byte }, out[64];
    uc_tape_read(seed, &label, 0, out, sizeof out);
    return uc_digest(out, sizeof out);
}

START_TEST(every_part_of_a_label_matters)
{
    UcTapeLabel other[] = {
        { "partx", "session", 4, "ticket", NULL }, { "party", "sessiom", 4, "ticket", NULL },
        { "party", "session", 5, "ticket", NULL }, { "party", "session", 4, "keygen", NULL },
        { "party", "session", 4, "ticket", "real" }, { "party", "session", 4, "ticket", "ideal" },
        { "partys", "ession", 4, "ticket", NULL }, /* lengths are in the label: no two split alike */
        { "party", NULL, 4, "ticket", NULL },
    };
    UcDigest mine = tape(base, 1);
    ck_assert(mine.lo == tape(base, 1).lo);
    ck_assert(mine.lo != tape(base, 2).lo);
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++) {
        ck_assert_msg(mine.lo != tape(other[i], 1).lo, "label %zu", i);
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(tape(other[j], 1).lo != tape(other[i], 1).lo, "labels %zu and %zu", i, j);
    }
}
END_TEST

START_TEST(a_tape_reads_alike_in_any_pieces)
{
    uint8_t seed[UC_SEED_BYTES] = { 3 }, whole[200], piece[200];
    uc_tape_read(seed, &base, 0, whole, sizeof whole);
    for (size_t from = 0; from < sizeof whole; from += 7) {
        size_t n = MIN(sizeof whole - from, 7 + from % 31);
        uc_tape_read(seed, &base, from, piece, n);
        ck_assert_mem_eq(piece, whole + from, n);
    }
    memset(piece, 1, sizeof piece);
    uc_tape_read(seed, &base, 5, piece, 0);
    ck_assert_uint_eq(piece[0], 1);
}
END_TEST

/* Computed from the description in tape.h with Python: hmac.new(bytes(32), label + bytes(8), "sha256"), the parts of the
 * label (world, role, session, purpose) after their 32-bit lengths, the party as 32 bits before the purpose. */
START_TEST(a_known_tape)
{
    static const char expected[] = "aad8eaad46c542c83329ad8ea58fe0f2c3fecc65f6902271c70b6895eb95dd3d";
    uint8_t seed[UC_SEED_BYTES] = { 0 }, out[32];
    UcTapeLabel label = { "r", "s", 1, "p", NULL };
    uc_tape_read(seed, &label, 0, out, sizeof out);
    g_autofree char *hex = uc_hex(out, sizeof out);
    ck_assert_str_eq(hex, expected);
}
END_TEST

/* ---- message tables ---- */

START_TEST(kinds_of_messages)
{
    static const UcMessageKind kinds[] = { { "hello", { { "a", UC_INT }, { "b", UC_INT } } }, { NULL } };
    UcMessageTable table = { kinds, G_N_ELEMENTS(kinds) };
    ck_assert_str_eq(uc_message_kind(&table, UC_M_USER)->name, "hello");
    ck_assert_ptr_null(uc_message_kind(&table, UC_M_USER + 1));
    ck_assert_ptr_null(uc_message_kind(&table, UC_M_USER + 2));
    ck_assert_ptr_null(uc_message_kind(&table, UINT64_MAX));
    ck_assert_ptr_null(uc_message_kind(NULL, UC_M_USER));
    ck_assert_str_eq(uc_message_kind(NULL, UC_M_CRASH)->name, "crash");
    ck_assert_uint_eq(uc_message_fields(uc_message_kind(&table, UC_M_USER)), 2);
    ck_assert_uint_eq(uc_message_fields(uc_message_kind(&table, UC_M_EMPTY)), 0);
    ck_assert_int_eq(uc_message_find(&table, "hello"), UC_M_USER);
    ck_assert_int_eq(uc_message_find(&table, "deliver"), UC_M_DELIVER);
    ck_assert_int_eq(uc_message_find(&table, "nonsense"), -1);
    UcMessage a = { UC_M_USER, { 1, 2 } }, b = a;
    ck_assert(uc_message_equal(&a, &b));
    b.w[UC_MESSAGE_WORDS - 1] = 1;
    ck_assert(!uc_message_equal(&a, &b));
}
END_TEST

/* A limit holds for what is read, not for what a file says of its length. */
START_TEST(files_are_read_up_to_a_limit)
{
    g_autofree char *path = NULL, *text = NULL;
    g_autoptr(GError) error = NULL;
    size_t length;
    int fd = g_file_open_tmp("ucsim-XXXXXX", &path, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert(g_close(fd, NULL) && g_file_set_contents(path, "a\0b", 3, NULL));
    ck_assert(uc_file_read(path, 3, &text, &length, &error));
    ck_assert_uint_eq(length, 3);
    ck_assert(!memcmp(text, "a\0b", 4)); /* and a 0 behind it */
    g_free(g_steal_pointer(&text));
    ck_assert(!uc_file_read(path, 2, &text, &length, &error));
    ck_assert_ptr_null(text);
    ck_assert_ptr_nonnull(strstr(error->message, path));
    ck_assert_ptr_nonnull(strstr(error->message, "expected at most 2 bytes, got a longer one"));
    g_clear_error(&error);
    ck_assert(g_file_set_contents(path, "", 0, NULL));
    ck_assert(uc_file_read(path, 0, &text, NULL, &error));
    ck_assert_str_eq(text, "");
    g_free(g_steal_pointer(&text));
    ck_assert(!uc_file_read("/dev/zero", 1 << 20, &text, NULL, &error));
    g_clear_error(&error);
    ck_assert(!uc_file_read("/", 10, &text, NULL, &error));
    ck_assert_str_eq(error->message, "/: Is a directory");
    g_clear_error(&error);
    g_remove(path);
    ck_assert(!uc_file_read(path, 10, &text, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "No such file"));
}
END_TEST

static size_t five_for_an_a(const char *head, size_t length)
{
    ck_assert_uint_eq(head[length], 0);
    return *head == 'a' ? 5 : 200000;
}

/* The limit goes by the first bytes; a file that is as long as it says by a hole is refused without being read. */
START_TEST(files_have_the_limit_of_their_kind)
{
    g_autofree char *path = NULL, *text = NULL, *big = g_strnfill(200000, 'b');
    g_autoptr(GError) error = NULL;
    size_t length;
    int fd = g_file_open_tmp("ucsim-XXXXXX", &path, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert(g_file_set_contents(path, "abcde", 5, NULL));
    ck_assert(uc_file_text_by(path, five_for_an_a, &text, &length, &error));
    ck_assert_str_eq(text, "abcde");
    g_free(g_steal_pointer(&text));
    ck_assert(g_file_set_contents(path, "abcdef", 6, NULL));
    ck_assert(!uc_file_text_by(path, five_for_an_a, &text, &length, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "expected at most 5 bytes"));
    g_clear_error(&error);
    ck_assert(g_file_set_contents(path, big, 200000, NULL));
    ck_assert(uc_file_text_by(path, five_for_an_a, &text, &length, &error));
    ck_assert_uint_eq(length, 200000);
    ck_assert_str_eq(text, big);
    ck_assert(g_close(fd, NULL));
    ck_assert_int_eq(truncate(path, (off_t)3 << 30), 0);
    g_free(g_steal_pointer(&text));
    ck_assert(!uc_file_text_by(path, five_for_an_a, &text, &length, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "expected at most 200000 bytes"));
    g_remove(path);
}
END_TEST

START_TEST(what_is_quoted_is_shortened)
{
    g_autofree char *word = g_strnfill(3000000, 'w');
    g_autofree char *message = g_strdup_printf("a.lua:1: expected a word, got '%s'\nand a short line", word);
    g_autofree char *whole = g_strnfill(1000, 'x'), *same = uc_shortened(whole), *got = uc_shortened(message);
    ck_assert_str_eq(same, whole);
    ck_assert_uint_lt(strlen(got), 1000);
    ck_assert(g_str_has_prefix(got, "a.lua:1: expected a word, got 'www"));
    ck_assert(g_str_has_suffix(got, "w'\nand a short line"));
    ck_assert_ptr_nonnull(strstr(got, "w... (2999232 bytes left out) ...w"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parts of the engine");
    TCase *t = tcase_create("parts");
    tcase_add_test(t, equal_bytes_have_one_handle);
    tcase_add_test(t, a_store_grows_and_keeps_what_it_gave_out);
    tcase_add_test(t, digests_do_not_depend_on_the_order_of_arrival);
    tcase_add_test(t, hex_both_ways);
    tcase_add_test(t, canonical_integers);
    tcase_add_test(t, integers_are_read_as_they_were_written);
    tcase_add_test(t, nothing_is_read_beyond_the_end);
    tcase_add_test(t, a_reader_of_a_handle);
    tcase_add_test(t, files_are_read_up_to_a_limit);
    tcase_add_test(t, files_have_the_limit_of_their_kind);
    tcase_add_test(t, what_is_quoted_is_shortened);
    if (g_strcmp0(g_getenv("CK_FORK"), "no"))
        tcase_add_test_raise_signal(t, a_handle_never_given_out, SIGABRT);
    tcase_add_test(t, a_digest_is_over_contents);
    tcase_add_test(t, none_and_empty_differ_in_canonical_bytes);
    tcase_add_test(t, large_regions_have_digests_too);
    tcase_add_test(t, slots_of_a_layout);
    tcase_add_test(t, copies_of_a_state_share_regions);
    tcase_add_test(t, every_part_of_a_label_matters);
    tcase_add_test(t, a_tape_reads_alike_in_any_pieces);
    tcase_add_test(t, a_known_tape);
    tcase_add_test(t, kinds_of_messages);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
