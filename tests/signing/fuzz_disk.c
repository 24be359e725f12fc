/* libFuzzer: any bytes as the file of a tree in the cache's folder, with a tag made anew as somebody makes it who knows the
 * seed. Whatever stands there, the signature is the right one, and so is the file when it is over.
 *
 * First byte: + 1: of any length (else cut, or filled up with what is right), + 2: without a right tag. */
#include "signing/signing.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 180, TAG = 32, N = 24, FILE_SIZE = HEADER + 33 * N + TAG, SIGNATURE = 8192, INDEX = 17, ANY_LENGTH = 1, TAG_AS_IS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const uint8_t message[] = "fuzz";
static char folder[] = "/tmp/ucsim-fuzz-disk-XXXXXX", path[sizeof folder + 300];
static const SigSet *set;
static uint8_t seed[192], right[SIGNATURE], good[FILE_SIZE];

static void sign(bool from_folder, uint8_t *signature)
{
    SigCache *cache = sig_cache_new(1 << 20);
    if (!cache || (from_folder && !sig_cache_set_folder(cache, folder, 1 << 24)) ||
        sig_sign(cache, set, seed, INDEX, message, sizeof message, signature) != SIG_OK || sig_cache_folder_error(cache))
        abort();
    sig_cache_free(cache);
}

static void put(const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        abort();
}

static size_t get(uint8_t *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    return size;
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

/* docs/signing.md, "Trees on disk". */
static void make_tag(uint8_t *file, size_t size)
{
    static const char label[] = "ucsim tree cache: key of the tag";
    uint8_t named[sizeof label + HEADER], key[32];
    if (size < HEADER + TAG)
        return;
    memcpy(named, label, sizeof label);
    memcpy(named + sizeof label, file, HEADER);
    if (!HMAC(EVP_sha256(), seed, N, named, sizeof named, key, NULL) ||
        !HMAC(EVP_sha256(), key, sizeof key, file, size - TAG, file + size - TAG, NULL))
        abort();
}

static void write_seed(const char *where, uint8_t head)
{
    char name[4096];
    snprintf(name, sizeof name, "%s/%d", where, head);
    FILE *file = fopen(name, "wb");
    if (!file || fputc(head, file) == EOF || fwrite(good, 1, sizeof good, file) != sizeof good || fclose(file))
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    uint8_t again[FILE_SIZE];
    set = sig_set_find("LMS_SHA256_M24_H5/LMOTS_SHA256_N24_W1", NULL);
    if (!set || sig_set_signature_size(set) > SIGNATURE || !mkdtemp(folder))
        abort();
    memset(seed, 42, sizeof seed);
    sign(false, right);
    sign(true, right);
    DIR *dir = opendir(folder);
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.')
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    closedir(dir);
    atexit(remove_folder);
    if (get(good, sizeof good) != sizeof good)
        abort();
    memcpy(again, good, sizeof good);
    make_tag(again, sizeof again);
    if (memcmp(again, good, sizeof good) != 0) /* else this target makes other tags than the code */
        abort();
    for (int head = 0; getenv("FUZZ_SEEDS") && head < 4; head++)
        write_seed(getenv("FUZZ_SEEDS"), (uint8_t)head);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t signature[SIGNATURE], now[FILE_SIZE + 1];
    if (!size)
        return 0;
    const uint8_t how = data[0];
    size_t length = how & ANY_LENGTH ? size - 1 : FILE_SIZE, given = size - 1 < length ? size - 1 : length;
    uint8_t *file = malloc(length + 1);
    if (length == FILE_SIZE)
        memcpy(file, good, FILE_SIZE);
    memcpy(file, data + 1, given);
    if (!(how & TAG_AS_IS))
        make_tag(file, length);
    put(file, length);
    free(file);
    sign(true, signature);
    if (memcmp(signature, right, sig_set_signature_size(set)) != 0 || get(now, sizeof now) != FILE_SIZE ||
        memcmp(now, good, FILE_SIZE) != 0)
        abort();
    return 0;
}
