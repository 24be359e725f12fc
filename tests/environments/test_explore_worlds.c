/* Exploration of both worlds: against a plain search, and on protocols that are broken by hand. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "environments/general/explorer.h"
#include "protocol/ticketed/party.h"
#include "simulator/explore/big.h"
#include "simulator/explore/search.h"
#include "tests/environments/reference_search.h"
#include "tests/support/suite.h"

/* ---- protocols broken by hand: what the real one does, and then something is put back ---- */

static unsigned kind_named(const char *name)
{
    for (unsigned i = 0; i < pi_class.kinds; i++) {
        if (!strcmp(pi_class.kind[i].name, name))
            return UC_FIRST_KIND + i;
    }
    ck_abort_msg("the protocol has no region '%s'", name);
    return 0;
}

static UcResult keeping(UcCtx *ctx, const UcEnvelope *in, const char *region, UcWord index)
{
    size_t words, now;
    unsigned kind = kind_named(region);
    const UcWord *before = uc_read(ctx, kind, index, &words);
    g_autofree UcWord *copy = g_memdup2(before, words * sizeof *copy);
    UcResult r = pi_class.step(ctx, in);
    uc_read(ctx, kind, index, &now);
    if (r.code == UC_SEND && words)
        memcpy(uc_write(ctx, kind, index, words), copy, words * sizeof *copy);
    return r;
}

static UcResult keeps_tickets(UcCtx *ctx, const UcEnvelope *in)
{
    return in->message.kind == UC_M_DELIVER ? keeping(ctx, in, "tickets", 0) : pi_class.step(ctx, in);
}

static UcResult keeps_block(UcCtx *ctx, const UcEnvelope *in)
{
    if (in->message.kind != DKM_TRANSFER || !uc_store_knows(uc_ctx_store(ctx), in->message.w[0]))
        return pi_class.step(ctx, in);
    return keeping(ctx, in, "own", dkm_key_index(uc_ctx_store(ctx), in->message.w[0]));
}

static UcResult signs_for_nobody(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = pi_class.step(ctx, in);
    return in->message.kind == DKM_SIGN && r.code == UC_SEND ? uc_pass("silent") : r;
}

/* At a payload that does not fit: then one input tells the views apart, and at another S can go on no more. */
static UcResult forgets_its_keys(UcCtx *ctx, const UcEnvelope *in)
{
    UcResult r = pi_class.step(ctx, in);
    if (in->message.kind != UC_M_DELIVER || r.code != UC_FAIL)
        return r;
    uc_write(ctx, kind_named("keys"), 0, 0);
    return uc_persist(ctx) ? (UcResult){ .code = UC_PASS } : uc_pass("no key any more");
}

/* ---- one exploration ---- */

typedef struct {
    EnvWorlds *worlds;
    EnvGeneral *general;
    UcLockstepSetup setup;
    UcClass class;
} Session;

typedef struct {
    const char *name;
    int64_t value;
} Bound;

static void begin(Session *s, const Bound *bound, unsigned bounds, EnvWorld which,
                  UcResult (*step)(UcCtx *, const UcEnvelope *))
{
    static const char *const three[] = { "hsm1", "hsm2", "hsm3", NULL };
    EnvOptions o = env_default_options();
    EnvAlphabet a = env_default_alphabet(env_triple);
    o.party = three;
    o.crypto_ideal = true;
    dkm_settings(&o.interface)->capacity = 3;
    for (unsigned i = 0; i < bounds; i++) {
        if (!strcmp(bound[i].name, "real-crypto"))
            o.crypto_ideal = false;
        else if (!strcmp(bound[i].name, "coins"))
            env_seed((uint64_t)bound[i].value, o.seed);
        else if (!strcmp(bound[i].name, "real-seals"))
            dkm_settings(&o.interface)->seal_real = true;
        else if (!strcmp(bound[i].name, "storage"))
            o.storage = (UcStorage)bound[i].value;
        else if (!strcmp(bound[i].name, "pairwise"))
            dkm_settings(&o.interface)->trust = DKM_TRUST_PAIRWISE;
        else if (!strcmp(bound[i].name, "reservation"))
            dkm_settings(&o.interface)->reservation = (uint64_t)bound[i].value;
        else
            ck_assert(env_alphabet_set(&a, bound[i].name, bound[i].value, NULL));
    }
    env_alphabet_settle(&a);
    s->worlds = env_worlds_new(&o, NULL);
    s->class = *env_worlds_spec(s->worlds, ENV_REAL)->party.class;
    if (step) {
        s->class.step = step;
        env_worlds_spec(s->worlds, ENV_REAL)->party.class = &s->class;
        env_worlds_spec(s->worlds, ENV_IDEAL)->sandbox.class = &s->class;
    }
    s->general = env_general_new(s->worlds, &a, NULL);
    s->setup = env_general_setup(s->general, which);
}

static void end(Session *s)
{
    env_general_free(s->general);
    env_worlds_free(s->worlds);
}

typedef struct {
    UcSearchEnd end;
    uint64_t states, edges, idle, skipped;
    UcVerdict verdict;
    const char *rule; /* of what was found, by name, or "" */
    size_t path;
    uint32_t depth;
    uint64_t way; /* of what was found: a digest of what its moves are */
    const char *broken; /* or NULL; interned */
} Seen;

/* Where a search can be interrupted: it asks for memory whenever it may stop. */
static struct {
    volatile sig_atomic_t set;
    unsigned asked, times; /* times: 0 for few */
    size_t (*memory)(void *data);
} interruption;

static size_t interrupt_later(void *data)
{
    enum { TIMES = 3 };
    interruption.set = ++interruption.asked >= MAX(interruption.times, TIMES);
    return interruption.memory(data);
}

static Seen explore(const Session *s, UcSearchOptions options)
{
    g_autoptr(UcLockstep) l = uc_lockstep_new(&s->setup);
    UcModel model = uc_lockstep_model(l);
    if (options.interrupt) {
        interruption.set = 0;
        interruption.asked = 0;
        interruption.memory = model.memory;
        model.memory = interrupt_later;
    }
    g_autoptr(UcSearchResult) r = uc_search(&model, &options);
    UcLockstepFigures x = uc_lockstep_figures(l);
    if (options.jobs <= 1) /* also of the moves that are known to be idle together */
        ck_assert_uint_eq(x.rechecked, x.hits / s->setup.recheck);
    Seen seen = { r->end, r->figures.states, r->figures.edges, r->figures.idle, r->figures.skipped,
                  UC_INDISTINGUISHABLE, .path = r->path->len, .depth = r->figures.depth, .broken = g_intern_string(r->broken) };
    for (guint i = 0; i < r->path->len; i++) {
        uint64_t way[] = { seen.way, model.contents(model.data, g_array_index(r->path, uint32_t, i)) };
        seen.way = uc_digest(way, sizeof way).lo;
    }
    if (r->end == UC_SEARCH_FOUND) {
        const UcFinding *f = uc_lockstep_finding(l, r->finding);
        g_autofree char *rule = g_strndup(f->rule ? f->rule : "", f->rule ? strcspn(f->rule, ":") : 0);
        seen.verdict = f->verdict;
        seen.rule = g_intern_string(rule);
    }
    return seen;
}

