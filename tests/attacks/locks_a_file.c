/* Tries: to lock a file for ever that others lock too (the build's, the machine's).
   Held: it cannot be opened; another can lock it at once when the case has ended. */
#include "attack.h"
#include <fcntl.h>
#include <sys/file.h>

int main(int argc, char **argv) {
    int file = open(victim(argc, argv, 1), O_RDONLY);
    must_fail(file < 0 ? -1 : flock(file, LOCK_EX | LOCK_NB), "it is locked");
    return file < 0 ? 0 : pause();
}
