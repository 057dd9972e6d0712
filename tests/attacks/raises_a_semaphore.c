/* Tries: to raise a semaphore that is not its run's.
   Held: EINVAL; its value is as it was. */
#include "attack.h"
#include <sys/sem.h>

int main(int argc, char **argv) {
    struct sembuf raise = {0, 1, IPC_NOWAIT};
    return must_fail(semop(victim_number(argc, argv, 1), &raise, 1), "semop");
}
