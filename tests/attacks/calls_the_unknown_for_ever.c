/* Tries: to make calls without end that are refused.
   Held: the report says so after 100000 of them, and names the call once. */
#include "attack.h"

int main(void) {
    for (;;)
        syscall(SYS_unshare, 0);
}
