/* Logs of real systems: readers and maps, what is accepted and what is rejected, orders, limits. A system of our own makes random
 * logs, with outputs that were lost and blocks that came late: all are accepted, and of what becomes of them by one change the
 * search with its reduction of orders says what the search without says. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "environments/logs/books.h"
#include "environments/logs/judge.h"
#include "tests/support/suite.h"

#define HEAD "{\"ucsim-log\":1,\"functionality\":\"F_DKM\",\"modules\":[\"m1\",\"m2\",\"m3\"],\"options\":{\"crypto\":\"ideal\"}}\n"
#define HEAD_OF(options) "{\"ucsim-log\":1,\"functionality\":\"F_DKM\",\"modules\":[\"m1\",\"m2\",\"m3\"],\"options\":{\"crypto\":\"ideal\"," options "}}\n"
#define K "00112233445566778899aabbccddeeff"
#define K_BACK "ffeeddccbbaa99887766554433221100"
#define T1 "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define T3 "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"
#define T4 "d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4"
#define T2 "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
#define IN_OUT(m, in, out) "{\"module\":\"" m "\",\"in\":{" in "},\"out\":{" out "}}\n"
#define IN(m, in) "{\"module\":\"" m "\",\"in\":{" in "}}\n"
#define OUT(m, out) "{\"module\":\"" m "\",\"out\":{" out "}}\n"
#define KEYGEN(m) IN_OUT(m, "\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" K "\",\"capacity\":32")
#define SIGN_IN(text) "\"kind\":\"sign\",\"kid\":\"" K "\",\"message\":\"" text "\""
#define SIGN(m, text, i) IN_OUT(m, SIGN_IN(text), "\"kind\":\"signature\",\"kid\":\"" K "\",\"index\":" #i)
#define ERROR(m, in, code) IN_OUT(m, in, "\"kind\":\"error\",\"code\":\"" code "\"")
#define REQUEST(m, n, from, t) IN_OUT(m, "\"kind\":\"request\",\"kid\":\"" K "\",\"count\":" #n ",\"from\":\"" from "\"", \
                                      "\"kind\":\"requested\",\"ticket\":\"" t "\"")
#define TRANSFER_IN(n, to, t) "\"kind\":\"transfer\",\"kid\":\"" K "\",\"count\":" #n ",\"to\":\"" to "\",\"ticket\":\"" t "\""
#define RECEIVED(m, from, t, a, b) OUT(m, "\"kind\":\"received\",\"kid\":\"" K "\",\"from\":\"" from "\",\"ticket\":\"" t "\",\"a\":" #a ",\"b\":" #b)
#define STATUS(m, intervals, n) IN_OUT(m, "\"kind\":\"status\",\"kid\":\"" K "\"", "\"kind\":\"status-is\",\"kid\":\"" K "\",\"intervals\":" intervals ",\"remaining\":" #n)
#define HANDED REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 28, 32)

/* With a reserve of 4, m2 owns [21,24) and [28,32). */
#define TWO_RUNS HEAD_OF("\"reservation\":4") KEYGEN("m1") HANDED REQUEST("m3", 4, "m1", T2) IN("m1", TRANSFER_IN(4, "m3", T2)) \
                 REQUEST("m2", 4, "m1", T3) IN("m1", TRANSFER_IN(4, "m2", T3)) RECEIVED("m2", "m1", T3, 20, 24) SIGN("m2", "a", 20)

/* A key whose vk is known: kid is the beginning of its SHA-256. */
#define VK "1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
#define VKID "15fb460436cbfdffccf2a544c55c2c75"
#define KEYGEN_VK(m) IN_OUT(m, "\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" VKID "\",\"vk\":\"" VK "\",\"capacity\":32")
#define SIGN_VK(m, text, i, s) IN_OUT(m, "\"kind\":\"sign\",\"kid\":\"" VKID "\",\"message\":\"" text "\"", \
                                     "\"kind\":\"signature\",\"kid\":\"" VKID "\",\"index\":" #i ",\"signature\":\"" s "\"")
#define VERIFY(m, text, s, valid) IN_OUT(m, "\"kind\":\"verify\",\"vk\":\"" VK "\",\"message\":\"" text "\",\"signature\":\"" s "\"", \
                                         "\"kind\":\"verified\",\"valid\":" #valid)

typedef struct {
    const char *log;
    EnvAnswer answer;
    int64_t faults;
    const char *why; /* part of what F says to the event at which it ends; NULL: anything */
} Row;

