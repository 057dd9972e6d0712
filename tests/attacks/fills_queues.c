/* Tries: to have the kernel keep messages, which no bound on memory counts.
   Held: after some 16 queues no more; all are gone afterwards. */
#include "attack.h"
#include <sys/msg.h>

int main(void) {
    static struct { long kind; char text[8192]; } message = {.kind = 1};
    int queues = 0, id;
    while (queues < 4096 && (id = msgget(IPC_PRIVATE, 0600)) >= 0) {
        while (msgsnd(id, &message, sizeof message.text, IPC_NOWAIT) == 0)
            ;
        queues++;
    }
    return queues < 64 ? must_fail(-1, "") : got_out("more than 64 full queues");
}
