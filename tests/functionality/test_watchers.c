/* Every clause of the watchers at its bound, on both sides: parties do what no protocol does (stage.h), and the rule that
 * speaks is compared in full. docs/functionality.md, "Invariants" and "Progress". */
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "tests/support/suite.h"

static void set_up(void) { stage_open(); }
static void tear_down(void) { stage_close(); }

/* A world with other options. */
static void again(DkmOptions with)
{
    stage_close();
    options = with;
    stage_open();
}

/* ---- the books against sets of bits ---- */

enum { SMALL = 6 };

static UcWord count_bits(uint64_t set) { return (UcWord)__builtin_popcountll(set); }
static uint64_t block_bits(UcWord a, UcWord b) { return ((UINT64_C(1) << (b - a)) - 1) << a; }
static size_t runs(uint64_t set) { return count_bits(set & ~(set << 1)); }

static void top_is(UcCtx *ctx, uint64_t set, UcWord count)
{
    DkmInterval got = { 77, 77 };
    bool found = watch_top(ctx, 0, kid(0), count, &got);
    for (UcWord b = SMALL; b >= count; b--) {
        uint64_t block = block_bits(b - count, b);
        bool ends = !(set >> b & 1);
        if (ends && (set & block) == block) {
            ck_assert(found && got.a == b - count && got.b == b);
            return;
        }
    }
    ck_assert(!found && got.a == 77 && got.b == 77);
}

static void books_agree(UcCtx *ctx, uint64_t set)
{
    ck_assert_uint_eq(watch_owned(ctx, 0, kid(0)), count_bits(set));
    for (UcWord a = 0; a < SMALL; a++) {
        for (UcWord b = a + 1; b <= SMALL; b++) {
            uint64_t block = block_bits(a, b);
            DkmInterval i = { a, b };
            ck_assert_int_eq(watch_owns(ctx, 0, kid(0), i), (set & block) == block);
            ck_assert_int_eq(watch_touches(ctx, 0, kid(0), i), (set & block) != 0);
            if (!(set & block))
                ck_assert_uint_eq(watch_intervals_after(ctx, 0, kid(0), i), runs(set | block));
        }
    }
    for (UcWord count = 1; count <= SMALL; count++)
        top_is(ctx, set, count);
}

/* From every set to every other by one block: 64 sets, index by index and run by run. */
static void try_books(UcCtx *ctx)
{
    for (uint64_t set = 0; set < 1 << SMALL; set++) {
        for (UcWord i = 0; i < SMALL; i++) {
            if (set >> i & 1)
                watch_flip(ctx, 0, kid(0), (DkmInterval){ i, i + 1 });
        }
        books_agree(ctx, set);
        for (UcWord b = SMALL; b > 0;) { /* what is owned goes run by run from the top */
            UcWord a = b - 1;
            while (a > 0 && set >> (b - 1) & 1 && set >> (a - 1) & 1)
                a--;
            if (set >> (b - 1) & 1)
                watch_flip(ctx, 0, kid(0), (DkmInterval){ a, b });
            b = a;
        }
        books_agree(ctx, 0);
    }
    watch_flip(ctx, 0, kid(0), (DkmInterval){ 0, 3 });
    ck_assert(!watch_owned(ctx, 1, kid(0)) && !watch_owned(ctx, 0, kid(1))); /* each party and key has its own row */
}

START_TEST(the_books_are_sets) { stage_look(try_books); }
END_TEST

/* ---- who holds what: I2, I3, I4, A3 ---- */

START_TEST(a_key_is_made_once_and_of_a_known_set)
{
    quietly(0, keygen_of(0, 0));
    quietly(1, keygen_of(1, 1));
    go(2, keygen_of(2, 0));
    speaks("I2: three makes key %s, which is there already", name(0));
    again((DkmOptions){ 0 });
    UcMessage m = keygen_of(0, 0);
    m.w[0] = text("another set");
    go(0, m);
    speaks("I2: one makes key %s, which is of no supported set", name(0));
}
END_TEST

/* What a party holds against the books: it has a key, one index at each place may be too many or missing. */
START_TEST(what_is_held_is_in_the_books)
{
    for (UcWord p = 0; p < 2; p++) { /* intervals joined, and one for each index */
        for (UcWord at = 0; at < CAPACITY; at++) {
            again((DkmOptions){ 0 });
            quietly(p, keygen_of(p, 0));
            holds[p].own[0] &= ~(UINT64_C(1) << at);
            go(p, cancel_of(ticket(1)));
            speaks("A3: %s lost index %u of key %s without a cause", p ? "two" : "one", (unsigned)at, name(0));
            holds[p].own[0] |= UINT64_C(1) << at;
            quietly(p, cancel_of(ticket(1)));
        }
        holds[p].own[0] |= UINT64_C(1) << CAPACITY;
        go(p, cancel_of(ticket(1)));
        speaks("I3: %s holds index 12 of key %s, which has only 12", p ? "two" : "one", name(0));
    }
}
END_TEST

START_TEST(what_is_too_much_says_where_it_is)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, sign_of(0, 0, 0, "a"));
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), text("payload")));
    quietly(1, delivery_of(1, 0, 10, 12, 0, ticket(1), text("payload")));
    quietly(0, transfer_of(0, 0, 8, 10, 1, ticket(2), text("second payload")));
    static const struct {
        UcWord index;
        const char *rule, *where;
    } row[] = {
        { 0, "I4", "used" },
        { 10, "I2", "owned by two" },
        { 11, "I2", "owned by two" },
        { 8, "I2", "in transit or lost" },
        { 9, "I2", "in transit or lost" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        holds[0].own[0] |= UINT64_C(1) << row[i].index;
        go(0, cancel_of(ticket(9)));
        speaks("%s: one holds index %u of key %s, which is %s", row[i].rule, (unsigned)row[i].index, name(0), row[i].where);
        holds[0].own[0] &= ~(UINT64_C(1) << row[i].index);
        quietly(0, cancel_of(ticket(9)));
    }
    holds[0].keys = 2;
    go(0, cancel_of(ticket(9)));
    speaks("I2: one holds a key that nobody gave it");
    go(0, sign_of(0, 1, 3, "of a key that nobody made"));
    speaks("I6: the signature that one releases for index 3 does not verify");
    holds[0].keys = 1;
    go(0, transfer_of(0, 1, 3, 4, 1, ticket(5), text("a third payload")));
    speaks("I2: one sends index 3 of key %s, which nobody made", name(1));
}
END_TEST

/* A party of which the books know that it has nothing left. */
START_TEST(who_gave_all_away_holds_nothing)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 0, CAPACITY, 1, ticket(1), text("payload")));
    holds[0].own[0] = 8;
    go(0, cancel_of(ticket(9)));
    speaks("I2: one holds index 3 of key %s, which is in transit or lost", name(0));
}
END_TEST

