/* Tries: to let everybody write a file.
   Held: EPERM, EACCES or ENOSYS; its mode is as it was. */
#include "attack.h"
#include <sys/stat.h>
#include <fcntl.h>

int main(int argc, char **argv) {
    return must_fail(fchmodat(AT_FDCWD, victim(argc, argv, 1), 0666, 0), "fchmodat");
}
