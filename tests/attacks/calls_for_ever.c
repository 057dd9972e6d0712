/* Tries: to make system calls without end.
   Held: the report says so after 100000 of them. */
#include "attack.h"

int main(void) {
    for (;;)
        syscall(SYS_getppid);
}
