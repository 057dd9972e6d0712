/* Tries: to have a timer send SIGKILL to a thread of the victim (SIGEV_THREAD_ID).
   Held: EINVAL, which the kernel itself gives; the victim lives. */
#include "attack.h"
#include <signal.h>
#include <time.h>

int main(int argc, char **argv) {
    struct { union sigval value; int signal, notify, thread, rest[11]; } event = {
        .signal = SIGKILL, .notify = SIGEV_THREAD_ID, .thread = victim_number(argc, argv, 1)};
    int timer;
    return must_fail(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), "a timer for another");
}
