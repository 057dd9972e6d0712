/* Tries: to open the other end of the pipes that are its standard streams, by /proc/self/fd, and a
   folder or file behind them.
   Held: as far as it succeeds it reaches its own pipes: the check still sees what is printed here. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    char path[32], to[256];
    for (int number = 0; number < 3; number++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", number);
        int again = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        ssize_t length = readlink(path, to, sizeof to - 1);
        if (again < 0 || length < 0)
            continue;
        to[length] = 0;
        if (strncmp(to, "pipe:", 5) != 0)
            return got_out(to);
        if (number == 0)
            close(open(path, O_WRONLY | O_NONBLOCK)); /* would end what the check still writes */
    }
    return held("only pipes");
}
