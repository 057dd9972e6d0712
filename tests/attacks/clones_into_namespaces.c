/* Tries: to have a child in namespaces of its own, by flags of clone.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sched.h>
#include <signal.h>

int main(void) {
    unsigned long flags[] = {CLONE_NEWUSER, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNET,
                             CLONE_NEWUTS, CLONE_NEWCGROUP, 0x80 /* CLONE_NEWTIME, for clone3 alone */};
    for (size_t i = 0; i < sizeof flags / sizeof *flags - 1; i++) {
        long child = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
            _exit(0);
        if (child > 0)
            return got_out("a child in a namespace of its own");
    }
    return must_fail(-1, "");
}
