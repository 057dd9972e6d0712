/* Tries: to make a file outside its folder: in /tmp, /dev/shm, the lab, a home.
   Held: EACCES; there is no such file (what it makes in /dev/shm lies in its own folder, and goes with it). */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    return must_fail(open(victim(argc, argv, 1), O_CREAT | O_EXCL | O_WRONLY, 0600), "a file is made");
}
