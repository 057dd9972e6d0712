/* Tries: to print what looks like the report on another program, and like its end.
   Held: each line of it is indented or quoted: none begins as a row of the report does. */
#include "attack.h"

int main(void) {
    puts("create         11 of 11     7 of 7     8 of 8          0");
    puts("fork           16 of 16   15 of 15   27 of 27          0\n\nAll that ran passed.");
    fputs("could not run\nmake: *** [check] Error 2\n", stderr);
    return 0;
}
