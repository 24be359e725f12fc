/* Outputs, calls and the backdoor: who is at each end, in a real world, one with a functionality that its parties call, and an
 * ideal one; and what those who look on are told of it (simulator/machine.h, world.h). */
#include <stdlib.h>
#include <string.h>

#include "simulator/world.h"
#include "tests/support/suite.h"

enum { TELL = UC_M_USER };
static const UcMessageKind message_kinds[] = { { "tell", { { "number", UC_INT } } } };
static const UcMessageTable messages = { message_kinds, G_N_ELEMENTS(message_kinds) };

typedef enum { REAL, HYBRID, IDEAL } World;
enum { ONE = UC_PARTY_0, TWO };

static UcResult (*say)(UcCtx *ctx); /* what `speaker` does when it is its turn */
static uint16_t speaker;
static UcActivation seen[8];  /* in order */
static UcSide asked[8];       /* what the machine was told when it asked */
static UcWord asked_peer[8];
static unsigned steps, spoken;

/* Each hands control on towards the speaker, and those behind it do nothing. */
static UcResult step(UcCtx *ctx, const UcEnvelope *in)
{
    UcSide from = uc_from(ctx, in);
    asked[steps] = from;
    asked_peer[steps] = uc_peer(ctx, in);
    if (spoken)
        return uc_pass("heard");
    if (uc_self(ctx) == speaker) {
        spoken = steps + 1;
        return say(ctx);
    }
    if (uc_self(ctx) == UC_A)
        return uc_send(in->peer, in->message);
    return uc_pid(ctx) != UC_NO_PARTY && from == UC_CALLER ? uc_call(0, in->message) : uc_pass("not for me");
}
static const UcClass class = { .name = "talker", .step = step };

static void look(void *data, const UcWorld *world, const UcActivation *a)
{
    (void)data, (void)world;
    seen[steps++ % G_N_ELEMENTS(seen)] = *a;
}

static const UcMessage told = { TELL, { 7 } };
static UcResult outputs(UcCtx *ctx) { return uc_output(told); }
static UcResult outputs_to_two(UcCtx *ctx) { return uc_output_to(1, told); }
static UcResult outputs_to_nobody(UcCtx *ctx) { return uc_output_to(2, told); }
static UcResult outputs_far_away(UcCtx *ctx) { return uc_output_to(UC_NO_PARTY, told); }
static UcResult calls(UcCtx *ctx) { return uc_call(0, told); }
static UcResult calls_another(UcCtx *ctx) { return uc_call(1, told); }
static UcResult backdoor(UcCtx *ctx) { return uc_backdoor(told); }
static UcResult backdoor_of_two(UcCtx *ctx) { return uc_backdoor_of(1, told); }
static UcResult commands(UcCtx *ctx) { return uc_command(told); }
static UcResult commands_as_two(UcCtx *ctx) { return uc_command_as(1, told); }
static UcResult reports_two(UcCtx *ctx) { return uc_report(TWO, told); }
static UcResult orders_two(UcCtx *ctx) { return uc_send(TWO, told); }
static UcResult sends_to_z(UcCtx *ctx) { return uc_send(UC_Z, told); }
static UcResult sends_to_f(UcCtx *ctx) { return uc_send(UC_F, told); }
static UcResult payload(UcCtx *ctx)
{
    return uc_backdoor((UcMessage){ UC_M_PAYLOAD, { 1, uc_store_text(uc_ctx_store(ctx), "a payload") } });
}