static const struct {
    const char *name;
    EnvWorld which;
    Bound bound[8];
} small[] = {
    { "sign and transfer", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "wrong", 0 } } },
    { "all wrong arguments", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "messages", 1 }, { "cancel", 1 },
                                           { "parties", 2 } } },
    { "crashes", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "crash", 1 }, { "wrong", 0 }, { "any", 0 },
                               { "parties", 2 } } },
    { "the protocol alone", ENV_REAL, { { "keygen-by", 1 }, { "transfer", 2 }, { "sign", 1 }, { "wrong", 0 },
                                        { "any", 0 }, { "messages", 1 }, { "parties", 2 } } },
    { "changed payloads", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "mutate", 1 }, { "wrong", 0 },
                                        { "any", 0 } } },
    { "corruption", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "corrupt", 1 }, { "wrong", 0 }, { "any", 0 },
                                  { "sign", 1 }, { "messages", 1 } } },
    { "stolen keys", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "corrupt", 1 }, { "counterfeit", 1 },
                                   { "flawed", 1 }, { "wrong", 0 }, { "parties", 2 }, { "messages", 1 } } },
    { "pairwise trust", ENV_WORLDS, { { "pairwise", 1 }, { "keygen-by", 1 }, { "transfer", 1 }, { "corrupt", 1 },
                                      { "wrong", 0 }, { "any", 0 } } },
    { "hardware counter", ENV_WORLDS, { { "storage", UC_STORAGE_MONOTONIC }, { "keygen-by", 1 }, { "sign", 1 },
                                        { "crash", 1 }, { "restore", 1 }, { "wrong", 0 }, { "parties", 2 } } },
    { "reservation", ENV_WORLDS, { { "reservation", 2 }, { "keygen-by", 1 }, { "sign", 2 }, { "transfer", 1 },
                                   { "crash", 1 }, { "wrong", 0 }, { "any", 0 }, { "parties", 2 } } },
    { "real crypto", ENV_WORLDS, { { "real-crypto", 1 }, { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 },
                                   { "wrong", 0 }, { "any", 0 }, { "messages", 1 } } },
    /* in full runs only */
    { "all wrong arguments of three", ENV_WORLDS, { { "keygen-by", 1 }, { "transfer", 1 }, { "messages", 1 }, { "cancel", 1 } } },
};

static unsigned bounds_in(const Bound *bound)
{
    unsigned n = 0;
    while (n < 8 && bound[n].name)
        n++;
    return n;
}

START_TEST(reaches_what_a_plain_search_reaches)
{
    Session s;
    begin(&s, small[_i].bound, bounds_in(small[_i].bound), small[_i].which, NULL);
    Reference r = reference_search(&s.setup, s.setup.fault_budget);
    ck_assert_int_eq(r.verdict, UC_INDISTINGUISHABLE);
    ck_assert_uint_gt(r.states, 20);
    for (UcStrategy strategy = UC_BFS; strategy <= UC_DFS; strategy = (UcStrategy)(strategy + 1)) {
        Seen seen = explore(&s, (UcSearchOptions){ .strategy = strategy });
        ck_assert_int_eq(seen.end, UC_SEARCH_COMPLETE);
        ck_assert_msg(seen.states == r.states, "%s: %lu states, a plain search %lu", small[_i].name,
                      (unsigned long)seen.states, (unsigned long)r.states);
        ck_assert_uint_eq(seen.edges, r.edges);
        ck_assert_uint_eq(seen.idle, r.idle);
    }
    end(&s);
}
END_TEST

/* Of two orders of moves that commute one is followed: fewer moves, the same states, at the same depth. */
START_TEST(commuting_moves_lose_no_state)
{
    Session s;
    begin(&s, small[_i].bound, bounds_in(small[_i].bound), small[_i].which, NULL);
    Seen all = explore(&s, (UcSearchOptions){ .strategy = UC_BFS });
    Seen less = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = true });
    ck_assert_int_eq(less.end, UC_SEARCH_COMPLETE);
    ck_assert_uint_eq(less.states, all.states);
    ck_assert_uint_eq(less.depth, all.depth);
    ck_assert_uint_le(less.edges, all.edges);
    if (!strcmp(small[_i].name, "crashes"))
        ck_assert_uint_lt(less.edges, all.edges);
    end(&s);
}
END_TEST

/* A protocol that makes a region when asked for the status of one key, which it does not persist, and persists when asked for
 * that of another: inputs that teach Z nothing and may be given again and again. */
static UcResult leaves_unpersisted(UcCtx *ctx, const UcEnvelope *in)
{
    enum { UNUSED = 77 };
    static UcWord one_key; /* the first that was ever asked for */
    if (in->message.kind != DKM_STATUS)
        return pi_class.step(ctx, in);
    one_key = one_key ? one_key : in->message.w[0];
    if (in->message.w[0] == one_key)
        memset(uc_write(ctx, kind_named("own"), UNUSED, 2), 0, 2 * sizeof(UcWord));
    else if (uc_persist(ctx))
        return uc_pass("crashed");
    return pi_class.step(ctx, in);
}

/* What was written and not persisted is gone after a crash, also when it was not there before; a persist makes it last. */
START_TEST(unpersisted_writes_are_told_apart)
{
    static const Bound bound[] = { { "keygen", 2 }, { "keygen-by", 1 }, { "crash", 1 }, { "restart", 1 }, { "sign", 0 },
                                   { "transfer", 0 }, { "wrong", 0 }, { "any", 0 }, { "parties", 2 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_REAL, leaves_unpersisted);
    Reference r = reference_search(&s.setup, s.setup.fault_budget);
    ck_assert_int_eq(r.verdict, UC_INDISTINGUISHABLE);
    ck_assert_uint_gt(r.states, 40);
    for (int commute = 0; commute < 2; commute++) {
        Seen seen = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = commute });
        ck_assert_int_eq(seen.end, UC_SEARCH_COMPLETE);
        ck_assert_msg(seen.states == r.states, "%lu states, a plain search %lu", (unsigned long)seen.states,
                      (unsigned long)r.states);
    }
    end(&s);
}
END_TEST

static void same(const Seen *a, const Seen *b)
{
    ck_assert_int_eq(a->end, b->end);
    ck_assert_uint_eq(a->states, b->states);
    ck_assert_uint_eq(a->edges, b->edges);
    ck_assert_uint_eq(a->idle, b->idle);
    ck_assert_uint_eq(a->skipped, b->skipped);
    ck_assert_uint_eq(a->depth, b->depth);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->path, b->path);
    ck_assert_uint_eq(a->way, b->way);
}

