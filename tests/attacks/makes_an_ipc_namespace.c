/* Tries: to make segments in an IPC namespace of its own, with IDs 0, 1, 2 that the check may take for the
   machine's (and remove there).
   Held: EPERM or ENOSYS; the victim's segment, the machine's with the lowest ID, is there. */
#include "attack.h"
#include <sched.h>
#include <sys/shm.h>

int main(void) {
    if (unshare(CLONE_NEWIPC) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWIPC) < 0)
        return must_fail(-1, "");
    for (int i = 0; i < 3; i++)
        shmget(IPC_PRIVATE, 1, 0600);
    return got_out("an IPC namespace");
}
