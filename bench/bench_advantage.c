/* Samples a second on one thread for a run of about ten moves; a sample is one run of each world. docs/advantage.md. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <glib/gstdio.h>

#include "environments/lua/lua_load.h"
#include "environments/runs/advantage.h"

/* Processor time: others may be using the machine. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void row(const char *name, EnvMeasure *m, uint64_t samples, double target)
{
    g_autoptr(GError) error = NULL;
    double best = 0;
    for (int i = 0; i < 3; i++) {
        m->samples = samples;
        double start = now();
        g_autoptr(UcAdvantage) a = env_advantage(m, &error);
        if (!a) {
            fprintf(stderr, "%s: %s\n", name, error->message);
            exit(1);
        }
        best = MAX(best, (double)samples / (now() - start));
    }
    printf("%-44s %9.0f samples/s %9.0f runs/s", name, best, 2 * best);
    if (target > 0)
        printf("   target %6.0f", target);
    puts("");
}

static EnvMeasure base(void)
{
    EnvMeasure m = { .jobs = 1, .alpha = 0.05, .precision = 0.01, .keys = 32 };
    m.options = env_default_options();
    env_seed(1, m.seed);
    return m;
}

static void script_row(const char *name, const char *crypto, uint64_t samples, double target)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    g_autofree char *text = g_strdup_printf(
        "return scenario { title = 'ten moves', parties = { 'hsm1', 'hsm2', 'hsm3' }, crypto = '%s',\n"
        "environment = function (z)\n"
        "  local key = z:keygen('hsm1')\n"
        "  local ticket = z:request('hsm2', { key = key, count = 4, from = 'hsm1' })\n"
        "  local p = z:transfer('hsm1', { key = key, count = 4, to = 'hsm2', ticket = ticket })\n"
        "  z:deliver('hsm2', p) z:deliver('hsm2', p)\n"
        "  local s = z:sign('hsm2', key, 'firmware 1.0')\n"
        "  z:sign('hsm1', key, 'firmware 1.1')\n"
        "  z:verify('hsm3', key, 'firmware 1.0', s)\n"
        "  z:status('hsm1', key) z:status('hsm2', key)\n"
        "  return 0\n"
        "end }\n", crypto);
    int fd = g_file_open_tmp("ten-moves-XXXXXX.lua", &path, &error);
    g_autoptr(GPtrArray) loaded = fd >= 0 && g_file_set_contents(path, text, -1, &error) ? env_scenario_load(path, &error) : NULL;
    if (fd >= 0) {
        g_close(fd, NULL);
        remove(path);
    }
    if (!loaded) {
        fprintf(stderr, "%s: %s\n", name, error->message);
        exit(1);
    }
    EnvMeasure m = base();
    m.scenario = g_ptr_array_index(loaded, 0);
    row(name, &m, samples, target);
}

int main(void)
{
    EnvMeasure m = base();
    env_measure_native(&m, "hand-over");
    row("native environment, crypto ideal", &m, 20000, 50000);
    script_row("script, crypto ideal", "ideal", 10000, 10000);
    m.options.crypto_ideal = false;
    row("native environment, crypto real, 32 keys", &m, 500, 0);
    script_row("script, crypto real, 32 keys", "real", 500, 0);
    return 0;
}
