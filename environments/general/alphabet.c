#include "environments/general/alphabet.h"
#include "environments/worlds/options.h"
#include "simulator/base/nearest.h"

#include <string.h>

static const char *const order_name[] = { "deliver", "mutate", "crash", "restart", "restore", "corrupt", "forge", "counterfeit" };
G_STATIC_ASSERT(G_N_ELEMENTS(order_name) == ENV_DOS);

enum { UNSET = UINT32_MAX, BOUND_MAX = 1000, NUMBERED_MAX = UC_COUNTERS_MAX + UC_CUTS_MAX + 4 };

/* Everything with a name and a number. */
typedef struct {
    const char *name;
    unsigned *value;
    int low, high;
    bool cut, unset; /* unset: 0 says that nobody set it */
} Numbered;

/* Bounds, then cuts; in the order in which they are named to users and in which checkpoints have them. */
static unsigned all_of(EnvAlphabet *d, Numbered out[NUMBERED_MAX])
{
    const UcAlphabet *a = d->interface->alphabet;
    unsigned n = 0;
    for (unsigned i = 0; i < env_alphabet_bounds(d); i++)
        out[n++] = (Numbered){ env_alphabet_bound_name(d, i), &d->bound[i], 0, BOUND_MAX, false, false };
    out[n++] = (Numbered){ "messages", &d->messages, 1, ENV_MESSAGES_MAX, true, false };
    out[n++] = (Numbered){ "wrong", &d->wrong, 0, ENV_WRONG_ALL, true, false };
    for (unsigned i = 0; i < uc_alphabet_cuts(a); i++) {
        if (a->cut[i].type == UC_CUT_SWITCH)
            out[n++] = (Numbered){ a->cut[i].name, &d->cut[i], 0, 1, true, false };
    }
    out[n++] = (Numbered){ "flawed", &d->flawed, 0, 1, true, false };
    out[n++] = (Numbered){ "parties", &d->parties, 1, 1000, true, true };
    for (unsigned i = 0; i < uc_alphabet_cuts(a); i++) {
        if (a->cut[i].type == UC_CUT_FIRST)
            out[n++] = (Numbered){ a->cut[i].name, &d->cut[i], 1, 1000, true, true };
    }
    return n;
}

const char *env_alphabet_bound_name(const EnvAlphabet *d, unsigned number)
{
    unsigned inputs = env_alphabet_inputs(d);
    g_assert(number < inputs + ENV_DOS);
    return number < inputs ? uc_input_bound(&d->interface->alphabet->input[number], d->interface->messages)
                           : order_name[number - inputs];
}

EnvAlphabet env_default_alphabet(const UcTriple *triple)
{
    g_assert(triple);
    const UcInterface *interface = triple->protocol->interface;
    EnvAlphabet d = { .triple = triple, .interface = interface, .messages = 2, .wrong = ENV_WRONG_ALL };
    for (unsigned i = 0; i < env_alphabet_bounds(&d); i++)
        d.bound[i] = UNSET;
    for (unsigned i = 0; i < uc_alphabet_cuts(interface->alphabet); i++)
        d.cut[i] = interface->alphabet->cut[i].type == UC_CUT_SWITCH;
    return d;
}

/* Scripts write '_' for '-': Lua takes no hyphen in a name. */
static bool is_named(const char *name, const char *got)
{
    while (*name && (*name == *got || (*name == '-' && *got == '_')))
        name++, got++;
    return *name == *got;
}

static const Numbered *find(const Numbered *all, unsigned n, const char *name)
{
    for (unsigned i = 0; i < n; i++) {
        if (is_named(all[i].name, name))
            return &all[i];
    }
    return NULL;
}

bool env_alphabet_range(const UcInterface *interface, const char *name, int *low, int *high)
{
    EnvAlphabet any = { .interface = interface };
    Numbered all[NUMBERED_MAX];
    const Numbered *found = find(all, all_of(&any, all), name);
    if (!found)
        return false;
    *low = found->low;
    *high = found->high;
    return true;
}

EnvListType env_alphabet_list(const UcInterface *interface, const char *name)
{
    const UcAlphabet *a = interface->alphabet;
    for (unsigned i = 0; a && i < a->lists; i++) {
        if (is_named(a->list[i].name, name))
            return ENV_LIST_NUMBERS;
    }
    return strcmp(name, "messages") ? ENV_LIST_NONE : ENV_LIST_TEXTS;
}

char **env_alphabet_script_names(const UcInterface *interface)
{
    const UcAlphabet *a = interface->alphabet;
    EnvAlphabet any = { .interface = interface };
    Numbered all[NUMBERED_MAX];
    unsigned n = all_of(&any, all), lists = a ? a->lists : 0;
    char **names = g_new0(char *, n + lists + 1);
    for (unsigned i = 0; i < n + lists; i++)
        names[i] = g_strdelimit(g_strdup(i < n ? all[i].name : a->list[i - n].name), "-", '_');
    return names;
}

static void set_unknown(const Numbered *all, unsigned n, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (unsigned i = 0; i < n; i++)
        g_ptr_array_add(names, (gpointer)all[i].name);
    g_ptr_array_add(names, NULL);
    g_autofree char *known = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *near = uc_did_you_mean(uc_nearest(name, (const char *const *)names->pdata));
    g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound: expected one of %s, got '%s'%s", known, name, near);
}