static const Row judged[] = {
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 1), ENV_ACCEPTED, 0, NULL },
    /* one index for two messages; an index left out; one that goes back */
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 0), ENV_REJECTED, -1, "index=1" },
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 2), ENV_REJECTED, -1, "index=1" },
    { HEAD KEYGEN("m1") SIGN("m1", "a", 1) SIGN("m1", "b", 0), ENV_REJECTED, -1, "index=0" },
    /* an operation without output may have used its index, and may not; either takes a fault */
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) IN("m1", SIGN_IN("b")) SIGN("m1", "c", 2), ENV_ACCEPTED, 1, NULL },
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) IN("m1", SIGN_IN("b")) SIGN("m1", "c", 1), ENV_ACCEPTED, 1, NULL },
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) IN("m1", SIGN_IN("b")) SIGN("m1", "c", 1), ENV_REJECTED, 0, NULL },
    { HEAD KEYGEN("m1") SIGN("m1", "a", 0) IN("m1", SIGN_IN("b")) SIGN("m1", "c", 3), ENV_REJECTED, -1, NULL },
    /* a key that nobody made */
    { HEAD SIGN("m1", "a", 0), ENV_REJECTED, -1, "unknown-key" },
    /* hand-over, in whatever order the modules' logs stand */
    { HEAD KEYGEN("m1") HANDED SIGN("m2", "a", 28) SIGN("m1", "b", 0), ENV_ACCEPTED, 0, NULL },
    { HEAD REQUEST("m2", 4, "m1", T1) RECEIVED("m2", "m1", T1, 28, 32) SIGN("m2", "a", 28) KEYGEN("m1") IN("m1", TRANSFER_IN(4, "m2", T1)),
      ENV_ACCEPTED, 0, NULL },
    /* the block comes twice; is another one; was never sent; comes to somebody else */
    { HEAD KEYGEN("m1") HANDED RECEIVED("m2", "m1", T1, 28, 32), ENV_REJECTED, -1, "not in transit" },
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 0, 4), ENV_REJECTED, -1, "a=28" },
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) RECEIVED("m2", "m1", T1, 28, 32), ENV_REJECTED, -1, "no such transfer" },
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m3", "m1", T1, 28, 32), ENV_REJECTED, -1, NULL },
    /* what was given away is signed with; what is in transit is no more the sender's */
    { HEAD KEYGEN("m1") HANDED STATUS("m1", "[[0,32]]", 32), ENV_REJECTED, -1, "remaining=28" },
    { HEAD KEYGEN("m1") HANDED STATUS("m1", "[[0,28]]", 28) STATUS("m2", "\"[28,32)\"", 4), ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN("m1") REQUEST("m2", 32, "m1", T1) IN("m1", TRANSFER_IN(32, "m2", T1)) ERROR("m1", SIGN_IN("a"), "exhausted"), ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN("m1") REQUEST("m2", 32, "m1", T1) IN("m1", TRANSFER_IN(32, "m2", T1)) RECEIVED("m2", "m1", T1, 0, 32) SIGN("m1", "a", 0),
      ENV_REJECTED, -1, "exhausted" },
    /* a transfer of which nothing came may have had no effect, which takes a fault */
    { HEAD KEYGEN("m1") REQUEST("m2", 32, "m1", T1) IN("m1", TRANSFER_IN(32, "m2", T1)) SIGN("m1", "a", 0), ENV_ACCEPTED, 1, NULL },
    { HEAD KEYGEN("m1") REQUEST("m2", 32, "m1", T1) IN("m1", TRANSFER_IN(32, "m2", T1)) SIGN("m1", "a", 0), ENV_REJECTED, 0, "exhausted" },
    /* a block that arrived, was written, and of which the crash let nothing out; and one that shows twice */
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) SIGN("m2", "a", 28), ENV_ACCEPTED, 1, NULL },
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) SIGN("m2", "a", 28), ENV_REJECTED, 0, NULL },
    /* of a block that came in silence another module's log tells later: it was there before the one was given away that follows */
    { HEAD KEYGEN("m1") REQUEST("m3", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m3", T1)) RECEIVED("m3", "m1", T1, 28, 32)
      REQUEST("m2", 4, "m1", T2) IN("m1", TRANSFER_IN(4, "m2", T2)) RECEIVED("m2", "m1", T2, 24, 28) REQUEST("m2", 4, "m3", T3)
      IN("m3", TRANSFER_IN(4, "m2", T3)) REQUEST("m1", 4, "m2", T4) IN("m2", TRANSFER_IN(4, "m1", T4)) RECEIVED("m1", "m2", T4, 28, 32),
      ENV_ACCEPTED, 1, NULL },
    /* a ticket of which the answer was lost */
    { HEAD KEYGEN("m1") IN("m2", "\"kind\":\"request\",\"kid\":\"" K "\",\"count\":4,\"from\":\"m1\"") IN("m1", TRANSFER_IN(4, "m2", T1))
      RECEIVED("m2", "m1", T1, 28, 32), ENV_ACCEPTED, 1, NULL },
    /* a closed ticket; a ticket twice; errors that F does not give */
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN_OUT("m2", "\"kind\":\"cancel\",\"ticket\":\"" T1 "\"", "\"kind\":\"cancelled\",\"ticket\":\"" T1 "\"")
      IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 28, 32), ENV_REJECTED, -1, "ticket is not open" },
    { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) REQUEST("m2", 4, "m1", T1), ENV_REJECTED, -1, "ticket is not new" },
    { HEAD KEYGEN("m1") ERROR("m1", SIGN_IN("a"), "exhausted"), ENV_REJECTED, -1, "index=0" },
    { HEAD KEYGEN("m1") ERROR("m1", TRANSFER_IN(33, "m2", T1), "insufficient"), ENV_ACCEPTED, 0, NULL },
    /* who verifies: what was signed, wherever; not before; never what nobody signed, though somebody else says so */
    { HEAD KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51") VERIFY("m2", "a", "51", 1), ENV_ACCEPTED, 0, NULL },
    { HEAD VERIFY("m2", "a", "51", 1) KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51"), ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51") VERIFY("m1", "a", "51", 0), ENV_REJECTED, -1, "valid=1" },
    { HEAD KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51") VERIFY("m2", "a", "51", 0), ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51") VERIFY("m2", "a", "51", 0) VERIFY("m2", "a", "51", 1) VERIFY("m2", "a", "51", 0),
      ENV_REJECTED, -1, NULL },
    { HEAD KEYGEN_VK("m1") VERIFY("m1", "b", "52", 1), ENV_REJECTED, -1, "valid=0" },
    { HEAD KEYGEN_VK("m1") SIGN_VK("m1", "a", 0, "51") SIGN_VK("m1", "a", 1, "51") VERIFY("m2", "a", "51", 1), ENV_ACCEPTED, 0, NULL },
    /* the vk is that of another key */
    { HEAD IN_OUT("m1", "\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" K "\",\"vk\":\"" VK "\",\"capacity\":32"), ENV_REJECTED, -1, "kid=" },
    /* a reserve that restarts lost: at most the window in each */
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 4), ENV_ACCEPTED, 1, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 9), ENV_ACCEPTED, -1, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) SIGN("m1", "b", 4), ENV_REJECTED, 0, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) STATUS("m1", "\"[1,2) [5,32)\"", 28), ENV_ACCEPTED, 1, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) STATUS("m1", "\"[1,2) [5,32)\"", 28), ENV_REJECTED, 0, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 0) STATUS("m1", "\"[0,1) [5,32)\"", 28), ENV_REJECTED, -1, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") SIGN("m1", "a", 3) SIGN("m1", "b", 2), ENV_REJECTED, -1, NULL },
    /* what is lost lies in two intervals: 21 to 23, and from 28 on; the same seen by a signature, a status, an error */
    { TWO_RUNS SIGN("m2", "b", 29), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS SIGN("m2", "b", 30), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS SIGN("m2", "b", 30) SIGN("m2", "c", 31), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS SIGN("m2", "b", 28), ENV_REJECTED, 0, NULL },
    { TWO_RUNS SIGN("m2", "b", 25), ENV_REJECTED, -1, NULL },
    { TWO_RUNS STATUS("m2", "[[30,32]]", 2), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS STATUS("m2", "[[30,32]]", 2) SIGN("m2", "b", 30), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS STATUS("m2", "[[22,24],[28,32]]", 6), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS STATUS("m2", "[[21,24],[28,31]]", 6), ENV_ACCEPTED, 1, NULL }, /* the status tells which it was */
    { TWO_RUNS STATUS("m2", "[[21,25],[28,31]]", 7), ENV_REJECTED, -1, NULL },
    { TWO_RUNS ERROR("m2", SIGN_IN("b"), "exhausted"), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS ERROR("m2", TRANSFER_IN(4, "m3", T4), "insufficient"), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS ERROR("m2", TRANSFER_IN(4, "m3", T4), "insufficient") SIGN("m2", "b", 29), ENV_ACCEPTED, 1, NULL },
    { TWO_RUNS ERROR("m2", TRANSFER_IN(4, "m3", T4), "insufficient") SIGN("m2", "b", 21), ENV_UNDECIDED, -1, NULL }, /* others than the lowest are not tried */
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") HANDED ERROR("m2", TRANSFER_IN(4, "m3", T4), "insufficient"), ENV_REJECTED, 0, NULL },
    { HEAD_OF("\"reservation\":4") KEYGEN("m1") HANDED SIGN("m2", "a", 28) ERROR("m2", TRANSFER_IN(3, "m3", T4), "insufficient")
      SIGN("m2", "b", 30), ENV_ACCEPTED, 1, NULL },
    /* two keys of which no log has the vk are two keys; a message that was not logged is any; a kid that was not, none */
    { HEAD KEYGEN("m1") IN_OUT("m2", "\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" K_BACK "\",\"capacity\":32") SIGN("m1", "a", 0)
      IN_OUT("m2", "\"kind\":\"sign\",\"kid\":\"" K_BACK "\",\"message\":\"b\"", "\"kind\":\"signature\",\"kid\":\"" K_BACK "\",\"index\":0"),
      ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN("m1") IN_OUT("m1", "\"kind\":\"sign\",\"kid\":\"" K "\"", "\"kind\":\"signature\",\"kid\":\"" K "\",\"index\":0") SIGN("m1", "b", 1),
      ENV_ACCEPTED, 0, NULL },
    { HEAD KEYGEN("m1") IN_OUT("m1", "\"kind\":\"sign\",\"message\":\"a\"", "\"kind\":\"signature\",\"kid\":\"" K "\",\"index\":0"), ENV_REJECTED, -1, NULL },
    { HEAD_OF("\"capacity\":8") KEYGEN("m1"), ENV_REJECTED, -1, "capacity=8" },
};

