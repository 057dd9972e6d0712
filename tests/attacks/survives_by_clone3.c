/* Tries: the same by clone3, whose flags lie in memory.
   Held: ENOSYS; no process with the marker in its arguments is left. */
#include "attack.h"
#include <linux/sched.h>
#include <signal.h>

int main(int argc, char **argv) {
    victim(argc, argv, 1);
    struct clone_args how = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &how, sizeof how);
    if (child == 0) {
        sleep(20);
        _exit(0);
    }
    return must_fail(child, "a child without a tracer");
}
