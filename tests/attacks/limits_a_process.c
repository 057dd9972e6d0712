/* Tries: to take all descriptors from the victim (prlimit).
   Held: EPERM or ENOSYS; the victim's limit is as it was. */
#include "attack.h"
#include <sys/resource.h>

int main(int argc, char **argv) {
    struct rlimit none = {0, 0};
    return must_fail(prlimit(victim_number(argc, argv, 1), RLIMIT_NOFILE, &none, NULL), "prlimit");
}
