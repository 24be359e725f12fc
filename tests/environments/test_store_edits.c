/* Records of a store that somebody edited who can make their checksums anew: refused by what they say, with the party,
 * the file and the reason, and nothing is written. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "adversary/ticketed/stolen.h"
#include "protocol/ticketed/keys.h"
#include "protocol/ticketed/party_internal.h"
#include "tests/environments/store_folder.h"
#include "tests/support/suite.h"

static DkmInterval *own(StoreRecord *r, size_t count)
{
    return (DkmInterval *)(void *)store_region(r, KIND_OWN, count * WORDS(DkmInterval))->word;
}

static void own_swapped(StoreRecord *r) { *own(r, 1) = (DkmInterval){ 3, 2 }; }
static void own_empty(StoreRecord *r) { *own(r, 1) = (DkmInterval){ 4, 4 }; }
static void own_beyond(StoreRecord *r) { *own(r, 1) = (DkmInterval){ 4, STORE_CAPACITY + 1 }; }
static void own_huge(StoreRecord *r) { *own(r, 1) = (DkmInterval){ 4, UINT64_MAX }; }
static void two_intervals(StoreRecord *r, DkmInterval x, DkmInterval y)
{
    DkmInterval *i = own(r, 2);
    i[0] = x;
    i[1] = y;
}
static void own_overlapping(StoreRecord *r) { two_intervals(r, (DkmInterval){ 1, 4 }, (DkmInterval){ 3, 6 }); }
static void own_out_of_order(StoreRecord *r) { two_intervals(r, (DkmInterval){ 4, 6 }, (DkmInterval){ 1, 3 }); }
static void own_touching(StoreRecord *r) { two_intervals(r, (DkmInterval){ 1, 3 }, (DkmInterval){ 3, 6 }); }
static void own_of_the_other(StoreRecord *r) { *own(r, 1) = (DkmInterval){ 12, 14 }; }
static void own_of_no_key(StoreRecord *r)
{
    UcRecordRegion more = { { uc_party(r->party), KIND_OWN, UINT64_MAX }, uc_region_new(WORDS(DkmInterval)) };
    memcpy(more.region->word, &(DkmInterval){ 1, 2 }, sizeof(DkmInterval));
    for (guint i = 0; i <= r->regions->len; i++) { /* before the first of a later kind */
        if (i == r->regions->len || g_array_index(r->regions, UcRecordRegion, i).key.kind > KIND_OWN) {
            g_array_insert_val(r->regions, i, more);
            return;
        }
    }
}
static void own_apart(StoreRecord *r, size_t count)
{
    DkmInterval *i = own(r, count);
    for (size_t k = 0; k < count; k++)
        i[k] = (DkmInterval){ 3 * k, 3 * k + 2 };
}
static void own_at_limit(StoreRecord *r) { own_apart(r, STORE_LIMIT); }
static void own_of_many(StoreRecord *r) { own_apart(r, STORE_LIMIT + 1); }
static void own_bad_then_good(StoreRecord *r)
{
    own_apart(r, 2);
    own(r, 2)[0] = (DkmInterval){ 2, 2 };
}

