/* Tries: to have the victim run only when nobody else does (SCHED_IDLE).
   Held: the call is refused; the victim's policy is as it was. */
#include "attack.h"
#include <sched.h>

int main(int argc, char **argv) {
    struct sched_param zero = {0};
    return must_fail(sched_setscheduler(victim_number(argc, argv, 1), SCHED_IDLE, &zero), "SCHED_IDLE");
}
