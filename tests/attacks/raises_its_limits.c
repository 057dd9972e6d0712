/* Tries: to lift the bounds on its files and memory, as root could.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sys/resource.h>

int main(void) {
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit files, memory;
    getrlimit(RLIMIT_FSIZE, &files), getrlimit(RLIMIT_DATA, &memory);
    if (files.rlim_max == RLIM_INFINITY || memory.rlim_max == RLIM_INFINITY)
        return got_out("it has no bounds");
    if (setrlimit(RLIMIT_FSIZE, &none) == 0)
        return got_out("files have no bound");
    return must_fail(setrlimit(RLIMIT_DATA, &none), "memory has no bound");
}
