/* Tries: to clear the instructor's screen, set its title, move up and print over rows (ESC and CR).
   Held: the report has no byte below 32 but line ends, and none of 127 to 159. */
#include "attack.h"

int main(void) {
    const char text[] = "\33[2J\33[H\33]0;owned\a\33[7A\rfork  16 of 16\r\b\b\b\x9b" "2J\x7f\0hidden\n";
    fwrite(text, 1, sizeof text - 1, stdout);
    fprintf(stderr, "shmget\33[1A\33[2K: \33P$q\33\\\33c\n");
    return 1;
}
