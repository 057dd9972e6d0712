/* Tries: the same by a timer of POSIX and a handler.
   Held: timer_create is on no list. */
#include "attack.h"
#include <signal.h>
#include <time.h>

static void tick(int number) {
    (void)number;
}

int main(void) {
    timer_t timer;
    struct itimerspec each = {{0, 700000}, {0, 700000}};
    signal(SIGALRM, tick);
    if (timer_create(CLOCK_MONOTONIC, NULL, &timer) < 0 || timer_settime(timer, 0, &each, NULL) < 0)
        return must_fail(-1, "");
    for (;;)
        pause();
}
