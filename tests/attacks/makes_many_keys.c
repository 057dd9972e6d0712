/* Tries: to use up its run's range of keys, also by asking for keys that nobody has.
   Held: ENOENT or ENOSPC; all is gone afterwards. */
#include "attack.h"
#include <sys/shm.h>

int main(void) {
    int made = 0;
    for (int key = 1; key < 1000; key++)
        shmget(key * 7919, 1, 0);
    for (int key = 1; key < 1000; key++)
        made += shmget(-key, 1, IPC_CREAT | 0600) >= 0;
    return made < 64 ? must_fail(-1, "") : got_out("more than 64 segments with keys");
}
