/* Slips in names: "did you mean". */
#ifndef SIMULATOR_BASE_NEAREST_H
#define SIMULATOR_BASE_NEAREST_H

/* The closest candidate (NULL-terminated), or NULL when none is near. */
const char *uc_nearest(const char *name, const char *const *candidate);

#endif
