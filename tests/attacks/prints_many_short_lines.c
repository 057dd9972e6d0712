/* Tries: to make the report long to compute, by 520000 lines of one letter (just below 1 MiB).
   Held: the report is there within a second, and shows few of them. */
#include "attack.h"

int main(void) {
    for (int line = 0; line < 520000; line++)
        putchar('a' + line % 2), putchar('\n');
    return 0;
}