/* Every key of a party is compared, also those that come after a compromised one in the order of the books. */
START_TEST(no_key_hides_another)
{
    for (unsigned compromised = 0; compromised < KEYS; compromised++) {
        for (unsigned k = 0; k < KEYS; k++) {
            again((DkmOptions){ .trust = DKM_TRUST_PAIRWISE });
            for (unsigned i = 0; i < KEYS; i++)
                quietly(0, keygen_of(0, i));
            quietly(0, transfer_of(0, compromised, 11, 12, 1, ticket(1), text("payload")));
            order(1, (UcMessage){ UC_M_CORRUPT, { 0 } });
            holds[0].own[k] &= ~UINT64_C(1);
            go(0, cancel_of(ticket(9)));
            if (k == compromised)
                is_quiet();
            else
                speaks("A3: one lost index 0 of key %s without a cause", name(k));
        }
    }
}
END_TEST

/* What the books say of the keys of a party does not depend on the order in which it got them, nor on handles. */
static GByteArray *in_order;

static void read_list(UcCtx *ctx, unsigned kind, UcWord list)
{
    size_t n;
    const UcWord *id = uc_items(ctx, kind, list, &n);
    ck_assert_uint_eq(n, KEYS);
    for (size_t i = 0; i < n; i++) {
        size_t length;
        const uint8_t *b = uc_store_get(uc_ctx_store(ctx), id[i], &length);
        g_byte_array_append(in_order, b, (guint)length);
    }
}

static void read_lists(UcCtx *ctx)
{
    read_list(ctx, WATCH_HELD, 0);
    read_list(ctx, WATCH_EXPOSED, 0);
    read_list(ctx, WATCH_EXPOSED, 1);
}

START_TEST(the_order_of_arrival_leaves_no_trace)
{
    static const unsigned orders[][KEYS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    g_autoptr(GByteArray) first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        again((DkmOptions){ 0 });
        for (unsigned k = 0; k < KEYS; k++)
            quietly(0, keygen_of(0, orders[i][k]));
        for (unsigned k = 0; k < 2 * KEYS; k++) /* each of them twice */
            quietly(0, transfer_of(0, orders[i][k % KEYS], 11 - k / KEYS, 12 - k / KEYS, 1, ticket(k), text("payload")));
        in_order = g_byte_array_new();
        stage_look(read_lists);
        if (!first)
            first = g_steal_pointer(&in_order);
        else
            ck_assert_mem_eq(first->data, in_order->data, in_order->len);
        g_clear_pointer(&in_order, g_byte_array_unref);
    }
}
END_TEST

/* What a party sends or signs with must be its own, all of it. Index 0 is used, 4 is on its way, 11 is the last. */
static const struct {
    UcWord a, b;
    const char *rule; /* NULL: it may; %s is the key */
} taken[] = {
    { 1, 4, NULL }, { 1, 2, NULL }, { 5, 12, NULL }, { 11, 12, NULL },
    { 1, 1, "I3: one sends no index at all" },
    { 2, 1, "I3: one sends no index at all" },
    { 0, 1, "I4: one sends index 0 of key %s, which is used" },
    { 0, 3, "I4: one sends index 0 of key %s, which is used" },
    { 4, 5, "I2: one sends index 4 of key %s, which is in transit or lost" },
    { 3, 5, "I2: one sends index 4 of key %s, which is in transit or lost" },
    { 4, 6, "I2: one sends index 4 of key %s, which is in transit or lost" },
    { 11, 13, "I3: one sends index 12 of key %s, which has only 12" },
    { 12, 13, "I3: one sends index 12 of key %s, which has only 12" },
};

START_TEST(what_is_sent_is_ones_own)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, sign_of(0, 0, 0, "a"));
    quietly(0, transfer_of(0, 0, 4, 5, 1, ticket(1), text("payload")));
    UcMessage m = transfer_of(0, 0, 5, 6, 1, ticket(2), text("another"));
    holds[0].own[0] |= UINT64_C(1) << 5;
    for (UcWord i = taken[_i].a; i < taken[_i].b; i++)
        holds[0].own[0] &= ~(UINT64_C(1) << i);
    act.effect.w[5] = taken[_i].a;
    act.effect.w[6] = taken[_i].b;
    go(0, m);
    if (!taken[_i].rule) {
        is_quiet();
        return;
    }
    g_auto(GStrv) part = g_strsplit(taken[_i].rule, "%s", 2);
    speaks("%s%s%s", part[0], part[1] ? name(0) : "", part[1] ? part[1] : "");
}
END_TEST

START_TEST(one_transfer_for_a_ticket)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 11, 12, 1, ticket(1), text("payload")));
    quietly(0, transfer_of(0, 0, 10, 11, 1, ticket(2), text("another ticket")));
    quietly(0, transfer_of(0, 0, 9, 10, 2, ticket(1), text("another receiver")));
    quietly(1, keygen_of(1, 1));
    quietly(1, transfer_of(1, 1, 11, 12, 2, ticket(1), text("another sender")));
    go(0, transfer_of(0, 0, 8, 9, 1, ticket(1), text("the second")));
    speaks("I2: one makes a second transfer for one ticket of two");
}
END_TEST

/* What arrives is what was sent, once. */
static const struct {
    unsigned key;
    UcWord a, b, from, ticket;
    const char *rule; /* NULL: as sent */
} arrives[] = {
    { 0, 8, 10, 0, 1, NULL },
    { 0, 7, 10, 0, 1, "I2: two accepts index 7 of key %s, which is owned by one" },
    { 0, 9, 10, 0, 1, "I2: two accepts index 9 of key %s, which is in transit or lost" },
    { 0, 8, 9, 0, 1, "I2: two accepts index 8 of key %s, which is in transit or lost" },
    { 0, 8, 11, 0, 1, "I2: two accepts index 8 of key %s, which is in transit or lost" },
    { 0, 8, 10, 2, 1, "I2: two accepts index 8 of key %s, which is in transit or lost" },
    { 0, 8, 10, 0, 2, "I2: two accepts index 8 of key %s, which is in transit or lost" },
    { 1, 8, 10, 0, 1, "I2: two accepts index 8 of key %s, which is owned by three" },
    { 2, 8, 10, 0, 1, "I2: two accepts index 8 of key %s, which nobody made" },
};

START_TEST(what_arrives_was_sent)
{
    UcWord payload = text("payload");
    quietly(0, keygen_of(0, 0));
    quietly(2, keygen_of(2, 1));
    quietly(0, transfer_of(0, 0, 8, 10, 1, ticket(1), payload));
    go(1, delivery_of(1, arrives[_i].key, arrives[_i].a, arrives[_i].b, arrives[_i].from, ticket((unsigned)arrives[_i].ticket),
                      payload));
    if (arrives[_i].rule) {
        g_auto(GStrv) part = g_strsplit(arrives[_i].rule, "%s", 2);
        speaks("%s%s%s", part[0], name(arrives[_i].key), part[1]);
        return;
    }
    is_quiet();
    quietly(1, sign_of(1, 0, 9, "what arrived is its own"));
    go(1, delivery_of(1, 0, 8, 10, 0, ticket(1), payload));
    speaks("I2: two accepts index 8 of key %s, which is owned by two", name(0));
}
END_TEST

