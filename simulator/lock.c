#include "simulator/lock.h"

UcComparison uc_lock_judge(UcLock *lock)
{
    unsigned other = lock->worlds - 1;
    g_assert(lock->worlds == 1 || lock->worlds == 2);
    lock->last = uc_compare(lock->world[0], lock->stop[0], lock->world[other], lock->stop[other], lock->from);
    return lock->last;
}

UcEnvelope uc_input(UcWord party, UcMessage message)
{
    return (UcEnvelope){ UC_Z, uc_party(party), 0, message };
}

UcEnvelope uc_order(UcWord party, UcMessage message)
{
    return (UcEnvelope){ UC_Z, UC_A, uc_party(party), message };
}

UcComparison uc_lock_turn(UcLock *lock, const UcEnvelope *write)
{
    g_assert(lock && write);
    if (!uc_verdict_is_open(lock->last.verdict))
        return lock->last;
    for (unsigned i = 0; i < lock->worlds; i++) {
        lock->running = i;
        lock->stop[i] = uc_world_turn(lock->world[i], write);
    }
    lock->from = lock->seen;
    uc_world_view(lock->world[0], &lock->seen);
    return uc_lock_judge(lock);
}

void uc_lock_rewind(UcLock *lock)
{
    for (unsigned i = 0; i < lock->worlds; i++)
        uc_world_rewind(lock->world[i]);
    lock->from = lock->seen = 0;
    lock->last = (UcComparison){ .verdict = UC_INDISTINGUISHABLE, .why = "" };
}

void uc_lock_run(UcLock *lock, unsigned world)
{
    g_assert(world < 2);
    lock->running = world;
    lock->stop[world] = uc_world_run(lock->world[world]);
}

UcViewEntry uc_lock_reply(const UcLock *lock)
{
    size_t entries;
    const UcViewEntry *view = uc_world_view(lock->world[0], &entries);
    for (size_t i = lock->from; i < lock->seen; i++) {
        if (view[i].message.kind != UC_M_EMPTY)
            return view[i];
    }
    return (UcViewEntry){ 0 };
}

bool uc_lock_breaks(const UcLock *lock, const char *rule)
{
    for (unsigned i = 0; i < lock->worlds; i++) {
        if (uc_world_breaks(lock->world[i], rule))
            return true;
    }
    return false;
}

bool uc_lock_meets(const UcLock *lock, UcOutlook outlook)
{
    return lock->last.verdict == outlook.verdict && (!outlook.rule || uc_lock_breaks(lock, outlook.rule));
}
