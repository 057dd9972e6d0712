/* Tries: to look at the machine's whole table: SHM_INFO, IPC_INFO, SHM_STAT and SHM_STAT_ANY.
   Held: EINVAL for each. */
#include "attack.h"
#include <sys/shm.h>

int main(void) {
    char room[4096];
    int commands[] = {IPC_INFO, SHM_INFO, SHM_STAT, SHM_STAT_ANY, SHM_STAT | 0x100};
    shmget(IPC_PRIVATE, 1, 0600); /* so that one of the IDs is its own */
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        for (int place = 0; place < 64; place++)
            if (shmctl(place, commands[i], (void *)room) >= 0)
                return got_out("it sees the machine's table");
    return must_fail(-1, "");
}
