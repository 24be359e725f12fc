/* Environments written in C (simulator/triple/play.h): an honest hand-over, and the attacks whose success the proof bounds. */
#include <math.h>
#include <openssl/evp.h>
#include <string.h>

#include "protocol/ticketed/measured.h"
#include "protocol/ticketed/party.h"

static const DkmOptions *dkm(const UcPlay *p) { return ((const PiConfig *)p->setup)->dkm; }
static UcStore *store_of(UcPlay *p) { return uc_world_store(p->world); }

/* q / 2^t, of `bytes` bytes. */
static double guesses(const UcEffort *e, uint64_t bytes) { return MIN(1, ldexp((double)e->queries, -8 * (int)bytes)); }

static UcMessage keygen(UcPlay *p, UcWord party)
{
    UcWord set = uc_store_text(store_of(p), dkm(p)->sigma[0]->name);
    return uc_play_input(p, party, (UcMessage){ DKM_KEYGEN, { set } });
}

static UcMessage request(UcPlay *p, UcWord party, UcWord kid, UcWord count, UcWord from)
{
    return uc_play_input(p, party, (UcMessage){ DKM_REQUEST, { kid, count, from } });
}

static UcMessage sign(UcPlay *p, UcWord party, UcWord kid, const char *text)
{
    UcWord message = uc_store_text(store_of(p), text);
    return uc_play_input(p, party, (UcMessage){ DKM_SIGN, { kid, message } });
}

static UcMessage deliver(UcPlay *p, UcWord party, UcWord payload)
{
    return uc_play_order(p, party, (UcMessage){ UC_M_DELIVER, { payload } });
}

/* Key at party 0, a ticket of party 1 for `count` of its one-time keys, the payload on the wire. False when
 * something else happened; then the view shows it. */
typedef struct {
    UcWord kid, vk, ticket, payload;
} HandOver;

static bool hand_over(UcPlay *p, UcWord count, HandOver *out)
{
    UcMessage key = keygen(p, 0), ticket, sent;
    if (key.kind != DKM_KEY)
        return false;
    ticket = request(p, 1, key.w[0], count, 0);
    if (ticket.kind != DKM_REQUESTED)
        return false;
    sent = uc_play_input(p, 0, (UcMessage){ DKM_TRANSFER, { key.w[0], count, 1, ticket.w[0] } });
    *out = (HandOver){ key.w[0], key.w[1], ticket.w[0], sent.w[1] };
    return sent.kind == UC_M_PAYLOAD;
}

/* Ten moves of honest use. There is nothing to tell apart: the guess is constant. */
static int play_hand_over(UcPlay *p)
{
    HandOver h;
    if (!hand_over(p, 4, &h))
        return 0;
    deliver(p, 1, h.payload);
    deliver(p, 1, h.payload);
    UcMessage s = sign(p, 1, h.kid, "firmware 1.0");
    sign(p, 0, h.kid, "firmware 1.1");
    uc_play_input(p, 2, (UcMessage){ DKM_VERIFY, { h.vk, uc_store_text(store_of(p), "firmware 1.0"),
                                                    s.w[2] } });
    uc_play_input(p, 0, (UcMessage){ DKM_STATUS, { h.kid } });
    uc_play_input(p, 1, (UcMessage){ DKM_STATUS, { h.kid } });
    return 0;
}

/* ---- guessing a tag while flipping interval bits ---- */

enum { FLIP_COUNT = 4 };

/* GCM is a stream cipher under its tag: flipping bits of the sealed block moves [N-4,N) to [N-8,N-4). */
static void flip_block(uint8_t *bytes, size_t length, size_t tag, uint64_t capacity)
{
    uint64_t a = (capacity - FLIP_COUNT) ^ (capacity - 2 * FLIP_COUNT), b = capacity ^ (capacity - FLIP_COUNT);
    uint8_t *end = bytes + length - tag;
    for (int i = 0; i < 8; i++) {
        end[-16 + i] ^= (uint8_t)(a >> (56 - 8 * i));
        end[-8 + i] ^= (uint8_t)(b >> (56 - 8 * i));
    }
}

