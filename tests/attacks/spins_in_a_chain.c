/* Tries: the same in a chain, of which no process is there for longer than 40 ms, nor waits for another.
   Held: the report says so after some 5 seconds of processor time. */
#include "attack.h"
#include <time.h>

int main(void) {
    for (;;) {
        while (clock() < CLOCKS_PER_SEC / 25)
            ;
        if (fork() != 0)
            _exit(0);
    }
}