static const struct {
    World world;
    uint16_t who;
    UcResult (*say)(UcCtx *ctx);
    UcSide side;          /* where the speaker has the receiver */
    uint16_t to;
    const char *channel;  /* or what is wrong */
    uint16_t peer;        /* as the receiver sees it */
    UcSide back;          /* where the receiver has the speaker */
} row[] = {
    { REAL, ONE, outputs, UC_CALLER, UC_Z, "p2z", ONE, UC_SUBROUTINE },
    { REAL, ONE, sends_to_z, UC_CALLER, UC_Z, "p2z", ONE, UC_SUBROUTINE },
    { REAL, ONE, backdoor, UC_BACKDOOR, UC_A, "p2a", ONE, UC_BACKDOOR },
    { REAL, ONE, payload, UC_BACKDOOR, UC_A, "p2a", ONE, UC_BACKDOOR },
    { REAL, ONE, calls, UC_SUBROUTINE, UC_NOBODY, "one writes to ?: no such machine", 0, 0 },
    { REAL, ONE, commands, UC_FUNCTIONALITY, UC_NOBODY, "one writes to ?: no such machine", 0, 0 },
    { REAL, UC_A, reports_two, UC_CALLER, UC_Z, "a2z", TWO, UC_SUBROUTINE },
    { REAL, UC_A, orders_two, UC_BACKDOOR, TWO, "a2p", TWO, UC_BACKDOOR },
    { HYBRID, ONE, outputs, UC_CALLER, UC_Z, "p2z", ONE, UC_SUBROUTINE },
    { HYBRID, ONE, calls, UC_SUBROUTINE, UC_F, "p2f", ONE, UC_CALLER },
    { HYBRID, ONE, calls_another, UC_SUBROUTINE + 1, UC_NOBODY, "one writes to ?: no such machine", 0, 0 },
    { HYBRID, UC_F, outputs_to_two, UC_CALLER, TWO, "f2p", UC_F, UC_SUBROUTINE },
    { HYBRID, UC_F, outputs, UC_CALLER, UC_NOBODY, "F writes to ?: no such machine", 0, 0 },
    { HYBRID, UC_F, outputs_to_nobody, UC_CALLER, UC_NOBODY, "F writes to ?: no such machine", 0, 0 },
    { HYBRID, UC_F, outputs_far_away, UC_CALLER, UC_NOBODY, "F writes to ?: no such machine", 0, 0 },
    { HYBRID, UC_F, backdoor, UC_BACKDOOR, UC_A, "f2a", UC_F, UC_BACKDOOR },
    { HYBRID, UC_F, backdoor_of_two, UC_BACKDOOR, UC_A, "f2a", TWO, UC_BACKDOOR },
    { HYBRID, UC_A, sends_to_f, UC_BACKDOOR, UC_F, "a2f", UC_A, UC_BACKDOOR },
    { IDEAL, UC_F, outputs_to_two, UC_CALLER, TWO, "f2p", UC_F, UC_SUBROUTINE },
    { IDEAL, UC_F, backdoor, UC_BACKDOOR, UC_S, "f2a", UC_F, UC_FUNCTIONALITY },
    { IDEAL, UC_F, backdoor_of_two, UC_BACKDOOR, UC_S, "f2a", TWO, UC_FUNCTIONALITY },
    { IDEAL, UC_S, commands, UC_FUNCTIONALITY, UC_F, "a2f", UC_S, UC_BACKDOOR },
    { IDEAL, UC_S, commands_as_two, UC_FUNCTIONALITY, UC_F, "a2f", TWO, UC_BACKDOOR },
    { IDEAL, UC_S, backdoor, UC_BACKDOOR, UC_A, "s2a", UC_S, UC_BACKDOOR },
    { IDEAL, UC_S, backdoor_of_two, UC_BACKDOOR, UC_A, "s2a", TWO, UC_BACKDOOR },
    { IDEAL, UC_S, outputs, UC_CALLER, UC_NOBODY, "S writes to ?: no such machine", 0, 0 },
    { IDEAL, UC_S, orders_two, UC_BACKDOOR, TWO, "S writes to two: no channel between these machines", 0, 0 },
    { IDEAL, UC_A, orders_two, UC_BACKDOOR, TWO, "a2s", TWO, UC_BACKDOOR },
    { IDEAL, UC_A, sends_to_f, UC_NO_SIDE, UC_F, "A writes to F: no channel between these machines", 0, 0 },
    { IDEAL, ONE, calls, UC_SUBROUTINE, UC_F, "p2f", ONE, UC_CALLER },
    { IDEAL, ONE, backdoor, UC_BACKDOOR, UC_S, "one writes to S: no channel between these machines", 0, 0 },
};

typedef struct {
    UcStore *store;
    UcLayout *layout;
    UcWorldSpec spec;
    UcWorld *world;
} Set;