START_TEST(jobs_change_nothing)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 2 }, { "sign", 1 }, { "deliver", 2 }, { "wrong", 0 },
                                   { "any", 0 } };
    UcResult (*step[])(UcCtx *, const UcEnvelope *) = { NULL, keeps_tickets };
    UcStrategy strategy[] = { UC_BFS, UC_RANDOM };
    for (int broken = 0; broken < 2; broken++) {
        for (int i = 0; i < 2; i++) {
            Seen seen[2];
            for (int many = 0; many < 2; many++) {
                Session s;
                begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, step[broken]);
                seen[many] = explore(&s, (UcSearchOptions){ .strategy = strategy[i], .jobs = many ? 3 : 1,
                                                            .walks = 500, .seed = 3, .commute = true });
                end(&s);
            }
            same(&seen[0], &seen[1]);
            ck_assert_int_eq(seen[0].end, broken ? UC_SEARCH_FOUND : UC_SEARCH_COMPLETE);
        }
    }
}
END_TEST

/* Real crypto that remembers signatures, verdicts and sealing keys, or not; one job, or several that share all this. */
START_TEST(remembered_crypto_changes_nothing)
{
    static const Bound bound[] = { { "real-crypto", 1 }, { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 2 }, { "verify", 1 },
                                   { "wrong", 0 }, { "any", 0 }, { "parties", 2 }, { "deliver", 2 } };
    UcResult (*step[])(UcCtx *, const UcEnvelope *) = { NULL, keeps_tickets };
    Seen seen[3];
    for (int i = 0; i < 3; i++) {
        Session s;
        begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, step[_i]);
        env_worlds_remember(s.worlds, i > 0);
        seen[i] = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .jobs = i == 2 ? 3 : 1, .commute = true });
        end(&s);
        same(&seen[0], &seen[i]);
    }
    ck_assert_int_eq(seen[0].end, _i ? UC_SEARCH_FOUND : UC_SEARCH_COMPLETE);
}
END_TEST

static bool remembers; /* as the last step of a party saw it */
static unsigned while_remembering;

static UcResult looks_whether_it_remembers(UcCtx *ctx, const UcEnvelope *in)
{
    const PiConfig *config = uc_config(ctx);
    remembers = config->dkm->sigma[0]->answers;
    while_remembering += remembers;
    return keeps_tickets(ctx, in);
}

/* What is shown was found again by the bare machines and the bare signing core. */
START_TEST(findings_are_run_again_without_memory)
{
    static const Bound bound[] = { { "real-crypto", 1 }, { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 2 },
                                   { "wrong", 0 }, { "messages", 1 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, looks_whether_it_remembers);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(env_triple) };
    for (unsigned i = 1; i < G_N_ELEMENTS(bound); i++)
        env_alphabet_set(&x.alphabet, bound[i].name, bound[i].value, NULL);
    env_alphabet_settle(&x.alphabet);
    g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
    ck_assert_int_eq(e->end, UC_SEARCH_FOUND);
    ck_assert_uint_gt(while_remembering, 0);
    ck_assert(!remembers);
    end(&s);
}
END_TEST

static volatile sig_atomic_t at_once = 1;

typedef struct {
    const Bound *bound;
    unsigned bounds;
    EnvWorld which;
    UcResult (*step)(UcCtx *, const UcEnvelope *);
    unsigned forget_beyond;
} Bounds;

/* Interrupted and gone on with in fresh worlds, at first before a move is made, until it ends. */
static Seen explore_in_pieces(const Bounds *b, UcSearchOptions options)
{
    GByteArray *saved = NULL;
    Seen seen = { 0 };
    unsigned stops = 0;
    for (;; stops++) {
        GByteArray *next = g_byte_array_new();
        Session s;
        begin(&s, b->bound, b->bounds, b->which, b->step);
        s.setup.forget_beyond = b->forget_beyond;
        options.interrupt = saved ? &interruption.set : &at_once;
        options.checkpoint = next;
        options.resume = saved;
        seen = explore(&s, options);
        end(&s);
        if (saved)
            g_byte_array_unref(saved);
        saved = next;
        if (seen.end != UC_SEARCH_INTERRUPTED)
            break;
        interruption.times = interruption.times * 3 / 2 + 1; /* a window that is not worked out is begun again */
    }
    interruption.times = 0;
    g_byte_array_unref(saved);
    ck_assert_uint_gt(stops, 0);
    return seen;
}

/* With the hashes and the knowledge of one level only it is as with those of all, with one job or two, also where it stops and goes on; with
 * commuting moves left out and without. */
START_TEST(levels_may_be_forgotten)
{
    Bounds b = { small[_i].bound, bounds_in(small[_i].bound), small[_i].which, NULL, 1 };
    for (int commute = 0; commute < 2; commute++) {
        Session s;
        begin(&s, b.bound, b.bounds, b.which, NULL);
        Seen all = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = commute, .all_hashes = true });
        s.setup.forget_beyond = b.forget_beyond;
        Seen one = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = commute, .jobs = 2 });
        end(&s);
        ck_assert_int_eq(all.end, UC_SEARCH_COMPLETE);
        same(&all, &one);
        Seen pieces = explore_in_pieces(&b, (UcSearchOptions){ .strategy = UC_BFS, .commute = commute, .all_hashes = commute });
        same(&all, &pieces);
    }
}
END_TEST

/* Interrupted and gone on with: the same in the end. */
START_TEST(resumption_changes_nothing)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 2 }, { "sign", 1 }, { "deliver", 2 }, { "wrong", 0 },
                                   { "any", 0 }, { "crash", 1 }, { "parties", 2 } };
    UcResult (*step[])(UcCtx *, const UcEnvelope *) = { NULL, keeps_tickets };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, step[_i]);
    Seen whole = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = true });
    end(&s);
    Bounds b = { bound, G_N_ELEMENTS(bound), ENV_WORLDS, step[_i], 0 };
    Seen seen = explore_in_pieces(&b, (UcSearchOptions){ .strategy = UC_BFS, .commute = true });
    same(&seen, &whole);
    /* other bounds, or bytes cut off: refused */
    GByteArray *junk = g_byte_array_new();
    g_byte_array_append(junk, (const uint8_t *)"ucsim-search 3", 15);
    begin(&s, bound, 3, ENV_WORLDS, NULL);
    ck_assert_int_eq(explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .resume = junk }).end, UC_SEARCH_NOT_RESUMED);
    end(&s);
    g_byte_array_unref(junk);
}
END_TEST

/* ---- numbers in a checkpoint that its checksum does not speak against ---- */

static const Bound altered_bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 1 }, { "wrong", 0 },
                                       { "any", 0 }, { "parties", 2 } };

static UcSearchEnd resume_with(const GByteArray *bytes, GByteArray *next)
{
    Session s;
    begin(&s, altered_bound, G_N_ELEMENTS(altered_bound), ENV_WORLDS, NULL);
    Seen seen = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = true, .interrupt = &interruption.set,
                                               .checkpoint = next, .resume = bytes });
    end(&s);
    return seen.end;
}

static UcSearchEnd resume_altered(const GByteArray *good, size_t at, uint64_t value)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new(), next = g_byte_array_new(), word = g_byte_array_new();
    g_byte_array_append(bytes, good->data, good->len);
    uc_append_u64(word, value);
    memcpy(bytes->data + at, word->data, 8);
    return resume_with(bytes, next);
}