static EnvLog *read_log(const char *text)
{
    GError *error = NULL;
    EnvLog *log = env_log_new();
    ck_assert_msg(env_log_add_text(log, NULL, text, strlen(text), "t", &error), "%s", error ? error->message : "");
    return log;
}

static EnvJudgement *judge(const char *text, EnvJudgeLimits limits)
{
    GError *error = NULL;
    g_autoptr(EnvLog) log = read_log(text);
    EnvJudgement *j = env_judge(log, &limits, &error);
    ck_assert_msg(j != NULL, "%s", error ? error->message : "");
    return j;
}

static bool stuck_says(const EnvJudgement *j, const char *why)
{
    for (guint i = 0; i < j->stuck->len; i++) {
        if (strstr(g_array_index(j->stuck, EnvStuck, i).why, why))
            return true;
    }
    return false;
}

START_TEST(logs_are_judged)
{
    const Row *row = &judged[_i];
    for (int plain = 0; plain < 2; plain++) {
        g_autoptr(EnvJudgement) j = judge(row->log, (EnvJudgeLimits){ .skew = -1, .faults = row->faults, .plain = plain });
        ck_assert_msg(j->answer == row->answer, "row %d%s: expected %s, got %s:\n%.3000s", _i, plain ? " (plain)" : "", env_answer_name[row->answer],
                      env_answer_name[j->answer], row->log);
        ck_assert_msg(!row->why || stuck_says(j, row->why), "row %d: nothing says '%s', but '%s'", _i, row->why,
                      j->stuck->len ? g_array_index(j->stuck, EnvStuck, 0).why : "");
        if (j->answer == ENV_ACCEPTED)
            ck_assert_uint_eq(j->stuck->len, 0);
    }
}
END_TEST

/* Proofs of the books are never about a log that could be: without untrusted modules, whatever else happened. */
START_TEST(books_prove_nothing_that_could_be)
{
    const Row *row = &judged[_i];
    g_autoptr(EnvLog) log = read_log(row->log);
    g_autoptr(EnvBooks) books = env_books_new(log);
    ck_assert_msg(row->answer == ENV_REJECTED || !env_books_prove(books), "row %d", _i);
}
END_TEST

START_TEST(what_is_needed_is_least)
{
    g_autoptr(EnvJudgement) j = judge(HEAD KEYGEN("m1") HANDED SIGN("m1", "c", 0) SIGN("m2", "a", 28) SIGN("m2", "b", 28) SIGN("m1", "d", 1),
                                      (EnvJudgeLimits){ .skew = -1, .faults = -1 });
    ck_assert_int_eq(j->answer, ENV_REJECTED);
    ck_assert_uint_eq(j->culprit, 6); /* b */
    ck_assert_uint_eq(j->needed->len, 5); /* all of m2 before it, of m1 key and transfer */
    for (guint i = 0; i < 4; i++)
        ck_assert_uint_eq(g_array_index(j->needed, uint32_t, i), i);
    ck_assert_uint_eq(g_array_index(j->needed, uint32_t, 4), 5);
}
END_TEST

