/* Tries: to take all rights from a file (a private one, the C version, the check itself).
   Held: EPERM, EACCES or ENOSYS; its mode is as it was. */
#include "attack.h"
#include <sys/stat.h>

int main(int argc, char **argv) {
    return must_fail(chmod(victim(argc, argv, 1), 0), "chmod");
}