static void open_set(Set *s, World kind)
{
    static const char *const names[] = { "one", "two", NULL };
    static const uint8_t seed[UC_SEED_BYTES] = { 3 };
    UcMachine machine = { .class = &class, .role = "machine" };
    *s = (Set){ .store = uc_store_new(), .layout = uc_layout_new(),
                .spec = { .name = "world", .ideal = kind == IDEAL, .parties = 2, .party_name = names, .session = "session",
                          .messages = messages, .party = machine, .sandbox = machine, .machine[UC_A] = machine } };
    if (kind != REAL)
        s->spec.machine[UC_F] = machine;
    if (kind == IDEAL)
        s->spec.machine[UC_S] = machine;
    s->world = uc_world_new(&s->spec, s->store, s->layout, seed);
    uc_world_observe(s->world, look, NULL);
    steps = spoken = 0;
}

static void close_set(Set *s)
{
    uc_world_free(s->world);
    uc_layout_free(s->layout);
    uc_store_free(s->store);
}

/* Z writes to a party, or by A to one's backdoor, whichever way leads to the speaker. */
static UcStop run_to(Set *s, uint16_t who)
{
    bool by_a = who == UC_A || who == UC_S;
    UcEnvelope write = { UC_Z, by_a ? UC_A : ONE, by_a ? ONE : 0, told };
    return uc_world_turn(s->world, &write);
}

static void received(unsigned i, const UcWorld *world, UcStop stop)
{
    uint16_t to = row[i].to;
    if (to == UC_Z) { /* Z is driven from outside: it has it in its view */
        size_t n;
        const UcViewEntry *view = uc_world_view(world, &n);
        ck_assert_int_eq(stop, UC_STOP_Z);
        ck_assert_uint_eq(n, 1);
        ck_assert_uint_eq(view->from, row[i].who);
        ck_assert_uint_eq(view->peer, row[i].peer);
        return;
    }
    const UcActivation *a = &seen[spoken];
    ck_assert_uint_gt(steps, spoken);
    ck_assert_uint_eq(a->machine, strcmp(row[i].channel, "a2s") ? to : UC_S);
    ck_assert_str_eq(a->channel, row[i].channel);
    ck_assert_uint_eq(a->in.from, row[i].who);
    ck_assert_uint_eq(a->in.peer, row[i].peer);
    ck_assert_int_eq(a->side, row[i].back);
    ck_assert_int_eq(asked[spoken], row[i].back);
    UcWord pid = row[i].peer >= UC_PARTY_0 ? row[i].peer - (UcWord)UC_PARTY_0 : UC_NO_PARTY;
    ck_assert_uint_eq(asked_peer[spoken], pid);
    ck_assert_int_eq(uc_relayed(&a->in), row[i].peer != row[i].who);
}

START_TEST(each_end)
{
    Set s;
    open_set(&s, row[_i].world);
    speaker = row[_i].who;
    say = row[_i].say;
    UcStop stop = run_to(&s, speaker);
    ck_assert_uint_gt(spoken, 0);
    const UcResult *r = &seen[spoken - 1].outcome.result;
    ck_assert_int_eq(r->side, row[_i].side);
    ck_assert_uint_eq(r->to, row[_i].to);
    if (strchr(row[_i].channel, ' ')) {
        ck_assert_int_eq(stop, UC_STOP_DISCIPLINE);
        ck_assert_msg(g_str_has_suffix(uc_world_why(s.world), row[_i].channel), "%s", uc_world_why(s.world));
    } else {
        received((unsigned)_i, s.world, stop);
    }
    close_set(&s);
}
END_TEST

