/* F against an S that asks for what it must not: an honest S never does, so neither scenarios nor exploration show whether
 * F refuses. Here S is the UC simulator, but for one write, in whose place it writes to F what the test says. Every
 * refusal of F has a request that earns it, and one beside it that does not. docs/functionality.md, "Commands of S". */
#include <stdlib.h>
#include <string.h>

#include "adversary/ticketed/uc_simulator.h"
#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"
#include "tests/support/suite.h"

enum { PARTIES = 3, CAPACITY = 32, UNKNOWN = 1 << 30 }; /* UNKNOWN: a handle that was never given out */

static EnvWorlds *worlds;
static UcWorldSpec spec;
static UcClass turned;
static UcWorld *world;
static UcStop stop;

/* What S does in the place of its next write; what it wrote to F and got from F last. */
static struct {
    bool armed;
    UcWord speaker; /* UC_NO_PARTY: to F as itself; else as this party */
    UcMessage say; /* UC_M_EMPTY: nothing, control goes back */
    UcMessage wrote, got;
    GBytes *bytes[UC_MESSAGE_WORDS]; /* of `say`, where a word stands for bytes: S may send what it made itself */
} s;

static void arm(UcWord speaker, UcMessage say)
{
    UcStore *store = env_worlds_store(worlds);
    const UcMessageKind *kind = uc_message_kind(&dkm_messages, say.kind);
    s.armed = true;
    s.speaker = speaker;
    s.say = say;
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++) {
        g_clear_pointer(&s.bytes[i], g_bytes_unref);
        if (!kind || i >= uc_message_fields(kind) || !uc_message_handle(kind, i) || !uc_store_knows(store, say.w[i]))
            continue;
        size_t length;
        const uint8_t *bytes = uc_store_get(store, say.w[i], &length);
        s.bytes[i] = g_bytes_new(bytes, length);
    }
}

static UcResult say(UcCtx *ctx)
{
    s.armed = false;
    if (s.say.kind == UC_M_EMPTY)
        return uc_pass("S does nothing");
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++) {
        if (s.bytes[i])
            s.say.w[i] = uc_store_put(uc_ctx_store(ctx), g_bytes_get_data(s.bytes[i], NULL), g_bytes_get_size(s.bytes[i]));
    }
    return s.speaker == UC_NO_PARTY ? uc_command(s.say) : uc_command_as(s.speaker, s.say);
}

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    if (uc_from(ctx, in) == UC_FUNCTIONALITY)
        s.got = in->message;
    if (s.armed)
        return say(ctx);
    UcResult r = uc_simulator_class.step(ctx, in);
    if (r.code == UC_SEND && r.side == UC_FUNCTIONALITY)
        s.wrote = r.message;
    return r;
}

static EnvOptions defaults(void)
{
    EnvOptions o = env_default_options();
    o.crypto_ideal = true;
    return o;
}

static void close_world(void)
{
    uc_world_free(world);
    env_worlds_free(worlds);
    world = NULL;
    worlds = NULL;
}

static void open_world(EnvOptions o)
{
    GError *error = NULL;
    if (worlds)
        close_world();
    s.armed = false;
    worlds = env_worlds_new(&o, &error);
    ck_assert_msg(worlds != NULL, "%s", error ? error->message : "");
    turned = uc_simulator_class;
    turned.step = step;
    spec = *env_worlds_spec(worlds, ENV_IDEAL);
    spec.machine[UC_S].class = &turned;
    world = uc_world_new(&spec, env_worlds_store(worlds), env_worlds_layout(worlds, ENV_IDEAL), o.seed);
}

static UcWord text(const char *t) { return uc_store_text(env_worlds_store(worlds), t); }

/* One write of Z; what reached it, UC_M_EMPTY if nothing did. */
static UcMessage turn(UcEnvelope write)
{
    size_t before, n;
    uc_world_view(world, &before);
    stop = uc_world_turn(world, &write);
    const UcViewEntry *view = uc_world_view(world, &n);
    return n > before ? view[n - 1].message : (UcMessage){ 0 };
}

static UcMessage goes_on(UcEnvelope write)
{
    UcMessage m = turn(write);
    ck_assert_msg(stop == UC_STOP_Z, "%s", uc_world_why(world));
    return m;
}

static UcMessage input(UcWord party, UcMessage m) { return goes_on(uc_input(party, m)); }
static UcMessage order(UcWord party, UcMessage m) { return goes_on(uc_order(party, m)); }

/* S answers this to what F asks because of the input. */
static UcMessage answered(UcWord party, UcMessage m, UcMessage answer)
{
    arm(UC_NO_PARTY, answer);
    return turn(uc_input(party, m));
}

