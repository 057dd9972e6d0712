/* Tries: to remove a segment that is not its run's.
   Held: EINVAL; the segment is there. */
#include "attack.h"
#include <sys/shm.h>

int main(int argc, char **argv) {
    return must_fail(shmctl(victim_number(argc, argv, 1), IPC_RMID, NULL), "IPC_RMID");
}
