/* The descriptor of the interface: its options, and the set-up that a session makes of them. */
#include "functionality/dkm/watchers.h"
#include "simulator/base/nearest.h"

enum { CACHE_BYTES = 256 << 20, KEPT_BYTES = 512 << 20, ANSWERS_BYTES = 16 << 20 };

static const char *const master_name[] = { "separate", "shared", NULL }, *const seal_name[] = { "ideal", "real", NULL };

static const char *const trust_meaning[] = { "one sealing key for the whole enclave", "a sealing key for every pair of parties" };

/* With hash values of 1, 2, 3 bytes. */
static const char *const toy_set[] = { "TOY-LMS_SHAKE_M1_H2/LMOTS_SHAKE_N1_W2", "TOY-LMS_SHAKE_M2_H2/LMOTS_SHAKE_N2_W2",
                                       "TOY-LMS_SHAKE_M3_H2/LMOTS_SHAKE_N3_W2", NULL };

const DkmSettings dkm_settings_default = {
    .scheme = "LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8", .enclave = "enclave", .ticket_bytes = DKM_TICKET_BYTES,
    .limits = { .keys = 16, .tickets = 64, .transfers = 4096, .intervals = 1024 },
};

#define AT(field) offsetof(DkmSettings, field)
static const UcOptionRow rows[] = {
    { "scheme", "scheme", UC_OPTION_TEXT, AT(scheme), .always = true, .place = 10, .titled = true },
    { "trust", "trust", UC_OPTION_CHOICE, AT(trust), dkm_trust_name, trust_meaning, .always = true, .place = 40,
      .titled = true },
    { "enclave", "enclave", UC_OPTION_TEXT, AT(enclave), .always = true, .place = 60 },
    { "enclaves", "enclaves", UC_OPTION_GROUPS, AT(enclave_of), .place = 70 },
    { "master", "shared_master", UC_OPTION_FLAG, AT(shared_master), master_name, .place = 80 },
    { "seal", "seal", UC_OPTION_NAMED, AT(seal_real), seal_name, .place = 90 },
    { "capacity", "capacity", UC_OPTION_NUMBER, AT(capacity), .always = true, .place = 110 },
    { "reservation", "reservation", UC_OPTION_NUMBER, AT(reservation), .always = true, .place = 120 },
    { "limit-keys", "limits.keys", UC_OPTION_NUMBER, AT(limits.keys), .place = 130 },
    { "limit-tickets", "limits.tickets", UC_OPTION_NUMBER, AT(limits.tickets), .place = 140 },
    { "limit-transfers", "limits.transfers", UC_OPTION_NUMBER, AT(limits.transfers), .place = 150 },
    { "limit-intervals", "limits.intervals", UC_OPTION_NUMBER, AT(limits.intervals), .place = 160 },
    { "ticket-bytes", "ticket_bytes", UC_OPTION_NUMBER, AT(ticket_bytes), .place = 180, .toy = "ticket_bytes", .high = DKM_TICKET_BYTES },
    { NULL, NULL, UC_OPTION_PICK, AT(scheme), toy_set, .place = 190, .toy = "hash_bytes", .high = G_N_ELEMENTS(toy_set) - 1 },
};
G_STATIC_ASSERT(sizeof(DkmTrust) == sizeof(unsigned) && sizeof(DkmSettings) <= sizeof(UcSettings));

uint64_t dkm_toy_hash_bytes(const UcSettings *settings)
{
    return uc_option_number(&rows[G_N_ELEMENTS(rows) - 1], settings->word);
}

/* `options` first: this is what F, protocol and watchers are configured with. */
typedef struct {
    DkmOptions options;
    Sigma *sigma;
    SigCache *own; /* trees, unless they are shared */
    char **enclave_of;
} Setup;

static char *wrong_settings(const UcSessionPlan *plan)
{
    const DkmSettings *s = dkm_settings(plan->interface);
    unsigned parties = g_strv_length((char **)plan->party);
    if (s->enclave_of && g_strv_length((char **)s->enclave_of) != parties)
        return g_strdup_printf("enclaves: expected one for each of %u parties, got %u", parties,
                               g_strv_length((char **)s->enclave_of));
    if (s->ticket_bytes < 1 || s->ticket_bytes > DKM_TICKET_BYTES)
        return g_strdup_printf("ticket_bytes: expected 1 to 16, got %" G_GUINT64_FORMAT, s->ticket_bytes);
    return NULL;
}

