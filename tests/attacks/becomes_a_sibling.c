/* Tries: to have a child of its own maker's, which is the check (CLONE_PARENT), that goes on.
   Held: no process with the marker in its arguments is left; the check is not confused. */
#include "attack.h"
#include <sched.h>
#include <signal.h>

int main(int argc, char **argv) {
    victim(argc, argv, 1);
    long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        for (int second = 0; second < 20; second++)
            sleep(1);
        _exit(0);
    }
    return child < 0 ? must_fail(child, "") : tried("a sibling");
}
