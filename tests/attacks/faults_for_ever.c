/* Tries: to keep the check busy by a fault that it handles, and which comes again at once.
   Held: the report says that it makes calls (sigreturn), takes signals or computes without end. */
#include "attack.h"
#include <signal.h>

static void again(int number) {
    (void)number;
}

int main(void) {
    signal(SIGSEGV, again);
    return **(volatile char *volatile[]){(char *)8};
}
