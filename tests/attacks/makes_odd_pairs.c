/* Tries: to have pairs of sockets that are not streams: a datagram's end can send to any name.
   Held: such pairs are refused (a pair of AF_UNIX, SOCK_STREAM is a right way of shm-fork's hand-over). */
#include "attack.h"
#include <sys/socket.h>

int main(void) {
    int ends[2], types[] = {SOCK_DGRAM, SOCK_RAW, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (socketpair(AF_UNIX, types[i], 0, ends) == 0)
            return got_out("a pair of datagram sockets");
    return must_fail(socketpair(AF_TIPC, SOCK_STREAM, 0, ends), "a pair of another family");
}
