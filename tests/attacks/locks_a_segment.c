/* Tries: to lock a stranger's segment, and a large one of its own, into memory.
   Held: EINVAL or EPERM; the victim's segment is not locked. */
#include "attack.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    int own = shmget(IPC_PRIVATE, 256 << 20, 0600);
    int locked = shmctl(own, SHM_LOCK, NULL);
    shmctl(own, IPC_RMID, NULL);
    if (locked == 0)
        return got_out("256 MiB are locked");
    return must_fail(shmctl(victim_number(argc, argv, 1), SHM_LOCK, NULL), "SHM_LOCK");
}
