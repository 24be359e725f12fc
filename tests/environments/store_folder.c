#include "tests/environments/store_folder.h"

#include <check.h>
#include <glib/gstdio.h>
#include <openssl/hmac.h>
#include <string.h>

#include "environments/worlds/options.h"

char *store_folder;
const char *store_protocol;

void store_make_folder(void)
{
    /* A killed process loses nothing that the kernel has, so the memory disk will do, and its fsync is quick. */
    const char *below = g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir();
    store_folder = g_build_filename(below, "ucsim-store-XXXXXX", NULL);
    ck_assert_ptr_nonnull(g_mkdtemp(store_folder));
}

void store_clear_folder(void)
{
    GDir *dir = g_dir_open(store_folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = store_path(name);
        g_unlink(path);
    }
    g_clear_pointer(&dir, g_dir_close);
}

void store_remove_folder(void)
{
    store_clear_folder();
    g_rmdir(store_folder);
    g_clear_pointer(&store_folder, g_free);
}

char *store_path(const char *name) { return g_build_filename(store_folder, name, NULL); }

/* ---- a process on the store ---- */

EnvOptions store_options(void)
{
    static const char *const two[] = { "one", "two", NULL };
    EnvOptions o = env_default_options();
    o.party = two;
    if (store_protocol) {
        ck_assert_ptr_null(env_options_use(&o, store_protocol));
        return o;
    }
    o.crypto_ideal = dkm_settings(&o.interface)->seal_real = true; /* an ideal seal opens in the process that made it only */
    dkm_settings(&o.interface)->capacity = STORE_CAPACITY;
    dkm_settings(&o.interface)->limits = (DkmLimits){ STORE_LIMIT, STORE_LIMIT, STORE_LIMIT, STORE_LIMIT };
    return o;
}

static void start_world(StoreRun *run)
{
    EnvOptions o = store_options();
    run->worlds = env_worlds_new(&o, NULL);
    env_worlds_spec(run->worlds, ENV_REAL)->watchers = 0; /* their books begin with the process */
    run->world = env_worlds_start(run->worlds, ENV_REAL);
}

bool store_start(StoreRun *run, void (*probe)(void *data, UcFileStep step), void *data, GError **error)
{
    EnvOptions o = store_options();
    *run = (StoreRun){ 0 };
    start_world(run);
    run->files = env_disk_open(&o, store_folder, error);
    if (!run->files)
        return false;
    if (probe)
        uc_filestore_probe(run->files, probe, data);
    return uc_filestore_attach(run->files, run->world, error);
}

void store_end(StoreRun *run)
{
    uc_world_free(run->world);
    uc_filestore_close(run->files);
    env_worlds_free(run->worlds);
    *run = (StoreRun){ 0 };
}

UcMessage store_turn(StoreRun *run, UcEnvelope write)
{
    size_t before, n;
    uc_world_view(run->world, &before);
    uc_world_turn(run->world, &write);
    const UcViewEntry *view = uc_world_view(run->world, &n);
    return n > before ? view[n - 1].message : (UcMessage){ UC_M_EMPTY, { 0 } };
}

UcWord store_known_key(StoreRun *run)
{
    UcWord kid = UC_NONE;
    UcCtx *look = uc_world_look(run->world);
    pi_inspector.keys(look, UC_PARTY_0, &kid, 1);
    g_free(look);
    return kid;
}

UcMessage store_sign(StoreRun *run, UcWord party, UcWord kid)
{
    UcWord text = uc_store_text(env_worlds_store(run->worlds), "firmware");
    return store_turn(run, uc_input(party, (UcMessage){ DKM_SIGN, { kid, text } }));
}

void store_use(void)
{
    StoreRun run;
    store_clear_folder();
    ck_assert(store_start(&run, NULL, NULL, NULL));
    UcWord scheme = uc_store_text(env_worlds_store(run.worlds), ((const DkmOptions *)env_worlds_setup(run.worlds))->sigma[0]->name);
    UcWord kid = store_turn(&run, uc_input(0, (UcMessage){ DKM_KEYGEN, { scheme } })).w[0];
    ck_assert_uint_eq(store_sign(&run, 0, kid).kind, DKM_SIGNATURE);
    UcWord ticket = store_turn(&run, uc_input(1, (UcMessage){ DKM_REQUEST, { kid, 3, 0 } })).w[0];
    UcMessage payload = store_turn(&run, uc_input(0, (UcMessage){ DKM_TRANSFER, { kid, 3, 1, ticket } }));
    UcMessage got = store_turn(&run, uc_order(1, (UcMessage){ UC_M_DELIVER, { payload.w[1] } }));
    ck_assert_uint_eq(got.kind, DKM_RECEIVED);
    got = store_turn(&run, uc_input(0, (UcMessage){ DKM_REQUEST, { kid, 2, 1 } }));
    ck_assert_uint_eq(got.kind, DKM_REQUESTED);
    store_end(&run);
}

