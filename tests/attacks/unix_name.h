/* The address of a socket: a file's path, or an abstract name, which begins with '@' here. */
#include "attack.h"
#include <sys/socket.h>
#include <sys/un.h>

static inline socklen_t name_socket(struct sockaddr_un *address, const char *name) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof address->sun_path, "%s", name);
    if (*name == '@')
        address->sun_path[0] = 0;
    return (socklen_t)(sizeof address->sun_family + strlen(name) + (*name != '@'));
}
