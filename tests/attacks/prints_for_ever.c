/* Tries: to print without end, on both streams.
   Held: the report says so after 1 MiB, and shows the first lines alone. */
#include "attack.h"

int main(void) {
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (;;)
        if (write(1, block, sizeof block) < 0 || write(2, block, sizeof block) < 0)
            return 1;
}
