/* Tries: to use the processor without end in children that end after 40 ms each, before anybody counts.
   Held: the report says so after some 5 seconds of processor time. */
#include "attack.h"
#include <sys/wait.h>
#include <time.h>

int main(void) {
    for (;;) {
        if (fork() == 0) {
            while (clock() < CLOCKS_PER_SEC / 25)
                ;
            _exit(0);
        }
        wait(NULL);
    }
}
