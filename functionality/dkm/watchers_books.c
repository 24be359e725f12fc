/* The books of the watchers: who has which index.
 *
 * An own set is kept as the row of points where it begins and ends, in turn: [2,5) and [9,12) are 2 5 9 12. Giving or
 * taking a block [a,b) flips both points: a point that is there goes, one that is not there comes. So a row has one
 * form only, neighbours join by themselves, and there are no cases. Whether an index is owned is whether an odd
 * number of points lies at or below it.
 */
#include "functionality/dkm/watchers_internal.h"

UcWord watch_mix(UcWord a, UcWord b)
{
    uint64_t both[] = { a, b };
    return uc_digest(both, sizeof both).lo;
}

static UcWord kid_index(UcCtx *ctx, UcWord kid) { return dkm_key_index(uc_ctx_store(ctx), kid); }
static UcWord own_index(UcCtx *ctx, UcWord party, UcWord kid) { return watch_mix(kid_index(ctx, kid), party); }

static UcWord transfer_index(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket)
{
    return watch_mix(watch_mix(from, to), uc_store_digest(uc_ctx_store(ctx), ticket).lo);
}

static UcWord ticket_index(UcCtx *ctx, UcWord party, UcWord ticket)
{
    return watch_mix(party, uc_store_digest(uc_ctx_store(ctx), ticket).lo);
}

static const void *head(UcCtx *ctx, unsigned kind, UcWord index)
{
    size_t words;
    const UcWord *w = uc_read(ctx, kind, index, &words);
    return words ? w : NULL;
}

const WatchKey *watch_key(UcCtx *ctx, UcWord kid)
{
    return uc_store_knows(uc_ctx_store(ctx), kid) ? head(ctx, WATCH_KEY, kid_index(ctx, kid)) : NULL;
}

const WatchTransfer *watch_transfer(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket)
{
    return head(ctx, WATCH_TRANSFER, transfer_index(ctx, from, to, ticket));
}

const WatchTicket *watch_ticket(UcCtx *ctx, UcWord party, UcWord ticket)
{
    return head(ctx, WATCH_TICKET, ticket_index(ctx, party, ticket));
}

/* ---- rows of points ---- */

/* How many points lie at or below this index. */
static size_t points_below(const UcWord *point, size_t points, UcWord index)
{
    size_t n = 0;
    while (n < points && point[n] <= index)
        n++;
    return n;
}

const UcWord *watch_row(UcCtx *ctx, UcWord party, UcWord kid, size_t *points)
{
    return uc_items(ctx, WATCH_OWN, own_index(ctx, party, kid), points);
}

bool watch_owns(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block)
{
    size_t points;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    size_t below = points_below(point, points, block.a);
    return below % 2 == 1 && below == points_below(point, points, block.b - 1);
}

bool watch_touches(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block)
{
    size_t points;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    size_t below = points_below(point, points, block.a);
    return below % 2 == 1 || below != points_below(point, points, block.b - 1);
}

UcWord watch_owned(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t points;
    UcWord sum = 0;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    for (size_t i = 0; i + 1 < points; i += 2)
        sum += point[i + 1] - point[i];
    return sum;
}

size_t watch_intervals_after(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block)
{
    size_t points, joined = 0;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    for (size_t i = 0; i < points; i++)
        joined += point[i] == block.a || point[i] == block.b;
    return points / 2 + 1 - joined;
}

bool watch_top(UcCtx *ctx, UcWord party, UcWord kid, UcWord count, DkmInterval *block)
{
    size_t points;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    for (size_t i = points; i >= 2; i -= 2) {
        if (point[i - 1] - point[i - 2] >= count) {
            *block = (DkmInterval){ point[i - 1] - count, point[i - 1] };
            return true;
        }
    }
    return false;
}

static void flip_point(UcCtx *ctx, UcWord index, UcWord at)
{
    size_t points;
    const UcWord *point = uc_items(ctx, WATCH_OWN, index, &points);
    size_t below = points_below(point, points, at);
    if (below && point[below - 1] == at)
        uc_item_remove(ctx, WATCH_OWN, index, below - 1);
    else
        *uc_item_insert(ctx, WATCH_OWN, index, below) = at;
}

void watch_flip(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block)
{
    UcWord index = own_index(ctx, party, kid);
    flip_point(ctx, index, block.a);
    flip_point(ctx, index, block.b);
}

/* ---- keys held: in order of digests, so that the order of arrival leaves no trace ---- */

bool watch_holds(UcCtx *ctx, UcWord party, UcWord kid, size_t *keys)
{
    size_t n;
    bool found = false;
    const UcWord *held = uc_items(ctx, WATCH_HELD, party, &n);
    for (size_t i = 0; i < n; i++)
        found = found || held[i] == kid;
    if (keys)
        *keys = n;
    return found;
}

void watch_hold(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n, at = 0;
    if (watch_holds(ctx, party, kid, NULL))
        return;
    const UcWord *held = uc_items(ctx, WATCH_HELD, party, &n);
    while (at < n && kid_index(ctx, held[at]) < kid_index(ctx, kid))
        at++;
    *uc_item_insert(ctx, WATCH_HELD, party, at) = kid;
}

