/* Tries: to give an end of a pair an abstract name, which another could find.
   Held: bind is refused. */
#include "unix_name.h"

int main(int argc, char **argv) {
    int ends[2];
    struct sockaddr_un own;
    socklen_t length = name_socket(&own, victim(argc, argv, 1));
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return must_fail(-1, "");
    return must_fail(bind(ends[0], (struct sockaddr *)&own, length), "a pair's end has a name");
}
