/* Tries: to reach a private file by the root folder of the victim, /proc/PID/root.
   Held: EACCES. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    char path[4200];
    snprintf(path, sizeof path, "/proc/%d/root/%s", victim_number(argc, argv, 1), victim(argc, argv, 2));
    return must_fail(open(path, O_RDONLY), path);
}
