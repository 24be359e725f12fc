/* Chains of one-time keys, put into columns for the lanes.
 *
 * Chains have unequal lengths when signing and verifying. They stand longest first; a lane whose chain ends takes the
 * next one (chain_lanes.inc), so that the lanes end at about the same time.
 */
#include "signing/internal.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

enum { MOST_STEPS = 256 };

/* Numbers of the chains, longest first. */
static void order_chains(const SigChain *chains, size_t count, uint16_t *order)
{
    uint16_t first[MOST_STEPS + 1];
    unsigned longest = count ? chains[0].steps : 0, sum = 0;
    bool ordered = true;
    for (size_t i = 0; i < count; i++) {
        longest = chains[i].steps > longest ? chains[i].steps : longest;
        ordered = ordered && (!i || chains[i - 1].steps >= chains[i].steps);
        order[i] = (uint16_t)i;
    }
    if (ordered)
        return;
    assert(longest <= MOST_STEPS);
    memset(first, 0, (longest + 1) * sizeof first[0]);
    for (size_t i = 0; i < count; i++)
        first[longest - chains[i].steps]++;
    for (unsigned shorter = 0; shorter <= longest; shorter++) {
        const unsigned here = first[shorter];
        first[shorter] = (uint16_t)sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        order[first[longest - chains[i].steps]++] = (uint16_t)i;
}

static void load_value(SigColumns *x, SigChains kind, size_t column, const uint8_t *value)
{
    for (unsigned i = 0; i < x->words && kind != SIG_CHAINS_LMS_SHAKE; i++) {
        uint32_t word;
        memcpy(&word, value + 4 * i, 4);
        x->value[i][column] = be32toh(word);
    }
    for (unsigned i = 0; i < x->words / 2 && kind == SIG_CHAINS_LMS_SHAKE; i++) {
        uint64_t word;
        memcpy(&word, value + 8 * i, 8);
        x->wide[i][column] = le64toh(word);
    }
}

static void store_value(const SigColumns *x, SigChains kind, size_t column, uint8_t *value)
{
    for (unsigned i = 0; i < x->words && kind != SIG_CHAINS_LMS_SHAKE; i++) {
        const uint32_t word = htobe32(x->value[i][column]);
        memcpy(value + 4 * i, &word, 4);
    }
    for (unsigned i = 0; i < x->words / 2 && kind == SIG_CHAINS_LMS_SHAKE; i++) {
        const uint64_t word = htole64(x->wide[i][column]);
        memcpy(value + 8 * i, &word, 8);
    }
}

enum { AT_ONCE = 16 };

/* Values of the chains in the columns 0 .. count - 1 (number[] says whose). */
static void load_values(const SigLanes *lanes, SigColumns *x, SigChains kind, const SigChain *chains, size_t count)
{
    for (size_t c = 0; c < count; c += AT_ONCE) {
        const size_t part = count - c < AT_ONCE ? count - c : AT_ONCE;
        const uint8_t *values[AT_ONCE];
        for (size_t i = 0; i < part; i++)
            values[i] = chains[x->number[c + i]].value;
        if (kind != SIG_CHAINS_LMS_SHAKE && lanes->values_in)
            lanes->values_in(x, c, values, part);
        for (size_t i = 0; i < part && (kind == SIG_CHAINS_LMS_SHAKE || !lanes->values_in); i++)
            load_value(x, kind, c + i, values[i]);
    }
}

static void store_values(const SigLanes *lanes, const SigColumns *x, SigChains kind, const SigChain *chains, size_t count)
{
    for (size_t c = 0; c < count; c += AT_ONCE) {
        const size_t part = count - c < AT_ONCE ? count - c : AT_ONCE;
        uint8_t *values[AT_ONCE];
        for (size_t i = 0; i < part; i++)
            values[i] = chains[x->number[c + i]].value;
        if (kind != SIG_CHAINS_LMS_SHAKE && lanes->values_out)
            lanes->values_out(x, c, values, part);
        for (size_t i = 0; i < part && (kind == SIG_CHAINS_LMS_SHAKE || !lanes->values_out); i++)
            store_value(x, kind, c + i, values[i]);
    }
}

/* Step -1 is a step of LM-OTS from the secret (place 0xff); of WOTS+ it is PRF_keygen, made for all chains at once. */
static void fill(SigColumns *x, SigChains kind, const SigChain *chains, size_t count)
{
    uint16_t order[SIG_MOST_CHAINS];
    order_chains(chains, count, order);
    x->ended = x->count = 0;
    for (size_t c = 0; c < count; c++) {
        const SigChain *chain = &chains[order[c]];
        const bool fresh = chain->from < 0, wots = kind == SIG_CHAINS_WOTS;
        x->leaf[c] = chain->leaf;
        x->chain[c] = wots ? chain->chain : (uint32_t)chain->chain << 16;
        x->at[c] = !wots ? (uint32_t)(chain->from & 0xff) << 8 : fresh ? 0 : (uint32_t)chain->from;
        x->left[c] = chain->steps - (wots && fresh);
        x->number[c] = order[c];
        x->count += x->left[c] > 0;
    }
    for (size_t c = count; c < count + SIG_LANES; c++)
        x->left[c] = 0;
}

void sig_set_early(SigColumns *x, SigChains kind)
{
    const uint32_t zero[4] = {0}, prf[4] = {3, x->seed[0], x->seed[1], x->seed[2]};
    if (kind == SIG_CHAINS_LMS) {
        sig_sha256_early(sig_sha256_start, x->id, x->early[0]);
        return;
    }
    if (x->words == 8)
        sig_sha256_early(x->prf, x->address, x->early[0]);
    else
        sig_sha256_early(sig_sha256_start, prf, x->early[0]);
    sig_sha256_early(sig_sha256_start, zero, x->early[1]);
}

void sig_run_chains(const SigLanes *lanes, SigColumns *x, SigChains kind, const uint8_t *secret, const SigChain *chains,
                    size_t count)
{
    assert(lanes && x && (x->words == 8 || x->words == 6));
    if (kind != SIG_CHAINS_LMS_SHAKE)
        sig_set_early(x, kind);
    const bool fresh = count && chains[0].from < 0;
    for (size_t c = SIG_MOST_CHAINS; c < SIG_COLUMNS && fresh && kind != SIG_CHAINS_WOTS; c++)
        load_value(x, kind, c, secret);
    for (size_t done = 0; done < count; done += SIG_MOST_CHAINS) {
        const size_t part = count - done < SIG_MOST_CHAINS ? count - done : SIG_MOST_CHAINS;
        fill(x, kind, chains + done, part);
        if (!fresh)
            load_values(lanes, x, kind, chains + done, part);
        x->same_start = fresh && kind != SIG_CHAINS_WOTS;
        if (fresh && kind == SIG_CHAINS_WOTS)
            lanes->wots_starts(x, 0, part);
        if (x->count)
            (kind == SIG_CHAINS_WOTS  ? lanes->wots_chains
             : kind == SIG_CHAINS_LMS ? lanes->lms_chains
                                      : lanes->lms_shake_chains)(x);
        store_values(lanes, x, kind, chains + done, part);
    }
}

void sig_step_chains(const SigTree *tree, SigWork *work, SigStep *step, int first, const SigChain *chains, size_t count)
{
    const SigChain *active[SIG_BATCH];
    int at[SIG_BATCH], end[SIG_BATCH];
    size_t lanes = 0, next = 0;
    while (lanes || next < count) {
        for (; lanes < SIG_BATCH && next < count; next++) {
            const SigChain *chain = &chains[next];
            active[lanes] = chain;
            at[lanes] = chain->from > first ? chain->from : first;
            end[lanes] = chain->from + chain->steps;
            lanes += at[lanes] < end[lanes];
        }
        if (lanes)
            step(tree, work, active, at, lanes);
        for (size_t i = lanes; i--;) {
            if (++at[i] < end[i])
                continue;
            lanes--;
            active[i] = active[lanes], at[i] = at[lanes], end[i] = end[lanes];
        }
    }
}
