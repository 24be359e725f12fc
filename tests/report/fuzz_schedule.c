/* libFuzzer target: any bytes as a schedule. What can be read prints to something that reads to the same, and replays
 * (crypto ideal, few moves) to a verdict or an error. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "environments/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(UcSchedule *schedule)
{
    static const char *const heavy[] = { "parties", "scheme", "crypto", "capacity", NULL };
    g_autoptr(GError) error = NULL;
    for (guint i = schedule->options->len; i-- > 0;) {
        const UcOption *o = schedule->options->pdata[i];
        if (g_strv_contains(heavy, o->name)) /* a thousand parties and large trees take time, not bytes */
            g_ptr_array_remove_index(schedule->options, i);
    }
    uc_options_add(schedule->options, "crypto", "ideal");
    if (schedule->move->len > 64)
        return;
    g_autoptr(EnvReplay) done = env_replay_run(schedule, true, NULL, NULL, &error);
    g_assert((done == NULL) == (error != NULL));
}

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
    replay(schedule);
    return 0;
}
