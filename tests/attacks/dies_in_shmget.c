/* Tries: to be killed between a shmget(IPC_PRIVATE) and the moment at which the check hears of it.
   Held: no segment made by its processes is left, also none of key 0. */
#include "attack.h"
#include <signal.h>
#include <sys/shm.h>
#include <sys/wait.h>

int main(void) {
    for (int round = 0; round < 100; round++) {
        pid_t child = fork();
        if (child == 0)
            for (int made = 0; made < 8; made++)
                shmctl(shmget(IPC_PRIVATE, 1, 0600), IPC_RMID, NULL);
        if (child == 0)
            _exit(0);
        for (volatile int wait = round * 2000; wait > 0; wait--)
            ;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return tried("100 deaths");
}
