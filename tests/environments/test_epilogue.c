/* An epilogue behind a Z that is no script: it begins where that Z halts, in that very turn, and not before; each of the two
 * sees its own host and configuration. */

#include "environments/runs/epilogue.h"
#include "environments/worlds/worlds.h"
#include "tests/support/suite.h"

enum { ASKS = 3, MORE = 2, BUDGET = 50 };
typedef enum { HALTS, PASSES } End;

typedef struct {
    int left, turns;
} Script;

typedef struct {
    EnvEpilogue epilogue;
    int turns, bit;
} Follower;

static const End ends[] = { HALTS, PASSES };
static const UcMessage ask = { UC_M_CORRUPTED, { 0 } };

static UcResult script_step(UcCtx *ctx, const UcEnvelope *in)
{
    Script *s = uc_host(ctx);
    const End *end = uc_config(ctx);
    s->turns++;
    if (s->left-- > 0)
        return uc_send(UC_Z, ask);
    return *end == HALTS ? uc_halt(1) : uc_pass(NULL);
}
static const UcClass script_class = { .name = "script in C", .step = script_step };

static UcResult follow(void *data, UcCtx *ctx, const UcEnvelope *in, int bit)
{
    Follower *f = data;
    ck_assert_ptr_eq(uc_host(ctx), &f->epilogue);
    ck_assert_int_eq(in->message.kind, UC_M_CORRUPTED);
    f->bit = bit;
    return f->turns++ < MORE ? uc_send(UC_Z, ask) : uc_halt(!bit);
}

/* One run of a Z that ends like this. */
static UcStop run(EnvWorlds *worlds, Follower *f, Script *s, End end, int *bit)
{
    UcMachine *z = &env_worlds_spec(worlds, ENV_IDEAL)->machine[UC_Z];
    *s = (Script){ .left = ASKS };
    f->turns = 0;
    f->bit = -1;
    z->class = &script_class;
    z->config = &ends[end];
    z->host = s;
    f->epilogue.step = follow;
    f->epilogue.data = f;
    env_epilogue_put(&f->epilogue, z);
    UcWorld *world = env_worlds_start(worlds, ENV_IDEAL);
    UcStop stop = uc_world_run(world);
    *bit = stop == UC_STOP_HALT ? uc_world_bit(world) : -1;
    uc_world_free(world);
    return stop;
}

START_TEST(begins_where_z_halts)
{
    static const char *const party[] = { "a", "b", NULL };
    EnvOptions o = env_default_options();
    o.party = party;
    o.crypto_ideal = true;
    o.budget = BUDGET;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    ck_assert_ptr_nonnull(worlds);
    Follower f = { .turns = 0 };
    Script s;
    int bit;
    for (int times = 0; times < 2; times++) { /* put again, it begins anew */
        ck_assert_int_eq(run(worlds, &f, &s, HALTS, &bit), UC_STOP_HALT);
        ck_assert_int_eq(bit, 0);
        ck_assert_int_eq(s.turns, ASKS + 1);
        ck_assert_int_eq(f.turns, MORE + 1);
        ck_assert_int_eq(f.bit, 1);
    }
    ck_assert_int_ne(run(worlds, &f, &s, PASSES, &bit), UC_STOP_HALT);
    ck_assert_int_gt(s.turns, ASKS);
    ck_assert_int_eq(f.turns, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("epilogue");
    TCase *all = tcase_create("all");
    tcase_add_test(all, begins_where_z_halts);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
