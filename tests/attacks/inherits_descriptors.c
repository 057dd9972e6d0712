/* Tries: to find descriptors beside the three standard streams, which whoever runs the check had open.
   Held: there are none. */
#include "attack.h"
#include <fcntl.h>

int main(void) {
    char name[32];
    for (int number = 3; number < 4096; number++)
        if (fcntl(number, F_GETFD) >= 0) {
            snprintf(name, sizeof name, "descriptor %d is open", number);
            return got_out(name);
        }
    return held("none is open");
}
