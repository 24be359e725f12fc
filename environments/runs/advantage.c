#include "environments/runs/advantage.h"

#include <math.h>
#include <string.h>

#include "environments/runs/repeat.h"
#include "environments/worlds/options.h"
#include "simulator/triple/bad_events.h"

enum { CHUNK = 32 };

void env_sample_seed(const uint8_t base[UC_SEED_BYTES], EnvWorld which, uint64_t number, uint8_t out[UC_SEED_BYTES])
{
    UcTapeLabel label = { "sample", NULL, 0, "seed", env_world_name[which] };
    uc_tape_read(base, &label, number * UC_SEED_BYTES, out, UC_SEED_BYTES);
}

/* ---- environments in C ---- */

const UcNative *env_native_at(unsigned number, const UcTriple **triple)
{
    for (const UcTriple *t = env_triple; t->protocol; t++) {
        for (const UcNative *n = t->protocol->natives; n && n->name; n++) {
            if (number-- > 0)
                continue;
            if (triple)
                *triple = t;
            return n;
        }
    }
    return NULL;
}

static void use_preset(EnvOptions *o, const UcPreset *preset)
{
    EnvOptionPlace p;
    bool known = env_option_find(o, preset->option, &p) || env_option_of_toy(o, preset->option, &p);
    g_assert(known);
    uc_option_set_number(p.row, p.values, preset->number);
}

bool env_measure_native(EnvMeasure *m, const char *name)
{
    g_assert(m && name);
    const UcTriple *triple;
    const UcNative *native;
    for (unsigned i = 0; (native = env_native_at(i, &triple)) && strcmp(native->name, name); i++)
        ;
    if (!native)
        return false;
    m->native = native;
    m->options = env_default_options();
    env_options_take(&m->options, triple);
    m->options.crypto_ideal = true;
    for (const UcPreset *p = native->preset; p && p->option; p++)
        use_preset(&m->options, p);
    m->effort.queries = native->queries;
    return true;
}

/* ---- bad events ---- */

static const UcBadEvents *events_of(const EnvMeasure *m)
{
    static const char *const none[] = { NULL };
    static const UcBadEvents nothing = { .name = none };
    const UcBadEvents *bad = (m->scenario ? &m->scenario->options : &m->options)->triple->protocol->bad;
    return bad ? bad : &nothing;
}

/* ---- one sampler per worker ---- */

typedef struct {
    const EnvMeasure *measure;
    EnvWorlds *worlds;   /* native */
    EnvOptions options;  /* of these */
    UcSessionPlan plan;
    EnvRepeat *repeat;   /* script */
    const UcBadEvents *events;
    void *bad;           /* NULL: there are no such events */
    UcTally *tally[ENV_WORLDS];
} Sampler;

static void sampler_free(Sampler *s)
{
    env_worlds_free(s->worlds);
    env_repeat_free(s->repeat);
    if (s->bad)
        s->events->free(s->bad);
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        uc_tally_free(s->tally[which]);
    g_free(s);
}

static Sampler *sampler_new(const EnvMeasure *measure, GError **error)
{
    Sampler *s = g_new0(Sampler, 1);
    s->measure = measure;
    s->events = events_of(measure);
    s->bad = s->events->new ? s->events->new() : NULL;
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++)
        s->tally[which] = uc_tally_new();
    EnvOptions o = measure->options;
    o.independent = true;
    if (measure->scenario)
        s->repeat = env_repeat_new(measure->scenario, error);
    else
        s->worlds = env_worlds_new(&o, error);
    EnvWorlds *worlds = s->repeat ? env_repeat_worlds(s->repeat) : s->worlds;
    if (!worlds || !env_worlds_key_pool(worlds, measure->seed, measure->keys, error)) {
        sampler_free(s);
        return NULL;
    }
    if (s->worlds) {
        s->options = *env_worlds_options(worlds);
        s->plan = env_session_plan(&s->options);
        s->plan.seed = NULL; /* Z does not know it */
    }
    for (EnvWorld which = ENV_REAL; s->worlds && which < ENV_WORLDS; which++)
        env_worlds_spec(s->worlds, which)->watchers = 0; /* they assert rules of single runs: `check` does that */
    return s;
}

/* What a stopped run says to statistics; false for stops that are no outcome of the experiment. */
static bool outcome(const UcWorld *world, UcStop stop, EnvWorld which, UcSample *sample, GError **error)
{
    if (stop == UC_STOP_Z || stop == UC_STOP_HALT)
        return true;
    if (stop == UC_STOP_SIMULATION) { /* Z learns that it is in the ideal world */
        sample->simulation_failed = true;
        sample->guess = 0;
        return true;
    }
    g_set_error(error, ENV_ERROR, stop == UC_STOP_LIMIT ? ENV_ERROR_LIMIT : ENV_ERROR_SCRIPT,
                "sample %" G_GUINT64_FORMAT ", %s world: %s", sample->number, env_world_name[which],
                uc_world_why(world));
    return false;
}

