/* Tries: to reach the terminal of whoever runs the check as its own, /dev/tty.
   Held: ENXIO or EACCES; nothing comes to the terminal. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    int terminal = open("/dev/tty", O_RDWR);
    return must_fail(terminal < 0 ? -1 : write(terminal, "owned\n", 6), "text on /dev/tty");
}