/* What is asked of an activation, of each that there is. */
START_TEST(onlookers)
{
    static const struct {
        World world;
        uint16_t who;
        UcResult (*say)(UcCtx *ctx);
        bool input, order, payload;
        UcSide wrote;
        UcRole role;
        UcWord pid;
    } is[] = {
        { REAL, ONE, payload, true, false, true, UC_BACKDOOR, UC_ROLE_PARTY, 0 },
        { REAL, ONE, outputs, true, false, false, UC_CALLER, UC_ROLE_PARTY, 0 },
        { IDEAL, ONE, calls, true, false, false, UC_SUBROUTINE, UC_ROLE_PARTY, 0 },
        { HYBRID, UC_F, backdoor, false, false, false, UC_BACKDOOR, UC_ROLE_FUNCTIONALITY, UC_NO_PARTY },
        { IDEAL, UC_S, commands, false, true, false, UC_FUNCTIONALITY, UC_ROLE_SIMULATOR, UC_NO_PARTY },
        { IDEAL, UC_S, payload, false, true, true, UC_BACKDOOR, UC_ROLE_SIMULATOR, UC_NO_PARTY },
        { REAL, UC_A, reports_two, false, false, false, UC_CALLER, UC_ROLE_ADVERSARY, UC_NO_PARTY },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(is); i++) {
        Set s;
        open_set(&s, is[i].world);
        speaker = is[i].who;
        say = is[i].say;
        run_to(&s, speaker);
        const UcActivation *a = &seen[spoken - 1];
        ck_assert_int_eq(uc_is_input(a), is[i].input);
        ck_assert_int_eq(uc_is_order(a, TELL), is[i].order);
        ck_assert(!uc_is_order(a, TELL + 1));
        ck_assert_int_eq(uc_wrote_payload(a) != NULL, is[i].payload);
        for (UcSide side = UC_NO_SIDE; side <= UC_SUBROUTINE; side++)
            ck_assert_int_eq(uc_wrote(a, side) != NULL, side == is[i].wrote);
        ck_assert_int_eq(a->role, is[i].role);
        ck_assert_uint_eq(a->pid, is[i].pid);
        const UcRow *known = uc_world_row(s.world, a->machine);
        ck_assert(known->role == is[i].role && known->pid == is[i].pid && known->self == a->machine);
        close_set(&s);
    }
}
END_TEST

static unsigned party_asks;
static UcResult ask(UcCtx *ctx, const UcEnvelope *in)
{
    (void)in;
    party_asks++;
    ck_assert_uint_eq(uc_pid(ctx), 1);
    ck_assert_uint_eq(uc_self(ctx), TWO);
    ck_assert_uint_eq(uc_party_machine(ctx, 1), TWO);
    ck_assert_uint_eq(uc_party_machine(ctx, 2), UC_NOBODY);
    ck_assert_uint_eq(uc_pid_of(ctx, ONE), 0);
    ck_assert_uint_eq(uc_pid_of(ctx, UC_F), UC_NO_PARTY);
    ck_assert_uint_eq(uc_pid_of(ctx, TWO + 1), UC_NO_PARTY); /* a sandbox, or nobody */
    ck_assert_uint_eq(uc_pid_of(ctx, UC_NOBODY), UC_NO_PARTY);
    ck_assert_uint_eq(uc_used_by(ctx, ONE, 0), UC_F);
    ck_assert_uint_eq(uc_used_by(ctx, ONE, 1), UC_NOBODY);
    ck_assert_uint_eq(uc_used_by(ctx, UC_NOBODY, 0), UC_NOBODY);
    ck_assert_uint_eq(uc_sandbox_of(ctx, 1), TWO + 2);
    ck_assert_uint_eq(uc_sandbox_of(ctx, 2), UC_NOBODY);
    ck_assert_str_eq(uc_party_name(ctx, 1), "two");
    ck_assert_str_eq(uc_party_name(ctx, 2), "?");
    return uc_output(told);
}

START_TEST(numbers)
{
    static const UcClass asking = { .name = "asking", .step = ask };
    Set s;
    open_set(&s, HYBRID);
    s.spec.party.class = &asking;
    UcEnvelope write = { UC_Z, TWO, 0, told };
    ck_assert_int_eq(uc_world_turn(s.world, &write), UC_STOP_Z);
    ck_assert_uint_eq(party_asks, 1);
    close_set(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outputs, calls, backdoor");
    TCase *t = tcase_create("roles");
    tcase_add_loop_test(t, each_end, 0, G_N_ELEMENTS(row));
    tcase_add_test(t, onlookers);
    tcase_add_test(t, numbers);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