/* A block that was sent though somebody has it: that was told when it was sent. It is not owed, and not to be accepted. */
START_TEST(what_overlaps_is_not_owed)
{
    UcWord payload = text("payload");
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(2), payload));
    quietly(1, delivery_of(1, 0, 10, 12, 0, ticket(2), payload));
    quietly(1, request_of(1, kid(0), 2, 0, ticket(1)));
    go(0, transfer_of(0, 0, 11, 13, 1, ticket(1), text("another")));
    speaks("I2: one sends index 11 of key %s, which is owned by two", name(0));
    act = (Act){ .result = uc_fail("refused") };
    quietly(1, (UcMessage){ UC_M_DELIVER, { text("another") } });
    go(1, delivery_of(1, 0, 11, 13, 0, ticket(1), text("another")));
    speaks("I2: two accepts index 11 of key %s, which is owned by two", name(0));
}
END_TEST

START_TEST(no_more_is_reported_than_owned)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 3, 5, 1, ticket(1), text("payload")));
    quietly(0, status_of(0, 10));
    quietly(0, status_of(0, 0));
    go(0, status_of(0, 11));
    speaks("I3: one reports 11 indices of key %s and owns 10", name(0));
    quietly(2, status_of(0, 0));
    go(2, status_of(0, 1));
    speaks("I3: three reports 1 indices of key %s and owns 0", name(0));
    UcMessage m = status_of(0, 1);
    act.result.message.w[0] = UC_NONE;
    go(0, m);
    speaks("I3: one reports 1 indices of key ? and owns 0");
}
END_TEST

/* ---- signatures: I1, I4, I6, I7 ---- */

START_TEST(an_index_signs_once)
{
    quietly(0, keygen_of(0, 0));
    quietly(1, keygen_of(1, 1));
    quietly(0, sign_of(0, 0, 3, "a"));
    quietly(1, sign_of(1, 1, 3, "b")); /* of another key */
    quietly(0, sign_of(0, 0, 4, "b"));
    go(0, sign_of(0, 0, 3, "b"));
    speaks("I1: index 3 of key %s signs two messages", name(0));
    go(0, sign_of(0, 0, 3, "a")); /* the same signature: used, but no second message */
    speaks("I4: one signs with index 3 of key %s, which is used", name(0));
    go(0, sign_of(0, 0, 4, "c"));
    speaks("I1: index 4 of key %s signs two messages", name(0));
}
END_TEST

/* An index that was taken and whose signature a crash took may sign that message only; nobody knows which it was. */
START_TEST(an_index_that_a_crash_took_is_used)
{
    quietly(0, keygen_of(0, 0));
    UcMessage m = sign_of(0, 0, 3, "a");
    act.result = uc_pass("nothing comes of it");
    go(0, m);
    if (is_ideal) /* S says that a crash took it */
        is_quiet();
    else
        speaks("A2: one is up and does not answer sign");
    go(0, sign_of(0, 0, 3, "b"));
    speaks("I4: one signs with index 3 of key %s, which is used", name(0));
    quietly(0, verify_of(0, "b", 1));
    go(0, verify_of(0, "a", 1));
    speaks("I7: a message is accepted under key %s that nobody signed", name(0));
}
END_TEST

/* The row of used indices: in order, whatever the order in which they are used, across the bound of a region. */
START_TEST(used_indices_in_any_order)
{
    static const UcWord order_of_use[] = { 5, 2, 9, 0, 11, 10, 1 };
    quietly(0, keygen_of(0, 0));
    for (size_t i = 0; i < G_N_ELEMENTS(order_of_use); i++) {
        g_autofree char *m = g_strdup_printf("message %zu", i);
        quietly(0, sign_of(0, 0, order_of_use[i], m));
    }
    for (UcWord i = 0; i < CAPACITY; i++) {
        bool used = false;
        for (size_t k = 0; k < G_N_ELEMENTS(order_of_use); k++)
            used = used || order_of_use[k] == i;
        uint64_t own = holds[0].own[0];
        holds[0].own[0] |= UINT64_C(1) << i;
        go(0, cancel_of(ticket(9)));
        if (used)
            speaks("I4: one holds index %u of key %s, which is used", (unsigned)i, name(0));
        else
            is_quiet();
        holds[0].own[0] = own;
    }
}
END_TEST

/* What a signature says of itself. */
typedef enum { AS_IT_IS, ANOTHER_KIND, ANOTHER_KID, ANOTHER_INDEX, TWO_INDICES, NO_INDEX, GARBAGE, ANOTHER_MESSAGE,
               NEXT_INDEX_INSIDE, NOT_ITS_OWN, SIGNED_FORMS } Signed;

static void says_of_itself(Signed form)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, keygen_of(0, 1));
    quietly(0, transfer_of(0, 0, 6, 7, 1, ticket(1), text("payload")));
    UcMessage m = sign_of(0, 0, 3, "a");
    if (is_ideal && (form == TWO_INDICES || form == NO_INDEX))
        return; /* F asks about one index */
    const char *rule = "I6: one releases something else than it accounts for";
    switch (form) {
    case AS_IT_IS: rule = NULL; break;
    case ANOTHER_KIND: act.result.message.kind = DKM_VERIFIED; break;
    case ANOTHER_KID: act.result.message.w[0] = kid(1); break;
    case ANOTHER_INDEX: act.result.message.w[1] = 4; break;
    case TWO_INDICES: act.effect.w[6] = 5; break;
    case NO_INDEX: act.effect.w[6] = 3; break;
    case GARBAGE:
        act.result.message.w[2] = text("garbage");
        rule = "I6: the signature that one releases for index 3 does not verify";
        break;
    case ANOTHER_MESSAGE:
        act.result.message.w[2] = signature(0, 3, text("b"));
        rule = "I6: the signature that one releases for index 3 does not verify";
        break;
    case NEXT_INDEX_INSIDE:
        act.result.message.w[2] = signature(0, 4, text("a"));
        rule = "I6: one releases a signature that is not made with index 3";
        break;
    case NOT_ITS_OWN: m = sign_of(0, 0, 6, "a"); break;
    case SIGNED_FORMS: break;
    }
    go(0, m);
    if (form == NOT_ITS_OWN)
        speaks("I6: one signs with index 6 of key %s, which is not its own", name(0));
    else if (rule)
        speaks("%s", rule);
    else
        is_quiet();
}

/* Of terms, and of signatures that begin with their index. */
START_TEST(a_signature_is_what_it_says)
{
    says_of_itself((Signed)_i);
    stage_close();
    real_set = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1";
    stage_open();
    says_of_itself((Signed)_i);
}
END_TEST

/* A one-time key that comes up under another index: the same term, said to be of index 4. Told by the bytes. */
START_TEST(a_one_time_key_signs_one_thing)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, sign_of(0, 0, 3, "a"));
    UcMessage m = sign_of(0, 0, 4, "b");
    act.result.message.w[2] = signature(0, 3, text("b"));
    go(0, m);
    speaks("I1: the signature for index 4 of key %s uses a one-time key again", name(0));
}
END_TEST

