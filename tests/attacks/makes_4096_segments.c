/* Tries: to fill the machine's table of segments.
   Held: ENOSPC after some 16; all are gone afterwards; the cases beside it pass. */
#include "attack.h"
#include <sys/shm.h>

int main(void) {
    int made = 0;
    while (made < 4096 && shmget(IPC_PRIVATE, 1, 0600) >= 0)
        made++;
    return made < 64 ? must_fail(-1, "") : got_out("more than 64 segments");
}
