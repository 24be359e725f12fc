/* The descriptor of the protocol: its options, and the set-up that a session makes of them. */
#include "protocol/ticketed/measured.h"
#include "protocol/ticketed/party.h"
#include "protocol/ticketed/payload.h"

enum { SEALS = 1 << 16 };

static const PiSettings defaults = { .tag_bytes = SEAL_OVERHEAD_BYTES };

static const UcOptionRow rows[] = {
    { "tag-bytes", "tag_bytes", UC_OPTION_NUMBER, offsetof(PiSettings, tag_bytes), .place = 170, .toy = "tag_bytes",
      .high = SEAL_OVERHEAD_BYTES },
};
G_STATIC_ASSERT(sizeof(PiSettings) <= sizeof(UcSettings));

static char *wrong_settings(const UcSessionPlan *plan, const DkmOptions *dkm)
{
    uint64_t tag = pi_settings(plan->protocol)->tag_bytes;
    if (tag < 1 || tag > SEAL_OVERHEAD_BYTES)
        return g_strdup_printf("tag_bytes: expected 1 to 16, got %" G_GUINT64_FORMAT, tag);
    if (tag < SEAL_OVERHEAD_BYTES && !dkm->seals_real)
        return g_strdup("tag_bytes: an ideal seal has no tag to shorten; expected crypto or seal real");
    return NULL;
}

static void *setup_new(const UcSessionPlan *plan, void *interface_setup, char **wrong)
{
    const DkmOptions *dkm = interface_setup;
    *wrong = wrong_settings(plan, dkm);
    if (*wrong)
        return NULL;
    PiConfig *config = g_new0(PiConfig, 1);
    *config = (PiConfig){ .dkm = dkm, .seal = dkm->seals_real ? seal_real_new() : seal_ideal_new(), .seed = plan->seed };
    seal_set_tag_bytes(config->seal, pi_settings(plan->protocol)->tag_bytes);
    return config;
}

static void setup_free(void *setup)
{
    PiConfig *config = setup;
    if (config)
        seal_free(config->seal);
    g_free(config);
}

static void forget(void *setup) { seal_forget(((PiConfig *)setup)->seal); }
static void remember(void *setup, bool remember) { seal_remember_answers(((PiConfig *)setup)->seal, remember ? SEALS : 0); }

static void describe(const UcSessionPlan *plan, GString *out)
{
    const DkmSettings *o = dkm_settings(plan->interface);
    g_string_append_printf(out, "payloads %d\nscheme %s\ncapacity %" G_GUINT64_FORMAT "\nenclave %s\ntrust %s\nseal %d\ntoy %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
                           PAYLOAD_VERSION, o->scheme, o->capacity, o->enclave, dkm_trust_name[o->trust], o->seal_real,
                           pi_settings(plan->protocol)->tag_bytes, o->ticket_bytes);
    for (const char *const *enclave = o->enclave_of; enclave && *enclave; enclave++)
        g_string_append_printf(out, "enclave %s, shared %d\n", *enclave, o->shared_master);
}

static const char *unkept(const UcSessionPlan *plan)
{
    return plan->crypto_ideal && !dkm_settings(plan->interface)->seal_real
               ? "expected crypto = 'real': an ideal seal opens in the process that made it only" : NULL;
}

const UcProtocol ticketed_transfer = {
    .name = "ticketed-transfer",
    .title = "one message per transfer, with a one-time ticket from the receiver", .interface = &dkm_interface, .options = { rows, G_N_ELEMENTS(rows), &defaults, sizeof defaults },
    .setup_new = setup_new, .setup_free = setup_free, .forget = forget, .remember = remember,
    .class = &pi_class, .inspector = &pi_inspector, .describe = describe, .unkept = unkept,
    .codec = &payload_codec, .natives = pi_natives, .bad = &pi_bad_events,
};