/* S writes this of its own, when A speaks about `party`. */
static UcMessage commanded(UcWord party, UcMessage command)
{
    arm(UC_NO_PARTY, command);
    return turn(uc_order(party, (UcMessage){ UC_M_DELIVER, { text("no payload") } }));
}

#define refused(reason)                                                                                                \
    do {                                                                                                               \
        ck_assert_msg(stop == UC_STOP_SIMULATION, "not refused: %s", reason);                                          \
        ck_assert_msg(g_str_has_suffix(uc_world_why(world), reason), "expected %s, got %s", reason,                    \
                      uc_world_why(world));                                                                            \
    } while (0)
#define accepted() ck_assert_msg(stop == UC_STOP_Z, "%s", uc_world_why(world))

static void got(UcMessage expected)
{
    ck_assert_uint_eq(s.got.kind, expected.kind);
    for (unsigned i = 0; i < UC_MESSAGE_WORDS; i++)
        ck_assert_msg(s.got.w[i] == expected.w[i], "word %u", i);
}

/* ---- what comes before ---- */

typedef struct {
    UcWord kid, vk, sk;
} Made;

static Made keygen(UcWord party)
{
    UcMessage m = input(party, (UcMessage){ DKM_KEYGEN, { text(((const DkmOptions *)env_worlds_setup(worlds))->sigma[0]->name) } });
    ck_assert_uint_eq(m.kind, DKM_KEY);
    ck_assert_uint_eq(m.w[2], CAPACITY);
    return (Made){ m.w[0], s.wrote.w[2], s.wrote.w[1] };
}

static UcWord request(UcWord party, UcWord kid, UcWord count, UcWord from)
{
    UcMessage m = input(party, (UcMessage){ DKM_REQUEST, { kid, count, from } });
    ck_assert_uint_eq(m.kind, DKM_REQUESTED);
    return m.w[0];
}

static void transfer(UcWord party, UcWord kid, UcWord count, UcWord to, UcWord ticket)
{
    ck_assert_uint_eq(input(party, (UcMessage){ DKM_TRANSFER, { kid, count, to, ticket } }).kind, UC_M_PAYLOAD);
}

static UcMessage delivery(UcWord from, UcWord to, UcWord ticket, UcWord outcome)
{
    return commanded(2, (UcMessage){ DKM_ALLOW_DELIVERY, { from, to, ticket, outcome } });
}

static void corrupt(UcWord party) { order(party, (UcMessage){ UC_M_CORRUPT, { 0 } }); }
static void crash(UcWord party) { order(party, (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } }); }

/* remaining, and the intervals */
static UcMessage status(UcWord party, UcWord kid) { return input(party, (UcMessage){ DKM_STATUS, { kid } }); }

static void has(UcWord party, UcWord kid, DkmInterval only)
{
    UcMessage m = status(party, kid);
    ck_assert_uint_eq(m.kind, DKM_STATUS_IS);
    ck_assert_uint_eq(m.w[1], dkm_intervals(env_worlds_store(worlds), &only, 1));
    ck_assert_uint_eq(m.w[2], only.b - only.a);
}

static Made key, other;
static UcWord ticket;

/* Four of hsm1's indices on the way to hsm2, which asked for them. */
static void on_the_way(EnvOptions o, UcWord asked_of, UcWord asked, bool this_key)
{
    open_world(o);
    key = keygen(0);
    other = keygen(0);
    ticket = request(1, this_key ? key.kid : UC_NONE, asked, asked_of);
    transfer(0, key.kid, 4, 1, ticket);
}

/* ---- what F says to S ---- */

START_TEST(consults_say_who_and_what)
{
    open_world(defaults());
    UcWord set = text(((const DkmOptions *)env_worlds_setup(worlds))->sigma[0]->name);
    key = keygen(1);
    got((UcMessage){ DKM_CONSULT_KEYGEN, { 1, set } });
    ticket = request(2, key.kid, 4, 1);
    got((UcMessage){ DKM_CONSULT_REQUEST, { 2, key.kid, 4, 1 } });
    for (UcWord i = 0; i < 2; i++) { /* not the message: its length */
        ck_assert_uint_eq(input(1, (UcMessage){ DKM_SIGN, { key.kid, text("four and 12") } }).w[1], i);
        got((UcMessage){ DKM_CONSULT_SIGN, { 1, key.kid, i, 11 } });
    }
    transfer(1, key.kid, 4, 2, ticket);
    got((UcMessage){ DKM_SENT, { 1, 2, ticket, key.kid, 28, 32 } });
    input(1, (UcMessage){ DKM_RESEND, { 2, ticket } });
    got((UcMessage){ DKM_RESENT, { 1, 2, ticket, key.kid, 28, 32 } });
    answered(1, (UcMessage){ DKM_TRANSFER, { key.kid, 3, 0, ticket } }, (UcMessage){ DKM_ANSWER, { DKM_ABORT } });
    refused("S reports a crash that A did not order");
    got((UcMessage){ DKM_CONSULT_TRANSFER, { 1, key.kid, 3, 0, ticket } });
    on_the_way(defaults(), 0, 4, true);
    input(1, (UcMessage){ DKM_CANCEL, { ticket } });
    got((UcMessage){ DKM_CONSULT_CANCEL, { 1, ticket } });
    corrupt(1);
    UcMessage m = { DKM_TRANSFER, { 11, 12, 13, 14 } };
    input(1, m); /* what Z says to a corrupted party */
    got(m);
}
END_TEST

