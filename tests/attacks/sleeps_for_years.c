/* Tries: to outlast the check by the longest sleeps that there are, one after the other.
   Held: they take no time; the report says that it does not end, within a second or so. */
#include "attack.h"
#include <limits.h>
#include <time.h>

int main(void) {
    for (struct timespec time = {INT_MAX, 999999999};;)
        nanosleep(&time, NULL);
}
