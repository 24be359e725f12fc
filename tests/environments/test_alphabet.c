/* The most general environment from another interface's table alone: a library that adds books and lends them. Every move is
 * told beforehand, for what Z knows; then letters (courier.h) are explored, which have no table of their own. */
#include <stdlib.h>
#include <string.h>

#include "courier.h"
#include "environments/general/explorer.h"
#include "tests/support/suite.h"

/* ---- an interface that nobody runs ---- */

enum {
    ADD = UC_M_USER, /* title, pages */
    LEND,            /* book, to, pages */
    BURN,            /* book */
    RETURN,          /* slip, book, mark, days */
    CLOSE,           /* why */
    ADDED,           /* book */
    LENT,            /* slip, book, mark, to */
};
static const char *const reason[] = { "lost", "sold", NULL };
static const UcMessageKind kinds[] = {
    { "add", { { "title", UC_TEXT }, { "pages", UC_INT } } },
    { "lend", { { "book", UC_BYTES }, { "to", UC_PARTY }, { "pages", UC_INT } } },
    { "burn", { { "book", UC_BYTES } } },
    { "return", { { "slip", UC_BYTES }, { "book", UC_BYTES }, { "mark", UC_TEXT }, { "days", UC_INT } } },
    { "close", { { "why", UC_CODE, reason } } },
    { "added", { { "book", UC_BYTES } } },
    { "lent", { { "slip", UC_BYTES }, { "book", UC_BYTES }, { "mark", UC_TEXT }, { "to", UC_PARTY } } },
};
static const UcMessageTable messages = { kinds, G_N_ELEMENTS(kinds) };

static int64_t size(const void *setup) { return 2; }

static const UcObject objects[] = {
    { "book", ADDED, "book", .input = ADD, .unknown = 3,
      .attribute = { { "owner", UC_OF_SPEAKER }, { "title", UC_OF_INPUT, "title" }, { "pages", UC_OF_INPUT, "pages" } } },
    { "slip", LENT, "slip", .unknown = 4, .where_used = true,
      .attribute = { { "book", UC_OF_OUTPUT, "book" }, { "mark", UC_OF_OUTPUT, "mark" }, { "to", UC_OF_OUTPUT, "to" } } },
};
static const UcNumbers lists[] = {
    { "pages", size, { { 1 }, { 2 }, { 0, .plus_size = true }, { 1, .plus_size = true }, { -1, .wrong = true } }, 5 },
    { "days", NULL, { { 7 } }, 1 },
};
static const UcConstant marks[] = { { "clean" }, { "torn", .wrong = true }, { NULL } };
static const UcInput inputs[] = {
    { RETURN, .with = ADD, .turn = 2,
      .argument = { { "slip", .object = "slip", .actor = "to" }, { "book", .object = "book", .none = "blank", .like = { "slip", "book" } },
                    { "mark", marks, .like = { "slip", "mark" } }, { "days", .numbers = "days" } } },
    { BURN, .otherwise = 1, .turn = 1, .argument = { { "book", .object = "book", .unknown = UC_UNKNOWN_FIRST } } },
    { LEND, .as = ADD, .turn = 1, .sends = true,
      .argument = { { "book", .object = "book", .unknown = UC_UNKNOWN_FIRST, .actor = "owner" },
                    { "to", .not_self = true }, { "pages", .like = { "book", "pages" } } } },
    { ADD, .otherwise = 3, .first = "add-by" },
    { CLOSE, .bound = "close-down", .otherwise = 1 },
};
static const UcInput says = { LENT, .argument = { { "slip", .object = "slip" }, { "book", .object = "book" } } };
static const UcAlphabet alphabet = {
    .object = objects, .objects = 2, .input = inputs, .inputs = 5, .list = lists, .lists = 2,
    .cut = { { "add-by", UC_CUT_FIRST }, { "blank", UC_CUT_SWITCH } }, .says = &says,
};

static const UcInterface library = { .name = "F_LIBRARY", .messages = &messages, .alphabet = &alphabet };

/* ---- sessions ---- */

typedef struct {
    UcInterface interface;
    UcProtocol protocol;
    UcFunctionality functionality;
    UcTriple triple;
    EnvWorlds *worlds;
    EnvGeneral *general;
    UcLockstepSetup setup;
    UcStore *store;
    UcRegion *knowledge;
} Session;

