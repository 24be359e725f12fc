#include "functionality/dkm/f_dkm_internal.h"

#include <string.h>

Party f_party_of(UcCtx *ctx, UcWord party)
{
    const UcWord *w = uc_read(ctx, KIND_PARTY, party, NULL);
    return w ? *(const Party *)(const void *)w : (Party){ 0 };
}

void f_set_party(UcCtx *ctx, UcWord party, Party p)
{
    bool usual = p.status == UC_UP && !p.corrupted;
    UcWord *w = uc_write(ctx, KIND_PARTY, party, usual ? 0 : WORDS(Party));
    if (!usual)
        memcpy(w, &p, sizeof p);
}

void f_set_status(UcCtx *ctx, UcWord party, UcStatus status)
{
    Party p = f_party_of(ctx, party);
    p.status = status;
    f_set_party(ctx, party, p);
}

bool f_corrupted(UcCtx *ctx, UcWord party) { return f_party_of(ctx, party).corrupted; }

const Key *f_key_of(UcCtx *ctx, UcWord kid)
{
    if (!uc_store_knows(uc_ctx_store(ctx), kid))
        return NULL;
    const Key *key = (const void *)uc_read(ctx, KIND_KEY, dkm_key_index(uc_ctx_store(ctx), kid), NULL);
    return key && key->kid == kid ? key : NULL;
}

bool f_holds(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n;
    const Held *held = (const void *)uc_items(ctx, KIND_HELD, party, &n);
    for (size_t i = 0; i < n; i++) {
        if (held[i].kid == kid)
            return true;
    }
    return false;
}

void f_hold(UcCtx *ctx, UcWord party, UcWord kid)
{
    size_t n;
    uc_items(ctx, KIND_HELD, party, &n);
    if (!f_holds(ctx, party, kid))
        *(Held *)(void *)uc_item_insert(ctx, KIND_HELD, party, n) = (Held){ kid };
}

size_t f_key_count(UcCtx *ctx, UcWord party)
{
    size_t n;
    uc_items(ctx, KIND_HELD, party, &n);
    return n;
}

Key *f_edit_key(UcCtx *ctx, UcWord kid)
{
    return (Key *)(void *)uc_write(ctx, KIND_KEY, dkm_key_index(uc_ctx_store(ctx), kid), WORDS(Key));
}

/* Once a block was injected, own sets may overlap: every party then has a map of its own. */
static UcWord split_index(UcCtx *ctx, UcWord kid, UcWord party)
{
    uint64_t both[] = { dkm_key_index(uc_ctx_store(ctx), kid), party };
    return uc_digest(both, sizeof both).lo;
}

OwnerMap f_map_of(UcCtx *ctx, UcWord kid, UcWord party)
{
    const Key *key = f_key_of(ctx, kid);
    if (key && key->split)
        return (OwnerMap){ ctx, KIND_OWNER, split_index(ctx, kid, party) };
    return (OwnerMap){ ctx, KIND_OWNER, dkm_key_index(uc_ctx_store(ctx), kid) };
}

void f_split(UcCtx *ctx, UcWord kid)
{
    if (f_key_of(ctx, kid)->split)
        return;
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        size_t words;
        const UcWord *common = uc_read(ctx, KIND_OWNER, dkm_key_index(uc_ctx_store(ctx), kid), &words);
        memcpy(uc_write(ctx, KIND_OWNER, split_index(ctx, kid, p), words), common, words * sizeof *common);
    }
    f_edit_key(ctx, kid)->split = 1;
}

const Ticket *f_ticket_of(UcCtx *ctx, UcWord party, UcWord ticket, size_t *at)
{
    size_t n;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, party, &n);
    for (size_t i = 0; i < n; i++) {
        if (t[i].ticket == ticket) {
            if (at)
                *at = i;
            return &t[i];
        }
    }
    return NULL;
}

size_t f_open_tickets(UcCtx *ctx, UcWord party)
{
    size_t n, open = 0;
    const Ticket *t = (const void *)uc_items(ctx, KIND_TICKETS, party, &n);
    for (size_t i = 0; i < n; i++)
        open += t[i].open;
    return open;
}

void f_close_ticket(UcCtx *ctx, UcWord party, UcWord ticket)
{
    size_t at;
    const Ticket *t = f_ticket_of(ctx, party, ticket, &at);
    g_assert(t && t->open);
    ((Ticket *)(void *)uc_item_edit(ctx, KIND_TICKETS, party, at))->open = 0;
}

