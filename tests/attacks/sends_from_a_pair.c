/* Tries: to send from an end of a pair of datagram sockets to another name (@…: an abstract one) by sendto.
   Held: the pair or the call is refused; nothing comes to the name. */
#include "unix_name.h"

int main(int argc, char **argv) {
    int ends[2];
    struct sockaddr_un to;
    socklen_t length = name_socket(&to, victim(argc, argv, 1));
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        return must_fail(-1, "");
    return must_fail(sendto(ends[0], "owned", 5, 0, (struct sockaddr *)&to, length), "sendto");
}
