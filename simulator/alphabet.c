#include "simulator/alphabet.h"

#include <string.h>

typedef struct {
    const UcAlphabet *alphabet;
    const UcMessageTable *messages;
    UcAlphabetPlan *plan;
    char *where;        /* "input 'commit'" */
    const char *place;  /* in it: a field or an attribute; may be NULL */
    char *wrong;        /* the first thing that is */
} Planner;

static bool refuse(Planner *p, const char *expected, const char *got)
{
    if (!p->wrong)
        p->wrong = g_strdup_printf("%s%s%s%s: expected %s, got %s", p->where, p->place ? ", '" : "", p->place ? p->place : "",
                                   p->place ? "'" : "", expected, got);
    return false;
}

static bool refuse_name(Planner *p, const char *expected, const char *name)
{
    g_autofree char *got = name ? g_strdup_printf("'%s'", name) : g_strdup("none");
    return refuse(p, expected, got);
}

static void set_where(Planner *p, const char *kind, const char *name)
{
    g_free(p->where);
    p->where = name ? g_strdup_printf("%s '%s'", kind, name) : g_strdup(kind);
    p->place = NULL;
}

static bool is_same(const char *a, const char *b) { return a && b && !strcmp(a, b); }

/* ---- names ---- */

const char *uc_input_bound(const UcInput *input, const UcMessageTable *messages)
{
    g_assert(input);
    const UcMessageKind *kind = input->bound ? NULL : uc_message_kind(messages, input->kind);
    return input->bound ? input->bound : kind ? kind->name : "?";
}

const UcInput *uc_alphabet_input(const UcAlphabet *a, UcWord kind)
{
    for (unsigned i = 0; a && i < a->inputs; i++) {
        if (a->input[i].kind == kind)
            return &a->input[i];
    }
    return NULL;
}

unsigned uc_alphabet_cuts(const UcAlphabet *a)
{
    unsigned n = 0;
    while (a && n < UC_CUTS_MAX && a->cut[n].name)
        n++;
    return n;
}

static int field_of(const UcMessageKind *kind, const char *name)
{
    for (unsigned i = 0; i < uc_message_fields(kind); i++) {
        if (is_same(kind->field[i].name, name))
            return (int)i;
    }
    return -1;
}

int uc_alphabet_object(const UcAlphabet *a, const char *name)
{
    for (unsigned i = 0; i < a->objects; i++) {
        if (is_same(a->object[i].name, name))
            return (int)i;
    }
    return -1;
}

static const UcPlannedAttribute *attribute_of(const UcPlannedObject *o, const char *name)
{
    for (unsigned i = 0; i < o->attributes; i++) {
        if (is_same(o->row->attribute[i].name, name))
            return &o->attribute[i];
    }
    return NULL;
}

static int cut_of(const UcAlphabet *a, const char *name, UcCutType type)
{
    for (unsigned i = 0; i < uc_alphabet_cuts(a); i++) {
        if (is_same(a->cut[i].name, name) && a->cut[i].type == type)
            return (int)i;
    }
    return -1;
}

static bool is_handle(UcFieldType type) { return type == UC_BYTES || type == UC_TEXT; }
/* Values of both mean the same: two texts, two parties, two numbers. */
static bool are_alike(UcFieldType a, UcFieldType b) { return a == b || (is_handle(a) && is_handle(b)); }

/* ---- objects ---- */

/* The first word of an item that suits the type and that the object does not use. `extra`: words behind the usual ones, of all
 * objects so far. */
static unsigned take_word(UcAlphabetPlan *plan, UcFieldType type, uint32_t *used)
{
    static const uint32_t suits_party = 1 << UC_ITEM_PARTY | 1 << UC_ITEM_OTHER_PARTY;
    uint32_t usual = is_handle(type) ? 1 << UC_ITEM_HANDLE : type == UC_PARTY ? suits_party : 1 << UC_ITEM_NUMBER;
    unsigned word = UC_ITEM_PARTY;
    for (; word < plan->item_words; word++) {
        bool suits = word < UC_ITEM_MORE ? usual >> word & 1 : is_handle(type) == (plan->item_handles >> word & 1);
        if (suits && !(*used >> word & 1))
            break;
    }
    if (word == plan->item_words) {
        plan->item_words++;
        plan->item_handles |= (uint32_t)is_handle(type) << word;
    }
    *used |= UINT32_C(1) << word;
    return word;
}