/* The triple of letters with another interface. */
static void wear(Session *s, UcInterface interface)
{
    s->interface = interface;
    s->protocol = *courier.protocol;
    s->functionality = *courier.functionality;
    s->triple = courier;
    s->protocol.interface = s->functionality.interface = &s->interface;
    s->triple.protocol = &s->protocol;
    s->triple.functionality = &s->functionality;
}

static EnvWorlds *worlds_of(const UcTriple *triple)
{
    static const char *const two[] = { "ann", "bob", NULL };
    EnvOptions o = env_default_options();
    env_options_take(&o, triple);
    o.party = two;
    o.crypto_ideal = true;
    EnvWorlds *worlds = env_worlds_new(&o, NULL);
    ck_assert_ptr_nonnull(worlds);
    return worlds;
}

typedef struct {
    const char *name;
    int64_t value;
} Bound;

static EnvAlphabet bounds_of(const UcTriple *triple, const Bound *bound)
{
    EnvAlphabet a = env_default_alphabet(triple);
    for (; bound->name; bound++)
        ck_assert_msg(env_alphabet_set(&a, bound->name, bound->value, NULL), "%s", bound->name);
    env_alphabet_settle(&a);
    return a;
}

static UcWord text(const Session *s, const char *t) { return uc_store_text(s->store, t); }

static void learn(Session *s, UcMessage input, UcViewEntry output)
{
    const UcChooser *c = &s->setup.chooser;
    UcChoice move = { .write = { .message = input } };
    UcRegion *lesson = c->lesson(c->data, &move, &output, 1, true);
    UcRegion *after = lesson ? c->absorb(c->data, s->knowledge, lesson) : NULL;
    uc_region_unref(lesson);
    if (!after)
        return;
    uc_region_unref(s->knowledge);
    s->knowledge = after;
}

static void begin(Session *s, const Bound *bound)
{
    *s = (Session){ .knowledge = NULL };
    wear(s, library);
    EnvAlphabet a = bounds_of(&s->triple, bound);
    s->worlds = worlds_of(&s->triple);
    s->store = env_worlds_store(s->worlds);
    s->general = env_general_new(s->worlds, &a, NULL);
    ck_assert_ptr_nonnull(s->general);
    s->setup = env_general_setup(s->general, ENV_WORLDS);
}

/* ann has added a book of two pages; the slip says that it was lent to bob. */
static void learn_both(Session *s)
{
    learn(s, (UcMessage){ ADD, { text(s, "m0"), 2 } }, (UcViewEntry){ .from = UC_PARTY_0, .message = { ADDED, { text(s, "b0") } } });
    learn(s, (UcMessage){ LEND, { 0 } },
          (UcViewEntry){ .from = UC_PARTY_0 + 1, .message = { LENT, { text(s, "s0"), text(s, "b0"), text(s, "clean"), 1 } } });
}

static void end(Session *s)
{
    uc_region_unref(s->knowledge);
    env_general_free(s->general);
    env_worlds_free(s->worlds);
}

/* ---- moves as text ---- */

static void print_word(const Session *s, const UcField *field, UcWord word, GString *out)
{
    size_t length;
    if (field->type == UC_CODE)
        g_string_append_printf(out, " %s", uc_name_of(field->names, word));
    else if (field->type == UC_INT || field->type == UC_PARTY)
        g_string_append_printf(out, " %d", (int)(int64_t)word);
    else if (word == UC_NONE)
        g_string_append(out, " -");
    else if (!*uc_store_get(s->store, word, &length))
        g_string_append_printf(out, " ?%zu", length);
    else
        g_string_append_printf(out, " %.*s", (int)length, (const char *)uc_store_get(s->store, word, NULL));
}

/* Those of one party, or orders that have to do with it. */
static char *moves_of(const Session *s, UcWord party)
{
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(UcChoice));
    GString *out = g_string_new(NULL);
    s->setup.chooser.moves(s->setup.chooser.data, s->knowledge, moves);
    for (guint i = 0; i < moves->len; i++) {
        const UcChoice *m = &g_array_index(moves, UcChoice, i);
        bool order = m->write.to == UC_A;
        if ((order ? m->write.peer : m->write.to) != uc_party(party))
            continue;
        const UcMessageKind *kind = uc_message_kind(&messages, m->write.message.kind);
        g_string_append_printf(out, "%s%s", order ? "A: " : "", kind->name);
        for (unsigned f = 0; f < uc_message_fields(kind); f++)
            print_word(s, &kind->field[f], m->write.message.w[f], out);
        g_string_append_c(out, '\n');
        ck_assert_uint_eq(m->counter, m->tag);
        ck_assert_str_eq(s->setup.chooser.name(s->setup.chooser.data, m), order ? "corrupt" : strcmp(kind->name, "close") ? kind->name : "close-down");
    }
    return g_string_free(out, FALSE);
}

