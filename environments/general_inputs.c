/* Inputs of the most general environment, and what their answers teach: as the interface's alphabet says. */
#include "environments/general_internal.h"

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
        g_autofree uint8_t *nobody = g_malloc0(row->unknown + 1);
        g->unknown[o] = uc_store_put(g->store, nobody, row->unknown);
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
        if (g->learns[i] && o->row->output == output->message.kind && (!o->of_input || o->row->input == input->kind))
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
    const UcPlannedInput *in;
    const Values *values; /* of its arguments */
    Pick pick[UC_MESSAGE_WORDS];
    UcMessage message;
} Saying;

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

static bool pick(const Saying *s, const UcPlannedArgument *a, const Values *values, size_t at, Pick *out)
{
    UcWord parties = s->t->g->parties;
    switch (a->takes) {
    case UC_TAKES_OBJECTS:
        return pick_object(s->t, a, at, out);
    case UC_TAKES_PARTIES:
        *out = (Pick){ at, at == parties || (a->row && a->row->not_self && at == s->party), NULL };
        return at <= parties;
    default:
        if (at < values->values)
            *out = (Pick){ values->value[at].word, values->value[at].wrong, NULL };
        return at < values->values;
    }
}

static bool is_nothing(UcFieldType type, UcWord word)
{
    return type == UC_PARTY ? word == UC_NO_PARTY : type != UC_INT && word == UC_NONE;
}

static bool is_wrong(const Saying *s, const UcPlannedArgument *a, const Pick *p)
{
    bool wrong = p->wrong || (a->actor && p->item && env_general_word(p->item, a->actor) != s->party);
    const Item *like = a->like ? s->pick[a->like - 1].item : NULL;
    UcWord asked = like ? env_general_word(like, a->like_word) : 0;
    if (!like || is_nothing(a->like_type, asked))
        return wrong;
    bool decides = a->takes != UC_TAKES_OBJECTS && a->takes != UC_TAKES_PARTIES;
    return (wrong && !decides) || p->word != asked;
}

static void say_rest(Saying *s, unsigned argument, unsigned wrong);

static void say_with(Saying *s, unsigned argument, unsigned wrong, const Pick *p)
{
    const UcPlannedArgument *a = &s->in->argument[argument];
    wrong += is_wrong(s, a, p);
    if (wrong > s->t->g->domain.wrong)
        return;
    s->pick[argument] = *p;
    s->message.w[a->field] = p->word;
    say_rest(s, argument + 1, wrong);
}

/* Every value of this argument and all that come after it. */
static void say_rest(Saying *s, unsigned argument, unsigned wrong)
{
    const EnvGeneral *g = s->t->g;
    unsigned first = s->in->first >= 0 ? g->domain.cut[s->in->first] : 0;
    Pick p;
    if (argument < s->in->arguments) {
        for (size_t at = 0; pick(s, &s->in->argument[argument], &s->values[argument], at, &p); at++)
            say_with(s, argument, wrong, &p);
    } else if (wrong || !first || s->party < first) {
        env_general_say(s->t, s->in->number, wrong, s->party, s->message);
    }
}

static Saying saying_of(Table *t, UcWord party, unsigned input)
{
    const UcPlannedInput *in = &t->g->plan->input[input];
    return (Saying){ .t = t, .party = party, .in = in, .values = t->g->values[input], .message = { in->row->kind, { 0 } } };
}

static bool is_wanted(const EnvGeneral *g, unsigned input) { return g->domain.bound[g->plan->input[input].number] > 0; }

/* Inputs of one turn: with each value of the outermost argument, which they share, all of them. */
static void say_in_turn(Table *t, UcWord party, unsigned from, unsigned to)
{
    Saying outer = saying_of(t, party, from);
    Pick p;
    for (size_t at = 0; pick(&outer, &outer.in->argument[0], outer.values, at, &p); at++) {
        for (unsigned i = from; i < to; i++) {
            Saying s = saying_of(t, party, i);
            if (is_wanted(t->g, i))
                say_with(&s, 0, 0, &p);
        }
    }
}

void env_general_inputs(Table *t, UcWord party)
{
    const UcPlannedInput *in = t->g->plan->input;
    for (unsigned i = 0, end; i < t->g->plan->alphabet->inputs; i = end) {
        for (end = i + 1; end < t->g->plan->alphabet->inputs && in[end].turn == in[i].turn; end++)
            continue;
        Saying s = saying_of(t, party, i);
        if (end > i + 1)
            say_in_turn(t, party, i, end);
        else if (is_wanted(t->g, i))
            say_rest(&s, 0, 0);
    }
}
