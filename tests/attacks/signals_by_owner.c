/* Tries: to have the kernel send SIGKILL to the victim, the owner of a pair's end by F_SETOWN.
   Held: EPERM, or the signal does not come; the victim lives. */
#include "attack.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    int ends[2], pid = victim_number(argc, argv, 1);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return must_fail(-1, "");
    if (fcntl(ends[0], F_SETOWN, pid) < 0 || fcntl(ends[0], F_SETSIG, SIGKILL) < 0 ||
        fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
        return must_fail(-1, "");
    return must_fail(write(ends[1], "!", 1), "what it owns has sent SIGKILL");
}
