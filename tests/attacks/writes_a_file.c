/* Tries: to write into a file: of a home, the C version, a setting of the machine in /proc/sys.
   Held: EACCES or EPERM; the file is as it was. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    int file = open(victim(argc, argv, 1), O_WRONLY | O_APPEND);
    return must_fail(file < 0 ? -1 : write(file, "owned\n", 6), "it is written");
}
