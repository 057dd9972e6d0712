/* Tries: to make the check panic by each number of a call, with odd arguments, in a child each.
   Held: each is answered, or its child ends; the check goes on. */
#include "odd.h"
#include <sys/wait.h>

#ifndef SYS_vfork
#define SYS_vfork -3
#endif

int main(void) {
    for (long number = -2; number < 1024; number++) {
        long odd = number & 1 ? -1 : INT_MIN;
        if (number != SYS_vfork && fork() == 0) { /* vfork would return here twice */
            alarm(1);                             /* for those that wait */
            syscall(number, odd, odd, odd, odd, odd, odd);
            _exit(0);
        }
        wait(NULL);
    }
    return held("all of them are answered");
}
