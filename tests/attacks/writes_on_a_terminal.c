/* Tries: to write on the terminal of whoever runs the check.
   Held: EACCES; nothing comes to the terminal. */
#include "attack.h"
#include <fcntl.h>

int main(int argc, char **argv) {
    int terminal = open(victim(argc, argv, 1), O_WRONLY | O_NOCTTY);
    return must_fail(terminal < 0 ? -1 : write(terminal, "\33[2Jowned\n", 10), "text on a terminal");
}
