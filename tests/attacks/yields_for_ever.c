/* Tries: to let others go first for ever, in two processes.
   Held: the report says that it makes calls without end. */
#include "attack.h"
#include <sched.h>

int main(void) {
    for (fork();;)
        sched_yield();
}
