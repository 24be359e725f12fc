/* For fuzz targets: a schedule that could be read, replayed in both worlds to a verdict or an error. Not what takes time
 * and no bytes: a thousand parties, large trees, real signatures, more than 64 moves. */
#ifndef TESTS_REPORT_FUZZ_REPLAY_H
#define TESTS_REPORT_FUZZ_REPLAY_H

#include "environments/worlds/replay.h"

enum { FUZZ_MOVES = 64 };

static inline void fuzz_replay(UcSchedule *schedule)
{
    static const char *const heavy[] = { "parties", "scheme", "crypto", "capacity", NULL };
    g_autoptr(GError) error = NULL;
    for (guint i = schedule->options->len; i-- > 0;) {
        const UcOption *o = schedule->options->pdata[i];
        if (g_strv_contains(heavy, o->name))
            g_ptr_array_remove_index(schedule->options, i);
    }
    uc_options_add(schedule->options, "crypto", "ideal");
    if (schedule->move->len > FUZZ_MOVES)
        g_ptr_array_set_size(schedule->move, FUZZ_MOVES);
    g_autoptr(EnvReplay) done = env_replay_run(schedule, true, NULL, NULL, &error);
    g_assert((done == NULL) == (error != NULL));
}

#endif