/* Every number is held against the search's own tables: nothing is read or written past their ends. */
START_TEST(altered_checkpoints)
{
    enum { HEAD = 15, DEPTH = HEAD + 3 * 8, DONE = DEPTH + 8, TRIES = 60 };
    const uint64_t odd[] = { UINT64_MAX, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT32_MAX };
    const size_t head[] = { DEPTH, DONE };
    g_autoptr(GByteArray) good = g_byte_array_new(), next = g_byte_array_new();
    unsigned refused = 0;
    ck_assert_int_eq(resume_with(NULL, good), UC_SEARCH_INTERRUPTED);
    ck_assert_int_ne(resume_with(good, next), UC_SEARCH_NOT_RESUMED);
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(head); k++)
            ck_assert_int_eq(resume_altered(good, head[k], odd[i]), UC_SEARCH_NOT_RESUMED);
        size_t step = MAX((good->len - HEAD - 8) / TRIES, 1u);
        for (size_t at = HEAD; at + 8 <= good->len; at += step)
            refused += resume_altered(good, at, odd[i]) == UC_SEARCH_NOT_RESUMED;
        for (size_t back = 8; back <= 80; back += 8) /* what need not be followed from the states that wait */
            refused += resume_altered(good, good->len - back, odd[i]) == UC_SEARCH_NOT_RESUMED;
    }
    ck_assert_uint_gt(refused, TRIES);
}
END_TEST

/* Numbers in a move that name places in tables: machines, the kind of message, counters, who moves. The least that is out
 * of range is as wrong as the greatest. */
static size_t after_move(const GByteArray *bytes, size_t at)
{
    enum { HEAD_WORDS = 8, WORDS = UC_MESSAGE_WORDS + G_N_ELEMENTS(((UcChoice *)0)->extra) };
    at += HEAD_WORDS * 8;
    for (unsigned i = 0; i < WORDS; i++)
        at += 9 + (bytes->data[at] ? uc_read_u64(bytes->data + at + 1) : 0);
    return at;
}

START_TEST(altered_moves_of_a_checkpoint)
{
    enum { MOVES = 15 + 5 * 8 }; /* behind the figures */
    const struct { unsigned word; uint64_t least; } place[] = { { 0, UC_PARTY_0 + 3 }, { 1, UC_PARTY_0 + 3 }, { 2, UC_PARTY_0 + 3 },
        { 3, 5000 }, { 4, UC_COUNTERS_MAX }, { 4, UC_NO_COUNTER - 1 }, { 5, UINT16_MAX }, { 6, 256 }, { 7, UINT64_C(1) << 32 } };
    g_autoptr(GByteArray) good = g_byte_array_new();
    ck_assert_int_eq(resume_with(NULL, good), UC_SEARCH_INTERRUPTED);
    uint64_t moves = uc_read_u64(good->data + MOVES);
    size_t at = MOVES + 8;
    ck_assert_uint_gt(moves, 5);
    for (uint64_t m = 0; m < moves; m++, at = after_move(good, at)) { /* also those by which no state is reached */
        uint64_t counter = uc_read_u64(good->data + at + 4 * 8);
        ck_assert(counter < UC_COUNTERS_MAX || counter == UC_NO_COUNTER); /* that is where it lies */
        for (size_t i = 0; i < G_N_ELEMENTS(place); i++)
            ck_assert_msg(resume_altered(good, at + 8 * place[i].word, place[i].least) == UC_SEARCH_NOT_RESUMED,
                          "move %u of %u: word %u = %lu was taken", (unsigned)m, (unsigned)moves, place[i].word, (unsigned long)place[i].least);
    }
}
END_TEST

static const struct {
    UcResult (*step)(UcCtx *, const UcEnvelope *);
    unsigned moves;
} planted[] = { { keeps_tickets, 4 }, { keeps_block, 3 } };

START_TEST(planted_bugs_are_found)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 2 }, { "wrong", 0 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, planted[_i].step);
    Reference r = reference_search(&s.setup, 0);
    Seen bfs = explore(&s, (UcSearchOptions){ .strategy = UC_BFS });
    ck_assert_int_ne(r.verdict, UC_INDISTINGUISHABLE);
    ck_assert_int_eq(bfs.end, UC_SEARCH_FOUND);
    ck_assert_int_eq(bfs.verdict, r.verdict);
    ck_assert_uint_eq(bfs.path, r.depth);
    ck_assert_uint_eq(bfs.path, planted[_i].moves);
    UcStrategy others[] = { UC_DFS, UC_RANDOM, UC_PCT };
    for (int i = 0; i < 3; i++) {
        Seen seen = explore(&s, (UcSearchOptions){ .strategy = others[i], .walks = 5000, .seed = 1, .change_points = 2 });
        ck_assert_int_eq(seen.end, UC_SEARCH_FOUND);
        ck_assert_int_ne(seen.verdict, UC_INDISTINGUISHABLE);
    }
    end(&s);
}
END_TEST

/* ---- laws of the search ---- */

static UcSearchOptions with_strategy(UcStrategy strategy)
{
    return (UcSearchOptions){ .strategy = strategy, .walks = 500, .seed = 1, .change_points = 2, .jobs = strategy == UC_BFS ? 2 : 1 };
}

static void (*all_moves)(void *data, const UcRegion *knowledge, GArray *out);

static void moves_with_free_signatures(void *data, const UcRegion *knowledge, GArray *out)
{
    guint from = out->len;
    all_moves(data, knowledge, out);
    for (guint i = from; i < out->len; i++) {
        UcChoice *move = &g_array_index(out, UcChoice, i);
        if (move->write.message.kind == DKM_SIGN)
            move->counter = UC_NO_COUNTER;
    }
}

/* A move that changes the state without using up a unit of its bound is refused by its name, whatever the strategy: deliveries
 * whose unit in what Z knows is not counted, signatures without a bound. */
START_TEST(moves_that_cost_nothing_are_refused)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "messages", 1 }, { "wrong", 0 },
                                   { "any", 0 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, NULL);
    all_moves = s.setup.chooser.moves;
    UcLockstepSetup sound = s.setup;
    s.setup.chooser.used = NULL;
    Seen seen = explore(&s, with_strategy((UcStrategy)_i));
    ck_assert_int_eq(seen.end, UC_SEARCH_BROKEN);
    ck_assert_msg(strstr(seen.broken, "'deliver: "), "%s", seen.broken);
    s.setup = sound;
    s.setup.chooser.moves = moves_with_free_signatures;
    seen = explore(&s, with_strategy((UcStrategy)_i));
    ck_assert_int_eq(seen.end, UC_SEARCH_BROKEN);
    ck_assert_msg(strstr(seen.broken, "'sign: "), "%s", seen.broken);
    s.setup = sound;
    ck_assert_int_eq(explore(&s, with_strategy((UcStrategy)_i)).end, UC_SEARCH_COMPLETE);
    end(&s);
}
END_TEST

