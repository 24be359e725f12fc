/* Drives both worlds in lock step for tests: every call is one write of Z, and fails the test unless the worlds stay
 * indistinguishable; *_verdict() return the verdict instead. One driver at a time. */
#ifndef TESTS_ENVIRONMENTS_DRIVER_H
#define TESTS_ENVIRONMENTS_DRIVER_H

#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"

void driver_start(const EnvOptions *options);
void driver_stop(void);
EnvWorlds *driver_worlds(void);
EnvPair *driver_pair(void);

UcWord text(const char *t);
UcMessage same(UcEnvelope write);             /* what reached Z first */
UcMessage input(UcWord party, UcMessage m);
UcMessage order(UcWord party, UcMessage m);   /* through the dummy adversary */
UcComparison verdict(UcEnvelope write);

UcWord keygen(UcWord party);                  /* kid */
UcWord request(UcWord party, UcWord kid, UcWord count, UcWord from);
UcWord transfer(UcWord party, UcWord kid, UcWord count, UcWord to, UcWord ticket); /* payload */
UcMessage deliver(UcWord party, UcWord payload);
UcMessage sign(UcWord party, UcWord kid, const char *m);
UcMessage status(UcWord party, UcWord kid);
void crash(UcWord party, UcPoint point);
void crash_losing(UcWord party, UcWord writes);
void restart(UcWord party);
void restore(UcWord party, UcWord snapshot);
UcWord corrupt(UcWord party);                 /* the state that A gets */

#endif
