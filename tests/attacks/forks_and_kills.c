/* Tries: to confuse the check by children that are killed at their birth.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"
#include <signal.h>

int main(void) {
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        pid_t child = fork();
        if (child > 0)
            kill(child, SIGKILL);
        else if (child == 0)
            fork();
    }
}