static Key *key(StoreRecord *r, size_t count) { return (Key *)(void *)store_region(r, KIND_KEYS, count * WORDS(Key))->word; }
static UcWord flipped(StoreRecord *r, UcWord handle, size_t at)
{
    size_t length;
    UcStore *store = uc_world_store(r->run.world);
    const uint8_t *from = uc_store_get(store, handle, &length);
    g_autofree uint8_t *bytes = g_memdup2(from, length);
    ck_assert_uint_lt(at, length);
    bytes[at] ^= 1;
    return uc_store_put(store, bytes, length);
}
static void key_seed(StoreRecord *r) { key(r, 1)->seed = flipped(r, key(r, 1)->seed, 0); }
static void key_kid(StoreRecord *r) { key(r, 1)->kid = flipped(r, key(r, 1)->kid, 3); }
static void key_vk(StoreRecord *r) { key(r, 1)->vk = flipped(r, key(r, 1)->vk, 30); }
static void key_short(StoreRecord *r) { key(r, 1)->seed = uc_store_text(uc_world_store(r->run.world), "short"); }
static void key_none(StoreRecord *r) { key(r, 1)->vk = UC_NONE; }
static void key_kid_short(StoreRecord *r) { key(r, 1)->kid = uc_store_text(uc_world_store(r->run.world), "kid"); }
static void key_vk_short(StoreRecord *r) { key(r, 1)->vk = uc_store_text(uc_world_store(r->run.world), "vk"); }
static void key_twice(StoreRecord *r) { Key *k = key(r, 2); k[1] = k[0]; }
static Key another_key(StoreRecord *r, uint8_t first)
{
    UcStore *store = uc_world_store(r->run.world);
    Sigma *sigma = ((const DkmOptions *)env_worlds_setup(r->run.worlds))->sigma[0];
    g_autofree uint8_t *seed = g_malloc0(sigma->seed_size), *vk = g_malloc(sigma->public_size);
    seed[0] = first;
    ck_assert(sigma_public(sigma, seed, vk));
    UcWord handle = uc_store_put(store, vk, sigma->public_size);
    return (Key){ dkm_kid(store, handle), handle, uc_store_put(store, seed, sigma->seed_size), 0 };
}
static void more_keys(StoreRecord *r, size_t count)
{
    Key *k = key(r, count);
    for (size_t i = 1; i < count; i++)
        k[i] = another_key(r, (uint8_t)i);
}
static void key_at_limit(StoreRecord *r) { more_keys(r, STORE_LIMIT); }
static void key_last_twice(StoreRecord *r)
{
    more_keys(r, 3);
    key(r, 3)[2] = key(r, 3)[1];
}
static void key_seed_of_another(StoreRecord *r) { key(r, 1)->seed = another_key(r, 1).seed; }
static void key_scheme(StoreRecord *r) { key(r, 1)->sigma = 1; }
static void key_many(StoreRecord *r) { more_keys(r, STORE_LIMIT + 1); }

static Ticket *ticket(StoreRecord *r, size_t count)
{
    return (Ticket *)(void *)store_region(r, KIND_TICKETS, count * WORDS(Ticket))->word;
}
static void ticket_none(StoreRecord *r) { ticket(r, 1)->ticket = UC_NONE; }
static void ticket_kid(StoreRecord *r) { ticket(r, 1)->kid = uc_store_text(uc_world_store(r->run.world), "kid"); }
static void ticket_zero(StoreRecord *r) { ticket(r, 1)->count = 0; }
static void ticket_huge(StoreRecord *r) { ticket(r, 1)->count = UINT64_MAX; }
static void ticket_self(StoreRecord *r) { ticket(r, 1)->from = r->party; }
static void more_tickets(StoreRecord *r, size_t count)
{
    Ticket *t = ticket(r, count);
    for (size_t i = 1; i < count; i++) {
        t[i] = t[0];
        t[i].ticket = flipped(r, t[0].ticket, i);
    }
    store_region(r, UC_KIND_TAPE, 4)->word[3] *= count; /* as many were drawn */
}
static void ticket_at_limit(StoreRecord *r) { more_tickets(r, STORE_LIMIT); }
static void ticket_many(StoreRecord *r) { more_tickets(r, STORE_LIMIT + 1); }
static void ticket_last_twice(StoreRecord *r)
{
    more_tickets(r, 3);
    ticket(r, 3)[2] = ticket(r, 3)[1];
}
static void ticket_of_any_key(StoreRecord *r) { ticket(r, 1)->kid = UC_NONE; }
static void ticket_of_most(StoreRecord *r) { ticket(r, 1)->count = DKM_COUNT_MAX; }
static void ticket_of_more(StoreRecord *r) { ticket(r, 1)->count = (UcWord)DKM_COUNT_MAX + 1; }
static void ticket_nobody(StoreRecord *r) { ticket(r, 1)->from = 2; }
static void ticket_twice(StoreRecord *r) { Ticket *t = ticket(r, 2); t[1] = t[0]; }