START_TEST(what_is_accepted_was_signed)
{
    quietly(0, keygen_of(0, 0));
    quietly(0, keygen_of(0, 1));
    for (int i = 0; i < 40; i++) { /* many of one key, few of them in one place */
        g_autofree char *m = g_strdup_printf("message %d", i % 10);
        if (i < 10)
            quietly(0, sign_of(0, 0, (UcWord)i, m));
        quietly(1, verify_of(0, m, 1));
    }
    quietly(1, verify_of(0, "message 10", 0));
    go(1, verify_of(0, "message 10", 1));
    speaks("I7: a message is accepted under key %s that nobody signed", name(0));
    go(1, verify_of(1, "message 1", 1));
    speaks("I7: a message is accepted under key %s that nobody signed", name(1));
    quietly(1, verify_of(2, "message 1", 1)); /* of a key that nobody made: whatever it is */
    UcMessage m = verify_of(0, "message 10", 1);
    m.w[1] = UC_NONE;
    quietly(1, m);
    m = verify_of(0, "message 10", 1);
    m.w[0] = UC_NONE;
    quietly(1, m);
}
END_TEST

/* ---- progress: A1, A2, A5 ---- */

START_TEST(an_input_is_answered)
{
    static const UcResultCode code[] = { UC_PASS, UC_FAIL };
    if (is_ideal && code[_i] == UC_FAIL)
        return; /* what F refuses is a fault of S */
    quietly(0, keygen_of(0, 0));
    quietly(0, error_of((UcMessage){ DKM_RESEND, { 1, ticket(1) } }, DKM_NO_SUCH_TRANSFER));
    act.result = (UcResult){ .code = code[_i], .reason = "told to" };
    go(0, (UcMessage){ DKM_RESEND, { 1, ticket(1) } });
    speaks("A2: one is up and does not answer resend");
    go(0, (UcMessage){ DKM_VERIFY, { vk(0), text("a"), text("b") } });
    speaks("A2: one is up and does not answer verify");
    if (!is_ideal) { /* no input: there is no message */
        quietly(0, (UcMessage){ DKM_SIGN, { kid(0), UC_NONE } });
        quietly(0, (UcMessage){ DKM_KEY, { kid(0) } });
    }
    order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } });
    quietly(0, (UcMessage){ DKM_RESEND, { 1, ticket(1) } });
}
END_TEST

START_TEST(sign_succeeds_while_an_index_is_owned)
{
    UcMessage one = { DKM_SIGN, { kid(0), text("a") } }, other = { DKM_SIGN, { kid(1), text("a") } };
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 1, 12, 1, ticket(1), text("payload")));
    go(0, error_of(one, DKM_EXHAUSTED));
    speaks("A2: one does not sign with key %s and owns 1 of its indices", name(0));
    quietly(0, error_of(other, DKM_UNKNOWN_KEY));
    quietly(1, error_of(one, DKM_UNKNOWN_KEY));
    quietly(0, sign_of(0, 0, 0, "a"));
    quietly(0, error_of(one, DKM_EXHAUSTED));
    quietly(0, error_of((UcMessage){ DKM_SIGN, { UC_NONE, text("a") } }, DKM_UNKNOWN_KEY));
}
END_TEST

/* Every status with everything that A may have ordered. */
START_TEST(a_party_is_down_by_order)
{
    static const struct {
        UcMessage order[2];
        UcStorage storage;
        bool down, disabled; /* may it be? */
    } row[] = {
        { { { 0 } }, UC_STORAGE_ATOMIC, false, false },
        { { { UC_M_CRASH, { UC_POINT_NOW } } }, UC_STORAGE_ATOMIC, true, false },
        { { { UC_M_CRASH, { UC_POINT_BEFORE } } }, UC_STORAGE_ATOMIC, true, false },
        { { { UC_M_CRASH, { UC_POINT_BETWEEN } } }, UC_STORAGE_MONOTONIC, true, true },
        { { { UC_M_CRASH, { UC_POINT_NOW } }, { UC_M_RESTART, { 0 } } }, UC_STORAGE_ATOMIC, false, false },
        { { { UC_M_CRASH, { UC_POINT_BETWEEN } }, { UC_M_RESTART, { 0 } } }, UC_STORAGE_MONOTONIC, false, true },
        { { { UC_M_RESTART, { 0 } } }, UC_STORAGE_ATOMIC, false, false },
    };
    static const char *const rule[] = { NULL, "A5: one is down without an order", "A5: one is disabled without a cause" };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        for (int status = UC_UP; status <= UC_DISABLED; status++) {
            stage_close();
            storage = row[i].storage;
            stage_open();
            quietly(0, keygen_of(0, 0));
            for (int k = 0; k < 2; k++) {
                if (row[i].order[k].kind)
                    order(0, row[i].order[k]);
            }
            holds[0].status = status;
            g_autofree UcCtx *look = uc_world_look(stage_world());
            if (uc_fault(look, 0, false).status == UC_UP)
                go(0, cancel_of(ticket(9)));
            else
                go(0, status_of(0, 0)); /* ignored */
            bool may = status == UC_UP || (status == UC_DOWN ? row[i].down : row[i].disabled);
            if (may)
                is_quiet();
            else
                speaks("%s", rule[status]);
        }
    }
}
END_TEST

/* A1: one thing at a time keeps a payload from being owed. Party two has asked party one for two indices of key 0. */
typedef enum { OWED, OWED_OF_ANY_KEY, FOR_ANOTHER, FROM_ANOTHER, COUNT_ABOVE, COUNT_BELOW, OF_ANOTHER_KEY, NO_TICKET,
               CANCELLED, NOT_A_PAYLOAD, UNKNOWN_BYTES, NOT_SENT, DELIVERED, COMPROMISED, ARMED, RESENT, DEBTS } Debt;

static void ask(UcWord key_id, UcWord count, UcWord from) { quietly(1, request_of(1, key_id, count, from, ticket(1))); }

static bool is_owed(Debt debt, UcWord payload)
{
    ask(debt == OWED_OF_ANY_KEY ? UC_NONE : kid(debt == OF_ANOTHER_KEY ? 1 : 0),
        debt == COUNT_ABOVE ? 3 : debt == COUNT_BELOW ? 1 : 2, debt == FROM_ANOTHER ? 2 : 0);
    if (debt == CANCELLED)
        quietly(1, cancel_of(ticket(1)));
    if (debt != NOT_SENT)
        quietly(0, transfer_of(0, 0, 10, 12, debt == FOR_ANOTHER ? 2 : 1, ticket(debt == NO_TICKET ? 2 : 1),
                               debt == RESENT ? text("the first of two") : payload));
    if (debt == RESENT)
        quietly(0, resend_of(1, ticket(1), payload));
    if (debt == DELIVERED)
        quietly(1, delivery_of(1, 0, 10, 12, 0, ticket(1), payload));
    if (debt == COMPROMISED)
        order(2, (UcMessage){ UC_M_CORRUPT, { 0 } });
    if (debt == ARMED)
        order(1, (UcMessage){ UC_M_CRASH, { UC_POINT_BEFORE } });
    return debt == OWED || debt == OWED_OF_ANY_KEY || debt == RESENT;
}

