/* Tries: to keep the check busy by two processes that send each other signals, real-time ones that queue.
   Held: the report says that it makes calls, or takes signals, without end. */
#include "attack.h"
#include <signal.h>

static void nothing(int number) {
    (void)number;
}

int main(void) {
    signal(SIGRTMIN, nothing);
    pid_t other = fork();
    if (other == 0)
        other = getppid();
    while (sigqueue(other, SIGRTMIN, (union sigval){0}) == 0 || errno == EAGAIN)
        ;
    return must_fail(-1, "");
}
