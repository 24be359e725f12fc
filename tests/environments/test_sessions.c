/* A protocol that calls a functionality, in both worlds the same code: over the protocol that realises it, and over F with its S
 * (the composition theorem's statement). And what is refused of sessions that use each other.
 */
#include <check.h>
#include <string.h>

#include "environments/worlds/pair.h"
#include "functionality/auth/interface.h"
#include "tests/support/suite.h"

/* ---- rho: notes, over F_AUTH ---- */

enum { SAY = UC_M_USER, HEARD, NOT_SAID, NOTES_END };
static const UcMessageKind kinds[NOTES_END - UC_M_USER] = {
    { "say", { { "to", UC_PARTY }, { "text", UC_TEXT } } }, { "heard", { { "from", UC_PARTY }, { "text", UC_TEXT } } },
    { "not-said", { { "code", UC_INT } } },
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };

static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    const UcWord *w = in->message.w;
    if (uc_from(ctx, in) == UC_CALLER)
        return uc_call(0, (UcMessage){ AUTH_SEND, { w[0], w[1] } });
    if (uc_from(ctx, in) != UC_SUBROUTINE)
        return uc_fail("nothing comes over the network");
    return uc_output(in->message.kind == AUTH_RECEIVED ? (UcMessage){ HEARD, { w[0], w[1] } } : (UcMessage){ NOT_SAID, { w[0] } });
}
static const UcClass class = { .name = "notes", .step = step };
static const UcInterface interface = { .name = "F_NOTES", .messages = &messages };
static const UcUse uses[] = { { "wire", "F_AUTH" }, { NULL, NULL } };
static const UcProtocol protocol = { .name = "notes", .interface = &interface, .class = &class, .uses = uses };
static const UcFunctionality functionality = { .name = "F_NOTES", .interface = &interface, .class = &class };
static const UcSimulatorRow none[] = { { NULL, NULL } };
static const UcTriple notes = { .protocol = &protocol, .functionality = &functionality, .simulator = none };

static const char *const two[] = { "alice", "bob", NULL }, *const three[] = { "bob", "carol", "alice", NULL };
enum { NOTES, WIRE };

static EnvOptions options(void)
{
    EnvOptions o = env_default_options(), one = o;
    o.torture = true;
    o.sessions = 2;
    o.session[NOTES] = (EnvSession){ .sid = "notes", .called = true, .uses = { "wire" }, .protocol_in = { true, true } };
    o.session[WIRE] = (EnvSession){ .sid = "wire", .protocol_in = { true, false } };
    env_options_take(&one, env_triple_find("counted-macs"));
    one.party = three;
    env_options_put(&o, WIRE, &one);
    env_options_take(&one, &notes);
    one.party = two;
    env_options_put(&o, NOTES, &one);
    return o;
}

/* ---- both worlds ---- */

typedef struct {
    EnvWorlds *worlds;
    EnvPair *pair;
} Set;

static void open_set(Set *s)
{
    GError *error = NULL;
    EnvOptions o = options();
    s->worlds = env_worlds_new(&o, &error);
    ck_assert_msg(s->worlds != NULL, "%s", error ? error->message : "");
    s->pair = env_pair_new(s->worlds);
}

static void close_set(Set *s)
{
    env_pair_halt(s->pair);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        ck_assert_str_eq(uc_world_why(env_pair_world(s->pair, which)), "Z halted");
    env_pair_free(s->pair);
    env_worlds_free(s->worlds);
}

/* What reached Z first; "" for nothing. The same in both worlds. */
static UcMessage turn(Set *s, bool order, const char *to, UcMessage m, const char *from, UcWord kind)
{
    const UcWorldSpec *spec = env_worlds_spec(s->worlds, ENV_REAL);
    uint16_t machine = uc_machine_named(spec, to);
    UcComparison c = env_pair_turn(s->pair, &(UcEnvelope){ UC_Z, order ? UC_A : machine, order ? machine : 0, m });
    ck_assert_msg(c.verdict == UC_INDISTINGUISHABLE, "%s: %s: %s", to, uc_verdict_name[c.verdict], c.why);
    UcViewEntry got = env_pair_reply(s->pair);
    ck_assert_str_eq(got.message.kind == UC_M_EMPTY ? "" : uc_machine_name(spec, got.peer), from);
    ck_assert_uint_eq(got.message.kind, kind);
    return got.message;
}

