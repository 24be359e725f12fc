/* Inputs of the most general environment, and what their answers teach: as the interface's alphabet says. */
#include "environments/general/general_internal.h"

#include <string.h>

/* ---- values that do not depend on what Z knows ---- */

static void put(Values *values, UcWord word, bool wrong)
{
    for (size_t i = 0; i < values->values; i++) {
        if (values->value[i].word == word)
            return;
    }
    values->value = g_renew(Value, values->value, values->values + 1);
    values->value[values->values++] = (Value){ word, wrong };
}

static void put_numbers(const EnvGeneral *g, unsigned list, Values *out)
{
    const UcNumbers *l = &g->plan->alphabet->list[list];
    int64_t size = l->size ? l->size(env_worlds_setup(g->worlds)) : 0;
    unsigned given = g->domain.list[list].numbers;
    for (unsigned i = 0; i < given; i++)
        put(out, (UcWord)g->domain.list[list].number[i], false);
    for (unsigned i = 0; !given && i < l->numbers; i++) {
        const UcNumber *n = &l->number[i];
        int64_t number = n->number + (n->plus_size ? size : 0);
        if (n->wrong || !l->size || number <= size)
            put(out, (UcWord)number, n->wrong);
    }
}

static void put_constants(const EnvGeneral *g, const UcConstant *row, Values *out)
{
    for (; row->text || row->text_of; row++)
        put(out, uc_store_text(g->store, row->text_of ? row->text_of(env_worlds_setup(g->worlds)) : row->text), row->wrong);
}

static void put_values(const EnvGeneral *g, const UcPlannedArgument *a, Values *out)
{
    if (a->takes == UC_TAKES_CONSTANTS)
        put_constants(g, a->row->constant, out);
    else if (a->takes == UC_TAKES_NUMBERS)
        put_numbers(g, a->list, out);
    for (unsigned m = 0; a->takes == UC_TAKES_TEXTS && m < g->domain.messages; m++)
        put(out, g->text[m], false);
    for (unsigned code = 0; a->takes == UC_TAKES_CODES && code < a->codes; code++)
        put(out, code, false);
}

/* ---- the plan ---- */

static bool is_used(const EnvGeneral *g, unsigned object)
{
    for (unsigned i = 0; i < g->plan->alphabet->inputs; i++) {
        const UcPlannedInput *in = &g->plan->input[i];
        for (unsigned k = 0; g->domain.bound[in->number] && k < in->arguments; k++) {
            if (in->argument[k].takes == UC_TAKES_OBJECTS && in->argument[k].object == object)
                return true;
        }
    }
    return false;
}

/* What nobody knows where there is such a thing, else the first value. */
static UcMessage what_is_said(const EnvGeneral *g)
{
    const UcPlannedInput *in = &g->plan->says;
    UcMessage m = { in->row ? in->row->kind : 0, { 0 } };
    for (unsigned k = 0; k < in->arguments; k++) {
        const UcPlannedArgument *a = &in->argument[k];
        Values values = { 0 };
        put_values(g, a, &values);
        m.w[a->field] = a->takes == UC_TAKES_OBJECTS ? g->unknown[a->object]
                      : a->takes == UC_TAKES_PARTIES ? g->parties : values.values ? values.value[0].word : 0;
        g_free(values.value);
    }
    return m;
}

static void put_all_values(EnvGeneral *g, bool constants)
{
    for (unsigned i = 0; i < g->plan->alphabet->inputs; i++) {
        for (unsigned k = 0; k < g->plan->input[i].arguments; k++) {
            const UcPlannedArgument *a = &g->plan->input[i].argument[k];
            if ((a->takes == UC_TAKES_CONSTANTS) == constants)
                put_values(g, a, &g->values[i][k]);
        }
    }
}

/* In this order: a search tells how many regions it met, and regions of two kinds with the same words, some of them numbers and
 * some handles, count once. */