static Sent *sent(StoreRecord *r, size_t count) { return (Sent *)(void *)store_region(r, KIND_SENT, count * WORDS(Sent))->word; }
static void sent_to_nobody(StoreRecord *r) { sent(r, 1)->to = 9; }
static void sent_ticket(StoreRecord *r) { sent(r, 1)->ticket = flipped(r, sent(r, 1)->ticket, 0); }
static void sent_header(StoreRecord *r) { sent(r, 1)->payload = flipped(r, sent(r, 1)->payload, 0); }
static void sent_sealed(StoreRecord *r) { sent(r, 1)->payload = flipped(r, sent(r, 1)->payload, PAYLOAD_HEADER_BYTES); }
static void sent_short(StoreRecord *r) { sent(r, 1)->payload = sent(r, 1)->ticket; }
static void sent_none(StoreRecord *r) { sent(r, 1)->payload = UC_NONE; }
static void sent_to_itself(StoreRecord *r) { sent(r, 1)->to = r->party; }
/* As the party itself would have sealed it. */
static UcWord sealed(StoreRecord *r, UcWord ticket, const Key *what, DkmInterval block)
{
    EnvOptions o = store_options();
    const PiConfig *config = env_worlds_spec(r->run.worlds, ENV_REAL)->party.config;
    PayloadHeader header = { .version = PAYLOAD_VERSION, .from = r->party, .to = 1 - r->party };
    uint8_t sealing[SEAL_KEY_BYTES];
    keys_master(o.seed, dkm_settings(&o.interface)->enclave, sealing);
    payload_scheme_id(config->dkm->sigma[0], header.scheme);
    payload_enclave_id(dkm_settings(&o.interface)->enclave, header.enclave);
    memcpy(header.ticket, uc_store_get(uc_world_store(r->run.world), ticket, NULL), DKM_TICKET_BYTES);
    return adversary_seal(uc_world_store(r->run.world), config, sealing, &header, false,
                          &(AdversaryKey){ what->kid, what->vk, what->seed }, block);
}
static void sent_block(StoreRecord *r, uint64_t a, uint64_t b)
{
    sent(r, 1)->payload = sealed(r, sent(r, 1)->ticket, key(r, 1), (DkmInterval){ a, b });
}
static void sent_as_it_was(StoreRecord *r)
{
    UcWord was = sent(r, 1)->payload;
    sent_block(r, 13, STORE_CAPACITY);
    ck_assert_uint_eq(sent(r, 1)->payload, was);
}
static void sent_one(StoreRecord *r) { sent_block(r, 0, 1); }
static void sent_empty_block(StoreRecord *r) { sent_block(r, 4, 4); }
static void sent_swapped_block(StoreRecord *r) { sent_block(r, 4, 3); }
static void sent_beyond(StoreRecord *r) { sent_block(r, 13, STORE_CAPACITY + 1); }
static void sent_other(StoreRecord *r, const Key *what) { sent(r, 1)->payload = sealed(r, sent(r, 1)->ticket, what, (DkmInterval){ 13, 16 }); }
static void sent_second_key(StoreRecord *r)
{
    more_keys(r, 3);
    sent_other(r, key(r, 3) + 1);
}
static void sent_no_key(StoreRecord *r)
{
    Key other = another_key(r, 1);
    sent_other(r, &other);
}
static void sent_other_vk(StoreRecord *r)
{
    Key mixed = *key(r, 1);
    mixed.vk = another_key(r, 1).vk;
    sent_other(r, &mixed);
}
static void sent_other_seed(StoreRecord *r)
{
    Key mixed = *key(r, 1);
    mixed.seed = another_key(r, 1).seed;
    sent_other(r, &mixed);
}
static void more_sent(StoreRecord *r, size_t count)
{
    Sent *s = sent(r, count);
    for (size_t i = 1; i < count; i++) {
        s[i].to = s[0].to;
        s[i].ticket = flipped(r, s[0].ticket, i);
        s[i].payload = sealed(r, s[i].ticket, key(r, 1), (DkmInterval){ i, i + 1 });
    }
}
static void sent_at_limit(StoreRecord *r) { more_sent(r, STORE_LIMIT); }
static void sent_many(StoreRecord *r) { more_sent(r, STORE_LIMIT + 1); }
static void sent_last_twice(StoreRecord *r)
{
    more_sent(r, 3);
    sent(r, 3)[2] = sent(r, 3)[1];
}
static void sent_bad_then_good(StoreRecord *r)
{
    more_sent(r, 2);
    sent(r, 2)[0].payload = UC_NONE;
}
static void sent_ticket_short(StoreRecord *r) { sent(r, 1)->ticket = uc_store_text(uc_world_store(r->run.world), "t"); }
static void sent_twice(StoreRecord *r) { Sent *s = sent(r, 2); s[1] = s[0]; }

