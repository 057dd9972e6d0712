/* Tries: to have the kernel send SIGKILL to the victim's group (F_SETOWN with a number below zero).
   Held: EPERM, or the signal does not come; the victim lives. */
#include "attack.h"
#include <fcntl.h>
#include <signal.h>

int main(int argc, char **argv) {
    int ends[2], group = victim_number(argc, argv, 1);
    if (pipe(ends) < 0 || fcntl(ends[0], F_SETOWN, -group) < 0 || fcntl(ends[0], F_SETSIG, SIGKILL) < 0 ||
        fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
        return must_fail(-1, "");
    return must_fail(write(ends[1], "!", 1), "the group of its pipe has got SIGKILL");
}
