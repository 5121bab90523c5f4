/*
 * A disk that takes longer to sync than this one, for LD_PRELOAD: each fsync and fdatasync sleeps so many ms first,
 * as SYNC_MS says. Only that is slower, not what is read or written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*sync_function)(int);

static int slowly(const char *name, int fd) {
    const char *text = getenv("SYNC_MS");
    if (text) usleep((useconds_t)(atof(text) * 1000));
    return ((sync_function)dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
