#include "environments/worlds/disk.h"


char *env_disk_setup(const EnvOptions *options)
{
    g_assert(options);
    EnvOptions o = *options;
    UcSessionPlan plan = env_session_plan(&o);
    GString *text = g_string_new("seed");
    for (size_t i = 0; i < UC_SEED_BYTES; i++)
        g_string_append_printf(text, " %u", o.seed[i]);
    g_string_append_printf(text, "\nprotocol %s\ncrypto %d\nindependent %d\n", o.triple->protocol->name, o.crypto_ideal,
                           o.independent);
    o.triple->protocol->describe(&plan, text);
    for (const char *const *party = o.party; *party; party++)
        g_string_append_printf(text, "party %s\n", *party);
    return g_string_free(text, FALSE);
}

/* NULL, or why the options do not go with a store. */
static const char *refused_by(const EnvOptions *options)
{
    EnvOptions o = *options;
    UcSessionPlan plan = env_session_plan(&o);
    const UcProtocol *protocol = o.triple->protocol;
    if (!protocol->describe)
        return "expected a protocol whose state a store can keep";
    if (o.storage != UC_STORAGE_ATOMIC)
        return "expected storage = 'atomic' in the scenario: the disk is the storage";
    if (o.torture)
        return "cannot go with --torture, which runs everything twice";
    return protocol->unkept ? protocol->unkept(&plan) : NULL;
}

UcFileStore *env_disk_open(const EnvOptions *o, const char *folder, GError **error)
{
    g_assert(o && folder);
    if (!env_options_one_session(o, "--store", error))
        return NULL;
    const char *refused = refused_by(o);
    if (refused) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--store: %s", refused);
        return NULL;
    }
    g_autofree char *setup = env_disk_setup(o);
    return uc_filestore_open(folder, setup, o->seed, g_strv_length((char **)o->party), error);
}
