/* Tries: to fill the table of processes with children that have ended.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        if (fork() == 0)
            _exit(0);
}
