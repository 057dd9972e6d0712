/* Tries: to give everybody all rights on a segment that is not its run's.
   Held: EINVAL; the segment's mode is as it was. */
#include "attack.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    struct shmid_ds data = {.shm_perm = {.uid = geteuid(), .gid = getegid(), .mode = 0666}};
    return must_fail(shmctl(victim_number(argc, argv, 1), IPC_SET, &data), "IPC_SET");
}