static UcWord *tape(StoreRecord *r, size_t count) { return store_region(r, UC_KIND_TAPE, 2 * count)->word; }
static void tape_name(StoreRecord *r) { tape(r, 2)[0] = uc_store_text(uc_world_store(r->run.world), "lottery"); }
static void tape_twice(StoreRecord *r) { tape(r, 2)[2] = tape(r, 2)[0]; tape(r, 2)[3] = tape(r, 2)[1]; }
static void tape_between(StoreRecord *r) { tape(r, 2)[3]--; }
static void tape_keygen_between(StoreRecord *r) { tape(r, 2)[1]--; }
static void tape_at_zero(StoreRecord *r) { tape(r, 2)[1] = 0; }
static void tape_of_more(StoreRecord *r) { tape(r, 2)[1] *= 2; tape(r, 2)[3] *= 5; }
static void tape_back(StoreRecord *r) { tape(r, 1); }

static void move_row(StoreRecord *r, uint32_t kind)
{
    for (guint i = 0; i < r->regions->len; i++) {
        UcRecordRegion *region = &g_array_index(r->regions, UcRecordRegion, i);
        if (region->key.kind == kind)
            region->key.index = 1;
    }
}
static void another_row_of_keys(StoreRecord *r) { move_row(r, KIND_KEYS); }
static void another_row_of_tickets(StoreRecord *r) { move_row(r, KIND_TICKETS); }
static void another_row_of_sent(StoreRecord *r) { move_row(r, KIND_SENT); }
static void another_row_of_tapes(StoreRecord *r) { move_row(r, UC_KIND_TAPE); }
/* The first in the order of keys, tickets, what was sent, tapes is told. */
static void key_and_ticket(StoreRecord *r)
{
    key_scheme(r);
    ticket_zero(r);
}
static void ticket_and_sent(StoreRecord *r)
{
    ticket_zero(r);
    another_row_of_sent(r);
}
static void sent_and_tape(StoreRecord *r)
{
    sent_to_nobody(r);
    another_row_of_tapes(r);
}
static void counter(StoreRecord *r)
{
    UcRecordRegion more = { { uc_party(r->party), UC_KIND_VERSION, 0 }, uc_region_new(1) };
    more.region->word[0] = 1;
    g_array_insert_val(r->regions, 1, more); /* behind the tapes */
}
static void out_of_order(StoreRecord *r)
{
    UcRecordRegion first = g_array_index(r->regions, UcRecordRegion, 0);
    uc_region_ref(first.region);
    g_array_remove_index(r->regions, 0);
    g_array_append_val(r->regions, first);
}
static void region_twice(StoreRecord *r)
{
    UcRecordRegion last = g_array_index(r->regions, UcRecordRegion, r->regions->len - 1);
    uc_region_ref(last.region);
    g_array_append_val(r->regions, last);
}
static void of_the_other(StoreRecord *r) { r->version ^= (uint64_t)1 << 48; }
static void unchanged(StoreRecord *r) { (void)r; }

