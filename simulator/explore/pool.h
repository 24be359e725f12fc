/* Interned regions: every different content has one number, so that a state is a row of numbers.
 *
 * 0 is the absent region. Contents are compared by word: all regions of a pool use handles of one store. Thread safe.
 */
#ifndef SIMULATOR_EXPLORE_POOL_H
#define SIMULATOR_EXPLORE_POOL_H

#include "simulator/region.h"

typedef struct UcPool UcPool;

UcPool *uc_pool_new(void);
void uc_pool_free(UcPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UcPool, uc_pool_free)

/* The number of this content. A region of no words is number 1, which is not the absent one. */
uint32_t uc_pool_put(UcPool *pool, const UcRegion *region);
/* Owned by the pool, the same pointer always; states of any thread may refer to it (UC_REGION_KEPT). NULL for 0. */
UcRegion *uc_pool_get(const UcPool *pool, uint32_t number);
uint32_t uc_pool_count(const UcPool *pool);
size_t uc_pool_memory(const UcPool *pool);

#endif
