/* Tries: to last without a call and without computing: timers, whose time is real, wake it every 2 seconds.
   Held: timerfd_create is on no list. Sleeps and alarms are virtual. */
#include "attack.h"
#include <stdint.h>
#include <sys/timerfd.h>

int main(void) {
    struct itimerspec each = {{2, 0}, {2, 0}};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (timer < 0 || timerfd_settime(timer, 0, &each, NULL) < 0)
        return must_fail(-1, "");
    for (uint64_t times; read(timer, &times, sizeof times) > 0;)
        ;
    return 0;
}
