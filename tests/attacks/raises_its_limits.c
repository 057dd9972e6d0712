/* Tries: to lift the bounds on the size and the number of its files, as root could.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sys/resource.h>

int main(void) {
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit size, number;
    getrlimit(RLIMIT_FSIZE, &size), getrlimit(RLIMIT_NOFILE, &number);
    if (size.rlim_max > 64 << 20 || number.rlim_max > 256)
        return got_out("it has no bounds");
    if (setrlimit(RLIMIT_FSIZE, &none) == 0)
        return got_out("files have no bound");
    return must_fail(setrlimit(RLIMIT_NOFILE, &none), "descriptors have no bound");
}
