/* Tries: to last for an hour by 100000 waits of 40 ms each, whose time is a socket's and real (SO_RCVTIMEO).
   Held: setsockopt is on no list. */
#include "attack.h"
#include <sys/socket.h>
#include <sys/time.h>

int main(void) {
    int ends[2];
    char byte;
    struct timeval slice = {0, 40000};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice) < 0)
        return must_fail(-1, "");
    for (;;)
        recv(ends[0], &byte, 1, 0);
}