static bool plan_attribute(Planner *p, UcPlannedObject *o, const UcAttribute *row, uint32_t *used)
{
    const UcObject *object = o->row;
    p->place = row->name;
    const UcMessageKind *kind = uc_message_kind(p->messages, row->whence == UC_OF_INPUT ? object->input : object->output);
    UcPlannedAttribute a = { .whence = row->whence, .type = UC_PARTY };
    if (attribute_of(o, row->name))
        return refuse_name(p, "a name that no other attribute has", row->name);
    if (row->whence != UC_OF_SPEAKER) {
        int field = kind ? field_of(kind, row->field) : -1;
        if (field < 0)
            return refuse_name(p, row->whence == UC_OF_INPUT ? "a field of the input that the output answers" : "a field of the output",
                          row->field);
        a.field = (unsigned)field;
        a.type = kind->field[field].type;
    }
    if (!is_handle(a.type) && a.type != UC_PARTY && a.type != UC_INT)
        return refuse_name(p, "a field of bytes, text, a party or a number", row->field);
    a.word = take_word(p->plan, a.type, used);
    o->of_input = o->of_input || row->whence == UC_OF_INPUT;
    o->attribute[o->attributes++] = a;
    return true;
}

static bool plan_object(Planner *p, unsigned number)
{
    const UcObject *row = &p->alphabet->object[number];
    UcPlannedObject *o = &p->plan->object[number];
    uint32_t used = 0;
    o->row = row;
    set_where(p, "object", row->name);
    if (!row->name || uc_alphabet_object(p->alphabet, row->name) != (int)number)
        return refuse_name(p, "a name that no other object has", row->name);
    const UcMessageKind *output = row->output < UC_M_USER ? NULL : uc_message_kind(p->messages, row->output);
    int field = output ? field_of(output, row->field) : -1;
    if (field < 0 || !is_handle(output->field[field].type))
        return refuse_name(p, "a field of an output with bytes or a text in it", row->field);
    o->field = (unsigned)field;
    if (row->input && !uc_alphabet_input(p->alphabet, row->input))
        return refuse(p, "an answer to one of the inputs", "another message");
    for (unsigned i = 0; i < UC_ATTRIBUTES_MAX && row->attribute[i].name; i++) {
        if (!plan_attribute(p, o, &row->attribute[i], &used))
            return false;
    }
    return true;
}

/* ---- arguments ---- */

static bool plan_objects(Planner *p, UcPlannedArgument *a, UcFieldType type)
{
    const UcArgument *row = a->row;
    int object = uc_alphabet_object(p->alphabet, row->object);
    if (object < 0)
        return refuse_name(p, "a kind of object", row->object);
    a->takes = UC_TAKES_OBJECTS;
    a->object = (unsigned)object;
    a->value = UC_ITEM_BYTES;
    const UcPlannedObject *o = &p->plan->object[object];
    const UcPlannedAttribute *value = row->value ? attribute_of(o, row->value) : NULL;
    if (row->value && !value)
        return refuse_name(p, "an attribute of the object", row->value);
    if (value && row->unknown != UC_UNKNOWN_NEVER)
        return refuse_name(p, "no unknown one, which has no attributes", row->object);
    if (!o->row->unknown && row->unknown != UC_UNKNOWN_NEVER)
        return refuse_name(p, "no unknown one, which the object has none of", row->object);
    if (value)
        a->value = value->word;
    if (!are_alike(value ? value->type : UC_BYTES, type))
        return refuse_name(p, "values of the field's type", row->value ? row->value : row->object);
    const UcPlannedAttribute *actor = row->actor ? attribute_of(o, row->actor) : NULL;
    if (row->actor && (!actor || actor->type != UC_PARTY))
        return refuse_name(p, "an attribute that is a party", row->actor);
    a->actor = actor ? actor->word : 0;
    a->none = row->none ? cut_of(p->alphabet, row->none, UC_CUT_SWITCH) : -1;
    return !row->none || a->none >= 0 || refuse_name(p, "a cut that is a switch", row->none);
}

static bool plan_numbers(Planner *p, UcPlannedArgument *a)
{
    const char *name = a->row ? a->row->numbers : NULL;
    a->takes = UC_TAKES_NUMBERS;
    for (a->list = 0; name && a->list < p->alphabet->lists && !is_same(p->alphabet->list[a->list].name, name); a->list++)
        continue;
    return a->list < p->alphabet->lists || refuse_name(p, "a list of numbers", name);
}

