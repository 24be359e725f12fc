/* Stable state of real parties in a folder, so that it outlives the process.
 *
 *     DIR/store        the marker: format, digest of the set-up, "new" until every party has a record
 *     DIR/lock         flock() of the one process that works on the folder
 *     DIR/N.record     party N: "UCF2", a keyed checksum of 32 bytes, and its stable regions and the positions of its
 *                      tapes as in record.h
 *     DIR/N.tmp        a record that is being written
 *
 * A persist of a party writes N.tmp, syncs it, renames it over N.record and syncs the folder, and only then does anything
 * leave the party. Positions of tapes lie in the same record, so that no process draws the same coins for two uses. The
 * version of a record is its party's number times 2^48 plus the number of its persists: a record of another party is
 * foreign. The keyed checksums (HMAC-SHA-256 under keys that follow from the run seed, the set-up and the party's number)
 * find out an editor who does not know the seed, and no more; so what a record says is checked as well (UcClass.check).
 * Files hold secrets in clear: mode 0600 in a folder of mode 0700 that nobody else may write. A folder that was put back
 * from a backup is not recognised: that is storage = rollback. Source: docs/model.md, "A store on disk".
 */
#ifndef SIMULATOR_FILESTORE_H
#define SIMULATOR_FILESTORE_H

#include "simulator/world.h"

typedef struct UcFileStore UcFileStore;

/* Where a write is. */
typedef enum {
    UC_FILE_BEFORE,  /* nothing is written yet */
    UC_FILE_HALF,    /* half of the temporary file */
    UC_FILE_WRITTEN, /* all of it, not synced */
    UC_FILE_SYNCED,  /* synced, not renamed */
    UC_FILE_RENAMED, /* the folder is not synced */
    UC_FILE_KEPT,    /* durable; nothing has left the party */
    UC_FILE_STEPS
} UcFileStep;

/* Opens or makes the folder (not its parents) and locks it. `setup` says what the records belong to: all that decides
 * keys, coins and parties; `seed` is the run's. NULL and an error (G_FILE_ERROR) when the folder is locked, foreign, of
 * another set-up, open to others, or cannot be written; then nothing in it was changed. */
UcFileStore *uc_filestore_open(const char *folder, const char *setup, const uint8_t seed[UC_SEED_BYTES], unsigned parties,
                               GError **error);
void uc_filestore_close(UcFileStore *files); /* unlocks; NULL passes through */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcFileStore, uc_filestore_close)

/* Loads what the folder holds into a fresh real world, then keeps every persist of its parties; `files` outlives the
 * world. False and an error for a record that is torn, foreign, edited, malformed or missing; nothing is overwritten
 * then. */
bool uc_filestore_attach(UcFileStore *files, UcWorld *world, GError **error);
/* Had any party persisted anything before this process? After uc_filestore_attach(). */
bool uc_filestore_was_used(const UcFileStore *files);

/* Called at each step of each write; for tests that kill the process there. */
void uc_filestore_probe(UcFileStore *files, void (*probe)(void *data, UcFileStep step), void *data);

#endif
