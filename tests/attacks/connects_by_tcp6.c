/* Tries: to connect to a port of ::1 by TCP.
   Held: the socket is refused; the listener has had no connection. */
#include "attack.h"
#include <arpa/inet.h>

int main(int argc, char **argv) {
    int end = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
                              .sin6_port = htons((uint16_t)victim_number(argc, argv, 1))};
    return must_fail(end < 0 ? -1 : connect(end, (struct sockaddr *)&to, sizeof to), "TCP");
}
