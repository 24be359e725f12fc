/* libFuzzer target: any bytes as the checkpoint of an exploration, behind a head and a checksum that are right, or as the
 * whole file. It is no checkpoint of it, or the search goes on: of states that can be reached, and what it finds happens in a replay. The
 * protocol is well, so it finds nothing; and once the broken one, where what it finds must be the fault that is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environments/general/explorer.h"
#include "protocol/ticketed/party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define ABOUT "what is fuzzed"

static volatile sig_atomic_t interrupted;
static unsigned steps, stop_at; /* stop_at 0: never */
static uint64_t all_states;     /* of the whole search of the protocol that is well */

static void count_step(void)
{
    if (++steps == stop_at)
        interrupted = 1;
}

static UcResult well(UcCtx *ctx, const UcEnvelope *in)
{
    count_step();
    return pi_class.step(ctx, in);
}

static UcResult signs_for_nobody(UcCtx *ctx, const UcEnvelope *in)
{
    count_step();
    UcResult r = pi_class.step(ctx, in);
    return in->message.kind == DKM_SIGN && r.code == UC_SEND ? uc_pass("silent") : r;
}

static EnvExplored *explore(bool broken, unsigned stop, const GByteArray *resume, GByteArray *checkpoint)
{
    static const char *const two[] = { "hsm1", "hsm2", NULL };
    EnvOptions o = env_default_options();
    o.party = two;
    o.crypto_ideal = true;
    dkm_settings(&o.interface)->capacity = 3;
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(env_triple), .deepen = true, .checkpoint = checkpoint,
                         .resume = resume };
    x.search = (UcSearchOptions){ .strategy = UC_BFS, .jobs = 1, .commute = true, .interrupt = &interrupted };
    static const struct { const char *name; int64_t value; } bound[] = {
        { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 1 }, { "crash", 1 }, { "wrong", 0 }, { "any", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bound); i++)
        env_alphabet_set(&x.alphabet, bound[i].name, bound[i].value, NULL);
    env_alphabet_settle(&x.alphabet);
    interrupted = 0;
    steps = 0;
    stop_at = stop;
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    UcClass class = *env_worlds_spec(worlds, ENV_REAL)->party.class;
    class.step = broken ? signs_for_nobody : well;
    env_worlds_spec(worlds, ENV_REAL)->party.class = &class;
    EnvExplored *e = env_explore(worlds, &x, NULL);
    g_assert(e);
    return e;
}

static void write_input(const char *folder, uint8_t head, unsigned stop, const GByteArray *bytes)
{
    g_autoptr(GByteArray) seed = g_byte_array_append(g_byte_array_new(), &head, 1);
    g_byte_array_append(seed, bytes->data, bytes->len);
    g_autofree char *path = g_strdup_printf("%s/%d-%u", folder, head, stop);
    g_assert(g_file_set_contents(path, (const char *)seed->data, seed->len, NULL));
}

static void write_seed(const char *folder, bool broken, unsigned stop)
{
    g_autoptr(GByteArray) kept = g_byte_array_new();
    g_autoptr(EnvExplored) e = explore(broken, stop, NULL, kept);
    if (e->end != UC_SEARCH_INTERRUPTED)
        return;
    g_autoptr(GByteArray) file = uc_checkpoint_pack(ABOUT, kept);
    write_input(folder, broken, stop, kept);
    write_input(folder, 2 | broken, stop, file);
    /* what is made must be taken */
    g_autoptr(EnvExplored) again = explore(broken, 0, kept, NULL);
    g_assert(again->end == (broken ? UC_SEARCH_FOUND : UC_SEARCH_COMPLETE));
    g_assert(broken || again->figures.states == all_states);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = getenv("FUZZ_SEEDS");
    g_autoptr(EnvExplored) whole = explore(false, 0, NULL, NULL);
    g_assert(whole->end == UC_SEARCH_COMPLETE);
    all_states = whole->figures.states;
    fprintf(stderr, "%lu states, %u steps\n", (unsigned long)all_states, steps);
    unsigned all_steps = steps;
    for (unsigned stop = 1; folder && stop < all_steps; stop += stop / 2 + 3) {
        write_seed(folder, false, stop);
        write_seed(folder, true, stop);
    }
    return 0;
}

/* What a file holds; NULL: it is no such file. What is taken comes out as the same file. */
static GByteArray *of_file(const uint8_t *data, size_t size)
{
    GByteArray *bytes = NULL;
    uint64_t version = UC_CHECKPOINT_VERSION;
    g_autofree uint8_t *alone = g_memdup2(size ? data : (const uint8_t *)"", MAX(size, 1)); /* so that what is read behind it is seen */
    UcCheckpointFile file = uc_checkpoint_unpack(ABOUT, alone, size, &bytes, &version);
    g_assert((file == UC_CHECKPOINT_OK) == (bytes != NULL));
    g_assert((file == UC_CHECKPOINT_OTHER_VERSION) == (version != UC_CHECKPOINT_VERSION));
    if (bytes) {
        g_autoptr(GByteArray) again = uc_checkpoint_pack(ABOUT, bytes);
        g_assert(again->len == size && !memcmp(again->data, data, size));
    }
    return bytes;
}

/* Its head and checksum made anew: taken as it is. */
static GByteArray *through_file(const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) bytes = g_byte_array_append(g_byte_array_new(), data, (guint)size);
    g_autoptr(GByteArray) file = uc_checkpoint_pack(ABOUT, bytes);
    GByteArray *back = of_file(file->data, file->len);
    g_assert(back && back->len == size && !memcmp(back->data, data, size));
    return back;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const bool broken = data[0] & 1, is_file = data[0] & 2;
    g_autoptr(GByteArray) next = g_byte_array_new();
    g_autoptr(GByteArray) bytes = is_file ? of_file(data + 1, size - 1) : through_file(data + 1, size - 1);
    if (!bytes)
        return 0;
    g_autoptr(EnvExplored) e = explore(broken, 0, bytes, next);
    g_assert(e->end == UC_SEARCH_COMPLETE || e->end == UC_SEARCH_NOT_RESUMED || (broken && e->end == UC_SEARCH_FOUND));
    g_assert(next->len == 0);
    if (e->end == UC_SEARCH_COMPLETE)
        g_assert(e->verdict == UC_INDISTINGUISHABLE && !e->schedule && (broken || e->figures.states <= all_states));
    if (e->end == UC_SEARCH_FOUND)
        g_assert(e->schedule && e->replayed == e->verdict && e->verdict != UC_INDISTINGUISHABLE);
    return 0;
}