/* What the type says, where the row says nothing else. */
static bool plan_by_type(Planner *p, UcPlannedArgument *a, const UcField *field)
{
    switch (field->type) {
    case UC_PARTY:
        a->takes = UC_TAKES_PARTIES;
        return true;
    case UC_INT:
        return plan_numbers(p, a);
    case UC_TEXT:
        a->takes = UC_TAKES_TEXTS;
        return true;
    case UC_CODE:
        a->takes = UC_TAKES_CODES;
        while (field->names && field->names[a->codes])
            a->codes++;
        return a->codes || refuse(p, "codes with names", "none");
    default:
        return refuse(p, "an object or constants: the type of the field has no values", "none of them");
    }
}

static bool plan_like(Planner *p, const UcPlannedInput *in, UcPlannedArgument *a, UcFieldType type)
{
    const char *field = a->row->like.field;
    for (unsigned i = 0; i < in->arguments; i++) {
        const UcPlannedArgument *other = &in->argument[i];
        if (!other->row || !is_same(other->row->field, field) || other->takes != UC_TAKES_OBJECTS)
            continue;
        const UcPlannedAttribute *of = attribute_of(&p->plan->object[other->object], a->row->like.attribute);
        if (!of || !are_alike(of->type, type))
            return refuse_name(p, "like an attribute of this type", a->row->like.attribute);
        a->like = i + 1;
        a->like_word = of->word;
        a->like_type = of->type;
        return true;
    }
    return refuse_name(p, "like an object in an earlier field", field);
}

static bool plan_argument(Planner *p, UcPlannedInput *in, const UcArgument *row, const UcMessageKind *kind, unsigned word)
{
    const UcField *field = &kind->field[word];
    UcPlannedArgument a = { .row = row, .field = word, .none = -1 };
    bool ok;
    p->place = field->name;
    if (row && row->object) {
        ok = plan_objects(p, &a, field->type);
    } else if (row && row->constant) {
        a.takes = UC_TAKES_CONSTANTS;
        ok = is_handle(field->type) || refuse(p, "no texts for a field of this type", "some");
    } else {
        ok = plan_by_type(p, &a, field);
    }
    if (ok && row && row->not_self && field->type != UC_PARTY)
        ok = refuse_name(p, "not_self of a party", field->name);
    if (ok && row && row->like.field)
        ok = plan_like(p, in, &a, field->type);
    in->argument[in->arguments++] = a;
    return ok;
}

static bool plan_arguments(Planner *p, UcPlannedInput *in, const UcMessageKind *kind)
{
    uint32_t given = 0;
    for (unsigned i = 0; i < UC_MESSAGE_WORDS && in->row->argument[i].field; i++) {
        const UcArgument *row = &in->row->argument[i];
        int word = field_of(kind, row->field);
        p->place = row->field;
        if (word < 0 || given >> word & 1)
            return refuse_name(p, "a field of the message, once", row->field);
        given |= UINT32_C(1) << word;
        if (!plan_argument(p, in, row, kind, (unsigned)word))
            return false;
    }
    for (unsigned word = 0; word < uc_message_fields(kind); word++) {
        if (!(given >> word & 1) && !plan_argument(p, in, NULL, kind, word))
            return false;
    }
    return true;
}

/* ---- inputs ---- */

/* A bound that follows another one follows one that follows none. */
static bool follows_well(Planner *p, const UcInput *row)
{
    const UcWord kind[] = { row->as, row->with };
    for (size_t i = 0; i < G_N_ELEMENTS(kind); i++) {
        const UcInput *other = kind[i] ? uc_alphabet_input(p->alphabet, kind[i]) : NULL;
        if (kind[i] && (!other || other->as || other->with))
            return refuse(p, "a bound that follows an input whose own follows none", "another");
    }
    return (row->otherwise > 0) + (row->as > 0) + (row->with > 0) <= 1 || refuse(p, "one bound where nobody sets it", "several");
}

