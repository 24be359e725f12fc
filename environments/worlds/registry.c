#include "environments/worlds/registry.h"

#include <dlfcn.h>
#include <string.h>

#include "adversary/auth/simulator.h"
#include "adversary/com/simulator.h"
#include "adversary/ticketed/dictated.h"
#include "adversary/ticketed/stolen.h"
#include "environments/worlds/options.h"
#include "environments/worlds/worlds.h"
#include "functionality/auth/f_auth.h"
#include "functionality/com/f_com.h"
#include "functionality/dkm/f_dkm.h"
#include "protocol/auth/macs.h"
#include "protocol/com/masked.h"
#include "protocol/ticketed/party.h"
#include "simulator/triple/abi.h"

static const UcSimulatorRow dkm_simulators[] = { { "uc", &uc_simulator_class }, { "dictated", &dictated_class }, { NULL, NULL } };

static UcTriple triple[ENV_TRIPLES_MAX + 1] = {
    { &ticketed_transfer, &f_dkm, dkm_simulators, &dkm_kit },
    { &counted_macs, &f_auth, auth_simulators, &auth_kit },
    { &masked_texts, &f_com, com_simulators, &com_kit },
};
const UcTriple *const env_triple = triple;

unsigned env_triples(void)
{
    unsigned n = 0;
    while (triple[n].protocol)
        n++;
    return n;
}

const UcTriple *env_triple_find(const char *protocol)
{
    g_assert(protocol);
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        if (!strcmp(t->protocol->name, protocol))
            return t;
    }
    return NULL;
}

/* ---- from outside ---- */

static bool refuse(GError **error, char *text)
{
    g_set_error_literal(error, ENV_ERROR, ENV_ERROR_OPTION, text);
    g_free(text);
    return false;
}

/* What the linker says begins with the file's name, where it has one to say. */
static char *why_not_loaded(const char *path)
{
    const char *text = dlerror();
    size_t length = strlen(path);
    return g_strdup_printf("expected a shared object: %s", !strncmp(text, path, length) && text[length] == ':' ? text + length + 2 : text);
}

/* NULL, or why this is no triple of this program's. */
static char *unfit(const UcTripleExport *x)
{
    if (!x)
        return g_strdup("expected the symbol " UC_TRIPLE_SYMBOL " (UC_EXPORT_TRIPLE), got none");
    if (x->abi != UC_TRIPLE_ABI)
        return g_strdup_printf("expected a triple for version %u of the descriptors, got version %u: compile it with this program's headers",
                               UC_TRIPLE_ABI, x->abi);
    if (x->layout != UC_TRIPLE_LAYOUT)
        return g_strdup("expected a triple made with this program's headers, got one made with others: compile it again");
    if (!x->triple)
        return g_strdup("expected a triple, got NULL");
    char *wrong = uc_triple_wrong(x->triple);
    return wrong ? wrong : env_options_clash(x->triple);
}

bool env_triple_load(const char *path, GError **error)
{
    g_assert(path);
    unsigned n = env_triples();
    g_autofree char *whole = g_canonicalize_filename(path, NULL); /* without a folder dlopen() would look elsewhere */
    if (n == ENV_TRIPLES_MAX)
        return refuse(error, g_strdup_printf("expected at most %d triples in all", ENV_TRIPLES_MAX));
    void *object = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return refuse(error, why_not_loaded(whole));
    const UcTripleExport *x = dlsym(object, UC_TRIPLE_SYMBOL);
    char *wrong = unfit(x);
    if (wrong)
        return refuse(error, wrong);
    if (env_triple_find(x->triple->protocol->name))
        return refuse(error, g_strdup_printf("expected a protocol with a name of its own, got '%s', which there is already",
                                             x->triple->protocol->name));
    triple[n] = *x->triple;
    return true;
}
