/* Tries: to kill all processes of a group.
   Held: EPERM or ESRCH; the victims live. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    return must_fail(killpg(victim_number(argc, argv, 1), SIGKILL), "killpg");
}
