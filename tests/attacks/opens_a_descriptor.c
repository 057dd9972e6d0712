/* Tries: to open by /proc/PID/fd what the victim has open, a pipe or a deleted file.
   Held: EACCES or EPERM. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", victim_number(argc, argv, 1), victim_number(argc, argv, 2));
    return must_fail(open(path, O_RDONLY | O_NONBLOCK), path);
}
