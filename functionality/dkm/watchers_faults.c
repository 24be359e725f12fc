/* What corruption and restarts change in the books (docs/functionality.md, "Compromise"). */
#include "functionality/dkm/watchers_internal.h"

#include <string.h>

static const DkmOptions *options(UcCtx *ctx) { return watch_config(ctx)->options; }

static UcWord kid_index(UcCtx *ctx, UcWord kid) { return dkm_key_index(uc_ctx_store(ctx), kid); }

bool watch_compromised(UcCtx *ctx, UcWord kid)
{
    size_t words = 0;
    if (uc_store_knows(uc_ctx_store(ctx), kid))
        uc_read(ctx, WATCH_COMPROMISED, kid_index(ctx, kid), &words);
    return words > 0;
}

static void mark(UcCtx *ctx, UcWord kid)
{
    uc_write(ctx, WATCH_COMPROMISED, kid_index(ctx, kid), 1)[0] = kid;
}

static bool is_corrupted(UcCtx *ctx, UcWord party) { return uc_fault(ctx, party, false).corrupted; }

/* Is anybody corrupted who has the master key that this party has? */
static bool master_stolen(UcCtx *ctx, UcWord party)
{
    UcWord sharers = dkm_key_sharers(options(ctx), party);
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (is_corrupted(ctx, p) && dkm_key_sharers(options(ctx), p) == sharers)
            return true;
    }
    return false;
}

/* The list of what was sealed under the master key of this party; party numbers are lists too. */
static UcWord sealed_list(UcCtx *ctx, UcWord party)
{
    return ~dkm_key_sharers(options(ctx), party);
}

/* In order of digests, so that the order of arrival leaves no trace. */
static void note(UcCtx *ctx, UcWord list, UcWord kid)
{
    size_t n, at = 0;
    const UcWord *item = uc_items(ctx, WATCH_EXPOSED, list, &n);
    while (at < n && kid_index(ctx, item[at]) < kid_index(ctx, kid))
        at++;
    if (at == n || item[at] != kid)
        *uc_item_insert(ctx, WATCH_EXPOSED, list, at) = kid;
}

void watch_exposed(UcCtx *ctx, UcWord kid, UcWord from, UcWord to)
{
    bool pairwise = options(ctx)->trust == DKM_TRUST_PAIRWISE;
    note(ctx, sealed_list(ctx, from), kid);
    note(ctx, from, kid);
    note(ctx, to, kid);
    if (pairwise ? is_corrupted(ctx, from) || is_corrupted(ctx, to) : master_stolen(ctx, from))
        mark(ctx, kid);
}

static void mark_all(UcCtx *ctx, unsigned kind, UcWord list)
{
    size_t n;
    uc_items(ctx, kind, list, &n);
    for (size_t i = 0; i < n; i++)
        mark(ctx, uc_items(ctx, kind, list, &n)[i]);
}

void watch_corrupted(UcCtx *ctx, UcWord party)
{
    bool pairwise = options(ctx)->trust == DKM_TRUST_PAIRWISE;
    mark_all(ctx, WATCH_HELD, party);
    mark_all(ctx, WATCH_EXPOSED, pairwise ? party : sealed_list(ctx, party));
}

bool watch_injectable(UcCtx *ctx, const WatchEvent *e)
{
    bool pairwise = options(ctx)->trust == DKM_TRUST_PAIRWISE;
    bool able = pairwise ? is_corrupted(ctx, e->other) : master_stolen(ctx, e->party);
    if (!able || watch_key(ctx, e->kid))
        return false;
    mark(ctx, e->kid);
    return true;
}

/* How much of the books the party does not hold any more; SIZE_MAX if it holds something that they do not have. */
static UcWord missing(UcCtx *ctx, UcWord party, UcWord kid, const GArray *held)
{
    UcWord sum = watch_owned(ctx, party, kid);
    for (guint i = 0; i + 1 < held->len; i += 2) {
        DkmInterval block = { g_array_index(held, UcWord, i), g_array_index(held, UcWord, i + 1) };
        if (!watch_owns(ctx, party, kid, block))
            return G_MAXUINT64;
        sum -= block.b - block.a;
    }
    return sum;
}

static void lose_reserved(UcCtx *ctx, UcWord party, UcWord kid)
{
    g_autoptr(GArray) held = watch_points_held(ctx, party, kid);
    UcWord lost = missing(ctx, party, kid, held);
    if (lost == 0 || lost > watch_config(ctx)->options->reservation)
        return;
    size_t points;
    while (watch_row(ctx, party, kid, &points), points > 0) {
        const UcWord *p = watch_row(ctx, party, kid, &points);
        watch_flip(ctx, party, kid, (DkmInterval){ p[0], p[1] });
    }
    for (guint i = 0; i + 1 < held->len; i += 2)
        watch_flip(ctx, party, kid, (DkmInterval){ g_array_index(held, UcWord, i), g_array_index(held, UcWord, i + 1) });
}

void watch_restarted(UcCtx *ctx, UcWord party)
{
    size_t n;
    if (watch_config(ctx)->inspector->status(ctx, uc_party_machine(ctx, party)) != UC_UP)
        return;
    uc_items(ctx, WATCH_HELD, party, &n);
    for (size_t i = 0; i < n; i++)
        lose_reserved(ctx, party, uc_items(ctx, WATCH_HELD, party, &n)[i]);
}

/* ---- for reports ---- */

static int by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char *dkm_watch_compromised(UcWorld *world)
{
    g_assert(world);
    UcLayout *layout = uc_world_layout(world);
    const UcState *state = uc_world_state(world);
    g_autoptr(GPtrArray) name = g_ptr_array_new_with_free_func(g_free);
    uint32_t machine = uc_watcher_machine(uc_world_spec(world), 0);
    for (uint32_t slot = uc_layout_first(layout, machine); slot != UINT32_MAX; slot = uc_layout_next(layout, slot)) {
        const UcRegion *region = slot < state->slots ? state->slot[slot] : NULL;
        if (uc_layout_key(layout, slot).kind != WATCH_COMPROMISED || !region || !region->words)
            continue;
        size_t length;
        const uint8_t *kid = uc_store_get(uc_world_store(world), region->word[0], &length);
        g_autofree char *hex = uc_hex(kid, MIN(length, 3));
        g_ptr_array_add(name, g_strdup_printf("%s..", hex));
    }
    if (!name->len)
        return NULL;
    g_ptr_array_sort(name, by_name);
    g_ptr_array_add(name, NULL);
    return g_strjoinv(", ", (char **)name->pdata);
}

static bool in_books(UcWorld *world, unsigned kind, UcWord kid)
{
    UcLayout *layout = uc_world_layout(world);
    const UcState *state = uc_world_state(world);
    uint32_t machine = uc_watcher_machine(uc_world_spec(world), 0);
    for (uint32_t slot = uc_layout_first(layout, machine); slot != UINT32_MAX; slot = uc_layout_next(layout, slot)) {
        const UcRegion *region = slot < state->slots ? state->slot[slot] : NULL;
        if (uc_layout_key(layout, slot).kind == kind && region && region->words && region->word[0] == kid)
            return true;
    }
    return false;
}

bool dkm_watch_key_is_safe(UcWorld *world, UcWord kid)
{
    g_assert(world);
    return uc_world_spec(world)->watchers && in_books(world, WATCH_KEY, kid) && !in_books(world, WATCH_COMPROMISED, kid);
}