START_TEST(a_genuine_payload_is_accepted)
{
    UcWord payload = text("payload");
    quietly(0, keygen_of(0, 0));
    bool owed = is_owed((Debt)_i, payload);
    order(1, (UcMessage){ UC_M_RESTORE, { payload } }); /* a number that happens to be the payload's handle */
    is_quiet();
    quietly(1, error_of((UcMessage){ DKM_CANCEL, { payload } }, DKM_BAD_TICKET));
    act = (Act){ .result = uc_fail("refused") };
    go(1, (UcMessage){ UC_M_DELIVER, { _i == NOT_A_PAYLOAD ? text("other bytes") : _i == UNKNOWN_BYTES ? UC_NONE : payload } });
    if (owed)
        speaks("A1: two does not accept a genuine payload for its open ticket");
    else
        is_quiet();
    if (owed)
        quietly(1, delivery_of(1, 0, 10, 12, 0, ticket(1), payload));
}
END_TEST

/* A1 at the limits: there is room for one more key, or one more interval, or there is not. */
START_TEST(a_payload_is_accepted_while_there_is_room)
{
    for (uint64_t room = 1; room <= 3; room++) {
        again((DkmOptions){ .limits = { .keys = room, .tickets = 9, .transfers = 9, .intervals = 9 } });
        UcWord payload = text("payload");
        quietly(0, keygen_of(0, 0));
        quietly(1, keygen_of(1, 1));
        ask(UC_NONE, 2, 0);
        quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), payload));
        act = (Act){ .result = uc_fail("refused") };
        go(1, (UcMessage){ UC_M_DELIVER, { payload } });
        if (room > 1) /* it has one */
            speaks("A1: two does not accept a genuine payload for its open ticket");
        else
            is_quiet();
    }
}
END_TEST

/* Party two has [0,2) and [8,10) of the key and gets [4,6) (one more interval), [2,4) (joined) or [2,8) (joins both). */
START_TEST(a_payload_is_accepted_while_there_is_room_for_its_block)
{
    static const struct {
        DkmInterval block;
        uint64_t after;
    } row[] = { { { 4, 6 }, 3 }, { { 2, 4 }, 2 }, { { 6, 8 }, 2 }, { { 2, 8 }, 1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        for (uint64_t limit = 1; limit <= 3; limit++) {
            again((DkmOptions){ .limits = { .keys = 1, .tickets = 9, .transfers = 9, .intervals = limit } });
            quietly(0, keygen_of(0, 0));
            for (unsigned k = 0; k < 2; k++) {
                UcWord p = text(k ? "first" : "second");
                quietly(0, transfer_of(0, 0, 8 * k, 8 * k + 2, 1, ticket(2 + k), p));
                quietly(1, delivery_of(1, 0, 8 * k, 8 * k + 2, 0, ticket(2 + k), p));
            }
            UcWord payload = text("payload"), a = row[i].block.a, b = row[i].block.b;
            ask(kid(0), b - a, 0);
            quietly(0, transfer_of(0, 0, a, b, 1, ticket(1), payload));
            act = (Act){ .result = uc_fail("refused") };
            go(1, (UcMessage){ UC_M_DELIVER, { payload } });
            if (row[i].after <= limit)
                speaks("A1: two does not accept a genuine payload for its open ticket");
            else
                is_quiet();
        }
    }
}
END_TEST

/* ---- I5: what leaves is accounted for ---- */

START_TEST(nothing_leaves_before_it_is_stable)
{
    enum { WRITES = 3 };
    for (int reservation = 0; reservation < 2; reservation++) {
        for (unsigned writes = 0; writes < WRITES; writes++) {
            for (int odd = 0; odd < 16; odd++) { /* bits: a change unsaved, written after, no effect, a payload */
                again((DkmOptions){ .reservation = (uint64_t)reservation });
                quietly(0, keygen_of(0, 0));
                bool payload = odd & 8;
                UcMessage m = payload ? transfer_of(0, 0, 11, 12, 1, ticket(1), text("payload")) : sign_of(0, 0, 0, "a");
                act.writes = writes;
                act.unsaved = odd & 1;
                act.result.persist_after = odd & 2;
                if (odd & 4)
                    act.effect.kind = UC_M_EMPTY;
                go(0, m);
                unsigned all = writes + (odd & 2 ? 1 : 0);
                bool stable = writes > 0 || (reservation && !payload);
                if (all > 1)
                    speaks("I5: one writes its state %u times in one activation", all);
                else if (odd & 7 || !stable)
                    speaks("I5: %s leaves one before the state that accounts for it is stable",
                           payload ? "a payload" : "a signature");
                else
                    is_quiet();
            }
        }
    }
}
END_TEST

/* What a party says while what it changed is not written; after one write, or none. What it refuses or looks up tells of no
 * change. */
typedef enum { MADE, ASKED, CLOSED, ARRIVED, REFUSED, LOOKED, VERIFIED, ANSWERS } Answer;

static UcMessage answering(Answer answer)
{
    switch (answer) {
    case MADE: return keygen_of(1, 1);
    case ASKED: return request_of(1, kid(0), 1, 0, ticket(2));
    case CLOSED: return cancel_of(ticket(1));
    case ARRIVED: return delivery_of(1, 0, 11, 12, 0, ticket(1), text("payload"));
    case REFUSED: return error_of(cancel_of(ticket(2)), DKM_NO_SUCH_TICKET);
    case LOOKED: return status_of(0, 0);
    default: return verify_of(0, "a", 0);
    }
}

START_TEST(no_answer_leaves_before_it_is_stable)
{
    static const char *const name[REFUSED] = { "key", "requested", "cancelled", "received" };
    for (int odd = 0; odd < 8; odd++) { /* bits: a change unsaved, written after, written before */
        again((DkmOptions){ 0 });
        quietly(0, keygen_of(0, 0));
        quietly(1, request_of(1, kid(0), 1, 0, ticket(1)));
        quietly(0, transfer_of(0, 0, 11, 12, 1, ticket(1), text("payload")));
        UcMessage m = answering((Answer)_i);
        act.unsaved = odd & 1;
        act.result.persist_after = odd & 2;
        act.writes = odd & 4 ? 1 : 0;
        go(1, m);
        if (odd >= 6)
            speaks("I5: two writes its state 2 times in one activation");
        else if (odd & 3 && _i < REFUSED)
            speaks("I5: the answer %s leaves two before the state that accounts for it is stable", name[_i]);
        else
            is_quiet();
    }
}
END_TEST

START_TEST(what_was_sent_may_be_sent_again)
{
    UcWord payload = text("payload");
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 11, 12, 1, ticket(1), payload));
    quietly(0, resend_of(1, ticket(1), payload));
    go(0, resend_of(2, ticket(1), payload));
    speaks("I5: a payload leaves one before the state that accounts for it is stable");
    go(0, resend_of(1, ticket(2), payload));
    speaks("I5: a payload leaves one before the state that accounts for it is stable");
    go(1, resend_of(1, ticket(1), payload));
    speaks("I5: a payload leaves two before the state that accounts for it is stable");
}
END_TEST