/* The same protocol, but a party looks at more than it needs to. */
static UcResult (*looked_after)(UcCtx *ctx, const UcEnvelope *in);

static UcResult looks_around(UcCtx *ctx, const UcEnvelope *in)
{
    size_t words;
    for (unsigned kind = UC_FIRST_KIND; kind < UC_FIRST_KIND + pi_class.kinds; kind++)
        uc_read(ctx, kind, 0, &words);
    return looked_after(ctx, in);
}

/* Other handles: strings that nobody uses. Other slots: those of the last party first. */
static void disturb_numbers(const Session *s)
{
    for (int i = 0; i < 100; i++) {
        g_autofree char *text = g_strdup_printf("nobody's string %d", i);
        uc_store_text(s->setup.store, text);
    }
    for (unsigned w = 0; w < s->setup.worlds; w++) {
        for (uint32_t i = 9; i-- > 0;)
            uc_layout_slot(s->setup.layout[w], (UcSlotKey){ .machine = uc_party(i / 3), .kind = UC_FIRST_KIND + i % 3 });
    }
}

/* What is told of a broken protocol: the same way whatever its representation, commuting orders and jobs are. */
START_TEST(the_counterexample_does_not_depend_on_the_representation)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 2 }, { "sign", 1 }, { "deliver", 2 }, { "crash", 1 }, { "wrong", 0 },
                                   { "any", 0 }, { "parties", 2 } };
    Seen first = { 0 };
    for (unsigned i = 0; i < 4; i++) {
        Session s;
        bool other = i & 1, commute = !(i & 2);
        looked_after = planted[_i].step;
        begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, other ? looks_around : planted[_i].step);
        if (other)
            disturb_numbers(&s);
        Seen seen = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = commute, .jobs = i == 1 || i == 2 ? 3 : 1 });
        end(&s);
        ck_assert_int_eq(seen.end, UC_SEARCH_FOUND);
        first = i ? first : seen;
        ck_assert_uint_eq(seen.path, planted[_i].moves);
        ck_assert_uint_eq(seen.states, first.states);
        ck_assert_msg(seen.way == first.way, "another way, run %u", i);
    }
}
END_TEST

/* Every question is noted in a place of its own, and the notes are saved with the next signature. While that is made after one question,
 * every party gets the slot for the second, as if another thread had met it. */
static const Session *meanwhile;
enum { NOTE = 7 };

static void add_slots(unsigned kind, UcWord index)
{
    for (unsigned i = 0; i < 2 * 3; i++) {
        uc_layout_slot(meanwhile->setup.layout[i / 3], (UcSlotKey){ uc_party(i % 3), kind, index });
        uc_layout_slot(meanwhile->setup.layout[i / 3], (UcSlotKey){ uc_party(i % 3), kind | UC_SHADOW, index });
    }
}

static UcResult takes_notes(UcCtx *ctx, const UcEnvelope *in)
{
    size_t words;
    unsigned kind = kind_named("own");
    UcResult r = pi_class.step(ctx, in);
    if (r.code != UC_SEND || (in->message.kind != DKM_STATUS && in->message.kind != DKM_SIGN))
        return r;
    uc_read(ctx, kind, NOTE, &words);
    if (in->message.kind == DKM_STATUS)
        uc_write(ctx, kind, NOTE + (words > 0), 2)[1] = 1;
    else if (words)
        add_slots(kind, NOTE + 1);
    return r;
}

/* A persist looks at every slot that there is: what it did is not remembered for slots that came while it ran. */
START_TEST(slots_that_come_meanwhile_are_looked_at)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "sign", 1 }, { "status", 2 }, { "wrong", 0 }, { "messages", 1 },
                                   { "transfer", 0 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, takes_notes);
    meanwhile = &s;
    Seen seen = explore(&s, (UcSearchOptions){ .strategy = UC_BFS });
    Reference r = reference_search(&s.setup, s.setup.fault_budget);
    ck_assert_int_eq(seen.end, UC_SEARCH_COMPLETE);
    ck_assert_int_eq(r.verdict, UC_INDISTINGUISHABLE);
    ck_assert_uint_eq(seen.states, r.states);
    ck_assert_uint_eq(seen.edges, r.edges);
    end(&s);
}
END_TEST

/* Two moves that teach Z something never commute, also where a world has more places than a mask has bits; two that only change
 * the machines of two parties do, so that this is told of the moves. */
START_TEST(lessons_do_not_commute_in_wide_worlds)
{
    enum { PARTIES = 60, PLACES = 512 };
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < PARTIES; i++)
        g_ptr_array_add(names, g_strdup_printf("p%u", i));
    g_ptr_array_add(names, NULL);
    EnvOptions o = env_default_options();
    EnvAlphabet a = env_default_alphabet(env_triple);
    o.party = (const char *const *)(const void *)names->pdata;
    o.crypto_ideal = true;
    env_alphabet_set(&a, "crash", 1, NULL);
    env_alphabet_set(&a, "wrong", 0, NULL);
    env_alphabet_settle(&a);
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    g_autoptr(EnvGeneral) general = env_general_new(worlds, &a, NULL);
    UcLockstepSetup setup = env_general_setup(general, ENV_WORLDS);
    g_autoptr(UcLockstep) l = uc_lockstep_new(&setup);
    UcModel m = uc_lockstep_model(l);
    g_autofree uint32_t *row = g_new0(uint32_t, UC_ROW_MAX);
    void *worker = m.worker_new(m.data);
    UcEdges edges = { 0 };
    m.root(m.data, row);
    for (int i = 0; i < 2; i++) { /* the first time there are not so many places yet */
        edges.count = 0;
        ck_assert(m.expand(worker, row, NULL, 0, &edges));
    }
    ck_assert_uint_gt(uc_lockstep_figures(l).columns, PLACES);
    unsigned commuting = 0, teaching = 0;
    for (uint32_t i = 0; i < edges.count; i++) {
        const UcChoice *x = uc_lockstep_move(l, edges.edge[i].move);
        for (uint32_t k = 0; k < i; k++) {
            const UcChoice *y = uc_lockstep_move(l, edges.edge[k].move);
            bool commute = m.commute(worker, &edges.edge[i], &edges.edge[k]);
            bool lessons = x->write.message.kind == DKM_KEYGEN && y->write.message.kind == DKM_KEYGEN;
            bool apart = x->write.message.kind == UC_M_CRASH && y->write.message.kind == UC_M_CRASH && x->write.peer != y->write.peer;
            ck_assert(!commute || !lessons);
            teaching += lessons;
            commuting += apart && commute;
        }
    }
    ck_assert_uint_gt(teaching, 0);
    ck_assert_uint_gt(commuting, 0);
    m.worker_free(worker);
    g_free(edges.edge);
}
END_TEST

/* ---- symmetry ---- */

