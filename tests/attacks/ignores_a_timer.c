/* Tries: to keep the check busy by a signal every 0.7 ms that it ignores, and does nothing itself.
   Held: each time that virtual time goes by counts: the report says that it sleeps again and again. */
#include "attack.h"
#include <signal.h>
#include <sys/time.h>

int main(void) {
    struct itimerval each = {{0, 700}, {0, 700}};
    signal(SIGALRM, SIG_IGN);
    if (setitimer(ITIMER_REAL, &each, NULL) < 0)
        return must_fail(-1, "");
    for (;;)
        pause();
}
