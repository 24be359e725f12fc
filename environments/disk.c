#include "environments/disk.h"

#include "protocol/payload.h"

char *env_disk_setup(const EnvOptions *o)
{
    g_assert(o);
    GString *text = g_string_new("seed");
    for (size_t i = 0; i < UC_SEED_BYTES; i++)
        g_string_append_printf(text, " %u", o->seed[i]);
    g_string_append_printf(text, "\nprotocol %s, payloads %d\nscheme %s\ncapacity %" G_GUINT64_FORMAT "\nenclave %s\ntrust %s\n"
                           "crypto %d %d\ntoy %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\nindependent %d\n", o->protocol, PAYLOAD_VERSION, o->scheme, o->capacity, o->enclave,
                           dkm_trust_name[o->trust], o->crypto_ideal, o->seal_real, o->tag_bytes, o->ticket_bytes,
                           o->independent);
    for (const char *const *enclave = o->enclave_of; enclave && *enclave; enclave++)
        g_string_append_printf(text, "enclave %s, shared %d\n", *enclave, o->shared_master);
    for (const char *const *party = o->party; *party; party++)
        g_string_append_printf(text, "party %s\n", *party);
    return g_string_free(text, FALSE);
}

UcFileStore *env_disk_open(const EnvOptions *o, const char *folder, GError **error)
{
    g_assert(o && folder);
    const char *refused = NULL;
    if (o->storage != UC_STORAGE_ATOMIC)
        refused = "expected storage = 'atomic' in the scenario: the disk is the storage";
    else if (o->crypto_ideal && !o->seal_real)
        refused = "expected crypto = 'real': an ideal seal opens in the process that made it only";
    else if (o->torture)
        refused = "cannot go with --torture, which runs everything twice";
    if (refused) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "--store: %s", refused);
        return NULL;
    }
    g_autofree char *setup = env_disk_setup(o);
    return uc_filestore_open(folder, setup, o->seed, g_strv_length((char **)o->party), error);
}
