/* Tries: to have a file belong to its own user and group.
   Held: EPERM, EACCES or ENOSYS; owner, group and ctime are as they were. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    return must_fail(fchownat(AT_FDCWD, victim(argc, argv, 1), geteuid(), getegid(), 0), "chown");
}
