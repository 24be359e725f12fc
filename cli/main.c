#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/session.h"
#include "signing/lanes.h"
#include "simulator/base/nearest.h"
#include "simulator/explore/big.h"

static void print_help(void)
{
    puts("usage: ucsim [--triple FILE]... COMMAND [OPTION...]\n\n"
         "Runs an ideal functionality and a real protocol side by side and checks that an environment cannot tell\n"
         "them apart.\n\ncommands:");
    for (const CliCommand *c = cli_commands; c->name; c++)
        printf("  %-10s %s\n", c->name, c->summary);
    puts("\n--triple FILE loads a protocol of your own, with its functionality and UC simulator, from a shared object\n"
         "('ucsim new --triple' writes one to start from).\n\n'ucsim COMMAND --help' says more about a command.");
}

static int unknown(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const CliCommand *c = cli_commands; c->name; c++)
        g_ptr_array_add(names, (gpointer)c->name);
    g_ptr_array_add(names, NULL);
    const char *near = uc_nearest(name, (const char *const *)names->pdata);
    return cli_fail(CLI_USAGE, "unknown command '%s'%s%s%s; see 'ucsim --help'", name, near ? ", did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

/* "-j2" becomes "-j" "2", as GOption wants it; out has room for 2 * argc + 1. Words after "--" stay as they are. */
static int split_short(int argc, char **argv, char **out)
{
    int n = 0;
    bool options = true;
    for (int i = 0; i < argc; i++) {
        char *word = argv[i];
        options = options && strcmp(word, "--");
        if (options && word[0] == '-' && g_ascii_isalpha(word[1]) && g_ascii_isdigit(word[2])) {
            const char flag[] = { '-', word[1], 0 };
            out[n++] = (char *)g_intern_string(flag);
            word += 2;
        }
        out[n++] = word;
    }
    out[n] = NULL;
    return n;
}

/* A failed assertion is a bug of ours: exit code 4, not that of a signal. */
static void internal_error(int number)
{
    static const char text[] = "ucsim: internal error; please report it with the command that led to it\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(CLI_INTERNAL);
}

/* Only a search has another way out. */
static bool exploring;

static void out_of_memory(void)
{
    static const char text[] = "ucsim: out of memory (see ulimit -v)", hint[] = "; a lower --memory stops explore in time, with what it covered";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    (void)!write(STDERR_FILENO, hint, exploring ? sizeof hint - 1 : 0);
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(CLI_LIMIT);
}

/* The one place where every library of this program gets memory: GLib ends a program that gets none as if it were a bug, and
 * needs memory to say so; libcrypto fails, or what it should compute does. A library cannot do this for whoever links it, so it
 * stands here. The sanitizers have their own functions of these names. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

static void *got(void *memory, size_t bytes)
{
    if (!memory && bytes)
        out_of_memory();
    return memory;
}

void *malloc(size_t bytes) { return got(__libc_malloc(bytes), bytes); }
void *calloc(size_t count, size_t each) { return got(__libc_calloc(count, each), count && each); }
void *realloc(void *before, size_t bytes) { return got(__libc_realloc(before, bytes), bytes); }
void *memalign(size_t alignment, size_t bytes) { return got(__libc_memalign(alignment, bytes), bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) { return got(__libc_memalign(alignment, bytes), bytes); }

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
    *out = got(__libc_memalign(alignment, bytes), bytes);
    return 0;
}
#endif

/* What GLib calls an error ends the program: large pieces of memory that are not to be had (big.h), or a bug. */
static void on_log(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
    if (!(level & G_LOG_LEVEL_ERROR)) {
        g_log_default_handler(domain, level, message, data);
        return;
    }
    if (strstr(message, "bytes of memory") || strstr(message, "failed to allocate"))
        out_of_memory();
    fprintf(stderr, "ucsim: internal error: %s\n", message);
    _exit(CLI_INTERNAL);
}

static const CliCommand *find(const char *name)
{
    const CliCommand *c = cli_commands;
    while (c->name && strcmp(name, c->name))
        c++;
    return c->name ? c : NULL;
}

static int help_about(char *name)
{
    char option[] = "--help", *argv[] = { name, option, NULL };
    const CliCommand *c = find(name);
    return c ? c->run(2, argv) : unknown(name);
}

/* Of "--triple FILE" or "--triple=FILE" the file, and how many words that takes; 0: it is another word. */
static int triple_option(int argc, char **argv, const char **file)
{
    static const char option[] = "--triple";
    if (!strcmp(argv[1], option)) {
        *file = argc > 2 ? argv[2] : NULL;
        return argc > 2 ? 2 : 1;
    }
    bool joined = !strncmp(argv[1], option, sizeof option - 1) && argv[1][sizeof option - 1] == '=';
    *file = argv[1] + sizeof option;
    return joined ? 1 : 0;
}

static int run(int argc, char **argv)
{
    const char *file;
    int words_taken;
    while (argc > 1 && (words_taken = triple_option(argc, argv, &file))) {
        int code = file && *file ? cli_load_triple(file) : cli_fail(CLI_USAGE, "--triple: expected a file, got none");
        if (code != CLI_OK)
            return code;
        argc -= words_taken;
        argv += words_taken;
    }
    if (argc < 2) {
        print_help();
        return CLI_USAGE;
    }
    if (!strcmp(argv[1], "help") && argc > 2)
        return help_about(argv[2]);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_help();
        return CLI_OK;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("ucsim " UCSIM_VERSION);
        return CLI_OK;
    }
    const CliCommand *c = find(argv[1]);
    if (!c)
        return unknown(argv[1]);
    exploring = !strcmp(c->name, "explore");
    const char *lanes = g_getenv("UCSIM_LANES");
    if (lanes && *lanes && !sig_lanes_known(lanes))
        return cli_fail(CLI_USAGE, "UCSIM_LANES: expected portable, shani or avx512, got '%s'", lanes);
    char **words = g_newa(char *, 2 * (size_t)argc + 1);
    int count = split_short(argc - 1, argv + 1, words);
    return c->run(count, words);
}

/* A descriptor that the caller closed would go to the first file that is opened, and what is said into that file. What stands
 * in its place can neither be read nor written. */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(CLI_USAGE);
    }
}

int main(int argc, char **argv)
{
    hold_standard_files();
    setlocale(LC_ALL, "C"); /* no locale in anything users see */
    g_setenv("G_FILENAME_ENCODING", "UTF-8", FALSE); /* else GLib's messages show bytes of names as numbers */
    uc_big_heap();
    signal(SIGPIPE, SIG_DFL);
    signal(SIGABRT, internal_error);
    g_log_set_default_handler(on_log, NULL);
    int code = run(argc, argv);
    return fflush(stdout) || ferror(stdout) ? cli_fail(CLI_USAGE, "standard output: expected to write, got an error") : code;
}