void env_general_plan(EnvGeneral *g, UcAlphabetPlan *plan)
{
    g->plan = plan;
    put_all_values(g, true);
    for (unsigned o = 0; o < plan->alphabet->objects; o++) {
        const UcObject *row = plan->object[o].row;
        g_autofree uint8_t *nobody = g_malloc0(row->unknown);
        g->unknown[o] = row->unknown ? uc_store_put(g->store, nobody, row->unknown) : UC_NONE;
        g->learns[o] = !row->where_used || is_used(g, o);
    }
    for (unsigned m = 0; m < ENV_MESSAGES_MAX; m++) {
        char name[] = { 'm', (char)('0' + m), 0 };
        g->text[m] = uc_store_text(g->store, g->domain.message[m] ? g->domain.message[m] : name);
    }
    put_all_values(g, false);
    g->says = what_is_said(g);
}

void env_general_plan_clear(EnvGeneral *g)
{
    for (unsigned i = 0; i < g->plan->alphabet->inputs; i++) {
        for (unsigned k = 0; k < g->plan->input[i].arguments; k++)
            g_free(g->values[i][k].value);
    }
    g_free(g->plan);
}

/* ---- what is learnt ---- */

static ItemRow object_from(const UcPlannedObject *o, UcWord type, const UcMessage *input, const UcViewEntry *output)
{
    ItemRow row = { .item = { .type = type, .bytes = output->message.w[o->field] } };
    for (unsigned i = 0; i < o->attributes; i++) {
        const UcPlannedAttribute *a = &o->attribute[i];
        row.word[a->word] = a->whence == UC_OF_SPEAKER ? output->from - (UcWord)UC_PARTY_0
                          : a->whence == UC_OF_INPUT   ? input->w[a->field] : output->message.w[a->field];
    }
    return row;
}

size_t env_general_objects(const EnvGeneral *g, const UcMessage *input, const UcViewEntry *output, ItemRow *out, size_t room)
{
    size_t n = 0;
    for (unsigned i = 0; i < g->plan->alphabet->objects && n < room; i++) {
        const UcPlannedObject *o = &g->plan->object[i];
        bool there = output->message.w[o->field] != UC_NONE;
        if (there && g->learns[i] && o->row->output == output->message.kind && (!o->of_input || o->row->input == input->kind))
            out[n++] = object_from(o, env_general_type(i), input, output);
    }
    return n;
}

/* ---- moves ---- */

typedef struct {
    UcWord word;
    bool wrong;       /* in itself */
    const Item *item; /* an object that Z knows, else NULL */
} Pick;

typedef struct {
    Table *t;
    UcWord party;
    unsigned turn_from, turn_to; /* inputs of the plan that share the values of their outermost argument */
    unsigned input;              /* the one that is being said */
    const UcPlannedInput *in;
    unsigned first;              /* so many parties say something that is of use; 0: all */
    const Item *item[UC_MESSAGE_WORDS]; /* of the arguments so far */
    UcMessage message;
} Saying;

static bool is_wanted(const EnvGeneral *g, unsigned input) { return g->domain.bound[g->plan->input[input].number] > 0; }

static void turn_to(Saying *s, unsigned input)
{
    const EnvGeneral *g = s->t->g;
    s->input = input;
    s->in = &g->plan->input[input];
    s->first = s->in->first >= 0 ? g->domain.cut[s->in->first] : 0;
    s->message = (UcMessage){ s->in->row->kind, { 0 } };
}

/* The objects that Z knows, none of them where that is to be tried, and the unknown one before or after. */
static bool pick_object(const Table *t, const UcPlannedArgument *a, size_t at, Pick *out)
{
    UcWord type = env_general_type(a->object);
    size_t known = t->first[type + 1] - t->first[type];
    size_t none = known && a->none >= 0 && t->g->domain.cut[a->none], before = a->row->unknown == UC_UNKNOWN_FIRST;
    size_t all = known + none + (a->row->unknown != UC_UNKNOWN_NEVER);
    const Item *item = at >= before && at - before < known ? env_general_item(t, t->first[type] + at - before) : NULL;
    bool is_none = !item && none && at == before + known;
    UcWord unknown = a->value == UC_ITEM_BYTES ? t->g->unknown[a->object] : UC_NONE;
    *out = (Pick){ item ? env_general_word(item, a->value) : is_none ? UC_NONE : unknown, !item && !is_none, item };
    return at < all;
}

