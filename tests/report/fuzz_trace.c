/* libFuzzer target: any bytes as a trace. Prints every report of what could be read, and replays its schedule in both worlds. */
#include <stddef.h>
#include <stdint.h>

#include "report/text.h"
#include "tests/report/fuzz_replay.h"

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
    g_autoptr(UcSchedule) moves = uc_trace_take_schedule(trace);
    fuzz_replay(moves);
    return 0;
}
