/* Tries: to fill 1.2 GiB of segments, and detach each: no process is seen to use them.
   Held: the report says that it uses too much, or shmget fails; all are gone afterwards. */
#include "attack.h"
#include <sys/shm.h>

int main(void) {
    for (int part = 0; part < 12; part++) {
        int id = shmget(IPC_PRIVATE, 100 << 20, 0600);
        char *memory = shmat(id, NULL, 0);
        if (id < 0 || memory == (void *)-1)
            return must_fail(-1, "");
        memset(memory, 1, 100 << 20);
        shmdt(memory);
    }
    return got_out("1.2 GiB of segments");
}