static bool is_nothing(UcFieldType type, UcWord word)
{
    return type == UC_PARTY ? word == UC_NO_PARTY : type != UC_INT && word == UC_NONE;
}

/* What this argument should be like; false: that does not matter. */
static bool is_asked(const Saying *s, const UcPlannedArgument *a, UcWord *word)
{
    const Item *like = a->like ? s->item[a->like - 1] : NULL;
    *word = like ? env_general_word(like, a->like_word) : 0;
    return like && !is_nothing(a->like_type, *word);
}

static void say_rest(Saying *s, unsigned argument, unsigned wrong);

static inline void say_with(Saying *s, unsigned argument, unsigned wrong, UcWord word, const Item *item)
{
    if (wrong > s->t->g->domain.wrong)
        return;
    s->item[argument] = item;
    s->message.w[s->in->argument[argument].field] = word;
    say_rest(s, argument + 1, wrong);
}

/* An object is wrong for everybody but its party, too. The outermost ones go to every input of the turn. */
static void say_object(Saying *s, unsigned argument, unsigned wrong, const Pick *p, bool is_like)
{
    for (unsigned i = argument ? s->input : s->turn_from, end = argument ? i + 1 : s->turn_to; i < end; i++) {
        if (!argument && !is_wanted(s->t->g, i))
            continue;
        if (!argument)
            turn_to(s, i);
        unsigned actor = s->in->argument[argument].actor;
        bool others = actor && p->item && env_general_word(p->item, actor) != s->party;
        say_with(s, argument, wrong + (p->wrong || others || !is_like), p->word, p->item);
    }
}

/* Every value of this argument and all that come after it. */
static void say_rest(Saying *s, unsigned argument, unsigned wrong)
{
    const EnvGeneral *g = s->t->g;
    if (argument == s->in->arguments) {
        if (wrong || !s->first || s->party < s->first)
            env_general_say(s->t, s->in->number, wrong, s->party, &s->message);
        return;
    }
    const UcPlannedArgument *a = &s->in->argument[argument];
    const Values *values = &g->values[s->input][argument];
    UcWord word;
    bool asked = is_asked(s, a, &word);
    Pick p;
    for (size_t at = 0; a->takes == UC_TAKES_OBJECTS && pick_object(s->t, a, at, &p); at++)
        say_object(s, argument, wrong, &p, !asked || p.word == word);
    for (UcWord party = 0; a->takes == UC_TAKES_PARTIES && party <= g->parties; party++) {
        bool bad = party == g->parties || (a->row && a->row->not_self && party == s->party);
        say_with(s, argument, wrong + (bad || (asked && party != word)), party, NULL);
    }
    for (size_t at = 0; at < values->values; at++) { /* what it should be like decides alone */
        bool bad = asked ? values->value[at].word != word : values->value[at].wrong;
        say_with(s, argument, wrong + bad, values->value[at].word, NULL);
    }
}

void env_general_inputs(Table *t, UcWord party)
{
    const UcPlannedInput *in = t->g->plan->input;
    unsigned inputs = t->g->plan->alphabet->inputs;
    Saying s = { .t = t, .party = party };
    for (; s.turn_from < inputs; s.turn_from = s.turn_to) {
        for (s.turn_to = s.turn_from + 1; s.turn_to < inputs && in[s.turn_to].turn == in[s.turn_from].turn; s.turn_to++)
            continue;
        turn_to(&s, s.turn_from);
        if (is_wanted(t->g, s.turn_from) || s.turn_to > s.turn_from + 1)
            say_rest(&s, 0, 0);
    }
}
