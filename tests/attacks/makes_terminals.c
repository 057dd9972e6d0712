/* Tries: to take pseudoterminals, of which a machine has 4096.
   Held: EACCES. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    return must_fail(open("/dev/ptmx", O_RDWR | O_NOCTTY), "a terminal of its own");
}
