/* Where there is no libFuzzer: runs a target on the files of the directories that it is given. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static void replay(const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0, room = 0, n;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    do {
        room = 2 * room + 4096;
        bytes = realloc(bytes, room);
        if (!bytes)
            abort();
        n = fread(bytes + size, 1, room - size, file);
        size += n;
    } while (n > 0);
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    /* What the targets complain about is what they are for; the last file named is the one that
     * ended the program. */
    if (!freopen("/dev/null", "w", stderr))
        return 2;
    for (int i = 1; i < argc; i++) {
        DIR *directory = opendir(argv[i]);
        for (struct dirent *entry; directory && (entry = readdir(directory));) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            printf("%s\n", path);
            fflush(stdout);
            replay(path);
            count++;
        }
        if (directory)
            closedir(directory);
    }
    printf("%zu inputs\n", count);
    return count == 0;
}
