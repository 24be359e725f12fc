/* What was signed with which index: I1, I6, I7. */
#include "functionality/dkm/watchers_internal.h"

#include <string.h>

enum { USED_SHARE = 16, SAID_BUCKETS = 4096, MEMO_LIMIT = 1 << 14 };

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

/* ---- does it verify, and with which one-time keys ---- */

typedef struct {
    unsigned count; /* 0: it does not verify */
    SigUse use[SIG_USES];
} Uses;

static Uses *ask_sigma(UcCtx *ctx, const WatchKey *key, UcWord message, UcWord signature)
{
    UcStore *store = uc_ctx_store(ctx);
    Uses *uses = g_new0(Uses, 1);
    size_t nv, nm, ns;
    const uint8_t *v = uc_store_get(store, key->vk, &nv), *m = uc_store_get(store, message, &nm),
                  *s = uc_store_get(store, signature, &ns);
    uses->count = sigma_uses(watch_config(ctx)->options->sigma[key->sigma], v, nv, m, nm, s, ns, uses->use);
    return uses;
}

static Uses uses_of(UcCtx *ctx, const WatchKey *key, UcWord message, UcWord signature)
{
    const DkmWatch *watch = watch_config(ctx);
    UcWord triple[3] = { key->vk, message, signature };
    if (!uc_store_knows(uc_ctx_store(ctx), message) || !uc_store_knows(uc_ctx_store(ctx), signature))
        return (Uses){ .count = 0 };
    g_mutex_lock(watch->lock);
    const Uses *known = g_hash_table_lookup(watch->verified, triple);
    Uses uses = known ? *known : (Uses){ .count = 0 };
    g_mutex_unlock(watch->lock);
    if (known)
        return uses;
    Uses *fresh = ask_sigma(ctx, key, message, signature);
    uses = *fresh;
    g_mutex_lock(watch->lock);
    if (g_hash_table_size(watch->verified) >= MEMO_LIMIT)
        g_hash_table_remove_all(watch->verified);
    g_hash_table_replace(watch->verified, g_memdup2(triple, sizeof triple), fresh);
    g_mutex_unlock(watch->lock);
    return uses;
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

/* I1: at every layer, counting one-time keys as the bytes of released signatures show them, whatever index or key they are
 * said to belong to. The same bytes again are no second use. */
static const char *key_used_twice(UcCtx *ctx, const WatchEvent *e, const Uses *uses)
{
    for (unsigned i = 0; i < uses->count; i++) {
        size_t words;
        UcWord index = uc_digest(uses->use[i].key, sizeof uses->use[i].key).lo;
        UcDigest bytes = uc_digest(uses->use[i].bytes, sizeof uses->use[i].bytes);
        const UcWord *known = uc_read(ctx, WATCH_ONE_TIME, index, &words);
        if (words && (known[0] != bytes.lo || known[1] != bytes.hi))
            return uc_reason(ctx, "I1: the signature for index %" G_GUINT64_FORMAT " of key %s uses a one-time key again",
                             e->block.a, watch_key_name(ctx, e->kid));
        if (!words) {
            UcWord *at = uc_write(ctx, WATCH_ONE_TIME, index, 2);
            at[0] = bytes.lo;
            at[1] = bytes.hi;
        }
    }
    return NULL;
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
    Uses uses = { .count = 0 };
    if (key)
        uses = uses_of(ctx, key, e->message, out->w[2]);
    if (!uses.count)
        return uc_reason(ctx, "I6: the signature that %s releases for index %" G_GUINT64_FORMAT " does not verify", name,
                         e->block.a);
    rule = key_used_twice(ctx, e, &uses);
    if (rule)
        return rule;
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
