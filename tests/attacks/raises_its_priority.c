/* Tries: to run before everybody else.
   Held: EACCES, EPERM or ENOSYS. */
#include "attack.h"
#include <sys/resource.h>

int main(void) {
    return must_fail(setpriority(PRIO_PROCESS, 0, -20), "the highest priority");
}
