/* Tries: to have the kernel send SIGIO to the victim, which ends it, the owner of a pair's end by FIOSETOWN and FIOASYNC.
   Held: EPERM, or the signal does not come; the victim lives. */
#include "attack.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    int ends[2], pid = victim_number(argc, argv, 1);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return must_fail(-1, "");
    int on = 1;
    if (ioctl(ends[0], FIOSETOWN, &pid) < 0 || ioctl(ends[0], FIOASYNC, &on) < 0)
        return must_fail(-1, "");
    return must_fail(write(ends[1], "!", 1), "what it owns is signalled");
}
