/* Tries: to have nobody but root look at it (PR_SET_DUMPABLE), and then to make what the check looks at.
   Held: prctl is refused, or the check sees all the same: no trouble of the check's own. */
#include "attack.h"
#include <sys/prctl.h>
#include <sys/shm.h>
#include <time.h>

int main(void) {
    int hidden = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    int id = shmget(IPC_PRIVATE, 4096, 0600);
    char *text = shmat(id, NULL, 0);
    struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
    if (text != (void *)-1)
        strcpy(text, "hidden");
    shmctl(id, IPC_RMID, NULL);
    return hidden < 0 ? must_fail(hidden, "") : tried("to be hidden");
}
