/* ucsim audit log: could these logs have come from a system that keeps the promise? (docs/audit.md, "Logs") */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/audit.h"
#include "cli/files.h"
#include "environments/logs/judge.h"
#include "simulator/base/file.h"
#include "simulator/base/lines.h"

typedef struct {
    char **untrusted;
    char *functionality, *map, *json, *trace, *skew, *seconds, *memory;
    gboolean quiet, sensitivity, books;
    EnvJudgeLimits limits;
} Arguments;

static int fail(GError *error)
{
    int code = cli_fail(CLI_USAGE, "audit log: %s", error->message);
    g_error_free(error);
    return code;
}

static EnvLogMap *read_map(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    size_t length;
    return uc_file_text(path, UC_FILE_SMALL, &text, &length, error) ? env_log_map_read(text, length, path, error) : NULL;
}

static bool read_all(EnvLog *log, const Arguments *a, char *const *paths, GError **error)
{
    g_autoptr(EnvLogMap) map = a->map ? read_map(a->map, error) : NULL;
    if ((a->map && !map) || (a->functionality && !env_log_speaks(log, a->functionality, error)))
        return false;
    for (; *paths; paths++) {
        if (!env_log_add(log, map, *paths, error))
            return false;
    }
    for (char **name = a->untrusted; name && *name; name++) {
        if (!env_log_distrust(log, *name, error))
            return false;
    }
    return true;
}

static const UcLogged *event_of(const EnvLog *log, uint32_t number) { return &g_array_index(log->event, UcLogged, number); }

static void event_line(const EnvLog *log, uint32_t number, const char *behind, GString *out)
{
    const UcLogged *e = event_of(log, number);
    g_autofree char *place = env_log_place(log, e->file, e->line), *text = env_event_text(log, e);
    g_string_append_printf(out, "  %s: %s: %s%s%s\n", place, (const char *)g_ptr_array_index(log->module, e->party), text,
                           behind ? ": " : "", behind ? behind : "");
}

static void stuck_lines(const EnvLog *log, const EnvJudgement *j, GString *out)
{
    g_string_append_printf(out, "the longest explanation that was found is of %u of %u events; then\n", j->explained->len, j->events);
    for (guint i = 0; i < j->stuck->len; i++) {
        const EnvStuck *s = &g_array_index(j->stuck, EnvStuck, i);
        event_line(log, s->event, s->why, out);
    }
}

static void report(const EnvLog *log, const EnvJudgement *j, GString *out)
{
    stuck_lines(log, j, out);
    g_string_append_printf(out, "%s\n", env_answer_name[j->answer]);
}

static int audit(const Arguments *a, char *const *paths)
{
    GError *error = NULL;
    g_autoptr(EnvLog) log = env_log_new();
    if (!read_all(log, a, paths, &error))
        return fail(error);
    g_autoptr(EnvJudgement) j = env_judge(log, &a->limits, &error);
    if (!j)
        return fail(error);
    g_autoptr(GString) out = g_string_new(NULL);
    report(log, j, out);
    fputs(out->str, stdout);
    return j->answer == ENV_ACCEPTED ? CLI_OK : j->answer == ENV_REJECTED ? CLI_UNEXPECTED : CLI_LIMIT;
}

int cli_audit_log(int argc, char **argv)
{
    Arguments a = { .limits = { .skew = -1 } };
    return audit(&a, argv + 1);
}
