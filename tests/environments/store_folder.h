/* A store on disk in a temporary folder, and edits of its records with checksums made anew, as somebody who knows the run
 * seed can make them. */
#ifndef TESTS_ENVIRONMENTS_STORE_FOLDER_H
#define TESTS_ENVIRONMENTS_STORE_FOLDER_H

#include "environments/worlds/disk.h"
#include "environments/worlds/pair.h"
#include "protocol/ticketed/party.h"
#include "simulator/record.h"

enum { STORE_CAPACITY = 16, STORE_LIMIT = 3 /* of everything that is limited */, STORE_FRAME = 4 + 32 };

extern char *store_folder;
extern const char *store_protocol; /* NULL: the first that there is */
void store_make_folder(void);
void store_clear_folder(void);
void store_remove_folder(void);
char *store_path(const char *name); /* g_free */

EnvOptions store_options(void); /* two parties, "one" and "two" */

/* A real world on the folder. */
typedef struct {
    EnvWorlds *worlds;
    UcFileStore *files;
    UcWorld *world;
} StoreRun;

/* False and an error: it was refused. End it all the same. */
bool store_start(StoreRun *run, void (*probe)(void *data, UcFileStep step), void *data, GError **error);
void store_end(StoreRun *run);
/* What Z gets back; empty when it gets nothing. */
UcMessage store_turn(StoreRun *run, UcEnvelope write);
UcWord store_known_key(StoreRun *run);
UcMessage store_sign(StoreRun *run, UcWord party, UcWord kid);
/* Starts, makes a key at party 0, a signature, an open ticket at party 1, a hand-over of three and a ticket at party 0. */
void store_use(void);

/* Starting fails with an error that has this text in it. */
void store_refused(const char *text);

/* A record in parts. */
typedef struct {
    StoreRun run;      /* holds the handles of the regions; its world has read no store */
    unsigned party;
    uint64_t version;
    GArray *regions;   /* UcRecordRegion */
} StoreRecord;
StoreRecord store_record_read(unsigned party);
void store_record_clear(StoreRecord *record);
/* The first region of this kind, with room for `words`. */
UcRegion *store_region(StoreRecord *record, uint32_t kind, size_t words);
/* The record's bytes with its SHA-256. */
GByteArray *store_record_bytes(const StoreRecord *record);
/* A record's file: with the keyed checksum. */
GByteArray *store_file_of(const EnvOptions *options, unsigned party, const uint8_t *record, size_t length);
void store_record_write(const StoreRecord *record);

#endif
