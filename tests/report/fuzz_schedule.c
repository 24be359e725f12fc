/* libFuzzer target: any bytes as a schedule. What can be read prints to something that reads to the same, and
 * replays in both worlds to a verdict or an error. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/report/fuzz_replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(UcSchedule) schedule = uc_schedule_read((const char *)data, size, "fuzz", NULL);
    if (!schedule)
        return 0;
    g_autofree char *text = uc_schedule_print(schedule);
    g_autoptr(UcSchedule) again = uc_schedule_read(text, strlen(text), "fuzz", NULL);
    g_assert(again != NULL);
    g_autofree char *same = uc_schedule_print(again);
    g_assert_cmpstr(text, ==, same);
    fuzz_replay(schedule);
    return 0;
}
