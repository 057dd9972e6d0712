/* Tries: to bind the victim to one processor.
   Held: the call is refused; the victim's mask is as it was. */
#include "attack.h"
#include <sched.h>

int main(int argc, char **argv) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    return must_fail(sched_setaffinity(victim_number(argc, argv, 1), sizeof one, &one), "sched_setaffinity");
}