static int play_tag_guess(UcPlay *p)
{
    HandOver h;
    UcStore *store = store_of(p);
    size_t length, tag = pi_settings(p->plan->protocol)->tag_bytes;
    if (!hand_over(p, FLIP_COUNT, &h))
        return 0;
    const uint8_t *sent = uc_store_get(store, h.payload, &length);
    g_autofree uint8_t *forged = g_memdup2(sent, length);
    uint64_t capacity = dkm(p)->sigma[0]->capacity;
    flip_block(forged, length, tag, capacity);
    for (uint64_t q = 0; q < p->effort->queries; q++) {
        for (size_t i = 0; i < tag; i++) /* a different tag at each attempt */
            forged[length - tag + i] = i < 8 ? (uint8_t)(q >> (8 * i)) : 0;
        UcMessage m = deliver(p, 1, uc_store_put(store, forged, length));
        if (m.kind == DKM_RECEIVED)
            return m.w[3] == capacity - 2 * FLIP_COUNT;
        if (p->stop != UC_STOP_Z)
            return 0;
    }
    return 0;
}

static double bound_tag_guess(const UcSessionPlan *plan, const UcEffort *e)
{
    return guesses(e, pi_settings(plan->protocol)->tag_bytes);
}

/* ---- ticket collisions ---- */

static int play_ticket_collision(UcPlay *p)
{
    uint64_t n = p->effort->queries;
    g_autofree UcWord *seen = g_new(UcWord, n);
    for (uint64_t i = 0; i < n; i++) {
        UcMessage m = request(p, 1, UC_NONE, 1, 0);
        if (m.kind != DKM_REQUESTED)
            return 0;
        for (uint64_t j = 0; j < i; j++) {
            if (seen[j] == m.w[0])
                return 1;
        }
        seen[i] = m.w[0];
    }
    return 0;
}

static double bound_birthday(const UcSessionPlan *plan, const UcEffort *e)
{
    double q = (double)e->queries;
    return MIN(1, ldexp(q * (q - 1) / 2, -8 * (int)dkm_settings(plan->interface)->ticket_bytes));
}

/* ---- replay against colliding tickets ---- */

/* A hand-over of one key, used up; then new tickets until one equals the old one and the old payload opens again: the
 * receiver gets the used key a second time. */
static int play_ticket_replay(UcPlay *p)
{
    HandOver h;
    if (!hand_over(p, 1, &h) || deliver(p, 1, h.payload).kind != DKM_RECEIVED)
        return 0;
    if (sign(p, 1, h.kid, "once").kind != DKM_SIGNATURE)
        return 0;
    for (uint64_t q = 0; q < p->effort->queries && p->stop == UC_STOP_Z; q++) {
        UcMessage m = request(p, 1, h.kid, 1, 0);
        if (m.kind == DKM_REQUESTED && deliver(p, 1, h.payload).kind == DKM_RECEIVED)
            return sign(p, 1, h.kid, "twice").kind == DKM_SIGNATURE;
    }
    return 0;
}

static double bound_replay(const UcSessionPlan *plan, const UcEffort *e)
{
    return guesses(e, dkm_settings(plan->interface)->ticket_bytes);
}

/* ---- forging shortened one-time signatures ---- */

enum { TOY_I = 8, TOY_C = 8 }; /* where I stands in a public key, and C in a signature: RFC 8554, sections 5.3, 5.4, 4.5 */

/* Q of RFC 8554, algorithm 3: what the one-time signature really signs. `prefix` is I || u32(q) || D_MESG || C. */
static void message_hash(EVP_MD_CTX *c, const EVP_MD *shake, const uint8_t *prefix, size_t length, uint64_t message,
                         uint8_t *out, size_t n)
{
    if (!EVP_DigestInit_ex(c, shake, NULL) || !EVP_DigestUpdate(c, prefix, length) ||
        !EVP_DigestUpdate(c, &message, sizeof message) || !EVP_DigestFinalXOF(c, out, n))
        g_error("libcrypto cannot compute SHAKE256");
}

