/* Tries: to speak with the kernel's network by netlink.
   Held: the socket is refused. */
#include "attack.h"
#include <sys/socket.h>

int main(void) {
    return must_fail(socket(AF_NETLINK, SOCK_RAW, 0), "netlink");
}