void store_refused(const char *text)
{
    StoreRun run;
    GError *error = NULL;
    ck_assert_msg(!store_start(&run, NULL, NULL, &error), "expected '%s', got a start", text);
    ck_assert_msg(strstr(error->message, text) != NULL, "expected '%s', got '%s'", text, error->message);
    g_clear_error(&error);
    store_end(&run);
}

/* ---- records, edited ---- */

static char *record_path(unsigned party)
{
    g_autofree char *name = g_strdup_printf("%u.record", party);
    return store_path(name);
}

StoreRecord store_record_read(unsigned party)
{
    StoreRecord r = { .party = party };
    g_autofree char *path = record_path(party), *bytes = NULL;
    size_t length;
    const char *why;
    ck_assert(g_file_get_contents(path, &bytes, &length, NULL) && length > STORE_FRAME);
    start_world(&r.run);
    r.regions = uc_record_decode(r.run.world, uc_party(party), (const uint8_t *)bytes + STORE_FRAME, length - STORE_FRAME,
                                 &r.version, &why);
    ck_assert_ptr_nonnull(r.regions);
    return r;
}

void store_record_clear(StoreRecord *r)
{
    g_array_unref(r->regions);
    store_end(&r->run);
}

UcRegion *store_region(StoreRecord *r, uint32_t kind, size_t words)
{
    for (guint i = 0; i < r->regions->len; i++) {
        UcRecordRegion *region = &g_array_index(r->regions, UcRecordRegion, i);
        if (region->key.kind != kind)
            continue;
        if (region->region->words == words)
            return region->region;
        UcRegion *grown = uc_region_copy(region->region, words);
        uc_region_unref(region->region);
        return region->region = grown;
    }
    ck_abort_msg("no region of kind %u", kind);
}

GByteArray *store_record_bytes(const StoreRecord *r)
{
    const UcWorldSpec *spec = uc_world_spec(r->run.world);
    GByteArray *out = g_byte_array_new(), *body = g_byte_array_new();
    uc_append_u32(body, r->regions->len);
    for (guint i = 0; i < r->regions->len; i++) {
        const UcRecordRegion *region = &g_array_index(r->regions, UcRecordRegion, i);
        uc_append_u32(body, region->key.kind);
        uc_append_u64(body, region->key.index);
        uc_append_u32(body, region->region->words);
        uc_region_canonical(region->region, uc_region_kind(spec, region->key), uc_world_store(r->run.world), body);
    }
    g_byte_array_append(out, (const uint8_t *)"UCR1", 4);
    uc_append_u64(out, r->version);
    uc_append_u32(out, body->len);
    g_byte_array_append(out, body->data, body->len);
    g_byte_array_unref(body);
    uint8_t sum[32];
    uc_sha256(out->data, out->len, sum);
    g_byte_array_append(out, sum, sizeof sum);
    return out;
}

GByteArray *store_file_of(const EnvOptions *o, unsigned party, const uint8_t *record, size_t length)
{
    uint8_t key[32], tag[32];
    g_autofree char *setup = env_disk_setup(o), *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, setup, -1);
    UcTapeLabel label = { "store", digest, party, "key of the checksum", NULL };
    uc_tape_read(o->seed, &label, 0, key, sizeof key);
    HMAC(EVP_sha256(), key, sizeof key, record, length, tag, NULL);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, (const uint8_t *)"UCF2", 4);
    g_byte_array_append(out, tag, sizeof tag);
    g_byte_array_append(out, record, (guint)length);
    return out;
}

void store_record_write(const StoreRecord *r)
{
    EnvOptions o = store_options();
    g_autofree char *path = record_path(r->party);
    g_autoptr(GByteArray) record = store_record_bytes(r), file = store_file_of(&o, r->party, record->data, record->len);
    ck_assert(g_file_set_contents_full(path, (const char *)file->data, file->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}
