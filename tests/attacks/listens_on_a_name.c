/* Tries: to listen on a name, a path or an abstract one (@…), in the place of a service.
   Held: the socket is refused; nobody can connect to the name. */
#include "unix_name.h"

int main(int argc, char **argv) {
    struct sockaddr_un own;
    socklen_t length = name_socket(&own, victim(argc, argv, 1));
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    int bound = end < 0 ? -1 : bind(end, (struct sockaddr *)&own, length);
    return must_fail(bound < 0 ? -1 : listen(end, 1), "it listens");
}