static void require_moves(const Session *s, UcWord party, const char *expected)
{
    g_autofree char *got = moves_of(s, party);
    ck_assert_str_eq(got, expected);
}

/* ---- moves ---- */

#define NOTHING_WRONG { "wrong", 0 }, { "messages", 1 }
#define ONE_WRONG { "wrong", 1 }, { "messages", 1 }

START_TEST(of_somebody_who_knows_nothing)
{
    Session s;
    begin(&s, (const Bound[]){ NOTHING_WRONG, { NULL, 0 } });
    require_moves(&s, 0, "add m0 1\nadd m0 2\nclose lost\nclose sold\n");
    end(&s);
    begin(&s, (const Bound[]){ ONE_WRONG, { NULL, 0 } });
    require_moves(&s, 0, "add m0 1\nadd m0 2\nadd m0 -1\nclose lost\nclose sold\n"
                         "burn ?3\nlend ?3 1 1\nlend ?3 1 2\n"); /* nothing: only where there is something */
    end(&s);
}
END_TEST

START_TEST(of_use_only)
{
    Session s;
    begin(&s, (const Bound[]){ NOTHING_WRONG, { NULL, 0 } });
    learn_both(&s);
    require_moves(&s, 0, "add m0 1\nadd m0 2\nclose lost\nclose sold\nburn b0\nlend b0 1 2\n");
    require_moves(&s, 1, "add m0 1\nadd m0 2\nclose lost\nclose sold\nburn b0\nreturn s0 b0 clean 7\n");
    end(&s);
}
END_TEST

/* What a relation breaks counts once, and decides alone of numbers and texts. */
START_TEST(with_one_wrong_argument)
{
    Session s;
    begin(&s, (const Bound[]){ ONE_WRONG, { NULL, 0 } });
    learn_both(&s);
    require_moves(&s, 0, "add m0 1\nadd m0 2\nadd m0 -1\nclose lost\nclose sold\n"
                         "burn ?3\nlend ?3 1 1\nlend ?3 1 2\n"
                         "burn b0\nlend b0 0 2\nlend b0 1 1\nlend b0 1 2\nlend b0 1 -1\nlend b0 2 2\n"
                         "return s0 b0 clean 7\nreturn ?4 b0 clean 7\nreturn ?4 - clean 7\n");
    require_moves(&s, 1, "add m0 1\nadd m0 2\nadd m0 -1\nclose lost\nclose sold\n"
                         "burn ?3\nlend ?3 0 1\nlend ?3 0 2\nburn b0\nlend b0 0 2\n"
                         "return s0 b0 clean 7\nreturn s0 b0 torn 7\nreturn s0 - clean 7\nreturn s0 ?3 clean 7\n"
                         "return ?4 b0 clean 7\nreturn ?4 - clean 7\n");
    end(&s);
}
END_TEST

/* A book of -1 pages is lent with -1, which is wrong elsewhere; a slip of no book asks for none. */
START_TEST(as_the_object_asks)
{
    Session s;
    begin(&s, (const Bound[]){ NOTHING_WRONG, { "add", 1 }, { NULL, 0 } });
    learn(&s, (UcMessage){ ADD, { text(&s, "m0"), (UcWord)-1 } },
          (UcViewEntry){ .from = UC_PARTY_0, .message = { ADDED, { text(&s, "b0") } } });
    learn(&s, (UcMessage){ LEND, { 0 } }, (UcViewEntry){ .from = UC_PARTY_0, .message = { LENT, { text(&s, "s0"), UC_NONE, UC_NONE, 1 } } });
    require_moves(&s, 0, "add m0 1\nadd m0 2\nclose lost\nclose sold\nburn b0\nlend b0 1 -1\n");
    require_moves(&s, 1, "add m0 1\nadd m0 2\nclose lost\nclose sold\nburn b0\nreturn s0 b0 clean 7\nreturn s0 - clean 7\n");
    end(&s);
}
END_TEST

