/* A party's state as bytes: what lies on its storage, and what a break-in finds.
 *
 *   "UCR1" | version u64 | body length u32 | body | SHA-256 over all before
 *   body: regions u32, then for each: kind u32, index u64, words u32, words; a word that is a handle is written as its
 *   bytes (length u32, 0xffffffff = none), any other as u64. Big endian; regions in order of (kind, index).
 *
 * The checksum tells a torn or foreign record from a whole one. Source: docs/model.md, "Storage models".
 */
#ifndef SIMULATOR_RECORD_H
#define SIMULATOR_RECORD_H

#include "simulator/world.h"

typedef enum {
    UC_RECORD_STABLE,  /* what a restart would find */
    UC_RECORD_WRITTEN, /* what a persist now would write: the working copies of stable regions */
    UC_RECORD_KEPT,    /* the same with the positions of its tapes: what a store outside the run keeps */
    UC_RECORD_ALL,     /* working state with the volatile regions: a running party */
} UcRecordPart;

GByteArray *uc_record_encode(UcWorld *world, uint16_t owner, UcRecordPart part, uint64_t version);

/* The length in bytes that the head of a record claims; SIZE_MAX if there is no head. */
size_t uc_record_claims(const uint8_t *bytes, size_t length);

typedef struct {
    UcSlotKey key;
    UcRegion *region;
} UcRecordRegion;

/* The regions of a record (UcRecordRegion, owning), or NULL if it is torn, foreign or malformed; then *why says which.
 * `owner` tells what kinds of regions to expect. */
GArray *uc_record_decode(UcWorld *world, uint16_t owner, const uint8_t *bytes, size_t length, uint64_t *version,
                         const char **why);

/* What a break-in finds on a device, in a world with a table of sessions: a row of these, in the order of the sessions.
 *   sid length u32 | sid | record length u32 | record, with what the protocol adds */
void uc_device_state_add(GByteArray *out, const char *sid, const uint8_t *state, size_t length);
/* The next one: false at the end and for what is none. *sid is to be freed with g_free(). */
bool uc_device_state_take(UcReader *reader, char **sid, const uint8_t **state, size_t *length);

/* How the words of a region of this kind are to be read in a record of such a party: the class's own, or one that the
 * engine keeps with it (the version, under monotonic storage). NULL: no record has such a region. */
const UcRegionKind *uc_record_kind(const UcClass *class, uint64_t kind);

#endif
