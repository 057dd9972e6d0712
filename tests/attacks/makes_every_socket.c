/* Tries: to make a socket of every family, type and protocol that there may be.
   Held: there is none. */
#include "attack.h"
#include <sys/socket.h>

int main(void) {
    char name[64];
    for (int family = 0; family < 64; family++)
        for (int type = 0; type < 8; type++)
            for (int protocol = 0; protocol < 4; protocol++)
                if (socket(family, type, protocol) >= 0) {
                    snprintf(name, sizeof name, "a socket of family %d, type %d", family, type);
                    return got_out(name);
                }
    return held("no socket");
}