/* Modules that use their own in another order than F: still only what they own, and once. */
START_TEST(any_index_of_its_own)
{
    static const struct {
        const char *log;
        EnvAnswer lowest, any;
    } rows[] = {
        { HEAD KEYGEN("m1") SIGN("m1", "a", 9) SIGN("m1", "b", 3) STATUS("m1", "\"[0,3) [4,9) [10,32)\"", 30), ENV_REJECTED, ENV_ACCEPTED },
        { HEAD KEYGEN("m1") SIGN("m1", "a", 9) SIGN("m1", "b", 9), ENV_REJECTED, ENV_REJECTED },
        { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 0, 4) SIGN("m2", "a", 1)
          SIGN("m1", "b", 4), ENV_REJECTED, ENV_ACCEPTED },
        { HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 0, 4) SIGN("m1", "b", 3),
          ENV_REJECTED, ENV_REJECTED },
        { HEAD KEYGEN("m1") SIGN("m1", "a", 2) REQUEST("m2", 4, "m1", T1) IN("m1", TRANSFER_IN(4, "m2", T1)) RECEIVED("m2", "m1", T1, 0, 4),
          ENV_REJECTED, ENV_REJECTED },
        { HEAD KEYGEN("m1") SIGN("m1", "a", 32), ENV_REJECTED, ENV_REJECTED },
        { HEAD SIGN("m1", "a", 3), ENV_REJECTED, ENV_REJECTED },
        { HEAD KEYGEN("m1") IN("m1", SIGN_IN("a")) SIGN("m1", "b", 3) SIGN("m1", "c", 3), ENV_REJECTED, ENV_UNDECIDED },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (int plain = 0; plain < 2; plain++) {
            g_autoptr(EnvJudgement) lowest = judge(rows[i].log, (EnvJudgeLimits){ .skew = -1, .faults = -1, .plain = plain }),
                                    any = judge(rows[i].log, (EnvJudgeLimits){ .skew = -1, .faults = -1, .any = true, .plain = plain });
            ck_assert_msg(lowest->answer == rows[i].lowest && any->answer == rows[i].any, "row %zu: %s, any: %s", i,
                          env_answer_name[lowest->answer], env_answer_name[any->answer]);
        }
    }
}
END_TEST

/* What clocks forbid: m2 signed before m1 had sent. */
START_TEST(clocks_prune_orders)
{
    static const char text[] = HEAD
        "{\"module\":\"m1\",\"time\":100,\"in\":{\"kind\":\"keygen\"},\"out\":{\"kind\":\"key\",\"kid\":\"" K "\",\"capacity\":32}}\n"
        "{\"module\":\"m2\",\"time\":110,\"in\":{\"kind\":\"request\",\"kid\":\"" K "\",\"count\":4,\"from\":\"m1\"},\"out\":{\"kind\":\"requested\",\"ticket\":\"" T1 "\"}}\n"
        "{\"module\":\"m2\",\"time\":120,\"out\":{\"kind\":\"received\",\"kid\":\"" K "\",\"from\":\"m1\",\"ticket\":\"" T1 "\",\"a\":28,\"b\":32}}\n"
        "{\"module\":\"m1\",\"time\":150,\"in\":{" TRANSFER_IN(4, "m2", T1) "}}\n";
    static const struct {
        int64_t skew;
        EnvAnswer answer;
    } rows[] = { { -1, ENV_ACCEPTED }, { 30, ENV_ACCEPTED }, { 29, ENV_REJECTED }, { 0, ENV_REJECTED } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EnvJudgement) j = judge(text, (EnvJudgeLimits){ .skew = rows[i].skew, .faults = -1 });
        ck_assert_msg(j->answer == rows[i].answer, "skew %" G_GINT64_FORMAT ": %s", rows[i].skew, env_answer_name[j->answer]);
    }
}
END_TEST

/* ---- modules that are not trusted ---- */

START_TEST(the_untrusted_may_say_anything)
{
    static const char text[] = HEAD KEYGEN("m1") REQUEST("m2", 4, "m1", T1) RECEIVED("m2", "m1", T1, 3, 7) SIGN("m2", "a", 3) SIGN("m1", "b", 3);
    GError *error = NULL;
    EnvJudgeLimits limits = { .skew = -1, .faults = 0 };
    g_autoptr(EnvLog) log = read_log(text);
    g_autoptr(EnvJudgement) before = env_judge(log, &limits, &error);
    ck_assert_int_eq(before->answer, ENV_REJECTED);
    ck_assert(env_log_distrust(log, "m1", &error));
    g_autoptr(EnvJudgement) after = env_judge(log, &limits, &error);
    ck_assert_int_eq(after->answer, ENV_ACCEPTED);
    ck_assert_uint_eq(after->left_out, 2);
    ck_assert(!env_log_distrust(log, "m11", &error));
    ck_assert_str_eq(error->message, "expected a module of the log, got 'm11'; did you mean 'm1'?");
    g_error_free(error);
}
END_TEST

/* A key of which no log says where it came from: that of a module that is not trusted, and of no other. */
START_TEST(the_untrusted_may_have_made_a_key)
{
    static const char text[] = HEAD REQUEST("m2", 4, "m1", T1) RECEIVED("m2", "m1", T1, 3, 7) REQUEST("m2", 1, "m1", T2)
        RECEIVED("m2", "m1", T2, 9, 10) SIGN("m2", "a", 3) STATUS("m2", "[[4,7],[9,10]]", 4);
    static const struct {
        const char *untrusted;
        EnvAnswer answer;
    } rows[] = { { NULL, ENV_REJECTED }, { "m1", ENV_ACCEPTED } };
    EnvJudgeLimits limits = { .skew = -1, .faults = 0 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EnvLog) log = read_log(text);
        ck_assert(!rows[i].untrusted || env_log_distrust(log, rows[i].untrusted, NULL));
        g_autoptr(EnvJudgement) j = env_judge(log, &limits, NULL);
        ck_assert_msg(j->answer == rows[i].answer, "row %zu: %s", i, env_answer_name[j->answer]);
    }
}
END_TEST

/* ---- readers ---- */

typedef struct {
    const char *map, *log, *says;
} Bad;
#define MAP "ucsim-map 1\nfunctionality F_DKM\n"
#define CSV MAP "format csv\nmodule who\ntime at\nin sign kid=key message=m when op is SIGN\nout signature kid=key index=i when op is SIGN\n" \
            "remark 'a copy of a key' when op is EXTRACT\nskip when op is LOGIN\n"