/* Handles that nobody gave out: no bytes, so no key, no signature and no kid. */
START_TEST(unknown_bytes_are_nobodys)
{
    open_world(defaults());
    key = keygen(0);
    UcMessage m = input(0, (UcMessage){ DKM_SIGN, { key.kid, text("m") } });
    ck_assert_uint_eq(m.kind, DKM_SIGNATURE);
    for (int i = 0; i < 4; i++) {
        UcMessage verify = { DKM_VERIFY, { key.vk, text("m"), m.w[2] } };
        if (i < 3)
            verify.w[i] = UNKNOWN;
        UcMessage verified = input(1, verify);
        ck_assert_uint_eq(verified.kind, DKM_VERIFIED);
        ck_assert_uint_eq(verified.w[0], i == 3);
    }
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_SIGN, { key.kid, UNKNOWN } }).kind, UC_M_EMPTY); /* nothing to sign */
    ck_assert_uint_eq(input(0, (UcMessage){ DKM_SIGN, { key.kid, UC_NONE } }).kind, UC_M_EMPTY);
    has(0, key.kid, (DkmInterval){ 1, CAPACITY });
    m = input(0, (UcMessage){ DKM_SIGN, { UNKNOWN, text("m") } });
    ck_assert_uint_eq(m.kind, DKM_ERROR);
    ck_assert_uint_eq(m.w[0], DKM_UNKNOWN_KEY);
}
END_TEST

/* ---- answers ---- */

START_TEST(answers_come_when_asked)
{
    UcMessage say = { DKM_ANSWER, { DKM_PROCEED } };
    open_world(defaults());
    commanded(0, say);
    refused("S answers, but was not asked");
    UcMessage sign = { DKM_SIGN, { 0, 0 } };
    static const UcWord kinds[] = { DKM_ALLOW_DELIVERY, DKM_CRASH_PARTY, DKM_INJECT, DKM_HOLDINGS };
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        open_world(defaults());
        sign = (UcMessage){ DKM_SIGN, { keygen(0).kid, text("m") } };
        order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } });
        answered(0, sign, (UcMessage){ kinds[i], { 0 } });
        refused("S was asked and did not answer first");
    }
    open_world(defaults());
    sign = (UcMessage){ DKM_SIGN, { keygen(0).kid, text("m") } };
    answered(0, sign, (UcMessage){ UC_M_EMPTY, { 0 } });
    accepted();
    turn(uc_input(1, (UcMessage){ DKM_STATUS, { 0 } }));
    refused("S was asked and did not answer");
    open_world(defaults());
    commanded(0, (UcMessage){ DKM_HOLDINGS, { 0 } });
    refused("unknown command");
}
END_TEST

START_TEST(outcomes_are_what_a_ordered)
{
    static const struct {
        UcWord outcome;
        bool ordered;
        const char *why;
    } row[] = {
        { DKM_PROCEED, false, NULL }, { DKM_PROCEED, true, NULL }, { DKM_ABORT, true, NULL },
        { DKM_SILENT, true, NULL }, { DKM_LAST, true, NULL },
        { DKM_OUTCOMES, true, "S answers with an unknown outcome" },
        { UINT64_MAX, true, "S answers with an unknown outcome" },
        { DKM_ABORT, false, "S reports a crash that A did not order" },
        { DKM_SILENT, false, "S reports a crash that A did not order" },
        { DKM_LAST, false, "S reports a crash that A did not order" },
    };
    open_world(defaults());
    key = keygen(0);
    if (row[_i].ordered)
        order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } });
    UcMessage m = answered(0, (UcMessage){ DKM_SIGN, { key.kid, text("m") } }, (UcMessage){ DKM_ANSWER, { row[_i].outcome } });
    if (row[_i].why) {
        refused(row[_i].why);
        return;
    }
    accepted();
    bool out = row[_i].outcome == DKM_PROCEED || row[_i].outcome == DKM_LAST;
    ck_assert_uint_eq(m.kind, out ? DKM_SIGNATURE : UC_M_EMPTY);
    if (row[_i].outcome == DKM_PROCEED)
        has(0, key.kid, (DkmInterval){ 1, CAPACITY });
    else
        ck_assert_uint_eq(status(0, key.kid).kind, UC_M_EMPTY); /* down */
}
END_TEST

