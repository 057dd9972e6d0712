/* Tries: to type into the shell of whoever runs the check (TIOCSTI).
   Held: EACCES or EPERM; nothing can be read from the terminal. */
#include "attack.h"
#include <fcntl.h>
#include <sys/ioctl.h>

int main(int argc, char **argv) {
    int terminal = open(victim(argc, argv, 1), O_RDWR | O_NOCTTY);
    int typed = terminal < 0 ? -1 : ioctl(terminal, TIOCSTI, "x");
    return must_fail(typed < 0 ? -1 : ioctl(terminal, TIOCSTI, "\n"), "typed into a terminal");
}
