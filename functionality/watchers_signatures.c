/* What was signed with which index: I1, I6, I7. */
#include "functionality/watchers_internal.h"

#include <string.h>

enum { USED_SHARE = 16, SAID_BUCKETS = 4096, MEMO_LIMIT = 1 << 20 };

/* ---- used indices ---- */

static UcWord used_index(UcCtx *ctx, UcWord kid, UcWord index)
{
    return watch_mix(dkm_key_index(uc_ctx_store(ctx), kid), index / USED_SHARE);
}

const WatchUsed *watch_used(UcCtx *ctx, UcWord kid, UcWord index)
{
    size_t n;
    const WatchUsed *used = (const void *)uc_items(ctx, WATCH_USED, used_index(ctx, kid, index), &n);
    for (size_t i = 0; i < n; i++) {
        if (used[i].index == index)
            return &used[i];
    }
    return NULL;
}

/* ---- messages signed and released ---- */

static UcWord said_index(UcCtx *ctx, UcWord kid, UcWord message)
{
    UcStore *store = uc_ctx_store(ctx);
    return watch_mix(dkm_key_index(store, kid), uc_store_digest(store, message).lo % SAID_BUCKETS);
}

static bool was_said(UcCtx *ctx, UcWord kid, UcWord message)
{
    size_t n;
    const UcWord *said = uc_items(ctx, WATCH_SAID, said_index(ctx, kid, message), &n);
    for (size_t i = 0; i < n; i++) {
        if (said[i] == message)
            return true;
    }
    return false;
}

static void say(UcCtx *ctx, UcWord kid, UcWord message)
{
    UcStore *store = uc_ctx_store(ctx);
    UcWord bucket = said_index(ctx, kid, message);
    size_t n, at = 0;
    const UcWord *said = uc_items(ctx, WATCH_SAID, bucket, &n);
    while (at < n && uc_store_digest(store, said[at]).lo < uc_store_digest(store, message).lo)
        at++;
    *uc_item_insert(ctx, WATCH_SAID, bucket, at) = message;
}

void watch_note_use(UcCtx *ctx, const WatchEvent *e)
{
    UcWord message = e->output ? e->message : UC_NONE, region = used_index(ctx, e->kid, e->block.a);
    size_t n, at = 0;
    if (message && !was_said(ctx, e->kid, message))
        say(ctx, e->kid, message);
    if (watch_used(ctx, e->kid, e->block.a))
        return; /* a rule has been broken already */
    const WatchUsed *used = (const void *)uc_items(ctx, WATCH_USED, region, &n);
    while (at < n && used[at].index < e->block.a)
        at++;
    *(WatchUsed *)(void *)uc_item_insert(ctx, WATCH_USED, region, at) = (WatchUsed){ e->block.a, message };
}

/* ---- does it verify ---- */

static bool verifies(UcCtx *ctx, const WatchKey *key, UcWord message, UcWord signature)
{
    const DkmWatch *watch = watch_config(ctx);
    UcStore *store = uc_ctx_store(ctx);
    UcWord triple[3] = { key->vk, message, signature };
    gpointer known;
    if (!uc_store_knows(store, message) || !uc_store_knows(store, signature))
        return false;
    g_mutex_lock(watch->lock);
    bool found = g_hash_table_lookup_extended(watch->verified, triple, NULL, &known);
    g_mutex_unlock(watch->lock);
    if (found)
        return GPOINTER_TO_INT(known);
    size_t nv, nm, ns;
    const uint8_t *v = uc_store_get(store, key->vk, &nv), *m = uc_store_get(store, message, &nm),
                  *s = uc_store_get(store, signature, &ns);
    bool valid = sigma_verify(watch->options->sigma[key->sigma], v, nv, m, nm, s, ns);
    g_mutex_lock(watch->lock);
    if (g_hash_table_size(watch->verified) >= MEMO_LIMIT)
        g_hash_table_remove_all(watch->verified);
    g_hash_table_insert(watch->verified, g_memdup2(triple, sizeof triple), GINT_TO_POINTER(valid));
    g_mutex_unlock(watch->lock);
    return valid;
}

/* ---- rules ---- */

/* I1: counting released signatures, over all parties. */
static const char *signs_twice(UcCtx *ctx, const WatchEvent *e)
{
    const WatchUsed *used = watch_used(ctx, e->kid, e->block.a);
    if (!used || !used->message || used->message == e->message)
        return NULL;
    return uc_reason(ctx, "I1: index %" G_GUINT64_FORMAT " of key %s signs two messages", e->block.a,
                     watch_key_name(ctx, e->kid));
}

/* The index that the bytes of a signature name: RFC 8554, section 5.4 and RFC 8391, section 4.1.8 begin with it; the
 * ideal scheme's terms have it after the kid. False where it lies deeper (HSS, XMSS^MT). */
static bool named_index(const Sigma *sigma, UcReader signature, UcWord *index)
{
    bool single = g_str_has_prefix(sigma->name, "LMS_") || g_str_has_prefix(sigma->name, "XMSS-");
    uc_take_bytes(&signature, sigma->terms ? 16 : 0);
    *index = uc_take(&signature, sigma->terms ? 8 : 4);
    return sigma->terms || single;
}

static bool names_another(UcCtx *ctx, const WatchKey *key, UcWord signature, UcWord expected)
{
    UcWord index;
    UcReader bytes = uc_store_reader(uc_ctx_store(ctx), signature);
    return named_index(watch_config(ctx)->options->sigma[key->sigma], bytes, &index) && index != expected;
}

const char *watch_release(UcCtx *ctx, const WatchEvent *e)
{
    const UcMessage *out = e->output;
    if (e->operation != DKM_SIGN || !out || watch_compromised(ctx, e->kid))
        return NULL;
    const char *name = watch_party_name(ctx, e->party);
    const WatchKey *key = watch_key(ctx, e->kid);
    if (out->kind != DKM_SIGNATURE || out->w[0] != e->kid || out->w[1] != e->block.a || e->block.b != e->block.a + 1)
        return uc_reason(ctx, "I6: %s releases something else than it accounts for", name);
    const char *rule = signs_twice(ctx, e);
    if (rule)
        return rule;
    if (!key || !verifies(ctx, key, e->message, out->w[2]))
        return uc_reason(ctx, "I6: the signature that %s releases for index %" G_GUINT64_FORMAT " does not verify", name,
                         e->block.a);
    if (names_another(ctx, key, out->w[2], e->block.a))
        return uc_reason(ctx, "I6: %s releases a signature that is not made with index %" G_GUINT64_FORMAT, name,
                         e->block.a);
    if (!watch_used(ctx, e->kid, e->block.a) && !watch_owns(ctx, e->party, e->kid, e->block))
        return uc_reason(ctx, "I6: %s signs with index %" G_GUINT64_FORMAT " of key %s, which is not its own", name,
                         e->block.a, watch_key_name(ctx, e->kid));
    return NULL;
}

const char *watch_verified(UcCtx *ctx, UcWord vk, UcWord message, UcWord valid)
{
    size_t words = 0;
    UcStore *store = uc_ctx_store(ctx);
    if (!valid || !uc_store_knows(store, vk) || !uc_store_knows(store, message))
        return NULL;
    const UcWord *kid = uc_read(ctx, WATCH_VK, uc_store_digest(store, vk).lo, &words);
    if (!words || was_said(ctx, *kid, message) || watch_compromised(ctx, *kid))
        return NULL;
    return uc_reason(ctx, "I7: a message is accepted under key %s that nobody signed", watch_key_name(ctx, *kid));
}
