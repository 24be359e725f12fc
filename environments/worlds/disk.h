/* The store on disk of a scenario's real parties (ucsim run --store). */
#ifndef ENVIRONMENTS_WORLDS_DISK_H
#define ENVIRONMENTS_WORLDS_DISK_H

#include "environments/worlds/worlds.h"
#include "simulator/filestore.h"

/* What the records of a run belong to: everything that decides its parties, keys and coins. Free with g_free(). */
char *env_disk_setup(const EnvOptions *options);
/* Opens the folder for these options; NULL and an error when the options do not go with it or the folder cannot be
 * used (simulator/filestore.h). */
UcFileStore *env_disk_open(const EnvOptions *options, const char *folder, GError **error);

#endif
