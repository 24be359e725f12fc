#include "simulator/triple/triple.h"

#include <string.h>

#include "simulator/triple/calls.h"

static char *lacks(const char *who, const char *what) { return g_strdup_printf("%s: expected %s, got none", who, what); }

static bool named(const char *name)
{
    const char *c = name;
    while (c && (g_ascii_islower(*c) || g_ascii_isdigit(*c) || (c > name && *c == '-')))
        c++;
    return c && c > name && !*c;
}

static char *wrong_class(const char *who, const UcClass *class)
{
    if (!class || !class->name || !class->step)
        return lacks(who, "a class with a name and a step");
    for (unsigned i = 0; i < class->kinds; i++) {
        const UcRegionKind *k = &class->kind[i];
        if (!k->name)
            return g_strdup_printf("%s: expected a name of region kind %u, got none", who, i);
        if (!k->head_words == !k->item_words)
            return g_strdup_printf("%s, region '%s': expected a head or items", who, k->name);
        unsigned words = k->head_words ? k->head_words : k->item_words;
        uint32_t handles = k->head_words ? k->head_handles : k->item_handles;
        if (words < 32 && handles >> words)
            return g_strdup_printf("%s, region '%s': expected handles among %u words, got one beyond", who, k->name, words);
    }
    return NULL;
}

static char *wrong_options(const char *who, const UcOptionTable *table)
{
    if (table->rows && (!table->row || !table->defaults))
        return lacks(who, "rows of options and their defaults");
    if (table->bytes > sizeof(UcSettings))
        return g_strdup_printf("%s: expected options of at most %zu bytes, got %zu", who, sizeof(UcSettings), table->bytes);
    for (size_t i = 0; i < table->rows; i++) {
        if (table->row[i].offset >= table->bytes)
            return g_strdup_printf("%s, option %zu: expected a place in its values, got one beyond", who, i);
    }
    return NULL;
}

static char *wrong_calls(const UcInterface *interface)
{
    for (const UcCall *c = interface->calls; c && c->word; c++) {
        if (!uc_message_kind(interface->messages, c->kind))
            return g_strdup_printf("interface %s, word '%s': expected a kind of its messages, got %" G_GUINT64_FORMAT, interface->name,
                                   c->word, c->kind);
    }
    return NULL;
}

static char *wrong_alphabet(const UcInterface *interface)
{
    char *wrong = NULL;
    g_autofree UcAlphabetPlan *plan = interface->alphabet ? uc_alphabet_plan_new(interface->alphabet, interface->messages, &wrong) : NULL;
    return wrong;
}

static char *wrong_interface(const UcInterface *interface)
{
    if (!interface || !interface->name)
        return lacks("interface", "a name");
    if (!interface->messages || !interface->messages->kinds)
        return lacks(interface->name, "a table of messages");
    if (!interface->setup_new != !interface->setup_free)
        return lacks(interface->name, "setup_new and setup_free, or neither");
    if (!interface->watch_new != !interface->watch_free || (interface->watch_new && !interface->watcher))
        return lacks(interface->name, "watch_new, watch_free and watcher, or a watcher alone");
    char *wrong = wrong_options(interface->name, &interface->options);
    if (!wrong)
        wrong = wrong_calls(interface);
    if (!wrong)
        wrong = wrong_alphabet(interface);
    if (!wrong && interface->ledger)
        wrong = uc_ledger_wrong(interface->ledger, interface->messages);
    return wrong;
}

static char *wrong_functionality(const UcTriple *t)
{
    const UcFunctionality *f = t->functionality;
    if (!f || !f->name)
        return lacks("functionality", "a name");
    if (f->interface != t->protocol->interface)
        return g_strdup_printf("%s: expected the interface that %s realises, got another", f->name, t->protocol->name);
    for (unsigned i = 0; i < f->orders; i++) {
        if (!uc_message_kind(f->interface->messages, f->order[i].kind))
            return g_strdup_printf("%s, order %u: expected a kind of its messages, got %" G_GUINT64_FORMAT, f->name, i, f->order[i].kind);
    }
    return wrong_class(f->name, f->class);
}

static char *wrong_simulators(const UcTriple *t)
{
    if (!t->simulator || !t->simulator->name)
        return lacks(t->protocol->name, "a UC simulator");
    for (const UcSimulatorRow *s = t->simulator; s->name; s++) {
        char *wrong = wrong_class(s->name, s->class);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* A region that is neither is the engine's: it would survive crashes without a persist, and hide that the protocol needs one. */
static char *wrong_storage(const UcProtocol *p)
{
    for (unsigned i = 0; i < p->class->kinds; i++) {
        unsigned kept = p->class->kind[i].flags & (UC_STABLE | UC_VOLATILE);
        if (kept != UC_STABLE && kept != UC_VOLATILE)
            return g_strdup_printf("%s, region '%s' of parties: expected UC_STABLE or UC_VOLATILE: what a crash does to it", p->name,
                                   p->class->kind[i].name);
    }
    return NULL;
}

static char *wrong_protocol(const UcProtocol *p)
{
    if (!p || !named(p->name))
        return g_strdup_printf("protocol: expected a name of lower-case letters, digits and '-', got '%s'", p && p->name ? p->name : "");
    if (!p->title)
        return lacks(p->name, "a title");
    if (!p->setup_new != !p->setup_free)
        return lacks(p->name, "setup_new and setup_free, or neither");
    char *wrong = wrong_options(p->name, &p->options);
    if (!wrong)
        wrong = wrong_class(p->name, p->class);
    return wrong ? wrong : wrong_storage(p);
}

char *uc_triple_wrong(const UcTriple *t)
{
    g_assert(t);
    char *wrong = wrong_protocol(t->protocol);
    if (!wrong)
        wrong = wrong_interface(t->protocol->interface);
    if (!wrong)
        wrong = wrong_functionality(t);
    if (!wrong)
        wrong = wrong_simulators(t);
    if (!wrong)
        wrong = uc_attack_wrong(t->protocol->codec, t->kit, t->protocol->interface->alphabet);
    return wrong;
}
