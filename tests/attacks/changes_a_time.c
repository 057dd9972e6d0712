/* Tries: to make a file look as old as 1970, so that make builds it no more, or again.
   Held: EPERM, EACCES or ENOSYS; its times are as they were. */
#include "attack.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
    return must_fail(utimensat(AT_FDCWD, victim(argc, argv, 1), (struct timespec[2]){{0, 0}, {0, 0}}, 0), "utimensat");
}
