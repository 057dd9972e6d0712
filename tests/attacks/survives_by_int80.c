/* Tries: to have a child that nobody traces (CLONE_UNTRACED) by the i386 call 120, through `int $0x80`.
   Held: SIGSYS ends the program; no process with the marker in its arguments is left. */
#include "i386.h"
#include <sched.h>
#include <signal.h>

int main(int argc, char **argv) {
    victim(argc, argv, 1);
    long child = i386(120, CLONE_UNTRACED | SIGCHLD, 0, 0);
    if (child == 0)
        return (int)sleep(20);
    return child < 0 ? must_fail(child, "") : tried("a child that lives 20 seconds");
}