START_TEST(keys_are_the_ones_of_their_seeds)
{
    open_world(defaults());
    UcWord set = text(((const DkmOptions *)env_worlds_setup(worlds))->sigma[0]->name), junk = text("no key");
    for (int i = 0; i < 6; i++) {
        open_world(defaults());
        UcMessage ask = { DKM_KEYGEN, { set } };
        key = keygen(0);
        other = keygen(1);
        const struct {
            UcWord sk, vk;
        } row[] = {
            { key.sk, other.vk }, { other.sk, key.vk }, { junk, key.vk }, { key.sk, junk },
            { UC_NONE, key.vk }, { key.sk, UC_NONE },
        };
        answered(0, ask, (UcMessage){ DKM_ANSWER, { DKM_PROCEED, row[i].sk, row[i].vk } });
        refused("keygen: Sigma.public(SK) is not vk");
    }
    open_world(defaults());
    key = keygen(0);
    answered(1, (UcMessage){ DKM_KEYGEN, { set } }, (UcMessage){ DKM_ANSWER, { DKM_PROCEED, key.sk, key.vk } });
    refused("keygen: the key is not new");
}
END_TEST

START_TEST(tickets_are_new_and_of_their_length)
{
    UcMessage ask = { DKM_REQUEST, { UC_NONE, 4, 0 } };
    for (int i = 0; i < 4; i++) {
        open_world(defaults());
        UcWord first = request(1, UC_NONE, 4, 0);
        if (i == 3) /* a closed one is not new either */
            input(1, (UcMessage){ DKM_CANCEL, { first } });
        answered(1, ask, (UcMessage){ DKM_ANSWER, { DKM_PROCEED, 0, 0, i == 0 ? text("fifteen bytes..") : i == 1 ? UC_NONE : first } });
        refused(i < 2 ? "request: the ticket is not of 128 bits" : "request: the ticket is not new");
    }
    open_world(defaults());
    UcMessage m = answered(1, ask, (UcMessage){ DKM_ANSWER, { DKM_PROCEED, 0, 0, text("of sixteen bytes") } });
    accepted();
    ck_assert_uint_eq(m.kind, DKM_REQUESTED);
    ck_assert_uint_eq(m.w[0], text("of sixteen bytes"));
    /* of another party it is new */
    answered(2, ask, (UcMessage){ DKM_ANSWER, { DKM_PROCEED, 0, 0, text("of sixteen bytes") } });
    accepted();
}
END_TEST

/* ---- deliveries ---- */

START_TEST(deliveries_of_what_was_sent)
{
    static const struct {
        UcWord from, to;
        bool ticket;
        UcWord outcome;
        const char *why;
    } row[] = {
        { 0, 1, true, DKM_PROCEED, NULL },
        { 0, 2, true, DKM_PROCEED, "deliver: no such transfer" },
        { 2, 1, true, DKM_PROCEED, "deliver: no such transfer" },
        { 0, 1, false, DKM_PROCEED, "deliver: no such transfer" },
        { PARTIES, 1, true, DKM_PROCEED, "deliver: no such transfer" },
        { UINT64_MAX, 1, true, DKM_PROCEED, "deliver: no such transfer" },
        { 0, PARTIES, true, DKM_PROCEED, "deliver: no such transfer" },
        { 0, 1, true, DKM_OUTCOMES, "S names an unknown outcome" },
        { 0, 1, true, DKM_ABORT, "S reports a crash that A did not order" },
        { 0, 1, true, DKM_SILENT, "S reports a crash that A did not order" },
        { 0, 1, true, DKM_LAST, "S reports a crash that A did not order" },
    };
    on_the_way(defaults(), 0, 4, _i % 2);
    delivery(row[_i].from, row[_i].to, row[_i].ticket ? ticket : text("of sixteen bytes"), row[_i].outcome);
    if (row[_i].why) {
        refused(row[_i].why);
        return;
    }
    accepted();
    has(1, key.kid, (DkmInterval){ 28, CAPACITY });
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the block is not in transit");
}
END_TEST

START_TEST(deliveries_that_crash)
{
    for (UcWord outcome = DKM_ABORT; outcome < DKM_OUTCOMES; outcome++) {
        on_the_way(defaults(), 0, 4, true);
        order(1, (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } });
        UcMessage m = delivery(0, 1, ticket, outcome);
        accepted();
        ck_assert_uint_eq(m.kind, outcome == DKM_LAST ? DKM_RECEIVED : UC_M_EMPTY);
        commanded(1, (UcMessage){ DKM_RESTART_PARTY, { 1, UC_NONE } });
        accepted();
        if (outcome == DKM_ABORT)
            ck_assert_uint_eq(status(1, key.kid).kind, DKM_ERROR);
        else
            has(1, key.kid, (DkmInterval){ 28, CAPACITY });
        delivery(0, 1, ticket, DKM_PROCEED);
        if (outcome == DKM_ABORT)
            accepted(); /* it was not taken: it can come again */
        else
            refused("deliver: the block is not in transit");
    }
}
END_TEST

