/* Logs: how many events a second are read, gone through by the books, and held against F, on one core; memory for each. The log is
 * that of an honest system of 10 modules with a key each, which hand blocks of 16 to one another: 100,000 events. */
#include <glib.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "environments/logs/books.h"
#include "environments/logs/judge.h"

enum { MODULES = 10, EVENTS = 100000, BLOCK = 16, CAPACITY = 1 << 20 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned peak(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (unsigned)(use.ru_maxrss >> 10);
}

/* Key number k is the module's own; of it [lowest, top) is left, and what came from others is signed with at once. */
static GString *make_log(void)
{
    GString *log = g_string_new("{\"ucsim-log\":1,\"functionality\":\"F_DKM\",\"options\":{\"crypto\":\"ideal\",\"scheme\":\"LMS_SHA256_M32_H20/LMOTS_SHA256_N32_W8\"}}\n");
    unsigned lowest[MODULES] = { 0 }, top[MODULES], events = 0, hand = 0;
    for (unsigned m = 0; m < MODULES; m++, events++) {
        top[m] = CAPACITY;
        g_string_append_printf(log, "{\"module\":\"m%u\",\"time\":%u,\"in\":{\"kind\":\"keygen\"},\"out\":{\"kind\":\"key\",\"kid\":\"%032x\",\"capacity\":%u}}\n",
                               m, events, m + 1, CAPACITY);
    }
    while (events < EVENTS) {
        unsigned m = events * 7 % MODULES, q = (m + 1 + events % (MODULES - 1)) % MODULES;
        if (events % 50 == 3) {
            top[m] -= BLOCK;
            g_string_append_printf(log, "{\"module\":\"m%u\",\"time\":%u,\"in\":{\"kind\":\"request\",\"kid\":\"%032x\",\"count\":%u,\"from\":\"m%u\"},\"out\":{\"kind\":\"requested\",\"ticket\":\"%032x\"}}\n",
                                   q, events, m + 1, BLOCK, m, ++hand);
            g_string_append_printf(log, "{\"module\":\"m%u\",\"time\":%u,\"in\":{\"kind\":\"transfer\",\"kid\":\"%032x\",\"count\":%u,\"to\":\"m%u\",\"ticket\":\"%032x\"}}\n",
                                   m, events + 1, m + 1, BLOCK, q, hand);
            g_string_append_printf(log, "{\"module\":\"m%u\",\"time\":%u,\"out\":{\"kind\":\"received\",\"kid\":\"%032x\",\"from\":\"m%u\",\"ticket\":\"%032x\",\"a\":%u,\"b\":%u}}\n",
                                   q, events + 2, m + 1, m, hand, top[m], top[m] + BLOCK);
            events += 3;
        } else {
            g_string_append_printf(log, "{\"module\":\"m%u\",\"time\":%u,\"in\":{\"kind\":\"sign\",\"kid\":\"%032x\",\"message\":\"m%u\"},\"out\":{\"kind\":\"signature\",\"kid\":\"%032x\",\"index\":%u}}\n",
                                   m, events, m + 1, events, m + 1, lowest[m]++);
            events++;
        }
    }
    return log;
}

int main(void)
{
    g_autoptr(GString) text = make_log();
    g_autoptr(EnvLog) log = env_log_new();
    g_autoptr(GError) error = NULL;
    EnvJudgeLimits limits = { .skew = -1, .faults = 0 };
    unsigned before = peak();
    double start = now();
    if (!env_log_add_text(log, NULL, text->str, text->len, "log", &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    double read = now() - start;
    start = now();
    g_autoptr(EnvBooks) books = env_books_new(log);
    double booked = now() - start;
    unsigned with_books = peak();
    start = now();
    g_autoptr(EnvJudgement) j = env_judge(log, &limits, &error);
    double judged = now() - start;
    printf("%u events of %d modules: read %.2f s, books %.2f s, search %.2f s (%s; %.0f events/s in all)\n", log->event->len, MODULES, read, booked,
           judged, j ? env_answer_name[j->answer] : error->message, log->event->len / (read + booked + judged));
    printf("memory: %.0f bytes an event with the books, %.0f with the search\n", (with_books - before) * 1048576.0 / log->event->len,
           (peak() - before) * 1048576.0 / log->event->len);
    return j && j->answer == ENV_ACCEPTED && !env_books_prove(books) ? 0 : 1;
}
