/* Tries: to go on for ever by becoming itself again and again.
   Held: the report says that it makes system calls, or programs, without end. */
#include "attack.h"

int main(void) {
    return must_fail(execl("/proc/self/exe", "again", NULL), "");
}