START_TEST(receivers_are_honest_and_up)
{
    on_the_way(defaults(), 0, 4, true);
    crash(1);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the receiver is not honest and up");
    on_the_way(defaults(), 0, 4, true);
    corrupt(1);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the receiver is not honest and up");
    on_the_way(defaults(), 0, 4, true);
    input(1, (UcMessage){ DKM_CANCEL, { ticket } });
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the ticket is not open");
    open_world(defaults());
    key = keygen(0);
    transfer(0, key.kid, 4, 1, text("of sixteen bytes")); /* nobody asked */
    delivery(0, 1, text("of sixteen bytes"), DKM_PROCEED);
    refused("deliver: the ticket is not open");
}
END_TEST

START_TEST(blocks_fit_the_request)
{
    on_the_way(defaults(), 0, 3, true);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the block does not fit the request");
    on_the_way(defaults(), 0, 5, false);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the block does not fit the request");
    on_the_way(defaults(), 2, 4, true);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the block does not fit the request");
    open_world(defaults());
    key = keygen(0);
    other = keygen(0);
    ticket = request(1, other.kid, 4, 0);
    transfer(0, key.kid, 4, 1, ticket);
    delivery(0, 1, ticket, DKM_PROCEED);
    refused("deliver: the block does not fit the request");
}
END_TEST

START_TEST(limits_hold_at_the_receiver)
{
    EnvOptions o = defaults();
    dkm_settings(&o.interface)->limits.keys = 2;
    for (unsigned own = 0; own < 3; own++) {
        on_the_way(o, 0, 4, true);
        for (unsigned i = 0; i < own; i++)
            keygen(1);
        delivery(0, 1, ticket, DKM_PROCEED);
        if (own < 2) {
            accepted();
            continue;
        }
        refused("deliver: too many keys at the receiver");
    }
    on_the_way(o, 0, 4, true); /* more of a key that it has is no key more */
    keygen(1);
    delivery(0, 1, ticket, DKM_PROCEED);
    ticket = request(1, key.kid, 4, 0);
    transfer(0, key.kid, 4, 1, ticket);
    delivery(0, 1, ticket, DKM_PROCEED);
    accepted();
    has(1, key.kid, (DkmInterval){ 24, CAPACITY });
    /* intervals that touch are one */
    for (unsigned limit = 1; limit <= 2; limit++) {
        o = defaults();
        dkm_settings(&o.interface)->limits.intervals = limit;
        on_the_way(o, 0, 4, true);
        delivery(0, 1, ticket, DKM_PROCEED);
        accepted();
        transfer(0, key.kid, 4, 2, text("of sixteen bytes"));
        ticket = request(1, key.kid, 4, 0);
        transfer(0, key.kid, 4, 1, ticket);
        delivery(0, 1, ticket, DKM_PROCEED);
        if (limit == 2)
            accepted();
        else
            refused("deliver: too many intervals at the receiver");
    }
}
END_TEST

/* ---- injections ---- */

typedef struct {
    UcWord w[8]; /* to, ticket, vk, sk, a, b, from, outcome */
} Injected;
enum { TO, TICKET, VK, SK, FROM_INDEX, TO_INDEX, FROM, OUTCOME };

/* hsm3 is corrupted and hsm2 waits for four indices of it; `key` has been on the way, `other` has not. */
static Injected injection(EnvOptions o, bool corrupted)
{
    on_the_way(o, 0, 4, true);
    UcWord asked = request(1, UC_NONE, 4, 2);
    if (corrupted)
        corrupt(2);
    return (Injected){ { 1, asked, key.vk, key.sk, 8, 12, 2, DKM_PROCEED } };
}

static void inject(Injected in)
{
    UcMessage m = { DKM_INJECT, { 0 } };
    memcpy(m.w, in.w, sizeof in.w);
    commanded(0, m);
}

