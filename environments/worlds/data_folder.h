/* Where what comes with the program lies. */
#ifndef ENVIRONMENTS_WORLDS_DATA_FOLDER_H
#define ENVIRONMENTS_WORLDS_DATA_FOLDER_H

/* The folder that holds the built-in `scenarios`; absolute, never freed. */
const char *env_data_folder(void);

#endif