static const Bad bad[] = {
    /* of columns: a condition on one that is not there would never hold */
    { MAP "format csv\nmodule who\nin sign when opp is SIGN\n", "who,op\nm1,SIGN\n", "m:5: expected a column of the log, got 'opp'; did you mean 'op'?" },
    { MAP "format csv\nmodule who\nin sign when has opp\n", "who,op\nm1,SIGN\n", "m:5: expected a column of the log, got 'opp'; did you mean 'op'?" },
    { MAP "format csv\nmodule who\nin sign kid=kdi when op is SIGN\n", "who,op,kid\nm1,SIGN,\n", "m:5: expected a column of the log, got 'kdi'; did you mean 'kid'?" },
    { MAP "format csv\nmodule woh\nin sign\n", "who,op\nm1,SIGN\n", "m:4: expected a column of the log, got 'woh'; did you mean 'who'?" },
    { MAP "format csv\nmodule who\ntime tme\nin sign\n", "who,time\nm1,1\n", "m:5: expected a column of the log, got 'tme'; did you mean 'time'?" },
    { MAP "format csv\nmodule who\njoin nn\nin sign\n", "who,n\nm1,1\n", "m:5: expected a column of the log, got 'nn'; did you mean 'n'?" },
    { MAP "format csv\nmodule who\nin sign\nunused op usre\n", "who,op,user\nm1,1,u\n", "m:6: expected a column of the log, got 'usre'; did you mean 'user'?" },
    /* one-time keys are counted from 0 */
    { NULL, HEAD SIGN("m1", "a", -1), "t:2: index: expected a number from 0, got -1" },
    { NULL, HEAD RECEIVED("m2", "m1", T1, -4, 4), "t:2: a: expected a number from 0, got -4" },
    { NULL, HEAD RECEIVED("m2", "m1", T1, 0, -4), "t:2: b: expected a number from 0, got -4" },
    { NULL, "", "t:0: expected events, got none: an empty log proves nothing" },
    { NULL, HEAD, "t:1: expected events, got none: an empty log proves nothing" },
    { NULL, "{\"ucsim-log\":2}\n", "t:1: ucsim-log: expected a version that this program reads, got an integer" },
    { NULL, "{\"ucsim-log\":1,\"functionality\":\"F_DKN\"}\n", "t:1: expected a functionality that logs can be held against, got 'F_DKN'; did you mean 'F_DKM'?" },
    { NULL, "{\"ucsim-log\":1,\"modlues\":[\"a\"]}\n", "t:1: expected a key of the header, got 'modlues'; did you mean 'modules'?" },
    { NULL, "{\"ucsim-log\":1,\"modules\":[]}\n", "t:1: modules: expected a list of names, got an array" },
    { NULL, "{\"module\":\"m1\",\"in\":{\"kind\":\"keygen\"}}\n", "t:1: expected a log that says whose words it speaks (functionality), got none: give --functionality NAME" },
    { NULL, HEAD "{\"module\":\"m1\",\"in\":{\"kind\":\"sing\"}}\n", "t:2: expected an operation of the functionality, got 'sing'; did you mean 'sign'?" },
    { NULL, HEAD "{\"module\":\"m1\",\"out\":{\"kind\":\"sign\"}}\n", "t:2: expected an output of the functionality, got 'sign'" },
    { NULL, HEAD "{\"module\":\"m1\",\"in\":{\"kind\":\"signature\"}}\n", "t:2: expected an operation of the functionality, got 'signature'" },
    { NULL, HEAD "{\"module\":\"m1\",\"in\":{\"kind\":\"sign\",\"kdi\":\"00\"}}\n", "t:2: expected a field of 'sign', got 'kdi'; did you mean 'kid'?" },
    { NULL, HEAD "{\"module\":\"m1\",\"in\":{\"kind\":\"sign\",\"kid\":\"0\"}}\n", "t:2: kid: expected pairs of hexadecimal digits, got \"0\"" },
    { NULL, HEAD "{\"module\":\"m4\",\"in\":{\"kind\":\"keygen\"}}\n", "t:2: expected a module of this log, got 'm4'; did you mean 'm1'?" },
    { NULL, HEAD "{\"in\":{\"kind\":\"keygen\"}}\n", "t:2: expected the name of a module as 'module', got nothing" },
    { NULL, HEAD "{\"module\":\"m1\",\"wehn\":1,\"in\":{\"kind\":\"keygen\"}}\n", "t:2: expected a field that the map knows, got 'wehn'" },
    { NULL, HEAD "{\"module\":\"m1\"}\n", "t:2: expected a record that the map makes something of, got one of which no line speaks" },
    { NULL, HEAD "{\"module\":\"m1\",\"time\":\"noon\",\"in\":{\"kind\":\"keygen\"}}\n", "t:2: time: expected milliseconds or ISO 8601 (2026-01-31T12:00:00Z), got \"noon\"" },
    { NULL, HEAD "{\"module\":\"m1\",\"in\":{\"kind\":\"request\",\"count\":\"x\"}}\n", "t:2: count: expected a number, got \"x\"" },
    { NULL, HEAD "{\"module\":\"m1\",\"out\":{\"kind\":\"error\",\"code\":\"exausted\"}}\n", "t:2: expected code, got 'exausted'; did you mean 'exhausted'?" },
    { NULL, HEAD "{\"module\":\"m1\",\"out\":{\"kind\":\"status-is\",\"intervals\":[[1]]}}\n", "t:2: intervals: expected intervals [[a,b],...] or \"[a,b) ...\", got an array" },
    { NULL, HEAD "[1]\n", "t:2: expected an object, got an array" },
    { NULL, HEAD "{\"module\":\n", "t:2: " },
    { CSV, "who,at,op,key,m,i\na,1,SIGN,00,x,0\nb,2,SGIN,00,x,1\n", "t:3: expected 'op' to be an operation that the map knows, got 'SGIN'; did you mean 'SIGN'?" },
    { CSV, "who,at,op,key,m,i\na,1,SIGN,00\n", "t:2: expected 6 fields, got 4" },
    { CSV, "who,at,op,key,m,i,user\na,1,SIGN,00,x,0,root\n", "t:2: expected a field that the map knows, got 'user'" },
    { CSV, "who,at,op,key,m,i\na,1,SIGN,\"00,x,0\n", "t:2: expected a closing quote, got the end of the file" },
    { CSV, "who,at,op,key,m,i\nZ,1,SIGN,00,x,0\n", "t:2: expected a name of a module (letters, digits, '-' and '_'; not Z, A, S, F or none), got 'Z'" },
    { MAP "format text\nline '(?<who>\\w+) did (?<op>\\w+)'\nmodule who\nin keygen when op is KEYGEN\n", "a did KEYGEN\nnobody knows\n",
      "t:2: expected a line that the map knows, got 'nobody knows'" },
};