const Transfer *f_transfer_of(UcCtx *ctx, UcWord from, UcWord to, UcWord ticket, size_t *at)
{
    size_t n;
    const Transfer *t = (const void *)uc_items(ctx, KIND_TRANSFERS, from, &n);
    for (size_t i = 0; i < n; i++) {
        if (t[i].to == to && t[i].ticket == ticket) {
            if (at)
                *at = i;
            return &t[i];
        }
    }
    return NULL;
}

/* docs/functionality.md, "Compromise", evaluated at every use. */
static bool exposed_to(UcCtx *ctx, const Key *key, UcWord p)
{
    if (!f_corrupted(ctx, p))
        return false;
    if (f_holds(ctx, p, key->kid))
        return true;
    bool enclave = f_options(ctx)->trust == DKM_TRUST_ENCLAVE;
    if (!key->transited || (enclave && !f_options(ctx)->enclave_of))
        return key->transited;
    for (UcWord from = 0; from < uc_party_count(ctx); from++) {
        size_t n;
        bool shares = enclave && dkm_key_sharers(f_options(ctx), from) == dkm_key_sharers(f_options(ctx), p);
        const Transfer *t = (const void *)uc_items(ctx, KIND_TRANSFERS, from, &n);
        for (size_t i = 0; i < n; i++) {
            if (t[i].kid == key->kid && (from == p || t[i].to == p || shares))
                return true;
        }
    }
    return false;
}

bool f_compromised(UcCtx *ctx, const Key *key)
{
    if (key->registered)
        return true;
    for (UcWord p = 0; p < uc_party_count(ctx); p++) {
        if (exposed_to(ctx, key, p))
            return true;
    }
    return false;
}

/* ---- inspection: `machine` is a dummy party, and what it holds F knows ---- */

static const UcWord *peek(UcCtx *ctx, uint16_t machine, unsigned kind, UcWord index, size_t *words)
{
    return uc_peek(ctx, uc_used_by(ctx, machine, 0), kind, index, words);
}

static size_t inspect_own(UcCtx *ctx, uint16_t machine, UcWord kid, DkmInterval *out, size_t room)
{
    size_t words, n = 0;
    UcWord index = dkm_key_index(uc_ctx_store(ctx), kid), party = uc_pid_of(ctx, machine);
    const Key *key = (const void *)peek(ctx, machine, KIND_KEY, index, NULL);
    if (key && key->split)
        index = split_index(ctx, kid, party);
    const Owned *o = (const void *)peek(ctx, machine, KIND_OWNER, index, &words);
    for (size_t i = 0; i < words / WORDS(Owned); i++) {
        if (o[i].owner != party)
            continue;
        if (n < room)
            out[n] = (DkmInterval){ o[i].a, o[i].b };
        n++;
    }
    return n;
}

static size_t inspect_keys(UcCtx *ctx, uint16_t machine, UcWord *kid, size_t room)
{
    size_t words;
    const Held *h = (const void *)peek(ctx, machine, KIND_HELD, uc_pid_of(ctx, machine), &words);
    for (size_t i = 0; i < words / WORDS(Held) && i < room; i++)
        kid[i] = h[i].kid;
    return words / WORDS(Held);
}

static size_t inspect_tickets(UcCtx *ctx, uint16_t machine, DkmTicket *out, size_t room)
{
    size_t words, open = 0;
    const Ticket *t = (const void *)peek(ctx, machine, KIND_TICKETS, uc_pid_of(ctx, machine), &words);
    for (size_t i = 0; i < words / WORDS(Ticket); i++) {
        if (!t[i].open)
            continue;
        if (open < room)
            out[open] = (DkmTicket){ t[i].ticket, t[i].kid, t[i].count, t[i].from };
        open++;
    }
    return open;
}

static UcStatus inspect_status(UcCtx *ctx, uint16_t machine)
{
    const UcWord *w = peek(ctx, machine, KIND_PARTY, uc_pid_of(ctx, machine), NULL);
    return w ? (UcStatus)((const Party *)(const void *)w)->status : UC_UP;
}

const DkmInspector f_dkm_inspector = {
    inspect_own, inspect_keys, inspect_tickets, inspect_status, NULL, NULL,
};
