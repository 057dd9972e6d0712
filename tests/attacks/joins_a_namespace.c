/* Tries: to join the namespaces of the victim.
   Held: EACCES, EPERM or ENOSYS. */
#include "attack.h"
#include <fcntl.h>
#include <sched.h>

int main(int argc, char **argv) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/ipc", victim_number(argc, argv, 1));
    int space = open(path, O_RDONLY);
    return must_fail(space < 0 ? -1 : setns(space, CLONE_NEWIPC), "setns");
}
