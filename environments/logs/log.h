/* Logs of real systems: events of modules in the words of an interface, from files of any form that a map describes.
 *
 * A map is a text (docs/audit.md, "Maps"): what a record is, where in it module, time and messages stand, what to leave out.
 * Everything in a log must be known to the map: what is not is an error, for what nobody looked at proves nothing. Two maps
 * are built in: logs in the interface's own words, and traces of ucsim.
 * Errors: "FILE:LINE: expected X, got Y". Source: docs/audit.md, "Logs".
 */
#ifndef ENVIRONMENTS_LOGS_LOG_H
#define ENVIRONMENTS_LOGS_LOG_H

#include "environments/worlds/options.h"
#include "simulator/triple/witness.h"

enum { ENV_LOG_VERSION = 1, ENV_LOG_EVENTS = 20000000 };

#define ENV_LOG_ERROR (env_log_error_quark())
GQuark env_log_error_quark(void);

/* ---- maps ---- */
typedef struct EnvLogMap EnvLogMap;
EnvLogMap *env_log_map_read(const char *text, size_t length, const char *file, GError **error);
void env_log_map_free(EnvLogMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvLogMap, env_log_map_free)

/* ---- logs ---- */
/* What stands in a log besides events: an operation that is a finding by itself. */
typedef struct {
    char *text;
    uint32_t party, file, line;
} EnvLogRemark;

typedef struct {
    const UcTriple *triple;
    UcStore *store;
    GArray *event;        /* UcLogged; each module's in its order */
    GPtrArray *module;    /* names, by number of the party */
    GArray *untrusted;    /* bool, by number: what it did and said counts for nothing */
    GPtrArray *file;      /* names */
    GArray *remark;       /* EnvLogRemark */
    UcSchedule *options;  /* of the session, as in schedules */
    GHashTable *applied;  /* rules of maps that made a message */
    GPtrArray *idle;      /* texts: statements of a map that never did (env_log_end) */
    GHashTable *given;    /* what files were recognised by: name */
    bool declared;        /* the modules were named before any event: others are errors */
} EnvLog;

EnvLog *env_log_new(void);
void env_log_free(EnvLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvLog, env_log_free)
/* The functionality whose words the log speaks, by name; an error names the nearest. */
bool env_log_speaks(EnvLog *log, const char *functionality, GError **error);
/* "NAME" of a module that is trusted with nothing, or that gave no log. */
bool env_log_distrust(EnvLog *log, const char *name, GError **error);
/* Reads a file, each once: the same events again would prove a reuse that never was. map NULL: a log in the interface's words, or a trace, which its first line tells. */
bool env_log_add(EnvLog *log, const EnvLogMap *map, const char *path, GError **error);
/* The same from memory, for tests and fuzzers. */
bool env_log_add_text(EnvLog *log, const EnvLogMap *map, const char *text, size_t length, const char *file, GError **error);
/* All files were read with this map: notes which of its statements never made a message. Books tell them. */
void env_log_end(EnvLog *log, const EnvLogMap *map);
/* Does any event have an output? Without one nothing is held against F, and any log would be accepted. */
bool env_log_has_output(const EnvLog *log);
/* The log in the interface's own words; g_string_free(). */
GString *env_log_print(const EnvLog *log);
/* "FILE:LINE" of an event; g_free. */
char *env_log_place(const EnvLog *log, uint32_t file, uint32_t line);

#endif