/* ---- I8: secrets and seals ---- */

/* A payload with `shown` bytes of the seed, from `at` on, between bytes of its own. */
static UcWord payload_with(unsigned key, size_t at, size_t shown)
{
    size_t n;
    const uint8_t *seed = uc_store_get(uc_world_store(stage_world()), sk(key), &n);
    uint8_t b[40];
    memset(b, 0xee, sizeof b);
    memcpy(b + 9, seed + at, shown);
    return bytes(b, sizeof b);
}

static unsigned parts_that_are_public; /* the identifier of a key is part of both */

static void seed_sent(const char *set)
{
    enum { PART = 8 };
    parts_that_are_public = 0;
    for (size_t at = 0; at + PART <= stage_sigma()->seed_size; at += PART) {
        for (size_t shown = PART - 1; shown <= PART; shown++) {
            stage_close();
            real_set = set;
            stage_open();
            quietly(0, keygen_of(0, 0));
            go(0, transfer_of(0, 0, 11, 12, 1, ticket(1), payload_with(0, at, shown)));
            size_t n;
            const uint8_t *public = uc_store_get(uc_world_store(stage_world()), vk(0), &n),
                          *seed = uc_store_get(uc_world_store(stage_world()), sk(0), &n);
            bool is_public = memmem(public, stage_sigma()->public_size, seed + at, PART) != NULL;
            parts_that_are_public += is_public;
            if (shown == PART && !is_public)
                speaks("I8: one sends a part of a signing secret in clear");
            else
                is_quiet();
        }
    }
    UcMessage m = keygen_of(0, 1);
    act.result.message.w[1] = payload_with(1, 0, PART); /* to Z and not to A, who is the one who reads */
    quietly(0, m);
}

START_TEST(no_part_of_a_seed_is_sent_in_clear)
{
    seed_sent(NULL);
    ck_assert_uint_eq(parts_that_are_public, 0);
    seed_sent("LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W1");
    ck_assert_uint_gt(parts_that_are_public, 0);
}
END_TEST

START_TEST(a_key_seals_one_plaintext)
{
    UcMessage input = (UcMessage){ DKM_STATUS, { UC_NONE } };
    UcWord key = text("sealing key"), other = text("another key"), one = text("one"), two = text("two");
    const struct {
        UcMark mark[2];
        bool broken;
    } row[] = {
        { { { DKM_MARK_SEALED, key, one }, { DKM_MARK_SEALED, other, two } }, false },
        { { { DKM_MARK_SEALED, key, one }, { DKM_MARK_SEALED, key, one } }, false },
        { { { DKM_MARK_SEALED + 1, key, two }, { DKM_MARK_SEALED, key, one } }, false },
        { { { DKM_MARK_SEALED, key, one }, { DKM_MARK_SEALED, other, one } }, true },
        { { { DKM_MARK_SEALED, key, two }, { DKM_MARK_SEALED, other, two } }, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        act = (Act){ .marks = 2, .result = uc_output(dkm_error_message(DKM_UNKNOWN_KEY)) };
        memcpy(act.mark, row[i].mark, sizeof act.mark);
        go(0, input);
        if (row[i].broken)
            speaks("I8: a sealing key sealed two plaintexts");
        else
            is_quiet();
    }
}
END_TEST

/* Payloads as the network sees them: CLEAR bytes, then sealed ones of which the first sixteen tell the stream. */
START_TEST(no_stream_seals_two_payloads)
{
    static const char *const first = "1234sixteen-and-more-one";
    static const struct {
        const char *second;
        bool real, broken;
    } row[] = {
        { "1234sixteen-and-more-two", true, true },
        { "5678sixteen-and-more-two", true, true },
        { "1234sixteen-and-more-one", true, false },
        { "1234sixteen-and-moreZ", true, true },     /* 17 */
        { "1234sixteen-and-mor", true, false },      /* 15: too short to tell */
        { "1234sixteen-and-moRe-one", true, false }, /* the sixteenth differs */
        { "1234Sixteen-and-more-one", true, false },
        { "1234sixteen-and-more-two", false, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        again((DkmOptions){ .seals_real = row[i].real });
        quietly(0, keygen_of(0, 0));
        quietly(0, transfer_of(0, 0, 11, 12, 1, ticket(1), text(first)));
        quietly(0, transfer_of(0, 0, 10, 11, 1, ticket(3), text("1234"))); /* nothing is sealed */
        go(0, transfer_of(0, 0, 9, 10, 1, ticket(2), text(row[i].second)));
        if (row[i].broken)
            speaks("I8: a sealing key sealed two plaintexts");
        else
            is_quiet();
    }
    again((DkmOptions){ .seals_real = true });
    quietly(0, keygen_of(0, 0));
    quietly(0, transfer_of(0, 0, 11, 12, 1, ticket(1), text("1234exactly-sixteen!")));
    go(0, transfer_of(0, 0, 10, 11, 1, ticket(2), text("1235exactly-sixteen!")));
    speaks("I8: a sealing key sealed two plaintexts");
}
END_TEST

/* ---- corruption: which keys are compromised ---- */

/* Three keys: party one made 0 and sent of it to two; two made 1; three made 2. Who is corrupted, and what that takes. */
static const struct {
    DkmOptions options;
    UcWord corrupted;
    bool compromised[KEYS], later; /* later: is a key that one sends to two afterwards? */
} theft[] = {
    { { .trust = DKM_TRUST_ENCLAVE }, 0, { true, false, false }, true },
    { { .trust = DKM_TRUST_ENCLAVE }, 1, { true, true, false }, true },
    { { .trust = DKM_TRUST_ENCLAVE }, 2, { true, false, true }, true },
    { { .trust = DKM_TRUST_PAIRWISE }, 0, { true, false, false }, true },
    { { .trust = DKM_TRUST_PAIRWISE }, 1, { true, true, false }, true },
    { { .trust = DKM_TRUST_PAIRWISE }, 2, { false, false, true }, false },
    { { .enclave_of = (const char *const[]){ "a", "a", "b" } }, 2, { false, false, true }, false },
    { { .enclave_of = (const char *const[]){ "a", "a", "b" } }, 1, { true, true, false }, true },
    { { .enclave_of = (const char *const[]){ "a", "a", "b" }, .shared_master = true }, 2, { true, false, true }, true },
};

static void compromised_are(const bool expected[KEYS])
{
    for (unsigned k = 0; k < KEYS; k++)
        ck_assert_msg(dkm_watch_key_is_safe(stage_world(), kid(k)) != expected[k], "key %u", k);
}

START_TEST(corruption_compromises)
{
    again(theft[_i].options);
    static const bool none[KEYS];
    for (unsigned k = 0; k < KEYS; k++)
        quietly(k, keygen_of(k, k));
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), text("payload")));
    compromised_are(none);
    ck_assert_ptr_null(dkm_watch_compromised(stage_world()));
    order(theft[_i].corrupted, (UcMessage){ UC_M_CORRUPT, { 0 } });
    is_quiet();
    compromised_are(theft[_i].compromised);
    g_autofree char *said = dkm_watch_compromised(stage_world());
    for (unsigned k = 0; k < KEYS; k++) {
        g_autofree char *short_name = g_strndup(name(k), 6);
        ck_assert_int_eq(strstr(said, short_name) != NULL, theft[_i].compromised[k]);
    }
}
END_TEST

