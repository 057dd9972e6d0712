/* Tries: to kill the process that made it, which is the check.
   Held: EPERM; the check goes on, and says what it says of others. */
#include "attack.h"
#include <signal.h>

int main(void) {
    return must_fail(kill(getppid(), SIGKILL), "its maker is killed");
}