static const struct {
    void (*edit)(StoreRecord *record);
    const char *why; /* NULL: it is taken */
} edits[] = {
    { unchanged, NULL },
    { own_swapped, "expected an interval within [0,16), got [3,2)" },
    { own_empty, "expected an interval within [0,16), got [4,4)" },
    { own_beyond, "expected an interval within [0,16), got [4,17)" },
    { own_huge, "expected an interval within [0,16)" },
    { own_overlapping, "expected intervals in order and apart, got [3,6) after [1,4)" },
    { own_out_of_order, "expected intervals in order and apart" },
    { own_touching, "expected intervals in order and apart" },
    { own_of_no_key, "own: of a key that is not there" },
    { own_at_limit, NULL },
    { own_of_many, "expected at most 3 intervals, got 4" },
    { own_bad_then_good, "expected an interval within [0,16), got [2,2)" },
    { key_seed, "the seed does not give the public key" },
    { key_kid, "the public key does not give the kid" },
    { key_vk, "the public key does not give the kid" },
    { key_short, "of a wrong length" },
    { key_none, "of a wrong length" },
    { key_twice, "stands there twice" },
    { key_scheme, "key: of no scheme of this set-up" },
    { key_kid_short, "of a wrong length" },
    { key_vk_short, "of a wrong length" },
    { key_seed_of_another, "the seed does not give the public key" },
    { key_last_twice, "stands there twice" },
    { key_at_limit, NULL },
    { key_many, "keys: expected at most 3, got 4" },
    { ticket_at_limit, NULL },
    { ticket_many, "tickets: expected at most 3, got 4" },
    { ticket_last_twice, "stands there twice" },
    { ticket_of_any_key, NULL },
    { ticket_of_most, NULL },
    { ticket_of_more, "number of keys or party out of range" },
    { ticket_none, "ticket or kid of a wrong length" },
    { ticket_kid, "ticket or kid of a wrong length" },
    { ticket_zero, "number of keys or party out of range" },
    { ticket_huge, "number of keys or party out of range" },
    { ticket_self, "number of keys or party out of range" },
    { ticket_nobody, "number of keys or party out of range" },
    { ticket_twice, "stands there twice" },
    { sent_to_nobody, "sent: party or ticket out of range" },
    { sent_ticket, "does not open to a block of a key that is there" },
    { sent_header, "does not open to a block of a key that is there" },
    { sent_sealed, "does not open to a block of a key that is there" },
    { sent_short, "does not open to a block of a key that is there" },
    { sent_none, "does not open to a block of a key that is there" },
    { sent_twice, "stands there twice" },
    { sent_to_itself, "sent: party or ticket out of range" },
    { sent_ticket_short, "sent: party or ticket out of range" },
    { sent_as_it_was, NULL },
    { sent_one, NULL },
    { sent_empty_block, "does not open to a block of a key that is there" },
    { sent_swapped_block, "does not open to a block of a key that is there" },
    { sent_beyond, "does not open to a block of a key that is there" },
    { sent_second_key, NULL },
    { sent_no_key, "does not open to a block of a key that is there" },
    { sent_other_vk, "does not open to a block of a key that is there" },
    { sent_other_seed, "does not open to a block of a key that is there" },
    { sent_at_limit, NULL },
    { sent_many, "sent: expected at most 3, got 4" },
    { sent_last_twice, "stands there twice" },
    { sent_bad_then_good, "does not open to a block of a key that is there" },
    { tape_name, "tape: of a purpose that this protocol does not have" },
    { tape_twice, "tape: stands there twice" },
    { tape_between, "tape: a position between two draws" },
    { tape_back, "tape: more open tickets than were drawn" },
    { tape_keygen_between, "tape: a position between two draws" },
    { tape_at_zero, "tape: a position between two draws" },
    { tape_of_more, NULL },
    { another_row_of_keys, "a row with a number that this protocol does not use" },
    { another_row_of_tickets, "a row with a number that this protocol does not use" },
    { another_row_of_sent, "a row with a number that this protocol does not use" },
    { another_row_of_tapes, "a row with a number that this protocol does not use" },
    { key_and_ticket, "key: of no scheme of this set-up" },
    { ticket_and_sent, "number of keys or party out of range" },
    { sent_and_tape, "sent: party or ticket out of range" },
    { counter, "version: of a storage that this set-up does not have" },
    { out_of_order, "not as this program writes it" },
    { region_twice, "not as this program writes it" },
    { of_the_other, "foreign record: of another party" },
};

static char *all_files(void)
{
    GString *out = g_string_new(NULL);
    for (unsigned p = 0; p < 2; p++) {
        g_autofree char *name = g_strdup_printf("%u.record", p), *path = store_path(name), *bytes = NULL;
        size_t length;
        ck_assert(g_file_get_contents(path, &bytes, &length, NULL));
        g_string_append_len(out, bytes, (gssize)length);
    }
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)out->str, out->len);
}

START_TEST(edited_records)
{
    store_use();
    StoreRecord r = store_record_read(0);
    edits[_i].edit(&r);
    store_record_write(&r);
    g_autofree char *before = all_files(), *temporary = store_path("0.tmp");
    if (edits[_i].why) {
        store_refused("0.record (of one): ");
        store_refused(edits[_i].why);
        g_autofree char *after = all_files();
        ck_assert_str_eq(before, after);
        ck_assert(!g_file_test(temporary, G_FILE_TEST_EXISTS));
    } else {
        StoreRun run;
        ck_assert(store_start(&run, NULL, NULL, NULL));
        UcMessage signature = store_sign(&run, 0, store_known_key(&run));
        ck_assert_uint_eq(signature.kind, DKM_SIGNATURE);
        ck_assert_uint_eq(signature.w[1], edits[_i].edit == own_at_limit ? 0 : 1);
        store_end(&run);
    }
    store_record_clear(&r);
}
END_TEST