/* A key that is sent after the corruption. */
START_TEST(corruption_compromises_later)
{
    again(theft[_i].options);
    quietly(0, keygen_of(0, 0));
    order(theft[_i].corrupted, (UcMessage){ UC_M_CORRUPT, { 0 } });
    if (theft[_i].corrupted == 0)
        return; /* what a corrupted party does is not watched */
    ck_assert(dkm_watch_key_is_safe(stage_world(), kid(0)));
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), text("payload")));
    ck_assert_int_eq(dkm_watch_key_is_safe(stage_world(), kid(0)), !theft[_i].later);
    ck_assert(!dkm_watch_key_is_safe(stage_world(), kid(1))); /* nobody has made it */
}
END_TEST

/* What is sent is sealed with the master key of the sender's enclave, whoever it is for. */
START_TEST(the_senders_enclave_seals)
{
    for (UcWord corrupted = 1; corrupted < PARTIES; corrupted++) { /* one of the sender's enclave; the receiver, before it is sent */
        again((DkmOptions){ .enclave_of = (const char *const[]){ "a", "a", "b" } });
        quietly(0, keygen_of(0, 0));
        if (corrupted == 2)
            order(2, (UcMessage){ UC_M_CORRUPT, { 0 } });
        quietly(0, transfer_of(0, 0, 10, 12, 2, ticket(1), text("payload")));
        ck_assert(dkm_watch_key_is_safe(stage_world(), kid(0)));
        if (corrupted == 1)
            order(1, (UcMessage){ UC_M_CORRUPT, { 0 } });
        ck_assert_int_eq(dkm_watch_key_is_safe(stage_world(), kid(0)), corrupted == 2);
    }
}
END_TEST

/* A block of a key that nobody made: from a corrupted member, and from nobody else. Party one accepts it from two; in the
 * ideal world F delivers it, or S injects it. */
static void injected(unsigned row, bool inject)
{
    static const bool able[G_N_ELEMENTS(theft)] = { [1] = true, [2] = true, [4] = true, [7] = true, [8] = true };
    again(theft[row].options);
    quietly(2, keygen_of(2, 1));
    order(theft[row].corrupted, (UcMessage){ UC_M_CORRUPT, { 0 } });
    UcMessage m = delivery_of(0, 0, 3, 5, 1, ticket(1), text("injected"));
    act.inject = inject;
    go(0, m);
    if (able[row]) {
        is_quiet();
        g_autofree char *said = dkm_watch_compromised(stage_world()), *short_name = g_strndup(name(0), 6);
        ck_assert(strstr(said, short_name) != NULL);
        quietly(0, sign_of(0, 0, 9, "the books say nothing of it"));
    } else {
        speaks("I2: one accepts index 3 of key %s, which nobody made", name(0));
    }
}

START_TEST(injection_needs_a_thief)
{
    for (int inject = 0; inject < 2 && theft[_i].corrupted != 0; inject++)
        injected((unsigned)_i, inject);
}
END_TEST

/* A key that somebody made is not injected, whoever is corrupted: its books hold. */
START_TEST(a_known_key_is_not_injected)
{
    again((DkmOptions){ .trust = DKM_TRUST_PAIRWISE });
    quietly(2, keygen_of(2, 0));
    order(1, (UcMessage){ UC_M_CORRUPT, { 0 } });
    go(0, delivery_of(0, 0, 3, 5, 1, ticket(1), text("injected")));
    speaks("I2: one accepts index 3 of key %s, which is owned by three", name(0));
}
END_TEST

/* Of a compromised key the rules say nothing. */
START_TEST(nothing_is_said_of_a_compromised_key)
{
    again((DkmOptions){ .trust = DKM_TRUST_PAIRWISE });
    quietly(0, keygen_of(0, 0));
    quietly(0, sign_of(0, 0, 0, "a"));
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), text("payload")));
    quietly(2, keygen_of(2, 1));
    order(1, (UcMessage){ UC_M_CORRUPT, { 0 } });
    quietly(0, sign_of(0, 0, 0, "b"));
    quietly(0, status_of(0, 32));
    quietly(2, verify_of(0, "c", 1));
    quietly(0, error_of((UcMessage){ DKM_SIGN, { kid(0), text("d") } }, DKM_EXHAUSTED));
    quietly(0, transfer_of(0, 0, 10, 12, 2, ticket(2), text("payload")));
    quietly(2, delivery_of(2, 0, 1, 12, 0, ticket(7), text("whatever")));
    holds[0].own[0] = 0;
    quietly(0, cancel_of(ticket(9)));
    go(2, sign_of(2, 1, 13, "the other key is watched as before"));
    speaks("I6: three releases a signature that is not made with index 13");
}
END_TEST

/* ---- crashes ---- */

/* A crash takes the whole of it: nothing has happened, and `before` is what the party holds. */
static void crashes(UcWord party, UcMessage m, Holds before)
{
    Act taken_away = act;
    holds[party] = before;
    order(party, (UcMessage){ UC_M_CRASH, { is_ideal ? UC_POINT_NONE : UC_POINT_BEFORE } });
    act = taken_away;
    act.abort = true;
    quietly(party, m);
    order(party, (UcMessage){ UC_M_RESTART, { 0 } });
    is_quiet();
}

START_TEST(what_a_crash_takes_never_happened)
{
    UcWord payload = text("payload");
    UcMessage refused = { UC_M_DELIVER, { payload } };
    Holds one = holds[0], two = holds[1];
    crashes(0, keygen_of(0, 0), one);
    quietly(0, keygen_of(0, 0));
    one = holds[0];
    crashes(0, sign_of(0, 0, 3, "a"), one);
    quietly(0, sign_of(0, 0, 3, "b"));
    one = holds[0];
    crashes(0, transfer_of(0, 0, 10, 12, 1, ticket(1), payload), one);
    quietly(0, transfer_of(0, 0, 10, 12, 1, ticket(1), payload));
    crashes(1, request_of(1, kid(0), 2, 0, ticket(1)), two);
    act = (Act){ .result = uc_fail("refused") };
    quietly(1, refused); /* the ticket was never asked for */
    ask(kid(0), 2, 0);
    crashes(1, cancel_of(ticket(1)), two);
    act = (Act){ .result = uc_fail("refused") };
    go(1, refused);
    speaks("A1: two does not accept a genuine payload for its open ticket");
    crashes(1, delivery_of(1, 0, 10, 12, 0, ticket(1), payload), two);
    quietly(1, delivery_of(1, 0, 10, 12, 0, ticket(1), payload));
}
END_TEST

