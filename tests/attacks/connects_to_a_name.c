/* Tries: to connect to a socket with a name, a path or an abstract one (@…): a session bus, a container daemon.
   Held: the socket is refused; the listener has had no connection. */
#include "unix_name.h"

int main(int argc, char **argv) {
    struct sockaddr_un to;
    socklen_t length = name_socket(&to, victim(argc, argv, 1));
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    return must_fail(end < 0 ? -1 : connect(end, (struct sockaddr *)&to, length), "connected");
}