/* ---- where an index is, for texts: looked for only when a rule is broken ---- */

static const char *whereabouts(UcCtx *ctx, UcWord kid, UcWord index)
{
    if (watch_used(ctx, kid, index))
        return "used";
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (watch_owns(ctx, p, kid, (DkmInterval){ index, index + 1 }))
            return uc_reason(ctx, "owned by %s", watch_party_name(ctx, p));
    }
    return "in transit or lost";
}

/* A party has, takes or gives an index that the books do not give it. */
static const char *not_its_own(UcCtx *ctx, UcWord party, UcWord kid, UcWord index, const char *does)
{
    const WatchKey *key = watch_key(ctx, kid);
    const char *name = watch_party_name(ctx, party), *of = watch_key_name(ctx, kid);
    if (!key)
        return uc_reason(ctx, "I2: %s %s index %" G_GUINT64_FORMAT " of key %s, which nobody made", name, does, index, of);
    if (index >= key->capacity)
        return uc_reason(ctx, "I3: %s %s index %" G_GUINT64_FORMAT " of key %s, which has only %" G_GUINT64_FORMAT, name,
                         does, index, of, key->capacity);
    return uc_reason(ctx, "%s: %s %s index %" G_GUINT64_FORMAT " of key %s, which is %s",
                     watch_used(ctx, kid, index) ? "I4" : "I2", name, does, index, of, whereabouts(ctx, kid, index));
}

/* The first index of the block that is (or is not) in the row. */
static UcWord first_in(UcCtx *ctx, UcWord party, UcWord kid, DkmInterval block, bool owned)
{
    size_t points;
    const UcWord *point = watch_row(ctx, party, kid, &points);
    size_t below = points_below(point, points, block.a);
    return (below % 2 == 1) == owned ? block.a : point[below];
}

/* ---- moves ---- */

static const char *made(UcCtx *ctx, const WatchEvent *e)
{
    unsigned number = 0;
    UcStore *store = uc_ctx_store(ctx);
    const Sigma *sigma = dkm_sigma(watch_config(ctx)->options, store, e->set, &number);
    if (!sigma || watch_key(ctx, e->kid))
        return uc_reason(ctx, "I2: %s makes key %s, which %s", watch_party_name(ctx, e->party),
                         watch_key_name(ctx, e->kid), sigma ? "is there already" : "is of no supported set");
    WatchKey *key = (WatchKey *)(void *)uc_write(ctx, WATCH_KEY, kid_index(ctx, e->kid), WATCH_WORDS(WatchKey));
    *key = (WatchKey){ e->kid, e->vk, number, sigma->capacity };
    *uc_write(ctx, WATCH_VK, uc_store_digest(store, e->vk).lo, 1) = e->kid;
    watch_flip(ctx, e->party, e->kid, (DkmInterval){ 0, sigma->capacity });
    watch_hold(ctx, e->party, e->kid);
    return NULL;
}

static const char *taken(UcCtx *ctx, const WatchEvent *e, const char *does)
{
    if (watch_compromised(ctx, e->kid)) /* the books do not follow it: what a silent transfer took is not known either */
        return NULL;
    if (e->block.a >= e->block.b)
        return uc_reason(ctx, "I3: %s %s no index at all", watch_party_name(ctx, e->party), does);
    if (!watch_owns(ctx, e->party, e->kid, e->block))
        return not_its_own(ctx, e->party, e->kid, first_in(ctx, e->party, e->kid, e->block, false), does);
    watch_flip(ctx, e->party, e->kid, e->block);
    return NULL;
}

static const char *sent(UcCtx *ctx, const WatchEvent *e)
{
    WatchTransfer fresh = { e->kid, e->block.a, e->block.b, 0 };
    const char *rule = taken(ctx, e, "sends");
    watch_exposed(ctx, e->kid, e->party, e->other);
    if (watch_transfer(ctx, e->party, e->other, e->ticket))
        rule = uc_reason(ctx, "I2: %s makes a second transfer for one ticket of %s", watch_party_name(ctx, e->party),
                         watch_party_name(ctx, e->other));
    *(WatchTransfer *)(void *)uc_write(ctx, WATCH_TRANSFER, transfer_index(ctx, e->party, e->other, e->ticket),
                                       WATCH_WORDS(WatchTransfer)) = fresh;
    return rule;
}

static const char *received(UcCtx *ctx, const WatchEvent *e)
{
    const WatchTransfer *t = watch_transfer(ctx, e->other, e->party, e->ticket);
    uc_write(ctx, WATCH_TICKET, ticket_index(ctx, e->party, e->ticket), 0);
    if (watch_compromised(ctx, e->kid) || watch_injectable(ctx, e)) {
        watch_hold(ctx, e->party, e->kid);
        return NULL;
    }
    if (!t || t->delivered || t->kid != e->kid || t->a != e->block.a || t->b != e->block.b)
        return not_its_own(ctx, e->party, e->kid, e->block.a, "accepts");
    if (watch_touches(ctx, e->party, e->kid, e->block))
        return not_its_own(ctx, e->party, e->kid, first_in(ctx, e->party, e->kid, e->block, true), "accepts");
    UcWord index = transfer_index(ctx, e->other, e->party, e->ticket);
    ((WatchTransfer *)(void *)uc_write(ctx, WATCH_TRANSFER, index, WATCH_WORDS(WatchTransfer)))->delivered = 1;
    watch_flip(ctx, e->party, e->kid, e->block);
    watch_hold(ctx, e->party, e->kid);
    return NULL;
}

