#include "simulator/triple/play.h"

#include "simulator/lock.h"

static UcMessage turn(UcPlay *play, UcEnvelope write)
{
    size_t entries;
    if (play->stop != UC_STOP_Z)
        return (UcMessage){ UC_M_EMPTY, { 0 } };
    play->stop = uc_world_turn(play->world, &write);
    const UcViewEntry *view = uc_world_view(play->world, &entries);
    size_t i = play->seen;
    play->seen = entries;
    while (i < entries && view[i].message.kind == UC_M_EMPTY)
        i++;
    return i < entries ? view[i].message : (UcMessage){ UC_M_EMPTY, { 0 } };
}

UcMessage uc_play_input(UcPlay *play, UcWord party, UcMessage message)
{
    g_assert(play);
    return turn(play, uc_input(party, message));
}

UcMessage uc_play_order(UcPlay *play, UcWord party, UcMessage message)
{
    g_assert(play);
    return turn(play, uc_order(party, message));
}
