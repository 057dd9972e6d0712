/* Tries: to be root in a user namespace of its own.
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <sched.h>

int main(void) {
    return must_fail(unshare(CLONE_NEWUSER), "a user namespace");
}
