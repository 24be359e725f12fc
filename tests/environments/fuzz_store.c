/* libFuzzer target: any bytes as a record of a store, or as its marker, with length, SHA-256 and keyed checksum made anew
 * as somebody makes them who knows the run seed. The store is refused with the reason and nothing in it is changed, or its
 * parties go on with it.
 *
 * First byte: 0 and 1 the record of that party, 2 the marker; + 4: without a right length, + 8: without a right SHA-256,
 * + 16: without a right keyed checksum. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/environments/store_folder.h"

enum { MARKER = 2, LENGTH_AS_IS = 4, SUM_AS_IS = 8, TAG_AS_IS = 16, LENGTH_AT = 12, HEAD = 16, SUM = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The helpers that are shared with the tests say with libcheck what must hold, which has no test to report here. */
void _mark_point(const char *file, int line) {}
void _ck_assert_failed(const char *file, int line, const char *expression, const char *message, ...)
{
    g_error("%s:%d: %s", file, line, expression);
}

static GBytes *good[3]; /* the files of a store in use: records, marker */

static GBytes *get(unsigned which)
{
    static const char *const name[] = { "0.record", "1.record", "store" };
    g_autofree char *path = store_path(name[which]);
    char *bytes;
    size_t length;
    g_assert(g_file_get_contents(path, &bytes, &length, NULL));
    return g_bytes_new_take(bytes, length);
}

static void put(unsigned which, const void *bytes, size_t length)
{
    static const char *const name[] = { "0.record", "1.record", "store" };
    g_autofree char *path = store_path(name[which]);
    g_assert(g_file_set_contents_full(path, bytes, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void put_good(unsigned which)
{
    size_t length;
    const void *bytes = g_bytes_get_data(good[which], &length);
    put(which, bytes, length);
}

static void remove_folder(void) { store_remove_folder(); }

static unsigned starts; /* that were taken */

static void write_seed(const char *folder, uint8_t head, const uint8_t *bytes, size_t length)
{
    g_autofree char *path = g_strdup_printf("%s/%u", folder, head);
    g_autoptr(GByteArray) seed = g_byte_array_new();
    g_byte_array_append(seed, &head, 1);
    g_byte_array_append(seed, bytes, (guint)length);
    g_assert(g_file_set_contents(path, (const char *)seed->data, seed->len, NULL));
    LLVMFuzzerTestOneInput(seed->data, seed->len);
    g_assert(starts == head + 1u); /* else this target makes other checksums than the code */
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = getenv("FUZZ_SEEDS");
    store_make_folder();
    atexit(remove_folder);
    store_use();
    for (unsigned i = 0; i < 3; i++)
        good[i] = get(i);
    for (unsigned i = 0; i < 3; i++) {
        size_t length;
        const uint8_t *bytes = g_bytes_get_data(good[i], &length);
        if (folder && i < MARKER)
            write_seed(folder, (uint8_t)i, bytes + STORE_FRAME, length - STORE_FRAME - SUM);
        else if (folder)
            write_seed(folder, (uint8_t)i, bytes, length - 2 * SUM - 1);
    }
    return 0;
}

static GByteArray *make_marker(const EnvOptions *o, const uint8_t *data, size_t size, bool tag)
{
    GByteArray *out = g_byte_array_append(g_byte_array_new(), data, (guint)size);
    if (!tag)
        return out;
    g_autoptr(GByteArray) framed = store_file_of(o, 2, data, size); /* its number is that of the parties */
    g_autofree char *hex = uc_hex(framed->data + STORE_FRAME - SUM, SUM);
    g_byte_array_append(out, (const uint8_t *)hex, (guint)strlen(hex));
    return g_byte_array_append(out, (const uint8_t *)"\n", 1);
}

static GByteArray *make_record(const EnvOptions *o, unsigned how, const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) record = g_byte_array_append(g_byte_array_new(), data, (guint)size);
    uint8_t sum[SUM];
    if (size >= HEAD && !(how & LENGTH_AS_IS)) {
        uint32_t length = GUINT32_TO_BE((uint32_t)(size - HEAD));
        memcpy(record->data + LENGTH_AT, &length, sizeof length);
    }
    uc_sha256(record->data, record->len, sum);
    if (!(how & SUM_AS_IS))
        g_byte_array_append(record, sum, sizeof sum);
    GByteArray *file = store_file_of(o, how & 1, record->data, record->len);
    if (how & TAG_AS_IS)
        file->data[4] ^= 1;
    return file;
}

/* What was taken is the state of a party of this protocol: it signs with what it owns, or says what it lacks. */
static void go_on(StoreRun *run)
{
    UcWord kid = store_known_key(run);
    for (UcWord party = 0; party < 2; party++) {
        UcMessage said = store_sign(run, party, kid);
        g_assert(said.kind != UC_M_EMPTY || kid == UC_NONE);
        g_assert(said.kind != DKM_SIGNATURE || said.w[1] < STORE_CAPACITY);
        store_turn(run, uc_order(party, (UcMessage){ UC_M_CRASH, { 0 } }));
        store_turn(run, uc_order(party, (UcMessage){ UC_M_RESTART, { 0 } }));
        store_turn(run, uc_input(party, (UcMessage){ DKM_STATUS, { kid } }));
    }
    const char *why = uc_world_why(run->world);
    g_assert(!why || !*why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EnvOptions o = store_options();
    StoreRun run;
    g_autoptr(GError) error = NULL;
    if (!size || data[0] % 4 > MARKER)
        return 0;
    const unsigned which = data[0] % 4;
    g_autoptr(GByteArray) file = which == MARKER ? make_marker(&o, data + 1, size - 1, !(data[0] & TAG_AS_IS))
                                                 : make_record(&o, data[0], data + 1, size - 1);
    put(which, file->data ? (const char *)file->data : "", file->len);
    bool taken = store_start(&run, NULL, NULL, &error);
    starts += taken;
    g_assert(taken == (error == NULL));
    g_assert(!taken || which == MARKER || !(data[0] & (SUM_AS_IS | TAG_AS_IS)));
    for (unsigned i = 0; i < 3; i++) {
        g_autoptr(GBytes) now = get(i), was = i == which ? g_bytes_new(file->data, file->len) : g_bytes_ref(good[i]);
        g_assert(g_bytes_equal(now, was)); /* neither a start that is refused nor one that is not writes */
    }
    if (taken)
        go_on(&run);
    store_end(&run);
    for (unsigned i = 0; i < 3; i++)
        put_good(i);
    return 0;
}