START_TEST(cut_short)
{
    Session s;
    begin(&s, (const Bound[]){ ONE_WRONG, { "add-by", 1 }, { "blank", 0 }, { "lend", 0 }, { "return", 1 }, { "close-down", 0 },
                               { NULL, 0 } });
    learn_both(&s);
    require_moves(&s, 0, "add m0 1\nadd m0 2\nadd m0 -1\nburn ?3\nburn b0\nreturn s0 b0 clean 7\nreturn ?4 b0 clean 7\n");
    require_moves(&s, 1, "add m0 -1\nburn ?3\nburn b0\nreturn s0 b0 clean 7\nreturn s0 b0 torn 7\nreturn s0 ?3 clean 7\n"
                         "return ?4 b0 clean 7\n");
    end(&s);
    begin(&s, (const Bound[]){ NOTHING_WRONG, { "parties", 1 }, { "corrupt", 1 }, { "add", 0 }, { "close-down", 0 }, { NULL, 0 } });
    require_moves(&s, 0, "A: corrupt\nA: lent ?4 ?3 m0 2\n");
    require_moves(&s, 1, "");
    end(&s);
}
END_TEST

START_TEST(objects_are_learnt_once_and_as_the_table_says)
{
    static const Bound nobody_returns[] = { NOTHING_WRONG, { "return", 0 }, { NULL, 0 } }, all[] = { NOTHING_WRONG, { NULL, 0 } };
    Session s;
    begin(&s, all);
    ck_assert_uint_eq(s.setup.chooser.knowledge.item_words, UC_ITEM_MORE + 1); /* two attributes are handles */
    ck_assert_uint_eq(s.setup.chooser.knowledge.item_handles, 1 << UC_ITEM_BYTES | 1 << UC_ITEM_HANDLE | 1 << UC_ITEM_MORE);
    learn_both(&s);
    ck_assert_uint_eq(s.knowledge->words, 2 * (UC_ITEM_MORE + 1));
    learn_both(&s);
    ck_assert_uint_eq(s.knowledge->words, 2 * (UC_ITEM_MORE + 1));
    const UcWord book[] = { 0, text(&s, "b0"), 0, 0, text(&s, "m0"), 2, 0 }, slip[] = { 1, text(&s, "s0"), 1, 0, text(&s, "b0"), 0, text(&s, "clean") };
    ck_assert_mem_eq(s.knowledge->word, book, sizeof book);
    ck_assert_mem_eq(s.knowledge->word + G_N_ELEMENTS(book), slip, sizeof slip);
    end(&s);
    begin(&s, all); /* a book is what somebody added */
    learn(&s, (UcMessage){ LEND, { 0 } }, (UcViewEntry){ .from = UC_PARTY_0, .message = { ADDED, { text(&s, "b1") } } });
    ck_assert_ptr_null(s.knowledge);
    end(&s);
    begin(&s, nobody_returns);
    learn_both(&s);
    ck_assert_uint_eq(s.knowledge->words, UC_ITEM_MORE + 1);
    end(&s);
}
END_TEST

/* ---- bounds ---- */

START_TEST(bounds_follow_the_table)
{
    Session s;
    wear(&s, library);
    EnvAlphabet a = bounds_of(&s.triple, (const Bound[]){ { NULL, 0 } });
    const uint32_t expected[] = { 1, 1, 3, 3, 1, 1 };
    ck_assert_mem_eq(a.bound, expected, sizeof expected);
    a = bounds_of(&s.triple, (const Bound[]){ { "add", 0 }, { "add_by", 2 }, { NULL, 0 } });
    const uint32_t nobody_adds[] = { 0, 1, 0, 0, 1, 0 };
    ck_assert_mem_eq(a.bound, nobody_adds, sizeof nobody_adds);
    g_autofree char *cuts = env_alphabet_cuts(&a);
    ck_assert_str_eq(cuts, "messages=2 wrong=8 blank=1 flawed=0 add-by=2");
    g_autoptr(GError) error = NULL;
    ck_assert(!env_alphabet_set(&a, "keygen", 1, &error));
    ck_assert_str_eq(error->message, "bound: expected one of return, burn, lend, add, close-down, deliver, mutate, crash, restart, restore, "
                     "corrupt, forge, counterfeit, messages, wrong, blank, flawed, parties, add-by, got 'keygen'");
    g_auto(GStrv) names = env_alphabet_script_names(&s.interface);
    g_autofree char *all = g_strjoinv(" ", names);
    ck_assert_str_eq(all, "return burn lend add close_down deliver mutate crash restart restore corrupt forge counterfeit messages wrong "
                     "blank flawed parties add_by pages days");
    ck_assert_int_eq(env_alphabet_list(&s.interface, "days"), ENV_LIST_NUMBERS);
    ck_assert_int_eq(env_alphabet_list(&s.interface, "counts"), ENV_LIST_NONE);
}
END_TEST