bool env_alphabet_set(EnvAlphabet *d, const char *name, int64_t value, GError **error)
{
    g_assert(d && name);
    Numbered all[NUMBERED_MAX];
    unsigned n = all_of(d, all);
    const Numbered *at = find(all, n, name);
    if (!at) {
        set_unknown(all, n, name, error);
        return false;
    }
    if (value < at->low || value > at->high) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "bound %s: expected an integer from %d to %d, got %" G_GINT64_FORMAT,
                    name, at->low, at->high, value);
        return false;
    }
    *at->value = (unsigned)value;
    return true;
}

char *env_alphabet_cuts(const EnvAlphabet *d)
{
    EnvAlphabet copy = *d;
    Numbered all[NUMBERED_MAX];
    unsigned n = all_of(&copy, all);
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < n; i++) {
        if (all[i].cut && (!all[i].unset || *all[i].value))
            g_string_append_printf(out, "%s%s=%u", out->len ? " " : "", all[i].name, *all[i].value);
    }
    for (unsigned l = 0; l < UC_LISTS_MAX; l++) {
        for (unsigned i = 0; i < d->list[l].numbers; i++) {
            if (!i)
                g_string_append_printf(out, " %s=", d->interface->alphabet->list[l].name);
            g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i ? "," : "", d->list[l].number[i]);
        }
    }
    return g_string_free(out, FALSE);
}

void env_alphabet_append_cuts(const EnvAlphabet *d, GString *out)
{
    EnvAlphabet copy = *d;
    Numbered all[NUMBERED_MAX];
    unsigned n = all_of(&copy, all);
    for (unsigned i = 0; i < n; i++) {
        if (all[i].cut)
            g_string_append_printf(out, " %s=%u", all[i].name, *all[i].value);
    }
}

static void take_list(EnvAlphabet *d, const EnvDomain *given)
{
    const UcAlphabet *a = d->interface->alphabet;
    for (unsigned l = 0; a && l < a->lists; l++) {
        for (guint i = 0; is_named(a->list[l].name, given->name) && i < given->number->len; i++)
            d->list[l].number[d->list[l].numbers++] = g_array_index(given->number, int64_t, i);
    }
    for (guint i = 0; i < given->text->len; i++)
        d->message[i] = given->text->pdata[i];
    if (given->text->len)
        d->messages = given->text->len;
}

void env_alphabet_of(EnvAlphabet *d, const EnvScenario *scenario)
{
    for (guint i = 0; i < scenario->domain->len; i++)
        take_list(d, &g_array_index(scenario->domain, EnvDomain, i));
    for (guint i = 0; i < scenario->bound->len; i++) {
        const EnvBound *b = &g_array_index(scenario->bound, EnvBound, i);
        bool fits = env_alphabet_set(d, b->name, b->value, NULL);
        g_assert(fits); /* or the script would not have been loaded */
    }
}

static void settle(uint32_t *bound, uint32_t value)
{
    if (*bound == UNSET)
        *bound = value;
}

static uint32_t of_kind(const EnvAlphabet *d, UcWord kind)
{
    const UcAlphabet *a = d->interface->alphabet;
    const UcInput *input = uc_alphabet_input(a, kind);
    return input ? d->bound[input - a->input] : 0;
}

/* First those that follow no other. True: an input that sends has a bound. */
static bool settle_inputs(EnvAlphabet *d)
{
    const UcAlphabet *a = d->interface->alphabet;
    bool sends = false;
    for (unsigned i = 0; a && i < a->inputs; i++) {
        if (!a->input[i].as && !a->input[i].with)
            settle(&d->bound[i], a->input[i].otherwise);
    }
    for (unsigned i = 0; a && i < a->inputs; i++) {
        const UcInput *in = &a->input[i];
        settle(&d->bound[i], in->as ? of_kind(d, in->as) : of_kind(d, in->with) > 0);
        sends = sends || (in->sends && d->bound[i]);
    }
    return sends;
}

void env_alphabet_settle(EnvAlphabet *d)
{
    g_assert(d);
    bool sends = settle_inputs(d);
    uint32_t *order = &d->bound[env_alphabet_inputs(d)];
    settle(&order[ENV_DO_CRASH], 0);
    settle(&order[ENV_DO_RESTORE], 0);
    settle(&order[ENV_DO_RESTART], order[ENV_DO_CRASH] + order[ENV_DO_RESTORE]);
    settle(&order[ENV_DO_CORRUPT], 0);
    bool forges = d->triple->kit && d->triple->kit->payloads;
    settle(&order[ENV_DO_FORGE], forges ? order[ENV_DO_CORRUPT] : 0);
    settle(&order[ENV_DO_DELIVER], sends);
    for (int i = 0; i < ENV_DOS; i++)
        settle(&order[i], 0);
}

void env_alphabet_equip(const EnvAlphabet *d, EnvOptions *options)
{
    g_assert(d && options);
    const char *flag = d->triple->kit ? d->triple->kit->flag : NULL;
    bool known = !flag || !env_alphabet_bound(d, ENV_DO_FORGE) || env_option_set(options, flag, 1);
    g_assert(known);
}