/* A message other than number 0 with the same Q; 0 when none is found among the queries. */
static uint64_t second_preimage(UcPlay *p, const uint8_t *vk, const uint8_t *signature, size_t n)
{
    uint8_t prefix[16 + 4 + 2 + 32], wanted[32], got[32];
    uint64_t found = 0;
    memcpy(prefix, vk + TOY_I, 16);
    memcpy(prefix + 16, signature, 4);
    prefix[20] = prefix[21] = 0x81;
    memcpy(prefix + 22, signature + TOY_C, n);
    EVP_MD *shake = EVP_MD_fetch(NULL, "SHAKE256", NULL);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    message_hash(c, shake, prefix, 22 + n, 0, wanted, n);
    for (uint64_t m = 1; m <= p->effort->queries && !found; m++) {
        message_hash(c, shake, prefix, 22 + n, m, got, n);
        found = memcmp(got, wanted, n) ? 0 : m;
    }
    EVP_MD_CTX_free(c);
    EVP_MD_free(shake);
    return found;
}

static int play_onetime_forgery(UcPlay *p)
{
    UcStore *store = store_of(p);
    const size_t n = dkm(p)->sigma[0]->public_size - 24; /* type, type, I, then a node */
    uint64_t signed_message = 0;
    UcMessage key = keygen(p, 0);
    if (key.kind != DKM_KEY)
        return 0;
    UcWord text = uc_store_put(store, &signed_message, sizeof signed_message);
    UcMessage s = uc_play_input(p, 0, (UcMessage){ DKM_SIGN, { key.w[0], text } });
    if (s.kind != DKM_SIGNATURE)
        return 0;
    uint64_t other = second_preimage(p, uc_store_get(store, key.w[1], NULL), uc_store_get(store, s.w[2], NULL), n);
    if (!other)
        return 0;
    text = uc_store_put(store, &other, sizeof other);
    UcMessage v = uc_play_input(p, 1, (UcMessage){ DKM_VERIFY, { key.w[1], text, s.w[2] } });
    return v.kind == DKM_VERIFIED && v.w[0] == 1;
}

static double bound_onetime(const UcSessionPlan *plan, const UcEffort *e)
{
    return guesses(e, dkm_toy_hash_bytes(plan->interface));
}

static const UcPreset short_tag[] = { { "seal", 1 }, { "tag-bytes", 1 }, { NULL, 0 } };
static const UcPreset short_tickets[] = { { "ticket-bytes", 2 }, { "limit-tickets", 1000 }, { NULL, 0 } };
static const UcPreset short_hashes[] = { { "crypto", 0 }, { "hash_bytes", 1 }, { NULL, 0 } };

const UcNative pi_natives[] = {
    { .name = "hand-over", .title = "ten moves of honest use", .play = play_hand_over },
    { .name = "tag-guess", .title = "a seal's tag is guessed while interval bits are flipped", .play = play_tag_guess,
      .preset = short_tag, .queries = 16, .queries_max = 65536, .bound_text = "q / 2^t, t bits of tag",
      .bound = bound_tag_guess },
    { .name = "ticket-collision", .title = "a receiver draws a ticket twice", .play = play_ticket_collision,
      .preset = short_tickets, .queries = 32, .queries_max = 1000,
      .bound_text = "q (q-1) / 2^(t+1), t bits of ticket", .bound = bound_birthday },
    { .name = "ticket-replay", .title = "an old payload is replayed against a ticket that collides",
      .play = play_ticket_replay, .preset = short_tickets, .queries = 32, .queries_max = 900,
      .bound_text = "q / 2^t, t bits of ticket", .bound = bound_replay },
    { .name = "onetime-forgery", .title = "a signature is carried over to another message with the same short hash",
      .play = play_onetime_forgery, .preset = short_hashes, .queries = 16, .queries_max = 65536,
      .bound_text = "q / 2^t, t bits of hash", .bound = bound_onetime },
    { .name = NULL },
};
