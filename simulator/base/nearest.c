#include "simulator/base/nearest.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { NEAR_BYTES = 64 }; /* longer names are no slips */

static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(b);
    unsigned row[NEAR_BYTES + 1];
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned best = corner + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));
            best = MIN(best, MIN(row[j], row[j - 1]) + 1);
            corner = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

/* Two neighbours the other way round: the commonest slip. */
static bool swapped(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    return *a && *b && a[0] == b[1] && a[1] == b[0] && !strcmp(a + 2, b + 2);
}

const char *uc_nearest(const char *name, const char *const *candidate)
{
    g_assert(name && candidate);
    const char *best = NULL;
    size_t length = strlen(name);
    unsigned least = (unsigned)MIN(length / 2, 3) + 1;
    for (; *candidate && length && length <= NEAR_BYTES; candidate++) {
        unsigned d = strlen(*candidate) <= NEAR_BYTES ? distance(name, *candidate) - swapped(name, *candidate) : least;
        if (d < least) {
            least = d;
            best = *candidate;
        }
    }
    return best;
}

char *uc_did_you_mean(const char *near) { return near ? g_strdup_printf("; did you mean '%s'?", near) : g_strdup(""); }
