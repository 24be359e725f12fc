/* A machine that does what Z tells it, as a party and as F, to try the rules of the engine. */
#ifndef TESTS_SIMULATOR_PUPPET_H
#define TESTS_SIMULATOR_PUPPET_H

#include "simulator/verdict.h"

enum {
    DO_SAY = UC_M_USER, /* to (machine number), kind: one write */
    DO_END,             /* code: an UcResultCode other than SEND */
    DO_STORE,           /* value, how: writes it to a stable and to a volatile region; marks the two words */
    DO_LOOK,            /* answers what is stored */
    DO_COUNT,           /* answers from hidden state, which is forbidden */
    DO_DRAW,            /* answers 8 bytes of the tape, and stores as DO_STORE would: how */
    DO_PING,            /* to F and back for ever */
    DO_FAIL_SIMULATION, /* F: the simulation has failed; a party: answers 0 */
    DO_WORLD,           /* answers 0 as a party, 1 as F: tells the worlds apart */
    TOLD,               /* stable, volatile */
    PUPPET_KINDS_END
};
enum { STORE_ONLY, STORE_PERSIST, STORE_FAIL, STORE_SEND_THEN_PERSIST, STORE_TWICE };

extern const UcMessageTable puppet_messages;
extern const UcClass puppet, parrot; /* parrot: an adversary that does DO_SAY and hands the rest on to the party */

/* A world of two puppets, Z driven from outside. Its watcher finds the invariant
 * "A-lost" and the rule of progress "late" broken when 666 or 667 is stored. */
typedef struct {
    UcStore *store;
    UcLayout *layout;
    UcWorldSpec spec;
    UcWatcher watcher;
    UcWorld *world;
    UcStop stop;
} Stage;

void stage_init(Stage *stage, bool ideal, UcStore *store); /* then the spec may still be changed */
void stage_open(Stage *stage);
void stage_clear(Stage *stage); /* not the store */
/* One turn of Z: an input to party 0; what Z got last (UC_M_EMPTY if nothing). */
UcMessage stage_input(Stage *stage, UcMessage message);
UcMessage stage_write(Stage *stage, uint16_t to, uint16_t peer, UcMessage message);
UcMessage stage_order(Stage *stage, UcMessage message); /* through A, about party 0 */

#endif