static void add_sample(Sampler *s, EnvWorld which, const UcWorld *world, UcSample *sample)
{
    sample->bad = s->bad ? s->events->seen(s->bad) : 0;
    uc_tally_add(s->tally[which], world, sample);
}

static bool sample_native(Sampler *s, EnvWorld which, const uint8_t *seed, UcSample *sample, GError **error)
{
    env_worlds_restart(s->worlds, seed);
    g_autoptr(UcWorld) world = env_worlds_start(s->worlds, which);
    if (s->bad)
        uc_world_observe(world, s->events->observe, s->bad);
    UcPlay play = { .world = world, .stop = UC_STOP_Z, .plan = &s->plan, .setup = env_worlds_protocol(s->worlds),
                    .effort = &s->measure->effort };
    sample->guess = s->measure->native->play(&play) != 0;
    sample->features = play.features;
    memcpy(sample->feature, play.feature, sizeof play.feature);
    if (!outcome(world, play.stop, which, sample, error))
        return false;
    add_sample(s, which, world, sample);
    return true;
}

/* The values of the features that were asked for; the last naming counts. */
static void read_features(const EnvMeasure *m, const UcWorld *world, const GArray *named, UcSample *sample)
{
    for (; m->feature_name && m->feature_name[sample->features]; sample->features++) {
        double *value = &sample->feature[sample->features];
        *value = NAN;
        for (guint i = 0; i < named->len; i++) {
            const EnvScriptFeature *f = &g_array_index(named, EnvScriptFeature, i);
            size_t length;
            const char *name = (const char *)uc_store_get(uc_world_store(world), f->name, &length);
            if (length == strlen(m->feature_name[sample->features]) &&
                !memcmp(name, m->feature_name[sample->features], length))
                *value = f->value;
        }
    }
}

static bool sample_script(Sampler *s, EnvWorld which, const uint8_t *seed, UcSample *sample, GError **error)
{
    EnvRepeated run;
    if (!env_repeat_run(s->repeat, which, seed, s->events->observe, s->bad, &run, error))
        return false;
    sample->guess = run.stop == UC_STOP_HALT && uc_world_bit(run.world);
    if (!outcome(run.world, run.stop, which, sample, error))
        return false;
    if (run.stop == UC_STOP_HALT && !run.script->guessed) {
        g_set_error(error, ENV_ERROR, ENV_ERROR_SCRIPT, "%s: 'environment' makes no guess in sample %" G_GUINT64_FORMAT
                    ", %s world: expected it to return 0 or 1 (1: \"this is the real world\")",
                    env_scenario_file(s->measure->scenario), sample->number, env_world_name[which]);
        return false;
    }
    read_features(s->measure, run.world, run.script->feature, sample);
    add_sample(s, which, run.world, sample);
    return true;
}

static bool sample_both(Sampler *s, uint64_t number, GError **error)
{
    for (EnvWorld which = ENV_REAL; which < ENV_WORLDS; which++) {
        uint8_t seed[UC_SEED_BYTES];
        UcSample sample = { .number = number };
        env_sample_seed(s->measure->seed, which, number, seed);
        if (s->bad)
            s->events->clear(s->bad);
        if (!(s->repeat ? sample_script : sample_native)(s, which, seed, &sample, error))
            return false;
    }
    return true;
}

/* ---- workers ---- */

typedef struct {
    const EnvMeasure *measure;
    GMutex lock;
    uint64_t next, until, done;
    GError *error;        /* of the sample with the smallest number */
    uint64_t error_at;
    GPtrArray *samplers;
} Crew;

typedef struct {
    Crew *crew;
    Sampler *sampler;
} Worker;

static bool interrupted(const Crew *crew)
{
    return crew->measure->interrupted && *crew->measure->interrupted;
}

/* The next samples [*from, *to) to make; false when there are none, or after an error in an earlier one. */
static bool take(Crew *crew, uint64_t *from, uint64_t *to)
{
    g_mutex_lock(&crew->lock);
    *from = crew->next;
    *to = MIN(crew->until, crew->next + CHUNK);
    bool any = *from < *to && !crew->error && !interrupted(crew);
    if (any)
        crew->next = *to;
    g_mutex_unlock(&crew->lock);
    return any;
}

static void report_error(Crew *crew, uint64_t number, GError *error)
{
    g_mutex_lock(&crew->lock);
    if (!crew->error || number < crew->error_at) {
        g_clear_error(&crew->error);
        crew->error = error;
        crew->error_at = number;
    } else {
        g_error_free(error);
    }
    g_mutex_unlock(&crew->lock);
}

static gpointer work(gpointer data)
{
    Worker *w = data;
    Crew *crew = w->crew;
    uint64_t from, to;
    while (take(crew, &from, &to)) {
        uint64_t i = from;
        for (GError *error = NULL; i < to && !interrupted(crew); i++) {
            if (!sample_both(w->sampler, i, &error)) {
                report_error(crew, i, error);
                return NULL;
            }
        }
        g_mutex_lock(&crew->lock);
        uint64_t done = crew->done += i - from;
        g_mutex_unlock(&crew->lock);
        if (crew->measure->progress)
            crew->measure->progress(crew->measure->progress_data, done);
    }
    return NULL;
}