static UcMessage say(Set *s, UcWord to, const char *text)
{
    return (UcMessage){ SAY, { to, uc_store_text(env_worlds_store(s->worlds), text) } };
}
static UcMessage deliver(UcWord bytes) { return (UcMessage){ UC_M_DELIVER, { bytes } }; }

/* The same with another last bit, of the MAC. */
static UcWord changed(Set *s, UcWord payload)
{
    size_t length;
    UcStore *store = env_worlds_store(s->worlds);
    const uint8_t *bytes = uc_store_get(store, payload, &length);
    g_autofree uint8_t *copy = g_memdup2(bytes, length);
    copy[length - 1] ^= 1;
    return uc_store_put(store, copy, length);
}

START_TEST(over_both)
{
    Set s;
    open_set(&s);
    UcWord first = turn(&s, false, "notes.alice", say(&s, 0, "one"), "wire.alice", UC_M_PAYLOAD).w[1];
    UcMessage heard = turn(&s, true, "wire.bob", deliver(first), "notes.bob", HEARD);
    ck_assert_uint_eq(heard.w[0], 2); /* alice, in the session that is used */
    ck_assert_uint_eq(heard.w[1], uc_store_text(env_worlds_store(s.worlds), "one"));
    turn(&s, true, "wire.bob", deliver(first), "", UC_M_EMPTY);
    turn(&s, true, "wire.carol", deliver(first), "", UC_M_EMPTY);
    turn(&s, false, "notes.alice", say(&s, 2, "to herself"), "notes.alice", NOT_SAID);
    UcWord second = turn(&s, false, "notes.alice", say(&s, 0, "two"), "wire.alice", UC_M_PAYLOAD).w[1];
    turn(&s, true, "wire.bob", deliver(changed(&s, second)), "", UC_M_EMPTY); /* a broken protocol shows through */
    close_set(&s);
}
END_TEST

/* A module that goes down as it receives: nobody is there to hear it. */
START_TEST(one_device)
{
    Set s;
    open_set(&s);
    UcWord first = turn(&s, false, "notes.alice", say(&s, 0, "one"), "wire.alice", UC_M_PAYLOAD).w[1];
    UcWord second = turn(&s, false, "notes.alice", say(&s, 0, "two"), "wire.alice", UC_M_PAYLOAD).w[1];
    turn(&s, true, "wire.bob", (UcMessage){ UC_M_CRASH, { UC_POINT_AFTER } }, "", UC_M_EMPTY);
    turn(&s, true, "wire.bob", deliver(first), "", UC_M_EMPTY);
    turn(&s, false, "notes.bob", say(&s, 2, "down"), "", UC_M_EMPTY);
    turn(&s, true, "notes.bob", (UcMessage){ .kind = UC_M_RESTART }, "", UC_M_EMPTY);
    turn(&s, true, "wire.bob", deliver(first), "", UC_M_EMPTY); /* it was taken */
    turn(&s, true, "wire.bob", deliver(second), "notes.bob", HEARD);
    turn(&s, true, "notes.alice", (UcMessage){ UC_M_CRASH, { UC_POINT_NOW } }, "", UC_M_EMPTY);
    turn(&s, true, "wire.alice", deliver(second), "", UC_M_EMPTY);
    close_set(&s);
}
END_TEST

