/* Tries: to make the check panic by numbers of calls that cannot be.
   Held: ENOSYS for each, or the program ends; the check goes on. */
#include "odd.h"

int main(void) {
    for (size_t i = 0; i < ODDS; i++) {
        long number = ODD[i];
        if (number < 0 || number > 1000)
            syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
    }
    return must_fail(syscall(INT_MAX), "a call that cannot be");
}