/* Trees of keys for many runs; on disk too if the user said where. What is seen of a run does not depend on it. NULL when out
 * of memory. */
static void *trees_new(void)
{
    const char *folder = g_getenv("UCSIM_CACHE_DIR");
    SigCache *cache = sig_cache_new(CACHE_BYTES);
    if (cache && folder && *folder)
        sig_cache_set_folder(cache, folder, KEPT_BYTES);
    return cache;
}

static void trees_free(void *trees) { sig_cache_free(trees); }

static void setup_free(void *data)
{
    Setup *s = data;
    if (!s)
        return;
    sigma_free(s->sigma);
    sig_cache_free(s->own);
    g_strfreev(s->enclave_of);
    g_free(s);
}

static void *setup_new(const UcSessionPlan *plan, char **wrong)
{
    DkmSettings *o = dkm_settings(plan->interface);
    g_assert(o->scheme && o->enclave);
    *wrong = wrong_settings(plan);
    if (*wrong)
        return NULL;
    const char *near = NULL;
    Setup *s = g_new0(Setup, 1);
    s->own = plan->shared ? NULL : trees_new();
    s->enclave_of = g_strdupv((char **)o->enclave_of);
    s->sigma = plan->crypto_ideal ? sigma_ideal_new(o->scheme, o->capacity, &near)
                                  : sigma_real_new(o->scheme, o->capacity, plan->shared ? plan->shared : s->own, &near);
    if (!s->sigma) {
        g_autofree char *meant = uc_did_you_mean(near);
        *wrong = g_strdup_printf("scheme: unknown parameter set '%s'%s", o->scheme, meant);
        setup_free(s);
        return NULL;
    }
    o->scheme = s->sigma->name;
    o->enclave_of = (const char *const *)s->enclave_of;
    s->options = (DkmOptions){ .sigma = &s->sigma, .sigmas = 1, .limits = o->limits, .enclave = o->enclave,
                               .enclave_of = o->enclave_of, .shared_master = o->shared_master,
                               .trust = o->trust, .reservation = o->reservation,
                               .seals_real = !plan->crypto_ideal || o->seal_real, .ticket_bytes = (unsigned)o->ticket_bytes };
    return s;
}

static void forget(void *setup) { sigma_forget(((Setup *)setup)->sigma); }

static void remember(void *setup, bool remember)
{
    sigma_remember_answers(((Setup *)setup)->sigma, remember ? ANSWERS_BYTES : 0);
}

static bool pool(void *setup, const uint8_t seed[UC_SEED_BYTES], unsigned count)
{
    Sigma *sigma = ((Setup *)setup)->sigma;
    g_autofree uint8_t *seeds = g_malloc(count * sigma->seed_size);
    UcTapeLabel label = { "key pool", NULL, 0, "seeds", NULL };
    uc_tape_read(seed, &label, 0, seeds, count * sigma->seed_size);
    return sigma_set_pool(sigma, seeds, count);
}

/* The id of the enclave labels the tapes. */
static const char *session(UcSettings *settings) { return dkm_settings(settings)->enclave; }

static const char *ideal_crypto(const UcSettings *settings)
{
    return ((const DkmSettings *)(const void *)settings->word)->seal_real ? "ideal signatures, real seals" : "ideal";
}

static void *watch_new(const void *setup, const void *inspector, bool ideal) { return dkm_watch_new(setup, inspector, ideal); }
static void watch_free(void *watch) { dkm_watch_free(watch); }
static UcWatcher watcher(const void *watch) { return dkm_watcher(watch); }

static const char *const parties[] = { "hsm1", "hsm2", "hsm3", NULL };

const UcInterface dkm_interface = {
    .name = "F_DKM", .parties = parties, .messages = &dkm_messages, .calls = dkm_calls, .alphabet = &dkm_alphabet,
    .first_script = dkm_first_script,
    .options = { rows, G_N_ELEMENTS(rows), &dkm_settings_default, sizeof dkm_settings_default }, .rules = dkm_rules,
    .setup_new = setup_new, .setup_free = setup_free, .forget = forget, .remember = remember, .pool = pool, .session = session,
    .ideal_crypto = ideal_crypto,
    .shared_new = trees_new, .shared_free = trees_free,
    .watch_new = watch_new, .watch_free = watch_free, .watcher = watcher,
    .over_runs = &dkm_over_runs, .ledger = &dkm_ledger, .asset = "key", .compromised = dkm_watch_compromised,
};
