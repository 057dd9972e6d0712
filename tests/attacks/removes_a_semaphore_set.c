/* Tries: to remove a semaphore set that is not its run's.
   Held: EINVAL; the set is there. */
#include "attack.h"
#include <sys/sem.h>

int main(int argc, char **argv) {
    return must_fail(semctl(victim_number(argc, argv, 1), 0, IPC_RMID), "IPC_RMID");
}
