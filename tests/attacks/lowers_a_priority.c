/* Tries: to give the victim the lowest priority.
   Held: the call is refused; the victim's nice value is as it was. */
#include "attack.h"
#include <sys/resource.h>

int main(int argc, char **argv) {
    return must_fail(setpriority(PRIO_PROCESS, (id_t)victim_number(argc, argv, 1), 19), "setpriority");
}