static const Bad bad_map[] = {
    { "", NULL, "m:1: expected a line 'module FIELD', got none" },
    { "ucsim-map 2\n", NULL, "m:1: expected the first line of a map, 'ucsim-map 1', got 'ucsim-map 2'" },
    { MAP "modul who\n", NULL, "m:3: expected a statement of a map, got 'modul'; did you mean 'module'?" },
    { MAP "module\n", NULL, "m:3: expected a name, got nothing" },
    { MAP "module who\n", NULL, "m:4: expected a line 'in', 'out', 'input' or 'output', got none: such a log has no events" },
    { MAP "format xml\n", NULL, "m:3: expected format json, csv or text, got 'xml'" },
    { MAP "line '('\n", NULL, "m:3: expected a regular expression, got one that is none: " },
    { MAP "in sign kid\n", NULL, "m:3: expected NAME=FIELD or NAME:TEXT, got 'kid'" },
    { MAP "in sign when op\n", NULL, "m:3: expected 'FIELD is VALUE...' or 'has FIELD' behind 'when', got 'op'" },
    { MAP "in sign when\n", NULL, "m:3: expected a condition behind 'when', got the end of the line" },
    { MAP "in sign when has op and\n", NULL, "m:3: expected a condition behind 'and', got the end of the line" },
    { MAP "time when h\n", NULL, "m:3: expected 'FIELD is VALUE...' or 'has FIELD' behind 'when', got 'h'" },
    { MAP "time at h\n", NULL, "m:3: expected a unit of time ms, s or iso, got 'h'" },
    { MAP "skip this\n", NULL, "m:3: expected 'when' or the end of the line, got 'this'" },
    { MAP "option scheme\n", NULL, "m:3: expected a value of the option 'scheme', got the end of the line" },
    { MAP "module 'who\n", NULL, "m:3: expected words, got " },
    { MAP "format text\nmodule who\nin keygen\n", NULL, "m:6: expected a line 'line REGEX' with format text, got none" },
};

START_TEST(bad_logs_are_named)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvLog) log = env_log_new();
    g_autoptr(EnvLogMap) map = bad[_i].map ? env_log_map_read(bad[_i].map, strlen(bad[_i].map), "m", &error) : NULL;
    ck_assert_msg(!bad[_i].map == !map, "%s", error ? error->message : "");
    ck_assert_msg(!env_log_add_text(log, map, bad[_i].log, strlen(bad[_i].log), "t", &error), "row %d is read", _i);
    ck_assert_msg(g_str_has_prefix(error->message, bad[_i].says), "row %d: expected\n%s\ngot\n%s", _i, bad[_i].says, error->message);
}
END_TEST

START_TEST(bad_maps_are_named)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvLogMap) map = env_log_map_read(bad_map[_i].map, strlen(bad_map[_i].map), "m", &error);
    ck_assert_msg(!map, "row %d is read", _i);
    ck_assert_msg(g_str_has_prefix(error->message, bad_map[_i].says), "row %d: expected\n%s\ngot\n%s", _i, bad_map[_i].says, error->message);
}
END_TEST

static const char as_csv[] = "who,at,op,key,m,i\n"
    "a,2026-01-01T00:00:01Z,SIGN," K ",one,0\n"
    "b,2026-01-01T00:00:00Z,LOGIN,,,\n"
    "a,2026-01-01T00:00:00Z,SIGN," K ",two,1\n"
    "b,2026-01-01T00:00:02Z,EXTRACT,,,\n"
    "b,2026-01-01T00:00:02Z,SIGN," K ",three,1\n";

static bool has_finding(const EnvBooks *books, const char *kind, const char *text)
{
    const GArray *all = env_books_findings(books);
    for (guint i = 0; i < all->len; i++) {
        const EnvFinding *f = &g_array_index(all, EnvFinding, i);
        if (!strcmp(f->kind, kind) && strstr(f->text, text))
            return true;
    }
    return false;
}

START_TEST(books_find)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvLog) log = env_log_new();
    g_autoptr(EnvLogMap) map = env_log_map_read(CSV, strlen(CSV), "m", &error);
    ck_assert_msg(map && env_log_add_text(log, map, as_csv, strlen(as_csv), "t", &error), "%s", error ? error->message : "");
    g_autoptr(EnvBooks) books = env_books_new(log);
    ck_assert_uint_eq(log->event->len, 3);
    ck_assert(env_books_prove(books));
    ck_assert(has_finding(books, "reuse", "one-time key 1 was used twice: a at t:4, and b at t:6"));
    ck_assert(has_finding(books, "clock-back", "1 times, first a at t:4"));
    ck_assert(has_finding(books, "remark", "a copy of a key: b at t:5"));
    ck_assert(has_finding(books, "begins-late", "a at t:2"));
}
END_TEST