static const struct {
    const char *name;
    EnvWorld which;
    unsigned first; /* from this one on the parties are alike */
    Bound bound[9];
} alike[] = {
    { "sign and transfer", ENV_WORLDS, 0, { { "transfer", 1 }, { "sign", 1 }, { "wrong", 0 }, { "any", 0 },
                                            { "messages", 1 } } },
    { "one sender", ENV_WORLDS, 1, { { "keygen-by", 1 }, { "transfer", 2 }, { "sign", 1 }, { "wrong", 0 }, { "any", 0 },
                                     { "messages", 1 } } },
    { "the protocol alone", ENV_REAL, 0, { { "transfer", 1 }, { "sign", 1 }, { "cancel", 1 }, { "wrong", 0 },
                                           { "messages", 1 } } },
    { "crashes", ENV_WORLDS, 1, { { "keygen-by", 1 }, { "transfer", 1 }, { "crash", 1 }, { "wrong", 0 }, { "any", 0 } } },
    { "all wrong arguments", ENV_REAL, 1, { { "keygen-by", 1 }, { "transfer", 1 }, { "messages", 1 } } },
    { "changed payloads", ENV_WORLDS, 1, { { "keygen-by", 1 }, { "transfer", 1 }, { "mutate", 1 }, { "wrong", 0 },
                                           { "any", 0 } } },
    { "pairwise trust", ENV_WORLDS, 1, { { "pairwise", 1 }, { "keygen-by", 1 }, { "transfer", 1 }, { "corrupt", 1 },
                                         { "wrong", 0 }, { "any", 0 } } },
    { "the kit's payloads", ENV_REAL, 1, { { "keygen-by", 1 }, { "request", 1 }, { "transfer", 0 }, { "corrupt", 1 }, { "forge", 1 },
                                           { "wrong", 0 }, { "any", 0 } } },
};

static unsigned named(const Bound *bound)
{
    unsigned n = 0;
    while (n < G_N_ELEMENTS(alike[0].bound) && bound[n].name)
        n++;
    return n;
}

static void use_symmetry(Session *s, EnvWorld which)
{
    ck_assert(env_general_set_symmetry(s->general, NULL));
    s->setup = env_general_setup(s->general, which);
}

/* Orbits are counted by a plain search that leaves nothing out, and have as many members as there are names. */
START_TEST(symmetry_visits_one_of_each_orbit)
{
    Session s;
    begin(&s, alike[_i].bound, named(alike[_i].bound), alike[_i].which, NULL);
    Seen all = explore(&s, (UcSearchOptions){ .strategy = UC_BFS });
    use_symmetry(&s, alike[_i].which);
    Orbits orbits = reference_orbits(&s.setup, s.setup.fault_budget, alike[_i].first, 3);
    ck_assert_int_eq(orbits.verdict, UC_INDISTINGUISHABLE);
    ck_assert_uint_gt(orbits.orders, 3);
    ck_assert(orbits.even);
    ck_assert(orbits.named);
    for (int i = 0; i < 3; i++) {
        Seen less = explore(&s, (UcSearchOptions){ .strategy = i < 2 ? UC_BFS : UC_DFS, .commute = i == 1 });
        ck_assert_int_eq(less.end, UC_SEARCH_COMPLETE);
        ck_assert_msg(less.states == orbits.states, "%s: %lu states, %lu orbits", alike[_i].name,
                      (unsigned long)less.states, (unsigned long)orbits.states);
        ck_assert_uint_lt(less.states, all.states);
        ck_assert_uint_eq(less.depth, i < 2 ? all.depth : less.depth);
    }
    end(&s);
}
END_TEST

/* What a kit makes must treat parties alike, where it makes anything: its word is asked for. */
START_TEST(symmetry_asks_the_kit)
{
    static const char *const three[] = { "hsm1", "hsm2", "hsm3", NULL }, *const bound[] = { "forge", "counterfeit", "mutate" };
    UcAttackKit kit = *env_triple->kit;
    UcTriple triple = *env_triple;
    triple.kit = &kit;
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(bound); i++) {
        EnvOptions o = env_default_options();
        EnvAlphabet a = env_default_alphabet(env_triple);
        g_autoptr(GError) error = NULL;
        kit.alike = i % 2;
        o.triple = &triple;
        o.party = three;
        o.crypto_ideal = true;
        for (unsigned k = 0; k < G_N_ELEMENTS(bound); k++)
            ck_assert(env_alphabet_set(&a, bound[k], k == i / 2, NULL));
        env_alphabet_settle(&a);
        EnvWorlds *worlds = env_worlds_new(&o, NULL);
        EnvGeneral *general = env_general_new(worlds, &a, NULL);
        bool good = kit.alike || i / 2 == 2;
        ck_assert_int_eq(env_general_set_symmetry(general, &error), good);
        ck_assert(good || g_str_has_suffix(error->message, "got bounds of an attack kit that does not say that it treats parties alike"));
        env_general_free(general);
        env_worlds_free(worlds);
    }
}
END_TEST

/* With other coins other ways have the least hash. */
START_TEST(symmetry_changes_no_verdict)
{
    static const struct {
        UcResult (*step)(UcCtx *, const UcEnvelope *);
        EnvWorld which;
        int64_t coins;
    } broken[] = { { keeps_tickets, ENV_WORLDS, 0 }, { keeps_tickets, ENV_REAL, 0 }, { keeps_block, ENV_WORLDS, 0 },
                   { keeps_block, ENV_REAL, 0 }, { forgets_its_keys, ENV_WORLDS, 1 }, { forgets_its_keys, ENV_WORLDS, 2 },
                   { forgets_its_keys, ENV_WORLDS, 3 }, { forgets_its_keys, ENV_WORLDS, 4 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(broken); i++) {
        const Bound bound[] = { { "transfer", 1 }, { "sign", 1 }, { "deliver", 2 }, { "wrong", 0 }, { "coins", broken[i].coins } };
        Session s;
        begin(&s, bound, G_N_ELEMENTS(bound), broken[i].which, broken[i].step);
        Seen all = explore(&s, (UcSearchOptions){ .strategy = UC_BFS });
        use_symmetry(&s, broken[i].which);
        Seen less = explore(&s, (UcSearchOptions){ .strategy = UC_BFS, .commute = true });
        ck_assert_int_eq(all.end, UC_SEARCH_FOUND);
        ck_assert_int_eq(less.end, UC_SEARCH_FOUND);
        ck_assert_int_eq(less.verdict, all.verdict);
        ck_assert_str_eq(less.rule, all.rule);
        ck_assert_uint_eq(less.path, all.path);
        ck_assert_uint_lt(less.states, all.states);
        end(&s);
    }
}
END_TEST

START_TEST(symmetry_is_refused_where_it_is_not_known_to_hold)
{
    static const Bound bound[] = { { "sign", 1 }, { "real-crypto", 1 } }, seals[] = { { "sign", 1 }, { "real-seals", 1 } };
    g_autoptr(GError) error = NULL;
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, NULL);
    ck_assert(!env_general_set_symmetry(s.general, &error));
    ck_assert(strstr(error->message, "got crypto real"));
    end(&s);
    begin(&s, seals, G_N_ELEMENTS(seals), ENV_WORLDS, NULL);
    g_clear_error(&error);
    ck_assert(!env_general_set_symmetry(s.general, &error));
    ck_assert(strstr(error->message, "got real seals"));
    end(&s);
}
END_TEST

