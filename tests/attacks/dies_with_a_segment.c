/* Tries: to leave a segment, a set and a queue without keys when it is killed.
   Held: none that its processes made is left. */
#include "attack.h"
#include <signal.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main(void) {
    shmget(IPC_PRIVATE, 1, 0600);
    semget(IPC_PRIVATE, 1, 0600);
    msgget(IPC_PRIVATE, 0600);
    tried("three rows without a key");
    return raise(SIGKILL);
}
