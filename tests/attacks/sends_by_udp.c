/* Tries: to send a datagram to a port of 127.0.0.1 by UDP.
   Held: the socket is refused; nothing comes to the port. */
#include "attack.h"
#include <arpa/inet.h>

int main(int argc, char **argv) {
    int end = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)victim_number(argc, argv, 1))};
    return must_fail(end < 0 ? -1 : sendto(end, "owned", 5, 0, (struct sockaddr *)&to, sizeof to), "UDP");
}
