/* Interned byte strings.
 *
 * Payloads, seeds, public keys, signatures and texts live once in a store; messages and regions hold
 * handles. Two handles of one store are equal exactly when the bytes are, so both worlds of a run share
 * one store and views compare by word. Digests are over contents, never over handle numbers
 * (docs/model.md, "State").
 *
 * Limits: a string of at most 2^32-1 bytes, at most 2^31 strings. Thread safe, but for clearing and freeing; which
 * string gets which handle depends on who puts it first.
 */
#ifndef SIMULATOR_BASE_BYTES_H
#define SIMULATOR_BASE_BYTES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint64_t UcWord; /* every field of a message or a region is one word */

#define UC_NONE ((UcWord)0) /* the handle of "no bytes"; the empty string has a handle of its own */

typedef struct {
    uint64_t lo, hi;
} UcDigest; /* XXH3-128 of contents */

typedef struct UcStore UcStore;

UcStore *uc_store_new(void);
void uc_store_free(UcStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcStore, uc_store_free)
/* Forgets every string but keeps the memory: for many short runs one after the other. No handle survives. */
void uc_store_clear(UcStore *store);

/* The handle of these bytes; they are copied. */
UcWord uc_store_put(UcStore *store, const void *bytes, size_t length);
UcWord uc_store_text(UcStore *store, const char *text);

/* Owned by the store, valid as long as it. UC_NONE and what was never given out are programming errors: a view is told. */
const uint8_t *uc_store_get(const UcStore *store, UcWord handle, size_t *length);
UcDigest uc_store_digest(const UcStore *store, UcWord handle);
bool uc_store_knows(const UcStore *store, UcWord handle);

size_t uc_store_count(const UcStore *store);
size_t uc_store_memory(const UcStore *store); /* bytes */

UcDigest uc_digest(const void *bytes, size_t length);
void uc_sha256(const void *bytes, size_t length, uint8_t out[32]);

/* The same store as somebody sees it who may look only at some of it: `look` is told of every handle before it is looked
 * at and does not return where that is refused, `made` of every handle that is given out; either may be NULL. `mistake` is
 * told what a call has done that is an error in a program, and does not return. The store outlives the view. */
typedef struct {
    void (*look)(void *data, UcWord handle);
    void (*made)(void *data, UcWord handle);
    void (*mistake)(void *data, const char *what);
    void *data;
} UcStoreGuard;
UcStore *uc_store_view_new(UcStore *of, UcStoreGuard guard);

/* Big-endian writing into a growing buffer: the one encoder of canonical bytes. */
void uc_append_u8(GByteArray *out, uint8_t value);
void uc_append_u16(GByteArray *out, uint16_t value);
void uc_append_u32(GByteArray *out, uint32_t value);
void uc_append_u64(GByteArray *out, uint64_t value);
uint64_t uc_read_u64(const uint8_t *at); /* as uc_append_u64 wrote it */
void uc_append_number(GByteArray *out, uint64_t value); /* a small one takes one byte: LEB128 */

/* And reading what somebody else may have written. Beyond the end everything is 0 or NULL and `bad` is set; nothing is
 * taken any more. A cursor owns nothing. */
typedef struct {
    const uint8_t *at;
    size_t left;
    bool bad;
} UcReader;
UcReader uc_store_reader(const UcStore *store, UcWord handle); /* bad if the handle was never given out */
uint64_t uc_take(UcReader *reader, unsigned bytes);            /* at most 8 */
const uint8_t *uc_take_bytes(UcReader *reader, size_t count);
uint64_t uc_take_number(UcReader *reader);                     /* as uc_append_number() wrote it */

/* With a zero behind, free with g_free. An array that is empty may have no data, which is an empty text too. */
char *uc_text_of(const GByteArray *bytes);
/* Lower-case hex; free with g_free. */
char *uc_hex(const uint8_t *bytes, size_t length);
/* NULL unless text is an even number of hex digits; free with g_byte_array_unref. */
GByteArray *uc_unhex(const char *text);

#endif
