/* Tries: to listen on a port of TCP for whoever comes.
   Held: the socket is refused. */
#include "attack.h"
#include <arpa/inet.h>

int main(void) {
    int end = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET};
    int bound = end < 0 ? -1 : bind(end, (struct sockaddr *)&any, sizeof any);
    return must_fail(bound < 0 ? -1 : listen(end, 1), "it listens");
}
