/* Tries: the same by one line of 1000000 letters without an end.
   Held: the report is there within a second, and shows little of it. */
#include "attack.h"

int main(void) {
    for (int letter = 0; letter < 1000000; letter++)
        putchar("ab\t"[letter % 3]);
    return 0;
}
