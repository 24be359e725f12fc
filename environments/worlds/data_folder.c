#include "environments/worlds/data_folder.h"

#include <gio/gio.h>

/* Beside the program, so that a moved or relocated installation finds it. */
const char *env_data_folder(void)
{
    static const char *const from_program[] = { "../share/ucsim" /* installed */, "../../environments" /* build/X/ */ };
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
    for (size_t i = 0; folder && i < G_N_ELEMENTS(from_program); i++) {
        g_autofree char *raw = g_build_filename(folder, from_program[i], NULL);
        g_autofree char *data = g_canonicalize_filename(raw, NULL);
        g_autofree char *scenarios = g_build_filename(data, "scenarios", NULL);
        if (g_file_test(scenarios, G_FILE_TEST_IS_DIR))
            return g_intern_string(data);
    }
    return UCSIM_DATADIR;
}