static bool plan_input(Planner *p, UcPlannedInput *in, const UcInput *row, unsigned number)
{
    *in = (UcPlannedInput){ .row = row, .number = number, .turn = row->turn, .first = -1 };
    set_where(p, "input", uc_input_bound(row, p->messages));
    const UcMessageKind *kind = row->kind < UC_M_USER ? NULL : uc_message_kind(p->messages, row->kind);
    if (!kind)
        return refuse(p, "a kind of message of the interface", "another");
    if (row->first && (in->first = cut_of(p->alphabet, row->first, UC_CUT_FIRST)) < 0)
        return refuse_name(p, "a cut of parties", row->first);
    return follows_well(p, row) && plan_arguments(p, in, kind);
}

/* Whoever shares a turn shares the values of the outermost field. */
static bool shares(Planner *p, const UcPlannedInput *a, const UcPlannedInput *b)
{
    const UcPlannedArgument *x = &a->argument[0], *y = &b->argument[0];
    bool both = a->arguments && b->arguments && x->takes == UC_TAKES_OBJECTS && y->takes == UC_TAKES_OBJECTS;
    if (both && x->object == y->object && x->value == y->value && x->row->unknown == y->row->unknown && x->none == y->none)
        return true;
    set_where(p, "input", uc_input_bound(b->row, p->messages));
    return refuse(p, "in one turn with others, outermost the same objects as those", "other values");
}

/* In the order of turns, and in that of rows within one. */
static bool plan_inputs(Planner *p)
{
    const UcAlphabet *alphabet = p->alphabet;
    UcPlannedInput *in = p->plan->input;
    for (unsigned i = 0; i < alphabet->inputs; i++) {
        unsigned at = i;
        for (; at && in[at - 1].turn > alphabet->input[i].turn; at--)
            in[at] = in[at - 1];
        if (!plan_input(p, &in[at], &alphabet->input[i], i))
            return false;
        p->place = NULL;
        if (uc_alphabet_input(alphabet, alphabet->input[i].kind) != &alphabet->input[i])
            return refuse(p, "a kind of message once", "it twice");
    }
    unsigned turn = 0, last = 0;
    for (unsigned i = 0; i < alphabet->inputs; i++) {
        bool joins = i && in[i].turn && in[i].turn == last;
        if (joins && !shares(p, &in[i - 1], &in[i]))
            return false;
        last = in[i].turn;
        turn += i && !joins;
        in[i].turn = turn;
    }
    return true;
}

static bool plan_says(Planner *p)
{
    const UcInput *row = p->alphabet->says;
    return !row || plan_input(p, &p->plan->says, row, 0);
}

static bool fits(Planner *p)
{
    const UcAlphabet *a = p->alphabet;
    unsigned firsts = 0;
    set_where(p, "alphabet", NULL);
    if (a->objects > UC_OBJECTS_MAX || a->inputs > UC_INPUTS_MAX || a->lists > UC_LISTS_MAX)
        return refuse(p, "at most 8 kinds of objects, 24 inputs and 2 lists", "more");
    for (unsigned i = 0; i < uc_alphabet_cuts(a); i++)
        firsts += a->cut[i].type == UC_CUT_FIRST;
    if (firsts > UC_CUTS_FIRST_MAX)
        return refuse(p, "at most 2 cuts of parties", "more");
    for (unsigned i = 0; i < a->lists; i++) {
        set_where(p, "list", a->list[i].name);
        if (!a->list[i].name || !a->list[i].numbers || a->list[i].numbers > UC_NUMBERS_MAX)
            return refuse(p, "a name and 1 to 8 numbers", "another list");
    }
    return true;
}

UcAlphabetPlan *uc_alphabet_plan_new(const UcAlphabet *alphabet, const UcMessageTable *messages, char **wrong)
{
    g_assert(alphabet && messages && wrong);
    UcAlphabetPlan *plan = g_new0(UcAlphabetPlan, 1);
    Planner p = { .alphabet = alphabet, .messages = messages, .plan = plan };
    plan->alphabet = alphabet;
    plan->item_words = UC_ITEM_MORE;
    plan->item_handles = 1 << UC_ITEM_BYTES | 1 << UC_ITEM_HANDLE;
    bool ok = fits(&p);
    for (unsigned i = 0; ok && i < alphabet->objects; i++)
        ok = plan_object(&p, i);
    ok = ok && plan_inputs(&p) && plan_says(&p);
    g_free(p.where);
    *wrong = p.wrong;
    if (ok)
        return plan;
    g_free(plan);
    return NULL;
}
