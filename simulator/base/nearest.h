/* Slips in names: "did you mean". */
#ifndef SIMULATOR_BASE_NEAREST_H
#define SIMULATOR_BASE_NEAREST_H

/* The closest candidate (NULL-terminated), or NULL when none is near. */
const char *uc_nearest(const char *name, const char *const *candidate);
/* What an error ends with: "; did you mean 'NEAR'?", or "" where `near` is NULL. Free with g_free(). */
char *uc_did_you_mean(const char *near);

#endif
