/* Tries: to fill the machine's tables of semaphores and queues, with large sets.
   Held: ENOSPC after some 16; all are gone afterwards; the cases beside it pass. */
#include "attack.h"
#include <sys/msg.h>
#include <sys/sem.h>

int main(void) {
    int sets = 0, queues = 0;
    while (sets < 500 && semget(IPC_PRIVATE, 32000, 0600) >= 0)
        sets++;
    while (queues < 500 && msgget(IPC_PRIVATE, 0600) >= 0)
        queues++;
    return sets < 64 && queues < 64 ? must_fail(-1, "") : got_out("more than 64 sets or queues");
}
