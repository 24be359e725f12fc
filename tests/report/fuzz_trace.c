/* libFuzzer target: any bytes as a trace. Reads it, prints every report of what could be read, replays its schedule. */
#include <stddef.h>
#include <stdint.h>

#include "environments/replay.h"
#include "report/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(UcTrace) trace = uc_trace_read((const char *)data, size, "fuzz", &error);
    g_assert((trace == NULL) == (error != NULL));
    if (!trace)
        return 0;
    g_autofree char *divergence = rep_text_divergence(trace, NULL);
    for (int w = 0; w < UC_TRACE_WORLDS; w++) {
        g_autofree char *run = rep_text_run(trace, (UcTraceWorld)w, NULL);
        g_assert(g_utf8_validate(run, -1, NULL));
    }
    g_autofree char *schedule = uc_schedule_print(uc_trace_schedule(trace));
    g_assert(g_utf8_validate(divergence, -1, NULL) && g_utf8_validate(schedule, -1, NULL));
    return 0;
}
