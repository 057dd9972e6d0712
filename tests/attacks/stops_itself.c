/* Tries: to stop for ever (SIGSTOP), where it neither waits nor computes.
   Held: the report says that it hangs, and that a signal has stopped it. */
#include "attack.h"
#include <signal.h>

int main(void) {
    for (;;)
        raise(SIGSTOP);
}
