/* Tries: to connect to a port of 127.0.0.1 by TCP.
   Held: the socket is refused; the listener has had no connection. */
#include "attack.h"
#include <arpa/inet.h>

int main(int argc, char **argv) {
    int end = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)victim_number(argc, argv, 1))};
    return must_fail(end < 0 ? -1 : connect(end, (struct sockaddr *)&to, sizeof to), "TCP");
}