/* ---- a session of letters, which has a table of two rows here ---- */

enum { LETTERS_SEND = UC_M_USER, LETTERS_WEIGH, LETTERS_IS_EMPTY };
static const UcInput letters_inputs[] = { { LETTERS_SEND, .otherwise = 2, .sends = true }, { LETTERS_WEIGH, .otherwise = 1 } };
static const UcAlphabet letters = { .input = letters_inputs, .inputs = 2 };

static UcResult (*honest)(UcCtx *ctx, const UcEnvelope *in);
static UcResult loses_m1(UcCtx *ctx, const UcEnvelope *in)
{
    bool lost = in->message.kind == LETTERS_SEND && in->message.w[1] == uc_store_text(uc_ctx_store(ctx), "m1");
    return lost ? uc_pass("lost") : honest(ctx, in);
}

static EnvExplored *explore(const UcAlphabet *table, UcResult (*step)(UcCtx *, const UcEnvelope *), bool symmetry, GError **error)
{
    Session s = { 0 };
    UcInterface interface = *courier.protocol->interface;
    interface.alphabet = table;
    wear(&s, interface);
    EnvExploration x = { .which = ENV_WORLDS, .alphabet = bounds_of(&s.triple, (const Bound[]){ { "wrong", 8 }, { NULL, 0 } }),
                         .deepen = true, .symmetry = symmetry, .search = { .strategy = UC_BFS, .jobs = 1, .commute = true } };
    g_autoptr(EnvWorlds) worlds = worlds_of(&s.triple);
    UcClass class = *env_worlds_spec(worlds, ENV_REAL)->party.class;
    honest = class.step;
    class.step = step ? step : honest;
    env_worlds_spec(worlds, ENV_REAL)->party.class = &class;
    return env_explore(worlds, &x, error);
}

START_TEST(letters_are_explored_to_the_end)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvExplored) e = explore(&letters, NULL, false, &error);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->end, UC_SEARCH_COMPLETE);
    ck_assert_int_eq(e->verdict, UC_INDISTINGUISHABLE);
    ck_assert_uint_gt(e->figures.states, 10);
    g_autofree char *seen = g_strjoinv(", ", (char **)((GPtrArray *)(g_ptr_array_add(e->coverage->seen, NULL), e->coverage->seen))->pdata);
    ck_assert_msg(strstr(seen, "received") && strstr(seen, "weight"), "%s", seen);
}
END_TEST

START_TEST(a_lost_letter_is_found)
{
    g_autoptr(EnvExplored) e = explore(&letters, loses_m1, false, NULL);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->end, UC_SEARCH_FOUND);
    ck_assert_int_eq(e->verdict, UC_DISTINGUISHED);
    ck_assert_uint_eq(e->depth_found, 1);
}
END_TEST

START_TEST(what_cannot_be_explored_says_why)
{
    static const UcInput twice[] = { { LETTERS_SEND }, { LETTERS_SEND } };
    static const UcAlphabet wrong = { .input = twice, .inputs = 2 };
    static const struct {
        const UcAlphabet *table;
        bool symmetry;
        const char *why;
    } row[] = {
        { NULL, false, "interface F_LETTERS: expected an alphabet for exploration, got none" },
        { &wrong, false, "interface F_LETTERS: input 'send': expected a kind of message once, got it twice" },
        { &letters, true, "--symmetry: expected crypto ideal and at most 16 parties, got an interface that does not say when parties are alike" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(explore(row[i].table, NULL, row[i].symmetry, &error));
        ck_assert_str_eq(error->message, row[i].why);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alphabets");
    TCase *tc = tcase_create("alphabets");
    tcase_add_test(tc, of_somebody_who_knows_nothing);
    tcase_add_test(tc, of_use_only);
    tcase_add_test(tc, with_one_wrong_argument);
    tcase_add_test(tc, as_the_object_asks);
    tcase_add_test(tc, cut_short);
    tcase_add_test(tc, objects_are_learnt_once_and_as_the_table_says);
    tcase_add_test(tc, bounds_follow_the_table);
    tcase_add_test(tc, letters_are_explored_to_the_end);
    tcase_add_test(tc, a_lost_letter_is_found);
    tcase_add_test(tc, what_cannot_be_explored_says_why);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
