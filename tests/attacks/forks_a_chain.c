/* Tries: to go on for ever as a chain: each process makes the next, and ends.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        if (fork() > 0)
            _exit(0);
}