/* A has what the module knows in both sessions, and speaks for it in both; what reaches it is A's. */
START_TEST(corrupted)
{
    Set s;
    open_set(&s);
    UcWord before = turn(&s, false, "notes.bob", say(&s, 2, "before"), "wire.bob", UC_M_PAYLOAD).w[1];
    turn(&s, true, "notes.alice", (UcMessage){ .kind = UC_M_CORRUPT }, "notes.alice", UC_M_STATE);
    turn(&s, false, "notes.alice", say(&s, 0, "an input"), "notes.alice", SAY);
    turn(&s, true, "notes.alice", (UcMessage){ HEARD, { 1, say(&s, 0, "never said").w[1] } }, "notes.alice", HEARD);
    turn(&s, true, "wire.alice", deliver(before), "", UC_M_EMPTY);
    turn(&s, true, "wire.alice", (UcMessage){ AUTH_RECEIVED, { 0, before } }, "wire.alice", AUTH_RECEIVED);
    turn(&s, false, "notes.bob", say(&s, 2, "after"), "wire.bob", UC_M_PAYLOAD);
    close_set(&s);
}
END_TEST

/* ---- what is refused ---- */

static void no_session(EnvOptions *o) { o->session[NOTES].uses[0] = NULL; }
static void no_such_session(EnvOptions *o) { o->session[NOTES].uses[0] = "wir"; }
static void itself(EnvOptions *o) { o->session[NOTES].uses[0] = "notes"; }
static void for_z_too(EnvOptions *o) { o->session[WIRE].called = true; }
static void ideal_above(EnvOptions *o) { o->session[NOTES].protocol_in[ENV_IDEAL] = false; }
static void upside_down(EnvOptions *o) { ideal_above(o), o->session[WIRE].protocol_in[ENV_IDEAL] = true; }
static void somebody_else(EnvOptions *o) { o->session[WIRE].party = &two[1]; }
static void twice(EnvOptions *o)
{
    o->session[o->sessions] = o->session[NOTES];
    o->session[o->sessions++].sid = "more";
}
static void the_same(EnvOptions *o) { o->session[WIRE].protocol_in[ENV_IDEAL] = true; }
static void in_a_circle(EnvOptions *o)
{
    static const UcUse notes_too[] = { { "notes", "F_NOTES" }, { NULL, NULL } };
    static UcProtocol wire;
    static UcTriple circle;
    circle = *o->session[WIRE].triple;
    wire = *circle.protocol;
    wire.uses = notes_too;
    circle.protocol = &wire;
    o->session[WIRE].triple = &circle;
    o->session[WIRE].uses[0] = "notes";
    o->session[NOTES].party = three;
}

static const struct {
    void (*change)(EnvOptions *o);
    const char *wrong;
} row[] = {
    { no_session, "uses: expected a session of F_AUTH as 'wire' of 'notes', got none" },
    { no_such_session, "uses: expected a session of F_AUTH as 'wire' of 'notes', got 'wir'" },
    { itself, "uses: expected a session of F_AUTH as 'wire' of 'notes', got 'notes' of F_NOTES" },
    { in_a_circle, "uses: expected no circle, got one through 'notes'" },
    { twice, "uses: expected one session that uses 'wire', got 2" },
    { for_z_too, "main: expected no session that another one uses, got 'wire'" },
    { somebody_else, "parties: expected those of 'notes' in 'wire', which it uses, got none called 'alice'" },
    { ideal_above, "simulator: expected a UC simulator for 'notes', which runs as F in the ideal world, got none with 'notes'" },
    { upside_down, "compare_sessions: expected 'notes' to run as its protocol in the ideal world, as 'wire' does, which it uses" },
    { the_same, "compare_sessions: expected worlds that differ, got the same sessions as protocol in both" },
};

START_TEST(refused)
{
    g_autoptr(GError) error = NULL;
    EnvOptions o = options();
    row[_i].change(&o);
    ck_assert_ptr_null(env_worlds_new(&o, &error));
    ck_assert_str_eq(error->message, row[_i].wrong);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sessions that use each other");
    TCase *t = tcase_create("sessions");
    tcase_add_test(t, over_both);
    tcase_add_test(t, one_device);
    tcase_add_test(t, corrupted);
    tcase_add_loop_test(t, refused, 0, G_N_ELEMENTS(row));
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