START_TEST(injections_need_a_corrupted_member)
{
    Injected in = injection(defaults(), true);
    inject(in);
    accepted();
    has(1, key.kid, (DkmInterval){ 8, 12 });
    has(0, key.kid, (DkmInterval){ 0, 28 }); /* and the others keep what they have */
    inject(injection(defaults(), false));
    refused("inject: nobody who has the sealing key is corrupted");
    for (int i = 0; i < 2; i++) {
        in = injection(defaults(), true);
        in.w[i ? FROM : TO] = PARTIES;
        inject(in);
        refused("inject: no such party");
    }
    EnvOptions o = defaults();
    dkm_settings(&o.interface)->trust = DKM_TRUST_PAIRWISE;
    in = injection(o, true);
    in.w[FROM] = 0;
    inject(in);
    refused("inject: the sender is not corrupted");
}
END_TEST

START_TEST(injections_under_pairwise_keys)
{
    EnvOptions o = defaults();
    dkm_settings(&o.interface)->trust = DKM_TRUST_PAIRWISE;
    open_world(o);
    key = keygen(0);
    transfer(0, key.kid, 4, 2, text("of sixteen bytes")); /* hsm3 can read that */
    ticket = request(1, UC_NONE, 4, 2);
    corrupt(2);
    inject((Injected){ { 1, ticket, key.vk, key.sk, 8, 12, 2, DKM_PROCEED } });
    accepted();
    has(1, key.kid, (DkmInterval){ 8, 12 });
    inject(injection(o, true)); /* that went to another pair */
    refused("inject: the key is not compromised");
}
END_TEST

START_TEST(enclaves_keep_injections_apart)
{
    static const char *const enclaves[] = { "one", "one", "two", NULL };
    for (int shared = 0; shared < 2; shared++) {
        EnvOptions o = defaults();
        dkm_settings(&o.interface)->enclave_of = enclaves;
        dkm_settings(&o.interface)->shared_master = shared;
        on_the_way(o, 0, 4, true);
        corrupt(2);
        inject((Injected){ { 1, ticket, key.vk, key.sk, 8, 12, 0, DKM_PROCEED } });
        if (shared)
            accepted();
        else
            refused("inject: nobody who has the sealing key is corrupted");
    }
}
END_TEST

START_TEST(injected_keys_are_of_their_seeds)
{
    for (int i = 0; i < 3; i++) {
        Injected in = injection(defaults(), true);
        const UcWord bad[] = { other.sk, text("no seed"), UC_NONE };
        in.w[SK] = bad[i];
        inject(in);
        refused("inject: Sigma.public(SK) is not vk");
    }
    Injected in = injection(defaults(), true);
    in.w[VK] = other.vk; /* nobody had a chance to know that one */
    in.w[SK] = other.sk;
    inject(in);
    refused("inject: the key is not compromised");
}
END_TEST

START_TEST(injected_keys_may_be_new)
{
    const Sigma *sigma;
    uint8_t seed[256] = { 7 }, vk[256];
    for (int crashes = 0; crashes < 2; crashes++) {
        Injected in = injection(defaults(), true);
        sigma = ((const DkmOptions *)env_worlds_setup(worlds))->sigma[0];
        ck_assert(sigma->seed_size <= sizeof seed && sigma->public_size <= sizeof vk);
        ck_assert(sigma_public(((const DkmOptions *)env_worlds_setup(worlds))->sigma[0], seed, vk));
        in.w[VK] = uc_store_put(env_worlds_store(worlds), vk, sigma->public_size);
        in.w[SK] = uc_store_put(env_worlds_store(worlds), seed, sigma->seed_size);
        UcWord kid = dkm_kid(env_worlds_store(worlds), in.w[VK]);
        order(1, (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } });
        in.w[OUTCOME] = crashes ? DKM_ABORT : DKM_PROCEED;
        inject(in);
        accepted();
        if (crashes) {
            commanded(1, (UcMessage){ DKM_RESTART_PARTY, { 1, UC_NONE } });
            ck_assert_uint_eq(status(1, kid).kind, DKM_ERROR);
            continue;
        }
        has(1, kid, (DkmInterval){ 8, 12 });
        ck_assert_uint_eq(status(0, kid).kind, DKM_ERROR);
        /* and again: it is compromised from the start, and what the receiver has stays its own */
        ticket = request(0, UC_NONE, 4, 2);
        in.w[TO] = 0;
        in.w[TICKET] = ticket;
        inject(in);
        accepted();
        has(0, kid, (DkmInterval){ 8, 12 });
    }
}
END_TEST

START_TEST(injected_blocks_are_of_the_key)
{
    static const struct {
        DkmInterval block;
        const char *why;
    } row[] = {
        { { 28, 32 }, NULL },
        { { 0, 4 }, NULL },
        { { 29, 33 }, "inject: the block is not in [0,N)" },
        { { 8, 8 }, "inject: the block is not in [0,N)" },
        { { 12, 8 }, "inject: the block is not in [0,N)" },
        { { UINT64_MAX - 2, 2 }, "inject: the block is not in [0,N)" },
        { { 8, 11 }, "deliver: the block does not fit the request" },
        { { 8, 13 }, "deliver: the block does not fit the request" },
    };
    Injected in = injection(defaults(), true);
    in.w[FROM_INDEX] = row[_i].block.a;
    in.w[TO_INDEX] = row[_i].block.b;
    inject(in);
    if (row[_i].why)
        refused(row[_i].why);
    else
        accepted();
}
END_TEST