/* From bounds to a schedule that replays: with the fewest faults, shrunk, of the same kind. */
START_TEST(findings_become_minimal_schedules)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "sign", 1 }, { "deliver", 2 }, { "wrong", 0 },
                                   { "crash", 2 }, { "messages", 1 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, planted[_i].step);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(env_triple), .deepen = true, .shrink_tries = 1000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(bound); i++)
        env_alphabet_set(&x.alphabet, bound[i].name, bound[i].value, NULL);
    env_alphabet_settle(&x.alphabet);
    UcStrategy strategy[] = { UC_BFS, UC_RANDOM };
    for (int i = 0; i < 2; i++) {
        x.search = (UcSearchOptions){ .strategy = strategy[i], .walks = 20000, .seed = 7 };
        g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
        ck_assert_msg(e->end == UC_SEARCH_FOUND, "%s", e->broken ? e->broken : uc_search_end_name[e->end]);
        ck_assert_int_ne(e->verdict, UC_INDISTINGUISHABLE);
        ck_assert(e->schedule && e->shrunk);
        ck_assert_uint_le(e->shrunk->move->len, e->schedule->move->len);
        if (strategy[i] == UC_BFS) {
            ck_assert_uint_eq(e->faults, 0);
            ck_assert_uint_eq(e->shrunk->move->len, planted[_i].moves);
        }
        for (guint left = 0; left < e->shrunk->move->len; left++) { /* every move of it is needed */
            bool keep[16];
            for (guint k = 0; k < e->shrunk->move->len; k++)
                keep[k] = k != left;
            g_autoptr(UcSchedule) less = uc_schedule_subset(e->shrunk, keep);
            g_autoptr(EnvReplay) r = less ? env_replay_on(s.worlds, ENV_WORLDS, less, NULL, NULL, NULL) : NULL;
            ck_assert(!r || env_replay_comparison(r).verdict != e->verdict);
        }
    }
    end(&s);
}
END_TEST

/* Stopped by a limit or a signal with few faults: of more faults nothing is said. */
START_TEST(a_stop_is_before_the_next_budget)
{
    static const volatile sig_atomic_t asked = 1;
    const UcSearchOptions stop[] = { { .interrupt = &asked }, { .memory = 1 }, { .seconds = 1e-9 } };
    static const UcSearchEnd ends[] = { UC_SEARCH_INTERRUPTED, UC_SEARCH_MEMORY, UC_SEARCH_TIME };
    Session s;
    begin(&s, NULL, 0, ENV_WORLDS, NULL);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = env_default_alphabet(env_triple), .deepen = true, .search = stop[_i] };
    env_alphabet_set(&x.alphabet, "sign", 1, NULL);
    env_alphabet_set(&x.alphabet, "crash", 2, NULL);
    env_alphabet_settle(&x.alphabet);
    g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
    ck_assert_int_eq(e->end, ends[_i]);
    ck_assert_uint_eq(e->faults, 0);
    ck_assert_uint_gt(e->fault_budget, 0);
    end(&s);
}
END_TEST

/* The protocol alone breaks a rule; in both worlds the same schedule makes the views differ, and is written so. */
START_TEST(findings_in_one_world_say_what_a_replay_says)
{
    Session s;
    begin(&s, NULL, 0, ENV_REAL, signs_for_nobody);
    env_worlds_spec(s.worlds, ENV_IDEAL)->sandbox.class = &pi_class;
    EnvExploration x = { .which = ENV_REAL, .alphabet = env_default_alphabet(env_triple), .shrink_tries = 1000 };
    env_alphabet_set(&x.alphabet, "sign", 1, NULL);
    env_alphabet_set(&x.alphabet, "wrong", 0, NULL);
    env_alphabet_settle(&x.alphabet);
    g_autoptr(EnvExplored) e = env_explore(s.worlds, &x, NULL);
    g_autoptr(EnvReplay) r = env_replay_on(s.worlds, ENV_WORLDS, e->shrunk, NULL, NULL, NULL);
    ck_assert_int_eq(e->verdict, UC_NO_PROGRESS);
    ck_assert_int_eq(env_replay_comparison(r).verdict, UC_DISTINGUISHED);
    ck_assert_int_eq(e->replayed, UC_DISTINGUISHED);
    g_clear_pointer(&r, env_replay_free);
    end(&s);
}
END_TEST

START_TEST(coverage_tells_what_a_bound_cannot_reach)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 0 }, { "sign", 1 }, { "wrong", 1 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, NULL);
    g_autoptr(UcLockstep) l = uc_lockstep_new(&s.setup);
    UcModel model = uc_lockstep_model(l);
    g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS });
    g_autoptr(UcCoverage) c = uc_lockstep_coverage(l);
    ck_assert_int_eq(r->end, UC_SEARCH_COMPLETE);
    g_ptr_array_add(c->seen, NULL);
    g_ptr_array_add(c->missing, NULL);
    ck_assert(g_strv_contains((const char *const *)c->seen->pdata, "signature"));
    ck_assert(g_strv_contains((const char *const *)c->seen->pdata, "error code unknown-key"));
    ck_assert(g_strv_contains((const char *const *)c->missing->pdata, "transfer"));
    ck_assert(g_strv_contains((const char *const *)c->missing->pdata, "inject"));
    ck_assert(g_strv_contains((const char *const *)c->missing->pdata, "answer outcome abort"));
    end(&s);
}
END_TEST

/* What a corrupted member seals is tried, with enclave and with pairwise trust, and F takes it as an injection. */
START_TEST(corrupted_members_seal)
{
    static const Bound bound[] = { { "keygen-by", 1 }, { "transfer", 1 }, { "corrupt", 1 }, { "wrong", 0 }, { "any", 0 },
                                   { "messages", 1 }, { "pairwise", 1 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound) - (_i == 0), ENV_WORLDS, NULL);
    g_autoptr(UcLockstep) l = uc_lockstep_new(&s.setup);
    UcModel model = uc_lockstep_model(l);
    g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS });
    g_autoptr(UcCoverage) c = uc_lockstep_coverage(l);
    ck_assert_int_eq(r->end, UC_SEARCH_COMPLETE);
    g_ptr_array_add(c->seen, NULL);
    ck_assert(g_strv_contains((const char *const *)c->seen->pdata, "inject outcome proceed"));
    end(&s);
}
END_TEST

/* ---- memory ---- */

static size_t (*counted)(void *data);
static size_t resident_peak;

/* The model's own figure, asked for whenever the limit is looked at. */
static size_t note_resident(void *data)
{
    resident_peak = MAX(resident_peak, uc_big_resident());
    return counted(data);
}

