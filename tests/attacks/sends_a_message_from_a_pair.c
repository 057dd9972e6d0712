/* Tries: the same by sendmsg, whose address no filter sees; a descriptor could go with it.
   Held: the pair or the call is refused; nothing comes to the name. */
#include "unix_name.h"

int main(int argc, char **argv) {
    int ends[2];
    struct sockaddr_un to;
    struct iovec text = {"owned", 5};
    struct msghdr message = {.msg_name = &to, .msg_iov = &text, .msg_iovlen = 1};
    message.msg_namelen = name_socket(&to, victim(argc, argv, 1));
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        return must_fail(-1, "");
    return must_fail(sendmsg(ends[0], &message, 0), "sendmsg");
}