/* A crash takes what would have left: what has changed is in the books. Party one owns 0..3, 5..7 and 10. */
START_TEST(what_changed_in_silence_is_known)
{
    static const DkmInterval top[] = { { 10, 11 }, { 6, 8 }, { 5, 8 }, { 0, 4 } }; /* of as many indices */
    for (unsigned i = 0; i < G_N_ELEMENTS(top); i++) {
        again((DkmOptions){ 0 });
        UcWord payload = text("payload");
        static const UcWord used[] = { 4, 8, 9, 11 };
        quietly(0, keygen_of(0, 0));
        for (size_t k = 0; k < G_N_ELEMENTS(used); k++)
            quietly(0, sign_of(0, 0, used[k], "m"));
        UcMessage m = transfer_of(0, 0, top[i].a, top[i].b, 1, ticket(1), payload);
        act.result = uc_pass("crashed");
        go(0, m);
        if (is_ideal)
            is_quiet();
        quietly(0, cancel_of(ticket(9)));
        m = delivery_of(1, 0, top[i].a, top[i].b, 0, ticket(1), payload);
        act.result = uc_pass("crashed");
        quietly(1, m);
        quietly(1, sign_of(1, 0, top[i].a, "n"));
        Holds before = holds[1];
        m = delivery_of(1, 0, 0, 1, 2, ticket(1), payload);
        act.result = uc_pass("crashed");
        holds[1] = before;
        if (is_ideal) /* what nobody sent and F does not speak of never arrived */
            quietly(1, m);
    }
}
END_TEST

/* ---- restarts: what was reserved may be lost, so many and no more ---- */

START_TEST(a_restart_loses_the_window)
{
    static const struct {
        uint64_t kept; /* of twelve */
        uint64_t lost;
        int first; /* the lowest that is lost */
    } row[] = {
        { 0xfff, 0, 0 }, { 0xffe, 1, 0 }, { 0xffc, 2, 0 }, { 0xff8, 3, 0 }, { 0xf9f, 2, 5 }, { 0x3ff, 2, 10 }, { 0xeee, 3, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        for (uint64_t window = 0; window <= 3; window++) {
            for (UcWord p = 0; p < 2; p++) {
                again((DkmOptions){ .reservation = window });
                quietly(p, keygen_of(p, 0));
                order(p, (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } });
                is_quiet();
                holds[p].own[0] = row[i].kept;
                act = (Act){ .result = uc_pass("restarted") };
                order(p, (UcMessage){ UC_M_RESTART, { 0 } });
                if (row[i].lost > window) {
                    speaks("A3: %s lost index %d of key %s without a cause", p ? "two" : "one", row[i].first, name(0));
                    continue;
                }
                is_quiet();
                quietly(p, cancel_of(ticket(9)));
                holds[p].own[0] &= ~(UINT64_C(1) << 7); /* one more, without a restart */
                go(p, cancel_of(ticket(9)));
                speaks("A3: %s lost index 7 of key %s without a cause", p ? "two" : "one", name(0));
            }
        }
    }
}
END_TEST

/* A restart that gives something, even as it loses something: it may not. */
START_TEST(a_restart_gives_nothing)
{
    again((DkmOptions){ .reservation = 3 });
    quietly(0, keygen_of(0, 0));
    quietly(0, sign_of(0, 0, 2, "a"));
    order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } });
    holds[0].own[0] = 0xffe; /* 0 lost, 2 back */
    order(0, (UcMessage){ UC_M_RESTART, { 0 } });
    speaks("A3: one lost index 0 of key %s without a cause", name(0));
    holds[0].own[0] = 0xfff;
    go(0, cancel_of(ticket(9)));
    speaks("I4: one holds index 2 of key %s, which is used", name(0));
}
END_TEST

/* What both worlds are asked. */
static TCase *of_both(const char *name)
{
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_books_are_sets);
    tcase_add_test(t, a_key_is_made_once_and_of_a_known_set);
    tcase_add_test(t, what_is_held_is_in_the_books);
    tcase_add_test(t, what_is_too_much_says_where_it_is);
    tcase_add_test(t, who_gave_all_away_holds_nothing);
    tcase_add_test(t, no_key_hides_another);
    tcase_add_test(t, the_order_of_arrival_leaves_no_trace);
    tcase_add_loop_test(t, what_is_sent_is_ones_own, 0, G_N_ELEMENTS(taken));
    tcase_add_test(t, one_transfer_for_a_ticket);
    tcase_add_loop_test(t, what_arrives_was_sent, 0, G_N_ELEMENTS(arrives));
    tcase_add_test(t, what_overlaps_is_not_owed);
    tcase_add_test(t, no_more_is_reported_than_owned);
    tcase_add_test(t, an_index_signs_once);
    tcase_add_test(t, an_index_that_a_crash_took_is_used);
    tcase_add_test(t, used_indices_in_any_order);
    tcase_add_loop_test(t, a_signature_is_what_it_says, 0, SIGNED_FORMS);
    tcase_add_test(t, a_one_time_key_signs_one_thing);
    tcase_add_test(t, what_is_accepted_was_signed);
    tcase_add_loop_test(t, an_input_is_answered, 0, 2);
    tcase_add_test(t, sign_succeeds_while_an_index_is_owned);
    tcase_add_test(t, a_party_is_down_by_order);
    tcase_add_loop_test(t, a_genuine_payload_is_accepted, 0, DEBTS);
    tcase_add_test(t, a_payload_is_accepted_while_there_is_room);
    tcase_add_test(t, a_payload_is_accepted_while_there_is_room_for_its_block);
    tcase_add_loop_test(t, corruption_compromises, 0, G_N_ELEMENTS(theft));
    tcase_add_loop_test(t, corruption_compromises_later, 0, G_N_ELEMENTS(theft));
    tcase_add_test(t, the_senders_enclave_seals);
    tcase_add_loop_test(t, injection_needs_a_thief, 0, G_N_ELEMENTS(theft));
    tcase_add_test(t, a_known_key_is_not_injected);
    tcase_add_test(t, nothing_is_said_of_a_compromised_key);
    tcase_add_test(t, what_a_crash_takes_never_happened);
    tcase_add_test(t, what_changed_in_silence_is_known);
    tcase_add_test(t, a_restart_loses_the_window);
    tcase_add_test(t, a_restart_gives_nothing);
    return t;
}

static TCase *of_the_real_world(void)
{
    TCase *t = tcase_create("what leaves a party");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, nothing_leaves_before_it_is_stable);
    tcase_add_loop_test(t, no_answer_leaves_before_it_is_stable, 0, ANSWERS);
    tcase_add_test(t, what_was_sent_may_be_sent_again);
    tcase_add_test(t, no_part_of_a_seed_is_sent_in_clear);
    tcase_add_test(t, a_key_seals_one_plaintext);
    tcase_add_test(t, no_stream_seals_two_payloads);
    return t;
}

static int run_cases(TCase *t, TCase *more)
{
    Suite *suite = suite_create("watchers");
    suite_add_tcase(suite, t);
    if (more)
        suite_add_tcase(suite, more);
    return run_suite(suite);
}

int main(void)
{
    int failed = run_cases(of_both("real world"), of_the_real_world());
    is_ideal = true;
    failed += run_cases(of_both("ideal world"), NULL);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