/* A limit of memory is one of what the program takes, counted or not. */
START_TEST(memory_taken_stays_near_the_limit)
{
    enum { LIMIT = 64 << 20 };
    static const Bound bound[] = { { "transfer", 9 }, { "sign", 9 }, { "deliver", 9 }, { "crash", 9 } };
    Session s;
    begin(&s, bound, G_N_ELEMENTS(bound), ENV_WORLDS, NULL);
    g_autoptr(UcLockstep) l = uc_lockstep_new(&s.setup);
    UcModel model = uc_lockstep_model(l);
    counted = model.memory;
    model.memory = note_resident;
    size_t before = uc_big_resident();
    g_autoptr(UcSearchResult) r = uc_search(&model, &(UcSearchOptions){ .strategy = UC_BFS, .memory = LIMIT });
    ck_assert_int_eq(r->end, UC_SEARCH_MEMORY);
    ck_assert_uint_gt(r->figures.states, 1000); /* of a sanitizer that holds back what is freed, too */
    ck_assert_msg(resident_peak - before < LIMIT + LIMIT / 8, "%zu MiB were taken", (resident_peak - before) >> 20);
    end(&s);
}
END_TEST

/* ---- the table of moves, with more parties and keys than fit into one word or a small array ---- */

enum { MANY_PARTIES = 20, MANY_KEYS = 20 };

static UcRegion *taught(const UcChooser *c, UcRegion *knowledge, const UcChoice *move, UcViewEntry entry)
{
    UcRegion *lesson = c->lesson(c->data, move, &entry, 1, true), *after = c->absorb(c->data, knowledge, lesson);
    uc_region_unref(lesson);
    uc_region_unref(knowledge);
    return after;
}

/* How many of the moves are of this kind and to this party. */
static unsigned count_moves(const UcChooser *c, const UcRegion *knowledge, UcWord kind, UcWord to)
{
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    unsigned n = 0;
    c->moves(c->data, knowledge, moves);
    for (guint i = 0; i < moves->len; i++) {
        const UcChoice *m = &g_array_index(moves, UcChoice, i);
        UcWord party = (m->write.to == UC_A ? m->write.peer : m->write.to) - (UcWord)UC_PARTY_0;
        n += m->write.message.kind == kind && party == to;
    }
    return n;
}

START_TEST(many_parties_and_keys_are_told_apart)
{
    char name[MANY_PARTIES][8];
    const char *party[MANY_PARTIES + 1] = { NULL };
    for (int i = 0; i < MANY_PARTIES; i++) {
        g_snprintf(name[i], sizeof name[i], "p%d", i);
        party[i] = name[i];
    }
    EnvOptions o = env_default_options();
    EnvAlphabet a = env_default_alphabet(env_triple);
    o.party = party;
    env_alphabet_set(&a, "deliver", 20, NULL);
    env_alphabet_set(&a, "sign", 1, NULL);
    env_alphabet_set(&a, "wrong", 0, NULL);
    env_alphabet_set(&a, "messages", 1, NULL);
    env_alphabet_settle(&a);
    g_autoptr(EnvWorlds) worlds = env_worlds_new(&o, NULL);
    g_autoptr(EnvGeneral) general = env_general_new(worlds, &a, NULL);
    UcLockstepSetup setup = env_general_setup(general, ENV_WORLDS);
    const UcChooser *c = &setup.chooser;
    UcStore *store = env_worlds_store(worlds);
    UcWord payload = uc_store_text(store, "payload");
    UcChoice none = { .tag = 0 }, delivery = { .tag = (uint8_t)env_alphabet_order(&a, ENV_DO_DELIVER), .extra = { payload, 0 } };
    UcRegion *k = taught(c, NULL, &none, (UcViewEntry){ .peer = UC_PARTY_0, .message = { UC_M_PAYLOAD, { 1, payload } } });
    for (int i = 0; i < 20; i++) {
        ck_assert_uint_eq(count_moves(c, k, UC_M_DELIVER, 0), 1);
        k = taught(c, k, &delivery, (UcViewEntry){ .message = { UC_M_EMPTY, { 0 } } });
    }
    ck_assert_uint_eq(count_moves(c, k, UC_M_DELIVER, 0), 0);
    for (UcWord p = 1; p < MANY_PARTIES; p++)
        ck_assert_uint_eq(count_moves(c, k, UC_M_DELIVER, p), 1);
    for (int i = 0; i < MANY_KEYS; i++) {
        UcWord kid = uc_store_put(store, &(uint8_t){ (uint8_t)i }, 1);
        k = taught(c, k, &none, (UcViewEntry){ .message = { DKM_KEY, { kid, kid, 3 } } });
    }
    ck_assert_uint_eq(count_moves(c, k, DKM_SIGN, 7), MANY_KEYS);
    uc_region_unref(k);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exploration of worlds");
    TCase *tc = tcase_create("explore");
    tcase_set_timeout(tc, 60);
    const int smalls = (int)G_N_ELEMENTS(small) - !g_getenv("UCSIM_LONG_TESTS");
    tcase_add_loop_test(tc, reaches_what_a_plain_search_reaches, 0, smalls);
    tcase_add_loop_test(tc, commuting_moves_lose_no_state, 0, smalls);
    tcase_add_test(tc, unpersisted_writes_are_told_apart);
    tcase_add_test(tc, jobs_change_nothing);
    tcase_add_loop_test(tc, remembered_crypto_changes_nothing, 0, 2);
    tcase_add_test(tc, findings_are_run_again_without_memory);
    tcase_add_loop_test(tc, resumption_changes_nothing, 0, 2);
    tcase_add_loop_test(tc, levels_may_be_forgotten, 0, smalls);
    tcase_add_test(tc, altered_checkpoints);
    tcase_add_test(tc, altered_moves_of_a_checkpoint);
    tcase_add_loop_test(tc, planted_bugs_are_found, 0, G_N_ELEMENTS(planted));
    tcase_add_loop_test(tc, moves_that_cost_nothing_are_refused, 0, UC_STRATEGIES);
    tcase_add_loop_test(tc, the_counterexample_does_not_depend_on_the_representation, 0, G_N_ELEMENTS(planted));
    tcase_add_loop_test(tc, symmetry_visits_one_of_each_orbit, 0, G_N_ELEMENTS(alike));
    tcase_add_test(tc, slots_that_come_meanwhile_are_looked_at);
    tcase_add_test(tc, lessons_do_not_commute_in_wide_worlds);
    tcase_add_test(tc, symmetry_asks_the_kit);
    tcase_add_test(tc, symmetry_changes_no_verdict);
    tcase_add_test(tc, symmetry_is_refused_where_it_is_not_known_to_hold);
    tcase_add_loop_test(tc, findings_become_minimal_schedules, 0, G_N_ELEMENTS(planted));
    tcase_add_loop_test(tc, a_stop_is_before_the_next_budget, 0, 3);
    tcase_add_loop_test(tc, corrupted_members_seal, 0, 2);
    tcase_add_test(tc, findings_in_one_world_say_what_a_replay_says);
    tcase_add_test(tc, coverage_tells_what_a_bound_cannot_reach);
    tcase_add_test(tc, memory_taken_stays_near_the_limit);
    tcase_add_test(tc, many_parties_and_keys_are_told_apart);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
