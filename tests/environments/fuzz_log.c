/* libFuzzer target: any bytes as a log, or as a map and a log behind a line "====". What could be read is gone through by the books,
 * judged with few tries, and written: what is written is read again and is the same. */
#include <string.h>

#include "environments/logs/books.h"
#include "environments/logs/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS = 60, TRIES = 3000 };

static void judge(EnvLog *log)
{
    g_autoptr(GError) error = NULL;
    EnvJudgeLimits limits = { .skew = log->event->len % 3 ? -1 : 5, .faults = -1, .tries = TRIES, .memory = 64 << 20, .any = log->event->len % 2 };
    g_autoptr(EnvJudgement) j = env_judge(log, &limits, &error);
    g_assert(!j == (error != NULL));
}

static void round_trip(EnvLog *log)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) words = env_log_print(log);
    g_autoptr(EnvLog) again = env_log_new();
    if (!env_log_add_text(again, NULL, words->str, words->len, "again", &error))
        g_error("%s\n%s", error->message, words->str);
    g_autoptr(GString) same = env_log_print(again);
    g_assert_cmpstr(words->str, ==, same->str);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    char *behind = strstr(text, "\n====\n");
    g_autoptr(EnvLogMap) map = behind ? env_log_map_read(text, (size_t)(behind - text), "map", &error) : NULL;
    if (behind && !map) {
        g_assert(g_str_has_prefix(error->message, "map:"));
        return 0;
    }
    g_autoptr(EnvLog) log = env_log_new();
    const char *from = behind ? behind + 6 : text;
    if (!env_log_add_text(log, map, from, strlen(from), "log", &error)) {
        g_assert(g_str_has_prefix(error->message, "log:"));
        return 0;
    }
    if (!log->triple || log->event->len > EVENTS || log->module->len > 12)
        return 0;
    g_autoptr(EnvBooks) books = env_books_new(log);
    round_trip(log);
    if (log->event->len)
        judge(log);
    return 0;
}
