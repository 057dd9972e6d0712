/* Tries: to use the processor without end.
   Held: the report says so after 5 seconds of processor time. */
#include "attack.h"

int main(void) {
    for (;;)
        __asm__ volatile("");
}