START_TEST(injections_arrive_as_deliveries_do)
{
    Injected in = injection(defaults(), true);
    in.w[TICKET] = text("of sixteen bytes");
    inject(in);
    refused("deliver: the ticket is not open");
    in = injection(defaults(), true);
    in.w[FROM] = 0;
    inject(in);
    refused("deliver: the block does not fit the request");
    in = injection(defaults(), true);
    in.w[OUTCOME] = DKM_OUTCOMES;
    inject(in);
    refused("S names an unknown outcome");
    in = injection(defaults(), true);
    in.w[OUTCOME] = DKM_SILENT;
    inject(in);
    refused("S reports a crash that A did not order");
    EnvOptions o = defaults();
    dkm_settings(&o.interface)->limits.keys = 2;
    in = injection(o, true);
    keygen(1);
    keygen(1);
    inject(in);
    refused("deliver: too many keys at the receiver");
}
END_TEST

/* What was injected overlaps what is still on the way. */
START_TEST(nobody_gets_what_it_has)
{
    static const struct {
        DkmInterval injected;
        bool overlaps;
    } row[] = { { { 24, 28 }, false }, { { 25, 29 }, true }, { { 28, 32 }, true }, { { 8, 12 }, false } };
    Injected in = injection(defaults(), true);
    in.w[FROM_INDEX] = row[_i].injected.a;
    in.w[TO_INDEX] = row[_i].injected.b;
    inject(in);
    accepted();
    delivery(0, 1, ticket, DKM_PROCEED);
    if (row[_i].overlaps) {
        refused("deliver: the block overlaps what the receiver owns");
        return;
    }
    accepted();
    ck_assert_uint_eq(status(1, key.kid).w[2], 8);
}
END_TEST

/* ---- corruption, crashes, restarts ---- */

START_TEST(s_speaks_for_the_corrupted_only)
{
    static const struct {
        bool corrupted;
        UcWord speaker;
    } as[] = { { true, 1 }, { false, 1 }, { true, 0 }, { true, 99 }, { true, UC_NOBODY }, { true, UC_NO_PARTY - 1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(as); i++) {
        open_world(defaults());
        if (as[i].corrupted)
            corrupt(1);
        arm(as[i].speaker, (UcMessage){ DKM_VERIFIED, { 1 } });
        UcMessage m = turn(uc_order(0, (UcMessage){ UC_M_DELIVER, { text("x") } }));
        if (i > 0) {
            refused("output: the party is not corrupted");
            continue;
        }
        accepted();
        ck_assert_uint_eq(m.kind, DKM_VERIFIED);
        ck_assert_uint_eq(m.w[0], 1);
    }
    open_world(defaults());
    corrupt(1);
    commanded(0, (UcMessage){ DKM_CORRUPT_PARTY, { 1 } });
    refused("corrupt: no such honest party");
    open_world(defaults());
    commanded(0, (UcMessage){ DKM_CORRUPT_PARTY, { PARTIES } });
    refused("corrupt: no such honest party");
}
END_TEST

START_TEST(status_goes_its_way)
{
    static const struct {
        DkmKind kind;
        UcWord party;
        bool down;
        const char *why;
    } row[] = {
        { DKM_CRASH_PARTY, 0, true, "crash: the party is not up" },
        { DKM_CRASH_PARTY, PARTIES, false, "crash: the party is not up" },
        { DKM_RESTART_PARTY, 0, true, NULL },
        { DKM_RESTART_PARTY, 0, false, "restart: the party is not down" },
        { DKM_RESTART_PARTY, PARTIES, true, "restart: the party is not down" },
        { DKM_DISABLE_PARTY, 0, false, "disable: the party is not down" },
        { DKM_DISABLE_PARTY, 0, true, NULL },
        { DKM_DISABLE_PARTY, PARTIES, true, "disable: the party is not down" },
    };
    EnvOptions o = defaults();
    o.storage = UC_STORAGE_MONOTONIC;
    open_world(o);
    key = keygen(0);
    if (row[_i].down)
        crash(0);
    order(0, (UcMessage){ UC_M_CRASH, { UC_POINT_BETWEEN } });
    commanded(0, (UcMessage){ row[_i].kind, { row[_i].party, UC_NONE } });
    if (row[_i].why) {
        refused(row[_i].why);
        return;
    }
    accepted();
    ck_assert_uint_eq(status(0, key.kid).kind, row[_i].kind == DKM_RESTART_PARTY ? DKM_STATUS_IS : UC_M_EMPTY);
    commanded(0, (UcMessage){ DKM_RESTART_PARTY, { 0, UC_NONE } });
    refused("restart: the party is not down"); /* disabled is for ever */
}
END_TEST

static void append_burned(GByteArray *out, UcWord kid, const DkmInterval *block, uint32_t count)
{
    size_t length;
    const uint8_t *bytes = uc_store_get(env_worlds_store(worlds), kid, &length);
    uc_append_u32(out, (uint32_t)length);
    g_byte_array_append(out, bytes, (guint)length);
    uc_append_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        uc_append_u64(out, block[i].a);
        uc_append_u64(out, block[i].b);
    }
}

