/* The state of a world: keyed, pointer-free regions.
 *
 * A region is a row of 64-bit words: a head and then items of one fixed width; which words are handles of
 * interned bytes is declared by its kind. Regions are immutable once shared: writing makes a private copy
 * (machine.h), so clones, snapshots and undo are pointer copies, and a region that is absent is an empty one.
 * Where a region lives is a slot; the layout maps (machine, kind, index) to slots and is shared by all states
 * of a world description.
 *
 * Source: docs/model.md, "State". Digests mix (key, contents) and do not depend on slot or handle numbers.
 */
#ifndef SIMULATOR_REGION_H
#define SIMULATOR_REGION_H

#include "simulator/base/bytes.h"

enum { UC_STABLE = 1, UC_VOLATILE = 2 };

/* Added to the kind in a slot's key. A search that remembers what a step looked at must forget it when the layout
 * grows: crashes and persists walk over all slots of a machine. */
enum {
    UC_KIND_MASK = 0x0fff,
    UC_SHADOW = 0x8000,   /* what stable storage holds while it differs from the working copy */
    UC_LOST = 0x4000,     /* what a crash took from volatile memory, kept for inspection until the restart */
    UC_SNAPSHOT = 0x2000, /* an older stable region; the number of the snapshot in the upper 16 bits */
    UC_SNAPSHOT_SHIFT = 16,
    UC_SNAPSHOTS_MAX = 0xffff
};

typedef struct {
    const char *name;
    unsigned flags;        /* UC_STABLE: survives a crash once persisted; UC_VOLATILE: emptied by a crash;
                              neither: kept by the engine, untouched by crashes */
    unsigned head_words;
    uint32_t head_handles; /* bit i: head word i is a handle */
    unsigned item_words;
    uint32_t item_handles;
} UcRegionKind;

/* References of a region that is never freed by counting: whoever keeps it for all threads frees it in the end. */
#define UC_REGION_KEPT UINT32_MAX

typedef struct {
    uint32_t references; /* or UC_REGION_KEPT */
    uint32_t words;
    UcWord word[];
} UcRegion;

UcRegion *uc_region_new(size_t words); /* zeroed, one reference */
UcRegion *uc_region_copy(const UcRegion *from, size_t words);
UcRegion *uc_region_ref(UcRegion *region); /* NULL passes through */
void uc_region_unref(UcRegion *region);
bool uc_region_same(const UcRegion *a, const UcRegion *b); /* the same words; NULL is an empty one */
void uc_region_free_kept(UcRegion *region); /* NULL passes through */

typedef struct {
    uint32_t machine;
    uint32_t kind;  /* index in the machine's class, with UC_SHADOW, UC_LOST or UC_SNAPSHOT added */
    UcWord index;   /* which one of several regions of a kind */
} UcSlotKey;

/* Thread safe, but for clearing and freeing; which key gets which slot depends on who asks first. */
typedef struct UcLayout UcLayout;

UcLayout *uc_layout_new(void);
void uc_layout_free(UcLayout *layout);
/* Forgets every slot: for many short runs one after the other. No state survives. */
void uc_layout_clear(UcLayout *layout);
/* The slot of a key, made at first use. */
uint32_t uc_layout_slot(UcLayout *layout, UcSlotKey key);
/* The same without making one: UINT32_MAX when there is none. */
uint32_t uc_layout_find(const UcLayout *layout, UcSlotKey key);
UcSlotKey uc_layout_key(const UcLayout *layout, uint32_t slot);
uint32_t uc_layout_count(const UcLayout *layout);
/* The slots of one machine in order of their making: the first, and the one after; UINT32_MAX: there are no more yet. */
uint32_t uc_layout_first(const UcLayout *layout, uint32_t machine);
uint32_t uc_layout_next(const UcLayout *layout, uint32_t slot);
/* A slot that is always empty, and that is looked at before the shadows of a machine are gone through: it stands for
 * those that there may be. */
UcSlotKey uc_shadows_of(uint32_t machine);

typedef struct {
    UcRegion **slot; /* NULL: empty */
    uint32_t slots;
} UcState;

void uc_state_clear(UcState *state);
void uc_state_copy(UcState *to, const UcState *from); /* shares the regions; clears `to` first */
void uc_state_reserve(UcState *state, uint32_t slots);

bool uc_region_is_handle(const UcRegionKind *kind, size_t word);

/* Canonical bytes of one region: words big endian, handles as length and contents. */
void uc_region_canonical(const UcRegion *region, const UcRegionKind *kind, const UcStore *store, GByteArray *out);
UcDigest uc_region_digest(const UcRegion *region, const UcRegionKind *kind, const UcStore *store);
/* Mixed with its key: the sum of these over all non-empty slots is the digest of a state. */
UcDigest uc_slot_digest(UcSlotKey key, UcDigest contents);

#endif
