/* Tries: to remove a message queue that is not its run's.
   Held: EINVAL; the queue is there. */
#include "attack.h"
#include <sys/msg.h>

int main(int argc, char **argv) {
    return must_fail(msgctl(victim_number(argc, argv, 1), IPC_RMID, NULL), "IPC_RMID");
}