static void requested(UcCtx *ctx, const WatchEvent *e)
{
    UcWord index = ticket_index(ctx, e->party, e->ticket);
    *(WatchTicket *)(void *)uc_write(ctx, WATCH_TICKET, index, WATCH_WORDS(WatchTicket)) =
        (WatchTicket){ e->kid, e->count, e->other };
}

const char *watch_move(UcCtx *ctx, const WatchEvent *e)
{
    const char *rule;
    switch (e->operation) {
    case DKM_KEYGEN: return made(ctx, e);
    case DKM_TRANSFER: return sent(ctx, e);
    case WATCH_RECEIVED: return received(ctx, e);
    case DKM_SIGN:
        rule = taken(ctx, e, "signs with");
        watch_note_use(ctx, e);
        return rule;
    case DKM_REQUEST: requested(ctx, e); return NULL;
    case DKM_CANCEL: uc_write(ctx, WATCH_TICKET, ticket_index(ctx, e->party, e->ticket), 0); return NULL;
    default: return NULL;
    }
}

/* ---- the books against what a party holds ---- */

/* The inspector's intervals as a row of points. */
GArray *watch_points_held(UcCtx *ctx, UcWord party, UcWord kid)
{
    const DkmInspector *inspector = watch_config(ctx)->inspector;
    DkmInterval few[8], *own = few;
    size_t n = inspector->own(ctx, uc_party_machine(ctx, party), kid, few, G_N_ELEMENTS(few));
    g_autofree DkmInterval *many = n > G_N_ELEMENTS(few) ? g_new(DkmInterval, n) : NULL;
    if (many)
        inspector->own(ctx, uc_party_machine(ctx, party), kid, own = many, n);
    GArray *row = g_array_sized_new(FALSE, FALSE, sizeof(UcWord), (guint)(2 * n));
    for (size_t i = 0; i < n; i++) {
        if (row->len && g_array_index(row, UcWord, row->len - 1) == own[i].a)
            g_array_set_size(row, row->len - 1);
        else
            g_array_append_val(row, own[i].a);
        g_array_append_val(row, own[i].b);
    }
    return row;
}

static const char *compare_key(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t points, same = 0;
    g_autoptr(GArray) held = watch_points_held(ctx, party, kid);
    const UcWord *book = watch_row(ctx, party, kid, &points), *found = (const UcWord *)(const void *)held->data;
    while (same < points && same < held->len && book[same] == found[same])
        same++;
    if (same == points && same == held->len)
        return NULL;
    /* Both rows agree up to here; at the lower of the two next points one of them begins or ends. */
    UcWord in_book = same < points ? book[same] : G_MAXUINT64, in_party = same < held->len ? found[same] : G_MAXUINT64;
    UcWord index = MIN(in_book, in_party);
    if ((in_party < in_book) == (same % 2 == 0))
        return not_its_own(ctx, party, kid, index, "holds");
    return uc_reason(ctx, "A3: %s lost index %" G_GUINT64_FORMAT " of key %s without a cause",
                     watch_party_name(ctx, party), index, watch_key_name(ctx, kid));
}

const char *watch_compare(UcCtx *ctx, UcWord party)
{
    if (watch_config(ctx)->inspector->status(ctx, uc_party_machine(ctx, party)) != UC_UP)
        return NULL; /* what lies on the storage of a module that is down counts once it is up again */
    size_t n, known = watch_config(ctx)->inspector->keys(ctx, uc_party_machine(ctx, party), NULL, 0);
    uc_items(ctx, WATCH_HELD, party, &n);
    for (size_t i = 0; i < n; i++) {
        UcWord kid = uc_items(ctx, WATCH_HELD, party, &n)[i];
        const char *rule = watch_compromised(ctx, kid) ? NULL : compare_key(ctx, party, kid);
        if (rule)
            return rule;
    }
    if (known > n)
        return uc_reason(ctx, "I2: %s holds a key that nobody gave it", watch_party_name(ctx, party));
    return NULL;
}

const char *watch_status(UcCtx *ctx, UcWord party, const UcMessage *answer)
{
    UcWord kid = answer->w[0], owned = watch_owned(ctx, party, kid);
    if (answer->w[2] <= owned || watch_compromised(ctx, kid))
        return NULL;
    return uc_reason(ctx, "I3: %s reports %" G_GUINT64_FORMAT " indices of key %s and owns %" G_GUINT64_FORMAT,
                     watch_party_name(ctx, party), answer->w[2], watch_key_name(ctx, kid), owned);
}