/* Two lines of a text are one event, by their number. */
START_TEST(records_are_joined)
{
    static const char text[] = "m1 #1 ask keygen\nm1 #2 ask sign x\nm1 #1 got " K "\nm1 #2 got index 0\nm1 #3 ask sign y\n";
    static const char words[] = MAP "format text\n"
        "line '(?<who>\\w+) #(?<n>\\d+) ask (?<op>\\w+)( (?<m>\\w+))?'\n"
        "line '(?<who>\\w+) #(?<n>\\d+) got (?<key>[0-9a-f]{32})'\n"
        "line '(?<who>\\w+) #(?<n>\\d+) got index (?<i>\\d+)'\n"
        "module who\njoin n\n"
        "in keygen when op is keygen\nin sign kid:" K " message=m when op is sign\n"
        "out key kid=key capacity:32 when has key\nout signature kid:" K " index=i when has i\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(EnvLog) log = env_log_new();
    g_autoptr(EnvLogMap) map = env_log_map_read(words, strlen(words), "m", &error);
    ck_assert_msg(map && env_log_add_text(log, map, text, strlen(text), "t", &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(log->event->len, 3);
    EnvJudgeLimits limits = { .skew = -1, .faults = 1 };
    g_autoptr(EnvJudgement) j = env_judge(log, &limits, &error);
    ck_assert_int_eq(j->answer, ENV_ACCEPTED);
}
END_TEST

/* ---- a system of our own ---- */

enum { PARTIES = 3, N = 8, TICKETS = 6 };

typedef struct {
    uint32_t own[PARTIES];
    struct {
        unsigned by, from, count, a, sent, open;
    } ticket[TICKETS];
    unsigned tickets;
    bool known[PARTIES];
    GString *log[PARTIES];
    GRand *rand;
} System;

static unsigned draw(System *s, unsigned below) { return (unsigned)g_rand_int_range(s->rand, 0, (gint32)below); }

static unsigned lowest(uint32_t own) { return own ? (unsigned)__builtin_ctz(own) : N; }

/* The top `count` of the highest run that is that long. */
static bool top(uint32_t own, unsigned count, unsigned *a)
{
    for (unsigned end = N; end >= count; end--) {
        uint32_t run = ((1u << count) - 1) << (end - count);
        if ((own & run) == run) {
            *a = end - count;
            return true;
        }
    }
    return false;
}

static void say(System *s, unsigned p, const char *in, const char *out)
{
    g_string_append_printf(s->log[p], "{\"module\":\"m%u\"%s%s%s%s%s%s}\n", p + 1, in ? ",\"in\":{" : "", in ? in : "", in ? "}" : "",
                           out ? ",\"out\":{" : "", out ? out : "", out ? "}" : "");
}

static void sign(System *s, unsigned p)
{
    unsigned i = lowest(s->own[p]), fate = draw(s, 8);
    if (!s->known[p] || (i < N && fate == 0)) { /* down, or down before the write: nothing happens and nothing comes */
        say(s, p, SIGN_IN("x"), s->known[p] ? NULL : "\"kind\":\"error\",\"code\":\"unknown-key\"");
        return;
    }
    g_autofree char *out = i < N ? g_strdup_printf("\"kind\":\"signature\",\"kid\":\"" K "\",\"index\":%u", i)
                                 : g_strdup("\"kind\":\"error\",\"code\":\"exhausted\"");
    if (i < N)
        s->own[p] &= ~(1u << i);
    say(s, p, SIGN_IN("x"), i < N && fate == 1 ? NULL : out);
}

static void request(System *s, unsigned p)
{
    unsigned from = (p + 1 + draw(s, PARTIES - 1)) % PARTIES, count = 1 + draw(s, 3), t = s->tickets;
    if (t == TICKETS)
        return;
    s->tickets++;
    s->ticket[t].by = p, s->ticket[t].from = from, s->ticket[t].count = count, s->ticket[t].sent = 0, s->ticket[t].open = 1;
    g_autofree char *in = g_strdup_printf("\"kind\":\"request\",\"kid\":\"" K "\",\"count\":%u,\"from\":\"m%u\"", count, from + 1);
    g_autofree char *out = g_strdup_printf("\"kind\":\"requested\",\"ticket\":\"%032x\"", t + 1);
    say(s, p, in, draw(s, 8) ? out : NULL);
}

static void transfer(System *s)
{
    unsigned t = s->tickets ? draw(s, s->tickets) : 0, a = 0;
    if (!s->tickets || s->ticket[t].sent)
        return;
    unsigned p = s->ticket[t].from;
    g_autofree char *in = g_strdup_printf("\"kind\":\"transfer\",\"kid\":\"" K "\",\"count\":%u,\"to\":\"m%u\",\"ticket\":\"%032x\"",
                                          s->ticket[t].count, s->ticket[t].by + 1, t + 1);
    if (!s->known[p] || !top(s->own[p], s->ticket[t].count, &a)) {
        say(s, p, in, s->known[p] ? "\"kind\":\"error\",\"code\":\"insufficient\"" : "\"kind\":\"error\",\"code\":\"unknown-key\"");
        return;
    }
    say(s, p, in, NULL);
    if (!draw(s, 8))
        return; /* down before the write */
    s->ticket[t].sent = 1;
    s->ticket[t].a = a;
    s->own[p] &= ~(((1u << s->ticket[t].count) - 1) << a);
}

static void arrive(System *s)
{
    unsigned t = s->tickets ? draw(s, s->tickets) : 0;
    if (!s->tickets || !s->ticket[t].sent || !s->ticket[t].open)
        return;
    unsigned p = s->ticket[t].by, a = s->ticket[t].a, b = a + s->ticket[t].count;
    s->ticket[t].open = 0;
    s->own[p] |= ((1u << s->ticket[t].count) - 1) << a;
    s->known[p] = true;
    g_autofree char *out = g_strdup_printf("\"kind\":\"received\",\"kid\":\"" K "\",\"from\":\"m%u\",\"ticket\":\"%032x\",\"a\":%u,\"b\":%u",
                                           s->ticket[t].from + 1, t + 1, a, b);
    if (draw(s, 8)) /* else down after the write */
        say(s, p, NULL, out);
}

static void status(System *s, unsigned p)
{
    g_autoptr(GString) row = g_string_new("[");
    for (unsigned a = 0, b; a < N; a = b) {
        for (b = a; b < N && (s->own[p] >> b & 1) == (s->own[p] >> a & 1); b++)
            ;
        if (s->own[p] >> a & 1)
            g_string_append_printf(row, "%s[%u,%u]", row->len > 1 ? "," : "", a, b);
    }
    g_autofree char *out = g_strdup_printf("\"kind\":\"status-is\",\"kid\":\"" K "\",\"intervals\":%s],\"remaining\":%d", row->str, __builtin_popcount(s->own[p]));
    say(s, p, "\"kind\":\"status\",\"kid\":\"" K "\"", s->known[p] ? out : "\"kind\":\"error\",\"code\":\"unknown-key\"");
}

/* Each module's log in its order, in a random order of modules. */
static char *logs_of(System *s)
{
    GString *all = g_string_new(HEAD_OF("\"capacity\":8"));
    const char *at[PARTIES];
    for (unsigned p = 0; p < PARTIES; p++)
        at[p] = s->log[p]->str;
    for (unsigned left = PARTIES; left;) {
        unsigned p = draw(s, PARTIES);
        size_t n = strcspn(at[p], "\n");
        left = 0;
        if (*at[p]) {
            g_string_append_len(all, at[p], (gssize)n + 1);
            at[p] += n + 1;
        }
        for (unsigned q = 0; q < PARTIES; q++)
            left += *at[q] != 0;
    }
    return g_string_free(all, FALSE);
}

static char *random_log(unsigned seed, unsigned moves)
{
    System s = { .rand = g_rand_new_with_seed(seed) };
    for (unsigned p = 0; p < PARTIES; p++)
        s.log[p] = g_string_new(NULL);
    say(&s, 0, "\"kind\":\"keygen\"", "\"kind\":\"key\",\"kid\":\"" K "\",\"capacity\":8");
    s.own[0] = (1u << N) - 1;
    s.known[0] = true;
    for (unsigned i = 0; i < moves; i++) {
        unsigned p = draw(&s, PARTIES);
        switch (draw(&s, 7)) {
        case 0: sign(&s, p); break;
        case 1: request(&s, p); break;
        case 2: case 3: transfer(&s); break;
        case 4: case 5: arrive(&s); break;
        default: status(&s, p);
        }
    }
    char *text = logs_of(&s);
    for (unsigned p = 0; p < PARTIES; p++)
        g_string_free(s.log[p], TRUE);
    g_rand_free(s.rand);
    return text;
}

static unsigned amount(unsigned quick) { return g_getenv("UCSIM_LONG_TESTS") ? 20 * quick : quick; }

START_TEST(honest_logs_are_accepted)
{
    for (unsigned seed = 1; seed <= amount(300); seed++) {
        g_autofree char *text = random_log(seed, 10 + seed % 40);
        g_autoptr(EnvJudgement) j = judge(text, (EnvJudgeLimits){ .skew = -1, .faults = -1 });
        ck_assert_msg(j->answer == ENV_ACCEPTED, "seed %u: %s\n%.3000s", seed, j->stuck->len ? g_array_index(j->stuck, EnvStuck, 0).why : "", text);
        g_autoptr(EnvLog) log = read_log(text);
        g_autoptr(EnvBooks) books = env_books_new(log);
        ck_assert_msg(!env_books_prove(books), "seed %u: the books object", seed);
    }
}
END_TEST

/* One event left out, told twice, changed by one, or two of a module exchanged. */
static void spoil(EnvLog *log, GRand *rand)
{
    const UcMessageTable *messages = log->triple->protocol->interface->messages;
    guint i = (guint)g_rand_int_range(rand, 0, (gint32)log->event->len);
    UcLogged e = g_array_index(log->event, UcLogged, i);
    guint j = i + 1;
    while (j < log->event->len && g_array_index(log->event, UcLogged, j).party != e.party)
        j++;
    switch (g_rand_int_range(rand, 0, 4)) {
    case 0: g_array_remove_index(log->event, i); return;
    case 1: g_array_insert_val(log->event, i + 1, e); return;
    case 2:
        if (j < log->event->len) {
            g_array_index(log->event, UcLogged, i) = g_array_index(log->event, UcLogged, j);
            g_array_index(log->event, UcLogged, j) = e;
        }
        return;
    default:
        for (unsigned f = 0; e.has_out && f < uc_message_fields(uc_message_kind(messages, e.out.kind)); f++) {
            if (uc_message_kind(messages, e.out.kind)->field[f].type == UC_INT)
                g_array_index(log->event, UcLogged, i).out.w[f] += g_rand_boolean(rand) ? 1 : (UcWord)-1;
        }
    }
}

START_TEST(the_reduction_changes_no_answer)
{
    unsigned rejected = 0, accepted = 0;
    for (unsigned seed = 1; seed <= amount(250); seed++) {
        g_autofree char *text = random_log(1000 + seed, 6 + seed % 14);
        g_autoptr(EnvLog) log = read_log(text);
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        spoil(log, rand);
        EnvJudgeLimits limits = { .skew = -1, .faults = seed % 3 ? -1 : (int64_t)(seed % 4), .answer_only = true }, plain = limits;
        plain.plain = true;
        g_autoptr(EnvJudgement) a = env_judge(log, &limits, NULL), b = env_judge(log, &plain, NULL);
        ck_assert_msg(a->answer == b->answer, "seed %u: %s, without reduction %s\n%.3000s", seed, env_answer_name[a->answer],
                      env_answer_name[b->answer], text);
        g_autoptr(EnvBooks) books = env_books_new(log);
        ck_assert_msg(a->answer == ENV_REJECTED || !env_books_prove(books), "seed %u: the books object to what could be", seed);
        rejected += a->answer == ENV_REJECTED;
        accepted += a->answer == ENV_ACCEPTED;
    }
    ck_assert_uint_gt(rejected, accepted / 4);
    ck_assert_uint_gt(accepted, 10);
}
END_TEST

START_TEST(limits_are_told)
{
    g_autofree char *text = random_log(7, 40);
    g_autoptr(EnvJudgement) j = judge(text, (EnvJudgeLimits){ .skew = -1, .faults = -1, .memory = 1 });
    ck_assert_int_eq(j->answer, ENV_UNDECIDED);
    ck_assert_str_eq(j->limit, "memory");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logs");
    TCase *c = tcase_create("logs");
    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, logs_are_judged, 0, G_N_ELEMENTS(judged));
    tcase_add_loop_test(c, books_prove_nothing_that_could_be, 0, G_N_ELEMENTS(judged));
    tcase_add_test(c, what_is_needed_is_least);
    tcase_add_test(c, any_index_of_its_own);
    tcase_add_test(c, clocks_prune_orders);
    tcase_add_test(c, the_untrusted_may_say_anything);
    tcase_add_test(c, the_untrusted_may_have_made_a_key);
    tcase_add_loop_test(c, bad_logs_are_named, 0, G_N_ELEMENTS(bad));
    tcase_add_loop_test(c, bad_maps_are_named, 0, G_N_ELEMENTS(bad_map));
    tcase_add_test(c, books_find);
    tcase_add_test(c, records_are_joined);
    tcase_add_test(c, honest_logs_are_accepted);
    tcase_add_test(c, the_reduction_changes_no_answer);
    tcase_add_test(c, limits_are_told);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
