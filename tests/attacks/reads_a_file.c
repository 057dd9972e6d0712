/* Tries: to read a file: /etc/shadow, one of a home, another's hand-in, a disk in /dev.
   Held: EACCES. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char byte;
    int file = open(victim(argc, argv, 1), O_RDONLY | O_NONBLOCK);
    return must_fail(file < 0 ? -1 : read(file, &byte, 1), "it can be read");
}
