/* Tries: to see all that goes over the network (as root).
   Held: the socket is refused. */
#include "attack.h"
#include <arpa/inet.h>

int main(void) {
    return must_fail(socket(AF_PACKET, SOCK_RAW, htons(3)), "all packets");
}
