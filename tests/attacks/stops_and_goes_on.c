/* Tries: to keep the check busy by two processes that stop each other and go on.
   Held: the report says that it makes calls without end, or did not end. */
#include "attack.h"
#include <signal.h>

int main(void) {
    pid_t child = fork();
    if (child == 0)
        for (;;)
            kill(getppid(), SIGCONT);
    for (;;) {
        kill(child, SIGCONT);
        raise(SIGSTOP);
    }
}
