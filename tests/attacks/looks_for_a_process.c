/* Tries: to find out whether there is a process of a number. Signal 0 is sent to nobody.
   Held: EPERM. */
#include "attack.h"
#include <signal.h>

int main(int argc, char **argv) {
    return must_fail(kill(victim_number(argc, argv, 1), 0), "it is there");
}
