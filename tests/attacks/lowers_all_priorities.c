/* Tries: to give all processes of its user the lowest priority, the check's too.
   Held: the call is refused; the nice value of a process of the same user is as it was. */
#include "attack.h"
#include <sys/resource.h>

int main(void) {
    return must_fail(setpriority(PRIO_USER, 0, 19), "setpriority for a user");
}
