/* Inside environments/logs/: the rules of a map, and a record that they are held against. */
#ifndef ENVIRONMENTS_LOGS_MAP_H
#define ENVIRONMENTS_LOGS_MAP_H

#include "environments/logs/log.h"
#include "simulator/base/json.h"

typedef enum { MAP_JSON, MAP_CSV, MAP_TEXT } MapFormat;

/* "FIELD is VALUE..." or "has FIELD". */
typedef struct {
    char *field;
    char **value; /* NULL: it need only be there */
} MapCondition;

typedef enum {
    MAP_HEADER,    /* the record says what the log is: functionality, modules, untrusted, options */
    MAP_SKIP,      /* the record is left out, unless a line before this one has made an event of it */
    MAP_REMARK,    /* text */
    MAP_UNTRUSTED, /* the record's module from now on */
    MAP_MODULE, MAP_TIME, MAP_JOIN,
    MAP_INPUT, MAP_OUTPUT, /* a message as an object, in a field */
    MAP_IN, MAP_OUT,       /* a message made of fields */
    MAP_UNUSED,
    MAP_RULES
} MapRuleType;

typedef struct {
    char *name;  /* of the message's field */
    char *field; /* of the record; or NULL */
    char *text;  /* always this */
} MapArgument;

typedef struct {
    MapRuleType type;
    unsigned line;
    char *text;          /* field, kind or remark */
    gint64 scale;        /* time: milliseconds in a unit; 0: ISO 8601, or milliseconds */
    GArray *argument;    /* MapArgument */
    GArray *when;        /* MapCondition; all must hold */
} MapRule;

typedef struct {
    const char *field; /* of the rule */
    unsigned line;
} MapNamed;

struct EnvLogMap {
    char *file;
    MapFormat format;
    char *functionality;
    GPtrArray *pattern;  /* GRegex, of lines of text */
    GPtrArray *rule;     /* MapRule, in order */
    GPtrArray *module;   /* names, as far as the map says them */
    GHashTable *known;   /* of every field that it names the first part */
    GArray *named;       /* MapNamed: every field that it names, in order */
    UcSchedule *options;
};

/* A record's field by its path ("in.count"); NULL: it has none. */
const UcJson *map_field(const UcJson *record, const char *path);
bool map_holds(const MapRule *rule, const UcJson *record);
/* Does the map name this field of a record anywhere? */
bool map_knows(const EnvLogMap *map, const char *field);
/* Is each field that the map names one of these columns? The error names the line of the map. */
bool map_fits(const EnvLogMap *map, const char *const *column, GError **error);
/* The statement as the map has it ("out signature"), for messages; g_free. */
char *map_rule_text(const MapRule *rule);
/* A map that is built in: of logs in the interface's words, of traces. */
EnvLogMap *map_builtin(bool of_traces);

#endif