/* One index may not lie in two records, each of which is well. */
START_TEST(owned_by_two)
{
    store_use();
    StoreRecord r = store_record_read(1);
    ck_assert_uint_eq(own(&r, 1)->a, 13);
    own_of_the_other(&r);
    store_record_write(&r);
    store_refused("1.record (of two): own, key ");
    store_refused("[12,14) overlaps what another party owns");
    two_intervals(&r, (DkmInterval){ 12, 13 }, (DkmInterval){ 14, 15 }); /* what follows is well */
    store_record_write(&r);
    store_refused("[12,13) overlaps what another party owns");
    two_intervals(&r, (DkmInterval){ 0, 2 }, (DkmInterval){ 14, 15 });
    store_record_write(&r);
    store_refused("[0,2) overlaps what another party owns");
    two_intervals(&r, (DkmInterval){ 0, 1 }, (DkmInterval){ 13, 16 }); /* on both sides of what the other has */
    store_record_write(&r);
    StoreRun run;
    ck_assert(store_start(&run, NULL, NULL, NULL));
    store_end(&run);
    store_record_clear(&r);
}
END_TEST

/* Who does not know the seed cannot make the keyed checksum; whatever else is right. */
START_TEST(without_the_seed)
{
    store_use();
    StoreRecord r = store_record_read(0);
    *own(&r, 1) = (DkmInterval){ 0, 13 }; /* one index back: nothing else would find it out */
    EnvOptions guess = store_options();
    env_seed(2, guess.seed);
    g_autofree char *path = store_path("0.record");
    g_autoptr(GByteArray) record = store_record_bytes(&r), file = store_file_of(&guess, 0, record->data, record->len);
    ck_assert(g_file_set_contents_full(path, (const char *)file->data, file->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    store_refused("0.record (of one): edited record: the keyed checksum is wrong");
    store_record_write(&r); /* and who does know it can: that is what the checksum does not promise */
    StoreRun run;
    ck_assert(store_start(&run, NULL, NULL, NULL));
    ck_assert_uint_eq(store_sign(&run, 0, store_known_key(&run)).w[1], 0);
    store_end(&run);
    store_record_clear(&r);
}
END_TEST

static void write_marker(const char *text)
{
    g_autofree char *path = store_path("store");
    ck_assert(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

START_TEST(edited_marker)
{
    store_use();
    g_autofree char *path = store_path("store"), *good = NULL, *before = all_files();
    ck_assert(g_file_get_contents(path, &good, NULL, NULL));
    g_auto(GStrv) part = g_strsplit(good, "ready", 2);
    g_autofree char *fresh = g_strjoinv("new", part);
    write_marker(fresh);
    store_refused("store (the marker of a store): edited: the keyed checksum is wrong");
    write_marker("ucsim store 1\n00\nready\n");
    store_refused("store (the marker of a store): of another version of the format; expected version 2");
    write_marker("ucsim store 2\n00\nready\n00\n");
    store_refused("store (the marker of a store): edited: expected 64 hex digits in line 2");
    g_autofree char *other = g_strdup(good);
    other[strlen("ucsim store 2\n")] = other[strlen("ucsim store 2\n")] == '0' ? '1' : '0';
    write_marker(other);
    store_refused("of another set-up");
    write_marker(""); /* there, and nothing in it */
    store_refused("store (the marker of a store): expected a marker, got an empty file");
    write_marker("shop\n");
    store_refused("store (the marker of a store): not of this program");
    g_autofree char *longer = g_strconcat(good, "\n", NULL);
    write_marker(longer);
    store_refused("store (the marker of a store): edited");
    g_autofree char *after = all_files();
    ck_assert_str_eq(before, after);
}
END_TEST

static char *marker_seen;
static void take_marker(void *data, UcFileStep step)
{
    g_autofree char *path = store_path("store");
    if (step == UC_FILE_KEPT && !marker_seen)
        g_file_get_contents(path, &marker_seen, NULL, NULL);
}

/* The marker of a new store, put back to records in use: they are not made anew. */
START_TEST(marker_of_a_new_store)
{
    StoreRun run;
    store_clear_folder();
    ck_assert(store_start(&run, take_marker, NULL, NULL));
    ck_assert(strstr(marker_seen, "\nnew\n") != NULL);
    store_end(&run);
    store_use();
    g_autofree char *before = all_files();
    write_marker(marker_seen);
    g_clear_pointer(&marker_seen, g_free);
    store_refused("0.record (of one): in use, though the store is marked as new");
    g_autofree char *after = all_files();
    ck_assert_str_eq(before, after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edited records of a store");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, store_make_folder, store_remove_folder);
    tcase_add_loop_test(c, edited_records, 0, G_N_ELEMENTS(edits));
    tcase_add_test(c, owned_by_two);
    tcase_add_test(c, without_the_seed);
    tcase_add_test(c, edited_marker);
    tcase_add_test(c, marker_of_a_new_store);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
