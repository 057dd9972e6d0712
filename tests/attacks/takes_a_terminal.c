/* Tries: to make a terminal its own (TIOCSCTTY; root can steal it), in a session of its own.
   Held: EACCES or EPERM; the terminal's session is as it was. */
#include "attack.h"
#include <fcntl.h>
#include <sys/ioctl.h>

int main(int argc, char **argv) {
    if (fork() > 0)
        return 0;
    setsid();
    int terminal = open(victim(argc, argv, 1), O_RDWR | O_NOCTTY);
    return must_fail(terminal < 0 ? -1 : ioctl(terminal, TIOCSCTTY, 1), "it has a terminal");
}