/* hsm1 restarts and loses this much of `kid`, `times` times, and the last `cut` bytes of what S says are missing. */
static void burns(UcWord kid, const DkmInterval *block, uint32_t count, unsigned times, unsigned cut)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (unsigned i = 0; i < times; i++)
        append_burned(out, kid, block, count);
    g_byte_array_set_size(out, out->len - cut);
    crash(0);
    commanded(0, (UcMessage){ DKM_RESTART_PARTY, { 0, uc_store_put(env_worlds_store(worlds), out->data, out->len) } });
}

static void with_reserves(void)
{
    EnvOptions o = defaults();
    dkm_settings(&o.interface)->reservation = 4;
    on_the_way(o, 0, 4, true);
    other = keygen(1);
}

START_TEST(restarts_burn_what_was_reserved)
{
    static const DkmInterval all[] = { { 0, 4 } }, parts[] = { { 0, 2 }, { 3, 5 } }, more[] = { { 0, 5 } },
                             sum[] = { { 0, 2 }, { 3, 6 } }, sent[] = { { 28, 30 } }, none[] = { { 3, 3 } };
    with_reserves();
    burns(key.kid, all, 1, 1, 0);
    accepted();
    has(0, key.kid, (DkmInterval){ 4, 28 });
    with_reserves();
    burns(key.kid, parts, 2, 1, 0);
    accepted();
    ck_assert_uint_eq(status(0, key.kid).w[2], 24);
    static const struct {
        const DkmInterval *block;
        uint32_t count;
        unsigned times, cut;
        bool others;
        const char *why;
    } row[] = {
        { more, 1, 1, 0, false, "restart: burns more than the reservation window" },
        { sum, 2, 1, 0, false, "restart: burns more than the reservation window" },
        { sent, 1, 1, 0, false, "restart: burns what the party does not own" },
        { none, 1, 1, 0, false, "restart: burns what the party does not own" },
        { all, 1, 1, 0, true, "restart: burns what the party does not own" },
        { parts, 1, 2, 0, false, "restart: names a key twice" },
        { all, 1, 1, 1, false, "restart: what it burns is malformed" },
        { all, 1, 1, 17, false, "restart: what it burns is malformed" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(row); i++) {
        with_reserves();
        burns(row[i].others ? other.kid : key.kid, row[i].block, row[i].count, row[i].times, row[i].cut);
        refused(row[i].why);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusals");
    TCase *t = tcase_create("what F refuses S");
    tcase_add_checked_fixture(t, NULL, close_world);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, consults_say_who_and_what);
    tcase_add_test(t, unknown_bytes_are_nobodys);
    tcase_add_test(t, answers_come_when_asked);
    tcase_add_loop_test(t, outcomes_are_what_a_ordered, 0, 10);
    tcase_add_test(t, keys_are_the_ones_of_their_seeds);
    tcase_add_test(t, tickets_are_new_and_of_their_length);
    tcase_add_loop_test(t, deliveries_of_what_was_sent, 0, 11);
    tcase_add_test(t, deliveries_that_crash);
    tcase_add_test(t, receivers_are_honest_and_up);
    tcase_add_test(t, blocks_fit_the_request);
    tcase_add_test(t, limits_hold_at_the_receiver);
    tcase_add_test(t, injections_need_a_corrupted_member);
    tcase_add_test(t, injections_under_pairwise_keys);
    tcase_add_test(t, enclaves_keep_injections_apart);
    tcase_add_test(t, injected_keys_are_of_their_seeds);
    tcase_add_test(t, injected_keys_may_be_new);
    tcase_add_loop_test(t, injected_blocks_are_of_the_key, 0, 8);
    tcase_add_test(t, injections_arrive_as_deliveries_do);
    tcase_add_loop_test(t, nobody_gets_what_it_has, 0, 4);
    tcase_add_test(t, s_speaks_for_the_corrupted_only);
    tcase_add_loop_test(t, status_goes_its_way, 0, 8);
    tcase_add_test(t, restarts_burn_what_was_reserved);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