static void run_until(Crew *crew, uint64_t until)
{
    unsigned jobs = crew->samplers->len;
    g_autofree Worker *worker = g_new(Worker, jobs);
    g_autofree GThread **thread = g_new(GThread *, jobs);
    crew->until = until;
    for (unsigned i = 0; i < jobs; i++) {
        worker[i] = (Worker){ crew, crew->samplers->pdata[i] };
        thread[i] = i + 1 < jobs ? g_thread_try_new("sampler", work, &worker[i], NULL) : NULL;
    }
    work(&worker[jobs - 1]); /* this thread is the last one */
    for (unsigned i = 0; i + 1 < jobs; i++) {
        if (thread[i]) /* else the machine gave no more, and the others did its part */
            g_thread_join(thread[i]);
    }
}

static UcAdvantage *evaluate(const Crew *crew, unsigned look)
{
    const EnvMeasure *m = crew->measure;
    UcPlan plan = { .asked = m->samples, .alpha = m->alpha, .sequential = m->sequential, .look = look,
                    .interrupted = interrupted(crew) && crew->done < m->samples, .bad_name = events_of(m)->name,
                    .feature_name = m->native ? m->native->feature_name : m->feature_name };
    g_autoptr(UcTally) real = uc_tally_new();
    g_autoptr(UcTally) ideal = uc_tally_new();
    for (guint i = 0; i < crew->samplers->len; i++) {
        const Sampler *s = crew->samplers->pdata[i];
        uc_tally_merge(real, s->tally[ENV_REAL]);
        uc_tally_merge(ideal, s->tally[ENV_IDEAL]);
    }
    return uc_advantage_new(&plan, real, ideal);
}

static UcAdvantage *run_crew(Crew *crew)
{
    const EnvMeasure *m = crew->measure;
    for (unsigned look = 0;; look++) {
        run_until(crew, m->sequential ? uc_look_size(ENV_FIRST_LOOK, look, m->samples) : m->samples);
        if (crew->error || !crew->done)
            return NULL;
        g_autoptr(UcAdvantage) a = evaluate(crew, look);
        if (crew->done >= m->samples || interrupted(crew) || uc_advantage_settled(a, m->precision))
            return g_steal_pointer(&a);
    }
}

/* A feature that no run named is a typing error, not a result. */
static bool features_named(const UcAdvantage *a, GError **error)
{
    for (unsigned i = 1; i < a->distinguishers; i++) {
        const UcDistinguisher *d = &a->distinguisher[i];
        if (d->real.n || d->ideal.n)
            continue;
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "feature '%s': no run named it with z:feature", d->name);
        return false;
    }
    return true;
}

static bool check_measure(const EnvMeasure *m, GError **error)
{
    if (m->scenario && !env_options_one_session(&m->scenario->options, "advantage", error))
        return false;
    if (m->samples < 1 || m->samples > ENV_SAMPLES_MAX)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "samples: expected 1 to 10^9, got %" G_GUINT64_FORMAT,
                    m->samples);
    else if (!(m->alpha > 0 && m->alpha < 1))
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "alpha: expected a number between 0 and 1, got %g", m->alpha);
    else if (!(m->precision > 0 && m->precision < 1))
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "precision: expected a number between 0 and 1, got %g",
                    m->precision);
    else if (m->feature_name && g_strv_length((char **)m->feature_name) > UC_FEATURES)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "feature: expected at most %d", UC_FEATURES);
    else if (m->keys > ENV_KEYS_MAX)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "keys: expected 0 to %d, got %u", ENV_KEYS_MAX, m->keys);
    else if (m->jobs < 1 || m->jobs > ENV_JOBS_MAX)
        g_set_error(error, ENV_ERROR, ENV_ERROR_OPTION, "jobs: expected 1 to %d, got %u", ENV_JOBS_MAX, m->jobs);
    else
        return true;
    return false;
}

UcAdvantage *env_advantage(const EnvMeasure *measure, GError **error)
{
    g_assert(measure && (!measure->native != !measure->scenario));
    if (!check_measure(measure, error))
        return NULL;
    Crew crew = { .measure = measure, .samplers = g_ptr_array_new_with_free_func((GDestroyNotify)sampler_free) };
    UcAdvantage *a = NULL;
    bool ok = true;
    g_mutex_init(&crew.lock);
    for (unsigned i = 0; i < measure->jobs && ok; i++) {
        Sampler *s = sampler_new(measure, error);
        ok = s != NULL;
        if (ok)
            g_ptr_array_add(crew.samplers, s);
    }
    if (ok)
        a = run_crew(&crew);
    if (crew.error)
        g_propagate_error(error, crew.error);
    else if (ok && !a)
        g_set_error(error, ENV_ERROR, ENV_ERROR_LIMIT, "interrupted before the first sample");
    if (a && !features_named(a, error))
        g_clear_pointer(&a, uc_advantage_free);
    g_ptr_array_unref(crew.samplers);
    g_mutex_clear(&crew.lock);
    return a;
}
